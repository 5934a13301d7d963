"""List the readers, and find those that can read something in a text.

A reader is one row: its name, the words and literals of which a text must have one (``FragmentIndex`` defines their
form), and where its function is. A module is imported when a text first needs one of its readers. Readers with a
table of their own have an anchor for each of its rows, and are asked for those rows.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from iamtriage._reading.vocabulary.fragments import FragmentIndex
from iamtriage._reading.vocabulary.readable import NON_ASCII

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

Part: TypeAlias = Literal["sentence", "envelope", "message", "other"]
"""What a reader reads: standard denials, what is around a message, messages, other pieces."""

# The anchors of readers that no word or literal tells, and of those that have a table of rows.
_ALWAYS = ""
_ROWS = None
# The verbs of cmdlets (https://learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands).
_VERBS = (
    "Add Approve Assert Backup Block Build Checkpoint Clear Close Compare Complete Compress Confirm Connect Convert Copy"
    " Debug Deny Deploy Disable Disconnect Dismount Edit Enable Enter Exit Expand Export Find Format Get Grant Group Hide"
    " Import Initialize Install Invoke Join Limit Lock Measure Merge Mount Move New Open Optimize Out Ping Pop Protect"
    " Publish Push Read Receive Redo Register Remove Rename Repair Request Reset Resize Resolve Restart Restore Resume"
    " Revoke Save Search Select Send Set Show Skip Split Start Step Stop Submit Suspend Switch Sync Test Trace Unblock"
    " Undo Uninstall Unlock Unprotect Unpublish Unregister Update Use Wait Watch Write"
)


class Reader:
    """A reader.

    Attributes:
        name: its name.
        part: what it reads.
        anchors: words and literals of which a text must have one, separated by ``|``; ``None`` if its module has
            the ``FRAGMENTS`` of the rows of a table.
        path: the module in this package, and the function.
    """

    __slots__ = ("_function", "anchors", "name", "part", "path")

    def __init__(self, name: str, part: Part, anchors: str | None, path: str) -> None:
        self.name, self.part, self.anchors, self.path = name, part, anchors, path
        self._function: Callable[..., Iterable[Piece]] | None = None

    def read(self, readable: Readable, rows: Iterable[int] = ()) -> Iterable[Piece]:
        """Find the pieces in a text, with the rows of the reader's table that can match."""
        function = self._function
        if function is None:
            module, _, name = self.path.partition(":")
            function = getattr(import_module(f"{__package__}.{module}"), name)
            self._function = function = cast("Callable[..., Iterable[Piece]]", function)
        return function(readable, rows) if self.anchors is None else function(readable)


def _words(words: str) -> str:
    return "|".join(f"<{word}>" for word in words.split())


READERS = (
    Reader(
        "sentences",
        "sentence",
        _words("authorized Authorized authorised Authorised AUTHORIZED AUTHORISED"),
        "sentences:read_sentences",
    ),
    Reader("console cards", "sentence", "<action>", "console_cards:read_cards"),
    Reader("translations", "other", f"<{NON_ASCII}>", "translations:read_translations"),
    Reader(
        "lone reasons",
        "other",
        _words("because Because BECAUSE since Since SINCE explicit Explicit EXPLICIT"),
        "sentences:read_lone_reasons",
    ),
    Reader("cut sentences", "other", "<User>User: ", "sentences:read_cut_sentence"),
    Reader("prefixes of SDKs", "envelope", _ROWS, "sdk_prefixes:read_prefixes"),
    Reader(
        "s3cmd",
        "envelope",
        "|".join(f"<{status}>{status} (" for status in range(300, 600)),
        "s3cmd:read_s3cmd",
    ),
    Reader(
        "cmdlets",
        "envelope",
        "|".join(f"<{verb}>{verb}-" for verb in _VERBS.split()),
        "cmdlets:read_cmdlets",
    ),
    Reader(
        "labelled values",
        "envelope",
        _words(
            "Throttling ThrottlingException ThrottledException RequestLimitExceeded NoSuchEntity NoSuchEntityException"
            " EntityAlreadyExists EntityAlreadyExistsException ValidationError ValidationException ResourceNotFoundException"
        ),
        "labelled_values:read_labelled_values",
    ),
    Reader("code words", "envelope", _ALWAYS, "code_words:read_code_words"),
    Reader(
        "actions",
        "envelope",
        "<API>API:|<call>ailed to|<calling>rror calling|ermission",
        "action_phrases:read_action_phrases",
    ),
    Reader("translated codes", "envelope", f"<{NON_ASCII}>", "translations:read_translation_codes"),
    Reader(
        "suffixes of SDKs",
        "envelope",
        "<code>status code:|<Service>Service:|<AWS>AWS Error|<Status>(Status Code:",
        "sdk_suffixes:read_suffixes",
    ),
    Reader(
        "XML bodies",
        "envelope",
        "<Code><Code>|<Message><Message>|<message><message>",
        "xml_bodies:read_xml",
    ),
    Reader("keys and values", "other", _ALWAYS, "pairs:read_pairs"),
    Reader("phrases", "message", _ROWS, "phrases:read_phrases"),
    Reader("reports of services", "message", _ROWS, "service_reports:read_service_reports"),
    Reader(
        "alerts",
        "other",
        "<source>vent source:|<Source>vent Source:|<EventSource>EventSource:",
        "alerts:read_alerts",
    ),
    Reader("classes of SDKs", "other", _ROWS, "class_names:read_sdk_classes"),
    Reader("classes", "other", _ALWAYS, "class_names:read_classes"),
    Reader("denials of RBAC", "other", "orbidden|nauthorized|<RBAC>|<cannot>User", "rbac:read_rbac"),
    Reader("clients of Kubernetes", "other", "orbidden|nauthorized", "kubernetes_clients:read_clients"),
    Reader("types of Kubernetes", "other", "<type>resource type", "kubernetes:read_missing_types"),
    Reader("Kubernetes", "other", _ROWS, "kubernetes:read_kubernetes"),
)
BARE_403 = Reader("bare 403s", "other", _words("403 Forbidden_403"), "bare_http_403:read_bare_403s")
"""It is asked last, for what nothing else was read near."""

_TABLE = (*READERS, BARE_403)


def possible_readers(readable: Readable) -> dict[Reader, list[int]]:
    """Return the readers that can read something in a text, and which rows of their tables, in order."""
    owners, index = _index()
    if readable.rows is None:
        readable.rows = index.possible_rows(readable.words, readable.flat)
    found: dict[Reader, list[int]] = {}
    for number in readable.rows:
        reader, row = owners[number]
        if reader in found:
            found[reader].append(row)
        else:
            found[reader] = [row]
    return found


def states_nothing(readable: Readable) -> bool:
    """Return whether no reader can find anything in a line of a log, before it is unwrapped.

    Unwrapping such a line only removes words, so that what needs a word finds none in it.
    """
    _, index = _index()
    readable.rows = index.possible_rows(readable.words, readable.flat)
    if readable.rows != index.always:
        return False
    may_hold_code_words, may_hold_pairs = _conditions()
    return not (may_hold_code_words(readable) or may_hold_pairs(readable))


@cache
def _conditions() -> tuple[Callable[[Readable], bool], Callable[[Readable], bool]]:
    """Return what tells whether the readers that have no anchors can find something; classes are codes, too."""
    from iamtriage._reading.readers.code_words import may_hold_code_words
    from iamtriage._reading.readers.pairs import may_hold_pairs

    return may_hold_code_words, may_hold_pairs


@cache
def _index() -> tuple[list[tuple[Reader, int]], FragmentIndex]:
    """Return the reader and row of each anchor, and the index of the anchors."""
    owners: list[tuple[Reader, int]] = []
    anchors: list[str] = []
    for reader in _TABLE:
        fragments = [reader.anchors] if reader.anchors is not None else _fragments(reader)
        owners += [(reader, row) for row in range(len(fragments))]
        anchors += fragments
    return owners, FragmentIndex(anchors)


def _fragments(reader: Reader) -> list[str]:
    module = import_module(f"{__package__}.{reader.path.partition(':')[0]}")
    return cast("list[str]", module.FRAGMENTS)
