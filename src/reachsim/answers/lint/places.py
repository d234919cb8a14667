"""Things that are in the wrong place: hosts without public addresses in public subnets, zones that their VPCs do not see."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.lint.registry import Found, Subject, finds, said_of, without_public_address
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.net.address import IPV4_LAST
from reachsim.resources.host import Host
from reachsim.rules.dns import attribute_key, attribute_missing, private_names
from reachsim.rules.lint import LintCode


@finds(LintCode.HOSTS_IN_PUBLIC_SUBNET)
def hosts_in_public_subnets(subject: Subject) -> Iterator[Found]:
    """Subnets that send the internet's addresses to an internet gateway, and none of whose hosts has a public address, so
    that it drops all that they send (IGW-4)."""
    for vpc in subject.topology.vpcs.values():
        for subnet in vpc.subnets.values():
            hosts = list(_hosts(subnet))
            if not hosts or subnet.hidden or any(_public(interface) for interface in hosts):
                continue
            first = hosts[0]
            lost = without_public_address(first)
            if lost is None or lost[1].sender is not first:
                continue
            yield Found(
                LintCode.HOSTS_IN_PUBLIC_SUBNET,
                subnet.full_name,
                subnet.path,
                "its default route leads to an internet gateway, and none of its hosts has a public address",
                said_of(first.name, *lost),
                "associate it with a table whose default route leads to a NAT gateway, or give the hosts public addresses",
                "IGW-4",
            )


def _hosts(subnet: SubnetSite) -> Iterator[NetworkInterface]:
    """Hosts that send for themselves."""
    for interface in subnet.interfaces:
        host = interface.host
        if isinstance(host, Host) and interface.silent is None and not interface.shared and not host.stopped:
            yield interface


def _public(interface: NetworkInterface) -> bool:
    """Whether an interface has a public address, or may have one."""
    private = [address for address in interface.addresses if address <= IPV4_LAST]
    return bool(interface.publics) or any(interface.perhaps_public(address) for address in private)


@finds(LintCode.HOSTED_ZONE_UNSEEN)
def zones_that_their_vpcs_do_not_see(subject: Subject) -> Iterator[Found]:
    """Private hosted zones that are associated with VPCs whose DNS attributes hide them (DNS-2)."""
    for name, zone in getattr(subject.design, "private_hosted_zones", {}).items():
        for vpc in zone.vpcs:
            body = subject.design.vpcs.get(vpc)
            if body is None or private_names(body.enable_dns_support, body.enable_dns_hostnames):
                continue
            missing = attribute_missing(vpc, body.enable_dns_support)
            yield Found(
                LintCode.HOSTED_ZONE_UNSEEN,
                name,
                attribute_key(vpc, body.enable_dns_support),
                f"it is associated with VPC {vpc}, and nothing there sees its names",
                f"{missing}; private zones need both attributes",
                "set both enable_dns_support and enable_dns_hostnames of the VPC",
                "DNS-2",
            )
