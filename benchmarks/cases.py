"""Define the benchmarks, one function per topic. Each yields figures."""

from __future__ import annotations

import functools
import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections import deque
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

import iamtriage
from benchmarks import texts
from benchmarks.bulk import bulk
from benchmarks.evaluation import evaluation
from benchmarks.handlers import handlers
from benchmarks.inputs import inputs
from benchmarks.log_files import log_files
from benchmarks.measure import (
    IDENTIFIERS_LIMIT,
    IDENTIFIERS_TARGET,
    Figure,
    best,
    cost_figure,
    growth_and_cost,
    growth_figure,
    ratio,
    seconds,
)
from benchmarks.mixed import mixed_costs, redaction_costs
from benchmarks.processes import copy_package, first_use, imports, time_in_new_process
from benchmarks.reading import CORPUS, corpus, forms, ordinary, streams
from benchmarks.reports import report
from iamtriage.redaction._hiding import hide_secrets
from iamtriage.redaction._identifiers import IdentifierRedaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MIB = 1024 * 1024
LOG_MEGABYTES = 200
# Limits and targets of parse: times the yardstick, and MiB.
PLAIN_LIMIT, PLAIN_TARGET = 8.0, 4.0
MEMORY_LIMIT = 60.0
# Limits and target of ARNs: times botocore's parser, and times those of peers.
ARN_LIMIT, ARN_TARGET = 3.0, 2.0
ARN_PEER_LIMIT = 1.0
# Limits of STS endpoints: times botocore's resolver, and times importing botocore and creating a client.
STS_WARM_LIMIT = 1.0
STS_LIMIT = 0.1
STS_COLD_LIMIT = 0.1
# Limit and target of explain, times parse; limit of the first action look-up of a process, in milliseconds.
EXPLAIN_LIMIT, EXPLAIN_TARGET = 15.0, 10.0
ACTIONS_LIMIT_MS = 15.0

# A pattern that a user would write for the standard denial message.
SENTENCE = re.compile(
    r"An error occurred \((\S+)\) when calling the (\w+) operation: User: (\S+) is not authorized to perform: (\S+)"
    r"(?: on resource: (\S+))?(?: because no (.+?) allows the (\S+) action)?"
)


def plain() -> Iterator[Figure]:
    """Compare parse of a plain boto3 denial with one regex search and its groups."""
    names: dict[str, object] = {"parse": iamtriage.parse, "search": SENTENCE.search, "text": texts.PLAIN}
    failure, m = iamtriage.parse(texts.PLAIN), SENTENCE.search(texts.PLAIN)
    if failure is None or m is None or failure.action != m[4]:
        msg = "the sentence is not read"
        raise AssertionError(msg)
    value, ours, other = ratio("parse(text)", "search(text).groups()", names)
    yield Figure(
        "plain boto3 denial: parse / regex search + groups",
        value,
        "x",
        PLAIN_LIMIT,
        PLAIN_TARGET,
        f"({ours * 1e6:.2f} us / {other * 1e6:.2f} us)",
    )


def drain(text: str) -> None:
    deque(iamtriage.scan(text), maxlen=0)


def adversarial() -> Iterator[Figure]:
    """Measure how the time grows when hostile texts double, and their time per character."""
    long = tuple(size * 1024 for size in (64, 128, 256, 512))
    # Texts of up to this size are parsed at once. Longer ones are parsed in pieces, which hides growth within a piece.
    whole = tuple(size * 1024 for size in (7, 14, 28, 56))
    units = list(dict.fromkeys(texts.ADVERSARIAL))
    for reader, read in (("parse", iamtriage.parse), ("scan", drain)):
        for sizes, words in ((whole, "whole"), (long, "pieces")):
            if reader == "scan" and words == "whole":
                continue
            for unit in units:
                name = f"{reader} ({words}) {texts.shortened(unit)}"
                yield from growth_and_cost(name, read, functools.partial(texts.repeated, unit), sizes)
    for ending in texts.SWITCHES:
        for unit in ("a", "a.", "aws"):
            make = functools.partial(texts.repeated, unit, ending=ending + texts.TRIGGER)
            yield from growth_and_cost(
                f"parse (whole) {unit!r} then {ending.strip()[:34]!r}", iamtriage.parse, make, whole
            )
    for beginning, unit in texts.ENDLESS:
        make = functools.partial(_continued, beginning, unit)
        yield from growth_and_cost(
            f"parse (whole) {texts.shortened(beginning)} then {unit!r}", iamtriage.parse, make, whole
        )
    for depth in (1, 2, 4, 6):
        yield from growth_and_cost(
            f"parse (pieces) JSON escapes, {depth} deep",
            iamtriage.parse,
            functools.partial(texts.repeated, texts.escaped(depth)),
            long,
        )
    nested = functools.partial(_nested, '{"a":')
    yield from growth_and_cost("parse (pieces) JSON nested as deep as long", iamtriage.parse, nested, long)
    yield from mixed_costs([("parse", iamtriage.parse), ("scan", drain)])
    # Exceptions and mappings contain texts of any length, too.
    for unit in (
        "Access Denied\n\n",
        "ThrottlingException: Rate exceeded\n\n",
        "not authorized ",
        "é\n",
        "User: ",
    ):
        yield from growth_and_cost(
            f"parse of an exception {texts.shortened(unit)}",
            _parse_raised,
            functools.partial(texts.repeated, unit),
            whole,
        )
        yield from growth_and_cost(
            f"parse of a mapping {texts.shortened(unit)}",
            _parse_mapping,
            functools.partial(texts.repeated, unit),
            whole,
        )


def _continued(beginning: str, unit: str, size: int) -> str:
    return beginning + texts.repeated(unit, size - len(beginning))


def _nested(opening: str, size: int) -> str:
    return texts.repeated(opening, size - 40, "") + '"eventSource errorCode AccessDenied"'


def _parse_raised(text: str) -> object:
    return iamtriage.parse(RuntimeError(text))


def _parse_mapping(text: str) -> object:
    return iamtriage.parse({"Error": {"Code": "AccessDenied", "Message": text}})


def megabyte() -> Iterator[Figure]:
    """Measure the seconds per megabyte, for one line and for hostile texts."""
    hostile = {
        "one line of 'a'": "a",
        "one line of 'a '": "a ",
        "newlines": "\n",
        "denials, a line each": texts.PLAIN + "\n",
        "denials in one line": texts.PLAIN + " ",
    }
    for name, unit in hostile.items():
        text = texts.repeated(unit, MIB)
        yield Figure(f"parse of 1 MiB, {name}", best(lambda text=text: iamtriage.parse(text), 2), "s")  # type: ignore[misc]
        yield Figure(f"scan of 1 MiB, {name}", best(lambda text=text: drain(text), 2), "s")  # type: ignore[misc]
    worst, which = 0.0, ""
    for unit in texts.ADVERSARIAL:
        text = texts.repeated(unit, MIB // 4)
        taken = 4 * best(lambda text=text: drain(text), 1)  # type: ignore[misc]
        if taken > worst:
            worst, which = taken, unit
    yield Figure(
        "scan of 1 MiB, slowest of the hostile texts", worst, "s", note=f"({texts.shortened(which)})"
    )


MEASURING_SCRIPT = """
import sys, time
from collections import deque
def status(key):
    for line in open('/proc/self/status'):
        if line.startswith(key):
            return int(line.split()[1])
start = status('VmRSS')
import iamtriage
began = time.perf_counter()
found = 0
with open(sys.argv[1], encoding='utf-8', errors='replace') as file:
    for failure in iamtriage.scan(file):
        found += 1
print(found, (status('VmHWM') - start) / 1024, time.perf_counter() - began)
"""


def write_log(path: Path, megabytes: int, every: int = 5000) -> int:
    """Write a log of a size, and return the number of its failures."""
    size = count = number = 0
    limit = megabytes * 1_000_000
    block = [f"{line}\n" for line in texts.ORDINARY]
    with path.open("w", encoding="utf-8") as file:
        while size < limit:
            number += 1
            if number % every == 0:
                count += 1
                line = f"2026-03-14 09:26:53,{count % 1000:03} ERROR reports.upload [worker-{count}] {texts.PLAIN.replace('i-0a1b2c3d4e5f60718', f'i-{count:017x}')}\n"
            else:
                line = block[number % len(block)]
            size += file.write(line)
    return count


def memory() -> Iterator[Figure]:
    """Measure the peak memory and the speed of scan for a large log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "service.log"
        written = write_log(path, LOG_MEGABYTES)
        done = subprocess.run(
            [sys.executable, "-c", MEASURING_SCRIPT, str(path)], check=True, capture_output=True, text=True
        )
    found, peak, taken = done.stdout.split()
    if int(found) != written:
        msg = f"{found} failures found of {written}"
        raise AssertionError(msg)
    yield Figure(
        f"scan of a {LOG_MEGABYTES} MB log: peak memory above the start",
        float(peak),
        "MiB",
        MEMORY_LIMIT,
        None,
        f"({found} failures)",
    )
    yield Figure(f"scan of a {LOG_MEGABYTES} MB log", LOG_MEGABYTES / float(taken), "MB/s")


def typical() -> Iterator[Figure]:
    """Time typical texts, and the functions that process a failure."""
    for name, text in texts.TYPICAL.items():
        failure = iamtriage.parse(text)
        if failure is None or failure.kind not in {"access_denied", "kubernetes_forbidden"}:
            msg = f"{name} is not read"
            raise AssertionError(msg)
        yield Figure(f"parse, {name}", seconds(lambda text=text: iamtriage.parse(text)) * 1e6, "us")  # type: ignore[misc]
    events = [texts.event(number) for number in range(200)]
    taken = seconds(lambda: [iamtriage.parse(event) for event in events], repeats=9)
    yield Figure("parse of CloudTrail records as mappings", len(events) / taken, "1/s")
    lines = json.dumps({"Records": [texts.event(number) for number in range(1000)]})
    loaded = json.loads(lines)
    yield Figure(
        "parse of a Records file of 1000 as a mapping, all read",
        1000 / seconds(lambda: [iamtriage.parse(r) for r in loaded["Records"]], repeats=5),
        "1/s",
    )
    denial = iamtriage.parse(texts.PLAIN)
    if denial is not None:
        record = iamtriage.to_record(denial)
        yield Figure("to_record", seconds(lambda: iamtriage.to_record(denial)) * 1e6, "us")
        yield Figure("from_record", seconds(lambda: iamtriage.from_record(record)) * 1e6, "us")
        yield Figure("fingerprint", seconds(lambda: iamtriage.fingerprint(denial)) * 1e6, "us")


# Packages that parse an ARN into an object, as their documentation shows.
_ARN_PEERS = (
    ("arnparse", "for arn in arns: arnparse(arn)"),
    ("arn", "for arn in arns: Arn(arn)"),
    ("policyuniverse", "for arn in arns: ARN(arn)"),
)


def arns() -> Iterator[Figure]:
    """Compare parse_arn with botocore, which returns a dict, and with packages that return objects."""
    # Imported by name: they have no types, and other benchmarks do not need them.
    parser = import_module("botocore.utils").ArnParser()
    other = import_module("arn").Arn
    names: dict[str, object] = {
        "arns": texts.ARNS,
        "ours": iamtriage.parse_arn,
        "parser": parser,
        "arnparse": import_module("arnparse").arnparse,
        "Arn": other,
        "ARN": import_module("policyuniverse.arn").ARN,
    }
    for text in texts.ARNS:
        ours = iamtriage.parse_arn(text)
        if ours._asdict() != parser.parse_arn(text) or ours.account != other(text).account:
            msg = f"{text} is read differently"
            raise AssertionError(msg)
    rows = (("botocore's ArnParser", "for arn in arns: parser.parse_arn(arn)"), *_ARN_PEERS)
    for name, statement in rows:
        value, mine, theirs = ratio("for arn in arns: ours(arn)", statement, names)
        limit, target = (ARN_LIMIT, ARN_TARGET) if name.startswith("botocore") else (ARN_PEER_LIMIT, None)
        count = len(texts.ARNS)
        yield Figure(
            f"parse_arn / {name}",
            value,
            "x",
            limit,
            target,
            f"({mine / count * 1e6:.2f} us / {theirs / count * 1e6:.2f} us)",
        )


STS_FIRST = "import time; a = time.perf_counter(); from iamtriage.sts import resolve_sts_endpoint; resolve_sts_endpoint('eu-west-1'); print(time.perf_counter() - a)"
STS_CLIENT = "import time; a = time.perf_counter(); import botocore.session; botocore.session.get_session().create_client('sts', region_name='eu-west-1', aws_access_key_id='AKIDEXAMPLE', aws_secret_access_key='example-secret'); print(time.perf_counter() - a)"


def sts() -> Iterator[Figure]:
    """Compare resolve_sts_endpoint with botocore's rule engine, cached and uncached, and with a new client."""
    # Imported by name: it has no types, and other benchmarks do not need it.
    engine = import_module("botocore.endpoint_provider").EndpointProvider
    loader = import_module("botocore.loaders").Loader()
    module = import_module("iamtriage.sts")
    provider = engine(loader.load_service_model("sts", "endpoint-rule-set-1"), loader.load_data("partitions"))
    tables = import_module("iamtriage.sts._endpoint_table").PARTITIONS
    names: dict[str, object] = {
        "ours": module.resolve_sts_endpoint,
        "provider": provider,
        # Without the caches of both.
        "resolved": import_module("iamtriage.sts._endpoints")._resolve,  # noqa: SLF001
        "evaluated": functools.partial(engine._resolve_endpoint.__wrapped__, provider),  # noqa: SLF001
        "regions": [region for partition in tables for region in partition.regions],
    }
    rows = (
        (
            "resolve_sts_endpoint, repeated call / botocore's EndpointProvider.resolve_endpoint",
            "ours('eu-west-1')",
            "provider.resolve_endpoint(Region='eu-west-1', UseFIPS=False, UseDualStack=False, UseGlobalEndpoint=False)",
            STS_WARM_LIMIT,
            1,
        ),
        (
            "resolve_sts_endpoint / EndpointProvider, neither cached, every region",
            "for region in regions: resolved(region, False, False, 'regional')",
            "for region in regions: evaluated(Region=region, UseFIPS=False, UseDualStack=False, UseGlobalEndpoint=False)",
            STS_LIMIT,
            sum(len(partition.regions) for partition in tables),
        ),
    )
    for name, mine, theirs, limit, count in rows:
        value, first, second = ratio(mine, theirs, names)
        note = f"({first / count * 1e6:.2f} us / {second / count * 1e6:.2f} us)"
        yield Figure(name, value, "x", limit, None, note)
    ours: list[float] = []
    clients: list[float] = []
    with copy_package(with_bytecode=True) as installed:
        for _ in range(15):
            clients.append(time_in_new_process(STS_CLIENT))
            ours.append(time_in_new_process(STS_FIRST, **installed))
    note = f"({min(ours) * 1e3:.1f} ms / {min(clients) * 1e3:.1f} ms)"
    yield Figure(
        "first result of a new process / import botocore.session and a client",
        min(ours) / min(clients),
        "x",
        STS_COLD_LIMIT,
        None,
        note,
    )


# attrs is imported first, because this figure is about the table.
FIRST_ACTION = "import time, attrs, iamtriage; a = time.perf_counter(); from iamtriage.actions import actions_for, find_action; actions_for('HeadObject', 's3'); find_action('eks:DescribeCluster'); print(time.perf_counter() - a)"


def explanations() -> Iterator[Figure]:
    """Compare explain with parse, and time the first lookup in the action table."""
    for name, text in {
        **texts.TYPICAL,
        "denial without a reason": texts.REASONLESS,
        **texts.ONE_LINE,
    }.items():
        failure = iamtriage.parse(text)
        if failure is None or not iamtriage.explain(failure).remedies:
            msg = f"{name} is not explained"
            raise AssertionError(msg)
        names: dict[str, object] = {
            "explain": iamtriage.explain,
            "failure": failure,
            "parse": iamtriage.parse,
            "text": text,
        }
        value, ours, other = ratio("explain(failure)", "parse(text)", names, repeats=31)
        note = f"({ours * 1e6:.1f} us / {other * 1e6:.1f} us)"
        yield Figure(f"explain / parse, {name}", value, "x", EXPLAIN_LIMIT, EXPLAIN_TARGET, note)
    denial = iamtriage.parse(texts.PLAIN)
    if denial is not None:
        number = itertools.count()

        def explain_new_resource() -> object:
            # A new resource, so that nothing about it is cached.
            return iamtriage.explain(
                attrs.evolve(denial, resource=f"arn:aws:sqs:eu-central-1:111122223333:q{next(number)}")
            )

        yield Figure("explain of a denial on a new resource", seconds(explain_new_resource) * 1e6, "us")
        shown = iamtriage.explain(denial)
        for form in ("to_text", "to_markdown", "to_html", "to_dict"):
            yield Figure(f"{form} of an explanation", seconds(getattr(shown, form)) * 1e6, "us")
    for form, with_bytecode in (("with", True), ("without", False)):
        with copy_package(with_bytecode=with_bytecode) as environment:
            first = min(time_in_new_process(FIRST_ACTION, **environment) for _ in range(15)) * 1e3
        name = f"first lookup in the action table, new process, {form} bytecode"
        yield Figure(name, first, "ms", ACTIONS_LIMIT_MS)


# In characters, so that a text is read in several blocks.
_COST_SIZE = 64 * 1024


def redaction(folder: Path = CORPUS) -> Iterator[Figure]:
    """Measure the speed of redact, the time for hostile texts, and how it grows when they double."""
    log = "\n".join([*texts.ORDINARY * 20, texts.PLAIN])
    taken = best(lambda: iamtriage.redact(log), 5)
    yield Figure("redact of a log", len(log) / 1e6 / taken, "MB/s")
    taken = best(lambda: iamtriage.redact(log, identifiers=True), 5)
    yield Figure("redact of a log, with identifiers", len(log) / 1e6 / taken, "MB/s")
    # Without identifiers, there is only one round. A text of 64 KiB or more is also searched in pieces.
    sizes = tuple(size * 1024 for size in (64, 128, 256))
    yield growth_figure(
        "redact of a text 'AKIA'", iamtriage.redact, functools.partial(texts.repeated, "AKIA"), sizes
    )
    for unit in (*texts.SECRET_UNITS, "User: ", "arn:", '"', "\\", "\n", "a"):
        make = functools.partial(texts.repeated, unit, ending=texts.SECRET_TRIGGER)
        yield growth_figure(f"redact, a round {texts.shortened(unit)}", hide_secrets, make, sizes)
        yield growth_figure(
            f"redact, a round, identifiers {texts.shortened(unit)}", IdentifierRedaction, make, sizes
        )
    hostile = [
        (unit, texts.repeated(unit, _COST_SIZE, texts.SECRET_TRIGGER))
        for unit in dict.fromkeys((*texts.SECRET_UNITS, *texts.ADVERSARIAL))
    ]
    hostile += ((unit, texts.numbered(unit, _COST_SIZE)) for unit in texts.NUMBERED_UNITS)
    # Nothing repeats in this text, so no memory helps.
    hostile.append(("of starts of secrets in random order", texts.mixed_units(_COST_SIZE)))
    hostile += (
        *texts.mixed_words(_COST_SIZE),
        *texts.settings(_COST_SIZE),
        *texts.encoded(_COST_SIZE),
    )
    for unit, text in hostile:
        name = unit if unit.startswith("of ") else texts.shortened(unit)
        yield cost_figure(f"redact {name}", iamtriage.redact, text)
        yield cost_figure(
            f"redact, identifiers {name}",
            functools.partial(iamtriage.redact, identifiers=True),
            text,
            IDENTIFIERS_LIMIT,
            IDENTIFIERS_TARGET,
        )
    yield from redaction_costs(folder)


BENCHMARKS: dict[str, Callable[[], Iterator[Figure]]] = {
    "plain": plain,
    "forms": forms,
    "corpus": corpus,
    "ordinary": ordinary,
    "streams": streams,
    "import": imports,
    "first-use": first_use,
    "typical": typical,
    "memory": memory,
    "megabyte": megabyte,
    "adversarial": adversarial,
    "inputs": inputs,
    "arns": arns,
    "sts": sts,
    "explain": explanations,
    "redact": redaction,
    "handlers": handlers,
    "evaluate": evaluation,
    "bulk": bulk,
    "log-files": log_files,
    "report": report,
}
