"""Test that a profile which a notebook exports in a shell is selected in Python, and other texts keep their cause."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_NONE_FOUND = "\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n"


@check_rows(
    ("text", "is_lost"),
    [
        (f"In [12]: !export AWS_PROFILE=genomics\nIn [13]: sqs.list_queues(){_NONE_FOUND}", True),
        (f"!export AWS_DEFAULT_PROFILE='genomics'\nimport boto3{_NONE_FOUND}", True),
        (f"In [1]: ! set AWS_PROFILE=genomics\nIn [2]: sqs.list_queues(){_NONE_FOUND}", True),
        (f"$ export AWS_PROFILE=genomics\n$ python app.py{_NONE_FOUND}", False),
        (f"In [1]: !export AWS_REGION=eu-west-1\nIn [2]: sqs.list_queues(){_NONE_FOUND}", False),
        (f"In [1]: !export AWS_PROFILE=genomics\nIn [2]: %env AWS_PROFILE=genomics{_NONE_FOUND}", False),
        (f"I set it in a cell:\n\n!export AWS_PROFILE=genomics\n{_NONE_FOUND}", True),
        (f"The answer there is to use\n!export AWS_PROFILE=genomics\n{_NONE_FOUND}", False),
        (f"We never run\n\n!export AWS_PROFILE=genomics\n{_NONE_FOUND}", False),
        (
            f"!export AWS_PROFILE=genomics\n{_NONE_FOUND}That line is from a blog, I don't use a notebook.",
            False,
        ),
        (f"!export AWS_PROFILE=genomics\nboto3.Session(profile_name='genomics'){_NONE_FOUND}", False),
    ],
)
def test_profile_of_a_notebook(text: str, *, is_lost: bool) -> None:
    explanation = explain(text)
    assert ("Python in the notebook does not see the profile genomics" in explanation.summary) is is_lost
    if is_lost:
        assert explanation.remedies[0].manifest == 'session = boto3.Session(profile_name="genomics")\n'


_EXPIRED = "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.\n"
_ENVIRONMENT = "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_PROFILE=genomics\n"
_POP = 'for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]: os.environ.pop(name, None)'
_SIGN_IN = (
    "aws sso login --profile genomics\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n"
)
_LISTED = "aws configure list-profiles\ngenomics\n"


@check_rows(
    ("text", "lines"),
    [
        (f"In [4]: !env | grep AWS_\n{_ENVIRONMENT}In [5]: !aws s3 ls\n{_EXPIRED}", ("import os", _POP)),
        (f"Cell In[4], line 2\n----> 2 s3.list_buckets()\n{_EXPIRED}\nIn [5]: !env\n{_ENVIRONMENT}", ("import os", _POP)),
        (f"In [1]: !env | grep AWS_\nAWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n\nIn [2]: !{_SIGN_IN}\nIn [3]: !aws s3 ls\n{_EXPIRED}", ("import os", _POP, "%env AWS_PROFILE=genomics", "aws sts get-caller-identity")),
        (f"In [1]: s3.list_buckets(){_NONE_FOUND}In [2]: !{_LISTED}", ("%env AWS_PROFILE=genomics",)),
        # A shell, also one in which the name of a notebook occurs.
        (f"$ env | grep AWS_\n{_ENVIRONMENT}$ aws s3 ls\n{_EXPIRED}", ("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",)),
        (f"$ {_LISTED}$ python notebook.py{_NONE_FOUND}", ("export AWS_PROFILE=genomics",)),
    ],
)  # fmt: skip
def test_variables_of_a_kernel(text: str, lines: tuple[str, ...]) -> None:
    first = explain(text).remedies[0]
    assert [each for each in lines if each not in first.commands] == []
    in_kernel = "import os" in lines or lines[0].startswith("%env")
    assert any("a notebook see the variables of its kernel" in each for each in first.steps) is in_kernel
    assert any(each.startswith(("unset ", "export ", "grep ")) for each in first.commands) is not in_kernel
