"""Runs commands of remedies in a real shell that has nothing to run but printers of arguments."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAMS = (
    *("aws", "kubectl", "eksctl", "terraform", "iamtriage"),
    *(
        "curl",
        "date",
        "openssl",
        "kubeadm",
        "env",
        "grep",
        "chronyc",
        "timedatectl",
        "systemctl",
        "journalctl",
    ),
)
"""The programs that commands of remedies may call."""

_SHELL = "/bin/sh"
# Each call writes a file of its own, so that those of a pipeline do not mix: the arguments, each ended by a null
# character. On standard output it prints a word, which a $(…) around it takes.
_PRINTER = """#!/bin/sh
printf '%s\\0' "${0##*/}" "$@" > "$CALLS/$$"
echo PRINTED
"""
_LONGEST = 20  # seconds


@cache
def _printers() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="printers-")
    first = Path(folder.name, PROGRAMS[0])
    first.write_text(_PRINTER, encoding="ascii")
    first.chmod(0o755)
    for name in PROGRAMS[1:]:
        os.link(first, Path(folder.name, name))
    return folder


def arguments_of(command: str) -> list[list[str]]:
    """Run a command where nothing but printers is found, and give what each was called with, its name first.

    The calls of one command come in the order in which they began, those of a pipeline in any order.

    Raises:
        AssertionError: the command failed, printed something of its own, or made a file.
    """
    with TemporaryDirectory(prefix="shell-") as place:
        empty, calls = Path(place, "empty"), Path(place, "calls")
        empty.mkdir()
        calls.mkdir()
        done = subprocess.run(
            [_SHELL, "-c", command],
            cwd=empty,
            env={"PATH": _printers().name, "HOME": str(empty), "TMPDIR": str(empty), "CALLS": str(calls)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        assert not done.stderr, (command, done.stderr)
        assert set(done.stdout.split()) <= {b"PRINTED"}, (command, done.stdout)
        assert not list(empty.iterdir()), f"a file was made by {command!r}"
        files = sorted(calls.iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))
        return [os.fsdecode(file.read_bytes()).split("\0")[:-1] for file in files]
