"""Plans that Terraform made of whole networks (`made/`, with their configurations), and what people ask of them.

The verdicts were derived by hand from the configurations. Undecided is what their plan does not tell.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.importing.terraform.files import network

import reachsim
from reachsim.importing import Imported, import_files
from reachsim.importing.options import Options

MADE = Path(__file__).parent / "made"
LB, TASKS, DB = "module.app.aws_lb.this", "module.app.aws_ecs_service.app", "module.app.aws_db_instance.db"
JOB, LIVE = "module.app.aws_lambda_function.job", "module.app.aws_lambda_alias.live"
SHOP = [
    ("internet", LB, "tcp/443", "holds"),
    ("internet", LB, "tcp/80", "fails"),  # no listener, no rule
    ("internet", TASKS, "tcp/8080", "fails"),
    (LB, TASKS, "tcp/8080", "holds"),
    (TASKS, DB, "tcp/5432", "holds"),
    (LB, DB, "tcp/5432", "fails"),
    ("internet", DB, "tcp/5432", "fails"),
    (TASKS, "8.8.8.8", "tcp/443", "holds"),  # by the one NAT gateway
    (DB, "8.8.8.8", "tcp/443", "fails"),  # its group lets nothing out
    (JOB, DB, "tcp/5432", "holds"),
    (LIVE, DB, "tcp/5432", "holds"),
    (JOB, TASKS, "tcp/8080", "fails"),
    (JOB, "service:s3", "tcp/443", "holds"),
    (TASKS, "service:s3", "tcp/443", "holds"),
]
WEB, OTHER, APP = 'aws_instance.web["web-a"]', 'aws_instance.web["web-b"]', "aws_instance.app[0]"
CACHE, OUT, DEV = "aws_elasticache_replication_group.cache", "aws_lambda_function.out", "aws_lambda_alias.dev"
TIERS = [
    ("internet", WEB, "tcp/443", "holds"),
    ("internet", WEB, "tcp/22", "fails"),
    (WEB, OTHER, "tcp/80", "holds"),
    (WEB, "aws_eks_cluster.eks", "tcp/8080", "holds"),
    (WEB, "aws_eks_cluster.eks", "tcp/22", "holds"),  # from 10.30.0.0/24
    (OTHER, "aws_eks_cluster.eks", "tcp/22", "fails"),
    ("aws_eks_cluster.eks", CACHE, "tcp/6379", "holds"),  # by the group that EKS makes, which lets everything out
    (WEB, CACHE, "tcp/6379", "fails"),  # its table does not lead there
    ("internet", CACHE, "tcp/6379", "fails"),
    (OUT, "8.8.8.8", "tcp/443", "holds"),  # outside every VPC
    (DEV, "8.8.8.8", "tcp/443", "holds"),
    (WEB, APP, "tcp/8080", "undecided"),  # [a.id, b.id][count.index]: in one of two, which rules tell apart
    (WEB, "aws_lb.nlb", "tcp/8080", "undecided"),  # whose targets are in subnets of a `for ... if`
]


@cache
def _made(name: str, *, strict: bool = False) -> tuple[Imported, reachsim.Network]:
    found = import_files([MADE / name / "plan.json"], Options(strict=strict))
    return found, network(found)


def _verdict(name: str, source: str, destination: str, traffic: str, *, strict: bool = False) -> str:
    found, net = _made(name, strict=strict)
    ends = [found.names.get(each, each) for each in (source, destination)]
    allowed = net.expect(*ends, allow=traffic).verdict
    return "partial" if allowed == "fails" and net.expect(*ends, deny=traffic).verdict != "holds" else allowed


@pytest.mark.parametrize(("source", "destination", "traffic", "expected"), SHOP)
def test_a_shop_of_modules(source: str, destination: str, traffic: str, expected: str) -> None:
    assert _verdict("shop", source, destination, traffic) == expected


@pytest.mark.parametrize(("source", "destination", "traffic", "expected"), TIERS)
def test_tiers_with_for_each(source: str, destination: str, traffic: str, expected: str) -> None:
    assert _verdict("tiers", source, destination, traffic) == expected


def test_what_is_inferred_of_a_shop_is_noted_and_can_be_turned_off() -> None:
    found, _ = _made("shop")
    noted = [note.text for note in found.notes if note.kind == "assumed"]
    assert any("nothing tells these apart" in text for text in noted)
    assert any("each has its own" in text and "referenced_security_group_id" in text for text in noted)
    strict, _ = _made("shop", strict=True)
    assert not [note for note in strict.notes if "each has its own" in note.text]
