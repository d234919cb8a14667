"""A file as it stood at a revision of its git repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reachsim.errors import UsageError, cut, shown

if TYPE_CHECKING:
    from reachsim.network import Network
    from reachsim.opening import Said


def load_at(revision: str, file: str, said: Said) -> Network:
    """A design as it stood at a revision (`main`, `HEAD~1`, a commit), also where the file was called otherwise then.

    `said`: what it leaves open; what is said of the file as it is now holds for what it was, or the two would differ in
    that. Raises UsageError where git cannot tell, DesignError for what was wrong with it then.
    """
    from reachsim.network import loads

    if revision.startswith("-") or not revision:
        raise UsageError(f"{shown(revision)} is no revision of git; write main, HEAD~1 or a commit")
    folder, name = os.path.split(os.path.abspath(file))
    old = _name_at(revision, folder, name)
    text = _git(folder, "cat-file", "blob", f"{revision}:{old}")
    return loads(text, file=f"{revision}:{file if old == _full(folder, name) else old}", **said)


def _full(folder: str, name: str) -> str:
    """The name of a file seen from the top of its repository, as git writes it."""
    return _git(folder, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n") + name


def _name_at(revision: str, folder: str, name: str) -> str:
    """What a file was called at a revision, from the top of the repository: as now, or what it was renamed from since."""
    now = _full(folder, name)
    _git(
        folder,
        "rev-parse",
        "--verify",
        "--quiet",
        f"{revision}^{{commit}}",
        why=f"{shown(revision)} is no revision of the repository of {shown(name)}; write HEAD~1, a branch or a commit",
    )
    if _git(folder, "ls-tree", "-z", "--full-tree", revision, "--", now):
        return now
    top = _git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    fields = _git(top, "diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", revision).split(b"\0")
    wanted = now.encode("utf-8", "surrogateescape")
    for before, after in zip(fields[1::3], fields[2::3], strict=False):
        if after == wanted:
            return before.decode("utf-8", "surrogateescape")
    raise UsageError(
        f"there was no {shown(now)} at {shown(revision)}, by this name or one that git knows it was renamed from"
    )


def _git(folder: str, *arguments: str, why: str = "") -> bytes:
    command: Sequence[str] = ["git", "-C", folder, "--no-pager", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror or error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
        raise UsageError(f"git: {why or cut(said) or f'{arguments[0]} failed'}")
    return done.stdout
