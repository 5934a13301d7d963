"""List the API errors that are due to the account: its state, keys and organization, and what it has used up.

Retrying after seconds does not help for a daily quota, which services report as throttling. Sources:
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html,
https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html,
https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html and the pages below.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import join_words, quote_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.calls.quotas import QUOTA_REACHED
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    owner_remedy,
    resource_policy_remedy,
    your_remedy,
)
from iamtriage.failures._failures import AwsError

ACCOUNT_STATE = CauseType(
    "account-state",
    title="The account cannot use the service in its current state",
    text="The account is not subscribed to the service, not verified yet or suspended, or the service accepts no new customers.",
    recognised_by="An error code such as OptInRequired, SubscriptionRequiredException or Blocked, or a message that the account must be verified.",
    fix="Open the service in the console and follow its instructions. Check billing and verification.",
    sources=("https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",),
)
MANAGED_KEY_ACROSS = CauseType(
    "managed-key-across-accounts",
    title="An AWS managed key cannot be used from another account",
    text="An AWS managed key can be used only in its own account. Nobody, not even the root user, can change its policy, so no other policy helps.",
    recognised_by="The message says that snapshots with the default key or the AWS managed key cannot be shared, or that a secret with the default key cannot be accessed from another account.",
    fix="Encrypt the data with a customer managed key, and allow the other account in its policy.",
    sources=(
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
    ),
)
ACCOUNT_RESTRICTED = "AWS restricts the account itself, and no IAM permission is missing"
UNTIL_VERIFIED = "The account is not verified yet, or suspended. Only AWS changes that."
SUPPORT_CASE = account_remedy(
    "Open a support case with AWS that includes this message",
    "In the Support Center (https://console.aws.amazon.com/support/home), choose Account and billing, which every support plan includes, and paste the whole message with its request ID. Whoever may open cases for the account does this, such as its owner or an administrator.",
    "Repeat the call after AWS has confirmed the change. Nothing else has to change.",
    url="https://docs.aws.amazon.com/awssupport/latest/user/case-management.html",
)
"""For a restriction that only AWS lifts. Source: https://github.com/aws-samples/aws-cdk-examples/issues/279."""
TABLE_CAPACITY = CauseType(
    "table-capacity",
    title="The calls exceed the capacity of the DynamoDB table or index",
    text="This is the limit of the table or index for reads or for writes, or of the partition of a key that many calls use, not of the account.",
    recognised_by="The message says that the provisioned throughput, or the current capacity, of a table or index was exceeded.",
    fix="Raise the capacity of the table or index, or use on-demand mode, and spread the calls over more keys.",
    of="throttled",
    sources=(
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-provisioned-capacity-exceeded-mitigation.html",
    ),
)
SERVICE_NOT_ENABLED = CauseType(
    "service-not-enabled",
    title="The service is not enabled in the account and Region of the call",
    text="An account enables Security Hub for each Region separately, and it does not answer in the others.",
    recognised_by='The code InvalidAccessException of Security Hub, or a message such as "is not subscribed to AWS Security Hub".',
    fix="Enable the service in this Region, or call the Region and the account in which it is enabled.",
    sources=("https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-settingup.html",),
)
_DECLARATIVE_POLICIES = (
    "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_declarative.html"
)
DECLARATIVE_POLICY = CauseType(
    "declarative-policy",
    title="A declarative policy of the organization enforces the setting",
    text="The service itself enforces the setting, whatever permissions the caller has, even those of an administrator. It is neither an IAM policy nor a service control policy.",
    recognised_by="The message names a declarative policy. The organization can add a text of its own to it.",
    fix="Make the call in accordance with the policy, or ask an administrator of the organization to change it.",
    sources=(_DECLARATIVE_POLICIES,),
)
BY_DECLARATIVE_POLICY = (
    "a declarative policy of the organization enforces the setting that the call would change"
)
_CUSTOM_MESSAGE = lazy_pattern(
    r"(?i:\bdeclarative policy)[.,:;!]?\s{1,4}(?i:custom message: ?)?(?P<text>\w[^\n\"]{3,300})"
)
NO_NEW_CUSTOMERS = r"(?i)\b(?:to|no) new customers\b|\bonly existing [\w -]{1,60} customers\b|\bwithout (?:prior|previous) (?:service )?usage\b|\bno existing repository in this AWS account\b"
"""What AWS says of a service that only accounts with earlier use can call."""
ONLY_FORMER_CUSTOMERS = "Only accounts that have used the service before can use it."
CLOSED_SERVICE = "the service accepts no new customers, and no IAM permission is missing"
USE_OTHER_SERVICE = your_remedy(
    "Use the service that replaces it, or an account that has used it before",
    "AWS names the replacement on the page of the service. Accounts that used the service before can go on using it.",
    "If the account has used it before, open a support case.",
    url="https://aws.amazon.com/products/lifecycle/",
)


def ask_organization(text: str) -> Remedy:
    """Return the remedy for a setting that a declarative policy enforces, with the organization's own message."""
    found = _CUSTOM_MESSAGE.search(text)
    return organization_remedy(
        "Ask an administrator of the organization",
        None if found is None else f"The organization says: {quote_words(found['text'])}.",
        "The first command prints the policy that applies to the account.",
        "In the management account or as a delegated administrator, the second command lists the policies. One of them must change, or be detached from the account.",
        commands=(
            "aws organizations describe-effective-policy --policy-type DECLARATIVE_POLICY_EC2 --query EffectivePolicy.PolicyContent --output text",
            "aws organizations list-policies --filter DECLARATIVE_POLICY_EC2",
        ),
        url=_DECLARATIVE_POLICIES,
    )


EMAIL_NOT_VERIFIED = CauseType(
    "email-not-verified",
    title="An address or domain of the message is not verified in the Region of the call",
    recognised_by='The code MessageRejected with "Email address is not verified".',
    fix="Verify the address or its domain in the Region of the call.",
    sources=("https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",),
)
ACCOUNT_KINDS = (
    ErrorKind(
        cause=MANAGED_KEY_ACROSS,
        code=r"^InvalidRequest\w{0,40}$",
        message=r"(?i)\bsecret from a different AWS account if you encrypt the secret with the default KMS",
        summary="The secret is encrypted with the AWS managed key aws/secretsmanager, so another account cannot read it.",
        lacks_permission=True,
        remedies=resource_policy_remedy(
            "Encrypt the secret with a customer managed key, and allow the other account",
            "Run the commands in the account of the secret. The first prints KEY_ARN. Add the statement to the policy of this key, and the same with secretsmanager:GetSecretValue as its Action to the resource policy of the secret (aws secretsmanager put-resource-policy): keep their other statements.",
            "In its own account, a policy of the caller must allow both, too: secretsmanager:GetSecretValue on the ARN of the secret, and kms:Decrypt on KEY_ARN.",
            statements=(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "CALLER_ARN"},
                    "Action": "kms:Decrypt",
                    "Resource": "*",
                },
            ),
            commands=(
                "aws kms create-key --query KeyMetadata.Arn --output text",
                "aws kms get-key-policy --key-id KEY_ARN --policy-name default --query Policy --output text",
                "aws kms put-key-policy --key-id KEY_ARN --policy-name default --policy file://policy.json",
                "aws secretsmanager update-secret --secret-id SECRET_ID --kms-key-id KEY_ARN",
            ),
            url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html",
        ),
    ),
    ErrorKind(
        cause=MANAGED_KEY_ACROSS,
        code=r"^(?:OperationNotPermitted|Invalid(?:Parameter|Request|DB)\w{0,40}|KMSKeyNotAccessible\w{0,10})$",
        message=r"(?i)\bsnapshots? (?:encrypted )?with (?:the )?(?:EBS default|AWS managed|default) (?:service )?(?:\w{2,4} )?(?:key|CMK)|\bsnapshot\w{0,2} [^\n.]{0,60}\bdefault (?:AWS )?KMS (?:encryption )?key",
        summary="The data is encrypted with an AWS managed key, so another account cannot use it.",
        remedies=owner_remedy(
            "Encrypt the data with a customer managed key",
            "Copy a snapshot with the new key, and share the copy (aws ec2 copy-snapshot or aws rds copy-db-snapshot, with --kms-key-id).",
            "The policy of the new key must allow the other account kms:Decrypt, kms:DescribeKey and, for snapshots, kms:CreateGrant and kms:ReEncrypt*. That account must allow its callers the same.",
            commands="aws kms create-key --query KeyMetadata.Arn --output text",
        ),
    ),
    ErrorKind(
        cause=EMAIL_NOT_VERIFIED,
        code=r"",
        message=r"Email address is not verified|identities failed the check in region",
        summary="SES rejected the message, because an address is not verified in the Region of the call.",
        remedies=account_remedy(
            "Verify the address or its domain in this Region, or request production access",
            "Both are per Region: an address that is verified in another Region does not count. While ProductionAccessEnabled is false, the account is in the SES sandbox, where recipients must be verified, too.",
            commands=(
                "aws sesv2 get-account --region REGION --query ProductionAccessEnabled",
                "aws sesv2 create-email-identity --region REGION --email-identity ADDRESS_OR_DOMAIN",
            ),
        ),
    ),
    ErrorKind(
        cause=SERVICE_NOT_ENABLED,
        code=r"^InvalidAccessException$",
        message=r"\A(?!.*\badministrator\b)",
        summary="Security Hub is not enabled in this account and Region.",
        remedies=account_remedy(
            "Enable Security Hub, or call the Region in which it is enabled",
            "In an organization, the delegated administrator of Security Hub can enable it for all accounts.",
            commands=(
                "aws securityhub describe-hub --region REGION",
                Labelled(
                    "To enable it (charges apply):", "aws securityhub enable-security-hub --region REGION"
                ),
            ),
        ),
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"^ValidationException$",
        message=r"(?s)(?:\b(?:InvokeModel|Converse)|[Bb]edrock).{0,300}: ?Operation not allowed\b",
        summary="Bedrock does not let the account call models, whatever its policies and the parameters are.",
        remedies=SUPPORT_CASE,
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"^(?!OptIn|.*Quota|.*Limit)",
        message=r"(?i)account (?:currently does not support|(?:is|has been)(?: currently)? suspended|must be verified)",
        summary=f"{ACCOUNT_RESTRICTED}.",
        remedies=SUPPORT_CASE,
    ),
    ErrorKind(
        cause=DECLARATIVE_POLICY,
        code=r"",
        message=r"(?i)\bdeclarative polic(?:y|ies)\b",
        summary="A declarative policy of the organization enforces the setting that the call would change.",
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"",
        message=NO_NEW_CUSTOMERS,
        summary="The service accepts no new customers, and no IAM permission is missing.",
        remedies=USE_OTHER_SERVICE,
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"^AddonSubscriptionNeeded$",
        message=r"",
        summary="The EKS add-on requires a subscription in AWS Marketplace.",
        remedies=account_remedy(
            "Subscribe to the add-on in AWS Marketplace, then update it",
            "The first command prints the page of the add-on in AWS Marketplace. Subscribe there, which requires aws-marketplace:Subscribe.",
            commands=(
                "aws eks describe-addon-versions --addon-name ADDON_NAME --query 'addons[].marketplaceInformation'",
                "aws eks update-addon --cluster-name CLUSTER --addon-name ADDON_NAME",
            ),
            url="https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-vendors.html",
        ),
    ),
)
"""Kinds whose code and message must both match."""
RESTRICTED_ACCOUNT = ErrorKind(
    cause=ACCOUNT_STATE,
    code=r"OptInRequired|Subscription(?:Required|Needed)|NotSubscribed|NotSignedUp|^AccountSuspended|^Blocked$",
    summary="The account cannot use the service.",
    remedies=account_remedy(
        "Check the state of the account",
        "Sign in to the console, open the service, and follow its instructions.",
        "Check Billing and the emails to the account's address: payment, verification, suspension.",
        "If nothing is pending there, open a support case.",
    ),
)
"""The kind of the codes that say that the account cannot use the service."""


_CODE = r"Throttl|TooManyRequests|LimitExceeded|^$"
SPENT_QUOTAS = (
    ErrorKind(
        cause=TABLE_CAPACITY,
        code=r"Throttl|ProvisionedThroughput|^$",
        message=r"provisioned throughput for (?:the table|one or more global secondary)|[Tt]hroughput exceeds the current capacity (?:of|for) ",
        summary="The calls exceed the capacity of the DynamoDB table or of one of its indexes. No permission is missing.",
        remedies=owner_remedy(
            "Raise the capacity of the table or index, and let the SDK retry",
            "The command prints the capacity of the table and its indexes. Each index has its own, and if that for writes is used up, DynamoDB throttles writes to the table, too.",
            "With auto scaling, raise the maximum. Or switch the table to on-demand mode; if it has that (PAY_PER_REQUEST), let the load grow more slowly.",
            "If most calls are for one key, more capacity does not help: spread them over more keys, or cache.",
            commands="aws dynamodb describe-table --table-name TABLE_NAME --region REGION --query 'Table.[BillingModeSummary.BillingMode,ProvisionedThroughput,GlobalSecondaryIndexes[].[IndexName,ProvisionedThroughput]]'",
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)daily (?:message|sending) quota exceeded",
        summary="The account has sent as many emails in 24 hours as its SES sending quota in this Region allows. No permission is missing.",
        remedies=(
            your_remedy(
                "Stop the retries, and see how much of the quota is used",
                "Retries with backoff fail, too: SES counts the recipients of the last 24 hours, so it accepts messages again as older ones leave this window. Queue them until then.",
                "A Max24HourSend of 200 is the quota of the sandbox. If SentLast24Hours is higher than expected, look for a loop, a program that sends too much, or leaked keys.",
                commands="aws ses get-send-quota --region REGION",
                url="https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
            ),
            account_remedy(
                "In the sandbox, request production access, otherwise a higher sending quota",
                "If the command prints False, the account is in the sandbox in this Region: open Account dashboard in the SES console, and request production access. If it prints True, request a higher sending quota there or in Service Quotas.",
                commands="aws sesv2 get-account --region REGION --query ProductionAccessEnabled",
                url="https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
            ),
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)too many tokens per day",
        summary="The account has used up its Bedrock quota of tokens per day for this model. No permission is missing.",
        remedies=(
            your_remedy(
                "Stop the retries, and call the model again the next day, or another model",
                "Retries with backoff fail, too: the quota is for a day, not for a minute. Other models have quotas of their own.",
                "Set max_tokens no higher than needed, shorten prompts, and cache answers.",
                url="https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html",
            ),
            account_remedy(
                "Request a higher quota of tokens per day",
                "The command lists these quotas of the Region. New accounts can have lower ones than the default. If the quota is not adjustable, open a support case.",
                commands="aws service-quotas list-service-quotas --service-code bedrock --region REGION --query \"Quotas[?contains(QuotaName, 'tokens per day')].[QuotaName,Value,Adjustable]\" --output text",
            ),
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)exceeded daily email limit",
        summary="Cognito has sent as many emails today as its built-in sender may. No permission is missing.",
        remedies=account_remedy(
            "Let the user pool send through Amazon SES",
            "The quota of the built-in sender is low and cannot be raised. It resets the next day, and retries before then do not help.",
            "Verify an email address or domain in SES, then edit the email settings of the user pool in the Cognito console, and choose Send email with Amazon SES. Then the sending quota of SES applies, which is low while the account is in the sandbox.",
            url="https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html",
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)\battempt limit exceeded\b",
        summary="Cognito rejects further attempts for this user for a while: there were too many, such as for codes or passwords. No permission is missing.",
        remedies=your_remedy(
            "Wait, then try once more",
            "Each attempt counts, so retries in a loop do not help. Wait about an hour. The quota is for each user and cannot be raised.",
            "Look for what makes the attempts: a form that sends twice, a test, or someone who guesses.",
            url="https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html",
        ),
    ),
)
"""Kinds whose code and message must both match, before those of throttling and other quotas."""


# As describe-hub prints it, not in a policy or a sentence.
_HUB = lazy_pattern(
    rf"(?am)(?:\bHubArn\b[\"'\s:=|]{{1,20}}|^[ \t]{{0,8}})arn:aws[a-z-]{{0,12}}:securityhub:({REGION}):(\d{{12}}):hub/"
)


def find_hubs(case: Case[AwsError]) -> tuple[str, str] | None:
    """Return the Region of a call and the only other one in which the text shows Security Hub."""
    text = case.failure.text
    called, hub = clues.find_region(case), only_one(set(_HUB.findall(text)))
    if called is None or hub is None or called == hub[0] or f"ccount {hub[1]}" not in text:
        return None
    return called, hub[0]


# "The following identities failed the check in region EU-WEST-1: a@octo.example, octo.example"
_UNVERIFIED = lazy_pattern(
    r"(?a)\bidentities failed the check in region (?P<region>[A-Za-z0-9-]{6,30}): (?P<addresses>[\w.+@, -]{3,600})"
)
_ADDRESS = lazy_pattern(r"(?a)[\w.+-]{1,64}@[\w.-]{1,100}\w|[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}")
_MAX_ADDRESSES = 3


def _find_unverified(text: str) -> tuple[str, list[str]] | None:
    """Return the Region and the addresses that SES says are not verified there, if they are few."""
    found = _UNVERIFIED.search(text)
    addresses = [] if found is None else list(dict.fromkeys(_ADDRESS.findall(found["addresses"])))
    return (found["region"].lower(), addresses) if found and 0 < len(addresses) <= _MAX_ADDRESSES else None


def name_unverified(text: str, summary: str, cause: Cause) -> tuple[str, Cause]:
    """Return the verdict and the cause with the addresses that SES names."""
    if (found := _find_unverified(text)) is None:
        return summary, cause
    are = "is" if len(found[1]) == 1 else "are"
    named = (
        f"SES rejected the message, because {join_words(found[1], 'and')} {are} not verified in {found[0]}."
    )
    return named, attrs.evolve(cause, text=named)


def verify_addresses(text: str, remedy: Remedy) -> Remedy:
    """Return the remedy that verifies the addresses that SES names, in their Region."""
    if (found := _find_unverified(text)) is None:
        return remedy
    create = "aws sesv2 create-email-identity --region {} --email-identity {}"
    lines = (fill_command(create, found[0], each) for each in found[1])
    return attrs.evolve(remedy, commands=(remedy.commands[0].replace("REGION", found[0]), *lines))
