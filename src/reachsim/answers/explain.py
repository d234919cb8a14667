"""Why traffic does not flow: every blocker with its key to edit and AWS's reason, what is innocent, what people would see.

What is said of layers is proven, not guessed: the same packet is sent through the same network with every group, or every
ACL, or both, open. What is said of a function is the trace of a plain instance put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reachsim.answers.book import Rule, rules
from reachsim.answers.cases import Looking, routes_of
from reachsim.answers.observe import Tool, observed
from reachsim.calls import made_by
from reachsim.dataplane.cause import Cause
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.errors import ReachsimError, format_path
from reachsim.faces import Faced, ToldOf, record
from reachsim.net.cidr import AddressSet
from reachsim.net.traffic import EVERYTHING, Traffic
from reachsim.resources.lambda_function import attachment_of, function_asked
from reachsim.resources.mending import FILTERS
from reachsim.resources.reference import DEFAULT_GROUP
from reachsim.rules.clauses import Clause, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.route import DEFAULT
from reachsim.trace.result import Blocker, Hop, Trace
from reachsim.trace.trace import trace

Editor = Callable[[Mapping[str | KeyPath, Any]], Engine]
"""An edited copy of the network."""


@made_by("net.explain(source, destination, traffic).obstacles")
@dataclass(frozen=True, repr=False)
class Obstacle(Faced):
    """One blocker, explained.

    `where`: ``file:line`` of the key to edit, `key`: its path. `rule`: of AWS, with its sources; None: not in the book.
    `led_by`: the keys of the routes that led there, in order, where another route could lead elsewhere; `led_where`: the
    ``file:line`` of each.
    """

    blocker: Blocker
    where: str
    key: str
    rule: Rule | None
    led_by: tuple[KeyPath, ...] = ()
    led_where: tuple[str, ...] = ()

    @property
    def side(self) -> str:
        """On which way it is."""
        return "there" if self.blocker.leg == "forward" else "back"

    def __str__(self) -> str:
        return f"{self.side}: {self.blocker}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            **self.blocker.to_dict(),
            "where": self.where,
            "key": self.key,
            "led_by": [format_path(path) for path in self.led_by],
            "led_where": list(self.led_where),
            "why": None if self.rule is None else self.rule.to_dict(),
        }


@made_by("net.explain(source, destination, traffic).layers")
@dataclass(frozen=True, repr=False)
class Layer(Faced):
    """What is proven of one layer: `innocent` when it stops nothing; `text`: what was tried, and what came of it."""

    name: str
    innocent: bool
    text: str

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"layer": self.name, "innocent": self.innocent, "text": self.text}


@made_by("net.explain(source, destination, traffic).probe")
@dataclass(frozen=True, repr=False)
class Probe(Faced):
    """What a plain instance sees in the place of a function. `differs`: whether the function fares otherwise."""

    place: str
    trace: Trace
    differs: bool
    text: str

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "place": self.place,
            "verdict": self.trace.verdict,
            "client_sees": self.trace.client_sees,
            "differs": self.differs,
            "text": self.text,
            "blockers": [blocker.to_dict() for blocker in self.trace.blockers],
        }


@made_by("net.explain(source, destination, traffic)")
@dataclass(frozen=True, repr=False)
class Explanation(ToldOf):
    """Why one question has its answer. `trace`: the packet and its answer; `obstacles`: in the order in which AWS would meet
    them; `layers`: what is innocent, with the proof; `tools`: what people would see of it."""

    trace: Trace
    obstacles: tuple[Obstacle, ...]
    layers: tuple[Layer, ...]
    probe: Probe | None
    tools: tuple[Tool, ...]

    @property
    def title(self) -> str:
        """Verdict and question in one line."""
        return self.trace.title

    def __bool__(self) -> bool:
        return self.trace.reachable

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            **self.trace.to_dict(),
            "obstacles": [obstacle.to_dict() for obstacle in self.obstacles],
            "layers": [layer.to_dict() for layer in self.layers],
            "probe": None if self.probe is None else self.probe.to_dict(),
            "tools": [tool.to_dict() for tool in self.tools],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each obstacle, such as ``pandas.DataFrame(...)`` takes."""
        return [
            record(obstacle.to_dict(), why="" if obstacle.rule is None else obstacle.rule.text)
            for obstacle in self.obstacles
        ]


def explain(
    engine: Engine, source: Endpoint, destination: Endpoint, traffic: Traffic, port: int | None, edit: Editor
) -> Explanation:
    """Explain one question. `edit`: gives an edited copy of the network."""
    found = engine.trace(source, destination, traffic, port)

    def ask(kind: str) -> Trace | None:
        try:
            return engine.trace(source, destination, kind, None)
        except ReachsimError:
            return None

    def with_open(*sections: str) -> Trace:
        return _open(engine, source, destination, traffic, port, sections)

    named = None if found.reachable or not found.blockers else _named(engine, source, destination, traffic, port, found)
    obstacles = tuple(_obstacle(engine, found, blocker) for blocker in found.blockers)
    obstacles = obstacles if named is None else (named, *obstacles)
    unnamed = tuple(_once_it_resolves(source, destination, traffic, port, edit, found))
    obstacles += unnamed
    layers = () if found.reachable or found.undecided or not obstacles else tuple(_layers(found, with_open))
    if named is not None or unnamed:
        layers = tuple(replace(layer, text=f"as the name resolves now, {layer.text}") for layer in layers)
    probe = None if found.reachable and found.ways else _probe(engine, source, destination, traffic, port, edit, found)
    return Explanation(found, obstacles, layers, probe, tuple(observed(engine, found, destination, ask)))


def _named(
    engine: Engine, source: Endpoint, destination: Endpoint, traffic: Traffic, port: int | None, found: Trace
) -> Obstacle | None:
    """The name that is asked for, where it means public addresses and the packet would fare otherwise on the private ones
    that it could mean: what stops it on its way to the public ones comes after that."""
    means = destination.resolve
    if means is None:
        return None
    for end in filter(None, (means(origin).otherwise for origin in source.origins)):
        off, private = end
        seen = engine.trace(source, private, traffic, port)
        if _stops(found) <= _stops(seen):
            continue
        text = f"{destination.name} does not mean its private address here: {off.text}"
        fares = "by that it would work" if seen.reachable else f"by that, {_first(seen)} would stop it"
        cause = Cause(off.code, off.rule, off.text, destination.name, "host name", off.path)
        blocker = Blocker(cause, "forward", f"{text}; {fares}", engine.locate(off.path))
        return Obstacle(blocker, blocker.where, format_path(off.path), rules().get(off.rule))
    return None


def _once_it_resolves(
    source: Endpoint, destination: Endpoint, traffic: Traffic, port: int | None, edit: Editor, found: Trace
) -> Iterator[Obstacle]:
    """What stops a packet to a name once what keeps it from being resolved is switched on (DNS-2, EP-8, PEER-11)."""
    on: dict[str | KeyPath, Any] = {}
    while found.blockers and found.blockers[0].code == Code.NAME_NOT_RESOLVED:
        path = found.blockers[0].cause.path
        if not path or path in on:
            return
        on[path] = True
        try:
            copy = edit(on)
            found = copy.trace(source.name, destination.name, traffic, port)
        except ReachsimError:  # it is no switch: a record, a service
            return
        yield from (_obstacle(copy, found, blocker) for blocker in found.blockers)


_FUNCTIONS: KeyPath = ("lambda_functions",)


def _obstacle(engine: Engine, found: Trace, blocker: Blocker) -> Obstacle:
    path = blocker.cause.path
    where_to_edit = blocker.where
    if path == _FUNCTIONS:  # the interface that functions share has no key of its own
        path = attachment_of(engine.design, found.source) or path
        where_to_edit = engine.locate(path)
    key = format_path(path) if path else ""
    led_by: tuple[KeyPath, ...] = ()
    way = next((way for way in found.ways if blocker in way.blockers), None)
    if way is not None and blocker.cause.code not in FILTERS:
        hops = (way.forward if blocker.leg == "forward" else way.reply)[: blocker.hop]
        led_by = tuple(route for route in routes_of(hops) if route != path)
    if way is not None:
        led_by = (*_misplaced(engine, way.forward if blocker.leg == "forward" else (), blocker.hop), *led_by)
    where = tuple(map(engine.locate, led_by))
    return Obstacle(blocker, where_to_edit, key, rules().get(blocker.rule_id), led_by, where)


def _misplaced(engine: Engine, hops: tuple[Hop, ...], index: int) -> Iterator[KeyPath]:
    """The subnet of a public NAT gateway whose table does not lead to the internet gateway (NATGW-1): what stops a packet
    from where a route sends it to the NAT gateway on is in its way because the NAT gateway is there."""
    view = Looking(engine)
    sent: int | None = None  # the last hop that a route of a VPC sent on
    for place, hop in enumerate(hops):
        interface = view.interface(hop.component)
        late = index > (place if sent is None else sent)
        if interface is not None and late and _is_out_of_place(engine, view, interface):
            yield (*interface.path, "subnet")
            return
        if "route_tables" in hop.path:
            sent = place


def _is_out_of_place(engine: Engine, view: Looking, interface: NetworkInterface) -> bool:
    """Whether an interface is a public NAT gateway's, in a subnet whose default route is not to the internet gateway."""
    vpc = interface.vpc.name
    body = engine.design.vpcs[vpc].nat_gateways.get(interface.name.partition(".")[2])
    if body is None or body.regional or body.connectivity != "public":
        return False
    return (
        view.target(vpc, view.table_of(interface.subnet.name, vpc), DEFAULT) != engine.design.vpcs[vpc].internet_gateway
    )


def _open(
    engine: Engine,
    source: Endpoint,
    destination: Endpoint,
    traffic: Traffic,
    port: int | None,
    sections: tuple[str, ...],
) -> Trace:
    """The same packet with every rule set of some sections open, in both directions."""
    opened = {
        filter: _opened(engine.book[filter])
        for rules_of, filter in engine.topology.rules.items()
        if rules_of.section in sections
    }
    book = FilterBook({**engine.book.edited, **opened})
    return trace(source, destination, traffic, port, endpoints=engine.ends, locate=engine.locate, book=book)


def _opened(filter: Filter) -> Filter:
    clause = Clause(True, AddressSet.everything(), EVERYTHING, "opened to see what else is in the way")
    return Filter(
        filter.name, filter.direction, (clause,), stateful=filter.stateful, code=filter.code, rule=filter.rule,
        path=filter.path,
    )  # fmt: skip


_BOTH = ("security_groups", "network_acls")


def _layers(found: Trace, with_open: Callable[..., Trace]) -> Iterator[Layer]:
    """What opening each layer of rules would change, and what that proves of the others."""
    groups, acls, both = with_open("security_groups"), with_open("network_acls"), with_open(*_BOTH)
    if _same(found, both):
        text = "security groups and network ACLs are innocent: with every one of them open the same would stop it"
        yield Layer("security groups and network ACLs", True, text + _beyond(both))
    else:
        yield _layer("security groups", found, groups)
        yield _layer("network ACLs", found, acls)
    routing = "everything else (routes, gateways, hosts, functions)"
    if both.reachable:
        yield Layer(routing, True, f"{routing} is innocent: with every group and ACL open it works")
    else:
        text = f"{routing} is to blame: with every group and ACL open, {_first(both)} still stops it"
        yield Layer(routing, False, text)


def _layer(name: str, found: Trace, opened: Trace) -> Layer:
    """What opening one layer of rules changes."""
    if opened.reachable:
        return Layer(name, False, f"{name} alone are to blame: with all of them open it works")
    if _same(found, opened):
        return Layer(name, True, f"{name} are innocent: with all of them open the same would stop it{_beyond(opened)}")
    return Layer(
        name, False, f"{name} are in the way, but not alone: with all of them open, {_first(opened)} still stops it"
    )


def _beyond(found: Trace) -> str:
    """What to add where a packet has no way on, so that nobody can say what would meet it there, or its answer."""
    hops = found.shown.forward
    ends = bool(hops) and hops[-1].action == "drop"
    return "; what lies beyond, and the way back, is not judged" if ends else ""


def _same(one: Trace, other: Trace) -> bool:
    return _stops(one) == _stops(other)


def _stops(found: Trace) -> set[tuple[str, str, str, str]]:
    """What stops a packet, wherever its addresses lead it."""
    return {(b.code, b.component, b.checkpoint, b.leg) for b in found.blockers}


def _first(found: Trace) -> str:
    if found.blockers:
        first = found.blockers[0]
        return f"{first.component} {first.checkpoint} ({first.code})"
    return found.undecided or "something"


def _probe(
    engine: Engine,
    source: Endpoint,
    destination: Endpoint,
    traffic: Traffic,
    port: int | None,
    edit: Editor,
    found: Trace,
) -> Probe | None:
    """A plain instance in the subnet and the groups of a function, sending the same packet."""
    asked = function_asked(engine.design, source.name)
    if asked is None:
        return None
    function = engine.design.lambda_functions[asked[0]]
    versions = function.versions_of(asked[1]) or ()
    bodies = [body for _, body, _ in versions if body.vpc is not None]
    body = bodies[0] if bodies else function.latest
    if body.vpc is None or not body.subnets:
        return None
    subnet = body.subnets[0]
    name = next(
        n
        for n in ("probe", *(f"probe-{i}" for i in range(1, 10_000)))
        if f"{body.vpc}.{n}" not in engine.topology.interfaces
    )
    new: dict[str, Any] = {"subnet": subnet}
    if body.security_groups is not None:
        new["security_groups"] = list(body.security_groups)
    path: KeyPath = ("vpcs", body.vpc, "instances", name)
    try:
        whole = engine.design.vpcs[body.vpc].instances
        copy = edit({path: new} if whole else {path[:3]: {name: new}})
        seen = copy.trace(f"{body.vpc}.{name}", destination.name, traffic, port)
    except ReachsimError:
        return None
    groups = ", ".join(body.security_groups or DEFAULT_GROUP)
    place = f"subnet {subnet} of {body.vpc} with security groups {groups}"
    differs = seen.reachable != found.reachable
    text = f"a plain instance in {place} would see: {seen.client_sees}"
    if seen.reachable and not found.reachable:
        text += (
            f". What is different about {source.name}: {found.blockers[0].text if found.blockers else found.undecided}"
        )
    elif not seen.reachable and seen.blockers and found.blockers:
        text += (
            f", stopped by the same: {source.name} being a function is not the reason"
            if _first(seen) == _first(found)
            else f", stopped by {_first(seen)}, not by {_first(found)}"
        )
    return Probe(place, seen, differs, text)
