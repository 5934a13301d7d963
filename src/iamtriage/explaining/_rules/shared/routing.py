"""Choose the rule that explains an error."""

from __future__ import annotations

import functools
import re
from typing import Generic, TypeVar

import attrs

from iamtriage._patterns import lazy_pattern, words_of
from iamtriage._rendering.values import Value
from iamtriage.explaining._context.word_index import WordIndex
from iamtriage.explaining._rules.shared.clues import error_code
from iamtriage.failures._failures import Failure

_RuleT_co = TypeVar("_RuleT_co", covariant=True)
# Logs repeat fewer combinations.
_MAX_COMBINATIONS = 1_024


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


class Routes(Generic[_RuleT_co]):
    """Rules by what errors state, the most specific ones first.

    Which routes the code, the operation, the service and the words of a message leave is found out once for all errors
    that have the same.
    """

    def __init__(self, *routes: Route[_RuleT_co]) -> None:
        self._routes = routes
        self._possible = functools.lru_cache(_MAX_COMBINATIONS)(self._select)

    def choose(self, failure: Failure, message: str) -> _RuleT_co | None:
        """Return the rule of the first route for a failure with this message, or ``None``."""
        envelope = failure.envelope
        index, _ = self._words
        possible = self._possible(
            error_code(failure), envelope.operation, envelope.service, index.find(message)
        )
        for pattern, rule in possible:
            if pattern is None or pattern.search(message):
                return rule
        return None

    @functools.cached_property
    def _words(self) -> tuple[WordIndex, tuple[int, ...]]:
        """The words that the messages need, and the group of each route, 0 if it needs none."""
        index = WordIndex()
        groups: list[int] = []
        for route in self._routes:
            words, ignores_case = ((), False) if route.message is None else words_of(route.message)
            groups.append(index.add(*words, ignores_case=ignores_case) if words else 0)
        return index, tuple(groups)

    def _select(
        self, code: str, operation: str | None, service: str | None, words: int
    ) -> list[tuple[re.Pattern[str] | None, _RuleT_co]]:
        """Return the routes that are left, with what has to be searched for in the message."""
        found: list[tuple[re.Pattern[str] | None, _RuleT_co]] = []
        for route, group in zip(self._routes, self._words[1], strict=True):
            if route.except_code is not None and route.except_code.fullmatch(code):
                continue
            if route.service is not None and service != route.service:
                continue
            is_of_call = route.operation is not None and operation == route.operation
            if is_of_call or (route.code is not None and route.code.fullmatch(code)):
                found.append((None, route.rule))
                break
            if route.message is not None and (group == 0 or words & group):
                found.append((route.message, route.rule))
        return found
