"""What each type of resource is in AWS's APIs, a module for each family of types.

A module has two tables by type: `OBJECTS` make objects, `ADDITIONS` add to what others make, once all objects are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reachsim.importing.cloudformation.families import (
    balancers,
    clusters,
    filters,
    functions,
    hosts,
    joins,
    names,
    network,
    services,
)
from reachsim.importing.cloudformation.made import Made
from reachsim.importing.cloudformation.stack import Resource

Family = Callable[[Made, Resource], None]
_MODULES: Final = (network, filters, hosts, joins, balancers, functions, clusters, services, names)
OBJECTS: Final[Mapping[str, Family]] = {kind: family for each in _MODULES for kind, family in each.OBJECTS.items()}
ADDITIONS: Final[Mapping[str, Family]] = {kind: family for each in _MODULES for kind, family in each.ADDITIONS.items()}
