"""Find the call that a program describes in words before the error, as in "failed to describe VPCs: UnauthorizedOperation".

A data source of Terraform only reads, so its type names the call, too. What CloudFormation creates takes several calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._text import line_start
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for, service_prefix
from iamtriage.explaining._context.model import EC2_CODES
from iamtriage.explaining._context.values import Stated
from iamtriage.failures._failures import Failure

_CHARS_BEFORE, _CHARS_OF_CALL = 600, 400
# The verbs of operations for what people and programs call them, the most frequent first.
CREATING = ("Create", "Run", "Allocate", "Put", "Publish", "Add")
"""The first words of the operations that create something, the most frequent first."""
DELETING = ("Delete", "Remove", "Terminate", "Release")
"""The first words of the operations that delete something."""
_READ = ("Describe", "Get", "List")
_CHANGE = ("Modify", "Update", "Put", "Set", "Change")
_VERBS: dict[str, tuple[str, ...]] = {
    "add": ("Add", "Put", "Create"),
    "allocate": ("Allocate",),
    "associate": ("Associate",),
    "attach": ("Attach",),
    "authorize": ("Authorize",),
    "change": _CHANGE,
    "check": _READ,
    "copy": ("Copy",),
    "create": CREATING,
    "delete": DELETING,
    "deregister": ("Deregister",),
    "describe": _READ,
    "detach": ("Detach",),
    "disassociate": ("Disassociate",),
    "discover": _READ,
    "fetch": _READ,
    "find": _READ,
    "get": _READ,
    "hydrate": _READ,
    "import": ("Import",),
    "launch": ("Run", "Start"),
    "list": ("List", "Describe"),
    "load": _READ,
    "modify": _CHANGE,
    "publish": ("Publish", "Put"),
    "put": ("Put",),
    "query": _READ,
    "read": _READ,
    "receive": ("Receive",),
    "register": ("Register",),
    "release": ("Release",),
    "remove": ("Remove", "Delete"),
    "request": ("Request",),
    "retrieve": _READ,
    "revoke": ("Revoke",),
    "run": ("Run",),
    "send": ("Send",),
    "set": _CHANGE,
    "start": ("Start",),
    "stop": ("Stop",),
    "terminate": ("Terminate",),
    "update": _CHANGE,
    "upload": ("Put", "Upload"),
    "write": ("Put", "Write"),
}
# What the names of operations call things that people abbreviate.
_NOUNS = {
    "ami": "image",
    "asg": "autoscalinggroup",
    "az": "availabilityzone",
    "dnsrecord": "resourcerecordset",
    "ebssnapshot": "snapshot",
    "ebsvolume": "volume",
    "eip": "address",
    "elasticip": "address",
    "elb": "loadbalancer",
    "eni": "networkinterface",
    "record": "resourcerecordset",
    "recordset": "resourcerecordset",
    "sg": "securitygroup",
    "securitygroupegressrule": "securitygroupegress",
    "securitygroupingressrule": "securitygroupingress",
    "securitygroupruletypeegress": "securitygroupegress",
    "securitygroupruletypeingress": "securitygroupingress",
    "subnetid": "subnet",
    "zone": "hostedzone",
}
_OF_S3 = {"acceleration": "accelerateconfiguration", "serversideencryption": "encryption", "tags": "tagging"}
_GERUNDS = {f"{verb.removesuffix('e')}{'t' if verb in {'get', 'put', 'set'} else ''}ing": verb for verb in _VERBS} | {
    "running": "run",
    "stopping": "stop",
}  # fmt: skip
_VERB_WORDS = "|".join((*_VERBS, *_GERUNDS))
# What programs read of a thing, or keep it in.
_PARTS = frozenset({"cache", "data", "details", "info", "information", "metadata", "status"})
_ARTICLES = frozenset(
    {
        "a", "all", "an", "any", "available", "aws", "amazon", "existing", "machine", "new", "provided", "source", "spot",
        "temporary", "the", "this",
    }
)  # fmt: skip
_FAILED = r"(?:(?:failed|failure|unable|able|trying|tried|attempting|attempt) to|(?:could|can|did) ?not|(?:could|can)n[’']t|error(?:s)?(?: (?:while|when|trying to|on))?|failed(?: while)?|while|when)"
_PHRASE = lazy_pattern(
    # Pulumi has the words alone after an asterisk, and Go chains them with commas, or with colons:
    # "collecting instance settings: reading EC2 Instance Type (t2.micro)"
    rf"(?i)(?:\b{_FAILED}:?|\*|,|\b[a-z]{{3,20}}ing [\w ()./-]{{2,80}}:(?= [a-z]{{3,20}}ing )) (?P<verb>{_VERB_WORDS}) (?:(?P<queried>[a-z0-9]{{2,20}}) for )?(?P<noun>(?:Route 53|[a-z][a-z0-9]*)(?: (?!(?:at|because|by|due|failed|for|from|in|into|of|on|to|using|via|with|was|is)\b)[a-z][a-z0-9]*){{0,5}})"
    r"(?= ?[:;,.\"'`(\[{<]| ?$| {2,}[a-z]{1,20}=| [^\s:]{0,80}[-_./0-9]|\s(?:at|because|by|due|for|from|in|into|of|on|to|using|via|with)\b)(?:\s(?:in|from|to) (?:the )?(?P<service>[A-Z][A-Za-z0-9]{1,20}))?"
)
_CREATION = lazy_pattern(r"\b(?P<noun>[A-Za-z]\w*(?: [A-Za-z]\w*){0,3}) creation (?:error|failed)\b")
# "reading EC2 VPC (vpc-0a1b) Attribute (name)"
_IN_PARENTHESES = lazy_pattern(r" \([^()\n]{1,200}\)(?= [A-Za-z])")
_DATA_SOURCE = lazy_pattern(
    r"(?a)(?<![\w-])data\.aws_(?P<type>\w{2,60})\.|\bdata \"aws_(?P<block>\w{2,60})\""
)
_CHARS_AFTER = 1_000
# What says that something failed, in another form than that of the phrase, belongs to an inner call.
_OTHER = lazy_pattern(rf"(?i)(?<!rpc )\b{_FAILED}:? [a-z]{{3,20}}\b")
# "User is not permitted to perform operation: CreateProject", "Access denied when calling CreateServiceLinkedRole operation"
_NAMED = lazy_pattern(
    r"\b(?i:(?:permitted|authorized|allowed) to perform (?:the )?operation:?|denied when calling(?: the)?) (?P<name>[A-Z][a-z]+[A-Z]\w{1,60})\b"
)
# A request of the query protocol: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
_QUERY = lazy_pattern(
    r"https?://(?P<service>[a-z0-9-]{2,40})\.[^\s?/]{1,80}amazonaws\.com[^\s?/]{0,10}/?\?(?:[^\s&]{1,200}&){0,20}?Action=(?P<name>[A-Z]\w{2,60})"
)
_MIN_CAPITALS = 3
# What programs that keep objects in S3 say that they did, such as Loki, Thanos, Velero and the Docker registry.
_STORAGE_CALL = lazy_pattern(
    r"(?i)\b(?:(?P<PutObject>put|putting|upload|uploading|write|writing|save|saving|store|storing)|(?P<GetObject>get|getting|download|downloading|read|reading|fetch|fetching)"
    r"|(?P<HeadObject>stat|check)|(?P<ListObjectsV2>list|listing|iterate|iterating)|(?P<DeleteObject>delete|deleting|remove|removing))"
    r"(?: (?!to\b|from\b|is\b|not\b)[\w./-]{1,100}){0,2}? (?:object|chunk|block|file|backup|index|part|blob|layer|artifact|archive|cache|snapshot|state|exist)e?s?\b(?! lock\b)"
)
# What only programs that keep objects in S3 say on the line of the error, and their calls.
_STORAGE_WORDS = tuple(
    (operation, lazy_pattern(pattern))
    for operation, pattern in (
        # Velero validates a location by a listing of its bucket:
        # https://github.com/vmware-tanzu/velero/blob/main/pkg/persistence/object_store.go
        (
            "ListObjectsV2",
            r"\bbackup store for location \\?\"[^\"\n]{1,80}\" is invalid|\b(?:BackupStorageLocation|Backup location) \\?\"[^\"\n]{1,80}\" is unavailable|\bError listing backups in backup store\b",
        ),
        # Thanos, Mimir and Loki: https://github.com/thanos-io/thanos/blob/main/pkg/block/fetcher.go
        ("ListObjectsV2", r"\biter bucket\b"),
        # Kopia and restic: https://github.com/restic/restic/blob/master/internal/backend/s3/s3.go
        (
            "HeadBucket",
            # and Flux: https://github.com/fluxcd/source-controller/blob/main/internal/controller/bucket_controller.go
            r"\bdetermine if bucket \\?[\"'][^\"'\n]{3,63}[\"'] exists|\bclient\.BucketExists\b|\bconfirm existence of '[^'\n]{3,63}' bucket",
        ),
        ("CreateBucket", r"\b(?i:creat(?:e|ing)) (?:the )?S3 bucket\b"),
        ("HeadObject", r"\bunable to open config file: Stat\b"),
        ("PutObject", r"\bcreate key in repository at s3:"),
        # The agent of ECS, for environmentFiles of a task definition.
        ("GetObject", r"\bfailed to download env files: unable to download object\b"),
        # AWS Glue, and the Go CDK, with which Pulumi keeps its state: https://github.com/google/go-cloud/blob/master/blob/blob.go
        (
            "GetObject",
            r"\bError downloading from S3 for bucket: |\b(?:read|open)\w{0,3}\b[^:\n]{0,80}: blob \(key \\?\"[^\"\n]{1,300}\" ?\) \(code=|\bload checkpoint: blob \(",
        ),
        # The S3 backend of Terraform, and the data source that reads another state.
        ("GetObject", r"\b[Ee]rror (?:refreshing|loading) (?:the remote )?state: (?!\d)"),
        # Argo Workflows: https://github.com/argoproj/argo-workflows/blob/main/workflow/artifacts/s3/s3.go
        ("GetObject", r"\bfailed to get file: Access Denied\b"),
        ("PutObject", r"\bfailed to (?:put file|save outputs): Access Denied\b"),
        # AWS Copilot: https://github.com/aws/copilot-cli/blob/mainline/internal/pkg/aws/s3/s3.go
        ("PutObject", r"\bupload \S{1,400} to (?:S3 )?bucket \S{3,63}: AccessDenied\b"),
        # ClickHouse: https://github.com/ClickHouse/ClickHouse/tree/master/src/IO
        ("HeadObject", r"\bDB::Exception: Failed to get object info: "),
        ("GetObject", r"\bDB::Exception: Access Denied: while reading key: "),
        (
            "PutObject",
            r"\bMessage: [^\n]{0,200}?, bucket [a-z0-9.-]{3,63}, key [^\s,]{1,1024}, object size \d",
        ),
    )
)
_STORAGE_REPORTS = tuple(
    (operation, lazy_pattern(pattern))
    for operation, pattern in (
        # The plugins of Logstash: https://www.elastic.co/docs/reference/logstash/plugins/plugins-inputs-s3
        ("ListObjectsV2", r"\bLogStash::Inputs::S3\b"),
        ("PutObject", r"\bLogStash::Outputs::S3\b|\bs3_unloader\.cpp:"),
        # Amazon Redshift names what it does, or its source file.
        ("ListObjectsV2", r"\bcontext: Listing bucket="),
        ("GetObject", r"\bS3 key being read ?: s3://|\btable_s3_scanner\.cpp:"),
        # DuckDB, which lists a path with a wildcard: https://github.com/duckdb/duckdb-httpfs
        (
            "ListObjectsV2",
            r"\bHTTP GET error (?:reading|on) [\"'](?:https?|s3)://[^\s\"'?]{1,1200}\?[^\s\"']{0,1600}?\blist-type=2\b",
        ),
        ("GetObject", r"\bHTTP GET error (?:reading|on) [\"'](?:https?|s3)://"),
        ("HeadBucket", r"\bcheck if (?:\w{2,20} ){0,3}bucket exists\b"),
        # Excon, with which fog calls S3, prints the request after the answer.
        ("HeadObject", r":method {1,20}=> \"HEAD\""),
        # sccache logs the request next to the error: https://github.com/mozilla/sccache
        ("PutObject", r"\bs3: PUT failed with HTTP status: 403\b|\bfailed to put cache entry in s3\b"),
    )
)
_CHARS_OF_REPORT = 2_000
# The command of s3cmd or s5cmd right before its error, or the log before it. One that copies reads and writes.
_S3CMD = lazy_pattern(
    r"(?m)^[^\n]{0,80}?\bs[35]cmd (?:-\S{1,200} (?:[^-\s]\S{0,200} )??){0,8}(?:(?P<ListObjectsV2>ls|la|du)|(?P<GetObject>get|cat)|(?P<PutObject>put|pipe)|(?P<DeleteObject>del|rm))(?![\w-])"
    r"[^\n]{0,400}\n(?:[ \t]{0,8}(?:DEBUG|INFO|WARNING|ERROR|\[)[^\n]{0,400}\n){0,20}(?:ERROR[^\n]{0,40})?\W{0,8}\Z"
)
# "PUT failed with HTTP status: 403" in the log of a cache or a store.
_REQUEST = lazy_pattern(
    r"\b(?P<method>GET|HEAD|PUT|DELETE)\b(?: request)? failed with (?:HTTP )?status:? (?:code:? )?403\b"
)
# A response without a body has only its status, which SDKs print in place of a code: "Forbidden", "403 Forbidden", null.
_NO_BODY = lazy_pattern(
    r"(?m)\bA(?:WS|ws)::S3::Errors::Forbidden\b|\bCode:\s403\sForbidden\b|\bwith Error Code Forbidden and Http Status Code Forbidden\b"
    r"|\bS3Exception: null \(Service: S3, Status Code: 403, Request ID: (?!null)|^Forbidden: null$"
)
_OF_BUCKET = lazy_pattern(
    r"\b(?i:access(?:ing)?|find|check(?:ing)?|head)(?: to)?(?: the)?(?: S3)? bucket\b|\b[Bb]ucket_?[Ee]xist|\bdoesBucketExist"
)


class _Call(NamedTuple):
    service: str
    operation: str


# Vault looks up the unique ID of an ARN: https://developer.hashicorp.com/vault/docs/auth/aws
_RESOLVED = r"(?a)\b(?:updating the unique ID of|[Rr]esolv(?:e|ing)) ARN \\?\"?arn:[a-z-]{3,12}:iam::[^\s:\"]{1,20}:%s/[^\s\"\\]{1,128}\\?\"?"
_SAID = (
    (lazy_pattern(_RESOLVED % "role"), "iam", "GetRole"),
    (lazy_pattern(_RESOLVED % "user"), "iam", "GetUser"),
    # The authenticator signs its token itself, and calls AWS only to assume the role of the kubeconfig or the profile.
    (lazy_pattern(r"\bcould not get token: AccessDenied\b"), "sts", "AssumeRole"),
    # ECS starts a task: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
    (lazy_pattern(r"\bunable to retrieve secrets? from ssm\b"), "ssm", "GetParameters"),
    (lazy_pattern(r"\bunable to retrieve secrets? from asm\b"), "secretsmanager", "GetSecretValue"),
)


def find_described_call(failure: Failure) -> tuple[Stated, Stated] | None:
    """Return the service and the operation that the line of a denial describes in words, or ``None``.

    >>> from iamtriage import parse
    >>> text = "failed to set vpc attributes: UnauthorizedOperation: You are not authorized to perform this operation."
    >>> service, operation = find_described_call(parse(text))
    >>> service.value, operation.value, operation.words
    ('ec2', 'ModifyVpcAttribute', 'failed to set vpc attributes')
    """
    if (
        failure.kind != "access_denied"
        or failure.envelope.operation is not None
        or failure.action is not None
    ):
        return None
    text, (start, end) = failure.text, failure.span
    if (asked := _QUERY.search(text)) is not None and (found := _look_up(asked["name"], asked["service"])):
        return Stated(found.service, asked[0]), Stated(found.operation, asked[0])
    low = line_start(text, start, start - _CHARS_BEFORE)
    for pattern, said_service, called in _SAID:
        if (said := pattern.search(text, low, end)) is not None:
            return Stated(said_service, said[0]), Stated(called, said[0])
    if (named := _NAMED.search(text, low, min(end + 80, len(text)))) is not None:
        found = _look_up(named["name"], failure.envelope.service)
        return None if found is None else (Stated(found.service, named[0]), Stated(found.operation, named[0]))
    envelope = failure.envelope
    service = envelope.service or ("ec2" if envelope.code in EC2_CODES else None)
    service = service or ("s3" if envelope.host_id else None)
    return _find_in_words(_IN_PARENTHESES.sub("", text[low:start]), service) or _find_data_source(
        text[low : end + _CHARS_AFTER], service
    )


def _find_in_words(words: str, service: str | None) -> tuple[Stated, Stated] | None:
    phrase = search_last(_PHRASE, words)
    if phrase is None:
        created = _CREATION.search(words)
        return None if created is None else _find_stated(CREATING, created["noun"], service, created[0])
    if _OTHER.search(words, phrase.end()) is not None:
        return None
    service = service or phrase["queried"]
    if service is None and phrase["service"] and _is_service(phrase["service"]):
        service = phrase["service"]
    verb = phrase["verb"].lower()
    return _find_stated(_VERBS[_GERUNDS.get(verb, verb)], phrase["noun"], service, phrase[0])


def _find_stated(
    verbs: tuple[str, ...], noun: str, service: str | None, shown: str
) -> tuple[Stated, Stated] | None:
    words = noun.replace("oute 53", "oute53").split()
    while words and (words[0].lower() in _ARTICLES or (len(words) > 1 and _is_service(words[0]))):
        first = words.pop(0)
        service = service or (first if _is_service(first) else None)
    found = find_operation(verbs, words, service)
    # Terraform reads and writes the "website configuration" of a bucket: GetBucketWebsite.
    parts = {*(_PARTS if verbs == _READ else ()), *(["configuration"] if service == "s3" else ())}
    if found is None and len(words) > 1 and words[-1] in parts:
        found = find_operation(verbs, words[:-1], service)
    shown = " ".join(shown.split()).lstrip("*, ")
    # Lambda names the action, unless it has no message: then another call can be meant, such as one for a layer.
    if found is None or found.service == "lambda":
        return None
    return Stated(found.service, shown), Stated(found.operation, shown)


def _find_data_source(words: str, service: str | None) -> tuple[Stated, Stated] | None:
    """Return the call of the data source that Terraform names on the line of the message, or after it."""
    source = None if service is None else _DATA_SOURCE.search(words)
    if source is None:
        return None
    nouns = [each for each in (source["type"] or source["block"]).split("_") if each != service]
    found = find_operation(("Describe", "Get"), nouns, service)
    shown = source[0].rstrip(".")
    return None if found is None else (Stated(found.service, shown), Stated(found.operation, shown))


def find_operation(verbs: tuple[str, ...], words: list[str], service: str | None) -> _Call | None:
    """Return the call whose name begins with one of the verbs and goes on with the name of a thing.

    >>> find_operation(CREATING, ["Layer", "Version"], "lambda").operation
    'PublishLayerVersion'
    """
    found = (_look_up(name, service) for name in _list_names(verbs, words, service))
    return next(filter(None, found), None)


def _is_service(word: str) -> bool:
    """Return whether a word is the name of a service, which has a capital letter."""
    return not word.islower() and service_prefix(word) is not None


def _list_names(verbs: tuple[str, ...], words: list[str], service: str | None) -> Iterator[str]:
    """Yield names that an operation on something can have, with the thing in the singular and the plural."""
    noun = "".join(words).lower()
    if not noun:
        return
    single = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    single = _NOUNS.get(single, single)
    plural = (
        single[:-1] + "ies" if single.endswith("y") else f"{single}{'es' if single.endswith('s') else 's'}"
    )
    nouns = [*dict.fromkeys((noun, single, plural))]
    if service == "s3":
        of_bucket = noun.removeprefix("bucket")
        nouns += (f"bucket{_OF_S3.get(of_bucket, of_bucket)}", of_bucket)
    for verb in verbs:
        # Who lists the items of a thing says so in the plural.
        yield from (f"{verb}{each}" for each in (nouns if verb != "List" or noun != single else nouns[:1]))


def _look_up(name: str, service: str | None) -> _Call | None:
    """Return the call of a service, or the only service that has a call with such a long name."""
    found = actions_for(name, service)
    if len(found) != 1:
        return None
    operation = found[0].operation
    if service is None and sum(map(str.isupper, operation)) < _MIN_CAPITALS:
        return None
    # The client for accounts and S3 on Outposts has a GetBucket of its own.
    is_of_outposts = service == "s3" and not found[0].actions[0].startswith(("s3:", "s3express:"))
    return None if is_of_outposts else _Call(found[0].service, operation)


def find_storage_call(failure: Failure, *, is_of_s3: bool) -> Stated | None:
    """Return the S3 operation that a program describes before a denial, from the last words that name one.

    Args:
        failure: The denial.
        is_of_s3: Whether it has the form of S3's, so that common words are enough.

    >>> from iamtriage import parse
    >>> words = 'err="failed to flush chunks: store put chunk: AccessDenied: Access Denied"'
    >>> find_storage_call(parse(words), is_of_s3=True).value
    'PutObject'
    """
    text, (start, end) = failure.text, failure.span
    low = line_start(text, start, start - _CHARS_OF_CALL)
    if (head := _NO_BODY.search(text, start, end + 8)) is not None:
        about_bucket = _OF_BUCKET.search(text, max(start - _CHARS_BEFORE, 0), end)
        return Stated("HeadObject" if about_bucket is None else "HeadBucket", head[0])
    line = text[low:end]
    for operation, pattern in _STORAGE_WORDS:
        if (found := pattern.search(line)) is not None:
            return Stated(operation, found[0])
    low = max(start - _CHARS_OF_REPORT, 0)
    for operation, pattern in _STORAGE_REPORTS:
        if (found := pattern.search(text, low, end + _CHARS_OF_CALL)) is not None:
            return Stated(operation, found[0])
    if (command := _S3CMD.search(text[low:start])) is not None:
        return Stated(command.lastgroup or "", command[0].partition("\n")[0].strip())
    if not is_of_s3:
        return None
    if (request := search_last(_REQUEST, line)) is not None:
        return Stated(f"{request['method'].capitalize()}Object", request[0])
    called = search_last(_STORAGE_CALL, line)
    return called and Stated(called.lastgroup or "", called[0])
