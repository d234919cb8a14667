"""`reachsim cidr`: overlaps, questions about blocks, and address plans. Needs no model."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reachsim.cli.common import look, write_file
from reachsim.cli.sources import add_parameters, parameters_of

if TYPE_CHECKING:
    from reachsim.cidr import Plan
    from reachsim.net.cidr import Cidr

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a VPC may be called, and no block is."""

HELP = "overlapping blocks, free blocks, and address plans"
_ON_A_PAGE = 10_000
"""Overlaps that a page has unless the command line says how many."""
_MANY = 1_000_000
"""Overlaps above which it is said beforehand that they are being written."""
_ITEMS = (
    "a block, an address, a file that has some (model, list, CSV, JSON, template), a folder, or - for standard input"
)


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
        help="networks that are to be connected, each with each, or all; may be given several times",
    )
    overlaps.add_argument("--strict", action="store_true", help="nothing may overlap: any overlap is exit code 1")
    overlaps.add_argument(
        "--limit", type=int, metavar="N", help="overlaps to show, 0 for all (text: 200; html: 10,000; others: all)"
    )

    show = add("show", "say what there is to know of a block", ("text", "json", "html"))
    show.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)

    free = add("free", "list what is free of a pool", ("text", "json"))
    free.add_argument("items", nargs="+", metavar="POOL", help=_ITEMS)
    free.add_argument("--used", nargs="+", action="extend", default=[], metavar="CIDR", help="what is taken: " + _ITEMS)
    free.add_argument("--vpc", metavar="NAME", help="of this VPC: its blocks without its subnets; by name or ID")
    free.add_argument("--size", metavar="/N", help="only find free blocks of this size, where they split least")
    free.add_argument("--count", type=int, default=1, metavar="N", help="how many of that size (1)")

    aggregate = add("aggregate", "write blocks as the fewest blocks with the same addresses", ("text", "json"))
    aggregate.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)
    aggregate.add_argument(
        "--most", type=int, metavar="N", help="at most N blocks, with as few other addresses as can be"
    )

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

    split = add("split", "divide a block into blocks of one size", ("text", "json"))
    split.add_argument("block", metavar="BLOCK", help="the block to divide")
    split.add_argument("size", metavar="/N", help="the size of the parts")
    split.add_argument("--nth", type=int, metavar="N", help="only the part with this number, from 0; -1 is the last")

    ranges = add(
        "range", "write first and last address as blocks, and blocks as first and last address", ("text", "json")
    )
    ranges.add_argument("items", nargs="+", metavar="FIRST-LAST|CIDR", help="ranges, or else " + _ITEMS)

    span = add("span", "find the smallest block around all", ("text", "json"))
    span.add_argument("items", nargs="+", metavar="CIDR", help=_ITEMS)

    find = add("find", "say which blocks hold an address", ("text", "json"))
    find.add_argument("address", metavar="ADDRESS", help="an address, or a block")
    find.add_argument("items", nargs="+", metavar="FILE", help=_ITEMS)

    use = add("use", "say how full VPCs and their subnets are", ("text", "json", "csv"))
    use.add_argument(
        "items", nargs="+", metavar="FILE", help="what AWS says of VPCs and subnets, a model, or " + _ITEMS
    )

    for command in (overlaps, free, find, use):
        add_parameters(command)

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
        "split": _split,
        "range": _range,
        "span": _span,
        "find": _find,
        "use": _use,
        "plan": _plan,
    }[arguments.cidr_command]
    return command(arguments)


def _blocks(items: Sequence[str]) -> list[Cidr]:
    from reachsim.cidr.sources import read_sources

    return [entry.cidr for entry in read_sources(items).entries]


def _overlaps(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.overlaps import find_overlaps
    from reachsim.cidr.sources import read_sources
    from reachsim.errors import UsageError
    from reachsim.report import cidr as report

    some = [wish for wish in arguments.connect if wish.strip() != "all"]
    wishes = [[name.strip() for name in wish.split(",")] for wish in some]
    for text, wish in zip(some, wishes, strict=True):
        if len(wish) < 2 or not all(wish):
            raise UsageError(f"--connect {text!r}: name two networks or more, with commas between them")
    usual = {"text": report.SHOWN, "html": _ON_A_PAGE}.get(arguments.format, 0)
    limit = usual if arguments.limit is None else arguments.limit
    if limit < 0:
        raise UsageError(f"--limit {limit}: it must be 0 or more")
    sources = read_sources(arguments.items, parameters_of(arguments))
    found = find_overlaps(
        sources.entries,
        sources.connections,
        wishes,
        connect_all=len(some) < len(arguments.connect),
        strict=arguments.strict,
    )
    if not limit and found.total > _MANY:
        print(f"writing {found.total:,} overlaps; --limit N writes the first N", file=sys.stderr)
    if arguments.format == "text":
        print(report.overlaps_text(found, look(arguments).style, limit))
    elif arguments.format == "json":
        sys.stdout.writelines(report.overlaps_json(found, limit))
        print()
    elif arguments.format == "csv":
        sys.stdout.writelines(f"{line}\n" for line in report.overlaps_csv(found, limit))
    else:
        print(report.overlaps_html(found, limit))
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
    from reachsim.cidr.arithmetic import choose_free
    from reachsim.cidr.blocks import free_blocks
    from reachsim.cidr.sources import read_sources
    from reachsim.cidr.use import vpc_of
    from reachsim.errors import UsageError, shown
    from reachsim.rules.cidr import block_warning
    from reachsim.rules.subnet import subnet_block_refusal

    used = _blocks(arguments.used) if arguments.used else []
    if arguments.vpc is None:
        file, *others = arguments.items
        for name in others:  # a word that is neither a file nor a block may be a VPC of the file before it
            if _NAME.fullmatch(name) and not os.path.exists(name):
                raise UsageError(f"{name}: no such file; what is free of a VPC: reachsim cidr free {file} --vpc {name}")
        sources = read_sources(arguments.items, parameters_of(arguments))
        if sources.subnets:  # whose blocks are not free, and a pool is one block without any
            name = sources.subnets[0].vpc
            raise UsageError(f"{shown(name)} has subnets; write --vpc {name} for what is free between them")
        pools = [entry.cidr for entry in sources.entries]
    else:
        vpc = vpc_of(read_sources(arguments.items, parameters_of(arguments)), arguments.vpc)
        pools = list(vpc.free)
    found = free_blocks(pools, used)
    if arguments.size is None:
        return _print_blocks(found, arguments.format)
    width = max((pool.width for pool in pools), default=32)
    length = _size(arguments.size, width, "--size ")
    if arguments.count < 1:
        raise UsageError(f"--count {arguments.count}: it must be 1 or more")
    chosen = choose_free(found, [], length, arguments.count)
    if arguments.vpc is not None:
        refusal = next(
            (r for r in (subnet_block_refusal(block, [block]) for block in chosen[:1]) if r is not None), None
        )
        if refusal is not None:
            raise UsageError(f"--size {arguments.size!r}: {refusal}")
    if len(chosen) < arguments.count:
        print(f"only {len(chosen)} of {arguments.count} free blocks of /{length} are there", file=sys.stderr)
        return 1
    for block in chosen:
        warning = block_warning(block)
        if warning is not None and arguments.vpc is None:
            print(f"warning: {warning}", file=sys.stderr)
    return _print_blocks(chosen, arguments.format)


def _size(text: str, width: int, option: str = "") -> int:
    """A prefix length as it is typed."""
    from reachsim.errors import UsageError

    digits = text.removeprefix("/")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3 and int(digits) <= width):
        raise UsageError(f"{option}{text!r}: write a prefix length such as /24, at most /{width}")
    return int(digits)


def _aggregate(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.arithmetic import aggregate_to
    from reachsim.cidr.blocks import aggregate
    from reachsim.errors import UsageError

    blocks = _blocks(arguments.items)
    if arguments.most is None:
        return _print_blocks(aggregate(blocks), arguments.format)
    if arguments.most < 1:
        raise UsageError(f"--most {arguments.most}: it must be 1 or more")
    try:
        return _print_blocks(aggregate_to(blocks, arguments.most), arguments.format)
    except ValueError as error:
        raise UsageError(f"--most {error}") from None


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


def _block(text: str) -> Cidr:
    """A block, or an address, as it is typed."""
    from reachsim.errors import UsageError
    from reachsim.net.cidr import Cidr

    try:
        return Cidr.parse_peer(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _split(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.arithmetic import nth_subnet
    from reachsim.errors import UsageError

    block = _block(arguments.block)
    length = _size(arguments.size, block.width)
    try:
        if arguments.nth is not None:
            return _print_blocks([nth_subnet(block, length, arguments.nth)], arguments.format)
        parts = block.subnets(length)
    except ValueError as error:
        raise UsageError(str(error)) from None
    count = 1 << (length - block.prefix_length)
    if count > _MOST_PARTS:
        raise UsageError(f"{block} has {count:,} blocks of /{length}; name one of them with --nth")
    return _print_blocks(list(parts), arguments.format)


_MOST_PARTS = 1 << 16
_RANGE = re.compile(r"\s*([0-9A-Fa-f:.]+)\s*-\s*([0-9A-Fa-f:.]+)\s*")


def _range(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.arithmetic import blocks_of_range, ranges_of
    from reachsim.errors import UsageError
    from reachsim.net.address import parse_address
    from reachsim.report import cidr as report

    typed = [None if os.path.exists(item) else _RANGE.fullmatch(item) for item in arguments.items]
    if any(typed):
        blocks: list[Cidr] = []
        for item, match in zip(arguments.items, typed, strict=True):
            if match is None:
                raise UsageError(f"{item!r} is not a range such as 10.0.0.5-10.0.0.20; give ranges or blocks, not both")
            try:
                blocks += blocks_of_range(parse_address(match[1]), parse_address(match[2]))
            except ValueError as error:
                raise UsageError(str(error)) from None
        return _print_blocks(blocks, arguments.format)
    found = ranges_of(_blocks(arguments.items))
    if arguments.format == "json":
        print(report.to_json({"ranges": [{"first": str(first), "last": str(last)} for first, last in found]}))
    elif found:
        print("\n".join(f"{first}-{last}" for first, last in found))
    return 0


def _span(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.blocks import smallest_around
    from reachsim.errors import UsageError

    try:
        return _print_blocks([smallest_around(_blocks(arguments.items))], arguments.format)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _find(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.sources import read_sources
    from reachsim.cidr.use import holders_of
    from reachsim.report import cidr as report

    block = _block(arguments.address)
    found = holders_of(read_sources(arguments.items, parameters_of(arguments)), block)
    print(
        report.holders_text(block, found)
        if arguments.format == "text"
        else report.to_json(report.holders_data(block, found))
    )
    return 0 if found else 1


def _use(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.sources import read_sources
    from reachsim.cidr.use import use_of
    from reachsim.report import cidr as report

    uses = use_of(read_sources(arguments.items, parameters_of(arguments)))
    if arguments.format == "json":
        print(report.to_json({"vpcs": {use.name: use.to_dict() for use in uses}}))
    else:
        print(report.use_csv(uses) if arguments.format == "csv" else report.use_text(uses))
    return 0


def _contains(arguments: argparse.Namespace) -> int:
    from reachsim.cidr.sources import read_sources
    from reachsim.markup import table
    from reachsim.report import cidr as report

    block = _block(arguments.block)
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
    from reachsim.cidr.plan import PlanVerdict
    from reachsim.cidr.planner import plan_file
    from reachsim.errors import UsageError
    from reachsim.report import cidr as report

    if arguments.keep and arguments.lock:
        raise UsageError("--keep and --lock say the same; give one of them")
    earlier = arguments.keep or (arguments.lock if arguments.lock and os.path.exists(arguments.lock) else None)
    plan = plan_file(arguments.plan, load_kept(earlier) if earlier else None)
    printers: dict[str, Callable[[Plan], str]] = {
        "text": lambda found: report.plan_text(found, look(arguments).style),
        "json": lambda found: report.to_json(found.to_dict()),
        "yaml": report.plan_yaml,
        "terraform": report.plan_terraform,
        "csv": report.plan_csv,
        "svg": report.plan_svg,
        "html": report.plan_html,
    }
    if plan.verdict is not PlanVerdict.FITS and arguments.format in ("yaml", "terraform", "csv"):
        # An empty model would look like an answer.
        print(report.plan_text(plan), file=sys.stderr)
    else:
        text = printers[arguments.format](plan)
        if arguments.lock and plan.ok:
            write_file(arguments.lock, report.to_json(plan.to_dict()) + "\n")
        print(text)
    return {PlanVerdict.FITS: 0 if plan.ok else 1, PlanVerdict.DOES_NOT_FIT: 1, PlanVerdict.CANNOT_DECIDE: 3}[
        plan.verdict
    ]
