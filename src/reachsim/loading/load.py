"""Loading: a file becomes a checked design, or one error that names everything wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from reachsim.errors import DesignError, Problem
from reachsim.faces import Faced
from reachsim.garbage import collector_paused
from reachsim.loading.assign import Addresses, assign
from reachsim.loading.checks import Checker
from reachsim.loading.document import Document, read_document, read_file
from reachsim.loading.further import further_problems, unknown_ends
from reachsim.loading.names import Names
from reachsim.loading.references import settled
from reachsim.loading.validation import validate
from reachsim.places import Place
from reachsim.resources.design import Design, design_model
from reachsim.rules.clauses import KeyPath

_TOLD: Final = 3
"""How many of the things that are not known of one component a reason tells."""


@dataclass(frozen=True, repr=False)
class Source(Faced):
    """A design that was loaded and checked, with what the file does not say itself.

    `addresses`: of every interface, assigned ones included. `warnings`: what AWS accepts, or the file waives, and a
    person may not have meant, in the order of the file.
    """

    design: Design
    document: Document = field(repr=False)
    addresses: Addresses = field(repr=False)
    warnings: tuple[Problem, ...] = ()

    def left_open(self, path: KeyPath) -> str:
        """What the reader of the file found that is not known of what is written at a path; empty where it says nothing."""
        told = self.document.provenance.open(path)
        more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
        return "; ".join([*told[:_TOLD], *more])

    @cached_property
    def names(self) -> Names:
        """What names mean in it."""
        return Names(self.design)

    @property
    def file(self) -> str:
        """The name of the file, ``<text>`` for a text."""
        return self.document.file

    def place(self, path: KeyPath) -> Place | None:
        """Where the key at a path stands, or its owner where the key is not written; None for what is written nowhere (an
        AWS default)."""
        written = bool(path) and path[0] in self.document.data
        return self.document.provenance.place(path, key=True) if written else None

    def line(self, path: KeyPath) -> int | None:
        """The line of `place`, where there is one."""
        place = self.place(path)
        return None if place is None else place.line

    def __str__(self) -> str:
        return self.file


def load_source(path: str | os.PathLike[str]) -> Source:
    """Load and check a file ("-": standard input). Raises DesignError with every problem of the file."""
    with collector_paused():
        return check(read_file(path))


def loads_source(text: str | bytes, *, file: str = "<text>") -> Source:
    """Load and check a text. Raises DesignError."""
    with collector_paused():
        return check(read_document(text, file=file))


def check(document: Document) -> Source:
    """Validate a document that was read. Raises DesignError with every problem."""
    try:
        design = settled(validate(design_model(), document))
    except DesignError as error:
        further = (*further_problems(document, error.problems), *unknown_ends(document))
        raise DesignError([*error.problems, *further]) from None
    checker = Checker(design, document)
    checker.run()
    if checker.problems:
        raise DesignError([*checker.problems, *unknown_ends(document)])
    addresses = assign(
        design,
        checker.needs,
        lambda path, message: checker.report(path, message, "enlarge the subnet", "SUBNET-2", key=True),
    )
    if checker.problems:
        raise DesignError(checker.problems)
    source = Source(design, document, addresses, in_order(document, checker.warnings))
    vars(source)["names"] = checker.names  # they were looked up for the checks already
    return source


def in_order(document: Document, warnings: Iterable[Problem]) -> tuple[Problem, ...]:
    """Warnings in the order in which the file has what they are about, whatever was checked first."""
    return tuple(sorted(warnings, key=lambda warning: document.place(warning.path)))


def load_design(path: str | os.PathLike[str]) -> Design:
    """The design of a file, checked. Raises DesignError."""
    return load_source(path).design
