"""`reachsim draw`: a network as a picture."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from reachsim.cli.common import TRAFFIC_HELP, add_file, announce_pairs, endpoint, write_file
from reachsim.cli.sources import load_both, load_network
from reachsim.errors import UsageError, shown

if TYPE_CHECKING:
    from reachsim.picture.draw import Picture

HELP = "draw the network as nested boxes (SVG, HTML, Mermaid, DOT)"
_FORMATS = {".svg": "svg", ".html": "html", ".mmd": "mermaid", ".dot": "dot"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    told = parser.add_mutually_exclusive_group()
    told.add_argument(
        "--trace",
        nargs=3,
        metavar=("FROM", "TO", "TRAFFIC"),
        help="tell the way of a packet and of its answer over the picture, as trace does",
    )
    told.add_argument(
        "--diff",
        nargs="?",
        const="",
        metavar="AFTER",
        help="draw what AFTER adds, removes and changes, and what that opens and closes, as diff does; "
        "without AFTER where FILE is a plan, which tells both",
    )
    told.add_argument(
        "--matrix", metavar="TRAFFIC", help=f"tell who reaches whom with some of it, as matrix does: {TRAFFIC_HELP}"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="the file to write, OUT.svg, OUT.html, OUT.mmd (Mermaid) or OUT.dot; left out: SVG to standard output",
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the picture; 0."""
    form = _FORMATS.get(os.path.splitext(arguments.output or "-.svg")[1].lower())
    if form is None:
        raise UsageError(f"cannot draw {shown(arguments.output)}; write a name that ends in {', '.join(_FORMATS)}")

    text = getattr(_picture(arguments), form)
    text = text if text.endswith("\n") else f"{text}\n"
    if arguments.output is None:
        print(text, end="")
    else:
        write_file(arguments.output, text)
    return 0


def _picture(arguments: argparse.Namespace) -> Picture:
    if arguments.diff == "":
        before, after = load_both(arguments, arguments.file)
        return before.draw(diff=after)
    net = load_network(arguments)
    if arguments.diff is not None:
        return net.draw(diff=load_network(arguments, arguments.diff))
    if arguments.matrix is not None:
        return net.draw(matrix=arguments.matrix)
    if arguments.trace is None:
        return net.draw()
    source, destination, traffic = arguments.trace
    announce_pairs(net, endpoint(source), endpoint(destination))
    return net.draw(trace=(endpoint(source), endpoint(destination), traffic))
