"""Compare the caller of a denied AssumeRole with the principals of the trust policy, and correct one that is a session.

A principal can be one session of a role, and no wildcard stands for several:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role, RoleSession
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.recreations import read_creation
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.sts.trust import trust_documents
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings, policy_with_principal
from iamtriage.policies._readers import elements
from iamtriage.trust._evaluation import TrustResult

SUPPLIED = "the role's trust policy, which was supplied, does not allow it"
DELETED = lazy_pattern(
    r"\"(A(?:ROA|IDA)[A-Z0-9]{8,124})\" is the unique ID of a deleted (role|user|principal)"
)
"""How the evaluation names a deleted principal."""
_MAX_SESSIONS = 2
_NUMBER = lazy_pattern(r"[0-9]{1,32}")
_SHOWS = frozenset({("iam", "get-role"), ("iam", "get-user")})
# A document in the output can have other IDs.
_PRINTED_ID = lazy_pattern(r"\"(?:Role|User)Id\"\s?:\s?\"(A(?:ROA|IDA)[A-Z0-9]{8,124})\b")
_ANY_ID = lazy_pattern(r"\b(A(?:ROA|IDA)[A-Z0-9]{8,124})\b")
_PRINTED_ACCOUNT = lazy_pattern(r"\"Arn\"\s?:\s?\"arn:[a-z-]{3,20}:iam::(?P<account>[0-9]{12}):")


def describe_mistrust(denial: Denial, findings: TrustFindings) -> str:
    """Return whom the supplied trust policy trusts instead of the caller, as the end of a sentence."""
    reason = "" if findings.result is None else findings.result.reason.partition(": ")[2]
    words = "the policy trusts account "
    trusted = trust_documents.describe_trusted(denial.facts.trust_policy)
    deleted = DELETED.search(reason)
    if deleted is not None:
        present = _find_present_id(denial, deleted[1]) or "instead of the caller"
        return (
            f"the role's trust policy names {deleted[1]}, the unique ID of a deleted {deleted[2]}, {present}"
        )
    if reason.startswith(words):
        return f"its trust policy trusts account {reason.removeprefix(words)}"
    sessions = _find_sessions(denial.facts.trust_policy, denial.role)
    if sessions and isinstance(denial.principal, RoleSession):
        if any("*" in each for each in sessions):
            return f"its trust policy names sessions of {denial.caller} with *, which is no wildcard within the ARN of a principal"
        named = join_words([clip_text(each) for each in sessions[:_MAX_SESSIONS]], "and")
        return f"its trust policy names the session{'s' if len(sessions) > 1 else ''} {named} of {denial.caller}, and the caller is the session {clip_text(denial.principal.session_name)}"
    if trusted and "the policy trusts " in reason and "only" not in reason:
        return f"its trust policy, which was supplied, trusts only {trusted}"
    return SUPPLIED


def explain_deleted(denial: Denial, findings: TrustFindings) -> str | None:
    """Return why a trust policy has the unique ID of a deleted principal, as sentences, or ``None`` if it has none."""
    deleted = DELETED.search(findings.reason)
    if deleted is None:
        return None
    kept = f"IAM keeps the unique ID behind an ARN, and a {deleted[2]} that is created again under its name gets another."
    is_same_kind = deleted[2] == ("role" if denial.role is not None else "user")
    if not is_same_kind:
        return kept
    if _find_present_id(denial, deleted[1]) is None:
        return f"{kept} If {denial.caller} was trusted before, it was deleted and created again since then."
    return f"{kept} Most likely, {denial.caller} was deleted and created again."


def explain_session(denial: Denial) -> str | None:
    """Return why a trust policy that names a session does not trust the caller, or ``None`` if it names none of its role."""
    sessions, caller = _find_sessions(denial.facts.trust_policy, denial.role), denial.principal
    if not isinstance(caller, RoleSession) or not sessions or any("*" in each for each in sessions):
        return None
    name = _NUMBER.sub("0", caller.session_name)
    is_numbered = caller.session_name not in sessions and any(
        _NUMBER.sub("0", each) == name for each in sessions
    )
    why = (
        " The names differ only in a number, which most likely changes with each run." if is_numbered else ""
    )
    return f"A session as principal matches no other session of its role.{why}"


def had_access(denial: Denial) -> bool:
    """Return whether the text says that a session which the trust policy names worked, so that its role may make the call."""
    sessions = _find_sessions(denial.facts.trust_policy, denial.role)
    names = "|".join(map(re.escape, sessions))
    about = re.compile(rf"(?<![\w/-])(?:{names})(?![\w-])")
    return bool(sessions) and find_working(denial.failure.text, about) is not None


def _find_present_id(denial: Denial, former: str) -> str | None:
    """Return the present unique ID of the caller that the text shows, with the date if it has one, as a clause."""
    caller = denial.role or denial.principal
    name: str = getattr(caller, "name", "")
    for run in find_runs(denial.failure) if name and former[:4] in denial.failure.text else ():
        named = run.command.option("role-name", "user-name")
        is_own = run.command.words[:2] in _SHOWS and named is not None and named.value == name
        if not is_own and not (
            run.command.words[1:2] == ("get-caller-identity",) and str(denial.principal) in run.output
        ):
            continue
        account = _PRINTED_ACCOUNT.search(run.output)
        if account is not None and account["account"] != denial.account:
            continue
        printed = only_one(set(_PRINTED_ID.findall(run.output)) or set(_ANY_ID.findall(run.output)))
        if printed is None or printed == former or printed[:4] != former[:4]:
            continue
        time = read_creation(run.output)
        created = f", created on {time.date()}," if time is not None and is_own else ""
        return f"and {denial.caller}{created} has {printed}"
    return None


def _find_sessions(policy: Mapping[str, Any] | str | None, role: Role | None) -> list[str]:
    """Return the names of the sessions of a role that a trust policy names."""
    names = (
        name
        for statement in elements.allow_statements(policy)
        for name in elements.principal_names(statement, "AWS")
    )
    return [name.rpartition("/")[2] for name in names if _is_session(name, role)]


def _is_session(principal: str, role: Role | None) -> bool:
    return role is not None and principal.startswith(
        f"arn:{role.partition}:sts::{role.account}:assumed-role/{role.name}/"
    )


def trust_caller(denial: Denial, result: TrustResult, added: dict[str, Any]) -> dict[str, Any] | None:
    """Return the supplied policy that trusts the caller, too, unless the text shows only its principal."""
    fixed = policy_with_principal(result, denial.facts.trust_policy, added)
    if fixed is None or shows_only_principal(denial):
        return None
    changed = copy.deepcopy(fixed)
    for each in elements.iterate_statements(changed):
        principal = elements.as_mapping(each.get("Principal"))
        names = elements.as_strings(principal.get("AWS"))
        kept = [name for name in names if not _is_session(name, denial.role)]
        if kept and len(kept) < len(names):
            principal["AWS"] = kept[0] if len(kept) == 1 else kept
    return changed


def session_steps(denial: Denial) -> tuple[str, ...]:
    """Return a step that says that a role includes its sessions, if the trust policy names some of them."""
    if not _find_sessions(denial.facts.trust_policy, denial.role):
        return ()
    remove = "" if not shows_only_principal(denial) else " Remove the session from trust.json."
    return (
        f"As principal, the role includes all of its sessions. A wildcard does not work within an ARN.{remove} To allow only some, add a condition on aws:userid.",
    )


def shows_only_principal(denial: Denial) -> bool:
    """Return whether the text shows only the principal of the trust policy."""
    return any(each.is_condition for each in context_of(denial.facts).policies)
