"""Joins the readers' pieces into drafts of failures; reads no words and judges nothing.

Pieces are taken in the order of the text. A head opens a failure, a sentence belongs to the head
in front of it, a tail to the sentence in front of it, a body holds all that is inside. What is
complete is never mixed with facts of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._reading.codes import bare, kind_of_code
from iamtriage._reading.partials import CLASS_NAME, HINT, Fact, Partial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.typing import Kind

# How far apart two pieces of one failure may stand, in characters of the readable text.
HEAD_TO_HEAD = 160
_HEAD_TO_CORE = 600
_CORE_TO_CORE = 400
_TO_TAIL = 1500
_TO_BODY = 4000
CHAIN = 400

_IDS = frozenset({"request_id", "host_id", "status_code"})
# Codes that a client gives to what it met, not a service.
CLIENT_CODES = frozenset({"RequestError", "WebIdentityErr", "EndpointConnectionError"})


@attrs.define
class Draft:
    """A failure in the making."""

    start: int
    end: int
    facts: dict[str, Fact] = attrs.field(factory=dict)
    kinds: list[Kind] = attrs.field(factory=list)
    wrapper_kind: Kind | None = None
    aws: bool = False
    source: str | None = None
    has_core: bool = False
    has_tail: bool = False
    body_end: int = -1
    only_tail: bool = False
    only_ids: bool = False
    kind: Kind | None = None

    def absorb(self, piece: Partial) -> None:
        """Take a piece's facts, the better of two where both have one."""
        self.start = min(self.start, piece.start)
        self.end = max(self.end, piece.end)
        for key, fact in piece.facts.items():
            present = self.facts.get(key)
            if present is None or present.rank < fact.rank:
                self.facts[key] = fact
        if piece.kind:
            if piece.wrapper:
                self.wrapper_kind = self.wrapper_kind or piece.kind
            else:
                self.kinds.append(piece.kind)
        self.aws = self.aws or piece.aws
        if piece.source and (self.source is None or piece.role == "head"):
            self.source = piece.source
        self.has_core = self.has_core or (piece.role == "core" and not piece.wrapper)
        self.has_tail = self.has_tail or piece.role == "tail"
        if piece.role == "body":
            self.body_end = max(self.body_end, piece.end)

    @property
    def code(self) -> str | None:
        """The code, if any."""
        fact = self.facts.get("code")
        return fact.value if fact else None

    @property
    def complete(self) -> bool:
        """Whether it says what went wrong, not only where."""
        return (
            self.has_core
            or "status_code" in self.facts
            or (self.code is not None and self.code not in CLIENT_CODES)
        )


def sweep(text: str, pieces: Iterable[Partial]) -> list[Draft]:
    """Join pieces, which are in the order of the text, into drafts."""
    drafts: list[Draft] = []
    current: Draft | None = None
    for piece in pieces:
        if current is not None and _belongs(text, current, piece):
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
        ):
            continue
        current = Draft(
            piece.start,
            piece.end,
            only_ids=piece.role == "body" and set(piece.facts) <= _IDS,
            only_tail=piece.role == "tail" and "code" not in piece.facts and piece.source == "go-v1",
        )
        current.absorb(piece)
        drafts.append(current)
    return drafts


def _is_repeat(current: Draft, piece: Partial) -> bool:
    return piece.role == "core" and current.has_core and "action" in current.facts and "action" in piece.facts


def _fill(current: Draft, piece: Partial) -> None:
    for key, fact in piece.facts.items():
        current.facts.setdefault(key, fact)
    current.end = max(current.end, piece.end)


def _belongs(text: str, current: Draft, piece: Partial) -> bool:  # noqa: C901
    """Tell whether a piece is part of the failure at hand."""
    gap = piece.start - current.end
    inside = piece.start < current.body_end
    if not inside and piece.role in {"core", "head", "class"} and current.only_ids:
        return False
    if piece.role == "core":
        return _core_belongs(text, current, piece, gap, inside=inside)
    if piece.role == "tail":
        if gap > _TO_TAIL or _conflicts(current, piece, ("status_code", "request_id", "operation")):
            return False
        if current.has_tail and not inside:
            return False
        return _same_code(current, piece) and (
            gap < CHAIN or "\n\n" not in text[max(0, current.end) : piece.start]
        )
    if piece.role == "body":
        if "code" in piece.facts and current.code is not None and not _same_code(current, piece):
            return False
        if "code" not in piece.facts and not (piece.facts or inside):
            return gap <= 0
        if current.body_end >= 0 and gap > CHAIN:
            return False
        return gap <= _TO_BODY and not _conflicts(current, piece, ("request_id", "operation", "host_id"))
    if piece.role == "class":
        wrapped = (
            text[max(0, piece.start - 1) : piece.start] == "(" and text[piece.end : piece.end + 1] == ")"
        )
        if (wrapped and gap < HEAD_TO_HEAD) or inside:
            return True
        if current.code and kind_of_code(current.code) == "missing_credentials" and "service" in piece.facts:
            # "NoAuthWithAWSException: … : com.amazonaws…": the client's words around the service's.
            return False
        return (
            not current.has_core
            and not current.has_tail
            and current.body_end < 0
            and gap < HEAD_TO_HEAD
            and _same_code(current, piece)
        )
    # A head.
    if piece.start < current.end and "code" in piece.facts and _same_code(current, piece):
        return True
    if inside:
        return _same_code(current, piece) and not _conflicts(current, piece, ("operation",))
    imds = "service" in piece.facts and piece.facts["service"].value == "ec2imds"
    if (
        gap <= HEAD_TO_HEAD
        and (imds or set(piece.facts) == {"status_code"})
        and "missing_credentials" in current.kinds
        and "code" not in current.facts
    ):
        return True
    if current.has_core or current.has_tail or current.body_end >= 0:
        return False
    if gap > HEAD_TO_HEAD or "\n\n" in text[max(current.end, 0) : piece.start]:
        return False
    if "operation" in piece.facts and "operation" in current.facts:
        return False
    if current.wrapper_kind is not None and "code" in current.facts:
        return False
    if _same_code(current, piece):
        return True
    ours, theirs = current.facts["code"], piece.facts["code"]
    return ours.rank == CLASS_NAME or theirs.value in {"Forbidden", "403"}


def _core_belongs(text: str, current: Draft, piece: Partial, gap: int, *, inside: bool) -> bool:
    if "code" in piece.facts and not _same_code(current, piece):
        return False
    if (
        piece.kind == "access_denied"
        and "service" in piece.facts
        and "action" not in piece.facts
        and "operation" in current.facts
    ):
        # "… calling the CreateChangeSet operation: S3 error: Access Denied": another call's.
        return False
    if not current.has_core:
        if inside or gap <= 0:
            return True
        return gap <= _HEAD_TO_CORE and not (current.has_tail and gap > 2)
    if "action" in piece.facts and "action" in current.facts and current.facts["action"].rank > HINT:
        same = all(
            current.facts.get(k) is None
            or k not in piece.facts
            or current.facts[k].value == piece.facts[k].value
            for k in ("action", "principal")
        )
        return same and (inside or current.source == "cpp") and gap < _HEAD_TO_CORE
    if "k8s_verb" in piece.facts and "k8s_verb" in current.facts:
        return False
    if inside:
        return True
    if "action" in piece.facts:
        # EC2's plain sentence, then the full one.
        return gap <= _CORE_TO_CORE and "access_denied" in current.kinds and not current.has_tail
    return (
        gap <= HEAD_TO_HEAD and not current.has_tail and "\n\n" not in text[max(0, current.end) : piece.start]
    )


def _conflicts(current: Draft, piece: Partial, keys: tuple[str, ...]) -> bool:
    for key in keys:
        ours, theirs = current.facts.get(key), piece.facts.get(key)
        if (
            ours
            and theirs
            and ours.value != theirs.value
            and ours.rank > CLASS_NAME
            and theirs.rank > HINT - 1
            and ours.rank != HINT
        ):
            return True
    return False


def _same_code(current: Draft, piece: Partial) -> bool:
    theirs = piece.facts.get("code")
    return theirs is None or current.code is None or plain_code(theirs.value) == plain_code(current.code)


def plain_code(code: str) -> str:
    """Give a code without what differs between two spellings of it."""
    return bare(code).removesuffix("Exception")
