"""Find the secrets among the values that an AWS CLI command prints, because its query selects them.

The output has no names, or those that the query gives. Formats:
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.secret_names import classify_key
from iamtriage.redaction._vocabulary.secret_values import Placement, can_be_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage.redaction._vocabulary.searched_text import SearchedText
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("find_printed_secrets",)

_QUERY = re.compile(
    r"--query[ =](?:\"(?P<double>(?:[^\"\\\n]|\\.){1,400})\"|'(?P<single>[^'\n]{1,400})'|(?P<plain>[^\s\"'|;&)`]{1,400}))"
)
# A command that prints a secret without a query.
_WHOLE = re.compile(
    r"secretsmanager get-secret-value(?=[^\n|>;&]{0,300}--output[ =]text)(?![^\n]{0,300}--query)"
)
_AWS = re.compile(r"(?:^|[\s;&|/])aws\s")
_OPERATION = re.compile(
    r"\saws\s(?:\s{0,4}--?\S{1,80}[ =]\S{1,200}\s){0,4}+\s{0,4}[a-z0-9-]{2,40}\s{1,4}(?P<name>[a-z0-9-]{2,60})"
)
# In a variable or a file, what a command prints is not in the text.
_ELSEWHERE = re.compile(r"\$\(|`|=\(|\s[<>]\(")
_PIPED = re.compile(r"\s(?:\d?>{1,2}[ ]?[^&\s]|\|(?! ?(?:base64|cut|head|jq|sed|tail|tr)\b))")
_CONTINUED = re.compile(r"\\[ \t]*\r?\Z")
_MAX_COMMAND, _MAX_LINE, _MAX_LINES = 1_000, 8_000, 200
_FILTER = re.compile(r"\[\?[^\]]{0,200}\]")
# The last name of a path.
_LEAF = re.compile(r"[A-Za-z_]\w{0,60}(?=[\"'`]?(?:\[[^\]\[,]{0,40}\])*\s{0,4}(?:[,)\]}|]|\Z))")
# Members with names that do not tell, if an option asks for secrets.
_VALUE_OPTIONS = re.compile(r"--(?:with-decryption|include-values?)\b")
_ANY = classify_key("SecretString")
_PLACEMENT = Placement(":", quoted=True, structured=True, query=False)
_OTHER_SECRETS = frozenset({"plaintext", "keymaterial", "privatekeyplaintext"})

# The output: a prompt or a command ends it, and so does a sentence.
_NEXT = re.compile(
    r"[ \t]{0,8}(?:[$#>%❯»+][ \t]|\S{1,80}[$#>%][ \t]|\S{1,60}@\S{1,60}[:~]|aws\s|[A-Za-z]{0,40}(?:Error|Exception|Warning|usage):)"
)
_TOKEN = re.compile(
    r"[\s,]{0,200}+(?:\"(?P<string>(?:[^\"\\\n]|\\.){0,8000}+)\"(?P<colon>\s{0,4}:)?|(?P<open>[\[{])|(?P<close>[\]}])"
    r"|(?P<other>-?[0-9][\w.+-]{0,40}|null|true|false))"
)
# Before each line of a log.
_STAMP = re.compile(
    r"\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{8,20}(?:Z|[+-][0-9:]{4,5})?\]?[ \t]"
    r"|[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} \S{1,80} [\w./-]{1,40}(?:\[[0-9]{1,8}\])?: "
)
_WORD = re.compile(r"[\w/.@+=-]{2,200}")
_RULE = re.compile(r"[-+=|\s]{0,400}+\r?\Z")
_CELL, _COLUMN = re.compile(r"[^|]{1,8000}"), re.compile(r"[^\t\r]{1,8000}")
_YAML = re.compile(
    r"(?P<dashes>(?:[ \t]{0,8}-[ ]){0,4})[ \t]{0,8}(?:[\"']?(?P<key>[A-Za-z_]\w{0,60})[\"']?:[ ])?(?P<value>\S.{0,8000})?"
)
# What can stand beside a secret, or in its place.
_OTHER = re.compile(
    r"(?:arn|https?):\S*|A[KS]IA[A-Z0-9]*|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|/[\w./-]*"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]*|[0-9]{1,10}(?:\.[0-9]+)?|AWS(?:CURRENT|PREVIOUS|PENDING)|VERSIONSTAGES"
    r"|SecureString|String(?:List)?|(?i:none|null|true|false)|[\[{].*"
)
_MIXED = re.compile(r"[^\s\"']{0,80}(?:[0-9]|=\Z)")
# Right below the command, a word is the value.
_FIRST = re.compile(r"(?![A-Za-z]{0,40}(?:Denied|Error|Exception|Fault)\b)[^\s\"'`<>*…]{7,200}(?<!:)\r?\Z")


class _Column(NamedTuple):
    """What a query selects: the name that it gives it, and that of the member, if it announces a secret."""

    name: str
    member: Name | None


def find_printed_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets in the output of commands of the AWS CLI."""
    text, folded = searched.text, searched.folded
    queries = [*_QUERY.finditer(text)] if "--query" in folded else []
    wholes = [*_WHOLE.finditer(folded)] if "get-secret-value" in folded else []
    done = 0
    for found in sorted((*queries, *wholes), key=lambda each: each.start()):
        if found.start() < done:
            continue
        start, end = _command_around(text, *found.span())
        command, done = text[start:end], end
        before, after = text[start : found.start()], text[found.end() : end]
        if not _AWS.search(before) or _ELSEWHERE.search(before) or _PIPED.search(after):
            continue
        query = next((each for each in found.groups() if each), "")
        columns = _classify(query, command) if query else [_Column("", _ANY)]
        if any(each.member for each in columns):
            yield from _find_in_output(text, end + 1, columns, command)


def _command_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the position of the command in which an option is, with the lines that backslashes join."""
    low, first = max(0, start - _MAX_COMMAND), start
    while True:
        first = text.rfind("\n", low, first) + 1
        if first <= low or not _CONTINUED.search(text, max(low, first - 20), first - 1):
            break
        first -= 1
    high = min(len(text), end + _MAX_COMMAND)
    last = end
    while (last := text.find("\n", last, high)) >= 0 and _CONTINUED.search(text, max(end, last - 20), last):
        last += 1
    return max(low, first), last if last >= 0 else high


def _classify(query: str, command: str) -> list[_Column]:
    """Return the columns that a query selects."""
    query = _FILTER.sub("[]", query)
    has_values = _VALUE_OPTIONS.search(command) is not None
    has_names = query.rstrip().endswith("}")
    return [
        _Column(
            part.partition(":")[0].strip("\t \"'") if has_names else "",
            _find_member(part, has_values=has_values),
        )
        for part in _split(query)
    ]


def _split(query: str) -> list[str]:
    """Return the parts of the list or object at the end of a query, or the whole query."""
    query = query.rstrip()
    if not query.endswith(("]", "}")):
        return [query]
    depth, at, cuts = 0, len(query) - 1, [len(query) - 1]
    while at >= 0:
        depth += (query[at] in "]})") - (query[at] in "[{(")
        if not depth:
            break
        if query[at] == "," and depth == 1:
            cuts.append(at)
        at -= 1
    if len(cuts) == 1 and query.endswith("]"):
        inside = query[at + 1 : -1]
        return [inside] if inside[:1].isalpha() else [query]
    bounds = [at, *reversed(cuts)]
    return [query[low + 1 : high] for low, high in pairwise(bounds)]


def _find_member(part: str, *, has_values: bool) -> Name | None:
    for leaf in _LEAF.finditer(part):
        name = leaf[0]
        if name.lower() in _OTHER_SECRETS or (has_values and name.lower() == "value"):
            return _ANY
        kind = classify_key(name)
        if kind is not None and not kind.is_reference:
            return kind
    return None


def _find_in_output(text: str, at: int, columns: Sequence[_Column], command: str) -> Iterator[FoundSecret]:
    known = {*_WORD.findall(command)}
    if operation := _OPERATION.search(f" {command}"):
        # The title of a table.
        known.add(operation["name"].replace("-", ""))
    low = max(0, at - _MAX_COMMAND)
    if text.rfind("##[group]", low, at) > text.rfind("##[endgroup]", low, at):
        # A step of GitHub Actions prints after its command, shell and environment.
        ended = text.find("##[endgroup]", at, at + _MAX_LINE)
        at = text.find("\n", ended, ended + 20) + 1 or at
    is_json = text[at : at + 1] in {"[", "{", '"'} and not _STAMP.match(text, at)
    cells = _list_json(text, at) if is_json else _list_rows(text, at, is_yaml="yaml" in command)
    for index, count, key, start, end in cells:
        named = [each.member for each in columns if key and each.name == key]
        placed = [columns[index % len(columns)].member] if len(columns) in {1, count} else []
        kind = (named or placed or [each.member for each in columns if each.member])[0]
        value = text[start:end]
        is_other = value in known or value.lower() in known or _OTHER.fullmatch(value)
        is_secret = value and not is_other and kind and can_be_secret(kind, value, _PLACEMENT)
        if kind and is_secret and is_unmarked(text, start, end):
            yield FoundSecret(start, end, kind.what)


def _list_json(text: str, at: int) -> Iterator[tuple[int, int, str, int, int]]:
    """Yield the strings of a document of JSON, with their index in a list, its length, and their key."""
    high = min(len(text), at + _MAX_LINE)
    depth, key = 0, ""
    items: list[tuple[int, int, str]] = []
    while token := _TOKEN.match(text, at, high):
        at = token.end()
        if token["string"] is not None and _AWS.search(token["string"]):
            return
        if token["colon"] is not None:
            key = token["string"]
            continue
        if token["string"] is not None:
            items.append((*token.span("string"), key))
        elif token["other"]:
            items.append((at, at, key))
        if token["open"] or token["close"] or not depth:
            for index, (start, end, name) in enumerate(items):
                yield index, len(items), name, start, end
            items = []
        depth += bool(token["open"]) - bool(token["close"])
        key = ""
        if depth <= 0:
            return


def _list_rows(text: str, at: int, *, is_yaml: bool) -> Iterator[tuple[int, int, str, int, int]]:
    """Yield the cells of the lines of a table, of YAML or of text."""
    for row in range(_MAX_LINES):
        end = text.find("\n", at, at + _MAX_LINE)
        end = end if end >= 0 else min(len(text), at + _MAX_LINE)
        at = stamp.end() if (stamp := _STAMP.match(text, at, end)) else at
        line = text[at:end]
        if not line.strip() or _NEXT.match(line) or _AWS.search(line):
            return
        item = _YAML.match(line) if is_yaml else None
        if _RULE.match(line):
            cells = []
        elif line.lstrip().startswith("|"):
            cells = [("", cell.span()) for cell in _CELL.finditer(line) if not cell[0].isspace()]
        elif item and (item["dashes"] or item["key"]):
            cells = [(item["key"] or "", item.span("value"))] if item["value"] else []
        else:
            cells = [("", cell.span()) for cell in _COLUMN.finditer(line)]
            is_word = _MIXED.match(line) or (not row and _FIRST.match(line))
            if "\t" not in line.strip() and (" " in line.strip() or not is_word):
                # A sentence or a word.
                return
        for index, (key, (low, high)) in enumerate(cells):
            start, last = _strip(text, at + low, at + high)
            yield index, len(cells), key, start, last
        at = end + 1
        if at >= len(text):
            return


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the position of a cell without the spaces and quotes around it."""
    inside = text[start:end].lstrip(" \t\"'")
    return end - len(inside), end - len(inside) + len(inside.rstrip(" \t\r\"'"))
