"""Read what a ConfigMap in a text sets for a program: the Region, or an environment variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import KUBERNETES_NAME, REGION, lazy_pattern, only_one
from iamtriage._typing import NamedTuple

# A whole line of YAML, JSON, TOML, a properties file or Fluent Bit.
_SETTING = lazy_pattern(
    rf"(?m)^[ \t]{{0,40}}(?P<words>[\"']?(?P<name>region|aws_region|AWS_REGION|AWS_DEFAULT_REGION)[\"']?(?:[ \t]{{0,8}}[:=][ \t]{{0,8}}|[ \t]{{1,40}})[\"']?(?P<region>{REGION})[\"']?),?[ \t\r]{{0,8}}$"
)
# What kubectl prints of a ConfigMap, and a manifest.
_PRINTED = lazy_pattern(
    rf"\bkubectl\b(?P<options>[^\n|]{{0,160}} (?:get|describe|edit) (?:cm|configmaps?)[ /](?P<name>{KUBERNETES_NAME})(?![\w.-])[^\n]{{0,200}})\n"
)
_KIND = lazy_pattern(r"(?m)^kind:[ \t]{1,4}ConfigMap[ \t\r]{0,8}$")
_METADATA = lazy_pattern(
    rf"(?m)^metadata:[^\n]{{0,8}}\n(?:[ \t]{{1,8}}[^\n]{{0,400}}\n){{0,20}}?[ \t]{{1,8}}name:[ \t]{{1,4}}[\"']?(?P<name>{KUBERNETES_NAME})\b"
)
_NAMESPACE = lazy_pattern(
    rf"(?m)(?: -n|--namespace)[ =]?(?P<option>{KUBERNETES_NAME})\b|^[ \t]{{1,8}}namespace:[ \t]{{1,4}}[\"']?(?P<member>{KUBERNETES_NAME})\b"
)
# The next command or document.
_END = lazy_pattern(r"(?m)^(?:[^\s\n][^\n]{0,79})?[$❯%] |^---|^# ")
_DATA = lazy_pattern(
    r"(?m)^data:[ \t\r]{0,8}\n(?=(?P<indent>[ \t]{1,8}))(?P<lines>(?:[ \t]{1,40}[^\n]{0,2000}\n?){1,200})"
)
_MAX_CHARS = 8_000


class ProgramRegion(NamedTuple):
    """A Region that a ConfigMap sets.

    Attributes:
        region: The Region.
        name: The name of the setting.
        words: The setting as written.
        config_map: The name of the ConfigMap.
        namespace: Its namespace; ``None`` unless the text names it.
        keys: The keys of its data that have the Region as their value. A file in its data is none.
    """

    region: str
    name: str
    words: str
    config_map: str
    namespace: str | None
    keys: tuple[str, ...] = ()


def find_program_region(text: str) -> ProgramRegion | None:
    r"""Return the only Region that the settings in the ConfigMaps of a text have.

    >>> find_program_region("$ kubectl -n logging get cm shipper -o yaml\ndata:\n  region: us-east-1\n")
    ProgramRegion(region='us-east-1', name='region', words='region: us-east-1', config_map='shipper', namespace='logging', keys=('region',))
    """
    if "onfig" not in text and " cm" not in text:
        return None
    found = [
        ProgramRegion(
            each["region"], each["name"], " ".join(each["words"].split()), name, namespace, _find_keys(body)
        )
        for name, namespace, body in _find_maps(text)
        for each in _SETTING.finditer(body)
    ]
    is_clear = only_one({(each.region, each.config_map) for each in found}) is not None
    return found[0] if is_clear else None


def find_variable_map(text: str, variable: str) -> tuple[str, str | None] | None:
    r"""Return the name and namespace of the only ConfigMap in a text that has an environment variable as a key.

    >>> find_variable_map("$ kubectl -n shop get cm web -o yaml\ndata:\n  AWS_REGION: us-east-1\n", "AWS_REGION")
    ('web', 'shop')
    """
    if "onfig" not in text and " cm" not in text:
        return None
    key = re.compile(rf"(?:^[ \t]{{0,8}}|[{{,]\s?)[\"']?{re.escape(variable)}[\"']?:", re.MULTILINE)
    found = {name: namespace for name, namespace, body in _find_maps(text) if key.search(body)}
    return only_one(found.items())


def _find_maps(text: str) -> Iterator[tuple[str, str | None, str]]:
    """Yield the ConfigMaps of a text: the name, the namespace and what the text shows of each."""
    for printed in _PRINTED.finditer(text):
        body = _until_end(text, printed.end())
        yield printed["name"], _find_namespace(printed["options"] + "\n" + body), body
    for kind in _KIND.finditer(text):
        start = max(text.rfind(mark, 0, kind.start()) for mark in ("\n---", "apiVersion:"))
        body = _until_end(text, max(start, kind.start() - _MAX_CHARS) + 4)
        metadata = _METADATA.search(body)
        if metadata is not None:
            yield metadata["name"], _find_namespace(body), body


def _find_keys(body: str) -> tuple[str, ...]:
    data = _DATA.search(body)
    if data is None:
        return ()
    # The lines of a file are further right.
    found = _SETTING.finditer(data["lines"])
    own = (each["name"] for each in found if each[0].startswith(f"{data['indent']}{each['name']}:"))
    return tuple(dict.fromkeys(own))


def _until_end(text: str, start: int) -> str:
    body = text[start : start + _MAX_CHARS]
    end = _END.search(body)
    return body if end is None else body[: end.start()]


def _find_namespace(text: str) -> str | None:
    found = _NAMESPACE.search(text)
    return None if found is None else found["option"] or found["member"]
