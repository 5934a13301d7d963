"""Reads error codes that stand free: before a colon, in quotes, alone behind "error"; not bodies.

A word counts when it has the shape of a code and stands where tools put codes. Codes that AWS and
others share are claimed later, when something of AWS's stands by (``verdicts``).
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
# A denial's code beside its own sentence: "AccessDenied Access Denied", "[AccessDenied]", "Subnet::Code - You …".
_BESIDE = re.compile(
    r"(?<![\w./\\$@-])(?<![^:]:)(?P<code>(?:Client\.)?[A-Z][A-Za-z]{5,60})[\s\-–,()\[\]]{1,4}"
    r"(?=Access\sDenied\b|User:\s|You\sare\snot\sauthorized\b|You\sdo\snot\shave\s)"
)
# "RequestTimeTooSkewed Error: The …", "SignatureDoesNotMatch Message: The …"
_LABELLED = re.compile(
    r"(?<![\w.:/\\$@-])(?P<code>(?:Client\.)?[A-Z][A-Za-z0-9]{3,80})(?<!KMS)\s(?:Error|ERROR|error|Message|message)\s?:(?=\s|\Z)"
)
_LABELS = ("rror:", "essage:", "RROR:", "rror :", "essage :", "RROR :")
# Where tags were stripped, a code stands glued to its sentence: "AuthFailureAWS was not able to …".
_SENTENCE_BEGINS = re.compile(
    r"(?:AWS\swas\snot\b|The\s(?:request|security|provided|authorization|difference|AWS\sAccess)\b|Access\sDenied|User:\s"
    r"|You\sare\snot\sauthorized\b|Signature\s(?:expired|not)\b|Credential\sshould\b|Request\s(?:has\sexpired|is\smissing)\b)"
)
_GLUED = re.compile(r"(?<![\w.:/\\$@-])(?P<code>[A-Z][A-Za-z]{4,60})\Z")
_GLUED_REACH = 64
_SMALL = frozenset(ascii_lowercase)
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
# "ERROR: ExpiredToken - The …"; at the start of a line it may be a list of codes.
_JOINED = re.compile(
    r"(?:(?:[Ee]rror|ERROR|[Ff]ailed|FAILED|[Ee]xception):?\s|[)\]>]:\s)(?P<code>[A-Z][A-Za-z0-9.]{3,80})"
    r"\s(?:[-–—|]|\[)\s?(?=[A-Z])"
)
_AT_END = re.compile(
    r"(?:[Ee]rror|failed|[Cc]ode|due to|with|returned|reason|[Rr]esponse):?\s+(?P<code>[A-Z][A-Za-z0-9]{4,80})"
    r"(?=\s*(?:[\"'`.)\]}]|\Z|\n|\(Service))"
)
_DECORATED = re.compile(r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80}):https?://internal\.amazon\.com/coral")
# Erlang's and Elixir's tuple: {:error, {:http_error, 403, "InvalidAccessKeyId"}}
_IN_TUPLE = re.compile(r"http_error,\s?[0-9]{3},\s?\"(?P<code>[A-Z][A-Za-z0-9]{3,80})\"")
# Dart's object: AccessDeniedException {message: Not allowed, statusCode: 400}
_BEFORE_OBJECT = re.compile(r"(?<![\w.])(?P<code>[A-Z][A-Za-z0-9]{3,80})\s?\{\s?message:")
_ALONE = re.compile(r"[\s\"'`]*(?P<code>[A-Z][A-Za-z0-9]{5,80})[.\s\"'`]*")
# HTTP's reasons and words of prose, which only an envelope makes codes.
_PLAIN_WORDS = frozenset(
    {"Forbidden", "Unauthorized", "NotAuthorized", "Throttling", "UnknownError", "NetworkError"}
)
# Codes that any software may have, so that AWS's own form of an error must stand around them.
_OF_ANY = _PLAIN_WORDS | {
    "InvalidToken",
    "InvalidSignature",
    "LoginError",
    "ProviderError",
    "NoCredentials",
    "NotFound",
}
_NAMESPACE_REACH = 100
# Terraform tells whose error it is, in front of it or behind it; packages of Python have such names, too.
_RESOURCE = (
    r"(?:(?:data|module)\.[\w.\[\]\"-]{1,120}\.|data\.)?"
    r"aws_(?!lambda_(?!function\b|layer|permission|alias|event)|cdk|xray|client|session|requests|encryption|sam_)[a-z0-9_]{2,60}"
)
_RESOURCE_AHEAD = re.compile(
    rf"(?<![\w./\"'-]){_RESOURCE}\.[\w-]{{1,80}}(?:\[[^\]\n]{{1,60}}\])?:\s[^\n]{{0,160}}\Z"
)
_RESOURCE_BEHIND = re.compile(
    rf"[^\n]{{0,600}}\n\n?(?:with\s{_RESOURCE}\.|on\s\S{{1,120}}\sline\s[0-9]{{1,6}},\sin\sresource\s\"{_RESOURCE}\")"
)
_RESOURCE_REACH = 320


def read_code_words(text: str) -> Iterator[Piece]:
    """Find every such code."""
    yield from _before_colons(text)
    yield from _without_colon(text)
    if "'" in text:
        for m in _IN_QUOTES.finditer(text):
            # With a colon it is a pair of a printed object, which "pairs" reads.
            if kind_of_code(m["code"]) and ": '" not in m[0]:
                yield code_piece(m)
    if "error" in text and "(" in text:
        for m in _IN_PARENTHESES.finditer(text):
            if is_code(m["code"]):
                yield code_piece(m, source="rust")
    for m in _AT_END.finditer(text):
        if kind_of_code(m["code"]) and m["code"] not in _PLAIN_WORDS:
            yield code_piece(m, rank=HINT)
    if "internal.amazon.com" in text:
        for m in _DECORATED.finditer(text):
            yield code_piece(m, is_aws=True)
    alone = _ALONE.fullmatch(text)
    if alone and kind_of_code(alone["code"]) and alone["code"] not in _PLAIN_WORDS:
        yield code_piece(alone, is_aws=True)


def _without_colon(text: str) -> Iterator[Piece]:
    for m in _BESIDE.finditer(text):
        if kind_of_code(m["code"]) == "access_denied" and m["code"] not in _PLAIN_WORDS:
            yield code_piece(m)
    if any(label in text for label in _LABELS):
        for m in _LABELLED.finditer(text):
            if is_known(m["code"]) and m["code"] not in _OF_ANY:
                yield code_piece(m)
    for sentence in _SENTENCE_BEGINS.finditer(text):
        # Asked here, since a search that begins with a look behind tries every place.
        if text[sentence.start() - 1 : sentence.start()] not in _SMALL:
            continue
        glued = _GLUED.search(text, max(0, sentence.start() - _GLUED_REACH), sentence.start())
        if glued and kind_of_code(glued["code"]):
            yield code_piece(glued, rank=BEST)
    for needed, pattern in (
        ("): ", _PARENTHESIZED),
        ("]", _BRACKETED),
        ("http_error", _IN_TUPLE),
        ("message:", _BEFORE_OBJECT),
        (" ", _JOINED),
    ):
        if needed in text:
            for m in pattern.finditer(text):
                if is_known(m["code"]) and m["code"] not in _PLAIN_WORDS:
                    yield code_piece(m)


def _before_colons(text: str) -> Iterator[Piece]:
    managed = "aws_" in text
    for m in _BEFORE_COLON.finditer(text):
        code = m["code"]
        if not is_code(code) or code in _PLAIN_WORDS - {"Forbidden", "Throttling"}:
            continue
        if may_be_other_class(code) or (code.endswith("User") and is_known(code.removesuffix("User"))):
            # The second is glued to its sentence.
            continue
        if code == "Forbidden" and text[max(0, m.start() - 4) : m.start()].strip().isdigit():
            # "403 Forbidden:" is HTTP's reason.
            continue
        if FOREIGN_NAMESPACE.search(text, max(0, m.start() - _NAMESPACE_REACH), m.start()):
            continue
        yield code_piece(
            m, rank=STATED if is_known(code) else CLASS_NAME, is_aws=managed and _is_of_resource(text, m)
        )


def _is_of_resource(text: str, m: re.Match[str]) -> bool:
    """Tell whether Terraform says of a code that a resource of AWS's has it."""
    return (
        _RESOURCE_AHEAD.search(text, max(0, m.start() - _RESOURCE_REACH), m.start()) is not None
        or _RESOURCE_BEHIND.match(text, m.end()) is not None
    )
