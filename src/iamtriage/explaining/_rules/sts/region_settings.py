"""Find where a text sets the wrong region, and correct it there.

That is the object of Kubernetes that a text shows, a section of a file, a line of code or an option of a command.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import clusters, commands, credential_remedies
from iamtriage.explaining._rules.shared.clues import find_profile
from iamtriage.explaining._rules.shared.commands import command, repeat_command

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
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
_ENDPOINT = lazy_pattern(
    r"(?P<name>--endpoint-url|\bAWS_ENDPOINT_URL\w{0,40}|\b(?:endpoint(?:[_-]?url)?|s3Url|endpointOverride))(?:[ =:]|\bs?\() {0,3}[\"']?"
    rf"(?:https?://)?(?P<host>(?:[\w-]{{1,63}}\.){{0,5}}[\w-]{{0,63}}?[.-](?P<region>{_REGION_NAME})\.amazonaws\.com)",
    re.ASCII | re.IGNORECASE,
)
# An environment variable in the manifest of a workload.
_VARIABLE = lazy_pattern(
    rf"\bname: [\"']?(?P<name>[A-Z][A-Z0-9_]{{0,40}}_REGION)[\"']?\s{{1,40}}value: [\"']?(?P<region>{_REGION_NAME})\b",
    re.ASCII,
)
# The section of a file or the block of Terraform that a setting is in.
_SECTION = lazy_pattern(
    r"^[ \t]{0,40}(?P<name>\[[^\]\n]{1,80}\]|(?:backend|provider|module) \"[\w.-]{1,80}\"|sigv4)(?: = |[ \t]{0,5}\{)?[ \t]{0,5}$",
    re.ASCII | re.MULTILINE,
)
_YAML_KEY = lazy_pattern(r"(?P<indent> {0,40})(?P<dash>- )?(?P<key>[A-Za-z][\w./-]{0,63}): ?(?P<rest>[^\n]*)")
_SHOWN_OBJECT = lazy_pattern(
    r"\bkubectl (?P<words>[^\n|;&]{0,200}?\bget\b[^\n|;&]{0,200}? (?:-o|--output)[ =]?ya?ml[^\n|;&]{0,80})"
)
_BUCKET = lazy_pattern(
    r"^[ \t]{0,40}[\"']?bucket(?:[_-]?name)?s?[\"']?\s{0,3}[:=]\s{0,3}(?:\n?\s{1,40}\w{1,40}: ?)?[\"']?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])[\"']?",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)
# The location that an entry of Velero's log is about.
_LOCATION = lazy_pattern(
    r"\bbackup-storage-location=(?P<namespace>[a-z0-9-]{1,63})/(?P<name>[a-z0-9.-]{1,253})"
)
# The short names of types: https://kubernetes.io/docs/reference/kubectl/ and the types of Velero.
_TYPES = {
    "bsl": "backupstoragelocation",
    "cm": "configmap",
    "deploy": "deployment",
    "ds": "daemonset",
    "sts": "statefulset",
    "vsl": "volumesnapshotlocation",
}
_OPTIONS_WITH_VALUE = frozenset({"-n", "--namespace", "--context", "--kubeconfig", "-o", "--output", "-l"})


# The Region in the scope of a signature: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
_SCOPE = lazy_pattern(
    rf"\bCredential=\w{{16,128}}(?:/|%2F)\d{{8}}(?:/|%2F)(?P<region>{_REGION_NAME})(?:/|%2F)", re.ASCII
)
_SERVICE = r"([a-z][a-z0-9-]{1,30})"
_SIGNED_SERVICE = lazy_pattern(
    rf"\bCredential=\w{{16,128}}/\d{{8}}/[a-z0-9-]{{4,30}}/{_SERVICE}/aws4_request|--service[ =][\"']?{_SERVICE}\b|\baws:amz:[a-z0-9-]{{4,30}}:{_SERVICE}\b"
    rf"|\b(?:AWS4Auth|AWSV4SignerAuth)\([^()\n]{{1,200}}?[\"']{_REGION_NAME}[\"'], ?[\"']{_SERVICE}[\"']|\bSigV4Auth\([^(),\n]{{1,100}}, ?[\"']{_SERVICE}[\"']"
    rf"|\bSignatureV4\(\{{[^{{}}]{{0,200}}?\bservice: ?[\"']{_SERVICE}[\"']",
    re.ASCII,
)
# The hosts of a workspace or another resource, which only exist in the Region of the resource.
_OF_RESOURCE = frozenset({"aps-workspaces"})


class RegionFix(NamedTuple):
    """How to correct the region.

    Attributes:
        title: The title of the remedy.
        steps: Its steps.
        commands: Its commands.
        place: Where the text sets the wrong region, as a phrase, or an empty string.
    """

    title: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]
    place: str = ""


def find_bucket(case: Case[Failure]) -> str | None:
    """Return the bucket that the text around a failure or the printed configuration names."""
    stated = context_of(case.facts).bucket
    if stated is not None:
        return stated.value
    names = {each["bucket"] for each in _BUCKET.finditer(case.failure.text)}
    return names.pop() if len(names) == 1 else None


def find_region_fix(
    case: Case[Failure], signed: str | None, expected: str | None, *, is_of_host: bool = False
) -> RegionFix:
    """Return how to set the expected region in place of the one that the request was signed for.

    Args:
        case: The failure.
        signed: The region of the signature.
        expected: The region of the bucket or host, or ``None`` if AWS does not name it.
        is_of_host: Whether the host that was called states the expected region.
    """
    text, region = case.failure.text, commands.region(expected)
    for endpoint in _ENDPOINT.finditer(text):
        if _is_logged(text, endpoint.start()):
            continue
        if endpoint["region"] == signed:
            return _remove_endpoint(case, endpoint, region)
        if (
            is_of_host
            and signed is not None
            and endpoint["region"] == expected
            and is_of_service(endpoint["host"], endpoint["region"])
        ):
            return _remove_endpoint(case, endpoint, signed)
    settings = (each for each in _REGION_SETTING.finditer(text) if each["region"] == signed)
    setting = next((each for each in settings if not _is_logged(text, each.start())), None)
    profile = find_profile(case)
    variable = next((each for each in _VARIABLE.finditer(text) if each["region"] == signed), None)
    if setting is None and variable is not None:
        return _fix_variable(text, variable, region)
    location = _LOCATION.search(text)
    if setting is None and location is not None and signed is not None:
        # https://github.com/vmware-tanzu/velero-plugin-for-aws/blob/main/backupstoragelocation.md
        target = ("backupstoragelocation", location["name"], ("-n", location["namespace"]))
        path = _Path(("spec", "config", "region"), None, is_whole=True)
        return _patch_object(text, target, path, signed, region)
    if setting is None:
        return _fix_client(case, profile, region)
    return _fix_object(text, setting, region) or _fix_section(case, setting, region)


def find_endpoint_setting(text: str) -> str | None:
    """Return the name of the setting, such as ``AWS_ENDPOINT_URL``, that sets an AWS endpoint in a text."""
    found = _ENDPOINT.search(text)
    return None if found is None or _is_logged(text, found.start()) else found["name"]


def find_signed_service(text: str) -> str | None:
    """Return the service of a signature, from its scope, an option or signing code.

    >>> find_signed_service("awscurl --service es https://search.example.com")
    'es'
    """
    found = _SIGNED_SERVICE.search(text)
    return None if found is None else next(filter(None, found.groups()))


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


def _fix_client(case: Case[Failure], profile: str | None, region: str) -> RegionFix:
    """Return how to set the Region of a client where it runs, if the text does not show its setting."""
    title, runtime = f"Set the client's Region to {region}", context_of(case.facts).runtime
    called = context_of(case.facts).command
    is_of_cli = called is not None and called.program == "aws"
    is_of_sdk = (case.failure.envelope.source or "botocore") != "botocore" or "Traceback (" in case.text
    variables = f"AWS_REGION={region} AWS_DEFAULT_REGION={region}"
    if clusters.runs_in_pod(case):
        step = "Set it in the code or configuration of this client, then deploy the pods again. The command sets it for all clients of the pod instead, and restarts the pods."
        lines: tuple[str, ...] = (clusters.set_variables_command(case, variables),)
    elif runtime is not None and runtime.kind == "lambda":
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        step = "Set it in the code of this client, then deploy the function again: Lambda reserves AWS_REGION and AWS_DEFAULT_REGION."
        lines = ()
    elif is_of_sdk and not is_of_cli:
        step = "Set it in the code or configuration of this client, or for all clients in the environment. Then start the program again."
        lines = (f"export {variables}",) if runtime is None else ()
    else:
        step = "Set it in the client, in the profile, or in AWS_REGION and AWS_DEFAULT_REGION."
        lines = (credential_remedies.with_profile(profile, f"aws configure set region {region}"),)
    return RegionFix(title, (step,), lines)


def _remove_endpoint(case: Case[Failure], endpoint: re.Match[str], region: str) -> RegionFix:
    """Return the fix for an endpoint URL, which takes precedence over the region of a client."""
    name = endpoint["name"]
    called = context_of(case.facts).command
    words = () if called is None else called.words[:1]
    repeated = repeat_command(called, *words, changes={"endpoint-url": "", "region": region})
    return RegionFix(
        f"Remove {name}, or use the endpoint of {region}",
        (
            f"The endpoint URL is that of {endpoint['region']}. A Region that is set does not change it.",
            f"Without it, the client calls the endpoint of its Region, {region}."
            if repeated is not None
            else f"Without it, the client calls the endpoint of its Region, which must be {region}.",
        ),
        () if repeated is None or name != "--endpoint-url" else (repeated,),
        f"{name} is the endpoint of {endpoint['region']}",
    )


def _fix_object(text: str, setting: re.Match[str], region: str) -> RegionFix | None:
    """Return the fix for a setting at a path of YAML, in an object of Kubernetes or another file."""
    path = _find_path(text, setting.start())
    if len(path.keys) < 2:
        return None
    target = _find_object(text, setting.start())
    if target is not None:
        return _patch_object(text, target, path, setting["region"], region)
    return RegionFix(
        f"Set {path.inner}: {region}",
        (
            f"The text has {path.inner}: {setting['region']}. Change it there, then reload or restart the program (helm upgrade, for values).",
        ),
        (),
        f"{path.inner} is {setting['region']}",
    )


def _fix_variable(text: str, variable: re.Match[str], region: str) -> RegionFix:
    """Return the fix for an environment variable in the manifest of a workload."""
    name, target = variable["name"], _find_object(text, variable.start())
    place = f"{name} is {variable['region']}"
    if target is None:
        return RegionFix(
            f"Set {name} to {region} in the manifest", ("Then apply the manifest again.",), (), place
        )
    kind, workload, options = target
    of_kubectl = _TYPES.get(kind.lower(), kind)
    return RegionFix(
        f"Set {name} to {region} in the {of_kubectl} {clip_text(workload)}",
        ("If Helm or GitOps manages the workload, change it there: otherwise the next run undoes this.",),
        (command("kubectl", *options, "set", "env", f"{of_kubectl}/{workload}", f"{name}={region}"),),
        f"{place} in the {of_kubectl} {clip_text(workload)}",
    )


def _find_object(text: str, position: int) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the object of Kubernetes that a command before a position prints: its type, name and options."""
    shown = [*_SHOWN_OBJECT.finditer(text, 0, position)]
    # Another command ends the output.
    if not shown or "\n$ " in text[shown[-1].end() : position]:
        return None
    return _parse_object(shown[-1]["words"].split())


def _patch_object(
    text: str, target: tuple[str, str, tuple[str, ...]], path: _Path, signed: str, region: str
) -> RegionFix:
    """Return the fix for an object of Kubernetes: its type, name and options, and the path of the setting."""
    kind, name, options = target
    of_kubectl = _TYPES.get(kind.lower(), kind)
    full = _spell_type(text, of_kubectl)
    namespace = next((value for flag, value in pairwise(options) if flag in {"-n", "--namespace"}), None)
    shown = clip_text(name if namespace is None else f"{namespace}/{name}")
    steps: tuple[str, ...] = (
        "If Helm or GitOps manages the object, change it there: otherwise the next run undoes this.",
    )
    if path.scalar is None and "[]" not in path.keys and path.is_whole:
        change: Any = region
        for key in reversed(path.keys):
            change = {key: change}
        patch = json.dumps(change, separators=(",", ":"))
        lines = (command("kubectl", *options, "patch", of_kubectl, name, "--type", "merge", "-p", patch),)
    else:
        if path.scalar is not None:
            steps = (f"In the key {clip_text(path.keys[path.scalar])}, change {path.inner}.", *steps)
        lines = (command("kubectl", *options, "edit", of_kubectl, name),)
    return RegionFix(
        f"Set {path.inner} of the {full} {shown} to {region}",
        steps,
        lines,
        f"{path.inner} of the {full} {shown} is {signed}",
    )


class _Path(NamedTuple):
    """The keys from the top of a YAML document to a line.

    Attributes:
        keys: The keys; ``[]`` stands for an entry of a list.
        scalar: The index of the key whose value is a string of YAML, as in a ConfigMap.
        is_whole: Whether the text shows the document up to its top.
    """

    keys: tuple[str, ...]
    scalar: int | None
    is_whole: bool

    @property
    def inner(self) -> str:
        """The path in the document, or in the string of YAML."""
        keys = self.keys if self.scalar is None else self.keys[self.scalar + 1 :]
        return clip_text(".".join(keys).replace(".[]", "[]"))


def _find_path(text: str, position: int) -> _Path:
    r"""Return the path to a line of YAML.

    >>> _find_path("spec:\n  config:\n    region: x\n", 17).inner
    'spec.config.region'
    >>> _find_path("stores:\n- name: a\n  config:\n    region: x\n", 35).inner
    'stores[].config.region'
    """
    start = text.rfind("\n", 0, position) + 1
    found = _YAML_KEY.match(text, start)
    if found is None:
        return _Path((), None, is_whole=False)
    path = [found["key"]]
    scalars: list[int] = []
    # The column of the key, or that of the dash of its list while the key of the list is not found.
    column, of_list = len(found["indent"]), found["dash"] is not None
    if of_list:
        path.insert(0, "[]")
    for line in reversed(text[:start].splitlines()):
        above = _YAML_KEY.fullmatch(line)
        if not line.strip() or (above is None and not line.startswith((" ", "-"))):
            break
        if above is None:
            continue
        has_dash, indent = above["dash"] is not None, len(above["indent"])
        of_key = indent + 2 * has_dash
        # A list can begin in the column of its key.
        is_parent = (not has_dash and indent <= column) if of_list else of_key < column
        if is_parent:
            path.insert(0, above["key"])
            if above["rest"].startswith(("|", ">")):
                scalars.append(len(path))
            column, of_list = of_key, False
        if has_dash and not of_list and of_key == column:
            path.insert(0, "[]")
            column, of_list = indent, True
        if not column and not of_list:
            break
    scalar = len(path) - scalars[-1] if scalars else None
    return _Path(tuple(path), scalar, is_whole=not column and not of_list)


def _parse_object(words: list[str]) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the type and name of the object that ``kubectl get`` prints, and the options that select it.

    >>> _parse_object("-n tea get bsl default -o yaml".split())
    ('bsl', 'default', ('-n', 'tea'))
    """
    options: list[str] = []
    names: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _OPTIONS_WITH_VALUE:
            value = next(rest, "")
            if word not in {"-o", "--output"}:
                options += (word, value)
        elif word.startswith(("--namespace=", "--context=")):
            options.append(word)
        elif not word.startswith("-"):
            names.append(word)
    names = [each for name in names if name != "get" for each in name.split("/", 1)]
    if len(names) != 2 or any(commands.kubernetes_name(each.lower()) != each.lower() for each in names):
        return None
    return names[0], names[1], tuple(options)


def _spell_type(text: str, kind: str) -> str:
    """Return the name of a type as the text spells it, such as ``BackupStorageLocation``."""
    spelled: list[str] = [*re.findall(rf"\b{re.escape(kind)}\b", text, re.IGNORECASE), kind]
    return next((each for each in spelled if each[0].isupper()), spelled[0])


def _fix_section(case: Case[Failure], setting: re.Match[str], region: str) -> RegionFix:
    """Return the fix for a setting in a section of a file, a line of code or an option."""
    text, called = case.failure.text, context_of(case.facts).command
    # A block ends at an empty line.
    before, section = text[: setting.start()].rpartition("\n\n")[2], ""
    found = next(reversed(list(_SECTION.finditer(before))), None)
    if found is not None and "}" not in before[found.end() :]:
        section = found["name"].replace('"', "")
    written = setting[0].strip().replace('"', "")
    if written.startswith("--region"):
        written = f"--region {setting['region']}"
    if "(" in written:  # the argument of a class
        name = written.partition("(")[0]
        return RegionFix(
            f"Set the Region of {name} to {region}",
            (f"The text has {name} with {setting['region']}: change it there, then restart the program.",),
            (),
        )
    corrected = clip_text(written.replace(setting["region"], region))
    lines: tuple[str, ...] = ()
    # The AWS CLI has the settings of profiles.
    if section == "[default]":
        lines = (f"aws configure set region {region}",)
    elif section.startswith("[profile "):
        profile = section.removeprefix("[profile ").removesuffix("]")
        lines = (credential_remedies.with_profile(profile, f"aws configure set region {region}"),)
    elif written.startswith("--region") and called is not None:
        repeated = repeat_command(called, *called.words[:1], changes={"region": region})
        lines = () if repeated is None else (repeated,)
    elif section.startswith("backend"):
        lines = ("terraform init -reconfigure",)
    return RegionFix(
        f"Set {corrected}{' in ' if section else ''}{clip_text(section)}",
        (
            f"The text has {clip_text(written)}: change it where it is written."
            if written.startswith("--")
            else f"The text has {clip_text(written)}: change it there, then restart the program.",
        ),
        lines,
        f"{clip_text(written)}{' in ' if section else ''}{clip_text(section)} is wrong" if section else "",
    )


def _is_logged(text: str, position: int) -> bool:
    """Return whether a position is in a log entry, or on the line of the error."""
    end = text.find("\n", position)
    line = text[text.rfind("\n", 0, position) + 1 : end if end >= 0 else len(text)]
    return any(each in line for each in ("level=", "msg=", "is wrong; expecting"))


def check_bucket_command(bucket: str | None) -> str:
    """Return the command that prints the region of a bucket."""
    return f"aws s3api head-bucket --bucket {commands.bucket(bucket)} --query BucketRegion --output text"
