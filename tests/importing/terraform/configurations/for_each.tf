# Subnets, tables and instances by keys, some of which have dots and brackets.
locals {
  zones = { "a.1" = "10.4.1.0/24", "b[2]" = "10.4.2.0/24" }
}
resource "aws_vpc" "main" {
  cidr_block = "10.4.0.0/16"
}
resource "aws_subnet" "zone" {
  for_each   = local.zones
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}
resource "aws_network_acl" "zone" {
  for_each   = local.zones
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.zone[each.key].id]
  ingress {
    rule_no    = 100
    action     = each.key == "a.1" ? "allow" : "deny"
    protocol   = -1
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = -1
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_security_group" "zone" {
  for_each = aws_subnet.zone
  name     = "zone ${each.key}"
  vpc_id   = each.value.vpc_id
}
resource "aws_vpc_security_group_ingress_rule" "zone" {
  for_each          = aws_security_group.zone
  security_group_id = each.value.id
  ip_protocol       = "tcp"
  from_port         = 22 #before
  to_port           = 22 #before
#after  from_port         = 443
#after  to_port           = 443
  cidr_ipv4         = aws_vpc.main.cidr_block
}
resource "aws_vpc_security_group_egress_rule" "zone" {
  for_each          = aws_security_group.zone
  security_group_id = each.value.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_instance" "zone" {
  for_each               = aws_subnet.zone
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = each.value.id
  private_ip             = cidrhost(each.value.cidr_block, 10)
  vpc_security_group_ids = [aws_security_group.zone[each.key].id]
}
