"""CloudFormation templates: their values, evaluated as far as a template alone allows."""
