"""`reachsim session-manager`: which instances Session Manager can open a session on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from reachsim.cli.common import add_all, add_file, add_format, print_answer, sets_asked
from reachsim.cli.sources import load_network
from reachsim.cli.writing import check_patchable, check_writable, written_to
from reachsim.errors import UsageError

if TYPE_CHECKING:
    from reachsim.report.text import Look

HELP = "say which instances Session Manager can open a session on, what is in the way, and what may then be removed"
_STATUS = {"ready": 0, "not ready": 1, "not yet": 1, "undecided": 3}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_file(parser, expect=True)
    parser.add_argument("instances", metavar="INSTANCE", nargs="*", help="instances to ask about (all of them)")
    parser.add_argument(
        "--minutes", type=int, metavar="N", help="minutes since they were started or mended: under ten is not yet"
    )
    parser.add_argument(
        "--fix", action="store_true", help="also find the edits that give them the ways they lack, proven, as one patch"
    )
    parser.add_argument("--write", action="store_true", help="with --fix: change the file, at once and whole")
    add_format(parser)
    add_all(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask; 0 when all are ready, 1 when one is not, or not yet, 3 when none is not and one cannot be decided."""
    from reachsim.report.fix import sessions_text
    from reachsim.report.session_manager import session_manager_data, session_manager_text

    if arguments.write and not arguments.fix:
        raise UsageError("--write is for the edits of --fix; write both")
    check_writable(arguments)
    net = load_network(arguments)
    check_patchable(net, arguments)
    found = net.session_manager(*arguments.instances, minutes=arguments.minutes)
    file = net.source.file
    traces = bool(arguments.instances) and not arguments.fix
    plan = None
    if arguments.fix:
        with sets_asked() as progress:
            plan = net.fix_sessions(*arguments.instances, progress=progress)

    def text(how: Look) -> str:
        parts = [session_manager_text(found, file, how, traces=traces)]
        parts += [] if plan is None else [sessions_text(plan, net.locate, how)]
        return "\n\n".join(filter(None, parts))

    def data() -> dict[str, Any]:
        fixed = {} if plan is None else {"fix": plan.to_dict()}
        return {**session_manager_data(found, file), **fixed}

    written = written_to(arguments, None if plan is None or plan.whole is None else plan.whole.patch)
    print_answer(arguments, text, data, net)
    print(written, end="")
    return _STATUS[found.state]
