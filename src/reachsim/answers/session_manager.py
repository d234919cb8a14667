"""Session Manager: which instances it can open a session on, what is in the way, and what it makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reachsim.answers.editable import Editable
from reachsim.answers.superfluous import Superfluous, superfluous
from reachsim.calls import made_by
from reachsim.engine import Engine
from reachsim.errors import EndpointError, UsageError, counted, shown, suggest
from reachsim.faces import Faced, ToldOf
from reachsim.resources.instance import Instance
from reachsim.resources.managed_node import InstanceProfile, SsmAgent
from reachsim.resources.resource import At
from reachsim.rules.clauses import KeyPath
from reachsim.rules.session_manager import (
    CORE_POLICY,
    DEFAULT_HOST_MANAGEMENT_SINCE,
    OLDER_SERVICE,
    PATIENCE_MINUTES,
    PORT_FORWARDING_SINCE,
    REQUIRED_SERVICES,
    SESSIONS_SINCE,
    TRAFFIC,
    WITHOUT_EC2MESSAGES,
    AgentVersion,
    format_version,
    image,
    missing_actions,
    parse_version,
    policies_allow,
)
from reachsim.stages import going_over
from reachsim.trace.result import Trace

Readiness = Literal["ready", "not ready", "not yet", "undecided"]
Met = Literal["met", "missing", "unknown"]
MOST_MINUTES: Final = 10**9


@made_by("net.session_manager()")
@dataclass(frozen=True, repr=False)
class Need(Faced):
    """One thing that an instance needs: ``role``, ``agent``, or the name of a service that the agent has to reach.

    `met`: whether it has it, as far as the design tells. `required`: False for what sessions can do without. `text`: in one
    sentence; `cure`: what to do where it is missing or unknown. `rule`: its ID. `where`: ``file:line`` of the key to edit.
    `trace`: of a service, how the agent's packet and its answer go.
    """

    name: str
    met: Met
    text: str
    rule: str
    required: bool = True
    cure: str = ""
    where: str = ""
    trace: Trace | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.met}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "met": self.met,
            "required": self.required,
            "text": self.text,
            "rule": self.rule,
            "cure": self.cure,
            "where": self.where,
            "trace": None if self.trace is None else self.trace.to_dict(),
        }


@made_by("net.session_manager()")
@dataclass(frozen=True, repr=False)
class ManagedNode(Faced):
    """One instance. `waiting`: why it is not ready yet though nothing is missing; empty where that is not so."""

    name: str
    needs: tuple[Need, ...]
    waiting: str
    where: str

    @property
    def state(self) -> Readiness:
        """``ready``, ``not ready``, ``not yet`` (nothing is missing but time) or ``undecided``."""
        found = {need.met for need in self.needs if need.required}
        if "missing" in found:
            return "not ready"
        if "unknown" in found:
            return "undecided"
        return "not yet" if self.waiting else "ready"

    @property
    def missing(self) -> tuple[Need, ...]:
        """What it needs and has not, in the order in which one would look."""
        return tuple(need for need in self.needs if need.required and need.met == "missing")

    @property
    def inbound_rules(self) -> tuple[str, ...]:
        """Inbound rules of the instance that let in an answer: none, since answers are tracked (SSM-1, SG-4)."""
        return tuple(
            hop.rule
            for need in self.needs
            for hop in (need.trace.reply if need.trace is not None else ())
            if hop.component.split("/")[0] == self.name and hop.checkpoint.endswith(" ingress") and hop.action == "pass"
        )

    def __str__(self) -> str:
        why = "; ".join(f"{need.name}: {need.text}" for need in self.needs if need.required and need.met != "met")
        why = why or self.waiting
        return f"{self.name}: {self.state}{f': {why}' if why else ''}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "state": self.state,
            "waiting": self.waiting,
            "needs": [need.to_dict() for need in self.needs],
            "where": self.where,
        }


@made_by("net.session_manager()")
@dataclass(frozen=True, repr=False)
class SessionManager(ToldOf):
    """Every instance that was asked about. True when all of them are ready.

    `superfluous`: rules and instances that nobody needs once sessions are opened by Session Manager.
    `named`: whether the instances were asked about by name, so that a text traces what they lack.
    """

    nodes: tuple[ManagedNode, ...]
    superfluous: Superfluous
    named: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        return all(node.state == "ready" for node in self.nodes)

    @property
    def state(self) -> Readiness:
        """The worst of the states: not ready, cannot decide, not yet, ready."""
        found = {node.state for node in self.nodes}
        order: tuple[Readiness, ...] = ("not ready", "undecided", "not yet")
        return next((state for state in order if state in found), "ready")

    @property
    def ways_missing(self) -> list[dict[str, str]]:
        """The services that agents have to reach and do not, as expectations of a file."""
        return [
            {"from": node.name, "to": f"service:{need.name}", "allow": TRAFFIC}
            for node in self.nodes
            for need in node.missing
            if need.trace is not None
        ]

    def count(self, state: Readiness) -> int:
        """Instances in a state."""
        return sum(node.state == state for node in self.nodes)

    def __iter__(self) -> Iterator[ManagedNode]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, name: str) -> ManagedNode:
        """An instance by its full name, or by its bare one. Raises KeyError."""
        found = [node for node in self.nodes if name in (node.name, node.name.partition(".")[2])]
        if len(found) != 1:
            raise KeyError(name)
        return found[0]

    @property
    def title(self) -> str:
        """How many are ready."""
        return f"{self.count('ready')} of {counted(len(self.nodes), 'instance')} ready"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "state": self.state,
            "instances": [node.to_dict() for node in self.nodes],
            "superfluous": self.superfluous.to_dict(),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each need of each instance, such as ``pandas.DataFrame(...)`` takes."""
        return [
            {"instance": node.name, "state": node.state, **{k: v for k, v in need.to_dict().items() if k != "trace"}}
            for node in self.nodes
            for need in node.needs
        ]


def session_manager(network: Editable, names: Sequence[str] = (), minutes: int | None = None) -> SessionManager:
    """Which instances Session Manager can open a session on (SSM-1 to SSM-14).

    `names`: of instances; all of them where none is named. `minutes`: since they were started, or since their role or way
    was mended; left out: long enough. Raises EndpointError for a name that is no instance, UsageError for minutes that are
    none.
    """
    if minutes is not None and (type(minutes) is not int or not 0 <= minutes <= MOST_MINUTES):
        raise UsageError(f"minutes {shown(minutes)} is no whole number from 0 on")
    found = [_named(network, name) for name in names] or list(_instances(network))
    asked = going_over("instances", found)
    nodes = tuple(_node(network, vpc, name, body, minutes) for vpc, name, body in asked)
    ready = [node.name for node in nodes if node.state == "ready"]
    return SessionManager(nodes, superfluous(network, ready), bool(names))


_Found = tuple[str, str, Instance]


def _instances(network: Engine) -> Iterator[_Found]:
    for vpc, body in network.design.vpcs.items():
        for name, instance in body.instances.items():
            yield vpc, name, instance


def _named(network: Engine, asked: str) -> _Found:
    """An instance by its full name, or by its bare one where that is unique. Raises EndpointError."""
    if not isinstance(asked, str):
        raise UsageError(f"the name of an instance is expected, got {shown(asked)}")
    known = {f"{vpc}.{name}": (vpc, name, body) for vpc, name, body in _instances(network)}
    found = [full for full, (_, name, _) in known.items() if asked in (full, name)]
    if len(found) > 1:
        raise EndpointError.ambiguous(asked, found)
    if not found:
        near = suggest(asked, [*known, *(name for _, name, _ in known.values())])
        text = f"{shown(asked)} is no instance of the design"
        raise EndpointError(text + (f"; did you mean {shown(near)}?" if near else ""), asked, (near,) if near else ())
    return known[found[0]]


def _node(network: Editable, vpc: str, name: str, body: Instance, minutes: int | None) -> ManagedNode:
    path: KeyPath = ("vpcs", vpc, "instances", name)
    asked: Editable = network
    waiting = ""
    if body.state == "stopped":
        waiting = f"it is stopped; once started, give it {PATIENCE_MINUTES} minutes"
        asked = network.with_({(*path, "state"): "running"})  # what it would have once it runs
    elif minutes is not None and minutes < PATIENCE_MINUTES:
        waiting = f"give it {PATIENCE_MINUTES - minutes} more minutes: a node appears some minutes after its start"
    version = _version(body.ssm_agent)
    needs = [
        _role(network, body.instance_profile, version, path),
        _agent(network, body, version, path),
        *(_service(asked, vpc, name, body, service, required=True) for service in REQUIRED_SERVICES),
    ]
    if version is not None and version < WITHOUT_EC2MESSAGES:
        needs.append(_service(asked, vpc, name, body, OLDER_SERVICE, required=False))
    return ManagedNode(f"{vpc}.{name}", tuple(needs), waiting, network.locate(path))


def _version(agent: SsmAgent | None) -> AgentVersion | None:
    return None if agent is None or agent.version is None else parse_version(agent.version)


def _role(network: Engine, profile: InstanceProfile | None, version: AgentVersion | None, path: KeyPath) -> Need:
    """Whether it may register and open channels (SSM-6, SSM-7)."""
    where = network.locate((*path, "instance_profile")) or network.locate(path)
    allowed: bool | None = False
    text, cure = "it has no instance profile", f"write instance_profile: [{CORE_POLICY}]"
    if profile is not None:
        allowed, text = _allows(profile)
        cure = f"add {CORE_POLICY} to its policies"
    if allowed is None:
        cure = "write what they allow as actions: [...] of its instance_profile"
    if allowed:
        return Need("role", "met", text, "SSM-6", where=where)
    if network.design.default_host_management:
        return _default_role(version, where)
    return Need("role", "unknown" if allowed is None else "missing", text, "SSM-6", cure=cure, where=where)


def _allows(profile: InstanceProfile) -> tuple[bool | None, str]:
    """Whether a profile allows what sessions need, None where that is not known; and why."""
    by_policy = policies_allow(profile.policies)
    missing = missing_actions(profile.actions)
    if by_policy or not missing:
        return True, f"its profile has {', '.join(profile.policies) or 'the actions'}"
    if by_policy is None:
        return None, f"what {', '.join(profile.policies)} allow is not known here"
    return False, f"its profile does not allow {', '.join(missing)}"


def _default_role(version: AgentVersion | None, where: str) -> Need:
    """The role that the Default Host Management Configuration gives, to agents that know it (SSM-6)."""
    least = format_version(DEFAULT_HOST_MANAGEMENT_SINCE)
    text = "its role comes from the Default Host Management Configuration"
    if version is None:
        text += f", which agents from {least} on take; its version is not written"
        return Need("role", "unknown", text, "SSM-6", cure="write ssm_agent: VERSION", where=where)
    if version < DEFAULT_HOST_MANAGEMENT_SINCE:
        text = f"agent {format_version(version)} takes no role from the Default Host Management Configuration"
        return Need("role", "missing", text, "SSM-6", cure=f"update it to {least} or later", where=where)
    return Need("role", "met", text, "SSM-6", where=where)


def _agent(network: Engine, body: Instance, version: AgentVersion | None, path: KeyPath) -> Need:
    """Whether the software is there, runs, and is new enough (SSM-8, SSM-9, SSM-10)."""
    agent = body.ssm_agent
    where = network.locate((*path, "ssm_agent")) or network.locate((*path, "ami")) or network.locate(path)
    least = format_version(SESSIONS_SINCE)
    if agent is None:
        found = image(body.ami)
        met: Met = "unknown" if found.agent is None else "met" if found.agent else "missing"
        cure = {
            "unknown": "write ssm_agent: true, false or its version",
            "missing": "install SSM Agent, and write ssm_agent: VERSION",
            "met": "",
        }[met]
        return Need("agent", met, found.text, found.rule, cure=cure, where=where)
    if not agent.installed:
        return Need("agent", "missing", "SSM Agent is not installed", "SSM-8", cure="install it", where=where)
    if not agent.running:
        return Need("agent", "missing", "SSM Agent does not run", "SSM-8", cure="start it", where=where)
    if version is None:
        text = f"SSM Agent is there; sessions need {least} or later"
        return Need("agent", "met", text, "SSM-8", where=where)
    said = f"SSM Agent {format_version(version)}"
    if version < SESSIONS_SINCE:
        text = f"{said} takes no sessions, {least} and later do"
        return Need("agent", "missing", text, "SSM-8", cure=f"update it to {least} or later", where=where)
    more = "" if version >= PORT_FORWARDING_SINCE else ", but forwards no ports and no SSH"
    return Need("agent", "met", f"{said} takes sessions{more}", "SSM-8", where=where)


def _service(network: Engine, vpc: str, name: str, body: Instance, service: str, *, required: bool) -> Need:
    """Whether the agent reaches a service, by its name, from the instance (SSM-1, **SSM-3**, SSM-4).

    Where an instance has several interfaces, all of them have to, or the first: which one its system sends by is not the
    network's matter (WALK-26), and the first is where the default route is.
    """
    full, end = f"{vpc}.{name}", f"service:{service}"
    trace = network.trace(full, end, TRAFFIC)
    if body.network_interfaces and not trace.reachable:
        first = network.trace(f"{full}/{next(iter(body.network_interfaces))}", end, TRAFFIC)
        others = trace.verdict == "partial" and not first.reachable
        if others:
            text = "reached by some of its interfaces, and not by the first"
            return Need(service, "unknown", text, "SSM-3", required, "ask for one interface", _where(first), trace)
        trace = first
    rule = "SSM-1" if required else "SSM-2"
    if trace.verdict == "undecided":
        return Need(service, "unknown", trace.undecided, rule, required, trace=trace)
    if trace.reachable:
        return Need(service, "met", f"by {way_of(trace)}", rule, required, trace=trace)
    part = "in part only: " if trace.verdict == "partial" else ""
    why = f"{part}{trace.blockers[0] if trace.blockers else trace.loss}"
    past = {hop.component.partition("/")[0] for hop in trace.forward}
    bypass = _bypass(network, vpc, service, past)
    if bypass is not None:
        text, cure, path = bypass
        text = f"not reached: {text}; that way, {why}"
        return Need(service, "missing", text, "SSM-4", required, cure, network.locate(path), trace)
    why = f"{_without_endpoint(network, vpc, service)}{why}"
    cure = f"reachsim session-manager FILE {full} --fix finds the edit"
    cure += f", reachsim explain FILE {full} {end} {TRAFFIC} says why"
    return Need(service, "missing", f"not reached: {why}", rule, required, cure, _where(trace), trace)


def _without_endpoint(network: Engine, vpc: str, service: str) -> str:
    """That a VPC has interface endpoints and none for a service, which then is meant by its public addresses (SSM-3)."""
    endpoints = getattr(network.design.vpcs[vpc], "vpc_endpoints", {}).values()
    names = {endpoint.short for endpoint in endpoints if endpoint.type == "interface"}
    alone = bool(names & {*REQUIRED_SERVICES, OLDER_SERVICE}) and service not in names
    return f"VPC {vpc} has no interface endpoint of {service}; its public addresses are not: " if alone else ""


def _bypass(network: Engine, vpc: str, service: str, met: set[str]) -> tuple[str, str, KeyPath] | None:
    """Why the name of a service leads past an endpoint for it that its VPC has, what to do, and where (**SSM-4**, EP-8).
    `met`: what the packet comes by; a private zone may lead it to the endpoint all the same."""
    body = network.design.vpcs[vpc]
    for name, endpoint in getattr(body, "vpc_endpoints", {}).items():
        at = At(vpc, "vpc_endpoints", name)
        if endpoint.type != "interface" or endpoint.short != service or at.full_name in met:
            continue
        reason = endpoint.without_private_dns(at, network.design)
        if not reason:
            return None
        text = f"its name leads past endpoint {at.full_name}, since {reason}"
        if endpoint.private_dns is False:
            return text, "write private_dns: true", (*at.path, "private_dns")
        for key in ("enable_dns_support", "enable_dns_hostnames"):
            if not getattr(body, key):
                written = (*at.path[:2], key) if key in body.model_fields_set else at.path[:2]
                return text, f"write {key}: true", written
        return text, "make the endpoint available", at.path
    return None


def _where(trace: Trace) -> str:
    return next((blocker.where for blocker in trace.blockers if blocker.where), "")


def way_of(trace: Trace) -> str:
    """By way of what a packet goes, in words: an endpoint, or what translates it on its way out (**SSM-3**)."""
    last = trace.forward[-1] if trace.forward else None
    if last is not None and last.checkpoint == "VPC endpoint":
        return f"interface endpoint {last.component}"
    devices = [f"{hop.checkpoint} {hop.component}" for hop in trace.forward if hop.action == "translate"]
    return ", ".join(dict.fromkeys(devices)) or "its own address"
