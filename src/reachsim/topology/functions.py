"""Functions as ends of questions: what versions and aliases send from (chapter LAMBDA)."""

from __future__ import annotations

from dataclasses import replace

from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import EVERY_IPV4, AddressSet
from reachsim.resources.lambda_function import FunctionConfiguration, LambdaService
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.ephemeral import UNKNOWN_CLIENT
from reachsim.rules.verdict import Loss
from reachsim.topology.topology import Topology


def function_end(asked: str, reference: str, topology: Topology, world: AddressSet) -> Endpoint | None:
    """A function, as ``NAME``, ``NAME:VERSION`` or ``NAME:ALIAS``: one origin for each subnet of each version that is meant
    (**LAMBDA-19**, LAMBDA-26), as an API's integration says it too (**LAMBDA-27**); None where there is no such function.

    `asked`: what the end is called. `world`: addresses of the internet, from which a function outside any VPC sends.
    """
    name, colon, qualifier = reference.partition(":")
    function = topology.source.design.lambda_functions.get(name)
    versions = function.versions_of(qualifier if colon else None) if function is not None else None
    if function is None or versions is None:
        return None
    alias = qualifier if qualifier in function.aliases else None
    if not versions:
        return Endpoint(asked, "function", unknown=f"to which version alias {alias} of {name} leads is not known")
    managed = next(((version, body) for version, body, _ in versions if body.capacity_provider is not None), None)
    if managed is not None:
        return Endpoint(asked, "function", unknown=_on_managed_instances(f"{name}:{managed[0]}", managed[1]))
    origins: list[Origin] = []
    interfaces: list[NetworkInterface] = []
    for version, body, share in versions:
        path: KeyPath = ("lambda_functions", name, "latest")
        if version != "$LATEST":
            path = ("lambda_functions", name, "versions", version)
        label = "" if len(versions) == 1 else f"version {version}"
        if body.vpc is None:
            origin = _outside_vpc(name, version, alias, path, topology, world)
            origins.append(replace(origin, label=label, share=share, path=path))
            continue
        subnets = body.subnet_names
        for subnet in subnets:
            interface = topology.functions[body.vpc, subnet, body.group_names]
            interfaces.append(interface)
            place = f"subnet {subnet}" if len(subnets) > 1 else ""
            both = ", ".join(part for part in (label, place) if part)
            # The shared interface may have an IPv6 address for another function (LAMBDA-18).
            addresses = tuple(a for a in interface.addresses if body.ipv6 or a <= IPV4_LAST)
            origin = Origin.of_interface(interface, both, addresses)
            origins.append(replace(origin, share=share / len(subnets), path=path))
    loss = None
    if not interfaces:
        text = f"{asked} runs outside any VPC, where nobody can open a connection to it"
        loss = Loss(Code.LAMBDA_OUTBOUND_ONLY, "LAMBDA-8", text, path=("lambda_functions", name))
    return Endpoint(asked, "function", tuple(origins), tuple(dict.fromkeys(interfaces)), loss=loss)


def _on_managed_instances(version: str, body: FunctionConfiguration) -> str:
    """Why nobody can tell what a version sends and takes that runs on Lambda Managed Instances (**LAMBDA-33**)."""
    return f"{version} runs on Lambda Managed Instances, capacity provider {body.capacity_provider}, not modelled"


def _outside_vpc(
    name: str, version: str, alias: str | None, path: KeyPath, topology: Topology, world: AddressSet
) -> Origin:
    """A version outside any VPC, which sends from an address of AWS's own (LAMBDA-1)."""
    design = topology.source.design
    where = f"alias {alias} of {name} names version {version}" if alias else f"{name}:{version}"
    latest = design.lambda_functions[name].latest
    reason = f"{where}, which has no VPC attachment" if alias else f"{where} has no VPC attachment"
    if latest.vpc is not None and version != "$LATEST":
        reason += f" though $LATEST is in VPC {latest.vpc}"
    named = ("lambda_functions", name, "aliases", alias) if alias else path
    service = LambdaService(f"{name}:{version}", reason, named, topology.internet)
    # IPv6 is something a function opts into inside a VPC (LAMBDA-18).
    # A named host's address is that host's, and never the service's.
    hosts = AddressSet.union_of((int(host.ip), int(host.ip)) for host in design.internet.hosts.values())
    outside = (world & EVERY_IPV4.addresses) - hosts
    return Origin("", service, None, (), outside, UNKNOWN_CLIENT, certain=False, path=path)
