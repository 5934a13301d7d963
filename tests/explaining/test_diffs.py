"""Tests that a change that git printed is read as what the file has after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain, parse
from iamtriage.explaining._responses.diffs import apply_diffs
from iamtriage.explaining._responses.restoring import restore_responses

DENIED = (
    "An error occurred (AccessDenied) when calling the PutObject operation: User: "
    "arn:aws:sts::111122223333:assumed-role/nightly/run-7 is not authorized to perform: s3:PutObject on resource: "
    '"arn:aws:s3:::shop-backups/db.gz" because no identity-based policy allows the s3:PutObject action\n\n'
)
HUNK = """\
@@ -3,5 +3,5 @@
     {
       "Sid": "Backups",
-      "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-backups/*"
+      "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-backups/daily/*"
     }
"""
AFTER = "".join(line[1:] for line in HUNK.splitlines(keepends=True)[1:] if not line.startswith("-"))


@pytest.mark.parametrize(
    ("before", "file"),
    [
        ("$ git diff HEAD~1 -- iam/nightly.json\n", "iam/nightly.json:"),
        ("$ git diff HEAD~3 iam/nightly.json\n", "iam/nightly.json:"),
        ("$ git diff 'HEAD@{yesterday}'\n".replace("'", ""), ""),
        ("$ git diff 3f2a91c..HEAD\n", ""),
        ("git -C /srv/iam diff v1.4 HEAD\n", ""),
        ("$ git diff HEAD^ -- iam/nightly.json\ndiff --git a/iam/nightly.json b/iam/nightly.json\nindex 1f2e3d4..5a6b7c8 100644\n--- a/iam/nightly.json\n+++ b/iam/nightly.json\n", "iam/nightly.json:"),
        ("$ git show\ncommit 3f2a91c\nAuthor: Ana <ana@example.com>\nDate:   Mon Nov 30 09:12:00 2026 +0000\n\n    narrow the paths\n\ndiff --git a/x.json b/x.json\n--- a/x.json\n+++ b/x.json\n", "x.json:"),
        ("$ git log -p -1 iam/nightly.json\ncommit 3f2a91c\n\n", "iam/nightly.json:"),
    ],
)  # fmt: skip
def test_a_change_becomes_the_file(before: str, file: str) -> None:
    failure = parse(f"{DENIED}{before}{HUNK}")
    assert failure is not None
    shown = restore_responses(failure)
    assert shown.text == f"{DENIED}{before}{file}\n{AFTER}"
    assert shown.text[slice(*shown.span)] == failure.text[slice(*failure.span)]
    assert explain(failure).causes == explain(shown).causes


@pytest.mark.parametrize(
    "before",
    [
        # Not committed, another branch, or the other way round.
        "$ git diff\n",
        "$ git diff --cached -- iam/nightly.json\n",
        "$ git diff main -- iam/nightly.json\n",
        "$ git diff main...narrow\n",
        "$ git diff HEAD HEAD~1\n",
        "$ git diff -R HEAD~1 -- iam/nightly.json\n",
        "$ git diff --cached HEAD~1\n",
        "$ git show origin/narrow\n",
        "$ git show stash@{0}\n",
        "$ git show HEAD~20\n",
        "$ git log -p main..feature -- iam/nightly.json\n",
        # What another tool compares.
        "$ kubectl diff -f policy.yaml\n",
        "$ diff -u live.json repo.json\n",
        "",
        # A proposal.
        "Ana wants to merge this:\n$ git show 3f2a91c\n",
        "that commit is not deployed yet\n$ git show 3f2a91c\n",
        "we reverted this one\n$ git show 3f2a91c\n",
        "In this pull request:\n$ git show\n",
        "We will deploy this tomorrow:\n$ git show\n",
        # The change is of another command.
        "$ git show --stat\n nightly.json | 2 +-\ntook 3 s\n",
    ],
)
def test_a_change_that_is_not_in_effect(before: str) -> None:
    assert [*apply_diffs(f"{DENIED}{before}{HUNK}")] == []


@pytest.mark.parametrize(
    "words", ["It is not merged yet.", "I rolled it back an hour ago.", "\nThen we reverted that."]
)
def test_a_change_that_was_undone_since(words: str) -> None:
    assert [*apply_diffs(f"{DENIED}$ git show\n{HUNK}{words}\n")] == []


def test_an_earlier_change_of_the_same_lines() -> None:
    """What a later commit removed is not in the file, whatever the commit before it did."""
    earlier = HUNK.replace("shop-backups/*", "x/*").replace("daily/*", "*")
    assert "x/*" not in AFTER
    text = f"{DENIED}$ git log -p a.json\ncommit 3f2a91c\n\n{HUNK}\ncommit 2e1b80d\n\n{earlier}"
    assert [written for _, _, written in apply_diffs(text)] == [f"a.json:\n{AFTER}", ""]


@pytest.mark.parametrize(
    ("hunk", "after"),
    [
        ("@@ -1,2 +1,1 @@\n a\n-b\n", "a\n"),
        ("@@ -0,0 +1,2 @@\n+a\n+\n", "a\n\n"),
        # Trailing blanks are lost, lines are left out, and a list follows.
        ("@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", "a\n\nc\n"),
        ("@@ -1,9 +1,9 @@\n-b\n+c\n\nWhat now?\n", "c\n"),
        ("@@ -1 +1 @@\n-b\n+c\n\\ No newline at end of file\n- first\n", "c\n"),
        ('@@ -4,2 +4,3 @@ provider "aws" {\n   assume_role {\n+    policy = local.policy\n   }\n', 'provider "aws" {\n  assume_role {\n    policy = local.policy\n  }\n'),
        ("@@ -1 +1 @@\n-b\n+c\n@@ -9 +9 @@\n-x\n+y\n", "c\n|y\n"),
    ],
)  # fmt: skip
def test_lines_of_a_hunk(hunk: str, after: str) -> None:
    found = [written.removeprefix("\n") for _, _, written in apply_diffs(f"$ git show\n{hunk}")]
    assert "|".join(found) == after


_CHANGED = " a: 1\n-b: 2\n+ b: 3\n"


@pytest.mark.parametrize(
    ("heading", "lines", "after"),
    [
        ("commit 3f2a91c, merged today:", _CHANGED, "a: 1\n b: 3\n"),
        ("Deployed this morning (3f2a91c):", _CHANGED, "a: 1\n b: 3\n"),
        ("commit 3f2a91c:", f"{_CHANGED}\nIt fails since.\n", "a: 1\n b: 3\n"),
        # Not in effect, no change, and words among the lines.
        ("commit 3f2a91c, not merged yet:", _CHANGED, None),
        ("I want this commit deployed:", _CHANGED, None),
        ("commit 3f2a91c:", f"{_CHANGED}\nI reverted it.\n", None),
        ("commit 3f2a91c:", " - a: 1\n - b: 3\n", None),
        ("commit 3f2a91c:", f"{_CHANGED}It fails since.\n", None),
        ("the commit said so", _CHANGED, None),
    ],
)
def test_changed_lines_below_a_commit(heading: str, lines: str, after: str | None) -> None:
    found = [written for _, _, written in apply_diffs(f"{DENIED}{heading}\n{lines}")]
    assert found == ([] if after is None else [after])


@given(
    st.lists(st.tuples(st.sampled_from(" +-"), st.text("ab {}", min_size=1)), min_size=1),
    st.text("ab+-@ \n", max_size=40),
)
def test_any_hunk(lines: list[tuple[str, str]], rest: str) -> None:
    old, new = (sum(mark in marks for mark, _ in lines) for marks in (" -", " +"))
    hunk = f"@@ -1,{old} +1,{new} @@\n" + "".join(f"{mark}{each}\n" for mark, each in lines)
    text = f"$ git show\n{hunk}"
    [(start, end, _)] = [*apply_diffs(text)]
    assert text[start:].startswith("@@")
    assert end <= len(text)
    assert [*apply_diffs(f"{text}{rest}")]


def test_the_summary_names_the_changed_file() -> None:
    explanation = explain(
        f"{DENIED}It worked until yesterday.\n$ git diff HEAD~1 -- iam/nightly.json\n{HUNK}"
    )
    assert explanation.summary.endswith(
        "the policy in iam/nightly.json allows it only on arn:aws:s3:::shop-backups/daily/*."
    )
