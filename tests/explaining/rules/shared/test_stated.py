"""A text is searched once for the words of all rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iamtriage import AccessDenied, parse
from iamtriage.explaining import Facts
from iamtriage.explaining._rules.denials.additions import find_additions
from iamtriage.explaining._rules.denials.dispatch import DEFAULT_RULE, find_rules
from iamtriage.explaining._rules.shared import stated
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.stated import WordIndex

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
    for start in range(0, 3 * stated._MAX_REMEMBERED, 100):
        words = (f"w{number}" for number in range(start, start + 100))
        assert index.find(f"{' '.join(words)} pod{start}") == group
        assert len(index._others) + len(index._found) <= stated._MAX_REMEMBERED
    before = len(index._others) + len(index._found)
    assert index.find(" ".join(map(str, range(stated._MAX_REMEMBERED + 1)))) == 0
    assert index.find("x" * (stated._MAX_LENGTH + 1)) == 0
    assert len(index._others) + len(index._found) == before


def test_a_plain_denial_has_no_word_of_a_rule() -> None:
    """Rules look for rare words, so that most denials are compared with few conditions."""
    failure = parse(
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: dynamodb:GetItem on resource: "
        "arn:aws:dynamodb:eu-west-3:111122223333:table/orders because no identity-based policy allows the dynamodb:GetItem action"
    )
    assert isinstance(failure, AccessDenied)
    denial = build_denial(failure, Facts())
    assert next(find_rules(denial)) == DEFAULT_RULE
    assert not [*find_additions(denial)]
    assert denial.stated.words == 0
