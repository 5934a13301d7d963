"""A template, a public bucket and an organization in the text say why a call is denied, whatever IAM allows."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_TAGS = 'User with accountId: 111122223333 is not authorized to perform CreateLogGroup with Tags. An additional permission "logs:TagResource" is required.'
_USER = 'User: arn:aws:sts::111122223333:assumed-role/deploy/gha is not authorized to perform: logs:CreateLogGroup with Tags. An additional permission "logs:TagResource" is required.'
_ROLE = "execution role: stack-sets\n- Effect: Allow\n  Action: [logs:CreateLogGroup, logs:TagLogGroup]\n  Resource: '*'\n"


@check_rows(
    ("text", "caller", "is_former"),
    [
        (_TAGS, "The role that creates the resource", False),
        (_USER, "The role deploy", False),
        (f"AWS::Logs::LogGroup {_TAGS}\n{_ROLE}", "The role stack-sets", True),
        (f"AWS::Logs::LogGroup {_TAGS}\n{_ROLE.replace('TagLogGroup', '*')}", "The role stack-sets", False),
    ],
    ids=["account", "session", "stack", "allowed"],
)
def test_tags_of_a_new_log_group(text: str, caller: str, *, is_former: bool) -> None:
    explanation = explain(
        f"An error occurred (AccessDeniedException) when calling the CreateLogGroup operation: {text}"
    )
    assert explanation.summary.startswith(f"{caller} lacks logs:TagResource")
    assert ("older action" in explanation.causes[0].text) is is_former
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Action"] == "logs:TagResource"


_CHANGE_SET = "User: arn:aws:iam::111122223333:user/jo is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:{}:transform/Serverless-2016-10-31"


@check_rows("account", ["aws", "444455556666", "xxxxxxxxxxxx", "****"])
def test_transforms_that_can_exist(account: str) -> None:
    assert "misspell" not in explain(_CHANGE_SET.format(account)).summary


_DENIED = "An error occurred (AccessDenied) when calling the {} operation: Access Denied\n"


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("$ aws s3 ls s3://usgs-landsat/\n" + _DENIED.format("ListObjectsV2"), "derived"),
        (
            "$ aws s3 cp s3://imagery-tiles/a.tif .\n"
            + _DENIED.format("GetObject")
            + "It is an open data set. --no-sign-request gives the same.",
            "possible",
        ),
    ],
    ids=["known", "said"],
)
def test_requester_pays(text: str, certainty: str) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code, explanation.causes[0].evidence) == ("requester-pays", certainty)
    assert explanation.remedies[0].commands[0].endswith("--request-payer requester")


_PAID = "$ aws s3 cp s3://imagery-tiles/a.tif . --request-payer requester\n{}"
_WORKED = _PAID.format("download: s3://imagery-tiles/a.tif to ./a.tif\n")


@check_rows(
    ("call", "setting"),
    [
        ('df = pd.read_parquet("s3://imagery-tiles/a")\n', "requester_pays=True"),
        ('spark.read.parquet("s3a://imagery-tiles/a")\n', "fs.s3a.requester.pays.enabled=true"),
        ('pl.read_parquet("s3://imagery-tiles/a")\n', 'aws_request_payer="true"'),
        ("$ rclone copy tiles:imagery-tiles/a .\n", "requester_pays = true"),
        ('s3.head_object(Bucket="imagery-tiles", Key="a")\n', "--request-payer requester"),
    ],
)
def test_program_that_does_not_agree_to_pay(call: str, setting: str) -> None:
    denied = call + _DENIED.format("HeadObject")
    explanation = explain(f"{denied}{_WORKED}")
    assert explanation.causes[0].code == "requester-pays"
    assert explanation.causes[0].evidence == "derived"
    assert setting in explanation.remedies[0].title
    assert not any(each.policy for each in explanation.remedies)
    # A full stop can be an argument.
    said = explain(f"{denied}But aws s3 cp s3://imagery-tiles/a.tif . --request-payer requester works.")
    assert said.causes[0].code == "requester-pays"
    # The command that agrees to pay was denied, too.
    failed = explain(f"{denied}{_PAID.format(_DENIED.format('GetObject'))}")
    assert "requester-pays" not in [each.code for each in failed.causes]


@check_rows(
    "other",
    [
        _WORKED.replace("imagery-tiles", "other-tiles"),
        "Does it work with --request-payer requester?",
        "If it works with --request-payer requester, I will tell you.",
        "The documentation says that it works with --request-payer requester.",
    ],
)
def test_nothing_shows_that_the_bucket_requires_payment(other: str) -> None:
    explanation = explain(f'pd.read_parquet("s3://imagery-tiles/a")\n{_DENIED.format("HeadObject")}{other}')
    assert "requester-pays" not in [each.code for each in explanation.causes]


@check_rows(
    "text",
    [
        "$ aws s3 ls s3://usgs-landsat/ --request-payer requester\n" + _DENIED.format("ListObjectsV2"),
        "$ aws s3 cp a.tif s3://imagery-tiles/\n" + _DENIED.format("PutObject") + "It is an open data set.",
        "$ aws s3 ls s3://imagery-tiles/\n" + _DENIED.format("ListObjectsV2"),
        "$ aws s3 ls s3://imagery-tiles/\n" + _DENIED.format("ListObjectsV2") + "We share our public data.",
    ],
    ids=["agreed", "write", "unknown", "own"],
)
def test_buckets_without_requester_pays(text: str) -> None:
    assert "requester-pays" not in [each.code for each in explain(text).causes]


_ORGANIZATIONS = "An error occurred (AccessDeniedException) when calling the ListAccounts operation: You don't have permissions to access this resource.\n"
_ALLOW = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "{}", "Resource": "*"}}]}}'


def test_organizations_with_a_sufficient_policy() -> None:
    text = (
        f"{_ORGANIZATIONS}arn:aws:iam::444455556666:role/inventory has {_ALLOW.format('organizations:List*')}"
    )
    explanation = explain(text)
    assert "is sufficient" in explanation.summary
    assert [each.code for each in explanation.causes] == ["not-management-account"]
    policy = explanation.remedies[1].policy
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}


@pytest.mark.parametrize("action", ["organizations:DescribeAccount", "s3:*"])
def test_organizations_without_a_sufficient_policy(action: str) -> None:
    explanation = explain(f"{_ORGANIZATIONS}{_ALLOW.format(action)}")
    assert "is sufficient" not in explanation.summary
    assert "no-identity-allow" in [each.code for each in explanation.causes]


_PUBLIC_TEMPLATE = """UPDATE_FAILED: DocsPolicy (AWS::S3::BucketPolicy)
API: s3:PutBucketPolicy Access Denied
  DocsBucket:
    Type: "AWS::S3::Bucket"
  DocsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: s3:GetObject
            Resource: !Sub "${DocsBucket.Arn}/*"
"""
_OFF = "    Properties: {PublicAccessBlockConfiguration: {BlockPublicPolicy: false}}\n"
_PRIVATE = _PUBLIC_TEMPLATE.replace('"*"', "{Service: delivery.logs.amazonaws.com}")
_CDK_EVENT = 'cdk deploy Web\nWeb | CREATE_FAILED | AWS::S3::BucketPolicy | Site/Policy (SitePolicy1A) Resource handler returned message: "Access Denied (Service: S3, Status Code: 403, Request ID: 8XK2, Extended Request ID: abc=)"\nnew s3.Bucket(this, "Site", { publicReadAccess: true });'


@check_rows(
    ("text", "expected", "unexpected"),
    [
        (_PUBLIC_TEMPLATE, ("DocsBucket:\n", "BlockPublicPolicy: false"), "put-public-access-block"),
        (_PUBLIC_TEMPLATE.replace("\n  DocsPolicy:", f"\n{_OFF}  DocsPolicy:"), ("off for the bucket",), "DocsBucket:\n"),
        (_PRIVATE, ("Allow s3:PutBucketPolicy",), "BlockPublicPolicy: false"),
        (_CDK_EVENT, ("blockPublicPolicy: false", "publicReadAccess"), "CloudTrail"),
        (_CDK_EVENT.replace("publicReadAccess: true", ""), ("CloudTrail",), "blockPublicPolicy: false"),
    ],
    ids=["template", "off", "private", "cdk", "cdk-private"],
)  # fmt: skip
def test_public_policy_of_a_template(text: str, expected: tuple[str, ...], unexpected: str) -> None:
    shown = " ".join(explain(text).to_text(detail="full", width=10_000).split("  "))
    assert all(each.strip() in shown for each in expected)
    assert unexpected not in shown


_REASON = 'Resource handler returned message: "Access Denied (Service: S3, Status Code: 403, Request ID: 8XK2, Extended Request ID: abc=)" (HandlerErrorCode: AccessDenied)'
_FIELDS = f"{_REASON}\nLogical ID: SitePolicy   Type: {{}}   Status: CREATE_FAILED   Stack: site (account 111122223333)\n"
_EVENT_IN_YAML = f"- LogicalResourceId: SitePolicy\n  PhysicalResourceId: ''\n  ResourceStatus: UPDATE_FAILED\n  ResourceStatusReason: '{_REASON}'\n  ResourceType: {{}}\n  StackName: site\n"
_PUBLIC_RESOURCE = """template:
  SitePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: octo-site
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: %s, Action: "s3:GetObject", Resource: "arn:aws:s3:::octo-site/*"}
"""


@pytest.mark.parametrize("event", [_FIELDS, _EVENT_IN_YAML], ids=["fields", "YAML"])
@pytest.mark.parametrize(
    ("kind", "principal", "is_public"),
    [
        ("AWS::S3::BucketPolicy", '"*"', True),
        ("AWS::S3::BucketPolicy", '{AWS: "*"}', True),
        ("AWS::S3::BucketPolicy", "{AWS: 444455556666}", False),
        ("AWS::S3::Bucket", '"*"', False),
    ],
)
def test_fields_of_an_event_and_a_bucket_that_no_template_creates(
    event: str,
    kind: str,
    principal: str,
    is_public: bool,  # noqa: FBT001 (a table)
) -> None:
    explanation = explain(
        f"{event.format(kind)}{_PUBLIC_RESOURCE % principal}\nI deploy as admin (AdministratorAccess)."
    )
    text = explanation.to_text(detail="full", width=10_000)
    assert ("most likely, Block Public Access rejects it" in explanation.summary) is is_public
    if not is_public:
        assert f"SitePolicy ({kind})" in explanation.summary
        return
    assert "S3 denied s3:PutBucketPolicy on arn:aws:s3:::octo-site" in explanation.summary
    assert "aws s3api get-public-access-block --bucket octo-site" in text
    assert ("--account-id 111122223333" in text) is (event is _FIELDS)
    assert "LOGICAL_ID" not in text
    assert "kms" not in text.lower()
    assert "If the stack has its own role, that role needs s3:PutBucketPolicy." in text


_PUT = "$ cat p.json\n{}\n$ aws s3api put-bucket-policy --bucket octo-site --policy file://p.json\nAn error occurred (AccessDenied) when calling the PutBucketPolicy operation: Access Denied\n"
_STATEMENT = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::octo-site/*",
}


@check_rows(
    ("changes", "is_public"),
    [
        ({}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"StringLike": {"aws:Referer": "https://octo.example/*"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}, False),
        ({"Principal": {"Service": "cloudfront.amazonaws.com"}}, False),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:role/web"}}, False),
        ({"Principal": {"AWS": ["arn:aws:iam::111122223333:role/web", "*"]}}, True),
    ],
)  # fmt: skip
def test_policies_that_block_public_access_rejects(changes: dict[str, object], *, is_public: bool) -> None:
    """Only conditions on who calls, or from where, keep a policy for everyone from being public."""
    explanation = explain(
        _PUT.format(json.dumps({"Version": "2012-10-17", "Statement": [{**_STATEMENT, **changes}]}))
    )
    assert ("most likely, Block Public Access rejects it" in explanation.summary) is is_public
    assert "no-identity-allow" in [each.code for each in explanation.causes]


@pytest.mark.parametrize(
    ("said", "account"),
    [
        ("I am an administrator of account 111122223333.", "111122223333"),
        ("I am an administrator in 111122223333. Our log archive is account 444455556666.", '"$(aws sts'),
    ],
)
def test_account_of_the_settings_among_several(said: str, account: str) -> None:
    put = _PUT.format(json.dumps({"Version": "2012-10-17", "Statement": [_STATEMENT]}))
    commands = explain(f"{put}{said}").remedies[0].commands
    assert any(f"get-public-access-block --account-id {account}" in each for each in commands)
