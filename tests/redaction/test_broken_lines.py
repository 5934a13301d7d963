"""Test that lines broken by a terminal or a box hide no secret, and that nothing else changes."""

from __future__ import annotations

import json
import random
import string
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse, redact, to_record
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_LETTERS = string.ascii_letters + string.digits + "-_"
_DENIAL = (
    "User: arn:aws:sts::111122223333:assumed-role/deploy/i-0a1b2c3d4e5f60718 is not authorized to perform: "
    "ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service "
    "control policy. Encoded authorization failure message: "
)


def _break(text: str, width: int) -> str:
    return "\n".join(
        line[at : at + width] for line in text.split("\n") for at in range(0, max(1, len(line)), width)
    )


def _box(text: str) -> str:
    return "\n".join(f"│ {line}" for line in text.split("\n"))


def _colored_box(text: str) -> str:
    return "\n".join(f"\x1b[31m│\x1b[0m {line}" for line in text.split("\n"))


def _pad(text: str) -> str:
    lines = text.split("\n")
    width = max(map(len, lines))
    border = "─" * (width + 2)
    return "\n".join((f"┌{border}┐", *(f"│ {line:{width}} │" for line in lines), f"└{border}┘"))


WRAPPERS: dict[str, Callable[[str], str]] = {
    "terminal": str,
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "box": _box,
    "colored box": _colored_box,
    "closed box": _pad,
    "code block": lambda text: f"It says:\n\n```\n{text}\n```\n",
    "quotation": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
}


def _assert_hidden(secret: str, shown: str) -> None:
    assert not any(secret[at : at + 6] in shown for at in range(len(secret) - 5)), shown
    assert redact(shown) == shown


@pytest.mark.unmeasured
@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@check_rows("width", range(60, 133, 9))
def test_message_in_broken_json_is_hidden(wrap: Callable[[str], str], depth: int, width: int) -> None:
    """Neither a string of JSON without its end in the line nor broken JSON, which YAML can read, hides the label."""
    message = "".join(random.Random(width).choices(_LETTERS, k=300))
    text = _DENIAL + "0" * 40 + message
    for _ in range(depth):
        text = json.dumps({"level": "error", "Message": text, "id": 1})
    _assert_hidden(message, redact(wrap(_break(text, width))))


@check_rows("width", range(60, 133, 4))
def test_failure_in_a_colored_box_is_kept(width: int) -> None:
    """A later round adds no markers to lines that are filled."""
    text = _colored_box(_break(json.dumps({"log": json.dumps({"Message": _DENIAL + "aB3-" * 150})}), width))
    shown = redact(text)
    assert shown.count("REDACTED") == 1
    assert parse(shown) is not None
    assert len(shown) == len(text)


_KEY = "wJ4lrX9UtnF3MIaK7bD2vGb8PxRf1iCYz5kQ0hT6"
_TEXTS = {
    "JSON": '{"user": "ana", "db_password": "%s", "retries": 3}',
    "JSON in JSON": json.dumps({"msg": json.dumps({"note": "not ready", "db_password": "%s", "n": 7})}),
    "JSON with indents": '{\n  "user": "ana",\n  "db_password": "%s",\n  "retries": 3\n}',
    "line of JSON": json.dumps({"msg": "the worker is ready\nclient_secret: %s\nnext attempt in 12 s"}),
    "YAML": 'spec:\n  user: ana\n  password: "%s"\n  retries: 3\n',
    "logfmt": 'level=error msg="the worker is ready" api_key=%s user=ana',
    "XML": "<config><user>ana</user><db_password>%s</db_password></config>",
    "header": "> GET / HTTP/1.1\n> Authorization: Bearer %s\n> Accept: */*",
    "option": "$ deploy --region eu-west-1 --db-password %s --user ana",
    "sentence": "The worker is ready. The secret access key is %s and the user is ana.",
    "diff": '  ~ resource "aws_db_instance" "x" {\n      ~ password = "old" -> "%s"\n        port = 5432\n    }',
    "Python": "connect({'user': 'ana', 'client_secret': '%s'}, retries=3)",
}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", WRAPPERS)
@check_rows("text", _TEXTS.values(), ids=_TEXTS)
def test_only_broken_line_hides_no_secret(text: str, name: str) -> None:
    """Nothing but the break of a name, a sign or a value shows the terminal's width.

    The terminal breaks the line at each place, and two of the others do so, too.
    """
    longest, wrap = max(text.split("\n"), key=len), WRAPPERS[name]
    first, step = (0, 1) if name == "terminal" else (list(WRAPPERS).index(name) % 3, 3)
    for place in range(first, len(longest) + len(_KEY) - 1, step):
        filler = "." * (70 - place) + " "
        broken = _break(
            text.replace(longest, filler * (place < 70) + longest) % _KEY, 71 + max(0, place - 70)
        )
        _assert_hidden(_KEY, redact(wrap(broken)))


@pytest.mark.unmeasured
@check_rows("change", [str.lower, str.upper], ids=["lower", "upper"])
@check_rows("setting", ["api_key=%s user=ana", "-H 'X-Api-Key: %s'", "the access token is %s"])
def test_only_broken_line_hides_no_key_in_one_case(setting: str, change: Callable[[str], str]) -> None:
    key = change(_KEY)
    line = f"the deployment of the worker of the orders starts again with {setting}"
    for place in range(8, len(key) - 15):
        _assert_hidden(key, redact(_break(line % key, line.index("%") + place)))


_TOKEN = "IQoJb3JpZ2luX2VjED0aCXVzLWVhc3QtMSJHMEUCIQC7vZ4kM0n1bQx9rT3sYw8pLd5uFh2gJk6mNcV"


@pytest.mark.parametrize(
    "setting",
    [
        f"the deployment of the worker starts with AWS_SECRET_ACCESS_KEY={_KEY}",
        f"export AWS_SESSION_TOKEN={_TOKEN}==",
        f"starting the worker of the orders with --access-token {_TOKEN}",
        f"Authorization: Bearer {_TOKEN}",
    ],
)
@check_rows(
    "line",
    [
        "AccessDenied: User is not authorized",
        "S3Exception: denied",
        "GitHub Actions runner 7 is ready",
        "x509: certificate signed by unknown authority",
        "HTTP/1.1 403 Forbidden",
        "i-0a1b2c3d4e5f60718 terminated",
        "orders-7f9d5b6c4-x2x1z 1/1 Running",
        "0a1b2c3d4e5f orders Up 2 hours",
        "ip-10-0-0-7.ec2.internal is not ready",
        "5f1d7a94-0b1c-4e0f-9a51-1c2b3a4d5e6f",
        "arn:aws:iam::111122223333:role/deploy",
        "https://docs.example.com/runbook",
        "Ran 17 tests in 3s",
        "t3.micro is slow",
        "exit status 1",
        "done",
    ],
)
def test_line_after_a_long_setting_is_kept(setting: str, line: str) -> None:
    """A word, an error, an ID or an address does not continue the secret that ends with the line before it."""
    shown = redact(f"worker 7 is ready\n{setting}\n{line}\nnext\n")
    assert "REDACTED" in shown
    assert f"\n{line}\nnext\n" in shown


def test_failure_is_kept_if_a_message_begins_with_a_dash_at_the_end_of_a_line() -> None:
    """Two ways to read where the message begins are one secret, whose lines keep their length."""
    denial = _DENIAL.replace("role/deploy/", "role/orders-export-production/")
    message = (
        f"{denial}-wxepLTVfY3iqKRDLDQWXT0I-tBvlR5-4TDkMy1u-bqrh212G4-LnSD67ywWDwEHWigyok8B0Az1ebJARCZaf3OG"
    )
    text = _break(
        'Error executing "RunInstances" on "https://ec2.ap-southeast-2.amazonaws.com/"; AWS HTTP error: Client error: '
        "`POST https://ec2.ap-southeast-2.amazonaws.com/` resulted in a `403 Forbidden` response:\n"
        f'{{"message": "{message}"}}\n UnauthorizedOperation (client): {message} - {{"message": "{message}"}}',
        60,
    )
    shown = redact(text)
    failure = parse(shown)
    assert failure is not None
    assert to_record(failure)["code"] == "UnauthorizedOperation"
    assert [*map(len, shown.split("\n"))] == [*map(len, text.split("\n"))]
