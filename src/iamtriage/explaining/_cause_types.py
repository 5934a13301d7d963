"""Represent causes and their definitions: what each code means and how to fix it.

A definition is next to its rule. ``iamtriage.explaining.causes`` collects the definitions for the catalogue.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import escape_lines
from iamtriage._typing import NamedTuple, override

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import CauseParts

__all__ = (
    "Cause",
    "CauseType",
    "Evidence",
    "cause_parts",
    "cause_url",
    "definition_of",
    "escape_all",
    "present_lines",
    "when_open",
)

Evidence: TypeAlias = Literal["reported", "derived", "supplied", "possible"]
"""What a cause is based on.

``"reported"``: AWS or the tool that made the call reports it. ``"derived"``: it follows from the text.
``"supplied"``: it follows from the facts that you supplied. ``"possible"``: it would explain the failure.
"""

_CAUSE_PAGES = "https://iamtriage.readthedocs.io/en/latest/causes"


def present_lines(lines: str | Iterable[str | None] | None) -> tuple[str, ...]:
    """Return the lines that are not ``None`` or empty. A single line needs no tuple.

    >>> present_lines("The key is active."), present_lines(("The key is active.", None))
    (('The key is active.',), ('The key is active.',))
    """
    return tuple(filter(None, (lines,) if isinstance(lines, str) else lines or ()))


def escape_all(texts: Iterable[str]) -> tuple[str, ...]:
    """Return strings with their control characters escaped."""
    return tuple(map(escape_lines, texts))


@attrs.frozen(eq=False)
class Cause(Value, View):
    """A reason, or a possible reason, why the call failed.

    Attributes:
        code: A stable identifier of the cause, such as ``"no-identity-allow"``.
        text: The cause in one or two sentences.
        evidence: What the cause is based on.
        because: The evidence in detail, one reason per line. It can quote the text unchanged.

    >>> Cause("no-identity-allow", "No policy allows it.", "reported").evidence
    'reported'
    """

    code: str
    text: str = attrs.field(converter=escape_lines)
    evidence: Evidence
    because: tuple[str, ...] = attrs.field(default=(), converter=escape_all)
    _url: str | None = attrs.field(default=None, kw_only=True, alias="url")
    _definition: CauseType | None = attrs.field(
        default=None, kw_only=True, repr=False, eq=False, alias="definition"
    )
    # While the text around the failure can still show it: the definition, and the cause if it does not.
    _open: tuple[CauseType, Cause] | None = attrs.field(
        default=None, kw_only=True, repr=False, eq=False, alias="open"
    )

    @property
    def url(self) -> str:
        """The URL of the page that describes the cause. For your own causes, it is the argument ``url``.

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
    """Return the parts of a cause that renderers show."""
    from iamtriage._rendering.explanations.parts import CauseParts

    return CauseParts(cause.evidence, cause.text, cause.because, cause.code)


def when_open(cause: Cause) -> tuple[CauseType, Cause] | None:
    """Return the definition of a cause that the text can still show, and the cause if it does not."""
    return cause._open  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (a function of this module)


def definition_of(cause: Cause) -> CauseType | None:
    """Return the definition of a cause, if it has one."""
    return cause._definition  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] (a function of this module)


def cause_url(code: str) -> str:
    """Return the URL of a cause's page in the documentation.

    >>> cause_url("throttled")
    'https://iamtriage.readthedocs.io/en/latest/causes/throttled.html'
    """
    return f"{_CAUSE_PAGES}/{code}.html"


class CauseType(NamedTuple):
    """The definition of a cause, whose example has its code in the subject's ``examples.toml``.

    Attributes:
        code: A stable identifier in lowercase, with hyphens.
        title: The cause in a few words, as the title of its page.
        fix: The typical fix, in one or two sentences.
        text: What an explanation says, unless its rule has a sentence with values of the failure; by default
            the title.
        meaning: What the cause means in general, if ``text`` is empty or not general enough.
        recognised_by: How the cause is recognized: by words of a message, an error code, facts, or ``sign``.
            A cause that is only possible has ``of`` instead.
        sign: A pattern for words around a failure that show the cause, if no error states it. The evidence
            quotes the group ``shown``, or else the match.
        remedy: Words in the title of the remedy to show first if the text shows the cause. By default,
            ``fix`` is the first remedy.
        commands: The starts of the other remedies' commands that ``fix`` needs, if it is the first remedy.
        of: The code of the cause that this one can explain. Its sources are the default, and it is the topic
            of an explanation that begins with this cause, unless that has another one.
        sources: The URLs of the documentation. The first is that of remedies without a page of their own.
        since: The first release with this code.
        subject: The folder of the rules that use the cause, if it differs from the folder of the definition,
            or from ``calls`` for what several folders share.
    """

    code: str
    title: str
    fix: str
    text: str = ""
    meaning: str = ""
    recognised_by: str = ""
    of: str = ""
    sources: tuple[str, ...] = ()
    since: str = "0.1"
    subject: str = ""
    sign: str = ""
    remedy: str = ""
    commands: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence of the cause, unless its rule has another one."""
        return self.text or f"{self.title}."

    def cause(
        self,
        evidence: Evidence = "possible",
        because: str | Iterable[str | None] | None = (),
        *,
        text: str | None = None,
    ) -> Cause:
        """Return the cause for an explanation.

        Args:
            evidence: What the cause is based on.
            because: The reason for the cause, or several. Empty ones are left out.
            text: The sentence to show instead of the definition's.

        >>> CauseType("key-deleted", "The key was deleted", "Create a new key.", "It is gone.").cause().text
        'It is gone.'
        """
        if not text and not because:
            return _build_cause(self, evidence)
        lines = present_lines(because)
        return self.mark_uncertain(Cause(self.code, text or self.sentence, evidence, lines, definition=self))

    def mark_uncertain(self, cause: Cause) -> Cause:
        """Return a cause of this type as one that the text can still show, if it has a sign."""
        if not self.sign or cause.evidence != "possible":
            return cause
        return attrs.evolve(cause, open=(self, cause))


@functools.cache
def _build_cause(definition: CauseType, evidence: Evidence) -> Cause:
    """Return a cause with the words of its definition, which is the same for all failures."""
    cause = Cause(definition.code, definition.sentence, evidence, definition=definition)
    return definition.mark_uncertain(cause)
