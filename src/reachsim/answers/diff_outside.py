"""What differs between interfaces and far ends: the internet, networks outside AWS; for functions that changed, and to names
that mean something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from reachsim.answers.before import Before
from reachsim.answers.collected import Collected, Content
from reachsim.answers.diff_names import compare_to_names
from reachsim.answers.diff_secondary import Representative, secondary
from reachsim.answers.difference import OtherMeaning
from reachsim.answers.far_ends import INTERNET, exists, far_ends
from reachsim.answers.renames import changed_functions
from reachsim.answers.sides import NOTHING, Passing, contents_between, in_words
from reachsim.dataplane.filters import Filter
from reachsim.engine import Engine
from reachsim.errors import EndpointError
from reachsim.flow.ports import NO_LOSS
from reachsim.net.box import ALL_PORTS
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.reach.evaluation import filters_of
from reachsim.reach.flow_answer import FlowAnswer, round_trips_of
from reachsim.reach.likeness import Likeness, Likenesses
from reachsim.reach.pair import Reach
from reachsim.topology.flows import flows

MOST_SECONDARY = 5000
"""Secondary addresses, times the others, that are compared; each takes up to six questions."""
Groups = Mapping[tuple[int, int], list[str]]
"""Interfaces by their classes in both networks."""


def compare_outside(
    before: Engine,
    after: Engine,
    outside: Groups,
    groups: Groups,
    out: Collected,
    kept: Before,
    names: Mapping[str, str],
    functions: Mapping[str, str],
    meanings: Iterable[OtherMeaning],
) -> list[str]:
    """Between far ends and some interfaces (`outside`: the internet's); from functions whose interfaces changed to all
    (`groups`); to names that mean something else (`meanings`). `names`, `functions`: what was renamed. What is undecided."""
    same_walks = before.topology is after.topology
    beside = outside if same_walks else groups  # structure changes what networks reach in more ways than the internet
    changed = {f for f in before.topology.filters if before.book[f] is not after.book[f]} if same_walks else set()
    ends = _Ends(before, after, kept, {new: old for old, new in names.items()}, out)
    for end, group in (
        (each, group) for each in ends.far for group in (outside if each == INTERNET else beside).values()
    ):
        first = group[0]
        for pair in ((first, end), (end, first)):
            if same_walks and _untouched(before, *pair, changed):
                continue
            sources, destinations = (tuple(group), pair[1:]) if pair[0] == first else (pair[:1], tuple(group))
            ends.compare(*pair, sources, destinations)
    for name in changed_functions(before, after, names, functions):
        for group in groups.values():
            ends.compare(name, group[0], (name,), tuple(group))
        for end in ends.far:
            ends.compare(name, end, (name,), (end,))
    apart = secondary(before, after, groups.values(), ends.old_names)
    others = [Representative(group[0], tuple(group)) for group in groups.values()]
    others += [Representative(end, (end,)) for end in ends.far]
    if len(apart) * len(others) > MOST_SECONDARY:
        count = sum(len(each.private.all) for each in apart)
        told = f"{count:,} secondary addresses that rules or routes tell apart from the first"
        ends.undecided.append(f"what goes to and from {told} of their interfaces: too many to compare; ask by address")
        apart = []
    for each, other in product(apart, others):
        for source, destination in ((each.private, other), *((other, one) for one in each.as_destinations)):
            if not (same_walks and _untouched(before, source.one, destination.one, changed)):
                ends.compare(source.one, destination.one, source.all, destination.all)
    compare_to_names(meanings, after, groups.values(), ends.to_name, out)
    return ends.undecided


@dataclass
class _Ends:
    """Pairs of ends, of which one may be far, in two networks. `old_names`: what is renamed, as it was called before."""

    before: Engine
    after: Engine
    kept: Before
    old_names: Mapping[str, str]
    out: Collected
    undecided: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.far = far_ends(self.before, self.after)
        self.likenesses, self.known = self.kept.likenesses, self.kept.contents
        self.below = self.before.design.nat_loss_below, self.after.design.nat_loss_below

    def compare(self, source: str, destination: str, sources: tuple[str, ...], destinations: tuple[str, ...]) -> None:
        """What differs between two ends, told of all that they stand for."""
        world, called = self._there(source, destination)
        for content in self._contents(source, destination):
            self.out.add(content, sources, destinations, in_words(content[1], world, called))

    def _there(self, source: str, destination: str) -> tuple[AddressSet | None, str]:
        """The addresses of the far end, and what they are called."""
        if source in self.far:
            return self.far[source].sources, self.far[source].called
        if destination in self.far:
            return self.far[destination].destinations, self.far[destination].called
        return None, ""

    def _called_before(self, source: str, destination: str) -> tuple[str, str]:
        return self.old_names.get(source, source), self.old_names.get(destination, destination)

    def _contents(self, source: str, destination: str) -> list[Content]:
        """How two ends differ; where filters on known ways decide, once for all that are alike: a side says nothing of the
        address of an interface."""
        keep = "sources" if source in self.far else "destinations" if destination in self.far else ""
        alike = (
            _likeness(self.before, *self._called_before(source, destination), self.likenesses),
            _likeness(self.after, source, destination, self.likenesses),
        )
        if None not in alike and alike[0] == alike[1]:
            return []
        if None in alike or not keep:
            return self._evaluated(source, destination, keep)
        key = keep, alike, self.below
        if key not in self.known:
            self.known[key] = self._evaluated(source, destination, keep)
        return self.known[key]

    def _evaluated(self, source: str, destination: str, keep: str) -> list[Content]:
        world = self._there(source, destination)[0] or AddressSet.nothing()
        return self._differ(source, destination, list(self._answers(source, destination)), keep, world)

    def to_name(self, source: str, name: str) -> list[Content]:
        """How what passes from an interface to a name differs, whatever addresses the name has in either network."""
        old = self.old_names.get(source, source)
        answers = [_to_name(self.before, old, name), _to_name(self.after, source, name)]
        return self._differ(source, name, answers, "", AddressSet.nothing())

    def _differ(
        self, source: str, destination: str, answers: list[Reach | None], keep: str, world: AddressSet
    ) -> list[Content]:
        if answers[0] is not None and answers[1] is not None and _alike(answers[0], answers[1]):
            return []
        unknown = HeaderSpace.nothing()
        for answer in answers:
            if answer is not None and answer.undecided:
                self.undecided.append(f"{source} -> {destination}: {answer.undecided}")
                unknown |= _unknown(answer, keep, world)
        was, now = (_side(answer, keep, world).without(unknown) for answer in answers)
        return contents_between(was, now)

    def _answers(self, source: str, destination: str) -> Iterator[Reach | None]:
        """What gets from one end to another before and after; None where one of them is not there."""
        ends = self._called_before(source, destination)
        yield self.kept.reach(*ends) if all(exists(self.before, end) for end in ends) else None
        there = exists(self.after, source) and exists(self.after, destination)
        yield self.after.reach(source, destination) if there else None


def _to_name(network: Engine, source: str, name: str) -> Reach | None:
    """What gets from an interface to a name; None where there is no such interface, or no such name."""
    try:
        return network.reach(source, name) if source in network.topology.interfaces else None
    except EndpointError:
        return None


def _side(answer: Reach | None, keep: str, world: AddressSet) -> Passing:
    """What passes, freed of the addresses that go without saying."""
    if answer is None:
        return NOTHING
    trips = {NO_LOSS: answer.always, **answer.losses}
    freed = ((choices, _free(space, keep, world)) for choices, space in trips.items())
    return Passing.of(freed, _free(answer.delivered, keep, world), answer.below)


def _unknown(answer: Reach, keep: str, world: AddressSet) -> HeaderSpace:
    """The packets of which an answer does not know whether they pass."""
    unknown = HeaderSpace.nothing()
    for part in answer.parts:
        if part.undecided and part.found is None:  # not even its addresses are known
            return ~HeaderSpace.nothing()
        if part.undecided:
            unknown |= _free(part.asked(part.family, ALL_PORTS), keep, world)
    return unknown


def _likeness(network: Engine, source: str, destination: str, likenesses: Likenesses) -> Likeness | None:
    """What the answer between two ends depends on; of ends that are not there nothing gets through."""
    if not (exists(network, source) and exists(network, destination)):
        return ()
    return likenesses.of(network.endpoint(source), network.endpoint(destination), network.ends, network.book)


def _alike(one: Reach, other: Reach) -> bool:
    """Whether two answers are the same part by part, so that the sets that are made of them need not be made."""
    if one.below != other.below or one.undecided or other.undecided:
        return False

    def content(part: FlowAnswer) -> tuple[object, ...]:
        return part.sources, part.destinations, part.forward, part.back, part.lost

    if any(part.flow.pick is not None for part in (*one.parts, *other.parts)):
        return False  # of what AWS picks, all has to be seen together
    return len(one.parts) == len(other.parts) and all(
        content(a) == content(b) for a, b in zip(one.parts, other.parts, strict=True)
    )


def _untouched(network: Engine, source: str, destination: str, changed: set[Filter]) -> bool:
    """Whether no round trip between two endpoints meets a filter that was edited, so that nothing can differ."""
    asked = flows(network.endpoint(source), network.endpoint(destination), network.ends)
    return not any(
        query.filter in changed
        for flow in asked
        for found in round_trips_of(flow, network.ends)
        for walk in (found.forward, found.reply)
        for query, _, _ in filters_of(walk, network.book)
    )


def _free(space: HeaderSpace, keep: str, world: AddressSet) -> HeaderSpace:
    """A set freed of the addresses that go without saying, so that groups of endpoints share the rest."""
    parts: list[HeaderSpace] = []
    for block in (EVERY_IPV4, EVERY_IPV6):
        inside = space.restrict(sources=block.addresses)
        if inside:
            freed = inside.restrict(sources=world) if keep == "sources" else inside.replace_sources(block.addresses)
            if keep == "destinations":
                parts.append(freed.restrict(destinations=world))
            else:
                parts.append(freed.replace_destinations(block.addresses))
    return HeaderSpace.union(parts)
