"""Find which prefix and delimiter a call sends that lists a bucket, and how to list less.

Of the AWS CLI, only ``s3 ls`` sends a delimiter: what copies, deletes or compares a folder lists everything below it, and
``sync`` ends the prefix with a slash (https://github.com/aws/aws-cli ``awscli/customizations/s3``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.listing_calls import find_listing_call
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import CommandLine

# Terraform's S3 backend lists workspaces: https://developer.hashicorp.com/terraform/language/backend/s3
_LISTS_WORKSPACES = "existing workspaces"
_WORKSPACES = lazy_pattern(
    r"(?: with prefix |\bworkspace_key_prefix\s{0,20}=\s{0,4})\"(?P<prefix>[^\"\n]{1,300}?)/?\""
)
_URI = lazy_pattern(r"s3://(?P<bucket>[a-z0-9.-]{3,63})/?(?P<prefix>.{0,1024})")
_FOLDER = lazy_pattern(r"[\w./=+-]{1,200}", re.ASCII)
_OF_FOLDERS = frozenset({"cp", "mv", "rm"})


class Listing(NamedTuple):
    """What a call lists: values of the request, empty if it sends none, ``None`` if unknown."""

    prefix: tuple[str, ...]
    delimiter: tuple[str, ...] | None = None


def find_listing(text: str, command: CommandLine | None, bucket: str) -> Listing | None:
    """Return what a call lists, if the text shows it. The prefix of a whole bucket is empty."""
    if _LISTS_WORKSPACES in text:
        found = _WORKSPACES.search(text)
        return Listing((f"{found['prefix'] if found is not None else 'env:'}/",))
    if command is None or command.program != "aws" or len(command.words) < 2:
        call = find_listing_call(text)
        if call is None or call.prefix is None or call.bucket not in {None, bucket}:
            return None
        return Listing((call.prefix,), None if call.has_delimiter else ())
    if command.words[0] == "s3api":
        prefix, delimiter = command.option("prefix"), command.option("delimiter")
        return Listing((prefix.value if prefix else "",), (delimiter.value,) if delimiter else ())
    called = command.words[1]
    is_recursive = called == "sync" or "recursive" in dict(command.options)
    if command.words[0] != "s3" or not (
        called == "ls" or (is_recursive and called in {"sync", *_OF_FOLDERS})
    ):
        return None
    uris = [found for each in command.words[2:] if (found := _URI.fullmatch(each)) is not None]
    uri = next((each for each in uris if each["bucket"] == bucket), uris[0] if len(uris) == 1 else None)
    if uri is None:
        return None
    is_folder = called == "sync" and uri["prefix"] and not uri["prefix"].endswith("/")
    return Listing((f"{uri['prefix']}{'/' * bool(is_folder)}",), () if is_recursive else ("/",))


def list_prefix_remedy(text: str, bucket: str, pattern: str) -> Remedy:
    """Return how to list only what the condition of a policy on the prefix allows."""
    folder = pattern.rstrip("*")
    call = find_listing_call(text) if _FOLDER.fullmatch(folder) else None
    if call is not None:
        return your_remedy(
            f"Pass the prefix {clip_text(folder)} in the call, as the policy requires",
            "Without Prefix, the call lists the whole bucket: a filter in the code comes too late. The policy can stay as it is.",
            manifest=call.with_prefix(folder),
            manifest_language="text",
            url=pages.EVALUATION,
        )
    line = commands.command("aws", "s3", "ls", f"s3://{bucket}/{folder}")
    return your_remedy(
        f"List below {clip_text(folder)}, which the policy allows",
        "Without a prefix, the call lists the whole bucket. Only if that is intended, let the condition accept an empty prefix, too.",
        commands=line if folder and "$" not in folder else None,
        url=pages.EVALUATION,
    )
