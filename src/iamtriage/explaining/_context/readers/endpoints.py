"""Find the endpoint that a command, the code or the settings name, if it does not belong to AWS, proxies, and the IDs of networks.

Where AWS SDKs read endpoints from: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.actions._operations import actions_for, service_prefix
from iamtriage.explaining._context.model import CLOUD_HOSTS
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.values import CommandLine, Stated
from iamtriage.failures._failures import Failure
from iamtriage.sts._endpoint_table import PARTITIONS

# Variables in the output of env, in a manifest, or in a ConfigMap. The addresses are called with http.
_PROXY = lazy_pattern(r"(?ia)\b(?:http|all)_proxy(?:=|: )[\"']?\w")
_NO_PROXY = lazy_pattern(r"(?ia)\bno_proxy(?:=|: )[\"']?(?P<hosts>[\w.:,/*\[\]-]{0,400})")
_HOST = (
    r"(?:[\w.-]{1,100}@)?(?P<HOST>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::\d{1,5})?)(?![\w$@{])"
)
_ENDPOINT = lazy_pattern(rf"(?a)(?:https?://)?{_HOST}")
# Variables and config files apply to all commands of a shell.
_SETTING = lazy_pattern(
    rf"(?am)(?:(?<![\w$])(?P<name>AWS_ENDPOINT_URL(?:_(?P<service>[A-Z][A-Z0-9_]{{1,40}}))?)[\"']?\s?[=:]|^\s{{0,8}}(?P<key>endpoint_url)\s?=)"
    rf"\s?[\"']?https?://{_HOST}"
)
# Arguments of clients, options and settings of tools, and the tools' messages about them. An address without a scheme has a port.
_ARGUMENT = lazy_pattern(
    r"(?a)(?:\b(?:(?:client|resource)\(\s?[\"']|new (?:AWS\.)?(?=[A-Z]))(?P<service>[\w-]{2,40}?)(?:[\"']|(?:Client)?\()[^()]{0,200}?)?(?<![\w-])(?P<name>(?:[A-Za-z_-]{0,16}(?i:s3|stor(?:e|age)|bucket|minio|ceph|rgw|object)[a-z]{0,8}[_-]?)?(?:[Ee]ndpoint|ENDPOINT)s?(?:[ _-]?(?:URL|[Uu]rl|[Oo]verride|[Hh]ost))?|--(?:s3-)?endpoint(?:-url)?"
    r"|endpoint_?[Uu]rl|EndpointUrl|endpointOverride|BaseEndpoint|[Ss]erviceU[Rr][Ll]|s3Url|fs\.s3a\.endpoint"
    r"|(?:[A-Z]{2,20}_){0,2}S3_ENDPOINT(?:_URL)?|(?:AWS_|MINIO_)?ENDPOINT(?:_URL)?|host_base|endpoint_override|s3_endpoint)(?P<key>)(?![\w.-])(?:[^\w\n]{1,6}| (?:is|was|of|(?:is )?set to|points to) [^\w\n]{0,2}|</name>\s{0,40}<value>\s{0,20})"
    rf"(?:(?:aws\.String|URI\.create|\w{{2,12}}\s?=)[^\w\n]{{1,4}})?(?:https?://|(?=[a-z0-9.-]{{1,100}}:\d{{4,5}}(?!\d))|(?=[a-z0-9.-]{{1,100}}\.(?:{CLOUD_HOSTS})\b)){_HOST}"
)
# An option in a list of JSON: "--endpoint-url","https://10.0.0.9:6443".
_OPTION_IN_LIST = lazy_pattern(
    rf"(?a)\"(?P<name>--(?:s3-)?endpoint-url)(?P<key>)(?P<service>)\", ?\"https?://{_HOST}"
)
# A variable in a list, a file or a manifest, not in prose. It takes precedence over AWS_STS_REGIONAL_ENDPOINTS:
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
_GLOBAL_VARIABLE = lazy_pattern(
    r"(?m)^[ \t]{0,40}(?:[$%>] |- )?(?:export |ENV |Environment=|\{ ?)?(?:[\"']?name[\"']?: )?[\"']?AWS_ENDPOINT_URL_STS[\"']?(?:\s?[=:]|,?\s{1,40}[\"']?value[\"']?:)\s{0,9}[\"']?https://sts\.amazonaws\.com/?[\"']?[ \t]?\}?,?[ \t]*$"
    # Several in one line, as programs log their environment, and JSON, such as the data of a ConfigMap.
    r"|[ ,{]AWS_[A-Z_]{2,40}=[^\s,;]{1,200}[ ,](?:[^\n#]{0,400}[ ,])?AWS_ENDPOINT_URL_STS=https://sts\.amazonaws\.com/?(?=[\s,}]|\Z)"
    r"|\"AWS_ENDPOINT_URL_STS\"(?:,\s?\"value\")?\s?:\s?\"https://sts\.amazonaws\.com/?\""
)
# Names that programs also have for what is not a store, and that of a store in general.
_GENERAL_NAME = lazy_pattern(
    r"[Ee]ndpoints?(?:[ -]\w{3,8})?|ENDPOINT(?:_URL)?|(?i:[a-z_-]{0,16}(?:stor(?:e|age)|bucket|minio|ceph|rgw|object)[\w-]{0,40})"
)
# Before or in an endpoint: what is no store.
_OTHER_SERVER = lazy_pattern(
    r"(?i:\b(?:otlp|otel|opentelemetry|collector|exporter|traces?|tracing|metrics?|telemetry|webhook|callback|hooks?|login|oidc|oauth2?|sso|keycloak|graphql|grpc|health|kafka|redis)\b)"
)
# The host and port of an endpoint in the code, as variables that the text sets.
_TEMPLATE = lazy_pattern(r"(?a)(?<=://)\$?\{(\w{2,30})\}(?::\$?\{(\w{2,30})\})?")
# Each one takes a search of the text.
_MAX_TEMPLATES = 4
# "AccessDenied from Cloudflare R2", but not "migrated from MinIO to S3".
_PRODUCT = lazy_pattern(
    r"\b(?:against|at|(?<!migrating )(?<!migrated )(?<!moved )from|into?|on|our|my|the|to|uses?|using|via|with|by)\s{1,2}(?:an? |local |self-hosted ){0,2}"
    r"(?P<name>Cloudflare R2|Backblaze B2|DigitalOcean Spaces|Wasabi|[Mm]in(?:io|IO)|Ceph(?: RGW| Object Gateway)?|Hetzner Object Storage|Scaleway Object Storage"
    r"|Linode Object Storage|OVH(?:cloud)? Object Storage|Oracle (?:Cloud )?Object Storage|Tigris|LocalStack)\b"
)
# "using a non-amazon S3 object store", but not in a question.
_OTHER_STORE = lazy_pattern(
    r"(?i)\b(?:us(?:e|es|ing)|runs?|running|against|via|have)\s{1,2}(?:(?:an?|our|the|their|my)\s)?(?:(?:own|local|self-hosted|on-prem(?:ises)?|private)\s){0,2}"
    r"(?:non-(?:amazon|aws)(?:\sS3)?|S3[ -]compatible)(?:\sS3)?(?:\sobject)?\s(?:stor(?:e|age)|backend|service|system|provider|server|gateway)\b(?![^\n.?]{0,80}\?)"
)
KEY_LENGTH = lazy_pattern(r"\baccess key has length (?P<length>\d{1,3}), should be (?P<own>\d{1,3})\b")
"""What only Cloudflare R2 says, such as of a key of AWS. Source: https://developers.cloudflare.com/r2/api/tokens/."""
# S3 names no bucket in this error, and MinIO both: https://github.com/minio/minio/blob/master/cmd/api-response.go
# S3 says "The AWS Access Key Id", and its host IDs are not hexadecimal.
_MINIO_BODY = lazy_pattern(
    r"<Code>AccessDenied</Code>[^\n]{0,400}?<BucketName>[^<\n]{1,63}</BucketName>\s{0,20}<Resource>/"
    r"|\bInvalidAccessKeyId: The Access Key Id you provided does not exist|\b(?:HostID|host id|Extended Request ID): ?[0-9a-f]{64}\b"
)
# Its unique_trans_id writes tx%021llx-%010llx, the ID of the instance and the zone:
# https://github.com/ceph/ceph/blob/main/src/rgw/services/svc_zone_utils.cc
CEPH_REQUEST = lazy_pattern(
    r"(?i:\brequest_?[ -]?id)[\"'>]?[:=]?\s?[\"']?tx0{5}[0-9a-f]{16}-00[0-9a-f]{8}-[0-9a-f]{4,16}-[\w-]{1,40}\w"
)
"""The ID of a request that the Object Gateway of Ceph answered."""
_ANSWERS = {
    "Cloudflare R2": KEY_LENGTH,
    "Ceph": CEPH_REQUEST,
    "MinIO": _MINIO_BODY,
    "Backblaze B2": lazy_pattern(
        r"<Message>not entitled</Message>|\bAccessDenied\b[^\n]{0,80}: not entitled(?! to\b)\b"
    ),
}
UNNAMED_SYSTEM = "that system"
"""What stands for a system that a text describes without its name."""
# Words that show that a text is about AWS, too, or that the other system is not the one that fails.
_AWS_SIGNS = lazy_pattern(
    r"amazonaws\.com|\barn:aws|\b(?:AWS|IAM) (?:accounts?|buckets?|polic(?:y|ies)|roles?|users?|side)\b|(?<!Service: )\b(?:Amazon|real|actual) S3\b"
    r"|\b(?:from|to|on|in|into|at|with|against|for|and|or|than) (?:an? |the )?(?:AWS )?S3\b(?![ -](?:compatible|API|client|gateway|endpoint|interface|protocol))"
    r"|\bwork(?:s|ed) (?:fine |well |perfectly )?(?:against|with|on|in|locally)\b|\b(?:in|on) (?:prod\b|production\b)"
)
# "amazon.com" is the domain of the documentation and the console.
_AWS_SUFFIXES = tuple(
    f".{suffix}"
    for suffix in (
        *(each.dns_suffix for each in PARTITIONS),
        *(each.dual_stack_suffix for each in PARTITIONS),
        *("amazon.com", "on.aws", "aws.dev"),
    )
)
# The metadata endpoints of instances and containers.
_LINK_LOCAL = "169.254."
_IGNORED = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"


def find_other_endpoint(
    failure: Failure, section: str, whole: str, command: CommandLine | None
) -> Stated | None:
    """Return the host outside AWS that the failed call was sent to, with the setting that names it.

    Args:
        failure: The failure.
        section: The text of the failed command or the log entry.
        whole: The text around it.
        command: The command that failed.
    """
    if command is not None and (option := command.option("endpoint-url", "endpoint")):
        found = _ENDPOINT.match(option.value)
        return None if found is None else _other_host(found["HOST"], option.words.partition(" ")[0])
    if _IGNORED in whole:
        return None
    stated = list(_find_settings(_SETTING, whole, failure))
    # An AWS CLI command does not run the code that a text shows, and identity providers have endpoints, too.
    is_of_code = command is None or command.program != "aws"
    if not stated and is_of_code and "AssumeRoleWith" not in (failure.envelope.operation or ""):
        stated = list(_find_settings(_ARGUMENT, _fill_templates(section), failure))
        if not stated and failure.kind == "access_denied" and "amazonaws.com" not in whole:
            # The next entry of a log has the options of the program that failed.
            stated = list(_find_settings(_OPTION_IN_LIST, whole, failure))
    hosts = {host for host, _ in stated}
    return _other_host(*stated[-1]) if len(hosts) == 1 else None


def find_other_system(failure: Failure, text: str) -> Stated | None:
    """Return the only system with the API of S3 that a text names, if it does not speak of AWS."""
    if failure.principal is not None:
        return None
    for name, pattern in _ANSWERS.items():
        # Ceph runs behind the hosts of other clouds, too.
        answer = pattern.search(failure.text)
        if answer and not (name == "Ceph" and re.search(CLOUD_HOSTS, failure.text)):
            return Stated(name, answer[0])
    found = {each["name"]: each[0] for each in _PRODUCT.finditer(text)}
    if not found and (store := _OTHER_STORE.search(text)) is not None:
        found = {UNNAMED_SYSTEM: " ".join(store[0].split())}
    if len(found) != 1 or _AWS_SIGNS.search(text) is not None:
        return None
    ((name, words),) = found.items()
    is_of_s3 = name == "LocalStack" or _may_be_of_service(failure, "s3")
    return Stated(name, words) if is_of_s3 else None


def _find_settings(pattern: re.Pattern[str], text: str, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the endpoints for the service of a failure, each with the name of its setting."""
    for found in pattern.finditer(text):
        name, service = found["name"] or found["key"], found["service"]
        if _GENERAL_NAME.fullmatch(name):
            if _OTHER_SERVER.search(text, max(found.start() - 20, 0), found.end()) is not None:
                continue
            # Programs also have other endpoints, and other storage systems do not name IAM principals.
            if failure.principal is not None if service is None else service_prefix(service) is None:
                continue
            service = service or "s3"
        if service is None or _may_be_of_service(failure, service):
            yield found["HOST"], name


def _fill_templates(text: str) -> str:
    """Return a text in which endpoints have the values of the variables that it sets, such as ``DB_HOST=localhost``."""

    def fill(found: re.Match[str]) -> str:
        names = (name for name in found.groups() if name is not None)
        values = [re.search(rf"(?i){name}[=:] ?[\"']?([\w.-]{{1,100}})", text) for name in names]
        return ":".join(each[1] for each in values if each) if all(values) else found[0]

    return _TEMPLATE.sub(fill, text, count=_MAX_TEMPLATES)


def _may_be_of_service(failure: Failure, name: str) -> bool:
    """Return whether a failed operation can belong to a service, by any of the service's names."""
    prefix, envelope = service_prefix(name.replace("_", " ")), failure.envelope
    if prefix is None:
        return True
    if envelope.service is not None:
        return service_prefix(envelope.service) in {prefix, None}
    services = {each.service for each in actions_for(envelope.operation or "")}
    return not services or prefix in services


def _other_host(host: str, setting: str) -> Stated | None:
    name = host.partition(":")[0].lower()
    if name.startswith(_LINK_LOCAL) or f".{name}".endswith(_AWS_SUFFIXES):
        return None
    return Stated(host, setting)


def sets_global_endpoint(text: str) -> bool:
    """Return whether the environment or manifest in a text has AWS_ENDPOINT_URL_STS with the global STS endpoint.

    >>> [sets_global_endpoint(f"{each}=https://sts.amazonaws.com") for each in ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3")]
    [True, False]
    """
    is_unset = _IGNORED in text or "unset AWS_ENDPOINT_URL_STS" in text
    return _GLOBAL_VARIABLE.search(text) is not None and not is_unset


def find_unexempted_hosts(text: str, address: str) -> str | None:
    r"""Return the hosts in ``NO_PROXY`` if a text shows a proxy and they lack an address, or ``None``.

    >>> find_unexempted_hosts("HTTP_PROXY=http://proxy:3128\nNO_PROXY=.internal", "169.254.169.254")
    '.internal'
    >>> find_unexempted_hosts("HTTP_PROXY=http://proxy:3128\nNO_PROXY=*", "169.254.169.254")
    """
    if _PROXY.search(text) is None:
        return None
    listed = _NO_PROXY.search(text)
    hosts = listed["hosts"] if listed else ""
    return None if address in hosts or hosts == "*" else hosts


PRIVATE_START = r"(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\."
"""A pattern of the beginnings of private addresses."""
_IP = (
    rf"(?P<{{}}>(?!127\.|169\.254\.|{PRIVATE_START})"
    r"\d{{1,3}}(?:\.\d{{1,3}}){{3}})(?!\d|\.\d|/)"
)
PUBLIC_ADDRESS = lazy_pattern(_IP.format("address"), re.ASCII)
"""An address of the internet. Requests with another one went through a VPC endpoint."""
# What people say of the address of a caller, and what curl and CloudTrail print of it.
_SOURCE = lazy_pattern(
    rf"(?a)\b(?:(?:[Mm]y|[Oo]ur|[Ii]ts|[Tt]he (?:caller|client|runner|office|machine|laptop|server|job)(?:'s)?|[Ss]ource|[Pp]ublic|[Ee]gress|NAT|VPN)(?: (?:own|current|public|egress|outgoing|source|NAT|office|VPN|IPv4)){{0,2}} (?:[Ii][Pp](?: address)?|address)(?: (?:is|was))?[ :=]{{1,3}}|[Cc]all(?:ing|ed)? (?:it )?from (?:the address )?|comes? from (?:the address )?){_IP.format('said')}"
    rf"|\bcurl [^\n]{{0,60}}(?:checkip|ifconfig|ipinfo|icanhazip|ipify)[^\n]{{0,60}}?(?:\n| (?:[-=]>|is|says|shows|prints|gives|returns) ){_IP.format('shown')}"
    rf"|\bsourceIPAddress\\?\"?\s?[:=]\s?\\?\"?{_IP.format('recorded')}"
)


def find_source_address(text: str) -> str | None:
    r"""Return the only public address of the caller that a text states.

    >>> find_source_address("My address is 203.0.113.9."), find_source_address("curl ifconfig.me -> 203.0.113.9")
    ('203.0.113.9', '203.0.113.9')
    >>> find_source_address('CloudTrail has "sourceIPAddress": "203.0.113.9".')
    '203.0.113.9'
    >>> find_source_address("The database is at 203.0.113.9.")
    >>> find_source_address('"sourceIPAddress": "203.0.113.9", "sourceIPAddress": "203.0.113.10"')
    """
    return only_one({each[each.lastgroup or 0] for each in _SOURCE.finditer(text[:64_000])})


# "our S3 endpoint since Monday: vpce-0a1b2c3d", not the one that a policy lists.
_SAID_ENDPOINT = lazy_pattern(
    r"(?m)^(?![^\n]{0,300}(?:Allow|Deny|\b[Oo]nly\b|\b[Oo]ld\b|\bformer|polic|[Pp]revious|ource[Vv]pce))[^\n]{0,200}?\b(?i:my|our|the (?:app|function|job|new|current)(?:'s)?)\b(?: (?i:S3|VPC|gateway|interface|private|own|new|current)){0,3} [Ee]ndpoint\b(?!(?:[^\n.;:]{0,20} )?(?:of|for) )[^\n.;:]{0,40}(?::|\bis|=|\() ?(vpce-[0-9a-f]{8,17})\b"
)


def find_said_endpoint(text: str) -> Stated | None:
    """Return the only VPC endpoint that a text calls that of the caller.

    >>> find_said_endpoint("our S3 endpoint since Monday: vpce-0a1b2c3d").value
    'vpce-0a1b2c3d'
    >>> find_said_endpoint("The bucket policy allows only our endpoint (vpce-0a1b2c3d)")
    """
    found = {each[1]: each for each in find_said(text, _SAID_ENDPOINT)}
    value = only_one(found)
    return None if value is None else Stated(value, found[value][0].strip())


# A setting or an option that lists IDs, whose name does not end a condition key.
_NETWORK_IDS = lazy_pattern(
    r"(?a)(?i:(?<![\w:])(?:vpc[_-]?)?(?:subnets?|vpcs?|security[_-]?groups?)(?:[_-]?ids?)?\b)[\\\"']{0,2}"
    r"\s{0,20}[=:,(]?\s{0,20}(?P<ids>[\[(]?(?:[\s,\\\"'-]{0,20}\b(?:subnet|vpc|sg)-[0-9a-f]{8,17}\b){1,16})"
)
_NETWORK_ID = lazy_pattern(r"(?a)\b(?:subnet|vpc|sg)-[0-9a-f]{8,17}\b")


def find_networks(text: str, kind: str, values: Sequence[str]) -> tuple[str, ...] | None:
    """Return the IDs in the settings of a text that values of a policy do not have, else those that they have.

    They have the form of the values: plain, or in an ARN, which can have references before the ID.

    >>> find_networks('"subnets": ["subnet-0a1b2c3d4e5f60718"]', "subnet", ["subnet-08192a3b4c5d6e7f0"])
    ('subnet-0a1b2c3d4e5f60718',)
    """
    own = _NETWORK_ID.search(values[0]) if values else None
    # A pattern can match IDs that the text does not have.
    if own is None or any(not {*"*?"}.isdisjoint(each) for each in values):
        return None
    listed = (each for found in _NETWORK_IDS.finditer(text) for each in _NETWORK_ID.findall(found["ids"]))
    ids = dict.fromkeys(each for each in listed if each.startswith(f"{kind}-"))
    accepted = {each for value in values for each in _NETWORK_ID.findall(value)}
    shown = [each for each in ids if each not in accepted] or [*ids]
    return tuple(values[0].replace(own[0], each) for each in shown) or None
