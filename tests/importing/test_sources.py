"""Files to documents, and who reads them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from reachsim.errors import DesignError, UsageError
from reachsim.importing import import_files, readers
from reachsim.importing.inventory import Inventory, Item, Origin
from reachsim.importing.options import Options
from reachsim.importing.readers import Reader, reader_of
from reachsim.importing.sources import Source, decoded, read_source, sources
from reachsim.loading.tree import MAX_DEPTH

VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_may_be_in_the_encodings_that_shells_write(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "é.json"
    file.write_bytes(json.dumps({"name": "é"}, ensure_ascii=False).encode(encoding))
    assert read_source(file).data == {"name": "é"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": {"Vpcs": [], "Vpcs": []}}', "the key 'Vpcs' appears twice in one object"),
        ('{"a": {"Region": "x", "Vpcs": [], "Vpcs": []}}', "the key 'Vpcs' appears twice in one object"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested more than 64 deep"),
        ('{"a":' * 100_000, "nested more than 64 deep"),
        (r'{"Vpcs": [{"VpcId": "vpc-\ud800"}]}', r"'\\ud800' is half of a surrogate pair"),
    ],
)
def test_hostile_json_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        decoded(text, "some.json")
    assert str(caught.value).startswith("some.json ")
    assert "\n" not in str(caught.value)


def test_a_character_in_two_escapes_is_one() -> None:
    assert decoded(r'["\ud83d\ude00", "\\ud800"]', "some.json").data == ["\U0001f600", r"\ud800"]


def test_what_is_as_deep_as_is_allowed_is_read() -> None:
    assert decoded("[" * MAX_DEPTH + "]" * MAX_DEPTH, "some.json").not_json == ""


def test_too_many_objects_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reachsim.importing.sources.MAX_NODES", 3)
    assert decoded("[[], {}]", "some.json").data == [[], {}]
    with pytest.raises(UsageError, match="more than 3 objects and lists"):
        decoded("[[], {}, []]", "some.json")


def test_too_large_a_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("reachsim.importing.sources.MAX_BYTES", 1024 * 1024)
    file = tmp_path / "a.json"
    file.write_bytes(b" " * (1024 * 1024 - 2) + b"[]")
    assert read_source(file).data == []
    file.write_bytes(b" " * (1024 * 1024 - 1) + b"[]")
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        read_source(file)


def test_a_binary_plan_says_how_to_show_it(tmp_path: Path) -> None:
    (tmp_path / "tfplan").write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match="terraform show -json"):
        read_source(tmp_path / "tfplan")


def test_a_number_of_thousands_of_digits_is_no_json_that_is_read() -> None:
    assert "digits" in decoded('{"a": ' + "9" * 5000 + "}", "some.json").not_json


def test_null_is_json() -> None:
    assert decoded("null", "some.json") == Source("some.json", "null", None)


def test_a_folder_named_like_a_file_is_read_once(tmp_path: Path) -> None:
    inner = tmp_path / "vpcs.json"
    inner.mkdir()
    (inner / "a.json").write_text("[]")
    assert [Path(each.file).name for each in sources(tmp_path)] == ["a.json"]


def test_the_first_reader_that_recognises_a_file_takes_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read(inventory: Inventory, source: Source, options: Options) -> None:
        vpc = {**VPC, "OwnerId": "111122223333"}
        inventory.add("Vpcs", Item("vpc-1", vpc, Origin(source.file, "")))

    mine = Reader("a mark in YAML", lambda source: source.text.startswith("Mark:"), read)
    monkeypatch.setattr(readers, "READERS", (mine, *readers.READERS))
    (tmp_path / "a.yaml").write_text("Mark: !Ref Something\n")
    (tmp_path / "b.json").write_text(json.dumps({"Vpcs": [VPC]}))
    found = import_files([tmp_path / "a.yaml"])
    assert found.design["vpcs"]["vpc-1"]["account"] == "111122223333"
    assert reader_of(read_source(tmp_path / "b.json")) is readers.READERS[-1]


def test_what_no_reader_recognises_is_an_error_with_the_line() -> None:
    with pytest.raises(DesignError, match=r"a\.yaml: this is neither a design .*as JSON: .*line 1"):
        reader_of(decoded("Mark: something", "a.yaml"))


def test_of_a_folder_what_may_be_ours_is_read_and_nothing_hidden(tmp_path: Path) -> None:
    wanted = ["a.json", "b.yaml", "c.yml", "d.template", "terraform.tfstate"]
    for name in (*wanted, "e.tf", "f.txt", ".terraform/terraform.tfstate", "node_modules/a.json", "b/.git/c.json"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    assert [Path(each.file).name for each in sources(tmp_path)] == wanted


def test_of_a_folder_what_a_link_leads_to_outside_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.json").write_text("{}")
    try:
        (folder / "b.json").symlink_to(tmp_path / "secret.json")
        (folder / "c.json").symlink_to(folder / "a.json")
    except OSError:
        pytest.skip("this system makes no links")
    assert [Path(each.file).name for each in sources(folder)] == ["a.json", "c.json"]


def test_a_folder_that_goes_away_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Path, pattern: str) -> None:
        raise FileNotFoundError(2, "No such file or directory", "there/x")

    monkeypatch.setattr(Path, "rglob", gone)
    with pytest.raises(UsageError, match=r"^there/x cannot be read: No such file or directory$"):
        list(sources(tmp_path))


def test_what_only_lies_in_a_folder_is_told_and_what_is_named_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"Vpcs": [VPC]}))
    (tmp_path / "expectations.yaml").write_text("expect: []\n")
    found = import_files([tmp_path])
    assert [(note.kind, Path(note.what).name) for note in found.notes] == [("not read", "expectations.yaml")]
    with pytest.raises(
        DesignError, match=r"expectations\.yaml: this is neither a design nor anything that can be imported"
    ):
        import_files([tmp_path / "a.json", tmp_path / "expectations.yaml"])


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"Vpcs": [VPC]}).encode())))
    assert str(import_files(["-"]).origins["vpcs", "vpc-1"]) == "<stdin>: Vpcs[0]"
