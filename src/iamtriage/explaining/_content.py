"""Arrange what an explanation says: as a short form, as a full form, and as a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import for_powershell, with_texts
from iamtriage._rendering.explanations.parts import Parts
from iamtriage._typing import NamedTuple
from iamtriage.explaining._sources import secret_remover, text_blocks
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from iamtriage._rendering.blocks import Block
    from iamtriage._rendering.explanations.parts import CauseParts, RemedyParts
    from iamtriage.failures._failures import Failure

__all__ = ("Content",)

# Without any of these, a text shows no Windows.
_WINDOWS_SIGNS = (
    "PS ", "At line:", ":\\", ":/", ": connectex", ": wsa", ": The system cannot find ", "EC2AMAZ-",
)  # fmt: skip
# The prompts of PowerShell and cmd, what PowerShell prints after an error, what Windows says of sockets and
# files, and a path of a user there. Git Bash and WSL have a POSIX shell.
_WINDOWS = lazy_pattern(
    r"(?:^|\n)[^\S\n]{0,80}(?:PS [A-Z/~][^\n>]{0,200}>|At line:\d{1,6} char:\d|[A-Z]:\\[^\n<>|]{0,200}>)"
    r"|: (?:connectex|wsarecv|wsasend): |: The system cannot find the (?:file|path) specified\b"
    # The name that Windows gets on EC2.
    r"|\b[A-Z]:\\{1,2}Users\\|\bEC2AMAZ-[A-Z0-9]"
    # A file that Python or Node.js runs.
    r"|\bFile \"[A-Z]:\\[^\n\"]{1,200}\", line \d|[( ](?:file:///)?[A-Z]:[\\/][^\n()]{1,200}\.[cm]?[jt]s:\d"
    # A path of a build, on the computer that runs the program.
    r"|\bin [A-Z]:\\[^\n:]{1,200}:line \d{1,7}(?=[\s\S]{0,2000}\b(?:dotnet (?:run|watch)|laptop)\b)"
)
_POSIX_ON_WINDOWS = lazy_pattern(
    r"\bMINGW(?:32|64)\b|\b[Gg]it[ -][Bb]ash\b|\b(?i:wsl|cygwin)\b|/mnt/c/"
    r"|(?:^|\n)[\w-]{1,40}@[\w.-]{1,60}:[^\n$]{0,200}\$ "
)
# A verdict, and a note that says the same.
_NO_PERMISSION = lazy_pattern(
    r"\b[Nn]o permission (?:is missing|was checked)\b|\bno request (?:was sent to|reached) AWS\b"
)
_NO_POLICY = lazy_pattern(
    r"(?:An IAM policy does not help(?:: no request (?:was sent to|reached) AWS)?"
    r"|AWS (?:could not authenticate|does not know) the caller, so it evaluated no policy"
    r"(?:: no permission is missing)?"
    r"|The request did not reach AWS, so an IAM policy does not help"
    r"|This is not a denial, so an IAM policy does not help|No permission is missing"
    r"|The caller's permissions are not the problem)\."
)
# A note on deployments, which says less than a step.
_RETRY, _RETRIES = (
    "Retry the deployment afterwards.",
    lazy_pattern(r"\b(?:[Rr]etr(?:y|ies)|[Dd]eploy|[Aa]pply|[Rr]epeat)\b"),
)
_HINT = 'iamtriage explain --full, or .to_text(detail="full").'
# Lines of a short explanation. Failures of credentials and clusters have more likely causes than denials.
_LINES_OF_DENIAL, _LINES = 24, 26
# Characters after a message, which can end before its line.
_MAX_AFTER_MESSAGE = 200
# Lines that a description of another failure can add to a short explanation.
_LINES_PER_OTHER = 2
# Lines that the remedy of the others can add.
_LINES_OF_SECOND = 6


class Content(NamedTuple):
    """What an explanation says.

    Attributes:
        failure: The failure; ``None`` if the text contains none.
        summary: The failure in one sentence.
        causes: The causes, the most certain first.
        remedies: The remedies, in the order to try them.
        notes: Further information.
        answer: The plain answer to what the text asks, before the summary.
        answers: The notes about what the text asks.
        general_notes: The notes that apply to most failures, which a short form omits.
        others: The other failures in the text.
        describe: Describes another failure.
        combined: The first remedy, for other denials, too.
        second: A remedy for others.
        of_combined: The other failures that the combined remedy fixes.
        of_second: Those that the second one fixes.
        foreign: Rows about the failures of other systems in the text.
    """

    failure: Failure | None
    summary: str
    causes: tuple[CauseParts, ...]
    remedies: tuple[RemedyParts, ...]
    notes: tuple[str, ...]
    general_notes: frozenset[str]
    others: tuple[Failure, ...]
    describe: Callable[[Failure, Failure | None], str] | None
    combined: RemedyParts | None
    second: RemedyParts | None
    of_combined: tuple[Failure, ...]
    of_second: tuple[Failure, ...]
    foreign: tuple[tuple[str, str], ...] = ()
    answer: str = ""
    answers: tuple[str, ...] = ()

    def short_form(self, width: int) -> tuple[Block, ...]:
        """Return the verdict, the likeliest cause, the remedy to try first, and how to see more."""
        from iamtriage._rendering.explanations.short_form import short_blocks

        return self._without_secrets(short_blocks(self._short_parts(), width))

    def full_form(self) -> tuple[Block, ...]:
        """Return everything, in order."""
        from iamtriage._rendering.explanations.full_form import full_blocks

        facts = () if self.failure is None else tuple(self.failure.labelled_facts())
        return self._without_secrets(full_blocks(self._all_parts(), facts))

    def card(self, *, is_open: bool) -> tuple[Block, ...]:
        """Return everything, with the parts that a short form omits in folds.

        Args:
            is_open: Whether the folds are open.
        """
        from iamtriage._rendering.explanations.full_form import card_blocks

        text = text_blocks(self.failure) if self.failure is not None and self.failure.text else ()
        return self._without_secrets(card_blocks(self._all_parts(), text, is_open=is_open))

    def _without_secrets(self, blocks: Iterable[Block]) -> tuple[Block, ...]:
        change = secret_remover(self.failure)
        shown = tuple(with_texts(block, change) for block in blocks)
        text = "" if self.failure is None else self.failure.text
        may_show = any(map(text.__contains__, _WINDOWS_SIGNS))
        if may_show and _WINDOWS.search(text) and not _POSIX_ON_WINDOWS.search(text):
            shown = tuple(map(for_powershell, shown))
        return shown

    def _short_parts(self) -> Parts:
        remedies = self.remedies if self.combined is None else (self.combined, *self.remedies[1:])
        others = self._other_rows((*self.of_combined, *self.of_second))
        lines = _LINES_OF_DENIAL if isinstance(self.failure, AccessDenied) else _LINES
        lines += _LINES_OF_SECOND if self.second is not None else 0
        summary, count, second = self.summary, self._count_denials(), ""
        if self.others:
            from iamtriage.explaining._others.describing import (
                describe_fixed,
                describe_second,
                split_same_reason,
            )

            summary += describe_fixed(self.failure, self.of_combined)
            second = describe_second(self.failure, self.of_second)
            summary += split_same_reason(self.failure, self.others)[1]
        from iamtriage._rendering.explanations.headlines import shorten

        first = remedies[0] if remedies else None
        short, details = shorten(
            summary, (*first.commands, *first.documents, first.manifest or "") if first else ()
        )
        short = f"{self.answer} {short}{second}".strip()
        return Parts(
            summary=short,
            total=count,
            known=f"{short} {summary}{count}",
            details=details,
            causes=self.causes,
            remedies=remedies,
            notes=tuple(note for note in self.notes if not self._is_known(note)),
            others=others,
            hint=_HINT if self.causes or self.remedies else None,
            lines=lines + _LINES_PER_OTHER * len(others),
            second=self.second,
            rows_alone=() if self.second is None else self._other_rows(self.of_combined),
            message="" if self.failure is None else self.failure.text[slice(*self.failure.span)],
            line="" if self.failure is None else _own_line(self.failure),
            answers=self.answers,
        )

    def _is_known(self, note: str) -> bool:
        """Return whether a short form says elsewhere what a note says, or omits it."""
        if note in self.general_notes or note in self.answers:
            return True
        if note == _RETRY and any(_RETRIES.search(step) for each in self.remedies[:1] for step in each.steps):
            return True
        return _NO_PERMISSION.search(self.summary) is not None and _NO_POLICY.fullmatch(note) is not None

    def _all_parts(self) -> Parts:
        first = self.remedies[:1] if self.combined is None else (self.combined,)
        return Parts(
            summary=f"{self.answer} {self.summary}".strip(),
            total=self._count_denials(),
            causes=self.causes,
            remedies=(*first, *self.remedies[1:]),
            second=self.second,
            notes=self.notes,
            others=self._other_rows((*self.of_combined, *self.of_second)),
        )

    def _count_denials(self) -> str:
        """Return how many denials the text has, if more than one has to be fixed."""
        if not self.others:
            return ""
        from iamtriage.explaining._others.describing import count_denials

        return count_denials((self.failure, *self.others))

    def _other_rows(self, fixed: tuple[Failure, ...]) -> tuple[tuple[str, str], ...]:
        """Return rows about the other failures in the text: their number, and a row for each of the first.

        Args:
            fixed: The failures that the shown remedies fix.
        """
        if not self.others:
            return self.foreign
        from iamtriage.explaining._others.describing import describe_others, split_same_reason

        others = tuple(each for each in split_same_reason(self.failure, self.others)[0] if each not in fixed)
        if len(others) == 1 and self.describe is not None:
            # A row that repeats the verdict says nothing.
            others = () if self.describe(others[0], None).startswith(self.summary) else others
        rows = describe_others(others, self.describe, self.failure) if others else ()
        return (*rows, *self.foreign)


def _own_line(failure: Failure) -> str:
    """Return the message of a failure, with what follows it on its line."""
    start, end = failure.span
    return failure.text[start:end] + failure.text[end : end + _MAX_AFTER_MESSAGE].partition("\n")[0]
