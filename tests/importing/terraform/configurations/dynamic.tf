# Dynamic blocks: a plan has their values and not what they refer to.
locals {
  allowed = { 443 = "0.0.0.0/0", 22 = "203.0.113.0/24" } #before
#after  allowed = { 80 = "0.0.0.0/0", 22 = "203.0.113.0/24" }
}
resource "aws_vpc" "main" {
  cidr_block = "10.8.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.8.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
  dynamic "route" {
    for_each = ["0.0.0.0/0"]
    content {
      cidr_block = route.value
      gateway_id = aws_internet_gateway.main.id
    }
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "bastion" {
  name   = "bastion"
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = local.allowed
    content {
      protocol    = "tcp"
      from_port   = ingress.key
      to_port     = ingress.key
      cidr_blocks = [ingress.value]
    }
  }
  dynamic "ingress" {
    for_each = [8080, 8081]
    content {
      protocol        = "tcp"
      from_port       = ingress.value
      to_port         = ingress.value
      security_groups = ingress.value == 8080 ? [aws_security_group.bastion.id] : [aws_security_group.other.id] #not1
#twin1      security_groups = ingress.value == 8081 ? [aws_security_group.bastion.id] : [aws_security_group.other.id]
    }
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "other" {
  name   = "other"
  vpc_id = aws_vpc.main.id
}
resource "aws_instance" "bastion" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.8.1.10"
  vpc_security_group_ids = [aws_security_group.bastion.id]
}
resource "aws_instance" "app" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.8.1.11"
  vpc_security_group_ids = [aws_security_group.app.id]
}
