"""Look up what the causes of explanations mean, and how to fix them.

>>> from iamtriage.explaining.causes import cause_info
>>> cause_info("throttled").title
'Too many calls in a short time'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.explaining.causes._catalogue import SUBJECTS, CauseInfo, Example, all_causes, cause_info

__all__ = ("SUBJECTS", "CauseInfo", "Example", "all_causes", "cause_info")

_MODULE_BY_NAME = dict.fromkeys(__all__, "_catalogue")
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
