"""Edits that give IPv6 to those who have none and ask for it: functions, and hosts in subnets with both families (IPV6)."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.resources.lambda_edits import runs_latest
from reachsim.resources.lambda_function import function_asked
from reachsim.resources.mending import Case, Edit, advises, mends
from reachsim.rules.codes import Code
from reachsim.rules.subnet import RESERVED_COUNT


def _apart(case: Case) -> bool:
    """Whether the two ends have no address of the same family (ROUTE-5)."""
    return case.cause.code is Code.NO_POSSIBLE_DESTINATION and case.cause.rule == "ROUTE-5"


@mends
def functions_with_ipv6(case: Case) -> Iterator[Edit]:
    """IPv6 of a function, which has to ask for it, where all of its subnets have it (LAMBDA-18)."""
    asked = function_asked(case.view.design, case.asked_from)
    if asked is None or not _apart(case) or not runs_latest(case, *asked):
        return
    name, latest = asked[0], case.view.design.lambda_functions[asked[0]].latest
    subnets = {} if latest.vpc is None else case.view.design.vpcs[latest.vpc].subnets
    if latest.vpc is not None and all(subnets[each].ipv6_cidr is not None for each in latest.subnet_names):
        yield Edit.setting(("lambda_functions", name, "latest", "ipv6"), True, f"let {name} use IPv6 (ipv6: true)")


@mends
def hosts_with_ipv6(case: Case) -> Iterator[Edit]:
    """An IPv6 address of the end that has none, in a subnet with both families (IPV6-1)."""
    ends = (case.sender, case.view.interface(case.cause.component))
    for interface in ends if _apart(case) else ():
        free = None if interface is None or interface.shared else _free(interface)
        body = None if interface is None else case.view.written(interface.path)
        if interface is not None and free is not None and isinstance(body, dict) and "subnet" in body:
            address = format_address(free)
            text = f"give {interface.name} the IPv6 address {address}"
            yield Edit.setting((*interface.path, "ipv6_address"), address, text, 2)


def _free(interface: NetworkInterface) -> int | None:
    """The lowest free IPv6 address of the subnet of an interface that has none; None where there is none."""
    if any(address > IPV4_LAST for address in interface.addresses):
        return None
    taken = {address for each in interface.subnet.interfaces for address in each.addresses}
    for block in interface.subnet.blocks:
        if block.version == 6:
            low, high = block.span
            return next((address for address in range(low + RESERVED_COUNT, high) if address not in taken), None)
    return None


@advises
def no_family_in_common(case: Case) -> Iterator[str]:
    """What is left where a subnet has one family alone."""
    if _apart(case):
        yield "the two ends have no address of one family (ROUTE-5): one of them needs the other's, in a subnet that has it"
