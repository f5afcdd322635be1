"use strict";
/* Captions become words as in chapter 1 (utils/captions.py). */

/* Letters and digits of any language with their marks, apostrophes inside. */
const PART = "[\\p{L}\\p{N}](?:\\u200c*[\\p{L}\\p{N}\\p{M}\\u200d])*";
const WORD = new RegExp(`${PART}(?:['״·]${PART})*`, "gu");
const APOSTROPHES = /[’‘ʼ＇`´׳‛′ʹ՚]/g;
/* Between Hebrew letters, a quote stands for the mark of an acronym. */
const ACRONYM = /(?<=\p{Script=Hebrew})["”](?=\p{Script=Hebrew})/gu;
/* Other shapes of the same letters: of full and half width, ligatures, those of Arabic. */
const SHAPES =
  /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9f\ufb00-\ufb06\ufb50-\ufdfb\ufe70-\ufefc]+/gu;
const STRETCHED = /\u0640/g; // the line that makes an Arabic word longer
const HIDDEN = /(?![\u200b-\u200d])\p{Default_Ignorable_Code_Point}/gu;

/**
 * Return the words of a text: lower case, no punctuation, nothing else left out. `joiner` is what
 * stands between words; where it is "", each letter with its marks is a word.
 */
function tokensOf(text, joiner = " ") {
  const shaped = text.replace(SHAPES, (same) => same.normalize("NFKC"));
  const seen = shaped.replace(HIDDEN, "").replace(STRETCHED, "");
  const plain = seen.toLowerCase().replace(/i\u0307+/g, "i").replace(ACRONYM, "״");
  const words = plain.normalize("NFC").replace(APOSTROPHES, "'").match(WORD) ?? [];
  if (joiner) return words;
  const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return words.flatMap((word) => Array.from(letters.segment(word), ({ segment }) => segment));
}
