"""Test that logfmt, and strings with escapes, are redacted value by value."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.planted import OPAQUE, PASSWORD
from tests.redaction.test_yaml import SECRETS, STRINGS, assert_no_secret
from tests.tables import check_rows

few = settings(max_examples=max(5, settings.default.max_examples // 4))  # type: ignore[union-attr]

_PAIRS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("level", "msg", "ts", "user", "err", "status")), st.sampled_from(STRINGS)),
        st.sampled_from(tuple(SECRETS.items())),
    ),
    min_size=2,
    max_size=6,
)
_PAIR = re.compile(
    r"(?P<key>\w+)=(?P<value>\"(?:[^\"\\]|\\.)*\"|\[[^\]]*\]|[^ \"]*(?:\[[^\]]*\])?[^ \"]*)(?: |\Z)"
)


def _written(value: str) -> str:
    is_plain = value and not re.search(r"[ =\n\t\"]", value)
    return value if is_plain else json.dumps(value, ensure_ascii=False)


@few
@given(_PAIRS, st.sampled_from(("", "2031-04-05T06:07:08Z ", "web1 | ")))
def test_logfmt_keeps_its_pairs(pairs: list[tuple[str, str]], start: str) -> None:
    written = [f"{key}={_written(value)}" for key, value in pairs]
    shown = redact(start + " ".join(written))
    assert shown.startswith(start)
    found = _PAIR.findall(shown[len(start) :])
    assert [key for key, _ in found] == [key for key, _ in pairs]
    for (key, value), old in zip(found, written, strict=True):
        assert f"{key}={value}" == old or "REDACTED" in value
    assert_no_secret([json.loads(value) if value.startswith('"') else value for _, value in found])
    assert redact(shown) == shown


@check_rows(
    ("text", "expected"),
    [
        (f'err="x\\npassword: {PASSWORD}"', 'err="x\\npassword: [REDACTED password]"'),
        (f'note = "say \\"token={OPAQUE}\\" twice"', 'note = "say \\"token=[REDACTED token]\\" twice"'),
        ('level=info password="it\'s\\t9\\"x" n=1', 'level=info password="[REDACTED password]" n=1'),
        ('password = "a\\"b" -> "c\\"d9Xz"', 'password = "[REDACTED password]" -> "[REDACTED password]"'),
        (f'apiKey={OPAQUE} body="{{\\"n\\": 1}}"', 'apiKey=[REDACTED secret] body="{\\"n\\": 1}"'),
        (
            f'msg = "a: 1\\r\\nDB_PASSWORD: >\\r\\n  {PASSWORD}\\r\\n"',
            'msg = "a: 1\\r\\nDB_PASSWORD: >\\r\\n  [REDACTED password]\\r\\n"',
        ),
        (
            'e="volume \\"db-password\\" : secret \\"orders\\" not found\\nok"',
            'e="volume \\"db-password\\" : secret \\"orders\\" not found\\nok"',
        ),
        (f'sh -c "set \\"DB_PASSWORD={PASSWORD}\\""', 'sh -c "set \\"DB_PASSWORD=[REDACTED password]\\""'),
        (f'password={PASSWORD} {{"a": {{"b": 1}}}}', 'password=[REDACTED password] {"a": {"b": 1}}'),
        (
            f'id,body\n1,"{{""SecretString"": ""{{\\""SMTP_PASS\\"": \\""{PASSWORD}\\""}}""}}"\n',
            'id,body\n1,"{""SecretString"": ""{\\""SMTP_PASS\\"": \\""[REDACTED password]\\""}""}"\n',
        ),
        (
            f'web1 | id,body\nweb1 | 1,"<a><![CDATA[{{""password"": ""{PASSWORD}""}}]]></a>"\n',
            'web1 | id,body\nweb1 | 1,"<a><![CDATA[{""password"": ""[REDACTED password]""}]]></a>"\n',
        ),
        (
            f"id,body\n1,\"'+ password: |\\n+   {PASSWORD}\\n+ b: c'\"\n",
            "id,body\n1,\"'+ password: |\\n+   [REDACTED password]\\n+ b: c'\"\n",
        ),
        (
            f"curl -d '{{\"m\": \"x['\\''DB_PASSWORD'\\''] = '\\''{PASSWORD}'\\''\"}}' https://x",
            "curl -d '{\"m\": \"x['\\''DB_PASSWORD'\\''] = '\\''[REDACTED password]'\\''\"}' https://x",
        ),
        (
            f"&#x27;+ password: |\\n+   {PASSWORD}\\n+ b: c&#x27;",
            "&#x27;+ password: |\\n+   [REDACTED password]\\n+ b: c&#x27;",
        ),
        (
            f'b\'{{"log": "{{\\\\"password\\\\": [\\\\"{PASSWORD}\\\\"]}}"}}\'',
            'b\'{"log": "{\\\\"password\\\\": [\\\\"[REDACTED password]\\\\"]}"}\'',
        ),
        (
            f"b'password: \\xe2\\x80\\x9c{PASSWORD}\\xe2\\x80\\x9d'",
            "b'password: \\xe2\\x80\\x9c[REDACTED password]\\xe2\\x80\\x9d'",
        ),
        (
            f"sh -c 'DB_PASSWORD='”'”'{PASSWORD}'”'”' make'",
            "sh -c 'DB_PASSWORD='”'”'[REDACTED password]'”'”' make'",
        ),
        (
            "<a><![CDATA[the token is expired\npassword=password]]></a>",
            "<a><![CDATA[the token is expired\npassword=password]]></a>",
        ),
        (
            'sh -c "password = ENV[\\"DB_PASSWORD\\"]"',
            'sh -c "password = ENV[\\"DB_PASSWORD\\"]"',
        ),
        ('a="\\n" ' * 1_200 + f"password={PASSWORD}", 'a="\\n" ' * 1_200 + "password=[REDACTED password]"),
    ],
)
def test_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected
