"""List the verb frames that reports of managed services about a missing role or permission share.

Each row is a frame, not a service's sentence: "SERVICE is unable to assume ROLE", "ROLE does not have PERMISSIONS".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.vocabulary.codes import EKS_CODES

if TYPE_CHECKING:
    from iamtriage.typing import Kind

__all__ = ("FRAMES", "SERVICE", "Frame")

# Fragments. In a frame, a space matches any whitespace, and <ARN> stands for the grammar's ARN.
_VALUE = r"(?:<ARN>|s3[an]?://[^\s\"'`<>,;]{1,1024}|lt-[0-9a-f]{8,17})"
_NAME = r"[A-Za-z0-9_+=,.@/-]{1,128}"
# A value alone, or a name in quotes or brackets.
_NAMED = rf"(?:{_VALUE}|(?<=['\"`\[]){_NAME}(?=['\"`\]]))"
_RESOURCE = rf"(?P<resource>{_NAMED})"
_PRINCIPAL = rf"(?P<principal>{_NAMED}|[a-z0-9.-]{{2,80}}\.amazonaws\.com)"
_QUOTE = r"['\"`\[(]{0,2}"
# "the provided role", "IAM Role", "the configured ECS Infrastructure Role"
_ROLE = (
    r"(?:(?<![\w-])(?!(?:[Ii]f|[Ww]hen|[Ww]hether|[Tt]hat|and|or|[Cc]an|may|might|would|[Bb]ecause|[Uu]nless|not|to|is|was)\b)[A-Za-z][\w-]{0,30}+ ){0,5}?"
    r"[Rr]oles?\b(?: ARN\b| name\b)?"
    r"(?: (?:provided|you provide|specified|given|configured)\b| (?:defined )?for (?:the|your) \w{1,20}(?: \w{1,20})?(?= (?:can|do|is)))?"
)
_ROLE_RESOURCE = rf"{_ROLE}(?: \(\w{{1,20}}:\w{{1,40}}\))?(?: on resource)?:?(?: {_QUOTE}{_RESOURCE})?"
# A digit, hyphen or underscore distinguishes a bare name from a word.
_BARE_NAME = r"[A-Za-z][A-Za-z0-9+=.@]{0,63}[_0-9-][\w+=.@-]{0,63}(?= (?:is|does|has)\b)"
_ROLE_PRINCIPAL = rf"{_ROLE}:?(?: {_QUOTE}(?P<principal>{_NAMED}|{_BARE_NAME})['\"`\])]{{0,2}})?"
SERVICE = (
    r"(?:(?:AWS|Amazon) [A-Z][A-Za-z]{1,30}(?: [A-Z][A-Za-z]{1,20}){0,3}|Amplify|App Runner|Athena|CloudFormation|CloudTrail|CloudWatch(?: Alarms| Logs)?"
    r"|Bedrock|CodeBuild|CodeDeploy|CodePipeline|Cognito|DataSync|ECS|EKS|EMR|EventBridge|Firehose|Glue|Kinesis|Lambda|RDS|Redshift|S3|SageMaker|SNS|SQS)"
)
_FAILS_TO = r"(?:unable to|cannot|can(?:'|no)?t|could(?: not|n't)|failed to)"
_LACKS = r"(?:does|do)(?: not|n't) (?:have|include)"
_ADJECTIVES = r"(?:(?:any|adequate|correct|enough|necessary|required|right|sufficient|the) ){0,3}"
_PERMISSIONS = r"(?:permission(?:\(s\)|s)?|access|privileges?|a trust relationship)\b"
# Names in angle brackets are masks.
_S3_URL = r"s3[an]?://(?:[^\s\"'`<>,;]|<[^<>\n]{1,63}>){1,1024}"
_BUCKET = r"(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|<[^<>\n]{1,63}>)"
# The end of a message, a line or a field, or the start of what an SDK adds.
_END = r"(?=[.\"'`*)\]}]{0,4}(?:\s*(?:\Z|\n|\x1e|\(Service|\[Execution)|,\s?\"))"
_EKS_CODES = EKS_CODES.split()
_ACTION = r"(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):[A-Z][A-Za-z0-9*]{2,80})"


class Frame(NamedTuple):
    """A verb frame: words that the reports of several services share.

    Attributes:
        kind: The kind of failure that the report states.
        fragment: Literal text that the text must contain. Alternatives are separated by ``|``.
        pattern: The regular expression. Its groups become facts.
        is_aws: Whether only AWS uses these words.
    """

    kind: Kind
    fragment: str
    pattern: str
    is_aws: bool = False


FRAMES: tuple[Frame, ...] = (
    # A role that a service cannot assume.
    Frame(
        "access_denied",
        "<assume>nable to assume",
        rf"\b[Uu]nable to assume (?:and validate )?{_ROLE_RESOURCE}",
    ),
    Frame(
        "access_denied",
        " assume ",
        # Of EC2, only the instance metadata says so.
        rf"\b(?<!EC2\s)(?:{_FAILS_TO}|[Cc]ould not|[Cc]annot|[Ff]ailed to) assume {_ROLE_RESOURCE}",
    ),
    Frame(
        "access_denied",
        "to assume ",
        rf"\b{_LACKS} {_ADJECTIVES}{_PERMISSIONS}(?: required)? to assume {_ROLE_RESOURCE}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "ccess denied wh",
        rf"\b[Aa]ccess denied (?:when attempting to assume|while assuming) {_ROLE_RESOURCE}",
        is_aws=True,
    ),
    Frame("access_denied", "<allow>must allow", rf"\bmust allow (?:\w{{1,20}} ){{1,5}}to assume {_ROLE}"),
    Frame(
        "aws_error",
        "<assumed>be assumed",
        rf"\b{_ROLE}(?::? {_QUOTE}{_RESOURCE}['\"`]?|(?<=function)) (?:is invalid or )?{_FAILS_TO} be assumed\b(?!.{{0,10}}Access denied)",
    ),
    # A principal that is not authorized to do something other than an action.
    Frame(
        "access_denied",
        "<authorized>",
        rf"(?<![\w./:-]){_QUOTE}{_PRINCIPAL}['\"`]? (?:is|are) not authorized to (?!perform\b)[a-z]{{2,20}}\b"
        rf"(?:(?: \w{{1,20}}(?:-\w{{1,20}})?){{0,4}} {_QUOTE}{_RESOURCE})?",
    ),
    Frame(
        "access_denied",
        "<authorized>",
        rf"(?:{_ROLE_PRINCIPAL}|{SERVICE}|You|User) (?:is|are) not authorized to "
        rf"(?:access|assume|call|create|get|invoke|launch|publish|read|send|use|write)\b(?:(?: [\w'-]{{1,20}},?){{0,4}}:? {_QUOTE}{_RESOURCE})?",
    ),
    Frame(
        "access_denied",
        "<credentials>credentials of role",
        rf"\b[Nn]ot authorized to get credentials of role {_RESOURCE}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<assume>role to assume",
        r"\bUnable to assume the role, or the role to assume does not exist",
        is_aws=True,
    ),
    # The subject can be missing.
    Frame(
        "access_denied",
        "<assume>uthorized to assume",
        rf"\A[^\w]{{0,3}}is not authorized to assume (?:\w{{1,20}} ){{0,3}}{_RESOURCE}",
    ),
    Frame(
        "access_denied",
        "<nor>is authorized to assume",
        rf"\b[Nn]either (?:\w{{1,20}} ){{0,4}}{_PRINCIPAL}, nor .{{1,60}}? is authorized to assume",
    ),
    Frame(
        "access_denied",
        "<authorize>",
        rf"\bFailed to authorize (?:\w{{1,20}} ){{0,3}}{_RESOURCE}",
        is_aws=True,
    ),
    # A role or caller that lacks permissions.
    Frame(
        "access_denied",
        "<have>not have|<have>n't have|<include>not include|<include>n't include",
        rf"\b(?:{_ROLE_PRINCIPAL}|[Uu]ser|You|{SERVICE}) {_LACKS} {_ADJECTIVES}permission(?:\(s\)|s)?\b(?!\. Reason: Operation)"
        rf"(?: (?:required )?to call (?P<operation>[A-Z]\w{{2,60}}) on \w{{1,40}}| to (?:perform |call )?{_ACTION}"
        rf"| to [a-z]{{2,20}}(?: \w{{1,20}}){{1,3}}:? {_QUOTE}{_RESOURCE})?",
    ),
    Frame(
        "access_denied",
        "ermission to create a|ermissions to create a|ermission to create the|ermissions to create the",
        r"\b(?:[Cc]aller|[Cc]redentials|[Uu]ser|You) (?:does|do) not have permissions? to create (?:a|the) [Ss]ervice[- ][Ll]inked [Rr]ole\b",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "role does not have sufficient",
        rf"\bUnable to (?:access|use) [^\n'\"]{{1,80}}?{_QUOTE}{_RESOURCE}[^\n]{{0,160}}?\. The provided role does not have sufficient permissions",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<have>not have|<have>n't have",
        rf"\b{_ROLE_PRINCIPAL} {_LACKS} (?:a trust relationship|{_ADJECTIVES}access)\b",
    ),
    Frame(
        "access_denied",
        "<privilege>",
        r"\b[Pp]rincipal does not have any privilege on specified resource",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<insufficient>",
        rf"\b{_ROLE_PRINCIPAL} has insufficient (?:\w{{1,20}} ){{0,2}}permissions\b",
    ),
    Frame(
        "access_denied",
        "<missing>",
        rf"\b(?:[Uu]ser|{_ROLE_PRINCIPAL}) is missing (?:the following )?permissions?:? \[?{_ACTION}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<missing>issing permission",
        rf"\bUser:? {_PRINCIPAL} is missing permissions? {_ACTION}",
        is_aws=True,
    ),
    # A role or policy that does not allow what a service needs.
    Frame(
        "access_denied",
        "<allow>not allow",
        rf"\b{_ROLE_PRINCIPAL} does not allow (?:\w{{1,20}} ){{1,4}}to \w{{2,20}}\b(?:[^\n.]{{0,80}}? for \w{{1,20}} {_RESOURCE})?",
    ),
    Frame(
        "access_denied",
        "<allow>not allow",
        r"\bPermissions on the (?:[\w-]{1,20} ){1,3}do not allow \w{2,20} to \w{2,20}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "not give you permission",
        rf"\b{_ROLE_PRINCIPAL} does not give you permission to perform operations"
        r"(?: in the following AWS service: (?:Amazon|AWS)?(?P<service>[A-Za-z0-9]{2,40}))?",
        is_aws=True,
    ),
    Frame("access_denied", "<allowed>allowed to use", rf"\bmust be allowed to use {_ROLE}", is_aws=True),
    # "Access denied" or "Permission denied", and on what.
    Frame(
        "access_denied",
        "ermission denied on|ermission denied: s3",
        rf"\b[Pp]ermission denied(?: on S3 path:?|:(?=\ss3[an]?://)) {_RESOURCE}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<LogDestination>",
        rf"\b[Aa]ccess [Dd]enied for LogDestination: (?P<resource>{_NAMED}|[a-z0-9][a-z0-9.-]{{2,62}})",
        is_aws=True,
    ),
    Frame("access_denied", "<denied>ccess denied", rf"\b[Aa]ccess (?:is )?denied on {_QUOTE}{_RESOURCE}"),
    Frame(
        "access_denied",
        "ccess denied when",
        rf"\b[Aa]ccess denied when (?:writing|reading) (?:\w{{1,20}} ){{0,3}}(?:location|url):? (?P<resource>{_S3_URL})",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "ccess denied when",
        rf"\b[Aa]ccess denied when calling (?:{_ACTION}|[A-Z]\w{{2,40}})",
    ),
    Frame(
        "access_denied", "ccess Denied trying", r"\bAccess Denied trying to call AWS \w{2,40}", is_aws=True
    ),
    Frame(
        "access_denied",
        "ccess denied while",
        rf"\b[Aa]ccess denied while accessing [^\n\"]{{2,80}}? using role {_QUOTE}{_PRINCIPAL}",
    ),
    Frame(
        "access_denied",
        "ccess denied to",
        rf"\b[Aa]ccess denied to {_QUOTE}{_RESOURCE}['\"`]? when calling (?P<operation>[A-Z]\w{{2,60}})",
    ),
    Frame(
        "access_denied",
        "permission to execute your function",
        r"\bCould not execute the lambda function\. Make sure you have given CloudWatch Logs permission to execute your function",
        is_aws=True,
    ),
    # SES prints this for receipt rules, and CloudTrail for trails.
    Frame(
        "access_denied",
        "<SNS>not publish to SNS|<Lambda>not invoke Lambda|<bucket>not write to bucket",
        rf"\bCould not (?:publish to SNS topic|invoke Lambda function): {_RESOURCE}"
        # Other programs use these words, too.
        r"|(?:(?<=ReceiptRule\x20operation:\x20)|(?<=InvalidS3ConfigurationException:\x20))Could not write to bucket: [a-z0-9]",
    ),
    Frame(
        "access_denied",
        "<incorrect>topic policy is incorrect",
        r"\bSNS Topic does not exist or the topic policy is incorrect",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "must have permission",
        rf"\b[Rr]ole(?: A[Rr][Nn]|A[Rr][Nn])? {_PRINCIPAL},? (?:it )?must have permissions? to call {_ACTION}"
        rf"(?: on (?P<resource>{_NAMED}|[a-z0-9][a-z0-9.-]{{2,62}}))?",
    ),
    Frame("access_denied", "<could>could not perform", rf"\bcould not perform {_ACTION}"),
    Frame("access_denied", "<unable>is unable to perform", rf"\b{SERVICE} is unable to perform:? {_ACTION}"),
    Frame(
        "access_denied",
        "<access>annot access",
        rf"\bCannot access (?:\w{{1,20}} ){{1,3}}{_RESOURCE}\.? Please ensure the role can perform",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<output>verify/create output bucket",
        rf"\bUnable to verify/create output bucket(?: {_QUOTE}(?P<resource>{_BUCKET}))?{_END}",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<target>not have access to target",
        rf"\bUser does not have access to target\b(?::? {_QUOTE}{_RESOURCE})?",
    ),
    # Permissions that are insufficient.
    Frame(
        "access_denied",
        "<Insufficient>",
        r"\bInsufficient Lake Formation permission\(s\)(?:: Required [A-Z]\w{1,20}(?: [A-Z]\w{1,20}){0,2})?"
        r"(?: on (?P<resource>[\w.*/$-]{1,255}))?",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<Insufficient>",
        r"\bInsufficient Glue permissions to access [a-z]{2,20} (?P<resource>[\w.*/-]{1,255})",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<Insufficient>",
        r"\bInsufficient delivery policy to s3 bucket: (?P<resource>[a-z0-9.-]{3,63})",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<Insufficient>",
        r"\bInsufficient permissions to access S3 bucket (?P<resource>[a-z0-9.-]{3,63})",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "<Insufficient>",
        r"\bInsufficient permissions to (?:execute the query|connect to this dataset)",
    ),
    Frame("access_denied", "<Insufficient>", r"\bInsufficient privileges to perform this action"),
    # Any software says this, so that the same line must name a service before it.
    Frame(
        "access_denied",
        "<Insufficient>",
        rf"(?:(?<![\w.-])[a-z][a-z0-9-]{{1,40}}\.amazonaws\.com\b|\b(?:AWS|Amazon) [A-Z][A-Za-z]{{1,30}}(?: [A-Z][A-Za-z]{{1,20}}){{0,3}}"
        rf"(?=\]|:| [-–]))\]?(?::| [-–])? Insufficient [Pp]ermissions?(?:\(s\))?{_END}",
    ),
    # The console, of S3 among others.
    Frame(
        "access_denied",
        "or your AWS administrator",
        rf"(?:\bInsufficient permissions to [a-z ]{{3,40}}\. )?\b[Aa]fter you or your AWS administrator (?:has|have) updated your"
        rf" (?:IAM )?permissions to allow (?:the )?{_ACTION}(?= action)",
        is_aws=True,
    ),
    # Roles and policies that are set up wrongly.
    Frame(
        "access_denied",
        "not configured properly",
        rf"\b[Tt]he IAM {_ROLE_RESOURCE} is not configured properly",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "ncorrect S3 bucket policy",
        r"\bIncorrect S3 bucket policy is detected for bucket: (?P<resource>[a-z0-9.-]{3,63})",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "nvalid permissions on Lambda",
        r"\bInvalid permissions on Lambda function",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "nvalid Access Role",
        r"\bInvalid Access Role in AuthenticationConfiguration",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "with trust relationship to Role",
        rf"\bAccount [0-9]{{12}} should have '(?P<resource>{_NAME})' role with trust relationship to Role '(?P<principal>{_NAME})'",
        is_aws=True,
    ),
    # What EC2, Auto Scaling and EKS say of instances, nodes and clusters that cannot start.
    Frame(
        "aws_error",
        "KMS key provided is in an|Client error on launch",
        r"\bThe KMS key provided is in an incorrect state\b|\bClient error on launch\b",
        is_aws=True,
    ),
    Frame(
        "aws_error",
        "inaccessible AWS KMS key",
        r"\bencrypted with an inaccessible AWS KMS key\b",
        is_aws=True,
    ),
    Frame(
        "aws_error",
        "|".join(f"<{code}>" for code in _EKS_CODES),
        rf"(?<![\w.:/])(?!AsgInstanceLaunchFailures[^\n]{{1,400}}(?:\bClient\.|ot authorized to perform this operation))(?P<code>{'|'.join(_EKS_CODES)})(?:(?=,\s?Message[:=])|: (?=\S))",
        is_aws=True,
    ),
    Frame(
        "aws_error",
        "nvalid IamInstanceProfile: |nvalid IAM Instance Profile name",
        r"\bInvalid (?:IamInstanceProfile: \S|IAM Instance Profile name\b)",
        is_aws=True,
    ),
    Frame(
        "aws_error",
        "specified KMS key |KMS key not accessible",
        r"\bspecified KMS key (?:(?!\. )[^\n]){0,160}?(?:\bis not accessible|\bnot enabled|permissions? to access it)\b|\bKMS key not accessible\b",
        is_aws=True,
    ),
    # Roles that a service needs once per account.
    Frame(
        "aws_error",
        "CloudWatch Logs role ARN must|aws-elasticbeanstalk-ec2-role",
        r"\bCloudWatch Logs role ARN must be set in account settings\b|\binstance profile aws-elasticbeanstalk-ec2-role associated with the environment does not exist\b",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "odes do not have access to the cluster|aws-auth ConfigMap in your cluster is invalid",
        r"\bworker nodes do not have access to the cluster\b|\bThe aws-auth ConfigMap in your cluster is invalid\b",
        is_aws=True,
    ),
    Frame(
        "access_denied",
        "no permissions for",
        r"\bno permissions for \[(?:[^\[\]\n]|\[\w{1,8}\]){1,240}\] and User \[name=(?P<principal><ARN>)",
        is_aws=True,
    ),
)
