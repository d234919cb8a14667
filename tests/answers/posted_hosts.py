"""Hosts with networks behind them, pods and bridges: designs that people posted, with what AWS's rules say of them.

A question is source, destination, traffic, verdict, code of the first blocker, cure.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_HOSTS = (
    posted(
        "aws/amazon-vpc-cni-k8s#1695",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      a: {cidr: 10.0.1.0/24, az: a, route_table: priv}
      b: {cidr: 10.0.2.0/24, az: b, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups:
      node: {ingress: [{allow: all, from: node}]}
      pod: {ingress: [{allow: all, from: [0.0.0.0/0, "::/0"]}]}
    interfaces:
      debugger: {subnet: a, security_groups: [pod]}
      coredns: {subnet: b, security_groups: [node]}
""",
        ("debugger", "142.250.74.46", "icmp/8", "holds", "", ""),
        ("debugger", "coredns", "udp/53", "fails", "ENI_SG_RULES_MISMATCH", "udp/53"),
    ),
    posted(
        "ttlequals0/autovpn#50",
        """
vpcs:
  default:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 172.31.0.0/20, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw, 10.5.0.0/16: pcx}}
    security_groups: {vpn: {ingress: [{allow: udp/1194, from: 0.0.0.0/0}]}}
    instances: {vpn: {subnet: s, public_ip: true, security_groups: [vpn], client_networks: [10.8.0.0/24]}}
  app:
    cidrs: [10.5.0.0/16]
    subnets: {s: {cidr: 10.5.1.0/24, az: a, route_table: s}}
    route_tables: {s: {172.31.0.0/16: pcx}}
    security_groups: {x: {ingress: [{allow: tcp/22, from: 172.31.0.0/16}]}}
    instances: {x: {subnet: s, security_groups: [x]}}
peering_connections: {pcx: {requester: default, accepter: app}}
""",
        ("vpn", "x", "tcp/22", "holds", "", ""),
        ("10.8.0.6", "x", "tcp/22", "fails", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "masquerade"),
    ),
    posted(
        "tailscale/tailscale#8407",
        """
vpcs:
  v:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 172.31.32.0/20, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw}}
    security_groups: {all: {ingress: [{allow: all, from: 0.0.0.0/0}]}}
    instances:
      m1: {subnet: s, private_ip: 172.31.46.5, public_ip: true, security_groups: [all]}
      m2: {subnet: s, private_ip: 172.31.46.195, public_ip: true, security_groups: [all], source_dest_check: false,
        nat: {ip_forward: true, masquerade: false}, client_networks: [10.0.0.0/24]}
""",
        ("10.0.0.100", "m2", "icmp/8", "holds", "", ""),
        ("10.0.0.100", "m1", "icmp/8", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "10.0.0.0/24"),
    ),
    posted(
        "masterpointio/terraform-aws-tailscale#104",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      p: {cidr: 10.0.0.0/24, az: a, route_table: p}
      c: {cidr: 10.0.1.0/24, az: a, route_table: c}
    route_tables: {p: {0.0.0.0/0: igw}, c: {100.64.0.0/10: router}}
    security_groups:
      router: {ingress: [{allow: all, from: 10.0.0.0/16}]}
      plane: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}
    instances: {router: {subnet: p, public_ip: true, security_groups: [router], nat: true,
      client_networks: [100.64.0.0/10]}}
    interfaces: {plane: {subnet: c, security_groups: [plane]}}
""",
        ("100.64.3.4", "plane", "tcp/443", "holds", "", ""),
        ("plane", "100.64.3.4", "tcp/10250", "fails", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "source_dest_check"),
    ),
    posted(
        "submariner-io/submariner#4100",
        """
vpcs:
  v:
    cidrs: [10.151.0.0/16]
    subnets: {s: {cidr: 10.151.0.0/20, az: a, route_table: s}}
    route_tables: {s: {10.244.0.0/16: gw}}
    security_groups: {node: {ingress: [{allow: udp, from: 0.0.0.0/0}, {allow: tcp, from: node}]}}
    instances:
      gw: {subnet: s, private_ip: 10.151.3.171, security_groups: [node], nat: {ip_forward: true,
        masquerade: false}, client_networks: [10.244.0.0/16]}
      worker: {subnet: s, security_groups: [node], secondary_private_ips: [10.151.5.217]}
""",
        ("10.244.1.7", "10.151.5.217", "tcp/8080", "fails", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "source_dest_check"),
        ("10.151.5.217", "10.244.1.7", "tcp/8080", "fails", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "source_dest_check"),
    ),
    posted(
        "docker-archive/for-aws#117",
        """
vpcs:
  a:
    cidrs: [172.17.0.0/16]
    subnets: {s: {cidr: 172.17.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.3.0.0/16: pcx}}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: 10.3.0.0/16}]}}
    interfaces: {db: {subnet: s, security_groups: [db]}}
  d:
    cidrs: [10.3.0.0/16]
    subnets: {s: {cidr: 10.3.1.0/24, az: a, route_table: s}}
    route_tables: {s: {172.17.0.0/16: pcx}}
    instances: {swarm: {subnet: s, local_networks: [172.17.0.0/16, 172.18.0.0/16]}}
peering_connections: {pcx: {requester: d, accepter: a}}
""",
        ("swarm", "db", "tcp/5432", "fails", "DELIVERED_ELSEWHERE", "local network 172.17.0.0/16"),
    ),
    posted(
        "buildkite/elastic-ci-stack-for-aws#1512",
        """
vpcs:
  v:
    cidrs: [172.17.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 172.17.4.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw}}
    instances: {agent: {subnet: s, public_ip: true, local_networks: [172.17.0.0/16]}}
internet: {hosts: {google.com: {ip: 142.250.74.46}}}
""",
        ("agent", "172.17.0.2", "udp/53", "fails", "DELIVERED_ELSEWHERE", "local network 172.17.0.0/16"),
        ("agent", "google.com", "tcp/443", "holds", "", ""),
    ),
    posted(
        "aws/amazon-vpc-cni-k8s#1796",
        """
region: us-west-2
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      a: {cidr: 10.0.1.0/24, az: a, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups:
      pod: {egress: [{allow: tcp/5432, to: db}, {allow: tcp/443, to: s3}]}
      db: {ingress: [{allow: tcp/5432, from: pod}]}
    interfaces: {pod: {subnet: a, security_groups: [pod]}, db: {subnet: a, security_groups: [db]}}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [priv]}}
prefix_lists: {s3: [52.92.128.0/17, 3.5.76.0/22]}
""",
        ("pod", "db", "tcp/5432", "holds", "", ""),
        ("pod", "service:s3", "tcp/443", "holds", "", ""),
        ("pod", "service:sts", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "443"),
    ),
    posted(
        "juspay/hyperswitch-suite#211",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets:
      lambda: {cidr: 10.0.1.0/24, az: a}
      db: {cidr: 10.0.2.0/24, az: a, network_acl: main}
    network_acls:
      default: {ingress: [], egress: []}
      main: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0}], egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]}
    security_groups:
      f: {}
      proxy: {ingress: [{allow: tcp/5432, from: f}]}
      db: {ingress: [{allow: tcp/5432, from: proxy}]}
    interfaces: {proxy: {subnet: lambda, security_groups: [proxy]}, aurora: {subnet: db, security_groups: [db]}}
lambda_functions: {f: {latest: {vpc: v, subnets: [lambda], security_groups: [f]}}}
""",
        ("f", "proxy", "tcp/5432", "holds", "", ""),
        ("proxy", "aurora", "tcp/5432", "fails", "SUBNET_ACL_RESTRICTION", "network ACL main"),
    ),
    posted(
        "aws/containers-roadmap#2270",
        """
vpcs:
  eks:
    cidrs: [10.192.0.0/16, 100.64.0.0/16]
    subnets:
      n: {cidr: 10.192.1.0/24, az: a, route_table: n}
      p: {cidr: 100.64.0.0/19, az: a, route_table: n}
    route_tables: {n: {10.50.0.0/16: pcx}}
    instances:
      node:
        network_interfaces:
          eth0: {subnet: n}
          eth1: {subnet: p, secondary_private_ips: [100.64.0.20]}
  other:
    cidrs: [10.50.0.0/16]
    subnets: {s: {cidr: 10.50.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.192.0.0/16: pcx}}
    security_groups: {api: {ingress: [{allow: tcp/443, from: 10.192.0.0/16}]}}
    instances: {api: {subnet: s, security_groups: [api]}}
peering_connections: {pcx: {requester: eks, accepter: other}}
""",
        ("node/eth0", "api", "tcp/443", "holds", "", ""),
        ("100.64.0.20", "api", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "100.64"),
    ),
    posted(
        "aws/amazon-vpc-cni-k8s#777",
        """
vpcs:
  one:
    cidrs: [10.0.48.0/20]
    subnets: {s: {cidr: 10.0.52.0/22, az: a, route_table: s}}
    route_tables: {s: {172.16.0.0/20: pcx}}
    security_groups: {all: {ingress: [{allow: all, from: [10.0.48.0/20, 172.16.0.0/20]}]}}
    instances: {node1: {subnet: s, security_groups: [all], secondary_private_ips: [10.0.53.11], external_snat: false}}
  two:
    cidrs: [172.16.0.0/20]
    subnets: {s: {cidr: 172.16.12.0/22, az: a, route_table: s}}
    route_tables: {s: {10.0.48.0/20: pcx}}
    security_groups: {all: {ingress: [{allow: all, from: [10.0.48.0/20, 172.16.0.0/20]}]}}
    instances:
      node2:
        external_snat: false
        network_interfaces:
          eth0: {subnet: s, security_groups: [all], secondary_private_ips: [172.16.12.50]}
          eth1: {subnet: s, security_groups: [all], secondary_private_ips: [172.16.13.174]}
peering_connections: {pcx: {requester: one, accepter: two}}
""",
        ("10.0.53.11", "172.16.12.50", "icmp/8", "holds", "", ""),
    ),
    posted(
        "jdieter.net multi-region WireGuard",
        """
vpcs:
  irl:
    cidrs: [10.10.0.0/16]
    region: eu-west-1
    internet_gateway: igw
    subnets: {p: {cidr: 10.10.0.0/24, az: a, route_table: p}, d: {cidr: 10.10.1.0/24, az: a, route_table: d}}
    route_tables: {p: {0.0.0.0/0: igw, 10.20.0.0/16: pcx}, d: {10.99.0.0/16: wg, 10.20.0.0/16: pcx}}
    security_groups:
      wg: {ingress: [{allow: udp/51820, from: 0.0.0.0/0}, {allow: all, from: 10.0.0.0/8}]}
      db: {ingress: [{allow: tcp/3306, from: 10.0.0.0/8}]}
    instances:
      wg: {subnet: p, public_ip: true, security_groups: [wg], source_dest_check: false, nat: {ip_forward: true,
        masquerade: false}, client_networks: [10.99.0.0/16]}
      db: {subnet: d, security_groups: [db]}
  sgp:
    cidrs: [10.20.0.0/16]
    region: ap-southeast-1
    subnets: {s: {cidr: 10.20.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.10.0.0/16: pcx, 10.99.0.0/16: pcx}}
    security_groups: {sip: {ingress: [{allow: udp/5060, from: 10.0.0.0/8}]}}
    instances: {sip: {subnet: s, security_groups: [sip]}}
peering_connections: {pcx: {requester: irl, accepter: sgp}}
""",
        ("10.99.1.1", "db", "tcp/3306", "holds", "", ""),
        ("10.99.1.1", "sip", "udp/5060", "fails", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "masquerade"),
        ("sip", "10.99.1.1", "udp/5060", "fails", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", ""),
    ),
    posted(
        "kubernetes/cloud-provider-aws#1160",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}}
    security_groups: {node: {ingress: [{allow: tcp/30000-32767, from: 10.0.0.0/16}]}}
    instances: {n1: {subnet: a, security_groups: [node]}, n2: {subnet: b, security_groups: [node]}}
    load_balancers:
      nlb: {type: network, scheme: internal, subnets: [a, b], cross_zone: true, listeners: {tcp/80: t},
        target_groups: {t: {targets: [n1, n2], port: tcp/31000}}}
""",
        ("n1", "nlb", "tcp/80", "fails", "NLB_HAIRPIN", "see the load balancer's address"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-eks#2990",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}}
    security_groups:
      cluster: {ingress: [{allow: all, from: cluster}]}
      node: {ingress: [{allow: tcp/53, from: cluster}, {allow: tcp/1025-65535, from: node}, {allow: udp/53,
        from: node}]}
    interfaces: {fargate: {subnet: a, security_groups: [cluster]}, coredns: {subnet: b, security_groups: [node]}}
""",
        ("fargate", "coredns", "tcp/53", "holds", "", ""),
        ("fargate", "coredns", "udp/53", "fails", "ENI_SG_RULES_MISMATCH", "udp/53"),
    ),
    posted(
        "projectcalico/calico#5797",
        """
vpcs:
  eks:
    cidrs: [10.60.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.60.0.0/24, az: a, route_table: pub}
      priv: {cidr: 10.60.1.0/24, az: a, route_table: priv}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat, 172.16.0.0/12: tgw}}
    nat_gateways: {nat: {subnet: pub}}
    instances:
      node: {subnet: pub, public_ip: true, source_dest_check: false, nat: true, client_networks: [10.61.0.0/24]}
      tool: {subnet: priv}
transit_gateways: {tgw: {attachments: {eks: {vpc: eks, subnets: [pub]}, line: {vpn: line}}}}
vpn_connections: {line: {gateway: tgw, static_routes: [172.16.0.0/12]}}
networks: {dc: {cidrs: [172.16.0.0/12], via: [line], hosts: {db: {ip: 172.16.1.1}}}}
""",
        ("tool", "dc.db", "tcp/5432", "holds", "", ""),
        ("10.61.0.7", "internet", "tcp/443", "holds", "", ""),
        ("10.61.0.7", "dc.db", "tcp/5432", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "172.16.0.0/12"),
    ),
    posted(
        "newbetuts: communicate within same EC2 security group",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw}}
    security_groups: {w: {ingress: [{allow: tcp/6379, from: w}]}}
    instances:
      w1: {subnet: s, public_ip: 198.51.100.1, security_groups: [w]}
      w2: {subnet: s, public_ip: 198.51.100.2, security_groups: [w], public_dns_name: w2.compute.amazonaws.com}
""",
        ("w1", "w2", "tcp/6379", "holds", "", ""),
        ("w1", "w2.compute.amazonaws.com", "tcp/6379", "holds", "", ""),
        ("w1", "198.51.100.2", "tcp/6379", "fails", "SG_REFERENCES_NOT_PRESERVED", "198.51.100.1"),
        ("w1", "198.51.100.1", "tcp/6379", "fails", "SG_REFERENCES_NOT_PRESERVED", "198.51.100.1"),
    ),
    posted(
        "aws-samples/vpn-gateway-strongswan#2",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.0.0/24, az: a, route_table: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {gw: {ingress: [{allow: [udp/500, udp/4500], from: 0.0.0.0/0}]}}
    instances: {gw: {subnet: p, public_ip: true, source_dest_check: false, security_groups: [gw],
      client_networks: [172.20.0.0/16]}}
""",
        ("172.20.1.1", "internet", "tcp/443", "fails", "GATEWAY_REJECTS_SPOOFED_TRAFFIC", "masquerade"),
    ),
    posted(
        "angristan/wireguard-install#66",
        """
vpcs:
  v:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 172.31.0.0/20, az: a, route_table: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {wg: {ingress: [{allow: tcp, from: 0.0.0.0/0}]}}
    instances: {wg: {subnet: p, public_ip: true, security_groups: [wg], nat: {ip_forward: true, masquerade: false},
      client_networks: [10.66.66.0/24]}}
internet: {hosts: {phone: {ip: 93.184.216.34}}}
""",
        ("phone", "wg", "udp/51820", "fails", "ENI_SG_RULES_MISMATCH", "udp/51820"),
        ("10.66.66.2", "internet", "tcp/443", "fails", "ENI_SOURCE_DEST_CHECK_RESTRICTION", "masquerade"),
    ),
    posted(
        "docs security-group-assoc shared group",
        """
vpcs:
  net:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: pcx}}
    security_groups: {base: {ingress: [{allow: tcp/443, from: base}], associated_vpcs: [two]}}
    instances: {a: {subnet: s, security_groups: [base]}}
  two:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/16: pcx}}
    security_groups: {own: {ingress: [{allow: tcp/443, from: own}]}}
    instances: {b: {subnet: s, security_groups: [net.base]}, c: {subnet: s, security_groups: [own]}}
peering_connections: {pcx: {requester: net, accepter: two}}
""",
        ("a", "b", "tcp/443", "holds", "", ""),
        ("a", "c", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "net.base"),
    ),
    posted(
        "blog.bluemalkin.net multiple IPs and EIPs",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {p: {cidr: 10.0.1.0/24, az: a, route_table: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {w: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      w:
        subnet: p
        private_ip: 10.0.1.10
        public_ip: 198.51.100.10
        security_groups: [w]
        secondary_private_ips: [{private_ip: 10.0.1.11, public_ip: 198.51.100.11}, 10.0.1.12]
internet: {hosts: {me: {ip: 93.184.216.34}}}
""",
        ("me", "198.51.100.11", "tcp/443", "holds", "", ""),
        ("10.0.1.12", "me", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "public address of its own"),
    ),
    posted(
        "libreswan/libreswan#1677 behind a NAT gateway",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}, priv: {cidr: 10.0.1.0/24, az: a, route_table: priv}}
    route_tables: {pub: {0.0.0.0/0: igw}, priv: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pub}}
    instances: {swan: {subnet: priv}}
internet: {hosts: {peer: {ip: 93.184.216.34}}}
""",
        ("swan", "peer", "udp/4500", "holds", "", ""),
        ("swan", "peer", "proto/50", "fails", "PROTOCOL_RESTRICTION", ""),
    ),
)
