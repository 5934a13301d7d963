"""An AWS error as the SDKs and the AWS CLI print it; not for what tools and logs put around that.

The shapes are read in the SDKs' sources, which each function names.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage.testing._services import host_of, service_of
from iamtriage.testing._wire import body_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.testing._samples import Sample

__all__ = ("SDK_TEXTS", "boto_traceback", "botocore_text", "go_v2", "java_v2")


def botocore_text(sample: Sample) -> str:
    # https://github.com/boto/botocore/blob/develop/botocore/exceptions.py, ``ClientError``.
    return (
        f"An error occurred ({sample.code}) when calling the {sample.operation} operation: {sample.message}"
    )


def boto_traceback(last_line: str) -> str:
    """Give the traceback of a call that boto3 made."""
    return (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/jobs.py", line 41, in run\n'
        "    client.call(**arguments)\n"
        '  File "/usr/lib/python3.12/site-packages/botocore/client.py", line 570, in _api_call\n'
        "    return self._make_api_call(operation_name, kwargs)\n"
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        '  File "/usr/lib/python3.12/site-packages/botocore/client.py", line 1031, in _make_api_call\n'
        "    raise error_class(parsed_response, operation_name)\n"
        f"{last_line}"
    )


def _traceback(sample: Sample) -> str:
    return boto_traceback(f"botocore.exceptions.ClientError: {botocore_text(sample)}")


def _cli(sample: Sample) -> str:
    # https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-error-format.html
    return f"\naws: [ERROR]: {botocore_text(sample)}"


def _cli_legacy(sample: Sample) -> str:
    return f"\n{botocore_text(sample)}"


def _cli_v1(sample: Sample) -> str:
    # Before 2016: https://github.com/aws/aws-cli, awscli/errorhandler.py.
    return (
        f"A client error ({sample.code}) occurred when calling the {sample.operation} operation: "
        f"{sample.message}"
    )


def _cli_json(sample: Sample) -> str:
    error = {"Code": sample.code, "Message": sample.message}
    return f"aws: [ERROR]: {json.dumps(error, ensure_ascii=False)}"


def _go_v1(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-go/blob/main/aws/awserr/types.go
    host = f", host id: {sample.host_id}" if sample.host_id else ""
    return (
        f"{sample.code}: {sample.message}\n"
        f"\tstatus code: {sample.status}, request id: {sample.request_id}{host}"
    )


def go_v2(sample: Sample) -> str:
    # https://github.com/aws/smithy-go/blob/main/errors.go
    host = f"HostID: {sample.host_id}, " if sample.host_id else ""
    return (
        f"operation error {service_of(sample.service).name}: {sample.operation}, https response error "
        f"StatusCode: {sample.status}, RequestID: {sample.request_id}, {host}api error {sample.code}: "
        f"{sample.message}"
    )


# https://github.com/aws/aws-sdk-java, the packages that are called otherwise than the service's actions.
_JAVA_PACKAGES = {
    "acm": "certificatemanager",
    "bedrock": "bedrockruntime",
    "dynamodb": "dynamodbv2",
    "elasticloadbalancing": "elasticloadbalancingv2",
    "events": "eventbridge",
    "firehose": "kinesisfirehose",
    "iam": "identitymanagement",
    "ssm": "simplesystemsmanagement",
    "states": "stepfunctions",
    "sts": "securitytoken",
}


def _java_v1(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-java, ``AmazonServiceException.getMessage``.
    service = service_of(sample.service)
    package = _JAVA_PACKAGES.get(sample.service) or re.sub(r"[^a-z0-9]", "", sample.service)
    name = service.java.replace(" ", "").removesuffix("v2")
    host = f"; S3 Extended Request ID: {sample.host_id}" if sample.host_id else ""
    return (
        f"com.amazonaws.services.{package}.model.{name}Exception: {sample.message} (Service: {service.java}; "
        f"Status Code: {sample.status}; Error Code: {sample.code}; Request ID: {sample.request_id}{host}; "
        "Proxy: null)"
    )


def java_v2(sample: Sample) -> str:
    """Give the message as CloudFormation quotes it, too.

    https://github.com/aws/aws-sdk-java-v2, ``AwsServiceException.getMessage``
    """
    host = f", Extended Request ID: {sample.host_id}" if sample.host_id else ""
    return (
        f"{sample.message} (Service: {service_of(sample.service).camel}, Status Code: {sample.status}, "
        f"Request ID: {sample.request_id}{host}) (SDK Attempt Count: 1)"
    )


def _java_v2_line(sample: Sample) -> str:
    name = service_of(sample.service).camel
    return f"software.amazon.awssdk.services.{name.lower()}.model.{name}Exception: {java_v2(sample)}"


def _js_v2(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-js, lib/protocol and lib/request.js; printed by Node's util.inspect.
    host = f"'{sample.host_id}'" if sample.host_id else "undefined"
    return (
        f"{sample.code}: {sample.message}\n"
        "    at Request.extractError (/app/node_modules/aws-sdk/lib/protocol/json.js:80:27)\n"
        "    at Request.callListeners (/app/node_modules/aws-sdk/lib/sequential_executor.js:106:20)\n"
        "    at Request.emit (/app/node_modules/aws-sdk/lib/sequential_executor.js:78:10) {\n"
        f"  code: '{sample.code}',\n"
        f"  time: {sample.time[:-1]}.000Z,\n"
        f"  requestId: '{sample.request_id}',\n"
        f"  extendedRequestId: {host},\n"
        f"  statusCode: {sample.status},\n"
        f"  retryable: {'true' if sample.status >= 500 else 'false'},\n"
        "  retryDelay: 24.5\n"
        "}"
    )


def _js_v3(sample: Sample) -> str:
    # https://github.com/smithy-lang/smithy-typescript; printed by Node's util.inspect.
    host = f"'{sample.host_id}'" if sample.host_id else "undefined"
    return (
        f"{sample.code}: {sample.message}\n"
        "    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)\n"
        "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {\n"
        f"  '$fault': '{'client' if sample.status < 500 else 'server'}',\n"
        "  '$metadata': {\n"
        f"    httpStatusCode: {sample.status},\n"
        f"    requestId: '{sample.request_id}',\n"
        f"    extendedRequestId: {host},\n"
        "    cfId: undefined,\n"
        "    attempts: 1,\n"
        "    totalRetryDelay: 0\n"
        "  },\n"
        f"  Code: '{sample.code}'\n"
        "}"
    )


def _dotnet(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-net, ``AmazonServiceException``.
    name = service_of(sample.service).joined
    inner = "Amazon.Runtime.Internal.HttpErrorResponseException"
    return (
        f"Unhandled exception. Amazon.{name}.Amazon{name}Exception: {sample.message}\n"
        f" ---> {inner}: Exception of type '{inner}' was thrown.\n"
        "   at Amazon.Runtime.HttpWebRequestMessage.ProcessHttpResponseMessage(HttpResponseMessage "
        "responseMessage)"
    )


def _ruby(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-ruby, ``errors.rb``: the class is the code without its punctuation.
    code = re.sub(r"\W", "", sample.code or "")
    return (
        "/usr/lib/ruby/gems/aws-sdk-core-3.219.0/lib/seahorse/client/plugins/raise_response_errors.rb:17:in "
        f"`call': {sample.message} (Aws::{service_of(sample.service).joined}::Errors::{code})"
    )


_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    503: "Service Unavailable",
}


def _php(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-php, ``WrappedHttpHandler``; Guzzle cuts the body that it quotes.
    body = body_of(sample).decode()
    url = f"https://{host_of(sample.service, sample.region)}/"
    side, who = ("Client", "client") if sample.status < 500 else ("Server", "server")
    start = f"{body[:120]} (truncated...)\n" if len(body) > 120 else body
    return (
        f'Error executing "{sample.operation}" on "{url}"; AWS HTTP error: {side} error: `POST {url}` '
        f"resulted in a `{sample.status} {_REASONS.get(sample.status, 'Error')}` response:\n{start}\n"
        f" {sample.code} ({who}): {sample.message} - {body}"
    )


def _rust(sample: Sample) -> str:
    # https://github.com/smithy-lang/smithy-rs, ``DisplayErrorContext``.
    said = sample.message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    host = f', s3_extended_request_id: "{sample.host_id}"' if sample.host_id else ""
    return (
        f'service error: unhandled error ({sample.code}): Error {{ code: "{sample.code}", message: "{said}", '
        f'aws_request_id: "{sample.request_id}"{host} }}'
    )


def _cpp(sample: Sample) -> str:
    # https://github.com/aws/aws-sdk-cpp, ``AWSError.h``.
    return (
        f"HTTP response code: {sample.status}\n"
        "Resolved remote host IP address: 192.0.2.7\n"
        f"Request ID: {sample.request_id}\n"
        f"Exception name: {sample.code}\n"
        f"Error message: {sample.message}\n"
        "1 response headers:\n"
        "connection : close"
    )


SDK_TEXTS: dict[str, Callable[[Sample], str]] = {
    "botocore": botocore_text,
    "traceback": _traceback,
    "cli": _cli,
    "cli-legacy": _cli_legacy,
    "cli-v1": _cli_v1,
    "cli-json": _cli_json,
    "go-v1": _go_v1,
    "go-v2": go_v2,
    "java-v1": _java_v1,
    "java-v2": _java_v2_line,
    "js-v2": _js_v2,
    "js-v3": _js_v3,
    "dotnet": _dotnet,
    "ruby": _ruby,
    "php": _php,
    "rust": _rust,
    "cpp": _cpp,
}
