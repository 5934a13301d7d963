"""Check the Region that the name of a denying statement suggests."""

import pytest

from iamtriage import explain
from tests.tables import check_rows


@check_rows(
    ("sid", "called", "suggested"),
    [
        ("DenyOutsideEU", "us-west-2", "--region eu-west-1"),
        ("DenyOutsideUSRegions", "eu-west-1", "--region us-east-1"),
        # The call was made there already, and a name can have the letters for another reason.
        ("DenyOutsideEU", "eu-north-1", None),
        ("DenyOutsideUsedRegions", "eu-west-1", None),
        ("DenyRegions", "us-west-2", None),
    ],
)
def test_area_of_a_name(sid: str, called: str, suggested: str | None) -> None:
    denial = f"User: arn:aws:iam::111122223333:user/kim is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:{called}:111122223333:function:resize with an explicit deny in a service control policy"
    matched = {
        "uri": "arn:aws:organizations::444455556666:policy/o-abc123def4/service_control_policy/p-9z8y7x6w",
        "matchedStatements": [{"sid": sid, "evaluatedEffect": "DENY"}],
    }
    check = {
        "checkType": "SERVICE_CONTROL_POLICY",
        "evaluatedEffect": "EXPLICIT_DENY",
        "matchedPolicies": [matched],
    }
    evaluation = {
        "action": "lambda:CreateFunction",
        "resource": "*",
        "evaluatedEffect": "EXPLICIT_DENY",
        "checks": [check],
    }
    details = {"requestContext": {}, "evaluations": [evaluation]}
    steps = " ".join(explain(denial, facts={"authorization_details": details}).remedies[0].steps)
    assert ("For example" in steps) == (suggested is not None)
    assert suggested is None or suggested in steps


WRONG = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'"


@pytest.mark.parametrize(
    ("text", "step", "commands", "is_default"),
    [
        (f"PHP Warning:  S3::getObject(): [AuthorizationHeaderMalformed] {WRONG} in /srv/S3.php on line 12\n$client = new S3($key, $secret);", "$client->setRegion('eu-central-1');", (), True),
        (f'Traceback (most recent call last):\n  File "/app/up.py", line 3, in <module>\nbotocore.exceptions.ClientError: An error occurred (AuthorizationHeaderMalformed) when calling the PutObject operation: {WRONG}', 'boto3.client("s3", region_name="eu-central-1")', ("export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1",), True),
        (f"$ aws s3 ls s3://orders --region us-east-1\nAn error occurred (AuthorizationHeaderMalformed) when calling the ListObjectsV2 operation: {WRONG}", "--region us-east-1", ("aws s3 ls s3://orders --region eu-central-1",), False),
    ],
)  # fmt: skip
def test_region_is_set_where_the_client_is(
    text: str, step: str, commands: tuple[str, ...], *, is_default: bool
) -> None:
    explanation = explain(text)
    assert step in explanation.remedies[0].steps[0]
    assert explanation.remedies[0].commands[: len(commands) or None] == commands
    assert ("us-east-1 is most likely the default" in explanation.causes[0].text) is is_default


@check_rows(
    ("said", "is_enabled"),
    [
        ("And it's enabled in the account.", True),
        ("The Region is already enabled for our account.", True),
        ("I don't know if it is enabled in the account.", False),
        ("", False),
    ],
)
def test_enabled_opt_in_region(said: str, *, is_enabled: bool) -> None:
    explanation = explain(
        f"$ aws ec2 describe-instances --region ap-east-1\nAn error occurred (AuthFailure) when calling the DescribeInstances operation: AWS was not able to validate the provided access credentials\n$ env | grep SESSION\nAWS_SESSION_TOKEN=x\n{said}"
    )
    assert ("The account has enabled ap-east-1" in explanation.to_text(detail="full")) is is_enabled


_STORE = "config:\n  bucket: acme-eu\n  endpoint: {}\n  region: {}\n"


@check_rows(
    ("settings", "lines"),
    [
        (_STORE.format("s3.us-east-1.amazonaws.com", "us-east-1"), "endpoint: s3.eu-central-1.amazonaws.com\nregion: eu-central-1"),
        # Only one of them is wrong, or they are not beside each other.
        (_STORE.format("s3.us-east-1.amazonaws.com", "eu-central-1"), None),
        (_STORE.format("s3.eu-central-1.amazonaws.com", "us-east-1"), None),
        (f"endpoint: s3.us-east-1.amazonaws.com\n{'# x' * 200}\nregion: us-east-1\n", None),
        ("export AWS_ENDPOINT_URL=https://s3.us-east-1.amazonaws.com\n", None),
    ],
)  # fmt: skip
def test_lines_of_a_file_for_another_region(settings: str, lines: str | None) -> None:
    explanation = explain(f'level=error err="upload s3 object: {WRONG}"\n{settings}aws s3 cp works.')
    assert explanation.remedies[0].manifest == lines
    assert "finds the Region of the bucket itself" in str(explanation.causes[0].because)
