"""Match ARNs against the templates that AWS publishes.

AWS publishes templates such as ``arn:${Partition}:s3:::${BucketName}/${ObjectName}``:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("TemplateMatch", "match_template", "variable_names")

# One of the published templates lacks the dollar sign.
_PLACEHOLDER = lazy_pattern(r"\$?\{[A-Za-z0-9_-]{1,100}\}|\*")
_VARIABLE = lazy_pattern(r"\$\{([A-Za-z0-9_]{1,100})\}")

# The literals of a resource that consists of one placeholder.
_ONLY_PLACEHOLDER = ("", "")


class TemplateMatch(NamedTuple):
    """How closely an ARN matches a template. The greater match is the closer one.

    Attributes:
        complete: Whether the whole ARN matches. If not, the ARN is open: it ends with a wildcard, or before
            the last of several names.
        literal_length: Number of the resource's characters that are literal in the template.
    """

    complete: bool
    literal_length: int


class _Template(NamedTuple):
    """The sections before the resource, and the literals around the resource's placeholders."""

    sections: tuple[str, ...]
    literals: tuple[str, ...]


def variable_names(template: str) -> list[str]:
    """Return the names of a template's variables.

    >>> variable_names("arn:${Partition}:s3:::${BucketName}")
    ['Partition', 'BucketName']
    """
    return _VARIABLE.findall(template)


def match_template(template: str, sections: Sequence[str]) -> TemplateMatch | None:
    """Match an ARN against a template; return ``None`` if they do not match.

    A placeholder stands for one or more characters. If it is the whole resource, such as the name of a bucket
    or a queue, they include no slash. A wildcard is an ordinary character, unless it ends the ARN or is a
    whole section. The time is linear in the length of the ARN.

    Args:
        template: The published template.
        sections: The ARN's partition, service, Region, account and resource.

    >>> bucket, key = "arn:${Partition}:s3:::${Bucket}", "arn:${Partition}:s3:::${Bucket}/${Key}"
    >>> an_object = ("aws", "s3", "", "", "reports/q1.csv")
    >>> match_template(key, an_object), match_template(bucket, an_object)
    (TemplateMatch(complete=True, literal_length=1), None)
    >>> print(match_template(key, ("aws", "s3", "", "", "reports")))
    None
    >>> match_template(key, ("aws", "s3", "", "", "reports*"))
    TemplateMatch(complete=False, literal_length=0)
    """
    expected, literals = _parse_template(template)
    resource = sections[4]
    if not resource.startswith(literals[0]) or not all(map(_matches_section, expected, sections)):
        return None
    if len(literals) == 1:
        return TemplateMatch(complete=True, literal_length=len(resource)) if resource == literals[0] else None
    if literals == _ONLY_PLACEHOLDER and "/" in resource:
        return None
    first, *middle, last = literals
    position = literal_length = len(first)
    # The first occurrence of each literal leaves the longest rest, so other occurrences need not be tried.
    for literal in middle:
        found = resource.find(literal, position + 1)
        if found < 0:
            return _match_open(resource, position, literal_length)
        position, literal_length = found + len(literal), literal_length + len(literal)
    if resource.endswith(last) and len(resource) - len(last) > position:
        return TemplateMatch(complete=True, literal_length=literal_length + len(last))
    if middle and not last and len(resource) == position:
        # CloudWatch Logs writes a log group without a stream like this: `log-group:orders:log-stream:`.
        return TemplateMatch(complete=False, literal_length=literal_length)
    return _match_open(resource, position, literal_length)


@lru_cache(maxsize=4096)
def _parse_template(template: str) -> _Template:
    _, *sections = template.split(":", 5)
    return _Template(tuple(sections[:4]), tuple(_PLACEHOLDER.split(sections[4])))


def _matches_section(expected: str, section: str) -> bool:
    if section == "*" or expected == "*":
        return True
    if expected == "${Partition}":
        return section.startswith("aws")
    return section != "" if expected.startswith("$") else section == expected


def _match_open(resource: str, position: int, literal_length: int) -> TemplateMatch | None:
    if resource.endswith("*") and len(resource) > position:
        return TemplateMatch(complete=False, literal_length=literal_length)
    return None
