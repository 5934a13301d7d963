"""Test that YAML is redacted value by value: it stays YAML, and all other values stay."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from iamtriage import redact
from tests.redaction.planted import JWT, KEY, OPAQUE, PASSWORD
from tests.redaction.test_structured import assert_only_values_changed
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]

_KEY_LINES = "\n".join("MIIEowIBAAKCAQEA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvWxYz0123456789ABC" for _ in range(3))
PRIVATE_KEY = f"-----BEGIN RSA PRIVATE KEY-----\n{_KEY_LINES}\n-----END RSA PRIVATE KEY-----\n"
# Names that announce a secret, and values that are hard to write and to find.
SECRETS = {
    "password": PASSWORD,
    "db_password": "p@ss: w#rd9X",
    "DB_PASSWORD_PROD": "it's9\"Qx",
    "connectionPassword": "- dash9A",
    "passphrase": "correct horse battery 7",
    "aws_secret_access_key": KEY,
    "client_secret": OPAQUE + "==",
    "private_key": PRIVATE_KEY,
}
STRINGS = (
    "", "x", "a: b", "note # no comment", "- item", "it's", 'say "hi"', "several\nlines\nof text", "the end\n", "true",
    "12", "null", "é ü", "{braces}", "[a, b]", "a,b", "C:\\new\\token: x", "tab\there", "%percent", "@at", "`tick`",
    "&anchor", "*star", "!bang", "|pipe", ">angle", "key=value other=thing", "<a>b</a>", "token: AccessDenied: no",
    f"x\npassword: {PASSWORD}", f"password={PASSWORD} next", f"postgres://ana:{PASSWORD}@db/x",
    f"curl -u ana:{PASSWORD} https://x", f"Authorization: Bearer {OPAQUE}", f'{{"password": "{PASSWORD}", "n": 1}}',
    JWT, f"after {JWT} more", "a long text of many words that is written over several lines as it is too wide for one",
)  # fmt: skip
_KEYS: st.SearchStrategy[str] = st.sampled_from(
    ("name", "value", "kind", "user", "a b", "max_tokens", "secretName", "0", "x-y")
)
_SCALARS: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(STRINGS), st.none(), st.booleans(), st.integers(-9, 99)
)


def _with_secrets(data: dict[str, object], names: list[str]) -> dict[str, object]:
    return data | {name: SECRETS[name] for name in names}


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Return nested objects with secrets at every depth."""
    data = st.recursive(
        _SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3),
            st.builds(
                _with_secrets,
                st.dictionaries(_KEYS, inner, max_size=3),
                st.lists(st.sampled_from(tuple(SECRETS)), max_size=2),
            ),
        ),
        max_leaves=10,
    )
    return st.dictionaries(_KEYS, data, min_size=2, max_size=4).map(
        lambda document: _with_secrets(document, ["db_password", "aws_secret_access_key"])
    )


def write_yaml(data: object, flow: bool | None, style: str | None, width: int) -> str:  # noqa: FBT001
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.default_style = style  # type: ignore[assignment]
    yaml.width = width
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def read_yaml(text: str) -> list[Any]:
    return [*YAML(typ="safe", pure=True).load_all(text)]


def strings(value: object) -> list[str]:
    """Return all strings of a value."""
    if isinstance(value, dict):
        return [
            each
            for pair in cast("dict[object, object]", value).items()
            for part in pair
            for each in strings(part)
        ]
    if isinstance(value, list):
        return [each for item in cast("list[object]", value) for each in strings(item)]
    return [str(value)]


def assert_no_secret(values: object) -> None:
    shown = "\n".join(strings(values))
    for secret in (*SECRETS.values(), PASSWORD, OPAQUE, JWT):
        assert secret not in shown


@few
@given(
    documents(),
    st.sampled_from((None, True, False)),
    st.sampled_from((None, None, '"', "'", "|", ">")),
    st.sampled_from((40, 80, 1000)),
    st.sampled_from((str, lambda text: text.replace("\n", "\r\n"))),
)
def test_yaml_stays_yaml(
    document: dict[str, Any],
    flow: bool | None,  # noqa: FBT001
    style: str | None,
    width: int,
    newlines: Callable[[str], str],
) -> None:
    """Keys, order, comments and all values that are not secrets are equal, in every style."""
    text = newlines("# note\n" + write_yaml(document, flow, style, width))
    shown = redact(text)
    before, after = read_yaml(text), read_yaml(shown)
    assert_only_values_changed(before, after)
    assert_no_secret(after)
    assert redact(shown) == shown


@check_rows(
    ("text", "expected"),
    [
        ("a: 1\npassword: hunter2 # a note\n", 'a: 1\npassword: "[REDACTED password]" # a note\n'),
        ("a: 1\npassword: hunter2\n  of two lines\nb: 2\n", 'a: 1\npassword: "[REDACTED password]"\nb: 2\n'),
        ("a: 1\npassword: 'it''s'\n", "a: 1\npassword: '[REDACTED password]'\n"),
        ("a: 1\npassword: !!str hunter2\n", 'a: 1\npassword: !!str "[REDACTED password]"\n'),
        ("a: 1\npassword: &p hunter2\nb: *p\n", 'a: 1\npassword: &p "[REDACTED password]"\nb: *p\n'),
        ("a: 1\npassword:\n  hunter2\n", 'a: 1\npassword:\n  "[REDACTED password]"\n'),
        ("a: 1\npassword: >-\n  correct horse\n  battery\n\nb: 2\n", "a: 1\npassword: >-\n  [REDACTED password]\n\nb: 2\n"),
        ("a: 1\npassword: |2\n    hunter2\n", "a: 1\npassword: |2\n  [REDACTED password]\n"),
        ("a: 1\nb:\n- password: hunter2\n  c: 3\n- d\n", 'a: 1\nb:\n- password: "[REDACTED password]"\n  c: 3\n- d\n'),
        ("a: 1\nb: {password: hunter2, c: [3, hunter2]}\n", 'a: 1\nb: {password: "[REDACTED password]", c: [3, hunter2]}\n'),
        (f"a: 1\nb: {{x: mysql -p{PASSWORD}, c: d}}\n", "a: 1\nb: {x: mysql -pREDACTED-password, c: d}\n"),
        (f"a: 1\nb: {JWT} and more\n", "a: 1\nb: REDACTED-web-token and more\n"),
        (f"a: 1\nb: x {JWT}\n", "a: 1\nb: x [REDACTED web token]\n"),
        ("%YAML 1.2\n---\n{a: 1, password: hunter2}\n...\n--- |\n text\n---\nb: 1\n", '%YAML 1.2\n---\n{a: 1, password: "[REDACTED password]"}\n...\n--- |\n text\n---\nb: 1\n'),
        (f"# token={OPAQUE}\na: 1\nlong: 2 # token={OPAQUE}\nc: [ # token={OPAQUE}\n  1]\n", "# token=[REDACTED token]\na: 1\nlong: 2 # token=[REDACTED token]\nc: [ # token=[REDACTED token]\n  1]\n"),
        ('a: 1\n"password": "hun\\x74er2"\n', 'a: 1\n"password": "[REDACTED password]"\n'),
        (f'a: 1\nb: "x\\ty\\U00000041 token={OPAQUE} \\\n  z\\q"\n', 'a: 1\nb: "x\\ty\\U00000041 token=[REDACTED token] \\\n  z\\q"\n'),
        (f"a: 1\nb: 'x\n\n  token={OPAQUE} ''z'''\n", "a: 1\nb: 'x\n\n  token=[REDACTED token] ''z'''\n"),
        (f"Host: sts\nAuthorization: Bearer {OPAQUE}\n", "Host: sts\nAuthorization: Bearer [REDACTED bearer token]\n"),
        (f"a: 1\nx-request authorization: Bearer {OPAQUE}\n", "a: 1\nx-request authorization: Bearer [REDACTED bearer token]\n"),
        (f"a: 1\n'token={OPAQUE}': b\n", "a: 1\n'token=[REDACTED token]': b\n"),
        ("\ufeffa: 1\npassword: hunter2\n", '\ufeffa: 1\npassword: "[REDACTED password]"\n'),
        ('a: 1\nlog: |\n  {"password": 123456, "b": 2}\n', 'a: 1\nlog: |\n  {"password": "[REDACTED password]", "b": 2}\n'),
        ('a: 1\nlog: "{\\"password\\": 123456, \\"b\\": 2}"\n', 'a: 1\nlog: "{\\"password\\": \\"[REDACTED password]\\", \\"b\\": 2}"\n'),
        ("a: 1\nlog: '{\"password\": 123456, \"b\": 2}'\n", "a: 1\nlog: '{\"password\": \"[REDACTED password]\", \"b\": 2}'\n"),
        ("env:\n  - name: DB_PASSWORD\n    value: hunter2\n", 'env:\n  - name: DB_PASSWORD\n    value: "[REDACTED password]"\n'),
        ("passwords:\n  - hunter2\n  - swordfish\n", 'passwords:\n  - "[REDACTED password]"\n  - "[REDACTED password]"\n'),
        ("args:\n- --db-password\n- swordfish\n- --verbose\n", 'args:\n- --db-password\n- "[REDACTED password]"\n- --verbose\n'),
        ("? password\n: hunter2Horse9\n", '? password\n: "[REDACTED password]"\n'),
        ("a: 1\n? 'b c'\n: password: hunter2\n  x: 2\n? d\n: - password: hunter2\n", "a: 1\n? 'b c'\n: password: \"[REDACTED password]\"\n  x: 2\n? d\n: - password: \"[REDACTED password]\"\n"),
        ("{? '' : {password: hunter2}, b: 1}\n", "{? '' : {password: \"[REDACTED password]\"}, b: 1}\n"),
        ("{password: hunter2}\n", '{password: "[REDACTED password]"}\n'),
        ("password: |2\n    hunter2\n", "password: |2\n  [REDACTED password]\n"),
        ('args: ["--password", "hunter2Horse9"]\na: 1\n', 'args: ["--password", "[REDACTED password]"]\na: 1\n'),
    ],
)  # fmt: skip
def test_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected


@check_rows(
    ("start", "end"),
    [
        ("$ kubectl get secret orders -o yaml\n", ""),
        ("ana@laptop:~$ cat values.yaml\n", "ana@laptop:~$ exit\n"),
        ("See this file:\n\n```yaml\n", "```\n\nIt fails: why?\n"),
        ("~~~\n", "~~~\n"),
    ],
)
def test_yaml_in_a_paste_is_redacted_value_by_value(start: str, end: str) -> None:
    text = f"a: {{password: hunter2Horse9, b: [1, x {JWT}]}}\nc: hunter3Horse9\n"
    expected = 'a: {password: "[REDACTED password]", b: [1, x REDACTED-web-token]}\nc: hunter3Horse9\n'
    assert redact(start + text + end) == start + expected + end
    assert redact(start + expected + end) == start + expected + end


def test_prose_after_a_prompt_is_searched_as_text() -> None:
    assert (
        redact("$ cat a: b: c\npassword: hunter2Horse9 x: y\n")
        == "$ cat a: b: c\npassword: [REDACTED password] x: y\n"
    )


@check_rows(
    "text",
    [
        "a: 1\npassword: !Ref DBPassword\n",
        "a: 1\npassword: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
        "a: 1\npassword: *shared\n",
        "a: 1\npassword:\nb: {password: , token: ~}\n",
        "a: 1\npassword: |\nb: 2\n",
        "a: 1\npassword: &p\n  from: vault\n",
        "a: 1\npassword: config('db.password')\n",
        "a: 1\npassword: ${DB_PASSWORD}\n",
        "a: 1\npassword: \"\"\ntoken: 'null'\n",
    ],
)
def test_what_is_no_secret_is_kept(text: str) -> None:
    assert redact(text) == text


@check_rows(
    "text",
    [
        "a: b: c\npassword: hunter2Horse9\n",
        "a: [b\npassword: hunter2Horse9\n",
        "a: [b}\npassword: hunter2Horse9\n",
        "a: {b}\npassword: hunter2Horse9\n",
        "a: {b: 'c}\npassword: hunter2Horse9\n",
        "a: {b: @}\npassword: hunter2Horse9\n",
        "a: {b: c d: e}\npassword: hunter2Horse9\n",
        "a: 'b\npassword: hunter2Horse9\n",
        'a: "b" c\npassword: hunter2Horse9\n',
        "a: @b\npassword: hunter2Horse9\n",
        "a: *\npassword: hunter2Horse9\n",
        "a: |x\n  b\npassword: hunter2Horse9\n",
        "a: b'c'\npassword: hunter2Horse9\n",
        "a: b\n  c: d\npassword: hunter2Horse9\n",
        "a:\n    b: 1\n  c: 2\npassword: hunter2Horse9\n",
        "a\nb\npassword: hunter2Horse9\n",
        "\ta: b\n\tc: d\npassword: hunter2Horse9\n",
        "- \ta: b\npassword: hunter2Horse9\n",
        "the call of a function: failed\npassword: hunter2Horse9\n",
        "\x1b[1ma\x1b[0m: b\npassword: hunter2Horse9\n",
        "- " * 200 + "a: b\npassword: hunter2Horse9\n",
        "a: " + "[" * 200 + "]" * 200 + "\npassword: hunter2Horse9\n",
        "a: 1\n" * 1_200 + "b: 'c\npassword: hunter2Horse9\n",
        "a: b\n" * 1_200 + "password: hunter2Horse9\n",
        "$ x\na: b\nc: dear\n" * 200 + "password: hunter2Horse9\n",
        "{" + "a: 1, " * 1_200 + "}\npassword: hunter2Horse9\n",
        "b: 1\na: {[b]: c}\npassword: hunter2Horse9\n",
        "? [a]\n: b\npassword: hunter2Horse9\n",
    ],
)
def test_what_is_not_yaml_is_searched_as_text(text: str) -> None:
    """Invalid YAML, YAML that is rarely written, and texts that would take long."""
    assert redact(text) == text.replace("hunter2Horse9", "[REDACTED password]")


@pytest.mark.parametrize("comment", [f"# {JWT}", f"# password={PASSWORD}"])
def test_secret_in_a_comment_of_yaml_without_values_is_hidden(comment: str) -> None:
    shown = redact(f"token: {comment}\npassword:\n")
    assert JWT not in shown
    assert PASSWORD not in shown
    assert shown.endswith("]\npassword:\n")
