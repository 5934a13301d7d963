"""Represent the parts of an explanation, and select the sentences of a cause that say something new."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ("CauseParts", "Parts", "RemedyParts", "cause_rows", "replace_note", "restates")

# The default maximum number of lines of a short explanation.
_LINES = 26
_MAX_REASONS = 2
_QUOTES = lazy_pattern(r"The (?:(?:message|text) says:?|authorization details name) ")
# The words before the reason in an AWS message.
_MESSAGE_SAYS = "The message says: "
# The clause by which AWS states an implicit denial:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
_MISSING_ALLOW = f"{_MESSAGE_SAYS}because no "
# A sentence that only quotes the text.
_QUOTED = lazy_pattern(r'The text says "[^"]*"\.')
# A reason, and the ARN of the policy.
_NAMED = lazy_pattern(r"(?P<said>[^:]{1,100}): (?P<arn>arn:[^ ]+)")
# A text repeats another one if it shares at least this fraction of its words with it.
_MIN_SHARED_WORDS = 0.7
_WORD = lazy_pattern(r"[\w:/.*@+=-]*\w")
_FILLER = lazy_pattern(
    "a|action|an|and|any|are|as|at|be|because|been|by|can|did|do|does|for|from|has|have|in|is|it|its|not|no|of|on|or"
    "|that|the|them|this|to|was|which|with"
)


class CauseParts(NamedTuple):
    """The parts of a cause that are shown.

    Attributes:
        evidence: The evidence in one word.
        text: The cause.
        because: The reasons.
    """

    evidence: str
    text: str
    because: tuple[str, ...]


class RemedyParts(NamedTuple):
    """The parts of a remedy that are shown.

    Attributes:
        title: What the remedy does.
        who: Who can carry it out.
        steps: The steps.
        documents: Policy documents.
        manifest: A manifest or a part of a configuration.
        manifest_language: Its language.
        commands: Shell commands.
        url: A page of the documentation.
        names: The names in it that look like placeholders.
        labels: Words to show before commands, by command.
    """

    title: str
    who: str
    steps: tuple[str, ...]
    documents: tuple[Mapping[str, Any], ...]
    manifest: str | None
    commands: tuple[str, ...]
    url: str | None
    names: frozenset[str] = frozenset()
    manifest_language: Literal["yaml", "hcl"] = "yaml"
    labels: Mapping[str, str] = MappingProxyType({})


class Parts(NamedTuple):
    """The parts of an explanation.

    Attributes:
        summary: The summary.
        causes: The causes, the most certain first.
        remedies: The remedies, in the order to try them.
        notes: Further information.
        others: Rows about other failures in the text.
        hint: How to show the full explanation.
        lines: The maximum number of lines, which important parts can exceed a little.
        second: A remedy for other failures, which is shown after the first one if it fits.
        rows_alone: The rows about other failures if that remedy does not fit.
    """

    summary: str
    causes: tuple[CauseParts, ...]
    remedies: tuple[RemedyParts, ...]
    notes: tuple[str, ...]
    others: tuple[tuple[str, str], ...] = ()
    hint: str | None = None
    lines: int = _LINES
    second: RemedyParts | None = None
    rows_alone: tuple[tuple[str, str], ...] = ()


def cause_rows(summary: str, causes: Sequence[CauseParts]) -> list[tuple[str, str]]:
    """Return the rows of causes: the evidence, and the sentences that add to the summary.

    The row of a first cause that adds nothing has no sentences. Another one has no row then.
    """
    rows: list[tuple[str, str]] = []
    shown_text = summary
    for number, cause in enumerate(causes):
        # A possible cause is shown in full, because the summary only says that it is possible.
        is_restated = (number == 0 or cause.evidence != "possible") and (
            restates(cause.text, summary)
            if cause.because and cause.evidence != "possible"
            else _contains(summary, cause.text)
        )
        sentences = [] if is_restated else [cause.text]
        for reason in _select_reasons(cause.because):
            words = _QUOTES.sub("", reason, count=1)
            known = " ".join((shown_text, *sentences))
            if restates(words, known):
                continue
            named = _NAMED.fullmatch(words)
            is_name_new = named is not None and restates(named["said"], known)
            if named is not None and is_name_new and named["arn"].rpartition("/")[2] in known:
                continue
            sentence = _end_sentence(f"The message names {named['arn']}" if named and is_name_new else reason)
            if sentences and all(map(_QUOTED.fullmatch, (sentences[-1], sentence))):
                sentences[-1] = f"{sentences[-1].removesuffix('.')} and {words}"
            else:
                sentences.append(sentence)
        text = " ".join(sentences)
        if not text and number:
            continue
        if not text:
            # What the text says shows why the cause is certain. The cause would repeat the summary.
            quoted = next(
                (each for each in filter(_QUOTES.match, cause.because) if each not in shown_text), None
            )
            if quoted is not None and quoted.startswith(_MISSING_ALLOW):
                text = "No Deny applies: an Allow is missing."
            elif quoted is not None and not quoted.startswith(_MESSAGE_SAYS):
                text = _end_sentence(quoted)
        rows.append((cause.evidence.capitalize(), text))
        shown_text = f"{shown_text} {text}"
    return rows


def replace_note(words: Sequence[str], said: str = "") -> str | None:
    """Return the sentence about the placeholders to replace, or ``None`` if there are none.

    Args:
        words: The placeholders.
        said: What is said between the commands. It omits placeholders that this names.

    >>> replace_note(("CLUSTER", "REGION"))
    'Replace CLUSTER and REGION.'
    >>> replace_note(("ROLE_NAME", "REGION"), "Then, with ROLE_NAME filled in:")
    'Replace REGION.'
    """
    words = [word for word in words if word not in said.split()]
    if not words:
        return None
    return f"Replace {', '.join(words[:-1])} and {words[-1]}." if len(words) > 1 else f"Replace {words[0]}."


def _select_reasons(reasons: Sequence[str]) -> list[str]:
    """Return at most two reasons. Those that only state a value of a remedy are in the full explanation."""
    return [reason for reason in reasons if not reason.startswith("The text states")][:_MAX_REASONS]


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", '"')) else f"{text}."


def restates(text: str, shown_text: str) -> bool:
    """Return whether most words of a text are in another text."""
    words = _words(text)
    return bool(words) and len(words & _words(shown_text)) / len(words) >= _MIN_SHARED_WORDS


def _contains(text: str, sentence: str) -> bool:
    """Return whether a sentence says nothing that a text does not say, in the same words."""
    return _words(sentence) <= _words(text)


def _words(text: str) -> set[str]:
    return {_stem(word) for word in map(str.lower, _WORD.findall(text)) if not _FILLER.fullmatch(word)}


def _stem(word: str) -> str:
    for ending in ("-based", "ies", "es", "s", "ed", "d", "y"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word[: -len(ending)]
    return word
