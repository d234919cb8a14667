"""Whether each rule is decided where the code says so: `python -m tests.tools.homes [RULE ...]`.

What has a rule's ID in bold in its docstring is mutated, one place after another, until one of the tests that carry the
rule's mark fails; each mutation stands in a copy of the tree. A home of which nothing fails decides nothing: the ID belongs
into another docstring, or the rule lacks a test. Linux and macOS, as `tests.tools.mutations`.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.tools import rules_table
from tests.tools.mutations import ROOT, Mutation, copied, mutations_of, places, prepared, run, segment

SECONDS = 120
"""Of computing, for the tests of one rule."""


def file_of(home: str) -> Path:
    """The file of a home."""
    return ROOT / "src/reachsim" / f"{rules_table.file_of(home)}.py"


def definition(tree: ast.Module, names: list[str]) -> ast.AST:
    """What has a name within a module: a class, a function, a variable; the module itself where there is none."""
    found: ast.AST = tree
    for name in names:
        found = next(node for node in getattr(found, "body", ()) if name in _defines(node))
    return found


def _defines(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def others_of(path: Path) -> Iterator[Mutation]:
    """Coarser faults than those of `mutations`: a test turned round; a word or a switch that is another one, since data
    decides too where it is read; a key that takes anything; last, nothing for something."""
    source = path.read_bytes()
    lines = source.splitlines(keepends=True)
    tree = ast.parse(source)
    conditions = [node.test for node in ast.walk(tree) if isinstance(node, ast.If | ast.IfExp | ast.While)]
    conditions += [each for node in ast.walk(tree) if isinstance(node, ast.comprehension) for each in node.ifs]
    found: list[tuple[ast.expr, str]] = [(node, f"not ({ast.unparse(node)})") for node in conditions]
    words = [node for node in places(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str | bool)]
    found += [(node, repr(not node.value) if isinstance(node.value, bool) else "'10.99.0.0/16'") for node in words]
    keys = [
        node.annotation
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
        for node in each.body
        if isinstance(node, ast.AnnAssign)
    ]
    values = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Return | ast.Assign | ast.AnnAssign | ast.Yield)
    ]
    for node, new in [
        *found,
        *((node, "object") for node in keys),
        *((node, "None") for node in values if node is not None),
    ]:
        start, end = (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)
        yield Mutation(path, start, end, segment(lines, start, end), new)


def mutations_in(home: str, rule: str, most: int) -> list[Mutation]:
    """Mutations of what a home defines, in an order of chance that is always the same: those of lines that name the rule
    first, the coarse ones last."""
    path = file_of(home)
    node = definition(ast.parse(path.read_bytes()), home.split(".")[len(rules_table.file_of(home).split("/")) + 1 :])
    if isinstance(node, ast.stmt):
        first = min(node.lineno, *(each.lineno for each in (node, *getattr(node, "decorator_list", ()))))
        lines = range(first, (node.end_lineno or first) + 1)
    else:
        lines = range(1, sys.maxsize)
    fine = [mutation for mutation in dict.fromkeys(mutations_of(path)) if mutation.start[0] in lines]
    coarse = [mutation for mutation in dict.fromkeys(others_of(path)) if mutation.start[0] in lines]
    said = path.read_text(encoding="utf-8").splitlines()
    by_chance = random.Random(home).sample(fine, len(fine))
    by_chance.sort(key=lambda mutation: not re.search(rf"\b{rule}\b", said[mutation.start[0] - 1]))
    return [*by_chance[:most], *coarse[:most]]


def fate_of(home: str, rule: str, tests: list[str], tree: Path, most: int) -> str:
    """The mutation that a rule's tests find, "nothing" if none of so many."""
    for mutation in mutations_in(home, rule, most):
        place = tree / mutation.file.relative_to(ROOT)
        source = place.read_bytes()
        place.write_bytes(mutation.applied(source))
        fate = run(tree, tests, SECONDS)
        place.write_bytes(source)
        if fate == "killed":
            return str(mutation)
    return "nothing"


def main(arguments: list[str] | None = None) -> int:
    """Print each rule and home with the mutation that was found; 1 where there is a home that decides nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.homes", description=__doc__)
    parser.add_argument("rules", nargs="*", metavar="RULE", help="left out: all that have a home")
    parser.add_argument("--most", type=int, default=25, help="fine mutations of one home, and as many coarse ones")
    options = parser.parse_args(arguments)
    homes, held = rules_table.homes(), rules_table.tests()
    nothing = 0
    with tempfile.TemporaryDirectory() as directory:
        tree = copied(Path(directory))
        prepared()
        for rule in options.rules or homes:
            for home in homes[rule]:
                fate = fate_of(home, rule, held[rule], tree, options.most)
                nothing += fate == "nothing"
                print(f"{rule:10} {home.removeprefix('reachsim.')}: {fate}", flush=True)
    print(f"{nothing} homes decide nothing")
    return 1 if nothing else 0


if __name__ == "__main__":
    sys.exit(main())
