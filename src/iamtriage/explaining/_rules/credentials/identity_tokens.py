"""Explain web identity tokens that STS rejects.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.identity_providers import (
    ROLE_NOT_EVALUATED,
    STS_AUDIENCE,
    Issuer,
    build_provider_arn,
    compare_providers_remedy,
    explain_no_provider,
    explain_no_verification_key,
    explain_provider_unreachable,
    explain_wrong_thumbprint,
    find_issuer,
)
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_partition, message_text, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.routing import Route, choose_rule
from iamtriage.explaining._rules.sts.trust_findings import evaluate_trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

    _Rule = Callable[["Case[InvalidIdentityToken]", str], Explanation]

__all__ = ("explain_identity_token",)

_ACTION = "sts:AssumeRoleWithWebIdentity"
_AUDIENCE_NAME = re.compile(r"[A-Za-z0-9][\w.:/-]{0,254}", re.ASCII)
_MISSING_CLAIM = re.compile(r"issing a required claim: (\w{1,20})", re.ASCII)


WRONG_AUDIENCE = CauseType(
    "wrong-audience",
    title="The token's audience is not registered with the provider",
    recognised_by='The message says "Incorrect token audience".',
    fix="Request the token for sts.amazonaws.com, or add the audience to the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)
ANNOTATION_AUDIENCE = CauseType(
    "annotation-audience",
    title="The service account requests another audience",
    text="The service account's annotation eks.amazonaws.com/audience, or the token volume, requests another audience.",
    fix="Correct the annotation eks.amazonaws.com/audience or the token volume.",
    of="wrong-audience",
)
TOKEN_OF_API_SERVER = CauseType(
    "token-of-api-server",
    title="The token is that of the Kubernetes API server",
    text="The token is the one for the Kubernetes API server (/var/run/secrets/kubernetes.io), not the one for AWS.",
    fix="Use the token file that AWS_WEB_IDENTITY_TOKEN_FILE names.",
    of="wrong-audience",
)
AUDIENCE_OF_OTHER_PARTITION = CauseType(
    "audience-of-other-partition",
    title="The token is for the audience of another partition",
    text="The CI system requests the audience of another partition, such as sts.amazonaws.com.cn.",
    fix="Request the audience of the role's partition.",
    of="wrong-audience",
)
AUDIENCE_OF_TOKEN = CauseType(
    "audience-of-token",
    title="The token has another audience",
    meaning="The token claims that were supplied name an audience that the identity provider does not accept.",
    recognised_by="The facts contain the token claims.",
    fix="Add the token's audience to the identity provider and the trust policy, or request another audience.",
    sources=(pages.OIDC_PROVIDERS,),
    example="wrong-audience",
)
MISSING_CLAIM = CauseType(
    "missing-claim",
    title="The token lacks a required claim",
    meaning="STS requires a claim that the token does not have.",
    recognised_by='The message says "Missing a required claim".',
    fix="Use an ID token with the claims iss, sub, aud, iat and exp.",
    sources=(pages.OIDC_PROVIDERS,),
)
TOKEN_OF_SECRET = CauseType(
    "token-of-secret",
    title="The token is from a Kubernetes Secret",
    text="It is an old Kubernetes token from a Secret, without audience and expiry.",
    fix="Use a projected service account token with an audience and an expiry.",
    of="missing-claim",
)
NOT_AN_ID_TOKEN = CauseType(
    "not-an-id-token",
    title="The token is an access token",
    text="It is an access token of the identity provider, not an ID token.",
    fix="Pass the ID token of the identity provider.",
    of="missing-claim",
)
CLAIM_REJECTED = CauseType(
    "claim-rejected",
    title="The identity provider rejects the token",
    recognised_by="The error code IDPRejectedClaim.",
    fix="Get a new token.",
    sources=(pages.OIDC_ROLES,),
)
TOKEN_REVOKED = CauseType(
    "token-revoked",
    title="The token has expired or was revoked",
    fix="Get a new token.",
    of="claim-rejected",
)
INVALID_IDENTITY_TOKEN = CauseType(
    "invalid-identity-token",
    title="STS could not validate the token",
    recognised_by="The error code InvalidIdentityToken with a message that no other cause covers.",
    fix="Check the token's form, its issuer and its expiry.",
    sources=(pages.OIDC_ROLES,),
)
TOKEN_CUT = CauseType(
    "token-cut",
    title="The token is truncated or empty",
    text="The token is truncated or empty, or has newlines or quotes around it.",
    fix="Pass the token complete, without newlines and quotes.",
    of="invalid-identity-token",
)
ISSUER_DIFFERS = CauseType(
    "issuer-differs",
    title="The token's issuer differs from the provider's URL",
    fix="Create a provider with exactly the token's issuer URL.",
    of="invalid-identity-token",
    example="identity-token-not-validated",
)


def explain_identity_token(case: Case[InvalidIdentityToken]) -> Explanation:
    """Explain that STS rejects a web identity token."""
    message = message_text(case)
    rule = choose_rule(_ROUTES, case.failure, message) or _explain_other
    return _add_trust_policy(case, rule(case, message))


def _add_trust_policy(case: Case[InvalidIdentityToken], explanation: Explanation) -> Explanation:
    """Add the result of the supplied trust policy, which STS evaluates next."""
    resource = case.failure.resource or case.facts.resource
    findings = evaluate_trust_policy(case.facts, _ACTION, resource)
    if findings is None or findings.allowed is True:
        return explanation
    cause = findings.cause
    if findings.allowed is False:
        text = "The role's trust policy does not allow this token either. This error follows once STS accepts the token."
        cause = attrs.evolve(cause, text=text)
    remedies = () if findings.remedy is None else (findings.remedy,)
    return attrs.evolve(
        explanation, causes=(*explanation.causes, cause), remedies=(*explanation.remedies, *remedies)
    )


# ------------------------------------------------ audience and claims


def _explain_audience(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    issuer = find_issuer(case, message)
    audience = _token_audience(case)
    causes = [WRONG_AUDIENCE.cause("reported", quote_phrases(message, "Incorrect token audience"))]
    if audience is not None:
        causes.append(
            AUDIENCE_OF_TOKEN.cause(
                "supplied", (f"Its aud claim is {audience}.",), text=f"The token is for {audience}."
            )
        )
    if issuer.system is not None or _PIPELINE_KINDS & {_runtime_kind(case)}:
        return _explain_pipeline_audience(case, issuer, tuple(causes))
    causes += [
        ANNOTATION_AUDIENCE.cause(because=(f"Without it the audience is {STS_AUDIENCE}.",)),
        TOKEN_OF_API_SERVER.cause(),
        AUDIENCE_OF_OTHER_PARTITION.cause(),
    ]
    provider = build_provider_arn(case, issuer)
    # A token for another service does not become valid for AWS if the provider accepts its audience.
    client = (
        audience
        if audience is not None and audience.startswith("sts.")
        else "AUDIENCE"
        if audience
        else STS_AUDIENCE
    )
    return Explanation(
        failure=case.failure,
        topic="wrong-audience",
        summary=f"The IAM OIDC provider does not accept the token's audience{f' {audience}' if audience else ''}.",
        causes=tuple(causes),
        remedies=(
            Remedy(
                title="Compare the token's audience with the provider's client IDs",
                who="you",
                steps=(
                    "Read the token's aud claim, for example with iamtriage.read_web_identity_token. Don't share the token.",
                    f"For EKS pods, it is {STS_AUDIENCE} in all partitions.",
                ),
                commands=(
                    fill_command(
                        "aws iam get-open-id-connect-provider --open-id-connect-provider-arn {} --query ClientIDList",
                        provider,
                    ),
                    fill_command(
                        "kubectl get serviceaccount {} --namespace {} -o yaml",
                        commands.service_account(case.facts.service_account),
                        commands.namespace(case.facts.namespace),
                    ),
                ),
                url=pages.EKS_IRSA_POD,
            ),
            Remedy(
                title="Make token and provider agree on the audience",
                who="account administrator",
                steps=(
                    "If the token's audience is wrong, request the token for an audience that the provider lists.",
                    "If it is right, add it to the provider's client IDs.",
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
        notes=(
            "The trust policy's condition on aud is a separate check, which comes after this one.",
            ROLE_NOT_EVALUATED,
        ),
    )


_PIPELINE_KINDS = frozenset({"github-actions", "gitlab"})
_GITHUB_ISSUER = "token.actions.githubusercontent.com"


def _runtime_kind(case: Case[InvalidIdentityToken]) -> str | None:
    runtime = context_of(case.facts).runtime
    return None if runtime is None else runtime.kind


def _explain_pipeline_audience(
    case: Case[InvalidIdentityToken], issuer: Issuer, causes: tuple[Cause, ...]
) -> Explanation:
    """Explain that a provider does not list the audience of a CI job's token."""
    is_github = _runtime_kind(case) == "github-actions" or issuer.system == "GitHub Actions"
    host = _GITHUB_ISSUER if is_github else "gitlab.com"
    account = case.failure.account or commands.role_account(context_of(case.facts).role_arn)
    provider = build_provider_arn(case, issuer)
    if provider == "PROVIDER_ARN" and account is not None:
        provider = f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{host}"
    wanted = STS_AUDIENCE if is_github else "AUDIENCE"
    where = (
        f"The action aws-actions/configure-aws-credentials requests {STS_AUDIENCE}, unless its input audience names another."
        if is_github
        else "In GitLab, the job's id_tokens entry sets the audience (aud)."
    )
    return Explanation(
        failure=case.failure,
        topic="wrong-audience",
        summary=f"The IAM OIDC provider does not list the audience of the job's token{f', {STS_AUDIENCE}' if is_github else ''}.",
        causes=causes,
        remedies=(
            Remedy(
                title="Add the audience to the IAM OIDC provider",
                who="account administrator",
                steps=(
                    f"{where} The provider's ClientIDList must contain it.",
                    "The trust policy's condition on aud must name the same audience.",
                ),
                commands=(
                    fill_command(
                        "aws iam get-open-id-connect-provider --open-id-connect-provider-arn {} --query ClientIDList",
                        provider,
                    ),
                    fill_command(
                        "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn {} --client-id {}",
                        provider,
                        wanted,
                    ),
                ),
                url=pages.GITHUB_OIDC if is_github else pages.OIDC_PROVIDERS,
            ),
        ),
        notes=(ROLE_NOT_EVALUATED,),
    )


def _token_audience(case: Case[InvalidIdentityToken]) -> str | None:
    """Return the first audience in the supplied claims, if it is a plain name."""
    given: object = (case.facts.token_claims or {}).get("aud")
    each: Iterable[object] = cast("Iterable[object]", given) if isinstance(given, (list, tuple)) else (given,)
    return next((name for name in each if isinstance(name, str) and _AUDIENCE_NAME.fullmatch(name)), None)


def _explain_missing_claim(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    found = _MISSING_CLAIM.search(message)
    name = found[1] if found else "aud"
    return Explanation(
        failure=case.failure,
        topic="missing-claim",
        summary=f"The token lacks the claim {name}.",
        causes=(
            MISSING_CLAIM.cause(
                "reported",
                (f"The message names the claim {name}.",),
                text=f"STS requires the claim {name}, which the token lacks.",
            ),
            TOKEN_OF_SECRET.cause(),
            NOT_AN_ID_TOKEN.cause(),
        ),
        remedies=(_send_id_token_remedy(), _inspect_token_remedy()),
        notes=(ROLE_NOT_EVALUATED,),
    )


def _explain_rejected_claim(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="claim-rejected",
        summary="The identity provider rejected the token.",
        causes=(
            CLAIM_REJECTED.cause("reported", quote_phrases(message, "IDPRejectedClaim")),
            TOKEN_REVOKED.cause(),
        ),
        remedies=(credential_remedies.reread_token(), _inspect_token_remedy()),
        notes=(ROLE_NOT_EVALUATED,),
    )


def _explain_other(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    issuer = find_issuer(case, message)
    phrases = (
        "not a valid JWT",
        "could not be validated",
        "is expired or is not valid",
        "token issuer",
        "identity provider was invalid",
    )
    is_not_jwt = "not a valid JWT" in message
    return Explanation(
        failure=case.failure,
        topic="invalid-identity-token",
        summary=f"STS does not accept the web identity token{': it is not an ID token in the form of a JWT' if is_not_jwt else ''}.",
        causes=(
            INVALID_IDENTITY_TOKEN.cause("reported", (*quote_phrases(message, *phrases), *issuer.because)),
            *((NOT_AN_ID_TOKEN.cause(),) if is_not_jwt else ()),
            TOKEN_CUT.cause(),
            *(
                ()
                if is_not_jwt
                else (TOKEN_EXPIRED.cause(text="The token has expired."), ISSUER_DIFFERS.cause())
            ),
        ),
        remedies=(
            _send_id_token_remedy() if is_not_jwt else credential_remedies.reread_token(),
            _inspect_token_remedy(),
            compare_providers_remedy(case, issuer),
        ),
        notes=(ROLE_NOT_EVALUATED,),
    )


def _send_id_token_remedy() -> Remedy:
    return Remedy(
        title="Send a current ID token",
        who="you",
        steps=(
            "Send the provider's ID token, a JWT of three parts with dots between them, not its access token, and without quotes or newlines.",
            "In Kubernetes, send the projected token that AWS_WEB_IDENTITY_TOKEN_FILE names. Tokens of Secrets have neither an audience nor an expiry.",
        ),
        url=pages.EKS_IRSA_SDK,
    )


def _inspect_token_remedy() -> Remedy:
    return Remedy(
        title="Inspect the token's claims",
        who="you",
        steps=(
            "Read iss, aud, sub and exp, for example with iamtriage.read_web_identity_token, which works offline.",
            "Never paste a token into a website or chat: until it expires, it is a credential.",
        ),
        url=pages.OIDC_ROLES,
    )


# The first route that matches is used.
_ROUTES: tuple[Route[_Rule], ...] = (
    Route(explain_no_provider, message=re.compile(r"OpenIDConnect provider found")),
    Route(_explain_audience, message=re.compile(r"ncorrect token audience|audience in ID Token")),
    Route(explain_provider_unreachable, code=re.compile(r"IDPCommunicationError.*")),
    Route(explain_no_verification_key, message=re.compile(r"retrieve verification key")),
    Route(explain_wrong_thumbprint, message=re.compile(r"humbprint")),
    Route(_explain_rejected_claim, code=re.compile(r"IDPRejectedClaim.*")),
    Route(_explain_missing_claim, message=_MISSING_CLAIM),
)
