"""Explain denials with service-specific messages, which IAM policies rarely cause, and those of AWS IoT."""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import CREDENTIALS_OF_OTHER_ACCOUNT
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.service_access import find_account
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary, join_first_four, reason_lines
from iamtriage.policies._masked_arns import find_partition

_MAX_LENGTH = 300
# A longer message is no part of a sentence.
_MAX_QUOTED = 160
# What an authorizer returns, how long API Gateway keeps it, and the stage in the URL of a call.
_METHOD_ARN = lazy_pattern(
    r"(?:\b[Rr]esource[\"']?\s?[=:]\s?[\[\s]{0,4}|\b(?i:generate_?policy)\([^\n()]{0,80}, ?)event(?:\.[mM]ethodArn\b|\[[\"']methodArn[\"']\])(?!\s?\.\s?\w)"
)
# "It returns Allow on event.methodArn"
_SAID_METHOD_ARN = lazy_pattern(
    r"(?i:\b(?:allows?|returns?|returned|policy|resource)\b[^\n.;]{0,40}? (?:on|for|only|is|of|with) (?:the |only )?)[`\"']?event(?:\.[mM]ethodArn\b|\[[\"']methodArn[\"']\])(?!\s?\.\s?\w)"
)
_NO_CACHE = "aws apigateway update-authorizer --rest-api-id API_ID --authorizer-id AUTHORIZER_ID --patch-operations op=replace,path=/authorizerResultTtlInSeconds,value=0"
_TTL = lazy_pattern(r"(?i:result_?ttl_?in_?seconds)[\"']?\s?[=:]\s?(\d{1,5})\b")
_STAGE = lazy_pattern(r"(?a)\.execute-api\.[a-z0-9-]{6,30}\.amazonaws\.com/([\w-]{1,64})(?=/)")
_NOT_LOGGED = lazy_pattern(
    r"(?i:\b(?:not|never|missing|nothing|no entry)\b[^.\n]{0,20}\b(?:in|from) (?:[\w']{1,20} ){0,3}logs?\b|\blogs?\b[^.\n]{0,60}?\b(?:(?:do|does|did)(?: not|n't) (?:appear|contain|have|list|mention|show)|shows? (?:no|nothing)|lacks?|ha(?:s|ve) no)\b)"
)
_IMAGE = lazy_pattern(r"(?a)\bami-[0-9a-f]{8,17}\b")
_INTERFACE = lazy_pattern(
    r"You are not the owner of (?:network interface ['\"]?|(?=eni-))(eni-[0-9a-f]{8,17})?"
)
_OWNED = lazy_pattern(r"(?a)You are not the owner of (?P<resource>[a-z]+-[0-9a-f]{8,17})\b")

SERVICE_SAYS = CauseType(
    "service-message",
    title="The service states its own reason",
    meaning="The service denies the request with its own message.",
    recognised_by="The message differs from the standard denial message of AWS.",
    fix="Follow what the message says.",
    sources=(pages.ACCESS_DENIED,),
)
POLICY_BEHIND_MESSAGE = CauseType(
    "policy-behind-message",
    title="A policy may be the reason for the service's message",
    meaning="A policy can be the reason, if the message names no other.",
    fix="Check the policies for the action.",
    of="service-message",
)
AUTHORIZER_POLICY = CauseType(
    "authorizer-policy",
    title="The Lambda authorizer denies the method",
    meaning="The policy that the Lambda authorizer returned does not allow the method.",
    recognised_by='API Gateway says "User is not authorized to access this resource".',
    fix="Change the policy that the authorizer returns.",
    sources=(pages.LAMBDA_AUTHORIZER,),
)
NOT_OWNER = CauseType(
    "not-owner",
    title="The caller does not own the resource",
    recognised_by='EC2 says "You are not the owner of …".',
    text="The caller's account does not own the resource: it is in another account or in a shared subnet, or a service manages it.",
    fix="Make the call in the account of the owner, or let the service change it.",
    sources=(pages.EC2_ERRORS,),
)
IMAGE_NOT_SHARED = CauseType(
    "image-not-shared",
    title="The image is private",
    text="The image is private, and its owner has not shared it with the account. Owners also withdraw older public images.",
    recognised_by='EC2 says "Not authorized for images".',
    fix="Ask the owner of the image to share it with the account.",
    sources=(pages.SHARED_IMAGES,),
)
DEPENDENCY = CauseType(
    "dependency",
    title="The call depends on another service that the caller is not allowed to use",
    recognised_by="The error code is DependencyAccessDeniedException or similar.",
    fix="Allow the action of the other service that the message names.",
    sources=(pages.ACCESS_DENIED,),
)


def explain_authorizer(denial: Denial) -> Explanation:
    """Explain a denial by the Lambda authorizer of an API."""
    text, note = denial.failure.text, None
    stage = commands.fill_command("{}", stated[1]) if (stated := _STAGE.search(text)) else "STAGE"
    flush = f"aws apigateway flush-stage-authorizers-cache --rest-api-id API_ID --stage-name {stage}"
    if "CORS" in text:
        note = "The CORS error of the browser is a consequence: an answer of API Gateway itself has no CORS headers, unless they are set for its gateway responses."
    returned = _METHOD_ARN.search(text) or next(find_said(text, _SAID_METHOD_ARN), None)
    ttl = _TTL.search(text)
    if returned is not None and not (ttl is not None and int(ttl[1]) == 0) and not denial.is_explicit:
        not_logged = _NOT_LOGGED.search(text) is not None
        likely = "" if not_logged or re.search(r"\bworks?\b", text) else "most likely, "
        time = f"{ttl[1]} seconds" if ttl else "300 seconds, by default"
        code = "const [api, stage] = event.methodArn.split('/');\nconst resource = `${api}/${stage}/*`;"
        if returned[0].endswith("]"):
            code = "api, stage = event['methodArn'].split('/')[:2]\nresource = f'{api}/{stage}/*'"
        return denial.explain(
            f"The authorizer's policy allows only event.methodArn, the first method that a token calls, and API Gateway caches it for the token ({time}): {likely}the other methods are denied from the cache.",
            AUTHORIZER_POLICY.cause(
                "derived",
                "The authorizer's log lacks the request." if not_logged else None,
                text="Until the cache expires, the authorizer is not called again for this token, and the order of the calls decides which method works.",
            ),
            topic="lambda-authorizer",
            remedies=owner_remedy(
                "Return a policy for all methods that the token may call, and empty the cache",
                "Use the resource below instead of event.methodArn, or list the methods. Deploy the function, then run the command.",
                "Or set the TTL of the authorizer to 0, and deploy the API again: the authorizer is then called for each request.",
                manifest=code,
                manifest_language="text",
                commands=(flush, Labelled("Or, for a TTL of 0:", _NO_CACHE)),
                url=pages.LAMBDA_AUTHORIZER,
            ),
            notes=(note, "IAM policies of the caller do not apply."),
        )
    verb = "denies the method explicitly" if denial.is_explicit else "does not allow this method"
    because = f"The authorizer answered with a policy that {verb}, or API Gateway used the policy that it cached for this token: a cached policy decides for all methods."
    return denial.explain(
        "The Lambda authorizer of the API denied the request.",
        AUTHORIZER_POLICY.cause("derived", reason_lines(denial), text=because),
        topic="lambda-authorizer",
        remedies=owner_remedy(
            "Check what the authorizer returns",
            "Test the authorizer with the token of the request, and read the policy that it returns. The log of its function says why: authorizerUri ends with the function's name.",
            "Return a policy that names all methods that the token may call, or disable the cache.",
            "If the token is rejected, check its issuer, audience, scopes and expiry.",
            commands=(
                "aws apigateway get-authorizers --rest-api-id API_ID --query 'items[].[id,name,authorizerUri]' --output text",
                commands.test_authorizer_command(text),
                "aws logs tail /aws/lambda/FUNCTION_NAME --since 1h",
                Labelled("After the change:", flush),
            ),
            url=pages.LAMBDA_AUTHORIZER,
        ),
        notes=(
            note,
            "IAM policies of the caller do not apply: the policy that the authorizer returns decides.",
        ),
    )


def explain_not_owner(denial: Denial) -> Explanation:
    """Explain that another account owns the resource."""
    found = _OWNED.search(denial.failure.text)
    resource = found["resource"] if found else "it"
    interface = _INTERFACE.search(denial.failure.text)
    controller = find_controller(denial.failure.text)
    summary = denial_summary(denial, f"the caller's account does not own {resource}")
    remedy = your_remedy(
        "Make the call in the account that owns the resource",
        f"Compare the account of the credentials{f', {denial.account},' if denial.account else ''} with that of the owner.",
        commands=None if denial.account else "aws sts get-caller-identity --query Account --output text",
        url=pages.OTHER_ACCOUNTS,
    )
    if controller is not None and interface is not None:
        # Nobody can make its calls in another account.
        summary = f"EC2 did not let {controller.name} change {f'the network interface {interface[1]}' if interface[1] else 'a network interface'}, because another account owns it."
        show = "aws ec2 describe-network-interfaces --network-interface-ids {} --query 'NetworkInterfaces[].[OwnerId,RequesterId,InterfaceType,Description]'"
        remedy = your_remedy(
            "Find out who created the network interface",
            "OwnerId is the account that owns it, and RequesterId is who created it, such as a service. One in a shared subnet or of a service is not the node's to change.",
            commands=commands.fill_command(show, interface[1] or "ENI_ID"),
            url=pages.EC2_ERRORS,
        )
    return denial.explain(
        summary,
        NOT_OWNER.cause("reported", "The message says: You are not the owner"),
        remedies=remedy,
        notes="An Allow does not help: EC2 checks the owner.",
    )


def explain_image(denial: Denial) -> Explanation:
    """Explain that an AMI is not shared with the account."""
    found = _IMAGE.search(denial.failure.text)
    image = found[0] if found else "IMAGE_ID"
    return denial.explain(
        f"The account is not allowed to use {f'the image {found[0]}' if found else 'the AMI'}.",
        IMAGE_NOT_SHARED.cause("reported", 'The text says "Not authorized for images".'),
        CREDENTIALS_OF_OTHER_ACCOUNT.cause(text="The credentials belong to another account than intended."),
        remedies=(
            your_remedy(
                "Use an image that the account can access",
                "describe-images prints the image only if the account can access it.",
                "Use a newer image of the same owner, and update the launch templates, node groups and scripts that name the old one.",
                commands=(
                    f"aws ec2 describe-images --region REGION --image-ids {image}",
                    "aws sts get-caller-identity --query Account --output text",
                ),
                url=pages.SHARED_IMAGES,
            ),
            owner_remedy(
                "Or ask its owner to share it",
                "The owner adds the account to the image's launch permissions, in that Region.",
                commands=f"aws ec2 modify-image-attribute --region REGION --image-id {image} --launch-permission 'Add=[{{UserId={commands.account(denial.account)}}}]'",
                url=pages.SHARED_IMAGES,
            ),
        ),
        notes="An Allow in a policy of the caller does not help.",
    )


def explain_dependency(denial: Denial) -> Explanation:
    """Explain that a permission for another service is missing, on which the called one depends."""
    code = denial.failure.envelope.code or ""
    return denial.explain(
        denial_summary(denial, "a permission for another service, on which this one depends, is missing"),
        DEPENDENCY.cause("reported", f"The code is {code}."),
        remedies=account_remedy(
            "Find the denied call to the other service",
            "Search CloudTrail for a denied call to another service at the same time.",
            "Allow that action for the role or user in the record. If it is iam:CreateServiceLinkedRole, create the role once as an administrator.",
            commands="aws cloudtrail lookup-events --region REGION --max-results 50 --query 'Events[?contains(CloudTrailEvent, `errorCode`)].CloudTrailEvent'",
            url=pages.ACCESS_DENIED,
        ),
    )


def explain_service_message(denial: Denial) -> Explanation:
    """Explain a denial with an unknown message by quoting it."""
    # An unknown message can contain anything.
    from iamtriage._text import quote_words
    from iamtriage.redaction._redact import redact

    message = redact(denial.service_message or "")
    if len(message) > _MAX_LENGTH:
        message = f"{message[:_MAX_LENGTH]}…"
    said, verdict = f"The service says: {message}", "the service gives its own reason"
    if len(message) <= _MAX_QUOTED:
        verdict = f"the service says {quote_words(message.rstrip('.'))}"
    causes = [SERVICE_SAYS.cause("reported", text=said)]
    if denial.actions:
        takes = f"the call requires {denial.action}"
        if denial.action is None:
            takes = f"depending on the service, the call requires {join_first_four(denial.actions)}"
        text = f"A policy can be the reason: {takes}."
        causes.append(POLICY_BEHIND_MESSAGE.cause(text=text))
    return denial.explain(
        denial_summary(denial, verdict),
        *causes,
        topic="own-words",
        remedies=(
            your_remedy(
                "Follow the message of the service",
                "Look up the message in the documentation of the service. An Allow helps only if the message is about a permission of the caller, which the command prints.",
                commands="aws sts get-caller-identity",
                url=pages.ACCESS_DENIED,
            ),
            denial_remedies.authorization_details_remedy(denial),
        ),
    )


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


def _iot_policy_remedy(
    action: str, resource: str, of: str, *steps: str | None, name: str, region: str, url: str
) -> Remedy:
    """Return the remedy that adds a statement to the AWS IoT policy of a certificate or identity."""
    return account_remedy(
        f"Allow {action} in the AWS IoT policy of the {of}",
        *steps,
        manifest=f'{{"Effect": "Allow", "Action": "{action}",\n "Resource": "{resource}"}}\n',
        manifest_language="text",
        commands=(
            f"aws iot get-policy --policy-name {name} --query policyDocument --output text --region {region} > policy.json",
            Labelled(
                "Then, with the statement added to policy.json:",
                f"aws iot create-policy-version --policy-name {name} --policy-document file://policy.json --set-as-default --region {region}",
            ),
        ),
        url=url,
    )


def explain_role_alias(denial: Denial) -> Explanation | None:
    """Explain that a device gets no credentials, or return ``None`` if the credential provider denied nothing."""
    text = denial.failure.text
    found = _ALIAS_PATH.search(text) if "403" in text else None
    if found is None or denial.failure.action is not None or denial.operation is not None:
        return None
    alias, printed = found["alias"], _PRINTED.search(text)
    host = _CREDENTIALS_HOST.search(text)
    region = commands.region(host[1] if host else clues.find_region(denial.case))
    account = commands.account(find_account(text))
    name = printed["name"] if printed else "IOT_POLICY_NAME"
    partition = find_partition(region) or denial.location.partition or "aws"
    resource = f"arn:{partition}:iot:{region}:{account}:rolealias/{alias}"
    unnamed = "list-attached-policies with the certificate's ARN as --target names the policy."
    remedy = _iot_policy_remedy(
        _ALIAS_ACTION,
        resource,
        "certificate",
        f"If an AWS IoT policy allows it already, attach that one to the certificate: aws iot attach-policy --policy-name {name} --target CERTIFICATE_ARN.",
        "Add the statement, and keep the others. It belongs in the AWS IoT policy, not in a policy of the IAM role: that has the permissions of the credentials, and trusts credentials.iot.amazonaws.com.",
        None if printed else unnamed,
        name=name,
        region=region,
        url=_CREDENTIALS_PAGE,
    )
    return denial.explain(
        f"AWS IoT gave the device no credentials of the role alias {clip_text(alias)}: most likely, no AWS IoT policy of its certificate allows {_ALIAS_ACTION} on it.",
        ROLE_ALIAS_NOT_ALLOWED.cause(
            "possible", f"The text says {quote_words(found[0])}, and that the answer was 403."
        ),
        topic=ROLE_ALIAS_NOT_ALLOWED.code,
        remedies=remedy,
        notes="What the device could not download or call afterwards follows from this.",
    )


_MQTT_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/diagnosing-connectivity-issues.html"
# What AWS IoT writes into its log, what the client wanted, and the action and resource in policies of AWS IoT.
_EVENTS, _DENIED = r"Connect|Publish-In|Subscribe", r"\"reason\": ?\"AUTHORIZATION_FAILURE\""
_MQTT_EVENT = lazy_pattern(
    rf"\"eventType\": ?\"(?P<event>{_EVENTS})\"[^{{}}]{{0,600}}?{_DENIED}|{_DENIED}[^{{}}]{{0,600}}?\"eventType\": ?\"(?P<after>{_EVENTS})\""
    r"|\bMQTT Client (?P<old>Connect)\b"
)
_COGNITO = lazy_pattern(r"Cognito")
_MQTT_ACTIONS = {
    "Connect": ("connect", "iot:Connect", "client/CLIENT_ID"),
    "Publish-In": ("publish", "iot:Publish", "topic/TOPIC"),
    "Subscribe": ("subscribe", "iot:Subscribe", "topicfilter/TOPIC_FILTER"),
}
MQTT_NOT_ALLOWED = CauseType(
    "mqtt-not-allowed",
    title="The AWS IoT policy does not allow what an MQTT client does",
    text="AWS IoT checks the AWS IoT policies that are attached to the certificate, or to the identity of Cognito, and closes the connection if they do not allow it.",
    recognised_by="The log of AWS IoT has the reason AUTHORIZATION_FAILURE for a client of MQTT.",
    fix="Allow the action in an AWS IoT policy that is attached to the certificate or identity.",
    sources=(_MQTT_PAGE,),
)


def explain_mqtt_denial(denial: Denial) -> Explanation | None:
    """Explain that AWS IoT did not allow what an MQTT client does, or return ``None`` if its log does not say what that is."""
    text = denial.failure.text
    if (found := _MQTT_EVENT.search(text)) is None:
        return None
    wanted, action, path = _MQTT_ACTIONS[found[found.lastgroup or 0]]
    region, account = commands.region(clues.find_region(denial.case)), commands.account(find_account(text))
    is_of_cognito = next(find_said(text, _COGNITO), None) is not None
    of, target = ("identity", "IDENTITY_ID") if is_of_cognito else ("certificate", "CERTIFICATE_ARN")
    both = "For an identity of Cognito that has signed in, the IAM role of the identity pool and the AWS IoT policy must both allow it."
    remedy = _iot_policy_remedy(
        action,
        f"arn:{find_partition(region) or 'aws'}:iot:{region}:{account}:{path}",
        of,
        f"list-attached-policies --target {target} names the policy. If there is none, create one, and attach it with attach-policy.",
        both if is_of_cognito else None,
        name="IOT_POLICY_NAME",
        region=region,
        url=_MQTT_PAGE,
    )
    return denial.explain(
        f"AWS IoT did not allow the MQTT client to {wanted}: most likely, no AWS IoT policy of its {of} allows {action}.",
        MQTT_NOT_ALLOWED.cause("reported", "The log of AWS IoT says AUTHORIZATION_FAILURE."),
        topic=MQTT_NOT_ALLOWED.code,
        remedies=remedy,
    )
