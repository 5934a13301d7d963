"""Errors for invalid arguments and documents. AWS failures are values, not exceptions.

* ``IamTriageError``: the base class

  * ``RecordError(ValueError)``: an invalid flat record
  * ``InvalidArnError(ValueError)``: not an ARN, or not the kind of ARN that is expected
  * ``RolePathUnknownError(LookupError)``: the ARN of a role does not include the role's path
  * ``AwsAuthError(ValueError)``: an aws-auth ConfigMap that cannot be parsed
  * ``UnknownRegionError(ValueError)``: a Region in no partition
  * ``EndpointError(ValueError)``: settings without an endpoint, or that SDKs reject
  * ``ConfigFileError(ValueError)``: an AWS config file that cannot be parsed
  * ``AccessKeyIdError(ValueError)``: not an access key ID
  * ``TokenError(ValueError)``: not a web identity token
  * ``PolicyError(ValueError)``: not a policy document, or no single policy for several principals
  * ``DocumentError(ValueError)``: an AWS document in an unexpected format
  * ``ReportError(ValueError)``: a report's store or baseline that cannot be used

Each has its data as attributes, and can be pickled and copied.
"""

from __future__ import annotations

__all__ = (
    "AccessKeyIdError",
    "AwsAuthError",
    "ConfigFileError",
    "DocumentError",
    "EndpointError",
    "IamTriageError",
    "InvalidArnError",
    "PolicyError",
    "RecordError",
    "ReportError",
    "RolePathUnknownError",
    "TokenError",
    "UnknownRegionError",
)


class IamTriageError(Exception):
    """The base class of the exceptions that iamtriage raises."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the attributes, too: they are keyword-only arguments of the subclasses."""
        return (_new_without_init, (type(self), self.args), self.__dict__)


def _new_without_init(kind: type[IamTriageError], args: tuple[object, ...]) -> IamTriageError:
    # The attributes come with the pickled state.
    return kind.__new__(kind, *args)


class RecordError(IamTriageError, ValueError):
    """A flat record is invalid: :func:`iamtriage.to_record` could not return it.

    Attributes:
        key: The key that is wrong or missing.
        value: Its value; ``None`` if the key is missing.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.from_record({"kind": "aws_error", "deny": "explicit"})
    ... except RecordError as error:
    ...     print(error.key, error.value)
    deny explicit
    """

    def __init__(self, message: str, *, key: str, value: object = None) -> None:
        super().__init__(message)
        self.key = key
        self.value = value


class InvalidArnError(IamTriageError, ValueError):
    """A text is not an ARN, or not the kind of ARN that is expected.

    Attributes:
        text: The argument.
        position: The position of the error in the text, in characters from 0. If something is missing at the
            end, this is the length of the text.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.parse_arn("arn:aws:s3")
    ... except InvalidArnError as error:
    ...     print(error.text, error.position)
    arn:aws:s3 10
    """

    def __init__(self, message: str, *, text: str, position: int = 0) -> None:
        super().__init__(message)
        self.text = text
        self.position = position


class RolePathUnknownError(IamTriageError, LookupError):
    """The path of a role is required, but its ARN does not include it, because STS and aws-auth omit it.

    Attributes:
        arn: The argument.
        role_name: The name of the role, which is enough to look it up.
        command: The AWS CLI command that prints the ARN of the role, quoted for a shell.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.normalize_role_arn(
    ...         "arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef", target="access-entry"
    ...     )
    ... except RolePathUnknownError as error:
    ...     print(error.role_name)
    AWSReservedSSO_View_0123456789abcdef
    """

    def __init__(self, message: str, *, arn: str, role_name: str, command: str) -> None:
        super().__init__(message)
        self.arn = arn
        self.role_name = role_name
        self.command = command


class AwsAuthError(IamTriageError, ValueError):
    """A text cannot be parsed as an aws-auth ConfigMap.

    Attributes:
        line: The line of the error, from 1.
        column: The column of the error, from 1.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.aws_auth.load("data: [")
    ... except AwsAuthError as error:
    ...     print(error.line)
    1
    """

    def __init__(self, message: str, *, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UnknownRegionError(IamTriageError, ValueError):
    """A Region is in no partition.

    Attributes:
        region: The argument.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.resolve_sts_endpoint("us_east_1")
    ... except UnknownRegionError as error:
    ...     print(error.region)
    us_east_1
    """

    def __init__(self, message: str, *, region: str) -> None:
        super().__init__(message)
        self.region = region


class EndpointError(IamTriageError, ValueError):
    """There is no endpoint for these settings, or an SDK rejects one of them.

    Attributes:
        setting: The name of the setting in its source, such as ``"AWS_STS_REGIONAL_ENDPOINTS"`` or
            ``"mode"``.
        value: The value of the setting.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.resolve_sts_endpoint("eu-west-1", mode="global")
    ... except EndpointError as error:
    ...     print(error.setting, error.value)
    mode global
    """

    def __init__(self, message: str, *, setting: str, value: object = None) -> None:
        super().__init__(message)
        self.setting = setting
        self.value = value


class ConfigFileError(IamTriageError, ValueError):
    r"""An AWS config file cannot be parsed, or a profile or section does not exist.

    Attributes:
        line: The line of the error, from 1; ``None`` if something is missing.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.StsSettings.from_sources({}, "[default]\nregion eu-west-1\n")
    ... except ConfigFileError as error:
    ...     print(error.line)
    2
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class AccessKeyIdError(IamTriageError, ValueError):
    """A text is not an access key ID. The message never includes the text, which can be a secret."""


class TokenError(IamTriageError, ValueError):
    """A text is not a web identity token. The message never includes the text."""


class PolicyError(IamTriageError, ValueError):
    """A document is not an IAM policy, or a single policy was requested for several principals.

    Attributes:
        path: The position of the error, such as ``"Statement[0].Condition"``; empty for the whole document.
        principals: The denied principals to choose from; empty for an invalid document.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.check_trust_policy({"Statement": [{"Effect": "allow"}]}, action="sts:AssumeRole")
    ... except PolicyError as error:
    ...     print(error.path)
    Statement[0].Effect
    """

    def __init__(self, message: str, *, path: str = "", principals: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.path = path
        self.principals = principals


class DocumentError(IamTriageError, ValueError):
    """A document is invalid: a decoded message, authorization details, or facts.

    Attributes:
        path: The position of the error, such as ``"evaluations[0].checks"``; empty for the whole document.

    >>> import iamtriage
    >>> try:
    ...     iamtriage.read_decoded_message({"allowed": "no"})
    ... except DocumentError as error:
    ...     print(error.path)
    allowed
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class ReportError(IamTriageError, ValueError):
    """The store or the baseline of a report cannot be read or written.

    Attributes:
        path: The file.
    """

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path
