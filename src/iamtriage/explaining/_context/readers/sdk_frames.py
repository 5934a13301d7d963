"""Find the called service and operation in stack frames of AWS SDKs, Hadoop calls and SQL statements."""

from __future__ import annotations

import re
from collections.abc import Callable

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage._text import upper_first
from iamtriage.actions._operations import actions_for, service_prefix
from iamtriage.explaining._context.readers.s3_locations import OBJECT_CALL
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._context.values import Stated
from iamtriage.explaining._context.word_index import WordIndex

# Frames of AWS SDKs that name client and operation.
_JS_OPERATION = lazy_pattern(
    r"(?a)\bde(?:_|serializeAws_(?:restXml|restJson1|json1_[01]|query|ec2))(\w{3,80}?)Command(?:Error)?\b|\b(\w{3,80})Command\.(?:resolveMiddleware|\w{0,30}[Rr]esolve)"
)
# The class of a command in code or a comment: "new GetParameterCommand(", "14 x GetParameterCommand".
# The same in a comment without the package, of two words at least: SendCommand is an operation.
_NAMED_COMMAND = lazy_pattern(
    r"(?a)(?<![\w.])((?:Assume|Batch|Create|Delete|Describe|Get|Head|Invoke|List|Publish|Put|Query|Receive|Scan|Send|Start|Update)[A-Z]\w{2,60}?)Command\b(?!\w|Error)"
)
_JS_COMMAND = lazy_pattern(r"(?a)(?<![\w.])(?!de_)([A-Z]\w{2,79}?)Command\b(?!\w|Error)")
_JS_CLIENT = lazy_pattern(r"@aws-sdk[/+]client-([a-z0-9-]{2,40})[/@]")
# Version 2 of the SDK for JavaScript reads the errors of some services in a module of its own.
_JS_SERVICE = lazy_pattern(r"/aws-sdk/(?:lib/services|clients)/([a-z0-9]{2,40})\.js(?::|(?=\", line ))")
# What the loggers of the SDKs for JavaScript 2 and Ruby print of a call that failed.
_LOGGED_CALL = lazy_pattern(
    r"(?a)\[(?:AWS |Aws::)(?P<service>\w{2,40})(?:::Client)? [45]\d\d [\d.]{1,12}s? \d{1,3} retries\] (?P<name>[a-z]\w{2,80})\("
)
# A call in code with the client named after its service.
_JS_CALL = r"(?<![\w.]){}\.([a-z]\w{{2,80}})\(\s{{0,20}}(?=[\w{{])"
# What the SDK for Go v1 logs of a request that fails.
_GO_LOG = lazy_pattern(
    r"\b(?:Send|Sign|Unmarshal|Validate) Re(?:quest|sponse) ([a-z0-9.]{2,40})/([A-Z]\w{2,80}) failed\b"
)
_RUBY_CALL = lazy_pattern(
    r"(?am)/aws-sdk-[a-z0-9]{2,40}/client\.rb:[0-9]{1,6}:in [`'](?:Aws::(?P<service>\w{2,40})::Client#)?(?P<name>[a-z]\w{2,80})'"
    # Version 1 defines its methods with eval.
    r"|\(eval\):[0-9]{1,4}:in `(?P<defined>[a-z]\w{2,80})'"
    # JRuby has the name of the method first.
    r"|^[ \t]{0,40}(?P<method>[a-z]\w{2,80}) at (?:\(eval\)|\S{1,200}/aws-sdk-[a-z0-9]{2,40}/client\.rb):[0-9]{1,6}$"
)
_RUBY_SERVICE = lazy_pattern(
    r"(?a)/aws-sdk-([a-z0-9]{2,40})/client\.rb:|\bA(?:WS|ws)::(\w{2,40})::Errors\b|/aws-sdk-v1-[0-9.]{3,12}/lib/aws/(?!core/)([a-z0-9_]{2,30})/"
)
# Version 1 of the SDK for Java calls methods of its own for an operation: doInvoke, invoke, executeGetItem, getItem.
_JAVA_CLIENT = lazy_pattern(
    r"(?a)\b(?:software\.amazon\.awssdk|com\.amazonaws)\.services\.([a-z0-9]{2,40})\.(?:\w{1,30}\.){0,2}(?:Default|Amazon|AWS|Abstract)?\w{0,60}Client"
    r"\.(?!(?:doInvoke|anonymousInvoke|(?<!LambdaClient\.)invoke)\()(?:execute(?=(?:Add|Assume|Batch|Create|Delete|Describe|Execute|Get|Head|Invoke|List|Put|Query|Receive|Scan|Send|Start|Stop|Tag|Update)[A-Z(]))?([A-Za-z]\w{2,80})\("
)
_DOTNET_CLIENT = lazy_pattern(
    r"(?a)\bAmazon\.(\w{2,40})\.Amazon\w{2,60}Client\.(?:Invoke)?([A-Z]\w{2,80}?)(?:Async)?\("
)
_BOTO_CLIENT = lazy_pattern(
    r"(?a)\b(?:client|resource)\(\s?(?:service_name=)?[\"']([a-z][a-z0-9-]{1,40})[\"']"
)
_BOTO_CALL = lazy_pattern(
    r"(?am)^\s{2,12}(?:return |yield |await |\w{1,60}(?:, \w{1,60}){0,4} = )?(?:await )?(?:self\.)?_?(\w{1,60})\.([a-z]\w{2,80})\("
)
# The S3 operations that Hadoop's S3A calls for its own operations. It gets the status of a file with HEAD.
_S3A_OPERATIONS = {
    "getFileStatus": "HeadObject",
    "getObjectMetadata": "HeadObject",
    "s3GetFileStatus": "HeadObject",
    "open": "GetObject",
    "re-open": "GetObject",
    "read": "GetObject",
    "PUT": "PutObject",
    "put": "PutObject",
    "putObject": "PutObject",
    "createEmptyObject": "PutObject",
    "Writing Object": "PutObject",
    "upload part": "UploadPart",
    "innerMkdirs": "PutObject",
    "initiate MultiPartUpload": "CreateMultipartUpload",
    "Completing multipart upload": "CompleteMultipartUpload",
    "Aborting multipart upload": "AbortMultipartUpload",
    "copyFile": "CopyObject",
    "delete": "DeleteObject",
    "deleteObjects": "DeleteObjects",
    "listObjects": "ListObjectsV2",
    "listStatus": "ListObjectsV2",
    "verifyBucketExists": "HeadBucket",
    "doesBucketExist": "HeadBucket",
}
_S3A_NAMES = "|".join(_S3A_OPERATIONS)
# Its arguments: the path with a position, the kind of object, or the number of a part.
_S3A_ARGUMENTS = r"(?: (?:[^\s:]{1,300}|s3[an]?://\S{1,300}) at [0-9]{1,19}|(?: [\w#-]{1,100}){0,5}) {1,2}on "
_S3A_CALL = lazy_pattern(
    rf"(?a)s3[an]?://\S{{1,1000}}: (?P<failed>{_S3A_NAMES}){_S3A_ARGUMENTS}\S{{1,300}}"
    rf"|(?<![\w.])(?P<called>{_S3A_NAMES}){_S3A_ARGUMENTS}s3[an]?://\S{{1,300}}"
)
# Arrow's only file system of AWS is S3: https://arrow.apache.org/docs/python/filesystems.html
_ARROW_CALL = lazy_pattern(
    r"(?a)\bAWS Error [A-Z_\[][\w \]]{2,60}(?: \(HTTP status [0-9]{3}\))? during (\w{2,80}) operation\b"
)
# Rust's object_store, as Polars, delta-rs and Lance have it, and its debug output.
_OBJECT_STORE_CALL = lazy_pattern(
    r"(?a)\bGeneric S3 error: Error performing (?P<name>GET|HEAD|PUT|DELETE|list|get|head|put|delete) (?:request|https?://[^\s?]{1,1200}(?P<listed>\?\S{0,400}?list-type=2)?)"
    r"|\bGeneric \{ store: \"S3\", source: (?P<source>List|Get|Head|Put|Delete)Request\b"
)
_OBJECT_STORE_OPERATIONS = {
    "list": "ListObjectsV2",
    "get": "GetObject",
    "head": "HeadObject",
    "put": "PutObject",
    "delete": "DeleteObject",
}
# Trino, which Athena is based on, names the object that it reads: TrinoS3FileSystem.java and HivePageSourceProvider.java
# of https://github.com/trinodb/trino. Athena says that it cannot list or read a path.
_QUERY_READ = lazy_pattern(
    r"(?a)\(Path: s3[an]?://\S{1,1000}\)|Error opening Hive split s3[an]?://|(?P<listed>Permission denied on S3 path: s3://)"
)
# Elastic Beanstalk reads the source bundle with the permissions of the caller.
_BUNDLE_READ = lazy_pattern(r"(?a)\bAccess Denied: S3Bucket=[a-z0-9.-]{3,63}, S3Key=\S{1,1024}")
# CloudFormation reads templates and code with the permissions of the caller, or of the role of the stack, and Lambda
# reads code with those of the caller.
_TEMPLATE_READ = lazy_pattern(r"\bS3 error: Access Denied\b|\bpermission to GetObject for \S")
# The frames of EMRFS name the operation, but a HEAD request by what it gets.
_EMRFS_CALL = lazy_pattern(r"(?a)\bemr\.hadoop\.fs\.s3(?:n|\.lite)?\.call\.(\w{3,60}?)Call\.")
# Hadoop's shell: https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/FileSystemShell.html
_SHELL_OPERATIONS = {
    "cat": "GetObject", "copyToLocal": "GetObject", "get": "GetObject", "text": "GetObject", "tail": "GetObject",
    "copyFromLocal": "PutObject", "put": "PutObject", "touchz": "PutObject", "mkdir": "PutObject",
    "ls": "ListObjectsV2", "du": "ListObjectsV2", "count": "ListObjectsV2", "rm": "DeleteObject",
}  # fmt: skip
_SHELL_CALL = lazy_pattern(
    rf"\b(?:hdfs dfs|hadoop d?fs) -({'|'.join(_SHELL_OPERATIONS)})\b[^\n|;]{{0,400}}?\bs3[an]?://"
)
# Amazon MSK denies the connection itself with the ID of the broker's session:
# https://docs.aws.amazon.com/msk/latest/developerguide/troubleshooting.html
# The clients in Java, Python and Go: SaslAuthenticationException, SaslAuthenticationFailedError, "SASL Authentication failed".
_MSK_CONNECTION = lazy_pattern(
    r"(?a)\b(?:SaslAuthentication(?:Exception|FailedError)|SASL [Aa]uthentication [Ff]ailed): \[(?:[0-9a-f-]{36}|[^\]\n]{0,40})\]:? Access denied"
)
# The clients for Java and kafka-python name an exception, and librdkafka and kafkajs the error of the protocol.
KAFKA_DENIAL = lazy_pattern(
    r"(?i)\b(?P<kind>topic|group|cluster|transactional[ _]?id)[ _]?authorization(?:Exception: |FailedError|[ _]failed)[^\n]{0,200}",
    re.ASCII,
)
"""What a client of Kafka prints of a request that a broker denies, and what it was for."""
# The actions by the beginning of the kind: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
_MSK_ACTIONS = {
    "topic": "DescribeTopic", "group": "AlterGroup", "clust": "WriteDataIdempotently", "trans": "AlterTransactionalId",
}  # fmt: skip
_KAFKA_TOOL = lazy_pattern(
    r"(?m)\bkafka-(?P<tool>topics|configs|acls)(?:\.sh)? [^\n]{0,400}?--(?P<verb>add|alter|create|delete|describe|list|remove)(?= |$)"
)
_KAFKA_TOOLS = {
    ("topics", "create"): "CreateTopic", ("topics", "alter"): "AlterTopic", ("topics", "delete"): "DeleteTopic",
    ("configs", "describe"): "DescribeClusterDynamicConfiguration", ("configs", "alter"): "AlterClusterDynamicConfiguration",
    ("acls", "list"): "DescribeCluster", ("acls", "add"): "AlterCluster", ("acls", "remove"): "AlterCluster",
}  # fmt: skip
# The task of a state machine whose call failed, not one that failed after it started:
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html
_TASK_CALL = lazy_pattern(
    r"(?a)\"resourceType\\?\"\s{0,4}:\s{0,4}\\?\"(?:aws-sdk:)?([a-z0-9-]{2,40})\\?\",\s{0,40}\\?\"resource\\?\"\s{0,4}:\s{0,4}\\?\"([a-z]\w{2,80})(?:\.\w{1,20})?\\?\",\s{0,40}\\?\"error\\?\"\s{0,4}:\s{0,4}\\?\"(?!States\.|Lambda\.)\w{2,60}\.\w"
)
# Amazon Redshift reads the objects in COPY and writes those in UNLOAD.
_SQL_CALL = lazy_pattern(r"(?ia)\b(copy|unload)\b[^;]{1,600}?\b(?:from|to)\s{1,4}'s3://[^']{3,300}'")
# A client and its method in a sentence or a comment: "SecretsManager.getSecretValue", "ssm.getParameter".
_MEMBER = lazy_pattern(r"[A-Za-z0-9](?:\.|::)[a-z]")
_METHOD = lazy_pattern(
    r"(?a)(?<![\w.])(?:self\.|this\.)?([A-Za-z][A-Za-z0-9]{1,29}?)(?:_?[Cc]lient)?(?:\.|::)([a-z]{2,20}(?:[A-Z][a-z]{1,30}){1,6}|[a-z]{2,20}(?:_[a-z]{2,30}){1,6})(?![\w.])"
)
# "ssm.getParameter works, and the next call does not."
_SUCCEEDS = lazy_pattern(
    r"(?:\([^()\n]{0,80}\))?[^.,;:()\n]{0,30}\b(?<!not )(?<!n't )(?:works|worked|is fine|succeeds|succeeded)\b"
)
# The cmdlets for S3 and the operations that they call: https://docs.aws.amazon.com/powershell/v5/reference/
_S3_CMDLETS = {
    "Copy-S3Object": "CopyObject",
    "Get-S3Bucket": "ListBuckets",
    "Get-S3BucketPolicy": "GetBucketPolicy",
    "Get-S3Object": "ListObjectsV2",
    "Get-S3ObjectMetadata": "HeadObject",
    "New-S3Bucket": "CreateBucket",
    "Read-S3Object": "GetObject",
    "Remove-S3Bucket": "DeleteBucket",
    "Remove-S3Object": "DeleteObject",
    "Write-S3BucketPolicy": "PutBucketPolicy",
    "Write-S3Object": "PutObject",
}
# S3A, and the SDK for Java: https://github.com/apache/hadoop hadoop-tools/hadoop-aws MultiObjectDeleteException.java
_MULTIPLE_DELETE = lazy_pattern(r"\bMultiObjectDelete(?:Exception|Error)\b")
# rclone creates the bucket first: https://github.com/rclone/rclone backend/s3/s3.go, prepareUpload and mkdirParent
_PREPARED_UPLOAD = lazy_pattern(r"\bfailed to (?:prepare upload|Mkdir)\b")
_READ_ROOT = lazy_pattern(r"\berror reading (?:source|destination) root directory\b")
# What SDKs say of the parts of an upload: S3 had begun it. https://github.com/aws/aws-sdk-ruby multipart_file_uploader.rb,
# https://github.com/aws/aws-sdk-php MultipartUploadException.php, and upload.go of both SDKs for Go
_PARTS_FAILED = lazy_pattern(
    r"\bMultipartUploadError: multipart upload failed\b|\buploading parts to a multipart upload\b|\bMultipartUpload: upload multipart failed\b|\bupload multipart failed, upload id:|\b__doConcurrentUpload\b"
)
# The objects that the call did not delete, in any order of their fields:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
_UNDELETED = lazy_pattern(
    r"[\"']Errors[\"']\s{0,3}:\s{0,3}\[\s{0,40}\{(?=[^{}]{0,1500}[\"']Key[\"']\s{0,3}:)(?=[^{}]{0,1500}[\"']Code[\"']\s{0,3}:)"
    r"|<DeleteResult\b"
)
# The error begins with the cmdlet's name. PowerShell 7 prints no more.
_S3_CMDLET = lazy_pattern(rf"(?m)^({'|'.join(_S3_CMDLETS)}) ?: ")


# What a text of such a call contains, its pattern, and the service and the operation of a match. The first call is used.
_CALLS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    # https://github.com/apache/hadoop hadoop-tools/hadoop-aws S3AFileSystem.java
    ((" on ", "s3"), _S3A_CALL, lambda found: ("s3", _S3A_OPERATIONS[found["failed"] or found["called"]])),
    (("AWS Error ",), _ARROW_CALL, lambda found: ("s3", found[1])),
    (("Generic ",), _OBJECT_STORE_CALL, lambda found: ("s3", _read_object_store(found))),
    (("s3",), _QUERY_READ, lambda found: ("s3", "ListObjectsV2" if found["listed"] else "GetObject")),
    (
        ("emr.hadoop",),
        _EMRFS_CALL,
        lambda found: ("s3", {"GetObjectMetadata": "HeadObject"}.get(found[1], found[1])),
    ),
    (("fs -", "s3"), _SHELL_CALL, lambda found: ("s3", _SHELL_OPERATIONS[found[1]])),
    (("Access denied",), _MSK_CONNECTION, lambda _: ("kafka-cluster", "Connect")),
    *(
        ((sign,), KAFKA_DENIAL, lambda found: ("kafka-cluster", _read_kafka(found)))
        for sign in ("AuthorizationE", "AuthorizationFailed", "AUTHORIZATION_FAILED", "uthorization failed")
    ),
    (("S3Bucket=",), _BUNDLE_READ, lambda _: ("s3", "GetObject")),
    (("S3 error: ",), _TEMPLATE_READ, lambda _: ("s3", "GetObject")),
    (("to GetObject for ",), _TEMPLATE_READ, lambda _: ("s3", "GetObject")),
    (("s3://",), _SQL_CALL, lambda found: ("s3", _read_sql(found))),
    (("bject",), OBJECT_CALL, lambda found: ("s3", f"{found['verb'].capitalize()}Object")),
    ((" failed, attempt ",), _GO_LOG, lambda found: (found[1], found[2])),
    ((".services.",), _JAVA_CLIENT, lambda found: (found[1], _capitalize(found[2]))),
    (("resourceType",), _TASK_CALL, lambda found: (found[1], _capitalize(found[2]))),
    (("upload",), _PARTS_FAILED, lambda _: ("s3", "UploadPart")),
    (("to prepare upload",), _PREPARED_UPLOAD, lambda _: ("s3", "CreateBucket")),
    (("to Mkdir",), _PREPARED_UPLOAD, lambda _: ("s3", "CreateBucket")),
    (("root directory",), _READ_ROOT, lambda _: ("s3", "ListObjectsV2")),
    (("MultiObjectDelete",), _MULTIPLE_DELETE, lambda _: ("s3", "DeleteObjects")),
    (("Errors", "Key"), _UNDELETED, lambda _: ("s3", "DeleteObjects")),
    (("DeleteResult", "<Error>"), _UNDELETED, lambda _: ("s3", "DeleteObjects")),
    (("-S3",), _S3_CMDLET, lambda found: ("s3", _S3_CMDLETS[found[1]])),
    (("Amazon.",), _DOTNET_CLIENT, lambda found: (found[1].lower(), found[2])),
)


_INDEX = WordIndex()
_GROUPS = tuple(sum(map(_INDEX.add, signs)) for signs, *_ in _CALLS)


def _read_kafka(found: re.Match[str]) -> str:
    """Return what a client of Kafka did, or the last of Kafka's own tools before the error."""
    kind = found["kind"][:5].lower()
    tools = [*_KAFKA_TOOL.finditer(found.string, 0, found.start())] if "kafka-" in found.string else []
    action = _KAFKA_TOOLS.get((tools[-1]["tool"], tools[-1]["verb"])) if tools else None
    if action is None:
        return _MSK_ACTIONS[kind]
    return action.replace("ClusterDynamic", "TopicDynamic") if kind == "topic" else action


def _read_object_store(found: re.Match[str]) -> str:
    name = "list" if found["listed"] else (found["name"] or found["source"]).lower()
    return _OBJECT_STORE_OPERATIONS[name]


def find_called_operation(text: str) -> tuple[Stated | None, Stated | None]:
    """Return the service and the operation that stack frames name.

    >>> frame = "at de_CreateFunctionCommandError (/app/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:2)"
    >>> [each.value for each in find_called_operation(frame)]
    ['lambda', 'CreateFunction']
    """
    if "@aws-sdk" in text:
        others = frozenset({"sts", "sso", "sso-oidc", "signin"})
        service = unique_value(_JS_CLIENT, text, excluded=others) or unique_value(_JS_CLIENT, text)
        return service, unique_value(_JS_OPERATION, text) or unique_value(_JS_COMMAND, text)
    words = _INDEX.find(text)
    for (signs, pattern, read), groups in zip(_CALLS, _GROUPS, strict=True) if words else ():
        is_possible = words & groups == groups and all(map(text.__contains__, signs))
        if is_possible and (found := pattern.search(text)):
            name, operation = read(found)
            return Stated(name, found[0]), Stated(operation, found[0])
    if (" retries] " in text or "/aws-sdk/" in text) and (logged := _find_logged_call(text)):
        return logged
    if ".rb:" in text and (found := _RUBY_CALL.search(text)):
        name = found["name"] or found["defined"] or found["method"]
        called = Stated(_capitalize(name), found[0].strip())
        return unique_value(_RUBY_SERVICE, text), called
    if (stated := _find_method(text)) is not None:
        return stated
    if "Command" in text and (named := unique_value(_NAMED_COMMAND, text)) is not None:
        return None, named
    if "Traceback" in text or "client(" in text:
        client, method = _find_botocore_call(text)
        return unique_value(_BOTO_CLIENT, text) or client, method
    return None, None


def _read_sql(found: re.Match[str]) -> str:
    # Redshift lists what it copies first.
    if "context: Listing bucket=" in found.string:
        return "ListObjectsV2"
    return "GetObject" if found[1].lower() == "copy" else "PutObject"


def _find_method(text: str) -> tuple[Stated, Stated] | None:
    """Return the only method of a client that a text names as in ``SecretsManager.getSecretValue``."""
    called: dict[tuple[str, str], str] = {}
    if _MEMBER.search(text) is None:
        return None
    ruby = unique_value(_RUBY_SERVICE, text) if "::Errors" in text else None
    for found in _METHOD.finditer(text):
        name = ruby.value if ruby is not None and found[1] == "client" else found[1]
        service = service_prefix(name.lower())
        operation = _capitalize(found[2])
        is_other = _SUCCEEDS.match(text, found.end()) is not None
        if service is not None and not is_other and actions_for(operation, service):
            called[service, operation] = found[0]
    if len(called) != 1:
        return None
    (((service, operation), words),) = called.items()
    return Stated(service, words), Stated(operation, words)


def _find_logged_call(text: str) -> tuple[Stated, Stated | None] | None:
    """Return the call that an SDK's logger shows, or the service of a frame with its only call in the text."""
    logged = _LOGGED_CALL.search(text)
    if logged is not None:
        return Stated(logged["service"].lower(), logged[0]), Stated(_capitalize(logged["name"]), logged[0])
    if (found := _JS_SERVICE.search(text)) is None:
        return None
    calls = {each[1]: each[0] for each in re.finditer(_JS_CALL.format(found[1]), text)}
    # The method upload of S3 puts the object, in parts if it is large.
    operations = [
        Stated({"upload": "PutObject"}.get(name) or _capitalize(name), words) for name, words in calls.items()
    ]
    operation = only_one([each for each in operations if actions_for(each.value, found[1])])
    return Stated(found[1], found[0].rstrip(":")), operation


def _capitalize(method: str) -> str:
    return "".join(map(upper_first, method.split("_")))


def _find_botocore_call(text: str) -> tuple[Stated | None, Stated | None]:
    """Return the client and the method of the last call in a Python traceback that botocore's frames follow."""
    at = text.find("in _api_call")
    found = search_last(_BOTO_CALL, text, max(at - 3_000, 0), at)
    if found is None:
        return None, None
    words = " ".join(found[0].split()).rstrip("(")
    client = re.fullmatch(r"(?:boto3?_)?([a-z0-9]{2,20}?)(?:_client|_resource)?", found[1])
    is_named = client is not None and client[1] not in {"client", "self", "session", "boto3"}
    return (Stated(client[1], words) if client and is_named else None), Stated(_capitalize(found[2]), words)
