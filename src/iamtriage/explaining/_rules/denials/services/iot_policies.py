"""Explain what AWS IoT denied to a device by its IoT policy: requests to AWS IoT Core, and the credentials of a role alias.

Sources: https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html,
https://docs.aws.amazon.com/iot/latest/developerguide/cwl-format.html,
https://docs.aws.amazon.com/iot/latest/developerguide/pub-sub-policy.html and
https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html.
"""

from __future__ import annotations

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_OTHER_RESOURCE
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.grants.service_access import find_account
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.policies._masked_arns import find_partition
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings

# By the type of the event in the logs: the action, and how its resource begins.
_EVENTS = {
    "Connect": ("iot:Connect", "client/"),
    "Publish-In": ("iot:Publish", "topic/"),
    "Publish-Out": ("iot:Receive", "topic/"),
    "Subscribe": ("iot:Subscribe", "topicfilter/"),
}
_EVENT = lazy_pattern(r"\"eventType\" ?: ?\"(?P<type>[A-Z][\w-]{2,30})\"")
_CLIENT = lazy_pattern(r"\"clientId\" ?: ?\"(?P<id>[^\"\\\n]{1,128})\"")
_TOPIC = lazy_pattern(r"\"topicName\" ?: ?\"(?P<name>[^\"\\\n]{1,256})\"")
# What list-principal-things prints, or the name of the only thing.
_THINGS = lazy_pattern(
    r"\"things\" ?: ?\[\s{0,20}\"(?P<name>[\w:-]{1,128})\"\s{0,20}\]|--thing-name[ =](?P<option>[\w:-]{1,128})"
)
_THING_NAME, _CLIENT_ID = "${iot:Connection.Thing.ThingName}", "${iot:ClientId}"
_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html"
_NOTE = "The log says AUTHORIZATION_FAILURE: the certificate, the endpoint and TLS are accepted. For a device with a certificate, only the IoT policy applies, no IAM policy. SDKs report it as a connection that was closed (AWS_ERROR_MQTT_UNEXPECTED_HANGUP)."


class _Request(NamedTuple):
    """What a device asked for: the action, its resource without the start of the ARN, and the client."""

    action: str
    resource: str
    client: str


def _find_request(text: str) -> _Request | None:
    event, client, topic = _EVENT.search(text), _CLIENT.search(text), _TOPIC.search(text)
    known = _EVENTS.get(event["type"]) if event else None
    if known is None or client is None:
        return None
    name = client["id"] if known[1] == "client/" else topic["name"] if topic else None
    return None if name is None else _Request(known[0], f"{known[1]}{name}", client["id"])


_ALIAS_ACTION = "iot:AssumeRoleWithCertificate"
_ALIAS_PATH = lazy_pattern(r"\brole-aliases/(?P<alias>[\w=,@-]{1,128})/credentials")
_PRINTED = lazy_pattern(r"\baws iot get-policy\b[^\n]{0,200}? --policy-name[ =](?P<name>[\w+=,.@-]{1,128})")
_CREDENTIALS_HOST = lazy_pattern(rf"\.credentials\.iot\.({REGION})\.")
_CREDENTIALS_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/authorizing-direct-aws.html"
ROLE_ALIAS_NOT_ALLOWED = CauseType(
    "role-alias-not-allowed",
    title="The IoT policy of the certificate does not allow the role alias",
    text=f"The credential provider of AWS IoT gives a device the credentials of a role only if the AWS IoT policy of its certificate allows {_ALIAS_ACTION} on the role alias.",
    recognised_by="The text has a path of the credential provider (role-aliases/…/credentials), which answered 403.",
    fix=f"Allow {_ALIAS_ACTION} on the role alias in the AWS IoT policy that is attached to the certificate.",
    sources=(
        _CREDENTIALS_PAGE,
        "https://docs.aws.amazon.com/greengrass/v2/developerguide/troubleshooting.html",
    ),
)


def explain_role_alias(denial: Denial) -> Explanation | None:
    """Explain that a device gets no credentials, or return ``None`` if the credential provider denied nothing."""
    text = denial.failure.text
    found = _ALIAS_PATH.search(text)
    if found is None or denial.failure.action is not None or denial.operation is not None:
        return None
    if "403" not in text:
        return None
    actions = [name for each in denial.context.allows for name in as_strings(each.get("Action"))]
    lacks = any(name.startswith("iot:") for name in actions) and not any(
        names_action(each, _ALIAS_ACTION) for each in denial.context.allows
    )
    alias, printed = found["alias"], _PRINTED.search(text)
    listed = [
        each
        for allow in denial.context.allows
        if names_action(allow, _ALIAS_ACTION)
        for each in as_strings(allow.get("Resource"))
    ]
    allows = any(matches(f"rolealias/{alias}", compile_glob(each.rpartition(":")[2])) for each in listed)
    host = _CREDENTIALS_HOST.search(text)
    region = commands.region(host[1] if host else clues.find_region(denial.case))
    account = commands.account(find_account(text))
    name = printed["name"] if printed else "IOT_POLICY_NAME"
    partition = find_partition(region) or denial.location.partition or "aws"
    resource = f"arn:{partition}:iot:{region}:{account}:rolealias/{alias}"
    verdict = (
        f"the AWS IoT policy in the text does not allow {_ALIAS_ACTION}"
        if lacks
        else f"most likely, the AWS IoT policy of its certificate does not allow {_ALIAS_ACTION} on it"
    )
    if allows:
        verdict = f"the AWS IoT policy in the text allows {_ALIAS_ACTION}, so most likely, it is not attached to the certificate"
    elif listed and not any("${" in each for each in listed):
        shown = join_words(tuple(clip_text(each.rpartition(":")[2]) for each in listed), "and")
        verdict, lacks = f"the AWS IoT policy in the text allows {_ALIAS_ACTION} only on {shown}", True
    remedies = (
        _attach_remedy(name, region)
        if allows
        else account_remedy(
            f"Allow {_ALIAS_ACTION} in the AWS IoT policy of the certificate",
            "Add the statement, and keep the others. It belongs in the AWS IoT policy, not in a policy of the IAM role: that has the permissions of the credentials, and trusts credentials.iot.amazonaws.com.",
            None
            if printed
            else "list-attached-policies with the certificate's ARN as --target names the policy.",
            manifest=f'{{"Effect": "Allow", "Action": "{_ALIAS_ACTION}", "Resource": "{resource}"}}\n',
            manifest_language="text",
            commands=(
                f"aws iot get-policy --policy-name {name} --query policyDocument --output text --region {region} > policy.json",
                Labelled(
                    "Then, with the statement added to policy.json:",
                    f"aws iot create-policy-version --policy-name {name} --policy-document file://policy.json --set-as-default --region {region}",
                ),
            ),
            url=_CREDENTIALS_PAGE,
        )
    )
    return denial.explain(
        f"AWS IoT gave the device no credentials of the role alias {clip_text(alias)}: {verdict}.",
        ROLE_ALIAS_NOT_ALLOWED.cause(
            "derived" if lacks else "possible",
            f"The text says {quote_words(found[0])}, and that the answer was 403.",
        ),
        topic=ROLE_ALIAS_NOT_ALLOWED.code,
        remedies=remedies,
        notes="What the device could not download or call afterwards follows from this.",
    )


def _attach_remedy(name: str, region: str) -> Remedy:
    """Return how to check that a policy which allows the role alias is that of the certificate."""
    return account_remedy(
        f"Attach the AWS IoT policy to the certificate of the device{'' if name == 'IOT_POLICY_NAME' else f': {name}'}",
        "If the first command prints the ARN of the certificate, check that the certificate is ACTIVE, and that the role of the role alias trusts credentials.iot.amazonaws.com.",
        commands=(
            f"aws iot list-targets-for-policy --policy-name {name} --region {region}",
            f"aws iot attach-policy --policy-name {name} --target CERTIFICATE_ARN --region {region}",
        ),
        url=_CREDENTIALS_PAGE,
    )


def explain_device(denial: Denial) -> Explanation | None:
    """Explain that the IoT policy in the text does not allow what a device asked for, ``None`` if that is unknown."""
    text = denial.failure.text
    request = _find_request(text)
    if request is None:
        return None
    listed = [
        resource
        for each in denial.context.allows
        if names_action(each, request.action)
        for resource in as_strings(each.get("Resource"))
    ]
    thing = only_one({each["name"] or each["option"] for each in _THINGS.finditer(text)})
    filled = [_fill(each, thing, request.client) for each in listed]
    tails = [each.partition(":")[2].split(":", 4)[-1] for each in filled]
    if not listed or any("${" in each or matches(request.resource, compile_glob(each)) for each in tails):
        return None
    shown = join_words(tuple(clip_text(each.partition("/")[2]) for each in tails), "or")
    region = commands.region(listed[0].split(":")[3] if listed[0].count(":") > 3 else None)
    if request.action != "iot:Connect":
        return denial.explain(
            f"AWS IoT Core denied {request.action} on {clip_text(request.resource)} to the client {clip_text(request.client)}: the IoT policy in the text allows it only on {shown}.",
            STATED_POLICY_OTHER_RESOURCE.cause(
                "derived", text="The action matches the IoT policy, but the topic does not."
            ),
            remedies=your_remedy(
                f"Use a topic that the policy allows: {shown}",
                f"Or whoever manages the IoT policy adds {clip_text(request.resource)} to the Resource of {request.action}: a subscription needs topicfilter/, and messages topic/.",
                url="https://docs.aws.amazon.com/iot/latest/developerguide/pub-sub-policy.html",
            ),
            notes=_NOTE,
        )
    of_thing = (
        ", the name of the thing that has the certificate"
        if any(_THING_NAME in each for each in listed)
        else ""
    )
    return denial.explain(
        f"AWS IoT Core denied the connection: the IoT policy in the text allows only the client ID {shown}{of_thing}, and the device connects as {clip_text(request.client)}.",
        STATED_POLICY_OTHER_RESOURCE.cause(
            "derived", text="iot:Connect matches the IoT policy, but the client ID does not."
        ),
        remedies=(
            your_remedy(
                f"Connect with the client ID {shown}",
                "Set it in the program (client_id in the SDKs), and use the topics of that name. Two connections with one client ID close each other.",
                url=_PAGE,
            ),
            _register_remedy(request.client, region),
        ),
        notes=_NOTE,
    )


def _fill(resource: str, thing: str | None, client: str) -> str:
    filled = resource.replace(_CLIENT_ID, client)
    return filled if thing is None else filled.replace(_THING_NAME, thing)


def _register_remedy(client: str, region: str) -> Remedy:
    attach = commands.fill_command(
        "aws iot attach-thing-principal --thing-name {} --principal CERTIFICATE_ARN --region {}",
        client,
        region,
    )
    return account_remedy(
        f"Or register {clip_text(client)} as a thing with a certificate of its own",
        "Attach the IoT policy to the new certificate. Or allow the client ID in the policy.",
        commands=(
            commands.fill_command("aws iot create-thing --thing-name {} --region {}", client, region),
            commands.fill_command(
                "aws iot create-keys-and-certificate --set-as-active --certificate-pem-outfile {} --private-key-outfile {} --region {}",
                *(f"{client}.pem", f"{client}.key", region),
            ),
            Labelled(
                "Then, with the ARN that it prints as CERTIFICATE_ARN:",
                f"aws iot attach-policy --policy-name POLICY_NAME --target CERTIFICATE_ARN --region {region}",
            ),
            attach,
        ),
        url=_PAGE,
    )
