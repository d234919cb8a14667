"""Small designs that once had a wrong answer, as text."""
# ruff: noqa: E501 - designs are easier to read with a component in a line

LOOP = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 10.0.0.0/24, route_table: r}, b: {cidr: 10.0.1.0/24}}
    route_tables: {r: {10.0.0.0/16: ngw}}
    nat_gateways: {ngw: {subnet: a}}
    instances: {i: {subnet: a}, j: {subnet: b}}
"""
"""A NAT gateway in a subnet whose table leads the VPC's own block to it."""

MIDDLEBOX = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets:
      b: {cidr: 10.0.1.0/24, ipv6_cidr: "2001:db8:0:1::/64", route_table: b}
      c: {cidr: 10.0.2.0/24, ipv6_cidr: "2001:db8:0:2::/64", route_table: c}
    route_tables: {b: {0.0.0.0/0: fw, "::/0": fw}, c: {0.0.0.0/0: igw, "::/0": eigw}}
    security_groups: {any: {ingress: [{allow: all, from: 0.0.0.0/0}, {allow: all, from: "::/0"}]}}
    instances:
      app: {subnet: b, security_groups: [any], public_ip: 198.51.100.10, ipv6_address: "2001:db8:0:1::10"}
      fw: {subnet: c, security_groups: [any], public_ip: 198.51.100.20, ipv6_address: "2001:db8:0:2::10", source_dest_check: false, nat: {ip_forward: true, masquerade: false}}
"""
"""The middlebox of AWS's page: what an appliance forwards unchanged leaves by the internet gateways (IGW-7), though the VPC
has an egress-only one as well."""

NAT64 = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: igw
    subnets:
      s: {ipv6_cidr: "2001:db8::/64", route_table: r}
      n: {cidr: 10.0.1.0/24, route_table: rn}
    route_tables: {r: {"::/0": ngw}, rn: {0.0.0.0/0: igw}}
    nat_gateways: {ngw: {subnet: n}}
    security_groups:
      g: {egress: [{allow: all, to: "::/0"}]}
      h: {egress: [{allow: all, to: "2600::/12"}]}
      i: {ingress: [{allow: all, from: 10.0.0.0/16}], egress: []}
    instances:
      x: {subnet: s, security_groups: [g]}
      quiet: {subnet: s, security_groups: [h]}
      db: {subnet: n, security_groups: [i]}
"""
"""A host with IPv6 alone behind a NAT gateway (NATGW-16)."""

ULA = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "fd12:3456:7800::/48"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets: {s: {cidr: 10.0.0.0/24, ipv6_cidr: "fd12:3456:7800::/64", route_table: r}, t: {cidr: 10.0.1.0/24, ipv6_cidr: "fd12:3456:7800:1::/64", route_table: q}}
    route_tables: {r: {"::/0": igw}, q: {"::/0": eigw}}
    security_groups: {any: {ingress: [{allow: all, from: "::/0"}], egress: [{allow: all, to: "::/0"}]}}
    instances: {a: {subnet: s, security_groups: [any], ipv6_address: "fd12:3456:7800::10"}, b: {subnet: t, security_groups: [any], ipv6_address: "fd12:3456:7800:1::10"}}
"""
"""Private IPv6 (IGW-15)."""

FUNCTION_OUTSIDE = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: r}}
    route_tables: {r: {0.0.0.0/0: igw}}
    security_groups: {g: {ingress: [{allow: tcp/443, from: 203.0.113.0/24}]}, all: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {w: {subnet: s, public_ip: 198.51.100.1, security_groups: [g]}, z: {subnet: s, public_ip: 198.51.100.2, security_groups: [all]}}
lambda_functions: {f: {}}
"""
"""A function outside any VPC, and hosts that admit some of the internet, or all."""

FUNCTION_SHUT_OUT = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.0.0/24, route_table: r, network_acl: n}}
    route_tables: {r: {0.0.0.0/0: igw}}
    network_acls: {n: {ingress: [{rule: 1, deny: all, from: 203.0.113.0/24}, {rule: 2, allow: all, from: 0.0.0.0/0}], egress: [{rule: 1, allow: all, to: 0.0.0.0/0}]}}
    security_groups: {g: {ingress: [{allow: all, from: g}]}}
    instances: {w: {subnet: s, public_ip: 198.51.100.1, security_groups: [g]}}
lambda_functions: {f: {}}
"""
"""The same before a host that admits its own group alone."""

SERVICES = """
version: 1
vpcs: {v: {cidrs: [10.0.0.0/16], subnets: {s: {cidr: 10.0.0.0/24}}, instances: {x: {subnet: s}}}}
"""
"""AWS's own services are in every VPC (WALK-20)."""

EXPOSED = """
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.1.0/24, route_table: rp}, n: {cidr: 10.0.0.0/24, route_table: rn}}
    route_tables: {rp: {0.0.0.0/0: ngw}, rn: {0.0.0.0/0: igw}}
    nat_gateways: {ngw: {subnet: n}}
    security_groups: {any: {ingress: [{allow: all, from: 0.0.0.0/0}]}, ssh: {ingress: [{allow: tcp/22, from: 0.0.0.0/0}]}, mix: {ingress: [{allow: "tcp/22,icmp", from: 0.0.0.0/0}]}}
    instances:
      a: {subnet: p, security_groups: [any], public_ip: true}
      s: {subnet: p, security_groups: [ssh], public_ip: true}
      m: {subnet: p, security_groups: [mix], public_ip: true}
"""
"""Public addresses in a subnet that answers through a NAT gateway."""
