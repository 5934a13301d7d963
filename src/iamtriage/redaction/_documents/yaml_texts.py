"""Decide whether a text is YAML."""

from __future__ import annotations

import re
from itertools import islice

from iamtriage.redaction._documents.yaml_flows import YamlError
from iamtriage.redaction._documents.yaml_spans import KEY_SIGN, YamlReader

__all__ = ("find_yaml",)

# YAML contains none of these, but the output of terminals does.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A line that is neither indented nor a key, an item or a comment: the text is not YAML, unless it is in
# brackets.
_PROSE_LINE = re.compile(r"^\w[^:#\n\"']*+$", re.MULTILINE)
_COLLECTIONS = ("{", "[", "--- ")
# A single key and its value are prose as often as YAML, except before a block, in braces, and before a list
# of words of which one is an option or has a digit.
_MIN_KEYS = 2
# An object or a list that does not end with its line, and where lines of it end in YAML.
_OPEN = re.compile(r"\{[^}]*\Z|\[[^\]]*\Z")
_ENDS = frozenset(",[{:")
# In JSON with indents, a line begins with one of these.
_OPENING = frozenset("{[")
_STARTS = frozenset("{[]} \t\r#") | {""}
_MIN_WIDTH = 40
_SINGLE = re.compile(
    r"\s*+(?:[^\s:{]{1,200}+:[ \t]*+(?:[|>][-+0-9]{0,2}[ \t]*+\r?\n"
    r"|(?P<list>(?:\r?\n[ ]*+-[ ]++[^\s]++[ \t]*+)++)\s*+\Z)"
    r"|\?[ ]|\{[^{}()]*+\}\s*+\Z)"
)
_OPTION_OR_DIGIT = re.compile(r"[ ]-{1,2}[A-Za-z]|[0-9]")


def find_yaml(text: str) -> YamlReader | None:
    """Return the reader of the YAML documents in a text, or ``None`` if the text is not YAML."""
    if "\n" not in text and "{" not in text:
        # A line has one key.
        return None
    min_keys = 1 if _is_single(text) else _MIN_KEYS
    if "{" not in text and len([*islice(KEY_SIGN.finditer(text), min_keys)]) < min_keys:
        return None
    has_collection = text.startswith(_COLLECTIONS) or any(f"\n{start}" in text for start in _COLLECTIONS)
    if not has_collection and _PROSE_LINE.search(text):
        return None
    reader = YamlReader(text)
    try:
        reader.read()
    except YamlError:
        return None
    # Most other texts end the reader soon.
    if reader.key_count < min_keys or _CONTROLS.search(text) or _is_broken(text):
        return None
    return reader


def _is_broken(text: str) -> bool:
    """Return whether a terminal broke the lines of JSON or code, also within strings."""
    first, *others = text.rstrip().split("\n")
    if len(first) < _MIN_WIDTH:
        return first[:1] in _OPENING and any(line[:1] not in _STARTS for line in others)
    return (
        others != []
        and all(len(line) == len(first) for line in others[:-1])
        and len(others[-1]) <= len(first)
        and _OPEN.search(first) is not None
        and any(line.rstrip()[-1:] not in _ENDS for line in (first, *others[:-1]))
    )


def _is_single(text: str) -> bool:
    """Return whether a text with a single key can be YAML."""
    single = _SINGLE.match(text)
    return single is not None and (
        single["list"] is None or _OPTION_OR_DIGIT.search(single["list"]) is not None
    )
