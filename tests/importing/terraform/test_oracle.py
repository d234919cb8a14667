"""The plan, the state and the description of one configuration are one network.

Two small configurations were made once (`made/`). All of them are compared where `REACHSIM_ORACLE` names the folder that

    python -m tests.importing.terraform.oracle FOLDER

filled, which takes minutes, Terraform and moto. A plan may leave open what it does not tell; it is never wrong.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from tests.importing.terraform.files import network
from tests.importing.terraform.oracle import names, texts, twins

import reachsim
from reachsim.importing import Imported, import_files
from reachsim.importing.files import import_sides

MADE = Path(__file__).parent / "made"
FOLDER = Path(os.environ.get("REACHSIM_ORACLE", "")) if os.environ.get("REACHSIM_ORACLE") else None
NOT_MADE = "REACHSIM_ORACLE names no folder that tests.importing.terraform.oracle filled"
OUTSIDE = "8.8.8.8"
TRAFFIC = ("tcp/22", "tcp/80", "tcp/443", "tcp/5432", "tcp/8080", "icmp/8")
UNDECIDED = {
    "conditionals": 14, "count": 14, "dynamic": 1, "locals": 1, "mixed_lists": 6, "outputs": 14, "shifted": 12,
    "splats": 6, "two_blocks": 2,
}  # fmt: skip
"""How many answers are open in the plan of a configuration: they hang on which of two tables (a condition), an index, the
contents of dynamic blocks, a local, a list as a whole, the name of an output, where an instance without an address is."""
NEEDLESS: dict[str, int] = {}
"""How many of these no twin does otherwise. Of `mixed_lists` and `outputs` the second twin gives an instance one more group,
which it names by its id, as text: a plan keeps nothing of that, and whatever the rules of the group let in."""
NOT_AS_AWS = {
    # https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    "defaults": "moto's default groups do not let their members in, as AWS's do (SG-3)",
    # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html
    "secondary": "attachments propagate nothing to moto's default table of a transit gateway, as they do to AWS's (TGW-1)",
}
"""The configurations of which moto's describe calls answer otherwise than AWS's, by its pages."""


@dataclass(frozen=True)
class Form:
    """One file, and how its hosts are called."""

    found: Imported
    ids: dict[str, str]

    @cached_property
    def net(self) -> reachsim.Network:
        return network(self.found)

    def answer(self, source: str, destination: str, traffic: str) -> str:
        ends = [
            each if each == OUTSIDE else self.found.names[self.ids.get(each, each)] for each in (source, destination)
        ]
        verdict = self.net.expect(*ends, allow=traffic).verdict
        denied = verdict == "fails" and self.net.expect(*ends, deny=traffic).verdict == "holds"
        return "denied" if denied else verdict


def instances(state: Path) -> dict[str, str]:
    """The ids of the instances of a state, by address."""
    waiting: list[Any] = [json.loads(state.read_text(encoding="utf-8"))["values"]["root_module"]]
    found: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        waiting += module.get("child_modules", ())
        found |= {each["address"]: each["values"]["id"] for each in module["resources"] if each["type"] == "aws_instance"} \
            if "resources" in module else {}  # fmt: skip
    return found


def questions(hosts: list[str]) -> Iterator[tuple[str, str, str]]:
    for source, destination in permutations([*hosts, OUTSIDE], 2):
        for traffic in TRAFFIC:
            yield source, destination, traffic


def differing(one: Form, other: Form, hosts: list[str]) -> tuple[list[Any], int]:
    """The questions that two forms answer differently, and how many the second leaves open."""
    wrong, open = [], 0
    for question in questions(hosts):
        answers = one.answer(*question), other.answer(*question)
        open += answers[1] == "undecided" != answers[0]
        if answers[0] != answers[1] and answers[1] != "undecided":
            wrong.append((*question, *answers))
    return wrong, open


@pytest.mark.parametrize("name", ["flat", "acls"])
def test_what_was_made_once_is_one_network(name: str) -> None:
    ids = instances(MADE / name / "state.json")
    state = Form(import_files([MADE / name / "state.json"]), {})
    assert differing(state, Form(import_files([MADE / name / "plan.json"]), {}), list(ids)) == ([], 0)
    assert differing(state, Form(import_files([MADE / name / "describe.json"]), ids), list(ids)) == ([], 0)


@pytest.fixture(scope="module")
def forms() -> dict[str, Form]:
    if FOLDER is None:
        pytest.skip(NOT_MADE)
    ids = instances(FOLDER / "state.json")
    files = ("plan.json", "state.json", "terraform.tfstate", "describe.json", "changed.json")
    found = {each: Form(import_files([FOLDER / each]), ids if each == "describe.json" else {}) for each in files}
    before, after = import_sides([FOLDER / "change.json"])
    return {**found, "before": Form(before, {}), "after": Form(after, {})}


def _hosts(name: str, file: str = "state.json") -> list[str]:
    assert FOLDER is not None
    return [each for each in instances(FOLDER / file) if each.startswith(f"module.{name}.")]


@pytest.mark.parametrize("name", names())
def test_a_plan_a_state_and_a_description_are_one_network(forms: dict[str, Form], name: str) -> None:
    hosts, state = _hosts(name), forms["state.json"]
    assert differing(state, forms["terraform.tfstate"], hosts) == ([], 0)
    if name not in NOT_AS_AWS:
        assert differing(state, forms["describe.json"], hosts) == ([], 0)
    assert differing(state, forms["plan.json"], hosts) == ([], UNDECIDED.get(name, 0))


@pytest.mark.parametrize("name", names())
def test_the_plan_of_a_change_tells_what_was_and_what_came_of_it(forms: dict[str, Form], name: str) -> None:
    assert differing(forms["state.json"], forms["before"], _hosts(name)) == ([], 0)
    assert differing(forms["changed.json"], forms["after"], _hosts(name, "changed.json")) == ([], 0)


def _plan_of(file: Path, name: str) -> dict[str, Any]:
    """What a plan tells of one module; modules, changes and what is referred to come in any order."""
    whole, own = json.loads(file.read_text(encoding="utf-8")), f"module.{name}"
    waiting: list[Any] = [each for each in _children(whole["planned_values"]["root_module"]) if each["address"] == own]
    planned = {}
    while waiting:
        module = waiting.pop()
        waiting += _children(module)
        planned |= {each["address"]: each for each in module.get("resources", ())}
    return {
        "planned": planned,
        "changes": {each["address"]: each for each in whole["resource_changes"] if each["address"] in planned},
        "configuration": whole["configuration"]["root_module"]["module_calls"][name],
        "relevant": sorted(json.dumps(each) for each in whole["relevant_attributes"] if f"{own}." in each["resource"]),
    }


def _children(module: dict[str, Any]) -> list[dict[str, Any]]:
    return list(module.get("child_modules", ()))


def _pairs(before: Form, after: Form) -> set[Any]:
    """What a difference opens and closes, pair by pair."""
    return {
        (each.kind, each.text, each.one_way, source, destination)
        for each in reachsim.diff(before.net, after.net).changes
        for source in each.sources
        for destination in each.destinations
    }


def test_the_difference_of_a_plan_is_that_of_the_states_before_and_after(forms: dict[str, Form]) -> None:
    assert _pairs(forms["before"], forms["after"]) == _pairs(forms["state.json"], forms["changed.json"])


def test_at_least_twenty_configurations_hold_in_all_three_forms_and_change() -> None:
    compared = [name for name in names() if name not in NOT_AS_AWS]
    assert len([name for name in compared if texts(name, changed=True) != texts(name)]) >= 20


@pytest.mark.parametrize("name", [name for name in names() if twins(name)])
def test_what_is_open_is_what_another_configuration_with_the_same_plan_does_otherwise(
    forms: dict[str, Form], name: str
) -> None:
    """A twin has the same plan and is another network: so no plan tells which of the two it is, and what they answer
    differently is open."""
    assert FOLDER is not None
    asked = list(questions(_hosts(name)))
    otherwise: set[Any] = set()
    for number in range(1, twins(name) + 1):
        assert _plan_of(FOLDER / f"twin{number}.plan.json", name) == _plan_of(FOLDER / "plan.json", name)
        twin = Form(import_files([FOLDER / f"twin{number}.state.json"]), {})
        otherwise |= {each for each in asked if twin.answer(*each) != forms["state.json"].answer(*each)}
    open = {each for each in asked if forms["plan.json"].answer(*each) == "undecided"}
    assert otherwise
    assert otherwise <= open
    assert len(open - otherwise) == NEEDLESS.get(name, 0)


def test_every_configuration_with_open_answers_has_a_twin() -> None:
    assert {name for name in names() if twins(name)} == set(UNDECIDED)
