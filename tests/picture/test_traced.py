"""A trace told over a picture: where its ways run, what stops it where, and what stands under it."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.designs import BASE
from tests.models import shared
from tests.oracle.text import write_yaml
from tests.picture.geometry import check_apart, check_box, check_legible, check_told_apart, check_ways

import reachsim
from reachsim.cli.main import main
from reachsim.network import Network, asked_end
from reachsim.picture.layout import Layout, Placed
from reachsim.picture.routing import Rect, Router
from reachsim.picture.runs import runs_of
from reachsim.picture.traced import with_trace

MODELS = Path(__file__).parents[2] / "models"
SVG = "{http://www.w3.org/2000/svg}"


def model(name: str) -> Network:
    return shared(MODELS / f"{name}.yaml")


def boxes(layout: Layout) -> dict[str, Placed]:
    return {placed.box.key: placed for box in layout.boxes for placed in box.all()}


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yaml")), ids=lambda path: path.stem)
def test_ways_keep_off_text_and_boxes(path: Path) -> None:
    net = shared(path)
    for expectation in net.design.expect[:1]:
        trace = net.trace(
            asked_end(expectation.from_), asked_end(expectation.to), (expectation.allow or expectation.deny)
        )
        picture = net.draw(trace=trace)
        for box in picture.layout.boxes:
            check_box(box)
        check_apart(picture.layout.boxes)
        check_ways(picture.layout)
        check_legible(picture.layout)
        check_told_apart(picture.layout)
        ElementTree.fromstring(picture.svg)


@pytest.mark.parametrize("number", [5, 8, 9])
def test_ways_on_a_page_keep_off_text_that_has_no_marks(number: int) -> None:
    """A page has one picture for all its traces: their marks are not on it."""
    net = model("three-tier")
    asked = net.design.expect[number]
    layout = net.draw().layout
    told = with_trace(layout.scene, net.trace(asked_end(asked.from_), asked_end(asked.to), asked.allow))
    check_legible(replace(layout, scene=told))


@pytest.mark.parametrize(("vpcs", "subnets", "hosts"), [(1, 60, 1), (1, 60, 6), (3, 20, 1), (15, 20, 1)])
def test_ways_of_a_large_network_keep_off_text(vpcs: int, subnets: int, hosts: int) -> None:
    bodies: dict[str, Any] = {}
    for v in range(vpcs):
        nets = {f"s{i}": {"cidr": f"10.{v}.{i}.0/24", "az": "abc"[i % 3], "route_table": "out"} for i in range(subnets)}
        bodies[f"v{v}"] = {
            "cidrs": [f"10.{v}.0.0/16"],
            "subnets": nets,
            "route_tables": {"out": {"routes": {"10.0.0.0/8": "tgw"}}},
            "instances": {f"host-{i}-{n}": {"subnet": f"s{i}"} for i in range(subnets) for n in range(hosts)},
        }
    attachments = {name: {"vpc": name, "subnets": ["s0", "s1", "s2"]} for name in bodies}
    design = {"version": 1, "vpcs": bodies, "transit_gateways": {"tgw": {"attachments": attachments}}}
    net = reachsim.loads(write_yaml(design))
    last = f"v{vpcs - 1}.host-{subnets - 1}-0"
    for asked in (("v0.host-0-0", last, "tcp/22"), (last, "v0.host-4-0", "tcp/22")):
        layout = net.draw(trace=asked).layout
        assert layout.scene.ways
        check_ways(layout)
        check_legible(layout)


@pytest.mark.parametrize(
    ("name", "asked", "box", "says", "code"),
    [
        # a check of the interface itself
        ("vpc-lambda-as-found", ("fetch", "www.google.com", "tcp/443"), "interfaces/app.nat",
         "source/dest check ingress", "ENI_SOURCE_DEST_CHECK_RESTRICTION"),
        # a route table is that of the subnet that the packet is in
        ("hub-and-spoke", ("dev.app", "github.com", "tcp/443"), "vpcs/dev/subnets/app",
         "route table app", "NO_ROUTE_TO_DESTINATION"),
        ("16-peering-route-on-one-side-as-found", ("orders.app", "billing.api", "tcp/443"), "vpcs/billing/subnets/api",
         "route table api", "NO_ROUTE_TO_DESTINATION"),
        # an ACL is that of its subnet
        ("12-acl-server-lacks-outbound-ephemeral-as-found", ("web", "app", "tcp/8080"), "vpcs/portal/subnets/app",
         "network ACL app egress", "SUBNET_ACL_RESTRICTION"),
        # a gateway, for the answer
        ("24-central-egress-lacks-the-way-back-as-found", ("spoke.app", "internet", "tcp/443"),
         "vpcs/egress/internet gateway", "internet gateway", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"),
        # a group, of the source
        ("three-tier", ("db-a", "app-a", "tcp/22"), "interfaces/shop.db-a",
         "security group db egress", "ENI_SG_RULES_MISMATCH"),
    ],
)  # fmt: skip
def test_what_stops_it_is_marked_where_it_does(name: str, asked: Any, box: str, says: str, code: str) -> None:
    layout = model(name).draw(trace=asked).layout
    marks = [mark.text for mark in boxes(layout)[box].box.marks if mark.look == "stop"]
    assert marks[0] == f"\u2717 {says}"
    assert "".join(marks[1:]).startswith(code)
    (run,) = [run for run in runs_of(layout) if run.way.end == "stop"]
    assert run.way.stations[-1][0] == box
    placed = boxes(layout)[box]
    assert run.end is not None
    assert run.end[0] in (placed.x, placed.x + placed.width) or run.end[1] in (placed.y, placed.y + placed.height)


def test_what_is_reachable_has_a_way_there_and_back_and_no_stop() -> None:
    layout = model("vpc-lambda-repaired").draw(trace=("fetch", "www.google.com", "tcp/443")).layout
    there, back = layout.scene.ways
    nat, world = "interfaces/app.nat", "internet"
    function, gateway = "interfaces/app.lambda(private; lambda)", "vpcs/app/internet gateway"
    assert (there.look, there.stations) == ("there", ((function, "1"), (nat, "2"), (gateway, "3"), (world, "4")))
    assert (back.look, back.stations) == ("back", ((world, "5"), (gateway, "6"), (nat, "7"), (function, "8")))
    assert not any(mark.look == "stop" for placed in boxes(layout).values() for mark in placed.box.marks)
    assert [mark.text for mark in boxes(layout)[function].box.marks] == ["the packet starts here"]
    assert [mark.text for mark in boxes(layout)[world].box.marks] == ["it is sent to here"]


def test_the_legend_tells_verdict_reason_and_every_station() -> None:
    picture = model("vpc-lambda-as-found").draw(trace=("fetch", "www.google.com", "tcp/443"))
    legend = picture.layout.scene.legend
    assert legend[0].text == "BLOCKED  fetch \u2192 www.google.com  tcp/443"
    assert "source_dest_check is true" in legend[1].text
    assert legend[1].text.endswith("vpc-lambda-as-found.yaml:23")
    assert [entry.label for entry in legend if entry.label] == ["1", "2"]
    assert any(entry.text == "not reached" and entry.look == "ahead" for entry in legend)
    (described,) = (each.text or "" for each in ElementTree.fromstring(picture.svg).findall(f"{SVG}desc"))
    assert "BLOCKED  fetch" in described
    assert "source_dest_check is true" in described


def test_what_cannot_be_decided_is_not_told_to_be_stopped() -> None:
    design = copy.deepcopy(BASE)
    design["vpcs"]["app"]["subnets"]["private"]["route_table"] = "unknown"
    net = reachsim.loads(write_yaml(design))
    names = [name for name in net.topology.interfaces if name.startswith("app.")]
    inside = next(n for n in names if net.topology.interfaces[n].subnet.name == "private")
    trace = net.trace(inside, "8.8.8.8", "tcp/443")
    assert trace.verdict == "undecided"
    layout = net.draw(trace=trace).layout
    looks = {mark.look for placed in boxes(layout).values() for mark in placed.box.marks}
    assert "unknown" in looks
    assert "stop" not in looks


def test_what_a_trace_passes_is_folded_into_nothing() -> None:
    subnets = {f"s{i}": {"cidr": f"10.0.{i}.0/24", "az": "abc"[i % 3]} for i in range(60)}
    instances = {f"i{i}-{n}": {"subnet": f"s{i}"} for i in range(60) for n in range(6)}
    vpc = {"cidrs": ["10.0.0.0/16"], "subnets": subnets, "instances": instances}
    net = reachsim.loads(write_yaml({"version": 1, "vpcs": {"app": vpc}}))
    assert "interfaces/app.i3-1" not in boxes(net.draw().layout)
    layout = net.draw(trace=("i3-1", "i44-2", "tcp/22")).layout
    shown = boxes(layout)
    assert {"interfaces/app.i3-1", "interfaces/app.i44-2"} <= shown.keys()
    assert shown["vpcs/app/subnets/s3"].box.names == ("app.s3",)
    assert len(shown) < 40
    check_ways(layout)


def test_hostile_names_are_escaped() -> None:
    net = reachsim.loads((MODELS / "hub-and-spoke.yaml").read_text(encoding="utf-8"), file="<script>alert(1)</script>")
    text = net.draw(trace=("dev.app", "github.com", "tcp/443")).svg
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    ElementTree.fromstring(text)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = str(MODELS / "three-tier.yaml"), tmp_path / "out.svg"
    asked = ("app-a", "db-a", "tcp/5432")
    assert main(["draw", file, "--trace", *asked, "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == reachsim.load(file).draw(trace=asked).svg + "\n"
    assert main(["draw", file, "--trace", "ap-a", "db-a", "tcp/5432"]) == 2
    assert "unknown endpoint 'ap-a'; did you mean" in capsys.readouterr().err


def test_a_route_table_is_marked_on_the_subnet_whose_packets_it_loses() -> None:
    layout = (
        model("10-nat-instance-in-its-clients-subnet-as-found")
        .draw(trace=("erp-1", "cdn.amazonlinux.com", "tcp/443"))
        .layout
    )
    marks = {
        key: [mark.text for mark in placed.box.marks if mark.look == "stop"] for key, placed in boxes(layout).items()
    }
    assert marks["vpcs/erp/subnets/servers"] == ["\u2717 route table servers", "FORWARDING_LOOP"]
    assert marks["interfaces/erp.nat"] == ["\u2717 stopped here", "FORWARDING_LOOP"]  # no group denies it
    assert not marks["vpcs/erp"]


def test_a_load_balancer_is_marked_on_its_node_and_not_on_its_vpc() -> None:
    layout = model("lb-nlb-hairpin-as-found").draw(trace=("node", "nlb", "tcp/80")).layout
    ends = {key for key, placed in boxes(layout).items() if any(mark.look == "end" for mark in placed.box.marks)}
    assert ends == {"interfaces/main.node", "interfaces/main.nlb~1nodes"}


def test_marks_and_numbers_stand_out_in_light_and_dark() -> None:
    from tests.picture.test_draw import luminance

    from reachsim.picture import svg

    for scheme, (looks, paper) in enumerate(((svg.LIGHT, svg._PAPER), (svg._DARK, svg._NIGHT))):
        pairs = [(mark[scheme], fill) for mark in svg.MARKS.values() for fill, _ in looks.values()]
        pairs += [(colours[scheme], paper) for colours in (*svg.MARKS.values(), *svg._WAYS.values())]
        for one, other in pairs:
            low, high = sorted((luminance(one), luminance(other)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (one, other)


@given(st.integers(0, 300), st.integers(60, 400), st.integers(60, 400), st.integers(25, 200))
def test_a_way_between_boxes_that_face_each_other_is_straight(shift: int, wide: int, other: int, apart: int) -> None:
    """One below the other, with a place for a way on the one straight across from the other."""
    above, below = Rect(100, 100, 100 + wide, 150), Rect(100 + shift, 150 + apart, 100 + shift + other, 200 + apart)
    assume(min(above.right, below.right) - max(above.left, below.left) > 2 * 8 + 20)
    area = Rect(0, 0, 1000, 600)
    assert len(Router(area, [above, below], [above, below], [above, below]).way(above, below)) == 2
