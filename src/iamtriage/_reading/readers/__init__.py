"""Read the pieces of failures that SDKs, services and Kubernetes print.

Every reader keeps the same contract:

1. It is a row of ``table``, and is called only if the text has one of its anchors. It gets a ``Readable``:
   ``unwrapping`` has removed boxes, prefixes, escapes and line breaks inside words, and the words have been found. A
   reader with a table of its own also gets the numbers of the rows that can match.
2. It yields a ``Piece`` for each place that it recognizes, with the facts that are stated there, their positions in
   the text, and how reliable each of them is. The order is that of the text, unless the reader says otherwise.
3. It decides nothing: which pieces make up a failure, and whether AWS reported it, is the task of ``judging``.
4. It raises no exception, whatever the text.
5. It takes linear time: it looks for words and literals before it tries patterns, it looks back from a word only so
   far, and no pattern can backtrack without a bound. Patterns are compiled when they are first used.
"""
