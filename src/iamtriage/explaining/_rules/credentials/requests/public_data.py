"""Explain that a program looks for credentials to read public data in Amazon S3, which needs none.

Sources: https://registry.opendata.aws, https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html,
https://s3fs.readthedocs.io/en/latest/#credentials, https://arrow.apache.org/docs/python/filesystems.html#s3,
https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/index.html and
https://gdal.org/en/stable/user/virtual_file_systems.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

_OPTIONS_PAGE = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html"
REQUESTER_PAYS_BUCKETS = frozenset(
    {"arxiv", "sentinel-s1-l1c", "sentinel-s2-l1c", "sentinel-s2-l2a", "usgs-landsat"}
)
"""Public data whose buckets are Requester Pays buckets, which accept only signed requests.

https://info.arxiv.org/help/bulk_data_s3.html and https://registry.opendata.aws.
"""
PUBLIC_DATA = CauseType(
    "public-data",
    title="The data is public, and the request is signed nevertheless",
    meaning="Programs sign each request unless they are told not to, so they look for credentials also for a bucket that everyone can read.",
    recognised_by="No credentials are found for a bucket of which the text says that it is public, or whose name is that of public data.",
    fix="Send the request without a signature, with --no-sign-request or the option of the program.",
    sources=(_OPTIONS_PAGE, "https://registry.opendata.aws"),
)
_SAID = lazy_pattern(
    r"(?i:\b(?:public(?:ly)?|open)[ -](?:(?:accessible|available|readable|aws|s3) ){0,2}(?:s3[ -])?(?:bucket|data ?set|data)s?\b|\b(?:bucket|data(?: ?set)?) (?:is|are) (?:public(?:ly)?(?! access)|open to (?:all|everyone|anyone)|world[- ]readable)\b|\bregistry of open data\b|\bopen data (?:program|registry)\b)"
)
# Names of buckets in the Registry of Open Data.
_OPEN_NAME = lazy_pattern(
    r"(?:noaa|nasa|sentinel|landsat|nex|nrel|nwm)-[a-z0-9.-]{2,56}|[a-z0-9.-]{2,56}-(?:pds|open-?data)|commoncrawl|1000genomes|openneuro\.org|fcp-indi|gdelt-open-data|openalex|overturemaps-us-west-2|(?:daylight|ookla)-open-?[a-z-]{0,40}"
)
_PAYS = lazy_pattern(r"(?i:requester[- ]?pays|request-?payer|\bnot public\b|\bprivate bucket\b|isn't public)")
_S3_URI = lazy_pattern(r"\bs3[an]?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])")
# The programs with another option than the AWS CLI, and the option.
_SETTINGS = (
    (
        lazy_pattern(
            r"\bs3fs\b|\bstorage_options\b|\bpd\.read_|\bimport (?:pandas|dask|xarray)\b|\bfsspec\b"
        ),
        'With pandas, dask or xarray, pass storage_options={"anon": True}; with s3fs, S3FileSystem(anon=True).',
        'storage_options={"anon": True}',
    ),
    (
        lazy_pattern(r"\bpolars\b|\bpl\.(?:read|scan)_|\bGeneric S3 error\b"),
        "Pass the storage option of object_store.",
        'storage_options={"aws_skip_signature": "true"}',
    ),
    (
        lazy_pattern(r"\bpyarrow\b|\bArrow\b"),
        "With pyarrow, create the file system with anonymous=True.",
        "pyarrow.fs.S3FileSystem(anonymous=True)",
    ),
    (
        lazy_pattern(r"\bs3a\b"),
        "Set the provider of S3A, in Spark with the prefix spark.hadoop.",
        "fs.s3a.aws.credentials.provider=org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider",
    ),
    (
        lazy_pattern(r"(?i:\bgdal|\brasterio\b|/vsis3/)"),
        "Set the variable for the program, or rasterio.Env(AWS_NO_SIGN_REQUEST='YES').",
        "AWS_NO_SIGN_REQUEST=YES",
    ),
    (
        lazy_pattern(r"\bboto(?:3|core)\b"),
        "Create the client without a signature.",
        'import boto3\nfrom botocore import UNSIGNED\nfrom botocore.config import Config\ns3 = boto3.client("s3", config=Config(signature_version=UNSIGNED))',
    ),
)


def explain_public_data(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that public data needs no credentials, or return ``None`` if the text does not show that the data is public."""
    text = case.failure.text
    named = {each[1] for each in _S3_URI.finditer(text)}
    bucket = case.context.bucket.value if case.context.bucket else next(iter(named), "")
    if not bucket or bucket in REQUESTER_PAYS_BUCKETS or _PAYS.search(text) or "--no-sign-request" in text:
        return None
    said = next(find_said(text, _SAID), None)
    if said is None and _OPEN_NAME.fullmatch(bucket) is None:
        return None
    is_of_cli = "You can configure credentials by running" in text
    likely = "" if said else "most likely "
    return case.explain(
        f"The {'AWS CLI' if is_of_cli else 'program'} found no credentials, and {likely}needs none: the data in {bucket} is public. No AWS account and no access key are necessary to read it without a signature.",
        PUBLIC_DATA.cause(
            "derived" if said else "possible",
            f"The text says {quote_words(said[0])}." if said else None,
            text="By default, each request is signed, which takes credentials. Without a signature, the request is anonymous, and a public bucket accepts it.",
        ),
        topic="no-credentials",
        remedies=_anonymous_remedy(case, bucket, is_of_cli=is_of_cli),
        notes="If S3 then answers Access Denied, the bucket is not public, or is a Requester Pays bucket, which takes an AWS account.",
    )


def _anonymous_remedy(case: Case[MissingCredentials], bucket: str, *, is_of_cli: bool) -> Remedy:
    command = case.context.command
    again = commands.repeat_command(command, "s3") or commands.repeat_command(command, "s3api")
    line = f"{again or commands.fill_command('aws s3 ls {}', f's3://{bucket}/')} --no-sign-request"
    found = (each for each in _SETTINGS if each[0].search(case.failure.text))
    setting = None if is_of_cli or again else next(found, None)
    if setting is not None:
        return your_remedy(
            "Read the data without a signature",
            setting[1],
            "With the AWS CLI, the option is --no-sign-request.",
            manifest=setting[2],
            manifest_language="text",
            commands=line,
            url=_OPTIONS_PAGE,
        )
    return your_remedy(
        "Add --no-sign-request to the command",
        'The same option works for aws s3 cp and aws s3 sync. In Python, create the client with Config(signature_version=botocore.UNSIGNED); with pandas, pass storage_options={"anon": True}.',
        commands=line,
    )
