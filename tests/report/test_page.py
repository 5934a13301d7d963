"""The page of a report in a real browser, and its source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage.report import build_report
from iamtriage.report._formats.page.plots import draw_bars, draw_days
from iamtriage.report._formats.page.rendering import render_page
from tests.notebook.chromium import Page, open_browser
from tests.report.test_building import event, write_events

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = "</script><img src=x onerror=alert(1)>&<!--\x1b\u202e'\"`${alert(1)}"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Return a tab with a report of 120 problems of 12 roles, one of them hostile."""
    folder = tmp_path_factory.mktemp("page")
    events = []
    for number in range(120):
        role = HOSTILE if number % 12 == 0 else f"app-{number % 12}"
        message = (
            str(event(number)["errorMessage"])
            .replace("/app/", f"/{role}/")
            .replace("orders", f"orders-{number}")
        )
        identity = {"type": "AssumedRole", "arn": f"arn:aws:sts::111122223333:assumed-role/{role}/run"}
        events += [
            event(number + 1000 * copy, errorMessage=message, userIdentity=identity)
            for copy in range(1 + number % 3)
        ]
    events = [{**each, "eventID": f"{place:032x}"} for place, each in enumerate(events)]
    write_events(folder / "1.json.gz", *events)
    (folder / f"{HOSTILE.replace('/', '')}.gz").write_bytes(b"\x1f\x8b\x08truncated")
    with build_report([folder / "*.gz"]) as report:
        (folder / "report.html").write_text(report.to_html(), "utf-8")
    with open_browser(folder / "profile") as tab:
        tab.open((folder / "report.html").as_uri())
        yield tab


def texts(page: Page, selector: str) -> list[str]:
    return list(
        page.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText)")
    )


def test_nothing_is_fetched_and_no_value_is_markup(page: Page) -> None:
    assert page.problems() == []
    assert [url.partition(":")[0] for url in page.requests()] == ["file"]
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert "onerror=alert(1)" in page.evaluate("document.body.innerText")


def test_problems_are_shown_in_pages(page: Page) -> None:
    assert len(texts(page, "#problems tbody tr")) == 50
    assert texts(page, "#problem-status") == ["1–50 of 120"]
    page.click("document.getElementById('problem-next')")
    page.click("document.getElementById('problem-next')")
    assert texts(page, "#problem-status") == ["101–120 of 120"]
    assert page.evaluate("document.getElementById('problem-next').disabled")
    page.click("document.getElementById('problem-previous')")
    page.click("document.getElementById('problem-previous')")
    assert texts(page, "#problem-status") == ["1–50 of 120"]


def test_problems_are_sorted_by_the_clicked_column(page: Page) -> None:
    counts = [int(each) for each in texts(page, "#problems tbody td:first-child")]
    assert counts == sorted(counts, reverse=True)
    head = "document.querySelectorAll('#problems th button')"
    page.click(f"{head}[4]")
    days = texts(page, "#problems tbody td:last-child")
    assert days == sorted(days)
    page.click(f"{head}[4]")
    assert texts(page, "#problems tbody td:last-child")[0] == "2026-11-09"
    assert page.evaluate(f"{head}[4].parentElement.getAttribute('aria-sort')") == "descending"
    page.click(f"{head}[0]")


def test_problems_are_filtered_by_words_and_values(page: Page) -> None:
    write = (
        "(value => {{ const e = document.getElementById('problem-filter'); e.value = value;"
        " e.dispatchEvent(new Event('input')); }})({})"
    )
    page.evaluate(write.format(json.dumps("orders-119 app-11")))
    assert texts(page, "#problem-status") == ["1–1 of 1 (120 in all)"]
    page.evaluate(write.format(json.dumps("onerror=")))
    assert texts(page, "#problem-status") == ["1–10 of 10 (120 in all)"]
    page.evaluate(write.format('""'))
    options = texts(page, "select[data-column=policy_type] option")
    assert options == ["all", "identity"]


def test_a_problem_unfolds_to_its_cause_and_its_facts(page: Page) -> None:
    page.click("document.querySelector('#problems details summary')")
    facts = texts(page, "#problems details[open] dt")
    assert facts[:2] == ["Cause", "Do this first"]
    assert "Fingerprint" in facts
    page.click("document.querySelector('#problems details[open] details summary')")
    assert "no identity-based policy allows" in " ".join(
        texts(page, "#problems details[open] pre")[0].split()
    )
    link = "document.querySelector('#problems details[open] a')"
    assert page.evaluate(f"{link}.href").endswith("/causes/no-identity-allow.html")


def test_small_tables_are_sorted_and_filtered(page: Page) -> None:
    table = "[...document.querySelectorAll('section')].find(e => e.innerText.startsWith('Principals'))"
    rows = f"[...{table}.querySelectorAll('tbody tr')].filter(e => !e.hidden).map(e => e.cells[0].innerText)"
    roles = sorted(f"arn:aws:iam::111122223333:role/app-{number}" for number in range(1, 12))
    page.click(f"{table}.querySelector('th button')")
    assert [each for each in page.evaluate(rows) if "/app-" in each] == roles
    page.evaluate(
        f"(e => {{ e.value = 'app-3'; e.dispatchEvent(new Event('input')); }})({table}.querySelector('input'))"
    )
    assert page.evaluate(rows) == ["arn:aws:iam::111122223333:role/app-3"]


@pytest.mark.parametrize("width", [320, 700, 1100])
def test_no_part_is_wider_than_the_window(page: Page, width: int) -> None:
    page.resize(width, 900)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.resize(1100, 900)


def test_text_has_contrast_in_the_light_and_in_the_dark(page: Page) -> None:
    """By WCAG's formula: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    url = page.evaluate("location.href")
    for is_dark in (False, True):
        page.open(url, dark=is_dark)
        colors = page.evaluate(
            "['h1', '.quiet', 'td', 'a', 'th button', '.plot text'].map(s => document.querySelector(s)).filter(e => e)"
            ".map(e => { const s = getComputedStyle(e); return [e.closest('svg') ? s.fill : s.color,"
            " getComputedStyle(document.body).backgroundColor]; })"
        )
        assert len(colors) >= 5
        for front, back in colors:
            assert contrast(front, back) >= 4.5, (is_dark, front, back)


def contrast(front: str, back: str) -> float:
    lights = sorted(luminance(each) for each in (front, back))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(color: str) -> float:
    parts = [int(each) / 255 for each in re.findall(r"\d+", color)[:3]]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --------------------------------------------------------------------------------------------- source


def test_plots_contain_no_markup_of_labels() -> None:
    svg = draw_bars([{"value": HOSTILE, "denials": 3}, {"value": None, "denials": 1}], "value")
    assert "<img" not in svg
    assert "not stated" in svg
    assert svg.startswith("<svg ")
    assert "onerror" not in re.sub(r">[^<]*<", "><", svg)


def test_values_with_the_same_end_have_their_own_bars() -> None:
    rows = [{"value": start + "x" * 60, "denials": 3} for start in "ab"]
    svg = draw_bars(rows, "value")
    assert svg.count("xxx</text>") == 1
    assert svg.count("xxx (2)</text>") == 1


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9])
def test_numbers_of_denials_are_whole(most: int) -> None:
    svg = draw_bars([{"value": "a", "denials": most}, {"value": "b", "denials": 1}], "value")
    assert not re.findall(r">\d+\.\d+<", svg)


def test_plots_of_one_day_and_of_many_are_equally_wide() -> None:
    days = [{"day": f"2026-11-{number:02d}", "denials": number} for number in range(1, 31)]
    widths = {re.findall(r'viewBox="0 0 (\d+)', draw_days(each))[0] for each in (days[:2], days)}
    assert len({int(width) // 20 for width in widths}) == 1


class ManyProblems:
    """A report of more problems than a page shows."""

    @property
    def totals(self) -> dict[str, Any]:
        numbers = ("inputs", "inputs_read", "duplicate_inputs", "records", "other_errors", "principals")
        unknown = ("first_seen", "last_seen", "new_problems", "gone_problems")
        totals: dict[str, Any] = dict.fromkeys((*numbers, "failed_sign_ins"), 0)
        totals.update(dict.fromkeys(unknown))
        return totals | {"denials": 12_000, "problems": 12_000}

    @property
    def policies_by_principal(self) -> dict[str, dict[str, Any]]:
        return {}

    def count_by(self, name: str, limit: int | None = None) -> list[dict[str, Any]]:
        key = {"layer": "policy_type"}.get(name, name)
        return [{key: None, "denials": 12_000, "problems": 12_000, "first_seen": None, "last_seen": None}][
            :limit
        ]

    def problems(self, limit: int | None = None) -> Iterator[dict[str, Any]]:
        explanation = dict.fromkeys(("cause", "url", "remedy", "trust")) | {"summary": "Denied."}
        shared = dict.fromkeys(
            (
                *("first_seen", "last_seen", "is_new", "principal", "action", "resource", "account", "deny"),
                *("resource_account", "region", "service", "operation", "policy_type", "error_code", "kind"),
            )
        )
        for number in range(12_000 if limit is None else limit):
            yield {
                "count": 1,
                "fingerprint": str(number),
                **shared,
                "example": None,
                "explanation": explanation,
            }

    def explanations(self, limit: int | None = None) -> Iterator[tuple[str, str]]:
        yield from [("0", "Denied.")][:limit]

    def denied_role_assumptions(self, limit: int | None = None) -> list[dict[str, Any]]:
        return [][:limit]

    def gone(self) -> list[dict[str, Any]]:
        return []

    def inputs(self, *, only_problems: bool = False) -> list[dict[str, Any]]:
        return [{}] * (not only_problems)


def test_ten_thousand_problems_are_data_and_few_rows() -> None:
    page = render_page(ManyProblems())
    assert page.count("<tr>") < 100
    data = json.loads(re.findall(r'id="problem-data">(.*?)</script>', page)[0])
    assert len(data["rows"]) == 10_000
    assert "The 10,000 most frequent of 12,000 problems." in page
