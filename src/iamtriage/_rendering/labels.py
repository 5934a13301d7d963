"""Represent commands with words that say when to run them, and how summaries that list their causes end."""

from __future__ import annotations

from typing import Self

__all__ = ("LISTS_CAUSES", "Labelled", "keep_label")

LISTS_CAUSES = "; KMS does not say which"
"""How a summary ends that lists the possible causes, which the short form does not repeat then."""


class Labelled(str):
    """A command of a remedy, with words to show before it that say when to run it: ``Or, with IRSA:``.

    What is made of it is a plain string: :func:`keep_label` gives another command the same words.

    Attributes:
        label: The words.
        is_required: Whether the remedy needs it like the commands before it. It is no alternative then.

    >>> Labelled("Or, with IRSA:", "kubectl annotate sa app").label
    'Or, with IRSA:'
    """

    __slots__ = ("is_required", "label")
    label: str
    is_required: bool

    def __new__(cls, label: str, command: str, *, is_required: bool = False) -> Self:
        """Return a command with a label."""
        labelled = super().__new__(cls, command)
        labelled.label, labelled.is_required = label, is_required
        return labelled

    @classmethod
    def required(cls, label: str, command: str) -> Self:
        """Return a command that the remedy needs like the commands before it."""
        return cls(label, command, is_required=True)

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, bool]]:
        """Return the arguments with which copying and pickling create the same command."""
        return (self.label, str(self)), {"is_required": self.is_required}


def keep_label(command: str, other: str) -> str:
    """Return another command in place of one whose label it gets.

    >>> keep_label(Labelled("Or:", "aws login"), "aws login --profile dev").label
    'Or:'
    """
    if not isinstance(command, Labelled):
        return other
    return Labelled(command.label, other, is_required=command.is_required)
