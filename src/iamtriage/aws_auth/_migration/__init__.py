"""Turn aws-auth into access entries, as data, commands and Terraform."""
