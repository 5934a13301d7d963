"""Find the object of Kubernetes that a text shows, and the path of a line in its YAML."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.kubernetes.types import find_type
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared import commands

_YAML_KEY = lazy_pattern(r"(?P<indent> {0,40})(?P<dash>- )?(?P<key>[A-Za-z][\w./-]{0,63}): ?(?P<rest>[^\n]*)")
_SHOWN_OBJECT = lazy_pattern(
    r"\bkubectl (?P<words>[^\n|;&]{0,200}?\bget\b[^\n|;&]{0,200}? (?:-o|--output)[ =]?ya?ml[^\n|;&]{0,80})"
)
# The type of an object, as its YAML spells it.
_KIND = lazy_pattern(r"^kind: (\w{1,60})", re.MULTILINE)
_OPTIONS_WITH_VALUE = frozenset({"-n", "--namespace", "--context", "--kubeconfig", "-o", "--output", "-l"})


class ShownObject(NamedTuple):
    """An object of Kubernetes.

    Attributes:
        kind: Its type, as the command names it.
        name: Its name.
        options: The options of kubectl that select it.
        spelled: Its type, as the YAML names it.
    """

    kind: str
    name: str
    options: tuple[str, ...]
    spelled: str

    @property
    def words(self) -> str:
        """The object in words, with its namespace."""
        given = {flag: value for flag, value in pairwise(self.options) if flag in {"-n", "--namespace"}}
        return clip_text(f"{self.spelled} {'/'.join((*given.values(), self.name))}")


def find_object(text: str, position: int) -> ShownObject | None:
    """Return the object of Kubernetes that a command before a position prints."""
    shown = [*_SHOWN_OBJECT.finditer(text, 0, position)]
    # Another command ends the output.
    if not shown or "\n$ " in text[shown[-1].end() : position]:
        return None
    parsed, spelled = _parse_object(shown[-1]["words"].split()), _KIND.search(text, shown[-1].end(), position)
    if parsed is None:
        return None
    kind = parsed[0].lower()
    return ShownObject(*parsed, spelled[1] if spelled else (find_type(kind) or kind).removesuffix("s"))


def _parse_object(words: list[str]) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the type and name of the object that ``kubectl get`` prints, and the options that select it.

    >>> _parse_object("-n tea get bsl default -o yaml".split())
    ('bsl', 'default', ('-n', 'tea'))
    """
    options: list[str] = []
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _OPTIONS_WITH_VALUE:
            value = next(rest, "")
            if word not in {"-o", "--output"}:
                options += (word, value)
        elif word.startswith(("--namespace=", "--context=")):
            options.append(word)
        elif not word.startswith("-"):
            names.append(word)
    names = [each for name in names if name != "get" for each in name.split("/", 1)]
    if len(names) != 2 or any(commands.kubernetes_name(each.lower()) != each.lower() for each in names):
        return None
    return names[0], names[1], tuple(options)


class YamlPath(NamedTuple):
    """The keys from the top of a YAML document to a line.

    Attributes:
        keys: The keys; ``[]`` stands for an entry of a list.
        scalar: The index of the key whose value is a string of YAML, as in a ConfigMap.
        is_whole: Whether the text shows the document up to its top.
    """

    keys: tuple[str, ...]
    scalar: int | None
    is_whole: bool

    @property
    def inner(self) -> str:
        """The path in the document, or in the string of YAML."""
        keys = self.keys if self.scalar is None else self.keys[self.scalar + 1 :]
        return clip_text(".".join(keys).replace(".[]", "[]"))


def find_path(text: str, position: int) -> YamlPath:
    r"""Return the path to a line of YAML.

    >>> find_path("spec:\n  config:\n    region: x\n", 17).inner
    'spec.config.region'
    >>> find_path("stores:\n- name: a\n  config:\n    region: x\n", 35).inner
    'stores[].config.region'
    """
    start = text.rfind("\n", 0, position) + 1
    found = _YAML_KEY.match(text, start)
    if found is None:
        return YamlPath((), None, is_whole=False)
    path = [found["key"]]
    scalars: list[int] = []
    # The column of the key, or that of the dash of its list while the key of the list is not found.
    column, of_list = len(found["indent"]), found["dash"] is not None
    if of_list:
        path.insert(0, "[]")
    for line in reversed(text[:start].splitlines()):
        above = _YAML_KEY.fullmatch(line)
        if not line.strip() or (above is None and not line.startswith((" ", "-"))):
            break
        if above is None:
            continue
        has_dash, indent = above["dash"] is not None, len(above["indent"])
        of_key = indent + 2 * has_dash
        # A list can begin in the column of its key.
        is_parent = (not has_dash and indent <= column) if of_list else of_key < column
        if is_parent:
            path.insert(0, above["key"])
            if above["rest"].startswith(("|", ">")):
                scalars.append(len(path))
            column, of_list = of_key, False
        if has_dash and not of_list and of_key == column:
            path.insert(0, "[]")
            column, of_list = indent, True
        if not column and not of_list:
            break
    scalar = len(path) - scalars[-1] if scalars else None
    return YamlPath(tuple(path), scalar, is_whole=not column and not of_list)
