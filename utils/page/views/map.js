"use strict";
/* The course's model as a map: each part leads to the view that shows it at work. */

/* Parts of the course's model, [x, y, width, title, shape, view], and arrows between them. */
const MERGE = {
  parts: [
    [4, 18, 100, "photo", "224 × 224 × 3", "photo"],
    [134, 18, 104, "MobileNetV2", "7 × 7 × 1,280", "photo"],
    [268, 18, 84, "mean", "1,280", "photo"],
    [382, 18, 84, "Dense", "units", "cover"],
    [4, 92, 100, "words so far", "t words", "words"],
    [134, 92, 104, "GloVe", "t × 50", "words"],
    [268, 92, 84, "BiLSTM", "t × 2 units", "words"],
    [382, 92, 84, "LSTM", "units", "words"],
    [502, 55, 66, "Add", "units", "compare"],
    [598, 55, 118, "Dense, softmax", "all words", "words"],
    [746, 55, 84, "search", "a caption", "search"],
    [860, 55, 84, "BLEU", "a score", "score"],
  ],
  arrows: [[0, 1], [1, 2], [2, 3], [4, 5], [5, 6], [6, 7], [3, 8], [7, 8], [8, 9], [9, 10], [10, 11]],
};
/* With attention, other parts stand in four of these places. */
const ATTENTION = { parts: [...MERGE.parts], arrows: [...MERGE.arrows, [6, 3], [3, 7]] };
ATTENTION.parts.splice(2, 2, [268, 18, 84, "Dense", "49 × units", "cover"], [382, 18, 84, "attention", "units", "attention"]);
ATTENTION.parts.splice(6, 2, [268, 92, 84, "LSTM", "asks", "attention"], [382, 92, 84, "LSTM", "speaks", "words"]);
const MAPS = { merge: MERGE, attention: ATTENTION };
const HIGH = 46;

/** Return the path of an arrow: down or up between neighbours, else from right to left side. */
function arrowPath([x, y, width], [right, below, wide]) {
  const middle = y + HIGH / 2;
  if (right < x + width) { // the other part stands above or below
    const down = below > y;
    return `M${x + width / 2} ${down ? y + HIGH : y} L${right + wide / 2} ${down ? below - 3 : below + HIGH + 3}`;
  }
  if (Math.abs(below - y) > HIGH && right - x - width < 60 && right < 480) {
    return `M${x + width - 12} ${y} L${right + 12} ${below + HIGH + 3}`;
  }
  const to = below + HIGH / 2;
  return `M${x + width} ${middle} C${x + width + 16} ${middle} ${right - 18} ${to} ${right - 4} ${to}`;
}

/** Draw the model of the captioner that is chosen. */
function drawMap() {
  const { parts, arrows } = MAPS[captionerInfo().kind];
  const lines = arrows.map(([from, to]) => `<path class="arrow" marker-end="url(#tip)" d="${arrowPath(parts[from], parts[to])}"/>`);
  const boxes = parts.map(([x, y, width, title, shape, view]) => `
    <a href="#${view}" data-view="${view}" aria-label="${title}, ${shape}">
      <rect class="box" x="${x}" y="${y}" width="${width}" height="${HIGH}" rx="9"/>
      <text x="${x + width / 2}" y="${y + 20}" text-anchor="middle">${title}</text>
      <text class="small" x="${x + width / 2}" y="${y + 36}" text-anchor="middle">${shape}</text>
    </a>`);
  byId("map").innerHTML = `<svg viewBox="0 0 950 154" role="group" aria-label="The model, from the photo and the words so far to the next word">
    <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
    <path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>${lines.join("")}${boxes.join("")}</svg>`;
  markMap();
}

/** Mark the parts that the view of the address shows. */
function markMap() {
  for (const link of document.querySelectorAll("#map a")) link.classList.toggle("here", link.dataset.view === now.view);
}
