"""Read what people say in plain words around a failure: what works, what they have, and what they did.

A statement is a clause of prose. One with a negation or a condition, of documentation, or about another caller, is not about
the failed call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, may_find, search_last
from iamtriage._text import line_at, line_start
from iamtriage.policies._managed_policies import LISTED

_MAX_CHARS, _CHARS_OF_CLAUSE = 64_000, 300
CLAUSE_END = lazy_pattern(
    r"(?:(?<!\s)\.|[;!?])(?=\s)|\n|:? ?(?=\{\s{0,20}\")|,? (?:but|while|whereas|though|although)\b|, (?:not|only) |, (?=(?:in|for|with|from) )"
)
"""Where a clause ends."""
_WORKS = lazy_pattern(
    # But not the name of a folder.
    r"(?i:(?<![-/\\])\b(?:works?(?![-/\\])|worked|arrives?|arrived|working|fine|ok|okay|succeed(?:s|ed)?|success(?:ful(?:ly)?)?|(?:goe?s?|went) through|(?:is|are|was|were|goes|stays) green|(?:can|could) (?:still )?be (?:read|opened|downloaded|fetched|pulled|listed)|pass(?:es|ed)|(?:prints|printed|returns|returned)(?![^\n.;]{0,60}?(?:error|denied|forbidden|exception|fail|\b[1345]\d\d\b|unauthori|nothing|empty|exit code|invalid|missing|time(?:d )?-?out|refus|reject))|helps|fixe[sd]|lasts|does last|stays valid|(?:there (?:is|are|was|were)|has|have|had) no (?:issue|problem)s?|without (?:an? |any )?(?:errors?|issues?|problems?|trouble)|(?:(?<=: )|(?<=> )|(?:gives?|gets?|got|answers?|answered) (?:HTTP )?)200(?! [a-z]))\b)"
)
_CHANGED = lazy_pattern(
    r"\b(?:I|[Ww]e|[Tt]hey|has|have|was|were|been|just|colleagues?|admins?|team|security)(?: have| has| then| only| also| already| just| now)?(?: deleted and)? (?:did (?:add|attach|give|grant|put)|added|annotated|associated|attached|changed|created|enabled|gave|given|moved|put|removed|renamed|replaced|re-?created|rotated|set|turned on|updated)\b"
)
_BEFORE = lazy_pattern(
    r"(?i:\b(?:last (?:week|month|year|night|sprint|mon|tues|wednes|thurs|fri|satur|sun)|yesterday|(?:days?|weeks?|months?) ago)\b)"
)
_DENIES = lazy_pattern(
    r"(?i:\b(?:not|never|cannot|neither|nor|nobody|nothing|no one|no longer|fail(?:s|ed)?|stop(?:s|ped)? (?:to work|working))\b|n't\b)"
)
# Words of a clause about another caller, a time before, a condition, a requirement or another attempt.
_IS_OTHER = lazy_pattern(
    r"(?i:\b(?:if|when|once|unless|until|without|no|before|instead|(?:an)?other|different|colleagues?|someone|somebody|should|must|check|verify|whether|ensure|make sure|for (?:example|instance)|suppose|imagine|what if|maybe|perhaps|(?:needs?|has|have|supposed|used) to (?:allow|be|have))\b)"
)
# "When it runs in a container, it fails" is about the failed call.
_WHEN, _FAILS = ("When", "when"), lazy_pattern(r"(?i:\b(?:fails?|failed|errors?|throws|times out)\b)")
# "Was the cluster created by the role?"
_QUESTION = lazy_pattern(
    r"\W{0,4}(?i:am|is|are|was|were|do|does|did|can|could|may|might|should|will|would|has|have)\b(?:[^.?!\n]|\.(?=\S)){0,1000}\?"
)
# "If it works with curl", "it should work with curl" and "the documentation says that it works with curl" do not say that.
_NOT_SEEN = lazy_pattern(
    r"(?i:\b(?:if|whether|should|would|could|might|may|must|(?:supposed|expected|meant|ought|have|has|needs?) to)(?: [\w'./-]{1,60}){0,3} \Z)"
)
_OF_DOCUMENTATION = lazy_pattern(
    r"(?i:\b(?:docs?|documentation|guide|manual|readme|article|blog|post|tutorial)\b[^\n]{0,40} (?:says?|shows?|states?|claims?|mentions?|writes?|describes?)\b|\baccording to\b)"
)
_OF_ATTEMPT = lazy_pattern(
    r"(?i:\b(?:works?|worked|fixe[sd]|helped|helps|(?:re)?solve[sd]|succeed(?:s|ed)?|disappear(?:s|ed)|go(?:es)? away|went away|is gone)\b)"
)
_ADMINISTRATOR = lazy_pattern(
    r"\bAdministratorAccess\b(?!-)|\b(?i:admin(?:istrator)? (?:rights|permissions|role|user|access))\b"
    r"|\b(?:I am|I'm|we are|as|have|has|with) (?:an? |the |full |account |AWS |IAM ){0,4}(?i:admin)(?:s|istrators?)?\b"
)
# A folder can be named local, too.
LOCALLY = lazy_pattern(
    r"(?i:\b(?:laptop|macbook|(?<!docker )desktop|localhost|(?<![./\\])local(?:ly)?(?![/\\]))\b|\b(?:my|our|own|the|a) (?:computer|machine|mac|pc)\b)"
)
"""The words for a person's computer."""
MOMENT = lazy_pattern(
    r"(?i:\bjust\b|\b(?:an?|one|two|three|five|ten|\d{1,2}|few|couple of) (?:moment|minute|second|min|sec)s? ago\b|\bseconds ago\b)"
)
"""The words that something changed a moment ago."""
POLICY_OR_ACTION = lazy_pattern(
    r"\b(?:[A-Z]\w{1,60}(?:ReadWrite|FullAccess|Read[Oo]nly(?:Access)?|PowerUser)|AdministratorAccess|PowerUserAccess)\b|\b[a-z][a-z0-9-]{1,30}:(?:[A-Z]\w{2,60}\*?|\*)",
    re.ASCII,
)
"""An AWS managed policy or an action, as people name them."""
# A name that no word of a sentence has, or one after a word for what it is.
_PATH = r"(?:arn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:role|user)/(?:[\w+=,.@-]{1,64}/){0,4})?"
_NAME = rf"(?:(?:role|user) [`\"'(]{{0,2}}{_PATH}(?!arn:|(?:an?|again|already|and|as|but|by|directly|explicitly|for|from|had|has|in|is|manually|of|on|only|permissions?|polic(?:y|ies)|so|that|the|this|to|too|via|was|which|with)\b)(?P<NAME>[\w+=,@-]{{2,64}})|[`\"'(]{{0,2}}{_PATH}(?!(?:bucket|cross|key|multi|non|pre|read|self|service|third|user)-)(?P<NAME_alone>(?=[A-Za-z]{{1,40}}[-_])[\w+=,@-]{{3,64}}(?<!-))END)"
# What follows a name, but not an adjective such as "long-lived".
_END_OF_NAME = r"(?=[`\"')]{0,2}(?:[.,;:!?)\n]|\Z| (?:again|already|and|but|first|instead|itself|now|role|today|too|user|yesterday)\b))"
_GRANT = lazy_pattern(
    rf"(?a)(?i:\b(?:added|attached|gave|given|granted|put|assigned|(?:re-?)?created|made)\b)[^\n.;:]{{0,30}}?(?:(?P<first>{POLICY_OR_ACTION.pattern})[^\n.;:]{{0,40}}? (?:to|on) (?:the |my |our )?(?:IAM |execution |instance |task )?{_NAME.replace('NAME', 'later').replace('END', _END_OF_NAME)}"
    rf"|(?:the |my |our )?(?:IAM |execution |instance |task )?{_NAME.replace('NAME', 'sooner').replace('END', '')}[`\"')]{{0,2}} [^\n.;:]{{0,20}}?(?P<last>{POLICY_OR_ACTION.pattern}))"
)
_HELD = lazy_pattern(
    rf"(?a)\b(?:[Rr]ole|[Uu]ser) [`\"'(]{{0,2}}{_PATH}(?!(?:already|also|itself|now|only|still|that|which)\b)(?P<name>[\w+=,@-]{{2,64}})[`\"')]{{0,2}} (?:already |also |itself |now |only ){{0,2}}(?:has|holds|carries) (?!(?:no|not|neither|never)\b)[^\n.;:]{{0,20}}?(?P<what>{POLICY_OR_ACTION.pattern}|\b(?:{'|'.join(LISTED)})\b)"
)
_CHARS_OF_SENTENCE = lazy_pattern(r"[^\n.;:]{0,80}")
# Words of a grant that is asked for, only considered, or undone.
_NOT_GIVEN = lazy_pattern(
    r"(?i:\b(?:not|never|nobody|cannot|if|should|must|could|would|whether|unless|until|removed|detached|revoked|taken)\b|n't\b)"
)
_UNDONE = lazy_pattern(r"[^\n.;]{0,40}\b(?:removed|detached|revoked|undid|took) (?:it|that|this|them)\b")
_RESTARTED = lazy_pattern(
    r"(?i:\brollout restart\b|\b(?:restarted|re-?created|deleted|bounced|re-?deployed) (?:all |both )?(?:the |my |its |our )?(?:pods?|deployment|daemonset|statefulset|controller|workload|it|them)\b"
    r"|\bpods? (?:was|were|have been) (?:restarted|re-?created|deleted)\b)"
)


def find_said(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern in clauses that are about the failed call, and are no questions."""
    for found in pattern.finditer(text[:_MAX_CHARS]):
        start, high = _clause_start(text, found.start()), found.end() + _CHARS_OF_CLAUSE
        end = CLAUSE_END.search(text, found.end(), high)
        before, whole = text[start : found.end()], text[start : end.start() if end else high]
        asked = _QUESTION.match(text, start, high)
        if (asked is None or asked.end() < found.end()) and not (
            _DENIES.search(before)
            or ((other := _IS_OTHER.search(before)) and not (other[0] in _WHEN and _FAILS.search(whole)))
            or _OF_ATTEMPT.search(whole)
            or _OF_DOCUMENTATION.search(before)
        ):
            yield found


def find_working(text: str, about: re.Pattern[str]) -> str | None:
    """Return the first clause that says that something works, and that a pattern describes.

    >>> import re
    >>> find_working("Uploads fail. It works on my laptop, but not here.", re.compile("laptop"))
    'It works on my laptop'
    >>> said = ("Does it work with curl?", "It should work with curl.", "curl returns 403, too.")
    >>> [find_working(each, re.compile("curl")) for each in said]
    [None, None, None]
    """
    return _find_clause(text, _WORKS, about)


def find_changed(text: str, about: re.Pattern[str]) -> str | None:
    """Return the first clause that says that somebody changed something that a pattern describes.

    >>> import re
    >>> find_changed("We added the annotation this morning.", re.compile("annotation"))
    'We added the annotation this morning'
    """
    return _find_clause(text, _CHANGED, about)


def find_before(text: str, about: re.Pattern[str]) -> str | None:
    """Return the first clause about something of the day before, or earlier."""
    return _find_clause(text, _BEFORE, about)


def find_grants(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the policies or actions that somebody gave a role or user, with the holder's name and the whole line.

    >>> list(find_grants("I attached AmazonSQSFullAccess to the role octo-web."))
    [('AmazonSQSFullAccess', 'octo-web', 'I attached AmazonSQSFullAccess to the role octo-web.')]
    """
    for found in _GRANT.finditer(text[:_MAX_CHARS]):
        clause = _clause_start(text, found.start())
        undone = _UNDONE.match(text, found.end(), found.end() + _CHARS_OF_CLAUSE)
        if (
            _NOT_GIVEN.search(text, clause, found.end())
            or undone
            or _QUESTION.match(text, clause, found.end() + _CHARS_OF_CLAUSE)
        ):
            continue
        parts = found.groupdict()
        names = ("later", "later_alone", "sooner", "sooner_alone")
        name = next(filter(None, map(parts.get, names)), "")
        line = line_at(text, *found.span())
        yield parts["first"] or parts["last"] or "", name.rstrip(".,)"), line
        if parts["last"]:
            # "the role octo-web got AmazonSQSFullAccess and, to be sure, AdministratorAccess"
            rest = _CHARS_OF_SENTENCE.match(text, found.end())
            for other in POLICY_OR_ACTION.findall(rest[0] if rest else ""):
                yield other, name.rstrip(".,)"), line


def find_holders(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the policies or actions that a role or user has, as the text says, with the holder's name and the whole line.

    >>> list(find_holders("The worker reads it, its role octo-worker has sqs:* on it."))
    [('sqs:*', 'octo-worker', 'The worker reads it, its role octo-worker has sqs:* on it.')]
    >>> list(find_holders("The role app and the role worker have sqs:*."))
    []
    """
    for found in _HELD.finditer(text[:_MAX_CHARS]):
        clause = _clause_start(text, found.start())
        asked = _QUESTION.match(text, clause, found.end() + _CHARS_OF_CLAUSE)
        if not (_NOT_GIVEN.search(text, clause, found.end()) or asked):
            yield found["what"], found["name"], line_at(text, *found.span())


def _clause_start(text: str, at: int) -> int:
    """Return where the clause of a position begins, on its line."""
    low = line_start(text, at, at - _CHARS_OF_CLAUSE)
    end = search_last(CLAUSE_END, text, low, at)
    if end is None:
        return low
    return end.start() if "not" in end[0] else end.end()


def _find_clause(text: str, verb: re.Pattern[str], about: re.Pattern[str]) -> str | None:
    start, text = 0, text[:_MAX_CHARS]
    if not (may_find(about, text) and verb.search(text)):
        return None
    for end in (*(each.start() for each in CLAUSE_END.finditer(text)), len(text)):
        clause, began = text[start:end].strip(" .,;!?\n"), start
        start = end
        if not (verb.search(clause) and about.search(clause)):
            continue
        if _QUESTION.match(text, began, end + _CHARS_OF_CLAUSE):
            continue
        # "It works with curl, the upload does not."
        for part in (clause, *clause.split(", ")):
            said = verb.search(part)
            if said is None or about.search(part) is None or _DENIES.search(part):
                continue
            before = part[max(said.start() - _CHARS_OF_CLAUSE, 0) : said.start()]
            if not (_NOT_SEEN.search(before) or _OF_DOCUMENTATION.search(before)):
                return part
    return None


def is_administrator(text: str) -> bool:
    """Return whether a text says that the caller is an administrator of its account.

    >>> is_administrator("But my user has AdministratorAccess!"), is_administrator("I am not an admin.")
    (True, False)
    """
    return "dmin" in text and next(find_said(text, _ADMINISTRATOR), None) is not None


def says_restarted(text: str) -> bool:
    """Return whether a text says that the pods were started again."""
    return _RESTARTED.search(text) is not None


# A user, but not one of IAM or IAM Identity Center.
_OF_PERSON = lazy_pattern(r"(?i)\b(?<!my )user\b")
_HAS_USER = lazy_pattern(r":user/|AWSReservedSSO_|\bIAM user\b")


def of_person(text: str, words: str) -> bool:
    """Return whether words of a text are about who uses an app, and not about the role that calls.

    >>> text = "User: arn:aws:sts::111122223333:assumed-role/app/x. The frontend user has s3:*."
    >>> of_person(text, "user has s3:*"), of_person(text, "role has s3:*")
    (True, False)
    """
    is_named = _OF_PERSON.search(words) is not None and ":assumed-role/" in text
    return is_named and _HAS_USER.search(text) is None
