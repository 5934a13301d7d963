"""What is wrong with an aws-auth ConfigMap, as findings; not for mending it, see ``_fixing``."""

from __future__ import annotations

from typing import Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import escape_controls
from iamtriage.aws_auth._checks import problems
from iamtriage.aws_auth._yaml.source import checked, read
from iamtriage.exceptions import AwsAuthError

__all__ = ("CODES", "Finding", "lint")

_SHOWN = 200

CODES: dict[str, tuple[Literal["error", "warning"], str]] = {
    "unreadable": ("error", "The YAML cannot be read, so nobody is mapped."),
    "not-text": ("error", "A map is a YAML list or mapping; Kubernetes takes text only (`|`)."),
    "not-a-list": ("error", "A map holds no list, or an entry is no mapping; it is not read."),
    "map-name": (
        "error",
        "A key of the data is misspelt (mapRoles, mapUsers, mapAccounts) and has no effect.",
    ),
    "nothing-mapped": ("warning", "There is none of the three maps."),
    "missing-arn": ("error", "An entry has no ARN and is dropped."),
    "unknown-key": ("warning", "A key of an entry means nothing and has no effect."),
    "duplicate-key": ("error", "A key stands twice; the last one wins."),
    "role-path": ("error", "A role's ARN has a path and never matches."),
    "session-arn": ("error", "The ARN of a role session never matches."),
    "instance-profile": ("error", "An instance profile is no principal and never matches."),
    "user-in-roles": ("warning", "A user stands under mapRoles."),
    "role-in-users": ("warning", "A role stands under mapUsers."),
    "root-arn": ("warning", "The ARN stands for the root user only, not for the account."),
    "not-a-principal": ("error", "The ARN is that of a thing that never calls, such as a group."),
    "invalid-arn": ("error", "The text is no ARN, or breaks IAM's rules for names, or has blanks around it."),
    "wildcard": ("error", "A wildcard is not expanded and never matches."),
    "other-partition": ("error", "The partition is not that of the other entries."),
    "duplicate": ("error", "Another entry has the same ARN and wins; a warning where both say the same."),
    "unknown-variable": ("error", "What stands in double braces is no variable and stays as it is."),
    "instance-variable": ("error", "{{EC2PrivateDNSName}} stands under mapUsers; the caller is refused."),
    "node-groups": (
        "error",
        "A node's entry lacks groups; a warning where only Fargate would need one more.",
    ),
    "node-username": ("error", "An entry has a node's groups without a node's user name."),
    "merged-groups": ("error", "Wrong indentation made one group of two."),
    "groups-not-a-list": ("error", "groups is no list, so the caller gets none."),
    "not-text-value": ("error", "An ARN, user name or group is read as a number, truth value or nothing."),
    "system-masters": ("warning", "The group may do everything, and RBAC cannot limit it."),
    "missing-username": ("warning", "An entry has no user name."),
    "sso-matcher": ("warning", "sso needs a feature gate; an error with a partition, which never matches."),
    "invalid-sso": ("error", "The sso part is wrong, and the entry is dropped."),
    "account-mapping": ("warning", "Every principal of an account is let in."),
    "invalid-account": ("error", "A value of mapAccounts is not 12 digits."),
}
"""Every code with its usual severity and its meaning."""


@attrs.frozen
class Finding(View):
    """Something that is wrong.

    Attributes:
        code: one of :data:`iamtriage.aws_auth.CODES`.
        severity: ``"error"`` where somebody is not mapped as written, ``"warning"`` for other things.
        line: where it stands, counted from 1.
        value: what stands there, cut to 200 characters.
        message: why it is wrong.
        fix: what to write instead, or what to do, in words; None where nothing can be said.
    """

    code: str
    severity: Literal["error", "warning"]
    line: int
    value: str
    message: str
    fix: str | None = None


def lint(text: str) -> tuple[Finding, ...]:
    """Find what is wrong with an aws-auth ConfigMap.

    Args:
        text: as for :func:`load`.

    Returns:
        The findings in the order of their lines. YAML that cannot be read is a finding too.

    Raises:
        TypeError: ``text`` is no text.
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
        config_map = read(checked(text))
    except AwsAuthError as error:
        return (Finding("unreadable", "error", error.line, "", str(error)),)
    return tuple(
        Finding(
            problem.code,
            problem.severity or CODES[problem.code][0],
            problem.line,
            _cut(problem.value),
            escape_controls(problem.message),
            None if problem.fix is None else escape_controls(problem.fix),
        )
        for problem in problems(config_map)
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
