"""A setting of a program, a workflow or a framework in the text says why there are no credentials."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_METADATA = "Error retrieving credentials from the instance profile metadata service. (cURL error 28: Connection timed out after 1001 milliseconds for http://169.254.169.254/latest/meta-data/iam/security-credentials/)\n"
_KEY = "'key' => env('AWS_ACCESS_KEY_ID'),"


@check_rows(
    ("text", "title", "line"),
    [
        ("", "Pass the keys in config/aws.php", "'credentials' => ["),
        (f"config/services.php {_KEY}", "Cache the configuration again", None),
        (
            "$sqs = new SqsClient(['region' => 'eu-west-1']);",
            "Pass the keys from config/services.php to the client",
            "config('services.aws.key')",
        ),
        # In the code, env() returns null.
        (
            f"app/Mail.php: new \\Aws\\Ses\\SesClient(['credentials' => [{_KEY}]])",
            "Pass the keys from config/services.php to the client",
            "the options of new SesClient",
        ),
        (
            f"config/aws.php has {_KEY} and app/Mail.php has new SesClient(config('aws'))",
            "Cache the configuration again",
            None,
        ),
        ("disks in config/filesystems.php", "Pass the keys in config/filesystems.php", "'key'    => env("),
    ],
    ids=["not-passed", "passed", "client", "env-in-client", "client-of-configuration", "disk"],
)
def test_cached_configuration_of_laravel(text: str, title: str, line: str | None) -> None:
    explanation = explain(f"deploy.sh: php artisan config:cache\n{_METADATA}{text}")
    assert explanation.causes[0].code == "configuration-cached"
    assert "Open no firewall" in explanation.summary
    assert explanation.remedies[0].title.startswith(title)
    assert (line or "") in (explanation.remedies[0].manifest or "")


@pytest.mark.parametrize("place", ["a rented VPS", "a server on-premises", "It runs at Hetzner, not on AWS."])
def test_no_advice_about_instances_outside_aws(place: str) -> None:
    text = explain(f"{place}\n{_METADATA}").to_text(detail="full")
    assert "exists only on EC2" in text
    assert "hop limit" not in text


_NO_PROFILE = "Error: failed to get shared config profile, dev-sso.\n"
_JOB = "##[group]Run aws-actions/configure-aws-credentials@v4\n"


@check_rows(
    ("text", "place", "line"),
    [
        (f"{_JOB}{_NO_PROFILE}$ cat Pulumi.prod.yaml\nconfig:\n  aws:profile: dev-sso\n", "aws:profile in Pulumi.prod.yaml", "pulumi config rm aws:profile --stack prod"),
        (f'{_JOB}{_NO_PROFILE}provider "aws" {{\n  region  = "eu-west-1"\n  profile = "dev-sso"\n}}\n', 'profile in provider "aws"', "export AWS_PROFILE=dev-sso"),
        (f'ERROR: Job failed: exit code 1\n{_NO_PROFILE}boto3.Session(profile_name="dev-sso")\n', "the profile in the code", ""),
        ("Error: AWS profile \"dev-sso\" doesn't seem to be configured\nserverless.yml: provider: profile: dev-sso\nIt fails in GitLab CI.", "profile in serverless.yml", ""),
        # A person's own computer, or another profile.
        (f'{_NO_PROFILE}provider "aws" {{\n  profile = "dev-sso"\n}}\n', None, "aws configure list-profiles"),
        (f'{_JOB}{_NO_PROFILE}provider "aws" {{\n  region = "eu-west-1"\n}}\n# boto3.Session(profile_name="dev-sso")\n', None, "aws configure list-profiles"),
        (f"{_JOB}{_NO_PROFILE}config:\n  aws:profile: prod-sso\n", None, "aws configure list-profiles"),
    ],
)  # fmt: skip
def test_profile_that_the_project_names(text: str, place: str | None, line: str) -> None:
    explanation = explain(text)
    lines = [each for remedy in explanation.remedies for each in remedy.commands]
    assert line in lines or not line
    assert (f"not used: {place} names the profile dev-sso" in explanation.summary) is (place is not None)
    assert any("configure sso" in each for each in lines) is (place is None)


_OTHER_SOURCE = "Error when retrieving credentials from {}: No credentials found in credential_source referenced in profile ops\n{}"


@check_rows(
    ("source", "place", "right"),
    [
        ("Ec2InstanceMetadata", "moved from EC2 to Fargate", "EcsContainer"),
        ("EcsContainer", "It runs on an EC2 instance now.", "Ec2InstanceMetadata"),
        ("Environment", "an ECS task with a task role", "EcsContainer"),
        ("Ec2InstanceMetadata", "It runs in Lambda now, and not on EC2.", "Environment"),
        ("Ec2InstanceMetadata", "$ env\nAWS_EXECUTION_ENV=AWS_ECS_FARGATE\n", "EcsContainer"),
        ("Ec2InstanceMetadata", "It fails in CodeBuild.", "EcsContainer"),
        ("Environment", "It runs on an EC2 instance now.", None),
        ("Ec2InstanceMetadata", "It runs on an EC2 instance now.", None),
        ("EcsContainer", "an ECS task", None),
        ("Ec2InstanceMetadata", "We moved from Fargate to EC2.", None),
        ("Ec2InstanceMetadata", "It does not run in an ECS task.", None),
        ("Ec2InstanceMetadata", "$ echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\n", None),
        ("Ec2InstanceMetadata", "Would it work on Fargate?", None),
        ("EcsContainer", "It works on an EC2 instance, but on my laptop I get this.", None),
        ("EcsContainer", "The documentation says that Ec2InstanceMetadata is for an EC2 instance.", None),
    ],
)
def test_credential_source_of_another_place(source: str, place: str, right: str | None) -> None:
    profile = f"[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\ncredential_source = {source}\n"
    explanation = explain(_OTHER_SOURCE.format(source, f"{place}\n{profile}"))
    if right is None:
        assert "has none here" in explanation.summary
        return
    assert f"credential_source must be {right}" in explanation.summary
    first = explanation.remedies[0]
    assert first.manifest == profile.replace(source, right)
    assert "must allow it on arn:aws:iam::111122223333:role/ops, and the trust policy" in first.steps[0]
    assert len(explanation.notes) == 1


def test_network_that_the_text_asks_about() -> None:
    text = _OTHER_SOURCE.format("Ec2InstanceMetadata", "It runs in an ECS task. Is it the security group?")
    notes = explain(text).notes
    assert notes[0].startswith("No security group or other network setting needs a change")


_NO_SOURCES = (
    'Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on aws.tf line 2, in provider "aws":\n\n'
    "Error: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata"
)


def test_terraform_has_no_option_for_profiles() -> None:
    text = explain(_NO_SOURCES).to_text(detail="full")
    assert 'AWS_PROFILE or profile in provider "aws" selects one.' in text
    assert "export AWS_PROFILE=PROFILE" in text
    assert "aws login\n" not in text
    assert "AWS_PROFILE or --profile" not in text
    assert "exists only on EC2" in text


_DOTNET = "Amazon.Runtime.AmazonServiceException: Unable to get IAM security credentials from EC2 Instance Metadata Service.\n   at Amazon.S3.AmazonS3Client.GetObjectAsync(String key)\n"
_NODE = "CredentialsProviderError: Could not load credentials from any providers: EC2 Metadata roleName request returned error\n"


@check_rows(
    ("text", "first", "is_elsewhere"),
    [
        (_DOTNET + "   at P.Main() in C:\\src\\p\\Program.cs:line 3\nSince I have a new laptop, dotnet run says this.", "Select a profile", True),
        (_NODE + "    at /Users/ana/shop/node_modules/@aws-sdk/x/index.js:12:1", "Select a profile", True),
        ("ana@Anas-MacBook-Pro shop % node .\n" + _NODE, "Select a profile", True),
        (_NODE + "(venv) ana@dell-xps13:~/shop$ ", "Select a profile", True),
        ("ana@LAPTOP-7H2K9QWE:/srv$ node .\n" + _NODE, "Select a profile", True),
        (_NODE + "ana@buildhost:~/shop$ ", "Select a profile", False),
        (_NODE + "From: ana@notebook.example", "Select a profile", False),
        (_NODE + "    at C:\\Users\\ana\\shop\\index.js:12:1", "Select a profile", True),
        ("ana@pc7:/mnt/c/work/shop$ node .\n" + _NODE, "Select a profile", True),
        ("ana@pc7:/mnt/c/work/shop$ node .\n" + _NODE + "In PowerShell, it works.", "Let WSL read the files of Windows", True),
        (_NODE + "It runs on my MacBook.", "Select a profile", True),
        (_NODE + "I start it in WebStorm.", "Select a profile", True),
        (_NODE + "I restarted Xcode, too.", "Select a profile", True),
        ("/private/tmp $ node .\n" + _NODE, "Select a profile", True),
        ("When I run it on my laptop, it fails.\n" + _NODE, "Select a profile", True),
        ("It runs in a docker container running locally.\n" + _NODE, "Pass credentials to the container", True),
        ("When I run it on my laptop, it works.\n" + _NODE, "Select a profile", False),
        # The program can also have been built there, and then deployed.
        (_DOTNET + "   at P.Main() in C:\\src\\p\\Program.cs:line 3", "Select a profile", False),
        # What works on the laptop fails on a server, and homes of administrators and CI runners are on servers.
        (_NODE + "On my new laptop it works, on the server it does not.", "Select a profile", False),
        (_NODE + "    at C:\\Users\\Administrator\\shop\\index.js:12:1", "Select a profile", False),
        (_DOTNET + "The host is EC2AMAZ-1A2B3C4.\n   at P.Main() in C:\\src\\p\\Program.cs:line 3", "If the call runs on EC2", False),
    ],
    ids=["new laptop", "home on macOS", "prompt of macOS", "prompt of a laptop", "name of a laptop", "prompt of a server", "address", "home on Windows", "WSL", "WSL and Windows", "MacBook", "IDE", "Xcode", "folder of macOS", "condition", "container", "condition of another call", "built on Windows", "server", "administrator", "instance"],
)  # fmt: skip
def test_computer_that_the_surroundings_show(text: str, first: str, *, is_elsewhere: bool) -> None:
    explanation = explain(text)
    assert explanation.remedies[0].title.startswith(first)
    titles = " ".join(each.title for each in explanation.remedies)
    assert ("instance a role" not in titles) is is_elsewhere


_CHAIN = "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain : [SystemPropertyCredentialsProvider(): Unable to load credentials from system settings., EnvironmentVariableCredentialsProvider(): Unable to load credentials from system settings., {}, ContainerCredentialsProvider(): Cannot fetch credentials from container - no URI., InstanceProfileCredentialsProvider(): Failed to load credentials from IMDS.]\n{}"


@check_rows(
    ("profiles", "after", "title", "line"),
    [
        ("ProfileCredentialsProvider(): Profile file contained no credentials for profile 'default': ProfileFile(sections=[])", "ana@my-thinkpad:~/shop$ ", "Create a profile whose", "aws configure sso --profile PROFILE"),
        ("ProfileCredentialsProvider(): Profile file contained no credentials for profile 'default': ProfileFile(sections=[])", "", "Give the program credentials where it runs", "aws configure sso --profile PROFILE"),
        # The pod of a StatefulSet, and a server.
        ("ProfileCredentialsProvider(): Profile file contained no credentials for profile 'default': ProfileFile(sections=[])", "jovyan@my-notebook-0:~$ ", "Give the program credentials where it runs", "aws configure sso --profile PROFILE"),
        ("ProfileCredentialsProvider(): Profile file contained no credentials for profile 'default': ProfileFile(sections=[])", "ops@expsrv1:~$ ", "Give the program credentials where it runs", "aws configure sso --profile PROFILE"),
        ("ProfileCredentialsProvider(): Profile file contained no credentials for profile 'default': ProfileFile(sections=[profile(ops)])", "", "Give the program credentials where it runs", "aws sso login --profile PROFILE"),
    ],
)  # fmt: skip
def test_a_profile_is_created_if_there_is_none(profiles: str, after: str, title: str, line: str) -> None:
    first = explain(_CHAIN.format(profiles, after)).remedies[0]
    assert first.title.startswith(title)
    assert line in first.commands


def test_macos_is_no_instance() -> None:
    error = f'{_NO_SOURCES}, Get "http://169.254.169.254/latest/": dial tcp 169.254.169.254:80: connect: host is down'
    assert "instance a role" not in explain(error).to_text(detail="full")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("$ aws s3 ls\nUnable to locate credentials", "AWS_PROFILE or --profile selects one."),
        (
            "panic: operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
            "AWS_PROFILE selects one.",
        ),
    ],
)
def test_setting_of_the_profile(text: str, setting: str) -> None:
    assert setting in " ".join(explain(text).to_text(detail="full").split())


@check_rows(
    "place",
    [
        "EC2 instance",
        "It does not run on AWS Lambda.",
        "not AWS CLI but boto3",
        "From a VPS: ec2-user@ip-10-0-0-1",
    ],
)
def test_advice_about_instances(place: str) -> None:
    assert "hop limit" in explain(f"{place}\n{_METADATA}").to_text(detail="full")


_HINT = "It looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?\n"
_JOB = (
    "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/ci\n"
    f"{_HINT}Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\n"
)
_REQUEST_URL = "Error: Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable\n"
_GRANT = "permissions:\n  id-token: write\n"


@check_rows("error", [_JOB, _REQUEST_URL], ids=["action", "request-url"])
@check_rows("fork", ["PR (ana:fix -> shop:main)", "a pull request from a fork"])
def test_pull_request_from_a_fork(fork: str, error: str) -> None:
    explanation = explain(f"{fork}\n{error}{_GRANT}")
    assert "from a fork" in explanation.summary
    assert explanation.remedies[0].title.startswith("Skip the steps")
    assert "lack id-token" not in explanation.to_text()


_SHIP = "    runs-on: ubuntu-latest\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v6\n        with:\n          role-to-assume: arn:aws:iam::111122223333:role/ship\n"
_LACKS = "    permissions: {packages: write}\n"
_KEYS = _SHIP.replace("role-to-assume: arn:aws:iam::111122223333:role/ship", "aws-access-key-id: KEY")
_CALLER = "    uses: acme/ci/.github/workflows/ship.yml@v1\n"


@check_rows(
    ("text", "words", "manifest"),
    [
        (f"PR (shop:fix -> shop:main)\n{_JOB}", "lacks the permission", "permissions:\n  id-token"),
        (f"{_JOB}{_GRANT}", "granted it no id-token: write", None),
        # The block of a job replaces that of the workflow.
        (f"{_HINT}{_JOB}{_GRANT}jobs:\n  ship:\n{_LACKS}{_SHIP}", "The job ship has no credentials: its own", "ship:\n    permissions:\n      id-token: write\n      packages: write"),
        (f"{_REQUEST_URL}{_GRANT}jobs:\n  ship:\n    permissions: read-all\n{_SHIP}", "and they replace those of the workflow", "write\n      contents: read"),
        (f"{_REQUEST_URL}{_GRANT}jobs:\n  ship:\n    permissions: {{}}\n{_CALLER}", "The job ship has no", "      id-token: write"),
        (f"{_JOB}on: push\njobs:\n  build:\n    {_GRANT.replace('  ', '      ')}{_SHIP}  ship:\n{_SHIP}", "ship has no credentials: only the job build has", "  ship:\n"),
        (f"ship\t{_JOB}{_GRANT}jobs:\n  ship:\n{_SHIP}  docs:\n{_LACKS}{_SHIP}", "granted it no id-token", None),
        (f"{_JOB}{_GRANT}jobs:\n  ship:\n{_SHIP}  docs:\n{_LACKS}    steps:\n      - run: make docs\n", "granted it no id-token", None),
        (f"{_JOB}{_GRANT}jobs:\n  ship:\n{_LACKS}{_KEYS}", "granted it no id-token", None),
        (f"{_JOB}on: push\njobs:\n  ship:\n    permissions: write-all\n{_SHIP}", "lacks the permission", "permissions:\n  id-token"),
    ],
    ids=["own-branch", "granted", "replaced", "read-all", "caller", "other-job", "logged-job", "unrelated", "keys", "write-all"],
)  # fmt: skip
def test_job_without_id_token(text: str, words: str, manifest: str | None) -> None:
    explanation = explain(text)
    assert words in explanation.summary
    assert (manifest or "") in (explanation.remedies[0].manifest or "")
    assert (manifest is None) is (explanation.remedies[0].manifest is None)


def test_profile_of_a_kubeconfig_without_sign_in() -> None:
    error = "Error loading SSO Token: Token for acme does not exist"
    of_kubectl = f"{error}\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 255"
    assert "kubectl config view --minify" in explain(of_kubectl).remedies[0].commands[-1]
    assert explain(error).remedies[0].commands == ("aws sso login --sso-session acme",)


@pytest.mark.parametrize(
    ("helper", "known", "commands"),
    [
        ("aws", "", ["kubectl config view", "aws sso login --profile PROFILE"]),
        ("aws-iam-authenticator", "", ["kubectl config view", "aws sso login --profile PROFILE"]),
        ("aws", "$ kubectl get pods --profile dev\n$ aws eks get-token --profile dev\n", ["aws sso login --profile dev"]),
    ],
)  # fmt: skip
def test_profile_of_an_expired_sign_in_of_kubectl(helper: str, known: str, commands: list[str]) -> None:
    explanation = explain(
        f"{known}The SSO session associated with this profile has expired or is otherwise invalid.\nUnable to connect to the server: getting credentials: exec: executable {helper} failed with exit code 255"
    )
    assert f"This is why {'aws eks get-token' if helper == 'aws' else helper} failed" in explanation.summary
    shown = explanation.remedies[0].commands
    assert [line.startswith(start) for line, start in zip(shown, commands, strict=False)] == [True] * len(
        commands
    )


def test_client_of_php_without_values() -> None:
    error = r"InvalidArgumentException: Credentials must be an instance of 'Aws\Credentials\CredentialsInterface, an associative array"
    assert "getenv()" in explain(error).to_text(detail="full")
    assert explain(f"{error}\nphp artisan optimize").causes[0].code == "configuration-cached"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ('Fetching credentials...\n{"Version": 1, "AccessKeyId": "ASIAX"}\n', "Fetching credentials..."),
        ('{"Version": 1, "AccessKeyId": "ASIAX"}\n', None),
    ],
)
def test_output_of_a_credential_process(output: str, words: str | None) -> None:
    error = (
        "Error when retrieving credentials from custom-process: Expecting value: line 1 column 1 (char 0)\n"
    )
    explanation = explain(f"$ aws s3 ls --profile ops\n{error}$ /opt/creds.sh\n{output}")
    assert (words is not None and words in explanation.summary) is (words is not None)
    assert ("standard error" in explanation.remedies[0].title) is (words is not None)


@check_rows(
    ("shown", "is_other"),
    [
        ("$ echo $AWS_PROFILE\nprod\n", True),
        ("$ export AWS_PROFILE=prod\n", True),
        ("$ export AWS_PROFILE=default\n", False),
        ("", False),
    ],
)
def test_profile_of_a_block_instead_of_the_shell(shown: str, *, is_other: bool) -> None:
    identity = '$ aws sts get-caller-identity\n{ "Arn": "arn:aws:iam::111122223333:user/kim" }\n'
    block = 'provider "aws" {\n  profile = "default"\n}\n'
    explanation = explain(f"{_NO_SOURCES}\n{identity}{shown}{block}")
    assert (
        "names the profile default, which takes precedence over AWS_PROFILE (prod)" in explanation.summary
    ) is is_other


@pytest.mark.parametrize(
    ("resource", "step", "has_command"),
    [
        ("aws_instance", "In aws_instance.worker, set http_put_response_hop_limit = 2, and apply: that changes the running instance.", False),
        ("aws_launch_template", "In aws_launch_template.worker, set http_put_response_hop_limit = 2, and apply: new instances get it", True),
        (None, "New instances have the limit of their launch template", True),
    ],
)  # fmt: skip
def test_hop_limit_in_code(resource: str | None, step: str, *, has_command: bool) -> None:
    """What Terraform sets is changed there: it would undo the command."""
    options = '  metadata_options {\n    http_tokens = "required"\n    http_put_response_hop_limit = 1\n  }\n'
    shown = f'resource "{resource}" "worker" {{\n{options}}}' if resource else options
    run = "$ docker run --rm web:1\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n"
    remedy = explain(f"{run}{shown}\n\nOn the EC2 host itself, aws s3 ls works.").remedies[0]
    assert any(each.startswith(step) for each in remedy.steps)
    assert bool(remedy.commands) is has_command
    assert any("run the container again" in each for each in remedy.steps)
