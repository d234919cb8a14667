"""`reachsim draw`: a network as a picture."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from reachsim.cli.common import TRAFFIC_HELP, ProgressLine, add_file, announce_pairs, endpoint, write_file
from reachsim.cli.sources import load_both, load_network
from reachsim.errors import UsageError, shown
from reachsim.picture import FORMS

if TYPE_CHECKING:
    from reachsim.picture.draw import Picture

HELP = "draw the network as nested boxes (SVG, HTML, Mermaid, DOT)"


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
    form = FORMS.get(os.path.splitext(arguments.output or "-.svg")[1].lower())
    if form is None:
        raise UsageError(f"cannot draw {shown(arguments.output)}; write a name that ends in {', '.join(FORMS)}")

    text = getattr(_picture(arguments, form), form)
    text = text if text.endswith("\n") else f"{text}\n"
    if arguments.output is None:
        print(text, end="")
    else:
        write_file(arguments.output, text)
    return 0


def _picture(arguments: argparse.Namespace, form: str) -> Picture:
    from reachsim.answers.diff import diff
    from reachsim.engine import some_traffic
    from reachsim.picture.draw import PROMISED, draw_difference, draw_reached

    if arguments.diff is not None:
        if arguments.diff == "":
            before, after = load_both(arguments, arguments.file)
        else:
            before, after = load_network(arguments), load_network(arguments, arguments.diff)
        with ProgressLine("routing classes") as progress:
            found = diff(before, after, progress)
        return draw_difference(before, after, found)
    net = load_network(arguments)
    if arguments.matrix is not None:
        asked = some_traffic(arguments.matrix)
        with ProgressLine("matrix") as progress:
            matrix = net.matrix(progress=progress)
        return draw_reached(net, asked, matrix)
    if form == "html" and len(net.design.expect) <= PROMISED:
        with ProgressLine("pairs of ends decided") as progress:
            net.check(progress=progress)  # what a page tells; it is kept
    if arguments.trace is None:
        return net.draw()
    source, destination, traffic = arguments.trace
    announce_pairs(net, endpoint(source), endpoint(destination))
    return net.draw(trace=(endpoint(source), endpoint(destination), traffic))
