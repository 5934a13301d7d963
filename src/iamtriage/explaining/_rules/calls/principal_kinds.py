"""Explain policies whose principal is of a kind that no policy accepts, such as an IAM group.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.policy_names import inline_policy_name
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.trust_documents import as_strings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MalformedPolicy

NO_PRINCIPAL = lazy_pattern(
    r"arn:(?P<partition>aws[a-z-]{0,12}):iam::(?P<account>[0-9]{12}):(?P<kind>group|instance-profile)/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,128})",
    re.ASCII,
)
# What to write instead, and the command that prints it.
_INSTEAD = {
    "group": ("the users of the group", "aws iam get-group --group-name {} --query 'Users[].Arn'"),
    "instance-profile": (
        "the role of the instance profile",
        "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[].Arn'",
    ),
}
NOT_A_PRINCIPAL = CauseType(
    "not-a-principal",
    title="A group or an instance profile is named as a principal",
    text="A policy can name accounts, roles, users, federated identities and services as principals, but nothing else of IAM.",
    recognised_by="The ARN of the principal has group/ or instance-profile/.",
    fix="Name users, roles or the account instead, or attach an identity-based policy to the group.",
    sources=(pages.POLICY_PRINCIPAL,),
)


def explain_principal_kind(
    case: Case[MalformedPolicy], named: str, where: str, statement: Mapping[str, object], note: str
) -> Explanation | None:
    """Explain that the principal of a policy is no identity that can call AWS, or return ``None`` if it can be one.

    The text can have the statement, and the note says what became of the policy.
    """
    found = NO_PRINCIPAL.fullmatch(named)
    if found is None:
        return None
    kind = found["kind"].replace("-", " ")
    instead, show = _INSTEAD[found["kind"]]
    root = f"arn:{found['partition']}:iam::{found['account']}:root"
    allow_it = _allow_group(found, root, where, statement) if kind == "group" else None
    again = present(commands.repeat_command(case.context.command)) if allow_it is None else ()
    name_them = your_remedy(
        f"Name {instead} or the account as the principal",
        f"Replace {named} with ARNs that the command prints, or with {root}: then the policies of that account decide who has access.",
        commands=(fill_command(show, found["name"]), *again),
        url=pages.POLICY_PRINCIPAL,
    )
    return case.explain(
        f"AWS rejected the policy because an {'IAM group' if kind == 'group' else kind} cannot be a principal: {named}{where}.",
        NOT_A_PRINCIPAL.cause("derived"),
        topic="invalid-principal",
        remedies=(allow_it, name_them),
        notes=note,
    )


def _allow_group(
    group: re.Match[str], root: str, where: str, statement: Mapping[str, object]
) -> Remedy | None:
    """Return how to give a group what a statement allows it, if the text has the statement and it names a resource."""
    allowed = {**statement, "Resource": statement.get("Resource", "ROLE_ARN")}
    allowed = {key: value for key, value in allowed.items() if key not in {"Sid", "Principal"}}
    is_wide = "NotResource" in statement or "*" in as_strings(allowed["Resource"])
    if allowed.get("Effect") != "Allow" or not as_strings(allowed.get("Action")) or is_wide:
        return None
    step = f"If account {group['account']} also owns the resource, this is enough: leave out the statement{where.removeprefix(' in the statement')}. Otherwise, keep that statement, with {root} as the principal."
    if "Resource" not in statement:
        step = f"Name {root} as the principal of the trust policy: this one lets the group assume the role."
    # The text's own policy.json can be the rejected document.
    template = f"aws iam put-group-policy --group-name {{}} --policy-name {inline_policy_name([allowed])} --policy-document file://group-policy.json"
    return identity_remedy(
        f"Allow it in a policy of the group {group['name']} instead",
        step,
        statements=(allowed,),
        commands=fill_command(template, group["name"]),
        url=pages.MANAGE_POLICIES,
    )
