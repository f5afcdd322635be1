"use strict";
/* Scores: BLEU against the references with its n-grams marked; for scenes, what is true. */

VIEWS.score = {
  tab: "Score",
  title: "How good is the caption?",
  intro: "BLEU counts the pieces of one to four words that the caption shares with the references: captions that people wrote of a photo, or programs of a drawn scene. Change a word and watch the score. For a drawn scene the page also knows what is true, and BLEU does not (chapter 7).",
  show(place) {
    const { image, said } = now;
    const text = make("input", { type: "text", value: said.text, size: 50 });
    const references = make("textarea", { rows: 7, value: (image.captions ?? []).join("\n"), placeholder: "a dog runs on the grass" });
    const scores = make("div", { "aria-live": "polite" });
    const marked = make("div");
    const truth = make("div");
    let order = 2;
    const refresh = () => {
      const { joiner } = captionerInfo();
      const caption = tokensOf(text.value, joiner);
      const written = references.value.split("\n").map((line) => tokensOf(line, joiner)).filter((tokens) => tokens.length);
      scores.replaceChildren();
      marked.replaceChildren();
      if (!written.length) scores.append(make("p", { className: "note" }, "Write one caption of your own or more, a line each: BLEU needs something to compare with."));
      else {
        const found = bleu(caption, written);
        scores.append(scoreBars(found));
        marked.append(markedCaption(caption, written, order));
      }
      if (image.facts) truth.replaceChildren(truthOf(caption, { ...pageData.lexicon, ...image.facts }));
    };
    text.oninput = references.oninput = refresh;
    const orders = choiceOf("Length of the pieces", { 1: "1 word", 2: "2 words", 3: "3", 4: "4" }, "2", (name) => { order = Number(name); refresh(); });
    place.append(make("div", { className: "columns" },
      make("div", {}, make("label", { className: "field" }, "The caption (change it)", text), scores, truth),
      make("div", {}, make("label", { className: "field" }, "The references, a line each", references),
        make("h3", {}, "Shared pieces of"), orders, marked)));
    refresh();
  },
};

function scoreBars({ scores, brevityPenalty, lengthRatio }) {
  const list = barList(scores.map((score, place) => [`BLEU-${place + 1}`, score / 100, score.toFixed(1)]));
  return make("div", {}, list, make("p", { className: "note" }, `Length ratio ${lengthRatio.toFixed(2)}, brevity penalty ${brevityPenalty.toFixed(2)}. Where no piece of four words is shared, BLEU-4 is 0, however good the caption: BLEU is meant for many photos together.`));
}

/** Return the places of words that stand in an n-gram which other texts have too. */
function sharedPlaces(words, others, order) {
  const shared = new Set();
  for (const { start, matched } of matchedNgrams(words, others, order)) {
    if (matched) for (let place = start; place < start + order; place += 1) shared.add(place);
  }
  return shared;
}

/** Return the caption and the references with the shared n-grams marked. */
function markedCaption(caption, written, order) {
  const line = (words, others) => {
    const shared = sharedPlaces(words, others, order);
    return make("li", {}, ...words.flatMap((word, place) => [shared.has(place) ? make("mark", {}, word) : word, " "]));
  };
  const list = make("ul", { className: "refs" }, ...written.map((words) => line(words, [caption])));
  return make("div", {}, make("ul", { className: "refs" }, line(caption, written)), make("h3", {}, "in the references"), list);
}

/** Return a statement with its verdict; none where it speaks of somebody who is not there. */
function statementRow({ text, true: isTrue, why }, isVoid) {
  const sign = isVoid ? "–" : isTrue ? "✓" : "✗";
  const verdict = isVoid ? "does not count, because the subject is not there" : isTrue ? "true" : `untrue (${why})`;
  return make("p", { className: "statement" }, make("span", { className: isTrue && !isVoid ? "yes" : "no", "aria-hidden": "true" }, sign),
    make("span", {}, `${text}: ${verdict}`));
}

/** Return what a caption says of a scene, each statement true or untrue. */
function truthOf(caption, facts) {
  const found = statements(caption, facts);
  const who = found.filter(({ kind }) => kind === "subject");
  const nobody = who.length > 0 && !who.some((one) => one.true);
  const rows = found.map((one) => statementRow(one, nobody && ["count", "colour"].includes(one.kind)));
  return make("div", {}, make("h3", {}, "What it says of the scene"), ...(rows.length ? rows : [make("p", { className: "note" }, "Nothing here that can be checked against the scene.")]));
}
