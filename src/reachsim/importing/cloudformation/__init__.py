"""CloudFormation templates. So far only the values in them, evaluated as far as a template alone allows; no command reads them yet."""
