"""Represent the policies that apply to a request.

Types of policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.exceptions import PolicyError
from iamtriage.policies._parsing import PolicyForm, parse_policy
from iamtriage.policies._statements import Policy
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator


__all__ = ("Document", "PolicyDocument", "PolicySet", "Source")


@attrs.frozen
class PolicyDocument(View):
    """A policy with its name and source file.

    Attributes:
        document: The policy, as a mapping or JSON text.
        name: Its name or ARN; ``None`` if it has none.
        file: The file that contains it; ``None`` if it does not come from a file.
        lines: The line in the file on which each statement begins, if known.

    >>> from iamtriage.policies import PolicySet
    >>> read = PolicyDocument({"Version": "2012-10-17", "Statement": []}, name="read-orders")
    >>> PolicySet(identity=[read]).identity[0].name
    'read-orders'
    """

    document: Mapping[str, Any] | str
    name: str | None = None
    file: str | None = None
    lines: tuple[int, ...] = ()


Document: TypeAlias = Mapping[str, Any] | str | PolicyDocument
"""A policy: a mapping, JSON text, or a :class:`PolicyDocument`."""


@attrs.frozen
class Source:
    """A parsed policy of a set.

    Attributes:
        policy_type: Its type.
        label: Its name, or its position in the set: ``"identity[0]"``.
        policy: The policy.
        level: For control policies, the index of the level, from the root.
        file: The file that contains it.
        lines: The line on which each statement begins.
        described: A cache of the descriptions of its statements, which evaluations share.
    """

    policy_type: PolicyType
    label: str
    policy: Policy
    level: int = 0
    file: str | None = None
    lines: tuple[int, ...] = ()
    described: dict[tuple[int, bool], Any] = attrs.field(
        init=False, eq=False, repr=False, factory=dict[tuple[int, bool], Any]
    )


_FORMS: dict[PolicyType, PolicyForm] = {
    "identity": "identity",
    "permissions_boundary": "identity",
    "session": "identity",
    "service_control": "identity",
    "resource": "resource",
    "resource_control": "resource",
    "vpc_endpoint": "resource",
}


# The types of the arguments are those that editors and type checkers show for PolicySet.
def _to_documents(value: Document | Iterable[Document] | None) -> tuple[Document, ...] | None:
    if value is None:
        return None
    if _is_document(value):
        return (value,)
    documents = _to_tuple(value, "a policy", "a mapping, JSON text or a sequence of them")
    for each in documents:
        if not _is_document(each):
            raise TypeError(wrong_type_message("a policy", "a mapping or JSON text", each))
    return cast("tuple[Document, ...]", documents)


def _to_identity_documents(value: Document | Iterable[Document]) -> tuple[Document, ...]:
    return _to_documents(value) or ()


def _to_levels(
    value: Document | Iterable[Document | Iterable[Document]] | None,
) -> tuple[tuple[Document, ...], ...] | None:
    if value is None:
        return None
    if _is_document(value):
        return ((value,),)
    levels = _to_tuple(value, "levels", "a sequence of sequences of policies")
    return tuple(_to_documents(cast("Iterable[Document]", each)) or () for each in levels)


def _is_document(value: object) -> TypeGuard[Document]:
    return isinstance(value, (str, Mapping, PolicyDocument))


def _to_tuple(value: object, name: str, expected: str) -> tuple[object, ...]:
    if not isinstance(value, Iterable):
        raise TypeError(wrong_type_message(name, expected, value))
    return tuple(cast("Iterable[object]", value))


def _parse_all(policies: PolicySet) -> Mapping[PolicyType, tuple[Source, ...] | None]:
    return {name: _parse_sources(name, getattr(policies, name)) for name in _FORMS}


@attrs.frozen
class PolicySet(View):
    """The policies that apply to a request, each a mapping, JSON text or :class:`PolicyDocument`.

    Policies are parsed once, when the set is created. ``None`` means that there is no policy of a type.

    Attributes:
        identity: The identity-based policies of the user and its groups, or of the role.
        permissions_boundary: The permissions boundary of the user or role.
        session: The session policy; a sequence if there are several.
        resource: The policy of the resource: a bucket policy, a key policy, a role's trust policy, ….
        service_control: The SCPs of the principal's account: the levels from the root to the account, each
            with the policies that are attached there.
        resource_control: The RCPs of the resource's account, in the same format. You can omit
            ``RCPFullAWSAccess``, because AWS attaches it everywhere.
        vpc_endpoint: The policy of the VPC endpoint that the request uses.

    Raises:
        PolicyError: AWS would reject a policy; ``path`` locates the error.
        TypeError: An argument has the wrong type.

    >>> PolicySet(identity=[{"Version": "2012-10-17", "Statement": []}]).identity
    ({'Version': '2012-10-17', 'Statement': []},)
    """

    identity: Sequence[Document] = attrs.field(default=(), converter=_to_identity_documents)
    permissions_boundary: Document | Sequence[Document] | None = attrs.field(
        default=None, converter=_to_documents
    )
    session: Document | Sequence[Document] | None = attrs.field(default=None, converter=_to_documents)
    resource: Document | Sequence[Document] | None = attrs.field(default=None, converter=_to_documents)
    service_control: Sequence[Sequence[Document]] | None = attrs.field(default=None, converter=_to_levels)
    resource_control: Sequence[Sequence[Document]] | None = attrs.field(default=None, converter=_to_levels)
    vpc_endpoint: Document | Sequence[Document] | None = attrs.field(default=None, converter=_to_documents)
    _sources: Mapping[PolicyType, tuple[Source, ...] | None] = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_parse_all, takes_self=True)
    )

    def sources(self, policy_type: PolicyType) -> tuple[Source, ...] | None:
        """Return the parsed policies of a type, or ``None`` if there is none of that type."""
        return self._sources[policy_type]

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        for name in _FORMS:
            if value := getattr(self, name):
                yield name, value


def _parse_sources(policy_type: PolicyType, value: Any) -> tuple[Source, ...] | None:  # noqa: ANN401 (two forms)
    if value is None:
        return None
    if policy_type not in {"service_control", "resource_control"}:
        return tuple(
            _parse_source(policy_type, f"{policy_type}[{index}]", each) for index, each in enumerate(value)
        )
    return tuple(
        _parse_source(policy_type, f"{policy_type}[{level}][{index}]", each, level)
        for level, documents in enumerate(value)
        for index, each in enumerate(documents)
    )


def _parse_source(policy_type: PolicyType, label: str, document: Document, level: int = 0) -> Source:
    described = document if isinstance(document, PolicyDocument) else PolicyDocument(document)
    name = described.name or label
    try:
        content = described.document
        form = _FORMS[policy_type]
        policy = _parse_text(content, form) if isinstance(content, str) else parse_policy(content, form)
    except PolicyError as error:
        msg = f"{name}: {error}"
        raise PolicyError(msg, path=f"{label}.{error.path}" if error.path else label) from None
    return Source(policy_type, name, policy, level, described.file, described.lines)


@lru_cache(maxsize=256)
def _parse_text(text: str, form: PolicyForm) -> Policy:
    return parse_policy(text, form)
