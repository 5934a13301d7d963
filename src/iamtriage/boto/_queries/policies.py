"""Gather the policies that apply to a denied call from IAM, Organizations and the resource's service."""

# botocore has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._principals import Role, RoleSession, Root, User
from iamtriage.boto._queries.calls import (
    Refusal,
    call_or_refusal,
    call_with_client,
    choose_region,
    find_failure,
    get_error_code,
    get_sync_session,
)
from iamtriage.boto._queries.resource_policies import READERS, ResourceReader
from iamtriage.exceptions import InvalidArnError, PolicyError
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._readers.collection import decode_policy
from iamtriage.policies._requests import Request
from iamtriage.policies._sets import PolicyDocument, PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from iamtriage.boto._queries.calls import FailureSource
    from iamtriage.policies._sets import Document

__all__ = ("GatheredPolicies", "gather_policies")

_ACTION = "iam:GetPolicyVersion"
# The account is in no organization, or the organization does not use the policy type.
_NO_CONTROL_POLICY_CODES = frozenset({"AWSOrganizationsNotInUseException", "PolicyTypeNotEnabledException"})
_MAX_PARENTS = 10


@attrs.frozen
class GatheredPolicies(View):
    """The policies that apply to a denied call and that the session could read.

    Session policies and VPC endpoint policies are not included, because no API returns those of a call.

    Attributes:
        request: The denied request.
        policies: The policies that were read.
        refusals: What could not be read, and why.
        calls: The number of calls that were made.
    """

    request: Request
    policies: PolicySet
    refusals: tuple[Refusal, ...] = ()
    calls: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything could be read."""
        return not self.refusals

    @property
    def facts(self) -> Facts:
        """The facts for :func:`iamtriage.explain`: the policies, if they are complete."""
        return Facts(policies=self.policies) if self.is_complete else Facts()


def gather_policies(
    failure: FailureSource,
    session: object,
    *,
    facts: object = None,
    max_calls: int = 100,
    progress: Callable[[str], object] | None = None,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> GatheredPolicies | Refusal:
    """Read the policies that apply to a denied call.

    These are the policies of the user and its groups, or of the role; the permissions boundary; the SCPs and
    RCPs from the root to the account; and the policy of the resource, for S3, KMS, SQS, SNS, Secrets Manager,
    Lambda, ECR, DynamoDB and roles. All calls are read-only. A call that fails becomes a refusal.

    Args:
        failure: A denial, or anything that :func:`iamtriage.parse` accepts.
        session: A ``boto3.Session`` or a ``botocore.session.Session`` that can read policies of the caller's
            account. It is not modified.
        facts: Facts that complete the request, as for :func:`iamtriage.policies.verify`.
        max_calls: The maximum number of calls.
        progress: Called with the IAM action before each call.
        client_args: Arguments for the ``session.client`` of every service, such as ``config``.

    Returns:
        The policies, which :func:`iamtriage.explain` accepts as facts. A refusal if the denied request is not
        known.

    Raises:
        TypeError: An argument has the wrong type, ``session.client`` does not accept an argument, or you pass
            ``endpoint_url``, which applies to one service only.

    >>> import botocore.session
    >>> print(gather_policies("no failure", botocore.session.Session()))
    iam:GetPolicyVersion: The text contains no access denial.
    """
    if "endpoint_url" in client_args:
        msg = "endpoint_url applies to one service only; set AWS_ENDPOINT_URL_IAM or similar instead"
        raise TypeError(msg)
    if progress is not None and not callable(progress):
        raise TypeError(wrong_type_message("progress", "callable", progress))
    found = find_failure(failure)
    get_sync_session(session)
    if not isinstance(found, AccessDenied):
        return Refusal(_ACTION, "The text contains no access denial.")
    request = build_request(found, facts)
    if isinstance(request, str):
        return Refusal(_ACTION, request)
    return _Gatherer(request, found, session, client_args, max_calls, progress).gather()


class _Gatherer:
    """Make the calls, count them, and collect the refusals."""

    def __init__(
        self,
        request: Request,
        failure: AccessDenied,
        session: object,
        client_args: Mapping[str, Any],
        max_calls: int,
        progress: Callable[[str], object] | None,
    ) -> None:
        self.request = request
        self.failure = failure
        self.session = session
        self.client_args = client_args
        self.left = max_calls
        self.max_calls = max_calls
        self.progress = progress
        self.refusals: list[Refusal] = []
        self.managed: dict[str, Document | None] = {}

    def gather(self) -> GatheredPolicies:
        keys = self.request.keys
        values: dict[str, Any] = {}
        caller = keys.caller
        if isinstance(caller, (User, Role, RoleSession)):
            values |= self._with_client("iam", "iam:GetUser", self._read_principal) or {}
        if isinstance(caller, (User, Role, RoleSession, Root)):
            values |= (
                self._with_client("organizations", "organizations:DescribeOrganization", self._read_control)
                or {}
            )
        resource = self._read_resource()
        if resource is not None:
            values["resource"] = resource
        try:
            policies = PolicySet(**values)
        except PolicyError as error:
            self.refusals.append(Refusal(_ACTION, f"A policy cannot be parsed: {error}."))
            policies = PolicySet()
        calls = self.max_calls - self.left
        return GatheredPolicies(self.request, policies, tuple(self.refusals), calls)

    def _with_client(
        self, service: str, asked: str, use: Callable[[Any], Any], region: str | None = None
    ) -> Any:  # noqa: ANN401 (what use returns)
        arguments = {**self.client_args, "region_name": region} if region else self.client_args
        result = call_with_client(self.session, service, asked, arguments, use)
        if isinstance(result, Refusal):
            self.refusals.append(result)
            return None
        return result

    def call(
        self,
        asked: str,
        method: Callable[..., Any],
        arguments: Mapping[str, object],
        absent: Collection[str] = (),
    ) -> Any:  # noqa: ANN401 (botocore has no types)
        """Return the response of a call, or ``None`` if it fails or nothing exists."""
        if self.left <= 0:
            limit = Refusal(asked, f"The limit of {self.max_calls} calls was reached.")
            if not any(each.reason == limit.reason for each in self.refusals):
                self.refusals.append(limit)
            return None
        self.left -= 1
        if self.progress is not None:
            self.progress(asked)
        response = call_or_refusal(asked, method, **arguments)
        if not isinstance(response, Refusal):
            return response
        if get_error_code(response) not in absent:
            self.refusals.append(response)
        return None

    # -------------------------------------------------------------------------------------------- IAM

    def _read_principal(self, iam: Any) -> dict[str, Any]:  # noqa: ANN401
        caller = self.request.keys.caller
        is_user = isinstance(caller, User)
        kind = "User" if is_user else "Role"
        name = caller.role_name if isinstance(caller, RoleSession) else getattr(caller, "name", "")
        described = self.call(f"iam:Get{kind}", getattr(iam, f"get_{kind.lower()}"), {f"{kind}Name": name})
        if described is None:
            return {}
        account = described[kind]["Arn"].split(":")[4]
        if account != self.request.keys.principal_account:
            # Another account can have a principal with the same name.
            reason = f"The session is in account {account}, and the caller in another one."
            self.refusals.append(Refusal(f"iam:Get{kind}", reason))
            return {}
        values: dict[str, Any] = {}
        boundary = described[kind].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        if boundary is not None:
            values["permissions_boundary"] = self._read_managed(iam, boundary)
        identity = list(self._read_attached(iam, kind, name))
        if is_user:
            owner = {"UserName": name}
            for group in self._pages("iam:ListGroupsForUser", iam.list_groups_for_user, "Groups", owner):
                identity += self._read_attached(iam, "Group", group["GroupName"])
        values["identity"] = identity
        return values

    def _read_attached(self, iam: Any, kind: str, name: str) -> Iterator[Document]:  # noqa: ANN401
        """Yield the inline and managed policies of a user, group or role."""
        lower, owner = kind.lower(), {f"{kind}Name": name}
        inline = getattr(iam, f"list_{lower}_policies")
        for policy in self._pages(f"iam:List{kind}Policies", inline, "PolicyNames", owner):
            get = getattr(iam, f"get_{lower}_policy")
            response = self.call(f"iam:Get{kind}Policy", get, {"PolicyName": policy, **owner})
            if response is not None:
                yield PolicyDocument(response["PolicyDocument"], name=policy)
        attached = getattr(iam, f"list_attached_{lower}_policies")
        for policy in self._pages(f"iam:ListAttached{kind}Policies", attached, "AttachedPolicies", owner):
            document = self._read_managed(iam, policy["PolicyArn"])
            if document is not None:
                yield document

    def _read_managed(self, iam: Any, arn: str) -> Document | None:  # noqa: ANN401
        if arn not in self.managed:
            self.managed[arn] = None
            policy = self.call("iam:GetPolicy", iam.get_policy, {"PolicyArn": arn})
            if policy is None:
                return None
            wanted = {"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]}
            version = self.call("iam:GetPolicyVersion", iam.get_policy_version, wanted)
            if version is not None:
                self.managed[arn] = PolicyDocument(version["PolicyVersion"]["Document"], name=arn)
        return self.managed[arn]

    def _pages(
        self, asked: str, method: Callable[..., Any], member: str, arguments: Mapping[str, object]
    ) -> Iterator[Any]:
        marker: dict[str, object] = {}
        while (response := self.call(asked, method, {**arguments, **marker})) is not None:
            yield from response.get(member, ())
            if not response.get("IsTruncated"):
                return
            marker = {"Marker": response["Marker"]}

    # ---------------------------------------------------------------------------------- Organizations

    def _read_control(self, organizations: Any) -> dict[str, Any]:  # noqa: ANN401
        keys = self.request.keys
        described = self.call(
            "organizations:DescribeOrganization",
            organizations.describe_organization,
            {},
            _NO_CONTROL_POLICY_CODES,
        )
        if described is None:
            return {}
        values: dict[str, Any] = {}
        owner = keys.resource_account or keys.principal_account
        accounts = (("service_control", keys.principal_account), ("resource_control", owner))
        for name, account in accounts:
            # Control policies do not apply to the management account.
            if account is not None and account != described["Organization"].get("MasterAccountId"):
                levels = self._read_levels(organizations, account, f"{name.upper()}_POLICY")
                if levels is not None:
                    values[name] = levels
        return values

    def _read_levels(
        self,
        organizations: Any,  # noqa: ANN401
        account: str,
        policy_type: str,
    ) -> list[list[Document]] | None:
        failed = len(self.refusals)
        targets = [account]
        while len(targets) < _MAX_PARENTS and not targets[0].startswith("r-"):
            parents = self.call(
                "organizations:ListParents", organizations.list_parents, {"ChildId": targets[0]}
            )
            if not parents or not parents.get("Parents"):
                break
            targets.insert(0, parents["Parents"][0]["Id"])
        levels = [list(self._read_target(organizations, target, policy_type)) for target in targets]
        # If only some policies of a level are known, it seems to lack an Allow.
        return levels if len(self.refusals) == failed and any(levels) else None

    def _read_target(
        self,
        organizations: Any,  # noqa: ANN401
        target: str,
        policy_type: str,
    ) -> Iterator[Document]:
        listed = self.call(
            "organizations:ListPoliciesForTarget",
            organizations.list_policies_for_target,
            {"TargetId": target, "Filter": policy_type},
            _NO_CONTROL_POLICY_CODES,
        )
        for policy in listed["Policies"] if listed else ():
            response = self.call(
                "organizations:DescribePolicy", organizations.describe_policy, {"PolicyId": policy["Id"]}
            )
            if response is not None:
                yield PolicyDocument(response["Policy"]["Content"], name=policy.get("Name"))

    # --------------------------------------------------------------------------------------- resource

    def _read_resource(self) -> Document | None:
        """Return the policy of the resource, or ``None`` if it has none."""
        try:
            arn = parse_arn(self.request.resource)
        except InvalidArnError:
            return None
        reader: ResourceReader | None = READERS.get(arn.service)
        if reader is None:
            prefix = self.request.action.partition(":")[0]
            if arn.service in RESOURCE_POLICIES:
                self.refusals.append(
                    Refusal(f"{prefix}:GetResourcePolicy", "This version cannot read the policy.")
                )
            return None
        if not reader.applies(arn, self.request.action):
            return None
        region = choose_region(
            self.session, self.client_args, self.failure, reader.asked, session_first=False
        )
        if isinstance(region, Refusal):
            self.refusals.append(region)
            return None
        content = self._with_client(
            reader.client, reader.asked, lambda client: reader.read(client, arn, self.call), region
        )
        document = decode_policy(content)
        if content and document is None:
            self.refusals.append(Refusal(reader.asked, "The response is not a policy."))
        return None if document is None else PolicyDocument(document, name=str(arn))
