"""Most denials have no word that the rules look for."""

from __future__ import annotations

from iamtriage import AccessDenied, parse
from iamtriage.explaining import Facts
from iamtriage.explaining._rules.denials.additions import find_additions
from iamtriage.explaining._rules.denials.dispatch import DEFAULT_RULE, find_rules
from iamtriage.explaining._rules.shared.denial import build_denial


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
