"""Find what is wrong in a trust policy for web identities, whatever the token.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html,
https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html and
https://docs.github.com/en/actions/reference/security/oidc.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    Condition,
    change_conditions,
    replace_statement,
)
from iamtriage.explaining._rules.sts.trust import token_forms
from iamtriage.explaining._rules.sts.trust.token_forms import TrustProblem, check_claim_keys
from iamtriage.explaining._rules.sts.trust.trust_documents import OIDC_KEY, like_operator, split_by_provider
from iamtriage.explaining._rules.sts.trust.trust_subjects import lacks_context
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_mapping,
    as_strings,
    iterate_conditions,
    iterate_statements,
    parse_document,
    principal_names,
)

_ACTION, _TAGS, _MAX_ACTIONS = "sts:AssumeRoleWithWebIdentity", "sts:TagSession", 3
_ACTIONS = frozenset({_ACTION.lower(), "sts:assumerole*", "sts:*", "*"})
_PROVIDER = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|ACCOUNT_ID):oidc-provider/(\S+)")
# Providers with an ID in their URL: a condition for another ID is for another cluster.
_EKS_ISSUER = lazy_pattern(r"oidc\.eks[.-]")
_AUDIENCE = "sts.amazonaws.com"
# What subjects of pods, GitHub Actions and GitLab begin with, and audiences do not.
_SUBJECT_STARTS = (token_forms.POD_SUBJECT, "repo:", "project_path:")
# These have a name of their own instead of a provider in IAM.
_BUILT_IN_PROVIDERS = frozenset(
    {"accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"}
)


def find_trust_problem(policy: Mapping[str, Any] | str | None, issuer: object = None) -> TrustProblem | None:
    """Return why a trust policy accepts no web identity token, or ``None`` if it may accept one.

    With an issuer, it is about the statements for that one, if there are any.

    >>> policy = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
    ...                         "Action": "sts:AssumeRole"}}
    >>> find_trust_problem(policy).text
    'the trust policy names ec2.amazonaws.com and no OIDC provider'
    """
    document = parse_document(policy)
    if document is None:
        return None
    statements = allow_statements(document)
    meant = [each for each in statements if _list_federated(each)]
    if not meant:
        return _missing_provider(statements)
    url = str(issuer).removeprefix("https://")
    named = [
        each
        for each in meant
        if any(name.endswith(f":oidc-provider/{url}") for name in _list_federated(each))
    ]
    problems: list[TrustProblem] = []
    for statement in named or meant:
        found = next(filter(None, (check(document, statement) for check in _CHECKS)), None)
        if found is None:
            return None
        problems.append(found)
    return problems[0]


def find_misplaced_value(policy: Mapping[str, Any] | str | None) -> TrustProblem | None:
    """Return the problem that the only statement for an OIDC provider compares a subject with the audience, or the reverse."""
    document = parse_document(policy)
    meant = [] if document is None else [each for each in allow_statements(document) if _list_federated(each)]
    return _check_claims(document, meant[0]) if document is not None and len(meant) == 1 else None


def _list_federated(statement: Mapping[str, Any]) -> list[str]:
    return [each for each in principal_names(statement, "Federated") if ":saml-provider/" not in each]


def _missing_provider(statements: list[dict[str, Any]]) -> TrustProblem | None:
    principals = [principal_names(each) for each in statements]
    named = [name for names in principals for name in names]
    if not named or not all(principals):
        return None
    who = " and ".join(clip_text(each) for each in named[:2])
    is_for_pods = "pods.eks.amazonaws.com" in named
    text = f"the trust policy names {who} and no OIDC provider"
    if is_for_pods:
        text = f"the role trusts only EKS Pod Identity ({who}), and the pod sends an IRSA token, which requires sts:AssumeRoleWithWebIdentity"
    return TrustProblem(
        text,
        "Add a statement for the token's OIDC provider to the role's trust policy",
        "Remove the statement of EKS Pod Identity only if no association uses the role."
        if is_for_pods
        else "Remove the other statements if nothing uses them.",
        is_for_pod_identity=is_for_pods,
    )


def _check_action(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    actions = as_strings(statement.get("Action"))
    if not actions or any(each.lower() in _ACTIONS for each in actions):
        return None
    listed = join_words([*map(clip_text, actions[:_MAX_ACTIONS])], "and")
    tags = " Keep sts:TagSession only if the tokens carry session tags." if _TAGS in str(actions) else ""
    return TrustProblem(
        f"the trust policy allows the OIDC provider {clip_text(actions[0])}, and a token requires {_ACTION}",
        f"Allow {_ACTION} in the role's trust policy",
        f"{_ACTION} replaces {listed}.{tags}",
        replace_statement(document, statement, {**statement, "Action": _ACTION}),
    )


def _check_provider(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    named = _list_federated(statement)
    if any(_PROVIDER.fullmatch(each) or each in _BUILT_IN_PROVIDERS for each in named):
        return None
    if "." not in named[0]:
        # What its author put for the ARN, such as OIDC_ARN. IAM accepts no such name.
        return None
    found = re.search(r"\barn:(aws[a-z-]{0,12}):iam::([0-9]{12}):", str(document), re.ASCII)
    partition, account = found.groups() if found else ("aws", "ACCOUNT_ID")
    issuer = named[0].rpartition("oidc-provider/")[2].removeprefix("https://").rstrip("/")
    arn = f"arn:{partition}:iam::{account}:oidc-provider/{issuer}"
    return TrustProblem(
        f"the trust policy names {clip_text(named[0])} as Federated, which is not the ARN of an OIDC provider",
        "Write the ARN of the OIDC provider into the role's trust policy",
        "aws iam list-open-id-connect-providers prints the ARN.",
        replace_statement(document, statement, {**statement, "Principal": {"Federated": arn}}),
    )


def _check_issuer(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    """Find a provider whose name has a form that the issuer of no token has."""
    named = _PROVIDER.fullmatch(_list_federated(statement)[0])
    issuer = "" if named is None else named[1]
    corrected = token_forms.correct_issuer(issuer)
    if corrected is None:
        return None
    fixed = json.loads(json.dumps(document).replace(issuer, corrected))
    where = (
        "the Principal and the condition keys"
        if issuer in str(statement.get("Condition"))
        else "the Principal"
    )
    return TrustProblem(
        f"the trust policy names the provider {clip_text(issuer)}, which issues no tokens: the issuer is {clip_text(corrected)}",
        "Correct the provider in the role's trust policy",
        f"Only its name in {where} changes. IAM does not check whether the provider of a trust policy exists. That of the token exists: otherwise, STS would say InvalidIdentityToken.",
        fixed,
    )


def _check_issuers(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    parts = split_by_provider(statement)
    if parts is None:
        return None
    listed = (parts if each is statement else [each] for each in iterate_statements(document))
    fixed = {**document, "Statement": [*chain.from_iterable(listed)]}
    return TrustProblem(
        f"one statement of the trust policy requires the subjects (:sub) of {len(parts)} OIDC providers at once, and a token has only the keys of its own provider",
        "Split the statement of the role's trust policy: one for each OIDC provider",
        "All keys of a condition must match. Each provider gets a statement with its own Federated principal and its own keys. The subjects stay as they are.",
        fixed,
    )


def _check_conditions(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    found = _PROVIDER.fullmatch(_list_federated(statement)[0])
    issuer = None if found is None else found[1]
    for _, key, stated in iterate_conditions(statement):
        values = list(stated)
        if issuer is not None and (problem := _check_key(document, statement, issuer, key, values)):
            return problem
        match = OIDC_KEY.fullmatch(key)
        if match is None or not values:
            continue
        problem = (
            _check_audience(document, statement, match, values)
            or _check_form(document, statement, match, values)
            or _check_subject(match, values)
        )
        if problem is not None:
            return problem
    return None


def _check_key(
    document: Mapping[str, Any], statement: dict[str, Any], issuer: str, key: str, values: list[str]
) -> TrustProblem | None:
    """Find a condition key that is not the provider's URL, a colon and a claim, or is that of another provider."""
    found, match = token_forms.correct_key(key, issuer, values), OIDC_KEY.fullmatch(key)
    other = match[1] if match is not None and match[1].lower() != issuer.lower() else None
    if found is None and (other is None or not values):
        return None

    def rename(condition: Condition) -> Condition:
        written = condition.key
        if (correct := token_forms.correct_key(written, issuer, as_strings(condition.value))) is not None:
            return condition._replace(key=correct[0])
        is_of_other = found is None and written.startswith(f"{other}:")
        return condition._replace(key=f"{issuer}:{written.rpartition(':')[2]}") if is_of_other else condition

    fixed = replace_statement(document, statement, change_conditions(statement, rename))
    form = "the provider's URL without https://, a colon and the claim"
    kept = "The values and the Principal stay as they are."
    if found is None:
        earlier = ", most likely of an earlier cluster," if "oidc.eks." in (other or "") else ""
        return TrustProblem(
            f"the trust policy names the provider {clip_text(issuer)}, but its condition is for {clip_text(other or '')}",
            "Use the provider's URL in the condition of the role's trust policy",
            f"A token has only keys of its own provider, so the condition{earlier} never matches. Each key is {form}. {kept}",
            fixed,
        )
    corrected, defect = found
    others = (
        token_forms.correct_key(each, issuer, list(stated))
        for _, each, stated in iterate_conditions(statement)
    )
    claims = sorted({each[0].rpartition(":")[2] for each in others if each is not None})
    keys = f"key{'s' if len(claims) > 1 else ''}"
    return TrustProblem(
        f"a condition key of the trust policy {defect}, so the condition never matches. The key must be {corrected}",
        f"Correct the condition {keys} in the role's trust policy",
        f"Only the {keys} for {join_words(claims, 'and')} change{'' if len(claims) > 1 else 's'}. {kept}",
        fixed,
    )


def _claim_of_values(claim: str, values: list[str]) -> str:
    """Return the claim that values are for, which is another one than the condition names if they cannot be of that."""
    if claim == "aud" and values and all(each.startswith(_SUBJECT_STARTS) for each in values):
        return "sub"
    return "aud" if claim == "sub" and values and set(values) == {_AUDIENCE} else claim


def _check_claims(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    """Find a subject under the key of the audience, or the audience under that of the subject."""
    misplaced = [
        (match, list(values), claim)
        for _, key, values in iterate_conditions(statement)
        if (match := OIDC_KEY.fullmatch(key)) is not None
        and (claim := _claim_of_values(match[2], list(values))) != match[2]
    ]
    if not misplaced:
        return None
    match, values, claim = misplaced[0]
    issuer = match[1]

    changed = change_conditions(
        statement, lambda each: each._replace(key=_moved(each.key, as_strings(each.value)))
    )
    keys = {key for _, key, _ in iterate_conditions(changed)}
    # Without a subject, the audience alone would trust every token of the provider.
    if claim == "sub" and f"{issuer}:aud" not in keys and _has_sts_audience(issuer):
        conditions = changed["Condition"]
        conditions["StringEquals"] = {
            **as_mapping(conditions.get("StringEquals")),
            f"{issuer}:aud": _AUDIENCE,
        }
    names = {"aud": "audience", "sub": "subject"}
    value = clip_text(values[0])
    is_of_sts = claim == "sub" and _has_sts_audience(issuer)
    effect = f". The token's audience is {_AUDIENCE}" if is_of_sts else ": no token matches"
    step = "Do not change the value instead: a policy with the audience alone trusts every token of the provider."
    if is_of_sts:
        step = f"{step} The policy below also requires :aud = {_AUDIENCE}."
    return TrustProblem(
        f"the trust policy compares {value} with the {names[match[2]]} (:{match[2]}), but it is {'a' if claim == 'sub' else 'the'} {names[claim]} (:{claim}){effect}",
        f"Rename the condition key of {value} from :{match[2]} to :{claim}",
        step if claim == "sub" else "Only the key changes.",
        replace_statement(document, statement, changed),
    )


def _moved(key: str, values: list[str]) -> str:
    match = OIDC_KEY.fullmatch(key)
    return key if match is None else f"{match[1]}:{_claim_of_values(match[2], values)}"


def _has_sts_audience(issuer: str) -> bool:
    """Return whether the tokens of an issuer have the audience of STS unless something else is set."""
    return issuer == token_forms.GITHUB or _EKS_ISSUER.match(issuer) is not None


def _check_audience(
    document: Mapping[str, Any], statement: dict[str, Any], match: re.Match[str], values: list[str]
) -> TrustProblem | None:
    # Only GitHub's default audience, the URL of the owner, is certain to be a mistake: the action requests another.
    is_of_owner = all(each.startswith("https://github.com/") for each in values)
    if match[2] != "aud" or match[1] != token_forms.GITHUB or not is_of_owner:
        return None

    accepting = change_conditions(
        statement, lambda each: each._replace(value=_AUDIENCE) if each.key == match[0] else each
    )
    return TrustProblem(
        f"the trust policy expects the audience {clip_text(values[0])}, and aws-actions/configure-aws-credentials requests {_AUDIENCE}",
        f"Expect the audience {_AUDIENCE} in the role's trust policy",
        f"The IAM OIDC provider must list {_AUDIENCE} as a client ID, too.",
        replace_statement(document, statement, accepting),
    )


def _check_form(
    document: Mapping[str, Any], statement: dict[str, Any], match: re.Match[str], values: list[str]
) -> TrustProblem | None:
    """Find subjects that no token of the provider has, because their form is wrong."""
    corrected = {
        each: found for each in values if (found := token_forms.correct_form(match[1], each)) is not None
    }
    if match[2] != "sub" or len(corrected) != len(values):
        return None

    def correct(condition: Condition) -> Condition:
        if condition.key != match[0]:
            return condition
        changed = [corrected.get(each, each) for each in as_strings(condition.value)]
        has_pattern = any(set("*?") & set(each) for each in changed)
        operator = like_operator(condition.operator) if has_pattern else condition.operator
        return Condition(operator, condition.key, changed[0] if len(changed) == 1 else changed)

    old, new = next(iter(corrected.items()))
    return TrustProblem(
        f"the trust policy expects the subject {clip_text(old)}, which no token has: the form is {clip_text(new)}",
        "Correct the subject in the role's trust policy",
        "Only the subject changes, not the audience or the provider.",
        replace_statement(document, statement, change_conditions(statement, correct)),
    )


def _check_subject(match: re.Match[str], values: list[str]) -> TrustProblem | None:
    if match[2] == "sub" and all(map(lacks_context, values)):
        return TrustProblem(
            f"the trust policy expects the subject {clip_text(values[0])}, and the subject of each job has more after the project, such as the branch",
            "Write the whole subject into the role's trust policy",
            "Only the subject is wrong, not the audience or the provider. StringEquals compares it whole. With StringLike, a pattern such as :* trusts all jobs of the project, on any branch.",
        )
    is_of_pod = any(each.startswith((token_forms.POD_SUBJECT, "*", "system:*")) for each in values)
    if match[2] != "sub" or not _EKS_ISSUER.match(match[1]) or is_of_pod:
        return None
    return TrustProblem(
        f"the trust policy expects the subject {clip_text(values[0])}, and the token of a pod has {token_forms.POD_SUBJECT}NAMESPACE:SERVICE_ACCOUNT",
        "Write the service account as the subject into the role's trust policy",
        f"The subject is {token_forms.POD_SUBJECT}, the namespace, a colon and the service account.",
    )


def _check_claim_keys(document: Mapping[str, Any], statement: dict[str, Any]) -> TrustProblem | None:
    """Find conditions on claims of the token that have no condition key, so that no request has it."""
    found = _PROVIDER.fullmatch(_list_federated(statement)[0])
    return None if found is None else check_claim_keys(document, statement, found[1].rstrip("/"))


_CHECKS: tuple[Callable[[Mapping[str, Any], dict[str, Any]], TrustProblem | None], ...] = (
    _check_action,
    _check_provider,
    _check_issuer,
    _check_claims,
    _check_issuers,
    _check_conditions,
    _check_claim_keys,
)
