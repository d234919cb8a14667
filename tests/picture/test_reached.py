"""Who reaches whom, told over a picture: against `reach`, which asks without the matrix; its grid, its marks, its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.picture.documented import model
from tests.picture.geometry import check_apart, check_box, check_ways
from tests.picture.test_page import Page

import reachsim
from reachsim.cli.main import main
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.picture import reached
from reachsim.picture import svg as svg_module
from reachsim.picture.draw import Picture
from reachsim.picture.layout import CELL, PAD

MODELS = Path(__file__).parents[2] / "models"
CLASSES = ["three-tier", "hub-and-spoke", "vpc-lambda-as-found", "lb-alb-node-port-repaired"]


def check(picture: Picture) -> None:
    layout = picture.layout
    for box in layout.boxes:
        check_box(box)
    check_apart(layout.boxes)
    check_ways(layout)
    if layout.grid is not None:
        count = len(layout.grid.labels)
        assert layout.grid.y > layout.bottom
        assert layout.grid.x + CELL * count + PAD <= layout.width
        assert layout.grid.y + CELL * count + PAD <= layout.height


def signs(picture: Picture) -> dict[tuple[str, str], str]:
    """The signs of all pairs of labels."""
    grid = picture.layout.scene.grid
    assert grid is not None
    return {
        (one, other): sign
        for one, row in zip(grid.labels, grid.rows, strict=True)
        for other, sign in zip(grid.labels, row, strict=True)
    }


@pytest.mark.parametrize("name", CLASSES)
def test_the_grid_says_what_reach_says(name: str) -> None:
    net = model(name)
    traffic = reachsim.Traffic.parse("tcp/443")
    picture = net.draw(matrix="tcp/443")
    check(picture)
    found = signs(picture)
    members = {label: _members(net, label) for label, _ in found}
    for (one, other), sign in found.items():
        pairs = [(a, b) for a in members[one] for b in members[other] if a != b]
        passes = [bool(net.reach(a, b).reachable.traffic() & traffic) for a, b in pairs]
        if sign in ("all", "none", "same"):
            assert all(passes) if sign == "all" else not any(passes), (one, other)
        elif sign == "some":
            assert len(set(passes)) == 2, (one, other)
    everyone = {name for names in members.values() for name in names}
    for left in set(net.topology.interfaces) - everyone:  # who is in no row has no part in it
        assert not any(net.reach(left, other).reachable.traffic() & traffic for other in everyone if other != left)
        assert not any(net.reach(other, left).reachable.traffic() & traffic for other in everyone if other != left)


def _members(net: Network, label: str) -> list[str]:
    """The interfaces of a class, which has the name of the first."""
    if label == "internet":
        return [label]
    first = label.partition(" (")[0] if label not in net.topology.interfaces else label
    classes = net.matrix().classes.classes
    return next([each.name for each in c.members] for c in classes if c.first.name == first)


def test_the_number_of_a_row_stands_on_its_box() -> None:
    picture = model("three-tier").draw(matrix="tcp/5432")
    grid = picture.layout.scene.grid
    assert grid is not None
    for number, label in enumerate(grid.labels, 1):
        key = "internet" if label == "internet" else f"interfaces/{label}"
        (box,) = (box for box in picture.layout.scene.boxes if box.key == key)
        assert [mark.text for mark in box.marks] == [f"in row and column {number}"]


def test_few_pairs_are_drawn_as_lines_and_many_are_not() -> None:
    few, many = (model("three-tier").draw(matrix=traffic) for traffic in ("tcp/5432", "tcp/443"))
    lines = {tuple(key for key, _ in way.stations) for way in few.layout.scene.ways}
    assert ("interfaces/shop.app-a", "interfaces/shop.db-a") in lines
    assert len(lines) == sum(sign in ("all", "some") for sign in signs(few).values())
    assert not many.layout.scene.ways


def large(vpcs: int, subnets: int) -> Network:
    bodies: dict[str, Any] = {}
    for v in range(vpcs):
        bodies[f"v{v}"] = {
            "cidrs": [f"10.{v}.0.0/16"],
            "subnets": {f"s{i}": {"cidr": f"10.{v}.{i}.0/24", "az": "abc"[i % 3]} for i in range(subnets)},
            "security_groups": {
                f"g{i}": {"ingress": [{"allow": "tcp/443", "from": f"10.{v}.0.0/16"}]} for i in range(subnets)
            },
            "instances": {f"i{i}": {"subnet": f"s{i}", "security_groups": [f"g{i}"]} for i in range(subnets)},
        }
    return reachsim.loads(yaml.safe_dump({"version": 1, "vpcs": bodies}))


def test_many_classes_are_put_together_by_subnet_then_by_vpc() -> None:
    picture = large(3, 10).draw(matrix="tcp/443")
    check(picture)
    found = signs(picture)
    assert {label for label, _ in found} == {"v0", "v1", "v2"}
    assert found["v0", "v0"] == "all"
    assert found["v0", "v1"] == "none"
    boxes = {box.key: box for box in picture.layout.scene.boxes}
    assert [mark.text for mark in boxes["vpcs/v1"].marks] == ["in row and column 2"]


def test_nobody_reaches_anybody() -> None:
    picture = large(1, 2).draw(matrix="udp/9")
    assert picture.layout.scene.grid is None
    assert [entry.text for entry in picture.layout.scene.legend] == ["Nobody reaches anybody with udp/9"]


def test_signs_stand_out_in_light_and_dark() -> None:
    from tests.picture.test_draw import luminance

    for scheme, ink in enumerate((svg_module._INK, svg_module._NIGHT_INK)):
        for colours in svg_module._SHADES.values():
            low, high = sorted((luminance(colours[scheme]), luminance(ink)))
            assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_page_traces_every_pair() -> None:
    picture = large(1, 3).draw(matrix="tcp/443")
    page = Page(picture.html)
    grid = picture.layout.scene.grid
    assert grid is not None
    count = len(grid.labels)
    assert len(page.data["choices"]) == count * (count - 1)
    assert [["interfaces/v0.i0"], ["interfaces/v0.i2"]] in [trace["ends"] for trace in page.data["choices"]]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = str(MODELS / "three-tier.yaml"), tmp_path / "out.svg"
    assert main(["draw", file, "--matrix", "tcp/5432", "-o", str(out)]) == 0
    assert "in row and column 8" in out.read_text(encoding="utf-8")
    assert main(["draw", file, "--matrix", "tpc/5432"]) == 2
    assert "tpc/5432" in capsys.readouterr().err


def test_more_groups_than_a_grid_has_room_for_are_seen_before_they_are_put_together() -> None:
    for net in (large(3, 10), large(1, 3), model("three-tier"), model("hub-and-spoke")):
        for traffic in (Traffic.parse("tcp/443"), Traffic.parse("udp/9")):
            matrix = net.matrix()
            for by in ("class", "subnet", "vpc"):
                many = len(matrix.by(by, traffic).taking_part) >= reached._MOST
                assert reached._are_many(matrix, by, traffic) is many  # nothing passes in part there
