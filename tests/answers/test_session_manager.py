"""Session Manager: what chapter SSM says of roles, agents and ways, on small designs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.designs import GONE, Changes, edited
from tests.oracle.text import as_text, write_yaml

import reachsim
from reachsim.cli.main import main
from reachsim.errors import DesignError, EndpointError, UsageError
from reachsim.rules.session_manager import image, missing_actions, parse_version, policies_allow

ROOT = Path(__file__).parents[2]
MODEL = yaml.safe_load((ROOT / "models/session-manager-and-a-bastion.yaml").read_text(encoding="utf-8"))
WORKER = "vpcs shop instances worker"


def load(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(as_text(edited(MODEL, *changes)), file="test.yaml")


def node(*changes: Changes, name: str = "worker", minutes: int | None = None) -> Any:
    return load(*changes).session_manager(name, minutes=minutes).nodes[0]


def missing(*changes: Changes) -> list[tuple[str, str]]:
    return [(need.name, need.rule) for need in node(*changes).missing]


# -- data ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("SSM-10")
@pytest.mark.parametrize(
    "ami",
    [
        "Amazon Linux 2", "amzn2-ami-hvm-2.0.20230404.0-x86_64-gp2", "amzn2-ami-ecs-hvm-2.0.20230321", "Amazon Linux 2023",
        "al2023-ami-2023.0.20230503.0-kernel-6.1-x86_64", "amazon-eks-node-1.27-v20230607", "AlmaLinux OS 9.2 x86_64",
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20230516", "Ubuntu 18.04", "Ubuntu 25.04",
        "suse-sles-15-sp4-v2023-hvm-ssd-x86_64", "amzn-ec2-macos-14.5", "Windows_Server-2022-English-Full-Base-2023.05.10",
        "Windows Server 2016", "Windows Server 2019", "Windows_Server-2025-English-Core-Base",
    ],
)  # fmt: skip
def test_images_that_have_the_agent(ami: str) -> None:
    assert (image(ami).agent, image(ami).rule) == (True, "SSM-10")


@pytest.mark.rule("SSM-9")
@pytest.mark.parametrize(
    "ami",
    ["amzn-ami-hvm-2018.03.0.20230404.0", "Ubuntu 16.04", "SLES 12 SP5", "suse-sles-15-sp1", "macOS 10.15", "macOS 11.6",
     "Windows_Server-2012-R2_RTM-English-64Bit-Base-2017.01.11"],
)  # fmt: skip
def test_images_that_had_the_agent_in_2021(ami: str) -> None:
    assert (image(ami).agent, image(ami).rule) == (True, "SSM-9")


@pytest.mark.rule("SSM-10")
@pytest.mark.parametrize(
    "ami",
    ["Debian 12", "debian-12-amd64-20230711", "RHEL-9.2.0_HVM-20230503", "Red Hat 8", "CentOS Stream 9", "Rocky-9-EC2-Base",
     "Oracle Linux 8", "OL8.8-x86_64", "al2023-ami-minimal-2023.0", "ubuntu-minimal/images/ubuntu-jammy-22.04",
     "amzn2-ami-minimal-hvm-2.0"],
)  # fmt: skip
def test_images_that_have_none(ami: str) -> None:
    assert image(ami).agent is False


@pytest.mark.parametrize(
    "ami",
    [None, "ami-0abcdef1234567890", "golden-2023-05", "bottlerocket-aws-k8s-1.27", "Ubuntu 14.04", "Ubuntu", "macOS 12",
     "Windows_Server-2012-R2", "Windows Server 2008", "Fedora 38"],
)  # fmt: skip
def test_images_that_tell_nothing(ami: str | None) -> None:
    assert image(ami).agent is None


def test_windows_before_november_2016() -> None:
    assert image("Windows_Server-2012-R2_RTM-English-64Bit-Base-2016.10.12").agent is False
    assert image("Windows_Server-2012-R2_RTM-English-64Bit-Base-2016.11.09").agent is True


@pytest.mark.rule("SSM-7")
@pytest.mark.parametrize(
    ("actions", "count"),
    [(["*"], 0), (["ssm:*", "ssmmessages:*"], 0), (["ssm:UpdateInstanceInformation"], 4), (["SSMMESSAGES:create*"], 3),
     ([], 5), (["ssm:Update[I]nstanceInformation"], 5)],
)  # fmt: skip
def test_the_actions_of_a_session(actions: list[str], count: int) -> None:
    assert len(missing_actions(actions)) == count


@pytest.mark.rule("SSM-6")
def test_policies() -> None:
    assert policies_allow(["AmazonSSMManagedInstanceCore"]) is True
    assert policies_allow(["mine", "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]) is True
    assert policies_allow(["AmazonS3ReadOnlyAccess"]) is False
    assert policies_allow([]) is False
    assert policies_allow(["mine"]) is None


# -- states -------------------------------------------------------------------------------------------------


@pytest.mark.rule("SSM-1")
def test_ready_without_any_inbound_rule() -> None:
    closed: Changes = {f"vpcs shop security_groups {g} ingress": [] for g in ("bastion", "web", "worker")}
    found = load(closed).session_manager()
    assert found
    assert [n.state for n in found.nodes] == ["ready"] * 3
    assert [n.inbound_rules for n in found.nodes] == [()] * 3
    assert all(need.trace.reachable for n in found.nodes for need in n.needs if need.trace is not None)


@pytest.mark.rule("SSM-6")
@pytest.mark.parametrize(
    ("profile", "state"),
    [
        (None, "not ready"),
        ([], "not ready"),
        ("AmazonSSMManagedInstanceCore", "ready"),
        (["AmazonS3ReadOnlyAccess"], "not ready"),
        (["mine"], "undecided"),
        ({"actions": ["ssm:*", "ssmmessages:*"]}, "ready"),
        ({"actions": ["ssm:*"]}, "not ready"),
        ({"policies": ["mine"], "actions": ["*"]}, "ready"),
    ],
)
def test_the_role(profile: Any, state: str) -> None:
    assert node({f"{WORKER} instance_profile": profile}).state == state
    if state == "not ready":
        assert missing({f"{WORKER} instance_profile": profile}) == [("role", "SSM-6")]


@pytest.mark.rule("SSM-6")
@pytest.mark.parametrize(
    ("agent", "state"), [("3.2.582.0", "ready"), ("3.2.581.9", "not ready"), (True, "undecided"), ("3.3.0.0", "ready")]
)
def test_default_host_management_is_for_agents_that_know_it(agent: Any, state: str) -> None:
    changes: Changes = {
        f"{WORKER} instance_profile": GONE,
        f"{WORKER} ssm_agent": agent,
        "default_host_management": True,
    }
    assert node(changes).state == state


@pytest.mark.rule("SSM-8")
@pytest.mark.parametrize(
    ("agent", "state"),
    [
        (True, "ready"),
        (False, "not ready"),
        ("2.3.68.0", "ready"),
        ("2.3.67.9", "not ready"),
        ("2.3", "not ready"),
        ({"running": False}, "not ready"),
        ({"installed": False}, "not ready"),
        ({"version": "3.0"}, "ready"),
    ],
)
def test_the_agent(agent: Any, state: str) -> None:
    changes: Changes = {f"{WORKER} ssm_agent": agent}
    assert node(changes).state == state
    if state == "not ready":
        assert missing(changes) == [("agent", "SSM-8")]


@pytest.mark.rule("SSM-10")
@pytest.mark.parametrize(
    ("ami", "state"), [("Amazon Linux 2023", "ready"), ("Debian 12", "not ready"), ("ami-0abc", "undecided")]
)
def test_without_a_word_about_the_agent_the_image_tells(ami: str, state: str) -> None:
    assert node({f"{WORKER} ssm_agent": GONE, f"{WORKER} ami": ami}).state == state


@pytest.mark.rule("SSM-2")
def test_each_of_the_two_services_is_needed() -> None:
    for service in ("ssm", "ssmmessages"):
        gone = {f"vpcs shop vpc_endpoints {service}": GONE}
        assert missing(gone) == [(service, "SSM-1")]
        (need,) = node(gone).missing  # the endpoint is what is missing, whatever keeps the public addresses out
        assert need.text.startswith(f"not reached: VPC shop has no interface endpoint of {service}; ")
    assert "has no interface endpoint" not in node({"vpcs shop vpc_endpoints": {}}).missing[0].text


@pytest.mark.rule("SSM-2")
def test_older_agents_need_ec2messages_for_commands_and_not_for_sessions() -> None:
    older = node({f"{WORKER} ssm_agent": "3.3.39.0"})
    assert (older.state, older.needs[-1].name, older.needs[-1].met) == ("ready", "ec2messages", "missing")
    assert not older.needs[-1].required
    assert [need.name for need in node().needs] == ["role", "agent", "ssm", "ssmmessages"]


@pytest.mark.rule("SSM-2")
def test_the_first_agent_that_needs_no_ec2messages() -> None:
    services = ["ssm", "ssmmessages"]
    for agent, needed in (("3.3.40.0", services), ("3.3.39.9", [*services, "ec2messages"]), ("3.4.0.0", services)):
        assert [need.name for need in node({f"{WORKER} ssm_agent": agent}).needs[2:]] == needed, agent


@pytest.mark.rule("SSM-8")
def test_the_first_agent_that_forwards_ports() -> None:
    for agent, more in (("3.0.222.0", ""), ("3.0.221.9", ", but forwards no ports and no SSH"), ("3.1.0.0", "")):
        assert node({f"{WORKER} ssm_agent": agent}).needs[1].text == f"SSM Agent {agent} takes sessions{more}"


@pytest.mark.rule("SSM-4")
def test_an_endpoint_whose_group_is_closed() -> None:
    found = node({"vpcs shop security_groups endpoint ingress": [{"allow": "tcp/443", "from": "10.22.0.0/24"}]})
    assert found.state == "not ready"
    assert "shop.ssm security group endpoint ingress" in found.missing[0].text
    assert found.missing[0].where.startswith("test.yaml:")


@pytest.mark.rule("SSM-4", "EP-8")
@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"vpcs shop enable_dns_hostnames": False}, "write enable_dns_hostnames: true"),
        ({"vpcs shop enable_dns_support": False}, "write enable_dns_support: true"),
        ({"vpcs shop vpc_endpoints ssm private_dns": False}, "write private_dns: true"),
    ],
)
def test_a_name_that_leads_past_the_endpoint(changes: Changes, cure: str) -> None:
    need = node(changes).missing[0]
    assert (need.name, need.rule, need.cure) == ("ssm", "SSM-4", cure)


@pytest.mark.rule("DNS-2")
def test_a_zone_leads_to_an_endpoint_without_private_dns() -> None:
    """So the endpoint is met, and its group is what is told."""
    zone: Changes = {
        f"private_hosted_zones {name}.eu-central-1.amazonaws.com": {"vpcs": ["shop"], "records": {"@": name}}
        for name in ("ssm", "ssmmessages")
    }
    off: Changes = {"region": "eu-central-1"}
    off |= {f"vpcs shop vpc_endpoints {name} private_dns": False for name in ("ssm", "ssmmessages")}
    assert node(off, zone).state == "ready"
    (need, _) = node(off, zone, {"vpcs shop security_groups endpoint ingress": []}).missing
    assert need.text.startswith("not reached: shop.ssm security group endpoint")


@pytest.mark.rule("SSM-3")
def test_the_way_may_be_an_endpoint_nat_or_a_public_address() -> None:
    none: Changes = {"vpcs shop vpc_endpoints": GONE}
    nat: Changes = {
        "vpcs shop nat_gateways ngw": {"subnet": "public", "public_ip": "198.51.100.9"},
        "vpcs shop route_tables main": {"0.0.0.0/0": "ngw"},
    }
    assert [need.text for need in node().needs[2:]] == [
        "by interface endpoint shop.ssm",
        "by interface endpoint shop.ssmmessages",
    ]
    assert node(none, nat).needs[2].text == "by NAT gateway shop.ngw, internet gateway shop.igw"
    assert node(none, name="web").needs[2].text == "by internet gateway shop.igw"
    assert node(none).state == "not ready"


@pytest.mark.rule("SSM-13", "SSM-14")
def test_an_acl_that_keeps_answers_out() -> None:
    acl: Changes = {
        "vpcs shop network_acls": {
            "tight": {
                "ingress": [{"rule": 1, "allow": "all", "from": "10.22.1.0/24"}],
                "egress": [{"rule": 1, "allow": "tcp/443", "to": "0.0.0.0/0"}],
            }
        },
        "vpcs shop subnets work network_acl": "tight",
    }
    assert missing(acl) == [("ssm", "SSM-1"), ("ssmmessages", "SSM-1")]


@pytest.mark.rule("SSM-11")
def test_not_yet() -> None:
    assert node(minutes=3).state == "not yet"
    assert "7 more minutes" in node(minutes=3).waiting
    assert node(minutes=10).state == "ready"
    stopped = node({f"{WORKER} state": "stopped"})
    assert (stopped.state, stopped.missing) == ("not yet", ())
    assert node({f"{WORKER} state": "stopped", f"{WORKER} instance_profile": GONE}).state == "not ready"
    assert not load().session_manager(minutes=3)
    for minutes in (-1, True, 1.5):
        with pytest.raises(UsageError, match="minutes"):
            node(minutes=minutes)  # type: ignore[arg-type]


def test_what_is_not_modelled_on_the_way_is_undecided() -> None:
    firewall: Changes = {
        "vpcs shop network_firewalls fw": {"subnets": ["public"]},
        "vpcs shop route_tables main": {"0.0.0.0/0": "fw"},
        "vpcs shop vpc_endpoints": GONE,
    }
    found = node(firewall)
    assert (found.state, [need.met for need in found.needs[2:]]) == ("undecided", ["unknown"] * 2)


def test_several_interfaces() -> None:
    """The first is where the default route is; what only another reaches cannot be told."""
    two = {
        "network_interfaces": {
            "eth0": {"subnet": "work", "security_groups": ["worker"]},
            "eth1": {"subnet": "work", "security_groups": ["shut"]},
        },
        "ssm_agent": True,
        "instance_profile": ["AmazonSSMManagedInstanceCore"],
    }
    shut: Changes = {"vpcs shop security_groups shut": {"egress": []}, WORKER: two}
    shut["expect"] = []
    assert node(shut).state == "ready"
    two["network_interfaces"] = dict(reversed(two["network_interfaces"].items()))  # type: ignore[attr-defined]
    assert node(shut).state == "undecided"


def test_names() -> None:
    net = load()
    assert [n.name for n in net.session_manager().nodes] == ["shop.bastion", "shop.web", "shop.worker"]
    assert net.session_manager("shop.web", "worker")["worker"].name == "shop.worker"
    with pytest.raises(EndpointError, match="did you mean 'worker'"):
        net.session_manager("wrker")
    with pytest.raises(EndpointError, match="no instance of the design"):
        net.session_manager("ssm")
    with pytest.raises(KeyError):
        net.session_manager()["nobody"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"{WORKER} instance_profile": 5}, "policies are expected, got 5"),
        ({f"{WORKER} instance_profile": ["a b"]}, "the name of a policy is expected"),
        ({f"{WORKER} instance_profile": {"actions": ["ssm"]}}, "an action is expected"),
        ({f"{WORKER} instance_profile": {"policy": []}}, "policies"),
        ({f"{WORKER} ssm_agent": "new"}, "a version is expected, got 'new'"),
        ({f"{WORKER} ssm_agent": ["x"]}, "a version is expected"),
        ({f"{WORKER} ssm_agent": {"version": "3.3.x"}}, "a version is expected"),
        ({"default_host_management": "on"}, "default_host_management"),
    ],
)
def test_mistakes(changes: Changes, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        load(changes)


def test_versions_are_numbers() -> None:
    assert parse_version("3.10.0.0") > parse_version("3.9.1.0")
    assert parse_version("3.3") == (3, 3, 0, 0)


def test_what_is_surely_missing_goes_before_what_is_not_known() -> None:
    assert (
        node({f"{WORKER} ssm_agent": GONE, f"{WORKER} ami": GONE, f"{WORKER} instance_profile": GONE}).state
        == "not ready"
    )


# -- what may go --------------------------------------------------------------------------------------------


def gone(*changes: Changes) -> tuple[list[str], list[str]]:
    found = load(*changes).session_manager().superfluous
    return [str(rule) for rule in found.rules], [str(bastion) for bastion in found.bastions]


ALL_RULES = ["shop.bastion ingress: tcp/22 from 81.2.69.160/27", "shop.web ingress: tcp/22 from bastion",
             "shop.worker ingress: tcp/22 from bastion"]  # fmt: skip


def test_the_rules_and_the_bastion_that_may_go() -> None:
    assert gone() == (ALL_RULES, ["shop.bastion"])
    found = load().session_manager().superfluous
    assert found.expectations == (3, 4)
    assert {str(change.traffic) for change in found.closed} == {"tcp/22"}


def test_promises_about_a_bastion_go_with_it() -> None:
    more: Changes = {"expect": [*MODEL["expect"], {"from": "bastion", "to": "internet", "allow": "tcp/443"}]}
    assert load(more).check().ok
    found = load(more).session_manager().superfluous
    assert (list(map(str, found.bastions)), found.expectations) == (["shop.bastion"], (3, 4, 6))


def test_what_goes_is_what_a_copy_without_it_shows() -> None:
    """The same by hand: the model without the rules and the bastion keeps its other promises and stays ready."""
    without: Changes = {f"vpcs shop security_groups {g} ingress": [] for g in ("bastion",)}
    without |= {
        "vpcs shop security_groups web ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}],
        "vpcs shop security_groups worker ingress": [{"allow": "tcp/9000", "from": "web"}],
        "vpcs shop instances bastion": GONE,
        "expect": [each for number, each in enumerate(MODEL["expect"], 1) if number not in (3, 4)],
    }
    net = load(without)
    assert net.check().ok
    assert net.session_manager()
    assert not net.session_manager().superfluous


def test_a_group_with_a_member_that_is_not_ready_keeps_its_rules() -> None:
    assert gone({f"{WORKER} instance_profile": GONE})[0] == ALL_RULES[:2]


def test_a_group_that_nothing_has_keeps_its_rules() -> None:
    """Nobody knows yet whether what gets it will be ready."""
    spare = {"vpcs shop security_groups spare": {"ingress": [{"allow": "tcp/22", "from": "bastion"}]}}
    assert gone(spare)[0] == ALL_RULES
    database: Changes = {"vpcs shop interfaces db": {"subnet": "work", "security_groups": ["worker"]}}
    assert gone(database)[0] == ALL_RULES[:2]


def test_a_rule_that_allows_more_stays() -> None:
    more: Changes = {"vpcs shop security_groups worker ingress": [{"allow": ["tcp/22", "tcp/80"], "from": "bastion"}]}
    assert gone(more) == (ALL_RULES[:2], [])  # and the bastion, which another rule still names
    rdp: Changes = {"vpcs shop security_groups worker ingress": [{"allow": ["tcp/22", "tcp/3389"], "from": "bastion"}]}
    assert gone(rdp)[0][2] == "shop.worker ingress: tcp/22, tcp/3389 from bastion"


@pytest.mark.parametrize(
    "changes",
    [
        {"vpcs shop security_groups bastion ingress": [{"allow": ["tcp/22", "tcp/443"], "from": "0.0.0.0/0"}]},
        {"vpcs shop security_groups bastion ingress": [
            {"allow": "tcp/22", "from": "81.2.69.160/27"}, {"allow": "tcp/443", "from": "81.2.69.160/27"}]},
        {"vpcs shop security_groups bastion ingress": [
            {"allow": "tcp/22", "from": "81.2.69.160/27"}, {"allow": "tcp/443", "from": "10.22.1.0/24"}]},
        {"vpcs shop instances bastion nat": True, "vpcs shop instances bastion source_dest_check": False},
        {"vpcs shop route_tables main": {"10.99.0.0/16": "bastion"}},
        {"vpcs shop security_groups worker ingress": [
            {"allow": "tcp/22", "from": "bastion"}, {"allow": "tcp/9090", "from": "bastion"}]},
        {"vpcs shop security_groups worker ingress": [
            {"allow": "tcp/22", "from": "bastion"}, {"allow": "tcp/9090", "from": "10.22.0.5"}]},
    ],
)  # fmt: skip
def test_an_instance_that_is_there_for_something_else_is_no_bastion(changes: Changes) -> None:
    assert gone(changes)[1] == []


# -- the command line ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "arguments", "status"),
    [
        ({}, [], 0),
        ({}, ["--minutes", "2"], 1),
        ({f"{WORKER} instance_profile": GONE}, [], 1),
        ({f"{WORKER} instance_profile": GONE}, ["web"], 0),
        ({f"{WORKER} instance_profile": ["mine"]}, [], 3),
        ({}, ["nobody"], 2),
        ({}, ["--minutes", "x"], 2),
        ({}, ["--minutes", "-1"], 2),
    ],
)
def test_exit_codes(
    changes: Changes, arguments: list[str], status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "design.yaml"
    path.write_text(write_yaml(edited(MODEL, changes)), encoding="utf-8")
    assert main(["session-manager", str(path), *arguments]) == status
    capsys.readouterr()


def test_the_keys_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["session-manager", str(ROOT / "models/session-manager-and-a-bastion.yaml"), "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert set(data) == {"format_version", "file", "state", "instances", "superfluous", "not_modelled"}
    assert set(data["instances"][0]) == {"name", "state", "waiting", "needs", "where"}
    needs = data["instances"][0]["needs"]
    assert set(needs[0]) == {"name", "met", "required", "text", "rule", "cure", "where", "trace"}
    assert needs[2]["trace"]["verdict"] == "reachable"
    assert set(data["superfluous"]) == {"rules", "bastions", "closed", "expectations", "undecided"}


def test_without_instances(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "design.yaml"
    path.write_text("version: 1\nvpcs: {a: {cidrs: [10.0.0.0/16]}}\n", encoding="utf-8")
    assert main(["session-manager", str(path)]) == 0
    assert "NO INSTANCES" in capsys.readouterr().out
