"""Parse and edit the YAML of aws-auth in place."""
