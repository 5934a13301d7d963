"""Query a store: count and group its denials."""

# DuckDB has no complete types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage._text import hide_secrets
from iamtriage.report._rows import COLUMNS, SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.report._contents import Filter
    from iamtriage.report._store import Store

__all__ = ("GROUPS", "PROBLEM_COLUMNS", "Queries")

GROUPS = {
    "by_day": ("day", "left(time, 10)"),
    "by_principal": ("principal", "principal"),
    "by_action": ("action", "coalesce(action, service || ':' || operation, operation)"),
    "by_service": ("service", "service"),
    "by_account": ("account", "account"),
    "by_region": ("region", "region"),
    "by_layer": ("policy_type", "policy_type"),
    "by_error_code": ("error_code", "error_code"),
    "by_kind": ("kind", "kind"),
    "by_mfa": ("mfa", "mfa"),
}
"""Member of a report -> the name of its key, and the SQL expression of the key."""

_SHARED = (
    *("principal", "action", "resource", "account", "resource_account", "region", "service", "operation"),
    *("policy_type", "deny", "error_code", "kind"),
)
PROBLEM_COLUMNS = ("fingerprint", "count", "first_seen", "last_seen", *_SHARED)
"""The columns of a problem."""

# Only the first of several files with the same content is counted.
_SOURCES = """
CREATE OR REPLACE TEMP VIEW sources AS
SELECT *, CASE WHEN digest IS NOT NULL
    THEN first_value(name) OVER (PARTITION BY digest ORDER BY name) END AS first
FROM inputs
"""
_ROWS = """
SELECT source.name AS source, source.run, denials.*
FROM denials JOIN sources AS source ON denials.input = source.id
WHERE (source.first IS NULL OR source.first = source.name){conditions}
"""
# CloudTrail can deliver an event several times.
_DISTINCT = """
QUALIFY event_id IS NULL OR row_number() OVER (PARTITION BY event_id ORDER BY source.run, source.name) = 1
"""


class Queries:
    """Queries a store for the numbers of a report.

    Args:
        store: The store.
        chosen: The denials to count.
    """

    def __init__(self, store: Store, chosen: Filter) -> None:
        self._execute = store.query
        self._connection: Any = store.connection
        self._is_new = "NULL::BOOLEAN"
        self._create_view(chosen)

    def _create_view(self, chosen: Filter) -> None:
        conditions, values = "", dict[str, Any]()
        # Denials without a time, account or Region are counted, as in open_inputs().
        for name, sign in (("since", ">="), ("until", "<")):
            time = getattr(chosen, name)
            if time is not None:
                conditions += f" AND (time IS NULL OR left(time, {len(time)}) {sign} getvariable('{name}'))"
                values[name] = time
        if chosen.accounts:
            conditions += (
                " AND (account IS NULL OR list_contains(getvariable('accounts'), account)"
                " OR list_contains(getvariable('accounts'), recipient_account))"
            )
            values["accounts"] = list(chosen.accounts)
        if chosen.regions:
            conditions += " AND (region IS NULL OR list_contains(getvariable('regions'), region))"
            values["regions"] = list(chosen.regions)
        for name, value in values.items():
            self._execute(f"SET VARIABLE {name} = ?", [value])
        self._execute(_SOURCES)
        rows = _ROWS.format(conditions=conditions)
        self._execute(f"CREATE OR REPLACE TEMP VIEW rows AS {rows}")
        (total, distinct) = self._execute_one("SELECT count(event_id), count(DISTINCT event_id) FROM rows")
        kind = "VIEW" if total == distinct else "TABLE"
        self._execute("DROP TABLE IF EXISTS temp.shown_table")
        if kind == "TABLE":
            self._execute(f"CREATE TEMP TABLE shown_table AS {rows}{_DISTINCT}")
        source = "rows" if total == distinct else "shown_table"
        self._execute(f"CREATE OR REPLACE TEMP VIEW shown AS SELECT * FROM {source}")

    def _execute_one(self, query: str) -> tuple[Any, ...]:
        (row,) = self._execute(query)
        return row

    def totals(self) -> dict[str, Any]:
        """Return the numbers of the whole report."""
        inputs = self._execute_one(
            """
            SELECT count(*), count(*) FILTER (reason IS NULL),
                count(*) FILTER (reason IS NOT NULL AND NOT is_skipped), count(*) FILTER (is_skipped),
                count(*) FILTER (first IS NOT NULL AND first != name),
                coalesce(sum(records) FILTER (first IS NULL OR first = name), 0)::BIGINT,
                coalesce(sum(other_errors) FILTER (first IS NULL OR first = name), 0)::BIGINT
            FROM sources
            """
        )
        denials = self._execute_one(
            f"""
            SELECT count(*), count(DISTINCT fingerprint), count(DISTINCT principal), min(time), max(time),
                count(*) FILTER (kind = '{SIGN_IN}')
            FROM shown
            """
        )
        names = ("inputs", "inputs_read", "inputs_with_problems", "inputs_skipped", "duplicate_inputs")
        return {
            **dict(zip((*names, "records", "other_errors"), inputs, strict=True)),
            **dict(
                zip(
                    ("denials", "problems", "principals", "first_seen", "last_seen", "failed_sign_ins"),
                    denials,
                    strict=True,
                )
            ),
        }

    def group(self, name: str, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the denials by one of ``GROUPS``, the most frequent first, or days in order."""
        key, expression = GROUPS[name]
        order = "1" if name == "by_day" else "2 DESC, 1"
        rows = self._execute(
            f"""
            SELECT {expression} AS key, count(*), count(DISTINCT fingerprint), min(time), max(time)
            FROM shown GROUP BY key ORDER BY {order} NULLS LAST {_limit_clause(limit)}
            """
        )
        names = (key, "denials", "problems", "first_seen", "last_seen")
        return [dict(zip(names, (_redact_value(row[0]), *row[1:]), strict=True)) for row in rows]

    def mark_known(self, fingerprints: Iterable[str]) -> None:
        """Mark problems as known. All others are new."""
        self._execute("SET VARIABLE known = ?::VARCHAR[]", [list(fingerprints)])
        self._is_new = "fingerprint NOT IN (SELECT unnest(getvariable('known')))"

    def mark_run(self, run: int) -> None:
        """Mark the problems that only later runs found as new."""
        self._is_new = f"min(run) > {run:d}"

    def problems(self, limit: int | None = None, *, having: str = "true") -> Iterator[dict[str, Any]]:
        """Yield the new problems, then the others, each the most frequent first.

        ``is_new`` is ``None`` without a baseline or an earlier run.
        """
        rows = self._execute(
            f"""
            SELECT fingerprint, count(*) AS number, min(time), max(time),
                {", ".join(f"min({name})" for name in _SHARED)}, {self._is_new} AS is_new
            FROM shown GROUP BY fingerprint HAVING {having}
            ORDER BY is_new DESC, number DESC, fingerprint {_limit_clause(limit)}
            """
        )
        for row in rows:
            problem = dict(zip((*PROBLEM_COLUMNS, "is_new"), row, strict=True))
            for name in ("principal", "action", "resource", "operation", "service", "error_code"):
                problem[name] = _redact_value(problem[name])
            yield problem

    def assumptions(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the denials of calls that assume a role, by role and caller, the most frequent first."""
        names = ("role", "operation", "principal", "identity_provider", "audience", "subject")
        rows = self._execute(
            f"""
            SELECT assumed_role, operation, principal, identity_provider, audience, subject,
                count(*), min(time), max(time)
            FROM shown WHERE assumed_role IS NOT NULL OR subject IS NOT NULL
            GROUP BY ALL ORDER BY 7 DESC, 1, 2, 3, 4, 5, 6 {_limit_clause(limit)}
            """
        )
        return [dict(zip((*names, "denials", "first_seen", "last_seen"), row, strict=True)) for row in rows]

    def count_new(self) -> int:
        """Return the number of new problems."""
        new = f"SELECT fingerprint FROM shown GROUP BY fingerprint HAVING {self._is_new}"
        query = f"SELECT count(*) FROM ({new})"
        number: int = self._execute_one(query)[0]
        return number

    def examples(self, fingerprints: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield the fingerprint and the example of problems; ``None`` means all problems."""
        chosen = "" if fingerprints is None else "WHERE fingerprint IN (SELECT unnest(?::VARCHAR[]))"
        rows = self._execute(
            f"""
            SELECT fingerprint, arg_min(record, (time, event_id, record)) FROM examples
            {chosen} GROUP BY fingerprint
            """,
            None if fingerprints is None else [list(fingerprints)],
        )
        yield from ((fingerprint, record) for fingerprint, record in rows)

    def inputs(self, *, only_problems: bool = False) -> list[dict[str, Any]]:
        """Return the inputs, by name; the reason is ``None`` if nothing is missing."""
        names = ("name", "size", "records", "denials", "other_errors", "reason")
        rows = self._execute(
            f"""
            SELECT name, size, records, denials, other_errors, CASE
                WHEN first IS NOT NULL AND first != name THEN 'the same content as ' || first ELSE reason END
                AS why
            FROM sources {"WHERE why IS NOT NULL" if only_problems else ""} ORDER BY name
            """
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    def runs(self) -> list[dict[str, Any]]:
        """Return the runs that added inputs."""
        rows = self._execute("SELECT id, started, is_finished FROM runs ORDER BY id")
        return [dict(zip(("run", "started", "is_finished"), row, strict=True)) for row in rows]

    def rows(self) -> Any:  # noqa: ANN401 (DuckDB has no types)
        """Return a DuckDB relation with the rows, in order."""
        columns = ", ".join(COLUMNS)
        return self._connection.sql(
            f"SELECT {columns}, source FROM shown ORDER BY time, event_id, fingerprint, source"
        )


def _limit_clause(limit: int | None) -> str:
    return "" if limit is None else f"LIMIT {limit:d}"


def _redact_value(value: Any) -> Any:  # noqa: ANN401 (of any column)
    return hide_secrets(value) if isinstance(value, str) else value
