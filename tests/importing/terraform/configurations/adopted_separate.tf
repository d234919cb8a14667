# Defaults that are adopted, with a route and rules of their own that name what adopts them.
resource "aws_vpc" "main" {
  cidr_block = "10.25.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.25.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.25.2.0/24"
}
resource "aws_default_route_table" "main" {
  default_route_table_id = aws_vpc.main.default_route_table_id
}
resource "aws_route" "out" {
  route_table_id         = aws_default_route_table.main.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table" "b" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table_association" "b" {
  subnet_id      = aws_subnet.b.id
  route_table_id = aws_route_table.b.id #before
#after  route_table_id = aws_default_route_table.main.id
}
resource "aws_default_security_group" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_default_security_group.main.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_vpc_security_group_ingress_rule" "members" {
  security_group_id            = aws_default_security_group.main.id
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_default_security_group.main.id
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_default_security_group.main.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_instance" "a" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.25.1.10"
  vpc_security_group_ids = [aws_default_security_group.main.id]
}
resource "aws_instance" "b" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id                   = aws_subnet.b.id
  private_ip                  = "10.25.2.10"
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_default_security_group.main.id]
}
