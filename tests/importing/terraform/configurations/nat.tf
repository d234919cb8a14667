# A NAT gateway and a table for each zone, as modules of the registry make them.
variable "single" {
  default = false
}
resource "aws_vpc" "main" {
  cidr_block = "10.11.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "public" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.11.${count.index}.0/24"
}
resource "aws_subnet" "private" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.11.1${count.index}.0/24"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
}
resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table" "private" {
  count  = var.single ? 1 : 2
  vpc_id = aws_vpc.main.id
}
resource "aws_eip" "nat" {
  count  = 2
  domain = "vpc"
}
resource "aws_nat_gateway" "main" {
  count         = 2
  allocation_id = element(aws_eip.nat[*].id, var.single ? 0 : count.index)
  subnet_id     = element(aws_subnet.public[*].id, var.single ? 0 : count.index)
}
resource "aws_route" "private" {
  count                  = 2
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.main[*].id, count.index)
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = element(aws_subnet.private[*].id, count.index)
  route_table_id = element(aws_route_table.private[*].id, var.single ? 0 : count.index)
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 443 #before
    to_port     = 443 #before
#after    from_port   = 80
#after    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "app" {
  count                  = 2
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.private[count.index].id
  private_ip             = "10.11.1${count.index}.10"
  vpc_security_group_ids = [aws_security_group.app.id]
}
