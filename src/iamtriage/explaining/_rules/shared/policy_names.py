"""Name inline policies after what they allow.

``put-role-policy`` and its kin replace an inline policy of the same name without a question. So the name has the
actions and the resource, which no other policy of the role is likely to have.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders, stated_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: IAM accepts 128 characters.
_MAX_LENGTH = 80
_DIGEST_LENGTH = 8
# A longer name of a long list of actions takes a line for itself.
_MAX_ACTIONS, _MAX_RESOURCES, _MAX_LINE = 3, 2, 72
_MORE = "AndMore"
_RESOURCE = 5
_PART = lazy_pattern(r"[A-Za-z0-9]+", re.ASCII)
_WORD_START = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])", re.ASCII)
_PASSED_TO = "iam:PassedToService"


@functools.lru_cache(maxsize=512)
def statement_id(action: str) -> str:
    """Return a statement ID for an action.

    >>> statement_id("eks:DescribeCluster")
    'EksDescribeCluster'
    """
    service, _, name = action.partition(":")
    return "".join(part.capitalize() for part in service.split("-")) + name


def inline_policy_name(
    statements: Iterable[Mapping[str, Any]],
    account: str | None = None,
    *stated: str | None,
    user: str | None = None,
) -> str:
    """Return a name for an inline policy with these statements, attached to a principal of an account.

    Args:
        statements: The statements of the policy.
        account: The account of the principal.
        stated: The resources as AWS states them, whose names are no placeholders.
        user: What uses all that the policy allows, if its name says more than the actions.

    >>> statement = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-logs/2026/*"}
    >>> inline_policy_name([statement])
    'AllowS3GetObjectOnAcmeLogs2026'
    """
    statements = list(statements)
    names = stated_names(stated)
    parts = [_describe_statement(each, account, names) for each in statements]
    name = "Allow" + "And".join(dict.fromkeys(parts))
    most = max(len(_to_list(each["Action"])) for each in statements)
    is_readable = len(name) <= _MAX_LENGTH and (most <= _MAX_ACTIONS or len(name) <= _MAX_LINE)
    is_readable &= all(len(_to_list(each["Resource"])) <= _MAX_RESOURCES for each in statements)
    if user is None and is_readable and len(set(parts)) == len(parts):
        return name
    # A policy of the same role with the same first action and resource would have allowed the request.
    first = {**statements[0], **{key: _to_list(statements[0][key])[0] for key in ("Action", "Resource")}}
    short = f"Allow{_describe_statement(first, account, names)}"
    if user is not None:
        service = statement_id(f"{first['Action'].partition(':')[0]}:")
        short = short.replace(f"Allow{service}", f"Allow{_to_words(user)}", 1)
    is_exact = "On" in short or first["Resource"] == "*"
    if is_exact and len(short) + len(_MORE) <= _MAX_LENGTH:
        return short if user is not None else f"{short}{_MORE}"
    # Few names are too long, and loading OpenSSL takes longer than explaining.
    import hashlib
    import json

    # The actions and a digest are easier to read than a cut resource.
    actions = "And".join(dict.fromkeys(_describe_actions(_to_list(each["Action"])) for each in statements))
    digest = hashlib.sha256(json.dumps(statements, sort_keys=True).encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{_cut_words(f'Allow{actions}', _MAX_LENGTH - _DIGEST_LENGTH - 1)}-{digest}"


def _cut_words(name: str, length: int) -> str:
    """Return the beginning of a name of capitalized words, without a part of a word at its end."""
    if len(name) <= length:
        return name
    ends = [each.start() for each in _WORD_START.finditer(name) if each.start() <= length]
    return name[: ends[-1]].removesuffix("And") if ends else name[:length]


def _describe_statement(statement: Mapping[str, Any], account: str | None, names: frozenset[str]) -> str:
    actions, resources = _to_list(statement["Action"]), _to_list(statement["Resource"])
    words = _describe_actions(actions)
    on = [each for each in (_describe_resource(resource, account, names) for resource in resources) if each]
    if on:
        words += "On" + "And".join(on)
    passed_to = statement.get("Condition", {}).get("StringEquals", {}).get(_PASSED_TO)
    if isinstance(passed_to, str) and not find_placeholders(passed_to):
        words += f"For{_to_words(passed_to.partition('.')[0])}"
    return words


def _describe_actions(actions: list[str]) -> str:
    """Return the actions as one word, those of a service after its prefix."""
    words, last = "", ""
    for action in actions:
        service, _, name = action.partition(":")
        words += _to_words(name) if service == last else statement_id(f"{service}:{_to_words(name)}")
        last = service
    return words


def _describe_resource(resource: str, account: str | None, names: frozenset[str]) -> str:
    """Return what an ARN adds to the name: its resource, and another account or the region if it has one."""
    fields = resource.split(":", _RESOURCE)
    if len(fields) <= _RESOURCE:
        return ""
    _, _, service, region, owner, name = fields
    if find_placeholders(name, names):
        return ""
    if service == "iam":
        # No two roles of an account differ only in their path.
        name = name.rpartition("/")[2]
    others = [region, owner if account is not None and owner != account else ""]
    return _to_words(name) + "".join(_to_words(each) for each in others if not find_placeholders(each))


def _to_words(text: str) -> str:
    return "".join(part[0].upper() + part[1:] for part in _PART.findall(text))


def _to_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
