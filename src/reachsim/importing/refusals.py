"""What AWS would refuse of a design that was imported: it is left out, and the rest is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from reachsim.errors import DesignError, Problem
from reachsim.importing.builder.vpcs import PLACEHOLDER
from reachsim.importing.imported import Imported, Note, Path
from reachsim.loading.load import check
from reachsim.resources.reference import UNKNOWN

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
_COMPONENTS: Final = frozenset(
    {"instances", "interfaces", "nat_gateways", "vpc_endpoints", "load_balancers", "vpn_gateways"}
)
"""Sections of a VPC of which a member that is refused is there all the same, with other values."""
_NAMED: Final = frozenset({"network_acl", "route_table"})
"""Keys of a subnet that name another part, which may be gone."""
_OPTIONAL: Final = frozenset({"private_ip", "public_ip", "ipv6_address", "az", "secondary_private_ips"})


def leave_out_refused(out: Imported) -> None:
    """Take out of a design what AWS would refuse, each with a note, until the rest of it loads.

    What is refused is there all the same, with values that AWS takes; so what names it is not known, rather than gone.
    Raises DesignError where what is refused is the design itself.
    """
    gone: set[str] = set()
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
            take_out(out, refused, gone)
    raise DesignError([Problem("too much of it is refused")])


def refused_part(design: Any, path: Path) -> Path | None:
    """The smallest part of a design around a path that may go alone; None where there is none.

    A load balancer without one of its targets would be another one, of which too much was told for certain.
    """
    if path[2:3] == ("load_balancers",) and "targets" in path[4:]:
        path = path[:_IN_VPC]
    while len(path) > 1:
        *above, last = path
        holder = _at(design, above)
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder) and len(path) >= _IN_VPC:
            return path
        if isinstance(holder, dict) and last in holder and _may_go(path):
            return path
        path = path[:-1]
    return None


def take_out(out: Imported, refused: dict[Path, str], gone: set[str]) -> None:
    """Delete parts of a design, with a note for each; of a list the last first, so that the others stay where they are.

    `gone`: names of what was taken out before; those of this time are added.
    """
    whole = [path for path in refused if not any(path[:length] in refused for length in range(1, len(path)))]
    for path in sorted(whole, key=_order, reverse=True):
        *above, last = path
        holder = _at(out.design, above)
        if holder is None or isinstance(holder, str) or _opened(out.design, path, holder, refused[path], gone):
            continue
        del holder[last]
        if isinstance(last, int):
            _shift(out, path)
        if holder == [] and above[-1] == "cidrs":
            holder.append(PLACEHOLDER)
    gone |= {str(path[-1]) for path in whole if len(path) == (_IN_VPC if path[0] == "vpcs" else 2)}
    out.notes += [Note("left out", ".".join(map(str, path)), refused[path]) for path in whole]


def _shift(out: Imported, gone: Path) -> None:
    """Move the places of what comes after a member of a list that is gone."""
    *above, last = gone
    for path in [path for path in out.entries if path[:-1] == tuple(above) and int(path[-1]) >= int(last)]:
        origin = out.entries.pop(path)
        if int(path[-1]) > int(last):
            out.entries[*above, int(path[-1]) - 1] = origin


def _opened(design: Any, path: Path, holder: Any, why: str, gone: set[str]) -> bool:
    """Put what is not known in the place of what is refused; False where nothing hangs on it, so that it may go."""
    last = path[-1]
    if last in _NAMED:
        holder[last] = UNKNOWN
    elif path[0] == "private_hosted_zones" and path[2:3] == ("records",):
        holder[last] = [UNKNOWN]
    elif path[0] == "vpcs" and len(path) == _IN_VPC and path[2] in _COMPONENTS:
        vpc, body = design["vpcs"][path[1]], holder.pop(last)
        named = [body["subnet"]] if "subnet" in body else body.get("subnets") or []
        known = {"subnets": named} if named and all(each in vpc.get("subnets", {}) for each in named) else {}
        vpc.setdefault("unknown_components", {})[last] = {**known, "why": why}
    elif path[-2] == "security_groups" and isinstance(holder, list):
        _at(design, path[:-2])["security_groups"] = UNKNOWN
    else:
        left = _without(holder[last], gone)
        if left == holder[last]:
            return False
        holder[last] = left
    return True


def _without(value: Any, gone: set[str]) -> Any:
    """A route's target, or a rule, in which what is gone is not known."""
    if isinstance(value, str):
        return UNKNOWN if value.rpartition(".")[2] in gone else value
    if isinstance(value, list):
        return [_without(each, gone) for each in value]
    if isinstance(value, dict):
        return {key: _without(each, gone) if key in ("from", "to", "target") else each for key, each in value.items()}
    return value


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
    return (
        path[-1] in _NAMED
        or path[-2] in _SECTIONS
        or (path[0] == "private_hosted_zones" and path[-2] == "records")
        or (len(path) > _IN_VPC and path[2] == "route_tables")
        or path[-1] in _OPTIONAL
    )
