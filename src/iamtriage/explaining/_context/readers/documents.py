"""Find the documents that a text contains: policies, token claims, decoded messages and aws-auth ConfigMaps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.structured.values import decode_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.policies._readers.elements import as_mapping, as_strings

_MAX_DOCUMENTS = 8
# Members that identify the kind of a document. The object's opening brace is one of those before the member.
_MEMBERS = (
    '"Statement"', '"Effect"', '"iss"', '"allowed"', '"evaluations"', '"DecodedMessage"', '"explicitDeny"', '"matchedStatements"',
    '"statementId"',
)  # fmt: skip
# Members of a statement without its braces. A condition has braces of its own, and would be missing.
_BARE_STATEMENT = lazy_pattern(
    r"(?:\"(?:Sid|Effect|(?:Not)?(?:Action|Resource|Principal)|Condition)\"\s{0,8}:\s{0,20}(?:\"[^\"\n]{0,600}\"|\[[^\[\]{}]{0,4000}\]"
    r"|\{(?:[^{}]{1,1000}+|\{[^{}]{0,2000}+\}){1,20}+\}),?\s{0,40}){2,7}+(?![\"}])"
)
# Nothing else has these members, or "allowed" with a context.
_OF_DECODED = frozenset({"context", "explicitDeny", "matchedStatements"})
_OF_REQUEST = frozenset({"action", "conditions", "principal", "resource"})
# In a decoded message, each is an object with the only member "items".
_LISTS = frozenset(
    {"matchedStatements", "conditions", "values", "principals", "principalGroups", "actions", "resources"}
)
_COMMAND = "aws iam get-"
# What stands for the other members of an object.
_LEFT_OUT = lazy_pattern(r",\s{0,8}(?:\"?(?:\.\.\.|…)\"?)\s{0,8}(?=\})")
# A policy as a string of JSON, as commands for queues, topics, buckets, repositories and secrets print it, also in a list.
_POLICY_STRING = lazy_pattern(
    r"(?:\"(?:Resource)?(?i:policy)(?:Text|_?[Dd]ocument|InJson)?\"\s?:\s?|[\[,]\s{0,40})(?P<string>\"\{(?:[^\"\\]|\\.){10,20000}\")"
)
_ACTION = lazy_pattern(r"[a-z][a-z0-9-]{1,30}:[A-Za-z*]{1,80}")
_CHARS_BEFORE = 80
_DENIES = lazy_pattern(r"(?i:\b(?:den(?:y|ies)|blocks?|forbids?|rejects?|SCPs?|boundary|not allowed)\b)")
_MAX_BRACES = 4
_EFFECT_AND_ACTION = 2
_MAX_DISTANCE = 4_000
_ENTRY = lazy_pattern(
    r"(?am)^(?P<start>\s{0,40}(?:- )?(?:\{ ?)?[\"']?(?P<field>rolearn|userarn)[\"']?(?:: ?| {0,20}= {0,4}(?=\"))[\"']?)(?P<arn>arn:[^\s\"',}]{1,700})(?P<end>[\"']?)"
)
_INLINE_ENTRY = lazy_pattern(
    r"(?a)(?P<start>[\"'](?P<field>rolearn|userarn)[\"']: ?[\"'])(?P<arn>arn:[^\s\"']{1,700})(?P<end>[\"'])"
)
# What eksctl get iamidentitymapping prints.
_TABLE = lazy_pattern(r"(?m)^ARN[ \t]{1,200}USERNAME[ \t]{1,80}GROUPS\b")
_ROW = lazy_pattern(
    r"(?am)^[ \t]{0,8}(?P<arn>arn:[a-z-]{3,20}:(?:iam|sts)::\d{12}:[\w+=,.@/-]{1,700})[ \t]{1,80}(?P<username>\S{1,200})(?:[ \t]{1,80}(?P<groups>\S{1,400}))?"
)
# The command that somebody ran to write an entry.
_CREATED = lazy_pattern(
    r"(?m)(?:^[ \t]{0,8}(?:[^\n]{0,80}[$#>%❯] )?|\b(?:did|executed|ran|used|with) [`\"']?)eksctl create iamidentitymapping\b(?P<options>(?:[^\n\\`]|\\\r?\n){1,1000})"
)
_OPTION = lazy_pattern(r"--(?P<name>arn|username|group)[ =][\"']?(?P<value>[^\s\"'\\]{1,700})")
# A map in a string of JSON.
_JSON_LINE = lazy_pattern(r"\\n|(?<=:\")(?=- )|(?<=: \")(?=- )")
_LIST = lazy_pattern(r"\b(map(?:Role|User)s)[\"']?\s?[:=]")
_USERNAME = lazy_pattern(
    r"\busername[\"']?(?:: ?| {0,20}= {0,4})[\"']?((?:\{\{\w{1,30}\}\}|[^\n\"',}]){1,200})"
)
# As a block, and as a list in brackets.
_GROUPS = lazy_pattern(
    r"\bgroups[\"']?:(?P<block>(?:[ \t]{0,8}\r?\n[ \t]{0,40}- [\"']?[\w.:@/-]{1,100}(?<!:)[\"']?(?=\s|$)){1,20})"
    r"|\bgroups[\"']?(?:: ?| {0,20}= {0,4})\[(?P<list>[^\]]{1,800})\]"
)
_GROUP = lazy_pattern(r"[\w.:@/][\w.:@/-]{0,99}")
_ITEM = lazy_pattern(r"\n(?P<margin>[ \t]{0,40})- (?P<quote>[\"']?)(?P<group>[\w.:@/][\w.:@/-]{0,99})")
_CHARS_OF_ENTRY = 400


class FoundDocument(NamedTuple):
    """A JSON object in a text.

    Attributes:
        member: The member that identifies its kind.
        content: The object.
        start: Where it starts in the text.
        end: Where it ends.
        is_joined: Whether it consists of statements without the policy around them.
    """

    member: str
    content: Mapping[str, Any]
    start: int
    end: int
    is_joined: bool = False


def find_documents(text: str) -> Iterator[FoundDocument]:
    """Yield the JSON objects in a text that are a known document.

    Statements without the policy around them are one policy, unless a command is between them.
    """
    for found in islice(_POLICY_STRING.finditer(text), _MAX_DOCUMENTS) if '\\"Statement' in text else ():
        try:
            content = json.loads(json.loads(found["string"]))
        except (ValueError, RecursionError):
            continue
        if isinstance(content, dict) and "Statement" in content:
            yield FoundDocument(
                "Statement", cast("Mapping[str, Any]", content), found.start("string"), found.end()
            )
    statements: list[FoundDocument] = []
    policies: list[tuple[int, int]] = []
    count = 0
    for member in _MEMBERS:
        at = text.find(member)
        name, done = member.strip('"'), 0
        while at != -1 and count < _MAX_DOCUMENTS:
            if at >= done and not (name == "Effect" and any(start < at < end for start, end in policies)):
                count += 1
                document = _object_around(text, at, done)
                if document is None and name == "iss":
                    document = _find_shortened_claims(text, at, done)
                if document is None and name == "Effect":
                    document = _bare_statement_around(text, at, done)
                if document is not None and name in document.content:
                    document = document._replace(member=name)
                    done = document.end
                    if name == "Effect":
                        statements.append(document)
                    else:
                        yield document
                    if name == "Statement":
                        policies.append((at, done))
            at = text.find(member, at + 1)
    if not statements and '"Resource"' in text and "Effect" not in text:
        statements.extend(_find_bare_allows(text))
    while statements:
        # The next command prints another policy, and each statement of a resource-based one has a principal.
        end = next(
            (
                at
                for at in range(1, len(statements))
                if _COMMAND in text[statements[at - 1].end : statements[at].start]
                or _has_principal(statements[at - 1]) is not _has_principal(statements[at])
            ),
            len(statements),
        )
        policy, statements = statements[:end], statements[end:]
        joined = {"Version": "2012-10-17", "Statement": [each.content for each in policy]}
        yield FoundDocument("Statement", joined, policy[0].start, policy[-1].end, is_joined=True)


def _has_principal(statement: FoundDocument) -> bool:
    return not statement.content.keys().isdisjoint(("Principal", "NotPrincipal"))


def _object_around(text: str, at: int, start: int) -> FoundDocument | None:
    """Return the innermost JSON object at a position."""
    brace = at
    for _ in range(_MAX_BRACES):
        brace = text.rfind("{", max(start, at - _MAX_DISTANCE), brace)
        if brace == -1:
            return None
        found, end = decode_at(text, brace)
        if end > at and isinstance(found, dict):
            return FoundDocument("", cast("Mapping[str, Any]", found), brace, end)
    return None


def _find_shortened_claims(text: str, at: int, start: int) -> FoundDocument | None:
    """Return the claims of a token from which others were left out, if those that a trust policy compares are there."""
    low, high = max(start, at - _MAX_DISTANCE), at + _MAX_DISTANCE
    whole = _LEFT_OUT.sub(lambda found: " " * len(found[0]), text[low:high])
    found = _object_around(whole, at - low, 0)
    if found is None or not {"aud", "sub"} <= found.content.keys():
        return None
    return found._replace(start=found.start + low, end=found.end + low)


def _bare_statement_around(text: str, at: int, start: int) -> FoundDocument | None:
    """Return the statement whose members are at a position, if its braces are missing."""
    found = _BARE_STATEMENT.finditer(text, max(start, at - _MAX_DISTANCE), at + _MAX_DISTANCE)
    members = next((each for each in found if each.start() <= at < each.end()), None)
    if members is None or text[: members.start()].rstrip().endswith(("{", "},")):
        return None
    content = decode_members(members[0])
    return FoundDocument("", content, *members.span()) if len(content) > _EFFECT_AND_ACTION else None


def decode_members(words: str) -> dict[str, Any]:
    """Return the object that has the members in words, which can end with a comma; an empty one if they are invalid."""
    content, _ = decode_at(f"{{{words.rstrip().rstrip(',')}}}", 0)
    return as_mapping(content)


def name_documents(documents: Iterable[FoundDocument]) -> dict[str, Any]:
    """Return the first claims, decoded message and authorization details of a text by their names as facts."""
    documents = tuple(documents)
    values = dict[str, Any]()
    for found in documents:
        if found.member == "iss" and "sub" in found.content:
            values.setdefault("token_claims", found.content)
        elif found.member == "evaluations":
            values.setdefault("authorization_details", found.content)
    return {**values, "decoded_message": _find_decoded_message(documents)}


def _find_decoded_message(documents: Iterable[FoundDocument]) -> Mapping[str, Any] | None:
    """Return the first decoded message among the documents of a text, in the form of STS.

    People print what matters with jq: members of the context outside of it, or only the statements.
    """
    statements = list[object]()
    for each in documents:
        content = each.content
        if each.member == "DecodedMessage":
            return content
        if each.member in {"allowed", "explicitDeny", "matchedStatements"} and _OF_DECODED & content.keys():
            context = {name: content[name] for name in sorted(_OF_REQUEST & content.keys())}
            return as_mapping(_complete({"context": context, **content}))
        if each.member == "statementId" and "effect" in content:
            statements.append(content)
    return as_mapping(_complete({"matchedStatements": statements})) if statements else None


def _complete(value: object) -> object:
    """Return a part of a message with the objects around its items and values that a filter has removed.

    >>> _complete({"actions": ["ec2:RunInstances"]})
    {'actions': {'items': [{'value': 'ec2:RunInstances'}]}}
    """
    if isinstance(value, list):
        return [_complete(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    completed = dict[str, object]()
    for name, member in cast("dict[str, object]", value).items():
        if name in _LISTS and isinstance(member, list):
            listed = cast("list[object]", member)
            items = [{"value": each} if isinstance(each, str) else _complete(each) for each in listed]
            completed[name] = {"items": items}
        else:
            completed[name] = _complete(member)
    return completed


def _find_bare_allows(text: str) -> Iterator[FoundDocument]:
    r"""Yield the statements of which people quote only the actions and the resource.

    >>> [each.content["Effect"] for each in _find_bare_allows('policy: "Action": ["s3:GetObject"], "Resource": "*"\n')]
    ['Allow']
    """
    for found in islice(_BARE_STATEMENT.finditer(text), _MAX_DOCUMENTS):
        content = decode_members(found[0])
        before = text[max(found.start() - _CHARS_BEFORE, 0) : found.start()].rpartition("\n\n")[2]
        actions = as_strings(content.get("Action"))
        is_allow = "Resource" in content and bool(actions) and _DENIES.search(before) is None
        if is_allow and all(_ACTION.fullmatch(each) for each in actions):
            yield FoundDocument("", {"Effect": "Allow", **content}, *found.span())


def _find_created(text: str) -> Iterator[MappingEntry]:
    """Yield the entries that commands of eksctl in a text write."""
    for found in _CREATED.finditer(text):
        options = [(each["name"], each["value"]) for each in _OPTION.finditer(found["options"])]
        values = dict(options)
        if (arn := values.get("arn", "")).startswith("arn:"):
            groups = (value for name, value in options if name == "group")
            yield _build_entry(arn, values.get("username"), groups)


def _build_entry(arn: str, username: str | None, groups: Iterable[str]) -> MappingEntry:
    """Return an entry that is not shown as YAML: eksctl chooses the field by the ARN, and a session is of a role."""
    is_role = ":user/" not in arn
    return MappingEntry(
        arn, username, is_role, (f"- {'role' if is_role else 'user'}arn: ", ""), tuple(groups)
    )


def find_mappings(text: str) -> Iterator[MappingEntry]:
    """Yield the entries of an ``aws-auth`` ConfigMap that a text contains.

    >>> [each.arn for each in find_mappings("- rolearn: arn:aws:iam::111122223333:role/team/app")]
    ['arn:aws:iam::111122223333:role/team/app']
    """
    if "GROUPS" in text and (table := _TABLE.search(text)) is not None:
        for row in _ROW.finditer(text, table.end()):
            yield _build_entry(row["arn"], row["username"], filter(None, (row["groups"] or "").split(",")))
    if "create iamidentitymapping" in text:
        yield from _find_created(text)
    if "rolearn" not in text and "userarn" not in text:
        return
    if "\\n" in text and _ENTRY.search(text) is None:
        text = _JSON_LINE.sub("\n", text)
    entries = list(_ENTRY.finditer(text)) or list(_INLINE_ENTRY.finditer(text))
    ends = [*(each.start() for each in entries[1:]), len(text)]
    previous = 0
    listed = None
    for entry, next_start in zip(entries, ends, strict=False):
        is_role = entry["field"] == "rolearn"
        for heading in _LIST.finditer(text, previous, entry.start()):
            listed = heading[1]
        around = (entry["start"].rpartition("\n")[2].replace("{", ""), entry["end"])
        if around[0].startswith(" ") and around[0].endswith('": "'):
            around = (f"- {entry['field']}: ", "")  # what eksctl prints as JSON is YAML in the map
        end = min(entry.end() + _CHARS_OF_ENTRY, next_start)
        username = _USERNAME.search(text, entry.end(), end)
        yield MappingEntry(
            entry["arn"],
            username[1].strip() if username else None,
            is_role=is_role,
            around=around,
            groups=_find_groups(text, entry, max(previous, entry.start() - _CHARS_OF_ENTRY), end),
            wrong_list=listed if listed == ("mapUsers" if is_role else "mapRoles") else None,
        )
        previous = entry.end()


def _find_groups(text: str, entry: re.Match[str], start: int, end: int) -> tuple[str, ...]:
    """Return the groups of an entry, which precede the ARN if the entry does not begin with it."""
    begins_entry = any(each in entry["start"] for each in ("- ", "{")) or text[: entry.start()].rstrip(
        " \"'\r\n"
    ).endswith("{")
    found = list(_GROUPS.finditer(text, *((entry.end(), end) if begins_entry else (start, entry.start()))))
    if not found:
        return ()
    groups = found[0 if begins_entry else -1]
    if groups["list"]:
        return tuple(_GROUP.findall(groups["list"]))
    items: list[str] = []
    margin = None
    for item in _ITEM.finditer(groups["block"]):
        margin = item["margin"] if margin is None else margin
        if items and len(item["margin"]) > len(margin) and not item["quote"]:
            # YAML continues the item before.
            items[-1] += f" - {item['group']}"
        else:
            items.append(item["group"])
    return tuple(items)
