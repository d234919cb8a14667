"""Edited copies equal fresh loads of the edited data."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from tests.designs import ANY, GONE, Changes, design, load
from tests.networks import (
    Design,
    Edit,
    acl_rules,
    any_edit,
    applied,
    closing,
    expectations,
    group_rules,
    laws,
    loaded,
    network,
    plain,
    rule_edit,
    same,
    seeds,
    some_pairs,
)
from tests.oracle import blocks
from tests.test_agreement import names_of, rename, renamed, shuffled, with_addresses

import reachsim
from reachsim.answers.diff import diff
from reachsim.errors import DesignError, UsageError
from reachsim.loading.tree import value_at
from reachsim.topology.edit import parse_path, rules_that_differ


def decided(net: reachsim.Network) -> list[dict[str, Any]]:
    """What `check` says, but where it is written (an edited copy keeps the lines of its file), and which of several
    rules that allow a packet is named."""
    return [strip(result.to_dict()) for result in net.check()]


def strip(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items() if key not in ("where", "rule")}
    return [strip(item) for item in value] if isinstance(value, list) else value


def tried(make: Any, *arguments: Any) -> Any:
    """A network, or the codes of what is wrong with it."""
    try:
        return make(*arguments)
    except DesignError as error:
        return sorted((problem.code or "", problem.message) for problem in error.problems)


def with_expectations(seed: int) -> tuple[random.Random, Design, reachsim.Network]:
    rng, design, net = network(seed, crowd=True)
    design["expect"] = expectations(rng, net, 8)
    return rng, design, loaded(design)


@laws(2)
@given(seeds)
def test_a_chain_of_edits_is_the_edited_file(seed: int) -> None:
    rng, design, net = with_expectations(seed)
    for step in range(3):
        edits: list[Edit] = [(rule_edit if seed % 2 else any_edit)(rng, design)]
        if step == 1:
            decided(net)  # what is known already must not go stale
            net.matrix()
        copy, fresh = tried(net.with_, dict(edits)), tried(loaded, applied(design, edits))
        if isinstance(fresh, list):
            assert copy == fresh
            continue
        same(copy, fresh, some_pairs(rng, fresh, 6))
        assert decided(copy) == decided(fresh)
        assert [str(each) for each in copy.exposure()] == [str(each) for each in fresh.exposure()]
        assert [str(each) for each in copy.idle_rules()] == [str(each) for each in fresh.idle_rules()]
        net, design = copy, applied(design, edits)


@laws(2)
@given(seeds)
def test_several_edits_at_once_and_the_original_stays(seed: int) -> None:
    rng, design, net = with_expectations(seed)
    before = net.matrix().to_csv(), decided(net)
    edits = dict(rule_edit(rng, design) for _ in range(2))
    if any(value is None for value in edits.values()) or len({path[:5] for path in edits}) < 2:
        return
    copy = tried(lambda: net.with_(edits))
    fresh = tried(lambda: loaded(applied(design, edits.items())))
    if isinstance(fresh, list):
        assert copy == fresh
    else:
        same(copy, fresh, some_pairs(rng, fresh, 5))
        assert decided(copy) == decided(fresh)
    assert (net.matrix().to_csv(), decided(net)) == before


@laws(2)
@given(seeds)
def test_an_edit_taken_back_is_no_edit(seed: int) -> None:
    rng, design, net = network(seed)
    edit = closing(rng, design)
    if edit is None or edit[1] is None:
        return
    back = net.with_(dict([edit])).with_({edit[0]: value_at(plain(design), edit[0])})
    same(net, back, some_pairs(rng, net, 5))


# --- what AWS does not tell apart -----------------------------------------------------------------------------


def halves(block: str) -> list[str] | None:
    """A block cut in two; None for a single address or a name."""
    return blocks.halves(block) if block[:1].isdigit() or ":" in block else None


def split_groups(rng: random.Random, design: Design) -> Design:
    """Every block of some rules of groups in two halves."""
    out = plain(design)
    for path in group_rules(out):
        rule = value_at(out, path)
        side = "from" if "from" in rule else "to"
        peers = rule[side] if isinstance(rule[side], list) else [rule[side]]
        if rng.random() < 0.7:
            rule[side] = [half for peer in peers for half in (halves(peer) or [peer])]
    return out


def split_acls(rng: random.Random, design: Design) -> Design:
    """Every rule of every ACL as two rules for two halves, with numbers next to each other."""
    out = plain(design)
    for directions in {path[:5] for path in acl_rules(out)}:
        rules = sorted(value_at(out, directions), key=lambda rule: rule["rule"])
        made = []
        for rule in rules:
            side = "from" if "from" in rule else "to"
            for half in halves(rule[side]) or [rule[side]]:
                made.append({**rule, side: half, "rule": len(made) + 1})
        rng.shuffle(made)
        value_at(out, directions[:-1])[directions[-1]] = made
    return out


def split_routes(rng: random.Random, design: Design) -> Design:
    """One route as two halves, where no other route stands at either."""
    out = plain(design)
    for vpc in out["vpcs"].values():
        for routes in vpc["route_tables"].values():
            if any(to.startswith("pl-") for to in routes):
                continue  # a longer prefix would outrank a list (ROUTE-19)
            for to in list(routes):
                parts = halves(to)
                if parts is not None and not routes.keys() & set(parts) and to not in vpc["cidrs"]:
                    if any(to == subnet["cidr"] for subnet in vpc["subnets"].values()):
                        continue
                    routes |= dict.fromkeys(parts, routes.pop(to))
                    break
    return out


@pytest.mark.parametrize("split", [split_groups, split_acls, split_routes])
@laws(2)
@given(seed=seeds)
def test_a_block_in_two_halves_is_the_block(split: Any, seed: int) -> None:
    rng, design, net = network(seed, crowd=True)
    other = tried(lambda: loaded(split(rng, design)))
    if not isinstance(other, list):
        same(net, other, some_pairs(rng, net, 8))
        assert not diff(net, other)


@laws(2)
@given(seeds)
def test_names_and_order_change_no_set(seed: int) -> None:
    rng, design, _ = network(seed, crowd=True, simple=True)  # the order of attachments counts (TGW-10)
    design.pop("lambda_functions", None)  # their interfaces are numbered in the order of the file
    design.pop("api_gateways", None)
    net = loaded(design)
    names = names_of(design)
    written = with_addresses(design, net)
    again = loaded(renamed(shuffled(written, rng), names))
    for source, destination in some_pairs(rng, net, 8):
        one, other = net.reach(source, destination), again.reach(rename(source, names), rename(destination, names))
        assert (one.reachable, one.delivered) == (other.reachable, other.delivered)
    cells = {(rename(a, names), rename(b, names)): str(cell) for a, b, cell in net.matrix()}
    assert cells == {(a, b): str(cell) for a, b, cell in again.matrix()}
    assert not diff(net, loaded(shuffled(written, rng)))


# --- by hand ------------------------------------------------------------------------------------------------


def test_an_edit_of_a_rule_keeps_every_walk_and_what_it_does_not_concern() -> None:
    expect = [{"from": "probe", "to": "db", "allow": "tcp/5432"}, {"from": "web", "to": "api", "deny": "all"}]
    net = load({"expect": expect, "vpcs app security_groups own": {"ingress": []}})
    first = net.check()
    copy = net.with_({"vpcs.data.security_groups.open.ingress[0].allow": "tcp/80"})
    assert copy.topology is net.topology
    assert copy.check()[0] is first[0]
    assert net.check()[1] is first[1]
    same = load({"vpcs data security_groups open ingress": [{"allow": "tcp/80", "from": ANY}]})
    assert copy.reach("probe", "api").title == same.reach("probe", "api").title


@pytest.mark.rule("SG-1")
@pytest.mark.rule("EP-1")
@pytest.mark.parametrize(
    ("key", "peer"), [("ingress", "203.0.113.0/28"), ("egress", "15.230.128.2/32"), ("egress", "99.0.0.0/8")]
)
@pytest.mark.parametrize("section", ["security_groups", "network_acls"])
def test_a_rule_that_names_made_up_addresses_has_others_made_up(section: str, key: str, peer: str) -> None:
    """Public addresses and those that stand for services are of no range that a rule names, in a copy as in a load."""
    made: Changes = {
        "vpcs app instances web public_ip": True,
        "vpcs app instances web security_groups": ["own"],
        "vpcs app subnets public network_acl": "own",
        "vpcs app security_groups own": {"ingress": [{"allow": "all", "from": ANY}]},
        "vpcs app network_acls own": {
            "ingress": [{"rule": 1, "allow": "all", "from": ANY}], "egress": [{"rule": 1, "allow": "all", "to": ANY}],
        },
    }  # fmt: skip
    word = "from" if key == "ingress" else "to"
    number = {"rule": 2} if section == "network_acls" else {}
    rules = [{**number, "allow": "tcp/443", word: peer}]
    copy = load(made).with_({("vpcs", "app", section, "own", key): rules})
    same = load(made | {f"vpcs app {section} own {key}": rules})
    assert copy.interfaces["web"].public == same.interfaces["web"].public
    for question in (("web", "service:ssm"), ("web", "api"), ("internet", "web")):
        assert copy.trace(*question, "tcp/443").verdict == same.trace(*question, "tcp/443").verdict
        assert copy.reach(*question).title == same.reach(*question).title
    assert rules_that_differ(load(made).source, same.source) is None
    back = copy.with_({("vpcs", "app", section, "own", key): [{**rules[0], word: ANY}]})
    assert back.interfaces["web"].public == load(made).interfaces["web"].public


def test_an_edit_of_anything_else_is_a_fresh_load() -> None:
    net = load()
    copy = net.with_({"vpcs.app.route_tables.private.'0.0.0.0/0'": "nat", "vpcs.app.instances.db.tags": {"a": "b"}})
    assert copy.topology is not net.topology
    assert copy.trace("probe", "www", "tcp/443").reachable
    assert copy.endpoint({"tag": {"a": "b"}}).interfaces[0].name == "app.db"


def test_list_ends_and_removals() -> None:
    net = load()
    rule = {"allow": "tcp/22", "from": ANY}
    more = net.with_(
        {"vpcs.app.security_groups.open.ingress[1]": rule, "vpcs.app.security_groups.open.ingress[0]": None}
    )
    assert more.reach("probe", "db").title == "tcp/22"
    none = more.with_({"vpcs.app.security_groups.open.ingress": None})
    assert not none.reach("probe", "db")
    assert net.reach("probe", "db").title == "all"
    shut = net.with_({("vpcs", "app", "security_groups", "client", "egress"): []})
    assert not shut.reach("probe", "db")


@pytest.mark.parametrize(
    "path",
    [
        "vpcs.app.nothing.at.all",
        "vpcs.app.security_groups.open.ingress[7]",
        "vpcs..app",
        "vpcs.'app",
        "vpcs[x]",
        "vpcs[",
    ],
)
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(UsageError):
        load().with_({path: "x"})


def test_an_edit_that_would_not_load() -> None:
    net = load()
    for path, value in (
        ("vpcs.app.security_groups.open.ingress[0].allow", "tcp/99999"),
        ("vpcs.app.security_groups.open.ingress[0].from", "nobody"),
        ("vpcs.app.route_tables.private.'0.0.0.0/0'", "nobody"),
    ):
        with pytest.raises(DesignError) as caught:
            net.with_({path: value})
        assert len(caught.value.problems) == 1
    assert net.reach("probe", "db").title == "all"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("vpcs.app.cidrs[0]", ("vpcs", "app", "cidrs", 0)),
        ("a.'b.c'.d", ("a", "b.c", "d")),
        ('"x y"[3][4]', ("x y", 3, 4)),
        ("a", ("a",)),
    ],
)
def test_key_paths(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path
    assert parse_path(path) == path


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[Any] | None:
    """The groups and ACLs of which alone the rules differ between two designs."""
    return rules_that_differ(loaded(one).source, loaded(other).source)


def test_designs_that_differ_in_rules_alone_are_known_as_such() -> None:
    rules = [{"allow": "tcp/443", "from": "10.0.0.0/16"}]
    base = design({"vpcs app security_groups extra": {"ingress": rules}})
    wider = design({"vpcs app security_groups extra": {"egress": [], "ingress": [{**rules[0], "allow": "tcp/80"}]}})
    assert differing(base, wider) == {("vpcs", "app", "security_groups", "extra")}
    said = {**base, "name": "another", "expect": [{"from": "web", "to": "db", "deny": "udp/9"}]}
    assert differing(base, said) == set()
    assert differing(base, base) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"vpcs app instances db security_groups": ["client"]},
        {"vpcs app security_groups more": {}},
        {"vpcs app route_tables private 10.1.0.0/16": GONE},
        {"vpcs app instances last": {"subnet": "isolated"}},
        {"vpcs app instances db private_ip": GONE},
        {"nat_loss_below": "10%"},
    ],
    ids=["membership", "a group more", "a route less", "an instance more", "an address", "what counts"],
)
def test_designs_that_differ_in_more_than_rules_are_not(change: dict[str, Any]) -> None:
    rule = {"vpcs app security_groups open ingress": [{"allow": "tcp/1", "from": "0.0.0.0/0"}]}
    assert differing(design(), design(rule, change)) is None


def test_a_group_without_a_body_is_another_design() -> None:
    """`extra:` with nothing behind it, in either of the two."""
    one, other = (design({"vpcs app security_groups extra": body}) for body in ({"ingress": []}, None))
    assert differing(one, other) is None
    assert differing(other, one) is None


def test_another_order_is_more_than_rules() -> None:
    """Addresses are assigned in the order of the file."""
    base = design({"vpcs app security_groups open ingress": []})
    vpcs = {name: base["vpcs"][name] for name in reversed(base["vpcs"])}
    assert differing(design(), {**base, "vpcs": vpcs}) is None
