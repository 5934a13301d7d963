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

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.access_keys import AccessKeyId
    from iamtriage.arns import Arn, parse_arn
    from iamtriage.authorization_details import AuthorizationDetails, read_authorization_details
    from iamtriage.classifying import (
        Classification,
        Denied,
        Expired,
        Retryable,
        classify,
        is_access_denied,
        is_expired,
        is_retryable,
        matching,
    )
    from iamtriage.decoded_messages import DecodedMessage, read_decoded_message
    from iamtriage.eks_pods import pod_environment
    from iamtriage.exceptions import (
        AccessKeyIdError,
        AwsAuthError,
        ConfigFileError,
        DocumentError,
        EndpointError,
        IamTriageError,
        InvalidArnError,
        PolicyError,
        RecordError,
        RolePathUnknownError,
        TokenError,
        UnknownRegionError,
    )
    from iamtriage.explaining import explain
    from iamtriage.explanations import Cause, Explanation, Remedy
    from iamtriage.facts import Facts
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
    from iamtriage.frames import to_frame
    from iamtriage.notebook import load_ipython_extension, unload_ipython_extension
    from iamtriage.parsing import parse
    from iamtriage.policies import policies_for, policy_for
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
    from iamtriage.redaction import redact
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
    "classify",
    "diagnose_sts",
    "explain",
    "fingerprint",
    "from_record",
    "is_access_denied",
    "is_expired",
    "is_retryable",
    "load_ipython_extension",
    "matching",
    "normalize_role_arn",
    "parse",
    "parse_arn",
    "parse_principal",
    "pod_environment",
    "policies_for",
    "policy_for",
    "read_authorization_details",
    "read_decoded_message",
    "read_web_identity_token",
    "redact",
    "resolve_sts_endpoint",
    "scan",
    "to_frame",
    "to_record",
    "unload_ipython_extension",
    "AccessDenied",
    "AccessEntry",
    "AccessKeyId",
    "AccessKeyIdError",
    "AccessKeyQuota",
    "Account",
    "Arn",
    "AuthorizationDetails",
    "AwsAuthError",
    "AwsError",
    "Cause",
    "Classification",
    "ConfigFileError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "DecodedMessage",
    "Denied",
    "DocumentError",
    "EndpointError",
    "Envelope",
    "Expired",
    "ExpiredCredentials",
    "Explanation",
    "Facts",
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
    "Remedy",
    "Retryable",
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
    "AccessKeyId": "access_keys",
    "AccessKeyIdError": "exceptions",
    "Account": "principals",
    "Arn": "arns",
    "AuthorizationDetails": "authorization_details",
    "AwsAuthError": "exceptions",
    "Cause": "explanations",
    "Classification": "classifying",
    "ConfigFileError": "exceptions",
    "DecodedMessage": "decoded_messages",
    "Denied": "classifying",
    "DocumentError": "exceptions",
    "EndpointError": "exceptions",
    "Expired": "classifying",
    "Explanation": "explanations",
    "Facts": "facts",
    "FederatedUser": "principals",
    "IamTriageError": "exceptions",
    "IdentityCenterRole": "principals",
    "InstanceProfile": "principals",
    "InvalidArnError": "exceptions",
    "PolicyError": "exceptions",
    "Principal": "principals",
    "Record": "typing",
    "RecordError": "exceptions",
    "Remedy": "explanations",
    "Retryable": "classifying",
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
    "classify": "classifying",
    "diagnose_sts": "sts_diagnosis",
    "explain": "explaining",
    "fingerprint": "fingerprints",
    "from_record": "records",
    "is_access_denied": "classifying",
    "is_expired": "classifying",
    "is_retryable": "classifying",
    "load_ipython_extension": "notebook",
    "matching": "classifying",
    "normalize_role_arn": "role_arns",
    "parse": "parsing",
    "parse_arn": "arns",
    "parse_principal": "principals",
    "pod_environment": "eks_pods",
    "policies_for": "policies",
    "policy_for": "policies",
    "read_authorization_details": "authorization_details",
    "read_decoded_message": "decoded_messages",
    "read_web_identity_token": "web_identity",
    "redact": "redaction",
    "resolve_sts_endpoint": "sts_endpoints",
    "scan": "scanning",
    "to_frame": "frames",
    "to_record": "records",
    "unload_ipython_extension": "notebook",
}
# Public modules that nobody pays for who does not name them.
_MODULES = frozenset({"actions", "aws_auth", "boto", "logs", "notebook", "testing"})


if not TYPE_CHECKING:  # a type checker that sees it takes any name for one that is there
    __getattr__ = lazy_names(__name__, {name: _HOMES.get(name, "failures") for name in __all__}, _MODULES)


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted((*__all__, "__version__"))
