"""Choose the Region to call, and record what happens.

Each Region has a circuit breaker: https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ("Call", "Failover", "FailoverEvent", "FailoverKind")

FailoverKind: TypeAlias = Literal["failed", "skipped", "answered", "recovered", "exhausted"]
"""What can happen to a Region during a call; see :class:`FailoverEvent`."""

_LOG = logging.getLogger("iamtriage.boto")
_MAX_EVENTS = 256
_MAX_LENGTH = 500
_WARNINGS = frozenset({"failed", "exhausted"})


@attrs.frozen
class FailoverEvent(View):
    """An event of a failover client. A call to which the first Region responds produces none.

    Attributes:
        kind: ``"failed"``: the Region could not be reached, did not respond in time, responded with a status
            of 500 or higher, or what responded is not STS. ``"skipped"``: the Region was skipped because it
            failed recently. ``"answered"``: the Region responded, possibly with a denial, after others failed
            or were skipped. ``"recovered"``: the Region responded and had failed before. ``"exhausted"``: the
            last Region failed, too; the call raises an exception.
        call: The number of the call, counted from 1. It identifies the events of one call if threads share
            the client.
        operation: The operation, such as ``"AssumeRole"``.
        region: The Region, as passed to :func:`sts_client`.
        url: The Region's endpoint URL.
        at: The time by the client's clock.
        error: The class and message of the exception, on one line; ``None`` if there was none.

    >>> url = "https://sts.eu-west-1.amazonaws.com"
    >>> print(FailoverEvent("failed", 1, "AssumeRole", "eu-west-1", url, 0.0, "ReadTimeoutError: ..."))
    call 1, AssumeRole: eu-west-1 failed at https://sts.eu-west-1.amazonaws.com: ReadTimeoutError: ...
    """

    kind: FailoverKind
    call: int
    operation: str
    region: str
    url: str
    at: float
    error: str | None = None

    @override
    def __str__(self) -> str:
        description = {
            "failed": f"{self.region} failed at {self.url}",
            "skipped": f"{self.region} was skipped because it failed recently",
            "answered": f"{self.region} responded at {self.url}",
            "recovered": f"{self.region} responded again at {self.url}",
            "exhausted": f"no Region is left after {self.region}",
        }[self.kind]
        return f"call {self.call}, {self.operation}: {description}" + (
            f": {self.error}" if self.error else ""
        )


@attrs.define(eq=False)
class _Breaker:
    """The circuit breaker of a Region, guarded by the lock of :class:`Failover`."""

    failed_at: float | None = None
    on_trial: bool = False  # one call tries whether the region is back, and the others still skip it


class Failover:
    """The state of a failover client's regions: ``client.iamtriage_failover``. Threads can share it.

    Attributes:
        regions: The Regions, in the order in which they are tried.
        endpoints: The endpoint URL of each Region.
        cooldown: For how many seconds a Region is skipped after a failure.

    >>> failover = Failover({"eu-west-1": "https://sts.eu-west-1.amazonaws.com"})
    >>> failover.regions, failover.skipped, failover.events
    (('eu-west-1',), (), ())
    """

    def __init__(
        self,
        endpoints: Mapping[str, str],
        *,
        cooldown: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        on_event: Callable[[FailoverEvent], None] | None = None,
    ) -> None:
        self.regions: tuple[str, ...] = tuple(endpoints)
        self.endpoints: Mapping[str, str] = MappingProxyType(dict(endpoints))
        self.cooldown = cooldown
        self._clock = clock
        self._on_event = on_event
        self._lock = threading.Lock()
        self._breakers = {region: _Breaker() for region in endpoints}
        self._events: deque[FailoverEvent] = deque(maxlen=_MAX_EVENTS)
        self._calls = 0

    @override
    def __repr__(self) -> str:
        return f"Failover(regions={self.regions!r}, skipped={self.skipped!r})"

    @property
    def events(self) -> tuple[FailoverEvent, ...]:
        """The last 256 events, oldest first."""
        with self._lock:
            return tuple(self._events)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The Regions that a call would skip now."""
        with self._lock:
            now = self._clock()
            return tuple(region for region, breaker in self._breakers.items() if self._is_open(breaker, now))

    def begin_call(self, operation: str) -> Call:
        """Begin a call, which tries one Region after the other."""
        with self._lock:
            self._calls += 1
            return Call(self, self._calls, operation, list(self.regions))

    def choose_region(self, untried: list[str]) -> tuple[str, bool, list[str]]:
        """Return the Region to call, whether it is on trial, and the Regions that were skipped."""
        skipped: list[str] = []
        with self._lock:
            now = self._clock()
            for region in untried:
                breaker = self._breakers[region]
                if breaker.failed_at is None:
                    return region, False, skipped
                if not self._is_open(breaker, now):
                    breaker.on_trial = True
                    return region, True, skipped
                skipped.append(region)
            # All regions are down. The one that failed the longest ago is the most likely to be back.
            return min(untried, key=lambda region: self._breakers[region].failed_at or 0.0), False, []

    def record_health(self, region: str, *, healthy: bool | None, on_trial: bool) -> bool:
        """Record the health of a Region (``None`` if unknown), and return whether it had failed before."""
        with self._lock:
            breaker = self._breakers[region]
            had_failed = breaker.failed_at is not None
            if on_trial or healthy:
                breaker.on_trial = False
            if healthy is not None:
                breaker.failed_at = None if healthy else self._clock()
            return had_failed

    def record_event(
        self, kind: FailoverKind, call: int, operation: str, region: str, error: str | None = None
    ) -> None:
        """Record an event, log it, and pass it to ``on_event``."""
        event = FailoverEvent(kind, call, operation, region, self.endpoints[region], self._clock(), error)
        with self._lock:
            self._events.append(event)
        _LOG.log(logging.WARNING if kind in _WARNINGS else logging.INFO, "%s", event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:  # noqa: BLE001
                # The call can still succeed, and an observer must not make it fail.
                _LOG.exception("on_event raised an exception for: %s", event)

    def _is_open(self, breaker: _Breaker, now: float) -> bool:
        return breaker.failed_at is not None and (breaker.on_trial or now - breaker.failed_at < self.cooldown)


@attrs.define(eq=False)
class Call:
    """A call in one thread, with the Regions that it has not tried yet."""

    _failover: Failover
    _number: int
    _operation: str
    untried: list[str]
    _on_trial: bool = False
    _has_failed_over: bool = False
    _skipped: set[str] = attrs.field(factory=set[str])
    _attempts: list[str] = attrs.field(factory=list[str])

    def next_region(self) -> str:
        """Return the Region to call next."""
        region, self._on_trial, skipped = self._failover.choose_region(self.untried)
        self.untried.remove(region)
        for other in skipped:
            if other not in self._skipped:
                self._skipped.add(other)
                self._has_failed_over = True
                self._record_event("skipped", other)
        return region

    def record_response(self, region: str) -> None:
        """Record that a Region responded."""
        had_failed = self._failover.record_health(region, healthy=True, on_trial=self._on_trial)
        if had_failed or self._has_failed_over:
            self._record_event("recovered" if had_failed else "answered", region)

    def record_failure(self, region: str, error: Exception) -> None:
        """Record that a Region failed."""
        self._failover.record_health(region, healthy=False, on_trial=self._on_trial)
        self._has_failed_over = True
        description = _format_line(f"{type(error).__name__}: {error}")
        self._attempts.append(f"- {region}, {self._failover.endpoints[region]}: {description}")
        self._record_event("failed", region, description)
        if not self.untried:
            self._record_event("exhausted", region, description)

    def release(self, region: str) -> None:
        """End the trial of a Region whose health the call did not show."""
        self._failover.record_health(region, healthy=None, on_trial=self._on_trial)

    @property
    def has_failures(self) -> bool:
        """Whether a Region failed."""
        return bool(self._attempts)

    def build_note(self, reason: str | None = None) -> str:
        """Build the exception note with the response or error of each Region.

        Args:
            reason: Why the call ended before every Region failed.
        """
        if reason is None:
            return "\n".join((f"iamtriage: {self._operation} failed in every Region:", *self._attempts))
        lines = [f"iamtriage: {self._operation} failed in some regions:", *self._attempts, reason]
        if self.untried:
            lines.append(f"Not tried: {', '.join(self.untried)}")
        return "\n".join(lines)

    def _record_event(self, kind: FailoverKind, region: str, error: str | None = None) -> None:
        self._failover.record_event(kind, self._number, self._operation, region, error)


def _format_line(text: str) -> str:
    """Format an error message as one printable line. It can quote an untrusted response."""
    # Redact before the line is truncated, which could leave a part of a secret.
    text = redact(text)
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _MAX_LENGTH else f"{line[: _MAX_LENGTH - 1]}…"
