variable "vpc_id" {}
variable "public_subnets" {}
variable "private_subnets" {}
variable "db_subnet_group" {}
variable "alb_sg" {}
variable "app_sg" {}
variable "db_sg" {}
variable "lambda_sg" {}
resource "aws_lb" "this" {
  name               = "shop"
  load_balancer_type = "application"
  subnets            = var.public_subnets
  security_groups    = [var.alb_sg]
}
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id
}
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/x"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
resource "aws_ecs_cluster" "this" { name = "shop" }
resource "aws_ecs_service" "app" {
  name            = "app"
  cluster         = aws_ecs_cluster.this.id
  task_definition = "app:1"
  desired_count   = 2
  launch_type     = "FARGATE"
  network_configuration {
    subnets          = var.private_subnets
    security_groups  = [var.app_sg]
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 8080
  }
}
resource "aws_db_instance" "db" {
  identifier             = "shop"
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  allocated_storage      = 20
  username               = "x"
  password               = "hunter2hunter2"
  db_subnet_group_name   = var.db_subnet_group
  vpc_security_group_ids = [var.db_sg]
  skip_final_snapshot    = true
}
resource "aws_lambda_function" "job" {
  function_name = "job"
  role          = "arn:aws:iam::123456789012:role/x"
  handler       = "x.y"
  runtime       = "python3.12"
  filename      = "${path.module}/main.tf"
  publish       = true
  vpc_config {
    subnet_ids         = var.private_subnets
    security_group_ids = [var.lambda_sg]
  }
}
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.job.function_name
  function_version = aws_lambda_function.job.version
}
