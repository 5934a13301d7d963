"""ARNs from texts, in which names may be masked, cut or hold wildcards, made fit for a policy.

What stands for an unknown value in a text must not become a wildcard in a policy: a run of stars would
let everything through. Such parts become words that begin with ``REPLACE_``. Not for bare names.
"""

from __future__ import annotations

import re

from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.exceptions import UnknownRegionError
from iamtriage.sts._endpoints import resolve_sts_endpoint

__all__ = ("PLACEHOLDER", "is_masked", "partition_of", "policy_arn", "policy_name")

PLACEHOLDER = "REPLACE_"
_LONGEST = 2_048

_REGION = re.compile(r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}", re.ASCII)
# Runs of one character, brackets, ellipses, and the words that people write over a name.
_MASK = re.compile(
    r"\*\*|(?<![A-Za-z])[xX]{3,}(?![A-Za-z])|\A[xX]{2,}\Z|[#]{3}|-{3}|_{4}|[<>\[\]{}…]|\.{3}"
    r"|(?i:redacted|masked|hidden|removed|account[-_ ]?(?:id|number)|your[-_])"
)
_PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]*", re.ASCII)
_NOT_IN_ARNS = re.compile(r"[^\x21-\x7e]")
_SEPARATORS = re.compile(r"([/:])")


def is_masked(text: str) -> bool:
    """Tell whether a name, or a part of it, is written over.

    >>> is_masked("table-****"), is_masked("Products_xxxxxxxx"), is_masked("<cluster>")
    (True, True, True)
    >>> is_masked("prod-orders"), is_masked("*")
    (False, False)
    """
    return _MASK.search(text) is not None


def policy_name(segment: str, *, wildcard: bool = True) -> str:
    """Give a part of a resource for a policy: as it is, escaped, or a placeholder.

    A star that is the whole part is AWS's own (``instance/*``); within a name it is a mask, or a star in an
    object's key, and nobody can tell which.

    Args:
        segment: what stands between two separators.
        wildcard: whether a lone star may stand here.

    >>> policy_name("*"), policy_name("orders"), policy_name("ord***"), policy_name("what?")
    ('*', 'orders', 'REPLACE_NAME', 'what${?}')
    """
    if segment == "*":
        return segment if wildcard else f"{PLACEHOLDER}NAME"
    if "*" in segment or _NOT_IN_ARNS.search(segment) or is_masked(segment):
        return f"{PLACEHOLDER}NAME"
    if "$" in segment:
        segment = segment.replace("$", "${$}")
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
    return segment.replace("?", "${?}")


def policy_arn(text: str, *, partition: str | None = None) -> str | None:
    """Give an ARN for a policy, with placeholders for what is masked; None for what is no ARN.

    Args:
        text: the ARN as written.
        partition: the partition, where the ARN's own is unreadable.

    >>> policy_arn("arn:aws:eks:eu-west-1:111122223333:cluster/demo")
    'arn:aws:eks:eu-west-1:111122223333:cluster/demo'
    >>> policy_arn("arn:aws:ec2:us-east-1:******:launch-template/lt-0a1b2c3d")
    'arn:aws:ec2:us-east-1:REPLACE_ACCOUNT_ID:launch-template/lt-0a1b2c3d'
    >>> policy_arn("arn:aws:s3:::orders-****/2026/*")
    'arn:aws:s3:::REPLACE_NAME/2026/*'
    """
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or len(text) > _LONGEST or not parts[5]:
        return None
    _, written, service, region, account, resource = parts
    if not service.isascii() or not service.replace("-", "").isalnum():
        return None
    if region and not _REGION.fullmatch(region):
        region = f"{PLACEHOLDER}REGION"
    if account and account != "aws" and not ACCOUNT.fullmatch(account):
        account = f"{PLACEHOLDER}ACCOUNT_ID"
    if written not in PARTITIONS:
        written = partition or partition_of(region) or f"{PLACEHOLDER}PARTITION"
    if not _PLAIN.fullmatch(resource) or _MASK.search(resource):
        resource = "".join(
            part if part in "/:" else policy_name(part) for part in _SEPARATORS.split(resource)
        )
    return f"arn:{written}:{service}:{region}:{account}:{resource}"


def partition_of(region: str) -> str | None:
    """Give the partition of a region; None for what is no region.

    >>> partition_of("cn-north-1"), partition_of("moon-1")
    ('aws-cn', None)
    """
    if not region:
        return None
    try:
        return resolve_sts_endpoint(region).partition
    except UnknownRegionError:
        return None
