"""What a guest in a notebook relies on: every answer compares, is plain data and rows; names that the tab key completes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.models import shared

import reachsim
from reachsim import cidr
from reachsim.errors import EndpointError
from reachsim.faces import REPR_LENGTH
from reachsim.named import Named
from reachsim.testing import laws, strategies

ROOT = Path(__file__).parents[1]


def model(name: str) -> reachsim.Network:
    return shared(ROOT / "models" / f"{name}.yaml")


def every_answer() -> dict[str, Any]:
    """One answer to every question, of networks that are loaded anew."""
    found, shop = model("vpc-lambda-as-found"), model("three-tier")
    question = ("fetch", "www.google.com", "tcp/443")
    matrix = shop.matrix()
    return {
        "trace": found.trace(*question),
        "reach": shop.reach("app-a", "db-a"),
        "check": found.check(),
        "matrix": matrix,
        "grouped": matrix.by("subnet", "tcp/22"),
        "slice": matrix["tcp/22"],
        "who": shop.who_reaches("db-a"),
        "what": shop.reaches_what("app-a"),
        "exposure": shop.exposure(),
        "isolation": shop.isolated("app-a", "db-a"),
        "difference": reachsim.diff(found, model("vpc-lambda-repaired")),
        "dead ends": model("10-nat-instance-in-its-clients-subnet-as-found").dead_ends(),
        "idle rules": model("15-acl-deny-shadows-allow-as-found").idle_rules(),
        "findings": model("15-acl-deny-shadows-allow-as-found").findings(),
        "lint": found.lint(),
        "explanation": found.explain(*question),
        "fixes": found.fixes(*question),
        "fix": found.fixes(*question).best,
        "plan of fixes": found.fix_all(),
        "lambda addresses": model("lambda-one-off-groups").lambda_addresses(),
        "sessions": model("22-session-manager-private-dns-off-as-found").session_manager(),
        "address plan": cidr.plan_file(str(ROOT / "models/plans/three-vpcs.yaml")),
        "overlaps": cidr.find_overlaps(cidr.read_sources([str(ROOT / "models/plans/today.txt")]).entries, []),
        "block": cidr.describe(cidr.Cidr.parse("10.0.0.0/24")),
    }


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return every_answer()


def test_every_answer_compares(answers: dict[str, Any]) -> None:
    again = every_answer()
    for name, answer in answers.items():
        assert answer == again[name], name
        assert hash(answer) == hash(again[name]), name
        assert answer != object(), name
        assert not any(answer == other for key, other in answers.items() if key != name), name


def test_every_answer_is_plain_data(answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        data = answer.to_dict()
        assert json.loads(json.dumps(data)) == json.loads(json.dumps(data)), name
        assert isinstance(data, dict), name
        assert data, name


def test_every_answer_is_rows(answers: dict[str, Any]) -> None:
    """Records of the same keys, each value one that a column takes."""
    for name, answer in answers.items():
        rows = answer.to_rows()
        assert rows or name == "overlaps", name
        assert len({tuple(row) for row in rows}) <= 1, name
        for row in rows:
            assert all(value is None or isinstance(value, str | int | float | bool) for value in row.values()), (
                name,
                row,
            )


def test_every_answer_is_one_line_at_a_prompt(answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        assert repr(answer).isprintable(), name
        assert len(repr(answer)) <= REPR_LENGTH, name
        assert str(answer), name


def test_rows_say_what_the_answer_says(answers: dict[str, Any]) -> None:
    rows = {name: answer.to_rows() for name, answer in answers.items()}
    assert [(row["leg"], row["hop"], row["action"]) for row in rows["trace"]][7] == ("forward", 8, "drop")
    assert [row["number"] for row in rows["check"] if row["verdict"] == "fails"] == [1, 4, 5]
    stopped = [row["witness"] for row in rows["check"] if row["verdict"] == "fails"]
    assert stopped == [str(each.witness.packet) for each in answers["check"].failures]
    assert rows["slice"] == [
        {"from": "shop.bastion", "to": "shop.app-a", "traffic": "tcp/22"},
        {"from": "shop.bastion", "to": "shop.app-b", "traffic": "tcp/22"},
    ]
    assert [(row["from"], row["to"], row["pairs"], row["of"]) for row in rows["grouped"]] == [
        ("shop.web-a", "shop.app-a", 1, 3),
        ("shop.web-a", "shop.app-b", 1, 3),
    ]
    assert [(row["source"], row["witness"]) for row in rows["isolation"]] == [
        ("shop.app-a", "tcp 10.40.16.20:50000 -> 10.40.32.30:5432")
    ]
    assert {(row["name"], row["free"]) for row in rows["lambda addresses"]} == {
        ("orders.functions-a", -1),
        ("orders.functions-b", -1),
    }
    assert [row["name"] for row in rows["sessions"] if row["met"] == "missing"] == ["ssm", "ssmmessages"]
    assert {row["vpc"] for row in rows["address plan"]} == {"orders", "payments", "shared"}
    assert [row["number"] for row in rows["plan of fixes"]] == [1, 4]  # 5 holds by the edit for 4


# -- names --------------------------------------------------------------------------------------------------


def test_interfaces_by_name() -> None:
    shop = model("three-tier")
    assert list(shop.interfaces) == list(shop.topology.interfaces)
    web = shop.interfaces["web-a"]
    assert web == shop.interfaces["shop.web-a"] == shop.interfaces.web_a == shop.interfaces.shop_web_a
    assert (web.kind, web.subnet, web.addresses, web.public) == (
        "instance", "shop.web-a", ("10.40.0.20",), ("203.0.113.41",),
    )  # fmt: skip
    assert str(web) == "shop.web-a: instance in shop.web-a, 10.40.0.20, public 203.0.113.41"
    assert web.where.endswith(f":{shop.source.line(shop.topology.interfaces['shop.web-a'].path)}")
    assert "web-a" in shop.interfaces
    assert "web-c" not in shop.interfaces
    assert shop.interfaces.get("web-c") is None
    with pytest.raises(KeyError, match="did you mean 'web-a'"):
        shop.interfaces["web-aa"]
    assert shop.interfaces.to_rows()[0]["addresses"] == "10.40.0.10"
    assert "203.0.113.41" in shop.interfaces._repr_html_()


def test_an_interface_is_asked_about_as_its_name_is() -> None:
    shop = model("three-tier")
    app, db = shop.interfaces.app_a, shop.interfaces.db_a
    assert shop.trace(app, db, "tcp/5432") == shop.trace("shop.app-a", "shop.db-a", "tcp/5432")
    assert shop.expect(app, db, allow="tcp/5432", one_way=True)
    assert shop.reach(app, shop.endpoints.db_a) == shop.reach("app-a", "db-a")
    assert shop.who_reaches(db) == shop.who_reaches("db-a")
    assert not shop.isolated(app, db)


@pytest.mark.parametrize("name", ["three-tier", "vpc-lambda-as-found", "hub-and-spoke"])
def test_every_endpoint_can_be_asked_for(name: str) -> None:
    net = model(name)
    assert "internet" in net.endpoints
    assert {*net.topology.interfaces} - {i.name for i in net.topology.interfaces.values() if i.shared} <= {
        *net.endpoints
    }
    for key, endpoint in net.endpoints.items():
        assert endpoint == net.endpoint(key)
    for key in net.endpoints._ipython_key_completions_():
        assert net.endpoints[key].name
    assert len(net.endpoints.to_rows()) == len(net.endpoints)


def test_functions_hosts_and_services_are_endpoints() -> None:
    net = model("vpc-lambda-as-found")
    assert {"fetch", "fetch:prod", "front", "www.google.com", "internet", "app.probe"} <= {*net.endpoints}
    assert net.endpoints.fetch_prod == net.endpoint("fetch:prod")
    assert net.endpoints.probe.kind == "instance"
    assert "google.com" not in net.endpoints  # a bare name is of a VPC
    assert "service:ssm" in model("22-session-manager-private-dns-off-as-found").endpoints


def test_what_could_mean_two_things_is_no_attribute() -> None:
    names = Named(
        "thing", {"a.x": "x", "b.x": "x", "a.y-z": "y-z", "a.y_z": "y_z", "a.get": "get", "a.if": "if", "a.1": "1"},
        str.upper, lambda each: {"name": each},
    )  # fmt: skip
    assert names["a.x"] == "A.X"
    assert names.b_x == "B.X"
    assert names.if_ == "A.IF"
    for attribute in ("x", "y_z", "a_y_z", "1", "nothing", "_private"):
        with pytest.raises(AttributeError):
            getattr(names, attribute)
    assert callable(names.get)
    assert "x" not in names._ipython_key_completions_()
    assert {"b_x", "a_x", "a_get"} <= {*dir(names)}
    assert "a_y_z" not in dir(names)
    assert not [name for name in dir(names) if not name.isidentifier()]


@pytest.mark.parametrize(
    ("written", "told"),
    [("db", "did you mean db_1, db_2\\?"), ("wbe", "did you mean web\\?"), ("zebra", "write \\[NAME\\]")],
)
def test_an_attribute_that_is_nearly_one(written: str, told: str) -> None:
    names = Named("thing", {"a.db/1": "db/1", "a.db/2": "db/2", "a.web": "web"}, str.upper, lambda each: {"name": each})
    with pytest.raises(AttributeError, match=f"no thing here is '{written}' as an attribute; {told}"):
        getattr(names, written)


def test_a_full_name_comes_before_a_bare_one() -> None:
    names = Named("thing", {"x": "", "a.x": "x"}, str.upper, lambda each: {"name": each})
    assert (names["x"], names.x, names.a_x) == ("X", "X", "A.X")
    assert names._ipython_key_completions_() == ["x", "a.x"]


def test_a_name_that_is_ambiguous_is_told() -> None:
    hub = model("hub-and-spoke")
    assert "app" not in hub.endpoints
    with pytest.raises(KeyError, match=r"dev\.app"):
        hub.endpoints["app"]
    with pytest.raises(EndpointError):
        hub.endpoint("app")


def test_the_tab_key_offers_questions_alone() -> None:
    net = model("three-tier")
    offered = dir(net)
    assert offered == sorted(offered)
    assert all(hasattr(net, name) and not name.startswith("_") for name in offered)
    assert not {
        "book",
        "templates",
        "topology",
        "ends",
        "worker",
        "policy",
        "source",
        "locate",
        "replay",
        "rows_between",
        "new_worker",
    } & {*offered}
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    asked = set(re.findall(r"(?<!\.)\b(?:net|shop|hub|fixed|wider)\.([a-z]\w*)\(", page))
    assert len(asked) > 12
    assert asked <= {*offered}


def test_the_tab_key_offers_what_is_for_guests() -> None:
    net = model("three-tier")
    for value in (net.matrix(), net.endpoint("web-a")):
        assert all(hasattr(value, name) and not name.startswith("_") for name in dir(value))
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert {*re.findall(r"\bmatrix\.([a-z]\w*)\(", page)} <= {*dir(net.matrix())}
    assert not {"atoms", "book", "answers"} & {*dir(net.matrix())}
    assert dir(laws) == sorted(laws.__all__)
    assert dir(strategies) == sorted(strategies.__all__)


def test_a_picture_is_a_value() -> None:
    net = model("three-tier")
    assert (net.draw(), hash(net.draw())) == (net.draw(), hash(net.draw()))


# -- what makes no sense ------------------------------------------------------------------------------------

WRONG = [None, 5, 5.5, b"web-a", ["web-a"], {"vpc": 5}, object(), True]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_a_wrong_type_is_told_in_one_line(wrong: Any) -> None:
    """With what was meant; never a traceback out of the inside."""
    net = model("three-tier")
    matrix, change = net.matrix(), reachsim.diff(net, net)
    questions = {
        "trace": lambda: net.trace(wrong, "db-a", "tcp/1"),
        "traffic": lambda: net.trace("web-a", "db-a", wrong),
        "reach": lambda: net.reach("web-a", wrong),
        "expect": lambda: net.expect("web-a", wrong, deny="all"),
        "who": lambda: net.who_reaches(wrong),
        "explain": lambda: net.explain("web-a", "db-a", wrong),
        "fixes": lambda: net.fixes("web-a", "db-a", wrong),
        "isolated": lambda: net.isolated(wrong, "db-a"),
        "by": lambda: matrix.by(wrong),
        "to_rows": lambda: matrix.to_rows("vpc", wrong if wrong is not None else 0),
        "diff": lambda: reachsim.diff(net, wrong),
        "not_allowed": lambda: change.not_allowed(wrong if wrong != ["web-a"] else [5]),
        "loads": lambda: reachsim.loads(wrong if not isinstance(wrong, bytes) else 0),
        "interfaces": lambda: net.interfaces[wrong],
    }
    for name, ask in questions.items():
        with pytest.raises(reachsim.ReachsimError) as caught:
            ask()
        assert "\n" not in str(caught.value), name
        assert len(str(caught.value)) < 200, (name, str(caught.value))
    assert wrong not in net.endpoints


def test_what_is_allowed_is_a_token_too() -> None:
    before = model("three-tier")
    after = before.with_({"vpcs.shop.security_groups.app.ingress[2]": {"allow": "tcp/9100", "from": "bastion"}})
    change = reachsim.diff(before, after)
    assert change.not_allowed("tcp/9100") == change.not_allowed(["tcp/9100", "udp/53"]) == ()
    assert change.not_allowed("tcp/9101") == change.opened
    assert change.not_allowed([]) == change.opened
