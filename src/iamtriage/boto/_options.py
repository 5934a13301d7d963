"""Define the options of ``explain_errors`` and ``install``."""

from __future__ import annotations

import inspect
import os
from itertools import count
from typing import TYPE_CHECKING, Any

from iamtriage._text import wrong_type_message
from iamtriage.boto._loggers import check_logger
from iamtriage.failures._checks import check_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Kind

__all__ = ("ExplainOptions",)

# Exceptions are pickled with these IDs, so each process starts at a random number.
_EXPLAINER_IDS = count(int.from_bytes(os.urandom(7), "big"))


class ExplainOptions:
    """What to explain, how to explain it and whom to notify.

    The attributes are the validated arguments of :func:`iamtriage.boto.explain_errors`.

    Attributes:
        explainer_id: A unique number. Exceptions record the IDs of the explainers that reported them.

    Raises:
        ValueError: A kind is unknown.
        DocumentError: A fact is unknown or cannot be read.
        TypeError: An argument has the wrong type.
    """

    __slots__ = ("callback", "explainer_id", "facts", "full", "kinds", "level", "logger", "redacted")

    def __init__(  # noqa: PLR0913, PLR0917 (the options of explain_errors; keyword calls take longer)
        self,
        kinds: Iterable[Kind] | None,
        full: bool,  # noqa: FBT001 (keyword-only in explain_errors)
        redacted: bool,  # noqa: FBT001 (as full)
        facts: Facts | Mapping[str, Any] | None,
        callback: Callable[[Explanation, BaseException], object] | None,
        logger: object,
        level: int,
    ) -> None:
        self.kinds: frozenset[Kind] | None = None if kinds is None else check_kinds(kinds)
        self.full: bool = full
        self.redacted: bool = redacted
        self.facts: Facts | None = None if facts is None else _read_facts(facts)
        if callback is not None and not callable(callback):
            raise TypeError(wrong_type_message("callback", "callable", callback))
        if callback is not None and inspect.iscoroutinefunction(callback):
            msg = "callback must be a regular function, not a coroutine function"
            raise TypeError(msg)
        check_logger(logger)
        if not isinstance(level, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(wrong_type_message("level", "an int, such as logging.ERROR", level))
        self.callback: Callable[[Explanation, BaseException], object] | None = callback
        self.logger: object = logger
        self.level: int = level
        self.explainer_id: int = next(_EXPLAINER_IDS)


def _read_facts(facts: Facts | Mapping[str, Any]) -> Facts:
    from iamtriage.explaining._given_facts import build_facts

    return build_facts(facts)
