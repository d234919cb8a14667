"""What reachsim understood of a design, as text and as plain data: nothing that was left out in the file is
left out here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.net.address import format_address
from reachsim.network import Network
from reachsim.places import line_of
from reachsim.report.data import problem_data
from reachsim.report.show_rules import ROWS, Data, acls, filters_text, groups, head, routes, routes_text, rules_table
from reachsim.report.text import PLAIN, Look, TextRow, hanging, number
from reachsim.resources.block_public_access import switch_of
from reachsim.resources.expectation import EndpointField
from reachsim.resources.lambda_function import FunctionConfiguration
from reachsim.resources.reference import DEFAULT_GROUP
from reachsim.rules.clauses import KeyPath
from reachsim.rules.subnet import usable_count

WHAT = (
    "vpcs",
    "interfaces",
    "functions",
    "peerings",
    "hosts",
    "prefix-lists",
    "expectations",
    "warnings",
    "routes",
    "acls",
    "groups",
)
"""Sections that can be asked for; without a choice, all but the last three."""
SHOWN_FIRST = WHAT[:-3]
_ROOMY = 96
"""Columns from which on a public address has a column of its own."""


def show_data(net: Network, what: Sequence[str] = ()) -> Data:
    """Plain data for JSON; the shape is documented in docs/cli.md. `what`: sections, all of them when
    empty."""
    out: Data = {"file": net.source.file, "name": net.design.name, "region": net.design.region}
    for section in what or WHAT:
        out[section.replace("-", "_")] = list(_SECTIONS[section][0](net))
    return out


def show_text(net: Network, what: Sequence[str] = (), look: Look = PLAIN) -> str:
    """The sections as tables. `what`: which; the usual ones when empty."""
    title = f"{look.style.bold(net.design.name or net.source.file)}"
    lines = [title, *hanging("  ", _summary(net), look.width)]
    for section in what or SHOWN_FIRST:
        data, text = _SECTIONS[section]
        items = list(data(net))
        if items or what:
            lines += ["", look.style.bold(section.replace("-", " ").upper())]
            lines += text(items, look) if items else ["  none"]
    if not what:
        more = f"more: reachsim show {net.source.file} routes | acls | groups"
        lines += ["", look.style.dim(more)]
    return "\n".join(lines)


def _summary(net: Network) -> str:
    design = net.design
    subnets = sum(len(vpc.subnets) for vpc in design.vpcs.values())
    parts = [
        number(len(design.vpcs), "VPC"),
        number(subnets, "subnet"),
        number(len(net.topology.interfaces), "interface"),
        number(len(design.lambda_functions), "function") if design.lambda_functions else "",
        number(len(design.peering_connections), "peering") if design.peering_connections else "",
        number(len(design.expect), "expectation"),
        number(len(net.warnings), "warning") if net.warnings else "no warnings",
    ]
    where = f"{net.source.file}, " if design.name else ""
    region = f", {design.region}" if design.region else ""
    return f"{where}format version {design.version}{region}: {', '.join(part for part in parts if part)}"


# -- VPCs ------------------------------------------------------------------------------------------------


def _vpcs(net: Network) -> Iterator[Data]:
    for name, vpc in net.design.vpcs.items():
        site = net.topology.vpcs[name]
        yield {
            "name": name,
            "cidrs": [str(block) for block in vpc.cidrs],
            "internet_gateway": vpc.internet_gateway,
            "egress_only_internet_gateway": vpc.egress_only_internet_gateway,
            "block_public_access": switch_of(net.design, name)[0].mode,
            "where": net.locate(site.path),
            "subnets": [_subnet(net, site_subnet) for site_subnet in site.subnets.values()],
            "not_modelled": [f"{section}.{member}" for section, member in vpc.unmodelled()],
        }


def _subnet(net: Network, site: SubnetSite) -> Data:
    body = net.design.vpcs[site.vpc.name].subnets[site.name]
    used = net.source.addresses.used.get((site.vpc.name, site.name), 0)
    return {
        "name": site.name,
        "cidr": None if body.cidr is None else str(body.cidr),
        "ipv6_cidr": None if body.ipv6_cidr is None else str(body.ipv6_cidr),
        "az": site.az,
        "size": 0 if body.cidr is None else body.cidr.size,
        "free": 0 if body.cidr is None else usable_count(body.cidr) - used,
        "used": used,
        "route_table": body.table_name,
        "network_acl": body.acl_name,
        "where": net.locate(site.path),
    }


def _vpcs_text(items: Sequence[Data], look: Look) -> list[str]:
    lines: list[str] = []
    for vpc in items:
        gateways = [vpc[key] for key in ("internet_gateway", "egress_only_internet_gateway") if vpc[key]]
        tail = f"  gateways {', '.join(gateways)}" if gateways else "  no internet gateway"
        tail += f"  Block Public Access: {vpc['block_public_access']}" if vpc["block_public_access"] != "off" else ""
        lines += head(f"{vpc['name']}  {', '.join(vpc['cidrs'])}{tail}", vpc["where"], look)
        rows: list[TextRow] = [
            [
                subnet["name"],
                ", ".join(block for block in (subnet["cidr"], subnet["ipv6_cidr"]) if block),
                subnet["az"] or "",
                f"{subnet['free']:,} of {subnet['size']:,}" if subnet["cidr"] else "",
                subnet["route_table"],
                subnet["network_acl"],
                line_of(subnet["where"]),
            ]
            for subnet in vpc["subnets"]
        ]
        lines += (
            rules_table(rows, ("subnet", "blocks", "zone", "free", "route table", "ACL", "line"), look, 4)
            if rows
            else []
        )
        if vpc["not_modelled"]:
            lines += hanging("    not modelled: ", ", ".join(vpc["not_modelled"]), look.width)
    return lines


# -- interfaces ------------------------------------------------------------------------------------------


def _interfaces(net: Network) -> Iterator[Data]:
    for interface in net.topology.interfaces.values():
        yield _interface(net, interface)


def _interface(net: Network, interface: NetworkInterface) -> Data:
    return {
        "name": interface.name,
        "kind": interface.kind,
        "subnet": None if interface.subnet.regional else interface.subnet.full_name,
        "addresses": [format_address(address) for address in interface.addresses],
        "public_ips": [format_address(address) for address in interface.publics],
        "security_groups": None
        if interface.groups is None
        else sorted(name if vpc == interface.vpc.name else f"{vpc}.{name}" for vpc, name in interface.groups),
        "source_dest_check": interface.source_dest_check,
        "client_ports": str(interface.client_ports),
        "listens": None if interface.listens is None else str(interface.listens),
        "notes": _notes(net, interface),
        "where": net.locate(interface.path),
    }


def _notes(net: Network, interface: NetworkInterface) -> list[str]:
    """What is not as AWS makes it: checks that are off, forwarding, states."""
    if interface.shared:
        return []
    section, name = map(str, interface.path[2:4])
    return list(getattr(net.design.vpcs[interface.vpc.name], section)[name].remarks(interface))


def _interfaces_text(items: Sequence[Data], look: Look) -> list[str]:
    roomy = look.width >= _ROOMY
    rows: list[TextRow] = []
    for item in items:
        public = ", ".join(item["public_ips"])
        aside = [f"public {public}"] if public and not roomy else []
        notes = [*item["notes"], *([f"listens {item['listens']}"] if item["listens"] else [])]
        rows.append(
            [
                item["name"],
                item["kind"],
                ", ".join([*item["addresses"], *aside]),
                public if roomy else "",
                ", ".join(item["security_groups"] or ()),
                ", ".join(notes),
                line_of(item["where"]) if item["kind"] != "function" else "",
            ]
        )
    return rules_table(rows, ("interface", "kind", "addresses", "public", "groups", "", "line"), look)


# -- functions -------------------------------------------------------------------------------------------


def _functions(net: Network) -> Iterator[Data]:
    for name, function in net.design.lambda_functions.items():
        here: KeyPath = ("lambda_functions", name)
        versions = [(version, body, (*here, *at)) for version, body, at in function.configurations()]
        yield {
            "name": name,
            "memory_mb": function.memory_mb,
            "concurrency": function.concurrency,
            "versions": [_version(net, version, body, path) for version, body, path in versions],
            "aliases": {
                alias: {version: float(share) for version, share in split.items()}
                for alias, split in function.aliases.items()
            },
            "api_gateways": [
                gateway
                for gateway, body in net.design.api_gateways.items()
                if body.integration.partition(":")[0] == name
            ],
            "where": net.locate(here),
        }


def _version(net: Network, version: str, body: FunctionConfiguration, path: KeyPath) -> Data:
    vpc = body.vpc
    groups = dict.fromkeys(DEFAULT_GROUP if body.security_groups is None else body.security_groups)
    return {
        "version": version,
        "vpc": vpc,
        "subnets": list(body.subnet_names),
        "security_groups": list(groups) if vpc is not None else [],
        "capacity_provider": body.capacity_provider,
        "interfaces": []
        if vpc is None
        else [net.topology.functions[vpc, subnet, body.group_names].name for subnet in body.subnet_names],
        "where": net.locate(path),
    }


def _functions_text(items: Sequence[Data], look: Look) -> list[str]:
    lines: list[str] = []
    sharers: dict[str, list[str]] = {}
    for item in look.few(items, ROWS):
        concurrency = "" if item["concurrency"] is None else f", concurrency {item['concurrency']}"
        lines += head(f"{item['name']}  {item['memory_mb']} MB{concurrency}", item["where"], look)
        rows: list[TextRow] = []
        for version in item["versions"]:
            place = f"{version['vpc']}: {', '.join(version['subnets'])}" if version["vpc"] else "outside every VPC"
            if version["capacity_provider"]:
                place = f"managed instances of {version['capacity_provider']}"
            groups = ", ".join(version["security_groups"])
            rows.append(
                [
                    version["version"],
                    place,
                    groups,
                    ", ".join(_aliases_of(item, version["version"])),
                    line_of(version["where"]),
                ]
            )
            for name in version["interfaces"]:
                sharers.setdefault(name, []).append(f"{item['name']}:{version['version']}")
        lines += rules_table(rows, ("version", "runs in", "groups", "alias", "line"), look, 4)
        if item["api_gateways"]:
            lines += hanging("    called by API gateway ", ", ".join(item["api_gateways"]), look.width)
    rest = look.rest(items, ROWS)
    lines += [f"  {rest}"] if rest else []
    if sharers:
        lines += hanging("  ", "shared interfaces, one for each subnet and set of groups (LAMBDA-3):", look.width)
        lines += rules_table(
            [[name, ", ".join(users)] for name, users in sharers.items()], ("interface", "used by"), look, 4
        )
    return lines


def _aliases_of(item: Data, version: str) -> list[str]:
    out = []
    for alias, split in item["aliases"].items():
        if version in split:
            share = split[version] * 100
            out.append(alias if share == 100 else f"{alias} ({share:g}%)")
    return out


# -- what joins VPCs, and the world ----------------------------------------------------------------------


def _peerings(net: Network) -> Iterator[Data]:
    for name, body in net.design.peering_connections.items():
        yield {
            "name": name,
            "requester": body.requester,
            "accepter": body.accepter,
            "status": body.status,
            "where": net.locate(("peering_connections", name)),
        }


def _peerings_text(items: Sequence[Data], look: Look) -> list[str]:
    rows: list[TextRow] = []
    for item in items:
        status = item["status"] if item["status"] == "active" else (item["status"], look.style.red)
        rows.append([item["name"], f"{item['requester']} - {item['accepter']}", status, line_of(item["where"])])
    return rules_table(rows, ("peering", "VPCs", "status", "line"), look)


def _hosts(net: Network) -> Iterator[Data]:
    for name, host in net.design.internet.hosts.items():
        yield {
            "name": name,
            "ip": str(host.ip),
            "listens": None if host.listens is None else str(host.listens),
            "where": net.locate(("internet", "hosts", name)),
        }


def _hosts_text(items: Sequence[Data], look: Look) -> list[str]:
    rows: list[TextRow] = [[i["name"], i["ip"], i["listens"] or "everything", line_of(i["where"])] for i in items]
    return rules_table(rows, ("host", "address", "listens", "line"), look)


def _prefix_lists(net: Network) -> Iterator[Data]:
    for name, body in net.design.prefix_lists.items():
        yield {
            "name": name,
            "entries": [str(block) for block in body.entries],
            "max_entries": body.max_entries if body.max_entries is not None else len(body.entries),
            "where": net.locate(("prefix_lists", name)),
        }


def _prefix_lists_text(items: Sequence[Data], look: Look) -> list[str]:
    rows: list[TextRow] = []
    for item in items:
        entries = [*look.few(item["entries"], 12)]
        more = f" and {len(item['entries']) - len(entries)} more" if len(entries) < len(item["entries"]) else ""
        rows.append([item["name"], str(item["max_entries"]), ", ".join(entries) + more, line_of(item["where"])])
    return rules_table(rows, ("list", "size", "blocks", "line"), look)


def _expectations(net: Network) -> Iterator[Data]:
    for index, body in enumerate(net.design.expect):
        yield {
            "number": index + 1,
            "from": _endpoint(body.from_),
            "to": _endpoint(body.to),
            "allow": None if body.allow is None else str(body.allow),
            "deny": None if body.deny is None else str(body.deny),
            "one_way": body.one_way,
            "nat_loss_below": None if body.nat_loss_below is None else float(body.nat_loss_below),
            "why": body.why,
            "fails": body.fails,
            "where": net.locate(("expect", index)),
        }


def _endpoint(asked: EndpointField) -> str:
    if isinstance(asked, str):
        return asked
    parts = [f"vpc {', '.join(asked.vpc)}"] if asked.vpc else []
    parts += [f"subnet {', '.join(asked.subnet)}"] if asked.subnet else []
    parts += [f"tag {key}={value}" for key, value in asked.tag.items()]
    return " and ".join(parts)


def _expectations_text(items: Sequence[Data], look: Look) -> list[str]:
    rows: list[TextRow] = []
    for item in items:
        verb = f"allow {item['allow']}" if item["allow"] is not None else f"deny {item['deny']}"
        verb += " one way" if item["one_way"] else ""
        if item["nat_loss_below"] is not None:
            verb += f", nat_loss_below {item['nat_loss_below'] * 100:g}%"
        why = item["why"] + (f" (marked: fails by {item['fails']})" if item["fails"] else "")
        rows.append([f"#{item['number']}", item["from"], item["to"], verb, why.strip(), line_of(item["where"])])
    return rules_table(rows, ("", "from", "to", "expects", "why", "line"), look)


def _warnings(net: Network) -> Iterator[Data]:
    for problem in net.source.warnings:
        yield {**problem_data(problem), "text": str(problem)}


def _warnings_text(items: Sequence[Data], look: Look) -> list[str]:
    lines: list[str] = []
    for item in look.few(items, ROWS):
        lines += hanging("  ", item["text"], look.width)
    rest = look.rest(items, ROWS)
    return [*lines, f"  {rest}"] if rest else lines


_SECTIONS: dict[str, tuple[Callable[[Network], Iterator[Data]], Callable[[Sequence[Data], Look], list[str]]]] = {
    "vpcs": (_vpcs, _vpcs_text),
    "interfaces": (_interfaces, _interfaces_text),
    "functions": (_functions, _functions_text),
    "peerings": (_peerings, _peerings_text),
    "hosts": (_hosts, _hosts_text),
    "prefix-lists": (_prefix_lists, _prefix_lists_text),
    "expectations": (_expectations, _expectations_text),
    "warnings": (_warnings, _warnings_text),
    "routes": (routes, routes_text),
    "acls": (acls, filters_text("subnets")),
    "groups": (groups, filters_text("interfaces")),
}
