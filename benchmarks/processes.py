"""Measure the costs that occur once per process: imports, the first use, the start of the command."""

from __future__ import annotations

import compileall
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import iamtriage
from benchmarks import texts
from benchmarks.measure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

IMPORT_LIMIT = 1.5
# Limits and targets of new processes.
COMMANDS = {"explain": (9.0, 6.0), "parse": (6.0, 4.0)}
FIRST_LIMIT, FIRST_TARGET = 3.0, 2.0

TIMED_IMPORT = "import sys, time; a = time.perf_counter(); import {}; print(time.perf_counter() - a)"
FIRST = "import sys, time, iamtriage; a = time.perf_counter(); iamtriage.parse(sys.argv[1]); print(time.perf_counter() - a)"
# The first parse imports attrs, which is a dependency, so the time includes it.
FIRST_ERROR = """
import sys, time, iamtriage
from botocore.exceptions import ClientError
metadata = {"RequestId": "7QX2A9K4M1P8R5T3", "HTTPStatusCode": 403}
error = ClientError({"Error": {"Code": "AccessDenied", "Message": sys.argv[1]}, "ResponseMetadata": metadata}, "GetObject")
start = time.process_time()
iamtriage.explain(iamtriage.parse(error))
print(time.process_time() - start)
"""
IMPORT_ATTRS = "import time; a = time.process_time(); import attrs; print(time.process_time() - a)"
_ROUNDS = 15


def time_in_new_process(code: str, *arguments: str, **environment: str) -> float:
    """Return the seconds that code in a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )
    return float(done.stdout)


def imports() -> Iterator[Figure]:
    """Compare the import with the import of attrs, and time the first parse, in new processes."""
    ours: list[float] = []
    theirs: list[float] = []
    with copy_package(with_bytecode=True) as installed:
        for _ in range(25):
            theirs.append(time_in_new_process(TIMED_IMPORT.format("attrs")))
            ours.append(time_in_new_process(TIMED_IMPORT.format("iamtriage"), **installed))
        note = f"({min(ours) * 1e3:.1f} ms / {min(theirs) * 1e3:.1f} ms)"
        yield Figure(
            "import iamtriage / import attrs", min(ours) / min(theirs), "x", IMPORT_LIMIT, None, note
        )
        for name in ("plain boto3 denial", "Terraform box"):
            taken = min(time_in_new_process(FIRST, texts.TYPICAL[name], **installed) for _ in range(10))
            yield Figure(f"first parse of a new process, {name}", taken * 1e3, "ms")


@contextlib.contextmanager
def copy_package(*, with_bytecode: bool) -> Iterator[dict[str, str]]:
    """Copy the package, with bytecode as pip installs it, or without, as in a Lambda zip.

    Yields:
        The environment in which the copy is imported.
    """
    with tempfile.TemporaryDirectory() as folder:
        package = Path(iamtriage.__file__).parent
        shutil.copytree(package, Path(folder, package.name), ignore=shutil.ignore_patterns("__pycache__"))
        if with_bytecode:
            compileall.compile_dir(folder, quiet=1)
        yield {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}


def _processor_time(command: Sequence[str], text: str, environment: Mapping[str, str]) -> float:
    """Run a command, which must exit with status 0, and return its processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        input=text,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_use() -> Iterator[Figure]:
    """Compare the command with an empty Python process, and the first explanation with the import of attrs."""
    with copy_package(with_bytecode=True) as installed, copy_package(with_bytecode=False) as packed:
        yield from _commands(installed)
        yield from _first_errors({"with bytecode": installed, "without bytecode": packed})


def _commands(environment: Mapping[str, str]) -> Iterator[Figure]:
    commands = {name: [sys.executable, "-m", "iamtriage", name, "-"] for name in COMMANDS}
    commands["nothing"] = [sys.executable, "-c", "pass"]
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(_ROUNDS):
        for name, command in commands.items():
            best[name] = min(best[name], _processor_time(command, texts.PLAIN, environment))
    empty = best["nothing"]
    for name, (limit, target) in COMMANDS.items():
        note = f"({best[name] * 1e3:.0f} ms / {empty * 1e3:.0f} ms)"
        yield Figure(
            f"iamtriage {name} / python -c pass, new processes", best[name] / empty, "x", limit, target, note
        )


def _first_errors(environments: Mapping[str, dict[str, str]]) -> Iterator[Figure]:
    message = texts.PLAIN.partition("operation: ")[2]
    best = dict.fromkeys(environments, float("inf"))
    attrs = float("inf")
    for _ in range(_ROUNDS):
        attrs = min(attrs, time_in_new_process(IMPORT_ATTRS))
        for name, environment in environments.items():
            best[name] = min(best[name], time_in_new_process(FIRST_ERROR, message, **environment))
    for name, value in best.items():
        yield Figure(
            f"first parse and explain of a ClientError / import attrs, {name}",
            value / attrs,
            "x",
            FIRST_LIMIT,
            FIRST_TARGET,
            f"({value * 1e3:.1f} ms / {attrs * 1e3:.1f} ms)",
        )
