"""What the text shows of the credentials that were sent decides why AWS or an SDK rejects them."""

from __future__ import annotations

from hashlib import sha1

import pytest

from iamtriage import explain
from tests.tables import check_rows

INVALID = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid"
FILE = "[ci]\naws_access_key_id = {}IOSFODNN7EXAMPLE\naws_secret_access_key = x\n{}aws_session_token = FwoGZXIEXAMPLE\n\n$ aws sts get-caller-identity --profile ci\n"
SET = "+ aws configure set aws_access_key_id {} --profile {}\n+ aws configure set aws_session_token $AWS_SESSION_TOKEN --profile {}\n$ aws s3 ls --profile shop\n"


@pytest.mark.parametrize(
    ("shown", "command"),
    [
        (FILE.format("AKIA", ""), "aws sts get-caller-identity --profile ci"),
        (
            "AWS_ACCESS_KEY_ID=AKIA****\nAWS_SESSION_TOKEN=IQoJEXAMPLE\n$ aws s3 ls\n",
            "unset AWS_SESSION_TOKEN",
        ),
        (SET.format("$SHOP_KEY", "shop", "shop"), 'aws configure set aws_session_token "" --profile shop'),
    ],
)
def test_session_token_of_another_key(shown: str, command: str) -> None:
    explanation = explain(f"{shown}{INVALID}")
    assert explanation.causes[0].code == "session-token-of-other-key"
    assert command in explanation.remedies[0].commands
    assert "create-access-key" not in str(explanation.remedies)


def test_section_with_a_session_token_is_named() -> None:
    shown = FILE.format("AKIA", "").replace(" --profile ci", "").replace("[ci]", "[default]\n\n[profile ci]")
    explanation = explain(f"{shown}{INVALID}")
    assert "the access key of the profile ci is sent" in explanation.summary
    assert "from the section [ci]" in explanation.remedies[0].steps[0]
    assert explanation.remedies[0].commands == ("aws sts get-caller-identity --profile ci",)


@check_rows(
    "shown",
    [
        FILE.format("ASIA", ""),
        FILE.format("AKIA", "[dev]\n"),
        FILE.format("AKIA", "\n"),
        "AWS_ACCESS_KEY_ID=AKIA****\nAWS_SESSION_TOKEN=\n$ aws s3 ls\n",
        SET.format("$AWS_ACCESS_KEY_ID", "shop", "shop"),
        SET.format("$SHOP_KEY", "shop", "dev"),
        SET.format("$SHOP_KEY", "dev", "dev"),
    ],
)
def test_session_token_that_is_not_sent_with_the_key(shown: str) -> None:
    codes = [each.code for each in explain(f"{shown}{INVALID}").causes]
    assert "session-token-of-other-key" not in codes


@pytest.mark.parametrize(
    ("shown", "title", "command"),
    [
        (
            "[backup]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n$ aws s3 ls --profile backup\n",
            "Set aws_session_token, too",
            "aws configure set aws_session_token TOKEN --profile backup",
        ),
        (
            'provider "aws" {\n  access_key = "ASIAIOSFODNN7EXAMPLE"\n  secret_key = "x"\n}\n',
            "Set token in the provider block",
            "aws sts get-caller-identity",
        ),
        (
            "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=x\n",
            "Set all three values",
            "export AWS_SESSION_TOKEN=TOKEN",
        ),
    ],
)
def test_session_token_is_added_where_it_is_missing(shown: str, title: str, command: str) -> None:
    remedy = explain(f"{shown}{INVALID}").remedies[0]
    assert remedy.title.startswith(title)
    assert remedy.commands[0] == command
    is_variable = command.startswith("export")
    assert ("source_profile, gets new ones automatically" in remedy.steps[-1]) is not is_variable
    assert any("aws configure export-credentials" in each for each in remedy.commands) is is_variable


@check_rows(
    ("job", "in_gitlab", "is_protected"),
    [
        ("$ echo $CI_COMMIT_REF_PROTECTED\nfalse\n", True, True),
        ('$ echo "$CI_COMMIT_BRANCH ${CI_COMMIT_REF_PROTECTED}"\nfix/login false\n', True, True),
        ("CI_COMMIT_REF_PROTECTED=false\nCI_JOB_NAME=plan\n", True, True),
        ('{"CI_COMMIT_REF_PROTECTED": "false"}\n', True, True),
        ("CI_COMMIT_REF_PROTECTED=true\nCI_DEBUG_TRACE=false\n", True, False),
        ("$ echo $CI_COMMIT_REF_PROTECTED $CI_DEBUG_TRACE\ntrue false\n", True, False),
        ("Running with gitlab-runner 17.5.0\n", True, False),
        # The job got the keys from a role, or they are not those of a job.
        ("CI_COMMIT_REF_PROTECTED=false\n$ aws sts assume-role --role-arn $ROLE > keys.json\n", False, False),
        ("It works in GitLab, but not on my laptop.\n", False, False),
    ],
)
def test_protected_variables_of_gitlab_can_lack_the_token(
    job: str,
    in_gitlab: bool,  # noqa: FBT001
    is_protected: bool,  # noqa: FBT001
) -> None:
    keys = "$ env | grep AWS_\nAWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=[MASKED]\n"
    explanation = explain(f"{job}{keys}{INVALID}")
    assert ("is a protected variable" in explanation.summary) is is_protected
    assert explanation.remedies[0].title.startswith("Let the job assume a role") is in_gitlab
    assert ("export AWS_SESSION_TOKEN=TOKEN" in explanation.remedies[0].commands) is not in_gitlab


@check_rows(
    ("job", "words"),
    [
        (
            "Cleaning up project directory and file based variables\nERROR: Job failed: exit code 1\n",
            "OIDC token of GitLab",
        ),
        ("##[group]Run aws s3 ls\n", "role-to-assume"),
        ("[Pipeline] sh\n", "the role of the agent's instance or pod"),
        ("+ printenv\nBITBUCKET_BRANCH=main\n", "oidc: true"),
        ("CIRCLE_BRANCH=main\n", "OIDC token of CircleCI"),
        ("[ec2-user@ip-10-0-3-7 ~]$ printenv\nCIRCLE_RADIUS=2\n", ""),
        ("Our Jenkins works.\n", ""),
        ("##[group]Run aws s3 ls\n$(aws sts assume-role --role-arn $ROLE)\n", ""),
    ],
)
def test_job_of_a_ci_system_stores_temporary_keys(job: str, words: str) -> None:
    keys = "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=***\n"
    remedy = explain(f"{job}{keys}{INVALID}").remedies[0]
    is_job = bool(words)
    assert remedy.title.startswith("Let the job ") is is_job
    assert ("export AWS_SESSION_TOKEN=TOKEN" in remedy.commands) is not is_job
    assert words in remedy.steps[0]
    assert ("from the same new response" in remedy.steps[-1]) is is_job


@check_rows(
    ("run", "line"),
    [
        (
            "docker run -e AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE -e AWS_SECRET_ACCESS_KEY=x amazon/aws-cli iam list-users",
            "docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN amazon/aws-cli iam list-users",
        ),
        (
            "podman run --rm \\\n  --env \"AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\" \\\n  --env 'AWS_SECRET_ACCESS_KEY=x' -v ./d:/d web",
            "podman run --rm -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN -v ./d:/d web",
        ),
        (
            "export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY web",
            "docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN web",
        ),
        # What is secret or not plain is not repeated.
        (
            "docker run -e DB_PASSWORD=hunter2hunter2 -e AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE -e AWS_SECRET_ACCESS_KEY=x web",
            "docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN IMAGE",
        ),
        (
            "docker run -e AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE -e AWS_SECRET_ACCESS_KEY=x web sh -c 'a; b'",
            "docker run -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN IMAGE",
        ),
        ("export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ docker run web", None),
        ("AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ docker run -e AWS_REGION=eu-west-1 web", None),
    ],
)
def test_session_token_is_passed_to_the_container(run: str, line: str | None) -> None:
    explanation = explain(f"$ {run}\n{INVALID}")
    remedy = explanation.remedies[0]
    assert ("AWS_SESSION_TOKEN is not passed to the container" in explanation.summary) is (line is not None)
    assert (line in remedy.commands) is (line is not None)
    assert any("Keep the other options" in each for each in remedy.steps) is (
        line is not None and "IMAGE" in line
    )


HEADER = "An error occurred (IncompleteSignature) when calling the ListUsers operation: 'AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/iam/aws4_request' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential={}/20260102/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00'."


@check_rows(
    ("key", "defect"),
    [
        (" AKIAIOSFODNN7EXAMPLE", "begins with a space"),
        ("AKIAIOSFODNN7EXAMPLE ", "ends with a space"),
        ("AKIAIOSFODNN7EXAMPLE\\n", "ends with a line break"),
        ('"AKIAIOSFODNN7EXAMPLE"', "has quotes"),
        ("", "is empty"),
        ("AKIAIOSFODNN7EXAMPLE", None),
    ],
)
def test_key_in_the_header_is_read(key: str, defect: str | None) -> None:
    explanation = explain(HEADER.format(key))
    assert (f"the access key ID in it {defect}" in explanation.summary) == (defect is not None)
    assert ("custom-signing" in str(explanation.causes)) == (defect is None)


UNSAFE = '"$(id)"'
CHAINED = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
ASSUME = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/ops --role-session-name {} --duration-seconds 28800\n"


def test_session_of_a_user_is_not_a_role_chain() -> None:
    session = "$ aws sts get-session-token --serial-number arn:aws:iam::111122223333:mfa/ana --token-code 123456 --profile base\n"
    explanation = explain(f"{session}{ASSUME.format('ana')}{CHAINED}")
    assert "temporary credentials of GetSessionToken" in explanation.summary
    (command,) = explanation.remedies[0].commands
    assert (
        command
        == "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/ops --role-session-name ana --duration-seconds 28800 --profile base --serial-number arn:aws:iam::111122223333:mfa/ana --token-code MFA_CODE"
    )
    unsafe = explain(f"{session}{ASSUME.format(UNSAFE)}{CHAINED}").remedies[0].commands
    assert "$(id)" not in str(unsafe)
    vault = explain(f"$ aws-vault exec --duration=8h ops -- env\naws-vault: error: exec: {CHAINED}")
    assert vault.remedies[0].commands == ("aws-vault exec --no-session --duration=8h ops -- env",)
    for rest in (f"ops -- sh -c {UNSAFE}", "ops -- env | sort"):
        vault = explain(f"$ aws-vault exec {rest}\naws-vault: error: exec: {CHAINED}")
        assert "--no-session" in vault.remedies[0].title
        assert vault.remedies[0].commands == ()


@pytest.mark.parametrize(
    "shown",
    ["", "arn:aws:sts::111122223333:assumed-role/ci/job\n", "$ aws-vault exec --no-session ops -- env\n"],
)
def test_role_chain_stays_one(shown: str) -> None:
    assert "role chaining," in explain(f"{shown}{ASSUME.format('ana')}{CHAINED}").summary


OF_SESSION = "sso_session = shop\n"
SSO = "│ Error: SSOProviderInvalidToken: the SSO session has expired or is invalid\n│ caused by: open /home/ana/.aws/sso/cache/{}.json: no such file or directory\n"
CONFIG = "[profile dev]\nsso_account_id = 111122223333\nsso_role_name = Viewer\n{}[sso-session shop]\nsso_start_url = https://shop.awsapps.com/start\nsso_region = eu-west-1\n"


def test_old_sdk_does_not_know_the_session() -> None:
    text = f"$ AWS_PROFILE=dev terraform plan\n{SSO.format('0' * 40)}\n{CONFIG.format(OF_SESSION)}"
    explanation = explain(text)
    assert explanation.causes[0].code == "sso-session-unknown"
    lines = explanation.remedies[0].commands
    assert lines[0] == "aws configure set sso_start_url https://shop.awsapps.com/start --profile dev-legacy"
    assert "aws sso login --profile dev-legacy" in lines
    assert "aws sso login --profile dev" not in str(explanation.remedies[1:])
    worked = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Viewer_0a1b2c3d4e5f6071/ana\n"
    stale = f"{worked}{SSO.partition('│ caused')[0]}\n{CONFIG.format(OF_SESSION)}"
    assert "The sign-in is valid" in explain(stale).causes[0].text


@pytest.mark.parametrize(
    ("digest", "setting"),
    [("0" * 40, ""), (sha1(b"shop", usedforsecurity=False).hexdigest(), OF_SESSION)],
)
def test_sign_in_is_missing(digest: str, setting: str) -> None:
    text = f"$ AWS_PROFILE=dev terraform plan\n{SSO.format(digest)}\n{CONFIG.format(setting)}"
    explanation = explain(text)
    assert explanation.causes[0].code == "expired-sso-session"
    assert explanation.remedies[0].commands[0] == "aws sso login --profile dev"


@check_rows("words", ["AKIA...", "AKIA****", "the IAM user's key", "AKIAIOSFODNN7EXAMPLE"])
def test_key_of_a_user_has_no_session_token(words: str) -> None:
    text = (
        "$ aws sns list-topics --region eu-west-1\n{}\n"
        "$ aws sns list-topics --region eu-south-2\n"
        f"{INVALID.replace('GetCallerIdentity', 'ListTopics')}\n{words}"
    )
    explanation = explain(text)
    assert "STS" not in str(explanation.remedies)
    assert [each.code for each in explanation.causes] == ["invalid-credentials"]


TO_SIGN = "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><StringToSign>PUT\n\n{}\n1760000000\n/inbox/a.png</StringToSign></Error>"


@check_rows(
    ("received", "code", "words", "is_certain"),
    [
        ("multipart/form-data", "getSignedUrl('putObject', {Bucket: 'inbox'})", "signed without it", True),
        ("application/json", "getSignedUrl('putObject', {Bucket: 'inbox'})", "signed without it", True),
        ("application/json", "", "most likely signed without it", False),
        (
            "image/png",
            "getSignedUrl('putObject', {ContentType: type})",
            "most likely signed without it",
            False,
        ),
        (
            "image/png",
            "getSignedUrl('putObject', {ContentType: 'image/gif'})",
            "was signed for content-type: image/gif",
            True,
        ),
        ("", "getSignedUrl('putObject', {Bucket: 'inbox'})", "in method, key or query string", False),
    ],
)
def test_type_in_the_string_to_sign_is_compared(
    received: str, code: str, words: str, *, is_certain: bool
) -> None:
    explanation = explain(f"{code}\n\n{TO_SIGN.format(received)}\n\ncurl -T works with the URL.")
    assert words in explanation.summary
    assert ("wrong-secret" not in str([each.code for each in explanation.causes])) == is_certain
    assert "-T works" not in str(explanation.remedies)
    assert ("not a form" in explanation.remedies[0].title) == (received == "multipart/form-data")


@pytest.mark.parametrize("sent", ["file.type", "'image/png'"])
def test_type_of_each_file_is_signed(sent: str) -> None:
    code = f"getSignedUrl('putObject', {{ContentType: 'image/gif'}})\nfetch(url, {{headers: {{'Content-Type': {sent}}}}})"
    remedy = explain(f"{code}\n\n{TO_SIGN.format('image/png')}").remedies[0]
    assert (remedy.title == "Sign the ContentType of each file") is (sent == "file.type")
    assert ("image/png" in remedy.steps[0]) is (sent != "file.type")


@pytest.mark.parametrize(
    ("client", "says"),
    [
        ('$ curl -X PUT --data-binary @a.png "$URL"', "curl adds application/x-www-form-urlencoded"),
        ("requests.put(url, data=body)", "headers={'Content-Type': 'image/gif'}"),
    ],
)
def test_signed_type_is_in_the_title(client: str, says: str) -> None:
    code = "getSignedUrl('putObject', {ContentType: 'image/gif'})"
    received = "application/x-www-form-urlencoded"
    explanation = explain(f"{code}\n{client}\n\n{TO_SIGN.format(received)}")
    assert explanation.remedies[0].title == "Send content-type: image/gif, as signed"
    assert says in explanation.remedies[0].steps[0]
    assert "computes another signature" not in str(explanation)


UPLOAD = "An error occurred ({}) when calling the {} operation: Access Denied"
PACKAGE = (
    "$ aws --endpoint-url http://localhost:4566 cloudformation deploy --template-file a.yml --s3-bucket b\n"
)


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "AccessDenied", "SignatureDoesNotMatch"])
def test_upload_does_not_use_the_endpoint_of_the_command(code: str) -> None:
    explanation = explain(f"{PACKAGE}{UPLOAD.format(code, 'PutObject')}")
    assert explanation.summary.startswith("Amazon S3, not LocalStack at localhost:4566, rejected the upload")
    assert explanation.remedies[0].commands == ("export AWS_ENDPOINT_URL=http://localhost:4566",)
    with_password = PACKAGE.replace("localhost", "ana:hunter2@localhost")
    assert "hunter2" not in str(explain(f"{with_password}{UPLOAD.format(code, 'PutObject')}").to_dict())


@pytest.mark.parametrize(
    ("shown", "operation"),
    [
        (PACKAGE, "CreateChangeSet"),
        (PACKAGE.replace("cloudformation deploy", "s3 cp a s3://b"), "PutObject"),
        (
            f"$ export AWS_ENDPOINT_URL=http://localhost:4566\n{PACKAGE.replace('--endpoint-url http://localhost:4566 ', '')}",
            "PutObject",
        ),
    ],
)
def test_call_uses_the_endpoint(shown: str, operation: str) -> None:
    summary = explain(f"{shown}{UPLOAD.format('AccessDenied', operation)}").summary
    assert summary.startswith("LocalStack at localhost:4566, not AWS")


HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
PULL = f"$ docker {{}} {HOST}/team/web:1\nno basic auth credentials\n"
CONFIGS = {
    "store": '{"credsStore": "ecr-login"}',
    "helpers": f'{{"credHelpers": {{"{HOST}": "ecr-login"}}}}',
    "words": "We use amazon-ecr-credential-helper.",
}


@check_rows("config", CONFIGS)
@check_rows("verb", ["pull", "push"])
def test_helper_got_no_login(config: str, verb: str) -> None:
    explanation = explain(f"{PULL.format(verb)}{CONFIGS[config]}")
    check, policy = explanation.remedies
    assert "docker login --username" not in str(explanation.remedies)
    assert check.commands[0].startswith("aws ecr get-login-password --region eu-west-1")
    assert policy.policy is not None
    sign_in, use = policy.policy["Statement"]
    assert (sign_in["Action"], sign_in["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert use["Resource"] == "arn:aws:ecr:eu-west-1:111122223333:repository/team/web"
    assert ("ecr:PutImage" in use["Action"]) == (verb == "push")


def test_role_of_the_helper_has_no_policy_for_ecr() -> None:
    policy = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "ecr:BatchGetImage"}]}'
    role = "The role `edge` has AmazonSSMManagedInstanceCore, nothing else."
    explanation = explain(f"{PULL.format('pull')}{CONFIGS['store']}\n{policy}\n{role}")
    assert explanation.summary.endswith("the role edge has no permission for ECR.")
    assert any("account 444455556666, which is right" in each for each in explanation.remedies[0].steps)
    assert "--role-name edge " in explanation.remedies[0].commands[0]
    allowed = role.replace("AmazonSSMManagedInstanceCore", "AmazonEC2ContainerRegistryReadOnly")
    assert "most likely" in explain(f"{PULL.format('pull')}{CONFIGS['store']}\n{allowed}").summary


def test_helper_is_for_another_registry() -> None:
    other = CONFIGS["helpers"].replace("eu-west-1", "us-east-1")
    summary = explain(f"{PULL.format('pull')}{other}").summary
    assert "names docker-credential-ecr-login for 111122223333.dkr.ecr.us-east-1" in summary
    assert "not logged in" in explain(f"{PULL.format('pull')}Is there a helper?").summary


GIT_PULL = "fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/orders/': The requested URL returned error: 403"
SMTP_LOGIN = (
    "server.login(user, password)\nemail-smtp.eu-west-1.amazonaws.com: 535 Authentication Credentials Invalid"
)
POST_FORM = "An error occurred (InvalidRequest) when calling the PostObject operation: The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."


@check_rows(
    ("text", "cause", "evidence", "shown"),
    [
        (GIT_PULL, "git-credentials-stored", "possible", "without a reason"),
        (f"{GIT_PULL}\nfile:/etc/gitconfig\tosxkeychain", "git-credentials-stored", "derived", "a password that osxkeychain stored"),
        (f"{GIT_PULL}\nIt works for ten minutes after a login.", "git-credentials-stored", "derived", "most likely because Git sends"),
        (f"{GIT_PULL}\n\thelper = manager\nClearing it fixes it.", "git-credentials-stored", "derived", ", because Git sends a password that manager stored"),
        (f"{GIT_PULL}\n[credential]\n\thelper = store", "git-credentials-stored", "derived", "a password that store stored"),
        (f"{GIT_PULL}\n\thelper = !aws codecommit credential-helper $@", "git-credentials-stored", "possible", "without a reason"),
        (SMTP_LOGIN, "secret-key-as-smtp-password", "possible", "SMTP credentials have their own password"),
        (f"{SMTP_LOGIN}\nThe same keys work with boto3.", "secret-key-as-smtp-password", "derived", "the program sends a secret access key"),
        (f"{SMTP_LOGIN}\nA new key in the same region.", "secret-key-as-smtp-password", "possible", "SMTP credentials have their own password"),
    ],
)  # fmt: skip
def test_what_the_client_sends_according_to_the_text(
    text: str, cause: str, evidence: str, shown: str
) -> None:
    explanation = explain(text)
    assert {each.code: each.evidence for each in explanation.causes}[cause] == evidence
    assert shown in explanation.summary


def test_stored_git_passwords_are_deleted_and_no_longer_used() -> None:
    commands = explain(f"{GIT_PULL}\nfile:/etc/gitconfig\tosxkeychain").remedies[0].commands
    key = "credential.https://git-codecommit.eu-west-1.amazonaws.com.helper"
    assert commands[:3] == (
        "printf 'url=https://git-codecommit.eu-west-1.amazonaws.com\\n\\n' | git credential reject",
        f"git config --global --replace-all {key} ''",
        f"git config --global --add {key} '!aws codecommit credential-helper $@'",
    )


@check_rows(
    ("code", "read"),
    [
        ("{ accessKeyId: 'A' }; { accessKeyId: conf.access_key_id }", ["conf.accessKeyId"]),
        ("ACCESSKEY=x\n{ accessKeyId: process.env.ACCESS_KEY }", ["process.env.ACCESSKEY"]),
        (
            "await sts.send(new AssumeRoleCommand({}))\n{ accessKeyId: r.Credentials.accessKeyId, secretAccessKey: r.Credentials.secretAccessKey }",
            ["r.Credentials.AccessKeyId", "r.Credentials.SecretAccessKey"],
        ),
        (
            "await sts.send(new AssumeRoleCommand({}))\nkeys = { accessKeyId: r.Credentials.AccessKeyId }\n{ accessKeyId: keys.accessKeyId }",
            [],
        ),
        ("{ access_key_id: 'A' }; { accessKeyId: conf.access_key_id }", []),
        ("{ accessKeyId: process.env.KEY }", []),
    ],
)
def test_keys_that_code_reads_in_another_spelling(code: str, read: list[str]) -> None:
    explanation = explain(f"Error: Resolved credential object is not valid\n{code}")
    assert (": it reads " in explanation.summary) is bool(read)
    assert all(each in explanation.remedies[0].title for each in read)


@pytest.mark.parametrize(
    ("query", "client", "says"),
    [
        ("AWSAccessKeyId=KEY&Signature=x%3D&Expires=1790000000", "fetch(url, {method: 'PUT', body: f})", (True, True)),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=600", "fetch(url, {method: 'PUT', body: f})", (False, True)),
        ("AWSAccessKeyId=KEY&Signature=x%3D&Expires=1790000000", "", (True, False)),
    ],
)  # fmt: skip
def test_type_that_a_browser_adds_to_a_presigned_upload(
    query: str, client: str, says: tuple[bool, bool]
) -> None:
    explanation = explain(
        f"""url = boto3.client("s3").generate_presigned_url("put_object", Params={{"Bucket": "orders-media", "Key": key}})
{client}
https://orders-media.s3.amazonaws.com/a.pdf?{query}
<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message><StringToSign>PUT

application/pdf
1790000000
/orders-media/a.pdf</StringToSign></Error>"""
    )
    (remedy,) = explanation.remedies
    steps = " ".join(remedy.steps)
    assert "the Params of generate_presigned_url to application/pdf" in steps
    assert ('signature_version="s3v4"' in steps, "fetch takes the type" in steps) == says


ASSUMED = "│ Error: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 1, api error InvalidClientTokenId: The security token included in the request is invalid\n\n"
PROVIDER = 'provider "aws" {{\n  region = "{}"\n  assume_role {{\n    role_arn = "arn:aws:iam::444455556666:role/deploy"\n  }}\n}}\n'


@pytest.mark.parametrize(
    ("text", "account", "region"),
    [
        (
            f'{ASSUMED}{PROVIDER.format("me-south-1")}The runner is in account 111122223333. With region = "eu-west-1" the plan works.',
            "the caller's account 111122223333",
            "eu-west-1",
        ),
        (f"{ASSUMED}{PROVIDER.format('af-south-1')}", "the caller's account has", "us-east-1"),
        (
            f'{ASSUMED}backend "s3" {{\n  region = "eu-central-1"\n}}\n{PROVIDER.format("ap-east-1")}',
            "the caller's account has",
            "us-east-1",
        ),
    ],
)
def test_caller_has_not_enabled_region(text: str, account: str, region: str) -> None:
    explanation = explain(text)
    assert account in explanation.summary
    assert "Enabling it in 444455556666" in explanation.summary
    # The reader can change the provider block at once.
    elsewhere, enable = explanation.remedies[:2]
    assert any("enable-region" in each for each in enable.commands)
    assert f'sts_region = "{region}"' in (elsewhere.manifest or "")


def test_region_that_needs_no_opt_in_is_not_the_cause() -> None:
    explanation = explain(f"{ASSUMED}{PROVIDER.format('eu-west-1')}")
    assert "has not enabled" not in explanation.summary
    assert "enable-region" not in str(explanation.remedies[0])


SWAPPED = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
UNKNOWN_KEY = "An error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records."
MALFORMED = 'AuthorizationHeaderMalformed: The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'


@check_rows(
    "text",
    [
        f"{MALFORMED}\nAuthorization: AWS4-HMAC-SHA256 Credential={SWAPPED}/20260102/eu-west-1/s3/aws4_request",
        f"{MALFORMED}\nhttps://shop.s3.amazonaws.com/a?X-Amz-Credential={SWAPPED.replace('/', '%2F')}%2F20260102%2Feu-west-1%2Fs3%2Faws4_request",
        f"{UNKNOWN_KEY}\n\n[default]\naws_access_key_id = {SWAPPED}\naws_secret_access_key = x",
        f"{UNKNOWN_KEY}\n\nAWS_ACCESS_KEY_ID=***\nAWS_SECRET_ACCESS_KEY=AKIAIOSFODNN7EXAMPLE",
        f"<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>{SWAPPED.replace('/', 'a')}</AWSAccessKeyId></Error>",
    ],
)
def test_swapped_keys(text: str) -> None:
    explanation = explain(text)
    assert [each.code for each in explanation.causes] == ["swapped-keys"]
    assert "Exchange the values" in explanation.remedies[0].title
    # The secret was in a header, so the values to exchange are those of a new key.
    assert "create-access-key" in explanation.remedies[0].commands[0]
    assert "--status Inactive" in str(explanation.remedies[1].commands)
    assert "wJalr" not in str(explanation)


_JENKINS = "withCredentials([usernamePassword(credentialsId: 'aws',\n    usernameVariable: 'AWS_{}',\n    passwordVariable: 'AWS_{}')]) {{"
_WORKFLOW = "        aws-access-key-id: ${{{{ secrets.PROD_{} }}}}\n        aws-secret-access-key: ${{{{ secrets.PROD_{} }}}}"
_ENV = "env:\n- name: AWS_ACCESS_KEY_ID\n  valueFrom:\n    secretKeyRef:\n      name: aws\n      key: {}\n- name: AWS_SECRET_ACCESS_KEY\n  valueFrom:\n    secretKeyRef:\n      name: aws\n      key: {}"
_HALVES = ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")


@check_rows("message", [UNKNOWN_KEY, MALFORMED])
@check_rows(
    "code", [_JENKINS, _WORKFLOW, _ENV, 'provider "aws" {{\n  access_key = var.{}\n  secret_key = var.{}\n}}']
)
def test_settings_with_each_others_value(code: str, message: str) -> None:
    explanation = explain(f"{message}\n\n{code.format(*reversed(_HALVES))}\n")
    assert [each.code for each in explanation.causes] == ["swapped-keys"]
    right = {line.strip() for line in code.format(*_HALVES).split("\n")}
    assert {line.strip() for line in (explanation.remedies[0].manifest or "").split("\n")} <= right
    is_right = explain(f"{message}\n\n{code.format(*_HALVES)}\n")
    assert "swapped-keys" not in {each.code for each in is_right.causes}


@check_rows(
    "shown",
    [
        "secret_key = aws_iam_access_key.ci.secret\naccess_key = aws_iam_access_key.ci.id",
        f"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SWAPPED}",
        "access_key = data.x.secret_key.id\nsecret_key = data.x.access_key.secret",
        "access_key: ${{ secrets.AWS_SECRET_ACCESS_KEY_ID }}\nsecret_key: ${{ secrets.AWS_ACCESS_KEY_SECRET }}",
        "aws_access_key_id = a  # not the secret_access_key\naws_secret_access_key = b  # not the access_key_id",
        f"AWS_ACCESS_KEY_ID={'0' * 40}",
        f"commit {'a1' * 20}",
    ],
)
def test_keys_in_their_place_are_not_swapped(shown: str) -> None:
    assert "swapped-keys" not in {each.code for each in explain(f"{UNKNOWN_KEY}\n\n{shown}").causes}


def test_class_and_message_in_two_entries_are_one_failure() -> None:
    text = f"Aws::S3::Errors::AuthorizationHeaderMalformed in ReportsController#create\n\n{MALFORMED.partition(': ')[2]}\n\napp/models/report.rb:9:in `upload_file'\n"
    assert explain(text).other_failures == ()


_UNKNOWN = "(Service: Amazon S3; Status Code: 403; Error Code: InvalidAccessKeyId; Request ID: M9D08JH8VYX80XRA): The AWS Access Key Id you provided does not exist in our records.\n"
_SIMPLE = '.config("spark.hadoop.fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider")\n'


@check_rows(
    ("settings", "lines"),
    [
        (
            f'{_SIMPLE}.config("fs.s3a.access.key", os.environ["AWS_ACCESS_KEY_ID"])  # ASIA...\n',
            _SIMPLE.replace("Simple", "Temporary") + '.config("fs.s3a.session.token", os.environ["AWS_SESSION_TOKEN"])\n',
        ),
        ("spark.hadoop.fs.s3a.bucket.lake.access.key=ASIAZEXAMPLEQWERQ7ZX\n", "spark.hadoop.fs.s3a.bucket.lake.session.token=TOKEN\n"),
        ("SET s3_access_key_id='ASIAZEXAMPLEQWERQ7ZX';\n", "SET s3_session_token='TOKEN';\n"),
        ("spark.sql.catalog.c.s3.access-key-id ASIAZEXAMPLEQWERQ7ZX\n", "spark.sql.catalog.c.s3.session-token TOKEN\n"),
        ("CREATE SECRET (TYPE S3, KEY_ID 'ASIAZEXAMPLEQWERQ7ZX', SECRET 'x');\n", "SESSION_TOKEN 'TOKEN'\n"),
        ("[lake]\ntype = s3\naccess_key_id = ASIAZEXAMPLEQWERQ7ZX\nsecret_access_key = x\n", "session_token = TOKEN\n"),
        # A long-term key, and a key with its token.
        ("spark.hadoop.fs.s3a.access.key=AKIAZEXAMPLEQWERQ7ZX\n", None),
        ("spark.hadoop.fs.s3a.access.key=AKIAZEXAMPLEQWERQ7ZX\nAnother job has temporary credentials.", None),
        ("We do not use temporary credentials.\nspark.hadoop.fs.s3a.access.key=A...\n", None),
        ("spark.hadoop.fs.s3a.access.key=ASIAZEXAMPLEQWERQ7ZX\nspark.hadoop.fs.s3a.session.token=IQoJ\n", None),
    ],
)  # fmt: skip
def test_settings_without_the_session_token(settings: str, lines: str | None) -> None:
    explanation = explain(f"{_UNKNOWN}{settings}")
    assert ("sends a temporary access key without its session token" in explanation.summary) is bool(lines)
    assert explanation.remedies[0].manifest == lines


@pytest.mark.parametrize(
    ("log", "is_named"),
    [
        ("AWS Connection (conn_id='lake', conn_type='aws') credentials retrieved from login and password.", True),
        ("AWS Connection (conn_id='lake', conn_type='aws') has no credentials", False),
    ],
)  # fmt: skip
def test_keys_of_an_airflow_connection(log: str, *, is_named: bool) -> None:
    unknown = "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records."
    explanation = explain(f"{log}\nbotocore.exceptions.ClientError: {unknown}")
    assert ("the access key in its connection lake" in explanation.summary) is is_named
    assert ("airflow connections delete lake" in explanation.remedies[0].commands) is is_named


_SIGNATURE = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."


@check_rows("error", [("InvalidClientTokenId", "The security token included in the request is invalid."), ("SignatureDoesNotMatch", _SIGNATURE)])  # fmt: skip
@check_rows(
    ("shown", "is_quoted"),
    [
        ('$ docker run --env-file .env api\n$ cat .env\nAWS_ACCESS_KEY_ID="AKIAZEXAMPLEQWERQ7ZX"\n', True),
        ("kubectl create secret generic keys --from-env-file=.env\nAWS_SECRET_ACCESS_KEY='x'\n", True),
        ('$ docker compose up\nAWS_ACCESS_KEY_ID="AKIAZEXAMPLEQWERQ7ZX"\n', False),
        ("$ docker run --env-file .env api\nAWS_ACCESS_KEY_ID=AKIAZEXAMPLEQWERQ7ZX\n", False),
        (
            '$ docker run --env-file .env api\n$ cat aws.sh\nexport AWS_ACCESS_KEY_ID="AKIAZEXAMPLEQWERQ7ZX"\n',
            False,
        ),
    ],
)
def test_quotes_in_a_file_of_variables(error: tuple[str, str], shown: str, *, is_quoted: bool) -> None:
    code, message = error
    explanation = explain(
        f"{shown}An error occurred ({code}) when calling the GetCallerIdentity operation: {message}"
    )
    assert (explanation.causes[0].code == "keys-with-quotes") is is_quoted
    assert (explanation.remedies[0].title == "Remove the quotes from the file") is is_quoted


@pytest.mark.parametrize(
    ("around", "is_unlisted"),
    [
        ("new: AKIAZEXAMPLEQWERNEW2, old host: AKIAZEXAMPLEQWEROLD2", True),
        ("the host has AKIAZEXAMPLEQWEROLD2", True),
        ("the host has AKIAZEXAMPLEQWERNEW2", False),
    ],
)
def test_key_that_the_list_of_keys_lacks(around: str, *, is_unlisted: bool) -> None:
    listed = '$ aws iam list-access-keys --user-name backup\n{"AccessKeyMetadata": [{"AccessKeyId": "AKIAZEXAMPLEQWERNEW2", "Status": "Active"}]}\n'
    unknown = "An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.\n"
    explanation = explain(f"{unknown}{around}\n{listed}")
    said = "AKIAZEXAMPLEQWEROLD2 is not a key of the user backup, and AKIAZEXAMPLEQWERNEW2 is active"
    assert (said in explanation.summary) is is_unlisted


@pytest.mark.parametrize(
    ("code", "block"),
    [
        ('backend "s3" {\n  bucket = "tf"\n  access_key = "AKIAZEXAMPLEQWERQ7ZX"\n}\n', 'backend "s3"'),
        ('provider "aws" {\n  access_key = "AKIAZEXAMPLEQWERQ7ZX"\n}\n', 'provider "aws"'),
        ('provider "aws" {\n  region = "eu-west-1"\n}\n', None),
    ],
)
def test_key_in_a_block_of_terraform(code: str, block: str | None) -> None:
    unknown = (
        "api error InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records."
    )
    explanation = explain(
        f"Error: operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: X, HostID: Y, {unknown}\n{code}"
    )
    title = f"Remove access_key and secret_key from the block {block}"
    assert (explanation.remedies[0].title == title) is (block is not None)


_RESPONSE = "creds=$(aws sts assume-role --role-arn arn:aws:iam::444455556666:role/reader --role-session-name r --query Credentials)\n"
_SECOND = 'export AWS_SECRET_ACCESS_KEY=$(echo "$creds" | jq -r .SecretAccessKey)\n'


@check_rows(
    ("script", "line"),
    [
        (
            f'{_RESPONSE}export AWS_ACCESS_KEY_ID=$(echo "$creds" | jq -r .AccessKeyId)\n{_SECOND}',
            'export AWS_SESSION_TOKEN=$(echo "$creds" | jq -r .SessionToken)',
        ),
        (
            f"{_RESPONSE}  AWS_ACCESS_KEY_ID=$(jq -r .Credentials.AccessKeyId r.json) AWS_SECRET_ACCESS_KEY=$(jq -r .Credentials.SecretAccessKey r.json)\n",
            "export AWS_SESSION_TOKEN=TOKEN",
        ),
        (
            f"{_RESPONSE}export AWS_ACCESS_KEY_ID=$(jq -r .AccessKeyId r.json)\n{_SECOND}export AWS_SESSION_TOKEN=$(jq -r .SessionToken r.json)\n",
            None,
        ),
        (
            f"aws sts get-caller-identity\naws iam create-access-key > k.json\nexport AWS_ACCESS_KEY_ID=$(jq -r .AccessKey.AccessKeyId k.json)\n{_SECOND}",
            None,
        ),
        # The keys are not from the only call of STS.
        (
            f"aws sts get-caller-identity\nexport AWS_ACCESS_KEY_ID=$(vault read -field=AccessKeyId aws/creds/ci)\n{_SECOND}",
            None,
        ),
        (
            f"# export AWS_ACCESS_KEY_ID=$(jq -r .AccessKeyId r.json)\naws sts get-caller-identity\n{_SECOND}",
            None,
        ),
    ],
)
def test_script_that_leaves_out_the_session_token(script: str, line: str | None) -> None:
    explanation = explain(f"$ cat run.sh\n{script}aws iam list-users\n$ ./run.sh\n{INVALID}")
    is_found = "AWS_SESSION_TOKEN is not set" in explanation.summary
    assert is_found is (line is not None)
    if line is not None:
        assert explanation.remedies[0].manifest == line


@pytest.mark.parametrize(
    ("provider", "is_named"),
    [
        ("  access_key = var.key\n  secret_key = var.secret\n", True),
        ("  access_key = var.key\n  secret_key = var.secret\n  token = var.token\n", False),
        ("  profile = var.profile\n", False),
    ],
)
def test_provider_with_a_key_by_reference(provider: str, *, is_named: bool) -> None:
    text = f'$ terraform plan\n{INVALID}\nprovider "aws" {{\n{provider}}}\nkey = "ASIAIOSFODNN7EXAMPLE"\n'
    explanation = explain(text)
    assert explanation.remedies[0].title.startswith("Set token in the provider block, too") is is_named
    # The block itself has no key.
    assert "access_key with ASIA" not in str(explanation)


_KEY_LINES = "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=****\n"


@check_rows(
    ("shown", "manifest"),
    [
        (f".env of the box:\n{_KEY_LINES}", "# .env\nAWS_SESSION_TOKEN=TOKEN\n"),
        (f"$ cat deploy/.env.prod\nPORT=80\n{_KEY_LINES}", "# deploy/.env.prod\nAWS_SESSION_TOKEN=TOKEN\n"),
        (
            f"$ cat .env\nFILESYSTEM_DISK=s3\n{_KEY_LINES}",
            "# .env\nAWS_SESSION_TOKEN=TOKEN\n// config/filesystems.php, in the disk s3\n'token' => env('AWS_SESSION_TOKEN'),\n",
        ),
        (f"$ export {_KEY_LINES}", None),
        (f"$ env | grep AWS\n{_KEY_LINES}", None),
        (f"process.env is read.\n{_KEY_LINES}", None),
        (f"$ cat .env\n{_KEY_LINES.replace('ASIA', 'AKIA')}", None),
        (f"$ cat .env\n{_KEY_LINES}AWS_SESSION_TOKEN=IQoJEXAMPLE\n", None),
    ],
)
def test_file_of_variables_without_the_session_token(shown: str, manifest: str | None) -> None:
    [remedy, *_] = explain(f"{INVALID}\n{shown}").remedies
    assert (remedy.title.startswith("Set AWS_SESSION_TOKEN in ")) is (manifest is not None)
    assert manifest is None or remedy.manifest == manifest


@pytest.mark.parametrize(
    ("where", "in_pod"),
    [
        ("boto3 in a pod in af-south-1:\n", True),
        ("boto3 on my laptop, not in a pod, in af-south-1:\n", False),
    ],
)
def test_token_of_the_global_endpoint_in_a_pod(where: str, *, in_pod: bool) -> None:
    text = "botocore.exceptions.ClientError: An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid\nsts endpoint in the debug log: https://sts.amazonaws.com/, credentials from AssumeRoleWithWebIdentity"
    first = explain(where + text).remedies[0]
    assert first.title == "Get the session from a regional STS endpoint"
    assert first.commands[0].startswith("kubectl set env" if in_pod else "export")
