"""Find the bucket and key in a text: in URIs, transfers, quoted names, URLs and command lines.

How the AWS CLI and boto3 report transfers: https://github.com/aws/aws-cli ``awscli/customizations/s3/results.py``
and https://github.com/boto/boto3 ``boto3/s3/transfer.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.copy_calls import find_copy, hide_sources
from iamtriage.explaining._context.values import CommandLine, Stated, quote_match

BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
"""The name of a bucket."""
# Buckets of us-east-1 from before March 2018 can have underscores, and people write my_bucket for one that they hide.
_URI = lazy_pattern(
    r"(?a)\bs3[an]?://([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])(?!\w|[\w.-]{0,64}@)(/[^\s\"'`<>|,;)\]}\\]{0,1024})?"
)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
_ACCESS_POINT = lazy_pattern(
    r"(?a)\b(?:s3://)?(arn:aws[a-z-]{0,12}:s3:[a-z0-9-]{6,30}:[0-9]{12}:accesspoint/[a-z0-9-]{3,50})"
    r"(/(?:object/)?[^\s\"'`<>|,;)\]}\\]{0,1024})?"
)
_UPLOAD = lazy_pattern(
    rf"(?a)Failed to upload \S.{{0,256}}? to ({BUCKET})/(\S{{1,1024}}?): "
    # Lambda reads the code with the permissions of the caller.
    rf"|\bpermission to GetObject for ({BUCKET})/([^\s\"'`]{{1,1024}}?)\.? S3 Error Code: "
    # The agent of ECS, for environmentFiles of a task definition.
    rf"|\bunable to download object ({BUCKET})/([^\s\"'`]{{1,1024}}?): "
)
_NAMED_BUCKET = lazy_pattern(
    rf"(?a)\b(?:S3)?[Bb]ucket(?:[ _]?[Nn]amed?| is (?:named|called)| called)?(?:[ =:]{{1,3}}|=>|\s\()\\?[\"'`]?[(\"'`]?({BUCKET})(?![\w-]|\.\w|['’]t\b)"
    rf"|[\"'][Bb]ucket(?:Name)?[\"']\s?:\s?[\"']({BUCKET})[\"']"
    rf"|<BucketName>({BUCKET})<|\bBucketName ?= ?[\"']({BUCKET})[\"']|\.bucket(?:Name)?\([\"']({BUCKET})[\"']\)"
    rf"|\barn:aws[a-z-]{{0,12}}:s3:::({BUCKET})(?![\w-])"
    # The console: "Amazon S3 > Buckets > name", and its address.
    rf"|\bAmazon S3\s{{1,4}}[>›/]\s{{1,4}}Buckets\s{{1,4}}[>›/]\s{{1,4}}({BUCKET})(?![\w-])|\bconsole\.(?:aws\.amazon|amazonaws-us-gov)\.com/s3/buckets/({BUCKET})(?![\w-])"
    # The S3 classes of PHP: "S3::getBucketLocation(name)".
    rf"|\bS3::[a-z]\w{{2,40}}\(({BUCKET})[,)]"
    # Terraform: "creating S3 bucket ACL for name".
    rf"|\bexistence of '({BUCKET})' bucket\b"  # Flux
    rf"|\bS3 [Bb]ucket (?:[A-Z]\w{{1,20}} ){{1,4}}for ({BUCKET})(?![\w-])"
    # "reading S3 Bucket Server-side Encryption Configuration (name)".
    rf"|\bS3 [Bb]ucket (?:[A-Z][\w-]{{1,20}} ){{1,5}}\(({BUCKET})\)"
)
# The ID of a bucket and of its settings in Terraform's log.
_ID_OF_BUCKET = lazy_pattern(
    rf"(?a)\b(?P<address>aws_s3_bucket(?!_object)(?:_[a-z_]{{1,60}})?\.[\w-]{{1,80}})(?:\[[^\]\n]{{1,80}}\])?: [^\n\[]{{1,60}}\[id=(?P<id>{BUCKET})[,\]]"
)
# "getObject acme-in/2026/a.csv", "GetObject for s3 object acme-in/a.csv", in a comment or a sentence.
OBJECT_CALL = lazy_pattern(
    rf"(?a)(?<![\w:.])(?P<verb>[Gg]et|[Pp]ut|[Hh]ead|[Dd]elete)_?[Oo]bject(?:Command|Request)?(?:\(| (?:(?:on|for|of|from|to|in) )?)[\"'`]?(?P<bucket>(?!and/|or/){BUCKET})/(?P<key>(?=[^\s\"'`<>|,;()*]{{0,1000}}\w)[^\s\"'`<>|,;()*]{{1,1024}})(?!\*)"
)
"""An operation of S3 in words, with the bucket and the key as one path."""
_KEY = lazy_pattern(
    # "bucket orders, key 2026/a.csv", and "bucket=orders object=/2026/a.csv" of Ansible, which omits the slash
    rf"\b[Bb]ucket(?:[ =:]{{1,2}})[\"'`]?{BUCKET}[\"'`]?,? (?:and )?(?:the )?(?:(?:object )?[Kk]ey[ =:]{{1,2}}|object=/?)[\"'`]?((?=[^\s\"'`,;()]{{0,1000}}[./]\w)[^\s\"'`,;()]{{1,1023}}[\w/](?<!\.Access)(?<!\.The)(?![\w/(]))"
    r"|\bKey(?: ?= ?|: ?)[\"']([^\"'\n]{1,1024})[\"']|[\"']Key[\"']\s?:\s?[\"']([^\"'\n]{1,1024})[\"']|<Key>([^<\n]{1,1024})</Key>"
    r"|\bS3Key=([^\s,\"']{1,1024})"  # Elastic Beanstalk and CodeDeploy: "S3Bucket=name, S3Key=key"
    r"|\bS3Error\(Key=([^\s,()]{1,1024}), "  # S3A: one for each object that could not be deleted
    r"|\breading key: ([^\s,;]{1,1024}), from bucket: "  # ClickHouse
    # PowerShell: "-BucketName name -Key key".
    r"|\b[A-Z][a-z]{1,9}-S3Object\b[^\n|;]{0,400}? -Key[ :][\"']?([^\s\"'$()|;`]{1,1024})(?=[\s\"']|$)"
    # Terraform: "uploading S3 Object (key) to Bucket (name)".
    r"|\bS3 Object \(([^()\s]{1,1024})\) to Bucket\b"
    # Velero: "error putting object backups/nightly-1/nightly-1.tar.gz: …".
    r"|\b(?:putting|getting|deleting|uploading|downloading|reading|writing) object ([^\s:\"'`]{1,1024}): "
    r"|\b(?:[Oo]bject|[Ff]ile|[Kk]ey) [\"'`]([^\"'`\s]{1,1024})[\"'`] (?:in|from|to|of) [^\n]{0,40}?[Bb]ucket"
)
# The folder of a key that code fills in: f"in/{day}.json", `in/${day}.json`, "in/" + day.
_KEY_IN_CODE = lazy_pattern(
    r"\b[Kk]ey[\"']?\s?[:=]\s?f?[\"'`](?P<folder>(?:[^\"'`\s{}$%*/]{1,200}/){1,8})(?:[^\"'`\s]{0,200}?[{$%]|[\"'`]\s?\+)"
)
# One with an asterisk is that of a policy.
_ARN_KEY = lazy_pattern(
    rf"(?a)\barn:aws[a-z-]{{0,12}}:s3:::{BUCKET}/(?![^\s\"']{{0,1024}}\*)([^\s\"'`<>|,;)\]}}\\]{{1,1024}})"
)
_HOST = lazy_pattern(
    # restic writes s3:HOST/BUCKET.
    rf"(?a)(?:\b|(?<=\\n))(?:https?:(?:\\?/){{2}}|s3:(?=s3[.-])|[Hh]ost: )(?:({BUCKET})\.)?s3(?:[.-](?:dualstack|fips|accelerate))?(?:[.-][a-z]{{2,5}}(?:-[a-z]{{2,12}}){{1,3}}-[0-9]{{1,2}})?"
    r"\.amazonaws\.(?:com(?:\.cn)?|eu)(?::443)?(?:\\?(/[^\s\"'`<>|,;)\]}?]{0,1024}))?"
)
_RESTIC_CONFIG = "unable to open config file"
# Loki writes the Region in place of the bucket: https://grafana.com/docs/loki/latest/configure/#aws_storage_config
_REGION = lazy_pattern(r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-[0-9]")
# The bucket in the settings of a program or a constant of its code, whose errors do not name it.
_BUCKET_SETTING = lazy_pattern(
    r"(?iam)^(?:\d{1,5}[:|]?(?=[ \t]))?[ \t]{0,40}(?:- )?(?:--|(?<=[ \t])-)?(?:export |(?P<code>(?:(?:private|public|protected|internal|static|final|const|readonly|let|var|val|string)[ \t]{1,4}){1,6}))?"
    rf"[\"']?(?:\w{{1,40}}[_.-])?bucket(?:[_-]?names?)?[\"']?(?:: ?&?[a-z]{{3,6}}(?= ?=))?[ \t]{{0,20}}[:=][ \t]{{0,4}}(?P<quote>[\"'])?(?P<name>{BUCKET})(?:[\"'][,;]?)?[ \t\r]{{0,20}}(?:#|//|$)"
    # A logger prints them in one line: level=INFO type=s3 bucket=NAME region=eu-west-1.
    rf"|\b(?:type|name|provider|backend)=s3 (?:[^\n]{{0,200}} )?bucket=(?P<logged>{BUCKET})(?= |$)"
)
# Without quotation marks, the attribute of an object and a variable with the same name.
_VARIABLE = lazy_pattern(
    r"(?i)(?:args|cfg|config|context|ctx|each|env|event|local|module|options?|opts|os|params?|process|props|req|request|self|settings|system|this|var)\.[\w.-]{1,60}|[\w.]{1,60}\.(?:bucket(?:_?name)?|value)|bucket(?:[_-]?name)?"
)
# A comment with code, and a line that a change removes.
_UNUSED = lazy_pattern(r"(?:-(?!-| \S)|[^\S\n]{0,80}(?://|#))[^\n]{0,80}=")
# Literal arguments of boto3's methods in the line that a traceback or a notebook shows:
# https://docs.aws.amazon.com/boto3/latest/reference/services/s3.html
_LITERAL_KEY = r"[\"'](?P<{}>[^\"'\n{{}}]{{1,1024}})[\"']"
_METHOD = lazy_pattern(
    rf"(?a)\b(?:download_file(?:obj)?\(|upload_file(?:obj)?\([^,()\n]{{1,200}},|(?:Object|ObjectSummary)\()\s?[\"'](?P<bucket>{BUCKET})[\"'],\s?(?:{_LITERAL_KEY.format('key')}|[A-Za-z_][\w.]{{0,60}}\s?[,)])"
    rf"|\bBucket\(\s?[\"'](?P<resource>{BUCKET})[\"']\)(?:\.(?:download_file(?:obj)?|Object)\(\s?{_LITERAL_KEY.format('object')})?"
)
# What Terraform prints if its S3 backend cannot lock a state. The lock is an object next to the state:
# lockPath() and lockFilePath() in https://github.com/hashicorp/terraform/blob/main/internal/backend/remote-state/s3/client.go
_STATE_LOCK = lazy_pattern(
    rf"(?a)\bLock Info:[^\n]{{0,80}}\n(?:[^\n]{{0,200}}\n){{0,4}}?[ \t│|]{{0,20}}Path:[ \t]{{1,12}}({BUCKET})/([^\s\"'`<>]{{1,1024}})"
)
_OF_LOCK = lazy_pattern(r"\bError (?:acquiring|releasing) the state lock\b")
# Words that follow "bucket" in prose.
_NO_BUCKET = frozenset(
    {
        "acceleration", "access", "acl", "and", "arn", "because", "but", "called", "cannot", "cors", "could", "data", "denied", "does",
        "encryption", "error", "failed", "for", "from", "has", "is", "key", "level", "lifecycle", "location",
        "logging", "name", "named", "not", "notification", "object", "objects", "operation", "owner", "ownership",
        "permission", "permissions", "policies", "policy", "public", "region", "replication", "request", "resource", "that", "the", "this",
        "versioning", "was", "website", "with", "you", "your", "which", "where", "exists", "found", "list", "are",
        "specified", "created", "configured", "given", "used", "provided", "defined", "owned", "located",
        "must", "may", "should", "settings", "tagging", "tags", "to", "in", "on", "or", "of", "if", "when", "holds",
        "about", "across", "after", "again", "against", "already", "also", "although", "always", "anymore", "anyway",
        "before", "behind", "being", "belonging", "between", "both", "containing", "directly", "during", "each", "either",
        "even", "except", "have", "having", "here", "however", "inside", "instead", "into", "itself", "just", "like",
        "never", "nil", "none", "null", "once", "only", "onto", "otherwise", "outside", "over", "since", "sometimes", "still", "than", "their",
        "them", "then", "there", "they", "though", "through", "throws", "under", "unless", "until", "using", "were",
        "what", "while", "whose", "will", "within", "without", "would", "uses", "needs", "had", "can", "lives",
        "false", "string", "true", "undefined",
    }
)  # fmt: skip
# The start of a call, object or declaration in code, whose values without quotes are variables.
_IN_CODE = lazy_pattern(
    r"(?:\w(?<!Request)\(\s?\{?|=\s?\{)[^(){}]{0,200}\Z|(?<![\w-])(?:const|let|readonly|val|var)[ \t]\Z"
)
_END_OF_CODE = lazy_pattern(r";[ \t\r]*(?:\n|\Z)")
_IS_WORD = lazy_pattern(r"[a-z]{3,20}")
_IN_PROSE = lazy_pattern(r"(?:S3)?[Bb]ucket [a-z]{3,20}")
_TRAILING = ".:!?*"
_MIN_BUCKET_LENGTH, _MAX_CHARS_BEFORE = 3, 204
# Operations that write the last object that a transfer names. Other operations read the first one.
WRITES = frozenset(
    {
        "PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy",
        "CompleteMultipartUpload", "AbortMultipartUpload", "PutObjectAcl", "PutObjectTagging",
    }
)  # fmt: skip
# A message without an operation can be of the copy that the code makes.
_COPIES = frozenset({None, "CopyObject", "CreateMultipartUpload", "UploadPartCopy"})
_MULTIPLE = frozenset({"recursive", "delete"})


@attrs.frozen(eq=False, repr=False)
class Location(Value):
    """A bucket and the known key or prefix of its objects.

    Attributes:
        bucket: The bucket.
        key: The key of the object.
        prefix: The prefix of several objects.
    """

    bucket: Stated
    key: Stated | None = None
    prefix: Stated | None = None


def find_location(text: str, operation: str | None, command: CommandLine | None) -> Location | None:
    """Return the location that a text states, or ``None``.

    Args:
        text: The text of one failure.
        operation: The operation that failed. It distinguishes the source and the destination of a copy.
        command: The command that failed.
    """
    if not any(each in text for each in ("s3", "S3", "ucket", "bject", "Failed to upload", "Lock Info:")):
        return None
    is_write = operation in WRITES
    body = text if command is None else text.replace(command.text, " ", 1)
    copied = find_copy(body) if operation in _COPIES else None
    if copied is not None:
        # The call that fails without a reason can be either side: the code has both, and this is the one that it writes.
        return Location(copied.bucket, copied.key)
    if operation in _COPIES - {None}:
        body = hide_sources(body)
    readers = (_state_locks, _transfers, _access_points, _uris, _methods, _urls, _calls)
    for locations in (read(body) for read in readers):
        found = list(locations)
        if found:
            return _complete(found[-1 if is_write else 0], body)
    named, called = _named(body, command), _location_of_command(command, is_write=is_write)
    if named is None or named.key or named.prefix or called is None:
        return named or called
    # An ARN is often that of a policy.
    is_called = named.bucket.words.startswith("arn:") or called.bucket.value == named.bucket.value
    return called if is_called else named


def find_setting(text: str) -> Location | None:
    r"""Return the only bucket that the settings in a text name. A program keeps several objects in it.

    >>> find_setting("storage_config:\n  aws:\n    s3: s3://eu-west-1/chunks").bucket.value
    'chunks'
    """
    if not any(each in text for each in ("ucket", "BUCKET", "s3://", "amazonaws")):
        return None
    found = {
        each["name"] or each["logged"]: each[0].strip()
        for each in _BUCKET_SETTING.finditer(text)
        if each["quote"] or not (each["code"] or _VARIABLE.fullmatch(each["name"] or ""))
    }
    found = {name: words for name, words in found.items() if name.lower() not in _NO_BUCKET}
    found = found or {each.bucket.value: each.bucket.words for each in (*_uris(text), *_urls(text))}
    if len(found) != 1:
        return None
    ((bucket, words),) = found.items()
    return Location(Stated(bucket, words), prefix=Stated("", words))


def _location_of_command(command: CommandLine | None, *, is_write: bool) -> Location | None:
    if command is None or command.program != "aws":
        return None
    bucket = command.option("bucket")
    if bucket is not None and (re.fullmatch(BUCKET, bucket.value) or _ACCESS_POINT.fullmatch(bucket.value)):
        key, prefix = command.option("key"), command.option("prefix")
        return Location(bucket, key, None if key else prefix)
    found = [each for word in command.words for each in (*_access_points(word), *_uris(word))]
    if not found:
        return None
    location = found[-1 if is_write else 0]
    names = {name for name, _ in command.options}
    key = location.key
    is_multiple = command.words[:2] == ("s3", "sync") or names & _MULTIPLE
    if key is not None and (is_multiple or key.value.endswith("/")):
        name = _local_file_name(command) if not is_multiple and is_write else None
        if name is None:
            return Location(location.bucket, prefix=key)
        return Location(location.bucket, Stated(key.value + name, key.words))
    if key is None and is_write and not is_multiple and (name := _local_file_name(command)):
        return Location(location.bucket, Stated(name, location.bucket.words))
    return location


def _local_file_name(command: CommandLine) -> str | None:
    """Return the name of the file that a command copies to a prefix or bucket. It becomes part of the key."""
    if command.words[:2] not in {("s3", "cp"), ("s3", "mv")} or len(command.words) < 4:
        return None
    name = command.words[2].rstrip("/").rpartition("/")[2]
    return name if name not in {"", ".", "..", "-"} and "*" not in name else None


def _transfers(text: str) -> Iterator[Location]:
    for found in _UPLOAD.finditer(text):
        words = found[0].removesuffix(" S3 Error Code: ").rstrip(":. ")
        bucket, key = filter(None, found.groups())
        yield Location(Stated(bucket, words), Stated(key, words))


def _state_locks(text: str) -> Iterator[Location]:
    for found in _STATE_LOCK.finditer(text) if "Lock Info:" in text else ():
        words = f"Path: {found[1]}/{found[2]}"
        suffix = ".tflock" if _OF_LOCK.search(text) else ""
        yield Location(Stated(found[1], words), Stated(f"{found[2]}{suffix}", words))


def _access_points(text: str) -> Iterator[Location]:
    """Yield access points, whose ARN can replace a bucket name in each call."""
    for found in _ACCESS_POINT.finditer(text) if ":accesspoint/" in text else ():
        words = found[0].rstrip(_TRAILING)
        key = (found[2] or "")[1:].removeprefix("object/").rstrip(_TRAILING)
        yield Location(Stated(found[1], words), Stated(key, words) if key else None)


def _uris(text: str) -> Iterator[Location]:
    for found in _URI.finditer(text):
        if found[1] == "arn":
            continue
        words = found[0].rstrip(_TRAILING)
        key, name = (found[2] or "")[1:].rstrip(_TRAILING), found[1]
        if _REGION.fullmatch(name):
            name, _, key = key.partition("/")
            if not re.fullmatch(BUCKET, name):
                continue
        bucket = Stated(name, words)
        yield Location(bucket, Stated(key, words) if key else None)


def _methods(text: str) -> Iterator[Location]:
    for found in _METHOD.finditer(text):
        words, key = found[0].lstrip("."), found["key"] or found["object"]
        yield Location(
            Stated(found["bucket"] or found["resource"], words), Stated(key, words) if key else None
        )


def _urls(text: str) -> Iterator[Location]:
    if "amazonaws" not in text:
        return
    for found in _HOST.finditer(text):
        # JSON can escape slashes.
        bucket, path = found[1], unquote((found[2] or "")[1:].replace("\\/", "/")).rstrip(f"{_TRAILING}\\")
        if bucket is None:
            bucket, _, path = path.partition("/")
        if bucket and re.fullmatch(BUCKET, bucket):
            words = found[0].rstrip(_TRAILING)
            if path and "s3:" in (found[0][:3], text[max(found.start() - 3, 0) : found.start()]):
                # A repository of restic is a folder, with its configuration in the object config.
                path = f"{path.rstrip('/')}/{'config' if _RESTIC_CONFIG in text else ''}"
            yield Location(
                Stated(bucket, words), Stated(path, words) if path and path.isprintable() else None
            )


def _calls(text: str) -> Iterator[Location]:
    for found in OBJECT_CALL.finditer(text) if "bject" in text else ():
        words = found[0].rstrip(_TRAILING)
        yield Location(Stated(found["bucket"], words), Stated(found["key"].rstrip(_TRAILING), words))


def _named(text: str, command: CommandLine | None) -> Location | None:
    """Return the bucket that the text names, with the key if it names one."""
    names: dict[str, str] = {}
    for found in _NAMED_BUCKET.finditer(text):
        name, at = next(filter(None, found.groups())), found.start()
        is_name = name not in _NO_BUCKET and (len(name) > _MIN_BUCKET_LENGTH or not found[1])
        is_used = not _UNUSED.match(text, line_start(text, at, at - _MAX_CHARS_BEFORE))
        if is_name and is_used and not _is_variable(found):
            names.setdefault(name, quote_match(found))
    if not names and "aws_s3_bucket" in text:
        ids = {each["id"]: (each["address"], quote_match(each)) for each in _ID_OF_BUCKET.finditer(text)}
        own = re.search(r"\bwith (aws_s3_bucket\.[\w-]{1,80})", text)
        # Another bucket than the one that failed is of no use.
        names = {
            name: words
            for name, (address, words) in ids.items()
            if len(ids) == 1 and (own is None or own[1] == address or "aws_s3_bucket." not in address)
        }
    if not names or (command is not None and command.option("bucket") is not None):
        return None
    # "bucket check failed" has no name, if a field of the same text has one. An ARN is often that of a policy.
    fields = [each for each in names if not (_IS_WORD.fullmatch(each) and _IN_PROSE.fullmatch(names[each]))]
    fields = [each for each in fields if not names[each].startswith("arn:")] or fields or [*names]
    if len(fields) > 1:
        return None
    [bucket], words = fields, names[fields[0]]
    # The path in code that s3fs and other clients with paths get.
    path = re.search(rf"[\"']{re.escape(bucket)}/([^\"'\s*{{}}$%]{{1,1024}})[\"']", text)
    key = None if path is None else Stated(path[1], path[0])
    return _complete(Location(Stated(bucket, words), key), text)


def _is_variable(found: re.Match[str]) -> bool:
    """Return whether a name is a variable of code, as in ``get_object(Bucket=name)``."""
    if not found[1] or "-" in found[1] or found[0][-len(found[1]) - 1] not in "=: ":
        return False
    if _VARIABLE.fullmatch(found[1]) or _END_OF_CODE.match(found.string, found.end()):
        return True
    return _IN_CODE.search(found.string, max(found.start() - _MAX_CHARS_BEFORE, 0), found.start()) is not None


def _complete(location: Location, text: str) -> Location:
    """Add the key that the text names separately from the bucket."""
    if location.key is not None:
        key = location.key.value
        return attrs.evolve(location, key=None, prefix=location.key) if key.endswith("/") else location
    found = _KEY.search(text) or _ARN_KEY.search(text)
    if found is None and (path := _find_path(text, location.bucket.value)) is not None:
        return attrs.evolve(location, key=path)
    if found is None:
        folder = _KEY_IN_CODE.search(text)
        return (
            location if folder is None else attrs.evolve(location, prefix=Stated(folder["folder"], folder[0]))
        )
    key = next(filter(None, found.groups()))
    return attrs.evolve(location, key=Stated(key, quote_match(found)))


def _find_path(text: str, bucket: str) -> Stated | None:
    """Return the only key that follows the name of its bucket, as in "get acme-in 2026/11/a.json.gz"."""
    folders, name = r"(?:[\w=+.-]{1,100}/){0,12}", r"[\w=+-]{1,100}(?:\.[A-Za-z0-9]{1,8}){1,3}"
    pattern = rf"(?<![\w.:/-]){re.escape(bucket)}(?:/|[,;:]? [`\"']?(?!\w{{2,20}}=/|(?:dest|path|prefix|src)=)(?=[\w=+.-]{{1,100}}/))({folders}{name})(?![\w/*])"
    found = {each[1]: each[0] for each in re.finditer(pattern, text)}
    if len(found) != 1:
        return None
    ((key, words),) = found.items()
    return Stated(key, words)
