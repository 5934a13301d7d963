"""Define the data of a failure, from which its texts and responses are built."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.failures._failures import Failure
from iamtriage.testing._envelopes import EnvelopeName

if TYPE_CHECKING:
    from iamtriage.typing import Kind

__all__ = (
    "CALLER",
    "HOST_ID",
    "REGION",
    "REQUEST_ID",
    "S3_REQUEST_ID",
    "TIME",
    "SampleData",
    "is_match",
    "require_name",
)

CALLER = "arn:aws:sts::111122223333:assumed-role/orders-api/i-0a1b2c3d4e5f60718"
REGION = "eu-west-1"
REQUEST_ID = "3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9"
S3_REQUEST_ID = "4TEXAMPLE7QK2M9V"
HOST_ID = "nQ8x2example+host/id/Vw7Kp0ZtYb3LrDcE5uGmSaJhFi1oT6XyNq9=="
TIME = "2026-01-15T09:30:00Z"

_TIME = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
# No control characters and lone surrogates: XML cannot contain them, and no service sends them.
_VISIBLE = r"\x21-\x7e\xa1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_MESSAGE = re.compile(rf"[ \t\n]*[{_VISIBLE}][ \t\n\xa0{_VISIBLE}]*\Z")
_NAME_CHARACTER = rf"(?![\s\"])[{_VISIBLE}]"
_NAME = re.compile(rf"(?:{_NAME_CHARACTER})+\Z")
_NAME_WITH_SPACES = re.compile(rf"(?:{_NAME_CHARACTER})+(?: (?:{_NAME_CHARACTER})+)*\Z")


@attrs.frozen
class SampleData:
    """The data of a :class:`iamtriage.testing.Sample`, which documents the attributes."""

    failure: Failure
    message: str
    service: str = ""
    operation: str | None = None
    code: str | None = None
    status: int = 0
    region: str = REGION
    request_id: str = REQUEST_ID
    host_id: str | None = None
    time: str = TIME
    words: tuple[tuple[EnvelopeName, str], ...] = attrs.field(default=(), repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.words:
            for name in ("service", "operation", "code", "region", "request_id"):
                require_name(name, getattr(self, name))
            if type(self.status) is not int or not 100 <= self.status <= 599:
                msg = f"status must be an HTTP status, not {self.status!r}"
                raise ValueError(msg)
        if self.host_id is not None:
            require_name("host_id", self.host_id)
        if not is_match(_MESSAGE, self.message):
            msg = f"message must be a string without control characters, not {self.message!r}"
            raise ValueError(msg)
        if not is_match(_TIME, self.time):
            msg = f"time must look like {TIME!r}, not {self.time!r}"
            raise ValueError(msg)

    @property
    def kind(self) -> Kind:
        """The failure's kind, such as ``"access_denied"``."""
        return self.failure.kind


def is_match(pattern: re.Pattern[str], value: object) -> bool:
    """Return whether a value is a string that matches. Untyped callers can pass any value."""
    return isinstance(value, str) and pattern.match(value) is not None


def require_name(name: str, value: object) -> str:
    """Return a name, ARN, or ID if it can appear in error texts. A resource can contain spaces.

    Raises:
        ValueError: The value is empty, not a string, or contains spaces, control characters, or quotes.
    """
    if isinstance(value, str) and is_match(_NAME_WITH_SPACES if name == "resource" else _NAME, value):
        return value
    msg = f"{name} must be a string without spaces, quotes, and control characters, not {value!r}"
    raise ValueError(msg)
