"""Explain calls that went to Amazon S3 although they are meant for another system with its API, and the reverse.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html,
https://doc.dvc.org/user-guide/data-management/remote-storage/amazon-s3, and, on what MinIO answers,
https://github.com/minio/minio/blob/master/cmd/api-errors.go.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import error_code, message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.failures._failures import Failure

# Commands that upload with a client for S3 of their own, to which --endpoint-url does not apply:
# https://github.com/aws/aws-cli/issues/4727 and https://github.com/localstack/localstack/issues/1783.
UPLOADING = frozenset({("cloudformation", "package"), ("cloudformation", "deploy")})
"""The commands that do."""
ENDPOINT_NOT_USED = CauseType(
    "endpoint-not-used-for-upload",
    title="The command uploads to Amazon S3, and not to its endpoint",
    text="aws cloudformation package and deploy upload with their own S3 client, which does not get the option.",
    recognised_by="An S3 operation of aws cloudformation package or deploy fails, and the command has --endpoint-url.",
    fix="Set the variable AWS_ENDPOINT_URL instead of the option.",
    sources=(pages.SDK_ENDPOINTS, "https://github.com/aws/aws-cli/issues/4727"),
)
ENDPOINT_NOT_SET = CauseType(
    "endpoint-not-set",
    title="The call went to Amazon S3: the program has no endpoint of the other system",
    meaning="Without an endpoint, every client for S3 calls AWS, which does not know the keys of another system.",
    recognised_by="The text names MinIO or LocalStack, and the message or the extended request ID is that of Amazon S3.",
    fix="Set the endpoint where the program runs.",
    of="answer-not-from-aws",
    sources=(pages.SDK_ENDPOINTS,),
)
# The answer of Amazon S3. MinIO has the same sentence without "AWS".
_OF_AWS = "The AWS Access Key Id you provided does not exist"
_MINIO, _LOCALSTACK = "MinIO", "LocalStack"
_EMULATOR = lazy_pattern(r"(?i:minio|localstack)")
# The extended request ID of Amazon S3. That of MinIO is hexadecimal, and that of LocalStack always the same:
# https://github.com/localstack/localstack/blob/main/localstack-core/localstack/aws/protocol/serializer.py
_ID_OF_AWS = lazy_pattern(r"(?!s9lzHYrFp76)(?a:[\w+/]{70,110}={1,2})")
_CLIENT_WORKS = lazy_pattern(
    r"(?m)^[^\n$#>]{0,60}[$#>] ?(?P<call>mc (?:ls|cp|cat|stat|admin) [\w./-]{1,200})[^\n]{0,80}\n(?!mc: <ERROR>)\[\d{4}-"
)
_CLIENT = lazy_pattern(r"\bmc\b")
_ELSEWHERE = lazy_pattern(
    rf"{LOCALLY.pattern}|\.local\b|\bmc (?:ls|cp|cat|stat|admin)\b|(?i:\b(?:old|other|another|former|previous) (?:agent|computer|host|job|machine|node|pipeline|pod|runner|server|worker)s?\b)"
)
_URL = lazy_pattern(r"https?://(?P<host>[\w.-]{1,200}(?::\d{1,5})?)")
# The file with the settings of one computer, which Git ignores.
_LOCAL_FILE = ".dvc/config.local"
_REMOTE = lazy_pattern(r"\['remote \"(?P<name>[\w.-]{1,60})\"'\]")
# The setting for the endpoint, by what runs the client.
_SETTINGS = (
    (
        lazy_pattern(r"(?i:\bvelero\b)|\bBackupStorageLocation\b"),
        's3Url: {url} in config of the BackupStorageLocation, with s3ForcePathStyle: "true"',
    ),
    (lazy_pattern(r"\brclone\b"), "endpoint = {url} in the section of the remote, with provider = Minio"),
    (
        lazy_pattern(r"\b[Ss]park\w{0,20}\.(?:hadoop|conf|config|sql)\b|\bspark-submit\b"),
        "spark.hadoop.fs.s3a.endpoint={url}, with spark.hadoop.fs.s3a.path.style.access=true, before the session is created",
    ),
    (lazy_pattern(r"\bs3a\b"), "fs.s3a.endpoint={url}, with fs.s3a.path.style.access=true"),
    (lazy_pattern(r"\brestic\b"), "the repository s3:{url}/BUCKET"),
    (lazy_pattern(r"\b(?:s3fs|storage_options)\b"), 'endpoint_url="{url}" in storage_options'),
    (lazy_pattern(r"\b[Ll]oki\b"), "endpoint: {host} in storage_config, with s3forcepathstyle: true"),
    (
        lazy_pattern(r"\bbackend \"s3\""),
        'endpoints = {{ s3 = "{url}" }} and use_path_style = true in the block backend "s3"',
    ),
)


def is_sent_to_aws(case: Case[Failure], product: str | None) -> bool:
    """Return whether Amazon S3 answered, although the text names MinIO: its ID or the message tells them apart.

    A setting of the endpoint must be one of another place, unless the ID shows that the program does not use it.
    """
    text = case.failure.text
    if _AWS_KEY.search(text) is not None:
        return False
    if product in {_MINIO, _LOCALSTACK} and _has_id_of_aws(case):
        return True
    is_unknown = product == _MINIO and error_code(case.failure) == "InvalidAccessKeyId"
    if not is_unknown or _OF_AWS not in message_text(case):
        return False
    return case.context.other_endpoint is None or _ELSEWHERE.search(text) is not None


def _has_id_of_aws(case: Case[Failure]) -> bool:
    return _ID_OF_AWS.fullmatch(case.failure.envelope.host_id or "") is not None


def is_answer_of_aws(case: Case[Failure]) -> bool:
    """Return whether Amazon S3 answered, and the text says that the call is for AWS or no longer for the other system."""
    text = case.failure.text
    if _has_id_of_aws(case) and _EMULATOR.search(text):
        return any(each.search(text) for each in (_REAL, _LEFT, _COPIED))
    is_unknown = error_code(case.failure) == "InvalidAccessKeyId" and _OF_AWS in message_text(case)
    return is_unknown and any(each.search(text) for each in (_REAL, _LEFT))


def explain_unset_endpoint(case: Case[Failure], host: str | None, product: str = _MINIO) -> Explanation:
    """Explain that a call for MinIO or LocalStack went to Amazon S3, as the client has no endpoint."""
    text = case.failure.text
    url = next(
        (
            each[0]
            for each in _URL.finditer(text)
            if each["host"] == host or (host is None and "minio" in each[0])
        ),
        None,
    )
    usual = ("http", "localhost:4566") if product == _LOCALSTACK else ("https", "MINIO_HOST")
    url = url or f"{usual[0]}://{host or usual[1]}"
    operation = case.failure.envelope.operation
    call = f"the call {operation}" if operation and operation.isalnum() else "the call"
    shown, said = _CLIENT_WORKS.search(text), find_working(text, _CLIENT)
    is_local = _LOCAL_FILE in text
    because = present(
        f"The key is right: the text shows that {clip_text(shown['call'])} worked." if shown else None,
        f"The key is right: the text says {quote_words(said)}." if said and not shown else None,
        f"The endpoint is in {_LOCAL_FILE}, which Git ignores: no other computer gets it."
        if is_local
        else None,
    )
    return Explanation(
        case.failure,
        ENDPOINT_NOT_SET.code,
        f"Amazon S3, not {product}{f' at {host}' if host else ''}, rejected {call}: the client does not use the endpoint of {product}, and AWS does not know its keys.",
        (
            ENDPOINT_NOT_SET.cause(
                "derived",
                because,
                text=f"The extended request ID has the form of Amazon S3's, which {product} does not have."
                if _has_id_of_aws(case)
                else 'The message is that of Amazon S3 ("The AWS Access Key Id …"): MinIO answers without the word AWS.',
            ),
        ),
        (_set_endpoint(text, url),),
        ("No IAM user, key or account of AWS is needed, and no key has to be created or replaced.",),
    )


def _set_endpoint(text: str, url: str) -> Remedy:
    """Return how to set the endpoint for the program that the text shows."""
    export = fill_command("export AWS_ENDPOINT_URL={}", url)
    if (remote := _REMOTE.search(text)) is not None or "dvc " in text:
        set_it = fill_command(
            f"dvc remote modify {{}} endpointurl {url}", remote["name"] if remote else "REMOTE"
        )
        return your_remedy(
            "Set the endpoint of the remote in .dvc/config, and commit it",
            "The endpoint is no secret. The keys stay out of the repository: in the environment of the job, or in .dvc/config.local (dvc remote modify --local).",
            "Or only for one computer: the same command with --local, or the variable AWS_ENDPOINT_URL.",
            commands=(set_it, "git commit -m 'Set the endpoint of the DVC remote' .dvc/config"),
            url="https://doc.dvc.org/user-guide/data-management/remote-storage/amazon-s3",
        )
    setting = next((words for sign, words in _SETTINGS if sign.search(text)), None)
    own = setting and setting.format(url=url, host=url.partition("://")[2])
    return your_remedy(
        "Set the endpoint where the program runs",
        f"Set {own}." if own else None,
        f"{'Or, if the program uses an SDK of AWS' if own else 'For the AWS CLI and SDKs'}: the variable, in the environment of the program. The AWS CLI reads it since versions 2.13.0 and 1.29.0. Older SDKs need endpoint_url in the code.",
        commands=export,
        url=pages.SDK_ENDPOINTS,
    )


# What shows that a call is meant for AWS: an access key of AWS, or what people say.
_AWS_KEY = lazy_pattern(
    r"(?i:access_?key_?id)[\"']?\s?[=:]\s?[\"']?(?:AKIA|ASIA)[A-Z0-9]{12,28}(?![A-Za-z0-9])"
)
_REAL = lazy_pattern(r"\b(?:real|actual|genuine) (?:(?:AWS|Amazon) )?(?:S3|AWS)\b|\bS3 (?:in|of|on) AWS\b")
# Words that say that MinIO is not used, or no longer.
_LEFT = lazy_pattern(
    r"(?i:\b(?:(?:do|does|did)(?: not|n't) (?:use|have|run)|no longer (?:use|run)|not using|without|(?:moved|migrated|switched)(?: away)? from|left) (?:\w+ ){0,2}MinIO\b)"
)
# Objects on their way from the other system to S3, or back.
_COPIED = lazy_pattern(
    r"(?i:\b(?:cop(?:y|ies|ied|ying)|mirror(?:s|ed|ing)?|migrat(?:e|es|ed|ing|ion)|mov(?:e|es|ed|ing)|replicat(?:e|es|ed|ing|ion)|sync(?:s|ed|ing)?|distcp)\b)"
)
_IDENTITY = lazy_pattern(
    r"\bget-caller-identity\b[^\n]{0,60}\s{1,4}[^\n]{0,60}?(?P<arn>arn:aws[a-z-]{0,12}:(?:iam|sts)::[0-9]{12}:[\w+=,.@/-]{0,200}[\w+=@-])"
)
_VARIABLE = "AWS_ENDPOINT_URL"
_WORKLOAD = lazy_pattern(
    r"\bkubectl (?:(?:-n|--namespace)[ =](?P<before>[\w-]{1,63}) )?exec (?:-\w{1,3} )?(?:(?:-n|--namespace)[ =](?P<after>[\w-]{1,63}) )?(?:-\w{1,3} )?(?P<name>(?:deploy|deployment|sts|statefulset|ds|daemonset)/[\w.-]{1,100})"
)


def is_meant_for_aws(case: Case[Failure]) -> bool:
    """Return whether a call is meant for AWS, although a setting sends it to another system."""
    text = case.failure.text
    found = any(each.search(text) for each in (_AWS_KEY, _REAL, _IDENTITY))
    # A system that compares the signature knows the key.
    is_open = case.failure.kind != "signature_mismatch" and case.context.other_endpoint is not None
    return is_open and found


def remove_endpoint_remedy(setting: str, text: str) -> Remedy:
    """Return how to remove a setting that sends calls of AWS to another system."""
    is_variable = setting.startswith(_VARIABLE)
    workload = _WORKLOAD.search(text) if is_variable else None
    line = fill_command("unset {}", setting) if is_variable else None
    if workload is not None:
        namespace = workload["before"] or workload["after"]
        option = f" --namespace {namespace}" if namespace else ""
        line = fill_command(f"kubectl set env {{}} {{}}{option}", workload["name"], f"{setting}-")
    return your_remedy(
        f"Remove {setting}, so that the call goes to AWS",
        "Remove it where it is set: the environment of the container or job, a ConfigMap or the values of a chart, the profile, or the code. Then restart the program.",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true has the same effect for variables and profiles, if others need the setting.",
        commands=line,
        url=pages.SDK_ENDPOINTS,
    )


def describe_right_key(text: str) -> str | None:
    """Return the sentence that AWS accepts the credentials, if the text shows their caller."""
    found = _IDENTITY.search(text)
    return None if found is None else f"AWS accepts the credentials: the text shows {found['arn']}."


def explain_upload(case: Case[Failure], call: str, host: str, product: str | None) -> Explanation:
    """Explain that the command called Amazon S3 for its upload, although it has another endpoint."""
    operation, code = case.failure.envelope.operation, error_code(case.failure)
    scheme = "https" if f"https://{host}" in case.failure.text else "http"
    unknown = " Amazon S3 does not know the access key, which is meant for the other system."
    return Explanation(
        case.failure,
        ENDPOINT_NOT_USED.code,
        f"Amazon S3, not {product or 'the system'} at {host}, rejected the upload ({operation}): --endpoint-url applies only to the calls of CloudFormation.{unknown if code == 'InvalidAccessKeyId' else ''}",
        (ENDPOINT_NOT_USED.cause("derived", f'The text shows "aws {call}" with --endpoint-url for {host}.'),),
        (
            your_remedy(
                "Set the endpoint in a variable, which applies to all clients of the command",
                f"The AWS CLI reads it since versions 2.13.0 and 1.29.0. Then run aws {call} again.",
                "With an older version, upload the archives with aws s3 cp, which has the option, and name them in the template.",
                commands=fill_command("export AWS_ENDPOINT_URL={}", f"{scheme}://{host}"),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
        (
            "No key of AWS is needed, and no permission is missing. With real keys, the command would upload to Amazon S3.",
        ),
    )
