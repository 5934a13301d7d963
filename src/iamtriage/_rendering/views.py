"""Show public values in notebooks, in IPython and as ``repr()``.

The renderers are imported when the first value is shown, so that parsing without showing remains fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    from iamtriage._rendering.blocks import Block

    class _Printer(Protocol):
        """The printer that IPython passes to ``_repr_pretty_``."""

        def text(self, obj: str) -> None: ...

        def break_(self) -> None: ...


__all__ = ("View",)

_WIDTH = 80


def _redactor() -> Callable[[str], str]:
    """Return ``iamtriage.redact``. Redaction is a higher layer, so it is imported by name."""
    redact: Callable[[str], str] = import_module("iamtriage.redaction").redact
    return redact


class View:
    """Base class of values that notebooks show as a card, IPython as text, and ``repr()`` as one line.

    The methods are those of https://ipython.readthedocs.io/en/stable/config/integrating.html#rich-display.
    """

    __slots__ = ()

    def __init_subclass__(cls, **arguments: Any) -> None:  # noqa: ANN401 (the arguments of other bases)
        """Define the methods directly on each class.

        IPython prefers the ``__repr__`` of a class to an inherited ``_repr_pretty_``, and attrs and named
        tuples generate a ``__repr__`` unless the class has one.
        """
        super().__init_subclass__(**arguments)
        methods: dict[str, Callable[..., object]] = {"_repr_pretty_": View._repr_pretty_}
        if "__repr__" not in vars(cls):
            methods["__repr__"] = View._short_repr
        # By setattr(): type checkers would read an assignment as a declaration of all subclasses.
        for name, method in methods.items():
            setattr(cls, name, method)

    def _short_repr(self) -> str:
        from iamtriage._rendering.reprs import short_repr

        return short_repr(self, self._repr_fields())

    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        """Yield the fields for ``repr()`` that differ from their defaults, the most important first."""
        from iamtriage._rendering.fields import shown_fields

        return shown_fields(self, defaults=False)

    def _blocks(self) -> Iterator[Block]:
        """Yield the blocks to show: by default, the fields. Secrets are redacted afterwards."""
        from iamtriage._rendering.value_blocks import blocks_of

        return blocks_of(self)

    def _shown(self) -> tuple[Block, ...]:
        from iamtriage._rendering.value_blocks import without_secrets

        return without_secrets(self._blocks(), _redactor())

    def _text_for_ipython(self, width: int) -> str:
        from iamtriage._rendering.terminal import render

        return render(self._shown(), width=width, color=False)

    def _repr_html_(self) -> str:
        from iamtriage._rendering.html.cards import render

        return render(self._shown(), page=False, copy_buttons=True)

    def _repr_markdown_(self) -> str:
        from iamtriage._rendering.markdown import render

        return render(self._shown())

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:  # noqa: FBT001 (IPython's signature)
        # In a list or dict, IPython shows the repr of each object.
        if cycle or len(getattr(printer, "stack", ())) > 1:
            printer.text(repr(self))
            return
        text = self._text_for_ipython(getattr(printer, "max_width", _WIDTH))
        for number, line in enumerate(text.split("\n")):
            if number:
                printer.break_()
            printer.text(line)
