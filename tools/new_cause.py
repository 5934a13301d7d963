"""Write the parts of a new cause: its definition, a rule, an example and a line in the changelog.

    python3 tasks.py new-cause denials/services/service_specific passport-revoked "The passport was revoked"

It needs only Python. You must replace the words in capitals that it writes. Until then, the tests fail.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

__all__ = ("add_cause",)

ROOT = Path(__file__).resolve().parents[1]
RULES = Path("src/iamtriage/explaining/_rules")
_SECTION = "#### Explain failures\n"
_IMPORTS = (
    "from iamtriage.explaining._rules.basics import CauseType",
    "from iamtriage.explaining._rules.basics import Explanation",
    "from iamtriage.explaining._rules.shared import pages",
    "from iamtriage.explaining._rules.shared.remedies import your_remedy",
)

_DEFINITION = """{constant} = CauseType(
    "{code}",
    title="{title}",
    text="ONE OR TWO SENTENCES.",
    recognised_by="WHAT STATES IT: WORDS OF THE MESSAGE, AN ERROR CODE.",
    fix="THE TYPICAL FIX.",
    sources=(pages.ACCESS_DENIED,),
)


"""
_RULE = '''

def explain_{name}({arguments}) -> Explanation:
    """Explain THE FAILURE."""
    return {case}.explain(
        "{title}.",
        {constant}.cause("reported"),
        remedies=(your_remedy("WHAT TO DO FIRST", "HOW TO DO IT.", url=pages.ACCESS_DENIED),),
    )
'''
_EXAMPLE = """
[{code}]
text = '''
THE ERROR TEXT, AS THE TOOL PRINTS IT, WITH FICTIONAL NAMES'''
"""
_NEXT_STEPS = """Written: {module}, {examples}, CHANGELOG.md. Next:

1. Replace the words in capitals.
2. Choose the rule: for a service's own denial message in shared/messages/message_rules.py, for other
   access denials in denials/dispatch.py, else in the table _ROUTES of the module for the failure's kind.
3. UPDATE_GOLDEN=1 python -m pytest tests/explaining/golden, and read the new file.
4. python -m pytest tests/explaining/test_causes.py
"""


class CauseError(ValueError):
    """The cause cannot be written."""


def add_cause(place: str, code: str, title: str, *, root: Path = ROOT) -> str:
    """Write the parts of a cause and return instructions for the next steps.

    Args:
        place: The module of the rule below ``_rules``, such as ``"denials/services/service_specific"``.
        code: The code of the cause.
        title: Its title.
        root: The folder of the project.

    Raises:
        CauseError: The module does not exist, or the code or the title cannot be used.
    """
    module = root / RULES / f"{place.removesuffix('.py')}.py"
    examples = root / RULES / place.partition("/")[0] / "examples.toml"
    if not module.is_file() or not examples.is_file():
        msg = f"unknown module {place!r}; expected a module such as denials/services/service_specific"
        raise CauseError(msg)
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", code):
        msg = f"the code must be in lowercase with hyphens, not {code!r}"
        raise CauseError(msg)
    if not re.fullmatch(r'[A-Z][^"\\\n]{7,79}(?<!\.)', title):
        msg = f"the title must be a sentence of 8 to 80 characters without its period, not {title!r}"
        raise CauseError(msg)
    # Each cause has an example.
    if any(
        f"\n[{code}]\n" in path.read_text(encoding="utf-8") for path in (root / RULES).rglob("examples.toml")
    ):
        msg = f"the code {code} exists: iamtriage why {code}"
        raise CauseError(msg)
    name = code.replace("-", "_")
    names = {"code": code, "title": title, "name": name, "constant": name.upper()}
    module.write_text(_with_rule(module.read_text(encoding="utf-8"), names), encoding="utf-8")
    examples.write_text(examples.read_text(encoding="utf-8") + _EXAMPLE.format(**names), encoding="utf-8")
    changelog = root / "CHANGELOG.md"
    changelog.write_text(_with_line(changelog.read_text(encoding="utf-8"), names), encoding="utf-8")
    return _NEXT_STEPS.format(module=module.relative_to(root), examples=examples.relative_to(root))


def _with_rule(source: str, names: dict[str, str]) -> str:
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    argument = next(filter(None, map(_find_case_argument, functions)), None)
    if argument is None:
        msg = "no rule is in this module, only parts of rules; choose one with a function explain_…"
        raise CauseError(msg)
    lines = source.splitlines(keepends=True)
    first = functions[0].lineno - 1 - len(functions[0].decorator_list)
    lines.insert(first, _DEFINITION.format(**names))
    imported = {
        f"from {node.module} import {alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for line in _IMPORTS:
        if line not in imported:
            lines.insert(_find_place(lines, line), f"{line}\n")
    rule = _RULE.format(arguments=ast.unparse(argument), case=argument.arg, **names)
    return "".join(lines) + rule


def _find_case_argument(function: ast.FunctionDef) -> ast.arg | None:
    """Return the argument of a rule: what it explains."""
    returned = ast.unparse(function.returns) if function.returns else ""
    first = function.args.args[0] if function.args.args else None
    if first is None or first.annotation is None or not returned.startswith("Explanation"):
        return None
    is_case = re.search(r"Case\b|\bDenial\b|Denial\Z", ast.unparse(first.annotation))
    return first if is_case else None


def _find_place(lines: list[str], new: str) -> int:
    """Return the number of the line before which an import belongs in alphabetical order."""
    imports = [number for number, line in enumerate(lines) if line.startswith("from iamtriage")]
    module = new.split()[1]
    later = (number for number in imports if lines[number].split()[1] > module)
    return next(later, imports[-1] if imports else 0)


def _with_line(changelog: str, names: dict[str, str]) -> str:
    before, section, after = changelog.partition(_SECTION)
    entries, heading, rest = after.partition("\n#### ")
    title = names["title"]
    line = f"- `explain` names the cause `{names['code']}`: {title[0].lower()}{title[1:]}.\n"
    return f"{before}{section}{entries.rstrip()}\n{line}{heading}{rest}"


def main(arguments: list[str]) -> int:
    """Run the command."""
    if len(arguments) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        sys.stdout.write(add_cause(*arguments))
    except CauseError as error:
        sys.stderr.write(f"new-cause: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
