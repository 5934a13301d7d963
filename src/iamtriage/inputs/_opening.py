"""Find the inputs that paths, folders, globs and S3 URLs name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from iamtriage.inputs._selection import build_selection
from iamtriage.inputs._sources.clients import Clients
from iamtriage.inputs._sources.local import find_local_inputs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

    from iamtriage.inputs._inputs import Input
    from iamtriage.inputs._selection import Selection

__all__ = ("open_inputs",)


def open_inputs(
    paths: Iterable[str | os.PathLike[str]],
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    accounts: Collection[str] = (),
    regions: Collection[str] = (),
    session: object = None,
) -> Iterator[Input]:
    """Yield the inputs that paths name, without opening them.

    All files in a folder are inputs, in the order of their names, except hidden files. In a tree of
    CloudTrail log files, folders that cannot contain selected events are omitted, and a folder of digests,
    Insights events or aggregated events is one skipped input. A file that several paths name is one input.

    ``s3://bucket/prefix`` means all objects whose keys begin with the prefix. The key can be a pattern, in
    which ``*`` also matches ``/``. Credentials, endpoint and retries are those of the session.

    Args:
        paths: Files, folders, ``s3://`` URLs, and patterns with ``*``, ``?``, ``[…]`` or ``**``. ``-`` is
            standard input.
        since: Select events from this time on. It is in UTC if it has no time zone; a date means its start. A
            string can be an age: ``"90m"``, ``"24h"``, ``"7d"``, ``"2w"``.
        until: Select events before this time.
        accounts: The IDs of the accounts to read; empty for all.
        regions: The Regions to read; empty for all.
        session: The boto3 or botocore session for ``s3://`` URLs; by default, one from the environment.

    Yields:
        The inputs. A path that cannot be read is an input with a ``problem``.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: ``since`` or ``until`` is not a time, or an account is not a 12-digit ID.

    >>> [each.name for each in open_inputs(["examples/cloudtrail.json"])]
    ['examples/cloudtrail.json']
    >>> [missing] = open_inputs(["no-such.log"])
    >>> missing.problem
    'No such file or directory'
    """
    if isinstance(paths, str):
        msg = "paths must be an iterable of paths, not a string"
        raise TypeError(msg)
    selection = build_selection(since, until, accounts, regions)
    return _find(map(_to_path, paths), selection, Clients(session))


def _to_path(path: str | os.PathLike[str]) -> str:
    return os.fspath(path)


def _find(paths: Iterable[str], selection: Selection, clients: Clients) -> Iterator[Input]:
    seen: set[tuple[int, int] | str] = set()
    for path in paths:
        if not path.startswith("s3://"):
            yield from find_local_inputs(path, selection, seen)
            continue
        from iamtriage.inputs._sources.s3 import find_s3_inputs

        for source in find_s3_inputs(path, selection, clients):
            if source.name not in seen:
                seen.add(source.name)
                yield source
