"""Find and read objects in S3 with a botocore session, in parts of bounded size."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import re
from contextlib import contextmanager
from fnmatch import translate
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.inputs._inputs import Input
from iamtriage.inputs._selection import find_sibling, find_sibling_folder
from iamtriage.inputs._sources.clients import Clients

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from iamtriage.inputs._selection import Selection

__all__ = ("ObjectError", "S3Object", "describe_error", "find_s3_inputs")

_SCHEME = "s3://"
_CHUNK_SIZE = 1 << 20
# The maximum number of requests for the rest of an interrupted body, because botocore retries only requests.
_MAX_RESUMES = 3
# Unknown folders are listed one by one if there are at most this many. Otherwise, all their objects are
# listed.
_MAX_FOLDERS = 50
# Levels of folders above a tree.
_MAX_DEPTH = 4
_WILDCARD = lazy_pattern(r"[*?\[]")
# The levels of a trail's tree below which a selection leaves whole folders out.
_TREE_LEVEL = lazy_pattern(r"(?:^|/)(?:AWSLogs|o-[a-z0-9]{10,32}|\d{12}|ext|[A-Za-z]+=[^/]*)/$")
_DATED_LEVEL = lazy_pattern(r"/CloudTrail[^/]*/(?:[a-z0-9-]+/(?:\d{4}/(?:\d\d/)?)?)?$")
_REASONS = {
    "NoSuchKey": "the object no longer exists",
    "404": "the object no longer exists",
    "NoSuchBucket": "the bucket does not exist",
    "PreconditionFailed": "the object has changed since it was listed",
    "412": "the object has changed since it was listed",
    "InvalidObjectState": "the object is archived; restore it first",
}
_THROTTLING_CODES = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "503"}
)


class ObjectError(OSError):
    """An object that cannot be read; the message is the reason."""


@attrs.frozen
class S3Object:
    """An object in S3.

    Attributes:
        bucket: The name of the bucket.
        key: The key.
        etag: The ETag of the listing.
        clients: Creates the client.
    """

    bucket: str
    key: str
    etag: str | None
    clients: Clients = attrs.field(repr=False, eq=False)

    @contextmanager
    def open(self) -> Generator[tuple[Iterator[bytes], int | None], None, None]:
        """Open the object."""
        yield self._read(), None

    def _read(self) -> Iterator[bytes]:
        """Yield the bytes. If the connection is interrupted, request the rest."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError

        at, resumes = 0, 0
        arguments: dict[str, str] = {"Bucket": self.bucket, "Key": self.key}
        if self.etag is not None:
            arguments["IfMatch"] = self.etag
        while True:
            if at:
                arguments["Range"] = f"bytes={at}-"
            try:
                body = self.clients.get_client().get_object(**arguments)["Body"]
                for chunk in body.iter_chunks(_CHUNK_SIZE):
                    yield chunk
                    at += len(chunk)
            except ClientError as error:
                raise ObjectError(describe_error(error)) from error
            except (HTTPClientError, IncompleteReadError) as error:
                resumes += 1
                if resumes > _MAX_RESUMES:
                    raise ObjectError(describe_error(error)) from error
            except BotoCoreError as error:
                raise ObjectError(describe_error(error)) from error
            else:
                return


def describe_error(error: Exception) -> str:
    """Return why an S3 request failed, with the error code."""
    response: dict[str, Any] = getattr(error, "response", {})
    if "Error" not in response:
        return str(error)
    code = str(response["Error"].get("Code", ""))
    if code in _THROTTLING_CODES:
        attempts = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
        return f"S3 throttled the request ({code}) in each of {attempts} attempts"
    reason = _REASONS.get(code) or response["Error"].get("Message") or "no reason stated"
    return f"{reason} ({code})" if code else reason


def find_s3_inputs(url: str, selection: Selection, clients: Clients) -> Iterator[Input]:
    """Yield the objects that an ``s3://`` URL names: one object, a prefix, or a pattern.

    In a tree of CloudTrail log files, folders that cannot contain selected events are not listed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, path = url.removeprefix(_SCHEME).partition("/")
    wildcard = _WILDCARD.search(path)
    listing = _Listing(bucket, selection, clients)
    if wildcard is not None:
        listing.pattern = re.compile(translate(path))
    found = 0
    try:
        for each in listing.walk(path[: wildcard.start()] if wildcard else path, is_root=True):
            found += 1
            yield each
    except (ClientError, BotoCoreError) as error:
        yield _build_unreadable(url, describe_error(error))
        return
    if not found and not listing.has_other_objects:
        yield _build_unreadable(url, "no object matches this URL")


def _build_unreadable(url: str, reason: str) -> Input:
    return Input(url, skipped=reason, problem=reason)


class _Listing:
    """The listing of a bucket.

    Attributes:
        pattern: The pattern that the keys must match; ``None`` for all.
        has_other_objects: Whether objects or folders were omitted.
    """

    def __init__(self, bucket: str, selection: Selection, clients: Clients) -> None:
        self.pattern: re.Pattern[str] | None = None
        self.has_other_objects = False
        self._bucket = bucket
        self._selection = selection
        self._clients = clients
        self._siblings: set[str] = set()

    def walk(self, prefix: str, *, is_root: bool = False) -> Iterator[Input]:
        """Yield the inputs below a prefix, folder by folder if folders can be omitted."""
        if not (is_root or self._has_folders_to_leave_out(prefix)):
            yield from self._list_all(prefix)
            return
        folders: list[str] = []
        for page in self._list_pages(prefix, Delimiter="/"):
            contents = page.get("Contents", ())
            if is_root and not prefix.endswith("/") and any(each["Key"] == prefix for each in contents):
                # The URL is that of an object; others can begin with the same letters.
                yield from self._build_inputs(next(each for each in contents if each["Key"] == prefix))
                return
            for each in contents:
                yield from self._build_inputs(each)
            folders += [each["Prefix"] for each in page.get("CommonPrefixes", ())]
        is_listed_by_folder = is_root or _is_tree(prefix) or len(folders) <= _MAX_FOLDERS
        if not is_listed_by_folder:
            yield from self._list_all(prefix, only_folders=True)
            return
        for folder in folders:
            sibling = find_sibling(folder)
            if not self._selection.may_contain(folder):
                self.has_other_objects = True
            elif sibling is not None:
                yield self._build_sibling(folder.rstrip("/"), sibling)
            else:
                yield from self.walk(folder)

    def _has_folders_to_leave_out(self, prefix: str) -> bool:
        if _TREE_LEVEL.search(prefix):
            return True
        if _DATED_LEVEL.search(prefix):
            return not self._selection.covers(prefix)
        # This can be a folder above a tree.
        return "AWSLogs/" not in prefix and prefix.count("/") <= _MAX_DEPTH

    def _list_all(self, prefix: str, *, only_folders: bool = False) -> Iterator[Input]:
        for page in self._list_pages(prefix):
            for each in page.get("Contents", ()):
                if not only_folders or "/" in each["Key"][len(prefix) :]:
                    yield from self._build_inputs(each)

    def _list_pages(self, prefix: str, **options: str) -> Iterator[dict[str, Any]]:
        paginator = self._clients.get_client().get_paginator("list_objects_v2")
        return cast(
            "Iterator[dict[str, Any]]",
            iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix, **options)),
        )

    def _build_inputs(self, listed: dict[str, Any]) -> Iterator[Input]:
        """Yield the input of a listed object, unless it is omitted."""
        key: str = listed["Key"]
        if key.endswith("/") and not listed["Size"]:
            # The console creates such objects to show empty folders.
            return
        is_other = self.pattern is not None and not self.pattern.match(key)
        if is_other or not self._selection.may_contain(key):
            self.has_other_objects = self.has_other_objects or not is_other
            return
        sibling = find_sibling(key)
        if sibling is not None:
            folder = find_sibling_folder(key)
            if folder not in self._siblings:
                self._siblings.add(folder)
                yield self._build_sibling(folder, sibling)
            return
        etag: str | None = listed.get("ETag")
        yield Input(
            f"{_SCHEME}{self._bucket}/{key}",
            listed["Size"],
            etag.strip('"') if etag else None,
            source=S3Object(self._bucket, key, etag, self._clients),
            selection=self._selection,
        )

    def _build_sibling(self, folder: str, reason: str) -> Input:
        return Input(f"{_SCHEME}{self._bucket}/{folder}", skipped=reason)


def _is_tree(prefix: str) -> bool:
    return _TREE_LEVEL.search(prefix) is not None or _DATED_LEVEL.search(prefix) is not None
