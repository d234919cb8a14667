"""One configuration, three forms: Terraform plans it, applies it to a fake AWS (moto) and boto3 describes what is there.

    python -m tests.importing.terraform.oracle FOLDER [NAME...]

makes of the configurations of `configurations/` one with a module for each, since Terraform takes long to start. It writes
what `terraform show -json` says of the plan, of the state and of the plan of the change, the state file, and the answers of
describe calls; of each round of twins, the plan and the state. Needs `terraform` with the AWS provider in a mirror
(`TF_CLI_CONFIG_FILE`), and moto's server with boto3 in the Python that runs it. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CONFIGURATIONS = Path(__file__).parent / "configurations"
_REGION = "eu-west-1"
_KEYS = {"AWS_ACCESS_KEY_ID": "mock", "AWS_SECRET_ACCESS_KEY": "mock", "AWS_DEFAULT_REGION": _REGION}
_PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints {
    ec2 = "ADDRESS"
    sts = "ADDRESS"
    iam = "ADDRESS"
  }
}
"""
_CALLS = (
    "vpcs", "subnets", "route_tables", "network_acls", "security_groups", "network_interfaces", "instances",
    "internet_gateways", "nat_gateways", "vpc_peering_connections", "managed_prefix_lists", "transit_gateways",
    "transit_gateway_vpc_attachments", "transit_gateway_attachments", "transit_gateway_route_tables",
)  # fmt: skip


def names() -> list[str]:
    """The configurations."""
    return sorted(each.stem for each in CONFIGURATIONS.glob("*.tf"))


def twins(name: str) -> int:
    """How many twins a configuration has: others of which Terraform makes the same plan, and which are other networks."""
    return max(map(int, re.findall(r"^#twin(\d)", _text(name), re.MULTILINE)), default=0)


def texts(name: str, *, changed: bool = False, twin: int = 0) -> dict[str, str]:
    """The files of a configuration, before or after its change, or of a twin of it. A line that ends in `#before` is there
    before the change alone, one that begins with `#after` after it alone; one that begins with `#twin1` is there in the
    first twin alone, in place of the one that ends in `#not1`."""
    files: dict[str, list[str]] = {"main.tf": []}
    current = files["main.tf"]
    for line in _text(name).splitlines():
        if line.startswith("#file "):
            current = files.setdefault(line.removeprefix("#file "), [])
        elif line.startswith(("#after", "#twin")):
            mark = "#after" if changed else f"#twin{twin}"
            current += [line.removeprefix(mark)] if line.startswith(mark) else []
        elif not (changed and line.endswith("#before")) and not re.search(rf"#not[0-9]*{twin}[0-9]*$", line):
            current.append(re.sub(r"#(before|not\d+)$", "", line))
    return {file: "\n".join([*lines, ""]) for file, lines in files.items()}


def _text(name: str) -> str:
    return (CONFIGURATIONS / f"{name}.tf").read_text(encoding="utf-8")


def run(chosen: list[str], out: Path) -> None:
    """Plan, apply, describe and change configurations; what came of it is in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _fake_aws() as address:
        work = Path(folder)
        _write(work, chosen, address)
        _terraform(work, "init", "-input=false")
        _terraform(work, "plan", "-input=false", "-refresh=false", "-out=plan")
        (out / "plan.json").write_text(_terraform(work, "show", "-json", "plan"))
        _terraform(work, "apply", "-input=false", "plan")
        (out / "terraform.tfstate").write_text(_public((work / "terraform.tfstate").read_text()))
        (out / "state.json").write_text(_public(_terraform(work, "show", "-json")))
        (out / "describe.json").write_text(_public(json.dumps(_described(address), default=str)))
        _write(work, chosen, address, changed=True)
        _terraform(work, "plan", "-input=false", "-refresh=false", "-out=change")
        (out / "change.json").write_text(_public(_terraform(work, "show", "-json", "change")))
        _terraform(work, "apply", "-input=false", "change")
        (out / "changed.json").write_text(_public(_terraform(work, "show", "-json")))
    for twin in range(1, max(map(twins, chosen)) + 1):
        run_twins([name for name in chosen if twins(name) >= twin], twin, out)


def run_twins(chosen: list[str], twin: int, out: Path) -> None:
    """Plan and apply one twin of each of some configurations."""
    with tempfile.TemporaryDirectory() as folder, _fake_aws() as address:
        work = Path(folder)
        _write(work, chosen, address, twin=twin)
        _terraform(work, "init", "-input=false")
        _terraform(work, "plan", "-input=false", "-refresh=false", "-out=plan")
        (out / f"twin{twin}.plan.json").write_text(_terraform(work, "show", "-json", "plan"))
        _terraform(work, "apply", "-input=false", "plan")
        (out / f"twin{twin}.state.json").write_text(_public(_terraform(work, "show", "-json")))


def _public(text: str) -> str:
    """What moto gives as elastic addresses is in 127.0.0.0/8, which no host can have; it is moved to 52.0.0.0/8."""
    return re.sub(r'"127\.(?=\d+\.\d+\.\d+")', '"52.', text)


def _write(work: Path, chosen: list[str], address: str, *, changed: bool = False, twin: int = 0) -> None:
    root = [_PROVIDER.replace("ADDRESS", address)]
    for name in chosen:
        root.append(f'module "{name}" {{\n  source = "./{name}"\n}}\n')
        for file, text in texts(name, changed=changed, twin=twin).items():
            (work / name / file).parent.mkdir(parents=True, exist_ok=True)
            (work / name / file).write_text(text)
    (work / "main.tf").write_text("".join(root))


def _terraform(work: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["terraform", arguments[0], "-no-color", *arguments[1:]]
        if arguments[0] != "show"
        else ["terraform", *arguments],
        cwd=work,
        env={**os.environ, **_KEYS},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"terraform {' '.join(arguments)}: {done.stderr}")
    return done.stdout


@contextmanager
def _fake_aws() -> Iterator[str]:
    """The address of a moto server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def _described(address: str) -> list[Any]:
    """The answers of the calls."""
    import boto3

    ec2 = boto3.client(
        "ec2", endpoint_url=address, region_name=_REGION, aws_access_key_id="mock", aws_secret_access_key="mock"
    )
    answers = []
    for call in _CALLS:
        answer = getattr(ec2, f"describe_{call}")()
        answer.pop("ResponseMetadata", None)
        answers.append(answer)
    lists = [each["PrefixListId"] for answer in answers for each in answer.get("PrefixLists", ())]
    for id in lists:
        entries = ec2.get_managed_prefix_list_entries(PrefixListId=id)["Entries"]
        answers.append(
            {"PrefixLists": [{"PrefixListId": id, "PrefixListName": id, "Cidrs": [e["Cidr"] for e in entries]}]}
        )
    return answers


if __name__ == "__main__":
    run(sys.argv[2:] or names(), Path(sys.argv[1]))
