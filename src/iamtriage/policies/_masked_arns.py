"""Make ARNs from messages safe for a policy: replace masked parts by placeholders.

A mask in a message must not become a wildcard in a policy: a run of asterisks would allow everything. Masked
and truncated parts become placeholders, words that begin with ``REPLACE_``.
"""

from __future__ import annotations

import re

from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS

__all__ = ("PLACEHOLDER", "find_partition", "is_masked", "sanitize_arn", "sanitize_name")

PLACEHOLDER = "REPLACE_"
# Characters; no ARN is longer.
_MAX_LENGTH = 2_048

_REGION = re.compile(r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}", re.ASCII)
# Runs of one character, brackets, ellipses, and words with which people mask a name.
_MASK = re.compile(
    r"\*\*|(?<![A-Za-z])[xX]{3,}(?![A-Za-z])|\A[xX]{2,}\Z|[#]{3}|-{3}|_{4}|[<>\[\]{}…]|\.{3}"
    r"|(?i:redacted|masked|hidden|removed|account[-_ ]?(?:id|number)|your[-_])"
)
_PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]*", re.ASCII)
_INVALID_CHARACTERS = re.compile(r"[^\x21-\x7e]")
_SEPARATORS = re.compile(r"([/:])")


def is_masked(text: str) -> bool:
    """Return whether a name is masked, at least in part.

    >>> is_masked("table-****"), is_masked("Products_xxxxxxxx"), is_masked("<cluster>")
    (True, True, True)
    >>> is_masked("prod-orders"), is_masked("*")
    (False, False)
    """
    return _MASK.search(text) is not None


def sanitize_name(segment: str, *, wildcard: bool = True) -> str:
    """Return a part of a resource for a policy: unchanged, escaped, or a placeholder.

    AWS writes an asterisk as a whole part (``instance/*``). Within a name, it is a mask or belongs to an
    object key; there is no way to tell which.

    Args:
        segment: The text between two separators.
        wildcard: Whether the part may be an asterisk.

    >>> sanitize_name("*"), sanitize_name("orders"), sanitize_name("ord***"), sanitize_name("what?")
    ('*', 'orders', 'REPLACE_NAME', 'what${?}')
    """
    if segment == "*":
        return segment if wildcard else f"{PLACEHOLDER}NAME"
    if "*" in segment or _INVALID_CHARACTERS.search(segment) or is_masked(segment):
        return f"{PLACEHOLDER}NAME"
    if "$" in segment:
        segment = segment.replace("$", "${$}")
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
    return segment.replace("?", "${?}")


def sanitize_arn(text: str, *, partition: str | None = None) -> str | None:
    """Return an ARN for a policy, with placeholders for masked parts, or ``None`` if it is not an ARN.

    Args:
        text: The ARN as written.
        partition: The partition to use if that of the ARN is unreadable.

    >>> sanitize_arn("arn:aws:eks:eu-west-1:111122223333:cluster/demo")
    'arn:aws:eks:eu-west-1:111122223333:cluster/demo'
    >>> sanitize_arn("arn:aws:ec2:us-east-1:******:launch-template/lt-0a1b2c3d")
    'arn:aws:ec2:us-east-1:REPLACE_ACCOUNT_ID:launch-template/lt-0a1b2c3d'
    >>> sanitize_arn("arn:aws:s3:::orders-****/2026/*")
    'arn:aws:s3:::REPLACE_NAME/2026/*'
    """
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or len(text) > _MAX_LENGTH or not parts[5]:
        return None
    _, written, service, region, account, resource = parts
    if not service.isascii() or not service.replace("-", "").isalnum():
        return None
    if region and not _REGION.fullmatch(region):
        region = f"{PLACEHOLDER}REGION"
    if account and account != "aws" and not ACCOUNT.fullmatch(account):
        account = f"{PLACEHOLDER}ACCOUNT_ID"
    if written not in PARTITIONS:
        written = partition or find_partition(region) or f"{PLACEHOLDER}PARTITION"
    if not _PLAIN.fullmatch(resource) or _MASK.search(resource):
        resource = "".join(
            part if part in "/:" else sanitize_name(part) for part in _SEPARATORS.split(resource)
        )
    return f"arn:{written}:{service}:{region}:{account}:{resource}"


def find_partition(region: str) -> str | None:
    """Return the partition of a region, or ``None`` if it is not a region.

    >>> find_partition("cn-north-1"), find_partition("moon-1")
    ('aws-cn', None)
    """
    if not region:
        return None
    from iamtriage.exceptions import UnknownRegionError
    from iamtriage.sts._endpoints import resolve_sts_endpoint

    try:
        return resolve_sts_endpoint(region).partition
    except UnknownRegionError:
        return None
