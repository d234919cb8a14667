"""A picture as Mermaid and as DOT: by the grammar of each, and whole."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.picture.documented import model

import reachsim
from reachsim.cli.main import main
from reachsim.picture.draw import Picture

MODELS = Path(__file__).parents[2] / "models"
LABEL = r'"(?:[\w .,:/()+\-=]|#\d+;|<br/>)*"'
MERMAID = {
    "comment": r"%% [^{}\n]*",
    "head": "flowchart TB",
    "node": rf"\s+(n\d+)\[{LABEL}\]",
    "open": rf"\s+subgraph (n\d+)\[{LABEL}\]",
    "close": r"\s+end",
    "edge": rf"  n\d+ (?:---|(?:==>|-\.->|--x)(?:\|{LABEL}\|)?) n\d+",
    "class": r"  class(?:Def \w+ [\w#:,]+| n\d+(?:,n\d+)* \w+)",
}
"""What a line may be, of the part of the grammar of Mermaid's flowcharts that is used."""


PICTURES: dict[str, Callable[[], Picture]] = {
    "plain": lambda: model("hub-and-spoke").draw(),
    "trace": lambda: model("vpc-lambda-as-found").draw(trace=("fetch", "www.google.com", "tcp/443")),
    "difference": lambda: model("vpc-lambda-as-found").draw(diff=model("vpc-lambda-repaired")),
    "matrix": lambda: model("three-tier").draw(matrix="tcp/5432"),
}


def sorted_lines(text: str) -> list[tuple[str, str]]:
    """Each line with the name of what it is."""
    out = []
    for line in text.splitlines():
        names = [name for name, grammar in MERMAID.items() if re.fullmatch(grammar, line)]
        assert len(names) == 1, line
        out.append((names[0], line))
    return out


@pytest.mark.parametrize("name", PICTURES)
def test_mermaid_by_its_grammar(name: str) -> None:
    picture = PICTURES[name]()
    lines = sorted_lines(picture.mermaid)
    kinds = Counter(kind for kind, _ in lines)
    scene = picture.layout.scene
    boxes = list(scene.boxes)
    assert kinds["open"] == kinds["close"] == sum(1 for box in boxes if any(box.inside))
    assert kinds["open"] + kinds["node"] == len(boxes)
    assert kinds["edge"] == len(scene.lines) + sum(len(way.stations) - 1 for way in scene.ways)
    depth = 0
    for kind, _ in lines:
        depth += (kind == "open") - (kind == "close")
        assert depth >= 0
    assert depth == 0
    ids = set(re.findall(r"\b(n\d+)\[", picture.mermaid))
    assert {
        each for kind, line in lines if kind == "edge" for each in re.findall(r"\bn\d+\b", re.sub(r"\|.*\|", "", line))
    } <= ids


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("name", PICTURES)
def test_dot_is_what_graphviz_takes(name: str) -> None:
    picture = PICTURES[name]()
    done = subprocess.run(["dot", "-Tplain"], input=picture.dot, capture_output=True, encoding="utf-8", check=True)
    assert not done.stderr
    nodes = [line for line in done.stdout.splitlines() if line.startswith("node ")]
    edges = [line for line in done.stdout.splitlines() if line.startswith("edge ")]
    scene = picture.layout.scene
    assert len(nodes) == sum(1 for _ in scene.boxes)
    assert len(edges) == len(scene.lines) + sum(len(way.stations) - 1 for way in scene.ways)


def test_a_stop_ends_an_edge_of_its_own_kind() -> None:
    picture = PICTURES["trace"]()
    assert re.search(r"n\d+ --x\|\"2\"\| n\d+", picture.mermaid)
    assert "arrowhead=tee" in picture.dot
    assert "ENI_SOURCE_DEST_CHECK_" in picture.mermaid
    assert "ENI_SOURCE_DEST_CHECK_" in picture.dot


def test_no_text_of_a_file_gets_out_of_its_label() -> None:
    evil = 'a"]; end %%{init: 1}%% <script> # \\ ` \n}'
    text = (MODELS / "hub-and-spoke.yaml").read_text(encoding="utf-8")
    net = reachsim.loads(text, file=evil)
    picture = net.draw(trace=("dev.app", "github.com", "tcp/443"))
    sorted_lines(picture.mermaid)
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tplain"], input=picture.dot, capture_output=True, encoding="utf-8", check=True)


def test_the_command(tmp_path: Path) -> None:
    file = str(MODELS / "three-tier.yaml")
    for name, form in (("out.mmd", "mermaid"), ("out.dot", "dot")):
        out = tmp_path / name
        assert main(["draw", file, "-o", str(out)]) == 0
        assert out.read_text(encoding="utf-8") == getattr(reachsim.load(file).draw(), form)
