"""Who calls, and where a role stands, as IAM and STS know it; not for what an ARN alone tells.

See ``principals`` and ``role_arns`` for the latter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn
from iamtriage.arns._names import check_name
from iamtriage.arns._principals import (
    IDENTITY_CENTER_PREFIX,
    SERVICE_LINKED_PREFIX,
    Principal,
    Role,
    RoleSession,
    parse_principal,
)
from iamtriage.boto._queries.calls import Refusal, code_of, core_for_asking, tried, with_client
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Identity", "find_role_arn", "whoami")

_WHO = "sts:GetCallerIdentity"
_ROLE = "iam:GetRole"
_LIST = "iam:ListRoles"
# IAM allows 5,000 roles in an account at most, and gives as many as 1,000 on a page; often fewer.
_PAGE, _MOST_PAGES = 1000, 100
_RESERVED = {
    IDENTITY_CENTER_PREFIX: "/aws-reserved/sso.amazonaws.com/",
    SERVICE_LINKED_PREFIX: "/aws-service-role/",
}


@attrs.frozen
class Identity(View):
    """Who a session's calls come from. :func:`whoami` gives it.

    Attributes:
        arn: the ARN; a role session's does not tell the role's path.
        account: the account's 12 digits.
        user_id: the unique id: ``"AIDA…"`` for a user, ``"AROA…:SESSION"`` for a role session.

    >>> identity = Identity("arn:aws:iam::111122223333:user/ana", "111122223333", "AIDAEXAMPLE")
    >>> identity.principal.name, identity.facts.caller
    ('ana', 'arn:aws:iam::111122223333:user/ana')
    """

    arn: str
    account: str
    user_id: str

    def __bool__(self) -> Literal[True]:
        """Be true, so that a type checker tells an answer from a :class:`Refusal`."""
        return True

    @property
    def principal(self) -> Principal | None:
        """The ARN as a type; None where it is none of IAM's principals, as with stand-ins for AWS."""
        return try_parse_principal(self.arn)

    @property
    def facts(self) -> Facts:
        """What :func:`iamtriage.explain` makes use of: the caller."""
        return Facts(caller=self.arn)


def whoami(session: object, **client_args: Any) -> Identity | Refusal:  # noqa: ANN401 (botocore's)
    """Ask STS whom the session's credentials belong to. Nobody needs a permission for that.

    Give the answer to :func:`iamtriage.explain` where the session is the one whose call failed: it counts as
    the caller of that call.

    Args:
        session: a ``boto3.Session`` or a ``botocore.session.Session``; it is not changed.
        client_args: what ``session.client("sts", …)`` takes, such as ``region_name`` or ``config``.

    Returns:
        The identity; a refusal where there are no credentials, expired ones, or no answer.

    Raises:
        TypeError: not a session, or an argument that ``session.client`` does not have.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html

    >>> import botocore.session
    >>> print(whoami(botocore.session.Session(), region_name="no region"))
    sts:GetCallerIdentity: The client has no region that it can use.
    """
    return with_client(session, "sts", _WHO, client_args, _identity)


def _identity(client: Any) -> Identity | Refusal:  # noqa: ANN401 (botocore has no types)
    answer = tried(_WHO, client.get_caller_identity)
    if isinstance(answer, Refusal):
        return answer
    told = [answer.get(name) for name in ("Arn", "Account", "UserId")]
    if not all(isinstance(each, str) and each for each in told):
        return Refusal(_WHO, "What answered does not say who calls: it may not be STS.")
    return Identity(*told)


def find_role_arn(
    session: object,
    name: str | Arn | Role | RoleSession | RolePathUnknownError,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> str | Refusal:
    """Ask IAM for a role's ARN with its path, as policies and EKS access entries want it.

    STS and aws-auth tell no path. A role's name is unique in its account, so its name is enough to ask with:
    ``iam:GetRole``, and where that is denied, ``iam:ListRoles``. What is found has to be of the account,
    partition and path that the ARN states; a role of the same name in another account is no answer.

    Args:
        session: a ``boto3.Session`` or a ``botocore.session.Session`` of the role's account.
        name: the role's name, its ARN without or with path, the ARN of one of its sessions, or the error
            that :func:`iamtriage.normalize_role_arn` raised.
        client_args: what ``session.client("iam", …)`` takes.

    Returns:
        The ARN; a refusal where it is denied, there is no such role or only in another account, or the name
        is none of a role.

    Raises:
        TypeError: not a session, nothing that names a role, or an argument that ``session.client`` does not
            have.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html

    >>> import botocore.session
    >>> print(find_role_arn(botocore.session.Session(), "arn:aws:iam::111122223333:user/ana"))
    iam:GetRole: a role's ARN is wanted: 'arn:aws:iam::111122223333:user/ana'.
    """
    if not isinstance(name, (str, Arn, Role, RoleSession, RolePathUnknownError)):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"a role's name or ARN is wanted, not {type(name).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    core_for_asking(session)
    try:
        wanted = _Wanted.of(name)
    except InvalidArnError as error:
        return Refusal(_ROLE, f"{error}.")
    return with_client(session, "iam", _ROLE, client_args, lambda client: _found(client, wanted))


@attrs.frozen
class _Wanted:
    """The role that is looked for, as far as it is known."""

    name: str
    known: Role | None = None

    @classmethod
    def of(cls, given: str | Arn | Role | RoleSession | RolePathUnknownError) -> _Wanted:
        """Read what names a role.

        Raises:
            InvalidArnError: it names none.
        """
        text = given.arn if isinstance(given, RolePathUnknownError) else str(given)
        text = text.strip()
        if not text.startswith("arn:"):
            check_name(text, "role", text, 0)
            return cls(text)
        role = underlying_role(parse_principal(text))
        if role is None:
            msg = f"a role's ARN is wanted: {quote_text(text)}"
            raise InvalidArnError(msg, text=text)
        return cls(role.name, role)

    @property
    def prefix(self) -> str:
        """The path under which the role has to be."""
        if self.known is not None and self.known.path != "/":
            return self.known.path
        reserved = (path for begin, path in _RESERVED.items() if self.name.startswith(begin))
        return next(reserved, "/")

    def checked(self, asked: str, arn: object) -> str | Refusal:
        """Give the ARN that IAM told, if it is the wanted role's."""
        found = try_parse_principal(arn) if isinstance(arn, str) else None
        if not isinstance(found, Role) or found.name.lower() != self.name.lower():
            return Refusal(asked, "What answered does not tell the role's ARN: it may not be IAM.")
        known = self.known
        if known is not None and (found.partition, found.account) != (known.partition, known.account):
            there, here = f"{known.account} ({known.partition})", f"{found.account} ({found.partition})"
            return Refusal(
                asked,
                f"The role {known.name} is of the account {there}, and the session of {here}: ask there.",
            )
        if known is not None and known.path not in {"/", found.path}:
            reason = f"The role {found.name} has the path {found.path}, not {quote_text(known.path)}."
            return Refusal(asked, reason)
        return str(found)

    def unknown(self, asked: str) -> Refusal:
        """Say that there is no such role."""
        under = f" under {quote_text(self.prefix)}" if asked == _LIST and self.prefix != "/" else ""
        of = "" if self.known is None else f"; the ARN is of the account {self.known.account}"
        return Refusal(asked, f"The session's account has no role {self.name}{under}{of}.")


def _found(client: Any, wanted: _Wanted) -> str | Refusal:  # noqa: ANN401 (botocore has no types)
    answer = tried(_ROLE, client.get_role, RoleName=wanted.name)
    if not isinstance(answer, Refusal):
        return wanted.checked(_ROLE, _of(answer, "Role", "Arn"))
    if code_of(answer) == "NoSuchEntity":
        return attrs.evolve(wanted.unknown(_ROLE), failure=answer.failure)
    if not isinstance(answer.failure, AccessDenied):
        return answer
    listed = _listed(client, wanted)
    # Where to list is denied as well, it is the permission for the one role that is worth asking for.
    return answer if listed is None else listed


def _listed(client: Any, wanted: _Wanted) -> str | Refusal | None:  # noqa: ANN401 (as above)
    """Look for a role among all; None where they cannot be seen."""
    for roles in _pages(client, wanted.prefix):
        if roles is None:
            return None
        for role in roles:
            if _of(role, "RoleName") == wanted.name:
                return wanted.checked(_LIST, _of(role, "Arn"))
    return wanted.unknown(_LIST)


def _pages(client: Any, prefix: str) -> Iterator[list[object] | None]:  # noqa: ANN401 (as above)
    """Give the pages of roles; None at the end where not all could be had."""
    arguments: dict[str, object] = {"PathPrefix": prefix, "MaxItems": _PAGE}
    for _ in range(_MOST_PAGES):
        page = tried(_LIST, client.list_roles, **arguments)
        roles = None if isinstance(page, Refusal) else _of(page, "Roles")
        if not isinstance(roles, list):
            yield None
            return
        yield roles
        if not _of(page, "IsTruncated"):
            return
        marker = _of(page, "Marker")
        if not marker or marker == arguments.get("Marker"):
            break
        arguments["Marker"] = marker
    yield None


def _of(answer: object, *names: str) -> Any:  # noqa: ANN401 (botocore has no types)
    """Give a member of an answer; None where there is none."""
    for name in names:
        answer = cast("dict[str, object]", answer).get(name) if isinstance(answer, dict) else None
    return answer
