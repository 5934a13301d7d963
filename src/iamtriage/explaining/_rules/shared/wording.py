"""Sentences that several explanations of denials share; not for whole explanations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.principal_words import is_truncated
from iamtriage.explaining._rules.shared.service_specific import stated_reason

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.typing import PolicyType

__all__ = (
    "EVENTUAL_CONSISTENCY",
    "ONE_POLICY_TYPE",
    "POLICY_TYPE_NAMES",
    "authorization_details_remedy",
    "capitalize_start",
    "denial_summary",
    "describe_denial",
    "join_first_four",
    "reason_lines",
    "region_argument",
)

POLICY_TYPE_NAMES: dict[PolicyType, str] = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "permissions_boundary": "permissions boundary",
    "session": "session policy",
    "service_control": "service control policy",
    "resource_control": "resource control policy",
    "vpc_endpoint": "VPC endpoint policy",
    "role_trust": "trust policy",
}
_CONSOLE_LINK = re.compile(r"[?&]region=(?P<region>[a-z0-9-]{5,30})#/authorization-details/", re.ASCII)
_OPERATION = re.compile(r"[A-Za-z][A-Za-z0-9]{1,80}", re.ASCII)
ONE_POLICY_TYPE = (
    "AWS names one type of policy only. Others may deny it too, and show when this one is mended."
)
EVENTUAL_CONSISTENCY = (
    "A new or changed policy, role or trust takes some seconds to count everywhere. Then try again."
)


def describe_denial(denial: Denial) -> str:
    """Give who was denied what, as the beginning of a sentence."""
    who = denial.caller
    what = denial.action or "access"
    operation = denial.failure.envelope.operation
    if denial.action is None and operation and _OPERATION.fullmatch(operation):
        what = f"the call {operation}"
    on = f" on {denial.resource}" if denial.resource and not is_truncated(denial.resource) else ""
    return f"{capitalize_start(who)} was denied {what}{on}"


def capitalize_start(words: str) -> str:
    """Give words as the beginning of a sentence; an ARN keeps its spelling.

    >>> capitalize_start("the role app"), capitalize_start("arn:aws:iam::****:role/app")
    ('The role app', 'arn:aws:iam::****:role/app')
    """
    return f"T{words[1:]}" if words.startswith("the ") else words


def join_first_four(names: tuple[str, ...]) -> str:
    """Give the first of some names.

    >>> join_first_four(("a", "b", "c", "d", "e"))
    'a, b, c, d and others'
    """
    few = names[:4]
    more = "" if len(names) <= 4 else " and others"
    return ", ".join(few) + more


def denial_summary(denial: Denial, why: str) -> str:
    """Give the sentence that stands above an explanation."""
    return f"{describe_denial(denial)}: {why}."


def reason_lines(denial: Denial) -> tuple[str, ...]:
    """Give what speaks for the cause that AWS names."""
    if denial.policy_type_evidence == "supplied":
        said = "The authorization details say so."
        if denial.facts.authorization_details is None:
            said = "The decoded message says so."
        return (said, *(f"The statement's Sid is {sid}." for sid in denial.statements))
    reason = stated_reason(denial.failure)
    return (f"The message says: {reason}",) if reason else ()


def region_argument(denial: Denial) -> str:
    """Give the region of the call for a command, or a placeholder."""
    arn = denial.resource_arn
    return commands.region(denial.facts.region or (arn.region if arn is not None else None))


def _console_region(denial: Denial) -> str:
    """Give the region that the message's link names, which is where IAM keeps the details."""
    text, end = denial.failure.text, denial.failure.span[1]
    found = _CONSOLE_LINK.search(text, max(end - 1_000, 0), end + 1_000)
    return commands.region(found["region"]) if found else region_argument(denial)


def authorization_details_remedy(denial: Denial) -> Remedy | None:
    """Give the call that tells the whole of a denial, where the message has what it takes."""
    failure = denial.failure
    if (
        failure.authorization_id
        and denial.facts.authorization_details is None
        and failure.authorization_id.isalnum()
    ):
        return Remedy(
            title="Ask IAM which policy and statement it was",
            who="you",
            steps=(
                (
                    "IAM keeps the details for 24 hours, in the region of the call; "
                    "it takes iam:GetRequestAuthorizationDetails."
                ),
                "Give the answer to explain() as the fact authorization_details.",
            ),
            commands=(
                command(
                    *("aws", "iam-toolbox", "get-request-authorization-details"),
                    *("--authorization-id", failure.authorization_id, "--region", _console_region(denial)),
                ),
            ),
            url=pages.AUTHORIZATION_DETAILS,
        )
    if failure.encoded_message and denial.facts.decoded_message is None:
        return Remedy(
            title="Decode the message",
            who="you",
            steps=(
                (
                    "The encoded message tells the action, the resource, the statements that matched and the "
                    "condition keys of the call; reading it takes sts:DecodeAuthorizationMessage."
                ),
                "It has to be one line: the command iamtriage parse --json gives it so, as encoded_message.",
                "Give the answer to explain() as the fact decoded_message.",
            ),
            commands=(
                (
                    "aws sts decode-authorization-message --encoded-message ENCODED_MESSAGE "
                    "--query DecodedMessage --output text"
                ),
            ),
            url="https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html",
        )
    return None
