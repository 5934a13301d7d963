"""Errors raised when the caller misuses the library; not for AWS failures, which are values.

* ``IamTriageError``: the base of them all

  * ``RecordError(ValueError)``: a flat record that no failure can have

They pickle and copy, and carry their data as attributes.
"""

from __future__ import annotations

__all__ = ("IamTriageError", "RecordError")


class IamTriageError(Exception):
    """Base class of every error that iamtriage raises on purpose."""


class RecordError(IamTriageError, ValueError):
    """A flat record is not one that :func:`iamtriage.to_record` could have given.

    Attributes:
        key: the record's key that is wrong or missing.
        value: what stands there; None where the key is missing.
    """

    def __init__(self, message: str, *, key: str, value: object = None) -> None:
        super().__init__(message)
        self.key = key
        self.value = value

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword-only attributes."""
        return (_record_error, (str(self), self.key, self.value))


def _record_error(message: str, key: str, value: object) -> RecordError:
    return RecordError(message, key=key, value=value)
