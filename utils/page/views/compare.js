"use strict";
/* Compare: what every captioner says of the same photo. */

VIEWS.compare = {
  tab: "Compare",
  title: "The same photo, several captioners",
  intro: "A captioner knows only what it was trained on. The one trained on drawn scenes sees scenes everywhere; those trained on Flickr8k see dogs and people.",
  show(place) {
    const body = make("tbody");
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...["captioner", "greedy search", "its own beam search"].map((head) => make("th", { scope: "col" }, head)),
      make("th", { className: "number", scope: "col" }, "confidence"))), body);
    place.append(scrolled(table, "What each captioner says"));
    const { seen } = now;
    for (const { name, title } of pageData.captioners) {
      const cells = ["…", "…", "…"].map((text) => make("td", {}, text));
      cells[2].className = "number";
      body.append(make("tr", {}, make("th", { scope: "row" }, name, make("div", { className: "note" }, title)), ...cells));
      ["greedy", "beam"].forEach(async (method, column) => {
        const found = await ask("caption", { key: seen.key, captioner: name, method });
        cells[column].textContent = found.text;
        if (method === "beam") cells[2].textContent = percent(found.confidence);
      });
    }
    place.append(likelihoodBox(seen));
  },
};

/** Let the reader write a sentence and see how likely each captioner thinks it. */
function likelihoodBox(seen) {
  const input = make("input", { type: "text", value: now.said.text, size: 40 });
  const told = make("div", { "aria-live": "polite" });
  const run = async () => {
    const answers = await Promise.all(pageData.captioners.map(({ name, joiner }) => ask("likelihood", { key: seen.key, captioner: name, words: tokensOf(input.value, joiner) })));
    told.replaceChildren(...answers.map((answer, place) => make("div", {}, make("h3", {}, pageData.captioners[place].name), answer.unknown.length
      ? make("p", { className: "note" }, `It does not know: ${answer.unknown.join(", ")}.`) : null, wordTable(answer))));
    told.className = "columns";
  };
  input.onchange = run;
  const button = make("button", { type: "button" }, "How likely?");
  button.onclick = run;
  return make("div", {}, make("h3", {}, "Your own sentence"), make("p", { className: "note" }, "How likely does each captioner think it, word by word?"),
    make("div", { className: "row" }, make("label", {}, make("span", { className: "visually-hidden" }, "Your sentence"), input), button), told);
}
