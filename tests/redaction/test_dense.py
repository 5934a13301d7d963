"""Stretches with so many names of secrets, in so many notations, that they are hidden as a whole."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.texts import mixed_words
from iamtriage import AccessDenied, parse, redact
from iamtriage.redaction._dense import find_stretches
from iamtriage.redaction._secrets import find_secrets, forget_secrets
from iamtriage.redaction._vocabulary.searched_text import SearchedText
from tests.redaction.benign import LINES
from tests.redaction.planted import NAMES, TEXTS
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIGNS = (
    "=",
    ": ",
    '="',
    " := ",
    "|",
    "%3D",
    "\\u003d",
    '\\": \\"',
    "->",
    "</b>: ",
    "│ ",
    " is ",
    "\n",
    "&lt;",
    "}: ",
    "'] = ",
)
BEFORE = ("", " ", "\n", '{\\"', '"', "--", "?", "&", "<", "$", "@", "%20", ".", "`", "│", "[", "x-", "\\n")
MIXED = (
    "token: aB3dE6fG9hJ2\n", "│QVdTOmV5SG.pass: |\n  @tcp(", '{"password":"x"},', "AKIAIOSFODNN7EXAMPLE ",
    "aws_secret_access_key│", 'token="aB3dE6fG\\n" ', "X-Amz-Signature=", "passphrase│ :", "secret=",
    "@api_key|s3:GetObject\\n", "Encoded authorization failure message: ", '{"SecretAccessKey": "', "https://a:b@",
    "private key\x1e", "> Authorization: Bearer ey\n", "<br>auth",
)  # fmt: skip
DENIAL = (
    "\nAn error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:iam::111122223333:user/ana is not "
    "authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/1.csv with an explicit deny in a service control policy\n"
)


def make_dense(size: int, seed: int = 1, units: Sequence[str] = ()) -> str:
    """Return names of secrets in random order and notation, with some units between them."""
    rnd = random.Random(seed)
    pieces: list[str] = []
    for _ in itertools.takewhile(lambda _: sum(map(len, pieces)) < size, itertools.count()):
        name = rnd.choice(("token", "secret", "password", "pwd", "api_key", "auth", "cookie", "passphrase"))
        pieces.append(
            rnd.choice(BEFORE) + name + rnd.choice(SIGNS) + rnd.choice(("", "", "q7Zr2k", "x", *units))
        )
    return "".join(pieces)


def find_dense(text: str) -> list[tuple[int, int]]:
    return find_stretches(SearchedText(text))


@pytest.mark.unmeasured
@check_rows("identifiers", [False, True])
@check_rows("seed", range(6))
def test_dense_stretch_is_hidden(seed: int, *, identifiers: bool) -> None:
    """Nearly nothing of a dense text is left, and it does not change again."""
    text = make_dense(30_000, seed)
    assert find_dense(text)
    redacted = redact(text, identifiers=identifiers)
    assert len(redacted) < len(text) / 4
    assert "REDACTED" in redacted
    assert redact(redacted, identifiers=identifiers) == redacted


def test_words_between_names_make_no_difference() -> None:
    """Neither people nor programs write so many notations, with or without other words between them."""
    words = ("the order ", "orders shop ", "line 7 of the build ", "a user, and the host ")
    text = make_dense(30_000, units=words * 6)
    assert len(redact(text)) < len(text) / 4


def test_words_of_failures_alone_make_no_difference() -> None:
    """A failure consists of more than the words "error" and "not"."""
    words = ("the error ", "an error, ", "error: ", "failed, ")
    text = make_dense(30_000, units=words * 6)
    assert len(redact(text)) < len(text) / 4


@pytest.mark.unmeasured
@pytest.mark.parametrize("identifiers", [False, True])
def test_mixed_words_do_not_change_again(*, identifiers: bool) -> None:
    """Markers that reveal no other secret in the lines around them reveal none elsewhere."""
    for _, text in mixed_words(9_000):
        redacted = redact(text, identifiers=identifiers)
        assert redact(redacted, identifiers=identifiers) == redacted


def test_nothing_less_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found without stretches is also hidden with them, across their ends, too."""
    value = "hunter2Horse9"
    text = f"export DB_PASSWORD={value}\n{make_dense(20_000)}\ntoken: {value}\nsecret = '{value}' # {make_dense(9_000, 2)} password={value}"
    covered = bytearray(len(text))
    for found in find_secrets(text):
        covered[found.start : found.end] = b"\x01" * (found.end - found.start)
    assert value not in redact(text)
    monkeypatch.setattr("iamtriage.redaction._secrets.find_stretches", lambda _: [])
    forget_secrets()
    others = find_secrets(text)
    assert others
    assert all(covered[each.start : each.end].count(0) == 0 for each in others)


def test_json_stays_json() -> None:
    """A dense string is a value like others, and JSON in a dense text stays valid."""
    dense = make_dense(20_000)
    document = json.dumps({"log": dense, "retries": 3, "user": "ana"})
    redacted = json.loads(redact(document))
    assert (redacted["retries"], redacted["user"]) == (3, "ana")
    assert len(redacted["log"]) < len(dense) / 4
    line = '{"level": "info", "password": "hunter2Horse9", "count": 7}'
    text = redact(f"{dense}\n{line}\n{make_dense(20_000, 2)}")
    assert '{"level": "info", "password": "[REDACTED password]", "count": 7}' in text


@pytest.mark.unmeasured
@pytest.mark.parametrize("identifiers", [False, True])
def test_failure_stays(*, identifiers: bool) -> None:
    """A failure in a dense text can be read from the redacted text."""
    text = make_dense(20_000) + DENIAL + make_dense(20_000, 2)
    assert find_dense(text)
    expected, failure = (parse(each) for each in (DENIAL, redact(text, identifiers=identifiers)))
    assert isinstance(expected, AccessDenied)
    assert isinstance(failure, AccessDenied)
    assert (failure.kind, failure.action, failure.deny, failure.policy_type) == (
        expected.kind, expected.action, expected.deny, expected.policy_type,
    )  # fmt: skip


def make_crowd(write: Callable[[str], str], size: int) -> str:
    """Return many secrets in the same notation, each with another value."""
    rnd = random.Random(7)
    pieces: list[str] = []
    while sum(map(len, pieces)) < size:
        pieces.append(write("".join(rnd.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJ23456789", k=8))))
    return "".join(pieces)


CROWDS: dict[str, Callable[[str], str]] = {
    "percent-encoded": ";aws_secret_access_key%3d{} │'".format,
    "twice": "http://a/?--token%253D{}&nbsp;".format,
    "JSON": "{{\\u0022password\\u003d{}\\u0022".format,
    "box": "> access_token│{}\x1b[0m\t".format,
    "short": "pw={:.2},".format,
    "quoted": '"token"=>"{}", '.format,
    "options": "--password {} ".format,
    "below": "token:\n{},".format,
    "table": "| token | {} |\n".format,
}


@pytest.mark.unmeasured
@check_rows("identifiers", [False, True])
@check_rows("notation", CROWDS)
def test_crowd_of_secrets_is_hidden(notation: str, *, identifiers: bool) -> None:
    """Where each secret must be decoded or joined first, hundreds in a row are hidden as a whole."""
    text = make_crowd(CROWDS[notation], 20_000)
    redacted = redact(text, identifiers=identifiers)
    assert len(redacted) < len(text) / 4
    assert redact(redacted, identifiers=identifiers) == redacted


def test_failure_in_a_crowd_stays() -> None:
    crowd = make_crowd(CROWDS["percent-encoded"], 20_000)
    failure = parse(redact(crowd + DENIAL + crowd))
    assert isinstance(failure, AccessDenied)
    assert failure.action == "s3:GetObject"


def test_repetitions_are_no_crowd() -> None:
    """A program can write the same line hundreds of times. What is secret in one is secret in all."""
    line = "> retry 1: POST /login?user%3Dana%26token%3DaB3dE6fG9hJ2\n"
    redacted = redact(line * 600)
    assert redacted == redact(line) * 600
    assert "aB3dE6fG9hJ2" not in redacted


@check_rows(
    "text",
    [
        "\n".join(f"{name.upper()}=aB3dE6f{number:03}" for number, (name, _) in enumerate(NAMES * 6)),
        "\n".join(f"T{number:04}_TOKEN=aB3{number:04}" for number in range(1_000)),
        "user,password\n" + "\n".join(f"user{number},aB3d{number}" for number in range(1_000)),
        "\n".join(
            f"Token.{kind}\t'x{number}'" for number in range(400) for kind in ("Name", "Text", "Number")
        ),
    ],
    ids=["names", "settings", "CSV", "tokens"],
)
def test_real_texts_are_no_crowd(text: str) -> None:
    """Plain settings, rows and the output of a lexer are searched name by name."""
    assert len(text) > 12_000
    assert redact(text).count("\n") == text.count("\n")


@check_rows(
    "text",
    [
        "\n".join(LINES),
        "\n".join(text for text, *_ in TEXTS),
        "\n".join(f"{name}=hunter2x" for name, _ in NAMES * 8),
        "\n".join(f"{name}: ${{{name}}}" for name, _ in NAMES * 8),
        "\n".join(name for name, _ in NAMES * 8),
        " ".join(f"t{number}_token=aB3dE6f{number}" for number in range(1_000)),
        "default-token-x7k2p kubernetes.io/service-account-token 3 5d\n" * 400,
        "if token.type == TOKEN_END: return self.token(token, tokens[1:])\n" * 400,
    ],
    ids=["benign", "planted", "settings", "references", "names", "logfmt", "kubectl", "code"],
)
def test_real_texts_are_not_dense(text: str) -> None:
    """Settings, lists of names, source code and collections of examples are searched name by name."""
    assert find_dense(text) == []


def test_source_code_is_not_dense() -> None:
    """Not even the vocabulary of secrets is dense."""
    folder = Path(__file__).parents[2] / "src" / "iamtriage" / "redaction"
    assert [path.name for path in folder.rglob("*.py") if find_dense(path.read_text("utf-8"))] == []


def test_text_around_a_marker_is_not_dense() -> None:
    """A redacted text is judged as before, because markers are longer or shorter than what they replace."""
    text = make_dense(7_000) + "[REDACTED token]" + make_dense(7_000, 2)
    assert find_dense(text) == []
    assert find_dense(text.replace("[REDACTED token]", "")) != []


def test_two_access_key_ids_are_no_key() -> None:
    """The pseudonyms of two access key IDs have the length of a secret access key, and lower-case letters."""
    text = "passphrase│ :\nAKIAIOSFODNN7EXAMPLE \nAKIAIOSFODNN7EXAMPLE \naws_secret_access_key│\n"
    redacted = redact(text, identifiers=True)
    assert redacted.count("AKIAxxxxxxxxxxxxxxx1") == 2
    assert redact(redacted, identifiers=True) == redacted


@pytest.mark.parametrize("seed", [29, 31])
def test_markers_reveal_in_a_long_text(seed: int) -> None:
    """If markers reveal a secret in a long text, the text is also unwrapped again."""
    rnd = random.Random(seed)
    units = rnd.sample(MIXED, 8)
    separator = rnd.choice((", ", " ", "\\n", "; "))
    pieces: list[str] = []
    while sum(map(len, pieces)) < 9_000:
        unit = rnd.choice(units).strip("\n")
        pieces.append(unit + rnd.choice(("", f"q7Zr{rnd.randrange(99)}", f"q7Zr{rnd.randrange(99)}\n")))
    redacted = redact(separator.join(pieces))
    assert redact(redacted) == redacted


@pytest.mark.parametrize("seed", [85, 217, 285])
def test_markers_reveal_in_all_of_a_short_text(seed: int) -> None:
    """A marker changes the length of its line, so other lines far from it can be joined differently."""
    rnd = random.Random(seed)
    words = ("value", "line", "order", "the", "user")
    lines = (rnd.choice(MIXED) + " ".join(rnd.choices(words, k=rnd.randint(1, 4))) for _ in range(80))
    redacted = redact("\n".join(lines))
    assert redact(redacted) == redacted
