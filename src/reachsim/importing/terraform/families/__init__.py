"""Terraform's resources as objects of AWS's APIs, one module for each family."""
