"""Another call on the same bucket that works says that the denied action is what the caller lacks."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDenied) when calling the {} operation: Access Denied\n"
_GET = f"$ aws s3 cp s3://acme-data/in/a.csv .\nfatal error: {_DENIED.format('GetObject')}"
_PUT = f"$ aws s3 cp a.csv s3://acme-data/in/a.csv\nupload failed: ./a.csv to s3://acme-data/in/a.csv {_DENIED.format('PutObject')}"
_LISTS = "$ aws s3 ls s3://{}/in/{}\n2026-01-01 10:00:00         12 b.csv\n"


@check_rows(
    ("text", "action", "allowed"),
    [
        (_LISTS.format("acme-data", "") + _GET, "s3:GetObject", "s3:ListBucket"),
        (f"I can list the bucket, but not download.\n{_GET}", "s3:GetObject", "s3:ListBucket"),
        (f"{_PUT}Downloading the same file works.\n", "s3:PutObject", "s3:GetObject"),
        (f"aws s3 cp s3://acme-data/in/a.csv . works, but\n{_PUT}", "s3:PutObject", "s3:GetObject"),
        (
            f"$ aws s3 rm s3://acme-data/in/a.csv\ndelete failed: s3://acme-data/in/a.csv {_DENIED.format('DeleteObject')}The job can upload files.",
            "s3:DeleteObject",
            "s3:PutObject",
        ),
        (
            f"$ aws s3api get-object-tagging --bucket acme-data --key a\n{_DENIED.format('GetObjectTagging')}get-object on the same key works.",
            "s3:GetObjectTagging",
            "s3:GetObject",
        ),
    ],
)
def test_allowed_call(text: str, action: str, allowed: str) -> None:
    """What the caller lacks comes first, and the bucket's owner is no question any more."""
    explanation = explain(text)
    assert f"but allows {allowed}: most likely, no policy allows the caller {action}." in explanation.summary
    assert "bucket-of-other-account" not in {each.code for each in explanation.causes}
    assert "list-buckets" not in str(explanation)
    assert explanation.remedies[0].title.startswith(f"Allow {action}")
    assert ("missing-object" in {each.code for each in explanation.causes}) is False


@check_rows(
    "said",
    [
        # Another bucket, caller, client or service, a condition, a negation, a question, and a time before.
        _LISTS.format("acme-logs", ""),
        _LISTS.format("acme-data", " --profile admin"),
        "I can list the bucket acme-data with my admin user.\n",
        "The role analytics can list the bucket acme-data.\n",
        "Anyone can list the bucket, since it is public.\n",
        "With another profile I can list the bucket.\n",
        "I can list the bucket logs-2, and I can list its objects.\n",
        "We want a policy so that the app can list the bucket.\n",
        "The pod can list files of the EFS volume.\n",
        "$ aws s3 ls s3://acme-data --profile admin\n2026-11-01 10:00:00 12 a.txt\n",
        "Listing the bucket works on my laptop.\n",
        "We can list the objects in the console.\n",
        "The job can read from DynamoDB.\n",
        "If I can list the bucket, what is missing?\n",
        "I can't list the bucket either.\n",
        "Can I list the bucket and still not read it?\n",
        "Downloading another bucket's files works.\n",
        "Reading s3://acme-logs/a works.\n",
        "Listing the bucket worked until yesterday.\n",
        # The same action.
        "I can read other objects of the bucket.\n",
    ],
)
def test_other_calls(said: str) -> None:
    """What somebody else, or another bucket, allows says nothing about the call."""
    assert "but allows" not in explain(said + _GET).summary
