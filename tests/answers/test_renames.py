"""What is only called differently is no change: AWS knows an interface by its VPC and its addresses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from tests.answers.test_diff import edited, told
from tests.networks import laws, loaded, seeds

import reachsim
from reachsim.report.diff import diff_text


def net(text: str) -> reachsim.Network:
    return reachsim.loads(text, file="net.yaml")


def two_tiers(web: str = "web", vpc: str = "shop", *, rule: str = "tcp/443", address: str = "10.0.0.10") -> str:
    """A server that the internet reaches, and its database."""
    return f"""\
version: 1
vpcs:
  {vpc}:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {{cidr: 10.0.0.0/24, route_table: public}}
      private: {{cidr: 10.0.1.0/24}}
    route_tables:
      public: {{0.0.0.0/0: igw}}
    security_groups:
      web: {{ingress: [{{allow: {rule}, from: 0.0.0.0/0}}]}}
      db: {{ingress: [{{allow: tcp/5432, from: web}}]}}
    instances:
      {web}: {{subnet: public, private_ip: {address}, public_ip: 198.51.100.1, security_groups: [web]}}
      db: {{subnet: private, private_ip: 10.0.1.10, security_groups: [db]}}
"""


def now_called(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("shop.front" if name == "shop.web" else name for name in names)


def test_a_name_is_no_change() -> None:
    found = reachsim.diff(net(two_tiers()), net(two_tiers("front")))
    assert not found
    assert (found.added, found.removed, found.renamed) == ((), (), (("shop.web", "shop.front"),))
    assert str(found).splitlines()[-1] == "renamed  shop.web -> shop.front"
    assert found.to_dict()["renamed"] == [{"before": "shop.web", "after": "shop.front"}]
    assert "renamed: shop.web → shop.front" in (found._repr_html_() or "")


def test_a_vpc_is_known_by_its_blocks_when_its_name_is_gone() -> None:
    found = reachsim.diff(net(two_tiers()), net(two_tiers(vpc="store")))
    assert not found
    assert found.renamed == (("shop.web", "store.web"), ("shop.db", "store.db"))


def test_what_else_an_edit_changes_is_told_under_the_names_of_now() -> None:
    before, after = net(two_tiers()), net(two_tiers("front", rule="tcp/80"))
    plain = reachsim.diff(before, net(two_tiers(rule="tcp/80")))
    found = reachsim.diff(before, after)
    assert [(c.kind, c.text, c.sources, c.destinations) for c in found.changes] == [
        (c.kind, c.text, now_called(c.sources), now_called(c.destinations)) for c in plain.changes
    ]
    assert {change.text for change in found.opened} == {"tcp/80"}
    assert {change.text for change in found.closed} == {"tcp/443"}


def test_the_rule_behind_a_change_is_looked_for_under_both_names() -> None:
    before, after = net(two_tiers()), net(two_tiers("front", rule="tcp/80"))
    text = diff_text(reachsim.diff(before, after), [], (before, after))
    assert "because  shop.front security group web ingress" in text
    assert "now     tcp/80 from 0.0.0.0/0, net.yaml:12" in text
    assert "before  no ingress rule matches tcp/80" in text
    assert "before  tcp/443 from 0.0.0.0/0, net.yaml:12" in text  # of what was closed
    assert text.endswith("renamed  shop.web -> shop.front")


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (two_tiers("front", address="10.0.0.11"), "another address"),
        (
            two_tiers("front")
            .replace("instances:\n      front", "interfaces:\n      front")
            .replace("      db: {subnet", "    instances:\n      db: {subnet"),
            "another kind",
        ),
    ],
)
def test_what_differs_in_more_than_its_name_is_another(after: str, why: str) -> None:
    found = reachsim.diff(net(two_tiers()), net(after))
    assert (found.added, found.removed, found.renamed) == (("shop.front",), ("shop.web",), ()), why
    assert {(c.kind, *c.destinations) for c in found.changes if c.sources == ("internet",)} == {
        ("opened", "shop.front"),
        ("closed", "shop.web"),
    }


def called(value: Any, old: str, new: str) -> Any:
    """Plain data in which a name is another one, wherever it stands."""
    if isinstance(value, dict):
        return {called(key, old, new): called(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [called(each, old, new) for each in value]
    return new if value == old else value


def test_the_interface_of_a_function_has_the_name_of_its_group() -> None:
    """AWS makes one for each subnet and set of groups; what the group is called makes no other of it."""
    function = "lambda_functions: {fetch: {latest: {vpc: shop, subnets: [private], security_groups: [db]}}}\n"
    text = two_tiers() + function
    found = reachsim.diff(net(text), net(text.replace("db: {ingress", "data: {ingress").replace("[db]", "[data]")))
    assert not found
    assert found.renamed == (("shop.lambda(private; db)", "shop.lambda(private; data)"),)


@laws(2)
@given(seeds)
def test_a_rename_beside_an_edit_changes_the_names_alone(seed: int) -> None:
    rng, before, after = edited(seed, 2)
    hosts = [(vpc, name) for vpc, body in before.design.vpcs.items() for name in body.instances]
    if not hosts:
        return
    vpc, name = rng.choice(hosts)
    data: Any = after.source.document.data
    again = loaded(called(called(data, name, "other-name"), f"{vpc}.{name}", f"{vpc}.other-name"))
    plain, found = reachsim.diff(before, after), reachsim.diff(before, again)
    full = f"{vpc}.{name}"
    if full not in after.topology.interfaces:
        return
    new_names = dict(found.renamed)
    assert new_names[full] == f"{vpc}.other-name"
    renamed = {
        (kind, new_names.get(one, one), new_names.get(other, other), way): space
        for (kind, one, other, way), space in told(plain).items()
    }
    assert renamed == told(found)
    assert len(plain.undecided) == len(found.undecided)


def functions(name: str = "f", *, subnets: str = "[a]", memory: int = 512, more: str = "", api: str = "front") -> str:
    """A function in a VPC that an API calls, and what else there is."""
    return f"""\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2600:1f18::/56"]
    subnets: {{a: {{cidr: 10.0.0.0/24, ipv6_cidr: "2600:1f18::/64"}}, b: {{cidr: 10.0.1.0/24}}}}
    security_groups: {{open: {{egress: [{{allow: tcp/443, to: 0.0.0.0/0}}]}}, own: {{ingress: []}}}}
    instances: {{db: {{subnet: a, private_ip: 10.0.0.9, security_groups: [own]}}}}
lambda_functions:
  {name}:
    memory_mb: {memory}
    latest: {{}}
    versions: {{1: {{vpc: app, subnets: {subnets}, security_groups: [open]}}}}
    aliases: {{prod: 1}}
{more}api_gateways: {{{api}: {{integration: "{name}:prod"}}}}
"""


def test_a_function_of_another_name_is_the_same() -> None:
    found = reachsim.diff(net(functions()), net(functions("g", api="edge")))
    assert not found
    assert found.renamed == (("f", "g"), ("front", "edge"))
    assert reachsim.diff(net(functions("g")), net(functions())).renamed == (("g", "f"),)


@pytest.mark.parametrize(
    "after",
    [
        functions("g", subnets="[b]"),
        functions("g", memory=1024),
        functions("g").replace("aliases: {prod: 1}", "aliases: {live: 1}").replace("g:prod", "g:live"),
        functions("g").replace("latest: {}", "latest: {vpc: app, subnets: [a], security_groups: [open]}"),
        functions("g").replace("versions: {1:", "versions: {2: {}, 1:"),
        functions("g").replace("[open]}}\n    al", "[open], ipv6: true}}\n    al"),
    ],
    ids=["subnet", "memory", "alias", "attachment", "version", "ipv6"],
)
def test_a_function_that_differs_is_another(after: str) -> None:
    found = reachsim.diff(net(functions()), net(after))
    assert ("f", "g") not in found.renamed
    assert "f" in {name for change in found.closed for name in change.sources}


def test_of_several_that_are_alike_none_is_taken_for_another() -> None:
    twin = functions().split("lambda_functions:\n")[1].split("api_gateways")[0]
    before = functions(more=twin.replace("  f:", "  e:"))
    after = functions("g", more=twin.replace("  f:", "  h:"))
    found = reachsim.diff(net(before), net(after))
    assert found.renamed == ()
    assert {name for change in found.closed for name in change.sources} >= {"e", "f"}
    assert {name for change in found.opened for name in change.sources} >= {"g", "h"}


def test_what_a_renamed_function_gains_is_told_of_its_interface() -> None:
    wider = functions("g").replace("own: {ingress: []}", "own: {ingress: [{allow: tcp/443, from: open}]}")
    found = reachsim.diff(net(functions()), net(wider))
    assert ("f", "g") in found.renamed
    assert [(change.sources, change.destinations) for change in found.opened] == [
        (("app.lambda(a; open)",), ("app.db",))
    ]


@pytest.mark.rule("LAMBDA-33")
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_not_known_of_a_function_is_neither_opened_nor_closed(turned: bool) -> None:
    """What functions on managed instances send is undecided: that it was sent before proves no difference."""
    managed = functions().replace("latest: {}", "latest: {capacity_provider: app.own}")
    managed = managed.replace("    instances:", "    capacity_providers: {own: {subnets: [a]}}\n    instances:")
    before, after = net(functions()), net(managed)
    assert before.reach("f", "internet")
    found = reachsim.diff(after, before) if turned else reachsim.diff(before, after)
    assert any(
        reason.startswith("f -> internet: f:$LATEST runs on Lambda Managed Instances") for reason in found.undecided
    )
    assert "f" not in {name for change in found.changes for name in change.sources}
