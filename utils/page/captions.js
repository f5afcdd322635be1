"use strict";
/* Captions become words as in chapter 1 (utils/captions.py). */

/* Letters and digits of any language with their marks, apostrophes inside. */
const PART = "[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}\\u200c\\u200d]*";
const WORD = new RegExp(`${PART}(?:['״·]${PART})*`, "gu");
const APOSTROPHES = /[’‘ʼ＇`´׳]/g;
const HIDDEN = /(?![\u200b-\u200d])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Return the words of a text: lower case, no punctuation, nothing else left out. `joiner` is what
 * stands between words; where it is "", each letter with its marks is a word.
 */
function tokensOf(text, joiner = " ") {
  const plain = text.replace(HIDDEN, "").toLowerCase().replace(/i\u0307+/g, "i");
  const words = plain.normalize("NFC").replace(APOSTROPHES, "'").match(WORD) ?? [];
  if (joiner) return words;
  const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return words.flatMap((word) => Array.from(letters.segment(word), ({ segment }) => segment));
}
