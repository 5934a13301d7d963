"""Find the environment that runs the code that made a call, because it shows whose credentials failed.

The signs are texts that each environment prints, and variables that it sets:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html,
https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html,
https://docs.github.com/en/actions/reference/workflows-and-actions/variables and
https://docs.gitlab.com/ci/variables/predefined_variables/.
"""

from __future__ import annotations

import functools
import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.values import CommandLine, Runtime
from iamtriage.explaining._context.word_index import WordIndex

_TASK_ROLE = "aws ecs describe-task-definition --task-definition TASK_DEFINITION --query 'taskDefinition.[taskRoleArn, executionRoleArn]'"
_POD = "the role of the pod's service account"
_MANAGER = "runner-manager"
_POD_ROLE = "kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE -o yaml"

# The first pattern that matches decides, so the innermost environments come first: a container of a CI job's pod
# uses the pod's role only if it has its own token. Literals are searched for before the pattern.
_RUNTIMES: tuple[tuple[str, tuple[str, ...], str, str, str | None], ...] = (
    (
        "redshift",
        ("ExtRid", "S3ServiceException", "UNLOAD", "iam_role", "IAM_ROLE", "stl_load_errors"),
        r"\bExtRid\b|S3ServiceException:[^\n]{1,200}?,Status \d{3}|stl_load_errors|(?i:\b(?:copy|unload)\b[^\n]{1,400}?\biam_role\b)",
        "the IAM role of the Amazon Redshift cluster",
        "aws redshift describe-clusters --query 'Clusters[].[ClusterIdentifier, IamRoles[].IamRoleArn]'",
    ),
    (
        "lambda",
        (
            "/var/task/", "/var/runtime/", "LAMBDA_", "REPORT RequestId", "START RequestId", "/aws/lambda/",
            "awslambdaric", "Invoke Error", '"errorType"',
        ),
        r"(?<=\")error(?:Type|Message)(?=\": ?\"(?:[^\"\\]|\\.){0,2000}\",\s{0,20}\"error(?:Type|Message)\": ?\"(?:[^\"\\]|\\.){0,2000}\",\s{0,20}\"(?:stackTrace|requestId|trace)\")|\bInvoke Error[\t ]{1,4}(?=\{\"errorType\")|/var/task/|/var/runtime/|\bAWS_LAMBDA_\w+|\b(?:REPORT|START) RequestId: |(?<!Group \()/aws/lambda/[\w-]{1,64}(?![\w-]|[^\n]{0,200}\n\s{0,4}An error occurred \()|\bawslambdaric\b",
        "the execution role of the Lambda function",
        "aws lambda get-function-configuration --function-name FUNCTION_NAME --query Role --output text",
    ),
    (
        "glue",
        ("glue", "Glue", "GLUE_", "LAUNCH ERROR"),
        r"\bawsglue\b|\bLAUNCH ERROR \| |com\.amazonaws\.services\.glue(?!\.(?:model\b|(?:Abstract)?AWSGlue))|/aws-glue/jobs|\bGLUE_\w{3,}|GlueArgParser|\bglue\.ProcessLauncher\b|\[Glue Exception",
        "the role of the AWS Glue job",
        "aws glue get-job --job-name JOB_NAME --query Job.Role --output text",
    ),
    (
        "sagemaker",
        ("/opt/ml/", "AlgorithmError", "SM_"),
        r"/opt/ml/(?:code|input|model|processing)|\bSM_(?:CHANNEL|MODEL_DIR|HOSTS)\w{0,40}|\bAlgorithmError:",
        "the execution role of the SageMaker job",
        "aws sagemaker describe-training-job --training-job-name JOB_NAME --query RoleArn --output text",
    ),
    (
        "emr",
        ("emr", "EMR", "hadoop@", "/mnt/var/log/hadoop", "/usr/lib/spark/"),
        r"com\.amazon\.ws\.emr\.|\bhadoop@ip-|(?<!rofile: )\bEMR_EC2_\w+|/usr/lib/spark/|/mnt/var/log/hadoop|\bemrfs\b|\bEmrFileSystem\b",
        "the role of the EMR cluster's instance profile",
        "aws emr describe-cluster --cluster-id CLUSTER_ID --query Cluster.Ec2InstanceAttributes.IamInstanceProfile --output text",
    ),
    (
        "codebuild",
        ("[Container] ", "CODEBUILD_", "/codebuild/", "BUILD_CONTAINER_UNABLE"),
        r"\bBUILD_CONTAINER_UNABLE_TO_PULL_IMAGE\b|\[Container\] \d{4}/\d\d/\d\d |\bCODEBUILD_\w{3,}|/codebuild/(?:output|readonly|local)",
        "the service role of the CodeBuild project",
        "aws codebuild batch-get-projects --names PROJECT_NAME --query 'projects[].serviceRole' --output text",
    ),
    (
        "eks-pod",
        (
            "/var/run/secrets/", "WEB_IDENTITY_TOKEN_FILE", "169.254.170.23", "WebIdentityErr",
            "[fd00:ec2::23]", "amazonaws.com/role-arn",
        ),
        r"\beks\.amazonaws\.com/role-arn[\"']?: |/var/run/secrets/(?:eks\.amazonaws\.com|pods\.eks\.amazonaws\.com|kubernetes\.io)/|\bAWS_WEB_IDENTITY_TOKEN_FILE\b(?!\s?[=:]\s?[\"']?(?!/var/run/)[./~$\w])|169\.254\.170\.23\b|\[fd00:ec2::23\]|\bWebIdentityErr\b",
        _POD,
        _POD_ROLE,
    ),
    (
        "ecs",
        ("ResourceInitializationError", "CannotPull"),
        r"\bResourceInitializationError\b|\bCannotPull(?:Container|ECRContainer)Error\b",
        "the execution role of the ECS task",
        _TASK_ROLE,
    ),
    (
        "ecs",
        ("169.254.170.2", "ECS_", "CREDENTIALS_RELATIVE_URI", "ecs/", "amazonaws.ecs."),
        r"169\.254\.170\.2(?![\d.])|\bECS_CONTAINER_\w+|\bAWS_CONTAINER_CREDENTIALS_RELATIVE_URI\b|\becs/[\w-]{1,64}/(?=[a-f]{0,8}[0-9])[0-9a-f]{4,32}\b|\bcom\.amazonaws\.ecs\.",
        "the role of the ECS task",
        _TASK_ROLE,
    ),
    (
        "cloudshell",
        ("cloudshell-user",),
        r"\[cloudshell-user@[\w.-]{1,64}|/home/cloudshell-user",
        "the identity that is signed in to the AWS console, which CloudShell uses",
        None,
    ),
    (
        "github-actions",
        (
            "##[", "::error", "/home/runner/", "/github/home/", "GITHUB_", "role-to-assume",
            "role with OIDC", "aws-actions/", "actions/checkout", "exited with code", "completed with exit",
        ),
        r"##\[(?:error|group|debug|warning|command)\]|::error(?: [^\n:]{0,200})?::|/home/runner/work/|/github/home/\.|\bGITHUB_(?:ACTIONS|RUN_ID|REPOSITORY|SHA|REF|TOKEN)\b|\brole-to-assume\b|\b(?:Assuming|not assume) role with OIDC\b|\baws-actions/|\bactions/checkout@|\bError: (?:Terraform exited with code|Process completed with exit code) \d{1,3}",
        "the role that the GitHub Actions job assumes",
        None,
    ),
    (
        # It launches a machine for a job with docker-machine.
        _MANAGER,
        ("during machine creation",),
        r"\bError in driver during machine creation\b",
        "the identity of the GitLab runner manager",
        None,
    ),
    (
        "gitlab",
        (
            "gitlab", "GitLab", "CI_JOB_", "CI_PROJECT", "ERROR: Job failed", "GITLAB_", "/builds/",
            "id_tokens:",
        ),
        r"\bgitlab-runner\b|\bCI_(?:JOB|PROJECT|PIPELINE|COMMIT)_\w+|\bERROR: Job failed: (?:exit code|command terminated)|\bGITLAB_\w+|(?<![\w.])/builds/[\w./-]{2,100}|\bid_tokens:",
        "the role that the GitLab CI/CD job uses",
        None,
    ),
    (
        "jenkins",
        ("[Pipeline]", "jenkins", "Finished: FAILURE", "JENKINS_"),
        r"\[Pipeline\] |/var/(?:lib/)?jenkins(?:_home)?/|\bFinished: FAILURE\b|\bJENKINS_(?:HOME|URL)\b|\bjenkins@",
        "the identity of the Jenkins agent",
        None,
    ),
    (
        "ec2",
        ("@ip-", "169.254.169.254", "InstanceMetadata", "IMDS", "ec2-user"),
        r"\b(?:ec2-user|ubuntu|admin|centos|rocky|fedora|root|bitnami|ssm-user)@ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b|169\.254\.169\.254\b|\b(?:Instance|EC2)MetadataServiceException\b|\bIMDS(?:v[12]|Provider)?\b|/home/ec2-user/",
        "the role of the EC2 instance",
        "aws ec2 describe-instances --instance-ids INSTANCE_ID --query 'Reservations[].Instances[].IamInstanceProfile.Arn'",
    ),
)  # fmt: skip
_INDEX = WordIndex()
_SIGNS = tuple(_INDEX.sign(*literals) for _, literals, *_ in _RUNTIMES)
_compile = functools.cache(functools.partial(re.compile, flags=re.ASCII))


# kubectl itself failed, most often because its credential helper did.
_KUBECTL_FAILED = lazy_pattern(
    r"getting credentials: exec|Unable to connect to the server|couldn't get current server|\bget-token\b|You must be logged in|Error from server"
)


def find_runtime(text: str, command: CommandLine | None = None) -> Runtime | None:
    """Return the environment that runs the code that made the call, or ``None`` if it is unknown.

    Args:
        text: The text.
        command: The command that printed the failure.

    >>> find_runtime("[ec2-user@ip-10-0-3-7 ~]$ python3 sync.py").kind
    'ec2'
    """
    is_of_pod = (
        command is not None and command.program == "kubectl" and command.words[:1] in (("logs",), ("exec",))
    )
    if command is not None and is_of_pod and not _KUBECTL_FAILED.search(text):
        return Runtime("eks-pod", _POD, command.text, _POD_ROLE)
    signs = _INDEX.find(text)
    for (kind, _, pattern, caller, lookup), sign in zip(_RUNTIMES, _SIGNS, strict=True) if signs else ():
        if not sign.is_in(text, signs):
            continue
        found = search_present(_compile(pattern), text)
        if found is not None and (kind != _MANAGER or "gitlab" in text.lower()):
            return Runtime(kind, caller, found[0], lookup)
    return None


def name_user_of_job(runtime: Runtime | None, whole: str) -> Runtime | None:
    """Return a runtime with the user as its caller, if the text shows that a job of GitHub Actions has access keys of one."""
    if runtime is None or runtime.kind != "github-actions":
        return runtime
    has_keys = _KEYS_OF_JOB.search(whole) is not None and _ROLE_OF_JOB.search(whole) is None
    return runtime._replace(caller=_USER_OF_JOB) if has_keys else runtime


_USER_OF_JOB = "the user whose access keys the GitHub Actions job has"
# Access keys of a user, in the environment of a step or in a workflow, and signs of a role.
_KEYS_OF_JOB = lazy_pattern(
    r"(?im)^[^\n#]{0,200}?\baws[_-]secret[_-]access[_-]key: ?[\"']?(?:\*\*\*|\$\{\{ ?secrets\.)"
)
_ROLE_OF_JOB = lazy_pattern(
    r"(?i)\baws[_-]session[_-]token\b|\brole-to-assume\b|\bid-token: write\b|\bOIDC\b"
)

# Messages of provider chains that a variable or source was not found.
_ABSENT_BEFORE = lazy_pattern(
    r"\b(?:[Nn]either|[Ee]ither|[Uu]nless|[Nn]o|[Cc]annot find|[Uu]nable to find)\b[^.;:\n]{0,90}$"
    r"|(?:\b[Nn]ot|n't) (?:an?|deployed|in|on|run|running|use|using)(?: (?:an?|AWS|EKS|in|on|the))? $"
)
_ABSENT_AFTER = lazy_pattern(
    r"[^;:,\n=]{0,100}?(?:\b(?:not|never)\b(?: \w{1,12}){0,2}? (?:set|found|defined|enabled|present|specified|available)|n't set|must be set|\bunset\b)"
)
# Compiled programs print where they were built, such as /home/runner/work/app/app/main.go:205.
_BUILD_PATH = lazy_pattern(r"(?a)/[\w.@+/-]{1,300}\.(?:go|rs|cs):(?:line )?\d")
_CHARS_AROUND = 140


def search_present(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first match of a pattern that the text does not report as not set or not found, nor as the path of a build.

    >>> text = "neither AWS_PROFILE or AWS_REGION environment variables are set"
    >>> search_present(re.compile("AWS_REGION"), text) is None
    True
    """
    return next((found for found in pattern.finditer(text) if not _is_absent(text, found)), None)


def _is_absent(text: str, found: re.Match[str]) -> bool:
    before = text[max(found.start() - _CHARS_AROUND, 0) : found.start()]
    after = text[found.end() : found.end() + _CHARS_AROUND]
    if _BUILD_PATH.match(text, found.start()):
        return True
    return _ABSENT_AFTER.match(after) is not None or _ABSENT_BEFORE.search(before) is not None
