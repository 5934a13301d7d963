"""Represent the filter, the progress and the contents of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Contents", "Filter", "Progress")


@attrs.frozen
class Filter:
    """Which denials to count.

    Attributes:
        since: The time of the first denial, in UTC without a zone.
        until: The time that all denials are before.
        accounts: The accounts of the callers or of the trails; empty for all.
        regions: The Regions; empty for all.
    """

    since: str | None = None
    until: str | None = None
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@attrs.define
class Progress:
    """How much of the inputs has been read.

    Attributes:
        inputs: The number of inputs to read. It grows while inputs are found.
        inputs_read: The number of inputs that were read.
        size: The size of the inputs to read, in bytes.
        size_read: The size of those that were read.
        records: The number of records that were read.
        denials: The number of denials that were found.
        known: The number of inputs that were in the store.
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
