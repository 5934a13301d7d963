"""Explain that an AWS service cannot assume a role, by the role's trust policy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.actions._operation_resources import role_parameters
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._context.readers.terraform_code import find_steps
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.common_causes import PASS_ROLE, ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.grants.service_access import describe_target
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    as_alternative,
    identity_remedy,
    present,
    save_step,
    trust_remedy,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE, service_trust_policy
from iamtriage.explaining._rules.shared.texts import cdk_bootstrap, ecs_starts
from iamtriage.explaining._rules.shared.texts.deployment_tools import (
    find_deployment,
    find_role_in_stack,
    trust_in_code_steps,
)
from iamtriage.explaining._rules.sts.trust import service_policies, template_trust, trust_replacements
from iamtriage.failures._failures import AwsError, InvalidArn, MissingCredentials
from iamtriage.policies._documents import allow

SERVICE_CANNOT_ASSUME_ROLE = CauseType(
    "service-cannot-assume-role",
    title="The service cannot assume the role",
    recognised_by="The message says that the role cannot be assumed by the service.",
    fix="Allow the service to assume the role in the role's trust policy.",
    sources=(pages.TRUST_POLICIES,),
    subject="calls",
)
SERVICE_NOT_TRUSTED = CauseType(
    "service-not-trusted",
    title="The trust policy does not name the service",
    fix="Add the service principal to the role's trust policy.",
    of="service-cannot-assume-role",
    subject="calls",
)
ROLE_NOT_THERE = CauseType(
    "role-not-found",
    title="The role does not exist",
    text="The role does not exist: its name, path or account is wrong, or it was deleted.",
    fix="Correct the role's name, path or account, or create the role.",
    recognised_by="The text shows that a role was deleted.",
    sign=r"\baws_iam_role\.\S{1,80}: Destruction complete|\baws iam delete-role\b",
    of="service-cannot-assume-role",
    subject="calls",
)
_TERRAFORM_ROLE = "aws_iam_role"
# Words that say that the same run created the role, or that a retry works.
_CREATED = lazy_pattern(
    r"\baws iam create-role\b[^\n]{0,300}?--role-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})"
)
_LATER = lazy_pattern(r"(?i:\b(?:later|second (?:time|try|run)|re-?run|retry|a minute)\b)")
# The message can also mean that the caller must not pass the role, as in
# https://github.com/aws-samples/aws-modern-application-workshop/issues/149.
_MAY_LACK_PASS = lazy_pattern(r"\bpermissions?\s{1,40}to\s{1,40}pass\s{1,40}(?:this|the)\s{1,40}role\b")
ALIKE = {
    "ecs-tasks.amazonaws.com": "ecs.amazonaws.com",
    "edgelambda.amazonaws.com": "lambda.amazonaws.com",
    "pipes.amazonaws.com": "events.amazonaws.com",
    "scheduler.amazonaws.com": "events.amazonaws.com",
}
"""Service principals, with one of a similar name or purpose that people write instead."""
# A service starts its tasks again.
_OF_ECS_SERVICES = {None, "CreateService", "UpdateService"}
_LOOK = "aws iam get-role --role-name {} --query 'Role.[Arn,AssumeRolePolicyDocument]'"
_PROPAGATING = "Changes in IAM take a few seconds to propagate. If the call is still rejected after minutes, check the role's ARN."
_RETRY = "Retry after a few seconds: the change has to propagate."
_SSO, _OF_ROLE = "AWSReservedSSO_", "the role's"
_MANAGED = "IAM Identity Center manages the trust policy of this role: nobody can edit it in the account."
_STACKS = "cloudformation.amazonaws.com"
_STACK_ROLES_PAGE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html"
)
_STACK_ROLE = "CloudFormation keeps the service role that a stack was deployed with, and uses it for each later operation, whatever the caller itself is allowed to do."


def explain_untrusted_role(
    case: Case[AwsError] | Case[InvalidArn] | Case[MissingCredentials] | Denial,
    service: str | None,
    actions: tuple[str, ...],
    role_arn: str | None,
    phrases: tuple[str, ...] = (),
    *,
    is_meant: bool = False,
) -> Explanation:
    """Explain that a service cannot assume a role, by the trust policy in the facts if there is one.

    With ``is_meant``, the permissions of the role show that it is for this service.
    """
    parsed = principal_words.parse_masked_role(role_arn)
    known = None if parsed is None or parsed.account == principal_words.PLACEHOLDER_ACCOUNT else parsed
    in_code = trust_in_code_steps(find_deployment(case.failure, case.facts), case.failure.text)
    name = template_trust.find_trusting_role(case) if parsed is None else parsed.name
    address = getattr(template_trust.find_template_role(case.failure.text), "address", None)
    role = f"the role {name or address or ''}".rstrip()
    parameters = () if name else role_parameters(case.operation or "", (service or "").partition(".")[0])
    who, trust, is_task = service or "the service", None, service == "ecs-tasks.amazonaws.com"
    needs = describe_target(case.failure.text, known, who)
    new_task = ecs_starts.new_task_commands(case.failure.text, case.facts.region) if is_task else ()
    if case.facts.trust_policy is not None and service is not None:
        trust = service_policies.check_service_trust(
            case.facts, service, actions, role_arn, name, text=case.failure.text, is_meant=is_meant
        )
    if name is not None and f"role with name {name} cannot be found" in case.failure.text:
        return _explain_missing_role(case, service, actions, name)
    causes: tuple[Cause, ...] = (
        SERVICE_CANNOT_ASSUME_ROLE.cause(
            "reported", phrases, text=_STACK_ROLE if service == _STACKS else None
        ),
        SERVICE_NOT_TRUSTED.cause(
            text=f"The trust policy of {role} does not allow {who}{f', but perhaps {ALIKE[who]}' if who in ALIKE else ''}."
        ),
        ROLE_TOO_NEW.cause(
            text="The role was created seconds ago, and the service does not see it yet: IAM takes a few seconds to propagate it."
        ),
        # A name alone does not show a wrong path.
        ROLE_NOT_THERE.cause(
            text=None
            if known is None or str(known).count("/") == 1
            else f"The role {known} does not exist: its name, path or account is wrong, or it was deleted."
        ),
    )
    verdict = f"most likely, {'it was deleted, or its' if service == _STACKS else _OF_ROLE} trust policy does not allow it"
    is_for_people = trust is None and name is not None and _is_for_people(case, name)
    remedies: tuple[Remedy, ...]
    pass_it = None
    if (trust is None or trust.is_allowed) and not is_for_people and _MAY_LACK_PASS.search(case.failure.text):
        title = f"Allow the caller to pass {role}{' if the trust policy is right' * (trust is None)}"
        pass_it = _pass_remedy(case, title, role_arn if parsed else None, service)
    if trust is not None:
        retry = () if trust.is_allowed else present(needs, _RETRY)
        fix = template_trust.change_template_remedy(
            case.failure.text,
            trust.remedy,
            *retry,
            address=find_role_in_stack(find_deployment(case.failure, case.facts), name),
        ) or attrs.evolve(trust.remedy, steps=(*in_code, *trust.remedy.steps, *retry))
        verdict, remedies, causes = trust.verdict, (fix,), (causes[0], trust.cause)
        if trust.is_allowed and name is not None and _is_new(case.failure.text, name):
            verdict = f"the {'' if is_derived(case.facts, 'trust_policy') else 'supplied '}trust policy is right, but the role is only seconds old, and the service does not see it yet"
            remedies = (_retry_remedy("Repeat the call until the role has propagated", case),)
            causes = (ROLE_TOO_NEW.cause("derived", text=_PROPAGATING),)
        others = [] if is_meant else service_policies.list_other_services(case.facts.trust_policy, service)
        if name is not None and not trust.is_allowed and others and not fix.manifest:
            other = trust_replacements.other_role_remedy(case, name, service, actions)
            # A role that is named after the service that it trusts is for that service.
            prefixes = (each.partition(".")[0] for each in others)
            is_of_other = any(each in name.lower() and not who.startswith(each) for each in prefixes)
            remedies = (other, fix) if is_of_other else (fix, as_alternative(other))
    else:
        show, update = commands.trust_policy_commands(name)
        remedies = (
            trust_remedy(
                f"{f'Check the ARN of {role}, and allow' if pass_it else 'Allow'} {who} in the trust policy{'' if pass_it else f' of {role}'}",
                f"The first command must print {known or 'the ARN of the call'}: otherwise, correct the ARN, or create the role again if there is none (NoSuchEntity). If it prints the statement, too, check its conditions, and then the caller's iam:PassRole."
                if pass_it
                else None,
                _recreate_step(name) if service == _STACKS else None,
                *in_code,
                f"ROLE_NAME is the last part of the ARN that {case.operation} gets as {join_words(parameters, 'or')}: the message does not name it."
                if parameters and not in_code
                else None,
                needs,
                None
                if in_code or new_task or (name is not None and _is_new(case.failure.text, name))
                else "Then repeat the call after about ten seconds.",
                save_step("the role's trust policy", "trust.json"),
                commands=(
                    commands.fill_command(_LOOK, commands.role_name(name)) if pass_it else None,
                    Labelled("If the policy lacks the statement:", show) if pass_it else show,
                    update,
                    *new_task,
                ),
                policy=service_trust_policy(service or "SERVICE.amazonaws.com", actions),
            ),
            _retry_remedy(f"If the role is new and trusts {who} already, only wait and retry", case),
        )
        if is_for_people and name is not None:
            other = trust_replacements.other_role_remedy(case, name, service, actions)
            verdict = "most likely, it is a role for people, or only the name of a permission set"
            causes, remedies = (*causes[:2], causes[3]), (other, remedies[0])
            if name.startswith(_SSO):
                verdict, remedies = "it is a role for people, from IAM Identity Center", (other,)
                causes = (causes[0], attrs.evolve(causes[1], evidence="derived", text=_MANAGED))
    if pass_it is not None:
        lacks = PASS_ROLE.cause(text=f"The caller lacks iam:PassRole on {known or role} for {who}.")
        causes, remedies = (*causes[:2], lacks, *causes[2:]), (remedies[0], pass_it, *remedies[1:])
        verdict += (
            ", or the role does not exist; less likely, the caller lacks iam:PassRole"
            if trust is None
            else ", and the caller may not be allowed to pass it"
        )
    return case.explain(
        f"The service{f' {service}' if service else ''} cannot assume {role}: {verdict}.",
        *causes,
        topic="service-cannot-assume-role",
        remedies=remedies,
        notes=(
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
            "An ECS service retries to start its tasks after a while."
            if is_task and case.operation in _OF_ECS_SERVICES and not new_task
            else None,
            None
            if pass_it
            else f"The caller's permissions are not the problem{', if they include iam:PassRole on the role that is passed' if is_for_people else ''}.",
        ),
    )


def _recreate_step(name: str | None) -> str:
    """Return how to get a role back with which CloudFormation deploys."""
    cdk = cdk_bootstrap.ROLE.fullmatch(name or "")
    again = (
        "create it again under the same name with this trust policy and the permissions that the stack needs"
    )
    if cdk is not None and cdk["purpose"] == "cfn-exec" and cdk["account"]:
        again = f"the bootstrap stack was deleted: {_bootstrap_command(cdk)} creates it again"
    return f"If IAM finds no such role, {again}."


def _bootstrap_command(cdk: re.Match[str]) -> str:
    options = cdk_bootstrap.qualifier_options(cdk["qualifier"])
    return " ".join(("cdk bootstrap", *options, f"aws://{cdk['account']}/{cdk['region']}"))


def explain_shown_trust(
    case: Case[Any] | Denial,
    service: str,
    role_arn: str | None,
    permissions: Sequence[str],
    phrases: tuple[str, ...] = (),
) -> Explanation | None:
    """Explain that a trust policy does not allow a service that reports a role without permissions.

    Services report both in the same words. Return ``None`` if the policy in the facts is for other principals, allows
    the service, or does not exist.

    Args:
        case: The failure.
        service: The service principal.
        role_arn: The ARN of the role, if it is known.
        permissions: What the role needs for its work: the names of managed policies, or actions.
        phrases: What the service says.
    """
    policy = case.facts.trust_policy
    if policy is None or not service_policies.list_services(policy):
        return None
    trust = service_policies.check_service_trust(
        case.facts, service, ASSUME_ROLE, role_arn, text=case.failure.text
    )
    if trust is None or trust.is_allowed:
        return None
    are_there = all(each.rpartition(":")[2] in case.failure.text for each in permissions)
    explanation = explain_untrusted_role(
        case, service, ASSUME_ROLE, role_arn, phrases, is_meant=are_there and bool(permissions)
    )
    reported = "The service reports the same error for a role that it cannot assume and for a role without permissions."
    first, *others = explanation.causes
    return attrs.evolve(explanation, causes=(attrs.evolve(first, text=reported), *others))


def _explain_missing_role(
    case: Case[Any] | Denial, service: str | None, actions: tuple[str, ...], name: str
) -> Explanation:
    """Explain that a service cannot assume a role that does not exist, as IAM says in the text."""
    calls = (commands.repeat_command(run.command, "cloudformation") for run in find_runs(case.failure))
    again, cdk = next((each for each in calls if each), None), cdk_bootstrap.ROLE.fullmatch(name)
    # With this role, the CDK lets CloudFormation deploy.
    if cdk is not None and cdk["purpose"] == "cfn-exec" and cdk["account"]:
        restore = account_remedy(
            "Bootstrap the account and Region again, which creates the role under the same name",
            f"If the bucket cdk-{cdk['qualifier']}-assets-{cdk['account']}-{cdk['region']} exists, an earlier bootstrap left it: delete it before you bootstrap.",
            "The role is a part of the stack CDKToolkit, and is deleted with it: to clean up, delete CDKToolkit last, after all other stacks of the CDK.",
            commands=(_bootstrap_command(cdk), again),
            url=_STACK_ROLES_PAGE,
        )
    else:
        restore = trust_remedy(
            f"Create the role {name} again, with the same path and this trust policy",
            "Attach the policies that it needs for its work, and repeat the call after about ten seconds.",
            commands=(
                commands.fill_command(
                    "aws iam create-role --role-name {} --assume-role-policy-document file://trust.json", name
                ),
                again,
            ),
            policy=service_trust_policy(service or "SERVICE.amazonaws.com", actions),
            is_addition=False,
            url=pages.TRUST_POLICIES,
        )
    other = None
    if again is not None and service == _STACKS and "--role-arn" not in again:
        other = your_remedy(
            f"Or call with another role, which trusts {service} and may change the stack's resources",
            "You need iam:PassRole on that role.",
            commands=f"{again} --role-arn OTHER_ROLE_ARN",
            url=_STACK_ROLES_PAGE,
        )
    return case.explain(
        f"The service{f' {service}' if service else ''} cannot assume the role {name}: it does not exist.",
        ROLE_NOT_THERE.cause(
            "derived",
            quote_phrases(case.failure.text, "(NoSuchEntity) when calling the GetRole operation")
            or "IAM finds no role with this name.",
            text=_STACK_ROLE
            if service == _STACKS
            else "The role was deleted, or is in another account: the caller's permissions are not the problem.",
        ),
        remedies=(restore, other),
    )


def _pass_remedy(case: Case[Any] | Denial, title: str, arn: str | None, service: str | None) -> Remedy:
    """Return the remedy that allows the caller to pass a role."""
    to = {"StringEquals": {"iam:PassedToService": service or "SERVICE.amazonaws.com"}}
    owner = principal_words.underlying_role(case.principal)
    user = case.principal.name if isinstance(case.principal, User) else "USER_NAME"
    kind, name = ("role", owner.name) if owner else ("user", user)
    return identity_remedy(
        title,
        commands=commands.put_policy(name, "AllowPassRole", kind),
        statements=(allow("iam:PassRole", commands.arn(arn, "ROLE_ARN"), sid="PassRole", condition=to),),
        url=pages.PASS_ROLE,
    )


def _is_new(text: str, name: str) -> bool:
    created = {each["name"] for each in _CREATED.finditer(text)}
    created |= {each.id for each in find_steps(text, _TERRAFORM_ROLE) if each.what == "Creation complete"}
    return name in created or find_working(text, _LATER) is not None


def _retry_remedy(title: str, case: Case[Any] | Denial) -> Remedy:
    text = case.failure.text
    waits = loop = None
    if "aws iam create-role" in text:
        waits = "In the script, repeat the call, as below. aws iam wait role-exists does not help: it only asks IAM, which knows the role at once. A later run works because the role has propagated by then, if the script accepts that it exists."
        call = (commands.repeat_command(case.context.command) or "COMMAND").replace(" --", " \\\n    --")
        loop = f'n=0\nuntil {call}; do\n  n=$((n+1)); [ "$n" -lt 6 ] || exit 1\n  sleep 10\ndone\n'
    return your_remedy(
        title,
        "A new role takes about 10 seconds to propagate to other services. Tools such as Terraform retry for a while.",
        waits,
        manifest=loop,
        manifest_language="text",
        url=pages.CONSISTENCY,
    )


def _is_for_people(case: Case[Any] | Denial, name: str) -> bool:
    """Return whether a role is one of IAM Identity Center, or is named like the caller's permission set."""
    permission_set = getattr(principal_words.underlying_role(case.principal), "permission_set", None)
    return name.startswith(_SSO) or name == permission_set or f"{_SSO}{name}_" in case.failure.text
