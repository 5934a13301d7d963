"""Make ARNs from messages safe for a policy: replace masks with placeholders, and escape wildcards.

A mask, or an asterisk in a name, must not become a wildcard in a policy, because that would allow more than
was denied. Masked and truncated parts become placeholders, which are words in capitals such as
``ACCOUNT_ID``.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS

__all__ = ("find_partition", "hide_others", "is_masked", "sanitize_arn", "sanitize_name")

Asterisk: TypeAlias = Literal["pattern", "literal", "mask"]

# Characters; no ARN is longer.
_MAX_LENGTH = 2_048

_REGION = lazy_pattern(REGION)
# Runs of one character, brackets, ellipses, and words with which people mask a name.
_MASK = lazy_pattern(
    r"\*\*|(?<![A-Za-z])[xX]{3,}(?![A-Za-z])|\A[xX]{2,}\Z|[#]{3}|-{3}|_{4}|[<>\[\]{}…]|\.{3}"
    r"|(?i:redacted|masked|hidden|removed|(?<![a-z0-9]_)account[-_ ]?(?:id|number)|your[-_ ])"
)
_PLAIN = lazy_pattern(r"[A-Za-z0-9_+=,.@:/-]*")
_INVALID_CHARACTERS = lazy_pattern(r"[^\x21-\x7e]")
_SEPARATORS = lazy_pattern(r"([/:])")
# A policy variable begins with ${ only, so other dollar signs stay, as in $LATEST.
_SPECIAL_CHARACTERS = lazy_pattern(r"[*?]|\$(?=\{)")
# If names can contain asterisks, one or two asterisks can also belong to the name.
_MASK_OF_KEY = lazy_pattern(_MASK.pattern.replace(r"\*\*", r"\*\*\*", 1))
# An ARN whose middle is left out.
_ELIDED = lazy_pattern(
    r"arn:(?P<partition>[a-z-]{3,20}):(?P<service>[a-z0-9-]{2,40}):{0,2}(?:\.{3}|…):?(?P<resource>[a-z][^:\s]*)",
    re.ASCII,
)
# Services whose names can contain asterisks and question marks, and the number of parts before these names.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: a key is any sequence of characters.
# https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html: IoT's own wildcards are + and #.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html:
# the path follows API, stage and method.
_FREE_NAMES = {"s3": 1, "s3-object-lambda": 1, "s3-outposts": 1, "s3express": 1, "iot": 1, "execute-api": 3}
# Services with names that can contain spaces, such as Glue jobs, and the number of parts before these names.
# The name patterns are in the API references of the services. Elsewhere, what has a space is a mask.
_SPACED_NAMES = {
    "s3": 1,
    "glue": 1,
    "databrew": 1,
    "cloudwatch": 1,
    "elasticbeanstalk": 1,
    "codedeploy": 1,
    "budgets": 1,
}
_SPACE = lazy_pattern(r"(?<=[!-~]) (?=[!-~])")


def is_masked(text: str) -> bool:
    """Return whether a name is masked, at least in part.

    >>> is_masked("table-****"), is_masked("Products_xxxxxxxx"), is_masked("<cluster>")
    (True, True, True)
    >>> is_masked("prod-orders"), is_masked("*")
    (False, False)
    """
    return _MASK.search(text) is not None


def sanitize_name(segment: str, *, asterisk: Asterisk = "mask", may_have_spaces: bool = False) -> str:
    """Return a part of a resource for a policy: unchanged, escaped, or a placeholder.

    Args:
        segment: The text between two separators.
        asterisk: The meaning of an asterisk. ``"pattern"``: a wildcard that AWS wrote, if it is the whole
            part. ``"literal"``: an ordinary character of the name. ``"mask"``: a mask, because the service's
            names cannot contain asterisks.
        may_have_spaces: Whether the service's names can contain single spaces.

    >>> sanitize_name("orders"), sanitize_name("ord*"), sanitize_name("what?"), sanitize_name("*")
    ('orders', 'NAME', 'what${?}', 'NAME')
    >>> sanitize_name("*", asterisk="pattern"), sanitize_name("20*.csv", asterisk="literal")
    ('*', '20${*}.csv')
    >>> sanitize_name("Copy orders", may_have_spaces=True), sanitize_name("your job", may_have_spaces=True)
    ('Copy orders', 'NAME')
    """
    if segment == "*" and asterisk == "pattern":
        return segment
    mask = _MASK_OF_KEY if asterisk == "literal" else _MASK
    solid = _SPACE.sub("", segment) if may_have_spaces else segment
    if _INVALID_CHARACTERS.search(solid) or mask.search(segment):
        return "NAME"
    if "*" in segment and asterisk != "literal":
        return "NAME"
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
    return _SPECIAL_CHARACTERS.sub(r"${\g<0>}", segment)


def sanitize_arn(text: str, *, partition: str | None = None, is_pattern: bool = False) -> str | None:
    """Return an ARN for a policy that matches nothing but this ARN, or ``None`` if it is not an ARN.

    Masked parts become placeholders. Wildcards are escaped in names that can contain them, such as the keys
    of S3 objects.

    Args:
        text: The ARN as written.
        partition: The partition to use if that of the ARN is unreadable.
        is_pattern: Whether AWS wrote the ARN as a pattern. Then parts that are an asterisk stay.

    >>> sanitize_arn("arn:aws:eks:eu-west-1:111122223333:cluster/demo")
    'arn:aws:eks:eu-west-1:111122223333:cluster/demo'
    >>> sanitize_arn("arn:aws:ec2:us-east-1:******:launch-template/lt-0a1b2c3d")
    'arn:aws:ec2:us-east-1:ACCOUNT_ID:launch-template/lt-0a1b2c3d'
    >>> sanitize_arn("arn:aws:s3:::orders-****/2026/*")
    'arn:aws:s3:::NAME/2026/${*}'
    >>> sanitize_arn("arn:aws:eks:...cluster/demo")
    'arn:aws:eks:REGION:ACCOUNT_ID:cluster/demo'
    """
    elided = _ELIDED.fullmatch(text) if "..." in text or "…" in text else None
    parts = text.split(":", 5)
    if elided is not None:
        # Global services have no Region or account in some of their ARNs.
        kept = ["", ""] if elided["service"] == "s3" else ["" if elided["service"] == "iam" else "?", "?"]
        parts = ["arn", elided["partition"], elided["service"], *kept, elided["resource"]]
    if len(parts) != 6 or parts[0] != "arn" or len(text) > _MAX_LENGTH or not parts[5]:
        return None
    _, written, service, region, account, resource = parts
    if not service.isascii() or not service.replace("-", "").isalnum():
        return None
    if region and not _REGION.fullmatch(region):
        region = "REGION"
    if account and account != "aws" and not ACCOUNT.fullmatch(account):
        account = "ACCOUNT_ID"
    if written not in PARTITIONS:
        written = partition or find_partition(region) or "PARTITION"
    if not _PLAIN.fullmatch(resource) or _MASK.search(resource):
        resource = _sanitize_resource(service, resource, is_pattern=is_pattern)
    return f"arn:{written}:{service}:{region}:{account}:{resource}"


def _sanitize_resource(service: str, resource: str, *, is_pattern: bool) -> str:
    names = _SEPARATORS.split(resource)
    first_free = _FREE_NAMES.get(service, len(names))
    first_spaced = _SPACED_NAMES.get(service, len(names))
    sanitized: list[str] = []
    for index, part in enumerate(names):
        if part in "/:":
            sanitized.append(part)
            continue
        # Every second part is a separator.
        is_free = index // 2 >= first_free
        asterisk: Asterisk = "literal" if is_free else "pattern" if is_pattern else "mask"
        sanitized.append(sanitize_name(part, asterisk=asterisk, may_have_spaces=index // 2 >= first_spaced))
    return "".join(sanitized)


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


# What people say of another resource, or of the one before, and the ARNs of resources.
_SAID_OF_OTHERS = lazy_pattern(r"(?i:\b(?:another|former|old|other|previous) )(?:(?!\. )[^\n;]){1,80}")
_ARN_WITH_ACCOUNT = lazy_pattern(
    r"\barn:[\w-]{3,12}:[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:(\d{12}):[^\s\"']{1,600}"
)


def hide_others(text: str, account: str | None) -> str:
    """Return a text without ARNs of other accounts than the caller's, and what it says of other resources.

    >>> hide_others("The old key abc is gone. arn:aws:sqs:eu-west-1:444455556666:films", "111122223333")
    'The . '
    """
    text = _SAID_OF_OTHERS.sub("", text)
    return text if account is None else _ARN_WITH_ACCOUNT.sub(lambda m: m[0] if m[1] == account else "", text)
