"""Explain that a role of another account can't be passed to a service.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.denials.passing_roles import find_stated_role
from iamtriage.explaining._rules.denials.role_recipients import role_recipient
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command, role_name
from iamtriage.explaining._rules.shared.principal_words import describe_principal, try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.service_access import DESTINATION_ACTIONS
from iamtriage.explaining._rules.shared.services import service_trust_policy
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_RESOURCE = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:(?!iam|sts)[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:(?P<account>[0-9]{12}):[\w/:.@-]{0,199}\w",
    re.ASCII,
)

CROSS_ACCOUNT_PASS_ROLE = CauseType(
    "cross-account-pass-role",
    title="A role of another account cannot be passed",
    text="The role belongs to another account than the caller. Services accept only roles of their own account.",
    recognised_by='AWS says "Cross-account pass role is not allowed", or the role is in another account than the caller.',
    fix="Create a role in the account of the resource and pass that one.",
    sources=(pages.PASS_ROLE,),
)


def explain_cross_account_pass(denial: Denial) -> Explanation:
    """Explain that a role of another account can't be passed."""
    operation = denial.failure.envelope.operation
    call = f"the call {operation}" if operation else "the call"
    stated, passed = context_of(denial.facts).account, denial.target_role or find_stated_role(denial)
    own = denial.account or (stated and stated.value)
    other = denial.resource_account if passed is None else passed.account
    is_reported = denial.message_rule is not None
    summary = f"A role of another account cannot be passed to a service: {call} was denied."
    if own is not None and other is not None and own != other:
        role = "The role" if passed is None else f"The role {passed.name}"
        summary = f"{role} belongs to account {other}, and {call} is made in {own}: a role cannot be passed to a service of another account."
    reason = f"The caller is in account {own}, the role in {other}."
    if is_reported:
        reason = "The message says: Cross-account pass role is not allowed"
    recipient = role_recipient(denial)
    trusted = (recipient and recipient.principal) or "the service"
    of_call = f"account {own}, in which" if own else "the account in which"
    others = _find_resources(denial, other)
    check = "Check the account ID in the role's ARN and the profile of the call: often one of them is the wrong one."
    if others:
        check = f"{others[0]} is in account {other}, too. If that is the right account, make the call with its credentials."
    new, caller = "ROLE_NAME" if passed is None else passed.name, context_of(denial.facts).caller
    by = denial.caller if caller is None else describe_principal(try_parse_principal(caller.value), None)
    policy = None if recipient is None else service_trust_policy(trusted, recipient.trust_actions)
    create = "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json"
    own_role = Remedy(
        f"Use a role of {of_call} the call is made",
        "account administrator",
        (
            check,
            f"Otherwise, create a role in {own or 'that account'} that trusts {trusted}{' (its trust policy is trust.json)' if policy else ''} and has the permissions that the service needs. Pass that role. {capitalize_start(by)} needs iam:PassRole on it.",
            _describe_access(others, other),
        ),
        (
            *(() if own else ("aws sts get-caller-identity --query Account --output text",)),
            *((fill_command(create, role_name(new)),) if policy else ()),
        ),
        policy,
        layer="role_trust",
        url=pages.PASS_ROLE,
    )
    other_account = your_remedy(
        "Or make the call in the role's account",
        "Assume a role of that account, and make the call with it.",
        url=pages.OTHER_ACCOUNTS,
    )
    return denial.explain(
        summary,
        CROSS_ACCOUNT_PASS_ROLE.cause("reported" if is_reported else "derived", (reason,)),
        remedies=(own_role, other_account),
        notes=("No policy of either account can allow it.",),
    )


def _find_resources(denial: Denial, account: str | None) -> tuple[str, ...]:
    """Return the ARNs of an account's resources, except principals, in the text."""
    found = _RESOURCE.finditer(denial.failure.text)
    return tuple(dict.fromkeys(each[0] for each in found if each["account"] == account))


def _describe_access(resources: tuple[str, ...], account: str | None) -> str:
    """Return what the new role needs to use the resources of the other account."""
    if not resources:
        return f"The resources that the service uses in {f'account {account}' if account else 'the other account'} must allow the new role in their own policies, too."
    action = DESTINATION_ACTIONS.get(resources[0].split(":")[2])
    return f"Allow the new role {action or 'access'} in its own policy and in the policy of {resources[0]}: across accounts, both must allow it."
