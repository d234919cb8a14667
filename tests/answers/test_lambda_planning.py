"""Lambda's addresses: counted by hand from AWS's rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.designs import Changes, load
from tests.models import shared

import reachsim
from reachsim.cli.main import main
from reachsim.errors import DesignError, UsageError
from reachsim.rules.lambda_ import interfaces_before_2019, interfaces_for

ROOT = Path(__file__).parents[2]
FIREWALL: Changes = {"vpcs app network_firewalls inspect": {"subnets": ["private"]}}


def function(
    concurrency: int | None = 10,
    subnets: tuple[str, ...] = ("private",),
    groups: tuple[str, ...] = ("client",),
    **more: Any,
) -> dict[str, Any]:
    latest = {"vpc": "app", "subnets": list(subnets), "security_groups": list(groups)}
    return {"latest": latest, **({} if concurrency is None else {"concurrency": concurrency}), **more}


def plan(functions: dict[str, Any], *changes: Changes, growth: int = 0) -> Any:
    return load({"lambda_functions": functions}, *changes).lambda_addresses(growth)


@pytest.mark.rule("LAMBDA-4", "LAMBDA-13")
@pytest.mark.parametrize(("connections", "interfaces"), [(0, 1), (1, 1), (65_000, 1), (65_001, 2), (130_001, 3)])
def test_an_interface_holds_65_000_connections(connections: int, interfaces: int) -> None:
    assert interfaces_for(connections) == interfaces


@pytest.mark.rule("LAMBDA-31")
@pytest.mark.parametrize(
    ("executions", "memory_mb", "interfaces"),
    [(900, 512, 150), (500, 512, 84), (1, 128, 1), (0, 3072, 0), (100, 3072, 100)],
)
def test_before_2019_an_interface_for_each_3_gb_in_use(executions: int, memory_mb: int, interfaces: int) -> None:
    assert interfaces_before_2019(executions, memory_mb) == interfaces


@pytest.mark.rule("LAMBDA-31")
def test_a_region_allowed_350_interfaces_before_2019() -> None:
    """Each execution with 3 GB had one of its own."""
    limit = "before September 2019 a Region allowed 350 interfaces (LAMBDA-31)"
    for executions, told in ((350, False), (351, True)):
        found = plan({"f": function(executions, memory_mb=3072)})
        assert found.before_2019 == executions
        assert (limit in found.notes) == told


@pytest.mark.rule("LAMBDA-1", "LAMBDA-31")
def test_a_function_outside_vpcs_needed_no_interface_before_2019() -> None:
    found = plan({"f": function(30, memory_mb=3072), "free": {"memory_mb": 3072, "concurrency": 10}})
    assert [(each.name, each.before_2019) for each in found.functions] == [("f", 30), ("free", 0)]
    assert found.before_2019 == 30


@pytest.mark.rule("LAMBDA-3")
def test_500_executions_share_one_interface() -> None:
    found = shared(ROOT / "models/vpc-lambda-as-found.yaml").lambda_addresses()
    assert found
    assert (found.addresses, found.executions, found.before_2019) == (1, 500, 84)
    (interface,) = found.interfaces
    assert (interface.name, interface.users, interface.connections) == (
        "app.lambda(private; lambda)",
        ("fetch", "fetch:2"),
        500,
    )
    assert found.functions[0].outside == ("1",)


@pytest.mark.rule("LAMBDA-3")
def test_functions_share_by_subnet_and_set_of_groups_whatever_its_order() -> None:
    both = ("private", "isolated")
    found = plan(
        {
            "one": function(10, both),
            "two": function(20, both),
            "three": function(30, both, ("client", "open")),
            "four": function(40, ("private",), ("open", "client")),
        }
    )
    assert [(i.subnet, i.groups, i.users) for i in found.interfaces] == [
        ("private", ("client",), ("one", "two")),
        ("isolated", ("client",), ("one", "two")),
        ("private", ("client", "open"), ("three", "four")),
        ("isolated", ("client", "open"), ("three",)),
    ]
    assert [f.shared_with for f in found.functions] == [("two",), ("one",), ("four",), ("three",)]


@pytest.mark.rule("LAMBDA-4", "LAMBDA-19")
def test_connections_are_spread_over_the_subnets_or_all_in_one() -> None:
    found = plan({"f": function(1000, ("private", "isolated"), connections_per_execution=100)})
    assert [(i.connections, i.interfaces, i.most, i.interfaces_at_most) for i in found.interfaces] == [
        (50_000, 1, 100_000, 2)
    ] * 2
    assert found.interfaces[0].headroom == 15_000


def test_a_function_counts_once_whichever_of_its_versions_run() -> None:
    attached = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}
    found = plan({"f": function(300, versions={1: attached, 2: attached})})
    assert found.interfaces[0].connections == 300
    assert found.interfaces[0].users == ("f", "f:1", "f:2")


@pytest.mark.rule("LAMBDA-30")
def test_functions_without_a_concurrency_share_the_quota_of_a_region() -> None:
    found = plan({"f": function(None), "g": function(None, connections_per_execution=3), "h": function(7)})
    assert found.interfaces[0].connections == 3_007
    assert found.executions == 1_007
    assert "no concurrency is written for f, g" in found.notes[0]
    assert "raised quota" in plan({"f": function(1001)}).notes[0]
    assert not plan({"f": function(1000)}).notes


@pytest.mark.rule("LAMBDA-6", "SUBNET-2")
def test_free_addresses_are_what_everything_else_leaves() -> None:
    found = plan({"f": function()})
    (subnet,) = found.subnets
    assert (subnet.usable, subnet.others, subnet.functions, subnet.free) == (251, 2, 1, 248)  # probe and twin
    tight: Changes = {"vpcs app subnets private cidr": "10.0.1.0/28"}
    crowd = {f"h{n}": {"subnet": "private"} for n in range(7)}
    tight["vpcs app interfaces"] = crowd
    assert plan({"f": function()}, tight).subnets[0].free == 1  # 11 - 9 - 1
    full = function(200, connections_per_execution=650)
    assert (plan({"f": full}, tight).subnets[0].free, bool(plan({"f": full}, tight))) == (0, True)
    over = function(201, connections_per_execution=650)
    assert (plan({"f": over}, tight).subnets[0].free, bool(plan({"f": over}, tight))) == (-1, False)
    assert plan({"f": over}, tight).verdict == "does not fit"


def test_growth_adds_executions() -> None:
    found = plan({"f": function(100, connections_per_execution=650)}, growth=1)
    assert (found.interfaces[0].connections, found.addresses) == (101 * 650, 2)
    for growth in (-1, 10**6, True, 1.5):
        with pytest.raises(UsageError, match="percent"):
            plan({"f": function()}, growth=growth)  # type: ignore[arg-type]


def test_what_fits_only_while_all_zones_are_there_is_a_note() -> None:
    small: Changes = {
        "vpcs app subnets private cidr": "10.0.1.0/28",
        "vpcs app interfaces": {f"h{n}": {"subnet": "private"} for n in range(8)},
    }
    found = plan({"f": function(1000, ("private", "isolated"), connections_per_execution=100)}, small)
    assert found
    assert found.notes == (
        "app.private: were all executions in it, as when the other zones fail, 1 address would be missing",
    )


@pytest.mark.rule("LAMBDA-5")
def test_the_quota_of_a_vpc() -> None:
    many = {f"f{n}": function(1000, connections_per_execution=65_000) for n in range(1)}
    wide: Changes = {"vpcs app subnets private cidr": "10.0.16.0/20"}
    wide |= {"vpcs app instances probe private_ip": "10.0.16.10", "vpcs app instances twin private_ip": "10.0.16.11"}
    found = plan(many, wide)
    assert (found.vpcs[0].interfaces, found.vpcs[0].quota, found.verdict) == (1000, 500, "does not fit")
    assert found.subnets[0].room == "fits"
    found = plan({"f": function(500, connections_per_execution=65_000)}, wide)
    assert (found.vpcs[0].interfaces, found.verdict) == (500, "fits")


def test_what_is_not_modelled_may_have_the_addresses() -> None:
    found = plan({"f": function()}, FIREWALL)
    assert (found.verdict, bool(found)) == ("undecided", False)
    assert found.subnets[0].unknown == "Network Firewall endpoint app.inspect"
    assert plan({"f": function(subnets=("isolated",))}, FIREWALL).verdict == "fits"


# -- merging ------------------------------------------------------------------------------------------------


def test_sets_that_let_out_the_same_and_are_named_alike_can_be_one() -> None:
    groups: Changes = {"vpcs app security_groups a": {}, "vpcs app security_groups b": {}}
    functions = {"f": function(groups=("a",)), "g": function(groups=("b",))}
    (merge,) = plan(functions, groups).merges
    assert (merge.sets, merge.subnets, merge.saved, merge.alike) == ((("a",), ("b",)), ("private",), 1, True)
    named: Changes = {"vpcs app security_groups open ingress": [{"allow": "tcp/5432", "from": "a"}]}
    assert [m.alike for m in plan(functions, groups, named).merges] == [False]
    both: Changes = {"vpcs app security_groups open ingress": [{"allow": "tcp/5432", "from": ["a", "b"]}]}
    assert [m.alike for m in plan(functions, groups, both).merges] == [True]
    narrow: Changes = {"vpcs app security_groups b": {"egress": [{"allow": "tcp/443", "to": "0.0.0.0/0"}]}}
    assert [m.alike for m in plan(functions, groups, narrow).merges] == [False]


def test_the_default_group_names_itself() -> None:
    groups: Changes = {"vpcs app security_groups a": {}}
    functions = {"f": function(groups=("a",)), "g": function(groups=("default",))}
    assert [m.alike for m in plan(functions, groups).merges] == [False]


def test_sets_in_different_subnets_save_nothing() -> None:
    functions = {"f": function(), "g": function(subnets=("isolated",), groups=("open",))}
    assert plan(functions).merges == ()


def test_a_merge_saves_what_the_counts_say() -> None:
    """The saving is the difference of two plans: with two sets, and with one."""
    before = shared(ROOT / "models/lambda-one-off-groups.yaml").lambda_addresses()
    after = shared(ROOT / "models/lambda-shared-groups.yaml").lambda_addresses()
    (merge,) = before.merges
    assert merge.alike
    assert merge.saved == before.addresses - after.addresses == 14
    assert (before.verdict, after.verdict) == ("does not fit", "fits")
    assert [(s.usable, s.others, s.functions, s.free) for s in before.subnets] == [(11, 2, 10, -1)] * 2
    assert [(s.usable, s.others, s.functions, s.free) for s in after.subnets] == [(11, 2, 3, 6)] * 2


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["open", "client"]), st.integers(0, 400)), min_size=1, max_size=5))
def test_sharing_never_costs_more(functions: list[tuple[str, int]]) -> None:
    """All functions with one set of groups need at most what they need with sets of their own."""
    own = {f"f{n}": function(c, groups=(g,), connections_per_execution=500) for n, (g, c) in enumerate(functions)}
    one = {f"f{n}": function(c, connections_per_execution=500) for n, (_, c) in enumerate(functions)}
    apart, together = plan(own), plan(one)
    assert together.addresses <= apart.addresses
    assert apart.addresses - together.addresses == sum(merge.saved for merge in apart.merges)


# -- Lambda Managed Instances -------------------------------------------------------------------------------

PROVIDER: Changes = {"vpcs app capacity_providers fast": {"subnets": ["private"], "max_instances": 30}}
MANAGED = {"m": {"latest": {"capacity_provider": "fast"}}}


@pytest.mark.rule("LAMBDA-33")
def test_managed_instances_take_an_address_each_and_no_shared_interface() -> None:
    found = plan({"f": function(), **MANAGED}, PROVIDER)
    assert [i.users for i in found.interfaces] == [("f",)]
    assert (found.subnets[0].others, found.subnets[0].free, found.verdict) == (32, 218, "fits")
    assert [(p.name, p.most, p.users) for p in found.providers] == [("app.fast", 30, ("m",))]
    assert "m:$LATEST runs on managed instances of fast" in found.notes[-1]
    uncounted: Changes = {"vpcs app capacity_providers fast": {"subnets": ["private"]}}
    assert plan({"f": function(), **MANAGED}, uncounted).verdict == "undecided"


@pytest.mark.rule("LAMBDA-33")
@pytest.mark.parametrize("ends", [("m", "db"), ("db", "m"), ("m", "www"), ("m", "internet"), ("front", "db")])
def test_what_managed_instances_send_and_take_is_undecided(ends: tuple[str, str]) -> None:
    net = load({"lambda_functions": MANAGED, "api_gateways": {"front": {"integration": "m"}}}, PROVIDER)
    trace = net.trace(*ends, "tcp/443")
    assert trace.verdict == "undecided"
    assert "Lambda Managed Instances" in trace.undecided
    with pytest.raises(reachsim.errors.UndecidedError):
        assert "tcp/443" in net.reach(*ends)


@pytest.mark.rule("LAMBDA-33")
def test_an_address_in_the_providers_subnet_may_be_an_instances() -> None:
    net = load({"lambda_functions": MANAGED}, PROVIDER)
    assert net.trace("db", "10.0.1.77", "tcp/443").verdict == "undecided"
    assert net.trace("probe", "10.0.2.77", "tcp/443").verdict == "blocked"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lambda_functions m latest": {"capacity_provider": "fats"}}, "there is no capacity provider 'fats'"),
        ({"lambda_functions m latest": {"capacity_provider": "fast", "vpc": "app"}}, "provider's subnets"),
        ({"vpcs app capacity_providers fast": {"subnets": ["privat"]}}, "did you mean 'private'?"),
        ({"vpcs app capacity_providers fast": {"subnets": []}}, "at least 1 item"),
        ({"vpcs app capacity_providers fast": {"subnets": ["private"], "security_groups": ["no"]}}, "no"),
        ({"vpcs app route_tables private 10.9.0.0/16": "fast"}, "which no route leads to"),
    ],
)
def test_mistakes_about_capacity_providers(changes: Changes, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        load(PROVIDER, {"lambda_functions": dict(MANAGED)}, changes)


def test_a_provider_of_a_name_that_two_vpcs_have_needs_its_vpc() -> None:
    two: Changes = {"vpcs data capacity_providers fast": {"subnets": ["api"]}, "lambda_functions": MANAGED}
    with pytest.raises(DesignError, match=r"write app\.fast or data\.fast"):
        load(PROVIDER, two)
    named = {"lambda_functions": {"m": {"latest": {"capacity_provider": "data.fast"}}}}
    assert [p.users for p in load(PROVIDER, two, named).lambda_addresses().providers] == [(), ("m",)]


# -- the command line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "status"),
    [("lambda-one-off-groups", 1), ("lambda-shared-groups", 0), ("vpc-lambda-as-found", 0), ("three-tier", 0)],
)
def test_exit_codes(model: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lambda", str(ROOT / f"models/{model}.yaml")]) == status
    capsys.readouterr()


def test_undecided_and_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "design.yaml"
    net = load({"lambda_functions f": function()}, FIREWALL)
    path.write_text(json.dumps(net.source.document.data), encoding="utf-8")
    assert main(["lambda", str(path)]) == 3
    assert "subnet app.private: Network Firewall endpoint app.inspect may have" in capsys.readouterr().out
    assert main(["lambda", str(path), "--growth", "-5"]) == 2
    assert main(["lambda", str(path), "--growth", "x"]) == 2
    capsys.readouterr()


def test_the_keys_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lambda", str(ROOT / "models/lambda-one-off-groups.yaml"), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) - {"format_version"} == {
        "file", "verdict", "growth", "addresses", "before_2019", "interfaces", "subnets", "vpcs", "functions",
        "merges", "managed_instances", "notes", "not_modelled",
    }  # fmt: skip
    assert set(data["interfaces"][0]) == {
        "name", "vpc", "subnet", "security_groups", "users", "connections", "interfaces", "connections_at_most",
        "interfaces_at_most", "headroom", "where",
    }  # fmt: skip
    assert set(data["subnets"][0]) == {
        "name", "cidr", "usable", "others", "functions", "functions_at_most", "free", "free_at_least", "room", "unknown",
        "where",
    }  # fmt: skip
    assert set(data["vpcs"][0]) == {"name", "interfaces", "interfaces_at_most", "quota", "fits"}
    assert set(data["functions"][0]) == {
        "name", "memory_mb", "executions", "assumed", "connections_per_execution", "interfaces", "shared_with",
        "before_2019", "outside_vpc", "managed", "where",
    }  # fmt: skip
    assert set(data["merges"][0]) == {"vpc", "sets", "subnets", "saved", "alike"}
