"""Find what else the text around a failure states: names, regions, hosts, where the code runs.

Searches are bounded. What they return comes from the text, so ``commands`` decides whether it gets into a command.
"""

from __future__ import annotations

import functools
import re
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.arns._principals import User
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.texts import text_signs

if TYPE_CHECKING:
    from typing import Protocol

    from iamtriage.explaining._cause_types import Cause, CauseType
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure
    from iamtriage.sts._endpoints import StsEndpoint

    class _HasFailure(Protocol):
        """A case or a denial."""

        @property
        def failure(self) -> Failure: ...


_AnyCase: TypeAlias = "Case[Failure]"

# A message often begins before the failure's span and continues after it.
_CHARS_BEFORE, _MAX_LENGTH, _CHARS_AFTER = 200, 4_000, 800
_CHARS_OF_COMMAND, _MAX_TOKEN = 4_000, 256
_ESCAPES = lazy_pattern(r"(?<!\\)\\+(?:[nrt]|u000[aAdD9])")
_SLASHES = lazy_pattern(r"(?<!\\)\\+(?=[\"'/])")

# Neither Terraform nor an SDK but botocore asks for the code of an MFA device on its own:
# https://github.com/hashicorp/terraform-provider-aws/issues/2420 and 10491, and the aws/session package of the Go SDK.
_PROGRAMS = text_signs.Signs(
    {
        r"/v1/(?:[\w-]{1,60}/(?:creds|sts)|auth/[\w-]{0,40}aws[\w-]{0,40}/(?:config|role))/\w|\bError (?:reading|writing)(?: data (?:from|to))? (?:auth/)?aws/(?:config|creds|roles?|sts)/|\bunable to fetch current caller: ": "Vault",
        r"\bpacker build\b|\bamazon-(?:chroot|ebs|instance)[\w.]{0,80}: ": "Packer",
        r"\.tf line \d|Error: Cannot assume IAM Role|\bError refreshing state: |(?<=\n)\* provider\.aws: |\b(?:terraform|tofu|terragrunt)[ :](?:plan|apply|init|destroy|import|refresh)\b|registry\.(?:terraform|opentofu)|in provider \"aws\"": "Terraform",
        r"\bpulumi (?:up|preview|destroy|refresh)\b|\bpulumi:|\bprovider=aws@|\bsdk-v2/provider2\.go": "Pulumi",
        r"\bconfiguring Terraform AWS Provider\b": "Terraform",  # also in Pulumi
        r"\borgId=\d{1,9} uname=|\blogger=(?:tsdb|plugin)\.\w|\bgrafana-server\b": "Grafana",
        r"\bdiscovery=ec2\b|\bec2_sd_configs?\b": "Prometheus",
        r"/\.vagrant\.d/|\bVagrantfile\b": "Vagrant",
        r"\bs3cmd (?:-|[a-z]{2,12}\b)|\bERROR: S3 error: \d": "s3cmd",
        r"\brclone (?:copy|lsd?|lsf|mount|move|sync)\b": "rclone",
        r"\brestic (?:-r|--repo|backup|check|forget|init|prune|restore|snapshots|unlock)\b": "restic",
        r"\bmc: <ERROR>": "mc",
        r"\bPHP (?:Fatal|Warning|Notice)\b|\bAws\\{1,2}(?:\w{1,40}\\{1,2})?Exception\b|/aws-sdk-php/": "PHP",
    }
)
_SDKS_WITHOUT_PROMPT = ("go-", "java-", "js", "dotnet", "php", "ruby", "rust", "cpp")
_ACCESS_KEY = lazy_pattern(r"(?<![A-Za-z0-9/+])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9/+=])")
_INSTANCE = lazy_pattern(r"(?a)(?<![\w-])i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![\w-])")
_ROLE_ARN = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|[^:\s/\"']{1,40}):role/[\w+=,.@/-]{1,512}"
)
# An ellipsis or a mask, but not a tag of HTML, follows the first part of a name.
_NAME_GOES_ON = lazy_pattern(r"\[?…|\[\.\.|<(?!br\b)[A-Za-z][\w -]{0,40}>|\$\{|\{\{")
# The name of an EKS cluster's host is in uppercase. Hosts that were not called: that of a namespace URL in XML, with /doc/,
# and a value of kms:ViaService in a policy.
_HOST = lazy_pattern(
    r"(?a)(?<![\w.-])(?<!ViaService\": \")(?<!ViaService\":\")(?<!ViaService\" = \")((?:[0-9A-F]{32}\.)?(?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}"
    r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|on\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov))"
    r"(?![\w-]|\.\w|/doc/)"
)
_REGISTRY = lazy_pattern(
    rf"(?a)(?<![\w.-])([0-9]{{12}})\.dkr[.-]ecr(?:-fips)?\.({REGION})"
    r"\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)(?![\w.-]{0,1}[\w-])"
)
# The Region of a registry whose account is masked.
_REGISTRY_REGION = lazy_pattern(rf"\.dkr[.-]ecr(?:-fips)?\.({REGION})\.")
_MAX_REGISTRIES = 20
_PULL_OR_PUSH = lazy_pattern(r"\bpu(?:ll|sh) ")
# The last one is from the action amazon-ecr-login.
_LOGIN_SIGNS = ("docker login", "podman login", "helm registry login", "Logging into registry")
# A name with a token this long can be a secret and isn't worth the risk.
_LONG_TOKEN = lazy_pattern(r"[A-Za-z0-9/+=]{32,}")
_DIGIT = lazy_pattern(r"[0-9+]")
_JWT = lazy_pattern(r"(?a)eyJ[\w-]{10}")
_KUBELET = lazy_pattern(
    r"Unable to register node|[Ff]ailed to ensure lease exists|updating node status|\bkubelet\b|failed to run Kubelet"
)
_KUBERNETES = lazy_pattern(
    r"eks\.amazonaws\.com/|WebIdentityErr|kubernetes|kubelet|169\.254\.170\.23|system:"
)

# CI systems as people name them.
_CI = lazy_pattern(
    r"\b(?:in|on) (?:an? |the |our )?(?:GitLab|GitHub Actions|Jenkins|CircleCI|Bitbucket|Azure DevOps|Buildkite|TeamCity|Drone|CI)\b|\b(?:GitLab CI|GitHub Actions|CircleCI|Bitbucket Pipelines?|CI (?:job|pipeline|runner))\b"
)


def error_code(failure: Failure) -> str:
    """Return the failure's error code as services write it, empty if it has none."""
    return _spell_code(failure.envelope.code or "")


# Logs repeat the same codes.
@functools.lru_cache(maxsize=512)
def _spell_code(code: str) -> str:
    from iamtriage._reading.vocabulary.codes import camel_case_code, normalize_code

    return camel_case_code(normalize_code(code))


_ERROR_ID = "FullyQualifiedErrorId"
_CMDLET = lazy_pattern(r"(?m)^[A-Z][a-z]{1,20}-[A-Za-z0-9]{2,60} ?: ")
_CHARS_OF_RECORD = 2_000
# Terraform's next error is about another resource.
_NEXT_ERROR = lazy_pattern(r"\n[ \t│|]{0,8}Error: (?:error )?[a-z]\w{2,20}ing ")


def message_text(case: _HasFailure, *, is_own: bool = False) -> str:
    """Return the failure's message with what follows it, without escapes and curly apostrophes, whitespace folded.

    Args:
        case: The failure.
        is_own: Whether Terraform's other errors are omitted.
    """
    failure = case.failure
    start, end = failure.span
    begin = max(start - _CHARS_BEFORE, 0)
    before = failure.text[max(begin - _MAX_TOKEN, 0) : begin]
    if before and not before[-1].isspace():  # a host or an ARN begins before
        begin -= len(before.split()[-1])
    if (id_at := failure.text.rfind(_ERROR_ID, begin, start)) != -1:
        # PowerShell prints the message first, and the class of the exception last.
        cmdlets = [*_CMDLET.finditer(failure.text, max(id_at - _CHARS_OF_RECORD, 0), id_at)]
        begin = cmdlets[-1].end() if cmdlets else begin
    stop = min(end, start + _MAX_LENGTH)
    if is_own:
        begin = max(
            (each.start() for each in _NEXT_ERROR.finditer(failure.text, begin, start)), default=begin
        )
    following = _NEXT_ERROR.search(failure.text, stop, stop + _CHARS_AFTER) if is_own else None
    words = failure.text[begin : stop + _CHARS_AFTER if following is None else following.start()]
    if "\\" in words:
        words = _SLASHES.sub("", _ESCAPES.sub(" ", words))
    return " ".join(words.replace("\u2019", "'").split())


def quote_phrases(words: str, *phrases: str) -> tuple[str, ...]:
    """Return a line of evidence for each phrase that the text contains.

    Nothing else of the text is shown. The first letter of a phrase can have either case.

    >>> quote_phrases("Unable to locate credentials: KEY", "Unable to locate credentials", "no such file")
    ('The text says "Unable to locate credentials".',)
    """
    # Most phrases are absent in both cases.
    likely = [each for each in phrases if each[1:] in words]
    found = [each if each in words else f"{each[0].swapcase()}{each[1:]}" for each in likely]
    return tuple([f'The text says "{each}".' for each in found if each in words])


def reported_cause(definition: CauseType, words: str, *phrases: str, text: str | None = None) -> Cause:
    """Return a cause that a message reports, with the phrases that the message contains as evidence."""
    return definition.cause("reported", quote_phrases(words, *phrases), text=text)


def contains_phrase(words: str, phrase: str) -> bool:
    """Return whether a text contains a phrase, ignoring the case of the first letter.

    >>> contains_phrase("Invalid principal in policy", "invalid principal in policy")
    True
    """
    return phrase in words or (phrase[1:] in words and f"{phrase[0].swapcase()}{phrase[1:]}" in words)


def safe_name(name: str | None) -> str | None:
    """Return a name, or ``None`` if it can be a secret.

    >>> safe_name("AdministratorAccess-111122223333"), safe_name("k7" * 20)
    ('AdministratorAccess-111122223333', None)
    """
    if name is None or _JWT.search(name) or any(_DIGIT.search(row) for row in _LONG_TOKEN.findall(name)):
        return None
    return name


def find_option(case: _AnyCase, name: str) -> str | None:
    """Return the value of an option, such as ``profile``, of the command that failed, or else of one before it.

    Options of other commands of the AWS CLI don't count.
    """
    command = case.context.command
    if command is not None and command.program == "aws":
        stated = command.option(name)
        return None if stated is None else safe_name(stated.value)
    failure = case.failure
    start = failure.span[0]
    before = failure.text[max(start - _CHARS_OF_COMMAND, 0) : start]
    if f"--{name}" not in before:
        return None
    # In a sentence, the next word is no value: "--profile with the new profile".
    found = re.findall(
        rf"(?<!\S)--{name}[ =][\"']?(?!\*|(?:and|for|in|is|or|that|the|to|with)\b)([^\s\"'`\\]{{1,128}})",
        before,
    )
    return safe_name(found[-1]) if found else None


def stated_option(case: _AnyCase, *names: str) -> str | None:
    """Return the value of an option of the command that failed, by any of its names."""
    command = case.context.command
    stated = None if command is None else command.option(*names)
    return None if stated is None else stated.value


def find_program(failure: Failure) -> str | None:
    """Return what made a call, unless it is the AWS CLI or boto3, which ask for the code of an MFA device.

    >>> from iamtriage import parse
    >>> denial = "An error occurred (AccessDenied) when calling the AssumeRole operation: Access denied"
    >>> find_program(parse(denial)), find_program(parse(f"Error: {denial}, on main.tf line 1"))
    (None, 'Terraform')
    """
    is_other_sdk = (failure.envelope.source or "").startswith(_SDKS_WITHOUT_PROMPT)
    return _PROGRAMS.find(failure.text) or ("the program" if is_other_sdk else None)


_CELL = lazy_pattern(r"(?m)^(?:Cell )?In ?\[\d{1,4}\]|<ipython-input-\d")


def runs_in_notebook(failure: Failure) -> bool:
    """Return whether a cell of a notebook made a call."""
    return _CELL.search(failure.text) is not None


def runs_in_ci(case: _AnyCase) -> bool:
    """Return whether a text is the log of a CI job, or says that one failed."""
    runtime = case.context.runtime
    return (runtime is not None and runtime.is_job) or _CI.search(case.failure.text) is not None


def find_user(case: _AnyCase) -> str | None:
    """Return the name of the IAM user in the command, or else of the caller."""
    caller = case.principal.name if isinstance(case.principal, User) else None
    return find_option(case, "user-name") or caller


def find_instance(text: str) -> str | None:
    """Return the ID of the EC2 instance, if a text names only one.

    >>> find_instance("i-0a1b2c3d4e5f60718 is running"), find_instance("i-0a1b2c3d, i-0a1b2c3e")
    ('i-0a1b2c3d4e5f60718', None)
    """
    return only_one(set(_INSTANCE.findall(text)) if "i-" in text else set())


def find_access_key(case: _AnyCase) -> str | None:
    """Return the first access key ID in the text."""
    text = case.text
    found = _ACCESS_KEY.search(text) if "AKIA" in text or "ASIA" in text else None
    return None if found is None else found[0]


def find_role_arn(text: str) -> str | None:
    """Return the first ARN of a role in a text, without trailing punctuation, or ``None`` if the text cuts it off.

    >>> find_role_arn("Not authorized to assume arn:aws:iam::111122223333:role/app.")
    'arn:aws:iam::111122223333:role/app'
    >>> find_role_arn("Not authorized to assume arn:aws:iam::111122223333:role/app-<region>")
    """
    found = _ROLE_ARN.search(text)
    if found is None or found[0].endswith("..") or _NAME_GOES_ON.match(text, found.end()):
        return None
    return found[0].rstrip(",.")


def find_aws_hosts(text: str) -> tuple[str, ...]:
    """Return the AWS hosts in a text, in order.

    >>> find_aws_hosts('Post "https://sts.eu-west-1.amazonaws.com/": EOF, xmlns="https://sts.amazonaws.com/doc/"')
    ('sts.eu-west-1.amazonaws.com',)
    """
    return tuple(dict.fromkeys(_HOST.findall(text))) if _may_name_hosts(text) else ()


def _may_name_hosts(text: str) -> bool:
    return ".amazonaws." in text or ".aws" in text or ".gov" in text


def find_region(case: _AnyCase) -> str | None:
    """Return the region of the call, if it is known and exists.

    The first of these wins: the facts; an option in the text; hosts in the text; the ARN of the resource.
    """
    for name in _candidate_regions(case):
        if name is not None and commands.region(name) == name and _find_endpoint(name) is not None:
            return name
    return None


def _candidate_regions(case: _AnyCase) -> tuple[str | None, ...]:
    if case.facts.region is not None:
        return (case.facts.region,)
    # Most texts name no host, and message_text takes longer than this test.
    hosts = find_aws_hosts(message_text(case)) if _may_name_hosts(case.failure.text) else ()
    host_labels = [label for host in hosts for label in host.split(".")]
    arns = map(try_parse_arn, (case.failure.resource, case.facts.resource))
    of_arns = (None if arn is None else arn.region for arn in arns)
    return (find_option(case, "region"), *host_labels, *of_arns)


def _find_endpoint(region: str | None) -> StsEndpoint | None:
    # Most explanations name no region.
    from iamtriage.sts._endpoints import find_endpoint

    return None if region is None else find_endpoint(region)


def find_partition(case: _AnyCase) -> str:
    """Return the partition of the caller, the region or the ARNs in the text, or else ``aws``."""
    partition = getattr(case.principal, "partition", None)  # accounts and services have none
    if isinstance(partition, str):
        return partition
    if (host := _find_endpoint(find_region(case))) is not None:
        return host.partition
    # A call that succeeded with another profile can be of another partition.
    from iamtriage.explaining._context.readers.other_profiles import hide_other_profiles
    from iamtriage.explaining._context.readers.unique_values import stated_partition

    return stated_partition(hide_other_profiles(case.failure, case.failure.text)) or "aws"


def is_from_kubelet(words: str) -> bool:
    """Return whether a kubelet wrote a text.

    >>> is_from_kubelet('Unable to register node "ip-10-0-0-1" with API server: Unauthorized')
    True
    """
    return _KUBELET.search(words) is not None


def find_registry(case: _AnyCase) -> tuple[str, str]:
    """Return the host and region of the ECR registry, with placeholders for what the text omits.

    The host is built from the account and the region, so it is safe in a command.
    """
    message = case.failure.text[slice(*case.failure.span)]
    found = _REGISTRY.search(message) or _find_called_registry(case.text)
    account = found[1] if found else case.failure.account
    masked = None if found else _REGISTRY_REGION.search(message) or _REGISTRY_REGION.search(case.text)
    region = found[2] if found else masked[1] if masked else find_region(case)
    host = _find_endpoint(region)
    suffix = "amazonaws.com" if host is None else host.host.partition(f".{region}.")[2] or "amazonaws.com"
    return f"{commands.account(account)}.dkr.ecr.{commands.region(region)}.{suffix}", commands.region(region)


def _find_called_registry(text: str) -> re.Match[str] | None:
    """Return the first registry to which the text shows no ``docker login``, or else the first one.

    >>> login = "docker login -u AWS 111122223333.dkr.ecr.us-east-1.amazonaws.com"
    >>> pull = "docker pull 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1"
    >>> _find_called_registry(f"{login}; {pull}")[2]
    'eu-west-1'
    """
    found = list(islice(_REGISTRY.finditer(text), _MAX_REGISTRIES))
    for each in found:
        before = text[max(each.start() - _CHARS_BEFORE, 0) : each.start()]
        last = _PULL_OR_PUSH.split(before)[-1]
        if not any(sign in last for sign in _LOGIN_SIGNS):
            return each
    return found[0] if found else None


def mentions_kubernetes(case: _AnyCase) -> bool:
    """Return whether the facts or the text mention Kubernetes."""
    return find_kubernetes_evidence(case) is not None


def find_kubernetes_evidence(case: _AnyCase) -> str | None:
    """Return where the facts or the text mention Kubernetes, as a sentence."""
    facts = case.facts
    for noun, value in (
        ("namespace", facts.namespace),
        ("service account", facts.service_account),
        ("Kubernetes version", facts.kubernetes_version),
        ("cluster", facts.cluster),
    ):
        if value is not None:
            return f"The {noun} is {clip_text(value)}."
    found = _KUBERNETES.search(case.text)
    words = text_signs.find_pod_wording(case.text) if found is None else found[0]
    if words and ".go:" in words:
        return "The log is that of process 1 of a container."
    plain = words and clip_text(words.replace('"', "").strip())
    return plain and f'The text says "{plain}".'
