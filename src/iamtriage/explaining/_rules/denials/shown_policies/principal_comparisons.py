"""Compare the denied call with a policy that names principals, and exempt the caller in a Deny of another owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._names import is_unique_id
from iamtriage.arns._principals import Role, User
from iamtriage.explaining._context.readers.recreations import find_recreated_role
from iamtriage.explaining._rules.basics import CauseType, Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions.deny_conditions import ENFORCES
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    CheckedCondition,
    check_conditions,
    meets_conditions,
)
from iamtriage.explaining._rules.denials.resource_commands import exempting_statement, organization_commands
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_CONDITION,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    Comparison,
    compared_resource,
    names_service,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_secrets import names_partial_arn
from iamtriage.explaining._rules.denials.statement_words import (
    allowed_resources,
    describe_allowed,
    describe_condition,
    describe_conditions,
    join_resources,
    join_values,
)
from iamtriage.explaining._rules.shared.policies.corrected_patterns import Correction, correct_pattern
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    try_parse_principal,
)
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._arn_templates import RANDOM_END
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import allow_statements, as_strings, principal_names, shown_sid
from iamtriage.policies._readers.unknown_values import find_container, has_reference, widen

FIND_DENY, OF_CALLER = "Find the Deny statement", frozenset({None, "identity"})
"""How a remedy begins that looks for a Deny, and the types of policies that only the caller has."""
_HTTP_METHODS, _MAX_ACTIONS = "es:eshttp", 3
_DOMAIN = lazy_pattern(r"arn:[^/]{1,120}:domain/[^/]{1,64}")
# Forms of the ARN of a principal, with the name of the role or user.
_NAMED = lazy_pattern(
    r"(?P<start>arn:aws[a-z-]{0,12}):(?:sts|iam)::(?P<account>[0-9]{12}):(?P<kind>assumed-role|user|role|instance-profile)/(?:[\w+=,.@-]{1,64}/)*?(?P<name>[\w+=,.@-]{1,64})(?P<session>/[\w+=,.@*-]{0,64})?"
)
_KINDS = {"user": "a user", "role": "a role", "instance-profile": "an instance profile"}


def compare_with_principal(denial: Denial, policy: KnownPolicy) -> Comparison | None:
    """Return why a policy with principals does not allow the call."""
    found = _find_difference(denial, policy)
    if found is None:
        return None
    type_, verdict, text = found
    if text is None:
        text = f"{capitalize_start(policy.name)} {verdict.replace('allows it ', f'allows {denial.action} ')}."
    return Comparison(policy, type_.cause("derived", text=text), f"{policy.name} {verdict}")


def _find_difference(denial: Denial, policy: KnownPolicy) -> tuple[CauseType, str, str | None] | None:
    """Return the type of the cause, the verdict on the policy and the text of the cause, if the verdict does not say all."""
    action, resource, allows = denial.action or "", compared_resource(denial), policy.allows
    if not allows or not names_service(allows, action):
        return None
    # What a reference hides may match.
    named = [each for each in allows if names_action(each, action) is not False]
    if not named:
        verdict = f"does not allow this action{describe_allowed(allows, action)}"
        return STATED_POLICY_OTHER_ACTION, verdict, None
    # A repository policy has no Resource: it applies to its repository.
    elements = {"Resource", "NotResource"}
    on = [
        each
        for each in named
        if resource is None or not elements & each.keys() or names_resource(each, resource) is not False
    ]
    only = "Only the Resource of the statement does not match: principal and action do."
    if (incomplete := find_incomplete(denial, policy.content)) is not None:
        old, new = incomplete
        verdict = (
            f"has the Resource {clip_text(old)} without /*, and {action} is checked on the paths below it"
        )
        return STATED_POLICY_OTHER_RESOURCE, verdict, f"{only} It has to be {clip_text(new)}."
    of_caller = [each for each in on if names_caller(each, denial)]
    if not of_caller and (slip := find_resource_slip(denial, named)) is not None:
        old, fixed = slip
        return STATED_POLICY_OTHER_RESOURCE, f"names {clip_text(old)}, but {fixed.reason}", only
    if not on:
        allowed = allowed_resources(named)
        if denial.service == "lambda" and (qualifier := _find_qualifier(resource or "", allowed)):
            verdict = f"allows it only on the function without :{clip_text(qualifier)}"
            text = f"An alias and a version each have a policy of their own: that of the function does not apply to {clip_text(qualifier)}. If {clip_text(qualifier)} has none yet, get-policy says ResourceNotFoundException."
            return STATED_POLICY_OTHER_RESOURCE, verdict, text
        return STATED_POLICY_OTHER_RESOURCE, f"allows it only on {join_resources(allowed)}", None
    if not of_caller:
        listed = [name for each in on for name in principal_names(each)]
        if (deleted := only_one({each for each in listed if is_unique_id(each)})) is not None:
            sid = next(shown_sid(each) for each in on if deleted in principal_names(each))
            return STATED_POLICY_OTHER_PRINCIPAL, _describe_deleted(denial, deleted, sid), None
        verdict = f"allows it only to {join_resources(listed)}{_describe_own_actions(denial, allows)}"
        return STATED_POLICY_OTHER_PRINCIPAL, verdict, None
    matching = "Principal, action and resource match the statement"
    if (failed := find_failed_condition(denial, of_caller)) is not None:
        sid = shown_sid(failed[0])
        verdict = f"allows it{f' (statement {sid})' if sid else ''} only if {_describe_failed(failed[1])}"
        return STATED_POLICY_CONDITION, verdict, f"{matching}: only the condition does not."
    if denial.policy_type == "resource" and (open_ones := find_conditional(denial, of_caller)):
        # AWS found no statement that allows it.
        verdict = f"allows it only if {describe_conditions(open_ones[0])}"
        return (STATED_POLICY_CONDITION, verdict, f"{matching}, so the request does not meet its condition.")
    return None


def _describe_deleted(denial: Denial, name: str, sid: str) -> str:
    """Return that a policy names the unique ID of a deleted principal, as the end of a sentence."""
    kind = "user" if name.startswith("AIDA") else "role"
    names = f"names {name}{f' (statement {sid})' if sid else ''}, the unique ID of"
    if find_form(denial, name) is None:
        return f"{names} a deleted {kind}, instead of the caller"
    return f"{names} the {kind} that was deleted, which the new one of the same name does not have"


def _describe_own_actions(denial: Denial, statements: Sequence[Mapping[str, Any]]) -> str:
    """Return what the only statement that names the caller allows instead, as the end of a sentence, or nothing."""
    resource = compared_resource(denial)
    own = [
        each
        for each in statements
        if not (has_reference(names := principal_names(each, "AWS")) or "*" in names)
        and names_caller(each, denial)
        and (resource is None or "Resource" not in each or names_resource(each, resource) is not False)
    ]
    actions = as_strings(own[0].get("Action")) if len(own) == 1 else []
    if not 0 < len(actions) <= _MAX_ACTIONS:
        return ""
    is_named = not {str(denial.principal), str(denial.role)}.isdisjoint(principal_names(own[0], "AWS"))
    sid = shown_sid(own[0])
    whom = denial.caller if is_named else f"account {denial.account}"
    return f", and {whom} only {join_words(tuple(map(clip_text, actions)), 'and')}{f' (statement {sid})' if sid else ''}"


def describe_editors(denial: Denial, policy: KnownPolicy) -> str | None:
    """Return who alone can replace a key policy, as a sentence after others; nothing if the policy leaves that open.

    It is ``None`` if nobody can: KMS rejects such a policy, so the text most likely leaves out statements.

    Without the account as a principal, administrators have no access to the key:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html.
    """
    replacing = [each for each in policy.allows if names_action(each, "kms:PutKeyPolicy") is not False]
    named = [try_parse_principal(name) for each in replacing for name in principal_names(each)]
    is_open = any("Condition" in each or "NotPrincipal" in each for each in replacing)
    if denial.service != "kms" or is_open or not all(isinstance(each, Role | User) for each in named):
        return ""
    if not named:
        return None
    listed = join_words([*dict.fromkeys(clip_text(describe_principal(each, None)) for each in named)], "and")
    return f" Only {listed} can replace the key policy: it allows kms:PutKeyPolicy to no other principal."


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
    if not failed:
        return None
    statement, conditions = min(failed, key=lambda each: len(each[1]))
    # A value that differs says more than one that is missing.
    failing = min(conditions, key=lambda each: not each.requested, default=None)
    return None if failing is None else (statement, failing)


def find_conditional(denial: Denial, statements: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the statements for the caller, if each of them has conditions that the request possibly does not meet."""
    named = [
        each for each in statements if names_caller(each, denial) and not has_reference(each.get("Principal"))
    ]
    return (
        named if all(each.get("Condition") and not meets_conditions(denial, each) for each in named) else []
    )


def find_resource_slip(
    denial: Denial, statements: Sequence[Mapping[str, Any]]
) -> tuple[str, Correction] | None:
    """Return the only Resource of statements that is meant for the denied one, and how it has to be.

    The policy of a resource can be about no other one.
    """
    resource = compared_resource(denial) or ""
    named = [each for each in statements if names_caller(each, denial)]
    listed = {old for each in named for old in as_strings(each.get("Resource"))}
    found = [
        (old, fixed) for old in listed if (fixed := _correct_resource(denial, old, resource)) is not None
    ]
    return only_one(found)


def _correct_resource(denial: Denial, old: str, resource: str) -> Correction | None:
    is_below = resource.startswith(f"{old.rstrip('/')}/") and "*" not in old
    if ":s3:" in resource and is_below:
        return Correction(
            f"{old.rstrip('/')}/*",
            f"{denial.action} is checked on objects, whose ARN has a key, so it needs /*",
        )
    if ":secretsmanager:" in resource and names_partial_arn(old, resource[: -len(RANDOM_END)]):
        return Correction(resource, "the ARN of a secret ends with a hyphen and six random characters")
    if (container := find_container(old, resource)) is not None:
        reason = f"it is the ARN of the {container.noun}, which does not cover its {container.parts}"
        return Correction(container.corrected, reason)
    return correct_pattern(old, resource)


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


def find_incomplete(denial: Denial, policy: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the ARN of an OpenSearch domain in a policy for the caller, and the one that covers its paths.

    https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
    """
    if not denial.lowercase_action.startswith(_HTTP_METHODS):
        return None
    named = [
        each
        for each in allow_statements(policy)
        if names_action(each, denial.action or "") and names_caller(each, denial)
    ]
    listed = {name for each in named for name in as_strings(each.get("Resource"))}
    whole = {each for each in listed if each.partition(":domain/")[2].partition("/")[1] or each.endswith("*")}
    if len(listed) != 1 or whole:
        return None
    (old,) = listed
    domain = _DOMAIN.match(denial.resource or "")
    is_of_other = domain is not None and not matches(domain[0], compile_glob(widen(old)))
    return None if is_of_other else (old, f"{old}/*")


def _find_qualifier(resource: str, allowed: Sequence[str]) -> str | None:
    """Return the alias or version of a function, if a policy names the function without it."""
    function = next((each for each in allowed if resource.startswith(f"{each}:")), None)
    return None if function is None else resource.removeprefix(f"{function}:")


def names_caller(statement: Mapping[str, Any], denial: Denial) -> bool:
    """Return whether a statement has everyone, the caller, its role or its account as principal, or may have."""
    account = denial.account or ""
    if "NotPrincipal" in statement:
        return not _is_excluded(statement, denial)
    names = principal_names(statement, "AWS")
    callers = {"*", account, str(denial.principal), str(denial.role)}
    if has_reference(names):
        return True
    return any(each in callers or (account and each.endswith(f"::{account}:root")) for each in names)


def _is_excluded(statement: Mapping[str, Any], denial: Denial) -> bool:
    """Return whether NotPrincipal excludes the caller: it must name the caller, its role and its account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    names = excluded_principals(statement)
    account, role = denial.account or "", denial.role
    has_account = any(each == account or each.endswith(f"::{account}:root") for each in names)
    has_caller = str(denial.principal) in names and (role is None or str(role) in names)
    return "*" in names or has_reference(names) or (has_account and has_caller)


def excluded_principals(statement: Mapping[str, Any]) -> list[str]:
    """Return the principals of AWS in the NotPrincipal of a statement."""
    return principal_names({"Principal": statement.get("NotPrincipal")}, "AWS")


def show_exemption(denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return the remedies with the Deny statement of a policy that is not the caller's own, and how to exempt the caller in it."""
    resource = compared_resource(denial)
    denies = [each for each in policy.denies if names_action(each, denial.action or "")]
    denies = [each for each in denies if resource is None or names_resource(each, resource)]
    if denial.policy_type in OF_CALLER or len(denies) != 1:
        return remedies
    name = f"the statement {sid}" if (sid := shown_sid(denies[0])) else "the Deny statement"
    shown = exempting_statement(denial, denies[0])

    def show(remedy: Remedy) -> Remedy:
        if remedy.title.startswith(FIND_DENY):
            place = remedy.title.removeprefix(FIND_DENY).partition(", then")[0]
            remedy = attrs.evolve(remedy, title=f"Scope down {name}{place}", steps=remedy.steps[1:])
        elif not remedy.title.startswith("Have the "):
            return remedy
        if shown is None:
            return remedy
        kept = tuple(each for each in remedy.steps if not each.startswith(ENFORCES.format(denial.action)))
        steps = (*kept, f"Below, {name} exempts the caller. The other statements stay.")
        changed = attrs.evolve(remedy, steps=steps, manifest=shown, manifest_language="text")
        if remedy.who != "organization administrator":
            return changed
        where, *lines = organization_commands(denial)
        lines[-1] = Labelled("Then, with the statement changed in policy.json:", lines[-1])
        if denial.policy is None:
            # The commands do not look for the policy.
            find = f"For POLICY_ID{where.partition(' For POLICY_ID')[2]}"
            kept = tuple(each for each in kept if not each.startswith("Administrators repeat "))
            changed = attrs.evolve(changed, steps=(*kept, find, steps[-1]))
        return attrs.evolve(changed, commands=tuple(lines))

    # A statement without conditions requires nothing.
    guess = "if the Deny requires one" if not denies[0].get("Condition") else None
    return tuple(show(each) for each in remedies if guess is None or not each.title.endswith(guess))


def find_form(denial: Denial, name: str) -> tuple[str, str] | None:
    """Return why a principal that is meant for the caller does not match, and the one that does.

    It is an ARN with the caller's name, or the unique ID that the caller had before somebody created it again.
    """
    found, caller = _NAMED.fullmatch(name), denial.role or denial.principal
    own: str | None = getattr(caller, "name", None)
    if own is not None and is_unique_id(name) and name.startswith("AIDA") == isinstance(caller, User):
        if find_recreated_role(denial.failure.text, own, is_deleted=True) is None:
            return None
        return ("When AWS saves a policy, it stores the unique ID of a principal, not its name.", str(caller))
    if found is None or own is None or found["account"] != denial.account:
        return None
    right, kind = str(caller), found["kind"]
    shown = clip_text(own)
    if found["name"] != own:
        is_case = found["name"].lower() == own.lower() and f"/{own}" in right
        text = f"The name in the policy differs from {shown} in capital and small letters: ARNs are case-sensitive."
        return (text, name.replace(found["name"], own)) if is_case and kind in right else None
    if kind == "assumed-role":
        session = "has no session name" if not found["session"] else "is that of another session"
        return (
            f"The ARN in the policy {session}: assumed-role/{shown} matches only with the name of the session. Name the role, which all its sessions match.",
            right,
        )
    is_kind = "role" if denial.role is not None else "user" if isinstance(denial.principal, User) else kind
    if kind == is_kind:
        return None
    return f"The caller {shown} is a {is_kind}, and the policy names {_KINDS[kind]}.", right
