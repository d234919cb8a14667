"""Whether each rule is decided where the code says so: `python -m tests.tools.homes [RULE ...]`.

What has a rule's ID in bold in its docstring is mutated, one place after another, until one of the tests that carry the
rule's mark fails; each mutation stands in a copy of the tree. A home of which nothing fails decides nothing: the ID belongs
into another docstring, or the rule lacks a test. Linux and macOS, as `tests.tools.mutations`.
"""

from __future__ import annotations

import argparse
import ast
import random
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


def constants(path: Path) -> Iterator[Mutation]:
    """Words and switches of a file, each turned into another: data decides too, where it is read."""
    source = path.read_bytes()
    lines = source.splitlines(keepends=True)
    for node in places(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bool) and node.end_lineno is not None:
            start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset or 0)
            new = repr(not node.value) if isinstance(node.value, bool) else "'10.99.0.0/16'"
            yield Mutation(path, start, end, segment(lines, start, end), new)


def mutations_in(home: str) -> list[Mutation]:
    """Every mutation of what a home defines, in an order of chance that is always the same; words come last."""
    path = file_of(home)
    node = definition(ast.parse(path.read_bytes()), home.split(".")[len(rules_table.file_of(home).split("/")) + 1 :])
    first = min((node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ())))) if _placed(node) else 1
    last = node.end_lineno if _placed(node) else sys.maxsize
    inside = [m for m in dict.fromkeys(mutations_of(path)) if first <= m.start[0] <= (last or first)]
    words = [m for m in dict.fromkeys(constants(path)) if first <= m.start[0] <= (last or first)]
    return [*random.Random(home).sample(inside, len(inside)), *random.Random(home).sample(words, len(words))]


def _placed(node: ast.AST) -> bool:
    return not isinstance(node, ast.Module)


def fate_of(home: str, tests: list[str], tree: Path, most: int) -> str:
    """The mutation that a rule's tests find, "nothing" if none of so many."""
    for mutation in mutations_in(home)[:most]:
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
    parser.add_argument("--most", type=int, default=25, help="mutations of one home")
    options = parser.parse_args(arguments)
    homes, held = rules_table.homes(), rules_table.tests()
    nothing = 0
    with tempfile.TemporaryDirectory() as directory:
        tree = copied(Path(directory))
        prepared()
        for rule in options.rules or homes:
            for home in homes[rule]:
                fate = fate_of(home, held[rule], tree, options.most)
                nothing += fate == "nothing"
                print(f"{rule:10} {home.removeprefix('reachsim.')}: {fate}", flush=True)
    print(f"{nothing} homes decide nothing")
    return 1 if nothing else 0


if __name__ == "__main__":
    sys.exit(main())
