"""Represent explanations and render them as text, Markdown, HTML and data.

Renderers are imported when they are needed, because programs often only read attributes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ForwardRef, Literal, TypeAlias, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import escape_lines
from iamtriage._typing import override
from iamtriage.explaining._cause_types import Cause, cause_parts, escape_all
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.explaining._content import Content
    from iamtriage.explaining._explanations.remedies import Remedies, Remedy
else:
    # Programs often read only the causes. attrs.resolve_types imports them by these references.
    _MODULE = "__import__('iamtriage.explaining._explanations.remedies', fromlist=['Remedy'])"
    Remedies, Remedy = ForwardRef(f"{_MODULE}.Remedies"), ForwardRef(f"{_MODULE}.Remedy")

Detail: TypeAlias = Literal["short", "full"]
"""How much of an explanation to show.

``"short"``: the verdict, the likeliest cause, the remedy to try first, and how to see more. ``"full"``:
everything.
"""

# Columns.
_WIDTH = 100
# The number of characters to search for other failures.
_CHARS_SCANNED = 200_000
# Notes that apply to most denials. A short explanation omits them.
ONE_POLICY_TYPE = (
    "AWS reports only one policy type. If others deny the request too, they show up after this fix."
)
EVENTUAL_CONSISTENCY = "Policy and role changes can take a few seconds to take effect. Then retry the call."
_GENERAL_NOTES = frozenset({ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY})


def _build(remedies: Remedies) -> tuple[Remedy, ...]:
    return remedies() if callable(remedies) else remedies


@attrs.frozen(eq=False)
class Explanation(Value, View):
    """Why a call failed and how to fix it.

    Use ``str()`` in terminals, :meth:`to_markdown` in issues and chats, and :meth:`to_html` in web pages;
    notebooks show the HTML automatically. All of these escape markup, scripts and control characters from the
    failure's text, and remove its secrets.

    Attributes:
        failure: The failure; ``None`` if the text contains none.
        topic: A stable identifier of the subject, such as ``"pass-role"``.
        summary: The failure in one sentence.
        causes: The causes, the most certain first.
        notes: Further information, such as limits of the remedies.
        text: The explained text without what it says is past, which can contain other failures; ``None``
            if a parsed failure or an exception was explained.

    >>> Explanation(None, "nothing", "There is no failure.").causes
    ()
    """

    failure: Failure | None
    topic: str
    summary: str = attrs.field(converter=escape_lines)
    causes: tuple[Cause, ...] = ()
    # Programs often only count the causes of a log's explanations, so the remedies are built when they are
    # read.
    _remedies: Remedies = attrs.field(default=(), eq=_build, alias="remedies")
    notes: tuple[str, ...] = attrs.field(default=(), converter=escape_all)
    text: str | None = attrs.field(default=None, repr=False, eq=False)
    # Builds the policy of a short explanation for several denials of one principal.
    _combine: Combine | None = attrs.field(default=None, kw_only=True, repr=False, eq=False, alias="combine")
    # Describes each of the other failures in the text.
    _describe: Describe | None = attrs.field(
        default=None, kw_only=True, repr=False, eq=False, alias="describe"
    )

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The remedies, in the order to try them."""
        if callable(self._remedies):
            object.__setattr__(self, "_remedies", self._try_to_build())
        return _build(self._remedies)

    def _try_to_build(self) -> tuple[Remedy, ...]:
        try:
            return _build(self._remedies)
        except Exception as problem:
            if isinstance(problem, ImportError):
                raise
            from iamtriage.explaining._explanations.unexplained import warn_of_bug

            warn_of_bug(problem)
            return ()

    def with_added(
        self,
        *,
        causes: tuple[Cause, ...] = (),
        remedies: tuple[Remedy, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Explanation:
        """Return the explanation with additional causes, remedies and notes, before the existing ones.

        >>> Explanation(None, "nothing", "There is no failure.").with_added(notes=("Ask #cloud.",)).notes
        ('Ask #cloud.',)
        """
        built: Remedies = self._remedies
        if remedies:
            built = lambda: (*remedies, *self.remedies)  # noqa: E731 (a name for a type checker)
        causes, notes = (*causes, *self.causes), (*notes, *self.notes)
        return attrs.evolve(self, causes=causes, remedies=built, notes=notes)

    def __getstate__(self) -> dict[str, object]:
        """Return the state for pickling and copying, with the remedies built."""
        return {
            **{field.name: getattr(self, field.name) for field in attrs.fields(Explanation)},
            "_remedies": self.remedies,
        }

    def __setstate__(self, state: dict[str, object]) -> None:
        """Restore the state."""
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @property
    def other_failures(self) -> tuple[Failure, ...]:
        """The other failures in the text, each problem once."""
        if self.text is None or self.failure is None:
            return ()
        from iamtriage._reading.vocabulary.triggers import may_contain_others

        text = self.text[:_CHARS_SCANNED]
        if text == self.failure.text and not may_contain_others(text, *self.failure.span):
            return ()
        from iamtriage.explaining._others.repeats import drop_evidence, find_others

        reasons = (reason for cause in self.causes for reason in cause.because)
        return drop_evidence(self.failure, find_others(self.failure, text), reasons)

    @override
    def __str__(self) -> str:
        try:
            return self.to_text()
        except Exception as problem:
            # If the interpreter shuts down, it imports nothing more.
            if sys.meta_path:
                if isinstance(problem, ImportError):
                    raise
                from iamtriage.explaining._explanations.unexplained import warn_of_bug

                warn_of_bug(problem)
            return self.summary

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        yield "topic", self.topic
        yield "summary", self.summary
        yield "causes", [cause.code for cause in self.causes]
        yield "remedies", [remedy.title for remedy in self.remedies]

    def to_text(self, *, detail: Detail = "short", width: int = _WIDTH, color: bool = False) -> str:
        """Return the explanation for a terminal.

        Args:
            detail: ``"short"``, for at most 32 lines, or ``"full"``.
            width: The width in columns, at least 40. Long words in commands and policies are not broken.
            color: Whether to use colors and bold text.

        >>> print(Explanation(None, "nothing", "There is no failure.").to_text())
        There is no failure.
        """
        from iamtriage._rendering.terminal import render

        if _is_full(detail):
            return render(self._shown(), width=width, color=color)
        return render(self._content().short_form(width), width=width, color=color, tight=True)

    def to_markdown(self, *, detail: Detail = "short") -> str:
        """Return the explanation as Markdown (CommonMark).

        Args:
            detail: How much to show, as in :meth:`to_text`.
        """
        from iamtriage._rendering.markdown import render

        return render(self._shown() if _is_full(detail) else self._content().short_form(_WIDTH))

    def to_html(self, *, detail: Detail = "short", page: bool = False, copy_buttons: bool = False) -> str:
        """Return the explanation as an HTML card that highlights the values in the failure's text.

        Args:
            detail: ``"short"`` collapses the parts that a short text omits. Both cards contain everything.
            page: Whether to return a whole page instead of a fragment.
            copy_buttons: Whether policies and commands have a button that copies them. This adds the only
                script, which is the same for every explanation. Cards in notebooks have the buttons.
        """
        from iamtriage._rendering.html.cards import render

        blocks = self._content().card(is_open=_is_full(detail))
        return render(blocks, page=page, copy_buttons=copy_buttons)

    @override
    def _repr_html_(self) -> str:
        return self.to_html(copy_buttons=True)

    @override
    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    @override
    def _text_for_ipython(self, width: int) -> str:
        text = self.to_text(width=width)
        return text if text.strip() else repr(self)

    @override
    def _shown(self) -> tuple[Block, ...]:
        return self._content().full_form()

    @override
    def _blocks(self) -> Iterator[Block]:
        return iter(self._content().full_form())

    def _content(self) -> Content:
        from iamtriage.explaining._content import Content
        from iamtriage.explaining._explanations.remedies import remedy_parts

        others, text = self.other_failures, "" if self.failure is None else self.failure.text
        answer, told = "", (self.summary, self.causes, self.remedies, self.notes)
        answers: tuple[str, ...] = ()
        if self.failure is not None and "?" in text:
            from iamtriage.explaining._explanations.answers import answer_question
            from iamtriage.explaining._explanations.questions import find_answers

            answer, told = answer_question(self.failure, *told) if not others else (answer, told)
            answers = find_answers([note for note in told[3] if note not in _GENERAL_NOTES], text)
        summary, causes, remedies, notes = told
        combine = self._combine if others else None
        first, second, of_first, of_second = combine(self, others) if combine else (None, None, (), ())
        return Content(
            failure=self.failure,
            answer=answer,
            summary=summary,
            causes=tuple(map(cause_parts, causes)),
            remedies=tuple(map(remedy_parts, remedies)),
            notes=notes,
            general_notes=_GENERAL_NOTES,
            others=others,
            describe=self._describe,
            combined=None if first is None else remedy_parts(first),
            second=None if second is None else remedy_parts(second),
            of_combined=of_first,
            of_second=of_second,
            foreign=self._describe_foreign(),
            answers=answers,
        )

    def _describe_foreign(self) -> tuple[tuple[str, str], ...]:
        """Return rows about the failures of other systems in the text."""
        failure = self.failure
        if self.text is None or failure is None or len(self.text) <= failure.span[1] - failure.span[0]:
            return ()
        from iamtriage.explaining._others.foreign_failures import describe_foreign

        known = "\n".join(
            (self.summary, *(each for cause in self.causes for each in (cause.text, *cause.because)))
        )
        return tuple(describe_foreign(failure, self.text[:_CHARS_SCANNED], known))

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON-ready data.

        It omits the failure's text and removes secrets; ``to_record(explanation.failure)`` has the unchanged
        values.

        >>> Explanation(None, "nothing", "There is no failure.").to_dict()["failure"] is None
        True
        """
        from iamtriage.explaining._sources import map_strings, secret_remover
        from iamtriage.failures._records import to_record

        data = {
            "topic": self.topic,
            "summary": self.summary,
            "failure": None if self.failure is None else dict(to_record(self.failure, redacted=True)),
            "causes": [cause.to_dict() for cause in self.causes],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "notes": list(self.notes),
        }
        return cast("dict[str, Any]", map_strings(data, secret_remover(self.failure)))


_Failures: TypeAlias = tuple[Failure, ...]
Combine: TypeAlias = Callable[
    [Explanation, _Failures], tuple[Remedy | None, Remedy | None, _Failures, _Failures]
]
Describe: TypeAlias = Callable[[Failure, Failure | None], str]
_NAMES = tuple(field.name for field in attrs.fields(Explanation))
_set = object.__setattr__


def copy_with(explanation: Explanation, **changes: object) -> Explanation:
    """Return a copy of an explanation with other values, which need no conversion.

    ``attrs.evolve`` takes five times as long, because it converts all values again.

    Args:
        explanation: The explanation.
        **changes: The other values, by the names of the attributes.
    """
    copied = object.__new__(Explanation)
    for name in _NAMES:
        _set(copied, name, changes[name] if name in changes else getattr(explanation, name))
    return copied


def _is_full(detail: Detail) -> bool:
    if detail not in ("short", "full"):
        msg = f"unknown detail {detail!r}; expected one of short, full"
        raise ValueError(msg)
    return detail == "full"
