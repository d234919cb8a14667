"""VPC Block Public Access: a switch of an account in a Region, or of one VPC here (IGW-14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field

from reachsim.errors import HintedError, shown
from reachsim.resources.fields import READ_ONLY, REFERENCE_FORM, ReadOnly, Reference, Schema, also
from reachsim.resources.mending import Case, Edit, KeyChange, mends
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.resource import Checks
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.internet_gateway import AccessMode, Exclusion, PublicAccess, public_access

KEY = "block_public_access"
MODES: tuple[str, ...] = get_args(AccessMode)
EXCLUSIONS: tuple[str, ...] = get_args(Exclusion)


def _mode(value: Any) -> Any:
    """A mode, also in the words of the API; `off` is what many readers of YAML write as `false`."""
    if value is False or value is None:
        return "off"
    word = value.removeprefix("block-") if isinstance(value, str) else value
    if not isinstance(word, str) or word not in MODES:
        raise HintedError(f"expected {_or(MODES)}, got {shown(value)}", hint="write bidirectional")
    return word


def _exclusion(value: Any) -> Any:
    """What is let through, with or without the `allow-` of the API."""
    word = value if not isinstance(value, str) or value.startswith("allow-") or value == UNKNOWN else f"allow-{value}"
    if not isinstance(word, str) or word not in EXCLUSIONS:
        raise HintedError(f"expected {_or(EXCLUSIONS)}, got {shown(value)}", hint="write allow-bidirectional")
    return word


def _excluded(value: Any) -> Any:
    """A list of places lets everything through there."""
    return dict.fromkeys(value, "allow-bidirectional") if isinstance(value, list | tuple) else value


def _short(value: Any) -> Any:
    return value if isinstance(value, dict | BlockPublicAccess) else {"mode": _mode(value)}


def _or(words: tuple[str, ...]) -> str:
    known = [word for word in words if word != UNKNOWN]
    return f"{', '.join(map(repr, known[:-1]))} or {known[-1]!r}"


class BlockPublicAccess(Schema):
    """What Block Public Access stops, and where it does not."""

    mode: Annotated[AccessMode, BeforeValidator(_mode), also({"const": False})] = "off"
    """`bidirectional` stops all traffic of internet and egress-only gateways, `ingress` all that neither a NAT gateway nor
    an egress-only gateway lets out; `unknown`: nobody knows which."""
    exclusions: Annotated[
        dict[
            Reference,
            Annotated[Exclusion, BeforeValidator(_exclusion), also({"enum": ["bidirectional", "egress"]})],
        ],
        BeforeValidator(_excluded),
        also({"type": "array", "items": REFERENCE_FORM}),
        READ_ONLY,
    ] = Field(default_factory=ReadOnly)
    """VPCs and subnets (`subnet` in its own VPC, `vpc.subnet`) that it spares: `allow-bidirectional`, or `allow-egress`. A
    list spares both ways."""

    def of(self, vpc: str, subnet: str = "", *, own: bool = False) -> PublicAccess:
        """What it leaves to a subnet of a VPC, or to what is in none of its subnets; `own`: it is written in that VPC."""
        names = [f"{vpc}.{subnet}", *([subnet] if own else [])] if subnet else []
        exclusion = next((self.exclusions[name] for name in (*names, vpc) if name in self.exclusions), None)
        return public_access(self.mode, exclusion)


Switch = Annotated[
    BlockPublicAccess | None,
    BeforeValidator(lambda value: None if value is None else _short(value)),
    also(
        {"enum": ["off", "bidirectional", "ingress", "unknown", "block-bidirectional", "block-ingress"]},
        {"const": False},
    ),
]
"""The field of a VPC or of a design: a mode, or the long form."""


def switch_of(design: Any, vpc: str) -> tuple[BlockPublicAccess, KeyPath, bool]:
    """The switch that counts for a VPC, its own before that of the design; where it is written; whether it is its own."""
    own = design.vpcs[vpc].block_public_access
    if own is not None:
        return own, ("vpcs", vpc, KEY), True
    return design.block_public_access or BlockPublicAccess(), (KEY,), False


def check_switches(checks: Checks) -> None:
    """Exclusions name places that are there, and one for what goes out alone means something (IGW-14)."""
    design = checks.design
    for vpc in design.vpcs:
        own, path, is_own = switch_of(design, vpc)
        if is_own:
            _check(own, path, [vpc, *design.vpcs[vpc].subnets, *_full(design, vpc)], checks)
    if design.block_public_access is not None:
        places = [each for vpc in design.vpcs for each in (vpc, *_full(design, vpc))]
        _check(design.block_public_access, (KEY,), places, checks)


def _full(design: Any, vpc: str) -> Iterator[str]:
    for subnet in design.vpcs[vpc].subnets:
        yield f"{vpc}.{subnet}"


def _check(switch: BlockPublicAccess, path: KeyPath, places: list[str], checks: Checks) -> None:
    for name, exclusion in switch.exclusions.items():
        at = (*path, "exclusions", name)
        if name not in places:
            checks.report(
                at, f"there is no VPC and no subnet {shown(name)}", f"there are {', '.join(places)}", key=True
            )
        elif exclusion == "allow-egress" and switch.mode == "ingress":
            checks.warn(at, "allow-egress changes nothing in the mode ingress", "IGW-14")


# -- edits --------------------------------------------------------------------------------------------------------------


@mends
def spared(case: Case) -> Iterator[Edit]:
    """An exclusion of the subnet whose interface the gateway sees, for what goes out alone where that is enough; a mode that
    lets NAT gateways out, or none (IGW-14)."""
    path = case.cause.path
    if case.cause.code is not Code.VPC_BLOCK_PUBLIC_ACCESS_ENABLED or path[-1:] != (KEY,):
        return
    vpc = case.cause.component.partition(".")[0]
    switch, _, own = switch_of(case.view.design, vpc)
    inside = case.view.owner(case.source, vpc)
    outward = inside is not None and inside.vpc.name == vpc
    interface = inside if outward else case.view.owner(case.destination, vpc)
    if interface is None or interface.vpc.name != vpc:
        return
    subnet = "" if interface.subnet.regional else interface.subnet.name
    name, what = (f"{vpc}.{subnet}", f"subnet {subnet} of {vpc}") if subnet else (vpc, f"VPC {vpc}")
    if own and subnet in switch.exclusions:
        name = subnet
    if outward and switch.mode == "bidirectional":
        text = f"exclude {what} from Block Public Access, for what goes out"
        yield _excluding(case, path, name, "allow-egress", text, 2)
    yield _excluding(case, path, name, "allow-bidirectional", f"exclude {what} from Block Public Access", 3)
    mode = path if not isinstance(case.view.written(path), dict) else (*path, "mode")
    if outward and switch.mode == "bidirectional":
        text = "let Block Public Access stop only what comes in (mode: ingress)"
        yield Edit.setting(mode, "ingress", text, 5)
    yield Edit.setting(mode, "off", "switch Block Public Access off", 7)


def _excluding(case: Case, path: KeyPath, name: str, exclusion: Exclusion, text: str, cost: int) -> Edit:
    """An exclusion beside those that are written, in the form in which they are."""
    written = case.view.written(path)
    known = written.get("exclusions") if isinstance(written, dict) else None
    if not isinstance(written, dict):
        return Edit.setting(path, {"mode": written, "exclusions": {name: exclusion}}, text, cost)
    if not isinstance(known, list):
        return Edit.setting((*path, "exclusions", name), exclusion, text, cost)
    if exclusion == "allow-bidirectional":
        return Edit((KeyChange((*path, "exclusions"), name, "add"),), text, cost)
    whole = {**dict.fromkeys(known, "allow-bidirectional"), name: exclusion}
    return Edit.setting((*path, "exclusions"), whole, text, cost)
