"""Tests for requests that the URL of a Lambda function rejects: the AuthType and the request in the text decide."""

from __future__ import annotations

import pytest

from iamtriage import explain, scan
from tests.tables import check_rows

URL = "https://abcdefghij0123456789klmnopqrstuv.lambda-url.eu-west-1.on.aws/orders"
BARE = 'x-amzn-ErrorType: AccessDeniedException\n\n{"Message":"Forbidden"}'
LONG = '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
UNSIGNED = "its AuthType is AWS_IAM, and the request is not signed"
CLOSED = "its AuthType is NONE, and the function policy does not allow everyone"


@check_rows(
    ("text", "verdict", "first", "command"),
    [
        (f"$ curl {URL} -d '{{}}'\n{BARE}\nFunctionUrlConfig:\n  AuthType: AWS_IAM", UNSIGNED, "Sign the request", URL),
        (f"$ curl -X DELETE {URL}\n{LONG}\nauthType: lambda.FunctionUrlAuthType.AWS_IAM", UNSIGNED, "Sign the request", f"--request DELETE {URL}"),
        (f'$ curl {URL}\n{{"Message":"Forbidden"}}\nauthorization_type = "NONE"', CLOSED, "If the URL is meant to be public", "lambda:InvokeFunctionUrl"),
        (f'$ awscurl --service lambda {URL}\n{BARE}\n"AuthType": "AWS_IAM",', "its AuthType is AWS_IAM, and the caller is not allowed", "Check the AuthType", "get-policy"),
        (f"$ curl {URL}\n{BARE}", "it is not signed, or the function policy does not allow it", "Check the AuthType", URL),
    ],
    ids=["SAM", "CDK", "Terraform", "signed", "unknown"],
)  # fmt: skip
def test_function_url(text: str, verdict: str, first: str, command: str) -> None:
    explanation = explain(text)
    assert explanation.summary == f"The function URL {URL} rejected the request: {verdict}."
    remedy = explanation.remedies[0]
    assert remedy.title.startswith(first)
    assert command in " ".join(remedy.commands)
    assert (remedy.who == "you") == (verdict == UNSIGNED)
    # Whoever signs needs no other type, and no policy of the function.
    assert ("AuthType NONE would make the function public" in " ".join(remedy.steps)) == (verdict == UNSIGNED)
    assert verdict != UNSIGNED or len(remedy.commands) == 1


def test_the_url_of_another_request_does_not_decide() -> None:
    other = URL.replace("abcdefghij", "0123456789")
    assert (
        f" {URL} rejected" in explain(f"$ curl {other}\nok\n$ curl {URL}\n{LONG}\n$ curl {other}\nok").summary
    )


@pytest.mark.parametrize("own", ["Forbidden", "Unauthorized"])
def test_the_response_to_another_request_to_api_gateway_does_not_decide(own: str) -> None:
    other = "Unauthorized" if own == "Forbidden" else "Forbidden"
    call = '$ curl https://0a1b2c3d4e.execute-api.eu-west-1.amazonaws.com/prod/orders\n{{"message":"{}"}}\n'
    failures = list(scan(call.format(own) + call.format(other)))
    codes = [explain(each).causes[0].code for each in failures]
    assert codes == [f"gateway-{own.lower()}", f"gateway-{other.lower()}"]


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ('resource "aws_apigatewayv2_route" "cart" {\n  authorization_type = "NONE"\n}', "it is not signed, or the function policy does not allow it"),
        ('resource "aws_api_gateway_rest_api" "cart" {}\nresource "aws_lambda_function_url" "cart" {\n  authorization_type = "NONE"\n}', CLOSED),
    ],
    ids=["route", "function URL"],
)  # fmt: skip
def test_the_type_of_a_route_of_api_gateway_is_not_that_of_the_url(code: str, verdict: str) -> None:
    assert explain(f"{code}\n$ curl {URL}\n{LONG}").summary.endswith(f": {verdict}.")


POLICY = '{{"Version":"2012-10-17","Statement":[{{"Sid":"Url","Effect":"Allow","Principal":{principal},"Action":{actions},"Resource":"arn:aws:lambda:eu-west-1:111122223333:function:orders"{rest}}}]}}'
SOURCE = "arn:aws:cloudfront::111122223333:distribution/E2QWRUHEXAMPLE"
OF_CLOUDFRONT = f',"Condition":{{"ArnLike":{{"AWS:SourceArn":"{SOURCE}"}}}}'


@check_rows(
    ("principal", "rest", "command"),
    [
        ('"*"', "", "--principal '*' --invoked-via-function-url"),
        ('{"Service":"cloudfront.amazonaws.com"}', OF_CLOUDFRONT, f"--principal cloudfront.amazonaws.com --source-arn {SOURCE}"),
        ('{"AWS":"*"}', OF_CLOUDFRONT.replace(f'"{SOURCE}"', "[]"), "--principal '*' --invoked-via-function-url"),
        ('"*"', ',"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}', "--principal '*' --principal-org-id o-a1b2c3d4e5 --invoked-via-function-url"),
        ('"*"', ',"Condition":{"StringNotEquals":{"aws:SourceAccount":"111122223333"}}', "--principal '*' --invoked-via-function-url"),
        ('{"Federated":"cognito-identity.amazonaws.com"}', "", "--principal PRINCIPAL"),
    ],
    ids=["public", "CloudFront", "no value", "organization", "exception", "other"],
)  # fmt: skip
def test_the_second_action(principal: str, rest: str, command: str) -> None:
    one = POLICY.format(principal=principal, actions='"lambda:InvokeFunctionUrl"', rest=rest)
    both = POLICY.format(
        principal=principal, actions='["lambda:InvokeFunctionUrl","lambda:InvokeFunction"]', rest=rest
    )
    explanation = explain(f"{LONG}\n{one}")
    assert explanation.causes[0].code == "function-url-lacks-action"
    assert explanation.remedies[0].commands[0].endswith(command)
    assert "--action lambda:InvokeFunction " in explanation.remedies[0].commands[0]
    assert explain(f"{LONG}\n{both}").causes[0].code == "function-url-rejected"


_ADD = "$ aws lambda add-permission --function-name orders --statement-id Url --action {} \\\n    --principal {}\n"


@pytest.mark.parametrize(
    ("actions", "principal", "command"),
    [
        (("lambda:InvokeFunctionUrl",), '"*" --function-url-auth-type NONE', "--principal '*' --invoked-via-function-url"),
        (("lambda:InvokeFunctionUrl",), f"cloudfront.amazonaws.com --source-arn {SOURCE}", f"--principal cloudfront.amazonaws.com --source-arn {SOURCE}"),
        (("lambda:InvokeFunctionUrl", "lambda:InvokeFunction"), '"*"', None),
    ],
    ids=["public", "CloudFront", "both"],
)  # fmt: skip
def test_the_second_command(actions: tuple[str, ...], principal: str, command: str | None) -> None:
    explanation = explain("".join(_ADD.format(each, principal) for each in actions) + LONG)
    assert (explanation.causes[0].code == "function-url-lacks-action") is (command is not None)
    line = explanation.remedies[0].commands[0]
    assert command is None or line.endswith(command)
    assert command is None or "--function-name orders " in line


def test_cloudfront_has_no_policies() -> None:
    explanation = explain(f"x-cache: Error from cloudfront\n{LONG}")
    assert explanation.remedies[0].steps[0].startswith("CloudFront has no IAM policies: ")
    assert explanation.summary.endswith("or the origin does not sign.")
    assert len(explanation.remedies) == 1
    # Without IAM, CloudFront has nothing to sign. To open the function to everyone is no fix for it.
    public = explain(f"x-cache: Error from cloudfront\n{LONG}\nAuthType: NONE")
    assert "the function policy does not allow everyone" in public.summary
    assert [each.title for each in public.remedies] == [explanation.remedies[0].title]


@check_rows(
    ("said", "is_lacking"),
    [
        ("resource policy: Allow, Principal *, lambda:InvokeFunctionUrl", True),
        ("The function's policy lets everyone call InvokeFunctionUrl.", True),
        ("the resource-based policy has lambda:InvokeFunctionUrl and lambda:InvokeFunction for *", False),
        ("The function policy allows only cloudfront.amazonaws.com to use lambda:InvokeFunctionUrl.", False),
        ("Does the function policy need lambda:InvokeFunctionUrl for everyone?", False),
        ("The function policy does not allow everyone lambda:InvokeFunctionUrl.", False),
    ],
)  # fmt: skip
def test_policy_in_a_sentence(said: str, *, is_lacking: bool) -> None:
    explanation = explain(f"$ curl {URL}\n{LONG}\n\nThe auth type is NONE. {said}")
    assert (explanation.causes[0].code == "function-url-lacks-action") is is_lacking
