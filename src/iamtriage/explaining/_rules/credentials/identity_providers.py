"""Explain tokens whose issuer STS does not know or cannot reach.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import Role
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, find_region, quote_phrases, safe_name
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.sts.trust_providers import find_other_provider

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.sts.trust_providers import OtherProvider
    from iamtriage.failures._failures import InvalidIdentityToken

__all__ = (
    "ROLE_NOT_EVALUATED",
    "STS_AUDIENCE",
    "Issuer",
    "build_provider_arn",
    "compare_providers_remedy",
    "explain_no_provider",
    "explain_no_verification_key",
    "explain_provider_unreachable",
    "explain_wrong_thumbprint",
    "find_issuer",
)

STS_AUDIENCE = "sts.amazonaws.com"
_TRUST_STEP = "The role's trust policy must name the same provider: its ARN as Principal.Federated, and its URL without https:// in the condition keys that end with :sub and :aud."
ROLE_NOT_EVALUATED = (
    "STS rejects the token before it evaluates the role, so neither the trust policy nor an IAM policy helps."
)
# The repetition is possessive, so that a truncated or masked issuer does not match.
_MISSING_PROVIDER = lazy_pattern(
    r"found in (?:your )?account for (https://[\w.~/-]{1,300}+)(?![*$\[…]|<[^/])", re.ASCII
)
_EKS_ISSUER = lazy_pattern(
    r"https://oidc(?:-eks)?\.(?:eks\.)?([a-z0-9-]{1,40})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)/id/",
    re.ASCII,
)
_CLUSTER_ID = lazy_pattern(r"[0-9A-F]{32}", re.ASCII)
_GITHUB = "GitHub Actions"
_KNOWN_ISSUERS = {
    "token.actions.githubusercontent.com": _GITHUB,
    "gitlab.com": "GitLab",
    "app.terraform.io": "HCP Terraform",
    "api.bitbucket.org": "Bitbucket Pipelines",
    "oidc.circleci.com": "CircleCI",
    "agent.buildkite.com": "Buildkite",
}


CLUSTER_MADE_ANEW = CauseType(
    "cluster-made-anew",
    title="The cluster was re-created with another issuer",
    text="The cluster was re-created: the account has the provider of the old cluster, and the new one has another issuer.",
    fix="Create an identity provider for the issuer of the new cluster.",
    of="no-oidc-provider",
)
PROVIDER_URL_DIFFERS = CauseType(
    "provider-url-differs",
    title="The URL of the identity provider differs from the issuer",
    text="The account has a provider whose URL differs from the issuer: a trailing slash, a path, or upper and lower case.",
    fix="Create a provider with exactly the token's issuer URL.",
    recognised_by="The text shows a provider of the same host.",
    sign=r"(?P<shown>:oidc-provider/(?P<host>[\w.-]{4,100}))(?![\w.-]).{0,600}\bfound in your account for https://(?P=host)(?![\w.-])",
    remedy="Create the IAM OIDC provider",
    of="no-oidc-provider",
)
NO_OIDC_PROVIDER = CauseType(
    "no-oidc-provider",
    title="The account has no OIDC identity provider for the issuer",
    meaning="The account of the role has no IAM OIDC identity provider for the issuer of the token.",
    recognised_by='The message says "No OpenIDConnect provider found in your account".',
    fix="Create the IAM OIDC identity provider in the role's account.",
    sources=(pages.OIDC_PROVIDERS,),
)
ROLE_OF_OTHER_ACCOUNT = CauseType(
    "role-of-other-account",
    title="The role is in another account than the provider",
    fix="Create the identity provider in the role's account, or use a role of the provider's account.",
    of="no-oidc-provider",
)
NO_VERIFICATION_KEY = CauseType(
    "no-verification-key",
    title="STS could not get the key that verifies the token",
    recognised_by='The message says "Couldn\'t retrieve verification key from your identity provider".',
    fix="Let the issuer serve its keys publicly, at the jwks_uri of its configuration.",
    sources=(pages.OIDC_PROVIDERS,),
)
ISSUER_UNREACHABLE = CauseType(
    "issuer-unreachable",
    title="The issuer is not reachable from the internet",
    text="The issuer is private, behind a firewall, or slow: STS fetches the keys over the internet.",
    fix="Serve the issuer's configuration and keys on a public address.",
    recognised_by="The token's issuer has a private host name or address.",
    sign=r"\"iss\": ?\"https://(?:10\.|192\.168\.|[\w.-]{1,80}\.(?:internal|local|lan|corp|svc)\b)[\w.-]{0,60}",
    of="no-verification-key",
)
JWKS_WRONG = CauseType(
    "jwks-wrong",
    title="The issuer's key document is wrong",
    text="The issuer's jwks_uri is missing or wrong, or it serves no key with the token's kid.",
    fix="Correct the jwks_uri and the keys that it serves.",
    recognised_by="The text shows that the issuer's keys do not exist or are empty.",
    sign=r"\.well-known/(?:openid-configuration|jwks\S{0,12})\"? (?:returned |HTTP/\S{1,4} )?404\b|\"keys\": ?\[ ?\]",
    of="no-verification-key",
)
CERTIFICATE_CHAIN = CauseType(
    "certificate-chain",
    title="The issuer's TLS certificate is expired or incomplete",
    text="The issuer's TLS certificate has expired, or the server does not send the intermediate certificates.",
    fix="Renew the certificate, and serve the intermediate certificates.",
    recognised_by="The text shows that the issuer's certificate cannot be verified.",
    sign=r"\bVerify return code: (?:10|20|21)\b[^\n$]{0,60}?\)|\bunable to get local issuer certificate|\bcertificate has expired\b",
    of="no-verification-key",
)
IDENTITY_PROVIDER_UNREACHED = CauseType(
    "identity-provider-unreached",
    title="STS could not reach the identity provider",
    recognised_by="The error code IDPCommunicationError.",
    fix="Retry, then check that the issuer is reachable from the internet.",
    sources=(pages.OIDC_PROVIDERS,),
)
PASSING_FAULT = CauseType(
    "passing-fault",
    title="A temporary network error",
    text="A temporary network error.",
    fix="Retry the call.",
    recognised_by="The text shows that a later attempt succeeded.",
    sign=r"\battempt \d{1,2}: succe(?:ss|eded)\b|\bsucceeded (?:after|on) (?:attempt|retry) \d{1,2}",
    remedy="Retry after",
    of="identity-provider-unreached",
)
WRONG_THUMBPRINT = CauseType(
    "wrong-thumbprint",
    title="The certificate does not match the provider's thumbprint",
    recognised_by="The message says that the OpenIDConnect provider's HTTPS certificate does not match the configured thumbprint.",
    fix="Update the thumbprint list of the identity provider.",
    sources=(pages.OIDC_PROVIDERS,),
)
CERTIFICATE_REPLACED = CauseType(
    "certificate-replaced",
    title="The issuer's certificate was replaced",
    text="The issuer has another certificate than when the provider was created.",
    fix="Update the thumbprint list of the identity provider.",
    recognised_by="The text shows that a certificate was renewed.",
    sign=r"\bRenewing an existing certificate\b|\bcertbot renew\b|\b[Cc]ertificate (?:was )?renewed\b",
    remedy="Update the provider's thumbprint",
    of="wrong-thumbprint",
)


@attrs.frozen
class Issuer:
    """The issuer of a token.

    Attributes:
        url: Its URL; ``None`` if it is unknown or masked.
        because: Evidence for the URL, one line each.
        is_eks: Whether it is the issuer of an EKS cluster.
        region: The cluster's region.
    """

    url: str | None
    because: tuple[str, ...]
    is_eks: bool
    region: str | None

    @property
    def system(self) -> str | None:
        """The name of the issuing system, if its host is known."""
        return _KNOWN_ISSUERS.get((self.url or "").removeprefix("https://").partition("/")[0])

    @property
    def description(self) -> str:
        """A phrase that names the issuer."""
        return "the EKS cluster" if self.is_eks else self.system or "the token's issuer"


def find_issuer(case: Case[InvalidIdentityToken], message: str) -> Issuer:
    """Return the token's issuer from the text, or else from the claims in the facts."""
    found = _MISSING_PROVIDER.search(message)
    url = None if found is None else found[1].rstrip(".")
    because: tuple[str, ...] = (f"The token's issuer is {url}.",)
    if not _is_whole(url):
        given = (case.facts.token_claims or {}).get("iss")
        url, because = (given, ()) if isinstance(given, str) and _is_whole(given) else (None, ())
    eks = _EKS_ISSUER.search(url or message)
    return Issuer(url, because, eks is not None, eks[1] if eks else None)


def _is_whole(url: str | None) -> bool:
    """Return whether an issuer URL is complete, and contains no secret."""
    if url is None or commands.issuer(url) != url or "xxx" in url.lower():
        return False
    return all(_CLUSTER_ID.fullmatch(part) or safe_name(part) is not None for part in url.split("/"))


def build_provider_arn(case: Case[InvalidIdentityToken], issuer: Issuer) -> str:
    """Return the ARN of the IAM OIDC provider for an issuer, or a placeholder."""
    role = try_parse_principal(case.failure.resource or case.facts.resource)
    account = role.account if isinstance(role, Role) else case.failure.account
    if issuer.url is None or account is None:
        return "PROVIDER_ARN"
    path = issuer.url.removeprefix("https://")
    return commands.arn(f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{path}", "PROVIDER_ARN")


# ------------------------------------------------ no provider


def explain_no_provider(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the role's account has no OIDC provider for the issuer."""
    issuer = find_issuer(case, message)
    other = find_other_provider(case.facts.trust_policy, issuer.url)
    causes = [
        ROLE_OF_OTHER_ACCOUNT.cause(because=("IAM looks for the provider in the account of the role.",))
    ]
    if other is not None and other.is_of_other_cluster:
        causes = [
            CLUSTER_MADE_ANEW.cause(
                "derived" if is_derived(case.facts, "trust_policy") else "supplied",
                text=f"The role's trust policy names the provider of another cluster, {other.named}: the cluster was re-created, or the role belongs to that cluster.",
            )
        ]
    else:
        causes.append(CLUSTER_MADE_ANEW.cause() if issuer.is_eks else PROVIDER_URL_DIFFERS.cause())
    create = _create_provider_remedy(case, issuer)
    if other is not None:
        create = _create_and_trust_remedy(case, create, other)
    return Explanation(
        failure=case.failure,
        topic="no-oidc-provider",
        summary=f"IAM has no OIDC provider for {issuer.description} in the role's account.",
        causes=(
            NO_OIDC_PROVIDER.cause(
                "reported",
                (*quote_phrases(message, "No OpenIDConnect provider found"), *issuer.because),
                text=f"The account of the role has no IAM OIDC provider for {issuer.description}.",
            ),
            *causes,
        ),
        remedies=(create, compare_providers_remedy(case, issuer)),
        notes=(
            "STS looks for the provider before it evaluates the role: no IAM policy helps, and the trust policy decides only once the provider exists.",
        ),
    )


def compare_providers_remedy(case: Case[InvalidIdentityToken], issuer: Issuer) -> Remedy:
    """Return the remedy that compares the issuer with the providers in IAM."""
    of_cluster = fill_command(
        "aws eks describe-cluster --name {} --region {} --query cluster.identity.oidc.issuer --output text",
        commands.cluster(case.facts.cluster),
        commands.region(issuer.region or find_region(case)),
    )
    return Remedy(
        title="Compare the issuer with the providers in the role's account",
        who="you",
        steps=(
            "List the providers with credentials of the role's account.",
            "A provider's ARN ends in its issuer without https://. It must match the token's issuer exactly.",
        ),
        commands=("aws iam list-open-id-connect-providers", *((of_cluster,) if issuer.is_eks else ())),
        url=pages.OIDC_PROVIDERS,
    )


def _create_and_trust_remedy(
    case: Case[InvalidIdentityToken], create: Remedy, other: OtherProvider
) -> Remedy:
    """Return the remedy that creates the provider and names it in the role's trust policy: one needs the other."""
    role = underlying_role(try_parse_principal(case.failure.resource or case.facts.resource))
    return attrs.evolve(
        create,
        title="Create the IAM OIDC provider, and name it in the role's trust policy",
        steps=(
            f"Create it in the account of the role, {other.account}. IAM gets the thumbprint itself.",
            f"The policy is the whole trust policy with this issuer as {other.keys}: save it as trust.json. Without this change, the next error is AccessDenied.",
        ),
        commands=(
            create.commands[0],
            commands.trust_policy_commands(None if role is None else role.name)[1],
        ),
        policy=other.fixed,
        layer="role_trust",
    )


def _create_provider_remedy(case: Case[InvalidIdentityToken], issuer: Issuer) -> Remedy:
    uses_sts_audience = issuer.is_eks or issuer.system == _GITHUB
    creations = [
        fill_command(
            "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
            commands.issuer(issuer.url),
            STS_AUDIENCE if uses_sts_audience else "AUDIENCE",
        )
    ]
    steps = [
        "Create it in the account of the role, once per issuer. IAM gets the thumbprint itself. If the provider exists there already, compare its URL with the issuer."
    ]
    url = pages.OIDC_PROVIDERS
    if issuer.is_eks:
        eksctl = fill_command(
            "eksctl utils associate-iam-oidc-provider --cluster {} --region {} --approve",
            commands.cluster(case.facts.cluster),
            commands.region(issuer.region or find_region(case)),
        )
        creations.insert(0, eksctl)
        steps += [
            f"{_TRUST_STEP} After a cluster was re-created, it still names the old provider.",
            "EKS Pod Identity, the alternative to IRSA, requires no provider.",
        ]
        url = pages.EKS_IRSA
    elif issuer.system == _GITHUB:
        steps.append(
            "The action aws-actions/configure-aws-credentials requests the audience sts.amazonaws.com."
        )
        steps.append(_TRUST_STEP)
        url = pages.GITHUB_OIDC
    else:
        steps.append(
            "AUDIENCE is the token's aud claim: for many systems sts.amazonaws.com, for others a client ID."
        )
        steps.append(_TRUST_STEP)
    return Remedy(
        title="Create the IAM OIDC provider",
        who="account administrator",
        steps=tuple(steps),
        commands=tuple(creations),
        url=url,
    )


# ------------------------------------------------ keys and certificates


def explain_no_verification_key(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS found no key to verify the token with."""
    issuer = find_issuer(case, message)
    return Explanation(
        failure=case.failure,
        topic="no-verification-key",
        summary="STS could not get the issuer's keys, or found no key for the token.",
        causes=(
            NO_VERIFICATION_KEY.cause(
                "reported",
                (
                    *quote_phrases(message, "retrieve verification key from your identity provider"),
                    *issuer.because,
                ),
            ),
            ISSUER_UNREACHABLE.cause(),
            JWKS_WRONG.cause(because=("STS caches keys, so it sees replaced keys only after a while.",)),
            CERTIFICATE_CHAIN.cause(),
        ),
        remedies=(_fetch_keys_remedy(issuer), _retry_remedy()),
        notes=(ROLE_NOT_EVALUATED,),
    )


def explain_provider_unreachable(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS could not reach the identity provider."""
    issuer = find_issuer(case, message)
    return Explanation(
        failure=case.failure,
        topic="identity-provider-unreached",
        summary="STS could not reach the identity provider.",
        causes=(
            IDENTITY_PROVIDER_UNREACHED.cause("reported", issuer.because),
            PASSING_FAULT.cause(),
            ISSUER_UNREACHABLE.cause(text="The issuer is private, behind a firewall, or slow."),
        ),
        remedies=(_retry_remedy(), _fetch_keys_remedy(issuer)),
        notes=(ROLE_NOT_EVALUATED,),
    )


def _fetch_keys_remedy(issuer: Issuer) -> Remedy:
    url = commands.issuer(issuer.url).rstrip("/")
    return Remedy(
        title="Fetch the issuer's keys as STS does",
        who="cluster administrator",
        steps=(
            "Run it from outside your own network. Both documents must be served over HTTPS, without a redirect.",
            "Compare issuer with the token's iss, and the kid of the keys at jwks_uri with the token's.",
            "EKS serves both documents publicly. For self-managed clusters, you must publish them.",
        ),
        commands=(
            fill_command("curl --silent --show-error {}", f"{url}/.well-known/openid-configuration"),
            "curl --silent --show-error JWKS_URI",
        ),
        url=pages.OIDC_PROVIDERS,
    )


def _retry_remedy() -> Remedy:
    return Remedy(
        title="Retry after a few seconds",
        who="you",
        steps=("Retry a few times with exponential backoff. If it goes on, the error is not temporary.",),
        url=pages.OIDC_ROLES,
    )


def explain_wrong_thumbprint(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the issuer's certificate does not match the thumbprint in IAM."""
    issuer = find_issuer(case, message)
    return Explanation(
        failure=case.failure,
        topic="wrong-thumbprint",
        summary="The issuer's certificate does not match the thumbprint of the IAM OIDC provider.",
        causes=(
            WRONG_THUMBPRINT.cause(
                "reported", (*quote_phrases(message, "configured thumbprint"), *issuer.because)
            ),
            CERTIFICATE_REPLACED.cause(),
        ),
        remedies=(
            Remedy(
                title="Update the provider's thumbprint",
                who="account administrator",
                steps=(
                    "Compute the thumbprint of the top intermediate certificate that the issuer's host sends.",
                    "IAM checks thumbprints only if the certificate is not from a trusted public CA. With such a certificate, none is needed.",
                ),
                commands=(
                    fill_command(
                        "aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn {} --thumbprint-list THUMBPRINT",
                        build_provider_arn(case, issuer),
                    ),
                ),
                url=f"{pages.OIDC_PROVIDERS.removesuffix('.html')}_verify-thumbprint.html",
            ),
        ),
        notes=(ROLE_NOT_EVALUATED,),
    )
