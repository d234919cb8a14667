"""Writes docs/rules-tests.md: which rule has its home where in the code, and which tests hold it; and the table of
docs/architecture.md that says in which file each is.

`python -m tests.tools.rules_table` writes both; `--check` says whether they are current. Nothing is run
or imported: homes are read from docstrings, where the ID stands as in the rule book, between two asterisks on each side;
tests from their `@pytest.mark.rule("ID")` marks.
"""

from __future__ import annotations

import argparse
import ast
import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
RULES = ROOT / "docs" / "rules.md"
TABLE = ROOT / "docs" / "rules-tests.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
COMMAND = "python -m tests.tools.rules_table"

RUN_TIME = "run-time state: what happens in time, or under load, is not in a design"
FORMAT = "no word for it: the format of designs cannot say it yet"
SEEN = "other tools: what they show decides no verdict"
BACKGROUND = "background: a name, an advice or a default of the console, no decision"

NO_CODE: dict[str, str] = {
    rule: why
    for why, rules in {
        RUN_TIME: (
            "SG-5 SG-6 SG-7 SG-8 SG-9 NATGW-8 NATGW-9 LAMBDA-11 LAMBDA-12 "
            "LAMBDA-14 LAMBDA-15 SSM-15 OBS-4 OBS-6 IGW-13 NACL-13"
        ),
        FORMAT: "PEER-8 LAMBDA-20 NACL-9 ROUTE-27 ENC-1",
        SEEN: (
            "OBS-3 OBS-5 OBS-8 OBS-10 OBS-11 LAMBDA-21 SSM-12 RA-1 RA-2 RA-3 RA-4 RA-5 RA-6 RA-7 RA-8 RA-9 "
            "NAA-1 NAA-2 NAA-3 NAA-4"
        ),
        BACKGROUND: "IGW-12 NATI-8 LAMBDA-17 LAMBDA-23 SSM-5",
    }.items()
    for rule in rules.split()
}
"""For rules that nothing decides: why, with a few words for the table before the colon."""

FOLLOWS: dict[str, str] = {
    "WALK-6": "WALK-2 WALK-3 ROUTE-1",
    "WALK-7": "WALK-2 WALK-3",
    "WALK-8": "SG-4 NACL-5 ROUTE-1",
    "WALK-21": "WALK-20",
    "WALK-22": "TGW-7 LB-8 EP-10 NATGW-20",
    "ROUTE-3": "ROUTE-2",
    "ROUTE-24": "ROUTE-20 WALK-23",
    "SG-20": "SG-4 SG-19",
    "NACL-8": "NACL-7 SG-19",
    "NACL-14": "NACL-7 IGW-3",
    "NACL-15": "NACL-5 WALK-14",
    "NACL-16": "EP-7 WALK-2 WALK-3",
    "NACL-17": "NACL-2 LB-1 LB-7",
    "IGW-2": "WALK-11 IGW-4 IGW-6",
    "IGW-10": "NATGW-2 IGW-4",
    "IGW-11": "PEER-5 VPN-3",
    "NATGW-14": "NATGW-3 PEER-4",
    "NATI-3": "SG-10 SG-13",
    "NATI-4": "IGW-4 ROUTE-16",
    "NATI-6": "WALK-15 NACL-5",
    "NATI-9": "PEER-4",
    "SUBNET-4": "ROUTE-18",
    "IPV6-3": "IGW-8",
    "IPV6-7": "WALK-20",
    "LAMBDA-2": "LAMBDA-10 IPV6-4",
    "LAMBDA-32": "LAMBDA-10 DNS-2",
    "SSM-13": "SSM-1 SSM-3 SSM-4 SSM-6 SSM-8 WALK-20",
    "SSM-14": "SSM-3 NACL-5",
    "PL-3": "SG-26",
}
"""For rules that have no code of their own, since others say it already: which."""

FACTS: dict[str, dict[str, str]] = {
    "WALK-3": {"resources/subnet": "the subnet's ACL", "resources/host": "then groups, source/dest check, host"},
    "WALK-26": {"resources/host": "by which interface it answers", "topology/endpoints": "what its name means"},
    "ROUTE-10": {
        "resources/load_balancer": "refuses a load balancer",
        "resources/peering_connection": "refuses a peering of other VPCs",
        "resources/vpc_endpoint": "refuses an interface endpoint",
    },
    "ROUTE-12": {
        "resources/nat_gateway": "a NAT gateway that is gone",
        "resources/transit_gateway": "a VPC without attachment",
        "resources/vpc_endpoint": "an endpoint that is gone",
    },
    "ROUTE-17": {"rules/route": "what is refused", "resources/route_table": "what a packet meets"},
    "ROUTE-21": {"rules/route": "what is refused", "resources/route_table": "where a packet goes"},
    "ROUTE-22": {
        "resources/internet_gateway": "an appliance without public address",
        "resources/vpn_gateway": "an inspection endpoint",
    },
    "SG-17": {"loading/names": "which groups an interface may name", "loading/vpc_checks": "which may be associated"},
    "NACL-2": {"resources/network_acl": "the order", "rules/clauses": "the first that matches"},
    "NACL-18": {"net/cidr": "host bits", "rules/quotas": "quotas"},
    "NATGW-15": {"answers/lint/routes": "it fails with its zone", "rules/quotas": "5 per zone"},
    "NAT-PORT": {"flow/ports": "which ports come back", "rules/nat": "how many may be lost"},
    "PEER-2": {"resources/peering_connection": "one per pair of VPCs", "rules/quotas": "50 per VPC"},
    "PEER-11": {"rules/peering": "which option it needs", "topology/host_names": "what a name then means"},
    "PEER-12": {"resources/peering_connection": "its routes", "rules/peering": "rules that name its groups"},
    "EP-3": {"resources/vpc_endpoint": "one per table", "resources/endpoint_checkpoint": "the way there and back"},
    "EP-4": {"resources/vpc_endpoint": "what is refused", "rules/vpc_endpoint": "whose packets and which it carries"},
    "EP-8": {
        "resources/vpc_endpoint": "where a name means it",
        "importing/builder/endpoints": "what AWS makes, untold",
    },
    "EP-10": {
        "rules/vpc_endpoint": "traffic and zones",
        "resources/vpc_endpoint": "which interface of the load balancer",
    },
    "DNS-2": {"rules/dns": "what the attributes switch on", "topology/host_names": "which zone answers"},
    "TGW-10": {
        "rules/transit_gateway": "VPCs that overlap",
        "resources/transit_checkpoint": "an attachment that is not available",
    },
    "LB-3": {"resources/load_balancer": "whether it has groups", "resources/private_link": "PrivateLink at its groups"},
    "LB-9": {"resources/balancer_node": "what targets get", "resources/inspection": "what comes out of the endpoint"},
}
"""For rules of several facts, each decided once, in a file of its own: which fact is where."""

_ID = re.compile(r"\b([A-Z][A-Z0-9]*-\d+|NAT-PORT)\b")
_HOME = re.compile(rf"\*\*{_ID.pattern}\*\*")
_TITLE = re.compile(r"^## ([A-Z0-9]+): (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="[a-z0-9-]+"></a>\*\*([A-Z][A-Z0-9]*-\d+|NAT-PORT)\*\*')


def order(rule: str, chapters: list[str]) -> tuple[int, int]:
    """Chapters as in the book, numbers as numbers."""
    chapter, _, number = rule.partition("-")
    return chapters.index(chapter), int(number) if number.isdigit() else 0  # NAT-PORT is alone in its chapter


def rules_of_the_book() -> list[str]:
    """Every rule ID of docs/rules.md, in the order of the book."""
    return list(dict.fromkeys(_ANCHOR.findall(RULES.read_text(encoding="utf-8"))))


def docstrings(tree: ast.Module, module: str) -> Iterator[tuple[str, str]]:
    """(name, text) of every docstring of a module: of itself, its classes, functions and documented variables."""

    def inside(body: list[ast.stmt], name: str) -> Iterator[tuple[str, str]]:
        documented = name
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                if isinstance(statement.value.value, str) and documented:
                    yield documented, statement.value.value
                documented = ""
                continue
            documented = ""
            if isinstance(statement, ast.ClassDef | ast.FunctionDef):
                yield from inside(statement.body, f"{name}.{statement.name}")
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                documented = f"{name}.{statement.targets[0].id}"
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                documented = f"{name}.{statement.target.id}"

    yield from inside(tree.body, module)


@functools.cache
def cited() -> dict[str, dict[str, bool]]:
    """For every rule of the book that a docstring under src cites, what cites it, and whether that decides it."""
    found: dict[str, dict[str, bool]] = {rule: {} for rule in rules_of_the_book()}
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text(encoding="utf-8")
        if not _ID.search(text):  # parsing is what takes time
            continue
        for name, docstring in docstrings(ast.parse(text), module):
            decided = set(_HOME.findall(docstring))
            for rule in _ID.findall(docstring):
                if rule in found:
                    found[rule][name] = rule in decided
    return {rule: names for rule, names in found.items() if names}


def homes() -> dict[str, list[str]]:
    """For every rule that is decided somewhere under src, the names of what decides it."""
    found = {rule: [name for name, decided in names.items() if decided] for rule, names in cited().items()}
    return {rule: names for rule, names in found.items() if names}


def marks_of(decorators: list[ast.expr]) -> Iterator[str]:
    """The IDs of `@pytest.mark.rule(...)` decorators."""
    for decorator in decorators:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr == "rule"
        ):
            for argument in decorator.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


@functools.cache
def markers() -> list[tuple[str, str]]:
    """(rule, node ID) of every mark."""
    found: list[tuple[str, str]] = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.rule(" in text:
            file = path.relative_to(ROOT).as_posix()
            found += [
                (rule, f"{file}::{node.name}")
                for node in functions(ast.parse(text).body)
                if node.name.startswith("test_")
                for rule in marks_of(node.decorator_list)
            ]
    return found


def functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    """The functions of a module and of its classes."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node.body)
        elif isinstance(node, ast.FunctionDef):
            yield node


def tests() -> dict[str, list[str]]:
    """For every rule, the node IDs of the tests that hold it."""
    found: dict[str, list[str]] = {}
    for rule, node in markers():
        found.setdefault(rule, []).append(node)
    return found


def anchor(rule: str) -> str:
    """The rule as a link into the book."""
    return f"[{rule}](rules.md#{rule.lower()})"


def table() -> str:
    """The whole text of docs/rules-tests.md."""
    book = rules_of_the_book()
    home, held = homes(), tests()
    chapters = list(dict.fromkeys(rule.partition("-")[0] for rule in book))
    book = sorted(book, key=lambda rule: order(rule, chapters))
    lines = [
        "# Which test holds which rule",
        "",
        f"Generated by `{COMMAND}`: do not edit. A rule of the [rule book](rules.md) has its home",
        "where a docstring of the code has its ID in bold, as the book has it; other docstrings cite it where it acts, or",
        'where it is why. Its tests carry the mark `@pytest.mark.rule("ID")`: they fail without the rule.',
        "",
        f"{len(home)} of {len(book)} rules have a home, and {len(FOLLOWS)} follow from these. The other {len(NO_CODE)}",
        "are not promised: where their home would be, the table says why.",
        "",
    ]
    for chapter in chapters:
        lines += [f"## {chapter}", "", "| rule | home | cited in | tests |", "| --- | --- | --- | --- |"]
        for rule in book:
            if rule.partition("-")[0] != chapter:
                continue
            if rule in home:
                names = "<br>".join(f"`{name.removeprefix('reachsim.')}`" for name in home[rule])
                nodes = "<br>".join(f"`{node.removeprefix('tests/')}`" for node in held.get(rule, ())) or "none"
            else:
                names = (
                    f"follows from {', '.join(map(anchor, FOLLOWS[rule].split()))}"
                    if rule in FOLLOWS
                    else f"none: {NO_CODE[rule]}"
                )
                nodes = "<br>".join(f"`{node.removeprefix('tests/')}`" for node in held.get(rule, ()))
            others = "<br>".join(f"`{file}`" for file in files_of(rule, decided=False))
            lines.append(f"| {anchor(rule)} | {names} | {others} | {nodes} |")
        lines.append("")
    return "\n".join(lines)


def file_of(home: str) -> str:
    """The file of a home, as docs/architecture.md names it: below src/reachsim, without its ending."""
    parts = home.split(".")
    sizes = (size for size in range(len(parts), 0, -1) if (SOURCE / f"{'/'.join(parts[:size])}.py").is_file())
    return "/".join(parts[1 : next(sizes)])


def files_of(rule: str, *, decided: bool) -> list[str]:
    """The files that decide a rule; or the other ones that cite it."""
    files = {file_of(name): None for name in homes().get(rule, ())}
    if decided:
        return list(files)
    return list(dict.fromkeys(file for name in cited().get(rule, ()) if (file := file_of(name)) not in files))


def numbers(rules: Iterable[str]) -> str:
    """Rules of one chapter, without its name."""
    return " ".join(rule.partition("-")[2] for rule in rules)


def grouped(rules: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    """Rules by something that they have in common, in the order of the book."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        found.setdefault(key(rule), []).append(rule)
    return found


def facts_of(rule: str) -> str:
    """A rule of several facts: which is decided where."""
    return f"{numbers([rule])}: {', '.join(f'`{file}` ({fact})' for file, fact in FACTS[rule].items())}"


def follower(rule: str) -> str:
    """A rule that follows from others, and from which."""
    return f"{numbers([rule])} from {', '.join(FOLLOWS[rule].split())}"


def files_table() -> str:
    """By chapter, the file that decides each of its rules; or why none does."""
    lines = [
        "| chapter | the file that decides these numbers | of several facts | follow from others | no code |",
        "| --- | --- | --- | --- | --- |",
    ]
    titles = dict(_TITLE.findall(RULES.read_text(encoding="utf-8")))
    for chapter, rules in grouped(rules_of_the_book(), lambda rule: rule.partition("-")[0]).items():
        alone = [rule for rule in rules if rule not in FACTS | FOLLOWS | NO_CODE]
        cells = (
            f"{chapter}: {titles[chapter]}" if chapter in titles else chapter,
            "; ".join(
                f"`{file}` {numbers(those)}"
                for file, those in grouped(alone, lambda rule: files_of(rule, decided=True)[0]).items()
            ),
            "; ".join(facts_of(rule) for rule in rules if rule in FACTS),
            "; ".join(follower(rule) for rule in rules if rule in FOLLOWS),
            "; ".join(
                f"{numbers(those)} ({why.partition(':')[0]})"
                for why, those in grouped(filter(NO_CODE.__contains__, rules), NO_CODE.__getitem__).items()
            ),
        )
        lines.append(re.sub(" +", " ", f"| {' | '.join(cells)} |"))
    return "\n".join(lines)


def with_files(text: str) -> str:
    """docs/architecture.md with the table as it is now."""
    return re.sub(r"\| chapter \|.*?(?=\n\n)", lambda _: files_table(), text, count=1, flags=re.DOTALL)


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where a file is not current")
    options = parser.parse_args(arguments)
    texts = {TABLE: table(), ARCHITECTURE: with_files(ARCHITECTURE.read_text(encoding="utf-8"))}
    if options.check:
        current = all(path.exists() and path.read_text(encoding="utf-8") == text for path, text in texts.items())
        print("current" if current else f"not current: run {COMMAND}")
        return 0 if current else 1
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
