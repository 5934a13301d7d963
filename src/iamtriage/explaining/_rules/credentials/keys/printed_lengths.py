"""Find how long a text says that a secret access key or an access key ID is, and compare that with the length AWS gives them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html shows both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_said

SECRET_LENGTH, KEY_ID_LENGTH = 40, 20
# What a length suggests.
_SECRET_FLAWS = {
    SECRET_LENGTH - 1: "most likely because one was lost when it was copied",
    SECRET_LENGTH + 1: "most likely with a newline at the end",
    SECRET_LENGTH + 2: "most likely with quotes around it, or with the line end of Windows",
    KEY_ID_LENGTH: "as many as an access key ID",
}
_KEY_ID_FLAWS = {
    KEY_ID_LENGTH + 1: "most likely with a newline or space at the end",
    SECRET_LENGTH: "as many as a secret access key",
}
_MAX_LINES = 8
_KEY_ID = r"(?i:access[-_ ]?key[-_ ]?id)"
# Other programs have a "secret key".
_KEY = r"(?i:secret[-_ ]?access[-_ ]?key|aws[-_]secret\w{0,20})"
# What counts the characters of a variable or of what a command prints: the length of a variable, and wc.
_COUNT = lazy_pattern(r"\$\{#(?P<variable>\w{1,60})\}|\|[ \t]*wc -[cm]\b")
# A command that prints exactly the value, and one that adds a newline.
_PRINTS = lazy_pattern(
    r"\b(?:printf|echo -\w{0,3}n\w{0,3}|base64 (?:-d|-D|--decode))\b|(?P<adds>\becho\b|\bprintenv\b|<<<)"
)
_NUMBER = lazy_pattern(r"[ \t]*(\d{1,3})[ \t]*\r?(?:\n|\Z)")
# Code that prints the length, with its output, and what people and programs say.
_CODE = lazy_pattern(
    rf"\blen\((?P<of>[^\n]{{0,60}}?(?:{_KEY_ID}|{_KEY})[^\n]{{0,12}}?)\)\)?(?: ?(?:=|:|->|is) ?|[ \t]*\r?\n[ \t]*)(?P<number>\d{{1,3}})\b"
    rf"|\b(?P<object>[\w.]{{0,60}}(?:{_KEY_ID}|{_KEY}))[\"'\]]{{0,2}}\.length\)?(?: ?(?:=|:|->|is) ?|[ \t]*\r?\n[ \t]*)(?P<property>\d{{1,3}})\b"
)
# What a program logs of its settings, on a line with the ID of the key. A word before it is that of another secret.
_LOGGED = lazy_pattern(
    r"(?m)^(?=[^\n]{0,400}?\bA[KS]IA[A-Z0-9*.…]{4})[^\n]{0,600}?(?<![\w.-])(?<![a-z] )(?i:(?:aws[ ._-]?)?(?:len\(secret\w{0,20}\)|secret(?![\w.-]{0,20}(?:min|max))[\w.-]{0,20}?(?:len|length|size|chars)))[\"']{0,2}[ \t]?[:=][ \t]?[\"']?(?P<number>\d{1,3})\b"
)
# The whole length, not that of a part, of a hash or a limit.
_WHOLE = r"(?:(?!(?i:\b(?:first|last|least|most|min|max|minimum|maximum|up to|than|ends?|begins?|starts?|hash|SHA\w*|needs?|wants?|requires?|test)\b))[^\n.;\d*(]){0,30}?"
_WORDS = lazy_pattern(
    rf"(?<!hash of the )(?P<name>{_KEY_ID}|{_KEY})\b{_WHOLE}(?:(?:\blength|\blen)\b[^\n.;\d]{{0,12}}(?P<length>\d{{1,3}})\b(?!\.\d)|(?<!\d)(?P<count>\d{{1,3}}) ?(?:characters?|chars?|bytes?)\b)"
)
_OF_SECRET = lazy_pattern(_KEY)
_OF_KEY_ID = lazy_pattern(_KEY_ID)
# A command for an object of Kubernetes names its kind and the object, which is not what is counted.
_KIND = lazy_pattern(r"\b(?:get|describe) secrets?[ /][\w.-]{1,253}")
_IN_ALL = "secret"


class Lengths(NamedTuple):
    """How many characters a text says that a secret access key and an access key ID have, if it does."""

    secret: int | None = None
    key_id: int | None = None


def find_lengths(text: str) -> Lengths:
    r"""Return the lengths that commands in a text print, or that it states.

    >>> find_lengths('$ printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c\n41\n')
    Lengths(secret=41, key_id=None)
    >>> find_lengths('$ echo "$AWS_SECRET_ACCESS_KEY" | wc -c\n41\n')
    Lengths(secret=40, key_id=None)
    """
    found = {*_counted(text), *_stated(text)}
    # Of several lengths, one can be that before a correction, or of another key.
    secret, key_id = (
        only_one([number for kind, number in found if kind == each]) for each in Lengths._fields
    )
    return Lengths(secret, key_id)


def describe_secret(text: str) -> str | None:
    """Return what is wrong with the length of the secret access key, as a clause, or ``None``."""
    return _describe("secret access key", find_lengths(text).secret, SECRET_LENGTH, _SECRET_FLAWS)


def describe_key_id(text: str) -> str | None:
    """Return what is wrong with the length of the access key ID, as a clause, or ``None``."""
    return _describe("access key ID", find_lengths(text).key_id, KEY_ID_LENGTH, _KEY_ID_FLAWS)


def _describe(name: str, number: int | None, expected: int, flaws: dict[int, str]) -> str | None:
    if not number or number == expected:
        return None
    clause = f"the {name} has {number} characters instead of {expected}"
    return f"{clause}, {flaws[number]}" if number in flaws else clause


def _counted(text: str) -> Iterator[tuple[str, int]]:
    """Yield what the commands of a line count, with the number that each of them printed on the lines after it."""
    seen = -1
    for first in _COUNT.finditer(text):
        line = line_at(text, first.start(), first.end())
        start = text.rfind("\n", 0, first.start()) + 1
        if start == seen:
            continue
        seen = start
        numbers: list[int] = []
        at = start + len(line) + 1
        while len(numbers) < _MAX_LINES and (number := _NUMBER.match(text, at)) is not None:
            numbers.append(int(number[1]))
            at = number.end()
        counts = list(_COUNT.finditer(line))
        if len(numbers) != len(counts):
            continue
        begin = 0
        for count, number_of_chars in zip(counts, numbers, strict=True):
            part = count["variable"] or re.split(r";|&&", line[begin : count.start()])[-1]
            begin = count.end()
            prints = list(_PRINTS.finditer(part))
            kind = _kind_of(_KIND.sub("", part))
            if count["variable"] is None and kind is None and number_of_chars == SECRET_LENGTH + 1:
                # Another name of a secret: only this number tells that it is one of AWS.
                kind = "secret" if _IN_ALL in part.lower() else None
            if kind is None or (count["variable"] is None and not prints):
                continue
            yield kind, number_of_chars - int(bool(prints) and prints[-1]["adds"] is not None)


def _stated(text: str) -> Iterator[tuple[str, int]]:
    for found in _CODE.finditer(text):
        kind = _kind_of(found["of"] or found["object"])
        if kind is not None:
            yield kind, int(found["number"] or found["property"])
    yield from (("secret", int(each["number"])) for each in _LOGGED.finditer(text))
    for found in find_said(text, _WORDS):
        kind = _kind_of(found["name"])
        if kind is not None:
            yield kind, int(found["length"] or found["count"])


def _kind_of(name: str) -> str | None:
    if _OF_SECRET.search(name):
        return "secret"
    return "key_id" if _OF_KEY_ID.search(name) else None
