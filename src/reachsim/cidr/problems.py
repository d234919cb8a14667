"""What the readers of blocks share: the names of columns and keys, and how they say what is wrong."""

from __future__ import annotations

from typing import Final, NoReturn

from reachsim.errors import DesignError, Problem

MOST_PROBLEMS: Final = 100
"""Bad lines that are reported of one file."""
CIDR_KEYS: Final = (
    "cidr", "cidr_block", "cidrblock", "block", "network", "prefix", "cidrs", "cidr_blocks",
)  # fmt: skip
NAME_KEYS: Final = ("name", "vpc", "owner", "vpcid", "vpc_id")
ID_KEYS: Final = ("vpc_id", "vpcid")
COMMENT_KEYS: Final = ("comment", "description", "note")


def refuse(
    file: str, message: str, *, line: int | None = None, column: int | None = None, hint: str | None = None
) -> NoReturn:
    """Raise the one error of a file."""
    raise DesignError(Problem(message, (), file, line, column, hint))


def too_many(problems: list[Problem], problem: Problem) -> bool:
    """Note a problem; whether there are so many that reading on would help nobody."""
    problems.append(problem)
    if len(problems) < MOST_PROBLEMS:
        return False
    problems[-1] = Problem(
        f"{problem.message} (the {MOST_PROBLEMS}th bad entry; the rest of the file was not read)",
        problem.path, problem.file, problem.line, problem.column,
    )  # fmt: skip
    return True
