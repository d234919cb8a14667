# A module with for_each, of which other resources go over the outputs.
module "net" {
  for_each = { x = "10.29.0.0/16", y = "10.30.0.0/16" }
  source   = "./net"
  block    = each.value
}
resource "aws_instance" "inside" {
  for_each               = module.net
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = each.value.private
  private_ip             = each.key == "x" ? "10.29.1.10" : "10.30.1.10"
  vpc_security_group_ids = [each.value.group]
}
resource "aws_instance" "edge" {
  for_each                    = module.net
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id                   = each.value.public
  private_ip                  = each.key == "x" ? "10.29.0.10" : "10.30.0.10"
  associate_public_ip_address = true
  vpc_security_group_ids      = [each.value.group]
}
resource "aws_route" "out" {
  for_each               = module.net
  route_table_id         = each.value.table
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = each.value.gateway
}
#file net/main.tf
variable "block" {}
resource "aws_vpc" "this" {
  cidr_block = var.block
}
resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.block, 8, 0)
}
resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.block, 8, 1)
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "private" {
  subnet_id      = aws_subnet.private.id
  route_table_id = aws_route_table.private.id #before
#after  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "this" {
  name   = "all"
  vpc_id = aws_vpc.this.id
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
output "private" {
  value = aws_subnet.private.id
}
output "public" {
  value = aws_subnet.public.id
}
output "table" {
  value = aws_route_table.public.id
}
output "gateway" {
  value = aws_internet_gateway.this.id
}
output "group" {
  value = aws_security_group.this.id
}
