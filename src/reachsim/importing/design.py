"""From an inventory to a design: VPCs and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from reachsim.importing.imported import Imported, Note, Path
from reachsim.importing.inventory import Inventory, Item, inner
from reachsim.importing.naming import Naming, cleaned
from reachsim.importing.rules import block
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN

TARGETS: Final = (
    "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
    "EgressOnlyInternetGatewayId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "GatewayId",
)  # fmt: skip
"""Where a route may say what it leads to; an instance as a target is its interface too, which says more."""
_GONE: Final = frozenset({"deleted", "deleting", "terminated", "shutting-down", "failed", "rejected", "expired"})
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")
_NAT_OF: Final = re.compile(r"nat-[0-9a-f]+")
_MANAGED: Final = frozenset(
    {"nat_gateway", "network_load_balancer", "gateway_load_balancer", "transit_gateway", "vpc_endpoint"}
)
_WIDEST: Final = 16
PLACEHOLDER: Final = "10.0.0.0/16"
"""The block of a VPC of which nothing is known but groups, tables or ACLs: nothing can be in it."""
Data = dict[str, Any]


class NetworkBuilder:
    """The VPCs of a design, out of an inventory; what joins them comes after (`connections`)."""

    def __init__(self, found: Inventory) -> None:
        self.found = found
        self.naming = Naming()
        self.out = Imported({"version": 1, "vpcs": {}})
        self.names: dict[str, str] = {}  # by id, the bare name in its VPC, or of what is in none
        self.vpc_of: dict[str, str] = {}  # by id, the id of the VPC it is in

    # -- words ---------------------------------------------------------------------------------------------------

    def note(self, kind: str, what: str, text: str, item: Item | None = None) -> None:
        """Say something about what was imported."""
        self.out.notes.append(Note(kind, what, text, str(item.origin) if item is not None else ""))

    def place(self, item: Item, path: Path, vpc: str = "") -> None:
        """Remember what an object is called, and where it was read."""
        name = str(path[-1])
        self.names[item.id] = name
        self.vpc_of[item.id] = vpc
        self.out.names[item.id] = f"{self.names[vpc]}.{name}" if vpc else name
        self.out.origins[path] = str(item.origin)

    @property
    def vpcs(self) -> dict[str, Data]:
        """The VPCs of the design, by name."""
        vpcs: dict[str, Data] = self.out.design["vpcs"]
        return vpcs

    def body(self, vpc: str) -> Data:
        """What the design says of a VPC, by its id."""
        return self.vpcs[self.names[vpc]]

    def section(self, vpc: str, section: str) -> Data:
        """One section of a VPC, made where it is not there yet."""
        members: Data = self.body(vpc).setdefault(section, {})
        return members

    def local(self, vpc: str, id: str) -> str | None:
        """The name of something in a VPC, None where that has nothing of the sort."""
        return self.names.get(id) if self.vpc_of.get(id) == vpc else None

    # -- VPCs ----------------------------------------------------------------------------------------------------

    def build(self) -> Imported:
        """Everything, in an order in which names are known before they are named."""
        for vpc in self.vpc_ids():
            self.found.reserve(vpc, "Vpcs")
            self.add_vpc(vpc)
        for subnet in self.found.of("Subnets"):
            if subnet.get("VpcId") in self.names and _subnet_blocks(subnet):
                self.add_subnet(subnet)
            else:
                self.note("left out", subnet.id, "it tells no VPC or no block", subnet)
        self.add_strange_subnets()
        self.name_members()
        for vpc in list(self.vpc_ids()):
            self.add_gateways(vpc)
        self.add_interfaces()
        self.add_nat_gateways()
        return self.out

    def vpc_ids(self) -> list[str]:
        """Every VPC that was read, or that something is in."""
        ids = [item.id for item in self.found.of("Vpcs") if not _isolated(item)]
        for kind in ("Subnets", "RouteTables", "NetworkAcls", "SecurityGroups", "NetworkInterfaces", "NatGateways"):
            ids += [str(item.get("VpcId")) for item in self.found.of(kind) if item.get("VpcId")]
        return list(dict.fromkeys(ids))

    def add_vpc(self, vpc: str) -> None:
        """A VPC with its blocks; those of one that was not read are as far as its subnets tell."""
        item = self.found.one("Vpcs", vpc)
        blocks = [] if item is None else list(_vpc_blocks(item))
        wanted = "" if item is None else item.name
        name = self.naming.name("vpcs", wanted, vpc)
        body: Data = {"cidrs": blocks}
        account = cleaned(str(item.get("OwnerId") or "")) if item is not None else ""
        if account:
            body["account"] = account
        if not blocks:
            body["cidrs"] = list(dict.fromkeys(self.likely_blocks(vpc)))
            self.note("unknown", name, "it was not collected; its blocks are as far as local routes and subnets tell")
        if not body["cidrs"]:
            body["cidrs"] = [PLACEHOLDER]
            self.note(
                "assumed", name, f"no block of it is known; {PLACEHOLDER} stands for it, and no subnet of it is there"
            )
        self.vpcs[name] = body
        self.names[vpc] = name
        self.out.names[vpc] = name
        if item is not None:
            self.out.origins["vpcs", name] = str(item.origin)

    def likely_blocks(self, vpc: str) -> Iterator[str]:
        """The blocks of a VPC that was not read: those of its local routes and of peerings, or else of its subnets."""
        told = False
        for table in self.found.of("RouteTables"):
            for route in table.list("Routes") if table.get("VpcId") == vpc else ():
                text = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
                if target_of(route) == "local" and text:
                    told = True
                    yield block(text)
        for peering in self.found.of("VpcPeeringConnections"):
            for key in ("RequesterVpcInfo", "AccepterVpcInfo"):
                side = inner(peering, key)
                if side.get("VpcId") == vpc and side.get("CidrBlock"):
                    told = True
                    yield block(side["CidrBlock"])
        if not told:
            inside = [_subnet_blocks(subnet) for subnet in self.found.of("Subnets") if subnet.get("VpcId") == vpc]
            yield from covering(body["cidr"] for body in inside if "cidr" in body)

    def add_subnet(self, item: Item) -> None:
        """A subnet with its blocks, zone, table and ACL."""
        vpc = str(item.get("VpcId"))
        name = self.naming.name(f"{vpc} subnets", item.name, item.id)
        body: Data = dict(_subnet_blocks(item))
        zone = item.get("AvailabilityZone")
        if zone and cleaned(zone) == zone:
            body["az"] = zone
            region = _REGION.match(zone)
            if region is not None:
                self.body(vpc).setdefault("region", region[0])
        if not self.found.collected("NetworkInterfaces") and not self.found.collected("Instances"):
            body["interfaces"] = UNKNOWN
        self.section(vpc, "subnets")[name] = body
        self.place(item, ("vpcs", self.names[vpc], "subnets", name), vpc)

    def add_strange_subnets(self) -> None:
        """Subnets of interfaces that were not read themselves: blocks of 16 addresses around those that are known."""
        held: dict[str, list[Item]] = {}
        for interface in self.interfaces():
            subnet = interface.get("SubnetId")
            if subnet and subnet not in self.names and interface.get("VpcId") in self.names:
                held.setdefault(subnet, []).append(interface)
        for id, members in held.items():
            vpc = str(members[0].get("VpcId"))
            texts = [text for each in members for text in _private_ips(each)]
            if not texts:
                continue
            values = [int(parse_address(text)) for text in texts]
            length = next(n for n in range(28, 15, -1) if values[0] >> (32 - n) == values[-1] >> (32 - n) or n == 16)
            covering = Cidr.parse_lenient(f"{texts[0]}/{length}")
            name = self.naming.name(f"{vpc} subnets", "", id)
            self.section(vpc, "subnets")[name] = {
                "cidr": str(covering), "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
            }  # fmt: skip
            self.names[id], self.vpc_of[id] = name, vpc
            self.out.names[id] = f"{self.names[vpc]}.{name}"
            self.note(
                "unknown", name, f"subnet {id} was not collected: its block, table, ACL and interfaces are not known"
            )
            known = self.body(vpc)["cidrs"]
            if not any(covering in Cidr.parse(text) for text in known):
                known.append(str(covering))

    # -- names before bodies -------------------------------------------------------------------------------------

    def name_members(self) -> None:
        """Names of groups, tables and ACLs, which others refer to before they are written."""
        for item in self.found.of("SecurityGroups"):
            vpc = str(item.get("VpcId") or "")
            if vpc in self.names:
                group = str(item.get("GroupName") or "")
                name = (
                    "default" if group == "default" else self.naming.name(f"{vpc} groups", group, item.id, ("default",))
                )
                self.place(item, ("vpcs", self.names[vpc], "security_groups", name), vpc)
        for item in self.found.of("RouteTables"):
            vpc = str(item.get("VpcId") or "")
            if vpc in self.names:
                main = any(each.get("Main") for each in item.list("Associations"))
                name = "main" if main else self.naming.name(f"{vpc} tables", item.name, item.id, ("main",))
                self.place(item, ("vpcs", self.names[vpc], "route_tables", name), vpc)
        for item in self.found.of("NetworkAcls"):
            vpc = str(item.get("VpcId") or "")
            if vpc in self.names:
                default = bool(item.get("IsDefault"))
                name = "default" if default else self.naming.name(f"{vpc} acls", item.name, item.id, ("default",))
                self.place(item, ("vpcs", self.names[vpc], "network_acls", name), vpc)

    # -- gateways ------------------------------------------------------------------------------------------------

    def add_gateways(self, vpc: str) -> None:
        """Internet gateways that are attached to it: those that say so, and those that active routes of it lead to."""
        for kind, key in (
            ("InternetGateways", "internet_gateway"),
            ("EgressOnlyInternetGateways", "egress_only_internet_gateway"),
        ):
            for item in self.found.of(kind):
                states = {each.get("VpcId"): each.get("State", "available") for each in item.list("Attachments")}
                if states.get(vpc) in ("available", "attached"):
                    self.body(vpc)[key] = self.naming.name("targets", item.name, item.id)
                    self.place(item, ("vpcs", self.names[vpc], key, self.body(vpc)[key]), vpc)
                    self.out.names[item.id] = self.body(vpc)[key]
        for table in self.found.of("RouteTables"):
            for route in table.list("Routes") if table.get("VpcId") == vpc else ():
                to = target_of(route) or ""
                key = {"igw": "internet_gateway", "eigw": "egress_only_internet_gateway"}.get(to.split("-")[0], "")
                active = to not in self.names and route.get("State") != "blackhole"
                if key and active and key not in self.body(vpc):
                    self.body(vpc)[key] = name = self.naming.name("targets", "", to)
                    self.names[to], self.vpc_of[to] = name, vpc
                    self.out.names[to] = name
                    self.note("assumed", name, "it was not collected; an active route leads to it, so it is attached")
        asked = self.found.collected("InternetGateways") or "internet_gateway" in self.body(vpc)
        if not asked and any(_is_public(item) for item in self.interfaces() if item.get("VpcId") == vpc):
            self.body(vpc)["internet_gateway"] = self.naming.name("targets", "igw", vpc)
            self.note("assumed", self.names[vpc], "it has public addresses, so an internet gateway is attached")

    # -- interfaces ----------------------------------------------------------------------------------------------

    def interfaces(self) -> Iterator[Item]:
        """Every interface: those that were read, and those that instances tell of and that were not."""
        yield from self.found.of("NetworkInterfaces")
        for instance in self.found.of("Instances"):
            for index, each in enumerate(instance.list("NetworkInterfaces")):
                id = each.get("NetworkInterfaceId")
                if id and self.found.one("NetworkInterfaces", id) is None:
                    nested = {"Attachment": {"InstanceId": instance.id, "DeviceIndex": index}, **each}
                    nested["Attachment"] = {
                        "DeviceIndex": index,
                        **inner(each, "Attachment"),
                        "InstanceId": instance.id,
                    }
                    yield Item(id, nested, instance.origin)

    def add_interfaces(self) -> None:
        """Instances with their interfaces, and interfaces that belong to none."""
        of_instance: dict[str, list[Item]] = {}
        alone: list[Item] = []
        for item in self.interfaces():
            if self.local(str(item.get("VpcId")), str(item.get("SubnetId"))) is None:
                self.note("left out", item.id, "it is in no subnet that was read", item)
                continue
            owner = inner(item, "Attachment").get("InstanceId")
            if owner and owner not in self.out.names:
                of_instance.setdefault(owner, []).append(item)
            elif item.get("InterfaceType") not in _MANAGED and not _NAT_OF.search(str(item.get("Description") or "")):
                alone.append(item)
        for id, members in of_instance.items():
            self.add_instance(id, sorted(members, key=_device))
        for instance in self.found.of("Instances"):
            if instance.id not in of_instance and inner(instance, "State").get("Name") not in _GONE:
                self.add_bare_instance(instance)
        for item in alone:
            vpc = str(item.get("VpcId"))
            name = self.naming.name("targets", item.name, item.id)
            self.section(vpc, "interfaces")[name] = self.settings(item)
            self.place(item, ("vpcs", self.names[vpc], "interfaces", name), vpc)

    def add_instance(self, id: str, members: list[Item]) -> None:
        """An instance, whose interfaces say where it is (the first interface is what the instance itself shows)."""
        instance = self.found.one("Instances", id)
        vpc = str(members[0].get("VpcId"))
        name = self.naming.name("targets", instance.name if instance is not None else "", id)
        path: Path = ("vpcs", self.names[vpc], "instances", name)
        body: Data = {}
        if len(members) == 1:
            body |= self.settings(members[0])
            self.names[members[0].id], self.vpc_of[members[0].id] = name, vpc
            self.out.names[members[0].id] = f"{self.names[vpc]}.{name}"
        else:
            body["network_interfaces"] = {}
            for index, member in enumerate(members):
                body["network_interfaces"][f"eth{index}"] = self.settings(member)
                self.names[member.id], self.vpc_of[member.id] = f"{name}/eth{index}", vpc
                self.out.names[member.id] = f"{self.names[vpc]}.{name}/eth{index}"
        if instance is not None and inner(instance, "State").get("Name") in ("stopped", "stopping"):
            body["state"] = "stopped"
        self.section(vpc, "instances")[name] = body
        self.place(instance or Item(id, {}, members[0].origin), path, vpc)

    def add_bare_instance(self, instance: Item) -> None:
        """An instance that tells of no interface: as far as it tells itself."""
        vpc, subnet = instance.get("VpcId"), instance.get("SubnetId")
        if vpc not in self.names or subnet not in self.names:
            self.note("left out", instance.id, "it is in no subnet that was read", instance)
            return
        listed = instance.attributes.get("SecurityGroups")
        attributes: Data = {"SubnetId": subnet, "Groups": listed}
        for key in ("PrivateIpAddress", "SourceDestCheck"):
            if instance.get(key) is not None:
                attributes[key] = instance.get(key)
        if instance.get("PublicIpAddress"):
            attributes["Association"] = {"PublicIp": instance.get("PublicIpAddress")}
        name = self.naming.name("targets", instance.name, instance.id)
        self.section(vpc, "instances")[name] = self.settings(Item(instance.id, attributes, instance.origin))
        self.place(instance, ("vpcs", self.names[vpc], "instances", name), vpc)

    def settings(self, item: Item) -> Data:
        """One interface in the words of a design."""
        body: Data = {"subnet": self.names[str(item.get("SubnetId"))]}
        groups = item.attributes.get("Groups")
        known = [self.names[each["GroupId"]] for each in groups or () if each.get("GroupId") in self.names]
        body["security_groups"] = known if groups is not None and len(known) == len(groups) and known else UNKNOWN
        if body["security_groups"] == UNKNOWN:
            self.note("unknown", item.id, "its security groups were not collected", item)
        addresses = item.list("PrivateIpAddresses")
        primary = next((each for each in addresses if each.get("Primary")), addresses[0] if addresses else {})
        private = primary.get("PrivateIpAddress") or item.get("PrivateIpAddress")
        if private:
            body["private_ip"] = private
        public = (inner(primary, "Association") or inner(item, "Association")).get("PublicIp")
        if public:
            body["public_ip"] = public
        others = [each for each in addresses if each is not primary and each.get("PrivateIpAddress") != private]
        if others:
            body["secondary_private_ips"] = [_secondary(each) for each in others]
        ipv6 = [each.get("Ipv6Address") for each in item.list("Ipv6Addresses") if each.get("Ipv6Address")]
        if ipv6:
            body["ipv6_address"] = ipv6[0]
        if item.attributes.get("SourceDestCheck") is False:
            body["source_dest_check"] = False
        return body

    def add_nat_gateways(self) -> None:
        """NAT gateways, also those of which only the interface was read."""
        for item in self.found.of("NatGateways"):
            vpc, subnet = str(item.get("VpcId")), str(item.get("SubnetId"))
            if item.text("State") in _GONE:
                continue
            if vpc not in self.names or subnet not in self.names:
                self.note("left out", item.id, "it is in no subnet that was read", item)
                continue
            first: Data = next(iter(item.list("NatGatewayAddresses")), {})
            body: Data = {"subnet": self.names[subnet]}
            if first.get("PrivateIp"):
                body["private_ip"] = first["PrivateIp"]
            if item.get("ConnectivityType") == "private":
                body["connectivity"] = "private"
            elif first.get("PublicIp"):
                body["public_ip"] = first["PublicIp"]
            self.add_nat_gateway(item, vpc, body)
        for item in self.found.of("NetworkInterfaces"):
            named = _NAT_OF.search(str(item.get("Description") or ""))
            known = item.get("SubnetId") in self.names and item.get("VpcId") in self.names
            if named is None or named[0] in self.names or not known:
                continue
            body = {
                key: value for key, value in self.settings(item).items() if key in ("subnet", "private_ip", "public_ip")
            }
            if "public_ip" not in body:
                body["connectivity"] = "private"
            self.add_nat_gateway(Item(named[0], {}, item.origin), str(item.get("VpcId")), body)

    def add_nat_gateway(self, item: Item, vpc: str, body: Data) -> None:
        """One NAT gateway; a public one has an internet gateway beside it (NATGW-1)."""
        if "connectivity" not in body and "internet_gateway" not in self.body(vpc):
            if self.found.collected("InternetGateways"):
                self.note("left out", item.id, "it is public, and no internet gateway is attached to its VPC", item)
                return
            self.body(vpc)["internet_gateway"] = self.naming.name("targets", "igw", vpc)
            self.note("assumed", self.names[vpc], "it has a public NAT gateway, so an internet gateway is attached")
        name = self.naming.name("targets", item.name, item.id)
        self.section(vpc, "nat_gateways")[name] = body
        self.place(item, ("vpcs", self.names[vpc], "nat_gateways", name), vpc)


def covering(texts: Iterable[str]) -> list[str]:
    """The smallest IPv4 block that holds some blocks; those of /16 around each where that would be wider than a VPC's."""
    blocks = sorted(Cidr.parse(text) for text in texts)
    if not blocks:
        return []
    last = blocks[-1]
    length = min(block.prefix_length for block in blocks)
    while length > _WIDEST and last not in blocks[0].supernet(length):
        length -= 1
    if last in blocks[0].supernet(length):
        return [str(blocks[0].supernet(length))]
    return list(dict.fromkeys(str(block.supernet(min(_WIDEST, block.prefix_length))) for block in blocks))


def target_of(route: Data) -> str | None:
    """The id of what a route leads to; None where it says nothing of it."""
    return next((str(route[key]) for key in TARGETS if route.get(key)), None)


def _isolated(item: Item) -> bool:
    return item.text("State") in _GONE


def _vpc_blocks(item: Item) -> Iterator[str]:
    for key, text in (("CidrBlockAssociationSet", "CidrBlock"), ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock")):
        found = False
        for each in item.list(key):
            state = inner(each, f"{text}State")
            if state.get("State", "associated") in ("associated", "associating") and each.get(text):
                found = True
                yield block(each[text])
        if key == "CidrBlockAssociationSet" and not found and item.get("CidrBlock"):
            yield block(item.get("CidrBlock"))


def _subnet_blocks(item: Item) -> dict[str, str]:
    out: dict[str, str] = {}
    if item.get("CidrBlock"):
        out["cidr"] = block(item.get("CidrBlock"))
    for each in item.list("Ipv6CidrBlockAssociationSet"):
        if inner(each, "Ipv6CidrBlockState").get("State", "associated") == "associated" and each.get("Ipv6CidrBlock"):
            out["ipv6_cidr"] = block(each["Ipv6CidrBlock"])
    return out


def _is_public(item: Item) -> bool:
    return any(inner(each, "Association").get("PublicIp") for each in (*item.list("PrivateIpAddresses"), item))


def _private_ips(item: Item) -> list[str]:
    listed = [each.get("PrivateIpAddress") for each in item.list("PrivateIpAddresses")]
    return [str(text) for text in (listed or [item.get("PrivateIpAddress")]) if text]


def _device(item: Item) -> tuple[int, str]:
    index = inner(item, "Attachment").get("DeviceIndex")
    return (index if isinstance(index, int) else 99, item.id)


def _secondary(each: Data) -> str | Data:
    public = inner(each, "Association").get("PublicIp")
    private = str(each.get("PrivateIpAddress"))
    return {"private_ip": private, "public_ip": public} if public else private
