"""`reachsim cidr`: overlaps, questions about blocks, and address plans. Needs no model."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reachsim.cidr import Plan
    from reachsim.markup import Style
    from reachsim.net.cidr import Cidr

HELP = "overlapping blocks, free blocks, and address plans"
_ITEMS = "a block, an address, a file that has some (model, list, CSV, JSON), or - for standard input"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(dest="cidr_command", metavar="COMMAND", required=True)

    def add(name: str, text: str, formats: Sequence[str]) -> argparse.ArgumentParser:
        description = text[0].upper() + text[1:] + "."
        command = commands.add_parser(name, help=text, description=description, allow_abbrev=False)
        command.add_argument("--format", choices=formats, default="text", help="what to print (text)")
        return command

    overlaps = add(
        "overlaps", "find blocks that overlap, ranked by whether it matters", ("text", "json", "csv", "html")
    )
    overlaps.add_argument("items", nargs="+", metavar="FILE", help=_ITEMS)
    overlaps.add_argument(
        "--connect",
        action="append",
        default=[],
        metavar="A,B",
        help="networks that are to be connected, each with each; may be given several times",
    )
    overlaps.add_argument(
        "--limit", type=int, default=200, metavar="N", help="overlaps to show as text, 0 for all (200)"
    )

    show = add("show", "say what there is to know of a block", ("text", "json", "html"))
    show.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)

    free = add("free", "list what is free of a pool", ("text", "json"))
    free.add_argument("items", nargs="+", metavar="POOL", help=_ITEMS)
    free.add_argument("--used", nargs="+", action="extend", default=[], metavar="CIDR", help="what is taken: " + _ITEMS)
    free.add_argument("--size", metavar="/N", help="only find free blocks of this size, where they split least")
    free.add_argument("--count", type=int, default=1, metavar="N", help="how many of that size (1)")

    aggregate = add("aggregate", "write blocks as the fewest blocks with the same addresses", ("text", "json"))
    aggregate.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)

    exclude = add("exclude", "take addresses out of blocks", ("text", "json"))
    exclude.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)
    exclude.add_argument(
        "--without",
        nargs="+",
        action="extend",
        required=True,
        metavar="CIDR",
        help="what to take out: " + _ITEMS,
    )

    contains = add("contains", "say whether blocks or addresses lie inside a block", ("text", "json"))
    contains.add_argument("block", metavar="BLOCK", help="the block around them")
    contains.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)

    formats = ("text", "json", "yaml", "terraform", "csv", "svg", "html")
    plan = add("plan", "place what a plan file asks for, so that nothing overlaps", formats)
    plan.add_argument("plan", metavar="PLAN", help="a plan file (YAML), or - for standard input")
    plan.add_argument("--keep", metavar="FILE", help="the JSON of an earlier plan, whose blocks stay where they are")
    plan.add_argument(
        "--lock",
        metavar="FILE",
        help="keep what FILE has, if it is there, and write the plan to it when everything fits",
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer; returns the exit code."""
    command: Callable[[argparse.Namespace], int] = {
        "overlaps": _overlaps,
        "show": _show,
        "free": _free,
        "aggregate": _aggregate,
        "exclude": _exclude,
        "contains": _contains,
        "plan": _plan,
    }[arguments.cidr_command]
    return command(arguments)


def _style() -> Style:
    from reachsim.markup import Style

    terminal = sys.stdout is not None and sys.stdout.isatty()
    return Style(enabled=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")


def _blocks(items: Sequence[str]) -> list[Cidr]:
    from reachsim.cidr.sources import read_sources

    return [entry.cidr for entry in read_sources(items).entries]


def _overlaps(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.overlaps import find_overlaps
    from reachsim.cidr.sources import read_sources
    from reachsim.errors import UsageError
    from reachsim.report import cidr as report

    wishes = [[name.strip() for name in wish.split(",")] for wish in arguments.connect]
    for text, wish in zip(arguments.connect, wishes, strict=True):
        if len(wish) < 2 or not all(wish):
            raise UsageError(f"--connect {text!r}: name two networks or more, with commas between them")
    if arguments.limit < 0:
        raise UsageError(f"--limit {arguments.limit}: it is 0 or more")
    sources = read_sources(arguments.items)
    found = find_overlaps(sources.entries, sources.connections, wishes)
    if arguments.format == "text":
        print(report.overlaps_text(found, _style(), arguments.limit))
    elif arguments.format == "json":
        print(report.to_json(found.to_dict()))
    elif arguments.format == "csv":
        print(report.overlaps_csv(found))
    else:
        print(report.overlaps_html(found))
    return 1 if found.matters else 0


def _show(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.blocks import describe
    from reachsim.report import cidr as report

    facts = [describe(block) for block in _blocks(arguments.items)]
    if arguments.format == "json":
        print(report.to_json({"blocks": [one.to_dict() for one in facts]}))
    else:
        print(report.facts_html(facts) if arguments.format == "html" else report.facts_text(facts))
    return 0


def _free(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.allocate import FreeList
    from reachsim.cidr.blocks import free_blocks
    from reachsim.errors import UsageError
    from reachsim.net.cidr import Cidr

    pools = _blocks(arguments.items)
    found = free_blocks(pools, _blocks(arguments.used) if arguments.used else [])
    if arguments.size is None:
        return _print_blocks(found, arguments.format)
    text = arguments.size.removeprefix("/")
    width = pools[0].width if pools else 32
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= width):
        raise UsageError(f"--size {arguments.size!r}: write a prefix length such as /24, at most /{width}")
    if arguments.count < 1:
        raise UsageError(f"--count {arguments.count}: it is 1 or more")
    free = FreeList(found)
    chosen: list[Cidr] = []
    while len(chosen) < arguments.count:
        best = free.best_fit(width, int(text))
        if best is None:
            print(f"only {len(chosen)} of {arguments.count} free blocks of /{text} are there", file=sys.stderr)
            return 1
        chosen.append(Cidr(best.network, int(text)))
        free.take(chosen[-1])
    return _print_blocks(chosen, arguments.format)


def _aggregate(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.blocks import aggregate

    return _print_blocks(aggregate(_blocks(arguments.items)), arguments.format)


def _exclude(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.blocks import exclude

    return _print_blocks(exclude(_blocks(arguments.items), _blocks(arguments.without)), arguments.format)


def _print_blocks(blocks: Sequence[Cidr], form: str) -> int:
    from reachsim.report import cidr as report

    if form == "json":
        print(report.to_json(report.blocks_data(blocks)))
    elif blocks:
        print(report.blocks_text(blocks))
    return 0


def _contains(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.sources import read_sources
    from reachsim.errors import UsageError
    from reachsim.markup import table
    from reachsim.net.cidr import Cidr
    from reachsim.report import cidr as report

    try:
        block = Cidr.parse_peer(arguments.block)
    except ValueError as error:
        raise UsageError(str(error)) from None
    answers = [
        (entry, "inside" if entry.cidr in block else "partly" if entry.cidr.overlaps(block) else "outside")
        for entry in read_sources(arguments.items).entries
    ]
    inside = all(answer == "inside" for _, answer in answers)
    if arguments.format == "json":
        listed = [{"cidr": str(e.cidr), "owner": e.owner, "answer": answer} for e, answer in answers]
        print(report.to_json({"block": str(block), "all_inside": inside, "answers": listed}))
    else:
        print(
            table(
                [
                    (entry.cidr, entry.owner, answer) if entry.owner else (entry.cidr, answer)
                    for entry, answer in answers
                ]
            )
        )
    return 0 if inside else 1


def _plan(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.kept import load_kept
    from reachsim.cidr.plan import Verdict
    from reachsim.cidr.planner import plan_file
    from reachsim.errors import UsageError
    from reachsim.report import cidr as report

    if arguments.keep and arguments.lock:
        raise UsageError("--keep and --lock say the same; give one of them")
    earlier = arguments.keep or (arguments.lock if arguments.lock and os.path.exists(arguments.lock) else None)
    plan = plan_file(arguments.plan, load_kept(earlier) if earlier else None)
    printers: dict[str, Callable[[Plan], str]] = {
        "text": lambda found: report.plan_text(found, _style()),
        "json": lambda found: report.to_json(found.to_dict()),
        "yaml": report.plan_yaml,
        "terraform": report.plan_terraform,
        "csv": report.plan_csv,
        "svg": report.plan_svg,
        "html": report.plan_html,
    }
    if plan.verdict is not Verdict.FITS and arguments.format in ("yaml", "terraform", "csv"):
        # An empty model would look like an answer.
        print(report.plan_text(plan), file=sys.stderr)
    else:
        text = printers[arguments.format](plan)
        if arguments.lock and plan.ok:
            _write(arguments.lock, report.to_json(plan.to_dict()) + "\n")
        print(text)
    return {Verdict.FITS: 0 if plan.ok else 1, Verdict.DOES_NOT_FIT: 1, Verdict.CANNOT_DECIDE: 3}[plan.verdict]


def _write(path: str, text: str) -> None:
    """Write a file whole or not at all."""
    from reachsim.errors import DesignError, Problem

    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=os.path.dirname(path) or ".", prefix=".reachsim-", delete=False
        ) as stream:
            temporary = stream.name
            stream.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        raise DesignError(Problem(f"cannot be written: {error.strerror or error}", (), path)) from None
