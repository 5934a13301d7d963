"""How the SDKs and command line tools choose an STS endpoint where they differ; not for what they share.

The rules are of https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
``feature-region.html`` and ``feature-ss-endpoints.html`` beside it; boto3's are read in botocore.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

WithoutRegion: TypeAlias = Literal["global", "us-east-1", "error", "unknown"]


class Sdk(NamedTuple):
    """How an SDK differs.

    Attributes:
        title: its name for messages.
        mode: ``"regional"`` or ``"legacy"``, where nothing says which.
        regions: the environment variables that give the region, the first goes before the second.
        without_region: what it does without a region: call the global host, call us-east-1, fail, or
            something that is not documented.
        has_setting: whether ``sts_regional_endpoints`` means anything to it.
        is_botocore: botocore chooses: it takes empty values for values, wants every named profile to exist
            and, where it has ``sts_regional_endpoints``, has ``defaults_mode`` too.
        profiles: the environment variables that give the profile, in the same order.
        configured_urls: whether ``AWS_ENDPOINT_URL`` and the like mean anything to it.
        config_switch: the variable without which it does not read the config file.
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


_REGION = ("AWS_REGION",)
_DEFAULT = ("AWS_DEFAULT_REGION",)
_BOTH = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
_SWITCH = "AWS_SDK_LOAD_CONFIG"

SDKS: Final[dict[str, Sdk]] = {
    "boto3": Sdk("boto3", "regional", _DEFAULT, "global", is_botocore=True, profiles=_PROFILES),
    "boto3-1.39": Sdk("boto3 1.39", "legacy", _DEFAULT, "global", is_botocore=True, profiles=_PROFILES),
    "cli-v1": Sdk("AWS CLI v1", "legacy", _DEFAULT, "global", is_botocore=True, profiles=_PROFILES),
    # https://github.com/aws/aws-cli/blob/v2/awscli/botocore/configprovider.py
    "cli-v2": Sdk(
        "AWS CLI v2",
        "regional",
        _BOTH,
        "global",
        has_setting=False,
        is_botocore=True,
        profiles=_PROFILES[::-1],
    ),
    # https://github.com/aws/aws-sdk-cpp/blob/main/src/aws-cpp-sdk-core/source/client/ClientConfiguration.cpp
    "cpp": Sdk("SDK for C++", "regional", _BOTH[::-1], "us-east-1", has_setting=False),
    "dotnet-v3": Sdk("SDK for .NET v3", "regional", _REGION, "unknown"),
    "dotnet-v4": Sdk("SDK for .NET v4", "regional", _REGION, "us-east-1", has_setting=False),
    "go-v1": Sdk("SDK for Go v1", "legacy", _REGION, "unknown", configured_urls=False, config_switch=_SWITCH),
    "go-v2": Sdk("SDK for Go v2", "regional", _BOTH, "error", has_setting=False),
    "java-v1": Sdk("SDK for Java v1", "legacy", _REGION, "unknown", configured_urls=False),
    "java-v2": Sdk("SDK for Java v2", "regional", _REGION, "error", has_setting=False),
    "js-v2": Sdk(
        "SDK for JavaScript v2", "legacy", _REGION, "unknown", configured_urls=False, config_switch=_SWITCH
    ),
    "js-v3": Sdk("SDK for JavaScript v3", "regional", _REGION, "us-east-1", has_setting=False),
    "kotlin": Sdk("SDK for Kotlin", "regional", _REGION, "global", has_setting=False),
    "php": Sdk("SDK for PHP v3", "regional", _REGION, "error"),
    "powershell-v4": Sdk("Tools for PowerShell v4", "regional", _REGION, "unknown"),
    "powershell-v5": Sdk("Tools for PowerShell v5", "regional", _REGION, "unknown"),
    "ruby": Sdk("SDK for Ruby v3", "regional", _BOTH, "error"),
    "rust": Sdk("SDK for Rust", "regional", _BOTH, "error", has_setting=False),
    "swift": Sdk("SDK for Swift", "regional", _REGION, "error", has_setting=False),
}
"""The SDKs that :meth:`iamtriage.StsSettings.from_sources` knows, under the names that it takes."""
