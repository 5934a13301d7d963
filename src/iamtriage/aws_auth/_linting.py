"""Lint an aws-auth ConfigMap."""

from __future__ import annotations

from typing import Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import escape_controls
from iamtriage.aws_auth._checks import find_problems
from iamtriage.aws_auth._yaml.source import parse_config_map, require_text
from iamtriage.exceptions import AwsAuthError

__all__ = ("CODES", "Finding", "lint")

_MAX_VALUE_LENGTH = 200

CODES: dict[str, tuple[Literal["error", "warning"], str]] = {
    "unreadable": ("error", "The YAML is invalid, so no principal is mapped."),
    "not-text": ("error", "A map is a YAML list or mapping; Kubernetes requires a string (`|`)."),
    "not-a-list": ("error", "A map is not a list, or an entry is not a mapping; it has no effect."),
    "map-name": ("error", "A key in data is misspelled (mapRoles, mapUsers, mapAccounts) and has no effect."),
    "nothing-mapped": ("warning", "All three maps are missing."),
    "missing-arn": ("error", "An entry has no ARN, so the authenticator drops it."),
    "unknown-key": ("warning", "An entry has an unknown key, which has no effect."),
    "duplicate-key": ("error", "A key occurs more than once; the last one wins."),
    "role-path": ("error", "A role's ARN includes its path and never matches."),
    "session-arn": ("error", "The ARN of a role session never matches."),
    "instance-profile": ("error", "An instance profile is not a principal and never matches."),
    "user-in-roles": ("warning", "A user is listed in mapRoles."),
    "role-in-users": ("warning", "A role is listed in mapUsers."),
    "root-arn": ("warning", "The ARN matches only the account's root user, not the whole account."),
    "not-a-principal": ("error", "The ARN is not a principal's but, for example, a group's."),
    "invalid-arn": ("error", "The ARN is malformed, breaks IAM's naming rules, or has whitespace around it."),
    "wildcard": ("error", "A wildcard is not expanded and never matches."),
    "other-partition": ("error", "The partition differs from that of the other entries."),
    "duplicate": ("error", "Another entry has the same ARN and wins; a warning if both are identical."),
    "unknown-variable": ("error", "The text in double braces is not a variable and stays as written."),
    "instance-variable": ("error", "A user has {{EC2PrivateDNSName}}, so the authenticator rejects it."),
    "node-groups": (
        "error",
        "A node's entry lacks groups; a warning if only Fargate requires the missing one.",
    ),
    "node-username": ("error", "An entry has a node's groups without a node's username."),
    "merged-groups": ("error", "Wrong indentation merged two groups."),
    "groups-not-a-list": ("error", "groups is not a list, so the caller gets no groups."),
    "not-text-value": ("error", "An ARN, username, or group is a number, boolean, or null."),
    "system-masters": ("warning", "system:masters has unrestricted access, and RBAC cannot limit it."),
    "missing-username": ("warning", "An entry has no username."),
    "sso-matcher": (
        "warning",
        "sso requires a feature gate; an error with a partition, which never matches.",
    ),
    "invalid-sso": ("error", "The sso mapping is invalid, so the authenticator drops the entry."),
    "account-mapping": ("warning", "Every user and role of an account is mapped."),
    "invalid-account": ("error", "A value in mapAccounts is not a 12-digit account ID."),
}
"""Every code with its usual severity and its meaning."""


@attrs.frozen
class Finding(View):
    """A problem in an aws-auth ConfigMap.

    Attributes:
        code: One of :data:`iamtriage.aws_auth.CODES`.
        severity: ``"error"`` if a principal is not mapped as written, otherwise ``"warning"``.
        line: The line, counted from 1.
        value: The text that the finding is about, truncated to 200 characters.
        message: Why it is a problem.
        fix: What to write instead, or what to do; ``None`` if that is unknown.

    >>> finding = lint('data: {mapRole: "[]"}')[0]
    >>> finding.code, finding.severity
    ('map-name', 'error')
    """

    code: str
    severity: Literal["error", "warning"]
    line: int
    value: str
    message: str
    fix: str | None = None


def lint(text: str) -> tuple[Finding, ...]:
    """Find the problems in an aws-auth ConfigMap.

    Args:
        text: The same as for :func:`load`.

    Returns:
        The findings, sorted by line. Invalid YAML is a finding, too.

    Raises:
        TypeError: ``text`` is not a string.
        ImportError: ruamel.yaml is not installed.

    >>> config_map = '''
    ... data:
    ...   mapRoles: |
    ...     - rolearn: arn:aws:iam::111122223333:role/team/view
    ...       username: view
    ... '''
    >>> for finding in lint(config_map):
    ...     print(finding.line, finding.severity, finding.code, finding.fix)
    4 error role-path arn:aws:iam::111122223333:role/view
    """
    try:
        config_map = parse_config_map(require_text(text))
    except AwsAuthError as error:
        return (Finding("unreadable", "error", error.line, "", str(error)),)
    return tuple(
        Finding(
            problem.code,
            problem.severity or CODES[problem.code][0],
            problem.line,
            _truncate(problem.value),
            escape_controls(problem.message),
            None if problem.fix is None else escape_controls(problem.fix),
        )
        for problem in find_problems(config_map)
    )


def _truncate(text: str) -> str:
    return text if len(text) <= _MAX_VALUE_LENGTH else text[:_MAX_VALUE_LENGTH] + "…"
