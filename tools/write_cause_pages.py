"""Write the pages of the catalogue of causes, for the documentation.

``docs/conf.py`` calls it before each build, so the pages are not in the repository.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Fields, Paragraph, Source
from iamtriage._rendering.markdown import render
from iamtriage.explaining.causes import SUBJECTS, all_causes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from iamtriage.explaining.causes import CauseInfo

__all__ = ("write_pages",)

_INDEX = """# Causes

Every cause that `explain` names has a code and a page: what it means, how it is recognized, how to fix it,
and an example. `iamtriage why CODE` prints the page, and `iamtriage.explaining.causes` has the catalogue as
data. To find the page of an error, paste its text into the search field, or run `iamtriage explain`.
"""


def write_pages(folder: Path) -> None:
    """Write the page of each cause and the index, and delete pages of causes that no longer exist."""
    folder.mkdir(exist_ok=True)
    infos = all_causes()
    pages = {f"{info.code}.md": "\n\n".join(_page(info, infos)) + "\n" for info in infos}
    pages["index.md"] = "\n".join(_index(infos)) + "\n"
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        # Sphinx reads only pages that have changed.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _prose(text: str) -> str:
    return render((Paragraph(text),))


def _page(info: CauseInfo, infos: tuple[CauseInfo, ...]) -> Iterator[str]:
    # The pages are not in a table of contents, because the theme would print all of it on each page.
    yield f"---\norphan: true\n---\n\n# {_prose(info.title)}"
    subject = SUBJECTS[info.subject]
    yield f"`{info.code}` ({subject}), since version {info.since}. [All causes](index.md)"
    if info.meaning != f"{info.title}.":
        yield _prose(info.meaning)
    yield "## The error"
    yield render((Source(info.example.text),))
    if facts := info.example.facts:
        yield "These [facts](../explaining.md#facts) are given in addition:"
        yield render((Fields(tuple((name, str(value)) for name, value in facts.items())),))
    yield "## How it is recognized"
    if info.reason_for is None:
        yield _prose(info.recognised_by)
    else:
        parent = next(each for each in infos if each.code == info.reason_for)
        yield f"No error states it. It is a possible reason for this cause: {_link(parent)}."
    yield "## How to fix it"
    yield _prose(info.fix)
    if reasons := [each for each in infos if each.reason_for == info.code]:
        yield "## Possible reasons"
        yield "\n".join(f"- {_link(each)}" for each in reasons)
    yield "## What iamtriage says about the example"
    yield render((Source(info.example.explain().to_text(detail="full", width=84)),))
    yield "## Documentation"
    yield "\n".join(f"- <{source}>" for source in info.sources)


def _link(info: CauseInfo) -> str:
    return f"[{_prose(info.title)}]({info.code}.md)"


def _index(infos: tuple[CauseInfo, ...]) -> Iterator[str]:
    yield _INDEX
    for subject, group in groupby(infos, lambda info: info.subject):
        yield f"## {SUBJECTS[subject]}\n"
        yield from (f"- {_link(info)}: `{info.code}`" for info in group)
        yield ""
