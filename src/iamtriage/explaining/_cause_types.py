"""Define causes: what each code means, and how to fix it.

A definition is next to its rule. ``iamtriage.explaining.causes`` collects the definitions for the catalogue.
"""

from __future__ import annotations

import attrs

from iamtriage.explaining._explanations import Cause, Evidence

__all__ = ("CauseType",)


@attrs.frozen(eq=False)
class CauseType:
    """The definition of a cause.

    Attributes:
        code: A stable identifier in lowercase, with hyphens.
        title: The cause in a few words, as the title of its page.
        fix: The typical fix, in one or two sentences.
        text: What an explanation says, unless its rule has a sentence with values of the failure; by default
            the title.
        meaning: What the cause means in general, if ``text`` is empty or not general enough.
        recognised_by: What states the cause: words of a message, an error code, facts. A cause that is only
            possible has ``of`` instead.
        of: The code of the cause that this one can be behind. Its sources and example are the defaults.
        sources: The URLs of the documentation.
        example: The name of the example in the subject's ``examples.toml``; by default the code if there
            is an example of that name, else the example of ``of``.
        since: The first release with this code.
        subject: The folder of the rules that use the cause, if it is not the one of the definition.
    """

    code: str
    title: str
    fix: str
    text: str = ""
    meaning: str = ""
    recognised_by: str = ""
    of: str = ""
    sources: tuple[str, ...] = ()
    example: str = ""
    since: str = "0.1"
    subject: str = attrs.field(default="", kw_only=True)

    @property
    def sentence(self) -> str:
        """What an explanation says, unless its rule has another sentence."""
        return self.text or f"{self.title}."

    def cause(
        self, evidence: Evidence = "possible", because: tuple[str, ...] = (), *, text: str = ""
    ) -> Cause:
        """Return the cause for an explanation.

        Args:
            evidence: What the cause rests on.
            because: The reasons for the cause.
            text: The sentence to show instead of the definition's.

        >>> CauseType("key-deleted", "The key was deleted", "Create a new key.", "It is gone.").cause().text
        'It is gone.'
        """
        return Cause(self.code, text or self.sentence, evidence, because)
