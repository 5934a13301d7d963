"""Explain conditions on the tags of a resource that the denied request is only about to create.

A new resource has no tags yet, only the request has: aws:RequestTag instead of aws:ResourceTag. Tags in a call that
creates a resource need the action that tags, too, with the call as the key CreateAction:
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._rules.denials.statement_details import join_values
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.required_grants import required_statement
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_conditions, mapping
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.denials.request_conditions import CheckedCondition
    from iamtriage.explaining._rules.shared.denial import Denial

_TAGGING = frozenset({"ec2:createtags", "elasticloadbalancing:addtags"})
# The calls that create a resource with tags, by its type.
_CREATORS = {
    "targetgroup": "CreateTargetGroup",
    "loadbalancer": "CreateLoadBalancer",
    "listener": "CreateListener",
    "listener-rule": "CreateRule",
}
_RESOURCE_TAG, _REQUEST_TAG = ":resourcetag/", "aws:requesttag/"
_URLS = {
    "elasticloadbalancing": "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html",
    "ec2": "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html",
}


def describe_new_resource(
    denial: Denial, statement: Mapping[str, Any], failed: CheckedCondition
) -> tuple[str, Remedy, str]:
    """Return a verdict, a remedy and a cause for a condition on a tag that a new resource cannot have."""
    tag = clip_text(failed.key.partition("/")[2])
    value = "" if failed.operator == "Null" else f" = {join_values(failed.values)}"
    verdict = f"allows it only on a resource that already has the tag {tag}{value}, and this one is only being created"
    text = "A resource has no tags while it is created: only the request has them (aws:RequestTag)."
    steps = [
        f"Keep the statement for resources that exist. The new one requires the tag {tag} in the request."
    ]
    if denial.lowercase_action in _TAGGING:
        text += f" AWS checks {denial.action} for tags in the call that creates a resource, too. Policies from before it did so lack this statement: the policy is outdated, not the settings of the program."
        steps = [f"{steps[0]} CreateAction limits it to calls that create the resource."]
    lines: tuple[str, ...] = ()
    if denial.role is not None:
        name = f"Allow{(denial.action or '').partition(':')[2]}AtCreation"
        lines = (commands.put_policy(commands.role_name(denial.role.name), name),)
        steps.insert(0, f"Attach the policy, saved as policy.json, to {denial.caller}.")
    resources = as_strings(statement.get("Resource"))
    if denial.lowercase_action in _TAGGING and len(resources) > 1:
        steps.append(
            "Its Resource can be that of the statement in the policy, for the other types of resources."
        )
    remedy = account_remedy(
        f"Allow {denial.action} while the resource is created",
        *steps,
        commands=lines,
        url=_URLS.get(denial.service or ""),
    )
    added = required_statement(denial, _condition_for_new(denial, statement))
    if added is None:
        return verdict, remedy, text
    document = build_document([added])
    return verdict, attrs.evolve(remedy, policy=document, layer="identity"), text


def _condition_for_new(denial: Denial, statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return the condition of a statement with the tags of the request in place of those of the resource."""
    conditions: dict[str, Any] = json.loads(json.dumps(mapping(statement.get("Condition"))))
    for operator, key, _ in list(iterate_conditions(statement)):
        block = conditions[operator]
        if key.lower().startswith(_REQUEST_TAG):
            del block[key]
    for operator, key, _ in list(iterate_conditions(statement)):
        prefix, _, tag = key.partition("/")
        if f"{prefix.lower()}/".endswith(_RESOURCE_TAG):
            block = conditions[operator]
            block[f"aws:RequestTag/{tag}"] = block.pop(key)
    if denial.lowercase_action in _TAGGING:
        service = denial.service or ""
        creators = _creators(denial, statement)
        if creators:
            value = creators[0] if len(creators) == 1 else creators
            conditions["StringEquals"] = {
                f"{service}:CreateAction": value,
                **mapping(conditions.get("StringEquals")),
            }
    return {operator: block for operator, block in conditions.items() if block}


def _creators(denial: Denial, statement: Mapping[str, Any]) -> list[str]:
    """Return the calls that create the resources of a statement with tags."""
    if denial.service == "elasticloadbalancing":
        arns = [denial.resource or "", *as_strings(statement.get("Resource"))]
        types = dict.fromkeys(each.split(":", 5)[-1].partition("/")[0] for each in arns)
        return [_CREATORS[each] for each in types if each in _CREATORS]
    operation = denial.operation or ""
    return [operation] if operation and operation != "CreateTags" else []
