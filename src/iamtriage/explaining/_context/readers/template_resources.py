"""Read the resources of templates: CloudFormation, AWS SAM and the Serverless Framework, in YAML or JSON.

A text often has only a part of a template. Its syntax is that of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import find_closing_brace, line_start
from iamtriage.policies._readers.elements import as_mapping
from iamtriage.policies._readers.policy_yaml import parse_mapping

# A logical ID, and the type of the resource, which other attributes can precede.
_HEAD = lazy_pattern(
    r"(?<![\w.-])[\"']?(?P<id>[A-Za-z][A-Za-z0-9_]{0,254})[\"']?:\s{1,40}(?P<object>\{\s{0,40})?"
    r"(?:[\"']?(?:Condition|DeletionPolicy|DependsOn|UpdateReplacePolicy)[\"']?: [^\n]{1,120}\n[ \t]{1,40}){0,4}"
    r"[\"']?Type[\"']?:[ \t]{0,4}[\"']?(?P<type>(?:AWS|Custom)::[\w:@-]{2,80})"
)
_INDENT = lazy_pattern(r"(?m)^[ \t]*(?=[^\s#])")
# Nothing in it is special in a shell.
_VALUE = r"[\"']?{}[\"']?:[ \t]{{0,8}}[\"']?(?P<value>[\w+=,.@:/*-]{{1,400}}?)[\"']?(?=[\s,}}]|\Z)"
_MAX_TEXTS, _MAX_CHARS = 4, 8_000
# An event of a stack in one line, or a line of Terraform's log.
_EVENT = lazy_pattern(
    r"(?am)^(?=[^\n]{0,400}?(?<![A-Z_])(?P<status>(?:CREATE|UPDATE)_(?:IN_PROGRESS|COMPLETE|FAILED))\b)[^\n]{0,300}?\bAWS::[A-Z]\w{1,40}::\w{2,60}[^\n]{0,400}"
    r"|^[^\n]{0,60}?(?P<address>(?:module\.[\w.\[\]\"-]{1,100}\.)?aws_[a-z0-9_]{2,60}\.[\w-]{1,80}(?:\[[^\]\n]{1,60}\])?): (?:(?P<begun>Creating)\.\.\.|(?P<done>Creation complete))"
)
_POLICY = lazy_pattern(
    r"AWS::IAM::(?:ManagedPolicy|Policy|RolePolicy)\b|\baws_iam_(?:role_policy|role_policy_attachment)\."
)
_POLICY_TYPES = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")
_COLUMNS = lazy_pattern(r"[\s|]+")


@attrs.frozen(eq=False, slots=False)
class TemplateResource:
    """A resource of a template.

    Attributes:
        name: Its logical ID.
        type: Its type, such as ``"AWS::IAM::Role"``.
        start: Where its logical ID begins in the text.
        end: Where it ends in the text.
        body: Its attributes, as far as the text has them.
    """

    name: str
    type: str
    start: int
    end: int
    body: str

    @cached_property
    def properties(self) -> dict[str, Any]:
        """Its properties; none if they are not known."""
        try:
            found = json.loads(self.body) if self.body.startswith("{") else parse_mapping(self.body)
        except ValueError:
            return {}
        return as_mapping(found.get("Properties"))

    def text_of(self, key: str) -> str | None:
        """Return the first value of a key if it has only characters of names, ARNs and URLs, and is no reference."""
        found = re.search(_VALUE.format(re.escape(key)), self.body, re.ASCII)
        return None if found is None else found["value"]


def find_template_resources(text: str, *types: str) -> list[TemplateResource]:
    r"""Return the resources of some types, or of any type, in their order.

    >>> template = "  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: app\n  Other:\n"
    >>> [(each.name, each.text_of("RoleName"), each.properties) for each in find_template_resources(template)]
    [('AppRole', 'app', {'RoleName': 'app'})]
    """
    if "::" not in text or (types and not any(each in text for each in types)):
        return []
    return [each for each in _read_resources(text) if not types or each.type in types]


@lru_cache(maxsize=_MAX_TEXTS)
def _read_resources(text: str) -> Sequence[TemplateResource]:
    return list(_iterate_resources(text))


def _iterate_resources(text: str) -> Iterator[TemplateResource]:
    for found in _HEAD.finditer(text):
        if found["object"] is None:
            first, end = line_start(text, found.start("type")), _find_end(text, found)
        else:
            first = found.start("object")
            end = find_closing_brace(text, first + 1, first + _MAX_CHARS) + 1
        yield TemplateResource(found["id"], found["type"], found.start("id"), end, text[first:end])


def _find_end(text: str, head: re.Match[str]) -> int:
    """Return where the lines end that are further to the right than the logical ID."""
    column = head.start() - line_start(text, head.start())
    stop = min(len(text), head.end() + _MAX_CHARS)
    indents = _INDENT.finditer(text, head.end(), stop)
    return next((each.start() for each in indents if len(each[0]) <= column), stop)


def find_separate_policies(text: str, resource: str, action: str) -> list[str]:
    """Return the policies of roles in a template that allow an action, and that a resource of it does not wait for."""
    waiting = next((each for each in find_template_resources(text) if each.name == resource), None)
    return [
        each.name
        for each in find_template_resources(text, *_POLICY_TYPES)
        if waiting is not None and action in each.body and each.name not in waiting.body
    ]


def find_late_policies(text: str, resource: str) -> list[str]:
    r"""Return the policies of roles that were not created yet when a deployment tool began to create a resource.

    >>> log = "aws_iam_role_policy.a: Creating...\naws_lambda_event_source_mapping.b: Creating..."
    >>> find_late_policies(log, "aws_lambda_event_source_mapping.b")
    ['aws_iam_role_policy.a']
    """
    events = list(_iterate_events(text))
    of_resource = [status for name, status, _ in events if name == resource]
    if of_resource[:1] == ["FAILED"] and "IN_PROGRESS" in of_resource:
        # The console and the CLI print the newest event first.
        events.reverse()
    begun: dict[str, bool] = {}
    for name, status, is_policy in events:
        if name == resource:
            return [each for each, is_complete in begun.items() if not is_complete]
        if is_policy:
            begun[name] = status == "COMPLETE"
    return []


def _iterate_events(text: str) -> Iterator[tuple[str, str, bool]]:
    """Find the names of resources, their statuses, and whether they are policies of roles."""
    for found in _EVENT.finditer(text):
        is_policy = _POLICY.search(found[0]) is not None
        if found["address"]:
            yield found["address"], "COMPLETE" if found["done"] else "IN_PROGRESS", is_policy
            continue
        columns = _COLUMNS.split(found[0].strip())
        kind = next((at for at, each in enumerate(columns) if each.startswith("AWS::")), None)
        if kind is None:
            # Prose, such as "CREATE_FAILED: Name (AWS::Lambda::Function)".
            continue
        status = columns.index(found["status"]) if found["status"] in columns else kind
        # The name follows a type that follows the status, or precedes both.
        at = kind + 1 if status < kind and len(columns) > kind + 1 else min(status, kind) - 1
        if status != kind and at >= 0:
            yield columns[at], found["status"].partition("_")[2], is_policy
