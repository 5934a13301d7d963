r"""What stands in a value for what people, templates and manuals leave out; not for whole values, nor for what hides in them.

A mask may hold blanks, and a wrapper may break it there: ``<my account>``, ``[account id]``, ``${ACCOUNT ID}``,
``(redacted account)``, ``"another account"``, ``*my account*``, ``xxxx xxxx xxxx``.
"""

from __future__ import annotations

import re

_BREAK = r"\n(?=\S)"
# Round brackets and quotes stand around much else: only between the separators of an ARN are they masks.
_IN_ROUND = rf"\((?:[^()\n:;\"]|{_BREAK}){{1,60}}\)"
_IN_QUOTES = "|".join(
    rf"{quote}\w(?:[^{quote}\n]{{0,58}}[\w)\]>}}])?{quote}(?=[\"'`]?(?:[:/\s.,;)\]]|\Z))" for quote in "\"'`"
)
BRACKETED = (
    rf"<{{1,3}}(?![/<])(?:[^<>\n]|{_BREAK}){{1,60}}>{{1,3}}"
    rf"|\[{{1,2}}(?!\[)(?:[^\[\]\n\"]|{_BREAK}){{1,60}}\]{{1,2}}"
    rf"|\{{{{1,2}}(?!\{{)(?:[^{{}}\n\"':]|{_BREAK}){{1,60}}\}}{{1,2}}"
)
MASK = (
    rf"{BRACKETED}|«(?:[^«»\n]|{_BREAK}){{1,60}}»|‹(?:[^‹›\n]|{_BREAK}){{1,60}}›"
    r"|%[A-Za-z][\w ]{1,40}%|__[A-Za-z](?:[A-Za-z0-9 -]|_(?!_)){1,40}__"
    r"|(?<=[:/_-])\*{1,2}[A-Za-z][\w ]{0,30}\*{1,2}"
    rf"|(?<=[:/])(?:[xX*#0-9]{{4}}(?:[ ][xX*#0-9]{{4}}){{2}}(?!\w)|{_IN_QUOTES})|(?<=[:/$]){_IN_ROUND}"
)
# Each alternative is tried once at a place, and nothing is given back: linear time.
# A blank after a colon of an ARN is a slip, and no value ends there.
_SLIPS = (
    r"(?<=::)[ ](?=[0-9]{12}:)|(?<=[Aa]rn:aws:)[ ](?=[a-z0-9-]{2,30}:)"
    r"|(?<=:[0-9]{12}:)[ ](?=(?:assumed-role|federated-user|group|instance-profile|policy|role|user)/)"
)
ARN = rf"arn:(?:{MASK}|{_SLIPS}|[^\s\"'`<>]|<(?!/)){{1,2048}}+"
# Where a value may stand alone, the words in such brackets or quotes must be of what is left out.
_LEFT_OUT = r"\b(?i:redacted|masked|hidden|removed|omitted|elided|stripped|encoded|encrypted|blob|message)\b"
ENCODED = (
    rf"[$#]?(?:{BRACKETED})|(?=\([^()\n]{{0,60}}{_LEFT_OUT}){_IN_ROUND}"
    rf"|(?<=[\"'`])(?=[^\"'`\n]{{0,60}}{_LEFT_OUT})[\w][\w -]{{1,60}}(?=[\"'`])"
)
"""What may stand in place of an encoded message."""

_MASK = re.compile(MASK)
_QUOTES = "\"'`"
# A mask that is not closed.
_OPEN = re.compile(r"[<\[{(][^<>\[\]{}()]*\Z")


def rejoin(value: str) -> str:
    r"""Drop the white space of line breaks inside a value that has no blanks of its own but in masks.

    >>> rejoin("arn:aws:iam::<my\naccount>:role/or\nders")
    'arn:aws:iam::<my account>:role/orders'
    """
    if "\n" not in value:
        return value
    pieces: list[str] = []
    done = 0
    for m in _MASK.finditer(value):
        pieces += "".join(value[done : m.start()].split()), " ".join(m[0].split())
        done = m.end()
    return "".join([*pieces, *value[done:].split()])


def ends_in_mask(text: str, start: int, end: int) -> bool:
    """Tell whether the quote that ends a value closes a mask inside of it.

    >>> ends_in_mask('arn:aws:iam::111122223333:user/"my name"', 0, 40), ends_in_mask('"arn:…:user/ana"', 1, 16)
    (True, False)
    """
    quote = text[end - 1]
    opening = text.rfind(quote, start, end - 1)
    return (
        quote in _QUOTES
        and opening > start
        and text[opening - 1] in ":/"
        and text.startswith("arn:", start)
        and text.count(quote, start, end) % 2 == 0
    )


def is_open(text: str) -> bool:
    """Tell whether a mask begins in a text and goes on behind it.

    >>> is_open("arn:aws:iam::<my"), is_open("arn:aws:iam::<account>:ro")
    (True, False)
    """
    return _OPEN.search(text) is not None
