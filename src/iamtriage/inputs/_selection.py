"""Select inputs by their paths, and records by their contents: time, account and Region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.inputs._json import get

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime  # noqa: TC004 (loading it takes longer than reading a short text)

__all__ = ("Selection", "build_selection", "find_sibling", "find_sibling_folder")

# The folders next to CloudTrail/ in a trail's bucket that contain no API call events. Source:
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_SIBLINGS = {
    "CloudTrail-Digest": "CloudTrail digests, which contain no events",
    "CloudTrail-Insight": "CloudTrail Insights events, which count calls and contain no denials",
    "CloudTrail-Aggregated": "CloudTrail aggregated events, which summarize calls and contain no denials",
}
_SIBLING = lazy_pattern(rf"(?:^|[/\\])AWSLogs[/\\](?:[^/\\]+[/\\]){{1,2}}({'|'.join(_SIBLINGS)})(?=[/\\]|$)")
# AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/…, or the beginning of such a path.
_TREE = lazy_pattern(
    r"(?:^|[/\\])AWSLogs[/\\](?:o-[a-z0-9]{10,32}[/\\])?(?P<account>\d{12})(?:[/\\](?P<kind>[^/\\]+)"
    r"(?:[/\\](?P<region>[a-z]{2,4}(?:-[a-z0-9]+)+-\d+)"
    r"(?:[/\\](?P<year>\d{4})(?:[/\\](?P<month>\d\d)(?:[/\\](?P<day>\d\d))?)?)?)?)?(?=[/\\]|$)"
)
# The partitions of Amazon Security Lake. Source:
# https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources-best-practices.html
_PARTITIONS = {
    "account": lazy_pattern(r"(?:^|[/\\])accountId=(\d{12})(?=[/\\]|$)"),
    "region": lazy_pattern(r"(?:^|[/\\])region=([a-z0-9-]+)(?=[/\\]|$)"),
    "day": lazy_pattern(r"(?:^|[/\\])eventDay=(\d{8})(?=[/\\]|$)"),
}


def find_sibling(path: str) -> str | None:
    """Return why a path in a trail's tree contains no API call events, or ``None``.

    >>> find_sibling("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/11/27/x.json.gz")
    'CloudTrail digests, which contain no events'
    >>> find_sibling("AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/27/x.json.gz") is None
    True
    """
    match = _SIBLING.search(path)
    return _SIBLINGS[match[1]] if match else None


def find_sibling_folder(path: str) -> str:
    """Return the folder of digests, Insights events or aggregated events that a path is in."""
    match = _SIBLING.search(path)
    return path[: match.end(1)] if match else path


@attrs.frozen(eq=False, repr=False)
class Selection(Value):
    """The events to read: by time, accounts and Regions.

    Attributes:
        since: Select events from this time on.
        until: Select events before this time.
        accounts: The IDs of the accounts; empty for all.
        regions: The Regions; empty for all.
    """

    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    _since_text: str = attrs.field(init=False, default="", repr=False, eq=False)
    _until_text: str = attrs.field(init=False, default="", repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        for name, time in (("_since_text", self.since), ("_until_text", self.until)):
            if time is not None:
                from iamtriage.inputs._times import format_time

                object.__setattr__(self, name, format_time(time))

    def __bool__(self) -> bool:
        """Return whether the selection leaves anything out."""
        return bool(self.since or self.until or self.accounts or self.regions)

    def may_contain(self, path: str) -> bool:
        """Return whether a file or folder with this path can contain selected events.

        A folder is named after the day of delivery, so it can contain events of the day before.
        """
        if not self:
            return True
        from iamtriage.inputs._times import MAX_DELAY

        account, region, first, last = _parse_path(path)
        if account is not None and self.accounts and account not in self.accounts:
            return False
        if region is not None and self.regions and region not in self.regions:
            return False
        if self.since is not None and last is not None and last < self.since.date():
            return False
        return self.until is None or first is None or first <= (self.until + MAX_DELAY).date()

    def covers(self, path: str) -> bool:
        """Return whether all events in a folder are selected."""
        if not self:
            return True
        account, region, first, last = _parse_path(path)
        return (
            (not self.accounts or account in self.accounts)
            and (not self.regions or region in self.regions)
            and (self.since is None or (first is not None and first > self.since.date()))
            and (self.until is None or (last is not None and last < self.until.date()))
        )

    def includes(self, record: Mapping[str, object]) -> bool:
        """Return whether a record is selected. Unstated times, accounts and Regions match."""
        if self.since is not None or self.until is not None:
            from iamtriage.inputs._times import find_time

            time = find_time(record)
            if time is not None and (
                time < self._since_text or (self._until_text and time >= self._until_text)
            ):
                return False
        if self.accounts:
            account = _find_account(record)
            if account is not None and account not in self.accounts:
                return False
        if self.regions:
            region = _find_region(record)
            if region is not None and region not in self.regions:
                return False
        return True


def build_selection(
    since: datetime | date | str | None,
    until: datetime | date | str | None,
    accounts: Collection[str],
    regions: Collection[str],
) -> Selection:
    """Build a selection from the arguments of a caller.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: A string is not a time, or an account is not a 12-digit ID.
    """
    for name, values in (("accounts", accounts), ("regions", regions)):
        if isinstance(values, str):
            msg = f"{name} must be a collection of strings, not a string"
            raise TypeError(msg)
    for account in accounts:
        if not re.fullmatch(r"\d{12}", account, re.ASCII):
            msg = f"accounts: expected 12-digit account IDs, got {account!r}"
            raise ValueError(msg)
    return Selection(
        _parse_time("since", since), _parse_time("until", until), frozenset(accounts), frozenset(regions)
    )


def _parse_time(name: str, value: datetime | date | str | None) -> datetime | None:
    if value is None:
        return None
    from iamtriage.inputs._times import parse_time

    return parse_time(name, value)


def _parse_path(path: str) -> tuple[str | None, str | None, date | None, date | None]:
    """Return the account, Region, first and last day of a path, each ``None`` if it is not stated."""
    from iamtriage.inputs._times import find_days

    match = _TREE.search(path)
    if match is not None:
        first, last = find_days(match["year"], match["month"], match["day"])
        return match["account"], match["region"], first, last
    account, region, day = (
        found[1] if (found := pattern.search(path)) else None for pattern in _PARTITIONS.values()
    )
    first, last = find_days(day[:4], day[4:6], day[6:]) if day else (None, None)
    return account, region, first, last


def _find_account(record: Mapping[str, object]) -> str | None:
    account = record.get("recipientAccountId")
    if account is None:
        account = get(record, "cloud", "account", "uid") or get(record, "userIdentity", "accountId")
    if account is None:  # a flat record
        account = record.get("account")
    return account if isinstance(account, str) else None


def _find_region(record: Mapping[str, object]) -> str | None:
    region = record.get("awsRegion") or get(record, "cloud", "region") or record.get("region")
    return region if isinstance(region, str) else None
