"""Build the remedies for a web identity token that a role's trust policy does not allow.

Sources: the pages of the CI systems in the table, and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html.
"""

from __future__ import annotations

from typing import Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller, usual_account
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.credentials.tokens import job_tokens
from iamtriage.explaining._rules.denials.roles.assuming_roles import missing_trust_steps
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, trust_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust.trust_documents import expected_subjects, find_provider
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings
from iamtriage.explaining._rules.sts.trust.trust_subjects import lacks_context
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._patterns import compile_glob, matches

CHANGE_STATEMENT = "If the trust policy already has a statement for this provider, correct that one in trust.json instead of adding another."

_MAX_ISSUER_LENGTH = 255
_ACCOUNT_OF_ROLE = lazy_pattern(r"(?a)\barn:(aws[a-z-]{0,12}):iam::([0-9]{12}):role/")

_REF = lazy_pattern(r"repo:[^:*?]+:ref:refs/(?:heads|tags)/[^:]+")

# https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html: the identity has the token's subject.
_LOOKUP = "aws cloudtrail lookup-events --region REGION --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity --max-results 5 --query 'Events[].CloudTrailEvent' --output text"


# A token's issuer is a URL; providers and the keys of conditions have no scheme.
_ISSUER_OF_CLUSTER = lazy_pattern(
    r"(?a)https://(oidc\.eks\.[a-z0-9-]{6,30}\.amazonaws\.com(?:\.cn)?/id/(?!X{16})[0-9A-Z]{16,40})\b"
)


def find_issuer_of_pod(denial: Denial) -> str | None:
    """Return the issuer of a pod's token, without its scheme: the cluster's in the text, or else the provider's."""
    stated: set[str] = set(_ISSUER_OF_CLUSTER.findall(denial.failure.text))
    provider = find_provider(denial.facts.trust_policy)
    named = None if provider is None else provider.partition("oidc-provider/")[2]
    # The cluster in the text that the policy does not name is that of the failing pod.
    return only_one(stated - {named} if len(stated) > 1 and named in stated else stated, named)


def find_other_cluster(denial: Denial) -> str | None:
    """Return the URL of the cluster's issuer in the text, if the trust policy names that of another cluster."""
    issuer = find_issuer_of_pod(denial)
    provider = find_provider(denial.facts.trust_policy) or ""
    is_other = issuer is not None and "oidc-provider/oidc.eks." in provider and not provider.endswith(issuer)
    return f"https://{issuer}" if is_other else None


def token_remedies(denial: Denial, findings: TrustFindings | None) -> tuple[Remedy, ...]:
    """Return what to do about a token, if it is unknown what does not match."""
    compare, change = compare_token_remedy(denial), trust_token_remedy(denial, findings)
    pipeline = job_tokens.find_pipeline(denial)
    expected = expected_subjects(denial.facts.trust_policy)
    if pipeline is not None and expected:
        subject = job_tokens.job_subject(denial, pipeline)
        if subject in expected or (findings is not None and findings.allowed):
            # The same statement is no change.
            return (attrs.evolve(compare, steps=(*compare.steps, *pipeline.steps)),)
        if find_placeholders(subject):
            return (attrs.evolve(compare, steps=(*compare.steps, *pipeline.steps)), change)
    # If the subject is known, the right statement can be written before looking the token up.
    namespace, name = usual_account(denial.facts, denial.failure.text)
    return (change, compare) if (namespace and name) or pipeline else (compare, change)


# What Android's logcat prints before a line.
_APP_LOG = lazy_pattern(r"(?m)^(?:\d\d-\d\d [\d:.]{8,12} {1,6})?[VDIWEF]/[A-Za-z]\w{1,40}\( {0,4}\d{1,6}\): ")


def compare_token_remedy(denial: Denial) -> Remedy:
    """Return the remedy that compares the token with the trust policy."""
    pipeline = job_tokens.find_pipeline(denial)
    if pipeline is not None and denial.facts.token_claims is None:
        return your_remedy(
            f"Look up the {pipeline.job}'s subject in CloudTrail",
            f"The record of the failed call has the subject in principalId. The conditions on {pipeline.issuer}:sub and :aud must match the token.",
            commands=(commands.trust_policy_commands(denial.target_role_name)[0], _LOOKUP),
            url=pipeline.url,
        )
    claims = denial.facts.token_claims
    subject = None if claims is None else claims.get("sub")
    if claims is not None and isinstance(subject, str):
        audience = claims.get("aud")
        named = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        listed = [each for each in named if isinstance(each, str)]
        aud = f" and the audience {clip_text(', '.join(listed))}" if listed else ""
        steps: tuple[str, ...] = (
            f"The token has the subject {clip_text(subject)}{aud}. The trust policy must name its issuer as Federated, and its conditions on sub and aud must match these.",
        )
        if denial.facts.trust_policy is None:
            steps += ("Pass the trust policy as the fact trust_policy to see which condition fails.",)
        lines: tuple[str, ...] = commands.trust_policy_commands(denial.target_role_name)[:1]
    else:
        steps = (
            *present(_subject_step(denial)),
            "Read the token's claims iss, sub and aud, and the conditions of the role's trust policy. The last command says which condition fails, and how to fix it.",
        )
        show = commands.trust_policy_commands(denial.target_role_name)[0]
        lines = (_token_command(denial), f"{show} > policy.json", "iamtriage trust policy.json --token token")
        if _APP_LOG.search(denial.failure.text) and not _is_of_pod(denial):
            # An app has no file with the token.
            steps = (
                "The app gets its token from a Cognito identity pool or from a login provider. With a pool, the conditions on cognito-identity.amazonaws.com:aud and :amr must be its ID, and authenticated or unauthenticated.",
                "Check which role the app requests, too: signed-in users and guests have different ones.",
            )
            lines = (show,)
    title = "Compare the token with the trust policy"
    return your_remedy(title, *steps, commands=lines, url=_token_page(denial))


# https://github.com/crossplane-contrib/provider-aws/issues/582
_CROSSPLANE = lazy_pattern(r"\baws\.(?:m\.)?upbound\.io\b|\baws\.crossplane\.io\b")
_OF_PROVIDER = "Crossplane names the service account of a provider after its revision (kubectl get serviceaccounts -n crossplane-system): test sub with StringLike, as system:serviceaccount:crossplane-system:provider-aws-*."


def _subject_step(denial: Denial) -> str | None:
    namespace, name = denial.facts.namespace, denial.facts.service_account
    if namespace is None or name is None:
        return _OF_PROVIDER if _CROSSPLANE.search(denial.failure.text) else None
    return f"The pod's token has the subject {clip_text(f'system:serviceaccount:{namespace}:{name}')}."


def trust_token_remedy(denial: Denial, findings: TrustFindings | None) -> Remedy:
    """Return the remedy that allows the token in the role's trust policy."""
    facts = denial.facts
    issuer = name_issuer(denial)
    namespace, name = usual_account(facts, denial.failure.text)
    subject = f"system:serviceaccount:{namespace or 'NAMESPACE'}:{name or 'SERVICE_ACCOUNT'}"
    claim, found = job_tokens.stated_claim(denial, "sub"), job_tokens.find_pipeline(denial)
    if claim is not None:
        subject = claim
    elif found is not None:
        subject = job_tokens.job_subject(denial, found)
    elif not (facts.service_account or "eks" in issuer or _is_of_pod(denial)):
        subject = "SUBJECT"
    partition, account = role_location(denial)
    usual = found.audience if found else "sts.amazonaws.com"
    audience = job_tokens.stated_claim(denial, "aud") or usual
    added = allow(
        "sts:AssumeRoleWithWebIdentity",
        principal={"Federated": f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"},
        condition={"StringEquals": {f"{issuer}:aud": audience, f"{issuer}:sub": subject}},
    )
    show_issuer = "aws eks describe-cluster --name CLUSTER --query cluster.identity.oidc.issuer --output text"
    title = "Allow the token in the role's trust policy"
    if found is not None:
        title = f"Make the role's trust policy match the {found.job}'s token"
    controller = find_controller(denial.failure.text)
    guide: tuple[str, ...] = ()
    if controller is not None and namespace and not (facts.namespace or facts.service_account):
        guide = (f"The text is from {controller.name}: the subject is the one of its installation guide.",)
    return trust_remedy(
        title,
        *missing_trust_steps(findings),
        *guide,
        *(found.steps if found and claim is None else ()),
        CHANGE_STATEMENT,
        commands=(
            show_issuer if _is_of_pod(denial) else None,
            *commands.trust_policy_commands(denial.target_role_name),
        ),
        policy=build_document([added]),
        url=found.url if found else _token_page(denial),
    )


def claims_of_job(denial: Denial) -> dict[str, Any] | None:
    """Return the claims of a job's token, if the text and the trust policy state all that they depend on."""
    pipeline, expected = job_tokens.find_pipeline(denial), expected_subjects(denial.facts.trust_policy)
    if pipeline is None:
        return None
    subject = job_tokens.job_subject(denial, pipeline)
    is_known = not find_placeholders(subject)
    if not is_known and len(expected) == 1 and job_tokens.requests_audience(denial):
        # Only the audience is compared.
        return {"iss": f"https://{name_issuer(denial)}", "sub": expected[0], "aud": [pipeline.audience]}
    # An environment replaces the branch, and only the workflow shows it. A project alone is no subject of any job.
    is_open = pipeline.job == "workflow" and job_tokens.find_environment(denial) is None
    # Whether or not it has one, a job on another branch or tag than the expected ones does not match.
    is_other = all(_REF.fullmatch(each) and not matches(subject, compile_glob(each)) for each in expected)
    if not is_known or (is_open and not is_other and not all(map(lacks_context, expected))):
        return None
    return {"iss": f"https://{name_issuer(denial)}", "sub": subject, "aud": [pipeline.audience]}


def _is_of_pod(denial: Denial) -> bool:
    facts, runtime = denial.facts, denial.context.runtime
    is_pod = bool(facts.cluster or facts.service_account) or find_controller(denial.failure.text) is not None
    is_pod = is_pod or (runtime is not None and runtime.kind == "eks-pod")
    return is_pod and job_tokens.find_pipeline(denial) is None


def _token_page(denial: Denial) -> str:
    return pages.EKS_IRSA if _is_of_pod(denial) else pages.OIDC_PROVIDERS


def name_issuer(denial: Denial) -> str:
    """Return the provider's name in trust policies, which is the issuer without its scheme."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    pipeline = job_tokens.find_pipeline(denial)
    if issuer is None and (of_pod := find_issuer_of_pod(denial)) is not None:
        issuer = of_pod
    elif issuer is None and pipeline is not None:
        issuer = pipeline.issuer
    if issuer is None and _is_of_pod(denial):
        return f"oidc.eks.{commands.region(denial.facts.region)}.amazonaws.com/id/OIDC_ID"
    if not isinstance(issuer, str) or len(issuer) > _MAX_ISSUER_LENGTH:
        return "ISSUER"
    if not issuer.isprintable() or not issuer.isascii():
        return "ISSUER"
    return issuer.removeprefix("https://").rstrip("/")


def _token_command(denial: Denial) -> str:
    facts = denial.facts
    if not (facts.namespace or facts.service_account):
        return 'cp "$AWS_WEB_IDENTITY_TOKEN_FILE" token'
    return (
        "kubectl -n NAMESPACE exec POD -- cat /var/run/secrets/eks.amazonaws.com/serviceaccount/token > token"
    )


def role_location(denial: Denial) -> tuple[str, str]:
    """Return the partition and the account of the role."""
    role = principal_words.underlying_role(principal_words.try_parse_principal(denial.resource))
    if role is not None:
        return role.partition, role.account
    provider = principal_words.try_parse_arn(find_provider(denial.facts.trust_policy))
    if provider is not None and provider.account:
        return provider.partition, provider.account
    stated = only_one({*_ACCOUNT_OF_ROLE.findall(denial.failure.text)}, (None, None))
    return (
        denial.location.partition or stated[0] or "aws",
        denial.account or stated[1] or "ACCOUNT_ID",
    )


def associate_role_remedy(denial: Denial) -> Remedy:
    """Return the other way for a role that trusts EKS Pod Identity: to use that.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html.
    """
    options = ("--namespace", "NAMESPACE", "--service-account", "SERVICE_ACCOUNT")
    cluster = find_cluster(denial.case)
    return cluster_remedy(
        "Or use EKS Pod Identity: associate the role with the service account, remove the annotation of IRSA, and re-create the pods",
        "If the first command prints an association, the role was created for this: only remove the annotation. The agent must run on the nodes: EKS Auto Mode has it built in; elsewhere, it is the add-on eks-pod-identity-agent.",
        commands=(
            cluster.eks_command("list-pod-identity-associations", *options),
            Labelled(
                "If there is none:",
                cluster.eks_command("create-pod-identity-association", *options, "--role-arn", "ROLE_ARN"),
            ),
            Labelled(
                "Then, in both cases:",
                "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE eks.amazonaws.com/role-arn-",
            ),
            commands.RESTART_PODS,
        ),
        url=pages.EKS_POD_ASSOCIATION,
    )
