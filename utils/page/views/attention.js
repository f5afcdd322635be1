"use strict";
/* Attention: for each word, where the model looks, as light on a dark veil. */

VIEWS.attention = {
  tab: "Attention",
  title: "Where the model looks for each word",
  intro: "A model with attention gives each of the 49 regions a weight before it says a word. The veil is light where the weight is large, on one scale for all words (chapter 8).",
  show(place) {
    const { said, seen } = now;
    if (!said.attention) {
      const button = make("button", { type: "button", className: "primary" }, "Use flickr8k-best, which has attention");
      const there = captionerInfo("flickr8k-best");
      button.onclick = () => chooseCaptioner("flickr8k-best");
      place.append(make("p", {}, `The captioner ${now.captioner} has no attention: it sees the mean of all regions.`), ...(there ? [button] : []));
      return;
    }
    const words = [...said.words, "(end)"].slice(0, said.attention.length);
    const largest = Math.max(...said.attention.flatMap((weights) => Array.from(weights)));
    const canvas = make("canvas", { className: "square", width: 448, height: 448, role: "img" });
    const told = make("p", { className: "note", "aria-live": "polite" });
    const chips = words.map((word, at) => {
      const chip = make("button", { type: "button", className: "chip", "aria-pressed": "false" }, word);
      chip.onclick = () => { stop(); select(at); };
      return chip;
    });
    let timer = null;
    const stop = () => { clearInterval(timer); timer = null; };
    const select = (at) => {
      drawSquare(canvas, seen.pixels);
      drawVeil(canvas, said.attention[at], largest);
      chips.forEach((chip, other) => chip.setAttribute("aria-pressed", String(other === at)));
      const weights = said.attention[at];
      const most = weights.indexOf(Math.max(...weights));
      told.textContent = `“${words[at]}”, ${percent(said.probabilities[at])}: it looks most at row ${Math.floor(most / GRID) + 1}, column ${most % GRID + 1} (weight ${percent(weights[most])}; even weights would be 2% each).`;
      canvas.setAttribute("aria-label", `The photo under a dark veil. ${told.textContent}`);
    };
    const play = make("button", { type: "button" }, "Play all words");
    play.onclick = () => {
      stop();
      let at = 0;
      select(0);
      timer = setInterval(() => {
        at += 1;
        if (at >= words.length || !canvas.isConnected) stop();
        else select(at);
      }, 900);
    };
    place.append(make("div", { className: "chips" }, ...chips), make("div", { className: "row" }, play), told, canvas,
      make("p", { className: "note" }, "Attention says where the model looked, not why it said a word. The view “Cover” asks what changes the caption."));
    select(0);
  },
};
