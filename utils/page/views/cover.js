"use strict";
/* Cover: what is painted over, the model cannot see. Which words change? */

const GREY = 127; // the middle of all pixel values, which MobileNetV2 sees as 0

VIEWS.cover = {
  tab: "Cover",
  title: "Paint over a part of the photo",
  intro: "What matters for a word? Cover a part of the photo with grey and see whether the caption changes. Cover everything to see what the model says of nothing at all: that is its habit, not its sight (chapters 5 and 8).",
  show(place) {
    const { seen, said, captioner } = now;
    const pixels = Uint8Array.from(seen.pixels);
    const canvas = make("canvas", { className: "square paint", width: 448, height: 448, tabIndex: 0, role: "application",
      "aria-label": "The photo. Paint with the pointer, or move the brush with the arrow keys and press space to paint." });
    const before = make("div"), after = make("div", { "aria-live": "polite" });
    const brush = { x: 112, y: 112, size: 44, shown: false };
    let painting = false, asked = 0;

    const draw = () => {
      drawSquare(canvas, pixels);
      if (!brush.shown) return;
      const context = canvas.getContext("2d");
      context.strokeStyle = "#fff";
      context.lineWidth = 3;
      context.strokeRect(2 * brush.x - brush.size, 2 * brush.y - brush.size, 2 * brush.size, 2 * brush.size);
    };
    const paint = () => {
      const half = brush.size / 2;
      for (let y = Math.max(0, Math.round(brush.y - half)); y < Math.min(SIZE, brush.y + half); y += 1) {
        for (let x = Math.max(0, Math.round(brush.x - half)); x < Math.min(SIZE, brush.x + half); x += 1) {
          pixels.fill(GREY, 3 * (y * SIZE + x), 3 * (y * SIZE + x) + 3);
        }
      }
      draw();
    };
    const again = async () => {
      const turn = ++asked;
      after.replaceChildren(make("p", { className: "note" }, "The network looks again …"));
      const covered = await ask("see", { pixels: Uint8Array.from(pixels) });
      const found = await ask("caption", { key: covered.key, captioner, method: "beam" });
      await ask("forget", { key: covered.key });
      if (turn === asked) after.replaceChildren(wordsWithChanges(found, said));
    };
    const moveTo = (event) => {
      const box = canvas.getBoundingClientRect();
      brush.x = (event.clientX - box.left) / box.width * SIZE;
      brush.y = (event.clientY - box.top) / box.height * SIZE;
    };
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      painting = true;
      moveTo(event);
      paint();
    };
    canvas.onpointermove = (event) => {
      moveTo(event);
      if (painting) paint();
    };
    canvas.onpointerup = () => {
      painting = false;
      again();
    };
    canvas.onkeydown = (event) => {
      const step = { ArrowLeft: [-16, 0], ArrowRight: [16, 0], ArrowUp: [0, -16], ArrowDown: [0, 16] }[event.key];
      if (!step && event.key !== " ") return;
      event.preventDefault();
      brush.shown = true;
      if (!step) {
        paint();
        again();
        return;
      }
      brush.x = Math.max(0, Math.min(SIZE, brush.x + step[0]));
      brush.y = Math.max(0, Math.min(SIZE, brush.y + step[1]));
      draw();
    };
    const all = make("button", { type: "button" }, "Cover everything");
    const none = make("button", { type: "button" }, "Uncover");
    all.onclick = () => { pixels.fill(GREY); draw(); again(); };
    none.onclick = () => { pixels.set(seen.pixels); draw(); again(); };
    before.append(make("h3", {}, "The whole photo"), wordsWithChanges(said, null));
    after.append(make("p", { className: "note" }, "Paint, and the caption of what is left appears here."));
    place.append(make("div", { className: "columns" },
      make("div", {}, canvas, make("div", { className: "controls" },
        slider("Brush", { min: 16, max: 112, step: 4, value: brush.size }, (value) => { brush.size = value; }), all, none)),
      make("div", {}, before, make("h3", {}, "What is left of it"), after)));
    draw();
  },
};

/** Return a caption as chips with probabilities; words that the other caption lacks are marked. */
function wordsWithChanges(found, other) {
  const chips = found.words.map((word, place) => {
    const changed = other && !other.words.includes(word);
    return make("span", { className: `chip${changed ? " changed" : ""}`, title: percent(found.probabilities[place]) }, word);
  });
  const box = make("div", {}, make("div", { className: "chips" }, ...chips));
  if (!other) return box;
  const same = found.text === other.text;
  box.append(make("p", { className: "note" }, `${same ? "The same caption." : "Marked words are new."} Confidence ${percent(found.confidence)}, before ${percent(other.confidence)}.`));
  return box;
}
