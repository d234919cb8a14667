# A module called twice by keys, with its outputs and variables.
module "site" {
  for_each = { one = "10.13.0.0/16", "two.b" = "10.14.0.0/16" }
  source   = "./site"
  block    = each.value
}
resource "aws_vpc_peering_connection" "both" {
  vpc_id      = module.site["one"].vpc_id
  peer_vpc_id = module.site["two.b"].vpc_id
  auto_accept = true
}
resource "aws_route" "there" {
  route_table_id            = module.site["one"].table_id
  destination_cidr_block    = "10.14.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.both.id
}
resource "aws_route" "back" {
  route_table_id            = module.site["two.b"].table_id
  destination_cidr_block    = "10.13.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.both.id
}
#file site/main.tf
variable "block" {}
resource "aws_vpc" "this" {
  cidr_block = var.block
}
module "hosts" {
  source = "./hosts"
  vpc_id = aws_vpc.this.id
  block  = cidrsubnet(var.block, 8, 1)
}
output "vpc_id" {
  value = aws_vpc.this.id
}
output "table_id" {
  value = module.hosts.table_id
}
#file site/hosts/main.tf
variable "vpc_id" {}
variable "block" {}
resource "aws_subnet" "this" {
  vpc_id     = var.vpc_id
  cidr_block = var.block
}
resource "aws_route_table" "this" {
  vpc_id = var.vpc_id
}
resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this.id
  route_table_id = aws_route_table.this.id
}
resource "aws_security_group" "this" {
  name   = "hosts"
  vpc_id = var.vpc_id
  ingress {
    protocol    = "tcp"
    from_port   = 443 #before
    to_port     = 443 #before
#after    from_port   = 80
#after    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "this" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.this.id
  private_ip             = cidrhost(var.block, 10)
  vpc_security_group_ids = [aws_security_group.this.id]
}
output "table_id" {
  value = aws_route_table.this.id
}
