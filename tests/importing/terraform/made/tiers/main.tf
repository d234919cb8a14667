terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
# style 1: flat, for_each over a map of subnets, dynamic ingress, inline rules
locals {
  subnets = {
    web-a = { cidr = "10.30.0.0/24", az = "eu-west-1a", public = true }
    web-b = { cidr = "10.30.1.0/24", az = "eu-west-1b", public = true }
    app-a = { cidr = "10.30.10.0/24", az = "eu-west-1a", public = false }
    app-b = { cidr = "10.30.11.0/24", az = "eu-west-1b", public = false }
  }
  rules = [{ port = 80 }, { port = 443 }]
}
resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
  tags       = { Name = "two" }
}
resource "aws_subnet" "this" {
  for_each                = local.subnets
  vpc_id                  = aws_vpc.main.id
  cidr_block              = each.value.cidr
  availability_zone       = each.value.az
  map_public_ip_on_launch = each.value.public
  tags                    = { Name = each.key }
}
resource "aws_internet_gateway" "gw" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.gw.id
  }
}
resource "aws_route_table_association" "public" {
  for_each       = { for k, v in local.subnets : k => v if v.public }
  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = local.rules
    content {
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.30.0.0/24"]
  }
}
resource "aws_instance" "web" {
  for_each               = toset(["web-a", "web-b"])
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.this[each.key].id
  vpc_security_group_ids = [aws_security_group.web.id]
  tags                   = { Name = "host-${each.key}" }
}
resource "aws_instance" "app" {
  count                  = 2
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  subnet_id              = [aws_subnet.this["app-a"].id, aws_subnet.this["app-b"].id][count.index]
  vpc_security_group_ids = [aws_security_group.app.id]
  tags                   = { Name = "app-${count.index}" }
}
# autoscaling behind NLB
resource "aws_launch_template" "lt" {
  name_prefix            = "launch"
  image_id               = "ami-12345678"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_autoscaling_group" "asg" {
  name                = "asg"
  min_size            = 1
  max_size            = 2
  vpc_zone_identifier = [for k, s in aws_subnet.this : s.id if !local.subnets[k].public]
  target_group_arns   = [aws_lb_target_group.tcp.arn]
  launch_template {
    id      = aws_launch_template.lt.id
    version = "$Latest"
  }
}
resource "aws_lb" "nlb" {
  name               = "nlb"
  internal           = true
  load_balancer_type = "network"
  subnets            = [aws_subnet.this["web-a"].id, aws_subnet.this["web-b"].id]
}
resource "aws_lb_target_group" "tcp" {
  name     = "tcp"
  port     = 8080
  protocol = "TCP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_listener" "tcp" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 8080
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tcp.arn
  }
}
# peering with a second vpc, with a cache in it
resource "aws_vpc" "data" {
  cidr_block = "10.31.0.0/16"
}
resource "aws_subnet" "data" {
  count      = 2
  vpc_id     = aws_vpc.data.id
  cidr_block = cidrsubnet(aws_vpc.data.cidr_block, 8, count.index)
}
resource "aws_vpc_peering_connection" "pc" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.data.id
  auto_accept = true
}
resource "aws_route" "to_data" {
  route_table_id            = aws_vpc.main.main_route_table_id
  destination_cidr_block    = aws_vpc.data.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.pc.id
}
resource "aws_route" "from_data" {
  route_table_id            = aws_vpc.data.main_route_table_id
  destination_cidr_block    = aws_vpc.main.cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.pc.id
}
resource "aws_security_group" "cache" {
  name   = "cache"
  vpc_id = aws_vpc.data.id
}
resource "aws_security_group_rule" "cache" {
  for_each          = toset([for k, v in local.subnets : v.cidr if !v.public])
  type              = "ingress"
  security_group_id = aws_security_group.cache.id
  from_port         = 6379
  to_port           = 6379
  protocol          = "tcp"
  cidr_blocks       = [each.value]
}
resource "aws_elasticache_subnet_group" "cache" {
  name       = "cache"
  subnet_ids = aws_subnet.data[*].id
}
resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "cache"
  description          = "x"
  node_type            = "cache.t3.micro"
  num_cache_clusters   = 1
  subnet_group_name    = aws_elasticache_subnet_group.cache.name
  security_group_ids   = [aws_security_group.cache.id]
}
# eks
resource "aws_eks_cluster" "eks" {
  name     = "eks"
  role_arn = "arn:aws:iam::123456789012:role/x"
  vpc_config {
    subnet_ids         = [aws_subnet.this["app-a"].id, aws_subnet.this["app-b"].id]
    security_group_ids = [aws_security_group.app.id]
  }
}
resource "aws_lambda_function" "out" {
  function_name = "out"
  role          = "arn:aws:iam::123456789012:role/x"
  handler       = "x.y"
  runtime       = "python3.12"
  filename      = "${path.module}/main.tf"
}
resource "aws_lambda_alias" "dev" {
  name             = "dev"
  function_name    = aws_lambda_function.out.arn
  function_version = "$LATEST"
}
