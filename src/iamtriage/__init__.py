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
    from iamtriage.eks_pods import pod_environment
    from iamtriage.exceptions import (
        AwsAuthError,
        ConfigFileError,
        EndpointError,
        IamTriageError,
        InvalidArnError,
        PolicyError,
        RecordError,
        RolePathUnknownError,
        TokenError,
        UnknownRegionError,
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
    from iamtriage.sts_causes import StsDiagnosis
    from iamtriage.sts_diagnosis import diagnose_sts
    from iamtriage.sts_endpoints import StsEndpoint, resolve_sts_endpoint
    from iamtriage.sts_settings import StsSettings
    from iamtriage.trust_policies import TrustResult, check_trust_policy
    from iamtriage.typing import Record
    from iamtriage.web_identity import read_web_identity_token

__version__ = "0.1.0"

__all__ = (  # noqa: RUF022 (functions first, then what they speak of)
    "canonicalize_arn",
    "check_trust_policy",
    "diagnose_sts",
    "fingerprint",
    "from_record",
    "normalize_role_arn",
    "parse",
    "parse_arn",
    "parse_principal",
    "pod_environment",
    "read_web_identity_token",
    "resolve_sts_endpoint",
    "scan",
    "to_record",
    "AccessDenied",
    "AccessEntry",
    "AccessKeyQuota",
    "Account",
    "Arn",
    "AwsAuthError",
    "AwsError",
    "ConfigFileError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "EndpointError",
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
    "PolicyError",
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
    "StsDiagnosis",
    "StsEndpoint",
    "StsSettings",
    "TokenError",
    "TrustResult",
    "UnknownRegionError",
    "User",
)

_HOMES = {
    "Account": "principals",
    "Arn": "arns",
    "AwsAuthError": "exceptions",
    "ConfigFileError": "exceptions",
    "EndpointError": "exceptions",
    "FederatedUser": "principals",
    "IamTriageError": "exceptions",
    "IdentityCenterRole": "principals",
    "InstanceProfile": "principals",
    "InvalidArnError": "exceptions",
    "PolicyError": "exceptions",
    "Principal": "principals",
    "Record": "typing",
    "RecordError": "exceptions",
    "Role": "principals",
    "RolePathUnknownError": "exceptions",
    "RoleSession": "principals",
    "Root": "principals",
    "ServiceLinkedRole": "principals",
    "ServicePrincipal": "principals",
    "StsDiagnosis": "sts_causes",
    "StsEndpoint": "sts_endpoints",
    "StsSettings": "sts_settings",
    "TokenError": "exceptions",
    "TrustResult": "trust_policies",
    "UnknownRegionError": "exceptions",
    "User": "principals",
    "canonicalize_arn": "role_arns",
    "check_trust_policy": "trust_policies",
    "diagnose_sts": "sts_diagnosis",
    "fingerprint": "fingerprints",
    "from_record": "records",
    "normalize_role_arn": "role_arns",
    "parse": "parsing",
    "parse_arn": "arns",
    "parse_principal": "principals",
    "pod_environment": "eks_pods",
    "read_web_identity_token": "web_identity",
    "resolve_sts_endpoint": "sts_endpoints",
    "scan": "scanning",
    "to_record": "records",
}
# Public modules that nobody pays for who does not name them.
_MODULES = frozenset({"aws_auth", "boto"})


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
