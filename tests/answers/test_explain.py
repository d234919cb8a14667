"""Explanations: what is innocent is proven, a plain instance shows what a function's part is, tools show what OBS says."""

from __future__ import annotations

import re

import pytest
from tests.designs import ANY, GONE, MIDDLEBOX, NAT_INSTANCE, Changes, group, load

from reachsim.answers.book import Meaning, codes, findings, meaning_of, rule, rules
from reachsim.answers.explain import Explanation
from reachsim.errors import UsageError
from reachsim.rules.codes import Code
from reachsim.rules.lint import LintCode, severity_of

FUNCTION: Changes = {
    "lambda_functions f latest": {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]},
    "lambda_functions f versions": {"1": {}},
    "lambda_functions f aliases": {"prod": "1"},
}
SHUT: Changes = {**group("shut"), "vpcs app instances db security_groups": ["shut"]}
CLOSED_ACL: Changes = {
    "vpcs app subnets isolated network_acl": "strict",
    "vpcs app network_acls strict": {"ingress": [], "egress": [{"rule": 100, "allow": "all", "to": ANY}]},
}
NO_ANSWER: Changes = {
    "vpcs app subnets isolated network_acl": "strict",
    "vpcs app network_acls strict": {"ingress": [{"rule": 100, "allow": "all", "from": ANY}], "egress": []},
}

DOUBTFUL: Changes = {"vpcs app security_groups open ingress": "unknown"}
REGIONAL: Changes = {"vpcs app nat_gateways ngw": {"availability": "regional", "public_ip": "198.51.100.7"}}


def tools(found: Explanation) -> dict[str, str]:
    """What each tool shows."""
    return {tool.name: tool.text for tool in found.tools}


def test_groups_alone_are_to_blame() -> None:
    found = load(SHUT).explain("probe", "db", "tcp/5432")
    assert [(layer.name.partition(" (")[0], layer.innocent) for layer in found.layers] == [
        ("security groups", False),
        ("network ACLs", True),
        ("everything else", True),
    ]
    assert "alone are to blame" in found.layers[0].text


def test_groups_and_acls_together_are_to_blame() -> None:
    found = load(SHUT, CLOSED_ACL).explain("probe", "db", "tcp/5432")
    assert [layer.innocent for layer in found.layers] == [False, False, True]
    assert "in the way, but not alone" in found.layers[0].text
    assert "in the way, but not alone" in found.layers[1].text
    assert len(found.obstacles) == 2


def test_groups_and_acls_are_innocent_where_a_route_is_missing() -> None:
    found = load({"vpcs app route_tables private": {"10.1.0.0/16": "pcx"}}).explain("probe", "www", "tcp/443")
    assert [layer.innocent for layer in found.layers] == [True, False]
    assert "NO_ROUTE_TO_DESTINATION" in found.layers[1].text
    assert found.layers[0].text.endswith("; what lies beyond, and the way back, is not judged")


def test_an_obstacle_has_the_key_to_edit_and_the_reason() -> None:
    found = load(SHUT).explain("probe", "db", "tcp/5432")
    (obstacle,) = found.obstacles
    assert obstacle.key == "vpcs.app.security_groups.shut.ingress"
    assert obstacle.rule is not None
    assert obstacle.rule.name == "SG-1"
    assert obstacle.side == "there"


def test_the_route_that_led_there_is_told() -> None:
    """Without its own route the packet for `data` takes the default route, and the internet gateway has no use of it: that
    route is to blame, and the one behind it led there too."""
    found = load({"vpcs app route_tables private 10.1.0.0/16": GONE}).explain("probe", "10.1.1.80", "tcp/80")
    (obstacle,) = found.obstacles
    assert obstacle.blocker.cause.path == ("vpcs", "app", "route_tables", "private", ANY)
    assert obstacle.led_by == (("vpcs", "app", "route_tables", "public", ANY),)


@pytest.mark.rule("LAMBDA-28")
def test_a_plain_instance_in_place_of_a_stale_alias_gets_through() -> None:
    found = load(FUNCTION).explain("f:prod", "db", "tcp/5432")
    assert found.probe is not None
    assert found.probe.differs
    assert found.probe.trace.reachable
    assert "subnet private of app with security groups client" in found.probe.text
    assert "alias prod of f names version 1" in found.probe.text


def test_a_plain_instance_is_stopped_like_the_function() -> None:
    found = load(FUNCTION, SHUT).explain("f", "db", "tcp/5432")
    assert found.probe is not None
    assert not found.probe.differs
    assert "being a function is not the reason" in found.probe.text


@pytest.mark.rule("LAMBDA-7")
def test_a_plain_instance_with_a_public_address_is_not_what_the_probe_is() -> None:
    public = {**FUNCTION, "lambda_functions f latest subnets": ["public"]}
    found = load(public).explain("f", "www", "tcp/443")
    assert found.probe is not None
    assert found.probe.trace.blockers[0].code == found.trace.blockers[0].code


def test_an_instance_needs_no_probe() -> None:
    assert load(SHUT).explain("probe", "db", "tcp/5432").probe is None


@pytest.mark.rule("OBS-1")
def test_what_a_silent_drop_looks_like() -> None:
    seen = tools(load(SHUT).explain("probe", "db", "tcp/5432"))
    assert seen["netstat"] == "SYN_SENT at the client, nothing at the server"
    assert seen["curl"].startswith("hangs, then Connection timed out")
    assert seen["ping"].startswith("no answer")
    assert seen["traceroute"] == "* * *"


@pytest.mark.rule("OBS-3")
def test_what_a_lost_answer_looks_like() -> None:
    seen = tools(load(NO_ANSWER).explain("probe", "db", "tcp/5432"))
    assert seen["netstat"] == "SYN_SENT at the client, SYN_RECV at the server: its answers are lost"


@pytest.mark.rule("OBS-2")
def test_what_a_refusal_looks_like() -> None:
    seen = tools(load({"vpcs app instances db listens": "tcp/22"}).explain("probe", "db", "tcp/5432"))
    assert seen["curl"] == "Connection refused, at once: the way is open, and no process listens on port 5432"


@pytest.mark.rule("OBS-7")
@pytest.mark.rule("OBS-9")
def test_traceroute_shows_the_nat_gateway_and_the_target() -> None:
    seen = tools(load().explain("probe", "www", "tcp/443"))
    assert seen["traceroute"] == "10.0.0.5 (app.ngw), then 203.0.113.9"
    assert seen["curl"] == "connects"
    assert seen["netstat"] == "ESTABLISHED at both ends"


@pytest.mark.rule("OBS-9")
@pytest.mark.parametrize(
    ("changes", "question", "shown"),
    [
        # Who translates or forwards has a name, and so has the target, by the address that was asked for.
        (NAT_INSTANCE, ("probe", "www"), "10.0.0.10 (app.nat), then 203.0.113.9"),
        (MIDDLEBOX, ("probe", "db"), "10.0.0.10 (app.nat), then 10.0.2.20"),
        ({}, ("internet", "web"), "198.51.100.20"),
        ({}, ("probe", "api"), "10.1.1.80"),
        # Behind them it is lost, or what answers is.
        ({"vpcs app route_tables public": {}}, ("probe", "www"), "10.0.0.5 (app.ngw), then * * *"),
        ({**MIDDLEBOX, **SHUT}, ("probe", "db"), "10.0.0.10 (app.nat), then * * *"),
        ({**MIDDLEBOX, **SHUT, **DOUBTFUL}, ("probe", "db"), "* * *"),  # it may not come so far
        (
            {**NAT_INSTANCE, "vpcs app route_tables public": {ANY: "nat"}},
            ("probe", "www"),
            "10.0.0.10 (app.nat), then * * *",
        ),
        (REGIONAL, ("probe", "www"), "an address of AWS's (app.ngw), then 203.0.113.9"),
        (NO_ANSWER, ("probe", "db"), "* * *"),
    ],
)
def test_traceroute_shows_who_translates_or_forwards_and_the_target(
    changes: Changes, question: tuple[str, str], shown: str
) -> None:
    assert tools(load(changes).explain(*question, "tcp/443"))["traceroute"] == shown


@pytest.mark.rule("OBS-1")
@pytest.mark.rule("OBS-2")
@pytest.mark.parametrize(
    ("changes", "shown", "cited"),
    [
        ({}, "an answer", "OBS-2"),
        ({"vpcs app instances db listens": "tcp/22"}, "ICMP port unreachable: no process listens", "OBS-2"),
        (SHUT, "no answer, until it loses patience", "OBS-1"),
    ],
)
def test_what_a_client_of_udp_sees(changes: Changes, shown: str, cited: str) -> None:
    found = load(changes).explain("probe", "db", "udp/53")
    assert [(tool.text, tool.rule) for tool in found.tools if tool.name == "client"] == [(shown, cited)]
    assert "curl" not in tools(found)


@pytest.mark.rule("OBS-1")
def test_what_ping_shows_of_itself() -> None:
    """Nothing connects, so there is no other tool."""
    seen = tools(load().explain("probe", "db", "icmp/8"))
    assert seen == {"ping": "answers", "traceroute": "10.0.2.20"}
    assert tools(load(SHUT).explain("probe", "db", "icmp/8"))["ping"].startswith("no answer (stopped by app.db ")


@pytest.mark.rule("OBS-1")
def test_ping_says_nothing_where_it_is_not_known() -> None:
    doubtful = group("some", ("tcp/443", ANY), ("unknown", ANY))
    seen = tools(load(doubtful, {"vpcs app instances db security_groups": ["some"]}).explain("probe", "db", "tcp/443"))
    assert seen["curl"] == "connects"
    assert "ping" not in seen


@pytest.mark.rule("OBS-12")
def test_what_a_name_that_does_not_resolve_looks_like() -> None:
    zone: Changes = {"private_hosted_zones corp.internal": {"vpcs": ["app"], "records": {"db": "10.0.2.20"}}}
    seen = tools(load(zone).explain("probe", "db.corp.internal", "tcp/5432"))
    assert seen["curl"] == "Could not resolve host: db.corp.internal, at once"


def test_ping_says_nothing_about_tcp() -> None:
    only = {**group("sql", ("tcp/5432", ANY)), "vpcs app instances db security_groups": ["sql"]}
    seen = tools(load(only).explain("probe", "db", "tcp/5432"))
    assert seen["ping"].endswith("which says nothing about this traffic")


# -- the book ---------------------------------------------------------------------------------------------------------


def test_every_code_of_a_blocker_is_in_the_list_and_every_rule_of_a_code_in_the_book() -> None:
    assert {code.value for code in Code} <= codes().keys()
    for meaning in codes().values():
        assert set(meaning.rules) <= rules().keys()


def test_a_rule_has_its_chapter_its_sources_and_no_marks() -> None:
    found = rule("NATI-1")
    assert found.chapter == "NAT instance"
    assert found.sources[0][1] == "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_NAT_Instance.html"
    assert found.text.startswith("Forwarding needs the source/dest check off")
    assert not found.decision
    assert rule("NATI-3").decision
    assert not any(mark in found.text for found in rules().values() for mark in ("](", "**", "`"))


def test_case_does_not_matter_and_a_near_name_is_told() -> None:
    assert meaning_of("nati-1") is rule("NATI-1")
    assert meaning_of("no_route_to_destination").name == "NO_ROUTE_TO_DESTINATION"
    with pytest.raises(UsageError, match=r"'NATI-77' is neither .*; NATI has NATI-1 to NATI-10$"):
        meaning_of("NATI-77")
    with pytest.raises(UsageError, match=r"; SG has SG-1 to SG-[0-9]+$"):
        meaning_of("SG")
    with pytest.raises(UsageError, match=r"; did you mean SG-1\?$"):
        meaning_of("sg1")
    with pytest.raises(UsageError, match="; reachsim trace prints both"):
        meaning_of("FOO-1")
    for begun in ("NO_ROUTE", "no-route", "No_Route_To"):
        with pytest.raises(UsageError, match=r"did you mean NO_ROUTE_TO_DESTINATION\?"):
            meaning_of(begun)


def test_every_finding_of_lint_has_a_meaning_with_its_weight_and_its_rules() -> None:
    assert findings().keys() == {code.value for code in LintCode}
    for code in LintCode:
        meaning = meaning_of(code.value.lower().replace("_", "-"))
        assert isinstance(meaning, Meaning)
        assert meaning.component == f"finding of lint, {severity_of(code)}"
        assert "`" not in meaning.text
    assert findings()["NAT_CHECK_ON"].rules == ("NATI-1",)


def test_nothing_is_left_of_the_links_of_a_rule() -> None:
    """A link that is a word of a sentence leaves its word; one to a page that the rule was read from leaves nothing."""
    assert "primary address, as Kubernetes nodes do." in rule("WALK-26").text
    for each in rules().values():
        assert not re.search(r" [.,;](?:\s|$)", each.text), each.name
        assert not each.text.endswith((",", " ")), each.name
        assert "](" not in each.text, each.name
