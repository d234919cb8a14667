"""Pictures of networks: laws of the geometry, what is on them, and the command."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.designs import BASE
from tests.models import shared
from tests.oracle.text import write_yaml
from tests.picture.documented import DOCS, PICTURES
from tests.picture.geometry import check_apart, check_box, check_lines

import reachsim
from reachsim.cli.main import main
from reachsim.network import Network
from reachsim.picture import svg
from reachsim.picture.draw import draw
from reachsim.report.show import show_data

MODELS = Path(__file__).parents[2] / "models"
SVG = "{http://www.w3.org/2000/svg}"


def many(vpcs: int, subnets: int) -> Network:
    """VPCs alike, attached to one transit gateway."""
    bodies: dict[str, Any] = {}
    for v in range(vpcs):
        bodies[f"v{v}"] = {
            "cidrs": [f"10.{v}.0.0/16"],
            "internet_gateway": "igw",
            "subnets": {f"s{i}": {"cidr": f"10.{v}.{i}.0/24", "az": "abc"[i % 3]} for i in range(subnets)},
            "instances": {f"i{i}": {"subnet": f"s{i}"} for i in range(subnets)},
        }
    attachments = {name: {"vpc": name, "subnets": ["s0"]} for name in bodies}
    design = {"version": 1, "vpcs": bodies, "transit_gateways": {"tgw": {"attachments": attachments}}}
    return reachsim.loads(write_yaml(design))


def check_picture(net: Network) -> None:
    layout = draw(net).layout
    check_apart(layout.boxes)
    everything = [placed for box in layout.boxes for placed in box.all()]
    for placed in layout.boxes:
        check_box(placed)
        assert 0 <= placed.x < placed.x + placed.width <= layout.width
        assert 0 <= placed.y < placed.y + placed.height <= layout.height
    assert not any("…" in note for placed in everything for note in placed.notes)
    keys = [placed.box.key for placed in everything]
    assert len(set(keys)) == len(keys)
    check_lines(layout)
    assert {stroke.line for stroke in layout.strokes} == set(layout.scene.lines)
    folded = {name for box in layout.boxes if box.box.look == "vpc" and not box.box.rows for name in box.box.names}
    subnets = {subnet.full_name for vpc in net.topology.vpcs.values() for subnet in vpc.subnets.values()}
    shown = [name for each in everything if not subnets & {*each.box.names} for name in each.box.names]
    shown += [
        name
        for each in everything
        if subnets & {*each.box.names} and len(each.box.names) > 1
        for name in each.box.names
    ]
    for interface in net.topology.interfaces.values():
        if interface.subnet.vpc.name not in folded and interface.name not in subnets:
            name = interface.name.partition("/")[0] if interface.subnet.regional else interface.name
            assert shown.count(name) == 1, name
    ElementTree.fromstring(net.draw().svg)


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml"))[::3], ids=lambda path: path.stem)
def test_boxes_nest_and_nothing_overlaps(path: Path) -> None:
    check_picture(shared(path))


@pytest.mark.parametrize(("vpcs", "subnets"), [(1, 3), (3, 20), (15, 20)])
def test_a_large_network_is_folded(vpcs: int, subnets: int) -> None:
    net = many(vpcs, subnets)
    check_picture(net)
    assert sum(1 for box in net.draw().layout.boxes for _ in box.all()) < 40


def test_a_folded_box_says_what_it_stands_for() -> None:
    box = next(box for box in draw(many(15, 20)).layout.boxes if box.box.look == "vpc")
    assert box.title == "15 VPCs"
    blocks = "10.0.0.0/16, 10.1.0.0/16 and 13 more"
    assert box.notes[:4] == ("alike: same size and connections", blocks, "300 subnets: 300 private", "300 instances")
    assert len(box.box.names) == 15


def test_what_is_public_and_what_is_joined() -> None:
    layout = draw(reachsim.loads(write_yaml(BASE))).layout
    looks = {placed.box.names[0]: placed.box.look for box in layout.boxes for placed in box.all() if placed.box.names}
    assert (looks["app.public"], looks["app.private"], looks["app.isolated"]) == ("public", "private", "private")
    lines = {frozenset(line) for line in layout.scene.lines}
    pcx = "peering_connections/pcx"
    gateway = "vpcs/app/internet gateway"
    assert lines == {frozenset({pcx, "vpcs/app"}), frozenset({pcx, "vpcs/data"}), frozenset({"internet", gateway})}


JOINED = """
version: 1
region: eu-west-1
vpcs:
  one:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.0.0/24, az: a}}
    vpn_gateways: {vgw: {}}
    load_balancers: {nlb: {type: network, scheme: internal, subnets: [s]}}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.0.0/24, az: a}}
    vpc_endpoints: {shop: {type: interface, service: shop, subnets: [s]}}
transit_gateways:
  hub:
    attachments:
      two: {vpc: two, subnets: [s]}
      far: {peer: away.hub}
      line: {vpn: line}
      port: {direct_connect_gateway: port}
  away: {attachments: {hub: {peer: hub.far}}}
vpn_connections: {line: {gateway: hub}, old: {gateway: one.vgw}}
direct_connect_gateways: {port: {gateways: [one.vgw], prefixes: [172.16.0.0/16]}}
networks: {office: {cidrs: [192.168.0.0/16], via: [line, port]}}
endpoint_services: {shop: {load_balancer: one.nlb}}
private_hosted_zones: {shop.internal: {vpcs: [two]}}
"""


def test_what_is_in_no_vpc_is_joined_with_what_it_names() -> None:
    lines = {frozenset(line) for line in draw(reachsim.loads(JOINED)).layout.scene.lines}
    hub, port = "transit_gateways/hub", "direct_connect_gateways/port"
    joined = {
        hub: ["vpcs/two", "transit_gateways/away", "vpn_connections/line", port],
        port: ["vpcs/one"],
        "vpn_connections/old": ["vpcs/one"],
        "networks/office": ["vpn_connections/line", port],
        "endpoint_services/shop": ["vpcs/one", "vpcs/two"],  # its load balancer, and who calls it
        "private_hosted_zones/shop.internal": ["vpcs/two"],
    }
    assert lines == {frozenset((one, other)) for one, others in joined.items() for other in others}


def test_a_subnet_whose_table_is_not_known_is_neither() -> None:
    design = copy.deepcopy(BASE)
    design["vpcs"]["app"]["subnets"]["isolated"]["route_table"] = "unknown"
    layout = draw(reachsim.loads(write_yaml(design))).layout
    titles = {placed.title for box in layout.boxes for placed in box.all()}
    assert {"public (public)", "private (private)", "isolated (public or not: unknown)"} <= titles


def test_a_connection_that_carries_nothing_says_so() -> None:
    net = shared(MODELS / "19-peering-pending-acceptance-as-found.yaml")
    assert ("peering connection, pending-acceptance",) in {box.notes for box in draw(net).layout.boxes}
    repaired = shared(MODELS / "19-peering-pending-acceptance-repaired.yaml")
    assert ("peering connection",) in {box.notes for box in draw(repaired).layout.boxes}


def test_hostile_names_are_escaped() -> None:
    design = copy.deepcopy(BASE)
    design["name"] = "</title><script>alert(1)</script>\x1b[31m" + "w" * 500
    text = reachsim.loads(write_yaml(design)).draw().svg
    assert "<script" not in text
    assert "\x1b" not in text
    assert [element.tag for element in ElementTree.fromstring(text)][:2] == [f"{SVG}title", f"{SVG}desc"]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_stands_out_in_light_and_dark() -> None:
    for looks, ink in ((svg.LIGHT, svg._INK), (svg._DARK, svg._NIGHT_INK)):
        for fill, border in looks.values():
            for colour in (ink, border):
                low, high = sorted((luminance(fill), luminance(colour)))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (fill, colour)


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    command = [sys.executable, "-m", "reachsim", "draw", str(MODELS / "hub-and-spoke.yaml")]
    runs = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert runs[0].startswith(b"<svg")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(MODELS / "three-tier.yaml")
    out = tmp_path / "out.svg"
    assert main(["draw", file, "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == reachsim.load(file).draw().svg + "\n"
    assert main(["draw", file, "-o", str(tmp_path / "out.gif")]) == 2
    assert "write a name that ends in .svg, .html, .mmd, .dot" in capsys.readouterr().err
    assert main(["draw", file, "-o", str(tmp_path / "none" / "out.svg")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["out.svg"]


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_the_pictures_of_the_documentation_are_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PICTURES[name]() + "\n"


def test_a_regional_nat_gateway_is_in_its_vpc_and_in_no_subnet() -> None:
    net = shared(MODELS / "regional-nat-zone-without-address-as-found.yaml")
    vpc = next(box for box in net.draw().layout.boxes if box.box.look == "vpc")
    assert ("nat", "gateway") in {(inside.title, inside.box.look) for inside in vpc.inside}


STATES = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      one: {cidr: 10.0.0.0/24, az: a, route_table: out}
      many: {cidr: 10.0.1.0/24, az: b}
    route_tables: {out: {routes: {0.0.0.0/0: igw}}}
    instances:
      web: {subnet: one, state: stopped}
      i1: {subnet: many}
      i2: {subnet: many}
      i3: {subnet: many}
      i4: {subnet: many, state: stopped}
      i5: {subnet: many, state: stopped}
    nat_gateways: {nat: {subnet: one, state: failed}}
    vpc_endpoints:
      s3: {service: s3, type: gateway, state: failed}
      sqs: {service: sqs, type: interface, subnets: [one], state: pendingAcceptance}
transit_gateways:
  tgw:
    attachments:
      app: {vpc: app, subnets: [one], state: modifying}
"""


def test_what_does_not_work_says_so() -> None:
    layout = draw(reachsim.loads(STATES)).layout
    notes = {placed.title: placed.notes for box in layout.boxes for placed in box.all()}
    assert notes["web"][0] == "instance, stopped"
    assert notes["nat"][0] == "nat gateway, failed"
    assert notes["s3"][0].endswith(", failed")
    assert notes["sqs"][0].endswith(", pendingAcceptance")
    assert notes["tgw"] == ("transit gateway", "attachment app modifying")
    assert notes["3 instances"][-1] == "i1, i2, i3"
    assert notes["2 stopped instances"][-1] == "i4, i5"


def test_what_works_says_nothing_of_its_state() -> None:
    working = STATES
    for state in ("stopped", "failed", "pendingAcceptance", "modifying"):
        working = working.replace(f", state: {state}", "")
    layout = draw(reachsim.loads(working)).layout
    notes = {placed.title: placed.notes for box in layout.boxes for placed in box.all()}
    assert notes["web"][0] == "instance"
    assert notes["nat"][0] == "nat gateway"
    assert notes["tgw"] == ("transit gateway",)
    assert "5 instances" in notes


def test_folded_transit_gateways_name_the_attachments_that_carry_nothing() -> None:
    design = copy.deepcopy(yaml.safe_load(STATES))
    gateways = {f"tgw{i}": {"attachments": {"app": {"vpc": "app", "subnets": ["one"]}}} for i in range(6)}
    gateways["tgw3"]["attachments"]["app"]["state"] = "pending"
    design["transit_gateways"] = gateways
    layout = draw(reachsim.loads(write_yaml(design))).layout
    notes = {placed.title: placed.notes for placed in layout.boxes}
    assert "attachment app pending of tgw3" in notes["6 transit gateways"]


def loose(count: int) -> Network:
    """A VPC, and networks that nothing is joined with."""
    networks = {f"office-{i}": {"cidrs": [f"192.168.{i}.0/24"]} for i in range(count)}
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": {"one": {"cidr": "10.0.0.0/24", "az": "a"}}}
    return reachsim.loads(write_yaml({"version": 1, "vpcs": {"app": vpc}, "networks": networks}))


def test_what_joins_nothing_stands_side_by_side() -> None:
    net = loose(4)
    check_picture(net)
    boxes = [box for box in draw(net).layout.boxes if box.box.look == "network"]
    assert len(boxes) == 4
    assert len({box.y for box in boxes}) < 4


def test_what_joins_nothing_is_not_said_to_join_the_same() -> None:
    net = loose(9)
    check_picture(net)
    notes = {box.title: box.notes for box in draw(net).layout.boxes}
    assert notes["9 networks"] == ("office-0, office-1, office-2 and 6 more",)


def test_a_picture_is_wide_enough_for_its_own_title() -> None:
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": {"one": {"cidr": "10.0.0.0/24", "az": "a"}}}
    design: dict[str, Any] = {"version": 1, "vpcs": {"app": vpc}}
    design["name"] = "models/inspection-bypassed-on-the-way-out-as-found.yaml"
    layout = draw(reachsim.loads(write_yaml(design))).layout
    assert layout.title == (design["name"],)
    design["name"] = "w" * 500
    assert draw(reachsim.loads(write_yaml(design))).layout.width < 1200
    design["name"] = "many words " * 200
    layout = draw(reachsim.loads(write_yaml(design))).layout
    assert layout.width < 1200
    assert len(layout.title) == 2


def test_the_tooltip_of_a_folded_box_names_what_is_in_it() -> None:
    root = ElementTree.fromstring(draw(loose(9)).svg)
    tooltips = [title.text or "" for title in root.iter(f"{SVG}title")]
    (folded,) = (text for text in tooltips if text.startswith("9 networks"))
    assert folded.splitlines()[-1] == ", ".join(f"office-{i}" for i in range(9))


def test_text_is_cut_to_the_room_that_there_is() -> None:
    design = copy.deepcopy(BASE)
    design["internet"] = {"hosts": {f"a-host-of-a-name-{i}.example.com": {"ip": f"198.51.100.{i}"} for i in (1, 2, 3)}}
    internet = draw(reachsim.loads(write_yaml(design))).layout.boxes[0]
    assert internet.notes[0].endswith("a-host-of-a-name-3.example.com")


def test_what_is_under_a_title_has_as_many_lines_as_it_needs() -> None:
    layout = draw(shared(MODELS / "06-nat-instance-closed-group-repaired.yaml")).layout
    (nat,) = (each for box in layout.boxes for each in box.all() if each.title == "nat")
    assert nat.notes == ("instance, source/dest check off, forwards,", "masquerades", "10.6.0.10, public 198.51.100.13")


@settings(max_examples=20)
@given(st.integers(0, 4), st.permutations(range(5)))
def test_no_line_of_a_hub_passes_behind_what_joins_it_with_others(hub: int, order: list[int]) -> None:
    """A hub among four spokes, wherever it stands and in whatever order its peerings are declared."""
    vpcs = {f"v{i}": {"cidrs": [f"10.{i}.0.0/16"], "subnets": {"app": {"cidr": f"10.{i}.0.0/24"}}} for i in range(5)}
    peerings = {f"p{i}": {"requester": f"v{hub}", "accepter": f"v{i}"} for i in order if i != hub}
    layout = draw(reachsim.loads(write_yaml({"version": 1, "vpcs": vpcs, "peering_connections": peerings}))).layout
    assert len(layout.strokes) == 8
    check_lines(layout)


@settings(max_examples=20)
@given(st.integers(1, 4), st.permutations(range(4)), st.integers(0, 3))
def test_no_line_of_a_function_passes_behind_what_hangs_from_another(vpcs: int, order: list[int], called: int) -> None:
    """Functions, one in each VPC, and an API gateway in front of one of them, which reaches to where that hangs."""
    bodies = {
        f"v{i}": {"cidrs": [f"10.{i}.0.0/16"], "subnets": {"app": {"cidr": f"10.{i}.0.0/24"}}} for i in range(vpcs)
    }
    functions = {f"f{i}": {"latest": {"vpc": f"v{i}", "subnets": ["app"]}} for i in order if i < vpcs}
    design = {
        "version": 1,
        "vpcs": bodies,
        "lambda_functions": functions,
        "api_gateways": {"front": {"integration": f"f{called % vpcs}"}},
    }
    layout = draw(reachsim.loads(write_yaml(design))).layout
    assert len(layout.strokes) == vpcs + 1
    check_lines(layout)


def test_what_lies_behind_a_connection_stands_near_the_vpcs_however_long_the_title_is() -> None:
    design = yaml.safe_load((MODELS / "26-vpn-routes-not-propagated-as-found.yaml").read_text(encoding="utf-8"))

    def places(name: str) -> list[int]:
        return [box.x for box in draw(reachsim.loads(write_yaml({**design, "name": name}))).layout.boxes]

    assert places("w" * 60) == places("vpn")


def test_folded_vpcs_say_how_many_subnets_are_public() -> None:
    def vpc(public: bool, number: int) -> dict[str, Any]:
        front = {"cidr": f"10.{number}.0.0/24", "az": "a", **({"route_table": "out"} if public else {})}
        return {
            "cidrs": [f"10.{number}.0.0/16"],
            "internet_gateway": "igw",
            "route_tables": {"out": {"routes": {"0.0.0.0/0": "igw"}}},
            "subnets": {"front": front, "back": {"cidr": f"10.{number}.1.0/24", "az": "a"}},
        }

    vpcs = {f"v{i}": vpc(i % 3 == 0, i) for i in range(9)}
    layout = draw(reachsim.loads(write_yaml({"version": 1, "vpcs": vpcs}))).layout
    notes = {placed.title: placed.notes for placed in layout.boxes}
    assert "6 subnets: 3 public, 3 private" in notes["3 VPCs"]
    assert "12 subnets: 12 private" in notes["6 VPCs"]


def test_a_function_is_joined_with_its_vpcs_and_an_api_gateway_with_its_function() -> None:
    layout = draw(shared(MODELS / "vpc-lambda-as-found.yaml")).layout
    lines = {frozenset(line) for line in layout.scene.lines}
    assert frozenset({"lambda_functions/fetch", "vpcs/app"}) in lines
    assert frozenset({"api_gateways/front", "lambda_functions/fetch"}) in lines
    notes = {placed.title: placed.notes for placed in layout.boxes}
    assert notes["fetch"] == ("Lambda function", "$LATEST, 2 in private of app, 1 in no VPC")


def test_a_wide_network_has_several_rows_of_vpcs() -> None:
    net = many(8, 3)
    check_picture(net)
    layout = draw(net).layout
    vpcs = [box for box in layout.boxes if box.box.look == "vpc"]
    assert len(vpcs) == 8
    assert len({box.y for box in vpcs}) > 1
    assert layout.width <= 2000


def test_the_public_address_of_any_pair_is_on_the_picture_and_shown() -> None:
    """A public address belongs to one private address of an interface (IGW-9), which need not be the first."""
    host = {
        "subnet": "a",
        "private_ip": "10.0.0.10",
        "secondary_private_ips": [
            "10.0.0.11",
            {"private_ip": "10.0.0.12", "public_ip": "3.0.0.12"},
            {"private_ip": "10.0.0.13", "public_ip": "3.0.0.13"},
        ],
    }
    vpc = {
        "cidrs": ["10.0.0.0/16"],
        "internet_gateway": "igw",
        "subnets": {"a": {"cidr": "10.0.0.0/24"}},
        "instances": {"host": host},
    }
    net = reachsim.loads(write_yaml({"version": 1, "vpcs": {"v": vpc}}))
    assert "10.0.0.10, public 3.0.0.12" in draw(net).svg
    (shown,) = show_data(net, ["interfaces"])["interfaces"]
    assert shown["public_ips"] == ["3.0.0.12", "3.0.0.13"]


def test_a_picture_is_saved_in_the_form_of_its_name(tmp_path: Path) -> None:
    picture = shared(MODELS / "three-tier.yaml").draw()
    for ending, text in (
        (".svg", picture.svg),
        (".html", picture.html),
        (".mmd", picture.mermaid),
        (".DOT", picture.dot),
    ):
        picture.save(tmp_path / f"out{ending}")
        assert (tmp_path / f"out{ending}").read_text(encoding="utf-8") == text
    with pytest.raises(
        reachsim.UsageError, match=r"cannot draw 'x.png'; write a name that ends in .svg, .html, .mmd, .dot"
    ):
        picture.save("x.png")
    with pytest.raises(reachsim.UsageError, match=r"cannot write .*: No such file or directory"):
        picture.save(tmp_path / "nowhere" / "x.svg")
