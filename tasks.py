#!/usr/bin/env python3
"""Everyday commands. Needs nothing but Python 3.11 or newer.

    python3 tasks.py demo              explains examples/terraform-apply.log: why it failed, and what helps
    python3 tasks.py test [OPTIONS]    runs the tests; OPTIONS go to pytest
    python3 tasks.py check             runs formatter, linters, type checkers and the docs build

Each makes the environment .venv beside this file when there is none, installs there what it lacks and
leaves the rest of the machine alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
ON_EVERY_CORE = ["-n", "auto", "--dist", "loadfile"]
PIP_INSTALL = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    """Run a command in the project's folder and return its exit status."""
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode


def must(*command: str | Path) -> None:
    """Run a command and leave with its exit status if it fails."""
    if status := run(*command):
        print("tasks.py: failed:", *command, file=sys.stderr)
        raise SystemExit(status)


def usable() -> bool:
    """Whether .venv holds a Python that starts, is new enough and has pip."""
    probe = f"import sys, pip; raise SystemExit(sys.version_info < {OLDEST})"
    if not PYTHON.exists():
        return False
    try:
        return not subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False).returncode
    except OSError:
        return False


def environment(group: str | None = None) -> None:
    """Make .venv hold the project and, if named, one of its dependency groups."""
    if not usable():
        print("tasks.py: making .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")
        except (subprocess.CalledProcessError, ImportError):
            sys.exit("tasks.py: this Python makes no environments; on Debian: apt-get install python3-venv")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f".installed-{group or 'project'}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("tasks.py: installing iamtriage" + (f" and its {group} group" if group else ""), flush=True)
    must(PYTHON, *PIP_INSTALL, "--upgrade", "pip>=25.1")  # the first pip that knows --group
    must(PYTHON, *PIP_INSTALL, "--editable", ".", *(["--group", group] if group else []))
    stamp.write_text(wanted)


def demo() -> int:
    """Explain a real log."""
    environment()
    print("$ iamtriage explain examples/terraform-apply.log", flush=True)
    return run(PYTHON, "-m", "iamtriage", "explain", "examples/terraform-apply.log")


def test(*options: str) -> int:
    """Run the tests, on every core; ``-n 0`` runs them in one process."""
    environment("tests")
    return run(PYTHON, "-m", "pytest", *ON_EVERY_CORE, *options)


def check() -> int:
    """Run the lint, typing and docs sessions of noxfile.py, in .venv instead of one environment for each."""
    environment("dev")
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    sessions = ("lint", "typing", "docs")
    return run(PYTHON, "-m", "nox", "--no-venv", "--no-install", "--session", *sessions, env=env)


def main(arguments: list[str]) -> int:
    """Run the command that is asked for."""
    # No `match`: an older Python has to come as far as saying that it is too old.
    command, options = arguments[:1], arguments[1:]
    if command == ["test"]:
        return test(*options)
    if arguments == ["demo"]:
        return demo()
    if arguments == ["check"]:
        return check()
    asked = arguments in (["-h"], ["--help"])
    print(__doc__, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        sys.exit(f"tasks.py: Python {needed} or newer is needed, this is {sys.version.split()[0]}")
    sys.exit(main(sys.argv[1:]))
