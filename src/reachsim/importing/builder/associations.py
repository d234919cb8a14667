"""Which subnets a route table or an ACL is of, where that may be in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reachsim.importing.builder.acls import BLOCKS, filters_nothing, lets_all_pass
from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import NOTHING, Fields, Item, Unknown
from reachsim.resources.reference import UNKNOWN


def associate_subnets(draft: Draft) -> None:
    """Say of all subnets which ACL and which table they have, as far as that is told."""
    for vpc in draft.vpc_ids:
        if vpc in draft.names:
            associate(draft, vpc, "NetworkAcls", "network_acl", "default")
            associate(draft, vpc, "RouteTables", "route_table", "main")


@dataclass(frozen=True)
class _Claim:
    """What an association says. `subnet`: the name of its subnet, empty where it may be any. `why`: what is in doubt.
    `told`: the association itself."""

    item: Item
    subnet: str
    why: str
    told: Fields = NOTHING


def associate(draft: Draft, vpc: str, kind: str, key: str, default: str) -> None:
    """Say of the subnets of a VPC which table or ACL they have; `default` is what those have that say nothing.

    A subnet has one of each kind (ROUTE-2, NACL-1), so what is certain of one excludes whatever may be.
    """
    subnets = draft.section(vpc, "subnets")
    indifferent = _indifferent(draft, vpc) if key == "network_acl" else set()
    claims = [claim for item in _relevant(draft, kind, vpc) for claim in _claims(draft, vpc, item)]
    sure = {claim.subnet for claim in claims if claim.subnet and not claim.why}
    for claim in claims:
        if claim.why:
            noun = "route table" if key == "route_table" else "network ACL"
            for name in [claim.subnet] if claim.subnet else list(subnets):
                whether = f"whether it is the {noun} of {draft.names[vpc]}.{name}"
                if name in indifferent - sure:
                    why = f"it makes no difference {whether}, for all that may be let everything pass ({claim.why})"
                    draft.note("assumed", claim.item.id, why, claim.item)
                elif name not in sure and subnets[name].get(key) != UNKNOWN:
                    subnets[name][key] = UNKNOWN
                    draft.unknown(claim.item, whether, claim.why)
        elif draft.names.get(claim.item.id) not in (default, None):
            subnets[claim.subnet][key] = draft.names[claim.item.id]
            draft.place_entry(("vpcs", draft.names[vpc], "subnets", claim.subnet, key), claim.told)


def _indifferent(draft: Draft, vpc: str) -> set[str]:
    """The subnets of which it does not matter which ACL they have, as all that it can be let everything pass."""
    claims = [claim for item in _relevant(draft, "NetworkAcls", vpc) for claim in _claims(draft, vpc, item)]
    return {
        name
        for name, body in draft.section(vpc, "subnets").items()
        if filters_nothing(draft, vpc, None, families := [each for each in BLOCKS if each in body])
        and all(lets_all_pass(claim.item, families) for claim in claims if claim.subnet in (name, ""))
    }


def _relevant(draft: Draft, kind: str, vpc: str) -> Iterable[Item]:
    """What is in a VPC, or may be."""
    return [*draft.inside(kind, vpc), *draft.adrift(kind)]


def _claims(draft: Draft, vpc: str, item: Item) -> Iterator[_Claim]:
    listed = item.members("Associations")
    vague = item.either("VpcId")
    doubt = item.maybe or (vague.reason if isinstance(vague, Unknown) else "")
    for each in listed.known:
        subnet = each.either("SubnetId")
        why = doubt or each.maybe or (subnet.reason if isinstance(subnet, Unknown) else "")
        if isinstance(subnet, str):
            if draft.local(vpc, subnet) in draft.section(vpc, "subnets"):
                yield _Claim(item, draft.names[subnet], why, each)
        elif why and "GatewayId" not in each.attributes:
            yield _Claim(item, "", why)
        elif isinstance(each.either("Main"), Unknown):
            yield _Claim(item, "", each.either("Main").reason)
    if listed.unknown:
        yield _Claim(item, "", listed.reason)
