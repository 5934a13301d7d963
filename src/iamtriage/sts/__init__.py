"""Resolve STS endpoints and settings, and diagnose pods that cannot call STS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.sts._causes import Certainty, Fix, Place, StsCause, StsCauseCode, StsDiagnosis
    from iamtriage.sts._diagnosis import diagnose_sts
    from iamtriage.sts._endpoints import StsEndpoint, StsMode, resolve_sts_endpoint
    from iamtriage.sts._pods import TokenSettings, pod_environment, token_settings
    from iamtriage.sts._regional_defaults import StsDefault, eks_webhook_flags, sts_default
    from iamtriage.sts._settings import SDKS, Setting, SettingValue, StsSettings
    from iamtriage.sts._webhook_flags import parse_go_bool

__all__ = (
    "SDKS",
    "Certainty",
    "Fix",
    "Place",
    "Setting",
    "SettingValue",
    "StsCause",
    "StsCauseCode",
    "StsDefault",
    "StsDiagnosis",
    "StsEndpoint",
    "StsMode",
    "StsSettings",
    "TokenSettings",
    "diagnose_sts",
    "eks_webhook_flags",
    "parse_go_bool",
    "pod_environment",
    "resolve_sts_endpoint",
    "sts_default",
    "token_settings",
)

_MODULE_BY_NAME = {
    "Certainty": "_causes",
    "Fix": "_causes",
    "Place": "_causes",
    "SDKS": "_settings",
    "Setting": "_settings",
    "SettingValue": "_settings",
    "StsCause": "_causes",
    "StsCauseCode": "_causes",
    "StsDefault": "_regional_defaults",
    "StsDiagnosis": "_causes",
    "StsEndpoint": "_endpoints",
    "StsMode": "_endpoints",
    "StsSettings": "_settings",
    "TokenSettings": "_pods",
    "diagnose_sts": "_diagnosis",
    "eks_webhook_flags": "_regional_defaults",
    "parse_go_bool": "_webhook_flags",
    "pod_environment": "_pods",
    "resolve_sts_endpoint": "_endpoints",
    "sts_default": "_regional_defaults",
    "token_settings": "_pods",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
