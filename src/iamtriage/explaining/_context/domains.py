"""Know the domains of AWS: what the names of its hosts and services end with."""

from __future__ import annotations


def find_domain(partition: str) -> str:
    """Return the domain of the hosts and services of a partition with the public Regions.

    >>> find_domain("aws"), find_domain("aws-cn")
    ('amazonaws.com', 'amazonaws.com.cn')
    """
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def is_of_aws(name: str) -> bool:
    """Return whether a name is that of a host or service of AWS.

    >>> is_of_aws("sts.amazonaws.com"), is_of_aws("sts.example.com")
    (True, False)
    """
    return name.endswith((".amazonaws.com", ".amazonaws.com.cn"))
