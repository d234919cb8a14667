# Interfaces of their own: one that an instance is made with, one that is attached later, an elastic address.
resource "aws_vpc" "main" {
  cidr_block = "10.16.0.0/16"
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
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.16.1.0/24"
}
resource "aws_security_group" "open" {
  name   = "open"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "closed" { #before
#afterresource "aws_security_group" "more" {
#after  name   = "more"
#after  vpc_id = aws_vpc.main.id
#after  egress {
#after    protocol    = "-1"
#after    from_port   = 0
#after    to_port     = 0
#after    cidr_blocks = ["0.0.0.0/0"]
#after  }
#after}
#afterresource "aws_security_group" "closed" {
  name   = "closed"
  vpc_id = aws_vpc.main.id
}
resource "aws_network_interface" "first" {
  subnet_id       = aws_subnet.a.id
  private_ips     = ["10.16.1.10"]
  security_groups = [aws_security_group.open.id]
}
resource "aws_instance" "host" {
  ami           = "ami-12c6146b"
  instance_type = "t3.small"
  network_interface {
    device_index         = 0
    network_interface_id = aws_network_interface.first.id
  }
}
resource "aws_eip" "host" {
  domain            = "vpc"
  network_interface = aws_network_interface.first.id
}
resource "aws_instance" "other" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.16.1.11"
  vpc_security_group_ids = [aws_security_group.closed.id]
}
resource "aws_network_interface_sg_attachment" "other" { #before
  security_group_id    = aws_security_group.open.id #before
#afterresource "aws_network_interface_sg_attachment" "other" {
#after  security_group_id    = aws_security_group.more.id
  network_interface_id = aws_instance.other.primary_network_interface_id
}
