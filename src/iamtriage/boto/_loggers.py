"""Log a failure with the loggers of ``logging``, structlog or loguru.

Each accepts structured data differently: as ``extra``, as keyword arguments, or with a bound logger.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from iamtriage._text import wrong_type_message

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("check_logger", "log_failure")

# https://loguru.readthedocs.io/en/stable/api/logger.html and
# https://www.structlog.org/en/stable/standard-library.html. These methods distinguish the two.
_LOGURU = ("log", "bind", "opt", "patch")
_STRUCTLOG = ("log", "bind", "unbind", "new")


def check_logger(logger: object) -> None:
    """Check that a value is a logger.

    Raises:
        TypeError: The value is not a logger of ``logging``, structlog or loguru.
    """
    if logger is None or isinstance(logger, logging.Logger | logging.LoggerAdapter):
        return
    if _has_methods(logger, _LOGURU) or _has_methods(logger, _STRUCTLOG):
        return
    raise TypeError(
        wrong_type_message("logger", "a logging.Logger, or a logger of structlog or loguru", logger)
    )


def log_failure(logger: Any, level: int, summary: str, data: Mapping[str, object]) -> None:  # noqa: ANN401
    """Log a summary with structured data.

    Args:
        logger: A logger that :func:`check_logger` accepts.
        level: The level, as for ``logging``.
        summary: The message.
        data: The names and values to attach to the message.
    """
    if issubclass(type(logger), logging.Logger | logging.LoggerAdapter):
        _log_with_extra(logger, level, summary, dict(data))
    elif _has_methods(logger, _LOGURU):
        logger.bind(**data).log(_get_level_name(level), "{}", summary)
    else:
        logger.log(level, summary, **data)


def _log_with_extra(logger: Any, level: int, summary: str, extra: dict[str, object]) -> None:  # noqa: ANN401
    message = "%s"
    while issubclass(type(logger), logging.LoggerAdapter):
        # An adapter replaces our `extra` with its own, unless it uses `merge_extra` (Python 3.13).
        message, more = logger.process(message, {"extra": extra})
        extra = {**(more.get("extra") or {}), **extra}
        logger = logger.logger
    logger.log(level, message, summary, extra=extra)


def _has_methods(logger: object, names: tuple[str, ...]) -> bool:
    return all(callable(getattr(logger, name, None)) for name in names)


def _get_level_name(level: int) -> str | int:
    """Return the name of a standard level, because loguru prints numbers as "Level 40"."""
    name = logging.getLevelName(level)
    return name if name in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"} else level
