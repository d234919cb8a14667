"""Fixes: each is proven on the patched text, breaks nothing, and says what else it opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.designs import ANY, GONE, Changes, acl_of, design, group
from tests.oracle.text import write_yaml

import reachsim
from reachsim.answers.fix import fixes
from reachsim.answers.fixes import Fix, Fixes
from reachsim.loading.patch import as_edits
from reachsim.resources.mending import MENDERS, Case, Edit

ROOT = Path(__file__).parents[2]


def written(*changes: Changes, expect: list[dict[str, Any]] | None = None) -> reachsim.Network:
    """A design by way of its text, in block style."""
    data = design(*changes) | ({} if expect is None else {"expect": expect})
    return reachsim.loads(write_yaml(data), file="design.yaml")


def best(found: Fixes) -> Fix:
    """The first fix, after an independent look at its text: the edits say the same, and the question holds."""
    fix = found.best
    assert fix is not None
    for each in found:
        reloaded = reachsim.loads(each.patch.after)
        expectation = found.result.expectation
        if expectation.allow is not None:
            assert reloaded.trace(expectation.from_, expectation.to, expectation.allow).reachable
    return fix


def values(fix: Fix) -> dict[Any, Any]:
    """What each changed key becomes."""
    return {change.path: change.value for edit in fix.edits for change in edit.changes}


CLOSED: Changes = {**group("shut"), "vpcs app instances db security_groups": ["shut"]}


@pytest.mark.rule("SG-10")
def test_a_rule_by_the_senders_group_in_its_own_vpc() -> None:
    found = written(CLOSED).fixes("probe", "db", "tcp/5432")
    (edit,) = best(found).edits
    (change,) = edit.changes
    assert change.path == ("vpcs", "app", "security_groups", "shut", "ingress")
    assert change.value == {"allow": "tcp/5432", "from": "client"}
    assert best(found).opens == ()


@pytest.mark.rule("NACL-2")
def test_an_acls_rule_names_the_subnet_of_a_peer_whose_address_aws_chooses() -> None:
    """No rule can name an address that the design does not give."""
    closed = acl_of("isolated", ["allow tcp/22 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
    found = written(closed, {"vpcs app instances probe private_ip": GONE}).fixes("probe", "db", "tcp/5432")
    named = [value["from"] for value in values(best(found)).values()]
    assert named == ["10.0.1.0/24"]


@pytest.mark.rule("NACL-2")
def test_an_allow_that_comes_too_late_gets_a_number_before_the_deny() -> None:
    late = acl_of("isolated", ["deny tcp/5432 0.0.0.0/0", "allow all 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
    found = written(late).fixes("probe", "db", "tcp/5432")
    best(found)
    at = ("vpcs", "app", "network_acls", "isolated-acl", "ingress", 1, "rule")
    assert any(0 < values(fix).get(at, 0) < 10 for fix in found)


def test_a_rule_goes_to_and_names_the_group_that_the_fewest_carry() -> None:
    """A rule in a group that everybody carries opens everybody."""
    broad = {**group("all-hosts"), "vpcs app instances db security_groups": ["all-hosts", "shut"]}
    carried: Changes = {
        **broad,
        "vpcs app instances web security_groups": ["all-hosts"],
        "vpcs app instances probe security_groups": ["all-hosts", "client"],
    }
    found = written(CLOSED | carried).fixes("probe", "db", "tcp/5432")
    (change,) = best(found).edits[0].changes
    assert change.path == ("vpcs", "app", "security_groups", "shut", "ingress")
    assert change.value == {"allow": "tcp/5432", "from": "client"}


@pytest.mark.rule("SG-11")
def test_a_rule_by_the_senders_group_over_an_active_peering() -> None:
    shut = {**group("shut", vpc="data"), "vpcs data instances api security_groups": ["shut"]}
    (change,) = best(written(shut).fixes("probe", "api", "tcp/80")).edits[0].changes
    assert change.value == {"allow": "tcp/80", "from": "app.client"}


@pytest.mark.rule("SG-12")
def test_a_rule_by_address_where_no_group_can_be_named() -> None:
    shut = {**group("shut"), "vpcs app instances web security_groups": ["shut"]}
    (change,) = best(written(shut).fixes("www", "web", "tcp/443")).edits[0].changes
    assert change.value == {"allow": "tcp/443", "from": "203.0.113.9/32"}
    (change,) = best(written(shut).fixes("internet", "web", "tcp/443")).edits[0].changes
    assert change.value == {"allow": "tcp/443", "from": "0.0.0.0/0"}


def test_an_address_that_was_only_assigned_is_named_by_nothing() -> None:
    shut = {**CLOSED, "vpcs app instances probe private_ip": GONE}
    peers = [
        change.value["from"]
        for fix in written(shut).fixes("probe", "db", "tcp/5432")
        for change in fix.edits[0].changes
    ]
    assert "client" in peers
    assert not any(str(peer).endswith("/32") for peer in peers)


def test_a_fix_that_breaks_another_promise_is_none() -> None:
    """The default route to the gateway would give `db` the internet, which is forbidden."""
    tables = {"vpcs app subnets isolated route_table": "inside", "vpcs app route_tables inside": {}}
    free = written(tables).fixes("db", "www", "tcp/443")
    assert any("NAT gateway ngw" in str(fix) for fix in free)
    promise = [{"from": "db", "to": "internet", "deny": "udp"}]
    bound = written(tables, expect=promise).fixes("db", "www", "tcp/443")
    assert not any("NAT gateway ngw" in str(fix) for fix in bound)
    for fix in bound:
        assert reachsim.loads(fix.patch.after).check().ok


def test_what_else_is_opened_is_told_exactly() -> None:
    tables = {"vpcs app route_tables private": {"10.1.0.0/16": "pcx"}}
    net = written(tables)
    fix = best(net.fixes("probe", "www", "tcp/443"))
    assert str(fix) == "route 0.0.0.0/0 of table private of app to NAT gateway ngw"
    after = reachsim.loads(fix.patch.after)
    said = {(s, d) for change in fix.opens for s in change.sources for d in change.destinations}
    names = [*net.topology.interfaces, "internet"]
    for source in names:
        for destination in names:
            if source == destination:
                continue
            was, now = net.reach(source, destination), after.reach(source, destination)
            new = now.delivered - was.delivered
            assert bool(new) == ((source, destination) in said), (source, destination)


def test_two_faults_need_two_edits_and_no_third() -> None:
    both = {**CLOSED, "vpcs app subnets isolated network_acl": "strict", "vpcs app network_acls strict": {
        "ingress": [{"rule": 100, "allow": "tcp/5432", "from": "10.0.0.0/16"}], "egress": [],
    }}  # fmt: skip
    found = written(both).fixes("probe", "db", "tcp/5432")
    fix = best(found)
    assert len(fix.edits) == 2
    for edit in fix.edits:
        changes = [change for other in fix.edits if other is not edit for change in other.changes]
        net = written(both)
        fewer = net.with_(as_edits(net.source.document.data, changes))
        assert not fewer.trace("probe", "db", "tcp/5432").reachable


@pytest.mark.rule("NACL-5")
def test_an_answer_is_let_out_to_the_ports_that_the_client_uses() -> None:
    strict = {"vpcs app subnets isolated network_acl": "strict", "vpcs app network_acls strict": {
        "ingress": [{"rule": 100, "allow": "all", "from": "10.0.0.0/16"}], "egress": [],
    }, "vpcs app instances probe client_ports": "32768-60999"}  # fmt: skip
    (change,) = best(written(strict).fixes("probe", "db", "tcp/5432")).edits[0].changes
    assert change.value == {"rule": 100, "allow": "tcp/32768-60999", "to": "10.0.1.10/32"}


@pytest.mark.rule("NACL-2")
def test_a_denial_is_got_past_by_a_lower_number() -> None:
    strict = {"vpcs app subnets isolated network_acl": "strict", "vpcs app network_acls strict": {
        "ingress": [{"rule": 10, "deny": "tcp/5432", "from": ANY}, {"rule": 20, "allow": "all", "from": ANY}],
        "egress": [{"rule": 10, "allow": "all", "to": ANY}],
    }}  # fmt: skip
    (change,) = best(written(strict).fixes("probe", "db", "tcp/5432")).edits[0].changes
    assert change.value == {"rule": 9, "allow": "tcp/5432", "from": "10.0.1.10/32"} or change.value == 9


@pytest.mark.rule("PEER-7")
def test_no_edit_accepts_a_peering_of_blocks_that_overlap() -> None:
    overlap = {
        "vpcs app cidrs": ["10.0.0.0/16", "10.9.0.0/16"],
        "vpcs data cidrs": ["10.1.0.0/16", "10.9.0.0/17"],
        "peering_connections pcx status": "failed",
        "warn": ["PEER-7"],
    }
    found = written(overlap).fixes("probe", "10.1.1.80", "tcp/80")
    assert not any("peering" in str(fix) for fix in found)
    assert "app has 10.9.0.0/16 and data has 10.9.0.0/17" in found.reasons[0]


@pytest.mark.rule("PEER-4")
def test_transit_over_a_peering_is_explained() -> None:
    far: Changes = {"vpcs app route_tables private 10.9.0.0/16": "pcx"}
    found = written(far).fixes("probe", "10.9.0.1", "tcp/80")
    assert not found
    assert found.reasons[0].startswith("a peering leads into the far VPC and nowhere beyond it")


@pytest.mark.rule("LAMBDA-8")
def test_nobody_can_be_helped_to_call_a_function() -> None:
    function: Changes = {
        "lambda_functions f latest": {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}
    }
    found = written(function).fixes("web", "f", "tcp/443")
    assert not found
    assert "invoke it through the Lambda API" in found.reasons[0]


def test_a_promise_that_forbids_is_mended_too() -> None:
    promises = [
        {"from": "internet", "to": "web", "deny": "tcp/22"},
        {"from": "internet", "to": "web", "allow": "tcp/443"},
    ]
    net = written(expect=promises)
    plan = net.fix_all()
    assert plan.ok
    assert plan.whole is not None
    after = reachsim.loads(plan.whole.patch.after)
    assert after.check().ok
    assert after.reach("internet", "web").reachable


def test_there_is_nothing_to_fix_where_it_works() -> None:
    found = written().fixes("probe", "www", "tcp/443")
    assert not found.needed
    assert len(found) == 0
    plan = written(expect=[{"from": "probe", "to": "www", "allow": "tcp/443"}]).fix_all()
    assert plan.ok
    assert plan.whole is None


def test_an_expectation_is_asked_for_by_its_number() -> None:
    net = written(CLOSED, expect=[{"from": "probe", "to": "db", "allow": "tcp/5432"}])
    assert best(net.fixes(1)).edits == best(net.fixes("probe", "db", "tcp/5432")).edits
    with pytest.raises(reachsim.UsageError, match="there is no expectation 2"):
        net.fixes(2)


def test_an_edited_copy_has_no_text_so_its_fixes_have_no_patch() -> None:
    net = written(CLOSED, expect=[{"from": "probe", "to": "db", "allow": "tcp/5432"}])
    copy = net.with_({"vpcs.app.instances.db.tags": {"a": "b"}})
    for mine, other in ((copy.fixes(1), net.fixes(1)), ([copy.fix_all().whole], [net.fix_all().whole])):
        assert [(each.edits, each.opens) for each in mine] == [(each.edits, each.opens) for each in other]
        assert all(each.patch is None for each in mine)
        assert all(each.patch is not None for each in other)


def test_a_set_of_edits_is_asked_when_its_turn_comes() -> None:
    """A rule by the sender's group is found first: of dearer ones, only those that are shown are tried."""
    found = written(CLOSED).fixes("probe", "db", "tcp/5432")
    assert found.tried == len(found)
    assert [fix.cost for fix in found] == sorted(fix.cost for fix in found)


def test_promises_that_an_edit_cannot_touch_are_not_decided_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    expect = [
        {"from": "probe", "to": "db", "allow": "tcp/5432"},
        {"from": "probe", "to": "web", "allow": "tcp/80"},
        {"from": "internet", "to": "db", "deny": "all"},
    ]
    net = written(CLOSED, expect=expect)
    decide = reachsim.Network.decide
    monkeypatch.setattr(reachsim.Network, "decide", lambda net, number: asked.append(number) or decide(net, number))
    assert best(net.fixes(1)).holds == ()
    assert set(asked) == {1, 3}


def test_an_edit_that_would_break_a_promise_is_tried_again_once_that_is_mended_elsewhere() -> None:
    """The alias names a version outside the VPC, from where the internet is reached; the NAT instance is broken. So the
    alias may be mended once the NAT instance is, which is promised by a later line."""
    text = (ROOT / "models" / "vpc-lambda-as-found.yaml").read_text(encoding="utf-8")
    held = "expect:\n  - {from: front, to: www.google.com, allow: tcp/443}\n"
    net = reachsim.loads(text.replace("expect:\n", held))
    assert net.decide(1).holds
    plan = net.fix_all()
    assert plan.ok
    assert plan.whole is not None
    assert {edit.text for edit in plan.whole.edits} == {
        edit.text
        for edit in reachsim.loads(text).fix_all().whole.edits  # type: ignore[union-attr]
    }
    assert reachsim.loads(plan.whole.patch.after).check().ok  # type: ignore[union-attr]


CROSSED = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
      nat: {cidr: 10.0.2.0/24, az: a, route_table: nat}
    route_tables:
      public: {0.0.0.0/0: igw}
      private: {0.0.0.0/0: ngw}
      nat: {0.0.0.0/0: igw}
    nat_gateways: {ngw: {subnet: nat, private_ip: 10.0.2.5, public_ip: 198.51.100.9}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}, fn: {}}
    instances:
      web: {subnet: public, public_ip: 198.51.100.20, security_groups: [web], state: stopped}
lambda_functions:
  fetch:
    latest: {vpc: app, subnets: [public], security_groups: [fn]}
internet:
  hosts: {www: {ip: 93.184.216.34, listens: [tcp/443]}}
expect:
- {from: fetch, to: www, allow: tcp/443}
- {from: internet, to: web, allow: tcp/443}
"""


@pytest.mark.rule("LAMBDA-6")
def test_an_edit_for_one_promise_that_another_cannot_live_with_gives_way() -> None:
    """As long as the server is stopped, its subnet may lead anywhere; once it runs, the function has to move."""
    plan = reachsim.loads(CROSSED).fix_all()
    assert plan.ok
    assert plan.whole is not None
    after = reachsim.loads(plan.whole.patch.after)  # type: ignore[union-attr]
    assert after.check().ok
    assert after.trace("fetch", "www", "tcp/443").reachable
    assert after.trace("internet", "web", "tcp/443").reachable


@pytest.mark.parametrize(("hopeless", "asked"), [(1, [1, 2, 1]), (2, [1, 2, 2, 1, 2])])
def test_only_another_order_is_tried_again(hopeless: int, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no fix is looked at once more after others are mended, and then before them, where it was not."""
    expect = [{"from": "probe", "to": "db", "allow": "tcp/5432"}, {"from": "probe", "to": "db", "allow": "tcp/5432"}]
    expect[hopeless - 1] = {"from": "probe", "to": "10.77.0.1", "allow": "tcp/5432"}
    seen: list[int] = []

    def counted(*given: Any) -> Any:
        seen.append(given[3])
        return fixes(*given)

    monkeypatch.setattr("reachsim.answers.fix.fixes", counted)
    plan = written(CLOSED, expect=expect).fix_all()
    assert [each.result.number for each in plan.left] == [hopeless]
    assert seen == asked


def test_where_fewer_edits_are_no_fix_all_of_them_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit that no promise needs may still spare the warning that another one brings."""
    expect = [{"from": "probe", "to": "db", "allow": "tcp/5432"}, {"from": "probe", "to": "db", "allow": "tcp/80"}]
    net = written(CLOSED, expect=expect)
    monkeypatch.setattr("reachsim.answers.fix._needed", lambda engine, tools, edits, mended: edits[1:])
    plan = net.fix_all()
    assert plan.whole is not None
    assert plan.whole.holds == (1, 2)
    assert len(plan.whole.edits) == 2
    assert reachsim.loads(plan.whole.patch.after).check().ok  # type: ignore[union-attr]


def test_an_edit_that_aws_refuses_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals are not believed: one that the file would not load with, and one that changes nothing."""

    def useless(case: Case) -> Any:
        yield Edit.setting(("vpcs", "app", "instances", "db", "private_ip"), "192.0.2.1", "nonsense", 0)
        yield Edit.setting(("vpcs", "app", "instances", "db", "tags"), {"a": "b"}, "nothing", 0)

    monkeypatch.setattr("reachsim.answers.cases.MENDERS", [useless, *MENDERS])
    found = written(CLOSED).fixes("probe", "db", "tcp/5432")
    assert found.tried > 2
    assert not any("nonsense" in str(fix) or "nothing" in str(fix) for fix in found)
    assert best(found).edits


@pytest.mark.rule("PEER-7")
def test_an_edit_that_only_a_waiver_lets_load_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file waives the refusal of the peering, so an active one would load, with a warning, and work."""
    overlap = {
        "vpcs app cidrs": ["10.0.0.0/16", "10.9.0.0/16"],
        "vpcs data cidrs": ["10.1.0.0/16", "10.9.0.0/17"],
        "peering_connections pcx status": "failed",
        "warn": ["PEER-7"],
    }

    def active(case: Case) -> Any:
        yield Edit.setting(("peering_connections", "pcx", "status"), "active", "accept it all the same", 0)

    monkeypatch.setattr("reachsim.answers.cases.MENDERS", [active])
    found = written(overlap).fixes("probe", "10.1.1.80", "tcp/80")
    assert found.tried
    assert not any("accept it all the same" in str(fix) for fix in found)
    assert any("accept it all the same" in reason for reason in found.reasons)


def test_its_parts_as_plain_data() -> None:
    data = written(CLOSED).fixes("probe", "db", "tcp/5432").to_dict()
    first = data["fixes"][0]
    assert first["edits"][0]["changes"] == [
        {
            "path": ["vpcs", "app", "security_groups", "shut", "ingress"],
            "action": "add",
            "value": {"allow": "tcp/5432", "from": "client"},
        }
    ]
    assert first["patch"].startswith("--- design.yaml\n+++ design.yaml\n")
    assert data["verdict"] == "fails"


TORN = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      out: {cidr: 10.0.0.0/24, route_table: out}
      in: {cidr: 10.0.1.0/24, route_table: in}
    route_tables: {out: {0.0.0.0/0: igw}, in: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: out}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      web: {subnet: WHERE, public_ip: true, security_groups: [web]}
      job: {subnet: in}
expect:
"""


@pytest.mark.parametrize(
    ("where", "promises", "told"),
    [
        # Of an `allow`: which traffic is lost, where, and why.
        (
            "in",
            ["{from: internet, to: web, allow: tcp/443}", "{from: job, to: 8.8.8.8, allow: [tcp/443, udp/53]}"],
            "route 0.0.0.0/0 of table in of v to internet gateway igw, not to nat: would break expectation #2, "
            "job -> 8.8.8.8: allow tcp/443, udp/53; all of it would be lost at v.igw internet gateway: 10.0.1.5 is v.job, "
            "which has no public address [IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS, IGW-4]",
        ),
        # Of a `deny`: which of what it forbids is delivered.
        (
            "out",
            ["{from: internet, to: web, allow: tcp/22}", "{from: internet, to: web, deny: tcp/20-23}"],
            "add to security group web the ingress rule tcp/22 from 0.0.0.0/0: would break expectation #2, "
            "internet -> web: deny tcp/20-23; tcp/22 would be delivered",
        ),
    ],
)
def test_an_edit_that_would_break_a_promise_is_refused_with_the_traffic(
    where: str, promises: list[str], told: str
) -> None:
    text = TORN.replace("WHERE", where) + "".join(f"  - {each}\n" for each in promises)
    (left,) = reachsim.loads(text).fix_all().left
    assert not left.found
    assert told in left.reasons
