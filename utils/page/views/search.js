"use strict";
/* Greedy search, beam search and sampling: the tree of what was looked at grows as one watches. */

const searchSettings = { method: "beam", width: 3, lengthPenalty: 0.7, temperature: 0.8, topP: 0.9, seed: 1 };
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, settings = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(settings)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return a slider with its label and value. */
function slider(label, settings, changed) {
  const output = make("output", {}, String(settings.value));
  const input = make("input", { type: "range", ...settings });
  input.oninput = () => {
    output.textContent = input.value;
    changed(Number(input.value));
  };
  return make("label", { className: "slider" }, make("span", {}, `${label}: `, output), input);
}

/** Return a row of buttons of which one is pressed. */
function choiceOf(label, options, chosen, changed) {
  const buttons = Object.entries(options).map(([name, text]) => {
    const button = make("button", { type: "button", "aria-pressed": String(name === chosen) }, text);
    button.onclick = () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      changed(name);
    };
    return button;
  });
  return make("div", { className: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** Return the tree of a beam search: a column a step, a box a hypothesis, the best path in colour. */
function drawTree(steps, best) {
  const wide = 122, high = 34;
  const rows = Math.max(...steps.map((step) => step.length));
  const drawing = svg("svg", { width: (steps.length + 1) * wide, height: rows * high + 16, role: "img",
    "aria-label": `The tree of the search: ${steps.length} steps, ${rows} hypotheses at most a step. The list below says the same in words.` });
  const middle = (row) => row * high + high / 2 + 6;
  const onPath = (one) => one.ids.every((id, place) => id === best[place]);
  drawing.append(node("start", "", 0, middle(0), "best node"));
  steps.forEach((step, column) => {
    const group = svg("g", { class: "step", style: `animation-delay:${column * 0.18}s` });
    step.forEach((one, row) => {
      const kind = onPath(one) ? "best" : one.kept ? "" : "dropped";
      const from = column ? middle(one.parent) : middle(0);
      const x = column * wide + 84;
      group.append(svg("path", { class: `edge ${kind}`, d: `M${x} ${from} C${x + 20} ${from} ${x + 18} ${middle(row)} ${x + 38} ${middle(row)}` }));
    });
    step.forEach((one, row) => {
      const kind = onPath(one) ? "best" : one.kept ? "" : "dropped";
      group.append(node(one.word, one.logProb.toFixed(2), (column + 1) * wide, middle(row), `${kind} node`));
    });
    drawing.append(group);
  });
  return make("div", { className: "tree panel", tabIndex: 0, role: "region", "aria-label": "The tree of the search, which can be scrolled" }, drawing);
}

function node(word, number, x, y, kind) {
  const text = svg("text", { x: x + 8, y: y + 1 });
  text.textContent = word.length > 10 ? `${word.slice(0, 9)}…` : word;
  const below = svg("text", { x: x + 8, y: y + 11.5, class: "p" });
  below.textContent = number;
  return svg("g", {}, svg("rect", { class: kind, x, y: y - 13, width: 84, height: 28, rx: 7 }), text, below);
}

/** Return the hypotheses of a search as a table, the best first. */
function hypothesisTable(hypotheses) {
  const rows = hypotheses.map((one) => make("tr", {}, make("td", {}, one.text),
    make("td", { className: "number" }, one.logProb.toFixed(2)),
    make("td", { className: "number" }, one.score === undefined ? "" : one.score.toFixed(2))));
  return make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "caption"),
    make("th", { className: "number", scope: "col" }, "log-probability"), make("th", { className: "number", scope: "col" }, "score"))), make("tbody", {}, ...rows));
}

VIEWS.search = {
  tab: "Search",
  title: "From probabilities to a whole caption",
  intro: "Greedy search takes the likeliest word at each step. Beam search keeps several hypotheses and may find a likelier caption. Sampling draws each word by its probability (chapter 7).",
  show(place) {
    const controls = make("div", { className: "controls" });
    const result = make("div", { "aria-live": "polite" });
    let asked = 0;
    const run = async () => { // after each change; the answer to the last one counts
      const turn = ++asked;
      result.classList.add("waiting");
      setBusy("Searching");
      const found = await ask("caption", { key: now.seen.key, captioner: now.captioner, ...searchSettings });
      if (turn !== asked) return;
      setBusy("");
      result.classList.remove("waiting");
      const said = make("p", { className: "said" }, found.text);
      result.replaceChildren(make("div", { className: "caption" }, said));
      if (searchSettings.method === "beam") {
        result.append(drawTree(found.steps, found.ids), make("h3", {}, "The captions that ended, the best first"), scrolled(hypothesisTable(found.hypotheses), "The captions that ended"),
          make("p", { className: "note" }, "Numbers in the tree are log-probabilities of the words so far. The score of a caption is its log-probability, divided by its length to the power of the length penalty: at 0 the length does not count, at 1 it is the mean over the words."));
      } else {
        result.append(wordTable(found), make("p", { className: "note" }, searchSettings.method === "sample"
          ? "The probabilities are those of the model. A temperature below 1 sharpens them before a word is drawn, one above 1 flattens them; top-p leaves only the likeliest words, which together have this share."
          : "The probability of each word, given those before it."));
      }
    };
    const refresh = () => {
      const { method } = searchSettings;
      const set = (name) => (value) => { searchSettings[name] = value; run(); };
      controls.replaceChildren(choiceOf("Kind of search", { greedy: "Greedy", beam: "Beam", sample: "Sampling" }, method,
        (name) => { searchSettings.method = name; refresh(); run(); }));
      if (method === "beam") {
        controls.append(slider("Beam width", { min: 1, max: 8, step: 1, value: searchSettings.width }, set("width")),
          slider("Length penalty", { min: 0, max: 1.5, step: 0.1, value: searchSettings.lengthPenalty }, set("lengthPenalty")));
      }
      if (method === "sample") {
        const again = make("button", { type: "button", className: "primary" }, "Draw again");
        again.onclick = () => { searchSettings.seed += 1; run(); };
        controls.append(slider("Temperature", { min: 0.1, max: 2, step: 0.1, value: searchSettings.temperature }, set("temperature")),
          slider("Top-p", { min: 0.1, max: 1, step: 0.05, value: searchSettings.topP }, set("topP")), again);
      }
    };
    refresh();
    place.append(controls, result);
    run();
  },
};

/** Return the words of a caption with the probability that each had. */
function wordTable(found) {
  const words = [...found.words, "(end)"];
  return barList(words.map((word, place) => [word, found.probabilities[place], percent(found.probabilities[place])]));
}
