"""Represent how to correct a Region or the endpoint of STS, such as in a ConfigMap or in the settings of Hadoop."""

from __future__ import annotations

import json
import re

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one, search_last
from iamtriage._text import clip_text, line_at, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes import program_regions
from iamtriage.explaining._context.readers.pasted_policies import find_file
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import Commands, present, your_remedy
from iamtriage.failures._failures import CredentialScope, Failure

REGION_NAME = r"[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]"
"""The source of a pattern for the code of a Region, as settings have it."""
# A setting whose name and value are two arguments, elements of XML, for Spark, words of a line, or members that set a value
# of a Helm chart. To read one with a default sets nothing.
_PAIR = lazy_pattern(
    r"(?am)(?:(?:(?<=[(\[,])(?<!get\()(?<!env\()|^)\s{0,40}[\"'](?P<argument>[\w.-]{0,100}(?i:region))[\"']\s?,\s{0,40}[\"']"
    r"|<name>\s{0,9}(?P<element>[\w.-]{0,100}region)\s{0,9}</name>\s{0,80}<value>\s{0,9}"
    r"|\bname[ \t]{0,20}[=:][ \t]?[\"']?(?P<value>[\w.\[\]\\-]{0,100}[Rr]egion)[\"']?,?\s{1,40}value[ \t]{0,20}[=:][ \t]?[\"']?"
    rf"|^[ \t]{{0,20}}(?P<word>spark\.[\w.-]{{1,100}}\.region)[ \t]{{1,40}})(?P<region>{REGION_NAME})\b"
)
_OF_BUCKET = lazy_pattern(r"\.bucket\.([a-z0-9._-]{3,63}?)\.(?:endpoint\.)?region\Z")
_OF_SERVICE = lazy_pattern(
    r"(?i:(?:\A|[._-])(dynamodb|glue|kinesis|kms|lambda|rds|secretsmanager|ses|sns|sqs|ssm|sts)(?=[._-]))"
)
_CENTRAL = lazy_pattern(
    r"(?a)\b(?P<name>[\w.-]{0,100}(?i:endpoint)(?:_?[Uu][Rr][Ll])?)[\"']?(?:\s{0,4}[=:,]\s{0,4}|[ \t]{1,40}|\s{0,9}</name>\s{0,80}<value>\s{0,9})[\"']?(?:https?://)?s3\.amazonaws\.com(?![\w.-])"
)
S3A, _SPARK = lazy_pattern(r"\bs3a://|\bfs\.s3a\b"), lazy_pattern(r"(?i)\b(?:py)?spark|\bPy4J")
# The values of a Helm chart, in a file or as printed, and the command that applies them.
_HELM_VALUES = lazy_pattern(r"(?i)(?:\A|[/_.-])values[\w.-]{0,40}\.ya?ml\Z")
_PRINTED_VALUES = lazy_pattern(r"\bhelm get values\b|(?m:^(?:USER-SUPPLIED|COMPUTED) VALUES:)")
_COMPOSE = lazy_pattern(r"(?:\A|/)(?:docker-)?compose[\w.-]{0,40}\.ya?ml\Z")
_REGION = lazy_pattern(rf"(?<=[Rr]egion=)[\"']?{REGION_NAME}\b[\"']?")
_UPGRADE = lazy_pattern(r"(?m)^[ \t]{0,8}[$#%❯]? ?(?P<line>helm upgrade [^\n]{1,300})$")
_RELEASE = lazy_pattern(r"\bresource \"helm_release\" \"(?P<name>[\w-]{1,80})\" ?\{")
# A manifest up to its metadata.
_MANIFEST = lazy_pattern(
    r"(?m)^kind:[ \t]{1,4}(?P<kind>[A-Z][A-Za-z]{2,60})[ \t\r]{0,8}\n(?:(?!kind:|spec:)[^\n]{0,400}\n){0,4}?metadata:[ \t\r]{0,8}\n(?P<metadata>(?:[ \t]{1,20}[^\n]{0,400}\n){1,60})"
)
_NAME, _NAMESPACE = (
    lazy_pattern(rf"(?m)^[ \t]{{1,8}}{key}:[ \t]{{1,4}}[\"']?({KUBERNETES_NAME})\b")
    for key in ("name", "namespace")
)
_SEPARATOR = lazy_pattern(r"(?m)^---")
_LOCATION = lazy_pattern(rf"\b(BackupStorageLocation|VolumeSnapshotLocation) \\?\"({KUBERNETES_NAME})\\?\"")
# These are no custom resources: their containers have the settings.
_WORKLOADS = frozenset(
    {"ConfigMap", "CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "Secret", "StatefulSet"}
)
_CHARS_OF_MANIFEST = 4_000
_NOT_SET = lazy_pattern(r"^\s{0,40}(?:#|//|--)|\b(?i:removed|deleted|used to|last (?:week|month|year))\b")
_START_AGAIN = "start the application, or the notebook's kernel, again: a running one keeps its settings"


class RegionFix(NamedTuple):
    """How to correct the region."""

    title: str
    steps: tuple[str, ...]
    commands: Commands
    place: str = ""
    manifest: str | None = None


def fix_config_map(case: Case[Failure], shown: program_regions.ProgramRegion, region: str) -> RegionFix:
    """Return how to set the Region in a ConfigMap of the text."""
    namespace = commands.namespace(shown.namespace or case.facts.namespace)
    change = clusters.patch_map_command(shown.config_map, namespace, dict.fromkeys(shown.keys, region))
    if not shown.keys:  # a file in it has the Region
        name = commands.kubernetes_name(shown.config_map)
        change = f"kubectl edit configmap {name} --namespace {namespace}"
    restart = clusters.restart_command(case).replace("--namespace NAMESPACE", f"--namespace {namespace}")
    where = f"the ConfigMap {clip_text(shown.config_map)}"
    return RegionFix(
        f"Set {clip_text(shown.words.replace(shown.region, region))} in {where}",
        (
            "All programs that read it get the new Region. If a chart or Git manages it, change it there, too.",
        ),
        (change, Labelled.required("Then restart the pods, which read it when they start:", restart)),
        f"{clip_text(shown.words)} in {where} is wrong",
    )


def find_pair(case: Case[Failure], signed: str | None, bucket: str | None) -> re.Match[str] | None:
    """Return the setting with a Region that can be the one of the client: not another bucket's or service's."""
    service = "s3" if "authorization header is malformed" in case.failure.text else case.service
    for found in find_said(case.failure.text, _PAIR):
        name = next(filter(None, found.groups()))
        of_bucket, of_service = _OF_BUCKET.search(name), _OF_SERVICE.search(name)
        is_other = (of_bucket and of_bucket[1] != bucket) or (of_service and of_service[1].lower() != service)
        if found["region"] == signed and not is_other:
            return found
    return None


def fix_pair(pair: re.Match[str], region: str) -> RegionFix:
    """Return how to correct a setting that a text has as a pair of a name and a value."""
    name, where = clip_text(next(filter(None, pair.groups()))), ""
    again = _START_AGAIN if S3A.search(name) else "restart the program"
    if pair["value"] and (release := search_last(_RELEASE, pair.string, 0, pair.start())):
        where, again = f" in helm_release.{release['name']}", "run terraform apply"
    elif pair["value"]:
        again = "deploy the chart again"
    step = f"The text has {pair['region']}: change it there, then {again}."
    return RegionFix(f"Set {name} to {region}{where}", (step,), (), f"{name}{where} is {pair['region']}")


class _Resource(NamedTuple):
    """A custom resource in a cluster."""

    kind: str
    name: str
    namespace: str | None


def fix_resource(
    case: Case[Failure], start: int, path: str, written: str, signed: str, region: str
) -> RegionFix | None:
    """Return how to set the Region in the specification of a custom resource, such as the location of a backup.

    Args:
        case: The case.
        start: Where the setting is in the text.
        path: The keys of YAML above it.
        written: The setting.
        signed: The wrong Region.
        region: The right one.
    """
    key, separator, _ = written.partition(":")
    found = _find_resource(case.failure.text, start) if path.partition(".")[0] == "spec" else None
    if found is None or not separator or commands.kubernetes_name(found.name) != found.name:
        return None
    patch: dict[str, object] = {key.strip("\"' "): region}
    for each in reversed(path.split(".")):
        patch = {each: patch}
    namespace = "" if found.kind.startswith("Cluster") else " --namespace {}"
    values = (
        found.name,
        *((commands.namespace(found.namespace or case.facts.namespace),) if namespace else ()),
    )
    call = f"kubectl patch {found.kind.lower()} {{}}{namespace} --type merge --patch {{}}"
    place = f"{path} of the {found.kind} {found.name}"
    return RegionFix(
        f"Set {clip_text(written.replace(signed, region))} in {place}",
        ("Its controller reads the change. If a chart or Git has the manifest, change it there, too.",),
        (commands.fill_command(call, *values, json.dumps(patch)),),
        f"{clip_text(written)} in {place} is wrong",
    )


def _find_resource(text: str, start: int) -> _Resource | None:
    """Return the custom resource whose specification a position of a text is in, or the one that an error names."""
    separator = search_last(_SEPARATOR, text, 0, start)
    low = max(separator.end() if separator else 0, start - _CHARS_OF_MANIFEST)
    manifest = search_last(_MANIFEST, text, low, start)
    if manifest is not None:
        namespace = _NAMESPACE.search(manifest["metadata"])
        name = _NAME.search(manifest["metadata"])
        if name is None or manifest["kind"] in _WORKLOADS:
            return None
        return _Resource(manifest["kind"], name[1], namespace and namespace[1])
    named = only_one({(each[1], each[2]) for each in _LOCATION.finditer(text)})
    return None if named is None else _Resource(*named, None)


def find_path(above: list[re.Match[str]], column: int) -> str:
    """Return the keys of YAML that a line in a column is below, such as ``loki.storage.s3``."""
    path: list[str] = []  # from the outermost key
    for each in reversed(above):
        if len(each["indent"]) < column:
            path.insert(0, each["name"])
            column = len(each["indent"])
    # An element of a list has no name.
    return "" if any(each.startswith(("-", "[")) or " " in each for each in path) else ".".join(path)


def how_to_apply(text: str, start: int, file: str | None, region: str) -> tuple[str, tuple[str, ...]]:
    """Return how a program gets a changed setting, and the command for it if the text shows that.

    Args:
        text: The text with the setting.
        start: Where the setting is.
        file: The file that it is in.
        region: The Region that it must have.
    """
    if (line := _UPGRADE.match(text, line_start(text, start))) is not None:
        changed = commands.repeat_line(_REGION.sub(region, line["line"].strip()))
        return "run helm upgrade again with it", present(changed)
    if file is not None and _COMPOSE.search(file):
        return "run docker compose up -d: docker compose restart keeps the old value", ()
    if file is not None and ".github/workflows/" in file:
        return "push it, and run the workflow again: to re-run a job keeps the old file", ()
    if not _HELM_VALUES.search(file or "") and not _PRINTED_VALUES.search(text, 0, start):
        return "restart the program", ()
    again = "run helm upgrade with these values (or commit them, for Argo CD or Flux): a restart alone does not apply them"
    upgrade = _UPGRADE.search(text)
    return again, present(upgrade and commands.repeat_line(upgrade["line"].strip()))


def fix_s3a(text: str, region: str) -> RegionFix:
    """Return how to set the Region of S3A, which reads neither a profile nor the variables of the SDK.

    https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/connecting.html
    """
    name, where = "fs.s3a.endpoint.region", "in core-site.xml or with -D"
    if _SPARK.search(text):
        name, where = f"spark.hadoop.{name}", "with --conf or with .config() of the session's builder"
    of_bucket = name.replace("s3a", "s3a.bucket.BUCKET")
    step = f"Set it {where}, or for one bucket as {of_bucket}. S3A ignores AWS_REGION. Then {_START_AGAIN}."
    return RegionFix(f"Set {name} to {region}", (step,), ())


def leave_central_endpoint(text: str, region: str | None) -> str | None:
    """Return the step for a setting of the endpoint without a Region, for which old clients sign for us-east-1."""
    found = next(find_said(text, _CENTRAL), None)
    found = found and (None if _NOT_SET.search(line_at(text, *found.span())) else found)
    if found is None or region in {None, "us-east-1"}:
        return None
    host = f"s3.{region}.amazonaws.com{'.cn' if str(region).startswith('cn-') else ''}"
    return f"Also remove {clip_text(found['name'])}, which is s3.amazonaws.com, or set it to {host}."


# https://registry.terraform.io/providers/hashicorp/aws/latest/docs#sts_region-1
IN_TERRAFORM = "In Terraform, check sts_region and endpoints { sts } in the provider block: together, they must name the endpoint of the same Region."


def write_sts_region(region: str, sts_region: str) -> str:
    """Return the provider block of Terraform that calls STS in another Region than the other services.

    https://github.com/hashicorp/terraform-provider-aws/issues/32549
    """
    return f'provider "aws" {{\n  region     = "{region}"\n  sts_region = "{sts_region}"\n  # the other arguments stay\n}}\n'


def updated_client_remedy(case: Case[CredentialScope], url: str) -> Remedy:
    """Return the remedy for a text that shows no endpoint URL: the program or its SDK can choose the wrong endpoint."""
    # https://github.com/cognitect-labs/aws-api/issues/27
    client = "library or tool that made the call" if case.context.terraform is None else "AWS provider"
    return your_remedy(
        f"Update the {client}, and remove any endpoint URL of STS",
        "Some versions call the global STS endpoint, but sign for the client's Region. Until then, set the Region of only the STS client to us-east-1.",
        f"An endpoint URL of STS in code, profile or environment must be that of the signed Region: {url}.",
        None if case.context.terraform is None else IN_TERRAFORM,
        commands="env | grep AWS_ENDPOINT_URL",
        url=pages.STS_REGIONS,
    )


# A quoted endpoint is an argument of a client in code. Config files have no quotes.
_CODED = lazy_pattern(
    r"(?a)(?<![-\w])(?P<name>(?i:endpoint(?:_?ur[li]|_?override)?|base_?endpoint|service_?url))[\"']?(?: ?=>| ?[:=(]) ?[^\n\"']{0,40}[\"']https?://(?P<host>[\w.-]{1,100})/?[\"']"
)
# A comment, or a line that a change removes.
_NO_CODE = lazy_pattern(r"-|[^\S\n]{0,80}(?:#|//)")


def find_coded_endpoint(case: Case[Failure], host: str) -> tuple[str, str] | None:
    """Return the only argument in code that sets the endpoint of STS, and the file that it is in."""
    text = case.failure.text
    found = only_one([each for each in _CODED.finditer(text) if each["host"] == host])
    line = line_start(text, found.start()) if found else 0
    if found is None or case.context.terraform is not None or _NO_CODE.match(text, line):
        return None
    return found["name"], clip_text(find_file(text, line) or "the code")
