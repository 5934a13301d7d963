"""Build the blocks of a whole remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Code, Heading, Items, Link, Paragraph
from iamtriage._rendering.explanations.command_blocks import (
    command_blocks,
    document_codes,
    find_saved_file,
    paragraphs_of,
    place_documents,
    place_manifest,
)
from iamtriage._rendering.explanations.parts import replace_note
from iamtriage._rendering.placeholders import find_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import RemedyParts

__all__ = ("remedy_blocks", "remedy_content")

# In columns.
_DOCUMENT_WIDTH = 92


def remedy_blocks(remedy: RemedyParts) -> Iterator[Block]:
    """Yield the blocks of a remedy, with all of its documents and commands.

    Args:
        remedy: The remedy.
    """
    yield Heading(remedy.title, 3, (remedy.who,))
    yield from remedy_content(remedy, _DOCUMENT_WIDTH)
    if remedy.url is not None:
        yield Link(remedy.url, "Documentation")


def remedy_content(remedy: RemedyParts, width: int) -> Iterator[Block]:
    """Yield the steps, documents and commands of a remedy.

    Args:
        remedy: The remedy.
        width: The width of its documents, in columns.
    """
    if remedy.steps:
        yield Items(remedy.steps, ordered=len(remedy.steps) > 1)
    saved = find_saved_file(remedy.documents, remedy.commands)
    of_commands = tuple(command_blocks(remedy.commands, remedy.names, remedy.labels, saved))
    manifest = None if remedy.manifest is None else Code(remedy.manifest, remedy.manifest_language)
    documents = document_codes(remedy.documents, remedy.commands, width)
    yield from place_documents(place_manifest(of_commands, manifest), documents)
    texts = (*remedy.commands, remedy.manifest or "", *map(str, remedy.documents))
    if note := replace_note(find_placeholders("\n".join(texts), remedy.names), paragraphs_of(of_commands)):
        yield Paragraph(note, quiet=True)
