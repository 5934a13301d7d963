"""Explain denials by S3 that are due to the request: it has no signature, is a presigned URL, or does not agree to pay.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html, and
https://registry.opendata.aws for the public buckets.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working, is_administrator
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.policy_causes import DENIES, NO_ALLOWS
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.denials.s3.buckets import MISSING_OBJECT, bucket_policy_commands
from iamtriage.explaining._rules.denials.s3.public_access import show_public_access_commands, turn_off_command
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW, UNSIGNED_CALL
from iamtriage.explaining._rules.shared.texts.text_signs import without_other_commands
from iamtriage.policies._documents import allow

# Clients that sign no request, with a URL of S3, and settings with which the AWS CLI and SDKs do not sign.
_CLIENT = lazy_pattern(
    r"(?:\b(?P<program>curl|wget|fetch(?=\()|Invoke-WebRequest|requests(?=\.get\())|<(?P<tag>img|script|video|audio|source|link|a) |\b[Oo]pen(?:ed|ing|s)?\b)"
    r"[^\n]{0,200}?https?://(?:[a-z0-9][a-z0-9.-]{1,62}\.)?s3(?:[.-][a-z0-9-]{1,25}){0,3}\.amazonaws\.com"
)
_SETTING = lazy_pattern(
    r"--no-sign-request\b|\bsignature_version ?= ?(?:botocore\.)?UNSIGNED\b|\banon ?= ?True\b|\bAnonymous(?:AWS)?Credentials(?:Provider)?\b"
)
# DuckDB says that it found none: https://github.com/duckdb/duckdb-httpfs
_NO_CREDENTIALS = lazy_pattern(r"(?m)^\W{0,4}No credentials are provided\.$")
# The log of s3fs names its source files. S3A, ExAws, rclone, restic, s3cmd and the AWS SDK for Java sign what they open.
_SIGNED = lazy_pattern(
    r"X-Amz-Signature|[?&]Signature=|--aws-sigv4|AWS4-HMAC-SHA256|(?i:\bauthorization[\"']?\s?:)|\b[Pp]re-?signed\b|\bcurl\.cpp:|\bs3fs\b|\bs3a:|\bAmazonS3Exception\b|\bGeneric S3 error\b|\bObjectStore\b|\brclone\b|\brestic\b|\bs3cmd\b|\bExAws\b|\{:http_error, "
)
_WRITES = lazy_pattern(
    r" (?:-T|--upload-file|-X ?(?:PUT|POST|DELETE)|--request (?:PUT|POST|DELETE)) |\bmethod: ?[\"'](?:PUT|POST|DELETE)"
)

_CREATE_SECRET = remedies.your_remedy(
    "Give DuckDB credentials: create a secret",
    "It takes them from where the AWS CLI and SDKs find them: the environment, a profile, a web identity or the role of the instance. If a secret exists, check its SCOPE.",
    manifest="INSTALL aws; LOAD aws;\nCREATE SECRET (type s3, provider credential_chain);\n",
    manifest_language="text",
    url="https://duckdb.org/docs/stable/extensions/httpfs/s3api.html",
)
_LINK = "For a client without credentials, create a presigned URL: whoever has it has access until it expires. For files that everyone may read, use CloudFront with origin access control."


def explain_unsigned_object(denial: Denial) -> Explanation | None:
    """Explain that S3 saw no caller, or return ``None`` if the text does not show that the request was unsigned."""
    text = without_other_commands(denial.failure, denial.facts)
    client, setting = _CLIENT.search(text), _SETTING.search(text)
    has_none = denial.principal_text is None and _NO_CREDENTIALS.search(text) is not None
    is_stated = denial.principal_text == "anonymous"
    if not is_stated and (_SIGNED.search(text) if setting is None else denial.principal_text is not None):
        return None
    if setting is not None:
        because = f"{setting[0]} turns signing off"
    elif has_none:
        because = "DuckDB had no credentials to sign it with"
    elif client is not None:
        because = f"the request of {client['program'] or 'a browser'} is not signed"
    elif is_stated:
        because = "the message names the caller anonymous"
    else:
        return None
    arn = commands.arn(denial.resource, "")
    is_read = denial.lowercase_action in {"", "s3:getobject"} and _WRITES.search(text) is None and "/" in arn
    causes = [
        UNSIGNED_CALL.cause(
            "reported" if is_stated else "derived",
            text="S3 saw no identity, so no policy of a user or role applies. Its short answer does not say why it denied the request.",
        )
    ]
    if is_read:
        not_public = "The bucket policy does not allow everyone s3:GetObject, or Block Public Access makes such an Allow ineffective."
        causes += (NO_ALLOWS["resource"].cause(text=not_public), MISSING_OBJECT.cause())
    else:
        causes.append(NO_ALLOWS["resource"].cause(text="The bucket does not accept this call from everyone."))
    on = f" for {denial.resource}" if denial.resource else ""
    return denial.explain(
        f"S3 denied an anonymous request{on}: {because}.",
        *causes,
        topic="anonymous-call",
        remedies=(
            _CREATE_SECRET
            if has_none
            else _sign_remedy(denial, None if setting is None else setting[0], arn, is_read=is_read),
            _publish_remedy(denial, arn) if is_read else None,
        ),
    )


def may_be_unsigned(denial: Denial) -> bool:
    """Return whether the text is S3's XML, as browsers and curl print it, and no client that signs."""
    text = denial.failure.text
    is_plain = denial.principal_text is None and "<Code>AccessDenied</Code>" in text
    return is_plain and _SIGNED.search(text) is None


def _sign_remedy(denial: Denial, setting: str | None, arn: str, *, is_read: bool) -> Remedy:
    """Return how to make the request with the caller's credentials, or with a link."""
    url = f"s3://{bucket_argument(denial)}/{arn.partition('/')[2]}"
    of_object = "aws s3 cp {} ." if is_read else "aws s3 cp FILE {}"
    signed = commands.fill_command(of_object if "/" in arn else "aws s3 ls {}", url)
    if (again := commands.repeat_command(denial.context.command, "s3")) is not None:
        signed = again.replace(" --no-sign-request", "")
    step = f"The credentials need {denial.action or 'the permission for the call'}."
    lines: remedies.Commands = (signed,)
    if is_read:
        step = "The credentials need s3:GetObject on the object. If S3 then answers 404, the object does not exist."
    if is_read and setting is None:
        # The AWS CLI signs for the configured Region: https://github.com/aws/aws-cli/issues/4338.
        of_region = f" --region {region}" if (region := find_region(denial.case)) else ""
        link = commands.fill_command(f"aws s3 presign {{}} --expires-in 3600{of_region}", url)
        lines = (signed, Labelled("Or, for a link that is valid for an hour:", link))
    return remedies.your_remedy(
        f"Remove {setting}: call with credentials"
        if setting
        else "Sign the request: use the AWS CLI, an SDK or a presigned URL",
        step,
        None if setting else _LINK,
        commands=lines,
        url=pages.S3_403,
    )


def _publish_remedy(denial: Denial, arn: str) -> Remedy:
    show, change = bucket_policy_commands(denial)
    return remedies.resource_policy_remedy(
        "Or, only if everyone on the internet may read it, allow s3:GetObject for everyone in the bucket policy, and relax Block Public Access for this bucket",
        "Add this statement to the bucket policy, next to the others. Block Public Access of the account can still prevent it.",
        statements=(allow("s3:GetObject", arn, sid="PublicRead", principal="*"),),
        commands=(
            show_public_access_commands(denial)[0],
            turn_off_command(denial, "BlockPublicPolicy"),
            show,
            change,
        ),
        url=pages.S3_PUBLIC_ACCESS,
    )


_PRESIGNED = lazy_pattern(r"[?&](?:amp;)?(?:X-Amz-Credential|AWSAccessKeyId)=(?P<key>A[KS]IA[A-Z0-9]{4,28})?")
_PUT = lazy_pattern(
    r"\bcurl\b[^\n]{0,400}? (?:-T|--upload-file|-X ?PUT|--request[ =]PUT)\b|\bmethod: ?[\"']PUT|\bput_object\b|PutObjectCommand|\bupload_file\b"
)
SIGNER_DENIED = CauseType(
    "presigned-url-signer-denied",
    title="The identity that signed the URL is not allowed to make the call",
    text="The signer lacks the permission: a presigned URL has those of the identity that signed it, when it is used.",
    recognised_by="S3 answers AccessDenied without a reason, and the text shows a presigned URL.",
    fix="Allow the action for the role or user that signs the URL.",
    of="derived-action",
    sources=(pages.S3_PRESIGNED,),
)
# The same link works in a browser, or curl prints the status of a GET.
_GET_WORKS = lazy_pattern(
    r"(?m)\b[Bb]rowsers?\b(?:(?!\b(?:not|never|cannot)\b|n't\b)[^.\n]){0,30}\b(?:plays?|opens?|works?|downloads?)\b(?! not)|^20[06]$"
)


def explain_denied_url(denial: Denial) -> Explanation | None:
    """Explain that the signer of a presigned URL is denied, or return ``None`` if the text shows no URL."""
    signed = _PRESIGNED.search(denial.failure.text)
    is_known = denial.operation is not None or denial.principal_text is not None
    if signed is None or is_known or "/" not in (denial.resource or ""):
        return None
    if denial.failure.envelope.source == "go-v1":
        return _explain_own_call(denial)
    # Few texts have a presigned URL.
    from iamtriage.explaining._rules.credentials.requests.presigned_requests import (
        PRESIGNED_URL_EDITED,
        compare_methods,
    )

    has_code = "AccessDenied" in denial.failure.text
    if not has_code and (difference := compare_methods(denial.failure.text)) is not None:
        works = "The link works with GET: key, permission and expiry are right."
        has_worked = works if _GET_WORKS.search(denial.failure.text) else None
        text, note = "The method is a part of what is signed.", None
        if "HEAD" in difference.summary:
            text = (
                f"{text} An answer to HEAD has no body, so it does not show the code, SignatureDoesNotMatch."
            )
            note = "There is no action s3:HeadObject: s3:GetObject includes HEAD requests."
        return denial.explain(
            f"S3 answered 403 to the presigned URL: {difference.summary}.{'' if 'likely' in difference.summary else ' No permission is missing.'}",
            PRESIGNED_URL_EDITED.cause(
                "derived", remedies.present(has_worked, *difference.because), text=text
            ),
            topic=PRESIGNED_URL_EDITED.code,
            remedies=difference.remedy,
            notes=note,
        )
    key, action = signed["key"], "s3:PutObject" if _PUT.search(denial.failure.text) else "s3:GetObject"
    is_session = key is not None and key.startswith("ASIA")
    who, template = "an identity", None
    if is_session:
        who, template = "a role (its key begins with ASIA)", "aws sts get-access-key-info --access-key-id {}"
    elif key:
        who = "an IAM user (its key begins with AKIA)"
        template = "aws iam get-access-key-last-used --access-key-id {} --query UserName --output text"
    line = template and commands.fill_command(template, commands.access_key(key))
    reads = action == "s3:GetObject"
    needs = "kms:Decrypt" if reads else "kms:GenerateDataKey"
    sid = "S3GetObject" if reads else "S3PutObject"
    remedy = remedies.identity_remedy(
        f"Allow {action} for the identity that signs the URL",
        "Find the role or user with whose credentials the program signs, such as the execution role of a function, and attach the policy to it. The command prints the account or the user of the key.",
        f"If the object is encrypted with a KMS key, the signer also needs {needs} on it. The URL works at once, no new one is needed.",
        statements=(allow(action, denial.resource or "*", sid=sid),),
        commands=(line, bucket_policy_commands(denial)[0]),
        url=pages.S3_PRESIGNED,
    )
    because = f"S3 accepted the signature of the presigned URL, but denied the request for {denial.resource}: most likely, the signer lacks {action}."
    check = None
    if not has_code:
        because = f"S3 answered 403 to the presigned URL for {denial.resource}. The text lacks the code of S3, which says why: the request differs from the signed one, the URL has expired, or the signer lacks {action}."
        check = remedies.your_remedy(
            "Look up the code of S3: send the request with curl",
            "SignatureDoesNotMatch: send the method and headers that were signed. AccessDenied with 'Request has expired': create a new URL. AccessDenied without it: the signer lacks the permission.",
            commands="curl -i -r 0-0 'PRESIGNED_URL'",
            url=pages.S3_PRESIGNED,
        )
    text = "The bucket policy denies it, such as by aws:SourceIp, aws:SourceVpce, s3:signatureAge or s3:authType, which apply to whoever uses the URL."
    return denial.explain(
        f"{because} It was signed by {who}.",
        SIGNER_DENIED.cause("derived" if has_code else "possible"),
        MISSING_OBJECT.cause() if reads else None,
        DENIES["resource"].cause(text=text),
        topic="s3-access-denied",
        remedies=(check, remedy),
        notes="Neither the URL nor its expiry is the problem: S3 reports those differently."
        if has_code
        else None,
    )


def _explain_own_call(denial: Denial) -> Explanation:
    """Explain that the text has a presigned URL, and the error of an SDK, which never sends one."""
    return denial.explain(
        "S3 denied a call that the program itself signed, not a request with the presigned URL: the error is one of the AWS SDK for Go, which sends no presigned URL.",
        NO_IDENTITY_ALLOW.cause(
            text="The program's own credentials lack a permission on its bucket, such as the destination of a copy."
        ),
        DENIES["resource"].cause(),
        topic="s3-access-denied",
        remedies=remedies.account_remedy(
            "Check the credentials and the bucket with which the program itself calls S3",
            "To write there, the program needs s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on its objects. The second command, run as the program, fails if it cannot list the bucket.",
            commands=("aws sts get-caller-identity", "aws s3api head-bucket --bucket DESTINATION_BUCKET"),
            url=pages.S3_403,
        ),
    )


_SAID = lazy_pattern(r"\b[Rr]equester[- ]?[Pp]ays\b")
# A bare 403 for data that is public, to a caller who is an administrator, or who calls both with and without a signature.
_PUBLIC_DATA = lazy_pattern(
    r"\b(?:[Oo]pen|[Pp]ublic)[- ]data(?: ?sets?)?\b|\b[Rr]egistry of [Oo]pen [Dd]ata\b"
)
_ANON = lazy_pattern(r"\banon\b[\"']?\s?[=:]\s?True\b")
_IS_ANONYMOUS = lazy_pattern(rf"--no-sign-request\b|\bUNSIGNED\b|\banonymous|{_ANON.pattern}")
_AGREED = lazy_pattern(
    r"--request-payer|\bRequestPayer[\"']? ?[:=]|\bAWS_REQUEST_PAYER\b|x-amz-request-payer|\brequester_pays\b[\"']?\s?[=:]\s?[Tt]rue|requester\.pays\.enabled\b\W{1,4}true"
)
# How programs agree to pay: https://s3fs.readthedocs.io/en/latest/api.html, https://gdal.org/en/stable/user/virtual_file_systems.html,
# https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/index.html, https://rclone.org/s3/ and
# https://repost.aws/knowledge-center/requester-pays-buckets-glue-emr-athena.
_SETTINGS = (
    (
        lazy_pattern(r"\bGeneric S3 error\b|\bpolars\b|\bpl\.(?:read|scan)_|\bobject_store\b"),
        'aws_request_payer="true"',
        'Pass storage_options={"aws_request_payer": "true"} to the call, which object_store reads since version 0.11.2.',
    ),
    (
        lazy_pattern(r"\bs3fs\b|\bstorage_options\b|\bpd\.read_|\bimport (?:pandas|dask)\b"),
        "requester_pays=True",
        'With pandas or dask, pass storage_options={"requester_pays": True} to the call, with s3fs S3FileSystem(requester_pays=True).',
    ),
    (
        lazy_pattern(r"\bs3a\b"),
        "fs.s3a.requester.pays.enabled=true",
        "Set the option of S3A, in Spark with the prefix spark.hadoop. It exists since Hadoop 3.3.5.",
    ),
    (
        lazy_pattern(r"\bGlueContext\b|\bAWS Glue\b|\bEMR\b|\bemrfs\b"),
        "fs.s3.useRequesterPaysHeader=true",
        "Set it in the Hadoop configuration of the job, before it reads.",
    ),
    (
        lazy_pattern(r"\brclone\b"),
        "requester_pays = true",
        "Add it to the section of the remote, or --s3-requester-pays to the command.",
    ),
    (
        lazy_pattern(r"(?i:\bgdal|\brasterio\b|/vsis3/)"),
        "AWS_REQUEST_PAYER=requester",
        'Set the variable for the program, or rasterio.Env(AWS_REQUEST_PAYER="requester").',
    ),
)
_READS = frozenset({"ListObjectsV2", "ListObjects", "GetObject", "HeadObject", "HeadBucket", "CopyObject"})
_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html"
REQUESTER_PAYS = CauseType(
    "requester-pays",
    title="The bucket is a Requester Pays bucket, and the request does not agree to pay",
    text="S3 denies requests to a Requester Pays bucket, with Access Denied or 403, unless they are signed and have the header x-amz-request-payer. Anonymous requests (--no-sign-request) cannot have access.",
    recognised_by="The bucket is a public one that is known to be a Requester Pays bucket, or the text says so, or that a call which agrees to pay works, or that its data is public and permissions do not help.",
    fix="Add --request-payer requester to the command, or RequestPayer to the call.",
    sources=(_PAGE,),
)


def explain_requester_pays(denial: Denial) -> Explanation | None:
    """Explain that a bucket with public data is a Requester Pays bucket, if nothing in the text agrees to pay."""
    # Few denials need it.
    from iamtriage.explaining._rules.credentials.requests.public_data import REQUESTER_PAYS_BUCKETS

    text = denial.failure.text
    bucket = (denial.resource or "").rpartition(":::")[2].partition("/")[0]
    is_allowed = is_administrator(text)
    is_refused = is_allowed or _IS_ANONYMOUS.search(text) is not None
    said = _SAID.search(text) or (_PUBLIC_DATA.search(text) if is_refused else None)
    worked = _find_payer(denial, bucket)
    is_known = bucket in REQUESTER_PAYS_BUCKETS or worked is not None
    if denial.operation not in _READS or not (is_known or said) or (_AGREED.search(text) and not worked):
        return None
    because = worked or f"{bucket} is known to be one."
    if not is_known:
        because = f"The text says {quote_words(said[0]) if said else ''}."
    command = denial.context.command
    again = commands.repeat_command(command, "s3") or commands.repeat_command(command, "s3api")
    name = f"the bucket {bucket}" if bucket else "the bucket"
    needs = f"Another account owns the bucket. If the request is still denied, the caller needs {denial.action or 'the action'} in an identity-based policy, too."
    if worked:
        needs = (
            "The credentials are right, and no permission is missing. Nobody has to change the bucket policy."
        )
    elif is_allowed:
        needs = "Another account owns the bucket. The caller is an administrator: no permission is missing."
    return denial.explain(
        f"S3 denied the call {denial.operation} to {name}: {'' if is_known else 'most likely, '}it is a Requester Pays bucket, and the request does not agree to pay.",
        REQUESTER_PAYS.cause("derived" if is_known else "possible", because),
        topic="s3-access-denied",
        remedies=_pay_remedy(denial, again, bucket),
        notes=needs,
    )


def _find_payer(denial: Denial, bucket: str) -> str | None:
    """Return the sentence that a command or call worked that agreed to pay, if the text says so."""
    text = denial.failure.text
    if _AGREED.search(text) is None:
        return None
    runs = (each.command.text for each in find_runs(denial.failure) if each.has_succeeded)
    shown = next((each for each in runs if _AGREED.search(each) and bucket in each), None)
    if shown is not None:
        return f"The text shows that {shown} worked."
    said = find_working(text, _AGREED)
    is_of_other = said is not None and "s3://" in said and bucket not in said
    return None if said is None or is_of_other else f"The text says {quote_words(said)}."


def _pay_remedy(denial: Denial, again: str | None, bucket: str) -> Remedy:
    """Return how the program or the command agrees to pay."""
    text = denial.failure.text
    charged = "The account of the credentials is charged for requests and data transfer."
    signs = None
    if _ANON.search(text) is not None:
        signs = (
            "Leave out anon=True: S3 denies every request without a signature, even if the data is public."
        )
    program = None if again else next((each for each in _SETTINGS if each[0].search(text)), None)
    if program is not None:
        return remedies.your_remedy(f"Agree to pay: {program[1]}", program[2], signs, charged, url=_PAGE)
    line = f"{again} --request-payer requester" if again else None
    if line is None and bucket:
        line = commands.fill_command("aws s3 ls s3://{}/ --request-payer requester", bucket)
    return remedies.your_remedy(
        "Sign the request, and agree to pay: --request-payer requester",
        f"Add the option to each command, ls and cp. {charged}",
        'In code, set RequestPayer="requester" in each call, in GDAL the variable AWS_REQUEST_PAYER=requester. Otherwise, send the header x-amz-request-payer: requester.',
        signs,
        commands=line,
        url=_PAGE,
    )
