"""Correct a condition of a policy in the text, or make the call as it requires."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import keep_label
from iamtriage._text import clip_text, join_words, lower_first
from iamtriage.actions._lookup import find_action
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions.condition_keys import (
    find_option,
    find_option_values,
    repeat_with,
    set_boundary_first,
    set_in_code,
)
from iamtriage.explaining._rules.denials.conditions.denied_regions import is_moved_to
from iamtriage.explaining._rules.denials.conditions.deny_conditions import (
    BOOLEANS,
    ENCRYPTION,
    MFA,
    NAMED_BOUNDARY,
    REGION,
    find_requirement,
)
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    CheckedCondition,
    resource_name,
)
from iamtriage.explaining._rules.denials.conditions.required_settings import describe_created, find_step
from iamtriage.explaining._rules.denials.conditions.role_recipients import describe_other_role
from iamtriage.explaining._rules.denials.statement_words import join_values
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants.denial_remedies import mfa_command
from iamtriage.explaining._rules.shared.grants.permission_sets import in_permission_set
from iamtriage.explaining._rules.shared.policies import (
    corrected_patterns,
    date_conditions,
    policy_changes,
    printed_policies,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_statement
from iamtriage.policies._documents import build_document
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_conditions, shown_sid
from iamtriage.policies._readers.unknown_values import has_reference

# As the failing caller: any account of an organization can call it, and others get AWSOrganizationsNotInUseException.
_SHOW_ORGANIZATION = "aws organizations describe-organization --query Organization.Id --output text"
# All actions of a service, or all resources of a type.
_EVERYTHING = lazy_pattern(r"(?:\*|[^:]*:\*|arn(?::[^:]*){4}:(?:[^:/]*[:/])?\*)\Z")
# All resources of a type in one account and one Region.
_EVERY_OF_TYPE = lazy_pattern(r"arn:[^:*]+:[^:*]+:[^:*]+:\d{12}:[^:/*]+[:/]\*\Z")
# Characters of a statement that is shown as a whole.
_MAX_STATEMENT = 1_000
PASSED_TO = "iam:passedtoservice"
_OF_AWS = lazy_pattern(r"\bAWS[- ]managed\b|:iam::aws:policy/")
_SID = lazy_pattern(r"[A-Za-z0-9]{1,128}")
_PRINTED = lazy_pattern(r"--query PolicyVersion\.Document\Z")
_RENAMED = lazy_pattern(
    r"(?i:\brenamed\b[^.,;\n]{0,30}\bcluster\b|\bcluster\b[^.,;\n]{0,20}\b(?:renamed|has a new name)\b)"
)
# Tags among the values of a Helm chart.
_VALUE_OF_TAGS = lazy_pattern(
    r"(?am)^(?P<part>[\w-]{1,40}): *\n(?: {2}[^\n]{0,200}\n){0,20}? {2}(?P<name>[a-zA-Z]{0,40}[tT]ags): *$"
)


def other_owner_remedy(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition, tags: Mapping[str, str]
) -> tuple[Remedy, str] | None:
    """Return the remedy for a key of a tag that names another cluster than that of the resource, and the key of the resource.

    With its tag, the other cluster would manage the resource, too.
    """
    prefix, _, key = failed.key.partition("/")
    path, _, old = key.rpartition("/")
    own = [each for each, value in tags.items() if path and value in failed.values and each != key]
    own = [each for each in own if each.rpartition("/")[0] == path and len(each) > len(path) + 1]
    # Another condition of the statement can name one of them.
    own = [each for each in own if each.lower() not in json.dumps(statement).lower()]
    if len(own) != 1 or key in tags or "cluster" not in path.lower():
        return None
    shown, new = clip_text(resource_name(denial)), clip_text(own[0].rpartition("/")[2])
    old = clip_text(old)
    named = policy_changes.change_conditions(
        statement, lambda each: each._replace(key=f"{prefix}/{own[0]}") if each.key == failed.key else each
    )
    url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html"
    if _RENAMED.search(denial.failure.text):
        title = (
            f"Write {new} in place of {old} in the condition key of {describe_statement(denial, statement)}"
        )
        step = f"Change the policy of {denial.caller}: this statement replaces the other one, whose cluster has another name now. It stays limited to the tag."
        remedy = with_statement(account_remedy(title, step, url=url), denial, named, is_copy=True)
        return remedy, clip_text(own[0])
    remedy = account_remedy(
        f"Allow it on the resources of {new}, too, in a second statement",
        f"The statement is for {old}: it can stay as long as that exists. Both tags in one condition would match neither: all must match. Do not tag {shown} for {old}, which would then manage it, too.",
        url=url,
    )
    return _put_policy(denial, with_statement(remedy, denial, named, is_copy=True)), clip_text(own[0])


def _put_policy(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy with a statement as one that adds it to the caller's role as a policy of its own."""
    if denial.role is None or remedy.policy is None or isinstance(denial.role, IdentityCenterRole):
        return remedy
    name = policy_changes.inline_policy_name(remedy.policy["Statement"])
    line = commands.put_policy(commands.role_name(denial.role.name), name)
    return attrs.evolve(remedy, commands=(line,), is_addition=False)


def drop_condition(statement: Mapping[str, Any], failed: CheckedCondition) -> dict[str, Any]:
    """Return a statement without one of its conditions."""
    return policy_changes.replace_condition(statement, failed.operator, failed.key, None)


def drop_condition_remedy(denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition) -> Remedy:
    """Return how to allow a listing without a delimiter, or a direct call of KMS, with the other conditions as they are."""
    changed, key = drop_condition(statement, failed), clip_text(failed.key)
    title = f"Remove the condition on {key} from {describe_statement(denial, statement)}"
    step = f"Or write {failed.operator}IfExists, which accepts a call without a delimiter.{' The other conditions stay, and limit the listing.' if changed['Condition'] else ''}"
    if failed.is_via:
        title = f"Allow {denial.action} without the condition on {key}, in one more statement"
        changed = required_statement(denial, changed["Condition"]) or changed
        step = (
            f"The program calls KMS itself. Or, {lower_first(condition_remedy(denial, statement).steps[0])}"
        )
    remedy = account_remedy(title, step, url=pages.EVALUATION)
    remedy = with_statement(remedy, denial, changed, is_copy=failed.is_via)
    return _put_policy(denial, remedy) if failed.is_via else remedy


def describe_statement(denial: Denial, statement: Mapping[str, Any]) -> str:
    """Return a statement as the one with its Sid, or the one that allows the action."""
    return f"the statement {shown_sid(statement) or f'that allows {denial.action}'}"


def change_value_remedy(denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition) -> Remedy:
    """Return how to let the condition of a statement accept the value of the request."""
    requested = failed.requested or ()
    named, key = describe_statement(denial, statement), clip_text(failed.key)
    is_own = denial.principal is not None and denial.policy_type in {None, "identity"}
    where = f"{named} in the policy of {denial.caller}" if is_own else named
    if (line := _add_in_line(denial, statement, failed)) is not None:
        return line
    accepted, step, is_new = [*requested], f"Add this statement: {named} can stay as it is.", False
    of_aws = "An AWS managed policy cannot be edited: " if _OF_AWS.search(denial.failure.text) else ""
    if "Not" in failed.operator:
        step = f"Change the value in {where}, as below."
    elif _can_show(statement) and not of_aws:
        accepted = list(dict.fromkeys((*failed.possible_values, *requested)))
        old = clip_text(join_words(failed.possible_values, "and"))
        step = f"Add the value to {where}, as below. Keep {old} only if something needs it."
        if failed.key.lower() == PASSED_TO and "*" not in str(statement.get("Resource")):
            from iamtriage.explaining._rules.sts.trust.service_trust import ALIKE

            if [ALIKE.get(each) for each in requested] == [*failed.possible_values]:
                accepted = [*requested]
                step = f"Replace {old} in {where}, as below. Keep both only if these roles are also passed to {old}."
        if isinstance(denial.role, IdentityCenterRole):
            step = f"The new statement accepts the value, too: delete {named} that it replaces."
        if failed.key.partition(":")[0].lower() == denial.service and find_option_values(denial, failed.key):
            step = f"An administrator decides whether {denial.caller} may pass this value, or makes this call instead. Add it to {named}, as below, and keep the condition: it limits what else can be passed."
    elif denial.role is not None:
        step = f"Attach the policy to {denial.caller}: {named} can stay as it is."
        if of_aws:
            step = f"{of_aws}attach this one to {denial.caller}, too."
        is_new = True
    value = accepted[0] if len(accepted) == 1 else accepted
    statement = policy_changes.replace_condition(
        statement, failed.operator, failed.key, policy_changes.Condition(failed.operator, failed.key, value)
    )
    title = (
        f"Let the condition on {key} accept {join_words(tuple(map(clip_text, list_unlisted(failed))), 'and')}"
    )
    listed = as_strings(statement.get("Resource"))
    # With several roles, the statement most likely has both.
    is_task = failed.key.lower() == PASSED_TO and "ecs-tasks.amazonaws.com" in requested and len(listed) < 2
    other = describe_other_role(denial, statement)
    without = None
    if failed.key.lower() == "aws:tagkeys":
        tags = _VALUE_OF_TAGS.search(denial.failure.text)
        where = f" ({tags['part']}.{tags['name']} in the text)" if tags else ""
        without = f"Or send the call without these tags{where}. What exists already is not affected."
    remedy = account_remedy(title, step, other if is_task else None, without, url=pages.EVALUATION)
    tagging = f"{denial.service}:TagResource"
    actions = as_strings(statement.get("Action"))
    is_copy = bool(of_aws) and not any(map(_EVERYTHING.match, actions or ["*"]))
    if without and ":create" in denial.lowercase_action and find_action(tagging) is not None:
        statement = {**statement, "Action": [*actions, tagging]}
    changed = with_statement(remedy, denial, statement, is_copy=is_copy)
    return _put_policy(denial, changed) if is_new else changed


def _add_in_line(denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition) -> Remedy | None:
    """Return how to add the value of the request in the line of code that has that of a condition."""
    old, new = only_one(failed.possible_values), only_one(failed.requested or ())
    is_code = any(each.is_code and statement in each.allows for each in denial.context.policies)
    if old is None or new is None or not is_code or "Not" in failed.operator:
        return None
    title = f"Let the condition on {clip_text(failed.key)} accept {clip_text(new)}"
    step = f"It is in {describe_statement(denial, statement)}. Keep {clip_text(old)} only if something needs it, and the other conditions as they are."
    line = corrected_patterns.correct_line_remedy(
        denial.failure.text, title, [(old, new)], step, build=account_remedy, keeps_old=True
    )
    # IAM does not know the references of code.
    return line or (account_remedy(title, step, "Then deploy it.") if has_reference(old) else None)


def correct_cap_remedy(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition, change: Remedy
) -> Remedy:
    """Return how to let the condition of a policy that caps permissions accept the value of the request.

    Args:
        denial: The denial.
        statement: The statement of that policy.
        failed: Its condition.
        change: The remedy that adds a statement to that policy.
    """
    added = list_unlisted(failed)
    values = [*failed.values, *added]
    listed, key = join_words(tuple(map(clip_text, added)), "and"), clip_text(failed.key)
    named, sid = describe_statement(denial, statement), shown_sid(statement)
    others = {each.partition(":")[0] for each in as_strings(statement.get("Action"))} - {denial.service, "*"}
    same = None
    if others:
        services = join_words(sorted(map(clip_text, others)), "and")
        same = f"With {listed}, the condition also stops {services}."
    shown = json.dumps([clip_text(each) for each in values], ensure_ascii=False)
    path = f".Condition[{json.dumps(failed.operator)}][{json.dumps(failed.key)}]"
    jq = f"(.Statement[] | select(.Sid == {json.dumps(sid)}){path}) = {json.dumps(values)}"
    can_select = _SID.fullmatch(sid or "") is not None and "'" not in jq
    at = next((at for at, each in enumerate(change.commands) if _PRINTED.search(each)), None)
    lines = change.commands
    if at is not None and can_select and any("file://policy.json" in each for each in lines):
        jq = f"jq '{jq}' old-policy.json > policy.json"
        put = Labelled.required("Check policy.json, then replace the policy:", lines[-1])
        lines = (*lines[:at], keep_label(lines[at], f"{lines[at]} --output json > old-policy.json"), jq, put)
    return attrs.evolve(
        change,
        commands=lines,
        title=f"Let the condition on {key} accept {listed}",
        steps=present(
            f"Unless the limit is meant for this call, change {key} in the Condition of {named} to {shown}.",
            same,
        ),
        statement=None,
    )


def correct_value_remedy(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition
) -> Remedy | None:
    """Return how to write a value with one slash that a condition has with two, ``None`` if the values differ otherwise."""
    requested = only_one(failed.requested or ())
    # A condition with StringNotEquals fails because it has the value.
    if requested is None or requested in failed.values:
        return None
    if requested not in [each.replace("//", "/") for each in failed.values]:
        return None
    values = [each.replace("//", "/") if "//" in each else each for each in failed.values]
    changed = policy_changes.Condition(failed.operator, failed.key, only_one(values, values))
    remedy = account_remedy(
        f"Write {clip_text(requested)} in {describe_statement(denial, statement)}",
        "The name begins with a slash itself, so the ARN must not have another one before it.",
        "If code builds the ARN, omit the slash before the name there: the next deployment undoes a change in IAM alone.",
        url=pages.EVALUATION,
    )
    shown = policy_changes.replace_condition(statement, failed.operator, failed.key, changed)
    return with_statement(remedy, denial, shown)


def match_wildcards_remedy(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition, like: str
) -> Remedy:
    """Return how to compare the values of a condition with the operator that supports their wildcards."""
    values, named = [*failed.values], describe_statement(denial, statement)
    changed = policy_changes.Condition(like, failed.key, only_one(values, values))
    where = "" if isinstance(denial.role, IdentityCenterRole) else f" in the policy of {denial.caller}"
    remedy = account_remedy(
        f"Write {like} instead of {failed.operator} in {named}",
        f"Change only the operator{where}: the action and the resource are right.",
        f"Narrower: keep {failed.operator}, and list exact values, such as {clip_text(', '.join(failed.requested or ()))}.",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    )
    if not _can_show(statement):
        return remedy
    shown = policy_changes.replace_condition(statement, failed.operator, failed.key, changed)
    return with_statement(remedy, denial, shown)


def list_unlisted(failed: CheckedCondition) -> list[str]:
    """Return the values of the request that a condition does not accept."""
    return [each for each in failed.requested or () if each not in failed.values]


def _can_show(statement: Mapping[str, Any]) -> bool:
    """Return whether a remedy can contain a statement: a short one without references that does not allow everything."""
    listed = [name for key in ("Action", "Resource") for name in as_strings(statement.get(key)) or ["*"]]
    # Its condition limits the last one.
    is_open = any(_EVERYTHING.match(each) and not _EVERY_OF_TYPE.match(each) for each in listed)
    return not (is_open or len(json.dumps(statement)) > _MAX_STATEMENT or has_reference(dict(statement)))


def with_statement(
    remedy: Remedy, denial: Denial, statement: Mapping[str, Any], *, is_copy: bool = False
) -> Remedy:
    """Return a remedy with the corrected statement of a policy; the policy can have others.

    What the statement allows stays, because other calls can need it, but nothing is allowed on everything.
    """
    conditions = as_mapping(statement.get("Condition"))
    shown: dict[str, Any] | None = {key: each for key, each in statement.items() if key != "Condition"}
    if shown and conditions:
        shown["Condition"] = conditions
    if not _can_show(statement) and not is_copy:
        shown = required_statement(denial, conditions)
    if shown is None:
        return remedy
    changed = attrs.evolve(remedy, policy=build_document([shown]), layer="identity", is_addition=True)
    if isinstance(denial.role, IdentityCenterRole):
        return in_permission_set(denial, denial.role, changed, is_shown=True)
    return changed if is_copy else printed_policies.write_printed_policy(denial, changed, shown, "Condition")


def can_call_meet(denial: Denial, condition: CheckedCondition) -> bool:
    """Return whether the caller chooses the value, so that a call can meet the condition as it is."""
    requested = condition.requested or ()
    if REGION.has_key(condition.key) and any(is_moved_to(denial.failure.text, each) for each in requested):
        return False
    if find_option(denial, condition.key) is not None:
        return True
    return find_requirement(condition.key, denial.lowercase_action) is not None and not condition.is_via


def condition_remedy(denial: Denial, statement: Mapping[str, Any]) -> Remedy:
    """Return the remedy that makes the request meet the conditions of a statement."""
    for operator, key, values in iterate_conditions(statement):
        if (first := set_boundary_first(denial, key, values)) is not None:
            return first
        requirement = find_requirement(key, denial.lowercase_action)
        # A condition that a key is false or absent requires the reverse.
        is_reverse = BOOLEANS & set(values) - {"true"} or (requirement is ENCRYPTION and "Not" in operator)
        if requirement is not None and not is_reverse and operator != "Null":
            title = requirement.title.replace("{what}", describe_created(denial))
            title = title.replace("the Deny exempts", "the policy allows").replace("the Deny", "the policy")
            accepted = () if "Not" in operator else values  # not those that it excludes
            step, again = find_step(denial, requirement, key, accepted)
            again = again or repeat_with(denial, key, accepted)
            lines: tuple[str, ...] = () if again is None else (again,)
            if requirement is MFA:
                lines = ("aws iam list-mfa-devices", mfa_command(denial, "MFA_DEVICE_ARN"))
            setting = set_in_code(denial, step, accepted)
            other = "Or ask an administrator to change the condition."
            steps: tuple[str, str | None] = step, other
            if setting is not None and (again or not setting.startswith("In the CLI")):
                steps = f"{setting}. The policy can stay as it is.", None
            elif setting is not None:
                steps = step.replace(NAMED_BOUNDARY, f"Pass {values[0]}"), other
            return your_remedy(title, *steps, commands=lines, url=requirement.url)
        if (option := find_option(denial, key)) is not None and operator != "Null" and "Not" not in operator:
            return your_remedy(
                f"Pass a value that the condition on {clip_text(key)} accepts",
                f"--{option} can be {join_values(values)}.",
                "Or ask an administrator to let the condition accept the value of this call.",
                commands=present(repeat_with(denial, key, values)),
                url=pages.EVALUATION,
            )
    if (period := date_conditions.read_period(statement)) is not None and period.end is not None:
        moved = date_conditions.move_date(statement, is_deny=False)
        return with_statement(
            account_remedy(
                f"Move the date of {describe_statement(denial, statement)}, if the access is to go on",
                f"The statement allows it only {period.describes_only}. {date_conditions.NEW_DATE}",
                url=date_conditions.PAGE,
            ),
            denial,
            moved,
        )
    keys = join_words([clip_text(key) for _, key, _ in iterate_conditions(statement)], "and")
    step = f"Compare {keys} of this call with the condition of the statement."
    show = _SHOW_ORGANIZATION if "aws:principalorgid" in keys.lower() else None
    title = "Meet the condition of the policy, or change it"
    return account_remedy(title, step, commands=show, url=pages.EVALUATION)
