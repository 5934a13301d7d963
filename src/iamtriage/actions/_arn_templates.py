"""Whether an ARN is one of those that a published template stands for; not for what the resource is.

AWS publishes templates such as ``arn:${Partition}:s3:::${BucketName}/${ObjectName}``:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("Fit", "fit", "names_of_holes")

# One template of AWS lacks the dollar sign.
_HOLE = re.compile(r"\$?\{[A-Za-z0-9_-]{1,100}\}|\*")
_NAME = re.compile(r"\$\{([A-Za-z0-9_]{1,100})\}")


_NAME_ALONE = ("", "")


class Fit(NamedTuple):
    """How an ARN fits a template. The greater, the better.

    Attributes:
        whole: to its end; if not, as far as the ARN goes, which leaves the rest open: it ends with a
            wildcard, or where the last of several names would begin.
        literal: how many of the resource's characters the template says.
    """

    whole: bool
    literal: int


class _Template(NamedTuple):
    """The sections up to the resource, and what stands around the holes of the resource."""

    sections: tuple[str, ...]
    pieces: tuple[str, ...]


def names_of_holes(template: str) -> list[str]:
    """Give the names of a template's variables.

    >>> names_of_holes("arn:${Partition}:s3:::${BucketName}")
    ['Partition', 'BucketName']
    """
    return _NAME.findall(template)


def fit(template: str, sections: Sequence[str]) -> Fit | None:
    """Compare an ARN with a template; None where it does not fit.

    A hole holds at least one character; where it is the whole resource, as a bucket's or a queue's name, no
    slash. A wildcard is a character as others, unless the ARN ends with it, or it is a whole section. The
    time grows with the ARN's length.

    Args:
        template: as published.
        sections: of the ARN: partition, service, region, account, resource.

    >>> bucket, key = "arn:${Partition}:s3:::${Bucket}", "arn:${Partition}:s3:::${Bucket}/${Key}"
    >>> an_object = ("aws", "s3", "", "", "reports/q1.csv")
    >>> fit(key, an_object), fit(bucket, an_object)
    (Fit(whole=True, literal=1), None)
    >>> fit(key, ("aws", "s3", "", "", "reports")), fit(key, ("aws", "s3", "", "", "reports*"))
    (None, Fit(whole=False, literal=0))
    """
    wanted, pieces = _read(template)
    resource = sections[4]
    if not resource.startswith(pieces[0]) or not all(map(_is_section, wanted, sections)):
        return None
    if len(pieces) == 1:
        return Fit(whole=True, literal=len(resource)) if resource == pieces[0] else None
    if pieces == _NAME_ALONE and "/" in resource:
        return None
    first, *middle, last = pieces
    at = literal = len(first)
    # Each piece where it comes first: what is left is then as long as can be, so that nothing is tried twice.
    for piece in middle:
        found = resource.find(piece, at + 1)
        if found < 0:
            return _open_end(resource, at, literal)
        at, literal = found + len(piece), literal + len(piece)
    if resource.endswith(last) and len(resource) - len(last) > at:
        return Fit(whole=True, literal=literal + len(last))
    if middle and not last and len(resource) == at:
        # As CloudWatch Logs writes a group where no stream is meant: `log-group:orders:log-stream:`.
        return Fit(whole=False, literal=literal)
    return _open_end(resource, at, literal)


@lru_cache(maxsize=4096)
def _read(template: str) -> _Template:
    _, *sections = template.split(":", 5)
    return _Template(tuple(sections[:4]), tuple(_HOLE.split(sections[4])))


def _is_section(wanted: str, section: str) -> bool:
    if section == "*" or wanted == "*":
        return True
    if wanted == "${Partition}":
        return section.startswith("aws")
    return section != "" if wanted.startswith("$") else section == wanted


def _open_end(resource: str, at: int, literal: int) -> Fit | None:
    return Fit(whole=False, literal=literal) if resource.endswith("*") and len(resource) > at else None
