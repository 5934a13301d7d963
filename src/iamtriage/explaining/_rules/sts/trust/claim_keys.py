"""Replace conditions of a trust policy on claims for which IAM has no condition key, so that no request has it.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html,
https://docs.github.com/en/actions/reference/security/oidc and https://docs.gitlab.com/ci/secrets/id_token_authentication/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.shared.policies.policy_changes import change_conditions
from iamtriage.explaining._rules.sts.trust.token_forms import GITHUB, POD_SUBJECT
from iamtriage.policies._readers.elements import as_mapping, iterate_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The claims that IAM maps to condition keys for every issuer. For some issuers, it adds those of others over time:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html.
_MAPPED_CLAIMS = frozenset({"amr", "aud", "azp", "email", "oaud", "sub"})
_ISSUERS_WITH_MORE = ("accounts.google.com", "identity.oraclecloud.com", "oidc.circleci.com/")
_GITHUB_CLAIMS = frozenset(
    [
        "actor",
        "actor_id",
        "base_ref",
        "check_run_id",
        "enterprise",
        "enterprise_id",
        "environment",
        "environment_node_id",
        "event_name",
        "exp",
        "head_ref",
        "iat",
        "iss",
        "issuer_scope",
        "job_workflow_ref",
        "job_workflow_sha",
        "jti",
        "nbf",
        "ref",
        "ref_protected",
        "ref_type",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "repository_visibility",
        "run_attempt",
        "run_id",
        "run_number",
        "runner_environment",
        "sha",
        "workflow",
        "workflow_ref",
        "workflow_sha",
    ]
)
# The claim of the branch or tag, such as ref, ref_path or branch_name.
_REF = lazy_pattern(r"(?:[\w-]{1,60}[_-])?(?:branch|ref)(?:[_-]?name|_path)?", re.ASCII)
# The namespace is the beginning of the project's path.
_IN_GITLAB_SUBJECT = frozenset({"namespace_path", "project_path", "ref_type"})
_REPOSITORY = lazy_pattern(r"[\w.*?-]{1,100}/[\w.*?-]{1,100}", re.ASCII)
_POD_ISSUER = lazy_pattern(r"oidc[.-]eks[.-]", re.ASCII)
# With these operators, a key that the request lacks never matches.
_POSITIVE = frozenset(
    {
        "stringequals",
        "stringlike",
        "stringequalsignorecase",
        "foranyvalue:stringequals",
        "foranyvalue:stringlike",
    }
)


class ReplacedClaims(NamedTuple):
    """A statement without conditions that never match: what is wrong, how to correct it, and the corrected statement."""

    text: str
    title: str
    step: str
    statement: dict[str, Any] | None


def replace_claims(statement: dict[str, Any], issuer: str) -> ReplacedClaims | None:
    """Return the statement with the subject in place of claims that have no condition key, ``None`` if it has none of these."""
    start = f"{issuer}:".lower()
    missing = {
        key: values
        for operator, key, values in iterate_conditions(statement)
        # The others match without the key, too.
        if operator.lower() in _POSITIVE
        and key.lower().startswith(start)
        and lacks_claim(issuer, key[len(start) :])
    }
    if not missing:
        return None
    claims = [key[len(start) :] for key in missing]
    subject = build_subject(issuer, dict(zip(claims, missing.values(), strict=True)))
    changed = change_conditions(statement, lambda each: None if each.key in missing else each)
    keys = {key.lower() for _, key, _ in iterate_conditions(changed)}
    is_limited = f"{start}sub" in keys
    if subject is not None and not is_limited:
        operator = "StringLike" if set("*?") & set(subject) else "StringEquals"
        conditions = changed["Condition"]
        conditions[operator] = {**as_mapping(conditions.get(operator)), f"{issuer}:sub": subject}
    shown = join_words(tuple(map(clip_text, missing)), "and")
    whose = (
        "a token of GitHub Actions has no such claim"
        if issuer == GITHUB
        else "for this provider, IAM has keys only for the audience (:aud), the subject (:sub) and a few standard claims"
    )
    is_fixed = subject is not None or is_limited
    step, verb = "The condition on the subject (:sub) stays.", "Remove"
    if not is_limited:
        verb = "Replace"
        step = f"Compare the subject (:sub) instead, {f'which says the same: {clip_text(subject)}' if subject else 'as far as it has what these claims state'}. Do not only remove the condition: a policy without it trusts every token of the provider."
    return ReplacedClaims(
        f"the condition key{'s' if len(missing) > 1 else ''} {shown} of the trust policy do{'' if len(missing) > 1 else 'es'} not exist ({whose}), so the condition never matches",
        f"{verb} the condition on {join_words([f':{each}' for each in claims], 'and')} in the role's trust policy",
        step,
        changed if is_fixed else None,
    )


def lacks_claim(issuer: str, claim: str) -> bool:
    """Return whether a condition key for a claim of an issuer certainly does not exist.

    >>> lacks_claim(GITHUB, "repo"), lacks_claim(GITHUB, "repository"), lacks_claim("gitlab.com", "project_path")
    (True, False, True)
    """
    name = claim.lower()
    if name in _MAPPED_CLAIMS or issuer.startswith(_ISSUERS_WITH_MORE):
        return False
    return issuer != GITHUB or not (name in _GITHUB_CLAIMS or name.startswith("repo_property_"))


def build_subject(issuer: str, stated: Mapping[str, Sequence[str]]) -> str | None:
    """Return the subject that says what conditions on claims without a key mean, ``None`` if that is not known.

    >>> build_subject(GITHUB, {"repo": ["octo/shop"], "branch": ["main"]}), build_subject("gitlab.com", {"project_path": ["octo/shop"]})
    ('repo:octo/shop:ref:refs/heads/main', 'project_path:octo/shop:*')
    """
    values = {claim.lower(): each[0] for claim, each in stated.items() if len(each) == 1}
    if len(values) < len(stated):
        return None

    def find(*parts: str) -> str | None:
        return next((value for claim, value in values.items() if any(part in claim for part in parts)), None)

    # Not a claim such as ref_type or ref_protected.
    ref = next((value for claim, value in values.items() if _REF.fullmatch(claim)), None)
    environment = find("env")
    name = None if ref is None else ref.removeprefix("refs/heads/")
    if _POD_ISSUER.match(issuer):
        namespace = find("namespace")
        account = find("serviceaccount", "service_account", "service-account")
        return f"{POD_SUBJECT}{namespace}:{account or '*'}" if namespace and ":" not in namespace else None
    if issuer == GITHUB:
        repository = find("repo")
        if repository is None or _REPOSITORY.fullmatch(repository) is None:
            return None
        context = f"ref:refs/heads/{name}" if name else f"environment:{environment}" if environment else "*"
        return f"repo:{repository}:{context}"
    project = values.get("project_path")
    # Without the others, the subject would trust more tokens than the conditions mean.
    if project is None or not all(each in _IN_GITLAB_SUBJECT or _REF.fullmatch(each) for each in values):
        return None
    kind = values.get("ref_type") or ("branch" if name else None)
    rest = "*" if kind is None else f"ref_type:{kind}:ref:{name or '*'}"
    return f"project_path:{project}:{rest}"
