"""Compare what a known policy allows with the Region of the call, and with the tags that the text shows.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html and the references of the AWS CLI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import condition_corrections, resource_tags
from iamtriage.explaining._rules.denials.conditions.condition_keys import (
    RightKey,
    find_right_key,
    is_boundary_of_existing,
    limit_to_untagged,
    replace_key,
)
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    CheckedCondition,
    check_conditions,
    find_resource_tags,
    lacks_tags,
    resource_name,
)
from iamtriage.explaining._rules.denials.conditions.requested_values import (
    explain_records,
    list_prefix_remedy,
)
from iamtriage.explaining._rules.denials.conditions.resource_tags import describe_missing_tag
from iamtriage.explaining._rules.denials.statement_words import (
    allowed_resources,
    describe_condition,
    describe_conditions,
    join_values,
    list_similar,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.policies.policy_changes import change_conditions
from iamtriage.explaining._rules.shared.policies.statement_matching import list_actions
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._conditions import PolicyValue, evaluate_condition, parse_operator
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_conditions, shown_sid

_RESOURCE_ID = lazy_pattern(r"(?a)[\w-]{1,64}")
_ARGUMENTS = lazy_pattern(r"--(?:source|provider|registry|policy|txt-owner-id)=")
_PREFIX, _DELIMITER = "s3:prefix", "s3:delimiter"
_IDENTITY = "${cognito-identity.amazonaws.com:sub}"
_IDENTITY_ID = lazy_pattern(
    r"\b[a-z]{2}(?:-[a-z]{4,9}){1,2}-\d:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"
)
# The claim of the user pool in code: claims.sub, payload["sub"], getSub(), and its attributes.
_SUBJECT = lazy_pattern(
    r"\b(?:claims?|payload|attributes|id_?[tT]oken|user|decoded)(?:\.sub\b|\[[\"']sub[\"']\]|\.get\([\"']sub[\"']\))|\bgetSub\(|\buser pool(?:'s)? sub\b|\bsub of the user pool\b|\bcognito:username\b|\buserSub\b"
)
# Other values of the signed-in user in code.
_USER_VALUE = lazy_pattern(
    r"\b(?:current_?[uU]ser|user|session\.user)\.(?:user_?[nN]ame|email|id|user_?[iI]d)\b"
)
# Operators that compare with a list of values.
_LISTS = frozenset({"StringEquals", "StringLike", "ArnLike", "ArnEquals"})

_ONLY_CONDITION = "The action and the resource match the statement: only the condition does not."


class Contrast(NamedTuple):
    """What distinguishes the request from what a policy allows.

    Attributes:
        verdict: What the policy allows and the request has, as the end of a sentence about the policy.
        remedy: What to do.
        text: What else is known, as a cause.
        replaces_allow: Whether a wider Allow does not help.
    """

    verdict: str
    remedy: Remedy | None = None
    text: str | None = None
    replaces_allow: bool = False


def summarize(denial: Denial, explanation: Explanation, verdict: str | None) -> str:
    """Return the summary with the verdict on a policy, and with the trust policy if that lacks the session tags, too."""
    if not verdict:
        return explanation.summary
    is_of_tags = any(each.code == "session-tags" for each in explanation.causes)
    if (
        is_of_tags
        and verdict.endswith("does not allow this action")
        and "does not allow" in explanation.causes[-1].text
    ):
        verdict = f"{verdict}, nor does the role's trust policy"
    if "does not allow" in verdict and any(each.code == "trust-policy-allows" for each in explanation.causes):
        verdict = f"the role's trust policy allows it, but {verdict}"
    return denial_summary(denial, verdict)


def find_filter_contrast(denial: Denial, allowed: Sequence[str]) -> Contrast | None:
    """Return the contrast that a controller reads more resources than its policy allows, unless the text shows a filter."""
    text = denial.failure.text
    controller = find_controller(text)
    if controller is None or not controller.filter_flag or controller.filter_flag in text:
        return None
    kind, type_name = controller.filtered
    arns = [each.partition(f":{type_name}") for each in (denial.resource or "", *allowed)]
    denied, *ids = [each[2] for each in arns]
    if not all(map(_RESOURCE_ID.fullmatch, (denied, *ids))) or len({each[0] for each in arns}) > 1:
        return None
    name = controller.name
    flags = [f"{controller.filter_flag}{each}" for each in ids]
    listed = join_words(ids, "and")
    they = "it" if len(ids) == 1 else "them"
    only = f"allows it only on the {kind}{'s' * (len(ids) > 1)} {listed}"
    if ":Change" in (denial.action or ""):
        # It writes what somebody wants to have there.
        limit = f"If it is not meant to manage this {kind}, limit it instead: {' '.join(flags)}."
        return Contrast(
            only, None, f"{name} has records to write in {denied}, for a host in the cluster. {limit}"
        )
    remedy = cluster_remedy(
        f"Limit {name} to {listed}: {' '.join(flags)}",
        f"Add {they} to the arguments of {name}: args of the container, or the values of the chart. The policy stays as it is.",
        f"Only if {name} is meant to manage {denied}, too, add {clip_text(denial.resource or '')} to the statement instead. Do not allow all of them.",
        url="https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws-filters",
    )
    shows_arguments = _ARGUMENTS.search(text) is not None and "--domain-filter=" not in text
    flag = f"{'Without' if shows_arguments else 'Unless it has'} {controller.filter_flag.rstrip('=')}"
    cause = f"{flag}, {name} reads every {kind} that it lists. One that it is not allowed to read stops the whole run, so {listed} {'is' if len(ids) == 1 else 'are'} not updated either."
    no_filter = f", and no filter limits {name} to {they}" if shows_arguments else ""
    return Contrast(f"{only}{no_filter}", remedy, cause)


def find_condition_contrast(denial: Denial, statement: Mapping[str, Any]) -> Contrast:
    """Return which condition of a statement that would allow the call the request does not meet, as far as known."""
    conditions = check_conditions(statement, denial)
    if (wildcard := find_wildcard_key(statement)) is not None:
        return _wildcard_in_key(denial, statement, wildcard)
    unmet = (each for each in conditions if each.is_met is False and each.has_values)
    failed = min(unmet, key=lambda each: not each.requested, default=None)
    if failed is None and (subject := _find_identity_contrast(denial, conditions)) is not None:
        return subject
    if failed is None:
        remedy = condition_corrections.condition_remedy(denial, statement)
        verdict = f"allows it only if {describe_conditions(statement)}"
        if (clusters := resource_tags.find_other_cluster(denial, statement)) is not None:
            verdict += f", and the session shows that the caller runs in the cluster {clusters[1]}"
            remedy = resource_tags.name_cluster_remedy(denial, statement, *clusters)
        return Contrast(verdict, remedy, _describe_match(statement))
    if (right := find_right_key(failed.key, failed.values, denial.lowercase_action)) is not None:
        return _wrong_key(denial, statement, failed, right)
    if failed.is_of_resource_tag and lacks_tags(denial):
        return Contrast(*resource_tags.describe_new_resource(denial, statement, failed))
    tags = find_resource_tags(denial)
    if tags is not None and failed.is_of_resource_tag and not failed.accepts_values:
        met = [each for each in conditions if each.is_met and each.is_of_resource_tag]
        covered = as_strings(statement.get("Resource"))
        contrast = Contrast(*describe_missing_tag(denial, statement, tags, failed, met, covered))
        of_cluster = condition_corrections.other_owner_remedy(denial, statement, failed, tags)
        if of_cluster is None:
            return contrast
        verdict = contrast.verdict.replace(" lacks it (", f" has {of_cluster[1]} instead (", 1)
        return contrast._replace(verdict=verdict, remedy=of_cluster[0])
    return _other_value(denial, statement, failed)


def _describe_match(statement: Mapping[str, Any]) -> str:
    """Return that only the condition of a statement does not match."""
    sid = shown_sid(statement)
    return _ONLY_CONDITION.replace(":", f" {sid}:") if sid else _ONLY_CONDITION


def _find_identity_contrast(denial: Denial, conditions: Sequence[CheckedCondition]) -> Contrast | None:
    """Return the contrast that a condition compares with the identity ID of Cognito, and the text has the sub of the user pool.

    https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html and
    https://docs.aws.amazon.com/cognito/latest/developerguide/attributes-for-access-control.html.
    """
    condition = next((each for each in conditions if _IDENTITY in each.values), None)
    text = denial.failure.text
    other = None if condition is None or _SUBJECT.search(text) else _USER_VALUE.search(text)
    if condition is None or not (other or _SUBJECT.search(text)):
        return None
    called = "the sub of the user pool" if other is None else other[0]
    found = {each[0] for each in _IDENTITY_ID.finditer(text)}
    identity = f", here {clip_text(found.pop())}" if len(found) == 1 else ""
    key = clip_text(condition.key)
    role = "the role" if denial.role is None else f"the role {clip_text(denial.role.name)}"
    remedy = your_remedy(
        f"Use the identity ID as the key, not {called}",
        f"{_IDENTITY} is the ID of the identity in the identity pool{identity}. Write and read items with it (getId, or identityId of the credentials). Items under the old key must be rewritten.",
        f"Or keep {called}: map it to a principal tag in the identity pool (attributes for access control), allow sts:TagSession in the trust policy of {role}, and compare {key} with ${{aws:PrincipalTag/TAG}}.",
        "Keep the condition: without it, every signed-in user can read the items of others.",
        url="https://docs.aws.amazon.com/cognito/latest/developerguide/attributes-for-access-control.html",
    )
    verdict = f"allows it only if {key} is the identity ID of the identity pool, and most likely the call has {called}"
    return Contrast(verdict, remedy, _ONLY_CONDITION)


def _wrong_key(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition, right: RightKey
) -> Contrast:
    """Return the contrast that a condition has a key that cannot match, with the corrected statement."""
    key, tag = clip_text(failed.key), right.name.partition("/")[2]
    found = (find_resource_tags(denial) or {}).get(tag) if right.of_request else None
    text = "The action and the resource match the statement: only the condition key is wrong."
    if found is not None:
        fits = " already" if found in failed.values else ""
        text += f" {clip_text(resource_name(denial))} has {clip_text(tag)} = {clip_text(found)}{fits}."
    changed = replace_key(statement, failed.operator, failed.key, right)
    title = f"Write {clip_text(right.name)} instead of {key} in {condition_corrections.describe_statement(denial, statement)}"
    step = f"Change the policy of {denial.caller}: replace the statement by this one."
    if right.of_request and (actions := limit_to_untagged(statement, denial.action or "")) is not None:
        changed["Action"] = actions
        title = f"Allow it in a second statement, with {clip_text(right.name)}"
        step = (
            f"Add it to the policy of {denial.caller}. The other statement stays for calls that pass the tag."
        )
    remedy = account_remedy(
        title,
        step,
        "Whoever can change the tags of a resource can then give itself this permission."
        if right.of_request
        else None,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    )
    fixed = condition_corrections.with_statement(remedy, denial, changed, is_copy=True)
    verdict = f"allows it only under a condition that is never met: {right.reason}"
    return Contrast(verdict, fixed, text, replaces_allow=True)


def find_wildcard_key(statement: Mapping[str, Any]) -> str | None:
    """Return the condition key of a statement that contains a wildcard, which IAM takes literally."""
    keys = (key for _, key, _ in iterate_conditions(statement))
    return next((key for key in keys if "*" in key), None)


def _wildcard_in_key(denial: Denial, statement: Mapping[str, Any], key: str) -> Contrast:
    """Return the contrast that a condition key with a wildcard matches nothing, with the key that the resource's tags suggest."""
    prefix, _, tag = key.partition("/")
    tags = find_resource_tags(denial) or {}
    alike = [each for each in tags if matches(each, compile_glob(tag))]
    whole = f"{prefix}/{alike[0]}" if len(alike) == 1 else None
    remedy = account_remedy(
        f"Name the whole condition key instead of {clip_text(key)}",
        "Wildcards have an effect only in the values of a condition, not in its key.",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html",
    )
    if whole is not None:
        named = change_conditions(
            statement, lambda each: each._replace(key=whole) if each.key == key else each
        )
        step = "Allow it in the same statement, without the wildcard, as below."
        remedy = condition_corrections.with_statement(
            attrs.evolve(remedy, steps=(*remedy.steps, step)), denial, named
        )
    found = "" if whole is None else f": {clip_text(resource_name(denial))} has {clip_text(alike[0])}"
    verdict = f"has the condition key {clip_text(key)}, whose wildcard is taken literally{found}"
    text = "The action and the resource match the statement; a condition key cannot contain a wildcard."
    return Contrast(verdict, remedy, text)


def _other_value(denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition) -> Contrast:
    """Return the contrast that the request has another value than the condition of a statement requires."""
    clause, key = describe_condition(failed.operator, failed.key, failed.values), clip_text(failed.key)
    requested = failed.requested or ()
    if (literal := _literal_value(denial, statement, failed)) is not None:
        return literal
    owner = "role" if is_boundary_of_existing(denial, failed.key) else "request"
    found = f"the {owner} has {join_values(requested)}" if requested else f"the {owner} has none"
    if failed.key.lower() == condition_corrections.PASSED_TO:
        found = f"the role is passed to {join_values(requested)}"
    elif failed.key.lower() == _PREFIX:
        found = f"the call lists {'the whole bucket' if requested == ('',) else join_values(requested)}"
    elif failed.key.lower() == _DELIMITER and not requested:
        found = "the call lists recursively, without a delimiter"
    text = _describe_match(statement)
    if failed.key.lower() == _DELIMITER:
        text += " aws s3 ls sends the delimiter /, but sync and --recursive send none."
    unlisted = condition_corrections.list_unlisted(failed)
    if records := explain_records(failed.key.lower(), unlisted, denial):
        text = f"{text} {records}"
    verdict = f"allows it only if {clause}, but {found}"
    is_list = failed.operator.rpartition(":")[2] in _LISTS
    if failed.operator.startswith("ForAllValues:") and is_list:
        listed = join_words(tuple(map(clip_text, unlisted)), "and")
        also = "also " if len(unlisted) < len(requested) else ""
        verdict = f"allows it with no other {key} than {join_values(failed.values)}, but the request {also}has {listed}"
        return Contrast(verdict, condition_corrections.change_value_remedy(denial, statement, failed), text)
    if (tag := resource_tags.rename_tag_remedy(denial, failed)) is not None:
        return Contrast(f"allows it only if {clause}, but {tag[0]}", tag[1], text)
    if (slashes := condition_corrections.correct_value_remedy(denial, statement, failed)) is not None:
        return Contrast(f"{verdict}, with one slash", slashes, text, replaces_allow=True)
    sent = only_one(requested)
    if failed.key.lower() == _PREFIX and sent is not None:
        # "2026" lists 20260101, too, so "2026/*" does not match it.
        folders = [each for each in failed.values if each.startswith(f"{sent}/") or not sent]
        if folders:
            bucket = resource_name(denial)
            return Contrast(verdict, list_prefix_remedy(denial.failure.text, bucket, folders[0], sent), text)
    if (failed.is_via or failed.key.lower() == _DELIMITER) and not requested:
        return Contrast(verdict, condition_corrections.drop_condition_remedy(denial, statement, failed), text)
    if not (requested and is_list) or condition_corrections.can_call_meet(denial, failed):
        return Contrast(verdict, condition_corrections.condition_remedy(denial, statement), text)
    return Contrast(verdict, condition_corrections.change_value_remedy(denial, statement, failed), text)


def _literal_value(denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition) -> Contrast | None:
    """Return the contrast that an operator takes the wildcards of the value literally that would match the request."""
    requested = failed.requested or ()
    fitting = [each for each in failed.values if any(matches(one, compile_glob(each)) for one in requested)]
    # Only a value with wildcards can match what it does not equal. One of nothing else would match everything.
    if not fitting or failed.is_met is not False or not set(fitting).isdisjoint(requested):
        return None
    if not any(each.strip("*?") for each in fitting):
        return None
    from iamtriage.explaining._rules.sts.trust.trust_documents import like_operator

    like, parsed = like_operator(failed.operator), parse_operator(like_operator(failed.operator))
    is_taken = failed.key in as_mapping(as_mapping(statement.get("Condition")).get(like))
    if like == failed.operator or "Not" in like or parsed is None or is_taken:
        return None
    if not evaluate_condition(
        parsed, [PolicyValue(each, compile_glob(each)) for each in failed.values], requested
    ):
        return None
    return Contrast(
        f"compares {clip_text(failed.key)} with {failed.operator}, which takes {clip_text(fitting[0])} literally, so it does not match {join_values(requested)}",
        condition_corrections.match_wildcards_remedy(denial, statement, failed, like),
        f"The action and the resource match the statement. {like} supports wildcards, {failed.operator} does not.",
    )


def describe_other_call(denial: Denial, statements: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what it shows that another call works, which requires the action that a policy has instead."""
    for each in list_similar(statements, denial.action or ""):
        service, _, name = each.partition(":")
        command = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
        said = re.compile(
            rf"\baws {service} {command}(?![\w-])|\b(?:{name}|{command.replace('-', '_')})(?=\(|[`\"' ])"
        )
        clause = find_working(denial.failure.text, said)
        if clause is not None and (found := said.search(clause)) is not None:
            return f"{found[0]} works because it requires {each}, which the policy has. It shows nothing about {denial.action}, which the program calls."
    return None


def lacks_other_side(denial: Denial, explanation: Explanation) -> bool:
    """Return whether a call to a resource of another account lacks the Allow of its policy, if the caller's policies allow it."""
    return bool(denial.crosses_accounts) and any(each.layer == "resource" for each in explanation.remedies)


def describe_star_only(action: str | None, statements: Sequence[Mapping[str, Any]]) -> str | None:
    """Return that only ``*`` as the resource allows an action, and others of the same statements, if AWS checks none for it."""
    known = find_action(action or "")
    if known is None or not known.only_wildcard:
        return None
    listed = {
        each.name: each
        for name in sorted(list_actions(statements))
        if (each := find_action(name)) is not None
    }
    names = dict.fromkeys((known.name, *(each.name for each in listed.values() if each.only_wildcard)))
    rest = " The other actions can keep theirs." if listed.keys() - names.keys() else ""
    regions = {each.split(":")[3] for each in allowed_resources(statements) if each.count(":") >= 5}
    region = commands.region(regions.pop()) if len(regions) == 1 else "REGION"
    them = "it" if len(names) == 1 else "them"
    limit = f" A condition on aws:RequestedRegion can limit {them} to {region}." if region != "REGION" else ""
    return f"AWS checks no resource for {join_words([*names], 'and')}: only a statement with the Resource * allows {them}.{rest}{limit}"
