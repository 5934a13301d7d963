"""Represent causes, and define what each code means and how to fix it.

A definition is next to its rule. ``iamtriage.explaining.causes`` collects the definitions for the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import escape_lines
from iamtriage._typing import override

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.short_form import CauseParts

__all__ = ("Cause", "CauseType", "Evidence", "UncertainCause", "cause_parts", "cause_url", "escape_all")

Evidence: TypeAlias = Literal["reported", "derived", "supplied", "possible"]
"""What a cause rests on.

AWS or the tool that called it reports it, it is derived from the text, it is derived from the supplied
facts, or it is only possible.
"""

_CAUSE_PAGES = "https://iamtriage.readthedocs.io/en/latest/causes"


def escape_all(texts: Iterable[str]) -> tuple[str, ...]:
    """Return strings with their control characters escaped."""
    return tuple(map(escape_lines, texts))


@attrs.frozen(eq=False)
class Cause(Value, View):
    """Why the call failed, or can have failed.

    Attributes:
        code: A stable identifier of the cause, such as ``"no-identity-allow"``.
        text: The cause in one or two sentences.
        evidence: What the cause rests on.
        because: The reasons for the cause, one per line, which can quote the text unchanged.

    >>> Cause("no-identity-allow", "No policy allows it.", "reported").evidence
    'reported'
    """

    code: str
    text: str = attrs.field(converter=escape_lines)
    evidence: Evidence
    because: tuple[str, ...] = attrs.field(default=(), converter=escape_all)
    _url: str | None = attrs.field(default=None, kw_only=True, alias="url")

    @property
    def url(self) -> str:
        """The page of the cause. The one of a cause of your own is what you pass as ``url``.

        >>> Cause("throttled", "Too many calls.", "reported").url
        'https://iamtriage.readthedocs.io/en/latest/causes/throttled.html'
        """
        return self._url or cause_url(self.code)

    def to_dict(self) -> dict[str, Any]:
        """Return the cause as JSON-ready data."""
        return {
            "code": self.code,
            "text": self.text,
            "evidence": self.evidence,
            "because": list(self.because),
            "url": self.url,
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.explanations.full_form import cause_blocks

        return cause_blocks(cause_parts(self))


def cause_parts(cause: Cause) -> CauseParts:
    """Return what renderers show of a cause."""
    from iamtriage._rendering.explanations.short_form import CauseParts

    return CauseParts(cause.evidence, cause.text, cause.because)


def cause_url(code: str) -> str:
    """Return the URL of a cause's page in the documentation.

    >>> cause_url("throttled")
    'https://iamtriage.readthedocs.io/en/latest/causes/throttled.html'
    """
    return f"{_CAUSE_PAGES}/{code}.html"


@attrs.frozen(eq=False)
class CauseType:
    """The definition of a cause, whose example has its code in the subject's ``examples.toml``.

    Attributes:
        code: A stable identifier in lowercase, with hyphens.
        title: The cause in a few words, as the title of its page.
        fix: The typical fix, in one or two sentences.
        text: What an explanation says, unless its rule has a sentence with values of the failure; by default
            the title.
        meaning: What the cause means in general, if ``text`` is empty or not general enough.
        recognised_by: What states the cause: words of a message, an error code, facts, what ``sign`` matches.
            A cause that is only possible has ``of`` instead.
        sign: A pattern of words around a failure that show the cause, if no error states it. The evidence
            quotes the group ``shown``, or else the match.
        remedy: Words in the title of the remedy to do first if the text shows the cause. By default, ``fix``
            is the first remedy.
        commands: The starts of commands of the other remedies that ``fix`` needs, if it is the first remedy.
        of: The code of the cause that this one can be behind. Its sources are the default.
        sources: The URLs of the documentation.
        since: The first release with this code.
        subject: The folder of the rules that use the cause, if it is not the one of the definition.
    """

    code: str
    title: str
    fix: str
    text: str = ""
    meaning: str = ""
    recognised_by: str = ""
    sign: str = attrs.field(default="", kw_only=True)
    remedy: str = attrs.field(default="", kw_only=True)
    commands: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    of: str = ""
    sources: tuple[str, ...] = ()
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
        text = text or self.sentence
        if self.sign and evidence == "possible":
            return UncertainCause(self.code, text, evidence, because, definition=self)
        return Cause(self.code, text, evidence, because)


@attrs.frozen(eq=False, kw_only=True)
class UncertainCause(Cause):
    """A possible cause that the text around the failure may show.

    Attributes:
        definition: The definition of the cause, with its sign.
    """

    definition: CauseType
