// Rank the pages for a pasted error by the words that they share with it.
//
// Sphinx finds only pages that contain every word. An error has other names and IDs than the examples on the
// pages, so Sphinx would find none.

const MIN_WORDS = 4;
const MAX_PAGES = 10;
// A cause with this section is what the error itself reports. Its page links to the pages of the reasons, which
// often have the same error as their example.
const SECTION_WITH_REASONS = "Possible reasons";
const WEIGHT_WITH_REASONS = 1.6;
// A long page contains some words of every error.
const LENGTH_EXPONENT = 0.3;

/** Return the pages that contain a word in their text or title: one number, several, or none. */
function pagesWith(index, word) {
  const pages = new Set();
  for (const table of [index.terms, index.titleterms]) {
    if (Object.hasOwn(table, word)) [table[word]].flat().forEach((page) => pages.add(page));
  }
  return pages;
}

/** Count the different words of each page. */
function countWords(index) {
  const counts = new Array(index.docnames.length).fill(1);
  for (const pages of Object.values(index.terms)) {
    [pages].flat().forEach((page) => (counts[page] += 1));
  }
  return counts;
}

/** Return the most similar pages with their scores, in Sphinx's format. Rare words weigh more. */
function rankPages(index, words) {
  const similarities = new Map();
  for (const word of words) {
    const pages = pagesWith(index, word);
    const weight = Math.log((index.docnames.length + 1) / (pages.size + 1));
    pages.forEach((page) => similarities.set(page, (similarities.get(page) ?? 0) + weight));
  }
  const counts = countWords(index);
  const withReasons = new Set((index.alltitles[SECTION_WITH_REASONS] ?? []).map(([page]) => page));
  const ranked = [...similarities].map(([page, weight]) => [
    page,
    (weight * (withReasons.has(page) ? WEIGHT_WITH_REASONS : 1)) / counts[page] ** LENGTH_EXPONENT,
  ]);
  ranked.sort(([, first], [, second]) => second - first);
  const best = ranked[0]?.[1] || 1;
  return ranked.slice(0, MAX_PAGES).map(([page, similarity]) => [
    index.docnames[page],
    index.titles[page],
    "",
    null,
    (Scorer.title * similarity) / best,
    index.filenames[page],
    SearchResultKind.text,
  ]);
}

// Sphinx loads its own script after this one, and starts the search when the document is complete.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // not the search page
  const findPagesWithAll = Search.performTermsSearch;
  Search.performTermsSearch = (words, excluded) =>
    words.size < MIN_WORDS || excluded.size
      ? findPagesWithAll(words, excluded)
      : rankPages(Search._index, words);
});
