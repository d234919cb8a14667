# A table that takes the place of the main one.
resource "aws_vpc" "main" {
  cidr_block = "10.17.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0" #before
#after    cidr_block = "203.0.113.0/24"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_main_route_table_association" "main" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.public.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.17.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_instance" "a" {
  ami           = "ami-12c6146b"
  instance_type = "t3.small"
  subnet_id     = aws_subnet.a.id
  private_ip    = "10.17.1.10"
}
