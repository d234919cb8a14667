"""`reachsim schema`: the JSON Schema of the format."""

from __future__ import annotations

import argparse

HELP = "print the JSON Schema of a design, which makes an editor complete and check it"


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    from reachsim.loading.schema import schema
    from reachsim.report.data import plain_json

    print(plain_json(schema()))
    return 0
