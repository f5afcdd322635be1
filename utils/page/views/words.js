"use strict";
/* Word by word: the likeliest next words; a click takes another one, and the sentence goes on. */

/** Return a list of bars, one a word, each a button. */
function wordBars(likeliest, take) {
  return make("ul", { className: "bars" }, ...likeliest.map((one) => {
    const word = one.isEnd ? "(end)" : one.word;
    const number = percent(one.probability);
    const button = make("button", { type: "button", "aria-label": `${word}, ${number}` },
      ...barParts(word, one.probability, number));
    button.onclick = () => take(one);
    return make("li", {}, button);
  }));
}

VIEWS.words = {
  tab: "Word by word",
  title: "One word after the other",
  intro: "The model reads the photo and the words so far, and gives every word of its vocabulary a probability. Choose the word yourself, even an unlikely one, and see how the sentence goes on (chapters 4 and 5).",
  show(place) {
    const taken = []; // {id, word}
    const { seen, captioner } = now;
    const chips = make("div", { className: "chips", "aria-label": "The words so far" });
    const bars = make("div", { "aria-live": "polite" });
    const look = make("canvas", { className: "square", width: 320, height: 320, role: "img" });
    const lookBox = make("div", {}, make("h3", {}, "Where it looks for this word"), look);
    const again = make("button", { type: "button" }, "Start again");
    const back = make("button", { type: "button" }, "One word back");
    const finish = make("button", { type: "button", className: "primary" }, "Let the model finish");
    let asked = 0;

    const step = async () => {
      const turn = ++asked;
      const ended = taken.at(-1)?.isEnd;
      chips.replaceChildren(make("span", { className: "chip start" }, "start"),
        ...taken.map((one, place) => chipOf(one, place)), ...(ended ? [] : [make("span", { className: "caret" })]));
      back.disabled = again.disabled = taken.length === 0;
      finish.disabled = Boolean(ended);
      if (ended) {
        bars.replaceChildren(make("p", {}, "The caption has ended. Go back, or start again."));
        return null;
      }
      const found = await ask("next", { key: seen.key, captioner, words: taken.map((one) => one.id) });
      if (turn !== asked) return null;
      // An empty caption is not allowed: the end comes after one word at least.
      const shown = found.likeliest.filter((one) => taken.length || !one.isEnd).slice(0, 10);
      bars.replaceChildren(wordBars(shown, (one) => { taken.push(one); step(); }));
      lookBox.hidden = !found.attention;
      if (found.attention) {
        drawSquare(look, seen.pixels);
        drawVeil(look, found.attention);
        look.setAttribute("aria-label", `The photo under a veil that is light where the model looks for word ${taken.length + 1}`);
      }
      return shown[0];
    };
    const chipOf = (one, at) => {
      const chip = make("button", { type: "button", className: "chip", title: "Go back to before this word" }, one.isEnd ? "(end)" : one.word);
      chip.onclick = () => { taken.length = at; step(); };
      return chip;
    };
    again.onclick = () => { taken.length = 0; step(); };
    back.onclick = () => { taken.pop(); step(); };
    finish.onclick = async () => {
      finish.disabled = true;
      let next = await step();
      while (next && taken.length < 30) {
        taken.push(next);
        next = await step();
      }
    };
    place.append(chips, make("div", { className: "row" }, finish, back, again),
      make("div", { className: "columns" }, make("div", {}, make("h3", {}, "The likeliest next words"), bars), lookBox));
    step();
  },
};
