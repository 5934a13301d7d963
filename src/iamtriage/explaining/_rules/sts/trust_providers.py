"""Find trust policies that name another OIDC provider than the issuer of the token."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage.explaining._rules.sts.trust_documents import (
    as_strings,
    find_provider,
    iterate_statements,
    mapping,
    parse_document,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("OtherProvider", "find_other_provider")

_PROVIDER = "oidc-provider/"
_CLUSTER = "oidc.eks."
_HTTPS = "https://"


@attrs.frozen(eq=False, repr=False)
class OtherProvider(Value):
    """The provider that a trust policy names instead of the issuer of the token.

    Attributes:
        named: The provider in the policy, such as ``"gitlab.com"``.
        issuer: The issuer of the token, without its scheme.
        account: The account of the provider.
        fixed: The whole policy with the issuer as provider, and in the keys of its conditions.
    """

    named: str
    issuer: str
    account: str
    fixed: dict[str, Any]

    @property
    def is_of_other_cluster(self) -> bool:
        """Whether both are EKS clusters."""
        return self.named.startswith(_CLUSTER) and self.issuer.startswith(_CLUSTER)

    @property
    def text(self) -> str:
        """What differs, as a sentence without a full stop."""
        owner = "the provider of another cluster," if self.is_of_other_cluster else "the provider"
        return f"the trust policy names {owner} {self.named}, and the token is from {self.issuer}"

    @property
    def warning(self) -> str:
        """Which callers lose access with the fixed policy, and how they keep it."""
        whose = (
            "pods of the old cluster" if self.is_of_other_cluster else f"callers with tokens of {self.named}"
        )
        return f"With it, {whose} lose access: if they still use the role, keep the old statement as a second one."

    @property
    def keys(self) -> str:
        """What has to be changed in the policy."""
        count = sum(
            key.startswith(f"{self.issuer}:")
            for statement in iterate_statements(self.fixed)
            for block in mapping(statement.get("Condition")).values()
            for key in mapping(block)
        )
        return "Federated" if not count else f"Federated and in the condition key{'s' if count > 1 else ''}"


def find_other_provider(policy: Mapping[str, Any] | str | None, issuer: object) -> OtherProvider | None:
    """Return the only OIDC provider of a trust policy, if it is not the issuer of the token.

    >>> policy = {"Statement": {"Effect": "Allow", "Principal": {
    ...     "Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}}
    >>> find_other_provider(policy, "https://gitlab.example.com").text
    'the trust policy names the provider gitlab.com, and the token is from gitlab.example.com'
    """
    provider, document = find_provider(policy), parse_document(policy)
    if provider is None or document is None or not isinstance(issuer, str):
        return None
    actual = issuer.removeprefix(_HTTPS)
    named = provider.partition(_PROVIDER)[2]
    # The evaluation says what else can differ: the scheme, the case or a slash at the end.
    if named.rstrip("/").lower() == actual.rstrip("/").lower() or not issuer.startswith(_HTTPS):
        return None
    if not actual.isprintable() or not actual.isascii() or " " in actual:
        return None
    fixed = copy.deepcopy(dict(document))
    for statement in iterate_statements(fixed):
        principal = mapping(statement.get("Principal"))
        if provider not in as_strings(principal.get("Federated")):
            continue
        arn = f"{provider.partition(_PROVIDER)[0]}{_PROVIDER}{actual}"
        principal["Federated"] = _replace(principal["Federated"], provider, arn)
        conditions = mapping(statement.get("Condition"))
        for operator, block in conditions.items():
            conditions[operator] = {
                f"{actual}:{key.removeprefix(f'{named}:')}" if key.startswith(f"{named}:") else key: value
                for key, value in mapping(block).items()
            }
    return OtherProvider(named, actual, provider.split(":")[4], fixed)


def _replace(value: object, old: str, new: str) -> object:
    return cast("object", json.loads(json.dumps(value).replace(json.dumps(old), json.dumps(new))))
