"""iamtriage: AWS authorization and credential failures, read and understood.

This module is for importing from: it names the public functions and types and loads each from
its module when it is first used, so that ``import iamtriage`` costs next to nothing.
It is not for logic.

>>> import iamtriage
>>> failure = iamtriage.parse(
...     "An error occurred (AccessDenied) when calling the ListBuckets operation: User: "
...     "arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:ListAllMyBuckets"
... )
>>> failure.action
's3:ListAllMyBuckets'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.arns import Arn, parse_arn
    from iamtriage.exceptions import (
        AwsAuthError,
        IamTriageError,
        InvalidArnError,
        RecordError,
        RolePathUnknownError,
    )
    from iamtriage.failures import (
        AccessDenied,
        AccessEntry,
        AccessKeyQuota,
        AwsError,
        ConsoleKubernetesAccess,
        CredentialScope,
        Envelope,
        ExpiredCredentials,
        Failure,
        InvalidArn,
        InvalidCredentials,
        InvalidIdentityToken,
        KubernetesForbidden,
        KubernetesUnauthorized,
        MalformedPolicy,
        MissingCredentials,
        RegionDisabled,
        SignatureMismatch,
    )
    from iamtriage.fingerprints import fingerprint
    from iamtriage.parsing import parse
    from iamtriage.principals import (
        Account,
        FederatedUser,
        IdentityCenterRole,
        InstanceProfile,
        Principal,
        Role,
        RoleSession,
        Root,
        ServiceLinkedRole,
        ServicePrincipal,
        User,
        parse_principal,
    )
    from iamtriage.records import from_record, to_record
    from iamtriage.role_arns import canonicalize_arn, normalize_role_arn
    from iamtriage.scanning import scan
    from iamtriage.typing import Record

__version__ = "0.1.0"

__all__ = (  # noqa: RUF022 (functions first, then what they speak of)
    "canonicalize_arn",
    "fingerprint",
    "from_record",
    "normalize_role_arn",
    "parse",
    "parse_arn",
    "parse_principal",
    "scan",
    "to_record",
    "AccessDenied",
    "AccessEntry",
    "AccessKeyQuota",
    "Account",
    "Arn",
    "AwsAuthError",
    "AwsError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "Envelope",
    "ExpiredCredentials",
    "Failure",
    "FederatedUser",
    "IamTriageError",
    "IdentityCenterRole",
    "InstanceProfile",
    "InvalidArn",
    "InvalidArnError",
    "InvalidCredentials",
    "InvalidIdentityToken",
    "KubernetesForbidden",
    "KubernetesUnauthorized",
    "MalformedPolicy",
    "MissingCredentials",
    "Principal",
    "Record",
    "RecordError",
    "RegionDisabled",
    "Role",
    "RolePathUnknownError",
    "RoleSession",
    "Root",
    "ServiceLinkedRole",
    "ServicePrincipal",
    "SignatureMismatch",
    "User",
)

_HOMES = {
    "canonicalize_arn": "role_arns",
    "fingerprint": "fingerprints",
    "from_record": "records",
    "normalize_role_arn": "role_arns",
    "parse": "parsing",
    "parse_arn": "arns",
    "parse_principal": "principals",
    "scan": "scanning",
    "to_record": "records",
    "Arn": "arns",
    "AwsAuthError": "exceptions",
    "IamTriageError": "exceptions",
    "InvalidArnError": "exceptions",
    "RecordError": "exceptions",
    "RolePathUnknownError": "exceptions",
    "Record": "typing",
    "Account": "principals",
    "FederatedUser": "principals",
    "IdentityCenterRole": "principals",
    "InstanceProfile": "principals",
    "Principal": "principals",
    "Role": "principals",
    "RoleSession": "principals",
    "Root": "principals",
    "ServiceLinkedRole": "principals",
    "ServicePrincipal": "principals",
    "User": "principals",
}
# Public modules that nobody pays for who does not name them.
_MODULES = frozenset({"aws_auth"})


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562)."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'failures')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted((*__all__, "__version__"))
