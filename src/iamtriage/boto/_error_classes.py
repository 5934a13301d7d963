"""Add the classes that ``except Denied`` catches to an exception, and keep its notes when it is pickled.

An ``except`` clause checks only the class of an exception. So an exception gets a subclass of its class, with
the same name, whose other base is :class:`iamtriage.Denied`, ``Expired`` or ``Retryable``.
"""

# Exceptions reduce themselves to values of any type:
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage.explaining._classification import ErrorTest, error_classes

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("add_classes",)

_ORIGINAL = "_iamtriage_original"
# The attributes that this package adds to an exception.
_ADDED = ("__notes__", "_iamtriage_")


def add_classes(error: BaseException, failure: Failure) -> None:
    """Make an exception an instance of its failure's classes, if Python allows it.

    Python does not allow it for built-in classes, such as ``RuntimeError``, and for most classes with slots.
    The exception stays the same object, with its attributes.
    """
    original = type(error)
    if type(original) is not type:
        return
    try:
        object.__setattr__(error, "__class__", _find_class(original, error_classes(failure)))
    except TypeError:
        return


def _find_class(original: type[BaseException], bases: tuple[type[Exception], ...]) -> type:
    """Return the subclass with these bases. It exists as long as exceptions of it do."""
    for cls in type.__subclasses__(original):
        if _ORIGINAL in vars(cls) and cls.__bases__ == (original, *bases):
            return cls
    namespace: dict[str, Any] = {
        name: getattr(original, name) for name in ("__module__", "__qualname__", "__doc__")
    }
    namespace |= {"__slots__": (), _ORIGINAL: original, "__reduce_ex__": _reduce}
    build: Any = ErrorTest  # type checkers do not know the bases
    new: type = build(original.__name__, (original, *bases), namespace)
    return new


def _reduce(self: Any, protocol: Any) -> Any:  # noqa: ANN401 (the exception's own)
    """Reduce the exception like its original class, with its notes.

    botocore's exceptions omit their attributes, and therefore the notes:
    https://docs.python.org/3/library/pickle.html#object.__reduce__.
    """
    cls: Any = self.__class__
    original: Any = getattr(cls, _ORIGINAL)
    reduced: Any = original.__reduce_ex__(self, protocol)
    if type(reduced) is not tuple:
        return reduced
    parts: list[Any] = [*reduced, None][: max(len(reduced), 3)]
    if parts[0] is cls:
        parts[0] = original
    arguments: Any = parts[1]
    if type(arguments) is tuple:
        parts[1] = tuple(original if each is cls else each for each in arguments)
    attributes: dict[str, object] = vars(self)
    added = {name: value for name, value in attributes.items() if name.startswith(_ADDED)}
    if added and (parts[2] is None or type(parts[2]) is dict):
        parts[2] = {**(parts[2] or {}), **added}
    return tuple(parts)
