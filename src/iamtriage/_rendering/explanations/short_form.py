"""Select the parts of an explanation that fit in few lines.

The summary, the likeliest cause, and the first remedy with its documents and a command are always shown.
Other parts are added in the order of their usefulness, as long as there is room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.blocks import Code, Heading, Items, Labels, Link, Paragraph
from iamtriage._rendering.explanations.additions import MAX_CAUSES, order_additions
from iamtriage._rendering.explanations.command_blocks import (
    command_blocks,
    count_changes,
    document_codes,
    files_of,
    find_saved_file,
    paragraphs_of,
    place_documents,
    place_manifest,
    uses_lookup,
)
from iamtriage._rendering.explanations.command_names import name_commands
from iamtriage._rendering.explanations.footers import count_hidden, join_more, titles_rows
from iamtriage._rendering.explanations.headlines import add_details
from iamtriage._rendering.explanations.parts import cause_rows, drop_sentences
from iamtriage._rendering.explanations.remedies import (
    expires,
    has_next,
    has_own_page,
    is_brief,
    next_blocks,
    remedy_content,
)
from iamtriage._rendering.explanations.replacements import replace_note
from iamtriage._rendering.explanations.steps_and_commands import (
    FOLLOWING,
    commands_needed,
    follow_up_blocks,
    is_assignment,
    is_attachment,
    split_follow_ups,
    steps_of_commands,
)
from iamtriage._rendering.labels import LISTS_CAUSES
from iamtriage._rendering.terminal import count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import CauseParts, Parts, RemedyParts

__all__ = ("short_blocks",)

# The absolute maximum number of lines, and the width for counting them in formats other than text.
_MAX_TOTAL_LINES, WIDTH = 32, 100
_INDENT = 4
# What a row says of a first cause that the summary states in full. One from the text needs no row then.
_SAID = {"Supplied": "The supplied facts say so."}
# The command that adds an entry to aws-auth, which the manifest shows for those without eksctl.
_ADD_ENTRY = "eksctl create iamidentitymapping"
_EDIT_ENTRIES = "edit configmap aws-auth"
# Lines by which the title of another remedy, the second cause and each of the first two steps can exceed the
# default maximum: the steps often say when the remedy helps.
_EXTRA_LINES = 1
# Lines by which a command without which the previous ones do nothing can exceed it.
_EXTRA_LINES_FOR_COMMAND = 3
# Lines below the maximum that a link to the documentation cannot use, because a shorter answer is better.
_LINES_WITHOUT_LINK = 2
# Lines for other parts, if those that are always shown fill the default maximum.
_EXTRA_LINES_FOR_OTHERS = 3


@attrs.define(eq=False, repr=False)
class _Selection:
    """The number of parts of each kind that are shown."""

    causes: int = 1
    steps: tuple[int, ...] = ()
    commands: int = 1
    titles: int = 0
    next: int = 0
    notes: int = 0
    documents: bool = True
    manifest: bool = True
    urls: int = 0


def short_blocks(parts: Parts, width: int = WIDTH) -> tuple[Block, ...]:
    """Return the blocks of a short explanation.

    Args:
        parts: The parts of the explanation.
        width: The width of the terminal, in columns.

    >>> from iamtriage._rendering.explanations.parts import CauseParts, Parts
    >>> parts = Parts("Access is denied.", (CauseParts("reported", "It is.", ("AWS says so.",)),), (), ())
    >>> [type(block).__name__ for block in short_blocks(parts)]
    ['Heading', 'Labels']
    """
    if LISTS_CAUSES in parts.summary:
        parts = parts._replace(causes=tuple(each for each in parts.causes if each.evidence != "possible"))
    builder = _Builder(parts, width)
    selection = builder.select()
    if parts.second is not None and (
        builder.count(selection) > _MAX_TOTAL_LINES or _omits_changes(parts, selection)
    ):
        builder = _Builder(parts._replace(second=None, others=parts.rows_alone), width)
        selection = builder.select()
    return tuple(builder.blocks(selection))


def _omits_changes(parts: Parts, selection: _Selection) -> bool:
    return bool(parts.remedies) and selection.commands < count_changes(parts.remedies[0].commands)


def _is_valid(parts: Parts, selection: _Selection) -> bool:
    first = parts.remedies[0] if parts.remedies else None
    return (
        selection.causes <= min(len(parts.causes), MAX_CAUSES)
        and selection.titles <= max(len(parts.remedies) - 1, 0)
        and selection.next <= (1 if selection.titles and has_next(*parts.remedies[:2]) else 0)
        and selection.notes <= len(parts.notes)
        and selection.commands <= (len(first.commands) if first else 0)
        and selection.urls <= (1 if first and has_own_page(first) else 0)
    )


def _needs_manifest(remedy: RemedyParts, selection: _Selection, index: int) -> bool:
    """Return whether a step is about a manifest that is not shown."""
    return bool(remedy.manifest) and not selection.manifest and "the manifest" in remedy.steps[index]


class _Builder:
    """Selects the parts that fit, and builds their blocks.

    Selections share most of their blocks, so each part is built and measured once.
    """

    def __init__(self, parts: Parts, width: int) -> None:
        self._parts = parts
        self._width = width
        self._remedy = parts.remedies[0] if parts.remedies else None
        self._lines: dict[Block, int] = {}
        self._counts: dict[tuple[object, ...], int] = {}
        self._code: dict[tuple[int, bool, bool], tuple[Block, ...]] = {}
        self._causes: dict[int, tuple[Block, ...]] = {}
        self._notes: dict[tuple[tuple[int, ...], int, bool, bool], str | None] = {}
        self._titles: dict[tuple[tuple[int, ...], int, int], tuple[tuple[str, str], ...]] = {}
        self._write_documents()

    def _write_documents(self, *, is_dense: bool = False) -> None:
        self._is_dense = is_dense
        documents, commands = (self._remedy.documents, self._remedy.commands) if self._remedy else ((), ())
        self._documents = document_codes(documents, commands, self._width - _INDENT, is_dense=is_dense)

    def select(self) -> _Selection:
        """Return the selection with the most useful parts that fit."""
        parts, remedy = self._parts, self._remedy
        selection = self._complete_changes(first := self._select_first())
        if self._documents and not self._is_dense and _omits_changes(parts, selection):
            # Half of the changes is worse than a layout with long lines.
            self._write_documents(is_dense=True)
            selection = self._complete_changes(first)
        if self.count(selection) > _MAX_TOTAL_LINES:
            self._write_documents(is_dense=True)
        if self.count(selection) > _MAX_TOTAL_LINES and remedy and remedy.documents:
            # The summary states the likeliest cause, too.
            selection.causes = 0
        if self.count(selection) > _MAX_TOTAL_LINES:
            selection.causes = min(1, len(parts.causes))
            selection.documents = False
        if self.count(selection) > _MAX_TOTAL_LINES:
            selection.commands = min(1, selection.commands)
        # The command that joins a statement to the policy takes nothing else's place, nor does its end.
        joins = sum((each.added_to is not None) + ("\n" in each.text[-4:]) for each in self._documents)
        others = self.count(selection) + _EXTRA_LINES_FOR_OTHERS
        lines = min(max(parts.lines + joins, others), _MAX_TOTAL_LINES)
        for name in order_additions(parts):
            more = _EXTRA_LINES if name == "titles" and not selection.titles else 0
            if name == "commands" and remedy and selection.commands < len(remedy.commands):
                command = remedy.commands[selection.commands]
                is_required = getattr(command, "is_required", False) or command.startswith(tuple(FOLLOWING))
                more = _EXTRA_LINES_FOR_COMMAND if is_required else 0
            if name == "next" and parts.remedies[1:] and expires(parts.remedies[1]):
                more = _EXTRA_LINES
            if (name == "steps" and len(selection.steps) < 2) or (name == "causes" and selection.causes == 1):
                more = _EXTRA_LINES
            if name == "urls":
                more = -_LINES_WITHOUT_LINK
            more += max(len(self._title_rows(selection)) - 1, 0)  # rows of alternatives are additional
            selection = self._add_part(selection, name, min(lines + more, _MAX_TOTAL_LINES))
        if remedy and any(each.endswith(_EDIT_ENTRIES) for each in remedy.commands[: selection.commands]):
            # The editor needs the entry.
            whole = attrs.evolve(selection, manifest=True)
            selection = whole if self.count(whole) <= _MAX_TOTAL_LINES else selection
        if selection.titles or len(parts.remedies) == 1 or self._is_dense or not self._documents:
            return selection
        # Another way out is more useful than a layout with short lines.
        self._write_documents(is_dense=True)
        dense = self.select()
        if not dense.titles:
            self._write_documents()
        return dense if dense.titles else selection

    def _select_first(self) -> _Selection:
        """Return the selection with the first cause and what the first command requires."""
        parts, remedy = self._parts, self._remedy
        selection = _Selection(causes=min(1, len(parts.causes)))
        if remedy is None:
            return attrs.evolve(selection, commands=0)
        if not remedy.commands:
            selection.commands = 0
        if not (selection.commands or remedy.documents or remedy.manifest):
            # Without commands and documents, the first step is the remedy.
            selection.steps = tuple(range(min(1, len(remedy.steps))))
        selection = self._with_commands(remedy, selection, selection.commands)
        # A manifest does the same as the commands, and a long one is only in the full explanation.
        is_repeated = any(each.startswith(_ADD_ENTRY) for each in remedy.commands)
        lines = parts.lines if count_changes(remedy.commands) else _MAX_TOTAL_LINES
        if is_repeated or self.count(selection) > lines:
            selection.manifest = False
        return selection

    def _complete_changes(self, selection: _Selection) -> _Selection:
        """Return the selection with all changes if it has one, because half of them often have no effect."""
        remedy = self._remedy
        if remedy is None or not count_changes(remedy.commands[: selection.commands]):
            return selection
        whole = self._with_commands(remedy, selection, count_changes(remedy.commands))
        if whole.commands == selection.commands:
            return selection
        # The first step often says what the changes need to take effect.
        first = [index for index in range(len(remedy.steps)) if not _needs_manifest(remedy, whole, index)]
        first.sort(key=lambda index: is_attachment(remedy.steps[index]))
        explained = attrs.evolve(whole, steps=tuple(sorted({*whole.steps, *first[:1]})))
        return next((each for each in (explained, whole) if self.count(each) <= _MAX_TOTAL_LINES), selection)

    def _with_commands(self, remedy: RemedyParts, selection: _Selection, count: int) -> _Selection:
        """Return the selection with so many commands, and those that they require."""
        commands = self._complete_commands(remedy, count)
        # A command that reads a file requires the step that saves the file.
        steps = tuple(sorted({*selection.steps, *steps_of_commands(remedy, commands)}))
        return attrs.evolve(selection, commands=commands, steps=steps)

    def _complete_commands(self, remedy: RemedyParts, count: int) -> int:
        """Return how many commands to show, so that the last one does not require a hidden one."""
        documents = bool(remedy.documents)
        while 0 < count < len(remedy.commands):
            shown = remedy.commands[:count]
            is_entry = any(
                first in shown[-1] and second in remedy.commands[count] for first, second in FOLLOWING.items()
            )
            # A document requires the command that attaches it.
            is_unused = (
                documents and not any(map(files_of, shown)) and any(map(files_of, remedy.commands[count:]))
            )
            # A lookup requires the command that uses its output.
            is_lookup = uses_lookup(remedy.commands[count], shown)
            if not (is_entry or is_unused or is_lookup or is_assignment(remedy.commands, count)):
                break
            count += 1
        return count

    def _add_part(self, selection: _Selection, name: str, lines: int) -> _Selection:
        """Return the selection with one more part of a kind, or unchanged if that does not fit."""
        for larger in self._larger_selections(selection, name):
            if _is_valid(self._parts, larger) and self.count(larger) <= lines:
                return larger
        return selection

    def _larger_selections(self, selection: _Selection, name: str) -> Iterator[_Selection]:
        """Yield the selections to try. A step that mentions commands is shown with them or not at all."""
        larger = attrs.evolve(selection)
        remedy = self._remedy
        if name != "steps":
            setattr(larger, name, getattr(larger, name) + 1)
            if name == "commands" and remedy:
                larger = self._with_commands(remedy, larger, larger.commands)
            yield larger
            return
        for index in range(len(remedy.steps)) if remedy else ():
            if remedy is None or index in selection.steps or is_attachment(remedy.steps[index]):
                continue
            if _needs_manifest(remedy, selection, index):
                continue
            count = commands_needed(remedy.steps[index], remedy.commands)
            yield attrs.evolve(
                selection,
                steps=tuple(sorted((*selection.steps, index))),
                commands=max(selection.commands, count),
            )
            if count <= selection.commands:
                # A step is not shown if an earlier one does not fit.
                return

    def count(self, selection: _Selection) -> int:
        """Return the number of lines of a selection."""
        key = (self._is_dense, *attrs.astuple(selection, recurse=False))
        if key not in self._counts:
            self._counts[key] = count_lines(self.blocks(selection), self._lines, width=self._width)
        return self._counts[key]

    def blocks(self, selection: _Selection) -> Iterator[Block]:
        """Yield the blocks of a selection."""
        parts = self._parts
        if selection.causes not in self._causes:
            self._causes[selection.causes] = tuple(self._cause_blocks(parts.causes[: selection.causes]))
        yield from self._causes[selection.causes]
        if self._remedy:
            yield from self._remedy_blocks(self._remedy, selection)
        if parts.second is not None:
            yield Heading(f"Then: {parts.second.title}", 2, (parts.second.who,))
            yield from remedy_content(parts.second._replace(steps=(), manifest=None), self._width - _INDENT)
        if selection.next:
            yield from next_blocks(parts.remedies[:2], self._width - _INDENT)
        if footer := tuple(self._footer(selection)):
            yield Labels(footer)

    def _title_rows(self, selection: _Selection) -> tuple[tuple[str, str], ...]:
        key = (selection.steps, selection.next, selection.titles)
        if key not in self._titles:
            steps = [self._remedy.steps[index] for index in selection.steps] if self._remedy else []
            titles = titles_rows(self._parts.remedies[1 + key[1] :], selection.titles - key[1], steps)
            self._titles[key] = tuple(titles)
        return self._titles[key]

    def _footer(self, selection: _Selection) -> Iterator[tuple[str, str]]:
        parts = self._parts
        yield from self._title_rows(selection)
        for note in parts.notes[: selection.notes]:
            yield "Note", note
        whole = 1 + (selection.next and is_brief(parts.remedies[1]))
        shown = (selection.causes, whole, len(selection.steps), selection.commands, selection.notes)
        hidden = count_hidden(parts, shown) if parts.hint else ""
        yield from join_more(parts.others, f"{hidden}: {parts.hint}" if hidden else "")

    def _cause_blocks(self, causes: Sequence[CauseParts]) -> Iterator[Block]:
        """Yield the summary and the rows of causes."""
        parts = self._parts
        rows = cause_rows(parts.known or parts.summary, causes, parts.message, parts.line)
        # Who knows that one change does not fix all reads on.
        yield Heading(f"{parts.total} {parts.summary}".strip(), 1)
        rows = add_details(rows, parts.details)
        if parts.answers:
            rows = drop_sentences(rows, " ".join(parts.answers))
        shown = [("Note", answer) for answer in parts.answers]
        shown += [(label, text or _SAID[label]) for label, text in rows if text or label in _SAID]
        if shown:
            yield Labels(tuple(shown))

    def _remedy_blocks(self, remedy: RemedyParts, selection: _Selection) -> Iterator[Block]:
        yield Heading(f"Do this first: {remedy.title}", 2, (remedy.who,))
        steps = tuple(name_commands(remedy.steps[index], remedy.commands) for index in selection.steps)
        follow_ups: tuple[str, ...] = ()
        has_code = bool(selection.commands or remedy.documents or (selection.manifest and remedy.manifest))
        if has_code:
            steps, follow_ups = split_follow_ups(steps, remedy.commands)
        if steps:
            yield Items(steps, ordered=len(steps) > 1 and not has_code)
        shown = remedy.manifest if selection.manifest else None
        manifest = None if shown is None else Code(shown, remedy.manifest_language)
        yield from place_manifest(self._command_blocks(remedy, selection), manifest)
        if note := self._replace_note(remedy, selection):
            yield Paragraph(note, quiet=True)
        yield from follow_up_blocks(follow_ups)
        if selection.urls and remedy.url:
            yield Link(remedy.url, "Documentation")

    def _reference(self, remedy: RemedyParts) -> tuple[Block, ...]:
        """Return what replaces documents that do not fit."""
        ending = f": {self._parts.hint}" if self._parts.hint else "."
        return (Paragraph(f"The policy is in the full explanation{ending}"),) if remedy.documents else ()

    def _command_blocks(self, remedy: RemedyParts, selection: _Selection) -> tuple[Block, ...]:
        key = (selection.commands, selection.documents, self._is_dense)
        if key not in self._code:
            documents = self._documents if selection.documents else self._reference(remedy)
            saved = find_saved_file(remedy.documents, remedy.commands) if documents else None
            commands = command_blocks(remedy.commands[: selection.commands], remedy.names, saved)
            self._code[key] = tuple(place_documents(commands, documents))
        return self._code[key]

    def _replace_note(self, remedy: RemedyParts, selection: _Selection) -> str | None:
        key = (selection.steps, selection.commands, selection.documents, selection.manifest)
        if key not in self._notes:
            texts = list(remedy.commands[: selection.commands])
            if selection.documents:
                texts += map(str, remedy.documents)
            if selection.manifest and remedy.manifest is not None:
                texts.append(remedy.manifest)
            said = paragraphs_of(command_blocks(remedy.commands[: selection.commands], remedy.names))
            steps = [remedy.title, *(remedy.steps[index] for index in selection.steps)]
            self._notes[key] = replace_note("\n".join(texts), steps, remedy.names, said)
        return self._notes[key]
