"""Two networks in one picture: what was added, removed and changed, and the ways that were opened and closed."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from tests.models import shared
from tests.picture.documented import model
from tests.picture.geometry import check_apart, check_box, check_legible, check_ways

import reachsim
from reachsim.cli.main import main
from reachsim.network import Network
from reachsim.picture.diffed import _marks, _runs, _weightiest
from reachsim.picture.draw import Picture
from reachsim.picture.layout import LINE_HEIGHT, PAD
from reachsim.picture.runs import Run, runs_of, told_apart
from reachsim.picture.scene import Mark, SceneBox, Way

MODELS = Path(__file__).parents[2] / "models"
SVG = "{http://www.w3.org/2000/svg}"
BEFORE: dict[str, Any] = {
    "version": 1,
    "vpcs": {
        "app": {
            "cidrs": ["10.0.0.0/16"],
            "internet_gateway": "igw",
            "subnets": {
                "front": {"cidr": "10.0.0.0/24", "az": "a", "route_table": "out"},
                "back": {"cidr": "10.0.1.0/24", "az": "a"},
            },
            "route_tables": {"out": {"routes": {"0.0.0.0/0": "igw"}}},
            "security_groups": {
                "web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]},
                "db": {"ingress": [{"allow": "tcp/5432", "from": "web"}]},
            },
            "instances": {
                "web": {"subnet": "front", "security_groups": ["web"], "public_ip": "198.51.100.7"},
                "db": {"subnet": "back", "security_groups": ["db"]},
            },
        },
        "lab": {"cidrs": ["10.1.0.0/16"]},
    },
    "peering_connections": {"pcx": {"requester": "app", "accepter": "lab"}},
}


def load(design: dict[str, Any]) -> Network:
    return reachsim.loads(yaml.safe_dump(design, sort_keys=False))


def drawn(edit: Any, before: dict[str, Any] = BEFORE) -> Picture:
    """The picture of an edit of a design, whose places hold what holds of all pictures."""
    after = copy.deepcopy(before)
    edit(after)
    picture = load(before).draw(diff=load(after))
    for box in picture.layout.boxes:
        check_box(box)
    check_apart(picture.layout.boxes)
    check_ways(picture.layout)
    heard = picture.layout.scene.description
    assert heard.endswith(".")
    assert ".." not in heard
    assert "  " not in heard
    return picture


def boxes(picture: Picture) -> dict[str, SceneBox]:
    return {box.key: box for box in picture.layout.scene.boxes}


def marks(picture: Picture) -> dict[str, list[str]]:
    """What is told of boxes, but for the numbers of changes."""
    told = {key: [mark.text for mark in box.marks if " here: " not in mark.text] for key, box in boxes(picture).items()}
    return {key: texts for key, texts in told.items() if texts}


def numbers(picture: Picture) -> dict[str, list[str]]:
    """The numbers of changes that boxes say."""
    told = {key: [mark.text for mark in box.marks if " here: " in mark.text] for key, box in boxes(picture).items()}
    return {key: texts for key, texts in told.items() if texts}


def legend(picture: Picture) -> list[tuple[str, str]]:
    return [(entry.label, entry.text) for entry in picture.layout.scene.legend]


def test_what_is_added_stands_where_it_is() -> None:
    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["instances"]["new"] = {"subnet": "back", "security_groups": ["db"]}

    picture = drawn(edit)
    assert marks(picture) == {"interfaces/app.new": ["+ added"]}


def test_what_is_removed_stands_where_it_was() -> None:
    def edit(design: dict[str, Any]) -> None:
        del design["vpcs"]["app"]["instances"]["db"]
        del design["peering_connections"]["pcx"]
        del design["vpcs"]["lab"]

    picture = drawn(edit)
    assert marks(picture) == {
        "interfaces/app.db": ["\u2212 removed"],
        "vpcs/lab": ["\u2212 removed"],
        "peering_connections/pcx": ["\u2212 removed"],
    }
    (subnet,) = (box for box in boxes(picture).values() if box.key == "vpcs/app/subnets/back")
    assert [box.key for box in subnet.inside] == ["interfaces/app.db"]
    lines = {frozenset(line): look for line, look in picture.layout.scene.differing.items()}
    assert lines == {
        frozenset(("peering_connections/pcx", "vpcs/app")): "removed",
        frozenset(("peering_connections/pcx", "vpcs/lab")): "removed",
    }


def test_a_rule_is_told_on_who_carries_it_and_what_it_opens_is_drawn() -> None:
    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["security_groups"]["web"]["ingress"] += [{"allow": "tcp/22", "from": "0.0.0.0/0"}]

    picture = drawn(edit)
    assert marks(picture) == {"interfaces/app.web": ["~ security group web"]}
    ways = {(way.look, tuple(key for key, _ in way.stations)) for way in picture.layout.scene.ways}
    assert ("opened", ("internet", "interfaces/app.web")) in ways
    assert all(way.look == "opened" for way in picture.layout.scene.ways)
    assert any(label == "+1" and text.startswith("opened: tcp/22") for label, text in legend(picture))


def test_a_route_is_told_on_the_subnets_of_its_table_and_what_it_closes_is_drawn() -> None:
    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["route_tables"]["out"]["routes"] = {}

    picture = drawn(edit)
    assert marks(picture) == {"vpcs/app/subnets/front": ["~ route table out"]}
    assert {way.look for way in picture.layout.scene.ways} == {"closed"}


def test_what_a_thing_says_otherwise_is_named() -> None:
    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["subnets"]["back"]["route_table"] = "out"
        design["vpcs"]["app"]["instances"]["web"]["source_dest_check"] = False

    assert marks(drawn(edit)) == {
        "vpcs/app/subnets/back": ["~ changed: route_table"],
        "interfaces/app.web": ["~ changed: source_dest_check"],
    }


def test_a_gateway_that_comes_is_added_and_a_table_that_comes_is_a_change_of_its_subnet() -> None:
    before = copy.deepcopy(BEFORE)
    del before["vpcs"]["app"]["internet_gateway"]
    before["vpcs"]["app"]["subnets"]["front"].pop("route_table")
    before["vpcs"]["app"]["route_tables"] = {}
    picture = drawn(lambda design: design.update(copy.deepcopy(BEFORE)), before)
    found = marks(picture)
    assert found["vpcs/app/internet gateway"] == ["+ added"]
    assert set(found["vpcs/app/subnets/front"]) == {"~ changed: route_table", "~ route table out added"}


def test_what_no_box_shows_is_told_under_the_picture() -> None:
    picture = drawn(lambda design: design["vpcs"]["app"]["security_groups"].update(spare={"ingress": []}))
    assert not marks(picture)
    assert any("vpcs.app.security_groups.spare" in text for _, text in legend(picture))


def test_the_same_is_told_to_be_the_same() -> None:
    picture = drawn(lambda design: design.update(name="another name"))
    assert not marks(picture)
    assert legend(picture) == [("", "Nothing differs")]


def test_what_differs_is_folded_into_nothing_and_the_rest_is_folded_alike() -> None:
    before: dict[str, Any] = {"version": 1, "vpcs": {"app": {"cidrs": ["10.0.0.0/16"]}}}
    app = before["vpcs"]["app"]
    app["subnets"] = {f"s{i}": {"cidr": f"10.0.{i}.0/24", "az": "abc"[i % 3]} for i in range(24)}
    app["instances"] = {f"i{i}": {"subnet": f"s{i}"} for i in range(24)}

    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["instances"]["new"] = {"subnet": "s20"}
        del design["vpcs"]["app"]["instances"]["i7"]

    picture = drawn(edit, before)
    assert marks(picture) == {"interfaces/app.new": ["+ added"], "interfaces/app.i7": ["\u2212 removed"]}
    names = [name for box in boxes(picture).values() for name in box.names]
    assert {f"app.i{i}" for i in range(24)} <= set(names)
    assert len(boxes(picture)) < 20


@pytest.mark.parametrize(
    "topic",
    [
        "16-peering-route-on-one-side",
        "lb-health-checks",
        "26-vpn-routes-not-propagated",
        "24-inspection-in-two-zones",
        "23-image-pull-s3-route-in-wrong-table",
    ],
)
def test_repairs_of_models(topic: str) -> None:
    before, after = (shared(MODELS / f"{topic}-{state}.yaml") for state in ("as-found", "repaired"))
    picture = before.draw(diff=after)
    check_ways(picture.layout)
    check_legible(picture.layout)
    assert marks(picture)


def test_what_is_opened_to_the_internet_is_drawn_though_no_gateway_leads_there() -> None:
    topic = "23-image-pull-s3-route-in-wrong-table"
    before, after = (shared(MODELS / f"{topic}-{state}.yaml") for state in ("as-found", "repaired"))
    assert "internet" not in boxes(before.draw())
    ways = before.draw(diff=after).layout.scene.ways
    assert [way.stations for way in ways] == [(("interfaces/batch.task", "+1"), ("internet", ""))]


def test_the_title_names_both_files_whole() -> None:
    topic = "inspection-bypassed-on-the-way-out"
    before, after = model(f"{topic}-as-found"), model(f"{topic}-repaired")
    layout = before.draw(diff=after).layout
    assert layout.title == (f"models/{topic}-as-found.yaml \u2192", f"models/{topic}-repaired.yaml")
    texts = [text.text for text in ElementTree.fromstring(before.draw(diff=after).svg).findall(f"{SVG}text")]
    assert texts[:2] == [*layout.title]
    first = min(box.y for box in layout.boxes)
    assert first >= PAD + 2 * LINE_HEIGHT
    for run in runs_of(layout):
        assert all(y >= PAD + 2 * LINE_HEIGHT for stroke in run.strokes for _, y in stroke)


def opening(count: int) -> Picture:
    """The picture of so many instances, each opened to the web server for its own port."""

    def edit(design: dict[str, Any]) -> None:
        app = design["vpcs"]["app"]
        for n in range(count):
            app["security_groups"][f"g{n}"]["ingress"] = [{"allow": f"tcp/{n + 1}", "from": "10.0.0.0/24"}]

    before = copy.deepcopy(BEFORE)
    app = before["vpcs"]["app"]
    app["security_groups"] |= {f"g{n}": {"ingress": []} for n in range(count)}
    app["instances"] |= {f"i{n}": {"subnet": "back", "security_groups": [f"g{n}"]} for n in range(count)}
    return drawn(edit, before)


def test_few_lines_that_can_be_followed_are_drawn_and_both_ends_have_the_number() -> None:
    picture = opening(1)
    (way,) = picture.layout.scene.ways
    assert way.stations == (("interfaces/app.web", "+1"), ("interfaces/app.i0", ""))
    assert numbers(picture) == {"interfaces/app.web": ["from here: +1"], "interfaces/app.i0": ["to here: +1"]}
    assert any(text.startswith("A line leads") for _, text in legend(picture))


@pytest.mark.parametrize("count", [16, 60, 70])
def test_of_many_changes_each_has_its_number_at_both_ends_and_no_line(count: int) -> None:
    picture = opening(count)
    check_legible(picture.layout)
    assert not picture.layout.scene.ways
    shown = min(count, 60)
    assert [label for label, _ in legend(picture) if label] == [f"+{n}" for n in range(1, shown + 1)]
    assert numbers(picture)["interfaces/app.web"] == [f"from here: +1\u2026+{shown}"]
    said = [text for _, text in legend(picture)]
    assert ("and 10 more changes; diff tells them all" in said) is (count == 70)
    assert not any(text.startswith("A line leads") for text in said)
    for stroke in picture.layout.legend:
        assert stroke.entry.text in said


def test_numbers_that_do_not_fit_on_a_line_of_a_box_go_on_on_the_next() -> None:
    texts = [mark.text for mark in _marks({("to here", "gained", "+"): range(1, 60, 2)})]
    assert len(texts) > 2
    assert all(text.startswith("to here: +") and len(text) <= 26 for text in texts)
    found = [int(number) for text in texts for number in text.removeprefix("to here:").replace("+", "").split()]
    assert found == [*range(1, 60, 2)]


def test_numbers_that_follow_each_other_are_one_range() -> None:
    assert [*_runs([1, 2, 4, 5, 6, 9], "\u2212")] == ["\u22121", "\u22122", "\u22124\u2026\u22126", "\u22129"]


def test_a_box_that_stands_for_many_tells_a_few_of_the_parts_that_differ() -> None:
    part = Mark("changed", "~ security group a")
    many = [part, part, *(Mark("changed", f"~ security group b{n}") for n in range(9))]
    assert [mark.text for mark in _weightiest(many)][3:] == ["~ security group b2", "and 6 more parts"]


def test_what_cannot_be_decided_is_told_and_how_much_more_of_it_there_is() -> None:
    """A gateway endpoint whose list nobody told leaves open what goes by its table, of every instance."""
    before = copy.deepcopy(BEFORE)
    app = before["vpcs"]["app"]
    app["route_tables"]["out"]["routes"] = {}
    app["instances"] |= {
        f"i{n}": {"subnet": "front", "security_groups": ["web"], "private_ip": f"10.0.0.{20 + n}"} for n in range(9)
    }
    for n in range(9):
        app["security_groups"][f"u{n}"] = {"egress": [{"allow": f"tcp/{n + 1}", "to": "0.0.0.0/0"}]}
        app["instances"][f"i{n}"]["security_groups"] = [f"u{n}"]

    def edit(design: dict[str, Any]) -> None:
        design["vpcs"]["app"]["vpc_endpoints"] = {"s3": {"service": "s3", "route_tables": ["out"]}}

    told = [text for _, text in legend(drawn(edit, before))]
    assert sum(text.startswith("cannot decide: ") for text in told) == 6
    assert any(re.fullmatch(r"and \d+ more that cannot be decided; diff tells them all", text) for text in told)


RUN = Way("opened", (("a", "+1"), ("b", "")))


@pytest.mark.parametrize(
    ("points", "apart"),
    [
        (((0, 40), (100, 40)), True),
        (((50, -40), (50, 40)), True),  # they cross
        (((0, 3), (100, 3)), False),  # side by side, too near
        (((60, 0), (60, 40)), False),  # it begins on the other
        (((0, 12), (0, 90)), False),  # their numbers touch
        (((100, 90), (100, 9)), False),  # their ends touch
    ],
)
def test_lines_can_be_followed_or_not(points: tuple[tuple[int, int], ...], apart: bool) -> None:
    one = Run(RUN, (((0, 0), (100, 0)),), (((0, 0), "+1"),), None)
    for label in ("+1", "+2"):
        other = Run(Way("opened", (("c", label), ("d", ""))), (points,), ((points[0], label),), None)
        assert told_apart([one, other]) is told_apart([other, one]) is (apart or label == "+1")


def test_a_trace_and_a_difference_are_two_pictures() -> None:
    net = load(BEFORE)
    with pytest.raises(reachsim.UsageError, match="draw one for each"):
        net.draw(trace=("web", "db", "tcp/5432"), diff=net)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after, out = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "out.svg"
    before.write_text(yaml.safe_dump(BEFORE), encoding="utf-8")
    changed = copy.deepcopy(BEFORE)
    changed["vpcs"]["app"]["instances"]["new"] = {"subnet": "back"}
    after.write_text(yaml.safe_dump(changed), encoding="utf-8")
    assert main(["draw", str(before), "--diff", str(after), "-o", str(out)]) == 0
    assert "+ added" in out.read_text(encoding="utf-8")
    assert main(["draw", str(before), "--diff", "-o", str(out)]) == 2
    assert "says one side alone" in capsys.readouterr().err
