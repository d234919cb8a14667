"""How values look at a prompt: one line, whatever they hold."""

from __future__ import annotations

from functools import singledispatch

from reachsim.errors import visible

REPR_LENGTH = 120
"""Characters of a line that is still read at one glance."""


def one_line(text: str, most: int = REPR_LENGTH) -> str:
    r"""The first line of a text, safe for a terminal, cut to `most` characters.

    >>> one_line("BLOCKED  a -> b\nbecause"), one_line("x" * 200, 8)
    ('BLOCKED a -> b', 'xxxxx...')
    """
    line = visible(text.partition("\n")[0].replace("  ", " "))
    return line if len(line) <= most else line[: most - 3] + "..."


def face(kind: str, text: str) -> str:
    """A value in angle brackets: what it is, and what it says.

    >>> face("Packet", "tcp 10.0.0.1:50000 -> 10.0.0.2:443")
    '<Packet tcp 10.0.0.1:50000 -> 10.0.0.2:443>'
    """
    return f"<{kind} {one_line(text, REPR_LENGTH - len(kind) - 3)}>"


class Faced:
    """A value whose repr is its class and the first line of its text; a subclass writes `__str__`.

    A dataclass that is one says ``repr=False``, or it would get a repr of all its fields.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return face(type(self).__name__, str(self))


@singledispatch
def html_of(answer: object) -> str | None:
    """An answer as HTML, for what has a card (`reachsim.report.html`); None for everything else."""
    return None


class Carded:
    """An answer that a notebook shows as a card."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return html_of(self)
