"""Represent the parts of an explanation, and select the sentences of a cause that say something new."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from iamtriage._patterns import lazy_pattern
from iamtriage._text import lower_first
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = (
    "SENTENCE_END",
    "CauseParts",
    "Parts",
    "RemedyParts",
    "cause_rows",
    "drop_sentences",
    "is_code",
    "repeats",
    "restates",
    "row_label",
    "stems_of",
)

# The default maximum number of lines of a short explanation.
_LINES = 26
_MAX_REASONS = 2
_QUOTES = lazy_pattern(r"The (?:(?:message|text) says:?|text (?:has|sets|shows)|authorization details name) ")
# The words before the reason in an AWS message.
_MESSAGE_SAYS = "The message says: "
# The clause by which AWS states an implicit denial:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
_MISSING_ALLOW = f"{_MESSAGE_SAYS}because no "
_NO_ALLOW = lazy_pattern(f"No identity-based policy of |{_MISSING_ALLOW}identity-based policy ")
# A sentence that only quotes the text.
_QUOTED = lazy_pattern(r'The text (?:says|shows) ("[^"]*")\.')
# The reader knows the code, and the summary says what it means.
_CODE = lazy_pattern(r"The (?:error )?code is [\w.:]+(?:, the HTTP status \w+)?\.?")
# A reason, and the ARN of the policy.
_NAMED = lazy_pattern(r"(?P<said>[^:]{1,100}): (?P<arn>arn:[^ ]+)")
# A text repeats another one if it shares at least this fraction of its words with it.
_MIN_SHARED_WORDS = 0.7
# Fewer for the first sentence of a cause and for a quote, and for what words a message.
_MIN_OF_CAUSE, _MIN_OF_REPORT = 0.6, 0.25
_MIN_OF_TITLE = 0.75
SENTENCE_END = lazy_pattern(r"(?<=[.!?]) (?=[A-Z]|[a-z0-9-]+:[A-Z])")
"""The space between two sentences, of which the second one can begin with an action."""
# Words at the start of a sentence that are not names.
_COMMON_WORD = lazy_pattern(
    r"(?:An?|At|By|For|If|In|It|Its|No|Only|Such|That|The|These|They|This|With|Without) "
)
_PRONOUN = lazy_pattern(r"(?:It|Its|That|Their|They|These|This|Such)\b")
# What can stand for something in the sentence before.
_REFERENCE = lazy_pattern(r"\b(?:it|its(?! own)|that|their(?! own)|them|these|they|this)\b", re.IGNORECASE)
# What can only stand for something in the sentence before.
_REFERS_BACK = lazy_pattern(r"\b(?:(?:for|in|of|on|to|with) it|them|these|those)\b")
# The start of a sentence about what the summary does not say.
_CONTRAST = lazy_pattern(r"(?:Apart from that|Only|Otherwise)\b")
_NEGATION = lazy_pattern(r"\b(?:neither|no|not|only)\b", re.IGNORECASE)
# What shows that a message, or another part of the text, reports something.
_REPORT = lazy_pattern(r"\bauthorization details\b|\b(?:says|names|reports)\b|\b[Cc]ode is |\bHTTP status\b")
# What AWS always does, which no message reports.
_RULE_OF_AWS = lazy_pattern(
    r"AWS authorizes the call |The call \w{1,80} requires |An Allow does not override it\.|No Allow "
)
_WORD = lazy_pattern(r"[\w:/.*@+=-]*\w")
_NAME = lazy_pattern(r"[:/_0-9]")
_MIN_OF_STEM = 4
_FILLER = lazy_pattern(
    "a|action|an|and|any|are|as|at|be|because|been|by|can|did|do|does|for|from|has|have|in|is|it|its|not|no|of|on|or|such"
    "|s|than|that|the|them|this|to|was|which|with"
)


class CauseParts(NamedTuple):
    """The parts of a cause that are shown.

    Attributes:
        evidence: The evidence in one word.
        text: The cause.
        because: The reasons.
        code: The code with which ``iamtriage why`` shows the page of the cause.
    """

    evidence: str
    text: str
    because: tuple[str, ...]
    code: str = ""


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
    """

    title: str
    who: str
    steps: tuple[str, ...]
    documents: tuple[Mapping[str, Any], ...]
    manifest: str | None
    commands: tuple[str, ...]
    url: str | None
    names: frozenset[str] = frozenset()
    manifest_language: Literal["yaml", "hcl", "text"] = "yaml"


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
        message: The message of the failure.
        line: The message with the rest of its line.
        answers: The notes about what the text asks, which ``notes`` omits.
        total: How many failures the text has, as a sentence before the summary.
        details: Sentences that the summary omits.
        known: The summary as it is shown and as a whole, which the rows of causes do not repeat.
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
    message: str = ""
    line: str = ""
    answers: tuple[str, ...] = ()
    total: str = ""
    details: tuple[str, ...] = ()
    known: str = ""


def cause_rows(
    summary: str, causes: Sequence[CauseParts], message: str = "", line: str = ""
) -> list[tuple[str, str]]:
    """Return the rows of causes: the evidence, and the sentences that add to the summary.

    The row of a cause that adds nothing has no sentences. After a row with sentences, it has none.

    Args:
        summary: The summary.
        causes: The causes.
        message: The message of the failure. Its words are quoted once, for what it reports.
        line: The message with the rest of its line, which it can end before.
    """
    rows: list[tuple[str, str]] = []
    message, line = (" ".join(each.lower().split()) for each in (message, line or message))
    shown_text = summary
    is_quote_only = False
    for number, cause in enumerate(causes):
        is_certain = cause.evidence != "possible"
        is_repeated = (is_certain or number == 0 or not cause.because) and _is_repeated(cause, summary)
        meaning = [] if is_repeated else _new_sentences(cause, summary)
        quotes: list[str] = []
        others: list[str] = []
        has_code = False
        for reason in _select_reasons(cause.because):
            if is_code(reason):
                has_code = True
                continue
            words = _QUOTES.sub("", reason, count=1)
            known = " ".join((shown_text, *meaning, *quotes, *others))
            quoted = _QUOTED.fullmatch(reason)
            if restates(words, known, _MIN_SHARED_WORDS if quoted is None else _MIN_OF_CAUSE):
                continue
            named = _NAMED.fullmatch(words)
            is_name_new = named is not None and restates(named["said"], known)
            if named is not None and is_name_new and named["arn"].rpartition("/")[2] in known:
                continue
            if quoted is not None:
                quotes.append(quoted[1])
            else:
                source = "message" if named and named["arn"].lower() in message else "text"
                said = f"The {source} names {named['arn']}" if named and is_name_new else reason
                others.append(_end_sentence(said))
        own = [each for each in quotes if each.strip('"').lower() in line]
        if own and own == quotes and not (meaning or others):
            # The reader knows the message, and the summary says what it means.
            continue
        if others or (meaning and cause.evidence != "reported"):
            # The message shows the failure, and something else shows the cause.
            stated = stems_of(" ".join((shown_text, *meaning, *others)))
            quotes = [
                each for each in quotes if each not in own and any(map(_NAME.search, stems_of(each) - stated))
            ]
        is_clear = is_certain and meaning and not _REFERENCE.search(meaning[0])
        if not (is_repeated or quotes or others or has_code or is_clear):
            meaning = _without_repetition(cause.text, summary) if is_certain else [cause.text]
        text = _format_row(cause, quotes, meaning, others)
        if (
            number
            and is_certain
            and _NO_ALLOW.match(text)
            and all(map(_RULE_OF_AWS.match, SENTENCE_END.split(text)[1:]))
        ):
            continue  # the first cause says what is missing
        if not text and any(shown for _, shown in rows):
            continue
        if is_quote_only and is_certain:
            # This row shows more.
            rows.clear()
        is_quote_only = number == 0 and is_certain and not (meaning or others)
        text = text or _only_evidence(cause, shown_text, line)
        if text or not rows:
            rows.append((_label(cause, text, message), text))
        shown_text = f"{shown_text} {text}"
    return rows


def drop_sentences(rows: Sequence[tuple[str, str]], shown_text: str) -> list[tuple[str, str]]:
    """Return rows without the sentences that another text contains.

    >>> drop_sentences([("Derived", "An Allow does not help. It is so.")], "An Allow or a key does not help.")
    [('Derived', 'It is so.')]
    """
    kept = (
        (label, " ".join(each for each in SENTENCE_END.split(text) if not _contains(shown_text, each)))
        for label, text in rows
    )
    return [(label, text) for label, text in kept if text]


def _only_evidence(cause: CauseParts, shown_text: str, message: str) -> str:
    """Return what the text says, which shows why a cause is certain that a summary states."""
    # Plain words name nothing that the text shows.
    quoting = (each for each in cause.because if _QUOTES.match(each) and each not in shown_text)
    reasons = (each for each in quoting if '"' in each or _NAME.search(each))
    reason = next(reasons, "")
    quoted = _QUOTED.fullmatch(reason)
    is_known = quoted is not None and quoted[1].strip('"').lower() in message
    return "" if is_known or not reason or reason.startswith(_MESSAGE_SAYS) else _end_sentence(reason)


def _is_repeated(cause: CauseParts, summary: str) -> bool:
    """Return whether a summary states a cause."""
    if cause.because and cause.evidence != "possible":
        return restates(cause.text, summary)
    # A possible cause is shown in full, because the summary only says that it is possible.
    return _contains(summary, cause.text)


def _new_sentences(cause: CauseParts, summary: str) -> list[str]:
    """Return the sentences of a cause that do not repeat the summary."""
    first, *more = SENTENCE_END.split(cause.text)
    if cause.evidence == "possible":
        is_stated = more and _contains(summary, first) and not _PRONOUN.match(more[0])
        return more if is_stated else [cause.text]
    is_needed = bool(more) and _REFERS_BACK.search(more[0]) is not None
    return [
        *([] if _adds_nothing(first, summary) and not is_needed else [first]),
        *(each for each in more if _CONTRAST.match(each) or not restates(each, summary)),
    ]


def _without_repetition(text: str, summary: str) -> list[str]:
    """Return the sentences of a cause, without a first one whose words a summary has."""
    first, *more = SENTENCE_END.split(text)
    if not more and _adds_nothing(first, summary, _MIN_OF_TITLE) and not _CONTRAST.match(first):
        return []
    is_repeated = restates(first, summary, _MIN_OF_TITLE) and not _NEGATION.search(first)
    return more if more and is_repeated and not _PRONOUN.match(more[0]) else [text]


def _format_row(
    cause: CauseParts, quotes: Sequence[str], meaning: Sequence[str], others: Sequence[str]
) -> str:
    """Return the text of a row: what the text says, what that means, and the other reasons."""
    said = " and ".join(quotes)
    if not (said and meaning and cause.evidence == "reported" and cause.text.startswith(meaning[0])):
        verb = "shows" if f'The text shows "{said[1:]}.' in cause.because else "says"
        return " ".join((*meaning, *((f"The text {verb} {said}.",) if said else ()), *others))
    first = meaning[0]
    if _COMMON_WORD.match(first):
        first = lower_first(first)
    return " ".join((f"{said}: {first}", *meaning[1:], *others))


def _label(cause: CauseParts, text: str, message: str) -> str:
    """Return the evidence that a row shows. What follows from a message is derived from it."""
    if cause.evidence != "possible" and _RULE_OF_AWS.match(text) and not _REPORT.search(text):
        return "Derived"
    is_report = (
        cause.evidence != "reported"
        or not (text and message)
        or any(map(_REPORT.search, (text, *cause.because)))
        or restates(SENTENCE_END.split(text)[0], message, _MIN_OF_REPORT)
    )
    return cause.evidence.capitalize() if is_report else "Derived"


def _select_reasons(reasons: Sequence[str]) -> list[str]:
    """Return at most two reasons. Those that only state a value of a remedy are in the full explanation."""
    return [reason for reason in reasons if not reason.startswith("The text states")][:_MAX_REASONS]


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", '"')) else f"{text}."


def is_code(reason: str) -> bool:
    """Return whether a reason only states the error code, which the reader knows."""
    return _CODE.fullmatch(reason) is not None


def restates(text: str, shown_text: str, share: float = _MIN_SHARED_WORDS) -> bool:
    """Return whether most words of a text, or a share of them, are in another text."""
    words = stems_of(text)
    return bool(words) and len(words & stems_of(shown_text)) / len(words) >= share


def repeats(title: str, sentence: str) -> bool:
    """Return whether a sentence says what a title says: its verb, most of its words, and its names.

    >>> repeats("Allow the caller in the bucket policy", "The bucket policy must allow the call, too.")
    True
    >>> repeats("Allow the token in the trust policy", "Compare the token with the trust policy.")
    False
    """
    verb = next(iter(stems_of(title.removeprefix("Or ").partition(" ")[0])), "")
    new = stems_of(title) - (words := stems_of(sentence))
    return verb in words and not any(map(_NAME.search, new)) and restates(title, sentence, _MIN_OF_TITLE)


def row_label(title: str) -> str:
    """Return whether a remedy is an alternative, depends on a condition or is the next step.

    >>> [row_label(each) for each in ("Or sign in again", "If it fails, sign in again", "Sign in again")]
    ['Or', 'If', 'Next']
    """
    start = title.partition(" ")[0].rstrip(",")
    return start if start in {"Or", "If"} else "Next"


def _adds_nothing(sentence: str, shown_text: str, share: float = _MIN_OF_CAUSE) -> bool:
    """Return whether many words of a sentence are in a text, and all its names of actions, keys and paths."""
    new = stems_of(sentence) - stems_of(shown_text)
    return restates(sentence, shown_text, share) and not any(map(_NAME.search, new))


def _contains(text: str, sentence: str) -> bool:
    """Return whether a sentence says nothing that a text does not say, in the same words."""
    return stems_of(sentence) <= stems_of(text)


def stems_of(text: str) -> set[str]:
    """Return the words of a text that have a meaning, without their endings."""
    return set(map(_stem, map(str.lower, _WORD.findall(text)))) - {""}


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    if _FILLER.fullmatch(word):
        return ""
    for ending in ("-based", "ly", "es", "s", "ed", "d"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            break
    if word.endswith("y"):
        return f"{word[:-1]}i"
    # Without it, "signatures" and "signature" would differ.
    return word[:-1] if word.endswith("e") and len(word) > _MIN_OF_STEM else word
