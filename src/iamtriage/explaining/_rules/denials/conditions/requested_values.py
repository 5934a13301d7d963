"""Find what a denied request has for a condition key: a network, a prefix, a session tag, or a service in its Region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import Role, RoleSession, User
from iamtriage.explaining._context.readers.endpoints import (
    PUBLIC_ADDRESS,
    find_networks,
    find_said_endpoint,
    find_source_address,
)
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.listing_calls import find_listing_call
from iamtriage.explaining._context.readers.record_changes import find_record_changes
from iamtriage.explaining._context.readers.regions import find_mentioned_regions
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.deny_conditions import ANY_ENDPOINT
from iamtriage.explaining._rules.denials.conditions.forwarded_calls import comes_from_service
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.messages.decisions import request_values
from iamtriage.explaining._rules.shared.policies.policy_changes import Condition, change_conditions
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings

if TYPE_CHECKING:
    import re

    from iamtriage.authorization._decoded_statements import DenyingCondition

_ENDPOINT_OF_RECORD = lazy_pattern(r"\"vpcEndpointId\\?\"\s{0,8}:\s{0,8}\\?\"(vpce-[0-9a-f]{8,17})\\?\"")
SOURCE_IP = "aws:sourceip"
"""The key of the address, in lowercase."""

# The host of a private API, or of a service at an endpoint: those that the call names.
_ENDPOINT_OF_HOST = lazy_pattern(
    r"(?://|\b[a-z0-9]{10}-)(vpce-[0-9a-f]{8,17})(?:-[a-z0-9]{8})?\.(?:execute-api|[a-z0-9-]{2,40})\.[a-z]{2,5}-[a-z-]{4,20}-\d\."
)

# Settings of an endpoint, and commands that name one.
_ENDPOINT = lazy_pattern(
    r"(?i)(?<![\w$#])(?<!# )(?P<name>[\w.-]{0,60}endpoint[\w.-]{0,30}|base_?url|curl(?: -[\w-]{1,20}){0,4})[\"']?\s{0,3}(?:=>|[=:, (])\s{0,3}[\"']?"
    r"(?P<scheme>https?)(?P<host>://[\w.-]{1,200}\.amazonaws\.com(?:\.cn)?\b)"
)
# Services whose hosts contain the prefix of their actions, and that policies often deny without TLS.
_NAMED_BY_HOST = ("s3", "sns", "sqs")


def list_endpoints(denial: Denial) -> list[re.Match[str]]:
    """Return the settings of endpoints in a text, without those of other services than the denied one."""
    found = list(_ENDPOINT.finditer(denial.failure.text))
    if denial.service not in _NAMED_BY_HOST:
        return found
    return [each for each in found if denial.service in each["host"]]


def describe_way(text: str, condition: DenyingCondition, step: str) -> str:
    """Return how to call through an endpoint of a condition, from a step for any endpoint.

    If the host of the call names another one, the network that it is made in does not matter.
    """
    is_endpoint = condition.key.lower().endswith("vpce")
    if not is_endpoint or _ENDPOINT_OF_HOST.search(text) is None:
        named = "that endpoint" if is_endpoint else "an endpoint of that VPC"
        if len(condition.policy_values) > 1:
            named = "one of these endpoints" if is_endpoint else "an endpoint of one of these VPCs"
        return step.replace(ANY_ENDPOINT, named)
    return "The host in the URL names the endpoint. Use a DNS name of the other one, which aws ec2 describe-vpc-endpoints prints (DnsEntries), from a network that reaches it."


def sent_address(denial: Denial) -> tuple[str, ...] | None:
    """Return the address of the call in its record, as aws:SourceIp."""
    source = denial.failure.envelope.source_ip or ""
    values = request_values(denial.facts, SOURCE_IP)
    return values or ((source,) if PUBLIC_ADDRESS.fullmatch(source) else None)


def _find_network(name: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the value of the condition key of the address or the endpoint, ``None`` if it is unknown."""
    text = denial.failure.text
    if name == SOURCE_IP:
        # Through an endpoint, a request has none.
        said = None if "vpce" in text else find_source_address(text)
        return sent_address(denial) or (None if said is None else (said,))
    # If the text has several records of CloudTrail, the endpoint can be that of another request.
    endpoint = unique_value(_ENDPOINT_OF_RECORD, text) if text.count("eventName") == 1 else None
    if endpoint is None and "vpce-" in text:
        endpoint = unique_value(_ENDPOINT_OF_HOST, text) or find_said_endpoint(text)
    return None if endpoint is None else (endpoint.value,)


# How a command, a template or words show that a function has no network of the account.
_WITHOUT_VPC = lazy_pattern(
    r"\"VpcId\"\s?:\s?\"\"|\"VpcConfig\"\s?:\s?(?:null|\{\s{0,8}\})"
    r"|\b(?i:lambda|function)\b[^.\n]{0,60}?\b(?:not|n't|never|without|outside)\b[^.\n]{0,30}?\bVPC\b"
)


def is_function_without_vpc(denial: Denial) -> bool | None:
    """Return whether a Lambda function called whose calls do not leave from a VPC, ``None`` if no function did."""
    runtime = denial.context.runtime
    if runtime is None or runtime.kind != "lambda":
        return None
    return _WITHOUT_VPC.search(denial.failure.text) is not None


# Terraform's S3 backend lists workspaces: https://developer.hashicorp.com/terraform/language/backend/s3
_LISTS_WORKSPACES = "existing workspaces"
_WORKSPACES = lazy_pattern(
    r"(?: with prefix |\bworkspace_key_prefix\s{0,20}=\s{0,4})\"(?P<prefix>[^\"\n]{1,300}?)/?\""
)
_URI = lazy_pattern(r"s3://(?P<bucket>[a-z0-9.-]{3,63})/?(?P<prefix>.{0,1024})")
_FOLDER = lazy_pattern(r"(?a)[\w./=+-]{1,200}")
_OF_FOLDERS = frozenset({"cp", "mv", "rm"})


class Listing(NamedTuple):
    """What a call lists: values of the request, empty if it sends none, ``None`` if unknown."""

    prefix: tuple[str, ...]
    delimiter: tuple[str, ...] | None = None


def find_listing(text: str, command: CommandLine | None, bucket: str) -> Listing | None:
    """Return what a call lists, if the text shows it. The prefix of a whole bucket is empty."""
    if _LISTS_WORKSPACES in text:
        found = _WORKSPACES.search(text)
        return Listing((f"{found['prefix'] if found is not None else 'env:'}/",))
    if command is None or command.program != "aws" or len(command.words) < 2:
        call = find_listing_call(text)
        if call is None or call.prefix is None or call.bucket not in {None, bucket}:
            return None
        return Listing((call.prefix,), None if call.has_delimiter else ())
    if command.words[0] == "s3api":
        prefix, delimiter = command.option("prefix"), command.option("delimiter")
        return Listing((prefix.value if prefix else "",), (delimiter.value,) if delimiter else ())
    called = command.words[1]
    is_recursive = called == "sync" or "recursive" in dict(command.options)
    if command.words[0] != "s3" or not (
        called == "ls" or (is_recursive and called in {"sync", *_OF_FOLDERS})
    ):
        return None
    uris = [found for each in command.words[2:] if (found := _URI.fullmatch(each)) is not None]
    uri = next((each for each in uris if each["bucket"] == bucket), only_one(uris))
    if uri is None:
        return None
    is_folder = called == "sync" and uri["prefix"] and not uri["prefix"].endswith("/")
    return Listing((f"{uri['prefix']}{'/' * bool(is_folder)}",), () if is_recursive else ("/",))


def list_prefix_remedy(text: str, bucket: str, pattern: str, sent: str) -> Remedy:
    """Return how to list only what the condition of a policy on the prefix allows."""
    folder = pattern.rstrip("*")
    whole, late = "Without a prefix, the call lists the whole bucket", ": a filter in the code comes too late"
    lists = f"The call lists {clip_text(sent)}, with no slash at the end" if sent else whole
    call = find_listing_call(text) if _FOLDER.fullmatch(folder) else None
    if call is not None:
        return your_remedy(
            f"Pass the prefix {clip_text(folder)} in the call, as the policy requires",
            f"{lists}{'' if sent else late}. The policy can stay as it is.",
            manifest=call.with_prefix(folder),
            manifest_language="text",
            url=pages.EVALUATION,
        )
    line = commands.command("aws", "s3", "ls", f"s3://{bucket}/{folder}")
    return your_remedy(
        f"List below {clip_text(folder)}, which the policy allows",
        f"{lists}. Only if that is intended, let the condition accept {clip_text(sent) or 'an empty prefix'}, too.",
        commands=line if folder and "$" not in folder else None,
        url=pages.EVALUATION,
    )


# What a condition of Route 53 compares of all changes in a batch.
_OF_RECORDS = {
    "route53:changeresourcerecordsetsrecordtypes": "type",
    "route53:changeresourcerecordsetsnormalizedrecordnames": "name",
    "route53:changeresourcerecordsetsactions": "action",
}
_OS_USER = "ec2:osuser"
_OF_SERVICE = "aws:viaawsservice"
SHOWN = frozenset({SOURCE_IP, "aws:sourcevpce", _OF_SERVICE, _OS_USER, *_OF_RECORDS})
"""The keys whose values a record, a log or a command shows, in lowercase."""

_OPTIONS_OF_USER = ("instance-os-user", "os-user")
_DEFAULT_USER = "ec2-user"
_MSSH = lazy_pattern(
    r"(?a)(?<![\w-])mssh (?:-[\w-]{1,20} (?:[\w./-]{1,80} )?){0,5}(?P<user>[a-z_][\w-]{0,30})@"
)


def find_shown_values(name: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the values of one of the keys in :data:`SHOWN`, ``None`` if the text does not show them."""
    if name == _OS_USER:
        return _find_os_user(denial)
    if name == _OF_SERVICE:
        return comes_from_service(denial)
    part = _OF_RECORDS.get(name)
    if part is None:
        return _find_network(name, denial)
    if denial.lowercase_action != "route53:changeresourcerecordsets":
        return None
    changes = find_record_changes(denial.failure.text)
    return tuple(dict.fromkeys(filter(None, (getattr(each, part) for each in changes)))) or None


def explain_records(name: str, values: Sequence[str], denial: Denial) -> str | None:
    """Return why a batch of changes has records that a condition does not accept, ``None`` for other calls.

    https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/.
    """
    if name not in _OF_RECORDS:
        return None
    controller = find_controller(denial.failure.text)
    if "TXT" in values and controller is not None and controller.name == "ExternalDNS":
        return "With the TXT registry, its default, ExternalDNS writes a TXT record with each record, to know which ones are its own. One change that is not allowed stops the whole batch."
    return "One change that is not allowed stops the whole batch."


def _find_os_user(denial: Denial) -> tuple[str, ...] | None:
    """Return the user of the operating system for whom the call sends an SSH key.

    https://docs.aws.amazon.com/cli/latest/reference/ec2-instance-connect/ssh.html: the default is ec2-user.
    """
    command = denial.context.command
    stated = None if command is None else command.option(*_OPTIONS_OF_USER)
    is_ssh = command is not None and command.words[:2] == ("ec2-instance-connect", "ssh")
    if stated is not None or is_ssh:
        return (stated.value if stated else _DEFAULT_USER,)
    found = {each["user"] for each in _MSSH.finditer(denial.failure.text)}
    return tuple(found) if len(found) == 1 else None


_VARIABLE = lazy_pattern(r"\$\{(?i:aws:PrincipalTag)/(?P<tag>[a-z-]{1,60})\}")
_NOUNS = {"kubernetes-namespace": "namespace", "kubernetes-service-account": "service account"}


def fill_variables(values: tuple[str, ...], denial: Denial) -> tuple[str, ...]:
    """Return the values of a condition with the tags of the session in place of their variables, as far as they are known."""
    if not any("${" in each for each in values):
        return values
    return tuple(
        _VARIABLE.sub(lambda found: _find_tag(found["tag"], denial) or found[0], each) for each in values
    )


def describe_source(tag: str, value: str, denial: Denial) -> tuple[str, str] | None:
    """Return where a tag of the session comes from, and the pod that would have another value, ``None`` if it is no such tag.

    Args:
        tag: The key of the tag.
        value: The value that the resource has.
        denial: The denial.
    """
    own = _find_tag(tag, denial)
    if own is None:
        return None
    return (
        f"EKS Pod Identity sets the session tag {tag} to the {_NOUNS[tag]} of the pod, {clip_text(own)}.",
        f"run the pod {'in' if tag.endswith('namespace') else 'with'} the {_NOUNS[tag]} {clip_text(value)}",
    )


def find_variable(text: str) -> str | None:
    """Return the key of the only principal tag of a pod that is a variable in a value."""
    return only_one({each["tag"] for each in _VARIABLE.finditer(text)})


def _find_tag(tag: str, denial: Denial) -> str | None:
    session = denial.principal
    if (
        tag not in _NOUNS
        or not isinstance(session, RoleSession)
        or not session.session_name.startswith("eks-")
    ):
        return None
    return denial.facts.namespace if tag == "kubernetes-namespace" else denial.facts.service_account


# Only requests of service principals have them.
_OF_SERVICES = frozenset({"aws:sourcearn", "aws:sourceaccount"})
WITHOUT_REGION = lazy_pattern(r"[a-z0-9-]{2,40}\.amazonaws\.com(?:\.cn)?")
"""A value that kms:ViaService never has, because it lacks the Region."""
_VIA = lazy_pattern(
    r"(?P<service>[a-z0-9-]{2,40})\.(?P<region>[a-z]{2}(?:-[a-z]{2,9}){1,3}-\d)\.amazonaws\.com"
)


def _move_to_own_region(value: str, denial: Denial) -> str:
    """Return a value of kms:ViaService with the Region of the denied key: no service uses a key of another one."""
    found, key = _VIA.fullmatch(value), denial.resource_arn
    if found is None or key is None or key.service != "kms" or not key.region:
        return value
    return f"{found['service']}.{key.region}.amazonaws.com"


def move_via_service(denial: Denial, statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement whose conditions on kms:ViaService have the Region of the denied key."""

    def move(each: Condition) -> Condition:
        if each.key.lower() != "kms:viaservice":
            return each
        values = list(dict.fromkeys(_move_to_own_region(value, denial) for value in as_strings(each.value)))
        return each._replace(value=values if len(values) > 1 else values[0])

    return change_conditions(statement, move)


def find_via_service(denial: Denial) -> str | None:
    """Return the value of kms:ViaService in the request to KMS that a call of another service implies.

    It has a placeholder for a Region that is not known.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    operation, text = encrypted_data.called_operation(denial), denial.failure.text
    callers = [each.service for each in actions_for(operation)] if operation else []
    if "kms" in callers:
        return None
    service = denial.service if denial.service in encrypted_data.SERVICES else None
    service = service or next((each for each in callers[:1] if each in encrypted_data.SERVICES), None)
    service = "secretsmanager" if "Access to KMS is not allowed" in text else service
    service = service or encrypted_data.find_calling_service(denial)
    arn = denial.resource_arn
    region = (
        (arn.region if arn else None)
        or encrypted_data.find_region_of_data(denial, service)
        or region_argument(denial)
    )
    if region == "REGION":
        only = only_one(find_mentioned_regions(text))
        region = find_region(denial.case) or only or region
    condition = encrypted_data.via_service(service, region, denial.location.partition)
    return None if condition is None else condition["StringEquals"]["kms:ViaService"]


def _may_be_role(value: str, role: Role, denial: Denial) -> bool:
    """Return whether a value for aws:PrincipalArn can be a role of which STS does not report the path."""
    prefix, found, rest = value.partition(":role/")
    is_own = matches(role.name, compile_glob(rest.rpartition("/")[2])) if found else False
    if is_own and matches(str(role).partition(":role/")[0], compile_glob(prefix)):
        return True
    if "${" in value or matches(str(role), compile_glob(value)):
        return True
    # AWS says that a Deny matched, which exempts a role whose path fits its pattern.
    has_pattern = not {"*", "?"}.isdisjoint(value) and ":assumed-role/" not in value
    return has_pattern and not denial.is_explicit


# The keys of the network of a call, with what their values begin with.
_NETWORKS = {
    "ec2:subnet": "subnet",
    "ec2:vpc": "vpc",
    "lambda:securitygroupids": "sg",
    "lambda:subnetids": "subnet",
    "lambda:vpcids": "vpc",
}


def _find_cluster(denial: Denial) -> str | None:
    """Return the name of the ECS cluster in the ARN of a service or task, or in the denied command."""
    command, parts = denial.context.command, (denial.resource or "").split("/")
    stated = None if command is None else command.option("cluster")
    is_below = len(parts) > 2 and parts[0].endswith((":service", ":task", ":container-instance"))
    return parts[1] if is_below else stated and stated.value.rpartition("/")[2]


def find_value_instead(key: str, values: Sequence[str], denial: Denial) -> tuple[str, ...] | None:
    """Return what the request has for a condition key whose values no request has, ``None`` if they can be right."""
    name, found = key.lower(), None
    if name == "ecs:cluster" and values and (cluster := _find_cluster(denial)) is not None:
        # Only its name is known, so that a cluster of another Region or account can be meant.
        arn = f"{values[0].rpartition('/')[0]}/{cluster}"
        return None if any(matches(arn, compile_glob(each)) for each in values) else (arn,)
    if name in _NETWORKS:
        return find_networks(denial.failure.text, _NETWORKS[name], values)
    if name in _OF_SERVICES and (denial.role is not None or isinstance(denial.principal, User)):
        return ()
    moved = [_move_to_own_region(each, denial) for each in values] if name == "kms:viaservice" else []
    if moved and all(map(WITHOUT_REGION.fullmatch, values)):
        found = find_via_service(denial)
    elif moved and not {*moved} & {*values} and len(set(moved)) == 1 and not denial.is_explicit:
        # Whatever service it is, it is in the Region of the key.
        found = find_via_service(denial) or moved[0]
    role = denial.role
    if name == "aws:principalarn" and role and not any(_may_be_role(each, role, denial) for each in values):
        # The key has the ARN of the session's role.
        found = str(role)
    return None if found is None else (found,)
