"""Choose the rule that explains an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._rules.shared.clues import error_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.failures._failures import Failure

_RuleT_co = TypeVar("_RuleT_co", covariant=True)


def as_pattern(pattern: re.Pattern[str] | str) -> re.Pattern[str]:
    """Return a pattern that is compiled when it is first used."""
    return lazy_pattern(pattern) if isinstance(pattern, str) else pattern


def as_optional_pattern(pattern: re.Pattern[str] | str | None) -> re.Pattern[str] | None:
    """Return a pattern that is compiled when it is first used, or ``None``."""
    return None if pattern is None else as_pattern(pattern)


@attrs.frozen(eq=False, repr=False)
class Route(Value, Generic[_RuleT_co]):
    """A rule, and the errors that it explains: those with its code, its operation or its wording.

    Attributes:
        rule: The rule.
        message: Wording to search for in the message.
        code: A pattern that matches the whole error code.
        operation: The operation that was called.
        service: The only service whose errors the rule explains.
        except_code: A pattern for codes of errors that another rule explains.
    """

    rule: _RuleT_co
    message: re.Pattern[str] | None = attrs.field(default=None, converter=as_optional_pattern)
    code: re.Pattern[str] | None = attrs.field(default=None, converter=as_optional_pattern)
    operation: str | None = None
    service: str | None = None
    except_code: re.Pattern[str] | None = attrs.field(default=None, converter=as_optional_pattern)

    def matches(self, failure: Failure, message: str) -> bool:
        """Return whether the rule explains a failure with this message."""
        code = error_code(failure)
        if self.except_code is not None and self.except_code.fullmatch(code):
            return False
        if self.service is not None and failure.envelope.service != self.service:
            return False
        if self.operation is not None and failure.envelope.operation == self.operation:
            return True
        if self.code is not None and self.code.fullmatch(code):
            return True
        return self.message is not None and self.message.search(message) is not None


def choose_rule(routes: Iterable[Route[_RuleT_co]], failure: Failure, message: str) -> _RuleT_co | None:
    """Return the rule of the first route that matches a failure, or ``None``."""
    return next((route.rule for route in routes if route.matches(failure, message)), None)
