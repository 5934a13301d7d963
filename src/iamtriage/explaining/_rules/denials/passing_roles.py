"""Explain denials of ``iam:PassRole``.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.actions._operation_resources import role_parameters
from iamtriage.arns._principals import Role
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE, Explanation
from iamtriage.explaining._rules.denials.role_recipients import (
    find_call,
    guess_recipient,
    is_deploy_role,
    role_recipient,
)
from iamtriage.explaining._rules.shared import commands, denial_remedies, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.commands import trust_policy_commands
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, trust_remedy
from iamtriage.explaining._rules.shared.required_grants import required_grant
from iamtriage.explaining._rules.shared.services import RoleRecipient, service_trust_policy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary, reason_lines

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._grants import Grant

# Services with a second name in China; AWS managed policies allow both.
_OTHER_NAME_IN_CHINA = frozenset(
    {"ec2.amazonaws.com", "application-autoscaling.amazonaws.com", "elasticmapreduce.amazonaws.com"}
)
# How a command, a log or a request names the role that it passes.
_ROLE_SETTING = lazy_pattern(
    r"(?:(?P<option>--(?:[a-z]{2,20}-){0,3}role(?:-arn|-name)?)[ =]|\b(?P<name>(?:[a-z]{2,20}_){0,2}(?:[A-Za-z]{2,20}[ _]?)?[Rr]ole(?:[ _]?(?:[Aa]rn|ARN|[Nn]ame))?)[\"']?\s{0,8}[:=]\s?)"
    r"[\"']?(?P<role>arn:aws[a-z-]{0,10}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}|[A-Za-z][\w+=,.@-]{1,63})(?![\w./…:*])",
    re.ASCII,
)
# What is not the purpose of a role in the name of a parameter.
_PURPOSE = lazy_pattern(r"\A.*\.|[Ii][Aa][Mm]|[Rr]ole|A[Rr][Nn]|Name|[Ss]ervice")

_DEPLOY_ROLE = lazy_pattern(
    r"cdk-(?P<qualifier>[a-z0-9]{1,10})-deploy-role-(?P<account>[0-9]{12})-(?P<region>[a-z0-9-]{9,20})",
    re.ASCII,
)

PASS_ROLE = CauseType(
    "pass-role",
    title="The caller is not allowed to pass the role",
    meaning="The caller made a call that passes a role to a service, and is not allowed to pass it.",
    recognised_by="The denied action is iam:PassRole.",
    fix="Allow the caller iam:PassRole on the role, with the condition iam:PassedToService.",
    sources=(pages.PASS_ROLE,),
)
ROLE_PASSED_WITHIN_CALL = CauseType(
    "role-passed-within-call",
    title="The call passes a role to a service",
    meaning="Services that work with a role of yours check iam:PassRole within the call that names the role.",
    recognised_by="The denied action is iam:PassRole, and the text shows which service was called.",
    fix="Allow the caller iam:PassRole on the role. The permission for the call itself is not missing.",
    of="pass-role",
)


def pass_role_grant(denial: Denial) -> Grant | None:
    """Return the grant to pass the role to the service of the call."""
    grant = required_grant(denial)
    if grant is None:
        return None
    recipient = role_recipient(denial) or guess_recipient(denial)
    names = recipient.passed_to if recipient else ("SERVICE.amazonaws.com",)
    if denial.location.partition == "aws-cn":
        names += tuple(f"{each}.cn" for each in names if each in _OTHER_NAME_IN_CHINA)
    value = names[0] if len(names) == 1 else names
    return attrs.evolve(grant, conditions={"StringEquals": {"iam:PassedToService": value}})


def explain_pass_role(denial: Denial) -> Explanation:
    """Explain that a caller is not allowed to pass a role to a service."""
    recipient, role = role_recipient(denial), denial.target_role_text
    if denial_remedies.cut_resource(denial) is not None:
        role = "the role"
    elif denial.target_role is None:
        role = f"the role {denial.resource}" if denial.resource else "a role"
    elif _passes_itself(denial):
        role = "itself"
    unnamed = "" if denial.resource else " The message does not name the role."
    if role == "the role":
        unnamed = " The text cuts off the role's ARN: it is a parameter of the call."
    to = join_words(recipient.passed_to, "or") if recipient else "an AWS service"
    if recipient is not None and len(recipient.passed_to) > 2:
        to = f"{recipient.passed_to[0]} or another service principal"
    evidence: Evidence = denial.policy_type_evidence if denial.policy_type == "identity" else "derived"
    if denial.action_evidence == "supplied":
        evidence = "supplied"
    caller, reasons = capitalize_start(denial.caller), reason_lines(denial)
    # The default role can be the one that was passed.
    deploys = is_deploy_role(denial) and "-cfn-exec-role-" not in (denial.resource or "")
    parameter = _find_parameter(denial, recipient)
    passed = "the same role" if role == "itself" else role
    call = f"{caller} {_describe_call(denial, f'{passed} to {to}{parameter}')}{unnamed}"
    if deploys:
        call += " The CDK assumed this role. Only its policies count, not those of the user or of the passed role. As cdk bootstrap creates it, it passes only the cfn-exec role of the bootstrap."
    causes: tuple[Cause, ...] = (PASS_ROLE.cause(evidence, reasons, text=call),)
    if evidence == "reported":
        # AWS reports the denial. Which call passes the role, and to which service, follows from the text.
        causes = (
            PASS_ROLE.cause(evidence, reasons, text=f"{caller} is not allowed to pass {role}."),
            ROLE_PASSED_WITHIN_CALL.cause("derived", text=call),
        )
    return denial.explain(
        denial_summary(
            denial,
            _verdict(denial, to).replace(
                " the role to ", " itself to " if role == "itself" else " the role to "
            ),
        ),
        *causes,
        topic="pass-role",
        remedies=present(
            _allow_pass_remedy(denial, role, recipient),
            _narrow_default_role_remedy(denial) if deploys else None,
            _trust_remedy(denial, role, recipient or guess_recipient(denial))
            if (recipient or denial.resource) and role != "itself"
            else None,
            denial_remedies.authorization_details_remedy(denial),
        ),
        notes=(ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY),
    )


def _passes_itself(denial: Denial) -> bool:
    """Return whether a role of a service passes itself, as a notebook does to the job that it starts."""
    role, passed = denial.role, denial.target_role
    return (
        role is not None and passed is not None and (role.account, role.name) == (passed.account, passed.name)
    )


def find_stated_role(denial: Denial) -> Role | None:
    """Return the only role that a setting in the text names, if it can be the passed one."""
    found: dict[str, Role] = {}
    for setting in _ROLE_SETTING.finditer(denial.failure.text):
        arn = named = setting["role"]
        if not named.startswith("arn:"):
            arn = f"arn:{denial.location.partition or 'aws'}:iam::{denial.account or ''}:role/{named}"
        role = try_parse_principal(arn)
        callers = {denial.failure.principal, None if denial.role is None else str(denial.role)}
        if isinstance(role, Role) and str(role) not in callers:
            found[str(role)] = role
    return found.popitem()[1] if len(found) == 1 else None


def _find_parameter(denial: Denial, recipient: RoleRecipient | None) -> str:
    """Return in which parameter the call passes the role, if the text or the operation shows it."""
    text, target = denial.failure.text, denial.target_role
    for setting in _ROLE_SETTING.finditer(text) if target is not None else ():
        role = setting["role"]
        if role == denial.resource or role.rpartition("/")[2] == denial.target_role_name:
            return f" in {setting['option'] or setting['name']}"
    operation, service = find_call(denial)
    # Tasks have the roles of their task definition.
    if service is None or operation is None or recipient is None or operation in {"RunTask", "StartTask"}:
        return ""
    names = role_parameters(operation, service)
    role = (denial.target_role_name or "").lower().replace("-", "").replace("_", "")
    # "orders-rds-monitoring" is the role for MonitoringRoleArn.
    # The names of both roles of an ECS task often have the word "task".
    purposes = {name: _PURPOSE.sub("", name).lower() for name in names}
    alike = [name for name, word in purposes.items() if word not in {"", "task"} and word in role]
    return f" in the parameter {join_words(alike if len(alike) == 1 else names, 'or')}" if names else ""


def _describe_call(denial: Denial, passed: str) -> str:
    operation = denial.operation
    if operation is None:
        return f"made a call that passes {passed}. iam:PassRole is checked within that call."
    return f"called {operation}, which passes {passed}. iam:PassRole was denied within that call, not {operation} itself."


def _verdict(denial: Denial, to: str) -> str:
    if denial.policy_type == "identity":
        return f"no identity-based policy allows it to pass the role to {to}"
    if denial.deny == "implicit":
        return f"no policy allows it to pass the role to {to} (implicit deny)"
    return f"it is not allowed to pass a role to {to}"


def _allow_pass_remedy(denial: Denial, role: str, recipient: RoleRecipient | None) -> Remedy | None:
    """Return the remedy that allows the caller to pass the role, if that can help."""
    if not denial_remedies.identity_allow_helps(denial):
        return None
    title = f"Allow {denial.caller} to pass {role}"
    remedy = allow_remedy(denial, grant=pass_role_grant(denial), title=title, url=pages.PASS_ROLE)
    last_step = "iam:PassedToService limits the permission to the service that receives the role, such as lambda.amazonaws.com."
    guess = guess_recipient(denial)
    if denial.resource is None:
        last_step = f"Take the role from the parameters of the failing call: aws iam get-role --role-name ROLE_NAME prints its path. {last_step}"
    if guess is not None:
        last_step = f"The text does not say which service receives the role: most likely {join_words(guess.passed_to, 'or')}. Replace the value if it is another one."
    if recipient is not None:
        last_step = recipient.exception or ""
        if is_deploy_role(denial):
            last_step = f"{capitalize_start(role)} must trust {recipient.principal}, too."
    if remedy is None:
        return None
    return attrs.evolve(remedy, steps=(*remedy.steps, last_step)) if last_step else remedy


def _narrow_default_role_remedy(denial: Denial) -> Remedy:
    """Return the remedy that limits the role with which the CDK deploys, instead of passing another one.

    https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
    """
    name = "" if denial.role is None else denial.role.name
    found = _DEPLOY_ROLE.match(name)
    options = (
        "" if found is None or found["qualifier"] == "hnb659fds" else f" --qualifier {found['qualifier']}"
    )
    account, region = ("ACCOUNT_ID", "REGION") if found is None else (found["account"], found["region"])
    return account_remedy(
        "Or deploy without -r (--role-arn), and limit the cfn-exec role with cdk bootstrap --cloudformation-execution-policies",
        "The bootstrap gives the role AdministratorAccess unless the option names other policies. POLICY_NAME is the policy of the narrow role.",
        "Or use CliCredentialsStackSynthesizer in the app: the CDK then deploys with your own credentials, and your iam:PassRole counts.",
        commands=(
            f"npx cdk bootstrap{options} --cloudformation-execution-policies arn:{denial.location.partition or 'aws'}:iam::{account}:policy/POLICY_NAME aws://{account}/{commands.region(region)}",
        ),
        url="https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html",
    )


def _trust_remedy(denial: Denial, role: str, recipient: RoleRecipient | None) -> Remedy:
    """Return the remedy that checks whether the role trusts the service."""
    recipient = recipient or RoleRecipient(())
    principal = recipient.principal or "SERVICE.amazonaws.com"
    step = "The service can use the role only if its trust policy allows the service to assume it."
    if len(recipient.trusted) > 1:
        step = f"The purpose of the role decides which service assumes it: {join_words(recipient.trusted, 'or')}."
    elif recipient.principal is not None and recipient.passed_to != recipient.trusted:
        step = f"{principal} assumes the role."
    return trust_remedy(
        f"Check that {role} trusts {recipient.principal or 'the service'}",
        step,
        "If its trust policy does not allow that, add the statement and keep the existing ones.",
        commands=trust_policy_commands(denial.target_role_name)[:1],
        policy=service_trust_policy(principal, recipient.trust_actions),
        url=pages.TRUST_POLICIES,
    )
