"""The text shows that a call goes to the wrong place: another service, another Region, or a closed collection."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

SCOPE = "InvalidSignatureException: Credential should be scoped to correct service: '{}'. "


@check_rows(
    ("code", "expected", "service", "corrected"),
    [
        (
            "const keys = new APIGateway({ endpoint: URL, region: 'eu-west-1' });",
            "execute-api",
            "apigateway",
            "const keys = new APIGateway({ region: 'eu-west-1' });",
        ),
        (
            "keys = boto3.client('apigateway', region_name='eu-west-1', endpoint_url=os.environ['URL'])",
            "execute-api",
            "apigateway",
            "keys = boto3.client('apigateway', region_name='eu-west-1')",
        ),
        (
            "$db = new Aws\\DynamoDb\\DynamoDbClient(['endpoint' => $url, 'region' => 'eu-west-1']);",
            "sqs",
            "dynamodb",
            "$db = new Aws\\DynamoDb\\DynamoDbClient(['region' => 'eu-west-1']);",
        ),
        ("SnsClient.builder().endpointOverride(uri).build()", "sqs", "sns", None),
        (
            "var sns = new AmazonSNSClient(new AmazonSNSConfig { ServiceURL = url });",
            "sqs",
            "sns",
            "var sns = new AmazonSNSClient(new AmazonSNSConfig {});",
        ),
    ],
    ids=["javascript", "python", "php", "java", "dotnet"],
)
def test_client_with_the_endpoint_of_another_service(
    code: str, expected: str, service: str, corrected: str | None
) -> None:
    explanation = explain(f"{code}\n\n{SCOPE.format(expected)}")
    assert f"The client of {service} sends its calls to an endpoint of {expected}" in explanation.summary
    assert explanation.remedies[0].manifest == corrected
    assert not any(each.title.startswith("Sign for") for each in explanation.remedies)


@pytest.mark.parametrize(
    "code",
    [
        "const socket = new ApiGatewayManagementApi({ endpoint: URL });",
        "const mail = new SESClient({ region: 'eu-west-1' });\nawait fetch(URL, signed);",
    ],
    ids=["own endpoint", "no endpoint"],
)
def test_client_that_is_not_the_cause(code: str) -> None:
    explanation = explain(f"{code}\n\n{SCOPE.format('execute-api')}")
    assert "The client of" not in explanation.summary


INDEX = "elastic: Error 403 (Forbidden): User does not have permissions for the requested resource [type=authorization_exception]"
ROLE = "arn:aws:iam::111122223333:role/"
IN_TERRAFORM = f"""resource "aws_opensearchserverless_access_policy" "docs" {{
  name = "docs-data"
  policy = jsonencode([{{
    Rules = [{{ ResourceType = "index", Resource = ["index/docs/*"], Permission = ["aoss:CreateIndex"] }}]
    Principal = [
      "{ROLE}docs-api"
    ]
  }}])
}}
"""
PRINTED = f"""$ aws opensearchserverless get-access-policy --type data --name docs-data
{{"policy": [{{"Rules": [{{"Resource": ["index/docs/*"], "Permission": ["aoss:ReadDocument"]}}], "Principal": ["{ROLE}docs-api"]}}]}}
"""


@pytest.mark.parametrize("policy", [IN_TERRAFORM, PRINTED], ids=["terraform", "cli"])
def test_role_that_a_data_access_policy_does_not_list(policy: str) -> None:
    explanation = explain(f"{INDEX}\n\n{policy}\nThe job runs with {ROLE}docs-deploy, AdministratorAccess.")
    assert explanation.summary.endswith("its data access policy docs-data does not list docs-deploy.")
    first = explanation.remedies[0]
    assert first.title == "Add docs-deploy to Principal in the data access policy docs-data"
    assert (f'"{ROLE}docs-deploy"' in (first.manifest or "")) is (policy is IN_TERRAFORM)
    assert "which AdministratorAccess includes" in explanation.notes[0]


def test_caller_of_opensearch_py_that_a_data_access_policy_does_not_list() -> None:
    """The client passes on only the status."""
    caller = "get-caller-identity says arn:aws:sts::111122223333:assumed-role/docs-deploy/i-0a1b"
    denied = "opensearchpy.exceptions.AuthorizationException: AuthorizationException(403, 'Forbidden')"
    explanation = explain(f"{denied}\n{caller}\n{PRINTED}")
    assert explanation.summary.endswith("its data access policy docs-data does not list docs-deploy.")
    assert explain(f"{denied}\n{caller}").causes[0].code != explanation.causes[0].code


def test_role_that_a_data_access_policy_lists() -> None:
    caller = '{"Arn": "arn:aws:sts::111122223333:assumed-role/docs-api/i-0a1b"}'
    explanation = explain(f"{caller}\n{INDEX}\n{PRINTED}")
    assert "lists docs-api, but no rule with it allows the request" in explanation.summary


def test_region_of_identity_center_is_not_that_of_the_collection() -> None:
    role = f"{ROLE}aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admins_0123456789abcdef"
    explanation = explain(f"{INDEX}\n\nI use {role}")
    assert "eu-west-1" not in "".join(explanation.remedies[0].commands)
    listed = IN_TERRAFORM.replace(f"{ROLE}docs-api", role)
    explanation = explain(f"{INDEX}\n\n{listed}\nThe job runs with {ROLE}docs-deploy.")
    assert "people who sign in to IAM Identity Center" in str(explanation)


def test_unknown_data_access_policy() -> None:
    explanation = explain(INDEX)
    assert explanation.causes[0].code == "data-access-policy"
    assert [each.commands[0] for each in explanation.remedies][1] == "aws sts get-caller-identity"
    of_base = explain(
        "An error occurred (ValidationException) when calling the CreateKnowledgeBase operation: Request failed: [authorization_exception] User does not have permissions for the requested resource"
    )
    assert "the role of the knowledge base" in of_base.summary
    of_stack = explain(
        f'CREATE_FAILED | AWS::Bedrock::KnowledgeBase | Docs Resource handler returned message: "{BASE}Request failed: [security_exception] 403 Forbidden (Service: BedrockAgent, Status Code: 400)"'
    )
    assert "the role of the knowledge base" in of_stack.summary


BASE = "ValidationException: The knowledge base storage configuration provided is invalid... "


@pytest.mark.parametrize(
    ("answer", "is_denied"),
    [
        ("Request failed: [security_exception] 403 Forbidden", True),
        ("Dependency error document status code: 403, error message: Bad Authorization", True),
        ("Dependency error document status code: 404, error message: no such index [docs]", False),
    ],
)
def test_answer_that_bedrock_passes_on(answer: str, *, is_denied: bool) -> None:
    code = f'resource "aws_bedrockagent_knowledge_base" "docs" {{\n  role_arn = "{ROLE}docs-kb"\n}}\n# docs-kb: Allow aoss:*\n'
    explanation = explain(f"{BASE}{answer}\n\n{code}{IN_TERRAFORM}")
    assert (explanation.causes[0].code == "data-access-policy") is is_denied
    if is_denied:
        assert explanation.summary.endswith("its data access policy docs-data does not list docs-kb.")
        assert explanation.notes[0].endswith("aoss:* is not required: take it back.")


_KB_POLICY = 'resource "aws_iam_role_policy" "kb" {\n  role = aws_iam_role.kb.id%s\n  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "aoss:APIAccessAll", Resource = "*" }] })\n}\n'


@check_rows(
    ("code", "listed", "name"),
    [
        (_KB_POLICY % "  # docs-kb", "aws_iam_role.kb.arn", "docs-kb"),
        (_KB_POLICY % "", "aws_iam_role.kb.arn", None),
        (_KB_POLICY % "  # set by the module", "aws_iam_role.kb.arn", None),
        (f'resource "aws_iam_role" "kb" {{\n  name = "docs-kb"\n}}\n{_KB_POLICY % ""}', "aws_iam_role.kb.arn", "docs-kb"),
        (f'resource "aws_iam_role" "kb" {{\n  name = "docs-kb"\n  path = "/kb/"\n}}\n{_KB_POLICY % ""}', "aws_iam_role.kb.arn", None),
        ("", '"PRINCIPAL_ARN"', None),
        ((_KB_POLICY % "").replace("aoss:APIAccessAll", "s3:GetObject"), '"PRINCIPAL_ARN"', None),
    ],
)  # fmt: skip
def test_role_that_code_refers_to(code: str, listed: str, name: str | None) -> None:
    """A data access policy in code refers to the role as the rest of the code does, so that no name is missing."""
    code = f'{code}{IN_TERRAFORM}\nPermission = ["aoss:*"]\nAllowFromPublic = true'
    explanation = explain(f"{BASE}Request failed: [security_exception] 403 Forbidden\n\n{code}")
    assert f"\n  {listed},\n" in (explanation.remedies[0].manifest or "")
    assert explanation.summary.endswith(f"does not list {name}.") is (name is not None)
    assert "take it back" not in str(explanation)
    assert "check the network policy" not in str(explanation.remedies[0].steps)


SIGN_IN = "The browser shows: invalid_grant, Invalid grant provided\n"


@check_rows(
    ("given", "command"),
    [
        ("SSO region [None]: eu-central-1", "aws configure sso --profile PROFILE"),
        ("[sso-session corp]\nsso_region = eu-central-1", "aws sso login --profile PROFILE"),
        ("Open https://device.sso.eu-central-1.amazonaws.com/", "aws sso login --profile PROFILE"),
    ],
    ids=["prompt", "setting", "address"],
)
@check_rows(
    "home",
    [
        "https://corp.awsapps.com/start/user-consent/authorize.html?clientId=a&region=eu-west-1&state=b",
        "POST https://oidc.eu-west-1.amazonaws.com/device_authorization/associate_token 400",
    ],
    ids=["page", "call"],
)
def test_sign_in_in_another_region(given: str, command: str, home: str) -> None:
    explanation = explain(f"{given}\n{home}\n{SIGN_IN}")
    assert (
        explanation.summary
        == "The sign-in was started in eu-central-1, but IAM Identity Center is in eu-west-1: sso_region must be eu-west-1."
    )
    assert command in explanation.remedies[0].commands


@check_rows(
    ("said", "region"),
    [
        ("Our Identity Center was set up in Dublin, long ago.", "eu-west-1"),
        ("The admin says that SSO lives in us-east-2.", "us-east-2"),
        ("Is Identity Center in Ireland?", None),
        ("The Identity Center team is in Ireland.", None),
        ("Our office is in Dublin.", None),
    ],
)
def test_sign_in_with_a_region_that_people_name(said: str, region: str | None) -> None:
    error = (
        "An error occurred (InvalidRequestException) when calling the StartDeviceAuthorization operation: "
    )
    explanation = explain(f"{error}\n[sso-session corp]\nsso_region = eu-central-1\n\n{said}\n")
    assert ("IAM Identity Center is in " in explanation.summary) == (region is not None)
    assert region is None or f"IAM Identity Center is in {region}" in explanation.summary


def test_sign_in_that_the_browser_reports_twice() -> None:
    call = 'POST https://oidc.eu-west-1.amazonaws.com/device_authorization/associate_token {"error_description":"Invalid grant provided"}'
    explanation = explain(
        f"SSO start URL: https://corp.awsapps.com/start\nhttps://device.sso.eu-central-1.amazonaws.com/\nhttps://corp.awsapps.com/start/authorize.html?region=eu-west-1\n{SIGN_IN}\n{call}"
    )
    assert "more failure" not in explanation.to_text(detail="full")


def test_sign_in_whose_regions_do_not_contradict() -> None:
    page = "https://corp.awsapps.com/start/authorize.html?region=eu-west-1\n"
    explanation = explain(f"sso_region = eu-west-1\n{page}{SIGN_IN}oidc.eu-west-1.amazonaws.com")
    assert "or the code has expired" in explanation.summary


_IN_DOTNET = "Unhandled exception. Amazon.Runtime.AmazonServiceException: Unable to get IAM security credentials from EC2 Instance Metadata Service.\n   at Amazon.Runtime.DefaultInstanceProfileAWSCredentials.FetchCredentials()\n\n"
_IN_JAVA = "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(): [InstanceProfileCredentialsProvider(): Failed to load credentials from IMDS.]\n\n"
_IN_PYTHON = "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n"


@check_rows(
    ("text", "says", "step"),
    [
        (f"{_IN_DOTNET}In Visual Studio 2022. I ran `aws sso login --profile team` before.", "in Visual Studio 2022: nothing selects the profile team", "launchSettings.json"),
        (f"{_IN_DOTNET}Locally, signed in with aws sso login --profile team", "nothing selects the profile team", "AWSSDK.SSOOIDC"),
        (f"{_IN_JAVA}Started from IntelliJ IDEA. Logged in with aws sso login --profile shop.", "in IntelliJ IDEA: nothing selects the profile shop", "modules sso and ssooidc"),
        (f"{_IN_PYTHON}I debug it in VS Code; `aws s3 ls --profile stage` works in a terminal.", "in VS Code: nothing selects the profile stage", "launch.json"),
        (f"{_IN_PYTHON}In PyCharm. I did aws login --profile shop.", "in PyCharm: nothing selects the profile shop", "Edit Configurations"),
        # Nobody says that the program runs there, or that the sign-in succeeded.
        (f"{_IN_PYTHON}It works in PyCharm, but not in the job.", "The SDK found no credentials.", ""),
        (f"{_IN_PYTHON}In PyCharm. I have not run aws sso login --profile shop.", "The SDK found no credentials.", ""),
        (f"{_IN_PYTHON}In a dev container of VS Code.", "The SDK found no credentials", ""),
    ],
)  # fmt: skip
def test_profile_of_a_program_in_an_ide(text: str, says: str, step: str) -> None:
    explanation = explain(text)
    assert says in explanation.summary
    first = explanation.remedies[0]
    assert step in " ".join(first.steps)
    assert ("Select the profile" in first.title) is bool(step)


@pytest.mark.parametrize("words", ["Running locally.", "On my laptop, in Rider.", "I start it in GoLand."])
def test_program_on_a_computer_gets_no_instance_role(words: str) -> None:
    explanation = explain(f"{_IN_DOTNET}{words}")
    assert not any("instance-profile" in str(each.commands) for each in explanation.remedies)
