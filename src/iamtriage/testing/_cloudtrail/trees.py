"""Generate the files of a CloudTrail trail, and write them to a folder."""

from __future__ import annotations

import gzip
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import attrs

from iamtriage.testing._cloudtrail.templates import (
    ProblemTemplate,
    build_error,
    build_problem,
    build_success,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from typing_extensions import Unpack

__all__ = ("CloudTrailFile", "CloudTrailTree", "TreeOptions", "cloudtrail_files", "write_cloudtrail_tree")

_FIRST_ACCOUNT, _ACCOUNT_STEP = 111122223333, 111111111111
_CALLS_PER_REGION = 64
_DELIVERY_SECONDS = 300
# Level 1 takes a third of the time of gzip's default level.
_GZIP_LEVEL = 1


class TreeOptions(TypedDict, total=False):
    """Options for a tree of CloudTrail files.

    Attributes:
        records: The number of records; by default 10,000.
        denials: The fraction of denied calls; by default 0.1.
        errors: The fraction of calls that fail for another reason; by default 0.02.
        records_per_file: The number of records per file; by default 800.
        problems: The number of different denials, at least one per account and Region; by default 200.
        accounts: The number of accounts; by default 3.
        regions: The Regions; by default ``("eu-west-1", "us-east-1")``.
        days: The number of days; by default 3.
        start: The first day; by default ``"2026-11-01"``.
        organization: The ID of an organization, such as ``"o-exampleorgid"``, for an organization trail.
        seed: The seed of the random values; by default 0.
    """

    records: int
    denials: float
    errors: float
    records_per_file: int
    problems: int
    accounts: int
    regions: tuple[str, ...]
    days: int
    start: str
    organization: str
    seed: int


@attrs.frozen
class CloudTrailFile:
    """A file of a trail, and the denials and errors in it.

    Attributes:
        key: Its path below the bucket's prefix, ``AWSLogs/…/….json.gz``.
        text: The JSON text, before compression.
        records: The number of records.
        denials: The fingerprint and the time of each denied call.
        errors: The number of calls that failed for another reason.
    """

    key: str
    text: str = attrs.field(repr=False)
    records: int
    denials: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    errors: int


@attrs.frozen
class CloudTrailTree:
    """The denials and errors in a tree of CloudTrail files.

    Attributes:
        files: The number of files.
        records: The number of records.
        denials: The number of denied calls.
        errors: The number of calls that failed for another reason.
        problems: For each fingerprint, the number of denied calls.
        first_seen: For each fingerprint, the time of its first call.
        last_seen: For each fingerprint, the time of its last call.
    """

    files: int
    records: int
    denials: int
    errors: int
    problems: Mapping[str, int] = attrs.field(repr=False)
    first_seen: Mapping[str, str] = attrs.field(repr=False)
    last_seen: Mapping[str, str] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class _Plan:
    """Checked options, with their defaults."""

    records: int = 10_000
    denials: float = 0.1
    errors: float = 0.02
    records_per_file: int = 800
    problems: int = 200
    accounts: int = 3
    regions: tuple[str, ...] = ("eu-west-1", "us-east-1")
    days: int = 3
    start: str = "2026-11-01"
    organization: str = ""
    seed: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("records_per_file", "problems", "accounts", "days"):
            if getattr(self, name) < 1:
                msg = f"{name} must be at least 1, not {getattr(self, name)}"
                raise ValueError(msg)
        if not (self.denials >= 0 and self.errors >= 0 and self.denials + self.errors <= 1):
            given = f"{self.denials} and {self.errors}"
            msg = f"denials and errors must be at least 0, and their sum at most 1, not {given}"
            raise ValueError(msg)
        if not self.regions:
            msg = "regions must name at least one Region"
            raise ValueError(msg)
        if self.problems < self.accounts * len(self.regions):
            msg = f"problems must be at least {self.accounts * len(self.regions)}, one per account and Region"
            raise ValueError(msg)

    def account(self, number: int) -> str:
        return f"{(_FIRST_ACCOUNT + _ACCOUNT_STEP * number) % 10**12:012d}"


@attrs.frozen
class _Location:
    """An account in a Region: its templates, and the weight of each problem."""

    account: str
    region: str
    successes: list[str]
    errors: list[str]
    problems: list[ProblemTemplate]
    weights: list[float]


def cloudtrail_files(**options: Unpack[TreeOptions]) -> Iterator[CloudTrailFile]:
    """Yield the files of a trail in which most calls succeed and some are denied.

    The denials include every policy type, type of principal and form of message, each with a different
    session. The same options yield the same files.

    Args:
        options: See :class:`iamtriage.testing.TreeOptions`.

    Raises:
        TypeError: An option is unknown.
        ValueError: A number is too small, or the sum of the fractions exceeds 1.

    >>> [file] = cloudtrail_files(records=500, denials=0.2)
    >>> file.key
    'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/01/111122223333_CloudTrail_eu-west-1_20261101T0005Z_...'

    Names of files: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
    """
    unknown = options.keys() - TreeOptions.__annotations__.keys()
    if unknown:
        msg = f"unknown option {min(unknown)!r}; expected one of {', '.join(TreeOptions.__annotations__)}"
        raise TypeError(msg)
    return _generate(_Plan(**options))


def write_cloudtrail_tree(folder: str | os.PathLike[str], **options: Unpack[TreeOptions]) -> CloudTrailTree:
    """Write the files of a trail to a folder, and return the denials and errors in them.

    Args:
        folder: The folder in which ``AWSLogs`` is created.
        options: See :class:`iamtriage.testing.TreeOptions`.

    Raises:
        TypeError: An option is unknown.
        ValueError: A number is too small, or the sum of the fractions exceeds 1.
        OSError: A file cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     tree = write_cloudtrail_tree(folder, records=100, denials=0.1)
    >>> tree.files, tree.records
    (1, 100)
    """
    root = Path(folder)
    files = records = errors = 0
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for file in cloudtrail_files(**options):
        path = root / file.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(file.text.encode(), _GZIP_LEVEL, mtime=0))
        files, records, errors = files + 1, records + file.records, errors + file.errors
        for identity, time in file.denials:
            counts[identity] = counts.get(identity, 0) + 1
            first[identity] = min(first.get(identity, time), time)
            last[identity] = max(last.get(identity, time), time)
    return CloudTrailTree(files, records, sum(counts.values()), errors, counts, first, last)


def _generate(plan: _Plan) -> Iterator[CloudTrailFile]:
    locations = _build_locations(plan)
    count = -(-plan.records // plan.records_per_file)
    start = datetime.fromisoformat(plan.start).replace(tzinfo=UTC)
    step = timedelta(days=plan.days) / max(count, 1)
    for number in range(count):
        size = min(plan.records_per_file, plan.records - number * plan.records_per_file)
        # The files are distributed evenly over the whole period.
        begin = start + step * number
        begin -= timedelta(seconds=begin.timestamp() % _DELIVERY_SECONDS)
        yield _build_file(plan, locations[number % len(locations)], number, begin, size)


def _build_locations(plan: _Plan) -> list[_Location]:
    pairs = [(plan.account(n), region) for region in plan.regions for n in range(plan.accounts)]
    locations: list[_Location] = []
    for at, (account, region) in enumerate(pairs):
        problems = [build_problem(n, account, region) for n in range(at, plan.problems, len(pairs))]
        locations.append(
            _Location(
                account,
                region,
                [build_success(n, account, region) for n in range(_CALLS_PER_REGION)],
                [build_error(n, account, region) for n in range(_CALLS_PER_REGION)],
                problems,
                # A few problems cause most denials, as in real accounts.
                [1 / (rank + 1) ** 0.5 for rank in range(len(problems))],
            )
        )
    return locations


def _build_file(plan: _Plan, location: _Location, number: int, begin: datetime, size: int) -> CloudTrailFile:
    # Each file has a separate generator, so that it does not depend on earlier files.
    values = random.Random(f"{plan.seed}/{number}")  # noqa: S311 (test data)
    outcomes = values.choices("+-x", (1 - plan.denials - plan.errors, plan.denials, plan.errors), k=size)
    successes = iter(values.choices(location.successes, k=size))
    problems = iter(values.choices(location.problems, location.weights, k=size))
    errors = iter(values.choices(location.errors, k=size))
    ids = values.randbytes(64 * size).hex()
    minute = begin.strftime("%Y-%m-%dT%H:")
    base = begin.minute * 60
    texts: list[str] = []
    denials: list[tuple[str, str]] = []
    for at, outcome in enumerate(outcomes):
        digits = ids[128 * at : 128 * at + 128]
        second = base + _DELIVERY_SECONDS * at // size
        time = f"{minute}{second // 60:02d}:{second % 60:02d}Z"
        if outcome == "-":
            problem = next(problems)
            template = problem.text
            denials.append((problem.fingerprint, time))
        else:
            template = next(successes if outcome == "+" else errors)
        texts.append(template % _build_variables(digits, time))
    stamp = (begin + timedelta(seconds=_DELIVERY_SECONDS)).strftime("%Y%m%dT%H%MZ")
    account, region = location.account, location.region
    organization = f"{plan.organization}/" if plan.organization else ""
    folder = f"AWSLogs/{organization}{account}/CloudTrail/{region}/{begin:%Y/%m/%d}"
    name = f"{account}_CloudTrail_{region}_{stamp}_{values.randbytes(8).hex()}.json.gz"
    text = f'{{"Records":[{",".join(texts)}]}}'
    return CloudTrailFile(f"{folder}/{name}", text, size, tuple(denials), outcomes.count("x"))


def _build_variables(digits: str, time: str) -> dict[str, str]:
    """Return the values that differ between two records of a call."""
    return {
        "time": time,
        "event_id": f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}",
        "request_id": f"{digits[32:40]}-{digits[40:44]}-4{digits[45:48]}-b{digits[49:52]}-{digits[52:64]}",
        "s3_request_id": digits[32:48].upper(),
        "key": digits[64:80].upper(),
        "session": f"i-0{digits[80:96]}",
        "ip": f"198.51.100.{int(digits[96:98], 16)}",
        "encoded": digits,
    }
