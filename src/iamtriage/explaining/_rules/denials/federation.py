"""Explain denials of roles to web identities and SAML users.

The role's trust policy alone decides, because these callers have no identity-based policies. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.credentials.identity_pools import (
    OTHER_POOL,
    POOL_PROVIDER,
    pool_trust_remedy,
)
from iamtriage.explaining._rules.denials.assuming_roles import (
    NO_SUCH_ROLE,
    SESSION_TAGS,
    check_trust_policy,
    missing_trust_steps,
    trust_policy_commands,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import (
    parse_masked_role,
    try_parse_arn,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.wording import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.sts.trust_fixes import describe_mismatch, find_provider, mismatch_remedies
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust_findings import TrustFindings

__all__ = ("explain_saml", "explain_web_identity")

_NOTES = (
    "An Allow in a policy does not help: it is the trust policy alone that decides.",
    EVENTUAL_CONSISTENCY,
)
_CHANGE_STATEMENT = (
    "Change the statement of the trust policy, or add one like this and keep those that are there."
)
_IDENTITY_POOL = re.compile(r"cognito-?identity", re.IGNORECASE)
_MAX_ISSUER_LENGTH = 255
_REPOSITORY = re.compile(
    r"\bGITHUB_REPOSITORY[=:]\s?[\"']?([\w.-]{1,60}/[\w.-]{1,100})|github\.com/([\w.-]{1,60}/[\w.-]{1,100}?)(?:\.git)?/actions/",
    re.ASCII,
)
# https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws and
# https://docs.gitlab.com/ci/cloud_services/aws/
_ISSUERS = {"github-actions": "token.actions.githubusercontent.com", "gitlab": "gitlab.com"}
_SAML_AUDIENCES = {
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}
_SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"


TOKEN_NOT_TRUSTED = CauseType(
    "token-not-trusted",
    title="The role's trust policy does not allow the web identity token",
    text="The role's trust policy does not let this token in: its provider, audience or subject is not the one that the policy asks for.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithWebIdentity".',
    fix="Let the trust policy name the provider, and conditions that match the token's audience and subject.",
    sources=(
        pages.OIDC_ROLES,
        pages.TRUST_POLICIES,
    ),
    example="identity-pool-token",
)
ASSERTION_NOT_TRUSTED = CauseType(
    "assertion-not-trusted",
    title="The role's trust policy does not allow the SAML assertion",
    text="The role's trust policy does not let this assertion in: it has to name the SAML provider as Federated, allow sts:AssumeRoleWithSAML, and its conditions, such as SAML:aud, have to fit the assertion.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithSAML".',
    fix="Let the trust policy name the SAML provider and allow sts:AssumeRoleWithSAML.",
    sources=(pages.SAML,),
    example="saml",
)
GUEST_OR_SIGNED_IN = CauseType(
    "guest-or-signed-in",
    title="The role is for another kind of identity",
    text="The role is for those who are signed in and the call is a guest's, or the reverse.",
    fix="Use the authenticated role for signed-in users and the unauthenticated one for guests.",
    of="token-not-trusted",
    example="identity-pool-token",
)
SAML_PAIR = CauseType(
    "saml-pair",
    title="The assertion names another role and provider",
    text="The pair of role and provider in the assertion's Role attribute is not the one of the trust policy.",
    fix="Correct the Role attribute of the assertion.",
    of="assertion-not-trusted",
    example="saml",
)


def explain_web_identity(denial: Denial) -> Explanation:
    """Explain that STS did not accept a web identity token for a role."""
    if _is_from_identity_pool(denial):
        return _explain_identity_pool_token(denial)
    denial = _with_claims_of_pod(denial)
    findings = check_trust_policy(denial)
    checked = None if findings is None else _explain_checked_policy(denial, findings)
    if checked is not None:
        return checked
    cause = TOKEN_NOT_TRUSTED.cause(
        "derived",
        (
            f"STS refuses {denial.action} by the trust policy alone: such a caller has no policies of its own.",
        ),
    )
    no_such_role = NO_SUCH_ROLE.cause(
        text="The role does not exist, or its ARN is misspelt: STS says the same then."
    )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the token for the role: its trust policy does not allow it.",
        causes=(cause, no_such_role) if findings is None else (findings.cause, cause),
        remedies=(_compare_token_remedy(denial), _trust_token_remedy(denial, findings)),
        notes=_NOTES,
    )


def _with_claims_of_pod(denial: Denial) -> Denial:
    """Return the denial with the claims that the token of the pod has, if the facts name its service account."""
    facts = denial.facts
    provider = find_provider(facts.trust_policy)
    if facts.token_claims is not None or provider is None or not (facts.namespace and facts.service_account):
        return denial
    claims = {
        "iss": f"https://{provider.partition('oidc-provider/')[2]}",
        "sub": f"system:serviceaccount:{facts.namespace}:{facts.service_account}",
        "aud": ["sts.amazonaws.com"],
    }
    return attrs.evolve(denial, facts=attrs.evolve(facts, token_claims=claims))


def _explain_checked_policy(denial: Denial, findings: TrustFindings) -> Explanation | None:
    """Explain which condition of the supplied trust policy the supplied token does not meet."""
    result, mismatch = findings.result, None
    role = parse_masked_role(denial.resource)
    if result is not None:
        mismatch = describe_mismatch(result)
    remedies = (
        () if result is None else mismatch_remedies(result, denial.facts, None if role is None else role.name)
    )
    if result is None or mismatch is None or not remedies:
        return None
    others = ""
    if "more mismatch" not in result.reason:
        others = " The provider and the other conditions match."
    cause = attrs.evolve(findings.cause, text=f"A condition of the role's trust policy is not met.{others}")
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary=f"STS rejected the token: {mismatch}.",
        causes=(cause,),
        remedies=remedies,
        notes=_NOTES,
    )


def _is_from_identity_pool(denial: Denial) -> bool:
    """Return whether a Cognito identity pool issued the token, according to its claims or the text."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    if isinstance(issuer, str):
        return issuer.removeprefix("https://") == POOL_PROVIDER
    return _IDENTITY_POOL.search(message_text(Case(denial.failure, denial.facts))) is not None


def _explain_identity_pool_token(denial: Denial) -> Explanation:
    """Explain that STS did not accept a Cognito identity pool's token for a role."""
    findings = check_trust_policy(denial)
    cause = TOKEN_NOT_TRUSTED.cause(
        "derived",
        ("The text or the token's claims tell of an identity pool of Cognito.",),
        text="The role's trust policy does not let the token of the identity pool in: it has to name the pool's id (aud), and authenticated or unauthenticated (amr).",
    )
    others = (
        OTHER_POOL.cause(text="The app uses another identity pool than the role trusts."),
        GUEST_OR_SIGNED_IN.cause(),
    )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the identity pool's token for the role: its trust policy does not allow it.",
        causes=(cause, *others) if findings is None else (findings.cause, cause),
        remedies=(pool_trust_remedy(denial.facts.token_claims),),
        notes=_NOTES,
    )


def _compare_token_remedy(denial: Denial) -> Remedy:
    if _is_workflow(denial):
        return Remedy(
            title="Compare the subject of the workflow's token with the trust policy",
            who="you",
            steps=(
                "The subject is repo:OWNER/REPOSITORY: and then ref:refs/heads/BRANCH, environment:NAME or pull_request, by what started the job. Repositories that were created, renamed or transferred after 15 July 2026 have repo:OWNER@ID/REPOSITORY@ID.",
                "Compare it with the condition on token.actions.githubusercontent.com:sub. The audience is sts.amazonaws.com unless the input audience says otherwise.",
            ),
            commands=trust_policy_commands(denial)[:1],
            url=pages.GITHUB_OIDC,
        )
    claims = denial.facts.token_claims
    subject = None if claims is None else claims.get("sub")
    if claims is not None and isinstance(subject, str):
        audience = claims.get("aud")
        listed = [each for each in _as_list(audience) if isinstance(each, str)]
        aud = f" and the audience {clip_text(', '.join(listed))}" if listed else ""
        return Remedy(
            title="Compare the token with the trust policy",
            who="you",
            steps=(
                f"The token has the subject {clip_text(subject)}{aud}. The trust policy must name its issuer as Federated, and its conditions on sub and aud must match these.",
                "Pass the trust policy as the fact trust_policy to see which condition fails.",
            ),
            commands=trust_policy_commands(denial)[:1],
            url=_token_page(denial),
        )
    return Remedy(
        title="Compare the token with the trust policy",
        who="you",
        steps=(
            *_subject_steps(denial),
            "Read the token's claims iss, sub and aud, and the conditions of the role's trust policy. The command says which condition fails, and the line that mends it.",
        ),
        commands=(
            _token_command(denial),
            f"{trust_policy_commands(denial)[0]} > policy.json",
            "iamtriage trust policy.json --token token",
        ),
        url=_token_page(denial),
    )


def _subject_steps(denial: Denial) -> tuple[str, ...]:
    """Return which subject the pod's token has, if the facts name its service account."""
    namespace, name = denial.facts.namespace, denial.facts.service_account
    if namespace is None or name is None:
        return ()
    return (f"The pod's token has the subject {clip_text(f'system:serviceaccount:{namespace}:{name}')}.",)


def _as_list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _trust_token_remedy(denial: Denial, findings: TrustFindings | None) -> Remedy:
    facts = denial.facts
    issuer = _issuer_name(denial)
    namespace = facts.namespace or "NAMESPACE"
    service_account = facts.service_account or "SERVICE_ACCOUNT"
    subject = f"system:serviceaccount:{namespace}:{service_account}"
    claim = (facts.token_claims or {}).get("sub")
    if isinstance(claim, str) and claim.isprintable():
        subject = claim
    elif _is_workflow(denial):
        repository = _REPOSITORY.search(denial.failure.text)
        subject = f"repo:{next(filter(None, repository.groups())) if repository else 'OWNER_NAME/REPOSITORY'}:ref:refs/heads/BRANCH_NAME"
    elif not (facts.service_account or "eks" in issuer):
        subject = "SUBJECT"
    partition, account = _role_location(denial)
    added: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}},
    }
    show_issuer = "aws eks describe-cluster --name {} --query cluster.identity.oidc.issuer --output text"
    return Remedy(
        title="Let the token in by the role's trust policy",
        who="account administrator",
        steps=(
            *missing_trust_steps(findings),
            _CHANGE_STATEMENT,
        ),
        commands=(fill_command(show_issuer, commands.cluster(facts.cluster)),) if _is_of_pod(denial) else (),
        policy=build_document([added]),
        layer="role_trust",
        is_addition=True,
        url=_token_page(denial),
    )


def _is_of_pod(denial: Denial) -> bool:
    return bool(denial.facts.cluster or denial.facts.service_account) and not _is_workflow(denial)


def _is_workflow(denial: Denial) -> bool:
    runtime = context_of(denial.facts).runtime
    return runtime is not None and runtime.kind == "github-actions"


def _token_page(denial: Denial) -> str:
    return pages.EKS_IRSA if _is_of_pod(denial) else pages.OIDC_PROVIDERS


def _issuer_name(denial: Denial) -> str:
    """Return the provider's name in trust policies, which is the issuer without its scheme."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    runtime = context_of(denial.facts).runtime
    provider = find_provider(denial.facts.trust_policy)
    if issuer is None and provider is not None:
        issuer = provider.partition("oidc-provider/")[2]
    elif issuer is None and runtime is not None:
        issuer = _ISSUERS.get(runtime.kind)
    if not isinstance(issuer, str) or len(issuer) > _MAX_ISSUER_LENGTH:
        return "ISSUER"
    if not issuer.isprintable() or not issuer.isascii():
        return "ISSUER"
    return issuer.removeprefix("https://").rstrip("/")


def _token_command(denial: Denial) -> str:
    facts = denial.facts
    if not (facts.namespace or facts.service_account):
        return 'cp "$AWS_WEB_IDENTITY_TOKEN_FILE" token'
    return fill_command(
        "kubectl -n {} exec POD -- cat /var/run/secrets/eks.amazonaws.com/serviceaccount/token > token",
        commands.namespace(facts.namespace),
    )


def explain_saml(denial: Denial) -> Explanation:
    """Explain that STS did not accept a SAML assertion for a role."""
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS did not accept the SAML assertion for the role: its trust policy does not allow it.",
        causes=(
            ASSERTION_NOT_TRUSTED.cause(
                "derived",
                (
                    "STS refuses sts:AssumeRoleWithSAML by the trust policy alone: such a caller has no policies of its own.",
                ),
            ),
            SAML_PAIR.cause(),
            NO_SUCH_ROLE.cause(
                text="The role does not exist, or its ARN is misspelt, upper and lower case included: STS says the same then."
            ),
            SESSION_TAGS.cause(
                text="The assertion has PrincipalTag attributes, and the trust policy does not allow sts:TagSession."
            ),
        ),
        remedies=(_compare_assertion_remedy(denial), _trust_saml_remedy(denial)),
        notes=_NOTES,
    )


def _compare_assertion_remedy(denial: Denial) -> Remedy:
    return Remedy(
        title="Compare the assertion with the trust policy",
        who="you",
        steps=(
            "Take SAMLResponse from the browser's network log, and decode it from Base64. It is a login: show it to nobody.",
            "Its attribute https://aws.amazon.com/SAML/Attributes/Role has to hold the ARNs of the role and of the SAML provider, with a comma between.",
            "The provider's ARN has to stand in the trust policy as Federated; the Recipient of the assertion is what SAML:aud is compared with.",
            "Where the identity provider has new certificates or another issuer, load its metadata into the SAML provider again.",
        ),
        commands=(trust_policy_commands(denial)[0], "aws iam list-saml-providers"),
        url=pages.SAML,
    )


def _trust_saml_remedy(denial: Denial) -> Remedy:
    partition, account = _role_location(denial)
    added = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:saml-provider/PROVIDER"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": _SAML_AUDIENCES.get(partition, _SAML_AUDIENCE)}},
    }
    return Remedy(
        title="Let the assertion in by the role's trust policy",
        who="account administrator",
        steps=(_CHANGE_STATEMENT,),
        policy=build_document([added]),
        layer="role_trust",
        is_addition=True,
        url=pages.SAML,
    )


def _role_location(denial: Denial) -> tuple[str, str]:
    """Return the partition and the account of the role."""
    role = underlying_role(try_parse_principal(denial.resource))
    if role is not None:
        return role.partition, role.account
    provider = try_parse_arn(find_provider(denial.facts.trust_policy))
    if provider is not None and provider.account:
        return provider.partition, provider.account
    return denial.location.partition or "aws", denial.account or "ACCOUNT_ID"
