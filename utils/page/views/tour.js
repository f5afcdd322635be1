"use strict";
/* The guided tour: ten steps for somebody who has never heard of any of it. */

const TOUR = [
  ["words", "A machine that describes pictures", "You see a drawing and a sentence. Nobody wrote this sentence: a neural network looked at the drawing and wrote it, just now, in your browser. In five minutes you will know how."],
  ["photo", "First, the picture becomes numbers", "A network called MobileNetV2 has seen a million photos. It turns the picture into 7 × 7 regions with 1,280 numbers each. Click on a region: the strip shows its numbers."],
  ["words", "Then comes one word at a time", "The model knows some hundreds or thousands of words. Before each word, it gives every word a probability. The longest bar is what it would say next. Click on it."],
  ["words", "You may choose otherwise", "Take an unlikely word, and watch how the model goes on from there: it reads its own words, whoever chose them. “Let the model finish” completes the sentence."],
  ["search", "The likeliest word is not always best", "Always taking the likeliest word can lead to a poor sentence. Beam search keeps several beginnings alive and compares whole sentences. Move the beam width and watch the tree."],
  ["search", "Or let chance decide", "Choose “Sampling”. At a low temperature, the model says what is safe; at a high one, it begins to dream."],
  ["cover", "Does it really look?", "Paint over the main thing in the picture and see whether the caption changes. Then cover everything: what it says now is habit, not sight."],
  ["score", "How good is a caption?", "BLEU compares it with the references, sentences that others wrote. Change one word and see the score fall. It can be high for a sentence that is untrue: for drawings, the page knows what is true."],
  ["attention", "Where does it look?", "Some captioners can tell. For each word, the veil is light where the model looked. If the captioner here has no attention, the button below the title brings one that has."],
  ["compare", "It knows only what it has seen", "The same picture, told by captioners that were trained on different data. Now choose a photo of your own, beside or below the caption. If it is unlike the training photos, the page says that the caption is a guess. The course shows how to build all of this yourself."],
];
let tourStep = 0;

function showTour(step) {
  tourStep = step;
  const [view, title, text] = TOUR[step];
  byId("tour").hidden = false;
  byId("tour-count").textContent = `Step ${step + 1} of ${TOUR.length}`;
  byId("tour-title").textContent = title;
  byId("tour-text").textContent = text;
  byId("tour-back").disabled = step === 0;
  byId("tour-next").textContent = step + 1 < TOUR.length ? "Next" : "Done";
  document.body.classList.add("touring");
  location.hash = view;
  // The first step speaks of the picture and its caption, the others of the view.
  const narrow = matchMedia("(max-width: 860px)").matches;
  if (step === 0 && narrow) document.querySelector(".photo-frame").scrollIntoView({ block: "start" });
  else if (step === 0) scrollTo({ top: 0 });
  else byId("tabs").scrollIntoView({ block: "start" });
  byId("tour-next").focus({ preventScroll: true });
}

function endTour() {
  byId("tour").hidden = true;
  document.body.classList.remove("touring");
  byId("tour-start").focus();
}

function listenToTour() {
  byId("tour-start").onclick = () => {
    now.chosen = byId("captioner").value = "";
    choose(firstImage()); // the tour speaks of a drawing
    showTour(0);
  };
  byId("tour-close").onclick = endTour;
  byId("tour-back").onclick = () => showTour(tourStep - 1);
  byId("tour-next").onclick = () => (tourStep + 1 < TOUR.length ? showTour(tourStep + 1) : endTour());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("tour").hidden) endTour();
  });
}
