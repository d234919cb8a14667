"""The pytest plugin: a fixture for the model, reasons for what fails, and expectations that are tests.

Every run of pytest imports this module, also one that has nothing to do with networks. So it holds the hooks alone,
and what they need is imported when a test asks for it.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reachsim.network import Network

_MARK, _FIXTURE = "reachsim", "reachsim_net"
_MODEL, _FILES, _FIXES = "reachsim_model", "reachsim_files", "reachsim_fixes"
_KNOWN = pytest.StashKey[dict[tuple[Path, int, int], Any]]()
"""Networks that were loaded, by file, time of change and size: they never change, so tests can share them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings of the ini file."""
    parser.addini(_MODEL, "the design that the fixture reachsim_net loads, seen from the ini file's folder", default="")
    parser.addini(
        _FILES, "designs whose expectations are tests: names or patterns", type="args", default=["*.reach.yaml"]
    )
    parser.addini(_FIXES, "whether a failure looks for the proven fix, which takes time", type="bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARK}(file): the design that the fixture reachsim_net loads, seen from the test's folder; "
        "also on every expectation of a design that is collected as a test",
    )
    config.stash[_KNOWN] = {}


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A design whose expectations are tests."""
    if not any(file_path.match(pattern) for pattern in parent.config.getini(_FILES)):
        return None
    from reachsim.testing.collect import DesignFile

    return DesignFile.from_parent(parent, path=file_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The design that a marker names, as a parameter of the fixture, which lives longer than one test and sees no marker."""
    mark = metafunc.definition.get_closest_marker(_MARK)
    if _FIXTURE in metafunc.fixturenames and mark is not None and mark.args:
        path = metafunc.definition.path.parent / mark.args[0]
        metafunc.parametrize(_FIXTURE, [path], ids=[str(mark.args[0])], indirect=True, scope="session")


@pytest.fixture(scope="session")
def reachsim_net(request: pytest.FixtureRequest) -> Network:
    """The network of the design that the marker `reachsim` names, or else of the setting `reachsim_model`.

    For all tests, as it never changes: what is made for one test alone Hypothesis refuses beside `@given`.
    """
    config = request.config
    if hasattr(request, "param"):
        path = request.param
    elif config.getini(_MODEL):
        path = (config.inipath.parent if config.inipath else config.rootpath) / config.getini(_MODEL)
    else:
        pytest.fail(
            f'no design to load: mark the test with @pytest.mark.{_MARK}("FILE"), '
            f"or write {_MODEL} = FILE in the ini file of pytest",
            pytrace=False,
        )
    return _loaded(path, config.stash[_KNOWN])


def _loaded(path: Path, known: dict[tuple[Path, int, int], Any]) -> Network:
    from reachsim.errors import ReachsimError
    from reachsim.network import load
    from reachsim.testing.paths import seen_from_here

    try:
        state = path.stat()
        key = (path.resolve(), state.st_mtime_ns, state.st_size)
        if key not in known:
            known[key] = load(seen_from_here(path))
        network: Network = known[key]
        return network
    except ReachsimError as error:
        pytest.fail(str(error), pytrace=False)
    except OSError as error:
        pytest.fail(f"{path}: cannot be read: {error.strerror or error}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell why an assertion about a network failed, first of all."""
    import sys

    # Only a test that loaded a network has this module, so others pay nothing.
    if "reachsim.network" not in sys.modules:
        return (yield)
    from reachsim.testing import screen

    excinfo = screen.error_of(item, call)
    texts = [] if excinfo is None else screen.reasons(excinfo, item.config.getini(_FIXES))
    if excinfo is not None and texts:
        screen.begin_in_the_test(item, excinfo)
    report = yield
    if excinfo is not None and texts:
        screen.put_first(report, item.config.getoption("tbstyle", "auto"), texts, excinfo.value)
    return report
