"""Functions of Lambda: those with subnets are in a VPC, the others outside of every one (LAMBDA-1, LAMBDA-2)."""

from __future__ import annotations

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import groups_of
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown


def add_functions(draft: Draft) -> None:
    """Every function with what its latest version is attached to."""
    draft.each("Functions", add_function, _leave_out)


def add_function(draft: Draft, item: Item) -> None:
    """One function. Raises NotKnown where it is not known in which subnets it is."""
    config = item.get("VpcConfig")
    subnets = config.list("SubnetIds") if isinstance(config, Fields) else []
    body: Data = {}
    if subnets:
        vpc = draft.vpc_of.get(str(subnets[0]), "")
        if not all(draft.local(vpc, str(each)) for each in subnets) or not vpc:
            draft.note("left out", item.id, "it is in no subnet that was read", item)
            return
        own = Item(item.id, dict(config.attributes), item.origin)
        groups = groups_of(draft, own, "SecurityGroupIds", vpc)
        if groups is not None and "unknown" in groups:
            raise NotKnown(Unknown("its security groups"))
        body = {"vpc": draft.names[vpc], "subnets": [draft.names[str(each)] for each in subnets]}
        body |= {} if groups is None else {"security_groups": groups}
    name = draft.naming.name("targets", item.text("FunctionName"), item.id)
    draft.top("lambda_functions")[name] = {"latest": body} if body else {}
    draft.place(item, ("lambda_functions", name))


def _leave_out(draft: Draft, item: Item, reason: str) -> None:
    draft.note("left out", item.id, f"where it is is not known: {reason}", item)
