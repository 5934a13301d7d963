"""Explain denials of roles to web identities.

The role's trust policy alone decides, because these callers have no identity-based policies. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.credentials.tokens import identity_pools, job_tokens
from iamtriage.explaining._rules.denials.roles import role_conditions, web_identity_remedies
from iamtriage.explaining._rules.denials.roles.literal_values import NO_SUCH_ROLE
from iamtriage.explaining._rules.denials.roles.rejected_identities import (
    checked_cause,
    correct_policy_remedy,
    explain_authorized_party,
    explain_missing_tags,
    explain_other_namespace,
    explain_other_provider,
    explain_rejected,
    explain_request,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.trust import template_trust, trust_documents, trust_fixes, trust_subjects
from iamtriage.explaining._rules.sts.trust.token_forms import POD_SUBJECT, TrustProblem
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings, evaluate_trust_policy
from iamtriage.explaining._rules.sts.trust.trust_problems import find_misplaced_value, find_trust_problem
from iamtriage.explaining._rules.sts.trust.workflow_problems import explain_second_role, find_workflow_problem
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import allow_statements, iterate_statements, parse_document

_IDENTITY_POOL = lazy_pattern(r"(?i)cognito-?identity")
# The audience that a service account, or the volume of a pod, requests.
_ANNOTATED_AUDIENCE = lazy_pattern(
    r"\b(?:eks\.amazonaws\.com/|serviceAccountToken:\s{1,40})audience\\?[\"']?: ?\\?[\"']?([\w.:/-]{1,200}\w)"
)
_MAX_SUBJECTS = 2

TOKEN_NOT_TRUSTED = CauseType(
    "token-not-trusted",
    title="The role's trust policy does not allow the web identity token",
    text="The trust policy names another provider, audience or subject than the token has.",
    recognised_by='STS says "Not authorized to perform sts:AssumeRoleWithWebIdentity".',
    fix="Name the provider in the trust policy, with conditions that match the token's audience and subject.",
    sources=(pages.OIDC_ROLES, pages.TRUST_POLICIES),
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
)


def explain_web_identity(denial: Denial) -> Explanation:
    """Explain that STS did not accept a web identity token for a role."""
    if _is_from_identity_pool(denial):
        return _explain_identity_pool_token(denial)
    if denial.stands_alone:
        return _explain_unmatched(denial, None)
    if (chained := explain_second_role(denial)) is not None:
        return chained
    template = _find_template_trust(denial)
    if template is None:
        return _explain_token(denial)
    facts = denial.facts
    facts = attrs.evolve(facts, trust_policy=template.policy, derived=facts.derived | {"trust_policy"})
    explanation = _explain_token(attrs.evolve(denial, facts=facts))
    corrected = (template_trust.correct_in_template(template, each) for each in explanation.remedies)
    return attrs.evolve(explanation, remedies=tuple(corrected))


def _find_template_trust(denial: Denial) -> template_trust.TemplateTrust | None:
    """Return the trust policy in code, unless the facts have another one."""
    if denial.facts.trust_policy is not None and not is_derived(denial.facts, "trust_policy"):
        return None
    if not denial.context.policies:
        return None
    issuer = web_identity_remedies.name_issuer(denial)
    return template_trust.find_template_trust(
        denial.context.policies,
        denial.failure.text,
        issuer=None if find_placeholders(issuer) else issuer,
        location=web_identity_remedies.role_location(denial),
    )


def _explain_token(denial: Denial) -> Explanation:
    has_claims = denial.facts.token_claims is not None
    denial = _with_claims_of_pod(denial)
    if (old := role_conditions.find_old_role(denial)) is not None:
        text, cause, remedy = old
        return explain_rejected(denial, f"STS rejected the token: {text}.", cause, remedies=(remedy,))
    findings = role_conditions.check_trust_policy(denial)
    misplaced = find_misplaced_value(denial.facts.trust_policy)
    if misplaced is not None and (findings is None or not findings.allowed):
        return _explain_trust_problem(denial, misplaced, "No token")
    checked = _explain_literal_pattern(denial)
    if findings is not None:
        checked = explain_request(denial, findings) or _explain_checked_policy(denial, findings)
    if checked is not None:
        return checked
    issuer = (denial.facts.token_claims or {}).get("iss", web_identity_remedies.find_other_cluster(denial))
    policy = denial.facts.trust_policy
    if (other := trust_documents.find_other_provider(policy, issuer)) is not None:
        return explain_other_provider(denial, other)
    if not has_claims and (problem := find_workflow_problem(policy, denial.failure.text)) is not None:
        return _explain_trust_problem(denial, problem, "No token of this job")
    if not has_claims and (of_job := _explain_job(denial)) is not None:
        return of_job
    if not has_claims and (of_other := explain_other_namespace(denial)) is not None:
        return of_other
    if findings is not None and findings.allowed:
        return _explain_matching(denial, findings, role_conditions.compare_role_remedy(denial))
    if (problem := find_trust_problem(policy, issuer)) is not None:
        return _explain_trust_problem(denial, problem, "No token")
    return _explain_unmatched(denial, findings)


def _explain_unmatched(denial: Denial, findings: TrustFindings | None) -> Explanation:
    """Explain a token of which it is unknown what does not match."""
    works = job_tokens.describe_working_role(denial.failure.text)
    is_unknown = denial.facts.trust_policy is None
    of_ids = trust_subjects.describe_ids(job_tokens.stated_claim(denial, "sub") or "") if is_unknown else None
    causes: tuple[Cause, ...] = (
        TOKEN_NOT_TRUSTED.cause("derived", text=of_ids or works),
        *((NO_SUCH_ROLE.cause(),) if is_unknown and not works else ()),
    )
    if findings is not None:
        causes = (findings.cause,) if findings.allowed is False else (findings.cause, causes[0])
    summary = f"STS rejected the token for {denial.target_role_text}: {_describe_decision(denial, findings)}."
    remedies = functools.partial(web_identity_remedies.token_remedies, denial, findings)
    return explain_rejected(denial, summary, *causes, remedies=remedies)


def _describe_decision(denial: Denial, findings: TrustFindings | None) -> str:
    if findings is None:
        subjects = trust_documents.expected_subjects(denial.facts.trust_policy)
        expected = join_words(tuple(map(clip_text, subjects[:_MAX_SUBJECTS])), "or")
        job = None if subjects else job_tokens.known_job_subject(denial)
        if job is not None:
            return f"most likely, the role's trust policy does not allow the subject {clip_text(job)}"
        return f"the role's trust policy {f'expects the subject {expected}' if subjects else 'does not allow it'}"
    result = findings.result
    if result is not None and "the provider is in account" in result.reason:
        return f"in the trust policy, {result.reason.partition(': ')[2].replace(chr(34), '')}"
    mismatch = None if result is None else trust_fixes.describe_mismatch(result)
    return mismatch or "the role's trust policy does not allow it"


def _explain_matching(denial: Denial, findings: TrustFindings, *remedies: Remedy) -> Explanation:
    """Explain that the trust policy allows the token that STS rejected."""
    matching = "The trust policy allows the token, so it need not change."
    return denial.explain(
        f"STS rejected the token for {denial.target_role_text}: {role_conditions.describe_matching(denial)}.",
        attrs.evolve(findings.cause, text=matching, because=()),
        *role_conditions.matching_causes(denial),
        topic="web-identity",
        remedies=remedies,
    )


def _explain_literal_pattern(denial: Denial) -> Explanation | None:
    """Explain a trust policy whose condition on the subject compares a pattern literally."""
    found = trust_documents.find_literal_pattern(denial.facts.trust_policy)
    if found is None:
        return None
    like = found.operator.replace("EqualsIgnoreCase", "Like").replace("Equals", "Like")
    value = clip_text(found.value)
    remedy = correct_policy_remedy(
        denial,
        f"Compare the subject with {like}",
        found.fixed,
        f"{trust_fixes.WHOLE_DOCUMENT} {job_tokens.narrow_subject_step(denial, found.value) or f'It then trusts every subject that matches {value}.'}",
    )
    text = f"In {found.operator}, * and ? are ordinary characters. {like} supports them as wildcards."
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: {found.operator} in the trust policy compares literally, so {value} matches no token.",
        LITERAL_PATTERN.cause("derived", text=text),
        remedies=(remedy, web_identity_remedies.compare_token_remedy(denial)),
    )


def _with_claims_of_pod(denial: Denial) -> Denial:
    """Return the denial with the claims that the token of the pod has, if the facts or the text name its service account."""
    facts, issuer = denial.facts, web_identity_remedies.find_issuer_of_pod(denial)
    evidence, account = read_pod_evidence(denial.failure.text), facts.service_account
    if is_derived(facts, "service_account"):
        account = evidence.account or account
    expected = trust_documents.expected_subjects(facts.trust_policy)
    subject = trust_subjects.find_successor(expected[0], denial.failure.text) if len(expected) == 1 else None
    if facts.namespace and account:
        subject = f"{POD_SUBJECT}{facts.namespace}:{account}"
    elif subject is None and (named := account or getattr(evidence.given, "account", None)):
        subject = _subject_with_name(named, expected)
    if facts.token_claims is not None or issuer is None or subject is None:
        return denial
    provider = (trust_documents.find_provider(facts.trust_policy) or "").partition("oidc-provider/")[2]
    accepts = any(matches(subject, compile_glob(each)) for each in expected)
    if expected and not accepts and provider and f"https://{provider}" in denial.failure.text:
        # The text shows this cluster, too, and the subject explains the failure.
        issuer = provider
    audience = _ANNOTATED_AUDIENCE.search(denial.failure.text)
    named = audience[1] if audience else "sts.amazonaws.com"
    claims = {"iss": f"https://{issuer}", "sub": subject, "aud": [named]}
    return attrs.evolve(denial, facts=attrs.evolve(facts, token_claims=claims))


def _subject_with_name(account: str, expected: Sequence[str]) -> str | None:
    """Return the subject of a service account, if the trust policy expects another name in whichever namespace."""
    listed = only_one(expected)
    start, _, name = (listed or "").rpartition(":")
    is_other = name != account and "*" not in (listed or "") and start.startswith(POD_SUBJECT)
    return f"{start}:{account}" if is_other else None


def _explain_checked_policy(denial: Denial, findings: TrustFindings) -> Explanation | None:
    """Explain which condition of the supplied trust policy the supplied token does not meet."""
    result = findings.result
    if result is None:
        return None
    if result.is_explicit_deny:
        verdict, cause = "a Deny statement of the trust policy matches it", findings.cause
        remedies: tuple[Remedy, ...] = (role_conditions.narrow_deny_remedy(denial, result),)
    else:
        of_issuer = explain_authorized_party(denial, result) or explain_missing_tags(denial, result)
        if (explanation := of_issuer or _explain_mismatches(denial, findings)) is not None:
            return explanation
        mismatch = trust_fixes.describe_mismatch(result)
        role, shown = denial.target_role_name, denial.failure.text
        remedies = trust_fixes.mismatch_remedies(result, denial.facts, role, shown)
        if mismatch is None or not remedies:
            return None
        verdict, text = mismatch, "A condition of the role's trust policy is not met."
        if result.condition:
            only = len(allow_statements(denial.facts.trust_policy)) == 1
            of = "" if only else f" in {trust_documents.name_statement(denial.facts.trust_policy, result)}"
            text = f"The trust policy expects another {trust_fixes.name_claim(result)}{of}."
        if "more mismatch" not in result.reason:
            matches_else = trust_fixes.describe_matches(result, denial.facts)
            is_pattern = "is not a pattern" in mismatch
            text = matches_else if is_pattern and matches_else else f"{text} {matches_else}"
        # The summary has the values already.
        cause = attrs.evolve(findings.cause, text=text, because=())
    return explain_rejected(denial, f"STS rejected the token: {verdict}.", cause, remedies=remedies)


def _explain_mismatches(denial: Denial, findings: TrustFindings) -> Explanation | None:
    """Explain a trust policy of which a token does not meet several conditions: to correct one does not help."""
    facts = denial.facts
    fixed, failed = trust_fixes.correct_conditions(facts.trust_policy, facts)
    first, *further = present(*map(trust_fixes.describe_mismatch, failed)) or ("",)
    if fixed is None or not further:
        return None
    caller = trust_subjects.describe_caller(str((facts.token_claims or {}).get("sub")))
    claims = [f"the {trust_fixes.name_claim(each)}" for each in failed]
    audience = trust_fixes.find_audience_remedy(failed, facts)
    accepted = join_words([each for each in claims if not (audience and each == "the audience")], "and")
    change = correct_policy_remedy(
        denial,
        f"Accept {accepted} of the token in the role's trust policy",
        fixed,
        f"{trust_fixes.WHOLE_DOCUMENT} Do this only if {caller} is meant to assume this role.",
    )
    return explain_rejected(
        denial,
        f"STS rejected the token: {first}. {' '.join(f'Also, {each}.' for each in further)}",
        attrs.evolve(
            findings.cause,
            text=f"The token does not meet the conditions on {join_words(claims, 'and')}.",
            because=(),
        ),
        remedies=present(change, audience),
    )


def _explain_job(denial: Denial) -> Explanation | None:
    """Explain a trust policy that expects another subject than that of the job in the text."""
    claims = web_identity_remedies.claims_of_job(denial)
    if claims is None:
        return None
    known = attrs.evolve(denial, facts=attrs.evolve(denial.facts, token_claims=claims))
    findings = role_conditions.check_trust_policy(known)
    if findings is not None and findings.allowed:
        if job_tokens.known_job_subject(denial) is None:
            return None  # only its audience is known
        subject = clip_text(str(claims.get("sub")))
        text = f"The token has another subject than the one that follows from the text, {subject}, or the job requests another role."
        return explain_rejected(
            denial,
            f"STS rejected the token for {denial.target_role_text}, although the trust policy allows the subject that the job should have, {subject}.",
            TOKEN_NOT_TRUSTED.cause(text=text),
            remedies=web_identity_remedies.token_remedies(denial, findings)[:1],
        )
    if findings is None or findings.result is None:
        return None
    if not str(findings.result.condition).endswith((":sub", ":aud")):
        return None
    explanation = _explain_checked_policy(known, findings)
    if explanation is not None and job_tokens.known_job_subject(denial) is None:
        text = "The audience is the aud of id_tokens. The text does not show the token's subject."
        first = attrs.evolve(explanation.causes[0], text=text, because=())
        return attrs.evolve(explanation, causes=(first, *explanation.causes[1:]))
    stated = str(known.facts.token_claims)
    if explanation is None or "@" in stated or "repo:" not in stated:
        return explanation
    is_open = job_tokens.find_environment(denial) is None
    unless = " if its job has no environment" if is_open and ":ref:" in stated else ""
    because = f"The subject follows from the workflow{unless}. If the repository was created, renamed or transferred after July 15, 2026, the subject also has IDs (repo:OWNER@ID/REPOSITORY@ID:…)."
    causes = (attrs.evolve(explanation.causes[0], because=(because,)), *explanation.causes[1:])
    return attrs.evolve(explanation, causes=causes)


def _explain_trust_problem(denial: Denial, problem: TrustProblem, subject: str) -> Explanation:
    """Explain a trust policy that accepts no token, or no token of a job."""
    matches, association, in_code = "", None, trust_fixes.pass_action_remedy(denial.failure.text)
    if problem.fixed is None:
        allow_token = web_identity_remedies.trust_token_remedy(denial, None)
        shown, policy = commands.trust_policy_commands(denial.target_role_name)[0], allow_token.policy or {}
        # The supplied policy makes the command that prints it superfluous.
        document = parse_document(denial.facts.trust_policy) or {}
        kept = [*iterate_statements(document), *policy["Statement"]]
        remedy = attrs.evolve(
            allow_token,
            title=problem.title,
            steps=(f"{trust_fixes.WHOLE_DOCUMENT} {problem.step}",),
            commands=tuple(each for each in allow_token.commands if each != shown),
            policy={**document, "Statement": kept},
            is_addition=False,
        )
        if problem.is_for_pod_identity:
            subject = "The token is not the problem: no token"
            association = web_identity_remedies.associate_role_remedy(denial)
    else:
        facts = Facts(trust_policy=problem.fixed, token_claims=denial.facts.token_claims)
        found = evaluate_trust_policy(facts, "sts:AssumeRoleWithWebIdentity")
        if denial.facts.token_claims and found is not None and found.allowed:
            issuer = clip_text(str(denial.facts.token_claims.get("iss")).removeprefix("https://"))
            of_issuer = f", whose issuer is {issuer}" if issuer in problem.text else ""
            matches = f"Apart from that, the trust policy matches the token{of_issuer}."
        step = f"{trust_fixes.WHOLE_DOCUMENT} {problem.step}"
        remedy = correct_policy_remedy(denial, problem.title, problem.fixed, step)
        remedy = attrs.evolve(remedy, commands=(*problem.commands, *remedy.commands))
    other = web_identity_remedies.compare_token_remedy(denial) if not denial.facts.token_claims else None
    return explain_rejected(
        denial,
        f"STS rejected the token: {problem.text}.",
        checked_cause(denial, matches or f"{subject} meets the role's trust policy as it is."),
        remedies=present(in_code, remedy, association, other),
    )


def _is_from_identity_pool(denial: Denial) -> bool:
    """Return whether a Cognito identity pool issued the token, according to its claims or the text."""
    issuer = (denial.facts.token_claims or {}).get("iss")
    if isinstance(issuer, str):
        return issuer.removeprefix("https://") == identity_pools.POOL_PROVIDER
    return _IDENTITY_POOL.search(message_text(denial)) is not None


def _explain_identity_pool_token(denial: Denial) -> Explanation:
    findings = role_conditions.check_trust_policy(denial)
    because = "The text or the token's claims name an Amazon Cognito identity pool."
    text = "The role's trust policy does not allow the token of the identity pool. It must name the ID of the pool that the app uses (aud), and authenticated or unauthenticated (amr)."
    cause = TOKEN_NOT_TRUSTED.cause("derived", because, text=text)
    return explain_rejected(
        denial,
        "STS rejected the identity pool's token for the role: its trust policy does not allow it.",
        *((cause, GUEST_OR_SIGNED_IN.cause()) if findings is None else (findings.cause, cause)),
        remedies=(identity_pools.pool_trust_remedy(denial.facts.token_claims),),
    )
