# Every form of a rule: inline, as attributes, separate, one peer each, lists, the group itself, several groups.
resource "aws_vpc" "main" {
  cidr_block = "10.9.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 3
  entry {
    cidr = "10.9.1.10/32"
  }
}
resource "aws_security_group" "attributes" {
  name   = "attributes"
  vpc_id = aws_vpc.main.id
  ingress = [{
    description      = ""
    protocol         = "tcp"
    from_port        = 80
    to_port          = 80
    cidr_blocks      = []
    ipv6_cidr_blocks = []
    prefix_list_ids  = []
    security_groups  = [aws_security_group.separate.id]
    self             = false
  }]
  egress = []
}
resource "aws_security_group" "separate" {
  name   = "separate"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group_rule" "list" {
  type              = "ingress"
  security_group_id = aws_security_group.separate.id
  protocol          = "tcp"
  from_port         = 81
  to_port           = 82
  prefix_list_ids   = [aws_ec2_managed_prefix_list.offices.id]
}
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.separate.id
  protocol          = "tcp"
  from_port         = 0
  to_port           = 65535
  cidr_blocks       = ["10.9.0.0/16"]
}
resource "aws_security_group" "modern" {
  name   = "modern"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "modern" {
  security_group_id            = aws_security_group.modern.id
  referenced_security_group_id = aws_security_group.separate.id
  ip_protocol                  = "tcp"
  from_port                    = 83
  to_port                      = 83 #before
#after  to_port                      = 84
}
resource "aws_vpc_security_group_egress_rule" "modern" {
  security_group_id = aws_security_group.modern.id
  cidr_ipv4         = "10.9.1.11/32"
  ip_protocol       = "-1"
}
resource "aws_instance" "attributes" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.9.1.9"
  vpc_security_group_ids = [aws_security_group.attributes.id]
}
resource "aws_instance" "both" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.9.1.10"
  vpc_security_group_ids = [aws_security_group.separate.id, aws_security_group.modern.id]
}
resource "aws_instance" "separate" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.9.1.11"
  vpc_security_group_ids = [aws_security_group.separate.id]
}
