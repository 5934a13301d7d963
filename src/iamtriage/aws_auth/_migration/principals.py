"""Find the IAM principal of each aws-auth entry, and one entry per principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT, PERMISSION_SET
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    IDENTITY_CENTER_PREFIX,
    Principal,
    Role,
    RoleSession,
    ServiceLinkedRole,
    User,
)
from iamtriage.aws_auth._entries import Entry, RoleEntry, SsoRole
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("MappedPrincipal", "UnsupportedEntryError", "describe_entry", "find_principal", "select_entries")

# Principal kind -> why no access entry can have it.
_UNSUPPORTED_KINDS = {
    "account": "an access entry requires an IAM principal, not an account",
    "federated user": "an access entry cannot name a federated user, which is a session",
    "instance profile": "an instance profile is not an IAM principal; `aws iam get-instance-profile` prints "
    "its role",
    "root": "EKS accepts an access entry for an account's root user, but it has no effect",
    "service principal": "an access entry cannot name a service principal",
    "service-linked role": "EKS rejects access entries for service-linked roles",
}


class UnsupportedEntryError(Exception):
    """No access entry can replace an aws-auth entry; the message says why."""


@attrs.frozen
class MappedPrincipal:
    """An aws-auth entry and the IAM principal that it maps.

    Attributes:
        entry: The aws-auth entry.
        principal: The principal; a permission set for an ``sso`` entry.
        key: A key that is equal for entries of the same principal.
        ever_matched: Whether the authenticator could match the entry.
        notes: What the migration changes, or requires.
    """

    entry: Entry
    principal: Role | User | SsoRole
    key: tuple[str, ...]
    ever_matched: bool
    notes: tuple[str, ...] = ()


def find_principal(entry: Entry) -> MappedPrincipal:
    """Return the principal that an entry maps.

    Raises:
        UnsupportedEntryError: No access entry can have the principal, or the ARN is invalid.
    """
    if isinstance(entry, RoleEntry) and not entry.rolearn and entry.sso is not None:
        return _map_permission_set(entry, entry.sso)
    text, notes = _lower_fixed_parts(entry.arn)
    try:
        principal = parse_principal(text)
    except InvalidArnError as error:
        raise UnsupportedEntryError(str(error)) from None
    return _map_principal(entry, principal, notes)


def _map_permission_set(entry: RoleEntry, sso: SsoRole) -> MappedPrincipal:
    if not ACCOUNT.fullmatch(sso.account_id):
        msg = f"invalid account ID {quote_text(sso.account_id)}; expected 12 digits"
        raise UnsupportedEntryError(msg)
    if not PERMISSION_SET.fullmatch(sso.permission_set_name):
        name = quote_text(sso.permission_set_name)
        msg = f"invalid permission set name {name}; expected 1 to 32 of A-Z, a-z, 0-9 and _+=,.@-"
        raise UnsupportedEntryError(msg)
    notes = ["An sso entry matches only if the authenticator's feature gate SSORoleMatch is on."]
    if sso.partition:
        notes = ["The entry never matched: the authenticator drops the partition of an sso entry."]
    notes.append(f"Looking up the role requires credentials for account {sso.account_id}.")
    key = ("sso", sso.partition or "aws", sso.account_id, sso.permission_set_name.lower())
    return MappedPrincipal(entry, sso, key, ever_matched=not sso.partition, notes=tuple(notes))


def _map_principal(entry: Entry, principal: Principal, notes: tuple[str, ...]) -> MappedPrincipal:
    ever_matched = True
    if isinstance(principal, RoleSession):
        principal, ever_matched = principal.role, False
        notes += (
            "The entry never matched, because it has a session's ARN. The access entry is for the role.",
        )
    elif isinstance(principal, Role) and principal.path != "/":
        ever_matched = False
        notes += ("The entry never matched, because its ARN includes the path that access entries require.",)
    if isinstance(principal, ServiceLinkedRole) or not isinstance(principal, Role | User):
        raise UnsupportedEntryError(_UNSUPPORTED_KINDS[principal.kind])
    # A role's name is unique in its account, whatever its path. So is a user's, but aws-auth requires a
    # user's path, so either of two paths may be the right one.
    name = principal.name if isinstance(principal, Role) else f"{principal.path}{principal.name}"
    kind = "role" if isinstance(principal, Role) else "user"
    key = (kind, principal.partition, principal.account, name.lower())
    return MappedPrincipal(entry, principal, key, ever_matched, notes)


def _lower_fixed_parts(text: str) -> tuple[str, tuple[str, ...]]:
    """Lower-case the parts of an ARN that AWS writes in lower case. Access entries are case-sensitive."""
    sections = text.split(":")
    if len(sections) < 6:
        return text, ()
    kind, slash, name = ":".join(sections[5:]).partition("/")
    lowered = ":".join((*(section.lower() for section in sections[:5]), f"{kind.lower()}{slash}{name}"))
    return lowered, () if lowered == text else (
        f"The ARN's case was corrected; aws-auth has {quote_text(text)}.",
    )


def select_entries(mapped: Iterable[MappedPrincipal]) -> list[MappedPrincipal]:
    """Return the entry that the authenticator uses for each principal, with notes about the others."""
    groups: dict[tuple[str, ...], list[MappedPrincipal]] = {}
    for each in mapped:
        groups.setdefault(each.key, []).append(each)
    winners = [_select_winner(group) for group in groups.values()]
    return [_note_overlaps(winner, winners) for winner in winners]


def _select_winner(group: list[MappedPrincipal]) -> MappedPrincipal:
    """Return the last entry that can match; mapRoles takes precedence over mapUsers."""
    winner = group[0]
    for candidate in group[1:]:
        same_map = type(candidate.entry) is type(winner.entry)
        if candidate.ever_matched > winner.ever_matched or (
            candidate.ever_matched == winner.ever_matched and same_map
        ):
            winner = candidate
    notes = list(winner.notes)
    for other in group:
        if other is winner:
            continue
        path = other.principal.path if isinstance(other.principal, Role) else "/"
        stated_path = f" It gives the role's path as {path}." if path != "/" else ""
        notes.append(f"{describe_entry(other.entry)} is for the same principal and is not used.{stated_path}")
    return attrs.evolve(winner, notes=tuple(notes))


def _note_overlaps(mapped: MappedPrincipal, others: Iterable[MappedPrincipal]) -> MappedPrincipal:
    """Add a note about each entry for a role of an ``sso`` entry's permission set."""
    sso = mapped.principal
    if not isinstance(sso, SsoRole):
        return mapped
    prefix = f"{IDENTITY_CENTER_PREFIX}{sso.permission_set_name}_".lower()
    notes = [
        f"{describe_entry(other.entry)} is for a role of the same permission set; EKS allows one access "
        "entry per principal."
        for other in others
        if isinstance(other.principal, Role)
        and other.principal.account == sso.account_id
        and other.principal.name.lower().startswith(prefix)
    ]
    return attrs.evolve(mapped, notes=(*mapped.notes, *notes))


def describe_entry(entry: Entry) -> str:
    """Return the map, the line, and the ARN of an entry, for a note."""
    map_name = "mapRoles" if isinstance(entry, RoleEntry) else "mapUsers"
    name = entry.arn
    if isinstance(entry, RoleEntry) and not name and entry.sso is not None:
        name = f"sso {entry.sso.permission_set_name}"
    return f"{map_name} line {entry.line}, {quote_text(name)}"
