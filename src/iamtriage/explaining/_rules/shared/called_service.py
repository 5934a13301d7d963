"""Find which of several services a text names as the called one.

Evidence is an AWS CLI command for the operation, or a client, module or class named after the service on the
failure's line. Other mentions of services, as in prose or ARNs, are ignored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._lookup import service_prefix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("find_called_service",)

_CHARS_OF_COMMAND = 1_000
_MAX_LINE = 400
_CHARS_AFTER = 1_000
_COMMAND = lazy_pattern(r"\baws ([a-z][a-z0-9-]{1,40}) ([a-z][a-z0-9-]{1,80})(?![\w-])", re.ASCII)
# "organizations_service", "OrganizationsClient"
_SERVICE_NAME = lazy_pattern(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]{1,60}(?:_?[Ss]ervice|_?[Cc]lient))(?![A-Za-z0-9])", re.ASCII
)
_CLIENT = lazy_pattern(r"\b(?:client|resource)\(\s?[\"']([a-z][a-z0-9-]{1,40})[\"']", re.ASCII)


def find_called_service(failure: Failure, candidates: Collection[str]) -> str | None:
    """Return the service, out of candidate prefixes, that the text names as called, if exactly one."""
    text, (start, end) = failure.text, failure.span
    operation = failure.envelope.operation or ""
    echoed = text[max(start - _CHARS_OF_COMMAND, 0) : start]
    commands = [client for client, command in _COMMAND.findall(echoed) if command == _cli_command(operation)]
    if commands:
        return _unique_service(commands[-1:], candidates)
    line = text.rfind("\n", max(start - _MAX_LINE, 0), start) + 1 or max(start - _MAX_LINE, 0)
    return _unique_service(_client_names(text[line : min(end, start + _CHARS_AFTER)]), candidates)


def _cli_command(operation: str) -> str:
    """Return an operation's name as an AWS CLI command.

    >>> _cli_command("ListPolicies"), _cli_command("DescribeDBClusters")
    ('list-policies', 'describe-db-clusters')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", operation).lower()


def _client_names(line: str) -> Iterator[str]:
    for pattern in (_SERVICE_NAME, _CLIENT):
        yield from pattern.findall(line)


def _unique_service(names: Collection[str] | Iterator[str], candidates: Collection[str]) -> str | None:
    found = {service_prefix(name) for name in names} & set(candidates)
    return found.pop() if len(found) == 1 else None
