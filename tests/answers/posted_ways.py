"""Routes, gateways and networks outside: designs that people posted in public, with what AWS's rules say of them.

Facts alone, each in a few lines. A question is source, destination, traffic, verdict, code of the first blocker, cure;
the verdict and the cure were argued from the rules, the cure is the one that the thread came to, or a better one.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_WAYS = (
    posted(
        "AndrewGuenther/fck-nat#109",
        """
vpcs:
  hub:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      att: {cidr: 10.0.9.0/28, az: a, route_table: att}
    route_tables:
      public: {0.0.0.0/0: igw, 10.1.0.0/16: tgw}
      att: {0.0.0.0/0: fcknat}
    security_groups:
      nat: {ingress: [{allow: all, from: 10.0.0.0/16}]}
    instances:
      fcknat: {subnet: public, public_ip: true, security_groups: [nat], nat: true, source_dest_check: false}
  spoke:
    cidrs: [10.1.0.0/16]
    subnets: {a: {cidr: 10.1.1.0/24, az: a, route_table: a}}
    route_tables: {a: {0.0.0.0/0: tgw}}
    instances: {worker: {subnet: a}}
transit_gateways:
  tgw:
    attachments:
      hub: {vpc: hub, subnets: [att]}
      spoke: {vpc: spoke, subnets: [a]}
    route_tables:
      main: {associations: [hub, spoke], propagations: [hub, spoke], routes: {0.0.0.0/0: hub}}
""",
        ("worker", "internet", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "10.1."),
    ),
    posted(
        "awsdocs/amazon-eks-user-guide#275",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      na: {cidr: 10.0.1.0/24, az: a, route_table: private}
      nb: {cidr: 10.0.2.0/24, az: b, route_table: private}
      nc: {cidr: 10.0.3.0/24, az: c}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: public}}
    instances: {node: {subnets: [na, nb, nc]}}
""",
        ("node", "internet", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "private"),
    ),
    posted(
        "aws/amazon-vpc-cni-k8s#1359",
        """
vpcs:
  eks:
    cidrs: [192.168.8.0/24, 100.64.0.0/16]
    subnets:
      nodes: {cidr: 192.168.8.0/25, az: a, route_table: nodes}
      pods: {cidr: 100.64.0.0/20, az: a, route_table: nodes}
    route_tables: {nodes: {0.0.0.0/0: tgw}}
    interfaces: {pod: {subnet: pods}, node: {subnet: nodes}}
  egress:
    cidrs: [192.168.0.0/24]
    internet_gateway: igw
    subnets:
      att: {cidr: 192.168.0.0/28, az: a, route_table: att}
      pub: {cidr: 192.168.0.16/28, az: a, route_table: pub}
    route_tables: {att: {0.0.0.0/0: nat}, pub: {0.0.0.0/0: igw, 192.168.0.0/16: tgw}}
    nat_gateways: {nat: {subnet: pub}}
transit_gateways:
  tgw:
    attachments: {eks: {vpc: eks, subnets: [nodes]}, egress: {vpc: egress, subnets: [att]}}
    route_tables:
      spokes: {associations: [eks], routes: {0.0.0.0/0: egress}}
      hub: {associations: [egress], propagations: [eks]}
""",
        ("node", "internet", "tcp/443", "holds", "", ""),
        ("pod", "internet", "tcp/443", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS", "100.64."),
    ),
    posted(
        "acloud.devoteam.com TGW method",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    instances: {a: {subnet: s}}
  shared:
    cidrs: [10.9.0.0/16]
    subnets: {s: {cidr: 10.9.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    security_groups: {ldap: {ingress: [{allow: tcp/636, from: 10.0.0.0/8}]}}
    instances: {ldap: {subnet: s, security_groups: [ldap]}}
transit_gateways:
  tgw:
    attachments: {a: {vpc: a, subnets: [s]}, shared: {vpc: shared, subnets: [s]}}
    route_tables:
      apps: {associations: [a], routes: {10.0.0.0/8: blackhole, 0.0.0.0/0: shared}}
      core: {associations: [shared], propagations: [a]}
""",
        ("a", "ldap", "tcp/636", "fails", "TGW_RTB_BAD_STATE_ROUTE", "propagat"),
    ),
    posted(
        "repost.aws client-vpn-give-users-resource-access",
        """
vpcs:
  vpnvpc:
    cidrs: [10.10.0.0/16]
    subnets: {vpn: {cidr: 10.10.1.0/24, az: a, route_table: vpn}}
    route_tables: {vpn: {}}
    security_groups: {clients: {}}
    interfaces: {clientvpn: {subnet: vpn, security_groups: [clients]}}
  data:
    cidrs: [10.20.0.0/16]
    subnets: {d: {cidr: 10.20.1.0/24, az: a, route_table: d}}
    route_tables: {d: {10.10.0.0/16: pcx}}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: vpnvpc.clients}]}}
    interfaces: {db: {subnet: d, security_groups: [db]}}
peering_connections: {pcx: {requester: vpnvpc, accepter: data}}
""",
        ("clientvpn", "db", "tcp/5432", "fails", "NO_ROUTE_TO_DESTINATION", "10.20."),
    ),
    posted(
        "dev.to smarkinginc site-to-site VPN with NAT",
        """
vpcs:
  work:
    cidrs: [10.20.0.0/16, 100.64.7.0/24]
    subnets:
      app: {cidr: 10.20.1.0/24, az: a, route_table: app}
      nat: {cidr: 100.64.7.0/26, az: a, route_table: nat}
    route_tables:
      app: {172.30.0.0/16: pnat}
      nat: {172.30.0.0/16: tgw}
    nat_gateways: {pnat: {subnet: nat, connectivity: private}}
    instances: {app: {subnet: app}}
transit_gateways:
  tgw:
    attachments: {work: {vpc: work, subnets: [nat]}, line: {vpn: line}}
    route_tables:
      main: {associations: [work, line], propagations: [line], routes: {10.20.0.0/16: work}}
vpn_connections: {line: {gateway: tgw, static_routes: [172.30.0.0/16]}}
networks: {hospital: {cidrs: [172.30.0.0/16], via: [line], hosts: {his: {ip: 172.30.4.4}}}}
""",
        ("app", "hospital.his", "tcp/443", "fails", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "propagat"),
    ),
    posted(
        "docs direct-connect-gateways-intro / forum",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, route_table: s}}
    route_tables: {s: {routes: {10.2.0.0/16: vgw}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    instances: {a: {subnet: s}}
  b:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, route_table: s}}
    route_tables: {s: {routes: {10.1.0.0/16: vgw}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    security_groups: {open: {ingress: [{allow: tcp/22, from: 10.0.0.0/8}]}}
    instances: {b: {subnet: s, security_groups: [open]}}
direct_connect_gateways: {dx: {gateways: [a.vgw, b.vgw], prefixes: [192.168.0.0/16]}}
networks: {dc: {cidrs: [192.168.0.0/16], via: [dx]}}
""",
        ("a.a", "b.b", "tcp/22", "fails", "NO_ROUTE_TO_DESTINATION", "new peering"),
    ),
    posted(
        "docs direct-connect-gateways-intro (exception of 2021)",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, route_table: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    instances: {a: {subnet: s}}
  b:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, route_table: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    vpn_gateways: {vgw: {}}
    security_groups: {open: {ingress: [{allow: tcp/22, from: 10.0.0.0/8}]}}
    instances: {b: {subnet: s, security_groups: [open]}}
direct_connect_gateways: {dx: {gateways: [a.vgw, b.vgw], prefixes: [10.0.0.0/8]}}
networks: {dc: {cidrs: [10.0.0.0/8], via: [dx]}}
""",
        ("a.a", "b.b", "tcp/22", "undecided", "", ""),
        ("a.a", "b.b", "deny tcp/22", "undecided", "", ""),
    ),
    posted(
        "repost direct-connect-gateway-primary-connection",
        """
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.50.0.0/16: tgw}}
    instances: {app: {subnet: s}}
transit_gateways:
  tgw:
    attachments: {app: {vpc: app, subnets: [s]}, dx: {direct_connect_gateway: dx}, vpn: {vpn: backup}}
    route_tables: {main: {associations: [app, dx, vpn], propagations: [app, dx, vpn]}}
direct_connect_gateways: {dx: {prefixes: [10.50.0.0/16]}}
vpn_connections: {backup: {gateway: tgw, static_routes: [10.50.1.0/24], state: down}}
networks: {dc: {cidrs: [10.50.0.0/16], via: [dx, backup], hosts: {far: {ip: 10.50.1.9}, near: {ip: 10.50.2.9}}}}
""",
        ("app", "dc.near", "tcp/443", "holds", "", ""),
        ("app", "dc.far", "tcp/443", "fails", "TGW_BAD_STATE_VPN", "backup up"),
    ),
    posted(
        "hashicorp/terraform-provider-aws#33922",
        """
vpcs:
  app:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    egress_only_internet_gateway: eigw
    subnets: {p: {cidr: 10.0.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: a, route_table: p}}
    route_tables: {p: {"::/0": eigw}}
    security_groups: {f: {}}
lambda_functions: {f: {latest: {vpc: app, subnets: [p], security_groups: [f]}}}
internet: {hosts: {api6: {ip: "2606:4700::6810:85e5"}, api4: {ip: 104.16.133.229}}}
""",
        ("f", "api6", "tcp/443", "fails", "NO_POSSIBLE_DESTINATION", "use IPv6"),
        ("f", "api4", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "nat"),
    ),
    posted(
        "Mongey/terraform-provider-kafka#185",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}}
    security_groups: {msk: {ingress: [{allow: [tcp/9094, tcp/9092], from: 0.0.0.0/0}]}}
    interfaces: {broker: {subnets: [a, b], security_groups: [msk]}}
internet: {hosts: {runner: {ip: 140.82.112.9}}}
""",
        ("runner", "broker", "tcp/9094", "fails", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "public address"),
    ),
    posted(
        "ttlequals0/autovpn#44",
        """
vpcs:
  v:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 172.31.16.0/20, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw, 10.10.11.0/24: gate}}
    security_groups:
      gate: {ingress: [{allow: udp/1194, from: 0.0.0.0/0}]}
      app: {ingress: [{allow: [icmp, tcp/22], from: 10.10.11.0/24}]}
    instances:
      gate: {subnet: s, public_ip: true, security_groups: [gate], source_dest_check: false,
        nat: {ip_forward: true, masquerade: false}, client_networks: [10.10.11.0/24]}
      app: {subnet: s, public_ip: true, security_groups: [app]}
""",
        ("10.10.11.5", "app", "icmp/8", "holds", "", ""),
        ("app", "10.10.11.5", "icmp/8", "fails", "ENI_SG_RULES_MISMATCH", "icmp"),
    ),
    posted(
        "PaloAltoNetworks/aws-transit-vpc#18",
        """
vpcs:
  sub:
    cidrs: [10.7.0.0/16]
    subnets: {app: {cidr: 10.7.1.0/24, az: a, route_table: priv}}
    route_tables: {priv: {0.0.0.0/0: vgw}}
    vpn_gateways: {vgw: {}}
    instances: {app: {subnet: app}}
vpn_connections: {pa: {gateway: sub.vgw, bgp_routes: [192.168.1.0/24]}}
networks: {transit: {cidrs: [192.168.1.0/24, 192.168.2.0/24], via: [pa], hosts: {eth1: {ip: 192.168.2.10},
  mgmt: {ip: 192.168.1.10}}}}
""",
        ("app", "transit.mgmt", "icmp/8", "holds", "", ""),
        ("app", "transit.eth1", "icmp/8", "fails", "NO_ROUTE_TO_DESTINATION", "bgp"),
        ("app", "8.8.8.8", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "NAT gateway"),
    ),
    posted(
        "aws-samples/aws-transit-gateway-inter-region-peering#2",
        """
vpcs:
  use1:
    cidrs: [10.1.0.0/16]
    region: us-east-1
    subnets: {s: {cidr: 10.1.1.0/24, az: use1-a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: t1}}
    instances: {x: {subnet: s}}
  euw1:
    cidrs: [10.2.0.0/16]
    region: eu-west-1
    subnets: {s: {cidr: 10.2.1.0/24, az: euw1-a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: t2}}
    security_groups: {y: {ingress: [{allow: tcp/22, from: 10.1.0.0/16}]}}
    instances: {y: {subnet: s, security_groups: [y]}}
transit_gateways:
  t1:
    attachments: {v: {vpc: use1, subnets: [s]}, p: {peer: t2.p}}
    route_tables: {r: {associations: [v, p], propagations: [v], routes: {10.2.0.0/16: p}}}
  t2:
    attachments: {v: {vpc: euw1, subnets: [s]}, p: {peer: t1.p}}
    route_tables: {r: {associations: [v, p], propagations: [v]}}
""",
        ("x", "y", "tcp/22", "fails", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "10.1.0.0/16"),
    ),
    posted(
        "aws/apprunner-roadmap#167",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, az: a, route_table: p}
      b: {cidr: 10.0.1.0/24, az: b}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: 0.0.0.0/0}]}}
    interfaces:
      writer: {subnet: b, public_ip: true, security_groups: [db]}
internet: {hosts: {runner: {ip: 93.184.216.34}}}
""",
        ("runner", "writer", "tcp/5432", "fails", "NO_ROUTE_TO_DESTINATION", "igw"),
    ),
    posted(
        "magenx/Magento-2-aws-cluster-terraform#26",
        """
vpcs:
  v:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 172.31.0.0/20, az: a, map_public_ip_on_launch: true}
    route_tables: {main: {0.0.0.0/0: igw}}
    interfaces: {codebuild: {subnet: a, public_ip: false}}
    instances: {web: {subnet: a}}
""",
        ("web", "internet", "tcp/443", "holds", "", ""),
        ("codebuild", "internet", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "public address"),
    ),
    posted(
        "aws/amazon-ecs-agent#1204",
        """
region: us-east-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: s}}
    interfaces: {task: {subnet: s}}
""",
        ("task", "service:ecr.dkr", "tcp/443", "fails", "FORWARDING_LOOP", "new public subnet"),
    ),
    posted(
        "prefix list route to pcx and tgw (forum)",
        """
prefix_lists: {onprem: {entries: [10.50.0.0/16, 10.60.0.0/16], max_entries: 5}}
vpcs:
  v:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {onprem: tgw}}
    security_groups: {h: {ingress: [{allow: tcp/22, from: onprem}]}}
    instances: {h: {subnet: s, security_groups: [h]}}
transit_gateways:
  tgw:
    attachments: {v: {vpc: v, subnets: [s]}, line: {vpn: line}}
    route_tables: {main: {associations: [v, line], propagations: [v], routes: {onprem: line}}}
vpn_connections: {line: {gateway: tgw, static_routes: [10.50.0.0/16]}}
networks: {dc: {cidrs: [10.50.0.0/16, 10.60.0.0/16, 10.70.0.0/16], via: [line], hosts: {a: {ip: 10.50.0.9},
  b: {ip: 10.70.0.9}}}}
""",
        ("h", "dc.a", "tcp/443", "holds", "", ""),
        ("h", "dc.b", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "add 10.70.0.0/16 to prefix list onprem"),
        ("dc.b", "h", "tcp/22", "fails", "ENI_SG_RULES_MISMATCH", "add 10.70.0.0/16 to prefix list onprem"),
    ),
    posted(
        "re:Post: TGW attachment AZ",
        """
vpcs:
  a:
    cidrs: [10.1.0.0/16]
    subnets: {x: {cidr: 10.1.1.0/24, az: a, route_table: r}, y: {cidr: 10.1.2.0/24, az: c, route_table: r}}
    route_tables: {r: {10.2.0.0/16: tgw}}
    instances: {i: {subnet: x}, j: {subnet: y}}
  b:
    cidrs: [10.2.0.0/16]
    subnets: {x: {cidr: 10.2.1.0/24, az: a, route_table: r}, y: {cidr: 10.2.2.0/24, az: c, route_table: r}}
    route_tables: {r: {10.1.0.0/16: tgw}}
    security_groups: {g: {ingress: [{allow: all, from: 10.1.0.0/16}]}}
    instances: {k: {subnet: y, security_groups: [g]}}
transit_gateways: {tgw: {attachments: {a: {vpc: a, subnets: [x]}, b: {vpc: b, subnets: [x]}}}}
""",
        ("i", "k", "tcp/22", "fails", "TGW_ROUTE_AZ_RESTRICTION", "attach"),
        ("j", "k", "tcp/22", "fails", "TGW_ROUTE_AZ_RESTRICTION", "attach"),
    ),
    posted(
        "serverfault: second ENI EIP unreachable",
        """
vpcs:
  v:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets: {pub: {cidr: 10.1.1.0/24, az: a, route_table: p}, priv: {cidr: 10.1.2.0/24, az: a}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {w: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      h:
        network_interfaces:
          eth0: {subnet: pub, security_groups: [w]}
          eth1: {subnet: priv, security_groups: [w], public_ip: true}
""",
        ("internet", "h/eth1", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "igw"),
        ("h", "internet", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "public address"),
    ),
    posted(
        "stackoverflow: site unreachable over IPv6 on EC2",
        """
vpcs:
  v:
    cidrs: [10.1.0.0/16, "2600:1f14:abc:de00::/56"]
    internet_gateway: igw
    subnets: {s: {cidr: 10.1.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: a, route_table: p}}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {w: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances: {h: {subnet: s, public_ip: true, ipv6_address: "2600:1f14:abc:de01::80", security_groups: [w]}}
internet: {hosts: {six: {ip: "2606:4700::1"}, four: {ip: 93.184.216.34}}}
""",
        ("four", "h", "tcp/443", "holds", "", ""),
        ("six", "h", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "2606:"),
    ),
    posted(
        "cds-snc/terraform-modules#58",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public, network_acl: main}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private, network_acl: main}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    network_acls:
      main:
        ingress: [{rule: 100, allow: all, from: 10.0.0.0/16}]
        egress: [{rule: 60, allow: tcp/443, to: 0.0.0.0/0}]
    nat_gateways: {nat: {subnet: public}}
lambda_functions: {api: {latest: {vpc: v, subnets: [private]}}}
""",
        ("api", "internet", "tcp/443", "fails", "SUBNET_ACL_RESTRICTION", "1024-65535"),
    ),
    posted(
        "serverfault: EC2 cannot resolve with on-prem DNS",
        """
vpcs:
  v:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s, network_acl: s}}
    route_tables: {s: {routes: {}, propagate: [vgw]}}
    network_acls:
      s:
        ingress: [{rule: 100, allow: tcp, from: 0.0.0.0/0}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    vpn_gateways: {vgw: {}}
    security_groups: {h: {egress: [{allow: [tcp/443, tcp/53], to: 0.0.0.0/0}]}}
    instances: {h: {subnet: s, security_groups: [h], ami: amzn2}}
vpn_connections: {line: {gateway: v.vgw, static_routes: [10.50.0.0/16]}}
networks: {dc: {cidrs: [10.50.0.0/16], via: [line], hosts: {dns: {ip: 10.50.0.2, listens: [udp/53, tcp/53]}}}}
""",
        ("h", "dc.dns", "tcp/53", "holds", "", ""),
        ("h", "dc.dns", "udp/53", "fails", "ENI_SG_RULES_MISMATCH", "udp/53"),
        ("h", "10.1.0.2", "udp/53", "holds", "", ""),
    ),
)
