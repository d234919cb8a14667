# Outputs of a module by a key that is computed: a plan loses the name of the output.
module "network" {
  for_each = toset(["x", "y"])
  source   = "./network"
  block    = each.key == "x" ? "10.18.0.0/16" : "10.19.0.0/16"
}
resource "aws_security_group" "app" {
  for_each = module.network
  name     = "app"
  vpc_id   = each.value.vpc_id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    protocol        = "tcp"
    from_port       = 443 #before
    to_port         = 443 #before
#after    from_port       = 8080
#after    to_port         = 8080
    security_groups = [module.network[each.key].edge] #not1
#twin1    security_groups = [module.network[each.key].inner]
  }
}
resource "aws_instance" "app" {
  for_each               = toset(["x", "y"])
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = module.network[each.key].subnet_id
  private_ip             = each.key == "x" ? "10.18.1.10" : "10.19.1.10"
  vpc_security_group_ids = [aws_security_group.app[each.key].id]
}
resource "aws_instance" "edge" {
  for_each               = toset(["x", "y"])
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = module.network[each.key].subnet_id
  private_ip             = each.key == "x" ? "10.18.1.11" : "10.19.1.11"
  vpc_security_group_ids = [module.network[each.key].edge] #not2
#twin2  vpc_security_group_ids = [module.network[each.key].edge, "sg-0123456789abcdef0"]
}
#file network/main.tf
variable "block" {}
resource "aws_vpc" "this" {
  cidr_block = var.block
}
resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.block, 8, 1)
}
resource "aws_security_group" "edge" {
  name   = "edge"
  vpc_id = aws_vpc.this.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "inner" {
  name   = "inner"
  vpc_id = aws_vpc.this.id
}
output "vpc_id" {
  value = aws_vpc.this.id
}
output "subnet_id" {
  value = aws_subnet.this.id
}
output "edge" {
  value = aws_security_group.edge.id
}
output "inner" {
  value = aws_security_group.inner.id
}
