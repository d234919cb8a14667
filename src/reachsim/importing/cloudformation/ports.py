"""The ports of databases and caches that say none themselves: AWS then takes the engine's own, as the pages of `Port` in
CloudFormation's reference and of the APIs that create them say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.evaluate import Either
from reachsim.importing.inventory import Unknown

_RDS: Final = "AWS::RDS::DBInstance"
_AURORA: Final = "AWS::RDS::DBCluster"
_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = {
    _RDS: frozenset({"Endpoint.Port"}),
    _AURORA: frozenset({"Endpoint.Port"}),
    "AWS::DocDB::DBCluster": frozenset({"Port"}),
    "AWS::Neptune::DBCluster": frozenset({"Port"}),
    "AWS::Redshift::Cluster": frozenset({"Endpoint.Port"}),
    "AWS::ElastiCache::CacheCluster": frozenset({"RedisEndpoint.Port", "ConfigurationEndpoint.Port"}),
    "AWS::ElastiCache::ReplicationGroup": frozenset({"PrimaryEndPoint.Port", "ConfigurationEndPoint.Port"}),
    "AWS::ElastiCache::ServerlessCache": frozenset({"Endpoint.Port", "ReaderEndpoint.Port"}),
    "AWS::MemoryDB::Cluster": frozenset({"ClusterEndpoint.Port"}),
}
"""Attributes that are the port that clients connect to, by type."""
_OF_TYPES: Final[Mapping[str, int]] = {
    "AWS::DocDB::DBCluster": 27017,
    "AWS::Neptune::DBCluster": 8182,
    "AWS::Redshift::Cluster": 5439,
    "AWS::MemoryDB::Cluster": 6379,
    "AWS::ElastiCache::ReplicationGroup": 6379,
}
_OF_ENGINES: Final[tuple[tuple[str, int], ...]] = (
    ("mysql", 3306), ("mariadb", 3306), ("aurora-mysql", 3306), ("postgres", 5432), ("oracle", 1521), ("sqlserver", 1433),
    ("custom-oracle", 1521), ("custom-sqlserver", 1433), ("redis", 6379), ("valkey", 6379), ("memcached", 11211),
)  # fmt: skip
"""By what an engine's name begins with. Db2 has none."""
_POSTGRES: Final = Either("AWS's pages differ about the port of Aurora PostgreSQL that names none", (5432, 3306))


def is_port(kind: str, attribute: str) -> bool:
    """Whether an attribute of a type is the port that its clients connect to."""
    return attribute in _ATTRIBUTES.get(kind, ())


def port_of(kind: str, port: Any, engine: Any) -> Any:
    """The port of a database or cache, by what it says of port and engine (None where it says nothing)."""
    if port is not None:
        return port
    if kind in _OF_TYPES:
        return _OF_TYPES[kind]
    if not isinstance(engine, str):
        return Unknown("the port of an engine that is not told")
    name = engine.lower()
    if kind == _AURORA and name == "aurora-postgresql":
        return _POSTGRES
    if name == "aurora":
        return 3306
    known = (number for start, number in _OF_ENGINES if name.startswith(start))
    return next(known, Unknown(f"the port of engine {name}"))
