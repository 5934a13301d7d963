"""Find signs of AWS and of other systems around candidates, and the AWS sections of a text that compares clouds."""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.other_systems import (
    find_other_clouds,
    find_other_systems,
    find_storage,
    names_aws,
)

if TYPE_CHECKING:
    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.readable import Readable

_HEADING = lazy_pattern(
    r"^[#*\s>.)0-9-]{0,8}(?:(?P<aws>AWS|Amazon\sWeb\sServices|Amazon)|(?:Microsoft\s)?(?:Azure|AZURE)|GCP|Google(?:\sCloud)?(?:\sPlatform)?"
    r"|(?:Alibaba|Tencent|Huawei|Oracle|IBM)(?:\sCloud)?|Aliyun|OCI|Digital\s?Ocean)[\s*]{0,3}:?[ *]{0,3}$",
    re.MULTILINE,
)
# Words of the headings.
_AWS = frozenset({"AWS", "Amazon"})
_OTHER_CLOUDS = frozenset(
    {
        "Azure", "AZURE", "GCP", "Google", "Alibaba", "Aliyun", "Tencent", "Huawei", "Oracle", "OCI", "IBM", "Ocean", "DigitalOcean",
    }
)  # fmt: skip
_MAX_HEADINGS = 32
_ARN_START = "arn:aws"
# A line break and the time or the name that begins the next line of a log.
_NEXT_CALL = lazy_pattern(r"\s{0,20}\n(?:[\d\[][^\n]{0,100})?")
# The start of a separate record.
_RECORD = lazy_pattern(r"\x1e|\n(?:[A-Z]{4,8}\b|\{)")
_STATEMENT = re.compile(STATEMENT)
# Maximum distance, in characters, between a failure and a sign of the system that it comes from.
_MAX_DISTANCE = 300


def find_aws_sections(readable: Readable) -> list[tuple[int, int]]:
    r"""Return the spans of the AWS sections, if other clouds have sections, too.

    >>> from iamtriage._reading.vocabulary.readable import Readable
    >>> find_aws_sections(Readable("AWS:\nAccessDenied\nAzure:\nAuthorizationFailed"))
    [(4, 18)]
    >>> find_aws_sections(Readable("AWS:\nAccessDenied"))
    []
    """
    text = readable.text
    if _OTHER_CLOUDS.isdisjoint(readable.words) or _AWS.isdisjoint(readable.words) or "\n" not in text:
        return []
    headings = list(_HEADING.finditer(text))[:_MAX_HEADINGS]
    if all(m["aws"] for m in headings):
        return []
    ends = [m.start() for m in headings[1:]] + [len(text)]
    return [(m.end(), end) for m, end in zip(headings, ends, strict=True) if m["aws"]]


def find_section(sections: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the section that contains a span of the text, or ``None`` if there is none."""
    return next((section for section in sections if section[0] <= start and end <= section[1]), None)


class TextContext:
    """The text around the candidates. Signs of AWS and of other systems are searched for once."""

    # Looked up for most texts, and a cached property takes longer than this.
    _other_clouds: list[int] | None = None
    _other_systems: list[int] | None = None

    def __init__(self, readable: Readable, sections: list[tuple[int, int]]) -> None:
        self.text = readable.text
        self._readable = readable
        self._sections = sections
        # Whether statements name AWS, by their spans.
        self._named: dict[tuple[int, int], bool] = {}

    @cached_property
    def aws(self) -> bool:
        """Whether the text names AWS anywhere."""
        return names_aws(self.text)

    def names_aws(self, candidate: Candidate) -> bool:
        """Return whether the statement of a candidate names AWS other than in an ARN.

        A program that served a request can log the ARN of the caller next to the status.
        """
        starts = self._statements
        if not starts:
            return self.aws and names_aws(self.text.replace(_ARN_START, ""))
        span = self._statement_of(candidate)
        if span not in self._named:
            self._named[span] = names_aws(self.text[slice(*span)].replace(_ARN_START, ""))
        return self._named[span]

    def _statement_of(self, candidate: Candidate) -> tuple[int, int]:
        """Return the span from the start of a candidate's first statement to the end of its last one."""
        starts = self._statements
        first = bisect_right(starts, candidate.start - len(STATEMENT))
        last = bisect_left(starts, candidate.end)
        return starts[first - 1] if first else 0, starts[last] if last < len(starts) else len(self.text)

    @cached_property
    def _statements(self) -> list[int]:
        """The positions at which statements start."""
        return [m.start() for m in _STATEMENT.finditer(self.text)]

    @cached_property
    def _storage(self) -> list[int]:
        return find_storage(self.text)

    def is_near_other_cloud(self, candidate: Candidate) -> bool:
        """Return whether a candidate is near a sign of another cloud.

        If the text has sections per cloud, signs outside the candidate's AWS section don't count.
        """
        if self._other_clouds is None:
            self._other_clouds = find_other_clouds(self._readable)
        places = self._other_clouds
        if not _is_near(places, candidate):
            return False
        section = find_section(self._sections, candidate.start, candidate.end)
        if section is None:
            return True
        start, end = section
        return _is_near(places, candidate, start, end)

    def is_near_other_system(self, candidate: Candidate) -> bool:
        """Return whether a candidate is near a sign of a database, file system or framework in its statement."""
        if self._other_systems is None:
            self._other_systems = find_other_systems(self._readable)
        places = self._other_systems
        return bool(places) and _is_near(places, candidate, *self._statement_of(candidate))

    def is_near_storage(self, candidate: Candidate) -> bool:
        """Return whether the text mentions S3 or a bucket near a candidate."""
        return _is_near(self._storage, candidate)

    def are_in_other_statements(self, first: Candidate, second: Candidate) -> bool:
        """Return whether another statement starts between two candidates."""
        return self.text.find(STATEMENT, first.end, second.start) >= 0

    def are_on_other_lines(self, first: Candidate, second: Candidate) -> bool:
        """Return whether the second candidate starts on a separate line after the first."""
        if "operation" in first.facts and "operation" in second.facts:
            # The head of a call whose message is empty ends with its line.
            start = first.end - self.text.endswith("\n", 0, first.end)
            if _NEXT_CALL.fullmatch(self.text, start, second.start):
                return True
        between = self.text[first.end : second.start]
        return between.endswith("\n") or "\n\n" in between or _RECORD.search(between) is not None


def _is_near(places: list[int], candidate: Candidate, low: int = 0, high: int = sys.maxsize) -> bool:
    """Return whether a position in a sorted list is near a candidate and between two bounds."""
    if not places:
        return False
    at = bisect_left(places, max(low, candidate.start - _MAX_DISTANCE))
    return at < len(places) and places[at] < min(high, candidate.end + _MAX_DISTANCE)
