"""Represent failures as typed values, flat records, fingerprints and data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.failures._envelopes import Envelope
    from iamtriage.failures._failures import (
        AccessDenied,
        AccessEntry,
        AccessKeyQuota,
        AwsError,
        ConsoleKubernetesAccess,
        CredentialScope,
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
    from iamtriage.failures._fingerprints import fingerprint
    from iamtriage.failures._frames import FrameLibrary, to_frame
    from iamtriage.failures._record_parsing import from_record
    from iamtriage.failures._records import to_record

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
    "FrameLibrary",
    "InvalidArn",
    "InvalidCredentials",
    "InvalidIdentityToken",
    "KubernetesForbidden",
    "KubernetesUnauthorized",
    "MalformedPolicy",
    "MissingCredentials",
    "RegionDisabled",
    "SignatureMismatch",
    "fingerprint",
    "from_record",
    "to_frame",
    "to_record",
)

_MODULE_BY_NAME = {
    "AccessDenied": "_failures",
    "AccessEntry": "_failures",
    "AccessKeyQuota": "_failures",
    "AwsError": "_failures",
    "ConsoleKubernetesAccess": "_failures",
    "CredentialScope": "_failures",
    "Envelope": "_failures",
    "ExpiredCredentials": "_failures",
    "Failure": "_failures",
    "FrameLibrary": "_frames",
    "InvalidArn": "_failures",
    "InvalidCredentials": "_failures",
    "InvalidIdentityToken": "_failures",
    "KubernetesForbidden": "_failures",
    "KubernetesUnauthorized": "_failures",
    "MalformedPolicy": "_failures",
    "MissingCredentials": "_failures",
    "RegionDisabled": "_failures",
    "SignatureMismatch": "_failures",
    "fingerprint": "_fingerprints",
    "from_record": "_record_parsing",
    "to_frame": "_frames",
    "to_record": "_records",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
