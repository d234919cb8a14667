"""A design comes from a tree with provenance, whoever read it."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reachsim
from reachsim.answers.promised import checked
from reachsim.loading.document import read_document
from reachsim.loading.edits import edited_document
from reachsim.loading.load import check
from reachsim.loading.provenance import Places
from reachsim.loading.tree import Document
from reachsim.network import Network
from reachsim.places import Place

VPC = {
    "cidrs": ["10.0.0.0/16"],
    "subnets": {"a": {"cidr": "10.0.0.0/24"}},
    "security_groups": {"web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]}},
    "instances": {"web": {"subnet": "a", "security_groups": ["web"]}, "client": {"subnet": "a"}},
}
DATA = {"version": 1, "vpcs": {"app": VPC}}
PLACES = {
    ("vpcs", "app"): Place("describe.json", 7, 3),
    ("vpcs", "app", "instances", "web"): Place("describe.json", 12, 5),
}


def network(data: dict[str, object]) -> Network:
    """What an importer does: plain data, and the places that it knows."""
    return checked(Network(check(Document(data, Places("describe.json", PLACES)))))


def test_a_tree_of_another_reader_is_a_design_like_any_other() -> None:
    net = network(DATA)
    assert net.trace("client", "web", "tcp/443").reachable
    blocker = net.trace("client", "web", "tcp/22").blockers[0]
    assert (blocker.code, blocker.where) == ("ENI_SG_RULES_MISMATCH", "describe.json:7")
    closed = net.with_({"vpcs.app.security_groups.web.ingress": []})
    assert not closed.trace("client", "web", "tcp/443").reachable
    with ThreadPoolExecutor() as executor:
        assert net.matrix(executor=executor).to_dict() == net.matrix().to_dict()


def test_its_problems_stand_at_the_nearest_place_that_the_reader_knows() -> None:
    data = {**DATA, "vpcs": {"app": {**VPC, "instances": {"web": {"subnet": "b"}}}}}
    with pytest.raises(reachsim.DesignError) as error:
        network(data)
    assert [str(problem).split(": ")[0] for problem in error.value.problems] == ["describe.json:12:5"]


def test_places_move_with_an_edit() -> None:
    spots = {("a", 0): (1, 1), ("a", 1): (2, 1), ("a", 2, "b"): (3, 5), ("c",): (4, 1)}
    places = {path: Place("f", *spot) for path, spot in spots.items()}
    document = Document({"a": ["x", "y", {"b": 1}], "c": 2}, Places("f", places))
    edited = edited_document(document, ("a", 1), None)
    assert edited.data == {"a": ["x", {"b": 1}], "c": 2}
    assert [edited.position(path) for path in (("a", 0), ("a", 1, "b"), ("c",), ("d",))] == [
        (1, 1), (3, 5), (4, 1), (1, 1),
    ]  # fmt: skip
    assert edited_document(document, ("c",), {"d": 1}).position(("c", "d")) == (1, 1)


trees = st.recursive(
    st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), trees, min_size=1), st.data())
def test_both_kinds_of_provenance_say_the_same_after_an_edit(tree: dict[str, object], data: st.DataObject) -> None:
    """Of what an edit leaves: marks of a text, and the same places by path."""
    marked = read_document(_yaml(tree), file="f")
    paths = list(_paths(tree))
    placed = Document(tree, Places("f", {path: marked.provenance.place(path) for path in [(), *paths]}))
    path = data.draw(st.sampled_from(paths))
    value = data.draw(st.sampled_from([None, 5, {"a": [1]}]))
    one, other = (edited_document(document, path, value) for document in (marked, placed))
    assert one.data == other.data
    for left in _paths(one.data):
        if left[: len(path)] != path:  # what is new stands somewhere near
            assert one.position(left) == other.position(left)
    again = pickle.loads(pickle.dumps(one))
    assert [again.position(left) for left in _paths(one.data)] == [one.position(left) for left in _paths(one.data)]


def _yaml(tree: object) -> str:
    """Flow style, over lines of its own."""
    if isinstance(tree, dict):
        return "{" + ",\n ".join(f"{key}: {_yaml(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ",\n ".join(map(_yaml, tree)) + "]"
    return str(tree)


def _paths(tree: object, above: tuple[str | int, ...] = ()):  # type: ignore[no-untyped-def]
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in entries:
        yield (*above, step)
        yield from _paths(value, (*above, step))


NAMED = {
    ("vpcs", "app"): Place("vpcs.json", name="Vpcs[0]"),
    ("vpcs", "app", "security_groups", "web"): Place("template.yaml", 31, name="WebGroup"),
}


def test_a_place_in_another_file_with_its_name_there_reaches_every_answer() -> None:
    net = checked(Network(check(Document(DATA, Places("two files", NAMED)))))
    blocker = net.trace("client", "web", "tcp/22").blockers[0]
    assert blocker.where == "template.yaml:31 WebGroup"
    assert net.locate(("vpcs", "app", "instances", "web")) == "vpcs.json: Vpcs[0]"
    assert net.locate(("transit_gateways", "x")) == ""
    assert net.source.place(("version",)) == Place("two files")


def test_a_problem_says_where_it_is_in_the_file_that_was_imported() -> None:
    group = {"web": {"ingress": [{"allow": "tcp/443", "from": "nobody"}]}}
    data = {**DATA, "vpcs": {"app": {**VPC, "security_groups": group}}}
    with pytest.raises(reachsim.DesignError) as error:
        check(Document(data, Places("two files", NAMED)))
    (problem,) = error.value.problems
    assert (problem.file, problem.line, problem.name) == ("template.yaml", 31, "WebGroup")
    assert str(problem).startswith("template.yaml:31: WebGroup: vpcs.app.security_groups.web.ingress[0].from: ")


def test_another_place_is_mentioned_by_its_name() -> None:
    taken = {"a": {"subnet": "a", "private_ip": "10.0.0.9"}, "b": {"subnet": "a", "private_ip": "10.0.0.9"}}
    data = {"version": 1, "vpcs": {"app": {"cidrs": ["10.0.0.0/16"], "subnets": VPC["subnets"], "instances": taken}}}
    places = {("vpcs", "app", "instances", "a"): Place("i.json", name="Instances[7]")}
    with pytest.raises(reachsim.DesignError, match=r"already the address of a.* \(i\.json: Instances\[7\]\)"):
        check(Document(data, Places("i.json", places)))
