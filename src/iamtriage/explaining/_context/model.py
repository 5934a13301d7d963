"""Represent the context of a failure: the values in the text around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from iamtriage._rendering.values import Value

if TYPE_CHECKING:
    import re

__all__ = (
    "NOTHING",
    "CommandLine",
    "Context",
    "Document",
    "MappingEntry",
    "Runtime",
    "Stated",
    "quote_match",
)


class Stated(NamedTuple):
    """A value that the text states.

    Attributes:
        value: The value.
        words: The part of the text that states it.
    """

    value: str
    words: str


class CommandLine(NamedTuple):
    """A command that the text shows.

    Attributes:
        program: The program, such as ``"aws"``.
        words: The arguments that are not options, such as ``("s3", "ls")``.
        options: The long options with their values, without hyphens.
        text: The command as written, on one line.
    """

    program: str
    words: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    text: str

    def option(self, *names: str) -> Stated | None:
        """Return the value of the first of these options that is in the command."""
        for name in names:
            for each, value in self.options:
                if each == name and value:
                    forms = (f"--{name} {value}", f"--{name}={value}", f"-{name[0]} {value}")
                    return Stated(value, next((form for form in forms if form in self.text), forms[0]))
        return None


class Runtime(NamedTuple):
    """The environment that runs the code that made the call.

    Attributes:
        kind: A stable identifier, such as ``"lambda"``.
        caller: The owner of the credentials that the call used, such as ``"the execution role of the Lambda
            function"``.
        words: The part of the text that shows the environment.
        command: The command that prints the role, with a placeholder for an unknown name.
    """

    kind: str
    caller: str
    words: str
    command: str | None = None


class MappingEntry(NamedTuple):
    """An entry of an ``aws-auth`` ConfigMap that the text contains.

    Attributes:
        arn: The ARN of the role or user.
        username: The Kubernetes user name.
        is_role: Whether it is an entry of ``mapRoles``.
        around: The text before and after the ARN on its line.
        groups: The Kubernetes groups.
    """

    arn: str
    username: str | None = None
    is_role: bool = True
    around: tuple[str, str] = ("", "")
    groups: tuple[str, ...] = ()


class Document(NamedTuple):
    """A policy document that the text contains.

    Attributes:
        content: The parsed document.
        is_trust_policy: Whether it is the trust policy of a role.
        has_principal: Whether a statement names a principal, as in resource-based policies.
    """

    content: Mapping[str, Any]
    is_trust_policy: bool = False
    has_principal: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Context(Value):
    """The values in the text around a failure. A value is ``None`` if the text does not state it.

    Attributes:
        command: The command that failed.
        service: The called service.
        operation: The called API operation.
        region: The region of the call.
        profile: The profile of the AWS CLI or an SDK.
        bucket: The S3 bucket.
        key: The key of the S3 object.
        prefix: The prefix of the S3 objects, if a command is for several.
        cluster: The EKS cluster.
        namespace: The Kubernetes namespace.
        service_account: The Kubernetes service account.
        pod: The pod.
        workload: The workload of the pod, such as ``deployment/cart``.
        role_arn: The role that the call assumes or uses.
        caller: The ARN of the caller.
        account: The account of the caller.
        instance: The EC2 instance.
        vpc_endpoint: The VPC endpoint.
        other_endpoint: The host that the call was sent to, with its port, if it does not belong to AWS.
        api: The API of API Gateway.
        function: The Lambda function.
        terraform: The address of the Terraform resource.
        runtime: The environment that runs the code.
        mappings: The entries of an ``aws-auth`` ConfigMap.
        policies: The policy documents.
        token_claims: The claims of a web identity token.
        decoded_message: A decoded authorization message.
        authorization_details: Authorization details.
    """

    command: CommandLine | None = None
    service: Stated | None = None
    operation: Stated | None = None
    region: Stated | None = None
    profile: Stated | None = None
    bucket: Stated | None = None
    key: Stated | None = None
    prefix: Stated | None = None
    cluster: Stated | None = None
    namespace: Stated | None = None
    service_account: Stated | None = None
    pod: Stated | None = None
    workload: Stated | None = None
    role_arn: Stated | None = None
    caller: Stated | None = None
    account: Stated | None = None
    instance: Stated | None = None
    vpc_endpoint: Stated | None = None
    other_endpoint: Stated | None = None
    api: Stated | None = None
    function: Stated | None = None
    terraform: Stated | None = None
    runtime: Runtime | None = None
    mappings: tuple[MappingEntry, ...] = ()
    policies: tuple[Document, ...] = ()
    token_claims: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    decoded_message: Mapping[str, Any] | None = attrs.field(default=None, hash=False)
    authorization_details: Mapping[str, Any] | None = attrs.field(default=None, hash=False)


def quote_match(found: re.Match[str]) -> str:
    """Return the words of a match, including a closing quote or bracket.

    >>> import re
    >>> quote_match(re.search("bucket '([a-z]+)", "in bucket 'orders'"))
    "bucket 'orders'"
    """
    words, closing = found[0], found.string[found.end() : found.end() + 1]
    if closing and (words.count(closing) % 2 if closing in "\"'`" else closing == ")" and "(" in words):
        words += closing
    return " ".join(words.split()).strip(",;")


NOTHING: Final = Context()
"""The context of a text without any values."""
