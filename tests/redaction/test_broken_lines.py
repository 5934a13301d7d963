"""Test that lines broken by a terminal or a box hide no secret, and that nothing else changes."""

from __future__ import annotations

import json
import random
import string
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse, redact

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


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("width", range(60, 133, 9))
def test_message_in_broken_json_is_hidden(wrap: Callable[[str], str], depth: int, width: int) -> None:
    """Neither a string of JSON without its end in the line nor broken JSON, which YAML can read, hides the label."""
    message = "".join(random.Random(width).choices(_LETTERS, k=300))
    text = _DENIAL + "0" * 40 + message
    for _ in range(depth):
        text = json.dumps({"level": "error", "Message": text, "id": 1})
    _assert_hidden(message, redact(wrap(_break(text, width))))


@pytest.mark.parametrize("width", range(60, 133, 4))
def test_failure_in_a_colored_box_is_kept(width: int) -> None:
    """A later round adds no markers to lines that are filled."""
    text = _colored_box(_break(json.dumps({"log": json.dumps({"Message": _DENIAL + "aB3-" * 150})}), width))
    shown = redact(text)
    assert shown.count("REDACTED") == 1
    assert parse(shown) is not None
    assert len(shown) == len(text)
