"""From an inventory to a design: the rules of security groups and of network ACLs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from reachsim.importing.design import Data, NetworkBuilder
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Item, inner
from reachsim.importing.rules import Refused, protocol, traffic
from reachsim.resources.reference import UNKNOWN

LAST_RULE: Final = 32767


class FilterBuilder(NetworkBuilder):
    """The VPCs of a design with their filters."""

    def build(self) -> Imported:
        """What VPCs hold, then the groups and ACLs that it is filtered by."""
        super().build()
        self.add_groups()
        self.add_acls()
        return self.out

    # -- groups --------------------------------------------------------------------------------------------------

    def add_groups(self) -> None:
        """Security groups with their rules (a rule that AWS would refuse is left out)."""
        for item in self.found.of("SecurityGroups"):
            vpc = str(item.get("VpcId") or "")
            if vpc not in self.names:
                self.note("left out", item.id, "it is in no VPC that was read", item)
                continue
            body: Data = {}
            for key, direction, word in (("IpPermissions", "ingress", "from"), ("IpPermissionsEgress", "egress", "to")):
                if item.attributes.get(key) is None and key not in item.attributes:
                    body[direction] = UNKNOWN
                    continue
                body[direction] = list(self.group_rules(item, vpc, item.list(key), word))
            self.section(vpc, "security_groups")[self.names[item.id]] = body

    def group_rules(self, item: Item, vpc: str, permissions: Iterable[Any], word: str) -> Iterator[Data]:
        """The rules of one direction of a group."""
        for permission in permissions:
            try:
                token = traffic(
                    permission.get("IpProtocol", "-1"), permission.get("FromPort"), permission.get("ToPort")
                )
                peers = list(dict.fromkeys(self.peers(item, vpc, permission)))
            except Refused as error:
                self.note("left out", item.id, f"a rule that AWS would refuse: {error}", item)
                continue
            if peers:
                yield {"allow": token, word: peers[0] if len(peers) == 1 else peers}

    def peers(self, item: Item, vpc: str, permission: Data) -> Iterator[str]:
        """Who a rule names. A group, or a list, that was not read is unknown."""
        for ranges, key in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
            for each in permission.get(ranges) or ():
                if each.get(key):
                    yield each[key]
        for each in permission.get("PrefixListIds") or ():
            yield self.listed(str(each.get("PrefixListId")), item)
        for pair in permission.get("UserIdGroupPairs") or ():
            id = str(pair.get("GroupId") or "")
            if self.local(vpc, id) is not None:
                yield self.names[id]
            elif id in self.names and self.joined(vpc, self.vpc_of.get(id, "")):
                yield self.out.names[id]
            elif id in self.names:
                self.note("left out", item.id, f"a reference to {id} in a VPC that is not joined matches nothing", item)
            else:
                self.note("unknown", item.id, f"group {id}, which a rule names, was not collected", item)
                yield UNKNOWN

    def listed(self, id: str, item: Item) -> str:
        """A prefix list by its name in the design; unknown where its entries are."""
        if id not in self.names:
            self.note("unknown", item.id, f"the entries of prefix list {id} were not collected", item)
        return self.names.get(id, UNKNOWN)

    def joined(self, one: str, other: str) -> bool:
        """Whether an active peering joins two VPCs."""
        for item in self.found.of("VpcPeeringConnections"):
            ends = {inner(item, side).get("VpcId") for side in ("RequesterVpcInfo", "AccepterVpcInfo")}
            if ends == {one, other} and inner(item, "Status").get("Code") == "active":
                return True
        return False

    # -- ACLs ----------------------------------------------------------------------------------------------------

    def add_acls(self) -> None:
        """Network ACLs, and which subnets they are of."""
        for item in self.found.of("NetworkAcls"):
            vpc = str(item.get("VpcId") or "")
            if vpc not in self.names:
                continue
            body: Data = {"ingress": [], "egress": []}
            for entry in sorted(item.list("Entries"), key=_rule_number):
                number = _rule_number(entry)
                direction, word = ("egress", "to") if entry.get("Egress") else ("ingress", "from")
                if number == LAST_RULE or body[direction] == UNKNOWN:  # the last one denies the rest, as all ACLs do
                    continue
                action = "deny" if entry.get("RuleAction", "").lower() == "deny" else "allow"
                peer = entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
                if number < 1 or peer is None:
                    self.note("unknown", item.id, f"an entry of {direction} that cannot be read", item)
                    body[direction] = UNKNOWN
                    continue
                try:
                    body[direction].append({"rule": number, action: _entry_traffic(entry), word: peer})
                except Refused as error:
                    self.note("left out", item.id, f"an entry that AWS would refuse: {error}", item)
            self.section(vpc, "network_acls")[self.names[item.id]] = body
            for each in item.list("Associations"):
                subnet = str(each.get("SubnetId") or "")
                if self.names[item.id] != "default" and self.local(vpc, subnet) is not None:
                    self.section(vpc, "subnets")[self.names[subnet]]["network_acl"] = self.names[item.id]
        for vpc in self.vpc_ids():
            own = [item for item in self.found.of("NetworkAcls") if item.get("VpcId") == vpc]
            if self.found.collected("NetworkAcls") and not own:
                self.note(
                    "assumed", self.names[vpc], "none of its ACLs was collected; its default ACL is as AWS makes it"
                )
            elif not any(item.get("IsDefault") for item in own):
                for body in self.section(vpc, "subnets").values():
                    body.setdefault("network_acl", UNKNOWN)


def _rule_number(entry: Data) -> int:
    """The number of an ACL's entry; 0 where it has none that can be read."""
    number = entry.get("RuleNumber")
    return int(str(number)) if str(number).isdigit() else 0


def _entry_traffic(entry: Data) -> str:
    if protocol(entry.get("Protocol", "-1")) in ("icmp", "icmpv6"):
        icmp = inner(entry, "IcmpTypeCode")
        return traffic(entry.get("Protocol"), icmp.get("Type"), icmp.get("Code"))
    ports = inner(entry, "PortRange")
    return traffic(entry.get("Protocol", "-1"), ports.get("From"), ports.get("To"))
