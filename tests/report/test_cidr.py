"""What plans look like in each format."""

from __future__ import annotations

import csv
import itertools
import json
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.picture.test_draw import luminance

from reachsim.cidr import Plan, find_overlaps, loads_kept, parse_source, plan_text, use_of
from reachsim.loading.load import loads_source
from reachsim.report import cidr as report
from reachsim.report import cidr_model

names = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="./:,[]{}\"'\\"),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["yes", "no", "null", "true", "1", "-", "#a", "&a", "*a", "!a", "%a", "$a", "<b>", "a-b", "~", "=", "|"]
)
RESERVED = {"internet", "local", "blackhole", "all", "any"}


@st.composite
def plans(draw: st.DrawFn) -> tuple[dict[str, Any], Plan]:
    vpcs: dict[str, Any] = {}
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        tiers = draw(st.lists(names, max_size=2, unique=True))
        zones = draw(st.lists(names, min_size=1, max_size=2, unique=True))
        vpcs[name] = {"tiers": dict.fromkeys(tiers, "/27"), "zones": zones, "size": "/24", "ipv6": "six"}
    data = {
        "version": 1,
        "pools": {"p": "10.16.0.0/16", "six": "2600:1f00::/44"},
        "exists": {"e.x".replace(".", "-"): {"cidrs": ["10.16.64.0/24"], "vpc": True}},
        "vpcs": vpcs,
        "groups": {"g": {"members": [*vpcs], "peering": True}},
    }
    return data, plan_text(json.dumps(data, ensure_ascii=False))


@settings(max_examples=25, deadline=None)
@given(plans())
def test_the_model_loads_and_says_the_same(found: tuple[dict[str, Any], Plan]) -> None:
    data, plan = found
    text = report.plan_yaml(plan)
    if RESERVED & {name for name, _, _ in plan.peerings} or RESERVED & set(data["vpcs"]):
        return
    if len({name for name, _, _ in plan.peerings}) < len(plan.peerings):
        return
    design = loads_source(text).design
    for vpc in plan.vpcs:
        loaded = design.vpcs[vpc.name]
        assert loaded.cidrs == (*vpc.cidrs, *vpc.ipv6_cidrs)
        assert {name: (s.cidr, s.ipv6_cidr, s.az) for name, s in loaded.subnets.items()} == {
            s.name: (s.cidr, s.ipv6_cidr, s.zone) for s in vpc.subnets
        }
    assert {(c.requester, c.accepter) for c in design.peering_connections.values()} == {
        (one, other) for _, one, other in plan.peerings
    }


def seen(element: ElementTree.Element, night: dict[str, str], scheme: int) -> str:
    """The fill of a shape by day (0) or by night (1): the last rule about one of its classes, else its own attribute."""
    names = element.attrib.get("class", "").split()
    rules = [night[name] for name in night if name in names] if scheme else []
    return (rules or [element.attrib["fill"]])[-1]


def on_paper(colour: str, opacity: float, paper: str) -> str:
    """A translucent colour on paper, as browsers mix them."""
    pairs = ((int(colour[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(one * opacity + other * (1 - opacity)):02x}" for one, other in pairs)


def test_every_text_of_the_picture_stands_out_by_day_and_by_night() -> None:
    pools = "pools: {p: {cidrs: [10.0.0.0/16], reserved: {lab: 10.0.240.0/20}}}\nexists: {old: 10.0.224.0/20}\n"
    vpcs = ", ".join(f"v{index}: /21" for index in range(9))
    plan = plan_text(f"version: 1\n{pools}vpcs: {{{vpcs}, w: {{tiers: {{t: /22}}, zones: [a]}}}}")
    assert plan.ok
    root = ElementTree.fromstring(report.plan_svg(plan))
    style = next(element.text or "" for element in root.iter() if element.tag.endswith("style"))
    assert style.startswith("@media (prefers-color-scheme:dark){")
    night = dict(re.findall(r"\.address-plan \.(\w+){fill:(#\w{6})}", style))
    texts = 0
    for scheme in (0, 1):
        paper = ("#ffffff", night["paper"])[scheme]
        ground = paper
        for element in root.iter():
            if element.tag.endswith("rect"):
                ground = on_paper(seen(element, night, scheme), float(element.attrib.get("fill-opacity", 1)), paper)
            if element.tag.endswith("text"):
                under = ground if element.attrib.get("text-anchor") == "middle" else paper
                low, high = sorted((luminance(seen(element, night, scheme)), luminance(under)))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (scheme, element.text, under)
                texts += 1
    assert texts > 40


@settings(max_examples=25, deadline=None)
@given(plans())
def test_the_picture_is_xml_and_stays_in_its_frame(found: tuple[dict[str, Any], Plan]) -> None:
    root = ElementTree.fromstring(report.plan_svg(found[1]))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [element.attrib for element in root.iter() if element.tag.endswith("rect")]
    assert boxes
    for box in boxes:
        left, top = float(box.get("x", 0)), float(box.get("y", 0))
        assert 0 <= left <= left + float(box["width"]) <= width + 2
        assert 0 <= top <= top + float(box["height"]) <= height


@settings(max_examples=20, deadline=None)
@given(plans())
def test_every_format_can_be_made(found: tuple[dict[str, Any], Plan]) -> None:
    _, plan = found
    for make in (report.plan_text, report.plan_csv, report.plan_terraform, report.plan_html):
        assert "\x1b" not in make(plan)
    text = report.to_json(plan.to_dict())
    assert text.isascii()
    assert set(loads_kept(text).vpcs) == {vpc.name for vpc in plan.vpcs}


def test_terraform_interpolates_nothing() -> None:
    plan = plan_text('{version: 1, pools: {p: 10.0.0.0/16}, vpcs: {"a$b%": {tiers: {t: /28}, zones: [z]}}}')
    assert '"a$b%" = {' in report.plan_terraform(plan)
    assert cidr_model._hcl("${x}%{y}") == '"$${x}%%{y}"'


def test_bars() -> None:
    plan = plan_text(
        "{version: 1, pools: {p: {cidrs: 10.0.0.0/24, reserved: {r: 10.0.0.192/26}}}, exists: {e: "
        "10.0.0.0/28},"
        " room: none, vpcs: {a: /28, b: /27}}"
    )
    lines = report.plan_text(plan).splitlines()
    assert lines[3] == "  10.0.0.0/24  |####AAAABBBBBBBB................................================|"
    assert "# exists, = reserved, . free" in report.plan_text(plan)


def test_a_cell_with_several_things() -> None:
    plan = plan_text("{version: 1, pools: {p: 10.0.0.0/16}, room: none, vpcs: {a: /28, b: /28}}")
    text = report.plan_text(plan)
    assert "  10.0.0.0/16  |*..." in text
    assert "* several" in text
    assert "  10.0.0.0/27  |AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB|" in text


def test_paste_into_a_model_that_has_the_others(tmp_path: Any) -> None:
    from reachsim.cidr import plan_file

    (tmp_path / "m.yaml").write_text("version: 1\nvpcs: {old: {cidrs: [10.2.0.0/16]}}\n")
    (tmp_path / "p.yaml").write_text(
        "version: 1\nmodels: m.yaml\npools: {p: 10.16.0.0/16}\nvpcs: {new: /24}\n"
        "groups: {g: {members: [new, old], peering: true}}\n"
    )
    assert report.plan_yaml(plan_file(str(tmp_path / "p.yaml"))) == (
        "# Planned by reachsim cidr plan.\n"
        "# In place of what the model says of: old.\n"
        "version: 1\n"
        "vpcs:\n"
        "  new:\n"
        "    cidrs: [10.16.0.0/24]\n"
        "    route_tables:\n"
        "      main: {10.2.0.0/16: new-old}\n"
        "  old:\n"
        "    cidrs: [10.2.0.0/16]\n"
        "    route_tables:\n"
        "      main: {10.16.0.0/24: new-old}\n"
        "peering_connections:\n"
        "  new-old: {requester: new, accepter: old}"
    )


@pytest.mark.parametrize("name", ["yes", "a b", "1", "é", "-x"])
def test_names_are_quoted_where_yaml_would_misread_them(name: str) -> None:
    assert cidr_model._yaml(name).startswith('"')
    assert cidr_model._yaml("app_1-x") == "app_1-x"


NET = """version: 1
vpcs:
  main:
    cidrs: [10.20.0.0/24]
    internet_gateway: igw
    subnets:
      web-a: {cidr: 10.20.0.0/26, az: a, route_table: pub}
    route_tables:
      main: {}
      pub: {0.0.0.0/0: igw}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
"""


def test_a_grown_vpc_is_pasted_whole(tmp_path: Any) -> None:
    """In place of what the model says of it: nothing is lost, the new subnets are there, and both sides have routes."""
    from reachsim.cidr import plan_file

    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "p.yaml").write_text(
        "version: 1\nmodels: net.yaml\npools: {cloud: 10.20.0.0/16}\nzones: [a, b]\n"
        "vpcs: {main: {tiers: {app: /25}}, other: {tiers: {app: /25}}}\n"
        "groups: {g: {members: [main, other], peering: true}}\n"
    )
    text = report.plan_yaml(plan_file(str(tmp_path / "p.yaml")))
    design = loads_source(text).design
    main, other = design.vpcs["main"], design.vpcs["other"]
    assert [str(block) for block in main.cidrs] == ["10.20.0.0/24", "10.20.1.0/25"]
    assert main.internet_gateway == "igw"
    assert {name: (str(s.cidr), s.az, s.route_table) for name, s in main.subnets.items()} == {
        "web-a": ("10.20.0.0/26", "a", "pub"),
        "app-a": ("10.20.0.128/25", "a", None),
        "app-b": ("10.20.1.0/25", "b", None),
    }
    assert list(main.security_groups) == ["web"]
    assert [str(block) for block in other.cidrs] == ["10.20.2.0/24"]
    lines = text.splitlines()
    assert "      main: {10.20.2.0/24: main-other}" in lines
    assert "      pub: {10.20.2.0/24: main-other, 0.0.0.0/0: igw}" in lines
    assert "      main: {10.20.0.0/24: main-other, 10.20.1.0/25: main-other}" in lines


LONG = """version: 1
vpcs:
  main:
    cidrs: [10.20.0.0/24]
    internet_gateway: igw
    vpn_gateways: {vgw: {}}
    subnets:
      web-a: {cidr: 10.20.0.0/26, az: a, route_table: pub}
      old: {cidr: 10.20.0.64/26}
    route_tables:
      main: {propagate: [vgw]}
      pub: {routes: {0.0.0.0/0: igw}, propagate: [vgw]}
      edge: {routes: {10.20.0.0/26: local}, gateway: igw}
"""


@pytest.mark.rule("ROUTE-21")
def test_a_grown_vpc_keeps_the_form_of_its_tables_and_its_subnets(tmp_path: Any) -> None:
    """Routes to the peer go where a table has its routes, and into no gateway's table, which serves no subnet."""
    from reachsim.cidr import plan_file

    (tmp_path / "net.yaml").write_text(LONG)
    (tmp_path / "p.yaml").write_text(
        "version: 1\nmodels: net.yaml\npools: {cloud: 10.20.0.0/16}\nzones: [a, b]\n"
        "vpcs: {main: {tiers: {app: /26}}, other: {tiers: {app: /25}}}\n"
        "groups: {g: {members: [main, other], peering: true}}\n"
    )
    plan = plan_file(str(tmp_path / "p.yaml"))
    tables = loads_source(report.plan_yaml(plan)).design.vpcs["main"].route_tables
    routes = {name: {str(to): by for to, by in table.routes.items()} for name, table in tables.items()}
    assert {name: (routes[name], table.propagate, table.gateway) for name, table in tables.items()} == {
        "main": ({"10.20.2.0/24": "main-other"}, ("vgw",), None),
        "pub": ({"10.20.2.0/24": "main-other", "0.0.0.0/0": "igw"}, ("vgw",), None),
        "edge": ({"10.20.0.0/26": "local"}, (), "igw"),
    }
    # What Terraform is not told of, it takes away.
    there = [
        line.strip() for line in report.plan_terraform(plan).splitlines() if '"10.20.0.' in line and "tier" in line
    ]
    assert there == [
        '"app-a" = { tier = "app", zone = "a", cidr_block = "10.20.0.128/26", ipv6_cidr_block = null }',
        '"app-b" = { tier = "app", zone = "b", cidr_block = "10.20.0.192/26", ipv6_cidr_block = null }',
        '"web-a" = { tier = null, zone = "a", cidr_block = "10.20.0.0/26", ipv6_cidr_block = null }',
        '"old" = { tier = null, zone = null, cidr_block = "10.20.0.64/26", ipv6_cidr_block = null }',
    ]


def test_peerings_have_names_of_their_own() -> None:
    plan = plan_text(
        "{version: 1, pools: {p: 10.0.0.0/16}, vpcs: {a: /24, b-c: /24, a-b: /24, c: /24},"
        " groups: {g: {members: [a, b-c], peering: true}, h: {members: [a-b, c], peering: true}}}"
    )
    assert [name for name, _, _ in plan.peerings] == ["a-b-c", "a-b-c-2"]


@st.composite
def crowded(draw: st.DrawFn) -> Plan:
    """Blocks that touch, lie over each other or grew: everything that could hide something."""
    zones = draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]]))
    vpcs = {
        f"v{index}": {"tiers": {f"t{tier}": f"/{draw(st.integers(26, 28))}" for tier in range(draw(st.integers(1, 3)))}}
        for index in range(draw(st.integers(1, 4)))
    }
    data: dict[str, Any] = {
        "version": 1,
        "pools": {"p": {"cidrs": "10.8.0.0/21", "reserved": {"r": ["10.8.4.0/28", "10.8.4.16/28"]}}},
        "room": draw(st.sampled_from(["none", "buddy"])),
        "zones": zones,
        "exists": {"e": ["10.8.5.0/28", "10.8.5.16/28"]},
        "vpcs": vpcs,
    }
    if draw(st.booleans()):
        data["groups"] = {"g": {"members": [*vpcs, "e"], "overlap": "allowed"}}
    plan = plan_text(json.dumps(data))
    if draw(st.booleans()):
        for body in vpcs.values():
            body["tiers"]["more"] = "/27"
        plan = plan_text(json.dumps(data), loads_kept(json.dumps(plan.to_dict())))
    return plan


@settings(max_examples=25, deadline=None)
@given(crowded())
def test_nothing_is_left_out_of_any_format(plan: Plan) -> None:
    assume(plan.ok)  # four of the largest do not fit
    text = [line.split() for line in report.plan_text(plan).splitlines()]
    csv, svg, html = report.plan_csv(plan), report.plan_svg(plan), report.plan_html(plan)
    shown = [(line[1], line[2]) for line in text if len(line) > 2] + [tuple(line[:2]) for line in text if len(line) > 1]
    for vpc in plan.vpcs:
        for block in vpc.blocks:
            assert shown.count((str(block), vpc.name)) == 1
            stands = next(line for line in text if line[1:3] == [str(block), vpc.name])
            assert ("stands" in stands) is (block in vpc.standing)
            assert all(str(block) in one for one in (csv, svg, html))
        for subnet in vpc.subnets:
            assert (str(subnet.cidr), subnet.name) in shown
            assert all(str(subnet.cidr) in one for one in (csv, svg, html))
    for block in ("10.8.5.0/28", "10.8.5.16/28"):
        assert (block, "e") in shown
    for block in ("10.8.4.0/28", "10.8.4.16/28"):
        assert (block, "r") in shown


def test_a_vpc_of_which_only_subnets_are_known_is_not_full() -> None:
    data = {"Subnets": [{"SubnetId": "s-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/28"}]}
    text = report.use_text(use_of(parse_source(json.dumps(data), "x.json")))
    assert "its blocks are not known" in text
    assert "nothing" not in text


def test_overlaps_are_written_one_by_one_and_read_as_those_of_the_report() -> None:
    listed = parse_source(
        "10.0.0.0/8 a\n10.0.0.0/8 b\n10.1.0.0/16 =c # x\n10.1.0.0/16\n10.2.0.0/16 b\n", "list"
    ).entries
    for wishes in ((), (("a", "b"), ("b", "=c"))):
        found = find_overlaps(listed, (), wishes)
        for limit in (0, 1, 3, 100):
            assert "".join(report.overlaps_json(found, limit)) == report.to_json(found.to_dict(limit))
            header, *rows = csv.reader(report.overlaps_csv(found, limit))
            assert [dict(zip(header, row, strict=True)) for row in rows] == [
                {
                    "rank": overlap.rank.value,
                    "relation": overlap.relation,
                    "outer": str(overlap.outer.cidr),
                    "outer_owner": overlap.outer.owner.replace("=", "'="),
                    "outer_place": overlap.outer.place,
                    "inner": str(overlap.inner.cidr),
                    "inner_owner": overlap.inner.owner.replace("=", "'="),
                    "inner_place": overlap.inner.place,
                    "reason": overlap.reason,
                }
                for overlap in found.first(limit)
            ]
    nothing = find_overlaps(listed[:1])
    assert "".join(report.overlaps_json(nothing)) == report.to_json(nothing.to_dict())


def test_many_overlaps_are_written_without_holding_them() -> None:
    many = find_overlaps(parse_source("10.0.0.0/16\n" * 5_000, "list").entries)  # 12,497,500 of them
    assert len(list(itertools.islice(report.overlaps_csv(many), 100))) == 100
    assert len(list(itertools.islice(report.overlaps_json(many), 100))) == 100
