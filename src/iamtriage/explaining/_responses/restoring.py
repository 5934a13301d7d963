"""Restore the responses that commands printed with ``--query`` or in another format, and changed files."""

from __future__ import annotations

import json
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._queries import parse_query, selection_of
from iamtriage._reading.structured.values import decode_at
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._responses.diffs import apply_diffs
from iamtriage.explaining._responses.formats import read_rows, read_table, read_text
from iamtriage.explaining._responses.queries import items_of, restore
from iamtriage.policies._readers.policy_yaml import parse_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._queries import Node, Selection
    from iamtriage.explaining._context.readers.command_runs import CommandRun
    from iamtriage.failures._failures import Failure

_READS = lazy_pattern(r"(?:batch-get|decode|describe|get|head|list|lookup|receive|simulate)-")
_PIPE = lazy_pattern(r"\"[^\"\n]*\"|'[^'\n]*'|(\|)")
_YAML = lazy_pattern(r"(?:[ \t]{1,200}|- )\S|[\w\"'./:-]{1,100}:(?:\s|\Z)")
# How a response in YAML begins, if the output is set to it, and a document without the command before it.
_IS_YAML = lazy_pattern(r"[A-Za-z]{2,60}:[^\n]{0,400}\n[ \t]{0,8}(?:- )?[A-Za-z][\w:/-]{0,60}:(?:\s|\Z)")
_DOCUMENT = lazy_pattern(
    r"(?m)^(?P<indent>[ \t]{0,8})(?:evaluations|EvaluationResults|allowed|explicitDeny|matchedStatements):"
    r"(?:[ \t](?:true|false))?[ \t]{0,4}\n(?=(?P=indent)[\w -])"
)
_PROMPTS = ("$", "#", "%", "❯", ">")
_REST = lazy_pattern(r"[ \t\r]{0,80}(?:\n|\Z)")
_BLANK = lazy_pattern(r"\s{0,400}")
_LOOP_END = lazy_pattern(r";[ \t]{0,4}done\b")
_NO_OUTPUT = lazy_pattern(r"An error occurred|Unable to |usage: |Error|aws: |\S{1,80}: command not found")
# Policies are read as they are printed, but for statements without the document that they are from.
_POLICY = '"Effect": '
_STATEMENTS = lazy_pattern(r"(?P<document>\w{1,40}(?:\.\w{1,40})?)\.Statement(?:\[\*?\])?")
# A code, and the resource that a message has before it.
_CODE = lazy_pattern(r"(?s)(?::rule/.*[\s\"])?\"?([A-Z]{2,20}_[A-Z_]{4,40})\"?")
_MAX_DOCUMENTS = 8
_WHOLE: Node = {"type": "identity", "children": []}


def restore_responses(failure: Failure) -> Failure:
    r"""Return a failure with the whole form of each response and changed file in its text, or the same one.

    A command with ``--query`` shows members without their names. With them, what reads a response finds them.

    >>> from iamtriage import parse
    >>> shown = restore_responses(parse(
    ...     "An error occurred (AccessDenied) when calling the AssumeRole operation: Access denied\n"
    ...     "$ aws iam get-role --role-name ci --query Role.[RoleId,MaxSessionDuration] --output text\n"
    ...     "AROAEXAMPLEID\t3600\n"
    ... ))
    >>> shown.text.partition("text\n")[2]
    '{"Role": {"RoleId": "AROAEXAMPLEID", "MaxSessionDuration": 3600}}\n'
    """
    text, (start, end) = failure.text, failure.span
    parts, at = list[str](), 0
    for low, high, written in sorted((*_find_responses(failure), *apply_diffs(text))):
        is_around = low <= failure.span[0] and failure.span[1] <= high
        inside = _find_code(text[slice(*failure.span)], written) if is_around else (-1, -1)
        if low < at or (inside[0] == -1 and high > failure.span[0] and low < failure.span[1]):
            continue
        parts += (text[at:low], written)
        at = high
        if inside[0] != -1:
            start, end = (sum(map(len, parts[:-1])) + each for each in inside)
        elif high <= failure.span[0]:
            start, end = (each + len(written) - (high - low) for each in (start, end))
    return attrs.evolve(failure, text="".join((*parts, text[at:])), span=(start, end)) if parts else failure


def _find_code(failed: str, written: str) -> tuple[int, int]:
    """Return the beginning and end of the code that is a whole failure in a response, or (-1, -1)."""
    code = _CODE.fullmatch(failed)
    if code is None or written.count(code[1]) != 1:
        return -1, -1
    start = written.find(code[1])
    return start, start + len(code[1])


def _find_responses(failure: Failure) -> Iterator[tuple[int, int, str]]:
    """Yield the beginning and end of each output that shows a part of a response, with the whole one."""
    for run in find_runs(failure):
        if (found := _restore_response(run, failure.text)) is not None:
            start = run.end - len(run.output)
            yield start + found[0], start + found[1], _write(found[2])
    for each in islice(_DOCUMENT.finditer(failure.text), _MAX_DOCUMENTS):
        written, document = _read_yaml(failure.text[each.start() :])
        if isinstance(document, dict):
            yield each.start(), each.start() + written, _write(cast("dict[str, Any]", document))


def _read_yaml(output: str) -> tuple[int, object]:
    """Return the length of the YAML with which an output begins, and its value."""
    written = "".join(takewhile(_YAML.match, output.splitlines(keepends=True)))
    if not written.startswith("-"):
        return len(written), parse_mapping(written) if written else None
    return len(written), parse_mapping(f"items:\n{written}").get("items")


def _write(response: dict[str, Any]) -> str:
    """Return a response as JSON, with a line for each item of its lists."""
    members = (f"{json.dumps(name)}: {_write_value(value)}" for name, value in response.items())
    return f"{{{', '.join(members)}}}\n"


def _write_value(value: object) -> str:
    items = items_of(value)
    if not any(isinstance(each, dict) for each in items):
        return json.dumps(value, ensure_ascii=False)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in items)
    return f"[\n{lines}\n]"


def _restore_response(run: CommandRun, text: str) -> tuple[int, int, dict[str, Any]] | None:
    """Return the beginning and end of a command's output, with the response of which it shows a part."""
    command, output = run.command, run.output
    if command.program != "aws" or _READS.match("".join(command.words[1:2])) is None:
        return None
    blank = _BLANK.match(output)
    start = blank.end() if blank else 0
    line = text[run.start : run.end - len(output)]
    # A loop prints several responses.
    is_several = _LOOP_END.search(line) is not None
    if is_several or _NO_OUTPUT.match(output, start) or any(each[1] for each in _PIPE.finditer(line)):
        return None
    query, output_option = command.option("query"), command.option("output")
    node = _WHOLE if query is None else parse_query(query.value)
    form = "" if output_option is None else output_option.value
    before = text[line_start(text, run.start) : run.start]
    if not form and before.rstrip().endswith(_PROMPTS) and _IS_YAML.match(output, start):
        form = "yaml"
    read = None if node is None else _read_output(output[start:], node, form)
    if node is None or read is None:
        return None
    value = read[0]
    if _POLICY in json.dumps(value) and (node is not _WHOLE or not form.startswith("yaml")):
        statements = None if query is None else _STATEMENTS.fullmatch(query.value)
        node = None if statements is None else parse_query(statements["document"])
        if node is None:
            return None
        value = {"Version": "2012-10-17", "Statement": value}
    response = restore(node, value)
    is_object = isinstance(response, dict)
    return (start, start + read[1], cast("dict[str, Any]", response)) if is_object else None


def _read_output(output: str, node: Node, form: str) -> tuple[Any, int] | None:
    """Return the value that a command printed, and its end, ``None`` if it is not known or is whole JSON."""
    selection = None if node is _WHOLE else selection_of(node)
    # A number in the format text can be the ID of an account.
    value, end = (None, -1) if form in {"", "text"} and output[:1].isdigit() else decode_at(output, 0)
    if end != -1 and (rest := _REST.match(output, end)) is not None:
        return None if selection is None else (value, rest.end())
    if form == "table" or output.startswith("---"):
        return _read_table(output, selection)
    lines = output.splitlines(keepends=True)
    if form.startswith("yaml"):
        length, value = _read_yaml(output)
        return (value, length) if length else None
    # The setting of the output can be text. A person's next line is hardly one word.
    is_word = selection is not None and not (form or selection.is_row or selection.is_many)
    if form != "text" and not (is_word and len("".join(lines[:1]).split()) == 1):
        return None
    read = read_rows(lines) if selection is None else read_text(lines, selection)
    return None if read is None else (read[0], sum(map(len, lines[: read[1]])))


def _read_table(output: str, selection: Selection | None) -> tuple[Any, int] | None:
    read = read_table(output, has_names=selection is None or selection.is_object)
    if read is None or selection is None or selection.is_many or not selection.is_row:
        return read
    rows, end = read
    return next(iter(items_of(rows)), rows), end
