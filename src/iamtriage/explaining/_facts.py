"""What the caller knows beside the failure, for :func:`iamtriage.explain`; not for finding it out.

Whatever is not given counts as not known, never as absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias, cast, get_args

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message
from iamtriage.authorization._details import AuthorizationDetails, read_authorization_details
from iamtriage.exceptions import DocumentError
from iamtriage.typing import AuthenticationMode

__all__ = ("Facts", "FactsLike", "HasFacts", "facts_of")

_MODES: tuple[str, ...] = get_args(AuthenticationMode)


def _text(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, str):
        msg = f"{attribute.name} is text, not {type(value).__name__}"
        raise TypeError(msg)


def _mode(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and value not in _MODES:
        msg = f"{attribute.name} is one of {', '.join(_MODES)}, not {quote_text(str(value))}"
        raise DocumentError(msg, path=attribute.name)


def _policy(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, (str, Mapping)):
        msg = f"{attribute.name} is a mapping or JSON text, not {type(value).__name__}"
        raise TypeError(msg)


def _mapping(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, Mapping):
        msg = f"{attribute.name} is a mapping, not {type(value).__name__}"
        raise TypeError(msg)


def _decoded(value: object) -> DecodedMessage | None:
    if value is None or isinstance(value, DecodedMessage):
        return value
    return read_decoded_message(cast("str", value))


def _details(value: object) -> AuthorizationDetails | None:
    if value is None or isinstance(value, AuthorizationDetails):
        return value
    return read_authorization_details(cast("str", value))


@attrs.frozen(kw_only=True)
class Facts(View):
    """What is known beside the failure.

    Attributes:
        cluster: the EKS cluster's name.
        region: the region of the cluster or call.
        authentication_mode: the cluster's: ``"CONFIG_MAP"``, ``"API_AND_CONFIG_MAP"`` or ``"API"``.
        kubernetes_version: the cluster's: ``"1.31"``.
        namespace: of the service account or the Kubernetes objects.
        service_account: the service account's name.
        caller: who called: the ARN that ``aws sts get-caller-identity`` prints.
        service: the service that was called, by any name that SDKs have for it: ``"s3"``.
        resource: the ARN of what was called for, where the text does not tell it.
        trust_policy: the trust policy of the role that could not be assumed, as a mapping or JSON text.
        token_claims: the claims of the web identity token, as :func:`iamtriage.read_web_identity_token`
            gives them.
        decoded_message: what ``sts:DecodeAuthorizationMessage`` gave: JSON text, mapping or
            :class:`iamtriage.DecodedMessage`.
        authorization_details: what IAM's ``GetRequestAuthorizationDetails`` gave: JSON text, mapping or
            :class:`iamtriage.AuthorizationDetails`.

    Raises:
        DocumentError: a value that it cannot have.
        TypeError: a value of another type.

    >>> Facts(cluster="orders", authentication_mode="API").cluster
    'orders'
    """

    cluster: str | None = attrs.field(default=None, validator=_text)
    region: str | None = attrs.field(default=None, validator=_text)
    authentication_mode: AuthenticationMode | None = attrs.field(default=None, validator=_mode)
    kubernetes_version: str | None = attrs.field(default=None, validator=_text)
    namespace: str | None = attrs.field(default=None, validator=_text)
    service_account: str | None = attrs.field(default=None, validator=_text)
    caller: str | None = attrs.field(default=None, validator=_text)
    service: str | None = attrs.field(default=None, validator=_text)
    resource: str | None = attrs.field(default=None, validator=_text)
    trust_policy: Mapping[str, Any] | str | None = attrs.field(default=None, validator=_policy, hash=False)
    token_claims: Mapping[str, Any] | None = attrs.field(default=None, validator=_mapping, hash=False)
    decoded_message: DecodedMessage | None = attrs.field(default=None, converter=_decoded)
    authorization_details: AuthorizationDetails | None = attrs.field(default=None, converter=_details)


class HasFacts(Protocol):
    """What brings facts with it, such as the answers and refusals of :mod:`iamtriage.boto`."""

    @property
    def facts(self) -> Facts:
        """The facts, which may all be unknown."""
        ...


FactsLike: TypeAlias = "Facts | Mapping[str, Any] | DecodedMessage | AuthorizationDetails | HasFacts"
"""What stands for facts: themselves, a mapping with any of their names, or a value that brings them."""

_NONE = Facts()
_NAMES = tuple(field.name for field in attrs.fields(Facts))


def facts_of(given: FactsLike | Iterable[FactsLike | None] | None) -> Facts:
    """Give the facts for what was handed over.

    Of several, each adds what it knows; where two know the same fact, the later one counts.

    Raises:
        DocumentError: a name that no fact has, or a value that it cannot have.
        TypeError: nothing that stands for facts, nor several of it.

    >>> facts_of({"cluster": "orders"}).cluster
    'orders'
    >>> facts_of([{"cluster": "orders", "region": "eu-west-1"}, Facts(region="eu-central-1")])
    Facts(cluster='orders', region='eu-central-1')
    """
    if given is None:
        return _NONE
    made = _one(given)
    if made is not None:
        return made
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(_misuse(given))
    made = _NONE
    for each in cast("Iterable[object]", given):
        if each is None:
            continue
        more = _one(each)
        if more is None:
            raise TypeError(_misuse(each))
        made = _merged(made, more)
    return made


def _one(given: object) -> Facts | None:
    """Give the facts for one thing that stands for them; None for anything else."""
    if isinstance(given, Facts):
        return given
    if isinstance(given, Mapping):
        return _named(cast("Mapping[object, Any]", given))
    if isinstance(given, DecodedMessage):
        return Facts(decoded_message=given)
    if isinstance(given, AuthorizationDetails):
        return Facts(authorization_details=given)
    # A class has the attribute too, but not its value.
    brought: object = getattr(given, "facts", None)
    return brought if isinstance(brought, Facts) else None


def _named(given: Mapping[object, Any]) -> Facts:
    for name in given:
        if name not in _NAMES:
            msg = f"no fact is called {quote_text(str(name))}, only {', '.join(sorted(_NAMES))}"
            raise DocumentError(msg, path=str(name))
    return Facts(**cast("Mapping[str, Any]", given))


def _merged(first: Facts, then: Facts) -> Facts:
    known = {name: getattr(then, name) for name in _NAMES}
    return attrs.evolve(first, **{name: value for name, value in known.items() if value is not None})


def _misuse(given: object) -> str:
    kind = type(given).__name__
    return f"facts are a Facts, a mapping, a value that has facts, or several of these, not {kind}"
