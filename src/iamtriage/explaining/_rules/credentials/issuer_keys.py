"""Explain that STS cannot get the keys that verify a web identity token from its issuer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.credentials.issuers import (
    ROLE_NOT_EVALUATED,
    STS_AUDIENCE,
    describe_match,
    find_issuer,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import error_code, quote_phrases
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.credentials.issuers import Issuer
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

# Private addresses, names without a domain, and top-level domains that the public DNS does not have:
# https://www.icann.org/resources/board-material/resolutions-29-07-2024-en and RFC 6762, appendix G.
_PRIVATE_HOST = lazy_pattern(
    r"(?:10|127|192\.168|172\.(?:1[6-9]|2[0-9]|3[01]))\.[0-9.]{3,11}|[\w-]{1,63}"
    r"|[\w.-]{1,250}\.(?P<suffix>internal|local|localhost|lan|corp|home|intranet|private|svc)",
    re.ASCII,
)
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
    fix="Serve the issuer's configuration and current keys on a public address, with a complete certificate chain. Test it from outside of your network.",
    commands=("curl --silent",),
    recognised_by="The token's issuer has a private host name or address, or the text shows that its keys do not exist or its certificate cannot be verified.",
    sign=r"\"iss\": ?\"https://(?:10\.|192\.168\.|[\w.-]{1,80}\.(?:internal|local|lan|corp|svc)\b)[\w.-]{0,60}"
    r"|\.well-known/(?:openid-configuration|jwks\S{0,12})\"? (?:returned |HTTP/\S{1,4} )?404\b|\"keys\": ?\[ ?\]"
    r"|\bVerify return code: (?:10|20|21)\b[^\n$]{0,60}?\)|\bunable to get local issuer certificate|\bcertificate has expired\b",
    of="no-verification-key",
)
_NO_KEY = "retrieve verification key from your identity provider"


def explain_no_verification_key(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS found no key to verify the token with."""
    issuer = find_issuer(case, message)
    private = _why_private(issuer)
    whose = "the issuer's keys" if issuer.system is None else f"the keys of {issuer.system}"
    reason = ", or found no key for the token"
    causes = (ISSUER_UNREACHABLE.cause(),)
    if issuer.url is not None and issuer.is_self_hosted:
        whose, reason = f"{whose} from {issuer.url}", ": most likely, it is not reachable from the internet"
        other = "Or its TLS certificate is not publicly trusted or not complete, or its jwks_uri serves no key with the token's kid."
        text = f"{issuer.url.removeprefix('https://').partition('/')[0]} is private, or a firewall blocks STS, which fetches the keys over the internet. {other}"
        causes = (ISSUER_UNREACHABLE.cause(text=text),)
    remedies: tuple[Remedy, ...] = (_fetch_keys_remedy(issuer), _RETRY)
    if private is not None:
        reason, text = (
            f": {private}",
            "STS fetches the keys over the internet, before it checks the subject, the audience or the role. It cannot reach this host.",
        )
        causes = (ISSUER_UNREACHABLE.cause("derived", text=text),)
        remedies = (_publish_remedy(issuer, case.facts.token_claims or {}),)
    summary = f"STS could not get {whose}{reason}."
    if private is None and error_code(case.failure).startswith("IDPCommunicationError"):
        summary, remedies = "STS could not reach the identity provider.", remedies[::-1]
    return case.explain(
        summary,
        NO_VERIFICATION_KEY.cause("reported", (*quote_phrases(message, _NO_KEY), *issuer.because)),
        *causes,
        remedies=remedies,
        notes=f"{'' if private else ROLE_NOT_EVALUATED}{describe_match(case)}".lstrip() or None,
    )


def _fetch_keys_remedy(issuer: Issuer) -> Remedy:
    url = commands.issuer(issuer.url).rstrip("/")
    keys = "JWKS_URI"
    last = "EKS serves both documents publicly. For self-managed clusters, you must publish them."
    if issuer.is_self_hosted:
        last = "If they fail, let the administrators of the host or of the network publish both paths on the internet, such as by a reverse proxy. Or give the caller a role without OIDC, such as that of its instance."
    elif issuer.system is not None:
        last = f"{issuer.system} serves both documents publicly."
    if issuer.system == "GitLab":
        # https://docs.gitlab.com/ci/cloud_services/aws/ and https://docs.gitlab.com/ci/variables/predefined_variables/
        if issuer.url is None:
            url = "https://HOST"
            last = "HOST is that of the GitLab instance, which CI_SERVER_URL contains in a job. If STS cannot reach it, publish both paths on the internet."
        keys = f"{url}/oauth/discovery/keys"
    lines = (f"{url}/.well-known/openid-configuration", keys)
    is_of_cluster = issuer.system is None and not issuer.is_self_hosted
    build = cluster_remedy if is_of_cluster else your_remedy
    return build(
        "Fetch the issuer's keys as STS does",
        "Run the commands from outside your network. Both documents must be served over HTTPS, to everyone and within seconds.",
        "Compare issuer with the token's iss claim, and the kid of the keys at jwks_uri with the token's kid.",
        last,
        commands=tuple(f"curl --silent --show-error --include {quote_argument(each)}" for each in lines),
        url=pages.OIDC_PROVIDERS,
    )


_RETRY = your_remedy(
    "Retry after a few seconds",
    "Retry a few times with exponential backoff: the error can be temporary.",
    url=pages.OIDC_ROLES,
)


def _why_private(issuer: Issuer) -> str | None:
    """Return why the issuer's host cannot be reached from the internet, as a clause, if its name shows that."""
    host = (issuer.url or "").removeprefix("https://").partition("/")[0]
    if not host or (found := _PRIVATE_HOST.fullmatch(host)) is None:
        return None
    if found["suffix"]:
        return f"names that end with .{found['suffix']} do not exist on the internet"
    return f"{host} is no public address"


def _publish_remedy(issuer: Issuer, claims: Mapping[str, object]) -> Remedy:
    """Return the remedy that gives an issuer with a private name a public URL.

    Sources: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
    and https://docs.gitlab.com/ci/cloud_services/aws/.
    """
    is_of_pod = str(claims.get("sub")).startswith("system:serviceaccount:")
    build, get, host = (
        your_remedy,
        "curl --silent --show-error --fail",
        commands.issuer(issuer.url).rstrip("/"),
    )
    setting, keys, last = (
        f"Set PUBLIC_URL as the issuer of the system at {host}",
        "JWKS_URI",
        "get new tokens",
    )
    change = ". In openid-configuration, change issuer to it, and jwks_uri to PUBLIC_URL/jwks."
    if is_of_pod:
        build, get, host = cluster_remedy, "kubectl get --raw", ""
        keys, last = "/openid/v1/jwks", "re-create the pods"
        setting = "Start the API server with --service-account-issuer=PUBLIC_URL --service-account-jwks-uri=PUBLIC_URL/jwks and, after these, the old --service-account-issuer"
        change = ", so that tokens of running pods stay valid. The first commands then save both documents."
    elif issuer.system == "GitLab":
        keys, last = f"{host}/oauth/discovery/keys", "run the job again"
        setting = "In GitLab, set ci_id_tokens_issuer_url to PUBLIC_URL (in its Helm chart, global.appConfig.ciIdTokens.issuerUrl)"
    return build(
        "Give the issuer a public HTTPS URL",
        "PUBLIC_URL is, for example, a CloudFront distribution of a bucket. Everyone may read the two documents: they contain public keys only.",
        setting + change,
        f"In the role's trust policy, name the new provider, and put its URL without https:// before :sub and :aud. Then {last}.",
        commands=(
            f"{get} {host}/.well-known/openid-configuration > openid-configuration",
            f"{get} {keys} > jwks",
            Labelled(
                "After you have uploaded them as PUBLIC_URL/.well-known/openid-configuration and PUBLIC_URL/jwks:",
                "curl --silent --show-error --fail PUBLIC_URL/.well-known/openid-configuration PUBLIC_URL/jwks",
            ),
            f"aws iam create-open-id-connect-provider --url PUBLIC_URL --client-id-list {STS_AUDIENCE if is_of_pod else 'AUDIENCE'}",
        ),
        url=pages.OIDC_PROVIDERS,
    )
