"""Read free-standing error codes: before a colon, in quotes, after "error".

A word is read if it looks like a code and is where tools print codes. ``judging`` accepts a code that other software
uses, too, only if there are signs of AWS near it.
"""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING

from iamtriage._reading.readers.sdk_prefixes import code_piece
from iamtriage._reading.vocabulary.codes import (
    FOREIGN_NAMESPACE,
    is_code,
    is_known,
    kind_of_code,
    may_be_other_class,
)
from iamtriage._reading.vocabulary.pieces import BEST, CLASS_NAME, HINT, STATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.pieces import Piece

_BEFORE_COLON = re.compile(
    r"(?<![\w.:/\\$@-])(?P<code>(?:Client\.|Server\.)?[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,40})?)(?:\([0-9]{3}\))?[`*]{0,2}"
    # A colon; fog's arrow; "AccessDenied - User:"; R's "(HTTP 403)"; columns; an ellipsis.
    r"(?:\s?:(?=\s|\Z|\"|\[|`)|\s=>\s|\s--\s|\s[-–]\s(?=User)|(?=\s\(HTTP\s|\s(?:User:\s|You\sare\snot\s)|\s?(?:\.\.\.|…)))"
)
# A denial's code right before its message: "AccessDenied Access Denied", "[AccessDenied]", "Subnet::Code - You …".
_BEFORE_MESSAGE = re.compile(
    r"(?<![\w./\\$@-])(?<![^:]:)(?P<code>(?:Client\.)?[A-Z][A-Za-z]{5,60})[\s\-–,()\[\]]{1,4}\Z"
)
_DENIAL_START = re.compile(r"Access\sDenied\b|User:\s|You\sare\snot\sauthorized\b|You\sdo\snot\shave\s")
_BEFORE_MESSAGE_REACH = 72
# "RequestTimeTooSkewed Error: The …", "SignatureDoesNotMatch Message: The …"
_LABELLED = re.compile(
    r"(?<![\w.:/\\$@-])(?P<code>(?:Client\.)?[A-Z][A-Za-z0-9]{3,80})(?<!KMS)\s(?:Error|ERROR|error|Message|message)\s?:(?=\s|\Z)"
)
_LABELS = ("rror:", "essage:", "RROR:", "rror :", "essage :", "RROR :")
# If tags were stripped, a code directly precedes its message: "AuthFailureAWS was not able to …".
_MESSAGE_START = re.compile(
    r"(?:AWS\swas\snot\b|The\s(?:request|security|provided|authorization|difference|AWS\sAccess)\b|Access\sDenied|User:\s"
    r"|You\sare\snot\sauthorized\b|Signature\s(?:expired|not)\b|Credential\sshould\b|Request\s(?:has\sexpired|is\smissing)\b)"
)
_LAST_WORD = re.compile(r"(?<![\w.:/\\$@-])(?P<code>[A-Z][A-Za-z]{4,60})\Z")
_LAST_WORD_REACH = 64
_LOWER_CASE = frozenset(ascii_lowercase)
_IN_QUOTES = re.compile(
    r"(?:error|Error|code|Code|exception|AWSError|errorcode)\s?[=:]?\s?'(?P<code>[A-Z][A-Za-z0-9]{3,80})'"
)
_IN_PARENTHESES = re.compile(
    r"(?:unhandled\s+error|service\s+error|(?<!client\s)error)\s*\((?P<code>[A-Z][A-Za-z0-9]{3,80})\)"
)
# "Error (ExpiredToken): The provided token …"
_PARENTHESIZED = re.compile(r"(?:(?<=rror\s)|(?<=RROR\s)|(?<=:\s))\((?P<code>[A-Z][A-Za-z0-9]{3,80})\):\s")
# "Error [ExpiredToken]: The …", "S3::putObject(b/k): [AccessDenied] User: …"
_BRACKETED = re.compile(
    r"(?:(?<=rror\s)|(?<=RROR\s)|(?<=:\s))\[(?P<code>[A-Z][A-Za-z0-9.]{3,80})\](?::|\s(?=[A-Z]))"
)
# "ERROR: ExpiredToken - The …"; without "ERROR", the line could be from a list of codes.
_JOINED = re.compile(
    r"(?:(?:[Ee]rror|ERROR|[Ff]ailed|FAILED|[Ee]xception):?\s|[)\]>]:\s)(?P<code>[A-Z][A-Za-z0-9.]{3,80})"
    r"\s(?:[-–—|]|\[)\s?(?=[A-Z])"
)
_AFTER_LABEL = re.compile(
    r"(?:[Ee]rror|failed|[Cc]ode|due to|with|returned|reason|[Rr]esponse):?\s+(?P<code>[A-Z][A-Za-z0-9]{4,80})"
    r"(?=\s*(?:[\"'`.)\]}]|\Z|\n|\(Service))"
)
_WITH_CORAL_URL = re.compile(
    r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80}):https?://internal\.amazon\.com/coral"
)
# A tuple of Erlang or Elixir: {:error, {:http_error, 403, "InvalidAccessKeyId"}}
_IN_TUPLE = re.compile(r"http_error,\s?[0-9]{3},\s?\"(?P<code>[A-Z][A-Za-z0-9]{3,80})\"")
# An object of Dart: AccessDeniedException {message: Not allowed, statusCode: 400}
_BEFORE_OBJECT = re.compile(r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80})\s?\{\s?message:")
_ONLY_CODE = re.compile(r"[\s\"'`]*(?P<code>[A-Z][A-Za-z0-9]{5,80})[.\s\"'`]*")
# HTTP reason phrases and words of prose, which are codes only in an SDK's output.
_PLAIN_WORDS = frozenset(
    {"Forbidden", "Unauthorized", "NotAuthorized", "Throttling", "UnknownError", "NetworkError"}
)
# Codes that any software can have, so that only the output of an AWS tool makes them AWS codes.
_COMMON_CODES = _PLAIN_WORDS | {
    "InvalidToken",
    "InvalidSignature",
    "LoginError",
    "ProviderError",
    "NoCredentials",
    "NotFound",
}
_NAMESPACE_REACH = 100
# Terraform prints the resource before or after its error. Python packages have such names, too.
_RESOURCE = (
    r"(?:(?:data|module)\.[\w.\[\]\"-]{1,120}\.|data\.)?"
    r"aws_(?!lambda_(?!function\b|layer|permission|alias|event)|cdk|xray|client|session|requests|encryption|sam_)[a-z0-9_]{2,60}"
)
_RESOURCE_BEFORE = re.compile(
    rf"(?<![\w./\"'-]){_RESOURCE}\.[\w-]{{1,80}}(?:\[[^\]\n]{{1,60}}\])?:\s[^\n]{{0,160}}\Z"
)
_RESOURCE_AFTER = re.compile(
    rf"[^\n]{{0,600}}\n\n?(?:with\s{_RESOURCE}\.|on\s\S{{1,120}}\sline\s[0-9]{{1,6}},\sin\sresource\s\"{_RESOURCE}\")"
)
_RESOURCE_REACH = 320


def read_code_words(text: str) -> Iterator[Piece]:
    """Yield every such code."""
    yield from _read_before_colons(text)
    yield from _read_without_colon(text)
    if "'" in text:
        for m in _IN_QUOTES.finditer(text):
            # With a colon it is a key of a printed object, which ``pairs`` reads.
            if kind_of_code(m["code"]) and ": '" not in m[0]:
                yield code_piece(m)
    if "error" in text and "(" in text:
        for m in _IN_PARENTHESES.finditer(text):
            if is_code(m["code"]):
                yield code_piece(m, source="rust")
    for m in _AFTER_LABEL.finditer(text):
        if kind_of_code(m["code"]) and m["code"] not in _PLAIN_WORDS:
            yield code_piece(m, rank=HINT)
    if "internal.amazon.com" in text:
        for m in _WITH_CORAL_URL.finditer(text):
            yield code_piece(m, is_aws=True)
    alone = _ONLY_CODE.fullmatch(text)
    if alone and kind_of_code(alone["code"]) and alone["code"] not in _PLAIN_WORDS:
        yield code_piece(alone, is_aws=True)


def _read_without_colon(text: str) -> Iterator[Piece]:
    for message in _DENIAL_START.finditer(text):
        # As below: a pattern that starts with a lookbehind is tried at every place.
        start = max(0, message.start() - _BEFORE_MESSAGE_REACH)
        m = _BEFORE_MESSAGE.search(text, start, message.start())
        if m and kind_of_code(m["code"]) == "access_denied" and m["code"] not in _PLAIN_WORDS:
            yield code_piece(m)
    if any(label in text for label in _LABELS):
        for m in _LABELLED.finditer(text):
            if is_known(m["code"]) and m["code"] not in _COMMON_CODES:
                yield code_piece(m)
    for sentence in _MESSAGE_START.finditer(text):
        # Checked here, because a pattern that starts with a lookbehind is tried at every place.
        if text[sentence.start() - 1 : sentence.start()] not in _LOWER_CASE:
            continue
        glued = _LAST_WORD.search(text, max(0, sentence.start() - _LAST_WORD_REACH), sentence.start())
        if glued and kind_of_code(glued["code"]):
            yield code_piece(glued, rank=BEST)
    for needed, pattern in (
        (("): ", "):\n"), _PARENTHESIZED),
        (("]:", "] ", "]\n"), _BRACKETED),
        (("http_error",), _IN_TUPLE),
        (("message:",), _BEFORE_OBJECT),
        ((" -", "\n-", " [", "\n[", " |", "\n|", "–", "—"), _JOINED),
    ):
        if any(literal in text for literal in needed):
            for m in pattern.finditer(text):
                if is_known(m["code"]) and m["code"] not in _PLAIN_WORDS:
                    yield code_piece(m)


def _read_before_colons(text: str) -> Iterator[Piece]:
    managed = "aws_" in text
    for m in _BEFORE_COLON.finditer(text):
        code = m["code"]
        if not is_code(code) or code in _PLAIN_WORDS - {"Forbidden", "Throttling"}:
            continue
        if may_be_other_class(code) or (code.endswith("User") and is_known(code.removesuffix("User"))):
            # In the second case, "User" is the first word of the message.
            continue
        if code == "Forbidden" and text[max(0, m.start() - 4) : m.start()].strip().isdigit():
            # "403 Forbidden:" is an HTTP status with its reason phrase.
            continue
        if FOREIGN_NAMESPACE.search(text, max(0, m.start() - _NAMESPACE_REACH), m.start()):
            continue
        yield code_piece(
            m, rank=STATED if is_known(code) else CLASS_NAME, is_aws=managed and _is_of_resource(text, m)
        )


def _is_of_resource(text: str, m: re.Match[str]) -> bool:
    """Return whether Terraform reports a code for an AWS resource."""
    return (
        _RESOURCE_BEFORE.search(text, max(0, m.start() - _RESOURCE_REACH), m.start()) is not None
        or _RESOURCE_AFTER.match(text, m.end()) is not None
    )
