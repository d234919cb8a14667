"""Names, services and states: more designs that people posted in public, with what AWS's rules say of them.

A question is source, destination, traffic, verdict, code of the first blocker, cure.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_MORE = (
    posted(
        "re:Post: Redshift COPY from a bucket in another Region hangs",
        """
region: eu-west-1
vpcs:
  dw:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {}}
    interfaces: {redshift: {subnet: s}}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [s]}}
internet: {hosts: {bucket.s3.us-east-1.amazonaws.com: {ip: 52.216.8.8}}}
""",
        ("redshift", "service:s3", "tcp/443", "holds", "", ""),
        ("redshift", "bucket.s3.us-east-1.amazonaws.com", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "NAT"),
    ),
    posted(
        "re:Post: S3 gateway endpoint from on premises over VPN",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [s]}}
vpn_connections: {line: {gateway: v.vgw, static_routes: [192.168.0.0/16]}}
networks: {office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.1.5}}}}
""",
        ("office.pc", "service:s3", "tcp/443", "fails", "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", ""),
    ),
    posted(
        "re:Post: interface endpoint unreachable from on premises",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    vpc_endpoints: {sqs: {type: interface, service: sqs, subnets: [s], security_groups: [ep]}}
vpn_connections: {line: {gateway: v.vgw, static_routes: [192.168.0.0/16]}}
networks: {office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.1.5}}}}
""",
        ("office.pc", "v.sqs", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "192.168"),
    ),
    posted(
        "stackoverflow: NLB UDP syslog targets get nothing",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.0.0/24, az: a, route_table: p}, n: {cidr: 10.0.1.0/24, az: a}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {log: {ingress: [{allow: tcp/514, from: 0.0.0.0/0}]}}
    instances: {log: {subnet: n, security_groups: [log]}}
    load_balancers:
      nlb: {type: network, subnets: [p], listeners: {udp/514: log}, target_groups: {log: {targets: [log],
        port: udp/514, health_check: tcp/514}}}
internet: {hosts: {router: {ip: 93.184.216.34}}}
""",
        ("router", "nlb", "udp/514", "fails", "ENI_SG_RULES_MISMATCH", "udp/514"),
    ),
    posted(
        "stackoverflow: RDS Proxy target unavailable",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}}
    security_groups:
      f: {}
      proxy: {ingress: [{allow: tcp/5432, from: f}], egress: []}
      db: {ingress: [{allow: tcp/5432, from: f}]}
    interfaces: {proxy: {subnets: [a, b], security_groups: [proxy]}, db: {subnet: b, security_groups: [db]}}
lambda_functions: {f: {latest: {vpc: v, subnets: [a, b], security_groups: [f]}}}
""",
        ("f", "proxy", "tcp/5432", "holds", "", ""),
        ("proxy", "db", "tcp/5432", "fails", "SG_HAS_NO_RULES", "db"),
    ),
    posted(
        "serverfault: domain join fails over peering",
        """
vpcs:
  ad:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.2.0.0/16: pcx}}
    security_groups: {dc: {ingress: [{allow: [tcp/53, udp/53, tcp/88, udp/88, tcp/389, udp/389, tcp/445],
      from: 10.2.0.0/16}]}}
    instances: {dc: {subnet: s, security_groups: [dc], ami: Windows_Server-2022}}
  app:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: pcx}}
    instances: {ws: {subnet: s, ami: Windows_Server-2022}}
peering_connections: {pcx: {requester: app, accepter: ad}}
""",
        ("ws", "dc", "tcp/389, udp/389, tcp/88", "holds", "", ""),
        ("ws", "dc", "tcp/49152-65535", "fails", "ENI_SG_RULES_MISMATCH", "tcp/49152-65535"),
    ),
    posted(
        "stackoverflow: route blackhole after re-created peering",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.2.0.0/16: old}}
    instances: {x: {subnet: s}}
  b:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: new}}
    security_groups: {y: {ingress: [{allow: tcp/443, from: 10.1.0.0/16}]}}
    instances: {y: {subnet: s, security_groups: [y]}}
peering_connections:
  old: {requester: a, accepter: b, status: deleted}
  new: {requester: a, accepter: b}
""",
        ("x", "y", "tcp/443", "fails", "BAD_STATE_ROUTE", "new"),
    ),
    posted(
        "serverfault: only some clients reach the peer",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}, t: {cidr: 10.1.2.0/24, az: b, route_table: s}}
    route_tables: {s: {10.2.0.0/16: pcx}}
    instances: {x: {subnets: [s, t]}}
  b:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.1.0/24: pcx}}
    security_groups: {y: {ingress: [{allow: tcp/443, from: 10.1.0.0/16}]}}
    instances: {y: {subnet: s, security_groups: [y]}}
peering_connections: {pcx: {requester: a, accepter: b}}
""",
        ("x/1", "y", "tcp/443", "holds", "", ""),
        ("x", "y", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "10.1."),
    ),
    posted(
        "re:Post: EC2 Instance Connect Endpoint times out",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {e: {cidr: 10.0.1.0/24, az: a}, p: {cidr: 10.0.2.0/24, az: b}}
    security_groups:
      eice: {egress: [{allow: tcp/22, to: node}]}
      node: {ingress: [{allow: tcp/22, from: 203.0.113.0/24}]}
    interfaces: {eice: {subnet: e, security_groups: [eice]}}
    instances: {node: {subnet: p, security_groups: [node]}}
""",
        ("eice", "node", "tcp/22", "fails", "ENI_SG_RULES_MISMATCH", "eice"),
    ),
    posted(
        "re:Post: IPv6-only subnet cannot reach GitHub",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      six: {ipv6_cidr: "2600:1f14:abc:de02::/64", az: a, route_table: six}
    route_tables: {pub: {0.0.0.0/0: igw}, six: {"::/0": eigw}}
    nat_gateways: {nat: {subnet: pub}}
    instances: {h: {subnet: six}}
internet: {hosts: {github: {ip: 140.82.112.3}, cdn: {ip: "2606:4700::1111"}}}
""",
        ("h", "cdn", "tcp/443", "holds", "", ""),
        ("h", "github", "tcp/443", "fails", "NO_POSSIBLE_DESTINATION", ""),
    ),
    posted(
        "GitHub: central KMS endpoint with Route 53 profile",
        """
region: eu-west-1
vpcs:
  hub:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {e: {cidr: 10.0.1.0/24, az: a, route_table: e}}
    route_tables: {e: {10.0.0.0/8: tgw}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    vpc_endpoints: {kms: {type: interface, service: kms, subnets: [e], security_groups: [ep], private_dns: false}}
  spoke:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    instances: {job: {subnet: s}}
transit_gateways: {tgw: {attachments: {hub: {vpc: hub, subnets: [e]}, spoke: {vpc: spoke, subnets: [s]}}}}
private_hosted_zones: {kms.eu-west-1.amazonaws.com: {vpcs: [hub, spoke], records: {"@": hub.kms}}}
""",
        ("job", "service:kms", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "enable_dns_hostnames"),
    ),
)
