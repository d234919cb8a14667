# Lists that have more than their expression names: what stands there as text, a plan does not keep.
resource "aws_vpc" "main" {
  cidr_block = "10.22.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.22.1.0/24"
}
resource "aws_security_group" "app" {
  count  = 2
  name   = "app ${count.index}"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80 + count.index
    to_port     = 80 + count.index
    cidr_blocks = ["10.22.0.0/16"] #before
#after    cidr_blocks = ["10.22.1.10/32"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "all" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.22.1.10"
  vpc_security_group_ids = aws_security_group.app[*].id #not12
#twin1  vpc_security_group_ids = slice(aws_security_group.app[*].id, 1, 2)
#twin2  vpc_security_group_ids = concat(aws_security_group.app[*].id, ["sg-0123456789abcdef0"])
}
resource "aws_instance" "one" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  private_ip             = "10.22.1.11"
  vpc_security_group_ids = [aws_security_group.app[1].id]
}
