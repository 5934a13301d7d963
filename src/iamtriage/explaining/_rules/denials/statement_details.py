"""Describe the conditions of a policy statement.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_conditions
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


# Parts of condition operators, and what they compare.
_COMPARISONS = {
    "DateLessThanEquals": "not after ",
    "DateLessThan": "before ",
    "DateGreaterThanEquals": "not before ",
    "DateGreaterThan": "after ",
    "LessThanEquals": "at most ",
    "LessThan": "less than ",
    "GreaterThanEquals": "at least ",
    "GreaterThan": "greater than ",
}
_MAX_VALUES = 3
_MAX_ACTIONS = 3


def describe_conditions(statement: Mapping[str, Any]) -> str:
    """Return the conditions of a statement in words.

    >>> describe_conditions({"Condition": {"StringEquals": {"aws:ResourceTag/team": ["data", "ml"]}}})
    'aws:ResourceTag/team is data or ml'
    """
    found = tuple(describe_condition(*each) for each in iterate_conditions(statement))
    return join_words(found[:_MAX_VALUES], "and")


def describe_condition(operator: str, key: str, values: Sequence[str]) -> str:
    """Return when a request meets a condition, as a clause.

    >>> describe_condition("NumericLessThan", "s3:TlsVersion", ["1.2"])
    's3:TlsVersion is less than 1.2'
    """
    if operator == "Null":
        return f"the request has {'no ' if list(values) == ['true'] else ''}{clip_text(key)}"
    comparison = next((words for name, words in _COMPARISONS.items() if name in operator), "")
    return f"{clip_text(key)} is {'not ' if 'Not' in operator else ''}{comparison}{join_values(values)}"


def join_values(values: Sequence[str]) -> str:
    """Return the first values of a condition in words."""
    return join_words(tuple(map(clip_text, values[:_MAX_VALUES])), "or") or "any value"


def excluding_pattern(statement: Mapping[str, Any], action: str) -> str | None:
    """Return the pattern by which the NotAction of a statement excludes an action.

    >>> excluding_pattern({"NotAction": ["iam:*"]}, "iam:PassRole")
    'iam:*'
    """
    patterns = as_strings(statement.get("NotAction"))
    return next((each for each in patterns if matches(action.lower(), compile_glob(each.lower()))), None)


def describe_allowed(statements: Iterable[Mapping[str, Any]], action: str) -> str:
    """Return what statements allow of the service of an action, as the end of a sentence without its period.

    >>> describe_allowed([{"Effect": "Allow", "Action": ["sqs:SendMessage", "s3:*"]}], "sqs:CreateQueue")
    ': of sqs, it allows only sqs:SendMessage'
    """
    service = action.partition(":")[0].lower()
    statements = list(statements)
    excluded = next(filter(None, (excluding_pattern(each, action) for each in statements)), None)
    if excluded is not None and not excluded.startswith("*"):
        return f": its NotAction excludes {clip_text(excluded)}"
    names = dict.fromkeys(
        name
        for each in statements
        for name in as_strings(each.get("Action"))
        if name.lower().startswith(f"{service}:")
    )
    if not names:
        return ""
    shown = tuple(map(clip_text, names))[:_MAX_ACTIONS]
    return f": of {service}, it allows only {join_words(shown, 'and')}{' and others' if len(names) > len(shown) else ''}"
