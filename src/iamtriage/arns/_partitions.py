"""List the AWS partitions. A test compares the names with the installed botocore."""

from __future__ import annotations

# Ordered by when AWS opened them.
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
