"""Names in expectations that are known while a design is loaded, without a topology: never one that it would refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import Changes, design, load
from tests.networks import laws, network
from tests.oracle.text import as_text

import reachsim
from reachsim.answers.promised import plain_names, plain_selector, subnet_names
from reachsim.errors import EndpointError
from reachsim.loading.names import RouteTarget
from reachsim.resources.expectation import Selector


def words_of(net: reachsim.Network) -> set[str]:
    """Everything in a design that may be asked for, and how it is called in its VPC."""
    targets: list[RouteTarget] = [each for some in net.source.names.all_targets.values() for each in some]
    words = {*net.ends.names(), *net.ends.by_bare, "internet", "service:s3", "nobody", "app.nobody"}
    return words | {name for target in targets for name in (target.name, target.full_name)}


@laws(12)
@given(seed=st.integers(0, 400))
def test_a_name_that_needs_no_topology_means_one_end(seed: int) -> None:
    _, _, net = network(seed)
    for word in plain_names(net.source, words_of(net)):
        assert not net.endpoint(word).candidates


@laws(12)
@given(seed=st.integers(0, 400))
def test_a_selector_that_needs_no_topology_selects(seed: int) -> None:
    _, design, net = network(seed)
    vpcs = (*design["vpcs"], "nobody")
    subnets = [f"{vpc}.{name}" for vpc, body in design["vpcs"].items() for name in body["subnets"]]
    bare = {name.partition(".")[2] for name in subnets}
    for asked in [*({"vpc": vpc} for vpc in vpcs), *({"subnet": each} for each in (*subnets, *bare, "nobody"))]:
        if plain_selector(net.design, Selector.model_validate(asked), subnet_names(net.design)):
            assert not net.endpoint(asked).candidates


FUNCTION: Changes = {"lambda_functions": {"web": {"latest": {}}}}
OFFICE: Changes = {"networks": {"app": {"cidrs": ["192.168.0.0/16"], "hosts": {"web": {"ip": "192.168.0.5"}}}}}
HOST = {"internet hosts app.web": {"ip": "93.184.215.14"}}
TWICE = {"vpcs data instances web": {"subnet": "api"}}
SEVERAL = {"vpcs app instances web": {"subnet": "public", "count": 2}}


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({}, {"web", "app.web", "internet", "app.probe"}),
        (HOST, {"web", "internet", "app.probe"}),
        (TWICE, {"app.web", "internet", "app.probe"}),
        (SEVERAL, {"web", "app.web", "internet", "app.probe"}),
    ],
    ids=["as it is", "a host outside has it", "two VPCs have it", "it is several"],
)
def test_a_name_that_stands_twice_needs_the_topology(changes: dict[str, object], plain: set[str]) -> None:
    net = load(changes)
    asked = ("web", "app.web", "internet", "app.probe", "app.nobody", "app", "igw", "pcx", "app.ngw", "ngw", "web/1")
    assert plain_names(net.source, asked) == plain


def test_the_name_of_a_function_too_needs_it() -> None:
    assert plain_names(load(FUNCTION).source, ("web", "app.web")) == {"app.web"}


def test_where_something_gives_names_of_its_own_kind_none_is_plain() -> None:
    net = load(OFFICE)
    assert plain_names(net.source, ("web", "internet", "app.probe")) == set()
    with pytest.raises(EndpointError, match=r"app\.web"):
        net.trace("app.web", "probe", "tcp/80")


def test_only_vpcs_and_subnets_that_are_there_make_a_plain_selector() -> None:
    design = load({"vpcs data subnets public": {"cidr": "10.1.9.0/24"}}).design

    def plain(**asked: object) -> bool:
        return plain_selector(design, Selector.model_validate(asked), subnet_names(design))

    assert plain(vpc="app")
    assert plain(subnet="isolated", vpc=["app", "data"])
    assert plain(subnet="app.public")
    assert not plain(subnet="public")  # of which VPC?
    assert not plain(vpc="ap")
    assert not plain(subnet="app.publi")
    assert not plain(vpc="app", tag={"tier": "web"})


def test_a_load_builds_no_topology_for_names_that_are_known() -> None:
    promise = {"from": "internet", "to": "web", "allow": "tcp/443"}
    for ends in ({}, {"from": {"vpc": "app"}}, {"to": "app.probe"}):
        fresh = reachsim.loads(as_text(design({"expect": [promise | ends]})))  # not one that another test has asked
        assert "topology" not in vars(fresh)
    with pytest.raises(reachsim.DesignError, match="did you mean 'web'"):
        load({"expect": [promise, promise | {"to": "weeb"}]})
