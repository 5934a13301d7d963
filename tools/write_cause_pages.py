"""Write the pages of the catalogue of causes, for the documentation.

``docs/conf.py`` calls it before each build, so the pages are not in the repository.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Fields, Paragraph, Source
from iamtriage._rendering.markdown import render
from iamtriage.explaining.causes import SUBJECTS, all_causes
from iamtriage.explaining.causes._catalogue import find_folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from iamtriage.explaining.causes import CauseInfo

__all__ = ("HEADINGS", "write_pages")

_INDEX = """# Causes

Every cause that `explain` names has a code and a page: what it means, how it is recognized, how to fix it,
and an example. `iamtriage why CODE` prints the page, and `iamtriage.explaining.causes` has the catalogue as
data. To find the page of an error, paste its text into the search field, or run `iamtriage explain`.
Below a cause are its possible reasons.
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
    yield _recognition(info, infos)
    yield "## How to fix it"
    yield _prose(info.fix)
    if reasons := [each for each in infos if each.reason_for == info.code]:
        yield "## Possible reasons"
        yield "\n".join(f"- {_link(each)}" for each in reasons)
    yield "## What iamtriage says about the example"
    yield render((Source(info.example.explain().to_text(detail="full", width=84)),))
    yield "## Documentation"
    yield "\n".join(f"- <{source}>" for source in info.sources)


def _recognition(info: CauseInfo, infos: tuple[CauseInfo, ...]) -> str:
    """Return how a cause is recognized, with a link to the cause that it can explain."""
    parent = next((each for each in infos if each.code == info.reason_for), None)
    if parent is None:
        return _prose(info.recognised_by)
    # Some sentences end with the cause.
    before, mention, _ = info.recognised_by.partition(f"“{parent.title}” ({parent.code})")
    return f"{_prose(before)} {'' if mention else 'It is a possible reason for '}{_link(parent)}."


def _link(info: CauseInfo) -> str:
    return f"[{_prose(info.title)}]({info.code}.md)"


# The headings below a subject, in order, for the folders of rules that define the causes. Causes of other
# folders are about no single part of the subject, and come first.
HEADINGS = {
    "denials.roles": "Roles",
    "calls.roles": "Roles",
    "denials.s3": "Amazon S3",
    "denials.kms": "AWS KMS",
    "denials.data_stores": "Databases, queries and search",
    "denials.services": "Other services",
    "credentials.keys": "Access keys",
    "credentials.profiles": "Profiles",
    "credentials.logins": "Logins",
    "credentials.requests": "Signed requests",
    "credentials.tokens": "Tokens of identity providers",
    "credentials.workloads": "Pods, tasks and jobs",
    "sts.trust": "Trust policies",
    "kubernetes.rbac": "RBAC",
    "kubernetes.logins": "Logins",
    "kubernetes.aws_auth": "The ConfigMap aws-auth",
    "kubernetes.entries": "Access entries",
    "kubernetes.pods": "Pods",
    "kubernetes.console": "The EKS console",
    "calls.names": "Names and ARNs",
    "shared.principals": "Names and ARNs",
    "calls.policies": "Policies and permissions of resources",
}


def _index(infos: tuple[CauseInfo, ...]) -> Iterator[str]:
    yield _INDEX
    folders = find_folders()
    for subject, members in groupby(infos, lambda info: info.subject):
        group = {info.code: info for info in members}
        sections: dict[str, list[CauseInfo]] = {"": [], **{each: [] for each in HEADINGS.values()}}
        for info in group.values():
            if info.reason_for not in group:
                sections[HEADINGS.get(folders[info.code], "")].append(info)
        yield f"## {SUBJECTS[subject]}\n"
        for heading, causes in sections.items():
            if causes and heading:
                yield f"### {heading}\n"
            for info in causes:
                yield from _items(info, group)
            if causes:
                yield ""


def _items(info: CauseInfo, group: dict[str, CauseInfo], indent: str = "") -> Iterator[str]:
    """Yield the list items of a cause and of its possible reasons."""
    yield f"{indent}- {_link(info)}: `{info.code}`"
    for each in group.values():
        if each.reason_for == info.code:
            yield from _items(each, group, indent + "  ")
