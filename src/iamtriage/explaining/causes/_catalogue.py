"""Collect the definitions of causes from the rules on first use."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import get_data, walk_packages
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.explaining import _rules
from iamtriage.explaining._cause_types import CauseType, cause_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.explaining._explanations.explanations import Explanation

__all__ = (
    "SUBJECTS",
    "CauseInfo",
    "Example",
    "all_causes",
    "cause_info",
    "find_definitions",
    "find_folders",
    "load_examples",
)

SUBJECTS = {
    "denials": "Access denied",
    "credentials": "Credentials and signatures",
    "sts": "STS endpoints and Regions",
    "kubernetes": "Amazon EKS and Kubernetes",
    "calls": "Other API errors",
}
"""The subjects of the catalogue and their titles, in order."""

# The folders of rules, lowest layer first, so that a definition is found before the modules that import it.
_LAYERS = ("shared", "sts", "credentials", "calls", "kubernetes", "denials")


@attrs.frozen(eq=False)
class Example(Value, View):
    """An example of a failure with a cause.

    Attributes:
        name: The name of the example: the code of its cause.
        text: The error text.
        facts: The facts to pass to :func:`iamtriage.explain`.

    >>> cause_info("throttled").example.name
    'throttled'
    """

    name: str
    text: str
    facts: Mapping[str, Any] = attrs.field(factory=dict[str, Any], hash=False)

    def explain(self) -> Explanation:
        """Return the explanation of the example.

        >>> cause_info("throttled").example.explain().causes[0].code
        'throttled'
        """
        from iamtriage.explaining._explain import explain

        return explain(self.text, facts=self.facts)


@attrs.frozen(eq=False)
class CauseInfo(Value, View):
    """The description of a cause: what it means, and how to fix it.

    Attributes:
        code: The stable identifier, which is the ``code`` of a :class:`iamtriage.Cause`.
        title: The cause in a few words.
        meaning: What the cause means.
        recognised_by: How the cause is recognized, or which failures make it possible.
        fix: The typical fix.
        sources: URLs of the documentation.
        example: A failure whose explanation has the cause.
        since: The first release with this code.
        subject: The part of the catalogue, one of ``SUBJECTS``.
        reason_for: The code of the cause that this one can explain, if no error states it.

    >>> info = cause_info("throttled")
    >>> info.code, info.title
    ('throttled', 'Too many calls in a short time')
    """

    code: str
    title: str
    meaning: str
    recognised_by: str
    fix: str
    sources: tuple[str, ...]
    example: Example
    since: str
    subject: str
    reason_for: str | None = None

    @property
    def url(self) -> str:
        """The page of the cause in the documentation."""
        return cause_url(self.code)

    def to_dict(self) -> dict[str, Any]:
        """Return the cause as JSON-ready data."""
        data = attrs.asdict(self)
        return {**data, "sources": list(self.sources), "url": self.url}

    def to_text(self, *, width: int = 80, color: bool = False) -> str:
        """Return the page for a terminal, with the explanation of the example.

        Args:
            width: The width in columns, at least 40.
            color: Whether to use colors and bold text.
        """
        from iamtriage._rendering.terminal import render

        page = render(self._shown(), width=width, color=color)
        return f"{page}\n\n{'-' * width}\n\n{self.example.explain().to_text(width=width, color=color)}"

    def to_markdown(self) -> str:
        """Return the page as Markdown (CommonMark)."""
        from iamtriage._rendering.markdown import render

        return render(self._shown())

    @override
    def __str__(self) -> str:
        return self.to_text()

    @override
    def _shown(self) -> tuple[Block, ...]:
        # Examples are fictional, so nothing is redacted. Commands and policies stay complete.
        return tuple(self._blocks())

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Link, Paragraph, Source

        yield Heading(self.title, 1, (self.code,))
        if self.meaning != f"{self.title}.":
            yield Paragraph(self.meaning)
        yield Heading("How it is recognized")
        yield Paragraph(self.recognised_by)
        yield Heading("How to fix it")
        yield Paragraph(self.fix)
        yield Heading("Example")
        yield Source(self.example.text)
        if self.example.facts:
            facts = self.example.facts.items()
            shown = ((name, v if isinstance(v, str) else json.dumps(v)) for name, v in facts)
            yield Fields(tuple(shown))
        for source in self.sources:
            yield Link(source, "Documentation")
        yield Link(self.url, "This page")


def cause_info(code: str) -> CauseInfo:
    """Return the description of a cause.

    Args:
        code: The code, as in :attr:`iamtriage.Cause.code`.

    Returns:
        The entry of the catalogue.

    Raises:
        KeyError: The code is unknown.
        TypeError: The code is not a string.

    >>> cause_info("throttled").url
    'https://iamtriage.readthedocs.io/en/latest/causes/throttled.html'
    """
    try:
        return _load()[code]
    except KeyError:
        from difflib import get_close_matches

        if not isinstance(code, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(wrong_type_message("code", "a string", code)) from None
        *others, last = get_close_matches(code, _load(), n=3) or [""]
        close = f"{', '.join(others)} or {last}" if others else last
        hint = f"; did you mean {close}?" if close else ""
        msg = f"unknown cause {code!r}{hint}"
        raise KeyError(msg) from None


def all_causes() -> tuple[CauseInfo, ...]:
    """Return all causes, ordered by subject. After a cause follow its possible reasons.

    >>> len({info.code for info in all_causes()}) == len(all_causes())
    True
    """
    return tuple(_load().values())


@cache
def load_examples(subject: str) -> dict[str, Example]:
    """Return the examples of a subject by name.

    Raises:
        FileNotFoundError: The package's import loader reads no data files.
    """
    data = get_data(f"{_rules.__name__}.{subject}", "examples.toml")
    if data is None:
        msg = f"cannot read the examples of {subject}: the import loader does not support data files"
        raise FileNotFoundError(msg)
    return {
        name: Example(name, entry["text"], json.loads(entry.get("facts", "{}")))
        for name, entry in tomllib.loads(data.decode()).items()
    }


@cache
def _load() -> dict[str, CauseInfo]:
    """Return the catalogue by code."""
    examples = {name: example for subject in SUBJECTS for name, example in load_examples(subject).items()}
    definitions = find_definitions()
    by_code = {definition.code: definition for definition in definitions}
    infos = [_build_info(each, subject, by_code, examples) for each, subject in definitions.items()]
    order = list(SUBJECTS)
    infos.sort(key=lambda info: order.index(info.subject))
    subjects = {info.code: info.subject for info in infos}
    reasons: dict[str, list[CauseInfo]] = {}
    for info in infos:
        # The reasons of a cause of another subject stay in the order of their modules.
        parent = info.reason_for if info.reason_for and subjects[info.reason_for] == info.subject else ""
        reasons.setdefault(parent, []).append(info)
    return {info.code: info for info in _walk("", reasons)}


def _walk(parent: str, reasons: dict[str, list[CauseInfo]]) -> Iterator[CauseInfo]:
    """Yield the possible reasons for a cause, each before its own possible reasons."""
    for info in reasons.get(parent, ()):
        yield info
        yield from _walk(info.code, reasons)


def find_definitions() -> dict[CauseType, str]:
    """Return all definitions and their subjects, in the order of the modules."""
    found: dict[CauseType, str] = {}
    for value, module in _iterate_definitions():
        folder = module.partition(".")[0]
        found.setdefault(value, value.subject or ("calls" if folder == "shared" else folder))
    return found


def find_folders() -> dict[str, str]:
    """Return the folder of rules that defines each cause, such as ``"denials.s3"``, by code."""
    found: dict[str, str] = {}
    for value, module in _iterate_definitions():
        found.setdefault(value.code, module.rpartition(".")[0])
    return found


def _iterate_definitions() -> Iterator[tuple[CauseType, str]]:
    """Yield each definition with the names of the modules that define or import it."""
    for subject in _LAYERS:
        package = import_module(f"{_rules.__name__}.{subject}")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            for member in vars(import_module(module.name)).values():
                # A table has one definition for each key.
                values = (
                    cast("dict[object, object]", member).values() if isinstance(member, dict) else (member,)
                )
                name = module.name.removeprefix(f"{_rules.__name__}.")
                yield from ((value, name) for value in values if isinstance(value, CauseType))


def _build_info(
    definition: CauseType, subject: str, definitions: dict[str, CauseType], examples: dict[str, Example]
) -> CauseInfo:
    line = [definition]
    while line[-1].of:
        line.append(definitions[line[-1].of])
    recognised_by = definition.recognised_by
    if not recognised_by:
        recognised_by = f"No error states it. It is a possible reason for “{line[1].title}” ({line[1].code})."
    elif definition.sign and definition.of:
        recognised_by += f" Otherwise, it is a possible reason for “{line[1].title}” ({line[1].code})."
    return CauseInfo(
        code=definition.code,
        title=definition.title,
        meaning=definition.meaning or definition.sentence,
        recognised_by=recognised_by,
        fix=definition.fix,
        sources=next(each.sources for each in line if each.sources),
        example=examples[definition.code],
        since=definition.since,
        subject=subject,
        reason_for=definition.of or None,
    )
