"""`reachsim fix`: what to change, proven, as a patch of the file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from reachsim.cli.common import (
    ENDPOINT_HELP,
    TRAFFIC_HELP,
    ProgressLine,
    add_all,
    add_file,
    add_format,
    endpoint,
    print_answer,
    sets_asked,
)
from reachsim.cli.sources import load_network
from reachsim.cli.writing import check_patchable, check_writable, written_to
from reachsim.errors import UsageError, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from reachsim.loading.patch import Patch
    from reachsim.network import Network
    from reachsim.report.text import Look

HELP = "find the smallest edits that make a failing expectation, or a question, hold, and prove them"
DESCRIPTION = """\
Finds the smallest sets of edits that make what fails hold. Each is proven: the patched text is read again, the expectation
holds there, no other one breaks, and what else it opens is told exactly.

Without FROM, TO and TRAFFIC: for all failing expectations of the file together."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser, expect=True)
    parser.add_argument("source", metavar="FROM", nargs="?", help=ENDPOINT_HELP)
    parser.add_argument("destination", metavar="TO", nargs="?", help="the same")
    parser.add_argument(
        "traffic", metavar="[allow|deny] TRAFFIC", nargs="*", help=f"{TRAFFIC_HELP}; after deny: what is not to flow"
    )
    parser.add_argument("--one-way", action="store_true", help="ask for delivery alone, not for the answer")
    parser.add_argument("--choose", type=int, default=1, metavar="N", help="of several fixes of a question, which (1)")
    parser.add_argument("--write", action="store_true", help="change the file, at once and whole")
    add_format(parser, "patch")
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Fix; 0 when there is nothing to fix, or a fix for all of it, 1 when not, 3 when that cannot be decided."""
    check_writable(arguments, "; --format patch prints the patch")
    *verb, traffic = arguments.traffic or ("",)
    if arguments.source is not None and not traffic:
        raise UsageError("write FROM, TO and TRAFFIC, or none of them for all expectations of the file")
    if verb not in ([], ["allow"], ["deny"]):
        raise UsageError(f"{shown(' '.join(verb))} is no word before TRAFFIC; write allow, deny, or none of them")

    net = load_network(arguments)
    check_patchable(net, arguments)
    return _everything(net, arguments) if arguments.source is None else _question(net, arguments)


def _question(net: Network, arguments: argparse.Namespace) -> int:
    from reachsim.report.fix import fixes_text

    ends = endpoint(arguments.source), endpoint(arguments.destination)
    *verb, traffic = arguments.traffic
    asked: dict[str, Any] = {"deny" if verb == ["deny"] else "traffic": traffic}
    with sets_asked() as progress:
        found = net.fixes(*ends, **asked, one_way=arguments.one_way, progress=progress)
    if found and not 1 <= arguments.choose <= len(found):
        raise UsageError(f"there is no fix {arguments.choose}; they count from 1 to {len(found)}")
    patch = found[arguments.choose - 1].patch if found else None
    _print(net, arguments, patch, lambda how: fixes_text(found, net.locate, how), found.to_dict)
    return 0 if found or not found.needed else 3 if found.result.verdict == "undecided" else 1


def _everything(net: Network, arguments: argparse.Namespace) -> int:
    from reachsim.report.fix import plan_text

    with ProgressLine("pairs of ends decided") as progress:
        net.check(progress=progress)  # what it finds is kept
    with sets_asked() as progress:
        plan = net.fix_all(progress=progress)
    patch = None if plan.whole is None else plan.whole.patch
    _print(net, arguments, patch, lambda how: plan_text(plan, net.locate, how), plan.to_dict)
    return 0 if plan.ok else 1 if plan.left else 3


def _print(
    net: Network,
    arguments: argparse.Namespace,
    patch: Patch | None,
    text: Callable[[Look], str],
    data: Callable[[], dict[str, Any]],
) -> None:
    """Print the patch, or what is found in words or as JSON; and what became of the file."""
    written = written_to(arguments, patch)
    if arguments.format == "patch":
        print(patch.diff if patch is not None else "", end="")
    else:
        print_answer(arguments, text, lambda: {"file": net.source.file, **data()}, net)
    print(written, end="")
