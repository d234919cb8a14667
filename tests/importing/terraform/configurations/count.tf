# Two of each by count, each with the one of the same index.
resource "aws_vpc" "main" {
  cidr_block = "10.3.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "app" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}
resource "aws_route_table" "app" {
  count  = 2
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "out" {
  route_table_id         = aws_route_table.app[0].id #before
#after  route_table_id         = aws_route_table.app[1].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table_association" "app" {
  count          = 2
  subnet_id      = aws_subnet.app[count.index].id #not1
#twin1  subnet_id      = aws_subnet.app[(count.index + 1) % 2].id
  route_table_id = aws_route_table.app[count.index].id
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 443
    to_port   = 443
    self      = true
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "app" {
  count                       = 2
  ami                         = "ami-12c6146b"
  instance_type               = "t3.small"
  subnet_id                   = aws_subnet.app[count.index].id
  private_ip                  = cidrhost(aws_subnet.app[count.index].cidr_block, 10)
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.app.id]
}
