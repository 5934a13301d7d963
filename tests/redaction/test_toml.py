"""Test that redacted TOML parses to the same values, except the secrets."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.planted import OPAQUE, PASSWORD
from tests.redaction.test_structured import assert_only_values_changed
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]

_SECRETS = {"password": PASSWORD, "api_key": OPAQUE, "a.token": OPAQUE}
_STRINGS = (
    "", "a", "a b", "it''s", 'a "b" c', "\\", "a\\nb", "a\n\nb", "\n", " x ", "# x", "[x]", "{x}", "ü", "=", "a = 1", "'", '"',
    f"x\ntoken={OPAQUE}", f"DB_PASSWORD: {PASSWORD}\ny", f'{{"password": "{PASSWORD}"}}', "x\ny: z\n",
)  # fmt: skip


def _basic(text: str) -> str:
    return json.dumps(text)


def _basic_lines(text: str) -> str:
    return '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'


def _raw(text: str) -> str:
    return _basic(text) if "'" in text or "\n" in text else f"'{text}'"


def _raw_lines(text: str) -> str:
    return _basic(text) if "'" in text else f"'''\n{text}'''"


_STYLES = (_basic, _basic_lines, _raw, _raw_lines)


@st.composite
def _pairs(draw: st.DrawFn) -> str:
    lines: list[str] = []
    names = draw(
        st.lists(st.sampled_from([*_SECRETS, "host", '"a b"', "'c'", "d.e"]), unique=True, max_size=5)
    )
    for name in names:
        text = _SECRETS.get(name) or draw(st.sampled_from(_STRINGS))
        style: Callable[[str], str] = draw(st.sampled_from(_STYLES))
        value = style(text)
        form = draw(
            st.sampled_from(
                ("{}", "{} # a note", "[{}, 1]", "[\n  {}, # a note\n]", "{{ value = {}, y = 2 }}")
            )
        )
        if form.startswith("{{") and "\n" in value:
            form = "{}"
        lines.append(f"{name} = {form.format(value)}")
    return "\n".join(lines)


@few
@given(st.lists(_pairs(), min_size=1, max_size=3), st.sampled_from(("[t{}]", "[[t]]", '["x y".{}]')))
def test_toml_stays_toml(tables: list[str], header: str) -> None:
    text = (
        tables[0] + "".join(f"\n{header.format(at)}\n{pairs}" for at, pairs in enumerate(tables[1:])) + "\n"
    )
    before: dict[str, Any] = tomllib.loads(text)
    shown = redact(text)
    assert_only_values_changed(before, tomllib.loads(shown))
    if len(tables) > 1:
        assert PASSWORD not in shown
        assert OPAQUE not in shown
    assert redact(shown) == shown


@check_rows(
    ("text", "expected"),
    [
        ('[db]\npassword = """\nhunter2"""\n', '[db]\npassword = """\n[REDACTED password]"""\n'),
        ("[db]\npassword = '''hunter2'''\n", "[db]\npassword = '''[REDACTED password]'''\n"),
        ('[db]\npassword = "swordfish" # old\n', '[db]\npassword = "[REDACTED password]" # old\n'),
        ('[db.password]\nvalue = "swordfish"\n', '[db.password]\nvalue = "[REDACTED password]"\n'),
        ('"pass\\u0077ord" = """\nswordfish"""\n', '"pass\\u0077ord" = """\n[REDACTED password]"""\n'),
        (f'[a]\nnote = """\na\ntoken={OPAQUE}"""\nb = 1\n', '[a]\nnote = """\na\ntoken=[REDACTED token]"""\nb = 1\n'),
        (f'x:\n```toml\n[a]\ntokens = ["{OPAQUE}", # x\n "hunter2Horse9"]\n```\n', 'x:\n```toml\n[a]\ntokens = ["[REDACTED token]", # x\n "[REDACTED token]"]\n```\n'),
        ('[db]\npassword = "swordfish"\nport = 5432 x\n', '[db]\npassword = "[REDACTED password]"\nport = 5432 x\n'),
    ],
)  # fmt: skip
def test_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected


@check_rows(
    "unit",
    ["[[", "a = [", "a = {", "[a]\n", "a = 1\n", "a.", 'a = """', "a = '''", "a = [1,\n", '[a]\nb = """\n'],
)
def test_hostile_texts_are_kept(unit: str) -> None:
    text = unit * 4_000
    assert redact(text) == text


def test_a_value_that_starts_like_a_number_is_of_an_ini_file() -> None:
    """Otherwise, a whole file of credentials would be read as numbers."""
    assert redact("[default]\napi_key = 5CGmSGGy2pj5ya18\nretries = 3\n") == (
        "[default]\napi_key = [REDACTED secret]\nretries = 3\n"
    )


@check_rows(
    "value",
    ["1_000", "0xFF", "0o17", "0b1", "1e10", "-0.5", "+inf", "1979-05-27T07:32:00.5-07:00", "07:32:00"],
)
def test_numbers_and_times(value: str) -> None:
    text = f'[a]\nx = {value}\npassword = "{PASSWORD}"\n'
    redacted = redact(text)
    assert tomllib.loads(redacted)["a"]["x"] == tomllib.loads(text)["a"]["x"]
    assert PASSWORD not in redacted
