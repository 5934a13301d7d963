"""Find out why AWS denied a call, and what to change.

iamtriage reads access-denied and credential errors from text, exceptions, API responses and logs. Only
``iamtriage.boto`` and ``s3://`` inputs call AWS. Start with these five tasks.

Explain an error. ``print(explanation)`` shows the verdict, the likeliest cause and what to do first; a
notebook shows a card:

>>> import iamtriage
>>> error = (
...     "An error occurred (AccessDenied) when calling the GetObject operation: User: "
...     "arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "
...     "arn:aws:s3:::orders/2026.csv because no identity-based policy allows the s3:GetObject action"
... )
>>> explanation = iamtriage.explain(error)
>>> explanation.causes[0].code
'no-identity-allow'

Read the values in an error:

>>> failure = iamtriage.parse(error)
>>> failure.action, failure.resource
('s3:GetObject', 'arn:aws:s3:::orders/2026.csv')

Handle an exception (``iamtriage.testing`` creates one here):

>>> try:
...     raise iamtriage.testing.denial("s3:GetObject").exception()
... except Exception as exception:
...     iamtriage.is_access_denied(exception), iamtriage.is_retryable(exception)
(True, False)

Turn the denials in a log into one least-privilege policy:

>>> lines = ["10:00:01 INFO ready", f"10:00:02 ERROR {error}"]
>>> policy = iamtriage.policy_for(iamtriage.scan(lines))
>>> policy["Statement"][0]["Action"], policy["Statement"][0]["Resource"]
('s3:GetObject', 'arn:aws:s3:::orders/2026.csv')

Remove secrets before you share a text:

>>> iamtriage.redact("aws configure set aws_session_token IQoJb3JpZ2luX2VjEXAMPLETOKEN")
'aws configure set aws_session_token [REDACTED session token]'

With boto3, ``iamtriage.boto.install()`` adds the explanation to each access or credential error of the
process. In a shell, run ``iamtriage --help``.

Each package below ``iamtriage`` has its own help, such as ``help(iamtriage.arns)``:

- ``explaining``, ``failures``: explanations and their catalogue of causes; failures and their flat records
- ``boto``, ``logs``, ``notebook``: explain errors where they occur, and ask AWS for more
- ``inputs``, ``report``, ``arrow``: read many logs and event records, and count their denials
- ``policies``, ``trust``, ``arns``, ``sts``, ``actions``, ``aws_auth``, ``authorization``: useful without an
  error, too
- ``redaction``, ``testing``: remove secrets; create AWS errors for your own tests
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import is_installed, lazy_names

if TYPE_CHECKING:
    from iamtriage._reading.parsing import parse
    from iamtriage._reading.scanning import scan
    from iamtriage.arns import (
        AccessKeyId,
        Account,
        Arn,
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
        canonicalize_arn,
        normalize_role_arn,
        parse_arn,
        parse_principal,
    )
    from iamtriage.authorization import (
        AuthorizationDetails,
        DecodedMessage,
        read_authorization_details,
        read_decoded_message,
    )
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
        ReportError,
        RolePathUnknownError,
        TokenError,
        UnknownRegionError,
    )
    from iamtriage.explaining import (
        Cause,
        Classification,
        Denied,
        Expired,
        Explanation,
        Facts,
        Remedy,
        Retryable,
        classify,
        explain,
        is_access_denied,
        is_expired,
        is_retryable,
        matching,
        policies_by_principal,
        policies_for,
        policy_for,
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
        fingerprint,
        from_record,
        to_frame,
        to_record,
    )
    from iamtriage.notebook import load_ipython_extension, unload_ipython_extension
    from iamtriage.redaction import redact
    from iamtriage.sts import (
        StsDiagnosis,
        StsEndpoint,
        StsSettings,
        diagnose_sts,
        pod_environment,
        resolve_sts_endpoint,
    )
    from iamtriage.trust import TrustResult, check_trust_policy, read_web_identity_token
    from iamtriage.typing import Record

__version__ = "0.1.0"

__all__ = (  # noqa: RUF022 (functions first, then their types)
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
    "policies_by_principal",
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
    "ReportError",
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

_MODULE_BY_NAME = {
    "AccessDenied": "failures._failures",
    "AccessEntry": "failures._failures",
    "AccessKeyId": "arns._access_keys",
    "AccessKeyIdError": "exceptions",
    "AccessKeyQuota": "failures._failures",
    "Account": "arns._principals",
    "Arn": "arns._arns",
    "AuthorizationDetails": "authorization._details",
    "AwsAuthError": "exceptions",
    "AwsError": "failures._failures",
    "Cause": "explaining._cause_types",
    "Classification": "explaining._classification",
    "ConfigFileError": "exceptions",
    "ConsoleKubernetesAccess": "failures._failures",
    "CredentialScope": "failures._failures",
    "DecodedMessage": "authorization._decoded_messages",
    "Denied": "explaining._classification",
    "DocumentError": "exceptions",
    "EndpointError": "exceptions",
    "Envelope": "failures._envelopes",
    "Expired": "explaining._classification",
    "ExpiredCredentials": "failures._failures",
    "Explanation": "explaining._explanations.explanations",
    "Facts": "explaining._facts",
    "Failure": "failures._failures",
    "FederatedUser": "arns._principals",
    "IamTriageError": "exceptions",
    "IdentityCenterRole": "arns._principals",
    "InstanceProfile": "arns._principals",
    "InvalidArn": "failures._failures",
    "InvalidArnError": "exceptions",
    "InvalidCredentials": "failures._failures",
    "InvalidIdentityToken": "failures._failures",
    "KubernetesForbidden": "failures._failures",
    "KubernetesUnauthorized": "failures._failures",
    "MalformedPolicy": "failures._failures",
    "MissingCredentials": "failures._failures",
    "PolicyError": "exceptions",
    "Principal": "arns._principals",
    "Record": "typing",
    "RecordError": "exceptions",
    "RegionDisabled": "failures._failures",
    "Remedy": "explaining._explanations.remedies",
    "ReportError": "exceptions",
    "Retryable": "explaining._classification",
    "Role": "arns._principals",
    "RolePathUnknownError": "exceptions",
    "RoleSession": "arns._principals",
    "Root": "arns._principals",
    "ServiceLinkedRole": "arns._principals",
    "ServicePrincipal": "arns._principals",
    "SignatureMismatch": "failures._failures",
    "StsDiagnosis": "sts._causes",
    "StsEndpoint": "sts._endpoints",
    "StsSettings": "sts._settings",
    "TokenError": "exceptions",
    "TrustResult": "trust._evaluation",
    "UnknownRegionError": "exceptions",
    "User": "arns._principals",
    "canonicalize_arn": "arns._role_arns",
    "check_trust_policy": "trust._evaluation",
    "classify": "explaining._classification",
    "diagnose_sts": "sts._diagnosis",
    "explain": "explaining._explain",
    "fingerprint": "failures._fingerprints",
    "from_record": "failures._record_parsing",
    "is_access_denied": "explaining._classification",
    "is_expired": "explaining._classification",
    "is_retryable": "explaining._classification",
    "load_ipython_extension": "notebook",
    "matching": "explaining._matching",
    "normalize_role_arn": "arns._role_arns",
    "parse": "_reading.parsing",
    "parse_arn": "arns._arns",
    "parse_principal": "arns._principal_parsing",
    "pod_environment": "sts._pods",
    "policies_by_principal": "explaining._policy_for",
    "policies_for": "explaining._policy_for",
    "policy_for": "explaining._policy_for",
    "read_authorization_details": "authorization._details",
    "read_decoded_message": "authorization._decoded_messages",
    "read_web_identity_token": "trust._tokens",
    "redact": "redaction._redact",
    "resolve_sts_endpoint": "sts._endpoints",
    "scan": "_reading.scanning",
    "to_frame": "failures._frames",
    "to_record": "failures._records",
    "unload_ipython_extension": "notebook",
}
# The public packages, each loaded when it is first used.
_PACKAGES = frozenset(
    {
        *(
            "actions",
            "arns",
            "arrow",
            "authorization",
            "aws_auth",
            "boto",
            "explaining",
            "failures",
            "inputs",
        ),
        *("logs", "notebook", "policies", "redaction", "report", "sts", "testing", "trust"),
    }
)
# The libraries of extras without which a package cannot be imported.
_REQUIRED_LIBRARIES = {"arrow": ("pyarrow",), "aws_auth": ("ruamel.yaml",), "report": ("duckdb", "pyarrow")}


if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME, _PACKAGES)


def __dir__() -> list[str]:
    """Return the public names, for tab completion and ``help()``, which loads each of them."""
    missing = {
        package for package, libraries in _REQUIRED_LIBRARIES.items() if not all(map(is_installed, libraries))
    }
    return sorted((*__all__, *(_PACKAGES - missing), "__version__"))
