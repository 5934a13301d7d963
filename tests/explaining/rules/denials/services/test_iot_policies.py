"""What AWS IoT Core denied to a device, compared with the IoT policy in the text."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_ARN = "arn:aws:iot:eu-central-1:111122223333"
_THING = "${iot:Connection.Thing.ThingName}"


def _explain(
    event: str, more: str, action: str, resource: str, things: str = '{"things": ["gate-7"]}'
) -> str:
    log = f'{{"logLevel": "ERROR", "accountId": "111122223333", "status": "Failure", "eventType": "{event}", "protocol": "MQTT", {more}"clientId": "gate-7-lab", "reason": "AUTHORIZATION_FAILURE", "details": "Authorization Failure"}}'
    statement = {"Effect": "Allow", "Action": action, "Resource": f"{_ARN}:{resource}"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return explain(f"{log}\n{policy}\n{things}").summary


@pytest.mark.parametrize(
    ("event", "more", "action", "resource", "says"),
    [
        ("Connect", "", "iot:Connect", f"client/{_THING}", "allows only the client ID gate-7, the name of the thing that has the certificate, and the device connects as gate-7-lab"),
        ("Connect", "", "iot:*", "client/door-*", "allows only the client ID door-*, and the device connects as gate-7-lab"),
        ("Publish-In", '"topicName": "gates/8/open", ', "iot:Publish", "topic/gates/7/*", "denied iot:Publish on topic/gates/8/open to the client gate-7-lab"),
        ("Subscribe", '"topicName": "gates/7/open", ', "iot:Subscribe", "topic/gates/7/*", "denied iot:Subscribe on topicfilter/gates/7/open"),
        ("Connect", "", "iot:Connect", "client/${iot:ClientId}", None),
        ("Connect", "", "iot:Connect", "client/gate-*", None),
    ],
    ids=["thing", "pattern", "publish", "subscribe", "variable", "matches"],
)  # fmt: skip
def test_device(event: str, more: str, action: str, resource: str, says: str | None) -> None:
    summary = _explain(event, more, action, resource)
    assert ("AWS IoT Core" in summary) is (says is not None)
    assert (says or "") in summary


def test_unknown_thing() -> None:
    assert "AWS IoT Core" not in _explain("Connect", "", "iot:Connect", f"client/{_THING}", things="")


_EXCHANGE = '2026-11-20T06:10:09.402Z [ERROR] (pool-2-thread-14) com.aws.greengrass.tes.CredentialRequestHandler: Error in retrieving AwsCredentials from TES. {iotCredentialsPath=/role-aliases/Core-Alias/credentials, credentialData=TES responded with status code: 403. Caching response. {"message":"Access Denied"}}\n'
_ALLOWED = '$ aws iot get-policy --policy-name Core --query policyDocument\n{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {}, "Resource": "*"}}]}}\n'


@pytest.mark.parametrize(
    ("text", "verdict", "name"),
    [
        (_EXCHANGE, "most likely, the AWS IoT policy of its certificate does not allow", "IOT_POLICY_NAME"),
        (
            _EXCHANGE + _ALLOWED.format('["iot:Connect", "iot:Publish"]'),
            "the AWS IoT policy in the text does not allow",
            "Core",
        ),
        (
            _EXCHANGE + _ALLOWED.format('"iot:*"'),
            "the AWS IoT policy in the text allows iot:AssumeRoleWithCertificate, so most likely, it is not attached",
            "Core",
        ),
        (
            _EXCHANGE + _ALLOWED.format('"s3:GetObject"'),
            "most likely, the AWS IoT policy of its certificate does not allow",
            "Core",
        ),
        (
            _EXCHANGE
            + _ALLOWED.replace('"*"', '"arn:aws:iot:eu-west-1:111122223333:rolealias/Other"').format(
                '"iot:*"'
            ),
            "the AWS IoT policy in the text allows iot:AssumeRoleWithCertificate only on rolealias/Other",
            "Core",
        ),
    ],
    ids=["no policy", "other actions", "allowed", "IAM policy", "other alias"],
)
def test_role_alias_of_the_credential_provider(text: str, verdict: str, name: str) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert verdict in explanation.summary
    assert f"--policy-name {name} " in first.commands[0]
    assert "rolealias/Core-Alias" in (first.manifest or "") or "not attached" in verdict


def test_role_alias_that_gave_credentials() -> None:
    text = "GET /role-aliases/Core-Alias/credentials returned 200.\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    assert "role alias" not in explain(text).summary
