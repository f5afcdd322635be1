"use strict";
/* From probabilities of the next word to whole captions: chapter 7.
 *
 * Every search works against a function, ask(prefix) -> Float32Array of log-probabilities, and
 * knows nothing of networks. A prefix is an array of ids from the start word on. A hypothesis is
 * {ids, logProb, score, finished}: its words without markers, the sum of the log-probabilities of
 * its words and its end, logProb / length ** lengthPenalty (the length counts the end), and
 * whether it ended by itself or was cut at the maximum length. */

/** Return what `ask` says; an error where it is no number. */
function asked(ask, prefix) {
  const logProbs = ask(prefix);
  if (logProbs.some(Number.isNaN)) {
    throw new Error("The model gave probabilities that are not numbers (NaN): train it again.");
  }
  return logProbs;
}

/** Return a hypothesis; see above. */
function hypothesisOf(ids, logProb, finished, lengthPenalty = 1) {
  const length = ids.length + (finished ? 1 : 0);
  return { ids, logProb, score: logProb / length ** lengthPenalty, finished };
}

/** Write a caption word by word; `choose(logProbs, step)` returns the id of the next one. */
function written(ask, { start, end, maxLength }, choose) {
  const ids = [];
  let logProb = 0;
  for (let step = 0; step < maxLength; step += 1) {
    const logProbs = asked(ask, [start, ...ids]);
    const id = choose(logProbs, step);
    logProb += logProbs[id];
    if (id === end) return hypothesisOf(ids, logProb, true);
    ids.push(id);
  }
  return hypothesisOf(ids, logProb, false);
}

/** Greedy search: the most probable word at every step; of equal ones that with the lower id. */
function greedy(ask, options) {
  return written(ask, options, (logProbs) => likeliestWords(logProbs, 1)[0]);
}

/**
 * Sampling: words are drawn by their probabilities.
 *
 * `temperature` divides the log-probabilities; `topK` draws among so many of the most probable
 * words, `topP` (nucleus sampling) among the fewest whose probabilities sum to it; `random()`
 * gives numbers in [0, 1).
 */
function sample(ask, options) {
  const { temperature = 1, topK = Infinity, topP = 1, random = Math.random } = options;
  return written(ask, options, (logProbs) => drawn(logProbs, temperature, topK, topP, random()));
}

/** Draw one id: where the running sum of the probabilities passes `uniform`. */
function drawn(logProbs, temperature, topK, topP, uniform) {
  const some = topK < logProbs.length || topP < 1;
  const count = Math.min(topK, logProbs.length);
  const ids = some ? likeliestWords(logProbs, count) : [...logProbs.keys()];
  const largest = Math.max(...ids.map((id) => logProbs[id]));
  const weights = ids.map((id) => Math.exp((logProbs[id] - largest) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const kept = topP < 1 ? sumUntil(weights, topP * sum) : sum;
  let running = 0;
  for (let place = 0; place < ids.length; place += 1) {
    running += weights[place];
    if (running > uniform * kept) return ids[place];
  }
  return ids.at(-1);
}

/** Sum weights, the largest first, until they reach `bar`; return the sum. */
function sumUntil(weights, bar) {
  let sum = 0;
  for (const weight of weights) {
    sum += weight;
    if (sum >= bar) return sum;
  }
  return sum;
}

/** Return the ids of the `count` most probable words that are allowed; ties go to the lower id. */
function likeliestWords(logProbs, count) {
  const best = [];
  for (let id = 0; id < logProbs.length; id += 1) {
    const value = logProbs[id];
    if (value === -Infinity) continue;
    if (best.length === count && !(value > logProbs[best[count - 1]])) continue;
    let place = best.length === count ? count - 1 : best.length;
    while (place > 0 && value > logProbs[best[place - 1]]) {
      best[place] = best[place - 1];
      place -= 1;
    }
    best[place] = id;
  }
  return best;
}

/**
 * Beam search: `width` prefixes at once.
 *
 * A caption is finished when its end is among the `width` best continuations. The search stops
 * after `width` finished captions, or once no live prefix can beat the best one.
 *
 * Returns `hypotheses`, best first, those that were cut last; and `steps`, the best continuations
 * at each step, best first: {ids (with the end where it is the last), logProb, parent (place in
 * the step before, -1 for the start), kept (whether it lives on), finished}.
 */
function beamSearch(ask, { start, end, width, maxLength, lengthPenalty = 1 }) {
  const done = [];
  const steps = [];
  let live = [{ ids: [], logProb: 0, place: -1 }];
  for (let length = 1; length <= maxLength && live.length; length += 1) {
    const step = continuations(ask, live, start, 2 * width);
    step.slice(0, width).filter((one) => one.ids.at(-1) === end).forEach((one) => {
      one.finished = true;
      done.push(hypothesisOf(one.ids.slice(0, -1), one.logProb, true, lengthPenalty));
    });
    live = step.filter((one) => one.ids.at(-1) !== end).slice(0, width);
    const limits = { width, length, maxLength, lengthPenalty };
    if (live.length && isOver(done, live[0].logProb, limits)) live = [];
    live.forEach((one) => { one.kept = true; });
    steps.push(step.map(({ place, ...told }) => told));
  }
  for (const { ids, logProb } of live) done.push(hypothesisOf(ids, logProb, false, lengthPenalty));
  done.sort((one, other) => other.finished - one.finished || other.score - one.score);
  return { hypotheses: done, steps };
}

/** Return the `count` best continuations of the live prefixes, best first. */
function continuations(ask, live, start, count) {
  const found = live.flatMap(({ ids, logProb, place }) => {
    const logProbs = asked(ask, [start, ...ids]);
    return likeliestWords(logProbs, count).map((id) => ({
      ids: [...ids, id],
      logProb: logProb + logProbs[id],
      parent: place,
      kept: false,
      finished: false,
    }));
  });
  found.sort((one, other) => other.logProb - one.logProb);
  return found.slice(0, count).map((one, place) => ({ ...one, place }));
}

/** Whether enough captions are done, or no live prefix can still beat the best of them. */
function isOver(done, best, { width, length, maxLength, lengthPenalty }) {
  if (done.length >= width) return true;
  const toBeat = Math.max(...done.map((one) => one.score));
  const reachable = [length + 1, maxLength].map((n) => best / n ** lengthPenalty);
  return Math.max(...reachable) <= toBeat;
}

/** How sure a captioner is of a caption, 0 to 1: the geometric mean of its words' probabilities. */
function confidence({ ids, logProb, finished }) {
  return Math.exp(logProb / (ids.length + (finished ? 1 : 0)));
}
