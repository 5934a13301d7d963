"""Represent what the user knows in addition to the error, for :func:`iamtriage.explain`.

A fact that is not supplied is unknown. That never means that something does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ForwardRef, Protocol, Self, TypeAlias, TypeVar, cast, get_args

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.typing import AuthenticationMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.authorization._decoded_messages import DecodedMessage
    from iamtriage.authorization._details import AuthorizationDetails
    from iamtriage.policies._sets import PolicySet
else:
    # Only facts need these classes. attrs.resolve_types imports them by these references.
    DecodedMessage = ForwardRef("__import__('iamtriage').DecodedMessage")
    AuthorizationDetails = ForwardRef("__import__('iamtriage').AuthorizationDetails")
    PolicySet = ForwardRef("__import__('iamtriage.policies').policies.PolicySet")

__all__ = (
    "ATTACHED",
    "NO_FACTS",
    "Facts",
    "FactsLike",
    "FailedCall",
    "HasFacts",
    "add_attached_facts",
    "merge_facts",
)

_T = TypeVar("_T")
_ACCOUNT = lazy_pattern(r"[0-9]{12}")
_AUTHENTICATION_MODES: tuple[str, ...] = get_args(AuthenticationMode)


def _check_string(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, str):
        raise TypeError(wrong_type_message(attribute.name, "a string", value))


def _check_account(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    _check_string(instance, attribute, value)
    if value is not None and not _ACCOUNT.fullmatch(cast("str", value)):
        from iamtriage.exceptions import DocumentError

        msg = f"{attribute.name} must be 12 digits, not {quote_text(str(value))}"
        raise DocumentError(msg, path=attribute.name)


def _check_mode(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and value not in _AUTHENTICATION_MODES:
        from iamtriage.exceptions import DocumentError

        modes = ", ".join(_AUTHENTICATION_MODES)
        msg = f"unknown {attribute.name} {quote_text(str(value))}; expected one of {modes}"
        raise DocumentError(msg, path=attribute.name)


def _check_policy(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, (str, Mapping)):
        raise TypeError(wrong_type_message(attribute.name, "a mapping or a JSON string", value))


def _check_call(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, FailedCall):
        raise TypeError(wrong_type_message(attribute.name, "a FailedCall", value))


def _check_mapping(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    del instance
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(wrong_type_message(attribute.name, "a mapping", value))


def _read_document(name: str, read: Callable[[str], _T], value: object) -> _T:
    """Read the document of a fact; an error names the fact."""
    from iamtriage.exceptions import DocumentError

    try:
        return read(cast("str", value))
    except DocumentError as error:
        msg = f"{name}: {error}"
        raise DocumentError(msg, path=error.path) from None


def _to_decoded_message(value: object) -> DecodedMessage | None:
    if value is None:
        return None
    from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message

    if isinstance(value, DecodedMessage):
        return value
    return _read_document("decoded_message", read_decoded_message, value)


def _to_authorization_details(value: object) -> AuthorizationDetails | None:
    if value is None:
        return None
    from iamtriage.authorization._details import AuthorizationDetails, read_authorization_details

    if isinstance(value, AuthorizationDetails):
        return value
    return _read_document("authorization_details", read_authorization_details, value)


def _decode_policies(text: str) -> object:
    from iamtriage.authorization._strict_json import JsonError, parse_strict_json
    from iamtriage.exceptions import DocumentError

    try:
        return parse_strict_json(text, quote=quote_text)
    except JsonError as error:
        msg = f"policies: {error}"
    raise DocumentError(msg, path="policies")


def _to_policy_set(value: object) -> PolicySet | None:
    if value is None:
        return None
    from iamtriage.policies._sets import PolicySet

    if isinstance(value, PolicySet):
        return value
    document = _decode_policies(value) if isinstance(value, str) else value
    if not isinstance(document, Mapping):
        raise TypeError(wrong_type_message("policies", "a PolicySet, a mapping or a JSON string", document))
    given = cast("Mapping[str, Any]", document)
    names = [field.name for field in attrs.fields(PolicySet) if field.init]
    for name in given:
        if name not in names:
            from iamtriage.exceptions import DocumentError

            msg = f"unknown policy type {quote_text(str(name))}; expected one of {', '.join(names)}"
            raise DocumentError(msg, path="policies")
    return PolicySet(**given)


@attrs.frozen(kw_only=True, eq=False)
class FailedCall(Value, View):
    """The call that failed, as :func:`iamtriage.boto.call_facts` finds it.

    Attributes:
        operation: The operation as the SDK spells it: ``"GetObject"``.
        endpoint: The endpoint URL of the client.
        account: The account of the caller.
        attempts: How often the SDK sent the request.
        credential_provider: botocore's name of the credential provider: ``"sso"``, ``"iam-role"``.
        is_temporary: Whether the credentials have a session token.
        expires: When the credentials expire, as an ISO 8601 time in UTC.

    >>> FailedCall(operation="GetObject", endpoint="https://s3.eu-west-1.amazonaws.com", attempts=5).attempts
    5
    """

    operation: str
    endpoint: str | None = None
    account: str | None = None
    attempts: int | None = None
    credential_provider: str | None = None
    is_temporary: bool | None = None
    expires: str | None = None


@attrs.frozen(kw_only=True, eq=False)
class Facts(Value, View):
    """What you know in addition to the error.

    Attributes:
        cluster: The name of the EKS cluster.
        region: The Region of the cluster or of the call.
        authentication_mode: The cluster's authentication mode: ``"CONFIG_MAP"``, ``"API_AND_CONFIG_MAP"`` or
            ``"API"``.
        kubernetes_version: The cluster's Kubernetes version, such as ``"1.31"``.
        namespace: The namespace of the service account or the Kubernetes objects.
        service_account: The name of the service account.
        account: The ID of the account of the caller, or of the cluster: 12 digits.
        caller: The caller's ARN, which ``aws sts get-caller-identity`` prints.
        service: The called service, by any name that an SDK uses, such as ``"s3"``.
        resource: The ARN of the resource, if the error doesn't state it.
        trust_policy: The trust policy of the role that the caller tried to assume, as a mapping or a JSON
            string.
        external_id: The external ID that the call passes to assume the role.
        token_claims: The claims of the web identity token, from :func:`iamtriage.read_web_identity_token`.
        decoded_message: The result of ``sts:DecodeAuthorizationMessage``, as a JSON string, a mapping or a
            :class:`iamtriage.DecodedMessage`.
        authorization_details: The result of IAM's ``GetRequestAuthorizationDetails``, as a JSON string, a
            mapping or an :class:`iamtriage.AuthorizationDetails`.
        policies: The policies that apply to the call: a :class:`iamtriage.policies.PolicySet`, or a mapping
            with any of its names. They are evaluated for the call.
        call: The call that failed, from :func:`iamtriage.boto.call_facts`.
        derived: The names of the facts that were read from the failed call or the text around the failure
            instead of being stated by a person. Equality ignores this attribute.

    Raises:
        DocumentError: A value is invalid.
        TypeError: A value has the wrong type.

    >>> Facts(cluster="orders", authentication_mode="API").cluster
    'orders'
    """

    cluster: str | None = attrs.field(default=None, validator=_check_string)
    region: str | None = attrs.field(default=None, validator=_check_string)
    authentication_mode: AuthenticationMode | None = attrs.field(default=None, validator=_check_mode)
    kubernetes_version: str | None = attrs.field(default=None, validator=_check_string)
    namespace: str | None = attrs.field(default=None, validator=_check_string)
    service_account: str | None = attrs.field(default=None, validator=_check_string)
    account: str | None = attrs.field(default=None, validator=_check_account)
    caller: str | None = attrs.field(default=None, validator=_check_string)
    service: str | None = attrs.field(default=None, validator=_check_string)
    resource: str | None = attrs.field(default=None, validator=_check_string)
    trust_policy: Mapping[str, Any] | str | None = attrs.field(
        default=None, validator=_check_policy, hash=False
    )
    external_id: str | None = attrs.field(default=None, validator=_check_string)
    token_claims: Mapping[str, Any] | None = attrs.field(default=None, validator=_check_mapping, hash=False)
    decoded_message: DecodedMessage | None = attrs.field(default=None, converter=_to_decoded_message)
    authorization_details: AuthorizationDetails | None = attrs.field(
        default=None, converter=_to_authorization_details
    )
    policies: PolicySet | None = attrs.field(default=None, converter=_to_policy_set, hash=False)
    call: FailedCall | None = attrs.field(default=None, validator=_check_call)
    derived: frozenset[str] = attrs.field(default=frozenset(), eq=False, repr=False)

    def as_derived(self) -> Self:
        """Return the same facts, marked as derived.

        >>> sorted(Facts(region="eu-west-1", service="s3").as_derived().derived)
        ['region', 'service']
        """
        return attrs.evolve(self, derived=frozenset(_stated_names(self)))


class HasFacts(Protocol):
    """A value with facts, such as the results of ``iamtriage.boto``."""

    @property
    def facts(self) -> Facts:
        """The facts. All of them can be unknown."""
        ...


FactsLike: TypeAlias = "Facts | Mapping[str, Any] | DecodedMessage | AuthorizationDetails | HasFacts"
"""What you can pass as facts: a :class:`Facts`, a mapping with its names, or a value that has facts."""

ATTACHED = "_iamtriage_facts"
"""The attribute of an exception with the facts of its call."""
_MAX_CAUSES = 20
# The class of an exception can override these attributes.
_CAUSE: Any = vars(BaseException)["__cause__"]
_ATTRIBUTES: Any = vars(BaseException)["__dict__"]
NO_FACTS = Facts()
FACT_NAMES = tuple(field.name for field in attrs.fields(Facts) if field.name != "derived")


def _stated_names(facts: Facts) -> Iterator[str]:
    return (name for name in FACT_NAMES if getattr(facts, name) is not None)


def add_attached_facts(error: BaseException, facts: Facts) -> Facts:
    """Add the facts that :mod:`iamtriage.boto` attached to an exception, or to one of its causes.

    These facts describe the failed call, which the text of the exception often does not. The user's facts
    take precedence.
    """
    attached = _find_attached(error)
    return facts if attached is None else merge_facts(attached, facts)


def _find_attached(error: BaseException) -> Facts | None:
    current: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if current is None:
            break
        facts = _instance_attributes(current).get(ATTACHED)
        if isinstance(facts, Facts):
            return facts
        current = _CAUSE.__get__(current)
    return None


def _instance_attributes(error: BaseException) -> dict[str, object]:
    """Return the attributes of an exception without calling code of its class."""
    attributes: dict[str, object] = _ATTRIBUTES.__get__(error)
    return attributes


def merge_facts(first: Facts, second: Facts) -> Facts:
    """Return the facts of both. If they state the same fact, the second wins."""
    values = {name: getattr(second, name) for name in _stated_names(second)}
    derived = (first.derived - values.keys()) | second.derived
    return attrs.evolve(first, derived=derived, **values)
