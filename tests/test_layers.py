"""Imports point one way. Read from the source, those inside functions and for type checkers too; nothing
is imported."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import networkx
import pytest

SOURCE = Path(__file__).parents[1] / "src" / "reachsim"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "garbage"),
    ("stopping", "calls", "stages"),
    ("faces",),
    ("deadline",),
    ("markup", "csvfile", "places"),
    ("cards", "named"),
    ("net",),
    ("rules",),
    ("dataplane",),
    ("resources",),
    ("loading",),
    ("policy", "importing"),
    ("opening",),
    ("topology",),
    ("flow",),
    ("reach",),
    ("trace",),
    ("engine", "cidr"),
    ("answers",),
    ("picture",),
    ("network",),
    ("report",),
    ("testing", ""),  # "" is the package itself, whose names are what all the rest offers
    ("cli",),
    ("__main__",),
)
"""From the lowest to the highest. A room knows those below it, and nothing of those beside it on its own
line."""

LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
MODULES = sorted(SOURCE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(("reachsim", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


def room_of(module: str) -> str:
    """The room that a module is in: the second part of its name."""
    return (module + ".").split(".")[1]


NAMES = {module_of(path) for path in MODULES}


class Contents(NamedTuple):
    """What is read of a file. `imports`: every module that it imports, wherever the statement stands, and whether for type
    checkers alone; `types`: its public classes and names of types."""

    imports: tuple[tuple[str, bool], ...]
    types: tuple[str, ...]


@cache
def contents_of(path: Path) -> Contents:
    """What stands in a file, which is parsed once."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    typing = {
        id(inner)
        for node in nodes
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    imports = tuple((name, id(node) in typing) for node in nodes for name in imported_by(node, package))
    return Contents(imports, tuple(types_of(tree)))


def imports_of(path: Path) -> tuple[tuple[str, bool], ...]:
    """What a file imports."""
    return contents_of(path).imports


def imported_by(node: ast.AST, package: str) -> Iterator[str]:
    """The modules that one statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            yield inner if inner in NAMES else base
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def test_imports_point_down() -> None:
    for path in MODULES:  # no test for each: there are hundreds, and pytest spends more on a test than this does
        own = room_of(module_of(path))
        assert own in LEVEL, f"{own} has no place in LAYERS"
        for imported, _typing in imports_of(path):
            if imported.split(".")[0] != "reachsim":
                continue
            room = room_of(imported)
            assert room == own or LEVEL[room] < LEVEL[own], f"{module_of(path)} imports {imported}"


def test_there_is_no_circle() -> None:
    """Not even among what is imported for type checkers alone."""
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for path in MODULES:
        graph.add_edges_from((module_of(path), name) for name, _ in imports_of(path) if name in NAMES)
    circles = [found for found in networkx.strongly_connected_components(graph) if len(found) > 1]
    assert circles == []


def test_no_file_is_long() -> None:
    """What grows over 500 lines is two files; tests too."""
    files = [*MODULES, *Path(__file__).parent.rglob("*.py")]
    assert not [path.name for path in files if len(path.read_text(encoding="utf-8").splitlines()) > 500]


def test_a_loop_that_may_not_run_stands_under_its_condition() -> None:
    """Not ``for one in many if wanted else ():``, which has to be read twice."""
    texts = {path: path.read_text(encoding="utf-8") for path in (*MODULES, *Path(__file__).parent.rglob("*.py"))}
    loops = [
        f"{path.name}:{node.lineno}"
        for path, text in texts.items()
        for node in (ast.walk(ast.parse(text)) if re.search(r" else (\(\)|\[\]|\{\})", text) else ())
        if isinstance(node, ast.For) and isinstance(node.iter, ast.IfExp) and nothing(node.iter.orelse)
    ]
    assert loops == []


def nothing(node: ast.expr) -> bool:
    """Whether an expression is an empty tuple, list or mapping."""
    return isinstance(node, ast.Tuple | ast.List | ast.Dict) and not [*ast.iter_child_nodes(node)][1:]


WORDS_OF_THEIR_OWN = (
    "reachsim.importing.terraform",
    "reachsim.importing.cloudformation",
    "reachsim.importing",
    "reachsim.testing",
)
"""Rooms whose classes are called as in the language that they read: Terraform's resource is not ours."""


def test_one_name_is_one_thing() -> None:
    """No two modules of one house have a public class or type of the same name."""
    homes: dict[tuple[str, str], list[str]] = {}
    for path in MODULES:
        module = module_of(path)
        house = next((room for room in WORDS_OF_THEIR_OWN if (module + ".").startswith(room + ".")), "reachsim")
        for name in contents_of(path).types:
            homes.setdefault((house, name), []).append(module)
    assert {name: modules for (_, name), modules in homes.items() if len(modules) > 1} == {}


def types_of(tree: ast.Module) -> Iterator[str]:
    """The public classes and names of types that a module defines; type variables have one letter."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names = [node.name] if isinstance(node, ast.ClassDef) else [t.id for t in targets if isinstance(t, ast.Name)]
        yield from (name for name in names if name[0].isupper() and any(map(str.islower, name)) and name != "T_co")


def test_testing_is_imported_by_nothing() -> None:
    for path in MODULES:
        if room_of(module_of(path)) != "testing":
            assert not [name for name, _ in imports_of(path) if name.startswith("reachsim.testing")]


KEPT_OF = {
    "str",
    "int",
    "bool",
    "None",
    "bytes",
    "Crossing",
    "_Asked",
    "tuple",
    "type",
    "Traffic",
    "Span",
    "Engine",
    "Schema",
    "Resource",
}
"""What functions whose answers outlive every network may be asked of: values without one, and classes."""


def test_what_outlives_a_network_holds_none() -> None:
    """A function with a cache of its module is asked of plain values, and of classes as `type[...]`; where there are many,
    it keeps so many and no more."""
    for path in MODULES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(each) for each in node.decorator_list):
                kinds = [ast.unparse(each.annotation) for each in node.args.args if each.annotation is not None]
                words = {word for kind in kinds for word in re.findall(r"\w+", kind)}
                assert words <= KEPT_OF, (path, node.name)
                assert all(
                    re.search(rf"type\[{each}\]", str(kinds)) for each in words & {"Engine", "Schema", "Resource"}
                )
                bounded = any("lru_cache" in ast.unparse(each) for each in node.decorator_list)
                assert bounded or not words or words <= {"type", "Schema", "str"}, (path, node.name)


def test_what_is_imported_from_elsewhere() -> None:
    allowed = {"reachsim", "networkx", "pydantic", "yaml", "pytest", "hypothesis"} | sys.stdlib_module_names
    for path in MODULES:
        outside = {name.split(".")[0] for name, _ in imports_of(path)}
        assert outside <= allowed, path
        assert "ipaddress" not in outside, f"{path}: addresses are our own value types (reachsim.net)"
        if room_of(module_of(path)) != "testing":
            assert not outside & {"pytest", "hypothesis"}, path


@pytest.mark.parametrize(
    ("room", "strangers"),
    [
        ("net", {"yaml", "pydantic", "networkx"}),
        ("rules", {"yaml", "pydantic", "networkx"}),
        ("dataplane", {"yaml", "pydantic", "networkx"}),
        ("resources", {"yaml", "networkx"}),
        ("trace", {"yaml", "pydantic", "networkx"}),
        ("reach", {"yaml", "pydantic"}),
    ],
)
def test_rooms_do_not_know(room: str, strangers: set[str]) -> None:
    for path in MODULES:
        if room_of(module_of(path)) == room:
            assert not strangers & {name.split(".")[0] for name, typing in imports_of(path) if not typing}


def test_engines_and_answers_know_no_markup() -> None:
    """What a result looks like, `report` says."""
    for path in MODULES:
        if room_of(module_of(path)) in ("flow", "reach", "trace", "engine", "answers", "network"):
            assert not {"reachsim.markup", "reachsim.cards"} & {name for name, _ in imports_of(path)}, module_of(path)


@pytest.mark.parametrize("room", ["flow", "reach", "trace"])
def test_engines_know_no_component(room: str) -> None:
    """They ask a checkpoint what it declares."""
    for path in MODULES:
        if room_of(module_of(path)) == room:
            assert not [name for name, _ in imports_of(path) if name.startswith("reachsim.resources")], module_of(path)
