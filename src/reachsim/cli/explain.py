"""`reachsim explain`: why a question has its answer, or what a code or the ID of a rule means."""

from __future__ import annotations

import argparse

from reachsim.cli.common import (
    FILE_HELP,
    TRAFFIC_HELP,
    add_all,
    add_format,
    announce_pairs,
    endpoint,
    look,
    print_answer,
)
from reachsim.cli.sources import add_options, load_network
from reachsim.errors import UsageError

HELP = "say why traffic does not flow, what is innocent, and what people see; or what a code or a rule means"
DESCRIPTION = """\
reachsim explain FILE FROM TO TRAFFIC: everything in the way, there and back, with the key to edit and AWS's reason; what is
proven innocent; what a plain instance would see in the place of a function; what ping, curl, traceroute and netstat show.

reachsim explain CODE, reachsim explain RULE-ID: what NO_ROUTE_TO_DESTINATION or ROUTE-16 means."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("file", metavar="FILE", help=f"{FILE_HELP}; or a code or rule ID alone")
    add_options(parser)
    parser.add_argument("source", metavar="FROM", nargs="?", help="as for trace")
    parser.add_argument("destination", metavar="TO", nargs="?", help="the same")
    parser.add_argument("traffic", metavar="TRAFFIC", nargs="?", help=TRAFFIC_HELP)
    parser.add_argument(
        "--source-port", type=int, metavar="N", help="the client's port; left out: every port that it may use"
    )
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain; 0 when the answer comes back or a meaning was asked for, 1 when not, 3 when that cannot be decided."""
    if arguments.source is None:
        return _meaning(arguments)
    if arguments.traffic is None:
        raise UsageError("write FILE, FROM, TO and TRAFFIC, or a code or the ID of a rule alone")
    from reachsim.report.explain import explanation_text

    net = load_network(arguments)
    ends = endpoint(arguments.source), endpoint(arguments.destination)
    announce_pairs(net, *ends)
    found = net.explain(*ends, arguments.traffic, arguments.source_port)
    print_answer(
        arguments,
        lambda how: explanation_text(found, how),
        lambda: {"file": net.source.file, **found.to_dict()},
        net,
    )
    return 0 if found.trace.reachable else 3 if found.trace.verdict == "undecided" else 1


def _meaning(arguments: argparse.Namespace) -> int:
    from reachsim.answers.book import meaning_of
    from reachsim.report.data import to_json
    from reachsim.report.explain import meaning_text

    meaning = meaning_of(arguments.file)
    if arguments.format == "json":
        print(to_json(meaning.to_dict()))
    else:
        print(meaning_text(meaning, look(arguments)))
    return 0
