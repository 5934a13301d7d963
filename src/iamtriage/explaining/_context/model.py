"""Represent the context of a failure: the values in the text around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    # Most contexts have no values, and nothing resolves these annotations.
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._context.values import CommandLine, Document, MappingEntry, Runtime, Stated


class Context(NamedTuple):
    """The values in the text around a failure. A value is ``None`` if the text does not state it.

    Attributes:
        command: The command that failed.
        region: The region of the call.
        profile: The profile of the AWS CLI or an SDK.
        bucket: The S3 bucket.
        key: The key of the S3 object.
        prefix: The prefix of the S3 objects, if a command is for several.
        authentication_mode: The authentication mode of the cluster.
        workload: The workload of the pod, such as ``deployment/cart``.
        role_arn: The role that the call assumes or uses.
        caller: The ARN of the caller.
        account: The account of the caller.
        other_endpoint: The host that the call was sent to, with its port, if it does not belong to AWS.
        other_system: The system with the API of S3 that the text names, such as MinIO, if it does not speak of AWS.
        api: The API of API Gateway.
        log_group: The log group of CloudWatch Logs.
        terraform: The address of the Terraform resource.
        runtime: The environment that runs the code.
        parameters: The parameters of the call in its audit record.
        mappings: The entries of an ``aws-auth`` ConfigMap.
        token_claims: The claims of a web identity token.
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
    authentication_mode: Stated | None = None
    namespace: Stated | None = None
    service_account: Stated | None = None
    pod: Stated | None = None
    workload: Stated | None = None
    role_arn: Stated | None = None
    caller: Stated | None = None
    account: Stated | None = None
    instance: Stated | None = None
    file_system: Stated | None = None
    vpc_endpoint: Stated | None = None
    other_endpoint: Stated | None = None
    other_system: Stated | None = None
    api: Stated | None = None
    function: Stated | None = None
    log_group: Stated | None = None
    terraform: Stated | None = None
    runtime: Runtime | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    mappings: tuple[MappingEntry, ...] = ()
    policies: tuple[Document, ...] = ()
    token_claims: Mapping[str, Any] | None = None
    decoded_message: Mapping[str, Any] | None = None
    authorization_details: Mapping[str, Any] | None = None

    @property
    def runtime_kind(self) -> str:
        """The kind of the environment that runs the code, or an empty string."""
        return "" if self.runtime is None else self.runtime.kind

    @property
    def allows(self) -> Iterator[dict[str, Any]]:
        """The Allow statements of the policies in the text."""
        return (each for policy in self.policies for each in policy.allows)

    @property
    def resource_policies(self) -> list[Document]:
        """The policies of resources other than roles in the text."""
        return [each for each in self.policies if each.is_of_resource]


NOTHING: Final = Context()
"""The context of a text without any values."""

# Each name of such a system contains one of these. A search for them is faster than one for a name.
SYSTEM_SIGNS: Final = (
    "re R2", "ze B2", "an Spaces", "Wasabi", "inIO", "inio", "Ceph", "Object Storage", "Tigris", "LocalStack", "key has length",
    "<BucketName>", "The Access Key Id", "HostID: ", "host id: ", "Extended Request ID: ", "3-compatible ", "3 compatible ",
    "tx00000", "not entitled", "non-amazon ", "non-Amazon ", "non-aws ", "non-AWS ",
)  # fmt: skip
"""Parts of the names of systems with the API of S3, for ``other_system``."""

SIGNS_OF_ATTACHMENTS: Final = (
    "AdministratorAccess", "FullAccess", "OnlyAccess", "PowerUserAccess", "ContainerRegistry", "ExecutionRole",
    "ManagedInstanceCore", "ManagerReadWrite", "AmazonEKS", "APIGatewayAdmin", "DriverPolicy", "AgentServerPolicy",
    "GlueServiceRole", "AWSLambda", "ServiceforEC2Role",
)  # fmt: skip
"""Parts of the names of AWS managed policies that a text can say are attached."""

EC2_CODES: Final = frozenset({"UnauthorizedOperation", "Client.UnauthorizedOperation"})
"""The codes with which only Amazon EC2 denies a call."""

CLOUD_HOSTS = (
    r"storjshare\.io|digitaloceanspaces\.com|wasabisys\.com|backblazeb2\.com|r2\.cloudflarestorage\.com"
    r"|linodeobjects\.com|vultrobjects\.com|contabostorage\.com|your-objectstorage\.com|storage\.tigris\.dev"
)
"""The domains of clouds with the API of S3."""
