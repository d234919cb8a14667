"""docs/architecture.md says where to add what: the files that it names are there, and none is missing in which a thing of
that sort is named today."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.test_kinds import SUBJECTS
from tests.test_layers import LAYERS, LEVEL

from reachsim.cli.main import COMMANDS
from reachsim.resources import mending

ROOT = Path(__file__).parents[1]
ROOTS = (ROOT / "src" / "reachsim", ROOT)
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

LIKE: dict[str, tuple[str, ...]] = {
    "a component": ("endpoint_services", "vpc_endpoints", "private_hosted_zones", "vpn_gateways", "capacity_providers"),
    "a key of the format": ("preserve_client_ip", "cross_zone", "client_networks", "external_snat", "ssm_agent"),
    "an answer (a question about a network)": ("who_reaches", "exposures", "SessionManager"),
    "a command": ("deadends",),
    "a finding of lint": ("INSPECTION_BYPASSED", "ALIAS_OUTSIDE_VPC"),
    "a quota": ("NAT_GATEWAYS_OF_ZONE",),
    "a reason for a loss": ("NLB_HAIRPIN", "ELB_NOT_CROSSZONE", "VPCE_SERVICE_NOT_INSTALLED_IN_AZ"),
    "something that a trace or an explanation tells": ("inspection_notes", "by_endpoints", "client_sees"),
    "an input format": ("importing.cloudformation", "importing.terraform", "tfstate"),
    "an answer of AWS's APIs that is read": ("VpnConnections", "DirectConnectGateways", "TransitGatewayAttachments"),
    "what another language says of a component": (
        "aws_vpn_connection",
        "AWS::EC2::VPNConnection",
        "aws_lb_target_group",
        "aws_verifiedaccess",
    ),
    "an attribute of traffic": ("icmpv6",),
    "a format of output": ("matrix_csv", "sarif", "junit"),
    "a format of pictures": ("mermaid",),
    "a column of a report": ("roomless",),
    "a law for other people's networks": ("zones_survive",),
}
"""By row, words for things of its sort."""

BESIDE: dict[str, tuple[str, ...]] = {
    "a component": ("a key of the format", "an answer of AWS's APIs that is read", "a finding of lint"),
    "a key of the format": (
        "a finding of lint",
        "an answer of AWS's APIs that is read",
        "what another language says of a component",
    ),
    "an answer (a question about a network)": ("a command",),
    "a command": ("an answer (a question about a network)",),
    "an answer of AWS's APIs that is read": ("what another language says of a component",),
}
"""By row, the other rows that it refers to."""

EVERYWHERE = (
    "tests/designs.py",
    "tests/gateways.py",
    "CHANGELOG.md",
    "docs/rules",
    "docs/decisions.md",
    "docs/gallery.md",  # what commands print of the models
    "docs/_site",
    "tests/kernel",
    "tests/test_kernel",
    "models/",
)
"""What any change may touch, by how its name begins; beside them the tests of the rooms of src."""
NOT_READ = ("docs/architecture.md", "tests/test_where_to_add.py", "tests/tools")
"""Where a word says nothing: this page, this test, and lists of faults."""
APART = ("tests/oracle", "tests/soak", "tests/benchmarks", "tests/newcomer")
"""Tests that are about the whole, which a row has to name."""


def there(name: str) -> Path | None:
    """The file or folder of a name in docs/architecture.md, with or without its ending; None where there is none."""
    found = (root / f"{name}{ending}" for root in ROOTS for ending in ("", ".py"))
    return next((path for path in found if path.exists()), None)


def test_the_page_names_files_that_are_there() -> None:
    named = set(re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", PAGE)) | set(re.findall(r"docs/[a-z-]+\.\w+", PAGE))
    assert [name for name in sorted(named) if there(name) is None] == []


def test_the_page_names_what_stands_in_its_file() -> None:
    """Where it says ``NAME of FILE``, the file has the name; and it says so wherever something is to be added to a list."""
    said = re.findall(r"`(\w+)`\s+of\s+`([\w/.]+)`", PAGE)
    assert len(said) > 10
    for name, file in said:
        path = there(file)
        assert path is not None, file
        assert re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")), f"{file} has no {name}"


def section(title: str) -> str:
    """The text under a heading of the page, as far as the next one of its level."""
    return PAGE.split(f"\n## {title}\n")[1].partition("\n## ")[0]


def cells(text: str) -> Iterator[list[str]]:
    """The cells of the rows of a table, without its head."""
    table = [line for line in text.splitlines() if line.startswith("| ")]
    yield from ([cell.strip() for cell in line[1:-1].split("|")] for line in table[2:])


def quoted(text: str) -> list[str]:
    """What stands in a text as code."""
    return re.findall(r"`([^`]+)`", text)


def modules(folder: str) -> set[str]:
    """The modules of a folder below src/reachsim."""
    return {path.stem for path in (ROOTS[0] / folder).glob("*.py")} - {"__init__"}


def test_the_rooms_are_in_the_order_of_their_imports() -> None:
    """A room imports only those before it."""
    told = [room for row in cells(PAGE[: PAGE.index("\n## ")]) for room in quoted(row[0])]
    assert {*told} == {room for rooms in LAYERS for room in rooms} - {"", "__main__"}
    assert [LEVEL[room] for room in told] == sorted(LEVEL[room] for room in told)


def test_every_file_of_a_command_and_of_a_report_is_told() -> None:
    text = section("The files of a command")
    table = [*cells(text)]
    shared = set(quoted(text[text.index("What commands share") :]))
    assert [command for row in table for command in quoted(row[0])] == sorted(COMMANDS, key=[*COMMANDS].index)
    for column, folder in ((1, "cli"), (3, "report"), (4, "report/cards")):
        of_commands = {name for row in table for name in quoted(row[column]) if name != "--write"}
        of_several = {name.removeprefix(f"{folder}/") for name in shared if name.startswith(f"{folder}/")}
        assert of_commands <= modules(folder) <= of_commands | of_several
    assert [name for row in table for name in quoted(row[2]) if there(name.rstrip("/")) is None] == []


def test_every_file_of_lint_is_told() -> None:
    told = [quoted(row[0])[0].removeprefix("answers/lint/") for row in cells(rows()["a finding of lint"])]
    assert {*told} == modules("answers/lint") - {"registry", "run"}


def test_every_way_to_propose_an_edit_is_told() -> None:
    decorators = {
        name
        for name, each in inspect.getmembers(mending, inspect.isfunction)
        if each.__module__ == mending.__name__ and [*inspect.signature(each).parameters] == ["function"]
    }
    assert decorators == {"mends", "offers", "advises", "closes"}
    assert {name[1:] for name in quoted(rows()["a fix"]) if name.startswith("@")} == decorators


@cache
def rows() -> dict[str, str]:
    """What each entry names, by what is added."""
    entries = PAGE[PAGE.index("## Where to add") : PAGE.index("## Glossary")].split("\n### ")[1:]
    return {title[0].lower() + title[1:]: text for title, _, text in (entry.partition("\n") for entry in entries)}


def named(row: str) -> list[str]:
    """The files and folders that a row and those beside it name, from the root of the repository."""
    text = " ".join(rows()[each] for each in (row, *BESIDE.get(row, ())))
    names = {*re.findall(r"`([\w./]+)`", text), *re.findall(r"docs/[\w-]+\.\w+|README\.md", text)}
    found = (there(name.rstrip("/")) for name in names)
    return [path.relative_to(ROOT).as_posix() for path in found if path is not None]


@cache
def files() -> dict[str, str]:
    """The text of every file of the program, its documentation and its tests, by its path."""
    kinds = {".py", ".md", ".json", ".yaml", ".sh"}
    found = [path for room in ("src", "docs", "tests") for path in (ROOT / room).rglob("*") if path.suffix in kinds]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}
    return {name: text for name, text in texts.items() if not name.startswith(NOT_READ)}


def mirrors(file: str) -> bool:
    """Whether a file is a test beside what is about the same, in a room of src."""
    room = Path(file).parts[1]
    return file.startswith("tests/") and not file.startswith(APART) and (ROOTS[0] / room).is_dir()


def not_told(row: str, word: str) -> Iterator[str]:
    """Files that name a thing of a row's sort and that the row does not name."""
    told = named(row)
    if row == "a component":
        told += [f"src/reachsim/{file}" for file in SUBJECTS]
    for file, text in files().items():
        below = any(file == each or file.startswith(f"{each}/") for each in told)
        if not below and not mirrors(file) and not file.startswith(EVERYWHERE) and re.search(rf"\b{word}\b", text):
            yield file


@pytest.mark.parametrize(("row", "word"), [(row, word) for row, words in LIKE.items() for word in words])
def test_a_row_names_every_file_in_which_a_thing_of_its_sort_is_named(row: str, word: str) -> None:
    assert any(re.search(rf"\b{word}\b", text) for text in files().values()), f"nothing is called {word} any more"
    assert [*not_told(row, word)] == []
