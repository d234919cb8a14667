# Ports, protocols and types in every spelling.
resource "aws_vpc" "main" {
  cidr_block = "10.20.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.20.1.0/24"
}
resource "aws_security_group" "odd" {
  name   = "odd"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 0 #before
    to_port     = 0 #before
#after    from_port   = 80
#after    to_port     = 80
    cidr_blocks = ["10.20.0.0/16"]
  }
  ingress {
    protocol    = "icmp"
    from_port   = 8
    to_port     = -1
    cidr_blocks = ["10.20.0.0/16"]
  }
  ingress {
    protocol    = "17"
    from_port   = 53
    to_port     = 53
    cidr_blocks = ["10.20.0.0/16"]
  }
}
resource "aws_security_group" "all" {
  name   = "all"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "all"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.20.0.0/16"]
  }
  egress {
    protocol    = "all"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.20.0.0/16"]
  }
}
resource "aws_instance" "odd" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.20.1.10"
  vpc_security_group_ids = [aws_security_group.odd.id]
}
resource "aws_instance" "all" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.20.1.11"
  vpc_security_group_ids = [aws_security_group.all.id]
}
