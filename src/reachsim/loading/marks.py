"""The marks by which a design is told from a file of AWS's or Terraform's tools, without reading the whole of it."""

from __future__ import annotations

import re
from typing import Any, Final

_DESIGN: Final = re.compile(r"^[\"']?(?:version|vpcs)[\"']?[ \t]*:", re.MULTILINE)
_TEMPLATE: Final = re.compile(r"^[ \t]*[\"']?(?:AWSTemplateFormatVersion|Resources)[\"']?[ \t]*:", re.MULTILINE)
_FLOW: Final = re.compile(r"\s*[{\[]")


def is_flow(text: str) -> bool:
    """Whether it may be JSON, which is YAML's flow style too."""
    return _FLOW.match(text) is not None


def is_design(text: str, data: Any = None) -> bool:
    """Whether a text has the marks of a design: a key at its top, in YAML; in JSON (`data`: what it says) VPCs in a mapping,
    that are not as AWS describes them."""
    if data is None:
        return not is_flow(text) and _DESIGN.search(text) is not None
    vpcs = data.get("vpcs") if isinstance(data, dict) else None
    return isinstance(vpcs, dict) and not any(isinstance(vpc, dict) and "VpcId" in vpc for vpc in vpcs.values())


def is_template(text: str) -> bool:
    """Whether a text in YAML has the marks of a template of CloudFormation, and none of a design: a design with a slip is
    still one, and its reader tells what is wrong."""
    # Looking for a word is many times faster than for the start of each line.
    named = "AWSTemplateFormatVersion" in text or "Resources" in text
    return named and not is_flow(text) and _TEMPLATE.search(text) is not None and _DESIGN.search(text) is None
