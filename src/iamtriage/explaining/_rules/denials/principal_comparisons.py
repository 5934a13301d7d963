"""Compare the denied call with a policy that names principals, and correct one that is there by a slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.known_policies import (
    KnownPolicy,
    allowed_resources,
    describe_condition,
    join_resources,
    join_values,
    names_action,
    names_resource,
)
from iamtriage.explaining._rules.denials.policy_comparisons import (
    STATED_POLICY_CONDITION,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    compared_resource,
    describe_allowed,
    names_service,
)
from iamtriage.explaining._rules.denials.request_conditions import CheckedCondition, check_conditions
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.corrected_patterns import correct_line_remedy, is_slip
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts import trust_documents
from iamtriage.policies._readers.unknown_values import has_reference

_COMMANDS = 2
_HTTP_METHODS = "es:eshttp"


def compare_with_principal(denial: Denial, policy: KnownPolicy) -> tuple[str, Cause] | None:
    """Return why a policy with principals does not allow the call, as the end of a sentence and as a cause."""
    action, resource, subject = denial.action or "", compared_resource(denial), capitalize_start(policy.name)
    allows = trust_documents.allow_statements(policy.content)
    if not allows or not names_service(allows, action):
        return None
    # What a reference hides may match.
    named = [each for each in allows if names_action(each, action) is not False]
    # A repository policy has no Resource: it applies to its repository.
    elements = {"Resource", "NotResource"}
    on = [
        each
        for each in named
        if resource is None or not elements & each.keys() or names_resource(each, resource) is not False
    ]
    if not named:
        verdict = f"does not allow this action{describe_allowed(allows, action)}"
        code = STATED_POLICY_OTHER_ACTION
    elif (incomplete := find_incomplete(denial, policy.content)) is not None:
        old, new = incomplete
        verdict = (
            f"has the Resource {clip_text(old)} without /*, and {action} is checked on the paths below it"
        )
        text = f"Principal and action match the statement: only the Resource does not. It has to be {clip_text(new)}."
        return f"{policy.name} {verdict}", STATED_POLICY_OTHER_RESOURCE.cause("derived", text=text)
    elif not on:
        allowed = allowed_resources(named)
        verdict, code = f"allows it only on {join_resources(allowed)}", STATED_POLICY_OTHER_RESOURCE
        if denial.service == "lambda" and (qualifier := _find_qualifier(resource or "", allowed)):
            verdict = f"allows it only on the function without :{clip_text(qualifier)}"
            text = f"An alias and a version each have a policy of their own: that of the function does not apply to {clip_text(qualifier)}."
            return f"{policy.name} {verdict}", code.cause("derived", text=text)
    elif not any(names_caller(each, denial) for each in on):
        listed = [name for each in on for name in trust_documents.principal_names(each)]
        verdict, code = f"allows it only to {join_resources(listed)}", STATED_POLICY_OTHER_PRINCIPAL
    elif (failed := find_failed_condition(denial, on)) is not None:
        sid = trust_documents.shown_sid(failed[0])
        verdict = f"allows it{f' (statement {sid})' if sid else ''} only if {_describe_failed(failed[1])}"
        text = "Principal, action and resource match the statement: only the condition does not."
        return f"{policy.name} {verdict}", STATED_POLICY_CONDITION.cause("derived", text=text)
    else:
        return None
    text = f"{subject} {verdict.replace(' it ', f' {action} ')}."
    return f"{policy.name} {verdict}", code.cause("derived", text=text)


def find_failed_condition(
    denial: Denial, statements: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], CheckedCondition] | None:
    """Return the statement that comes closest to allowing the caller, and the condition that the request does not meet."""
    failed = [
        (
            statement,
            [
                each
                for each in check_conditions(statement, denial)
                if each.is_met is False and each.has_values
            ],
        )
        for statement in statements
        if names_caller(statement, denial)
    ]
    statement, conditions = min(failed, key=lambda each: len(each[1]), default=({}, []))
    return (statement, conditions[0]) if conditions else None


def _describe_failed(failed: CheckedCondition) -> str:
    """Return a condition and what the request has, as the end of a sentence."""
    condition = describe_condition(failed.operator, failed.key, failed.values)
    if failed.requested is None:
        return f"{condition}, which no request meets"
    requested = join_values(failed.requested)
    if not failed.requested:
        return f"{condition}, and the request has no {clip_text(failed.key)}"
    lacks = "" if failed.possible_values else ": without the Region, the value matches no request"
    return f"{condition}, and the request has {requested}{lacks}"


def correct_condition(
    denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """Return the remedies with the correction of a value of a condition that is there by a slip."""
    named = [
        each
        for each in trust_documents.allow_statements(policy.content)
        if names_action(each, denial.action or "") is not False
    ]
    found = find_failed_condition(denial, named)
    failed = None if found is None else found[1]
    if failed is None or not remedies or not failed.requested or "Not" in failed.operator:
        return remedies
    old, new = failed.values[0], failed.requested[0]
    is_wrong = len(failed.values) == 1 and (
        (failed.is_via and _service_of(old) == _service_of(new)) or is_slip(old, new)
    )
    if not is_wrong:
        return remedies
    keeps = "Only this value changes: the command keeps the other conditions, which limit who can use the resource."
    if policy.is_code:
        title = f"Correct {clip_text(failed.key)} in the template: {clip_text(new)}"
        line = correct_line_remedy(denial.failure.text, title, [(old, new)])
        return remedies if line is None else (line, *remedies[1:])
    return (_correct(denial, remedies[0], (old, new), keeps), *remedies[1:])


def _service_of(value: str) -> str:
    return value.partition(".")[0]


def find_incomplete(denial: Denial, policy: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the ARN of an OpenSearch domain in a policy for the caller, and the one that covers its paths.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
    """
    if not denial.lowercase_action.startswith(_HTTP_METHODS):
        return None
    named = [
        each
        for each in trust_documents.allow_statements(policy)
        if names_action(each, denial.action or "") and names_caller(each, denial)
    ]
    listed = {name for each in named for name in trust_documents.as_strings(each.get("Resource"))}
    whole = {each for each in listed if each.partition(":domain/")[2].partition("/")[1] or each.endswith("*")}
    if len(listed) != 1 or whole:
        return None
    (old,) = listed
    return old, f"{old}/*"


def _find_qualifier(resource: str, allowed: Sequence[str]) -> str | None:
    """Return the alias or version of a function, if a policy names the function without it."""
    function = next((each for each in allowed if resource.startswith(f"{each}:")), None)
    return None if function is None else resource.removeprefix(f"{function}:")


def names_caller(statement: Mapping[str, Any], denial: Denial) -> bool:
    """Return whether a statement has everyone, the caller, its role or its account as principal, or may have."""
    principal = statement.get("Principal")
    names = trust_documents.as_strings(
        principal if isinstance(principal, str) else trust_documents.mapping(principal).get("AWS")
    )
    account = denial.account or ""
    callers = {"*", account, str(denial.principal), str(denial.role)}
    if has_reference(names):
        return True
    return any(each in callers or (account and each.endswith(f"::{account}:root")) for each in names)


def correct_principal(
    denial: Denial, policy: Mapping[str, Any], remedies: tuple[Remedy, ...]
) -> tuple[str | None, tuple[Remedy, ...]]:
    """Return that a policy has an account with a wrong digit, as a cause, and the remedies with its correction."""
    account = denial.account or ""
    principals = (
        name
        for each in trust_documents.allow_statements(policy)
        for name in trust_documents.principal_names(each)
    )
    known = [*principals]
    if any(f":{account}:" in each for each in known):
        return None, remedies  # its author knows the account
    for name in known:
        written = name if name.isdigit() else "".join(name.split(":", 5)[4:5])
        is_said = denial.failure.text.count(written) > str(policy).count(written)
        if not remedies or not is_slip(written, account) or is_said:
            continue
        text = f"The policy has the account {clip_text(written)}, and the caller is in {account}: most likely, a digit is wrong."
        new = name.replace(written, account)
        keeps = "The command keeps the other principals. The wrong account is most likely somebody else's."
        own = f"In account {account}, an identity-based policy of the caller must allow the action, too."
        return text, (_correct(denial, remedies[0], (name, new), keeps, own), *remedies[1:])
    return None, remedies


def correct_resource(
    denial: Denial, policy: Mapping[str, Any], remedies: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """Return the remedies with the Resource of a policy that is complete, if it covers no path below it."""
    names = find_incomplete(denial, policy)
    if names is None or not remedies:
        return remedies
    keeps = "Only the Resource changes: the command keeps the rest of the policy. Fine-grained access control, if it is on, is checked after the access policy."
    return (_correct(denial, remedies[0], names, keeps), *remedies[1:])


def _correct(denial: Denial, usual: Remedy, names: tuple[str, str], *steps: str) -> Remedy:
    """Return the remedy that replaces a name in the policy, from the one that adds a statement to the policy."""
    # Its first command prints the policy, and its last one replaces it: that of a function policy only adds to it.
    lines = tuple(each for each in usual.commands if not each.startswith("aws iam put-"))
    if len(lines) < _COMMANDS or usual.layer != "resource" or "add-permission" in lines[-1]:
        return usual
    replace = "jq --arg old {} --arg new {} 'walk(if . == $old then $new else . end)'"
    old, new = names
    where = f", in account {denial.resource_account}" if denial.crosses_accounts else ""
    policy = usual.title.rpartition(" in the ")[2].partition(",")[0] or "policy"
    return attrs.evolve(
        usual,
        title=f"Replace {clip_text(old)} by {clip_text(new)} in the {policy}{where}",
        steps=steps,
        commands=(
            f"{lines[0]} > old-policy.json",
            f"{fill_command(replace, old, new)} old-policy.json > policy.json",
            lines[-1],
        ),
        labels=(Labelled("Check policy.json, then replace the policy:", lines[-1]),),
        policy=None,
        is_addition=False,
    )
