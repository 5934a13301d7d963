"""Join texts of many kinds in one string, to measure what a paste or a file of them takes."""

from __future__ import annotations

import functools
import json
import random
from typing import TYPE_CHECKING

import iamtriage
from benchmarks import texts
from benchmarks.measure import IDENTIFIERS_LIMIT, IDENTIFIERS_TARGET, cost_figure
from benchmarks.pastes import PASTES
from benchmarks.reading import real_texts
from benchmarks.stream_failures import RECIPES, Fresh, draw_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from benchmarks.measure import Figure

_SEED = 20260314
# In characters, of the failures alone.
_SIZE = 160_000
_MAX_PASTED = 200_000
# Texts around failures that have secrets or names in them.
_SURROUNDINGS = (
    "export AWS_ACCESS_KEY_ID=AKIARTX3GSDSVJNFUWS2 AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY",
    "$ aws sts get-caller-identity --profile orders\n$ curl -u ana:hunter2Horse9 https://git.example.com/orders.git",
    "module.orders.aws_iam_role.deploy: Creating...\n╷\n│ Error: creating the role\n│\n│   with module.orders,\n╵",
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: orders-7f9c\n  namespace: shop\nspec:\n  serviceAccountName: orders",
    "## Expected\n\nThe token is not expired, and the password: ********* works in the console.\n",
)


def mixed_texts() -> list[str]:
    """Return failures of every kind, in every envelope, with texts around them."""
    rnd = random.Random(_SEED)
    fresh = Fresh(rnd)
    mixed: list[str] = []
    size = 0
    while size < _SIZE:
        for recipe in RECIPES:
            printed = draw_failure(fresh, recipe)
            if printed is not None:
                mixed.append(printed.text)
                size += len(printed.text)
        mixed.append(rnd.choice((*_SURROUNDINGS, texts.TERRAFORM, texts.JAVA, texts.KUBECTL)))
    return mixed


def mixed_forms() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each way to join the texts."""
    mixed = mixed_texts()
    yield "mixed texts", "\n".join(mixed)
    yield "mixed texts, shuffled", "\n".join(random.Random(_SEED).sample(mixed, len(mixed)))
    lines = texts.ORDINARY * (len(mixed) * 2 // len(texts.ORDINARY) + 1)
    yield (
        "mixed texts in a log",
        "\n".join(
            part
            for each, *pair in zip(mixed, lines[::2], lines[1::2], strict=False)
            for part in (each, *pair)
        ),
    )
    yield "mixed texts as JSON lines", "\n".join(json.dumps({"message": each}) for each in mixed)


def mixed_costs(readers: Sequence[tuple[str, Callable[[str], object]]]) -> Iterator[Figure]:
    """Measure the time per character of mixed texts.

    Args:
        readers: The name and function of each reader.
    """
    for form, text in mixed_forms():
        for reader, read in readers:
            yield cost_figure(f"{reader} {form}", read, text)


def _pasted_forms(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of different pastes joined in one string, and of real texts if there are some."""
    pastes = [*PASTES.values(), *texts.TYPICAL.values(), *texts.ONE_LINE.values(), *_SURROUNDINGS]
    rnd = random.Random(_SEED)
    for form, pasted in (("pastes", pastes), ("real texts", real_texts(folder))):
        if pasted:
            yield f"{form} in a file", "\n".join(rnd.sample(pasted, len(pasted)))[:_MAX_PASTED]


def redaction_costs(folder: Path) -> Iterator[Figure]:
    """Measure the time that redact takes per character of mixed texts, and with identifiers."""
    yield from mixed_costs([("redact", iamtriage.redact)])
    for form, text in _pasted_forms(folder):
        yield cost_figure(f"redact {form}", iamtriage.redact, text)
    with_identifiers = functools.partial(iamtriage.redact, identifiers=True)
    for form, text in (*mixed_forms(), *_pasted_forms(folder)):
        yield cost_figure(
            f"redact, identifiers {form}", with_identifiers, text, IDENTIFIERS_LIMIT, IDENTIFIERS_TARGET
        )
