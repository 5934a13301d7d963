"""Parse the messages that ``sts:DecodeAuthorizationMessage`` decodes.

AWS documents that the message is JSON and what it contains, but not its members:
https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html. The members here are
from real messages, which do not contain the type of the policy that denied the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.arns._arns import parse_arn
from iamtriage.authorization._decoded_statements import (
    DecodedPrincipal,
    DenyingCondition,
    KeyValues,
    MatchedStatement,
    conditions_to_dict,
    statement_to_dict,
)
from iamtriage.authorization._documents import JsonObject, decode_json, omit_none, raise_document_error
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.typing import Deny

__all__ = (
    "DecodedMessage",
    "read_decoded_message",
)

_NOUN = "a decoded message"
_MEMBERS = ("allowed", "explicitDeny", "matchedStatements", "context")
# A response in a response: its DecodedMessage is text that contains another response.
_MAX_LAYERS = 4
_PREFIX = lazy_pattern(r"[a-z0-9-]{1,63}")
_ENCODED = lazy_pattern(r"\s{0,9}[A-Za-z0-9_-]{100,10240}\s{0,9}")
_MAX_SHOWN = 50


@attrs.frozen
class DecodedMessage(View):
    """A decoded authorization failure message. :func:`read_decoded_message` returns it.

    ``None`` or an empty tuple means that the message omits the value.

    Attributes:
        allowed: Whether the call was allowed.
        explicit_deny: Whether STS says that a Deny statement matched; see :attr:`deny`.
        statements: The statements that match the request; usually empty if none denies.
        principal: The caller.
        raw_action: The action as written, such as ``"RunInstances"``; see :attr:`action`.
        resource: The ARN of the resource.
        context: The condition keys of the request with their values. Some keys can be missing.

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
        """Return ``True``, so a type checker can distinguish a message from a failed attempt to decode it."""
        return True

    @property
    def deny(self) -> Deny | None:
        """``"explicit"`` or ``"implicit"`` if the call was denied; ``None`` if it was not, or is unknown.

        A matching Deny statement is an explicit denial, regardless of ``explicit_deny``.

        >>> DecodedMessage(allowed=False, explicit_deny=False).deny
        'implicit'
        """
        if self.explicit_deny or any(each.denies for each in self.statements):
            return "explicit"
        is_denied = self.allowed is False or (self.allowed is None and self.explicit_deny is False)
        return "implicit" if is_denied else None

    @property
    def action(self) -> str | None:
        """The IAM action, with its prefix if known; see :attr:`action_evidence`.

        EC2 writes ``"RunInstances"`` without a prefix. Then the prefix comes from the resource's ARN.
        """
        prefix = self._prefix
        return self.raw_action if prefix is None else f"{prefix}:{self.raw_action}"

    @property
    def action_evidence(self) -> Literal["reported", "derived"] | None:
        """The source of the prefix in :attr:`action`.

        ``"reported"`` if the message contains the prefix, ``"derived"`` if it comes from the resource's ARN,
        ``None`` if there is no prefix or no action.
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
        """Return the request's values for a condition key, or ``None`` if the message omits them.

        >>> DecodedMessage(context=(KeyValues("ec2:Tenancy", ("default",)),)).request_values("EC2:tenancy")
        ('default',)
        """
        return self._context_by_key().get(key.lower())

    def denying_conditions(self) -> tuple[DenyingCondition, ...]:
        """Return the conditions of the statements that denied, each with the request's values.

        The request met all of them. Empty for an implicit denial and for a Deny statement without conditions.

        >>> condition = KeyValues("ec2:Region", ("us-east-1",))
        >>> statement = MatchedStatement(effect="DENY", conditions=(condition,))
        >>> [denying] = DecodedMessage(statements=(statement,)).denying_conditions()
        >>> denying.key, denying.policy_values, denying.request_values
        ('ec2:Region', ('us-east-1',), None)
        """
        context = self._context_by_key()
        return tuple(
            DenyingCondition(
                each.sid, index, condition.key, condition.values, context.get(condition.key.lower())
            )
            for index, each in enumerate(self.statements)
            if each.denies
            for condition in each.conditions
        )

    def _context_by_key(self) -> dict[str, tuple[str, ...]]:
        return {each.key.lower(): each.values for each in reversed(self.context)}

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Items

        outcome = "was allowed" if self.allowed else "was denied" if self.deny else "as STS describes it"
        yield Heading(f"The call {outcome}", 1, ("DecodedMessage",))
        rows = (
            ("principal", None if self.principal is None else self.principal.arn),
            ("action", self.action),
            ("resource", self.resource),
            ("denied", self.deny),
        )
        if stated := tuple((name, value) for name, value in rows if value):
            yield Fields(stated)
        if conditions := self.denying_conditions():
            yield Heading("Conditions that denied")
            yield Items(tuple(map(str, conditions[:_MAX_SHOWN])))
        if self.context:
            yield Heading("The call's condition keys")
            yield Fields(tuple((each.key, ", ".join(each.values)) for each in self.context[:_MAX_SHOWN]))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the format of STS, which :func:`read_decoded_message` accepts.

        >>> DecodedMessage(allowed=False).to_dict()["matchedStatements"]
        {'items': []}
        """
        principal = None if self.principal is None else omit_none(**attrs.asdict(self.principal))
        conditions = conditions_to_dict(self.context)
        return omit_none(
            allowed=self.allowed,
            explicitDeny=self.explicit_deny,
            matchedStatements={"items": [statement_to_dict(each) for each in self.statements]},
            context=omit_none(
                principal=principal, action=self.raw_action, resource=self.resource, conditions=conditions
            ),
        )


def read_decoded_message(message: str | bytes | Mapping[str, object]) -> DecodedMessage:
    r"""Parse the response of ``sts:DecodeAuthorizationMessage``.

    Args:
        message: The value of ``DecodedMessage``, as JSON text or parsed; or the whole response of the API or
            the AWS CLI, as a mapping or JSON text. JSON inside a JSON string is accepted.

    Raises:
        DocumentError: ``message`` is not such a message. ``path`` locates the error. Missing members are
            accepted.
        TypeError: ``message`` is neither a string, bytes nor a mapping.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html

    >>> read_decoded_message('{"DecodedMessage": "{\\"allowed\\": false, \\"explicitDeny\\": true}"}').deny
    'explicit'
    >>> read_decoded_message({"allowed": "no"})
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.DocumentError: allowed: expected a boolean, got a string
    """
    if not isinstance(message, (str, bytes, Mapping)):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("message", "a mapping or JSON text", message)  # type: ignore[unreachable]
        raise TypeError(msg)
    document = _unwrap(message)
    if not any(document.has(name) for name in _MEMBERS):
        raise_document_error(f"not {_NOUN}: it has none of the members {', '.join(_MEMBERS)}")
    context = document.get_object("context")
    return DecodedMessage(
        allowed=document.get_bool("allowed"),
        explicit_deny=document.get_bool("explicitDeny"),
        statements=tuple(
            _parse_statement(each) for each in document.get_object("matchedStatements").get_objects("items")
        ),
        principal=_parse_principal(context),
        raw_action=context.get_string("action"),
        resource=context.get_string("resource"),
        context=_parse_conditions(context),
    )


def _unwrap(given: object) -> JsonObject:
    for _ in range(_MAX_LAYERS):
        if isinstance(given, (str, bytes)):
            if isinstance(given, str) and _ENCODED.fullmatch(given):
                raise_document_error(
                    "this is the encoded message; decode it with sts:DecodeAuthorizationMessage"
                )
            given = decode_json(given, _NOUN)
        document = JsonObject.of(given, noun=_NOUN)
        if not document.has("DecodedMessage"):
            return document
        given = document.members["DecodedMessage"]
    return raise_document_error("DecodedMessage is nested too deeply")


def _parse_statement(source: JsonObject) -> MatchedStatement:
    return MatchedStatement(
        sid=source.get_string("statementId") or None,
        effect=source.get_string("effect"),
        principals=_parse_values(source, "principals"),
        principal_groups=_parse_values(source, "principalGroups"),
        actions=_parse_values(source, "actions"),
        resources=_parse_values(source, "resources"),
        conditions=_parse_conditions(source),
    )


def _parse_principal(context: JsonObject) -> DecodedPrincipal | None:
    source = context.get_object("principal")
    values = [source.get_string(name) for name in ("id", "name", "arn")]
    return None if values == [None] * 3 else DecodedPrincipal(*values)


def _parse_conditions(source: JsonObject) -> tuple[KeyValues, ...]:
    items = source.get_object("conditions").get_objects("items")
    return tuple(KeyValues(item.require_string("key"), _parse_values(item, "values")) for item in items)


def _parse_values(source: JsonObject, name: str) -> tuple[str, ...]:
    return tuple(each.require_string("value") for each in source.get_object(name).get_objects("items"))
