"""Read texts that are a print of the table and nothing else."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage._reading.canonical.kinds import kind_of
from iamtriage._reading.canonical.messages import SENTENCE, SENTENCE_KEYS, decision_of, read_message
from iamtriage._reading.canonical.prints import CAPITAL, PRINTS, SMALL
from iamtriage._reading.vocabulary.codes import is_code, is_known
from iamtriage._reading.vocabulary.services import service_name
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamtriage._reading.canonical.prints import Ending, Print
    from iamtriage.failures._failures import Failure

_FACTS = ("code", "operation", "service", "status_code", "request_id", "host_id", "again")
_SPANNED = frozenset(_FACTS) - {"service", "again"}
_SUFFIXES = ("Exception", "Error", "Fault", "Denied", "NotFound")
# What these print, no other system does, whatever names are in it.
_SDKS = frozenset(
    {"botocore", "aws-cli", "go-v2", "java-v1", "java-v2", "dotnet", "ruby", "php", "cpp", "js-v2", "js-v3"}
)


def read_print(text: str, at: int = 0) -> Failure | None:
    """Read the failure of a text that is the print of an SDK, tool or service.

    Args:
        text: the text.
        at: where the print begins.

    Returns:
        The failure, or ``None`` for a text that is no such print from there to its end.
    """
    start = text[at : at + 3]
    readers = _READERS.get(start)
    if readers is None:
        letter = start[:1]
        readers = _READERS[CAPITAL] if letter.isupper() else _READERS[SMALL] if letter.islower() else ()
    for reader in readers:
        failure = reader.read(text, at)
        if failure is not None:
            return failure
    return None


class _PrintReader:
    """Read one print of the table; its patterns are compiled when they are first needed."""

    def __init__(self, row: Print) -> None:
        self._row = row
        self._read_message = row.read

    @cached_property
    def _head(self) -> re.Pattern[str]:
        return re.compile(self._row.pattern, re.ASCII)

    @cached_property
    def _match(self) -> Callable[[str, int], re.Match[str] | None]:
        return self._head.match

    @cached_property
    def _begin(self) -> int:
        return self._head.groupindex.get("begin", 0)

    @cached_property
    def _endings(self) -> list[_EndingReader]:
        return [_EndingReader(self._head, ending) for ending in self._row.endings]

    @cached_property
    def _denial(self) -> _DenialReader | None:
        """The reader of the print with a standard denial, if nothing follows that."""
        ending = self._row.endings[0]
        has_denial = self._read_message is read_message and len(self._row.endings) == 1
        return (
            _DenialReader(self._row) if has_denial and not ending.pattern and ending.source in _SDKS else None
        )

    def read(self, text: str, at: int) -> Failure | None:
        """Read the failure of a text that is such a print from a place on."""
        if self._denial is not None:
            failure = self._denial.read(text, at)
            if failure is not None:
                return failure
        head = self._match(text, at)
        if head is None:
            return None
        message = self._read_message(text, head.end())
        if message is None:
            return None
        for ending in self._endings:
            tail = ending.match(text, message.stop)
            if tail is not None:
                break
        else:
            return None
        if ending.frames and tail[ending.frames] and _names_class(text, *tail.span(ending.frames)):
            return None
        code, operation, service, status, request_id, host_id, again = ending.facts(
            (*head.groups(), *tail.groups(), None)
        )
        if code is not None and ((ending.known and not is_known(code)) or not _agree(code, again)):
            return None
        kind = kind_of(code, message, claimed=ending.claimed, sdk=ending.sdk)
        if kind is None:
            return None
        if service is not None:
            service = _service(service)
            if service is None:
                return None
        has_words = message.start >= 0
        if self._begin:
            start = head.start(self._begin)
        else:
            start = message.start if has_words else tail.start(ending.begin)
        end = tail.end(ending.end) if ending.end else message.end if has_words else head.end()
        return build_failure(
            kind,
            build_envelope(
                code,
                operation,
                message.service or service,
                int(status) if status else None,
                request_id,
                host_id,
                ending.source,
            ),
            text,
            (start, end),
            (ending.before + message.names + ending.behind, head.regs + message.marks + tail.regs),
            message.principal,
            message.account,
            message.action,
            message.resource,
            message.more,
        )


class _DenialReader:
    """Read a print with a standard denial by one match, because most prints are such."""

    def __init__(self, row: Print) -> None:
        # The end of a line is no part of a print.
        pattern = re.compile(rf"{row.pattern}{SENTENCE}(?=\.?\s*\Z)", re.ASCII)
        self._match = pattern.match
        self._source = row.endings[0].source
        self._begin = pattern.groupindex["begin"]
        names = _groups(pattern)
        self._size = len(names) - len(SENTENCE_KEYS)
        groups = names[: self._size]
        self._facts: Callable[[Sequence[str | None]], tuple[str | None, ...]] = itemgetter(
            *(groups.index(name) if name in groups else -1 for name in _FACTS[:-1])
        )
        self._keys = (*_keys(groups), *SENTENCE_KEYS)

    def read(self, text: str, at: int) -> Failure | None:
        """Read the failure of a text that is such a print from a place on."""
        m = self._match(text, at)
        if m is None:
            return None
        groups = m.groups()
        code, operation, service, status, request_id, host_id = self._facts((*groups, None))
        principal, account, action, prefix, _, resource, reason, implicit, explicit, policy = groups[
            self._size :
        ]
        if service is not None and _service(service) is None:
            return None
        deny, policy_type = decision_of(reason, implicit, explicit)
        return build_failure(
            "access_denied",
            build_envelope(
                code, operation, prefix, int(status) if status else None, request_id, host_id, self._source
            ),
            text,
            (m.start(self._begin), m.end()),
            (self._keys, m.regs),
            principal,
            account,
            action,
            resource,
            (deny, policy_type, policy, None, None, reason),
        )


class _EndingReader:
    """The compiled pattern of an ending, and where the facts are in the groups of it and its print."""

    __slots__ = (
        "before",
        "begin",
        "behind",
        "claimed",
        "end",
        "facts",
        "frames",
        "known",
        "match",
        "sdk",
        "source",
    )

    def __init__(self, head: re.Pattern[str], ending: Ending) -> None:
        # The end of a line is no part of a print.
        tail = re.compile(rf"{ending.pattern}\s*\Z", re.ASCII)
        self.match = tail.match
        self.source, self.claimed, self.known = ending.source, ending.claimed, ending.known
        self.sdk = ending.source in _SDKS
        behind = _groups(tail)
        # If the ending repeats the code, that one is the fact.
        before = ["again" if name == "code" and name in behind else name for name in _groups(head)]
        groups = [*before, *behind]
        self.facts: Callable[[Sequence[str | None]], tuple[str | None, ...]] = itemgetter(
            *(groups.index(name) if name in groups else -1 for name in _FACTS)
        )
        self.before, self.behind = _keys(before), _keys(behind)
        self.begin, self.end, self.frames = (
            tail.groupindex.get(name, 0) for name in ("begin", "end", "frames")
        )


def _names_class(text: str, start: int, end: int) -> bool:
    """Return whether the frames of a trace name a class of errors, which readers would take for a code."""
    for suffix in _SUFFIXES:
        at = text.find(suffix, start, end)
        while at >= 0:
            behind = at + len(suffix)
            if not (text[behind].isalnum() or text[behind] == "_"):
                return True
            at = text.find(suffix, behind, end)
    return text.find("_status_", start, end) >= 0


def _agree(code: str, again: str | None) -> bool:
    """Return whether the code that a print states once more is the same, or the class that is called so."""
    return again is None or again.removesuffix("Exception") == code.removesuffix("Exception")


@lru_cache(maxsize=512)
def _service(written: str) -> str | None:
    """Return the service that a print names, ``None`` for a word that could as well be a code."""
    return None if is_code(written) else service_name(written)


def _groups(pattern: re.Pattern[str]) -> list[str]:
    """Return the names of the groups of a pattern, in their order."""
    names = [""] * pattern.groups
    for name, number in pattern.groupindex.items():
        names[number - 1] = name
    return names


def _keys(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the record keys of a match and its groups, "" for what has none."""
    return ("", *(name if name in _SPANNED else "" for name in groups))


def _readers() -> dict[str, tuple[_PrintReader, ...]]:
    """Return the readers by how a text may begin, those for any letter after the others."""
    readers: dict[str, list[_PrintReader]] = {}
    for row in PRINTS:
        reader = _PrintReader(row)
        for start in row.starts:
            readers.setdefault(start, []).append(reader)
    more = {start: CAPITAL if start[0].isupper() else SMALL for start in readers if start[0].isalpha()}
    return {
        start: (*own, *(readers[more[start]] if start in more and start not in (CAPITAL, SMALL) else ()))
        for start, own in readers.items()
    }


_READERS = _readers()
