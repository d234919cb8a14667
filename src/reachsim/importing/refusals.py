"""What AWS would refuse of a design that was imported: it is left out, and the rest is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reachsim.errors import DesignError, Problem
from reachsim.importing.builder.vpcs import PLACEHOLDER
from reachsim.importing.imported import Imported, Note, Path
from reachsim.loading.load import check

_ROUNDS: Final = 50
_IN_VPC: Final = 4
"""How many steps lead to what a VPC has in a section."""
_TOP: Final = frozenset(
    (
        *("peering_connections", "vpn_connections", "transit_gateways", "direct_connect_gateways", "prefix_lists"),
        *("endpoint_services", "private_hosted_zones", "lambda_functions"),
    )
)
"""Sections outside VPCs of which a member may go."""
_SECTIONS: Final = frozenset(
    (
        *(
            "subnets",
            "instances",
            "interfaces",
            "nat_gateways",
            "vpc_endpoints",
            "load_balancers",
            "network_interfaces",
        ),
        *("route_tables", "routes", "main", "security_groups", "network_acls", "vpn_gateways", "attachments"),
    )
)
"""Mappings of which a member may go."""
_OPTIONAL: Final = frozenset({"private_ip", "public_ip", "ipv6_address", "az", "secondary_private_ips"})


def leave_out_refused(out: Imported) -> None:
    """Take out of a design what AWS would refuse, each with a note, until the rest of it loads.

    Raises DesignError where what is refused is the design itself.
    """
    for _ in range(_ROUNDS):
        try:
            check(out.document)
            return
        except DesignError as error:
            refused: dict[Path, str] = {}
            for problem in error.problems:
                part = refused_part(out.design, problem.path)
                if part is None:
                    raise
                refused.setdefault(part, problem.message)
            take_out(out, refused)
    raise DesignError([Problem("too much of it is refused")])


def refused_part(design: Any, path: Path) -> Path | None:
    """The smallest part of a design around a path that may go alone; None where there is none."""
    while len(path) > 1:
        *above, last = path
        holder = _at(design, above)
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder) and len(path) >= _IN_VPC:
            return path
        if isinstance(holder, dict) and last in holder and _may_go(path):
            return path
        path = path[:-1]
    return None


def take_out(out: Imported, refused: dict[Path, str]) -> None:
    """Delete parts of a design, with a note for each; of a list the last first, so that the others stay where they are."""
    whole = [path for path in refused if not any(path[:length] in refused for length in range(1, len(path)))]
    for path in sorted(whole, key=_order, reverse=True):
        *above, last = path
        holder = _at(out.design, above)
        del holder[last]
        if holder == [] and above[-1] == "cidrs":
            holder.append(PLACEHOLDER)
    out.notes += [Note("left out", ".".join(map(str, path)), refused[path]) for path in whole]


def _order(path: Path) -> tuple[tuple[bool, int, str], ...]:
    return tuple((isinstance(step, int), step if isinstance(step, int) else 0, str(step)) for step in path)


def _at(design: Any, path: Iterable[str | int]) -> Any:
    """What stands at a path; None where nothing does."""
    for step in path:
        if isinstance(design, list) and isinstance(step, int) and step < len(design):
            design = design[step]
        elif isinstance(design, dict):
            design = design.get(step)
        else:
            return None
    return design


def _may_go(path: Path) -> bool:
    if len(path) < _IN_VPC:
        return len(path) == 2 and path[0] in _TOP
    return path[-2] in _SECTIONS or (len(path) > _IN_VPC and path[2] == "route_tables") or path[-1] in _OPTIONAL
