"""Explains web identity tokens that STS refuses: provider, audience, keys, form; not what a trust policy denies.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.identity_providers import (
    NOTE,
    explain_no_key,
    explain_no_provider,
    explain_thumbprint,
    explain_unreached,
    issuer_of,
    list_providers,
    provider_arn,
)
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import error_code, message_text, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.sts.trust_findings import evaluate_trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

    _Rule = Callable[["Case[InvalidIdentityToken]", str], Explanation]

__all__ = ("explain_identity_token",)

_AUDIENCE = "sts.amazonaws.com"
_ACTION = "sts:AssumeRoleWithWebIdentity"


_PLAIN = re.compile(r"[A-Za-z0-9][\w.:/-]{0,254}", re.ASCII)
_CLAIM = re.compile(r"issing a required claim: (\w{1,20})", re.ASCII)


def explain_identity_token(case: Case[InvalidIdentityToken]) -> Explanation:
    """Say what is wrong with the token or with the provider that IAM knows."""
    message, code = message_text(case), error_code(case.failure)
    return _with_trust(case, _rule_for(message, code)(case, message))


def _rule_for(message: str, code: str) -> _Rule:
    if "OpenIDConnect provider found" in message:
        return explain_no_provider
    if "ncorrect token audience" in message or "audience in ID Token" in message:
        return _audience
    if code.startswith("IDPCommunicationError"):
        return explain_unreached
    if "retrieve verification key" in message:
        return explain_no_key
    if "humbprint" in message:
        return explain_thumbprint
    if code.startswith("IDPRejectedClaim"):
        return _rejected
    if _CLAIM.search(message):
        return _claim
    return _other


def _with_trust(case: Case[InvalidIdentityToken], explanation: Explanation) -> Explanation:
    """Add what a trust policy that was given says: the next thing that STS looks at."""
    resource = case.failure.resource or case.facts.resource
    found = evaluate_trust_policy(case.facts, _ACTION, resource)
    if found is None or found.allowed is True:
        return explanation
    cause = found.cause
    if found.allowed is False:
        text = "The role's trust policy does not let this token in either, which shows once the token is accepted."
        cause = attrs.evolve(cause, text=text)
    remedies = () if found.remedy is None else (found.remedy,)
    return attrs.evolve(
        explanation, causes=(*explanation.causes, cause), remedies=(*explanation.remedies, *remedies)
    )


# ------------------------------------------------ audience and claims


def _audience(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    issuer = issuer_of(case, message)
    named = _audience_of(case)
    because = quote_phrases(message, "Incorrect token audience")
    causes = [
        Cause(
            "wrong-audience",
            "The token's audience is not among the client ids of the IAM OIDC provider.",
            "reported",
            because,
        )
    ]
    if named is not None:
        causes.append(
            Cause(
                "audience-of-token", f"The token is for {named}.", "supplied", (f"Its aud claim is {named}.",)
            )
        )
    causes += [
        Cause(
            "annotation-audience",
            "The service account's annotation eks.amazonaws.com/audience, or the token's volume, asks for another audience.",
            "possible",
            (f"Without it the audience is {_AUDIENCE}.",),
        ),
        Cause(
            "token-of-api-server",
            "The token is the one for the Kubernetes API server, /var/run/secrets/kubernetes.io, not the one for AWS.",
            "possible",
        ),
        Cause(
            "audience-of-other-partition",
            "A CI system in China or elsewhere asks for sts.amazonaws.com.cn, or the reverse.",
            "possible",
        ),
    ]
    provider = provider_arn(case, issuer)
    # A token for something else is not made fit for AWS by letting the provider take it.
    client = named if named is not None and named.startswith("sts.") else "AUDIENCE" if named else _AUDIENCE
    return Explanation(
        failure=case.failure,
        topic="wrong-audience",
        summary="The token is for another audience than the IAM OIDC provider takes.",
        causes=tuple(causes),
        remedies=(
            Remedy(
                title="Compare the token's audience with the provider's client ids",
                who="you",
                steps=(
                    "See the claim aud of the token: iamtriage.read_web_identity_token reads it. Show the token to nobody.",
                    f"For roles of pods it is {_AUDIENCE}, in all partitions.",
                ),
                commands=(
                    fill_command(
                        "aws iam get-open-id-connect-provider --open-id-connect-provider-arn {} --query ClientIDList",
                        provider,
                    ),
                    fill_command(
                        "kubectl get serviceaccount {} --namespace {} -o yaml",
                        _service_account(case),
                        commands.namespace(case.facts.namespace),
                    ),
                ),
                url=pages.EKS_IRSA_POD,
            ),
            Remedy(
                title="Let token and provider agree on the audience",
                who="account administrator",
                steps=(
                    "Where the token is wrong, let it be made for an audience that the provider takes.",
                    "Where its audience is meant for AWS, add that to the provider's client ids.",
                ),
                commands=(
                    fill_command(
                        "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {} --client-id {}",
                        provider,
                        client,
                    ),
                ),
                url=pages.OIDC_PROVIDERS,
            ),
        ),
        notes=("The trust policy's condition on aud is another check, which comes after this one.", NOTE),
    )


def _audience_of(case: Case[InvalidIdentityToken]) -> str | None:
    """Give the first audience of the token that was given, if it is a plain word."""
    given: object = (case.facts.token_claims or {}).get("aud")
    each: Iterable[object] = cast("Iterable[object]", given) if isinstance(given, (list, tuple)) else (given,)
    return next((name for name in each if isinstance(name, str) and _PLAIN.fullmatch(name)), None)


def _service_account(case: Case[InvalidIdentityToken]) -> str:
    given = case.facts.service_account
    return "SERVICE_ACCOUNT" if given is None else commands.kubernetes_name(given)


def _claim(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    found = _CLAIM.search(message)
    name = found[1] if found else "aud"
    return Explanation(
        failure=case.failure,
        topic="missing-claim",
        summary=f"The token lacks the claim {name}.",
        causes=(
            Cause(
                "missing-claim",
                f"STS needs the claim {name}, and the token has none.",
                "reported",
                (f"AWS says that {name} is missing.",),
            ),
            Cause(
                "token-of-secret",
                "It is an old Kubernetes token, from a Secret, which has no audience and no expiry.",
                "possible",
            ),
            Cause(
                "not-an-id-token",
                "It is an access token of the identity provider, not an ID token.",
                "possible",
            ),
        ),
        remedies=(credential_remedies.reread_token(), _look_at_token()),
        notes=(NOTE,),
    )


# ------------------------------------------------ keys and certificates


# ------------------------------------------------ the rest


def _rejected(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="claim-rejected",
        summary="The identity provider does not confirm the token.",
        causes=(
            Cause(
                "claim-rejected",
                "The identity provider says that the token is not valid.",
                "reported",
                quote_phrases(message, "IDPRejectedClaim"),
            ),
            Cause("token-revoked", "The token has expired or was revoked.", "possible"),
        ),
        remedies=(credential_remedies.reread_token(), _look_at_token()),
        notes=(NOTE,),
    )


def _other(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    issuer = issuer_of(case, message)
    phrases = (
        "not a valid JWT",
        "could not be validated",
        "is expired or is not valid",
        "token issuer",
        "identity provider was invalid",
    )
    return Explanation(
        failure=case.failure,
        topic="invalid-identity-token",
        summary="STS does not accept the web identity token.",
        causes=(
            Cause(
                "invalid-identity-token",
                "STS could not validate the token.",
                "reported",
                (*quote_phrases(message, *phrases), *issuer.because),
            ),
            Cause("token-cut", "The token is cut, empty, or has a line end or quotes around it.", "possible"),
            Cause("token-expired", "The token has expired.", "possible"),
            Cause("issuer-differs", "The token's iss is not the provider's URL to the letter.", "possible"),
        ),
        remedies=(credential_remedies.reread_token(), _look_at_token(), list_providers(case, issuer)),
        notes=(NOTE,),
    )


def _look_at_token() -> Remedy:
    return Remedy(
        title="Look at the token's claims",
        who="you",
        steps=(
            "Read iss, aud, sub and exp; iamtriage.read_web_identity_token does it without asking anybody.",
            "Never paste a token into a page or chat: until it expires, it is a credential.",
        ),
        url=pages.OIDC_ROLES,
    )
