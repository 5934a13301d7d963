"""The failures as values: a closed union of frozen classes, one a kind.

For holding what a text states. Not for reading texts (``iamtriage._reading.parsing``) nor for judging what
helps against a failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

import attrs

from iamtriage._rendering.views import View
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES, LABELS, SHOWN_KEYS
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage._rendering.blocks import Block


__all__ = (
    "AccessDenied",
    "AccessEntry",
    "AccessKeyQuota",
    "AwsError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "Envelope",
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


@attrs.frozen
class Envelope(View):
    """What the SDK, tool or log states around the sentence. None: it does not say.

    Attributes:
        code: the error code as written, e.g. ``AccessDeniedException``.
        operation: the API operation, e.g. ``DescribeCluster``.
        service: lower-case service: the action's prefix, else what the envelope names.
        status_code: HTTP status of the failing call.
        request_id: request id of the failing call.
        host_id: S3's extended request id.
        source: which SDK or tool wrote the envelope, e.g. ``botocore``, ``go-v2``, ``cloudtrail``.

    >>> Envelope(code="AccessDenied", operation="GetObject").code
    'AccessDenied'
    """

    code: str | None = None
    operation: str | None = None
    service: str | None = None
    status_code: int | None = None
    request_id: str | None = None
    host_id: str | None = None
    source: str | None = None


_NO_ENVELOPE = Envelope()

# Names, then as many (start, end) pairs: two shared tuples cost less than a dict a failure.
Marks: TypeAlias = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]


_PROPER_NAMES = {"aws": "AWS", "arn": "ARN", "kubernetes": "Kubernetes"}


@attrs.frozen
class _Failure(View):
    """What every failure has; the public classes below add their kind.

    Attributes:
        envelope: what the SDK or tool states around the sentence.
        text: the text that the failure was read from (all of it, secrets included).
        span: where in ``text`` the failure stands, as (start, end).
        principal: who was denied or rejected, as written.
        account: the 12-digit account of the principal.
        action: the IAM action, as written.
        resource: what it was about, as written.
    """

    envelope: Envelope = _NO_ENVELOPE
    # The text may hold secrets, so it is not part of what a log or traceback prints.
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
        """Where each value stands: record key -> (start, end) with ``text[start:end]`` the value.

        Values that the text breaks over lines or escapes have no span.
        """
        return {name: mark for name, mark in zip(*self._marks, strict=True) if name and mark[0] >= 0}

    def labelled_facts(self) -> Iterator[tuple[str, str]]:
        """Yield the facts that tell people what failed, as (label, value)."""
        values = {key: getattr(self, KUBERNETES_ATTRIBUTES.get(key, key), None) for key in SHOWN_KEYS}
        values.update((key, getattr(self.envelope, key)) for key in SHOWN_KEYS if hasattr(self.envelope, key))
        if values["principal"] == values["k8s_user"]:
            # One name is one line.
            values["principal"] = None
        for key, value in values.items():
            if value == "":  # the name of Kubernetes' core group
                yield LABELS[key], '""'
            elif value is not None:
                yield LABELS[key], str(value).replace("_", " ") if key == "policy_type" else str(value)

    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Paragraph

        words = " ".join(_PROPER_NAMES.get(word, word) for word in self.kind.split("_"))
        yield Heading(words[0].upper() + words[1:], 1, (type(self).__name__,))
        if rows := tuple(self.labelled_facts()):
            yield Fields(rows)
        yield Paragraph("iamtriage.explain() says why, and what helps.", quiet=True)


@attrs.frozen
class AccessDenied(_Failure):
    """An AWS principal is not authorized to perform an action.

    Attributes:
        deny: ``explicit`` or ``implicit``, when stated.
        policy_type: the type of policy that AWS names as the cause, when it is a known one.
        policy_arn: the denying policy as named: its ARN, else its name or id.
        authorization_id: the id for IAM's GetRequestAuthorizationDetails.
        encoded_message: the encoded authorization failure message, for sts:DecodeAuthorizationMessage.
        reason: the clause that says why, as written, also where AWS words it anew.

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


@attrs.frozen
class KubernetesForbidden(_Failure):
    """Kubernetes RBAC does not let an authenticated user do something. IAM is not the cause.

    Attributes:
        user: the Kubernetes user name.
        verb: ``get``, ``list`` …
        kubernetes_resource: the resource type, e.g. ``pods`` or ``deployments.apps``.
        api_group: the API group; ``""`` is the core group.
        namespace: the namespace; None at the cluster scope.

    >>> KubernetesForbidden(user="ana", verb="list", kubernetes_resource="pods", api_group="").verb
    'list'
    """

    user: str | None = None
    verb: str | None = None
    kubernetes_resource: str | None = None
    api_group: str | None = None
    namespace: str | None = None
    kind: ClassVar[Literal["kubernetes_forbidden"]] = "kubernetes_forbidden"


@attrs.frozen
class KubernetesUnauthorized(_Failure):
    """The API server or the authenticator does not accept the identity."""

    kind: ClassVar[Literal["kubernetes_unauthorized"]] = "kubernetes_unauthorized"


@attrs.frozen
class ConsoleKubernetesAccess(_Failure):
    """The EKS console may not show Kubernetes objects to the signed-in principal."""

    kind: ClassVar[Literal["console_kubernetes_access"]] = "console_kubernetes_access"


@attrs.frozen
class InvalidIdentityToken(_Failure):
    """A web identity (OIDC) token, its issuer, audience or keys are not accepted by STS."""

    kind: ClassVar[Literal["invalid_identity_token"]] = "invalid_identity_token"


@attrs.frozen
class CredentialScope(_Failure):
    """The signature's region or service is not the endpoint's, e.g. at STS's global host."""

    kind: ClassVar[Literal["credential_scope"]] = "credential_scope"


@attrs.frozen
class ExpiredCredentials(_Failure):
    """The credentials, session or token were valid once."""

    kind: ClassVar[Literal["expired_credentials"]] = "expired_credentials"


@attrs.frozen
class InvalidCredentials(_Failure):
    """AWS does not know the credentials, or does not accept them."""

    kind: ClassVar[Literal["invalid_credentials"]] = "invalid_credentials"


@attrs.frozen
class SignatureMismatch(_Failure):
    """The request's signature is wrong, incomplete, or made at a skewed time."""

    kind: ClassVar[Literal["signature_mismatch"]] = "signature_mismatch"


@attrs.frozen
class MissingCredentials(_Failure):
    """No credentials were found, could be had, or were sent."""

    kind: ClassVar[Literal["missing_credentials"]] = "missing_credentials"


@attrs.frozen
class RegionDisabled(_Failure):
    """The region, or STS in it, is not activated for the account."""

    kind: ClassVar[Literal["region_disabled"]] = "region_disabled"


@attrs.frozen
class AccessKeyQuota(_Failure):
    """The IAM user has two access keys already."""

    kind: ClassVar[Literal["access_key_quota"]] = "access_key_quota"


@attrs.frozen
class MalformedPolicy(_Failure):
    """A policy document is refused as such."""

    kind: ClassVar[Literal["malformed_policy"]] = "malformed_policy"


@attrs.frozen
class InvalidArn(_Failure):
    """An ARN or principal is refused as such."""

    kind: ClassVar[Literal["invalid_arn"]] = "invalid_arn"


@attrs.frozen
class AccessEntry(_Failure):
    """An EKS access entry, aws-auth or Pod Identity association is refused as an API object."""

    kind: ClassVar[Literal["access_entry"]] = "access_entry"


@attrs.frozen
class AwsError(_Failure):
    """Any other AWS API error: throttling, validation, not found, quota, no answer."""

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
"""Any failure. ``match`` on the classes narrows it, and ``assert_never`` proves a match complete."""
