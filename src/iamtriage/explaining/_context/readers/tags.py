"""Read the tags of a resource or principal from the output of the AWS CLI."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.structured.values import decode_at
from iamtriage._reading.vocabulary.services import service_name
from iamtriage.explaining._context.readers.command_lines import operation_of_command
from iamtriage.explaining._context.readers.command_runs import find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.failures._failures import Failure

# The resource of a tag, and the beginning of a list of tags: the output for several resources has several.
_RESOURCE = lazy_pattern(r"\"Resource(?:ARN|Arn|Id|Name)\"\s?:\s?\"([^\"\n]{1,400})\"")
_TAG_LIST = lazy_pattern(r"(?i)\"Tags?(?:Set|List)?\"\s?:\s?[\[{]\s*[{\"]|\]\s*,\s*\[\s*\{")
_SUFFIX = lazy_pattern(r"(?<!\A)-[A-Za-z0-9]{6}\Z")
_NONE = frozenset({"", "None", "[]", "{}"})
_PAIR = 2
_MAX_DEPTH = 6
_TAGGING_API = "resourcegroupstaggingapi"
# The tags of a request that a program written in Go logs, or that a record has.
_REQUEST_TAGS = lazy_pattern(r"(?:\bTags: ?|\"[tT]ags\"\s?:\s?)\[(?P<tags>[^\[\]]{1,4000})\]")
_MEMBERS = lazy_pattern(
    r"\b[kK]ey\"?\s?[:=]\s{0,4}\"?(?P<key>[^\"\n,]{1,128}?)\"?,\s{0,20}\"?[vV]alue\"?\s?[:=]\s{0,4}\"?(?P<value>[^\"\n,}]{0,256}?)\"?\s{0,20}(?:[,}\s]|\Z)"
)
_KEYS = lazy_pattern(r"\b[kK]ey\b|=(?=[^,\s]*=)")
_REQUEST_SIGN = lazy_pattern(
    r"\binput: ?&?\{?|\"requestParameters\"|\b[A-Z][a-z]\w{2,60}(?:Input|Request) ?\{"
)
_CHARS_OF_REQUEST = 4_000
# The resources that a launch creates, and what an option of the AWS CLI tags.
_CREATED = lazy_pattern(r":ec2:[^:]*:[^:]*:(fleet|instance|network-interface|spot-instances-request|volume)/")
_SPECIFIED = lazy_pattern(
    r"ResourceType=(?P<type>[a-z-]{3,40}),Tags=\[(?P<tags>(?:\{Key=[^{},=\s]{1,128},Value=[^{},]{0,256}\},?){1,20})\]"
)
# Calls for which only an option or a template sets tags.
_TAGGING = frozenset({"runinstances", "createvolume", "createsnapshot"})
_MORE_TAGS = lazy_pattern(r" --(?:launch-template|cli-input)\b")
_UNREAD = lazy_pattern(r"[$<>…]|\.\.\.")


def find_tags(failure: Failure, service: str, name: str) -> dict[str, str] | None:
    """Return the tags that a command printed of a service's resource, ``None`` without such an output."""
    if "tag" not in failure.text and "Tag" not in failure.text:
        return None
    names = re.escape(name)
    if service == "secretsmanager" and (suffix := _SUFFIX.search(name)) is not None:
        # Commands usually have the name of a secret, without what AWS adds to it in the ARN.
        names = f"{re.escape(name[: suffix.start()])}(?:{suffix[0]})?"
    whole = re.compile(rf"(?<![\w-]){names}(?![\w-])")
    for run in find_runs(failure):
        if _prints_tags(run.command, service) and whole.search(run.command.text):
            return _read_tags(run.output.strip())
    return None


def find_request_tags(failure: Failure, command: CommandLine | None) -> dict[str, str] | None:
    """Return the tags in the last request that the text shows before a failure, ``None`` if it shows no tags."""
    if command is not None and command.option("tag-specifications") is not None:
        return _find_specified(failure, command)
    called = operation_of_command(command)
    if command is not None and called is not None and called[0] == "ec2" and called[1] in _TAGGING:
        is_whole = _MORE_TAGS.search(command.text) is None is _UNREAD.search(command.text)
        # Only a template can replace the image.
        is_whole = is_whole and (called[1] != "runinstances" or command.option("image-id") is not None)
        return {} if is_whole and (failure.action or "").lower() == f"ec2:{called[1]}" else None
    if command is not None and command.option("tags") is not None:
        words: str | None = command.text.partition("--tags")[2].partition(" --")[0]
    else:
        before = failure.text[max(failure.span[0] - _CHARS_OF_REQUEST, 0) : failure.span[1]]
        found = [
            each for each in _REQUEST_TAGS.finditer(before) if _REQUEST_SIGN.search(before, 0, each.start())
        ]
        words = found[-1]["tags"] if found else None
    tags = [(each["key"], each["value"]) for each in _MEMBERS.finditer(words or "")]
    # A form that is not known can have more tags.
    return dict(tags) if words and len(tags) == len(_KEYS.findall(words)) > 0 else None


def _find_specified(failure: Failure, command: CommandLine) -> dict[str, str] | None:
    """Return the tags that a command of EC2 sets for the resource of a failure, ``None`` if it can set others."""
    resource = _CREATED.search(failure.resource or "")
    # If the option is given twice, only the last one is used. A launch template has tags, too.
    words = command.text.rpartition("--tag-specifications")[2].partition(" --")[0]
    listed = {each["type"]: each["tags"] for each in _SPECIFIED.finditer(words)}
    is_whole = len(listed) == words.count("ResourceType") > 0 and not _MORE_TAGS.search(command.text)
    if (
        resource is None
        or not is_whole
        or failure.text.count("ResourceType=") > command.text.count("ResourceType=")
    ):
        return None
    return {each["key"]: each["value"] for each in _MEMBERS.finditer(listed.get(resource[1], ""))}


def _prints_tags(command: CommandLine, service: str) -> bool:
    """Return whether a command prints tags of a service's resources. Others set tags, or filter by them."""
    called = operation_of_command(command)
    if called is None:
        return False
    is_tagging_api = called[0] == _TAGGING_API
    if service_name(called[0]) != service and not (is_tagging_api and f":{service}:" in command.text):
        return False
    query = command.option("query")
    printed = called[1] if query is None else f"{called[1]} {query.value.lower()}"
    return called[1].startswith(("list", "describe", "get")) and (is_tagging_api or "tag" in printed)


def _read_tags(output: str) -> dict[str, str] | None:
    if output in _NONE:
        return {}
    if len(set(_RESOURCE.findall(output))) > 1 or len(_TAG_LIST.findall(output)) > 1:
        return None
    document, _ = decode_at(output, 0)
    pairs = list(dict.fromkeys(_iterate_pairs(document)))
    # The output for several resources has several values of a tag.
    return dict(pairs) if document is not None and len(dict(pairs)) == len(pairs) else None


def _iterate_pairs(value: object, depth: int = 0, *, is_tags: bool = True) -> Iterator[tuple[str, str]]:
    """Yield the tags of a JSON document: pairs of names and values, or an object of them that is named tags."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        items = cast("Sequence[object]", value)
        if len(items) == _PAIR and all(isinstance(each, str) for each in items):
            yield cast("tuple[str, str]", tuple(items))
            return
        for each in items:
            yield from _iterate_pairs(each, depth + 1, is_tags=False)
    elif isinstance(value, dict):
        members = cast("Mapping[str, object]", value)
        lower = {key.lower().removeprefix("tag"): each for key, each in members.items()}
        key, tag = lower.get("key"), lower.get("value")
        if isinstance(key, str) and isinstance(tag, str | int):
            yield key, str(tag)
        elif is_tags and all(isinstance(each, str | int) for each in members.values()):
            yield from ((name, str(each)) for name, each in members.items())
        else:
            for name, each in members.items():
                yield from _iterate_pairs(each, depth + 1, is_tags="tag" in name.lower())
