"""Parse the user names of service accounts, also those with masked parts."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.shared import commands

MASK = lazy_pattern(r"\*{2}|<[^<>]{0,60}>|\[[^\[\]]{0,60}\]|…|\.\.\.|(?<!\w)[xX]{3,}(?!\w)|REDACTED|\$\{")
"""What people write instead of a name."""
_USER = lazy_pattern(
    r"system:serviceaccount:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
)
# A mask can stand for both names.
_MASKED_USER = lazy_pattern(r"system:serviceaccount:([^\s:]{1,63})(?::([^\s:]{1,253}))?")
_UNKNOWN_NAMESPACE, _UNKNOWN_NAME = "SERVICE_ACCOUNT_NAMESPACE", "SERVICE_ACCOUNT"


def parse_service_account(user: str | None) -> Subject | None:
    """Return the service account that a user name denotes, with placeholders for what is masked.

    >>> parse_service_account("system:serviceaccount:shop:cart")
    Subject(kind='ServiceAccount', name='cart', namespace='shop')
    >>> parse_service_account("system:serviceaccount:***:cart")
    Subject(kind='ServiceAccount', name='cart', namespace='SERVICE_ACCOUNT_NAMESPACE')
    >>> parse_service_account("system:serviceaccount:[masked]-cart").name
    'SERVICE_ACCOUNT'
    >>> parse_service_account("system:serviceaccounts"), parse_service_account("system:serviceaccount:Shop:cart")
    (None, None)
    """
    found = _USER.fullmatch(user or "")
    if found is not None:
        return Subject("ServiceAccount", found[2], found[1])
    masked = _MASKED_USER.fullmatch(user or "")
    if masked is None or MASK.search(masked[0]) is None:
        return None
    namespace, name = (None if part is None or MASK.search(part) else part for part in masked.groups())
    return Subject("ServiceAccount", name or _UNKNOWN_NAME, namespace or _UNKNOWN_NAMESPACE)


def describe_service_account(account: Subject) -> str:
    """Return a service account in words, without a masked namespace.

    >>> describe_service_account(Subject("ServiceAccount", "cart", "shop"))
    'the service account shop/cart'
    >>> describe_service_account(Subject("ServiceAccount", "cart", "SERVICE_ACCOUNT_NAMESPACE"))
    'the service account cart'
    """
    if account.name == _UNKNOWN_NAME:
        return "the service account"
    where = "" if account.namespace == _UNKNOWN_NAMESPACE else f"{account.namespace}/"
    return f"the service account {where}{account.name}"


def namespace_argument(account: Subject) -> str:
    """Return the namespace of a service account as a command argument, or a placeholder."""
    is_unknown = account.namespace == _UNKNOWN_NAMESPACE
    return _UNKNOWN_NAMESPACE if is_unknown else commands.namespace(account.namespace)
