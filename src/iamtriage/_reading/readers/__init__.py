"""Find pieces of failures in the output of SDKs, services and Kubernetes.

The contract of a reader:

1. It is a row of ``table`` and is called only if the text contains one of its anchors. Its argument is a ``Readable``:
   ``unwrapping`` has removed boxes, prefixes, escapes and line breaks inside words, and the words have been found. A
   reader with a table also gets the numbers of the rows that can match.
2. It yields a ``Piece`` for each part of the text that it recognizes, with its facts, their positions and their
   reliability, in the order of the text unless its docstring says otherwise.
3. It does not decide which pieces form a failure, and whether AWS reported it. ``judging`` decides this.
4. It never raises an exception.
5. It takes linear time: it searches for words and literals before it tries patterns, it looks back from a word by a
   limited distance, and the backtracking of every pattern is bounded. Patterns are compiled when they are first used.
"""
