"""Build and check tables of texts with the facts that must be read from them."""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from _pytest.mark import ParameterSet

from iamtriage import parse, scan, to_record
from iamtriage._reading.unwrapping.unwrap import unwrap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from iamtriage import Failure
    from iamtriage._reading.readers.phrases import Phrase

Facts: TypeAlias = "dict[str, object]"
Row: TypeAlias = "tuple[str, str, Facts | None]"
Table: TypeAlias = "tuple[Row, ...]"

ACCOUNT = "111122223333"
ANA = "arn:aws:iam::111122223333:user/ana"
APP = "arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718"
CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/demo"
ROLE = "arn:aws:iam::111122223333:role/team/deploy"
REQUEST = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
DENIAL = f"User: {APP} is not authorized to perform: eks:DescribeCluster on resource: {CLUSTER}"

# An escape, a set of characters, or another character of a pattern.
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_ACCOUNT_OF = re.compile(r"arn:[\w-]*:(?:iam|sts)::(\d{12}):")


def expect(kind: str, **facts: object) -> Facts:
    """Return the expected facts, with those that LABELS.md derives: an action's service, a principal's account."""
    action, principal = facts.get("action"), facts.get("principal", facts.get("k8s_user"))
    if isinstance(action, str) and ":" in action:
        facts.setdefault("service", action.partition(":")[0].lower())
    if isinstance(principal, str):
        account = _ACCOUNT_OF.match(principal)
        if account:
            facts.setdefault("account", account[1])
    return {"kind": kind, **facts}


def denied(**facts: object) -> Facts:
    """Return the expected facts of an access denial."""
    return expect("access_denied", **facts)


DENIED = denied(principal=APP, action="eks:DescribeCluster", resource=CLUSTER)
"""The facts of ``DENIAL``."""


def botocore_text(code: str, operation: str, message: str) -> str:
    """Return an error as botocore prints it."""
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"


def has_fragment(fragments: str, text: str) -> bool:
    """Return whether a text has one of the fragments of a row: literals, some with whole words before them."""
    words = re.sub(r"\W", " ", text, flags=re.ASCII).split()
    flat = text.replace("\n", " ")
    for fragment in fragments.split("|"):
        stated, literal = re.fullmatch(r"(?:<([\w ]+)>)?(.*)", fragment, re.DOTALL).groups("")  # type: ignore[union-attr]
        if literal in flat and all(word in words for word in stated.split()):
            return True
    return False


def split_alternatives(pattern: str) -> list[str]:
    r"""Return the alternatives of a pattern, without splitting its groups and character sets.

    >>> split_alternatives(r"a(?:b|c)|[|]\|d")
    ['a(?:b|c)', '[|]\\|d']
    """
    alternatives, depth = [""], 0
    for token in _TOKEN.findall(pattern):
        depth += (token == "(") - (token == ")")
        if token == "|" and not depth:
            alternatives.append("")
        else:
            alternatives[-1] += token
    return alternatives


def list_alternatives(phrases: Iterable[Phrase]) -> list[tuple[str, str]]:
    """Return each alternative of the rows' patterns with their fragments, and each fragment with their patterns."""
    return [
        each
        for phrase in phrases
        for each in (
            *((phrase.fragment, pattern) for pattern in split_alternatives(phrase.pattern)),
            *((fragment, phrase.pattern) for fragment in phrase.fragment.split("|")),
        )
    ]


def has_example(fragment: str, pattern: re.Pattern[str], table: Iterable[Row]) -> bool:
    """Return whether the fragment and the pattern of a reader's row are both in a text of a table."""
    readable = (unwrap(text).text for _, text, _ in table)
    return any(has_fragment(fragment, text) and pattern.search(text) for text in readable)


def rows(table: Iterable[Row]) -> list[ParameterSet]:
    """Return the parameter sets of a table for ``pytest.mark.parametrize("text, expected", ...)``."""
    return [pytest.param(text, expected, id=name) for name, text, expected in table]


def facts_of(failure: Failure | None) -> Facts | None:
    """Check the spans of a failure, and return its facts: what is not ``None`` in its record."""
    if failure is None:
        return None
    record: Facts = {key: value for key, value in to_record(failure).items() if value is not None}
    start, end = failure.span
    assert 0 <= start <= end <= len(failure.text)
    for key, (first, last) in failure.spans.items():
        assert failure.text[first:last] == str(record[key]), f"the span of {key}"
    return record


def facts_in(error: str | bytes | BaseException | Mapping[str, object]) -> Facts | None:
    """Return the facts that ``parse`` reads, or ``None`` if it finds no failure."""
    return facts_of(parse(error))


def all_facts_in(text: str) -> list[Facts | None]:
    """Return the facts of each failure that ``scan`` reads, in order."""
    return [facts_of(failure) for failure in scan(text)]


def check_rows(
    names: str | Sequence[str],
    rows: Iterable[Any],
    *,
    ids: Iterable[object] | Callable[[Any], object] | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for every row in one go, and fail with every row that fails.

    It takes what ``pytest.mark.parametrize`` takes, for tables of hundreds of cheap rows: as one test, a row costs
    a tenth of what it costs as a test of its own. Fixtures and the parameters of decorators above it are shared by
    all rows.
    """
    keys = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    table = list(rows)
    assert table, "there are no rows"
    labels = [*map(ids, table)] if callable(ids) else [*ids] if ids is not None else table

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(**given: object) -> None:
            failures: list[BaseException] = []
            for row, label in zip(table, labels, strict=True):
                values = row.values if isinstance(row, ParameterSet) else row if len(keys) > 1 else (row,)
                try:
                    test(**given, **dict(zip(keys, values, strict=True)))
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 (raised below)
                    shown = row.id if isinstance(row, ParameterSet) and row.id else label
                    error.add_note(f"The row that failed: {shown!r:.200}")
                    failures.append(error)
            if failures:
                message = f"{len(failures)} of {len(table)} rows failed"
                raise BaseExceptionGroup(message, failures)

        signature = inspect.signature(test)
        others = [each for name, each in signature.parameters.items() if name not in keys]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return decorate
