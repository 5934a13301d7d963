"""Write the resource of a statement with the variables of the code that builds its policy for each session."""

from __future__ import annotations

import re
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.session_policies import SESSION_POLICY, passes_session_policy
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.policies._readers.elements import as_strings

# A variable of code in a string, as the readers of policies write most of them, or the place of one.
_HOLE = lazy_pattern(r"(\$\{[\w.]{1,60}\}|%[sdv]|\{\})")
# The beginning of a name, after what separates the parts of an ARN.
_NAME_BEFORE = lazy_pattern(r"[\w.-]{2,60}\Z")
_TOKEN = lazy_pattern(r"[A-Za-z0-9]{1,64}")
_JOINED = lazy_pattern(r"[\"'] ?\+ ?([\w.]{1,60})(?: ?\+ ?[\"'])?")


def list_session_policies(denial: Denial) -> list[Document]:
    """Return the session policies in the text: those that something passes for a session, or that code builds for it."""
    policies = denial.context.policies
    named = [each for each in policies if each.name == SESSION_POLICY]
    if named or not passes_session_policy(denial.failure.text):
        return named
    return [each for each in policies if each.has_references and not each.has_principal]


def describe_limits(denial: Denial) -> str:
    """Return that an added statement needs the conditions of the others, unless the session policy in the text has none."""
    limited = ["Condition" in each for shown in list_session_policies(denial) for each in shown.allows]
    return "" if limited and not any(limited) else ", with the conditions that its other statements have"


def write_variables(
    denial: Denial, statement: dict[str, Any] | None, notes: tuple[str, ...]
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return a statement and the steps about its resource, as the code writes it that builds the only session policy in the text."""
    shown = list_session_policies(denial)
    session, text = getattr(denial.principal, "session_name", ""), denial.failure.text
    if statement is None or len(shown) != 1:
        return statement, notes
    for named in (name for each in shown[0].allows for name in as_strings(each.get("Resource"))):
        # Strings that code joins are one reference.
        is_joined = named.startswith(('${"', "${'"))
        template = _JOINED.sub(r"${\1}", named[3:-1].rstrip("\"'")) if is_joined else named
        if (found := fill_in_variables(str(statement["Resource"]), template, session)) is None:
            continue
        written, variable, value = found
        if variable not in text and (bare := variable.removeprefix("$")) in text:
            # In Python, a string has no $ before its variables.
            written, variable = written.replace(variable, bare), bare
        step = f"The code builds the policy for each session, so the Resource has its variable {variable}, which is {clip_text(value)} here. With {clip_text(value)} in its place, other sessions would get access to it."
        others = (each for each in notes if "arn:" not in each)
        return {**statement, "Resource": written}, (step, *others)
    return statement, notes


def fill_in_variables(arn: str, template: str, session: str) -> tuple[str, str, str] | None:
    """Return an ARN with the variables of a template, and the first variable with its value, if it has their form.

    Args:
        arn: The ARN.
        template: Another ARN, with variables.
        session: The name of the session, which confirms values. The part of a name before a variable does, too.

    >>> fill_in_variables("arn:aws:sqs:::site-7-out", "arn:aws:sqs:::site-${site}-in", "")
    ('arn:aws:sqs:::site-${site}-out', '${site}', '7')
    >>> fill_in_variables("arn:aws:s3:::logs/7/out", "arn:aws:s3:::${bucket}/${site}/in", "job-7")
    ('arn:aws:s3:::logs/${site}/out', '${site}', '7')
    >>> fill_in_variables("arn:aws:s3:::logs/7", "arn:aws:s3:::${bucket}/in", "job-7")
    """
    parts, at, written, first = _HOLE.split(template), 0, "", None
    for literal, hole, after in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
        if not arn.startswith(literal, at):
            break
        at += len(literal)
        value = re.split(rf"[:/{re.escape(after[:1])}]", arn[at:], maxsplit=1)[0]
        if not after and (token := _TOKEN.match(value)) and token[0] in _TOKEN.findall(session):
            value = token[0]
        said = re.search(rf"(?<![A-Za-z0-9]){re.escape(value)}(?![A-Za-z0-9])", session)
        is_sure = value and (said or _NAME_BEFORE.search(literal))
        first = first or ((hole, value) if is_sure else None)
        written += literal + (hole if is_sure else value)
        at += len(value)
    return None if first is None else (written + arn[at:], *first)
