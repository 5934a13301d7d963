"""The IPython extension: a card under a cell that AWS refused; not for how the card looks.

``%load_ext iamtriage`` loads it, in notebooks and in IPython at a terminal. An edge: it hears of each failed
cell and displays. IPython is imported when the extension is loaded, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.notebook._extension import Shell

__all__ = ("load_ipython_extension", "unload_ipython_extension")


def load_ipython_extension(ipython: Shell) -> None:
    """Show an explanation under each cell that AWS or Kubernetes refused, and define ``%explain_aws``.

    IPython calls it for ``%load_ext iamtriage``. Loading it again changes nothing. Errors that are no access
    failure, such as throttling, get no card. Nothing that an exception does can break the cell.

    Args:
        ipython: the running shell.

    Source of the protocol: https://ipython.readthedocs.io/en/stable/config/extensions/index.html

    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> load_ipython_extension(shell)
    >>> "explain_aws" in shell.magics_manager.magics["line"]
    True
    >>> unload_ipython_extension(shell)
    """
    from iamtriage.notebook._extension import load

    load(ipython)


def unload_ipython_extension(ipython: Shell) -> None:
    """Take back what :func:`load_ipython_extension` did; IPython calls it for ``%unload_ext iamtriage``.

    Args:
        ipython: the running shell.

    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> unload_ipython_extension(InteractiveShell())
    """
    from iamtriage.notebook._extension import unload

    unload(ipython)
