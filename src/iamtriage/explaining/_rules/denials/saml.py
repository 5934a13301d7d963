"""Denials of sts:AssumeRoleWithSAML: what the trust policy and the assertion have to say; not for tokens of OIDC.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import REPLACE_PLACEHOLDERS
from iamtriage.explaining._rules.shared.cases import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.wording import EVENTUAL_CONSISTENCY
from iamtriage.policies._documents import build_document
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_saml",)

_AUDIENCES = {
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}
_AUDIENCE = "https://signin.aws.amazon.com/saml"


def explain_saml(denial: Denial) -> Explanation:
    """Explain that a SAML assertion did not get a role."""
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the SAML assertion for the role: its trust policy does not let it in.",
        causes=(
            Cause(
                "trust-policy",
                "The role's trust policy does not let this assertion in: it has to name the SAML provider as Federated, allow sts:AssumeRoleWithSAML, and its conditions, such as SAML:aud, have to fit the assertion.",
                "derived",
                (
                    "STS refuses sts:AssumeRoleWithSAML by the trust policy alone: such a caller has no policies of its own.",
                ),
            ),
            Cause(
                "saml-pair",
                "The pair of role and provider in the assertion's Role attribute is not the one of the trust policy.",
                "possible",
            ),
            Cause(
                "no-such-role",
                "The role does not exist, or its ARN is misspelt, upper and lower case included: STS says the same then.",
                "possible",
            ),
            Cause(
                "session-tags",
                "The assertion has PrincipalTag attributes, and the trust policy does not allow sts:TagSession.",
                "possible",
            ),
        ),
        remedies=(_compare(denial), _let_in(denial)),
        notes=(
            "An Allow in a policy does not help: it is the trust policy alone that decides.",
            EVENTUAL_CONSISTENCY,
        ),
    )


def _compare(denial: Denial) -> Remedy:
    role = underlying_role(try_parse_principal(denial.resource))
    name = commands.role_name(role.name if role is not None else None)
    return Remedy(
        title="Compare the assertion with the trust policy",
        who="you",
        steps=(
            "Take SAMLResponse from the browser's network log, and decode it from Base64. It is a login: show it to nobody.",
            "Its attribute https://aws.amazon.com/SAML/Attributes/Role has to hold the ARNs of the role and of the SAML provider, with a comma between.",
            "The provider's ARN has to stand in the trust policy as Federated; the Recipient of the assertion is what SAML:aud is compared with.",
            "Where the identity provider has new certificates or another issuer, load its metadata into the SAML provider again.",
        ),
        commands=(
            command(
                *("aws", "iam", "get-role", "--role-name", name),
                *("--query", "Role.AssumeRolePolicyDocument"),
            ),
            "aws iam list-saml-providers",
        ),
        url=pages.SAML,
    )


def _let_in(denial: Denial) -> Remedy:
    account = denial.account or f"{PLACEHOLDER}ACCOUNT_ID"
    partition = denial.place.partition or "aws"
    role = underlying_role(try_parse_principal(denial.resource))
    if role is not None:
        account, partition = role.account, role.partition
    made = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:saml-provider/{PLACEHOLDER}PROVIDER"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": _AUDIENCES.get(partition, _AUDIENCE)}},
    }
    return Remedy(
        title="Let the assertion in by the role's trust policy",
        who="account administrator",
        steps=(
            REPLACE_PLACEHOLDERS,
            "Change the statement of the trust policy, or add one like this and keep those that are there.",
        ),
        policy=build_document([made]),
        layer="role_trust",
        url=pages.SAML,
    )
