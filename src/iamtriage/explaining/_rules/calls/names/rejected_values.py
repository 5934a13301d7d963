"""Explain values of parameters that do not satisfy a constraint of the API.

Source: https://smithy.io/2.0/spec/constraint-traits.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, Explanation, Remedy
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.calls.request_kinds import EMPTY_VARIABLE, INVALID_REQUEST
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError

REJECTED_VALUE = lazy_pattern(
    r"(?a)\bValue (?:null|'(?P<value>[^'\n]{0,512})') at '(?P<path>[\w.\[\]-]{1,128})' failed to satisfy constraint: "
    r"(?:\[|Member )?[Mm]?(?:ember )?must (?P<rule>not be null|(?:have|satisfy) (?P<what>length|value|regular expression pattern|enum value set)(?:: | )?(?P<limit>[^;\n]{1,300}))"
)
"""A value, the path of its parameter, and the constraint, as services with a model of their API report it."""
UNSENT_REQUEST = lazy_pattern(
    r"(?a)\b(?:minimum field (?P<what>size|value) of (?P<least>\d{1,9})|missing required field), (?P<call>[A-Z]\w{1,80})Input\.(?P<path>[\w.\[\]]{1,120}\w)"
)
"""What the SDKs for Go say of a parameter that they check before they send a request."""
_SECRET = lazy_pattern(
    r"(?i:pass|pwd|secret|token|credential|private|accesskey|(?:mfa|verification|confirmation)_?code|\bpin\b)"
)
# A pattern for the ARNs of roles begins with a literal.
_OF_ROLE = lazy_pattern(r"\^?\(?arn:[^;]{0,60}?:iam::[^;]{0,40}?:role")
_ROLE_NAME = lazy_pattern(r"(?a)[\w+=,.@-]{1,64}")


def explain_rejected_value(case: Case[AwsError], message: str) -> Explanation:
    """Explain which value of a call does not satisfy which constraint."""
    found = next(REJECTED_VALUE.finditer(message))
    path, value, what = found["path"], found["value"], found["what"]
    name = path.rpartition(".")[2]
    shown = f" {clip_text(value)}" if value and not _SECRET.search(path) else ""
    # A pattern with a backslash is shown as written.
    limit = clip_text((found["limit"] or "").rstrip("`'\" ")).replace(r"\\", "\\")
    is_role = what == "regular expression pattern" and _OF_ROLE.match(limit) is not None
    if value is None or found["rule"] == "not be null":
        summary = f"The call has no value for {path}, which it requires"
    elif not value:
        summary = f"The value of {path} is empty"
    elif is_role:
        summary = f"{path} must be the ARN of a role, and the call has{shown or ' another value'}"
    elif what == "enum value set":
        summary = f"The call does not accept the value{shown} of {path}"
    elif what in {"length", "value"}:
        summary = (
            f"The value{shown} of {path} must have {'a length' if what == 'length' else 'a value'} {limit}"
        )
    else:
        summary = f"The value{shown} of {path} does not have the form that the call requires"
    says = {
        "regular expression pattern": f"that it must match {limit}.",
        "enum value set": f"that it must be one of {limit}.",
    }.get(what or "", f'"must {clip_text(found["rule"])}".')
    return case.explain(
        f"{summary}.",
        INVALID_REQUEST.cause("reported", text=f"The message says {says}"),
        None if value else EMPTY_VARIABLE.cause(),
        topic="invalid-request",
        remedies=_role_remedy(path, value) if is_role and value else _correct(name),
        notes=NOT_A_DENIAL,
    )


def explain_unsent_request(case: Case[AwsError], message: str) -> Explanation:
    """Explain which parameter of a call the SDK for Go rejected, so that it sent no request."""
    found = next(UNSENT_REQUEST.finditer(message))
    call, path, what = found["call"], found["path"], found["what"]
    problem = "is empty or missing" if what is None else f"is less than {found['least']}"
    if what == "size":
        problem = f"is shorter than {found['least']} characters, so most likely empty"
    return case.explain(
        f"The SDK sent no request: {path} of the call {call} {problem}.",
        INVALID_REQUEST.cause("reported", text="The SDK checks the parameters before it calls AWS."),
        EMPTY_VARIABLE.cause(),
        remedies=_correct(path.rpartition(".")[2]),
        notes=NOT_A_DENIAL,
    )


def _correct(name: str) -> Remedy:
    return your_remedy(
        f"Correct {name} in the call",
        "Print the parameters of the call where it runs: a variable or an output that fills the value can have another one than you expect.",
    )


def _role_remedy(path: str, value: str) -> Remedy:
    name = value.rpartition("/")[2]
    is_name = _ROLE_NAME.fullmatch(name) is not None and (":" not in value or ":role/" in value)
    known = name if is_name else "ROLE_NAME"
    return your_remedy(
        f"Pass the ARN of the role in {path}",
        "The command prints it. The ARN contains the path of the role, such as service-role/, which its name lacks.",
        commands=fill_command("aws iam get-role --role-name {} --query Role.Arn --output text", known),
    )
