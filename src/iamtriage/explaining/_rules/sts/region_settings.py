"""Find where a text sets the wrong region, and correct it there: in a file, a line of code or an option."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import Commands
from iamtriage.failures._failures import Failure

_REGION_NAME = r"[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]"
# A setting of the region in code, a file or a command. In a log, words before a colon are not a setting.
_REGION_SETTING = lazy_pattern(
    r"(?:--region(?:[ =]|[\"']?,?\s{1,40}(?:- )?)|(?<![\w.-])[\w.\[\]-]{0,60}(?i:region)(?:_?[Nn]ame)?\b[\"']? {0,20}=>? {0,20}"
    r"|(?:^[ \t]{0,40}(?:- )?[\"']?|(?<=[{,(]) ?)[\w.-]{0,30}(?i:region)(?:_?[Nn]ame)?[\"']?: {0,5}"
    # Fluent Bit, curl, and the signing classes of Python libraries.
    r"|^[ \t]{0,40}(?i:aws_region)[ \t]{1,40}|--aws-sigv4[ =][\"']?aws:amz:"
    r"|\b(?:AWS4Auth|SigV4Auth|AWSV4SignerAuth)\([^()\n]{1,200}?, ?(?=[\"']))"
    rf"[\"']?(?P<region>{_REGION_NAME})\b[\"']?",
    re.ASCII | re.MULTILINE,
)
# An environment variable in the manifest of a workload.
_VARIABLE = lazy_pattern(
    rf"\bname: [\"']?(?P<name>[A-Z][A-Z0-9_]{{0,40}}_REGION)[\"']?\s{{1,40}}value: [\"']?(?P<region>{_REGION_NAME})\b",
    re.ASCII,
)
_BUCKET = lazy_pattern(
    r"^[ \t]{0,40}[\"']?bucket(?:[_-]?name)?s?[\"']?\s{0,3}[:=]\s{0,3}(?:\n?\s{1,40}\w{1,40}: ?)?[\"']?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])[\"']?",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)


# A client of tpyo/amazon-s3-php-class: https://github.com/tpyo/amazon-s3-php-class/issues/165
_PHP_CLASS = lazy_pattern(r"(\$\w{1,40}) ?= ?new S3\(")
# Stack traces and errors of programs.
_IN_CODE = lazy_pattern(r"Traceback \(|\.php(?:\(\d|:\d| on line \d)|\.(?:py|rb|[jt]s|go|java|cs):\d")


class RegionFix(NamedTuple):
    """How to correct the region."""

    title: str
    steps: tuple[str, ...]
    commands: Commands
    place: str = ""


def find_bucket(case: Case[Failure]) -> str | None:
    """Return the bucket that the text around a failure or the printed configuration names."""
    stated = case.context.bucket
    if stated is not None:
        return stated.value
    return only_one({each["bucket"] for each in _BUCKET.finditer(case.failure.text)})


def find_region_fix(case: Case[Failure], signed: str | None, expected: str | None) -> RegionFix:
    """Return how to set the expected region in place of the one that the request was signed for."""
    text, region = case.failure.text, commands.region(expected)
    variable = next((each for each in _VARIABLE.finditer(text) if each["region"] == signed), None)
    if variable is None:
        return _fix_client(case, find_profile(case), region)
    name = variable["name"]
    step = "Then apply the manifest again, or change it in the Helm values or the repository."
    return RegionFix(f"Set {name} to {region} in the manifest", (step,), (), f"{name} is {signed}")


def find_set_regions(text: str) -> set[str]:
    """Return the Regions that settings in a text have.

    >>> find_set_regions('provider "aws" { region = "eu-south-1" }')
    {'eu-south-1'}
    """
    return {each["region"] for each in _REGION_SETTING.finditer(text)}


def _variable_settings(case: Case[Failure], region: str) -> str:
    # The SDK for Java reads only the first one.
    only_first = case.failure.envelope.source == "java-v2"
    return f"AWS_REGION={region}{'' if only_first else f' AWS_DEFAULT_REGION={region}'}"


def _fix_client(case: Case[Failure], profile: str | None, region: str) -> RegionFix:
    """Return how to set the Region of a client where it runs, if the text does not show its setting."""
    title = f"Set the client's Region to {region}"
    called = case.context.command
    is_of_cli = called is not None and called.program == "aws"
    is_of_sdk = case.failure.envelope.source not in {None, "", "botocore"} or _IN_CODE.search(case.text)
    lines: tuple[str, ...] = ()
    if (variable := _PHP_CLASS.search(case.failure.text)) is not None:
        code = f"{variable[1]}->setRegion('{region}');"
        step = f"The class reads neither a profile nor AWS_REGION. After the line that creates the client, add: {code}"
        return RegionFix(title, (step,), ())
    if case.context.runtime_kind == "lambda":
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        step = "Set the Region in the code of this client, then deploy the function again: Lambda reserves AWS_REGION and AWS_DEFAULT_REGION."
    elif is_of_sdk and not is_of_cli:
        step = "Set the Region in the code or configuration of this client. Or set it in the environment for all clients. Then restart the program."
        lines = (f"export {_variable_settings(case, region)}",) if case.context.runtime is None else ()
    else:
        step = "Set the Region in the client, in the profile, or in AWS_REGION and AWS_DEFAULT_REGION."
        lines = (credential_remedies.with_profile(profile, f"aws configure set region {region}"),)
    return RegionFix(title, (step,), lines)


def check_bucket_command(bucket: str | None) -> str:
    """Return the command that prints the region of a bucket."""
    return f"aws s3api head-bucket --bucket {commands.bucket(bucket)} --query BucketRegion --output text"
