"""References: however a file names what is in its own VPC, a loaded design has one name for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
import yaml
from tests.designs import BASE, Changes, design, edited, load, problems
from tests.oracle import component_base as components

import reachsim
from reachsim.resources.design import design_model
from reachsim.resources.fields import NameOf, Reference, Schema

MODELS = Path(__file__).parents[2] / "models"
NAMING = {"subnet", "subnets", "route_table", "network_acl", "security_groups", "propagate", "gateway", "propagate_to",
          "targets"}  # fmt: skip
"""Keys behind which names of the same VPC may stand; and those of rules and routes."""


def qualified(data: dict[str, Any]) -> dict[str, Any]:
    """A design that writes ``vpc.name`` wherever a name of the same VPC stands."""
    out = edited(data)
    for vpc, body in out["vpcs"].items():
        known = {"main", "default", *names_in(body)}
        body |= {key: _written(value, vpc, known, key) for key, value in body.items()}
        for name, group in (body.get("security_groups") or {}).items():
            groups = {"default", *body["security_groups"]}
            body["security_groups"][name] = _rules(group, vpc, groups)
        for table in (body.get("route_tables") or {}).values():
            routes = table.get("routes", table) if table else {}
            routes |= {to: f"{vpc}.{each}" if each in known else each for to, each in routes.items() if to != "gateway"}
        for endpoint in (body.get("vpc_endpoints") or {}).values():
            for key in ("private_ips", "route_tables"):
                if key in endpoint:
                    endpoint[key] = _names(endpoint[key], vpc, known)
    functions = [each for function in out.get("lambda_functions", {}).values() for each in _bodies(function)]
    attachments = [each for each in out.get("transit_gateways", {}).values() for each in each["attachments"].values()]
    for body in (*functions, *attachments):
        if body.get("vpc"):
            known = {"default", *names_in(out["vpcs"][body["vpc"]])}
            body |= {key: _names(value, body["vpc"], known) for key, value in body.items() if key in NAMING}
    return out


def names_in(vpc: dict[str, Any]) -> Iterator[str]:
    """Everything in a VPC that has a name."""
    yield from (vpc[key] for key in ("internet_gateway", "egress_only_internet_gateway") if key in vpc)
    for key, value in vpc.items():
        if isinstance(value, dict) and key not in ("tags", "block_public_access"):
            yield from value


def _bodies(function: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from filter(None, (function.get("latest"), *(function.get("versions") or {}).values()))


def _written(value: Any, vpc: str, known: Collection[str], section: str) -> Any:
    if isinstance(value, dict) and section not in ("tags", "block_public_access"):
        return {
            key: _names(each, vpc, known) if key in NAMING and each is not None else _written(each, vpc, known, key)
            for key, each in value.items()
        }
    return value


def _names(value: Any, vpc: str, known: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {_names(key, vpc, known): each for key, each in value.items()}
    if isinstance(value, list):
        return [_names(each, vpc, known) for each in value]
    return f"{vpc}.{value}" if value in known else value


def _rules(group: Any, vpc: str, groups: Collection[str]) -> Any:
    if not isinstance(group, dict):
        return group
    rules = {way: group[way] for way in ("ingress", "egress") if isinstance(group.get(way), list)}
    return group | {
        way: [rule | {key: _names(rule[key], vpc, groups) for key in ("from", "to") if key in rule} for rule in each]
        for way, each in rules.items()
    }


def loaded(data: dict[str, Any]) -> reachsim.Network:
    return reachsim.loads(yaml.safe_dump(data, sort_keys=False))


EVERYTHING = components.changed(
    {
        **components.PEERED, **components.GATEWAY_S3, **components.nlb(), **components.alb(), **components.MULTI,
        f"{components.HUB}.vpc_endpoints.kms": components.KMS, f"{components.HUB}.enable_dns_hostnames": True,
        **components.PROPAGATE, **components.group("hub", "open", ("all", "lb"), ("tcp/80", "default")),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BASE, id="base"),
        pytest.param(EVERYTHING, id="components"),
        *(
            pytest.param(yaml.safe_load((MODELS / f"{name}.yaml").read_text(encoding="utf-8")), id=name)
            for name in (
                "vpc-lambda-as-found", "hub-and-spoke", "24-zone-without-attachment-as-found", "lambda-shared-groups",
                "gateway-load-balancer-without-geneve-as-found", "26-vpn-routes-not-propagated-as-found",
                "12-acl-server-lacks-outbound-ephemeral-as-found", "privatelink-target-admits-clients-as-found",
            )
        ),
    ],
)  # fmt: skip
def test_a_design_is_the_same_however_it_names_its_own(data: dict[str, Any]) -> None:
    written = qualified(data)
    assert written != data
    assert loaded(written).design == loaded(data).design


def test_answers_are_those_of_the_bare_names() -> None:
    """Every answer reads the design; edits and cures read the file too."""
    data = yaml.safe_load((MODELS / "03-nat-gateway-in-private-subnet-as-found.yaml").read_text(encoding="utf-8"))
    bare, full = loaded(data), loaded(qualified(data))
    one, other = bare.fix_all().whole, full.fix_all().whole
    assert one is not None
    assert other is not None
    assert [edit.text for edit in other.edits] == [edit.text for edit in one.edits]
    assert [(f.code, f.component, f.text) for f in full.lint()] == [(f.code, f.component, f.text) for f in bare.lint()]


def test_an_edited_rule_is_read_as_a_loaded_one() -> None:
    path = "vpcs.app.security_groups.open.ingress[0].from"
    assert load().with_({path: "app.client"}).design == load().with_({path: "client"}).design


def test_a_name_of_another_vpc_stays_as_it_is() -> None:
    net = load({"vpcs app security_groups open ingress": [{"allow": "all", "from": ["data.open", "app.open"]}]})
    assert net.design.vpcs["app"].security_groups["open"].ingress[0].peers == ("data.open", "open")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vpcs app instances web subnet": "app.nowhere"}, "VPC app has no subnet 'nowhere'"),
        ({"vpcs app instances web subnet": "data.api"}, "'data.api' is not in VPC app"),
        # What is in no VPC has no name in one, also where the name alone would mean it.
        ({"vpcs app route_tables public": {"10.1.0.0/16": "app.pcx"}}, "'app.pcx' is not a route target in VPC app"),
        (
            {"prefix_lists": {"pl": ["10.9.0.0/16"]}, "vpcs app security_groups client ingress":
             [{"allow": "all", "from": "app.pl"}]},
            "'app.pl' is neither a security group of VPC app nor a prefix list",
        ),
        # Two spellings of one key: neither is thrown away.
        (
            {"vpcs app vpc_endpoints kms": {"type": "interface", "service": "kms", "subnets": ["public"],
             "private_ips": {"public": "10.0.0.50", "app.public": "10.0.0.51"}}},
            "it has no interface in this subnet",
        ),
        ({"vpcs app load_balancers lb": {"type": "network", "scheme": "internal", "subnets": ["public", "app.public"]}},
         "a subnet is listed twice"),
    ],
)  # fmt: skip
def test_what_names_nothing_is_told_as_it_is_written(change: Changes, message: str) -> None:
    assert [problem.message for problem in problems(change)] == [message]


def test_a_service_and_a_vpc_may_have_one_name() -> None:
    """``ecr.api`` is a service of AWS's, and no endpoint `api` of a VPC `ecr`."""
    endpoint = {"type": "interface", "service": "ecr.api", "subnets": ["s"]}
    vpc = {"cidrs": ["10.7.0.0/16"], "subnets": {"s": {"cidr": "10.7.0.0/24"}}, "vpc_endpoints": {"api": endpoint}}
    net = loaded(design({"vpcs ecr": vpc}))
    assert net.design.vpcs["ecr"].vpc_endpoints["api"].service == "ecr.api"


BEYOND = {
    ("ApiGateway", "integration"), ("Attachment", "direct_connect_gateway"), ("Attachment", "peer"),
    ("Attachment", "vpc"), ("Attachment", "vpn"), ("BlockPublicAccess", "exclusions"),
    ("DirectConnectGateway", "gateways"), ("EndpointService", "accepted"), ("EndpointService", "load_balancer"),
    ("FunctionConfiguration", "capacity_provider"), ("FunctionConfiguration", "vpc"), ("LoadBalancer", "listeners"),
    ("ExternalNetwork", "via"), ("PeeringConnection", "accepter"), ("PeeringConnection", "requester"),
    ("PrivateHostedZone", "records"), ("PrivateHostedZone", "vpcs"), ("SecurityGroup", "associated_vpcs"),
    ("Selector", "subnet"), ("Selector", "vpc"), ("TransitRouteTable", "associations"),
    ("TransitRouteTable", "propagations"), ("TransitRouteTable", "routes"), ("UnknownConnection", "vpcs"),
    ("VpcEndpoint", "prefix_list"),
    ("VpcEndpoint", "service"), ("VpnConnection", "gateway"),
}  # fmt: skip
"""References to what is not in the VPC that they are written in, or in none."""


def test_every_reference_says_what_of_its_vpc_it_names() -> None:
    """A new key that names something of its VPC is settled, or stands here."""
    seen: set[tuple[str, str]] = set()
    todo: list[type[Schema]] = [design_model()]
    done: set[type[Schema]] = set()
    while todo:
        model = todo.pop()
        if model in done:
            continue
        done.add(model)
        for name, field in model.model_fields.items():
            parts = [*_parts(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)]
            todo += [part for part in parts if isinstance(part, type) and issubclass(part, Schema)]
            if Reference in parts:
                seen.add((model.__name__, name))
    assert seen == BEYOND


def _parts(annotation: Any) -> Iterator[Any]:
    """A type and all that it is made of; nothing of what `Names` marks."""
    if any(isinstance(each, NameOf) for each in getattr(annotation, "__metadata__", ())):
        return
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


@pytest.mark.parametrize(
    ("value", "kind"), [(["open"], "a list"), ({"a": 1}, "a mapping"), ("", "''"), (None, "nothing")]
)
def test_what_is_no_name_is_told_once(value: Any, kind: str) -> None:
    """A reference, and the peer of a rule."""
    if value is not None:
        (problem,) = problems({"vpcs app instances db subnet": value})
        assert (problem.message, problem.path[-1]) == (f"a name is expected, got {kind}", "subnet")
    (problem,) = problems({"vpcs app security_groups open ingress": [{"allow": "all", "from": [value]}]})
    expected = "a block, an address, a security group or a prefix list is expected"
    assert (problem.message, problem.path[-1]) == (f"{expected}, got {kind}", 0)
