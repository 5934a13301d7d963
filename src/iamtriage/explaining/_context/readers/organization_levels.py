"""Find the levels of an organization whose attached service control policies a text lists, and what it says that one denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.values import Document

_TARGET = r"(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})"
_LISTS = lazy_pattern(
    rf"(?a)\blist-policies-for-target\b[^\n]{0, 400}?--target-id[ =][\"']?(?P<target>{_TARGET})?"
)
# Another type of policies, or a list that the caller did not get.
_OTHER_TYPE = lazy_pattern(r"--filter[ =][\"']?(?!SERVICE_CONTROL_POLICY\b)[A-Z_0-9]{4,60}\b")
_FAILED = lazy_pattern(r"\AAn error occurred \(|\bException\b|\berror:|\b[Uu]nable to locate credentials\b")
_LEVEL = lazy_pattern(rf"(?a)\W{{0,8}}(?P<target>{_TARGET})\W{{0,8}}")
_ID = lazy_pattern(
    r"(?a)(?<![\w-])(?P<id>p-[0-9A-Za-z_]{1,128})(?![\w-])(?:[ \t|]{1,20}(?P<name>[\w+=,.@-]{1,128}))?"
)
# In JSON, YAML, or the table of a single policy.
_NAME = lazy_pattern(
    r"\"Name\": ?\"(?P<json>[^\"\n]{1,128})\"|^[ \t]{0,8}Name: (?P<yaml>\S[^\n]{0,127})|^\|{1,8} {1,4}Name {1,40}\| {1,4}(?P<table>\S[^|\n]{0,127}?) {1,200}\|"
)
_PROFILE = lazy_pattern(r"(?a) --profile[ =][\"']?([\w.@/+-]{1,64})")
_COMMAND = lazy_pattern(r"\baws [a-z]")
# A loop of the shell over the levels, and how the response of each call begins.
_LOOP = lazy_pattern(
    rf"(?a)\bfor (?P<name>\w{{1,40}}) in (?P<targets>(?:[\"']?{_TARGET}[\"']?[ \t]{{1,4}}|\\\r?\n[ \t]{{0,20}}){{1,20}}?[\"']?{_TARGET}[\"']?)[ \t]{{0,4}}[;\n]"
)
_BEGINNING = lazy_pattern(
    r"\{\s{0,8}\Z|\{\"Policies\"|\[(?!\s{0,4}\"p-)|\|\s{0,80}ListPoliciesForTarget\s{0,80}\|"
)


def find_organization_profile(text: str) -> str | None:
    """Return the profile with which the commands of a text list the policies of an organization."""
    lines = (line for line in text.split("\n") if "list-policies-for-target" in line)
    return only_one({found[1] for line in lines if (found := _PROFILE.search(line))})


class Level(NamedTuple):
    """A level of an organization: its root, an organizational unit or an account.

    Attributes:
        target: Its ID.
        policies: The IDs of the attached service control policies, with their names.
    """

    target: str
    policies: dict[str, str]


def _find_loop(text: str, line: str) -> list[str]:
    """Return the targets of a loop in a text, if a command in a line is for each of them."""
    loop = _LOOP.search(text) if "$" in line else None
    if loop is None or re.search(rf"--target-id[ =]\"?\$\{{?{loop['name']}\b", line) is None:
        return []
    return re.findall(_TARGET, loop["targets"])


def find_levels(text: str) -> list[Level]:
    r"""Return the levels whose attached service control policies a text lists.

    >>> find_levels("$ aws organizations list-policies-for-target --target-id r-ab12 --filter X\np-FullAWSAccess\tFullAWSAccess")
    [Level(target='r-ab12', policies={'p-FullAWSAccess': 'FullAWSAccess'})]
    """
    levels: dict[str, dict[str, str]] = {}
    target, last, is_open = None, None, False
    of_loop: list[str] = []
    beginning = _BEGINNING
    lines = text.split("\n") if "list-policies-for-target" in text else []
    for at, line in enumerate(lines):
        if (lists := _LISTS.search(line)) is not None:
            target, is_open = lists["target"], _OTHER_TYPE.search(line) is None
            of_loop = _find_loop(text, line)
            # As text, one row for each target.
            rows = [each for each in lines[at + 1 : at + 3 + len(of_loop)] if each.strip() != "done"]
            has_id = [_ID.match(each) is not None for each in rows[: len(of_loop) + 1]]
            beginning = _ID if has_id.count(True) == len(of_loop) and all(has_id[:-1]) else _BEGINNING
            continue
        if _COMMAND.search(line):
            is_open = False
        elif is_open and _FAILED.search(line) is not None:
            levels.pop(target or "", None)
            is_open = False
        elif is_open and (level := _LEVEL.fullmatch(line)) is not None:
            target, of_loop = level["target"], []
        elif is_open and of_loop and beginning.match(line) is not None:
            target = of_loop.pop(0)
        if not is_open or target is None:
            continue
        named = levels.setdefault(target, {})
        for found in _ID.finditer(line):
            last = found["id"]
            named[last] = found["name"] or last
        if last in named and (name := _NAME.search(line)) is not None:
            named[last] = next(filter(None, name.groups()))
    return [Level(*each) for each in levels.items()]


_ACTION = r"[a-z][a-z0-9-]{1,30}:(?:[A-Z]\w{1,60}\*?|\*)"
_REGION_NAME = r"[`\"']?(?:[a-z]{2}|us-gov)-[a-z]{4,9}-[1-9][`\"']?"
# "Deny everything outside eu-central-1 and eu-west-1, NotAction: iam:*, sts:*"
_DENIED_REGIONS = lazy_pattern(
    rf"(?a)\b(?i:den(?:y|ies)|blocks?) (?i:everything|all(?: actions| calls| requests)?|(?:every|any) (?:action|call|request)) outside(?: of)?(?: the)?(?: [Rr]egions?)? (?P<regions>{_REGION_NAME}(?:(?:,? and |,? or |, ?| ?/ ?){_REGION_NAME}){{0,9}})"
    rf"(?:[^\n]{{0,60}}?\b(?:NotAction|(?i:except(?: for)?|exempt(?:s|ed|ing)?|exceptions?)):?[ ]?[\[`\"']{{0,2}}(?P<actions>{_ACTION}(?:[`\"']?(?:,? and |, ?| ?/ ?)[`\"']?{_ACTION}){{0,60}}))?"
)


def find_denied_regions(text: str, shown: Sequence[Document], name: str) -> Iterator[Document]:
    """Yield what a text says in words that a policy denies outside of some Regions, unless it shows a Deny."""
    for found in () if any(each.denies for each in shown) else find_said(text, _DENIED_REGIONS):
        exempt = re.findall(_ACTION, found["actions"] or "")
        regions = re.findall(r"[a-z]{2}[a-z-]{0,4}-[a-z]{4,9}-[1-9]", found["regions"])
        statement = {
            "Effect": "Deny",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions}},
        }
        statement |= {"NotAction": exempt} if exempt else {"Action": "*"}
        content = {"Version": "2012-10-17", "Statement": [statement]}
        yield Document(content, is_whole=False, name=name)
