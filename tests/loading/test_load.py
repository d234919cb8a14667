import pytest
from tests.designs import BASE
from tests.oracle.text import write_yaml

import reachsim
from reachsim.errors import DesignError
from reachsim.loading.load import load_design, load_source, loads_source

TEXT = write_yaml(BASE)


def test_a_file_a_text_and_bytes_are_the_same_design(tmp_path):
    path = tmp_path / "base.yaml"
    path.write_text(TEXT)
    assert load_design(path) == loads_source(TEXT).design == loads_source(TEXT.encode()).design
    assert load_source(path).file == str(path)
    assert loads_source(TEXT).file == "<text>"


def test_where_something_is_written():
    source = loads_source(TEXT)
    line = source.line(("vpcs", "app", "instances", "db"))
    assert line is not None
    assert "db:" in TEXT.splitlines()[line - 1] or "subnet: isolated" in TEXT.splitlines()[line - 1]
    assert source.line(()) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "version: 2", "version: '1'", "nonsense", "version: 1\nvpc: {}", "\x00", "a: [", "a: 1\na: 2"],
)
def test_anything_else_is_a_design_error_with_a_place(text):
    with pytest.raises(DesignError) as caught:
        reachsim.loads(text, file="x.yaml")
    assert str(caught.value).startswith("x.yaml")


def test_no_such_file():
    with pytest.raises(DesignError, match=r"/nowhere/x\.yaml"):
        reachsim.load("/nowhere/x.yaml")
