"""Changes, collected and merged into groups as large as they can be."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from reachsim.answers.difference import Change, ChangeKind
from reachsim.net.headerspace import HeaderSpace

Content = tuple[ChangeKind, HeaderSpace, bool, str]
"""Kind, packets, whether delivery alone differs, and what is to say of NAT."""


class Collected:
    """Changes by what they are, then by source, to be merged into groups. `places`: of interfaces, in the order of the
    file."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self.places = places
        self.found: dict[Content, dict[tuple[str, ...], list[tuple[str, ...]]]] = {}
        self.texts: dict[Content, str] = {}

    def add(self, content: Content, sources: tuple[str, ...], destinations: tuple[str, ...], text: str) -> None:
        """Note one change between two groups of endpoints."""
        self.found.setdefault(content, {}).setdefault(sources, []).append(destinations)
        self.texts.setdefault(content, text)

    def changes(self) -> Iterator[Change]:
        """Groups as large as they can be: sources with the same destinations are told together."""
        for content, by_source in self.found.items():
            kind, space, one_way, nat = content
            by_destinations: dict[tuple[str, ...], list[str]] = {}
            for sources, parts in by_source.items():
                destinations = tuple(dict.fromkeys(name for part in parts for name in part))
                by_destinations.setdefault(destinations, []).extend(sources)
            for destinations, sources_of in _among_themselves(by_destinations, self.places):
                text = self.texts[content]
                yield Change(kind, space, tuple(sources_of), destinations, one_way, text, nat)


def _among_themselves(
    by_destinations: dict[tuple[str, ...], list[str]], places: Mapping[str, int]
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Destinations and their sources, where ends that differ only in that each leaves itself out are told together: an end
    and itself is no pair, so a change between overlapping sets says nothing of it."""
    alike: dict[Hashable, list[tuple[str, ...]]] = {}
    for destinations, sources in by_destinations.items():
        whole = frozenset(destinations)
        alone = len(sources) == 1 or whole.issuperset(sources)
        alike.setdefault(whole.union(sources) if alone else destinations, []).append(destinations)
    for parts in alike.values():
        destinations, sources = parts[0], [name for part in parts for name in by_destinations[part]]
        if len(parts) > 1:
            every = {name for part in parts for name in part}.union(sources)
            sources.sort(key=lambda name: places.get(name, len(places)))
            destinations = tuple(sorted(every, key=lambda name: places.get(name, len(places))))
        yield destinations, sources
