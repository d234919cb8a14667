"""The notebooks of docs/notebooks run top to bottom, and show what they were committed with."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.tools.notebooks import FOLDER, NOTEBOOKS, Cell, code_cells, read, run, write

import reachsim

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def test_the_notebooks_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["addresses-for-a-merger", "lambda-week", "review-a-change"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_its_cells_give(path: Path, tmp_path: Path) -> None:
    """Run here; `python -m tests.tools.notebooks` brings it up to date."""
    notebook = read(path)
    run(notebook)
    again = tmp_path / path.name
    write(again, notebook)
    assert again.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_gives_the_same(path: Path) -> None:
    """In Jupyter's own machinery, as a user runs it."""
    nbformat = pytest.importorskip("nbformat", reason="needs reachsim[docs]")
    nbclient = pytest.importorskip("nbclient", reason="needs reachsim[docs]")
    pytest.importorskip("ipykernel", reason="needs reachsim[docs]")
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(Path(reachsim.__file__).parents[1])})
    given = json.loads(nbformat.writes(notebook))
    for cell, committed in zip(code_cells(given), code_cells(read(path)), strict=True):
        assert rich(cell) == rich(committed), "".join(cell["source"])


def rich(cell: Cell) -> list[Any]:
    """What a cell shows and prints; IPython has a layout of its own for plain text of a list."""
    return [
        (output["output_type"], "".join(output.get("text", "")), *rendered(output.get("data", {})))
        for output in cell["outputs"]
    ]


def rendered(data: dict[str, Any]) -> list[str]:
    return ["".join(data[form]) for form in ("text/html", "image/svg+xml") if form in data]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_fit_to_be_read(path: Path) -> None:
    cells = read(path)["cells"]
    assert "".join(cells[0]["source"]).startswith("# ")
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for target in _LINK.findall(text):
                assert re.match("https://", target) or (path.parent / target.partition("#")[0]).exists(), target
        else:
            assert all(output["output_type"] != "error" for output in cell["outputs"])
    assert any(rendered(o.get("data", {})) for cell in code_cells(read(path)) for o in cell["outputs"])


def test_the_story_of_the_week_is_true() -> None:
    """Said in the notebook's words, held here by the rules."""
    net = reachsim.load(FOLDER / "../../models/vpc-lambda-as-found.yaml")
    assert {failure.blockers[0].code for failure in net.check().failures} == {
        "LAMBDA_OUTSIDE_VPC",
        "ENI_SOURCE_DEST_CHECK_RESTRICTION",
    }
    assert net.trace("probe", "nat", "icmp/8").reachable
    assert net.trace("fetch", "partner.api", "tcp/80").reachable
    assert not net.trace("front", "partner.api", "tcp/80").reachable


def test_the_story_of_the_review_is_true() -> None:
    before = reachsim.load(FOLDER / "../../models/three-tier.yaml")
    groups, acl = "vpcs.shop.security_groups", "vpcs.shop.network_acls.web.ingress"
    after = before.with_(
        {
            f"{groups}.app.ingress[2]": {"allow": "tcp/9100", "from": "bastion"},
            f"{groups}.db.ingress[0].from": ["app", "db", "web"],
            f"{groups}.bastion.ingress[0].from": "0.0.0.0/0",
            f"{acl}[2].from": "0.0.0.0/0",
        }
    )
    for name in ("web-a", "web-b"):
        assert not after.reach(name, "db-a").delivered
        assert bool(after.reach(name, "bastion")) == (name == "web-a")
    assert after.trace("scanner", "bastion", "tcp/22").reachable
    assert not before.trace("scanner", "bastion", "tcp/22").reachable
