"""Fuzz parse, scan, explain, redact, records, fingerprints and spans with atheris (libFuzzer, Linux).

Run ``python fuzz/fuzz_parse.py -max_total_time=60``, with any libFuzzer options. Half of the inputs are the
fuzzer's bytes, half are composed of words from messages, so that no corpus is necessary. It stops on any
exception, a wrong span, a record that does not round-trip, an explanation that cannot be rendered, or a text
that changes if it is redacted again.
"""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING

import atheris
from harness import LAST_INPUT, MAX_LENGTH, Provider, compose, ensure, make_text, run

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
    from iamtriage import Failure

# parse() reads texts of up to this length as a whole.
MAX_WHOLE_LENGTH = 60_000
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


# Inputs that caused a crash, or that a fuzzer rarely finds. They are checked first.
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


def make_document(data: Provider, depth: int = 0) -> dict[str, object]:
    """Return a mapping with the keys of error documents and values of any type."""
    document: dict[str, object] = {}
    for _ in range(data.ConsumeIntInRange(0, 6)):
        key = KEYS[data.ConsumeIntInRange(0, len(KEYS) - 1)]
        document[key] = make_value(data, depth + 1)
    return document


def make_value(data: Provider, depth: int) -> object:
    choice = data.ConsumeIntInRange(0, 5)
    if choice == 0:
        return SCALARS[data.ConsumeIntInRange(0, len(SCALARS) - 1)]
    if choice == 1 and depth < 5:
        return make_document(data, depth)
    if choice == 2 and depth < 5:
        return [make_value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
    if choice == 3:
        return as_document(make_document(data, depth)) if depth < 5 else "{"
    return compose(data) if choice == 4 else data.ConsumeUnicode(64)


def as_document(document: dict[str, object]) -> str:
    try:
        return json.dumps(document, default=str)
    except ValueError:  # an integer with too many digits
        return "{"


def check(failure: Failure, source: str | None) -> None:
    """Check that a failure is as documented."""
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
    ensure(0 <= low <= high <= len(failure.text), "the span is outside of the text", failure.span)
    for key, (start, end) in failure.spans.items():
        ensure(0 <= start <= end <= len(failure.text), "a span is outside of the text", key)
        stated = record.get(key)
        ensure(stated is not None, "a span of a missing value", key)
        written = failure.text[start:end]
        same = int(written) == stated if key == "status_code" else written == stated
        ensure(same, "a span does not contain its value", (key, written, stated))


def check_explained(failure: Failure) -> None:
    """Check that the explanation of a failure is as documented."""
    explanation = iamtriage.explain(failure)
    ensure(bool(explanation.causes and explanation.remedies), "a failure without a cause or remedy", failure)
    for form in (str(explanation), explanation.to_markdown(), explanation.to_html()):
        form.encode()
    json.dumps([explanation.to_dict(), iamtriage.policy_for([failure])])


def check_redacted(text: str) -> None:
    """Check that redacting a redacted text does not change it, with and without identifiers."""
    LAST_INPUT[:] = [text]
    for identifiers in (False, True):
        once = iamtriage.redact(text, identifiers=identifiers)
        again = iamtriage.redact(once, identifiers=identifiers)
        ensure(again == once, "redacting twice differs from redacting once", (once, again))


def check_parse(error: str | bytes | BaseException | dict[str, object]) -> None:
    LAST_INPUT[:] = [error]
    failure = iamtriage.parse(error)
    if failure is not None:
        check_explained(failure)
        # A long text is read in pieces, and `text` is then the piece.
        check(failure, error if isinstance(error, str) and len(error) < MAX_WHOLE_LENGTH else None)


def check_scan(text: str) -> None:
    LAST_INPUT[:] = [text]
    whole = list(iamtriage.scan(text))
    for failure in whole:
        check(failure, None)
    lines = list(iamtriage.scan(text.split("\n")))
    ensure(
        [f.kind for f in lines] == [f.kind for f in whole],
        "the lines have other failures than their text",
        (lines, whole),
    )


def check_text(text: str) -> None:
    check_parse(text)
    check_scan(text)
    check_redacted(text)


def check_input(data: Provider) -> None:
    choice = data.ConsumeIntInRange(0, 7)
    if choice == 0:
        check_parse(data.ConsumeBytes(MAX_LENGTH))
    elif choice == 1:
        check_parse(make_document(data))
    elif choice == 2:
        error: Exception = RuntimeError(compose(data))
        error.__cause__ = ValueError(compose(data))
        if data.ConsumeBool():
            error = ExceptionGroup(compose(data), [error, KeyError(compose(data))])
        check_parse(error)
    else:
        check_text(make_text(data))


def check_seeds() -> None:
    for seed in SEEDS:
        check_text(seed) if isinstance(seed, str) else check_parse(seed)


if __name__ == "__main__":
    run(check_input, check_seeds)
