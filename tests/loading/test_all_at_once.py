"""What the schema refuses does not hide names that mean nothing."""

import pytest

import reachsim

DESIGN = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets:
      a: {cidr: 10.0.1.7/24}
      b: {cidr: 10.0.2.0/24, route_table: nope}
    security_groups:
      web: {ingress: [{allow: tcp/99999, from: 10.0.0.0/8}]}
      db: {ingress: [{allow: tcp/1, from: wbe}]}
    instances:
      x: {subnet: a, security_groups: [web]}
      y: {subnet: c, security_groups: [dd]}
"""


def test_all_errors_of_a_file_are_told_in_one_go():
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(DESIGN, file="d.yaml")
    assert str(caught.value).splitlines() == [
        "d.yaml:7:17: vpcs.app.subnets.a.cidr: '10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'?",
        "d.yaml:8:43: vpcs.app.subnets.b.route_table: VPC app has no route table 'nope'",
        "d.yaml:10:31: vpcs.app.security_groups.web.ingress[0].allow: 'tcp/99999' is not traffic: "
        "99999 is over 65535, the last for a port",
        "d.yaml:11:43: vpcs.app.security_groups.db.ingress[0].from: "
        "'wbe' is neither a security group of VPC app nor a prefix list; did you mean 'web'?",
        "d.yaml:14:19: vpcs.app.instances.y.subnet: VPC app has no subnet 'c'",
        "d.yaml:14:40: vpcs.app.instances.y.security_groups[0]: VPC app has no security group 'dd'",
    ]


def test_what_was_taken_out_is_not_told_as_missing():
    """`a` and `web` are there, only wrong."""
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(DESIGN, file="d.yaml")
    assert not [p for p in caught.value.problems if p.path[:5] == ("vpcs", "app", "instances", "x", "subnet")]
    assert not [p for p in caught.value.problems if "security group 'web'" in p.message]


def problems_of(text: str) -> list[str]:
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(text, file="d.yaml")
    return [f"{p.line}:{p.column} {reachsim.errors.format_path(p.path)}: {p.message}" for p in caught.value.problems]


UNKNOWN_KEYS = """
version: 1
regoin: eu-west-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    qqq: {a9: b9}
    subnets:
      a: {cidr: 10.0.1.0/24, zzzz: 1, route_table: nope}
      b: {cidr: 10.0.2.0/24}
      c: {cidr: 10.1.2.0/24}
    security_groups:
      web: {ingres: [{allow: tcp/80, from: 10.0.0.0/8}, {allow: tcp/99999, from: 10.0.0.0/8}, {alow: tcp, from: wbe}]}
    instances:
      x: {subnet: bb, private_ip: 10.0.2.300, security_groups: [web, dd]}
"""


def test_an_unknown_key_hides_nothing():
    """Neither in the mapping that has it, nor under it, where it is a slip; c is outside its VPC, which has lost a key."""
    assert problems_of(UNKNOWN_KEYS) == [
        "3:1 : unknown key 'regoin'",
        "7:5 vpcs.app: unknown key 'qqq'",
        "9:30 vpcs.app.subnets.a: unknown key 'zzzz'",
        "9:52 vpcs.app.subnets.a.route_table: VPC app has no route table 'nope'",
        "13:13 vpcs.app.security_groups.web: unknown key 'ingres'",
        "13:65 vpcs.app.security_groups.web.ingres[1].allow: "
        "'tcp/99999' is not traffic: 99999 is over 65535, the last for a port",
        "13:96 vpcs.app.security_groups.web.ingres[2]: unknown key 'alow'",
        "13:113 vpcs.app.security_groups.web.ingres[2].from: "
        "'wbe' is neither a security group of VPC app nor a prefix list",
        "15:19 vpcs.app.instances.x.subnet: VPC app has no subnet 'bb'",
        "15:35 vpcs.app.instances.x.private_ip: '10.0.2.300' is not an IPv4 address: 300 is over 255",
        "15:70 vpcs.app.instances.x.security_groups[1]: VPC app has no security group 'dd'",
    ]


def test_what_aws_refuses_is_told_beside_what_the_schema_refuses():
    """Where nothing was taken out of it: c is outside its VPC (SUBNET-1), of whose other subnet a key is unknown."""
    text = UNKNOWN_KEYS.replace("    qqq: {a9: b9}\n", "").replace(", route_table: nope", "")
    assert [line for line in problems_of(text) if ".c.cidr" in line] == [
        "10:17 vpcs.app.subnets.c.cidr: 10.1.2.0/24 is not inside any block of its VPC"
    ]


def test_items_of_lists_keep_their_numbers():
    """However many of those before them are taken out, and beyond the tenth."""
    bad, good, last = "{allow: tcp/x}", "{allow: tcp, from: web}", "{allow: tcp, from: 'no'}"
    rules = ", ".join([bad, good, bad, *[good] * 6, bad, bad, last])
    text = f"""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    security_groups: {{web: {{ingress: [{rules}]}}}}
"""
    told = [line.partition(" ")[2] for line in problems_of(text)]
    assert [line for line in told if "'no'" in line] == [
        "vpcs.app.security_groups.web.ingress[11].from: 'no' is neither a security group of VPC app nor a prefix list"
    ]


def test_a_version_that_is_not_there_hides_nothing():
    for version in ("", "version: '1'\n", "version: 2\n"):
        text = version + "vpcs: {app: {cidrs: [10.0.0.0/16], subnets: {a: {cidr: 10.0.1.0/24, route_table: nope}}}}"
        assert len(problems_of(text)) == 2
        assert "no route table 'nope'" in problems_of(text)[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        "subnets: 7", "subnetworks_of_it: {a: {cidr: 10.0.1.0/24}}", "subnets: {a: {cidr: 10.0.1.0/33}}",
        "subnets: {a: 7}", "subnets: [a]",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_missed(wrong: str):
    """What names something that may be in the part that cannot be read is no second problem."""
    design = f"""
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    {wrong}
    instances: {{x: {{subnet: a}}}}
  other: {{cidrs: [10.1.0.0/16], security_groups: {{g: {{ingress: [{{allow: tcp, from: app.x}}]}}}}}}
lambda_functions: {{f: {{latest: {{vpc: app, subnets: [a]}}}}}}
"""
    assert not [line for line in problems_of(design) if "subnet 'a'" in line]


def test_a_value_of_another_kind_is_an_error_and_no_traceback():
    for value in ("{a: 1}", "[1]", "7"):
        head = "version: 1\nvpcs: {app: {cidrs: [10.0.0.0/16]}}\n"
        assert problems_of(head + f"expect: [{{from: a, to: b, allow: tcp, fails: {value}}}]")
        assert problems_of(head + f"lint: {{ignore: [{{code: {value}, why: x}}]}}")


ENDS = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, route_table: nope}}
    load_balancers:
      alb: {subnets: [a], listeners: [{port: 443, to: web}]}
    instances: {x: {subnet: a}, db: {subnet: a, security_groups: [gone]}}
expect:
  - {from: x, to: dbb, allow: tcp/1}
  - {from: internet, to: alb, deny: all}
  - {from: web, to: "service:s3", allow: tcp/443}
  - {from: vpc.x, to: 10.0.0.1, deny: all}
  - {from: {vpc: app}, to: nobody-knows, deny: all}
"""


def test_ends_of_promises_that_stand_nowhere_are_told_too():
    """Beside what the schema refuses and what means nothing; `web` may be what is in a value that cannot be read."""
    assert problems_of(ENDS) == [
        "6:51 vpcs.app.subnets.a.route_table: VPC app has no route table 'nope'",
        "8:38 vpcs.app.load_balancers.alb.listeners: expected a mapping, got a list",
        "9:67 vpcs.app.instances.db.security_groups[0]: VPC app has no security group 'gone'",
        "11:19 expect[0].to: unknown endpoint 'dbb'; did you mean 'db'?",
        "15:28 expect[4].to: unknown endpoint 'nobody-knows'; write the name of something in the file (x, db, alb), "
        "an address, a block or internet",
    ]


def test_promises_about_another_file_name_what_is_there():
    alone = "model: net.yaml\nexpect:\n  - {from: x, to: dbb, allow: tcp/1}\n"
    assert not [line for line in problems_of(alone) if "dbb" in line]
