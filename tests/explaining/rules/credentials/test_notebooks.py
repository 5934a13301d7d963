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
