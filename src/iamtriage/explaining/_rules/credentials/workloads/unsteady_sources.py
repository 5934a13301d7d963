"""Explain credentials that a role gives, but that a daemon, device or program does not get, or only sometimes.

Sources: https://docs.docker.com/engine/logging/drivers/awslogs/,
https://docs.aws.amazon.com/greengrass/v2/developerguide/troubleshooting.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ec2-instance-metadata.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import MissingCredentials

LOG_DRIVER_WITHOUT_CREDENTIALS = CauseType(
    "log-driver-without-credentials",
    title="The Docker daemon has no credentials for its log driver",
    text="The daemon sends the logs. It uses its own environment variables, ~/.aws/credentials of root, or the role of the EC2 instance, but neither your files nor the variables of the container.",
    recognised_by='Docker says "failed to initialize logging driver", and that it found no credentials.',
    fix="Give the daemon credentials: a role of the instance, or a file for root.",
    of="no-credentials",
    sources=("https://docs.docker.com/engine/logging/drivers/awslogs/",),
)
METADATA_UNSTEADY = CauseType(
    "metadata-unsteady",
    title="A request to the instance metadata fails from time to time",
    text="SDKs such as boto3 ask the instance metadata once, and wait for 1 second. Under load, or if many processes start at once, that is not always enough.",
    recognised_by="The text says that only some calls find no credentials, and that the machine has a role.",
    fix="Set AWS_METADATA_SERVICE_TIMEOUT and AWS_METADATA_SERVICE_NUM_ATTEMPTS, and create clients once per process.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/sdkref/latest/guide/feature-ec2-instance-metadata.html",),
)
DEVICE_WITHOUT_CREDENTIALS = CauseType(
    "device-without-credentials",
    title="The Greengrass device got no credentials from AWS IoT",
    text="The token exchange service of the device gets the credentials of a role with the certificate of the device. Access keys and profiles play no part.",
    recognised_by="The text names the token exchange service of AWS IoT Greengrass.",
    fix="Look up the answer in greengrass.log: 403 is the AWS IoT policy, the role alias or the role's trust policy.",
    of="no-credentials",
    sources=("https://docs.aws.amazon.com/greengrass/v2/developerguide/troubleshooting.html",),
)
_ALIAS = lazy_pattern(r"\brole-aliases/(?P<alias>[\w=@-][\w=,@-]{0,127})/credentials")
_GREENGRASS = lazy_pattern(r"\bcom\.aws\.greengrass\.tes\.|\baws\.greengrass\.TokenExchangeService\b")
# An agent of Amazon ECS sets up the driver with the execution role of the task.
_LOG_DRIVER = lazy_pattern(r"\b(?i:initialize logging driver)\b")
_OF_ECS = lazy_pattern(
    r"\b(?:ECS|Fargate|Lambda|CannotStartContainer\w*|AWS_ROLE_ARN|IRSA)\b|/ecs/|eks\.amazonaws\.com/role-arn|\b[Pp]od [Ii]dentity\b"
)
# "occasionally (1 or 2 times a day)", "about once a week", "it fails at random", "randomly".
_SOMETIMES = lazy_pattern(
    r"(?<!not )(?<!n't )(?<!never )\b(?i:occasional(?:ly)?|intermittent(?:ly)?|sporadic(?:ally)?|randomly|at random|sometimes|from time to time|once in a while|every now and then"
    r"|(?:once|twice|(?:\d|one|two|a few|several|couple of)(?: or \w{1,5})? times?) (?:a|per|every) (?:hour|day|week|month))\b"
)
_HAS_ROLE = lazy_pattern(
    r"\b(?:[Nn]odes?|[Ii]nstances?|[Mm]achines?|[Ss]ervers?|[Hh]osts?|[Ww]orkers?)\b[^.\n]{0,40}?\b(?:has|have|with|uses?|runs? with)\b(?! no\b)(?:(?!\bno\b)[^.\n]){0,30}?\b(?:IAM |instance |an? )?(?:[Rr]ole|[Pp]rofile)\b"
    r"|\b(?:[Ii]nstance|EC2) (?:[Rr]ole|[Pp]rofile)s?\b"
    r"|(?<!no longer )(?<!not )(?<!n't )(?<!never )\b(?:[Uu]s(?:e|es|ing)|[Ww]ith|[Vv]ia|[Tt]hrough|[Bb]y) (?P<pod>kube2iam|kiam)\b"
)
_IS_JAVASCRIPT = lazy_pattern(r"\bCredentialsProviderError\b|@aws-sdk/")


# A request with credentials, which an agent reports as if it had none.
_SENT = lazy_pattern(
    r"\b(?:Post|Get|Put) \\?\"https://(?!sts\b)[a-z0-9.-]{1,120}\.amazonaws\.com(?:\.cn)?/[^\"\n]{0,200}\":\s{1,8}(?:dial tcp|read tcp|net/http|context deadline)[^\n\"]{0,120}(?:\n[^\n\"]{0,80}timeout)?"
)


def explain_unsteady_source(case: Case[MissingCredentials], message: str) -> Explanation | None:
    """Explain that a daemon or device gets no credentials, or a program not always, or no answer; or return ``None``."""
    text = case.failure.text
    if (sent := _SENT.search(text, case.failure.span[0])) is not None:
        explanation: Explanation = load_rule("calls.unreachable_endpoints.explain_no_answer")(case, sent[0])
        return explanation
    if _GREENGRASS.search(text) is not None and "aws configure" not in message:
        return _explain_device(case)
    if _OF_ECS.search(text) is not None:
        return None
    if _LOG_DRIVER.search(message) is not None:
        return _explain_log_driver(case)
    said, role = _SOMETIMES.search(text), _HAS_ROLE.search(text)
    if said is None or role is None:
        return None
    owner = f"{role['pod']} gives the pod a role" if role["pod"] else "the machine has a role"
    step = "Set the variables where the program gets its environment. boto3 and the AWS CLI read them; the default of both is 1."
    variables = ("export AWS_METADATA_SERVICE_TIMEOUT=5", "export AWS_METADATA_SERVICE_NUM_ATTEMPTS=5")
    is_javascript = _IS_JAVASCRIPT.search(text) is not None
    if is_javascript:
        # https://github.com/aws/aws-sdk-js-v3/blob/main/packages/credential-providers/README.md
        step = "Pass the client credentials: fromInstanceMetadata({ timeout: 5000, maxRetries: 5 }), from @aws-sdk/credential-providers. The defaults are one second and no retry."
    return case.explain(
        f"The SDK found no credentials, but only sometimes: {owner}, and most likely, a request to the instance metadata timed out.",
        METADATA_UNSTEADY.cause("derived", f"The text says {quote_words(said[0])}."),
        remedies=your_remedy(
            "Let the SDK ask the instance metadata longer, and more often",
            step,
            "Create the session and its clients once per process, not once per task: each new session asks for credentials again.",
            commands=() if is_javascript else variables,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _explain_device(case: Case[MissingCredentials]) -> Explanation:
    alias = _ALIAS.search(case.failure.text)
    return case.explain(
        "The Greengrass device got no credentials: AWS IoT gave its token exchange service none for its role alias.",
        DEVICE_WITHOUT_CREDENTIALS.cause("derived"),
        remedies=account_remedy(
            "Look up the answer of AWS IoT, then correct the policy, the role alias or the network",
            "403: the AWS IoT policy of the certificate must allow iot:AssumeRoleWithCertificate on the role alias, and its role must trust credentials.iot.amazonaws.com. If there is no answer, check iotCredEndpoint and port 443.",
            commands=(
                Labelled(
                    "On the device:",
                    "sudo grep -A 3 CredentialRequestHandler /greengrass/v2/logs/greengrass.log",
                ),
                Labelled(
                    "With credentials of the account:",
                    f"aws iot describe-role-alias --role-alias {alias['alias'] if alias else 'ROLE_ALIAS_NAME'}",
                ),
                "aws iot list-attached-policies --target CERTIFICATE_ARN",
            ),
        ),
    )


def _explain_log_driver(case: Case[MissingCredentials]) -> Explanation:
    return case.explain(
        "The Docker daemon found no credentials for the log driver awslogs: it sends the logs itself, so the credentials of the container and of your shell do not count.",
        LOG_DRIVER_WITHOUT_CREDENTIALS.cause("derived"),
        remedies=(
            your_remedy(
                "Give the daemon a credentials file of root",
                "The first command asks for the access key of a user with logs:CreateLogStream and logs:PutLogEvents. In the editor that the second one opens, add the lines.",
                "Docker Desktop runs the daemon in a virtual machine, without these files: use another log driver there.",
                manifest="[Service]\nEnvironment=AWS_SHARED_CREDENTIALS_FILE=/root/.aws/credentials\n",
                manifest_language="text",
                commands=(
                    "sudo -H aws configure",
                    "sudo systemctl edit docker",
                    "sudo systemctl restart docker",
                ),
            ),
            account_remedy(
                "On EC2, give the instance a role instead",
                "Its policy must allow logs:CreateLogStream and logs:PutLogEvents on the log group.",
                commands="aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --iam-instance-profile Name=INSTANCE_PROFILE",
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
