"""What an explanation says, as values, and the forms in which it is shown; not for how it is found.

The rules that make explanations are in ``_rules``; :func:`iamtriage.explain` is their door.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs
from typing_extensions import override

from iamtriage._rendering.blocks import Code, Fields, Heading, Items, Link, Mark, Source, with_texts
from iamtriage._rendering.views import View
from iamtriage.failures._failures import Failure
from iamtriage.failures._labels import LABELS
from iamtriage.failures._records import to_record
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("Cause", "Evidence", "Explanation", "Remedy", "Who")

Evidence: TypeAlias = Literal["reported", "derived", "supplied", "possible"]
"""What a cause rests on: AWS says it, it follows from the text, it follows from the facts that were
given, or it fits and something else may be the cause."""

Who: TypeAlias = Literal[
    "you",
    "account administrator",
    "organization administrator",
    "cluster administrator",
    "resource owner",
]
"""Who can do what a remedy asks for."""

# How much of the text around the failure is read again, and how much of that is shown.
_READ, _SHOWN = 20_000, 300
# What is shorter may be a part of any word.
_SHORTEST_SECRET = 6


@attrs.frozen
class Cause(View):
    """Why it failed, or may have failed.

    Attributes:
        code: a short name for the cause, which stays the same between releases: ``"no-identity-allow"``.
        text: the cause in one or two sentences.
        evidence: what it rests on.
        because: what speaks for it, a line each. Text that was given stands in it as it is.

    >>> Cause("no-identity-allow", "No policy allows it.", "reported").evidence
    'reported'
    """

    code: str
    text: str
    evidence: Evidence
    because: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the cause as JSON-ready data."""
        return {
            "code": self.code,
            "text": self.text,
            "evidence": self.evidence,
            "because": list(self.because),
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        return _cause(self)


@attrs.frozen
class Remedy(View):
    """One thing that helps, or that has to be looked at.

    Attributes:
        title: it in a few words.
        who: who can do it.
        steps: what to do, in this order.
        commands: shell commands that do it, quoted for a POSIX shell. Words in capitals, such as
            ``CLUSTER``, stand for what is not known.
        policy: a policy document that can be attached as it is, or whose statements go into the policy
            that is there; ``layer`` says of which type. Words that begin with ``REPLACE_`` stand for what
            is not known.
        statement: a statement for a policy that only limits (boundary, session policy, endpoint policy,
            service or resource control policy): it grants nothing by itself.
        layer: the type of policy that ``policy`` or ``statement`` is for.
        manifest: Kubernetes objects as YAML.
        url: the page that says more.

    >>> Remedy("Log in again", "you", commands=("aws sso login",)).policy is None
    True
    """

    title: str
    who: Who
    steps: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    policy: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    statement: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    layer: PolicyType | None = None
    manifest: str | None = None
    url: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the remedy as JSON-ready data."""
        return {
            "title": self.title,
            "who": self.who,
            "steps": list(self.steps),
            "commands": list(self.commands),
            "policy": None if self.policy is None else dict(self.policy),
            "statement": None if self.statement is None else dict(self.statement),
            "layer": self.layer,
            "manifest": self.manifest,
            "url": self.url,
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        return _remedy(self)

    @override
    def _shown(self) -> tuple[Block, ...]:
        # Commands and policies are for copying, and all words are the rules' own.
        return tuple(self._blocks())


@attrs.frozen
class Explanation(View):
    """What a failure means and what helps against it.

    ``str()`` is for terminals, :meth:`to_markdown` for issues and chats, :meth:`to_html` for pages, and
    notebooks show the card by themselves. None of them lets markup, scripts or control sequences of the
    failure's text through, or a secret of it.

    Attributes:
        failure: what is explained; None where the text held no failure.
        topic: what it is about, as a short name that stays the same between releases: ``"pass-role"``.
        summary: the failure in one sentence.
        causes: why, the surest first.
        remedies: what helps, in the order in which to try it.
        notes: what else to know.

    >>> Explanation(None, "nothing", "There is no failure.").causes
    ()
    """

    failure: Failure | None
    topic: str
    summary: str
    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    notes: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        return self.to_text()

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        yield "topic", self.topic
        yield "summary", self.summary
        yield "causes", [cause.code for cause in self.causes]
        yield "remedies", [remedy.title for remedy in self.remedies]

    def to_text(self, *, width: int = 80, color: bool = False) -> str:
        """Give the explanation for a terminal.

        Args:
            width: columns of the terminal, 40 at least. Commands and policies keep their long words.
            color: whether to use colours and bold letters.

        >>> print(Explanation(None, "nothing", "There is no failure.").to_text())
        There is no failure.
        """
        from iamtriage._rendering.terminal import render

        return render(self._shown(), width=width, color=color)

    def to_markdown(self) -> str:
        """Give the explanation as Markdown (CommonMark, as GitHub and chats read it)."""
        from iamtriage._rendering.markdown import render

        return render(self._shown())

    def to_html(self, *, page: bool = False, copy_buttons: bool = False) -> str:
        """Give the explanation as an HTML card, with the values marked in the text that they were read from.

        Args:
            page: whether to give a whole page instead of a fragment.
            copy_buttons: whether policies and commands get buttons that copy them, by a script in the HTML.
                Without it there is no script in it. The script is the same for each explanation, and holds
                nothing of it. In notebooks the card has the buttons.
        """
        from iamtriage._rendering.cards import render

        return render(self._shown(with_source=True), page=page, copy_buttons=copy_buttons)

    @override
    def _repr_html_(self) -> str:
        return self.to_html(copy_buttons=True)

    @override
    def _shown(self, *, with_source: bool = False) -> tuple[Block, ...]:
        change = _without_secrets_of(self.failure)
        return tuple(with_texts(block, change) for block in self._blocks(with_source=with_source))

    def to_dict(self) -> dict[str, Any]:
        """Give the explanation as JSON-ready data.

        The failure's text is left out, and its secrets are cut out as in every form; the values as AWS wrote
        them are those of ``to_record(explanation.failure)``.

        >>> Explanation(None, "nothing", "There is no failure.").to_dict()["failure"] is None
        True
        """
        told = {
            "topic": self.topic,
            "summary": self.summary,
            "failure": None if self.failure is None else dict(to_record(self.failure)),
            "causes": [cause.to_dict() for cause in self.causes],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "notes": list(self.notes),
        }
        return cast("dict[str, Any]", _changed(told, _without_secrets_of(self.failure)))

    @override
    def _blocks(self, *, with_source: bool = False) -> Iterator[Block]:
        """Give what every form shows, in order."""
        yield Heading(self.summary, 1)
        if self.failure is not None and (rows := tuple(self.failure.labelled_facts())):
            yield Fields(rows)
        if self.causes:
            yield Heading("Why")
        for cause in self.causes:
            yield from _cause(cause)
        if self.remedies:
            yield Heading("What helps")
        for remedy in self.remedies:
            yield from _remedy(remedy)
        if self.notes:
            yield Heading("Good to know")
            yield Items(self.notes)
        if with_source and self.failure is not None and self.failure.text:
            yield Heading("The text")
            yield _source(self.failure)


def _without_secrets_of(failure: Failure | None) -> Callable[[str], str]:
    """Give what cuts a failure's secrets out of a text: some denials are of a signed URL.

    An encoded message stays: it is of use only in the command that decodes it.
    """
    from iamtriage.redaction._redact import redact

    whole: dict[str, str] = {}
    parts: dict[str, str] = {}
    for key, value in () if failure is None else to_record(failure).items():
        if not isinstance(value, str) or key == "encoded_message":
            continue
        shown = redact(value)
        if shown != value:
            whole[value] = shown
            parts.update(_cut_out(value, shown))

    def change(text: str) -> str:
        for value, instead in (*whole.items(), *parts.items()):
            text = text.replace(value, instead)
        return text

    return change


def _cut_out(value: str, shown: str) -> Iterator[tuple[str, str]]:
    """Give each secret of a value with its marker: a name or a policy may hold a part of the value."""
    from iamtriage.redaction._vocabulary.markers import MARKER

    marks = list(MARKER.finditer(shown))
    at = done = 0
    for number, mark in enumerate(marks):
        start = at + mark.start() - done
        following = shown[mark.end() : marks[number + 1].start() if mark is not marks[-1] else len(shown)]
        end = value.find(following, start) if mark is not marks[-1] else len(value) - len(following)
        if end - start >= _SHORTEST_SECRET and value[start:end] != mark[0]:
            yield value[start:end], mark[0]
        done, at = mark.end(), max(end, start)


def _changed(value: object, change: Callable[[str], str]) -> object:
    """Give JSON-ready data with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {name: _changed(each, change) for name, each in pairs}
    if isinstance(value, list | tuple):
        return [_changed(each, change) for each in cast("list[object]", value)]
    return value


def _cause(cause: Cause) -> Iterator[Block]:
    yield Heading(cause.text, 3, (cause.evidence,))
    if cause.because:
        yield Items(cause.because)


def _remedy(remedy: Remedy) -> Iterator[Block]:
    yield Heading(remedy.title, 3, (remedy.who,))
    if remedy.steps:
        yield Items(remedy.steps, ordered=len(remedy.steps) > 1)
    for document in (remedy.policy, remedy.statement):
        if document is not None:
            yield Code(json.dumps(document, indent=2, ensure_ascii=True), "json")
    if remedy.manifest is not None:
        yield Code(remedy.manifest, "yaml")
    for command in remedy.commands:
        yield Code(command, "sh")
    if remedy.url is not None:
        yield Link(remedy.url, "documentation")


def _source(failure: Failure) -> Source:
    """Give the text that the failure was read from, its values marked and its secrets cut out.

    The text is read again without its secrets, since these move what stands behind them.
    """
    from iamtriage._reading.parsing import parse
    from iamtriage.redaction._redact import redact

    start, end = failure.span
    text = redact(failure.text[max(start - _READ, 0) : end + _READ])
    again = parse(text)
    if again is None:
        return Source(text[: 2 * _SHOWN])
    start, end = again.span
    # Whole lines, where the text has them.
    first = text.rfind("\n", 0, max(start - _SHOWN, 0)) + 1
    last = text.find("\n", min(end + _SHOWN, len(text)))
    last = len(text) if last < 0 else last
    marks: list[Mark] = []
    for name, (begin, stop) in sorted(again.spans.items(), key=lambda each: each[1]):
        # Of values that share a place, as service and action do, the longer one is marked.
        if marks and begin - first < marks[-1].end:
            if stop - first <= marks[-1].end:
                continue
            marks.pop()
        if first <= begin < stop <= last:
            marks.append(Mark(begin - first, stop - first, LABELS[name]))
    return Source(text[first:last], tuple(marks))
