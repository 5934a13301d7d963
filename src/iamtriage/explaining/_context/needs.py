"""Declare which words the readers of a context need. Without them, they find nothing, and are not called."""

from __future__ import annotations

from typing import Final

from iamtriage.explaining._context.model import SIGNS_OF_ATTACHMENTS, SYSTEM_SIGNS
from iamtriage.explaining._context.word_index import WordIndex

INDEX: Final = WordIndex()
"""The words of the signs."""
ANYTHING: Final = INDEX.sign(
    "--", "://", ":\\/\\/", "s3:s3", "(arn:", "bucket", "Bucket ", 'Bucket"', "Bucket'", "Bucket=", "Bucket:", "BucketName",
    "Failed to upload", "egion", "REGION", "PROFILE", ".compute.", ".ec2.internal", "cluster", "Cluster (", "CLUSTER", "EKS", "containerinsights", "/eks/",
    "amespace", "NAMESPACE", "kubens ", "POD_NAME=", "erviceaccount", "erviceAccount", "pod", "lly assigned ", "Pod", "deployment", ":role/", '"Arn"', "ccount", "ACCOUNT", " i-",
    "fs-", "vpce-", ".execute-api.", "ambda", "LAMBDA", "with ", "@aws-sdk", ".services.", "Amazon.", "Traceback",
    "client(", "bject(", "Statement", "statement {", "Effect", "olicyDocument", "policy_document", '"iss"',
    '"allowed"', '"explicitDeny"', '"matchedStatements"', '"statementId"', '"evaluations"', "DecodedMessage", "rolearn", "userarn", "aws ", "kubectl ", "eksctl ",
    "eksctl.io", "@ip-", "/var/", "169.254.", "##[", "::error", "GITHUB", "gitlab", "id_tokens:", "GitLab", "CI_",
    "Pipeline]", "jenkins", "Finished: ", "lue", "Command", "EMR", "emr", "ExtRid", "[Container]", "CODEBUILD",
    "cloudshell", "WebIdentityErr", "ECS_", "ResourceInit", "CannotPull", "/builds/", "ERROR: Job", "Metadata",
    "IMDS", "/opt/ml/", "S3Service", "iam_role", "IAM_ROLE", "ec2-user", "AWS_", "/home/", "HOSTNAME", 'hostname"',
    "hostname\\", "ndpoint", "NDPOINT", "serviceU", "ServiceU", "s3Url", "Lock Info:", "backup store for",
    "BackupStorageLocation", "ecs/", "host_base", "rclone ", "AWS Error ", "-1\n", "-2\n", "-3\n", "-1:\n", "-1 =",
    "ARN is not mapped", "SaslAuth", "requestParameters", " failed, attempt ", "host id: ", "S3 error: ", "client.PutObject: ",
    "UnauthorizedOperation",
    "/aws-sdk/", "/aws-sdk-", "(eval):", "log group ", "log_group", "ogGroup", '"Resource"', "edPrincipal(",
    "IdentityPrincipal(", "Policy:", 'Policy":', "he policy ", "s policy ", "y policy ", "gave ", "granted ", "added ", " has ", "I have ", "repo:", "project_path:",
    "run_phase:", "oidc-provider/", "MultiObjectDelete",
    *SIGNS_OF_ATTACHMENTS,
    *SYSTEM_SIGNS,
)  # fmt: skip
"""A text without any of these has no context, unless it says who called."""
CALLERS: Final = INDEX.sign(
    " role (", " role is ", " role: ", "(role ", "(user ", "in as ", "nsole as ", "in with ", "y role ", "y user ", "Role ", "he role ",
    "sing arn:", "ses arn:", " as arn:", "ith arn:", " of arn:", " for arn:", " is arn:", "tity arn:", "tity: arn:", "tity=arn:",
    "hoami: arn:", "rn=arn:", "ller: arn:", "ipal: arn:", "tials arn:", "tials: arn:", "tials=arn:", "ssion arn:", "ssion: arn:", "ssion=arn:",
)  # fmt: skip
"""What people say of the caller of a denied call, or of a request to a cluster."""
COMMANDS: Final = INDEX.sign("aws ", "kubectl ", "eksctl ", "helm ", "terraform ", "docker ")
LOCATIONS: Final = INDEX.sign(
    "s3", "S3", "ucket", "bject", "Failed to upload", "Lock Info:", "rclone ", "BUCKET", "amazonaws",
)  # fmt: skip
ENDPOINTS: Final = INDEX.sign("ndpoint", "NDPOINT", "erviceU", "s3Url", "host_base")
SYSTEMS: Final = INDEX.sign(*SYSTEM_SIGNS)
_PODS = ("pod", "lly assigned ", "Pod", "POD_NAME=", "HOSTNAME", "hostname", "kubectl ")
_SUBJECT = ("system:serviceaccount:", "kind: ")
NAMES: Final = {
    name: INDEX.sign(*words)
    for name, words in {
        "region": ("egion", "REGION", ".compute.", "eks", "client(", "resource(", "com.", ".ec2.internal"),
        "profile": ("PROFILE", "update-kubeconfig"),
        "cluster": (
            "luster", "CLUSTER", "EKS", "containerinsights", "/eks/", "update-kubeconfig", "eksctl.io",
            "-authenticator", " context ",
        ),
        "authentication_mode": ("uth",),
        "namespace": (*_SUBJECT, "amespace", "NAMESPACE", "kubens ", "pod", "lly assigned ", "kubectl "),
        "service_account": (*_SUBJECT, "ervice", " sa"),
        "pod": _PODS,
        "workload": (*_PODS, "kind: ", "eploy"),
        "role_arn": (":role/", "ole "),
        "caller": ("ARN is not mapped", "arn:aws", " @ ", "ederated user", "IAM user"),
        "account": ("ccount", "ACCOUNT", "aws://", "aws_caller_identity"),
        "instance": ("i-",),
        "file_system": ("fs-",),
        "vpc_endpoint": ("vpce-",),
        "api": (".execute-api.",),
        "function": ("ambda", "AMBDA"),
        "log_group": ("roup",),
        "terraform": ("with ",),
    }.items()
}  # fmt: skip
"""What the readers of names need, unless a command has the name."""
