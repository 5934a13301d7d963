"""Explain that a service cannot assume the role that a call or a SQL command names.

Source for Amazon Redshift: https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.service_roles import (
    ROLE_NOT_THERE,
    SERVICE_CANNOT_ASSUME_ROLE,
    SERVICE_NOT_TRUSTED,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.services import service_trust_policy
from iamtriage.explaining._rules.shared.wording import region_argument

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_redshift_role", "explain_untrusted_service")

_PAGE = "https://docs.aws.amazon.com/redshift/latest/mgmt/copy-unload-iam-role.html"
_SERVICE = "redshift.amazonaws.com"


def explain_untrusted_service(denial: Denial) -> Explanation:
    """Explain that a service cannot assume the role that the caller passed to it."""
    service = denial.principal_text or "SERVICE.amazonaws.com"
    parsed = parse_masked_role(denial.resource)
    return Explanation(
        failure=denial.failure,
        topic="service-cannot-assume-role",
        summary=f"{service} cannot assume the role that the call names: most likely, the role's trust policy does not allow it.",
        causes=(
            SERVICE_CANNOT_ASSUME_ROLE.cause("reported"),
            SERVICE_NOT_TRUSTED.cause(text=f"The role's trust policy does not allow {service}."),
            ROLE_NOT_THERE.cause(),
        ),
        remedies=(
            Remedy(
                title=f"Allow {service} in the role's trust policy",
                who="account administrator",
                steps=(
                    "Save the role's trust policy as trust.json, with this statement added and the existing ones kept: the command replaces the whole policy.",
                    "If the role was just created, wait some seconds and retry the call.",
                ),
                commands=commands.trust_policy_commands(parsed.name if parsed else None),
                policy=service_trust_policy(service, ("sts:AssumeRole",)),
                layer="role_trust",
                is_addition=True,
                url=pages.TRUST_POLICIES,
            ),
        ),
        notes=("It is the service that cannot use the role. No permission of the caller is missing.",),
    )


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
                    "Save the role's trust policy as trust.json, with this statement added and the existing ones kept: the command replaces the whole policy.",
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
