"""Build the sentences that explanations of denials share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, lower_first, upper_first
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.messages.service_messages import stated_reason
from iamtriage.explaining._rules.shared.principals.principal_words import is_truncated
from iamtriage.failures._failures import Failure

# A mask says nothing, and makes an ARN hard to read.
_MASKED_ACCOUNT = lazy_pattern(
    r"arn:[\w-]{3,20}:[\w-]{2,40}:(?P<region>[a-z]{2}(?:-[a-z]+){1,3}-[0-9]):(?:\*{3,}|[xX]{3,}):(?P<name>.+)"
)
_INVOKED_BY = lazy_pattern(r'"invokedBy"\s{0,3}:\s{0,3}"([a-z0-9.-]{1,60}\.amazonaws\.com(?:\.cn)?)"')
# Most services encrypt with the ARN of the data as context.
_ENCRYPTED = lazy_pattern(
    r'"encryptionContext"\s{0,3}:\s{0,3}\{[^{}]{0,400}?"(arn:[\w-]{1,20}:[^"\s]{1,1100})"'
)
_OPERATION = lazy_pattern(r"[A-Za-z][A-Za-z0-9]{1,80}")

_WITHOUT_ID = lazy_pattern(r"\bStatus Code: 40[34]\b[^()\n]{0,80}\bRequest ID: null\b")
FIND_POLICY = "Find the policy that"
"""The beginning of the title of a remedy that looks for the policy which denies a call."""


NO_OVERRIDE = "An Allow does not override it."
"""What an ``Allow`` does against a ``Deny``."""


def endpoint_step(failure: Failure) -> str | None:
    """Return the step that checks which server answered for S3, if its answer lacks what S3 always sends."""
    if _WITHOUT_ID.search(failure.text, *failure.span) is None:
        return None
    return "The answer has no request ID, which S3 always sends: check which endpoint the program calls, and whether a proxy or another store answered."


def why_no_allow_helps(denial: Denial) -> str:
    """Return the sentence on what an ``Allow`` does against a ``Deny``.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    from iamtriage.explaining._rules.shared.messages import decisions

    if decisions.identity_policy_allows(denial.facts, denial.action):
        return f"An Allow does not override it: {decisions.describe_allowing(denial.facts, denial.action)}."
    others = decisions.other_policies_without_allow(denial.facts, denial.action)
    if others is not None:
        return f"An Allow does not override it. Without the Deny, the call also requires an Allow, which the caller's other policies ({others}) do not have."
    widest = rf"AdministratorAccess|{re.escape(denial.service or 'iam')}:\*"
    found = re.search(
        rf"\b(?:has|have|had|got|with|gave|given|added)\b[^\n.\"]{{0,40}}(?<![\"\w])({widest})",
        denial.failure.text,
    )
    if not found:
        return NO_OVERRIDE
    wide = f", not even {found[1]}"
    return f"An Allow does not override it{wide}.{' If you added it for this, remove it.' if wide.endswith('*') else ''}"


def put_check_first(check: str, title: str) -> str:
    """Return the title of a remedy whose first step is a check.

    >>> put_check_first("Get the whole message", "Allow sqs:SendMessage")
    'Get the whole message, then allow sqs:SendMessage'
    """
    return f"{check}, then {lower_first(title)}"


def capitalize_start(words: str) -> str:
    """Return words as the beginning of a sentence, unless they are an ARN.

    >>> capitalize_start("the role app"), capitalize_start("arn:aws:iam::****:role/app")
    ('The role app', 'arn:aws:iam::****:role/app')
    """
    return upper_first(words) if words.startswith(("the ", "a ", "an ", "account ")) else words


def join_first_four(names: tuple[str, ...]) -> str:
    """Return the first four names, separated by commas.

    >>> join_first_four(("a", "b", "c", "d", "e"))
    'a, b, c, d and others'
    """
    return ", ".join(names[:4]) + ("" if len(names) <= 4 else " and others")


# The resource of calls that list users, roles and so on.
_LISTED_TYPE = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::[^:/]{0,20}:[a-z-]{2,20}/|policy path /")


def denial_summary(denial: Denial, verdict: str) -> str:
    """Return the summary of an explanation: who was denied what, and the verdict."""
    request = denial.action or "access"
    operation, facts = denial.failure.envelope.operation, denial.facts
    is_encoded = denial.failure.encoded_message is not None and facts.decoded_message is None
    is_derived = denial.failure.action is None or denial.action_evidence == "derived"
    is_unknown = denial.action is None or (is_encoded and is_derived)
    if is_unknown and operation and _OPERATION.fullmatch(operation):
        request = f"the call {operation}"
    elif denial.action is None and denial.resource is None and (source := denial.event_source) is not None:
        request = f"a call to {source}"
    on = ""
    is_named = denial.resource and denial.resource != "*" and not _LISTED_TYPE.fullmatch(denial.resource)
    if denial.resource and is_named and not is_truncated(denial.resource):
        # CloudWatch Logs ends the ARN of a log group so. A colon follows.
        resource = denial.resource.removesuffix(":log-stream:").rstrip(":")
        may_be_masked = "***" in resource or "xxx" in resource.lower()
        masked = _MASKED_ACCOUNT.fullmatch(resource) if may_be_masked else None
        if masked is not None:
            resource = f"{masked['name']} in {masked['region']}"
        if ":assumed-role/" in resource and resource == denial.principal_text:
            resource = "its own session"
        on = f" on {resource}"
    return f"{capitalize_start(denial.caller)} was denied {request}{on}: {verdict}."


def reason_lines(denial: Denial) -> tuple[str, ...]:
    """Return the evidence for the cause that AWS names."""
    if denial.policy_type_evidence == "supplied":
        from iamtriage.explaining._rules.shared.messages.decisions import named_statements

        if named := tuple(named_statements(denial.facts, denial.action)):
            return tuple(f"The authorization details name {each}." for each in named)
        details, source = denial.facts.authorization_details, "This is from the authorization details."
        if details is not None and denial.policy_type == "identity" and denial.deny != "explicit":
            uris = (each.uri for each in details.policies if each.policy_type == "identity" and each.uri)
            names = join_first_four(tuple(clip_text(each.rpartition("/")[2]) for each in uris))
            listed = f" of the identity-based policies ({names})" if names else ""
            source = (
                f"By the authorization details, no statement{listed} matches, neither an Allow nor a Deny."
            )
        # The verdict on a Deny names the only one.
        sids = denial.statements if denial.deny != "explicit" or len(denial.statements) > 1 else ()
        found = tuple(f"The statement's Sid is {sid}." for sid in sids)
        if details is None and denial.deny != "implicit":
            return found
        return (
            source if details else "The decoded message has no statement that allows or denies it.",
            *found,
        )
    reason = stated_reason(denial.failure)
    # The summary says this much.
    is_said = (reason or "").strip(" .").lower() in {"", "with an explicit deny"}
    said = () if is_said else (f"The message says: {reason}",)
    return (*said, *_describe_forwarding(denial.failure.text))


def describe_operation(denial: Denial) -> str:
    """Return as which action AWS authorizes the call, as a sentence, if that does not have the name of the call."""
    operation, action = denial.operation, denial.action
    if operation is None or action is None or action.partition(":")[2].lower() == operation.lower():
        return ""
    # Most actions have the name of the call, and the table of actions takes long to import.
    from iamtriage.actions._operations import actions_for

    found = [each for each in actions_for(operation, action.partition(":")[0]) if action in each.actions]
    if any(each.exact or (each.all_needed and each.actions != (action,)) for each in found):
        return f" The call {operation} requires {action}."
    return f" AWS authorizes the call {operation} as {action}." if found else ""


def find_forwarding_service(text: str) -> str | None:
    """Return which service made the call for the caller, if a CloudTrail record states it.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    found = _INVOKED_BY.search(text) if '"invokedBy"' in text else None
    return None if found is None else found[1]


def _describe_forwarding(text: str) -> tuple[str, ...]:
    """Return which service made the call for the caller, and for what, if a CloudTrail record states it."""
    if (service := find_forwarding_service(text)) is None:
        return ()
    used = _ENCRYPTED.search(text)
    what = f", for {used[1]}" if used is not None else ""
    return (f"By the record, {service} made the call with the caller's permissions{what}.",)


def other_side_step(denial: Denial, policy: str, statement: Mapping[str, Any]) -> str:
    """Return what the owner of the other account adds to a policy, because both accounts must allow a call."""
    import json  # imported here because plain denials need no JSON

    shown = json.dumps({key: value for key, value in statement.items() if key != "Sid"}, ensure_ascii=False)
    return f"the owner of account {denial.resource_account} must allow it, too. If the {policy} does not yet, send them this statement: {shown}"


def cross_account_notes(denial: Denial) -> tuple[str, ...]:
    """Return the note that caller and resource are in different accounts, if they are."""
    if not denial.crosses_accounts:
        return ()
    return (
        f"The caller is in account {denial.account}, the resource in {denial.resource_account}. Both must allow it: the caller's identity-based policies and the resource's policy, or a role of the other account that the caller assumes.",
    )
