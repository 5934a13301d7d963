"""Say that another role of the text is the caller where the same works, as in a notebook next to a job.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import RoleSession
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

# Where people call with another role than a job does.
_PLACES = lazy_pattern(
    rf"{LOCALLY.pattern}|(?i:\b(?:notebook|studio|console|cloud ?shell|bastion|by hand|manually|terminal|from the cli)\b)"
)
_ROLE = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:(?:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64}(?<![.,]))|sts::[0-9]{12}:assumed-role/([\w+=,.@-]{1,64})/)",
    re.ASCII,
)
# How people show which role they have where it works: the call that prints it, or what they say of it.
_SHOWN = r"(?:get_execution_role\(\)|get-caller-identity|get_caller_identity\(\)|(?i:\b(?:notebook|studio|laptop|my own|console)\b[^\n.;]{0,40}\brole\b))"
_NOTEBOOK = "get_execution_role()"
# What takes a role as a parameter in the SageMaker Python SDK.
_JOB = lazy_pattern(
    r"(?i:\b(?:estimators?|processors?|(?:training|processing|transform|tuning|batch) jobs?|endpoint|pipeline)\b)"
)


def add_working_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which other role is the caller where the same works, and that its permissions do not count for this call."""
    text, role = denial.failure.text, denial.role
    if role is None or not isinstance(denial.principal, RoleSession):
        return explanation
    target = denial.target_role_name
    named = {found[1] or found[2] for found in _ROLE.finditer(text)} - {role.name, target}
    if len(named) != 1 or find_working(text, _PLACES) is None:
        return explanation
    other = named.pop()
    # The first of the two roles is the one that is shown.
    either = rf"(?<![\w+=,.@-])(?:(?P<other>{re.escape(other)})|{re.escape(role.name)})(?![\w+=@-]|[.,]\w)"
    shown = re.finditer(rf"{_SHOWN}[^\n]{{0,200}}?(?:\n[^\n]{{0,200}}?){{0,6}}?{either}", text)
    if not any(each["other"] for each in shown) or clip_text(other) in explanation.summary:
        return explanation
    is_notebook = _NOTEBOOK in text and denial.service != "sagemaker"
    is_job = is_notebook and (_JOB.search(text) is not None or denial.principal.session_name == "SageMaker")
    what = (
        "The notebook runs with another role" if is_notebook else "Where it works, the caller is another role"
    )
    instead = None
    if is_job:
        instead = your_remedy(
            f"Or pass role=sagemaker.get_execution_role(), so that the job runs as {clip_text(other)}",
            f"It then runs with the role of the notebook instead of {clip_text(role.name)}, which must trust sagemaker.amazonaws.com.",
            manifest="role=sagemaker.get_execution_role()",
            manifest_language="text",
            url="https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        )
    first, *others = (*explanation.remedies, None)
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} {what}, {clip_text(other)}, whose permissions do not count here.",
        remedies=present(first, instead, *others),
    )
