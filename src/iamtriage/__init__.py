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
    from iamtriage.exceptions import IamTriageError, RecordError
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
    from iamtriage.records import from_record, to_record
    from iamtriage.scanning import scan
    from iamtriage.typing import Record

__version__ = "0.1.0"

__all__ = (  # noqa: RUF022 (functions first, then what they speak of)
    "fingerprint",
    "from_record",
    "parse",
    "scan",
    "to_record",
    "AccessDenied",
    "AccessEntry",
    "AccessKeyQuota",
    "AwsError",
    "ConsoleKubernetesAccess",
    "CredentialScope",
    "Envelope",
    "ExpiredCredentials",
    "Failure",
    "IamTriageError",
    "InvalidArn",
    "InvalidCredentials",
    "InvalidIdentityToken",
    "KubernetesForbidden",
    "KubernetesUnauthorized",
    "MalformedPolicy",
    "MissingCredentials",
    "Record",
    "RecordError",
    "RegionDisabled",
    "SignatureMismatch",
)

_HOMES = {
    "fingerprint": "fingerprints",
    "from_record": "records",
    "parse": "parsing",
    "scan": "scanning",
    "to_record": "records",
    "IamTriageError": "exceptions",
    "Record": "typing",
    "RecordError": "exceptions",
}


def __getattr__(name: str) -> object:
    """Load a public name from its module (PEP 562)."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'failures')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, for completion."""
    return sorted((*__all__, "__version__"))
