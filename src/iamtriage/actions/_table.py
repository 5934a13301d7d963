"""Load the action table, the data file of this package.

``action_table.txt`` documents its format; ``tools/sync_actions.py`` generates it.
"""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from typing import Any

from iamtriage._typing import NamedTuple

__all__ = ("ActionTable", "find_service", "is_prefix", "load_operations", "load_table", "read_data")

_PACKAGE = __name__.rpartition(".")[0]
_FILE, _CLIENTS = "action_table.txt", "\n== clients\n"


class ActionTable(NamedTuple):
    """The unparsed sections of the table.

    Attributes:
        sources: Lines with the name and the version of a source.
        services: Actions and resource types by service prefix, the most used services first.
        clients: Clients of botocore, with their prefixes and names.
        operations: Operations by client that require anything other than the action of the same name.
    """

    sources: str
    services: dict[str, str]
    clients: str
    operations: dict[str, str]


def read_data(name: str) -> str:
    """Read a data file of this package.

    Importing importlib.resources or pkgutil would take as long as the whole first look-up.

    Raises:
        FileNotFoundError: The package has no such file, or its import loader reads no data files.
    """
    package: Any = sys.modules[_PACKAGE]
    get_data = getattr(package.__spec__.loader, "get_data", None)
    if get_data is None:
        msg = f"cannot read {name}: the import loader of {_PACKAGE} does not support data files"
        raise FileNotFoundError(msg)
    data: bytes = get_data(f"{package.__path__[0]}/{name}")
    return data.decode("ascii")


@cache
def _load_text() -> str:
    return read_data(_FILE)


def find_service(prefix: str) -> str | None:
    """Return the actions and resource types of a service, or ``None`` if the prefix is unknown.

    Until the table is split into sections, services are searched for in the whole text, because splitting
    takes as long as reading it.

    Raises:
        FileNotFoundError: The package has no table, or its import loader reads no data files.
    """
    if not load_table.cache_info().currsize and prefix.isprintable():
        text = _load_text()
        heading = f"\n== service {prefix}\n"
        start = text.find(heading)
        if start >= 0:
            start += len(heading)
            # Sections of operations follow those of services.
            return text[start : text.index("\n== ", start)]
    return load_table().services.get(prefix)


@lru_cache(maxsize=256)
def is_prefix(word: str) -> bool:
    """Return whether a word is the prefix of a service's actions, which takes long to search for.

    >>> is_prefix("sqs"), is_prefix("tcb")
    (True, False)
    """
    return find_service(word) is not None


@cache
def load_table() -> ActionTable:
    """Read the table and split it into its sections.

    Raises:
        FileNotFoundError: The package has no table, or its import loader reads no data files.
    """
    clients, operations = load_operations()
    before = _load_text().partition(_CLIENTS)[0].partition("\n== sources\n")[2]
    _load_text.cache_clear()
    sources, services = _name_sections(before, "service")
    return ActionTable(sources, services, clients, operations)


@cache
def load_operations() -> tuple[str, dict[str, str]]:
    """Return the clients and operations, which are after the services, without splitting those."""
    return _name_sections(_load_text().partition(_CLIENTS)[2], "operations")


def _name_sections(text: str, kind: str) -> tuple[str, dict[str, str]]:
    """Return the first section of a text, and the following ones by their names."""
    first, *sections = text.split(f"\n== {kind} ")
    named = (each.partition("\n") for each in sections)
    return first, {name: lines for name, _, lines in named}
