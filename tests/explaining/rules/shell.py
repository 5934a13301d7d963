"""Run commands of remedies in a real shell whose programs only record their arguments."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

PROGRAMS = (
    *("aws", "kubectl", "eksctl", "kops", "terraform", "iamtriage", "cdk", "npx"),
    *(
        "base64",
        "curl",
        "cut",
        "date",
        "openssl",
        "kubeadm",
        "env",
        "grep",
        "chronyc",
        "timedatectl",
        "systemctl",
        "journalctl",
        "az",
        "gcloud",
        "doctl",
        "oc",
        "docker",
        "git",
        "jq",
        "kubelogin",
        "sudo",
        "tee",
        "tr",
        "w32tm",
    ),
)
"""The programs that commands of remedies can call."""

_SHELL = "/bin/sh"
# Each call writes its null-terminated arguments to a separate file, so that the calls of a pipeline do not mix. The
# files are numbered, because calls within one tick of the clock have the same time. A call prints a word to standard
# output, for a $(…) around it.
_PRINTER = """#!/bin/sh
set -C
number=0
until { printf '%s\\0' "${0##*/}" "$@" > "$CALLS/$number"; } 2> /dev/null; do number=$((number + 1)); done
echo PRINTED
"""
_TIMEOUT = 20  # seconds


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
    """Run a command and return the arguments of each call, name first.

    The calls are in the order in which they began, those of a pipeline in any order.

    Raises:
        AssertionError: The command failed, printed something or created a file other than a saved policy.
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
            timeout=_TIMEOUT,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        assert not done.stderr, (command, done.stderr)
        assert set(done.stdout.split()) <= {b"PRINTED"}, (command, done.stdout)
        made = {file.name for file in empty.iterdir()}
        assert made <= {"policy.json", "trust.json", "old-policy.json", "old-trust.json"}, (
            f"{made} were made by {command!r}"
        )
        files = sorted(calls.iterdir(), key=lambda file: int(file.name))
        return [os.fsdecode(file.read_bytes()).split("\0")[:-1] for file in files]
