"""Find out whether a credential source printed an Expiration that is before the time that the machine printed."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared.credentials.clocks import find_machine_time, parse_time

# What the source printed about the session, next to its name or address.
_END = lazy_pattern(
    r"\bExpiration\b[^\n]{0,160}?(?:\n[^\n]{0,4})?(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)",
    re.ASCII,
)
_ADDRESS = r"(?:169\.254\.1(?:69|70)\.|AWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI)"
_PROMPT = lazy_pattern(r"^[^\n\"{}]{0,60}[$#%>] ", re.MULTILINE)
_CHARS_OF_COMMAND = 600
# A clock with the local time in place of UTC is ahead by no more.
_MAX_AHEAD = 14 * 3600
# A file of which the option or the path says that it is a cache.
_CACHE_FILE = lazy_pattern(
    r"(?i:(?<=\s)--?[\w-]{0,30}cache[\w-]{0,20}[ =](?=[/~])|(?<=\s)(?=[/~][\w./-]{0,200}cache))(?P<path>[/~][\w./-]{1,200}\.\w{2,8})(?=\s|\Z)",
    re.ASCII,
)
_PRINTS_FILE = lazy_pattern(r"[\"']?(?:/(?:usr/)?bin/)?(?:cat|head|jq|type)\s")


class PastEnd(NamedTuple):
    """When the credentials that a source returned had expired, by the time that the machine printed."""

    words: str
    """Both times, as a clause."""
    seconds: float

    @property
    def is_certain(self) -> bool:
        """Whether they are old: hardly any clock is ahead by so much."""
        return self.seconds > _MAX_AHEAD


def find_past_end(text: str, program: str | None) -> PastEnd | None:
    """Return the Expiration that a credential process or an endpoint printed, if it is before the machine's time."""
    now, source = find_machine_time(text), _ADDRESS if program is None else re.escape(program)
    called = lazy_pattern(rf"(?m)^(?![^\n]{{0,80}}credential_process)[^\n]{{0,400}}{source}[^\n]{{0,400}}")
    ends = {each["time"] for each in _END.finditer(text) if _is_output(text, each, called)}
    end = only_one(ends)
    if now is None or end is None or (ended := parse_time(end)) is None or ended >= now:
        return None
    words = f"Expiration is {end}, and date prints {now:%Y-%m-%dT%H:%M:%SZ}"
    return PastEnd(words, (now - ended).total_seconds())


def _is_output(text: str, found: re.Match[str], called: re.Pattern[str]) -> bool:
    """Return whether the last command before the end of a match is one of those that a pattern finds."""
    low = max(found.start() - _CHARS_OF_COMMAND, 0)
    last = search_last(called, text[low : found.end()])
    return last is not None and _PROMPT.search(text, low + last.end(), found.end()) is None


def find_cache_file(words: str) -> str | None:
    """Return the file in the words of a credential process that its path or option calls a cache.

    >>> find_cache_file("/opt/creds --cache-file /srv/nightly.json"), find_cache_file("/opt/creds --config /srv/a.json")
    ('/srv/nightly.json', None)
    """
    found = _CACHE_FILE.search(f" {words}")
    return None if found is None else found["path"]


def prints_file(words: str) -> bool:
    """Return whether a credential process only prints a file, without which it returns nothing.

    >>> prints_file("cat /srv/cache.json"), prints_file("/opt/cat-creds --cache /srv/cache.json")
    (True, False)
    """
    return _PRINTS_FILE.match(words) is not None
