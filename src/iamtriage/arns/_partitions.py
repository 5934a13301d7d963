"""The partitions of AWS; not for their regions and endpoints.

A test compares the names with those of the installed botocore.
"""

from __future__ import annotations

# In the order in which AWS opened them.
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
