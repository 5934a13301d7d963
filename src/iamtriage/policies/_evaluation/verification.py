"""Verify that a change of policies fixes a denial, and find what else it allows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import clip_text, join_words, wrong_type_message
from iamtriage._typing import override
from iamtriage.actions._lookup import find_action
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._condition_checks import substitute_variables
from iamtriage.policies._conditions import PolicyValue
from iamtriage.policies._evaluation.deciding import evaluate
from iamtriage.policies._evaluation.decisions import Decision
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._evaluation.principals import match_principal
from iamtriage.policies._evaluation.results import describe_verdict
from iamtriage.policies._parsing import PolicyForm, parse_policy
from iamtriage.policies._sets import Document, PolicyDocument, PolicySet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.failures._failures import Failure
    from iamtriage.policies._requests import Request
    from iamtriage.policies._statements import Policy, Statement
    from iamtriage.typing import PolicyType

__all__ = ("Surplus", "Verification", "verify", "verify_request")

_MAX_SHOWN = 20
_MAX_VALUES = 4
# Secrets Manager appends six characters to the name of a secret, which an error can lack.
_UNKNOWN_SUFFIX = "-??????"
# Types that only restrict permissions. Additions to other policies cannot allow what they deny.
_LIMITING_TYPES: tuple[PolicyType, ...] = (
    *("service_control", "resource_control", "permissions_boundary", "session", "vpc_endpoint"),
)


@attrs.frozen
class Surplus(View):
    """What an added statement allows beyond the denied call.

    Attributes:
        statement: The index of the statement among the added ones.
        actions: The actions or patterns that cover more than the denied action.
        resources: The resources or patterns that cover more than the denied resource.
        principals: The principals that are not the denied one, for a resource-based policy.
        conditions: Operator and key of the conditions that limit all of this.

    >>> print(Surplus(0, actions=("s3:*",)))
    added statement 0 also allows actions s3:*
    """

    statement: int
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        parts = (("actions", self.actions), ("resources", self.resources), ("principals", self.principals))
        words = [f"{noun} {_join_first(values)}" for noun, values in parts if values]
        limit = f", limited by {join_words(list(self.conditions), 'and')}" if self.conditions else ""
        return f"added statement {self.statement} also allows {join_words(words, 'and')}{limit}"


def _join_first(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - _MAX_VALUES} more" if len(values) > _MAX_VALUES else ""
    return f"{', '.join(map(clip_text, values[:_MAX_VALUES]))}{more}"


@attrs.frozen
class Verification(View):
    """Whether policies, or a change of them, fix a denial.

    Attributes:
        before: The decision with the given policies; ``None`` if the denied request is not known.
        after: The decision with the added statements, too.
        fixes: Whether the call is allowed afterwards; ``None`` if that is undecided, for the ``reason``.
        surplus: What else the added statements allow.
        reason: The reason, in one or two sentences.

    >>> Verification(None, None, None, (), "the error does not state the action.").fixes is None
    True
    """

    before: Decision | None
    after: Decision | None
    fixes: bool | None
    surplus: tuple[Surplus, ...]
    reason: str

    @override
    def __str__(self) -> str:
        verdict = {True: "fixed", False: "not fixed", None: "undecided"}[self.fixes]
        return "\n".join([f"{verdict}: {self.reason}", *(f"  {each}" for each in self.surplus[:_MAX_SHOWN])])

    def to_dict(self) -> dict[str, Any]:
        """Return the verification as JSON-ready data."""
        return {
            "fixes": self.fixes,
            "reason": self.reason,
            "before": None if self.before is None else self.before.to_dict("short"),
            "after": None if self.after is None else self.after.to_dict("short"),
            "surplus": [attrs.asdict(each) for each in self.surplus],
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Items

        yield Heading(str(self).partition("\n")[0], 1)
        decisions = (("before", self.before), ("after", self.after))
        rows = tuple(
            (name, f"{describe_verdict(each.allowed)}: {each.reason}") for name, each in decisions if each
        )
        if rows:
            yield Fields(rows)
        if self.surplus:
            yield Heading("What else is allowed")
            yield Items(tuple(str(each) for each in self.surplus[:_MAX_SHOWN]))


Adding: TypeAlias = "Document | Iterable[Document] | PolicySet | None"


class HasFailure(Protocol):
    """An explanation, or another value with the failure that it is about."""

    @property
    def failure(self) -> Failure | None:
        """The failure."""
        ...


def verify(
    failure_or_explanation: Failure | HasFailure,
    policies: PolicySet,
    *,
    adding: Adding = None,
    facts: object = None,
) -> Verification:
    """Verify that the denied call is allowed, with policies as they are or with added statements.

    Args:
        failure_or_explanation: An :class:`iamtriage.AccessDenied`, or an explanation of one.
        policies: The policies that applied to the call.
        adding: What to add. Policies with a principal are added to the resource's policy, and others to the
            identity-based policies. A :class:`PolicySet` is added type by type.
        facts: The facts, as for :func:`iamtriage.explain`. ``caller``, ``resource`` and ``decoded_message``
            complete the request.

    Raises:
        PolicyError: An added policy is not valid.
        TypeError: An argument has the wrong type.

    >>> from iamtriage import explain
    >>> explanation = explain(
    ...     "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on "
    ...     "resource: arn:aws:s3:::reports/q1.csv because no identity-based policy allows the s3:GetObject "
    ...     "action"
    ... )
    >>> wide = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/*"}
    >>> policy = {"Version": "2012-10-17", "Statement": [wide]}
    >>> print(verify(explanation, PolicySet(), adding=policy))
    fixed: the added statements allow s3:GetObject.
      added statement 0 also allows actions s3:* and resources arn:aws:s3:::reports/*
    """
    failure: object = getattr(failure_or_explanation, "failure", failure_or_explanation)
    if not isinstance(failure, AccessDenied):
        expected = "an access denial, such as parse() returns, or its explanation"
        raise TypeError(wrong_type_message("the first argument of verify()", expected, failure))
    _require_policies(policies)
    request = build_request(failure, facts)
    if isinstance(request, str):
        return Verification(None, None, None, (), request)
    return verify_request(request, policies, adding=adding, failure=failure)


def verify_request(
    request: Request, policies: PolicySet, *, adding: Adding = None, failure: AccessDenied | None = None
) -> Verification:
    """Verify that a request is allowed, with policies as they are or with added statements.

    Args:
        request: The request.
        policies: The policies that apply to the request.
        adding: What to add, as for :func:`verify`.
        failure: The denial, if the request was denied.

    Raises:
        PolicyError: An added policy is not valid.
        TypeError: ``adding`` has the wrong type.
    """
    added = _split_adding(adding)
    before = evaluate(request, policies)
    if adding is None:
        fixes, reason = _build_verification(failure, before, before, policies, is_changed=False)
        return Verification(before, before, fixes, (), reason)
    together = _add(policies, added)
    after = evaluate(request, together)
    fixes, reason = _build_verification(failure, before, after, together, is_changed=True)
    return Verification(before, after, fixes, tuple(_find_surplus(added, request)), reason)


def _require_policies(policies: object) -> None:
    if not isinstance(policies, PolicySet):
        raise TypeError(wrong_type_message("policies", "a PolicySet", policies))


# --------------------------------------------------------------------------------------------- judging


def _build_verification(
    failure: AccessDenied | None, before: Decision, after: Decision, policies: PolicySet, *, is_changed: bool
) -> tuple[bool | None, str]:
    if after.deny == "implicit" and after.request.resource.endswith(_UNKNOWN_SUFFIX):
        return None, f"the error does not state the last six characters of the secret's ARN. {after.reason}"
    if after.allowed is False:
        return False, f"the call stays denied. {after.reason}"
    if after.allowed is None:
        return None, after.reason
    subject = "the added statements allow" if is_changed else "the given policies allow"
    if failure is None:
        return True, f"{subject} {after.request.action}."
    reported = failure.policy_type
    if reported in _LIMITING_TYPES and not policies.sources(reported):
        return None, (
            f"AWS reports that a {POLICY_TYPE_NAMES[reported]} denied the call, and none is given. The other "
            f"policies allow {after.request.action}."
        )
    if failure.deny == "explicit" and is_changed and before.deny != "explicit":
        return None, (
            f"AWS reports an explicit deny, and no given policy denies {after.request.action}. An added "
            "Allow cannot override it."
        )
    if is_changed and before.allowed is True:
        return None, (
            f"the given policies allow {after.request.action} without the added statements, so the policy "
            "that denied the call is not among them."
        )
    return True, f"{subject} {after.request.action}."


# ---------------------------------------------------------------------------------------------- adding


def _split_adding(adding: Adding) -> PolicySet:
    """Return the added policies by type."""
    if isinstance(adding, PolicySet):
        return adding
    documents: Iterable[Document] = ()
    if isinstance(adding, (str, Mapping, PolicyDocument)):
        documents = (cast("Document", adding),)
    elif isinstance(adding, Iterable):
        documents = adding
    elif adding is not None:
        raise TypeError(wrong_type_message("adding", "a policy, policies or a PolicySet", adding))
    identity: list[Document] = []
    resource: list[Document] = []
    for each in documents:
        (resource if _has_principal(each) else identity).append(each)
    return PolicySet(identity=identity, resource=resource or None)


def _has_principal(document: object) -> bool:
    content = document.document if isinstance(document, PolicyDocument) else document
    text = content if isinstance(content, str) else None
    try:
        data: Any = json.loads(text) if text is not None else content
    except ValueError:
        return False  # PolicySet reports it
    statements: Any = cast("Mapping[str, Any]", data).get("Statement") if isinstance(data, Mapping) else None
    listed: Any = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(listed, (list, tuple)):
        return False
    return any(
        isinstance(each, Mapping) and not {"Principal", "NotPrincipal"}.isdisjoint(cast("Any", each))
        for each in cast("list[object]", listed)
    )


def _add(policies: PolicySet, added: PolicySet) -> PolicySet:
    values: dict[str, Any] = {}
    for name in ("identity", "permissions_boundary", "session", "resource", "vpc_endpoint"):
        old, new = getattr(policies, name), getattr(added, name)
        values[name] = old if not new else (*(old or ()), *new)
    for name in ("service_control", "resource_control"):
        old, new = getattr(policies, name), getattr(added, name)
        values[name] = old if not new else _add_levels(old or (), new)
    return PolicySet(**values)


def _add_levels(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add the policies of each level, from the root."""
    count = max(len(old), len(new))
    filled = [(*levels, *((),) * (count - len(levels))) for levels in (old, new)]
    return tuple((*one, *other) for one, other in zip(*filled, strict=True))


# --------------------------------------------------------------------------------------------- surplus


def _find_surplus(added: PolicySet, request: Request) -> Iterator[Surplus]:
    index = 0
    forms: tuple[tuple[str, PolicyForm], ...] = (("identity", "identity"), ("resource", "resource"))
    for name, form in forms:
        for document in getattr(added, name) or ():
            content = document.document if isinstance(document, PolicyDocument) else document
            policy = parse_policy(content, form)
            for statement in policy.statements:
                surplus = _find_statement_surplus(statement, request, index, policy)
                index += 1
                if surplus is not None:
                    yield surplus


def _find_statement_surplus(
    statement: Statement, request: Request, index: int, policy: Policy
) -> Surplus | None:
    if statement.denies:
        return None
    actions = tuple(
        f"everything except {each}" if statement.is_not_action else each
        for each in statement.actions
        if statement.is_not_action or each.lower() != request.action.lower()
    )
    resources = tuple(
        f"everything except {each.text}" if statement.is_not_resource else each.text
        for each in statement.resources or ()
        if statement.is_not_resource
        or not _covers_only_resource(each.text, request, has_variables=policy.has_variables)
    )
    principals = tuple(
        f"everyone except {value}" if statement.is_not_principal else value
        for kind, value in statement.principals
        if statement.is_not_principal or not _is_caller(kind, value, request)
    )
    if not (actions or resources or principals):
        return None
    conditions = tuple(str(each) for each in statement.conditions)
    return Surplus(index, actions, resources, principals, conditions)


def _covers_only_resource(text: str, request: Request, *, has_variables: bool) -> bool:
    """Return whether a value covers the resource of the request and nothing else."""
    if text == request.resource:
        return True
    if text == "*":
        # AWS documents only * for an action without resource types.
        known = find_action(request.action)
        return known is not None and known.only_wildcard
    if not has_variables or "${" not in text:
        return False
    resolved = substitute_variables(text, request.keys)
    return isinstance(resolved, PolicyValue) and resolved.pattern == tuple(request.resource)


def _is_caller(kind: str, value: str, request: Request) -> bool:
    """Return whether a principal is the caller, or the role of the session."""
    named = match_principal(kind, value, request.keys)
    return named.direct is True or named.entity is True
