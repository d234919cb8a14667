"""Edits of a file's text: only what is edited changes, and what comes out says just what the edited values say."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.networks import laws

import reachsim
from reachsim.loading.document import read_document
from reachsim.loading.flow_style import scalar
from reachsim.loading.patch import Patch, as_edits, changed, patched, write_patch
from reachsim.resources.mending import KeyChange

TEXT = """\
# a design
vpcs:
  app:
    cidrs: [10.0.0.0/16]   # one
    route_tables:
      main: {}
      private: {0.0.0.0/0: igw}  # way out
      empty:
      long: {
        0.0.0.0/0: igw,
        10.1.0.0/16: peer   # the last
      }
    security_groups:
      web: {}
      db:
        ingress:
          - {allow: all, from: web}   # first
          - allow: tcp/1
            from: 'x'

    instances:
      nat:
        subnet: a   # last

      # tail
"""
APP = ("vpcs", "app")


def lines(*changes: KeyChange, text: str = TEXT) -> tuple[list[str], list[str]]:
    """Lines that are gone, and lines that are new."""
    diff = patched(text, changes, "f.yaml").diff.splitlines()[2:]
    return [d[1:] for d in diff if d.startswith("-")], [d[1:] for d in diff if d.startswith("+")]


@pytest.mark.parametrize(
    ("change", "gone", "new"),
    [
        (KeyChange((*APP, "route_tables", "main", "::/0"), "igw"), ["      main: {}"], ['      main: {"::/0": igw}']),
        (
            KeyChange((*APP, "route_tables", "private", "10.1.0.0/16"), "peer"),
            ["      private: {0.0.0.0/0: igw}  # way out"],
            ["      private: {0.0.0.0/0: igw, 10.1.0.0/16: peer}  # way out"],
        ),
        (
            KeyChange((*APP, "route_tables", "private", "0.0.0.0/0"), "nat"),
            ["      private: {0.0.0.0/0: igw}  # way out"],
            ["      private: {0.0.0.0/0: nat}  # way out"],
        ),
        (
            KeyChange((*APP, "route_tables", "empty", "0.0.0.0/0"), "igw"),
            ["      empty:"],
            ["      empty: {0.0.0.0/0: igw}"],
        ),
        (
            KeyChange((*APP, "route_tables", "long", "10.2.0.0/16"), "tgw"),
            ["        10.1.0.0/16: peer   # the last"],
            ["        10.1.0.0/16: peer,", "        10.2.0.0/16: tgw   # the last"],
        ),
        (
            KeyChange((*APP, "cidrs"), "100.64.0.0/16", "add"),
            ["    cidrs: [10.0.0.0/16]   # one"],
            ["    cidrs: [10.0.0.0/16, 100.64.0.0/16]   # one"],
        ),
        (
            KeyChange((*APP, "security_groups", "db", "ingress"), {"allow": "tcp/2", "from": "10.0.0.0/8"}, "add"),
            [],
            ["          - {allow: tcp/2, from: 10.0.0.0/8}"],
        ),
        (
            KeyChange((*APP, "security_groups", "db", "egress"), {"allow": "tcp/2", "to": "web"}, "add"),
            [],
            ["        egress:", "          - {allow: tcp/2, to: web}"],
        ),
        (
            KeyChange((*APP, "security_groups", "web", "ingress"), {"allow": "tcp/2", "from": "db"}, "add"),
            ["      web: {}"],
            ["      web: {ingress: [{allow: tcp/2, from: db}]}"],
        ),
        (
            KeyChange((*APP, "security_groups", "db", "ingress", 0), None, "remove"),
            ["          - {allow: all, from: web}   # first"],
            [],
        ),
        (
            KeyChange((*APP, "security_groups", "db", "ingress", 1), None, "remove"),
            ["          - allow: tcp/1", "            from: 'x'"],
            [],
        ),
        (
            KeyChange((*APP, "security_groups", "db", "ingress", 1, "from"), "y"),
            ["            from: 'x'"],
            ["            from: 'y'"],
        ),
        (KeyChange((*APP, "instances", "nat", "source_dest_check"), False), [], ["        source_dest_check: false"]),
        (
            KeyChange((*APP, "instances", "nat", "subnet"), "b"),
            ["        subnet: a   # last"],
            ["        subnet: b   # last"],
        ),
        (
            KeyChange(("peering_connections", "p"), {"requester": "a", "accepter": "b"}),
            [],
            ["peering_connections:", "  p: {requester: a, accepter: b}"],
        ),
    ],
)
def test_only_what_is_edited_changes(change: KeyChange, gone: list[str], new: list[str]) -> None:
    assert lines(change) == (gone, new)


def test_several_changes_at_once() -> None:
    rules = (*APP, "security_groups", "web", "ingress")
    one, other = ({"allow": token, "from": "db"} for token in ("tcp/2", "tcp/3"))
    assert lines(KeyChange(rules, one, "add"), KeyChange(rules, other, "add")) == (
        ["      web: {}"],
        ["      web: {ingress: [{allow: tcp/2, from: db}, {allow: tcp/3, from: db}]}"],
    )


def test_the_line_ends_of_the_file_stay() -> None:
    patch = patched(TEXT.replace("\n", "\r\n"), [KeyChange((*APP, "instances", "nat", "nat"), True)], "f.yaml")
    assert "        subnet: a   # last\r\n        nat: true\r\n" in patch.after
    assert patch.after.count("\n") == patch.after.count("\r\n")


def test_a_file_without_a_last_line_break() -> None:
    assert patched("a: {}\nb:\n  c: 1", [KeyChange(("b", "d"), 2)], "f").after == "a: {}\nb:\n  c: 1\n  d: 2"


def test_a_literal_block_ends_where_its_text_does() -> None:
    text = "a:\n  why: |\n    first\n    second\nb: 1\n"
    assert patched(text, [KeyChange(("a", "c"), 2)], "f").after == "a:\n  why: |\n    first\n    second\n  c: 2\nb: 1\n"


def test_the_only_item_of_a_block_list_leaves_an_empty_list() -> None:
    text = "a:\n  - x: 1\nb: 2\n"
    assert patched(text, [KeyChange(("a", 0), None, "remove")], "f").after == "a: []\nb: 2\n"


def test_what_an_alias_shares_is_not_patched() -> None:
    text = "a: &x {p: 1}\nb: *x\n"
    with pytest.raises(reachsim.UsageError, match=r"cannot be patched at b\.p; edit it by hand"):
        patched(text, [KeyChange(("b", "p"), 2)], "f.yaml")


def test_a_path_that_leads_nowhere() -> None:
    with pytest.raises(reachsim.UsageError, match=r"nothing at vpcs\.app\.cidrs\.x to edit"):
        patched(TEXT, [KeyChange((*APP, "cidrs", "x"), 1)], "f.yaml")


@pytest.mark.parametrize("scalar", ["bidirectional", "", True, 1])
def test_a_scalar_has_no_keys(scalar: Any) -> None:
    """A text is no list of pairs, so that an edit which needs another one before it leads nowhere."""
    with pytest.raises(KeyError):
        changed({"a": scalar}, [KeyChange(("a", "b", "c"), 1)])


NAMES = st.sampled_from(["a", "b", "10.0.0.0/8", "::/0", "no", "1", "x y", "it's", "#"])
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 9), NAMES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every key path inside a value."""
    out: list[tuple[str | int, ...]] = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        out += places(inner, (*path, key))
    return out


def written(value: Any, style: bool | None) -> str:
    """A value as YAML, by the library that we did not write."""
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, default_flow_style=style, allow_unicode=True))


def one_change(pick: st.DataObject, data: Any, new: Any) -> KeyChange:
    """A change of something in a value."""
    path = pick.draw(st.sampled_from(places(data)))
    action = pick.draw(st.sampled_from(["set", "remove", "new key"]))
    if action == "new key" and isinstance(path[-1], str):
        path = (*path[:-1], "fresh")
    return KeyChange(path, None, "remove") if action == "remove" else KeyChange(path, new)


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.sampled_from([False, None, True]), VALUES, st.data())
@laws(50)
def test_several_changes_say_what_each_in_its_turn_does(
    data: dict[str, Any], style: bool | None, new: Any, pick: st.DataObject
) -> None:
    """Changes that have nothing to do with each other are made at once: the text is the same, whoever comes first."""
    text = written(data, style)
    changes = [one_change(pick, data, new)]
    after: Any = changed(read_document(text, file="f").data, changes)
    if places(after):
        changes.append(one_change(pick, after, [new, 1]))
    assert_same_in_turn(text, changes)


def assert_same_in_turn(text: str, changes: list[KeyChange]) -> None:
    """Holds a patch of several changes against patches of one each."""
    try:
        stepwise = text
        for change in changes:
            stepwise = patched(stepwise, [change], "f").after
    except reachsim.UsageError:
        return
    assert patched(text, changes, "f").after == stepwise


APART = [
    KeyChange((*APP, "security_groups", "db", "ingress"), {"allow": "udp/1", "from": "web"}, "add"),
    KeyChange((*APP, "security_groups", "db", "ingress", 0, "allow"), "tcp/9"),
    KeyChange((*APP, "security_groups", "db", "ingress", 0), None, "remove"),
    KeyChange((*APP, "security_groups", "web", "egress"), [{"allow": "all", "to": "db"}]),
    KeyChange((*APP, "route_tables", "private", "0.0.0.0/0"), "nat"),
    KeyChange((*APP, "route_tables", "private", "0.0.0.0/0"), None, "remove"),
    KeyChange((*APP, "route_tables", "fresh", "::/0"), "igw"),
    KeyChange((*APP, "route_tables", "empty"), {"::/0": "igw"}),
    KeyChange((*APP, "instances", "nat", "source_dest_check"), False),
    KeyChange((*APP, "cidrs", 0), "10.9.0.0/16"),
    KeyChange(("vpcs", "other"), {"cidrs": ["10.8.0.0/16"]}),
]


@pytest.mark.parametrize("number", range(len(APART)))
def test_changes_that_are_apart_or_beside_each_other(number: int) -> None:
    """Of the same design: in one list, in one mapping, in what another one takes away, in what nobody else touches."""
    one = APART[number]
    for other in APART:
        assert_same_in_turn(TEXT, [one, other])


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), st.sampled_from([False, None, True]), VALUES, st.data())
@laws(50)
def test_a_patched_text_reads_as_the_edited_values(
    data: dict[str, Any], style: bool | None, new: Any, pick: st.DataObject
) -> None:
    text = written(data, style)
    change = one_change(pick, data, new)
    try:
        patch = patched(text, [change], "f")
    except reachsim.UsageError:  # never a wrong text in place of it
        assert change.action == "remove"
        return
    assert read_document(patch.after, file="f").data == changed(read_document(text, file="f").data, [change])


@given(st.text(max_size=8))
@laws(50)
def test_a_scalar_is_read_as_the_text_that_it_is(text: str) -> None:
    try:
        data = read_document(f"a: [{scalar(text)}]\n", file="f").data
    except reachsim.DesignError:
        assert any(not character.isprintable() for character in text)
        return
    assert data == {"a": [text]}


def test_what_holds_lists_of_words_stays_in_one_line() -> None:
    """As people write it; what holds further mappings is set line by line."""
    flat = patched("a: 1\n", [KeyChange(("new",), {"cidrs": ["10.0.0.0/16"], "zones": ["a"]})], "f")
    assert flat.after == "a: 1\nnew: {cidrs: [10.0.0.0/16], zones: [a]}\n"
    deep = patched("a: 1\n", [KeyChange(("new",), {"name": "x", "rules": [{"allow": "all"}]})], "f")
    assert deep.after == "a: 1\nnew:\n  name: x\n  rules:\n    - {allow: all}\n"


def test_edits_for_a_copy_say_the_same() -> None:
    data = {"a": {"list": [1]}, "none": None}
    changes = [
        KeyChange(("a", "list"), 2, "add"),
        KeyChange(("a", "list"), 3, "add"),
        KeyChange(("none", "x"), 1),
        KeyChange(("new", "y"), 2),
    ]
    assert as_edits(data, changes) == {
        ("a", "list", 1): 2, ("a", "list", 2): 3, ("none",): {"x": 1}, ("new",): {"y": 2},
    }  # fmt: skip
    assert data == {"a": {"list": [1]}, "none": None}


# -- writing ----------------------------------------------------------------------------------------------------------


def test_writing_keeps_the_mode_the_link_and_the_mark(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"\xef\xbb\xbfa: 1\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_patch(Patch(str(link), "a: 1\n", "a: 2\n"), link)
    assert link.is_symlink()
    assert real.read_bytes() == b"\xef\xbb\xbfa: 2\n"
    assert os.name == "nt" or stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_nothing_is_written_over_a_file_that_changed(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("a: 3\n")
    with pytest.raises(reachsim.UsageError, match="changed in the meantime; nothing was written"):
        write_patch(Patch("f.yaml", "a: 1\n", "a: 2\n"), file)
    assert file.read_text() == "a: 3\n"


def test_a_failed_write_leaves_the_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"a: 1\n")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(reachsim.UsageError, match="cannot be written: No space left on device; it is as it was"):
        write_patch(Patch("f.yaml", "a: 1\n", "a: 2\n"), file)
    assert [p.name for p in tmp_path.iterdir()] == ["f.yaml"]
    assert file.read_bytes() == b"a: 1\n"
