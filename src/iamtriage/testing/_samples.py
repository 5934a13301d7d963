"""Provide a failure as exception, text, response, record and stub for tests."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import attrs

from iamtriage._rendering.fields import shown_fields
from iamtriage._rendering.reprs import short_repr
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.failures._envelopes import Envelope
from iamtriage.failures._records import to_record
from iamtriage.testing._documents import build_cloudtrail_record, build_kubernetes_status
from iamtriage.testing._sample_data import (
    CALLER,
    HOST_ID,
    REGION,
    REQUEST_ID,
    S3_REQUEST_ID,
    TIME,
    SampleData,
    require_name,
)
from iamtriage.testing._services import find_service
from iamtriage.testing._texts import list_envelopes, write_text
from iamtriage.testing._wire import build_body, build_headers, build_response

if TYPE_CHECKING:
    from typing import Any

    from botocore.exceptions import BotoCoreError, ClientError

    from iamtriage.failures._failures import Failure
    from iamtriage.testing._envelopes import EnvelopeName
    from iamtriage.testing._messages import ServiceError
    from iamtriage.typing import Record

__all__ = ("AnswerOptions", "CallOptions", "Sample", "build_sample")


class AnswerOptions(TypedDict, total=False):
    """Options for the response to the failed call. All have defaults.

    Attributes:
        status: The HTTP status; by default the one that the service returns.
        region: The Region, such as ``"eu-west-1"``.
        request_id: The request ID.
        host_id: The second ID of S3; other services have none.
        time: The time in UTC, such as ``"2026-01-15T09:30:00Z"``. Logs and CloudTrail state it.
    """

    status: int
    region: str
    request_id: str
    host_id: str
    time: str


class CallOptions(AnswerOptions, total=False):
    """Options for the response to the failed call, including the error code.

    Attributes:
        code: The error code; by default the one that the service returns.
    """

    code: str


@attrs.frozen
class Sample(SampleData):
    """A failure for tests. The functions of ``iamtriage.testing`` create it; ``attrs.evolve`` changes it.

    A sample is the same in each run, because it uses neither the clock nor random values.

    Attributes:
        failure: The failure that :func:`iamtriage.parse` returns for the message, without an envelope.
        message: The error message.
        service: The prefix of the service that was called, such as ``"s3"``; ``""`` if none was.
        operation: The operation that failed, such as ``"GetObject"``; ``None`` if none was called.
        code: The error code; for a botocore error, the name of its class.
        status: The HTTP status; 0 if there was no response.
        region: The Region that was called.
        request_id: The request ID.
        host_id: The second ID of S3.
        time: The time in UTC.
        words: The text in each envelope, if no AWS service returns this failure.

    >>> from iamtriage.testing import denial
    >>> sample = denial("s3:GetObject", resource="arn:aws:s3:::orders/2026.csv")
    >>> sample.operation, sample.code, sample.status
    ('GetObject', 'AccessDenied', 403)
    """

    @override
    def __repr__(self) -> str:
        return short_repr(self, shown_fields(self, defaults=False))

    @property
    def envelopes(self) -> tuple[EnvelopeName, ...]:
        """The envelopes that :meth:`text` accepts for this failure.

        >>> from iamtriage.testing import kubernetes_unauthorized
        >>> kubernetes_unauthorized().envelopes
        ('message', 'log', 'kubectl', 'kubernetes-client', 'kubernetes-status')
        """
        return list_envelopes(self)

    @property
    def record(self) -> Record:
        """The flat record that ``to_record(parse(sample.exception()))`` returns.

        If boto3 raises no exception for the failure, it is the record of the message alone.

        >>> from iamtriage import parse, to_record
        >>> from iamtriage.testing import denial
        >>> sample = denial("eks:DescribeCluster")
        >>> to_record(parse(sample.exception())) == sample.record
        True
        """
        action = self.failure.action
        prefix = action.partition(":")[0].lower() if action and ":" in action else None
        is_response = bool(self.status) and not self.words
        envelope = Envelope(
            code=self.code,
            operation=self.operation if is_response else None,
            service=prefix,
            status_code=self.status if is_response else None,
            request_id=self.request_id if is_response else None,
            host_id=self.host_id if is_response else None,
        )
        return to_record(attrs.evolve(self.failure, envelope=envelope))

    def text(self, envelope: EnvelopeName = "botocore") -> str:
        """Return the text that an SDK, a tool, or a log prints.

        Args:
            envelope: One of :attr:`envelopes`.

        Raises:
            ValueError: The envelope is unknown or not available for this failure.

        >>> from iamtriage.testing import throttled
        >>> print(throttled("DescribeCluster", "eks").text("go-v1"))
        ThrottlingException: Rate exceeded
                status code: 429, request id: 3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9
        """
        return write_text(self, envelope)

    @property
    def response(self) -> dict[str, Any]:
        """``ClientError.response``, as botocore parses the service's response; a new dict each time.

        Raises:
            ValueError: No AWS service returns this failure.
        """
        self._require_service("response")
        return build_response(self)

    def http(self) -> tuple[int, dict[str, str], bytes]:
        """Return the status, headers, and body of the service's response, for a test server.

        The body is in the service's protocol. For SQS and CloudWatch that is JSON, which older versions of
        botocore cannot parse, because they use the query protocol. :meth:`stub` and :meth:`client_error` work
        with any version.

        Raises:
            ValueError: No AWS service returns this failure.

        >>> from iamtriage.testing import denial
        >>> denial("eks:ListClusters", deny=None).http()[2]
        b'{"message": "User: ...i-0a1b2c3d4e5f60718 is not authorized to perform: eks:ListClusters"}'
        """
        self._require_service("HTTP response")
        return self.status, build_headers(self), build_body(self)

    def client_error(self, client: object = None) -> ClientError:
        """Return the ``ClientError`` that boto3 raises; a new one each time.

        Args:
            client: A boto3 or botocore client. If given, the exception has the client's class for the error
                code, so that ``except client.exceptions.AccessDeniedException`` catches it.

        Raises:
            TypeError: ``client`` is not a client, for example a resource.
            ValueError: botocore raises no ``ClientError`` for this failure.

        >>> from iamtriage.testing import throttled
        >>> throttled("GetItem", "dynamodb", code="ThrottlingException").client_error()
        ClientError('An error occurred (ThrottlingException) when calling the GetItem operation: ...')
        """
        from botocore.exceptions import ClientError

        self._require_service("ClientError")
        cls: object = ClientError
        if client is not None:
            from_code: Any = getattr(getattr(client, "exceptions", None), "from_code", None)
            cls = from_code(self.code) if callable(from_code) else None
        if not isinstance(cls, type) or not issubclass(cls, ClientError):
            raise TypeError(wrong_type_message("client", "a boto3 or botocore client", client))
        error: ClientError = cls(self.response, self.operation)
        return error

    def exception(self) -> ClientError | BotoCoreError:
        """Return the exception that boto3 raises: a ``ClientError``, or another botocore exception.

        Raises:
            ValueError: boto3 raises no exception for this failure.

        >>> from iamtriage.testing import missing_credentials
        >>> missing_credentials().exception()
        NoCredentialsError('Unable to locate credentials')
        """
        if not self.words:
            return self.client_error()
        import botocore.exceptions

        cls = getattr(botocore.exceptions, self.code or "", None)
        if cls is None:
            msg = f"boto3 raises no exception for {self.kind}; use text()"
            raise ValueError(msg)
        error: BotoCoreError = cls()
        return error

    def stub(self, stubber: object, expected_params: dict[str, Any] | None = None) -> None:
        """Add the failure to a ``botocore.stub.Stubber``, for the method that calls its operation.

        Args:
            stubber: The stubber of a client of the sample's service.
            expected_params: The expected arguments of the call; ``None`` accepts any.

        Raises:
            TypeError: ``stubber`` is not a stubber, for example a client.
            ValueError: The client has no such operation, or no AWS service returns this failure.
        """
        from botocore.stub import Stubber

        self._require_service("response to stub")
        if not isinstance(stubber, Stubber):
            raise TypeError(wrong_type_message("stubber", "a botocore.stub.Stubber", stubber))
        untyped_stubber: Any = stubber
        client = untyped_stubber.client
        methods: dict[str, str] = client.meta.method_to_api_mapping
        method = next((name for name, operation in methods.items() if operation == self.operation), None)
        if method is None:
            service = client.meta.service_model.service_name
            msg = f"the {service} client has no operation {self.operation!r}; set operation= and service="
            raise ValueError(msg)
        response = self.response
        metadata = response["ResponseMetadata"]
        untyped_stubber.add_client_error(
            method,
            service_error_code=self.code,
            service_message=self.message,
            http_status_code=self.status,
            service_error_meta={k: v for k, v in response["Error"].items() if k not in {"Code", "Message"}},
            expected_params=expected_params,
            response_meta={k: v for k, v in metadata.items() if k != "HTTPStatusCode"},
        )

    def cloudtrail(self) -> dict[str, Any]:
        """Return the CloudTrail record of the call.

        Raises:
            ValueError: CloudTrail does not record such a failure.

        >>> from iamtriage.testing import denial
        >>> denial("ec2:RunInstances").cloudtrail()["errorCode"]
        'Client.UnauthorizedOperation'
        """
        if "cloudtrail" not in self.envelopes:
            msg = f"CloudTrail does not record {self.kind}, only calls with valid credentials"
            raise ValueError(msg)
        return build_cloudtrail_record(self, CALLER)

    def kubernetes_status(self) -> dict[str, Any]:
        """Return the ``Status`` object in the response of the Kubernetes API server.

        Raises:
            ValueError: Kubernetes does not return this failure.

        >>> from iamtriage.testing import kubernetes_forbidden
        >>> kubernetes_forbidden("ana", "list", "pods").kubernetes_status()["reason"]
        'Forbidden'
        """
        if "kubernetes-status" not in self.envelopes:
            msg = f"Kubernetes does not return {self.kind}"
            raise ValueError(msg)
        return build_kubernetes_status(self)

    def _require_service(self, what: str) -> None:
        if self.words:
            msg = f"there is no {what} for {self.kind}, because no AWS service returns it; use text()"
            raise ValueError(msg)


def build_sample(
    failure: Failure,
    error: ServiceError,
    operation: str,
    service: str,
    options: CallOptions,
) -> Sample:
    """Return the sample of a service's error.

    Raises:
        TypeError: An option is unknown.
        ValueError: A value cannot appear in error texts.
    """
    unknown = options.keys() - CallOptions.__annotations__.keys()
    if unknown:
        msg = f"unknown option {min(unknown)!r}; expected one of {', '.join(CallOptions.__annotations__)}"
        raise TypeError(msg)
    is_s3 = find_service(service).protocol == "s3"
    return Sample(
        failure,
        error.message,
        service=require_name("service", service).lower(),
        operation=require_name("operation", operation),
        code=options.get("code", error.code),
        status=options.get("status", error.status),
        region=options.get("region", REGION),
        request_id=options.get("request_id", S3_REQUEST_ID if is_s3 else REQUEST_ID),
        host_id=options.get("host_id", HOST_ID if is_s3 else None),
        time=options.get("time", TIME),
    )
