"""Check names and paths against IAM's rules.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html and the patterns in the
API references of IAM and STS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_text

if TYPE_CHECKING:
    from typing import NoReturn

ACCOUNT = lazy_pattern(r"[0-9]{12}")
ACCOUNT_IN_TEXT = lazy_pattern(r"(?<![\w-])[0-9]{12}(?![\w-])", re.ASCII)
"""An account ID that is not a part of a longer word or number."""
# https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_PermissionSet.html
PERMISSION_SET = lazy_pattern(r"[A-Za-z0-9_+=,.@-]{1,32}")

# The minimum and maximum number of characters in a name.
NAME_LENGTHS = {
    "role": (1, 64),
    "user": (1, 64),
    "instance profile": (1, 128),
    "role session": (2, 64),
    "federated user": (2, 32),
}
# "policy arn:aws:iam::111122223333:policy/apps" and "instance profile web" in denials of IAM.
_TYPES = frozenset({"group", "instance profile", "mfa", "policy", "role", "server certificate", "user"})
_MAX_PATH_LENGTH = 512
_UNIQUE_ID = lazy_pattern(r"A(?:ROA|IDA|GPA|NPA)[A-Z0-9]{12,124}")
_INVALID_IN_NAMES = lazy_pattern(r"[^A-Za-z0-9_+=,.@-]")
_INVALID_IN_PATHS = lazy_pattern(r"[^\x21-\x7e]")


def strip_type(resource: str) -> str:
    """Return the ARN after the type that denials of IAM name before it, and any other resource as it is.

    >>> strip_type("policy arn:aws:iam::111122223333:policy/apps/orders"), strip_type("role app")
    ('arn:aws:iam::111122223333:policy/apps/orders', 'role app')
    """
    kind, separator, rest = resource.partition(" arn:")
    return f"arn:{rest}" if separator and kind in _TYPES else resource


def is_unique_id(value: str) -> bool:
    """Return whether a principal of a policy is the unique ID that IAM shows for a deleted one.

    >>> is_unique_id("AROAEXAMPLEEXAMPLE12"), is_unique_id("111122223333")
    (True, False)
    """
    return _UNIQUE_ID.fullmatch(value) is not None


def check_name(name: str, noun: str, text: str, start: int) -> None:
    """Check the name of an IAM entity.

    Args:
        name: The name.
        noun: A key of ``NAME_LENGTHS``.
        text: The text that contains the name, for the error.
        start: The position of the name in the text.

    Raises:
        InvalidArnError: IAM would reject the name.
    """
    invalid = _INVALID_IN_NAMES.search(name)
    if invalid:
        reason = f"{noun} names can contain only A-Z, a-z, 0-9 and _+=,.@-, not {invalid[0]!r}"
        raise_invalid_arn(reason, text, start + invalid.start())
    if not name:
        raise_invalid_arn(f"the {noun} name is missing", text, start)
    minimum, maximum = NAME_LENGTHS[noun]
    if not minimum <= len(name) <= maximum:
        reason = f"{noun} names must have {minimum} to {maximum} characters, not {len(name)}"
        raise_invalid_arn(reason, text, start)


def check_path(path: str, text: str, start: int) -> None:
    """Check the path of an IAM entity.

    Args:
        path: The path.
        text: The text that contains the path, for the error.
        start: The position of the path in the text.

    Raises:
        InvalidArnError: IAM would reject the path.
    """
    if len(path) > _MAX_PATH_LENGTH:
        reason = f"paths must have at most {_MAX_PATH_LENGTH} characters, not {len(path)}"
        raise_invalid_arn(reason, text, start)
    invalid = _INVALID_IN_PATHS.search(path)
    if invalid:
        reason = f"paths can contain only ASCII characters from ! to ~, not {invalid[0]!r}"
        raise_invalid_arn(reason, text, start + invalid.start())
    if not (path.startswith("/") and path.endswith("/")) or path == "//":
        raise_invalid_arn("a path must be /, or begin and end with a slash", text, start)


def raise_invalid_arn(reason: str, text: str, position: int) -> NoReturn:
    """Raise an error whose message ends with the quoted text.

    Raises:
        InvalidArnError: Always.
    """
    from iamtriage.exceptions import InvalidArnError

    message = f"{reason}: {quote_text(text)}"
    raise InvalidArnError(message, text=text, position=position)
