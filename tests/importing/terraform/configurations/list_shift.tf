# A list by count: an entry put first moves all others by one place, and the effect is that of one entry.
locals {
  allowed = ["10.21.2.0/24", "10.21.3.0/24"] #before
#after  allowed = ["10.21.1.0/24", "10.21.2.0/24", "10.21.3.0/24"]
}
resource "aws_vpc" "main" {
  cidr_block = "10.21.0.0/16"
}
resource "aws_subnet" "a" {
  count      = 3
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.21.${count.index + 1}.0/24"
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group_rule" "in" {
  count             = length(local.allowed)
  type              = "ingress"
  security_group_id = aws_security_group.app.id
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = [local.allowed[count.index]]
}
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.app.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"]
}
resource "aws_instance" "app" {
  count                  = 3
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a[count.index].id
  private_ip             = cidrhost(aws_subnet.a[count.index].cidr_block, 10)
  vpc_security_group_ids = [aws_security_group.app.id]
}
