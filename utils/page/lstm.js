"use strict";
/* Dense layers, LSTMs and the course's model, which merges photo and words: chapters 4 and 5. */

/**
 * Add inputs times a kernel to outputs: outputs[o] += sum of inputs[i] * kernel[i, o].
 *
 * inputs (in), kernel (in, out) row by row, outputs (out). Eight rows at once: each output is then
 * read and written an eighth as often. Eight zeros, as in
 * the state before the first word, are left out.
 */
function addProduct(inputs, kernel, outputs) {
  const size = outputs.length;
  let i = 0;
  for (; i + 7 < inputs.length; i += 8) {
    const [a, b, c, d] = [inputs[i], inputs[i + 1], inputs[i + 2], inputs[i + 3]];
    const [e, f, g, h] = [inputs[i + 4], inputs[i + 5], inputs[i + 6], inputs[i + 7]];
    if ([a, b, c, d, e, f, g, h].every((value) => value === 0)) continue;
    const row = i * size;
    for (let o = 0; o < size; o += 1) {
      const place = row + o;
      outputs[o] += a * kernel[place] + b * kernel[place + size]
        + c * kernel[place + 2 * size] + d * kernel[place + 3 * size]
        + e * kernel[place + 4 * size] + f * kernel[place + 5 * size]
        + g * kernel[place + 6 * size] + h * kernel[place + 7 * size];
    }
  }
  for (; i < inputs.length; i += 1) {
    for (let o = 0; o < size; o += 1) outputs[o] += inputs[i] * kernel[i * size + o];
  }
}

/** Return a layer's weights from the arrays: {kernel, bias} and, of an LSTM, {recurrent}. */
function layerOf(arrays, name) {
  const data = (part) => arrays[`${name}/${part}`]?.data;
  return { kernel: data("kernel"), bias: data("bias"), recurrent: data("recurrent_kernel") };
}

/** A dense layer: inputs (in) -> activation(inputs . kernel + bias), Float32Array(out). */
function dense(layer, inputs, activation = null) {
  const size = layer.bias ? layer.bias.length : layer.kernel.length / inputs.length;
  const outputs = layer.bias ? new Float32Array(layer.bias) : new Float32Array(size);
  addProduct(inputs, layer.kernel, outputs);
  if (activation) for (let o = 0; o < size; o += 1) outputs[o] = activation(outputs[o]);
  return outputs;
}

function relu(value) {
  return value > 0 ? value : 0;
}

function sigmoid(value) {
  return 1 / (1 + Math.exp(-value));
}

/** The state of an LSTM before the first word: zeros. */
function firstState(units) {
  return { hidden: new Float32Array(units), cell: new Float32Array(units) };
}

/**
 * One step of an LSTM: what the input gives to the gates, and the state before -> the state after.
 *
 * `inputGates` (4 * units) is `dense(layer, input)`, which needs no state.
 * Keras keeps the four gates side by side: input, forget, candidate, output.
 */
function lstmStep(layer, inputGates, state) {
  const units = state.hidden.length;
  const gates = new Float32Array(inputGates);
  addProduct(state.hidden, layer.recurrent, gates);
  const hidden = new Float32Array(units);
  const cell = new Float32Array(units);
  for (let u = 0; u < units; u += 1) {
    const candidate = Math.tanh(gates[2 * units + u]);
    cell[u] = sigmoid(gates[units + u]) * state.cell[u] + sigmoid(gates[u]) * candidate;
    hidden[u] = sigmoid(gates[3 * units + u]) * Math.tanh(cell[u]);
  }
  return { hidden, cell };
}

/** A word's vector, Float32Array(embedding size), which shares its memory with the matrix. */
function wordVector(embedding, id) {
  const size = embedding.shape[1];
  return embedding.data.subarray(id * size, (id + 1) * size);
}

/** The logarithm of the softmax: logits (n) -> Float32Array(n). */
function logSoftmax(logits) {
  let largest = -Infinity;
  for (const value of logits) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - largest);
  const shift = largest + Math.log(sum);
  return logits.map((value) => value - shift);
}

/** Bring features to mean 0 and variance 1 where the captioner was trained on such; else as is. */
function standardized(arrays, features) {
  if (!arrays["standardize/mean"]) return features;
  const mean = arrays["standardize/mean"].data;
  const deviation = arrays["standardize/deviation"].data;
  return features.map((value, i) => (value - mean[i % mean.length]) / deviation[i % mean.length]);
}

/** What decoding and the page ask of every captioner, whatever its model. */
function captionerSettings(manifest, arrays) {
  const { kind, vocabulary, start, end, unknown, padding, forbidden } = manifest;
  const { maxLength, beamWidth, lengthPenalty, joiner } = manifest;
  const summary = summaryOf(arrays);
  return {
    kind, vocabulary, start, end, unknown, padding, forbidden, maxLength, beamWidth, lengthPenalty,
    joiner, summary,
  };
}

/**
 * Forbid words: -Infinity for markers, and for the end where the caption has no word yet.
 *
 * The log-probabilities are changed in place, and returned.
 */
function withoutForbidden(captioner, logProbs, prefix) {
  for (const id of captioner.forbidden) logProbs[id] = -Infinity;
  if (prefix.length === 1) logProbs[captioner.end] = -Infinity;
  return logProbs;
}

/**
 * The course's model (chapter 5): the photo's vector and the sentence's vector meet at the end.
 *
 * Returns a captioner: `begin(features) -> context`, `nextWord(context, prefix) -> {logProbs,
 * attention: null}`; a prefix is an array of ids from the start word on.
 */
function buildMerge(manifest, arrays) {
  const layer = (name) => layerOf(arrays, name);
  const lstm = layer("lstm");
  const half = manifest.units * 4 * manifest.units;
  const model = {
    units: manifest.units,
    embedding: arrays.embedding,
    forward: layer("forward"),
    backward: layer("backward"),
    lstm,
    // The LSTM's inputs are both directions' states, one behind the other.
    ofForward: { kernel: lstm.kernel.subarray(0, half), bias: lstm.bias },
    ofBackward: lstm.kernel.subarray(half),
    hidden: layer("hidden"),
    nextWord: layer("next_word"),
    gates: new Map(), // word -> what it gives to the gates of both directions
  };
  const captioner = captionerSettings(manifest, arrays);
  captioner.begin = ({ pooled }) => ({
    image: dense(layer("image_encoder"), standardized(arrays, pooled), relu),
    known: new Map(), // prefix -> what the forward LSTM says of it
  });
  captioner.nextWord = (context, prefix) => {
    const sentence = sentenceVector(model, context.known, prefix);
    const merged = context.image.map((value, u) => value + sentence[u]);
    const logProbs = logSoftmax(dense(model.nextWord, dense(model.hidden, merged, relu)));
    return { logProbs: withoutForbidden(captioner, logProbs, prefix), attention: null };
  };
  return captioner;
}

/** A prefix -> the vector of its words, Float32Array(units): the BiLSTM, then the LSTM. */
function sentenceVector(model, known, prefix) {
  const gates = prefix.map((id) => wordGates(model, id));
  const forward = forwardPass(model, known, prefix, gates);
  const backward = [];
  let state = firstState(model.units);
  for (let place = prefix.length - 1; place >= 0; place -= 1) {
    state = lstmStep(model.backward, gates[place].backward, state);
    backward[place] = state.hidden;
  }
  state = firstState(model.units);
  for (let place = 0; place < prefix.length; place += 1) {
    const both = new Float32Array(forward[place].gates);
    addProduct(backward[place], model.ofBackward, both);
    state = lstmStep(model.lstm, both, state);
  }
  return state.hidden;
}

/** What a word gives to the gates of both directions, computed once a word. */
function wordGates(model, id) {
  if (!model.gates.has(id)) {
    const vector = wordVector(model.embedding, id);
    const { forward, backward } = model;
    model.gates.set(id, { forward: dense(forward, vector), backward: dense(backward, vector) });
  }
  return model.gates.get(id);
}

/**
 * The forward LSTM after each word: {state, gates: what it gives to the LSTM above}.
 *
 * Words that follow change nothing of it, so that it is computed once for each prefix. The
 * backward LSTM begins at the last word, so that each prefix needs all of it anew.
 */
function forwardPass(model, known, prefix, gates) {
  let state = firstState(model.units);
  return prefix.map((_, place) => {
    const key = prefix.slice(0, place + 1).join(" ");
    if (!known.has(key)) {
      const after = lstmStep(model.forward, gates[place].forward, state);
      known.set(key, { state: after, gates: dense(model.ofForward, after.hidden) });
    }
    state = known.get(key).state;
    return known.get(key);
  });
}
