"""Find the elements of a policy in a text whose names are misspelled or in the wrong case, and correct them.

AWS does not say which element it means: a document with the member "action" has "Syntax errors in policy".
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html and, for the case,
https://github.com/pulumi/registry/issues/3911
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice, takewhile
from typing import Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.calls.policies.document_problems import UNKNOWN_FIELD, DocumentProblem
from iamtriage.explaining._rules.shared.remedies import present

__all__ = ("correct_elements", "find_misspelling")

_POLICY = ("Version", "Id", "Statement")
_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_EFFECTS = ("Allow", "Deny")
_UNKNOWN = lazy_pattern(r"Unknown field:? (\w{1,30})")
_MAX_OBJECTS, _CLOSE = 40, 0.8
_BRACE = lazy_pattern(r"\{(?=\s{0,200}\")")
# What introduces a document that the call did not send.
_OLD = lazy_pattern(
    r"(?i:\b(?:old|older|previous|earlier|former|works|worked|working)\b)[^\n{}]{0,40}\n?\s{0,8}\Z"
)
_MAX_WORDS = 100
_DECODER = json.JSONDecoder()
# An Effect in YAML, HCL or a fragment of JSON. The names of the other elements begin in its column.
_EFFECT = lazy_pattern(r"[ \t-]{0,64}[\"']?Effect[\"']?\s{0,20}[:=]")
_ENTRY = lazy_pattern(r"[ \t-]{0,64}[\"']?(?P<name>\w{3,20})[\"']?\s{0,20}[:=]")
_MARKS = " \t-"
_MAX_LINES = 12


class Misspelling(NamedTuple):
    """The elements of a policy whose names AWS does not know.

    Attributes:
        names: The wrong names and values, each with the right one.
        document: The corrected policy, if the text has the whole of it as JSON.
    """

    names: Mapping[str, str]
    document: Mapping[str, Any] | None = None

    def describe(self) -> str:
        """Return what the document has instead of what.

        >>> Misspelling({"action": "Action", "Ressource": "Resource"}).describe()
        '"action" and "Ressource" instead of Action and Resource'
        """
        wrong = join_words(tuple(f'"{each}"' for each in self.names), "and")
        return f"{wrong} instead of {join_words(tuple(self.names.values()), 'and')}"


def correct_elements(problem: DocumentProblem, message: str, text: str) -> DocumentProblem:
    """Return the problem that elements of a policy are misspelled, or the given one if none is.

    Args:
        problem: What AWS says of the document.
        message: Its message, which can name the element.
        text: The text around it, which can contain the document.
    """
    found = find_misspelling(text)
    if found is None and (named := _UNKNOWN.search(message)) and (right := correct_name(named[1])):
        found = Misspelling({named[1]: right})
    if found is None:
        return problem
    step = f"Write {join_words(tuple(found.names.values()), 'and')}: names of elements, Allow and Deny are case-sensitive."
    save = "Save the corrected document, and repeat the call." if found.document else None
    text = f"The document has {found.describe()}."
    return DocumentProblem(UNKNOWN_FIELD, present(step, save), text, found.document)


def correct_name(name: str, known: tuple[str, ...] = (*_POLICY, *_ELEMENTS)) -> str | None:
    """Return the name that a misspelled one stands for.

    >>> correct_name("Principle"), correct_name("action"), correct_name("Comment"), correct_name("Action")
    ('Principal', 'Action', None, None)
    """
    if name in known or not name.isidentifier():
        return None
    lower = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=_CLOSE)
    return lower[close[0]] if close else None


def find_misspelling(text: str) -> Misspelling | None:
    r"""Return the misspelled elements of the first policy in a text that has such.

    >>> find_misspelling('{"Statement": {"Effect": "allow", "action": "s3:*", "Resource": "*"}}')
    Misspelling(names={'action': 'Action', 'allow': 'Allow'}, document={'Statement': {'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}})
    >>> find_misspelling("- Effect: Allow\n  Actions: s3:*\n  Resource: '*'\n").names
    {'Actions': 'Action'}
    """
    for found in _find_objects(text):
        names: dict[str, str] = {}
        document = _correct_policy(found, names)
        if names:
            return Misspelling(names, document if "Statement" in document else None)
    names = _find_names_in_lines(text)
    return Misspelling(names) if names else None


def _find_objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects in a text that are policies or statements, however their members are spelled."""
    end = 0
    for brace in islice(_BRACE.finditer(text), _MAX_OBJECTS):
        if brace.start() < end:
            continue
        try:
            found, end = _DECODER.raw_decode(text, brace.start())
        except (ValueError, RecursionError):
            continue
        is_old = _OLD.search(text, max(0, brace.start() - _MAX_WORDS), brace.start()) is not None
        if isinstance(found, dict) and not is_old and _is_policy(cast("dict[str, Any]", found)):
            yield found


def _is_policy(found: dict[str, Any]) -> bool:
    for name, value in found.items():
        meant = correct_name(name) or name
        if meant == "Statement" and isinstance(value, list | dict):
            return True
        if meant == "Effect" and isinstance(value, str) and value.capitalize() in _EFFECTS:
            return True
    return False


def _correct_policy(found: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return a corrected policy or statement, and add what is wrong to a mapping."""
    corrected = _correct_members(found, (*_POLICY, *_ELEMENTS), names)
    statements: object = corrected.get("Statement")
    if isinstance(statements, list):
        listed = cast("list[object]", statements)
        return {**corrected, "Statement": [_correct_statement(each, names) for each in listed]}
    if "Statement" in corrected:
        return {**corrected, "Statement": _correct_statement(statements, names)}
    return cast("dict[str, Any]", _correct_statement(corrected, names))


def _correct_statement(statement: object, names: dict[str, str]) -> object:
    if not isinstance(statement, dict):
        return statement
    corrected = _correct_members(cast("dict[str, Any]", statement), _ELEMENTS, names)
    effect: object = corrected.get("Effect")
    if isinstance(effect, str) and (right := correct_name(effect, _EFFECTS)) is not None:
        names[effect] = corrected["Effect"] = right
    return corrected


def _correct_members(found: dict[str, Any], known: tuple[str, ...], names: dict[str, str]) -> dict[str, Any]:
    right = {each: meant for each in found if (meant := correct_name(each, known)) and meant not in found}
    names.update(right)
    return {right.get(name, name): value for name, value in found.items()}


def _find_names_in_lines(text: str) -> dict[str, str]:
    """Return the misspelled names that begin in the column of an Effect, in lines around it."""
    lines = text.split("\n")
    effects = [number for number, line in enumerate(lines) if _EFFECT.match(line)]
    entries = (
        entry
        for number in effects[:_MAX_OBJECTS]
        for line in _lines_of_statement(lines, number)
        if (entry := _ENTRY.match(line)) and _column(line) == _column(lines[number])
    )
    found = ((entry["name"], correct_name(entry["name"], _ELEMENTS)) for entry in entries)
    return {name: right for name, right in found if right is not None}


def _lines_of_statement(lines: list[str], number: int) -> Iterator[str]:
    """Yield the lines around one that begin in its column or a later one."""
    for around in (reversed(lines[max(number - _MAX_LINES, 0) : number]), lines[number + 1 :][:_MAX_LINES]):
        yield from takewhile(lambda each: _column(each) >= _column(lines[number]), around)


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(_MARKS))
