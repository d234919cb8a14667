"""Load balancers, endpoints, IPv6 and ways out: designs that people posted in public, with what AWS's rules say of them.

A question is source, destination, traffic, verdict, code of the first blocker, cure.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_EDGES = (
    posted(
        "mitodl/ol-infrastructure#4307",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets:
      a: {cidr: 10.0.0.0/24, ipv6_cidr: "2600:1f14:abc:de00::/64", az: a}
      b: {cidr: 10.0.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: b}
    route_tables: {main: {0.0.0.0/0: igw, "::/0": eigw}}
    security_groups:
      lb: {ingress: [{allow: tcp/443, from: [0.0.0.0/0, "::/0"]}]}
      vault: {ingress: [{allow: tcp/8200, from: lb}]}
    instances: {vault: {subnet: a, security_groups: [vault]}}
    load_balancers:
      alb: {subnets: [a, b], security_groups: [lb], ip_address_type: dualstack, listeners: {tcp/443: t},
        target_groups: {t: {targets: [vault], port: tcp/8200}}}
internet: {hosts: {four: {ip: 93.184.216.34}, six: {ip: "2606:4700::1"}}}
""",
        ("four", "alb", "tcp/443", "holds", "", ""),
        ("six", "alb", "tcp/443", "fails", "ASYMMETRIC_RETURN", "::/0"),
    ),
    posted(
        "aws/aws-cdk#32203",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, ipv6_cidr: "2600:1f14:abc:de00::/64", az: a, route_table: p}
      b: {cidr: 10.0.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: b, route_table: p}
    route_tables: {p: {0.0.0.0/0: igw, "::/0": igw}}
    security_groups:
      lb: {ingress: [{allow: tcp/80, from: 0.0.0.0/0}]}
    load_balancers:
      alb: {subnets: [a, b], security_groups: [lb], ip_address_type: dualstack-without-public-ipv4,
        listeners: {tcp/80: t},
        target_groups: {t: {targets: [w], port: tcp/80}}}
    instances: {w: {subnet: a}}
internet: {hosts: {four: {ip: 93.184.216.34}, six: {ip: "2606:4700::1"}}}
""",
        ("six", "alb", "tcp/80", "fails", "ENI_SG_RULES_MISMATCH", "2606:4700::1"),
        ("four", "alb", "tcp/80", "fails", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "dualstack"),
    ),
    posted(
        "aws/aws-cdk#1490",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pa: {cidr: 10.0.0.0/24, az: a, route_table: p}
      pb: {cidr: 10.0.1.0/24, az: b, route_table: p}
      a: {cidr: 10.0.2.0/24, az: a}
      b: {cidr: 10.0.3.0/24, az: b}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {service: {}}
    interfaces: {task: {subnets: [a, b], security_groups: [service]}}
    load_balancers:
      nlb: {type: network, subnets: [pa, pb], listeners: {tcp/80: t},
        target_groups: {t: {targets: [task], target_type: ip, port: tcp/8080}}}
""",
        ("internet", "nlb", "tcp/80", "fails", "SG_HAS_NO_RULES", "tcp/8080"),
    ),
    posted(
        "jmoney.dev PrivateLink alignment",
        """
region: us-east-1
vpcs:
  provider:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}, c: {cidr: 10.0.3.0/24, az: c}}
    security_groups: {t: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    instances: {t: {subnets: [a, b, c], security_groups: [t]}}
    load_balancers: {nlb: {type: network, scheme: internal, subnets: [a, b, c], listeners: {tcp/443: t},
      target_groups: {t: {targets: [t], port: tcp/443}}}}
  consumer:
    cidrs: [10.0.0.0/16]
    subnets: {b: {cidr: 10.0.2.0/24, az: b}, d: {cidr: 10.0.4.0/24, az: d}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    instances: {client: {subnet: d}}
    vpc_endpoints: {ep: {type: interface, service: svc, subnets: [b, d], security_groups: [ep]}}
endpoint_services: {svc: {load_balancer: provider.nlb}}
""",
        ("client", "ep/b", "tcp/443", "holds", "", ""),
        ("client", "ep/d", "tcp/443", "fails", "VPCE_SERVICE_NOT_INSTALLED_IN_AZ", ""),
    ),
    posted(
        "aws.amazon.com connect-endpoint-service-vpc",
        """
vpcs:
  provider:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}}
    security_groups:
      lb: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}
      t: {ingress: [{allow: tcp/8443, from: lb}]}
    instances: {t: {subnet: a, security_groups: [t]}}
    load_balancers: {nlb: {type: network, scheme: internal, subnets: [a], security_groups: [lb],
      listeners: {tcp/443: t}, target_groups: {t: {targets: [t], port: tcp/8443}}}}
  consumer:
    cidrs: [172.16.0.0/16]
    subnets: {a: {cidr: 172.16.1.0/24, az: a}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 172.16.0.0/16}]}}
    instances: {client: {subnet: a}}
    vpc_endpoints: {ep: {type: interface, service: svc, subnets: [a], security_groups: [ep]}}
endpoint_services: {svc: {load_balancer: provider.nlb}}
""",
        ("client", "consumer.ep", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "172.16"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-vpc#1310",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    egress_only_internet_gateway: eigw
    subnets:
      pub: {cidr: 10.0.0.0/24, ipv6_cidr: "2600:1f14:abc:de00::/64", az: a, route_table: pub}
      priv: {ipv6_cidr: "2600:1f14:abc:de01::/64", az: a, route_table: priv}
    route_tables:
      pub: {0.0.0.0/0: igw, "::/0": igw}
      priv: {"::/0": eigw, "64:ff9b::/96": nat}
    nat_gateways: {nat: {subnet: pub}}
    instances:
      web: {subnet: pub, ipv6_address: "2600:1f14:abc:de00::10"}
      six: {subnet: priv}
""",
        ("web", "64:ff9b::8c52:7003", "tcp/443", "fails", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", ""),
        ("six", "64:ff9b::8c52:7003", "tcp/443", "undecided", "", ""),
        ("six", "140.82.112.3", "tcp/443", "undecided", "", ""),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-vpc#1012",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      priv: {cidr: 10.0.1.0/24, az: a, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    vpc_endpoints: {s3: {type: interface, service: s3, subnets: [priv], security_groups: [ep], private_dns: false}}
    instances: {app: {subnet: priv}}
""",
        ("app", "v.s3", "tcp/443", "holds", "", ""),
        (
            "app",
            "service:s3",
            "tcp/443",
            "fails",
            "NAME_MEANS_PUBLIC_ADDRESS, NO_ROUTE_TO_DESTINATION",
            "private DNS of endpoint s3",
        ),
    ),
    posted(
        "awsdocs/amazon-api-gateway-developer-guide#10",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      priv: {cidr: 10.0.1.0/24, az: a, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.9.0/24}]}}
    vpc_endpoints: {api: {type: interface, service: execute-api, subnets: [priv], security_groups: [ep]}}
    instances: {app: {subnet: priv}}
internet: {hosts: {ab12.execute-api.eu-west-1.amazonaws.com: {ip: 52.16.4.4}}}
""",
        ("app", "ab12.execute-api.eu-west-1.amazonaws.com", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "10.0.1"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-vpc#1158",
        """
block_public_access: {mode: bidirectional, exclusions: {v: allow-egress}}
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      priv: {cidr: 10.0.1.0/24, az: a, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {web: {subnet: pub, public_ip: true, security_groups: [web]}, job: {subnet: priv}}
""",
        ("job", "internet", "tcp/443", "holds", "", ""),
        ("internet", "web", "tcp/443", "fails", "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "exclude subnet pub"),
        ("web", "internet", "tcp/443", "fails", "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "exclude subnet pub"),
    ),
    posted(
        "docs.amazonaws.cn resolver-overview-DSN-queries-to-vpc",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}, t: {cidr: 10.0.2.0/24, az: b, route_table: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    security_groups: {in: {ingress: [{allow: tcp/53, from: 192.168.0.0/16}]}}
    interfaces: {inbound: {subnets: [s, t], security_groups: [in]}}
vpn_connections: {line: {gateway: v.vgw, static_routes: [192.168.0.0/16]}}
networks: {office: {cidrs: [192.168.0.0/16], via: [line], hosts: {dns: {ip: 192.168.1.5}}}}
""",
        ("office.dns", "10.0.0.2", "udp/53", "fails", "NO_POSSIBLE_DESTINATION", ""),
        ("office.dns", "inbound", "udp/53", "fails", "ENI_SG_RULES_MISMATCH", "udp/53"),
    ),
    posted(
        "adhdecode route53-phz-vpc-peering-resolution",
        """
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: pcx}}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: [10.0.0.0/16, 10.1.0.0/16]}]}}
    interfaces: {db: {subnet: s, private_ip: 10.0.1.10, security_groups: [db]}}
    instances: {ia: {subnet: s}}
  b:
    cidrs: [10.1.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/16: pcx}}
    instances: {ib: {subnet: s}}
peering_connections: {pcx: {requester: a, accepter: b}}
private_hosted_zones: {mycorp.local: {vpcs: [a], records: {db: 10.0.1.10}}}
""",
        ("ia", "db.mycorp.local", "tcp/5432", "holds", "", ""),
        ("ib", "10.0.1.10", "tcp/5432", "holds", "", ""),
        ("ib", "db.mycorp.local", "tcp/5432", "fails", "NAME_NOT_RESOLVED", "zone"),
    ),
    posted(
        "barlog.sk egress-only internet gateway",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    egress_only_internet_gateway: eigw
    subnets:
      a: {cidr: 10.0.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: a, route_table: p}
      b: {cidr: 10.0.2.0/24, ipv6_cidr: "2600:1f14:abc:de02::/64", az: b, route_table: p}
    route_tables: {p: {"::/0": eigw}}
    security_groups: {f: {egress: [{allow: all, to: "::/0"}, {allow: tcp/443, to: s3}]}}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [p]}, ddb: {type: gateway, service: dynamodb,
      route_tables: [p]}}
prefix_lists: {s3: [52.218.0.0/17]}
lambda_functions: {f: {latest: {vpc: v, subnets: [a, b], security_groups: [f], ipv6: true}}}
internet: {hosts: {api6: {ip: "2606:4700::1111"}}}
""",
        ("f", "api6", "tcp/443", "holds", "", ""),
        ("f", "service:s3", "tcp/443", "holds", "", ""),
        ("f", "service:sqs", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "interface endpoint sqs"),
        ("f", "service:dynamodb", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "egress rule tcp/443"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#3521",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {pa: {cidr: 10.0.0.0/24, az: a, route_table: p}, a: {cidr: 10.0.1.0/24, az: a}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups:
      front: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}
      back: {}
      node: {ingress: [{allow: tcp/8443, from: back}]}
    interfaces: {pod: {subnet: a, security_groups: [node]}}
    load_balancers:
      nlb: {type: network, subnets: [pa], security_groups: [front], listeners: {tcp/443: t},
        target_groups: {t: {targets: [pod], target_type: ip, port: tcp/8443, preserve_client_ip: true}}}
""",
        ("internet", "nlb", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "front"),
    ),
    posted(
        "ministryofjustice/modernisation-platform#917",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub, network_acl: pub}
      priv: {cidr: 10.0.1.0/24, az: a, route_table: priv, network_acl: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    network_acls:
      pub:
        ingress: [{rule: 100, allow: tcp/443, from: 0.0.0.0/0}, {rule: 110, allow: all, from: 10.0.0.0/16}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
      priv:
        ingress: [{rule: 140, allow: tcp/1024-65535, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: tcp/80, to: 0.0.0.0/0}, {rule: 110, allow: tcp/443, to: 0.0.0.0/0}]
    nat_gateways: {nat: {subnet: pub}}
    instances: {job: {subnet: priv}}
""",
        ("job", "internet", "tcp/443", "fails", "SUBNET_ACL_RESTRICTION", "tcp/1024-65535"),
    ),
    posted(
        "aws/amazon-ssm-agent#639",
        """
region: ap-southeast-2
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    vpc_endpoints:
      ssm: {type: interface, service: ssm, subnets: [s], security_groups: [ep]}
      msg: {type: interface, service: ssmmessages, subnets: [s], security_groups: [ep]}
      ec2: {type: interface, service: ec2messages, subnets: [s], security_groups: [ep]}
    instances: {box: {subnet: s, ami: al2023-ami-2023, instance_profile: [AmazonSSMManagedInstanceCore]}}
""",
        ("box", "service:ssmmessages", "tcp/443", "holds", "", ""),
        ("box", "service:logs", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "interface endpoint logs"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-alb#400",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 10.0.1.0/24, az: a, route_table: p}, b: {cidr: 10.0.2.0/24, az: b, route_table: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {lb: {ingress: [{allow: tcp/80, from: cloudfront}, {allow: tcp/443, from: cloudfront}]}}
    instances: {w: {subnet: a}}
    load_balancers: {alb: {subnets: [a, b], security_groups: [lb], listeners: {tcp/443: t},
      target_groups: {t: {targets: [w], port: tcp/80}}}}
prefix_lists: {cloudfront: {entries: [13.124.199.0/24, 130.176.0.0/18], max_entries: 55}}
internet: {hosts: {edge: {ip: 130.176.1.1}, me: {ip: 93.184.216.34}}}
""",
        ("edge", "alb", "tcp/443", "holds", "", ""),
        ("me", "alb", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "93.184.216.34"),
    ),
    posted(
        "tech-reader.blog NAT gateway timeouts",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pa: {cidr: 10.0.0.0/24, az: a, route_table: p}
      pb: {cidr: 10.0.1.0/24, az: b, route_table: p}
      a: {cidr: 10.0.2.0/24, az: a, route_table: a}
      b: {cidr: 10.0.3.0/24, az: b, route_table: b}
    route_tables: {p: {0.0.0.0/0: igw}, a: {0.0.0.0/0: na}, b: {0.0.0.0/0: nb}}
    nat_gateways: {na: {subnet: pa}, nb: {subnet: pb, state: deleted}}
lambda_functions: {f: {latest: {vpc: v, subnets: [a, b]}}}
""",
        ("f", "internet", "tcp/443", "fails", "BAD_STATE_ROUTE", "na"),
    ),
    posted(
        "docs nat-gateway-scenarios overlapping networks",
        """
vpcs:
  one:
    cidrs: [10.0.0.0/16, 100.64.0.0/24]
    subnets:
      app: {cidr: 10.0.1.0/24, az: a, route_table: app}
      rout: {cidr: 100.64.0.0/26, az: a, route_table: rout}
    route_tables: {app: {100.65.0.0/24: pnat}, rout: {}}
    nat_gateways: {pnat: {subnet: rout, connectivity: private}}
    instances: {x: {subnet: app}}
  two:
    cidrs: [10.0.0.0/16, 100.65.0.0/24]
    subnets:
      app: {cidr: 10.0.1.0/24, az: a}
      ra: {cidr: 100.65.0.0/26, az: a, route_table: rout}
      rb: {cidr: 100.65.0.64/26, az: b, route_table: rout}
    route_tables: {rout: {100.64.0.0/24: tgw}}
    security_groups: {lb: {ingress: [{allow: tcp/80, from: 100.64.0.0/24}]}, y: {ingress: [{allow: tcp/80,
      from: lb}]}}
    instances: {y: {subnet: app, security_groups: [y]}}
    load_balancers: {alb: {scheme: internal, subnets: [ra, rb], security_groups: [lb], listeners: {tcp/80: t},
      target_groups: {t: {targets: [y], port: tcp/80}}}}
transit_gateways:
  tgw:
    attachments: {one: {vpc: one, subnets: [rout]}, two: {vpc: two, subnets: [ra, rb]}}
    route_tables: {main: {associations: [one, two], routes: {100.64.0.0/24: one, 100.65.0.0/24: two}}}
""",
        ("x", "two.alb", "tcp/80", "fails", "NO_ROUTE_TO_DESTINATION", "100.65.0.0/24"),
        ("alb", "two.y", "tcp/80", "holds", "", ""),
    ),
    posted(
        "docs rds publicly-accessible in a private subnet",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      db: {cidr: 10.0.1.0/24, az: a, route_table: db}
    route_tables: {pub: {0.0.0.0/0: igw}, db: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: 93.184.216.34/32}]}}
    interfaces: {rds: {subnet: db, public_ip: true, security_groups: [db]}}
internet: {hosts: {me: {ip: 93.184.216.34}}}
""",
        ("me", "rds", "tcp/5432", "fails", "ASYMMETRIC_RETURN", "igw"),
    ),
    posted(
        "docs network_mtu path MTU discovery",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.1.0/24, az: a, route_table: p, network_acl: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    network_acls:
      p:
        ingress: [{rule: 100, allow: tcp/443, from: 0.0.0.0/0}, {rule: 110, allow: tcp/1024-65535, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: tcp, to: 0.0.0.0/0}]
    security_groups: {w: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}, {allow: icmp/3, from: 0.0.0.0/0}]}}
    instances: {w: {subnet: p, public_ip: true, security_groups: [w]}}
internet: {hosts: {router: {ip: 93.184.216.34}}}
""",
        ("internet", "w", "tcp/443", "holds", "", ""),
        ("router", "w", "icmp/3/4", "fails", "SUBNET_ACL_RESTRICTION", "icmp/3/4"),
        ("w", "router", "icmp/8", "fails", "SUBNET_ACL_RESTRICTION", "icmp"),
    ),
    posted(
        "docs network-load-balancers dual-stack",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.0.0/24, ipv6_cidr: "2600:1f14:abc:de00::/64", az: a, route_table: p},
      n: {cidr: 10.0.1.0/24, az: a}}
    route_tables: {p: {0.0.0.0/0: igw, "::/0": igw}}
    security_groups: {dns: {ingress: [{allow: udp/53, from: 0.0.0.0/0}]}}
    instances: {dns: {subnet: n, security_groups: [dns]}}
    load_balancers: {nlb: {type: network, subnets: [p], ip_address_type: dualstack, listeners: {tcp/53: t},
      target_groups: {t: {targets: [dns], port: tcp/53}}}}
internet: {hosts: {four: {ip: 93.184.216.34}, six: {ip: "2606:4700::1"}}}
""",
        ("six", "nlb", "tcp/53", "fails", "ENI_SG_RULES_MISMATCH", "tcp/53"),
    ),
)
