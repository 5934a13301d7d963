"""Explain denials that a service setting, an unrecognized request or missing access to a Bedrock model causes.

So does a VPC of another account that a private hosted zone has not authorized.

Sources: https://docs.aws.amazon.com/general/latest/gr/rande.html and
https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import quote_words, upper_first
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.readers.statements import CLAUSE_END, find_working
from iamtriage.explaining._explanations.explanations import ONE_POLICY_TYPE
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls import account_kinds, message_kinds
from iamtriage.explaining._rules.denials.policy_types.missing_allows import explain_missing_allow
from iamtriage.explaining._rules.denials.resource_commands import bucket_argument
from iamtriage.explaining._rules.shared import common_causes, pages
from iamtriage.explaining._rules.shared.clues import message_text, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.messages.quoted_message import denial_paragraph, end_summary
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    owner_remedy,
    your_remedy,
)
from iamtriage.explaining._rules.shared.wording import denial_summary, reason_lines

SSEC_BLOCKED = CauseType(
    "ssec-blocked",
    title="The bucket blocks uploads with customer-provided keys (SSE-C)",
    text="The bucket's encryption configuration blocks SSE-C (BlockedEncryptionTypes). Since April 2026, S3 does so by default for new buckets, and for older ones in accounts without SSE-C objects.",
    recognised_by='S3 says "this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C)".',
    fix="Upload with SSE-KMS or SSE-S3, or unblock SSE-C in the encryption configuration of the bucket.",
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html",
    ),
)
# Where each tool sets the key, by a sign of the tool.
_SSEC_SETTINGS = (
    ("SSECustomerKey=", "SSECustomerAlgorithm and SSECustomerKey"),
    ("boto3", "SSECustomerAlgorithm and SSECustomerKey, in ExtraArgs of upload_file and upload_fileobj"),
    ("aws s3 ", "--sse-c and --sse-c-key"),
    ("--sse-customer-", "--sse-customer-algorithm and --sse-customer-key"),
    ("SetSSECustomer", "SetSSECustomerAlgorithm, SetSSECustomerKey and SetSSECustomerKeyMD5"),
    (
        "",
        "SSECustomerAlgorithm and SSECustomerKey in SDKs, --sse-c and --sse-c-key in the CLI, the headers x-amz-server-side-encryption-customer-*",
    ),
)
# A line of a traceback of Python that sets it.
_SSEC_LINE = lazy_pattern(
    r"File \"(?:[^\"\n]{0,400}/)?(?P<file>[\w.-]{1,80})\", line (?P<line>\d{1,6})[^\n]{0,200}\n[^\n]{0,400}SSECustomer"
)
_NO_NEW_CUSTOMERS = lazy_pattern(account_kinds.NO_NEW_CUSTOMERS)
_UPLOADS = lazy_pattern(r"(?i:\b(?:writes?|uploads?|puts?)\b)")


def explain_ssec_block(denial: Denial) -> Explanation:
    """Explain that a bucket blocks uploads with customer-provided keys."""
    bucket, text = bucket_argument(denial), denial.failure.text
    where = next(words for sign, words in _SSEC_SETTINGS if sign in text)
    if (found := _SSEC_LINE.search(text)) is not None:
        where += f" in {found['file']}, line {found['line']}"
    works = find_working(text, _UPLOADS)
    elsewhere = works and f"The text says {quote_words(works)}: another bucket can still permit SSE-C."
    own = "SetServerSideEncryption and SetSSEKMSKeyId" if "SetSSECustomer" in text else "SSE-KMS"
    return denial.explain(
        denial_summary(denial, "the bucket blocks uploads with customer-provided keys (SSE-C)"),
        SSEC_BLOCKED.cause("reported", elsewhere),
        remedies=(
            your_remedy(
                "Upload with another encryption",
                f"No permission is missing. Remove the customer-provided key from the call: {where}.",
                f"The bucket then uses its default encryption, which get-bucket-encryption prints. For a key of your own, use {own}.",
                commands=fill_command("aws s3api get-bucket-encryption --bucket {}", bucket),
                url=SSEC_BLOCKED.sources[0],
            ),
            owner_remedy(
                "Or unblock SSE-C (BlockedEncryptionTypes NONE) with put-bucket-encryption, which requires s3:PutEncryptionConfiguration",
                "The first command keeps the default encryption of the bucket: the second one replaces the whole configuration.",
                commands=(
                    fill_command(
                        'aws s3api get-bucket-encryption --bucket {} --query ServerSideEncryptionConfiguration | jq \'.Rules[0].BlockedEncryptionTypes = {{"EncryptionType": ["NONE"]}}\' > encryption.json',
                        bucket,
                    ),
                    f"aws s3api put-bucket-encryption --bucket {bucket} --server-side-encryption-configuration file://encryption.json",
                ),
                url=SSEC_BLOCKED.sources[0],
            ),
        ),
    )


def explain_unknown_operation(denial: Denial) -> Explanation:
    """Explain that AWS could not identify the operation of a request."""
    return denial.explain(
        "AWS cannot determine from the request which operation was called.",
        message_kinds.UNKNOWN_OPERATION.cause(
            "derived", 'The text says "Unable to determine service/operation name to be authorized".'
        ),
        message_kinds.HAND_MADE_REQUEST.cause(),
        common_causes.REQUEST_CHANGED.cause(text="A proxy or gateway changed the path or dropped headers."),
        remedies=message_kinds.COMPARE_REQUEST,
        notes="No policy helps: AWS did not evaluate any policy.",
    )


def explain_restricted_account(denial: Denial) -> Explanation:
    """Explain that AWS restricts the account until AWS Support has verified it, or that the service is closed."""
    code = denial.failure.envelope.code
    verdict, text = account_kinds.ACCOUNT_RESTRICTED, account_kinds.UNTIL_VERIFIED
    remedy = account_kinds.SUPPORT_CASE
    if _NO_NEW_CUSTOMERS.search(message_text(denial.case)):
        verdict, text = upper_first(account_kinds.CLOSED_SERVICE), account_kinds.ONLY_FORMER_CUSTOMERS
        remedy = account_kinds.USE_OTHER_SERVICE
    return denial.explain(
        f"{verdict}{f', although the code is {code}' if code else ''}{end_summary(denial.failure)}",
        account_kinds.ACCOUNT_STATE.cause("reported", text=text),
        topic="account-state",
        remedies=remedy,
    )


def explain_declarative_policy(denial: Denial) -> Explanation:
    """Explain that a declarative policy of the organization rejects a call."""
    return denial.explain(
        denial_summary(denial, account_kinds.BY_DECLARATIVE_POLICY),
        account_kinds.DECLARATIVE_POLICY.cause("reported"),
        remedies=account_kinds.ask_organization(denial.failure.text),
    )


# The actions with which a first call subscribes an account to a model, in lowercase.
_SUBSCRIPTION_ACTIONS = frozenset({"aws-marketplace:subscribe", "aws-marketplace:viewsubscriptions"})
_MODEL_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"})
_ACCESS_DENIED = "Model access is denied"
_MODEL_ID = lazy_pattern(r"\b[a-z0-9]{2,12}\.[a-z0-9-]{3,50}-v\d{1,2}:\d")
_OF_MODEL = "--region REGION --model-id MODEL_ID"
_AVAILABILITY_COMMAND = f"aws bedrock get-foundation-model-availability {_OF_MODEL}"
_RETRY_LATER = "A subscription can take up to 15 minutes. Then retry the call."

BEDROCK_MODEL_ACCESS = CauseType(
    "bedrock-model-access",
    title="The account has no access to the model",
    text="The account has no access to a model with this ID in the Region of the call, is not subscribed to it yet, or has not submitted the form that its provider requires.",
    recognised_by='Bedrock says "You don\'t have access to the model with the specified model ID", or aws-marketplace:Subscribe is denied.',
    fix="Request access to the model in the Bedrock console, or use another model or Region.",
    sources=(pages.BEDROCK_MODELS,),
)

_SAID_WAIT = lazy_pattern(r"\btry again after (\d{1,3} minutes)")


def explain_bedrock_subscription(denial: Denial) -> Explanation | None:
    """Explain that the caller is not allowed to subscribe the account to a model, if that is what it subscribes to."""
    calls_model = denial.failure.envelope.operation in _MODEL_OPERATIONS
    is_of_model = calls_model or _ACCESS_DENIED in denial_paragraph(denial.failure)
    if denial.lowercase_action not in _SUBSCRIPTION_ACTIONS or not is_of_model:
        return None
    model = only_one(set(_MODEL_ID.findall(denial.failure.text)), "MODEL_ID")
    is_of_anthropic = re.search(r"anthropic|claude", denial.failure.text, re.IGNORECASE) is not None
    form = ", and has to submit the use case form of Anthropic once" if is_of_anthropic else ""
    wait = _SAID_WAIT.search(denial.failure.text)
    said_wait = f"The message says to try again after {wait[1]}. " if wait else ""
    subscribe = account_remedy(
        "Subscribe the account to the model once, with a principal that has both permissions",
        f"The first command subscribes, as does a call in the playground of the Bedrock console. The account needs a valid payment method{form}.",
        None
        if _MODEL_ID.search(denial.failure.text)
        else "MODEL_ID is the ID without the prefix of an inference profile, as aws bedrock list-foundation-models prints it.",
        f"After that, {denial.caller} needs no AWS Marketplace permissions, and its Bedrock permissions are not what the error is about. {said_wait}{_RETRY_LATER}",
        commands=(
            f"aws bedrock create-foundation-model-agreement {_OF_MODEL} --offer-token \"$(aws bedrock list-foundation-model-agreement-offers {_OF_MODEL} --query 'offers[0].offerToken' --output text)\"".replace(
                "MODEL_ID", model
            ),
            Labelled(
                "agreementAvailability must then be AVAILABLE:",
                _AVAILABILITY_COMMAND.replace("MODEL_ID", model),
            ),
        ),
        url=pages.BEDROCK_MODELS,
    )
    allow: Remedy | None = None
    if denial_remedies.identity_allow_helps(denial):
        title = f"Or allow {denial.caller} to subscribe the account"
        first_step = "Avoid this for the role of a program: aws-marketplace:Subscribe allows purchases for the account, and is required only once."
        allow = allow_remedy(denial, title=title, first_step=first_step)
    actions = "aws-marketplace:ViewSubscriptions and aws-marketplace:Subscribe"
    missing = "The message names both actions."
    if denial.policy_type == "identity":
        missing = f"No policy of {denial.caller} allows {denial.action}."
    text = "On the first call to such a model, Bedrock subscribes the account with the permissions of the caller. In an account that is subscribed already, callers do not need them. Models of Amazon, such as Nova, need no subscription."
    return denial.explain(
        f"The account is not subscribed to the model in AWS Marketplace yet, and {denial.caller} is not allowed to subscribe it ({actions}).",
        BEDROCK_MODEL_ACCESS.cause("derived", text=text),
        common_causes.NO_IDENTITY_ALLOW.cause("reported", reason_lines(denial), text=missing),
        topic="bedrock-subscription",
        remedies=(subscribe, allow, denial_remedies.authorization_details_remedy(denial)),
        notes=(
            "Allowing bedrock:InvokeModel does not help: it is another permission.",
            ONE_POLICY_TYPE if denial.policy_type is not None else None,
        ),
    )


# What the plugin prints.
_OF_PLUGIN = ("Starting session with SessionId", "plugin was installed successfully")


def explain_session_end(denial: Denial) -> Explanation | None:
    """Explain that the AWS CLI may not end a session that it started in vain, as it does if it finds no plugin.

    Source: https://github.com/aws/aws-cli/blob/v2/awscli/customizations/sessionmanager.py
    """
    text = denial.failure.text
    starts = "ssm start-session" in text and not any(map(text.__contains__, _OF_PLUGIN))
    # A program or the console can end a session, too.
    if denial.failure.envelope.operation != "TerminateSession" or not (starts or denial.stands_alone):
        return None
    explanation = explain_missing_allow(denial)
    why = "aws ssm start-session ends the session again if it finds no program session-manager-plugin in the PATH. The denial of that call hides the message about the plugin."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, "most likely, the Session Manager plugin is not installed"),
        causes=(
            message_kinds.SESSION_PLUGIN_MISSING.cause("derived" if starts else "possible", text=why),
            *explanation.causes,
        ),
        remedies=(message_kinds.INSTALL_PLUGIN, *explanation.remedies),
        notes=(*(("No permission was missing to start the session.",) if starts else ()), *explanation.notes),
    )


def explain_bedrock_model(denial: Denial) -> Explanation:
    """Explain that the account has no access to a model."""
    words = denial_paragraph(denial.failure)
    summary = "The account has no access to the Bedrock model in the Region of the call."
    if "INVALID_PAYMENT_INSTRUMENT" in words:
        summary = "The account cannot subscribe to the Bedrock model: it has no valid payment method for AWS Marketplace. Add one in the Billing console, under Payment preferences."
    remedies = (
        your_remedy(
            "Check whether the account has access to the model in the Region",
            "Run the commands in the account and Region of the call. The list must contain exactly this model ID.",
            "If the list does not show ON_DEMAND for the model, call it with the ID of an inference profile.",
            commands=(
                _AVAILABILITY_COMMAND,
                "aws bedrock list-foundation-models --region REGION --query 'modelSummaries[].[modelId,inferenceTypesSupported]'",
                "aws bedrock list-inference-profiles --region REGION",
            ),
            url=pages.BEDROCK_PROFILES,
        ),
        account_remedy(
            "Request access to the model",
            "Open the model in the Bedrock model catalog of that Region, and use it once. Anthropic models require a use case form, once per account or organization.",
            "The first call to a third-party model subscribes the account in AWS Marketplace. Its caller needs aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, and the account a valid payment method.",
            _RETRY_LATER,
            url=pages.BEDROCK_MODELS,
        ),
        denial_remedies.authorization_details_remedy(denial),
    )
    return denial.explain(
        summary,
        BEDROCK_MODEL_ACCESS.cause(
            "reported",
            quote_phrases(
                words,
                "You don't have access to the model with the specified model ID",
                "Your account is not authorized to invoke this API operation",
                _ACCESS_DENIED,
            ),
        ),
        common_causes.CREDENTIALS_OF_OTHER_ACCOUNT.cause(
            text="The call goes to another account or Region than the one with access, or the model ID is misspelled."
        ),
        remedies=(*remedies,),
        notes="If an identity-based policy lacked bedrock:InvokeModel, the message would name the action.",
    )


_ZONE_ASSOCIATIONS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html"
VPC_NOT_AUTHORIZED = CauseType(
    "vpc-not-authorized-for-zone",
    title="The owner of the private hosted zone has not authorized the VPC",
    text="A VPC in another account than the zone needs an authorization for its ID and Region, which only the account of the zone creates.",
    recognised_by='Route 53 says that the VPC "has not authorized to associate with your hosted zone".',
    fix="Create the authorization in the account of the zone, then associate the VPC again in its own account.",
    sources=(_ZONE_ASSOCIATIONS,),
)
_NOT_ASSOCIATED = "authorized to associate with your hosted zone"
_VPC = lazy_pattern(r"\bvpc-[0-9a-f]{8,17}\b")
_ZONE = lazy_pattern(r"(?a)(?<![\w-])Z[A-Z0-9]{7,31}(?![\w-])")
_VPC_REGION = lazy_pattern(rf"(?i:vpc_?-?region)[\"']?\s{{0,4}}(?:[:=]|=>)\s{{0,4}}[\"']?({REGION})")


def explain_zone_association(denial: Denial) -> Explanation:
    """Explain that the account of a private hosted zone has to authorize a VPC of another account first."""
    text = denial.failure.text
    vpc = _VPC.search(message_text(denial.case))
    zones, regions = set(_ZONE.findall(text)), set(_VPC_REGION.findall(text))
    zone = only_one(zones, "ZONE_ID")
    region = only_one(regions, "REGION")
    owner = _find_zone_owner(text)
    account = f"account {owner}" if owner else "the account of the zone"
    create = "aws route53 create-vpc-association-authorization --hosted-zone-id {} --vpc {}"
    return denial.explain(
        f"The VPC{f' {vpc[0]}' if vpc else ''} was not associated with the private hosted zone: {account} has not authorized it.",
        VPC_NOT_AUTHORIZED.cause("reported", quote_phrases(text, _NOT_ASSOCIATED)),
        remedies=owner_remedy(
            f"Authorize the VPC in {account}, then associate it again",
            f"Run the command with credentials of {account}, not of the account of the VPC. The console cannot do this.",
            f"Then {denial.caller if denial.role else 'the caller'} repeats the call, with credentials of the account of the VPC. After it, delete-vpc-association-authorization can delete the authorization: the association stays.",
            commands=fill_command(create, zone, f"VPCRegion={region},VPCId={vpc[0] if vpc else 'VPC_ID'}"),
            url=_ZONE_ASSOCIATIONS,
        ),
        notes="No IAM permission is missing: an Allow does not help.",
    )


def _find_zone_owner(text: str) -> str | None:
    """Return the only account that clauses about the zone, and not about the VPC, name."""
    clauses = CLAUSE_END.split(text)
    of_zone = (each for each in clauses if "zone" in each.lower() and "vpc" not in each.lower())
    return only_one({account for clause in of_zone for account in ACCOUNT_IN_TEXT.findall(clause)})
