"""Define the blocks of formatted text.

The text in a block is plain: it contains no markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = (
    "ADD_STATEMENT",
    "Block",
    "Code",
    "Fields",
    "Fold",
    "Heading",
    "Items",
    "Labels",
    "Link",
    "Mark",
    "Paragraph",
    "Source",
    "for_powershell",
    "with_texts",
)


# A policy with one statement can have it without a list.
ADD_STATEMENT = "jq '.Statement |= ([., input] | flatten)' {} statement.json > {}"


class Heading(NamedTuple):
    """A heading.

    Attributes:
        text: The heading.
        level: 1 for the title, 2 for a section, 3 for an item in a section.
        tags: Short labels: the evidence for a cause, who can carry out a remedy.
    """

    text: str
    level: Literal[1, 2, 3] = 2
    tags: tuple[str, ...] = ()


class Paragraph(NamedTuple):
    """Prose. A ``quiet`` paragraph is less important."""

    text: str
    quiet: bool = False


class Items(NamedTuple):
    """A list, ``ordered`` if its items are steps."""

    items: tuple[str, ...]
    ordered: bool = False


class Labels(NamedTuple):
    """Rows of prose with a label each, such as the evidence for a cause."""

    rows: tuple[tuple[str, str], ...]


class Fields(NamedTuple):
    """Rows of names and values."""

    rows: tuple[tuple[str, str], ...]


class Code(NamedTuple):
    """Code that readers copy unchanged.

    Attributes:
        text: The code, in one or more lines.
        language: ``"sh"``: one command. ``"powershell"``: one command, for PowerShell. ``"json"``: a policy
            or another document. ``"yaml"``: a manifest. ``"hcl"``: Terraform code. ``"text"``: other code.
        saved_as: The file from which the next command reads a JSON document. A text then has the command that
            writes the file, so that readers can paste the whole block.
        added_to: The file that has the present policy, if the document is statements to add to it.
        for_powershell: Whether the command that writes the file is for PowerShell.
    """

    text: str
    language: Literal["sh", "powershell", "json", "yaml", "hcl", "text"]
    saved_as: str | None = None
    added_to: str | None = None
    for_powershell: bool = False

    @property
    def saving_command(self) -> tuple[str, str]:
        """What precedes and follows a document in the command that saves it in its file.

        >>> Code("{}", "json", "policy.json").saving_command
        ("echo '", "' > policy.json")
        """
        if self.for_powershell:
            # Windows PowerShell writes UTF-16 with >.
            return "'", f"' | Set-Content {self.saved_as}"
        if self.added_to is None:
            return "echo '", f"' > {self.saved_as}"
        return "echo '", f"' > statement.json\n{ADD_STATEMENT.format(self.added_to, self.saved_as)}"

    @property
    def caption(self) -> str | None:
        """What to do with a document, where it is shown without that command.

        >>> Code("{}", "json", "policy.json").caption
        'policy.json:'
        """
        if not self.saved_as:
            return None
        return (
            f"{self.saved_as}:"
            if self.added_to is None
            else f"Add to the statements of {self.added_to}, and save as {self.saved_as}:"
        )


class Link(NamedTuple):
    """A link to a web page.

    Attributes:
        url: The URL, which starts with ``https://``.
        text: The text of the link.
    """

    url: str
    text: str


class Mark(NamedTuple):
    """A marked part of a source text.

    Attributes:
        start: The position of its first character.
        end: The position after its last character.
        label: Its meaning, such as ``"action"``.
        replacement: The text that is shown instead of a secret; ``None`` shows the part itself.
    """

    start: int
    end: int
    label: str
    replacement: str | None = None


class Source(NamedTuple):
    """An unchanged text from the user, with marked parts.

    Attributes:
        text: The text.
        marks: The marks, in any order.
    """

    text: str
    marks: tuple[Mark, ...] = ()


class Fold(NamedTuple):
    """Blocks that a card shows on request. Other formats show the title and the blocks.

    Attributes:
        title: What the blocks contain.
        blocks: The blocks.
        is_open: Whether the card shows the blocks at first.
    """

    title: str
    blocks: tuple[Block, ...]
    is_open: bool = False


Block: TypeAlias = Heading | Paragraph | Items | Labels | Fields | Code | Link | Source | Fold
"""Any block. ``match`` narrows it."""


def for_powershell(block: Block) -> Block:
    """Return a block whose commands are for PowerShell.

    >>> for_powershell(Code("aws iam list-users", "sh")).language
    'powershell'
    >>> for_powershell(Code("{}", "json", "policy.json")).saving_command
    ("'", "' | Set-Content policy.json")
    """
    match block:
        case Code(text, "sh"):
            return Code(text, "powershell")
        case Code(_, "json"):
            return block._replace(for_powershell=True)
        case Fold(title, blocks, is_open):
            return Fold(title, tuple(map(for_powershell, blocks)), is_open)
        case _:
            return block


def with_texts(block: Block, change: Callable[[str], str]) -> Block:
    """Return a block with a function applied to each of its texts.

    A source whose text changes loses its marks.

    >>> with_texts(Items(("a", "b")), str.upper)
    Items(items=('A', 'B'), ordered=False)
    """
    match block:
        case Heading(text, level, tags):
            return Heading(change(text), level, tuple(map(change, tags)))
        case Fields(rows):
            return Fields(tuple((change(name), change(value)) for name, value in rows))
        case Items(items, ordered):
            return Items(tuple(map(change, items)), ordered)
        case Labels(rows):
            return Labels(tuple((change(label), change(text)) for label, text in rows))
        case Fold(title, blocks, is_open):
            return Fold(change(title), tuple(with_texts(each, change) for each in blocks), is_open)
        case Paragraph(text, quiet):
            return Paragraph(change(text), quiet)
        case Link(url, text):
            return Link(change(url), change(text))
        case Code():
            return block._replace(text=change(block.text))
        case _:
            changed = change(block.text)
            return Source(changed, block.marks if changed == block.text else ())
