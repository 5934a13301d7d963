"""Look up the caller with STS, and a role's path with IAM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage.arns._arns import Arn
from iamtriage.arns._names import check_name
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    IDENTITY_CENTER_PREFIX,
    SERVICE_LINKED_PREFIX,
    Principal,
    Role,
    RoleSession,
)
from iamtriage.boto._queries.calls import (
    Refusal,
    call_or_refusal,
    call_with_client,
    get_error_code,
    get_sync_session,
)
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Identity", "find_role_arn", "whoami")

_GET_CALLER = "sts:GetCallerIdentity"
_GET_ROLE = "iam:GetRole"
_LIST_ROLES = "iam:ListRoles"
# An account has at most 5,000 roles. IAM returns up to 1,000 per page, often fewer.
_PAGE_SIZE, _MAX_PAGES = 1000, 100
_RESERVED_PATHS = {
    IDENTITY_CENTER_PREFIX: "/aws-reserved/sso.amazonaws.com/",
    SERVICE_LINKED_PREFIX: "/aws-service-role/",
}


@attrs.frozen
class Identity(View):
    """The owner of a session's credentials, as :func:`whoami` returns it.

    Attributes:
        arn: The ARN. For a role session, it does not include the role's path.
        account: The account ID, 12 digits.
        user_id: The unique ID: ``"AIDA…"`` for a user, ``"AROA…:SESSION"`` for a role session.

    >>> identity = Identity("arn:aws:iam::111122223333:user/ana", "111122223333", "AIDAEXAMPLE")
    >>> identity.principal.name, identity.facts.caller
    ('ana', 'arn:aws:iam::111122223333:user/ana')
    """

    arn: str
    account: str
    user_id: str

    def __bool__(self) -> Literal[True]:
        """Return true, so that type checkers can distinguish a result from a :class:`Refusal`."""
        return True

    @property
    def principal(self) -> Principal | None:
        """The parsed ARN; ``None`` if it is not an IAM principal, as with some AWS emulators."""
        return try_parse_principal(self.arn)

    @property
    def facts(self) -> Facts:
        """The facts for :func:`iamtriage.explain`: the caller."""
        return Facts(caller=self.arn)


def whoami(session: object, **client_args: Any) -> Identity | Refusal:  # noqa: ANN401 (botocore's)
    """Get the owner of the session's credentials from STS. This requires no permissions.

    If a call of this session failed, pass the result to :func:`iamtriage.explain` as facts.

    Args:
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is not modified.
        client_args: Arguments for ``session.client("sts", …)``, such as ``region_name`` or ``config``.

    Returns:
        The identity. A refusal if the credentials are missing or expired, or if STS does not respond.

    Raises:
        TypeError: The session is not a session, or ``session.client`` does not accept an argument.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

    >>> import botocore.session
    >>> refusal = whoami(botocore.session.Session(), region_name="no region")
    >>> print(str(refusal).partition(",")[0])
    sts:GetCallerIdentity: The client's Region is invalid
    """
    return call_with_client(session, "sts", _GET_CALLER, client_args, _get_identity)


def _get_identity(client: Any) -> Identity | Refusal:  # noqa: ANN401 (botocore has no types)
    response = call_or_refusal(_GET_CALLER, client.get_caller_identity)
    if isinstance(response, Refusal):
        return response
    values = [response.get(name) for name in ("Arn", "Account", "UserId")]
    if not all(isinstance(value, str) and value for value in values):
        return Refusal(_GET_CALLER, "The response does not name the caller; the endpoint may not be STS.")
    return Identity(*values)


def find_role_arn(
    session: object,
    name: str | Arn | Role | RoleSession | RolePathUnknownError,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> str | Refusal:
    """Get a role's ARN with its path from IAM, as policies and EKS access entries require it.

    ARNs from STS and in aws-auth have no path. Since a role's name is unique in its account, the name is
    enough to find the role with ``iam:GetRole`` or, if that is denied, ``iam:ListRoles``. The account,
    partition and path of the role must be those in the ARN that you pass.

    Args:
        session: A ``boto3.Session`` or a ``botocore.session.Session`` of the role's account.
        name: The role's name, its ARN with or without the path, the ARN of one of its sessions, or the error
            that :func:`iamtriage.normalize_role_arn` raised.
        client_args: Arguments for ``session.client("iam", …)``.

    Returns:
        The ARN. A refusal if the calls are denied, if the role does not exist or is in another account, or if
        the name or ARN is not a role's.

    Raises:
        TypeError: The session or name has the wrong type, or ``session.client`` does not accept an argument.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html

    >>> import botocore.session
    >>> print(find_role_arn(botocore.session.Session(), "arn:aws:iam::111122223333:user/ana"))
    iam:GetRole: not the ARN of a role: 'arn:aws:iam::111122223333:user/ana'.
    """
    if not isinstance(name, (str, Arn, Role, RoleSession, RolePathUnknownError)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("name", "a role's name or ARN", name))
    get_sync_session(session)
    try:
        query = _RoleQuery.parse(name)
    except InvalidArnError as error:
        return Refusal(_GET_ROLE, f"{error}.")
    return call_with_client(session, "iam", _GET_ROLE, client_args, lambda client: _find_role(client, query))


@attrs.frozen
class _RoleQuery:
    """The name of the role to find, and the parts of its ARN that are known."""

    name: str
    known: Role | None = None

    @classmethod
    def parse(cls, name: str | Arn | Role | RoleSession | RolePathUnknownError) -> _RoleQuery:
        """Parse a role's name or ARN.

        Raises:
            InvalidArnError: The text is not a role's name or ARN.
        """
        text = name.arn if isinstance(name, RolePathUnknownError) else str(name)
        text = text.strip()
        if not text.startswith("arn:"):
            check_name(text, "role", text, 0)
            return cls(text)
        role = underlying_role(parse_principal(text))
        if role is None:
            msg = f"not the ARN of a role: {quote_text(text)}"
            raise InvalidArnError(msg, text=text)
        return cls(role.name, role)

    @property
    def path_prefix(self) -> str:
        """The path that the role's path must begin with."""
        if self.known is not None and self.known.path != "/":
            return self.known.path
        paths = (path for prefix, path in _RESERVED_PATHS.items() if self.name.startswith(prefix))
        return next(paths, "/")

    def check_arn(self, asked: str, arn: object) -> str | Refusal:
        """Return the ARN in a response, if it is the ARN of this role."""
        found = try_parse_principal(arn) if isinstance(arn, str) else None
        if not isinstance(found, Role) or found.name.lower() != self.name.lower():
            return Refusal(
                asked, "The response does not contain the role's ARN; the endpoint may not be IAM."
            )
        known = self.known
        if known is not None and (found.partition, found.account) != (known.partition, known.account):
            reason = (
                f"The role {known.name} is in account {known.account} ({known.partition}), but the session "
                f"is in {found.account} ({found.partition}). Use a session of the role's account."
            )
            return Refusal(asked, reason)
        if known is not None and known.path not in {"/", found.path}:
            reason = f"The role {found.name} has the path {found.path}, not {quote_text(known.path)}."
            return Refusal(asked, reason)
        return str(found)

    def build_not_found(self, asked: str) -> Refusal:
        """Build the refusal for a role that does not exist."""
        prefix = self.path_prefix
        path = f" under {quote_text(prefix)}" if asked == _LIST_ROLES and prefix != "/" else ""
        account = "" if self.known is None else f"; the ARN names account {self.known.account}"
        return Refusal(asked, f"The session's account has no role {self.name}{path}{account}.")


def _find_role(client: Any, query: _RoleQuery) -> str | Refusal:  # noqa: ANN401 (botocore has no types)
    response = call_or_refusal(_GET_ROLE, client.get_role, RoleName=query.name)
    if not isinstance(response, Refusal):
        return query.check_arn(_GET_ROLE, _get_member(response, "Role", "Arn"))
    if get_error_code(response) == "NoSuchEntity":
        return attrs.evolve(query.build_not_found(_GET_ROLE), failure=response.failure)
    if not isinstance(response.failure, AccessDenied):
        return response
    found = _search_roles(client, query)
    # If both calls are denied, iam:GetRole is the smaller permission to request.
    return response if found is None else found


def _search_roles(client: Any, query: _RoleQuery) -> str | Refusal | None:  # noqa: ANN401 (as above)
    """Search all roles for one; return ``None`` if they cannot be listed."""
    for roles in _list_roles(client, query.path_prefix):
        if roles is None:
            return None
        for role in roles:
            if _get_member(role, "RoleName") == query.name:
                return query.check_arn(_LIST_ROLES, _get_member(role, "Arn"))
    return query.build_not_found(_LIST_ROLES)


def _list_roles(client: Any, path_prefix: str) -> Iterator[list[object] | None]:  # noqa: ANN401 (as above)
    """Yield the pages of roles, and ``None`` at the end if some are missing."""
    arguments: dict[str, object] = {"PathPrefix": path_prefix, "MaxItems": _PAGE_SIZE}
    for _ in range(_MAX_PAGES):
        page = call_or_refusal(_LIST_ROLES, client.list_roles, **arguments)
        roles = None if isinstance(page, Refusal) else _get_member(page, "Roles")
        if not isinstance(roles, list):
            yield None
            return
        yield roles
        if not _get_member(page, "IsTruncated"):
            return
        marker = _get_member(page, "Marker")
        if not marker or marker == arguments.get("Marker"):
            break
        arguments["Marker"] = marker
    yield None


def _get_member(response: object, *names: str) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return a nested member of a response, or ``None`` if it is missing."""
    for name in names:
        response = cast("dict[str, object]", response).get(name) if isinstance(response, dict) else None
    return response
