"""Replace the trust policy of a role by one with another value of a condition, or create or pass another role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, Denial, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.corrected_patterns import replace_value_remedy
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import present, trust_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.services import service_trust_policy
from iamtriage.explaining._rules.sts.trust import trust_documents, trust_subjects
from iamtriage.policies._readers.elements import iterate_statements

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

ACTION = "sts:AssumeRoleWithWebIdentity"
# A role has at most 64 characters.
_MAX_NAME = 50
REMOVE_OLD = "Remove the old value if nothing uses it."
WHOLE_DOCUMENT = "trust.json is the whole trust policy with this change: the command replaces the policy."
_KEEP_BOTH = "If other callers have the old value, accept both: change then $new to then [$old, $new]."
_REMOVE_STATEMENT = (
    "Delete the statement with the old condition from trust.json, if nothing uses its subject."
)


# The key, variable or option to which a text gives a role.
_SETTING = lazy_pattern(
    r"(?a)(?:--(?=[a-z]))?\b(?P<setting>(?!(?i:resource))[A-Za-z][\w-]{2,40})\"?(?:\s{0,4}(?:=>|[:=])\s{0,4}|(?<=-arn) )\"?"
    r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}(?P<role>[\w+=,.@-]{1,64})"
)
# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
_NOTEBOOK = "get_execution_role()"
_ROLE_ARN = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?!aws-service-role/|aws-reserved/)[\w+=,.@/-]{1,512}\w"
)


def other_role_remedy(
    case: Case[Any] | Denial, name: str, service: str | None, actions: tuple[str, ...]
) -> Remedy:
    """Return the remedy that passes another role, in the setting of the text that has this one."""
    text, service = case.failure.text, service or "SERVICE.amazonaws.com"
    prefix = service.partition(".")[0]
    found = {each["setting"] for each in _SETTING.finditer(text) if each["role"] == name}
    setting = f" as {found.pop()}" if len(found) == 1 else ""
    given = "Outside of SageMaker, get_execution_role() returns the role of the caller: write the ARN of the execution role instead."
    of_notebook = given if _NOTEBOOK in text and prefix == "sagemaker" else None
    own: str | None = getattr(principal_words.underlying_role(case.principal), "permission_set", None)
    own = own or getattr(principal_words.try_parse_principal(case.facts.caller), "permission_set", None)
    pass_it = None
    if own is not None:
        pass_it = f"The permission set {clip_text(own)} needs iam:PassRole on it, to {service} (iam:PassedToService)."
    others = {each for each in _ROLE_ARN.findall(text) if not each.endswith(f"/{name}")}
    arn = only_one({each for each in others if prefix in each.partition(":role/")[2].lower()})
    if arn is not None:
        return your_remedy(
            f"Pass the role {clip_text(arn.rpartition('/')[2])}{setting} instead of {name}",
            of_notebook,
            pass_it,
            manifest=f'role = "{arn}"' if of_notebook else arn,
            manifest_language="text",
            url=pages.PASS_ROLE,
        )
    role = f"{'' if name.startswith('AWSReservedSSO_') else f'{name}-'}{prefix}"[:64]
    create = f"aws iam create-role --role-name {role} --assume-role-policy-document file://trust.json"
    return trust_remedy(
        f"Pass a role for {service}{setting} instead of {name}",
        of_notebook,
        f"The first command prints the roles that {service} can assume: pass the whole ARN of one{setting}. Or create the role {role}, and attach the policies that it needs.",
        pass_it,
        commands=(commands.list_roles(service), Labelled.required("Otherwise:", create)),
        policy=service_trust_policy(service, actions),
        is_addition=False,
    )


def separate_role(
    title: str,
    *steps: str,
    policy: Mapping[str, Any],
    role: str | None,
    facts: Facts,
    name: str = "NEW_ROLE_NAME",
) -> Remedy:
    """Return the remedy that creates another role, so that the first one stays closed."""
    create = f"aws iam create-role --role-name {name} --assume-role-policy-document file://trust.json"
    remedy = replace_policy_remedy(title, policy=policy, role=role, facts=facts)
    return attrs.evolve(remedy, steps=steps, commands=(create,))


def pull_request_remedy(result: TrustResult, facts: Facts, role: str | None) -> Remedy | None:
    """Return how pull requests get a role of their own: they run code that nobody has reviewed yet."""
    own = with_value(result, facts, value=result.actual[0])
    if own is None or shows_only_condition(facts) or len([*iterate_statements(own)]) != 1:
        return None
    [statement] = iterate_statements(own)
    account = str(statement.get("Principal")).partition("arn:")[2].partition(":oidc-provider/")[0]
    short = role is not None and len(role) <= _MAX_NAME and bool(account)
    name, old = (f"{role}-pull-requests", role) if short else ("NEW_ROLE_NAME", "ROLE_NAME")
    arn = f"arn:{account or 'aws:iam::ACCOUNT_ID'}:role/"
    return separate_role(
        "Give pull requests a separate role that can only read",
        "They run code that nobody has reviewed yet, so they must not get the permissions of the role for the branch: allow the new role only what the job reads, such as for terraform plan.",
        f"In the workflow: role-to-assume: {arn}${{{{ github.event_name == 'pull_request' && '{name}' || '{old}' }}}}",
        policy=own,
        role=role,
        facts=facts,
        name=name,
    )


def pattern_remedy(result: TrustResult, facts: Facts, role: str | None, like: str) -> Remedy | None:
    """Return how to trust subjects that differ in a generated suffix, a version or a tag, with the operator for patterns."""
    actual = result.actual[0]
    found = (trust_subjects.find_pattern(each, actual) for each in result.expected)
    pattern = next(filter(None, found), None)
    if pattern is None or not like.startswith("StringLike"):
        return None
    kept = [each for each in result.expected if not each.startswith(pattern.removesuffix("*"))]
    is_list = bool(kept) and not shows_only_condition(facts)
    fixed = with_value(result, facts, value=[*kept, pattern] if is_list else pattern, new_operator=like)
    if fixed is None:
        return None
    title = f"Accept {pattern.rpartition(':')[2]} in the trust policy"
    more = f"{like} accepts every version: an exact subject fails with the next."
    if actual.startswith("system:serviceaccount:"):
        who = trust_subjects.describe_naming(actual)
        more = f"{who}, so the suffix changes with each upgrade: {like} accepts them all, and StringEquals compares * literally. The annotation of the role can stay as it is."
    if kept and ("/tags/" in pattern or ":tag:" in pattern):
        name = pattern.rpartition(":")[2].removeprefix("refs/tags/")
        tags = "all tags" if name == "*" else f"the tags {name}"
        title = f"Accept {tags} in the trust policy"
        more = f"Whoever can push such a tag gets the role, so protect {tags} in the project. The subject does not say whether a tag is protected."
    elif kept:
        more += f" {REMOVE_OLD}"
    step = f"{WHOLE_DOCUMENT} {more}"
    return replace_policy_remedy(title, step, policy=fixed, role=role, facts=facts, keeps_old=bool(kept))


def shows_only_condition(facts: Facts) -> bool:
    """Return whether the policy can have statements that the text does not show: it shows a condition alone, not in code."""
    is_whole = facts.trust_policy is not None and not is_derived(facts, "trust_policy")
    shown = context_of(facts).policies
    return not is_whole and any(each.is_condition and not each.is_code for each in shown)


def replace_policy_remedy(
    title: str,
    *steps: str | None,
    policy: Mapping[str, Any],
    role: str | None,
    facts: Facts,
    keeps_old: bool = False,
) -> Remedy:
    """Return the remedy that replaces the trust policy of a role, with the given steps first.

    With ``keeps_old``, a value that replaces another one of a policy of which the text shows a part joins it.
    """
    policy, removed = trust_documents.remove_deleted_principals(policy)
    policy, limited = trust_documents.limit_to_subject(policy, facts)
    show, update = commands.trust_policy_commands(role)
    is_part = shows_only_condition(facts)
    changed = _find_changed_value(facts.trust_policy, policy) if is_part else None
    if is_part:
        kept = (each.replace(WHOLE_DOCUMENT, "").replace(REMOVE_OLD, "").strip() for each in present(*steps))
        steps = tuple(filter(None, kept))
    if changed is not None:
        lines = (f"{show} --output json", update.replace("trust.json", "policy.json"))
        usual = trust_remedy(title, commands=lines, policy=policy, url=pages.TRUST_POLICIES)
        steps = (*steps, *limited, *removed, REMOVE_OLD if keeps_old else _KEEP_BOTH)
        return replace_value_remedy(usual, title, present(*steps), *changed, keeps_old=keeps_old)
    return trust_remedy(
        title,
        *steps,
        *limited,
        *removed,
        _REMOVE_STATEMENT if is_part else None,
        commands=(show, Labelled("Add this statement:", update)) if is_part else (update,),
        policy=policy,
        is_addition=is_part,
        url=pages.TRUST_POLICIES,
    )


def _find_changed_value(old: object, new: object) -> tuple[str, str] | None:
    """Return the only string in which two documents of the same form differ, as it was and as it is."""
    if isinstance(old, str) and isinstance(new, str):
        return (old, new) if old != new else None
    pairs: list[tuple[object, object]] = []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        before, after = cast("Mapping[str, object]", old), cast("Mapping[str, object]", new)
        if before.keys() == after.keys():
            pairs = [(before[key], after[key]) for key in before]
    elif isinstance(old, list) and isinstance(new, list):
        items, others = cast("list[object]", old), cast("list[object]", new)
        if len(items) == len(others):
            pairs = [*zip(items, others, strict=True)]
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    return _find_changed_value(*changed[0]) if len(changed) == 1 else None


def with_value(
    result: TrustResult,
    facts: Facts,
    *,
    value: str | list[str] | None = None,
    new_operator: str | None = None,
) -> dict[str, Any] | None:
    """Return the supplied policy with another value of the failed condition, if that allows the call."""
    fixed = trust_documents.policy_with_value(
        facts.trust_policy, result, value=value, new_operator=new_operator
    )
    return fixed if fixed is not None and _allows(fixed, facts) else None


def _allows(policy: dict[str, Any], facts: Facts) -> bool:
    result = trust_documents.evaluate_policy(policy, ACTION, claims=facts.token_claims)
    return result is not None and result.allowed is not False
