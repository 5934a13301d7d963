"""Explain tokens whose audience an IAM OIDC provider does not accept.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.credentials import issuers
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition, quote_phrases
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust_fixes import request_audience_remedy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.explaining._cause_types import Evidence
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken


_AUDIENCE_NAME = lazy_pattern(r"[A-Za-z0-9][\w.:/-]{0,254}", re.ASCII)
# What get-open-id-connect-provider prints as JSON or text, and what Terraform sets.
_CLIENT_IDS = lazy_pattern(
    r"(?:\"ClientIDList\" ?: ?|\bclient_id_list\b[ \t]{0,20}= ?)\[(?P<list>[^\]]{0,2000})\]|^CLIENTIDLIST\t(?P<line>\S{1,255})$",
    re.MULTILINE,
)
# The audience that a GitLab job or the action aws-actions/configure-aws-credentials requests.
_REQUESTED = lazy_pattern(
    r"\bid_tokens:\s{1,40}\w{1,80}:\s{1,40}aud: [\"']?(?P<gitlab>[A-Za-z0-9][\w.:/-]{0,254})"
    r"|\baws-actions/configure-aws-credentials\b[^\x00]{0,400}?\n[ ]{2,40}audience: [\"']?(?P<github>[A-Za-z0-9][\w.:/-]{0,254})",
    re.ASCII,
)


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
    recognised_by="The text shows the annotation eks.amazonaws.com/audience.",
    sign=r"\beks\.amazonaws\.com/audience\b",
    of="wrong-audience",
)
TOKEN_OF_API_SERVER = CauseType(
    "token-of-api-server",
    title="The token is that of the Kubernetes API server",
    text="The token is the one for the Kubernetes API server (/var/run/secrets/kubernetes.io), not the one for AWS.",
    fix="Use the token file that AWS_WEB_IDENTITY_TOKEN_FILE names.",
    recognised_by="The text names the token file of the Kubernetes API server.",
    sign=r"/var/run/secrets/kubernetes\.io/serviceaccount/token\b",
    of="wrong-audience",
)
AUDIENCE_OF_OTHER_PARTITION = CauseType(
    "audience-of-other-partition",
    title="The token is for the audience of another partition",
    text="The CI system requests the audience of another partition, such as sts.amazonaws.com.cn.",
    fix="Request the audience of the role's partition.",
    recognised_by="The text shows that the CI system requests the audience sts.amazonaws.com.cn.",
    sign=r"\baud(?:ience)?[\"']?[:=] ?[\"'\[ ]{0,3}sts\.amazonaws\.com\.cn\b",
    remedy="Let the token have the audience",
    of="wrong-audience",
)
AUDIENCE_OF_TOKEN = CauseType(
    "audience-of-token",
    title="The token has another audience",
    meaning="The token claims that were supplied name an audience that the identity provider does not accept.",
    recognised_by="The facts contain the token claims.",
    fix="Add the token's audience to the identity provider and the trust policy, or request another audience.",
    sources=(pages.OIDC_PROVIDERS,),
)


def explain_audience(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that the provider does not list the audience of a token."""
    issuer = issuers.find_issuer(case, message)
    audience, because = _token_audience(case), "Its aud claim is {}."
    evidence: Evidence = "supplied"
    if audience is None and (requested := _REQUESTED.search(case.failure.text)) is not None:
        audience, evidence = requested[requested.lastgroup or 0], "derived"
        because = "The configuration in the text requests the audience {}."
    causes = [WRONG_AUDIENCE.cause("reported", quote_phrases(message, "Incorrect token audience"))]
    if audience is not None:
        text = f"The token is for {audience}."
        causes.append(AUDIENCE_OF_TOKEN.cause(evidence, (because.format(audience),), text=text))
        if (listed := _listed_audiences(case.failure.text)) and audience not in listed:
            return _explain_unlisted_audience(case, issuer, audience, listed, causes)
    if issuer.system is not None or _runtime_kind(case) in {"github-actions", "gitlab"}:
        return _explain_pipeline_audience(case, issuer, audience, causes)
    # A token for another service does not become valid for AWS if the provider accepts its audience.
    client = "AUDIENCE" if audience is not None and not audience.startswith("sts.") else audience
    show, add = commands.oidc_client_commands(
        issuers.build_provider_arn(case, issuer), client or issuers.STS_AUDIENCE
    )
    steps = [
        "Read the token's aud claim, for example with iamtriage.read_web_identity_token. Don't share the token."
    ]
    lines, url = [show], pages.OIDC_PROVIDERS
    if _may_be_of_cluster(case):
        causes += [
            ANNOTATION_AUDIENCE.cause(because=(f"Without it the audience is {issuers.STS_AUDIENCE}.",)),
            TOKEN_OF_API_SERVER.cause(),
        ]
        steps.append(f"For EKS pods, it is {issuers.STS_AUDIENCE} in all partitions.")
        lines.append("kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE -o yaml")
        url = pages.EKS_IRSA_POD
    return case.explain(
        f"The IAM OIDC provider does not accept the token's audience{f' {audience}' if audience else ''}.",
        *causes,
        AUDIENCE_OF_OTHER_PARTITION.cause(),
        topic="wrong-audience",
        remedies=(
            your_remedy(
                "Compare the token's audience with the provider's client IDs",
                *steps,
                commands=tuple(lines),
                url=url,
            ),
            account_remedy(
                "Make token and provider agree on the audience",
                "If the token's audience is wrong, request the token for an audience that the provider lists.",
                "If it is right, add it to the provider's client IDs.",
                commands=(add,),
                url=pages.OIDC_PROVIDERS,
            ),
        ),
        notes=(
            "The trust policy's condition on aud is a separate check, which comes after this one.",
            issuers.ROLE_NOT_EVALUATED,
        ),
    )


def _may_be_of_cluster(case: Case[InvalidIdentityToken]) -> bool:
    """Return whether the token can be that of a pod: its issuer is unknown or an EKS cluster."""
    issuer: object = (case.facts.token_claims or {}).get("iss")
    return not isinstance(issuer, str) or "oidc.eks" in issuer or case.facts.service_account is not None


_GITHUB_ISSUER = "token.actions.githubusercontent.com"


def _runtime_kind(case: Case[InvalidIdentityToken]) -> str | None:
    runtime = context_of(case.facts).runtime
    return None if runtime is None else runtime.kind


def _explain_pipeline_audience(
    case: Case[InvalidIdentityToken], issuer: issuers.Issuer, audience: str | None, causes: list[Cause]
) -> Explanation:
    """Explain that a provider does not list the audience of a CI job's token."""
    host, wanted, which, url = "gitlab.com", audience or "AUDIENCE", "", pages.OIDC_PROVIDERS
    where = "In GitLab, the job's id_tokens entry sets the audience (aud)."
    if _runtime_kind(case) == "github-actions" or issuer.system == "GitHub Actions":
        host, wanted, which, url = (
            _GITHUB_ISSUER,
            issuers.STS_AUDIENCE,
            f", {issuers.STS_AUDIENCE}",
            pages.GITHUB_OIDC,
        )
        where = f"The action aws-actions/configure-aws-credentials requests {issuers.STS_AUDIENCE}, unless its input audience names another."
    is_other = wanted.endswith(".cn") and find_partition(case) != "aws-cn"
    account = case.failure.account or commands.role_account(context_of(case.facts).role_arn)
    provider = issuers.build_provider_arn(case, issuer)
    if provider == "PROVIDER_ARN" and account is not None:
        provider = f"arn:{find_partition(case)}:iam::{account}:oidc-provider/{host}"
    return case.explain(
        f"The IAM OIDC provider does not list the audience of the job's token{which}.",
        *causes,
        *((AUDIENCE_OF_OTHER_PARTITION.cause(),) if is_other else ()),
        topic="wrong-audience",
        remedies=(
            *((request_audience_remedy(host, issuers.STS_AUDIENCE, case.facts),) if is_other else ()),
            account_remedy(
                "Add the audience to the IAM OIDC provider",
                f"{where} The provider's ClientIDList must contain it.",
                "The trust policy's condition on aud must name the same audience.",
                commands=commands.oidc_client_commands(provider, wanted),
                url=url,
            ),
        ),
        notes=(issuers.ROLE_NOT_EVALUATED,),
    )


def _listed_audiences(text: str) -> tuple[str, ...]:
    """Return the audiences of an IAM OIDC provider that a text shows."""
    found = _CLIENT_IDS.search(text)
    names = () if found is None else re.findall(r"[\w.:/-]+", found["list"] or found["line"] or "", re.ASCII)
    return tuple(each for each in names if _AUDIENCE_NAME.fullmatch(each))


def _explain_unlisted_audience(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    audience: str,
    listed: tuple[str, ...],
    causes: list[Cause],
) -> Explanation:
    """Explain that a provider, whose audiences the text shows, does not list that of the token."""
    wanted = next((each for each in listed if each.startswith("sts.")), listed[0])
    provider = issuers.build_provider_arn(case, issuer)
    host = issuer.url or (_GITHUB_ISSUER if _runtime_kind(case) == "github-actions" else "")
    request = request_audience_remedy(host.removeprefix("https://"), wanted, case.facts)
    return case.explain(
        f"The token is for the audience {audience}, but the IAM OIDC provider lists only {join_words(listed, 'and')}.",
        *causes,
        topic="wrong-audience",
        remedies=(
            attrs.evolve(
                request,
                steps=(
                    *request.steps,
                    f"Or an IAM administrator adds the audience to the provider: {commands.oidc_client_commands(provider, audience)[1]}",
                ),
            ),
        ),
        notes=(
            "The role's trust policy is checked after that: if it has a condition on aud, it must name the audience of the token, too.",
            issuers.ROLE_NOT_EVALUATED,
        ),
    )


def _token_audience(case: Case[InvalidIdentityToken]) -> str | None:
    """Return the first audience in the supplied claims, if it is a plain name."""
    given: object = (case.facts.token_claims or {}).get("aud")
    each: Iterable[object] = cast("Iterable[object]", given) if isinstance(given, (list, tuple)) else (given,)
    return next((name for name in each if isinstance(name, str) and _AUDIENCE_NAME.fullmatch(name)), None)
