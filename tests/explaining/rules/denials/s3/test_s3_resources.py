"""The action and resource that an S3 call requires: bucket, object, copy, access point and directory bucket."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

LIST_DENIED = 'An error occurred (AccessDenied) when calling the ListObjectsV2 operation: User: arn:aws:sts::111122223333:assumed-role/ci/run-7 is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme-in" because no identity-based policy allows the s3:ListBucket action'

DENIED = "An error occurred (AccessDenied) when calling the {} operation: Access Denied"
POINT = "arn:aws:s3:eu-west-1:111122223333:accesspoint/analytics"
DIRECTORY = "arn:aws:s3express:us-east-1:ACCOUNT_ID:bucket/acme--use1-az4--x-s3"


@check_rows(
    ("operation", "command", "action", "resource", "level"),
    [
        ("ListObjectsV2", "aws s3 ls s3://acme-in/a/", "s3:ListBucket", "arn:aws:s3:::acme-in", "on the bucket's ARN, not on objects"),
        ("HeadBucket", "aws s3api head-bucket --bucket acme-in", "s3:ListBucket", "arn:aws:s3:::acme-in", "on the bucket's ARN, not on objects"),
        ("ListObjectVersions", "aws s3api list-object-versions --bucket acme-in", "s3:ListBucketVersions", "arn:aws:s3:::acme-in", "on the bucket's ARN, not on objects"),
        ("ListMultipartUploads", "aws s3api list-multipart-uploads --bucket acme-in", "s3:ListBucketMultipartUploads", "arn:aws:s3:::acme-in", "on the bucket's ARN, not on objects"),
        ("GetObject", "aws s3 cp s3://acme-in/a.csv .", "s3:GetObject", "arn:aws:s3:::acme-in/a.csv", "on the object"),
        ("HeadObject", "aws s3 cp s3://acme-in/a.csv .", "s3:GetObject", "arn:aws:s3:::acme-in/a.csv", "on the object"),
        ("GetObject", "aws s3api get-object --bucket acme-in --key a.csv --version-id 3sL4kqtJlcpX out", "s3:GetObjectVersion", "arn:aws:s3:::acme-in/a.csv", "on the object"),
        ("HeadObject", "aws s3api head-object --bucket acme-in --key a.csv --version-id 3sL4kqtJlcpX", "s3:GetObjectVersion", "arn:aws:s3:::acme-in/a.csv", "on the object"),
        ("CreateMultipartUpload", "aws s3 cp a.bin s3://acme-in/a.bin", "s3:PutObject", "arn:aws:s3:::acme-in/a.bin", "on the object"),
        ("AbortMultipartUpload", "aws s3api abort-multipart-upload --bucket acme-in --key a --upload-id u", "s3:AbortMultipartUpload", "arn:aws:s3:::acme-in/a", "on the object"),
        ("ListBuckets", "aws s3 ls", "s3:ListAllMyBuckets", "*", "s3:ListAllMyBuckets."),
        ("ListObjectsV2", f"aws s3 ls s3://{POINT}/in/", "s3:ListBucket", POINT, "on the access point"),
        ("GetObject", f"aws s3api get-object --bucket {POINT} --key in/a.csv out", "s3:GetObject", f"{POINT}/object/in/a.csv", "on the access point's object"),
        # All calls on objects of a directory bucket require a session, and no action of s3:.
        ("PutObject", "aws s3 cp a.csv s3://acme--use1-az4--x-s3/a.csv", "s3express:CreateSession", DIRECTORY, "on the directory bucket"),
        ("ListObjectsV2", "aws s3 ls s3://acme--use1-az4--x-s3", "s3express:CreateSession", DIRECTORY, "on the directory bucket"),
    ],
)  # fmt: skip
def test_action_and_resource(operation: str, command: str, action: str, resource: str, level: str) -> None:
    explanation = explain(f"$ {command}\n{DENIED.format(operation)}")
    policy = explanation.remedies[0].policy
    assert policy is not None
    (statement,) = policy["Statement"]
    assert (statement["Action"], statement["Resource"]) == (action, resource)
    assert any(level in cause.text for cause in explanation.causes if cause.evidence == "derived")
    assert ("bucket-of-other-account" in {cause.code for cause in explanation.causes}) is (
        resource not in {DIRECTORY, "*"} and not operation.startswith("Head")
    )


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "$ aws s3 mv s3://acme-in/d/a.csv s3://acme-out/b.csv --profile ops\nmove failed: s3://acme-in/d/a.csv to s3://acme-out/b.csv",
            (
                "aws s3api get-object --bucket acme-in --key d/a.csv --range bytes=0-0 /dev/null --profile ops",
                "echo test | aws s3 cp - s3://acme-out/b.csv.test --profile ops",
            ),
        ),
        (
            "$ aws s3 cp s3://acme-in/a.csv s3://acme-out/b.csv --acl public-read\ncopy failed: s3://acme-in/a.csv to s3://acme-out/b.csv",
            (),
        ),
        (
            "",
            (
                "aws s3api get-object --bucket SOURCE_BUCKET_NAME --key SOURCE_KEY --range bytes=0-0 /dev/null",
                "echo test | aws s3 cp - s3://BUCKET/OBJECT_KEY.test",
            ),
        ),
    ],
    ids=["both sides in the text", "an ACL to leave out first", "no side in the text"],
)
def test_sides_of_a_copy_are_tested_apart(text: str, lines: tuple[str, ...]) -> None:
    explanation = explain(f"{text} {DENIED.format('CopyObject')}")
    assert "the source or the destination" in explanation.summary or "--acl" in text
    remedy = explanation.remedies[0]
    assert tuple(each for each in remedy.commands if "get-object" in each or "s3 cp" in each) == lines
    assert remedy.title.startswith("Test both sides") is bool(lines)


def test_multipart_upload_may_lack_the_key() -> None:
    shown = str(explain(f"$ aws s3 cp a.bin s3://acme-in/a.bin\n{DENIED.format('CreateMultipartUpload')}"))
    assert "kms:GenerateDataKey and kms:Decrypt" in shown
    assert "kms:Decrypt" not in str(explain(f"$ aws s3 cp a s3://acme-in/a\n{DENIED.format('PutObject')}"))


@check_rows(
    "text",
    [
        "copy failed: s3://acme-in/a.csv to s3://acme-out/b.csv",
        's3.copy_object(CopySource={"Bucket": "acme-in", "Key": "a.csv"}, Bucket="acme-out", Key="b.csv")\n',
        "s3.copy_object(Bucket='acme-out', Key='b.csv', CopySource='/acme-in/a.csv')\n",
        "source = {'Bucket': 'acme-in', 'Key': 'a.csv'}\ns3.copy(source, 'acme-out', 'b.csv')\n",
        's3.copyObject(b -> b.destinationBucket("acme-out")\n  .destinationKey("b.csv").sourceBucket("acme-in").sourceKey("a.csv"));\n',
        'new CopyObjectRequest { SourceBucket = "acme-in", SourceKey = "a.csv", DestinationBucket = "acme-out", DestinationKey = "b.csv" };\n',
        'new CopyObjectCommand({ CopySource: "acme-in/a.csv", Bucket: "acme-out", Key: "b.csv" })\n',
    ],
    ids=["CLI", "dictionary", "path", "method", "Java", ".NET", "JavaScript"],
)
def test_copy_requires_both_objects(text: str) -> None:
    explanation = explain(f"{text} {DENIED.format('CopyObject')}")
    policy = explanation.remedies[0].policy
    assert policy is not None
    granted = {(each["Action"], each["Resource"]) for each in policy["Statement"]}
    assert granted == {
        ("s3:PutObject", "arn:aws:s3:::acme-out/b.csv"),
        ("s3:GetObject", "arn:aws:s3:::acme-in/a.csv"),
    }


@check_rows(
    ("text", "action", "command"),
    [
        ("copy failed: s3://acme-in/a.csv to s3://acme-out/b.csv", "s3:GetObjectTagging", "aws s3 cp s3://acme-in/a.csv s3://acme-out/b.csv --copy-props metadata-directive"),
        ("move failed: s3://acme-in/a.csv to s3://acme-out/b.csv", "s3:PutObjectTagging", "aws s3 mv s3://acme-in/a.csv s3://acme-out/b.csv --copy-props metadata-directive"),
        ("$ aws s3 sync s3://acme-in/d s3://acme-out/d --profile ops\ncopy failed: s3://acme-in/d/a to s3://acme-out/d/a", "s3:GetObjectTagging", "aws s3 sync s3://acme-in/d s3://acme-out/d --profile ops --copy-props metadata-directive"),
        ("We use `aws s3 cp --recursive`.\ncopy: s3://acme-in/d/a to s3://acme-out/e/a\ncopy failed: s3://acme-in/d/f/b to s3://acme-out/e/f/b", "s3:GetObjectTagging", "aws s3 cp s3://acme-in/d/ s3://acme-out/e/ --recursive --copy-props metadata-directive"),
    ],
    ids=["cp", "mv", "sync", "several"],
)  # fmt: skip
def test_copy_is_repeated_without_the_tags(text: str, action: str, command: str) -> None:
    """https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html: --copy-props."""
    explanation = explain(f"{text} {DENIED.format(action.removeprefix('s3:'))}")
    [remedy] = explanation.remedies
    assert remedy.title == f"Copy without the tags, or allow {action} for the caller"
    assert remedy.commands[0] == command
    assert action.replace("Tagging", " does not include").replace("s3:", "which s3:") in explanation.summary
    assert remedy.policy is not None
    assert [each["Action"] for each in remedy.policy["Statement"]] == [action]


@pytest.mark.parametrize(
    ("role", "who"),
    [
        ("etl", "account administrator"),
        ("AWSReservedSSO_Data_0123456789abcdef", "organization administrator"),
    ],
)
def test_denial_with_a_reason_names_the_copy_without_tags(role: str, who: str) -> None:
    explanation = explain(
        "copy failed: s3://acme-in/a.csv to s3://acme-out/b.csv An error occurred (AccessDenied) when calling the GetObjectTagging operation: "
        f'User: arn:aws:sts::111122223333:assumed-role/{role}/ana is not authorized to perform: s3:GetObjectTagging on resource: "arn:aws:s3:::acme-in/a.csv" because no identity-based policy allows the s3:GetObjectTagging action'
    )
    remedy = explanation.remedies[0]
    assert remedy.who == "you"
    assert any("copies objects of 8 MB and more in parts" in each.text for each in explanation.causes)
    assert not remedy.commands[1:] or f"Or, to keep the tags ({who}):" in explanation.to_text()
    assert (
        remedy.commands[0]
        == "aws s3 cp s3://acme-in/a.csv s3://acme-out/b.csv --copy-props metadata-directive"
    )


@check_rows(
    ("principal", "actions", "caller"),
    [
        ("arn:aws:iam::111122223333:role/etl", '"s3:GetObject"', "the role etl"),
        ("arn:aws:iam::111122223333:role/etl", '["s3:GetObject", "s3:GetObjectTagging"]', "the caller"),
        ("arn:aws:iam::111122223333:root", '"s3:GetObject"', "the caller"),
        ('arn:aws:iam::111122223333:role/etl", "arn:aws:iam::111122223333:role/web', '"s3:GetObject"', "the caller"),
    ],
    ids=["one role", "with the tags", "account", "two roles"],
)  # fmt: skip
def test_who_copies_is_the_only_role_that_the_bucket_policy_lets_read(
    principal: str, actions: str, caller: str
) -> None:
    policy = f'{{"Effect": "Allow", "Principal": {{"AWS": ["{principal}"]}}, "Action": {actions}, "Resource": "arn:aws:s3:::acme-in/*"}}'
    failed = "copy failed: s3://acme-in/a.csv to s3://acme-out/b.csv"
    explanation = explain(f"{failed} {DENIED.format('GetObjectTagging')}\ntheir bucket policy:\n{policy}")
    assert (
        explanation.remedies[0].title == f"Copy without the tags, or allow s3:GetObjectTagging for {caller}"
    )
    assert ("its owner must add s3:GetObjectTagging there" in str(explanation.remedies[0].steps)) == (
        caller != "the caller"
    )


def test_tags_that_are_read_on_purpose_are_not_left_out() -> None:
    explanation = explain(
        f"$ aws s3api get-object-tagging --bucket acme-in --key a.csv\n{DENIED.format('GetObjectTagging')}"
    )
    assert "--copy-props" not in explanation.to_text(detail="full")


def test_reason_is_missing_outside_of_the_organization() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html: who gets a reason."""
    explanation = explain(f"$ aws s3 ls s3://acme-in\n{DENIED.format('ListObjectsV2')}")
    shown = str(explanation)
    assert "An account outside your organization owns the bucket and does not allow the call" in " ".join(
        shown.split()
    )
    assert explanation.remedies[0].title == "Find the bucket's owner, then allow s3:ListBucket if needed"
    assert "aws s3api list-buckets --query \"Buckets[?Name=='acme-in'].Name\"" in shown


@pytest.mark.parametrize(
    ("operation", "command"),
    [
        ("HeadObject", "aws s3 cp s3://acme-in/a.csv ."),
        ("ListBuckets", "aws s3 ls"),
        ("PutBucketPolicy", "aws s3api put-bucket-policy --bucket acme-in --policy file://p.json"),
    ],
)
def test_other_calls_say_nothing_of_organizations_first(operation: str, command: str) -> None:
    """A HEAD response has no body, a list of buckets is the caller's, and policies meet Block Public Access."""
    assert "organization" not in explain(f"$ {command}\n{DENIED.format(operation)}").summary


def test_alias_of_an_access_point_is_no_bucket() -> None:
    alias = "analytics-abcdefghijklmnopqrstuvwxyz1234usw2a-s3alias"
    remedy = explain(f"$ aws s3 ls s3://{alias}\n{DENIED.format('ListObjectsV2')}").remedies[0]
    assert "access point alias" in remedy.steps[0]


def test_policy_of_a_table_bucket() -> None:
    arn = "arn:aws:s3tables:us-east-1:111122223333:bucket/analytics"
    explanation = explain(
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3tables:GetTable on resource: "
        f"{arn}/table/0a1b2c3d because no resource-based policy allows the s3tables:GetTable action"
    )
    assert (
        explanation.remedies[0]
        .commands[0]
        .startswith(f"aws s3tables get-table-bucket-policy --table-bucket-arn {arn} ")
    )


@pytest.mark.parametrize(
    ("command", "resource"),
    [
        ("aws s3 sync ./site s3://www/docs", "arn:aws:s3:::www/docs/*"),
        ("aws --profile dev s3 cp build s3://www --recursive", "arn:aws:s3:::www/*"),
        ("aws s3 rm --recursive 's3://www/docs/'", "arn:aws:s3:::www/docs/*"),
        # One object, another folder, a folder of which a part is unknown.
        ("aws s3 cp a.html s3://www/docs/", "arn:aws:s3:::www/docs/a.html"),
        ("aws s3 sync ./site s3://www/doc", "arn:aws:s3:::www/docs/a.html"),
        ("aws s3 sync ./site s3://www/docs/$VERSION", "arn:aws:s3:::www/docs/a.html"),
    ],
)
def test_policy_covers_all_objects_of_a_transfer(command: str, resource: str) -> None:
    explanation = explain(
        f"$ {command}\nupload failed: site/a.html to s3://www/docs/a.html {DENIED.format('PutObject')}"
    )
    allow = next(each for each in explanation.remedies if each.layer == "identity")
    assert allow.policy is not None
    assert allow.policy["Statement"][0]["Resource"] == resource


def test_ownership_is_checked_with_the_profile_of_the_call() -> None:
    text = f"$ aws s3 ls s3://acme-in --profile analytics\n{DENIED.format('ListObjectsV2')}"
    assert explain(text).remedies[0].commands[0].endswith(" --profile analytics")


def test_response_of_a_browser_is_likely_unsigned() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message>'
        "<RequestId>7Q2W3E4R5T6Y7U8I</RequestId><HostId>abc/def=</HostId></Error>"
    )
    explanation = explain(text)
    assert (explanation.causes[0].code, explanation.causes[0].evidence) == ("unsigned-call", "possible")
    assert "browsers and curl send no signature" in explanation.remedies[0].steps[0]
    # A program that prints the SDK's error signed its request.
    sdk = "AccessDenied: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 7Q2W)"
    assert "unsigned-call" not in [cause.code for cause in explain(sdk).causes]


def test_headline_of_a_head_request_is_the_check() -> None:
    """Only a GET has a response with a reason, so it comes before any change of a policy."""
    text = "An error occurred (403) when calling the HeadObject operation: Forbidden\n$ aws s3 cp s3://acme-in/a.bin ."
    remedy = explain(text).remedies[0]
    assert remedy.title == "Repeat it as a GET, then have s3:GetObject allowed if needed"
    assert remedy.who == "you"
    assert "Then, as an administrator, with ROLE_NAME filled in:" in str(explain(text))
    assert (
        remedy.commands[1] == "aws s3api get-object --bucket acme-in --key a.bin --range bytes=0-0 /dev/null"
    )
    assert remedy.policy is not None


@check_rows(
    ("command", "actions", "objects"),
    [
        ("aws s3 sync 2026/dist s3://acme-in/web", "s3:PutObject", "acme-in/web/*"),
        ("aws s3 sync dist s3://acme-in --delete > log", ["s3:PutObject", "s3:DeleteObject"], "acme-in/*"),
        ("aws s3 cp --recursive s3://acme-in/web out", "s3:GetObject", "acme-in/web/*"),
        ("aws s3 cp s3://acme-in/web --recursive out", "s3:GetObject", "acme-in/web/*"),
        ("aws s3 sync --exclude '*.tmp' s3://acme-in .", "s3:GetObject", "acme-in/*"),
        ("aws s3 sync s3://acme-in s3://octo-out", "s3:GetObject", "acme-in/*"),
        ("aws s3 sync s3://octo-out s3://acme-in", "s3:PutObject", "acme-in/*"),
        ("aws s3 mv --recursive s3://acme-in/a b", ["s3:GetObject", "s3:DeleteObject"], "acme-in/a/*"),
        ("aws s3 rm --recursive s3://acme-in/a", "s3:DeleteObject", "acme-in/a/*"),
    ],
)
def test_command_that_lists_a_bucket_also_handles_objects(
    command: str, actions: str | list[str], objects: str
) -> None:
    """A statement for the list alone would lead to the next denial."""
    policy = explain(f"$ {command}\nfatal error: {LIST_DENIED}").remedies[0].policy
    assert policy is not None
    [listing, on_objects] = policy["Statement"]
    assert (listing["Action"], listing["Resource"]) == ("s3:ListBucket", "arn:aws:s3:::acme-in")
    assert (on_objects["Action"], on_objects["Resource"]) == (actions, f"arn:aws:s3:::{objects}")


@pytest.mark.parametrize("command", ["aws s3 ls s3://acme-in", "aws s3 sync . s3://other-bucket"])
def test_other_commands_add_no_statement(command: str) -> None:
    policy = explain(f"$ {command}\nfatal error: {LIST_DENIED}").remedies[0].policy
    assert policy is not None
    assert [each["Action"] for each in policy["Statement"]] == ["s3:ListBucket"]


@pytest.mark.parametrize("policy_type", ["identity-based", "VPC endpoint"])
@check_rows(
    ("key", "pattern"),
    [
        ("builds/1182/app.tgz", "builds/*"),
        ("artifacts/3f2504e0-4f89-11d3-9a0c-0305e82c3301/a.zip", "artifacts/*"),
        ("releases/v1.12.0/a", "releases/*"),
        ("job-12/out.json", "*/out.json"),
        ("db/2026-11-27.sql.gz", "db/*"),
        ("db/year=2026/month=11/x.parquet", "db/*"),
        ("in/20261127T120000Z/a", "in/*"),
        ("js/app-9c1f2ab.js", "js/app-*"),
        # These can belong to one customer, and the last ones do not change.
        ("customers/4711/b.txt", None),
        ("users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/a", None),
        ("AWSLogs/111122223333/x", None),
        ("orders/1.csv", None),
        ("docs/index.html", None),
    ],
)
def test_key_that_changes_from_run_to_run(key: str, pattern: str | None, policy_type: str) -> None:
    resource = f"arn:aws:s3:::acme-in/{key}"
    text = f'User: arn:aws:sts::111122223333:assumed-role/ci/run-7 is not authorized to perform: s3:PutObject on resource: "{resource}" because no {policy_type} policy allows the s3:PutObject action'
    remedy = explain(text).remedies[0]
    document = remedy.policy or {"Statement": [remedy.statement]}
    assert document["Statement"][0]["Resource"] == resource
    hint = f"use arn:aws:s3:::acme-in/{pattern} as Resource."
    assert any(hint in step for step in remedy.steps) == (pattern is not None)


S3A_DENIED = "software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE3N9K2VD)"
LAKE = "arn:aws:s3:::acme-lake"


@pytest.mark.parametrize(
    ("path", "call", "action", "resource"),
    [
        ("in/a.parquet", "open s3a://acme-lake/in/a.parquet at 0 on s3a://acme-lake/in/a.parquet", "s3:GetObject", f"{LAKE}/in/a.parquet"),
        ("in/a.parquet", "re-open s3a://acme-lake/in/a.parquet at 4096 on s3a://acme-lake/in/a.parquet", "s3:GetObject", f"{LAKE}/in/a.parquet"),
        ("in/a.parquet", "getFileStatus on s3a://acme-lake/in/a.parquet", "s3:GetObject", f"{LAKE}/in/a.parquet"),
        ("out/a.csv", "Writing Object on out/a.csv", "s3:PutObject", f"{LAKE}/out/a.csv"),
        ("out/a.csv", "Completing multipart upload on out/a.csv", "s3:PutObject", f"{LAKE}/out/a.csv"),
        ("out/_temporary/0", "PUT 0-byte object  on out/_temporary/0", "s3:PutObject", f"{LAKE}/out/*"),
        ("out/dt=2026-02-03/_temporary/0", "PUT 0-byte object  on out/dt=2026-02-03/_temporary/0", "s3:PutObject", f"{LAKE}/out/*"),
        ("out/__magic_job-1/a", "initiate MultiPartUpload on out/__magic_job-1/a", "s3:PutObject", f"{LAKE}/out/*"),
        ("out/a.csv", "delete on s3a://acme-lake/out/a.csv", "s3:DeleteObject", f"{LAKE}/out/a.csv"),
    ],
)  # fmt: skip
def test_hadoop_names_the_call(path: str, call: str, action: str, resource: str) -> None:
    text = f"java.nio.file.AccessDeniedException: s3a://acme-lake/{path}: {call}: {S3A_DENIED}"
    found = explain(text)
    policy = found.remedies[0].policy
    assert policy is not None
    statement = policy["Statement"][0]
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    assert (actions[0], statement["Resource"]) == (action, resource)
    # Only a writer needs more than the call that failed.
    is_write = action == "s3:PutObject"
    assert ("s3:AbortMultipartUpload" in actions) is is_write
    assert ("kms:GenerateDataKey" in str(found)) is is_write


@pytest.mark.parametrize(
    ("key", "resource", "count"),
    [
        ("dump/AWSDynamoDB/01771260969420-1a5aad9e/_started", f"{LAKE}/dump/AWSDynamoDB/*", 3),
        ("AWSDynamoDB/01771260969420-1a5aad9e/data/a.json.gz", f"{LAKE}/AWSDynamoDB/*", 3),
        ("AWSDynamoDB/01771260969420-1a5aad9e/fixed.json", f"{LAKE}/AWSDynamoDB/*", 1),
        ("AWSDynamoDB/readme.txt", f"{LAKE}/AWSDynamoDB/readme.txt", 1),
        ("Other/01771260969420-1a5aad9e/_started", f"{LAKE}/Other/01771260969420-1a5aad9e/_started", 1),
    ],
)
@pytest.mark.parametrize("policy_type", ["identity-based", "resource-based"])
def test_export_of_a_table(key: str, resource: str, count: int, policy_type: str) -> None:
    text = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutObject on resource: {LAKE}/{key} because no {policy_type} policy allows the s3:PutObject action"
    remedy = explain(text).remedies[0]
    statement = (remedy.policy or {"Statement": [remedy.statement]})["Statement"][0]
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    assert (statement["Resource"], len(actions)) == (resource, count)
    # Who reads one export does not need the others.
    reader = explain(text.replace("s3:PutObject", "s3:GetObject")).remedies[0]
    statement = (reader.policy or {"Statement": [reader.statement]})["Statement"][0]
    assert statement["Resource"] == f"{LAKE}/{key}"


@check_rows(
    ("text", "title"),
    [
        ("S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE)", "Check the bucket policy and the KMS key"),
        ("HTTP 403 for https://acme-in.s3.eu-west-1.amazonaws.com/\nS3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE)", "Check the bucket policy and the KMS key"),
        ("S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE) for the upload with ACL public-read", "Check the bucket policy, Block Public Access and the KMS key"),
        ("HTTP 403 for https://acme-in.s3.eu-west-1.amazonaws.com/a.csv\nS3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE)", "Check the bucket policy, the object's owner and the KMS key"),
    ],
)  # fmt: skip
def test_title_has_only_what_can_be_checked(text: str, title: str) -> None:
    assert title in [each.title for each in explain(text).remedies]


def test_unknown_s3_calls_may_need_the_key_to_read_or_to_write() -> None:
    shown = str(explain("S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 7QEXAMPLE)"))
    assert "kms:Decrypt (to read) or kms:GenerateDataKey (to write)" in shown


def test_arrow_reaches_only_s3() -> None:
    text = "OSError: When creating key 'in/a.parquet' in bucket 'acme-lake': AWS Error ACCESS_DENIED during PutObject operation: Access Denied."
    assert explain(text).summary.startswith(f"S3 denied s3:PutObject on {LAKE}/in/a.parquet")


MOUNT_DENIED = "operation error S3: PutObject, https response error StatusCode: 403, RequestID: Q1EXAMPLE, HostID: h, api error AccessDenied: Access Denied"
RCLONE_DENIED = "2026/02/03 04:05:06 ERROR : a.tgz: Failed to copy: operation error S3: PutObject, https response error StatusCode: 403, RequestID: Q1EXAMPLE, HostID: h, api error AccessDenied: Access Denied"


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        (f"$ rclone copy a.tgz s3:octo-backups/daily/\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/daily/a.tgz"),
        (f"{RCLONE_DENIED}\nrclone copy a.tgz my-s3:octo-backups/daily/", "arn:aws:s3:::octo-backups/daily/a.tgz"),
        (f"$ rclone sync . aws:octo-backups\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/a.tgz"),
        # The name of a remote can be any.
        (f"$ rclone move /srv/out cold:octo-backups/2026 -P\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/2026/a.tgz"),
        (f"$ rclone sync drive:out cold:octo-backups/in\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/in/a.tgz"),
        (f"$ rclone copyto /srv/a.tgz cold:octo-backups/in/b.tgz\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/in/b.tgz"),
        (f"$ rclone sync /srv :s3,provider=AWS,env_auth:octo-backups/in\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/in/a.tgz"),
        (f"$ rclone sync /srv cold:octo-backups/in\n{RCLONE_DENIED}\n{RCLONE_DENIED.replace('a.tgz', 'b.tgz')}", "arn:aws:s3:::octo-backups/in/*"),
        (f"$ rclone copy cold:octo-backups/in /srv\n{RCLONE_DENIED.replace('PutObject', 'GetObject')}", "arn:aws:s3:::octo-backups/in/a.tgz"),
        (f"$ rclone sync /srv cold:octo-backups --rc-addr localhost:5572\n{RCLONE_DENIED}", "arn:aws:s3:::octo-backups/a.tgz"),
        # Two remotes: only what is written or read tells which one rejected the call.
        (f"$ rclone sync s3:octo-a s3:octo-b\n{RCLONE_DENIED}", "arn:aws:s3:::octo-b/a.tgz"),
        (f"$ rclone sync s3:octo-a s3:octo-b\n{RCLONE_DENIED.replace('PutObject', 'GetObject')}", "arn:aws:s3:::octo-a/a.tgz"),
        (f"$ rclone sync s3:octo-a s3:octo-b\n{RCLONE_DENIED.replace('PutObject', 'PutObjectTagging')}\n$ rclone copy x s3:octo-c", "arn:aws:s3:::BUCKET/OBJECT_KEY"),
        # What a program mounts, unless it mounts several.
        (f"$ mount-s3 octo-in:/logs/ /mnt\n{MOUNT_DENIED}", "arn:aws:s3:::octo-in/logs/*"),
        (f"$ s3fs -o allow_other octo-in ~/in\n{MOUNT_DENIED}", "arn:aws:s3:::octo-in/OBJECT_KEY"),
        (f"$ s3fs octo-in ~/in\n$ s3fs octo-out ~/out\n{MOUNT_DENIED}", "arn:aws:s3:::BUCKET/OBJECT_KEY"),
    ],
)  # fmt: skip
def test_command_of_rclone_or_a_mount_names_the_bucket(text: str, resource: str) -> None:
    found = explain(text)
    policy = found.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == resource
    assert "The service says" not in str(found)


_HADOOP_403 = "java.nio.file.AccessDeniedException: s3a://octo-lake/t: getFileStatus on s3a://octo-lake/t: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: ZXBPV37ZW83PVFZD; S3 Extended Request ID: {})\n{}"
_AWS_ID = "in5YLZn3rlRFngTEUn027bffHZ1NIUOl2SyROsffWx/mNPXkJwmrofm305jVBHVuanVNHr9GK2Q="
_LOCALSTACK_ID = "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234="
_SPARK = "spark_session.conf.set('fs.s3a.endpoint', 'http://{}')"


@check_rows(
    ("text", "summary", "step"),
    [
        (_HADOOP_403.format(_AWS_ID, _SPARK.format("localstack:4566")), "Amazon S3, not LocalStack at localstack:4566, rejected the call", "Set spark.hadoop.fs.s3a.endpoint=http://localstack:4566"),
        (_HADOOP_403.format(_AWS_ID, "fs.s3a.endpoint=http://minio:9000"), "Amazon S3, not MinIO at minio:9000, rejected the call", "Set fs.s3a.endpoint=http://minio:9000"),
        # The file of Hadoop's settings, and those of DuckDB and PyArrow.
        (_HADOOP_403.format(_AWS_ID, "<property>\n  <name>fs.s3a.endpoint</name>\n  <value>http://minio:9000</value>\n</property>"), "Amazon S3, not MinIO at minio:9000, rejected the call", "Set fs.s3a.endpoint=http://minio:9000"),
        (_HADOOP_403.format("null", "SET s3_endpoint='minio.lake:9000';"), "MinIO at minio.lake:9000, not AWS, denied", "Check the permissions of the key"),
        (_HADOOP_403.format("null", 'S3FileSystem(endpoint_override="http://minio.lake:9000")'), "MinIO at minio.lake:9000, not AWS, denied", "Check the permissions of the key"),
        (_HADOOP_403.format("null", "<name>fs.s3a.endpoint</name><value>s3.eu-west-1.amazonaws.com</value>"), "S3 answered 403 to HeadObject", "Repeat"),
        (_HADOOP_403.format("null", "<name>fs.s3a.endpoint.region</name><value>http://minio:9000</value>"), "S3 answered 403 to HeadObject", "Repeat"),
        # The ID of the emulator, a cloud whose IDs are not known, and a key of AWS.
        (_HADOOP_403.format(_LOCALSTACK_ID, _SPARK.format("localstack:4566")), "LocalStack at localstack:4566, not AWS, denied", "Check the permissions of the key"),
        (_HADOOP_403.format(_AWS_ID, _SPARK.format("s3.eu.wasabisys.com")), "not AWS, denied", "Check the permissions of the key"),
        (_HADOOP_403.format(_AWS_ID, f"{_SPARK.format('localstack:4566')}\naws_access_key_id=AKIAEXAMPLEEXAMPLE77"), "not AWS, denied", ""),
        # MinIO's IDs are hexadecimal, whatever names it.
        ("S3Exception: null (Service: S3, Status Code: 403, Request ID: 1749D911E6F8835E, Extended Request ID: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)", "MinIO, not AWS, denied the call", "Check the permissions of the key"),
    ],
)  # fmt: skip
def test_ids_say_which_system_answered(text: str, summary: str, step: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert step in str(explanation)


@check_rows(
    ("text", "is_added"),
    [
        ("Save(<lock/31f52c3db1>) failed: client.PutObject: Access Denied.\nunable to create lock in backend: client.PutObject: Access Denied.", True),
        ("$ restic snapshots -r s3:s3.amazonaws.com/octo-backup\nFatal: unable to create lock in backend: client.PutObject: Access Denied.", True),
        ("$ restic backup -r s3:s3.amazonaws.com/octo-backup /etc\nSave(<data/31f52c3db1>) failed: client.PutObject: Access Denied.", False),
    ],
)  # fmt: skip
def test_restic_locks_what_it_reads(text: str, *, is_added: bool) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith("S3 denied s3:PutObject")
    assert ("--no-lock" in explanation.remedies[0].title) is is_added


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"S3Exception: null (Service: S3, Status Code: 400, Request ID: XBB5TDMY7SQWVSJF, Extended Request ID: {_AWS_ID})", 400),
        ("AmazonS3Exception: Bad Request (Service: Amazon S3; Status Code: 400; Error Code: 400 Bad Request; Request ID: XBB5TDMY7SQWVSJF)", 400),
        ("AmazonS3Exception: Moved Permanently (Service: Amazon S3; Status Code: 301; Error Code: 301 Moved Permanently; Request ID: XBB5TDMY7SQWVSJF)", 301),
        (f"Error refreshing state: BadRequest: Bad Request\n\tstatus code: 400, request id: 9ABCD0123456789A, host id: {_AWS_ID}", 400),
    ],
)  # fmt: skip
def test_answers_without_a_body(text: str, status: int) -> None:
    """SDKs for Java and Go print the words of the status, or null."""
    explanation = explain(text)
    assert explanation.summary.startswith(f"S3 answered with {status} and no reason")
    assert "get-bucket-location" in str(explanation)


def test_names_with_underscores() -> None:
    """Old buckets have them, and hidden ones."""
    text = "error:  S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 0A1B2C3D4E5F6071,ExtRid x=,CanRetry 1\n  context:   S3 key being read : s3://octo_lake/in/a.json\n"
    explanation = explain(text)
    assert explanation.summary.startswith("S3 denied s3:GetObject on arn:aws:s3:::octo_lake/in/a.json")
    assert "Name=='octo_lake'" in str(explanation)


_THROUGH_POINT = f'User: arn:aws:iam::444455556666:user/ana is not authorized to perform: s3:GetObject on resource: "{POINT}/object/a.csv" '


def test_access_point_has_a_policy_of_its_own() -> None:
    """A bucket policy rejects the ARN of an access point as resource."""
    explanation = explain(f"{_THROUGH_POINT}because no resource-based policy allows the s3:GetObject action")
    remedy = explanation.remedies[0]
    assert remedy.title == "Allow the user ana in the access point policy, in account 111122223333"
    assert remedy.commands[:2] == (
        "aws s3control get-access-point-policy --account-id 111122223333 --name analytics --query Policy --output text --region eu-west-1 > old-policy.json",
        "aws s3control put-access-point-policy --account-id 111122223333 --name analytics --policy file://policy.json --region eu-west-1",
    )
    assert any(step.startswith("The bucket policy must allow the request, too") for step in remedy.steps)


def test_deny_can_be_in_the_policy_of_the_access_point_or_of_the_bucket() -> None:
    explanation = explain(f"{_THROUGH_POINT}with an explicit deny in a resource-based policy")
    assert explanation.summary.endswith("the access point policy or the bucket policy explicitly denies it.")
    assert "put-bucket-policy" not in str(explanation)


def test_owner_of_an_access_point_is_told_its_policy() -> None:
    explanation = explain(f"{_THROUGH_POINT}because no identity-based policy allows the s3:GetObject action")
    assert "If the access point policy does not yet" in " ".join(explanation.remedies[0].steps)


@pytest.mark.parametrize(
    ("verb", "action", "file", "actions"),
    [
        ("acquiring", "s3:PutObject", "a.tfstate.tflock", ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]),
        ("releasing", "s3:DeleteObject", "a.tfstate.tflock", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]),
        # The state itself is never deleted.
        ("acquiring", "s3:GetObject", "a.tfstate", ["s3:GetObject", "s3:PutObject"]),
    ],
)  # fmt: skip
def test_lock_of_the_state_requires_more_than_the_denied_action(
    verb: str, action: str, file: str, actions: list[str]
) -> None:
    denied = f'api error AccessDenied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: {action} on resource: "arn:aws:s3:::acme-state/{file}" because no identity-based policy allows the {action} action'
    explanation = explain(
        f"Error: Error {verb} the state lock\n\nError message: operation error S3: {action[3:]}, https response error StatusCode: 403, RequestID: 1, HostID: x, {denied}\n\nError acquiring the state lock ... api error PreconditionFailed: At least one of the pre-conditions you specified did not hold"
    )
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Action"] == actions
    # The lock that is left over is no failure of its own.
    shown = explanation.to_text()
    assert ("explain --all" in shown) is (verb == "acquiring")
    assert ("later runs fail with PreconditionFailed" in " ".join(shown.split())) is (verb == "releasing")


@pytest.mark.parametrize(
    ("covered", "setting", "words"),
    [
        ("jobs/*.tfstate", "use_lockfile = true, no dynamodb_table any more", "With use_lockfile, the lock is an object of its own, no longer an item in DynamoDB, and requires"),
        ("jobs/*.tfstate", "use_lockfile = true", "use arn:aws:s3:::acme-state/jobs/*.tfstate.tflock as Resource."),
        ("jobs/a.tfstate", "", "The lock is an object of its own, and requires all"),
        ("jobs/a.tfstate", "", "The state file itself needs only"),
        ("other/*.tfstate", "", "The state file itself needs only"),
    ],
)  # fmt: skip
def test_lock_beside_the_states_of_the_policy(covered: str, setting: str, words: str) -> None:
    denied = 'User: arn:aws:iam::111122223333:user/ci is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-state/jobs/a.tfstate.tflock" because no identity-based policy allows the s3:PutObject action'
    policy = f'{{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::acme-state/{covered}"}}'
    first = explain(f"Error: Error acquiring the state lock\n{denied}\n\n{policy}\n{setting}\n").remedies[0]
    assert words in " ".join(first.steps)
    assert first.policy is not None
    # The statement is no wider than the denial.
    assert first.policy["Statement"][0]["Resource"] == "arn:aws:s3:::acme-state/jobs/a.tfstate.tflock"


BUCKET_POLICY = (
    '{"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "s3:*", "Resource": "arn:aws:s3:::parts/*"}'
)
BARE = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
READER = {
    "caller": "arn:aws:sts::444455556666:assumed-role/reader/s1",
    "resource": "arn:aws:s3:::parts/a.zip",
}
STACK = 'Fn | CREATE_FAILED | AWS::Lambda::Function | Resource handler returned message: "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for parts/a.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied (Service: Lambda, Status Code: 403, Request ID: 0a1b2c3d-4e5f-4061-8293-a4b5c6d7e8f9)" (RequestToken: 0a1b, HandlerErrorCode: AccessDenied)\n'


def test_bucket_policy_names_another_role() -> None:
    shown = f"Bucket policy (in 111122223333):\n{BUCKET_POLICY % 'arn:aws:iam::444455556666:role/writer'}"
    explanation = explain(f"{BARE}\n{shown}", facts=READER)
    assert (
        "to the role reader most likely because the bucket policy allows the role writer"
        in explanation.summary
    )
    assert "in account 111122223333" in explanation.remedies[0].title
    assert explanation.remedies[0].policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AllowRole",
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"},
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::parts/a.zip",
            }
        ],
    }


@pytest.mark.parametrize(
    ("principal", "heading", "bucket"),
    [
        ("arn:aws:iam::444455556666:role/team/reader", "", "parts"),
        ("arn:aws:iam::444455556666:root", "", "parts"),
        ("*", "", "parts"),
        ("arn:aws:iam::444455556666:role/writer", "Bucket in account 444455556666", "parts"),
        ("arn:aws:iam::444455556666:role/writer", "", "others"),
    ],
)
def test_bucket_policy_does_not_decide(principal: str, heading: str, bucket: str) -> None:
    policy = (BUCKET_POLICY % principal).replace(":::parts", f":::{bucket}")
    summary = explain(f"{BARE}\n{heading}\n{policy}", facts=READER).summary
    assert "the bucket policy allows" not in summary


@pytest.mark.parametrize(
    "words", ["RoleArn of the stack = {}", '"RoleARN": "{}"', "$ aws cloudformation deploy --role-arn {}"]
)
def test_role_of_the_stack_reads_the_code(words: str) -> None:
    role = words.format("arn:aws:iam::444455556666:role/stacks")
    policy = BUCKET_POLICY % "arn:aws:iam::444455556666:role/pipeline"
    explanation = explain(f"{STACK}{role}\nThe key is an aws:kms key.\n{policy}")
    assert "to the role stacks, with which CloudFormation creates" in explanation.summary
    assert "does not read the code" in explanation.causes[0].text
    assert any("kms:Decrypt" in each for each in explanation.remedies[0].steps)
    assert "with which CloudFormation" not in explain(f"{STACK}{policy}").summary


HEAD = "$ aws s3 cp s3://acme-in/2026/a.csv .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden"
READ = '{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket", "s3:ListObjects"], "Resource": "arn:aws:s3:::acme-in/*"}'
LIST = '{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-in"}'


@check_rows(
    ("statements", "is_missing"),
    [
        (READ, True),
        (READ.replace('"s3:ListBucket", "s3:ListObjects"', '"s3:PutObject"'), True),
        (f"{READ}, {LIST}", False),
        (READ.replace("acme-in/*", "*"), False),
        (READ.replace("acme-in/*", "acme-out/*"), False),
    ],
)
def test_missing_object_behind_a_policy_that_does_not_list(statements: str, *, is_missing: bool) -> None:
    explanation = explain(f'{HEAD}\n{{"Version": "2012-10-17", "Statement": [{statements}]}}')
    assert (explanation.topic == "missing-object") is is_missing
    if is_missing:
        assert explanation.causes[0].evidence == "derived"
        # Where the policy names s3:ListBucket on the wrong resource, the caller is meant to have it.
        check, remedy = explanation.remedies[0], explanation.remedies[-1]
        assert (check is remedy) is (statements is READ)
        assert remedy.policy is not None
        assert remedy.policy["Statement"][0]["Resource"] == "arn:aws:s3:::acme-in"
        assert check.commands == ("aws s3api head-object --bucket acme-in --key 2026/a.csv",)
        assert "s3:GetObject, which HeadObject requires," in explanation.causes[0].text
    if is_missing and statements is READ:
        [remedy] = explanation.remedies
        [document] = remedy.documents
        assert document["Statement"][1]["Action"] == ["s3:GetObject"]
        assert "s3:ListObjects is not an IAM action" in " ".join(str(explanation).split())


@check_rows(
    ("shown", "is_missing"),
    [
        ("", True),
        ("The bucket uses SSE-KMS.", False),
        ("Bucket in account 111122223333", False),
        ("Bucket in account 444455556666", True),
    ],
)
def test_missing_object_of_a_get(shown: str, *, is_missing: bool) -> None:
    denied = "$ aws s3api get-object --bucket acme-in --key 2026/a.csv a.csv\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    policy = READ.replace('"s3:ListBucket", "s3:ListObjects"', '"s3:PutObject"')
    text = f'{denied}\n{shown}\n{{"Version": "2012-10-17", "Statement": [{policy}]}}'
    explanation = explain(text, facts={"caller": READER["caller"]})
    assert (explanation.topic == "missing-object") is is_missing
    if is_missing:
        assert explanation.remedies[0].title == "Check whether the object exists"
        assert "HEAD" not in str(explanation)


@check_rows(
    ("words", "is_first"),
    [
        ("Our code should get a 404 for missing keys.", True),
        ("We catch NoSuchKeyException and create the object.", True),
        ("For new keys, we get a 403 and not a 404.", True),
        ("The load balancer answers 404 elsewhere.", False),
        ("For some keys, we get a 403.", False),
    ],
)
def test_code_that_expects_404(words: str, *, is_first: bool) -> None:
    policy = READ.replace('"s3:ListBucket", "s3:ListObjects"', '"s3:PutObject"')
    explanation = explain(f'{HEAD}\n{words}\n{{"Version": "2012-10-17", "Statement": [{policy}]}}')
    assert (explanation.remedies[0].layer == "identity") is is_first
    assert ("The program then gets the 404 that it expects" in str(explanation)) is is_first


GET = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\nbucket acme-in, key 2026/a.csv\n"
COPY = "$ aws s3 cp s3://acme-in/{} .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
COPY_WORKS = "$ aws s3 cp s3://acme-in/{0} .\ndownload: s3://acme-in/{0} to ./a.csv\n"
JAVA = "software.amazon.awssdk.services.s3.model.S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 4ZQEXAMPLE7N0T2B)\n\tat com.acme.Reader.open(Reader.java:61)   // {}\n"


@check_rows(
    ("text", "is_missing"),
    [
        (f"{GET}2026/b.csv is read without trouble.", True),
        (f"{GET}All other keys download fine.", True),
        (f"{GET}Yesterday's file works.", True),
        (f"{JAVA.format('getObject acme-in/2026/a.csv')}2026/b.csv works, same role.", True),
        (f"{JAVA.format('headObject(acme-in/2026/a.csv)')}The other images load fine.", True),
        (f"{JAVA.format('putObject acme-in/2026/a.csv')}2026/b.csv works.", False),
        (f"{GET}Other files upload fine.", False),
        (f"{GET}The file exists, and 2026/b.csv works.", False),
        (f"{GET}Does 2026/b.csv work?", False),
        (f"{GET}2026/b.csv works with the admin role.", False),
        (f"{GET}Older files work, and new ones have another KMS key.", False),
        (f"{GET}2026/b.csv could be read a minute before.", True),
        (f"{GET}2025/b.csv works.", False),
        (f"{COPY.format('in/2026-11-20/a.csv')}{COPY_WORKS.format('in/2026-11-19/a.csv')}", True),
        (
            f"{COPY.format('in/2026-11-20/a.csv')}{COPY_WORKS.format('in/2026-11-19/a.csv')}$ aws s3 ls s3://acme-in/in/\n                           PRE 2026-11-19/\n",
            False,
        ),
        # Other folders can have other permissions.
        (f"{COPY.format('in/a.csv')}{COPY_WORKS.format('out/a.csv')}", False),
        (
            f"{COPY.format('in/a-2.csv')}{COPY_WORKS.format('in/a-1.csv').replace('cp', 'cp --profile ops')}",
            False,
        ),
    ],
)
def test_missing_object_beside_others(text: str, *, is_missing: bool) -> None:
    explanation = explain(text)
    assert (explanation.topic == "missing-object") is is_missing
    assert "acme-in/" in explanation.summary or "profile" in explanation.summary


COPIED = "copy failed: s3://acme-raw/in/a.csv to s3://acme-out/in/a.csv An error occurred (AccessDenied) when calling the CopyObject operation: Access Denied\n"


def _allows(read: str, write: str) -> str:
    statements = [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{read}"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{write}"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("read", "write", "says", "action"),
    [
        ("acme-raw", "acme-out/*", "because of the source: the policy in the text", "s3:GetObject"),
        ("acme-raw/*", "acme-out/web/*", "because of the destination: the policy in", "s3:PutObject"),
        ("acme-raw/*", "acme-out/*", "so the bucket policy, the bucket's KMS key", None),
        ("acme-raw", "acme-out", "only on arn:aws:s3:::acme-out", "s3:PutObject"),
    ],
)
def test_sides_of_a_copy(read: str, write: str, says: str, action: str | None) -> None:
    explanation = explain(COPIED + _allows(read, write))
    assert says in explanation.summary
    statements = (explanation.remedies[0].policy or {"Statement": [{}]})["Statement"]
    assert statements[0].get("Action") == action


@check_rows(
    ("reason", "says"),
    [
        (
            'Policy Condition failed: ["starts-with", "$key", "in/"]',
            "the field key has to start with in/, and",
        ),
        (
            'Policy Condition failed: ["eq", "$Content-Type", "image/png"]',
            "the field Content-Type has to be image/png",
        ),
        (
            "Policy Condition failed: [&quot;eq&quot;, &quot;$acl&quot;, &quot;private&quot;]",
            "the field acl has to be private",
        ),
        ("Extra input fields: x-amz-meta-owner", "the form has the field x-amz-meta-owner, for which"),
        ("Policy expired.", "the policy that was signed with the form has expired"),
        ("Something else.", "a field of the form does not meet a condition"),
    ],
)
def test_form_that_does_not_fit_its_policy(reason: str, says: str) -> None:
    explanation = explain(
        f"<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: {reason}</Message></Error>"
    )
    assert says in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)


@check_rows(
    ("words", "key"),
    [
        ("upload to acme-in/app/2026/x.gz", "/app/2026/x.gz"),
        ("put acme-in 2026/x.tar.gz", "/2026/x.tar.gz"),
        ("It is in bucket acme-in, key 2026/x.gz.", "/2026/x.gz"),
        # Of several, none is that of the call, and a pattern is no key.
        ("acme-in/a.gz works, acme-in/b.gz does not.", ""),
        ("The policy has acme-in/*.", ""),
        ("bucket acme-in and/or others", ""),
    ],
)
def test_key_behind_the_bucket(words: str, key: str) -> None:
    denied = GET.partition("\n")[0].replace("GetObject", "PutObject")
    summary = explain(f"{denied}\nbucket: acme-in\n{words}").summary
    assert f":::acme-in{key} " in summary


@check_rows(
    ("key", "is_missing"),
    [
        ('f"in/{day}.json"', True),
        ('"in/" + day', True),
        ("`in/${day}.json`", True),
        ('f"out/{day}.json"', False),
    ],
)
def test_key_that_code_fills_in(key: str, *, is_missing: bool) -> None:
    denied = GET.partition("\n")[0]
    policy = '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-in/in/*"}'
    explanation = explain(f"{denied}\n  s3.get_object(Bucket='acme-in', Key={key})\n{policy}")
    assert (explanation.topic == "missing-object") is is_missing


def test_object_that_another_caller_does_not_find() -> None:
    policy = f'{{"Version": "2012-10-17", "Statement": [{READ}]}}'
    explanation = explain(f"{HEAD}\nAs the root user it gives a 404.\n{policy}")
    assert ".csv: the object does not exist." in explanation.summary
    assert explanation.remedies[0].commands == ()
    assert ": most likely, the object" in explain(f"{HEAD}\nAs the root user it works.\n{policy}").summary


def test_objects_are_compared_with_an_arn_of_objects() -> None:
    """Without its key, an object is not the bucket, on which the action has no effect."""
    denial = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n\nbucket: acme-in\n"
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-in%s"}]}'
    assert "allows it only on" not in explain(denial + policy % "/*").summary
    assert "allows it only on" not in explain(denial + policy % "/reports/*").summary
    denied = (policy % "").replace("[{", '[{"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}, {')
    assert explain(denial + denied).causes[0].code == "stated-policy-denies"
    verdict = "allows it only on arn:aws:s3:::acme-in, which does not cover objects."
    assert verdict in explain(denial + policy % "").summary


def test_path_of_an_object_in_code() -> None:
    code = 'fs.exists("acme-in/2026/a.csv")\nPermissionError: Forbidden\nbucket acme-in'
    summary = explain(f"{HEAD.splitlines()[1]}\n{code}").summary
    assert "arn:aws:s3:::acme-in/2026/a.csv" in summary


@pytest.mark.parametrize(("bucket", "is_common"), [("archive", True), ("acme-in", False), ("b2", False)])
def test_the_bucket_of_a_head_request_with_a_common_name_can_be_of_somebody_else(
    bucket: str, *, is_common: bool
) -> None:
    code = f's3.head_bucket(Bucket="{bucket}")\n'
    call = "An error occurred (403) when calling the HeadBucket operation: Forbidden"
    shown = explain(code + call).to_text()
    assert ("Bucket names are global" in shown) == is_common
    assert (f"Buckets[?Name=='{bucket}'].Name" in shown) == is_common


@pytest.mark.parametrize(
    ("cmdlet", "action", "resource"),
    [
        ("Get-S3Object -BucketName acme-in -KeyPrefix a/", "s3:ListBucket", "arn:aws:s3:::acme-in"),
        ("Read-S3Object -BucketName acme-in -Key a/b.csv -File b.csv", "s3:GetObject", "arn:aws:s3:::acme-in/a/b.csv"),
        ("Write-S3Object -File b.csv -Key 'a/b.csv' -BucketName acme-in", "s3:PutObject", "arn:aws:s3:::acme-in/a/b.csv"),
        ("Remove-S3Object -BucketName acme-in -Key $name -Force", "s3:DeleteObject", "arn:aws:s3:::acme-in/OBJECT_KEY"),
        ("Get-S3BucketPolicy -BucketName acme-in", "s3:GetBucketPolicy", "arn:aws:s3:::acme-in"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "position",
    [
        "",
        "\nAt C:\\up.ps1:3 char:1\n    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.XCmdlet",
    ],
    ids=["7", "5"],
)
def test_cmdlet_of_powershell(cmdlet: str, action: str, resource: str, position: str) -> None:
    name, space = cmdlet.partition(" ")[0], " " if position else ""
    explanation = explain(f"PS C:\\> {cmdlet}\n{name}{space}: Access Denied{position}")
    policy = next(each.policy for each in explanation.remedies if each.policy)
    assert {"Action": action, "Resource": resource}.items() <= policy["Statement"][0].items()


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ("java.nio.file.AccessDeniedException: s3a://acme-in/tmp/0: delete on s3a://acme-in/tmp/0: com.amazonaws.services.s3.model.MultiObjectDeleteException: One or more objects could not be deleted (Service: null; Status Code: 200; Error Code: null; Request ID: K2; S3 Extended Request ID: a=)", "arn:aws:s3:::acme-in/tmp/0"),
        ("org.apache.hadoop.fs.s3a.impl.MultiObjectDeleteException: [S3Error(Key=tmp/0, Code=AccessDenied, Message=Access Denied)] (Service: Amazon S3, Status Code: 200, Request ID: null)\nbucket: acme-in", "arn:aws:s3:::acme-in/tmp/0"),
    ],
    ids=["v1", "v2"],
)  # fmt: skip
def test_several_objects_that_could_not_be_deleted(text: str, resource: str) -> None:
    policy = next(each.policy for each in explain(text).remedies if each.policy)
    assert {"Action": "s3:DeleteObject", "Resource": resource}.items() <= policy["Statement"][0].items()


@pytest.mark.parametrize(
    ("operation", "checked", "step"),
    [
        (
            "HeadObject",
            "HeadObject requires s3:GetObject, which is checked on objects",
            "S3 gives no reason for HeadObject. If it is still denied, check that the object exists",
        ),
        ("GetObject", "s3:GetObject is checked on objects", "If another account owns the bucket"),
    ],
)
def test_objects_of_a_head_request(operation: str, checked: str, step: str) -> None:
    error = f"An error occurred (403) when calling the {operation} operation: Forbidden"
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::octo-films"}]}'
    text = f"$ aws s3api get-object --bucket octo-films --key cut/1.mov x\n{error}\n{policy}"
    explanation = explain(text.replace("get-object", "head-object") if operation == "HeadObject" else text)
    assert explanation.causes[0].text.startswith(checked)
    assert any(each.startswith(step) for each in explanation.remedies[0].steps)


@pytest.mark.parametrize(
    ("said", "needs_key"),
    [("The bucket uses SSE-S3.", False), ("It is SSE-S3, or maybe SSE-KMS.", True), ("", True)],
)
def test_object_that_the_listing_shows_lacks_no_permission_to_list(said: str, needs_key: bool) -> None:  # noqa: FBT001
    policy = '{"Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::octo"}]}'
    error = "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden"
    listed = f"$ aws s3 ls s3://octo/a/\n2026-03-01 10:11:12  77 b.csv\n$ aws s3 cp s3://octo/a/b.csv .\n{error}\n{said}\nThe policy of my role etl:\n{policy}"
    explanation = explain(listed)
    shows = "s3:ListBucket is not what is missing"
    assert any(shows in each for cause in explanation.causes for each in cause.because)
    assert any("kms:Decrypt" in step for step in explanation.remedies[0].steps) is needs_key
    other = explain(listed.replace("77 b.csv", "77 c.csv"))
    assert not any(shows in each for cause in other.causes for each in cause.because)


_FLYSYSTEM = 'Error executing "PutObject" on "https://octo-media.s3.eu-west-1.amazonaws.com/a.txt"; AWS HTTP error: Client error: `PUT https://octo-media.s3.eu-west-1.amazonaws.com/a.txt` resulted in a `403 Forbidden` response: AccessDenied (client): Access Denied - \n{}\n'


@check_rows(
    ("code", "is_public"),
    [
        ("new Filesystem($adapter, ['visibility' => 'public']);", True),
        ("'s3' => [\n    'driver' => 's3',\n    'key' => env('KEY'),\n    'visibility' => 'public',\n],", True),
        ("Storage::disk('s3')->put($path, $file, 'public');", True),
        ("Storage::putFileAs('photos', $file, 'a.jpg', 'public')", True),
        ("$file->storePubliclyAs('photos', 'a.jpg', 's3');", True),
        # A disk of files, and private ones.
        ("'public' => [\n    'driver' => 'local',\n    'visibility' => 'public',\n],\n's3' => [\n    'driver' => 's3',\n],", False),
        ("'s3' => [\n    'driver' => 's3',\n],\n'public' => [\n    'driver' => 'local',\n    'visibility' => 'public',\n],", False),
        ("$file->store('photos', 'public');", False),
        ("new Filesystem($adapter, ['visibility' => 'private']);", False),
        ("Storage::put($path, $file);", False),
    ],
)  # fmt: skip
def test_public_visibility_is_an_acl(code: str, *, is_public: bool) -> None:
    explanation = explain(_FLYSYSTEM.format(code))
    assert ("PutObject with the visibility public requires" in explanation.causes[0].text) is is_public
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert ("s3:PutObjectAcl" in str(policy)) is is_public


_LOCKED = "Access Denied because object protected by object lock."
_NOT_WRITTEN = "api error AccessDenied: User: arn:aws:iam::111122223333:user/mia is not authorized to perform: s3:PutObject because no identity-based policy allows the s3:PutObject action"


@check_rows(
    ("text", "key", "version"),
    [
        (f'{{"Errors": [{{"Code": "AccessDenied", "Key": "ledger/1.csv", "Message": "{_LOCKED}", "VersionId": "3sL4kqtJlcpXroDTDmJ"}}]}}', "ledger/1.csv", "3sL4kqtJlcpXroDTDmJ"),
        (f"{{'Errors': [{{'Key': 'ledger/1.csv', 'Code': 'AccessDenied', 'Message': '{_LOCKED}'}}]}}", "ledger/1.csv", "VERSION_ID"),
        (f"<DeleteResult><Error><Key>ledger/1.csv</Key><VersionId>3sL4kqtJlcpXroDTDmJ</VersionId><Code>AccessDenied</Code><Message>{_LOCKED}</Message></Error></DeleteResult>", "ledger/1.csv", "3sL4kqtJlcpXroDTDmJ"),
        (f"Error: uploading S3 Object (ledger/1.csv)\n  {_NOT_WRITTEN}", "ledger/1.csv", ""),
        # Two objects, and the key of a tag.
        (f'{{"Errors": [{{"Code": "AccessDenied", "Key": "a", "Message": "{_LOCKED}"}}, {{"Code": "AccessDenied", "Key": "b", "Message": "{_LOCKED}"}}]}}', "OBJECT_KEY", "VERSION_ID"),
        (f'tags [{{"Key": "team", "Value": "x"}}]: {_NOT_WRITTEN}', "OBJECT_KEY", ""),
        (f'tags [{{"Value": "x", "Key": "team"}}]: {_NOT_WRITTEN}', "OBJECT_KEY", ""),
        (f'item {{"TableName": "till", "Key": "id-1"}}: {_NOT_WRITTEN}', "OBJECT_KEY", ""),
        (f'{{"Errors": [{{"Code": "AccessDenied", "Key": "a", "Message": "{_LOCKED}", "VersionId": "0f9a7a3e-0000-4000-8000-1f2e3d4c5b6a"}}]}}', "OBJECT_KEY", "VERSION_ID"),
        (f'{{"VersionId": "3sL4kqtJlcpXroDTDmJ"}}\ndelete object: api error AccessDenied: {_LOCKED}', "OBJECT_KEY", "VERSION_ID"),
    ],
)  # fmt: skip
def test_key_without_its_bucket(text: str, key: str, version: str) -> None:
    shown = str(explain(text))
    assert f"--key {key} " in shown or f"arn:aws:s3:::BUCKET/{key}" in shown
    assert version in shown


@check_rows(
    ("text", "action"),
    [
        ('{"Errors": [{"Code": "AccessDenied", "Key": "ledger/1.csv", "Message": "Access Denied"}]}', "s3:DeleteObject"),
        ("<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>ledger/1.csv</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>", "s3:DeleteObject"),
        # Not a response of DeleteObjects.
        ('{"Errors": [{"Code": "AccessDenied", "Message": "Access Denied"}]}', None),
        ('{"Results": [{"Code": "AccessDenied", "Key": "ledger/1.csv", "Message": "Access Denied"}]}', None),
    ],
)  # fmt: skip
def test_objects_that_were_not_deleted(text: str, action: str | None) -> None:
    assert ("s3:DeleteObject" in explain(text).summary) is (action is not None)


_BARE = "Error: reading S3 Bucket (acme-films) Policy: operation error S3: GetBucketPolicy, https response error StatusCode: 403, RequestID: 6K, HostID: x, api error AccessDenied: Access Denied\nI am an administrator of the account. "


@check_rows(
    ("said", "is_deny"),
    [
        ("The bucket policy denies everything from outside the office (203.0.113.0/24).", True),
        ("Last week, somebody added a bucket policy with a Deny for all other networks.", True),
        ("The bucket policy does not deny anything.", False),
        ("Does the bucket policy deny it?", False),
        ("I removed the bucket policy that denies the others, with a Deny on networks.", False),
        ("The bucket policy allows my role.", False),
    ],
)
def test_deny_of_the_bucket_policy_that_a_text_describes(said: str, is_deny: bool) -> None:  # noqa: FBT001
    explanation = explain(_BARE + said)
    assert ("most likely, a Deny of the bucket policy" in explanation.summary) is is_deny
    assert any(each.policy for each in explanation.remedies) is not is_deny
    assert ("root user of the bucket's account can still delete" in str(explanation)) is is_deny
