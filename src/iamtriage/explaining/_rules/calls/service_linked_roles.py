"""Explain that a call needs a service-linked role that the account does not have.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html and the pages on
service-linked roles in the guides of the services.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._lookup import actions_for
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AwsError, Failure

__all__ = (
    "MISSING_ROLE",
    "NO_SERVICE_LINKED_ROLE",
    "LinkedRole",
    "create_role_remedy",
    "explain_missing_role",
    "find_linked_role",
    "missing_role",
)


class LinkedRole(NamedTuple):
    """A service-linked role.

    Attributes:
        words: What messages call the service, a regular expression.
        name: The service in words.
        principal: The service principal that owns the role.
        role: The name of the role.
    """

    words: str
    name: str
    principal: str
    role: str

    @property
    def service(self) -> str:
        """The prefix of the service's actions, if its operations need the role."""
        owner = self.principal.removesuffix(".amazonaws.com").rpartition(".")[2]
        return "es" if owner == "opensearchservice" else owner


# The services whose messages speak of their role. More specific words come first.
_ROLES = tuple(
    LinkedRole(words, name, f"{owner}.amazonaws.com", f"AWSServiceRoleFor{role}")
    for words, name, owner, role in (
        ("Spot Fleet", "EC2 Spot Fleet", "spotfleet", "EC2SpotFleet"),
        ("Spot", "EC2 Spot Instances", "spot", "EC2Spot"),
        (
            "Elastic ?Load ?Balancing",
            "Elastic Load Balancing",
            "elasticloadbalancing",
            "ElasticLoadBalancing",
        ),
        ("Auto ?Scaling", "EC2 Auto Scaling", "autoscaling", "AutoScaling"),
        ("(?i:Node ?group)", "EKS node groups", "eks-nodegroup", "AmazonEKSNodegroup"),
        ("Fargate profile", "EKS Fargate", "eks-fargate", "AmazonEKSForFargate"),
        (r"EKS\b", "Amazon EKS", "eks", "AmazonEKS"),
        (r"ECS\b", "Amazon ECS", "ecs", "ECS"),
        ("OpenSearch", "Amazon OpenSearch Service", "opensearchservice", "AmazonOpenSearchService"),
        ("ElastiCache", "Amazon ElastiCache", "elasticache", "ElastiCache"),
        (r"(?:Elastic ?File ?System|EFS\b)", "Amazon EFS", "elasticfilesystem", "AmazonElasticFileSystem"),
        ("API ?Gateway", "API Gateway", "ops.apigateway", "APIGateway"),
        ("(?:MSK|Kafka)", "Amazon MSK", "kafka", "Kafka"),
        ("RDS", "Amazon RDS", "rds", "RDS"),
        ("Batch", "AWS Batch", "batch", "Batch"),
        ("Network ?Firewall", "AWS Network Firewall", "network-firewall", "NetworkFirewall"),
        ("Organizations", "AWS Organizations", "organizations", "Organizations"),
        ("GuardDuty", "Amazon GuardDuty", "guardduty", "AmazonGuardDuty"),
    )
)
MISSING_ROLE = lazy_pattern(
    r"(?:enable|create|assume|missing|verify)\b[^.]{0,60}\bservice[- ]linked ?role"
    r"|service[- ]linked ?role\b[^.]{0,80}\b(?:does(?:\snot|n't)\sexist|not\sfound|missing)",
    re.IGNORECASE,
)
"""Words of the messages."""
_RETRIES = lazy_pattern(r"karpenter|nodeclaim|reconcil|controller", re.IGNORECASE)

NO_SERVICE_LINKED_ROLE = CauseType(
    "no-service-linked-role",
    title="The service-linked role does not exist yet",
    meaning="The call needs the service-linked role of the service, which does not exist in the account yet.",
    recognised_by="The message speaks of a service-linked role, or the denied action is iam:CreateServiceLinkedRole.",
    fix="Create the service-linked role once per account, or allow iam:CreateServiceLinkedRole to the caller.",
    sources=(pages.SERVICE_LINKED,),
    subject="denials",
)


def explain_missing_role(case: Case[AwsError], message: str) -> Explanation:
    """Explain an API error that says that a service-linked role is missing."""
    role = find_linked_role(message, _possible_services(case.failure))
    return missing_role(case, message, role, "The account has no service-linked role for {} yet.")


def missing_role(
    case: Case[AwsError] | Denial, text: str, role: LinkedRole | None, summary: str, *others: Remedy
) -> Explanation:
    """Return the explanation of a failure for which a service-linked role is missing.

    Args:
        case: The failure, or the denial.
        text: Its message.
        role: The role, if the message or the call tells which one.
        summary: The summary, with a place for the name of the service.
        *others: Remedies after the one that creates the role.
    """
    retries = _RETRIES.search(case.failure.text) is not None
    needed = "service-linked role of the service" if role is None else f"role {role.role} of {role.name}"
    return case.explain(
        summary.format("this service" if role is None else role.name),
        NO_SERVICE_LINKED_ROLE.cause(
            "reported",
            quote_phrases(text, "service-linked role", "service linked role", "Service Linked Role"),
            text=f"The call needs the {needed}, which is created once per account.",
        ),
        remedies=(
            create_role_remedy(
                None if role is None else role.principal,
                "Create the role once as an administrator",
                "The controller retries by itself." if retries else "Then retry the call.",
                "If IAM answers that the name has been taken, the role exists, and another permission is missing.",
            ),
            *others,
        ),
        notes=("The caller needs no permission for a service-linked role that exists.",),
    )


def create_role_remedy(principal: str | None, title: str, *steps: str) -> Remedy:
    """Return the remedy that creates the service-linked role of a service."""
    return account_remedy(
        title,
        *steps,
        commands=(
            fill_command(
                "aws iam create-service-linked-role --aws-service-name {}",
                principal or "SERVICE.amazonaws.com",
            ),
        ),
        url=pages.SERVICE_LINKED,
    )


def find_linked_role(text: str, services: Iterable[str]) -> LinkedRole | None:
    """Return the role that a message names or describes, or else the one that the called service needs."""
    for role in _ROLES:
        if role.role in text:
            return role
    for role in _ROLES:
        if re.search(rf"\b{role.words}", text):
            return role
    called = frozenset(services)
    return next((role for role in _ROLES if role.service in called), None)


def _possible_services(failure: Failure) -> list[str]:
    envelope = failure.envelope
    if envelope.service is not None:
        return [envelope.service]
    return [] if envelope.operation is None else [each.service for each in actions_for(envelope.operation)]
