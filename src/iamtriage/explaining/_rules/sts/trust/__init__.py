"""Compare calls that assume a role with its trust policy, and correct the policy."""
