"""Credentials are where the SDK does not look only if the text shows both places."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_PYTHON = "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n"
_NODE = "$ node index.js\nCredentialsError: Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1\n"
_GO = "NoCredentialProviders: no valid providers in chain. Deprecated.\n"
_CONFIG = "$ cat ~/.aws/config\n[profile lab]\nrole_arn = arn:aws:iam::111122223333:role/Lab\nsource_profile = base\n\n"
_CREDENTIALS = (
    "$ cat ~/.aws/credentials\n[lab]\naws_access_key_id = AKIAZEXAMPLEQWERQ7ZX\naws_secret_access_key = x\n\n"
)
_WORKS = "$ aws s3 ls --profile lab\n2026-01-02 03:04:05 images\n$ export AWS_PROFILE=lab\n"


@check_rows(
    ("text", "code"),
    [
        (_CONFIG + _NODE, "config-not-loaded"),
        (_CONFIG + _GO, "config-not-loaded"),
        (_WORKS + _NODE, "config-not-loaded"),
        (_NODE, None),
        (_CONFIG + _PYTHON, None),
        (_CREDENTIALS + _NODE, None),
        (_CONFIG + _NODE + "$ export AWS_SDK_LOAD_CONFIG=1", None),
        (f"services:\n  api:\n    environment:\n      - AWS_ACCESS_KEY=x\n      - AWS_SECRET_KEY=y\n{_PYTHON}", "variables-misnamed"),
        (f"export AWS_KEY=x\nexport AWS_SECRET_ACCESS_KEY=y\n{_PYTHON}", "variables-misnamed"),
        (f"env:\n- name: AWS_SECRET_KEY\n  valueFrom: x\n{_PYTHON}", "variables-misnamed"),
        (f"export AWS_ACCESS_KEY_ID=x\nexport AWS_SECRET_ACCESS_KEY=y\n{_PYTHON}", None),
        (f"export AWS_ACCESS_KEY=x\nclient(aws_access_key_id=os.environ['AWS_ACCESS_KEY'])\n{_PYTHON}", None),
        (f"docker run -v ~/.aws:/root/.aws app\n{_PYTHON}USER app\n", "mounted-in-other-home"),
        (f"docker run -v ~/.aws:/root/.aws -u app img\n{_PYTHON}", "mounted-in-other-home"),
        (f"docker run -v ~/.aws:/root/.aws img, and the image runs as app\n{_PYTHON}", "mounted-in-other-home"),
        (f"docker run -v ~/.aws:/root/.aws img, and it runs as a job\n{_PYTHON}", None),
        (f"docker run -v ~/.aws:/home/app/.aws app\n{_PYTHON}USER app\n", None),
        (f"docker run -v ~/.aws:/root/.aws app\n{_PYTHON}", None),
        ('warning: The "AWS_ACCESS_KEY_ID" variable is not set. Defaulting to a blank string.\nweb-1 | ' + _PYTHON, "compose-variables-unset"),
        ('warning: The "TAG" variable is not set. Defaulting to a blank string.\nweb-1 | ' + _PYTHON, None),
        ("docker run -v ~/.aws:/root/.aws -e AWS_PROFILE=lab app\nThe config profile (lab) could not be found\nUSER app\n", "mounted-in-other-home"),
    ],
)  # fmt: skip
def test_source_that_is_not_read(text: str, code: str | None) -> None:
    codes = [each.code for each in explain(text).causes]
    unread = {"compose-variables-unset", "config-not-loaded", "variables-misnamed", "mounted-in-other-home"}
    assert [each for each in codes if each in unread] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("mount", "line", "commands"),
    [
        ("compose.yaml\n  jobs:\n    volumes:\n      - ~/.aws:/root/.aws:ro\njobs-1  | ", "- ~/.aws:/home/app/.aws:ro", "docker compose up --detach --force-recreate jobs"),
        ('compose.yaml\n  jobs:\n    volumes:\n      - "$HOME/.aws:/root/.aws"\n', "- $HOME/.aws:/home/app/.aws:ro", "docker compose up --detach --force-recreate SERVICE"),
        ("docker run -v ~/.aws:/root/.aws:ro app\n", None, "docker run --rm --entrypoint sh IMAGE"),
    ],
    ids=["options", "quoted", "run"],
)  # fmt: skip
def test_mount_is_written_once(mount: str, line: str | None, commands: str) -> None:
    first = explain(f"{mount}{_PYTHON}USER app\n").remedies[0]
    assert ":ro:ro" not in str(first.steps)
    assert line is None or line in str(first.manifest)
    assert first.commands[0].startswith(commands)


def test_command_of_the_text_is_repeated_with_the_variables() -> None:
    [first, *_] = explain(f"$ export AWS_PROFILE=lab\n{_CONFIG}{_NODE}").remedies
    assert first.commands == ("AWS_SDK_LOAD_CONFIG=1 AWS_PROFILE=lab node index.js",)


@check_rows(
    ("said", "is_blocked"),
    [
        ("The same script works on the EC2 host.", True),
        ("On the instance itself it works.", True),
        ("$ curl -s 169.254.169.254/latest/meta-data/iam/security-credentials/\nshop\n$ docker ps", True),
        ("The same script works on my machine.", False),
        ("The same script works on EC2. HttpPutResponseHopLimit: 2", False),
        ("", False),
    ],
)
def test_container_on_an_instance_whose_host_has_credentials(said: str, *, is_blocked: bool) -> None:
    explanation = explain(f"{said}\n$ docker run app\n{_PYTHON}")
    assert ("modify-instance-metadata-options" in explanation.remedies[0].commands[0]) is is_blocked
    assert ("no-instance-profile" in [each.code for each in explanation.causes]) is not (
        "EC2" in said or is_blocked
    )


_SSO_ERROR = (
    'profile "dev" is configured to use SSO but is missing required configuration: sso_region, sso_start_url'
)
_SSO_PROFILE = "[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Ops\n"
_SSO_SESSION = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"


@check_rows(
    ("text", "expected"),
    [
        (f"Error: configuring Terraform AWS Provider: loading configuration: {_SSO_ERROR}\n+ provider registry.terraform.io/hashicorp/aws v4.40.0\n{_SSO_PROFILE}{_SSO_SESSION}", "Upgrade the AWS provider from v4.40.0"),
        (f"Error: error configuring S3 Backend: Error creating AWS session: {_SSO_ERROR}\n{_SSO_SESSION}{_SSO_PROFILE}", "Upgrade Terraform's S3 backend"),
        (f"deployer: failed to load aws config: {_SSO_ERROR}\n{_SSO_PROFILE}{_SSO_SESSION}", "Upgrade the program"),
        (f"deployer: failed to load aws config: {_SSO_ERROR}\n{_SSO_PROFILE}", None),
        (f"deployer: failed to load aws config: {_SSO_ERROR}\n{_SSO_PROFILE}{_SSO_SESSION.replace('corp]', 'main]')}", None),
        (f"deployer: failed to load aws config: {_SSO_ERROR}\n{_SSO_PROFILE}{_SSO_SESSION.replace('sso_region', 'region')}", None),
    ],
    ids=["provider", "backend", "program", "no section", "other section", "incomplete"],
)  # fmt: skip
def test_unread_sso_session(text: str, expected: str | None) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "sso-session-unread") is (expected is not None)
    if expected is not None:
        assert explanation.remedies[0].title == expected
        assert "aws configure set sso_role_name Ops --profile dev-legacy" in explanation.remedies[2].commands


def test_profile_without_sso_session_has_no_settings_of_another_profile() -> None:
    other = _SSO_PROFILE.replace("dev", "prod").replace("111122223333", "444455556666")
    text = f"deployer: failed to load aws config: {_SSO_ERROR}\n{_SSO_PROFILE}{_SSO_SESSION}{other}"
    lines = explain(text).remedies[2].commands
    assert "aws configure set sso_account_id SSO_ACCOUNT_ID --profile dev-legacy" in lines


@check_rows(
    ("trigger", "permissions", "can_be_fork"),
    [
        ("on:\n  push:\n    branches: [main]\n", "", False),
        ("on: [push]\n", "", False),
        ("on: [push, pull_request]\n", "", True),
        ("", "", True),
        # The permissions explain it, whoever started the workflow.
        ("", "    permissions:\n      contents: read\n", False),
    ],
)
def test_push_is_not_from_a_fork(trigger: str, permissions: str, *, can_be_fork: bool) -> None:
    explanation = explain(
        f"Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\n{trigger}jobs:\n  deploy:\n{permissions}    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::111122223333:role/site\n"
    )
    assert ("secrets-of-forks" in [each.code for each in explanation.causes]) is can_be_fork
    assert ("forks" in " ".join(explanation.remedies[0].steps)) is can_be_fork


@pytest.mark.parametrize("shown", ["docker run", "HOME=/root"])
def test_sign_in_of_another_home(shown: str) -> None:
    """What the text shows of the other home is quoted: root is not a container."""
    explanation = explain(
        f"$ {shown} deploy\n\nError when retrieving token from sso: Token has expired and refresh failed"
    )
    (other,) = [each for each in explanation.causes if each.code == "other-local-user"]
    assert other.because == (f'The text shows "{shown}".',)


_NONE = "fatal error: Unable to locate credentials\n"


@check_rows(
    ("text", "line"),
    [
        (f"Dockerfile:\nRUN aws s3 cp s3://a/b /opt/\n{_NONE}", "RUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 cp s3://a/b /opt/"),
        (f"Dockerfile\nUSER app\nRUN aws s3 cp s3://a/b .\n{_NONE}", "RUN --mount=type=secret,id=aws,target=/home/app/.aws/credentials aws s3 cp s3://a/b ."),
        ('#9 [4/6] RUN python get.py\n#9 3.2 botocore.exceptions.NoCredentialsError: Unable to locate credentials\n#9 ERROR: process "/bin/sh -c python get.py" did not complete successfully: exit code: 1\n', "RUN --mount=type=secret,id=aws,target=/root/.aws/credentials python get.py"),
        (f"Step 3/5 : RUN aws s3 cp s3://a/b .\n{_NONE}", "RUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 cp s3://a/b ."),
        (f"$ podman build .\nSTEP 4/6: RUN aws s3 cp s3://a/b .\n{_NONE}", "RUN --mount=type=secret,id=aws,target=/root/.aws/credentials aws s3 cp s3://a/b ."),
        # The step does not call AWS, or has a secret.
        (f"Dockerfile\nRUN pip install boto3\n$ docker run app\n{_NONE}", None),
        (f"Dockerfile\nRUN aws configure set region eu-west-1\nIn ECS:\n{_NONE}", None),
        (f"#5 [2/3] RUN pip install awscli\n#5 DONE 3.1s\n$ docker run app\n{_NONE}", None),
        (f"Dockerfile\nRUN aws s3 cp s3://a/b .\nThe build works. In ECS:\n{_NONE}", None),
        (f"Dockerfile\nRUN --mount=type=secret,id=aws aws s3 cp s3://a/b .\n{_NONE}", None),
    ],
)  # fmt: skip
def test_step_of_an_image_build(text: str, line: str | None) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "build-without-credentials") is (line is not None)
    if line is not None:
        assert line in (explanation.remedies[0].manifest or "")
        assert explanation.remedies[0].commands[0].partition(" ")[2].startswith("build --secret id=aws,")


_CLI = 'Unable to locate credentials. You can configure credentials by running "aws configure".\n'
_METADATA = "failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded\n"
_WORK = "$ cat ~/.aws/config\n[profile work]\nlogin_session = arn:aws:iam::111122223333:user/kim\n"


@check_rows(
    ("text", "says"),
    [
        (f"$ aws s3 ls\n{_CLI}{_WORK}", "Nothing selects the profile work."),
        (f"$ aws s3 ls\n{_CLI}$ aws configure list-profiles\nwork\n", "Nothing selects the profile work, and there is no profile default."),
        (f"$ aws s3 ls\n{_CLI}$ aws configure list-profiles | tail -1\nwork\n", "Nothing selects the profile work."),
        (f"$ aws s3 ls\n{_CLI}$ aws configure list-profiles\ndefault\nwork\n", "Nothing selects the profile work."),
        (f"$ aws s3 ls\n{_CLI}$ grep '^\\[' ~/.aws/config\n[profile work]\n[sso-session corp]\n", "Nothing selects the profile work, and ~/.aws/config has no [default]."),
        (f"$ aws s3 ls\n{_CLI}$ grep '^\\[work' ~/.aws/credentials\n[work]\n", None),
        (f"$ aws s3 ls\n{_CLI}{_WORK}[default]\nregion = eu-west-1\n", "Nothing selects the profile work."),
        (f"$ aws s3 ls\n{_CLI}{_WORK}[default]\nsso_session = corp\n", None),
        (f"{_METADATA}$ cat ~/.aws/config\n[profile work]\nsso_session = corp\n[default]\nregion = eu-west-1\n", "Nothing selects the profile work."),
        (f"$ export AWS_PROFILE=work\n$ aws s3 ls\n{_CLI}{_WORK}", None),
        (f"$ python sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n{_WORK}", None),
    ],
)  # fmt: skip
def test_section_that_nothing_selects(text: str, says: str | None) -> None:
    explanation = explain(text)
    assert any(each.text == says for each in explanation.causes) is (says is not None)
    assert ("export AWS_PROFILE=work" in explanation.remedies[0].commands[:1]) is (says is not None)


@pytest.mark.parametrize(
    ("said", "is_wrong"),
    [
        ("Vercel has AWS_ACCESS_KEY, AWS_SECRET_KEY and AWS_REGION.", True),
        ("Vercel has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.", False),
        ("The code reads process.env.AWS_ACCESS_KEY, process.env.AWS_SECRET_KEY", False),
    ],
)
def test_misnamed_variables_in_a_list(said: str, *, is_wrong: bool) -> None:
    text = f"CredentialsProviderError: Could not load credentials from any providers\n{said}"
    assert ("it does not read AWS_ACCESS_KEY and AWS_SECRET_KEY" in explain(text).summary) is is_wrong


_NO_ROLE = "EC2RoleRequestError: no EC2 instance role found\ncaused by: EC2MetadataError: failed to make EC2Metadata request\n\tstatus code: 404, request id: \n"
_OF_INSTANCE = "$ aws ec2 describe-instances --instance-ids i-0123456789abcdef0 --query 'Reservations[].Instances[].IamInstanceProfile'\n[]\n"
_OF_ROLE = '$ aws iam list-instance-profiles-for-role --role-name quay\n{ "InstanceProfiles": [] }\n'
_EMPTY = '$ aws iam get-instance-profile --instance-profile-name pier\n{"InstanceProfile": {"InstanceProfileName": "pier", "Roles": []}}\n'
_CREATE = "aws iam create-instance-profile --instance-profile-name quay"
_ADD = "aws iam add-role-to-instance-profile --instance-profile-name {} --role-name {}"


@check_rows(
    ("text", "first", "step"),
    [
        (_NO_ROLE + _OF_INSTANCE + _OF_ROLE, _CREATE, "The role quay is in no instance profile."),
        ("Unable to locate credentials\n" + _OF_INSTANCE + _OF_ROLE, _CREATE, "The role quay is in no instance profile."),
        (_NO_ROLE + _OF_INSTANCE + "$ aws iam create-role --role-name quay --assume-role-policy-document file://t.json\n", _CREATE, "Unless the role has an instance profile"),
        (_NO_ROLE + _OF_INSTANCE + "The role quay-1 exists.\n", f"{_CREATE}-1", "Unless the role has an instance profile"),
        (_NO_ROLE + _OF_INSTANCE + "The role it has is right.\n", "aws ec2 associate-iam-instance-profile", "Attach an instance profile whose role has the permissions"),
        (_NO_ROLE + _EMPTY, _ADD.format("pier", "ROLE_NAME"), "The instance profile pier contains no role."),
        (_NO_ROLE + "on i-0123456789abcdef0\n", "aws ec2 associate-iam-instance-profile --instance-id i-0123456789abcdef0", "Attach an instance profile whose role has the permissions"),
        # The metadata of other clouds answers 404, too.
        (_NO_ROLE, "aws ec2 describe-iam-instance-profile-associations", "Check whether the instance"),
        (_NO_ROLE + _OF_ROLE, "aws ec2 describe-iam-instance-profile-associations", "Check whether the instance"),
    ],
)  # fmt: skip
def test_instance_without_a_role(text: str, first: str, step: str) -> None:
    remedy = explain(text).remedies[0]
    assert any(each.startswith(first) for each in remedy.commands)
    assert remedy.steps[0].startswith(step)


_OF_JAVA = "Unable to load AWS credentials from any provider in the chain: [EnvironmentVariableCredentialsProvider: Unable to load AWS credentials, WebIdentityTokenCredentialsProvider: You must specify a value for roleArn, com.amazonaws.auth.EC2ContainerCredentialsProviderWrapper@1: {}]"
_NOT_FOUND = (
    "The requested metadata is not found at http://169.254.169.254/latest/meta-data/iam/security-credentials/"
)


@check_rows(
    ("text", "is_answered"),
    [
        (_OF_JAVA.format(_NOT_FOUND), True),
        (_NO_ROLE, True),
        (_OF_JAVA.format("Failed to connect to service endpoint: "), False),
        (_OF_JAVA.format(_NOT_FOUND.replace("169.254.169.254/latest", "169.254.170.2/v2")), False),
    ],
)
def test_metadata_that_answers_without_a_role(text: str, *, is_answered: bool) -> None:
    explanation = explain(text)
    shown = str(explanation.causes)
    assert ("answered 404" in shown) is is_answered
    assert ("container credentials" in explanation.summary) is not is_answered
    if is_answered:
        assert [each.title for each in explanation.remedies] == [
            "If the call runs on EC2: give the instance a role",
            "If other credentials were meant: check what the process has",
        ]
        assert len(explanation.causes) == 3


@pytest.mark.parametrize(
    "asked",
    [
        "Shall I attach AmazonSQSFullAccess?",
        "Do we need AmazonSQSFullAccess?",
        "AmazonSQSFullAccess is attached.",
    ],
)
def test_policy_for_an_instance_without_a_role(asked: str) -> None:
    steps = explain(_NO_ROLE + _OF_INSTANCE + _OF_ROLE + asked).remedies[0].steps
    assert any(each.startswith("AmazonSQSFullAccess would not help") for each in steps) is ("?" in asked)


_404 = "Unable to locate credentials\n$ curl http://169.254.169.254/latest/meta-data/iam/security-credentials/\n<h1>404 - Not Found</h1>\n"
_HCL = 'resource "aws_iam_role" "quay" {{}}\nresource "{}" "crane" {{\n  {}\n}}\n'
_TEMPLATE = (
    "  Quay:\n    Type: AWS::IAM::Role\n  Crane:\n    Type: AWS::EC2::Instance\n    Properties:\n      {}\n"
)


@check_rows(
    ("code", "added"),
    [
        (_HCL.format("aws_instance", 'ami = "ami-1"'), "  iam_instance_profile = aws_iam_instance_profile.quay.name"),
        (_HCL.format("aws_launch_template", 'image_id = "ami-1"'), "  iam_instance_profile {\n    name = aws_iam_instance_profile.quay.name"),
        (_TEMPLATE.format("ImageId: ami-1"), "      IamInstanceProfile: !Ref InstanceProfile"),
        (_HCL.format("aws_instance", "iam_instance_profile = var.profile"), None),
        (_TEMPLATE.format("IamInstanceProfile: !Ref Profile"), None),
        (_HCL.format("aws_lambda_function", ""), None),
        # The role of something else.
        (_HCL.format("aws_instance", 'ami = "ami-1"').replace("{}", '{ assume_role_policy = "lambda.amazonaws.com" }'), None),
    ],
)  # fmt: skip
def test_code_without_an_instance_profile(code: str, added: str | None) -> None:
    remedy = explain(_404 + code).remedies[0]
    assert remedy.title.startswith("Give the EC2 instance a role")
    assert (remedy.manifest is not None) is (added is not None)
    assert added is None or added in (remedy.manifest or "")


_HOST = "$ aws sts get-caller-identity --profile lab --query Arn --output text\n{}\n"
_LAB = "arn:aws:sts::111122223333:assumed-role/lab/kim"


@check_rows(
    ("host", "run", "passes"),
    [
        (_HOST.format(_LAB), "$ docker run -e AWS_REGION=eu-west-1 --env TZ img", "docker run passes only AWS_REGION and TZ to"),
        (_HOST.format(_LAB), "$ podman run --rm img", "podman run passes no variable to"),
        (_HOST.format(_LAB), "$ docker run --env-file dev.env img", None),
        (_HOST.format(_LAB), "$ docker run -e AWS_ACCESS_KEY_ID img", None),
        (_HOST.format(_LAB), "$ docker run --network host img", None),
        (_HOST.format(_LAB), "$ docker run -v $HOME:/root img", None),
        (_HOST.format(_LAB), "$ docker run \\\n  -v ~/.aws:/root/.aws \\\n  img", None),
        (_HOST.format(_LAB), "$ aws iam get-user --profile dev\n{}\n$ docker run img", None),
        (_HOST.format(_LAB), "Then it fails in docker run img:", None),
        (_HOST.format(_LAB).replace(" --profile lab", ""), "$ docker run img", None),
        (_HOST.format("\nThe config profile (lab) could not be found"), "$ docker run img", None),
    ],
    ids=["variables", "none", "file", "keys", "network", "home", "lines", "profiles", "prose", "no profile", "failed"],
)  # fmt: skip
def test_profile_of_the_computer_is_not_in_the_container(host: str, run: str, passes: str | None) -> None:
    explanation = explain(f"{host}{run}\nbotocore.exceptions.NoCredentialsError: {_NONE}")
    shown = str(explanation.causes)
    assert ("run passes" in shown) is (passes is not None)
    if passes is not None:
        assert passes in shown
        assert "it does not have those of the profile lab" in explanation.summary
        assert len(explanation.causes) == 2
        assert "-e AWS_PROFILE=lab" in str(explanation.remedies[0].commands)
        assert "--profile lab --format" in str(explanation.remedies[0].steps)


def test_metadata_that_has_a_role_but_not_its_credentials() -> None:
    assert "the instance metadata has no role" not in explain(_OF_JAVA.format(f"{_NOT_FOUND}films")).summary


def test_default_profile_whose_file_is_not_stated() -> None:
    section = "[default]\nrole_arn = arn:aws:iam::111122223333:role/Lab\ncredential_source = Ec2InstanceMetadata\n\n"
    assert "the default profile in the text has no keys for it" in explain(section + _GO).summary
    assert "the default profile is in ~/.aws/config" in explain("~/.aws/config:\n" + section + _GO).summary


@check_rows(
    ("after", "user"),
    [
        ("crontab of root: 0 3 * * * aws s3 sync /data s3://films", "root"),
        ("It is in films's crontab.", "films"),
        ("0 3 * * * aws s3 sync /data s3://films", ""),
        ("We have no crontab.", None),
    ],
)
def test_cron_job_after_the_failure(after: str, user: str | None) -> None:
    summary = explain(f"Unable to locate credentials.\n{after}").summary
    assert ("in the cron job" in summary) is (user is not None)
    assert not user or f"in the cron job of {user}" in summary


@check_rows(
    ("prompt", "repeated"),
    [
        ("[ec2-user@ip-10-0-0-9 infra]$ terraform plan", "terraform plan"),
        ("ubuntu@ip-10-0-0-9:~$ tofu apply -auto-approve", "tofu apply -auto-approve"),
        ("ubuntu@ip-10-0-0-9:~$ terraform plan -var key='x y'", None),
        ("Our pipeline runs terraform plan on the instance.", None),
    ],
)
def test_call_is_repeated_on_the_instance(prompt: str, repeated: str | None) -> None:
    error = "Error: No valid credential sources found\n\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed\n"
    explanation = explain(f"{prompt}\n{error}\ninstance i-0a1b2c3d4e5f60718")
    assert "i-0a1b2c3d4e5f60718 has no role" in explanation.summary
    assert "(404)" in explanation.causes[-1].text
    remedy = explanation.remedies[0]
    assert (remedy.commands[-1] == repeated) is (repeated is not None)
    assert ("repeat the call" in remedy.steps[0]) is (repeated is None)
