"""Explain that StackSets cannot use one of its roles.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.roles import assuming_roles
from iamtriage.explaining._rules.denials.roles.literal_values import NO_SUCH_ROLE
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.denial_remedies import STACK_SET_OPTION
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, save_step, trust_remedy
from iamtriage.policies._documents import allow, build_document

_NAME = r"[\w+=,.@-]{1,64}"
_SENTENCE = lazy_pattern(
    rf"(?a)\bAccount (?:(?P<account>[0-9]{{12}})|\S{{1,40}}) should have '(?P<role>{_NAME})' role with trust relationship to (?:Role '(?P<path>[\w/+=,.@-]{{1,500}}/)?(?P<caller>{_NAME})'|CloudFormation\b)"
)
_CONTROL_TOWER_SENTENCE = lazy_pattern(
    rf"(?P<account>)\b(?P<path>)(?P<caller>{_NAME}) is unable to assume the (?P<role>{_NAME}) role\b"
)
# In the output of JSON, or in a line of a table.
_SUCCEEDED = lazy_pattern(
    r"(?am)\"Account\": ?\"(?P<first>[0-9]{12})\"[^{}]{0,400}?\"Status\": ?\"(?:CURRENT|SUCCEEDED)\""
    r"|^[^\n{}0-9]{0,20}(?P<second>[0-9]{12})\b(?![^\n]{0,200}\b(?:OUTDATED|INOPERABLE|FAILED|CANCELLED)\b)[^\n]{0,200}\b(?:CURRENT|SUCCEEDED)\b"
)
_MAX_ACCOUNTS = 3
_ADMINISTRATOR, _TARGET = "ADMINISTRATOR_ACCOUNT_ID", "TARGET_ACCOUNT_ID"
_PAGE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-prereqs-self-managed.html"
_TWO_ROLES = (
    "The permissions of the person who creates the stack set do not help: StackSets uses the two roles."
)
_SERVICE_MANAGED = account_remedy(
    "Or use service-managed permissions (AWS Organizations)",
    "CloudFormation then creates the roles. The permissions of a stack set with instances cannot change, so create another one with --permission-model SERVICE_MANAGED.",
    url="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html",
)


def explain_target_account(denial: Denial) -> Explanation:
    """Explain that the target account has no execution role that trusts the administration role."""
    message = message_text(denial)
    found = _SENTENCE.search(message) or _CONTROL_TOWER_SENTENCE.search(message)
    if found is not None and found["caller"] is None:
        return _explain_administration_role(denial, found["account"] or _ADMINISTRATOR, found["role"])
    account, role, path = _TARGET, "AWSCloudFormationStackSetExecutionRole", ""
    caller = "AWSCloudFormationStackSetAdministrationRole"
    if found is not None:
        account, role, caller = found["account"] or account, found["role"], found["caller"]
        path = found["path"] or ("service-role/" if caller == "AWSControlTowerStackSetRole" else "")
    partition = denial.location.partition or "aws"
    show, update = commands.trust_policy_commands(role)
    text = denial.failure.text
    working = {each["first"] or each["second"] for each in _SUCCEEDED.finditer(text)} - {account}
    # Of two accounts in a text, the other one has the stack set.
    others = {*ACCOUNT_IN_TEXT.findall(text)} - working - {account}
    # Where accounts are masked, a number is hardly one.
    own = _ADMINISTRATOR if account == _TARGET else only_one(others, _ADMINISTRATOR)
    administrators = f"the administrator account{'' if own == _ADMINISTRATOR else f' {own}'}"
    verdict, grant = "", None
    if working:
        verdict = f" {caller} works: StackSets succeeded in {'account' if len(working) == 1 else 'accounts'} {join_words(sorted(working)[:_MAX_ACCOUNTS], 'and')}."
    else:
        grant = f"In {administrators}, allow sts:AssumeRole on arn:{partition}:iam::{account}:role/{role} in the policy of {caller}."
    last = _repeat(
        denial,
        account,
        administrators,
        "" if working else f", where {caller} needs sts:AssumeRole on the role",
    )
    administrator = {"AWS": f"arn:{partition}:iam::{own}:role/{path}{caller}"}
    trusting = build_document([allow("sts:AssumeRole", principal=administrator)])
    return denial.explain(
        f"StackSets cannot assume the role {role} in account {account}: the role does not exist there, or it does not trust {caller}.{verdict}",
        NO_SUCH_ROLE.cause(
            text="With self-managed permissions, StackSets needs the role in each target account. This one lacks it."
        ),
        assuming_roles.CALLER_NOT_TRUSTED.cause(
            text=f"The role exists, but its trust policy does not allow {caller} of {administrators}."
        ),
        None
        if working
        else NO_IDENTITY_ALLOW.cause(text=f"No policy of {caller} allows sts:AssumeRole on {role}."),
        topic="assume-role",
        remedies=(
            _create_remedy(
                account,
                role,
                commands.fill_command(
                    "aws iam attach-role-policy --role-name {} --policy-arn POLICY_ARN", role
                ),
                f"Use credentials of account {account} for it. POLICY_ARN is a policy that allows what the stacks do.",
                None if last is not None else grant,
                trusting=trusting,
                last=last,
            ),
            trust_remedy(
                "Or, if create-role prints EntityAlreadyExists, correct its trust policy",
                save_step("its trust policy", "trust.json"),
                commands=(show, update),
                policy=trusting,
                url=_PAGE,
            ),
            *(() if caller == "AWSControlTowerStackSetRole" else (_SERVICE_MANAGED,)),
        ),
        notes=_TWO_ROLES,
    )


def _repeat(denial: Denial, account: str, administrators: str, condition: str) -> Labelled | None:
    """Return the command that repeats the operation for the target account, if the text names the stack set."""
    text = denial.failure.text
    stack_set = STACK_SET_OPTION.search(text)
    if stack_set is None:
        return None
    pairs = (
        rf'"Region": ?"([a-z0-9-]{{4,30}})",\s{{1,40}}"Account": ?"{account}"',
        rf'"Account": ?"{account}",\s{{1,40}}"Region": ?"([a-z0-9-]{{4,30}})"',
        # A line of a table.
        rf"(?m)^[| \t]{{0,8}}{account}[| \t]{{1,20}}([a-z]{{2}}-[a-z0-9-]{{4,25}})[| \t]",
    )
    regions = sorted({region for pair in pairs for region in re.findall(pair, text)})
    repeat = f"aws cloudformation update-stack-instances --stack-set-name {{}} --accounts {{}} --regions {' '.join(regions) or 'REGION'}"
    # The Region of a stack instance can be another one than that of the stack set.
    own = only_one(set(re.findall(r" --region[ =]([a-z]{2}-[a-z0-9-]{4,25})", text)), "")
    if own:
        repeat = f"{repeat} --region {own}"
    return Labelled.required(
        f"Then, in {administrators}{condition}:", commands.fill_command(repeat, stack_set[1], account)
    )


def _create_remedy(
    account: str,
    role: str,
    grant: str,
    *steps: str | None,
    trusting: Mapping[str, Any],
    last: Labelled | None = None,
) -> Remedy:
    """Return the remedy that creates a role, and grants it what it needs with a command."""
    create = "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json"
    return trust_remedy(
        f"Create the role in account {account}",
        *steps,
        commands=(commands.fill_command(create, role), grant, *present(last)),
        policy=trusting,
        is_addition=False,
        url=_PAGE,
    )


def _explain_administration_role(denial: Denial, account: str, role: str) -> Explanation:
    """Explain that the administrator account has no role that trusts CloudFormation."""
    partition = denial.location.partition or "aws"
    service = "cloudformation.amazonaws.com"
    trusting = build_document([allow("sts:AssumeRole", principal={"Service": service})])
    execution = f"arn:{partition}:iam::*:role/AWSCloudFormationStackSetExecutionRole"
    return denial.explain(
        f"StackSets cannot use the role {role} in account {account}: it does not exist, or does not trust {service}.",
        NO_SUCH_ROLE.cause(text=f"The role was not created in account {account}."),
        assuming_roles.CALLER_NOT_TRUSTED.cause(
            text=f"The role exists, but its trust policy does not allow {service}."
        ),
        topic="assume-role",
        remedies=(
            _create_remedy(
                account,
                role,
                commands.fill_command(
                    "aws iam put-role-policy --role-name {} --policy-name AssumeExecutionRole --policy-document {}",
                    role,
                    json.dumps(build_document([allow("sts:AssumeRole", execution)])),
                ),
                "If create-role prints EntityAlreadyExists, correct the trust policy of the role instead.",
                "Each target account then needs the role AWSCloudFormationStackSetExecutionRole, which trusts this one.",
                trusting=trusting,
            ),
        ),
        notes=_TWO_ROLES,
    )
