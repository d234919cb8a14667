"""Private hosted zones: names that mean something in the VPCs that they are associated with (DNS-2).

`unknown` among its VPCs are others that may see it, as a record (or a value of one) what nobody knows the meaning of, as the
name of a record others that it may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import EndpointError, shown
from reachsim.net.address import format_address, parse_address
from reachsim.net.cidr import AddressSet
from reachsim.resources.fields import READ_ONLY, HostNameField, ReadOnly, References, looks_like_address
from reachsim.resources.mending import Case, Edit, advises
from reachsim.resources.public_service import region_of
from reachsim.resources.reference import UNKNOWN
from reachsim.resources.resource import At, Checks, Ends, Resource, resource, resources
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.dns import attribute_key, attribute_missing, private_names
from reachsim.rules.services import public_name, public_name_region, short_name
from reachsim.rules.verdict import Loss


def _list(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


@resource("private_hosted_zones", "private hosted zone", "design")
class PrivateHostedZone(Resource):
    """A private hosted zone. It is seen in its VPCs, as far as both of their DNS attributes are true (DNS-2)."""

    also_called: ClassVar[str] = r"(route_?53_?)?(hosted_)?zones?|route_?53|dns(_zones?)?"

    key: ClassVar[Any] = HostNameField
    routable: ClassVar[bool] = False

    vpcs: References = ()
    """The VPCs that it is associated with; `unknown`: perhaps others."""
    records: Annotated[dict[HostNameField, Annotated[References, BeforeValidator(_list)]], READ_ONLY] = Field(
        default_factory=ReadOnly
    )
    """Name (with or without the zone's) to an address, several, or the name of something that has one; `unknown` for a name:
    perhaps other records."""

    def linked(self, at: At) -> Iterator[KeyPath]:
        """Its VPCs."""
        yield from (("vpcs", vpc) for vpc in self.vpcs if vpc != UNKNOWN)

    def check(self, at: At, checks: Checks) -> None:
        """Its VPCs are there."""
        for index, vpc in enumerate(self.vpcs):
            if vpc not in checks.design.vpcs and vpc != UNKNOWN:
                checks.report((*at.path, "vpcs", index), f"there is no VPC {shown(vpc)}")

    @classmethod
    def check_all(cls, members: Iterable[tuple[At, Any]], checks: Checks) -> None:
        """Records mean an address or something of the design."""
        names: set[str] | None = None
        for at, body in members:
            for name, values in body.records.items():
                for value in values:
                    if _is_address(value) or value == UNKNOWN:
                        continue
                    names = _names(checks.design) if names is None else names
                    if value not in names:
                        text = f"{shown(value)} is neither an address nor the name of something that has one"
                        checks.report(
                            (*at.path, "records", name), text, "write an address, or the name of an interface"
                        )

    def mend(self, at: At, case: Case) -> Iterator[Edit]:
        """The DNS attributes that it needs (DNS-2), and its association with the VPC that asks; of a service of AWS's also
        where its public addresses are not reached."""
        if case.sender is None:
            return
        vpc, design = case.sender.vpc.name, case.view.design
        service = short_name(case.asked_to.removeprefix(SERVICE))
        if case.asked_to.startswith(SERVICE):
            if not self.hosts_of(at, service, region_of(design, vpc)):
                return
        elif case.cause.code is not Code.NAME_NOT_RESOLVED or not self.speaks_for(at, case.asked_to, design):
            return
        if vpc not in self.vpcs:
            text = f"associate private zone {at.name} with VPC {vpc}"
            yield Edit.adding((*at.path, "vpcs"), vpc, text)
        for key in ("enable_dns_support", "enable_dns_hostnames"):
            if not getattr(design.vpcs[vpc], key):
                text = f"set {key} of VPC {vpc}, which private zones need"
                yield Edit.setting(("vpcs", vpc, key), True, text)
        yield from self._of_its_name(at, case)

    def _of_its_name(self, at: At, case: Case) -> Iterator[Edit]:
        """A record of something in the zone's VPCs that is called as the name that has none (DNS-2)."""
        label, dot, zone = case.asked_to.rstrip(".").partition(".")
        if not dot or zone.lower() != at.name.lower() or self.record(at.name, case.asked_to) is not None:
            return
        if UNKNOWN not in self.records:
            for vpc in self.vpcs:
                if case.view.interface(f"{vpc}.{label}") is not None:
                    text = f"add to private zone {at.name} the record {label}, for {vpc}.{label}"
                    yield Edit.setting((*at.path, "records", label), f"{vpc}.{label}", text, 3)

    def record(self, zone: str, host: str) -> References | None:
        """What its records say of a host name; None where they say nothing."""
        name, top = host.lower().rstrip("."), zone.lower()
        inside = f".{name}".endswith(f".{top}")
        for written, values in self.records.items():  # there may be thousands, of which few look like the name
            if (name.startswith(written.lower()) or written == "@") and name in _full_names(written, zone):
                return values
        if UNKNOWN in self.records or not inside:
            return None  # a record that is not known goes before a wildcard, if it is the name's
        known: dict[str, References] = {}
        for written, values in self.records.items():
            for full in _full_names(written, zone):
                known.setdefault(full, values)
        # A wildcard is for names that are not there, where nothing nearer to them is (RFC 4592).
        there = {top, *(above for each in known for above in _and_above(each, top))}
        nearest = next(above for above in _and_above(name, top) if above in there)
        return None if nearest == name else known.get(f"*.{nearest}")

    def hosts_of(self, at: At, service: str, region: str) -> list[str]:
        """The names under which it may have a service of AWS's, in a Region or, where none is known, in any: the public
        name, or one under it where the zone has only those, as of ECR's registries."""
        own = (at.name, *self.names(at))
        found = [public_name(service, region)] if region else [n for n in own if public_name_region(service, n)]
        hosts = [host for host in found if self.speaks_for(at, host, None)]
        return [
            f"any.{h}" if self.record(at.name, h) is None and self.record(at.name, f"any.{h}") else h for h in hosts
        ]

    def names(self, at: At) -> Iterator[str]:
        """The full names of its records."""
        zone = at.name
        for name in self.records:
            if name != UNKNOWN and not name.startswith("*"):
                inside = name == zone or name.endswith(f".{zone}")
                yield zone if name == "@" else name if inside else f"{name}.{zone}"

    def speaks_below(self, at: At) -> Iterator[str]:
        """Its own name, and those of records that may be written whole."""
        yield at.name.lower()
        yield from (name.lower() for name in self.records if "." in name)

    def speaks_for(self, at: At, host: str, design: Any) -> bool:
        """Whether a host name is in the zone."""
        name = host.lower().rstrip(".")
        inside = name == at.name.lower() or name.endswith(f".{at.name.lower()}")
        return inside or self.record(at.name, host) is not None

    def resolves(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | Loss:
        """What its record means, in a VPC that sees it. A zone that is seen hides public names under it: one that has no
        record does not resolve."""
        body = ends.design.vpcs.get(vpc)
        if body is not None and vpc not in self.vpcs and UNKNOWN in self.vpcs:
            text = f"{host} is in private zone {at.name}: whether VPC {vpc} sees it is not known"
            return Endpoint(host, "name", unknown=text)
        if body is None or vpc not in self.vpcs:
            where = f"VPC {vpc} is not associated with it" if body is not None else "it is not seen outside its VPCs"
            return Loss(
                Code.NAME_NOT_RESOLVED,
                "DNS-2",
                f"{host} is in private zone {at.name}: {where}",
                path=(*at.path, "vpcs"),
            )
        if not private_names(body.enable_dns_support, body.enable_dns_hostnames):
            why = attribute_missing(vpc, body.enable_dns_support)
            text = f"private zone {at.name} is not seen here: {why}"
            return Loss(Code.NAME_NOT_RESOLVED, "DNS-2", text, path=attribute_key(vpc, body.enable_dns_support))
        return self.meaning(at, host, vpc, ends)

    def would_mean(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint | None:
        """What its record means, in a VPC that it is associated with."""
        return self.meaning(at, host, vpc, ends) if vpc in self.vpcs and self.record(at.name, host) else None

    def meaning(self, at: At, host: str, vpc: str, ends: Ends) -> Endpoint:
        """What its record means where the zone is seen."""
        values = self.record(at.name, host)
        if UNKNOWN in (values or ()) or (values is None and UNKNOWN in self.records):
            text = f"what {host} means in private zone {at.name} is not known"
            return Endpoint(host, "name", unknown=text)
        if values is None:
            text = f"private zone {at.name} has no record {host}"
            loss = Loss(Code.NAME_NOT_RESOLVED, "DNS-2", text, path=(*at.path, "records"))
            return Endpoint(host, "name", loss=loss)
        several = tuple(part for value in values for part in _meant(value, vpc, ends))
        addresses = ", ".join(dict.fromkeys(map(_said, several)))
        note = f"{host} is {addresses}: private zone {at.name} (DNS-2)"
        if len(several) == 1:
            return Endpoint(
                host,
                "name",
                interfaces=several[0].interfaces,
                within=several[0].within,
                literal=several[0].literal,
                note=note,
            )
        return Endpoint(host, "name", several=several, note=note)


def _full_names(name: str, zone: str) -> set[str]:
    """The names that a record may be of, written with the zone's name or without; in small letters."""
    if name in (UNKNOWN, "@"):
        return {zone.lower()} if name == "@" else set()
    names = {f"{name}.{zone}"} | ({name} if "." in name or name == zone else set())
    return {each.lower() for each in names}


def _and_above(name: str, top: str) -> Iterator[str]:
    """A name and those above it, up to the zone's."""
    while name != top and name:
        yield name
        name = name.partition(".")[2]
    yield top


@advises
def no_record(case: Case) -> Iterator[str]:
    """What a name without a record is to mean is for a person to say."""
    if case.cause.path[:1] == ("private_hosted_zones",) and case.cause.path[-1] == "records":
        yield f"{case.cause.text}: write what it is to mean, which nothing in the design tells (DNS-2)"


def _is_address(value: str) -> bool:
    if not looks_like_address(value):
        return False
    try:
        parse_address(value)
    except ValueError:
        return False
    return True


def _names(design: Any) -> set[str]:
    """What a record may name: everything with an interface, bare or as ``vpc.name``."""
    out: set[str] = set()
    for vpc_name, vpc in design.vpcs.items():
        for at, body in resources("vpc", vpc, vpc_name):
            if any(True for _ in body.interfaces(at)):
                out |= {at.name, at.full_name}
    return out


def _meant(value: str, vpc: str, ends: Ends) -> Iterator[Endpoint]:
    """The ends that one value of a record means: an address, or the primary private address of each interface of a name."""
    if _is_address(value):
        yield Endpoint(value, "address", literal=int(parse_address(value)))
        return
    try:
        end = ends.resolve(f"{vpc}.{value}")
    except EndpointError:
        end = ends.resolve(value)
    for interface in end.interfaces:
        yield Endpoint(value, interface.kind, interfaces=(interface,), within=_primary(interface))


def _primary(interface: NetworkInterface) -> AddressSet:
    return AddressSet.of((interface.addresses[0], interface.addresses[0]))


def _said(end: Endpoint) -> str:
    if end.literal is not None:
        return format_address(end.literal)
    return f"{format_address(end.interfaces[0].addresses[0])} ({end.interfaces[0].name})"
