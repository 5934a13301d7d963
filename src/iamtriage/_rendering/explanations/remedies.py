"""Build the blocks of a whole remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Code, Heading, Items, Link, Paragraph
from iamtriage._rendering.explanations.command_blocks import (
    command_blocks,
    document_codes,
    find_saved_file,
    paragraphs_of,
    place_documents,
    place_manifest,
)
from iamtriage._rendering.explanations.command_names import name_commands
from iamtriage._rendering.explanations.parts import row_label
from iamtriage._rendering.explanations.replacements import replace_note
from iamtriage._rendering.explanations.steps_and_commands import (
    follow_up_blocks,
    is_attachment,
    split_follow_ups,
)
from iamtriage._rendering.labels import Labelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import RemedyParts

__all__ = (
    "expires",
    "has_next",
    "has_own_page",
    "is_brief",
    "next_blocks",
    "remedy_blocks",
    "remedy_content",
)

# A second remedy with more commands is not shown in full: a long answer is not read.
_MAX_NEXT_COMMANDS = 2
# The start of the title of a remedy that changes nothing.
_CHECKS = ("Check that ", "Find ", "List ")
_COMMAND_IN_TITLE = lazy_pattern(r" \(aws [^()]{1,200}\)| with kubectl auth can-i .{1,999}")
_EXPIRING = "Get all details within "
# Pages on policies, credentials or errors in general. The steps and commands say what to do.
_GENERAL_PAGES = (
    "/AmazonS3/latest/API/ErrorResponses.html", "/access_policies_manage-attach-detach.html",
    "/cli-chap-authentication.html", "/eks/latest/userguide/troubleshooting.html",
    "/general/latest/gr/Welcome.html", "/id_credentials_temp.html", "/id_roles_update-role-trust-policy.html",
    "/reference_policies_evaluation-logic.html", "/troubleshoot_access-denied.html",
    "/troubleshoot_policies.html",
)  # fmt: skip
# In columns.
_DOCUMENT_WIDTH = 92


def remedy_blocks(remedy: RemedyParts) -> Iterator[Block]:
    """Yield the blocks of a remedy, with all of its documents and commands.

    Args:
        remedy: The remedy.
    """
    yield Heading(_title_before_commands(remedy), 3, (remedy.who,))
    yield from remedy_content(remedy, _DOCUMENT_WIDTH)
    if remedy.url is not None:
        yield Link(remedy.url, "Documentation")


def remedy_content(remedy: RemedyParts, width: int) -> Iterator[Block]:
    """Yield the steps, documents and commands of a remedy.

    Args:
        remedy: The remedy.
        width: The width of its documents, in columns.
    """
    has_code = bool(remedy.commands or remedy.documents or remedy.manifest)
    steps = tuple(name_commands(step, remedy.commands) for step in remedy.steps)
    steps, follow_ups = split_follow_ups(steps, remedy.commands) if has_code else (steps, ())
    if steps:
        # Beside commands, which have an order, steps are what to know about them.
        yield Items(steps, ordered=len(steps) > 1 and not has_code)
    saved = find_saved_file(remedy.documents, remedy.commands)
    of_commands = tuple(command_blocks(remedy.commands, remedy.names, saved))
    manifest = None if remedy.manifest is None else Code(remedy.manifest, remedy.manifest_language)
    documents = document_codes(remedy.documents, remedy.commands, width)
    yield from place_documents(place_manifest(of_commands, manifest), documents)
    texts = (*remedy.commands, remedy.manifest or "", *map(str, remedy.documents))
    if note := replace_note(
        "\n".join(texts), (remedy.title, *remedy.steps), remedy.names, paragraphs_of(of_commands)
    ):
        yield Paragraph(note, quiet=True)
    yield from follow_up_blocks(follow_ups)


def next_blocks(remedies: Sequence[RemedyParts], width: int) -> Iterator[Block]:
    """Yield the second of two remedies without the steps of the first one, or only its command."""
    first, remedy = remedies
    remedy = remedy._replace(title=_title_before_commands(remedy))
    title = f"Next: {remedy.title}" if row_label(remedy.title) == "Next" else remedy.title
    yield Heading(title, 2, (remedy.who,))
    if not is_brief(remedy):
        remedy = remedy._replace(steps=(), documents=(), manifest=None)
    steps = tuple(each for each in remedy.steps if not is_attachment(each) and each not in first.steps)
    commands = tuple(each for each in remedy.commands if each not in first.commands) or remedy.commands
    yield from remedy_content(remedy._replace(steps=steps, commands=commands), width)


def _title_before_commands(remedy: RemedyParts) -> str:
    """Return a title without the command of a check, which is for rows that show no commands."""
    return _COMMAND_IN_TITLE.sub("", remedy.title) if remedy.commands else remedy.title


def is_brief(remedy: RemedyParts) -> bool:
    """Return whether a remedy is short enough to be shown after the first one."""
    steps = sum(not is_attachment(each) for each in remedy.steps)
    labels = sum(isinstance(each, Labelled) for each in remedy.commands)
    # A step and words before each command are too much.
    return max(steps, steps + labels - 1) <= 1 <= len(remedy.commands) <= _MAX_NEXT_COMMANDS


def has_own_page(remedy: RemedyParts) -> bool:
    """Return whether the documentation has a page on what a remedy does."""
    return remedy.url is not None and not remedy.url.endswith(_GENERAL_PAGES)


def expires(remedy: RemedyParts) -> bool:
    """Return whether a remedy looks up what AWS keeps only for a few hours."""
    return remedy.title.startswith(_EXPIRING)


def has_next(first: RemedyParts, second: RemedyParts) -> bool:
    """Return whether a second remedy is brief, and no policy that does what the corrected code does."""
    is_repeated = first.manifest and second.documents and row_label(second.title) == "Or"
    return is_check(second) or (is_brief(second) and not is_repeated)


def is_check(remedy: RemedyParts) -> bool:
    """Return whether the title and the only command, on one line, say what to check."""
    return expires(remedy) or (
        remedy.title.startswith(_CHECKS)
        and len(remedy.commands) == 1
        and len(remedy.commands[0]) <= _DOCUMENT_WIDTH
    )
