"""The package as users install and import it."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import subprocess
import sys

import pytest

import iamtriage


def test_version_is_the_distributions() -> None:
    """One version: the module's and the metadata's."""
    assert iamtriage.__version__ == importlib.metadata.version("iamtriage")


def test_public_names_exist() -> None:
    """Each name of ``__all__`` loads from its module, and is listed."""
    for name in iamtriage.__all__:
        assert getattr(iamtriage, name) is not None
        assert name in dir(iamtriage)
    assert "__version__" in dir(iamtriage)
    assert len(set(iamtriage.__all__)) == len(iamtriage.__all__)


def test_public_packages_export_their_names() -> None:
    """Each public package lists its names and loads them when they are first used."""
    packages = ("actions", "arns", "authorization", "policies", "sts", "trust")
    for package in map(importlib.import_module, (f"iamtriage.{name}" for name in packages)):
        assert dir(package) == sorted(package.__all__)
        for name in package.__all__:
            assert getattr(package, name) is not None
    assert importlib.import_module("iamtriage.policies").PolicyError is iamtriage.PolicyError


def test_unknown_names_raise() -> None:
    """A wrong name is an AttributeError, as of any module, and no import of a private module."""
    for name in ("nonsense", "_reading_", "parsers"):
        with pytest.raises(AttributeError, match=name):
            getattr(iamtriage, name)


def test_star_import_gives_the_public_names() -> None:
    """``from iamtriage import *`` works with lazy names."""
    namespace: dict[str, object] = {}
    exec("from iamtriage import *", namespace)
    assert set(iamtriage.__all__) <= namespace.keys()


def test_types_are_shipped() -> None:
    """py.typed tells type checkers to use the annotations."""
    assert (importlib.resources.files(iamtriage) / "py.typed").is_file()


def test_data_files_are_shipped() -> None:
    """The action table is in the package, with the licenses of its sources."""
    folder = importlib.resources.files("iamtriage.actions")
    assert (folder / "action_table.txt").is_file()
    assert (folder / "LICENSE-action-table.txt").is_file()


def test_command_is_declared() -> None:
    """The distribution installs the command."""
    (entry,) = [e for e in importlib.metadata.entry_points(group="console_scripts") if e.name == "iamtriage"]
    assert entry.value == "iamtriage.cli:main"


def test_import_loads_nothing_needless() -> None:
    """``import iamtriage`` loads no SDK, no readers, no attrs; parsing loads no SDK either."""
    code = (
        "import sys, iamtriage\n"
        "assert not {'attrs', 'attr', 'json', 'iamtriage._reading.parsing', 'botocore', 'boto3'} & (sys.modules.keys() - before), sys.modules.keys() - before\n"
        "iamtriage.parse('AccessDenied: Access Denied')\n"
        "assert not {'botocore', 'boto3', 'kubernetes', 'argparse'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", "import sys; before = set(sys.modules)\n" + code], check=True)


def test_requirements_are_the_three() -> None:
    """Required dependencies are botocore, attrs and typing-extensions, no others."""
    required = {
        r.split(">")[0].strip() for r in importlib.metadata.requires("iamtriage") or () if "extra ==" not in r
    }
    assert required == {"botocore", "attrs", "typing-extensions"}


def test_docstrings_of_public_names() -> None:
    """``help()`` says what each public name is."""
    for name in iamtriage.__all__:
        if name != "Failure":
            assert getattr(iamtriage, name).__doc__, name
