"use strict";
/* BLEU of one caption against the captions that people wrote (chapter 7; utils/bleu.py). */

const BLEU_ORDERS = [1, 2, 3, 4];

/** Return the runs of `size` words of a caption, each as one text. */
function ngrams(words, size) {
  const found = [];
  for (let start = 0; start + size <= words.length; start += 1) {
    found.push(words.slice(start, start + size).join(" "));
  }
  return found;
}

/** Return a map: n-gram -> the most times that any one reference has it. */
function allowance(references, size) {
  const most = new Map();
  for (const reference of references) {
    const counts = new Map();
    for (const ngram of ngrams(reference, size)) {
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
      most.set(ngram, Math.max(most.get(ngram) ?? 0, counts.get(ngram)));
    }
  }
  return most;
}

/**
 * Return for each n-gram of the caption whether a reference has it. An n-gram that is repeated more
 * often than in any one reference is not matched again: its count is clipped.
 */
function matchedNgrams(caption, references, size) {
  const left = allowance(references, size);
  return ngrams(caption, size).map((ngram, start) => {
    const times = left.get(ngram) ?? 0;
    left.set(ngram, times - 1);
    return { start, length: size, matched: times > 0 };
  });
}

/** Return the length of the reference that is closest to `length`, the shorter of two as close. */
function closestLength(references, length) {
  const lengths = references.map((reference) => reference.length).sort((one, other) => one - other);
  const distances = lengths.map((each) => Math.abs(each - length));
  return lengths[distances.indexOf(Math.min(...distances))];
}

/**
 * Score a caption, a list of words, against references, a list of such lists.
 *
 * `scores`: BLEU-1 to BLEU-4, 0 to 100. `precisions` of order 1 to 4 and `brevityPenalty`: 0 to 1.
 * `lengthRatio`: words written over words of the closest reference. `matches`: for each order a
 * list `{start, length, matched}`, an n-gram of the caption each.
 */
function bleu(caption, references) {
  if (!references.length || !references.every((reference) => reference.length)) {
    throw new Error("BLEU compares with captions that people wrote: give one or more, none empty.");
  }
  const matches = BLEU_ORDERS.map((size) => matchedNgrams(caption, references, size));
  const precisions = matches.map((list) =>
    list.filter(({ matched }) => matched).length / Math.max(list.length, 1));

  const lengthRatio = caption.length / closestLength(references, caption.length);
  const brevityPenalty = Math.exp(Math.min(0, 1 - 1 / lengthRatio)); // 0 for a caption of no words

  // The geometric mean of the precisions: one that is 0 makes it 0.
  let product = 1;
  const scores = precisions.map((precision, place) => {
    product *= precision;
    return 100 * brevityPenalty * product ** (1 / (place + 1));
  });
  return { scores, precisions, brevityPenalty, lengthRatio, matches };
}
