"""Read when a pod was started, and when the association of EKS Pod Identity was created that its service account has."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

__all__ = ("PodTimes", "find_pod_times", "read_times")

_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
_TIME = lazy_pattern(rf"(?P<iso>{_ISO})|(?<![\w.])(?P<seconds>1[0-9]{{9}})(?:\.[0-9]{{1,6}})?(?![\w.-])")
# A command up to the end of its output: a prompt, an empty line or the end.
_OUTPUT = r"(?:[^\n\\]|\\\n){0,300}\n(?P<output>(?:(?![^\n\w]{0,2}[$#%❯] |[^\n]{0,60}[$#❯] |[ \t]*\n)[^\n]{1,400}(?:\n|\Z)){1,30})"
_STARTED = lazy_pattern(
    rf"(?m)\bstartTime[\"']?: ?[\"']?(?P<member>{_ISO})"
    r"|^Start Time:[ \t]{1,12}(?P<described>\w{3}, [0-9]{1,2} \w{3} [0-9]{4} [0-9:]{8} [+-][0-9]{4})"
    rf"|\bkubectl (?:[^\n|]{{1,80}} )?get (?:pods?|po)\b(?=(?:[^\n\\]|\\\n){{0,200}}\b(?:startTime|creationTimestamp)\b){_OUTPUT}"
)
_CREATED = lazy_pattern(
    r"\"association(?:Arn|Id)\"[^{}]{1,800}?\"createdAt\": ?(?P<after>[^,}\n]{1,60})|\"createdAt\": ?(?P<before>[^,}\n]{1,60})[^{}]{1,600}?\"association(?:Arn|Id)\""
    rf"|\bdescribe-pod-identity-association\b(?=(?:[^\n\\]|\\\n){{0,200}}\bcreatedAt\b){_OUTPUT}"
)


class PodTimes(NamedTuple):
    """When the last pod was started, and the first association was created."""

    started: datetime
    created: datetime

    @property
    def is_older(self) -> bool:
        """Whether the pods are older than the association."""
        return self.started < self.created

    @property
    def order(self) -> str:
        """What came first, as the end of a sentence about the pods."""
        started, created = (each.date() for each in self)
        return f"started on {started}, before the association of {created}" if started < created else ""


def find_pod_times(text: str) -> PodTimes | None:
    r"""Return the times of pods and the association, if a text shows both.

    >>> pod = "$ kubectl get po api -o yaml\nstatus:\n  startTime: \"2026-03-01T08:00:00Z\"\n"
    >>> created = '{"associationId": "a-1", "createdAt": "2026-03-02T08:00:00+00:00"}'
    >>> find_pod_times(pod + created).order
    'started on 2026-03-01, before the association of 2026-03-02'
    """
    if "createdAt" not in text or not ("tart" in text or "creationTimestamp" in text):
        return None
    started, created = [*_find_times(_STARTED, text)], [*_find_times(_CREATED, text)]
    return PodTimes(max(started), min(created)) if started and created else None


def _find_times(pattern: re.Pattern[str], text: str) -> Iterator[datetime]:
    for found in pattern.finditer(text):
        words = found[found.lastgroup or 0]
        with contextlib.suppress(ValueError):
            yield datetime.strptime(words, "%a, %d %b %Y %H:%M:%S %z")
            continue
        yield from read_times(words)


def read_times(words: str) -> Iterator[datetime]:
    """Yield the times in words, which the AWS CLI prints in ISO 8601 or in seconds."""
    for each in _TIME.finditer(words):
        with contextlib.suppress(ValueError):
            if each["iso"]:
                yield datetime.fromisoformat(each["iso"])
            else:
                yield datetime.fromtimestamp(int(each["seconds"]), UTC)
