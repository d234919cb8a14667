# Conditions on what is known: a resource that is not there, a link that is null for some keys.
variable "public" {
  default = true
}
resource "aws_vpc" "main" {
  cidr_block = "10.7.0.0/16"
}
resource "aws_internet_gateway" "main" {
  count  = var.public ? 1 : 0
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.7.1.0/24"
  map_public_ip_on_launch = var.public
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "out" {
  count                  = var.public ? 1 : 0 #before
#after  count                  = 0
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main[0].id
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = var.public ? aws_route_table.a.id : aws_vpc.main.main_route_table_id #not1
#twin1  route_table_id = !var.public ? aws_route_table.a.id : aws_vpc.main.main_route_table_id
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group_rule" "app" {
  for_each                 = { self = 2380, all = 443 }
  type                     = "ingress"
  security_group_id        = aws_security_group.app.id
  protocol                 = "tcp"
  from_port                = each.value
  to_port                  = each.value
  self                     = each.key == "self" ? true : null
  cidr_blocks              = each.key == "self" ? null : ["0.0.0.0/0"]
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
  count                  = 2
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.7.1.1${count.index}"
  vpc_security_group_ids = [aws_security_group.app.id]
}
