"""Read the dates in the conditions of a statement, which then applies only for a time, and move them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared.policies.policy_changes import change_conditions
from iamtriage.policies._readers.elements import iterate_conditions

PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws-dates.html"
NEW_DATE = "NEW_DATE is the new end of the access, in the form of the old one."
_KEYS = frozenset({"aws:currenttime", "aws:epochtime"})
_STARTS, _ENDS = "GreaterThan", "LessThan"


class Period(NamedTuple):
    """The time in which a statement applies.

    Attributes:
        start: The date after which it applies.
        end: The date before which it applies.
    """

    start: str | None
    end: str | None

    @property
    def describes_since(self) -> str:
        """The period of a statement that applies, as the end of a sentence.

        >>> Period("2026-10-31T00:00:00Z", None).describes_since, Period(None, "2026-10-31").describes_since
        ('since 2026-10-31T00:00:00Z', 'until 2026-10-31')
        """
        if self.start and self.end:
            return f"from {self.start} to {self.end}"
        return f"since {self.start}" if self.start else f"until {self.end}"

    @property
    def describes_only(self) -> str:
        """The period of a statement that does not apply, as the end of a sentence.

        >>> Period(None, "2026-10-31").describes_only, Period("2026-10-31", None).describes_only
        ('until 2026-10-31', 'from 2026-10-31 on')
        """
        return f"from {self.start} on" if self.start and not self.end else self.describes_since


def is_date(key: str) -> bool:
    """Return whether a condition key is the time of the request."""
    return key.lower() in _KEYS


def read_period(statement: Mapping[str, Any]) -> Period | None:
    """Return the period in which a statement applies, or ``None`` if it has no date, or several of a kind.

    >>> read_period({"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-10-31"}}})
    Period(start=None, end='2026-10-31')
    """
    dates = [(operator, values) for operator, key, values in iterate_conditions(statement) if is_date(key)]
    starts = [values for operator, values in dates if _STARTS in operator]
    ends = [values for operator, values in dates if _ENDS in operator]
    if not dates or len(starts) + len(ends) != len(dates) or any(len(each) != 1 for each in (*starts, *ends)):
        return None
    if len(starts) > 1 or len(ends) > 1:
        return None
    start, end = (clip_text(_describe_date(each[0][0])) if each else None for each in (starts, ends))
    return Period(start, end)


def _describe_date(value: str) -> str:
    """Return a date with the one that seconds since 1970 stand for.

    >>> _describe_date("1793491199"), _describe_date("2026-10-31")
    ('2026-10-31T23:59:59Z (1793491199)', '2026-10-31')
    """
    if re.fullmatch(r"[0-9]{9,10}", value) is None:
        return value
    return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%dT%H:%M:%SZ} ({value})"


def move_date(statement: Mapping[str, Any], *, is_deny: bool) -> dict[str, Any]:
    """Return a statement with a placeholder for the date on which the access ends: the start of a Deny, or the end of an Allow."""
    part = _STARTS if is_deny else _ENDS
    return change_conditions(
        statement,
        lambda each: each._replace(value="NEW_DATE") if is_date(each.key) and part in each.operator else each,
    )
