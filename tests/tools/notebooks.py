"""Runs the notebooks of docs/notebooks as Jupyter would, without Jupyter.

``PYTHONPATH=src:. python -m tests.tools.notebooks`` writes what the cells show now into them. Where nbclient is installed, a
test runs them in a real kernel, and compares.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

Cell = dict[str, Any]


def read(path: Path) -> dict[str, Any]:
    """A notebook as plain data."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def code_cells(notebook: dict[str, Any]) -> list[Cell]:
    """Its cells of code, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(notebook: dict[str, Any]) -> None:
    """Run all cells top to bottom in one namespace, in the folder of the notebooks, and keep what each shows."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(code_cells(notebook), 1):
        cell["execution_count"] = number
        cell["outputs"] = outputs_of("".join(cell["source"]), names, number)


def outputs_of(source: str, names: dict[str, Any], number: int) -> list[Cell]:
    """What one cell prints, and what its last line shows, in Jupyter's shape."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.chdir(FOLDER), contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    found: list[Cell] = []
    if printed.getvalue():
        found.append({"name": "stdout", "output_type": "stream", "text": in_lines(printed.getvalue())})
    if value is not None:
        found.append({"data": shown(value), "execution_count": number, "metadata": {}, "output_type": "execute_result"})
    return found


def shown(value: object) -> dict[str, list[str]]:
    """A value in every form that it offers."""
    out: dict[str, list[str]] = {}
    text = value._repr_html_() if hasattr(value, "_repr_html_") else None
    if text is not None:
        out["text/html"] = in_lines(str(text))
    return {**out, "text/plain": in_lines(repr(value))}


def in_lines(text: str) -> list[str]:
    """A text as notebooks keep it, so that a change of one line is one line of a diff."""
    return text.splitlines(keepends=True)


def write(path: Path, notebook: dict[str, Any]) -> None:
    """In one shape, whatever wrote it before: no trace of who ran it and when."""
    for number, cell in enumerate(notebook["cells"], 1):
        cell["id"] = f"cell-{number}"
        cell["metadata"] = {}
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Bring every notebook up to date."""
    os.environ["COLUMNS"] = "100"
    for path in NOTEBOOKS:
        notebook = read(path)
        run(notebook)
        write(path, notebook)


if __name__ == "__main__":
    main()
