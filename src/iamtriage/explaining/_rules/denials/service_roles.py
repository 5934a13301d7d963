"""Explain that a service cannot assume the role that a call or a SQL command names.

Source for Amazon Redshift: https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._lookup import actions_for
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.service_roles import (
    ROLE_NOT_THERE,
    SERVICE_CANNOT_ASSUME_ROLE,
    SERVICE_NOT_TRUSTED,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_role_arn, message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial_remedies import region_argument, save_step
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.services import (
    ASSUME_ROLE,
    RoleRecipient,
    find_role_recipient,
    service_trust_policy,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_redshift_role", "explain_untrusted_service")

# The partition's suffix of most service principals is the same in China.
_SERVICE_PRINCIPAL = lazy_pattern(
    r"(?<![\w.-])[a-z][a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,20})?\.amazonaws\.com(?![\w-])", re.ASCII
)
# What messages call a service, and the principal that assumes its roles, as the guides of the services state it.
_SERVICES_IN_MESSAGES = (
    ("Firehose", "firehose.amazonaws.com"),
    ("ECS Infrastructure Role", "ecs.amazonaws.com"),
    ("ECS service role", "ecs.amazonaws.com"),
    ("CodeDeploy", "codedeploy.amazonaws.com"),
    ("CodeBuild", "codebuild.amazonaws.com"),
    ("CodePipeline", "codepipeline.amazonaws.com"),
    ("EventBridge Scheduler", "scheduler.amazonaws.com"),
    ("Bedrock", "bedrock.amazonaws.com"),
    ("Cognito", "cognito-idp.amazonaws.com"),
    ("OpenSearch Service", "opensearchservice.amazonaws.com"),
    ("AWS Backup", "backup.amazonaws.com"),
    ("Glue", "glue.amazonaws.com"),
    ("Lambda", "lambda.amazonaws.com"),
    ("Step Functions", "states.amazonaws.com"),
    ("rolesanywhere", "rolesanywhere.amazonaws.com"),
    ("aws_signing_helper", "rolesanywhere.amazonaws.com"),
    # The message of CreateSession.
    ("Unable to assume role for arn:", "rolesanywhere.amazonaws.com"),
)
_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
_PAGE = "https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html"
_SERVICE = "redshift.amazonaws.com"


def explain_untrusted_service(denial: Denial) -> Explanation:
    """Explain that a service cannot assume the role that a call or its configuration names."""
    words = message_text(denial)
    service = _find_service(denial, words) or "SERVICE.amazonaws.com"
    parsed = parse_masked_role(denial.resource) or denial.role or parse_masked_role(find_role_arn(words))
    role = "the role" if parsed is None else f"the role {parsed.name}"
    who = "The service" if service.startswith("SERVICE") else service
    recipient = _find_recipient(denial)
    actions = recipient.trust_actions if recipient else ASSUME_ROLE
    if service == _ROLES_ANYWHERE:
        # https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
        actions = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    return Explanation(
        failure=denial.failure,
        topic="service-cannot-assume-role",
        summary=f"{who} cannot assume {role}: most likely, the role's trust policy does not allow it.",
        causes=(
            SERVICE_NOT_TRUSTED.cause(
                text=f"The trust policy of {role} does not allow {who.replace('The', 'the')}."
            ),
            SERVICE_CANNOT_ASSUME_ROLE.cause("reported"),
            ROLE_NOT_THERE.cause(),
        ),
        remedies=(
            Remedy(
                title=f"Allow {who.replace('The', 'the')} in the trust policy of {role}",
                who="account administrator",
                steps=(
                    save_step("the role's trust policy", "trust.json"),
                    "If the role was just created, wait a few seconds and retry the call.",
                ),
                commands=commands.trust_policy_commands(parsed.name if parsed else None),
                policy=service_trust_policy(service, actions),
                layer="role_trust",
                is_addition=True,
                url=pages.TRUST_POLICIES,
            ),
        ),
        notes=("The service cannot use the role. No permission of the caller is missing.",),
    )


def _find_service(denial: Denial, words: str) -> str | None:
    """Return the service principal that the message, or else the called service, names."""
    if (denial.principal_text or "").endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return denial.principal_text
    found = _SERVICE_PRINCIPAL.search(words)
    if found is not None:
        return found[0]
    recipient = _find_recipient(denial)
    if recipient is not None and recipient.principal is not None:
        return recipient.principal
    return next((principal for name, principal in _SERVICES_IN_MESSAGES if name in words), None)


def _find_recipient(denial: Denial) -> RoleRecipient | None:
    """Return what receives the role in the call, whose operation can imply the service."""
    service = denial.failure.envelope.service
    if service is None and denial.operation is not None:
        services = [each.service for each in actions_for(denial.operation)]
        service = services[0] if len(services) == 1 else None
    return find_role_recipient(denial.operation, service)


def explain_redshift_role(denial: Denial) -> Explanation:
    """Explain that Redshift cannot assume the role for a database user."""
    parsed = parse_masked_role(denial.resource)
    role = f"the role {parsed.name}" if parsed else "the role"
    arn = commands.arn(denial.resource, "ROLE_ARN")
    region = region_argument(denial)
    text = f"Either {role} is not associated with the cluster or namespace, or its trust policy does not allow {_SERVICE}. The message does not say which."
    return Explanation(
        failure=denial.failure,
        topic="service-cannot-assume-role",
        summary=f"Amazon Redshift cannot assume {role}: most often, the role is not associated with the cluster or does not trust {_SERVICE}.",
        causes=(SERVICE_CANNOT_ASSUME_ROLE.cause("derived", text=text),),
        remedies=(
            Remedy(
                title=f"Associate {role} with the cluster",
                who="account administrator",
                steps=(
                    "Check which roles the cluster has, and add the one that the SQL command names. Redshift Serverless has them in the namespace.",
                    "The account administrator of the cluster needs iam:PassRole for the role.",
                ),
                commands=(
                    fill_command(
                        "aws redshift describe-clusters --cluster-identifier CLUSTER --region {} --query 'Clusters[].IamRoles'",
                        region,
                    ),
                    fill_command(
                        "aws redshift modify-cluster-iam-roles --cluster-identifier CLUSTER --region {} --add-iam-roles {}",
                        region,
                        arn,
                    ),
                ),
                url=_PAGE,
            ),
            Remedy(
                title=f"Allow {_SERVICE} in the role's trust policy",
                who="account administrator",
                steps=(
                    save_step("the role's trust policy", "trust.json"),
                    "A condition on sts:ExternalId limits the role to database users: it must list the user of the message.",
                ),
                commands=commands.trust_policy_commands(parsed.name if parsed else None),
                policy=service_trust_policy(_SERVICE, ("sts:AssumeRole",)),
                layer="role_trust",
                is_addition=True,
                url=pages.TRUST_POLICIES,
            ),
        ),
        notes=(
            "An Allow for the database user does not help: Redshift assumes the role. The role also needs the permissions for the data, such as s3:GetObject.",
        ),
    )
