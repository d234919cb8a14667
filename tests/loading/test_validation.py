import time
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    model_validator,
)

import reachsim
from reachsim.errors import DesignError, HintedError, suggest
from reachsim.loading.document import read_document
from reachsim.loading.validation import problems_of, validate


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def check_cidr(text: str) -> str:
    if text == "10.0.1.7/24":
        raise HintedError("'10.0.1.7/24' has host bits set", "did you mean '10.0.1.0/24'?", "CIDR-1")
    if "/" not in text:
        raise ValueError(f"{text!r} is not a CIDR")
    return text


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Cidr = Annotated[str, AfterValidator(check_cidr)]
Tokens = Annotated[list[str], BeforeValidator(as_list)]


class Subnet(Strict):
    cidr: Cidr
    route_table: str | None = None


class Allow(Strict):
    allow: Tokens
    from_: Cidr | Literal["internet"] | list[Cidr] = Field(alias="from")


class Deny(Strict):
    deny: Tokens
    from_: Cidr = Field(alias="from")


class Nat(Strict):
    ip_forward: bool = True
    masquerade: bool = True


class Round(Strict):
    kind: Literal["round"]
    radius: int = 1


class Square(Strict):
    kind: Literal["square"]
    side: int = 1


class Names(RootModel[dict[str, Subnet]]):
    pass


class Vpc(Strict):
    cidrs: Annotated[list[Cidr], Field(min_length=1)]
    subnets: dict[str, Subnet] = {}
    ingress: list[Allow | Deny] = []
    nat: bool | Nat = False
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    status: Literal["active", "pending"] = "active"
    shapes: list[Annotated[Round | Square, Field(discriminator="kind")]] = []
    name: str = "x"
    public_ip: Cidr | bool = False
    tags: dict[Annotated[str, Field(pattern="^[a-z]+$")], str] = {}
    pair: Annotated[tuple[int, str], Field(strict=False)] = (1, "")
    more: Names = Names({})
    old: str = Field("", validation_alias=AliasChoices("new_name", "old_name"))

    @model_validator(mode="after")
    def check_name(self) -> "Vpc":
        if self.name == "bad":
            raise ValueError("the name is bad")
        return self


class Design(Strict):
    version: Literal[1] = 1
    vpcs: dict[str, Vpc] = {}


def errors(text, model=Design):
    with pytest.raises(DesignError) as caught:
        validate(model, read_document(text, file="d.yaml"))
    return str(caught.value)


def in_vpc(text):
    """The errors of one line in a VPC that is otherwise fine, without their position (always line 3)."""
    lines = errors(f"vpcs:\n  a:\n    {text}\n    cidrs: [10.0.0.0/8]\n").split("\n")
    assert all(line.startswith("d.yaml:3:") for line in lines)
    return [line.split(": ", 1)[1] for line in lines]


def test_a_good_document():
    document = read_document(
        "vpcs:\n  a:\n    cidrs: [10.0.0.0/8]\n    nat: {masquerade: false}\n"
        "    ingress:\n    - {allow: tcp, from: internet}\n    - {deny: [udp], from: 10.0.0.0/8}\n",
        file="d.yaml",
    )
    vpc = validate(Design, document).vpcs["a"]
    assert vpc.nat == Nat(masquerade=False)
    assert vpc.ingress == [
        Allow(**{"allow": ["tcp"], "from": "internet"}),
        Deny(**{"deny": ["udp"], "from": "10.0.0.0/8"}),
    ]
    assert validate(Vpc, document, at=("vpcs", "a")) == vpc


def test_all_errors_of_a_file_at_once_at_their_place():
    text = """\
version: 2
vpcs:
  app:
    cidr: [10.0.0.0/16]
    subnets:
      private: {cidr: 10.0.1.7/24, route_tabel: x}
    nat: yes
    port: 70000
    port: 1
  db:
    subnets: {}
  "a.b": {cidrs: [a/b], port: '22'}
extra: 1
"""
    assert errors(text) == (
        "d.yaml:1:10: version: expected 1, got 2\n"
        "d.yaml:4:5: vpcs.app: unknown key 'cidr'; did you mean 'cidrs'?\n"
        "d.yaml:6:23: vpcs.app.subnets.private.cidr: '10.0.1.7/24' has host bits set; "
        "did you mean '10.0.1.0/24'? [CIDR-1]\n"
        "d.yaml:6:36: vpcs.app.subnets.private: unknown key 'route_tabel'; did you mean 'route_table'?\n"
        "d.yaml:7:10: vpcs.app.nat: expected true or false or a mapping, got 'yes'; write true\n"
        "d.yaml:8:11: vpcs.app.port: must be at most 65535, got 70000\n"
        "d.yaml:9:5: vpcs.app: duplicate key 'port'; the first is on line 8\n"
        "d.yaml:11:5: vpcs.db: missing key 'cidrs'\n"
        "d.yaml:12:31: vpcs.'a.b'.port: expected a whole number, got '22'; write 22 without quotes\n"
        "d.yaml:13:1: unknown key 'extra'; the keys here are 'version' and 'vpcs'"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subnets: []", "vpcs.a.subnets: expected a mapping, got a list"),
        (
            "subnets: [{name: x, cidr: a/b}]",
            "vpcs.a.subnets: expected a mapping, got a list; write x: {...} in place of - name: x",
        ),
        ("subnets: [5]", "vpcs.a.subnets: expected a mapping, got a list; write NAME: VALUE in place of each item"),
        ("subnets: {x: 5}", "vpcs.a.subnets.x: expected a mapping, got 5"),
        ("subnets:", "vpcs.a.subnets: expected a mapping, got nothing"),
        ("subnets: {x: {cidrr: a/b}}", "vpcs.a.subnets.x: unknown key 'cidrr'; did you mean 'cidr'?"),
        ("subnets: {x: {Cidr: a/b}}", "vpcs.a.subnets.x: unknown key 'Cidr'; did you mean 'cidr'?"),
        ("more: {x: {cidrr: a/b}}", "vpcs.a.more.x: unknown key 'cidrr'; did you mean 'cidr'?"),
        ("new-name: x", "vpcs.a: unknown key 'new-name'; did you mean 'new_name'?"),
        ("ingress: x", "vpcs.a.ingress: expected a list, got 'x'; write [x]"),
        ("port: 010", "vpcs.a.port: expected a whole number, got '010'; write it without a leading zero"),
        ("port: 0x10", "vpcs.a.port: expected a whole number, got '0x10'; write 16"),
        ("port: 1_000", "vpcs.a.port: expected a whole number, got '1_000'; write 1000"),
        ("port: 1_", "vpcs.a.port: expected a whole number, got '1_'"),
        ("port: 22:22", "vpcs.a.port: expected a whole number, got '22:22'"),
        ("port: true", "vpcs.a.port: expected a whole number, got true"),
        ("port: -1", "vpcs.a.port: must be at least 0, got -1"),
        ("name: 5", "vpcs.a.name: expected text, got 5; put it in quotes: '5'"),
        ("name: true", "vpcs.a.name: expected text, got true; put it in quotes: 'true'"),
        ("name: bad", None),
        ("status: actve",
         "vpcs.a.status: expected 'active' or 'pending', got 'actve'; did you mean 'active'?"),
        ("status: off", "vpcs.a.status: expected 'active' or 'pending', got 'off'"),
        ("nat: {masquerade: 'true'}",
         "vpcs.a.nat.masquerade: expected true or false, got 'true'; write true without quotes"),
        ("nat: {masquerade: no}", "vpcs.a.nat.masquerade: expected true or false, got 'no'; write false"),
        ("nat: {masquerade: 1}", "vpcs.a.nat.masquerade: expected true or false, got 1; write true"),
        ("nat: {masquerade: perhaps}", "vpcs.a.nat.masquerade: expected true or false, got 'perhaps'"),
        ("nat: {ipforward: true}", "vpcs.a.nat: unknown key 'ipforward'; did you mean 'ip_forward'?"),
        ("nat: {xyz: 1}", "vpcs.a.nat: unknown key 'xyz'; the keys here are 'ip_forward' and 'masquerade'"),
        ("public_ip: yes", "vpcs.a.public_ip: 'yes' is not a CIDR; write true"),
        ("public_ip: 10.0.1.7/24",
         "vpcs.a.public_ip: '10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'? [CIDR-1]"),
        ("public_ip: []", "vpcs.a.public_ip: expected text or true or false, got a list"),
        ("tags: {A1: x}", "vpcs.a.tags.A1: 'A1' does not have the form ^[a-z]+$"),
        ("pair: [1, 2]", "vpcs.a.pair[1]: expected text, got 2; put it in quotes: '2'"),
        ("pair: [1]", "vpcs.a.pair: missing item 2"),
        ("shapes: [{kind: rund}]",
         "vpcs.a.shapes[0].kind: expected 'round' or 'square', got 'rund'; did you mean 'round'?"),
        ("shapes: [{side: 1}]", "vpcs.a.shapes[0]: missing key 'kind'"),
        ("shapes: [5]", "vpcs.a.shapes[0]: expected a mapping, got 5"),
        ("shapes: [{kind: square, side: x}]", "vpcs.a.shapes[0].side: expected a whole number, got 'x'"),
        ("shapes: [{kind: square, radius: 1}]", "vpcs.a.shapes[0]: unknown key 'radius'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_value(text, expected):
    assert in_vpc(text) == ["vpcs.a: the name is bad" if expected is None else expected]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{allow: all, from: internett}",
         ["ingress[0].from: expected 'internet', got 'internett'; did you mean 'internet'?"]),
        ("{allow: all, from: x}", ["ingress[0].from: 'x' is not a CIDR"]),
        ("{allow: all, from: [a/b, x]}", ["ingress[0].from[1]: 'x' is not a CIDR"]),
        ("{allow: all, from: {}}", ["ingress[0].from: expected text, 'internet' or a list, got a mapping"]),
        ("{alow: all, from: a/b}", ["ingress[0]: unknown key 'alow'; did you mean 'allow'?"]),
        ("{dny: all, from: a/b}", ["ingress[0]: unknown key 'dny'; did you mean 'deny'?"]),
        ("{deny: all}", ["ingress[0]: missing key 'from'"]),
        ("{deny: all, from: x}", ["ingress[0].from: 'x' is not a CIDR"]),
        ("{deny: [1], from: x}", ["ingress[0].deny[0]: expected text, got 1; put it in quotes: '1'",
                                  "ingress[0].from: 'x' is not a CIDR"]),
        ("allow", ["ingress[0]: expected a mapping, got 'allow'"]),
    ],
)  # fmt: skip
def test_of_a_union_the_branch_that_was_meant(rule, expected):
    assert in_vpc(f"ingress: [{rule}]") == [f"vpcs.a.{line}" for line in expected]


def test_too_few_items():
    assert errors("vpcs: {a: {cidrs: []}}") == "d.yaml:1:19: vpcs.a.cidrs: expected at least 1 item, got 0"


@pytest.mark.parametrize(
    "name", ["str", "list[str]", "Allow", "Vpc", "[key]", "function-after[check_cidr(), str]", "0"]
)
def test_names_that_look_like_a_branch_of_a_union(name):
    text = f"vpcs:\n  '{name}': {{cidrs: [x], ingress: [{{allow: {{'{name}': 1}}, from: [5]}}]}}\n"
    quoted = name if name.isalnum() else f"'{name}'"
    place = f"vpcs.{quoted}"
    assert [line.split(": ", 1)[1] for line in errors(text).split("\n")] == [
        f"{place}.cidrs[0]: 'x' is not a CIDR",
        f"{place}.ingress[0].allow: expected a list, got a mapping",
        f"{place}.ingress[0].from[0]: expected text, got 5; put it in quotes: '5'",
    ]


def test_what_follows_from_a_problem_of_the_yaml_is_not_told_twice():
    text = "vpcs:\n  a: {<<: {cidrs: [a/b]}, port: x}\n  b: !Vpc 5\n  c: *d\n"
    assert errors(text) == (
        "d.yaml:2:7: vpcs.a.'<<': merge keys ('<<') are not supported; write the keys out in each place\n"
        "d.yaml:2:33: vpcs.a.port: expected a whole number, got 'x'\n"
        "d.yaml:3:6: vpcs.b: the tag '!Vpc' is not supported; write the plain value\n"
        "d.yaml:4:6: vpcs.c: the alias '*d' has no anchor before it; write '&d' at the value that it repeats"
    )


def test_problems_of_the_yaml_alone_are_raised_too():
    assert errors("version: 1\nversion: 1\n") == "d.yaml:2:1: duplicate key 'version'; the first is on line 1"


def test_a_part_of_a_document():
    document = read_document("vpcs:\n  a: {port: x, prot: 1}\n", file="d.yaml")
    with pytest.raises(DesignError) as caught:
        validate(Vpc, document, at=("vpcs", "a"))
    assert str(caught.value) == (
        "d.yaml:2:6: vpcs.a: missing key 'cidrs'\n"
        "d.yaml:2:13: vpcs.a.port: expected a whole number, got 'x'\n"
        "d.yaml:2:16: vpcs.a: unknown key 'prot'"
    )


def test_an_unknown_key_where_only_one_is_known():
    class One(Strict):
        port: int = 0

    with pytest.raises(DesignError, match=r"d\.yaml:1:1: unknown key 'xyz'; the only key here is 'port'$"):
        validate(One, read_document("xyz: 1\n", file="d.yaml"))


def test_problems_without_raising():
    document = read_document("version: 1\nversion: 2\nvpcs: 5\n", file="d.yaml")
    with pytest.raises(ValidationError) as caught:
        Design.model_validate(document.data)
    found = problems_of(caught.value, Design, document)
    assert [str(problem) for problem in found] == ["d.yaml:3:7: vpcs: expected a mapping, got 5"]


def test_context_reaches_the_validators():
    def check(value, info):
        if value not in info.context:
            raise HintedError(f"unknown name {value!r}", "did you mean 'a'?")
        return value

    class Plan(Strict):
        name: Annotated[str, AfterValidator(check)]

    document = read_document("name: b\n", file="plan.yaml")
    assert validate(Plan, document, context={"b"}).name == "b"
    with pytest.raises(DesignError, match=r"^plan.yaml:1:7: name: unknown name 'b'; did you mean 'a'\?$"):
        validate(Plan, document, context={"a"})


def test_a_model_that_contains_itself():
    class Tree(Strict):
        size: int | str = 0
        inner: "list[Tree] | Tree | None" = None

    text = "inner: [{inner: {inner: [{siez: 1}]}}]\n"
    assert errors(text, Tree) == ("d.yaml:1:27: inner[0].inner.inner[0]: unknown key 'siez'; did you mean 'size'?")


def test_very_many_errors_end_soon():
    text = "vpcs:\n" + "".join(f"  v{n}: {{cidrs: [x], subnts: {{}}}}\n" for n in range(5_000))
    started = time.perf_counter()
    lines = errors(text).split("\n")
    assert time.perf_counter() - started < 20
    assert len(lines) == 101
    assert lines[0] == "d.yaml:2:16: vpcs.v0.cidrs[0]: 'x' is not a CIDR"
    assert lines[1] == "d.yaml:2:20: vpcs.v0: unknown key 'subnts'; did you mean 'subnets'?"
    assert lines[-1] == "... and 1901 more"


@pytest.mark.parametrize(
    ("name", "candidates", "expected"),
    [
        ("cidrr", ["cidr", "cidrs"], "cidr"),
        ("privat", ["public", "private"], "private"),
        ("Security-Groups", ["security_group", "security_groups"], "security_groups"),
        ("NO_ROUTE", ["CANNOT_ROUTE", "NO_ROUTE_TO_DESTINATION"], "NO_ROUTE_TO_DESTINATION"),
        ("no-route", ["CANNOT_ROUTE", "NO_ROUTE_TO_DESTINATION"], "NO_ROUTE_TO_DESTINATION"),
        ("route_table", ["route_tables", "route_table_id"], "route_tables"),
        ("NO", ["NO_ROUTE_TO_DESTINATION", "NOW"], "NOW"),
        ("x", ["y", "subnet"], None),
        ("cidr", ["cidr"], None),
        ("", ["a"], None),
        ("a" * 1000, ["a" * 999], None),
        ("abc", [], None),
    ],
)
def test_suggest(name, candidates, expected):
    assert suggest(name, candidates) == expected


def test_suggest_among_very_many():
    started = time.perf_counter()
    assert suggest("interface-99999x", (f"interface-{n}" for n in range(10**6))) is not None
    assert time.perf_counter() - started < 10


KEYS = st.sampled_from(
    ["version", "vpcs", "cidrs", "ingress", "allow", "deny", "from", "nat", "kind", "shapes", "str", "x"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["a/b", "x", "internet", "round", "10.0.1.7/24"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def written(value):
    """Flow YAML of a generated tree."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_tree_is_a_design_or_is_told_why_not(tree):
    document = read_document(written({"vpcs": {"v": tree}}), file="d.yaml")
    assert document.data == {"vpcs": {"v": tree}}
    try:
        validate(Design, document)
    except DesignError as error:
        problems = error.problems
    else:
        problems = ()
    for problem in problems:
        assert (problem.line, problem.column) >= (1, 1)
        node = document.data
        for step in problem.path:
            if isinstance(node, list) and step == len(node):
                break  # a tuple's missing item
            node = node[step]


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        ("[]", "d.yaml:2:19: vpcs.a.cidrs: expected at least 1 item, got 0"),
        ("[10.0.0.0/33]", "d.yaml:2:20: vpcs.a.cidrs[0]: '10.0.0.0/33' has a prefix length over 32"),
        ("[x]", "d.yaml:2:20: vpcs.a.cidrs[0]: 'x' is not an IPv4 address: it has 1 number, not 4"),
        (
            "[10.0.0.4]",
            "d.yaml:2:20: vpcs.a.cidrs[0]: '10.0.0.4' has no prefix length; write 10.0.0.4/32 for one address",
        ),
        ("[null]", "d.yaml:2:20: vpcs.a.cidrs[0]: a block such as 10.0.0.0/16 is expected, got nothing"),
    ],
)
def test_no_false_problem_stands_beside_the_true_one(cidrs, expected):
    with pytest.raises(DesignError) as caught:
        reachsim.loads(f"version: 1\nvpcs: {{a: {{cidrs: {cidrs}}}}}\n", file="d.yaml")
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("route_tables: {t: [{destination: 0.0.0.0/0, target: igw}]}", "write 0.0.0.0/0: igw"),
        ("security_groups: {g: [{allow: tcp/443, from: 0.0.0.0/0}]}", "write the rules under ingress or egress"),
    ],
)
def test_lists_that_the_format_has_by_key(written: str, told: str) -> None:
    with pytest.raises(DesignError) as caught:
        reachsim.loads(f"version: 1\nvpcs: {{v: {{cidrs: [10.0.0.0/16], {written}}}}}\n")
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == ("expected a mapping, got a list", told)


def test_a_key_of_what_stands_under_a_mapping_is_told_where_it_stands() -> None:
    with pytest.raises(DesignError) as caught:
        reachsim.loads("version: 1\nlambda_functions: {f: {vpc: app, subnet_ids: [a], subnets: [a]}}\n")
    hints = {problem.message: problem.hint for problem in caught.value.problems}
    assert hints["unknown key 'vpc'"] == hints["unknown key 'subnets'"] == "it stands under 'latest'"


@pytest.mark.parametrize("everybody", ["internet", "Anywhere", "any", "'*'"])
def test_everybody_in_a_rule_is_a_block(everybody: str) -> None:
    group = f"{{ingress: [{{allow: tcp/443, from: {everybody}}}]}}"
    with pytest.raises(DesignError) as caught:
        reachsim.loads(f"version: 1\nvpcs: {{v: {{cidrs: [10.0.0.0/16], security_groups: {{g: {group}}}}}}}\n")
    assert [problem.hint for problem in caught.value.problems] == ["write 0.0.0.0/0, and ::/0 for IPv6"]


def test_a_key_of_a_component_and_a_mapping_for_a_name_are_told_what_to_write() -> None:
    text = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {work: {cidr: 10.0.1.0/24}}
    target_groups: {tasks: {}}
    load_balancers:
      web: {type: network, subnets: [work], listeners: {tcp/443: {target_group: tasks}, tcp/80: {a: b, c: d}}}
"""
    with pytest.raises(DesignError) as caught:
        reachsim.loads(text)
    assert sorted(problem.hint for problem in caught.value.problems) == [
        "it stands under load_balancers.NAME",
        "write 'tasks' alone",
        "write what it is called in this file",
    ]
