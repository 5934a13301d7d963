"""Errors raised when the caller misuses the library; not for AWS failures, which are values.

* ``IamTriageError``: the base of them all

  * ``RecordError(ValueError)``: a flat record that no failure can have
  * ``InvalidArnError(ValueError)``: a text that is no ARN, or not the ARN of what is wanted
  * ``RolePathUnknownError(LookupError)``: a role has a path that its ARN does not tell
  * ``AwsAuthError(ValueError)``: an aws-auth ConfigMap that cannot be read
  * ``UnknownRegionError(ValueError)``: a region that is in no partition
  * ``EndpointError(ValueError)``: settings for which there is no endpoint, or that SDKs refuse
  * ``ConfigFileError(ValueError)``: an AWS config file that cannot be read
  * ``AccessKeyIdError(ValueError)``: a text that is no access key id
  * ``TokenError(ValueError)``: a text that is no web identity token
  * ``PolicyError(ValueError)``: a document that is no policy
  * ``DocumentError(ValueError)``: a document of AWS's that is not of its form

They pickle and copy, and carry their data as attributes.
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
    "RolePathUnknownError",
    "TokenError",
    "UnknownRegionError",
)


class IamTriageError(Exception):
    """Base class of every error that iamtriage raises on purpose."""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the attributes, which are keyword-only arguments of the subclasses."""
        return (_bare, (type(self), self.args), self.__dict__)


def _bare(kind: type[IamTriageError], args: tuple[object, ...]) -> IamTriageError:
    # Past `__init__`: the attributes come with the state.
    return kind.__new__(kind, *args)


class RecordError(IamTriageError, ValueError):
    """A flat record is not one that :func:`iamtriage.to_record` could have given.

    Attributes:
        key: the record's key that is wrong or missing.
        value: what stands there; None where the key is missing.
    """

    def __init__(self, message: str, *, key: str, value: object = None) -> None:
        super().__init__(message)
        self.key = key
        self.value = value


class InvalidArnError(IamTriageError, ValueError):
    """A text is no ARN, or is not the ARN of what is wanted.

    Attributes:
        text: what was given.
        position: where in it the fault is, counted in characters from 0; its length where something
            is missing at the end.
    """

    def __init__(self, message: str, *, text: str, position: int = 0) -> None:
        super().__init__(message)
        self.text = text
        self.position = position


class RolePathUnknownError(IamTriageError, LookupError):
    """A role has a path that what was given does not tell: STS and aws-auth drop it.

    Attributes:
        arn: what was given.
        role_name: the role's name, which is enough to look it up.
        command: the AWS CLI command that prints the role's ARN, quoted for a shell.
    """

    def __init__(self, message: str, *, arn: str, role_name: str, command: str) -> None:
        super().__init__(message)
        self.arn = arn
        self.role_name = role_name
        self.command = command


class AwsAuthError(IamTriageError, ValueError):
    """A text is no aws-auth ConfigMap that can be read.

    Attributes:
        line: the line of the fault, counted from 1.
        column: the column of the fault, counted from 1.
    """

    def __init__(self, message: str, *, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UnknownRegionError(IamTriageError, ValueError):
    """A region is in no partition.

    Attributes:
        region: what was given.
    """

    def __init__(self, message: str, *, region: str) -> None:
        super().__init__(message)
        self.region = region


class EndpointError(IamTriageError, ValueError):
    """There is no endpoint for these settings, or an SDK refuses one of them.

    Attributes:
        setting: the setting as its source calls it: ``"AWS_STS_REGIONAL_ENDPOINTS"``, ``"mode"``, ….
        value: its value.
    """

    def __init__(self, message: str, *, setting: str, value: object = None) -> None:
        super().__init__(message)
        self.setting = setting
        self.value = value


class ConfigFileError(IamTriageError, ValueError):
    """An AWS config file cannot be read, or names what it does not have.

    Attributes:
        line: the line of the fault, counted from 1; None where something is missing.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class AccessKeyIdError(IamTriageError, ValueError):
    """A text is no access key id. The message never holds the text, which may be a secret."""


class TokenError(IamTriageError, ValueError):
    """A text is no web identity token. The message never holds the token."""


class PolicyError(IamTriageError, ValueError):
    """A document is no IAM policy.

    Attributes:
        path: where in the document the fault is: ``"Statement[0].Condition"``; empty for the whole.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class DocumentError(IamTriageError, ValueError):
    """A document is not what it is given for: a decoded message, authorization details, facts.

    Attributes:
        path: where in the document the fault is: ``"evaluations[0].checks"``; empty for the whole.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path
