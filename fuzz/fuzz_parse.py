"""Fuzzes parse, scan, explain, redact, records, fingerprints and spans with atheris (libFuzzer, Linux).

Run it as ``python fuzz/fuzz_parse.py -max_total_time=60``; every libFuzzer option may follow. Half of the
inputs are the fuzzer's own bytes, half are texts that it composes of the grammar's words, so that
it gets deep without a corpus. It stops on any exception, on a span that does not slice back, on a
record that does not round-trip, on an explanation that cannot be shown, on a redaction that does not last.
"""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import atheris

with atheris.instrument_imports(include=["iamtriage"]):
    import iamtriage
    import iamtriage._reading.assembly  # loaded on first use otherwise, which must be inside this block
    import iamtriage._reading.parsing
    import iamtriage._reading.scanning
    import iamtriage.explaining._explain
    import iamtriage.explaining._policy_for
    import iamtriage.failures._fingerprints
    import iamtriage.failures._records
    import iamtriage.redaction._redact

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage import Failure

HERE = Path(__file__).resolve().parent
DICTIONARY = HERE / "iamtriage.dict"
LONGEST = 1024
PIECES = 16
# Repeated so often, a text may be longer than what parse() reads as one.
REPEATS = 12
# Up to here parse() reads a text as one.
SHORT = 60_000
SCALARS: tuple[object, ...] = (
    None,
    True,
    False,
    0,
    403,
    -1,
    10**20,
    10**5000,
    1.5,
    "",
    "403",
    b"AccessDenied",
    [],
    {},
)
WORDS = """
    Error Code Message code message __type ResponseMetadata HTTPStatusCode RequestId HostId Records Events
    Errors detail detail-type CloudTrailEvent Response ErrorResponse eventSource eventName errorCode
    errorMessage requestID userIdentity arn accountId resources ARN kind status reason allowed explicitDeny
    context principal action resource statusCode $metadata
"""
KEYS = WORDS.split()


# What once crashed, or is far from what a fuzzer makes up; read before it starts.
SEEDS: tuple[str | bytes | dict[str, object], ...] = (
    "x <Code> error denied",
    "x (Service: AmazonS3; Status Code: \u00b2\u00b2\u00b2; Error Code: AccessDenied; Request ID: abc)",
    '{"statusCode": "\u00b2\u00b2\u00b2", "code": "AccessDenied", "requestId": "x"} arn:aws',
    "The security token included in the request is expired with an explicit deny in a session policy: p-1",
    "operation error S3: X, User: is not authorized to perform: x (Service: A; Error Code: B; Request ID: a)",
    "is not authorized to perform: " + "ResponseMetadata" * 15,
    b"\xff\xfeU\x00",
    {"Code": 10**5000, "Message": "x"},
    {"Error": {"Code": "AccessDenied", "Message": "x"}, "RequestId": 10**5000},
)


class Provider(Protocol):
    """What is used of ``atheris.FuzzedDataProvider``, which has no types of its own."""

    # ruff: noqa: D102

    def ConsumeIntInRange(self, low: int, high: int, /) -> int: ...  # noqa: N802
    def ConsumeUnicode(self, count: int, /) -> str: ...  # noqa: N802
    def ConsumeBytes(self, count: int, /) -> bytes: ...  # noqa: N802
    def ConsumeBool(self) -> bool: ...  # noqa: N802
    def remaining_bytes(self) -> int: ...


def tokens(path: Path) -> tuple[str, ...]:
    """Read the words of a libFuzzer dictionary: one in quotes a line, with backslash escapes."""
    lines = path.read_text(encoding="ascii").splitlines()
    # Its escapes (backslash, quote, \\xAB) are Python's.
    bodies = [line[1:-1].encode().decode("unicode_escape") for line in lines if line.startswith('"')]
    return tuple(body.encode("latin-1").decode() for body in bodies)


TOKENS = tokens(DICTIONARY)
# What the library was last given, for the report of a crash.
SHOWN: list[object] = []


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


def composed(data: Provider) -> str:
    """Make a text of the grammar's words and pieces of the fuzzer's own."""
    pieces: list[str] = []
    for _ in range(data.ConsumeIntInRange(1, PIECES)):
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


def document(data: Provider, depth: int = 0) -> dict[str, object]:
    """Make a mapping of the keys that error documents have, with values of any type."""
    made: dict[str, object] = {}
    for _ in range(data.ConsumeIntInRange(0, 6)):
        key = KEYS[data.ConsumeIntInRange(0, len(KEYS) - 1)]
        made[key] = value(data, depth + 1)
    return made


def value(data: Provider, depth: int) -> object:
    choice = data.ConsumeIntInRange(0, 5)
    if choice == 0:
        return SCALARS[data.ConsumeIntInRange(0, len(SCALARS) - 1)]
    if choice == 1 and depth < 5:
        return document(data, depth)
    if choice == 2 and depth < 5:
        return [value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
    if choice == 3:
        return as_document(document(data, depth)) if depth < 5 else "{"
    return composed(data) if choice == 4 else data.ConsumeUnicode(64)


def as_document(made: dict[str, object]) -> str:
    try:
        return json.dumps(made, default=str)
    except ValueError:  # an integer of too many digits for a text
        return "{"


def check(failure: Failure, source: str | None) -> None:
    """Hold one failure to what the documentation promises of it."""
    record = iamtriage.to_record(failure)
    json.dumps(record)
    again = iamtriage.from_record(record)
    ensure(
        again.kind == failure.kind and iamtriage.to_record(again) == record,
        "the record does not round-trip",
        record,
    )
    ensure(
        iamtriage.fingerprint(again) == iamtriage.fingerprint(failure),
        "the fingerprint changes with the round trip",
        record,
    )
    ensure(copy.deepcopy(failure) == failure, "a copy differs", record)
    pickled = pickle.dumps(failure)
    ensure(pickle.loads(pickled) == failure, "an unpickled failure differs", record)  # noqa: S301
    if source is not None:
        ensure(failure.text == source, "the text is not the source", failure.text)
    low, high = failure.span
    ensure(0 <= low <= high <= len(failure.text), "the span lies outside the text", failure.span)
    for key, (start, end) in failure.spans.items():
        ensure(0 <= start <= end <= len(failure.text), "a span lies outside the text", key)
        stated = record.get(key)
        ensure(stated is not None, "a span for a value that is not there", key)
        written = failure.text[start:end]
        same = int(written) == stated if key == "status_code" else written == stated
        ensure(same, "a span does not slice back", (key, written, stated))


def check_explained(failure: Failure) -> None:
    """Hold the explanation of a failure to what the documentation promises of it."""
    explanation = iamtriage.explain(failure)
    ensure(bool(explanation.causes and explanation.remedies), "a failure without cause or remedy", failure)
    for form in (str(explanation), explanation.to_markdown(), explanation.to_html()):
        form.encode()
    json.dumps([explanation.to_dict(), iamtriage.policy_for([failure])])


def check_redacted(text: str) -> None:
    """Redact twice, as both ways do no more than once."""
    SHOWN[:] = [text]
    for identifiers in (False, True):
        once = iamtriage.redact(text, identifiers=identifiers)
        again = iamtriage.redact(once, identifiers=identifiers)
        ensure(again == once, "redacting twice is not redacting once", (once, again))


def ensure(condition: bool, words: str, shown: object) -> None:  # noqa: FBT001
    if not condition:
        msg = f"{words}: {shown!r}"
        raise AssertionError(msg)


def check_parse(given: str | bytes | BaseException | dict[str, object]) -> None:
    SHOWN[:] = [given]
    failure = iamtriage.parse(given)
    if failure is not None:
        check_explained(failure)
        # A long text is read in pieces: then `text` is the piece.
        check(failure, given if isinstance(given, str) and len(given) < SHORT else None)


def check_scan(text: str) -> None:
    SHOWN[:] = [text]
    whole = list(iamtriage.scan(text))
    for failure in whole:
        check(failure, None)
    lines = list(iamtriage.scan(text.split("\n")))
    ensure(
        [f.kind for f in lines] == [f.kind for f in whole],
        "lines give other failures than their text",
        (lines, whole),
    )


def check_text(text: str) -> None:
    check_parse(text)
    check_scan(text)
    check_redacted(text)


def one_input(raw: bytes) -> None:
    """Run every check on one input; libFuzzer's entry point."""
    try:
        checked(raw)
    except BaseException:
        # The artifact that libFuzzer writes holds bytes that mean little.
        with contextlib.suppress(ValueError):  # an integer of too many digits for a text
            print("given:", *map(repr, SHOWN), file=sys.stderr)  # noqa: T201
        raise


def checked(raw: bytes) -> None:
    data: Provider = atheris.FuzzedDataProvider(raw)
    choice = data.ConsumeIntInRange(0, 7)
    if choice == 0:
        check_parse(data.ConsumeBytes(LONGEST))
    elif choice == 1:
        check_text(data.ConsumeUnicode(LONGEST))
    elif choice == 2:
        # The dictionary's words go in here as they are.
        check_text(data.ConsumeBytes(LONGEST).decode("utf-8", "replace"))
    elif choice == 3:
        check_parse(document(data))
    elif choice == 4:
        error: Exception = RuntimeError(composed(data))
        error.__cause__ = ValueError(composed(data))
        if data.ConsumeBool():
            error = ExceptionGroup(composed(data), [error, KeyError(composed(data))])
        check_parse(error)
    else:
        check_text(composed(data))


def main() -> None:
    options = [
        f"-dict={DICTIONARY}",
        f"-max_len={LONGEST}",
        "-len_control=10",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    # Of two equal options the later wins: the command line's.
    atheris.Setup([sys.argv[0], *options, *sys.argv[1:]], one_input)
    for seed in SEEDS:
        check_text(seed) if isinstance(seed, str) else check_parse(seed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
