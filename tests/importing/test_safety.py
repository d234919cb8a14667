"""What may come from anyone: secrets stay where they are, and what is broken is one error."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import reachsim
from reachsim.cli.main import main
from reachsim.errors import ReachsimError
from reachsim.importing import import_files
from reachsim.importing.files import well_formed

SECRET = "hunter2-not-for-you"
ACCOUNT = json.loads(Path("tests/importing/account.json").read_text(encoding="utf-8"))

# -- secrets ------------------------------------------------------------------------------------------------

DESCRIBED = {
    "UserData": SECRET,
    "Description": SECRET,
    "MasterUserPassword": SECRET,
    "KeyName": SECRET,
    "Environment": {"Variables": {"PASSWORD": SECRET}},
    "Tags": [{"Key": "password", "Value": SECRET}],
    "CustomerGatewayConfiguration": f"<pre_shared_key>{SECRET}</pre_shared_key>",
}


def account() -> dict[str, Any]:
    """An account with secrets in whatever has room for them."""
    found = copy.deepcopy(ACCOUNT)
    for members in found.values():
        for each in members:
            each |= {key: value for key, value in DESCRIBED.items() if key not in each}
    for reservation in found["Reservations"]:
        for each in reservation["Instances"]:
            each |= {key: value for key, value in DESCRIBED.items() if key not in each}
    found["Passwords"] = [SECRET]
    return found


def resource(type: str, **values: Any) -> dict[str, Any]:
    hidden = {"user_data": SECRET, "password": SECRET, "master_password": SECRET, "description": SECRET}
    more = {"environment": [{"variables": {"PASSWORD": SECRET}}], "tags": {"password": SECRET}}
    return {
        "address": f"{type}.x",
        "mode": "managed",
        "type": type,
        "name": "x",
        "values": {**hidden, **more, **values},
    }


def state() -> dict[str, Any]:
    resources = [
        resource("aws_vpc", id="vpc-1", cidr_block="10.0.0.0/16"),
        resource("aws_subnet", id="subnet-1", vpc_id="vpc-1", cidr_block="10.0.0.0/24"),
        resource("aws_security_group", id="sg-1", vpc_id="vpc-1", name="web", ingress=[], egress=[]),
        resource(
            "aws_instance", id="i-1", subnet_id="subnet-1", vpc_security_group_ids=["sg-1"], private_ip="10.0.0.9"
        ),
        resource("aws_db_instance", id="db-1", vpc_security_group_ids=["sg-1"], endpoint=SECRET),
        resource("aws_secretsmanager_secret_version", id="s-1", secret_string=SECRET),
        resource("aws_vpn_connection", id="vpn-1", tunnel1_preshared_key=SECRET, customer_gateway_configuration=SECRET),
    ]
    outputs = {"password": {"sensitive": True, "value": SECRET}}
    values = {"outputs": outputs, "root_module": {"resources": resources}}
    return {"format_version": "1.0", "terraform_version": "1.9.0", "values": values}


COMMANDS = ("show", "lint", "exposure", "session-manager", "graph", "draw")


@pytest.mark.parametrize("data", [account(), state()], ids=["describe", "state"])
def test_secrets_reach_no_output(data: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "given.json"
    file.write_text(json.dumps(data))
    for command in COMMANDS:
        form = [] if command == "draw" else ["--format", "json"]
        assert main([command, str(file), *form]) in (0, 1, 3)
    for arguments in ([], ["--report"], ["--report", "--format", "json"]):
        assert main(["import", str(file), *arguments]) == 0
    net = reachsim.load(file)
    names = list(net.topology.interfaces)
    for command in ("trace", "explain", "fix"):
        main([command, str(file), names[0], names[-1], "tcp/22"])
    out = capsys.readouterr()
    assert SECRET not in out.out
    assert SECRET not in out.err
    assert SECRET not in repr((net, import_files([file]).notes))


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_secrets_reach_no_error(cut: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "given.json"
    for data in (account(), state()):
        text = json.dumps(data)
        file.write_text(text[: int(len(text) * cut)])
        assert main(["check", str(file), "--format", "json"]) == 2
    assert SECRET not in "".join(capsys.readouterr())


# -- what is broken -----------------------------------------------------------------------------------------

WRONG = (
    None,
    7,
    -1,
    "",
    [],
    {},
    "x",
    True,
    [None],
    {"a": 1},
    "0.0.0.0/0",
    [[]],
    1.5,
    "10.0.0.0/99",
    {"Ref": "x"},
    SECRET,
)


def paths_of(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part."""
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in members:
        yield (*path, key)
        yield from paths_of(value, (*path, key))


def broken(data: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy in which a few parts are gone or something else."""
    made = copy.deepcopy(data)
    for _ in range(rng.randint(1, 4)):
        path = rng.choice(list(paths_of(made)))
        holder: Any = made
        for step in path[:-1]:
            holder = holder[step]
        if rng.random() < 0.3:
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(rng.choice(WRONG))
    return made


@pytest.mark.parametrize("seed", range(40))
def test_what_is_broken_is_a_network_or_one_error(seed: int) -> None:
    rng = random.Random(seed)
    data = broken(rng.choice((account(), state())), rng)
    with suppress(ReachsimError):
        net = reachsim.load(data)
        net.lint()
        net.exposure()


def test_a_part_of_another_form_is_an_error_that_names_the_file_and_no_value() -> None:
    message = r"^a\.json: a part of it has not the form"
    with pytest.raises(reachsim.DesignError, match=message) as caught, well_formed("a.json"):
        {"a": 1}[SECRET]
    assert SECRET not in str(caught.value)


def test_a_rule_of_an_acl_whose_block_is_not_known_has_no_family_to_count() -> None:
    text = """\
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24, network_acl: n}}
    network_acls: {n: {ingress: [{rule: 100, allow: all, from: unknown}]}}
"""
    assert reachsim.loads(text).lint() is not None
