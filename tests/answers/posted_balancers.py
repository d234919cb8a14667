"""Load balancers and services of one's own: designs that people posted in public, with what AWS's rules say of them.

Facts alone, each in a few lines. A question is source, destination, traffic, verdict, code of the first blocker, cure;
the verdict and the cure were argued from the rules, the cure is the one that the thread came to, or a better one.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_BALANCERS = (
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#1830",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pa: {cidr: 10.0.0.0/24, az: a, route_table: public}
      na: {cidr: 10.0.10.0/24, az: a}
    route_tables: {public: {0.0.0.0/0: igw}}
    security_groups:
      node: {ingress: [{allow: tcp/30080, from: 198.51.100.0/24}]}
    instances: {node: {subnet: na, security_groups: [node]}}
    load_balancers:
      nlb:
        type: network
        subnets: [pa]
        listeners: {tcp/80: web}
        target_groups: {web: {targets: [node], port: tcp/30080}}
internet: {hosts: {office: {ip: 198.51.100.77}}}
""",
        ("office", "nlb", "tcp/80", "holds", "", ""),
        ("nlb", "node", "tcp/30080", "fails", "ENI_SG_RULES_MISMATCH", "10.0.0."),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#4538",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pa: {cidr: 10.0.0.0/24, az: a, route_table: public}
      na: {cidr: 10.0.10.0/24, az: a}
    route_tables: {public: {0.0.0.0/0: igw}}
    security_groups:
      managed: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}
      backend: {}
      pod: {ingress: [{allow: tcp/8443, from: backend}]}
    interfaces: {pod: {subnet: na, private_ip: 10.0.10.50, security_groups: [pod]}}
    load_balancers:
      nlb:
        type: network
        subnets: [pa]
        security_groups: [managed, backend]
        listeners: {tcp/443: pods}
        target_groups: {pods: {targets: [10.0.10.50], port: tcp/8443}}
""",
        ("internet", "nlb", "tcp/443", "holds", "", ""),
        ("nlb", "pod", "tcp/8443", "holds", "", ""),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#1276",
        """
vpcs:
  edge:
    cidrs: [10.50.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.50.0.0/24, az: a, route_table: public}
      b: {cidr: 10.50.1.0/24, az: b, route_table: public}
    route_tables: {public: {0.0.0.0/0: igw}}
    security_groups: {alb: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    load_balancers:
      alb:
        subnets: [a, b]
        security_groups: [alb]
        listeners: {https/443: pods}
        target_groups: {pods: {targets: [10.60.1.20], port: http/8080}}
  eks:
    cidrs: [10.60.0.0/16]
    subnets: {a: {cidr: 10.60.1.0/24, az: a, route_table: a}}
    route_tables: {a: {10.50.0.0/16: pcx}}
    security_groups: {pod: {ingress: [{allow: tcp/8080, from: edge.alb}]}}
    interfaces: {pod: {subnet: a, private_ip: 10.60.1.20, security_groups: [pod]}}
peering_connections: {pcx: {requester: edge, accepter: eks}}
""",
        ("internet", "alb", "tcp/443", "holds", "", ""),
        ("alb", "pod", "tcp/8080", "fails", "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "10.60."),
    ),
    posted(
        "MaterializeInc/materialize#37016",
        """
vpcs:
  kafka:
    cidrs: [10.80.0.0/16]
    subnets:
      a: {cidr: 10.80.1.0/24, az: a, network_acl: brokers}
      b: {cidr: 10.80.2.0/24, az: b, network_acl: brokers}
    network_acls:
      brokers:
        ingress: [{rule: 100, allow: tcp/9092, from: 10.80.0.0/16}]
        egress: [{rule: 100, allow: all, to: 0.0.0.0/0}]
    security_groups: {broker: {ingress: [{allow: tcp/9092, from: 10.80.0.0/16}]}}
    interfaces:
      b1: {subnet: a, private_ip: 10.80.1.20, security_groups: [broker]}
      b2: {subnet: b, private_ip: 10.80.2.20, security_groups: [broker]}
    load_balancers:
      nlb:
        type: network
        scheme: internal
        subnets: [a, b]
        cross_zone: true
        listeners: {tcp/9092: brokers}
        target_groups: {brokers: {targets: [10.80.1.20, 10.80.2.20], port: tcp/9092}}
  mz:
    cidrs: [10.90.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.90.1.0/24, az: a}}
    security_groups: {ep: {ingress: [{allow: tcp/9092, from: 10.90.0.0/16}]}}
    instances: {mz: {subnet: s}}
    vpc_endpoints: {kafka: {type: interface, service: kafka, subnets: [s], security_groups: [ep]}}
endpoint_services: {kafka: {load_balancer: kafka.nlb}}
""",
        ("mz", "mz.kafka", "tcp/9092", "fails", "SUBNET_ACL_RESTRICTION", "1024-65535"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#1895",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, az: a, route_table: p}
      b: {cidr: 10.0.1.0/24, az: b, route_table: p}
      c: {cidr: 10.0.2.0/24, az: c, route_table: p}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups: {node: {ingress: [{allow: tcp/30408, from: 0.0.0.0/0}]}}
    instances: {n1: {subnet: a, security_groups: [node]}, n2: {subnet: b, security_groups: [node]}}
    load_balancers:
      nlb: {type: network, subnets: [a, b, c], listeners: {tcp/80: web}, target_groups: {web: {targets: [n1,
        n2], port: tcp/30408}}}
""",
        ("internet", "nlb/a", "tcp/80", "holds", "", ""),
        ("internet", "nlb", "tcp/80", "fails", "ELB_NOT_CROSSZONE", "every zone"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#779",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      pa: {cidr: 10.0.0.0/24, az: a, route_table: p}
      pb: {cidr: 10.0.1.0/24, az: b, route_table: p}
      nc: {cidr: 10.0.2.0/24, az: c, route_table: n}
    route_tables: {p: {0.0.0.0/0: igw}, n: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: pa}}
    security_groups:
      alb: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}
      node: {ingress: [{allow: tcp/30080, from: alb}]}
    instances: {node: {subnet: nc, security_groups: [node]}}
    load_balancers:
      alb: {subnets: [pa, pb, nc], security_groups: [alb], listeners: {https/443: web},
        target_groups: {web: {targets: [node], port: http/30080}}}
""",
        ("internet", "alb/pa", "tcp/443", "holds", "", ""),
        ("internet", "alb", "tcp/443", "fails", "ASYMMETRIC_RETURN", "igw"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#2699",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets:
      a: {cidr: 10.0.0.0/24, az: a}
      b: {cidr: 10.0.1.0/24, az: b}
      pods: {cidr: 10.0.8.0/21, az: a}
    security_groups:
      client: {}
      pod: {ingress: [{allow: tcp/80, from: 10.0.0.0/24}]}
    instances: {client: {subnet: a, security_groups: [client]}}
    interfaces: {pod: {subnet: pods, private_ip: 10.0.8.9, security_groups: [pod]}}
    load_balancers:
      nlb: {type: network, scheme: internal, subnets: [a, b], cross_zone: true, listeners: {tcp/8080: w},
        target_groups: {w: {targets: [10.0.8.9], port: tcp/80}}}
""",
        ("client", "nlb/a", "tcp/8080", "holds", "", ""),
        ("client", "nlb", "tcp/8080", "fails", "ENI_SG_RULES_MISMATCH", "10.0.1.0/24"),
    ),
    posted(
        "aws APN blog fortinet GWLB",
        """
vpcs:
  app:
    cidrs: [10.1.0.0/16]
    internet_gateway: igw
    subnets:
      ea: {cidr: 10.1.0.0/28, az: a, route_table: ep}
      eb: {cidr: 10.1.0.16/28, az: b, route_table: ep}
      wa: {cidr: 10.1.1.0/24, az: a, route_table: wa}
      wb: {cidr: 10.1.2.0/24, az: b, route_table: wb}
    route_tables:
      ep: {0.0.0.0/0: igw}
      wa: {0.0.0.0/0: gea}
      wb: {0.0.0.0/0: geb}
      edge: {gateway: igw, routes: {10.1.1.0/24: gea, 10.1.2.0/24: geb}}
    security_groups: {web: {ingress: [{allow: tcp/443, from: 0.0.0.0/0}]}}
    instances:
      web-a: {subnet: wa, public_ip: true, security_groups: [web]}
      web-b: {subnet: wb, public_ip: true, security_groups: [web]}
    vpc_endpoints:
      gea: {type: gateway_load_balancer, service: fw, subnets: [ea]}
      geb: {type: gateway_load_balancer, service: fw, subnets: [eb]}
  sec:
    cidrs: [10.2.0.0/16]
    subnets: {a: {cidr: 10.2.1.0/24, az: a}, b: {cidr: 10.2.2.0/24, az: b}}
    security_groups: {fgt: {ingress: [{allow: [udp/6081, tcp/8008], from: 10.2.0.0/16}]}}
    instances: {fgt: {subnet: a, security_groups: [fgt]}}
    load_balancers: {gwlb: {type: gateway, subnets: [a, b], target_groups: {fw: {targets: [fgt],
      health_check: tcp/8008}}}}
endpoint_services: {fw: {load_balancer: sec.gwlb}}
""",
        ("internet", "web-a", "tcp/443", "holds", "", ""),
        ("internet", "web-b", "tcp/443", "fails", "ELB_NOT_CROSSZONE", "every zone"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#2484",
        """
prefix_lists: {cloudfront: {entries: [13.32.0.0/15, 54.182.0.0/16], max_entries: 55}}
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, az: a, route_table: p}
      b: {cidr: 10.0.1.0/24, az: b, route_table: p}
      n: {cidr: 10.0.2.0/24, az: a}
    route_tables: {p: {0.0.0.0/0: igw}}
    security_groups:
      cdn: {ingress: [{allow: tcp/443, from: cloudfront}]}
      node: {ingress: [{allow: tcp/31000, from: gone}]}
      gone: {}
    instances: {node: {subnet: n, security_groups: [node]}}
    load_balancers:
      alb: {subnets: [a, b], security_groups: [cdn], listeners: {https/443: w},
        target_groups: {w: {targets: [node], port: http/31000}}}
internet: {hosts: {edge: {ip: 13.33.1.1}, me: {ip: 93.184.216.34}}}
""",
        ("edge", "alb", "tcp/443", "holds", "", ""),
        ("me", "alb", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "93.184"),
        ("alb", "node", "tcp/31000", "fails", "ENI_SG_RULES_MISMATCH", "cdn"),
    ),
    posted(
        "re:Post: cross-region PrivateLink not accepted",
        """
region: us-east-1
vpcs:
  prov:
    cidrs: [10.1.0.0/16]
    region: us-east-1
    subnets: {a: {cidr: 10.1.1.0/24, az: use1-a}}
    security_groups: {t: {ingress: [{allow: tcp/443, from: 10.1.0.0/16}]}}
    instances: {t: {subnet: a, security_groups: [t]}}
    load_balancers: {nlb: {type: network, scheme: internal, subnets: [a], listeners: {tcp/443: t},
      target_groups: {t: {targets: [t], port: tcp/443, preserve_client_ip: false}}}}
  cons:
    cidrs: [10.2.0.0/16]
    region: eu-west-1
    subnets: {a: {cidr: 10.2.1.0/24, az: euw1-a}}
    security_groups: {e: {ingress: [{allow: tcp/443, from: 10.2.0.0/16}]}}
    instances: {c: {subnet: a}}
    vpc_endpoints: {svc: {type: interface, service: svc, subnets: [a], security_groups: [e]}}
endpoint_services: {svc: {load_balancer: prov.nlb, accepted: []}}
""",
        ("c", "cons.svc", "tcp/443", "fails", "BAD_STATE", "accept"),
    ),
)
