"""Texts that a terminal, cell or wrapper broke over lines, also in the middle of a token."""

from __future__ import annotations

import textwrap

import pytest

from iamtriage._reading.linewraps import join_wrapped_lines
from iamtriage._reading.view import View
from tests.tables import DENIAL, REQUEST, facts_in

_GO = (
    f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL} "
    "because no identity-based policy allows the eks:DescribeCluster action"
)
_BOTO = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL} with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-example123/service_control_policy/p-example1"
_TEXTS = [pytest.param(_GO, id="go"), pytest.param(_BOTO, id="boto3")]


@pytest.mark.parametrize("width", [60, 72, 79, 80, 100, 120, 132])
@pytest.mark.parametrize("text", _TEXTS)
def test_terminal_breaks_anywhere(text: str, width: int) -> None:
    """A terminal cuts at its width, in ARNs, account ids and request ids too."""
    assert facts_in("\n".join(text[at : at + width] for at in range(0, len(text), width))) == facts_in(text)


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120])
@pytest.mark.parametrize("text", _TEXTS)
def test_wrapper_breaks_at_blanks(text: str, width: int) -> None:
    """A text wrapper leaves words whole."""
    assert facts_in(textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)) == facts_in(
        text
    )


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("text", _TEXTS)
def test_wrapper_breaks_at_hyphens_too(text: str, width: int) -> None:
    """Python's default wrapping breaks behind hyphens, as in ``identity-based`` and ``assumed-role``."""
    assert facts_in(textwrap.fill(text, width)) == facts_in(text)


@pytest.mark.parametrize("width", [80, 120])
def test_indented_continuation(width: int) -> None:
    """Continuation lines of a table cell are indented."""
    lines = textwrap.wrap(_GO, width, break_long_words=False, break_on_hyphens=False)
    assert facts_in("\n        ".join(lines)) == facts_in(_GO)


@pytest.mark.parametrize(
    ("where", "at"),
    [
        ("in the account id", _GO.index("111122223333") + 5),
        ("in the role", _GO.index("assumed-role/") + 4),
        ("behind a slash", _GO.index("assumed-role/") + len("assumed-role/")),
        ("in the partition", _GO.index("arn:aws") + 6),
        ("in the request id", _GO.index(REQUEST) + 20),
        ("behind a hyphen of the request id", _GO.index(REQUEST) + 9),
        ("in a word of the sentence", _GO.index("authorized") + 4),
        ("behind a hyphen of the sentence", _GO.index("identity-") + 9),
        ("between words", _GO.index(" because")),
    ],
)
def test_one_break(where: str, at: int) -> None:
    """One line end, without a width to tell it by, is undone where the pieces make one value or word."""
    text = f"{_GO[:at]}\n{_GO[at:].lstrip()}"
    assert facts_in(text) == facts_in(_GO), where


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("one line", "one line"),
        ("two\nlines", "two\nlines"),
        ("not author\nized", "not authorized"),
        ("an iden\ntity-based policy", "an identity-based policy"),
        ("arn:aws:iam::1111\n22223333:role/app", "arn:aws:iam::111122223333:role/app"),
        ("arn:aws:iam::111122223333:role/\napp", "arn:aws:iam::111122223333:role/app"),
        ("arn:aws:iam::111122223333:role/app\nand more", "arn:aws:iam::111122223333:role/app\nand more"),
        (f"id {REQUEST[:20]}\n{REQUEST[20:]}", f"id {REQUEST}"),
        ("id 0f1e2d3c-\nnothing", "id 0f1e2d3c-\nnothing"),
        ("status\ncode", "status\ncode"),
        ("with\nan explicit deny", "with\nan explicit deny"),
        ("a\n\nb", "a\n\nb"),
        ("", ""),
    ],
)
def test_join_wrapped_lines(text: str, joined: str) -> None:
    """Line ends inside a word or value go; those between words stay."""
    view = View(text)
    join_wrapped_lines(view)
    assert view.text == joined


def test_lines_that_the_cpp_sdk_prints_stay_apart() -> None:
    """Its id and many a message are of one length, with no wrap."""
    lines = f"HTTP response code: 404\nRequest ID: {REQUEST}\nException name: NoSuchKey\nError message: The specified key does not exist.\n12 response headers:\nserver : AmazonS3"
    view = View(lines)
    join_wrapped_lines(view)
    assert view.text == lines


def test_log_lines_of_one_length_stay_apart() -> None:
    """Lines that begin with a time were made by no wrap, however alike they are."""
    lines = "\n".join(f"2026-01-02T03:04:0{n}Z INFO request number {n} served" for n in range(5))
    view = View(lines)
    join_wrapped_lines(view)
    assert view.text == lines
