"""Explain that AWS IoT Core closed the connection of an MQTT client, which gets no reason.

Sources: https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html (disconnectReason),
https://docs.aws.amazon.com/iot/latest/developerguide/policy-actions.html and
https://github.com/aws/aws-iot-device-sdk-js-v2/blob/main/documents/FAQ.md.
"""

from __future__ import annotations

from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.failures._failures import AwsError

_EVENTS_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html"
CONNECTION_CLOSED = CauseType(
    "mqtt-connection-closed",
    title="AWS IoT Core closed the connection of the client",
    text="AWS IoT Core closes the connection of a client that does what no policy allows: the client only sees that it was closed.",
    recognised_by="An SDK for devices reports AWS_ERROR_MQTT_UNEXPECTED_HANGUP.",
    fix="Allow the action on the client ID or the topic in the AWS IoT policy of the certificate.",
    sources=(_EVENTS_PAGE, "https://docs.aws.amazon.com/iot/latest/developerguide/policy-actions.html"),
)
CLIENT_ID_IN_USE = CauseType(
    "mqtt-client-id-in-use",
    title="Another client connects with the same client ID",
    text="Another client connects with the same client ID: AWS IoT Core then closes the older connection, and both connect again and again.",
    fix="Give each client an ID of its own.",
    of="mqtt-connection-closed",
)
MESSAGE_TOO_LARGE = CauseType(
    "mqtt-message-too-large",
    title="The message is larger than AWS IoT Core accepts",
    text="The message is larger than 128 KB, which AWS IoT Core does not accept.",
    fix="Publish smaller messages, or upload the data to S3.",
    of="mqtt-connection-closed",
)
# What the client did: the action, the type in test-authorization, and its resource.
_PUBLISH = ("iot:Publish", "PUBLISH", "topic/TOPIC_NAME")
_REQUESTS = {
    "published": _PUBLISH,
    "subscribed": ("iot:Subscribe", "SUBSCRIBE", "topicfilter/TOPIC_FILTER"),
    "connected": ("iot:Connect", "CONNECT", "client/CLIENT_ID"),
}
_NOT = r"(?<!\bnot )(?<!n't )(?<!n’t )(?<!\bnever )(?<!\bwithout )"
_DONE = Signs(
    {
        rf"{_NOT}(?i:\bpublish(?:es|ing|ed)?\b(?! works?\b)|\b(?:re)?sends? (?:the|a) message)": "published",
        rf"{_NOT}(?i:\bsubscrib(?:e|es|ed|ing)\b(?! works?\b))": "subscribed",
        r"(?i:\bConnecting to\b|\bconnection failed\b|failed to connect\b)": "connected",
    }
)


def explain_closed_connection(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that AWS IoT Core closed the connection of an MQTT client."""
    done = _DONE.find(case.text)
    action, kind, name = _REQUESTS.get(done or "", _PUBLISH)
    region = commands.region(clues.find_region(case))
    resource = f"arn:aws:iot:{region}:ACCOUNT_ID:{name}"
    what = f"{action} on {'its client ID' if done == 'connected' else 'the topic'}"
    when, missing = f" when the client {done}", what
    if done is None:
        when, missing = " without a reason", "what it did last, such as iot:Publish on a topic"
    return case.explain(
        f"AWS IoT Core closed the connection{when}: most likely, the policy of its certificate does not allow {missing}.",
        CONNECTION_CLOSED.cause("possible"),
        CLIENT_ID_IN_USE.cause(),
        MESSAGE_TOO_LARGE.cause() if done != "connected" else None,
        remedies=account_remedy(
            f"Read the reason of the disconnection, then allow {what}",
            "In the MQTT test client of the console, subscribe to $aws/events/presence/disconnected/CLIENT_ID. The disconnectReason is AUTH_ERROR for a policy, DUPLICATE_CLIENTID for a second client, and CLIENT_ERROR for a message that is too large.",
            "For AUTH_ERROR, test-authorization prints whether a policy allows the action. The resource of iot:Connect is client/CLIENT_ID, that of iot:Publish and iot:Receive topic/TOPIC_NAME, and that of iot:Subscribe topicfilter/TOPIC_FILTER.",
            "A client that connects with AWS credentials (WebSocket with SigV4) needs this in its IAM policy.",
            commands=(
                f"aws iot list-attached-policies --target CERTIFICATE_ARN --region {region}",
                f"aws iot test-authorization --principal CERTIFICATE_ARN --client-id CLIENT_ID --auth-infos actionType={kind},resources={resource} --region {region}",
            ),
            url=_EVENTS_PAGE,
        ),
    )
