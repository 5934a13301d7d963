"""Replace the ``{{…}}`` variables of usernames and groups.

The authenticator replaces exact spellings only, and leaves everything else unchanged: see ``pkg/server`` of
kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

import re

__all__ = (
    "ACCESS_KEY_ID",
    "ACCOUNT_ID",
    "INSTANCE_ID",
    "PRIVATE_DNS_NAME",
    "SESSION_NAME",
    "SESSION_NAME_RAW",
    "VARIABLES",
    "find_variables",
    "replace_variables",
)

ACCOUNT_ID = "AccountID"
SESSION_NAME = "SessionName"
SESSION_NAME_RAW = "SessionNameRaw"
ACCESS_KEY_ID = "AccessKeyID"
PRIVATE_DNS_NAME = "EC2PrivateDNSName"
VARIABLES = (ACCOUNT_ID, SESSION_NAME, SESSION_NAME_RAW, ACCESS_KEY_ID, PRIVATE_DNS_NAME)
# A session name that the authenticator accepts as an instance ID, to look up the host name in EC2.
INSTANCE_ID = re.compile(r"i-(?:\w{8}|\w{17})", re.ASCII)

_VARIABLE = re.compile(r"\{\{([^{}\n]{0,100})\}\}")


def find_variables(text: str) -> tuple[str, ...]:
    """Return the texts between double braces, as written.

    >>> find_variables("system:node:{{EC2PrivateDNSName}} {{ Foo }}")
    ('EC2PrivateDNSName', ' Foo ')
    """
    return tuple(_VARIABLE.findall(text))


def replace_variables(text: str, values: dict[str, str]) -> str:
    """Replace the variables that have a value; others stay as written.

    >>> replace_variables("{{AccountID}}:{{SessionName}}:{{accountid}}", {"AccountID": "111122223333"})
    '111122223333:{{SessionName}}:{{accountid}}'
    """
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)
