"""Represent a report, and write it in different formats."""

from __future__ import annotations

import json
from io import StringIO
from os import PathLike
from typing import TYPE_CHECKING, Any

from iamtriage._text import hide_secrets
from iamtriage.explaining._explain import explain
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.report._assumptions import build_claims
from iamtriage.report._baselines import Baseline
from iamtriage.report._examples import read_example
from iamtriage.report._explanations import explain_example
from iamtriage.report._queries import GROUPS, Queries
from iamtriage.report._trust import check_assumption

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from typing import Self, TextIO

    from iamtriage.failures._failures import Failure
    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.report._contents import Filter
    from iamtriage.report._store import Store

__all__ = ("Report",)

_VERSION = 1
_CHUNK_SIZE = 1_000


class Report:
    """The denials of many inputs, counted and grouped into problems.

    Denials with the same fingerprint are one problem. A report reads its store on demand, so keep it
    open as long as you need it: use it in a ``with`` statement. Values are redacted.

    Attributes:
        was_interrupted: Whether Ctrl-C stopped the reading, so that inputs are missing.

    >>> from iamtriage.report import build_report
    >>> with build_report(["examples/cloudtrail.json"]) as report:
    ...     report.totals["denials"], report.totals["problems"]
    (2, 2)
    """

    def __init__(
        self,
        store: Store,
        chosen: Filter,
        *,
        baseline: Baseline | None = None,
        since_run: int | None = None,
        policies: PolicyCollection | None = None,
        was_interrupted: bool = False,
    ) -> None:
        self.was_interrupted = was_interrupted
        self._is_closed = False
        self._store = store
        self._queries = Queries(store, chosen)
        self._baseline = baseline
        self._since_run = since_run
        if baseline is not None:
            self._queries.mark_known(baseline.problems)
        elif since_run is not None:
            self._queries.mark_run(since_run)
        self._policies = policies
        self._totals: dict[str, Any] | None = None
        self._proposed: dict[str, dict[str, Any]] | None = None

    def __repr__(self) -> str:
        """Return the numbers of the report, or that it is closed."""
        if self._is_closed:
            return "<Report: closed>"
        return f"<Report: {self.totals['denials']} denials, {self.totals['problems']} problems>"

    def __enter__(self) -> Self:
        """Return the report."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the store, and delete it if it is temporary."""
        self._is_closed = True
        self._store.close()

    # ------------------------------------------------------------------------------------------ numbers

    @property
    def totals(self) -> dict[str, Any]:
        """The numbers of the whole report, such as ``records``, ``denials`` and ``problems``.

        ``new_problems`` and ``gone_problems`` are ``None`` without a baseline or an earlier run.
        """
        if self._totals is None:
            is_compared = self._baseline is not None or self._since_run is not None
            self._totals = {
                **self._queries.totals(),
                "new_problems": self._queries.count_new() if is_compared else None,
                "gone_problems": len(self.gone()) if is_compared else None,
            }
        return self._totals

    def count_by(self, name: str, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the number of denials and problems by a property, the most frequent value first.

        Args:
            name: ``"day"``, ``"principal"``, ``"action"``, ``"service"``, ``"account"``, ``"region"``,
                ``"layer"``, ``"error_code"``, ``"kind"`` or ``"mfa"``.
            limit: The maximum number of values.

        Raises:
            ValueError: The name is unknown.
        """
        if f"by_{name}" not in GROUPS:
            msg = f"unknown name {name!r}; expected one of {', '.join(each[3:] for each in GROUPS)}"
            raise ValueError(msg)
        return self._queries.group(f"by_{name}", limit)

    def problems(self, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the new problems, then the others, each the most frequent first.

        Args:
            limit: The maximum number of problems.

        Yields:
            A problem: ``fingerprint``, ``count``, ``first_seen``, ``last_seen``, ``principal`` (the role, not
            the session), ``action``, ``resource``, ``resource_account``, ``policy_type``, …, with ``is_new``,
            its ``example`` as a flat record, and its ``explanation``.
        """
        chunk: list[dict[str, Any]] = []
        for problem in self._queries.problems(limit):
            chunk.append(problem)
            if len(chunk) == _CHUNK_SIZE:
                yield from self._complete(chunk)
                chunk = []
        yield from self._complete(chunk)

    def _complete(self, problems: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        examples = dict(self._queries.examples([each["fingerprint"] for each in problems]))
        for problem in problems:
            example = examples[problem["fingerprint"]]
            yield {**problem, **explain_example(example, self._policies)}

    def explanations(self, limit: int | None = None) -> Iterator[tuple[str, str]]:
        """Yield the fingerprint of each problem and the short explanation of its example, as text.

        Args:
            limit: The maximum number of problems, the most frequent first.
        """
        for failure in self._failures(limit):
            yield fingerprint(failure), explain(failure).to_text()

    def gone(self) -> list[dict[str, Any]]:
        """Return the problems of the baseline, or of earlier runs, that no longer occur."""
        if self._baseline is not None:
            seen = {each["fingerprint"] for each in self._queries.problems()}
            return [dict(each) for key, each in sorted(self._baseline.problems.items()) if key not in seen]
        if self._since_run is None:
            return []
        names = ("fingerprint", "principal", "action", "resource", "policy_type", "error_code", "last_seen")
        rows = self._queries.problems(having=f"max(run) <= {self._since_run:d}")
        return [{name: each[name] for name in names} for each in rows]

    def denied_role_assumptions(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Return the roles that could not be assumed, by caller, the most frequent first.

        Unlike the error message, CloudTrail states the ``role`` and the claims of the web identity token
        (``identity_provider``, ``audience``, ``subject``). With policies, ``trust`` is the result of the
        role's trust policy.

        Args:
            limit: The maximum number of rows.
        """
        rows = self._queries.assumptions(limit)
        if self._policies is not None:
            for row in rows:
                row["trust"] = self._check_trust(row, self._policies)
        return [
            {name: hide_secrets(value) if isinstance(value, str) else value for name, value in row.items()}
            for row in rows
        ]

    @staticmethod
    def _check_trust(row: Mapping[str, Any], policies: PolicyCollection) -> dict[str, Any] | None:
        if row["role"] is None:
            return None
        claims = build_claims(row["identity_provider"], row["audience"], row["subject"])
        caller = row["principal"] or row["identity_provider"]
        return check_assumption(row["operation"], row["role"], caller, claims, policies)

    def inputs(self, *, only_problems: bool = False) -> list[dict[str, Any]]:
        """Return the result of reading each input, by name.

        Args:
            only_problems: Whether to omit inputs that were read completely.
        """
        return self._queries.inputs(only_problems=only_problems)

    def failures(self) -> Iterator[Failure]:
        """Yield one failure for each problem, unredacted: it can contain secrets."""
        yield from self._failures(None)

    def _failures(self, limit: int | None) -> Iterator[Failure]:
        fingerprints = [each["fingerprint"] for each in self._queries.problems(limit)]
        for start in range(0, len(fingerprints), _CHUNK_SIZE):
            chosen = fingerprints[start : start + _CHUNK_SIZE]
            examples = dict(self._queries.examples(chosen))
            for each in chosen:
                failure = read_example(examples[each])
                if failure is not None:
                    yield failure

    @property
    def policies_by_principal(self) -> dict[str, dict[str, Any]]:
        """A least-privilege policy for each principal that an ``Allow`` can help, by principal.

        With policies, each has the ``verification`` for the principal's problems.
        """
        from iamtriage.report._policies import build_policies

        if self._proposed is None:
            self._proposed = build_policies(list(self.failures()), self._policies)
        return self._proposed

    def new_baseline(self) -> Baseline:
        """Return the baseline of the current problems, with the members of the given baseline."""
        return (self._baseline or Baseline({})).update(self._queries.problems())

    # ------------------------------------------------------------------------------------------- output

    def to_dict(self) -> dict[str, Any]:
        """Return the whole report as JSON-ready data."""
        return {
            "version": _VERSION,
            "totals": self.totals,
            **{name: self._queries.group(name) for name in GROUPS},
            "problems": list(self.problems()),
            "gone": self.gone(),
            "denied_role_assumptions": self.denied_role_assumptions(),
            "policies_by_principal": self.policies_by_principal,
            "inputs": self.inputs(),
            "runs": self._queries.runs(),
        }

    def to_json(self) -> str:
        """Return the whole report as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=True)

    def to_text(self, *, top: int = 10) -> str:
        """Return the most frequent problems and values as text.

        Args:
            top: The number of rows in each table.
        """
        from iamtriage.report._formats.terminal import print_summary

        file = StringIO()
        print_summary(self, file, top=top)
        return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())

    def to_markdown(self, *, top: int = 50) -> str:
        """Return the most frequent problems and values as Markdown with tables, as GitHub reads it.

        Args:
            top: The number of rows in each table.
        """
        from iamtriage.report._formats.markdown import render_markdown

        return render_markdown(self, top=top)

    def to_html(self) -> str:
        """Return the report as one HTML page with plots and tables, without external resources."""
        from iamtriage.report._formats.page.rendering import render_page

        return render_page(self)

    def write_csv(self, target: str | os.PathLike[str] | TextIO) -> None:
        """Write the denials as CSV, one per row.

        A value that a spreadsheet would interpret as a formula begins with ``'``.

        Args:
            target: The path, or a text file.
        """
        from iamtriage.report._formats.tables import write_csv

        if isinstance(target, str | PathLike):
            with open(target, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 (a path of any form)
                write_csv(self._queries.rows(), file)
        else:
            write_csv(self._queries.rows(), target)

    def write_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the denials as Parquet, one per row."""
        from iamtriage.report._formats.tables import write_parquet

        write_parquet(self._queries.rows(), path)
