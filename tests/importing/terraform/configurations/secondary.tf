# A second block of a VPC, and a transit gateway between two VPCs with its default table.
resource "aws_vpc" "a" {
  cidr_block = "10.23.0.0/16"
}
resource "aws_vpc_ipv4_cidr_block_association" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "100.64.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc_ipv4_cidr_block_association.a.vpc_id
  cidr_block = "100.64.1.0/24"
}
resource "aws_vpc" "b" {
  cidr_block = "10.24.0.0/16"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.b.id
  cidr_block = "10.24.1.0/24"
}
resource "aws_ec2_transit_gateway" "main" {
}
resource "aws_ec2_transit_gateway_vpc_attachment" "a" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.a.id
  subnet_ids         = [aws_subnet.a.id]
}
resource "aws_ec2_transit_gateway_vpc_attachment" "b" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.b.id
  subnet_ids         = [aws_subnet.b.id]
}
resource "aws_route" "a" {
  route_table_id         = aws_vpc.a.main_route_table_id
  destination_cidr_block = "10.24.0.0/16"
  transit_gateway_id     = aws_ec2_transit_gateway_vpc_attachment.a.transit_gateway_id
}
resource "aws_route" "b" {
  route_table_id         = aws_vpc.b.main_route_table_id
  destination_cidr_block = "100.64.0.0/16"
  transit_gateway_id     = aws_ec2_transit_gateway_vpc_attachment.b.transit_gateway_id
}
resource "aws_security_group" "b" {
  name   = "b"
  vpc_id = aws_vpc.b.id
  ingress {
    protocol    = "tcp"
    from_port   = 443 #before
    to_port     = 443 #before
#after    from_port   = 22
#after    to_port     = 22
    cidr_blocks = ["100.64.0.0/16"]
  }
}
resource "aws_instance" "a" {
  ami           = "ami-12c6146b"
  instance_type = "t3.small"
  subnet_id     = aws_subnet.a.id
  private_ip    = "100.64.1.10"
}
resource "aws_instance" "b" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.b.id
  private_ip             = "10.24.1.10"
  vpc_security_group_ids = [aws_security_group.b.id]
}
