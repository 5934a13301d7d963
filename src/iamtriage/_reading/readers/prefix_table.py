"""List the text that SDKs and tools print before a message, if a pattern is enough to parse it.

Sources: aws-sdk-net's ``AmazonServiceException``, aws-sdk-cpp's log lines, boto 2's ``BotoServerError``, the EKS Pod
Identity agent, Redshift's S3 errors, Apache Arrow's ``ErrorToStatus``, the AWS Tools for PowerShell, chalice.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from iamtriage._reading.readers.phrases import compiled, table
from iamtriage._reading.vocabulary.codes import camel_case_code, is_code, is_known, kind_of_code
from iamtriage._reading.vocabulary.pieces import BEST, STATED, Piece
from iamtriage._reading.vocabulary.services import service_name

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from iamtriage._reading.readers.phrases import Phrase

# The syntax is that of the table in ``phrases``, but the headings are the sources, and the certainty is one of:
#   sure    only AWS and its SDKs print this
#   unsure  others print it, too
#   class   as sure; it is the class of an exception, which can have no code
#   tail    as sure; it follows the message
# The groups are named after facts. A word in the group ``likely_code`` must look like a code, one in ``known_code``
# must be in the list of codes, and one in ``meaningful_code`` must mean a kind of failure or, with a capital, be in the list.
_TABLE = r"""
[python-v4]
# The AWS SDK for Python v4 (https://github.com/smithy-lang/smithy-python), of an error that the service does not model.
sure   | <Unknown>for operation com.amazonaws. | Unknown error for operation com\.amazonaws\.(?P<service>[a-z0-9]{2,60})#(?P<operation>\w{2,80}) - status: (?P<status_code>[1-5][0-9]{2})(?: - id: (?:[\w.]{2,100}#)?(?P<code>[A-Za-z][\w.]{1,100}))?(?: - reason: [A-Z][\w-]{1,30}(?:\x20[A-Z][\w-]{1,30}){0,4})?

[go-v2]
sure   | <api>api error | api error (?P<code>[A-Za-z][\w.]{1,100})\s*: ?

[go-v1]
# The log of the SDK for Go v1, of an error of the request's stage.
sure   | <Validate>failed, |<Send>failed, |<Sign>failed, |<Build>failed, |<Unmarshal>failed,  | DEBUG: (?:Build|Sign|Send|Validate|Unmarshal) (?:Request|Response) (?P<service>[\w.-]{2,60})/(?P<operation>[A-Z]\w{2,80}) failed, (?:not retrying|will retry|(?:attempt|retry) \d+/\d+), error (?=\S)

[]
# People retype it with other capitals. Messages of other tools can start like this, too.
unsure | <API>API error|<API>API Error|<api>pi Error|<Api>pi Error | (?:API [Ee]rror|[Aa]pi Error):? (?!Forbidden\b|Unauthorized\b|NotFound\b)(?P<known_code>[A-Z][\w.]{1,100})(?:\s*: |\s[-–]\s)

[php]
unsure | <HttpTransportException>HttpTransportException(code: | \bHttpTransportException\(code: (?P<status_code>[45][0-9]{2})\): Unable to send an email:\s
unsure | <client>(client)|<server>(server)|<Sender>(Sender)|<Receiver>(Receiver) | (?P<likely_code>[A-Z](?<![\w\\].)[A-Za-z0-9]{2,80}) \((?:client|server|Sender|Receiver)\): ?

[]
# The tuples of ExAws (Elixir) and erlcloud (Erlang): {:error, {"…", "…"}} and {error,{http_error,400,{<<"…">>,<<"…">>}}}.
unsure | <error>error, {|<error>error,{ | \{:?error,\s?\{(?::?http_error,\s?(?P<status_code>[345][0-9]{2}),\s?\{)?(?:<<)?\"(?P<likely_code>[A-Z]\w{2,80})\"(?:>>)?,\s?(?:<<)?\"

[dotnet]
sure   | <making> | Error making request with Error Code (?P<code>\w{2,80}) and Http Status Code (?:(?P<status_code>[0-9]{3})\b|\w{2,40})

[swift]
# Soto, an SDK for Swift, prints the case of an enumeration.
unsure | <Optional>Optional(" | (?<!\w)(?P<meaningful_code>[a-z][A-Za-z]{5,60})\((?:message:\s)?Optional\(\"
# The AWS SDK for iOS prints an NSError. Its number is not specific: 11 means any error of the service. The first domains are of
# errors on the device, before or after a request.
class  | <Domain>Domain=com.amazonaws. | (?<!\w)Domain=com\.amazonaws\.(?!(?:AWS)?(?:General|Networking|URLResponseSerialization|XMLBuilder|XMLParser|JSONParser)ErrorDomain)(?:AWS)?(?:Service|(?P<service>[A-Z]\w{1,60}?))(?:Transfer(?:Utility|Manager))?ErrorDomain\sCode=[0-9]{1,6}\b

[cpp]
sure   | <AWSError> | Encountered (?:Unknown )?AWSError '?(?P<code>\w{2,80})'?\s*: ?
# The same SDK's message for a code that it does not know.
sure   | <ExceptionName> | Unable to parse ExceptionName: (?P<code>[A-Z]\w{2,80})(?: Message: ?|\b)
# Apache Arrow's file system uses this SDK and prints its error constant and the operation.
sure   | <during>AWS Error  | AWS Error (?:(?P<code>(?!UNKNOWN\s)[A-Z][A-Z0-9_]{2,60})|UNKNOWN|\[code\s[0-9]{1,4}\])(?: \(HTTP status (?P<status_code>[0-9]{3})\))? during (?P<operation>[A-Z]\w{2,80})(?: operation)?(?:: ?|\b)

# The AWS Common Runtime, whose errors without a response have such names.
sure   | AWS_ERROR_|AWS_IO_ | (?:\blibaws-c-[a-z0-9]{2,12}: |CrtError: |name=')(?P<code>AWS_(?:ERROR|IO)_[A-Z0-9_]{3,60})(?:', message='|[:,]? (?=[A-Z][a-z]* [a-z]))

[boto2]
class  | <EC2ResponseError>|<S3ResponseError>|<SDBResponseError>|<EmrResponseError>|<DynamoDBResponseError>|<JSONResponseError>|<SQSError>|<BotoServerError> | (?<!\w)(?:(?P<service>(?:EC2|S3|SDB|Emr|DynamoDB)(?=Response)|SQS)(?:Response)?|BotoServer|JSONResponse)Error:\s(?P<status_code>[345][0-9]{2})(?:\s[A-Z][a-z]{1,20}){1,3}

[]
sure   | <KMS>KMS Message | KMS Exception: ?(?P<code>[A-Z]\w{2,60}?Exception)\s*KMS Message
# aws-iam-authenticator
sure   | error from AWS (expected | error from AWS \(expected 200, got (?P<status_code>[0-9]{3})\)\.? Body: ?
# The root element of a body that the SDK for Go v1 does not parse
tail   | error response tag, { | unknown error response tag, \{\{ (?P<code>[A-Z]\w{2,80})\}
# The code that one service received from another
sure   | <EC2 Code>EC2 Error Code: |<S3 Code>S3 Error Code: |<KMS Code>KMS Error Code: |<SNS Code>SNS Error Code: |<SQS Code>SQS Error Code: |<STS Code>STS Error Code: |<IAM Code>IAM Error Code: |<exception>S3 exception:  | (?:occurred while (?P<operation>[A-Z]\w{2,60})\. )?(?P<service>[EIKS](?<!\w.)(?:(?<=E)C2|(?<=S)3|(?<=K)MS|(?<=S)NS|(?<=S)QS|(?<=S)TS|(?<=I)AM)) (?:Error Code: |exception:\s[`'])(?P<code>[A-Z]\w{2,80})\b
# The EKS Pod Identity agent
sure   | ]: ( | \[(?P<request_id>[0-9a-fx*-]{8,64})\]:\s\((?P<code>[A-Z]\w{2,80})\): ?
# Karpenter prints the code from the response to CreateFleet.
sure   | <fleet> | with fleet error\(s\), (?P<code>[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,60}){0,2}):\s+
# EC2's sentence confirms the code before it.
sure   | <parameter> | (?<![\w.:/\\$@-])(?P<likely_code>[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,60})?): (?=Value \([^()\n]{0,300}\) for parameter [\w.]{1,80} is\s)
tail   | <while>while calling | while calling (?P<operation>[A-Z]\w{2,80}) on (?:Amazon::Coral::)?(?P<service>[A-Z]\w{2,60}?)(?:Client)?\b
# Fluent Bit
sure   | <responded> | (?P<operation>[A-Z][A-Za-z0-9]{3,80}) API responded with error(?:='(?P<code>[A-Z]\w{2,80})')?
# The AWS CDK prints each call that failed, with the method and arguments of its client (https://github.com/aws/aws-cdk/issues/10787).
sure   | <Call>Call failed:  | (?<!\w)Call\sfailed:\s(?P<operation>[a-z][A-Za-z0-9]{2,80})\((?:\{[^\n]{0,4000}?\})?\)\s=>\s(?:(?=[^\n]{0,2000}?\s\(code=(?P<likely_code>[A-Z][\w.]{2,80})\)))?
# Redshift
sure   | <exception>xception name : | \bexception name : (?P<code>[A-Z]\w{2,80}), error type : [0-9]{1,4}, message: ?
sure   | <S3ServiceException> | (?P<service>S3)ServiceException:\s?[^\n]{0,300}?,\s?Status(?:Code)?\s(?P<status_code>[0-9]{3}),\s?Error(?:Code)?\s(?P<code>(?!DETAIL:)\w{2,80})(?:,\s?(?!Rid\s)[A-Z]\w{1,30}\s[^,\s]{1,200}){0,4}(?:,\s?Rid\s(?P<request_id>[\w-]{4,80}))?(?:,\s?ExtRid\s(?P<host_id>[\w+/=.-]{4,200}))?
# An event of an Elastic Beanstalk environment
sure   | <Message>, Message: | \bService:(?P<service>(?:Amazon|AWS) ?[A-Z]\w{1,40}), Message: ?
# CodePipeline prints the call that a pipeline action made.
sure   | <API>An API call to  | An API call to (?P<service>[A-Z]\w{1,40})\.(?P<operation>[A-Za-z]\w{2,60})(?: \(RequestId:\s(?P<request_id>[\w-]{3,80})\s?\))? returned an? (?P<code>[A-Z]\w{2,80}) error\b
# An error of a Lambda function, or its cause: the base class of a service in .NET or Java
class  | <errorType>"Amazon | \"errorType\": ?\"Amazon(?!Service|Client)(?P<service>[A-Z]\w{1,40}?)Exception\"
# The sample code in the AWS documentation prints the error as a list.
sure   | <HTTP>HTTP Status Code: | \bService: (?P<service>(?:Amazon|AWS) ?[A-Z]\w{1,40}) HTTP Status Code: (?P<status_code>[345][0-9]{2})\b
# amazonka (Haskell) before its version 1.0
sure   | <ServiceError>ServiceError | (?<!\w)ServiceError \"(?P<service>[A-Z]\w{1,40})\" \(Status \{statusCode = (?P<status_code>[345][0-9]{2}),
# chalice
sure   | <back> | got\s'(?P<code>[A-Z]\w{2,80})'\sexception\sback\sfrom\s(?P<service>[A-Z][A-Za-z0-9]{1,30}(?:\x20[A-Z][A-Za-z0-9]{1,30}){0,3})
tail   | <PowerShell> | (?<![\w.])Amazon\.PowerShell\.Cmdlets\.(?P<service>[A-Z][A-Z0-9a-z]{1,40})\.\w{1,80}
"""
_RANKS = {"request_id": STATED, "host_id": STATED}
_CHECKS: dict[str, Callable[[str], object]] = {
    "likely_code": is_code,
    "known_code": is_known,
    "meaningful_code": lambda word: kind_of_code(word) or is_known(word[0].upper() + word[1:]),
}


def _build(row: Phrase, m: re.Match[str]) -> Piece | None:
    """Build a piece from the groups of a match, or return ``None`` if the word in the place of a code is not one."""
    piece = Piece(
        "tail" if row.certainty == "tail" else "head", m.start(), m.end(), source=str(row.kind) or None
    )
    piece.is_aws, piece.is_thrown = row.certainty != "unsure", row.certainty == "class"
    for group, value in m.groupdict().items():
        if not value:
            continue
        if group in _CHECKS and not _CHECKS[group](value):
            return None
        key = "code" if group in _CHECKS else group
        if key == "service":
            piece.put(key, service_name(value))
        elif key == "operation" and value[0].islower():
            # The name of a client's method
            piece.put(key, value[0].upper() + value[1:], rank=BEST)
        else:
            piece.put(key, value, *m.span(group), _RANKS.get(key, BEST))
        if key == "code" and "_" in value:
            # A constant of the SDK for C++
            piece.kind = kind_of_code(camel_case_code(value))
    return piece


PREFIXES = [(row.fragment, compiled(row.pattern), partial(_build, row)) for row in table(_TABLE)]
"""The rows of the table: a fragment that the text must contain, the pattern, and the function that builds a piece."""
