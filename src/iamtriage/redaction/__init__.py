"""Private parts of ``iamtriage.redaction``; not for users.

``notations``, ``extents``, ``finds``, ``markers``, ``blocks`` and ``folding`` are tools. ``names`` says which
names tell of a secret; ``assignments``, ``shapes``, ``headers``, ``key_pairs`` and ``encoded`` find secrets;
``secrets`` puts a marker in the place of each. ``arn_names``, ``hosts``, ``ids`` and ``failure_names`` find
identifiers, ``known`` knows them again, ``pseudonyms`` invents what stands for them, ``identifiers`` puts it
there.
"""

from __future__ import annotations
