"""Explain what a chain of credential providers reports: the places without credentials.

Source: https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/credentials-chain.html.
"""

from __future__ import annotations

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Labelled
from iamtriage.explaining._rules.credentials.workloads import pod_roles
from iamtriage.explaining._rules.credentials.workloads.credential_endpoints import INSTANCE_SESSION
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

# What the providers of the SDKs for Java and Go say, and what it means, in the order of their chains.
_NO_FILES = "profile (the files are missing or empty)"
_CONTAINER = "container credentials (ECS, EKS)"
_OUTCOMES = {
    "keys in system properties": r"load (?:AWS )?credentials from (?:system settings|Java system properties)",
    "keys in environment variables": r"EnvironmentVariableCredentialsProvider\S{0,2}: Unable|EnvAccessKeyNotFound",
    "web identity token": r"AWS_WEB_IDENTITY_TOKEN_FILE .{0,60}must be set|must specify a value for roleArn",
    _NO_FILES: r"ProfileFile\(sections=\[\]\)|profile file cannot be null|SharedCredsLoad: ",
    "credentials in the profile": r"contained no credentials for profile(?!.{0,80}sections=\[\])",
    # This wrapper asks the instance metadata unless the container has credentials.
    _CONTAINER: r"fetch credentials from container|EC2ContainerCredentialsProviderWrapper\S{0,20}: (?!.{0,40} at http://169\.254\.169\.254/)",
    "role from the instance metadata (EC2)": r"load credentials from IMDS|no EC2 instance role found|metadata is not found at http://169\.254\.169\.254/",
}
CONTAINER_TRIED = lazy_pattern(
    # The chain of the SDK for Kotlin asks for the credentials of a container, too.
    rf"{_OUTCOMES[_CONTAINER]}|\bfrom the chain: [^\n]{{0,800}}?\bEcsCredentialsProvider\b|\bidentity\.IdentityProviderChain\b"
)
ROLE_SOURCE_EMPTY = CauseType(
    "role-source-empty",
    title="The credentials for assuming the role are missing",
    meaning="A profile or program assumes a role with other credentials, and the SDK finds none for that call.",
    recognised_by="The SDK could not call AssumeRole to get its credentials, because it found none for this call.",
    fix="Give the profile in source_profile credentials, or use another credential_source.",
    sources=(pages.CLI_ROLES,),
)
ROLE_SOURCE = lazy_pattern(
    r"refresh cached credentials, operation error STS: AssumeRole, (?:get identity: get|failed to sign request: failed to retrieve) credentials: "
)
"""What the SDK for Go 2 prints if it has no credentials for assuming the role of a profile."""

# https://github.com/fluent/fluent-bit/blob/master/src/aws/flb_aws_credentials_sts.c
_ROLE_REQUEST = "[aws_credentials] STS assume role request failed"
ROLE_REQUEST_FAILED = CauseType(
    "role-request-failed",
    title="The request of Fluent Bit for its role failed",
    text="Fluent Bit has a role, from role_arn or its service account, but its request to STS failed. If STS answers with an error, Fluent Bit logs that before.",
    recognised_by='Fluent Bit logs "STS assume role request failed".',
    fix="Set Log_Level debug, and read the lines before this one.",
    sources=("https://docs.fluentbit.io/manual/administration/aws-credentials",),
)


def explain_role_request(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that Fluent Bit got no answer about its role, unless it had no credentials to ask with."""
    if _ROLE_REQUEST not in case.text or "service=sts" in case.text:
        return None
    return case.explain(
        "Fluent Bit did not get the credentials of its role: its request to STS failed, and the text shows no answer of STS.",
        ROLE_REQUEST_FAILED.cause("reported"),
        remedies=cluster_remedy(
            "Let Fluent Bit log why the request failed",
            'In the section [SERVICE], set Log_Level debug, and re-create the pods. The lines before "STS assume role request failed" then say why.',
            "After an error of the connection, check that the pod can resolve and reach the STS endpoint: DNS, network policies, a route to a NAT gateway or a VPC endpoint for STS, and sts_endpoint in [OUTPUT].",
            "If STS answered AccessDenied, check the role's trust policy. With role_arn, the caller is the role of the service account, or else of the node.",
        ),
    )


def describe_outcomes(message: str) -> str:
    """Return what the providers of a chain did not find, or an empty string if the message does not list it.

    >>> describe_outcomes("EnvAccessKeyNotFound: x SharedCredsLoad: y EC2RoleRequestError: no EC2 instance role found")
    ': no keys in environment variables, no profile (the files are missing or empty) and no role from the instance metadata (EC2)'
    """
    found = [f"no {what}" for what, sign in _OUTCOMES.items() if cached_pattern(sign).search(message)]
    return f": {join_words(found, 'and')}" if len(found) > 2 else ""


def lacks_files(message: str) -> bool:
    """Return whether a chain found no profile in the files, so that none can be selected."""
    return cached_pattern(_OUTCOMES[_NO_FILES]).search(message) is not None


def advise_anywhere(case: Case[MissingCredentials], message: str) -> pod_roles.Advice:
    """Return what gives a program credentials whose text does not say where it runs."""
    of_sdk, detail = "", None
    sign_in = "configure sso" if lacks_files(message) else "sso login"
    if "awssdk" in case.text or "ProfileFile(" in message:
        of_sdk = (
            " The SDK for Java needs the modules sso and ssooidc for IAM Identity Center, and sts for IRSA."
        )
    elif "CredentialsChainVerboseErrors" in message:
        of_sdk = " Version 1 of the SDK for Go reads ~/.aws/config only with AWS_SDK_LOAD_CONFIG=1."
        detail = "With CredentialsChainVerboseErrors in aws.Config, the error says why each place has none."
    remedy = your_remedy(
        "Give the program credentials where it runs",
        "What is missing depends on where the program runs, which the text does not say.",
        "In a pod of EKS: give its service account a role by a Pod Identity association, or by an annotation (IRSA), and re-create the pod.",
        "In an ECS task: set taskRoleArn in a new revision of the task definition. On EC2: attach an instance profile; containers also require the metadata hop limit 2.",
        f"On a computer: sign in, and set AWS_PROFILE. A container there also needs the files in ~/.aws.{of_sdk}",
        detail,
        commands=(
            {
                "Where it runs, this prints KUBERNETES_SERVICE in a pod, and ECS_CONTAINER in an ECS task:": "printenv | grep -oiE '^(kubernetes_service|ecs_container)'",
            },
            Labelled("On a computer:", f"aws {sign_in} --profile PROFILE"),
            "export AWS_PROFILE=PROFILE",
        ),
    )
    return pod_roles.Advice([], [remedy])


_AMPLIFY = lazy_pattern(r"\bcredential value is nil or empty")
PHONE = lazy_pattern(rf"\bFATAL EXCEPTION: [a-zA-Z]|\bat (?:com\.)?android\.[a-z]|{_AMPLIFY.pattern}")
"""What only apps on phones print: the log of an Android device, and Amplify for Swift."""


def advise_on_phone(case: Case[MissingCredentials], _message: str) -> pod_roles.Advice:
    """Return what gives an app credentials: a phone has no profile and no role."""
    if _AMPLIFY.search(case.text):
        remedy = your_remedy(
            "Fetch the session of Amplify again, and let the user sign in if it has none",
            "Amplify.Auth.fetchAuthSession gets credentials from the identity pool, or says why there are none, such as a sign-in that has expired.",
            "The configuration of Amplify must name the identity pool, and the pool must allow guests if nobody has signed in.",
            url=pages.IDENTITY_POOLS,
        )
        return pod_roles.Advice([], [remedy])
    remedy = your_remedy(
        "Let the app get credentials from an Amazon Cognito identity pool",
        "A phone has nothing that the default chain of the SDK reads. Set a credentialsProvider in the client that gets credentials from the identity pool, as Amplify does.",
        "Do not put access keys into an app: whoever has the app can read them. Or let the app call an API of yours, which calls AWS.",
        url=pages.IDENTITY_POOLS,
    )
    return pod_roles.Advice([], [remedy])


def advise_on_role_source(case: Case[MissingCredentials], _message: str) -> pod_roles.Advice:
    """Advise on the missing credentials with which a role is assumed."""
    profile = find_profile(case)
    of = "The profile" if profile is None else f"The profile {profile}"
    remedy = your_remedy(
        "Give the source of the role credentials",
        f"{of} has role_arn and either source_profile or credential_source. The commands print them. Without role_arn, the program's own settings contain the role.",
        "If a source_profile is printed, sign in to that profile, or add credentials to it. With credential_source = Ec2InstanceMetadata, the program must run on an EC2 instance with a role.",
        commands=(
            *(
                credential_remedies.with_profile(profile, f"aws configure get {each}")
                for each in ("role_arn", "source_profile", "credential_source")
            ),
            Labelled(
                "If the source_profile uses IAM Identity Center:", "aws sso login --profile SOURCE_PROFILE"
            ),
        ),
        url=pages.CLI_ROLES,
    )
    cause = ROLE_SOURCE_EMPTY.cause(
        "derived", text="The SDK found no credentials with which to assume the role."
    )
    return pod_roles.Advice([cause], [remedy], " with which to assume the role")


# S3A of Hadoop, as Spark and Flink use it, has a list of providers of its own.
_S3A = lazy_pattern(r"\bs3a://|\bfs\.s3a\b|\.s3a\.S3A")
_S3A_LIST = "fs.s3a.aws.credentials.provider"
_USES_WEB_IDENTITY = lazy_pattern(
    r"WebIdentityToken(?:File)?CredentialsProvider|\bDefault(?:AWS)?CredentialsProvider|\bfs\.s3a\.(?:access|secret)\.key\b"
)
_HADOOP_OF_SDK_2 = lazy_pattern(
    r"(?i:hadoop)[\w -]{0,12}[-: ]v?(?:3\.[4-9]|[4-9]\.)|software\.amazon\.awssdk"
)
_CLI_CALL = lazy_pattern(r"\baws s3(?:api)? ")
# NoAuthWithAWSException names the list in the order in which S3A asks, and NoAwsCredentialsException one of its providers.
_ASKED_BY_S3A = lazy_pattern(
    r"(?a)\bNo AWS Credentials provided by (?P<list>\w{0,60}CredentialsProvider(?: \w{0,60}CredentialsProvider){0,12})(?= ?:|\s|$)"
    r"|\b(?P<own>\w{0,60}CredentialsProvider): (?:No AWS credentials in the Hadoop configuration|Session credentials in Hadoop configuration: No AWS Credentials)"
)
# What the providers read: https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/authentication.html
_READ_BY_S3A = {
    "SimpleAWS": "fs.s3a.access.key and fs.s3a.secret.key",
    "TemporaryAWS": "fs.s3a.session.token with both keys",
    "EnvironmentVariable": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of its process",
    "IAMInstance": "the role of its container or EC2 instance",
    "InstanceProfile": "the role of its EC2 instance",
}
NOT_IN_LIST = CauseType(
    "s3a-providers-without-credentials",
    title="S3A's credential providers have no credentials",
    recognised_by="S3A of Hadoop says that no provider of its list provided credentials.",
    fix="Give one of the listed providers credentials, or add the provider that has them to the list.",
    sources=("https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/authentication.html",),
)
ROLE_MISSING_IN_LIST = CauseType(
    "provider-list-without-web-identity",
    title="S3A's list of credential providers has none for web identities",
    text="S3A looks only where its own list of credential providers says, which by default has none for the token of a pod (IRSA). The list ends with the credentials of the node.",
    recognised_by="A call with s3a:// fails, the text shows a pod with a role (IRSA), and no provider for web identities in the settings.",
    fix="Name WebIdentityTokenCredentialsProvider in fs.s3a.aws.credentials.provider.",
    sources=("https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/authentication.html",),
)


def is_of_s3a(message: str) -> bool:
    """Return whether S3A names the providers that it asked, all of which are known, and none reads a profile."""
    names = _list_asked(message)
    return bool(names) and _READ_BY_S3A.keys() >= {*names}


def _list_asked(message: str) -> list[str]:
    """Return the providers that S3A names, without the end of their names."""
    asked = _ASKED_BY_S3A.search(message)
    return [] if asked is None else (asked["list"] or asked["own"]).replace("CredentialsProvider", "").split()


def advise_on_s3a(case: Case[MissingCredentials], message: str) -> pod_roles.Advice:
    """Return what gives the listed providers of S3A credentials, or adds one that has them."""
    names = _list_asked(message)
    read = "; ".join(what for name, what in _READ_BY_S3A.items() if name in names)
    is_of_sdk_2 = _HADOOP_OF_SDK_2.search(case.text) is not None
    package = "software.amazon.awssdk.auth.credentials" if is_of_sdk_2 else "com.amazonaws.auth.profile"
    remedy = your_remedy(
        "Set credentials that S3A reads",
        f"Each of these is enough: {read}." if read else None,
        f"On a computer, add {package}.ProfileCredentialsProvider to {_S3A_LIST}: it reads AWS_PROFILE. In a pod with a role (IRSA), add the provider for web identities.",
        "In Spark, the settings begin with spark.hadoop., and the driver and the executors need them."
        if "spark" in case.text.lower()
        else None,
        url=NOT_IN_LIST.sources[0],
    )
    readers = "none of these providers reads a profile"
    if len(names) == 1:
        readers = f"{names[0]}CredentialsProvider reads no profile"
    cause = NOT_IN_LIST.cause(
        "reported",
        text=f"S3A looks only where {_S3A_LIST} says, and {readers}.",
    )
    return pod_roles.Advice([cause], [remedy], " where S3A looks for them")


_PAGE_OF_SDK_1 = "https://hadoop.apache.org/docs/r3.3.6/hadoop-aws/tools/hadoop-aws/index.html"


def explain_unlisted_provider(case: Case[Failure]) -> Explanation | None:
    """Explain that S3A does not use the role of its pod, or return ``None`` if the text does not show that."""
    text = case.failure.text
    if "AWS_WEB_IDENTITY_TOKEN_FILE" not in text and "eks.amazonaws.com/role-arn" not in text:
        return None
    if _S3A.search(text) is None or _USES_WEB_IDENTITY.search(text) is not None:
        return None
    arn, node = clues.find_role_arn(text), INSTANCE_SESSION.search(text)
    role = f"the role {arn.rpartition('/')[2]}" if arn else "the role of its service account"
    called = (
        f"called with the role of the node, {node[1]}" if node else "most likely called with the node's role"
    )
    if is_missing := case.failure.kind != "access_denied":
        called = "found no other credentials"
    works = f"The AWS CLI, which reads the pod's variables, works: the policies and the trust policy of {role} are right."
    has_worked = find_working(text, _CLI_CALL) or any(
        run.has_succeeded and run.command.words[0] in {"s3", "s3api"} for run in find_runs(case.failure)
    )
    is_spark = "spark" in text.lower()
    provider, url = "com.amazonaws.auth.WebIdentityTokenCredentialsProvider", _PAGE_OF_SDK_1
    if _HADOOP_OF_SDK_2.search(text):
        provider = "software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider"
        url = ROLE_MISSING_IN_LIST.sources[0]
    setting = f"{'spark.hadoop.' if is_spark else ''}{_S3A_LIST}"
    manifest = f"sparkConf:\n  {setting}: {provider}" if "sparkConf" in text else f"{setting}={provider}"
    request = case.failure.envelope.request_id
    return case.explain(
        f"{'Spark (S3A)' if is_spark else 'S3A'} did not use {role}: its own list of credential providers has none for web identities (IRSA). It {called}.",
        ROLE_MISSING_IN_LIST.cause(
            "derived",
            works if has_worked else None,
            text=f"The text shows {_S3A_LIST} without one." if _S3A_LIST in text else None,
        ),
        remedies=your_remedy(
            "Name the provider for web identities in S3A's list",
            "The setting applies to the driver and the executors, whose pods must both use the service account."
            if is_spark
            else "Restart the program afterwards.",
            None
            if is_missing or node
            else f"To see who called, look up the request{f' {request}' if request else ''} in CloudTrail's data events or the access log of the bucket.",
            manifest=manifest,
            manifest_language="yaml" if "sparkConf" in text else "text",
            url=url,
        ),
        notes="Do not give the node's role access to the bucket: every pod of the node would have it.",
    )


def add_unlisted_provider(denial: Denial, explanation: Explanation) -> Explanation:
    """Replace an explanation if S3A did not use the role of its pod."""
    return explain_unlisted_provider(denial.case) or explanation
