"""ACLs and owners of objects are the cause of a denial only if the text shows what decides."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_UPLOAD = "$ aws s3 cp a.html s3://acme-web/a.html{}\nupload failed: ./a.html to s3://acme-web/a.html An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"
_POLICY = '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {}, "Resource": "arn:aws:s3:::acme-web/*"}}]}}\n'
_PUBLIC = " --acl public-read"
_BLOCK = '{{"PublicAccessBlockConfiguration": {{"BlockPublicAcls": {0}, "BlockPublicPolicy": {0}}}}}\n'


@check_rows(
    ("option", "allowed", "settings", "topic", "says"),
    [
        (_PUBLIC, '"s3:PutObject"', "", "s3-acl", "also requires s3:PutObjectAcl"),
        (" --acl bucket-owner-full-control", '"s3:PutObject"', "", "s3-acl", "also requires s3:PutObjectAcl"),
        (_PUBLIC, '["s3:PutObject", "s3:PutObjectAcl"]', "", "s3-acl", "most likely the setting BlockPublicAcls"),
        (_PUBLIC, '"s3:PutObject"', _BLOCK.format("true"), "s3-acl", "the setting BlockPublicAcls rejects it"),
        (_PUBLIC, '"s3:*"', "Block Public Access is off for the bucket and the account.", "s3-access-denied", "so most likely another account owns the bucket"),
        ("", '"s3:PutObject"', "", "s3-access-denied", "allows it"),
        (_PUBLIC, '"s3:GetObject"', "", "s3-access-denied", "does not allow this action"),
    ],
)  # fmt: skip
def test_acl_of_an_upload(option: str, allowed: str, settings: str, topic: str, says: str) -> None:
    explanation = explain(_UPLOAD.format(option) + _POLICY.format(allowed) + settings)
    assert (explanation.topic, says in explanation.summary) == (topic, True)
    assert ("needs no change" in str(explanation.causes)) is (
        topic != "s3-acl" and "allows it" in explanation.summary
    )


def test_statement_for_the_acl_names_the_objects() -> None:
    text = (
        _UPLOAD.format("").replace("aws s3 cp a.html s3://acme-web/a.html", "python sync.py")
        + 'AWS_DEFAULT_ACL = "public-read"\n'
        + _POLICY.format('"s3:PutObject"')
    )
    omit, remedy = explain(text).remedies
    assert omit.title == "Upload without the public ACL: set AWS_DEFAULT_ACL = None"
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Action"] == "s3:PutObjectAcl"


@check_rows(
    ("call", "option", "is_left_out"),
    [
        ("PutObject", _PUBLIC, True),
        ("CopyObject", " --acl public-read-write", True),
        # The owner of the bucket needs this one, and that call does nothing else.
        ("PutObject", " --acl bucket-owner-full-control", False),
        ("PutObject", "", False),
        ("PutObjectAcl", _PUBLIC, False),
        (
            "PutObject",
            f"{_PUBLIC}\n$ aws s3 cp a.html s3://acme-web/a.html --acl bucket-owner-full-control",
            False,
        ),
        ("PutObject", f"{_PUBLIC}\nI already removed the --acl option.", False),
    ],
)
def test_public_acl_that_is_denied_by_name(call: str, option: str, *, is_left_out: bool) -> None:
    named = "User: arn:aws:sts::111122223333:assumed-role/site/ci is not authorized to perform: s3:PutObjectAcl on resource: arn:aws:s3:::acme-web/a.html because no identity-based policy allows the s3:PutObjectAcl action"
    text = _UPLOAD.format(option).replace("PutObject", call).replace("Access Denied", named)
    first, *others = explain(text).remedies
    assert first.title.startswith("Upload without the public ACL: remove --acl public-read") is is_left_out
    allowing = next(each for each in (first, *others) if each.policy)
    assert allowing.title.startswith("Or allow s3:PutObjectAcl for the role site") is is_left_out


def test_upload_is_repeated_without_the_public_acl() -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-web/*"}]}'
    explanation = explain(f"{_UPLOAD.format(_PUBLIC)}\nrole site has:\n{policy}\n")
    assert explanation.remedies[0].commands == ("aws s3 cp a.html s3://acme-web/a.html",)


@pytest.mark.parametrize(
    ("heading", "is_noted"),
    [("role site-deploy has:", False), ("bucket policy:", True)],
    ids=["role", "bucket"],
)
def test_caller_that_a_policy_names_needs_no_note(heading: str, *, is_noted: bool) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-web/*"}]}'
    if not is_noted:
        policy = policy.replace('"Principal": "*", ', "")
    text = f"[ec2-user@ip-10-0-3-7 ~]{_UPLOAD.format('')}\n{heading}\n{policy}\n"
    assert any("the role of the EC2 instance, not yours" in each for each in explain(text).notes) is is_noted


@pytest.mark.parametrize(("acl", "is_cause"), [("bucket-owner-full-control", True), ("public-read", False)])
def test_upload_by_hand_without_the_acl(acl: str, *, is_cause: bool) -> None:
    failed = _UPLOAD.format("").replace("aws s3 cp a.html s3://acme-web/a.html", "python sync.py")
    text = f"{failed}ExtraArgs={{'ACL': '{acl}'}}\naws s3 cp a.txt s3://acme-web/a.txt works.\n"
    assert ("requires s3:PutObjectAcl: an upload without it works" in explain(text).summary) is is_cause


_BACKUP = 'level=error bucket=acme-web error="error putting object daily/db/log.gz: operation error S3: PutObject, https response error StatusCode: 403, RequestID: 7HQEXAMPLE, HostID: Zm9v=, api error AccessDenied: Access Denied"\n'
_TAGS = '  config:\n    tagging: "team=data&tier=cold"\n'
_BY_HAND = "aws s3 cp a.txt s3://acme-web/other/a.txt {}.\n"


@check_rows(
    ("shown", "says"),
    [
        (
            _TAGS + "role backup-writer:\n" + _POLICY.format('"s3:PutObject"'),
            "allows only s3:PutObject",
        ),
        (_TAGS + _BY_HAND.format("works"), "an upload without it works"),
        (_TAGS + _BY_HAND.format("does not work"), None),
        (_TAGS + _BY_HAND.format("--tagging team=data works"), None),
        (_BY_HAND.format("works"), None),
        (_TAGS + _POLICY.format('"s3:PutObject*"'), None),
    ],
)
def test_tags_of_an_upload(shown: str, says: str | None) -> None:
    explanation = explain(_BACKUP + shown)
    needs = f'because of tagging: "team=data&tier=cold", which also requires s3:PutObjectTagging: {"" if "role" not in shown else "the policy in the text "}{says}.'
    assert (needs in explanation.summary) is (says is not None)
    if says is not None and "role" in shown:
        assert "--role-name backup-writer" in str(explanation.remedies[0].commands)
        assert (explanation.remedies[0].policy or {})["Statement"][0]["Resource"] == "arn:aws:s3:::acme-web/*"
    if says is None:
        assert "arn:aws:s3:::acme-web/daily/db/log.gz" in explanation.summary


_GET = "$ aws s3api get-object --bucket acme-in --key a.csv a.csv\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n"
_OWNERS = "$ aws s3api list-objects-v2 --bucket acme-in --fetch-owner\na.csv {}\n$ aws s3api list-buckets --query Owner.ID\n{}\n"


@check_rows(
    ("shown", "evidence"),
    [
        (_OWNERS.format("a" * 64, "b" * 64), "derived"),
        (_OWNERS.format("a" * 64, "a" * 64), None),
        (_OWNERS.format("79a5…", "c1da…"), "derived"),
        # A listing with several objects.
        (_OWNERS.format("a" * 64, "b" * 64).replace("a.csv", f"b.csv {'b' * 64}\na.csv"), "derived"),
        (_OWNERS.format("b" * 64, "b" * 64).replace("a.csv", f"b.csv {'a' * 64}\na.csv"), None),
        (
            "$ aws s3api get-bucket-ownership-controls --bucket acme-in --query OwnershipControls.Rules --output text\nObjectWriter\nA supplier uploads the files.",
            "possible",
        ),
        ('"ObjectOwnership": "ObjectWriter"\nA partner uploads the files.', "possible"),
        ('object_ownership = "BucketOwnerPreferred"\nThe object was written by another account.', "possible"),
        ('"ObjectOwnership": "BucketOwnerEnforced"\nA partner uploads the files.', None),
        ('"ObjectOwnership": "ObjectWriter"', None),
        ("A partner uploads the files.", None),
    ],
)
def test_object_of_another_account(shown: str, evidence: str | None) -> None:
    explanation = explain(f"{_GET}{shown}")
    found = [each.evidence for each in explanation.causes if each.code == "object-of-other-account"]
    assert found == ([] if evidence is None else [evidence])
    is_first = "put-bucket-ownership-controls" in str(explanation.remedies[0].commands)
    assert is_first is (evidence is not None)


_PUT_POLICY = 'An error occurred (AccessDenied) when calling the PutBucketPolicy operation: Access Denied\nThe policy has "Principal": "*".\n'
_SHOW = "$ aws s3api get-public-access-block --bucket acme-web\n{}$ aws s3control get-public-access-block --account-id 111122223333\n{}"


@pytest.mark.parametrize(
    ("bucket", "account", "is_likely"),
    [("true", "false", True), ("false", "true", True), ("false", "false", False)],
)
def test_settings_of_the_bucket_and_the_account(bucket: str, account: str, *, is_likely: bool) -> None:
    explanation = explain(_PUT_POLICY + _SHOW.format(_BLOCK.format(bucket), _BLOCK.format(account)))
    assert ("block-public-access" in [each.code for each in explanation.causes]) is is_likely
    assert ("Block Public Access rejects it" in explanation.summary) is is_likely


_DENY = '{{"Version": "2012-10-17", "Statement": [{{"Sid": "Net", "Effect": "Deny", "Principal": "*", "Action": {}, "Resource": "arn:aws:s3:::acme-in/*"{}}}]}}\n'


@pytest.mark.parametrize(
    ("action", "condition", "says"),
    [
        ('"s3:*"', ', "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}', "applies if aws:SourceVpce is not vpce-1"),
        ('"s3:*"', ', "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a"}}', "applies if aws:PrincipalArn is not"),
        ('"s3:PutObject"', "", None),
    ],
)  # fmt: skip
def test_deny_of_the_bucket_policy(action: str, condition: str, says: str | None) -> None:
    explanation = explain(_GET + _DENY.format(action, condition))
    assert ("the Deny Net of the bucket policy" in explanation.summary) is (says is not None)
    assert (says or "without a reason") in explanation.summary


@pytest.mark.parametrize("principal", ['{"AWS": "*"}', '{"AWS": ["*"]}'])
def test_forms_of_everyone_in_the_bucket_policy(principal: str) -> None:
    policy = _DENY.format('"s3:GetObject"', "").replace('"Principal": "*"', f'"Principal": {principal}')
    explanation = explain(_GET + policy)
    assert "the statement Net of the bucket policy in the text denies it" in explanation.summary
    assert explanation.remedies[0].title == "Scope down the statement Net in the bucket policy"


@pytest.mark.parametrize(("name", "may_be_missing"), [("a.csv", False), ("b.csv", True)])
def test_listed_object_exists(name: str, *, may_be_missing: bool) -> None:
    # Another profile may list the bucket.
    listing = f"$ aws s3 ls s3://acme-in/ --profile admin\n2026-01-02 03:04:05      12 {name}\n"
    explanation = explain(f"{listing}{_GET}")
    assert ("missing-object" in [each.code for each in explanation.causes]) is may_be_missing


_KMS = '"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"\n'
_READ = '$ aws s3api get-object --bucket acme-in --key b.txt b.txt\n{ "ContentLength": 12 }\n'
_ALLOWED = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}\n'
)


_OBJECT = "$ aws s3api head-object --bucket acme-in --key a.csv --output text\naws:kms\tarn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab\n"
_SAID = "The bucket uses SSE-KMS with arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab.\n"


@check_rows(
    ("shown", "is_key"),
    [
        (f"{_OBJECT}Files with AES256 work.", True),
        (f"{_SAID}Unencrypted files can be read without problems.", True),
        (_OBJECT + _ALLOWED, True),
        (f"{_SAID}There is no KMS permission in the policy of the role.", True),
        # Nothing shows that S3 itself allows the call.
        (_OBJECT, False),
        (f"{_SAID}Files with AES256 do not work either.", False),
    ],
)
def test_key_of_the_object(shown: str, *, is_key: bool) -> None:
    explanation = explain(_GET + shown)
    says = "lacks kms:Decrypt on the KMS key of account 444455556666 with which the object is encrypted"
    assert (says in explanation.summary) is is_key
    if is_key:
        (statement,) = (explanation.remedies[0].policy or {})["Statement"]
        assert statement["Action"] == "kms:Decrypt"


@check_rows(
    ("shown", "is_key"),
    [
        (_KMS + _READ, True),
        (_KMS + _ALLOWED, True),
        (_KMS, False),
        (_READ, False),
        ('"SSEAlgorithm": "AES256"\n' + _READ, False),
    ],
)
def test_key_of_the_bucket(shown: str, *, is_key: bool) -> None:
    explanation = explain(_GET + shown)
    assert ("lacks kms:Decrypt on the KMS key of account 444455556666" in explanation.summary) is is_key
    assert ("kms:Decrypt" in str(explanation.remedies[0].policy)) is is_key


def test_denials_that_show_the_owner_are_no_other_failures() -> None:
    denied = "An error occurred (AccessDenied) when calling the {} operation: Access Denied\n"
    setting = '"ObjectOwnership": "ObjectWriter"\nThe vendor uploads the files.\n'
    calls = denied.format("GetObject") + setting + denied.format("GetObjectAcl")
    assert explain(calls).other_failures == ()
    # Another call can have another cause.
    assert len(explain(calls + denied.format("PutObject")).other_failures) == 1


_FRAME = "AccessDenied: Access Denied\n    at Request.extractError (/srv/app/node_modules/aws-sdk/lib/services/s3.js:714:35)\n\n"
_PARAMETERS = "putObject({ Bucket: 'acme-web', Key: 'a.html', ACL: 'public-read' })\n"
_RUBY = 'Aws::S3::Errors::AccessDenied (Access Denied)\n[Aws::S3::Client 403 0.2 0 retries] put_object(acl:"public-read",bucket:"acme-web",key:"a.html")\n'


@check_rows(
    ("text", "title"),
    [
        (f"{_FRAME}[AWS s3 403 0.2s 0 retries] {_PARAMETERS}", "remove ACL: 'public-read'"),
        (f"{_FRAME}await s3.{_PARAMETERS}", "remove ACL: 'public-read'"),
        (f"$ sls s3deploy\n{_FRAME}[AWS s3 403 0.2s 0 retries] {_PARAMETERS}", "set acl: private"),
        (_RUBY, 'remove acl:"public-read"'),
    ],
)
def test_call_that_a_logger_or_code_shows(text: str, title: str) -> None:
    worked = "$ aws s3 cp a.html s3://acme-web/\nupload: ./a.html to s3://acme-web/a.html\n"
    explanation = explain(f"{text}\n{worked}{_BLOCK.format('true')}")
    assert "S3 denied PutObject because of its public ACL" in explanation.summary
    assert title in explanation.remedies[0].title
    assert "worked without an ACL" in " ".join(str(explanation).split())
    assert "No permission is missing." in explanation.summary
    in_plugin = "bucket: acme-web\n        acl: private" in (explanation.remedies[0].manifest or "")
    assert in_plugin == ("s3deploy" in text)


def test_one_of_several_calls_in_code_is_not_chosen() -> None:
    explanation = explain(f"{_FRAME}s3.headObject({{ Bucket: 'acme-web' }});\ns3.{_PARAMETERS}")
    assert explanation.summary == "S3 answered 403 without a reason."


_ACL_BLOCK = 'resource "aws_s3_bucket_acl" "this" {{\n  bucket = aws_s3_bucket.this.id\n  acl    = "{}"\n}}'


@check_rows(
    ("address", "acl", "step", "shares"),
    [
        ("module.logs.aws_s3_bucket_acl.this[0]", 'acl = "log-delivery-write"', 'the module block "logs"', "deliver logs"),
        ('module.web["a"].aws_s3_bucket_acl.this', "", 'Remove acl from the module block "web"', "share the objects"),
        ("aws_s3_bucket_acl.logs", "", "Remove the resource aws_s3_bucket_acl", "share the objects"),
        # The module sets the ACL itself.
        ("module.logs.aws_s3_bucket_acl.this", _ACL_BLOCK.format("private"), 'aws_s3_bucket_acl.this from the code of the module "logs". A bucket is private without it', "name it in depends_on"),
        ("aws_s3_bucket_acl.this", _ACL_BLOCK.format("log-delivery-write"), "Remove the resource aws_s3_bucket_acl.this. Since", "deliver logs"),
        # Of several resources, it is the one that failed.
        ("aws_s3_bucket_acl.this", _ACL_BLOCK.replace("this", "site").format("public-read") + "\n" + _ACL_BLOCK.format("private"), "Remove the resource aws_s3_bucket_acl.this. A bucket", "To share the objects"),
        ("module.logs.aws_s3_bucket_acl.this", 'acl = "private"', "or aws_s3_bucket_acl from the module's code if it has no such input", "share the objects"),
    ],
)  # fmt: skip
def test_acl_in_a_module(address: str, acl: str, step: str, shares: str) -> None:
    explanation = explain(
        f"Error: creating S3 Bucket (acme-logs) ACL: operation error S3: PutBucketAcl, https response error StatusCode: 400, RequestID: 5TZ, HostID: abc=, api error AccessControlListNotSupported: The bucket does not allow ACLs\n\n  with {address},\n{acl}\n"
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert step in steps
    assert shares in steps


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ('settings.py: AWS_DEFAULT_ACL = "private"', "In the settings of Django, write AWS_DEFAULT_ACL = None instead of"),
        ('"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"default_acl": "public-read"}', "In the settings of Django, write default_acl: None instead of"),
        ('default_acl: "public-read"', 'Remove default_acl: "public-read" from the call.'),
    ],
    ids=["setting", "option", "other program"],
)  # fmt: skip
def test_acl_in_settings_of_django(code: str, step: str) -> None:
    error = "An error occurred (AccessControlListNotSupported) when calling the PutObject operation: The bucket does not allow ACLs"
    assert explain(f"{error}\n{code}").remedies[0].steps[0].startswith(step)


def test_acl_of_log_delivery_without_a_module() -> None:
    explanation = explain(
        "$ aws s3api put-bucket-acl --bucket acme-logs --acl log-delivery-write\n\nAn error occurred (AccessControlListNotSupported) when calling the PutBucketAcl operation: The bucket does not allow ACLs"
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert "the bucket policy allows them." in steps
    assert "module" not in steps


def test_guest_of_an_identity_pool_whose_role_allows_the_call() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/guests/CognitoIdentityCredentials is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/app because no session policy allows the ssm:GetParameter action"
    policy = '{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}'
    assert "so the role needs no change" in explain(f"{denied}\n{policy}").causes[0].text
    explanation = explain(denied)
    assert "so the role needs no change" not in explanation.causes[0].text
    assert "the session policy that Cognito adds for guests" in explanation.summary


def test_deny_without_tls_of_the_bucket_policy_is_met_by_https() -> None:
    deny = _DENY.format('"s3:*"', ', "Condition": {"Bool": {"aws:SecureTransport": "false"}}')
    call = "$ aws s3 cp s3://acme-in/a.csv . --endpoint-url http://s3.eu-west-1.amazonaws.com\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
    explanation = explain(call + deny)
    assert "because the call goes over HTTP, without TLS" in explanation.summary
    assert [each.who for each in explanation.remedies] == ["you"]
    assert "https://s3.eu-west-1.amazonaws.com" in explanation.remedies[0].commands[0]
