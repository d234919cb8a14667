# Whole lists and parts of them: which is which, a plan does not tell.
resource "aws_vpc" "main" {
  cidr_block = "10.6.0.0/16"
}
resource "aws_subnet" "app" {
  count      = 3
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.6.${count.index}.0/24"
}
resource "aws_network_acl" "closed" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = slice(aws_subnet.app[*].id, 1, 3) #not12
#twin1  subnet_ids = slice(aws_subnet.app[*].id, 0, 0)
#twin2  subnet_ids = slice(aws_subnet.app[*].id, 2, 3)
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443 #before
    to_port     = 443 #before
#after    from_port   = 80
#after    to_port     = 80
    cidr_blocks = aws_subnet.app[*].cidr_block
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "app" {
  count                  = 3
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = element(aws_subnet.app[*].id, count.index + 1)
  vpc_security_group_ids = [aws_security_group.app.id]
}
