"""Groups, ACLs and names: designs that people posted in public, with what AWS's rules say of them.

Facts alone, each in a few lines. A question is source, destination, traffic, verdict, code of the first blocker, cure;
the verdict and the cure were argued from the rules, the cure is the one that the thread came to, or a better one.
"""

from __future__ import annotations

from tests.answers.posted import posted

POSTED_DOORS = (
    posted(
        "aws/amazon-ecs-agent#2235",
        """
region: eu-west-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets:
      a: {cidr: 10.0.1.0/24, az: a, route_table: ra}
      b: {cidr: 10.0.2.0/24, az: b, route_table: rb}
    route_tables: {ra: {}, rb: {}}
    security_groups:
      task: {}
      endpoints: {ingress: [{allow: tcp/443, from: task}]}
    interfaces:
      task: {subnets: [a, b], security_groups: [task]}
    vpc_endpoints:
      s3: {type: gateway, service: s3, route_tables: [ra]}
      api: {type: interface, service: ecr.api, subnets: [a, b], security_groups: [endpoints]}
      dkr: {type: interface, service: ecr.dkr, subnets: [a, b], security_groups: [endpoints]}
      logs: {type: interface, service: logs, subnets: [a, b], security_groups: [endpoints]}
""",
        ("task", "service:ecr.dkr", "tcp/443", "holds", "", ""),
        ("task", "service:s3", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "rb"),
        ("task/2", "service:s3", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "rb"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#2890",
        """
region: us-east-2
vpcs:
  eks:
    cidrs: [10.33.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      public: {cidr: 10.33.0.0/24, az: a, route_table: public}
      private: {cidr: 10.33.4.0/24, az: a, route_table: private}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: public}}
    security_groups:
      node: {}
      legacy: {}
      elb: {ingress: [{allow: tcp/443, from: legacy}]}
    instances: {node: {subnet: private, security_groups: [node]}}
    vpc_endpoints:
      elb: {type: interface, service: elasticloadbalancing, subnets: [private], security_groups: [elb]}
""",
        ("node", "service:elasticloadbalancing", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "node"),
        ("node", "internet", "tcp/443", "holds", "", ""),
    ),
    posted(
        "awsdocs/amazon-eks-user-guide#110",
        """
region: us-west-2
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {n: {cidr: 10.0.1.0/24, az: a, route_table: n}}
    route_tables: {n: {}}
    security_groups: {node: {ingress: [{allow: all, from: node}]}}
    instances: {node: {subnet: n, security_groups: [node]}}
    vpc_endpoints:
      s3: {type: gateway, service: s3, route_tables: [n]}
      dkr: {type: interface, service: ecr.dkr, subnets: [n], security_groups: [node]}
""",
        ("node", "service:ecr.dkr", "tcp/443", "holds", "", ""),
        ("node", "service:s3", "tcp/443", "holds", "", ""),
        ("node", "service:ecr.api", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "ecr.api"),
    ),
    posted(
        "kubernetes-sigs/aws-load-balancer-controller#2460",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.1.0/24, az: a}, b: {cidr: 10.0.2.0/24, az: b}}
    security_groups:
      cluster: {ingress: [{allow: tcp/443, from: node}], egress: [{allow: [tcp/443, tcp/10250], to: node}]}
      node: {ingress: [{allow: [tcp/443, tcp/10250], from: cluster}, {allow: all, from: node}]}
    interfaces: {plane: {subnets: [a, b], security_groups: [cluster]}}
    instances: {node: {subnets: [a, b], security_groups: [node]}}
""",
        ("plane", "node", "tcp/10250", "holds", "", ""),
        ("plane", "node", "tcp/9443", "fails", "ENI_SG_RULES_MISMATCH", "tcp/9443"),
    ),
    posted(
        "ministryofjustice/modernisation-platform#1199",
        """
region: eu-west-2
vpcs:
  member:
    cidrs: [10.26.0.0/16]
    subnets: {data: {cidr: 10.26.1.0/24, az: a, route_table: data, network_acl: data}}
    route_tables: {data: {}}
    network_acls:
      data:
        ingress: [{rule: 100, allow: all, from: 10.0.0.0/8}]
        egress: [{rule: 100, allow: all, to: 10.0.0.0/8}]
    instances: {db: {subnet: data, ami: amzn2}}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [data]}}
""",
        ("db", "service:s3", "tcp/443", "fails", "SUBNET_ACL_RESTRICTION", "tcp/443"),
    ),
    posted(
        "ministryofjustice/modernisation-platform#12286",
        """
region: eu-west-2
vpcs:
  em:
    cidrs: [10.27.0.0/16]
    enable_dns_hostnames: true
    subnets: {a: {cidr: 10.27.1.0/24, az: a, route_table: a}}
    route_tables: {a: {}}
    security_groups:
      digest: {}
      ep: {ingress: [{allow: tcp/443, from: 10.27.0.0/16}]}
    vpc_endpoints: {logs: {type: interface, service: logs, subnets: [a], security_groups: [ep]}}
lambda_functions: {digest: {latest: {vpc: em, subnets: [a], security_groups: [digest]}}}
""",
        ("digest", "service:logs", "tcp/443", "holds", "", ""),
        ("digest", "service:sns", "tcp/443", "fails", "NO_ROUTE_TO_DESTINATION", "sns"),
    ),
    posted(
        "cds-snc/covid-alert-server-staging-terraform#87",
        """
region: ca-central-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {p: {cidr: 10.0.1.0/24, az: a, route_table: p}}
    route_tables: {p: {}}
    security_groups:
      metrics: {egress: [{allow: tcp/443, to: ep}]}
      ep: {ingress: [{allow: tcp/443, from: metrics}]}
    vpc_endpoints:
      s3: {type: gateway, service: s3, route_tables: [p]}
      kms: {type: interface, service: kms, subnets: [p], security_groups: [ep]}
lambda_functions: {metrics: {latest: {vpc: app, subnets: [p], security_groups: [metrics]}}}
""",
        ("metrics", "service:kms", "tcp/443", "holds", "", ""),
        ("metrics", "service:s3", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "to prefix list s3"),
    ),
    posted(
        "aws/apprunner-roadmap#192",
        """
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_support: false
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      p: {cidr: 10.0.1.0/24, az: a, route_table: p}
    route_tables: {public: {0.0.0.0/0: igw}, p: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: public}}
    interfaces: {runner: {subnet: p}}
internet: {hosts: {api.example.com: {ip: 104.16.133.229}}}
""",
        ("runner", "api.example.com", "tcp/443", "fails", "NAME_NOT_RESOLVED", "enable_dns_support"),
        ("runner", "104.16.133.229", "tcp/443", "holds", "", ""),
    ),
    posted(
        "awsdocs/aws-glue-developer-guide#15",
        """
region: us-east-1
vpcs:
  data:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 172.31.1.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw}}
    security_groups:
      glue: {}
      db: {ingress: [{allow: tcp/5432, from: glue}]}
    interfaces:
      glue: {subnet: s, count: 2, security_groups: [glue]}
      rds: {subnet: s, security_groups: [db]}
    vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [s]}}
""",
        ("glue", "rds", "tcp/5432", "holds", "", ""),
        ("glue/1", "glue/2", "tcp", "fails", "SG_HAS_NO_RULES", "glue"),
        ("glue", "service:s3", "tcp/443", "holds", "", ""),
        ("glue", "service:glue", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "endpoint"),
    ),
    posted(
        "awslabs/aws-athena-query-federation#483",
        """
region: us-east-2
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.0.1.0/24, az: a, route_table: s, map_public_ip_on_launch: true}}
    route_tables: {s: {0.0.0.0/0: igw}}
    security_groups: {g: {}}
    instances: {probe: {subnet: s, security_groups: [g]}}
lambda_functions: {hbase: {latest: {vpc: v, subnets: [s], security_groups: [g]}}}
""",
        ("probe", "service:glue", "tcp/443", "holds", "", ""),
        ("hbase", "service:glue", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "endpoint"),
    ),
    posted(
        "aws-solutions/efs-backup#15",
        """
vpcs:
  v:
    cidrs: [10.149.0.0/16]
    subnets: {a: {cidr: 10.149.0.0/24, az: a}, b: {cidr: 10.149.2.0/24, az: b}}
    security_groups:
      backup: {}
      source: {ingress: [{allow: tcp/2049, from: apps}]}
      apps: {}
      dest: {ingress: [{allow: tcp/2049, from: backup}]}
    instances: {job: {subnet: a, security_groups: [backup]}, app: {subnet: b, security_groups: [apps]}}
    interfaces:
      source: {subnets: [a, b], security_groups: [source]}
      dest: {subnets: [a, b], security_groups: [dest]}
""",
        ("job", "dest", "tcp/2049", "holds", "", ""),
        ("job", "source", "tcp/2049", "fails", "ENI_SG_RULES_MISMATCH", "backup"),
    ),
    posted(
        "aws/efs-utils#271",
        """
vpcs:
  v:
    cidrs: [10.0.0.0/16, "2600:1f14:abc:de00::/56"]
    subnets: {a: {cidr: 10.0.1.0/24, ipv6_cidr: "2600:1f14:abc:de01::/64", az: a}}
    security_groups:
      node: {}
      efs: {ingress: [{allow: tcp/2049, from: 10.0.0.0/16}]}
    instances: {node: {subnet: a, security_groups: [node], ipv6_address: "2600:1f14:abc:de01::10"}}
    interfaces: {efs: {subnet: a, security_groups: [efs], ipv6_address: "2600:1f14:abc:de01::20"}}
""",
        ("node", "efs", "tcp/2049", "fails", "ENI_SG_RULES_MISMATCH", "2600:"),
        ("node", "10.0.1.5", "tcp/2049", "holds", "", ""),
    ),
    posted(
        "cloudposse/terraform-aws-transit-gateway#63 (egress side)",
        """
vpcs:
  eks:
    cidrs: [10.1.0.0/16]
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.2.0.0/16: tgw}}
    security_groups: {pods: {egress: [{allow: tcp/5432, to: data.aurora}]}}
    instances: {pod: {subnet: s, security_groups: [pods]}}
  data:
    cidrs: [10.2.0.0/16]
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: tgw}}
    security_groups: {aurora: {ingress: [{allow: tcp/5432, from: eks.pods}]}}
    interfaces: {aurora: {subnet: s, security_groups: [aurora]}}
transit_gateways:
  tgw:
    security_group_referencing: true
    attachments: {eks: {vpc: eks, subnets: [s]}, data: {vpc: data, subnets: [s]}}
""",
        ("pod", "aurora", "tcp/5432", "fails", "SG_REFERENCES_NOT_PRESERVED", "10.2."),
    ),
    posted(
        "gchq/sleeper#6564",
        """
region: eu-west-2
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      private: {cidr: 10.0.1.0/24, az: a, route_table: private}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: public}}
    security_groups: {default: {ingress: [], egress: []}}
    instances: {build: {subnet: private, ami: ubuntu-22.04, instance_profile: [AmazonSSMManagedInstanceCore]}}
""",
        ("build", "service:ssm", "tcp/443", "fails", "SG_HAS_NO_RULES", "tcp/443"),
    ),
    posted(
        "ministryofjustice/modernisation-platform#13725",
        """
region: eu-west-2
vpcs:
  hub:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      ep: {cidr: 10.0.1.0/24, az: a, route_table: ep}
      pub: {cidr: 10.0.2.0/24, az: a, route_table: pub}
    route_tables: {ep: {10.0.0.0/8: tgw, 0.0.0.0/0: nat}, pub: {0.0.0.0/0: igw, 10.0.0.0/8: tgw}}
    nat_gateways: {nat: {subnet: pub}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    vpc_endpoints: {ssm: {type: interface, service: ssm, subnets: [ep], security_groups: [ep], private_dns: false}}
  spoke:
    cidrs: [10.1.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.0.0.0/8: tgw, 0.0.0.0/0: tgw}}
    security_groups: {relay: {egress: [{allow: tcp/443, to: 10.0.0.0/8}]}}
    instances: {relay: {subnet: s, security_groups: [relay], ami: al2023-ami-2023,
      instance_profile: [AmazonSSMManagedInstanceCore]}}
transit_gateways:
  tgw:
    attachments: {hub: {vpc: hub, subnets: [ep]}, spoke: {vpc: spoke, subnets: [s]}}
    route_tables: {main: {associations: [hub, spoke], propagations: [hub, spoke], routes: {0.0.0.0/0: hub}}}
private_hosted_zones:
  ssm.eu-west-2.amazonaws.com: {vpcs: [hub, spoke], records: {"@": hub.ssm}}
""",
        ("relay", "service:ssm", "tcp/443", "holds", "", ""),
        ("relay", "ssm.eu-west-2.amazonaws.com", "tcp/443", "holds", "", ""),
        ("relay", "service:ssmmessages", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "interface endpoint ssmmessages"),
    ),
    posted(
        "aws/containers-roadmap#22",
        """
vpcs:
  eks:
    cidrs: [10.1.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.1.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.2.0.0/16: pcx}}
    security_groups: {plane: {ingress: [{allow: tcp/443, from: 10.0.0.0/8}]}}
    interfaces: {plane: {subnet: s, private_ip: 10.1.1.50, security_groups: [plane]}}
  tools:
    cidrs: [10.2.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.2.1.0/24, az: a, route_table: s}}
    route_tables: {s: {10.1.0.0/16: pcx}}
    instances: {vpnbox: {subnet: s}}
peering_connections: {pcx: {requester: eks, accepter: tools, requester_dns: true, accepter_dns: true}}
private_hosted_zones: {gr7.eu-west-1.eks.amazonaws.com: {vpcs: [eks], records: {abc: plane}}}
""",
        ("vpnbox", "10.1.1.50", "tcp/443", "holds", "", ""),
        ("vpnbox", "abc.gr7.eu-west-1.eks.amazonaws.com", "tcp/443", "fails", "NAME_NOT_RESOLVED", "zone"),
    ),
    posted(
        "hashicorp/terraform-provider-aws#25640",
        """
region: eu-west-1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {s: {cidr: 10.0.1.0/24, az: a}}
    security_groups: {default: {ingress: [{allow: all, from: default}]}}
    instances: {client: {subnet: s}}
    vpc_endpoints: {api: {type: interface, service: execute-api, subnets: [s], private_dns: false}}
""",
        ("client", "v.api", "tcp/443", "holds", "", ""),
        (
            "client",
            "service:execute-api",
            "tcp/443",
            "fails",
            "NAME_MEANS_PUBLIC_ADDRESS, NO_ROUTE_TO_DESTINATION",
            "private DNS of endpoint api on",
        ),
    ),
    posted(
        "terraform-aws-modules/terraform-aws-eks#2149",
        """
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      n: {cidr: 10.0.1.0/24, az: a, route_table: n}
    route_tables: {public: {0.0.0.0/0: igw}, n: {0.0.0.0/0: nat}}
    nat_gateways: {nat: {subnet: public, public_ip: 198.51.100.7}}
    instances: {node: {subnet: n}}
  managed:
    cidrs: [10.100.0.0/16]
    internet_gateway: igw
    subnets: {s: {cidr: 10.100.0.0/24, az: a, route_table: s}}
    route_tables: {s: {0.0.0.0/0: igw}}
    security_groups: {plane: {ingress: [{allow: tcp/443, from: 203.0.113.0/24}]}}
    interfaces: {plane: {subnet: s, public_ip: 192.0.2.44, security_groups: [plane]}}
internet: {hosts: {office: {ip: 203.0.113.80}}}
""",
        ("office", "plane", "tcp/443", "holds", "", ""),
        ("node", "plane", "tcp/443", "fails", "ENI_SG_RULES_MISMATCH", "198.51.100.7"),
    ),
    posted(
        "PaloAltoNetworks/lab-aws-gwlb-vmseries#60",
        """
region: us-east-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    enable_dns_hostnames: true
    subnets:
      fw: {cidr: 10.0.0.0/28, az: a, route_table: fw}
      public: {cidr: 10.0.1.0/24, az: a, route_table: public}
      app: {cidr: 10.0.2.0/24, az: a, route_table: app}
    route_tables: {fw: {0.0.0.0/0: nat}, public: {0.0.0.0/0: igw, 10.0.2.0/24: ngfw}, app: {0.0.0.0/0: ngfw}}
    nat_gateways: {nat: {subnet: public}}
    network_firewalls: {ngfw: {subnets: [fw]}}
    security_groups: {ep: {ingress: [{allow: tcp/443, from: 10.0.0.0/16}]}}
    instances: {box: {subnet: app, ami: al2023-ami-2023, instance_profile: [AmazonSSMManagedInstanceCore]}}
    vpc_endpoints:
      ssm: {type: interface, service: ssm, subnets: [app], security_groups: [ep]}
""",
        ("box", "service:ssm", "tcp/443", "holds", "", ""),
        ("box", "service:ssmmessages", "tcp/443", "undecided", "", ""),
    ),
    posted(
        "stackoverflow: redis timeout although same VPC",
        """
vpcs:
  v:
    cidrs: [172.31.0.0/16]
    internet_gateway: igw
    subnets: {a: {cidr: 172.31.0.0/20, az: a, map_public_ip_on_launch: true}}
    route_tables: {main: {0.0.0.0/0: igw}}
    security_groups:
      default: {ingress: [{allow: all, from: default}]}
      launch-wizard-1: {ingress: [{allow: tcp/22, from: 0.0.0.0/0}]}
    instances: {web: {subnet: a, security_groups: [launch-wizard-1]}}
    interfaces: {redis: {subnet: a}}
lambda_functions: {f: {latest: {vpc: v, subnets: [a]}}}
""",
        ("f", "redis", "tcp/6379", "holds", "", ""),
        ("web", "redis", "tcp/6379", "fails", "ENI_SG_RULES_MISMATCH", "launch-wizard-1"),
        ("f", "internet", "tcp/443", "fails", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "NAT"),
    ),
    posted(
        "clouddrove/terraform-aws-subnet#103",
        """
region: us-east-1
vpcs:
  eks:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      public: {cidr: 10.0.0.0/24, az: a, route_table: public}
      pa: {cidr: 10.0.1.0/24, az: a, route_table: private, network_acl: private}
      pb: {cidr: 10.0.2.0/24, az: b, route_table: private, network_acl: private}
    route_tables: {public: {0.0.0.0/0: igw}, private: {0.0.0.0/0: nat}}
    network_acls:
      private:
        ingress: [{rule: 100, deny: all, from: 0.0.0.0/0}]
        egress: [{rule: 100, deny: all, to: 0.0.0.0/0}]
    nat_gateways: {nat: {subnet: public}}
    security_groups: {node: {ingress: [{allow: all, from: 10.0.0.0/16}]}}
    instances:
      n1: {subnet: pa, security_groups: [node], ami: amzn2}
      n2: {subnet: pa, security_groups: [node], ami: amzn2}
    interfaces: {db: {subnet: pb, security_groups: [node]}}
""",
        ("n1", "n2", "tcp/10250", "holds", "", ""),
        ("n1", "db", "tcp/5432", "fails", "SUBNET_ACL_RESTRICTION", "rule"),
        ("n1", "internet", "tcp/443", "fails", "SUBNET_ACL_RESTRICTION", "rule"),
    ),
)
