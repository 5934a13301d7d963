"""Find the policies that the facts or the text around a denial contain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.attached_policies import ASKER, DESCRIBED, find_printed_boundary
from iamtriage.explaining._context.readers.organization_levels import find_levels
from iamtriage.explaining._context.readers.pasted_policies import find_name_above
from iamtriage.explaining._context.readers.policy_headings import NOT_NEGATED
from iamtriage.explaining._context.readers.session_policies import SESSION_POLICY, find_association
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import Denial, Evidence
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS, build_denial
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._managed_policies import build_managed_policy, is_known_policy
from iamtriage.policies._readers.elements import as_strings, parse_document, principal_names
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from iamtriage.policies._sets import Document as GivenDocument

OR_ATTACH = ", or attach the policy below."
"""What follows the change of a policy in the text, which comes first: the reader has this policy at hand."""
_CONTROLS = frozenset({"service_control", "resource_control"})
_CONTROL_POLICY_ID = lazy_pattern(r"(?a)(?<![\w-])p-[0-9a-z_]{8,128}(?![\w-])")
_MAX_TEXT, _VERSIONS = 64_000, ("2012-10-17", "2008-10-17")
# What introduces a policy that caps permissions.
_CAPS: dict[str, tuple[re.Pattern[str], str]] = {
    "permissions_boundary": (
        lazy_pattern(
            rf"{NOT_NEGATED}(?i:permissions? boundar(?:y|ies)|(?<!permissions )(?<!permission )boundar(?:y|ies))"
        ),
        "the permissions boundary",
    ),
    "service_control": (
        lazy_pattern(rf"{NOT_NEGATED}(?:SCPs?\b|(?i:service control polic))"),
        "the service control policy",
    ),
    "session": (lazy_pattern(r"(?!)"), "the session policy"),  # it has a reader of its own
}
# Types of policies that name a principal.
_WITH_PRINCIPAL = frozenset({"resource", "resource_control", "vpc_endpoint"})


@attrs.frozen(eq=False, repr=False)
class KnownPolicy(Document):
    """A policy that the facts or the text contain.

    Attributes:
        name: What an explanation calls it, such as ``"the policy in the text"``.
        evidence: How its content is known.
        policy_type: Its type, ``None`` if nobody states it.
    """

    name: str = attrs.field(kw_only=True)
    evidence: Evidence = attrs.field(kw_only=True)
    policy_type: PolicyType | None = attrs.field(default=None, kw_only=True)

    @property
    def allowing(self) -> str:
        """That the policy allows a call, in words, unless IAM does not save it because of its version."""
        version = str(self.content.get("Version", _VERSIONS[0]))
        refused = f"would allow it, but IAM saves no policy with the Version {clip_text(version)} (it must be {_VERSIONS[0]})"
        return "allows it" if version in _VERSIONS else refused


_SESSION_ROLE = lazy_pattern(r"(?a):assumed-role/([\w+=,.@-]{1,64})/")
_PRINTED_POLICY = lazy_pattern(r"(?a)--policy-arn \S{1,200}/([\w+=,.@-]{1,128}) --version-id")


def with_allowed_role(denial: Denial) -> tuple[Denial, str | None]:
    """Return the denial of the only role that the bucket policy in the text allows other actions, and these.

    This is for calls of which another part was not denied, so that the caller is that role.
    """
    bucket = (denial.resource or "").partition(":::")[2].partition("/")[0]
    statements = [
        each
        for policy in denial.context.resource_policies
        for each in policy.allows
        if any(bucket and f":::{bucket}/" in resource for resource in as_strings(each.get("Resource")))
    ]
    names = {name for each in statements for name in principal_names(each) or ["*"]}
    role = underlying_role(try_parse_principal(next(iter(names)))) if len(names) == 1 else None
    is_lacking = not any(names_action(each, denial.action or "") for each in statements)
    if role is None or not is_lacking or denial.role not in {None, role}:
        return denial, None
    facts = attrs.evolve(denial.facts, caller=str(role), derived=denial.facts.derived | {"caller"})
    known = denial if denial.role is not None else build_denial(denial.failure, facts)
    return known, f"only {join_words(as_strings(statements[0].get('Action')), 'and')}"


def list_resource_statements(denial: Denial, part: str) -> list[tuple[list[str], str]]:
    """Return principals and resource of each Allow of resource-based policies in the text whose resource has a part."""
    return [
        (principal_names(statement) or ["*"], resource)
        for policy in denial.context.resource_policies
        if policy.is_whole
        for statement in policy.allows
        for resource in as_strings(statement.get("Resource"))
        if part in resource
    ]


# "that's this one:", "here is that policy:"
_POINTED = lazy_pattern(
    r"(?i)\b(?:(?:that|it)(?:['’]s| is) this one|this is (?:it|that one|that policy)|here (?:it is|is (?:it|that one|that policy)))\b[^\n{}?]{0,80}:\s{0,20}(?:```\w{0,5}\s{0,20})?\{"
)


def _find_trust_policy(denial: Denial) -> KnownPolicy | None:
    """Return the trust policy of the facts, or the part of one in the text: its Deny statements count without the rest."""
    trust, is_whole = parse_document(denial.facts.trust_policy), True
    evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
    if trust is None and denial.policy_type == "role_trust":
        parts = [each for each in denial.context.policies if each.is_trust_policy and not each.is_whole]
        part, evidence, is_whole = only_one(parts), "derived", False
        if part is not None and part.owner in {None, ("role", denial.target_role_name)}:
            trust = part.content
    if trust is None:
        return None
    return KnownPolicy(
        trust,
        name="the role's trust policy",
        evidence=evidence,
        policy_type="role_trust",
        has_principal=True,
        is_whole=is_whole,
    )


def list_known_policies(denial: Denial) -> Iterator[KnownPolicy]:
    """Yield the policies of the facts, then those of the text but for trust policies."""
    given = denial.facts.policies
    if given is not None:
        # Most denials have no policies.
        from iamtriage.policies._sets import PolicyDocument

        for policy_type, type_name in POLICY_TYPE_NAMES.items():
            # Control policies have levels.
            for document in _flatten(getattr(given, policy_type, None) or ()):
                name = document.name if isinstance(document, PolicyDocument) else None
                content = document.document if isinstance(document, PolicyDocument) else document
                yield KnownPolicy(
                    json.loads(content) if isinstance(content, str) else content,
                    name=f"the given {type_name}{f' {clip_text(name)}' if name else ''}",
                    evidence="supplied",
                    policy_type=policy_type,
                    has_principal=policy_type in _WITH_PRINCIPAL,
                )
    yield from filter(None, (_find_trust_policy(denial),))
    name = "the policy in the text"
    ids = (
        set(_CONTROL_POLICY_ID.findall(denial.failure.text))
        if denial.policy_type in _CONTROLS
        else set[str]()
    )
    stated = [each for each in denial.context.policies if not each.is_trust_policy]
    if denial.policy_type not in {None, "session"}:
        stated = [each for each in stated if each.name != SESSION_POLICY]
    is_boundary = denial.policy_type == "permissions_boundary"
    printed = (
        find_printed_boundary(denial.failure.text, denial.role.name) if is_boundary and denial.role else None
    )
    called = (denial.policy or printed or "").rpartition("/")[2]
    if len(ids) == 1:
        name = f"the policy {_name_control_policy(denial.failure.text, ids.pop())}"
    elif (
        called
        and sum(each.name is None for each in stated) == 1
        and only_one({*_PRINTED_POLICY.findall(denial.failure.text)}, called) == called
        and (
            re.search(
                rf"(?<![\w/+=,.@-]){re.escape(called)}(?![\w/+=@-])|--policy-arn \S{{1,200}}/{re.escape(called)} --version-id",
                denial.failure.text,
            )
            or _POINTED.search(denial.failure.text)
        )
    ):
        # The text names the policy of the message without its ARN, too, a command has printed it, or somebody points at it.
        name = f"the {'permissions boundary' if is_boundary else 'policy'} {clip_text(called)}"
    elif (
        len(stated) == 1
        # IAM prints no policy with a principal so.
        and (
            heading := find_name_above(denial.failure.text, may_be_printed=not stated[0].has_principal)
            or ("--policy-name" not in denial.failure.text and stated[0].inline_name)
        )
    ):
        name = f"the policy {clip_text(heading)}"
    boundary = f"the {'permissions boundary' if is_boundary else 'policy'} {called}"
    # A permission set with the name of an AWS managed policy normally has that policy.
    if (permission_set := getattr(denial.role, "permission_set", None)) and is_known_policy(permission_set):
        content = build_managed_policy(permission_set, denial.location.partition or "aws")
        owner = _identify_caller(denial)
        yield KnownPolicy(content, name=permission_set, evidence="derived", owner=owner)
    for each in stated:
        named = each.name or (name if each.file is None else f"the policy in {clip_text(each.file)}")
        is_of_cap = each.stated_type in _CAPS and each.stated_type == denial.policy_type
        if each.version is not None:
            named = f"the policy {clip_text(each.version.arn.rpartition('/')[2])}"
        elif each.heading is not None and (is_of_cap or len(stated) > 1 or each.is_code):
            named = clip_text(boundary if each.heading == f"the policy {called}" else each.heading)
        elif each.name == SESSION_POLICY and each.file is not None:
            named = f"the session policy in {clip_text(each.file)}"
        elif each.name == SESSION_POLICY and (association := find_shown_association(denial)):
            named = f"the session policy of the Pod Identity association {association}"
        # A person says "my user" of an Identity Center session, too.
        is_own = denial.role is None or getattr(denial.role, "permission_set", None) is not None
        holder = None if each.owner == ASKER and is_own else each.owner
        yield KnownPolicy(
            each.content,
            has_principal=each.has_principal,
            is_code=each.is_code,
            is_whole=each.is_whole,
            is_joined=each.is_joined,
            has_references=each.has_references,
            owner=holder,
            version=each.version,
            stated_type=each.stated_type,
            inline_name=each.inline_name,
            attached_name=each.attached_name,
            holder=each.holder,
            name=named,
            evidence="derived",
        )


def _name_control_policy(text: str, policy: str) -> str:
    """Return a control policy with its name and its level, if a text shows that it is attached to a single one."""
    levels = [each for each in find_levels(text) if policy in each.policies]
    if len(levels) != 1:
        return policy
    name = levels[0].policies[policy]
    return f"{policy if name == policy else f'{clip_text(name)} ({policy})'} of {levels[0].target}"


def find_shown_association(denial: Denial) -> str | None:
    """Return the ID of the association of the caller's role, if the text shows it with a session policy."""
    role, session = denial.role, getattr(denial.principal, "session_name", "")
    return find_association(denial.failure.text, None if role is None else role.name, session)


def _flatten(documents: Iterable[Any]) -> Iterator[GivenDocument]:
    for each in documents:
        yield from each if isinstance(each, tuple) else (each,)


def may_decide(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is of the type that denied the call, as far as known."""
    if is_of_other_type(policy, denial):
        return False
    if policy.policy_type == "role_trust":
        is_of_role = denial.lowercase_action in ASSUME_ROLE_ACTIONS
        return is_of_role and denial.policy_type in {"resource", "role_trust"}
    if policy.policy_type is not None and denial.policy_type is not None:
        return policy.policy_type == denial.policy_type
    if denial.policy_type is None and denial.is_explicit:
        # Only the resource's policy can decide about an anonymous caller.
        return policy.has_principal or denial.principal_text != "anonymous"
    return policy.has_principal is (denial.policy_type in _WITH_PRINCIPAL)


def is_of_other_type(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether the text calls a policy one of another type than the one that denied the call."""
    return None not in {policy.stated_type, denial.policy_type} and policy.stated_type != denial.policy_type


def is_of_other(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be that of another role or user than the caller, or called that."""
    if policy.owner is None:
        return False
    if denial.principal is None:
        words = rf"(?i)\b(?:other|another|different|old|staging) (?:\w+ ){{0,2}}(?:role|user) \W?{re.escape(policy.owner[1])}(?![\w-])"
        return re.search(words, denial.failure.text) is not None
    return policy.owner != _identify_caller(denial)


def list_own_policies(denial: Denial) -> list[KnownPolicy]:
    """Return the identity-based policies of the facts and the text that can be the caller's."""
    return [
        each
        for each in list_known_policies(denial)
        if each.policy_type in {None, "identity"}
        and each.stated_type in {None, "identity"}
        and not each.has_principal
        and not is_of_other(each, denial)
    ]


def may_be_of_service(policy: KnownPolicy, role: str | None, text: str) -> bool:
    """Return whether a policy can be that of a role that a service uses: the caller of the service is another principal."""
    if policy.owner is not None and role is not None:
        return policy.owner == ("role", role)
    sessions = set(_SESSION_ROLE.findall(text)) - {role}
    if policy.owner is not None:
        return policy.owner[0] == "role" and policy.owner[1] not in sessions
    # Nobody says of a printed policy who "has" it.
    said = as_strings(policy.allows[0].get("Action"))[0] if policy.name == DESCRIBED else policy.name
    callers = "|".join((r"I", r"[Ww]e", r"[Mm]y user", *map(re.escape, sorted(sessions))))
    words = rf"(?<![\w/-])(?:{callers})(?![\w/-])[^\n.!?:]{{0,40}}?\b(?:have|has|had|got|am|(?:signed|logged) in (?:as|with))\b[^\n.!?:]{{0,40}}?(?<![\w-]){re.escape(said)}(?![^\n.!?]{{0,60}}\brole\b)"
    return re.search(words, text) is None


def name_session_role(text: str, other: str | None) -> str:
    """Return the only role that has a session in a text, but for another role, as an apposition."""
    role = only_one({*_SESSION_ROLE.findall(text)} - {other})
    return f", the role {role}," if role else ""


def is_of_caller(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be attached to the caller."""
    is_of_owner = policy.owner is not None and policy.owner == _identify_caller(denial)
    return policy.policy_type == "identity" or (is_of_owner and policy.name != DESCRIBED)


def is_said_of_caller(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is attached to the caller, as far as the text only says so.

    It counts if AWS names another type of policy, and not if AWS found none that is attached and allows the call.
    """
    if is_of_caller(policy, denial) or policy.owner is not None:
        return policy.owner is None or policy.owner == _identify_caller(denial)
    kind, name = _identify_caller(denial)
    subject = (
        rf"(?:\b(?:[Tt]he|[Mm]y|[Oo]ur|[Tt]his) (?:IAM )?{kind}\b|(?<![\w/-]){re.escape(name)}(?![\w/-]))"
    )
    has = rf"{subject}[^\n.!?]{{0,30}}? (?:has|have)\b[^\n.!?]{{0,60}}?(?<![\w/-]){re.escape(policy.name)}(?![\w-])"
    return name != "" and re.search(has, denial.failure.text[:_MAX_TEXT]) is not None


def _identify_caller(denial: Denial) -> tuple[str, str]:
    name: str = getattr(denial.role or denial.principal, "name", "")
    return "user" if denial.role is None else "role", name


def name_cap(policy: KnownPolicy, denial: Denial, stated: Sequence[KnownPolicy]) -> KnownPolicy:
    """Return a policy with the type of the policy that caps the caller's permissions in its name, if it is that.

    AWS names the type, and the text has only this policy, beside words for the type.
    """
    pattern, kind = _CAPS.get(denial.policy_type or "", (None, ""))
    text, (start, end) = denial.failure.text, denial.failure.span
    if pattern is None or len(stated) != 1 or not policy.name.startswith("the policy "):
        return policy
    if not (pattern.search(text, 0, start) or pattern.search(text, end)):
        return policy
    return attrs.evolve(policy, name=policy.name.replace("the policy", kind, 1))


def is_cap(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is the one that caps the caller's permissions, as :func:`name_cap` names it."""
    _, kind = _CAPS.get(denial.policy_type or "", (None, ""))
    return kind != "" and policy.name.startswith(kind)
