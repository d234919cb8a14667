# Ids through locals, of which a plan keeps no expression.
locals {
  vpc_id = aws_vpc.main.id
  groups = { app = aws_security_group.app.id, db = aws_security_group.db.id } #not1
#twin1  groups = { db = aws_security_group.app.id, app = aws_security_group.db.id }
  subnet = aws_subnet.only.id
}
resource "aws_vpc" "main" {
  cidr_block = "10.5.0.0/16"
}
resource "aws_subnet" "only" {
  vpc_id     = local.vpc_id
  cidr_block = "10.5.1.0/24"
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = local.vpc_id
}
resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = local.vpc_id
}
resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.app.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"]
}
resource "aws_security_group_rule" "db" {
  type                     = "ingress"
  security_group_id        = aws_security_group.db.id
  source_security_group_id = local.groups["app"]
  protocol                 = "tcp"
  from_port                = 5432 #before
  to_port                  = 5432 #before
#after  from_port                = 80
#after  to_port                  = 443
}
resource "aws_instance" "app" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = local.subnet
  private_ip             = "10.5.1.10"
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_instance" "db" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = local.subnet
  private_ip             = "10.5.1.11"
  vpc_security_group_ids = [aws_security_group.db.id]
}
