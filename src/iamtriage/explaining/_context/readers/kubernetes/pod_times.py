"""Read when a pod was started, and when its service account got its role: by EKS Pod Identity or the annotation."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple

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


# A commit in the output of git, with its date before its subject, and what its subject says of the annotation.
_COMMIT = lazy_pattern(
    r"(?m)(?<![\w-])(?P<date>\w{3} \w{3} [0-9]{1,2} [0-9:]{8} [0-9]{4} [+-][0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} [+-][0-9]{4})"
    r"(?:[ \t]{0,8}\r?\n[ \t]{0,8}\r?\n)?[ \t]{1,8}(?P<subject>[^\n]{3,150})"
)
_OF_GIT = lazy_pattern(r"\bgit (?:-C \S{1,100} )?(?:log|show|blame)\b|\bcommit [0-9a-f]{7,40}\b")
_GIT_FORMATS = ("%a %b %d %H:%M:%S %Y %z", "%Y-%m-%d %H:%M:%S %z")
_ADDS = lazy_pattern(
    r"(?i)^(?!.{0,150}\b(?:remov|drop|delet|revert|renam)).{0,150}(?:\bannotat|\brole-arn\b|\bIRSA\b)"
)
# A service account with the annotation, as kubectl prints it.
_ACCOUNT = lazy_pattern(
    rf"\beks\.amazonaws\.com/role-arn: [^\n]{{1,300}}\n(?:[ \t]{{1,20}}[^\n]{{1,300}}\n){{0,9}}?[ \t]{{1,8}}creationTimestamp: \"?(?P<created>{_ISO})"
)


class PodTimes(NamedTuple):
    """When the last pod was started, and since when its service account has its role at the earliest.

    Attributes:
        started: When the pod was started.
        created: When the association was created, or the annotation was written.
        kind: Which of them it is.
    """

    started: datetime
    created: datetime
    kind: Literal["association", "annotation"] = "association"

    @property
    def is_older(self) -> bool:
        """Whether the pods are older than the association or annotation."""
        return self.started < self.created

    @property
    def order(self) -> str:
        """What came first, as the end of a sentence about the pods."""
        started, created = self.started.date(), self.created.date()
        return f"started on {started}, before the {self.kind} of {created}" if started < created else ""


def find_pod_times(text: str) -> PodTimes | None:
    r"""Return the times of pods and the association, if a text shows both.

    >>> pod = "$ kubectl get po api -o yaml\nstatus:\n  startTime: \"2026-03-01T08:00:00Z\"\n"
    >>> created = '{"associationId": "a-1", "createdAt": "2026-03-02T08:00:00+00:00"}'
    >>> find_pod_times(pod + created).order
    'started on 2026-03-01, before the association of 2026-03-02'
    """
    if not ("tart" in text or "creationTimestamp" in text):
        return None
    of_association = [*_find_times(_CREATED, text)] if "createdAt" in text else []
    annotated = None if of_association or "role-arn" not in text else _find_annotation_time(text)
    if not (of_association or annotated) or not (started := [*_find_times(_STARTED, text)]):
        return None
    if annotated is None:
        return PodTimes(max(started), min(of_association))
    # Whoever wrote the annotation applied it later: only that a pod is older is sure.
    found = PodTimes(max(started), annotated, "annotation")
    return found if found.is_older else None


def _find_annotation_time(text: str) -> datetime | None:
    """Return when the annotation was committed, or the service account was created that has it, whichever is later."""
    times = [*_find_times(_ACCOUNT, text)][:1]
    commits = _COMMIT.finditer(text) if _OF_GIT.search(text) else ()
    dates = (each["date"] for each in commits if _ADDS.match(each["subject"]))
    committed = [_parse(each, *_GIT_FORMATS) for each in dates]
    times += [min(each for each in committed if each is not None)] if any(committed) else []
    return max(times, default=None)


def _parse(words: str, *forms: str) -> datetime | None:
    for form in forms:
        with contextlib.suppress(ValueError):
            return datetime.strptime(words, form)  # noqa: DTZ007 (each form has %z)
    return None


def _find_times(pattern: re.Pattern[str], text: str) -> Iterator[datetime]:
    for found in pattern.finditer(text):
        words = found[found.lastgroup or 0]
        described = _parse(words, "%a, %d %b %Y %H:%M:%S %z")
        yield from read_times(words) if described is None else (described,)


def read_times(words: str) -> Iterator[datetime]:
    """Yield the times in words, which the AWS CLI prints in ISO 8601 or in seconds."""
    for each in _TIME.finditer(words):
        with contextlib.suppress(ValueError):
            if each["iso"]:
                yield datetime.fromisoformat(each["iso"])
            else:
                yield datetime.fromtimestamp(int(each["seconds"]), UTC)
