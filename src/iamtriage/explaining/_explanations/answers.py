"""Answer the question of a person beside a failure with a plain yes or no, if the explanation settles it.

The answer comes from a certain sentence of the explanation, or from its first remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.parts import SENTENCE_END
from iamtriage._text import lower_first, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._explanations.questions import find_questions
from iamtriage.failures._failures import AccessDenied, Failure

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.remedies import Remedy

_Causes: TypeAlias = "tuple[Cause, ...]"
_Remedies: TypeAlias = "tuple[Remedy, ...]"
_Pattern: TypeAlias = "re.Pattern[str]"
# The last clause of a question that yes, no or none can answer.
_ASKS = lazy_pattern(r"\A[^?]{0,300}(?:\A|\n|[,:;] |\b(?i:and|but|or|so|then) )(?P<asked>(?i:which|what|(?:am|are|can|could|do|does|is|must|need|shall|should|will|would)(?:n't)?|(?:i|we) (?:(?:just|only|really|simply|then) )?(?:must|need|should|have to)|(?:it|that|this)(?:'s| is| must be| has to be))\b(?!['’])[^?]{1,200})\?")  # fmt: skip
# With one of these words, a clause asks something else.
_OPEN = lazy_pattern(r"(?i:\b(?:not|never|no|neither|without|avoid\w{0,3}|instead|rather|stop\w{0,4}|keep|skip|how|why|when|where|or|if|unless|until|before|after|once|since|safe|ok|okay|allowed|possible|except\w{0,4}|exempt\w{0,4}|other than)\b|n't\b)")  # fmt: skip
# It is about something else than the failure.
_ELSEWHERE = lazy_pattern(r"(?i:\b(?:unrelated|separate(?:ly)?|btw|by the way|off[- ]topic|in general|generally|next (?:time|week|month|quarter|year)|in (?:the )?future|long[- ]term|(?:another|other|second|different) (?:accounts?|apps?|calls?|case|errors?|failures?|issues?|jobs?|one|problems?|questions?|regions?|scripts?|services?|stacks?|thing|topic))\b)")  # fmt: skip
# More permissions of the caller are in no such policy.
_OTHER_POLICY = lazy_pattern(r"(?i:\b(?:bucket|key|trust|session|resource|resource-based|endpoint|repository|queue|topic|domain|control|network|access) polic|\b(?:scps?|rcps?|rbac|(?:cluster)?role ?binding|conditions?|grants?|boundar(?:y|ies)|database|schema|(?:to|in|on) (?:the|our|my|its) (?:\w{1,20} )?(?:bucket|domain|endpoint|key|queue|repository|session|topic))\b)")  # fmt: skip
_PERMISSION = r"(?:permissions?|rights|privileges)\b"
_GIVE = r"(?:add|adding|assign|assigning|attach|attaching|enough|fix|get|give|giving|grant|granting|help|need|put|solve)"
_KEYS = lazy_pattern(r"(?i:\b(?:rotat(?:e|ing)|re-?creat(?:e|ing)|regenerat(?:e|ing)|renew(?:ing)?|replac(?:e|ing)) (?:(?:the|my|our|these|those|all|both|his|her|its|their|aws|iam|access|secret|user's|bot's) ){0,4}(?:keys?|credentials)\b(?! (?:pair|polic|alias|from))|\b(?:new|fresh) (?:(?:aws|iam|access|secret) ){0,2}(?:keys?|credentials)\b(?! (?:pair|polic|alias)))")  # fmt: skip
# "Do I need to put keys into the image?", "do I need an aws-auth entry on top?"
_OWN_KEYS = lazy_pattern(r"(?i:\b(?:add|bake|copy|create|have|need|pass|provide|put|set|store|use)\b[^?]{0,30}\b(?:(?:aws|access|static|long-lived|secret|user) )*keys?\b(?! (?:pair|polic|alias|id|vault|from|for|of)))")  # fmt: skip
_IN_AWS_AUTH = lazy_pattern(
    r"(?i:\b(?:add|create|have|need|put)\b[^?]{0,40}\baws-auth\b|\baws-auth\b[^?]{0,20}\b(?:missing|necessary|needed|required)\b)"
)
_GIVES_ROLE = lazy_pattern(r"(?:Give|Let) (?:the|your) [^.]{1,60}\brole\b")
_HIGHER = lazy_pattern(r"(?i:\b(?:quota|limit) (?:increase|raise)\b|\b(?:higher|bigger|larger|longer) (?:quota|limit|max\w{0,30})\b|\b(?:raise|raising|increase|increasing|bump|extend|lift) (?:(?:the|our|my|this|that|service|its|role's|maximum|session) ){0,4}(?:quota|limit|max\w{0,30}|duration|it|this|that)\b(?! (?:with|as)\b| to (?:aws|support|\d{1,4} (?!bytes|char|h\b|hours?|min|s\b|sec))))")  # fmt: skip
_RETRY = lazy_pattern(r"(?i:\b(?:wait|retry|re-?run|try again|try it again)(?: (?:it|the (?:call|command|deployment|job|run|pipeline)|again|longer|more|a (?:bit|while)|some time|a few minutes|for it|later)){0,3}\s{0,3}\Z)")  # fmt: skip
_ADMINISTRATOR = lazy_pattern(r"(?i:\b(?:ask|asking|contact|need|involve|ping|call|page|bother|get)\b(?: \w{1,12}){0,3}? admin(?:istrator)?s?(?: (?:about|for|with) (?:help|it|that|this)| here| now)?\s{0,3}\Z)")  # fmt: skip
_DETACH = lazy_pattern(r"(?i:\bdetach(?:ed|ing)?\b|\b(?:remov(?:e|ed|ing)|delet(?:e|ed|ing)|drop(?:ped)?|disabled?|lift(?:ed)?|(?:turn|switch)(?:ed)? off|get rid of|weaken(?:ed)?|relax(?:ed)?)\b[^?]{0,40}\b(?:polic(?:y|ies)|deny|statement|quarantine)\b)")  # fmt: skip
_BUG = lazy_pattern(r"(?i:\b(?:an?|some|known) (?:[\w.-]{1,30} ){0,3}bug(?=\s{0,3}\Z| (?:here|in|now|of|then)\b)(?! in (?:my|our|(?:the|this) (?:polic|template|module|code|role|stack))))")  # fmt: skip
_MISSING = lazy_pattern(rf"(?i:\b(?:an?|any|some|iam|the) (?:\w{{1,20}} )?permissions? (?:is |are )?(?:still )?missing|\bmissing (?:an?|any|some)? ?(?:iam )?{_PERMISSION}|\black (?:an?|any|some)? ?(?:iam )?{_PERMISSION}|\bneed (?:(?:an?|any|some|more|additional|extra|another|further) ){{1,2}}(?:iam )?{_PERMISSION}(?! (?:from|of)\b))")  # fmt: skip
_WHICH = lazy_pattern(r"\A(?i:which|what) (?:(?i:iam |extra |other )?polic(?:y|ies) (?:(?:do|should|must|can|shall) (?i:i|we) (?:still )?(?:(?:have|need) to )?(?:add|attach|use)|(?:is|are) (?:still )?missing)|(?:[\w:]{1,30} ){0,2}permissions? (?:(?:is|are) (?:still )?missing|(?:am|are|do) (?i:i|we) (?:still )?(?:need|miss|lack)(?:ing)?))\b")  # fmt: skip
# A question about the permissions of the caller for the call, and not about others, or what follows.
_PLAIN = lazy_pattern(r"(?i:(?:(?:it|that)['’]s|am|are|do|does|is|it|this|that|i|we|must|be|an?|any|some|the|more|additional|another|extra|further|need|lack|miss|missing|just|really|simply|still|iam|permissions?|rights|problem|issue|here)(?:\s{1,3}|\Z)){2,16}")  # fmt: skip
# Other reasons for new keys.
_EXPOSED = lazy_pattern(r"(?i:\b(?:audit|committed|complian|compromis|every \w|expos|hack|leak|old\b|overdue|publi[cs]|pushed|regular|stole)\w{0,10})")  # fmt: skip
_PROBLEM = lazy_pattern(r"(?i:\b(?:iam|permissions?) (?:problem|issue))")
_MORE = lazy_pattern(rf"(?i:\b{_GIVE}\b[^?]{{0,50}}\b(?:more|additional|extra|further|another|any|some) (?:iam )?(?:{_PERMISSION}|access\b(?! (?:key|entr|polic|point|grant)))|\b(?:give|grant) (?:me|us|it|him|her|them|(?:the|my|our) \w{{1,30}}) more\s{{0,3}}\Z)")  # fmt: skip
_WIDE = r"\b(?:AdministratorAccess|PowerUserAccess|[A-Z]\w{2,40}FullAccess)\b"
_ALLOW = lazy_pattern(rf"(?:\b(?i:{_GIVE})\b[^?]{{0,60}}|\A\w{{2,8}} )(?:{_WIDE}|(?a:(?<![\w/:.-])[a-z][a-z0-9-]{{1,30}}:(?:\*|[A-Z]\w{{2,60}}\*?))|(?i:\b(?:an?|another|iam|identity|identity-based|my|our|its) (?:iam |identity |identity-based )?polic(?:y|ies)\b|\ban? allow\b|\badmin(?:istrator)? (?:access|rights|permissions|polic)))")  # fmt: skip
# A sentence with one of these words is not certain.
_HEDGED = lazy_pattern(r"\b(?i:if|unless|may|might|could|can be|likely|most often|perhaps|yet|until|except)\b")  # fmt: skip
_NOT_MISSING = lazy_pattern(r"\b[Nn]o (?:IAM )?permission is missing\b(?!, but)|\b(?:caller's|[Tt]he|credentials and) permissions are not the problem\b|\bnor permissions are the problem\b|[Nn]either iam:PassRole nor\b")  # fmt: skip
_NO_HELP = lazy_pattern(r"\b(?:Allow|polic(?:y|ies)|permissions)\b[^.]{0,80}\bdo(?:es)? not help\b|\bAdministratorAccess (?:alone )?does not help\b|\bthat alone is not enough\b")  # fmt: skip
_NO_OVERRIDE = lazy_pattern(r"\bAllow(?: in [^.]{1,60})? (?:does not override|overrides)\b")
# What a person asks for, the sentence which shows that it does not help, and the answer.
_REFUSALS: tuple[tuple[_Pattern, _Pattern, str], ...] = (
    (_KEYS, lazy_pattern(r"(?i:\bno new (?:access )?key\b|\bkeys? (?:itself )?(?:is|are) (?:valid|right|not the (?:problem|cause))(?! only|, but)|\bkeys and the clock are not the cause|\bneither the keys\b|\baccess key and the permissions are not the problem|\bcredentials are (?:valid|right|not the (?:problem|cause))(?! only|, but)|\bnew (?:access )?keys?\b[^.]{0,40} do(?:es)? not help|\bneeds no rotation\b)"), "the keys are not the problem"),
    (_HIGHER, lazy_pattern(r"\b(?:nobody can raise|cannot be raised|no quota increases|does not change this limit)\b"), "this limit cannot be raised"),
    (_RETRY, lazy_pattern(r"(?i:\bwaiting (?:does|do) not (?:help|change)|\bretr(?:y|ies|ying)\b[^.]{0,30} do(?:es)? not help|\bneither does sending the same)"), "waiting does not help"),
    (lazy_pattern(r"(?i:\b(?:adapt|adjust|change|edit|extend|fix|modify|update)\b[^?]{0,40}\btrust (?:policy|relationship)\b)"), lazy_pattern(r"\bnobody can edit it\b"), "IAM Identity Center manages that trust policy, and nobody can edit it"),
    (lazy_pattern(r"(?i:\bprotect(?:ed|ion)\b)"), lazy_pattern(r"\bdoes not say whether a tag is protected\b"), "the subject does not say whether a tag is protected"),
    (lazy_pattern(r"(?i:\bexpir\w{1,4}\b)"), lazy_pattern(r"\bso none expires in between\b"), "each phase gets a new token"),
    (_BUG, lazy_pattern(r"\bIAM keeps the unique ID\b"), "it is not a bug"),
    (_ADMINISTRATOR, lazy_pattern(r"\b(?:you need|This takes) no administrator\b"), "you need no administrator"),
    (lazy_pattern(r"(?i:\b(?:association|access policy|(?:access )?entry|scope)\b[^?]{0,40}\b(?:bad|broken|corrupt\w{0,3}|defect\w{0,3}|invalid|stale|(?:too )?narrow|wrong)\b)"), lazy_pattern(r"\bnot include it in any scope\b|\bthe scope of [\w ,]{1,200} is right\b"), "the association is not the problem"),
    (lazy_pattern(r"(?i:\b(?:abus|attack|compromis|hack|hijack|misus|stole|suspicious)\w{0,5}\b)"), lazy_pattern(r"\bis no sign of abuse\b"), "the record alone is no sign of abuse"),
    (lazy_pattern(r"(?i:\bsign (?:it|the request|this|requests)\b|\bsigv4\b)"), lazy_pattern(r"\b(?:Signing does not lift|A signature does not help)\b"), "signing does not lift the Deny"),
)  # fmt: skip
# "Isn't that a bucket policy thing?", "Is it the SCP?": a question about one type of policy as the cause.
_IS_POLICY = lazy_pattern(
    r"(?i:(?:is|could|must|can) (?:it|that|this|the (?:problem|cause|reason))(?: (?:be|just|maybe|perhaps|really|simply))?|(?:it|that|this)(?:'s| is| must be))(?i: (?:an?|about|in|the|our|my|some|missing)){0,3} "
    r"(?P<name>(?:(?P<resource>(?i:bucket|key|topic|queue|repository|resource|resource-based|secret|function))|(?P<role_trust>(?i:trust))|(?P<session>(?i:session))|(?P<vpc_endpoint>(?i:(?:vpc )?endpoint))|(?P<identity>(?i:iam|identity|identity-based))) (?i:polic(?:y|ies))|(?P<service_control>SCPs?|(?i:service control polic(?:y|ies)))|(?P<resource_control>RCPs?|(?i:resource control polic(?:y|ies)))|(?P<permissions_boundary>(?i:(?:permissions? )?boundary)))(?i: (?:thing|problem|issue|then|again|here|that (?:blocks|denies) (?:it|this|me|us)))?\s{0,3}"
)
_CAPS = frozenset({"permissions_boundary", "session", "service_control", "resource_control", "vpc_endpoint"})
# A first remedy that gives the caller other credentials, or only looks for the cause.
_OF_CREDENTIALS = lazy_pattern(r"(?i:\b(?:sign in|log in|credentials|access keys?|rotate|profile|session)\b)")
_LOOKS = lazy_pattern(r"(?:Check|Compare|Decode|Find|Look|See|Show|Try)\b")
# The first clause of a sentence, and what it cannot have if it is the answer.
_CLAUSE = lazy_pattern(r"(?:The|An?|New|Your|This|Signing|Waiting) (?:[^:.]{1,65}(?=[:.])|[^:.,]{1,70}(?=,))")
_REFERENCE = lazy_pattern(r"(?i:\b(?:it|its|they|their|them|that|those|there|here)\b)")
# A sentence or clause with so many more characters than the answer says more.
_MIN_REST = 35


class _Told(NamedTuple):
    """The parts of an explanation."""

    summary: str
    causes: _Causes
    remedies: _Remedies
    notes: tuple[str, ...]


def answer_question(
    failure: Failure, summary: str, causes: _Causes, remedies: _Remedies, notes: tuple[str, ...]
) -> tuple[str, _Told]:
    """Return the plain answer to the question in the text of a failure, or "", and the parts of the explanation apart from it."""
    told = _Told(summary, causes, remedies, notes)
    for before, question in find_questions(failure.text):
        asked = _ASKS.match(question)
        words = asked["asked"].rstrip() if asked is not None else ""
        # "Isn't it the bucket policy?" asks the same as "is it".
        words = f"is{words[5:]}" if words[:5].lower() in {"isn't", "isn’t"} else words
        if not words or _OPEN.search(words) or _ELSEWHERE.search(f"{before} {question}"):
            continue
        answer = _answer(words, told, failure)
        # "Yes" has no subject.
        if answer is not None and not (answer[0] == "Yes." and " or " in question):
            return _separate(*answer, told)
    return "", told


def _answer(asked: str, told: _Told, failure: Failure) -> tuple[str, tuple[str, ...], _Pattern] | None:
    """Return the answer to a question, the sentences that say it, and what they have."""
    if _KEYS.search(asked) and _EXPOSED.search(failure.text):
        return None
    said = tuple(_statements(told))
    for about, sign, answer in _REFUSALS:
        if about.search(asked) and (found := tuple(filter(sign.search, said))):
            return _own_words(found[0], sign) or f"No, {answer}.", found, sign
    denial = failure if isinstance(failure, AccessDenied) else None
    plain = _judge_remedy(asked, told, failure) or _judge_policy(asked, told, denial)
    if plain is not None:
        return plain, (), _NO_OVERRIDE
    is_which, is_allow = _WHICH.match(asked) is not None, _ALLOW.search(asked)
    is_missing = is_which or _MISSING.search(asked) or _MORE.search(asked)
    if not (is_allow or is_missing or _PROBLEM.search(asked)) or _OTHER_POLICY.search(asked):
        return None
    if any(each.layer == "identity" and each.policy is not None for each in told.remedies[:1]):
        is_right = not is_allow and _PLAIN.fullmatch(asked) and denial is not None and _is_of_caller(denial)
        return ("Yes.", (), _NO_OVERRIDE) if is_right and _is_certain(told) else None
    start = "None:" if is_which else "No,"
    if denial is not None and denial.deny == "explicit":
        found = tuple(filter(_NO_OVERRIDE.search, said))
        answer = f"{start} an Allow does not override the Deny."
        return (answer, found, _NO_OVERRIDE) if is_allow or is_missing else None
    if found := tuple(filter(_NOT_MISSING.search, said)):
        return "None is missing." if is_which else "No, permissions are not the problem.", found, _NOT_MISSING
    if not is_allow:
        return None
    if found := tuple(filter(_NO_HELP.search, said)):
        fixed = "that alone is not enough" if " alone " in found[0] else "an IAM policy does not help"
        return _own_words(found[0], _NO_HELP) or f"No, {fixed}.", found, _NO_HELP
    if denial is not None and denial.policy_type in _CAPS:
        return "No, a policy of the caller alone is not enough.", (), _NO_OVERRIDE
    return None


def _judge_remedy(asked: str, told: _Told, failure: Failure) -> str | None:
    """Return whether the first remedy is what somebody asks for, or another one."""
    first = told.remedies[0] if told.remedies else None
    if first is None or not _is_certain(told) or _LOOKS.match(first.title):
        return None
    is_higher = _HIGHER.search(asked) and first.title.startswith("Request a higher ")
    if is_higher or (_RETRY.search(asked) and first.title.startswith(("Retry", "Wait"))):
        return "Yes."
    if _ADMINISTRATOR.search(asked) and first.who.endswith("administrator"):
        return f"Yes, {'a' if first.who.startswith('c') else 'an'} {first.who}."
    if failure.kind == "missing_credentials" and _OWN_KEYS.search(asked) and _GIVES_ROLE.match(first.title):
        return "No, no access keys are needed."
    is_in_entry = failure.kind == "kubernetes_forbidden" and "access entry" in first.title
    if is_in_entry and _IN_AWS_AUTH.search(asked):
        return "No, no aws-auth entry is needed."
    if (denial := failure if isinstance(failure, AccessDenied) else None) is None:
        return None
    if _DETACH.search(asked) and not re.search(_WIDE, asked):
        is_own = first.who == "you" and denial.deny == "explicit"
        if first.title.startswith("Keep the policy"):
            return "No, keep the policy."
        removes = (denial.action or "").partition(":")[2].startswith(("Delete", "Detach", "Remove"))
        return "No, the policy can stay." if is_own and not removes else None
    if _is_of_caller(denial):
        if _BUG.search(asked):
            return "No, it is not a bug."
        if _KEYS.search(asked) and not _OF_CREDENTIALS.search(first.title):
            return "No, the keys are not the problem."
    return None


def _judge_policy(asked: str, told: _Told, denial: AccessDenied | None) -> str | None:
    """Return whether the type of policy that somebody names is the one to change."""
    named = _IS_POLICY.fullmatch(asked)
    first = told.remedies[0] if told.remedies and _is_certain(told) else None
    if named is None or first is None:
        return None
    types = {key for key, value in named.groupdict().items() if value and key != "name"}
    if denial is None:
        is_other = types & {"role_trust", *(each.layer for each in told.remedies)}
        return None if is_other else f"No, the {named['name']} is not the problem."
    if None in (denial.policy_type, first.layer):
        return None
    if types & {denial.policy_type, first.layer}:
        return "Yes." if {denial.policy_type, first.layer} <= types else None
    return f"No, the {named['name']} is not the problem."


def _is_certain(told: _Told) -> bool:
    return bool(told.causes) and told.causes[0].evidence != "possible"


def _is_of_caller(denial: AccessDenied) -> bool:
    """Return whether AWS knows the caller, and says that no policy of it allows the call."""
    return denial.principal is not None and denial.policy_type == "identity" and denial.deny != "explicit"


def _statements(told: _Told) -> Iterator[str]:
    """Yield the certain sentences of an explanation."""
    certain = (cause.text for cause in told.causes if cause.evidence != "possible")
    steps = told.remedies[0].steps if told.remedies and _is_certain(told) else ()
    for part in (told.summary, *told.notes, *certain, *steps):
        yield from (each for each in SENTENCE_END.split(part) if not _HEDGED.search(each))


def _own_words(sentence: str, sign: _Pattern) -> str | None:
    """Return an answer in the words of the explanation, if they are short and can stand alone."""
    words = _CLAUSE.match(sentence)
    is_clear = words is not None and sign.search(words[0]) and not _REFERENCE.search(words[0])
    return f"No, {lower_first(words[0])}." if words and is_clear else None


def _separate(answer: str, said: tuple[str, ...], sign: _Pattern, told: _Told) -> tuple[str, _Told]:
    """Return an answer, and the explanation without it."""
    for sentence in said:
        head, colon, reason = sentence.partition(": ")
        found, kept, is_first = sign.search(head), sentence, sentence.startswith(("The ", "A ", "An "))
        if found and is_first and told.summary.startswith(sentence):
            start = "None:" if answer.startswith("None") else "No,"
            return "", told._replace(summary=f"{start} {lower_first(told.summary)}")
        if not found:
            kept = f"{head}." if len(reason) - len(answer) < _MIN_REST else sentence
        elif colon:
            kept = sentence if _REFERENCE.search(reason) else upper_first(reason)
        elif len(sentence) - max(len(found[0]), len(answer)) < _MIN_REST:
            kept = ""
        told = _replace(told, sentence, kept)
    return answer, told


def _replace(told: _Told, sentence: str, kept: str) -> _Told:
    def change(text: str) -> str:
        return text.replace(sentence, kept).replace("  ", " ").strip() or text

    remedies = told.remedies
    if remedies and any(sentence in each for each in remedies[0].steps):
        steps = tuple(change(each) for each in remedies[0].steps if each != sentence or kept)
        remedies = (attrs.evolve(remedies[0], steps=steps), *remedies[1:])
    causes = tuple(attrs.evolve(each, text=change(each.text)) for each in told.causes)
    notes = tuple(each for each in told.notes if each != sentence)
    return _Told(change(told.summary), causes, remedies, notes)
