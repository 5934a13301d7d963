"""Explain denials of roles to SAML users.

The role's trust policy alone decides. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.denials.assuming_roles import (
    NO_SUCH_ROLE,
    SESSION_TAGS,
    trust_policy_commands,
)
from iamtriage.explaining._rules.denials.federation import ONLY_TRUST_NOTES
from iamtriage.explaining._rules.denials.web_identity_remedies import CHANGE_STATEMENT, role_location
from iamtriage.explaining._rules.shared import pages
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_saml",)


_ONLY_TRUST_POLICY = "For this call only the trust policy decides: the caller has no identity-based policies."


_SAML_AUDIENCES = {
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}


_SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"


ASSERTION_NOT_TRUSTED = CauseType(
    "assertion-not-trusted",
    title="The role's trust policy does not allow the SAML assertion",
    text="The role's trust policy does not allow this assertion: it must name the SAML provider as Federated and allow sts:AssumeRoleWithSAML, and its conditions, such as SAML:aud, must match.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithSAML".',
    fix="Name the SAML provider in the trust policy, and allow sts:AssumeRoleWithSAML.",
    sources=(pages.SAML,),
    example="saml",
)


SAML_PAIR = CauseType(
    "saml-pair",
    title="The assertion names another role and provider",
    text="The pair of role and provider in the assertion's Role attribute is not the one of the trust policy.",
    fix="Correct the Role attribute of the assertion.",
    of="assertion-not-trusted",
)


def explain_saml(denial: Denial) -> Explanation:
    """Explain that STS did not accept a SAML assertion for a role."""
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS rejected the SAML assertion for the role: its trust policy does not allow it.",
        causes=(
            ASSERTION_NOT_TRUSTED.cause(
                "derived",
                (_ONLY_TRUST_POLICY,),
            ),
            SAML_PAIR.cause(),
            NO_SUCH_ROLE.cause(
                text="The role does not exist, or its ARN is misspelled (it is case-sensitive): STS reports the same then."
            ),
            SESSION_TAGS.cause(
                text="The assertion has PrincipalTag attributes, and the trust policy does not allow sts:TagSession."
            ),
        ),
        remedies=(_compare_assertion_remedy(denial), _trust_saml_remedy(denial)),
        notes=ONLY_TRUST_NOTES,
    )


def _compare_assertion_remedy(denial: Denial) -> Remedy:
    return Remedy(
        title="Compare the assertion with the trust policy",
        who="you",
        steps=(
            "Copy SAMLResponse from the browser's network log and decode it from Base64. Keep it secret: it is a sign-in.",
            "Its attribute https://aws.amazon.com/SAML/Attributes/Role must contain the ARNs of the role and of the SAML provider, separated by a comma.",
            "The trust policy must name the provider's ARN as Federated. SAML:aud is compared with the Recipient of the assertion.",
            "If the identity provider has new certificates or another issuer, upload its metadata to the SAML provider again.",
        ),
        commands=(trust_policy_commands(denial)[0], "aws iam list-saml-providers"),
        url=pages.SAML,
    )


def _trust_saml_remedy(denial: Denial) -> Remedy:
    partition, account = role_location(denial)
    added = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:saml-provider/PROVIDER"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": _SAML_AUDIENCES.get(partition, _SAML_AUDIENCE)}},
    }
    return Remedy(
        title="Allow the assertion in the role's trust policy",
        who="account administrator",
        steps=(CHANGE_STATEMENT,),
        policy=build_document([added]),
        layer="role_trust",
        is_addition=True,
        url=pages.SAML,
    )
