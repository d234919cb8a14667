"""Generated networks for the laws of exact answers: packets on the borders of sets, edits, expectations."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from tests.oracle import components
from tests.oracle.steering import along_a_route, twins
from tests.oracle.text import as_text
from tests.oracle.worlds import PORTS, chance, random_design, token

__all__ = ["twins"]  # asked for here by the laws

import reachsim
from reachsim.loading.tree import value_at
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.net.traffic import PORTED, Traffic
from reachsim.reach.flow_answer import flow_answers
from reachsim.testing.strategies.edits import rule_paths
from reachsim.topology.flows import flows
from reachsim.trace.result import Trace
from reachsim.trace.trace import replay

Design = dict[str, Any]
Path = tuple[str | int, ...]
Edit = tuple[Path, Any]
FAMILIES = (EVERY_IPV4.addresses, EVERY_IPV6.addresses)
ANYWHERE = AddressSet.everything()
NOWHERE = HeaderSpace.nothing()

FRESH = "REACHSIM_FRESH_LAWS"
"""The environment variable with which laws draw fresh networks, so many times as many; set by `tests.soak`."""

SLOWLY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
"""For machines of any speed."""
FIXED = settings(SLOWLY, derandomize=True)
"""The settings of every property test at a push: always the same examples."""


PROFILE = "further" if os.environ.get(FRESH) else "full"
"""Of designs with components: a soak draws what few designs have, too."""
every_seed = st.integers(0, 2**32 - 1)
seeds = every_seed if os.environ.get(FRESH) else st.integers(0, 99)
"""Seeds of networks. All laws take theirs from the same hundred, so that each network is loaded once; a soak from all."""


def laws(examples: int) -> settings:
    """The settings of a law: so many networks, always the same ones, but in a soak (`tests.soak`)."""
    fresh = float(os.environ.get(FRESH, 0))
    return settings(
        max_examples=max(1, round(examples * (fresh or 1))),
        derandomize=not fresh,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.explicit, Phase.generate],  # a smaller seed is no simpler network
    )


def plain(design: Design) -> Design:
    """A copy as a file would have it: nothing shared, every key a text."""
    out: Design = json.loads(json.dumps(design))
    return out


def loaded(design: Design) -> reachsim.Network:
    """A design, loaded by way of its text."""
    return reachsim.loads(as_text(design), file="generated.yaml")


def crowded(rng: random.Random, design: Design) -> Design:
    """The design with up to three likes of each plain instance, so that classes have members."""
    out = plain(design)
    for vpc in out["vpcs"].values():
        room = dict.fromkeys(vpc["subnets"], 3)
        for name, body in list(vpc["instances"].items()):
            ordinary = not body.keys() & {"nat", "source_dest_check", "state", "network_interfaces"}
            for number in range(rng.randint(0, 3) if ordinary else 0):
                if room.get(body.get("subnet"), 0) > 0:
                    room[body["subnet"]] -= 1
                    like = {key: body[key] for key in ("subnet", "security_groups") if key in body}
                    if chance(rng, 0.3):
                        like["client_ports"] = rng.choice(["32768-60999", "1024-65535"])
                    vpc["instances"][f"{name}-{number}"] = like | {"tags": {"like": name}}
    return out


def network(seed: int, *, crowd: bool = False, simple: bool = False) -> tuple[random.Random, Design, reachsim.Network]:
    """The network of a seed, its design, and the source of chance that goes on from there. Every other one has transit
    gateways, VPN, endpoints, load balancers and the like, unless it is to be `simple`."""
    state, design, net = _network(seed, crowd, simple or seed % 2 == 0)
    rng = random.Random()
    rng.setstate(state)
    return rng, plain(design), net


@lru_cache(maxsize=256)
def _network(seed: int, crowd: bool, simple: bool) -> tuple[Any, Design, reachsim.Network]:
    rng = random.Random(seed)
    while True:
        design = random_design(rng) if simple else components.random_design(rng, PROFILE)
        if crowd:
            design = crowded(rng, design)
        try:
            return rng.getstate(), design, loaded(design)
        except reachsim.DesignError:  # a few with components are none: they would ask for more addresses than there are
            if simple:
                raise


def some_pairs(
    rng: random.Random, net: reachsim.Network, most: int, *, inside: bool = False, design: Design | None = None
) -> list[tuple[str, str]]:
    """Ordered pairs of names; `inside`: of interfaces only; `design`: half of them along its routes through devices."""
    names = list(net.topology.interfaces) if inside else net.ends.names()
    pairs = [(one, other) for one in names for other in names if one != other]
    along = [along_a_route(rng, design) for _ in range(most // 2)] if design is not None else []
    steered = [pair for pair in dict.fromkeys(along) if pair is not None and (not inside or pair[1] in names)]
    return steered + rng.sample(pairs, min(most - len(steered), len(pairs)))


def pairs_of_likes(rng: random.Random, net: reachsim.Network, most: int) -> list[tuple[str, str]]:
    """Ordered pairs of interfaces that share a class, which the matrix answers from one walk between two of them."""
    groups = [[interface.name for interface in each.members] for each in net.classes.classes if len(each.members) > 1]
    pairs = [(one, other) for group in groups for one in group for other in group if one != other]
    return rng.sample(pairs, min(most, len(pairs)))


def border(rng: random.Random, space: HeaderSpace, most: int = 8) -> list[Packet]:
    """Packets at corners of the boxes of a set: each field is at the end of one of its runs."""
    boxes = list(space.boxes())
    packets: list[Packet] = []
    for _ in range(most if boxes else 0):
        box = rng.choice(boxes)
        service, source, destination, port = (
            rng.choice(rng.choice(field.spans))
            for field in (box.traffic, box.sources, box.destinations, box.source_ports)
        )
        packets.append(Packet(source, destination, service, port if service >> 16 in PORTED else 0))
    return packets


def traces(net: reachsim.Network, source: str, destination: str, packet: Packet) -> Iterator[Trace]:
    """The traces of one packet, one for each way in which the source may send it."""
    one, other = net.endpoint(source), net.endpoint(destination)
    traffic = Traffic.of((packet.service, packet.service))
    for flow in flows(one, other, net.ends):
        if flow.loss is not None or flow.unknown or not (flow.about is None or packet.service in flow.about):
            continue
        sources = destinations = None
        if flow.region is not None:
            sources, destinations = (flow.region, flow.alike) if flow.origin.interface is None else (None, flow.region)
        if (packet.source in sources if sources is not None else packet.source == flow.source) and (
            packet.destination in destinations if destinations is not None else packet.destination == flow.destination
        ):
            sent = replace(flow, source=packet.source, destination=packet.destination)
            part = next((part for part in flow_answers(flow, net.ends, net.book) if part.has(sent)), None)
            chosen = flow.chosen if part is None else part.flow.chosen  # any choice of AWS's shows what is decided
            flow = replace(flow, chosen=chosen)
            yield replay(one, other, packet, flow, traffic, locate=net.locate, book=net.book)


def freed(space: HeaderSpace, keep: str = "", world: AddressSet = ANYWHERE) -> HeaderSpace:
    """A set with all addresses of the family in place of its own; `keep`: "sources" or "destinations" in
    `world` stay as they are."""
    parts = []
    for box in space.boxes():
        family = next(family for family in FAMILIES if box.sources <= family)
        sources = box.sources & world if keep == "sources" else family
        destinations = box.destinations & world if keep == "destinations" else family
        parts.append(HeaderSpace.box(box.traffic, sources, destinations, box.source_ports))
    return HeaderSpace.union(parts)


def same(one: reachsim.Network, other: reachsim.Network, pairs: Iterable[tuple[str, str]]) -> None:
    """Two networks answer alike."""
    assert sorted(one.matrix().to_csv().splitlines()) == sorted(other.matrix().to_csv().splitlines())
    for source, destination in pairs:
        a, b = one.reach(source, destination), other.reach(source, destination)
        assert a.reachable == b.reachable, (source, destination)
        assert a.delivered == b.delivered, (source, destination)
        assert a.undecided == b.undecided


# --- edits ----------------------------------------------------------------------------------------------------


def applied(design: Design, edits: Iterable[Edit]) -> Design:
    """The design with values set at paths: None removes, an index past the end adds."""
    out = plain(design)
    for path, value in edits:
        *way, last = path
        at: Any = out
        for key in way:
            at = at[key]
        if value is None:
            del at[last]
        elif isinstance(at, list) and last == len(at):
            at.append(value)
        else:
            at[last] = value
    return out


def group_rules(design: Design) -> list[Path]:
    """Paths of all rules of security groups."""
    return rule_paths(design, "security_groups")


def acl_rules(design: Design) -> list[Path]:
    """Paths of all rules of ACLs."""
    return rule_paths(design, "network_acls")


def closing(rng: random.Random, design: Design) -> Edit | None:
    """An edit that can only close: a rule of a group less, or an ACL's allow made a deny."""
    path = rng.choice([*group_rules(design), *acl_rules(design), None])
    if path is None:
        return None
    rule = value_at(design, path)
    if path[2] == "security_groups":
        return path, None
    return path, {"deny" if key == "allow" else key: value for key, value in rule.items()}


def opening(rng: random.Random, design: Design) -> Edit:
    """An edit that can only open: one rule of a security group more."""
    vpc = rng.choice(list(design["vpcs"]))
    group = rng.choice(list(design["vpcs"][vpc]["security_groups"]))
    rules = design["vpcs"][vpc]["security_groups"][group]["ingress"]
    peer = rng.choice(["0.0.0.0/0", "10.0.0.0/8", "8.8.8.0/24", group, "web", "pl-some"])
    return ("vpcs", vpc, "security_groups", group, "ingress", len(rules)), {"allow": token(rng), "from": peer}


def route_edit(rng: random.Random, design: Design) -> Edit | None:
    """A route more, less, or to another target."""
    vpc = rng.choice(list(design["vpcs"]))
    tables = design["vpcs"][vpc]["route_tables"]
    table = rng.choice(list(tables))
    routes = tables[table]
    if routes and chance(rng, 0.4):
        return ("vpcs", vpc, "route_tables", table, rng.choice(list(routes))), None
    targets = ["blackhole", *design["vpcs"][vpc]["instances"], *design["vpcs"][vpc].get("nat_gateways", {})]
    targets += [design["vpcs"][vpc]["internet_gateway"]] * 3 if "internet_gateway" in design["vpcs"][vpc] else []
    to = rng.choice(["0.0.0.0/0", "0.0.0.0/0", "8.8.8.0/24", "128.0.0.0/1"])
    return ("vpcs", vpc, "route_tables", table, to), rng.choice(targets)


def direction_edit(rng: random.Random, design: Design) -> Edit | None:
    """A direction of a group or an ACL taken away, so that AWS's own holds there, or emptied, or two of its rules."""
    owners = [
        ("vpcs", vpc, section, name, direction)
        for vpc, body in design["vpcs"].items()
        for section in ("network_acls", "security_groups")
        for name, owner in body.get(section, {}).items()
        for direction in ("ingress", "egress")
        if direction in owner
    ]
    defaults = [path for path in owners if path[3] == "default"]
    if not owners:
        return None
    path = rng.choice(rng.choice([owners, defaults or owners]))
    return path, rng.choice([None, None, [], value_at(design, path)[:2]])


def any_edit(rng: random.Random, design: Design) -> Edit:
    """An edit of any kind."""
    made = rng.choice([closing, opening, opening, route_edit, member_edit, direction_edit])(rng, design)
    return made if made is not None else opening(rng, design)


def rule_edit(rng: random.Random, design: Design) -> Edit:
    """An edit of one rule of a group or an ACL."""
    made = rng.choice([closing, closing, opening, direction_edit])(rng, design)
    return made if made is not None else opening(rng, design)


def member_edit(rng: random.Random, design: Design) -> Edit:
    """Other groups for an instance, or another ACL for a subnet."""
    vpc = rng.choice(list(design["vpcs"]))
    body = design["vpcs"][vpc]
    if chance(rng, 0.5):
        path: Path = ("vpcs", vpc, "instances", rng.choice(list(body["instances"])), "security_groups")
        return path, rng.sample(["web", "db", "nat"], rng.choice([1, 2]))
    return ("vpcs", vpc, "subnets", rng.choice(list(body["subnets"])), "network_acl"), rng.choice(["tight", "loose"])


def structure_edit(rng: random.Random, design: Design) -> Edit:
    """Anything that is written anywhere, but for rules: taken away, turned over, or as it is written elsewhere. Every kind
    of component has its turn, by the names of keys."""
    places = [path for path in _paths(design) if not {"name", "version", "expect", "ingress", "egress"} & {*path}]
    names = sorted({str(path[-1]) for path in places})
    name = rng.choice(names)
    path = rng.choice([path for path in places if str(path[-1]) == name] if chance(rng, 0.5) else places)
    value = value_at(design, path)
    if isinstance(value, bool) and chance(rng, 0.7):
        return path, not value
    others = [value_at(design, other) for other in places if other[-1] == path[-1] or other[:-1] == path[:-1]]
    others = [other for other in others if type(other) is type(value) and other != value]
    return path, None if not others or chance(rng, 0.4) else rng.choice(others)


def _paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """The path of everything in some plain data."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (*here, key)
        yield from _paths(inner, (*here, key))


# --- expectations ---------------------------------------------------------------------------------------------


def expectations(rng: random.Random, net: reachsim.Network, count: int) -> list[dict[str, Any]]:
    """Promises between names, blocks and selections, most of which some packet breaks."""
    inner = [name for name in net.topology.interfaces if "(" not in name]
    others = [*net.ends.function_names(), *net.design.internet.hosts, "internet", "10.0.0.0/8", "8.8.0.0/16"]
    selectors: list[Any] = [{"vpc": vpc} for vpc in net.topology.vpcs]
    selectors += [{"subnet": s.full_name} for vpc in net.topology.vpcs.values() for s in vpc.subnets.values()]
    selectors += [
        {"tag": {"like": interface.tags[0][1]}} for interface in net.topology.interfaces.values() if interface.tags
    ]
    out = []
    for _ in range(count):
        ends = [rng.choice(rng.choice([inner, inner, others, selectors])) for _ in range(2)]
        if all(isinstance(end, str) and end not in inner for end in ends):
            ends[0] = rng.choice(inner)
        if ends[0] == ends[1] and isinstance(ends[0], str):
            continue
        traffic = rng.choice([token(rng), f"tcp/{rng.choice(PORTS)}", "tcp/443", "all"])
        verb = rng.choice(["allow", "deny"])
        one = {"from": ends[0], "to": ends[1], verb: traffic}
        out.append(one | ({"one_way": True} if verb == "allow" and chance(rng, 0.3) else {}))
    return out
