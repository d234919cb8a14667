"""The script that collects an account (docs/importing.md): its calls exist, its policy allows them, its answers are read."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from reachsim.importing.kinds import ANSWERS

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = (DOCS / "collect-account.sh").read_text(encoding="utf-8")
PREFIXES = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing"}


def calls() -> set[tuple[str, str]]:
    """Service and operation of each call, as the command line writes them."""
    loop = re.search(r"for what in (.*?); do", SCRIPT, re.DOTALL)
    assert loop is not None
    described = {("ec2", f"describe-{what}") for what in loop[1].replace("\\", "").split()}
    by_save = re.findall(r'save (?:"[^"]+"|[a-z-]+) ([a-z0-9]+) ([a-z-]+)', SCRIPT)
    by_ids = re.findall(r"ids '[^']+' ([a-z0-9]+) ([a-z-]+)", SCRIPT)
    return described | {each for each in [*by_save, *by_ids] if each[1] != "describe-"}


def action(service: str, operation: str) -> str:
    """What a policy calls it."""
    name = "".join(word.capitalize() for word in operation.split("-")).replace("Db", "DB").replace("Vpc", "Vpc")
    return f"{PREFIXES.get(service, service)}:{name}"


def test_the_policy_allows_the_calls_and_no_others() -> None:
    text = (DOCS / "importing.md").read_text(encoding="utf-8")
    policy = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])  # type: ignore[index]
    allowed = policy["Statement"][0]["Action"]
    needed = {action(*call) for call in calls()}
    assert len(needed) > 50
    assert not [each for each in needed if not any(fnmatchcase(each, pattern) for pattern in allowed)]
    assert not [pattern for pattern in allowed if not any(fnmatchcase(each, pattern) for each in needed)]
    assert not [each for each in allowed if not re.match(r"[a-z0-9]+:(Describe|Get|List|Search)", each)]


def test_the_calls_are_those_of_aws() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    loader = session.get_component("data_loader")
    known = {}
    for service in {service for service, _ in calls()}:
        model = loader.load_service_model(service, "service-2")
        known[service] = {re.sub("[^a-z]", "", name.lower()) for name in model["operations"]}
    strange = [call for call in calls() if call[1].replace("-", "") not in known[call[0]]]
    assert not strange


def test_what_the_simple_calls_answer_is_read() -> None:
    loop = re.search(r"for what in (.*?); do", SCRIPT, re.DOTALL)
    assert loop is not None
    answers = {what.replace("-", "") for what in loop[1].replace("\\", "").split()}
    lists = {"managedprefixlists": "prefixlists", "vpcendpointserviceconfigurations": "serviceconfigurations"}
    assert not [each for each in answers if lists.get(each, each) not in ANSWERS]
