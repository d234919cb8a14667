"""Transit gateways, inspection and hybrid networks: designs that people posted in public, with what AWS's rules say of them.

A question is source, destination, traffic, verdict, code of the first blocker, cure.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_HUBS = (
    posted(
        "ministryofjustice/modernisation-platform#13350",
        """
vpcs:
  cp:
    cidrs: [10.195.0.0/16]
    subnets: {s: {cidr: 10.195.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    instances: {pod: {subnet: s}}
  inspection:
    cidrs: [10.20.0.0/16]
    internet_gateway: igw
    subnets:
      att: {cidr: 10.20.0.0/28, az: a, route_table: att}
      fw: {cidr: 10.20.1.0/28, az: a, route_table: fw}
      pub: {cidr: 10.20.2.0/28, az: a, route_table: pub}
    route_tables:
      att: {0.0.0.0/0: fw}
      fw: {0.0.0.0/0: nat, 10.26.0.0/15: tgw}
      pub: {0.0.0.0/0: igw, 10.26.0.0/15: fw}
    nat_gateways: {nat: {subnet: pub}}
    network_firewalls: {fw: {subnets: [fw]}}
transit_gateways:
  tgw:
    attachments: {cp: {vpc: cp, subnets: [s]}, inspection: {vpc: inspection, subnets: [att], appliance_mode: true}}
    route_tables:
      spokes: {associations: [cp], routes: {0.0.0.0/0: inspection}}
      hub: {associations: [inspection], propagations: [cp]}
""",
        ("pod", "internet", "tcp/443", "undecided", "", ""),
    ),
    posted(
        "wwce/terraform#63",
        """
vpcs:
  spoke:
    cidrs: [10.104.0.0/16]
    subnets: {s: {cidr: 10.104.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    instances: {app: {subnet: s}}
  sec:
    cidrs: [10.100.0.0/16]
    internet_gateway: igw
    subnets:
      att: {cidr: 10.100.0.0/28, az: a, route_table: att}
      out: {cidr: 10.100.1.0/28, az: a, route_table: out}
      nat: {cidr: 10.100.2.0/28, az: a, route_table: nat}
      fw: {cidr: 10.100.3.0/28, az: a}
    route_tables:
      att: {0.0.0.0/0: endpoint-out}
      out: {0.0.0.0/0: natgw, 10.104.0.0/16: tgw}
      nat: {0.0.0.0/0: igw}
    nat_gateways: {natgw: {subnet: nat}}
    security_groups: {fw: {ingress: [{allow: udp/6081, from: 10.100.0.0/16}]}}
    instances: {vmseries: {subnet: fw, security_groups: [fw], source_dest_check: false}}
    load_balancers: {gwlb: {type: gateway, subnets: [fw], target_groups: {fw: {targets: [vmseries]}}}}
    vpc_endpoints: {endpoint-out: {type: gateway_load_balancer, service: gwlb-svc, subnets: [out]}}
endpoint_services: {gwlb-svc: {load_balancer: sec.gwlb}}
transit_gateways:
  tgw:
    attachments: {spoke: {vpc: spoke, subnets: [s]}, sec: {vpc: sec, subnets: [att], appliance_mode: true}}
    route_tables:
      spokes: {associations: [spoke], routes: {0.0.0.0/0: sec}}
      sec: {associations: [sec], propagations: [spoke]}
""",
        ("app", "internet", "tcp/443", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "to endpoint-out"),
    ),
    posted(
        "ministryofjustice/modernisation-platform-environments#18247",
        """
vpcs:
  cloud:
    cidrs: [172.20.0.0/16]
    subnets: {s: {cidr: 172.20.1.0/24, az: b, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    instances: {pod: {subnet: s}}
  data:
    cidrs: [10.199.0.0/16]
    subnets:
      ta: {cidr: 10.199.0.0/28, az: a, route_table: t}
      tb: {cidr: 10.199.0.16/28, az: b, route_table: t}
      fa: {cidr: 10.199.0.32/28, az: a, route_table: f}
      fb: {cidr: 10.199.0.48/28, az: b, route_table: f}
      pa: {cidr: 10.199.1.0/24, az: a, route_table: pa}
      pb: {cidr: 10.199.2.0/24, az: b, route_table: pb}
    route_tables:
      t: {10.199.1.0/24: ea, 10.199.2.0/24: eb}
      f: {172.20.0.0/16: tgw}
      pa: {0.0.0.0/0: ea}
      pb: {0.0.0.0/0: eb}
    security_groups: {db: {ingress: [{allow: tcp/5432, from: 172.20.0.0/16}]}}
    interfaces: {da: {subnet: pa, security_groups: [db]}, db: {subnet: pb, security_groups: [db]}}
    vpc_endpoints:
      ea: {type: gateway_load_balancer, service: com.amazonaws.vpce.x, subnets: [fa]}
      eb: {type: gateway_load_balancer, service: com.amazonaws.vpce.x, subnets: [fb]}
transit_gateways:
  tgw:
    attachments: {cloud: {vpc: cloud, subnets: [s]}, data: {vpc: data, subnets: [ta, tb]}}
""",
        ("pod", "db", "tcp/5432", "holds", "", ""),
        ("pod", "da", "tcp/5432", "holds", "", ""),
    ),
    posted(
        "zscaler/terraform-aws-cloud-connector-modules#120",
        """
vpcs:
  one:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    instances: {x: {subnet: s}}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    security_groups: {y: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    instances: {y: {subnet: s, security_groups: [y]}}
  hub:
    cidrs: [10.9.0.0/16]
    subnets:
      att: {cidr: 10.9.0.0/28, az: a, route_table: att}
      ep: {cidr: 10.9.1.0/28, az: a, route_table: ep}
    route_tables:
      att: {0.0.0.0/0: gwlbe, 10.1.0.0/16: tgw, 10.2.0.0/16: tgw}
      ep: {10.0.0.0/8: tgw}
    vpc_endpoints: {gwlbe: {type: gateway_load_balancer, service: com.amazonaws.vpce.z, subnets: [ep]}}
transit_gateways:
  tgw:
    attachments: {one: {vpc: one, subnets: [s]}, two: {vpc: two, subnets: [s]}, hub: {vpc: hub, subnets: [att],
      appliance_mode: true}}
    route_tables:
      spokes: {associations: [one, two], routes: {0.0.0.0/0: hub}}
      hub: {associations: [hub], propagations: [one, two]}
""",
        ("x", "y", "tcp/443", "holds", "", ""),
    ),
    posted(
        "aws-ia/terraform-aws-network-hubandspoke#14",
        """
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: tgw}}
    security_groups: {web: {ingress: [{allow: tcp/80, from: 10.0.0.0/24}]}}
    instances: {web: {subnet: s, private_ip: 10.1.1.10, security_groups: [web]}}
  ingress:
    cidrs: [10.0.0.0/24]
    internet_gateway: igw
    subnets:
      p: {cidr: 10.0.0.0/26, az: a, route_table: p}
      q: {cidr: 10.0.0.64/26, az: b, route_table: p}
      ta: {cidr: 10.0.0.128/28, az: a}
      tb: {cidr: 10.0.0.144/28, az: b}
    route_tables: {p: {0.0.0.0/0: igw, 10.0.0.0/8: tgw}}
    security_groups: {lb: {ingress: [{allow: tcp/80, from: 0.0.0.0/0}]}}
    load_balancers:
      alb: {subnets: [p, q], security_groups: [lb], listeners: {tcp/80: t},
        target_groups: {t: {targets: [10.1.1.10], port: tcp/80}}}
  inspection:
    cidrs: [10.0.2.0/24]
    subnets:
      ta: {cidr: 10.0.2.0/28, az: a, route_table: ta}
      tb: {cidr: 10.0.2.16/28, az: b, route_table: tb}
      ea: {cidr: 10.0.2.32/28, az: a, route_table: e}
      eb: {cidr: 10.0.2.48/28, az: b, route_table: e}
    route_tables: {ta: {0.0.0.0/0: ea}, tb: {0.0.0.0/0: eb}, e: {0.0.0.0/0: tgw}}
    vpc_endpoints:
      ea: {type: gateway_load_balancer, service: com.amazonaws.vpce.f, subnets: [ea]}
      eb: {type: gateway_load_balancer, service: com.amazonaws.vpce.f, subnets: [eb]}
transit_gateways:
  tgw:
    attachments:
      app: {vpc: app, subnets: [s]}
      ingress: {vpc: ingress, subnets: [ta, tb]}
      inspection: {vpc: inspection, subnets: [ta, tb], appliance_mode: true}
    route_tables:
      pre: {associations: [app, ingress], routes: {0.0.0.0/0: inspection}}
      post: {associations: [inspection], propagations: [app]}
""",
        ("internet", "alb", "tcp/80", "holds", "", ""),
        ("alb", "web", "tcp/80", "fails", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "ingress"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-vpn-gateway#17",
        """
vpcs:
  v:
    cidrs: [10.10.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.10.11.0/24, az: a, route_table: pub}
      priv: {cidr: 10.10.1.0/24, az: a, route_table: priv}
    route_tables:
      pub: {0.0.0.0/0: igw}
      priv: {routes: {}, propagate: [vgw]}
    vpn_gateways: {vgw: {}}
    security_groups: {ssh: {ingress: [{allow: tcp/22, from: 192.168.0.0/16}]}}
    instances:
      bastion: {subnet: pub, public_ip: true, security_groups: [ssh]}
      app: {subnet: priv, security_groups: [ssh]}
vpn_connections: {line: {gateway: v.vgw, static_routes: [192.168.0.0/16]}}
networks: {office: {cidrs: [192.168.0.0/16], via: [line], hosts: {pc: {ip: 192.168.3.3}}}}
""",
        ("office.pc", "app", "tcp/22", "holds", "", ""),
        ("office.pc", "bastion", "tcp/22", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "pub"),
    ),
    posted(
        "awslabs/landing-zone-accelerator-on-aws#1036",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      web: {cidr: 10.0.0.0/24, az: a, route_table: web}
      app: {cidr: 10.0.1.0/24, az: a, route_table: common}
    route_tables: {web: {0.0.0.0/0: igw}, common: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: web}}
    vpn_gateways: {vgw: {}}
    instances: {app: {subnet: app}}
vpn_connections: {vpn: {gateway: v.vgw, bgp_routes: [10.200.0.0/16]}}
networks: {dc: {cidrs: [10.200.0.0/16], via: [vpn], hosts: {db: {ip: 10.200.1.1}}}}
""",
        ("app", "dc.db", "tcp/1433", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "propagat"),
    ),
    posted(
        "kubernetes/kops#12842",
        """
vpcs:
  k:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    subnets: {six: {ipv6_cidr: "2600:1f14:abc:de01::/64", az: a, route_table: six}, att: {cidr: 10.0.1.0/28,
      ipv6_cidr: "2600:1f14:abc:de02::/64", az: a}}
    route_tables: {six: {"64:ff9b::/96": tgw}}
    instances: {node: {subnet: six}}
  egress:
    cidrs: [10.9.0.0/16]
    internet_gateway: igw
    subnets: {att: {cidr: 10.9.0.0/28, az: a, route_table: att}, pub: {cidr: 10.9.1.0/28, az: a, route_table: pub}}
    route_tables: {att: {0.0.0.0/0: nat, "64:ff9b::/96": nat}, pub: {0.0.0.0/0: igw, "2600:1f14:abc:de00::/56": tgw}}
    nat_gateways: {nat: {subnet: pub}}
transit_gateways:
  tgw:
    attachments: {k: {vpc: k, subnets: [att]}, egress: {vpc: egress, subnets: [att]}}
    route_tables:
      k: {associations: [k], routes: {"64:ff9b::/96": egress}}
      e: {associations: [egress], propagations: [k]}
""",
        ("node", "64:ff9b::102:304", "tcp/443", "undecided", "", ""),
        ("node", "1.2.3.4", "tcp/443", "undecided", "", ""),
        ("node", "internet", "deny tcp/443", "undecided", "", ""),
    ),
    posted(
        "ministryofjustice/modernisation-platform#742",
        """
vpcs:
  one:
    cidrs: [10.1.0.0/16]
    subnets:
      s: {cidr: 10.1.1.0/24, az: a, route_table: s}
      tgw: {cidr: 10.1.0.0/28, az: a, network_acl: tgw}
    route_tables: {s: {10.0.0.0/8: tgw}}
    network_acls:
      tgw:
        ingress: [{rule: 100, allow: tcp/443, from: 10.2.0.0/16}, {rule: 110, allow: tcp/1024-65535,
          from: 10.0.0.0/8}]
        egress: [{rule: 100, allow: all, to: 10.0.0.0/8}]
    instances: {x: {subnet: s}}
  two:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}, tgw: {cidr: 10.2.0.0/28, az: a}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    security_groups: {y: {ingress: [{allow: tcp/443, from: 10.1.0.0/16}]}}
    instances: {y: {subnet: s, security_groups: [y]}}
transit_gateways:
  tgw: {attachments: {one: {vpc: one, subnets: [tgw]}, two: {vpc: two, subnets: [tgw]}}}
""",
        ("x", "y", "tcp/443", "fails", "SUBNET_ACL_RESTRICTION", "tcp/443"),
    ),
    posted(
        "docs tgw-multicast-overview",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}, t: {cidr: 10.0.2.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    security_groups: {m: {ingress: [{allow: udp/5000, from: 10.0.0.0/16}]}}
    instances: {src: {subnet: s}, dst: {subnet: t, security_groups: [m]}}
transit_gateways: {tgw: {attachments: {v: {vpc: v, subnets: [s]}}}}
""",
        ("src", "239.1.1.1", "udp/5000", "fails", "NO_ROUTE_TO_DESTINATION", ""),
    ),
    posted(
        "medium rapidsos OpenVPN routing mode",
        """
vpcs:
  vpn:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pub: {cidr: 10.0.0.0/24, az: a, route_table: pub}
      att: {cidr: 10.0.1.0/28, az: a, route_table: att}
    route_tables: {pub: {0.0.0.0/0: igw, 10.0.0.0/8: tgw}, att: {}}
    security_groups: {vpn: {ingress: [{allow: udp/1194, from: 0.0.0.0/0}]}}
    instances: {openvpn: {subnet: pub, public_ip: true, security_groups: [vpn], source_dest_check: false,
      client_networks: [172.27.224.0/20]}}
  app:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw, 172.27.224.0/20: tgw}}
    security_groups: {app: {ingress: [{allow: tcp/22, from: 172.27.224.0/20}]}}
    instances: {app: {subnet: s, security_groups: [app]}}
transit_gateways:
  tgw:
    attachments: {vpn: {vpc: vpn, subnets: [att]}, app: {vpc: app, subnets: [s]}}
    route_tables: {main: {associations: [vpn, app], propagations: [vpn, app], routes: {172.27.224.0/20: vpn}}}
""",
        ("172.27.224.10", "app", "tcp/22", "fails", "NO_ROUTE_TO_DESTINATION", "172.27.224.0/20"),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-vpc#352",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {p: {cidr: 10.0.1.0/24, az: a, route_table: p}, intra: {cidr: 10.0.9.0/24, az: a, route_table: intra}}
    route_tables: {p: {routes: {}, propagate: [vgw]}, intra: {}}
    vpn_gateways: {vgw: {}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: [10.0.0.0/16, 192.168.0.0/16]}]}}
    vpc_endpoints: {sqs: {type: interface, service: sqs, subnets: [intra], security_groups: [ep]}}
direct_connect_gateways: {dx: {gateways: [v.vgw], prefixes: [192.168.0.0/16]}}
networks: {dc: {cidrs: [192.168.0.0/16], via: [dx], hosts: {app: {ip: 192.168.1.1}}}}
""",
        ("dc.app", "v.sqs", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "propagat"),
    ),
    posted(
        "CrowdStrike/Cloud-AWS#247",
        """
vpcs:
  shared:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    security_groups: {svc: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    instances: {svc: {subnet: s, security_groups: [svc]}}
  spoke:
    cidrs: [10.7.0.0/16]
    subnets: {s: {cidr: 10.7.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw}}
    instances: {app: {subnet: s}}
transit_gateways:
  tgw:
    attachments: {shared: {vpc: shared, subnets: [s]}, spoke: {vpc: spoke, subnets: [s]}}
    route_tables:
      spoke: {associations: [spoke], propagations: [shared]}
      shared: {associations: [shared], routes: {10.1.0.0/16: spoke}}
""",
        ("app", "svc", "tcp/443", "fails", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "10.7.0.0/16"),
    ),
    posted(
        "repost direct-connect-asymmetric-routing",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s}}
    route_tables: {s: {192.168.0.0/16: tgw}}
    instances: {app: {subnet: s}}
transit_gateways:
  tgw:
    attachments: {v: {vpc: v, subnets: [s]}, dx: {direct_connect_gateway: dx}, vpn: {vpn: vpn}}
    route_tables: {main: {associations: [v, dx, vpn], propagations: [v, dx, vpn], routes: {192.168.0.0/16: vpn}}}
direct_connect_gateways: {dx: {gateways: [], prefixes: [192.168.0.0/16]}}
vpn_connections: {vpn: {gateway: tgw, bgp_routes: [192.168.0.0/16], state: down}}
networks: {dc: {cidrs: [192.168.0.0/16], via: [dx, vpn], hosts: {db: {ip: 192.168.1.1}}}}
""",
        ("app", "dc.db", "tcp/443", "fails", "TGW_BAD_STATE_VPN", "attachment dx"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#1690",
        """
vpcs:
  app:
    cidrs: [192.168.0.0/16]
    subnets:
      a: {cidr: 192.168.77.0/24, az: a, route_table: a}
      b: {cidr: 192.168.78.0/24, az: b}
    route_tables: {a: {10.0.0.0/16: tgw}}
    security_groups: {lb: {ingress: [{allow: tcp/80, from: 0.0.0.0/0}]}, pod: {ingress: [{allow: tcp/8080,
      from: lb}]}}
    interfaces: {pod: {subnets: [a, b], security_groups: [pod]}}
    load_balancers: {alb: {scheme: internal, subnets: [a, b], security_groups: [lb], listeners: {tcp/80: t},
      target_groups: {t: {targets: [pod], port: tcp/8080}}}}
  other:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.6.0/24, az: a, route_table: s}}
    route_tables: {s: {192.168.0.0/16: tgw}}
    instances: {client: {subnet: s}}
transit_gateways: {tgw: {attachments: {app: {vpc: app, subnets: [a, b]}, other: {vpc: other, subnets: [s]}}}}
""",
        ("client", "alb/a", "tcp/80", "holds", "", ""),
        ("client", "alb", "tcp/80", "fails", "NO_ROUTE_TO_DESTINATION", "10.0.0.0/16"),
    ),
    posted(
        "docs tgw-connect SD-WAN appliance",
        """
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {172.16.0.0/12: tgw}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 172.16.0.0/12}]}}
    instances: {web: {subnet: s, security_groups: [web]}}
  wan:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a}}
    instances: {edge: {subnet: s, source_dest_check: false}}
transit_gateways: {tgw: {attachments: {app: {vpc: app, subnets: [s]}, wan: {vpc: wan, subnets: [s]},
  sdwan: {connect: wan}}}}
""",
        ("web", "172.16.5.5", "tcp/443", "undecided", "", ""),
        ("172.16.5.5", "web", "deny tcp/443", "undecided", "", ""),
    ),
    posted(
        "docs vpc-cidr-blocks second block over a peering",
        """
vpcs:
  a:
    cidrs: [10.0.0.0/16, 10.7.0.0/16]
    subnets: {s: {cidr: 10.7.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: pcx}}
    security_groups: {new: {ingress: [{allow: tcp/443, from: 10.1.0.0/16}]}}
    instances: {new: {subnet: s, security_groups: [new]}}
  b:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}, p: {cidr: 10.1.0.0/24, az: a, route_table: p}}
    route_tables: {s: {10.0.0.0/16: pcx, 0.0.0.0/0: nat}, p: {0.0.0.0/0: igw}}
    nat_gateways: {nat: {subnet: p}}
    instances: {c: {subnet: s}}
peering_connections: {pcx: {requester: a, accepter: b}}
""",
        ("c", "new", "tcp/443", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "10.7.0.0/16"),
    ),
)
