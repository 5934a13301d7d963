"""Migrate aws-auth to access entries: data, commands, and Terraform."""
