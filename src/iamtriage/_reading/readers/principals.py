"""Parse the principal of a standard denial.

Some words in its position are not a principal: in "creating role: AccessDenied: You", the label ``role:`` ends a tool's
message, and another sentence follows. In "User: the caller", a person replaced the name with a pronoun or noun.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import ARN_HEAD, ELLIPSIS, trim
from iamtriage._reading.vocabulary.masks import ARN, find_arn_end, rejoin
from iamtriage._reading.vocabulary.pieces import Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from iamtriage._reading.vocabulary.readable import Readable

# Maximum distance, in characters, between a label and the words that it belongs to.
MAX_PRINCIPAL_DISTANCE = 2200
_MAX_BARE_PRINCIPAL_LENGTH = 300
_MAX_SPACES = 4
_LABEL = lazy_pattern(
    r"(?<![\w/.-])(?P<label>Service\s+Principal|User|Role|Principal|Identity|Caller|Entity|accountId|(?<![:<])(?:user|role|principal))"
    r"(?P<colon>\s?:(?![\w:]*:))?\s*"
)
_LABELS = frozenset({
    "Service", "User", "Role", "Principal", "Identity", "Caller", "Entity", "accountId", "user", "role",
    "principal",
})  # fmt: skip
"""The words with which labels start."""
_BARE_PRINCIPAL = lazy_pattern(
    rf"(?:(?:{ARN}|arn:[^\s\"']{{1,2048}})[\"']?|(?<![\w.@/-])[a-z][a-z0-9-]{{1,60}}(?:\.[a-z0-9-]{{1,60}}){{1,6}}"
    # The end of an ARN, unless the text was cut off before it.
    r"|(?:(?<=[:#>]\s)|(?<=[\n\"'`])|(?<=\n\s))(?:user|role|assumed-role|federated-user)/[\w+=,.@/-]{1,128}|<[^<>\n]{1,80}>(?:[+=.@_-][\w+=,.@-]{1,127})?)\s*\Z"
)

SERVICE = (
    r"(?:(?:AWS|Amazon) [A-Z][A-Za-z]{1,30}(?: [A-Z][A-Za-z]{1,20}){0,3}|Amplify|App Runner|Athena|CloudFormation|CloudTrail|CloudWatch(?: Alarms| Logs)?"
    r"|Bedrock|CodeBuild|CodeDeploy|CodePipeline|Cognito|DataSync|ECS|EKS|EMR|EventBridge|Firehose|Glue|Kinesis|Lambda|RDS|Redshift|S3|SageMaker|SNS|SQS)"
)
# "the role app-reader is not authorized": a name that is not an English word, or a service.
_NAMED_PRINCIPAL = lazy_pattern(
    r"(?<![\w/.-])(?:(?:[Rr]ole|[Uu]ser)\s[\"'`]?(?P<principal>(?=[\w+=,.@/-]{0,127}[A-Z0-9_/-])[A-Za-z0-9][\w+=,.@/-]{1,127})[\"'`]?"
    rf"|(?P<service>{SERVICE})"
    # The name of a session starts the message. At the start of the text, it could be the end of a value that was cut off.
    r"|(?:(?<=:\s)|(?<=[\"'`\x1e])|(?<![/_-]\n)(?<=\n))(?P<name>(?=[\w+=,.@-]{0,127}(?:[0-9_@-]|[a-z][A-Z]))[A-Za-z0-9][\w+=,.@-]{1,127})[\"'`]?)\s\Z"
)
_MAX_NAMED_PRINCIPAL_LENGTH = 160
_NOT_IN_NAMES = frozenset(":;()")

# The text before a sentence that starts with its principal: the code of a denial, or botocore's prefix.
_BEFORE_SENTENCE = lazy_pattern(
    r"(?:AccessDenied\w{0,20}|Unauthorized\w{0,20}|NotAuthorized\w{0,20}|calling\s+the\s+\w{1,80}\s+operation)[)\]\"'`*]{0,3}\s?:\s{1,2}\Z"
    r"|You\sare\snot\sauthorized\sto\sperform\sthis\soperation\.\s\Z|[Mm]essage\\?\"\s?:\s?\\?\"\Z"
)
_MAX_BEFORE_SENTENCE_LENGTH = 120
_PRINCIPAL_AT_END = lazy_pattern(
    rf"User:\s(?P<principal>{ARN})(?P<rest>\s[a-z ]{{1,18}})?[\s\"'`.…)}}\]]{{0,12}}\Z"
)

# An error code or a tool's words, then a colon or a new sentence. Text in brackets is a mask, which can contain any text.
_INTRODUCTION = lazy_pattern(r"[^<\[{(«‹]{0,200}?[\w)\]\"'`*](?::(?:\s|\Z)|\.\s(?=[A-Z]))")
_CODE = lazy_pattern(r"[A-Z]\w{0,60}(?:Exception|Error|Denied|Operation)")
_DETERMINERS = frozenset({"the", "this", "that", "these", "those", "your", "our", "their", "its"})
_GENERIC_WORDS = frozenset(
    {"request", "operation", "you", "we", "they", "who", "which", "you're", "we're", "they're"}
)
# The added words are generic only after other words: alone, each can be a user's name.
_LAST_WORDS = _GENERIC_WORDS | {"i", "he", "she", "it", "that", "this", "i'm", "it's"}
# How a sentence continues after its principal: ", and is not", " who is not", ": AccessDenied: You are not".
_CONTINUATION = lazy_pattern(r"(?<=[:,])(?:\s|\Z)|\s(?:who|which|that|and|but)\s*\Z")
# Colons in a complete ARN.
_ARN_COLONS = 5


def read_principal(
    readable: Readable, floor: int, anchor: re.Match[str], labels: list[int], piece: Piece
) -> bool:
    """Parse the principal between a label and the anchor, or directly before the anchor.

    Args:
        readable: The readable text.
        floor: The end of the previous sentence.
        anchor: The words "not authorized".
        labels: Where labels can start, in order; empty until a sentence needs it.
        piece: The piece that gets the facts.

    Returns:
        Whether the sentence has a subject, even if its value is missing.
    """
    text, right = readable.text, anchor.start()
    if anchor["verb"] is None and text[right] == "N":
        # "Not authorized to perform sts:…" starts a sentence.
        return False
    left = max(floor, right - MAX_PRINCIPAL_DISTANCE)
    start = label_at = -1
    end = _last_label(text, left, right)
    labels += () if labels else [at for at, _ in readable.places(_LABELS & readable.words)]
    for at in labels[bisect_left(labels, end) : bisect_left(labels, right)]:
        label = _LABEL.match(text, at, right) if end <= at else None
        if label is None:
            continue
        end = label.end()
        begin = min(label.end(), right)
        if "\n\n" in text[begin:right]:
            continue
        opened = begin + (text[begin : begin + 1] in {"`", "'", '"'})
        if label["colon"] or (ARN_HEAD.match(text, opened) and _is_one_word(text, opened, right)):
            start, label_at = begin, label.start()
        elif label["label"] == "User" and right - begin < 2:
            # "User is not authorized" does not name a principal.
            piece.start = label.start()
            return True
    if start >= 0:
        first, last = trim(text, start, right)
        if _begins_message(text[first:last]):
            # "creating role: AccessDenied: You": the label ends a tool's message.
            start = -1
    if start < 0:
        bare = _find_bare_principal(text, max(left, right - _MAX_BARE_PRINCIPAL_LENGTH), right)
        if bare is None:
            return False
        start = label_at = bare.start()
    first, last = trim(text, start, right)
    first, last = trim(text, first, _find_principal_end(text, first, last))
    value = text[first:last]
    if len(value.split()) > _MAX_SPACES and not value.startswith(("arn:", "<", "*")):
        return False
    piece.start = label_at
    if _is_generic_subject(value):
        return True
    if value and ELLIPSIS.match(value) is None:
        put_principal(piece, text, rejoin(value), first, last)
    return True


def _find_bare_principal(text: str, left: int, right: int) -> re.Match[str] | None:
    """Match an ARN or its end, a host name or a masked value directly before the anchor."""
    before = text[left:right].rstrip()
    # Most sentences without a label have none.
    if (
        "arn:" in before
        or ">" in (word := before[max(before.rfind(" "), before.rfind("\n")) + 1 :])
        or "." in word
        or "/" in word
    ):
        return _BARE_PRINCIPAL.search(text, left, right)
    return None


def read_named_principal(text: str, floor: int, right: int, piece: Piece) -> None:
    """Parse the name of a role, user or session in a paraphrased denial, or in one without a label."""
    if text[right - 2 : right - 1] in _NOT_IN_NAMES:
        return
    m = _NAMED_PRINCIPAL.search(text, max(floor, right - _MAX_NAMED_PRINCIPAL_LENGTH), right)
    name = (m and m.lastgroup) or ""
    if m and not _begins_message(m[name]) and not _is_generic_subject(m[name]):
        piece.start = m.start()
        put_principal(piece, text, m[name], *m.span(name))


def _last_label(text: str, left: int, right: int) -> int:
    """Return the position of the last label "User: ", which takes precedence over earlier labels.

    Without such a label, return the first position.
    """
    at = text.rfind("User: ", left, right)
    if at < 0 or "\n\n" in text[at:right]:
        return left
    label = _LABEL.match(text, at, right)
    return at if label and label["colon"] else left


def _is_one_word(text: str, start: int, end: int) -> bool:
    """Return whether there is only an ARN between two positions."""
    if " " not in text[start:end].strip():
        return True
    arn_end = find_arn_end(text, start, end)
    return arn_end >= 0 and not text[arn_end:end].strip("\"'` \n")


def put_principal(piece: Piece, text: str, value: str, start: int, end: int) -> None:
    """Add a principal, which is of AWS if it is an ARN. Wrapping can put a space after a slash, where names have none."""
    value = value.replace("/ ", "/") if value.startswith("arn:") else value
    piece.put_principal(text, value, start, end)
    piece.is_aws = piece.is_aws or value.startswith("arn:")


def _begins_message(value: str) -> bool:
    """Return whether the text after a label is an error code or another sentence.

    >>> _begins_message("AccessDenied: You"), _begins_message("my user"), _begins_message("<user: ana>")
    (True, False, False)
    """
    if value.startswith("arn:"):
        return False
    return _INTRODUCTION.match(value) is not None or _CODE.fullmatch(value) is not None


def _is_generic_subject(value: str) -> bool:
    """Return whether words mean the caller without naming the principal.

    >>> _is_generic_subject("You"), _is_generic_subject("The caller"), _is_generic_subject("it"), _is_generic_subject("Theo the cat")
    (True, True, False, False)
    """
    words = value.lower().split()
    if len(words) < 2:
        return bool(words) and words[0] in _GENERIC_WORDS
    return words[0] in _DETERMINERS or words[-1] in _LAST_WORDS


def _find_principal_end(text: str, start: int, end: int) -> int:
    """Return where a principal ends: for an ARN, before further words of the sentence.

    >>> _find_principal_end("arn:aws:iam::111122223333:user/ana who", 0, 38)
    34
    """
    arn_end = find_arn_end(text, start, end)
    if text.count(":", start, max(arn_end - 1, start)) < _ARN_COLONS:
        return end
    if _CONTINUATION.match(text, arn_end, end) is None:
        return end
    return arn_end - (text[arn_end - 1] in ":,")


def read_truncated_sentence(readable: Readable) -> Sequence[Piece]:
    """Return the denial if the text ends in or right after its principal."""
    text = readable.text
    label = text.rfind("User: ", max(0, len(text) - MAX_PRINCIPAL_DISTANCE))
    if (
        label < 0
        or text.find(" not authorized to ", label) >= 0
        or _BEFORE_SENTENCE.search(text, max(0, label - _MAX_BEFORE_SENTENCE_LENGTH), label) is None
    ):
        return ()
    m = _PRINCIPAL_AT_END.match(text, label)
    if m is None or not (m["rest"] is None or " is not authorized".startswith(m["rest"].rstrip())):
        return ()
    piece = Piece("core", label, m.end(), kind="access_denied")
    start, end = trim(text, m.start("principal"), m.end("principal"))
    put_principal(piece, text, rejoin(text[start:end]), start, end)
    return (piece,)
