"""Test that a text loses the same secrets if its parts repeat, or if it is longer."""

from __future__ import annotations

import json

import pytest

from iamtriage import redact
from iamtriage.redaction._vocabulary.searched_text import find_parts
from tests.redaction.planted import JWT, PASSWORD
from tests.tables import check_rows

_COUNT = 1_500
# A sentence that shows its secret only without the backslashes, after others like it.
_STATED = f'The password is \\"{PASSWORD}\\". '


@check_rows("part", ['The note is \\"x\\". ', 'The note number {} is \\"x\\". ', "note “x”\n", "é│ "])
def test_secret_among_repeated_parts_is_hidden(part: str) -> None:
    """If a part differs from the others, it is searched in the unwrapped text, too."""
    parts = [part.format(number) for number in range(_COUNT)]
    text = "".join([*parts, _STATED, *parts])
    shown = redact(text)
    assert PASSWORD not in shown
    assert redact(shown) == shown


def test_repeated_secret_is_hidden_each_time() -> None:
    assert PASSWORD not in redact(_STATED * _COUNT)


@check_rows("part", ["pass word “x” ", "number {} of the list ", "a\n", "token=://", "-" * 80 + "\n"])
def test_few_parts_of_a_repetitive_text_are_distinct(part: str) -> None:
    text = "".join(part.format(number) for number in range(20_000 // len(part)))
    middle = len(text) // 2
    text = f"{text[:middle]} other words {text[middle:]}"
    parts = find_parts(text).distinct
    assert sum(each.high - each.low for each in parts) * 2 < len(text)
    assert all(each.low <= each.start < each.end <= each.high for each in parts)
    at = text.index(" other words ")
    assert any(each.start <= at and at + len(" other words ") <= each.end for each in parts)


@check_rows(
    "text", ["", "token " * 100, "".join(map(str, range(100, 9_000))), "".join(map(chr, range(256, 9_000)))]
)
def test_other_texts_are_one_part(text: str) -> None:
    assert find_parts(text) == ([(0, 0, len(text), len(text))], [])


@check_rows("name", ["auth=", "seed=", "?--token", "%3a$(DB_PASSWORD_PROD", "npm_auth_ident%253D"])
def test_value_as_long_as_the_text_hides_no_secret_after_it(name: str) -> None:
    """Each such name has the rest of the run as its value, so names are judged alike as long as the run is long."""
    run = f"{name}://" * _COUNT
    assert PASSWORD not in redact(f"{run} password={PASSWORD} {run}")
    assert JWT not in redact(f"{run}/{JWT}")


@pytest.mark.parametrize("rest", ["", " and other words" * 50])
def test_signature_without_a_digit_is_hidden_in_each_text(rest: str) -> None:
    """A longer text remembers its names, so this must not depend on it."""
    text = f"X-Amz-SignatureOrders: abcDEFghiJKLmnoPQRstuVWX{rest}"
    assert redact(text) == f"X-Amz-SignatureOrders: [REDACTED signature]{rest}"


def test_token_after_a_word_that_begins_like_one_is_hidden() -> None:
    token = "glpat-aB3dE6fG9hJ2kL5mN8pQ"
    assert redact(f"my{token}-{token}") == f"my{token}-[REDACTED token]"


@pytest.mark.unmeasured
def test_marker_at_the_end_of_a_block_stays() -> None:
    """A long line is unwrapped in blocks, and each can end within a marker."""
    once = redact("".join(f"%2522\0{number}[--PASSWORD|" for number in range(5_000)))
    assert redact(once) == once
    assert "REDACTED-passwordd" not in once


@pytest.mark.parametrize("identifiers", [False, True])
@check_rows(
    "part",
    [
        "│QVdTOmV5SG.pass: |\n  @tcp(",
        "│QVdTOmV5SG.pass: |\n  @tcp(\\n",
        "{}Authorization: Bearer\\\n",
        "{}Authorization: Bearer\\\n: AccessDenied:",
        "token:\n7aBcDeFg> ",
        "token is : token:\n7aBcDeFg> ",
        "pass\n(IQoJb3JpZ2luX2Vj ",
        "{} Encoded authorization failure message:\n{}\\n",
        "Encoded authorization failure message: \n\ncom/coral/com.> ",
        "lIn7bp9nPkBksTHE8FePXQEq6s/NmaPz, aws_secret_access_key│ ",
        "password=hunter2  12345{}authToken\n  ->: ",
        "pwd”:  Transfer-Encoding: chunked, \n",
        'SecretAccessKey": " token="aB3dE6fG\\n" ',
    ],
)
def test_redacting_a_repetitive_text_twice_changes_nothing(part: str, *, identifiers: bool) -> None:
    """A marker changes the line that the next one is compared with."""
    once = redact("".join(part.replace("{}", str(number)) for number in range(60)), identifiers=identifiers)
    assert redact(once, identifiers=identifiers) == once
    assert "hunter2" not in once


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(["db:8080:orders:ana:hunter3Horse8", f"db:5432:orders:ana:{PASSWORD}"]),
        json.dumps(["6z a -phunter3Horse8 x.6z", f"7z a -p{PASSWORD} x.7z"]),
        f"%7B%22a%22%3A%226z%20a%20-phunter3Horse8%22%7D&%7B%22a%22%3A%227z%20a%20-p{PASSWORD}%22%7D",
    ],
)
def test_secret_after_a_value_that_differs_in_the_digits_of_a_sign_is_hidden(text: str) -> None:
    assert PASSWORD not in redact(text)


@check_rows("count", [2, 30, 300])
@check_rows("form", ["{} ", "{},\n", "the token of number 7 is in {}, as before\n", "{0} {0}\n"])
def test_each_of_many_tokens_is_hidden(count: int, form: str) -> None:
    tokens = [f"ghp_aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY{number:04}" for number in range(count)]
    assert "ghp_" not in redact("".join(map(form.format, tokens)))
