"""How long a big state of Terraform takes, beside a bare `json.loads` of it.

    python -m tests.benchmarks.states [RESOURCES...]

Each size is measured in a process of its own, since memory is its peak: of VPCs with six subnets, two tables, sixteen groups
with three separate rules each, and fourteen instances. Linux alone tells the memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_SIZES = ("12500", "25000", "50000")
_OF_A_VPC = 95


def state(size: int) -> dict[str, Any]:
    """A state file of version 4."""
    found: list[dict[str, Any]] = []
    for number in range(size // _OF_A_VPC):
        found += _vpc(number)
    return {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": found}


def _one(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    instance = {
        "schema_version": 0,
        "attributes": {"tags": {}, "tags_all": {}, **attributes},
        "sensitive_attributes": [],
    }
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'
    return {"mode": "managed", "type": kind, "name": name, "provider": provider, "instances": [instance]}


def _vpc(number: int) -> list[dict[str, Any]]:
    block, vpc = f"10.{number % 200}", f"vpc-{number}"
    made = [
        _one("aws_vpc", f"v{number}", {
            "id": vpc, "cidr_block": f"{block}.0.0/16", "default_security_group_id": f"sg-{number}-default",
            "default_network_acl_id": f"acl-{number}", "default_route_table_id": f"rtb-{number}-main",
            "main_route_table_id": f"rtb-{number}-main", "enable_dns_support": True, "enable_dns_hostnames": True,
        }),
        _one("aws_internet_gateway", f"i{number}", {"id": f"igw-{number}", "vpc_id": vpc}),
    ]  # fmt: skip
    for at in range(6):
        subnet, public = f"subnet-{number}-{at}", at < 3
        table = f"rtb-{number}-{'public' if public else 'private'}"
        made.append(_one("aws_subnet", f"s{number}_{at}", {
            "id": subnet, "vpc_id": vpc, "cidr_block": f"{block}.{at}.0/24", "map_public_ip_on_launch": public,
            "availability_zone": f"eu-west-1{'abc'[at % 3]}",
        }))  # fmt: skip
        association = {"id": f"rtbassoc-{number}-{at}", "subnet_id": subnet, "route_table_id": table}
        made.append(_one("aws_route_table_association", f"a{number}_{at}", association))
    for kind in ("public", "private"):
        table = f"rtb-{number}-{kind}"
        made.append(_one("aws_route_table", f"t{number}_{kind}", {"id": table, "vpc_id": vpc, "route": []}))
    route = {
        "route_table_id": f"rtb-{number}-public",
        "destination_cidr_block": "0.0.0.0/0",
        "gateway_id": f"igw-{number}",
    }
    made.append(_one("aws_route", f"r{number}", {"id": f"r-{number}", **route}))
    for at in range(16):
        group = f"sg-{number}-{at}"
        made.append(_one("aws_security_group", f"g{number}_{at}", {
            "id": group, "name": group, "vpc_id": vpc, "ingress": [], "egress": [],
        }))  # fmt: skip
        for rule, (way, port, peer) in enumerate(
            (
                ("ingress", 443, {"cidr_blocks": [f"{block}.0.0/16"]}),
                ("ingress", 8000 + at, {"source_security_group_id": f"sg-{number}-{(at + 1) % 16}"}),
                ("egress", 443, {"cidr_blocks": ["0.0.0.0/0"]}),
            )
        ):
            made.append(_one("aws_security_group_rule", f"r{number}_{at}_{rule}", {
                "id": f"sgr-{number}-{at}-{rule}", "type": way, "security_group_id": group, "protocol": "tcp",
                "from_port": port, "to_port": port, **peer,
            }))  # fmt: skip
    made += [_host(number, at) for at in range(14)]
    return made


def _host(number: int, at: int) -> dict[str, Any]:
    return _one("aws_instance", f"h{number}_{at}", {
        "id": f"i-{number}-{at}", "subnet_id": f"subnet-{number}-{at % 6}",
        "private_ip": f"10.{number % 200}.{at % 6}.{20 + at}", "vpc_security_group_ids": [f"sg-{number}-{at}"],
        "primary_network_interface_id": f"eni-{number}-{at}", "source_dest_check": True, "public_ip": "",
    })  # fmt: skip


def _measured(file: Path) -> str:
    """What a file takes: of processor time, and of memory at its peak beyond a start."""
    from reachsim import load

    before, start = _peak(), time.process_time()
    json.loads(file.read_text(encoding="utf-8"))
    parsed, parsing = _peak(), time.process_time() - start
    start = time.process_time()
    net = load(str(file))
    took = time.process_time() - start
    return (
        f"{file.stat().st_size / 2**20:.0f} MiB: {took:.1f} s, {_peak() - before:.0f} MiB; "
        f"json.loads: {parsing:.2f} s, {parsed - before:.0f} MiB; {len(net.interfaces)} interfaces"
    )


def _peak() -> float:
    """The memory of this process at its peak, in MiB; `getrusage` has that of the one which started it, too."""
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(_measured(Path(sys.argv[2])))
    else:
        for size in sys.argv[1:] or _SIZES:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "state.json"
                file.write_text(json.dumps(state(int(size))), encoding="utf-8")
                print(size, "resources,", end=" ", flush=True)
                subprocess.run([sys.executable, "-m", __spec__.name, "--one", str(file)], check=True)
