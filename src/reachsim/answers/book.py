"""The rule book and the list of codes, as they stand in docs/: what an ID or a code means, with its source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from reachsim.calls import made_by
from reachsim.errors import UsageError, shown, suggest
from reachsim.faces import Faced

_RULE: Final = re.compile(r'^- <a id="[a-z0-9-]+"></a>\*\*([A-Z0-9]+-[A-Z0-9]+)\*\*(.*)$', re.MULTILINE)
_CHAPTER: Final = re.compile(r"^## ([A-Z0-9]+): (.*)$", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_CODE: Final = re.compile(r'^\| <a id="[a-z0-9_]+"></a>`([A-Z0-9_]+)` \| (.*?) \| (.*?) \|(.*)$', re.MULTILINE)
_FINDING: Final = re.compile(r"^\| (`[A-Z_`, ]+`) \| (\w+(?:, \w+)*) \| (.*?) \| (.*?) \|$", re.MULTILINE)
_NAME: Final = re.compile(r"`([A-Z_]+)`")
_ID: Final = re.compile(r"[A-Z0-9]+-[A-Z0-9]+")
_PLACES: Final = (Path(__file__).parents[1] / "docs", Path(__file__).parents[3] / "docs")
"""Where the book is: in an installed package, and in a working copy."""


@made_by("net.explain(source, destination, traffic).obstacles[0].rule")
@dataclass(frozen=True, repr=False)
class Rule(Faced):
    """One rule. `text`: in our words, without links. `sources`: addresses of the pages that it was read from, by name.
    `decision`: whether AWS is silent, and it is our choice."""

    name: str
    chapter: str
    text: str
    sources: tuple[tuple[str, str], ...]
    decision: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": "rule",
            "name": self.name,
            "chapter": self.chapter,
            "text": self.text,
            "decision": self.decision,
            "sources": [{"page": page, "url": url} for page, url in self.sources],
        }


@dataclass(frozen=True, repr=False)
class Meaning(Faced):
    """One code of a blocker, or of a finding of lint. `component`: what it is about. `rules`: IDs of the rules behind it."""

    name: str
    text: str
    component: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": "code",
            "name": self.name,
            "text": self.text,
            "component": self.component,
            "rules": [rule(name).to_dict() for name in self.rules],
        }


@lru_cache(maxsize=3)
def _page(name: str) -> str:
    for place in _PLACES:
        try:
            return (place / name).read_text(encoding="utf-8")
        except OSError:
            continue
    raise UsageError(f"{name} is missing from this installation; it is at {_HOME}/{name}")


_HOME: Final = "https://github.com/reachsim/reachsim/tree/main/docs"


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """Every rule by its ID, in the order of the book."""
    text = _page("rules.md")
    chapters = [(found.start(), found[2]) for found in _CHAPTER.finditer(text)]
    out: dict[str, Rule] = {}
    for found in _RULE.finditer(text):
        chapter = next((title for start, title in reversed(chapters) if start < found.start()), "")
        body = found[2].strip()
        decision = body.startswith("*decision*")
        body = body.removeprefix("*decision*").strip()
        sources = tuple((name, url) for name, url in _LINK.findall(body) if url.startswith("http"))
        words = _LINK.sub(lambda link: "" if _is_source(link) else link[1], body)
        out[found[1]] = Rule(found[1], chapter, _plain(words).rstrip(" ,"), sources, decision)  # between the links
    return out


def _is_source(link: re.Match[str]) -> bool:
    """Whether a link names a page that a rule was read from, after its sentence or another page: it is no word of one."""
    return link[2].startswith("http") and not re.search(r"\w $", link.string[: link.start()])


@lru_cache(maxsize=1)
def codes() -> dict[str, Meaning]:
    """Every code by its name, in the order of the list."""
    out: dict[str, Meaning] = {}
    for found in _CODE.finditer(_page("codes.md")):
        names = tuple(name for name, _ in _LINK.findall(found[4]))
        out[found[1]] = Meaning(found[1], _plain(_LINK.sub(lambda link: link[1], found[2])), _plain(found[3]), names)
    return out


@lru_cache(maxsize=1)
def findings() -> dict[str, Meaning]:
    """Every code of a finding of lint by its name, in the order of the list."""
    out: dict[str, Meaning] = {}
    for listed, severity, when, proof in _FINDING.findall(_page("lint.md")):
        text = f"Found when {_plain(when)}. Proof: {_plain(proof)}."
        behind = tuple(dict.fromkeys(name for name in _ID.findall(when) if name in rules()))
        for code, weight in zip_longest(_NAME.findall(listed), severity.split(", "), fillvalue=severity):
            out[code] = Meaning(code, text, f"finding of lint, {weight}", behind)
    return out


def _plain(text: str) -> str:
    """Markdown without its marks."""
    text = re.sub(r"\*\*?([^*]+)\*\*?", r"\1", text.replace("`", ""))
    return re.sub(r"\s+", " ", text).strip()


def rule(name: str) -> Rule:
    """A rule by its ID. Raises UsageError with a near one."""
    found = meaning_of(name)
    if not isinstance(found, Rule):
        raise UsageError(f"{shown(name)} is a code, not the ID of a rule")
    return found


def meaning_of(name: str) -> Rule | Meaning:
    """What an ID or a code means, however it is capitalised. Raises UsageError with a near one."""
    asked = name.strip().upper()
    named = asked.replace("-", "_")
    found = rules().get(asked) or codes().get(named) or findings().get(named)
    if found is None:
        raise UsageError(f"{shown(name)} is neither the code of a blocker nor the ID of a rule; {_meant(asked)}")
    return found


def _meant(asked: str) -> str:
    """What was probably meant. A number that is another is no slip: of a chapter it is told which numbers there are."""
    written = re.sub("[-_ ]", "", asked)
    same = next((name for name in rules() if name.replace("-", "") == written), "")
    if same:
        return f"did you mean {same}?"
    chapter = re.split("[-_ ]", asked)[0]
    numbered = [name for name in rules() if re.fullmatch(rf"{re.escape(chapter)}-[0-9]+", name)]
    if numbered and re.fullmatch(r"([-_ ].*)?", asked[len(chapter) :]):
        return f"{chapter} has {numbered[0]} to {numbered[-1]}"
    near = suggest(asked, [*codes(), *findings()])
    return (
        f"did you mean {near}?" if near else "reachsim trace prints both, such as NO_ROUTE_TO_DESTINATION and ROUTE-16"
    )
