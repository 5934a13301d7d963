"""A text is searched once for the words of all rules."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from iamtriage.explaining._context import word_index
from iamtriage.explaining._context.word_index import WordIndex

_PARTS = st.sampled_from(["pod", "Pod", "kube", "a", "lock", "İ", "\u2003", "\n", " ", "arn:aws:s3:::orders"])


@given(st.lists(st.lists(_PARTS, max_size=12).map("".join), max_size=4))
def test_each_word_in_a_text_is_found(texts: list[str]) -> None:
    """Whether the words of a text were searched before makes no difference."""
    index = WordIndex()
    exact, any_case, rest = index.add("pod", "kube"), index.add("pod", ignores_case=True), index.add("a lock")
    for text in texts:
        found = index.find(text)
        assert bool(found & exact) == ("pod" in text or "kube" in text)
        assert bool(found & any_case) == ("pod" in text.lower())
        assert bool(found & rest) == ("lock" in text)


def test_few_words_are_remembered() -> None:
    """Neither long words nor those of a huge text take memory, and what was remembered before makes room."""
    index = WordIndex()
    group = index.add("pod")
    for start in range(0, 3 * word_index._MAX_REMEMBERED, 100):
        words = (f"w{number}" for number in range(start, start + 100))
        assert index.find(f"{' '.join(words)} pod{start}") == group
        assert len(index._others) + len(index._found) <= word_index._MAX_REMEMBERED
    before = len(index._others) + len(index._found)
    assert index.find(" ".join(map(str, range(word_index._MAX_REMEMBERED + 1)))) == 0
    assert index.find("x" * (word_index._MAX_LENGTH + 1)) == 0
    assert len(index._others) + len(index._found) == before


def test_the_first_explanation_of_a_process_finds_the_words_of_all_rules() -> None:
    """Rules that are imported for a denial add words, for which its text was not searched before."""
    text = (
        "An error occurred (AccessDenied) when calling the AssumeRole operation: User: "
        "arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: "
        "arn:aws:iam::111122223333:role/deploy\nYesterday I deleted the user ana and created it again."
    )
    code = (
        "import sys, iamtriage\n"
        "first, second = (iamtriage.explain(sys.argv[1]) for _ in range(2))\n"
        "assert [each.code for each in first.causes] == [each.code for each in second.causes], first.causes\n"
    )
    subprocess.run([sys.executable, "-c", code, text], check=True)
