"""Mark overriding methods and build named tuples without the cost of ``typing_extensions`` and ``typing``."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NamedTuple

    from typing_extensions import override
else:

    def override(method):  # noqa: ANN001, ANN202 (its types are those of typing_extensions)
        """Mark a method as overriding one of a base class."""
        return method

    class _NamedTupleMeta(type):
        def __new__(cls, name, bases, namespace):  # noqa: ANN001, ANN204, ARG004 (a metaclass)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            module = namespace["__module__"]
            built = namedtuple(name, fields, defaults=defaults, module=module)  # noqa: PYI024 (it has types)
            built.__new__.__annotations__ = fields
            for key, value in namespace.items():
                if key not in fields:
                    setattr(built, key, value)
            return built

    # The one of typing compiles the annotation of each field.
    NamedTuple = type.__new__(_NamedTupleMeta, "NamedTuple", (), {})


__all__ = ("NamedTuple", "override")
