"""Which region is asked next, and the story of that; not for the calls themselves, see ``_sts_client``.

A circuit breaker for each region: https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ("Call", "Failover", "FailoverEvent", "FailoverKind")

FailoverKind: TypeAlias = Literal["failed", "skipped", "answered", "recovered", "exhausted"]
"""What can happen to a region in a call, see :class:`FailoverEvent`."""

_LOG = logging.getLogger("iamtriage.boto")
_KEPT = 256
_LONGEST = 500
_WARNINGS = frozenset({"failed", "exhausted"})


@attrs.frozen
class FailoverEvent(View):
    """Something that a failover client did. A call that its first region answers leaves no event.

    Attributes:
        kind: ``"failed"``: the region could not be reached, did not answer in time, or answered with a
            status of 500 or more. ``"skipped"``: it was passed over, since it failed a short while ago.
            ``"answered"``: it answered, be it with a denial, after others failed or were skipped.
            ``"recovered"``: it answered, and had failed before. ``"exhausted"``: it was the last
            region, and failed too; the call raises.
        call: the number of the call at this client, from 1; it holds the events of one call together
            where threads share the client.
        operation: ``"AssumeRole"``, ….
        region: the region, as ``sts_client`` was given it.
        url: the region's endpoint.
        at: when, by the client's clock.
        error: the name and text of the error, on one line; None where nothing failed.

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
        told = {
            "failed": f"{self.region} failed at {self.url}",
            "skipped": f"{self.region} was skipped, it failed a short while ago",
            "answered": f"{self.region} answered at {self.url}",
            "recovered": f"{self.region} answers again at {self.url}",
            "exhausted": f"no region is left after {self.region}",
        }[self.kind]
        return f"call {self.call}, {self.operation}: {told}" + (f": {self.error}" if self.error else "")


@attrs.define(eq=False)
class _Breaker:
    """Whether a region may be asked; guarded by the lock of :class:`Failover`."""

    failed_at: float | None = None
    on_trial: bool = False  # one call finds out whether a region is back; the others do not wait for it


class Failover:
    """What a failover client knows of its regions: ``client.iamtriage_failover``. Threads may share it.

    Attributes:
        regions: the regions, in the order in which they are tried.
        endpoints: region -> the URL of its endpoint.
        cooldown: for how many seconds a region is skipped after a failure.

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
        self.regions = tuple(endpoints)
        self.endpoints: Mapping[str, str] = MappingProxyType(dict(endpoints))
        self.cooldown = cooldown
        self._clock = clock
        self._on_event = on_event
        self._lock = threading.Lock()
        self._breakers = {region: _Breaker() for region in endpoints}
        self._events: deque[FailoverEvent] = deque(maxlen=_KEPT)
        self._calls = 0

    @override
    def __repr__(self) -> str:
        return f"Failover(regions={self.regions!r}, skipped={self.skipped!r})"

    @property
    def events(self) -> tuple[FailoverEvent, ...]:
        """What happened, oldest first; the last 256 events."""
        with self._lock:
            return tuple(self._events)

    @property
    def skipped(self) -> tuple[str, ...]:
        """The regions that a call would now skip."""
        with self._lock:
            now = self._clock()
            return tuple(region for region, breaker in self._breakers.items() if self._is_open(breaker, now))

    def begin(self, operation: str) -> Call:
        """Begin a call, which asks one region after the other."""
        with self._lock:
            self._calls += 1
            return Call(self, self._calls, operation, list(self.regions))

    def choose(self, untried: list[str]) -> tuple[str, bool, list[str]]:
        """Give the region to ask, whether it is on trial, and the regions that it is preferred to."""
        passed: list[str] = []
        with self._lock:
            now = self._clock()
            for region in untried:
                breaker = self._breakers[region]
                if breaker.failed_at is None:
                    return region, False, passed
                if not self._is_open(breaker, now):
                    breaker.on_trial = True
                    return region, True, passed
                passed.append(region)
            # To skip them all would be to fail without asking. Who failed longest ago may be back.
            return min(untried, key=lambda region: self._breakers[region].failed_at or 0.0), False, []

    def judge(self, region: str, *, healthy: bool | None, on_trial: bool) -> bool:
        """Note how a region did, None where the call does not tell; give whether it had failed before."""
        with self._lock:
            breaker = self._breakers[region]
            had_failed = breaker.failed_at is not None
            if on_trial or healthy:
                breaker.on_trial = False
            if healthy is not None:
                breaker.failed_at = None if healthy else self._clock()
            return had_failed

    def tell(
        self, kind: FailoverKind, call: int, operation: str, region: str, error: str | None = None
    ) -> None:
        """Record an event, log it, and hand it to who wants it."""
        event = FailoverEvent(kind, call, operation, region, self.endpoints[region], self._clock(), error)
        with self._lock:
            self._events.append(event)
        _LOG.log(logging.WARNING if kind in _WARNINGS else logging.INFO, "%s", event)
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:  # noqa: BLE001
                # The call may still succeed; who watches it must not make it fail.
                _LOG.exception("on_event raised at: %s", event)

    def _is_open(self, breaker: _Breaker, now: float) -> bool:
        return breaker.failed_at is not None and (breaker.on_trial or now - breaker.failed_at < self.cooldown)


@attrs.define(eq=False)
class Call:
    """One call, in one thread: the regions that it has not tried, and what it saw."""

    _failover: Failover
    _number: int
    _operation: str
    untried: list[str]
    _on_trial: bool = False
    _departed: bool = False
    _skipped: set[str] = attrs.field(factory=set[str])
    _story: list[str] = attrs.field(factory=list[str])

    def next_region(self) -> str:
        """Give the region to ask now."""
        region, self._on_trial, passed = self._failover.choose(self.untried)
        self.untried.remove(region)
        for other in passed:
            if other not in self._skipped:
                self._skipped.add(other)
                self._departed = True
                self._tell("skipped", other)
        return region

    def answered(self, region: str) -> None:
        """Note that a region answered."""
        had_failed = self._failover.judge(region, healthy=True, on_trial=self._on_trial)
        if had_failed or self._departed:
            self._tell("recovered" if had_failed else "answered", region)

    def failed(self, region: str, error: Exception) -> None:
        """Note that a region failed."""
        self._failover.judge(region, healthy=False, on_trial=self._on_trial)
        self._departed = True
        told = _line(f"{type(error).__name__}: {error}")
        self._story.append(f"- {region}, {self._failover.endpoints[region]}: {told}")
        self._tell("failed", region, told)
        if not self.untried:
            self._tell("exhausted", region, told)

    def dropped(self, region: str) -> None:
        """Note that the call ended before it could show how the region does."""
        self._failover.judge(region, healthy=None, on_trial=self._on_trial)

    def story(self) -> str:
        """Tell what the call tried, for a note at its error."""
        return "\n".join(
            (f"iamtriage: {self._operation} was tried in each region, and none answered:", *self._story)
        )

    def _tell(self, kind: FailoverKind, region: str, error: str | None = None) -> None:
        self._failover.tell(kind, self._number, self._operation, region, error)


def _line(text: str) -> str:
    """Make one line of an error's text for logs: it may quote what a stranger answered."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
