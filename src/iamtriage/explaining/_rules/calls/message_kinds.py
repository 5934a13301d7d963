"""List API errors that only their code and message together identify."""

from __future__ import annotations

import json

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import ErrorKind, code_evidence
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    owner_remedy,
    your_remedy,
)
from iamtriage.failures._failures import AwsError

SIGNATURE_VERSION = CauseType(
    "signature-version",
    title="The request is signed with Signature Version 2",
    text="Version 4 is required in Regions that opened since 2014, such as eu-central-1 and us-east-2, for objects with KMS encryption, and for buckets created since 24 June 2020. Only older buckets in older Regions, such as us-east-1, accept version 2.",
    recognised_by="The message says that the authorization mechanism is not supported, and to use AWS4-HMAC-SHA256.",
    fix="Use Signature Version 4: update the SDK, and set the bucket's Region.",
    sources=(pages.SIGNATURES,),
)
DETAILS_NOT_THERE = CauseType(
    "authorization-details-missing",
    title="The authorization details are not available",
    text="IAM records the details asynchronously and keeps them for at least 24 hours, in the Region of the denied call.",
    recognised_by="GetRequestAuthorizationDetails fails with ResourceNotFoundException.",
    fix="Retry after a minute, in the Region that the denial's console link names.",
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
    sources=("https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html",),
)
STACK_ROLLED_BACK = CauseType(
    "stack-rolled-back",
    title="The creation of the stack failed: such a stack can only be deleted",
    recognised_by="The message says that the stack is in ROLLBACK_COMPLETE state and can not be updated.",
    fix="Find the first event that failed, delete the stack, and create it again.",
    sources=("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",),
)
KEY_NOT_ACCESSIBLE = CauseType(
    "key-not-accessible",
    title="A service cannot use a KMS key",
    meaning="The KMS key does not exist in the Region, is not enabled, or the caller is not allowed to use it.",
    recognised_by='The error code KMSKeyNotAccessibleFault, or a message such as "The specified KMS key does not exist, is not enabled or you do not have permissions to access it".',
    fix="Correct the key, enable it, or allow the caller to use it.",
    sources=(pages.KMS_ACCESS, pages.KMS_KEY_STATE),
)
VOLUME_KEYS = (
    "https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html"
)
VOLUME_KEY = CauseType(
    "volume-key",
    title="EC2 cannot use the KMS key of a volume",
    text="EC2 uses the KMS key of a volume with the permissions of whoever launches the instance. The key is not enabled, or its key policy does not allow that identity. The node role or instance profile needs no permission for the key.",
    recognised_by='EC2, Auto Scaling or EKS says "The KMS key provided is in an incorrect state", "encrypted with an inaccessible AWS KMS key" or "Client error on launch".',
    fix="Enable the key, and allow the service-linked role or role that launches the instances in the key policy.",
    sources=(VOLUME_KEYS,),
)
NEW_VOLUME_GONE = CauseType(
    "new-volume-gone",
    title="EC2 deleted a new volume again",
    text="EC2 accepts an encrypted volume first, and deletes it again if it cannot use the KMS key with the permissions of the caller.",
    recognised_by="The error InvalidVolume.NotFound, while a program waits for a volume that it has created.",
    fix="Allow the caller to use the KMS key of the volume, and check that the key is enabled.",
    sources=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",),
)
# What waits for a volume that it created: the EBS CSI driver, or Terraform.
WAITS_FOR_VOLUME = r"(?:\bavailable volume in EC2\b|\b[Cc]ould not create volume\b|[Ww]aiting for (?:EBS )?[Vv]olume \([\w-]{5,30}\) (?!(?:to be )?(?:delet|destr|detach|updat|modif)))[^\x1e]{0,240}?\bInvalidVolume\W{1,3}NotFound"
METADATA_UNANSWERED = CauseType(
    "metadata-unanswered",
    title="The instance metadata service did not answer",
    text="A program asked the EC2 instance metadata service for something other than credentials, such as the VPC ID or the Region, and got no usable response. Programs in pods are one hop further away than the default limit allows.",
    recognised_by="An error of ec2imds, EC2MetadataError or EC2MetadataRequestError that names the VPC ID, the Region or the identity document.",
    fix="Configure what the program asks for, or set the hop limit of the instance metadata to 2.",
    sources=(pages.EC2_METADATA, pages.LOAD_BALANCER_CONTROLLER),
)
PROTECTED_ROLE = CauseType(
    "protected-role",
    title="AWS manages the role",
    text="Only AWS changes a service-linked role or a role of IAM Identity Center, whatever permissions the caller has.",
    recognised_by='The error code UnmodifiableEntity, or the message "Cannot perform the operation on the protected role".',
    fix="Allow the role in the policy of the resource, or change the permission set of IAM Identity Center.",
    sources=(pages.SERVICE_LINKED,),
)
PROTECTED = CauseType(
    "protected-resource",
    title="A protection of the resource rejects the call",
    text="The protection applies to everybody, administrators, too. No permission is missing.",
    recognised_by='The message says that the resource is protected, such as "cannot be deleted because deletion protection is enabled".',
    fix="Check that the resource is the right one, switch the protection off, and repeat the call.",
    sources=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html",),
)
SESSION_PLUGIN_MISSING = CauseType(
    "session-plugin-missing",
    title="The Session Manager plugin is not installed",
    text="The AWS CLI starts the program session-manager-plugin for sessions, and did not find it in the PATH.",
    recognised_by='The AWS CLI says "SessionManagerPlugin is not found".',
    fix="Install the Session Manager plugin where the command runs.",
    sources=(pages.SESSION_PLUGIN,),
)
_CAPABILITY = lazy_pattern(r"\bCAPABILITY_(?:NAMED_IAM|IAM|AUTO_EXPAND)\b")
# What each of them acknowledges, and what to check before.
_CHECK = "Check which permissions its roles, users and policies give: the stack creates them."
_CAPABILITIES = {
    "CAPABILITY_NAMED_IAM": ("has IAM resources with custom names", f"{_CHECK} CAPABILITY_NAMED_IAM includes CAPABILITY_IAM."),
    "CAPABILITY_IAM": ("has IAM resources", _CHECK),
    "CAPABILITY_AUTO_EXPAND": ("uses macros", "Check what its macros do, such as the transform of AWS SAM: they can change the whole template."),
}  # fmt: skip
INSTALL_PLUGIN = your_remedy(
    "Install the Session Manager plugin",
    "The page has the installers.",
    commands=(
        "brew install --cask session-manager-plugin",
        Labelled(
            "Or, on Debian and Ubuntu:",
            "curl -o session-manager-plugin.deb https://s3.amazonaws.com/session-manager-downloads/plugin/latest/ubuntu_64bit/session-manager-plugin.deb && sudo dpkg -i session-manager-plugin.deb",
        ),
        Labelled(
            "Then repeat the call in a new shell, which finds the plugin:", "session-manager-plugin --version"
        ),
    ),
    url=pages.SESSION_PLUGIN,
)


def explain_capabilities(case: Case[AwsError], message: str) -> Explanation:
    """Explain that CloudFormation requires an acknowledgement of what a template creates."""
    listed = message.partition("Requires capabilities")[2].partition("]")[0]
    required = tuple(dict.fromkeys(_CAPABILITY.findall(listed)))
    does, checks = zip(*map(_CAPABILITIES.__getitem__, required or (*_CAPABILITIES,)[1:]), strict=True)
    # The list replaces that of the failed command.
    names = tuple(dict.fromkeys(_CAPABILITY.findall(case.text))) or ("CAPABILITY_NAMED_IAM",)
    failed = commands.repeat_command(case.context.command, "cloudformation", changes={"capabilities": ""})
    of_sam = "sam deploy" if "sam deploy" in case.text else ""
    failed = (
        failed or of_sam or "aws cloudformation deploy --stack-name STACK_NAME --template-file template.yaml"
    )
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudformation_stack
    is_code = clues.find_program(case.failure) == "Terraform"
    again = "set capabilities in the resource" if is_code else "repeat the call with --capabilities"
    words, things = join_words(required, "and"), join_words(does, "and" if required else "or")
    lacks = f"The request lacks {words}." if required else ""
    if "CAPABILITY_NAMED_IAM" in required:
        lacks = "CAPABILITY_IAM is not enough: the template names an IAM resource, such as with RoleName."
    return case.explain(
        f"CloudFormation requires you to acknowledge{words and f', with {words},'} that the template {things}. No permission is missing.",
        CAPABILITIES_MISSING.cause("reported", code_evidence(case.failure), text=lacks),
        remedies=your_remedy(
            f"Review the template, then {again}",
            *dict.fromkeys(checks),
            commands=None if is_code else f"{failed} --capabilities {' '.join(names)}",
            manifest=f"capabilities = {json.dumps(names)}" if is_code else None,
            manifest_language="hcl",
        ),
    )


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
            (r"^ValidationException$", r"(?i)\boperation (?:is not recognized by the service|unknown)\b"),
        )
    ),
    *(
        ErrorKind(
            cause=KEY_NOT_ACCESSIBLE,
            code=code,
            message=message,
            summary="A KMS key of the call cannot be used: it does not exist in this Region, is not enabled, or no policy allows the caller to use it.",
            lacks_permission=True,
            remedies=owner_remedy(
                "Check the key's Region, state and key policy",
                "If describe-key finds no key, its ID, Region or account is wrong. KeyState must be Enabled.",
                "The key policy must allow the caller, or enable IAM policies: then the caller needs kms:DescribeKey, kms:CreateGrant and, depending on the service, kms:GenerateDataKey* and kms:Decrypt. If the key is in another account, both are required, and it must be customer managed.",
                commands=(
                    "aws kms describe-key --key-id KEY_ARN --query 'KeyMetadata.[KeyState,Enabled]'",
                    "aws kms get-key-policy --key-id KEY_ARN --policy-name default --query Policy --output text",
                ),
            ),
        )
        for code, message in (
            (r"^KMSKeyNotAccessible", r"\A"),
            (
                r"",
                r"specified KMS key (?:(?!\. ).){0,160}?(?:\bis not accessible|\bnot enabled|permissions? to access it)\b|\bKMS key not accessible\b",
            ),
        )
    ),
    ErrorKind(
        cause=VOLUME_KEY,
        code=r"",
        message=r"InvalidKMSKey|KMS key provided is in an incorrect state|inaccessible AWS KMS key|Client error on launch",
        summary="The instances could not start: most often, the key policy of the KMS key of a volume does not allow whoever launches them, or the key is disabled or pending deletion.",
        lacks_permission=True,
    ),
    ErrorKind(
        cause=METADATA_UNANSWERED,
        code=r"\A(?:EC2Metadata\w*)?\Z",
        message=r"operation error ec2imds|\bEC2Metadata(?:Request)?Error\b",
        summary="The instance metadata service did not answer the program.",
        remedies=(
            your_remedy(
                "Configure what the program asks for, so that it needs no metadata",
                "Set the Region in its environment (AWS_REGION). For the AWS Load Balancer Controller, set region and vpcId in the Helm values (--aws-region and --aws-vpc-id).",
                commands="aws eks describe-cluster --name CLUSTER --region REGION --query cluster.resourcesVpcConfig.vpcId --output text",
                url=pages.LOAD_BALANCER_CONTROLLER,
            ),
            owner_remedy(
                "Or allow one more hop in the metadata options of the instance",
                "Every pod of the node can then get the credentials of the node role.",
                commands="aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --region REGION --http-put-response-hop-limit 2",
            ),
        ),
    ),
    ErrorKind(
        cause=PROTECTED,
        code=r"",
        message=r"\b(?:[Dd]eletion|[Tt]ermination|[Dd]eregistration) ?[Pp]rotection\b|Cannot delete protected|may not be (?:terminated|stopped)\b|protected against deletion",
        summary="A protection of the resource rejects the call.",
        remedies=owner_remedy(
            "Check that the resource is the right one, switch the protection off, and repeat the call",
            "What a deleted resource contains is lost. If a template or Terraform sets the protection, change it there and deploy first: terraform destroy does not apply the change.",
        ),
    ),
    ErrorKind(
        cause=SESSION_PLUGIN_MISSING,
        code=r"",
        message=r"SessionManagerPlugin is not found",
        summary="The Session Manager plugin is not installed on this machine, or it is not in the PATH.",
        remedies=INSTALL_PLUGIN,
    ),
    ErrorKind(
        cause=SIGNATURE_VERSION,
        code=r"^Invalid(?:Request|Argument)$",
        message=r"authorization mechanism you have provided is not supported|require AWS Signature Version 4",
        summary="S3 rejected the request because it is signed with Signature Version 2; version 4 is required.",
        remedies=your_remedy(
            "Sign with version 4",
            "Use a current SDK or tool, which signs with version 4 automatically.",
            "If the version is a setting, its value is v4 or s3v4. Set the bucket's Region, too.",
            commands="aws configure set default.s3.signature_version s3v4",
        ),
    ),
    ErrorKind(
        cause=DETAILS_NOT_THERE,
        code=r"^ResourceNotFoundException$",
        message=r"GetRequestAuthorization(?:Details|Policy)\b",
        summary="IAM has no authorization details for this ID in this Region: they are in another Region, not recorded yet, or no longer kept.",
        remedies=your_remedy(
            "Request them in the Region of the denial's console link, after a minute",
            "Check that the ID is complete. The caller must be in the account or the organization of the denied call.",
            "If the denial is older than 24 hours, repeat the denied call, and use its new ID.",
            commands="aws iam-toolbox get-request-authorization-details --authorization-id AUTHORIZATION_ID --region DENIAL_REGION",
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
        ),
    ),
)
"""Kinds whose code and message must both match. They take precedence over the others."""
