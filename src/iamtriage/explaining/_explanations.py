"""Represent explanations and render them as text, Markdown, HTML and data.

What renders them is imported when it is needed: many explanations are only read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.failures._failures import Failure
from iamtriage.failures._labels import LABELS
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage._rendering.blocks import Block, Source

__all__ = ("Cause", "Evidence", "Explanation", "Remedy", "Who", "cause_url")

Evidence: TypeAlias = Literal["reported", "derived", "supplied", "possible"]
"""What a cause rests on.

AWS reports it, it is derived from the text, it is derived from the supplied facts, or it is only possible.
"""

Who: TypeAlias = Literal[
    "you",
    "account administrator",
    "organization administrator",
    "cluster administrator",
    "resource owner",
]
"""Who can carry out a remedy."""

_CAUSE_PAGES = "https://iamtriage.readthedocs.io/en/latest/causes"

# Characters around the failure that the card parses again, and those that it shows.
_CHARS_READ, _CHARS_SHOWN = 20_000, 300
# Shorter strings occur in ordinary words.
_MIN_SECRET_LENGTH = 6


@attrs.frozen
class Cause(View):
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
    text: str
    evidence: Evidence
    because: tuple[str, ...] = ()
    _url: str | None = attrs.field(default=None, kw_only=True)

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
        return _cause_blocks(self)


@attrs.frozen
class Remedy(View):
    """A fix, or something to check.

    Attributes:
        title: The remedy in a few words.
        who: Who can carry it out.
        steps: What to do, in order.
        commands: Commands for a POSIX shell. Words in capitals, such as ``CLUSTER``, are placeholders.
        policy: A policy document to attach, or whose statements to add to the existing policy; ``layer`` is
            its type. :attr:`placeholders` lists the words to replace.
        statement: A statement for a policy that caps permissions (boundary, session policy, endpoint policy,
            service or resource control policy). It grants nothing without an ``Allow`` elsewhere.
        layer: The policy type of ``policy`` or ``statement``.
        manifest: Kubernetes objects as YAML.
        url: The documentation page.

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
        """Return the remedy as JSON-ready data."""
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
        return _remedy_blocks(self)

    @override
    def _shown(self) -> tuple[Block, ...]:
        # Commands and policies stay complete for copying, and the rules wrote all of the text.
        return tuple(self._blocks())


@attrs.frozen
class Explanation(View):
    """What a failure means and how to fix it.

    Use ``str()`` in terminals, :meth:`to_markdown` in issues and chats, and :meth:`to_html` in web pages;
    notebooks show the HTML automatically. All of them escape markup, scripts and control characters from the
    failure's text and remove its secrets.

    Attributes:
        failure: The failure; ``None`` if the text contains none.
        topic: A stable identifier of the subject, such as ``"pass-role"``.
        summary: The failure in one sentence.
        causes: The causes, the most certain first.
        remedies: The remedies, in the order to try them.
        notes: What else to know.

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
        """Return the explanation for a terminal.

        Args:
            width: The width in columns, at least 40. Long words in commands and policies are not broken.
            color: Whether to use colors and bold text.

        >>> print(Explanation(None, "nothing", "There is no failure.").to_text())
        There is no failure.
        """
        from iamtriage._rendering.terminal import render

        return render(self._shown(), width=width, color=color)

    def to_markdown(self) -> str:
        """Return the explanation as Markdown (CommonMark)."""
        from iamtriage._rendering.markdown import render

        return render(self._shown())

    def to_html(self, *, page: bool = False, copy_buttons: bool = False) -> str:
        """Return the explanation as an HTML card that highlights the values in the failure's text.

        Args:
            page: Whether to return a whole page instead of a fragment.
            copy_buttons: Whether policies and commands have a button that copies them. This adds the only
                script, which is the same for each explanation. Cards in notebooks have the buttons.
        """
        from iamtriage._rendering.cards import render

        return render(self._shown(with_source=True), page=page, copy_buttons=copy_buttons)

    @override
    def _repr_html_(self) -> str:
        return self.to_html(copy_buttons=True)

    @override
    def _shown(self, *, with_source: bool = False) -> tuple[Block, ...]:
        from iamtriage._rendering.blocks import with_texts

        change = _secret_remover(self.failure)
        return tuple(with_texts(block, change) for block in self._blocks(with_source=with_source))

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON-ready data.

        It omits the failure's text and removes secrets; ``to_record(explanation.failure)`` has the unchanged
        values.

        >>> Explanation(None, "nothing", "There is no failure.").to_dict()["failure"] is None
        True
        """
        from iamtriage.failures._records import to_record

        data = {
            "topic": self.topic,
            "summary": self.summary,
            "failure": None if self.failure is None else dict(to_record(self.failure)),
            "causes": [cause.to_dict() for cause in self.causes],
            "remedies": [remedy.to_dict() for remedy in self.remedies],
            "notes": list(self.notes),
        }
        return cast("dict[str, Any]", _map_strings(data, _secret_remover(self.failure)))

    @override
    def _blocks(self, *, with_source: bool = False) -> Iterator[Block]:
        """Yield the blocks of all formats, in order."""
        from iamtriage._rendering.blocks import Fields, Heading, Items

        yield Heading(self.summary, 1)
        if self.failure is not None and (rows := tuple(self.failure.labelled_facts())):
            yield Fields(rows)
        if self.causes:
            yield Heading("Why")
        for cause in self.causes:
            yield from _cause_blocks(cause)
        if self.remedies:
            yield Heading("What helps")
        for remedy in self.remedies:
            yield from _remedy_blocks(remedy)
        if self.notes:
            yield Heading("Good to know")
            yield Items(self.notes)
        if with_source and self.failure is not None and self.failure.text:
            yield Heading("The text")
            yield _source_block(self.failure)


def cause_url(code: str) -> str:
    """Return the URL of a cause's page in the documentation.

    >>> cause_url("throttled")
    'https://iamtriage.readthedocs.io/en/latest/causes/throttled.html'
    """
    return f"{_CAUSE_PAGES}/{code}.html"


def _secret_remover(failure: Failure | None) -> Callable[[str], str]:
    """Return a function that removes a failure's secrets from a text, such as those of a presigned URL.

    An encoded message is kept, because the command that decodes it needs it.
    """
    from iamtriage.failures._records import to_record
    from iamtriage.redaction._redact import redact

    whole: dict[str, str] = {}
    parts: dict[str, str] = {}
    for key, value in () if failure is None else to_record(failure).items():
        if not isinstance(value, str) or key == "encoded_message":
            continue
        shown = redact(value)
        if shown != value:
            whole[value] = shown
            parts.update(_find_secrets(value, shown))

    def remove_secrets(text: str) -> str:
        for value, replacement in (*whole.items(), *parts.items()):
            text = text.replace(value, replacement)
        return text

    return remove_secrets


def _find_secrets(value: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield each secret in a value with its marker, because other strings can contain a part of the value."""
    from iamtriage.redaction._vocabulary.markers import MARKER

    marks = list(MARKER.finditer(shown))
    at = done = 0
    for number, mark in enumerate(marks):
        start = at + mark.start() - done
        following = shown[mark.end() : marks[number + 1].start() if mark is not marks[-1] else len(shown)]
        end = value.find(following, start) if mark is not marks[-1] else len(value) - len(following)
        if end - start >= _MIN_SECRET_LENGTH and value[start:end] != mark[0]:
            yield value[start:end], mark[0]
        done, at = mark.end(), max(end, start)


def _map_strings(value: object, change: Callable[[str], str]) -> object:
    """Return JSON-ready data with a function applied to each string."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {name: _map_strings(each, change) for name, each in pairs}
    if isinstance(value, list | tuple):
        return [_map_strings(each, change) for each in cast("list[object]", value)]
    return value


def _cause_blocks(cause: Cause) -> Iterator[Block]:
    from iamtriage._rendering.blocks import Heading, Items

    yield Heading(cause.text, 3, (cause.evidence,))
    if cause.because:
        yield Items(cause.because)


def _remedy_blocks(remedy: Remedy) -> Iterator[Block]:
    from iamtriage._rendering.blocks import Code, Heading, Items, Link

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


def _source_block(failure: Failure) -> Source:
    """Return the failure's text with its values marked and its secrets removed.

    The redacted text is parsed again, because redaction moves the values.
    """
    from iamtriage._reading.parsing import parse
    from iamtriage._rendering.blocks import Mark, Source
    from iamtriage.redaction._redact import redact

    start, end = failure.span
    text = redact(failure.text[max(start - _CHARS_READ, 0) : end + _CHARS_READ])
    parsed = parse(text)
    if parsed is None:
        return Source(text[: 2 * _CHARS_SHOWN])
    start, end = parsed.span
    # Extend the excerpt to whole lines.
    first = text.rfind("\n", 0, max(start - _CHARS_SHOWN, 0)) + 1
    last = text.find("\n", min(end + _CHARS_SHOWN, len(text)))
    last = len(text) if last < 0 else last
    marks: list[Mark] = []
    for name, (begin, stop) in sorted(parsed.spans.items(), key=lambda each: each[1]):
        # If values overlap, as service and action do, the longer one is marked.
        if marks and begin - first < marks[-1].end:
            if stop - first <= marks[-1].end:
                continue
            marks.pop()
        if first <= begin < stop <= last:
            marks.append(Mark(begin - first, stop - first, LABELS[name]))
    return Source(text[first:last], tuple(marks))
