"""What an organisation consists of: subnets, roles and VPCs, and what they are named and numbered by."""

from __future__ import annotations

from dataclasses import dataclass, field

TEAMS = (
    "payments", "orders", "search", "catalog", "identity", "billing", "shipping", "pricing", "media", "mail",
    "reports", "ledger", "fraud", "support", "mobile", "partner", "logistics", "insights", "archive", "maps",
    "returns", "loyalty", "tax", "stock", "events", "profile", "reviews", "tickets",
)  # fmt: skip
STAGES = ("prod", "test", "dev")
PORTS = (
    80, 443, 3000, 4317, 5000, 5601, 6443, 7000, 8000, 8080, 8081, 8125, 8443, 8500, 8888, 9000, 9090, 9092,
    9093, 9100, 9200, 9300, 9443, 10250, 11211, 15672, 16686, 27017, 50051,
)  # fmt: skip
RANGES = (
    "tcp/8000-8999", "tcp/9000-9499", "tcp/30000-32767", "udp/33434-33523", "tcp/7000-7999", "udp/4789",
    "udp/8125", "icmp/8", "tcp/2379-2380", "udp/53", "tcp/53",
)  # fmt: skip
DATABASES = (5432, 3306, 6379, 9042, 1433)
AMIS = ("al2023-ami-minimal", "ubuntu-noble-server", "Windows_Server-2022", "golden-image-17")
PARTNERS = ("185.60.112.0/22", "151.101.0.0/16", "13.107.42.14/32", "91.189.88.0/21", "104.16.0.0/13")
PREFIX_LISTS = {
    "offices": ("81.2.69.0/24", "146.70.112.0/24", "193.0.6.128/25"),
    "storage": ("52.216.0.0/15", "3.5.0.0/19"),
    "company": ("10.0.0.0/8", "172.16.0.0/12"),
}
HOSTS = {
    "www.example.com": ("93.184.216.34", "[tcp/80, tcp/443]"),
    "packages.example.net": ("151.101.2.132", "[tcp/80, tcp/443]"),
    "office": ("81.2.69.160", "icmp"),
    "partner": ("185.60.112.9", "[tcp/443, tcp/22]"),
    "scanner": ("45.33.32.156", "[]"),
}
RULES_MOST = 60
"""Rules of a security group in one direction that AWS allows unasked; a prefix list counts by its entries."""
ACL_RULES_MOST = 20
DIVISION = 8


def dotted(address: int) -> str:
    """An IPv4 address as text."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


@dataclass
class Place:
    """A subnet. `room`: interfaces that it has to hold."""

    tier: str
    zone: str
    room: int = 0
    low: int = 0
    prefix: int = 0
    explicit: int = 0

    @property
    def name(self) -> str:
        """Its name."""
        return f"{self.tier}-{self.zone}"

    @property
    def block(self) -> str:
        """Its block as text."""
        return f"{dotted(self.low)}/{self.prefix}"

    def next_explicit(self) -> str:
        """An address of its own for an interface that writes one: from the top, where nothing is assigned."""
        self.explicit += 1
        return dotted(self.low + (1 << 32 - self.prefix) - 2 - self.explicit)


@dataclass
class Role:
    """What a set of interfaces has in common."""

    name: str
    tier: str
    groups: tuple[str, ...]
    section: str
    extra: str
    public: str
    weight: float


@dataclass
class Site:
    """A VPC while it is written."""

    index: int
    name: str
    zones: str
    hub: bool
    places: dict[str, Place] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    cells: list[tuple[Role, Place]] = field(default_factory=list)
    peers: list[tuple[Site, str]] = field(default_factory=list)
    groups: dict[str, tuple[list[str], list[str] | None]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    """Addresses that rules name one by one."""
    first: dict[str, str] = field(default_factory=dict)
    """For each tier the name of an interface in it."""
    counts: list[int] = field(default_factory=list)

    @property
    def block(self) -> str:
        """Its block as text."""
        return f"10.{self.index}.0.0/16"

    @property
    def nat_instance(self) -> bool:
        """Whether a NAT instance stands where others have NAT gateways."""
        return self.index % 5 == 4

    @property
    def tiers(self) -> tuple[str, ...]:
        """Its tiers."""
        return ("public", "app", "data") if len(self.zones) == 3 else ("public", "app", "data", "batch")

    def zones_of(self, tier: str) -> list[Place]:
        """The subnets of a tier."""
        return [place for place in self.places.values() if place.tier == tier]

    def groups_of(self, tier: str) -> list[str]:
        """The groups that tell the roles of a tier apart."""
        return list(dict.fromkeys(role.groups[-1] for role in self.roles if role.tier == tier))


TIER_SHARE = {"public": 0.15, "app": 0.55, "data": 0.25, "batch": 0.25}
SMALLEST = {"public": 22, "app": 20, "data": 21, "batch": 22}
"""Prefix lengths that tiers have where their interfaces fit."""
