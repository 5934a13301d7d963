"""Explain that STS cannot verify a token: it cannot reach the issuer, get its keys, or trust its certificate.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.credentials import issuers
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import error_code, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

NO_VERIFICATION_KEY = CauseType(
    "no-verification-key",
    title="STS could not get the key that verifies the token",
    recognised_by='The message says "Couldn\'t retrieve verification key from your identity provider", or the error code is IDPCommunicationError.',
    fix="Let the issuer serve its keys publicly, at the jwks_uri of its configuration.",
    sources=(pages.OIDC_PROVIDERS,),
)
ISSUER_UNREACHABLE = CauseType(
    "issuer-unreachable",
    title="The issuer is not reachable, or its keys or its TLS certificate are wrong",
    text="The issuer is private, behind a firewall, or slow, its jwks_uri is missing or serves no key with the token's kid, or its TLS certificate has expired or lacks the intermediate certificates. STS fetches the keys over the internet and caches them for a while.",
    fix="Serve the issuer's configuration and current keys on a public address, with a complete certificate chain.",
    recognised_by="The token's issuer has a private host name or address, or the text shows that its keys do not exist or its certificate cannot be verified.",
    sign=r"\"iss\": ?\"https://(?:10\.|192\.168\.|[\w.-]{1,80}\.(?:internal|local|lan|corp|svc)\b)[\w.-]{0,60}"
    r"|\.well-known/(?:openid-configuration|jwks\S{0,12})\"? (?:returned |HTTP/\S{1,4} )?404\b|\"keys\": ?\[ ?\]"
    r"|\bVerify return code: (?:10|20|21)\b[^\n$]{0,60}?\)|\bunable to get local issuer certificate|\bcertificate has expired\b",
    of="no-verification-key",
)
WRONG_THUMBPRINT = CauseType(
    "wrong-thumbprint",
    title="The certificate does not match the provider's thumbprint",
    text="The issuer uses another certificate than when the provider was created.",
    recognised_by="The message says that the OpenIDConnect provider's HTTPS certificate does not match the configured thumbprint.",
    fix="Update the thumbprint list of the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)


def explain_no_verification_key(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS found no key to verify the token with."""
    issuer = issuers.find_issuer(case, message)
    whose = "the issuer's keys" if issuer.system is None else f"the keys of {issuer.system}"
    summary, remedies = (
        f"STS could not get {whose}, or found no key for the token.",
        (_fetch_keys_remedy(issuer), _RETRY),
    )
    if error_code(case.failure).startswith("IDPCommunicationError"):
        summary, remedies = "STS could not reach the identity provider.", remedies[::-1]
    return case.explain(
        summary,
        NO_VERIFICATION_KEY.cause(
            "reported",
            (
                *quote_phrases(message, "retrieve verification key from your identity provider"),
                *issuer.because,
            ),
        ),
        ISSUER_UNREACHABLE.cause(),
        remedies=remedies,
        notes=(issuers.ROLE_NOT_EVALUATED,),
    )


def _fetch_keys_remedy(issuer: issuers.Issuer) -> Remedy:
    build, serves = (
        cluster_remedy,
        "EKS serves both documents publicly. For self-managed clusters, you must publish them.",
    )
    if issuer.system is not None:
        build, serves = your_remedy, f"{issuer.system} serves both documents publicly."
    url = commands.issuer(issuer.url).rstrip("/")
    lines = (
        fill_command("curl --silent --show-error {}", f"{url}/.well-known/openid-configuration"),
        "curl --silent --show-error JWKS_URI",
    )
    if issuer.url is None and issuer.system == "GitLab":
        # https://docs.gitlab.com/ci/cloud_services/aws/ and https://docs.gitlab.com/ci/variables/predefined_variables/
        serves = "The issuer is the GitLab instance. In a job, $CI_SERVER_URL is its URL: set the variable before you run the commands. Both documents must be reachable from the internet."
        lines = (
            'curl --silent --show-error "$CI_SERVER_URL/.well-known/openid-configuration"',
            'curl --silent --show-error "$CI_SERVER_URL/oauth/discovery/keys"',
        )
    return build(
        "Fetch the issuer's keys as STS does",
        "Run the commands from outside your network. Both documents must be served over HTTPS, without a redirect.",
        "Compare issuer with the token's iss claim, and the kid of the keys at jwks_uri with the token's kid.",
        serves,
        commands=lines,
        url=pages.OIDC_PROVIDERS,
    )


_RETRY = your_remedy(
    "Retry after a few seconds",
    "Retry a few times with exponential backoff: the error can be temporary.",
    url=pages.OIDC_ROLES,
)


def explain_wrong_thumbprint(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the issuer's certificate does not match the thumbprint in IAM."""
    issuer = issuers.find_issuer(case, message)
    return case.explain(
        "The issuer's certificate does not match the thumbprint of the IAM OIDC provider.",
        WRONG_THUMBPRINT.cause(
            "reported", (*quote_phrases(message, "configured thumbprint"), *issuer.because)
        ),
        remedies=(
            account_remedy(
                "Update the provider's thumbprint",
                "Compute the thumbprint of the top intermediate certificate that the issuer's host sends.",
                "IAM checks thumbprints only if the certificate is not from a trusted public CA. With such a certificate, none is needed.",
                commands=(
                    fill_command(
                        "aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list THUMBPRINT",
                        issuers.build_provider_arn(case, issuer),
                    ),
                ),
                url=f"{pages.OIDC_PROVIDERS.removesuffix('.html')}_verify-thumbprint.html",
            ),
        ),
        notes=(issuers.ROLE_NOT_EVALUATED,),
    )
