"""What commands that may change the file have in common (`--write`)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from reachsim.errors import UsageError, shown, visible

if TYPE_CHECKING:
    from reachsim.loading.patch import Patch
    from reachsim.network import Network


def check_writable(arguments: argparse.Namespace, instead: str = "") -> None:
    """Whether there is a file to change. Raises UsageError; `instead`: what else there is."""
    if arguments.write and arguments.file == "-":
        raise UsageError(f"--write needs a file: standard input cannot be changed{instead}")


def check_patchable(net: Network, arguments: argparse.Namespace) -> None:
    """Whether the design has a text of its own, where a patch of it is asked for. Raises UsageError."""
    if net.source.document.text is None and (arguments.write or arguments.format == "patch"):
        raise UsageError(
            f"{shown(net.source.file)} is imported, so there is no design to patch; change what it was made of"
        )


def written_to(arguments: argparse.Namespace, patch: Patch | None) -> str:
    """Change the file, before anything is printed: what was asked for does not depend on who reads the answer. Returns what
    there is to say of it."""
    if not arguments.write or patch is None:
        return ""
    from reachsim.loading.patch import write_patch

    write_patch(patch, arguments.file)
    return f"\nwritten: {visible(arguments.file)}\n" if arguments.format == "text" else ""
