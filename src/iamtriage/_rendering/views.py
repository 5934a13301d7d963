"""Give public values their notebook card and their IPython text.

Nothing is imported before a value is shown, so that values which are read by the thousand stay cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol

    from iamtriage._rendering.blocks import Block

    class _Printer(Protocol):
        """What IPython hands to ``_repr_pretty_``."""

        def text(self, obj: str) -> None: ...

        def break_(self) -> None: ...


__all__ = ("View",)

_WIDTH = 80


def _redactor() -> Callable[[str], str]:
    """Return ``iamtriage.redact``, looked up by name: redaction is a layer above what is shown here."""
    redact: Callable[[str], str] = import_module("iamtriage.redaction").redact
    return redact


class View:
    """The base of values that notebooks show as a card, and IPython as text. ``repr()`` stays as it is.

    https://ipython.readthedocs.io/en/stable/config/integrating.html#rich-display tells of these methods.
    """

    __slots__ = ()

    def __init_subclass__(cls, **arguments: Any) -> None:  # noqa: ANN401 (whatever other bases take)
        """Give each class the method itself: IPython prefers a class's own ``__repr__`` to an heirloom."""
        super().__init_subclass__(**arguments)
        cls._repr_pretty_ = View._repr_pretty_  # type: ignore[method-assign]  # the same method

    def _blocks(self) -> Iterator[Block]:
        """Yield what is shown: the fields, unless a class says more. Secrets are redacted afterwards."""
        from iamtriage._rendering.value_blocks import blocks_of

        return blocks_of(self)

    def _shown(self) -> tuple[Block, ...]:
        from iamtriage._rendering.value_blocks import without_secrets

        return without_secrets(self._blocks(), _redactor())

    def _repr_html_(self) -> str:
        from iamtriage._rendering.cards import render

        return render(self._shown(), page=False, copy_buttons=True)

    def _repr_markdown_(self) -> str:
        from iamtriage._rendering.markdown import render

        return render(self._shown())

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:  # noqa: FBT001 (IPython's signature)
        # Within a list or dict a value is one of many: there it is its repr, as everything is.
        if cycle or len(getattr(printer, "stack", ())) > 1:
            printer.text(repr(self))
            return
        from iamtriage._rendering.terminal import render

        width = getattr(printer, "max_width", _WIDTH)
        for number, line in enumerate(render(self._shown(), width=width, color=False).split("\n")):
            if number:
                printer.break_()
            printer.text(line)
