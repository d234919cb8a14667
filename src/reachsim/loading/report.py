"""What a check finds: problems, and warnings where AWS accepts or the file waives; names that mean nothing among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reachsim.errors import Problem, shown
from reachsim.loading.document import Document
from reachsim.loading.names import (
    Names,
    UnknownName,
)
from reachsim.net.cidr import Cidr
from reachsim.resources.design import Design
from reachsim.resources.resource import InterfaceNeed
from reachsim.rules.clauses import KeyPath
from reachsim.rules.refusal import Refusal

PROBLEMS_MOST = 500
"""Names that mean nothing, until the check stops: looking for what was meant takes time for each."""
WAIVABLE = frozenset(
    {"CIDR-1", "CIDR-2", "CIDR-4", "CIDR-5", "CIDR-6", "IPV6-1", "PEER-2", "PEER-7", "ROUTE-8", "ROUTE-17", "SUBNET-1",
     "SG-11", "SG-25", "NATGW-1", "LAMBDA-5", "LAMBDA-18"}
)  # fmt: skip
"""Rules whose refusal `warn:` can turn into a warning: the design means something even so."""


class TooManyProblems(Exception):
    """The check has found enough."""


class Reports:
    """What one check of one design finds. `problems` and `warnings` fill up."""

    def __init__(self, design: Design, document: Document) -> None:
        self.design = design
        self.document = document
        self.names = Names(design)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.needs: dict[str, list[InterfaceNeed]] = {}
        """By VPC, every interface that its resources need, in the order in which addresses are assigned."""
        self.reserved: dict[Cidr, tuple[int, ...]] = {}

    def reserved_word(self, path: KeyPath) -> None:
        """A name that means something of its own."""
        self.report(path, f"{shown(str(path[-1]))} is a reserved word", "take another name", key=True)

    def report(
        self,
        path: KeyPath,
        message: str,
        hint: str | None = None,
        code: str | None = None,
        *,
        key: bool = False,
    ) -> None:
        """Note a problem, or a warning where the file waives the rule."""
        problem = self.document.problem(message, path, hint=hint, code=code, key=key)
        (self.warnings if code in self.design.warn and code in WAIVABLE else self.problems).append(problem)

    def refuse(self, path: KeyPath, refusal: Refusal | None, *, key: bool = False) -> None:
        """Note what AWS would refuse."""
        if refusal is not None:
            self.report(path, refusal.text, refusal.hint, refusal.rule, key=key)

    def warn(self, path: KeyPath, message: str, code: str | None = None, *, key: bool = False) -> None:
        """Note what AWS accepts and a person may not have meant."""
        self.warnings.append(self.document.problem(message, path, code=code, key=key))

    def resolve(self, path: KeyPath, ask: Callable[..., Any], *arguments: Any) -> Any:
        """Ask for a name; None and a problem where it means nothing."""
        try:
            return ask(*arguments)
        except UnknownName as error:
            self.report(path, error.message, error.hint)
            if len(self.problems) >= PROBLEMS_MOST:
                raise TooManyProblems from None
            return None

    def route_table(self, path: KeyPath, vpc: str, reference: str) -> str | None:
        """The bare name of a route table of the same VPC; None and a problem where there is none."""
        name: str | None = self.resolve(path, self.names.member, vpc, "route_tables", reference, "route table")
        return name

    def blocks_of(self, vpc: str, subnet: str) -> tuple[Cidr, ...]:
        """The blocks of a subnet by reference; none where there is no such subnet (that is told elsewhere)."""
        found = self.design.vpcs[vpc].subnets.get(subnet)
        return () if found is None else found.blocks
