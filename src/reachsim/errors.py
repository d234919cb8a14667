"""One family of errors: what was wrong, where it stands, and what would be right.

```
Exception
└── ReachsimError            what reachsim raises on purpose; carries the exit code of the command line
    ├── DesignError          a file that cannot be used: one or more `Problem`s, each with its position
    ├── EndpointError        a name that stands for nothing, or for more than one thing
    ├── UsageError           a question or an option that makes no sense
    │   └── NoValueError     a text or a number that stands for nothing: a ValueError too
    ├── Undecided            a yes or no that reachsim cannot give (exit code 3)
    └── DeadlinePassed       the time that a question was given is over (exit code 3)
ValueError
└── HintedError              what a validator raises while a file is read; becomes a `Problem`
```

A `Problem` reads like a compiler's message, so that editors can jump to it:

    design.yaml:12:23: vpcs.app.subnets.db.cidr: '10.0.1.7/24' has host bits set; did you mean '10.0.1.0/24'?
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "DeadlinePassed",
    "DesignError",
    "EndpointError",
    "HintedError",
    "NoValueError",
    "Path",
    "Problem",
    "ReachsimError",
    "UndecidedError",
    "UsageError",
    "cut",
    "format_path",
    "printable",
    "shown",
    "suggest",
    "visible",
]

Path = tuple[str | int, ...]
"""Where a value stands in a file: keys of mappings (str) and indexes of lists (int), from the top."""

_SHOWN_PROBLEMS = 100
_SHOWN_CANDIDATES = 20
_SHOWN_CHARACTERS = 80
# Comparing texts costs the product of their lengths: what is longer or more than this gets no hint.
_MAX_COMPARED_LENGTH = 64
_MAX_COMPARED = 20_000
# Texts that are so much alike differ in a slip: route_table and route_tables.
_A_SLIP = 0.9
_BARE_KEY = re.compile(r"[\w-]+")


def visible(text: str) -> str:
    r"""`text` with every character that a terminal would obey, or hide, written as its escape.

    Names come from files that other people wrote: an escape sequence could repaint the terminal, and a
    bidirectional override could show another address than the one that is checked.

    >>> visible("web\x1b[2J\u202e")
    'web\\x1b[2J\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def printable(text: str) -> str:
    r"""Like `visible`, with line breaks left as they are.

    >>> printable("one\ntwo\x1b[2J")
    'one\ntwo\\x1b[2J'
    """
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def with_article(noun: str) -> str:
    """A noun as a sentence counts one of it.

    >>> with_article("instance"), with_article("peering connection")
    ('an instance', 'a peering connection')
    """
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


SHOWN_NAMES = 3
"""Names that a line tells before it counts the rest."""


def summary(names: Sequence[str], most: int = SHOWN_NAMES) -> str:
    """Names in few words: those, or the first ones and how many more there are. `most`: how many are named then.

    >>> summary("abcd"), summary("abcde")
    ('a, b, c, d', 'a, b, c and 2 more')
    """
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def counted(number: int, noun: str, many: str = "") -> str:
    """A number of things in words; `many`: the plural, where it takes more than an s.

    >>> counted(1, "VPC"), counted(2, "class", "classes")
    ('1 VPC', '2 classes')
    """
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def shown(value: object) -> str:
    """How a value of a file is named in a message: text in quotes, cut to a line, the rest in words.

    >>> shown("no"), shown(None), shown(True), shown([1])
    ("'no'", 'nothing', 'true', 'a list')
    """
    if isinstance(value, str):
        return repr(cut(value))
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if isinstance(value, int | float):
        try:
            return cut(str(value))
        except ValueError:  # Python refuses to write a number of thousands of digits
            return "a very long number"
    return visible(cut(str(value)))


def cut(text: str) -> str:
    """A text that a message may quote: at most 80 characters.

    >>> len(cut("x" * 1000)), cut("x")
    (80, 'x')
    """
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 3] + "..."


def format_path(path: Sequence[str | int]) -> str:
    """A path of keys in one line; a key that is not a plain word is quoted.

    >>> format_path(("vpcs", "app", "ingress", 0, "from")), format_path(("hosts", "www.example.com"))
    ('vpcs.app.ingress[0].from', "hosts.'www.example.com'")
    """
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            plain = len(step) <= _SHOWN_CHARACTERS and _BARE_KEY.fullmatch(step)
            parts.append(("." if parts else "") + (step if plain else shown(step)))
    return "".join(parts)


class ReachsimError(Exception):
    """The root of the family. `exit_code`: what the command line ends with; `str()`: what a person reads."""

    exit_code: int = 2

    def __str__(self) -> str:
        return printable(super().__str__())


class UsageError(ReachsimError):
    """A question or an option that makes no sense, whatever the file says."""


class NoValueError(UsageError, ValueError):
    """A text or a number that stands for no address, block, traffic or size.

    A ValueError too, so that what reads a file tells it beside all else that is wrong there.
    """


class UndecidedError(ReachsimError):
    """A question that takes yes or no and has neither, because of something that reachsim does not model."""

    exit_code = 3


class DeadlinePassed(ReachsimError):
    """The time that a question was given is over, so there is no answer."""

    exit_code = 3


class EndpointError(ReachsimError):
    """A name that stands for no endpoint, or for several.

    `name`: as asked.  `candidates`: what it may have meant, best first; all of them where it is ambiguous.
    """

    def __init__(self, message: str, name: str = "", candidates: Iterable[str] = ()) -> None:
        self.message = message
        self.name = name
        self.candidates = tuple(candidates)
        # All three are arguments of the base class too, so that the error survives pickling.
        super().__init__(message, name, self.candidates)

    def __str__(self) -> str:
        return printable(self.message)

    @classmethod
    def unknown(cls, name: str, candidates: Iterable[str] = (), known: Sequence[str] = ()) -> EndpointError:
        """`name` is nothing in this design; `candidates`: near matches, best first (possibly none); `known`: what there is.

        >>> str(EndpointError.unknown("fetsh", ["fetch"]))
        "unknown endpoint 'fetsh'; did you mean 'fetch'?"
        >>> str(EndpointError.unknown("x", [], ["app.web", "app.db"]))
        "unknown endpoint 'x'; write the name of something in the file (app.web, app.db), an address, a block or internet"
        """
        near = tuple(candidates)
        such = f" ({summary(known)})" if known else ""
        write = f"write the name of something in the file{such}, an address, a block or internet"
        url = re.match(r"[a-z][a-z0-9+.-]*://([^/:?#\s]+)", name)
        if url:
            write = f"write the name alone: {shown(url[1])}"
        elif re.fullmatch(r"([A-Za-z0-9-]+\.)+[A-Za-z]{2,}", name):
            write += (
                f"; who has a name outside is said in the file: internet: {{hosts: {{{name[:60]}: {{ip: ADDRESS}}}}}}"
            )
        hint = f"did you mean {_alternatives(near)}?" if near else write
        return cls(f"unknown endpoint {shown(name)}; {hint}", name, near)

    @classmethod
    def unselected(cls, noun: str, name: str, known: Iterable[str]) -> EndpointError:
        """What a selector names is not in this design. `known`: what there is of its kind.

        >>> str(EndpointError.unselected("VPC", "ap", ["app", "db"]))
        "there is no VPC 'ap'; did you mean 'app'?"
        >>> str(EndpointError.unselected("VPC", "x", ["app", "db"]))
        "there is no VPC 'x'; there are app, db"
        """
        names = list(known)
        near = suggest(name, names)
        hint = (
            f"did you mean {shown(near)}?"
            if near is not None
            else f"there are {summary(names)}"
            if names
            else "nor any"
        )
        return cls(f"there is no {noun} {shown(name)}; {hint}", name, names if near is None else [near])

    @classmethod
    def ambiguous(cls, name: str, candidates: Iterable[str]) -> EndpointError:
        """`name` is more than one thing; `candidates` are their full names.

        >>> str(EndpointError.ambiguous("api", ["app.api", "partner.api"]))
        "'api' is ambiguous; write 'app.api' or 'partner.api'"
        """
        full = tuple(candidates)
        return cls(f"{shown(name)} is ambiguous; write {_alternatives(full)}", name, full)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file.

    `message`: what is wrong, without a full stop.  `path`: the keys that lead there.  `file`, `line`,
    `column`: where it stands, counted from 1; None where there is no such place (a file that does not exist
    has no lines). `hint`: what would be right ("did you mean 'cidr'?").  `code`: the rule or the stable
    code behind it. `name`: what it is called in the file, where that is not the path.
    """

    message: str
    path: Path = ()
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    code: str | None = None
    name: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        parts = [part for part in (place, self.name, format_path(self.path), self.message) if part]
        text = ": ".join(parts)
        if self.hint:
            text += f"; {self.hint}"
        if self.code:
            text += f" [{self.code}]"
        return visible(text)


class DesignError(ReachsimError):
    """A file that cannot be used. `problems`: everything that is wrong with it, in the order of the file."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(dict.fromkeys(problems))
        if not found:
            raise ValueError("a DesignError needs at least one problem")
        self.problems = tuple(sorted(found, key=_position))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_SHOWN_PROBLEMS]]
        if len(self.problems) > _SHOWN_PROBLEMS:
            lines.append(f"... and {len(self.problems) - _SHOWN_PROBLEMS} more")
        return "\n".join(lines)


class HintedError(ValueError):
    """What a validator raises when it knows more than a message.

    `hint`: what would be right.  `code`: the rule behind it.  A ValueError, so that pydantic collects
    it with all others; the loader makes a `Problem` of it.
    """

    def __init__(self, message: str, hint: str | None = None, code: str | None = None) -> None:
        self.message = message
        self.hint = hint
        self.code = code
        super().__init__(message, hint, code)

    def __str__(self) -> str:
        return self.message


def suggest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant by `name`, or None.

    A candidate that differs in case, in hyphens or underscores only goes before one that differs in letters, and one of
    which the name is the first words before one that differs in more than a slip. Two letters in the wrong order are a
    slip in a short name too.

    >>> suggest("securityGroups", ["subnets", "security_groups"]), suggest("cidrr", ["cidr"])
    ('security_groups', 'cidr')
    >>> suggest("sg", ["subnets", "security_groups"])
    'security_groups'
    >>> suggest("NO_ROUTE", ["CANNOT_ROUTE", "NO_ROUTE_TO_DESTINATION"])
    'NO_ROUTE_TO_DESTINATION'
    >>> suggest("bd", ["web", "db"])
    'db'
    """
    import difflib  # only a message needs it

    if not 0 < len(name) <= _MAX_COMPARED_LENGTH:
        return None
    folded = _fold(name)
    close: list[str] = []
    known = tuple(itertools.islice(candidates, _MAX_COMPARED))
    for candidate in known:
        if candidate == name:
            continue
        if _fold(candidate) == folded:
            return candidate
        # difflib's ratio is at most 2 * shorter / (shorter + longer); 0.6 is its usual bound for "close".
        shorter, longer = sorted((len(name), len(candidate)))
        if longer <= _MAX_COMPARED_LENGTH and 2 * shorter >= 0.6 * (shorter + longer):
            close.append(candidate)
    matches = difflib.get_close_matches(name, close, n=1, cutoff=0.6)
    if not any(difflib.SequenceMatcher(None, each, name).ratio() >= _A_SLIP for each in matches):
        matches = _begun(name, known) or matches or [each for each in known if _is_swapped(name, each)]
    return matches[0] if matches else next((each for each in known if _initials(each) == folded), None)


def _is_swapped(name: str, other: str) -> bool:
    """Whether two neighbouring letters in the other order are all that differs.

    >>> _is_swapped("bd", "db"), _is_swapped("abc", "cba")
    (True, False)
    """
    differ = [place for place, (one, two) in enumerate(zip(name, other, strict=False)) if one != two]
    if len(name) != len(other) or len(differ) != 2:
        return False
    first, second = differ
    return second == first + 1 and name[first] == other[second] and name[second] == other[first]


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A hint with the likeliest candidate, or None."""
    near = suggest(name, candidates)
    return None if near is None else f"did you mean {shown(near)}?"


def _begun(name: str, known: Iterable[str]) -> list[str]:
    """The shortest candidate of which a name of two words or more is the first words, if there is one."""
    words = _words(name)
    if len(words) < 2:
        return []
    return sorted((each for each in known if _words(each)[: len(words)] == words), key=len)[:1]


def _words(name: str) -> list[str]:
    return re.split(r"[\s_-]+", name.casefold())


def _initials(name: str) -> str:
    """What a name of several words is called for short; empty for one word."""
    words = name.split("_")
    return "".join(word[:1] for word in words).casefold() if len(words) > 1 else ""


def _fold(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).casefold()


def _position(problem: Problem) -> tuple[str, int, int]:
    return problem.file or "", problem.line or 0, problem.column or 0


def _alternatives(names: Sequence[str]) -> str:
    """'a', 'b' or 'c'; a long list is cut, since it is read by a person."""
    quoted = [shown(name) for name in names[:_SHOWN_CANDIDATES]]
    if len(names) > _SHOWN_CANDIDATES:
        return ", ".join(quoted) + f" or {len(names) - _SHOWN_CANDIDATES} others"
    return ", ".join(quoted[:-1]) + " or " + quoted[-1] if len(quoted) > 1 else "".join(quoted)
