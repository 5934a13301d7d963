#!/usr/bin/env python3
"""Everyday commands. You need only Python 3.11 or newer.

    python3 tasks.py demo              explain examples/terraform-apply.log: why it failed, and how to fix it
    python3 tasks.py test [OPTIONS]    run the tests; OPTIONS are passed to pytest
    python3 tasks.py new-cause MODULE CODE TITLE
                                       write the parts of a new cause of explanations
    python3 tasks.py check [SESSION ...]
                                       run the formatter, linters, type checkers and the docs build, or
                                       only some of the sessions lint, typing and docs

Each command creates the environment .venv in this folder if necessary, and installs what is missing. It
changes nothing else on the machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
# Without reordering, small files run last, so that no core is idle for long.
ON_EVERY_CORE = ["-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder"]
PIP_INSTALL = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"]


def run(*command: str | Path) -> int:
    """Run a command in the project's folder and return its exit status.

    The environment .venv is active for it, also if the shell has another one, about which IPython would warn.
    """
    sys.stdout.flush()
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode


def run_or_exit(*command: str | Path) -> None:
    """Run a command, and exit with its status if it fails."""
    if status := run(*command):
        print("tasks.py: failed:", *command, file=sys.stderr)
        raise SystemExit(status)


def is_usable() -> bool:
    """Return whether .venv has a Python that starts, is new enough and has pip."""
    probe = f"import sys, pip; raise SystemExit(sys.version_info < {OLDEST})"
    if not PYTHON.exists():
        return False
    try:
        return not subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False).returncode
    except OSError:
        return False


def installer() -> list[str | Path]:
    """Return the command that installs packages in .venv: uv if it is on PATH, else pip."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", PYTHON]
    pip: list[str | Path] = [PYTHON, *PIP_INSTALL]
    run_or_exit(*pip, "--upgrade", "pip>=25.1")  # the first pip with --group
    return pip


def prepare_environment(group: str | None = None) -> None:
    """Install the project in .venv, and one of its dependency groups, if named."""
    if not is_usable():
        print("tasks.py: creating .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")
        except (subprocess.CalledProcessError, ImportError):
            sys.exit(
                "tasks.py: this Python cannot create environments; on Debian: apt-get install python3-venv"
            )
    version = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = VENV / f".installed-{group or 'project'}"
    if stamp.exists() and stamp.read_text() == version:
        return
    print("tasks.py: installing iamtriage" + (f" and its {group} group" if group else ""), flush=True)
    run_or_exit(*installer(), "--editable", ".", *(["--group", group] if group else []))
    stamp.write_text(version)


def demo() -> int:
    """Explain a real log."""
    prepare_environment()
    print("$ iamtriage explain examples/terraform-apply.log", flush=True)
    return run(PYTHON, "-m", "iamtriage", "explain", "examples/terraform-apply.log")


def test(*options: str) -> int:
    """Run the tests on every core. ``-n 0`` runs them in one process."""
    prepare_environment("tests")
    return run(PYTHON, "-m", "pytest", *ON_EVERY_CORE, *options)


def check(*sessions: str) -> int:
    """Run the lint, typing and docs sessions of noxfile.py in .venv, without separate environments."""
    prepare_environment("dev")
    wanted = sessions or ("lint", "typing", "docs")
    return run(PYTHON, "-m", "nox", "--no-venv", "--no-install", "--session", *wanted)


def main(arguments: list[str]) -> int:
    """Run a command."""
    # No `match`, so that older versions of Python can run this and report that they are too old.
    command, options = arguments[:1], arguments[1:]
    if command == ["test"]:
        return test(*options)
    if command == ["new-cause"]:
        return run(sys.executable, "tools/new_cause.py", *options)
    if arguments == ["demo"]:
        return demo()
    if command == ["check"] and set(options) <= {"lint", "typing", "docs"}:
        return check(*options)
    is_help = arguments in (["-h"], ["--help"])
    print(__doc__, file=sys.stdout if is_help else sys.stderr)
    return 0 if is_help else 2


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        sys.exit(f"tasks.py: expected Python {needed} or newer, got {sys.version.split()[0]}")
    sys.exit(main(sys.argv[1:]))
