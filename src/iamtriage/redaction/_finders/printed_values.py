"""Find the secrets among the values that an AWS CLI command prints, because its query selects them.

The output has no names, or those that the query gives. Formats:
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from iamtriage._queries import parse_query, selection_of
from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.searched_text import zero_all_digits
from iamtriage.redaction._vocabulary.secret_commands import PRINTERS
from iamtriage.redaction._vocabulary.secret_names import classify_key
from iamtriage.redaction._vocabulary.secret_values import Placement, can_be_secret
from iamtriage.redaction._vocabulary.value_ends import measure_common_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit
    from iamtriage.redaction._vocabulary.markers import Secret
    from iamtriage.redaction._vocabulary.searched_text import SearchedText
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("find_printed_secrets",)

# Of the AWS CLI, or a program of jq or yq.
_QUERY = re.compile(
    r"(?:--query[ =]|\b(?P<other>[jy]q)(?:\s--?[\w-]{1,20}){0,4}\s)(?:\"(?P<double>(?:[^\"\\\n]|\\.){1,400})\"|'(?P<single>[^'\n]{1,400})'|(?P<plain>[^\s\"'|;&)`]{1,400}))"
)
_PRINTERS = {command: re.compile(re.escape(command)) for command in PRINTERS}
_OPTIONS = {command: re.compile(option) for command, option in PRINTERS.items()}
_AWS = re.compile(r"(?:^|[\s;&|/\\\"'])aws(?:local|\.exe|-cli(?::\S{1,40})?)?[\"']?\s")
_OPERATION = re.compile(
    r"\saws\s(?:\s{0,4}--?\S{1,80}[ =]\S{1,200}\s){0,4}+\s{0,4}[a-z0-9-]{2,40}\s{1,4}(?P<name>[a-z0-9-]{2,60})"
)
# In a variable or a file, what a command prints is not in the text.
_ELSEWHERE = re.compile(r"(?<!\becho )(?<!\becho \")\$\(|`|=\(|\s[<>]\(")
_PIPED = re.compile(
    r"\s(?:\d?>{1,2}[ ]?[^&\s]|\|(?! ?(?:awk|base64\w{0,8}|cat|cut|grep|head|jq|sed|tail|tee|tr|xargs|yq)\b))"
)
_CONTINUED = re.compile(r"\\[ \t]*\r?\Z")
_BORDERS = "|│┃"
_MAX_INDENT = 40
_MAX_COMMAND, _MAX_OUTPUT, _MAX_LINES = 1_000, 8_000, 200
_QUERY_SIGNS = ("--query", "jq ", "yq ")
_PATH = re.compile(r"\.[\"\[]{0,2}([A-Za-z_]\w{0,60})")
_WORD_OF_QUERY = re.compile(r"[A-Za-z_]\w{0,60}")
# To parse a query takes longer than to look for its words. In characters.
_MAX_PARSED = 2_000
# Members with names that do not tell, if an option asks for secrets.
_VALUE_OPTIONS = re.compile(r"--(?:with-decryption|include-values?)\b")
_ANY = classify_key("SecretString")
_PLACEMENT = Placement(":", quoted=True, structured=True, query=False)
_OTHER_SECRETS = frozenset({"plaintext", "keymaterial", "privatekeyplaintext"})

# A step of GitHub Actions prints after its commands, shell and environment.
_STEP = re.compile(
    r"(?:##\[endgroup\]|[ \t]{0,8}shell: [^\n]{1,200}\{0\}[^\n]{0,40}"
    r"(?:\n[ \t]{0,8}env:[ \t]*\r?(?:\n[ \t]{2,16}[A-Za-z_]\w{0,80}:[ ][^\n]{0,400}){0,40})?"
    r"(?:\n##\[endgroup\])?)[ \t]*\r?\n"
)
_STEP_SIGNS, _MAX_STEP = ("##[endgroup]", "{0}"), 4_000
_STEP_START = re.compile(r"^(?:##\[group\])?Run ", re.MULTILINE)
# Between a command and its output, or before the output in its line, as people write them.
_GAP = re.compile(
    r"(?:[>*_#]{0,4}[ \t]{0,8}(?:(?:[A-Za-z]{1,20}[ ]){0,4}(?i:(?P<label>outputs?|results?|response|returns|returned|prints|printed|gives|gave|got|stdout|shows))"
    r"[*_]{0,2}:[*_]{0,2}[ \t]{0,8}(?:\r?\n)?|(?:[`~]{3}\w{0,20})?[ \t]{0,8}\r?\n)){1,6}"
)
_PROMPT = re.compile(r"(?:\S[>#]|[$%❯])\Z")
# The output: a prompt or a command ends it, and so does a sentence.
_NEXT = re.compile(
    r"[ \t]{0,8}(?:[$#>%❯»+][ \t]|\S{1,80}[$#>%][ \t]|\S{1,60}@\S{1,60}[:~]|aws\s|[A-Za-z]{0,40}(?:Error|Exception|Warning|usage):)"
)
_TOKEN = re.compile(
    r"[\s,]{0,200}+(?:\"(?P<string>(?:[^\"\\\n]|\\.){0,8000}+)\"(?P<colon>\s{0,4}:)?|(?P<open>[\[{])|(?P<close>[\]}])"
    r"|(?P<other>-?[0-9][\w.+-]{0,40}|null|true|false))"
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
# Right below a command, a word or some words in the same case are the value, but not an error or a report.
_FIRST = re.compile(
    r"(?![A-Za-z]{0,40}(?:Denied|Error|Exception|Fault)\b|[A-Z]?[a-z]{2,40}(?:ed|ing|ful|fully)\Z|[A-Za-z'-]{1,80}[.!?]\Z)[^\s\"'`<>*…]{7,200}(?<!:)"
)
_PHRASE = re.compile(r"[a-z0-9-]{1,30}(?: [a-z0-9-]{1,30}){2,11}|[A-Z][a-z]{1,30}(?: [A-Z][a-z]{1,30}){2,11}")
# Real texts have fewer commands. Below the others, only a word with a digit is the value.
_MIN_COMMANDS, _CHARS_PER_COMMAND = 20, 400
_VALUE_LINE = re.compile(r"[ \t]{0,8}(?P<value>[^\s\"'`]{0,80}[0-9][^\s\"'`]{4,4000})[ \t]*\r?(?:\n|\Z)")
_SETTING = re.compile(r"[A-Za-z]{1,40}_\w{1,60}=(?!\Z)")


class _Column(NamedTuple):
    """What a query selects: the name that it gives it, and that of the member, if it announces a secret."""

    name: str
    member: Name | None


def find_printed_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find the secrets in the output of commands."""
    text, folded = searched.text, searched.folded
    queries = [*_QUERY.finditer(text)] if any(map(folded.__contains__, _QUERY_SIGNS)) else []
    commands = sorted((*queries, *_find_printers(folded)), key=lambda each: each.start())
    starts = [each.start() for each in commands]
    has_steps = bool(commands) and any(map(text.__contains__, _STEP_SIGNS))
    most = _MIN_COMMANDS + len(text) // _CHARS_PER_COMMAND
    done = parsed = 0
    for found in commands:
        if found.start() < done:
            continue
        most -= 1
        option = _OPTIONS.get(folded[found.start() : found.end()])
        query = "" if option else found["double"] or found["single"] or found["plain"]
        is_other = query != "" and found["other"] is not None
        names = (_PATH.findall(query)[-1:] if is_other else _WORD_OF_QUERY.findall(query)) if query else []
        if most < 0:
            value = _VALUE_LINE.match(text, text.find("\n", found.end()) + 1)
            if value and not _OTHER.fullmatch(value["value"]) and is_unmarked(text, *value.span("value")):
                has_secret = option or _find_member(names, has_values=True)
                yield from [FoundSecret(*value.span("value"), "secret")] if has_secret else ()
            continue
        start, end = _command_around(text, *found.span())
        if option and not option.search(folded, found.end(), end):
            continue
        command, before, after = text[start:end], text[start : found.start()], text[found.end() : end]
        is_aws = _AWS.search(before) is not None
        if option and is_aws and _QUERY.search(after):
            # It prints what the query selects.
            continue
        done = end
        following = bisect_right(starts, end)
        limit = starts[following] if following < len(starts) else len(text)
        # A step prints after all of its commands.
        is_step = has_steps and any(text.find(sign, end, end + _MAX_STEP) >= 0 for sign in _STEP_SIGNS)
        if not is_step and text.find("\n", end + 1, limit) < 0 and limit < len(text):
            # The next command follows.
            continue
        if not (is_aws or option or is_other) or _ELSEWHERE.search(before) or _PIPED.search(after):
            continue
        parsed += len(query)
        is_parsed = parsed <= _MAX_PARSED and not is_other
        columns = [_Column("", _ANY)] if option else _classify(query, names, command, is_parsed=is_parsed)
        if any(each.member for each in columns):
            high = min(end + 1 + _MAX_OUTPUT, len(text) if is_step else limit)
            view = _read_output(text, start, end + 1, high)
            for low, last, what in _find_in_output(view.text, columns, command):
                yield FoundSecret(end + 1 + view.origin(low), end + 2 + view.origin(last - 1), what)


def _find_printers(folded: str) -> Iterator[re.Match[str]]:
    """Find the commands that print a secret."""
    # A text is searched faster for each of the few that it contains than for all.
    found = [m for sign, command in _PRINTERS.items() if sign in folded for m in command.finditer(folded)]
    done = 0
    for command in sorted(found, key=lambda each: each.start()):
        if command.start() >= done:
            yield command
            done = command.end()


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


def _classify(query: str, words: Sequence[str], command: str, *, is_parsed: bool) -> list[_Column]:
    """Return the columns that a query selects, in the order of a table; one if the query is not parsed."""
    has_values = _VALUE_OPTIONS.search(command) is not None
    any_member = _find_member(words, has_values=has_values)
    node = parse_query(query) if any_member and is_parsed else None
    if node is None:
        return [_Column("", any_member)]
    selection = selection_of(node)
    names = selection.names if selection.is_object else [""] * len(selection.names)
    members = [_find_member(each, has_values=has_values) for each in selection.sources]
    # Sorted by their names, if they have any.
    return sorted(map(_Column, names, members), key=lambda each: each.name)


def _find_member(names: Iterable[str], *, has_values: bool) -> Name | None:
    """Return what the first name announces that announces a secret."""
    for name in names:
        if name.lower() in _OTHER_SECRETS or (has_values and name.lower() == "value"):
            return _ANY
        kind = classify_key(name)
        if kind is not None and not kind.is_reference:
            return kind
    return None


def _read_output(text: str, command: int, start: int, end: int) -> View:
    """Return the output of a command, without the prefix of its lines.

    Args:
        text: The text.
        command: The position of the line of the command.
        start: The start of the output.
        end: The end of what can be the output.
    """
    output = text[start:end]
    view = View(output)
    prefix = text[command : command + measure_common_prefix(text, command, start)].rstrip(" ")
    if not prefix or _PROMPT.search(prefix):
        return view
    zeroed, prefix = zero_all_digits(output), zero_all_digits(prefix) + " "
    edits: list[Edit] = []
    at = 0
    while at < len(output):
        line_end = output.find("\n", at) % (len(output) + 1)
        if not zeroed.startswith(prefix, at) and zeroed[at:line_end].rstrip() != prefix.rstrip():
            edits.append((at, len(output), ""))
            break
        start = min(line_end, at + len(prefix))
        edits.append((at, start, ""))
        if prefix[-2] in _BORDERS:
            edits.append((start + len(output[start:line_end].rstrip(_BORDERS + " \r")), line_end, ""))
        at = line_end + 1
    view.edit(edits)
    return view


def _find_end_of_step(output: str) -> int:
    """Return where the output of a step begins after its commands; zero if there is no step."""
    sign = min((at for each in _STEP_SIGNS if (at := output.find(each, 0, _MAX_STEP)) >= 0), default=-1)
    step = _STEP.match(output, output.rfind("\n", 0, sign) + 1) if sign >= 0 else None
    return step.end() if step and not _STEP_START.search(output, 0, step.start()) else 0


def _find_in_output(
    output: str, columns: Sequence[_Column], command: str
) -> Iterator[tuple[int, int, Secret]]:
    """Yield the position of each secret in an output, and its kind."""
    known = {*_WORD.findall(command)}
    if operation := _OPERATION.search(f" {command}"):
        # The title of a table.
        known.add(operation["name"].replace("-", ""))
    at = _find_end_of_step(output)
    gap = _GAP.match(output, at)
    at = gap.end() if gap else at
    # Below an empty line, words are those of a person.
    is_near = gap is None or gap["label"] is not None or gap[0].count("```") > 1
    if output[at : at + _MAX_INDENT].lstrip(" \t")[:1] in {"[", "{", '"'}:
        cells = _list_json(output, at)
    else:
        cells = _list_rows(output, at, is_yaml="yaml" in command, is_near=is_near)
    for index, count, key, start, end in cells:
        named = [each.member for each in columns if key and each.name == key]
        placed = [columns[index % len(columns)].member] if len(columns) in {1, count} else []
        kind = (named or placed or [each.member for each in columns if each.member])[0]
        value = output[start:end]
        is_other = value in known or value.lower() in known or _OTHER.fullmatch(value)
        is_secret = value and not is_other and kind and can_be_secret(kind, value, _PLACEMENT)
        if kind and is_secret and is_unmarked(output, start, end):
            yield start, end, kind.what


def _list_json(text: str, at: int) -> Iterator[tuple[int, int, str, int, int]]:
    """Yield the strings of a document of JSON, with their index in a list, its length, and their key."""
    depth, key = 0, ""
    items: list[tuple[int, int, str]] = []
    while token := _TOKEN.match(text, at):
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


def _list_rows(
    text: str, at: int, *, is_yaml: bool, is_near: bool
) -> Iterator[tuple[int, int, str, int, int]]:
    """Yield the cells of the lines of a table, of YAML or of text."""
    for row in range(_MAX_LINES):
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
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
            if "\t" not in line.strip() and not _is_value(line.strip(), is_first=is_near and not row):
                return
        for index, (key, (low, high)) in enumerate(cells):
            start, last = _strip(text, at + low, at + high)
            yield index, len(cells), key, start, last
        at = end + 1
        if at >= len(text):
            return


def _is_value(line: str, *, is_first: bool) -> bool:
    """Return whether a line is a value, not a sentence, a report or a setting.

    >>> [_is_value(line, is_first=True) for line in ("lanternchair", "lantern chair boat", "Finished", "It is done")]
    [True, True, False, False]
    """
    if " " not in line and _MIXED.match(line):
        return _SETTING.match(line) is None
    # Loaded only when it is needed.
    from iamtriage.redaction._vocabulary.known_words import is_grammar, is_service

    if not is_first or _SETTING.match(line) or not (_FIRST.fullmatch(line) or _PHRASE.fullmatch(line)):
        return False
    words = line.split()
    return sum(is_grammar(word) and not is_service(word) for word in words) * 4 <= len(words)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the position of a cell without the spaces and quotes around it."""
    inside = text[start:end].lstrip(" \t\"'")
    return end - len(inside), end - len(inside) + len(inside.rstrip(" \t\r\"'"))
