"""What a schema cannot see: references that name nothing, and designs that AWS would refuse.

Every check reports where, what and what would be right; none stops at the first problem. The refusals themselves live
in `reachsim.rules`; here is only where they apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from reachsim.errors import did_you_mean, shown
from reachsim.loading.names import INTERNET
from reachsim.loading.report import WAIVABLE, TooManyProblems
from reachsim.loading.vpc_checks import VpcChecks
from reachsim.net.address import format_address
from reachsim.resources.block_public_access import check_switches
from reachsim.resources.capacity_provider import provider_of
from reachsim.resources.lambda_function import FunctionConfiguration
from reachsim.resources.vpc import Vpc
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath
from reachsim.rules.lambda_ import INTERFACES_PER_VPC


def _by_number(rule: str) -> tuple[str, int]:
    """ROUTE-8 before ROUTE-17."""
    chapter, _, number = rule.partition("-")
    return chapter, int(number)


class Checker(VpcChecks):
    """One check of one design: what `VpcChecks` looks at, and what is between VPCs. `problems` and `warnings` fill up."""

    def run(self) -> None:
        """Check everything, or until there are too many problems to be of use."""
        with suppress(TooManyProblems):
            self.check_warn()
            for name, vpc in self.design.vpcs.items():
                self.check_vpc(name, vpc)
            self.check_outside()
            self.check_ends()
            check_switches(self)
            self.check_functions()
            for name, vpc in self.design.vpcs.items():
                self.check_providers(name, vpc)
            self.check_public_addresses()

    def check_warn(self) -> None:
        """`warn:` names rules that can be waived."""
        for index, rule in enumerate(self.design.warn):
            if rule not in WAIVABLE:
                # A number that is another is no slip: of this chapter, or of all.
                near = [each for each in WAIVABLE if each.partition("-")[0] == rule.partition("-")[0].upper()]
                hint = f"these can: {', '.join(sorted(near or WAIVABLE, key=_by_number))}"
                self.report(("warn", index), f"{shown(rule)} is not a rule that can be turned into a warning", hint)

    def check_ends(self) -> None:
        """`internet` in a question means the internet: no function, no API and no host has that name."""
        for section in (("lambda_functions",), ("api_gateways",), ("internet", "hosts")):
            if INTERNET in (self.document.value(section) or ()):
                self.reserved_word((*section, INTERNET))

    def check_functions(self) -> None:
        """Attachments of functions, how many interfaces they need, and what API gateways run."""
        interfaces: dict[str, dict[tuple[str, frozenset[str]], KeyPath]] = {}
        for name, function in self.design.lambda_functions.items():
            for _, body, at in function.configurations():
                path: KeyPath = ("lambda_functions", name, *at)
                if body.capacity_provider is not None:
                    self.check_capacity_provider((*path, "capacity_provider"), body.capacity_provider)
                if body.vpc is not None:
                    for subnet in self.check_attachment(path, body.vpc, body):
                        interfaces.setdefault(body.vpc, {}).setdefault((subnet, body.group_names), path)
        for vpc, keys in interfaces.items():
            if len(keys) > INTERFACES_PER_VPC:
                text = f"functions need {len(keys)} interfaces in VPC {vpc}; {INTERFACES_PER_VPC} are allowed"
                self.report(list(keys.values())[INTERFACES_PER_VPC], text, "share sets of security groups", "LAMBDA-5")
        self.check_api_gateways()

    def check_attachment(self, path: KeyPath, vpc: str, body: FunctionConfiguration) -> Iterator[str]:
        """The VPC, the subnets and the groups of one version of a function; yields the subnets that there are."""
        if vpc not in self.design.vpcs:
            self.report((*path, "vpc"), f"there is no VPC {shown(vpc)}", did_you_mean(vpc, self.design.vpcs))
            return
        for index, reference in enumerate(body.subnets):
            where = (*path, "subnets", index)
            name = self.resolve(where, self.names.member, vpc, "subnets", reference, "subnet")
            if name is not None:
                subnet = self.design.vpcs[vpc].subnets[name]
                if subnet.cidr is None:
                    self.report(where, f"subnet {name} is IPv6-only, where no function can run", None, "LAMBDA-18")
                elif body.ipv6 and subnet.ipv6_cidr is None:
                    text = f"subnet {name} has no IPv6 block, which ipv6: true needs"
                    self.report(where, text, None, "LAMBDA-18")
                yield name
        for index, group in enumerate(body.security_groups or ()):
            self.resolve((*path, "security_groups", index), self.names.group, vpc, group)

    def check_api_gateways(self) -> None:
        """What an API gateway runs is a function, and a version or an alias that it has."""
        functions = self.design.lambda_functions
        for name, gateway in self.design.api_gateways.items():
            function, colon, qualifier = gateway.integration.partition(":")
            path = ("api_gateways", name, "integration")
            if function not in functions:
                self.report(path, f"there is no function {shown(function)}", did_you_mean(function, functions))
            elif colon and functions[function].versions_of(qualifier) is None:
                known = [*functions[function].aliases, *functions[function].versions]
                text = f"function {function} has no version or alias {shown(qualifier)}"
                self.report(path, text, did_you_mean(qualifier, known) or f"it has {', '.join(known) or 'none'}")

    def check_capacity_provider(self, path: KeyPath, reference: str) -> None:
        """A function's capacity provider is one, and one alone (LAMBDA-33)."""
        vpcs = self.design.vpcs
        found, name = provider_of(vpcs, reference)
        known = [f"{vpc}.{each}" for vpc, body in vpcs.items() for each in body.capacity_providers]
        if not found:
            hint = did_you_mean(reference, known) or "write it under capacity_providers of its VPC"
            self.report(path, f"there is no capacity provider {shown(reference)}", hint)
        elif len(found) > 1:
            choices = " or ".join(f"{vpc}.{name}" for vpc in found)
            self.report(path, f"several VPCs have a capacity provider {shown(name)}", f"write {choices}")

    def check_providers(self, name: str, vpc: Vpc) -> None:
        """Subnets and groups of capacity providers are the VPC's."""
        for provider, body in vpc.capacity_providers.items():
            here: KeyPath = ("vpcs", name, "capacity_providers", provider)
            for index, subnet in enumerate(body.subnets):
                self.resolve((*here, "subnets", index), self.names.member, name, "subnets", subnet, "subnet")
            for index, group in enumerate(body.security_groups or ()):
                where = (*here, "security_groups", index)
                self.resolve(where, self.names.member, name, "security_groups", group, "security group")

    def check_public_addresses(self) -> None:
        """Public addresses are public, and each is one interface's or one host's."""
        taken: dict[int, tuple[str, KeyPath]] = {}
        for name, key_path, address in self.public_addresses():
            if address not in PUBLIC:
                text = f"{format_address(address)} is not a public address"
                self.report(key_path, text, "private and reserved ranges are not on the internet", "IGW-2")
            if address in taken:
                other, other_path = taken[address]
                spot = self.document.spot(other_path)
                text = f"{format_address(address)} is already the public address of {other} ({spot})"
                self.report(key_path, text, "take another one")
            taken[address] = name, key_path

    def public_addresses(self) -> Iterator[tuple[str, KeyPath, int]]:
        """Every public address that is written: owner, where, address."""
        for vpc, needs in self.needs.items():
            for need in needs:
                if need.public_ip is not None and not isinstance(need.public_ip, bool):
                    yield f"{vpc}.{need.name}", (*need.path, "public_ip"), int(need.public_ip)
                for index, (_, public) in enumerate(need.secondary):
                    if public is not None:
                        path = (*need.path, "secondary_private_ips", index)
                        yield f"{vpc}.{need.name}", path, int(public)
        for name, host in self.design.internet.hosts.items():
            yield name, ("internet", "hosts", name, "ip"), int(host.ip)
