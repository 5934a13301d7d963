"""Join the readers' pieces into candidates for failures.

Pieces are joined in the order of the text. A head starts a candidate, a message belongs to the head before it, a tail
belongs to the message before it, and a body contains everything inside it. A complete failure never takes facts of
another one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.judging.candidates import MAX_CHAIN_GAP, MAX_HEAD_TO_HEAD, Candidate, plain_code
from iamtriage._reading.unwrapping.linewraps import FRESH_LINE
from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import RECORD, STATEMENT
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, CUT_OFF, HINT, Piece
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


# Maximum distances, in characters of the readable text, between two pieces of one failure.
_MAX_TO_SUFFIX = 2
_MAX_HEAD_TO_CORE = 600
_MAX_CORE_TO_CORE = 400
MAX_TO_TAIL = 1500
_MAX_TO_BODY = 4000
# Maximum distance between a code and the message on the next line.
_MAX_CODE_TO_NEXT_LINE = 60
# Maximum distance between a message and the class after it.
_MAX_MESSAGE_TO_CLASS = 4

# How botocore's logs announce the body of a response, and what can precede the first element of a body.
_BODY_ANNOUNCEMENT = lazy_pattern(r"\bbody:\s{1,2}(?:b?['\"])?(?:<\?xml[^<>]{0,100}>\s?)?\Z", re.IGNORECASE)
_MAX_ANNOUNCEMENT_LENGTH = 160

# The key of the class of an error in a JSON object or a printed hash.
_CLASS_KEY = lazy_pattern(
    r"[.]?[\"'],?\s{0,2}[\"':]?\w{0,20}(?:class|type|exception|name)\w{0,10}[\"']?\s?(?::|=>)\s?[\"']",
    re.IGNORECASE,
)
_MAX_KEY_GAP = 60

_WEAK = (CLASS_NAME, HINT)
_IDS = frozenset({"request_id", "host_id", "status_code"})


def assemble_candidates(text: str, pieces: Iterable[Piece]) -> list[Candidate]:
    """Join pieces, which are in the order of the text, into candidates."""
    candidates: list[Candidate] = []
    current: Candidate | None = None
    for piece in pieces:
        if current is not None and current.only_ids and _states_own_request(current, piece):
            # The IDs next to the message are of the request that the program served.
            for key in _IDS:
                current.facts.pop(key, None)
        if current is not None and _belongs(text, current, piece):
            if piece.role == "tail" and _is_inner(current, piece):
                current.facts.pop("operation", None)
                if "code" in piece.facts:
                    # Go's outer call can lack a code.
                    current.facts.pop("code", None)
            states_action = "action" in current.facts and "action" in piece.facts
            if piece.role == "core" and current.has_core and states_action:
                _add_missing(current, piece)
            else:
                current.absorb(piece)
            continue
        if (
            current is not None
            and current.is_complete
            and not current.only_ids
            and piece.role == "head"
            and piece.facts.get("code")
            and piece.facts["code"].rank == HINT
            and piece.start - current.end < MAX_TO_TAIL
            and text.find(STATEMENT, current.end, piece.start) < 0
        ):
            if current.code is None and _is_code_of(text, current, piece):
                current.absorb(piece)
            continue
        current = Candidate(piece)
        if piece.role == "body":
            current.only_ids = piece.source != "cpp" and piece.facts.keys() <= _IDS
        elif piece.role == "tail":
            current.only_tail = "code" not in piece.facts and piece.source == "go-v1"
        candidates.append(current)
    return candidates


def standalone_candidates(pieces: Iterable[Piece], candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield a candidate for each piece that is not near another candidate."""
    starts = [candidate.start for candidate in candidates]
    for piece in pieces:
        at = bisect_left(starts, piece.start)
        neighbors = candidates[max(0, at - 1) : at + 1]
        if not any(
            other.start - piece.end < MAX_TO_TAIL and piece.start - other.end < MAX_TO_TAIL
            for other in neighbors
        ):
            yield Candidate(piece)


def _is_code_of(text: str, current: Candidate, piece: Piece) -> bool:
    """Return whether a free-standing code is near a message, in the same entry, and means the same."""
    return (
        piece.start - current.end <= MAX_HEAD_TO_HEAD
        and text.find(RECORD, current.end, piece.start) < 0
        and kind_of_code(piece.facts["code"].value) in current.kinds
    )


def _states_own_request(current: Candidate, piece: Piece) -> bool:
    """Return whether the message in a line of a logger states the request ID of the failed call."""
    return (
        "request_id" in current.facts
        and current.has_core
        # A line can print the message twice, the second time with the stack trace.
        and not current.has_tail
        and piece.role == "tail"
        and "request_id" in piece.facts
        and piece.start < current.body_end
    )


def _add_missing(current: Candidate, piece: Piece) -> None:
    for key, fact in piece.facts.items():
        present = current.facts.get(key)
        if present is None or present.rank == CUT_OFF:
            current.facts[key] = fact
    current.end = max(current.end, piece.end)


def _belongs(text: str, current: Candidate, piece: Piece) -> bool:
    """Return whether a piece is part of the current candidate."""
    gap = _Gap(text, current, piece)
    if not gap.is_inside and current.only_ids and piece.role in {"core", "head", "class"}:
        return False
    # A statement starts with the character for a record.
    if not gap.is_inside and gap.has(RECORD):
        if gap.has(STATEMENT) and not _is_message_of(current, piece, gap):
            return False
        if gap.contains_entry and not (current.only_ids and gap.announces_body):
            return False
    if piece.role == "core":
        return _core_belongs(current, piece, gap)
    if piece.role == "tail":
        return _tail_belongs(current, piece, gap)
    if piece.role == "body":
        return _body_belongs(current, piece, gap)
    if piece.role == "class":
        return _class_belongs(current, piece, gap)
    return _head_belongs(current, piece, gap)


def _is_message_of(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    """Return whether a piece is the message of the code on the previous line."""
    return (
        piece.role == "core"
        and gap.size <= _MAX_CODE_TO_NEXT_LINE
        and not gap.has("\n\n")
        and not gap.has_words
        and current.has_code
        and not current.has_message
        and kind_of_code(current.code or "") == piece.kind
    )


class _Gap:
    """The text between the current candidate and the next piece."""

    def __init__(self, text: str, current: Candidate, piece: Piece) -> None:
        self.size = piece.start - current.end
        self.is_inside = piece.start < current.body_end
        self._text, self._start, self._end = text, max(0, current.end), piece.start
        self._piece_end = piece.end

    @property
    def is_in_parentheses(self) -> bool:
        """Whether the piece is in parentheses."""
        text, start, end = self._text, self._end, self._piece_end
        return text[start - 1 : start] == "(" and text[end : end + 1] == ")"

    @property
    def is_next_field(self) -> bool:
        """Whether the gap contains only the key of a class, after the field of the message."""
        return (
            0 < self.size <= _MAX_KEY_GAP
            and _CLASS_KEY.fullmatch(self._text, self._start, self._end) is not None
        )

    @property
    def has_words(self) -> bool:
        """Whether words follow on the line on which the candidate ends."""
        return any(map(str.isalnum, self._text[self._start : self._end].partition("\n")[0]))

    @property
    def is_on_fresh_line(self) -> bool:
        """Whether the piece is on a later line that does not look like a continuation."""
        line = self._text.rfind("\n", max(0, self._start - 1), self._end) + 1
        return line > 0 and FRESH_LINE.match(self._text, line) is not None

    @property
    def entry_start(self) -> int:
        """Where a log entry starts in the gap, or -1 if none does."""
        entry_start = self._text.find(RECORD, self._start, self._end)
        while entry_start >= 0 and self._text[entry_start + 1 : entry_start + 2] == " ":
            # CI runners put the time before each line, even before an indented one that continues an entry.
            entry_start = self._text.find(RECORD, entry_start + 1, self._end)
        return entry_start

    @property
    def contains_entry(self) -> bool:
        """Whether the gap contains a whole log entry, so that the failure cannot continue after it."""
        return (entry_start := self.entry_start) >= 0 and self._text.find(
            "\n", entry_start, self._end - 1
        ) >= 0

    @property
    def announces_body(self) -> bool:
        """Whether the gap contains one log entry, and that announces the body of the response."""
        if self._text.count(RECORD, self._start, self._end) > 1:
            return False
        return (
            _BODY_ANNOUNCEMENT.search(
                self._text, max(self._start, self._end - _MAX_ANNOUNCEMENT_LENGTH), self._end
            )
            is not None
        )

    def has(self, text: str) -> bool:
        return self._text.find(text, self._start, self._end) >= 0


def _core_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if "code" in piece.facts and not _have_same_code(current, piece):
        return False
    facts = piece.facts
    of_service = piece.kind == "access_denied" and "service" in facts and "action" not in facts
    is_other = current.code is None and _conflicts(current, piece, ("service",))
    if of_service and ("operation" in current.facts or is_other):
        # "… calling the CreateChangeSet operation: S3 error: Access Denied": the denial is of another call.
        return False
    if "deny" in facts and "deny" in current.facts and not current.facts["deny"].agrees(facts["deny"]):
        return False
    if not current.has_core:
        if gap.is_inside or gap.size <= 0:
            return True
        if gap.has(RECORD) and (gap.size > MAX_HEAD_TO_HEAD or _kind_differs(current, piece)):
            return False
        if _kind_differs(current, piece) and (gap.size > MAX_HEAD_TO_HEAD or gap.is_on_fresh_line):
            # The head has another message; this one belongs to the next failure.
            return False
        return gap.size <= _MAX_HEAD_TO_CORE and not (current.has_tail and gap.size > 2)
    if "action" in facts and "action" in current.facts and current.facts["action"].rank not in _WEAK:
        # The same message again, in the body or on the next line of one report.
        is_same = all(
            current.facts[key].agrees(facts[key])
            for key in ("action", "principal", *(("resource",) if current.source == "php" else ()))
            if key in current.facts and key in facts
        )
        return (
            is_same and (gap.is_inside or current.source in {"cpp", "php"}) and gap.size < _MAX_HEAD_TO_CORE
        )
    if "k8s_verb" in facts and "k8s_verb" in current.facts:
        return False
    if gap.is_inside:
        return True
    if gap.has(RECORD) or (piece.kind not in current.kinds and gap.has("\n")):
        return False
    if "action" in facts:
        # EC2's short message, then the full one.
        return gap.size <= _MAX_CORE_TO_CORE and "access_denied" in current.kinds and not current.has_tail
    if "resource" in facts and "action" in current.facts and current.service != "sts" and gap.has("\n"):
        # A sentence that names an action names its resource, too. STS can omit the role.
        return False
    return gap.size <= MAX_HEAD_TO_HEAD and not current.has_tail and not gap.has("\n\n")


def _kind_differs(current: Candidate, piece: Piece) -> bool:
    """Return whether the code of a head and a message mean different kinds of failure."""
    return (
        current.code is not None and not is_status(current.code) and kind_of_code(current.code) != piece.kind
    )


def _tail_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if gap.size > MAX_TO_TAIL or _conflicts(current, piece, ("status_code", "request_id", "operation")):
        return False
    if _is_inner(current, piece):
        return not current.has_tail
    if current.has_tail and not gap.is_inside:
        return False
    return _have_same_code(current, piece) and (gap.size < MAX_CHAIN_GAP or not gap.has("\n\n"))


def _is_inner(current: Candidate, piece: Piece) -> bool:
    """Return whether a tail belongs to a call that a service made during the call that the head names.

    If another SDK's message contains Java's "(Service: AWSKMS; …)", that suffix describes the inner call.
    """
    java = piece.source in {"java-v1", "java-v2"}
    if not java or not current.has_core:
        return False
    # "Forbidden: Access Denied (Service: Amazon S3; …)": the first code is of the program.
    is_suffix = (
        current.source in {None, "java-v1", "java-v2"}
        and "code" in piece.facts
        and not _conflicts(current, piece, ("service",))
        and piece.start - current.end <= _MAX_TO_SUFFIX
    )
    return is_suffix or current.source in {"botocore", "aws-cli", "go-v2", "php", "ruby"}


def _body_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if not _have_same_code(current, piece) or (current.body_end >= 0 and gap.size > MAX_CHAIN_GAP):
        return False
    if current.has_core and (gap.entry_start >= 0 or ("k8s_verb" in current.facts and piece.source == "xml")):
        return False
    return gap.size <= _MAX_TO_BODY and not _conflicts(current, piece, ("request_id", "operation", "host_id"))


def _class_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if (gap.is_in_parentheses and gap.size < MAX_HEAD_TO_HEAD) or gap.is_inside:
        return True
    if current.code and kind_of_code(current.code) == "missing_credentials" and "service" in piece.facts:
        # "NoAuthWithAWSException: … : com.amazonaws…": the client's message contains the service's.
        return False
    if current.code is None and gap.is_next_field and "code" in piece.facts:
        # {"error_message": "User: …", "error_class": "Aws::SQS::Errors::AccessDenied"}
        return kind_of_code(piece.facts["code"].value) in current.kinds
    if (
        current.code is None
        and gap.size <= _MAX_MESSAGE_TO_CLASS
        and "code" in piece.facts
        and not gap.has("\n")
    ):
        # "The security token … is invalid. `Aws::STS::Errors::InvalidClientTokenId`"
        return kind_of_code(piece.facts["code"].value) in current.kinds
    return not current.has_message and gap.size < MAX_HEAD_TO_HEAD and _have_same_code(current, piece)


def _head_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    facts = piece.facts
    if gap.size < 0 and "code" in facts and _have_same_code(current, piece):
        return True
    if gap.is_inside:
        return _have_same_code(current, piece) and not _conflicts(current, piece, ("operation",))
    if piece.source == current.source == "php" and "code" in facts and not current.has_code:
        # PHP prints Guzzle's message, with the beginning of the body, between two heads.
        return gap.size <= _MAX_TO_BODY and _have_same_code(current, piece)
    if gap.size > MAX_HEAD_TO_HEAD or gap.has("\n\n"):
        return False
    if "missing_credentials" in current.kinds and "code" not in current.facts:
        # The last credential provider in Go's chain is the instance metadata service.
        return set(facts) == {"status_code"} or ("service" in facts and facts["service"].value == "ec2imds")
    if current.has_message or ("operation" in facts and "operation" in current.facts):
        return False
    if piece.source in {"go-v2", "php"} and "operation" in facts and "code" not in facts and current.has_code:
        # These SDKs print a code after the operation. The one before it is of the program.
        return False
    if current.wrapper_kind is not None and "code" in current.facts:
        return False
    outer = current.facts.get("operation")
    if outer is not None and "code" in facts and outer.start < current.wrapped_at:
        # The inner call should have returned credentials:
        # "operation error STS: …, get identity: get credentials: … AccessDeniedException: …"
        return False
    if _have_same_code(current, piece):
        return True
    return current.facts["code"].rank == CLASS_NAME or facts["code"].value == "Forbidden"


def _conflicts(current: Candidate, piece: Piece, keys: tuple[str, ...]) -> bool:
    """Return whether a candidate and a piece reliably state different values for one of the keys."""
    for key in keys:
        fact, other = current.facts.get(key), piece.facts.get(key)
        if fact and other and not fact.agrees(other) and fact.rank > HINT and other.rank >= HINT:
            return True
    return False


def _have_same_code(current: Candidate, piece: Piece) -> bool:
    code = piece.facts.get("code")
    if code is None or current.code is None or is_status(code.value) or is_status(current.code):
        return True
    return plain_code(code.value) == plain_code(current.code) or current.facts["code"].agrees(code)
