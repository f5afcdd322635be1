"use strict";
/* The captioner that looks at 7 x 7 regions again before every word: chapter 8. */

/**
 * Round a number as float16 would keep it (ties to even): the attention captioner was trained on
 * maps that were kept so. `number` is 0 to 65504; the map's are 0 to 6.
 */
const roundToHalf = (() => {
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  return (number) => {
    // Below 2^-14, halves are multiples of 2^-24, as floats between 0.5 and 1 are.
    if (number < 2 ** -14) return Math.fround(number + 0.5) - 0.5;
    value[0] = number;
    bits[0] = (bits[0] + 0xfff + ((bits[0] >>> 13) & 1)) & 0xffffe000;
    return value[0];
  };
})();

/**
 * A soft look at the regions: query (units), keys and values (regions, units) -> {context: the
 * values' mean by the weights, weights: softmax of query . key / sqrt(units)}.
 */
function attend(query, keys, values, regions) {
  const units = query.length;
  const scores = new Float32Array(regions);
  for (let region = 0; region < regions; region += 1) {
    let sum = 0;
    for (let u = 0; u < units; u += 1) sum += query[u] * keys[region * units + u];
    scores[region] = sum / Math.sqrt(units);
  }
  const weights = logSoftmax(scores).map(Math.exp);
  const context = new Float32Array(units);
  addProduct(weights, values, context);
  return { context, weights };
}

/**
 * The attention model.
 *
 * Returns a captioner: `begin(features) -> context`, `nextWord(context, prefix) -> {logProbs,
 * attention: Float32Array(49)}`, how much it looked at each region for this word, row by row.
 */
function buildAttention(manifest, arrays) {
  const layer = (name) => layerOf(arrays, name);
  const model = {
    embedding: arrays.embedding,
    attentionLstm: layer("attention_lstm"),
    languageLstm: layer("language_lstm"),
    query: layer("query"),
    nextWord: layer("next_word"),
  };
  const captioner = captionerSettings(manifest, arrays);
  captioner.begin = ({ map }) => encodedRegions(arrays, map, manifest.units);
  captioner.nextWord = (context, prefix) => {
    const { contextVector, second, weights } = statesAfter(model, context, prefix);
    const merged = contextVector.map((value, u) => value + second.hidden[u]);
    const logProbs = logSoftmax(dense(model.nextWord, merged));
    return { logProbs: withoutForbidden(captioner, logProbs, prefix), attention: weights };
  };
  return captioner;
}

/** A map (49, 1280) -> what does not depend on the words: values, keys, the first states. */
function encodedRegions(arrays, map, units) {
  const regionEncoder = layerOf(arrays, "region_encoder");
  const channels = regionEncoder.kernel.length / units;
  const regions = map.length / channels;
  const kept = standardized(arrays, map.map(roundToHalf));
  const values = new Float32Array(regions * units);
  const keys = new Float32Array(regions * units);
  const mean = new Float32Array(units);
  for (let region = 0; region < regions; region += 1) {
    const seen = kept.subarray(region * channels, (region + 1) * channels);
    const value = dense(regionEncoder, seen, relu);
    values.set(value, region * units);
    keys.set(dense(layerOf(arrays, "key"), value), region * units);
    for (let u = 0; u < units; u += 1) mean[u] += value[u] / regions;
  }
  const first = {
    hidden: dense(layerOf(arrays, "first_hidden"), mean, Math.tanh),
    cell: dense(layerOf(arrays, "first_cell"), mean, Math.tanh),
  };
  const before = { first, second: firstState(units) };
  return { values, keys, regions, known: new Map([["", before]]) };
}

/** Both LSTMs' states after a prefix; only what follows a known prefix is computed. */
function statesAfter(model, context, prefix) {
  const key = prefix.join(" ");
  if (!context.known.has(key)) {
    const before = statesAfter(model, context, prefix.slice(0, -1));
    const vector = wordVector(model.embedding, prefix.at(-1));
    const { attentionLstm, languageLstm } = model;
    const first = lstmStep(attentionLstm, dense(attentionLstm, vector), before.first);
    const query = dense(model.query, first.hidden);
    const looked = attend(query, context.keys, context.values, context.regions);
    const joined = Float32Array.of(...looked.context, ...first.hidden);
    const second = lstmStep(languageLstm, dense(languageLstm, joined), before.second);
    const { context: contextVector, weights } = looked;
    context.known.set(key, { first, second, contextVector, weights });
  }
  return context.known.get(key);
}

/** Return the captioner of a manifest and its bytes, of either kind. */
function buildCaptioner(manifest, bytes) {
  const arrays = readArrays(manifest, bytes);
  const build = manifest.kind === "attention" ? buildAttention : buildMerge;
  return build(manifest, arrays);
}
