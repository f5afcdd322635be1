// Predictions: the outputs that give an answer away wait for a guess, or for a plain wish to see.
"use strict";

const KEPT = "captioning-course-guesses";

function keptGuesses() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) || {};
  } catch {
    return {};
  }
}

function keep(id, guess) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...keptGuesses(), [id]: guess }));
  } catch {
    // Without storage, as in some private windows, the guess lasts as long as the page.
  }
}

// What the run showed, in a box: "Prediction 4.1", "Measured: 52%."
function measured(id, outputs) {
  const told = outputs.map((output) => output.textContent).join("\n");
  const found = told.match(new RegExp(`Prediction ${id}\\s*Measured: ([^\n]+?)\\.?\\s*$`, "m"));
  return found ? found[1].trim() : "";
}

function isRight(form, guess, truth) {
  const letter = truth.match(/^\((\w)\)/);
  if (letter) return guess === letter[1];
  const typed = form.querySelector("input[type=text]");
  if (typed && typed.dataset.within) {
    const number = (text) => parseFloat(text.replaceAll(",", "").replace(/[^\d.eE+-]/g, ""));
    return Math.abs(number(guess) - number(truth)) <= Number(typed.dataset.within);
  }
  return guess.toLowerCase() === truth.toLowerCase();
}

// Writes what was measured beside the guess; the guess is text, what explains it is the book's own.
function tell(answer, form, guess, truth) {
  const right = guess && isRight(form, guess, truth);
  answer.textContent = truth ? `Measured: ${truth}.` : "The outputs below are open now.";
  if (right) answer.append(" That is what you expected.");
  if (guess && truth && !right) {
    answer.append(` You expected ${guess}. `);
    answer.insertAdjacentHTML("beforeend", form.dataset.look);
  }
}

// What can be moved sideways can be reached by the keyboard too.
function reach(output) {
  if (output.scrollWidth > output.clientWidth) output.tabIndex = 0;
}

function setUp(form) {
  const id = form.dataset.id;
  const tag = `.tag_locked-${id.replace(".", "-")}`;
  const outputs = [...document.querySelectorAll(`${tag} .cell_output`)];
  const answer = form.querySelector(".prediction-answer");
  const truth = measured(id, outputs);
  const texts = [...document.querySelectorAll(`.waiting-${id.replace(".", "-")}`)];
  texts.forEach((text) => {
    text.classList.add("locked");
    text.hidden = true;
  });
  const notes = outputs.map((output) => {
    const note = document.createElement("p");
    note.className = "waiting-for-a-guess";
    note.textContent = `This output waits for your guess at prediction ${id}.`;
    output.before(note);
    output.classList.add("locked");
    output.hidden = true;
    return note;
  });
  const see = document.createElement("button");
  see.type = "button";
  see.textContent = "Show it without guessing";
  form.querySelector("fieldset").append(see);

  function open(guess) {
    [...outputs, ...texts].forEach((part) => (part.hidden = false));
    outputs.forEach(reach);
    notes.forEach((note) => note.remove());
    see.remove();
    tell(answer, form, guess, truth);
    if (guess) keep(id, guess);
  }

  see.addEventListener("click", () => open(""));
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") open(event.target.value);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = form.querySelector("input[type=text]");
    const guess = typed ? typed.value.trim() : "";
    if (guess && typed.dataset.within && !/\d/.test(guess)) answer.textContent = "Write a number.";
    else if (guess) open(guess);
  });
  const before = keptGuesses()[id];
  if (before) {
    const radio = [...form.querySelectorAll("input[type=radio]")].find((one) => one.value === before);
    const typed = form.querySelector("input[type=text]");
    if (radio) radio.checked = true;
    if (typed) typed.value = before;
    open(before);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  // The theme's sidebar holds the title and the search outside any landmark.
  const sidebar = document.getElementById("pst-primary-sidebar");
  sidebar?.setAttribute("role", "complementary");
  sidebar?.setAttribute("aria-label", "The book");
  document.querySelectorAll("form.prediction").forEach(setUp);
  document.querySelectorAll(".cell_output, .bd-article p").forEach(reach);
  // The menu of the shades closes once one is chosen.
  document.querySelectorAll("button[data-mode]").forEach((choice) => {
    choice.addEventListener("click", () => setTimeout(() => document.body.click()));
  });
  // On paper nothing waits.
  addEventListener("beforeprint", () => {
    document.querySelectorAll(".locked").forEach((output) => (output.hidden = false));
  });
});
