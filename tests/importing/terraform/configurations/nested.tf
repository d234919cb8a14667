# Modules in modules, what may be made or not, and outputs that pass it on.
module "platform" {
  source  = "./platform"
  bastion = true #before
#after  bastion = false
}
#file platform/main.tf
variable "bastion" {}
module "vpc" {
  source = "./vpc"
}
module "bastion" {
  count     = var.bastion ? 1 : 0
  source    = "./host"
  vpc_id    = module.vpc.id
  subnet_id = module.vpc.subnet
  ip        = "10.31.1.9"
  peers     = ["203.0.113.0/24"]
}
module "app" {
  source    = "./host"
  vpc_id    = module.vpc.id
  subnet_id = module.vpc.subnet
  ip        = "10.31.1.10"
  peers     = ["10.31.0.0/16"]
}
resource "aws_vpc_security_group_ingress_rule" "from_bastion" {
  count                        = var.bastion ? 1 : 0
  security_group_id            = module.app.group
  referenced_security_group_id = one(module.bastion[*].group)
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
}
#file platform/vpc/main.tf
resource "aws_vpc" "this" {
  cidr_block = "10.31.0.0/16"
}
resource "aws_internet_gateway" "this" {
  count  = 1
  vpc_id = aws_vpc.this.id
}
resource "aws_subnet" "this" {
  count                   = 1
  vpc_id                  = aws_vpc.this.id
  cidr_block              = "10.31.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_route" "out" {
  count                  = 1
  route_table_id         = aws_vpc.this.main_route_table_id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = one(aws_internet_gateway.this[*].id)
}
output "id" {
  value = aws_vpc.this.id
}
output "subnet" {
  value = try(aws_subnet.this[0].id, null)
}
#file platform/host/main.tf
variable "vpc_id" {}
variable "subnet_id" {}
variable "ip" {}
variable "peers" {}
resource "aws_security_group" "this" {
  vpc_id = var.vpc_id
}
resource "aws_vpc_security_group_ingress_rule" "ssh" {
  for_each          = toset(var.peers)
  security_group_id = aws_security_group.this.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = each.value
}
resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.this.id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_instance" "this" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = var.subnet_id
  private_ip             = var.ip
  vpc_security_group_ids = [aws_security_group.this.id]
}
output "group" {
  value = aws_security_group.this.id
}
