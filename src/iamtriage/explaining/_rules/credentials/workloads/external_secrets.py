"""Explain that External Secrets Operator does not use a Pod Identity association.

Source: https://external-secrets.io/latest/provider/aws-access/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy
from iamtriage.failures._failures import MissingCredentials

_PAGE = "https://external-secrets.io/latest/provider/aws-access/"
_OPERATOR = "external-secrets"
# What shows or creates an association. A command that lists them can print none.
_ASSOCIATION = lazy_pattern(
    r"podidentityassociation/|\bcreate-pod-identity-association\b|\baws_eks_pod_identity_association\b|\bpods\.eks\.amazonaws\.com\b"
)
_ACCOUNT = lazy_pattern(
    r"associated with service account (?P<name>[a-z0-9.-]{1,253}) \(namespace: (?P<namespace>[a-z0-9-]{1,63})\)"
)
_ROLE = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,300}(?<![.,])")
STORE_USES_IRSA = CauseType(
    "secret-store-uses-irsa",
    title="The SecretStore names a service account, for which the operator uses only IRSA",
    text="With auth.jwt.serviceAccountRef, the operator gets a token of the account and assumes the role in its annotation (IRSA). A Pod Identity association is only for pods that run as the account, and the operator's pod runs as its own.",
    recognised_by="External Secrets Operator says that an IAM role must be associated with the service account, and the text has a Pod Identity association.",
    fix="Remove auth from the store and associate the role with the operator's service account, or use IRSA for the account.",
    sources=(_PAGE,),
)


def explain_store(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a store names an account with an association, which the operator does not use for it."""
    text = case.failure.text
    account = _ACCOUNT.search(text)
    if account is None or _ASSOCIATION.search(text) is None:
        return None
    role = commands.arn(only_one(set(_ROLE.findall(text))), "ROLE_ARN")
    return case.explain(
        f"External Secrets Operator finds no role for the service account {account['namespace']}/{account['name']}: for a store with serviceAccountRef, it reads only the annotation (IRSA), not the Pod Identity association.",
        STORE_USES_IRSA.cause("derived"),
        topic=STORE_USES_IRSA.code,
        remedies=(_associate_operator(case, role), _use_irsa(account, role)),
        notes="No permission is missing yet: no call was made.",
    )


def _associate_operator(case: Case[MissingCredentials], role: str) -> Remedy:
    region, cluster = commands.region(case.facts.region), case.facts.cluster or "CLUSTER"
    create = "aws eks create-pod-identity-association --cluster-name {} --namespace {} --service-account {} --role-arn {} --region {}"
    return cluster_remedy(
        "Remove auth from the store, and associate the role with the operator's service account",
        "Without auth, the operator calls as its own pod. Below, its namespace and account have the names of its chart.",
        "All stores without auth then use this role. For several, let each store name one that it assumes (spec.provider.aws.role).",
        commands=(
            fill_command(create, cluster, _OPERATOR, _OPERATOR, role, region),
            f"kubectl rollout restart deployment/{_OPERATOR} --namespace {_OPERATOR}",
        ),
        url=_PAGE,
    )


def _use_irsa(account: re.Match[str], role: str) -> Remedy:
    annotate = f"kubectl annotate serviceaccount {{}} --namespace {{}} eks.amazonaws.com/role-arn={role}"
    return account_remedy(
        "Or use IRSA for the account: annotate it, and let the role trust the cluster's OIDC provider",
        "The annotation alone is not enough: a trust policy for pods.eks.amazonaws.com does not allow sts:AssumeRoleWithWebIdentity.",
        commands=fill_command(annotate, account["name"], account["namespace"]),
        url="https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    )
