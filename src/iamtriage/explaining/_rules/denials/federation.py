"""Explain denials of roles to web identities and SAML users.

The role's trust policy alone decides, because these callers have no identity-based policies. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.controllers import find_controller, usual_account
from iamtriage.explaining._context.resolving import context_of, is_derived
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
    narrow_deny_remedy,
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
from iamtriage.explaining._rules.sts.trust_documents import (
    expected_subjects,
    find_literal_pattern,
    find_provider,
)
from iamtriage.explaining._rules.sts.trust_findings import TRUST_POLICY_CHECKED
from iamtriage.explaining._rules.sts.trust_fixes import (
    WHOLE_DOCUMENT,
    describe_mismatch,
    mismatch_remedies,
    replace_policy_remedy,
)
from iamtriage.explaining._rules.sts.trust_problems import find_trust_problem
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Evidence
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust_findings import TrustFindings
    from iamtriage.explaining._rules.sts.trust_problems import TrustProblem

__all__ = ("explain_saml", "explain_web_identity")

_NOTES = (
    "An Allow in an identity-based policy does not help: only the trust policy decides.",
    EVENTUAL_CONSISTENCY,
)
_CHANGE_STATEMENT = "Save the role's trust policy with this statement, changed or added, as trust.json: the command replaces the whole policy."
_IDENTITY_POOL = re.compile(r"cognito-?identity", re.IGNORECASE)
_MAX_ISSUER_LENGTH = 255
_REPOSITORY = re.compile(
    r"\bGITHUB_REPOSITORY[=:]\s?[\"']?([\w.-]{1,60}/[\w.-]{1,100})|github\.com/([\w.-]{1,60}/[\w.-]{1,100}?)(?:\.git)?/actions/",
    re.ASCII,
)
_MAX_SUBJECTS = 2
_ONLY_TRUST_POLICY = "For this call only the trust policy decides: the caller has no identity-based policies."
# https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html: the identity has the token's subject.
_LOOKUP = "aws cloudtrail lookup-events --region {} --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity --max-results 5 --query 'Events[].CloudTrailEvent' --output text"


@attrs.frozen
class _Pipeline:
    """A CI system whose jobs get web identity tokens.

    Attributes:
        job: What the system calls a job.
        issuer: The issuer of the tokens, without its scheme.
        project: What the subject names, if the text does not.
        subject: The usual subject of a branch, with ``{}`` for the project.
        audience: The usual audience.
        steps: What the subject depends on.
        url: The documentation.
    """

    job: str
    issuer: str
    project: str
    subject: str
    audience: str
    steps: tuple[str, ...]
    url: str


_PIPELINES = {
    "github-actions": _Pipeline(
        job="workflow",
        issuer="token.actions.githubusercontent.com",
        project="OWNER_NAME/REPOSITORY",
        subject="repo:{}:ref:refs/heads/BRANCH_NAME",
        audience="sts.amazonaws.com",
        steps=(
            "The subject is case-sensitive. It ends with environment:NAME for a job with an environment, or pull_request, instead of ref:…; repositories created, renamed or transferred after 15 July 2026 have repo:OWNER@ID/REPOSITORY@ID:…",
        ),
        url=pages.GITHUB_OIDC,
    ),
    "gitlab": _Pipeline(
        job="job",
        issuer="gitlab.com",
        project="GROUP/PROJECT_NAME",
        subject="project_path:{}:ref_type:branch:ref:BRANCH_NAME",
        audience="https://gitlab.com",
        steps=(
            "The audience is the aud of id_tokens in .gitlab-ci.yml. Tags have ref_type:tag. A self-managed GitLab has its own host instead of gitlab.com.",
        ),
        url="https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
}
_SAML_AUDIENCES = {
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}
_SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"


TOKEN_NOT_TRUSTED = CauseType(
    "token-not-trusted",
    title="The role's trust policy does not allow the web identity token",
    text="The trust policy names another provider, audience or subject than the token has.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithWebIdentity".',
    fix="Name the provider in the trust policy, with conditions that match the token's audience and subject.",
    sources=(
        pages.OIDC_ROLES,
        pages.TRUST_POLICIES,
    ),
    example="identity-pool-token",
)
ASSERTION_NOT_TRUSTED = CauseType(
    "assertion-not-trusted",
    title="The role's trust policy does not allow the SAML assertion",
    text="The role's trust policy does not allow this assertion: it must name the SAML provider as Federated and allow sts:AssumeRoleWithSAML, and its conditions, such as SAML:aud, must match.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithSAML".',
    fix="Name the SAML provider in the trust policy, and allow sts:AssumeRoleWithSAML.",
    sources=(pages.SAML,),
    example="saml",
)
LITERAL_PATTERN = CauseType(
    "literal-pattern",
    title="StringEquals compares the wildcards of a subject literally",
    meaning="A condition on the token's subject has a pattern with * or ? under StringEquals, which compares it literally, so no token matches.",
    recognised_by="The facts or the text contain the trust policy.",
    fix="Use StringLike for patterns.",
    sources=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    ),
)
GUEST_OR_SIGNED_IN = CauseType(
    "guest-or-signed-in",
    title="The role is for another kind of identity",
    text="The role is for signed-in users and the call is a guest's, or the reverse.",
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
    has_claims = denial.facts.token_claims is not None
    denial = _with_claims_of_pod(denial)
    findings = check_trust_policy(denial)
    checked = _explain_literal_pattern(denial)
    if findings is not None:
        checked = _explain_checked_policy(denial, findings)
    if checked is not None:
        return checked
    if not has_claims and (problem := find_trust_problem(denial.facts.trust_policy)) is not None:
        return _explain_trust_problem(denial, problem)
    cause = TOKEN_NOT_TRUSTED.cause("derived")
    subjects = expected_subjects(denial.facts.trust_policy)
    expected = join_words(tuple(map(clip_text, subjects[:_MAX_SUBJECTS])), "or")
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary=f"STS rejected the token for {_describe_role(denial)}: the role's trust policy "
        + (f"expects the subject {expected}." if subjects else "does not allow it."),
        causes=(cause, NO_SUCH_ROLE.cause()) if findings is None else (findings.cause, cause),
        remedies=_mismatch_remedies(denial, findings),
        notes=_NOTES,
    )


def _mismatch_remedies(denial: Denial, findings: TrustFindings | None) -> tuple[Remedy, ...]:
    compare, change = _compare_token_remedy(denial), _trust_token_remedy(denial, findings)
    # The form of a pipeline's subject is known, so the right statement can be written before looking the token up.
    return (compare, change) if _find_pipeline(denial) is None else (change, compare)


def _describe_role(denial: Denial) -> str:
    role = parse_masked_role(denial.resource)
    return "the role" if role is None else f"the role {role.name}"


def _explain_literal_pattern(denial: Denial) -> Explanation | None:
    """Explain a trust policy whose condition on the subject compares a pattern literally."""
    found = find_literal_pattern(denial.facts.trust_policy)
    if found is None:
        return None
    like = found.operator.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
    value = clip_text(found.value)
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary=f"STS rejected the token for {_describe_role(denial)}: {found.operator} in the trust policy compares literally, so {value} matches no token.",
        causes=(
            LITERAL_PATTERN.cause(
                "derived",
                text=f"The condition on the subject has the wildcards of {value}, which only {like} supports.",
            ),
        ),
        remedies=(
            Remedy(
                title=f"Compare the subject with {like}",
                who="account administrator",
                steps=(
                    f"The policy is the whole trust policy with this change: save it as trust.json. It then trusts every subject that matches {value}.",
                ),
                commands=trust_policy_commands(denial)[1:],
                policy=found.fixed,
                layer="role_trust",
                url=pages.TRUST_POLICIES,
            ),
            _compare_token_remedy(denial),
        ),
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
    result = findings.result
    if result is None:
        return None
    if result.is_explicit_deny:
        verdict, cause = "a Deny statement of the trust policy matches it", findings.cause
        remedies: tuple[Remedy, ...] = (narrow_deny_remedy(denial, result.statement),)
    else:
        role = parse_masked_role(denial.resource)
        mismatch = describe_mismatch(result)
        remedies = mismatch_remedies(result, denial.facts, None if role is None else role.name)
        if mismatch is None or not remedies:
            return None
        others = ""
        if "more mismatch" not in result.reason:
            others = " The provider and the other conditions match."
        verdict = mismatch
        # The summary has the values already.
        cause = attrs.evolve(
            findings.cause,
            text=f"Statement[{result.statement}] of the role's trust policy has a condition on {result.condition.partition(' ')[2]} that the token does not meet.{others}"
            if result.condition
            else f"A condition of the role's trust policy is not met.{others}",
            because=(),
        )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary=f"STS rejected the token: {verdict}.",
        causes=(cause,),
        remedies=remedies,
        notes=_NOTES,
    )


def _explain_trust_problem(denial: Denial, problem: TrustProblem) -> Explanation:
    """Explain a trust policy that accepts no token at all."""
    if problem.fixed is None:
        remedy = attrs.evolve(_trust_token_remedy(denial, None), title=problem.title, steps=(problem.step,))
    else:
        role = parse_masked_role(denial.resource)
        remedy = attrs.evolve(
            replace_policy_remedy(problem.title, problem.fixed, None if role is None else role.name),
            steps=(f"{WHOLE_DOCUMENT} {problem.step}",),
        )
    evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary=f"STS rejected the token: {problem.text}.",
        causes=(
            TRUST_POLICY_CHECKED.cause(evidence, text="No token meets the role's trust policy as it is."),
        ),
        remedies=(remedy, _compare_token_remedy(denial)),
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
        ("The text or the token's claims name an Amazon Cognito identity pool.",),
        text="The role's trust policy does not allow the token of the identity pool: it must name the pool's ID (aud), and authenticated or unauthenticated (amr).",
    )
    others = (
        OTHER_POOL.cause(text="The app uses an identity pool that the role does not trust."),
        GUEST_OR_SIGNED_IN.cause(),
    )
    return Explanation(
        failure=denial.failure,
        topic="web-identity",
        summary="STS rejected the identity pool's token for the role: its trust policy does not allow it.",
        causes=(cause, *others) if findings is None else (findings.cause, cause),
        remedies=(pool_trust_remedy(denial.facts.token_claims),),
        notes=_NOTES,
    )


def _compare_token_remedy(denial: Denial) -> Remedy:
    pipeline = _find_pipeline(denial)
    if pipeline is not None:
        return Remedy(
            title=f"Look up the {pipeline.job}'s subject in CloudTrail",
            who="you",
            steps=(
                f"The record of the failed call has the subject in principalId. The conditions on {pipeline.issuer}:sub and :aud must match the token.",
            ),
            commands=(
                trust_policy_commands(denial)[0],
                fill_command(_LOOKUP, commands.region(denial.facts.region)),
            ),
            url=pipeline.url,
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
            "Read the token's claims iss, sub and aud, and the conditions of the role's trust policy. The last command says which condition fails, and how to fix it.",
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
    usual_namespace, usual_name = usual_account(facts, denial.failure.text)
    namespace = usual_namespace or "NAMESPACE"
    service_account = usual_name or "SERVICE_ACCOUNT"
    subject = f"system:serviceaccount:{namespace}:{service_account}"
    claim = (facts.token_claims or {}).get("sub")
    if isinstance(claim, str) and claim.isprintable():
        subject = claim
    elif (pipeline := _find_pipeline(denial)) is not None:
        repository = _REPOSITORY.search(denial.failure.text)
        name = next(filter(None, repository.groups())) if repository else pipeline.project
        subject = pipeline.subject.format(name)
    elif not (facts.service_account or "eks" in issuer or _is_of_pod(denial)):
        subject = "SUBJECT"
    partition, account = _role_location(denial)
    found = _find_pipeline(denial)
    audience = found.audience if found else "sts.amazonaws.com"
    added: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:aud": audience, f"{issuer}:sub": subject}},
    }
    show_issuer = "aws eks describe-cluster --name {} --query cluster.identity.oidc.issuer --output text"
    title = "Allow the token in the role's trust policy"
    if found is not None:
        title = f"Make the role's trust policy match the {found.job}'s token"
    return Remedy(
        title=title,
        who="account administrator",
        steps=(*missing_trust_steps(findings), *(found.steps if found else ()), _CHANGE_STATEMENT),
        commands=(
            *((fill_command(show_issuer, commands.cluster(facts.cluster)),) if _is_of_pod(denial) else ()),
            *trust_policy_commands(denial),
        ),
        policy=build_document([added]),
        layer="role_trust",
        is_addition=True,
        url=found.url if found else _token_page(denial),
    )


def _is_of_pod(denial: Denial) -> bool:
    runtime = context_of(denial.facts).runtime
    is_pod = runtime is not None and runtime.kind == "eks-pod"
    is_pod = is_pod or find_controller(denial.failure.text) is not None
    return (
        bool(is_pod or denial.facts.cluster or denial.facts.service_account)
        and _find_pipeline(denial) is None
    )


def _find_pipeline(denial: Denial) -> _Pipeline | None:
    """Return the CI system whose job made the call, if the text shows it."""
    runtime = context_of(denial.facts).runtime
    return None if runtime is None else _PIPELINES.get(runtime.kind)


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
        pipeline = _PIPELINES.get(runtime.kind)
        issuer = None if pipeline is None else pipeline.issuer
    if issuer is None and _is_of_pod(denial):
        region = commands.region(denial.facts.region)
        return f"oidc.eks.{region}.amazonaws.com/id/OIDC_ID"
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
        notes=_NOTES,
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
    partition, account = _role_location(denial)
    added = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:{partition}:iam::{account}:saml-provider/PROVIDER"},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": _SAML_AUDIENCES.get(partition, _SAML_AUDIENCE)}},
    }
    return Remedy(
        title="Allow the assertion in the role's trust policy",
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
