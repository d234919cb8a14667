variable "name" {}
variable "vpc_id" {}
variable "ingress_cidr" { default = {} }
variable "ingress_sg" { default = {} }
variable "egress_all" { default = true }
resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  vpc_id      = var.vpc_id
  lifecycle { create_before_destroy = true }
}
resource "aws_vpc_security_group_ingress_rule" "cidr" {
  for_each          = var.ingress_cidr
  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}
resource "aws_vpc_security_group_ingress_rule" "sg" {
  for_each                     = var.ingress_sg
  security_group_id            = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.sg
}
resource "aws_vpc_security_group_egress_rule" "all" {
  count             = var.egress_all ? 1 : 0
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
output "id" { value = aws_security_group.this.id }
