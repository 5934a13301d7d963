"""Compare parsing with one regular expression, and measure how exactly ``scan`` parses logs.

The yardstick is one ``search`` of a compiled pattern and ``groups()`` on a denial message, which is the code that a
user would write.
"""

from __future__ import annotations

import functools
import json
import re
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

import iamtriage
from benchmarks import pastes, texts
from benchmarks.measure import Figure, ratio
from benchmarks.stream_logs import generate_streams
from benchmarks.stream_scores import Score, score
from iamtriage import testing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from iamtriage.testing import EnvelopeName, Sample

# Limits and targets of reading.
STRUCTURED_LIMIT, STRUCTURED_TARGET = 8.0, 6.0
OUTPUT_LIMIT, OUTPUT_TARGET = 12.0, 8.0
OTHER_MEDIAN_LIMIT, OTHER_MEAN_LIMIT = 30.0, 60.0
MEDIAN_LIMIT, MEDIAN_TARGET = 60.0, 40.0
MEAN_LIMIT, MEAN_TARGET = 150.0, 100.0
ERRORS_LIMIT, ERRORS_TARGET = 10.0, 6.0
ORDINARY_LIMIT, ORDINARY_TARGET = 8.0, 5.0
EXACT_LIMIT = 0.97
STREAM_FAILURES = 2000
STREAM_SEED = 20_261

SENTENCE = texts.PLAIN.partition("operation: ")[2]
REFERENCE_PATTERN = re.compile(
    r"User: (?P<principal>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: (?P<resource>\S+))?"
    r"(?: because no (?P<policy_type>[\w -]+?) policy allows the \S+ action)?"
)
LITERAL = "is not authorized to perform"
# Labeled real texts, which are not part of the project. A checkout can have them in an adjacent folder.
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


def _compare(error: object, **options: float) -> tuple[float, str]:
    """Return the time of ``parse`` as a multiple of the yardstick, and a note with the times."""
    names = {
        "parse": iamtriage.parse,
        "error": error,
        "search": REFERENCE_PATTERN.search,
        "sentence": SENTENCE,
    }
    value, ours, other = ratio("parse(error)", "search(sentence).groups()", names, **options)  # type: ignore[arg-type]
    return value, f"({ours * 1e6:.2f} us / {other * 1e6:.2f} us)"


def _client_error(sample: Sample) -> ClientError:
    return cast("ClientError", sample.exception())


_DENIAL = testing.denial(
    "s3:GetObject",
    principal="arn:aws:sts::111122223333:assumed-role/report-writer/i-0a1b2c3d4e5f60718",
    resource="arn:aws:s3:::quarterly-reports/2026/q1.csv",
)
_BARE = testing.denial("s3:GetObject", bare=True)
_EXPIRED = testing.expired_credentials("ListObjectsV2", "s3")
_THROTTLED = testing.throttled("DescribeInstances", "ec2")
_FORBIDDEN = testing.kubernetes_forbidden("ana", "list", "deployments", api_group="apps", namespace="shop")


def structured_errors() -> Mapping[str, object]:
    """Return errors with structured facts, by the names of their figures."""
    record = texts.event()
    return {
        "ClientError, denial": _client_error(_DENIAL),
        "ClientError, bare denial of S3": _client_error(_BARE),
        "ClientError, expired credentials": _client_error(_EXPIRED),
        "ClientError, throttled": _client_error(_THROTTLED),
        "response of a ClientError": _client_error(_DENIAL).response,
        "CloudTrail record": record,
        "EventBridge event": {
            "version": "0",
            "id": "1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b",
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.sqs",
            "account": "111122223333",
            "time": "2026-03-14T09:26:53Z",
            "region": "eu-central-1",
            "resources": [],
            "detail": record,
        },
    }


_ENVELOPES: tuple[EnvelopeName, ...] = (
    "message", "botocore", "cli", "cli-legacy", "cli-v1", "cli-json", "go-v1", "go-v2", "java-v1", "java-v2", "js-v2",
    "js-v3", "dotnet", "ruby", "rust", "cpp", "body", "cloudformation", "terraform-plain",
)  # fmt: skip


def unmodified_outputs() -> Mapping[str, str]:
    """Return unmodified output of SDKs, tools and services, by the names of their figures."""
    outputs = {f"{name} output": _DENIAL.text(name) for name in _ENVELOPES}
    outputs |= {
        "kubectl output": _FORBIDDEN.text("kubectl"),
        "Status of an API server": _FORBIDDEN.text("kubernetes-status"),
        "botocore output, bare denial of S3": _BARE.text("botocore"),
        "botocore output, expired credentials": _EXPIRED.text("botocore"),
        "botocore output, throttled": _THROTTLED.text("botocore"),
        "CloudTrail record as JSON": json.dumps(texts.event()),
    }
    stated = _DENIAL.text("botocore")
    outputs |= {
        "output after a time stamp": f"2026-03-14 09:26:53,589 ERROR reports.upload {stated}",
        "output after a logger's name": f"ERROR:reports.upload:{stated}",
        "output in a log line of Lambda": f"[ERROR]\t2026-03-14T09:26:53.589Z\t5f6e7d8c-9b0a-4c1d-8e2f-3a4b5c6d7e8f\t{stated}",
        "output after klog's header": f"E0314 09:26:53.589793       1 reports.go:142] {_DENIAL.text('go-v2')}",
        "output in logfmt": f'time="2026-03-14T09:26:53Z" level=error msg={json.dumps(_DENIAL.text("go-v2"))}',
    }
    return outputs


def forms() -> Iterator[Figure]:
    """Compare parse of structured errors and of unmodified output with the yardstick."""
    for group, limit, target in (
        (structured_errors(), STRUCTURED_LIMIT, STRUCTURED_TARGET),
        (unmodified_outputs(), OUTPUT_LIMIT, OUTPUT_TARGET),
    ):
        for name, error in group.items():
            if iamtriage.parse(error) is None:  # type: ignore[arg-type]
                msg = f"{name} is not read"
                raise AssertionError(msg)
            value, note = _compare(error, repeats=25, min_seconds=0.002)
            yield Figure(f"parse, {name} / yardstick", value, "x", limit, target, note)
    costs = _costs(map(_service_error, texts.SERVICE_ERRORS))
    limits = (OTHER_MEDIAN_LIMIT, None), (OTHER_MEAN_LIMIT, None)
    yield from _averages(f"{len(costs)} ClientErrors with other messages", costs, limits)


def _service_error(stated: tuple[str, str, str]) -> ClientError:
    code, operation, message = stated
    metadata = {
        "RequestId": "1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b",
        "HTTPStatusCode": 400,
        "RetryAttempts": 0,
    }
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
    return ClientError(cast("Any", response), operation)


def _costs(errors: Iterable[object]) -> list[float]:
    return [_compare(error, repeats=5, min_seconds=0.0005)[0] for error in errors]


def real_texts(folder: Path) -> list[str]:
    """Return the texts in the ``dev*.jsonl`` files of a folder."""
    return [
        json.loads(line)["text"]
        for file in sorted(folder.glob("dev*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
        if line
    ]


def corpus(folder: Path = CORPUS) -> Iterator[Figure]:
    """Compare parse of pasted and logged texts with the yardstick, including real ones if they are available."""
    costs = _costs(pastes.PASTES.values())
    yield from _averages(f"{len(costs)} fictional pastes", costs)
    real = real_texts(folder)
    if not real:
        yield Figure("parse of real texts: skipped", 0, "texts", note=f"(no dev*.jsonl in {folder})")
        return
    costs = _costs(real)
    limits = (MEDIAN_LIMIT, MEDIAN_TARGET), (MEAN_LIMIT, MEAN_TARGET)
    yield from _averages(f"{len(costs)} real texts", costs, limits)


def _averages(
    name: str, costs: list[float], limits: Sequence[tuple[float | None, float | None]] = ((None, None),) * 2
) -> Iterator[Figure]:
    """Yield the median and the mean; ``limits`` are the limit and the target of each."""
    averages = ("median", statistics.median(costs)), ("mean", statistics.mean(costs))
    for (average, value), limit in zip(averages, limits, strict=True):
        yield Figure(f"parse of {name} / yardstick, {average}", value, "x", *limit)


def ordinary() -> Iterator[Figure]:
    """Compare parse of log lines without a failure with one str.find, or with the yardstick for error lines."""
    for line in (*texts.ORDINARY, *texts.ERRORS):
        if iamtriage.parse(line) is not None:
            msg = f"a failure in {line!r}"
            raise AssertionError(msg)
    values: list[float] = []
    for line in texts.ORDINARY:
        names: dict[str, object] = {"parse": iamtriage.parse, "line": line, "literal": LITERAL}
        values.append(ratio("parse(line)", "line.find(literal)", names, repeats=31, min_seconds=0.002)[0])
    count = len(values)
    for which, value in (("median", statistics.median(values)), ("worst", max(values))):
        limit = ORDINARY_LIMIT if which == "median" else None
        target = ORDINARY_TARGET if which == "median" else None
        name = f"ordinary log line: parse / str.find, {which} of {count} lines"
        yield Figure(name, value, "x", limit, target)
    values = [_compare(line, repeats=15, min_seconds=0.002)[0] for line in texts.ERRORS]
    name = f"ERROR or WARN line without a failure: parse / yardstick, {{}} of {len(values)} lines"
    yield Figure(name.format("median"), statistics.median(values), "x", ERRORS_LIMIT, ERRORS_TARGET)
    yield Figure(name.format("worst"), max(values), "x")


@functools.cache
def _stream_score() -> Score:
    streams = generate_streams(STREAM_SEED, STREAM_FAILURES)
    return Score(tuple(verdict for stream in streams for verdict in score(stream).verdicts))


def streams() -> Iterator[Figure]:
    """Measure how many failures in generated logs scan parses exactly, and how many with facts of others."""
    total = _stream_score()
    note = f"(of {total.expected} failures)"
    yield Figure("scan of generated logs: exact", total.exact, "", EXACT_LIMIT, None, note, is_minimum=True)
    mixed = total.count("mixed")
    yield Figure("scan of generated logs: with facts of other entries", mixed, "", 0.0, None, note)
