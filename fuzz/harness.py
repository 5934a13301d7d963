"""Compose texts and documents for the fuzzers, and run them with atheris (libFuzzer, Linux).

Half of the inputs are the fuzzer's bytes, half are composed of words from messages, so that no corpus is
necessary.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE = Path(__file__).resolve().parent
DICTIONARY = HERE / "iamtriage.dict"
MAX_LENGTH = 1024
MAX_PIECES = 16
# With so many repetitions, a text can exceed the length that parse() reads at once.
REPEATS = 12
MAX_DEPTH = 5


class Provider(Protocol):
    """The part of ``atheris.FuzzedDataProvider`` that is used here. It has no types."""

    # ruff: noqa: D102

    def ConsumeIntInRange(self, low: int, high: int, /) -> int: ...  # noqa: N802
    def ConsumeUnicode(self, count: int, /) -> str: ...  # noqa: N802
    def ConsumeBytes(self, count: int, /) -> bytes: ...  # noqa: N802
    def ConsumeBool(self) -> bool: ...  # noqa: N802
    def remaining_bytes(self) -> int: ...


def tokens(path: Path) -> tuple[str, ...]:
    """Read the words of a libFuzzer dictionary: one per line, in quotes, with backslash escapes."""
    lines = path.read_text(encoding="ascii").splitlines()
    # The escapes (backslash, quote, \\xAB) are the same as in Python.
    bodies = [line[1:-1].encode().decode("unicode_escape") for line in lines if line.startswith('"')]
    return tuple(body.encode("latin-1").decode() for body in bodies)


TOKENS = tokens(DICTIONARY)
# The last input, for the report of a crash.
LAST_INPUT: list[object] = []


def as_is(text: str) -> str:
    return text


def as_json(text: str) -> str:
    return json.dumps({"level": "error", "message": text})


def as_ascii_box(text: str) -> str:
    return "╷\n│ " + text.replace("\n", "\n│ ") + "\n╵"


def as_log(text: str) -> str:
    return "".join(f"2026-01-02 03:04:05,006 ERROR app - {line}\n" for line in text.split("\n"))


def as_wrapped(text: str) -> str:
    return "\n".join(text[at : at + 80] for at in range(0, len(text), 80))


def as_repeated(text: str) -> str:
    return text * REPEATS


def as_entities(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


SHAPES: tuple[Callable[[str], str], ...] = (
    as_is,
    as_json,
    as_ascii_box,
    as_log,
    as_wrapped,
    as_repeated,
    as_entities,
)


def compose(data: Provider) -> str:
    """Compose a text of words from messages and the fuzzer's characters."""
    pieces: list[str] = []
    for _ in range(data.ConsumeIntInRange(1, MAX_PIECES)):
        at = data.ConsumeIntInRange(0, len(TOKENS) + 3)
        if at < len(TOKENS):
            pieces.append(TOKENS[at])
        elif at == len(TOKENS):
            pieces.append(data.ConsumeUnicode(data.ConsumeIntInRange(1, 24)))
        elif at == len(TOKENS) + 1:
            pieces.append("\n")
        elif at == len(TOKENS) + 2:
            pieces.append(" ")
        elif pieces:
            cut = data.ConsumeIntInRange(0, len(pieces[-1]))
            pieces[-1] = pieces[-1][:cut] + pieces[-1][cut + 1 :]
    text = "".join(pieces)
    for _ in range(data.ConsumeIntInRange(0, 2)):
        text = SHAPES[data.ConsumeIntInRange(0, len(SHAPES) - 1)](text)
    return text


def make_text(data: Provider) -> str:
    """Return the fuzzer's characters or a composed text."""
    choice = data.ConsumeIntInRange(0, 3)
    if choice == 0:
        return data.ConsumeUnicode(MAX_LENGTH)
    if choice == 1:
        # This can insert words of the dictionary unchanged.
        return data.ConsumeBytes(MAX_LENGTH).decode("utf-8", "replace")
    return compose(data)


def pick(data: Provider, values: Sequence[str]) -> str:
    """Return one of several values, or sometimes a composed text."""
    at = data.ConsumeIntInRange(0, len(values))
    return values[at] if at < len(values) else compose(data)


def make_tree(data: Provider, keys: Sequence[str], values: Sequence[str], depth: int = 0) -> object:
    """Return a document of mappings, lists and scalars with some of the keys and values."""
    choice = data.ConsumeIntInRange(0, 6) if depth < MAX_DEPTH else 0
    if choice <= 1:
        return pick(data, values)
    if choice == 2:
        return (None, True, 7, 10**30, 1.5, "", [], {})[data.ConsumeIntInRange(0, 7)]
    if choice == 3:
        return [make_tree(data, keys, values, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
    return {
        pick(data, keys): make_tree(data, keys, values, depth + 1)
        for _ in range(data.ConsumeIntInRange(0, 5))
    }


def ensure(condition: bool, message: str, shown: object) -> None:  # noqa: FBT001
    if not condition:
        msg = f"{message}: {shown!r}"
        raise AssertionError(msg)


def run(check_input: Callable[[Provider], None], check_seeds: Callable[[], None]) -> None:
    """Check the seeds, then fuzz with the options of the command line."""

    def one_input(raw: bytes) -> None:
        try:
            check_input(atheris.FuzzedDataProvider(raw))
        except BaseException:
            # The bytes that libFuzzer writes to a file are hard to read.
            with contextlib.suppress(ValueError):  # an integer with too many digits
                print("input:", *map(repr, LAST_INPUT), file=sys.stderr)  # noqa: T201
            raise

    options = [
        f"-dict={DICTIONARY}",
        f"-max_len={MAX_LENGTH}",
        "-len_control=10",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    # The last of two equal options wins, so the command line can override these.
    atheris.Setup([sys.argv[0], *options, *sys.argv[1:]], one_input)
    check_seeds()
    atheris.Fuzz()
