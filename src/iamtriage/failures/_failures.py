"""Define failures as a closed union of frozen classes, one per kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.failures._envelopes import Envelope
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES, LABELS, SHOWN_KEYS
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage._rendering.blocks import Block


__all__ = (
    "FAILURE_CLASSES",
    "AccessDenied",
    "AccessEntry",
    "AccessKeyQuota",
    "AwsError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "ExpiredCredentials",
    "Failure",
    "InvalidArn",
    "InvalidCredentials",
    "InvalidIdentityToken",
    "KubernetesForbidden",
    "KubernetesUnauthorized",
    "MalformedPolicy",
    "MissingCredentials",
    "RegionDisabled",
    "SignatureMismatch",
)


_NO_ENVELOPE = Envelope()

# Names, then as many (start, end) pairs: two shared tuples cost less than a dict per failure.
Marks: TypeAlias = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]


# repr() prints these last, because they rarely distinguish failures.
_LAST_IN_REPR = ("envelope", "account", "reason", "authorization_id", "encoded_message")

_PROPER_NAMES = {"aws": "AWS", "arn": "ARN", "kubernetes": "Kubernetes"}


@attrs.frozen(eq=False)
class _Failure(Value, View):
    """The attributes that all failures have.

    Attributes:
        envelope: The context of the message: code, operation, status, request IDs.
        text: The whole text that was parsed, including any secrets in it.
        span: The position of the failure in ``text`` in characters, as (start, end).
        principal: The principal that was denied or rejected, as written.
        account: The 12-digit account ID of the principal.
        action: The IAM action, as written.
        resource: The resource of the call, as written.
    """

    envelope: Envelope = _NO_ENVELOPE
    # repr() omits the text, because it can contain secrets, and repr() ends up in logs and tracebacks.
    text: str = attrs.field(default="", repr=False)
    span: tuple[int, int] = attrs.field(default=(0, 0), repr=False)
    _marks: Marks = attrs.field(default=((), ()), repr=False, eq=False, alias="marks")
    principal: str | None = None
    account: str | None = None
    action: str | None = None
    resource: str | None = None
    kind: ClassVar[str]

    @property
    def spans(self) -> Mapping[str, tuple[int, int]]:
        """The position of each value: record key -> (start, end), where ``text[start:end]`` is the value.

        A value that is wrapped over lines or escaped in the text has no span.
        """
        return {name: mark for name, mark in zip(*self._marks, strict=True) if name and mark[0] >= 0}

    def labelled_facts(self) -> Iterator[tuple[str, str]]:
        """Yield the facts that show what failed, as (label, value)."""
        values = {key: getattr(self, KUBERNETES_ATTRIBUTES.get(key, key), None) for key in SHOWN_KEYS}
        values.update((key, getattr(self.envelope, key)) for key in SHOWN_KEYS if hasattr(self.envelope, key))
        if values["principal"] == values["k8s_user"]:
            # Show the same name once.
            values["principal"] = None
        for key, value in values.items():
            if value == "":  # the core API group of Kubernetes
                yield LABELS[key], '""'
            elif value is not None:
                yield LABELS[key], str(value).replace("_", " ") if key == "policy_type" else str(value)

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        fields = dict(super()._repr_fields())
        if fields.get("encoded_message") is not None:
            # Without the words before it, only its name shows what it is.
            fields["encoded_message"] = "[REDACTED encoded message]"
        fields.update([(name, fields.pop(name)) for name in _LAST_IN_REPR if name in fields])
        yield from fields.items()

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Paragraph

        title = " ".join(_PROPER_NAMES.get(word, word) for word in self.kind.split("_"))
        yield Heading(title[0].upper() + title[1:], 1, (type(self).__name__,))
        if rows := tuple(self.labelled_facts()):
            yield Fields(rows)
        yield Paragraph("iamtriage.explain() says why, and what helps.", quiet=True)


@attrs.frozen(eq=False)
class AccessDenied(_Failure):
    """An AWS principal is not authorized to perform an action.

    ``principal``, ``action``, ``resource`` and the other attributes that all failures have say who was denied
    what.

    Attributes:
        deny: ``explicit`` or ``implicit``, if stated.
        policy_type: The type of policy that AWS names as the cause, if it is a known one.
        policy_arn: The denying policy as named: its ARN, else its name or ID.
        authorization_id: The ID for IAM's GetRequestAuthorizationDetails.
        encoded_message: The encoded authorization failure message, for sts:DecodeAuthorizationMessage.
        reason: The clause with the reason, as written, even if its wording is unknown.

    Source of the wording: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html

    >>> AccessDenied(action="eks:DescribeCluster", deny="implicit").kind
    'access_denied'
    """

    deny: Deny | None = None
    policy_type: PolicyType | None = None
    policy_arn: str | None = None
    authorization_id: str | None = None
    encoded_message: str | None = None
    reason: str | None = None
    kind: ClassVar[Literal["access_denied"]] = "access_denied"


@attrs.frozen(eq=False)
class KubernetesForbidden(_Failure):
    """An authenticated Kubernetes user is not authorized to do something.

    Usually RBAC does not allow it. IAM is not the cause.

    Attributes:
        user: The Kubernetes user name.
        verb: ``get``, ``list`` and so on.
        kubernetes_resource: The resource type, such as ``pods`` or ``deployments.apps``.
        api_group: The API group. ``""`` is the core group.
        namespace: The namespace; ``None`` at the cluster scope.

    >>> KubernetesForbidden(user="ana", verb="list", kubernetes_resource="pods", api_group="").verb
    'list'
    """

    user: str | None = None
    verb: str | None = None
    kubernetes_resource: str | None = None
    api_group: str | None = None
    namespace: str | None = None
    kind: ClassVar[Literal["kubernetes_forbidden"]] = "kubernetes_forbidden"


# The classes below inherit all attributes and the methods that attrs created. Decorating each of them would
# take 6 ms of the first call.


class KubernetesUnauthorized(_Failure):
    """The API server or aws-iam-authenticator could not authenticate the caller.

    >>> from iamtriage import parse
    >>> parse("error: You must be logged in to the server (Unauthorized)").kind
    'kubernetes_unauthorized'
    """

    __slots__ = ()
    kind: ClassVar[Literal["kubernetes_unauthorized"]] = "kubernetes_unauthorized"


class ConsoleKubernetesAccess(_Failure):
    """The principal signed in to the EKS console is not allowed to view Kubernetes objects.

    >>> from iamtriage import parse
    >>> parse("Your current IAM principal doesn't have access to Kubernetes objects").kind
    'console_kubernetes_access'
    """

    __slots__ = ()
    kind: ClassVar[Literal["console_kubernetes_access"]] = "console_kubernetes_access"


class InvalidIdentityToken(_Failure):
    """STS rejected a web identity (OIDC) token, or its issuer, audience or keys.

    >>> from iamtriage import parse
    >>> parse("InvalidIdentityToken: Incorrect token audience").kind
    'invalid_identity_token'
    """

    __slots__ = ()
    kind: ClassVar[Literal["invalid_identity_token"]] = "invalid_identity_token"


class CredentialScope(_Failure):
    """The request was signed for a Region or service other than the one of its endpoint.

    >>> from iamtriage import parse
    >>> parse("Credential should be scoped to a valid region.").kind
    'credential_scope'
    """

    __slots__ = ()
    kind: ClassVar[Literal["credential_scope"]] = "credential_scope"


class ExpiredCredentials(_Failure):
    """The credentials, session or token have expired.

    >>> from iamtriage import parse
    >>> parse("ExpiredToken: The provided token has expired.").kind
    'expired_credentials'
    """

    __slots__ = ()
    kind: ClassVar[Literal["expired_credentials"]] = "expired_credentials"


class InvalidCredentials(_Failure):
    """The credentials do not exist, or AWS rejected them.

    >>> from iamtriage import parse
    >>> parse("The security token included in the request is invalid.").kind
    'invalid_credentials'
    """

    __slots__ = ()
    kind: ClassVar[Literal["invalid_credentials"]] = "invalid_credentials"


class SignatureMismatch(_Failure):
    """The request's signature is wrong or incomplete, or the client's clock is wrong.

    >>> from iamtriage import parse
    >>> parse("The difference between the request time and the current time is too large.").kind
    'signature_mismatch'
    """

    __slots__ = ()
    kind: ClassVar[Literal["signature_mismatch"]] = "signature_mismatch"


class MissingCredentials(_Failure):
    """No credentials were found, loaded or sent.

    >>> from iamtriage import parse
    >>> parse("Unable to locate credentials").kind
    'missing_credentials'
    """

    __slots__ = ()
    kind: ClassVar[Literal["missing_credentials"]] = "missing_credentials"


class RegionDisabled(_Failure):
    """The Region, or STS in the Region, is not activated for the account.

    >>> from iamtriage import parse
    >>> parse("STS is not activated in this region for account:111122223333.").kind
    'region_disabled'
    """

    __slots__ = ()
    kind: ClassVar[Literal["region_disabled"]] = "region_disabled"


class AccessKeyQuota(_Failure):
    """The IAM user already has two access keys.

    >>> from iamtriage import parse
    >>> parse("Cannot exceed quota for AccessKeysPerUser: 2").kind
    'access_key_quota'
    """

    __slots__ = ()
    kind: ClassVar[Literal["access_key_quota"]] = "access_key_quota"


class MalformedPolicy(_Failure):
    """AWS rejected a policy document as malformed.

    >>> from iamtriage import parse
    >>> parse("MalformedPolicyDocument: Syntax errors in policy.").kind
    'malformed_policy'
    """

    __slots__ = ()
    kind: ClassVar[Literal["malformed_policy"]] = "malformed_policy"


class InvalidArn(_Failure):
    """AWS or Kubernetes tooling rejected an ARN or principal as invalid.

    >>> from iamtriage import parse
    >>> parse("The specified principalArn is invalid: invalid principal.").kind
    'invalid_arn'
    """

    __slots__ = ()
    kind: ClassVar[Literal["invalid_arn"]] = "invalid_arn"


class AccessEntry(_Failure):
    """An EKS access entry, aws-auth or Pod Identity association could not be created or changed.

    >>> from iamtriage import parse
    >>> code = "ResourceInUseException"
    >>> parse(f"An error occurred ({code}) when calling the CreateAccessEntry operation: It is in use.").kind
    'access_entry'
    """

    __slots__ = ()
    kind: ClassVar[Literal["access_entry"]] = "access_entry"


class AwsError(_Failure):
    """Any other AWS API error, such as throttling, validation, not found, a quota, or no response.

    >>> from iamtriage import parse
    >>> text = "An error occurred (ThrottlingException) when calling the GetRole operation: Rate exceeded"
    >>> parse(text).kind
    'aws_error'
    """

    __slots__ = ()
    kind: ClassVar[Literal["aws_error"]] = "aws_error"


Failure: TypeAlias = (
    AccessDenied
    | KubernetesForbidden
    | KubernetesUnauthorized
    | ConsoleKubernetesAccess
    | InvalidIdentityToken
    | CredentialScope
    | ExpiredCredentials
    | InvalidCredentials
    | SignatureMismatch
    | MissingCredentials
    | RegionDisabled
    | AccessKeyQuota
    | MalformedPolicy
    | InvalidArn
    | AccessEntry
    | AwsError
)
"""Any failure. Use ``match`` on the classes, and ``assert_never`` to check that no kind is missing."""

FAILURE_CLASSES: tuple[type[Failure], ...] = get_args(Failure)
"""The classes of the union, for ``isinstance``."""
