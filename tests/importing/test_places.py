"""Where single rules, routes, entries and associations stand: an answer names them, not what they are in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.importing.accounts import account, acl, built, group, imported, interface, lets, route, table

import reachsim
from reachsim.cli.main import main
from reachsim.importing import import_files
from reachsim.importing.writing import written

TEMPLATE = """\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Igw: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Igw}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Igw}
  Of: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref S, RouteTableId: !Ref Table}}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  AclOf: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref S, NetworkAclId: !Ref Acl}}
  Deny:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 90, RuleAction: deny,
      Protocol: 6, CidrBlock: 0.0.0.0/0, PortRange: {From: 22, To: 22}}
  In:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, RuleAction: allow, Protocol: -1, CidrBlock: 0.0.0.0/0}
  Back:
    Type: AWS::EC2::NetworkAclEntry
    Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, RuleAction: allow,
      Protocol: -1, CidrBlock: 0.0.0.0/0, Egress: true}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      GroupDescription: of the web
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 0.0.0.0/0
        - {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}
  Beside:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !GetAtt Web.GroupId, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}
  Host:
    Type: AWS::EC2::Instance
    Properties:
      NetworkInterfaces: [{DeviceIndex: "0", SubnetId: !Ref S, GroupSet: [!Ref Web], AssociatePublicIpAddress: true}]
"""


def places(net: reachsim.Network, port: str, source: str = "internet") -> list[str]:
    """Where what decides stands, on the way to the host."""
    trace = net.trace(source, "Host", port)
    hops = [hop.where for hop in trace.forward if hop.where]
    return [*hops, *(blocker.where for blocker in trace.blockers)]


def line_of(text: str, what: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if what in line)


def test_rules_of_a_template_have_their_lines() -> None:
    net = reachsim.loads(TEMPLATE, file="net.yaml")
    here = {name: f"net.yaml:{line_of(TEMPLATE, f'  {name}:')} {name}" for name in ("Deny", "In", "Beside", "Out")}
    assert here["In"] in places(net, "tcp/80")
    assert here["Beside"] in places(net, "tcp/80")
    assert f"net.yaml:{line_of(TEMPLATE, '- IpProtocol')} Web.SecurityGroupIngress[0]" in places(net, "tcp/443")
    assert here["Deny"] in places(net, "tcp/22")
    out = net.trace("Host", "8.8.8.8", "tcp/443")
    assert here["Out"] in [hop.where for hop in out.forward]


def test_rules_of_a_template_in_json_have_their_lines() -> None:
    found = import_files(["tests/importing/templates/all-text.json"])
    text = Path("tests/importing/templates/all-text.json").read_text(encoding="utf-8")
    inline = {
        place.line for path, place in found.entries.items() if "SecurityGroup" in place.path and "[" in place.path
    }
    assert inline
    for line in inline:
        assert line is not None
        assert "{" in text.splitlines()[line - 1]


def test_a_rule_of_a_list_that_a_function_makes_has_the_place_of_its_group() -> None:
    listed = TEMPLATE.replace(
        "        - {IpProtocol: tcp, FromPort: 22",
        "        - !If [No, !Ref AWS::NoValue, {IpProtocol: tcp, FromPort: 22",
    )
    listed = listed.replace("ToPort: 22, CidrIp: 0.0.0.0/0}\n  Beside", "ToPort: 22, CidrIp: 0.0.0.0/0}]\n  Beside")
    listed += "Conditions: {No: !Equals [a, b]}\n"
    net = reachsim.loads(listed, file="net.yaml")
    assert f"net.yaml:{line_of(listed, '  Web:')} Web" in places(net, "tcp/443")


def test_rules_of_an_account_have_their_way_through_the_json() -> None:
    host = interface("eni-host", "10.0.1.11", "sg-web", TagSet=[{"Key": "Name", "Value": "Host"}])
    entries = acl("acl-1")
    entries["Entries"].insert(
        0, {**entries["Entries"][0], "RuleNumber": 90, "RuleAction": "deny", "CidrBlock": "10.0.2.0/24"}
    )
    given = account(
        NetworkInterfaces=[interface("eni-web", "10.0.1.10", "sg-web"), host],
        SecurityGroups=[group("sg-web", lets("tcp/443"), lets("tcp/80"))], NetworkAcls=[entries],
    )  # fmt: skip
    found = built(given)
    path = ("vpcs", "vpc-1", "security_groups", "web", "ingress", 1)
    assert str(found.entries[path]) == "SecurityGroups.json: SecurityGroups[0].IpPermissions[1]"
    assert (
        str(found.entries["vpcs", "vpc-1", "route_tables", "main", "0.0.0.0/0"])
        == "RouteTables.json: RouteTables[0].Routes[0]"
    )
    assert (
        str(found.entries["vpcs", "vpc-1", "network_acls", "default", "ingress", 0])
        == "NetworkAcls.json: NetworkAcls[0].Entries[0]"
    )
    assert "IpPermissions" not in written(found)  # comments name objects, as before


def test_what_is_refused_moves_the_places_of_what_comes_after() -> None:
    wrong = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
        "Ipv6Ranges": [],
    }
    found = built(account(SecurityGroups=[group("sg-web", *[lets(f"tcp/{port}") for port in (1, 2, 3)])]))
    from reachsim.importing.refusals import take_out

    path = ("vpcs", "vpc-1", "security_groups", "web", "ingress")
    take_out(found, {(*path, 0): "it is refused"}, set())
    assert [str(found.entries[*path, index])[-3:] for index in (0, 1)] == ["[1]", "[2]"]
    assert (*path, 2) not in found.entries
    assert wrong


def address(type: str, name: str, key: str | None = None, /, **values: Any) -> dict[str, Any]:
    index = {} if key is None else {"index": key}
    full = f"{type}.{name}" + (f'["{key}"]' if key is not None else "")
    return {"address": full, "mode": "managed", "type": type, "name": name, **index, "values": values}


STATE = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "resources": [
                address("aws_vpc", "v", id="vpc-1", cidr_block="10.0.0.0/16"),
                address("aws_subnet", "s", id="subnet-1", vpc_id="vpc-1", cidr_block="10.0.1.0/24"),
                address("aws_security_group", "db", id="sg-1", vpc_id="vpc-1", name="db", ingress=[], egress=[]),
                *(
                    address(
                        "aws_security_group_rule", "db", key, id=f"sgr-{port}", security_group_id="sg-1", type=direction,
                        protocol="tcp", from_port=port, to_port=port, cidr_blocks=["10.0.0.0/8"],
                    )
                    for key, port, direction in (("app", 5432, "ingress"), ("ops", 22, "ingress"), ("out", 5432, "egress"))
                ),
                *(
                    address("aws_instance", name, id=f"i-{name}", subnet_id="subnet-1", vpc_security_group_ids=["sg-1"],
                        private_ip=ip, tags={"Name": name})
                    for name, ip in (("Host", "10.0.1.10"), ("Client", "10.0.1.11"))
                ),
            ]
        }
    },
}  # fmt: skip


def test_a_rule_of_terraform_has_its_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    net = reachsim.load(STATE)
    assert '<data>: aws_security_group_rule.db["app"]' in places(net, "tcp/5432", "Client")
    assert '<data>: aws_security_group_rule.db["out"]' in places(net, "tcp/5432", "Client")
    file = tmp_path / "state.json"
    file.write_text(json.dumps(STATE), encoding="utf-8")
    assert main(["trace", str(file), "Client", "Host", "tcp/5432", "--format", "json"]) == 0
    assert 'aws_security_group_rule.db[\\"app\\"]' in capsys.readouterr().out
    main(["explain", str(file), "Client", "Host", "tcp/5432"])
    assert 'aws_security_group_rule.db["app"]' in capsys.readouterr().out


def test_the_rule_that_a_pull_request_opens_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(json.dumps(STATE))
    resources = before["values"]["root_module"]["resources"]
    resources[:] = [each for each in resources if not each["address"].endswith('["app"]')]
    for name, data in (("before", before), ("after", STATE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["diff", str(tmp_path / "before.json"), str(tmp_path / "after.json"), "--format", "github"]) == 1
    assert 'aws_security_group_rule.db["app"]' in capsys.readouterr().out


def test_what_is_imported_is_as_it_was() -> None:
    given = account(RouteTables=[table("rtb-main", route("0.0.0.0/0", GatewayId="igw-1"), main=True)])
    assert imported(given).design == built(given).design
