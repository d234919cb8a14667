# Peered VPCs, with tables that lead there and back, and one that does not.
resource "aws_vpc" "site" {
  for_each   = { app = "10.26.0.0/16", data = "10.27.0.0/16", tools = "10.28.0.0/16" }
  cidr_block = each.value
}
resource "aws_subnet" "site" {
  for_each   = aws_vpc.site
  vpc_id     = each.value.id
  cidr_block = cidrsubnet(each.value.cidr_block, 8, 1)
}
resource "aws_vpc_peering_connection" "data" {
  vpc_id      = aws_vpc.site["app"].id
  peer_vpc_id = aws_vpc.site["data"].id
  auto_accept = true
}
resource "aws_vpc_peering_connection" "tools" {
  vpc_id      = aws_vpc.site["tools"].id
  peer_vpc_id = aws_vpc.site["app"].id
}
resource "aws_vpc_peering_connection_accepter" "tools" {
  vpc_peering_connection_id = aws_vpc_peering_connection.tools.id
  auto_accept               = true
}
resource "aws_route" "to_data" {
  route_table_id            = aws_vpc.site["app"].main_route_table_id
  destination_cidr_block    = aws_vpc.site["data"].cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.data.id
}
resource "aws_route" "from_data" {
  route_table_id            = aws_vpc.site["data"].main_route_table_id
  destination_cidr_block    = aws_subnet.site["app"].cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection.data.id
}
resource "aws_route" "to_tools" {
  route_table_id            = aws_vpc.site["app"].main_route_table_id
  destination_cidr_block    = aws_vpc.site["tools"].cidr_block
  vpc_peering_connection_id = aws_vpc_peering_connection_accepter.tools.id
}
#after resource "aws_route" "from_tools" {
#after   route_table_id            = aws_vpc.site["tools"].main_route_table_id
#after   destination_cidr_block    = aws_vpc.site["app"].cidr_block
#after   vpc_peering_connection_id = aws_vpc_peering_connection.tools.id
#after }
resource "aws_security_group" "site" {
  for_each = aws_vpc.site
  name     = each.key
  vpc_id   = each.value.id
  ingress {
    protocol    = "tcp"
    from_port   = each.key == "data" ? 5432 : 80
    to_port     = each.key == "data" ? 5432 : 443
    cidr_blocks = ["10.24.0.0/13"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "site" {
  for_each               = aws_subnet.site
  ami                    = "ami-12c6146b"
  instance_type          = "t3.small"
  subnet_id              = each.value.id
  private_ip             = cidrhost(each.value.cidr_block, 10)
  vpc_security_group_ids = [aws_security_group.site[each.key].id]
}
