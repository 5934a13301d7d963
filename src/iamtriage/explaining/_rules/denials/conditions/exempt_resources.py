"""Create a resource that the NotResource of a Deny statement exempts, instead of changing the Deny."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions.request_conditions import CREATES, resource_name
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.policies._readers.elements import as_strings

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
_IN_PATH = lazy_pattern(
    r"(?a)(?P<kind>role|user|policy|group|instance-profile)(?P<path>(?:/[\w+=,.@-]{1,64}){1,8}/)\*"
)
# How tools set the path, by what shows the tool in the text.
_PATH_SETTINGS = (
    (lazy_pattern(r"\bAWS::IAM::|\bHandlerErrorCode\b"), "Add Path: {} to its properties"),
    (lazy_pattern(r"\baws_iam_|\b[Tt]erraform\b"), 'Add path = "{}" to it'),
    (lazy_pattern(r"\baws iam create-"), "Add --path {} to the command"),
)
_ANY_TOOL = 'Set the path {0} (--path {0} in the AWS CLI, Path in CloudFormation, path = "{0}" in Terraform)'


def exempt_resource_remedy(denial: Denial, statement: Mapping[str, Any]) -> Remedy | None:
    """Return how to create a resource that a Deny statement exempts, if the call creates one of that type."""
    exempt = _list_exempt(denial, statement)
    if not exempt or CREATES.search(denial.lowercase_action) is None:
        return None
    found = _IN_PATH.fullmatch(exempt[0].split(":", 5)[5])
    if found is None:
        patterns = clip_text(join_words(tuple(exempt), "or"))
        step = "The Deny then does not match, and no policy has to change."
        return your_remedy(f"Choose a name that matches {patterns}", step, url=pages.EVALUATION)
    kind, path, text = found["kind"].replace("-", " "), found["path"], denial.failure.text
    setting = next((words for sign, words in _PATH_SETTINGS if sign.search(text)), _ANY_TOOL)
    arn = exempt[0].removesuffix("*") + resource_name(denial)
    such_as = ", such as a policy for iam:PassRole," if kind == "role" else ""
    new = f"The ARN is then {clip_text(arn)}: what names the old one{such_as} has to name this one."
    return your_remedy(
        f"Create the {kind} with the path {path}, which the Deny exempts",
        f"{setting.format(path)}, and leave the name as it is. No policy of the caller has to change.",
        None if "*" in arn else new,
        url=pages.EVALUATION,
    )


def _list_exempt(denial: Denial, statement: Mapping[str, Any]) -> list[str]:
    """Return the patterns of NotResource that are of the type of the denied resource."""
    arn = denial.resource_arn
    if arn is None:
        return []
    kind = re.match(r"[\w-]{1,40}[/:]|", arn.resource, re.ASCII)
    prefix = "" if kind is None else kind[0]
    parsed = ((each, each.split(":", 5)) for each in as_strings(statement.get("NotResource")))
    of_service = [(each, parts[5]) for each, parts in parsed if len(parts) == 6 and parts[2] == arn.service]
    # The ARN of a bucket has no type, and that of an object has a slash.
    return [each for each, name in of_service if (name.startswith(prefix) if prefix else "/" not in name)]
