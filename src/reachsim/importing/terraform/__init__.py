"""Terraform's plans and states. So far only the addresses of what is in them; no command reads them yet."""
