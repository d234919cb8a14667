"""What rules say of public addresses that exist and are not told (IGW-3): which of them they name, nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reachsim.loading.load import Source
from reachsim.net.cidr import EVERY_IPV4, AddressSet
from reachsim.resources.resource import all_resources
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import NO_GROUPS, Clause


class Untold:
    """The public addresses of a design that stand for others, which exist and are not told.

    `stands`: these addresses, with whose they are. `any_of`: what each may be in truth: any public IPv4 address that the
    design gives to nobody, and no service that has a gateway endpoint.
    """

    def __init__(self, source: Source) -> None:
        self.owners: Mapping[int, str] = source.addresses.untold
        self.stands = AddressSet.union_of((address, address) for address in self.owners)
        self.any_of = _candidates(source) if self.owners else AddressSet.nothing()
        names = sorted(set(self.owners.values()))
        self.whose = names[0] if len(names) == 1 else "an interface"

    def __bool__(self) -> bool:
        return bool(self.owners)

    def alike(self, other: Untold) -> bool:
        """Whether rules say the same of these as of others."""
        return self.owners == other.owners and self.any_of == other.any_of

    def parts(self, named: AddressSet) -> bool:
        """Whether some of the addresses that one may have are among those that are named, and some are not."""
        return bool(self.any_of & named) and bool(self.any_of - named)

    def told(self, clauses: Iterable[Clause]) -> Iterator[Clause]:
        """Clauses that may name one of them, or not, in two: of the others as it is written, of these as not known."""
        for clause in clauses:
            if not self.parts(clause.peers):
                yield clause
                continue
            yield replace(clause, peers=clause.peers - self.stands)
            doubt = f"which public address {self.whose} has is not told, nor whether {clause.text!r} is about it"
            yield replace(clause, peers=self.stands, groups=NO_GROUPS, known=False, doubt=clause.doubt or doubt)


def _candidates(source: Source) -> AddressSet:
    design = source.design
    taken = [block.addresses for vpc in design.vpcs.values() for block in vpc.cidrs]
    names = {name for _, body in all_resources(design) for name in body.lists_of_services()}
    lists = (design.prefix_lists[name].entries for name in names if name in design.prefix_lists)
    taken += [block.addresses for entries in lists for block in entries]
    told = {*source.addresses.public.values()} - source.addresses.untold.keys()
    told |= {int(host.ip) for host in design.internet.hosts.values()}
    spans = ((address, address) for address in told)
    return (
        (PUBLIC & EVERY_IPV4.addresses)
        - AddressSet.union_of(spans)
        - AddressSet.union_of(span for each in taken for span in each.spans)
    )
