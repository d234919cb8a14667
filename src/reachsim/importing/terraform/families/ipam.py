"""Pools of IPAM, which tell whether a block of theirs is on the internet (IGW-15)."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.assembly import Assembly, known
from reachsim.importing.terraform.snapshot import Open, Resource
from reachsim.rules.internet_gateway import scope_of_pool

_POOL: Final = "aws_vpc_ipam_pool"
_SCOPE: Final = "aws_vpc_ipam_scope"
_IPAM: Final = "aws_vpc_ipam"
TYPES: Final = frozenset({_IPAM, _POOL, _SCOPE, "aws_vpc_ipam_pool_cidr", "aws_vpc_ipam_pool_cidr_allocation"})


def attribute_of(made: Assembly, each: Resource) -> str | Unknown | None:
    """Whether the IPv6 block that something gives a VPC is on the internet, in the words of AWS's API, `public` or
    `private`; None where nothing is told of it, and it is Amazon's, or brought."""
    told = known(each.get("ipv6_address_attribute")) or ("private" if each.get("ip_source") == "none" else "")
    pool = each.get("ipv6_ipam_pool_id")
    if told or pool is None:
        return told or None
    scopes = {_scope_of(made, id) for id in _possible(pool)} or {""}
    scope = scopes.pop() if len(scopes) == 1 else ""
    return scope or Unknown("nothing tells which scope its pool of IPAM is of")


def _scope_of(made: Assembly, pool: str) -> str:
    """`private` or `public`; empty where the file does not tell, or where a pool is public and not to be advertised."""
    found = _one(made, _POOL, pool)
    if found is None:
        return ""
    told = known(found.get("ipam_scope_type")) or ""
    if not told:
        scopes = {_kind_of_scope(made, id) for id in _possible(found.get("ipam_scope_id"))}
        told = scopes.pop() if len(scopes) == 1 else ""
    public = bool(known(found.get("public_ip_source")) or known(found.get("aws_service")))
    return scope_of_pool(told, public_alone=public, advertised=found.get("publicly_advertisable"))


def _kind_of_scope(made: Assembly, scope: str) -> str:
    """Whether a scope is private or public: an IPAM has one of each by default, and what is added to these is private."""
    for ipam in _all(made, _IPAM):
        for kind in ("private", "public"):
            own = ipam.get(key := f"{kind}_default_scope_id")
            if scope in (own, f"{ipam.id}.{key}"):
                return kind
    return "" if _one(made, _SCOPE, scope) is None else "private"


def _possible(link: Any) -> tuple[str, ...]:
    """The ids that a link may be; none where it may be any."""
    if isinstance(link, Open):
        return link.candidates
    return (link,) if isinstance(link, str) else ()


def _all(made: Assembly, type: str) -> list[Resource]:
    """The resources and data sources of a type."""
    return [*made.found.of(type), *(each for each in made.found.data if each.address.type == type)]


def _one(made: Assembly, type: str, id: str) -> Resource | None:
    return next((each for each in _all(made, type) if each.id == id), None)
