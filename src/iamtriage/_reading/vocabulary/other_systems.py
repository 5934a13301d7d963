"""Find signs of other clouds and systems in a text.

Other clouds use the same sentences and codes as AWS. A failure near their names, hosts or resource names is
reported only if it contains signs of AWS itself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import FragmentIndex, list_rows
from iamtriage._reading.vocabulary.readable import NON_ASCII, find_near_fragments

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.vocabulary.readable import Readable


def _signs(*rows: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((fragments, lazy_pattern(source)) for fragments, source in rows)


def _classes(name: str, separators: Iterable[str], parts: Iterable[str]) -> str:
    """Return the fragments for exception classes, whose names can start with a lowercase letter, too."""
    return "|".join(
        f"<{start}{separator}{part}{suffix}>"
        for start in (name, name.lower())
        for separator in separators
        for part in parts
        for suffix in ("Error", "Exception")
    )


# Each row: fragments, one of which the text must contain (``FragmentIndex`` defines the syntax), and the pattern.
_CLOUDS = _signs(
    # Alibaba
    ("<acs>acs:", r"\bacs:[a-z]+:"),
    ("aliyun|<ALIYUN>ALIYUN::", r"\baliyun|aliyuncs|\bALIYUN::"),
    ("liCloud", r"\b[Aa]liCloud"),
    ("alicloud|alibabacloud", r"alicloud|alibabacloud"),
    ("<RAM>", r"\bRAM\b.{0,40}\b(?:API|policy|support)|Forbidden\.RAM\b"),
    # Tencent
    ("<qcs>qcs::", r"\bqcs::"),
    ('<Response>"Response"', r"\"Response\"\s?:\s?\{\s?\"Error\"\s?:"),
    ("encent", r"[Tt]encent"),
    ("<CAM>CAM ", r"\bCAM (?:policies|policy|策略)"),
    (f"<{NON_ASCII}>操作未授权", r"操作未授权"),
    # Huawei
    ("uawei", r"huaweicloud|[Hh]uawei"),
    ("<agencies>iam:agencies:", r"\biam:agencies:"),
    ("<APIGW>APIGW.", r"\bAPIGW\.\d{4}"),
    ("<obs>obs.", r"\bobs\.[a-z0-9-]+\.my"),
    ("<urn>urn:iam|<trn>trn:iam", r"\b[ut]rn:iam"),
    # Google Cloud
    ("<googleapis>|<google>google.rpc", r"(?<!logging\.)\bgoogleapis\b|\bgoogle\.rpc"),
    ("<IAM_PERMISSION_DENIED>|<gserviceaccount>", r"\b(?:IAM_PERMISSION_DENIED|gserviceaccount)\b"),
    ("<Permission>Permission '", r"\bPermission '[a-z]+\.[A-Za-z.]+' denied"),
    ("<gcloud>|<GSResponseError>", r"\b(?:gcloud|GSResponseError)\b"),
    ("<roles>roles/", r"\broles/[a-z]+\.[a-zA-Z]+"),
    ("<GoogleAccessId>|<GOOG1>|<GOOG4>GOOG4-HMAC", r"\b(?:GoogleAccessId\b|GOOG(?:1\b|4-HMAC))"),
    ("<objects>storage.objects.|<buckets>storage.buckets.", r"\bstorage\.(?:objects|buckets)\.[a-z]{3,10}(?:Iam\w{6,8})? access\b"),
    ("<Google>Google Cloud", r"\bGoogle Cloud"),
    # Azure
    ("AADSTS", r"AADSTS"),
    ("<Microsoft>Microsoft.", r"\bMicrosoft\.[A-Z]\w+/"),
    ("<azure>azure.com|<management>management.azure", r"\b(?:management\.azure|azure\.com)"),
    ("<windows>windows.net|AuthorizationFailed", r"\bwindows\.net|AuthorizationFailed"),
    ("<subscriptions>/subscriptions/", r"/subscriptions/[0-9a-f<x{$]"),
    # Oracle
    ("<opc>opc-request-id|<ocid1>ocid1.|<NotAuthorizedOrNotFound>|oraclecloud", r"\b(?:opc-request-id|ocid1\.|NotAuthorizedOrNotFound\b)|oraclecloud"),
    # IBM, DigitalOcean, GitHub
    ("<ibm>cloud.ibm.com|<IBM>IBM Cloud", r"cloud\.ibm\.com|\bIBM Cloud"),
    ("BX", r"\bBXN?IM\w*\d{4}"),
    ("<digitalocean>digitalocean.com|<github>api.github.com|<integration>accessible by integration", r"\b(?:digitalocean\.com|api\.github\.com)|accessible by integration\b"),
    # Additions of their object stores to bodies and headers that otherwise look like those of S3.
    ("<OSSAccessKeyId>|liyunOSS", r"\bOSSAccessKeyId\b|\bAliyunOSS"),
    ("<x>x-|<X>X-", r"[xX](?<!\w.)-(?i:(?:oss|cos|obs|bce|tos|kss|goog(?!-cloud-target))-[a-z])"),
    ("<oss>oss: service|<oss2>oss2.", r"\boss: service|\boss2\."),
    ("<ali>ali-oss|<alioss>", r"\bali-?oss\b"),
    (_classes("Cos", ("", "_"), ("Service", "Client")) + "|<cos>cos.|<Cos>Cos.", r"\b[Cc]os[._]?(?:Service|Client)(?:Error|Exception)\b"),
    ("qcloud", r"\bqcloud|myqcloud"),
    ("<ObsException>|<obsException>", r"\b[Oo]bsException\b"),
    (_classes("Bce", ("",), ("Server", "Service", "Client")) + "|<bcebos>|<baidubce>", r"\b(?:Bce(?:Server|Service|Client)(?:Error|Exception)|bcebos|baidubce)\b"),
    ("<volces>volces.com|volcengine|bytepluses|jdcloud|ksyun", r"\bvolces\.com|volcengine|bytepluses|jdcloud|ksyun"),
    ("yandexcloud|<yandex>yandex.net|scaleway|linode|<ovh>ovh.", r"yandexcloud|\byandex\.net|scaleway|linode|\bovh\."),
)  # fmt: skip
# Hadoop raises Java's class for files in S3. The same line or the first frame names S3; otherwise the file is local.
S3A_DENIAL = (
    r"AccessDeniedException:?\s(?![/\\~.]|file:|[A-Z]:)(?=[^\n]{0,400}?(?:\bs3[an]?://|\.fs\.s3a\.|AmazonS3Exception"
    r"|\.services\.s3\.|NoAuthWithAWSException)|[^\n]{0,400}\nat\sorg\.apache\.hadoop\.fs\.s3a\.)"
)
_OTHER_SYSTEMS = _signs(
    ("ccess denied for user '", r"[Aa]ccess denied for user '"),
    ("password authentication failed", r"password authentication failed"),
    ("permission denied for ", r"permission denied for (?:relation|table|schema|database|function)"),
    ("<mount>mount.nfs|access denied by server", r"\bmount\.nfs|access denied by server while mounting"),
    ("<nio>java.nio.file.", rf"\bjava\.nio\.file\.(?!{S3A_DENIAL})"),
    ("<docker>docker.sock|<publickey>(publickey", r"\bdocker\.sock\b|\(publickey\b"),
    ("<springframework>", r"org\.springframework\.security"),
    # Trino, HBase: a class in a package named "security". The SDKs have none.
    ("<security>security.", r"\b(?:[a-z]\w{0,30}\.){1,6}security\.(?:[a-z]\w{0,30}\.){0,3}[A-Z]\w{0,40}(?:Denied|AccessControl|[Aa]uthoriz)\w{0,30}Exception\b"),
    ("<npm>", r"\bnpm (?:error|ERR!) [^\n]{0,200}?https?://(?!\S{1,200}\.(?:amazonaws|on\.aws|api\.aws)\b)"),
    ("<nestjs>@nestjs|<Nest>[Nest]", r"@nestjs/|\[Nest\]"),
    ("<denied>Access is denied", r"Access is denied\b\.? ?(?:\(os error 5\)|0x80070005)"),
    ("<EACCES>|<NOPERM>|<E_ACCESSDENIED>|<NT_STATUS_ACCESS_DENIED>", r"\b(?:EACCES|NOPERM|E_ACCESSDENIED|NT_STATUS_ACCESS_DENIED)\b"),
    ("<ORA>ORA-|<MySQL>|<psycopg2>|<PSQLException>", r"\b(?:ORA-\d{5}|MySQL\b|(?:psycopg2\.(?:errors\.)?[A-Z]\w{1,40}|PSQLException)\b(?!: S3ServiceException|[^\n]{0,300}PAM authentication failed for user))"),
    ("<UnauthorizedAccessException>", r"System\.UnauthorizedAccessException\b"),
    ("not authorized on ", r"not authorized on \w+ to execute command"),
    # psutil, Consul
    ("<psutil>", r"\bpsutil\b"),
    ("<originated>(originated from|<pid>(pid=", r"AccessDenied:? \((?:originated from|pid=\d)"),
    ("<AccessorID>token with AccessorID|lacks permission '", r"token with AccessorID\b|lacks permission '[a-z]+:[a-z]+'"),
)  # fmt: skip
# A pattern that begins with a character is faster than one that begins with a word boundary.
_STORAGE = lazy_pattern(r"[sS](?<!\w.)3(?:\b|_|fs\b)|[Bb]ucket")
_MINIO = lazy_pattern(r"[Mm]in[Ii][Oo]\b(?!-(?:go|java|py|js)\b)")
_AWS = lazy_pattern(
    r"\barn:aws|amazonaws\.com|\bbotocore\b|\baws-sdk|awssdk|\bAWS\b|\bAmazon\b|\bCloudFormation (?:[Ss]tack|deploy|[Cc]hange ?[Ss]et)|\baws:|\bEKS\b|\bS3\b|\bRoute ?53\b|\bDOWNLOAD_SOURCE\b|\baws (?:ecr|s3|s3api|sts|eks|sso|configure|ec2|iam|login|ssm|lambda|logs)\b|\bAws(?:::|\\)|\bExAws\b|@aws-|@smithy/|'\$fault':|\baws\.s(?:dk|mithy)\.kotlin|\bawserr\.|/aws[/-]|\baws-(?:vault|sso|cli|okta|iam-authenticator)|\.aws\b|\bResourceInitializationError: unable to pull secrets or registry auth"
    # Messages of all services, and the path of a call to Bedrock
    r"|\bThrottlingException\b[^\n]{1,40}?Rate exceeded(?! by)|failed to satisfy constraint: Member must|/model/\S{1,200}?/(?:invoke|converse)\b"
)


# Every text that names AWS contains one of these.
_AWS_WORDS = (
    "aws", "AWS", "Aws", "Amazon", "CloudFormation ", "botocore", "EKS", "S3", "Route", "DOWNLOAD_SOURCE", "ResourceInit", "@smithy/", "$fault", "Failed", "Rate exceeded", "satisfy constraint", "/model/",
)  # fmt: skip


def find_other_clouds(readable: Readable) -> list[int]:
    """Return the positions of signs of other clouds.

    >>> from iamtriage._reading.vocabulary.readable import Readable
    >>> find_other_clouds(Readable("Resource: acs:ram:*:1234567890123456:role/*"))
    [10]
    >>> find_other_clouds(Readable("arn:aws:iam::111122223333:root"))
    []
    """
    return _find(_CLOUDS, _cloud_index(), readable)


def find_other_systems(readable: Readable) -> list[int]:
    """Return the positions of denials of databases, file systems and frameworks."""
    return _find(_OTHER_SYSTEMS, _system_index(), readable)


def find_storage(text: str) -> list[int]:
    """Return the positions of the words S3 and bucket, which explain a bare "Access Denied".

    MinIO has buckets, too, and prints the same message.

    >>> find_storage("PUT to bucket logs: Access Denied"), find_storage("MinIO, bucket logs: Access Denied.")
    ([7], [])
    """
    return [] if _MINIO.search(text) else [m.start() for m in _STORAGE.finditer(text)]


def names_aws(text: str) -> bool:
    """Return whether a text names AWS anywhere."""
    return any(map(text.__contains__, _AWS_WORDS)) and _AWS.search(text) is not None


@cache
def _cloud_index() -> FragmentIndex:
    return FragmentIndex(fragments for fragments, _ in _CLOUDS)


@cache
def _system_index() -> FragmentIndex:
    return FragmentIndex(fragments for fragments, _ in _OTHER_SYSTEMS)


def _find(
    signs: Sequence[tuple[str, re.Pattern[str]]], index: FragmentIndex, readable: Readable
) -> list[int]:
    """Return the positions of signs in a text, in order."""
    rows = list_rows(index.find_rows(readable.words, readable.flat))
    found = (
        find_near_fragments(pattern, fragment, readable) for fragment, pattern in map(signs.__getitem__, rows)
    )
    return sorted({m.start() for matches in found for m in matches})
