"""Read every failure of one text.

The text is unwrapped, the readers find pieces, and judging joins them into failures. The order of these steps is
defined here; how messages look is the readers' knowledge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.judging.bare_codes import attach_bare_codes
from iamtriage._reading.judging.building import build
from iamtriage._reading.judging.candidates import assemble_candidates, standalone_candidates
from iamtriage._reading.judging.classification import TextContext, classify, drop_wrappers, pick_root_cause
from iamtriage._reading.judging.cloud_sections import sections_of_aws
from iamtriage._reading.judging.context import attach_context
from iamtriage._reading.judging.deduplication import merge_duplicates
from iamtriage._reading.judging.source_lines import source_lines
from iamtriage._reading.judging.source_literals import source_literals
from iamtriage._reading.readers.action_phrases import read_action_phrases
from iamtriage._reading.readers.alerts import read_alerts
from iamtriage._reading.readers.bare_http_403 import read_bare_403s
from iamtriage._reading.readers.class_names import read_classes
from iamtriage._reading.readers.code_words import read_code_words
from iamtriage._reading.readers.console_cards import read_cards
from iamtriage._reading.readers.kubernetes import read_kubernetes
from iamtriage._reading.readers.labelled_values import read_labelled_values
from iamtriage._reading.readers.pairs import read_pairs
from iamtriage._reading.readers.phrases import read_phrases
from iamtriage._reading.readers.sdk_prefixes import read_prefixes
from iamtriage._reading.readers.sdk_suffixes import read_suffixes
from iamtriage._reading.readers.sentences import read_cut_sentence, read_lone_reasons, read_sentences
from iamtriage._reading.readers.service_reports import read_service_reports
from iamtriage._reading.readers.translations import read_translation_codes, read_translations
from iamtriage._reading.readers.xml_bodies import read_xml
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.pieces import may_be_cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.view import View
    from iamtriage.failures._failures import Failure

# Of pieces that begin at one place, the wider goes first.
_ORDER = {"body": 0, "class": 1, "head": 2, "core": 3, "tail": 4}


def read(
    text: str,
    stated: Piece | None = None,
    *,
    prefixes: Iterable[tuple[int, int]] = (),
    statements: Iterable[int] = (),
) -> tuple[View, list[Candidate]]:
    """Read every failure of a text, without wrappers and repeated prints.

    Args:
        text: what to read.
        stated: facts from outside the text, such as an exception's response; they belong
            to the failure in the text, and take precedence over the text.
        prefixes: where the log put something before its lines.
        statements: where the lines begin that do not continue the line before.
    """
    view = unwrap(text, prefixes=prefixes, statements=statements)
    readable = view.text
    classes = list(read_classes(readable))
    pieces = _pieces(readable, classes)
    if stated is not None:
        stated.start, stated.end = 0, max(len(readable), 1)
        pieces.insert(0, stated)
    candidates = assemble_candidates(readable, pieces)
    sections = sections_of_aws(readable) if candidates else []
    attach_context(candidates, readable, sections, classes)
    attach_bare_codes(candidates, readable)
    context = TextContext(readable, sections)
    candidates = drop_wrappers(
        [candidate for candidate in candidates if classify(candidate, context)], context
    )
    if len(candidates) > 1:
        candidates = [candidate for candidate in candidates if not candidate.only_tail] or candidates[:1]
    refused = [
        candidate
        for candidate in standalone_candidates(read_bare_403s(readable), candidates)
        if classify(candidate, context)
    ]
    return view, merge_duplicates(
        sorted([*candidates, *refused], key=_start) if refused else candidates, readable
    )


def read_cause(text: str, stated: Piece | None = None) -> Failure | None:
    """Read the failure that is the cause; the arguments as ``read``'s."""
    view, candidates = read(text, stated)
    candidate = pick_root_cause(candidates, view.text)
    return None if candidate is None else build(candidate, view)


def _pieces(text: str, classes: Iterable[Piece]) -> list[Piece]:
    """Let every reader find its pieces, and return them in the order of the text."""
    flat = text.replace("\n", " ")
    sentences = list(read_sentences(text))
    cards = list(read_cards(text, flat, sentences))
    if cards:
        sentences = sorted([*sentences, *cards], key=_start)
    heads = [
        *read_prefixes(text),
        *read_labelled_values(text),
        *read_code_words(text),
        *read_action_phrases(text),
        *read_translation_codes(text),
    ]
    tails = list(read_suffixes(text))
    xml = list(read_xml(text))
    pieces: list[Piece] = [
        *(sentence for sentence in sentences if sentence.kind),
        *(() if sentences else read_translations(text)),
        *read_lone_reasons(text, sentences),
        *read_cut_sentence(text),
        *heads,
        *tails,
        *xml,
        *read_pairs(text, [*heads, *tails, *xml]),
        *_outside(
            sentences, sorted([*read_phrases(text, flat), *read_service_reports(text, flat)], key=_position)
        ),
        *read_alerts(text),
        *classes,
        *read_kubernetes(text, flat),
    ]
    pieces.sort(key=_position)
    if pieces:
        source = sorted([*source_lines(text), *source_literals(text)])
        pieces = list(_outside_source(pieces, source))
    if may_be_cut(text):
        for piece in pieces:
            piece.mark_cuts(text)
    return pieces


def _position(piece: Piece) -> tuple[int, int, int]:
    return piece.start, _ORDER.get(piece.role, 5), -piece.end


def _outside_source(pieces: Iterable[Piece], lines: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    """Yield the pieces outside source code; both are in the order of the text."""
    at = 0
    for piece in pieces:
        while at < len(lines) and lines[at][1] <= piece.start:
            at += 1
        if at == len(lines) or piece.start < lines[at][0]:
            yield piece


def _start(piece: Candidate | Piece) -> int:
    return piece.start


def _outside(sentences: Sequence[Piece], phrases: Sequence[Piece]) -> Iterator[Piece]:
    """Yield the phrases outside sentences that name an action."""
    at = 0
    for phrase in phrases:
        while at < len(sentences) and sentences[at].end <= phrase.start:
            at += 1
        inside = at < len(sentences) and sentences[at].start <= phrase.start
        if not inside or "action" not in sentences[at].facts:
            yield phrase
