"""Find what a trust policy expects that no job of a GitHub workflow in the text has, and roles that a job must chain.

Source: https://docs.github.com/en/actions/reference/security/oidc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.workflows import RoleStep, find_second_role
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    Condition,
    change_conditions,
    change_statements,
    replace_condition,
)
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.trust.token_forms import (
    GITHUB,
    TrustProblem,
    organization_of,
)
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers import elements

# An input of aws-actions/configure-aws-credentials, as the log shows it.
_AUDIENCE_INPUT = lazy_pattern(r"(?am)^[^\n]{0,60}?\baudience: [\"']?([\w.:/-]{1,200})[\"']?\s*$")
# A variable of the job, and what gh and the API of GitHub print, in the case in which subjects have it.
_REPOSITORY = lazy_pattern(
    r"(?a)(?:\bGITHUB_REPOSITORY[=:]|\b(?:nameWithOwner|full_name)\"\s?:)\s?[\"']?([\w.-]{1,60}/[\w.-]{1,100})"
)
# Variables of a job, and claims of its token.
_OWNER_ID = lazy_pattern(
    r"\b(?:GITHUB_REPOSITORY_OWNER_ID|repository_owner_id)\b[\"']?\s?[:=]\s?[\"']?([0-9]{1,20})\b"
)
_REPOSITORY_ID = lazy_pattern(
    r"\b(?:GITHUB_REPOSITORY_ID|repository_id)\b[\"']?\s?[:=]\s?[\"']?([0-9]{1,20})\b"
)
# Owner and repository of a subject, whose IDs newer repositories have.
_SUBJECT = lazy_pattern(
    r"repo:(?P<owner>[^/:@]{1,60})(?:@[^/:]{1,20})?/(?P<name>[^:@]{1,100})(?:@[^:]{1,20})?:"
)

# What gives the subject its IDs, and since when:
# https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
_RENAMED = lazy_pattern(
    r"(?i:\b(?:renamed|transferred|moved)(?: the| our| my| this| its| a)?(?: GitHub)? repo(?:sitory)?\b(?!['\u2019]s| (?:secret|variable|name|branch))"
    r"|\brepo(?:sitory)?(?: [`\"']?[\w./-]{2,120}[`\"']?)?(?: was| has been| got| is)?(?: just| recently| already| only)? (?:renamed|transferred)\b)"
)
_RENAMED_TO = lazy_pattern(
    r"(?a)\b(?:[Rr]enamed|[Tt]ransferred|[Mm]oved)\b[^\n]{0,80}?\b(?:to [`\"']?(?P<whole>[\w-]{1,39}/[\w.-]{0,99}[\w-])|from [`\"']?[\w-]{2,100}[`\"']? to [`\"']?(?P<name>[\w-]{2,100}))"
)
_IS_NEW = lazy_pattern(
    r"(?i:\b(?:brand[- ])?new (?:GitHub )?repo(?:sitory)?\b(?! (?:name|secret|variable|branch|setting|rule))|\bcreated (?:a|the|this) (?:GitHub )?repo(?:sitory)?\b)"
)
_DATE = lazy_pattern(r"(?a)\b20\d\d-\d\d-\d\d(?!\d)")
_FIRST_DATE = "2026-07-15"


def find_workflow_problem(policy: Mapping[str, Any] | str | None, text: str) -> TrustProblem | None:
    r"""Return what a trust policy expects that the job of a log does not have, or ``None``.

    >>> issuer = "token.actions.githubusercontent.com"
    >>> policy = {"Statement": {"Effect": "Allow", "Condition": {"StringEquals": {f"{issuer}:aud": "octo"}}}}
    >>> find_workflow_problem(policy, "role-to-assume: deploy\n  audience: sts.amazonaws.com").text
    'the trust policy expects the audience octo, and the workflow requests sts.amazonaws.com'
    """
    document = elements.parse_document(policy)
    # A job can request a token with another audience.
    if document is not None and "oidc.circleci.com/org/" in str(document) and "oidc get" not in text:
        return _find_other_organization(document)
    if document is None or GITHUB not in str(document):
        return None
    audience, repository = _AUDIENCE_INPUT.search(text), _REPOSITORY.search(text)
    conditions = list(_conditions(document))
    if audience is not None and (found := _find_mismatch(conditions, "aud", audience[1])) is not None:
        expected = clip_text(found[0])
        return TrustProblem(
            f"the trust policy expects the audience {expected}, and the workflow requests {clip_text(audience[1])}",
            f"Expect the audience {clip_text(audience[1])} in the role's trust policy",
            f"Or set the input audience of aws-actions/configure-aws-credentials to {expected}. The IAM OIDC provider must list the audience as a client ID, too.",
            _with_values(document, "aud", lambda _: audience[1]),
        )
    subjects = [each for key, _, values in conditions if key == "sub" for each in values]
    named = [_SUBJECT.match(each) for each in subjects]
    if not named or None in named:
        return None
    is_whole = all(set("*?@").isdisjoint((each and each[0]) or "") for each in named)
    if is_whole and _has_ids(text):
        new = next(find_said(text, _RENAMED_TO), None)
        new_name = (new and (new["whole"] or new["name"])) or (repository and repository[1])
        return _without_ids(document, subjects, new_name, _find_ids(text))
    if repository is None or None in named:
        return None
    patterns = (compile_glob(f"{each['owner']}/{each['name']}") for each in named if each is not None)
    if any(matches(repository[1], each) for each in patterns):
        return None
    old = next(f"{each['owner']}/{each['name']}" for each in named if each is not None)
    how, step = (
        "",
        "The comparison is case-sensitive. Do this only if this repository is meant to assume the role.",
    )
    if old.lower() == repository[1].lower():
        how = ": they differ in case, which subjects keep"
        step = "StringLike and StringEquals compare case-sensitively, while git and the addresses of GitHub accept any case. Only the subject changes."
    return TrustProblem(
        f"the trust policy expects the repository {clip_text(old)}, and the job runs in {clip_text(repository[1])}{how}",
        f"Name the repository {clip_text(repository[1])} in the role's trust policy",
        step,
        _with_values(document, "sub", lambda value: _SUBJECT.sub(f"repo:{repository[1]}:", value, count=1)),
    )


def _has_ids(text: str) -> bool:
    """Return whether a text says that the repository is one whose subject has IDs."""
    if max(_DATE.findall(text), default="") < _FIRST_DATE:
        return False
    return any(next(find_said(text, each), None) is not None for each in (_RENAMED, _IS_NEW))


def _find_ids(text: str) -> tuple[str, str]:
    """Return the IDs of owner and repository that a text states, or placeholders."""
    owner, repository = (
        {each[1] for each in pattern.finditer(text)} for pattern in (_OWNER_ID, _REPOSITORY_ID)
    )
    return (only_one(owner, "OWNER_ID"), only_one(repository, "REPOSITORY_ID"))


def _without_ids(
    document: Mapping[str, Any], subjects: list[str], repository: str | None, ids: tuple[str, str]
) -> TrustProblem:
    """Return the problem that a trust policy expects a subject without the IDs that the token has."""

    def add_ids(subject: str) -> str:
        found = _SUBJECT.match(subject)
        if found is None:
            return subject
        owner, _, name = (repository or found["name"]).rpartition("/")
        owner = owner or found["owner"]
        return f"repo:{owner}@{ids[0]}/{name}@{ids[1]}:{subject[found.end() :]}"

    first = next((each for each in subjects if set("*?").isdisjoint(each)), subjects[0])
    fixed, actual = _with_values(document, "sub", add_ids), add_ids(first)
    project = re.sub("@[A-Z0-9_]+", "", actual.split(":")[1])
    # https://docs.github.com/en/rest/repos/repos#get-a-repository
    show = fill_command(
        "gh api {} --jq {}", f"repos/{project}", r'"repo:\(.owner.login)@\(.owner.id)/\(.name)@\(.id)"'
    )
    step = " The first command prints the repository with its IDs." if "_ID" in "".join(ids) else ""
    return TrustProblem(
        f"the trust policy expects the subject {clip_text(first)}, and the token has {clip_text(actual)}, with the IDs of owner and repository",
        "Expect the subject with the IDs in the role's trust policy",
        f"GitHub, not AWS, decides this: repositories created, renamed or transferred on or after July 15, 2026 have the IDs. Older ones keep the short subject, so their trust policies still match.{step}",
        fixed,
        (show,) if step else (),
    )


def _find_other_organization(document: Mapping[str, Any]) -> TrustProblem | None:
    """Return the problem that a trust policy expects another audience than the organization of CircleCI."""
    for statement in elements.allow_statements(document):
        for operator, key, values in elements.iterate_conditions(statement):
            issuer, _, claim = key.rpartition(":")
            organization = organization_of(issuer)
            accepted = any(matches(organization or "", compile_glob(each)) for each in values)
            if organization is None or claim != "aud" or "Not" in operator or accepted:
                continue
            new = Condition(operator, key, organization)
            return TrustProblem(
                f"the trust policy expects the audience {clip_text(values[0])}, and the token of a CircleCI job has the ID of its organization, {organization}",
                f"Expect the audience {organization} in the role's trust policy",
                "The IAM OIDC provider must list this ID as a client ID, too. The variables CIRCLE_OIDC_TOKEN and CIRCLE_OIDC_TOKEN_V2 have such a token.",
                change_statements(document, lambda each: replace_condition(each, operator, key, new)),  # noqa: B023
            )
    return None


def _conditions(document: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the claim, the operator and the values of each condition on GitHub's tokens."""
    for statement in elements.allow_statements(document):
        for operator, key, values in elements.iterate_conditions(statement):
            issuer, _, claim = key.rpartition(":")
            if issuer.lower() == GITHUB and "Not" not in operator:
                yield claim, operator, list(values)


def _with_values(document: Mapping[str, Any], claim: str, change: Callable[[str], str]) -> dict[str, Any]:
    def correct(condition: Condition) -> Condition:
        if condition.key.lower() != f"{GITHUB}:{claim}":
            return condition
        changed = list(dict.fromkeys(map(change, elements.as_strings(condition.value))))
        return condition._replace(value=changed[0] if len(changed) == 1 else changed)

    return change_statements(document, lambda each: change_conditions(each, correct))


def _find_mismatch(conditions: list[tuple[str, str, list[str]]], claim: str, actual: str) -> list[str] | None:
    """Return the values of a claim, if no condition on it accepts a value."""
    found = [(operator, values) for key, operator, values in conditions if key == claim and values]
    for operator, values in found:
        is_pattern = "Like" in operator
        if actual in values or (is_pattern and any(matches(actual, compile_glob(each)) for each in values)):
            return None
    return found[0][1] if found else None


# https://github.com/aws-actions/configure-aws-credentials (role-chaining, and the session tags that it passes)
_CONFIGURE_CREDENTIALS = "https://github.com/aws-actions/configure-aws-credentials"
_WITH = lazy_pattern(r"(?m)^(?P<indent> *)role-to-assume:[^\n]*$")
ROLE_NOT_CHAINED = CauseType(
    "role-not-chained",
    title="The second step of a workflow uses the OIDC token again",
    meaning="Without role-chaining, a step of configure-aws-credentials exchanges the OIDC token of the job for its role, whatever role a step before it has assumed.",
    recognised_by="Two steps of a job in the text assume roles, and the trust policy of the second one names the first one.",
    fix="Set role-chaining: true in the second step.",
    sources=(_CONFIGURE_CREDENTIALS, pages.TRUST_POLICIES),
)


def explain_second_role(case: Case[Any] | Denial) -> Explanation | None:
    """Explain that a step of a workflow uses the token for a role that only trusts the role of the step before it."""
    step = find_second_role(case.failure.text)
    if step is None:
        return None
    first, second = (try_parse_principal(each) for each in (step.first, step.second))
    trusting = [
        statement
        for policy in case.context.policies
        if policy.is_trust_policy and policy.owner in {None, ("role", getattr(second, "name", None))}
        for statement in policy.allows
    ]
    names = [name for each in trusting for name in elements.principal_names(each, "AWS")]
    account = getattr(first, "account", None)
    own = {str(first), account, f"arn:aws:iam::{account}:root"} - {None}
    if not own.intersection(names) or any(elements.principal_names(each, "Federated") for each in trusting):
        return None
    actions = {name.lower() for each in trusting for name in elements.as_strings(each.get("Action"))}
    may_tag = bool(actions & {"sts:tagsession", "sts:*"})
    before, after = map(_name_role, (step.first, step.second))
    return case.explain(
        f"The step for the role {after} uses the OIDC token of the job again, because it lacks role-chaining: true. The role does not trust the token, but the role {before}, whose credentials the job has.",
        ROLE_NOT_CHAINED.cause(
            "derived",
            text=f"Without role-chaining, each step exchanges the token for its own role, in the account of that role. The trust policy of {after} already trusts {before}{', and allows sts:TagSession' if may_tag else ''}: neither an OIDC provider in that account nor another trust policy is needed.",
        ),
        remedies=_chain_remedy(step, f"Assume {after} with the credentials of {before}", may_tag=may_tag),
    )


def find_chain_remedy(case: Case[Any]) -> Remedy | None:
    """Return the remedy that needs no provider in the account of a second role, if a workflow in the text assumes two."""
    step = find_second_role(case.failure.text)
    if step is None or case.facts.trust_policy is not None:
        return None
    before, after = map(_name_role, (step.first, step.second))
    title = f"Or assume {after} with the credentials of {before}, if its trust policy names that role"
    return _chain_remedy(step, title, may_tag=True)


def _name_role(value: str) -> str:
    return clip_text(getattr(try_parse_principal(value), "name", None) or value)


def _chain_remedy(step: RoleStep, title: str, *, may_tag: bool) -> Remedy:
    """Return the remedy that corrects a step; if its role must not be tagged, the session gets no tags."""
    added = ["role-chaining: true", *([] if may_tag else ["role-skip-session-tagging: true"])]
    lines = _WITH.sub(
        lambda found: "\n".join((found[0], *(f"{found['indent']}{each}" for each in added))), step.text
    )
    return your_remedy(
        f"{title}: role-chaining: true",
        "Add role-chaining: true to the inputs of the step." if lines == step.text else None,
        f"The policy of {_name_role(step.first)} must allow sts:AssumeRole{' and sts:TagSession' if may_tag else ''} on {step.second}.",
        None
        if may_tag
        else "The trust policy does not allow sts:TagSession, so the step passes no session tags.",
        "A session by role chaining lasts at most one hour.",
        manifest=lines,
        manifest_language="yaml",
        url=_CONFIGURE_CREDENTIALS,
    )
