"""Explain that a call asks for what belongs to another tenant than the one in the caller's name."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, lower_first
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.requirements.required_grants import NEXT_OBJECTS

OTHER_TENANT = CauseType(
    "other-tenant",
    title="The resource belongs to another tenant than the caller",
    fix="Use the path of the caller's tenant, or the credentials of the other one.",
    recognised_by="The name of the session or role has another tenant, customer, client or team than that of the resource.",
    sources=(pages.SESSION_POLICIES,),
)
# Parts of names that say what something is for, and not whose it is.
_PURPOSES = (
    r"access|admins?|all|api|apps?|assets|audit|backups?|bucket|common|config\w{0,8}|data\w{0,6}|default|exports?|files|functions?|gateways?|global|id"
    r"|imports?|info|isolation|jobs?|leads?|logs?|management|managers?|metadata|onboarding|platform|private|prod|proxy|public|readers?|reports?|roles?|routers?|secrets?"
    r"|services?|sessions?|settings?|shared|sync|templates?|uploads?|users?|workers?|writers?"
)
_TENANT = lazy_pattern(
    r"(?ia)(?<![a-z0-9])(?P<kind>tenant|team|(?:customer|client)(?=s?(?:[-_]?id)?[-_=/](?:[a-z]{0,40}\d|[a-z]{1,2}(?![a-z]))))"
    rf"s?(?:[-_]?id)?[-_=/](?!(?:{_PURPOSES})(?![a-z0-9]))(?P<value>[a-z0-9]{{1,40}})(?![a-z0-9])"
)


def add_other_tenant(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the limit can be intentional if the caller has another tenant in its name than the resource."""
    session: str = getattr(denial.principal, "session_name", "")
    own = _TENANT.search(session) or (denial.role and _TENANT.search(denial.role.name))
    # The path of a role groups roles, and a broker for all tenants assumes them.
    if not own or not explanation.remedies or ":iam:" in (denial.resource or ""):
        return explanation
    found = [
        each
        for each in _TENANT.finditer(denial.resource or "")
        if each["kind"].lower() == own["kind"].lower()
    ]
    other = only_one({each[0] for each in found})
    if other is None or found[0]["value"].lower() == own["value"].lower():
        return explanation
    noun, first = "session" if own.string == session else "role", explanation.remedies[0]
    text = f"The {noun} is named {clip_text(own.string)}, and the call is for {other}: the limit can be intentional, and the path or the {noun} wrong."
    steps = (each for each in first.steps if not each.startswith(NEXT_OBJECTS))
    first = attrs.evolve(
        first,
        title=f"If {own[0]} may use what belongs to {other}, {lower_first(first.title)}",
        steps=(f"If it may not, use a path of {own[0]}, or a {noun} of {other}.", *steps),
    )
    causes = (OTHER_TENANT.cause("derived", text=text), *explanation.causes)
    return attrs.evolve(explanation, causes=causes, remedies=(first, *explanation.remedies[1:]))
