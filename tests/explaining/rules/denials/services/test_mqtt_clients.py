"""What AWS IoT did not allow a client of MQTT to do, from its log or from an SDK, which does not know why."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_RECORD = {
    "logLevel": "ERROR",
    "accountId": "111122223333",
    "status": "Failure",
    "eventType": "Subscribe",
    "protocol": "MQTT",
    "clientId": "pump-7",
    "reason": "AUTHORIZATION_FAILURE",
    "details": "Authorization Failure",
}


@pytest.mark.parametrize(
    ("event", "action", "resource"),
    [
        ("Connect", "iot:Connect", "client/CLIENT_ID"),
        ("Publish-In", "iot:Publish", "topic/TOPIC"),
        ("Subscribe", "iot:Subscribe", "topicfilter/TOPIC_FILTER"),
    ],
)
def test_record_of_the_log(event: str, action: str, resource: str) -> None:
    explanation = explain(json.dumps(_RECORD | {"eventType": event}, indent=2))
    assert explanation.topic == "mqtt-not-allowed"
    assert explanation.summary.endswith(f"no AWS IoT policy of its certificate allows {action}.")
    statement = json.loads(explanation.remedies[0].manifest or "")
    assert statement["Action"] == action
    assert statement["Resource"] == f"arn:aws:iot:REGION:111122223333:{resource}"
    # CloudTrail has no events of MQTT.
    assert "cloudtrail" not in explanation.to_text(detail="full")


def test_identity_of_cognito() -> None:
    record = _RECORD | {"principalId": "AROAEXAMPLE:CognitoIdentityCredentials"}
    assert "role of the identity pool" in str(explain(json.dumps(record)))
    assert "identity pool" not in str(explain(json.dumps(_RECORD)))

    assert "identity pool" not in str(explain(f"{json.dumps(_RECORD)}\nWe do not use Cognito."))


def test_event_of_the_failure() -> None:
    connected = json.dumps({"status": "Success", "eventType": "Connect", "protocol": "MQTT"})
    assert "allows iot:Subscribe" in explain(f"{connected}\n{json.dumps(_RECORD)}").summary


def test_other_events() -> None:
    assert explain(json.dumps(_RECORD | {"eventType": "GetThingShadow"})).topic != "mqtt-not-allowed"


def test_hangup() -> None:
    explanation = explain(
        "awscrt.exceptions.AwsCrtError: AWS_ERROR_MQTT_UNEXPECTED_HANGUP: The connection was closed unexpectedly."
    )
    assert explanation.topic == "mqtt-connection-closed"
    assert all(each in str(explanation) for each in ("iot:Connect", "client ID"))
    assert "does not help" not in explanation.to_text(detail="full")
