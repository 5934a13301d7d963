"""Find the values of placeholders in the ARNs of the caller and of the resource, which the text need not state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import IdentityCenterRole, RoleSession
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.principal_words import stated_role, try_parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

__all__ = ("values_of_resource", "values_of_session")

_PLAIN = lazy_pattern(r"\w[\w./=+@,-]{0,512}", re.ASCII)
_KINDS_OF_SESSIONS = frozenset({"expired_credentials", "invalid_credentials"})
# The placeholders for the name of a resource, by the start of its ARN after the partition.
_NAMES = {
    "dynamodb": ("table/", "TABLE_NAME"),
    "ec2": ("instance/", "INSTANCE_ID"),
    "kms": ("key/", "KEY_ID"),
    "lambda": ("function:", "FUNCTION_NAME"),
    "logs": ("log-group:", "LOG_GROUP_NAME"),
    "s3": ("", "BUCKET"),
}


def values_of_resource(resource: str | None, lines: str) -> Iterator[tuple[str, str]]:
    """Yield the placeholders that the ARN of the resource replaces in lines.

    >>> dict(values_of_resource("arn:aws:s3:::orders/1.csv", ""))
    {'BUCKET': 'orders', 'OBJECT_KEY': '1.csv'}
    """
    arn = try_parse_arn(resource)
    prefix, word = _NAMES.get(arn.service, ("", "")) if arn is not None else ("", "")
    if arn is None or not word or not arn.resource.startswith(prefix):
        return
    name, _, rest = arn.resource.removeprefix(prefix).partition(":" if prefix.endswith(":") else "/")
    # An access key has an ID, too.
    if "--access-key-id KEY_ID" not in lines and _PLAIN.fullmatch(name):
        yield word, name
    if word == "BUCKET" and _PLAIN.fullmatch(rest):
        yield "OBJECT_KEY", rest
    if word == "KEY_ID" and commands.arn(str(arn)) == str(arn):
        yield "KEY_ARN", str(arn)


def values_of_session(failure: Failure | None, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield the role and the name of the session whose credentials AWS rejected: the remedies are about them.

    The roles of IAM Identity Center cannot be assumed.
    """
    if failure is None or failure.kind not in _KINDS_OF_SESSIONS:
        return
    case = Case(failure, facts)
    session = case.principal
    if not isinstance(session, RoleSession) or isinstance(session.role, IdentityCenterRole):
        return
    role = stated_role(session, case.text) or session.role
    named = (
        ("ROLE_NAME", role.name, commands.role_name),
        ("ROLE_ARN", str(role), commands.arn),
        ("SESSION_NAME", session.session_name, commands.session_name),
    )
    for word, value, argument in named:
        if argument(value) == value:
            yield word, value
