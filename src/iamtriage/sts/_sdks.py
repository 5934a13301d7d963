"""List how SDKs and CLIs differ in choosing an STS endpoint.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
``feature-region.html`` and ``feature-ss-endpoints.html`` in the same guide; for boto3, the source of
botocore.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from iamtriage._typing import NamedTuple

WithoutRegion: TypeAlias = Literal["global", "us-east-1", "error", "unknown"]


class Sdk(NamedTuple):
    """The behavior of an SDK.

    Attributes:
        title: Its name in messages.
        mode: ``"regional"`` or ``"legacy"`` by default.
        regions: The environment variables for the Region; the first takes precedence.
        without_region: What it does without a region: call the global endpoint, call us-east-1, fail, or
            something that is not documented.
        has_setting: Whether it supports ``sts_regional_endpoints``.
        is_botocore: Whether it is based on botocore, which uses empty values, requires every named profile to
            exist and, if it supports ``sts_regional_endpoints``, also supports ``defaults_mode``.
        profiles: The environment variables for the profile; the first takes precedence.
        configured_urls: Whether it supports ``AWS_ENDPOINT_URL`` and similar settings.
        config_switch: The variable that must be set for it to read the config file.
    """

    title: str
    mode: Literal["regional", "legacy"]
    regions: tuple[str, ...]
    without_region: WithoutRegion
    has_setting: bool = True
    is_botocore: bool = False
    profiles: tuple[str, ...] = ("AWS_PROFILE",)
    configured_urls: bool = True
    config_switch: str | None = None


_REGION_ONLY = ("AWS_REGION",)
_DEFAULT_REGION_ONLY = ("AWS_DEFAULT_REGION",)
_BOTH_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
_LOAD_CONFIG = "AWS_SDK_LOAD_CONFIG"

SDKS: Final[dict[str, Sdk]] = {
    "boto3": Sdk("boto3", "regional", _DEFAULT_REGION_ONLY, "global", is_botocore=True, profiles=_PROFILES),
    "boto3-1.39": Sdk(
        "boto3 1.39", "legacy", _DEFAULT_REGION_ONLY, "global", is_botocore=True, profiles=_PROFILES
    ),
    "cli-v1": Sdk(
        "AWS CLI v1", "legacy", _DEFAULT_REGION_ONLY, "global", is_botocore=True, profiles=_PROFILES
    ),
    # https://github.com/aws/aws-cli/blob/v2/awscli/botocore/configprovider.py
    "cli-v2": Sdk(
        "AWS CLI v2",
        "regional",
        _BOTH_REGIONS,
        "global",
        has_setting=False,
        is_botocore=True,
        profiles=_PROFILES[::-1],
    ),
    # https://github.com/aws/aws-sdk-cpp/blob/main/src/aws-cpp-sdk-core/source/client/ClientConfiguration.cpp
    "cpp": Sdk("SDK for C++", "regional", _BOTH_REGIONS[::-1], "us-east-1", has_setting=False),
    "dotnet-v3": Sdk("SDK for .NET v3", "regional", _REGION_ONLY, "unknown"),
    "dotnet-v4": Sdk("SDK for .NET v4", "regional", _REGION_ONLY, "us-east-1", has_setting=False),
    "go-v1": Sdk(
        "SDK for Go v1", "legacy", _REGION_ONLY, "unknown", configured_urls=False, config_switch=_LOAD_CONFIG
    ),
    "go-v2": Sdk("SDK for Go v2", "regional", _BOTH_REGIONS, "error", has_setting=False),
    "java-v1": Sdk("SDK for Java v1", "legacy", _REGION_ONLY, "unknown", configured_urls=False),
    "java-v2": Sdk("SDK for Java v2", "regional", _REGION_ONLY, "error", has_setting=False),
    "js-v2": Sdk(
        "SDK for JavaScript v2",
        "legacy",
        _REGION_ONLY,
        "unknown",
        configured_urls=False,
        config_switch=_LOAD_CONFIG,
    ),
    "js-v3": Sdk("SDK for JavaScript v3", "regional", _REGION_ONLY, "us-east-1", has_setting=False),
    "kotlin": Sdk("SDK for Kotlin", "regional", _REGION_ONLY, "global", has_setting=False),
    "php": Sdk("SDK for PHP v3", "regional", _REGION_ONLY, "error"),
    "powershell-v4": Sdk("Tools for PowerShell v4", "regional", _REGION_ONLY, "unknown"),
    "powershell-v5": Sdk("Tools for PowerShell v5", "regional", _REGION_ONLY, "unknown"),
    "ruby": Sdk("SDK for Ruby v3", "regional", _BOTH_REGIONS, "error"),
    "rust": Sdk("SDK for Rust", "regional", _BOTH_REGIONS, "error", has_setting=False),
    "swift": Sdk("SDK for Swift", "regional", _REGION_ONLY, "error", has_setting=False),
}
"""The SDKs that :meth:`iamtriage.StsSettings.from_sources` accepts, by name."""
