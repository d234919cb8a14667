"""The JSON of every command: its keys are a promise (docs/cli.md); whoever changes one changes this file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reachsim.cli.main import main

ROOT = Path(__file__).parents[2]
FOUND = "models/vpc-lambda-as-found.yaml"
OVERLAP = "models/18-peering-overlapping-cidrs-as-found.yaml"

PACKET = {"source", "destination", "protocol", "source_port", "destination_port"}
BLOCKER = {"code", "component", "checkpoint", "rule", "rule_id", "text", "leg", "where", "ports", "variant"}
HOP = {"component", "checkpoint", "action", "rule", "rule_id", "where", "before", "after"}
WAY = {"label", "share", "verdict", "delivered", "reachable", "client_ports", "nat", "blockers"}
PROBLEM = {"file", "line", "column", "name", "path", "message", "hint", "code"}
TRACE = {
    "source",
    "destination",
    "traffic",
    "verdict",
    "delivered",
    "reachable",
    "client_sees",
    "undecided",
    "warnings",
    "packet",
    "blockers",
    "forward",
    "reply",
    "ways",
    "notes",
    "listener",
    "beyond",
    "resolved",
}
RESULT = {
    "number",
    "where",
    "source",
    "destination",
    "allow",
    "deny",
    "one_way",
    "why",
    "marked_as_failing",
    "as_marked",
    "verdict",
    "reason",
    "warning",
    "nat",
    "failing",
    "failing_boxes",
    "blockers",
    "witness",
    "notes",
}
SHOWN = {
    "vpcs": {
        "name",
        "cidrs",
        "internet_gateway",
        "egress_only_internet_gateway",
        "block_public_access",
        "where",
        "subnets",
        "not_modelled",
    },
    "interfaces": {
        "name",
        "kind",
        "subnet",
        "addresses",
        "public_ips",
        "security_groups",
        "source_dest_check",
        "client_ports",
        "listens",
        "notes",
        "where",
    },
    "functions": {"name", "memory_mb", "concurrency", "versions", "aliases", "api_gateways", "where"},
    "peerings": {"name", "requester", "accepter", "status", "where"},
    "hosts": {"name", "ip", "listens", "where"},
    "prefix_lists": {"name", "entries", "max_entries", "where"},
    "expectations": {"number", "from", "to", "allow", "deny", "one_way", "nat_loss_below", "why", "fails", "where"},
    "warnings": PROBLEM | {"text"},
    "routes": {"vpc", "name", "subnets", "where", "routes"},
    "acls": {"vpc", "name", "subnets", "where", "ingress", "egress"},
    "groups": {"vpc", "name", "interfaces", "where", "ingress", "egress"},
}


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def keys(items: Sequence[dict[str, Any]]) -> set[str]:
    """The keys of items that all have the same."""
    assert items
    assert len({tuple(item) for item in items}) == 1
    return set(items[0])


def test_check(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "check", FOUND)
    assert set(data) == {
        "format_version",
        "file",
        "ok",
        "holds",
        "fails",
        "undecided",
        "expectations",
        "warnings",
        "not_modelled",
    }
    assert (data["file"], data["ok"], data["holds"], data["fails"], data["undecided"]) == (
        FOUND,
        False,
        4,
        3,
        0,
    )
    assert keys(data["expectations"]) == RESULT
    failing = data["expectations"][3]
    assert failing["where"] == f"{FOUND}:71"
    assert keys([failing["witness"]]) == TRACE
    assert failing["blockers"][0]["code"] == "ENI_SOURCE_DEST_CHECK_RESTRICTION"
    assert data["expectations"][1] | {
        "where": "",
        "reason": "",
    } == {
        "number": 2,
        "where": "",
        "source": "fetch",
        "destination": "partner.api",
        "allow": "tcp/80",
        "deny": None,
        "one_way": False,
        "why": "",
        "marked_as_failing": None,
        "verdict": "holds",
        "reason": "",
        "warning": "",
        "nat": "",
        "failing": "",
        "failing_boxes": [],
        "witness": None,
        "as_marked": True,
        "blockers": [],
        "notes": [],
    }


def test_check_tells_what_was_marked(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "check", OVERLAP)
    marked = [result for result in data["expectations"] if result["marked_as_failing"]]
    assert [(result["verdict"], result["as_marked"]) for result in marked] == [("fails", True)]


def test_trace(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "trace", FOUND, "fetch", "www.google.com", "tcp/443")
    assert set(data) == TRACE | {"format_version", "file", "not_modelled"}
    assert set(data["packet"]) == PACKET
    assert keys(data["blockers"]) == BLOCKER
    assert keys(data["forward"]) == keys(data["reply"]) == HOP
    assert keys(data["ways"]) == WAY
    hop = data["forward"][7]
    assert (hop["component"], hop["action"], hop["where"]) == ("app.nat", "drop", f"{FOUND}:23")
    assert set(hop["before"]) == PACKET


def test_trace_of_icmp(capsys: pytest.CaptureFixture[str]) -> None:
    packet = ask(capsys, "trace", FOUND, "probe", "nat", "icmp/8")["packet"]
    assert packet == {
        "source": "10.0.1.20",
        "destination": "10.0.0.10",
        "protocol": "icmp",
        "icmp_type": 8,
        "icmp_code": 0,
    }


def test_reach(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "reach", FOUND, "probe", "partner.api")
    assert set(data) == {
        "format_version",
        "file",
        "source",
        "destination",
        "traffic",
        "verdict",
        "undecided",
        "passes",
        "partial",
        "nat",
        "missing",
        "one_way",
        "boxes",
        "witness",
        "stops",
        "losses",
        "not_modelled",
    }
    assert (data["verdict"], data["passes"], data["traffic"]) == ("all", "tcp/80", None)
    assert data["boxes"] == [
        {"traffic": "tcp/80", "sources": "10.0.1.20/32", "destinations": "10.1.1.80/32", "client_ports": None}
    ]
    assert set(data["witness"]) == PACKET
    assert keys(data["stops"]) == {
        "leg",
        "component",
        "checkpoint",
        "code",
        "rule",
        "rule_id",
        "where",
        "stops",
        "nat_ports",
    }
    assert ask(capsys, "reach", FOUND, "internet", "probe", "tcp/80")["verdict"] == "nothing"


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "show", FOUND)
    assert set(data) == {"format_version", "file", "name", "region", "not_modelled"} | set(SHOWN)
    for section, expected in SHOWN.items():
        if data[section]:
            assert keys(data[section]) == expected, section
    assert keys(data["vpcs"][0]["subnets"]) == {
        "name",
        "cidr",
        "ipv6_cidr",
        "az",
        "size",
        "free",
        "used",
        "route_table",
        "network_acl",
        "where",
    }
    assert keys(data["functions"][0]["versions"]) == {
        "version",
        "vpc",
        "subnets",
        "security_groups",
        "capacity_provider",
        "interfaces",
        "where",
    }
    assert keys(data["routes"][0]["routes"]) == {
        "destination",
        "target",
        "prefix_list",
        "state",
        "reason",
        "where",
    }
    assert keys(data["groups"][1]["egress"]) == {"rule", "where"}
    assert data["functions"][0]["aliases"] == {"prod": {"1": 1.0}}


def test_show_of_a_choice(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "show", FOUND, "prefix-lists", "hosts")
    assert list(data) == ["format_version", "file", "name", "region", "prefix_lists", "hosts", "not_modelled"]


def test_graph(capsys: pytest.CaptureFixture[str]) -> None:
    data = ask(capsys, "graph", FOUND)
    assert set(data) == {"format_version", "file", "nodes", "edges", "not_modelled"}
    assert keys(data["nodes"]) == {"name", "component", "role"}
    assert keys(data["edges"]) == {"from", "to"}
    names = {node["name"] for node in data["nodes"]}
    assert {end for edge in data["edges"] for end in edge.values()} <= names
    data = ask(capsys, "graph", FOUND, "--from", "probe", "--to", "partner.api")
    assert set(data) == {
        "format_version",
        "file",
        "nodes",
        "edges",
        "from",
        "to",
        "goes",
        "possible",
        "more",
        "not_modelled",
    }
    assert keys(data["goes"]) == {"source", "destination", "checkpoints", "lost", "undecided"}
    assert data["goes"][0]["checkpoints"] in data["possible"]


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    words = set(re.findall(r"`(\w+)`", page))
    for shape in (PACKET, BLOCKER, HOP, WAY, PROBLEM, TRACE, RESULT, *SHOWN.values()):
        assert shape <= words


def test_the_schema_of_the_docs_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    main(["schema"])
    assert capsys.readouterr().out == (ROOT / "docs/schema.json").read_text(encoding="utf-8"), (
        "write it anew: reachsim schema > docs/schema.json"
    )


def test_every_key_of_the_format_is_documented() -> None:
    page = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    words = set(re.findall(r"`(\w+)`", page)) | set(re.findall(r"(\w+): ", page))

    def properties(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(properties, node)) if node else set()
        if not isinstance(node, dict):
            return set()
        own = node.get("properties")
        return (set(own) if isinstance(own, dict) else set()) | properties(list(node.values()))

    schema = json.loads((ROOT / "docs/schema.json").read_text(encoding="utf-8"))
    assert properties(schema) <= words
