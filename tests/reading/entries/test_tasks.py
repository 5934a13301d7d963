"""Check that the names of tasks before each line of a log are learned from it."""

from __future__ import annotations

import io

import pytest

from iamtriage import scan
from iamtriage._reading.entries.tasks import find_tasks
from tests.tables import CLUSTER, DENIAL, DENIED, REQUEST, Facts, all_facts_in, check_rows, facts_of

_GO = (
    f"09:00:00 ERROR sync failed: AccessDeniedException: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}"
)
_ANSWERED: Facts = {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 403}
_JS = f"""09:00:01 ERROR AccessDeniedException: {DENIAL.replace("/demo", "/test")}
    at de_CommandError (/app/node_modules/@aws-sdk/client-eks/dist-cjs/index.js:2241:14) {{
  '$fault': 'client',
  '$metadata': {{
    httpStatusCode: 400
  }}
}}
09:00:02 INFO retried after status 503"""
_OBJECT: Facts = {
    **DENIED,
    "resource": str(DENIED["resource"]).replace("/demo", "/test"),
    "code": "AccessDeniedException",
    "status_code": 400,
}
NAMES = {
    "concurrently": ("[web] ", "[api] "),
    "ray": ("(load pid=17, ip=192.0.2.1) ", "(load pid=18, ip=192.0.2.1) "),
    "ray-color": ("\x1b[36m(load pid=17)\x1b[0m ", "\x1b[36m(load pid=18)\x1b[0m "),
    "torchrun": ("[rank0]: ", "[rank1]: "),
    "mpirun": ("[1,0]<stderr>:", "[1,1]<stderr>:"),
    "turborepo": ("@shop/web:deploy: ", "@shop/api:deploy: "),
    "tilt": ("    orders │ ", "   billing │ "),
    "parallel": ("web-1\t", "web-2\t"),
    "fabric": ("[192.0.2.1] out: ", "[192.0.2.2] out: "),
    "grep": ("logs/web.log:", "logs/api.log:"),
    "pnpm": ("packages/web build: ", "packages/api build: "),
    "kail": ("shop/web-x2xkq[app]: ", "shop/api-9wpjq[app]: "),
    "copilot": ("copilot/web/7c9f4 ", "copilot/api/7c9f4 "),
    "mprocs": ("<web> ", "<api> "),
    "arrows": ("web > ", "api > "),
    "slurm": ("0: ", "1: "),
    "tekton": ("[deploy : web] ", "[deploy : api] "),
}


def _log(names: tuple[str, str]) -> str:
    """Return the output of two tasks, line by line in turn."""
    first, second = (text.split("\n") for text in (_GO + "\n09:00:03 INFO ready" * 5, _JS))
    return "".join(
        f"{name}{line}\n"
        for pair in zip(first, second, strict=False)
        for name, line in zip(names, pair, strict=True)
    )


@check_rows("name", NAMES)
def test_tasks_are_told_apart(name: str) -> None:
    log = _log(NAMES[name])
    found = find_tasks(log.splitlines())
    assert {each.rstrip(":") for each in found} == {each.rstrip(":") for each in NAMES[name]}
    assert sorted(all_facts_in(log), key=str) == sorted([_ANSWERED, _OBJECT], key=str)


@check_rows(
    "number",
    ["{}:", "{:6}\t", " {:6} ", "{:4} │ ", "app.log:{}:", "/var/log/app.log.1-{}-"],
    ids=["grep", "cat", "less", "bat", "grep-with-names", "context-of-grep"],
)
def test_numbers_of_lines(number: str) -> None:
    """grep, cat and editors write the numbers of the lines."""
    lines = f"{_GO}\n09:00:01 INFO ready\n{_JS}\n09:00:03 INFO ready".split("\n")
    numbered = [f"{number.format(n)}{line}" for n, line in enumerate(lines, 98)]
    numbered.insert(3, "--")
    assert all_facts_in("\n".join(numbered)) == [_ANSWERED, _OBJECT]


@pytest.mark.parametrize("place", ["{}:", "{:6}\t", "logs/app.log:"], ids=["grep", "cat", "grep-with-names"])
def test_places_of_lines_that_do_not_continue_each_other(place: str) -> None:
    """grep puts the file before a time, too, whose first digits are no number of a line."""
    denied = f"2026-10-07T09:00:01Z \x1b[31mERROR\x1b[0m AccessDeniedException: {DENIAL}"
    served = "2026-10-07T09:00:02Z INFO served status=404 request_id=0a1b2c3d-4e5f"
    lines = [served, denied, served, served, denied.replace("/demo", "/test")]
    log = "".join(f"{place.format(n)}{line}\n" for n, line in enumerate(lines, 1))
    facts = {**DENIED, "code": "AccessDeniedException"}
    assert all_facts_in(log) == [facts, {**facts, "resource": CLUSTER.replace("/demo", "/test")}]
    lines = log.splitlines(keepends=True)
    assert [failure.text for failure in scan(log)] == [lines[1], lines[4]]


def test_lines_below_a_prefix_in_a_file_that_cat_numbers() -> None:
    """A line without a prefix of a logger belongs to the stream of the line before it."""
    log = "".join(
        f"2026-10-07T09:00:0{n}.123456+00:00 orders/app/7c9f4 ERROR {line}\n"
        for n, line in enumerate((_GO, _GO.replace("/demo", "/test").replace(REQUEST[:8], "0a1b2c3d")))
    )
    numbered = "".join(f"{n:6}\t{line}\n" for n, line in enumerate(log.splitlines(), 1))
    found = all_facts_in(numbered)
    assert found == all_facts_in(log)
    assert len(found) == 2


def test_names_before_lines_of_a_logger() -> None:
    """The lines need not continue each other, if their times show that a runner wrote the names."""
    denied = f'{{"level":"error","ts":"2026-10-07T09:00:00Z","error":"AccessDeniedException: {DENIAL}"}}'
    served = '{"level":"info","ts":"2026-10-07T09:00:01Z","msg":"served","status":403}'
    log = "".join(f"[worker-3] {line}\n" for line in (served, denied, served, served))
    assert find_tasks(log.splitlines()) == {"[worker-3] "}
    assert all_facts_in(log) == [{**DENIED, "code": "AccessDeniedException"}]


def test_files() -> None:
    found = list(scan(io.StringIO(_log(NAMES["torchrun"]))))
    assert sorted(map(facts_of, found), key=str) == sorted([_ANSWERED, _OBJECT], key=str)
    assert all(failure.text.startswith("[rank") for failure in found)


@check_rows(
    "lines",
    [
        # Names of threads and levels.
        [f"[main] INFO served {n}" for n in range(9)],
        [f"INFO:     served {n}" for n in range(9)],
        [f"[error]   served {n}" for n in range(9)],
        # A logger names itself once per entry.
        ["[main] ERROR failed", "java.io.IOException: x", "\tat a.B.c(B.java:1)", "\tat a.B.d(B.java:2)"] * 9,
        # Each line has another key.
        [f"key{n}:  value" for n in range(30)],
        [f"2026-10-07 09:00:00 [web]   served {n}" for n in range(9)],
        # Numbers of other things.
        [f"{n % 3}:  served" for n in range(9)],
        [f"09:00:0{n}   served" for n in range(9)],
        [],
    ],
    ids=["threads", "levels", "bracketed-levels", "traces", "keys", "stamps", "numbers", "times", "empty"],
)
def test_logs_without_tasks(lines: list[str]) -> None:
    assert not find_tasks(lines)


def test_a_last_line_without_a_newline_and_a_long_line() -> None:
    long, last = (DENIAL.replace("/demo", name) for name in ("/long", "/last"))
    found = scan(
        f"{_log(NAMES['torchrun'])}[rank0]: 09:00:09 ERROR {'x ' * 20_000}{long}\n[rank1]: 09:00:10 ERROR {last}"
    )
    names = sorted(str(facts["resource"]).rpartition("/")[2] for facts in map(facts_of, found) if facts)
    assert names == ["demo", "last", "long", "test"]
