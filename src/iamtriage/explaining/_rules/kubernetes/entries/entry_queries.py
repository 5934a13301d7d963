"""Read the groups of an access entry that a command prints with ``--query``, in the formats of the AWS CLI."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.command_runs import CommandRun

NAME_OF_GROUP = lazy_pattern(r"[\w.:@/-]{1,100}")
# Lists of the formats table and yaml, with their names.
_NAME_IN_LIST = lazy_pattern(r"(?<=[ \"'])[\w.:@/][\w.:@/-]{0,99}")
_LISTS_IN_FORMATS = {
    "table": lazy_pattern(
        r"(?m)^\|{1,4} {1,400}(\w{1,40}) {1,400}\|{1,4}\n[|+-]{3,400}\n((?:\|{1,4} {1,4}[\w.:@/-]{1,100} {1,400}\|{1,4}(?:\n|\Z)){1,20})"
    ),
    "yaml": lazy_pattern(r"(?m)^ {0,8}(\w{1,40}):\n((?: {0,8}- [\w.:@/\"'-]{1,102}(?:\n|\Z)){1,20})"),
}


def read_query(run: CommandRun) -> tuple[str, list[str]] | None:
    """Return the principal and the groups of an access entry of which a command prints members with ``--query``."""
    query, stated = run.command.option("query"), run.command.option("principal-arn")
    if stated is None or query is None or "kubernetesGroups" not in query.value:
        return None
    if "An error occurred" in run.output:
        return None
    expression = query.value.removeprefix("accessEntry.")
    members = expression.strip("[]{}").split(",")
    at = next(index for index, each in enumerate(members) if "kubernetesGroups" in each)
    output = run.command.option("output")
    if output is not None and output.value in _LISTS_IN_FORMATS:
        lists = dict(_LISTS_IN_FORMATS[output.value].findall(run.output))
        names = _NAME_IN_LIST.findall(lists.get(members[at].partition(":")[0].strip(), ""))
        return (stated.value, names) if names else None
    # In text, no groups are None.
    words = [each for each in run.output.partition("\n")[0].split() if each != "None"]
    value: object = words if output is not None else None
    with suppress(ValueError, RecursionError):  # text
        value = json.JSONDecoder().raw_decode(run.output.strip())[0]
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get(members[at].partition(":")[0].strip())
    elif isinstance(value, list) and len(members) > 1:
        values = cast("list[object]", value)
        value = values[at] if len(values) == len(members) else None
    groups = [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else ["?"]
    return (stated.value, groups) if all(map(NAME_OF_GROUP.fullmatch, groups)) else None
