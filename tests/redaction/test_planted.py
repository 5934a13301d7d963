"""Test the promise of ``redact``: which names, shapes, notations and phrases it knows."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from iamtriage import redact
from iamtriage.redaction._finders.phrases import PHRASES
from iamtriage.redaction._vocabulary.secret_names import NAME_ROWS, classify_key
from iamtriage.redaction._vocabulary.token_shapes import OPEN_TOKEN_SHAPES, TOKEN_SHAPES
from tests.redaction.notations import NOTATIONS, TOOL_NOTATIONS
from tests.redaction.planted import (
    KEY,
    NAMES,
    OPAQUE,
    OTHER_NAMES,
    PASSWORD,
    SESSION_TOKEN,
    TEXTS,
    TOKENS,
    TOKENS_IN_URLS,
)
from tests.redaction.test_redaction_properties import assert_valid_document
from tests.redaction.tool_texts import TOOL_TEXTS
from tests.tables import check_rows

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "redaction.md"
PASTED_TEXTS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "pasted_texts.toml").read_text("utf-8")
)["text"]
_VALUES = {
    "secret access key": KEY,
    "session token": SESSION_TOKEN,
    "password": PASSWORD,
}


def _assert_gone(text: str, *secrets: str) -> str:
    shown = redact(text)
    for secret in secrets:
        assert secret not in shown, (text, shown)
    assert redact(shown) == shown
    assert_valid_document(text, shown)
    return shown


@pytest.mark.unmeasured
@check_rows(("name", "what"), NAMES)
def test_name_announces_a_secret(name: str, what: str) -> None:
    value = _VALUES.get(what, OPAQUE)
    for text in (
        f"{name}={value}",
        f"{name}: {value}",
        f'  {name} = "{value}"',
        f"level=info {name}={value} attempt=1",
        json.dumps({"a": 1, name: value}),
    ):
        shown = _assert_gone(text, value)
        assert f"[REDACTED {what}]" in shown
    assert redact({name: value}) == {name: f"[REDACTED {what}]"}


@check_rows("name", OTHER_NAMES)
def test_other_name_announces_nothing(name: str) -> None:
    for text in (f"{name}=aB3dE6fG9hJ2", f"{name}: aB3dE6fG9hJ2", json.dumps({name: "aB3dE6fG9hJ2"})):
        assert redact(text) == text


def test_every_row_of_names_is_tested() -> None:
    tails = {name.tail for name in map(classify_key, (name for name, _ in NAMES)) if name is not None}
    rows = {words.replace(" ", "") for words, _, _ in NAME_ROWS}
    # The rest is found in other notations only.
    assert rows - tails <= {
        "tokencode", "mfacode", "auth", "signature", "signatureprovided", "encodedauthorizationmessage",
        "encodedfailuremessage", "encodedauthorizationfailuremessage", "clientkey", "decryptionkey", "sig", "signaturevalue",
        "integrationkey", "servicekey", "sshkey", "applicationkey", "totp", "qrcodepng", "jwt", "pw",
    }  # fmt: skip


@check_rows("token", [token for _, token in TOKENS])
def test_token_is_recognized_by_its_shape(token: str) -> None:
    for text in (f"got {token} here", f"({token})", f"x={token};", json.dumps({"a": [token]}), token):
        _assert_gone(text, token)


@check_rows(("text", "token"), [(text, token) for _, text, token in TOKENS_IN_URLS])
def test_token_in_a_url_is_recognized(text: str, token: str) -> None:
    shown = redact(text.format(token))
    assert token not in shown
    assert shown.startswith(text[:-2])


@check_rows("token", ["AKCp8abcdEfgh1", "AKCpabcdEfghijklm", "xoxb-12ab34cd", "sk_live_12ab34cd56"])
@check_rows(
    "text", ['{{"x": "{}"}}', '{{"x": ["{}", 2]}}', '{{"{}": 1}}', "x: {}\ny: 2\n", "<a><b>{}</b></a>"]
)
def test_short_token_in_a_document_is_recognized(text: str, token: str) -> None:
    assert token not in redact(text.format(token))


def test_every_shape_is_tested() -> None:
    tested = {provider for provider, _ in TOKENS} | {provider for provider, _, _ in TOKENS_IN_URLS}
    providers = {shape.provider for shape in (*TOKEN_SHAPES, *OPEN_TOKEN_SHAPES)}
    assert providers <= tested
    # The page states how many there are.
    assert f"more than {len(providers) // 10 * 10} providers" in " ".join(_PAGE.read_text("utf-8").split())


@check_rows("notation", NOTATIONS)
@check_rows(
    ("name", "value"),
    [
        ("aws_secret_access_key", KEY),
        ("db_password", PASSWORD),
        ("client_secret", OPAQUE),
        ("access_token", OPAQUE),
        ("session_token", SESSION_TOKEN),
    ],
)
def test_secret_is_removed_in_every_notation(notation: str, name: str, value: str) -> None:
    _assert_gone(NOTATIONS[notation](name, value), value)


@check_rows(("what", "text", "secrets"), TEXTS)
def test_secret_is_removed_from_text(what: str, text: str, secrets: tuple[str, ...]) -> None:
    for start, end in (("", ""), ("before\n", "\nafter")):
        shown = redact(start + text + end)
        assert shown.startswith(start)
        assert shown.endswith(end)
        for secret in secrets:
            assert secret not in shown, (what, shown)
    for place in (text, json.dumps({"log": text, "n": 1})):
        shown = redact(place)
        for secret in secrets:
            assert secret not in shown, (what, shown)
        assert redact(shown) == shown


def test_secret_is_removed_from_what_tools_print() -> None:
    for what, text, secrets in TOOL_TEXTS:
        for place in (text, f"before\n{text}\nafter"):
            shown = redact(place)
            assert not [secret for secret in secrets if secret in shown], (what, shown)
            assert redact(shown) == shown
        logged = json.dumps({"log": text, "n": 1})
        shown = redact(logged)
        assert not [secret for secret in secrets if json.dumps(secret)[1:-1] in shown], (what, shown)
        assert json.loads(shown)["n"] == 1
        assert redact(shown) == shown


@pytest.mark.unmeasured
@check_rows("text", PASTED_TEXTS, ids=lambda text: text["name"])
def test_only_secrets_are_removed_from_pasted_text(text: dict[str, Any]) -> None:
    for place in ("", "    ", "> "):
        pasted = place + text["text"].replace("\n", f"\n{place}")
        shown = redact(pasted)
        assert not [secret for secret in text["secrets"] if secret in shown], shown
        assert not [kept for kept in text["kept"] if kept not in shown], shown
        assert redact(shown) == shown
    shown = json.loads(redact(json.dumps({"log": text["text"], "n": 1})))
    assert not [secret for secret in text["secrets"] if secret in shown["log"]], shown
    assert not [kept for kept in text["kept"] if kept not in shown["log"]], shown


def test_promise_is_wide() -> None:
    """The tables above have more than 550 secrets in more than 200 notations."""
    assert len(NAMES) + len(TOKENS) + len(TEXTS) + len(TOOL_TEXTS) >= 550
    assert len(PASTED_TEXTS) >= 120
    assert len(NOTATIONS) + len(TOOL_NOTATIONS) >= 200
    assert sum(phrase.is_command for phrase in PHRASES) >= 15
