"""Find which objects of a bucket, or distributions with one, the listings in a text show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.readers.command_runs import CommandRun
    from iamtriage.failures._failures import Failure

_CALLS = frozenset({("s3", "ls"), ("s3api", "list-objects"), ("s3api", "list-objects-v2")})
# Rows of "aws s3 ls", and members of the response.
_ROW = lazy_pattern(
    r"(?m)^[ \t]{0,20}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[ \t]+[\d.]+(?: (?:Bytes?|[KMGTPE]iB))?[ \t](?P<key>\S[^\n]{0,1024}?)[ \t\r]*$"
)
_FOLDER_ROW = lazy_pattern(r"(?m)^[ \t]{1,40}PRE (?P<folder>\S[^\n]{0,1024}?/)[ \t\r]*$")
_KEY = lazy_pattern(r"\"Key\"\s?:\s?\"([^\"\n]{1,1024})\"")
_FOLDER = lazy_pattern(r"\"Prefix\"\s?:\s?\"([^\"\n]{1,1024}/)\"\s*\}")
# What shows only a part of the objects.
_LIMITS = ("max-items", "max-keys", "starting-token", "start-after", "marker")
_NO_PAGES = "--no-paginate"
# A filter, an index, a slice or a function of --query.
_SELECTS = lazy_pattern(r"\[\s?[?\d:-]|\(")
# A part of the output, or an old one, of which the command, the words before it, or the output itself tell.
_IS_PART = lazy_pattern(
    r"\"(?:NextToken|NextMarker|NextContinuationToken)\"|\"IsTruncated\"\s?:\s?true|\.\.\.|…|[|>]|\^C"
    r"|(?i:\b(?:snip(?:ped)?|truncated|shortened|omitted|yesterday|etc(?!/)|(?:and|plus) (?:\d{1,9}|many|some|others)\b|more (?:rows|lines|objects|files|keys)|(?:first|last|top) (?:\w{1,10} ){0,2}(?:rows|lines|objects|files|keys|page|ones))\b)"
)
_TOTAL = lazy_pattern(r"Total Objects: (\d{1,12})")
# The last rows of a listing, which is sorted by the keys.
_TAIL = lazy_pattern(r"[ \t]*\|[ \t]*tail(?:[ \t]+-(?:n[ \t]*)?\d{1,4})?[ \t]*(?=\n|\Z)")
# Keys in another form, and stores that are not AWS.
_OTHERWISE = ("encoding-type", "endpoint-url")


class Listing(NamedTuple):
    """The objects that a command listed.

    Attributes:
        run: The command with its output.
        prefix: How their keys begin.
        keys: Their keys.
        folders: The prefixes that stand for the objects below them, ``None`` if all objects are listed.
        is_tail: Whether these are only the last keys.
    """

    run: CommandRun
    prefix: str
    keys: tuple[str, ...]
    folders: tuple[str, ...] | None
    is_tail: bool = False

    def lacks(self, key: str) -> bool:
        """Return whether the listing would have an object with a key if there was one, and has not.

        >>> Listing(None, "v", (), ("v2.1/",)).lacks("v2/a.bin")
        True
        >>> [Listing(None, "", ("b",), (), is_tail=True).lacks(each) for each in ("a", "c")]
        [False, True]
        """
        if not key.startswith(self.prefix) or key in self.keys:
            return False
        end = key.find("/", len(self.prefix)) + 1 if self.folders is not None else 0
        if self.is_tail and (end or key < min(self.keys, default=key + "/")):
            return False
        return not end or key[:end] not in (self.folders or ())


def find_listings(failure: Failure, bucket: str) -> Iterator[Listing]:
    """Yield the whole listings of the objects of a bucket, or of those with a prefix.

    Args:
        failure: The failure.
        bucket: The name of the bucket.
    """
    if not any(sign in failure.text for sign in ("s3 ls", "list-objects")):
        return
    for run in find_runs(failure):
        command = run.command
        line = failure.text[run.start : run.end - len(run.output)]
        tail = _TAIL.search(line)
        if command.words[:2] not in _CALLS or _is_part(
            run, failure.text, line.replace(tail[0], "") if tail else line
        ):
            continue
        if command.words[0] == "s3":
            place, _, prefix = "".join(command.words[2:3]).removeprefix("s3://").partition("/")
            is_deep = "--recursive" in command.text
            folder = "" if is_deep else prefix[: prefix.rfind("/") + 1]
            keys = tuple(f"{folder}{each['key']}" for each in _ROW.finditer(run.output))
            folders = tuple(f"{folder}{each['folder']}" for each in _FOLDER_ROW.finditer(run.output))
        else:
            stated, under = command.option("bucket"), command.option("prefix")
            place, prefix = (each.value if each else "" for each in (stated, under))
            is_deep = command.option("delimiter") is None
            keys, folders = tuple(_KEY.findall(run.output)), tuple(_FOLDER.findall(run.output))
        total = _TOTAL.search(run.output)
        is_whole = total is None or int(total[1]) == len(keys)
        if place == bucket and (keys or folders) and is_whole:
            yield Listing(run, prefix, keys, None if is_deep else folders, tail is not None)


def _is_part(run: CommandRun, text: str, line: str) -> bool:
    """Return whether a command printed only a part of the objects, or people show only a part of its output."""
    command, start = run.command, line_start(text, run.start)
    if command.option(*_LIMITS, *_OTHERWISE) or _NO_PAGES in command.text:
        return True
    query = command.option("query")
    if query is not None and _SELECTS.search(query.value):
        return True
    before = text[line_start(text, max(start - 1, 0)) : start]
    # The query can have a pipe.
    line = line if query is None else line.replace(query.value, "")
    return _IS_PART.search(before + line + run.output) is not None


LIST_DISTRIBUTIONS = ("cloudfront", "list-distributions")
"""The command that lists the distributions of CloudFront."""
_DISTRIBUTION = lazy_pattern(r"E[A-Z0-9]{7,20}(?=[ \t\"])")
_NEXT_DISTRIBUTION = lazy_pattern(r"\n|\"Id\": ?\"(?=E)")
_ORIGIN = lazy_pattern(r"\.s3(?:[.-][a-z]{2}-[a-z-]{4,20}-\d)?\.amazonaws\.com\b")


def find_distributions(failure: Failure) -> set[str]:
    """Return the IDs of the distributions of CloudFront that a listing shows with a bucket as their origin."""
    runs = (each for each in find_runs(failure) if each.command.words[:2] == LIST_DISTRIBUTIONS)
    rows = (row for run in runs for row in _NEXT_DISTRIBUTION.split(run.output) if _ORIGIN.search(row))
    return {found[0] for each in rows if (found := _DISTRIBUTION.match(each)) is not None}
