"""By which names a service goes: in SDKs, CLIs, logs and policies; not for its actions.

A client of botocore stands for each, since two clients may share a prefix and an operation. Unlike
``_reading.services``, which names whatever a text speaks of, this knows services that exist only.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

__all__ = ("Clients", "client_of", "clients", "plain_name")

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
# What SDKs put behind a service's name.
_ENDINGS = ("", "service", "client")


class Clients(NamedTuple):
    """The clients. A prefix that none has is a client itself.

    Attributes:
        names: plain name -> client.
        prefixes: client -> prefix.
        of_prefix: prefix -> its clients, the one of its name first.
    """

    names: dict[str, str]
    prefixes: dict[str, str]
    of_prefix: dict[str, list[str]]


@cache
def clients() -> Clients:
    """Read the clients, with the first question."""
    from iamtriage.actions._action_table import CLIENTS

    found = Clients({}, {}, {})
    for line in CLIENTS.replace("\n  ", " ").splitlines():
        client, prefix, *names = line.split()
        found.prefixes[client] = prefix
        found.names.update(dict.fromkeys(names, client))
        neighbours = found.of_prefix.setdefault(prefix, [])
        neighbours.insert(0 if client == prefix else len(neighbours), client)
    return found


def client_of(name: str) -> str | None:
    """Give the client that a name means; None where it is no service's.

    >>> client_of("Amazon EC2"), client_of("AmazonEC2Client"), client_of("nowhere")
    ('ec2', 'ec2', None)
    """
    names, plain = clients().names, plain_name(name)
    spelled = (plain.removesuffix(ending) for ending in _ENDINGS if plain.endswith(ending))
    return next((names[each] for each in spelled if each in names), None)


def plain_name(name: str) -> str:
    """Give a service's name without what its spellings differ in.

    >>> plain_name("AWS Security Token Service"), plain_name("elasticfilesystem.amazonaws.com")
    ('securitytokenservice', 'elasticfilesystem')
    """
    plain = _NOT_IN_NAMES.sub("", name.lower().partition(".amazonaws.")[0])
    for vendor in ("amazon", "aws"):
        if plain.startswith(vendor) and plain != vendor:
            return plain.removeprefix(vendor)
    return plain
