"""Find the names in hosts and URLs of AWS: buckets, clusters, APIs, accounts.

Forms: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html and
https://docs.aws.amazon.com/general/latest/gr/rande.html. The labels before service and region are names. If the
service follows the region, the labels before the region are.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from iamtriage.redaction._pseudonyms import ACCOUNT
from iamtriage.redaction._vocabulary.identifier_nouns import BEFORE_NAME, Identifier, split_name
from iamtriage.redaction._vocabulary.known_words import is_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.identifier_nouns import Noun

__all__ = ("find_host_names",)

_SUFFIXES = (
    r"amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk"
    r"|csp\.hci\.ic\.gov|awsapps\.com|signin\.aws\.amazon\.com|cloudfront\.net"
)
_SUFFIX = re.compile(rf"\.(?:{_SUFFIXES})")
_HOST_CHARACTERS = f"{string.ascii_letters}{string.digits}_*-."
_STAR = re.compile(r"\*")
# The maximum length of the labels before a suffix.
_MAX_LABELS = 12 * 101
_HOST = re.compile(
    rf"{BEFORE_NAME}"
    r"(?P<labels>(?:[A-Za-z0-9_*-]{1,100}\.){1,12}?)"
    rf"(?P<suffix>{_SUFFIXES})(?![A-Za-z0-9-])(?::\d{{1,5}})?"
    r"(?P<path>(?:\\{0,64}/[^\s\"'`<>?#|,;)&\\]{0,1024}){0,60})"
)
_URI = re.compile(
    r"s(?<!\w.)3[an]?://(?P<bucket>[A-Za-z0-9._*-]{1,128})(?P<path>(?:/[^\s\"'`<>?#|,;)\\]{0,1024}){0,60})"
)
_LABEL = re.compile(r"[^.]+")
_SLASH = re.compile(r"\\{0,64}/")
# Suffixes whose first label is a name: "orders.awsapps.com".
_NAMED_ALONE = frozenset({"awsapps.com", "cloudfront.net", "signin.aws.amazon.com"})
# Labels that are not names, although they precede a service.
_FIXED_LABELS = """
    accesspoint api ats beta bucket console control d data dkr docs dualstack fips gamma git-codecommit
    internal iot models oidc portal prod runtime signin streams vpce www
"""
_FIXED = frozenset(_FIXED_LABELS.split())
_S3 = re.compile(r"s3(?:-.{1,60})?")
# A short group after the ID of an EKS cluster.
_GROUP = re.compile(r"[a-z]{2}[0-9a-z]")
_NOUN_OF_SERVICE: dict[str, Noun] = {"eks": "cluster-id", "execute-api": "api", "rds": "db"}
# "repository:tag", and the paths of the registry's API.
_REPOSITORY = re.compile(r"(?!v?[0-9.]+(?:\Z|:))(?!(?:v2|manifests|blobs|uploads|tags|list)\Z)[^:@]+")


def find_host_names(text: str) -> Iterator[Identifier]:
    """Find the names in every AWS host, and in the paths of S3, SQS and ECR URLs."""
    if "aws" in text or "gov" in text or "cloudfront" in text:
        for m in _find_hosts(text):
            yield from _find_names_in_host(text, m)
    if "://" in text and "s3" in text:
        for m in _URI.finditer(text):
            yield from split_name(text, *m.span("bucket"), "bucket")
            for start, end in _split_path(text, *m.span("path")):
                yield from split_name(text, start, end, "object")


def _find_hosts(text: str) -> Iterator[re.Match[str]]:
    """Yield the hosts, each from the first of the characters before its suffix that can belong to it."""
    done = 0
    for suffix in _SUFFIX.finditer(text):
        end = suffix.start() + 1
        if end < done:
            continue
        before = text[max(done, end - _MAX_LABELS) : end]
        start = end - len(before) + len(before.rstrip(_HOST_CHARACTERS))
        # A host can also begin after a wildcard.
        for at in (start, *(star.end() for star in _STAR.finditer(text, start, end))):
            host = _HOST.match(text, at)
            if host:
                done = host.end()
                yield host
                break


def _find_names_in_host(text: str, m: re.Match[str]) -> Iterator[Identifier]:
    spans = [label.span() for label in _LABEL.finditer(text, *m.span("labels"))]
    labels = [text[start:end] for start, end in spans]
    if m["suffix"] in _NAMED_ALONE:
        yield from split_name(text, *spans[0], "name")
        return
    s3 = max((at for at, label in enumerate(labels) if _S3.fullmatch(label)), default=None)
    if s3 is not None:
        if s3:
            # A bucket name with dots is one name.
            yield from split_name(text, spans[0][0], spans[s3 - 1][1], "bucket")
        for at, (start, end) in enumerate(_split_path(text, *m.span("path")), s3):
            yield from split_name(text, start, end, "object" if at else "bucket")
        return
    if "queue" in labels[-1:]:
        # The old format of SQS hosts: "eu-west-1.queue.amazonaws.com".
        yield from _find_names_in_path(text, labels, *m.span("path"))
        return
    region = next((at for at, label in enumerate(labels) if is_region(label)), 0)
    # Without a region it is a service principal.
    if region:
        yield from _find_names_in_regional_host(text, spans, labels, region)
        yield from _find_names_in_path(text, labels, *m.span("path"))


def _find_names_in_regional_host(
    text: str, spans: list[tuple[int, int]], labels: list[str], region: int
) -> Iterator[Identifier]:
    after = labels[region + 1 :]
    last = region if after and after != ["vpce"] else region - 1
    service = after[0] if after else labels[region - 1]
    for label, span in zip(labels[:last], spans, strict=False):
        if ACCOUNT.fullmatch(label):
            yield Identifier(*span, "account")
        elif label not in _FIXED and not (service == "eks" and _GROUP.fullmatch(label)):
            yield from split_name(text, *span, _NOUN_OF_SERVICE.get(service, "name"))


def _find_names_in_path(text: str, labels: list[str], start: int, end: int) -> Iterator[Identifier]:
    if "sqs" in labels or "queue" in labels:
        for at, (first, last) in enumerate(_split_path(text, start, end)):
            if ACCOUNT.fullmatch(text, first, last):
                yield Identifier(first, last, "account")
            elif at:
                yield from split_name(text, first, last, "queue")
    elif "ecr" in labels:
        for first, last in _split_path(text, start, end):
            name = _REPOSITORY.match(text, first, last)
            if name:
                yield from split_name(text, *name.span(), "repository")


def _split_path(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the segments of a path. A dot or colon at its end belongs to the sentence."""
    while end > start and text[end - 1] in ".:":
        end -= 1
    at = start
    for slash in _SLASH.finditer(text, start, end):
        if slash.start() > at:
            yield at, slash.start()
        at = slash.end()
    if end > at:
        yield at, end
