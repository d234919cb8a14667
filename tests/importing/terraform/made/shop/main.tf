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
module "vpc" {
  source             = "./vpc"
  name               = "shop"
  cidr               = "10.20.0.0/16"
  azs                = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  public_subnets     = ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
  private_subnets    = ["10.20.10.0/24", "10.20.11.0/24", "10.20.12.0/24"]
  database_subnets   = ["10.20.20.0/24", "10.20.21.0/24", "10.20.22.0/24"]
  single_nat_gateway = true
}
module "alb_sg" {
  source       = "./sg"
  name         = "alb"
  vpc_id       = module.vpc.vpc_id
  ingress_cidr = { https = { port = 443, cidr = "0.0.0.0/0" } }
}
module "app_sg" {
  source     = "./sg"
  name       = "app"
  vpc_id     = module.vpc.vpc_id
  ingress_sg = { alb = { port = 8080, sg = module.alb_sg.id } }
}
module "lambda_sg" {
  source = "./sg"
  name   = "lambda"
  vpc_id = module.vpc.vpc_id
}
module "db_sg" {
  source = "./sg"
  name   = "db"
  vpc_id = module.vpc.vpc_id
  ingress_sg = {
    app    = { port = 5432, sg = module.app_sg.id }
    lambda = { port = 5432, sg = module.lambda_sg.id }
  }
  egress_all = false
}
module "app" {
  source          = "./app"
  vpc_id          = module.vpc.vpc_id
  public_subnets  = module.vpc.public_subnets
  private_subnets = module.vpc.private_subnets
  db_subnet_group = module.vpc.database_subnet_group
  alb_sg          = module.alb_sg.id
  app_sg          = module.app_sg.id
  db_sg           = module.db_sg.id
  lambda_sg       = module.lambda_sg.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = module.vpc.vpc_id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = concat(module.vpc.private_route_table_ids, module.vpc.database_route_table_ids)
}
