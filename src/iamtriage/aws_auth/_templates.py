"""The ``{{…}}`` variables of user names and groups, as the authenticator replaces them; not for who it is.

Source: ``pkg/server`` of kubernetes-sigs/aws-iam-authenticator, which replaces exact spellings and
leaves everything else as it is written.
"""

from __future__ import annotations

import re

__all__ = ("INSTANCE_ID", "PRIVATE_DNS_NAME", "VARIABLES", "render", "variables_in")

ACCOUNT_ID = "AccountID"
SESSION_NAME = "SessionName"
SESSION_NAME_RAW = "SessionNameRaw"
ACCESS_KEY_ID = "AccessKeyID"
PRIVATE_DNS_NAME = "EC2PrivateDNSName"
VARIABLES = (ACCOUNT_ID, SESSION_NAME, SESSION_NAME_RAW, ACCESS_KEY_ID, PRIVATE_DNS_NAME)
# A session name that the authenticator takes for an instance id when it asks EC2 for the host name.
INSTANCE_ID = re.compile(r"i-(?:\w{8}|\w{17})", re.ASCII)

_ANY = re.compile(r"\{\{([^{}\n]{0,100})\}\}")


def variables_in(text: str) -> tuple[str, ...]:
    """Give what stands between double braces, as written.

    >>> variables_in("system:node:{{EC2PrivateDNSName}} {{ Foo }}")
    ('EC2PrivateDNSName', ' Foo ')
    """
    return tuple(_ANY.findall(text))


def render(text: str, values: dict[str, str]) -> str:
    """Replace the variables that have a value; others stay as written.

    >>> render("{{AccountID}}:{{SessionName}}:{{accountid}}", {"AccountID": "111122223333"})
    '111122223333:{{SessionName}}:{{accountid}}'
    """
    return _ANY.sub(lambda m: values.get(m[1], m[0]), text)
