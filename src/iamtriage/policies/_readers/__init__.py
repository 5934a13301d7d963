"""Read policies from what AWS APIs and Terraform return."""
