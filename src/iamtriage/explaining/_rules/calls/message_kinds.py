"""List API errors that only their code and message together identify."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import lower_first
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, your_remedy
from iamtriage.failures._failures import AwsError

SIGNATURE_VERSION = CauseType(
    "signature-version",
    title="The request is signed with Signature Version 2",
    text="Version 4 is required in Regions that opened since 2014, such as eu-central-1 and us-east-2, for objects with KMS encryption, and for buckets created since 24 June 2020. Only older buckets in older Regions, such as us-east-1, accept version 2.",
    recognised_by="The message says that the authorization mechanism is not supported, and to use AWS4-HMAC-SHA256.",
    fix="Use Signature Version 4: update the SDK, and set the bucket's Region.",
    sources=(pages.SIGNATURES,),
)
FORM_VERSION = CauseType(
    "form-signed-with-version-2",
    title="The POST form is signed with Signature Version 2",
    text="A POST form with the fields AWSAccessKeyId and signature has version 2, as the class PostObject of the SDK for PHP creates it. Calls of the same SDK have version 4, so that they work with the same keys.",
    recognised_by="The text shows the class PostObject of the SDK for PHP, or the fields of the form.",
    fix="Create the form with version 4, in PHP with Aws\\S3\\PostObjectV4. Its client must have the bucket's Region: new \\Aws\\S3\\PostObjectV4($client, $bucket, $formInputs, json_decode($jsonPolicy, true)['conditions'], '+1 hour'). Render all fields of getFormInputs: X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date and X-Amz-Signature replace AWSAccessKeyId and signature.",
    sign=r"\bPostObject\(|\bAWSAccessKeyId\b(?=[^&]{1,400}?\b[Ss]ignature\b(?!=))",
    of="signature-version",
    sources=("https://docs.aws.amazon.com/sdk-for-php/v3/developer-guide/s3-presigned-post.html",),
)
# A sign of a tool, how it signs with version 4, and the command that changes that. https://s3tools.org/news
_SIGNING_TOOLS = (
    (lazy_pattern(r"\bs3cmd\b"), "Upgrade s3cmd to 1.5.0 or later", "Older versions sign only with version 2. In ~/.s3cfg, signature_v2 has to be False, and bucket_location the Region of the bucket. The AWS CLI (aws s3 cp) signs with version 4, too.", "pip install --upgrade s3cmd"),
    (lazy_pattern(r"\bboto\.(?:connect_s3|s3\.|exception)|\bimport boto\b|/boto/s3/"), "Let boto sign with version 4, or use boto3", "Set the host to that of the bucket's Region, too: boto.connect_s3(host='s3.REGION.amazonaws.com').", "export S3_USE_SIGV4=True"),
    (lazy_pattern(r"\b(?:boto3|botocore)\b"), "Set signature_version to s3v4 in the client's Config, and region_name to the bucket's Region", "boto3.client('s3', region_name=…, config=Config(signature_version='s3v4')) also signs presigned URLs and POST forms with version 4.", None),
    (lazy_pattern(r"\bnew AWS\.S3\(|/node_modules/aws-sdk/"), "Set signatureVersion to v4 in the client", "new AWS.S3({ signatureVersion: 'v4', region }) signs with it. Version 3 of the SDK has only version 4.", None),
    (lazy_pattern(r"\bs3fs\b"), "Remove sigv2 from the options of s3fs", "Current versions sign with version 4. Set the Region of the bucket with -o endpoint=REGION.", None),
    (lazy_pattern(r"\brclone\b"), "Set v2_auth to false in the rclone remote", "Set its region to that of the bucket, too.", None),
)  # fmt: skip
# What precedes a tool that did not send the request, up to the tool.
_OTHER_TOOL = lazy_pattern(
    r"(?i:\b(?:not|no|never|without|unlike|instead of|rather than)|n't use) (?i:with |using |use )?\Z"
)
_CHARS_BEFORE = 24
DETAILS_NOT_THERE = CauseType(
    "authorization-details-missing",
    title="The authorization details are not available",
    text="IAM records the details asynchronously and keeps them for at least 24 hours, in the Region of the denied call.",
    recognised_by="GetRequestAuthorizationDetails fails with ResourceNotFoundException.",
    fix="Retry after a minute, in the Region and the account of the denied call.",
    sources=(pages.AUTHORIZATION_DETAILS,),
)
BEDROCK_USE_CASE = CauseType(
    "bedrock-use-case",
    title="Models of Anthropic require a use case form, once per account or organization",
    recognised_by="The message says that model use case details have not been submitted.",
    fix="Submit the use case form in the Bedrock model catalog, and retry after 15 minutes.",
    sources=(pages.BEDROCK_MODELS,),
)
INFERENCE_PROFILE_NEEDED = CauseType(
    "inference-profile-needed",
    title="The model does not support on-demand calls with its model ID",
    recognised_by="The message says that on-demand throughput isn't supported.",
    fix="Use the ID or ARN of an inference profile instead of the model ID.",
    sources=(pages.BEDROCK_PROFILES,),
)
_STACK_CAPABILITIES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html"
_FAILED_STACKS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"
UNKNOWN_OPERATION = CauseType(
    "unknown-operation",
    title="The service cannot tell which operation was called",
    text="The path, method or headers of the request do not match any operation of this host.",
    recognised_by='AWS says "Unable to determine service/operation name to be authorized" or "The requested operation is not recognized by the service", or the error code is UnknownOperationException or InvalidAction.',
    fix="Call the operation with an AWS SDK at the service's endpoint.",
    sources=(pages.SDK_ENDPOINTS,),
)
HAND_MADE_REQUEST = CauseType(
    "custom-request",
    title="The request went to the wrong host, or was not built by an SDK",
    text="The request went to the host of another service or Region, such as bedrock instead of bedrock-runtime, or it was not built by an SDK: path or method are wrong, or the header X-Amz-Target or Content-Type is missing.",
    fix="Remove the endpoint URL or correct its Region, or use an AWS SDK.",
    of="unknown-operation",
)
COMPARE_REQUEST = your_remedy(
    "Compare the request with the service's API reference",
    "Compare host, path and method, which SDKs and the CLI print in their debug logs, with the API reference of the operation and the service's endpoints.",
    "Try the same call with the AWS CLI: if it works there, the program's request or endpoint is wrong.",
    commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
    url=pages.SDK_ENDPOINTS,
)
CAPABILITIES_MISSING = CauseType(
    "capabilities-missing",
    title="CloudFormation requires an acknowledgement",
    text="The template creates IAM resources or expands macros, and the request does not acknowledge that.",
    recognised_by="The code InsufficientCapabilitiesException, with the capabilities that are missing.",
    fix="Review the template, then repeat the call with --capabilities.",
    sources=(_STACK_CAPABILITIES,),
)
STACK_ROLLED_BACK = CauseType(
    "stack-rolled-back",
    title="The creation of the stack failed: such a stack can only be deleted",
    recognised_by="The message says that the stack is in ROLLBACK_COMPLETE state and can not be updated.",
    fix="Find the first event that failed, delete the stack, and create it again.",
    sources=(_FAILED_STACKS,),
)
MANAGED_KEY_ACROSS = CauseType(
    "managed-key-across-accounts",
    title="An AWS managed key cannot be used from another account",
    text="An AWS managed key, such as aws/ebs, can be used only in its own account. Nobody, not even the root user, can change its policy, so no other policy helps.",
    recognised_by="The message says that snapshots with the default key or the AWS managed key cannot be shared, or that a secret with the default key cannot be accessed from another account.",
    fix="Encrypt the data with a customer managed key, and allow the other account in its policy.",
    sources=(
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
    ),
)
_NEW_KEY = "aws kms create-key --query KeyMetadata.Arn --output text"
_ALLOW_ACCOUNT = "The policy of the new key must allow the other account kms:Decrypt, kms:DescribeKey and, for snapshots, kms:CreateGrant and kms:ReEncrypt*. That account must allow its callers the same."
# What builds images, and its setting of the key: https://developer.hashicorp.com/packer/integrations/hashicorp/amazon
# and https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AmiDistributionConfiguration.html
_BUILDERS = (
    (
        lazy_pattern(r"\bamazon-(?:ebs\w{0,8}|chroot|instance)\b|\b[Pp]acker\b"),
        'In the source of Packer, set encrypt_boot = true and kms_key_id = "KEY_ARN". Packer deletes the image of a failed build: build again.',
    ),
    (
        lazy_pattern(r"(?i:\bimage ?builder\b)|\bamiDistributionConfiguration\b"),
        "In the distribution settings of EC2 Image Builder, set kmsKeyId of amiDistributionConfiguration to KEY_ARN, and run the pipeline again.",
    ),
)
_BY_DEFAULT = lazy_pattern(r"(?i:encrypt\w{0,4} by default|default encryption)")
_REQUIRED = lazy_pattern(r"Requires capabilities ?: ?\[[A-Z_, ]{10,120}\]")
_CAPABILITY = lazy_pattern(r"\bCAPABILITY_(?:NAMED_IAM|IAM|AUTO_EXPAND)\b")
_STATED_CAPABILITIES = lazy_pattern(r" --capabilities(?:[ =](?:CAPABILITY_\w{1,20}))+")
_ACKNOWLEDGED = {
    "CAPABILITY_IAM": "CAPABILITY_IAM acknowledges IAM resources.",
    "CAPABILITY_NAMED_IAM": "CAPABILITY_NAMED_IAM acknowledges IAM resources with custom names, for which CAPABILITY_IAM is not enough.",
    "CAPABILITY_AUTO_EXPAND": "CAPABILITY_AUTO_EXPAND acknowledges macros, such as the transform of AWS SAM.",
}


def _change_key_remedy(title: str, *steps: str, command: str, url: str) -> Remedy:
    """Return the remedy that replaces the key of AWS by a new one with a command."""
    change = Labelled("With the ARN that it prints as KEY_ARN:", command)
    return owner_remedy(title, *steps, commands=(_NEW_KEY, change), url=url)


def snapshot_remedies(case: Case[AwsError], kind: ErrorKind) -> tuple[Remedy, ...]:
    """Return how to share an encrypted snapshot or secret, for an image with the setting of what builds it."""
    step = next((each for sign, each in _BUILDERS if sign.search(case.text)), None)
    if step is None or "napshot" not in kind.summary:
        return kind.remedies
    default = "aws ec2 modify-ebs-default-kms-key-id --kms-key-id KEY_ARN --region REGION"
    is_by_default = _BY_DEFAULT.search(case.text) is not None
    return (
        owner_remedy(
            "Build the image with a customer managed key",
            f"With the ARN that the command prints as KEY_ARN: {lower_first(step)}",
            _ALLOW_ACCOUNT,
            commands=(
                f"{_NEW_KEY} --region REGION",
                *(
                    (Labelled("Or make it the default key of new volumes in the Region:", default),)
                    if is_by_default
                    else ()
                ),
            ),
            url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html",
        ),
    )


def capabilities_remedy(case: Case[AwsError], message: str) -> Remedy:
    """Return the remedy that repeats a call of CloudFormation with the capabilities it requires."""
    required = _REQUIRED.search(message)
    missing = _CAPABILITY.findall(required[0]) if required else ["CAPABILITY_NAMED_IAM"]
    failed = _stack_command(case)
    stated = _STATED_CAPABILITIES.search(failed)
    # The list replaces the one of the failed command.
    listed = dict.fromkeys((*(_CAPABILITY.findall(stated[0]) if stated else ()), *missing))
    if "CAPABILITY_NAMED_IAM" in listed:
        listed.pop("CAPABILITY_IAM", None)
    repeated = _STATED_CAPABILITIES.sub("", failed)
    return your_remedy(
        "Review the template, then repeat the call with --capabilities",
        f"Check which roles, policies and macros the template has. {' '.join(_ACKNOWLEDGED[name] for name in missing)}",
        commands=f"{repeated} --capabilities {' '.join(listed)}",
        url=_STACK_CAPABILITIES,
    )


def _stack_command(case: Case[AwsError]) -> str:
    """Return the command that failed, if it is safe to repeat, or one that deploys a stack."""
    if (repeated := commands.repeat_command(case.context.command, "cloudformation")) is not None:
        return repeated
    if "sam deploy" in case.text or "Failed to create changeset for the stack" in case.text:
        return "sam deploy"
    return "aws cloudformation deploy --stack-name STACK_NAME --template-file template.yaml"


def _find_signing_remedy(text: str) -> Remedy | None:
    """Return how the tool that a text names signs with version 4, or ``None`` if it names none."""
    found = next((tool for sign, *tool in _SIGNING_TOOLS if _names_tool(sign, text)), None)
    if found is None:
        return None
    title, step, line = found
    return your_remedy(f"{title}", step, commands=line, url=pages.SIGNATURES)


def _names_tool(sign: re.Pattern[str], text: str) -> bool:
    """Return whether a text names a tool, and not that another one is used or works."""
    return any(
        not _OTHER_TOOL.search(text, max(0, m.start() - _CHARS_BEFORE), m.start())
        for m in sign.finditer(text)
    )


def signing_remedies(case: Case[AwsError], kind: ErrorKind) -> tuple[Remedy, ...]:
    """Return how the tool of the text signs with version 4, or else what is the same for all texts."""
    remedy = _find_signing_remedy(case.text) if kind.cause is SIGNATURE_VERSION else None
    return kind.remedies if remedy is None else (remedy,)


def fitting_causes(case: Case[AwsError], kind: ErrorKind) -> tuple[Cause, ...]:
    """Return the other causes of a kind that fit the text: a tool that it names creates no form."""
    is_of_tool = kind.cause is SIGNATURE_VERSION and _find_signing_remedy(case.text) is not None
    return () if is_of_tool else kind.causes


KINDS_BY_MESSAGE = (
    *(
        ErrorKind(
            cause=UNKNOWN_OPERATION,
            code=code,
            message=message,
            summary="The service does not have the operation at the endpoint that was called.",
            causes=(HAND_MADE_REQUEST.cause(),),
            remedies=COMPARE_REQUEST,
        )
        for code, message in (
            (r"UnknownOperation|^InvalidAction$", r"\A"),
            (
                r"^ValidationException$",
                r"(?i)\boperation is not recognized by the service|\boperation unknown\b",
            ),
        )
    ),
    ErrorKind(
        cause=MANAGED_KEY_ACROSS,
        code=r"^(?:OperationNotPermitted|InvalidParameter\w{0,20})$",
        message=r"(?i)\bsnapshots? (?:encrypted )?with (?:the )?(?:EBS default|AWS managed|default) (?:\w{2,4} )?(?:key|CMK) (?:can ?not|can['’]t) be shared",
        summary="The snapshot is encrypted with an AWS managed key (aws/ebs), so it cannot be shared.",
        remedies=_change_key_remedy(
            "Copy the snapshot with a customer managed key, and share the copy",
            "For an AMI, run aws ec2 copy-image with --encrypted and --kms-key-id, and share the copy of the image.",
            _ALLOW_ACCOUNT,
            command="aws ec2 copy-snapshot --source-region REGION --source-snapshot-id SNAPSHOT_ID --encrypted --kms-key-id KEY_ARN --region REGION",
            url="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",
        ),
    ),
    ErrorKind(
        cause=MANAGED_KEY_ACROSS,
        code=r"^(?:InvalidParameter\w{0,20}|KMSKeyNotAccessible\w{0,10}|InvalidDB\w{0,40})$",
        message=r"(?i)\bsharing snapshots encrypted with the default service key|\bsnapshot\w{0,2} [^\n.]{0,60}\bdefault (?:AWS )?KMS (?:encryption )?key",
        summary="The snapshot is encrypted with an AWS managed key (aws/rds), so it cannot be shared.",
        remedies=_change_key_remedy(
            "Copy the snapshot with a customer managed key, and share the copy",
            _ALLOW_ACCOUNT,
            "For a cluster, run aws rds copy-db-cluster-snapshot.",
            command="aws rds copy-db-snapshot --source-db-snapshot-identifier SNAPSHOT_ID --target-db-snapshot-identifier SNAPSHOT_ID-shared --kms-key-id KEY_ARN",
            url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/share-encrypted-snapshot.html",
        ),
    ),
    ErrorKind(
        cause=MANAGED_KEY_ACROSS,
        code=r"^InvalidRequest(?:Exception)?$",
        message=r"secret from a different AWS account if you encrypt the secret with the default KMS",
        summary="The secret of the other account is encrypted with the AWS managed key aws/secretsmanager, which only its own account can use.",
        remedies=_change_key_remedy(
            "Encrypt the secret with a customer managed key, in its account",
            _ALLOW_ACCOUNT.replace(
                ", kms:DescribeKey and, for snapshots, kms:CreateGrant and kms:ReEncrypt*", ""
            ),
            "The command encrypts the current version again, too, if its caller is allowed kms:Decrypt on the old key and kms:Encrypt on the new one. Otherwise, store the value as a new version.",
            command="aws secretsmanager update-secret --secret-id SECRET_ID --kms-key-id KEY_ARN",
            url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html",
        ),
    ),
    ErrorKind(
        cause=CAPABILITIES_MISSING,
        code=r"^InsufficientCapabilities",
        message=r".",
        summary="CloudFormation requires you to acknowledge what the template creates.",
    ),
    ErrorKind(
        cause=SIGNATURE_VERSION,
        code=r"^Invalid(?:Request|Argument)$",
        message=r"authorization mechanism you have provided is not supported|require AWS Signature Version 4",
        summary="S3 rejected the request because it is signed with Signature Version 2; version 4 is required.",
        causes=(FORM_VERSION.cause(),),
        remedies=your_remedy(
            "Sign with version 4",
            "Use a current SDK or tool, which signs with version 4 automatically.",
            "If the version is a setting, its value is v4 or s3v4. Set the bucket's Region, too.",
            commands="aws configure set default.s3.signature_version s3v4",
            url=pages.SIGNATURES,
        ),
    ),
    ErrorKind(
        cause=DETAILS_NOT_THERE,
        code=r"^ResourceNotFoundException$",
        message=r"GetRequestAuthorization(?:Details|Policy)\b",
        summary="IAM has no authorization details for this ID in this Region: they are not recorded yet, or no longer kept.",
        remedies=your_remedy(
            "Retry after a minute, in the Region and the account of the denied call",
            "Check that the ID is complete. The console link in the denial names the Region. The caller must be in the account or the organization of the denied call.",
            "If the denial is older than 24 hours, repeat the denied call, and use its new ID.",
            commands="aws iam-toolbox get-request-authorization-details --authorization-id AUTHORIZATION_ID --region REGION",
            url=pages.AUTHORIZATION_DETAILS,
        ),
    ),
    ErrorKind(
        cause=BEDROCK_USE_CASE,
        code=r"^(?:ResourceNotFoundException|AccessDeniedException|ValidationException)$",
        message=r"use case details have not been submitted",
        summary="The account has not submitted the use case form that this Bedrock model requires.",
        remedies=account_remedy(
            "Submit the use case form",
            "Open the model in the Bedrock console's model catalog and fill in the form, or call PutUseCaseForModelAccess.",
            "Retry the call after 15 minutes.",
            url=pages.BEDROCK_MODELS,
        ),
    ),
    ErrorKind(
        cause=STACK_ROLLED_BACK,
        code=r"^(?:ValidationError|ValidationException)?$",
        message=r"(?<!_)ROLLBACK_COMPLETE state and can ?not be updated",
        summary="The stack cannot be updated, because its creation failed and was rolled back. Delete it, and create it again.",
        remedies=your_remedy(
            "Delete the stack, and create it again",
            "The first command prints why resources were not created: the earliest event is the reason, often a denial.",
            commands=(
                "aws cloudformation describe-stack-events --stack-name STACK_NAME --query \"StackEvents[?ResourceStatus=='CREATE_FAILED'].[Timestamp,LogicalResourceId,ResourceStatusReason]\" --output text",
                Labelled(
                    "Then, when that is fixed:", "aws cloudformation delete-stack --stack-name STACK_NAME"
                ),
            ),
            url=_FAILED_STACKS,
        ),
    ),
    ErrorKind(
        cause=INFERENCE_PROFILE_NEEDED,
        code=r"^ValidationException$",
        message=r"on-demand throughput isn.{1,8}t supported",
        summary="This Bedrock model can only be called through an inference profile.",
        remedies=your_remedy(
            "Call the inference profile",
            "Use the ID or ARN of an inference profile as model ID. Most often, it is the model ID with a geography prefix such as us. or eu.",
            "Policies must allow bedrock:InvokeModel on the profile and on the model in each Region that the profile routes to.",
            commands="aws bedrock list-inference-profiles --region REGION --query 'inferenceProfileSummaries[].inferenceProfileId'",
            url=pages.BEDROCK_PROFILES,
        ),
    ),
)
"""Kinds whose code and message must both match. They take precedence over the others."""
