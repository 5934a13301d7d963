"""Find proxies that take requests for addresses on the machine itself."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("find_unexempted_hosts",)

# Variables in the output of env, in a manifest, or in a ConfigMap. The addresses are called with http.
_PROXY = lazy_pattern(r"\b(?:http|all)_proxy(?:=|: )[\"']?\w", re.ASCII | re.IGNORECASE)
_NO_PROXY = lazy_pattern(
    r"\bno_proxy(?:=|: )[\"']?(?P<hosts>[\w.:,/*\[\]-]{0,400})", re.ASCII | re.IGNORECASE
)


def find_unexempted_hosts(text: str, address: str) -> str | None:
    r"""Return the hosts in ``NO_PROXY`` if a text shows a proxy and they lack an address, or ``None``.

    >>> find_unexempted_hosts("HTTP_PROXY=http://proxy:3128\nNO_PROXY=.internal", "169.254.169.254")
    '.internal'
    >>> find_unexempted_hosts("HTTP_PROXY=http://proxy:3128\nNO_PROXY=*", "169.254.169.254")
    """
    if _PROXY.search(text) is None:
        return None
    listed = _NO_PROXY.search(text)
    hosts = listed["hosts"] if listed else ""
    return None if address in hosts or hosts == "*" else hosts
