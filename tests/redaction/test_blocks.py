"""Check that no secret or identifier stays readable because a long text is redacted in blocks."""

from __future__ import annotations

import itertools
import re
import textwrap
from typing import TYPE_CHECKING

from hypothesis import assume, example, given
from hypothesis import strategies as st

from iamtriage import redact
from iamtriage.redaction._windows import split_with_overlap
from tests.redaction.notations import NOTATIONS, TOOL_NOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Form: TypeAlias = Callable[[str, int], str]

SECRET = "hunter2Horse9"
# The maximum length of a block, and the length of the text that two blocks share.
BLOCK = 48_000
SHARED = 2_000
MAX_LINES = 6
DENIAL = (
    'pods "report-7" is forbidden: User "system:serviceaccount:shop-blue:reader-blue" cannot get resource "pods" '
    'in API group "" in the namespace "archive-blue"'
)
IDENTIFIERS = ("shop-blue", "reader-blue", "archive-blue")
_WORDS = "the job copied every order from one shop to another and then waited for the next batch to arrive "
_MARKS = re.compile(r"[\s│>]+")


def box(text: str, width: int) -> str:
    """Draw the sides of a box around lines of a width."""
    return "\n".join(f"│ {text[at : at + width].ljust(width)} │" for at in range(0, len(text), width))


def wrap(text: str, width: int) -> str:
    """Break lines at spaces."""
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def break_lines(text: str, width: int) -> str:
    """Break lines at a width."""
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def quote(text: str, width: int) -> str:
    """Write the sign of a quotation before each line."""
    return textwrap.indent(wrap(text, width), "> ")


def log(text: str, width: int) -> str:
    """Write a time before each line."""
    return textwrap.indent(wrap(text, width), "2031-04-05T06:07:08Z app ")


FORMS: tuple[Form, ...] = (box, wrap, break_lines, quote, log, lambda text, _: text)


def lines(length: int, form: Form, width: int) -> str:
    """Return lines of words without an empty line or a new log entry."""
    # Other lines around it would hide that a terminal broke the lines of a text.
    written = (break_lines if form is break_lines else wrap)(_WORDS * (width + 1), width)
    return (f"{written}\n" * (length // len(written) + 1))[:length]


def place(text: str, form: Form, width: int) -> Iterator[str]:
    """Place a text in a longer one, so that the first block ends after each of its lines."""
    ends = [m.end() for m in re.finditer("\n", text)][:MAX_LINES]
    for end in ends or [0]:
        # A block ends at the last line break that it can contain.
        before = lines(BLOCK - end - 1, form, width)
        yield f"{before}\n{text}\n{lines(SHARED, form, width)}"


def shows(text: str, value: str) -> bool:
    return value in _MARKS.sub("", text)


@given(
    st.sampled_from(sorted((NOTATIONS | TOOL_NOTATIONS).items())), st.sampled_from(FORMS), st.integers(12, 80)
)
@example(("sentence", lambda _, value: f"so the password is {value} and works"), wrap, 12)
@example(("setx", TOOL_NOTATIONS["setx"]), box, 12)
@example(("mysqldump", TOOL_NOTATIONS["mysqldump"]), quote, 20)
@example(("JSON in HTML", NOTATIONS["JSON in HTML"]), break_lines, 30)
def test_no_block_ends_between_a_name_and_its_value(
    notation: tuple[str, Callable[[str, str], str]], form: Form, width: int
) -> None:
    text = form(notation[1]("db_password", SECRET), width)
    assume(not shows(redact(text), SECRET))
    for long in place(text, form, width if form is break_lines else max(width, 40)):
        assert not shows(redact(long), SECRET)


@given(st.sampled_from(FORMS), st.integers(60, 100))
@example(box, 80)
@example(wrap, 60)
def test_no_block_ends_in_a_failure(form: Form, width: int) -> None:
    text = form(DENIAL, width)
    alone = redact(text, identifiers=True)
    assume(not any(shows(alone, each) for each in IDENTIFIERS))
    for long in place(text, form, width):
        shown = redact(long, identifiers=True)
        assert not any(shows(shown, each) for each in IDENTIFIERS)


@given(st.text("a \n", min_size=1, max_size=50), st.integers(90_000, 120_000))
def test_every_part_of_a_text_is_in_one_block(unit: str, length: int) -> None:
    text = (unit * length)[:length]
    blocks = list(split_with_overlap(text))
    assert blocks[0][0] == 0
    assert all(text.startswith(block, at) for at, block in blocks)
    assert all(
        at + len(block) >= following + SHARED for (at, block), (following, _) in itertools.pairwise(blocks)
    )
    assert blocks[-1][0] + len(blocks[-1][1]) == length
