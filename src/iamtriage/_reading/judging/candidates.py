"""Join the readers' pieces into candidates for failures.

Pieces are taken in the order of the text. A head opens a failure, a sentence belongs to the head before it, a tail to
the sentence before it, and a body contains everything within it. A complete failure never takes facts of another.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.linewraps import FRESH_LINE
from iamtriage._reading.vocabulary.codes import is_status, kind_of_code, normalize_code
from iamtriage._reading.vocabulary.grammar import RECORD, STATEMENT
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, CUT_OFF, HINT, Fact, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage.typing import Kind


# How far apart two pieces of one failure may stand, in characters of the readable text.
HEAD_TO_HEAD = 160
_HEAD_TO_CORE = 600
_CORE_TO_CORE = 400
_TO_TAIL = 1500
_TO_BODY = 4000
CHAIN = 400
# From the end of a line's code to what the next line begins with.
_NEXT_LINE = 60

# As botocore logs answers, and what may stand before a body's first element.
_BODY_FOLLOWS = lazy_pattern(r"\bbody:\s{1,2}(?:b?['\"])?(?:<\?xml[^<>]{0,100}>\s?)?\Z", re.IGNORECASE)
_BODY_REACH = 160

_WEAK = (CLASS_NAME, HINT)
_IDS = frozenset({"request_id", "host_id", "status_code"})
# Codes that a client gives to what it met, not a service.
CLIENT_CODES = frozenset({"RequestError", "WebIdentityErr", "EndpointConnectionError"})


class Candidate:
    """A failure that is being assembled."""

    wrapper_kind: Kind | None = None
    wrapped_at = -1
    is_aws = False
    source: str | None = None
    has_core = False
    has_tail = False
    has_code = False
    body_end = -1
    only_tail = False
    only_ids = False
    metadata = False
    wraps = False
    is_thrown = False
    kubernetes = False
    kind: Kind | None = None

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.facts: dict[str, Fact] = {}
        self.kinds: list[Kind] = []

    def absorb(self, piece: Piece) -> None:
        """Take a piece's facts, the better of two where both have one."""
        self.start = min(self.start, piece.start)
        self.end = max(self.end, piece.end)
        for key, fact in piece.facts.items():
            present = self.facts.get(key)
            if present is None or present.rank < fact.rank:
                self.facts[key] = fact
            elif present.start < 0 <= fact.start and present.value == fact.value:
                # What is known besides the text is in it, too.
                self.facts[key] = present._replace(start=fact.start, end=fact.end)
        if piece.kind:
            if piece.is_wrapper:
                self.wrapped_at = piece.start
                self.wrapper_kind = self.wrapper_kind or piece.kind
            else:
                self.kinds.append(piece.kind)
        self.is_aws = self.is_aws or piece.is_aws
        self.is_thrown = self.is_thrown or piece.is_thrown
        role = piece.role
        if piece.source and (self.source is None or role == "head"):
            self.source = piece.source
        if role == "core":
            if not piece.is_wrapper:
                self.has_core = True
                self.kubernetes = self.kubernetes or piece.source == "kubernetes"
        elif role == "head":
            self.has_code = self.has_code or "code" in piece.facts
        elif role == "tail":
            self.has_tail = True
        elif role == "body":
            self.body_end = max(self.body_end, piece.end)
            self.wraps = self.wraps or piece.is_wrapper

    @property
    def code(self) -> str | None:
        """The code, if any."""
        fact = self.facts.get("code")
        return fact.value if fact else None

    @property
    def begun(self) -> bool:
        """Whether its message has begun, so that no head belongs to it any more."""
        return self.has_core or self.has_tail or self.body_end >= 0

    @property
    def complete(self) -> bool:
        """Whether it says what went wrong, not only where."""
        return (
            self.has_core
            or "status_code" in self.facts
            or (self.code is not None and self.code not in CLIENT_CODES)
        )


def assemble_candidates(text: str, pieces: Iterable[Piece]) -> list[Candidate]:
    """Join pieces, which are in the order of the text, into candidates."""
    candidates: list[Candidate] = []
    current: Candidate | None = None
    for piece in pieces:
        if current is not None and _belongs(text, current, piece):
            if piece.role == "tail" and _is_inner(current, piece):
                current.facts.pop("operation", None)
                if "code" in piece.facts:
                    # Go's outer call may have no code of its own.
                    current.facts.pop("code", None)
            if not _is_repeat(current, piece):
                current.absorb(piece)
            else:
                _fill(current, piece)
            continue
        if (
            current is not None
            and piece.role == "head"
            and piece.facts.get("code")
            and piece.facts["code"].rank == HINT
            and piece.start - current.end < _TO_TAIL
            and text.find(STATEMENT, current.end, piece.start) < 0
        ):
            continue
        current = Candidate(piece.start, piece.end)
        if piece.role == "body":
            current.only_ids = piece.source != "cpp" and piece.facts.keys() <= _IDS
        elif piece.role == "tail":
            current.only_tail = "code" not in piece.facts and piece.source == "go-v1"
        current.absorb(piece)
        candidates.append(current)
    return candidates


def standalone_candidates(pieces: Iterable[Piece], candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Make a candidate of each piece that has none of the candidates, which are in the order of the text, near it."""
    starts = [candidate.start for candidate in candidates]
    for piece in pieces:
        at = bisect_left(starts, piece.start)
        around = candidates[max(0, at - 1) : at + 1]
        if not any(d.start - piece.end < _TO_TAIL and piece.start - d.end < _TO_TAIL for d in around):
            candidate = Candidate(piece.start, piece.end)
            candidate.absorb(piece)
            yield candidate


def _is_repeat(current: Candidate, piece: Piece) -> bool:
    return piece.role == "core" and current.has_core and "action" in current.facts and "action" in piece.facts


def _fill(current: Candidate, piece: Piece) -> None:
    for key, fact in piece.facts.items():
        present = current.facts.get(key)
        if present is None or present.rank == CUT_OFF:
            current.facts[key] = fact
    current.end = max(current.end, piece.end)


def _belongs(text: str, current: Candidate, piece: Piece) -> bool:
    """Return whether a piece is part of the current failure."""
    gap = _Gap(text, current, piece)
    if not gap.inside and piece.role in {"core", "head", "class"} and current.only_ids:
        return False
    if gap.has(STATEMENT) and not gap.inside and not _is_message_of(current, piece, gap):
        return False
    if gap.holds_entry and not gap.inside and not (current.only_ids and gap.announces_body):
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
    """Return whether a sentence is the message of a code alone in the line before."""
    return (
        piece.role == "core"
        and gap.size <= _NEXT_LINE
        and not gap.has("\n\n")
        and current.has_code
        and not current.begun
        and kind_of_code(current.code or "") == piece.kind
    )


class _Gap:
    """What lies between a failure at hand and the next piece."""

    def __init__(self, text: str, current: Candidate, piece: Piece) -> None:
        self.size = piece.start - current.end
        self.inside = piece.start < current.body_end
        self._text, self._start, self._end = text, max(0, current.end), piece.start
        self._piece_end = piece.end

    @property
    def wrapped(self) -> bool:
        """Whether the piece is in parentheses."""
        text, start, end = self._text, self._end, self._piece_end
        return text[start - 1 : start] == "(" and text[end : end + 1] == ")"

    @property
    def begins_line(self) -> bool:
        """Whether the piece is in a later line, which begins like one that continues none."""
        line = self._text.rfind("\n", max(0, self._start - 1), self._end) + 1
        return line > 0 and FRESH_LINE.match(self._text, line) is not None

    @property
    def entry(self) -> int:
        """Where an entry of a log begins between; -1 if none does."""
        entry = self._text.find(RECORD, self._start, self._end)
        while entry >= 0 and self._text[entry + 1 : entry + 2] == " ":
            # Runners put the time before each line, also before indented ones, which continue an entry.
            entry = self._text.find(RECORD, entry + 1, self._end)
        return entry

    @property
    def holds_entry(self) -> bool:
        """Whether an entry of a log begins and ends between, so that a failure does not go on."""
        return (entry := self.entry) >= 0 and self._text.find("\n", entry, self._end - 1) >= 0

    @property
    def announces_body(self) -> bool:
        """Whether one entry of a log stands between, which says that the body of the answer follows."""
        if self._text.count(RECORD, self._start, self._end) > 1:
            return False
        return (
            _BODY_FOLLOWS.search(self._text, max(self._start, self._end - _BODY_REACH), self._end) is not None
        )

    def has(self, what: str) -> bool:
        return self._text.find(what, self._start, self._end) >= 0


def _core_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if "code" in piece.facts and not _same_code(current, piece):
        return False
    facts = piece.facts
    if (
        piece.kind == "access_denied"
        and "service" in facts
        and "action" not in facts
        and "operation" in current.facts
    ):
        # "… calling the CreateChangeSet operation: S3 error: Access Denied": another call's.
        return False
    if not current.has_core:
        if gap.inside or gap.size <= 0:
            return True
        if gap.has(RECORD) and (gap.size > HEAD_TO_HEAD or _kind_differs(current, piece)):
            return False
        if _kind_differs(current, piece) and (gap.size > HEAD_TO_HEAD or gap.begins_line):
            # The head's own message came first; this sentence is of the next failure.
            return False
        return gap.size <= _HEAD_TO_CORE and not (current.has_tail and gap.size > 2)
    if "action" in facts and "action" in current.facts and current.facts["action"].rank not in _WEAK:
        # The same sentence once more, in the body or the next line of one printing.
        same = all(
            current.facts[key].agrees(facts[key])
            for key in ("action", "principal", *(("resource",) if current.source == "php" else ()))
            if key in current.facts and key in facts
        )
        return same and (gap.inside or current.source in {"cpp", "php"}) and gap.size < _HEAD_TO_CORE
    if "k8s_verb" in facts and "k8s_verb" in current.facts:
        return False
    if gap.inside:
        return True
    if gap.has(RECORD) or (piece.kind not in current.kinds and gap.has("\n")):
        return False
    if "action" in facts:
        # EC2's plain sentence, then the full one.
        return gap.size <= _CORE_TO_CORE and "access_denied" in current.kinds and not current.has_tail
    return gap.size <= HEAD_TO_HEAD and not current.has_tail and not gap.has("\n\n")


def _kind_differs(current: Candidate, piece: Piece) -> bool:
    """Return whether a head's code and a sentence mean different kinds."""
    return (
        current.code is not None and not is_status(current.code) and kind_of_code(current.code) != piece.kind
    )


def _tail_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if gap.size > _TO_TAIL or _conflicts(current, piece, ("status_code", "request_id", "operation")):
        return False
    if _is_inner(current, piece):
        return not current.has_tail
    if current.has_tail and not gap.inside:
        return False
    return _same_code(current, piece) and (gap.size < CHAIN or not gap.has("\n\n"))


def _is_inner(current: Candidate, piece: Piece) -> bool:
    """Return whether a tail belongs to a call within the one that the head names.

    Java's "(Service: AWSKMS; …)" in the message of another SDK's error is the inner envelope.
    """
    java = piece.source in {"java-v1", "java-v2"}
    return java and current.has_core and current.source in {"botocore", "aws-cli", "go-v2", "php", "ruby"}


def _body_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if not _same_code(current, piece) or (current.body_end >= 0 and gap.size > CHAIN):
        return False
    if current.has_core and gap.entry >= 0:
        return False
    return gap.size <= _TO_BODY and not _conflicts(current, piece, ("request_id", "operation", "host_id"))


def _class_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    if (gap.wrapped and gap.size < HEAD_TO_HEAD) or gap.inside:
        return True
    if current.code and kind_of_code(current.code) == "missing_credentials" and "service" in piece.facts:
        # "NoAuthWithAWSException: … : com.amazonaws…": the client's words around the service's.
        return False
    return not current.begun and gap.size < HEAD_TO_HEAD and _same_code(current, piece)


def _head_belongs(current: Candidate, piece: Piece, gap: _Gap) -> bool:
    facts = piece.facts
    if gap.size < 0 and "code" in facts and _same_code(current, piece):
        return True
    if gap.inside:
        return _same_code(current, piece) and not _conflicts(current, piece, ("operation",))
    if piece.source == current.source == "php" and "code" in facts and not current.has_code:
        # Between PHP's two heads stands Guzzle's text, with the beginning of the body.
        return gap.size <= _TO_BODY and _same_code(current, piece)
    if gap.size > HEAD_TO_HEAD or gap.has("\n\n"):
        return False
    if "missing_credentials" in current.kinds and "code" not in current.facts:
        # Go's chain ends in the instance metadata service, which is asked last.
        return set(facts) == {"status_code"} or ("service" in facts and facts["service"].value == "ec2imds")
    if current.begun or ("operation" in facts and "operation" in current.facts):
        return False
    if current.wrapper_kind is not None and "code" in current.facts:
        return False
    if "operation" in current.facts and "code" in facts and _is_of_inner(current):
        # "operation error STS: …, get identity: get credentials: … AccessDeniedException: …"
        return False
    if _same_code(current, piece):
        return True
    return current.facts["code"].rank == CLASS_NAME or facts["code"].value == "Forbidden"


def _is_of_inner(current: Candidate) -> bool:
    """Return whether the next piece belongs to the call that should have returned credentials."""
    return current.facts["operation"].start < current.wrapped_at


def _conflicts(current: Candidate, piece: Piece, keys: tuple[str, ...]) -> bool:
    """Return whether both state a fact with certainty, and differently."""
    for key in keys:
        ours, theirs = current.facts.get(key), piece.facts.get(key)
        if ours and theirs and ours.value != theirs.value and ours.rank > HINT and theirs.rank >= HINT:
            return True
    return False


def _same_code(current: Candidate, piece: Piece) -> bool:
    theirs = piece.facts.get("code")
    if theirs is None or current.code is None or is_status(theirs.value) or is_status(current.code):
        return True
    return plain_code(theirs.value) == plain_code(current.code) or current.facts["code"].agrees(theirs)


def plain_code(code: str) -> str:
    """Return a code without what differs between two spellings of it."""
    return normalize_code(code).removesuffix("Exception")
