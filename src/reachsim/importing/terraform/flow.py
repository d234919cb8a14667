"""Which resources an unknown id can be that of: everything that can flow into an expression.

The set is never too small. References are followed through variables, outputs, locals (which a plan does not keep: anything
in the module that something refers to, see `relevance`) and `each`; so where one resource is left, it is that one. Where an
id may come from outside the plan, the set is `open`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.addresses import Step, steps
from reachsim.importing.terraform.configuration import Expression, Scope, every_expression, references
from reachsim.importing.terraform.kinds import LINKS, MADE, Kind
from reachsim.importing.terraform.relevance import relevance
from reachsim.importing.terraform.snapshot import Resource, Snapshot

_IDS: Final = frozenset({"id", "arn", "name", "spot_instance_id"})
_OWN_IDS: Final = {"aws_route53_zone": "zone_id", "aws_eip": "allocation_id"}
"""By type: a further attribute that is its id."""
_ACCEPTS: Final = {
    **dict.fromkeys(
        ("aws_vpc_peering_connection_accepter", "aws_vpc_peering_connection_options"), "vpc_peering_connection_id"
    ),
    **dict.fromkeys(
        (f"aws_ec2_transit_gateway_{kind}_attachment_accepter" for kind in ("vpc", "peering")),
        "transit_gateway_attachment_id",
    ),
}
"""What has the id of what it accepts or sets: by type, the attribute that names that."""
_PLAIN_DATA: Final = (
    "aws_availability_zone", "aws_caller_identity", "aws_region", "aws_partition", "aws_iam_", "aws_ami", "aws_ssm_",
    "aws_service", "aws_prefix_list", "aws_ip_ranges", "aws_kms_", "aws_s3_", "aws_canonical", "aws_ec2_instance_type",
    "aws_elb_service_account", "aws_billing",
)  # fmt: skip
"""Data sources that know of no object of a network (a parameter of SSM does, but not of one that this plan makes)."""
_ASKED_BY_ID: Final = {
    "aws_vpc": "id", "aws_subnet": "id", "aws_security_group": "id", "aws_route_table": "route_table_id",
    "aws_internet_gateway": "internet_gateway_id",
}  # fmt: skip
"""Data sources that may be asked for by an id, and the argument that it is."""
_GIVES: Final = {
    "aws_vpc": ("VPC", "route table"),
    "aws_vpcs": ("VPC",),
    "aws_subnet": ("subnet", "VPC"),
    "aws_subnets": ("subnet",),
    "aws_subnet_ids": ("subnet",),
    "aws_security_group": ("security group", "VPC"),
    "aws_security_groups": ("security group", "VPC"),
    "aws_internet_gateway": ("gateway", "VPC"),
    "aws_route_tables": ("route table",),
    "aws_ec2_managed_prefix_list": ("prefix list",),
    "aws_route53_zone": ("hosted zone", "VPC"),
}
"""Data sources of which it is known what sorts of ids they have: other types may have any."""
_PASSING: Final = ("terraform_data", "null_resource")
_OF_NOTHING: Final = frozenset(
    {"owner_id", "dhcp_options_id", "association_id", "ipv6_association_id", "availability_zone_id", "requester_id"}
)
"""Attributes of AWS's resources that are ids of nothing that is linked to."""
_NOTHING: Final = ("count", "path", "terraform", "self")


@dataclass
class Flow:
    """What was found, by id. `open`: why there may be others. `chosen`: whether an expression on the way may come out as
    none of them: one that refers to more than what it is the id of, such as a condition. `unsettled`: what it refers to
    that is not known and no id of the kind, such as what an unknown condition is about; empty where there is nothing.
    `local`: whether it went through a local, of which the plan has no expression. `indexed`: whether something was taken for
    a key that may also be an id."""

    found: dict[str, Resource] = field(default_factory=dict)
    open: str = ""
    chosen: bool = False
    unsettled: str = ""
    local: bool = False
    indexed: bool = False


class Flows:
    """The ways of ids through one plan. `heeds`: whether what a plan says that it refers to is heeded; `infers`: whether
    expressions are taken for what they mostly are."""

    def __init__(self, found: Snapshot, *, heeds: bool = True, infers: bool = False) -> None:
        self.found, self.infers = found, infers
        self.relevant = relevance(found.relevant) if heeds else None
        self.beyond: dict[str, Flow] = {}
        self.configuration = found.blocks
        self.instances: dict[tuple[tuple[Step, ...], bool, str, str], list[Resource]] = {}
        self.modules: dict[tuple[Step, ...], set[tuple[Step, ...]]] = {}
        self.by_module: dict[tuple[Step, ...], list[Resource]] = {}
        self.of_modules: dict[str, dict[tuple[Step, ...], Flow]] = {}
        self.read: dict[str, list[Step]] = {}
        for each in (*found.managed, *found.data):
            at = each.address
            self.instances.setdefault((at.modules, at.data, at.type, at.name), []).append(each)
            self.by_module.setdefault(at.modules, []).append(each)
            for end in range(1, len(at.modules) + 1):
                self.modules.setdefault(at.modules[: end - 1], set()).add(at.modules[:end])

    def of(
        self,
        expressions: Iterable[Expression | None],
        scope: Scope,
        kind: Kind,
        keyed: bool = False,
        *,
        several: bool = False,
    ) -> Flow:
        """What of a kind can flow into expressions. `keyed`: take `x[each.key]` for the one with the same key, where both
        have the same keys (an inference: the expression may compute another). `several`: into a list, where
        `[x[each.value.y]]` is told as `concat(x[*], [each.value.y])`."""
        walk = _Walk(self, kind, keyed, several=several)
        for each in expressions:
            walk.references(references(each), scope)
        return walk.flow

    def wide(self, kind: Kind) -> dict[tuple[Step, ...], Flow]:
        """What of a kind there is in each module, or is passed to it or comes out of those that it calls. Modules pass
        things to each other, so this is repeated until nothing is added."""
        known = self.of_modules.get(kind.name)
        if known is not None:
            return known
        known = {each: Flow() for each in {(), *self.by_module, *self.modules, *chain(*self.modules.values())}}
        self.of_modules[kind.name] = known
        grows = True
        while grows:
            grows = False
            for modules, before in known.items():
                walk = _Walk(self, kind, False, local=True)
                walk.module_wide(modules)
                if len(walk.flow.found) > len(before.found) or (walk.flow.open and not before.open):
                    known[modules] = walk.flow
                    grows = True
        return known

    def may_flow(self, each: Resource, kind: Kind, made: str = "") -> bool:
        """Whether anything refers to the id of a resource of a kind, or of what it made (by the attribute of that)."""
        if self.relevant is None:
            return True
        named = self.relevant.has(each, made.partition(".")[0]) if made else self.relevant.has_id(each)
        return named or each in self.gone_over(kind).found.values()

    def unnamed(self, each: Resource, kind: Kind) -> bool:
        """Whether nothing refers to a data source."""
        return self.relevant is not None and not self.relevant.has_any(each) and not self.gone_over(kind).open

    def gone_over(self, kind: Kind) -> Flow:
        """What of a kind the calls of modules go over: Terraform does not follow the `each` of a call."""
        if kind.name not in self.beyond:
            walk = _Walk(Flows(self.found, heeds=False), kind, False)
            for modules in {each[:end] for each in ((), *self.by_module) for end in range(len(each) + 1)}:
                for call in self.configuration.calls(modules):
                    walk.references(references(call.get("for_each_expression")), Scope(modules, {}, None))
            self.beyond[kind.name] = walk.flow
        return self.beyond[kind.name]

    def steps(self, text: str) -> list[Step]:
        """The names in a reference. Raises ValueError for what is none."""
        if text not in self.read:
            self.read[text] = steps(text)
        return self.read[text]

    def is_output(self, text: str, name: str, scope: Scope) -> bool:
        """Whether a reference is a module that has an output of a name."""
        way = self.steps(text)
        call = (*scope.modules, Step(way[1].name)) if len(way) == 2 and way[0].name == "module" else ()
        return bool(call) and any(self.configuration.outputs(call, name))

    def keys(self, address: tuple[tuple[Step, ...], bool, str, str]) -> set[Any]:
        """The keys that a resource has instances with."""
        return {each.address.key for each in self.instances.get(address, [])}


class _Walk:
    """One walk backwards from an expression. `local`: from those of the locals of a module, which nobody knows; `several`:
    from a list."""

    def __init__(self, flows: Flows, kind: Kind, keyed: bool, *, local: bool = False, several: bool = False) -> None:
        self.flows, self.kind, self.keyed, self.local, self.several = flows, kind, keyed, local, several
        self.flow = Flow()
        self.seen: set[Any] = set()

    def references(self, listed: list[str], scope: Scope) -> None:
        """Everything that a list of references names."""
        # `x[each.key]` is told as x and each.key: two references and nothing else.
        indexed = len(listed) == 2 and listed[1] in ("each.key", "count.index")
        # Keys of for_each are seldom computed; indices are, and `(count.index + 1) % 2` is told as count.index.
        own = scope.key if self.keyed and indexed and listed[1] == "each.key" else None
        taken = self.flows.infers and self.is_indexed(listed, scope)
        self.flow.chosen = self.flow.chosen or not (indexed or taken or len(listed) == 1)
        for each in listed[:1] if taken else listed:
            self.reference(each, scope, own)
        if taken and not self.flow.indexed:
            self.flow.indexed = self.passes_ids(listed[1], scope)

    def passes_ids(self, text: str, scope: Scope) -> bool:
        """Whether something of the kind can flow into a reference by a way that was not gone yet."""
        walk = _Walk(self.flows, self.kind, False)
        walk.seen = set(self.seen)  # a plan that was made by hand may lead in a circle
        walk.reference(text, scope, None)
        return bool(walk.flow.open or walk.flow.found)

    def is_indexed(self, listed: list[str], scope: Scope) -> bool:
        """Whether one thing of several is taken by a key that is a part of `each.value` (`x[each.value.y].id`): a condition
        would go before. Ids and lists are no keys: `concat(x[*].id, each.value.ids)` is told alike, as is
        `concat(x[*].id, [each.value.y])`, which only what is counted can be in."""
        if len(listed) != 2 or not listed[1].startswith("each.value"):
            return False
        if listed[1].rstrip('"]').endswith(("s", "id")):
            return False
        whole = listed[0].split(".")
        keys = self.flows.keys((scope.modules, False, whole[0], whole[1])) if len(whole) == 2 else {None}
        return None not in keys and not (self.several and any(isinstance(key, int) for key in keys))

    def reference(self, text: str, scope: Scope, key: Any) -> None:
        # Whose `each` is meant matters to nothing else, and which of its keys only where keys are looked at.
        own = (id(scope.block), scope.key if self.keyed else None) if self.keyed or text.startswith("each") else None
        mark = (text, scope.modules, own, key)
        if mark in self.seen:
            return
        self.seen.add(mark)
        try:
            way = self.flows.steps(text)
        except ValueError:
            self.flow.open = self.flow.open or f"{text} cannot be followed"
            return
        head = way[0].name
        if head in _NOTHING:
            return
        if head == "each":
            if len(way) > 1 and way[1].name == "value":
                self.each_value(scope, way[2].name if len(way) > 2 else "")
        elif head == "var":
            self.variable(way[1].name if len(way) > 1 else "", scope)
        elif head == "local":
            chosen = self.flow.chosen  # what else the module has is not on the way
            self.everything(scope.modules)
            self.flow.local, self.flow.chosen = True, chosen
        elif head == "module" and len(way) > 1:
            self.module(way[1:], scope, key)
        elif head == "data" and len(way) > 2:
            self.resource(way[1:], scope, True, key)
        elif len(way) > 1:
            self.resource(way, scope, False, key)

    def each_value(self, scope: Scope, part: str) -> None:
        """What a block goes over. Where that is a resource with the same keys, `each.value` is the one of the same key;
        where it is a module, what is taken of that is the output of this name."""
        listed = references(scope.block.get("for_each_expression"))
        same = scope.key if self.keyed and len(listed) == 1 else None
        if same is not None and self.flows.is_output(listed[0], part, scope):
            listed = [f"{listed[0]}.{part}"]
        self.flow.chosen = self.flow.chosen or len(listed) != 1 or listed[0].startswith(("var.", "local."))
        outer = Scope(scope.modules, {}, None)
        for each in listed:
            self.reference(each, outer, same)

    def variable(self, name: str, scope: Scope) -> None:
        if not scope.modules:
            return  # a variable of the root module is known
        call = self.flows.configuration.call(scope.modules)
        passed = call.get("expressions")
        found = passed.get(name) if isinstance(passed, dict) else None
        caller = Scope(scope.modules[:-1], call, scope.modules[-1].key)
        for each in every_expression(found):
            self.references(references(each), caller)

    def everything(self, modules: tuple[Step, ...]) -> None:
        """All that a local of a module can be made of."""
        known = self.flows.wide(self.kind)[modules]
        self.flow.found |= known.found
        self.flow.open = self.flow.open or known.open

    def module_wide(self, modules: tuple[Step, ...]) -> None:
        """Everything in a module, and everything that is passed to it or comes out of those that it calls."""
        for each in self.flows.by_module.get(modules, ()):
            self.instance(each, None, modules)
        call = self.flows.configuration.call(modules)
        caller = Scope(modules[:-1], call, modules[-1].key if modules else None)
        if modules:
            for found in every_expression(call.get("expressions")):
                self.references(references(found), caller)
        for child in self.flows.modules.get(modules, ()):
            for found in self.flows.configuration.outputs(child, None):
                self.references(references(found), Scope(child, {}, None))

    def module(self, way: list[Step], scope: Scope, key: Any) -> None:
        """An output of a module that is called in this one; of all its instances where the key is not told."""
        step, name = way[0], way[1].name if len(way) > 1 else None
        children = [each for each in self.flows.modules.get(scope.modules, ()) if each[-1].name == step.name]
        if step.key is not None:
            children = [each for each in children if each[-1].key == step.key]
        elif key is not None and any(each[-1].key == key for each in children):
            children = [each for each in children if each[-1].key == key]
        if not children:  # one that makes nothing passes on what it is given
            children = [(*scope.modules, Step(step.name))]
        for child in children:
            for found in self.flows.configuration.outputs(child, name):
                self.references(references(found), Scope(child, {}, None))

    def resource(self, way: list[Step], scope: Scope, data: bool, key: Any) -> None:
        kind, step = way[0].name, way[1]
        address = (scope.modules, data, kind, step.name)
        instances = self.flows.instances.get(address, [])
        wanted = step.key if step.key is not None else key if self._same_keys(scope, address) else None
        if wanted is not None:
            instances = [each for each in instances if each.address.key == wanted]
        for each in instances:
            self.instance(each, ".".join(part.name for part in way[2:]) or None, scope.modules)
        if not instances and data:
            self.open_by(f"data.{kind}.{step.name}", kind)

    def _same_keys(self, scope: Scope, address: tuple[tuple[Step, ...], bool, str, str]) -> bool:
        """Whether a resource has all the keys that the block of the scope has."""
        kind, name = scope.block.get("type"), scope.block.get("name")
        if not isinstance(kind, str) or not isinstance(name, str):
            return True  # a module's key, or a resource that is gone over
        own = self.flows.keys((scope.modules, scope.block.get("mode") == "data", kind, name))
        return own <= self.flows.keys(address)

    def instance(self, each: Resource, path: str | None, modules: tuple[Step, ...]) -> None:
        """One instance, as a whole or by one of its attributes, or by a part of one (`vpc_config.subnet_ids`)."""
        kind, attribute = each.address.type, None if path is None else path.partition(".")[0]
        if each.address.data:
            if _open_data(each, attribute):
                self.data(each, attribute, modules)
            return
        if kind in _ACCEPTS and (attribute is None or attribute in _IDS):
            accepted = each.values.get(_ACCEPTS[kind])
            if isinstance(accepted, str):
                self.flow.found[accepted] = each
            self.attribute(each, _ACCEPTS[kind], modules)
            return
        if kind in self.kind.types and (attribute in (None, _OWN_IDS.get(kind)) or attribute in _IDS):
            if not self.local or self.flows.may_flow(each, self.kind):
                self.flow.found[each.id] = each
            return
        made = {of: key for (maker, of), key in self.kind.made_by.items() if maker == kind}
        for of, key in made.items():
            if self.local and not self.flows.may_flow(each, self.kind, of):
                continue
            if path is None or f"{of}.".startswith(f"{path}."):
                known = each.at(of)
                self.flow.found[known if isinstance(known, str) else f"{each.id}.{key}"] = each
        if attribute is not None and path not in made:
            self.attribute(each, attribute, modules)
        elif attribute is None and kind not in self.kind.types:
            self.whole(each, modules)

    def data(self, each: Resource, attribute: str | None, modules: tuple[Step, ...]) -> None:
        """A data source that is read when the plan is applied. One that is asked for by its id is what has that id."""
        kind = each.address.type
        if self.local and self.flows.unnamed(each, self.kind):
            return
        self.flow.unsettled = self.flow.unsettled or str(each.address)
        if not may_give(kind, self.kind):
            return
        own = _ASKED_BY_ID.get(kind)
        block = self.flows.configuration.block(each.address) or {}
        written = block.get("expressions")
        found = written.get(own) if own is not None and isinstance(written, dict) else None
        if kind in self.kind.types and attribute in (None, "id", own) and references(found):
            self.references(references(found), Scope(modules, block, each.address.key))
        else:
            self.open_by(str(each.address), kind)

    def attribute(self, each: Resource, attribute: str, modules: tuple[Step, ...]) -> None:
        """An attribute of another type that may pass an id on: what it was given itself."""
        told = self.flows.found.as_told(each).get(attribute)
        if not isinstance(told, Unknown | list | dict):
            return
        if attribute in _IDS:
            self.unsettled_by(each, attribute)
            return
        block = self.flows.configuration.block(each.address) or {}
        written = block.get("expressions")
        found = written.get(attribute) if isinstance(written, dict) else None
        scope = Scope(modules, block, each.address.key)
        if found is not None:
            for one in every_expression(found):
                self.references(references(one), scope)
        elif isinstance(told, Unknown):
            self.unsettled_by(each, attribute)
            if _may_be_an_id(each, attribute, self.kind):
                self.flow.open = self.flow.open or f"{each.address}.{attribute} is computed"

    def unsettled_by(self, each: Resource, attribute: str) -> None:
        """An attribute that is not known and is no id of the kind: a condition may be about it."""
        if isinstance(self.flows.found.as_told(each).get(attribute), Unknown):
            self.flow.unsettled = self.flow.unsettled or f"{each.address}.{attribute}"

    def whole(self, each: Resource, modules: tuple[Step, ...]) -> None:
        """Any attribute of a resource that has something unknown that was written."""
        block = self.flows.configuration.block(each.address) or {}
        if not self.keyed and ("whole", id(block), modules) in self.seen:
            return
        self.seen.add(("whole", id(block), modules))
        written = block.get("expressions")
        scope = Scope(modules, block, each.address.key)
        for name, found in (written if isinstance(written, dict) else {}).items():
            if isinstance(self.flows.found.as_told(each).get(name), Unknown | list | dict):
                for one in every_expression(found):
                    self.references(references(one), scope)
        if not each.address.type.startswith("aws_") or each.address.type == "aws_cloudformation_stack":
            self.open_by(str(each.address), each.address.type)

    def open_by(self, name: str, kind: str) -> None:
        """Something that may have ids from outside the plan."""
        if not kind.startswith((*_PLAIN_DATA, *_PASSING, "random_", "tls_", "time_", "local_", "archive_")):
            self.flow.open = self.flow.open or f"{name} may name others"


def may_give(type: str, kind: Kind) -> bool:
    """Whether a data source of a type may have ids of a kind."""
    return kind.name in _GIVES.get(type, (kind.name,))


def _open_data(each: Resource, attribute: str | None) -> bool:
    """Whether a data source is read only when the plan is applied."""
    if attribute is not None and attribute in each.values:
        return isinstance(each.values[attribute], Unknown)
    return any(isinstance(value, Unknown) for value in each.values.values())


def _may_be_an_id(each: Resource, attribute: str, kind: Kind) -> bool:
    """Whether an attribute that is computed may be the id of something of a kind: not where it is known to be another's."""
    type = each.address.type
    if not type.startswith("aws_") or type == "aws_cloudformation_stack":
        return True
    named = LINKS.get(type, {}).get(attribute)
    if (type, attribute) in MADE or attribute in _OF_NOTHING or (named and named.types.isdisjoint(kind.types)):
        return False
    return attribute.rstrip("s").endswith(("_id", "arn"))
