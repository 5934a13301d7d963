"""Explain that an AWS service cannot assume a role, by the role's trust policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from iamtriage._text import join_words
from iamtriage.actions._operation_resources import role_parameters
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.principals.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.remedies import (
    save_step,
    trust_remedy,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE, service_trust_policy
from iamtriage.explaining._rules.shared.texts.deployment_tools import (
    find_deployment,
    trust_in_code_steps,
)
from iamtriage.explaining._rules.sts.trust import service_policies
from iamtriage.failures._failures import AwsError, InvalidArn, MissingCredentials

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
# The principals of other services with a similar name or purpose.
_ALIKE = {
    "ecs-tasks.amazonaws.com": "ecs.amazonaws.com",
    "edgelambda.amazonaws.com": "lambda.amazonaws.com",
    "pipes.amazonaws.com": "events.amazonaws.com",
    "scheduler.amazonaws.com": "events.amazonaws.com",
}
# A service starts its tasks again.
_OF_ECS_SERVICES = {None, "CreateService", "UpdateService"}
_STACKS = "cloudformation.amazonaws.com"
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
    parsed = parse_masked_role(role_arn)
    in_code = trust_in_code_steps(find_deployment(case.failure, case.facts))
    name = None if parsed is None else parsed.name
    role = f"the role {name}" if name else "the role"
    parameters = () if name else role_parameters(case.operation or "", (service or "").partition(".")[0])
    who, trust = service or "the service", None
    if case.facts.trust_policy is not None and service is not None:
        trust = service_policies.check_service_trust(
            case.facts, service, actions, role_arn, name, text=case.failure.text, is_meant=is_meant
        )
    causes: tuple[Cause, ...] = (
        SERVICE_CANNOT_ASSUME_ROLE.cause(
            "reported", phrases, text=_STACK_ROLE if service == _STACKS else None
        ),
        SERVICE_NOT_TRUSTED.cause(
            text=f"The trust policy of {role} does not allow {who}{f', but perhaps {_ALIKE[who]}' if who in _ALIKE else ''}."
        ),
        ROLE_TOO_NEW.cause(
            text="The role was created seconds ago, and the service does not see it yet: IAM takes a few seconds to propagate it."
        ),
        # A name alone does not show a wrong path.
        ROLE_NOT_THERE.cause(
            text=None
            if parsed is None or str(parsed).count("/") == 1
            else f"The role {parsed} does not exist: its name, path or account is wrong, or it was deleted."
        ),
    )
    verdict = "most likely, the role's trust policy does not allow it"
    if service == _STACKS:
        verdict = "most likely, it was deleted, or its trust policy does not allow it"
    remedies: tuple[Remedy, ...]
    if trust is not None:
        retry = () if trust.is_allowed else ("Retry after a few seconds: the change has to propagate.",)
        fix = attrs.evolve(trust.remedy, steps=(*in_code, *trust.remedy.steps, *retry))
        verdict, remedies, causes = trust.verdict, (fix,), (causes[0], trust.cause)
    else:
        show, update = commands.trust_policy_commands(name)
        remedies = (
            trust_remedy(
                f"Allow {who} in the trust policy of {role}",
                "If IAM finds no such role, create it again under the same name with this trust policy and the permissions that the stack needs."
                if service == _STACKS
                else None,
                *in_code,
                f"ROLE_NAME is the name of the role in {join_words(parameters, 'or')} of {case.operation}: the message does not name it."
                if parameters and not in_code
                else None,
                None if in_code else "Then repeat the call after about ten seconds.",
                save_step("the role's trust policy", "trust.json"),
                commands=(show, update),
                policy=service_trust_policy(service or "SERVICE.amazonaws.com", actions),
                url=pages.TRUST_POLICIES,
            ),
            _retry_remedy(f"If the role is new and trusts {who} already, only wait and retry", case),
        )
    return case.explain(
        f"The service{f' {service}' if service else ''} cannot assume {role}: {verdict}.",
        *causes,
        topic="service-cannot-assume-role",
        remedies=remedies,
        notes=(
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
            "An ECS service retries to start its tasks after a while."
            if service == "ecs-tasks.amazonaws.com" and case.operation in _OF_ECS_SERVICES
            else None,
            # https://github.com/aws-samples/aws-modern-application-workshop/issues/149
            f"The caller's permissions are not the problem{', if they include iam:PassRole on the role' if ' pass ' in case.failure.text else ''}.",
        ),
    )


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


def _retry_remedy(title: str, case: Case[Any] | Denial) -> Remedy:
    text = case.failure.text
    waits = loop = again = None
    if "aws iam create-role" in text:
        waits = "In the script, repeat the call, as below. aws iam wait role-exists does not help: it only asks IAM, which knows the role at once."
        call = (commands.repeat_command(case.context.command) or "COMMAND").replace(" --", " \\\n    --")
        loop = f'n=0\nuntil {call}; do\n  n=$((n+1)); [ "$n" -lt 6 ] || exit 1\n  sleep 10\ndone\n'
        again = (
            "A later run works because the role has propagated by then, if the script accepts that it exists."
        )
    return your_remedy(
        title,
        "A new role takes about 10 seconds to propagate to other services. Tools such as Terraform retry for a while.",
        waits,
        again,
        manifest=loop,
        manifest_language="text",
        url=pages.CONSISTENCY,
    )
