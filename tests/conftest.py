"""Hypothesis profiles, selected by HYPOTHESIS_PROFILE.

``ci``, the default, generates the same examples each time. ``thorough`` generates many random ones. ``quick``
generates few and does not shrink failures.
"""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from inspect import CO_VARKEYWORDS
from pathlib import Path
from typing import Any

from botocore import hooks
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from hypothesis import HealthCheck, Phase, settings

_COMMON = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.register_profile("ci", _COMMON, derandomize=True, max_examples=20)
settings.register_profile("thorough", _COMMON, max_examples=3000)
settings.register_profile(
    "quick", _COMMON, derandomize=True, max_examples=20, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@cache
def _load_once(path: str) -> object:
    """Read one of botocore's model files once per process, not once per session, and as plain dictionaries.

    Hundreds of sessions are created, and a client's models take longer to read than most tests. botocore shares a
    file's data between the clients of a session, so sharing it between sessions is as safe. botocore's ordered
    dictionaries, which remain from older Pythons, take twice as long to build.
    """
    plain = Path(f"{path}.json")
    if plain.exists():
        return json.loads(plain.read_bytes())
    packed = Path(f"{path}.json.gz")
    return json.loads(gzip.decompress(packed.read_bytes())) if packed.exists() else None


def _load_shared(self: JSONFileLoader, file_path: str) -> Any:  # noqa: ANN401 (JSON)
    del self
    return _load_once(file_path)


JSONFileLoader.load_file = _load_shared
_list_services = Loader.list_available_services
_SERVICES: dict[tuple[str, ...], list[str]] = {}


def _list_shared(self: Loader, type_name: str) -> list[str]:
    """List the services in botocore's folders once per process: each session would look at thousands of files."""
    key = (*self.search_paths, type_name)
    if key not in _SERVICES:
        _SERVICES[key] = _list_services(self, type_name)
    return list(_SERVICES[key])


Loader.list_available_services = _list_shared
_find_alias = EventAliaser._alias_event_name
_ALIASES: dict[str, str] = {}


def _alias_shared(self: EventAliaser, event_name: str) -> str:
    """Look for the alias of an event once per process: each session registers the same hundred handlers."""
    if event_name not in _ALIASES:
        _ALIASES[event_name] = _find_alias(self, event_name)
    return _ALIASES[event_name]


EventAliaser._alias_event_name = _alias_shared
_inspect_keywords = hooks.accepts_kwargs


def _accepts_keywords(handler: Any) -> bool:  # noqa: ANN401 (any callable)
    """Return what botocore finds in a handler's signature. For a function, that is a flag of its code."""
    code = getattr(handler, "__code__", None)
    return bool(code.co_flags & CO_VARKEYWORDS if code else _inspect_keywords(handler))


hooks.accepts_kwargs = _accepts_keywords
