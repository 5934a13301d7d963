"""Compare the version of an SDK in a text with the first one that supports the credentials of pods.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-minimum-sdk.html and
https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts-minimum-sdk.html.
"""

from __future__ import annotations

from iamtriage._patterns import cached_pattern
from iamtriage._typing import NamedTuple

_VERSION = r"(?P<version>\d{1,2}\.\d{1,4}\.\d{1,4})\b"


class _Sdk(NamedTuple):
    sign: str
    name: str
    for_web_identity: str | None
    for_pod_identity: str
    update: str


# The signs of boto3 come before those of botocore, which it installs.
_SDKS = (
    _Sdk(rf"\bboto3(?:==|[ /:=@-]{{1,3}}v?){_VERSION}", "boto3", "1.9.220", "1.34.41", "pip install --upgrade boto3"),
    _Sdk(rf"\b[Bb]otocore(?:==|[ /:=@-]{{1,3}}v?){_VERSION}", "botocore", "1.12.200", "1.34.41", "pip install --upgrade botocore"),
    _Sdk(rf"\bgithub\.com/aws/aws-sdk-go[ @]v?{_VERSION}", "aws-sdk-go", "1.23.13", "1.47.11", "go get github.com/aws/aws-sdk-go@latest"),
    _Sdk(rf"\baws-sdk-go/{_VERSION}", "aws-sdk-go", "1.23.13", "1.47.11", "go get github.com/aws/aws-sdk-go@latest"),
    _Sdk(rf"\bsoftware\.amazon\.awssdk:[\w-]{{1,40}}:{_VERSION}|\bsdk-core-{_VERSION.replace('version', 'jar')}", "AWS SDK for Java", "2.10.11", "2.21.30", ""),
    _Sdk(rf"\b(?:com\.amazonaws:aws-java-sdk-[\w-]{{1,40}}:|aws-java-sdk-(?:core|s3|bundle)-){_VERSION}", "AWS SDK for Java 1", None, "1.12.746", ""),
    _Sdk(rf"(?<![\w@/-])aws-sdk[\"']?(?:@|: ?[\"'][\^~]?){_VERSION}", "aws-sdk", "2.525.0", "2.1550.0", "npm install aws-sdk@latest"),
    _Sdk(rf"@aws-sdk/client-[\w-]{{1,40}}[\"']?(?:@|: ?[\"'][\^~]?){_VERSION}", "AWS SDK for JavaScript", "3.27.0", "3.458.0", ""),
    _Sdk(rf"\baws-sdk-core \(?{_VERSION}", "aws-sdk-core", "3.58.0", "3.188.0", "bundle update aws-sdk-core"),
    _Sdk(rf"\baws/aws-sdk-php[\"']?[ :]{{1,3}}[\"']?[\^~]?{_VERSION}", "aws-sdk-php", "3.110.7", "3.287.1", "composer update aws/aws-sdk-php"),
    _Sdk(rf"\baws-cli/(?=1\.){_VERSION}", "AWS CLI", "1.16.232", "1.30.0", "pip install --upgrade awscli"),
    _Sdk(rf"\baws-cli/(?=2\.){_VERSION}", "AWS CLI", "2.0.0", "2.15.0", ""),
)  # fmt: skip


class StatedSdk(NamedTuple):
    """An SDK whose version a text states, and the first one that supports the credentials of the pod."""

    name: str
    version: str
    minimum: str
    update: str

    @property
    def is_old(self) -> bool:
        """Whether the version does not support these credentials."""
        return _parse(self.version) < _parse(self.minimum)


def find_sdk(text: str, *, is_pod_identity: bool) -> StatedSdk | None:
    """Return the only SDK whose version a text states.

    >>> find_sdk("boto3==1.26.90", is_pod_identity=True)
    StatedSdk(name='boto3', version='1.26.90', minimum='1.34.41', update='pip install --upgrade boto3')
    """
    for sdk in _SDKS:
        versions = {next(filter(None, found.groups())) for found in cached_pattern(sdk.sign).finditer(text)}
        minimum = sdk.for_pod_identity if is_pod_identity else sdk.for_web_identity
        if versions and minimum is not None:
            return StatedSdk(sdk.name, versions.pop(), minimum, sdk.update) if len(versions) == 1 else None
    return None


def _parse(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
