"""Parse texts that are unmodified output of an SDK, tool or service and nothing else."""

from __future__ import annotations

import re
import sys
from functools import cached_property, lru_cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.canonical.denials import DENIAL, DENIAL_NAMES, parse_decision
from iamtriage._reading.canonical.messages import parse_message
from iamtriage._reading.canonical.outputs import CAPITAL, LOWERCASE, OUTPUTS
from iamtriage._reading.vocabulary.services import service_name
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamtriage._reading.canonical.outputs import Ending, Output
    from iamtriage.failures._failures import Failure

_FACTS = ("code", "operation", "service", "status_code", "request_id", "host_id", "repeated_code")
_SPANNED = frozenset(_FACTS) - {"service", "repeated_code"}
_SUFFIXES = ("Exception", "Error", "Fault", "Denied", "NotFound")
# Output of these SDKs and tools always reports AWS errors, even if it contains names of other systems.
_AWS_SOURCES = frozenset(
    {"botocore", "aws-cli", "go-v2", "java-v1", "java-v2", "dotnet", "ruby", "php", "cpp", "js-v2", "js-v3"}
)


def parse_output(text: str, at: int = 0, end: int = sys.maxsize) -> Failure | None:
    """Return the failure in unmodified output between two positions, or ``None`` if no row of the table matches."""
    start = text[at : at + 3]
    for parser in _PARSERS.get(start) or _PARSERS.get(_any_letter(start)) or ():
        failure = parser.parse(text, at, end)
        if failure is not None:
            return failure
    return None


class _OutputParser:
    """Parser for one row of the table. Its patterns are compiled when they are first needed."""

    def __init__(self, row: Output) -> None:
        self._row = row
        self._parse_message = row.parse
        self._head = lazy_pattern(row.pattern, re.ASCII)

    @cached_property
    def _begin_group(self) -> int:
        return self._head.groupindex.get("begin", 0)

    @cached_property
    def _endings(self) -> list[_EndingMatcher]:
        return [_EndingMatcher(self._head, ending) for ending in self._row.endings]

    @cached_property
    def _denial(self) -> _DenialParser | None:
        """The parser for this row with a standard denial message, if nothing follows the message."""
        ending = self._row.endings[0]
        has_denial = self._parse_message is parse_message and len(self._row.endings) == 1
        return (
            _DenialParser(self._row)
            if has_denial and not ending.pattern and ending.source in _AWS_SOURCES
            else None
        )

    def parse(self, text: str, at: int, limit: int) -> Failure | None:
        """Return the failure in output between two positions, or ``None``."""
        if self._denial is not None:
            failure = self._denial.parse(text, at, limit)
            if failure is not None:
                return failure
        head = self._head.match(text, at, limit)
        if head is None:
            return None
        message = self._parse_message(text, head.end())
        if message is None:
            return None
        for ending in self._endings:
            tail = ending.match(text, message.stop, limit)
            if tail is not None:
                break
        else:
            return None
        if ending.frames and tail[ending.frames] and _names_class(text, *tail.span(ending.frames)):
            return None
        code, operation, service, status, request_id, host_id, repeated_code = ending.facts(
            (*head.groups(), *tail.groups(), None)
        )
        if code is not None and not (ending.accepts(code) and _agree(code, repeated_code)):
            return None
        kind = ending.kind_of(code, message)
        if kind is None:
            return None
        if service is not None:
            service = _normalize_service(service)
            if service is None:
                return None
        has_words = message.start >= 0
        if self._begin_group:
            start = head.start(self._begin_group)
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
            (ending.head_keys + message.names + ending.tail_keys, head.regs + message.marks + tail.regs),
            message.principal,
            message.account,
            message.action,
            message.resource,
            message.kind_attributes,
        )


class _DenialParser:
    """Parser for output with a standard denial message, which is the most frequent, by one match."""

    def __init__(self, row: Output) -> None:
        # The newline at the end is not a part of the output.
        pattern = re.compile(rf"{row.pattern}{DENIAL}(?=\.?\s*\Z)", re.ASCII)
        self._match = pattern.match
        self._source = row.endings[0].source
        self._begin_group = pattern.groupindex["begin"]
        names = _groups(pattern)
        self._size = len(names) - len(DENIAL_NAMES) + 1
        groups = names[: self._size]
        self._facts: Callable[[Sequence[str | None]], tuple[str | None, ...]] = itemgetter(
            *(groups.index(name) if name in groups else -1 for name in _FACTS[:-1])
        )
        self._record_keys = (*_record_keys(groups), *DENIAL_NAMES[1:])

    def parse(self, text: str, at: int, limit: int) -> Failure | None:
        """Return the failure in output between two positions, or ``None``."""
        m = self._match(text, at, limit)
        if m is None:
            return None
        groups = m.groups()
        code, operation, service, status, request_id, host_id = self._facts((*groups, None))
        principal, account, action, prefix, _, resource, reason, implicit, explicit, policy = groups[
            self._size :
        ]
        if service is not None and _normalize_service(service) is None:
            return None
        deny, policy_type = parse_decision(reason, implicit, explicit)
        return build_failure(
            "access_denied",
            build_envelope(
                code, operation, prefix, int(status) if status else None, request_id, host_id, self._source
            ),
            text,
            (m.start(self._begin_group), m.end()),
            (self._record_keys, m.regs),
            principal,
            account,
            action,
            resource,
            (deny, policy_type, policy, None, None, reason),
        )


class _EndingMatcher:
    """The compiled pattern of an ending, and the groups of the facts in it and in the pattern before the message."""

    def __init__(self, head: re.Pattern[str], ending: Ending) -> None:
        # Denials need no table of codes.
        from iamtriage._reading.canonical.kinds import kind_of
        from iamtriage._reading.vocabulary.codes import is_known

        # The newline at the end is not a part of the output.
        tail = re.compile(rf"{ending.pattern}\s*\Z", re.ASCII)
        self.match = tail.match
        self.source = ending.source
        self.accepts: Callable[[str], bool] = is_known if ending.needs_known_code else bool
        is_sdk = ending.source in _AWS_SOURCES
        self.kind_of = partial(kind_of, is_exclusive=ending.is_exclusive, is_sdk=is_sdk)
        tail_keys = _groups(tail)
        # If the ending repeats the code, the one in the ending is the fact.
        head_keys = [
            "repeated_code" if name == "code" and name in tail_keys else name for name in _groups(head)
        ]
        groups = [*head_keys, *tail_keys]
        self.facts: Callable[[Sequence[str | None]], tuple[str | None, ...]] = itemgetter(
            *(groups.index(name) if name in groups else -1 for name in _FACTS)
        )
        self.head_keys, self.tail_keys = _record_keys(head_keys), _record_keys(tail_keys)
        self.begin, self.end, self.frames = (
            tail.groupindex.get(name, 0) for name in ("begin", "end", "frames")
        )


def _names_class(text: str, start: int, end: int) -> bool:
    """Return whether the frames of a trace contain an error class, which the readers would read as a code."""
    for suffix in _SUFFIXES:
        at = text.find(suffix, start, end)
        while at >= 0:
            end_of_name = at + len(suffix)
            if not (text[end_of_name].isalnum() or text[end_of_name] == "_"):
                return True
            at = text.find(suffix, end_of_name, end)
    return text.find("_status_", start, end) >= 0


def _agree(code: str, repeated_code: str | None) -> bool:
    """Return whether a repeated code is equal to the first one, or is the class of that name."""
    return repeated_code is None or repeated_code.removesuffix("Exception") == code.removesuffix("Exception")


@lru_cache(maxsize=512)
def _normalize_service(written: str) -> str | None:
    """Return the normalized service, or ``None`` if the word can also be a code."""
    from iamtriage._reading.vocabulary.codes import is_code

    return None if is_code(written) else service_name(written)


def _groups(pattern: re.Pattern[str]) -> list[str]:
    """Return the names of a pattern's groups, in order."""
    names = [""] * pattern.groups
    for name, number in pattern.groupindex.items():
        names[number - 1] = name
    return names


def _record_keys(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the record keys of a match and its groups; ``""`` for a group without a key."""
    return ("", *(name if name in _SPANNED else "" for name in groups))


def _any_letter(start: str) -> str:
    """Return the start in the table that stands for any letter of the case of the first character, if it is a letter."""
    letter = start[:1]
    return CAPITAL if letter.isupper() else LOWERCASE if letter.islower() else ""


def _build_parsers() -> dict[str, list[_OutputParser]]:
    """Return the parsers by the first three characters of a text; those for any letter come last."""
    parsers: dict[str, list[_OutputParser]] = {}
    for row in OUTPUTS:
        parser = _OutputParser(row)
        for start in row.starts:
            parsers.setdefault(start, []).append(parser)
    for start, own in parsers.items():
        if start not in {CAPITAL, LOWERCASE}:
            own.extend(parsers.get(_any_letter(start), ()))
    return parsers


_PARSERS = _build_parsers()
