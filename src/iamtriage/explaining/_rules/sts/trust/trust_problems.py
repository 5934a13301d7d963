"""Find what is wrong in a trust policy for web identities, whatever the token.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html,
https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html and
https://docs.github.com/en/actions/reference/security/oidc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    Condition,
    change_conditions,
    replace_statement,
)
from iamtriage.explaining._rules.sts.trust import token_forms
from iamtriage.explaining._rules.sts.trust.token_forms import TrustProblem
from iamtriage.explaining._rules.sts.trust.trust_documents import OIDC_KEY
from iamtriage.explaining._rules.sts.trust.trust_subjects import lacks_context
from iamtriage.policies._readers.elements import (
    allow_statements,
    as_mapping,
    as_strings,
    iterate_conditions,
    parse_document,
    principal_names,
)

_ACTION = "sts:AssumeRoleWithWebIdentity"
_ACTIONS = frozenset({_ACTION.lower(), "sts:assumerole*", "sts:*", "*"})
_PROVIDER = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|ACCOUNT_ID):oidc-provider/(\S+)", re.ASCII)
# Providers with an ID in their URL: a condition for another ID is for another cluster.
_EKS_ISSUER = lazy_pattern(r"oidc\.eks[.-]", re.ASCII)
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
    return TrustProblem(
        f"the trust policy allows the OIDC provider {clip_text(actions[0])}, and a token requires {_ACTION}",
        f"Allow {_ACTION} in the role's trust policy",
        f"Its Action is {_ACTION}.",
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
        problem = _check_audience(document, statement, match, values) or _check_subject(match, values)
        if problem is not None:
            return problem
    return None


def _check_key(
    document: Mapping[str, Any], statement: dict[str, Any], issuer: str, key: str, values: list[str]
) -> TrustProblem | None:
    """Find a condition key of another provider than the one that the statement names."""
    match = OIDC_KEY.fullmatch(key)
    other = match[1] if match is not None and match[1].lower() != issuer.lower() else None
    is_mixed = any(
        each.lower().startswith(f"{issuer}:".lower()) for _, each, _ in iterate_conditions(statement)
    )
    if other is None or not values or is_mixed:
        return None

    def rename(condition: Condition) -> Condition:
        written = condition.key
        is_of_other = written.startswith(f"{other}:")
        return condition._replace(key=f"{issuer}:{written.rpartition(':')[2]}") if is_of_other else condition

    fixed = replace_statement(document, statement, change_conditions(statement, rename))
    return TrustProblem(
        f"the trust policy names the provider {clip_text(issuer)}, but its condition is for {clip_text(other)}",
        "Use the provider's URL in the condition of the role's trust policy",
        "A token has only keys of its own provider, so the condition never matches. Each key is the provider's URL without https://, a colon and the claim. The values and the Principal stay as they are.",
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
        statement,
        lambda each: each._replace(value=_AUDIENCE) if each.key == match[0] else each,
    )
    return TrustProblem(
        f"the trust policy expects the audience {clip_text(values[0])}, and aws-actions/configure-aws-credentials requests {_AUDIENCE}",
        f"Expect the audience {_AUDIENCE} in the role's trust policy",
        f"The IAM OIDC provider must list {_AUDIENCE} as a client ID, too.",
        replace_statement(document, statement, accepting),
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


_CHECKS: tuple[Callable[[Mapping[str, Any], dict[str, Any]], TrustProblem | None], ...] = (
    _check_action,
    _check_provider,
    _check_claims,
    _check_conditions,
)
