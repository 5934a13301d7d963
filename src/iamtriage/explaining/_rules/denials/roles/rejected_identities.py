"""Explain web identities that a trust policy rejects: it names another OIDC provider or namespace, or the request lacks a value."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, lower_first
from iamtriage.explaining._context.readers.recreations import says_cluster_is_gone
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._explanations.remedies import Remedies
from iamtriage.explaining._rules.basics import (
    Cause,
    CauseType,
    Denial,
    Evidence,
    Explanation,
    Labelled,
    Remedy,
)
from iamtriage.explaining._rules.denials.roles import web_identity_remedies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    Condition,
    change_conditions,
    replace_failed_condition,
    replace_statement,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.trust import (
    trust_documents,
    trust_findings,
    trust_fixes,
    trust_replacements,
)
from iamtriage.explaining._rules.sts.trust.request_keys import RequestKey, change_condition, find_request_key
from iamtriage.explaining._rules.sts.trust.token_forms import POD_SUBJECT
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_mapping,
    as_strings,
    iterate_conditions,
    iterate_statements,
    parse_document,
)
from iamtriage.trust._evaluation import TrustResult
from iamtriage.trust._requests import TAGS_CLAIM

_ONLY_TRUST_NOTES = (
    "An Allow in an identity-based policy does not help: only the trust policy decides.",
    EVENTUAL_CONSISTENCY,
)


def explain_rejected(denial: Denial, summary: str, *causes: Cause, remedies: Remedies) -> Explanation:
    """Explain that STS rejected a token or an assertion."""
    return denial.explain(summary, *causes, topic="web-identity", remedies=remedies, notes=_ONLY_TRUST_NOTES)


def checked_cause(denial: Denial, text: str, *because: str) -> Cause:
    """Return the cause that the trust policy of the facts accepts no such token."""
    evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
    return trust_findings.TRUST_POLICY_CHECKED.cause(evidence, because, text=text)


def correct_policy_remedy(denial: Denial, title: str, fixed: Mapping[str, Any], *steps: str | None) -> Remedy:
    """Return the remedy that replaces the trust policy of the facts with a corrected one."""
    role, facts = denial.target_role_name, denial.facts
    return trust_replacements.replace_policy_remedy(
        title, *present(*steps), policy=dict(fixed), role=role, facts=facts
    )


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
_KEYS_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"


def explain_authorized_party(denial: Denial, result: TrustResult) -> Explanation | None:
    """Explain that a trust policy expects the audience where IAM compares the authorized party of a token."""
    facts, claims = denial.facts, denial.facts.token_claims or {}
    party, named = claims.get("azp"), as_strings(claims.get("aud"))
    audience = next((each for each in named if each in result.expected), None)
    operator, _, key = (result.condition or "").partition(" ")
    issuer, _, claim = key.rpartition(":")
    if claim != "aud" or not isinstance(party, str) or audience is None:
        return None
    moved = replace_failed_condition(
        facts.trust_policy, result, lambda condition: condition._replace(key=f"{issuer}:oaud")
    )
    if moved is None or result.statement is None:
        return None
    old = list(iterate_statements(moved))[result.statement]
    block = {f"{issuer}:aud": party, **old["Condition"][operator]}
    fixed = replace_statement(moved, old, {**old, "Condition": {**old["Condition"], operator: block}})
    checked = trust_documents.evaluate_policy(fixed, "sts:AssumeRoleWithWebIdentity", claims=claims)
    if checked is None or checked.allowed is False:
        return None
    remedy = correct_policy_remedy(
        denial,
        f"Compare the audience with the key {issuer}:oaud",
        fixed,
        f"{trust_fixes.WHOLE_DOCUMENT} {issuer}:aud now has the azp claim of the token, and {issuer}:oaud the audience. The token stays as it is.",
    )
    return explain_rejected(
        denial,
        f"STS rejected the token: the token has an azp claim, so IAM compares {issuer}:aud with azp ({clip_text(party)}), and not with the audience {clip_text(audience)}.",
        checked_cause(
            denial,
            f"For a token with azp, the key {issuer}:oaud is the audience (the claim aud), and {issuer}:aud is azp. The trust policy expects {clip_text(audience)} as {issuer}:aud.",
        ),
        remedies=(attrs.evolve(remedy, url=_KEYS_PAGE),),
    )


REQUEST_CONDITION = CauseType(
    "token-request-condition",
    title="The request with the token does not meet a condition of the trust policy",
    meaning="The token matches, but the trust policy also has a condition on the request, such as its address, which requests with a token do not meet.",
    recognised_by="The trust policy matches the token, and has a condition on aws:SourceIp, a VPC endpoint or a principal.",
    fix="Compare the public addresses of the caller, or remove the condition.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",),
)
_LIMITED = "The conditions on sub and aud still limit who can assume the role."


def explain_request(denial: Denial, findings: trust_findings.TrustFindings) -> Explanation | None:
    """Explain a condition on the request, or return ``None`` if another one decides."""
    result = findings.result
    found = None if result is None else find_request_key(result, denial.facts.region)
    if result is None or found is None:
        return None
    cause = REQUEST_CONDITION.cause(
        findings.cause.evidence if findings.cause.evidence != "possible" else "derived",
        text=f"The provider and the claims of the token match the trust policy. {found.text}",
    )
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: the trust policy matches the token, but {found.reason}.",
        cause,
        remedies=_build_remedies(denial, found, result),
    )


_REQUEST_TAG = "aws:requesttag/"
# The start of a Buildkite subject, which all builds of a pipeline have:
# https://buildkite.com/docs/pipelines/security/oidc/aws
_PIPELINE = lazy_pattern(r"organization:[\w-]{1,100}:pipeline:[\w-]{1,200}:")


# Issuers whose tokens have no session tags.
_WITHOUT_TAGS = lazy_pattern(r"oidc\.eks\.|token\.actions\.githubusercontent\.com")
_NOT_ONLY_AUDIENCE = "Do not leave the audience as the only condition: every customer of the issuer could then assume the role."


def explain_missing_tags(denial: Denial, result: TrustResult) -> Explanation | None:
    """Explain that a trust policy requires session tags that the token lacks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
    """
    document, claims = parse_document(denial.facts.trust_policy), denial.facts.token_claims or {}
    key = (result.condition or "").partition(" ")[2]
    if not key.lower().startswith(_REQUEST_TAG) or result.allowed is not False or result.actual:
        return None
    if document is None or result.statement is None:
        return None
    statement = list(iterate_statements(document))[result.statement]
    keys = [each for _, each, _ in iterate_conditions(statement) if each.lower().startswith(_REQUEST_TAG)]
    tags = [clip_text(each[len(_REQUEST_TAG) :]) for each in keys]
    named, s = join_words(tags, "and"), "s" * (len(tags) > 1)
    claim = next((each for each in tags if each in claims), None)
    plain = f" The claim {claim} is not one of them." if claim else ""
    issuer, subject = str(claims.get("iss")).removeprefix("https://"), str(claims.get("sub") or "")
    pipeline = _PIPELINE.match(subject)
    accepted = Condition("StringLike", f"{issuer}:sub", f"{pipeline[0]}*" if pipeline else subject)
    has_subject = any(each.lower().endswith(":sub") for _, each, _ in iterate_conditions(statement))
    replacements = iter(() if has_subject else (accepted,))
    without = change_conditions(
        statement, lambda each: next(replacements, None) if each.key in keys else each
    )
    policy = replace_statement(document, statement, without)
    works = trust_documents.evaluate_policy(policy, trust_replacements.ACTION, claims=claims)
    is_fixed = _WITHOUT_TAGS.match(issuer) is not None
    instead = "Remove the condition on" if has_subject else "Compare the subject instead of"
    remedy = correct_policy_remedy(
        denial,
        f"{instead if is_fixed else f'Or {lower_first(instead)}'} the tag{s}",
        policy,
        f"{trust_fixes.WHOLE_DOCUMENT} {_LIMITED if has_subject else _NOT_ONLY_AUDIENCE}",
    )
    step = "Have the issuer add the claim to its tokens: tags under principal_tags, each with a list of one value. The role stays as it is."
    if pipeline:
        step = "List the tags in the configuration of the Buildkite plugin, beside role-arn. The role stays as it is."
    request = your_remedy(
        f"Request a token with the session tag{s} {named}",
        step,
        manifest="\n".join(("session-tags:", *(f"  - {each}" for each in tags))) if pipeline else None,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html",
    )
    added = "which this issuer never adds" if is_fixed else "which the issuer adds on request"
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: the trust policy requires the session tag{s} {named}, and the token carries {'others' if TAGS_CLAIM in claims else 'none'}.",
        checked_cause(denial, f"The session tags of a token are in its claim {TAGS_CLAIM}, {added}.{plain}"),
        remedies=present(
            None if is_fixed else request,
            remedy if (subject or has_subject) and works is not None and works.allowed is not False else None,
        ),
    )


def _build_remedies(denial: Denial, found: RequestKey, result: TrustResult) -> tuple[Remedy, ...]:
    check = None
    if found.changes is None and found.look_up is not None:
        check = your_remedy(found.title, commands=found.look_up, url=pages.STS_REGIONS)
    change = _change(denial, result, found.title, found.changes) if found.changes else None
    if change is not None and found.look_up is not None:
        change = attrs.evolve(change, commands=(found.look_up, *change.commands))
    through = None
    if found.changes is not None and set(found.changes[1]).isdisjoint(result.expected):
        title = "Or, if the calls go through a VPC endpoint for STS, compare aws:VpcSourceIp"
        step = "Add a condition on aws:SourceVpc, because other VPCs can have the same addresses."
        through = _change(denial, result, title, ("aws:VpcSourceIp", result.expected), step)
    title = f"{'Or remove' if check or change else 'Remove'} the condition on {found.key} from the role's trust policy"
    has_subject = ":sub" in str(denial.facts.trust_policy)
    return present(
        check, change, through, _change(denial, result, title, None, _LIMITED if has_subject else None)
    )


def _change(
    denial: Denial,
    result: TrustResult,
    title: str,
    changes: tuple[str, Sequence[str]] | None,
    step: str | None = None,
) -> Remedy | None:
    """Return the remedy that writes another condition in place of the one that decides, or removes it."""
    fixed = change_condition(denial.facts.trust_policy, result, changes)
    if fixed is None:
        return None
    return correct_policy_remedy(denial, title, fixed, " ".join(present(trust_fixes.WHOLE_DOCUMENT, step)))


_CLUSTER_ISSUER = lazy_pattern(r"oidc\.eks\.([a-z0-9-]{6,30})\.")
# The service accounts that EMR on EKS creates for each job.
_EMR = "emr-containers-sa-"
_NAMESPACE = lazy_pattern(
    r"(?:(?<![\w:-])[Nn]amespace(?:\s?[:=]\s?| )[\"'`]?|(?<!\S)(?:-n|--namespace)[ =])(?P<name>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![\w-])"
)
_NO_NAMES = frozenset({
    "a", "an", "and", "are", "as", "at", "but", "by", "for", "from", "has", "have", "in", "is", "it", "its", "kube-public",
    "kube-system", "not", "of", "on", "or", "so", "that", "the", "this", "to", "was", "where", "which", "with",
})  # fmt: skip
_PROVIDER_EXISTS = lazy_pattern(r"\b[Pp]rovider (?:already )?exists\b|\b[Pp]rovider is there\b")


def explain_other_provider(denial: Denial, other: trust_documents.OtherProvider) -> Explanation:
    """Explain a trust policy that names another provider than the token's issuer."""
    facts = attrs.evolve(denial.facts, trust_policy=other.fixed)
    findings = trust_findings.evaluate_trust_policy(facts, "sts:AssumeRoleWithWebIdentity", denial.resource)
    corrected, failed = trust_fixes.correct_conditions(other.fixed, facts)
    further = present(*map(trust_fixes.describe_mismatch, failed)) if corrected else ()
    claims = "".join(f", and with the token's {trust_fixes.name_claim(each)}" for each in failed if further)
    text = denial.failure.text
    is_gone = other.is_of_other_cluster and says_cluster_is_gone(text)
    # The old cluster may still run. A statement without a subject does not stay as it is.
    is_open = bool(trust_documents.limit_to_subject(other.fixed, facts)[1])
    if other.is_of_other_cluster and not (further or other.is_misspelled or is_gone or is_open):
        title = "Add the token's issuer to the role's trust policy"
        policy = other.add_to(denial.facts.trust_policy)
        step = f"trust.json is the whole trust policy with a second statement, which has the issuer as {other.keys}. The first one is for the pods of the other cluster: remove it after you delete that cluster."
    else:
        title = "Name the token's issuer in the role's trust policy"
        policy = corrected if corrected and further else other.fixed
        step = f"trust.json is the whole trust policy with the token's issuer as {other.keys}{claims}. {trust_documents.OTHER_ROLES if is_gone else other.warning}"
    create = None
    if f":oidc-provider/{other.issuer}" in text:
        step += " The IAM OIDC provider of this issuer exists already, as the text shows."
    elif not next(find_said(text, _PROVIDER_EXISTS), None):
        label = f"If account {other.account} has no IAM OIDC provider for this issuer yet (STS then says InvalidIdentityToken):"
        create = Labelled(label, _create_provider_command(denial, other))
    remedy = correct_policy_remedy(denial, title, policy, step)
    remedy = attrs.evolve(remedy, commands=(*remedy.commands, *present(create)))
    text = "The role's trust policy does not name the token's issuer."
    unmet: Cause | None = None
    if findings is not None and findings.allowed:
        text = "Apart from the issuer, the trust policy matches the token."
    elif findings is not None and findings.allowed is False:
        remaining = "With its issuer, the trust policy still does not allow the token."
        unmet = attrs.evolve(findings.cause, text=remaining)
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: {other.text}.{''.join(f' Also, {each}.' for each in further)}",
        checked_cause(denial, text),
        *present(unmet),
        # With the claims, they have been compared.
        remedies=present(
            remedy, None if denial.facts.token_claims else web_identity_remedies.compare_token_remedy(denial)
        ),
    )


def _create_provider_command(denial: Denial, other: trust_documents.OtherProvider) -> str:
    region = _CLUSTER_ISSUER.match(other.issuer)
    if region is not None and denial.facts.cluster is not None:
        return f"eksctl utils associate-iam-oidc-provider --cluster {commands.cluster(denial.facts.cluster)} --region {commands.region(region[1])} --approve"
    audiences = as_strings((denial.facts.token_claims or {}).get("aud"))
    return commands.fill_command(
        "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
        *(commands.issuer(f"https://{other.issuer}"), next(iter(audiences), "AUDIENCE")),
    )


def explain_other_namespace(denial: Denial) -> Explanation | None:
    """Explain that the role trusts only service accounts of other namespaces, or return ``None``."""
    expected = trust_documents.expected_subjects(denial.facts.trust_policy)
    parts = [each.removeprefix(POD_SUBJECT).split(":") for each in expected if each.startswith(POD_SUBJECT)]
    trusted = list(dict.fromkeys(each[0] for each in parts))
    actual = _find_namespace(denial, trusted)
    fixed = _trust_namespace(denial, actual) if actual else None
    if actual is None or len(parts) != len(expected) or fixed is None:
        return None
    known = join_words(tuple(map(clip_text, trusted)), "and")
    right = ""
    if any(_works_in_namespace(denial.failure.text, each) for each in trusted):
        right = f"It works in {known}, so the OIDC provider and the audience are right."
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: the trust policy only accepts service accounts of the namespace{'s' * (len(trusted) > 1)} {known}, and the text has the pod in the namespace {clip_text(actual)}.",
        checked_cause(
            denial,
            f"A pod in {clip_text(actual)} has a subject that begins with {POD_SUBJECT}{clip_text(actual)}:. {right}".rstrip(),
        ),
        remedies=(_trust_remedy(denial, known, actual, fixed, is_of_emr=_EMR in expected[0]),),
    )


def _find_namespace(denial: Denial, trusted: list[str]) -> str | None:
    """Return the namespace of the pod, if the policy does not name it."""
    if not trusted or any(set("*?") & set(each) for each in trusted):
        return None
    if (stated := denial.facts.namespace) is not None:
        return stated if stated not in trusted else None
    found = {each["name"] for each in _NAMESPACE.finditer(denial.failure.text)} - _NO_NAMES - set(trusted)
    return only_one(found)


def _works_in_namespace(text: str, namespace: str) -> bool:
    """Return whether the text says that it works in a namespace."""
    name = rf"(?<![\w-]){re.escape(namespace)}(?![\w-])"
    runs = rf"{name}[^.\n]{{0,40}} runs?(?=[.,;!\n]|\Z)"
    return find_working(text, re.compile(name)) is not None or re.search(runs, text) is not None


def _trust_namespace(denial: Denial, actual: str) -> dict[str, Any] | None:
    """Return the trust policy with each subject for another namespace, too."""
    document = parse_document(denial.facts.trust_policy)
    if document is None or not allow_statements(document):
        return None
    fixed = copy.deepcopy(dict(document))
    for statement in iterate_statements(fixed):
        for block in map(as_mapping, as_mapping(statement.get("Condition")).values()):
            for key in [each for each in block if each.endswith(":sub")]:
                values = as_strings(block[key])
                others = [":".join((*each.split(":")[:2], actual, *each.split(":")[3:])) for each in values]
                block[key] = list(dict.fromkeys((*values, *others)))
    return fixed


def _trust_remedy(
    denial: Denial, trusted: str, actual: str, fixed: dict[str, Any], *, is_of_emr: bool
) -> Remedy:
    shown = clip_text(actual)
    stays = f"The service accounts in {trusted} stay trusted."
    if not is_of_emr:
        step = (
            f"{trust_fixes.WHOLE_DOCUMENT} {stays} Do this only if pods in {shown} are meant to use the role."
        )
        return correct_policy_remedy(
            denial, f"Accept the namespace {shown} in the role's trust policy, too", fixed, step
        )
    return account_remedy(
        f"Let the role trust the service accounts of EMR in {shown}, too",
        f"The command adds a statement for the namespace. {stays} Its caller needs eks:DescribeCluster, iam:GetRole and iam:UpdateAssumeRolePolicy.",
        "If the role is defined in code, add the statement there, too: the next deployment can undo it.",
        commands=commands.fill_command(
            "aws emr-containers update-role-trust-policy --cluster-name {} --namespace {} --role-name {}",
            commands.cluster(denial.facts.cluster),
            commands.namespace(actual),
            commands.role_name(denial.target_role_name),
        ),
        url="https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/setting-up-trust-policy.html",
    )
