"""Find the resource for which a service assumes a role, if it is not the one in the condition of a trust policy."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

_ARN = re.compile(
    r"(?P<type>arn:[\w-]{3,20}:[a-z0-9-]{2,40}:[a-z0-9-]{0,30}:\d{12}:[A-Za-z-]{2,40}[/:])(?P<name>[\w.+=@/-]{1,200}(?:\*)?)\Z"
)
_NAME = r"[\"'`]?(?!(?:an?|another|be|new|our|the|use|[a-z]{2}-[a-z]{4,9}-\d)\b)(?P<name>[A-Za-z][\w-]{1,80}[A-Za-z0-9])[\"'`]?(?![\w/:*=(])"
# What somebody calls a resource that is new, or that replaces another one; and parameters of the call that creates it.
_NEW_NAMES = lazy_pattern(
    rf"\b(?:(?:again|anew|it|re-?created?|renamed?) (?:as|to)|(?:is |are )?(?:now|newly) (?:called|named)|(?P<change>renamed?|moved?) (?:[\w\"'`-]{{2,80}} ){{1,6}}?to|new (?:[\w-]{{2,30}} ){{1,3}}(?:called|named)) {_NAME}"
    rf"|--(?:(?!role|stack|policy|bucket|user|profile)[a-z]{{2,20}}-)?name[ =]{_NAME.replace('name>', 'option>')}"
    rf"|--cli-input-(?:json|yaml) file://(?:[\w.-]{{1,40}}/){{0,6}}{_NAME.replace('name>', 'file>').replace('(?![', '(?=[.](?:json|ya?ml))(?![')}"
)
_PARAMETERS = frozenset(
    ["input", "params", "parameters", "project", "create", "request", "config", "role-name"]
)


def find_source_arn(expected: str, text: str) -> str | None:
    """Return the ARN of the resource that the text has instead of the one that a condition expects.

    >>> find_source_arn("arn:aws:glue:eu-west-1:111122223333:job/old", "we re-created it as orders-v2")
    'arn:aws:glue:eu-west-1:111122223333:job/orders-v2'
    """
    found = _ARN.match(expected)
    if found is None:
        return None
    region = rf"{re.escape(':'.join(found['type'].split(':')[:3]))}:[a-z0-9-]{{0,30}}:\d{{12}}:{re.escape(found['type'].split(':', 5)[5])}[\w.+=@/-]{{1,200}}"
    others = {each.rstrip(".,;") for each in re.findall(region, text)} - {expected.rstrip("*")}
    if others:
        return others.pop() if len(others) == 1 else None
    names = {
        each["name"] or each["option"] or each["file"]
        for each in _NEW_NAMES.finditer(text)
        # Whatever is moved to something has no other name.
        if each["change"] is None or found["name"] in each[0]
    }
    names -= {found["name"], *_PARAMETERS}
    return f"{found['type']}{names.pop()}" if len(names) == 1 else None
