"""Nox sessions: ``nox`` runs the default ones, ``nox -l`` lists all.

A session fails if its interpreter is missing. Nothing is skipped silently.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"  # uv, if installed, takes a tenth of pip's time
nox.options.error_on_missing_interpreters = True
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = [
    *("lint", "typing", "typing_user", "docs"),
    *("tests-3.11", "tests-3.13", "aiobotocore", "coverage"),
]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
OLDEST = PYTHONS[0]
# The tests of a file share the servers, kernels and pages that they start, so they run on one core. Without
# reordering, small files run last, so that no core is idle for long.
ON_EVERY_CORE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
# Tests whose result can depend on the Python version: exceptions and their notes, tracebacks, attrs,
# pickling, argparse, the installed package and the examples. The golden files execute all code once. The
# sessions `tests-*` and the GitHub workflow run all tests on each version.
VERSION_DEPENDENT = (
    *("README.md", "docs", "tests/test_packaging.py", "tests/cli/test_arguments.py", "tests/failures"),
    *("tests/explaining/golden", "tests/explaining/test_notes.py", "tests/reading/structured"),
    *("tests/boto/test_collect.py", "tests/boto/test_explain_errors.py", "tests/boto/test_install.py"),
    *("tests/boto/test_explained_functions.py", "tests/boto/test_resisting_errors.py"),
    *("tests/boto/test_shown_notes.py", "tests/boto/test_wrapped.py"),
    *("tests/logs/test_failures.py", "tests/rendering/test_shell.py", "tests/notebook/test_extension.py"),
)
# With more space for new objects, Node collects garbage less often: 7 % of pyright's time.
NODE = {"NODE_OPTIONS": "--max-semi-space-size=64"}
# The version of boto3 for the lowest version of botocore. To find it, pip would download dozens of versions.
MINIMUM_BOTO3 = "boto3==1.28.0"


def groups(*names: str) -> list[str]:
    """Return the requirements of dependency groups."""
    return list(nox.project.dependency_groups(PROJECT, *names))


def wheel(session: nox.Session) -> str:
    """Build the wheel, or use the one in ``-- --wheel=PATH``, and return its path."""
    for argument in session.posargs:
        if argument.startswith("--wheel="):
            return str(Path(argument.removeprefix("--wheel=")).resolve())
    folder = Path(session.create_tmp()) / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    if session.venv_backend == "uv":
        session.run("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), external=True)
    else:
        session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), ".")
    [built] = folder.glob("iamtriage-*.whl")
    return str(built)


def run_tests(session: nox.Session) -> None:
    """Run the tests on the installed package, with coverage in a separate data file."""
    options = [argument for argument in session.posargs if not argument.startswith("--wheel=")]
    # `coverage run` loses the data of some xdist workers. The session `coverage` checks the limit.
    measured = ("--cov", "--cov-report=", "--cov-fail-under=0")
    data = {"COVERAGE_FILE": f".coverage.{session.name}"}
    session.run("python", "-m", "pytest", *measured, *ON_EVERY_CORE, *options, env=data)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on the installed wheel. Options after ``--`` are passed to pytest."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("tests"))
    run_tests(session)
    if "NOX_COVERAGE_LATER" not in os.environ:  # CI combines the versions in a separate job
        session.notify("coverage")


@nox.session(python=PYTHONS[1:])
def portability(session: nox.Session) -> None:
    """Run the tests that can depend on the Python version, on the installed wheel."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("tests"))
    properties = "--ignore-glob=*_properties.py"
    session.run("python", "-m", "pytest", *ON_EVERY_CORE, properties, *session.posargs, *VERSION_DEPENDENT)


@nox.session(python=OLDEST)
def minimum(session: nox.Session) -> None:
    """Run the tests with the lowest version of each dependency that pyproject.toml allows."""
    constraints = Path(session.create_tmp()) / "minimum.txt"
    lowest = [re.sub(r">=", "==", requirement) for requirement in PROJECT["project"]["dependencies"]]
    constraints.write_text("\n".join([*lowest, MINIMUM_BOTO3, ""]), encoding="utf-8")
    built = wheel(session)
    session.install("--force-reinstall", "--no-deps", built)
    session.install(built, *groups("tests"), "--constraint", str(constraints))
    run_tests(session)


@nox.session(python=OLDEST)
def aiobotocore(session: nox.Session) -> None:
    """Run the tests that need aiobotocore, separately because it pins its own botocore."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("aiobotocore"))
    files = ("tests/boto/test_aiobotocore.py", "tests/boto/test_process_libraries.py")
    session.run("python", "-m", "pytest", *files, *session.posargs)


@nox.session(python=OLDEST)
def engines(session: nox.Session) -> None:
    """Run the tests and example jobs that need Spark, Ray and Java 17, separately because they are large."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("engines"))
    # In nox's temporary folder, the paths of Ray's sockets would exceed the limit of the operating system.
    short = {"TMPDIR": tempfile.gettempdir()}
    session.run("python", "-m", "pytest", "tests/engines", *session.posargs, env=short)


@nox.session(python=OLDEST)
def scanner(session: nox.Session) -> None:
    """Scan redacted texts with Betterleaks, separately because of its size. It needs no network."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("scanner"))
    session.run("python", "-m", "pytest", "tests/redaction/test_scanner.py", *session.posargs)


@nox.session(python=OLDEST)
def coverage(session: nox.Session) -> None:
    """Report the branch coverage of all runs. Fails below the limit in pyproject.toml."""
    session.install("coverage[toml]")
    if any(Path().glob(".coverage.*")):
        session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session(python=OLDEST)
def lint(session: nox.Session) -> None:
    """Check the format, the linter and the import layers."""
    session.install("--editable", ".", *groups("lint"))
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports")


@nox.session(python=OLDEST)
def typing(session: nox.Session) -> None:
    """Run the type checkers, which are strict on the package and on typing_tests/."""
    session.install("--editable", ".", *groups("typing", "tests", "docs"), "nox")
    session.run("mypy")
    executable = session.run("python", "-c", "import sys; print(sys.executable)", silent=True)
    session.run("pyright", "--pythonpath", str(executable).strip(), env=NODE)


@nox.session(python=OLDEST)
def typing_user(session: nox.Session) -> None:
    """Run the type checkers on a user's handlers with boto3's types. Every public name must have a type."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("typing"), "boto3", "botocore-stubs", "types-boto3[iam,s3]")
    session.run("mypy", "--strict", "--config-file=", "typing_tests/user")
    executable = session.run("python", "-c", "import sys; print(sys.executable)", silent=True)
    options = ("--pythonpath", str(executable).strip())
    # With the folder's own settings: pyproject.toml excludes it.
    session.run("pyright", *options, "--project", "typing_tests/user")
    session.run("pyright", *options, "--verifytypes", "iamtriage", "--ignoreexternal")


@nox.session(python=OLDEST)
def docs(session: nox.Session) -> None:
    """Build the site in docs/_build. Its examples run with the tests."""
    session.install("--editable", ".", *groups("docs"))
    session.run("sphinx-build", "-q", "-n", "-W", "--keep-going", "-b", "html", "docs", "docs/_build")


@nox.session(python=OLDEST)
def sync(session: nox.Session) -> None:
    """Compare the generated STS table with the latest botocore; ``-- --write`` updates it."""
    session.install("--editable", ".", "--upgrade", "botocore")
    session.run("python", "tools/sync_sts.py", *(session.posargs or ["--check"]))


@nox.session(python=OLDEST)
def bench(session: nox.Session) -> None:
    """Run the benchmarks on the installed wheel."""
    session.install("--force-reinstall", "--no-deps", built := wheel(session))
    session.install(built, *groups("bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session(python=OLDEST)
def fuzz(session: nox.Session) -> None:
    """Fuzz each target for half a minute (Linux). Options after ``--`` are passed to libFuzzer."""
    session.install("--editable", ".[yaml]", *groups("fuzz"))
    for target in sorted(Path("fuzz").glob("fuzz_*.py")):
        # The targets compose texts with modules of the tests.
        session.run(
            "python", str(target), *(session.posargs or ["-max_total_time=30"]), env={"PYTHONPATH": "."}
        )


@nox.session(python=OLDEST)
def audit(session: nox.Session) -> None:
    """Check the dependencies for known vulnerabilities. It is skipped without vulnerability data."""
    session.install("pip-audit")
    project = PROJECT["project"]
    extras = [requirement for each in project["optional-dependencies"].values() for requirement in each]
    folder = Path(session.create_tmp())
    requirements, report = folder / "requirements.txt", folder / "audit.json"
    requirements.write_text("\n".join([*project["dependencies"], *extras, ""]), encoding="utf-8")
    report.unlink(missing_ok=True)
    command = ("pip-audit", "--requirement", str(requirements), "--format", "json", "--output", str(report))
    # 1: there are vulnerabilities, or the service was not reached.
    session.run(*command, success_codes=[0, 1])
    found = json.loads(report.read_text(encoding="utf-8"))["dependencies"] if report.is_file() else []
    # pip-audit also succeeds if the service has no data about any of the packages, like a mirror of PyPI.
    unknown = [each["name"] for each in found if "skip_reason" in each]
    vulnerable = {each["name"]: [one["id"] for one in each["vulns"]] for each in found if each.get("vulns")}
    if vulnerable:
        session.error(f"known vulnerabilities: {vulnerable}")
    if len(unknown) == len(found):
        session.skip("pip-audit got no vulnerability data: nothing was audited")
    if unknown:
        session.warn(f"not audited: {', '.join(unknown)}")
