"""Find that a program reads values with a call for each of them, and read them in fewer calls.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html and
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case
from iamtriage.failures._failures import AwsError

# A name that consists of a path, and ends in what differs: f"/a/b/{name}", "/a/b/" + name, /a/b/$name.
_PATH = r"[^\n]{0,60}?[\"'`= ]f?[\"'`]?(?P<path>(?:/[\w.-]{1,60}){1,8})/(?:[\"'`] ?[+.] ?\w{1,60}\b(?! ?[+.] ?[\"'`])|\$?\{[^\n{}]{1,60}\}(?![\w/])|%[sv](?![\w/])|\$\w{1,60}\b(?!/)|[\"'`]\))"
_CALL = r"(?i:\bget[_-]?parameter(?:Command|Request|Input)?\b)"
_WITH_PATH = lazy_pattern(rf"{_CALL}{_PATH}")
# A loop with its variable, which is in a call for each value, but not in one that is only tried again.
_LOOP = lazy_pattern(
    r"\bfor(?:each)? ?\(?(?:\w{1,40} |_, ?)?\$?(?P<each>\w{1,40}) ?(?:in|of|:=?) |\.(?:map|forEach)\((?:async )?\(?(?P<item>\w{1,40})"
    r"|\bwhile (?:IFS=\S{0,10} )?read (?:-r )?(?P<line>\w{1,40})"
)
_LINES_OF_LOOP = lazy_pattern(r"[^\n]{0,200}(?:\n[^\n]{0,200}){0,2}")
_COUNT = lazy_pattern(r"\b(?P<count>[1-9]\d{1,4}) (?:\w{1,20} )?(?P<what>parameters|secrets)\b")
_OPERATIONS = {
    "GetParameter": (_CALL, "parameter"),
    "GetSecretValue": (r"(?i:\bget[_-]?secret[_-]?value(?:Command|Request|Input)?\b)", "secret"),
}
_PYTHON = (
    'pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(\n'
    "    Path={}, Recursive=True, WithDecryption=True)\n"
    'values = {{each["Name"]: each["Value"] for page in pages for each in page["Parameters"]}}'
)


class RepeatedCalls(NamedTuple):
    """A program that makes a call for each value.

    Attributes:
        step: How it reads them in fewer calls.
        code: The code that does so, if the program is in Python.
        command: The command that does so, if the AWS CLI made the calls.
    """

    step: str
    code: str | None = None
    command: str | None = None


def find_repeated_calls(case: Case[AwsError]) -> RepeatedCalls | None:
    """Return that the text shows a call for each value in a loop, or with a name that code composes."""
    operation, text = case.operation or "", case.failure.text
    if operation not in _OPERATIONS:
        return None
    call, noun = _OPERATIONS[operation]
    with_path = _WITH_PATH.search(text) if operation == "GetParameter" else None
    is_in_loop = _is_in_loop(text, call)
    if with_path is None and not is_in_loop:
        return None
    counted = next((found for found in _COUNT.finditer(text) if found["what"] == f"{noun}s"), None)
    each = f"each of {counted['count']} {noun}s" if counted else f"each {noun}"
    said = f"The text shows a call of {operation} for {each}."
    if not is_in_loop:
        said = f"The program composes the {noun}'s name, so most likely it calls {operation} for {each}."
    again = "Cache the values for as long as the program runs."
    if noun == "secret":
        return RepeatedCalls(
            f"{said} BatchGetSecretValue reads up to 20 secrets in a call, and needs secretsmanager:BatchGetSecretValue, too. {again}"
        )
    if with_path is None:
        return RepeatedCalls(
            f"{said} GetParameters reads up to 10 names in a call, and needs ssm:GetParameters. {again}"
        )
    path = clip_text(with_path["path"])
    step = f"{said} GetParametersByPath reads up to 10 parameters below {path} in a call, and needs ssm:GetParametersByPath; GetParameters reads up to 10 names, and needs ssm:GetParameters. {again}"
    if "--name" in with_path[0]:
        return RepeatedCalls(
            step,
            command=f"aws ssm get-parameters-by-path --path {path} --recursive --with-decryption --query 'Parameters[].[Name,Value]' --output text",
        )
    is_python = case.failure.envelope.source == "botocore" or "Traceback (most recent" in text
    return RepeatedCalls(step, code=_PYTHON.format(json.dumps(path)) if is_python else None)


def _is_in_loop(text: str, call: str) -> bool:
    """Return whether a loop begins right before a call, which uses the variable of the loop."""
    for loop in _LOOP.finditer(text):
        lines, variable = _LINES_OF_LOOP.match(text, loop.end()), loop[loop.lastgroup or 0]
        if lines and re.search(rf"{call}[^\n]{{0,200}}(?<!\w){variable}\b", lines[0]):
            return True
    return False
