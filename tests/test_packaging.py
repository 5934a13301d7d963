"""Test the package as users install and import it."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import pkgutil
import pydoc
import re
import subprocess
import sys
import typing
from typing import TYPE_CHECKING

import attrs
import pytest

import iamtriage
from iamtriage._lazy import lazy_names
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path


def test_version_is_the_distributions() -> None:
    """The module and the metadata have the same version."""
    assert iamtriage.__version__ == importlib.metadata.version("iamtriage")


def test_public_names_exist() -> None:
    """Each name in ``__all__`` can be loaded and is in ``dir()``."""
    for name in iamtriage.__all__:
        assert getattr(iamtriage, name) is not None
        assert name in dir(iamtriage)
    assert "__version__" in dir(iamtriage)
    assert len(set(iamtriage.__all__)) == len(iamtriage.__all__)


def test_help_needs_no_extra() -> None:
    """``help(iamtriage)`` loads each name of ``dir()``, also if the libraries of the extras are missing."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['duckdb', 'pyarrow', 'ruamel', 'IPython', 'rich', 'pandas']))\n"
        "import iamtriage, pydoc; print(pydoc.render_doc(iamtriage)); print(sorted(dir(iamtriage)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Find out why AWS denied a call" in done.stdout
    names = done.stdout.splitlines()[-1]
    assert "'arns'" in names
    assert not {"arrow", "aws_auth", "report"} & set(re.findall(r"'(\w+)'", names))
    assert "'arrow'" in str(dir(iamtriage))


def test_public_packages_export_their_names() -> None:
    """Each public package lists its names and loads them when they are first used."""
    names = [name for _, name, is_package in pkgutil.iter_modules(iamtriage.__path__) if is_package]
    packages = [importlib.import_module(f"iamtriage.{name}") for name in names if not name.startswith("_")]
    assert sum(hasattr(each, "__getattr__") for each in packages) > 10
    for package in (each for each in packages if hasattr(each, "__getattr__")):
        assert dir(package) == sorted(package.__all__)
        for name in package.__all__:
            assert getattr(package, name) is not None
    assert importlib.import_module("iamtriage.policies").PolicyError is iamtriage.PolicyError


def test_unknown_names_raise() -> None:
    """An unknown name raises an AttributeError, as for any module, and imports nothing."""
    for name in ("nonsense", "_reading_", "parsers"):
        with pytest.raises(AttributeError, match=name):
            getattr(iamtriage, name)


def test_star_import_gives_the_public_names() -> None:
    """``from iamtriage import *`` works with lazy names."""
    namespace: dict[str, object] = {}
    exec("from iamtriage import *", namespace)
    assert set(iamtriage.__all__) <= namespace.keys()


def test_types_are_shipped() -> None:
    """With py.typed, type checkers use the annotations."""
    assert (importlib.resources.files(iamtriage) / "py.typed").is_file()


def test_data_files_are_shipped() -> None:
    """The action table is in the package, with the licenses of its sources."""
    folder = importlib.resources.files("iamtriage.actions")
    assert (folder / "action_table.txt").is_file()
    assert (folder / "LICENSE-action-table.txt").is_file()


def test_command_is_declared() -> None:
    """The distribution installs the command."""
    (entry,) = [e for e in importlib.metadata.entry_points(group="console_scripts") if e.name == "iamtriage"]
    assert entry.value == "iamtriage.__main__:run"


def test_import_loads_nothing_needless() -> None:
    """``import iamtriage`` loads no SDK, no readers, no attrs; parsing loads no SDK either."""
    code = (
        "import sys, iamtriage\n"
        "assert not {'attrs', 'attr', 'json', 'iamtriage._reading.parsing', 'botocore', 'boto3'} & (sys.modules.keys() - before), sys.modules.keys() - before\n"
        "iamtriage.parse('AccessDenied: Access Denied')\n"
        "assert not {'botocore', 'boto3', 'kubernetes', 'argparse'} & sys.modules.keys()\n"
    )
    subprocess.run([sys.executable, "-c", "import sys; before = set(sys.modules)\n" + code], check=True)


_FIRST_ERROR = """
import re, sys, typing
from botocore.exceptions import ClientError
import iamtriage
response = {"Error": {"Code": sys.argv[1], "Message": sys.argv[2]}, "ResponseMetadata": {"HTTPStatusCode": 403}}
explanation = iamtriage.explain(ClientError(response, sys.argv[3]))
assert explanation.failure.envelope.code == sys.argv[1]
loaded = [name for name in sys.modules if name.startswith("iamtriage")]
annotations = lambda value: vars(value).get("__annotations__", {}).values()
is_compiled = lambda annotation: isinstance(annotation, typing.ForwardRef)
compiled = [
    f"{name}.{key}"
    for name in loaded
    for key, value in vars(sys.modules[name]).items()
    if isinstance(value, re.Pattern)
    or (isinstance(value, type) and hasattr(value, "__attrs_attrs__") and "__eq__" in vars(value))
    or (isinstance(value, type) and issubclass(value, tuple) and any(map(is_compiled, annotations(value))))
]
print(str(explanation).count("\\n") > 3, ",".join(compiled) or "none", *loaded)
"""
# Readers of texts, and what other explanations, remedies and texts for people need.
_NEEDLESS = (
    "_reading.assembly",
    "_reading.entries",
    "_reading.readers",
    "_reading.root_causes",
    "_reading.structured.exceptions",
    "_reading.texts",
    "_rendering.blocks",
    "_rendering.explanations",
    "_rendering.value_keys",
    "authorization",
    "explaining._additions.remedy_values",
    "explaining._content",
    "explaining._context.searching",
    "explaining._given_facts",
    "explaining._rules.kubernetes.",
    "explaining._sources",
    "failures._records",
    "inputs",
    "redaction",
    "trust",
)
# What a denial needs only if its text shows more than the principal, the action, the resource and the reason.
_NEEDLESS_FOR_PLAIN_DENIALS = (
    "exceptions",
    "_reading.canonical.kinds",
    "_reading.canonical.message_table",
    "_reading.structured.bodies",
    "_reading.structured.unknown_messages",
    "_reading.vocabulary.codes",
    "explaining._context.values",
    "explaining._rules.denials.callers",
    "explaining._rules.denials.node_roles",
    "explaining._rules.denials.other_policies",
    "explaining._rules.shared.messages.decisions",
    "explaining._rules.shared.messages.derived_actions",
    "explaining._rules.shared.messages.message_rules",
    "explaining._rules.shared.remedies",
    "explaining._rules.shared.messages.decisions",
    "explaining._rules.shared.texts.text_signs",
)


@check_rows(
    ("code", "message", "operation", "needless"),
    [
        ("AccessDenied", "Access Denied", "GetObject", ()),
        (
            "AccessDeniedException",
            "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:eu-west-1:111122223333:cluster/c because no identity-based policy allows the eks:DescribeCluster action",
            "DescribeCluster",
            (
                "actions",
                "policies",
                "sts",
                "explaining._context.readers.kubernetes.controllers",
                "explaining._rules.shared.clues",
                "explaining._rules.shared.commands",
                "explaining._rules.shared.requirements.companion_actions",
                "explaining._rules.shared.requirements.tasks",
                *_NEEDLESS_FOR_PLAIN_DENIALS,
            ),
        ),
        (
            "AccessDenied",
            "User: arn:aws:sts::111122223333:assumed-role/report-writer/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::quarterly-reports/2026/q1.csv because no identity-based policy allows the s3:GetObject action",
            "GetObject",
            _NEEDLESS_FOR_PLAIN_DENIALS,
        ),
        ("ExpiredToken", "The security token included in the request is expired", "GetCallerIdentity", ()),
        ("ThrottlingException", "Rate exceeded", "DescribeCluster", ()),
    ],
)
def test_a_first_error_loads_what_it_needs(
    code: str, message: str, operation: str, needless: tuple[str, ...]
) -> None:
    """A ClientError is read without the readers of texts, and explained without the rules for others."""
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_ERROR, code, message, operation],
        check=True,
        capture_output=True,
        text=True,
    )
    has_text, compiled, *loaded = done.stdout.split()
    assert has_text == "True"
    # An import compiles no pattern and no annotation, and attrs no methods to compare: see lazy_pattern(), Value and
    # the NamedTuple of _typing.
    assert compiled == "none"
    prefixes = tuple(f"iamtriage.{part}" for part in (*_NEEDLESS, *needless))
    assert [name for name in loaded if name.startswith(prefixes)] == []


# What only other texts than the one of a plain denial need, or only other remedies.
_NEEDLESS_FOR_COMMANDS = (
    "_reading.assembly",
    "_reading.canonical.kinds",
    "_reading.readers",
    "_reading.texts",
    "_reading.vocabulary.codes",
    "explaining._context.readers.command_lines",
    "explaining._context.readers.command_runs",
    "explaining._context.readers.statements",
    "explaining._rules.shared.grants.unnamed_calls",
    "explaining._rules.shared.messages.decisions",
    "explaining._rules.shared.texts.deployment_tools",
    "explaining._context.values",
    "inputs._records",
    "policies._managed_policies",
    "policies._readers.unknown_values",
    "redaction",
)


@pytest.mark.parametrize("command", ["explain", "parse"])
def test_a_command_loads_what_it_needs(command: str) -> None:
    code = (
        "import sys; sys.argv[0] = 'iamtriage'\n"
        "from iamtriage.cli import main\n"
        "main()\n"
        "print('loaded', *(name for name in sys.modules if name.startswith('iamtriage.')))\n"
    )
    text = "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/report-writer/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::quarterly-reports/2026/q1.csv because no identity-based policy allows the s3:GetObject action"
    done = subprocess.run(
        [sys.executable, "-c", code, command, "-"], input=text, check=True, capture_output=True, text=True
    )
    shown, _, loaded = done.stdout.partition("\nloaded ")
    assert "s3:GetObject" in shown
    prefixes = tuple(f"iamtriage.{part}" for part in _NEEDLESS_FOR_COMMANDS)
    assert [name for name in loaded.split() if name.startswith(prefixes)] == []


def test_a_short_file_needs_no_readers_of_texts() -> None:
    """The command reads its input as a stream. Unmodified SDK output in a short one loads as little as in a string."""
    code = (
        "import io, sys\n"
        "from iamtriage._reading.parsing import parse_stream\n"
        "assert parse_stream(io.StringIO(sys.argv[1])).kind == 'access_denied'\n"
        "print(*(name for name in sys.modules if name.startswith('iamtriage._reading')))\n"
    )
    text = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    done = subprocess.run([sys.executable, "-c", code, text], check=True, capture_output=True, text=True)
    needless = ("assembly", "entries", "readers", "root_causes", "structured", "texts")
    prefixes = tuple(f"iamtriage._reading.{part}" for part in needless)
    assert [name for name in done.stdout.split() if name.startswith(prefixes)] == []


def test_annotations_resolve() -> None:
    """Libraries such as cattrs resolve the annotations of each public class with attributes."""
    public = [getattr(iamtriage, name) for name in iamtriage.__all__]
    classes = [value for value in public if isinstance(value, type) and attrs.has(value)]
    assert len(classes) > 20
    for cls in classes:
        assert typing.get_type_hints(cls)
    assert typing.get_type_hints(iamtriage.Facts)["decoded_message"] == iamtriage.DecodedMessage | None


@pytest.mark.parametrize(
    "code",
    [
        "from house import door",
        "import house; house.door",
        "import house; hasattr(house, 'door')",
        "from house import broken",
    ],
)
def test_a_broken_module_shows_its_error(tmp_path: Path, code: str) -> None:
    """An AttributeError in a lazily loaded module is not reported as a name that cannot be imported."""
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from iamtriage._lazy import lazy_names\n"
        "__getattr__ = lazy_names(__name__, {'door': 'broken'}, {'broken'})\n"
    )
    (package / "broken.py").write_text("import re\ndoor = re.no_such_thing\n")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "door = re.no_such_thing" in done.stderr
    assert "cannot import name" not in done.stderr
    last_line = done.stderr.strip().splitlines()[-1]
    assert last_line == (
        "ImportError: house.broken cannot be loaded: module 're' has no attribute 'no_such_thing'"
    )


def test_a_name_that_its_module_lacks_shows_the_module() -> None:
    load = lazy_names("iamtriage", {"nonsense": "exceptions"})
    with pytest.raises(ImportError, match=r"iamtriage\.exceptions cannot be loaded: .*'nonsense'"):
        load("nonsense")


@pytest.mark.unmeasured
def test_help_begins_with_what_people_do_first() -> None:
    shown = pydoc.plain(pydoc.render_doc(iamtriage))
    description = shown.partition("DESCRIPTION")[2].partition("PACKAGE CONTENTS")[0]
    calls = ("explain(", "parse(", "is_access_denied(", "policy_for(", "redact(")
    positions = [description.find(f"iamtriage.{call}") for call in calls]
    assert positions == sorted(positions)
    assert positions[0] > 0


def test_requirements_are_the_three() -> None:
    """Required dependencies are botocore, attrs and typing-extensions, no others."""
    required = {
        r.split(">")[0].strip() for r in importlib.metadata.requires("iamtriage") or () if "extra ==" not in r
    }
    assert required == {"botocore", "attrs", "typing-extensions"}


def test_docstrings_of_public_names() -> None:
    """``help()`` describes each public name."""
    for name in iamtriage.__all__:
        if name != "Failure":
            assert getattr(iamtriage, name).__doc__, name
