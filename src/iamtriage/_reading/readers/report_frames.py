"""List the verb frames that reports of managed services about a missing role or permission share.

Each row is a frame, not a service's sentence: "SERVICE is unable to assume ROLE", "ROLE does not have PERMISSIONS".
The syntax is that of the table in ``phrases``, with names of parts in angle brackets.
"""

from __future__ import annotations

from iamtriage._reading.readers.phrases import Phrase, table
from iamtriage._reading.readers.principals import SERVICE
from iamtriage._reading.vocabulary.codes import EKS_CODES

_VALUE = r"(?:<ARN>|s3[an]?://[^\s\"'`<>,;]{1,1024}|lt-[0-9a-f]{8,17})"
_NAME = r"[A-Za-z0-9_+=,.@/-]{1,128}"
# A value alone, or a name in quotes or brackets.
_NAMED = rf"(?:{_VALUE}|(?<=['\"`\[]){_NAME}(?=['\"`\]]))"
_RESOURCE = rf"(?P<resource>{_NAMED})"
_QUOTE = r"['\"`\[(]{0,2}"
# "the provided role", "IAM Role", "the configured ECS Infrastructure Role"
_ROLE = (
    r"(?:(?<![\w-])(?!(?:[Ii]f|[Ww]hen|[Ww]hether|[Tt]hat|and|or|[Cc]an|may|might|would|[Bb]ecause|[Uu]nless|not|to|is|was)\b)[A-Za-z][\w-]{0,30}+ ){0,5}?"
    r"[Rr]oles?\b(?: ARN\b| name\b)?"
    r"(?: (?:provided|you provide|specified|given|configured)\b| (?:defined )?for (?:the|your) \w{1,20}(?: \w{1,20})?(?= (?:can|do|is)))?"
)
# A digit, hyphen or underscore distinguishes a bare name from a word.
_BARE_NAME = r"[A-Za-z][A-Za-z0-9+=.@]{0,63}[_0-9-][\w+=.@-]{0,63}(?= (?:is|does|has)\b)"
PARTS = {
    # What follows a report: the policy or permission to check.
    "<ADVICE>": (
        r"(?:Ensure|Make sure|Check|Verify|Please (?:ensure|make sure|check|verify)) (?!\w{1,20} exists?\.)[^\n.]{0,120}?"
        r"\b(?:(?:access|bucket|function|key|resource|trust) polic(?:y|ies)|(?<!file\x20)(?<!folder\x20)(?<!directory\x20)permissions?)\b"
    ),
    "<ACTION>": r"(?P<action>(?P<service>[a-z][a-z0-9-]{1,40}):[A-Z][A-Za-z0-9*]{2,80})",
    "<ADJECTIVES>": r"(?:(?:any|adequate|correct|enough|necessary|proper|read|required|right|sufficient|the|write) ){0,3}",
    # Names in angle brackets, and the letters X and asterisks, are masks.
    "<BUCKET>": r"(?:[a-z0-9X*][a-z0-9.X*-]{1,61}[a-z0-9X*]|<[^<>\n]{1,63}>)",
    # The end of a message, a line or a field, or the start of what an SDK adds.
    "<END>": r"(?=[.\"'`*)\]}]{0,4}(?:\s*(?:\Z|\n|\x1e|\(Service|\[Execution)|,\s?\"))",
    "<FAILS_TO>": r"(?:unable to|cannot|can(?:'|no)?t|could(?: not|n't)|failed to)",
    "<LACKS>": r"(?:does|do)(?: not|n't) (?:have|include)",
    "<NAME>": _NAME,
    "<NAMED>": _NAMED,
    "<PERMISSIONS>": r"(?:permission(?:\(s\)|s)?|access|privileges?|a trust relationship)\b",
    "<PRINCIPAL>": rf"(?P<principal>{_NAMED}|[a-z0-9.-]{{2,80}}\.amazonaws\.com)",
    "<QUOTE>": _QUOTE,
    "<RESOURCE>": _RESOURCE,
    "<ROLE>": _ROLE,
    "<ROLE_PRINCIPAL>": rf"{_ROLE}:?(?: {_QUOTE}(?P<principal>{_NAMED}|{_BARE_NAME})['\"`\])]{{0,2}})?",
    "<ROLE_RESOURCE>": rf"{_ROLE}(?: \(\w{{1,20}}:\w{{1,40}}\))?(?: on resource)?:?(?: {_QUOTE}{_RESOURCE})?",
    "<S3_URL>": r"s3[an]?://(?:[^\s\"'`<>,;]|<[^<>\n]{1,63}>){1,1024}",
    "<SERVICE>": SERVICE,
}
"""The parts of frames. In a part, a space matches any whitespace, too, and <ARN> stands for the grammar's ARN."""

_TABLE = r"""
[access_denied]
# A role that a service cannot assume.
unsure | <assume>nable to assume the | \b(?P<principal>[A-Z][\w-]{0,60}Role) is unable to assume the (?P<resource>[A-Z](?=[\w-]{0,60}(?:[a-z0-9][A-Z]|-))[\w-]{2,80}) role\b
unsure | <assume>nable to assume | \b[Uu]nable to assume (?:and validate )?<ROLE_RESOURCE>
# EC2 itself does not say so, only its instance metadata.
unsure |  assume  | \b(?<!EC2\s)(?:<FAILS_TO>|[Cc]ould not|[Cc]annot|[Ff]ailed to) assume <ROLE_RESOURCE>
sure   | to assume  | \b<LACKS> <ADJECTIVES><PERMISSIONS>(?: required)? to assume <ROLE_RESOURCE>
sure   |  denied wh | \b(?:[Aa]ccess|[Pp]ermission) denied (?:when attempting to assume|while assuming) <ROLE_RESOURCE>
# MediaConvert prints this for the data of a job.
sure   | <AssumeRole>ssumeRole failed | \bFailed to (?:read|write) data: AssumeRole failed<END>
unsure | <assuming>rror in assuming|<assuming>rror while assuming|<assuming>rror when assuming | \b[Ee]rror (?:in|when|while) assuming <ROLE_RESOURCE>
unsure | <allow>must allow | \bmust allow (?:\w{1,20} ){1,5}to assume <ROLE>

[invalid_arn]
unsure | <arn invalid>is invalid | (?:\b(?P<code>VALIDATION_ERROR)(?:: |\"?,\s{0,12}\"Message\"\s?: ?\"))?\b(?:[A-Z]{2,4} )?<ROLE>:? <QUOTE><RESOURCE>['\"`]? is invalid\b(?! or\b)

[aws_error]
unsure | <be>be assumed | \b<ROLE>(?::? <QUOTE><RESOURCE>['\"`]?|(?<=function)) (?:is invalid or |(?:is|was) (?=unable))?<FAILS_TO> be assumed\b(?!.{0,10}Access denied)

[access_denied]
# A principal that is not authorized to do something other than an action.
unsure | <authorized> | (?<![\w./:-])<QUOTE><PRINCIPAL>['\"`]? (?:is|are) not authorized to (?!perform\b)[a-z]{2,20}\b(?:(?: \w{1,20}(?:-\w{1,20})?){0,4} <QUOTE><RESOURCE>)?
unsure | <authorized> | (?:<ROLE_PRINCIPAL>|<SERVICE>|You|User) (?:is|are) not authorized to (?:access|assume|call|create|get|invoke|launch|publish|read|send|use|write)\b(?:(?: [\w'-]{1,20},?){0,4}:? <QUOTE><RESOURCE>)?
unsure | <have>have authorization to | \b(?:<ROLE_PRINCIPAL>|<SERVICE>) <LACKS> authorization to (?:access|assume|call|create|get|invoke|launch|publish|read|send|use|write)\b(?:(?: [\w'-]{1,20},?){0,4}:? <QUOTE><RESOURCE>)?
sure   | <get>credentials of role | \b[Nn]ot authorized to get credentials of role <RESOURCE>
sure   | <assume>role to assume | \bUnable to assume the role, or the role to assume does not exist
unsure | is not associated to cluster | \b<ROLE_RESOURCE> is not associated to cluster\b
# The subject can be missing.
unsure | <assume>uthorized to assume | \A[^\w]{0,3}is not authorized to assume (?:\w{1,20} ){0,3}<RESOURCE>
unsure | <nor>is authorized to assume | \b[Nn]either (?:\w{1,20} ){0,4}<PRINCIPAL>, nor .{1,60}? is authorized to assume
sure   | <authorize> | \bFailed to authorize (?:\w{1,20} ){0,3}<RESOURCE>
# A role or caller that lacks permissions.
unsure | <have permission>not have|<have permission>n't have|<include permission>not include|<include permission>n't include|<have permissions>not have|<have permissions>n't have|<include permissions>not include|<include permissions>n't include | (?:\b(?P<code>AccessDenied\w{0,9})\. )?\b(?:<ROLE_PRINCIPAL>|[Uu]ser|You|<SERVICE>) <LACKS> <ADJECTIVES>permission(?:\(s\)|s)?\b(?!\. Reason: Operation)(?: (?:required )?to call (?P<operation>[A-Z]\w{2,60}) on \w{1,40}| to (?:(?:perform|call) )?(?:the )?<QUOTE><ACTION>| (?:to [a-z]{2,20}(?: \w{1,20}){1,3}|for s3 location|required to access the Amazon S3 bucket named):? <QUOTE>(?P<resource><NAMED>|(?:(?<=location\x20)|(?<=\snamed\x20))<BUCKET>(?:/[\w/-]{0,200})?))?
sure   | ermission to create a|ermissions to create a|ermission to create the|ermissions to create the | \b(?:[Cc]aller|[Cc]redentials|[Uu]ser|You) (?:does|do) not have permissions? to create (?:a|the) [Ss]ervice[- ][Ll]inked [Rr]ole\b
sure   | role does not have sufficient | \bUnable to (?:access|use) [^\n'\"]{1,80}?<QUOTE><RESOURCE>[^\n]{0,160}?(?<=\.) The provided role does not have sufficient permissions
unsure | <have access>not have|<have access>n't have|<have trust>not have|<have trust>n't have | \b<ROLE_PRINCIPAL> <LACKS> (?:a trust relationship|<ADJECTIVES>access)\b
sure   | <privilege> | \b[Pp]rincipal does not have any privilege on specified resource
unsure | <insufficient> | \b<ROLE_PRINCIPAL> has insufficient (?:\w{1,20} ){0,2}permissions\b
sure   | <missing>is missing  | \b(?:[Uu]ser|<ROLE_PRINCIPAL>) is missing (?:the following )?permissions?:? \[?<ACTION>
sure   | <missing>issing permission | \bUser:? <PRINCIPAL> is missing permissions? <ACTION>
# Amazon Keyspaces: https://docs.aws.amazon.com/keyspaces/latest/devguide/troubleshooting.connecting.html
sure   | has no permissions. | \bUser <PRINCIPAL> has no permissions\.
# A role or policy that does not allow what a service needs.
unsure | <allow>not allow | \b<ROLE_PRINCIPAL> does not allow (?:\w{1,20} ){1,4}to \w{2,20}\b(?:[^\n.]{0,80}? for \w{1,20} <RESOURCE>)?
unsure | <grant>not grant | \b[Pp]olicy (?:specified for (?:\w{1,20} ){1,6}(?P<resource><NAME>) )?does not grant <ADJECTIVES>permissions?\b
sure   | <allow>not allow | \bPermissions on the (?:[\w-]{1,20} ){1,3}do not allow \w{2,20} to \w{2,20}
sure   | not give you permission | \b<ROLE_PRINCIPAL> does not give you permission to perform operations(?: in the following AWS service: (?:Amazon|AWS)?(?P<service>[A-Za-z0-9]{2,40}))?
sure   | <allowed>allowed to use | \bmust be allowed to use <ROLE>
# "Access denied" or "Permission denied", and on what.
sure   | ermission denied on|<denied>s3|<Denied>s3 | \b(?:[Pp]ermission denied on S3 path:?|(?:[Aa]ccess|[Pp]ermission) [Dd]enied(?: (?:accessing|for|on|reading|to|writing)(?: (?:the )?(?:S3 )?(?:bucket|file|location|object|path|URI))?)?:?(?= s3[an]?://)) <RESOURCE>
sure   | <LogDestination> | \b[Aa]ccess [Dd]enied for LogDestination: (?P<resource><NAMED>|[a-z0-9][a-z0-9.-]{2,62})
unsure | <denied>ccess denied | \b[Aa]ccess (?:is )?denied on <QUOTE><RESOURCE>
sure   | ccess denied when | \b[Aa]ccess denied when (?:writing|reading) (?:\w{1,20} ){0,3}(?:location|url):? (?P<resource><S3_URL>)
unsure | ccess denied when | \b[Aa]ccess denied when calling (?:<ACTION>|[A-Z]\w{2,40})
sure   | <trying>ccess Denied trying | \bAccess Denied trying to call AWS \w{2,40}
unsure | <while>ccess denied while | \b[Aa]ccess denied while accessing [^\n\"]{2,80}? using role <QUOTE><PRINCIPAL>
unsure | ccess denied to | \b[Aa]ccess denied to <QUOTE><RESOURCE>['\"`]? when calling (?P<operation>[A-Z]\w{2,60})
sure   | permission to execute your function | \bCould not execute the lambda function\. Make sure you have given CloudWatch Logs permission to execute your function
# SES prints this for receipt rules, and CloudTrail for trails. Other programs use these words, too.
unsure | <SNS>not publish to SNS|<Lambda>not invoke Lambda|<bucket>not write to bucket | \bCould not (?:publish to SNS topic|invoke Lambda function): <RESOURCE>|(?:(?<=ReceiptRule\x20operation:\x20)|(?<=InvalidS3ConfigurationException:\x20))Could not write to bucket: [a-z0-9]
sure   | <incorrect>topic policy is incorrect | \bSNS Topic does not exist or the topic policy is incorrect
unsure | must have permission | \b[Rr]ole(?: A[Rr][Nn]|A[Rr][Nn])? <PRINCIPAL>,? (?:it )?must have permissions? to call <ACTION>(?: on (?P<resource><NAMED>|[a-z0-9][a-z0-9.-]{2,62}))?
unsure | <could>could not perform | \bcould not perform <ACTION>
unsure | <unable>is unable to perform | \b(?P<principal><SERVICE>) is unable to perform:? <ACTION>
sure   | <ensure>annot access | \bCannot access (?:\w{1,20} ){1,3}<RESOURCE>\.? Please ensure the role can perform
# SageMaker prints this for the data of a job, and whatever S3 answered.
sure   | essage from S3: Access Denied | (?:\bNo S3 objects found under S3 URL [^\n]{1,600}?)?\brole <QUOTE><PRINCIPAL>['\"`]? has <QUOTE><ACTION>['\"`]? permissions? on bucket <QUOTE>(?P<resource><BUCKET>)['\"`]?\.? Error message from S3: Access Denied
sure   | <output>verify/create output bucket | \bUnable to verify/create output bucket(?: <QUOTE>(?P<resource><BUCKET>))?<END>
unsure | <target>not have access to target | \bUser does not have access to target\b(?::? <QUOTE><RESOURCE>)?
# Permissions that are insufficient.
sure   | <Insufficient> | \bInsufficient Lake Formation permission\(s\)(?:: Required [A-Z]\w{1,20}(?:\x20[A-Z]\w{1,20}){0,2})?(?: on (?:(?:table|database)\x20)?+(?P<resource>(?!(?:table|database)(?![\w.*/$-]))[\w*/$-][\w.*/$-]{0,254}))?
sure   | <Insufficient> | \bInsufficient Glue permissions to access [a-z]{2,20}\x20(?P<resource>[\w.*/-]{1,255})
sure   | <Insufficient> | \bInsufficient delivery policy to s3 bucket: (?P<resource><BUCKET>)
sure   | <Insufficient> | \bInsufficient (?:permissions|privileges) (?:to access|for accessing) (?:(?:\w{1,20} ){0,3}(?:in|on) )?S3\b(?: bucket (?P<resource><BUCKET>))?
unsure | <Insufficient> | \bInsufficient permissions to (?:execute the query|connect to this dataset)
unsure | <Insufficient> | \bInsufficient privileges to perform this action
# Any software says this, so that the same line must name a service before it.
unsure | <Insufficient> | (?:(?<![\w.-])[a-z][a-z0-9-]{1,40}\.amazonaws\.com\b|\b(?:AWS|Amazon) [A-Z][A-Za-z]{1,30}(?: [A-Z][A-Za-z]{1,20}){0,3}(?=\]|:| [-–]))\]?(?::| [-–])? Insufficient [Pp]ermissions?(?:\(s\))?<END>
# The console, of S3 among others.
sure   | <administrator>or your AWS administrator | (?:\bInsufficient permissions to [a-z ]{3,40}\. )?\b[Aa]fter you or your AWS administrator (?:has|have) updated your (?:IAM )?permissions to allow (?:the )?<ACTION>(?= action)
# Roles and policies that are set up wrongly.
sure   | not configured properly | \b[Tt]he IAM <ROLE_RESOURCE> is not configured properly
sure   | ncorrect S3 bucket policy | \bIncorrect S3 bucket policy is detected for bucket: (?P<resource><BUCKET>)
sure   | <Lambda>nvalid permissions on Lambda | \bInvalid permissions on Lambda function
sure   | <AuthenticationConfiguration>nvalid Access Role | \bInvalid Access Role in AuthenticationConfiguration
sure   | with trust relationship to | \bAccount (?:[0-9]{12}|[X*]{3,12}|<[^<>\n]{1,40}>) should have '(?P<resource><NAME>)' role with trust relationship to (?:Role '(?P<principal><NAME>)'|CloudFormation service)

[aws_error]
# What EC2, Auto Scaling and EKS say of instances, nodes and clusters that cannot start.
sure   | <KMS>KMS key provided is in an|<launch>error on launch | \bThe KMS key provided is in an incorrect state\b|\bClient error on launch\b
# The EBS CSI driver or Terraform waits for the volume that it created, which EC2 has deleted.
sure   | available volume in EC2|waiting for EBS Volume | \b(?:failed to get an available volume in EC2|waiting for EBS Volume \(vol-[0-9a-f]{8,17}\) create): (?P<code>InvalidVolume\.NotFound)\b
sure   | inaccessible AWS KMS key | \bencrypted with an inaccessible AWS KMS key\b
sure   | nvalid IamInstanceProfile: |nvalid InstanceProfile: |nvalid IAM Instance Profile name | \bInvalid (?:(?:Iam)?InstanceProfile: \S|IAM Instance Profile name\b)
sure   | ClientException: Role is not valid | \bClientException: Role is not valid\b
sure   | specified KMS key |KMS key not accessible | \bspecified KMS key (?:(?!\. )[^\n]){0,160}?(?:\bis not accessible|\bnot enabled|permissions? to access it)\b|\bKMS key not accessible\b
# Roles that a service needs once per account.
sure   | CloudWatch Logs role ARN must|aws-elasticbeanstalk-ec2-role | \bCloudWatch Logs role ARN must be set in account settings\b|\binstance profile aws-elasticbeanstalk-ec2-role associated with the environment does not exist\b
sure   | does not exist or does not have sufficient | \b[Tt]he service role (?P<resource><NAME>) (?:provided )?does not exist or does not have sufficient permissions\b
# What a call says of a queue, topic or key that a service may not use.
sure   | alidate the following destination | \bUnable to validate the following destination configurations\b(?!\. Permissions on the destination)
sure   | not allowed to be used with | \b[Tt]he specified KMS [Kk]ey does not exist or is not allowed to be used with\b

[access_denied]
# Access that nodes and users lack.
sure   | odes do not have access to the cluster|aws-auth ConfigMap in your cluster is invalid | \bworker nodes do not have access to the cluster\b|\bThe aws-auth ConfigMap in your cluster is invalid\b
sure   | no permissions for | \bno permissions for \[(?:[^\[\]\n]|\[\w{1,8}\]){1,240}\] and User \[name=(?P<principal><ARN>)
"""
# A service that cannot do something, in any words, and advice about the policy or permission that is missing.
_ADVISED = "|".join(
    f"<{word}>. {advice} "
    for word in ("permission", "permissions", "policy")
    for verb in ("ensure", "make sure", "check", "verify")
    for advice in (verb.capitalize(), f"Please {verb}")
)
FRAMES = (
    *table(_TABLE),
    Phrase(
        "access_denied",
        "unsure",
        _ADVISED,
        r"\b(?:<FAILS_TO> (?:be )?(?:access|assume|call|execute|invoke|publish|read|reach|use|write)(?:e?d)?\b[^\n.]{0,120}|[Aa]ccess was denied)\. <ADVICE>",
    ),
    Phrase(
        "aws_error",
        "sure",
        "|".join(f"<{code}>" for code in EKS_CODES.split()),
        r"(?<![\w.:/])(?!AsgInstanceLaunchFailures[^\n]{1,400}(?:\bClient\.|ot authorized to perform this operation))"
        rf"(?P<code>{'|'.join(EKS_CODES.split())})(?:(?=,\s?Message[:=])|: (?=\S))",
    ),
)
