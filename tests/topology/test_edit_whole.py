"""An edited copy equals a load of the edited text, whole: rule cited, lines, warnings, order of groups."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given
from tests import designs
from tests.designs import ANY
from tests.networks import (
    Design,
    Edit,
    applied,
    direction_edit,
    expectations,
    laws,
    network,
    rule_edit,
    seeds,
    some_pairs,
)
from tests.oracle.component_base import CENTRAL, HUB, TGW, changed, rules
from tests.oracle.text import write_yaml

import reachsim
from reachsim.answers.diff import diff
from reachsim.errors import DesignError


def on_one_line(design: Design) -> reachsim.Network:
    """A design whose every value stands on line 1, so that an edit moves nothing to another line."""
    return reachsim.loads(json.dumps(design), file="f")


def without_columns(warnings: tuple[str, ...]) -> list[str]:
    """Warnings, but for the column: what an edit writes stands where its owner does."""
    return [re.sub(r"^(\S+?:\d+):\d+", r"\1", warning) for warning in warnings]


def everything(net: reachsim.Network, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """All that a network says, nothing left out."""
    return {
        "warnings": without_columns(net.warnings),
        "check": net.check().to_dict(),
        "traces": [net.trace(*pair, token).to_dict() for pair in pairs for token in ("tcp/443", "udp/53")],
        "idle": [rule.to_dict() for rule in net.idle_rules()],
        "matrix": net.matrix().to_dict(),
        "exposure": [str(each) for each in net.exposure()],
    }


def foreign_edit(rng: random.Random, design: Design) -> Edit:
    """A rule that names a group of some VPC: one that is not peered is a warning here, one that is not there an error."""
    vpc, other = rng.choice(list(design["vpcs"])), rng.choice([*design["vpcs"], *design["vpcs"], "nowhere"])
    name = rng.choice(list(design["vpcs"][vpc]["security_groups"]))
    path = ("vpcs", vpc, "security_groups", name, "ingress")
    old = design["vpcs"][vpc]["security_groups"][name].get("ingress") or []
    return path, [{"allow": "tcp/443", "from": f"{other}.web"}, *old[:2]]


def tried(make: Any, *arguments: Any) -> Any:
    """A network, or what is wrong with it."""
    try:
        return make(*arguments)
    except DesignError as error:
        return sorted((p.path, p.message, p.hint or "", p.code or "") for p in error.problems)


@laws(2)
@given(seeds)
def test_an_edited_copy_says_whatever_the_edited_text_says(seed: int) -> None:
    rng, design, net = network(seed, crowd=True)
    design["expect"], design["warn"] = expectations(rng, net, 4), ["SG-11"]
    net = on_one_line(design)
    for step in range(3):
        if step:
            net.check()  # what is known already must not go stale
        edit = rng.choice([rule_edit, direction_edit, foreign_edit])(rng, design) or rule_edit(rng, design)
        edits = dict([edit])
        copy, fresh = tried(net.with_, edits), tried(on_one_line, applied(design, edits.items()))
        if isinstance(fresh, list):
            assert copy == fresh
            continue
        assert copy.topology is net.topology  # no walk is made anew
        pairs = some_pairs(rng, fresh, 4)
        assert everything(copy, pairs) == everything(fresh, pairs)
        net, design = copy, applied(design, edits.items())


# --- by hand ------------------------------------------------------------------------------------------------


def edited_and_loaded(before: designs.Changes, change: designs.Changes) -> tuple[reachsim.Network, reachsim.Network]:
    """A change of the base, as an edit and as a load."""
    path, value = next(iter(change.items()))
    copy = on_one_line(designs.design(before)).with_({tuple(path.split()): value})
    return copy, on_one_line(designs.design(before, change))


@pytest.mark.rule("SG-1")
def test_the_rule_that_is_cited_is_that_of_the_group_that_stands_first() -> None:
    before = {
        "vpcs app security_groups a": {"ingress": [{"allow": "tcp/80", "from": ANY}]},
        "vpcs app instances web security_groups": ["open", "a"],
    }
    change = {"vpcs app security_groups a ingress": [{"allow": "tcp/80-81", "from": ANY}]}
    for net in edited_and_loaded(before, change):
        trace = net.trace("internet", "web", "tcp/80")
        (hop,) = [hop for hop in trace.forward if hop.checkpoint.startswith("security group")]
        assert (hop.checkpoint, hop.rule) == ("security groups open, a ingress", f"all from {ANY}")
        lost = net.trace("internet", "web", "tcp/80").to_dict()
        assert lost == on_one_line(designs.design(before, change)).trace("internet", "web", "tcp/80").to_dict()


@pytest.mark.rule("NACL-3")
def test_an_edit_of_one_direction_of_the_default_acl_leaves_the_other_as_aws_makes_it() -> None:
    only = [{"rule": 10, "allow": "tcp/443", "from": ANY}]
    copy, fresh = edited_and_loaded(
        {"vpcs app network_acls default": {"ingress": []}}, {"vpcs app network_acls default ingress": only}
    )
    for net in (copy, fresh):
        assert net.trace("internet", "web", "tcp/443").reachable
        assert not net.trace("internet", "web", "tcp/80").delivered
    shut = designs.design({"vpcs app network_acls default": {"ingress": only, "egress": []}})
    copy = on_one_line(shut).with_({"vpcs.app.network_acls.default.egress": None})
    fresh = on_one_line(designs.design({"vpcs app network_acls default": {"ingress": only}}))
    for net in (copy, fresh):
        assert net.trace("internet", "web", "tcp/443").reachable


@pytest.mark.rule("SG-16")
def test_warnings_are_those_of_the_edited_rules_in_the_order_of_the_file() -> None:
    stale = [{"allow": "tcp/80", "from": "data.open"}]
    before = {
        "peering_connections pcx status": "expired",
        "vpcs app security_groups last": {"ingress": stale},
        "vpcs app security_groups open ingress": stale,
    }
    net = on_one_line(designs.design(before))
    assert [re.findall(r"security_groups\.(\w+)", warning) for warning in net.warnings] == [["open"], ["last"]]
    fixed = net.with_({"vpcs.app.security_groups.open.ingress[0].from": ANY})
    assert [re.findall(r"security_groups\.(\w+)", warning) for warning in fixed.warnings] == [["last"]]
    again = fixed.with_({"vpcs.app.security_groups.client.ingress": stale})
    assert [re.findall(r"security_groups\.(\w+)", warning) for warning in again.warnings] == [["client"], ["last"]]


def test_a_rule_in_place_of_another_stands_on_its_line() -> None:
    text = write_yaml(designs.design())
    rule = "- allow: all\n          from: 0.0.0.0/0\n"
    assert text.count(rule) == 2  # of app, then of data
    net = reachsim.loads(text, file="f")
    new = {"allow": "tcp/80", "from": ANY}
    copy = net.with_({"vpcs.app.security_groups.open.ingress[0]": new})
    fresh = reachsim.loads(text.replace(rule, "- allow: tcp/80\n          from: 0.0.0.0/0\n", 1), file="f")
    for token in ("tcp/80", "tcp/443"):
        assert copy.trace("internet", "web", token).to_dict() == fresh.trace("internet", "web", token).to_dict()
    assert copy.idle_rules() == fresh.idle_rules()


def test_an_edit_that_names_very_many_unknown_groups_is_one_error() -> None:
    names = [{"allow": "all", "from": f"nobody{number}"} for number in range(600)]
    with pytest.raises(DesignError) as caught:
        designs.load().with_({"vpcs.app.security_groups.open.ingress": names})
    with pytest.raises(DesignError) as loaded:
        designs.load({"vpcs app security_groups open ingress": names})
    assert [p.message for p in caught.value.problems] == [p.message for p in loaded.value.problems]


def test_an_edit_that_is_wrong_twice_tells_both() -> None:
    edits = {
        ("vpcs", "app", "security_groups", "open", "ingress"): [{"allow": "tcp/99999", "from": ANY}],
        ("vpcs", "app", "security_groups", "client", "ingress"): [{"allow": "all", "from": "nobody"}],
    }
    with pytest.raises(DesignError) as caught:
        designs.load().with_(edits)
    assert [problem.path[3] for problem in caught.value.problems] == ["open", "client"]


CHOSEN = {
    **CENTRAL,
    f"{HUB}.network_acls.x": rules("out allow tcp/443 10.0.1.10/32"),
    f"{HUB}.network_acls.y": rules("out allow tcp/443 10.0.1.10/32"),
    f"{HUB}.subnets.attach.network_acl": "x",
    f"{HUB}.subnets.attach-b": {"cidr": "10.0.10.0/28", "az": "b", "network_acl": "y"},
    f"{TGW}.attachments.hub.subnets": ["attach", "attach-b"],
    f"{HUB}.route_tables.private": {ANY: "tgw"},
    "expect": [{"from": "office.pc", "to": "hub.app", "allow": "tcp/443"}],
}


@pytest.mark.rule("TGW-8")
@pytest.mark.parametrize("name", ["x", "y"])
def test_an_answer_depends_on_the_acls_of_every_subnet_that_may_be_chosen(name: str) -> None:
    net = on_one_line(changed(CHOSEN))
    assert [result.verdict for result in net.check()] == ["holds"]
    path = f"{HUB}.network_acls.{name}"
    rule = {"rule": 1, "deny": "tcp/443", "to": "10.0.1.10/32"}
    copy = net.with_({f"{path}.egress[0]": rule})
    fresh = on_one_line(changed({**CHOSEN, path: rules("out deny tcp/443 10.0.1.10/32")}))
    assert [result.verdict for result in fresh.check()] == ["undecided"]
    assert copy.check().to_dict() == fresh.check().to_dict()
    pair = "office.pc", "hub.app"
    assert everything(copy, [pair]) == everything(fresh, [pair])
    shared, separate = diff(net, copy), diff(net, fresh)
    assert (shared.to_dict(), bool(shared)) == (separate.to_dict(), bool(separate))


@pytest.mark.rule("TGW-8")
def test_edits_that_part_two_acls_and_make_them_alike_change_no_walk() -> None:
    same = {**CHOSEN, f"{HUB}.network_acls.x": {}, f"{HUB}.network_acls.y": {}}
    net = on_one_line(changed(same))
    open_x = {"rule": 1, "allow": "all", "to": ANY}
    copy = net
    for edit in (("x", "egress", [open_x]), ("x", "ingress", [{"rule": 1, "allow": "all", "from": ANY}])):
        copy = copy.with_({f"{HUB}.network_acls.{edit[0]}.{edit[1]}": edit[2]})
    fresh = {
        **same,
        f"{HUB}.network_acls.x": {"egress": [open_x], "ingress": [{"rule": 1, "allow": "all", "from": ANY}]},
    }
    pair = "office.pc", "hub.app"
    assert everything(copy, [pair]) == everything(on_one_line(changed(fresh)), [pair])
