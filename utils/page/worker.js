"use strict";
/* The worker: it keeps the networks and what they have seen, and answers the page's questions. */

const KEPT = 12; // photos whose features are kept
const LIKELIEST = 14; // next words that are told
const LAYERS = ["stem", "block_03_project", "block_06_project", "block_13_project"];

const raw = new Map(); // name -> {manifest, base64}
const manifests = new Map(); // name -> manifest
const networks = new Map(); // name -> network, built when first asked for
const photos = new Map(); // key -> {features, contexts by captioner}
let nextKey = 1;

/** Return a network by its name: "cnn", or that of a captioner. */
function network(name) {
  if (!networks.has(name)) {
    const { manifest, base64 } = raw.get(name);
    const bytes = bytesOf(base64);
    raw.delete(name);
    networks.set(name, name === "cnn" ? buildCnn(manifest, bytes) : buildCaptioner(manifest, bytes));
  }
  return networks.get(name);
}

/** Return the summary of a captioner's training photos, or null; several may share one. */
function summaryFor(name) {
  const hash = manifests.get(name).summary;
  if (!hash) return null;
  const sharing = Array.from(manifests.keys()).filter((other) => manifests.get(other).summary === hash);
  const owner = sharing.find((other) => "summary/mean" in manifests.get(other).arrays);
  return network(owner).summary;
}

/** Return a photo that was seen. */
function photoOf(key) {
  if (!photos.has(key)) throw new Error("This photo is no longer kept: choose it again.");
  return photos.get(key);
}

/** Return what a captioner knows of a photo, made once. */
function contextOf(key, name) {
  const photo = photoOf(key);
  if (!photo.contexts.has(name)) photo.contexts.set(name, network(name).begin(photo.features));
  return photo.contexts.get(name);
}

/** Return the words of ids, and the text that they are, without the markers. */
function inWords(captioner, ids) {
  const inside = ids.filter((id) => id !== captioner.end);
  const words = inside.map((id) => captioner.vocabulary[id]);
  return { ids: inside, words, text: words.join(captioner.joiner) };
}

/** Return a caption as the page shows it: words, their probabilities, what they looked at. */
function told(key, name, ids) {
  const captioner = network(name);
  const context = contextOf(key, name);
  const { ids: inside, ...said } = inWords(captioner, ids);
  const probabilities = [];
  const attention = [];
  const prefix = [captioner.start];
  for (const id of [...inside, captioner.end]) {
    const { logProbs, attention: weights } = captioner.nextWord(context, prefix);
    probabilities.push(Math.exp(logProbs[id]));
    if (weights) attention.push(weights);
    prefix.push(id);
  }
  return { ids: inside, ...said, probabilities, attention: attention.length ? attention : null };
}

const ANSWERS = {
  data({ name, manifest, base64 }) {
    raw.set(name, { manifest, base64 });
    manifests.set(name, manifest);
  },

  /** A photo, or pixels that were painted over -> its features, kept under a key. */
  see({ rgba, width, height, pixels }) {
    const square = pixels ?? resizedToSquare(rgba, width, height);
    const features = cnnFeatures(network("cnn"), square);
    const key = nextKey++;
    photos.set(key, { features, square, contexts: new Map() });
    if (photos.size > KEPT) photos.delete(photos.keys().next().value);
    return { key, pixels: square, map: features.map, pooled: features.pooled };
  },

  /** Keep nothing more of a photo, such as one that was painted over. */
  forget({ key }) {
    photos.delete(key);
  },

  /** What some layers see of a photo. */
  layers({ key }) {
    return cnnLayers(network("cnn"), photoOf(key).square, LAYERS);
  },

  /** A caption by one of the searches. */
  caption({ key, captioner: name, method, width, lengthPenalty, temperature, topP, seed }) {
    const captioner = network(name);
    const context = contextOf(key, name);
    const next = (prefix) => captioner.nextWord(context, prefix).logProbs;
    const options = { start: captioner.start, end: captioner.end, maxLength: captioner.maxLength };
    let found = null;
    if (method === "greedy") found = greedy(next, options);
    else if (method === "sample") found = sample(next, { ...options, temperature, topP, random: randomOf(seed) });
    else {
      options.width = width ?? captioner.beamWidth;
      options.lengthPenalty = lengthPenalty ?? captioner.lengthPenalty;
      found = beamSearch(next, options);
    }
    const hypotheses = (found.hypotheses ?? [found]).map((one) => ({ ...one, ...inWords(captioner, one.ids) }));
    const best = { ...hypotheses[0], ...told(key, name, hypotheses[0].ids) };
    const summary = summaryFor(name);
    const like = summary ? likeness(summary, photoOf(key).features.pooled) : null;
    return { ...best, confidence: confidence(best), likeness: like, hypotheses, steps: named(captioner, found.steps) };
  },

  /** How likely a captioner thinks each word of a sentence that the reader wrote. */
  likelihood({ key, captioner: name, words }) {
    const captioner = network(name);
    const ids = words.map((word) => captioner.vocabulary.indexOf(word));
    const unknown = words.filter((_, place) => ids[place] < 0);
    const known = ids.filter((id) => id >= 0);
    return { ...told(key, name, known), unknown };
  },

  /** The likeliest words after a prefix, and where the captioner looks for them. */
  next({ key, captioner: name, words }) {
    const captioner = network(name);
    const { logProbs, attention } = captioner.nextWord(contextOf(key, name), [captioner.start, ...words]);
    const ids = Array.from(logProbs.keys()).filter((id) => logProbs[id] > -Infinity);
    ids.sort((one, other) => logProbs[other] - logProbs[one]);
    const likeliest = ids.slice(0, LIKELIEST).map((id) => ({
      id, word: captioner.vocabulary[id], probability: Math.exp(logProbs[id]), isEnd: id === captioner.end,
    }));
    return { likeliest, attention, end: captioner.end };
  },
};

/** Return the steps of a search with the word of each hypothesis. */
function named(captioner, steps) {
  return (steps ?? []).map((step) => step.map((one) => {
    const id = one.ids.at(-1);
    return { ...one, word: id === captioner.end ? "(end)" : captioner.vocabulary[id] };
  }));
}

/** Return a function that draws numbers in [0, 1), the same ones for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

onmessage = ({ data }) => {
  try {
    postMessage({ id: data.id, result: ANSWERS[data.type](data) });
  } catch (problem) {
    postMessage({ id: data.id, error: problem.message });
  }
};
