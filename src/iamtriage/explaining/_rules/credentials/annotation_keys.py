"""Explain that the annotation of a service account that names its role has another key than EKS reads.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html,
https://github.com/jtblin/kube2iam and https://external-secrets.io/latest/provider/aws-access/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import clusters, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase

_KIAM = "iam.amazonaws.com/role"
KEY = "eks.amazonaws.com/role-arn"
_ANNOTATION = lazy_pattern(
    r"(?<![\w./-])(?P<key>(?:iam\.amazonaws\.com|eks\.amazonaws?\.com|eks\.aws\.com|amazonaws\.com)/[\w-]{0,20}role[\w-]{0,10})[\"'\\]{0,4}\s?[=:]\s?[\"'\\]{0,4}"
    r"(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8})?(?P<name>[\w+=,.@-]{1,64})(?![\w/])",
    re.ASCII,
)
_OF_ACCOUNT = lazy_pattern(
    r"\bkind: ServiceAccount\b|\b(?:describe|get|annotate) (?:sa|serviceaccounts?)[ /]"
)
_EXTERNAL_SECRETS = lazy_pattern(r"(?i:\bsecretstore|external-?secrets?\b)")
ANNOTATION_WITH_OTHER_KEY = CauseType(
    "annotation-with-other-key",
    title="The annotation with the role has another key than EKS reads",
    meaning="EKS reads the role of a service account only from the annotation eks.amazonaws.com/role-arn. kiam and kube2iam read iam.amazonaws.com/role.",
    recognised_by="The text shows the service account with the annotation.",
    fix="Annotate the service account with eks.amazonaws.com/role-arn, and let the role trust the cluster's OIDC provider.",
    sources=(pages.EKS_IRSA_POD,),
)


class OtherAnnotation(NamedTuple):
    """The annotation of a service account, with the ARN of the role if the text has it."""

    key: str
    role: str
    arn: str | None


def find_other_annotation(text: str) -> OtherAnnotation | None:
    """Return the annotation of a service account whose key EKS does not read, if it has no other one.

    >>> find_other_annotation("kind: ServiceAccount annotations: iam.amazonaws.com/role: cart").key
    'iam.amazonaws.com/role'
    """
    if KEY in text or not _OF_ACCOUNT.search(text):
        return None
    found = {each["key"]: each for each in _ANNOTATION.finditer(text)}
    if len(found) != 1:
        return None
    [each] = found.values()
    return OtherAnnotation(each["key"], each["name"], each["role"] and each["role"] + each["name"])


def uses_external_secrets(text: str) -> bool:
    """Return whether External Secrets Operator, which gets the token itself, reports a failure."""
    return _EXTERNAL_SECRETS.search(text) is not None


def describe_key(found: OtherAnnotation, text: str) -> str:
    """Return what is wrong with the key of an annotation, as the end of a sentence."""
    reader = "External Secrets" if uses_external_secrets(text) else "EKS"
    owner = ", that of kiam and kube2iam" if found.key == _KIAM else ""
    return f"the annotation with the role has the key {found.key}{owner}, and {reader} reads {KEY}"


def other_key_cause(found: OtherAnnotation) -> Cause:
    """Return the cause that the role of a service account is in an annotation that nothing here reads."""
    text = f"The text shows the annotation {found.key} with the role {clip_text(found.role)}."
    return ANNOTATION_WITH_OTHER_KEY.cause("derived", text=text)


def correct_key_remedy(case: AnyCase, found: OtherAnnotation) -> Remedy:
    """Return the remedy that annotates the service account with the key that EKS reads."""
    facts, is_of_operator = case.facts, uses_external_secrets(case.text)
    subject = (
        f"system:serviceaccount:{facts.namespace or 'NAMESPACE'}:{facts.service_account or 'SERVICE_ACCOUNT'}"
    )
    role = commands.arn(found.arn, "ROLE_ARN")
    kiam = "; a role for kiam trusts another role instead" if found.key == _KIAM else ""
    helm = (
        " Helm manages it: set the annotation in the values, too."
        if "managed-by" in case.text and "Helm" in case.text
        else ""
    )
    again = (
        "The operator reads the annotation at its next attempt: no pod has to restart."
        if is_of_operator
        else "Then re-create the pods."
    )
    return cluster_remedy(
        f"Annotate the service account with {KEY}",
        f"{again}{helm}",
        f"The role must trust the cluster's OIDC provider (sts:AssumeRoleWithWebIdentity) for {clip_text(subject)}{kiam}. The second command prints its trust policy.",
        commands=(
            f"kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite {KEY}={role}",
            fill_command(
                "aws iam get-role --role-name {} --query Role.AssumeRolePolicyDocument",
                commands.role_name(found.role),
            ),
            None if is_of_operator else Labelled("Then:", clusters.restart_command(case)),
        ),
        url=pages.EKS_IRSA_POD,
    )
