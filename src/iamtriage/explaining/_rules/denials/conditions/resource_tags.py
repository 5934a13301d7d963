"""Explain conditions on the tags of a resource: one that lacks a tag, or that is only being created.

A new resource has no tags yet, only the request has: aws:RequestTag instead of aws:ResourceTag. Tags in a call that
creates a resource need the action that tags, too, with the call as the key CreateAction:
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.session_policies import CHARS_OF_CLUSTER
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions import condition_corrections, request_conditions
from iamtriage.explaining._rules.denials.conditions.requested_values import describe_source, find_variable
from iamtriage.explaining._rules.denials.statement_words import join_values
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies import policy_changes
from iamtriage.explaining._rules.shared.principals.principal_words import session_name
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_statement
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial
from iamtriage.policies._documents import build_document
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_conditions

# The commands that tag a resource, by service. Others support the Resource Groups Tagging API.
_TAG_COMMANDS = {
    "autoscaling": "aws autoscaling create-or-update-tags --region {region} --tags ResourceId={name},ResourceType=auto-scaling-group,Key={key},Value={value},PropagateAtLaunch=false",
    "ec2": "aws ec2 create-tags --region {region} --resources {name} --tags Key={key},Value={value}",
    "secretsmanager": "aws secretsmanager tag-resource --region {region} --secret-id {arn} --tags Key={key},Value={value}",
}
_TAG_RESOURCES = "aws resourcegroupstaggingapi tag-resources --region {region} --resource-arn-list {arn} --tags {key}={value}"
_PLAIN_TAG = lazy_pattern(r"[\w+.@:/-]{1,256}")
_MAX_TAGS = 4
_RESOURCE_TAG, _REQUEST_TAG = ":resourcetag", "aws:requesttag/"
_TAGGING = frozenset({"ec2:createtags", "elasticloadbalancing:addtags"})
# The calls that create a resource with tags, by its type.
_CREATORS = {
    "targetgroup": "CreateTargetGroup",
    "loadbalancer": "CreateLoadBalancer",
    "listener": "CreateListener",
    "listener-rule": "CreateRule",
}
# The tag of the resources of a cluster.
_CLUSTER_TAG = lazy_pattern(
    r"(?i)aws:(?:request|resource)tag/kubernetes\.io/cluster/(?P<cluster>[0-9A-Za-z][\w-]{0,99})"
)
_URLS = {
    "elasticloadbalancing": "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html",
    "ec2": "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html",
}


def find_other_cluster(denial: Denial, statement: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the cluster that a condition on a tag names, and the other one in which the calling controller runs.

    EKS Pod Identity puts the name into the session. A controller sets the tag of its own cluster.
    """
    tags = (_CLUSTER_TAG.fullmatch(key) for _, key, _ in iterate_conditions(statement))
    old = only_one({each["cluster"] for each in tags if each is not None})
    session, controller = session_name(denial.principal), find_controller(denial.failure.text)
    if old is None or controller is None or not session.startswith("eks-"):
        return None
    own, mark, _ = session.removeprefix("eks-").partition(
        f"-{controller.workload.rpartition('/')[2][:CHARS_OF_CLUSTER]}"
    )
    is_cut = len(own) >= CHARS_OF_CLUSTER
    return None if not (own and mark) or is_cut or own.lower() == old.lower() else (old, own)


def name_cluster_remedy(denial: Denial, statement: Mapping[str, Any], old: str, new: str) -> Remedy:
    """Return the remedy that lets a statement name the cluster of the calling controller instead of another one."""

    def change(each: policy_changes.Condition) -> policy_changes.Condition:
        key = f"{each.key[: -len(old)]}{new}" if _CLUSTER_TAG.fullmatch(each.key) else each.key
        return each._replace(key=key, value=new if each.value == old else each.value)

    remedy = account_remedy(
        f"Let the policy name the cluster {new} instead of {old}",
        f"The controller tags what it creates for its own cluster, so no tag has to be passed. Change every statement for {old} in this way, or add others if the role is for both clusters.",
        url=pages.EVALUATION,
    )
    return condition_corrections.with_statement(
        remedy, denial, policy_changes.change_conditions(statement, change)
    )


def _describe_no_resource(
    denial: Denial, failed: request_conditions.CheckedCondition
) -> tuple[str, Remedy, str]:
    """Return the sentence that an action concerns no resource, whose tags a condition could compare."""
    action, key = denial.action or "the action", clip_text(failed.key)
    name = commands.role_name(None if denial.role is None else denial.role.name)
    statement = required_statement(denial, {})
    remedy = account_remedy(
        f"Allow {action} without the condition on tags",
        "Add the statement, and keep the other one for actions on resources. Filters of the call limit what it returns, and a condition on aws:RequestedRegion the Region.",
        commands=commands.put_policy(name, policy_changes.inline_policy_name([statement]))
        if statement
        else None,
        url=pages.EVALUATION,
    )
    if statement is not None:
        remedy = attrs.evolve(remedy, policy=build_document([statement]), layer="identity")
    text = f"AWS checks no resource for {action}, so there are no tags to compare, and {key} matches no call."
    return (
        f"allows it only under a condition that it never meets: it concerns no resource, so it has no {key}",
        remedy,
        text,
    )


def describe_new_resource(
    denial: Denial, statement: Mapping[str, Any], failed: request_conditions.CheckedCondition
) -> tuple[str, Remedy, str]:
    """Return a verdict, a remedy and a cause for a condition on a tag that a new resource, or no resource, can have."""
    if request_conditions.concerns_no_resource(denial.action):
        return _describe_no_resource(denial, failed)
    tag = clip_text(failed.key.partition("/")[2])
    value = "" if failed.operator == "Null" else f" = {join_values(failed.values)}"
    verdict = f"allows it only on a resource that already has the tag {tag}{value}, and this one is only being created"
    of_request = f"{_REQUEST_TAG}{tag}".lower()
    excludes = ("Null", of_request, "true") in (
        (operator, key.lower(), *map(str.lower, values))
        for operator, key, values in iterate_conditions(statement)
    )
    text = "A resource has no tags while it is created: only the request has them (aws:RequestTag)."
    steps = [
        f"Keep the statement for resources that exist. The new one requires the tag {tag} in the request{', which the old one excludes' if excludes else ''}."
    ]
    if denial.lowercase_action in _TAGGING:
        since = "Since 2023, AWS checks" if denial.service == "elasticloadbalancing" else "AWS checks"
        text += f" {since} {denial.action} for tags in the call that creates a resource, too. Older policies lack this statement."
        steps = [f"{steps[0]} CreateAction limits it to calls that create the resource."]
    if (controller := find_controller_of_denial(denial.action or "", denial.failure)) is not None:
        steps.append(f"{upper_first(controller.name)} then retries automatically.")
    lines: tuple[str, ...] = ()
    if denial.role is not None:
        name = f"Allow{(denial.action or '').partition(':')[2]}AtCreation"
        lines = (commands.put_policy(commands.role_name(denial.role.name), name),)
        steps.insert(0, f"Attach the policy to {denial.caller}.")
    title = f"Allow {denial.action} while the resource is created"
    remedy = account_remedy(title, *steps, commands=lines, url=_URLS.get(denial.service or ""))
    added = required_statement(denial, _condition_for_new(denial, statement))
    if added is None:
        return verdict, remedy, text
    resources = as_strings(statement.get("Resource"))
    if denial.lowercase_action in _TAGGING and len(resources) > 1 and "*" not in resources:
        # The statement in the text covers each type of resource whose creation the condition names.
        added = {**added, "Resource": resources}
    return verdict, attrs.evolve(remedy, policy=build_document([added]), layer="identity"), text


def _condition_for_new(denial: Denial, statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the condition of a statement with the tags of the request in place of those of the resource."""

    def of_request(condition: policy_changes.Condition) -> policy_changes.Condition | None:
        prefix, _, tag = condition.key.partition("/")
        if condition.key.lower().startswith(_REQUEST_TAG):
            return None
        is_of_resource = prefix.lower().endswith(_RESOURCE_TAG)
        return condition._replace(key=f"aws:RequestTag/{tag}") if is_of_resource else condition

    conditions = as_mapping(policy_changes.change_conditions(statement, of_request).get("Condition"))
    if denial.lowercase_action in _TAGGING:
        service = denial.service or ""
        creators = _creators(denial, statement)
        if creators:
            value = creators[0] if len(creators) == 1 else creators
            equal = as_mapping(conditions.get("StringEquals"))
            conditions["StringEquals"] = {f"{service}:CreateAction": value, **equal}
    return conditions


def _creators(denial: Denial, statement: Mapping[str, Any]) -> list[str]:
    """Return the calls that create the resources of a statement with tags."""
    if denial.service == "elasticloadbalancing":
        arns = [denial.resource or "", *as_strings(statement.get("Resource"))]
        types = dict.fromkeys(each.split(":", 5)[-1].partition("/")[0] for each in arns)
        return [_CREATORS[each] for each in types if each in _CREATORS]
    operation = denial.operation or ""
    return [operation] if operation and operation != "CreateTags" else []


def describe_missing_tag(
    denial: Denial,
    statement: Mapping[str, Any],
    tags: Mapping[str, str],
    failed: request_conditions.CheckedCondition,
    met: Sequence[request_conditions.CheckedCondition],
    covered: Sequence[str],
) -> tuple[str, Remedy, str]:
    """Return a verdict, a remedy and a cause for a tag that a statement requires and a resource lacks.

    ``met`` are the other conditions on tags, and ``covered`` the resources of the statement.
    """
    name, values = request_conditions.resource_name(denial), failed.values
    prefix, _, key = failed.key.partition("/")
    path = "" if denial.resource_arn is None else denial.resource_arn.resource
    # The name of a secret can have slashes.
    shown = clip_text(path.removeprefix("secret:") if path.startswith("secret:") else name)
    tag = f"{clip_text(key)} = {join_values(values)}"
    listed = tuple(f"{clip_text(each)} = {clip_text(tags[each])}" for each in [*tags][:_MAX_TAGS])
    found = f"{shown} lacks it (its tags: {join_words(listed, 'and') or 'none'})"
    if key in tags:
        value = f"= {clip_text(tags[key])}" if tags[key] else "with an empty value"
        found = f"{shown} has {clip_text(key)} {value}"
    arn, lines = denial.resource_arn, tuple[str, ...]()
    types = {each.split(":", 5)[-1].partition("/")[0] for each in covered if "/" in each}
    others = sorted(types - {arn.resource.partition("/")[0]}) if arn else ()
    if arn is not None and all(map(_PLAIN_TAG.fullmatch, (key, values[0], name))):
        template = _TAG_COMMANDS.get(arn.service, _TAG_RESOURCES)
        region = commands.region(arn.region or denial.facts.region)
        line = template.format(region=region, arn=arn, name=name, key=key, value=values[0])
        lines = (commands.command(*line.split()),)
    same = next((each for each in tags if tags[each] in values and each != key), None)
    other = "a tag that it has" if same is None else f"{clip_text(prefix)}/{clip_text(same)}"
    title = f"Tag {shown} with {tag}"
    code = "Add the tag to the code that creates the resource, too."
    if others:
        code += f" The statement requires it of each {clip_text(join_words(others, 'and'))}, too."
    written = None
    set_in_text = same and re.compile(
        rf"(?<![\w/:.-])[\"']?{re.escape(same)}[\"']?\s?[:=]\s?[\"']?{re.escape(tags[same])}(?![\w/.-])[\"']?"
    ).search(denial.failure.text)
    if set_in_text:
        title = f"Where the text sets the tag, write {clip_text(key)} instead of {clip_text(same or '')}"
        code = "The keys differ, not the values. Apply the change: what is created then has the tag."
        lines, written = (), set_in_text[0].replace(same or "", key)
    pod = find_variable(json.dumps(statement))
    source = describe_source(pod, tags.get(key, ""), denial) if pod else None
    if source is not None:
        code += f" The new value replaces the old one: if other pods need that, they need a resource of their own. {f'Or {source[1]}.' if tags.get(key) else ''}".rstrip()
    build_remedy = your_remedy if source is None else owner_remedy
    remedy = build_remedy(
        title,
        code,
        "The condition keeps the namespaces and service accounts apart: do not remove it."
        if source is not None
        else "Or, if the resource has the right value, change the value in the policy's condition. Do not remove the condition."
        if key in tags
        else f"Or change the policy: require {other} in the condition instead, or allow the ARN of {shown} alone in a statement without it. Do not remove the condition.",
        commands=lines,
        manifest=written,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
    )
    text = "The action and the resource match the statement: only the tag does not."
    if met:
        fitting = join_words(
            [f"{clip_text(each.key.partition('/')[2])} = {join_values(each.values)}" for each in met], "and"
        )
        text = f"The action, the resource and the tag {fitting} match the statement: only {clip_text(key)} does not, and all must match."
    if source is not None:
        text = f"{text} {source[0]}"
    return f"allows it only on a resource with the tag {tag}, and {found}", remedy, text


def rename_tag_remedy(
    denial: Denial, failed: request_conditions.CheckedCondition
) -> tuple[str, Remedy] | None:
    """Return the tag of the request that a condition on another one most likely means, and how to write it."""
    prefix, _, tag = failed.key.partition("/")
    sent = request_conditions.find_sent_tags(denial) if prefix.lower() == "aws:requesttag" else None
    if failed.requested != () or not sent:
        return None
    alike = {_letters(each): each for each in sent}
    close = get_close_matches(_letters(tag), alike, n=1, cutoff=0.8)
    if not close:
        return None
    written = alike[close[0]]
    setting = re.compile(rf"[ \t\"'-]{{0,40}}{re.escape(written)}[\"']?\s?[:=].*")
    lines = {each.strip() for each in denial.failure.text.split("\n") if len(each) <= 120}
    line = only_one([each for each in lines if setting.fullmatch(each)])
    remedy = your_remedy(
        f"Write the tag {clip_text(tag)} instead of {clip_text(written)} in the request",
        "The policy can stay as it is: it requires this tag. Look for the other spelling in other calls, too.",
        manifest=None if line is None else line.replace(written, tag),
        manifest_language="text",
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html",
    )
    return f"the request has {clip_text(written)} instead", remedy


def _letters(tag: str) -> str:
    return re.sub(r"[^a-z0-9]", "", tag.lower())
