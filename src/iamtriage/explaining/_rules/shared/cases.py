"""What a rule works on: one failure with the facts that go with it; not for what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.principal_words import (
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.failures._failures import Failure

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal

__all__ = ("Case", "FailureT_co", "describe_principal", "try_parse_principal", "underlying_role")

FailureT_co = TypeVar("FailureT_co", bound=Failure, covariant=True)

# Enough for what stands around a failure, and little enough to be searched in no time.
_CHARS_AROUND = 4_000


@attrs.frozen
class Case(Generic[FailureT_co]):
    """A failure and what is known beside it.

    Attributes:
        failure: the failure.
        facts: what the caller knows.
    """

    failure: FailureT_co
    facts: Facts

    @property
    def text(self) -> str:
        """The failure's text and a little around it, white space folded."""
        start, end = self.failure.span
        words = self.failure.text[
            max(start - _CHARS_AROUND, 0) : min(end, start + 4 * _CHARS_AROUND) + _CHARS_AROUND
        ]
        return " ".join(words.split())

    @property
    def caller(self) -> str | None:
        """Who called, as written in the failure, else as the facts say."""
        return self.failure.principal or self.facts.caller

    @property
    def principal(self) -> Principal | None:
        """The caller as a type; None where it is masked, cut or unknown."""
        return try_parse_principal(self.caller)
