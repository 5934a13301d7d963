"""Build the documents that fix a trust policy whose condition the token does not meet.

Each document is the supplied policy with one change, and evaluates to allowed; a change that alters nothing, or does
not help, is not proposed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text, join_words, lower_first, upper_first
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.trust import (
    token_forms,
    trust_documents,
    trust_replacements,
    trust_subjects,
)
from iamtriage.policies._readers.elements import iterate_conditions, parse_document

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

_AUDIENCE = "sts.amazonaws.com"
# Where the audience of a job's token is set, by the host of its issuer. A GitLab instance is its own issuer.
# https://docs.gitlab.com/ci/secrets/id_token_authentication/, https://circleci.com/docs/oidc-tokens-with-custom-claims/
# and https://buildkite.com/docs/agent/v3/cli-oidc.
_GITLAB_SETTING = "In .gitlab-ci.yml, set aud of the token under id_tokens to {audience}"
_AUDIENCE_SETTINGS = {
    "gitlab.com": _GITLAB_SETTING,
    "oidc.circleci.com": 'Request the token with circleci run oidc get --claims \'{{"aud": "{audience}"}}\'',
    "app.terraform.io": "In the workspace, set the environment variable TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE to {audience}",
    "agent.buildkite.com": "Request the token with buildkite-agent oidc request-token --audience {audience}",
}
_MAX_MISMATCHES = 3
REMOVE_OLD, WHOLE_DOCUMENT = trust_replacements.REMOVE_OLD, trust_replacements.WHOLE_DOCUMENT


def pass_action_remedy(text: str) -> Remedy | None:
    """Return how to pass the action for web identities to the CDK, if its code in a text passes none.

    The default is sts:AssumeRole: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.FederatedPrincipal.html.
    """
    if (
        "FederatedPrincipal(" not in text
        or f"{trust_replacements.ACTION}'" in text
        or f'{trust_replacements.ACTION}"' in text
    ):
        return None
    return your_remedy(
        f"Pass '{trust_replacements.ACTION}' as the third argument of FederatedPrincipal in the CDK",
        "Without it, the action is sts:AssumeRole. Or use WebIdentityPrincipal with the first two arguments. After the deployment, sign in again.",
        commands="cdk deploy",
        url="https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.FederatedPrincipal.html",
    )


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
    if any(trust_subjects.correct_ref_type(each, result.actual[0]) for each in result.expected):
        return f"the trust policy expects the {claim} {expected}, and the token has {actual}: ref_type is only branch or tag, and a pipeline of a merge request has its source branch"
    operator = result.condition.partition(" ")[0]
    if _is_literal(operator, result.expected):
        pattern, value = _abbreviate(result.expected, result.actual) or (expected, actual)
        return f"{operator} compares literally, so {pattern} in the trust policy is not a pattern and never matches the token's {claim} {value}"
    if (phases := token_forms.describe_phases(result.expected, result.actual[0])) is not None:
        return phases
    difference = trust_subjects.describe_difference(result.expected[0], result.actual[0])
    return f"the trust policy expects the {claim} {expected}, and the token has {actual}{difference}"


# Two long values are told apart by their ends.
_LONG = 80


def _abbreviate(expected: Sequence[str], actual: Sequence[str]) -> tuple[str, str] | None:
    """Return the ends of two long values, from the part in which they differ, or ``None`` if they are short or several.

    >>> project = f"org/{'0' * 36}/project/{'1' * 36}"
    >>> _abbreviate([f"{project}/user/*"], [f"{project}/user/7f3a"])
    ('…/user/*', '…/user/7f3a')
    """
    if len(expected) != 1 or len(actual) != 1 or len(expected[0]) + len(actual[0]) <= 2 * _LONG:
        return None
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(expected[0], actual[0], strict=False))
    common = "".join(letter for letter, _ in pairs).rstrip("/:")
    # With the label before the part: /user/*.
    cut = max(common.rfind("/"), common.rfind(":"))
    if cut <= 0:
        return None
    return f"…{clip_text(expected[0][cut:])}", f"…{clip_text(actual[0][cut:])}"


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


def find_audience_remedy(failed: Sequence[TrustResult], facts: Facts) -> Remedy | None:
    """Return how to request a token with the audience that a corrected policy still expects, if it is another one."""
    result = next(filter(_keeps_audience, failed), None)
    if result is None:
        return None
    issuer = (result.condition or "").partition(" ")[2].rpartition(":")[0]
    remedy = request_audience_remedy(issuer, _AUDIENCE, facts)
    return attrs.evolve(remedy, title=f"Also request the token for the audience {_AUDIENCE}")


def _is_literal(operator: str, expected: Sequence[str]) -> bool:
    """Return whether a condition contains wildcards that its operator compares literally."""
    return not operator.endswith(("Like", "LikeIfExists")) and any(set("*?") & set(each) for each in expected)


def mismatch_remedies(result: TrustResult, facts: Facts, role: str | None, text: str) -> tuple[Remedy, ...]:
    """Return the ways out of a failed condition on the token's audience or subject, the first one first."""
    if result.condition is None or result.statement is None or not (result.actual and result.expected):
        return ()
    operator, _, key = result.condition.partition(" ")
    claim = key.rpartition(":")[2].lower()
    if claim == "aud":
        return tuple(_audience_remedies(result, facts, role, key))
    if claim == "sub":
        return tuple(_subject_remedies(result, facts, role, operator, text))
    return ()


def _find_audience_setting(issuer: str, facts: Facts) -> str | None:
    """Return where the CI system of an issuer sets the audience, with a field for it, or ``None``."""
    if context_of(facts).runtime_kind == "gitlab":
        return _GITLAB_SETTING
    return _AUDIENCE_SETTINGS.get(issuer.partition("/")[0])


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
    elif is_pod:
        annotation = f"eks.amazonaws.com/audience={expected}"
        steps = (
            f"Request the token for the audience {clip_text(expected)} with an annotation of the service account, and re-create the pods. The IAM OIDC provider must list this audience, too.",
        )
        lines = (
            commands.fill_command(
                "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite {}",
                annotation,
            ),
            commands.RESTART_PODS,
        )
    elif issuer == token_forms.GITHUB:
        steps = (
            f"Remove the input audience of aws-actions/configure-aws-credentials, or set it to {clip_text(expected)}.",
        )
    elif (setting := _find_audience_setting(issuer, facts)) is not None:
        steps = (f"{setting.format(audience=clip_text(expected))}, then run the job again.",)
    return your_remedy(
        f"Request the token for the audience {clip_text(expected)}",
        *steps,
        commands=lines,
        url=pages.EKS_IRSA_POD if is_pod else pages.OIDC_PROVIDERS,
    )


def _audience_remedies(result: TrustResult, facts: Facts, role: str | None, key: str) -> Iterator[Remedy]:
    actual, issuer = result.actual[0], key.rpartition(":")[0]
    # The token that each job of CircleCI has is for its organization, and HCP Terraform has a default audience, too.
    is_default = actual in {token_forms.organization_of(issuer), "aws.workload.identity"}
    # EKS requests this audience in all partitions.
    is_default |= ".eks." in f".{issuer}" and actual == _AUDIENCE
    request = request_audience_remedy(issuer, result.expected[0], facts)
    if not is_default:
        yield request
    fixed = trust_replacements.with_value(result, facts, value=[*result.expected, actual])
    if fixed is None:
        return
    named = clip_text(actual)
    accept = f"accept the audience {named} in the trust policy, if the IAM OIDC provider lists it, too"
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    known = "The IAM OIDC provider most likely lists this audience already: otherwise, STS says InvalidIdentityToken (Incorrect token audience)."
    yield trust_replacements.replace_policy_remedy(
        upper_first(accept) if is_default else f"Or {accept}",
        f"{WHOLE_DOCUMENT} {REMOVE_OLD}",
        known,
        policy=fixed,
        role=role,
        facts=facts,
    )
    if is_default:
        how = lower_first(request.steps[0].partition(", then")[0].rstrip("."))
        yield attrs.evolve(request, title=f"Or {how}")


def _subject_remedies(
    result: TrustResult, facts: Facts, role: str | None, operator: str, text: str
) -> Iterator[Remedy]:
    expected, actual = result.expected[0], result.actual[0]
    if _is_literal(operator, result.expected):
        yield from _literal_remedies(result, facts, role, operator)
        return
    branches = present(*(trust_subjects.correct_ref_type(each, actual) for each in result.expected))
    if branches:
        yield from _branch_remedies(result, facts, role, trust_documents.like_operator(operator), branches[0])
        return
    change = _change_remedy(result, facts, role, operator)
    if token_forms.find_phase(result.expected, actual) is not None:
        title = f"Or give each phase its own role ({token_forms.PHASE_ROLES} in the workspace)"
        yield from present(
            change,
            account_remedy(
                title, "Then a plan can only read. Each phase gets a new token, so none expires in between."
            ),
        )
        return
    other = trust_subjects.describe_expected_caller(expected, actual, text)
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
    if whom and actual.startswith("repo:") and ":ref:" in expected:
        yield from present(trust_replacements.pull_request_remedy(result, facts, role))
    yield from present(*((caller, change) if whom else (change, caller)))


def _change_remedy(result: TrustResult, facts: Facts, role: str | None, operator: str) -> Remedy | None:
    expected, actual = result.expected[0], result.actual[0]
    is_misspelled = trust_subjects.is_misspelled(expected, actual)
    title = f"{'Correct' if is_misspelled else 'Accept'} the token's subject in the trust policy"
    like = trust_documents.like_operator(operator)
    if (of_pattern := trust_replacements.pattern_remedy(result, facts, role, like)) is not None:
        return of_pattern
    # A subject that is a mistake in the policy must not stay trusted. Pods may use any other one. Others need theirs.
    is_replaced = len(result.expected) == 1 and trust_subjects.is_misplaced(expected, actual)
    whom = trust_subjects.describe_open_subject(expected, actual)
    decide = None
    if not whom and not is_misspelled:
        decide = f"Do this only if {trust_subjects.describe_caller(actual)} is meant to assume this role. Otherwise, use another role for it."
    if (phase := token_forms.find_phase(result.expected, actual)) is not None:
        decide = f"Each phase gets a new token, so none expires in between. Do this only if the role, which TFC_AWS_RUN_ROLE_ARN in the workspace names, is meant for {token_forms.describe_phase(phase)}, too."
    is_part = trust_replacements.shows_only_condition(facts)
    more = "" if is_part or phase else REMOVE_OLD
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
        more = trust_subjects.describe_replacement(expected, actual)
    elif (corrected := trust_subjects.correct_subject(expected, actual)) is not None:
        (actual, more), is_replaced, decide = corrected, len(result.expected) == 1, None
    kept = [each for each in result.expected if not trust_subjects.is_misspelled(each, actual)]
    keeps_old = bool(kept) and not is_replaced
    value = [*kept, actual] if keeps_old and not is_part else actual
    fixed = trust_replacements.with_value(result, facts, value=value)
    if fixed is None:
        return None
    steps = decide, f"{WHOLE_DOCUMENT} {more}".rstrip()
    replace = trust_replacements.replace_policy_remedy
    return replace(title, *steps, policy=fixed, role=role, facts=facts, keeps_old=keeps_old)


def _branch_remedies(
    result: TrustResult, facts: Facts, role: str | None, like: str, pattern: str
) -> Iterator[Remedy]:
    """Yield how to trust the pipelines of merge requests: whoever can push a branch gets their role."""
    actual = result.actual[0]
    others = [each for each in result.expected if not trust_subjects.correct_ref_type(each, actual)]
    own = trust_replacements.with_value(result, facts, value=pattern, new_operator=like)
    fixed = (
        trust_replacements.with_value(result, facts, value=[*others, pattern], new_operator=like)
        if others
        else own
    )
    who = f"The pattern accepts every branch, so everyone who can push one can use the role{' of the other jobs, with their permissions' if others else ''}"
    if others and own is not None:
        title = "Give the merge requests a separate role"
        steps = (
            "trust.json accepts all branches of the project, so allow the new role only to read, such as what a plan needs. Use its ARN in the job for merge requests.",
            "In the trust policy of the old role, remove the subject that no token has.",
        )
        yield trust_replacements.separate_role(title, *steps, policy=own, role=role, facts=facts)
    if fixed is not None:
        title = f"{'Or accept' if others else 'Accept'} the branches of merge requests in the trust policy"
        step = f"{who}. Do this only if it may do no more than read."
        yield trust_replacements.replace_policy_remedy(
            title, step, WHOLE_DOCUMENT, policy=fixed, role=role, facts=facts
        )


def _literal_remedies(result: TrustResult, facts: Facts, role: str | None, operator: str) -> Iterator[Remedy]:
    expected, actual = result.expected[0], result.actual[0]
    fixed = trust_replacements.with_value(result, facts, value=actual)
    like = trust_documents.like_operator(operator)
    # An operator in another case, or ArnEquals, has no such counterpart.
    pattern = trust_replacements.with_value(result, facts, new_operator=like) if like != operator else None
    varies = trust_subjects.varies_by_run(expected, actual)
    if fixed is not None and not (varies and pattern is not None):
        others = f": if others that match {clip_text(expected)} are meant to use the role, too, list their subjects"
        step = f"{WHOLE_DOCUMENT} The new policy accepts no other subject{'' if pattern else others}."
        title = "Set the exact subject in the trust policy"
        yield trust_replacements.replace_policy_remedy(title, step, policy=fixed, role=role, facts=facts)
    if pattern is not None:
        exact = f" An exact subject fails as soon as {varies} changes." if varies else ""
        if varies == trust_subjects.USER_OF_RUN:
            exact = f" To trust runs of one user only, keep {operator} with the subject of the token instead."
        step = f"{WHOLE_DOCUMENT} In {like}, * and ? are wildcards: it trusts every subject that matches {clip_text(expected)}.{exact}"
        title = f"Compare the subject with {like}"
        if not varies:
            title = f"Or, if others that match {clip_text(expected)} are meant to use the role, too, compare with {like}"
        yield trust_replacements.replace_policy_remedy(title, step, policy=pattern, role=role, facts=facts)
