"""Build the documents that fix a trust policy whose condition the token does not meet.

Each document is the supplied policy with one change, and evaluates to allowed; a change that alters nothing, or does
not help, is not proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text, join_words, lower_first, upper_first
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.trust import trust_documents, trust_replacements, trust_subjects
from iamtriage.explaining._rules.sts.trust.token_forms import GITHUB, organization_of
from iamtriage.policies._readers.elements import iterate_conditions, parse_document

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

_AUDIENCE = "sts.amazonaws.com"
_MAX_MISMATCHES = 3
REMOVE_OLD = "Remove the old value if nothing uses it."
WHOLE_DOCUMENT = "trust.json is the whole trust policy with this change: the command replaces the policy."


def describe_mismatch(result: TrustResult) -> str | None:
    """Return the condition that fails with both values, as a sentence without a full stop, or ``None``."""
    if result.is_explicit_deny or result.condition is None or not result.expected:
        return None
    claim = name_claim(result)
    expected = " or ".join(clip_text(each) for each in result.expected[:3])
    if not result.actual and (result.condition.partition(" ")[2].lower().startswith(("aws:", "sts:"))):
        return None
    if not result.actual:
        return f"the trust policy expects the {claim} {expected}, and the token has no such claim"
    actual = ", ".join(clip_text(each) for each in result.actual[:3])
    operator = result.condition.partition(" ")[0]
    if _is_literal(operator, result.expected):
        return f"{operator} compares literally, so {expected} in the trust policy is not a pattern and never matches the token's {claim} {actual}"
    difference = trust_subjects.describe_difference(result.expected[0], result.actual[0])
    return f"the trust policy expects the {claim} {expected}, and the token has {actual}{difference}"


def describe_matches(result: TrustResult, facts: Facts) -> str:
    """Return a sentence that says what of a statement the token meets, apart from the failed condition."""
    statement = trust_documents.find_statement(facts.trust_policy, result)
    claims = {key.rpartition(":")[2] for _, key, _ in iterate_conditions(statement)}
    claims.discard((result.condition or "").rpartition(":")[2])
    met = [
        {"aud": "the audience", "sub": "the subject"}.get(each, f"the claim {each}")
        for each in sorted(claims)
    ]
    return f"{join_words(('The OIDC provider', *map(clip_text, met)), 'and')} match{'' if met else 'es'}."


def correct_conditions(
    policy: Mapping[str, Any] | str | None, facts: Facts
) -> tuple[dict[str, Any] | None, tuple[TrustResult, ...]]:
    """Return a policy in which each failed condition has the value of the token, and the failed evaluations.

    The policy is ``None`` if values of the token are not enough. An audience that is right for AWS stays: the token
    has to be requested for it.
    """
    fixed = parse_document(policy)
    failed: list[TrustResult] = []
    trial = fixed
    while trial is not None and len(failed) < _MAX_MISMATCHES:
        result = trust_documents.evaluate_policy(trial, trust_replacements.ACTION, claims=facts.token_claims)
        if result is None or result.allowed is not False:
            return (None if result is None or fixed is None else dict(fixed)), tuple(failed)
        failed.append(result)
        if describe_mismatch(result) is None or not result.actual:
            break
        trial = trust_documents.policy_with_value(trial, result, value=result.actual[0])
        if not _keeps_audience(result):
            fixed = trust_documents.policy_with_value(fixed, result, value=result.actual[0])
    return None, tuple(failed)


def name_claim(result: TrustResult) -> str:
    """Return the claim that a failed condition is about, in words."""
    key = (result.condition or "").partition(" ")[2]
    return {"aud": "audience", "sub": "subject"}.get(key.rpartition(":")[2], key)


def _keeps_audience(result: TrustResult) -> bool:
    return name_claim(result) == "audience" and _AUDIENCE in result.expected


def _is_literal(operator: str, expected: Sequence[str]) -> bool:
    """Return whether a condition contains wildcards that its operator compares literally."""
    return not operator.endswith(("Like", "LikeIfExists")) and any(set("*?") & set(each) for each in expected)


def mismatch_remedies(result: TrustResult, facts: Facts, role: str | None) -> tuple[Remedy, ...]:
    """Return the ways out of a failed condition on the token's audience or subject, the first one first."""
    if result.condition is None or result.statement is None or not (result.actual and result.expected):
        return ()
    operator, _, key = result.condition.partition(" ")
    claim = key.rpartition(":")[2].lower()
    if claim == "aud":
        return tuple(_audience_remedies(result, facts, role, key))
    if claim == "sub":
        return tuple(_subject_remedies(result, facts, role, operator))
    return ()


def request_audience_remedy(
    issuer: str, expected: str, facts: Facts, *, is_annotated: bool = False
) -> Remedy:
    """Return the remedy that requests a token with another audience, after a look at the annotation if it is not shown."""
    is_pod = ".eks." in f".{issuer}" or bool(facts.service_account)
    steps: tuple[str, ...] = (f"Request the token for the audience {clip_text(expected)}.",)
    lines: tuple[str, ...] = ()
    if is_pod and expected == _AUDIENCE:
        steps = (
            f"Remove the annotation eks.amazonaws.com/audience, also in the manifest or chart: EKS then requests {_AUDIENCE}. A running pod keeps its token: re-create it.",
            "If there is no annotation, the pod mounts its own token: change audience under serviceAccountToken in its manifest.",
            "If the program also needs the other audience, add a volume with a second token for it.",
        )
        lines = (
            r"kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --output 'jsonpath={.metadata.annotations.eks\.amazonaws\.com/audience}'",
            Labelled(
                "If it prints an audience:",
                "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE eks.amazonaws.com/audience-",
            ),
            commands.RESTART_PODS,
        )[is_annotated:]
    elif issuer == GITHUB:
        steps = (
            f"Remove the input audience of aws-actions/configure-aws-credentials, or set it to {clip_text(expected)}.",
        )
    return your_remedy(
        f"Request the token for the audience {clip_text(expected)}",
        *steps,
        commands=lines,
        url=pages.EKS_IRSA_POD if is_pod else pages.OIDC_PROVIDERS,
    )


def _audience_remedies(result: TrustResult, facts: Facts, role: str | None, key: str) -> Iterator[Remedy]:
    actual, issuer = result.actual[0], key.rpartition(":")[0]
    # The token that each job of CircleCI has is for its organization.
    is_of_organization = actual == organization_of(issuer)
    request = request_audience_remedy(issuer, result.expected[0], facts)
    if not is_of_organization:
        yield request
    fixed = trust_replacements.with_value(result, facts, value=[*result.expected, actual])
    if fixed is None:
        return
    accept = (
        f"accept the audience {clip_text(actual)} in the trust policy, if the IAM OIDC provider lists it, too"
    )
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    known = "The IAM OIDC provider most likely lists this audience already: otherwise, STS says InvalidIdentityToken (Incorrect token audience)."
    yield trust_replacements.replace_policy_remedy(
        upper_first(accept) if is_of_organization else f"Or {accept}",
        f"{WHOLE_DOCUMENT} {REMOVE_OLD}",
        known,
        policy=fixed,
        role=role,
        facts=facts,
    )
    if is_of_organization:
        yield attrs.evolve(request, title=f"Or {lower_first(request.title)}")


def _subject_remedies(result: TrustResult, facts: Facts, role: str | None, operator: str) -> Iterator[Remedy]:
    expected, actual = result.expected[0], result.actual[0]
    if _is_literal(operator, result.expected):
        yield from _literal_remedies(result, facts, role, operator)
        return
    change = _change_remedy(result, facts, role)
    other = trust_subjects.describe_expected_caller(expected, actual)
    if other is None or trust_subjects.is_misplaced(expected, actual):
        yield from present(change)
        return
    title, step, lines = other
    url = pages.GITHUB_OIDC if actual.startswith("repo:") else pages.EKS_IRSA_POD
    # To trust every pull request, or every pod of a namespace, is a decision about security, not the first way out.
    whom = trust_subjects.describe_open_subject(expected, actual)
    if whom is not None:
        title = upper_first(title.removeprefix("Or "))
    caller = your_remedy(title, step, commands=lines, url=url)
    if whom is not None and change is not None:
        accept = (
            f"Or accept {clip_text(actual)} in the trust policy, only if {whom} are meant to assume the role"
        )
        change = attrs.evolve(change, title=accept)
    yield from present(*((caller, change) if whom else (change, caller)))


def _change_remedy(result: TrustResult, facts: Facts, role: str | None) -> Remedy | None:
    expected, actual = result.expected[0], result.actual[0]
    is_misspelled = trust_subjects.is_misspelled(expected, actual)
    title = f"{'Correct' if is_misspelled else 'Accept'} the token's subject in the trust policy"
    # A subject that is a mistake in the policy must not stay trusted. Pods may use any other one.
    is_replaced = len(result.expected) == 1 and trust_subjects.is_misplaced(expected, actual)
    whom = trust_subjects.describe_open_subject(expected, actual)
    decide = None
    if not whom and not is_misspelled:
        decide = f"Do this only if {trust_subjects.describe_caller(actual)} is meant to assume this role. Otherwise, use another role for it."
    is_part = trust_replacements.shows_only_condition(facts)
    more = "" if is_part else REMOVE_OLD
    if ":environment:" in actual and ":ref:" in expected:
        project, _, environment = actual.partition(":environment:")
        branch = expected.rpartition("refs/heads/")
        limit = f" to {clip_text(branch[2])}" if branch[1] and branch[2] != "*" else ""
        more = f"The new subject names no branch: on GitHub, limit the deployment branches of the environment {clip_text(environment)}{limit} (Settings, Environments). {more}".rstrip()
        decide = None if expected.startswith(f"{project}:ref:") else decide
    if trust_subjects.lacks_context(expected):
        more = "Keep it this narrow: a pattern such as :* trusts all jobs of the project, on any branch."
        more += f" With this one, {whom} can assume the role: give it read-only permissions." if whom else ""
        decide = None
    elif is_replaced:
        more = "List both subjects if a pod in the other namespace uses the role, too."
        if is_misspelled:
            more = "No token has the old subject. Running pods retry: they need no restart."
    elif (corrected := trust_subjects.correct_subject(expected, actual)) is not None:
        (actual, more), is_replaced, decide = corrected, len(result.expected) == 1, None
    kept = [each for each in result.expected if not trust_subjects.is_misspelled(each, actual)]
    value = [*kept, actual] if kept and not (is_replaced or is_part) else actual
    fixed = trust_replacements.with_value(result, facts, value=value)
    if fixed is None:
        return None
    step = f"{WHOLE_DOCUMENT} {more}".rstrip()
    return trust_replacements.replace_policy_remedy(title, decide, step, policy=fixed, role=role, facts=facts)


def _literal_remedies(result: TrustResult, facts: Facts, role: str | None, operator: str) -> Iterator[Remedy]:
    expected, actual = result.expected[0], result.actual[0]
    fixed, like = (
        trust_replacements.with_value(result, facts, value=actual),
        trust_documents.like_operator(operator),
    )
    # An operator in another case, or ArnEquals, has no such counterpart.
    pattern = trust_replacements.with_value(result, facts, new_operator=like) if like != operator else None
    if fixed is not None:
        others = (
            ""
            if pattern is not None
            else f": if others that match {clip_text(expected)} are meant to use the role, too, list their subjects"
        )
        step = f"{WHOLE_DOCUMENT} It accepts no other subject{others}."
        title = "Expect the exact subject in the trust policy"
        yield trust_replacements.replace_policy_remedy(title, step, policy=fixed, role=role, facts=facts)
    if pattern is not None:
        step = f"{WHOLE_DOCUMENT} In {like}, * and ? are wildcards: it trusts every subject that matches {clip_text(expected)}."
        title = f"Or, if others that match {clip_text(expected)} are meant to use the role, too, compare with {like}"
        yield trust_replacements.replace_policy_remedy(title, step, policy=pattern, role=role, facts=facts)
