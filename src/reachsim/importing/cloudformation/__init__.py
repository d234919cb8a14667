"""CloudFormation templates. So far only the values in them, as far as a template alone tells; no command reads them yet."""
