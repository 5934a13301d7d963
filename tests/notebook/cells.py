"""The cells of the notebook that a real kernel runs."""

from __future__ import annotations

from dataclasses import dataclass

from tests.rendering.hostile import RUN

# Invented; as long as a secret access key.
SECRET = "q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK0oIeRxQz"
DENIED = (
    "An error occurred (AccessDenied) when calling the GetObject operation: User: "
    "arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::example-orders/2026/list.csv" because no identity-based policy allows the s3:GetObject action'
)
PASTED = (
    'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group "" '
    'in the namespace "orders"'
)
HOSTILE = (
    "An error occurred (AccessDenied) when calling the GetObject operation: User: "
    f"arn:aws:iam::111122223333:user/</script><img/src=x/onerror={RUN.replace(' ', '')}> is not authorized to "
    f'perform: s3:GetObject on resource: "arn:aws:s3:::x/</code></pre><script>{RUN}</script>" because no '
    "identity-based policy allows the s3:GetObject action"
)


@dataclass(frozen=True)
class Cell:
    """A cell with a name for the tests."""

    name: str
    source: str
    prose: bool = False


def cells(s3_url: str, eks_url: str) -> list[Cell]:
    """Return the cells of the notebook, for the URLs of S3 and EKS."""
    client = (
        'region_name="eu-west-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example-secret", '
        'config=Config(retries={"total_max_attempts": 1})'
    )
    return [
        Cell("title", "# Orders\n\nWhat the shop sold.", prose=True),
        Cell("load", "%load_ext iamtriage"),
        Cell(
            "client",
            "import boto3\nfrom botocore.config import Config\n\n"
            f's3 = boto3.client("s3", endpoint_url="{s3_url}", {client})\n%xmode Minimal',
        ),
        Cell("s3", 's3.list_objects_v2(Bucket="example-orders")'),
        Cell("context", "%xmode Context"),
        Cell(
            "wrapped",
            f'eks = boto3.client("eks", endpoint_url="{eks_url}", {client})\n'
            'try:\n    eks.describe_cluster(name="orders")\nexcept Exception as error:\n'
            '    raise RuntimeError("the report could not be made") from error',
        ),
        Cell("pasted", f"%%explain_aws cluster=orders\n{PASTED}"),
        Cell("hostile", f"raise RuntimeError({HOSTILE!r})"),
        Cell("secret", f"raise RuntimeError({DENIED!r} + '\\nAWS_SECRET_ACCESS_KEY={SECRET}')"),
        Cell(
            "stubbed",
            "from botocore.stub import Stubber\n\n"
            f'sts = boto3.client("sts", {client})\n'
            "with Stubber(sts) as stubber:\n"
            '    stubber.add_client_error("get_caller_identity", "ExpiredToken", "The security token included in the '
            'request is expired")\n'
            "    sts.get_caller_identity()",
        ),
        Cell("other", "1 / 0"),
        Cell(
            "throttled",
            'raise RuntimeError("An error occurred (ThrottlingException) when calling the ListKeys operation: '
            'Rate exceeded")',
        ),
        Cell("failure", f"import iamtriage\n\niamtriage.parse({DENIED!r})"),
        Cell("arn", 'iamtriage.parse_arn("arn:aws:s3:::example-orders")'),
        Cell("frame", f"iamtriage.to_frame(iamtriage.scan({DENIED!r}), library='pandas')"),
        Cell("after", "'the kernel is alive'"),
    ]
