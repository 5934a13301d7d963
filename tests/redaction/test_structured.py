"""Test that redaction changes values only: JSON stays JSON, and parsed data keeps its form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_line
from detect_secrets.settings import transient_settings
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import parse, redact, to_record
from tests.redaction.planted import KEY, NAMES, OPAQUE, OTHER_NAMES, PASSWORD, SESSION_TOKEN, TEXTS, TOKENS
from tests.strategies import known
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.strategies import Case

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_KEPT = ("kind", "action", "deny", "policy_type")

# Strings that end or begin in what a search in the whole text could take for more of a secret.
_STRINGS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        (
            f"x\npassword: {PASSWORD}",
            f"password={PASSWORD} next",
            f"AWS_SECRET_ACCESS_KEY={KEY}\nAWS_REGION=eu-west-1",
            f'it said "token: {OPAQUE}"',
            "C:\\new\\token: x",
            "password:",
            "token=",
            "secret_key",
            "--password",
            "Authorization: Bearer",
            "-----BEGIN PRIVATE KEY-----",
            "Encoded authorization failure message:",
            "\\",
            '"',
            "AKIAIOSFODNN7EXAMPLE",
            KEY,
            SESSION_TOKEN,
            f"<password>{PASSWORD}</password>",
            "token: AccessDenied: no",
            *(text for _, text, _ in TEXTS),
        )
    ),
)
_KEYS = st.one_of(
    st.sampled_from(
        (*(name for name, _ in NAMES[::7]), *OTHER_NAMES[::7], "name", "value", "kind", "data", "log")
    ),
    st.text(max_size=8),
)
_SCALARS = st.one_of(_STRINGS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False))
_DATA = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_KEYS, inner, max_size=4),
        inner.map(json.dumps),
    ),
    max_leaves=12,
)
_DOCUMENTS = st.dictionaries(_KEYS, _DATA, min_size=1, max_size=4)
_LAYOUTS: tuple[Callable[[object], str], ...] = (
    json.dumps,
    lambda data: json.dumps(data, indent=2),
    lambda data: json.dumps(data, ensure_ascii=False, separators=(",", ":")),
)


def assert_only_values_changed(before: object, after: object) -> None:
    """Check that two values have the same form, and that a changed string contains a marker."""
    if isinstance(before, dict):
        assert isinstance(after, dict)
        assert list(after) == list(before)
        for key in before:
            assert_only_values_changed(before[key], after[key])
    elif isinstance(before, list):
        assert isinstance(after, list)
        assert len(after) == len(before)
        for old, new in zip(before, after, strict=True):
            assert_only_values_changed(old, new)
    elif before != after:
        assert isinstance(after, str)
        assert "REDACTED" in after


@given(_DOCUMENTS, st.sampled_from(_LAYOUTS))
def test_json_stays_json(document: dict[str, object], layout: Callable[[object], str]) -> None:
    """Keys, order and all values that are not secrets are equal."""
    text = layout(document)
    shown = redact(text)
    assert_only_values_changed(json.loads(text), json.loads(shown))
    assert redact(shown) == shown


@given(_DOCUMENTS, st.sampled_from(_LAYOUTS), _DOCUMENTS)
def test_json_in_a_log_line_stays_json(
    document: dict[str, object], layout: Callable[[object], str], other: dict[str, object]
) -> None:
    """What precedes and follows JSON stays, too."""
    start, end = "2031-04-05 INFO payload=", " took 5 ms"
    text = f"{start}{layout(document)}{end}\n{json.dumps(other)}\n"
    shown = redact(text)
    assert shown.startswith(start)
    found, length = json.JSONDecoder().raw_decode(shown[len(start) :])
    assert_only_values_changed(json.loads(layout(document)), found)
    rest = shown[len(start) + length :].removeprefix(end + "\n")
    assert_only_values_changed(other, json.loads(rest))
    assert redact(shown) == shown


@given(_DOCUMENTS)
def test_json_in_a_string_stays_json(document: dict[str, object]) -> None:
    text = f"msg={json.dumps(json.dumps(document))} x=1"
    shown = redact(text)
    inner, end = json.JSONDecoder().raw_decode(shown[4:])
    assert shown[4 + end :] == " x=1"
    assert_only_values_changed(document, json.loads(inner))


@given(_DOCUMENTS)
def test_json_stays_json_with_pseudonyms(document: dict[str, object]) -> None:
    shown = redact(json.dumps(document, indent=1), identifiers=True)
    assert isinstance(json.loads(shown), dict)


@given(_DOCUMENTS, st.booleans())
@example({"DB_PASSWORD": '"\\"use password hunter2Horse9 to log in\\""'}, False)  # noqa: FBT003
@example({"DB_PASSWORD": '"\\"\\\\\\"use password hunter2Horse9 to log in\\\\\\"\\""'}, False)  # noqa: FBT003
def test_parsed_data_keeps_its_form(document: dict[str, object], identifiers: bool) -> None:  # noqa: FBT001
    before = json.dumps(document)
    shown = redact(document, identifiers=identifiers)
    assert json.dumps(document) == before, "the argument has changed"
    assert _form(shown) == _form(document)
    assert redact(shown, identifiers=identifiers) == shown


def _form(value: object) -> object:
    """Return the nesting of a value, without its keys and strings."""
    if isinstance(value, dict):
        return [_form(each) for each in cast("dict[object, object]", value).values()]
    return [_form(each) for each in cast("list[object]", value)] if isinstance(value, list) else None


@check_rows(
    ("data", "expected"),
    [
        ({"user": "ana", "password": PASSWORD}, {"user": "ana", "password": "[REDACTED password]"}),
        ({"password": 12345678}, {"password": "[REDACTED password]"}),
        ({"password": None, "token": "", "max_tokens": 7}, {"password": None, "token": "", "max_tokens": 7}),
        ([f"password={PASSWORD}", 5], ["password=[REDACTED password]", 5]),
        (["--password", PASSWORD], ["--password", "[REDACTED password]"]),
        ({"a": {"b": [{"name": "DB_PASSWORD", "value": PASSWORD}]}}, {"a": {"b": [{"name": "DB_PASSWORD", "value": "[REDACTED password]"}]}}),
        ({"kind": "Secret", "data": {"a": "eA=="}}, {"kind": "Secret", "data": {"a": "[REDACTED secret]"}}),
        ({"id": "AKIAIOSFODNN7EXAMPLE", "x": KEY}, {"id": "AKIAIOSFODNN7EXAMPLE", "x": "[REDACTED secret access key]"}),
        ({"headers": {"Authorization": f"Bearer {OPAQUE}"}}, {"headers": {"Authorization": "Bearer [REDACTED bearer token]"}}),
        ({"body": json.dumps({"token": OPAQUE})}, {"body": '{"token": "[REDACTED token]"}'}),
        ({"body": f"token: {OPAQUE}".encode()}, {"body": b"token: [REDACTED token]"}),
        ({"pair": ("x", f"token: {OPAQUE}")}, {"pair": ["x", "token: [REDACTED token]"]}),
        ({"when": date(2031, 4, 5), "password": PASSWORD}, {"when": date(2031, 4, 5), "password": "[REDACTED password]"}),
        ({"kind": "SecretList", "items": [{"data": {"a": "eA=="}}]}, {"kind": "SecretList", "items": [{"data": {"a": "[REDACTED secret]"}}]}),
        ({"SecretString": '{"any": "swordfish", "username": "ana", "port": 5432}'}, {"SecretString": '{"any": "[REDACTED secret]", "username": "ana", "port": 5432}'}),
        ({"attributes": {"id": "x", "content": "swordfish"}, "sensitive_attributes": [[{"type": "get_attr", "value": "content"}]]}, {"attributes": {"id": "x", "content": "[REDACTED secret]"}, "sensitive_attributes": [[{"type": "get_attr", "value": "content"}]]}),
        ({"after": {"a": {"b": "swordfish"}, "c": "d"}, "after_sensitive": {"a": {"b": True}, "c": False}}, {"after": {"a": {"b": "[REDACTED secret]"}, "c": "d"}, "after_sensitive": {"a": {"b": True}, "c": False}}),
        ({"GenerateSecretString": {"PasswordLength": 32}, "/forgot-password": "AuthController#forgot"}, {"GenerateSecretString": {"PasswordLength": 32}, "/forgot-password": "AuthController#forgot"}),
        ({"cmd": ["mysql", "-pswordfish", "orders"], b"password": b"x1y2z3a4"}, {"cmd": ["mysql", "-p[REDACTED password]", "orders"], b"password": b"[REDACTED password]"}),
        (["curl", "-u", "ana:swordfish", 1, None], ["curl", "-u", "ana:[REDACTED password]", 1, None]),
        (["-x", 'a"b\\', "\ud800"], ["-x", 'a"b\\', "\ud800"]),
        ({f"password={PASSWORD}": 1, f"password={PASSWORD}x": 2}, {"password=[REDACTED password]": 1, "password=[REDACTED password] 2": 2}),
    ],
)  # fmt: skip
def test_parsed_data_is_redacted(data: dict[str, object] | list[object], expected: object) -> None:
    assert redact(data) == expected


def test_parsed_data_gets_equal_pseudonyms() -> None:
    data = {
        "userName": "ana",
        "111122223333": [{"arn": "arn:aws:iam::111122223333:user/ana"}],
        "message": "ana is of 111122223333",
    }
    assert redact(data, identifiers=True) == {
        "userName": "user-1",
        "100000000001": [{"arn": "arn:aws:iam::100000000001:user/user-1"}],
        "message": "user-1 is of 100000000001",
    }


def test_data_that_contains_itself_is_redacted() -> None:
    data: dict[str, object] = {"password": PASSWORD}
    data["self"] = data
    shown = redact(data)
    assert shown["password"] == "[REDACTED password]"
    assert shown["self"] is shown


@pytest.mark.unmeasured
def test_data_of_any_depth_is_redacted() -> None:
    data: list[object] = [f"password={PASSWORD}"]
    for _ in range(5_000):
        data = [data]
    shown: object = redact(data, identifiers=True)
    for _ in range(5_000):
        assert isinstance(shown, list)
        shown = shown[0]
    assert shown == ["password=[REDACTED password]"]
    assert redact("[" * 100_000) == "[" * 100_000


@given(known)
def test_failure_is_kept(case: Case) -> None:
    """Redaction changes neither kind nor action, deny and policy type of our own texts."""
    _assert_kept(case.text)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", ["dev.jsonl", "dev2.jsonl"])
@pytest.mark.skipif(not _CORPUS.is_dir(), reason="the shared corpus is not on this machine")
def test_failures_of_the_corpus_are_kept(name: str) -> None:
    for line in (_CORPUS / name).read_text("utf-8").splitlines():
        _assert_kept(json.loads(line)["text"])


def _assert_kept(text: str) -> None:
    shown = redact(text)
    assert _facts(shown) == _facts(text)
    assert redact(shown) == shown


def _facts(text: str) -> list[object] | None:
    failure = parse(text)
    record = None if failure is None else cast("dict[str, object]", to_record(failure))
    return None if record is None else [record[key] for key in _KEPT]


@pytest.mark.unmeasured
@check_rows(
    "text",
    [
        *(f"{name} = '{OPAQUE}'" for name, _ in NAMES),
        *(token for _, token in TOKENS),
        *(text for _, text, _ in TEXTS),
    ],
)
def test_another_scanner_finds_nothing(text: str) -> None:
    """Only access key IDs stay. A marker in a URL looks like its password."""
    # Entropy is no evidence: every hash has it.
    classes: dict[str, Any] = get_mapping_from_secret_type_to_class()
    names = sorted(plugin.__name__ for plugin in classes.values())
    plugins = [{"name": name} for name in names if "Entropy" not in name and not name.startswith("IP")]
    with transient_settings({"plugins_used": plugins}):
        for line in redact(text).splitlines():
            for found in scan_line(line):
                value = found.secret_value or ""
                assert value.startswith(("AKIA", "REDACTED-")), (found.type, line)
