"""Find a service by its name in SDKs, CLIs, logs or policies.

A service is identified by its botocore client, because two clients can share a prefix and an operation. Only
existing services are found. In contrast, ``_reading.vocabulary.services`` normalizes any name in a text.
"""

from __future__ import annotations

from functools import cache

from iamtriage._typing import NamedTuple
from iamtriage.actions._table import load_operations

__all__ = ("Clients", "find_client", "load_clients", "normalize_name")

_SEPARATORS = bytes(byte for byte in range(128) if not chr(byte).isalnum())
# What SDKs append to a service's name.
_SUFFIXES = ("", "service", "client")


class Clients(NamedTuple):
    """The clients of botocore. A prefix without a client is also treated as a client.

    Attributes:
        by_name: Client by normalized name.
        prefixes: Prefix by client.
        by_prefix: Clients by prefix; the client of the same name comes first.
    """

    by_name: dict[str, str]
    prefixes: dict[str, str]
    by_prefix: dict[str, list[str]]


@cache
def load_clients() -> Clients:
    """Parse the clients of the table."""
    loaded = Clients({}, {}, {})
    for line in load_operations()[0].splitlines():
        client, prefix, *names = line.split()
        loaded.prefixes[client] = prefix
        loaded.by_name.update(dict.fromkeys(names, client))
        neighbors = loaded.by_prefix.setdefault(prefix, [])
        neighbors.insert(0 if client == prefix else len(neighbors), client)
    return loaded


def find_client(name: str) -> str | None:
    """Return the client for a name of a service, or ``None`` if the name is unknown.

    >>> find_client("Amazon EC2"), find_client("AmazonEC2Client"), find_client("nowhere")
    ('ec2', 'ec2', None)
    """
    by_name, normalized = load_clients().by_name, normalize_name(name)
    spellings = (normalized.removesuffix(suffix) for suffix in _SUFFIXES if normalized.endswith(suffix))
    return next((by_name[spelling] for spelling in spellings if spelling in by_name), None)


def normalize_name(name: str) -> str:
    """Return a service's name without the parts in which its spellings differ.

    >>> normalize_name("AWS Security Token Service"), normalize_name("elasticfilesystem.amazonaws.com")
    ('securitytokenservice', 'elasticfilesystem')
    """
    written = name.lower().partition(".amazonaws.")[0].encode("ascii", "ignore")
    normalized = written.translate(None, _SEPARATORS).decode()
    for vendor in ("amazon", "aws"):
        if normalized.startswith(vendor) and normalized != vendor:
            return normalized.removeprefix(vendor)
    return normalized
