"""Find where a text sets the wrong region, and correct it there: in a file, a line of code or an option."""

from __future__ import annotations

import re
from textwrap import dedent

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, escape_controls, hide_secrets, line_at, line_start
from iamtriage.explaining._context.readers.kubernetes import program_regions
from iamtriage.explaining._context.readers.pasted_policies import find_file
from iamtriage.explaining._rules.basics import Case, Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.region_fixes import (
    REGION_NAME,
    S3A,
    RegionFix,
    find_pair,
    find_path,
    fix_config_map,
    fix_pair,
    fix_resource,
    fix_s3a,
    how_to_apply,
)
from iamtriage.failures._failures import Failure

# A setting of the region in code, a file or a command. In a log, words before a colon are not a setting.
_REGION_SETTING = lazy_pattern(
    r"(?am)(?:--region(?:[ =]|[\"']?,?\s{1,40}(?:- )?)|(?<![\w.-])[\w.\[\]-]{0,60}(?i:region)(?:_?[Nn]ame)?\b[\"']? {0,20}=>? {0,20}"
    r"|(?:^[ \t]{0,40}(?:- )?[\"']?|(?<=[{,(]) ?)[\w.-]{0,30}(?i:region)(?:_?[Nn]ame)?[\"']?: {0,5}"
    # Fluent Bit, curl, and the signing classes of Python libraries.
    r"|^[ \t]{0,40}(?i:aws_region)[ \t]{1,40}|--aws-sigv4[ =][\"']?aws:amz:"
    r"|\b(?:AWS4Auth|SigV4Auth|AWSV4SignerAuth)\([^()\n]{1,200}?, ?(?=[\"']))"
    rf"[\"']?(?P<region>{REGION_NAME})\b[\"']?"
)
_ENDPOINT = lazy_pattern(
    r"(?ia)(?P<name>--endpoint-url|\bAWS_ENDPOINT_URL\w{0,40}|\b(?:(?:[\w-]{1,40}\.){0,6}endpoint(?:[_-]?url)?|s3Url|endpointOverride))(?:[\"']? {0,20}[=:,]| |\bs?\(|[\"']?,?\s{1,40}[\"']?value[\"']?:) {0,20}[\"']?"
    rf"(?:https?://)?(?P<host>(?:[\w-]{{1,63}}\.){{0,5}}[\w-]{{0,63}}?[.-](?P<region>{REGION_NAME})\.amazonaws\.com)"
)
# An environment variable in the manifest of a workload.
_VARIABLE = lazy_pattern(
    rf"(?a)\bname: [\"']?(?P<name>[A-Z][A-Z0-9_]{{0,40}}_REGION)[\"']?\s{{1,40}}value: [\"']?(?P<region>{REGION_NAME})\b"
)
# The section of a file, the block of Terraform or the key of YAML that a setting is in.
_SECTION = lazy_pattern(
    r"(?am)^(?P<indent>[ \t]{0,40})(?P<name>\[[^\]\n]{1,80}\]|(?:backend|provider|module) \"[\w.-]{1,80}\"|sigv4|(?:- )?[\w-]{1,60}(?=:))(?: = |:|[ \t]{0,5}\{)?[ \t]{0,5}$"
)
_BUCKET = lazy_pattern(
    r"(?iam)^[ \t]{0,40}[\"']?bucket(?:[_-]?name)?s?[\"']?\s{0,3}[:=]\s{0,3}(?:(?:\n?\s{1,40}|\{ ?)\w{1,40}: ?)?[\"']?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])[\"']?"
)
# The Region in the scope of a signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
_SCOPE = lazy_pattern(
    rf"(?a)\bCredential=\w{{16,128}}(?:/|%2F)\d{{8}}(?:/|%2F)(?P<region>{REGION_NAME})(?:/|%2F)"
)
# A command that signs and has no profile. It goes on after a backslash at the end of a line.
_SIGNING_COMMAND = lazy_pattern(
    r"(?a)(?<![\w/.-])(?:awscurl|curl(?=[^\n]{0,400}(?:\\\n[^\n]{0,400}){0,6}?--aws-sigv4)) (?:[^\n\\`|;]|\\\n|\\[^\n]){1,1000}"
)
_REGION_OPTION = lazy_pattern(r" --region[ =]\S{1,40}")
_SCOPE_OPTION = lazy_pattern(r"(--aws-sigv4[ =][\"']?aws:amz)(?::[a-z0-9-]{1,40})?(?=:|[\"']?\s)")
_MAX_CHARS_OF_LINE = 200
# A line of YAML, INI or HCL, and how near lines of the same part of a file are.
_LINE = lazy_pattern(r"\s{0,40}[\w.-]{1,40}\s{0,20}[:=]\s{0,4}[\"']?[\w.:/-]{1,120}[\"',]{0,2}\s{0,4}")
_NEAR = 300
# The hosts of a workspace or another resource, which only exist in the Region of the resource.
_OF_RESOURCE = frozenset({"aps-workspaces"})


# A client of tpyo/amazon-s3-php-class: https://github.com/tpyo/amazon-s3-php-class/issues/165
_PHP_CLASS = lazy_pattern(r"(\$\w{1,40}) ?= ?new S3\(")
# Stack traces and errors of programs.
_IN_CODE = lazy_pattern(r"Traceback \(|\.php(?:\(\d|:\d| on line \d)|\.(?:py|rb|[jt]s|go|java|cs):\d")


def find_bucket(case: Case[Failure]) -> str | None:
    """Return the bucket that the text around a failure or the printed configuration names."""
    stated = case.context.bucket
    if stated is not None:
        return stated.value
    return only_one({each["bucket"] for each in _BUCKET.finditer(case.failure.text)})


def find_region_fix(
    case: Case[Failure], signed: str | None, expected: str | None, *, is_of_host: bool = False
) -> RegionFix:
    """Return how to set the expected region in place of the one that the request was signed for."""
    text, region = case.failure.text, commands.region(expected)
    if (signing := _SIGNING_COMMAND.search(text)) is not None:
        return _fix_signing_command(signing[0], region)
    settings = (each for each in _REGION_SETTING.finditer(text) if each["region"] == signed)
    setting = next((each for each in settings if not _is_logged(text, each.start())), None)
    for endpoint in _ENDPOINT.finditer(text):
        if _is_logged(text, endpoint.start()):
            continue
        if endpoint["region"] == signed:
            return _remove_endpoint(case, endpoint, region)
        is_expected = is_of_host and endpoint["region"] == expected
        if is_expected and signed is not None and is_of_service(endpoint["host"], endpoint["region"]):
            written = setting[0].strip() if setting else f"the client's Region to {signed}"
            return _remove_endpoint(case, endpoint, signed, written)
    shown = program_regions.find_program_region(text)
    if shown and shown.region == signed and getattr(case.context.command, "program", None) != "aws":
        return fix_config_map(case, shown, region)
    pair = find_pair(case, signed, find_bucket(case))
    if pair is not None and not _is_logged(text, pair.start()):
        return fix_pair(pair, region)
    variable = next((each for each in _VARIABLE.finditer(text) if each["region"] == signed), None)
    if setting is not None:
        return _fix_setting(case, setting, region)
    if variable is None and S3A.search(case.text):
        return fix_s3a(text, region)
    if variable is None:
        is_in_pod = clusters.runs_in_pod(case)
        return _fix_client_in_pod(case, signed, region) if is_in_pod else _fix_client(case, region)
    name = variable["name"]
    step = "Then apply the manifest again, or change it in the Helm values or the repository."
    return RegionFix(f"Set {name} to {region} in the manifest", (step,), (), f"{name} is {signed}")


def _fix_signing_command(command: str, region: str) -> RegionFix:
    """Return the fix in a command that signs: awscurl does not read the Region of a profile, nor does curl.

    >>> _fix_signing_command("awscurl https://api.example.com", "eu-south-1").commands
    ('awscurl --region eu-south-1 https://api.example.com',)
    """
    line = " ".join(command.replace("\\\n", " ").split())
    program, _, rest = _REGION_OPTION.sub("", line).partition(" ")
    if program == "awscurl":
        option, line = f"awscurl --region {region}", f"{program} --region {region} {rest}"
    else:
        option, line = f"curl --aws-sigv4 aws:amz:{region}", _SCOPE_OPTION.sub(rf"\1:{region}", line)
    repeated = commands.repeat_line(line)
    shown = None if repeated else printable_line(line)
    steps = () if repeated or shown else ("Change the Region in the command.",)
    return RegionFix(f"Sign for {region} ({option})", steps, present(repeated), manifest=shown)


def find_set_regions(text: str) -> set[str]:
    """Return the Regions that settings in a text have.

    >>> find_set_regions('provider "aws" { region = "eu-south-1" }')
    {'eu-south-1'}
    """
    return {each["region"] for each in _REGION_SETTING.finditer(text) if not _is_logged(text, each.start())}


def find_variable_region(text: str) -> str | None:
    r"""Return the only Region to which a text sets variables, in a shell or for a container.

    >>> find_variable_region("- name: AWS_REGION\n  value: eu-south-1")
    'eu-south-1'
    """
    return only_one({each["region"] for each in _VARIABLE.finditer(text)})


def find_endpoint_setting(text: str) -> str | None:
    """Return the name of the setting, such as ``AWS_ENDPOINT_URL``, that sets an AWS endpoint in a text."""
    found = _ENDPOINT.search(text)
    return None if found is None or _is_logged(text, found.start()) else found["name"]


def printable_line(line: str) -> str | None:
    """Return a line of code or of a command without its prompt and secrets, or ``None`` if it is long."""
    line = line.strip().removeprefix(">>> ").removeprefix("$ ").rstrip("\\ ")
    return escape_controls(hide_secrets(line)) if len(line) <= _MAX_CHARS_OF_LINE else None


def is_of_service(host: str, region: str) -> bool:
    """Return whether a host is that of a service in a Region, which its clients find without an endpoint URL.

    >>> is_of_service("sqs.us-east-1.amazonaws.com", "us-east-1"), is_of_service("a.execute-api.us-east-1.amazonaws.com", "us-east-1")
    (True, False)
    """
    service, _, suffix = host.partition(f".{region}.")
    return "." not in service and suffix.startswith(("amazonaws.", "api.")) and service not in _OF_RESOURCE


def find_signed_region(text: str, expected: str) -> str | None:
    """Return the Region of a signature, from its scope or from the last setting of another Region than the host's."""
    if (scope := _SCOPE.search(text)) is not None:
        return scope["region"]
    found = [
        each["region"]
        for pattern in (_VARIABLE, _REGION_SETTING)
        for each in pattern.finditer(text)
        if each["region"] != expected and not _is_logged(text, each.start())
    ]
    return found[-1] if found else None


# How code sets the Region of an S3 client, by the source of the text.
_REGION_IN_CODE = {
    "botocore": 'boto3.client("s3", region_name="{region}")',
    "go-v2": 's3.NewFromConfig(cfg, func(o *s3.Options) {{ o.Region = "{region}" }})',
    "java-v2": "S3Client.builder().region(Region.{constant}), or crossRegionAccessEnabled(true)",
    "js-v3": 'new S3Client({{ region: "{region}", followRegionRedirects: true }})',
}


def _variable_settings(case: Case[Failure], region: str) -> str:
    # The SDK for Java reads only the first one.
    only_first = case.failure.envelope.source == "java-v2"
    return f"AWS_REGION={region}{'' if only_first else f' AWS_DEFAULT_REGION={region}'}"


def _fix_client_in_pod(case: Case[Failure], signed: str | None, region: str) -> RegionFix:
    shown, why = _describe_code(case, region), None
    if signed is not None and case.facts.region == signed:
        why = f"The client most likely uses AWS_REGION, which EKS sets to the cluster's Region, {signed}, in pods with an IAM role. If the bucket is meant to be there, its name is wrong."
    steps = present(
        f"Set the Region in the code or configuration of this client{shown}. Then deploy the pods again.",
        why,
        "The last command restarts the pods, and sets the Region of all their clients.",
    )
    set_variables = clusters.set_variables_command(case, _variable_settings(case, region))
    lines = (
        "env | grep -e AWS_REGION -e AWS_DEFAULT_REGION -e AWS_ENDPOINT_URL",
        Labelled("Or, if these pods call no other service in another Region:", set_variables),
    )
    return RegionFix(f"Set the client's Region to {region}", steps, lines)


def _describe_code(case: Case[Failure], region: str) -> str:
    """Return how code sets the Region of an S3 client, after a colon, or an empty string."""
    if "authorization header is malformed" not in case.failure.text or region == "REGION":
        return ""
    code = _REGION_IN_CODE.get(case.failure.envelope.source or "", "")
    return code and f": {code.format(region=region, constant=region.upper().replace('-', '_'))}"


def _fix_client(case: Case[Failure], region: str) -> RegionFix:
    """Return how to set the Region of a client where it runs, if the text does not show its setting."""
    title = f"Set the client's Region to {'a valid one' if region == 'REGION' else region}"
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
        step = f"Set the Region in the code or configuration of this client{_describe_code(case, region)}. Or set it in the environment for all clients. Then restart the program."
        lines = (f"export {_variable_settings(case, region)}",) if case.context.runtime is None else ()
    else:
        step = "Set the Region in the client, in the profile, or in AWS_REGION and AWS_DEFAULT_REGION."
        lines = (credential_remedies.with_profile(find_profile(case), f"aws configure set region {region}"),)
    return RegionFix(title, (step,), lines)


def _remove_endpoint(
    case: Case[Failure], endpoint: re.Match[str], region: str, written: str | None = None
) -> RegionFix:
    """Return how to change an endpoint of another Region, or what sets the Region of the client, if it is written."""
    name, place = endpoint["name"], f"{endpoint['name']} is the endpoint of {endpoint['region']}"
    if (changed := _correct_lines(case.failure.text, endpoint, region)) is not None:
        step = "Change the lines as below, then restart every program that has these settings, such as from the same Secret or ConfigMap."
        return RegionFix(f"Set {name} and the Region to those of {region}", (step,), (), place, changed)
    repeated = commands.repeat_command(case.context.command, changes={"endpoint-url": "", "region": region})
    calls = f"Without it, the client calls the endpoint of its Region, {'' if repeated or written else 'which must be '}{region}."
    if written and (change := printable_line(written.replace(region, endpoint["region"]))) is not None:
        calls += f" To call {endpoint['region']}, keep it, and set {change}."
    url = f"https://{endpoint['host'].replace(endpoint['region'], region)}"
    lines, elsewhere = remove_variable(case, name, url)
    # Another resource has a host of its own.
    is_shared = is_of_service(endpoint["host"], endpoint["region"])
    other = f"set it to {url}" if is_shared else f"use the endpoint of {region}"
    return RegionFix(
        f"Remove {name}, or {other}",
        present(calls, elsewhere),
        present(repeated) if name == "--endpoint-url" else lines,
        place,
    )


_WITHOUT_SHELL = {"lambda": "the environment variables of the function", "ecs": "the task definition"}


def remove_variable(case: Case[Failure], name: str, value: str) -> tuple[tuple[str, ...], str | None]:
    """Return the commands that remove or correct an environment variable of AWS where the program runs, and a step."""
    if not name.startswith("AWS_"):
        return (), None
    if clusters.runs_in_pod(case) or clusters.find_own_map(case, name) is not None:
        lines = clusters.correct_variable_commands(case, name, value)
        if len(lines) == 1:
            return (
                lines,
                "Also remove it from the manifest, chart or ConfigMap that sets it, which can bring it back.",
            )
        return (
            lines,
            "Pods read the variables of a ConfigMap only when they start. If a chart or Git has the ConfigMap, correct it there, too.",
        )
    if (place := _WITHOUT_SHELL.get(case.context.runtime_kind)) is not None:
        return (), f"Remove it from {place}."
    return (f"unset {name}",), "If a file sets it, remove it there, too."


def _correct_lines(text: str, endpoint: re.Match[str], region: str) -> str | None:
    """Return the lines of a file that set an endpoint and, next to it, its Region, with the right Region in both."""
    wrong, found = endpoint["region"], [endpoint, *_REGION_SETTING.finditer(text)]
    near = [
        each for each in found if each["region"] == wrong and abs(each.start() - endpoint.start()) < _NEAR
    ]
    starts = sorted({line_start(text, each.end()) for each in near})
    lines = [text[each:].partition("\n")[0] for each in starts]
    if len(lines) != len(near) or len(lines) == 1 or not all(map(_LINE.fullmatch, lines)):
        return None
    return dedent("\n".join(lines)).replace(wrong, region)


def _fix_setting(case: Case[Failure], setting: re.Match[str], region: str) -> RegionFix:
    """Return the fix for a setting in a section of a file, a line of code or an option."""
    text, called = case.failure.text, case.context.command
    # A block ends at an empty line.
    before = text[: setting.start()].rpartition("\n\n")[2]
    line = text[line_start(text, setting.start()) :]
    column = len(line) - len(line.lstrip())
    # A key in the same column is not the parent. Sections and blocks are, however they are indented.
    above = [
        each for each in _SECTION.finditer(before) if each["name"][0] == "[" or len(each["indent"]) < column
    ]
    found = above[-1] if above else None
    section = "" if found is None or "}" in before[found.end() :] else found["name"].replace('"', "")
    written = setting[0].strip().replace('"', "")
    if written.startswith("--region"):
        written, section = f"--region {setting['region']}", ""
    if "(" in written:  # the argument of a class
        name = written.partition("(")[0]
        step = f"The text has {name} with {setting['region']}: change it there, then restart the program."
        return RegionFix(f"Set the Region of {name} to {region}", (step,), ())
    path = find_path(above, column)
    resource = fix_resource(case, setting.start(), path, written, setting["region"], region)
    if resource is not None:
        return resource
    where = f" in {clip_text(section)}" if section else ""
    lines: tuple[str, ...] = ()
    again, file = "restart the program", None
    if (":" in written or line.lstrip().startswith("- ")) and not section.startswith("["):
        file = find_file(text, setting.start())
    if not written.startswith("--region") and not section.startswith("["):
        again, lines = how_to_apply(text, setting.start(), file, region)
    if (file is not None and file.endswith((".yaml", ".yml"))) or "these values" in again:
        # Steps of a workflow are a list.
        path = "" if "workflow" in again else path
        where = f"{f' under {clip_text(path)}' if path else ''} in {clip_text(file or 'the Helm values')}"
    # The AWS CLI has the settings of profiles.
    if section == "[default]" or section.startswith("[profile "):
        profile = section.removeprefix("[profile ").strip("[]")
        lines = (credential_remedies.with_profile(profile, f"aws configure set region {region}"),)
    elif written.startswith("--region") and called is not None:
        lines = present(commands.repeat_command(called, changes={"region": region}))
    elif section.startswith("backend"):
        lines = ("terraform init -reconfigure",)
    return RegionFix(
        f"Set {clip_text(written.replace(setting['region'], region))}{where}",
        (f"The text has {clip_text(written)}: change it there, then {again}.",),
        lines,
        f"{clip_text(written)}{where} is wrong" if where else "",
    )


def _is_logged(text: str, position: int) -> bool:
    """Return whether a position is in a log entry, or on the line of the error."""
    return any(each in line_at(text, position) for each in ("level=", "msg=", "is wrong; expecting"))
