"""Explain what a chain of credential providers reports: the places without credentials, or a module that a Java program lacks.

Sources: https://docs.aws.amazon.com/sdk-for-java/latest/developer-guide/credentials-chain.html and
https://github.com/aws/aws-sdk-java-v2/blob/master/core/auth/src/main/java/software/amazon/awssdk/auth/credentials/internal/ProfileCredentialsUtils.java.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.credentials import pod_roles
from iamtriage.explaining._rules.credentials.credential_endpoints import INSTANCE_SESSION
from iamtriage.explaining._rules.shared import clues, credential_remedies, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

MISSING_MODULE = lazy_pattern(
    r"(?:'(?P<profile>[^'\n]{1,64})' profile, )?the '(?P<module>sts|sso|ssooidc|signin)' service module must be on the class ?path"
)
"""What the SDK for Java 2 says if a web identity or a profile needs a module, such as for IRSA: https://github.com/aws/aws-sdk-java-v2/issues/2961."""
# A module of the SDK in a build file of sbt, Maven or Gradle, with its version.
_SDK_MODULES = (
    (r"\"software\.amazon\.awssdk\" % \"[\w-]{1,60}\" % \"?(?P<version>[\w.$-]{1,40})",
     'libraryDependencies += "software.amazon.awssdk" % "sts" % "{}"', "build.sbt"),
    (r"\bsoftware\.amazon\.awssdk:[\w-]{1,60}(?::(?P<version>\d[\w.-]{1,40}))?",
     'implementation("software.amazon.awssdk:sts{}")', "build.gradle"),
    (r"<groupId>software\.amazon\.awssdk</groupId>\s{0,80}<artifactId>(?!bom\b)[\w-]{1,60}</artifactId>(?:\s{0,80}<version>(?P<version>[\w.${}-]{1,60})</version>)?",
     "<dependency>\n  <groupId>software.amazon.awssdk</groupId>\n  <artifactId>sts</artifactId>{}\n</dependency>", "pom.xml"),
)  # fmt: skip
_KOTLIN = lazy_pattern(r"\bbuild\.gradle\.kts\b|\bplatform\(\"")
_BOM = lazy_pattern(r"\bplatform\(\s?[\"'(]{1,2}software\.amazon\.awssdk:bom\b")
_HOP_LIMIT = lazy_pattern(r"(?i:\bhop[ -]?limit\b)")
# What the providers of the SDKs for Java and Go say, and what it means, in the order of their chains.
_CONTAINER = "container credentials (ECS, EKS)"
_OUTCOMES = {
    "keys in system properties": r"load (?:AWS )?credentials from (?:system settings|Java system properties)",
    "keys in environment variables": r"EnvironmentVariableCredentialsProvider\S{0,2}: Unable|EnvAccessKeyNotFound",
    "web identity token": r"AWS_WEB_IDENTITY_TOKEN_FILE .{0,60}must be set|must specify a value for roleArn",
    "profile (the files are missing or empty)": r"ProfileFile\(sections=\[\]\)|profile file cannot be null|SharedCredsLoad: ",
    "credentials in the profile": r"contained no credentials for profile(?!.{0,80}sections=\[\])",
    _CONTAINER: r"fetch credentials from container|EC2ContainerCredentialsProviderWrapper\S{0,20}: ",
    "role from the instance metadata (EC2)": r"load credentials from IMDS|no EC2 instance role found",
}
CONTAINER_TRIED = lazy_pattern(_OUTCOMES[_CONTAINER])
MODULE_MISSING = CauseType(
    "sdk-module-missing",
    title="The Java program lacks a module of the SDK",
    text="The SDK for Java 2 uses web identities and some profiles only with a module that is not on the class path.",
    recognised_by="The SDK for Java says that the service module sts, sso, ssooidc or signin must be on the class path.",
    fix="Add the module, such as the dependency software.amazon.awssdk:sts.",
    sources=("https://github.com/aws/aws-sdk-java-v2/issues/2961",),
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


def describe_outcomes(message: str) -> str:
    """Return what the providers of a chain did not find, or an empty string if the message does not list it.

    >>> describe_outcomes("EnvAccessKeyNotFound: x SharedCredsLoad: y EC2RoleRequestError: no EC2 instance role found")
    ': no keys in environment variables, no profile (the files are missing or empty) and no role from the instance metadata (EC2)'
    """
    found = [f"no {what}" for what, sign in _OUTCOMES.items() if re.search(sign, message)]
    return f": {join_words(found, 'and')}" if len(found) > 2 else ""


def advise_anywhere(case: Case[MissingCredentials], message: str) -> pod_roles.Advice:
    """Return what gives a program credentials whose text does not say where it runs."""
    is_java = "awssdk" in case.text or "ProfileFile(" in message
    modules = ""
    if is_java:
        modules = (
            " The SDK for Java needs the modules sso and ssooidc for IAM Identity Center, and sts for IRSA."
        )
    remedy = your_remedy(
        "Give the program credentials where it runs",
        "Where it runs decides, which the text does not say: run the first command there. In a pod it prints KUBERNETES_SERVICE, in an ECS task ECS_CONTAINER.",
        "In a pod of EKS: give its service account a role by a Pod Identity association, or by an annotation (IRSA), and re-create the pod.",
        "In an ECS task: set taskRoleArn in a new revision of the task definition. On EC2: attach an instance profile; containers also require the metadata hop limit 2.",
        f"On a computer: sign in, and set AWS_PROFILE. A container there also needs the files in ~/.aws.{modules}",
        commands=(
            "printenv | grep -oiE '^(kubernetes_service|ecs_container)'",
            Labelled("In a pod:", pod_roles.CREATE_ASSOCIATION),
            Labelled("On a computer:", "aws sso login --profile PROFILE"),
            "export AWS_PROFILE=PROFILE",
        ),
        url=pages.SDK_CREDENTIALS,
    )
    return pod_roles.Advice([], [remedy])


def advise_on_role_source(case: Case[MissingCredentials], _message: str) -> pod_roles.Advice:
    """Return that the credentials with which a role is assumed are missing."""
    profile = clues.find_profile(case)
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
        "derived",
        text="The profile or program assumes a role, and the SDK found no credentials for that call of AssumeRole.",
    )
    return pod_roles.Advice([cause], [remedy], " with which to assume the role")


# AWS's answer to a request that the SDK sent nevertheless, and words about an access key.
_ANSWERED = lazy_pattern(
    r"\bAccess ?Denied(?:Exception)?\b|\b(?:not authorized to perform|UnauthorizedOperation)\b"
)
_STATIC_KEY = lazy_pattern(r"\b(?i:(?:access|static|secret) (?:\w+ )?(?:keys?|credentials))\b")


def _explain_skipped_identity(case: Case[MissingCredentials], answer: str) -> Explanation:
    """Explain that AWS denied a request with other credentials, because the SDK skipped the web identity with a warning."""
    text = case.failure.text
    arn = clues.find_role_arn(text)
    role = f"the role {arn.rpartition('/')[2]}" if arn else "the role of the service account"
    node = INSTANCE_SESSION.search(text)
    whose = f"those of the node, the role {node[1]}" if node else "usually those of the node"
    key = " An access key works because it comes earlier in the chain." if _STATIC_KEY.search(text) else ""
    events = "aws cloudtrail lookup-events --region REGION --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity --max-results 10"
    add = "echo 'ADD --chmod=644 https://repo1.maven.org/maven2/software/amazon/awssdk/sts/VERSION/sts-VERSION.jar FOLDER/' >> Dockerfile"
    find = 'kubectl exec --namespace NAMESPACE POD -- find / -name "sdk-core-*.jar"'
    return case.explain(
        f"The SDK for Java skips {role}: the class path lacks the module sts, which it needs for the token of the pod (IRSA). The call was then made with the next credentials in the chain, {whose}, and AWS denied it.",
        MODULE_MISSING.cause(
            "derived",
            f'The text says "{answer}".',
            text=f"The SDK only warns about the missing module. AWS has not checked {role}: its policies, its trust policy and the annotation are not the problem.{key}",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Add the module sts to the program",
            "Add software.amazon.awssdk:sts in the version of the SDK's other modules: in your build, in the Dockerfile of the image as shown, or with a release of the program that contains it.",
            f"Re-create the pods. Then the warning is gone, and the last command lists calls for {role}.",
            commands=(
                find,
                Labelled(
                    "Then, with FOLDER and VERSION of that file, in the directory of the Dockerfile:", add
                ),
                Labelled("After the change:", events),
            ),
            url=pages.EKS_IRSA_SDK,
        ),
        notes="Do not give the role of the node this permission: all pods on the node could use it.",
    )


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
ROLE_MISSING_IN_LIST = CauseType(
    "provider-list-without-web-identity",
    title="S3A's list of credential providers has none for web identities",
    text="S3A looks only where its own list of credential providers says, which by default has none for the token of a pod (IRSA). The list ends with the credentials of the node.",
    recognised_by="A call with s3a:// fails, the text shows a pod with a role (IRSA), and no provider for web identities in the settings.",
    fix="Name WebIdentityTokenCredentialsProvider in fs.s3a.aws.credentials.provider.",
    sources=("https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/authentication.html",),
)
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


def explain_missing_module(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a Java program cannot use a web identity or a profile without a module of the SDK."""
    said = next(MISSING_MODULE.finditer(case.text))
    profile = said["profile"]
    # A profile of IAM Identity Center requires both.
    names = ("sso", "ssooidc") if said["module"].startswith("sso") else (said["module"],)
    shown = ((re.search(sign, case.failure.text), form, file) for sign, form, file in _SDK_MODULES)
    found, form, file = next(
        (row for row in shown if row[0] is not None), (None, _SDK_MODULES[2][1], "pom.xml")
    )
    version = (found and found["version"]) or ""
    if file == "build.gradle" and _KOTLIN.search(case.failure.text) is not None:
        file = "build.gradle.kts"
    if _BOM.search(case.failure.text) is not None and file.startswith("build.gradle"):
        version = ""  # the BOM sets it
    if version and file != "build.sbt":
        version = f"\n  <version>{version}</version>" if file == "pom.xml" else f":{version}"
    modules = join_words([f"software.amazon.awssdk:{each}" for each in names], "and")
    what = f"module{'s' if len(names) > 1 else ''} {join_words(names, 'and')}"
    step = f"Add {modules}, with the version of the other modules unless a BOM sets it (in Maven as shown)"
    if found:
        step = f"Add this to {file}"
    user = f"the profile {profile}" if profile else "a web identity, such as that of an EKS pod (IRSA)"
    rest = "The profile is not the problem."
    answered = _ANSWERED.search(case.failure.text, case.failure.span[1])
    if answered is not None and not profile and not found:
        return _explain_skipped_identity(case, answered[0])
    if not profile:
        rest = "AWS has not checked the role yet."
    hop_limit = None
    if not profile and _HOP_LIMIT.search(case.failure.text) is not None:
        hop_limit = "Leave the hop limit as it is: IMDS does not replace the module, and would give the program the role of the node."
    return case.explain(
        f"The SDK for Java found no credentials: the class path lacks the module {said['module']}, which it needs for {user}.",
        MODULE_MISSING.cause("reported"),
        topic="no-credentials",
        remedies=your_remedy(
            f"Add the {what} to the program",
            f"{step}, then build and deploy again.",
            manifest="\n".join(form.format(version).replace("sts", each) for each in names),
            url=pages.SDK_CREDENTIALS if profile else pages.EKS_IRSA_SDK,
        ),
        notes=(
            hop_limit,
            f"The other providers in the message are the rest of the chain: no access keys are needed. {rest}",
            credential_remedies.NO_CALL_MADE,
            None
            if profile or hop_limit
            else "IMDS does not replace the module: the program would then have the role of the node.",
        ),
    )
