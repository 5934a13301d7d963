"""List the readers, and select those that can find pieces in a text.

Each row is a reader: its name; its anchors, which are words and literals, one of which the text must contain
(``FragmentIndex`` defines the syntax); and its function. A module is imported when a text first needs one of its
readers. A reader with a table has an anchor for each row of the table, and is called with the rows that can match.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from iamtriage._reading.vocabulary.fragments import FragmentIndex, list_rows
from iamtriage._reading.vocabulary.readable import ANY_CODE, DOTTED_CODE, NON_ASCII

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

Part: TypeAlias = Literal["sentence", "envelope", "message", "other"]
"""What a reader finds: standard denials, the text around a message, other messages, other pieces."""

# The anchors of readers with a table.
_FROM_TABLE = None


class Reader:
    """A reader.

    Attributes:
        name: Its name.
        part: What it finds.
        anchors: Words and literals, one of which the text must contain, separated by ``|``. ``None`` if its module
            has a table, with the anchors in ``FRAGMENTS``.
        path: The module in this package and the function: ``"sentences:read_sentences"``.
        read: Finds the pieces in a text; the second argument of a reader with a table is the rows that can match.
    """

    __slots__ = ("anchors", "name", "part", "path", "read")

    def __init__(self, name: str, part: Part, anchors: str | None, path: str) -> None:
        self.name, self.part, self.anchors, self.path = name, part, anchors, path
        self.read: Callable[..., Iterable[Piece]] = self._import_and_read

    def _import_and_read(self, readable: Readable, *rows: Iterable[int]) -> Iterable[Piece]:
        module, _, name = self.path.partition(":")
        self.read = cast(
            "Callable[..., Iterable[Piece]]", getattr(import_module(f"{__package__}.{module}"), name)
        )
        return self.read(readable, *rows)


def _any_of(words: str) -> str:
    return "|".join(f"<{word}>" for word in words.split())


_FORBIDDEN = _any_of("Forbidden forbidden ForbiddenError Unauthorized unauthorized UnauthorizedError")
READERS = (
    Reader("sentences", "sentence", _any_of("authorized Authorized authorised Authorised AUTHORIZED AUTHORISED"), "sentences:read_sentences"),
    Reader("console cards", "sentence", "<action allow>|<action allows>|<action explicitly>", "console_cards:read_cards"),
    Reader("translations", "other", f"<{NON_ASCII}>", "translations:read_translations"),
    Reader("lone reasons", "other", _any_of("because Because BECAUSE since Since SINCE explicit Explicit EXPLICIT"), "sentences:read_lone_reasons"),
    Reader("truncated sentences", "other", "<User>User: ", "principals:read_truncated_sentence"),
    Reader("prefixes of SDKs", "envelope", _FROM_TABLE, "sdk_prefixes:read_prefixes"),
    Reader("labelled values", "envelope", _any_of("Throttling ThrottlingException ThrottledException RequestLimitExceeded NoSuchEntity NoSuchEntityException EntityAlreadyExists EntityAlreadyExistsException ValidationError ValidationException ResourceNotFoundException"), "labelled_errors:read_labelled_values"),
    Reader("actions", "envelope", "<API>API:|<call>ailed to|<calling>rror calling|ermission", "action_phrases:read_action_phrases"),
    Reader("translated codes", "envelope", f"<{NON_ASCII}>", "translations:read_translation_codes"),
    Reader("suffixes of SDKs", "envelope", "<code>status code:|<Service>Service:|<AWS>AWS Error|<Status>(Status Code:", "sdk_suffixes:read_suffixes"),
    Reader("XML bodies", "envelope", "<Code><Code>|<Code></Code>|<Message><Message>|<message><message>", "xml_bodies:read_xml"),
    Reader("code words", "envelope", f"<{ANY_CODE}>|<coral>", "code_words:read_code_words"),
    Reader("codes before messages", "envelope", _FROM_TABLE, "code_words:read_unseparated"),
    Reader("keys and values", "other", _FROM_TABLE, "pairs:read_pairs"),
    Reader("phrases", "message", _FROM_TABLE, "phrases:read_phrases"),
    Reader("reports of services", "message", _FROM_TABLE, "service_reports:read_service_reports"),
    Reader("alerts", "other", "<source>vent source:|<Source>vent Source:|<EventSource>EventSource:", "labelled_errors:read_alerts"),
    Reader("classes of SDKs", "other", _FROM_TABLE, "class_names:read_sdk_classes"),
    Reader("classes", "other", f"<{DOTTED_CODE}>", "class_names:read_classes"),
    Reader("denials of RBAC", "other", f"{_FORBIDDEN}|<RBAC>|<cannot>User", "rbac:read_rbac"),
    Reader("clients of Kubernetes", "other", _FORBIDDEN, "kubernetes_clients:read_clients"),
    Reader("types of Kubernetes", "other", "<server>resource type", "kubernetes:read_missing_types"),
    Reader("Kubernetes", "other", _FROM_TABLE, "kubernetes:read_kubernetes"),
)  # fmt: skip
BARE_403 = Reader(
    "bare 403s",
    "other",
    f"{_any_of('403 Forbidden_403 apigw Apigw')}|<execute>.execute-api.|<lambda>.lambda-url.",
    "bare_http_403:read_bare_403s",
)
"""The last reader, for responses that are not near other failures."""

_TABLE = (*READERS, BARE_403)


def possible_readers(readable: Readable) -> Mapping[Reader, Sequence[int]]:
    """Return the readers that can find pieces in a text, each with the rows of its table that can match."""
    _, index = _index()
    return _readers_of(index.find_rows(readable.words, readable.flat))


@lru_cache(maxsize=1024)
def _readers_of(possible: int) -> Mapping[Reader, Sequence[int]]:
    rows, _ = _index()
    found: dict[Reader, list[int]] = {}
    for reader, row in map(rows.__getitem__, list_rows(possible)):
        found.setdefault(reader, []).append(row)
    return found


@cache
def _index() -> tuple[list[tuple[Reader, int]], FragmentIndex]:
    """Return the reader and row of each anchor, and the index of the anchors."""
    rows: list[tuple[Reader, int]] = []
    anchors: list[str] = []
    for reader in _TABLE:
        fragments = [reader.anchors] if reader.anchors is not None else _fragments(reader)
        rows += [(reader, row) for row in range(len(fragments))]
        anchors += fragments
    return rows, FragmentIndex(anchors)


def _fragments(reader: Reader) -> list[str]:
    module = import_module(f"{__package__}.{reader.path.partition(':')[0]}")
    return cast("list[str]", module.FRAGMENTS)
