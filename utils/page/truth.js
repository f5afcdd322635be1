"use strict";
/* What a caption states about a drawn scene, and whether it is true (chapter 7;
   utils/scenes/truth.py). BLEU cannot tell: it compares words with words, not with the picture. */

/* What each kind of statement is about, as it is shown to the reader. */
const STATEMENT_KINDS = {
  subject: "who",
  count: "how many",
  colour: "colour",
  action: "what is done",
  prop: "object",
  prop_colour: "colour of the object",
  place: "where",
  time: "when",
  thing: "thing nearby",
  thing_colour: "colour of the thing nearby",
  relation: "position",
};

/**
 * Reads a caption from left to right. Colours, numbers and positions wait for the noun that they
 * belong to. A word is `{kind, value, start, end}`, found at the places from `start` to before
 * `end` of the caption.
 */
class CaptionReader {
  constructor() {
    this.stated = new Map(); // "kind value" -> {kind, value, start, end}
    this.lastNoun = null;
    this.forget();
  }

  /** Take the next known word. */
  read(word) {
    if (word.kind === "colour") this.colours.push(word);
    else if (["subject", "subjects", "sheep"].includes(word.kind)) this.readSubject(word);
    else if (word.kind === "prop" || word.kind === "thing") this.readObject(word);
    else if (word.kind === "clothes") {
      this.stateColours(word);
      this.forget();
    } else this.readOther(word);
  }

  /** Read who is there. The word itself says whether it is one; "sheep" does not. */
  readSubject(word) {
    this.state("subject", word.value, word);
    this.stateColours(word);
    const contradicts = word.kind === "subjects" && this.count?.value === "1"; // "a dogs"
    if (this.count && !contradicts) this.state("count", this.count.value, this.count, word);
    else if (word.kind === "subject") this.state("count", "1", word);
    else if (word.kind === "subjects") this.state("count", "many", word);
    this.lastNoun = word;
    this.forget();
  }

  /** Read an object that is used, or a thing that stands nearby. */
  readObject(word) {
    this.state(word.kind, word.value, word);
    this.stateColours(word);
    if (word.kind === "thing" && this.relation) {
      this.state("relation", `${this.relation.value} ${word.value}`, this.relation, word);
    }
    this.lastNoun = word;
    this.forget();
  }

  /** Read a number, a position, an action, a place or a time: no colour is left waiting. */
  readOther(word) {
    this.giveColoursBack();
    if (word.kind === "count") {
      this.count = word;
      return;
    }
    this.forget();
    if (word.kind === "relation") this.relation = word;
    else this.state(word.kind, word.value, word);
  }

  /** Give colours that no noun followed ("in red", "is brown") to the noun before them. */
  giveColoursBack() {
    if (this.lastNoun) this.stateColours(this.lastNoun);
    this.colours = [];
  }

  /** State the colours that wait, of a noun; those of clothes are the subject's. */
  stateColours(noun) {
    const isObject = noun.kind === "prop" || noun.kind === "thing";
    for (const colour of this.colours) {
      const value = isObject ? `${colour.value} ${noun.value}` : colour.value;
      this.state(isObject ? `${noun.kind}_colour` : "colour", value, colour, noun);
    }
  }

  /** Note a statement where it is first read, in the words from `one` to `other`. */
  state(kind, value, one, other = one) {
    const start = Math.min(one.start, other.start);
    const end = Math.max(one.end, other.end);
    const key = `${kind} ${value}`;
    if (!this.stated.has(key)) this.stated.set(key, { kind, value, start, end });
  }

  /** Forget what waits for a noun. */
  forget() {
    this.colours = [];
    this.count = this.relation = null;
  }
}

/** Return the longest name that begins at a place of the caption, or null. */
function knownWord(caption, start, { words, longest }) {
  for (let end = Math.min(start + longest, caption.length); end > start; end -= 1) {
    const name = caption.slice(start, end).join(" ");
    if (Object.hasOwn(words, name)) {
      const [kind, value] = words[name];
      return { kind, value, start, end };
    }
  }
  return null;
}

/** Return what a caption states: a list `{kind, value, start, end}` without repetitions. */
function statedFacts(caption, facts) {
  const reader = new CaptionReader();
  let place = 0;
  while (place < caption.length) {
    const word = knownWord(caption, place, facts);
    if (word) reader.read(word);
    else if (!facts.fillers.includes(caption[place])) reader.giveColoursBack();
    place = word ? word.end : place + 1;
  }
  reader.giveColoursBack();
  return [...reader.stated.values()];
}

/**
 * Return the statements of a caption, a list of words, about a scene, in the order in which they
 * are read: `{kind, value, start, end, text, true, why}`; `why` says what there is in the scene.
 * `facts`: `{words, longest, fillers, true}`, as `lexicon` and `drawn_facts` of utils/page/scenes.py write them.
 */
function statements(caption, facts) {
  return statedFacts(caption, facts).map((stated) => {
    const shown = facts.true.filter(([kind]) => kind === stated.kind).map(([, value]) => value);
    const said = caption.slice(stated.start, stated.end).join(" ");
    return {
      ...stated,
      text: `${STATEMENT_KINDS[stated.kind]} “${said}”`,
      true: shown.includes(stated.value),
      why: shown.length ? `in the scene: ${shown[0]}` : "the scene tells of none",
    };
  });
}
