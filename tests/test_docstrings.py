"""Every example in a docstring runs, and gives what stands below it: the reference is made from them."""

from __future__ import annotations

import doctest
import io
from importlib import import_module
from pathlib import Path

import pytest

import reachsim

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
MODULES = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(SOURCE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]
NET = "models/vpc-lambda-as-found.yaml"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`net` is the network that the first example of `reachsim.Network` loads."""
    monkeypatch.chdir(ROOT)
    module = import_module(name)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder().find(module, name):
        if "net." in test.docstring:
            test.globs["net"] = reachsim.load(NET)
        test.globs["reachsim"] = reachsim
        runner.run(test, out=report.write)
    assert runner.tries
    assert not runner.failures, report.getvalue()
