"""Plan files that are wrong, each with its error."""

from __future__ import annotations

import pytest
from tests.cidr.plans import plan

from reachsim.cidr import loads_kept
from reachsim.errors import DesignError

BAD = [
    (
        "pools: {p: 10.0.0.7/16}\nvpcs: {a: /24}",
        "<text>:2:12: pools.p: '10.0.0.7/16' has host bits set; did you mean '10.0.0.0/16'?",
    ),
    (
        "pools: {p: [10.0.0.0/16, '2600::/44']}\nvpcs: {a: /24}",
        "<text>:2:26: pools.p[1]: 2600::/44 is IPv6 in a pool of IPv4; make a pool for each family",
    ),
    (
        "pools: {p: [10.0.0.0/16, 10.0.1.0/24]}\nvpcs: {a: /24}",
        "<text>:2:26: pools.p[1]: 10.0.1.0/24 lies inside 10.0.0.0/16 of this pool; write each address once",
    ),
    (
        "pools: {p: 10.0.0.0/16, q: 10.0.0.0/16}\nvpcs: {a: {size: /24, pool: p}}",
        "<text>:2:28: pools.q: 10.0.0.0/16 is in pool p already; write each address once",
    ),
    (
        "pools: {p: 10.0.0.0/16, q: 10.0.0.0/8}\nvpcs: {a: {size: /24, pool: p}}",
        "<text>:2:28: pools.q: 10.0.0.0/8 contains 10.0.0.0/16 of pool p; write each address once",
    ),
    (
        "pools: {p: 127.0.0.0/8}\nvpcs: {a: /24}",
        "<text>:2:12: pools.p: 127.0.0.0/8 has addresses of 127.0.0.0/8, which is loopback (RFC "
        "1122) and never a VPC's [CIDR-2]",
    ),
    (
        "pools: {p: {cidrs: 10.0.0.0/16, reserved: {r: 10.1.0.0/24}}}\nvpcs: {a: /24}",
        "<text>:2:47: pools.p.reserved.r: 10.1.0.0/24 is not in the pool; it is 10.0.0.0/16",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /15}",
        "<text>:3:11: vpcs.a: /15 is larger than AWS allows; an IPv4 block of a VPC or a subnet is /16 to /28 [CIDR-1]",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /29}",
        "<text>:3:11: vpcs.a: /29 is smaller than AWS allows; an IPv4 block of a VPC or a subnet is "
        "/16 to /28 [CIDR-1]",
    ),
    ("pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 0}}}}", "must be at least 1, got 0"),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 99999999999}}}}",
        "must be at most 1000000, got 99999999999",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 3, growth: 99999%}}}}",
        "growth of 99999 % is absurd; it is at most 1000 %",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {}}}}",
        "nothing says how large its subnets are; write one of size, addresses or consumers",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {size: /24, addresses: 3}}}}",
        "size and addresses say it twice; write one of size, addresses or consumers",
    ),
    ("pools: {p: 10.0.0.0/16}\nvpcs: {a: {}}", "nothing says how large it is; write size: /20, or tiers"),
    (
        "pools: {p: 10.0.0.0/16, q: 10.1.0.0/16}\nvpcs: {a: /24}",
        "<text>:3:8: vpcs.a: no pool is named, and there are 2 IPv4 pools; write pool: p",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {size: /24, pool: pp}}",
        "<text>:3:29: vpcs.a.pool: there is no pool 'pp'; did you mean 'p'?",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {size: /24, ipv6: p}}",
        "pool 'p' is IPv4, and an IPv6 pool is meant",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {app: /24}\ngroups: {g: [ap]}",
        "<text>:4:14: groups.g[0]: there is no network 'ap'; did you mean 'app'?",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /24, b: /24}\ngroups: {g: [a, b], h: {members: [b, a], overlap: allowed}}",
        "<text>:4:21: groups.h: a and b may overlap here, and never in group g; take one of them out of one group",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /24}\ngroups: {h: {members: [a], overlap: allowed, peering: true}}",
        "peered VPCs never may overlap; remove overlap: allowed [PEER-7]",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: 10.0.0.0/24}\nvpcs: {a: /24}",
        "<text>:4:8: vpcs.a: 'a' exists, and not as a VPC; write vpc: true under exists.a",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: [10.0.0.0/24, 192.168.0.0/24], vpc: true}}\nvpcs: {b: /24}",
        "cannot join a VPC whose primary block 10.0.0.0/24 is in 10.0.0.0/8",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: 10.0.0.0/24, vpc: true, subnets: {s: "
        "10.0.1.0/25}}}\nvpcs: {b: /24}",
        "10.0.1.0/25 is not inside any block of its VPC",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: 10.0.0.0/24, subnets: {s: 10.0.0.0/25}}}\nvpcs: {b: /24}",
        "only a VPC has subnets; write vpc: true",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {x: /24, x-a: {size: /24, zones: [b]}, x-a-b: "
        "{size: /24, zones: [c]}}}}",
        None,
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {x: {size: /24, zones: [y-z]}, x-y: {size: /24, zones: [z]}}}}",
        "its subnet x-y-z has the name of one of tier x; rename one of them",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nmodels: nowhere.yaml\nvpcs: {b: /24}",
        "<text>:3:9: models: the model 'nowhere.yaml' cannot be read\nnowhere.yaml: no such file",
    ),
    ("pools: {}\nvpcs: {b: /24}", "expected at least 1 entry, got 0"),
    ("pool: {p: 10.0.0.0/16}\nvpcs: {b: /24}", "unknown key 'pool'; did you mean 'pools'?"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_plan_files(text: str, expected: str | None) -> None:
    if expected is None:
        assert plan(text).ok
        return
    with pytest.raises(DesignError) as error:
        plan(text)
    assert expected in str(error.value)
    if expected.startswith("<text>"):
        assert str(error.value) == expected


def test_a_bad_plan_to_keep() -> None:
    with pytest.raises(DesignError, match="has host bits set"):
        loads_kept('{"vpcs": {"a": {"cidrs": ["10.0.0.1/16"]}}}')
    with pytest.raises(DesignError, match="missing key 'vpcs'"):
        loads_kept("{}")
