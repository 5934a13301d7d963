"""Explain that the SageMaker SDK looked for an execution role where there is none."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import Root, User
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.policies._documents import allow

_ROLES = "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html"
_SDK = "https://sagemaker.readthedocs.io/en/stable/api/utility/session.html"
_SERVICE = "sagemaker.amazonaws.com"
_NOT_A_ROLE = lazy_pattern(
    r"The current AWS identity is not a role: (?P<arn>arn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9*Xx]{1,12}:(?:root|[\w+=,.@/-]{1,600}?))(?=,? therefore|[,\s\"']|\Z)"
    r"|You are running as the IAM user '(?P<user>[\w+=,.@-]{1,64})'\. You must supply an IAM role to run SageMaker",
    re.ASCII,
)
_ATTACHED = lazy_pattern(r"\bAmazonSageMakerFullAccess\b|\bAdministratorAccess\b|\bPowerUserAccess\b")
_NAMED_ROLE = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:iam::(?P<account>\d{12}):role/(?!aws-service-role/)(?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{0,64}(?i:sagemaker)[\w+=,.@-]{0,64}",
    re.ASCII,
)
CALLER_NOT_A_ROLE = CauseType(
    "caller-not-a-role",
    title="The SageMaker SDK looked for an execution role, and the caller is not a role",
    text="get_execution_role() returns the role that the code runs as. Only within SageMaker, such as in Studio, a notebook or a job, that is an execution role.",
    recognised_by='The SDK says "The current AWS identity is not a role".',
    fix="Pass the ARN of an execution role in the code, and allow the caller to pass it.",
    sources=(_ROLES, _SDK),
    subject="calls",
)


def explain_execution_role(text: str, _facts: Facts) -> Explanation | None:
    """Explain that ``get_execution_role()`` found no role; return ``None`` for other texts."""
    found = _NOT_A_ROLE.search(text) if "AWS identity" in text or "SageMaker" in text else None
    if found is None:
        return None
    principal = principal_words.try_parse_principal(found["arn"])
    who = found["arn"] or f"the user {found['user']}"
    if isinstance(principal, User):
        who = f"the user {clip_text(principal.name)}"
    elif isinstance(principal, Root):
        who = "the root user"
    named = _find_role(text, found, principal)
    role = named[0].rstrip(".,") if named else "EXECUTION_ROLE_ARN"
    shown = next(find_said(text, _ATTACHED), None)
    # The root user and administrators are already allowed to pass any role.
    may_pass = isinstance(principal, Root) or (shown is not None and shown[0] == "AdministratorAccess")
    gives = f", and {shown[0]} does not change that" if shown else ""
    return Explanation(
        failure=None,
        topic=CALLER_NOT_A_ROLE.code,
        summary=f"get_execution_role() found no execution role: the code runs as {who}, outside of SageMaker{gives}. Nothing was denied.",
        causes=(CALLER_NOT_A_ROLE.cause("derived", f"The text says that {who} is not a role."),),
        remedies=(
            _pass_arn(role, is_named=named is not None),
            *(() if may_pass else (_allow_passing(principal, found["user"], role, who),)),
        ),
        notes=("Work as a role or an IAM user instead of the root user.",)
        if isinstance(principal, Root)
        else (),
    )


def _find_role(text: str, found: re.Match[str], caller: object) -> re.Match[str] | None:
    """Return a role for SageMaker that the text names: one of the caller's account, which can pass no others."""
    account = caller.account if isinstance(caller, User | Root) else None
    roles = [*_NAMED_ROLE.finditer(text, found.end()), *_NAMED_ROLE.finditer(text, 0, found.start())]
    return next((each for each in roles if account in {None, each["account"]}), None)


def _pass_arn(role: str, *, is_named: bool) -> Remedy:
    find = f"aws iam list-roles --query \"Roles[?contains(to_string(AssumeRolePolicyDocument), '{_SERVICE}')].Arn\" --output text"
    return your_remedy(
        "Pass the ARN of the execution role in the code",
        None
        if is_named
        else f"The role must trust {_SERVICE}, as that of Studio does: the command prints such roles.",
        "Within SageMaker, the code below still uses the role that it runs as.",
        commands=() if is_named else (find,),
        manifest=f'try:\n    role = sagemaker.get_execution_role()\nexcept ValueError:\n    role = "{role}"\n',
        manifest_language="text",
        url=_SDK,
    )


def _allow_passing(principal: object, user: str | None, role: str, who: str) -> Remedy:
    name = principal.name if isinstance(principal, User) else user
    statements = (
        allow(
            "iam:PassRole",
            role,
            sid="IamPassRole",
            condition={"StringEquals": {"iam:PassedToService": _SERVICE}},
        ),
    )
    put = commands.put_policy(name or "USER_NAME", inline_policy_name(statements), "user")
    return identity_remedy(
        f"To start jobs with the role, allow iam:PassRole for {who}",
        "AmazonSageMakerFullAccess allows that only for roles with AmazonSageMaker in their name.",
        commands=put,
        statements=statements,
        url=_ROLES,
    )
