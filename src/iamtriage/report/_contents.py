"""Represent the filter, the progress and the contents of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Contents", "Filter", "Progress")


@attrs.frozen
class Filter:
    """The denials to count.

    Attributes:
        since: Count denials from this time on, in UTC without a zone.
        until: Count denials before this time.
        accounts: The accounts of the callers or of the trails; empty for all.
        regions: The Regions; empty for all.
    """

    since: str | None = None
    until: str | None = None
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@attrs.define
class Progress:
    """The progress of reading the inputs.

    Attributes:
        inputs: The number of inputs to read. It increases while inputs are found.
        inputs_read: The number of inputs that were read.
        size: The size of the inputs to read, in bytes.
        size_read: The size of the inputs that were read, in bytes.
        records: The number of records that were read.
        denials: The number of denials that were found.
        known: The number of inputs that were already in the store.
    """

    inputs: int = 0
    inputs_read: int = 0
    size: int = 0
    size_read: int = 0
    records: int = 0
    denials: int = 0
    known: int = 0


class Contents(Protocol):
    """The numbers of a report; :class:`iamtriage.report.Report` documents them."""

    @property
    def totals(self) -> dict[str, Any]: ...
    @property
    def policies_by_principal(self) -> dict[str, dict[str, Any]]: ...
    def count_by(self, name: str, limit: int | None = None) -> list[dict[str, Any]]: ...
    def explanations(self, limit: int | None = None) -> Iterator[tuple[str, str]]: ...
    def problems(self, limit: int | None = None) -> Iterator[dict[str, Any]]: ...
    def denied_role_assumptions(self, limit: int | None = None) -> list[dict[str, Any]]: ...
    def gone(self) -> list[dict[str, Any]]: ...
    def inputs(self, *, only_problems: bool = False) -> list[dict[str, Any]]: ...
