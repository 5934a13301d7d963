"""What ``sts:DecodeAuthorizationMessage`` tells of a denial, as values; not for asking STS.

STS documents that the answer is JSON and what it is about, not its members:
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html. The members here
are those that it has been seen to send. Which type of policy denied is not among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.arns._arns import parse_arn
from iamtriage.authorization._documents import Part, decoded, refuse, stated
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.typing import Deny

__all__ = (
    "DecodedMessage",
    "DecodedPrincipal",
    "DenyingCondition",
    "KeyValues",
    "MatchedStatement",
    "read_decoded_message",
)

_NOUN = "a decoded message"
_MEMBERS = ("allowed", "explicitDeny", "matchedStatements", "context")
# The answer in the answer: an API answer whose DecodedMessage is text that holds an API answer.
_LAYERS = 4
_PREFIX = re.compile(r"[a-z0-9-]{1,63}")
_ENCODED = re.compile(r"\s{0,9}[A-Za-z0-9_-]{100,10240}\s{0,9}")
_FEW = 3
_MOST_SHOWN = 50


@attrs.frozen
class KeyValues(View):
    """A condition key and its values, in a statement or in the request.

    Attributes:
        key: ``"ec2:InstanceType"``, …, as written. Case does not matter in keys.
        values: the values.
    """

    key: str
    values: tuple[str, ...] = ()


@attrs.frozen
class DecodedPrincipal(View):
    """Who made the call.

    Attributes:
        id: the unique id: ``"AIDA…"`` for a user, ``"AROA…:SESSION"`` for a role's session.
        name: the user's name; None for a session.
        arn: the ARN. A role session's does not tell the role's path.
    """

    id: str | None = None
    name: str | None = None
    arn: str | None = None


@attrs.frozen
class MatchedStatement(View):
    """A statement of a policy that fits the call. Which policy it is in, STS does not tell.

    Attributes:
        sid: the statement's Sid; None where it has none.
        effect: ``"DENY"`` or ``"ALLOW"``, as written.
        principals: the unique ids, or patterns, of whom it is about.
        principal_groups: the groups that it is about.
        actions: its actions.
        resources: its resources.
        conditions: the keys of its conditions with the policy's values. The operators are not told, so
            that ``"true"`` may also be the value of a ``Null`` condition.
    """

    sid: str | None = None
    effect: str | None = None
    principals: tuple[str, ...] = ()
    principal_groups: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    conditions: tuple[KeyValues, ...] = ()

    @property
    def denies(self) -> bool:
        """Whether its effect is Deny.

        >>> MatchedStatement(effect="DENY").denies
        True
        """
        return (self.effect or "").upper() == "DENY"


@attrs.frozen
class DenyingCondition(View):
    """A condition key of a statement that denied, beside what the call had for it.

    ``str()`` gives a sentence for people, its texts quoted and escaped.

    Attributes:
        sid: the statement's Sid; None where it has none.
        statement: the place of the statement in ``DecodedMessage.statements``, counted from 0.
        key: the condition key as the policy writes it.
        policy_values: the policy's values.
        request_values: the call's values; None where the decoded message does not tell them, as it leaves
            out some keys that every call has.

    >>> print(DenyingCondition(None, 0, "ec2:InstanceType", ("t3.micro",), ("m5.large",)))
    'ec2:InstanceType' is 'm5.large' in the call; the statement compares it with 't3.micro'.
    """

    sid: str | None
    statement: int
    key: str
    policy_values: tuple[str, ...]
    request_values: tuple[str, ...] | None

    @override
    def __str__(self) -> str:
        key, wanted = quote_text(self.key), _few(self.policy_values)
        if self.request_values is None:
            return f"The statement compares {key} with {wanted}; the call's value is not told."
        return f"{key} is {_few(self.request_values)} in the call; the statement compares it with {wanted}."


@attrs.frozen
class DecodedMessage(View):
    """A decoded authorization failure message. :func:`read_decoded_message` makes one.

    None, or an empty tuple: the message does not tell.

    Attributes:
        allowed: whether the call was allowed.
        explicit_deny: STS's own word on whether a Deny statement decided; see :attr:`deny`.
        statements: the statements that fit the call; mostly empty where none denies.
        principal: who called.
        raw_action: the action as written, such as ``"RunInstances"``; see :attr:`action`.
        resource: the ARN of what the call was about.
        context: the condition keys of the call with their values. Keys may be left out.

    >>> message = DecodedMessage(
    ...     raw_action="RunInstances", resource="arn:aws:ec2:eu-west-1:111122223333:instance/*"
    ... )
    >>> message.action, message.action_evidence
    ('ec2:RunInstances', 'derived')
    """

    allowed: bool | None = None
    explicit_deny: bool | None = None
    statements: tuple[MatchedStatement, ...] = ()
    principal: DecodedPrincipal | None = None
    raw_action: str | None = None
    resource: str | None = None
    context: tuple[KeyValues, ...] = ()

    def __bool__(self) -> Literal[True]:
        """Be true, so that a type checker tells a message from a refusal to decode it."""
        return True

    @property
    def deny(self) -> Deny | None:
        """How it was denied; None where it was not, or the message does not tell.

        A matched Deny statement counts as an explicit denial, whatever ``explicit_deny`` says.

        >>> DecodedMessage(allowed=False, explicit_deny=False).deny
        'implicit'
        """
        if self.explicit_deny or any(each.denies for each in self.statements):
            return "explicit"
        denied = self.allowed is False or (self.allowed is None and self.explicit_deny is False)
        return "implicit" if denied else None

    @property
    def action(self) -> str | None:
        """The IAM action, with its prefix where that is known; see :attr:`action_evidence`.

        EC2 writes ``"RunInstances"``. The prefix is then taken from the resource's ARN.
        """
        prefix = self._prefix
        return self.raw_action if prefix is None else f"{prefix}:{self.raw_action}"

    @property
    def action_evidence(self) -> Literal["reported", "derived"] | None:
        """Where the prefix of :attr:`action` comes from.

        ``"reported"``: STS writes it. ``"derived"``: from the resource's ARN. None: the action has no
        prefix, or there is no action.
        """
        if self.raw_action and ":" in self.raw_action:
            return "reported"
        return None if self._prefix is None else "derived"

    @property
    def _prefix(self) -> str | None:
        if not self.raw_action or ":" in self.raw_action or self.resource is None:
            return None
        try:
            service = parse_arn(self.resource).service
        except InvalidArnError:
            return None
        return service if _PREFIX.fullmatch(service) else None

    def request_values(self, key: str) -> tuple[str, ...] | None:
        """Give the values that the call had for a condition key; None where they are not told.

        >>> DecodedMessage(context=(KeyValues("ec2:Tenancy", ("default",)),)).request_values("EC2:tenancy")
        ('default',)
        """
        return self._context_by_key().get(key.lower())

    def denying_conditions(self) -> tuple[DenyingCondition, ...]:
        """Give the conditions of the statements that denied, each with the call's value.

        All of them held. Empty for an implicit denial, and for a Deny statement without conditions.
        """
        context = self._context_by_key()
        return tuple(
            DenyingCondition(each.sid, index, one.key, one.values, context.get(one.key.lower()))
            for index, each in enumerate(self.statements)
            if each.denies
            for one in each.conditions
        )

    def _context_by_key(self) -> dict[str, tuple[str, ...]]:
        return {each.key.lower(): each.values for each in reversed(self.context)}

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Items

        outcome = "was allowed" if self.allowed else "was denied" if self.deny else "as STS tells of it"
        yield Heading(f"The call {outcome}", 1, ("DecodedMessage",))
        rows = (
            ("who", None if self.principal is None else self.principal.arn),
            ("action", self.action),
            ("resource", self.resource),
            ("denied", self.deny),
        )
        if told := tuple((name, value) for name, value in rows if value):
            yield Fields(told)
        if conditions := self.denying_conditions():
            yield Heading("Conditions that denied")
            yield Items(tuple(map(str, conditions[:_MOST_SHOWN])))
        if self.context:
            yield Heading("The call's condition keys")
            yield Fields(tuple((each.key, ", ".join(each.values)) for each in self.context[:_MOST_SHOWN]))

    def to_dict(self) -> dict[str, Any]:
        """Give the message as JSON-ready data, in STS's own form, which :func:`read_decoded_message` reads.

        >>> DecodedMessage(allowed=False).to_dict()["matchedStatements"]
        {'items': []}
        """
        principal = None if self.principal is None else stated(**attrs.asdict(self.principal))
        conditions = _conditions_to_dict(self.context)
        return stated(
            allowed=self.allowed,
            explicitDeny=self.explicit_deny,
            matchedStatements={"items": [_statement_to_dict(each) for each in self.statements]},
            context=stated(
                principal=principal, action=self.raw_action, resource=self.resource, conditions=conditions
            ),
        )


def read_decoded_message(message: str | bytes | Mapping[str, object]) -> DecodedMessage:
    r"""Read what ``sts:DecodeAuthorizationMessage`` returns.

    Args:
        message: the value of ``DecodedMessage``, which is JSON text, or what was read from it; or all
            that the API or the AWS CLI answers, as a mapping or JSON text. JSON in a JSON string is read.

    Raises:
        DocumentError: no such message; ``path`` tells the place. Missing members are no fault.
        TypeError: neither text nor a mapping.

    >>> read_decoded_message('{"DecodedMessage": "{\\"allowed\\": false, \\"explicitDeny\\": true}"}').deny
    'explicit'
    >>> read_decoded_message({"allowed": "no"})
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.DocumentError: allowed: true or false is wanted, not text
    """
    if not isinstance(message, (str, bytes, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"{_NOUN} is a mapping or JSON text, not {type(message).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    document = _unwrapped(message)
    if not any(document.has(name) for name in _MEMBERS):
        refuse(f"this is not {_NOUN}: it has none of {', '.join(_MEMBERS)}")
    context = document.part("context")
    return DecodedMessage(
        allowed=document.flag("allowed"),
        explicit_deny=document.flag("explicitDeny"),
        statements=tuple(_statement(each) for each in document.part("matchedStatements").parts("items")),
        principal=_principal(context),
        raw_action=context.text("action"),
        resource=context.text("resource"),
        context=_conditions(context),
    )


def _unwrapped(given: object) -> Part:
    for _ in range(_LAYERS):
        if isinstance(given, (str, bytes)):
            if isinstance(given, str) and _ENCODED.fullmatch(given):
                refuse("this is the encoded message; sts:DecodeAuthorizationMessage decodes it")
            given = decoded(given, _NOUN)
        document = Part.of(given, noun=_NOUN)
        if not document.has("DecodedMessage"):
            return document
        given = document.members["DecodedMessage"]
    return refuse("DecodedMessage stands in DecodedMessage too often")


def _statement(part: Part) -> MatchedStatement:
    return MatchedStatement(
        sid=part.text("statementId") or None,
        effect=part.text("effect"),
        principals=_values(part, "principals"),
        principal_groups=_values(part, "principalGroups"),
        actions=_values(part, "actions"),
        resources=_values(part, "resources"),
        conditions=_conditions(part),
    )


def _principal(context: Part) -> DecodedPrincipal | None:
    part = context.part("principal")
    found = [part.text(name) for name in ("id", "name", "arn")]
    return None if found == [None] * 3 else DecodedPrincipal(*found)


def _conditions(part: Part) -> tuple[KeyValues, ...]:
    each = part.part("conditions").parts("items")
    return tuple(KeyValues(one.needed_text("key"), _values(one, "values")) for one in each)


def _values(part: Part, name: str) -> tuple[str, ...]:
    return tuple(each.needed_text("value") for each in part.part(name).parts("items"))


def _statement_to_dict(statement: MatchedStatement) -> dict[str, Any]:
    return stated(
        statementId=statement.sid or "",
        effect=statement.effect,
        principals=_values_to_dict(statement.principals),
        principalGroups=_values_to_dict(statement.principal_groups),
        actions=_values_to_dict(statement.actions),
        resources=_values_to_dict(statement.resources),
        conditions=_conditions_to_dict(statement.conditions),
    )


def _conditions_to_dict(conditions: tuple[KeyValues, ...]) -> dict[str, Any]:
    return {"items": [{"key": each.key, "values": _values_to_dict(each.values)} for each in conditions]}


def _values_to_dict(values: tuple[str, ...]) -> dict[str, Any]:
    return {"items": [{"value": value} for value in values]}


def _few(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - _FEW} more" if len(values) > _FEW else ""
    return ", ".join(quote_text(value) for value in values[:_FEW]) + more or "no value"
