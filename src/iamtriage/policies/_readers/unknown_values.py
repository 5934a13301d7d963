"""Find the values of a policy that are not known: references of templates and code, and policy variables.

A reference is written as ``${…}``, as in Terraform. Functions of CloudFormation become one.
"""

from __future__ import annotations

from typing import Any, cast

from iamtriage._patterns import lazy_pattern

__all__ = ("has_reference", "resolve_functions", "widen")

# A reference, a placeholder of Jinja or Helm, and one that was cut off.
_UNKNOWN = lazy_pattern(r"\$\{[^{}]{0,400}\}|\{\{[^{}]{0,400}\}\}|\$\{.*")
# Policy variables, which IAM replaces by values of the request. The Serverless Framework has some of its own.
_VARIABLE = lazy_pattern(
    r"\$\{(?:[*?$]|(?!(?:self|opt|env|file|cf|ssm|sls|param|terraform|strToBool):)[a-z][\w.-]{0,120}:[\w/.-]{1,120})(?:,[^{}]{0,200})?\}"
)
_MAX_DEPTH = 12


def widen(pattern: str) -> str:
    """Return a pattern with a wildcard in place of each unknown part.

    >>> widen("arn:aws:s3:::${var.bucket}/*"), widen("arn:aws:s3:::orders/*")
    ('arn:aws:s3:::*/*', 'arn:aws:s3:::orders/*')
    """
    return _UNKNOWN.sub("*", pattern) if "{" in pattern else pattern


def has_reference(value: object, depth: int = 0) -> bool:
    """Return whether a value contains a reference that IAM does not know.

    >>> has_reference(["arn:aws:s3:::home/${aws:username}"]), has_reference(["${aws_s3_bucket.orders.arn}"])
    (False, True)
    """
    if isinstance(value, str):
        return "{" in value and _UNKNOWN.search(_VARIABLE.sub("", value)) is not None
    if depth == _MAX_DEPTH:
        return True
    if isinstance(value, dict):
        return any(has_reference(each, depth + 1) for each in cast("dict[str, object]", value).values())
    return isinstance(value, list) and any(
        has_reference(each, depth + 1) for each in cast("list[object]", value)
    )


def resolve_functions(value: object, depth: int = 0) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a value of a template with a reference in place of each function of CloudFormation.

    >>> resolve_functions({"Resource": {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Orders"}, "/*"]]}})
    {'Resource': 'arn:aws:s3:::${Orders}/*'}
    """
    if depth == _MAX_DEPTH:
        return value
    if isinstance(value, list):
        return [resolve_functions(each, depth + 1) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    items = cast("dict[str, Any]", value)
    name = next(iter(items)) if len(items) == 1 else None
    if name is not None and (name == "Ref" or name.startswith("Fn::")):
        return _resolve_function(name, resolve_functions(items[name], depth + 1))
    return {key: resolve_functions(each, depth + 1) for key, each in items.items()}


def _resolve_function(name: str, argument: object) -> str:
    listed = cast("list[object]", argument) if isinstance(argument, list) else [argument]
    if name == "Fn::Sub" and listed and isinstance(listed[0], str):
        return listed[0]
    if name == "Fn::Join" and len(listed) == 2 and isinstance(listed[0], str) and isinstance(listed[1], list):
        parts = cast("list[object]", listed[1])
        if all(isinstance(part, str) for part in parts):
            return listed[0].join(cast("list[str]", parts))
    if name in {"Ref", "Fn::GetAtt"} and all(isinstance(each, str) for each in listed):
        return f"${{{'.'.join(cast('list[str]', listed))}}}"
    return f"${{{name}}}"
