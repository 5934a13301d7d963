"""Find free-standing error codes: before a colon, in quotes, after "error".

A word is a code if it looks like one and is in a place where tools print codes. ``judging`` accepts a code that other
software uses, too, only if there are signs of AWS near it.
"""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import (
    is_code,
    is_known,
    is_query_code,
    kind_of_code,
    may_be_other_class,
)
from iamtriage._reading.vocabulary.fragments import find_around_literal
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import BEST, CLASS_NAME, HINT, STATED, code_piece

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

_BEFORE_COLON = lazy_pattern(
    # Spinners end with three dots.
    r"(?<![\w/\\$@-])(?<!(?<![a-z)]):)(?<!(?<!\.\.)\.)(?P<code>(?:Client\.|Server\.)?[A-Z][A-Za-z0-9]{2,80}+(?:\.[A-Z][A-Za-z]{2,40}){0,2})(?:\([0-9]{3}\)|\s\((?:client|server)\))?[`*]{0,2}"
    # A colon; fog's arrow; "AccessDenied - User:"; R's "(HTTP 403)"; columns; an ellipsis.
    r"(?:\s?:(?=\s|\Z|\"|\[|`)|\s=>\s|\s--\s|\s[-–]\s(?=User)|(?=\s\(HTTP\s|\s(?:User:\s|You\sare\snot\s)|\s?(?:\.\.\.|…)))"
)
# A denial's code right before its message: "AccessDenied Access Denied", "[AccessDenied]", "Subnet::Code - You …",
# "(UnauthorizedOperation). You …".
_BEFORE_MESSAGE = lazy_pattern(
    r"(?<![\w./\\$@-])(?<![^:]:)(?P<code>(?:Client\.)?[A-Z][A-Za-z]{5,60}+)[\s\-–,.()\[\]]{1,5}"
    r"(?=Access\sDenied\b|User:\s|You\sare\snot\sauthorized\b|You\sdo\snot\shave\s)"
)
# "RequestTimeTooSkewed Error: The …", "SignatureDoesNotMatch Message: The …"
_LABELLED = lazy_pattern(
    r"(?<![\w.:/\\$@-])(?P<code>(?:Client\.)?[A-Z][A-Za-z0-9]{3,80}+)(?<!KMS)\s(?:Error|ERROR|error|Message|message)\s?:(?=\s|\Z)"
)
# If tags were stripped, a code directly precedes its message: "AuthFailureAWS was not able to …".
_MESSAGE_STARTS = (
    "AWS was not ", "The request ", "The security ", "The provided ", "The authorization ", "The difference ", "The AWS Access ", "Access Denied", "User: ",
    "You are not authorized", "Signature expired", "Signature not ", "Credential should ", "Request has expired", "Request is missing ",
)  # fmt: skip
_STATED = {
    "User: ": "<arn>User: |<authorized>User: ",
    "Signature not ": "<current>Signature not ",
    "Signature expired": "<expired>Signature expired",
}
FRAGMENTS = [
    # Words that the text must have, too, make the search faster.
    _STATED.get(start, start)
    for start in _MESSAGE_STARTS
]
_LOWER_CASE = frozenset(ascii_lowercase)
_LAST_WORD = lazy_pattern(r"(?<![\w.:/\\$@-])(?P<code>[A-Z][A-Za-z]{4,60})\Z")
_MAX_WORD_LENGTH = 64
_WHITESPACE = f" \n{STATEMENT}"
# The first characters after the last word of a code and a space, if there is one. Each set is for one kind of text that
# can follow: a colon, a message, a label, an object.
_COLONS = frozenset(":(`*.…=-–UY")
_SEPARATORS = frozenset(".-–,()[]AUY")
_LABEL_STARTS = frozenset(".EeMm")
_BRACE = "{"
# Maximum length of a match, in characters, before its code and from the start of the code.
_MAX_LABEL_LENGTH = 30
_MAX_MATCH_LENGTH = 160


class _Label:
    """The words before a code.

    Args:
        before: The pattern of the words.
        code: The pattern of the code and the text after it, which is tried first.
        after: The characters that can directly follow the last word of the code.
        words: The possible ends of the last word before the code, separated by spaces; empty if there is no limit.
        length: The maximum length of the words before the code, in characters.
    """

    def __init__(
        self, before: str, code: str, after: str, words: str = "", length: int = _MAX_LABEL_LENGTH
    ) -> None:
        self.after = frozenset(after)
        self.length = length
        self.words = tuple(words.split(" "))
        self._code = lazy_pattern(code)
        self._whole = lazy_pattern(f"(?:{before}){code}")

    def match(self, text: str, start: int) -> re.Match[str] | None:
        """Return the match whose code starts at a position."""
        if self._code.match(text, start) is None:
            return None
        for m in self._whole.finditer(text, max(0, start - self.length), start + _MAX_MATCH_LENGTH):
            if m.start("code") >= start:
                return m if m.start("code") == start else None
        return None


_IN_QUOTES = _Label(
    r"(?:error|Error|code|Code|exception|AWSError|errorcode)\s?[=:]?\s?'",
    r"(?P<code>[A-Z][A-Za-z0-9]{3,80}+)'",
    "'",
    "rror ode xception",
)
_IN_PARENTHESES = _Label(
    r"(?:unhandled\s+error|service\s+error|(?<!client\s)error)\s*\(",
    r"(?P<code>[A-Z][A-Za-z0-9]{3,80}+)\)",
    ")",
    "rror",
)
_FAILED = _Label(r"\bfail(?:ed)?\s*\(", r"(?P<code>[A-Z][A-Za-z0-9]{3,80}+)\)", ")", "fail failed")
_AFTER_LABEL = _Label(
    r"(?:[Ee]rror|failed|(?<!HandlerError)[Cc]ode|due to|with|returned|reason|[Rr]esponse|time\(s\)|失败|错误|エラー):?\s+",
    r"(?P<code>[A-Z][A-Za-z0-9]{4,80}+)(?=\s*(?:[\"'`.)\]}]|\Z|\n|\(Service))",
    f"\"'`.)]}}({_WHITESPACE}",
    "rror failed ode to with returned reason esponse (s) 失败 错误 エラー",
)
# A line that says what failed, and not which codes there are.
_FAILURE = r"(?:[Ee]rror(?!\scodes)|ERROR|[Ff]ail(?:ed|ure)|FAILED|[Uu]nable\sto|[Cc]ould\snot|[Cc]annot|[Cc](?:ouldn|an)['’]t)\b[^\n]{0,120}"
_FAILURE_BEFORE = lazy_pattern(rf"(?:{_FAILURE}|:\s)\Z")
_MAX_FAILURE_LENGTH = 140
# "Error (ExpiredToken): The provided token …", "Unable to find the account (ExpiredToken): The …"
_PARENTHESIZED = _Label(r"(?<=[\w:]\s)(?<!from\sserver\s)\(", r"(?P<code>[A-Z][A-Za-z0-9]{3,80}+)\):\s", ")")
# "Error [ExpiredToken]: The …", "S3::putObject(b/k): [AccessDenied] User: …"
_BRACKETED = _Label(
    r"(?:(?<=rror\s)|(?<=RROR\s)|(?<=:\s))\[", r"(?P<code>[A-Z][A-Za-z0-9.]{3,80}+)\](?::|\s(?=[A-Z]))", "]."
)
# A tuple of Erlang or Elixir: {:error, {:http_error, 403, "InvalidAccessKeyId"}}
_IN_TUPLE = _Label(r"http_error,\s?[0-9]{3},\s?\"", r"(?P<code>[A-Z][A-Za-z0-9]{3,80}+)\"", '"')
# An object of Dart: AccessDeniedException {message: Not allowed, statusCode: 400}
_BEFORE_OBJECT = lazy_pattern(r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80}+)\s?\{\s{0,8}\"?message\"?:")
# "ERROR: ExpiredToken - The …"; without "ERROR", the line could be from a list of codes.
_JOINED = _Label(
    r"(?:[Ee]rror|ERROR|[Ff]ailed|FAILED|[Ee]xception):?\s|[)\]>]:\s",
    r"(?P<code>[A-Z][A-Za-z0-9.]{3,80}+)\s(?:[-–—|]|\[)\s?(?=[A-Z])",
    f".{_WHITESPACE}",
    "rror RROR ailed AILED xception ) ] >",
)
# "Error creating EKS cluster: AccessDenied" at the end of a line, or after a program and its function: "s3-kv: read_row: …"
_ENDING = _Label(
    rf"(?:{_FAILURE}|(?<=\n)(?=(?:\S{{0,40}}[_.-])?(?:aws|dynamodb|ec2|iam|kinesis|kms|s3|sns|sqs|sts)(?![a-z]))[\w.-]{{2,40}}:\s\w{{2,60}}):\s",
    # The words before the code are searched for only if it is after a colon.
    rf"(?<=:\s)(?P<code>[A-Z][A-Za-z0-9]{{4,80}}+)(?=[\"'`.]{{0,3}}(?:\Z|\n|{STATEMENT}))",
    f"\"'`.{_WHITESPACE}",
    length=_MAX_FAILURE_LENGTH,
)
# The labels by the character before the code.
_LABELS_BEFORE = {
    "'": (_IN_QUOTES,),
    "(": (_IN_PARENTHESES, _PARENTHESIZED, _FAILED),
    "[": (_BRACKETED,),
    '"': (_IN_TUPLE,),
    **dict.fromkeys(_WHITESPACE, (_AFTER_LABEL, _JOINED, _ENDING)),
}
# The labels whose codes can be plain words, too.
_LABELS_OF_WORDS = (_LABELS_BEFORE["'"], _LABELS_BEFORE["("])
_WITH_CORAL_URL = lazy_pattern(
    r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80}):https?://internal\.amazon\.com/coral"
)
# A code, and the word for any code.
_MAX_LONE_WORDS = 2
_ONLY_CODE = lazy_pattern(r"[\s\"'`]*(?P<code>[A-Z][A-Za-z0-9]{5,80})[.\s\"'`]*")
# HTTP reason phrases and words of prose, which are codes only in an SDK's output.
_PLAIN_WORDS = frozenset(
    {"Forbidden", "Unauthorized", "NotAuthorized", "Throttling", "UnknownError", "NetworkError"}
)
# Codes that any software can have, so that only the output of an AWS tool makes them AWS codes.
_COMMON_CODES = _PLAIN_WORDS | {
    "InvalidToken", "InvalidSignature", "LoginError", "ProviderError", "NoCredentials", "NotFound",
}  # fmt: skip
# Terraform prints the resource before or after its error. Python packages have such names, too.
_RESOURCE = (
    r"(?:(?:data|module)\.[\w.\[\]\"-]{1,120}\.|data\.)?"
    r"aws_(?!lambda_(?!function\b|layer|permission|alias|event)|cdk|xray|client|session|requests|encryption|sam_)[a-z0-9_]{2,60}"
)
_RESOURCE_BEFORE = lazy_pattern(
    rf"(?<![\w./\"'-]){_RESOURCE}\.[\w-]{{1,80}}(?:\[[^\]\n]{{1,60}}\])?:\s[^\n]{{0,160}}\Z"
)
_RESOURCE_AFTER = lazy_pattern(
    rf"[^\n]{{0,600}}\n\n?(?:with\s{_RESOURCE}\.|on\s\S{{1,120}}\sline\s[0-9]{{1,6}},\sin\sresource\s\"{_RESOURCE}\")"
)
_MAX_RESOURCE_DISTANCE = 320


def read_code_words(readable: Readable) -> Iterator[Piece]:
    """Yield the error codes outside of the pieces that other readers found."""
    text = readable.text
    has_resources = "aws_" in text
    ends = readable.code_starts()
    for start in readable.not_taken(ends):
        end = ends[start]
        after = text[end : end + 1]
        # The patterns allow a space before what follows.
        sign = text[end + 1 : end + 2] if after in _WHITESPACE else after
        if sign in _COLONS:
            piece = _read_before_colon(text, start, has_resources=has_resources)
            if piece is not None:
                yield piece
        if sign in _SEPARATORS or sign.isspace():
            m = _BEFORE_MESSAGE.match(text, start)
            if m and kind_of_code(m["code"]) == "access_denied" and m["code"] not in _PLAIN_WORDS:
                yield code_piece(m)
        if sign in _LABEL_STARTS:
            m = _LABELLED.match(text, start)
            if m and is_known(m["code"]) and m["code"] not in _COMMON_CODES:
                yield code_piece(m)
        if sign == _BRACE:
            m = _BEFORE_OBJECT.match(text, start)
            if (
                m
                and is_code(m["code"])
                and not may_be_other_class(m["code"])
                and m["code"] not in _PLAIN_WORDS
            ):
                yield code_piece(m)
        labels = _LABELS_BEFORE.get(text[start - 1 : start])
        if labels and (text[start:end] not in _PLAIN_WORDS or after == "." or labels in _LABELS_OF_WORDS):
            yield from _read_after_label(text, start, after, labels)
    if "coral" in readable.words:
        for m in find_around_literal(text, _WITH_CORAL_URL, "://internal.amazon.com/coral", 90, 40):
            yield code_piece(m, is_aws=True)
    alone = _ONLY_CODE.fullmatch(text) if len(readable.words) <= _MAX_LONE_WORDS else None
    if alone and kind_of_code(alone["code"]) and alone["code"] not in _PLAIN_WORDS:
        yield code_piece(alone, is_aws=True)


def _read_after_label(text: str, start: int, after: str, labels: Iterable[_Label]) -> Iterator[Piece]:
    """Yield the codes at a position, one for each label before it."""
    labels = [label for label in labels if not after or after in label.after]
    if not labels:
        return
    # Only quotes, brackets, "=", ":" and spaces can be between the last word of a label and the code.
    before = text[max(0, start - _MAX_LABEL_LENGTH) : start].rstrip("'\"([").rstrip().rstrip("=:").rstrip()
    for label in labels:
        m = label.match(text, start) if before.endswith(label.words) else None
        piece = _read_labelled(m, label) if m else None
        if piece is not None:
            yield piece


def _read_labelled(m: re.Match[str], label: _Label) -> Piece | None:
    code = m["code"]
    if label is _IN_QUOTES:
        # With a colon it is a key of a printed object, which ``pairs`` reads.
        return code_piece(m) if kind_of_code(code) and ": '" not in m[0] else None
    if label is _IN_PARENTHESES:
        return code_piece(m, source="rust") if is_code(code) else None
    if code in _PLAIN_WORDS:
        return None
    if label in {_AFTER_LABEL, _ENDING}:
        return code_piece(m, rank=HINT) if kind_of_code(code) else None
    if label is _PARENTHESIZED and not _is_of_failure(m.string, m.start(), m.end()):
        return None
    return code_piece(m) if is_known(code) else None


def _is_of_failure(text: str, start: int, end: int) -> bool:
    """Return whether a code in parentheses is before a message of AWS, or after words that say what failed.

    The messages of AWS begin with a capital letter. A list of codes has a plural before it.
    """
    is_message = text[end : end + 1].isupper() and text[start - 2] != "s"
    low = max(0, start - _MAX_FAILURE_LENGTH)
    return is_message or _FAILURE_BEFORE.search(text, low, start) is not None


def read_unseparated(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the codes directly before a message, without a separator."""
    text = readable.text
    for number in rows:
        at = readable.flat.find(_MESSAGE_STARTS[number])
        while at >= 0:
            if text[at - 1 : at] in _LOWER_CASE:
                last_word = _LAST_WORD.search(text, max(0, at - _MAX_WORD_LENGTH), at)
                if last_word and kind_of_code(last_word["code"]):
                    yield code_piece(last_word, rank=BEST)
            at = readable.flat.find(_MESSAGE_STARTS[number], at + 1)


def _read_before_colon(text: str, start: int, *, has_resources: bool) -> Piece | None:
    m = _BEFORE_COLON.match(text, start)
    if m is None:
        return None
    code = m["code"]
    if not is_code(code) or (code in _PLAIN_WORDS and code not in {"Forbidden", "Throttling"}):
        return None
    if "." in code and code.endswith("Exception"):
        # A class of .NET with its namespace, which ``class_names`` reads. Codes with dots have other endings.
        return None
    if may_be_other_class(code) or (code.endswith("User") and is_known(code.removesuffix("User"))):
        # In the second case, "User" is the first word of the message.
        return None
    if code == "Forbidden" and (
        text[max(0, start - 4) : start].strip().isdigit()
        or text.startswith((" An error occurred (403)", " (HTTP ", " {"), m.end())
    ):
        # "403 Forbidden:", "Forbidden (HTTP 403)" and "Forbidden: {" are the reason phrase of an HTTP status, or of a
        # response whose body follows. DVC prints botocore's message twice.
        return None
    return code_piece(
        m,
        rank=STATED if is_known(code) else CLASS_NAME,
        is_aws=is_query_code(code) or (has_resources and _is_of_resource(text, m)),
    )


def _is_of_resource(text: str, m: re.Match[str]) -> bool:
    """Return whether Terraform reports a code for an AWS resource."""
    return (
        _RESOURCE_BEFORE.search(text, max(0, m.start() - _MAX_RESOURCE_DISTANCE), m.start()) is not None
        or _RESOURCE_AFTER.match(text, m.end()) is not None
    )
