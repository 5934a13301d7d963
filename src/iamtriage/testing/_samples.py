"""One failure as a value that turns into whatever a test needs; not for describing one, see ``_denials``."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

import attrs

from iamtriage.failures._failures import Envelope, Failure
from iamtriage.failures._records import to_record
from iamtriage.testing._documents import cloudtrail_record, kubernetes_status
from iamtriage.testing._envelopes import EnvelopeName, carried_by, text_of
from iamtriage.testing._services import service_of
from iamtriage.testing._wire import body_of, headers_of, response_of

if TYPE_CHECKING:
    from typing import Any

    from botocore.exceptions import BotoCoreError, ClientError

    from iamtriage.typing import Kind, Record

__all__ = (
    "CALLER",
    "HOST_ID",
    "REGION",
    "REQUEST_ID",
    "S3_REQUEST_ID",
    "TIME",
    "AnswerOptions",
    "CallOptions",
    "Sample",
    "checked",
    "fits",
    "sample_of",
)

CALLER = "arn:aws:sts::111122223333:assumed-role/orders-api/i-0a1b2c3d4e5f60718"
REGION = "eu-west-1"
REQUEST_ID = "3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9"
S3_REQUEST_ID = "4TEXAMPLE7QK2M9V"
HOST_ID = "nQ8x2example+host/id/Vw7Kp0ZtYb3LrDcE5uGmSaJhFi1oT6XyNq9=="
TIME = "2026-01-15T09:30:00Z"

_TIME = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
# No control characters and lone surrogates: XML has no way to write them, and no service sends them.
_SHOWN = r"\x21-\x7e\xa1-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_WORDS = re.compile(rf"[ \t\n]*[{_SHOWN}][ \t\n\xa0{_SHOWN}]*\Z")
_LETTER = rf"(?![\s\"])[{_SHOWN}]"
_NAME = re.compile(rf"(?:{_LETTER})+\Z")
_SPACED_NAME = re.compile(rf"(?:{_LETTER})+(?: (?:{_LETTER})+)*\Z")


class AnswerOptions(TypedDict, total=False):
    """What may be said of the answer to the call that failed; each has a fictional value else.

    Attributes:
        status: the HTTP status; else the one that the service answers with.
        region: ``"eu-west-1"``.
        request_id: the request id.
        host_id: S3's second id; other services have none.
        time: when, in UTC: ``"2026-01-15T09:30:00Z"``. Logs and CloudTrail state it.
    """

    status: int
    region: str
    request_id: str
    host_id: str
    time: str


class CallOptions(AnswerOptions, total=False):
    """The same, and the code.

    Attributes:
        code: the error code; else the one that the service gives.
    """

    code: str


@attrs.frozen
class Sample:
    """A failure to test with. The functions of ``iamtriage.testing`` make it; ``attrs.evolve`` changes it.

    It is the same in each run: no clock and no chance is in it.

    Attributes:
        failure: what the service's words state, as :func:`iamtriage.parse` gives it, without an envelope.
        message: the service's words.
        service: the prefix of the service that was called: ``"s3"``; "" where none was.
        operation: the operation that failed: ``"GetObject"``; None where none was called.
        code: the error code; for an error of botocore itself the name of its class.
        status: the HTTP status; 0 where there was no answer.
        region: where it was called.
        request_id: the id of the request.
        host_id: S3's second id.
        time: when, in UTC.
        words: the text in each envelope, for what no AWS service answers.

    >>> from iamtriage.testing import denial
    >>> sample = denial("s3:GetObject", resource="arn:aws:s3:::orders/2026.csv")
    >>> sample.operation, sample.code, sample.status
    ('GetObject', 'AccessDenied', 403)
    """

    failure: Failure
    message: str
    service: str = ""
    operation: str | None = None
    code: str | None = None
    status: int = 0
    region: str = REGION
    request_id: str = REQUEST_ID
    host_id: str | None = None
    time: str = TIME
    words: tuple[tuple[EnvelopeName, str], ...] = attrs.field(default=(), repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.words:
            for name in ("service", "operation", "code", "region", "request_id"):
                checked(name, getattr(self, name))
            if type(self.status) is not int or not 100 <= self.status <= 599:
                msg = f"status is {self.status!r}; it must be an HTTP status"
                raise ValueError(msg)
        if self.host_id is not None:
            checked("host_id", self.host_id)
        if not fits(_WORDS, self.message):
            msg = f"message is {self.message!r}; it must be text without control characters"
            raise ValueError(msg)
        if not fits(_TIME, self.time):
            msg = f"time is {self.time!r}; it must look like {TIME!r}"
            raise ValueError(msg)

    @property
    def kind(self) -> Kind:
        """What went wrong, as one word: ``"access_denied"``."""
        return self.failure.kind

    @property
    def envelopes(self) -> tuple[EnvelopeName, ...]:
        """The envelopes that :meth:`text` takes for this failure.

        >>> from iamtriage.testing import kubernetes_unauthorized
        >>> kubernetes_unauthorized().envelopes
        ('message', 'log', 'kubectl', 'kubernetes-client', 'kubernetes-status')
        """
        return carried_by(self)

    @property
    def record(self) -> Record:
        """The flat record that ``to_record(parse(sample.exception()))`` gives.

        For what is no exception, it is the record of the bare message.

        >>> from iamtriage import parse, to_record
        >>> from iamtriage.testing import denial
        >>> sample = denial("eks:DescribeCluster")
        >>> to_record(parse(sample.exception())) == sample.record
        True
        """
        action = self.failure.action
        prefix = action.partition(":")[0].lower() if action and ":" in action else None
        answered = bool(self.status) and not self.words
        envelope = Envelope(
            code=self.code,
            operation=self.operation if answered else None,
            service=prefix,
            status_code=self.status if answered else None,
            request_id=self.request_id if answered else None,
            host_id=self.host_id if answered else None,
        )
        return to_record(attrs.evolve(self.failure, envelope=envelope))

    def text(self, envelope: EnvelopeName = "botocore") -> str:
        """Give the text that an SDK, a tool or a log prints.

        Args:
            envelope: one of :data:`iamtriage.testing.ENVELOPES`, of those that hold such a failure:
                :attr:`envelopes`.

        Raises:
            ValueError: there is no such envelope, or it cannot hold such a failure.

        >>> from iamtriage.testing import throttled
        >>> print(throttled("DescribeCluster", "eks").text("go-v1"))
        ThrottlingException: Rate exceeded
                status code: 429, request id: 3b9d61f0-7a52-4c1e-8f44-d0e5a6b7c8f9
        """
        return text_of(self, envelope)

    @property
    def response(self) -> dict[str, Any]:
        """``ClientError.response``, as botocore makes it of the service's answer; a new one each time.

        Raises:
            ValueError: no AWS service answers so.
        """
        self._need_answer("response")
        return response_of(self)

    def http(self) -> tuple[int, dict[str, str], bytes]:
        """Give status, headers and body of the service's answer, in its protocol, for a server of a test.

        SQS and CloudWatch answer in JSON. An older botocore speaks the query protocol to them and cannot
        read that; what :meth:`stub` and :meth:`client_error` give is the same with any botocore.

        Raises:
            ValueError: no AWS service answers so.

        >>> from iamtriage.testing import denial
        >>> denial("eks:ListClusters", deny=None).http()[2]
        b'{"message": "User: ...i-0a1b2c3d4e5f60718 is not authorized to perform: eks:ListClusters"}'
        """
        self._need_answer("HTTP answer")
        return self.status, headers_of(self), body_of(self)

    def client_error(self, client: object = None) -> ClientError:
        """Give the ``ClientError`` that boto3 raises; a new one each time.

        Args:
            client: a client of boto3 or botocore; the exception is of the client's own class for the code
                then, as ``except client.exceptions.AccessDeniedException`` wants it.

        Raises:
            TypeError: ``client`` is something else, such as a resource.
            ValueError: botocore raises no ``ClientError`` for it.

        >>> from iamtriage.testing import throttled
        >>> throttled("GetItem", "dynamodb", code="ThrottlingException").client_error()
        ClientError('An error occurred (ThrottlingException) when calling the GetItem operation: ...')
        """
        from botocore.exceptions import ClientError

        self._need_answer("ClientError")
        cls: object = ClientError
        if client is not None:
            from_code: Any = getattr(getattr(client, "exceptions", None), "from_code", None)
            cls = from_code(self.code) if callable(from_code) else None
        if not isinstance(cls, type) or not issubclass(cls, ClientError):
            msg = f"client is {type(client).__name__}; it must be a client of boto3 or botocore"
            raise TypeError(msg)
        error: ClientError = cls(self.response, self.operation)
        return error

    def exception(self) -> ClientError | BotoCoreError:
        """Give the exception that boto3 raises: a ``ClientError``, or one of botocore's own.

        Raises:
            ValueError: boto3 raises none for it.

        >>> from iamtriage.testing import missing_credentials
        >>> missing_credentials().exception()
        NoCredentialsError('Unable to locate credentials')
        """
        if not self.words:
            return self.client_error()
        import botocore.exceptions

        cls = getattr(botocore.exceptions, self.code or "", None)
        if cls is None:
            msg = f"boto3 raises nothing for {self.kind}; text() gives what is printed"
            raise ValueError(msg)
        error: BotoCoreError = cls()
        return error

    def stub(self, stubber: object, expected_params: dict[str, Any] | None = None) -> None:
        """Queue the failure at a ``botocore.stub.Stubber``, for the method that calls its operation.

        Args:
            stubber: the stubber of a client of the sample's service.
            expected_params: the arguments that the call must have; None: any.

        Raises:
            TypeError: ``stubber`` is something else, such as the client.
            ValueError: the client has no such operation, or no AWS service answers so.
        """
        from botocore.stub import Stubber

        self._need_answer("answer to stub")
        if not isinstance(stubber, Stubber):
            msg = f"stubber is {type(stubber).__name__}; it must be a botocore.stub.Stubber"
            raise TypeError(msg)
        anything: Any = stubber
        methods: dict[str, str] = anything.client.meta.method_to_api_mapping
        method = next((name for name, api in methods.items() if api == self.operation), None)
        if method is None:
            client = anything.client.meta.service_model.service_name
            msg = f"the client of {client} has no operation {self.operation!r}; set operation= and service="
            raise ValueError(msg)
        response = self.response
        metadata = response["ResponseMetadata"]
        anything.add_client_error(
            method,
            service_error_code=self.code,
            service_message=self.message,
            http_status_code=self.status,
            service_error_meta={k: v for k, v in response["Error"].items() if k not in {"Code", "Message"}},
            expected_params=expected_params,
            response_meta={k: v for k, v in metadata.items() if k != "HTTPStatusCode"},
        )

    def cloudtrail(self) -> dict[str, Any]:
        """Give CloudTrail's record of the call.

        Raises:
            ValueError: CloudTrail has no record of such a failure.

        >>> from iamtriage.testing import denial
        >>> denial("ec2:RunInstances").cloudtrail()["errorCode"]
        'Client.UnauthorizedOperation'
        """
        if "cloudtrail" not in self.envelopes:
            msg = f"CloudTrail has no record of {self.kind}: it holds calls whose credentials were valid"
            raise ValueError(msg)
        return cloudtrail_record(self, CALLER)

    def kubernetes_status(self) -> dict[str, Any]:
        """Give the ``Status`` that the Kubernetes API server answers with.

        Raises:
            ValueError: it is no failure of Kubernetes.

        >>> from iamtriage.testing import kubernetes_forbidden
        >>> kubernetes_forbidden("ana", "list", "pods").kubernetes_status()["reason"]
        'Forbidden'
        """
        if "kubernetes-status" not in self.envelopes:
            msg = f"{self.kind} is no answer of Kubernetes"
            raise ValueError(msg)
        return kubernetes_status(self)

    def _need_answer(self, what: str) -> None:
        if self.words:
            msg = (
                f"there is no {what} for {self.kind}: no AWS service answers so; text() gives what is printed"
            )
            raise ValueError(msg)


def fits(pattern: re.Pattern[str], value: object) -> bool:
    """Tell whether a value is text that a pattern describes; callers without types give anything."""
    return isinstance(value, str) and pattern.match(value) is not None


def checked(name: str, value: object) -> str:
    """Let a name, ARN or id pass that texts can hold. A resource may have blanks in it.

    Raises:
        ValueError: it is empty, is no text, or has blanks, control characters or quotes in it.
    """
    if isinstance(value, str) and fits(_SPACED_NAME if name == "resource" else _NAME, value):
        return value
    msg = f"{name} is {value!r}; it must be text without blanks, quotes and control characters"
    raise ValueError(msg)


def sample_of(
    failure: Failure,
    said: tuple[str, str, int],
    operation: str,
    service: str,
    call: CallOptions,
) -> Sample:
    """Make the sample of what a service said: code, message and status.

    Raises:
        TypeError: an option that there is not.
        ValueError: a value that cannot stand in a text.
    """
    unknown = call.keys() - CallOptions.__annotations__.keys()
    if unknown:
        msg = f"there is no option {min(unknown)!r}; there are {', '.join(CallOptions.__annotations__)}"
        raise TypeError(msg)
    code, message, status = said
    s3 = service_of(service).protocol == "s3"
    return Sample(
        failure,
        message,
        service=checked("service", service).lower(),
        operation=checked("operation", operation),
        code=call.get("code", code),
        status=call.get("status", status),
        region=call.get("region", REGION),
        request_id=call.get("request_id", S3_REQUEST_ID if s3 else REQUEST_ID),
        host_id=call.get("host_id", HOST_ID if s3 else None),
        time=call.get("time", TIME),
    )
