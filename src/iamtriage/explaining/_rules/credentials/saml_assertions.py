"""Explain SAML assertions that STS rejects before it evaluates the role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

SAML_ASSERTION_INVALID = CauseType(
    "saml-assertion-invalid",
    title="STS does not accept the SAML assertion",
    meaning="The assertion lacks an attribute, or does not match the SAML provider in IAM.",
    recognised_by="AssumeRoleWithSAML fails with the error code InvalidIdentityToken or IDPRejectedClaim.",
    fix="Correct the assertion in the identity provider, or update the metadata of the SAML provider in IAM.",
    sources=(pages.SAML,),
)
_SAML = lazy_pattern(r"\bAuthnResponse\b|\bResponse signature invalid|\bnot present in specified provider")
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes"
_NOT_EVALUATED = "STS rejects the assertion before it evaluates the role, so neither the trust policy nor an IAM policy helps."
_READ_ASSERTION = "Copy SAMLResponse from the browser's network log and decode it from Base64. Keep it secret: it is a sign-in."
# How STS words a problem of an assertion, what it means, and the steps.
_PROBLEMS = (
    (
        lazy_pattern(r"RoleSessionName (?:is required|in AuthnResponse must match)"),
        "the attribute RoleSessionName is missing, or has characters that are not allowed",
        "Correct the attribute RoleSessionName in the identity provider",
        f"Send a user ID or an email address as {_ATTRIBUTES}/RoleSessionName, with 2 to 64 letters, digits or characters of _+=,.@- only.",
    ),
    (
        lazy_pattern(r"Source Identity must match"),
        "the attribute SourceIdentity has characters that are not allowed",
        "Correct the attribute SourceIdentity in the identity provider",
        f"Send {_ATTRIBUTES}/SourceIdentity with 2 to 64 letters, digits or characters of _+=,.@- only. It must not begin with aws:, either.",
    ),
    (
        lazy_pattern(r"[Ss]pecified provider doesn.{1,8}t exist"),
        "the SAML provider that it names does not exist",
        "Name an existing SAML provider in the assertion",
        f"The attribute {_ATTRIBUTES}/Role must contain the ARNs of the role and of a SAML provider in its account, separated by a comma. The command prints the providers.",
    ),
    (
        lazy_pattern(r"required audience"),
        "its audience is not the one that the SAML provider in IAM expects",
        "Correct the audience in the identity provider",
        "The identifier of the relying party must be the audience (entity ID) of the SAML provider in IAM, letter by letter.",
    ),
)
_OLD_METADATA = lazy_pattern(r"signature invalid|Issuer not present in specified provider")
_UPDATE = account_remedy(
    "Update the metadata of the SAML provider",
    "Download the metadata from the identity provider as metadata.xml. Its certificate or its issuer has most likely changed.",
    commands=(
        "aws iam list-saml-providers",
        "aws iam update-saml-provider --saml-provider-arn SAML_PROVIDER_ARN --saml-metadata-document file://metadata.xml",
    ),
    url=pages.SAML,
)
_COMPARE = your_remedy(
    "Read the assertion, and compare it with the SAML provider",
    _READ_ASSERTION,
    f"It must have the attributes Role and RoleSessionName ({_ATTRIBUTES}/…), and the issuer and certificate of the metadata in IAM.",
    commands=(
        "aws iam list-saml-providers",
        "aws iam get-saml-provider --saml-provider-arn SAML_PROVIDER_ARN --query SAMLMetadataDocument --output text",
    ),
    url=pages.SAML,
)


def is_about_saml(case: Case[InvalidIdentityToken], message: str) -> bool:
    """Return whether STS rejected a SAML assertion, not a web identity token."""
    return case.failure.envelope.operation == "AssumeRoleWithSAML" or _SAML.search(message) is not None


def explain_rejected_assertion(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS does not accept a SAML assertion."""
    verdict, quote, remedy = "", "", _COMPARE
    if (found := _OLD_METADATA.search(message)) is not None:
        verdict = (
            ": its issuer or its signature does not match the metadata that the SAML provider in IAM has"
        )
        quote, remedy = found[0], _UPDATE
    for wording, text, title, step in _PROBLEMS:
        if (found := wording.search(message)) is not None:
            verdict, quote = f": {text}", found[0]
            lines = ("aws iam list-saml-providers",) if "prints the providers" in step else ()
            remedy = your_remedy(title, step, _READ_ASSERTION, commands=lines, url=pages.SAML)
    return case.explain(
        f"STS does not accept the SAML assertion{verdict}.",
        SAML_ASSERTION_INVALID.cause("reported", quote_phrases(message, quote) if quote else ()),
        remedies=remedy,
        notes=_NOT_EVALUATED,
    )
