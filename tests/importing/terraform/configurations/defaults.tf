# A VPC that keeps what AWS made with it: main table, default ACL, default group.
resource "aws_vpc" "main" {
  cidr_block = "10.1.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "main" {
  route_table_id         = aws_vpc.main.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.1.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_security_group_rule" "https" {
  type              = "ingress"
  security_group_id = aws_vpc.main.default_security_group_id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = ["0.0.0.0/0"] #before
#after  cidr_blocks       = ["203.0.113.0/24"]
}
resource "aws_instance" "a" {
  ami           = "ami-12c6146b"
  instance_type = "t3.small"
  subnet_id     = aws_subnet.a.id
  private_ip    = "10.1.1.10"
}
resource "aws_instance" "b" {
  ami           = "ami-12c6146b"
  instance_type = "t3.small"
  subnet_id     = aws_subnet.a.id
  private_ip    = "10.1.1.11"
}
