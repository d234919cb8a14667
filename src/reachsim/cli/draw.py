"""`reachsim draw`: a network as a picture."""

from __future__ import annotations

import argparse

from reachsim.cli.common import add_file, endpoint, write_file
from reachsim.cli.sources import load_network
from reachsim.errors import UsageError, shown

HELP = "draw the network as nested boxes (SVG)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser)
    parser.add_argument(
        "--trace",
        nargs=3,
        metavar=("FROM", "TO", "TRAFFIC"),
        help="tell the way of a packet and of its answer over the picture, as trace does",
    )
    parser.add_argument("-o", "--output", metavar="OUT", help="the file to write, OUT.svg; left out: standard output")


def run(arguments: argparse.Namespace) -> int:
    """Write the picture; 0."""
    if arguments.output is not None and not arguments.output.lower().endswith(".svg"):
        raise UsageError(f"cannot draw {shown(arguments.output)}; write a name that ends in .svg")

    net = load_network(arguments)
    trace = None
    if arguments.trace is not None:
        source, destination, traffic = arguments.trace
        trace = net.trace(endpoint(source), endpoint(destination), traffic)
    text = net.draw(trace=trace).svg + "\n"
    if arguments.output is None:
        print(text, end="")
    else:
        write_file(arguments.output, text)
    return 0
