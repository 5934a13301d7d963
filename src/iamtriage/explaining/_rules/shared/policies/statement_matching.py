"""Match the statements of policies with a request, as far as both are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.policies._masked_arns import sanitize_arn
from iamtriage.policies._patterns import compile_glob, intersects, matches
from iamtriage.policies._readers.elements import as_strings, principal_names
from iamtriage.policies._readers.unknown_values import widen

_PARTS_OF_ARN = 6
_REGION, ACCOUNT = 3, 4
_REGION_OF_SERVICE = lazy_pattern(rf"\.{REGION}\.(?=amazonaws\.com\Z)")


def names_action(statement: Mapping[str, Any], action: str) -> bool | None:
    """Return whether a statement is about an action, ``None`` if a reference may stand for it."""
    return _names(statement, "Action", action.lower(), str.lower)


def names_service(statement: Mapping[str, Any], service: str) -> bool:
    """Return whether a statement names a service, with or without the Region in which it calls.

    >>> names_service({"Principal": {"Service": "logs.eu-west-1.amazonaws.com"}}, "logs.amazonaws.com")
    True
    """
    names = principal_names(statement, "Service")
    return any(service in {each, _REGION_OF_SERVICE.sub(".", each)} for each in names)


def names_resource(statement: Mapping[str, Any], resource: str | None) -> bool | None:
    """Return whether a statement covers a resource, or every one if the denial names none.

    It is ``None`` if a reference or a policy variable may stand for the resource. A masked account is that of
    the statement; another masked part or a placeholder may stand for anything.

    >>> masked, sqs = "arn:aws:sqs:us-east-1:************:jobs", "arn:aws:sqs:us-east-1:111122223333:{}"
    >>> [names_resource({"Resource": sqs.format(name)}, masked) for name in ("jobs", "mail")]
    [True, False]
    """
    listed = as_strings(statement.get("Resource"))
    if resource is None:
        return "*" in listed
    found = {_names(statement, "Resource", each, _expand) for each in _fill_account(resource, listed)}
    if True in found:
        return True
    unknown = compile_glob(_mask_unknown(resource))
    is_open = resource != _mask_unknown(resource) and any(
        intersects(compile_glob(widen(each)), unknown) for each in listed
    )
    return None if is_open or None in found else False


def _expand(resource: str) -> str:
    """Return the abbreviated resource of an API's policy, such as ``execute-api:/*``, as a pattern of ARNs."""
    short = resource.startswith("execute-api:/")
    return f"arn:*:execute-api:*:*:*/{resource.partition('/')[2]}" if short else resource


def _fill_account(resource: str, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return an ARN with a masked account as the ARNs in the accounts of patterns, or as it is."""
    parts = resource.split(":", ACCOUNT + 1)
    if len(parts) != _PARTS_OF_ARN or "ACCOUNT_ID" not in (sanitize_arn(resource) or ""):
        return (resource,)
    accounts = [each.split(":", ACCOUNT + 1)[ACCOUNT:-1] for each in patterns]
    filled = [":".join((*parts[:ACCOUNT], each[0], parts[-1])) for each in accounts if each]
    return (*dict.fromkeys(filled), resource)


def _mask_unknown(resource: str) -> str:
    """Return an ARN with a wildcard in place of each masked part and placeholder."""
    safe = sanitize_arn(resource) or resource
    for word in (words := find_placeholders(safe)):
        safe = safe.replace(word, "*")
    return safe if words else resource


def _names(
    statement: Mapping[str, Any], element: str, value: str, convert: Callable[[str], str] = str
) -> bool | None:
    """Return whether a value matches an element of a statement, or does not match its Not element."""
    excluded = as_strings(statement.get(f"Not{element}"))
    listed = [convert(each) for each in excluded or as_strings(statement.get(element))]
    if any(widen(each) == each and matches(value, compile_glob(each)) for each in listed):
        return not excluded
    if any(widen(each) != each and matches(value, compile_glob(widen(each, value))) for each in listed):
        return None
    return bool(excluded)


def excluding_pattern(statement: Mapping[str, Any], action: str) -> str | None:
    """Return the pattern by which the NotAction of a statement excludes an action.

    >>> excluding_pattern({"NotAction": ["iam:*"]}, "iam:PassRole")
    'iam:*'
    """
    patterns = as_strings(statement.get("NotAction"))
    return next((each for each in patterns if matches(action.lower(), compile_glob(each.lower()))), None)


def other_region(resource: str, allowed: Sequence[str]) -> str | None:
    """Return the only Region in which patterns allow a resource, if nothing else differs.

    >>> other_region("arn:aws:sqs:us-east-1:111122223333:jobs", ["arn:aws:sqs:eu-west-1:111122223333:*"])
    'eu-west-1'
    """
    parts = {differing_part(resource, each) for each in allowed} - {None}
    index, region = parts.pop() or (0, "") if len(parts) == 1 else (0, "")
    has_region = any(resource.split(":")[_REGION : _REGION + 1])
    return region if has_region and index == _REGION and region and "*" not in region else None


def differing_part(resource: str, allowed: str) -> tuple[int, str] | None:
    """Return the index and the pattern of the only part of an ARN that does not match, if there is one."""
    parts, patterns = _mask_unknown(resource).split(":", 5), allowed.split(":", 5)
    if not len(parts) == len(patterns) == _PARTS_OF_ARN:
        return None
    pairs = enumerate(zip(parts, patterns, strict=True))
    differing = [
        index for index, (part, each) in pairs if part != "*" and not matches(part, compile_glob(each))
    ]
    if len(differing) != 1 or differing[0] not in range(1, _PARTS_OF_ARN - 1):
        return None
    return differing[0], patterns[differing[0]]


def list_actions(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the actions of statements."""
    return {name for each in statements for name in as_strings(each.get("Action"))}
