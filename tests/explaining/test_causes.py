"""The catalogue has every cause once, and each cause has an example that gives it."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections import Counter
from importlib.machinery import ModuleSpec, NamespaceLoader
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import iamtriage
from iamtriage.explaining import Cause, causes
from iamtriage.explaining._classification import _PROPAGATION_CAUSES, _TRANSIENT_CAUSES
from iamtriage.explaining.causes import CauseInfo, all_causes, cause_info
from iamtriage.explaining.causes._catalogue import SUBJECTS, find_definitions, load_examples
from tests.explaining.golden.cases import explained
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import CauseType

RULES = Path(iamtriage.__file__).parent / "explaining" / "_rules"
INFOS = all_causes()
CODES = {info.code for info in INFOS}


def _calls(path: Path, name: str) -> list[ast.Call]:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text if f"{name}(" in text else "")
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


@pytest.mark.unmeasured
@check_rows("path", sorted(RULES.rglob("*.py")), ids=lambda path: str(path.relative_to(RULES)))
def test_rules_build_causes_from_definitions(path: Path) -> None:
    """A rule that builds a cause without a definition has a code that the catalogue doesn't know."""
    assert [ast.unparse(call) for call in _calls(path, "Cause")] == []


def test_codes_are_unique() -> None:
    codes = [definition.code for definition in find_definitions()]
    assert len(codes) == len(set(codes)) == len(INFOS)


def test_codes_stay() -> None:
    """A code is part of the interface. A line of codes.txt that ends with "retired" bars it from being used again.

    Before the release of a code, edit its line. Add the new codes with each release.
    """
    lines = (Path(__file__).parent / "codes.txt").read_text(encoding="utf-8").splitlines()
    kept = {code: info[0] for code, *info in map(str.split, lines) if info[1:] != ["retired"]}
    assert kept == {code: cause_info(code).since for code in kept if code in CODES}
    assert not CODES & {line.split()[0] for line in lines if line.endswith(" retired")}
    assert len(kept) > 300


@pytest.mark.unmeasured
def test_each_definition_is_used() -> None:
    """A definition that no rule uses is a page about nothing."""
    used: set[str] = set()
    defined: set[str] = set()
    for path in RULES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        nodes = list(ast.walk(tree))
        used |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        used |= {n.attr for n in nodes if isinstance(n, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                call = node.value
                if isinstance(call.func, ast.Name) and call.func.id == "CauseType":
                    defined |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    assert defined - used == set()
    assert len(defined) > 100


@check_rows("info", INFOS, ids=lambda info: info.code)
def test_entry_is_complete(info: CauseInfo) -> None:
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", info.code)
    assert info.subject in SUBJECTS
    assert 8 <= len(info.title) <= 80
    assert info.title[0].isupper()
    assert not info.title.endswith(".")
    for text in (info.meaning, info.recognised_by, info.fix):
        assert text.endswith((".", "?", '."')), text
    assert info.sources
    assert all(url.startswith("https://") for url in info.sources)
    assert re.fullmatch(r"\d+\.\d+", info.since)


@pytest.mark.unmeasured
@check_rows("info", INFOS, ids=lambda info: info.code)
def test_example_gives_the_cause(info: CauseInfo) -> None:
    explanation = explained(info.example.name)
    codes = [cause.code for cause in explanation.causes]
    assert info.code in codes
    assert explanation.remedies


def test_no_two_causes_have_the_same_example() -> None:
    """A page that shows another cause's example explains that cause."""
    examples = Counter((info.example.text, str(info.example.facts)) for info in INFOS)
    assert [text for (text, _), count in examples.items() if count > 1] == []


@pytest.mark.unmeasured
@check_rows(
    "definition", [each for each in find_definitions() if each.sign], ids=lambda definition: definition.code
)
def test_sign_shows_its_cause(definition: CauseType) -> None:
    """The example has the words that show the cause, which then comes before all possible ones."""
    explanation = explained(cause_info(definition.code).example.name)
    causes = explanation.causes
    shown = next(cause for cause in causes if cause.code == definition.code)
    assert shown.evidence != "possible"
    assert all(cause.evidence != "possible" for cause in causes[: causes.index(shown)])
    first = explanation.remedies[0]
    # If no title contained these words, the first remedy would be the fix, without steps and commands.
    assert definition.remedy.lower() in first.title.lower()
    assert definition.recognised_by


def test_each_example_belongs_to_a_cause() -> None:
    names = [name for subject in SUBJECTS for name in load_examples(subject)]
    assert sorted(names) == sorted(CODES)


def test_codes_that_decide_about_retries_exist() -> None:
    for code in _PROPAGATION_CAUSES | _TRANSIENT_CAUSES:
        assert cause_info(code).code == code


def test_url_is_in_the_data_of_a_cause() -> None:
    explanation = iamtriage.explain(
        "An error occurred (Throttling) when calling the GetRole operation: Rate exceeded"
    )
    cause = explanation.causes[0]
    assert cause.url == cause_info(cause.code).url == explanation.to_dict()["causes"][0]["url"]
    assert cause.url.endswith("/causes/throttled.html")


def test_a_cause_of_your_own_has_its_own_url() -> None:
    cause = Cause("orders-scp", "The SCP denies it.", "possible", url="https://wiki.example.com/scp")
    assert cause.url == cause.to_dict()["url"] == "https://wiki.example.com/scp"


def test_unknown_code_names_the_closest_ones() -> None:
    with pytest.raises(KeyError, match="unknown cause 'throtled'; did you mean throttled"):
        cause_info("throtled")
    with pytest.raises(KeyError, match="did you mean scp-deny, rcp-deny or resource-deny"):
        cause_info("scp-den")


def test_possible_reasons_follow_their_cause() -> None:
    codes = [info.code for info in INFOS]
    first = codes.index("mfa-code")
    assert codes[first : first + 3] == ["mfa-code", "mfa-code-reused", "mfa-device"]
    first = codes.index("kms-behind-service")
    assert codes[first : first + 3] == ["kms-behind-service", "kms-key-policy", "kms-wrong-region"]


def test_code_must_be_a_string() -> None:
    with pytest.raises(TypeError, match="code must be a string, not int"):
        cause_info(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_entry_is_json_ready() -> None:
    for info in INFOS:
        assert json.loads(json.dumps(info.to_dict()))["url"] == info.url


def test_explaining_loads_no_catalogue() -> None:
    """An explanation needs only its own rules; the catalogue is built when it is asked for."""
    code = (
        "import sys, iamtriage\n"
        "iamtriage.explain('An error occurred (Throttling) when calling the GetRole operation: Rate exceeded').to_dict()\n"
        "loaded = [name for name in sys.modules if name.startswith('iamtriage.explaining')]\n"
        "assert not [name for name in loaded if '.causes' in name or '_rules.denials' in name], loaded\n"
        "from iamtriage.explaining.causes import all_causes\n"
        "assert len(all_causes()) > 100\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_package_lists_its_names() -> None:
    assert dir(causes) == sorted(causes.__all__)


@pytest.mark.parametrize(
    "code", ["throttled", next(info.code for info in INFOS if info.example.facts)], ids=["text", "with facts"]
)
def test_page_of_a_cause(code: str) -> None:
    """The page has the texts of the entry, its sources, and the example with its explanation."""
    info = cause_info(code)
    shown = " ".join(info.to_text().split())
    for text in (info.title, info.meaning, info.fix, info.url, *info.sources, *info.example.facts):
        assert text in shown
    assert info.to_text().endswith(f"\n\n{info.example.explain().to_text(width=80)}")
    assert str(info) == info.to_text()
    assert "\x1b[" in info.to_text(color=True)
    markdown = info.to_markdown()
    assert markdown.startswith(f"## {info.title} `{code}`")
    assert all(f"](<{url}>)" in markdown for url in (*info.sources, info.url))


def test_examples_need_a_loader_for_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader that reads no data files, as some bundlers install, is reported."""
    package = importlib.import_module("iamtriage.explaining._rules.denials")
    assert package.__spec__ is not None
    monkeypatch.setattr(
        package.__spec__, "loader", NamespaceLoader("x", [], lambda name, _: ModuleSpec(name, None))
    )
    load_examples.cache_clear()
    with pytest.raises(FileNotFoundError, match="cannot read the examples of denials"):
        load_examples("denials")
