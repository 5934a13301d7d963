"""Find the rule for a denial with a service-specific message, and the message itself.

Such a message usually has another cause than a missing ``Allow``: the state of an account, a wrong MFA code,
the owner of a resource, a setting that blocks public access. A message that is not known here is quoted
without being interpreted.
"""

from __future__ import annotations

from iamtriage.explaining._context.resolving import says_only_denied
from iamtriage.failures._failures import AccessDenied

_MIN_WORDS = 3
# Messages around such a denial, such as "could not assume role", report who called, not a service.
_ASSUME_ROLE = ("sts:AssumeRoleWith", "sts:TagSession")
_NO_ASSIGNMENT = "denials.services.organizations.explain_no_assignment"


def stated_reason(failure: AccessDenied) -> str | None:
    """Return the reason that a denial states, or ``None`` if it is truncated, as in "because no"."""
    reason, action = failure.reason, failure.action or ""
    if reason is None or len(reason.split()) < _MIN_WORDS:
        return None
    before, _, last = reason.rpartition(" ")
    # The cell of a table, or the end of the text, cut off the action that the message names twice.
    if ":" in last and len(last) < len(action) and action.lower().startswith(last.lower()):
        return f"{before} {action} action"
    return reason


def find_message_rule(failure: AccessDenied) -> tuple[str | None, str | None]:
    """Return the name of the rule for a service-specific message, and the message if it is not a known one.

    Both are ``None`` for the standard denial message.
    """
    if failure.policy_type is not None and failure.deny is not None:
        return None, None
    reason = stated_reason(failure)
    if reason is None and failure.action is not None and failure.principal is not None:
        return None, None
    if (failure.action or "").startswith(_ASSUME_ROLE):
        return None, None
    if failure.envelope.operation == "GetRoleCredentials":
        return _NO_ASSIGNMENT, None
    # Of an identity pool, that only names the role that the caller may not pass.
    if says_only_denied(failure) or "Access to Role '" in failure.text[slice(*failure.span)]:
        return None, None
    # Only messages that differ from the standard one need the table of messages and their surroundings.
    from iamtriage.explaining._rules.shared.messages.message_rules import find_rule_of_paragraph

    return find_rule_of_paragraph(failure, reason)
