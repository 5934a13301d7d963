"""List API errors that are due to the request, the network or the service.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._rules.basics import Case, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials import missing_regions
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import StatedAcl, find_acl
from iamtriage.failures._failures import AwsError
from iamtriage.sts._endpoints import NO_REGION as NO_REGION_SET

_OBJECT_OWNERSHIP = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"
VIEWER_NOT_SIGNED = CauseType(
    "viewer-request-not-signed",
    title="CloudFront serves the path only with signed URLs or signed cookies",
    text="The cache behavior of the path restricts viewer access, and the request has no signature of CloudFront. CloudFront did not ask the origin.",
    recognised_by="The error code is MissingKey.",
    fix="Use a signed URL or signed cookies, or turn off Restrict viewer access for the cache behavior.",
    sources=("https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PrivateContent.html",),
)
MODEL_IMAGE = CauseType(
    "model-image",
    title="SageMaker cannot pull an image of a model",
    text="SageMaker pulls the images with the execution role of the model, and reports both reasons in the same words.",
    recognised_by='SageMaker says "Please make sure all images included in the model … exist".',
    fix="Correct the image, or allow the execution role to pull it.",
    sources=("https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",),
)
EMPTY_VARIABLE = CauseType(
    "empty-variable",
    title="A variable was empty or had another value",
    fix="Print the parameters before the call, and set the variable.",
    recognised_by="The text shows an option with an empty value.",
    sign=r"--[a-z-]{2,40}[ =](?:\"\"|'')",
    of="invalid-request",
)
_MQTT_PAGE = "https://docs.aws.amazon.com/iot/latest/developerguide/diagnosing-connectivity-issues.html"
MQTT_CLOSED = CauseType(
    "mqtt-connection-closed",
    title="AWS IoT closed an MQTT connection without a reason",
    text="AWS IoT hangs up if its policies do not allow what the client does, if another client connects with the same client ID, or if the certificate is not active.",
    recognised_by="The code AWS_ERROR_MQTT_UNEXPECTED_HANGUP of the AWS IoT Device SDKs.",
    fix="Read the reason in the log of AWS IoT.",
    sources=(_MQTT_PAGE, "https://github.com/awslabs/aws-crt-python/issues/229"),
)
NO_ANSWER = CauseType(
    "no-answer",
    title="The call got no response",
    recognised_by="A connection error of an SDK that states nothing more specific.",
    fix="Test the name resolution and the connection from the place where the call runs.",
    sources=(pages.VPC_ENDPOINTS,),
)
REQUEST_STALLED = CauseType(
    "request-stalled",
    title="AWS did not receive the whole request",
    text="The service waited for the rest of the body and closed the connection: the body was shorter than Content-Length, or its source or the network was too slow.",
    recognised_by='The error code RequestTimeout with "socket connection to the server was not read from or written to".',
    fix="Send the request again, and check that the body has the declared length.",
    sources=(pages.S3_ERRORS,),
)
CONFLICT = CauseType(
    "conflict",
    title="The resource's state does not allow the call now",
    text="Another change is in progress, something uses the resource, or a condition was not met.",
    recognised_by="An error code such as ConflictException, OperationAborted, DependencyViolation or ConditionalCheckFailedException.",
    fix="Wait for the other change to finish, or remove what the message names. Then retry.",
    sources=(pages.API_REFERENCES,),
)
RECORD_EXISTS = CauseType(
    "record-exists",
    title="The hosted zone already has a record with this name and type",
    text="The action CREATE does not replace a record, and a simple record cannot exist beside weighted, multivalue or other records with the same name and type.",
    recognised_by="The error code InvalidChangeBatch with a message that a record already exists.",
    fix="Use the action UPSERT, import the record, or delete it first.",
    sources=("https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",),
)
SERVICE_ERROR = CauseType(
    "service-error",
    title="The service failed",
    text="The service could not complete the call. The request itself may be correct.",
    recognised_by="An error code such as InternalError or ServiceUnavailable, or an HTTP status of 500 or more.",
    fix="Retry with exponential backoff. If the error persists, check AWS Health.",
    sources=("https://health.aws.amazon.com/health/status",),
)
ACLS_DISABLED = CauseType(
    "acls-disabled",
    title="The bucket does not allow ACLs",
    text="The bucket's Object Ownership is BucketOwnerEnforced: S3 rejects each request with an ACL other than bucket-owner-full-control.",
    recognised_by='The error code AccessControlListNotSupported, or "The bucket does not allow ACLs".',
    fix="Send the request without an ACL, and grant access in the bucket policy.",
    sources=(_OBJECT_OWNERSHIP,),
)
INVALID_REQUEST = CauseType(
    "invalid-request",
    title="A parameter is missing, has the wrong form, or conflicts with the others",
    recognised_by="An error code such as ValidationException, InvalidParameterValue or MalformedInput.",
    fix="Correct the parameter that the message names.",
    sources=(pages.API_REFERENCES,),
)
_ACL_RESOURCE = "aws_s3_bucket_acl"
_DELIVERS_LOGS = lazy_pattern(r"\bLogDelivery\b|log-delivery-write|\be?lb_log_delivery_policy\b")
_DELIVERY_POLICY = lazy_pattern(r"\battach_\w{0,10}lb_log_delivery_policy\b(?=\s{0,20}=\s{0,4}true)")
# The resource of a module, such as terraform-aws-modules/s3-bucket, is not in the reader's own code.
_ACL_MODULE = lazy_pattern(r"\bmodule\.(?P<name>[\w-]{1,64})(?:\[[^\]\n]{1,80}\])?\.aws_s3_bucket_acl\.")
# This community module creates the resource with count, and has inputs for the ownership.
# The setting of django-storages for the ACL of each upload.
_OF_DJANGO = lazy_pattern(r"(?i:default_acl)\b")
_IS_DJANGO = lazy_pattern(r"\bAWS_DEFAULT_ACL\b|(?i:\bstorages\b)")
_COMMUNITY_MODULE = lazy_pattern(r"\bterraform-aws-modules/s3-bucket\b|\.aws_s3_bucket_acl\.this\[0\]")
# "with module.site.aws_s3_bucket_acl.this[0], on main.tf line 12"
_FAILED_BLOCK = lazy_pattern(r"\bwith (?:module\.[^\s,]{1,200}\.)?aws_s3_bucket_acl\.(?P<name>[\w-]{1,64})")


def _find_block(text: str) -> Block | None:
    """Return the Terraform resource of the ACL that failed, if the text shows it."""
    blocks = {each.name: each for each in find_resources(text, _ACL_RESOURCE) if each.text_of("acl")}
    failed = {each["name"] for each in _FAILED_BLOCK.finditer(text)} or blocks.keys()
    return only_one([block for name, block in blocks.items() if name in failed])


def _find_acl(text: str) -> StatedAcl | None:
    """Return the ACL of the resource that failed, or else the first one in the text."""
    block = _find_block(text)
    return (None if block is None else find_acl(block.body)) or find_acl(text)


def name_acl(case: Case[AwsError], summary: str) -> str:
    """Return the summary with the bucket and the ACL that the text shows."""
    found, bucket = _find_acl(case.failure.text), case.context.bucket
    named = summary.replace("The bucket", f"The bucket {clip_text(bucket.value)}") if bucket else summary
    return named if found is None else named.replace("has one", f"has one: {found.words}")


def acl_remedy(case: Case[AwsError]) -> Remedy:
    """Return how a request is sent without the ACL that the text shows."""
    text, command = case.failure.text, case.context.command
    found, module = _find_acl(text), _ACL_MODULE.search(text)
    again = "aws s3api get-bucket-ownership-controls --bucket BUCKET"
    on = "set BucketOwnerPreferred with aws s3api put-bucket-ownership-controls"
    if command is not None and command.option("acl") is not None:
        again = commands.repeat_command(command, changes={"acl": ""}) or again
    if _ACL_RESOURCE in text:
        again = "terraform apply"
        on = f'add the resource aws_s3_bucket_ownership_controls with object_ownership = "BucketOwnerPreferred", and name it in depends_on of {_ACL_RESOURCE}'
    remove = "Remove the ACL from the call: --acl in the AWS CLI, ACL in an SDK, acl in Terraform."
    is_of_community = module is not None and _COMMUNITY_MODULE.search(text) is not None
    if is_of_community:
        on = 'set control_object_ownership = true and object_ownership = "BucketOwnerPreferred" in the module'
    if (block := _find_block(text)) is not None and not is_of_community:
        place = f' from the code of the module "{module["name"]}"' if module else ""
        unchanged = " A bucket is private without it, too." if block.text_of("acl") == "private" else ""
        remove = f"Remove the resource {block.address}{place}.{unchanged}"
    elif module is not None:
        itself = f", or {_ACL_RESOURCE} from the module's code if it has no such input"
        remove = f'Remove {found.words if found else "acl"} from the module block "{module["name"]}"{"" if is_of_community else itself}.'
    elif _ACL_RESOURCE in text and (found is None or found.words.startswith("acl ")):
        remove = f"Remove the resource {_ACL_RESOURCE}, and acl of the bucket."
    elif found is not None and _OF_DJANGO.search(found.words) and _IS_DJANGO.search(text):
        # https://django-storages.readthedocs.io/en/latest/backends/amazon-S3.html
        setting = found.words.partition("=")[0].partition(":")[0].strip()
        remove = f"In the settings of Django, write {setting}{' =' if '=' in found.words else ':'} None instead of {found.words}."
    elif found is not None:
        remove = f"Remove {found.words} from the call."
    share = "To share the objects, use the bucket policy. The bucket's owner owns all of them already."
    if found is not None and found.is_public:
        share = "To publish the objects, use CloudFront with origin access control. A bucket policy that allows s3:GetObject to everyone works only without Block Public Access, which is on by default."
    elif _DELIVERS_LOGS.search(text):
        by = ""
        if attached := _DELIVERY_POLICY.search(text):
            by = f" (by {attached[0]}, which the module has)"
        elif module is not None:
            by = " (in the module, attach_elb_log_delivery_policy or attach_lb_log_delivery_policy)"
        share = (
            f"Load balancers and other services deliver logs without it: the bucket policy allows them{by}."
        )
    return your_remedy(
        "Send the request without an ACL",
        f"{remove} Since April 2023, ACLs are disabled in new buckets.",
        share,
        f"Only if something needs the ACL, turn ACLs on, which AWS advises against: {on}.",
        commands=again,
        url=_OBJECT_OWNERSHIP,
    )


REQUEST_KINDS = (
    ErrorKind(
        cause=MODEL_IMAGE,
        code=r"^$",
        message=r"\bimages included in the model\b",
        summary="SageMaker cannot pull an image of the model: it does not exist, or the execution role is not allowed to pull it.",
        remedies=account_remedy(
            "Check that the images exist, and then what the execution role is allowed to do",
            "The command prints the role and the images. Each must exist with this tag, in the Region of the endpoint.",
            "The role needs ecr:GetAuthorizationToken on *, and ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on the repository. The policy of a repository in another account must allow the last two, too.",
            commands="aws sagemaker describe-model --model-name MODEL_NAME --query '[ExecutionRoleArn, PrimaryContainer.Image, Containers[].Image]'",
        ),
        lacks_permission=True,
    ),
    ErrorKind(
        cause=MQTT_CLOSED,
        code=r"^AwsErrorMqttUnexpectedHangup$",
        summary="The server closed the MQTT connection, and the SDK does not know why.",
        remedies=your_remedy(
            "Read the reason in the log of AWS IoT",
            "AUTHORIZATION_FAILURE: allow it in the AWS IoT policy of the certificate. To connect, a client needs iot:Connect on its client ID; for topics, iot:Subscribe, iot:Receive and iot:Publish. DUPLICATE_CLIENT_ID: give each client an ID of its own.",
            "Without a log, check both, and whether the certificate is active.",
            commands=(
                "aws logs tail AWSIotLogsV2 --since 1h --filter-pattern Failure --region REGION",
                Labelled("If there is no log:", "aws iot get-v2-logging-options --region REGION"),
            ),
        ),
        lacks_permission=True,
    ),
    ErrorKind(
        cause=missing_regions.NO_REGION,
        code=r"NoRegion|MissingRegion|MissingEndpoint",
        message=NO_REGION_SET,
        summary="No Region is set where the call runs, so no request reached AWS.",
        is_from_sdk=True,
    ),
    ErrorKind(
        cause=missing_regions.NO_REGION,
        code=r"InvalidRegion|UnknownEndpoint|ServiceNotInRegion|STSRegionalEndpoints|EndpointVariant|UnknownRegion",
        message=r"doesn't match a supported format|[Ii]nvalid AWS Region: \S{1,30}|Invalid endpoint: https?:|Unable to construct an endpoint for",
        summary="The client's Region is invalid, or has no endpoint for the service, so no request was sent.",
        is_from_sdk=True,
    ),
    # The service answered that it did not get the whole request. Timeouts of an SDK have other codes.
    ErrorKind(
        cause=REQUEST_STALLED,
        code=r"^RequestTimeout(?:Exception)?$",
        message=r"socket connection to the server was not read from or written to|\bstatus code: 408\b",
        # The C++ SDK uses this code for its own timeouts.
        except_message=r"curlCode",
        summary="AWS did not receive the whole request in time.",
        remedies=(
            your_remedy(
                "Retry, and check the body",
                "SDKs retry automatically if they can read the body again, so rewind streams before each attempt.",
                "If you set Content-Length, compare it with the size of the body, or let the SDK set it.",
                "If the source of the data is slow, such as a pipe, write the data to a file first and upload the file.",
            ),
            your_remedy(
                "Upload less data at once",
                "For S3, upload large objects in parts, and fewer parts at once. The command reduces aws s3 from 10 parallel requests to 4.",
                "Try another network, or without the proxy.",
                commands="aws configure set default.s3.max_concurrent_requests 4",
                url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html",
            ),
        ),
    ),
    ErrorKind(
        cause=NO_ANSWER,
        code=r"EndpointConnection|NetworkConnection|NetworkingError|ConnectTimeout|ReadTimeout|ConnectionClosed|ConnectionError|ProxyConnection|SSLError|HTTPClientError|^RequestError$|RequestCanceled|RequestTimeout|TimeoutError|IncompleteRead",
        summary="",
    ),
    ErrorKind(
        cause=CONFLICT,
        code=r"Conflict|Concurrent|OperationAborted|IncorrectState|PreconditionFailed|ConditionalCheck|TemporarilyUnmodifiable|DependencyViolation|InvalidSequence|ResourceNotReady|NotEmpty|TransactionCanceled",
        summary="The resource's state does not allow the call at the moment.",
        remedies=your_remedy(
            "Wait for the other change, or remove what blocks the call",
            "If another change is in progress, wait until it has finished and retry.",
            "If something uses the resource, detach or delete that first. If a condition failed, read the current state and retry.",
        ),
    ),
    ErrorKind(
        cause=SERVICE_ERROR,
        code=r"Internal(?:Failure|Error|Server)|ServiceUnavailable|^Unavailable$|^ServerException$|^ServiceException$|ServiceFailure",
        min_status=500,
        summary="The service failed to process the request.",
        remedies=your_remedy(
            "Retry with exponential backoff",
            "SDKs retry a few times automatically. Before you retry a call that creates something, check whether it took effect.",
            "If the error persists, check AWS Health, and send AWS Support the request ID.",
        ),
    ),
    ErrorKind(
        cause=ACLS_DISABLED,
        code=r"AccessControlListNotSupported",
        message=r"bucket does not allow ACLs",
        summary="The bucket does not allow ACLs, and the request has one.",
    ),
    ErrorKind(
        cause=VIEWER_NOT_SIGNED,
        code=r"^MissingKey$",
        summary="CloudFront serves this path only with signed URLs or signed cookies, and the request has neither.",
        remedies=(
            your_remedy(
                "Request the path with a signed URL or signed cookies",
                "Usually, the application creates them after the sign-in. The command creates a URL with private_key.pem, the private key of a key pair whose public key is in a trusted key group of the cache behavior. END_DATE is when it ends, such as 2030-01-31.",
                "Key-Pair-Id is the ID of that public key in CloudFront, and never an access key: do not put an access key into a URL.",
                commands="aws cloudfront sign --url FILE_URL --key-pair-id PUBLIC_KEY_ID --private-key file://private_key.pem --date-less-than END_DATE",
            ),
            owner_remedy(
                "Or, if anyone may see the files, turn off Restrict viewer access for the cache behavior of the path",
                "Then everyone who knows the URL can read the files.",
            ),
        ),
        notes=(
            "The bucket policy, origin access control and IAM are not the cause: CloudFront itself rejected the request.",
        ),
    ),
    # https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/MD5_FALLBACK.md
    ErrorKind(
        cause=INVALID_REQUEST,
        code=r"^MissingContentMD5$",
        summary="The server of the bucket requires the header Content-MD5, and the SDK sends another checksum.",
        remedies=your_remedy(
            "Upgrade the server of the bucket, or let the SDK send Content-MD5",
            "SDKs since the start of 2025 send a CRC checksum. Amazon S3 accepts it, and older servers with the API of S3 do not. AWS_REQUEST_CHECKSUM_CALCULATION does not change that: DeleteObjects requires a checksum.",
            "boto3 before 1.36 sends Content-MD5. In other SDKs, add the header in a middleware or handler.",
            url="https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html",
        ),
    ),
    ErrorKind(
        cause=RECORD_EXISTS,
        code=r"^InvalidChangeBatch$",
        except_message=r"\A(?![\s\S]*(?:already|rrset) exists\b)",
        summary="The hosted zone already has a record with this name and type.",
        remedies=owner_remedy(
            "Change the record instead of creating it, or delete it first",
            "Look who manages it before you change it: the command prints it. In code, use the action UPSERT. In Terraform, import it or set allow_overwrite.",
            "ExternalDNS and cert-manager do not replace a record that something else created, and a leftover of an earlier run blocks them, too: delete that one.",
            commands="aws route53 list-resource-record-sets --hosted-zone-id HOSTED_ZONE_ID --query \"ResourceRecordSets[?Name=='RECORD_NAME']\"",
        ),
    ),
    ErrorKind(
        cause=INVALID_REQUEST,
        code=r"Validation|InvalidParameter|InvalidRequest|InvalidInput|BadRequest|Malformed|InvalidArgument|MissingParameter|InvalidChange|InvalidUser|SerializationEx|InvalidAddress$|InvalidBucketName|UnsupportedOperation",
        summary="AWS rejected the request as invalid.",
        causes=(EMPTY_VARIABLE.cause(),),
        remedies=your_remedy(
            "Correct the value that the message names",
            "Print the parameters of the call, and compare them with the API reference: form, length, allowed values.",
            "The AWS CLI prints the request with --debug.",
        ),
    ),
)
"""Other kinds: the request, its way to AWS or the service is the reason. The first one that matches is used."""
_ON_PERMISSIONS = lazy_pattern(
    r"(?i:\baccess denied\b|\bpermissions? (?:for|to)\b|\b(?:lacks?|requires?|missing|insufficient|grant) [\w :*-]{0,60}?\bpermissions?\b|\bnot (?:authorized|allowed) to\b)"
)


def note_permission(kind: ErrorKind, message: str) -> str | None:
    """Return the note on an invalid request whose message is about a permission."""
    if kind.cause is not INVALID_REQUEST or _ON_PERMISSIONS.search(message) is None:
        return None
    return "The message is about a permission: the role or service that it names needs it, not necessarily the caller."
