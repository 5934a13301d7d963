"""Hold the facts of a failure that is being assembled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import normalize_code

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage.typing import Kind

# Maximum distances, in characters of the readable text: between two heads of a failure, and between two failures of a
# chain.
MAX_HEAD_TO_HEAD = 160
MAX_CHAIN_GAP = 400
# Codes that clients use for errors without a response from the service.
CLIENT_CODES = frozenset(
    {"RequestError", "WebIdentityErr", "EndpointConnectionError", "ResourceInitializationError"}
)


class Candidate:
    """A failure that is being assembled."""

    def __init__(self, piece: Piece) -> None:
        self.start, self.end = piece.start, piece.end
        self.facts = piece.facts.copy()
        self.kinds: list[Kind] = []
        self.kind: Kind | None = None
        self.wrapper_kind: Kind | None = None
        self.wrapped_at = self.body_end = -1
        self.source: str | None = None
        self.is_aws = self.is_thrown = self.has_core = self.has_tail = self.has_code = False
        self.only_tail = self.only_ids = self.metadata = self.wraps = self.kubernetes = False
        # How a complete denial is printed.
        self.form: str | None = None
        self._add_signs(piece)

    def absorb(self, piece: Piece) -> None:
        """Add the facts of a piece; of two values, keep the one with the higher rank."""
        if piece.start < self.start:  # noqa: PLR1730 (a call of min() or max() takes longer)
            self.start = piece.start
        if piece.end > self.end:  # noqa: PLR1730
            self.end = piece.end
        for key, fact in piece.facts.items():
            present = self.facts.get(key)
            if present is None or present.rank < fact.rank:
                self.facts[key] = fact
            elif present.start < 0 <= fact.start and present.value == fact.value:
                # The text repeats a fact that was stated outside the text.
                self.facts[key] = present._replace(start=fact.start, end=fact.end)
        self._add_signs(piece)

    def _add_signs(self, piece: Piece) -> None:
        """Add what a piece says about the kind and source of the failure."""
        if piece.is_aws:
            self.is_aws = True
        if piece.is_thrown:
            self.is_thrown = True
        role, source = piece.role, piece.source
        if source and (self.source is None or role == "head" or (role == "tail" and self.only_ids)):
            self.source = source
        if piece.is_wrapper:
            if piece.kind:
                self.wrapped_at = piece.start
                self.wrapper_kind = self.wrapper_kind or piece.kind
        elif piece.kind:
            self.kinds.append(piece.kind)
        if role == "core":
            if not piece.is_wrapper:
                self.has_core = True
                if source == "kubernetes":
                    self.kubernetes = True
        elif role == "head":
            if "code" in piece.facts:
                self.has_code = True
        elif role == "tail":
            self.has_tail = True
        elif role == "body":
            self.body_end = max(self.body_end, piece.end)
            self.wraps = self.wraps or piece.is_wrapper

    @property
    def code(self) -> str | None:
        """The code, if any."""
        return fact.value if (fact := self.facts.get("code")) else None

    @property
    def service(self) -> str | None:
        """The service, if any."""
        return fact.value if (fact := self.facts.get("service")) else None

    @property
    def is_unanswered(self) -> bool:
        """Whether no response came: the SDK for Go prints the status 0 then."""
        return (fact := self.facts.get("status_code")) is not None and fact.value == "0"

    @property
    def has_message(self) -> bool:
        """Whether a part of the message was added, so that no other head belongs to it."""
        return self.has_core or self.has_tail or self.body_end >= 0

    @property
    def is_complete(self) -> bool:
        """Whether the pieces state an error, not only where it occurred."""
        return (
            self.has_core
            or "status_code" in self.facts
            or (self.code is not None and self.code not in CLIENT_CODES)
        )


def plain_code(code: str) -> str:
    """Return a code without the parts that differ between its spellings."""
    return normalize_code(code).removesuffix("Exception")
