"""Find the callers that messages name in words instead of by their ARN."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.services import service_name
from iamtriage.arns._principals import ServicePrincipal

# A name without brackets or a space can be that of a user.
_SERVICE_NAME = lazy_pattern(r"(?=\[.*\]\Z|\w+ )\[?((?:Amazon|AWS) ?[A-Z][A-Za-z0-9 ]{1,40})\]?")
_ROLE_IN_PROSE = lazy_pattern(
    r"\b(?i:irsa|iam|its|own|pod|controller) role (?:[(`'\"]|(?=[\w+=,.@-]{0,60}[A-Z0-9]))([A-Za-z][\w+=,.@]{0,40}[-_][\w+=,.@-]{1,40})(?<!\.)",
    re.ASCII,
)


def is_service_name(text: str | None) -> bool:
    """Return whether a message has the name of a service in place of the role that the service uses.

    >>> is_service_name("CodeBuild"), is_service_name("orders"), is_service_name(None)
    (True, False, False)
    """
    if not text or ":" in text or not text[0].isupper():
        return False
    from iamtriage._reading.readers.principals import SERVICE

    return re.fullmatch(SERVICE, text) is not None


def find_named_service(text: str | None) -> ServicePrincipal | None:
    """Return the service principal of a service whose name a message has in place of an ARN.

    >>> find_named_service("[AmazonConnect]"), find_named_service("AmazonReader")
    (ServicePrincipal(name='connect.amazonaws.com'), None)
    """
    found = _SERVICE_NAME.fullmatch(text or "")
    name = None if found is None else service_name(found[1])
    return None if name is None else ServicePrincipal(f"{name}.amazonaws.com")


def find_role_of_controller(text: str, account: str) -> str | None:
    """Return the ARN of the only role that a text about a controller in an account names in prose.

    >>> text = "failed to list hosted zones in cn-north-1: operation error Route 53, IRSA role `shop-dns`"
    >>> find_role_of_controller(text, "111122223333")
    'arn:aws-cn:iam::111122223333:role/shop-dns'
    """
    if " role " not in text:
        return None
    # Few texts name a role in prose.
    from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
    from iamtriage.explaining._context.readers.unique_values import stated_partition

    names = set(_ROLE_IN_PROSE.findall(text))
    if len(names) != 1 or find_controller(text) is None:
        return None
    return f"arn:{stated_partition(text) or 'aws'}:iam::{account}:role/{names.pop()}"
