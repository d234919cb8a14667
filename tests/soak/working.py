"""Random designs of everything that people join, of which all promises hold."""

from __future__ import annotations

import random

from tests.soak import hosts, services, transit
from tests.soak.fault import Design, maybe

SERVICES = ("tcp/443", "tcp/80", "tcp/22", "tcp/5432", "udp/53", "icmp/8")


def working(rng: random.Random) -> Design:
    """A design of which all promises hold."""
    nat_instance = maybe(rng, 0.5)
    link = rng.choice(["peering", "transit", "none"])
    app: Design = {
        "cidrs": ["10.0.0.0/16"],
        "internet_gateway": "igw",
        "subnets": {
            "public-a": {"cidr": "10.0.0.0/24", "az": "a", "route_table": "public"},
            "private-a": {"cidr": "10.0.1.0/24", "az": "a", "route_table": "private"},
            "private-b": {"cidr": "10.0.2.0/24", "az": "b", "route_table": "private"},
            "data-a": {"cidr": "10.0.3.0/24", "az": "a", "route_table": "data"},
        },
        "route_tables": {"public": {"0.0.0.0/0": "igw"}, "private": {"0.0.0.0/0": "nat"}, "data": {}},
        "security_groups": {
            "web": {"ingress": [{"allow": "tcp/443", "from": "0.0.0.0/0"}]},
            "worker": {"ingress": []},
            "function": {},
            "db": {"ingress": [{"allow": "tcp/5432", "from": ["worker", "function"]}]},
        },
        "instances": {
            "web": {"subnet": "public-a", "public_ip": "198.51.100.20", "security_groups": ["web"]},
            "worker": {"subnet": "private-a", "private_ip": "10.0.1.20", "security_groups": ["worker"]},
            "worker-b": {"subnet": "private-b", "security_groups": ["worker"]},
        },
        "interfaces": {"db": {"subnet": "data-a", "private_ip": "10.0.3.30", "security_groups": ["db"]}},
    }
    promises: list[Design] = [
        {"from": "worker", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "worker-b", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "fetch:prod", "to": "app.db", "allow": "tcp/5432"},
        {"from": "fetch:prod", "to": "www.example.com", "allow": "tcp/443"},
        {"from": "worker", "to": "app.db", "allow": "tcp/5432"},
        {"from": "internet", "to": "web", "allow": "tcp/443"},
        {"from": "internet", "to": "worker", "deny": "all"},
        {"from": "app.db", "to": "internet", "deny": "all"},
    ]
    design: Design = {
        "version": 1,
        "region": "eu-west-1",
        "vpcs": {"app": app},
        "lambda_functions": {
            "fetch": {
                "latest": attachment(),
                "versions": {"1": {}, "2": attachment()},
                "aliases": {"prod": 2},
            }
        },
        "internet": {"hosts": {"www.example.com": {"ip": "93.184.216.34", "listens": ["tcp/443", "tcp/80"]}}},
        "expect": promises,
    }
    if nat_instance:
        app["security_groups"]["nat"] = {"ingress": [{"allow": "all", "from": ["worker", "function"]}]}
        app["instances"]["nat"] = {
            "subnet": "public-a", "private_ip": "10.0.0.10", "public_ip": "198.51.100.10", "security_groups": ["nat"],
            "source_dest_check": False, "nat": {"ip_forward": True, "masquerade": True},
        }  # fmt: skip
    elif maybe(rng, 0.3):
        app["nat_gateways"] = {
            "nat": {"availability": "regional", "public_ips": {"a": "198.51.100.11", "b": "198.51.100.12"}}
        }
    else:
        app["nat_gateways"] = {"nat": {"subnet": "public-a", "public_ip": "198.51.100.11"}}
    if maybe(rng, 0.6):
        with_acls(app)
    if maybe(rng, 0.6):
        with_endpoints(app, promises)
    if maybe(rng, 0.4):
        with_vpn(design, promises)
    if link != "none":
        with_link(design, promises, link, rng)
    if maybe(rng, 0.4):
        with_balancer(app, promises, rng.choice(["network", "application"]))
    if maybe(rng, 0.4):
        with_zone(design, promises)
    if maybe(rng, 0.4):
        with_service(design, promises)
    if maybe(rng, 0.3):
        with_interface_api(design, promises)
    if maybe(rng, 0.3):
        with_public_access(design, rng)
    with_more(design, promises, rng)
    rng.shuffle(promises)
    return design


def with_more(design: Design, promises: list[Design], rng: random.Random) -> None:
    """Inspection of what goes out by a NAT gateway of one zone, and what the other files add."""
    nat = design["vpcs"]["app"].get("nat_gateways", {}).get("nat", {})
    if "subnet" in nat and maybe(rng, 0.3):
        with_inspection(design)
    for part in (*transit.PARTS, *hosts.PARTS, *services.PARTS):
        if maybe(rng, 0.3):
            part(design, promises, rng)


def attachment() -> Design:
    """Where the function runs."""
    return {"vpc": "app", "subnets": ["private-a", "private-b"], "security_groups": ["function"]}


def with_acls(app: Design) -> None:
    """ACLs of one's own."""
    app["network_acls"] = {
        "private": {
            "ingress": [
                {"rule": 100, "allow": "all", "from": "10.0.0.0/8"},
                {"rule": 110, "allow": ["tcp/1024-65535", "udp/1024-65535"], "from": "0.0.0.0/0"},
                {"rule": 120, "allow": "all", "from": "192.168.0.0/16"},
            ],
            "egress": [{"rule": 100, "allow": "all", "to": "0.0.0.0/0"}],
        },
        "data": {
            "ingress": [{"rule": 100, "allow": "tcp/5432", "from": "10.0.0.0/16"}],
            "egress": [{"rule": 100, "allow": "tcp/1024-65535", "to": "10.0.0.0/16"}],
        },
    }
    app["subnets"]["private-a"]["network_acl"] = "private"
    app["subnets"]["private-b"]["network_acl"] = "private"
    app["subnets"]["data-a"]["network_acl"] = "data"


def with_endpoints(app: Design, promises: list[Design]) -> None:
    """A gateway endpoint of S3, and an interface endpoint of Systems Manager with private DNS."""
    app["enable_dns_hostnames"] = True
    app["security_groups"]["endpoint"] = {"ingress": [{"allow": "tcp/443", "from": "worker"}]}
    app["vpc_endpoints"] = {
        "s3": {"type": "gateway", "service": "s3", "route_tables": ["batch"]},
        "ssm": {"type": "interface", "service": "ssm", "subnets": ["private-a"], "security_groups": ["endpoint"]},
    }
    app["route_tables"]["batch"] = {}
    app["security_groups"]["batch"] = {}
    app["instances"]["batch"] = {"subnet": "data-b", "security_groups": ["batch"]}
    app["subnets"]["data-b"] = {"cidr": "10.0.4.0/24", "az": "b", "route_table": "batch"}
    promises += [
        {"from": "worker", "to": "service:ssm", "allow": "tcp/443"},
        {"from": "batch", "to": "service:s3", "allow": "tcp/443"},
    ]


def with_vpn(design: Design, promises: list[Design]) -> None:
    """An office behind a VPN connection, its routes propagated."""
    app = design["vpcs"]["app"]
    app["vpn_gateways"] = {"vgw": {}}
    app["route_tables"]["private"] = {"routes": app["route_tables"]["private"], "propagate": ["vgw"]}
    app["security_groups"]["worker"]["ingress"].append({"allow": "tcp/22", "from": "192.168.0.0/16"})
    design["vpn_connections"] = {"office-vpn": {"gateway": "app.vgw", "bgp_routes": ["192.168.0.0/16"]}}
    design["networks"] = {
        "office": {"cidrs": ["192.168.0.0/16"], "via": ["office-vpn"], "hosts": {"desk": {"ip": "192.168.10.20"}}}
    }
    promises += [
        {"from": "worker", "to": "office.desk", "allow": "tcp/443"},
        {"from": "office.desk", "to": "worker", "allow": "tcp/22"},
    ]


def with_link(design: Design, promises: list[Design], link: str, rng: random.Random) -> None:
    """Another VPC, over a peering or a transit gateway."""
    app = design["vpcs"]["app"]
    target = "app-shared" if link == "peering" else "tgw"
    private = app["route_tables"]["private"]
    (private.get("routes") or private)["10.2.0.0/16"] = target
    peer = ["app.worker"] if link == "peering" and maybe(rng, 0.5) else ["10.0.1.0/24", "10.0.2.0/24"]
    design["vpcs"]["shared"] = {
        "cidrs": ["10.2.0.0/16"],
        "subnets": {
            "core-a": {"cidr": "10.2.1.0/24", "az": "a", "route_table": "core"},
            "core-b": {"cidr": "10.2.2.0/24", "az": "b", "route_table": "core"},
        },
        "route_tables": {"core": {"10.0.0.0/16": target}},
        "security_groups": {"api": {"ingress": [{"allow": "tcp/8443", "from": peer}]}},
        "instances": {"api": {"subnet": "core-a", "private_ip": "10.2.1.40", "security_groups": ["api"]}},
    }
    if link == "peering":
        design["peering_connections"] = {"app-shared": {"requester": "app", "accepter": "shared"}}
    else:
        design["transit_gateways"] = {
            "tgw": {
                "attachments": {
                    "app": {"vpc": "app", "subnets": ["private-a", "private-b"]},
                    "shared": {"vpc": "shared", "subnets": ["core-a", "core-b"]},
                },
                **transit.tables(rng),
            }
        }
    promises += [
        {"from": "worker", "to": "shared.api", "allow": "tcp/8443"},
        {"from": "worker-b", "to": "shared.api", "allow": "tcp/8443"},
    ]


def with_balancer(app: Design, promises: list[Design], kind: str) -> None:
    """A load balancer in two zones, with a target in one."""
    app["security_groups"] |= {
        "balancer": {"ingress": [{"allow": "tcp/443", "from": "worker"}]},
        "target": {"ingress": [{"allow": "tcp/8443", "from": "balancer"}]},
    }
    app["instances"]["target"] = {"subnet": "private-b", "private_ip": "10.0.2.60", "security_groups": ["target"]}
    listener, port = ("tcp/443", "tcp/8443") if kind == "network" else ("https/443", "https/8443")
    app["load_balancers"] = {
        "front": {
            "type": kind, "scheme": "internal", "subnets": ["private-a", "private-b"], "security_groups": ["balancer"],
            "listeners": {listener: "targets"}, "target_groups": {"targets": {"targets": ["target"], "port": port}},
            **({"cross_zone": True} if kind == "network" else {}),
        }
    }  # fmt: skip
    promises.append({"from": "worker", "to": "front", "allow": "tcp/443"})
    if kind == "application":
        promises.append({"from": "front", "to": "target", "allow": "tcp/8443"})


def with_zone(design: Design, promises: list[Design]) -> None:
    """A private hosted zone with a name for the database."""
    design["vpcs"]["app"]["enable_dns_hostnames"] = True
    design["private_hosted_zones"] = {"corp.internal": {"vpcs": ["app"], "records": {"db": "10.0.3.30"}}}
    promises.append({"from": "worker", "to": "db.corp.internal", "allow": "tcp/5432"})


def with_service(design: Design, promises: list[Design]) -> None:
    """A partner's service behind a Network Load Balancer, by PrivateLink."""
    app = design["vpcs"]["app"]
    app["enable_dns_hostnames"] = True
    app["security_groups"]["partner"] = {"ingress": [{"allow": "tcp/443", "from": "worker"}]}
    app.setdefault("vpc_endpoints", {})["partner"] = {
        "type": "interface", "service": "partner", "subnets": ["private-a"], "security_groups": ["partner"],
        "private_dns": True,
    }  # fmt: skip
    design["vpcs"]["partner"] = {
        "cidrs": ["10.8.0.0/16"],
        "subnets": {"front": {"cidr": "10.8.1.0/24", "az": "a"}},
        "route_tables": {},
        "security_groups": {"shop": {"ingress": [{"allow": "tcp/443", "from": "10.8.1.0/24"}]}},
        "instances": {"shop": {"subnet": "front", "private_ip": "10.8.1.20", "security_groups": ["shop"]}},
        "load_balancers": {
            "nlb": {
                "type": "network", "scheme": "internal", "subnets": ["front"], "private_ips": {"front": "10.8.1.50"},
                "listeners": {"tcp/443": "shops"}, "target_groups": {"shops": {"targets": ["shop"]}},
            }
        },
    }  # fmt: skip
    design["endpoint_services"] = {
        "partner": {"load_balancer": "partner.nlb", "private_dns_name": "shop.partner.example", "accepted": ["app"]}
    }
    promises.append({"from": "worker", "to": "shop.partner.example", "allow": "tcp/443"})


def with_interface_api(design: Design, promises: list[Design]) -> None:
    """An API gateway in front of the function."""
    design["api_gateways"] = {"rest": {"integration": "fetch:prod"}}
    promises.append({"from": "rest", "to": "app.db", "allow": "tcp/5432"})


def with_public_access(design: Design, rng: random.Random) -> None:
    """Block Public Access, with what the promises need excluded."""
    app = design["vpcs"]["app"]
    regional = "subnet" not in app.get("nat_gateways", {"nat": {"subnet": ""}})["nat"]
    spared = {"app.public-a": "allow-bidirectional"} | ({"app": "allow-egress"} if regional else {})
    mode = rng.choice(["ingress", "bidirectional"])
    if mode == "ingress":
        spared.pop("app", None)
    design["block_public_access"] = {"mode": mode, "exclusions": spared}


def with_inspection(design: Design) -> None:
    """What goes out passes an appliance behind a Gateway Load Balancer, and so do its answers."""
    app = design["vpcs"]["app"]
    app["subnets"]["inspect"] = {"cidr": "10.0.9.0/28", "az": "a", "route_table": "inspect"}
    app["route_tables"]["inspect"] = {"0.0.0.0/0": "nat"}
    private = app["route_tables"]["private"]
    (private.get("routes") or private)["0.0.0.0/0"] = "wall"
    app["route_tables"]["public"] |= {"10.0.1.0/24": "wall", "10.0.2.0/24": "wall"}
    app.setdefault("vpc_endpoints", {})["wall"] = {
        "type": "gateway_load_balancer", "service": "firewall", "subnets": ["inspect"],
    }  # fmt: skip
    design.setdefault("endpoint_services", {})["firewall"] = {"load_balancer": "security.gwlb"}
    design["vpcs"]["security"] = {
        "cidrs": ["10.7.0.0/16"],
        "subnets": {"walls": {"cidr": "10.7.1.0/24", "az": "a"}},
        "route_tables": {},
        "security_groups": {"wall": {"ingress": [{"allow": "udp/6081", "from": "10.7.1.0/24"}]}},
        "instances": {
            "wall": {
                "subnet": "walls", "private_ip": "10.7.1.20", "security_groups": ["wall"], "source_dest_check": False,
            }
        },
        "load_balancers": {
            "gwlb": {
                "type": "gateway", "subnets": ["walls"], "private_ips": {"walls": "10.7.1.50"},
                "listeners": {"all": "walls"}, "target_groups": {"walls": {"targets": ["wall"]}},
            }
        },
    }  # fmt: skip
