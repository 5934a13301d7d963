"""Find the inputs that paths, folders, globs and S3 URLs name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.inputs._local import find_local_inputs
from iamtriage.inputs._selection import build_selection

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

    from iamtriage.inputs._inputs import Input

__all__ = ("open_inputs",)


def open_inputs(
    paths: Iterable[str | os.PathLike[str]],
    *,
    since: datetime | date | str | None = None,
    until: datetime | date | str | None = None,
    accounts: Collection[str] = (),
    regions: Collection[str] = (),
) -> Iterator[Input]:
    """Yield the inputs that paths name, without opening them.

    All files in a folder are inputs, in the order of their names; hidden files are left out. In a tree of
    CloudTrail log files, folders that cannot contain selected events are left out, and a folder of digests,
    Insights events or aggregated events is one input that is skipped. A file that several paths name is one
    input.

    Args:
        paths: Files, folders, and patterns with ``*``, ``?``, ``[…]`` or ``**``. ``-`` is standard input.
        since: The time of the first event. Without a time zone, it is in UTC; a date is its beginning.
        until: The time that all events are before.
        accounts: The IDs of the accounts to read; empty for all.
        regions: The Regions to read; empty for all.

    Yields:
        The inputs. A path that cannot be read is one with a ``problem``.

    Raises:
        TypeError: An argument has another type.
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
    return find_local_inputs(paths, selection)
