"""Check what can grant the access, and what the text cuts off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._rules.shared.denial import CUT_OFF

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessDenied

__all__ = (
    "cut_resource",
    "identity_allow_helps",
    "is_encoded_message_cut",
    "is_message_cut",
    "is_sentence_cut",
    "is_user_of_service",
)

# What can follow a part of an encoded message.
_CUT = lazy_pattern(r"\.{2,}|…|\*{3,}|\s?[\[(<](?:truncated|cut|snip|redacted)", re.IGNORECASE)
_CUT_REACH = 40
_STANDARD_SENTENCE, _MIN_REST = " is not authorized to perform:", len(" is")
_TRUST_ONLY = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


def identity_allow_helps(denial: Denial) -> bool:
    """Return whether an ``Allow`` in the caller's identity-based policies can grant the access.

    It can't override an explicit deny or widen a policy that caps permissions:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
    """
    if denial.action is None or denial.is_explicit or denial.policy_type not in (None, "identity"):
        return False
    if denial.message_rule is not None or denial.lowercase_action in _TRUST_ONLY:
        return False
    if not _has_identity_policies(denial):
        return False
    # No principal can pass a role of another account.
    return not (denial.lowercase_action == "iam:passrole" and denial.crosses_accounts)


def is_user_of_service(denial: Denial) -> bool:
    """Return whether the caller is a user of a service, such as a database user of Redshift, and not of IAM."""
    text = denial.principal_text or ""
    service = text.split(":", 3)[2:3] if text.startswith("arn:") else []
    return bool(service) and service[0].isalnum() and service[0] not in {"iam", "sts"}


def _has_identity_policies(denial: Denial) -> bool:
    """Return whether the caller has identity-based policies that its account can change."""
    text = denial.principal_text or ""
    if text == "anonymous" or isinstance(denial.principal, Root | ServicePrincipal | ServiceLinkedRole):
        return False
    if text.startswith("arn:"):
        return not is_user_of_service(denial)
    return not text.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def is_encoded_message_cut(denial: Denial) -> bool:
    """Return whether the text has only a part of the encoded message, which cannot be decoded."""
    encoded = denial.failure.encoded_message
    if encoded is None or denial.facts.decoded_message is not None:
        return False
    place = denial.failure.spans.get("encoded_message")
    after = "" if place is None else denial.failure.text[place[1] : place[1] + _CUT_REACH]
    return _CUT.search(encoded) is not None or _CUT.match(after.lstrip()) is not None


def cut_resource(denial: Denial) -> str | None:
    """Return what the text shows of the last part of a resource that it cuts off, or ``None`` if it cuts nothing."""
    found = CUT_OFF.search(denial.failure.resource or "")
    if found is None or not found.string.startswith("arn:"):
        return None
    return found.string[: found.start()].rpartition("/")[2].rpartition(":")[2]


def is_sentence_cut(failure: AccessDenied) -> bool:
    """Return whether the text cuts the message off between the caller and the action."""
    place = failure.spans.get("principal")
    if place is None or "action" in failure.spans:
        return False
    rest = failure.text[place[1] :].partition("\n")[0].rstrip(" .…\"'")
    return len(rest) >= _MIN_REST and _STANDARD_SENTENCE.startswith(rest)


def is_message_cut(denial: Denial) -> bool:
    """Return whether the text cuts the message off within the action or resource, before any reason."""
    return denial.deny is None and (
        is_sentence_cut(denial.failure)
        or cut_resource(denial) is not None
        or CUT_OFF.search(denial.failure.action or "") is not None
    )
