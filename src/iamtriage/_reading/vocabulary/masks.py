r"""Match masks: placeholders that people write instead of a value.

A mask can contain spaces, and a line can break there: ``<my account>``, ``[account id]``, ``${ACCOUNT ID}``,
``(redacted account)``, ``"another account"``, ``*my account*``, ``xxxx xxxx xxxx``.
"""

from __future__ import annotations

import sys

from iamtriage._patterns import lazy_pattern

_BREAK = r"\n(?=\S)"
# Parentheses and quotes have many uses, so they are masks only between the separators of an ARN.
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
# A space after a colon of an ARN is a typing error; the ARN does not end there.
_SLIPS = (
    r"(?<=::)[ ](?=[0-9]{12}:)|(?<=[Aa]rn:aws:)[ ](?=[a-z0-9-]{2,30}:)"
    r"|(?<=:[0-9]{12}:)[ ](?=(?:assumed-role|federated-user|group|instance-profile|policy|role|user)/)"
)
# No mask starts with such a character, except after a separator.
_PLAIN = r"[A-Za-z0-9.+=,@](?<![:/].)"
# The possessive quantifier tries each alternative once at each position, so matching takes linear time.
ARN = rf"arn:(?:{_PLAIN}|{MASK}|{_SLIPS}|[^\s\"'`<>]|<(?!/)){{1,2048}}+"
# Outside of ARNs, the words in parentheses or quotes must say that something was omitted.
_OMISSION = r"\b(?i:redacted|masked|hidden|removed|omitted|elided|stripped|encoded|encrypted|blob|message)\b"
ENCODED = (
    rf"[$#]?(?:{BRACKETED})|(?=\([^()\n]{{0,60}}{_OMISSION}){_IN_ROUND}"
    rf"|(?<=[\"'`])(?=[^\"'`\n]{{0,60}}{_OMISSION})[\w][\w -]{{1,60}}(?=[\"'`])"
)
"""The masks of an encoded message."""

_ARN = lazy_pattern(ARN)
# Most ARNs have no mask and match this faster pattern.
_PLAIN_ARN = lazy_pattern(
    r"arn:[A-Za-z0-9:/+=,.@_-]{1,2000}+(?:\*(?![A-Za-z*])(?:[/:][A-Za-z0-9:/+=,.@_-]{0,40}+)?)?(?<![:/])(?=[\s\"'`]|\Z)"
)
# Length of the groups in a mask with spaces: "1111 2222 3333".
_MASKED_PART = 4
_MASK = lazy_pattern(MASK)
_QUOTES = "\"'`"
# A mask without its closing bracket.
_OPEN_MASK = lazy_pattern(r"[<\[{(][^<>\[\]{}()]*\Z")


def rejoin(value: str) -> str:
    r"""Remove line breaks from a value; only inside a mask does a space replace them.

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


def find_arn_end(text: str, start: int, end: int = sys.maxsize) -> int:
    """Return where an ARN at a position ends, or -1 if there is none.

    >>> find_arn_end("arn:aws:iam::<my account>:role/orders is", 0), find_arn_end("orders", 0)
    (37, -1)
    """
    m = _PLAIN_ARN.match(text, start, end)
    if m is None or text[m.end() - _MASKED_PART - 1] in ":/" or "__" in m[0]:
        m = _ARN.match(text, start, end)
    return m.end() if m else -1


def ends_in_mask(text: str, start: int, end: int) -> bool:
    """Return whether the quote that ends a value closes a mask inside it.

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


def ends_in_open_mask(text: str) -> bool:
    """Return whether a text ends inside a mask.

    >>> ends_in_open_mask("arn:aws:iam::<my"), ends_in_open_mask("arn:aws:iam::<account>:ro")
    (True, False)
    """
    return _OPEN_MASK.search(text) is not None
