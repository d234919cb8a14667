"""The gallery: of each model as it was found `explain` names the stated cause first, and `fix` finds the stated cure or one
that opens no more; the patched file is written, read again, and keeps every promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.models import shared

import reachsim
from reachsim.loading.patch import write_patch
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic

MODELS = Path(__file__).parents[1] / "models"
FOUND = sorted(MODELS.glob("*-as-found.yaml"))
REDESIGN = {"18-peering-overlapping-cidrs-as-found": "PEER-7"}
"""Models that no edit mends, with the rule that says why."""
UNLIKE = {
    "06-nat-instance-closed-group-as-found": "the one port from the clients' group, not all from the VPC",
    "09-nat-instance-address-on-other-interface-as-found": "a second public address, and the first stays where it is",
    "12-acl-server-lacks-outbound-ephemeral-as-found": "the one client, not its subnet",
    "13-acl-client-lacks-inbound-ephemeral-as-found": "the one server, not everybody",
    "14-acl-ephemeral-range-too-narrow-as-found": "a second rule, not a wider one",
    "15-acl-deny-shadows-allow-as-found": "a rule before the denial, for the one client",
    "17-peering-borrowed-nat-gateway-as-found": "the same NAT gateway, in a subnet that is as small as can be",
    "20-group-reference-over-public-address-as-found": "the same rule, with the length of its prefix",
    "22-session-manager-closed-endpoint-group-as-found": "the instance's group, not its subnet",
    "23-image-pull-s3-route-in-wrong-table-as-found": "one table more, and the other keeps its route",
    "24-central-egress-lacks-the-way-back-as-found": "the spoke's block, not all of 172.16.0.0/12",
    "24-zone-without-attachment-as-found": "the subnet that is there, not a new one",
    "27-pod-range-not-admitted-as-found": "the one pod that was asked for",
    "gateway-load-balancer-without-geneve-as-found": "the load balancer's address, not its subnet; rules beside it stay",
    "regional-nat-zone-without-address-as-found": "an address that AWS will choose",
    "privatelink-target-admits-clients-as-found": "the load balancer's address, not its subnet",
    "lb-alb-node-port-as-found": "one rule more, and the useless one stays",
}
"""Models whose first fix is not the stated cure word for word, with what it is."""

STATED = {
    "vpc-lambda-as-found": {1: "LAMBDA_OUTSIDE_VPC", 4: "ENI_SOURCE_DEST_CHECK_RESTRICTION"},
    "22-session-manager-private-dns-off-as-found": dict.fromkeys((1, 2), "NAME_MEANS_PUBLIC_ADDRESS"),
    "peering-without-dns-option-as-found": {1: "NAME_MEANS_PUBLIC_ADDRESS"},
}
"""Causes by expectation, where they are not the first thing that stops the packet (which is what `fails` says)."""
TO_EDIT = {
    "22-session-manager-private-dns-off-as-found": "vpcs.ledger.enable_dns_hostnames",
    "peering-without-dns-option-as-found": "peering_connections.to-data.accepter_dns",
    "private-zone-without-dns-hostnames-as-found": "vpcs.office.enable_dns_hostnames",
    "inspection-bypassed-on-the-way-out-as-found": "vpcs.shop.route_tables.web.'0.0.0.0/0'",
}
"""The keys that the repaired model has otherwise, where the cause stands elsewhere than what stops the packet."""


def opened(net: reachsim.Network, after: reachsim.Network) -> dict[tuple[str, str], HeaderSpace]:
    """What an edit opens, pair by pair; what has its own line for one address of an interface counts as the interface's."""
    owners = {format_address(a): i.name for i in after.topology.interfaces.values() for a in i.addresses}
    out: dict[tuple[str, str], HeaderSpace] = {}
    for change in reachsim.diff(net, after).opened:
        for source in change.sources:
            for destination in change.destinations:
                pair = owners.get(source, source), owners.get(destination, destination)
                out[pair] = HeaderSpace.union([out.get(pair, HeaderSpace.nothing()), change.space])
    return out


def built(net: reachsim.Network) -> dict[str, object]:
    """What a file says of the network."""
    return {key: value for key, value in net.source.document.data.items() if key not in ("name", "expect", "warn")}


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_explain_names_the_stated_cause_first(path: Path) -> None:
    net = shared(path)
    causes = STATED.get(path.stem) or {n: e.fails for n, e in enumerate(net.design.expect, 1) if e.fails is not None}
    assert causes
    for number, code in causes.items():
        expectation = net.design.expect[number - 1]
        assert expectation.allow is not None
        found = net.explain(expectation.from_, expectation.to, expectation.allow)
        first = found.obstacles[0]
        assert first.blocker.code == code
        assert first.rule is not None
        assert first.rule.name == first.blocker.rule_id
        assert first.where or not first.key
        if path.stem in TO_EDIT:
            assert first.key == TO_EDIT[path.stem]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_fix_finds_the_stated_cure_or_a_better_one(path: Path, tmp_path: Path) -> None:
    net = shared(path)
    plan = net.fix_all()
    if path.stem in REDESIGN:
        assert plan.whole is None
        assert all(REDESIGN[path.stem] in " ".join(found.reasons) for found in plan.left)
        return
    assert plan.ok
    assert plan.whole is not None
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    write_patch(plan.whole.patch, copy)
    fixed = reachsim.load(copy)
    assert fixed.check().ok
    cured = shared(path.with_name(path.name.replace("as-found", "repaired")))
    same = built(fixed) == built(cured)
    assert same == (path.stem not in UNLIKE)
    if not same:
        stated = opened(net, cured)
        # An address that one of the two gave to an interface of its own is no address of the internet there.
        own = HeaderSpace.box(Traffic.everything(), AddressSet.everything(), fixed.ends.publics | cured.ends.publics)
        for pair, space in opened(net, fixed).items():
            assert not space - stated.get(pair, HeaderSpace.nothing()) - own, pair


def test_the_story_is_mended_by_two_edits_and_no_other_line_changes() -> None:
    plan = shared(MODELS / "vpc-lambda-as-found.yaml").fix_all()
    assert plan.whole is not None
    changes = [change for edit in plan.whole.edits for change in edit.changes]
    assert {(change.path, change.value) for change in changes} == {
        (("lambda_functions", "fetch", "aliases", "prod"), 2),
        (("vpcs", "app", "instances", "nat", "source_dest_check"), False),
    }
    before, after = (text.splitlines() for text in (plan.whole.patch.before, plan.whole.patch.after))
    assert len(after) == len(before) + 1
    assert [line for line in after if line not in before] == [
        "        source_dest_check: false",
        "    aliases: {prod: 2}",
    ]
    assert [line for line in before if line not in after] == ["    aliases: {prod: 1}"]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_the_page_explains_and_mends_every_model(path: Path) -> None:
    """`tests/test_docs.py` runs what the page shows."""
    page = (MODELS.parent / "docs/gallery.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {path.stem.removesuffix('-as-found')}\n")[1].partition("\n## ")[0]
    assert re.search(rf"^\$ reachsim explain models/{path.name} ", section, re.MULTILINE)
    assert f"$ reachsim fix models/{path.name}\n" in section
