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
