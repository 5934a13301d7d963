"""Check that sessions, variables and settings which a text prints are used, and only if they are of the failed call."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_SESSION = "arn:aws:sts::111122223333:assumed-role/etl-run/job-7"
_ROLE = "arn:aws:iam::111122223333:role/etl-run"
_BARE = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
_LAKE = "AccessDeniedException: Insufficient Lake Formation permission(s): Required Create Table on mart"
_S3A = "java.nio.file.AccessDeniedException: s3a://lake/in/a.orc: getFileStatus on s3a://lake/in/a.orc: com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: W9VA1Z6XN1EE1X8Y)"
_GIVEN = f"AWS_ROLE_ARN={_ROLE}"


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        (f"10:01:02 INFO connected with {_SESSION} in eu-west-1", True),
        (f"[main] credentials: {_SESSION}", True),
        (f"session={_SESSION} region=eu-west-1", True),
        (f"Loaded the identity {_SESSION}.", True),
        (f"The job uses {_SESSION}", True),
        (f"Assuming the role deploy with {_SESSION}", False),
        (f"With {_SESSION} it works.", False),
        (f"My colleague uses {_SESSION}", False),
        (f"It should have been called as {_SESSION}", False),
        (f"Principal: {_SESSION}", False),
        (f"using {_SESSION}, later using {_SESSION}1", False),
        (f"SELECT was granted to {_SESSION}", False),
        (f"The nightly copy, made as {_SESSION}, succeeds", False),
        (f"The bucket policy denies requests with {_SESSION}", False),
        (f"CloudTrail shows that it was written using {_SESSION}", False),
        (f"Last month we were using {_SESSION}", False),
        (f"The test expects identity: {_SESSION}", False),
        (f"# old credentials: {_SESSION}", False),
    ],
)
def test_a_logged_session_is_the_caller(line: str, is_read: bool) -> None:  # noqa: FBT001 (a table)
    s3 = explain(f"{line}\n{_BARE}\n")
    lake = explain(f"{line}\n{_LAKE}\n")
    assert ("--role-name etl-run" in s3.to_text(detail="full")) is is_read
    assert (f"DataLakePrincipalIdentifier={_ROLE}" in lake.to_text(detail="full")) is is_read
    assert f"DataLakePrincipalIdentifier={_SESSION}" not in lake.to_text(detail="full")


@check_rows(
    ("before", "facts", "is_read"),
    [
        (f"INFO provider com.amazonaws.auth.WebIdentityTokenCredentialsProvider, {_GIVEN}", {}, True),
        (f"credentials from software.amazon.awssdk.WebIdentityTokenCredentialsProvider\n{_GIVEN}", {}, True),
        (f"{_GIVEN}\n  access_key   ****************Q3TR assume-role-with-web-identity", {}, True),
        (f"    env:\n    - name: AWS_ROLE_ARN\n      value: {_ROLE}\n", {"service_account": "etl"}, True),
        (_GIVEN, {"namespace": "data", "service_account": "etl"}, True),
        (_GIVEN, {}, False),
        (f"Unable to load credentials from WebIdentityTokenCredentialsProvider()\n{_GIVEN}", {}, False),
        (f"WebIdentityTokenCredentialsProvider was skipped\n{_GIVEN}", {}, False),
        (f"{_GIVEN}\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", {"service_account": "etl"}, False),
        (f"{_GIVEN}\nAWS_PROFILE=etl-admin", {"service_account": "etl"}, False),
        (f"The pod has no AWS_ROLE_ARN.\nother: {_GIVEN}", {"service_account": "etl"}, False),
    ],
)
def test_the_role_of_the_environment_is_the_caller(before: str, facts: dict[str, str], is_read: bool) -> None:  # noqa: FBT001 (a table)
    for error in (_S3A, _BARE):
        text = explain(f"{before}\n{error}", facts=facts).to_text(detail="full")
        assert ("put-role-policy --role-name etl-run" in text) is is_read, text


def test_whoever_reads_a_log_of_s3a_is_not_its_caller() -> None:
    text = str(explain(f"{_GIVEN}\n{_S3A}", facts={"service_account": "etl"}))
    assert "As the role etl-run, repeat the call as a GET" in text
    assert "get-caller-identity" not in text


_SCOPE = "An error occurred (SignatureDoesNotMatch) when calling the {} operation: Credential should be scoped to a valid region."
_GLOBAL = "https://sts.amazonaws.com"
_ENV = f"AWS_REGION=ap-south-1\nAWS_ENDPOINT_URL_STS={_GLOBAL}\n"


@check_rows(
    ("setting", "facts", "command"),
    [
        (_ENV, {}, "unset AWS_ENDPOINT_URL_STS"),
        (_ENV, {"service_account": "web"}, "kubectl set env"),
        (f"  - name: AWS_ENDPOINT_URL_STS\n    value: {_GLOBAL}/\n", {"service_account": "web"}, "AWS_ENDPOINT_URL_STS-"),
        (f"Environment:\n  AWS_REGION:            ap-south-1\n  AWS_ENDPOINT_URL_STS:  {_GLOBAL}\n", {"service_account": "web"}, "AWS_ENDPOINT_URL_STS-"),
        (f'{{"name": "AWS_ENDPOINT_URL_STS", "value": "{_GLOBAL}"}},\n/ecs/web/0a1b2c3d\n', {}, None),
        (f'/aws/lambda/web\n"Variables": {{\n  "AWS_ENDPOINT_URL_STS": "{_GLOBAL}"\n}}\n', {}, None),
    ],
)  # fmt: skip
def test_the_variable_of_the_global_endpoint_is_named(
    setting: str, facts: dict[str, str], command: str | None
) -> None:
    for operation in ("GetCallerIdentity", "AssumeRoleWithWebIdentity", "AssumeRole"):
        explanation = explain(f"{setting}{_SCOPE.format(operation)}", facts={"region": "ap-south-1", **facts})
        assert "AWS_ENDPOINT_URL_STS sends it to the global endpoint" in explanation.summary
        (remedy,) = explanation.remedies
        assert remedy.title.endswith("or set it to https://sts.ap-south-1.amazonaws.com")
        assert any(command in line for line in remedy.commands) if command else not remedy.commands
        assert "The code calls" not in str(explanation)


@check_rows(
    "text",
    [
        "AWS_ENDPOINT_URL_STS=https://sts.ap-south-1.amazonaws.com\n",
        f"# AWS_ENDPOINT_URL_STS={_GLOBAL}\n",
        f"AWS_ENDPOINT_URL_S3={_GLOBAL}\n",
        f"We removed AWS_ENDPOINT_URL_STS={_GLOBAL} yesterday.\n",
        f"AWS_ENDPOINT_URL_STS={_GLOBAL}\nAWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true\n",
        f"AWS_REGION=us-east-1\nAWS_ENDPOINT_URL_STS={_GLOBAL}\n",
    ],
)
def test_no_other_variable_is_taken_for_that_of_the_global_endpoint(text: str) -> None:
    region = "us-east-1" if "us-east-1" in text else "ap-south-1"
    explanation = explain(f"{text}{_SCOPE.format('GetCallerIdentity')}", facts={"region": region})
    assert "AWS_ENDPOINT_URL_STS sends" not in explanation.summary


# envFrom: "kubectl set env" removes nothing of it.
_MAPS = {
    "yaml": f"apiVersion: v1\ndata:\n  AWS_ENDPOINT_URL_STS: {_GLOBAL}\nkind: ConfigMap\nmetadata:\n  name: web-env\n  namespace: shop\n",
    "describe": f"$ kubectl -n shop describe cm web-env\nName:  web-env\nData\n====\nAWS_ENDPOINT_URL_STS:\n----\n{_GLOBAL}\n\n$ kubectl exec deploy/web -- env\nAWS_ENDPOINT_URL_STS={_GLOBAL}\n",
}


@check_rows("account", [{"service_account": "web", "namespace": "shop"}, {}], ids=["pod", "unknown"])
@check_rows("printed", _MAPS.values(), ids=_MAPS)
def test_a_variable_of_a_config_map_is_corrected_there(printed: str, account: dict[str, str]) -> None:
    facts = {"region": "ap-south-1", **account}
    explanation = explain(f"{_SCOPE.format('GetCallerIdentity')}\n\n{printed}", facts=facts)
    assert "AWS_ENDPOINT_URL_STS in the ConfigMap web-env sends it" in explanation.summary
    patch, *restart = explanation.remedies[0].commands
    assert patch.startswith("kubectl patch configmap web-env --namespace shop --type merge --patch ")
    assert '"AWS_ENDPOINT_URL_STS": "https://sts.ap-south-1.amazonaws.com"' in patch
    assert "kubectl rollout restart" in restart[-1]
    assert restart[-1].endswith("--namespace shop")


@check_rows(
    "printed",
    [
        _MAPS["yaml"].replace("  AWS_ENDPOINT", "  # AWS_ENDPOINT") + f"\n$ env\nAWS_ENDPOINT_URL_STS={_GLOBAL}\n",
        _MAPS["yaml"].replace("kind: ConfigMap", "kind: Example"),
        _MAPS["yaml"] + "---\n" + _MAPS["yaml"].replace("web-env", "old-env"),
        _MAPS["yaml"].replace("namespace: shop", "namespace: till"),
    ],
    ids=["comment", "other kind", "two ConfigMaps", "other namespace"],
)  # fmt: skip
def test_only_the_config_map_with_the_variable_is_corrected(printed: str) -> None:
    facts = {"region": "ap-south-1", "service_account": "web", "namespace": "shop"}
    explanation = explain(f"{_SCOPE.format('GetCallerIdentity')}\n\n{printed}", facts=facts)
    assert "kubectl set env" in explanation.remedies[0].commands[-1]
    assert "ConfigMap web-env" not in explanation.summary


_STILL_EXPIRED = "RuntimeError: Credentials were refreshed, but the refreshed credentials are still expired."
_CONFIG = "[profile etl]\ncredential_process = {}\n"
_PRINTED = '$ {} | grep Expiration\n  "Expiration": "{}",\n'
_DATE = "$ date -u\nFri Nov 20 05:12:44 UTC 2026\n"


@check_rows(
    ("process", "end", "date", "verdict", "title", "first"),
    [
        ("/opt/get-keys --cache /var/cache/keys/etl.json", "2026-11-18T02:00:00Z", _DATE, "had expired already: Expiration is 2026-11-18T02:00:00Z, and date prints 2026-11-20T05:12:44Z", "Move the cache /var/cache/keys/etl.json of /opt/get-keys away", "mv /var/cache/keys/etl.json /var/cache/keys/etl.json.old"),
        ("get-keys ~/.cache/keys.json", "2026-11-18T02:00:00Z", "$ date -u +%FT%TZ\n2026-11-20T05:12:44Z\n", "date prints 2026-11-20T05:12:44Z", "Move the cache ~/.cache/keys.json of the", "mv ~/.cache/keys.json ~/.cache/keys.json.old"),
        ("/opt/get-keys", "2026-11-20T03:00:00Z", "$ /opt/get-keys | jq -r .Expiration; date -u +%FT%TZ\n2026-11-18T02:00:00Z\n2026-11-20T05:12:44Z\n", "had expired already: Expiration is 2026-11-18T02:00:00Z, and date prints 2026-11-20T05:12:44Z", "Delete the cache of /opt/get-keys", "sh -c"),
        ("/opt/get-keys", "2026-11-18T02:00:00Z", _DATE, "had expired already", "Delete the cache of /opt/get-keys", "sh -c"),
        ("cat /srv/cache/keys.json", "2026-11-18T02:00:00Z", _DATE, "had expired already", "Run cat", "sh -c"),
        ("/opt/get-keys", "2026-11-19T15:00:00Z", _DATE, "had expired already", "Delete the cache of /opt/get-keys", "sh -c"),
        ("/opt/get-keys", "2026-11-19T15:30:00Z", _DATE, "have expired by the machine's clock: Expiration is", "Delete the cache of /opt/get-keys", "date -u"),
        ("/opt/get-keys", "2026-11-20T02:00:00Z", _DATE, "have expired by the machine's clock: Expiration is", "Delete the cache of /opt/get-keys", "date -u"),
        ("/opt/get-keys", "2026-11-20T02:00:00Z", f"{_DATE}$ timedatectl\n System clock synchronized: yes\n", "The clock is synchronized (System clock synchronized: yes)", "Delete the cache of /opt/get-keys", "sh -c"),
        ("/opt/get-keys", "2026-11-20T02:00:00Z", f"{_DATE}$ timedatectl\n System clock synchronized: no\n", "have expired by the machine's clock: Expiration is", "Delete the cache of /opt/get-keys", "date -u"),
        ("/opt/get-keys", "2026-11-20T02:00:00Z", f"{_DATE}$ chronyc tracking\nLeap status     : Normal\n", "had expired already: Expiration is 2026-11-20T02:00:00Z", "Delete the cache of /opt/get-keys", "sh -c"),
        ("/opt/get-keys", "2026-11-20T02:00:00Z", "$ timedatectl show\nNTPSynchronized=yes\n", "they are old. The clock is synchronized (NTPSynchronized=yes)", "Run /opt/get-keys", "sh -c"),
        ("/opt/get-keys", "2026-11-20T09:00:00Z", _DATE, "they are old, or the clock is ahead", "Run /opt/get-keys", "date -u"),
        ("/opt/get-keys", "2026-11-18T02:00:00Z", "", "they are old, or the clock is ahead", "Run /opt/get-keys", "date -u"),
        ("/opt/get-keys", "2026-11-18T02:00:00Z", f"{_DATE}$ curl -I https://sts.amazonaws.com\nDate: Wed, 18 Nov 2026 01:12:44 GMT\n", "they are old, or the clock is ahead", "Run /opt/get-keys", "date -u"),
    ],
)  # fmt: skip
def test_a_printed_expiration_is_compared_with_the_time(
    process: str, end: str, date: str, verdict: str, title: str, first: str
) -> None:
    text = f"{_CONFIG.format(process)}$ AWS_PROFILE=etl ./run\n{_STILL_EXPIRED}\n{_PRINTED.format(process, end)}{date}"
    explanation = explain(text)
    assert verdict in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.title.startswith(title)
    assert remedy.commands[0].startswith(first)
    assert ("clock-wrong" in [each.code for each in explanation.causes]) is (
        not any(words in verdict for words in ("had expired", "date prints", "is synchronized"))
    )


def test_another_sessions_expiration_is_not_that_of_the_source() -> None:
    """The AWS CLI prints one for each session, and old credentials of an endpoint need no cache."""
    other = _PRINTED.format("aws sts get-session-token", "2026-11-18T02:00:00Z")
    text = f"{_CONFIG.format('/opt/get-keys')}$ AWS_PROFILE=etl ./run\n{_STILL_EXPIRED}\n{other}{_DATE}"
    assert "the clock is ahead" in explain(text).summary
    endpoint = _PRINTED.format(
        'curl "169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"', "2026-11-18T02:00:00Z"
    )
    explanation = explain(f"{_STILL_EXPIRED}\n{endpoint}{_DATE}")
    assert (
        "The credential endpoint of the container returned credentials that had expired already"
        in explanation.summary
    )
    assert not any(
        "mv " in line or line == "date -u" for each in explanation.remedies for line in each.commands
    )


_PROVIDER = """│ Error: Cannot assume IAM Role
│
│   with provider["registry.terraform.io/hashicorp/aws"],
│   on main.tf line 1, in provider "aws":
│    1: provider "aws" {{
│
│ IAM Role ({role}) cannot be assumed.
│
│ Error: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID:
│ 6c2f7e7a-2b0a-4b5f-8f6e-2f9d3c4b5a60, api error InvalidClientTokenId: The security token included in the request is invalid.
╵
provider "aws" {{
  region = {value}
  assume_role {{ role_arn = "{role}" }}
}}
{code}
$ aws sts get-caller-identity --region {home} --query Arn
"{caller}"
"""
_CHINA = {
    "role": "arn:aws-cn:iam::111122223333:role/tf",
    "home": "cn-north-1",
    "caller": "arn:aws-cn:iam::111122223333:user/tf",
}
_GOV = {
    "role": "arn:aws-us-gov:iam::111122223333:role/tf",
    "home": "us-gov-east-1",
    "caller": "arn:aws-us-gov:iam::111122223333:user/tf",
}


@check_rows(
    ("names", "value", "code", "called", "fix"),
    [
        (_GOV, "var.where", 'variable "where" {\n  type = string\n  default = "eu-west-1"\n}', "eu-west-1", 'variable "where" {\n  default = "us-gov-east-1"'),
        (_CHINA, "local.region", 'locals {\n  name = "a"\n  region = "us-west-2"\n}', "us-west-2", 'locals {\n  region = "cn-north-1"'),
        (_CHINA, '"ap-east-1"', "", "ap-east-1", 'provider "aws" {\n  region = "cn-north-1"'),
        (_GOV, "var.where", 'variable "where" { default = "us-gov-east-1" }\n$ terraform plan -var where=us-east-2', "us-east-2", "terraform plan -var where=us-gov-east-1"),
        (_GOV, "var.where", '$ cat terraform.tfvars\nwhere = "us-east-2"', "us-east-2", "terraform plan -var where=us-gov-east-1"),
        (_GOV, "var.where", 'variable "where" {}\n$ env\nTF_VAR_where=us-east-2', "us-east-2", "terraform plan -var where=us-gov-east-1"),
    ],
)  # fmt: skip
def test_the_region_of_a_provider_is_that_of_its_variable(
    names: dict[str, str], value: str, code: str, called: str, fix: str
) -> None:
    explanation = explain(_PROVIDER.format(**names, value=value, code=code))
    assert f": {called} is in the commercial Regions" in explanation.summary
    (remedy,) = explanation.remedies
    assert fix in "\n".join((*remedy.commands, remedy.manifest or ""))
    assert f"region = {value} in the provider block" in remedy.steps[0]
    text = explanation.to_text(detail="full")
    assert f"successful calls in {names['home']}" in " ".join(text.split())
    assert "create-access-key" not in text
    assert "arn:aws:" not in text


@check_rows(
    ("value", "code"),
    [
        ("var.where", 'variable "where" { default = "us-gov-east-1" }'),
        ("var.where", 'variable "other" { default = "eu-west-1" }'),
        ("var.where", 'variable "where" {}'),
        ('"us-gov-east-1"', 'provider "aws" {\n  alias = "b"\n  region = "eu-west-1"\n}'),
    ],
    ids=["right", "another variable", "no default", "alias"],
)
def test_other_regions_in_the_code_are_not_that_of_the_provider(value: str, code: str) -> None:
    explanation = explain(_PROVIDER.format(**_GOV, value=value, code=code))
    assert "eu-west-1" not in explanation.summary
    assert not any(each.title.startswith("Set the Region of the provider") for each in explanation.remedies)


@check_rows(
    ("text", "facts", "command"),
    [
        ("AWS_REGION=eu-west-1\nAWS_ENDPOINT_URL_SQS=https://sqs.us-east-1.amazonaws.com\n", {}, "unset AWS_ENDPOINT_URL_SQS"),
        ("  - name: AWS_ENDPOINT_URL_SQS\n    value: https://sqs.us-east-1.amazonaws.com\n", {"service_account": "api", "region": "eu-west-1"}, "AWS_ENDPOINT_URL_SQS-"),
        ("    AWS_ENDPOINT_URL:    https://sqs.us-east-1.amazonaws.com\n", {"service_account": "api", "region": "eu-west-1"}, "AWS_ENDPOINT_URL-"),
        ('/aws/lambda/api\n"AWS_ENDPOINT_URL_SQS": "https://sqs.us-east-1.amazonaws.com"\n', {"region": "eu-west-1"}, None),
        ("endpoint_url = https://sqs.us-east-1.amazonaws.com\nregion = eu-west-1\n", {}, None),
    ],
)  # fmt: skip
def test_a_variable_of_another_regions_endpoint_is_removed_where_it_is_set(
    text: str, facts: dict[str, str], command: str | None
) -> None:
    explanation = explain(f"{text}{_SCOPE.format('ReceiveMessage')}", facts=facts)
    assert "is signed for eu-west-1, but " in explanation.summary
    assert "sends it to sqs.us-east-1.amazonaws.com" in explanation.summary
    lines = explanation.remedies[0].commands
    assert any(command in line for line in lines) if command else not any("unset" in each for each in lines)


def test_a_regional_endpoint_of_the_facts_region_is_no_mistake() -> None:
    text = f"AWS_ENDPOINT_URL_SQS=https://sqs.eu-west-1.amazonaws.com\n{_SCOPE.format('ReceiveMessage')}"
    assert "unset" not in str(explain(text, facts={"region": "eu-west-1"}))


def test_the_region_of_a_provider_is_not_that_of_another_command() -> None:
    denied = "An error occurred (AuthorizationError) when calling the Publish operation: User: arn:aws:iam::111122223333:user/mia is not authorized to perform: SNS:Publish because no identity-based policy allows the SNS:Publish action"
    provider = 'provider "aws" {\n  region = "eu-west-1"\n}\nError: reading IAM Role: api error AccessDenied: x\n  with aws_iam_role.a,\n'
    explanation = explain(f"{provider}$ AWS_REGION=us-east-1 aws sns publish --topic-arn x\n{denied}")
    assert "arn:aws:sns:us-east-1:111122223333" in str(explanation)
    assert "arn:aws:sns:eu-west-1" not in str(explanation)


def test_options_of_the_aws_cli_are_for_no_other_program() -> None:
    failed = "Error: configuring Terraform AWS Provider: validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1b2c3d4e-0000-4000-8000-000000000000, api error InvalidClientTokenId: The security token included in the request is invalid."
    worked = "terraform plan -var region=eu-west-1 worked yesterday\n"
    explanation = explain(f"{worked}$ terraform plan -var region=cn-north-1\n{failed}\n")
    assert "cn-north-1 is in the Regions in China" in explanation.summary
    commands = [str(line) for each in explanation.remedies for line in each.commands]
    assert not any(line.startswith("terraform") and " --" in line for line in commands)


def test_an_external_id_goes_where_the_role_is_assumed() -> None:
    denied = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/mia is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/x\n"
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/mia"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"abc-123"}}}]}\n'
    calls = {
        'provider "aws" { assume_role { role_arn = "arn:aws:iam::444455556666:role/x" } }': True,
        "$ aws sts assume-role --role-arn arn:aws:iam::444455556666:role/x --role-session-name mia": False,
    }
    for call, is_named in calls.items():
        step = explain(f"{denied}{trust}{call}").remedies[0].steps[0]
        assert ("in the block assume_role of Terraform" in step) is is_named


def test_the_only_other_profile_is_not_that_of_a_call_with_the_default_one() -> None:
    expired = "An error occurred (ExpiredTokenException) when calling the ListTables operation: The security token included in the request is expired\n"
    profile = "[profile live]\nlogin_session = arn:aws:iam::111122223333:user/kim\n"
    assert "aws login --profile live" in explain(f"{expired}{profile}").remedies[0].commands
    others = explain(f"{expired}{profile}[default]\nregion = eu-west-1\n$ aws dynamodb list-tables\n")
    assert "--profile live" not in others.to_text(detail="full")
