"""Check the public types of `iamtriage.aws_auth`."""

from __future__ import annotations

from typing import Literal, assert_type

from iamtriage.aws_auth import (
    AccessEntryPlan,
    AwsAuth,
    Finding,
    Match,
    Migration,
    RoleEntry,
    UserEntry,
    fix,
    lint,
    load,
    migrate,
    who_matches,
)


def functions(text: str) -> None:
    assert_type(load(text), AwsAuth)
    assert_type(lint(text), tuple[Finding, ...])
    assert_type(fix(text), str)
    assert_type(migrate(load(text), cluster="demo"), Migration)
    assert_type(who_matches(load(text), "arn:aws:iam::111122223333:user/ana"), Match | None)


def values(aws_auth: AwsAuth, finding: Finding, match: Match, migration: Migration) -> None:
    assert_type(aws_auth.roles, tuple[RoleEntry, ...])
    assert_type(aws_auth.accounts, tuple[str, ...])
    assert_type(finding.severity, Literal["error", "warning"])
    assert_type(finding.fix, str | None)
    assert_type(match.entry, RoleEntry | UserEntry | str)
    assert_type(migration.entries, tuple[AccessEntryPlan, ...])
    assert_type(migration.commands(), tuple[str, ...])
    assert_type(migration.to_dict(), dict[str, object])
