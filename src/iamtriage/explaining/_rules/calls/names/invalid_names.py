"""Explain that IAM rejects the name of a role, user or other resource, because the call passes more than the name.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.calls.names.missing_resources import NAME_DIFFERS
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

INVALID_NAME = lazy_pattern(
    r"specified value for (?P<field>roleName|userName|groupName|policyName|instanceProfileName) is invalid\. It must contain only alphanumeric"
)
"""What IAM says of a name with a character that no name has, such as one that is an ARN or begins with a path."""


def explain_invalid_name(case: Case[AwsError], message: str) -> Explanation:
    """Explain that IAM expects a name alone, without the path before it or the ARN around it."""
    found = INVALID_NAME.search(message)
    field = "userName" if found is None else found["field"]
    kind = re.sub(r"([A-Z])", r" \1", field.removesuffix("Name")).lower()
    option = f"{kind.replace(' ', '-')}-name"
    given = clues.stated_option(case, option)
    name = (given or "").rpartition("/")[2] if given and "/" in given else None
    summary = f"The name of the {kind} has a character that no name in IAM has: most often, it is an ARN, or has a path before it."
    fix = f"Pass the name of the {kind} alone"
    if given and name:
        form = "is an ARN" if given.startswith("arn:") else "has a path before the name"
        summary = f"--{option} {form}, and IAM expects the name alone: {clip_text(name)}."
        fix = f"Pass --{option} {clip_text(name)}"
    value = {"role": commands.role_name, "user": commands.user_name}.get(kind, commands.group_argument)(name)
    again = commands.repeat_command(case.context.command, "iam", changes={option: value}) if name else None
    return case.explain(
        summary,
        NAME_DIFFERS.cause(
            "derived" if name else "possible", text="Names in IAM have no slash and no colon."
        ),
        topic="invalid-request",
        remedies=your_remedy(
            fix,
            "The name is what follows the last slash of the ARN. Paths are for ARNs in policies, not for calls.",
            "A variable that nothing replaced, such as ${NAME}, gives the same error." if not name else None,
            commands=present(again),
            url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
        ),
        notes=NOT_A_DENIAL,
    )
