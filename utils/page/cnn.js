"use strict";
/* MobileNetV2: a photo -> what the captioners see of it (chapter 2). */

const PHOTO_SIZE = 224;

/**
 * Build the network from its manifest and bytes.
 *
 * Each layer is ready to run: kernels of 1 x 1 convolutions are packed by `packed`, and the
 * batch norms are inside the kernels.
 */
function buildCnn(manifest, bytes) {
  const arrays = readArrays(manifest, bytes);
  const layers = manifest.layers.map((layer) => {
    const kernel = arrays[`${layer.name}/kernel`];
    const bias = arrays[`${layer.name}/bias`].data;
    const flat = layer.type === "depthwise" ? kernel.data : packed(kernel.data, bias.length);
    return { ...layer, kernel: flat, bias, channels: bias.length };
  });
  return { layers, scale: manifest.scale, offset: manifest.offset };
}

/** Pack a kernel (in, out) for `pointwise`: blocks of four outputs, each block (in, 4) in a row. */
function packed(kernel, channels) {
  const inputs = kernel.length / channels;
  const blocks = new Float32Array(kernel.length);
  let place = 0;
  for (let out = 0; out < channels; out += 4) {
    for (let i = 0; i < inputs; i += 1) {
      for (let o = out; o < out + 4; o += 1) blocks[place++] = kernel[i * channels + o];
    }
  }
  return blocks;
}

/**
 * A photo's features: pixels Uint8Array(224 * 224 * 3), RGB -> {map: Float32Array(49 * 1280), one
 * vector for each of 7 x 7 regions, row by row; pooled: Float32Array(1280), their mean}.
 */
function cnnFeatures(cnn, pixels) {
  const { data, channels } = forward(cnn, pixels, () => {});
  const regions = data.length / channels;
  const pooled = new Float64Array(channels);
  for (let place = 0; place < data.length; place += 1) pooled[place % channels] += data[place];
  return { map: data, pooled: Float32Array.from(pooled, (sum) => sum / regions) };
}

/** What some layers see: {name: {height, width, channels, data}}, row by row, channels fastest. */
function cnnLayers(cnn, pixels, names) {
  const seen = {};
  forward(cnn, pixels, (name, image) => {
    if (names.includes(name)) seen[name] = image;
  });
  return seen;
}

/**
 * Run all layers; `watch(name, image)` is told what each gives.
 *
 * An image is {height, width, channels, data}, row by row, channels fastest.
 */
function forward(cnn, pixels, watch) {
  let image = scaledPixels(cnn, pixels);
  let shortcut = image;
  for (const layer of cnn.layers) {
    if (layer.name.endsWith("_expand")) shortcut = image;
    if (layer.type === "depthwise") image = depthwise(layer, padded(image));
    else if (layer.type === "stem") image = pointwise(layer, patches(padded(image), layer.stride));
    else image = pointwise(layer, image);
    if (layer.add) addTo(image.data, shortcut.data);
    watch(layer.name, image);
  }
  return image;
}

function newImage(height, width, channels) {
  return { height, width, channels, data: new Float32Array(height * width * channels) };
}

/** Bytes -> [-1, 1] -> ImageNet's mean and deviation, which the network was trained with. */
function scaledPixels({ scale, offset }, pixels) {
  const image = newImage(PHOTO_SIZE, PHOTO_SIZE, 3);
  for (let i = 0; i < pixels.length; i += 1) {
    image.data[i] = (pixels[i] / 127.5 - 1) * scale[i % 3] + offset[i % 3];
  }
  return image;
}

/** Return an image with a frame of zeros, one pixel wide. */
function padded({ height, width, channels, data }) {
  const image = newImage(height + 2, width + 2, channels);
  const row = width * channels;
  for (let y = 0; y < height; y += 1) {
    const place = ((y + 1) * (width + 2) + 1) * channels;
    image.data.set(data.subarray(y * row, (y + 1) * row), place);
  }
  return image;
}

/** Return each pixel's 3 x 3 surroundings as its channels: a 3 x 3 convolution is then 1 x 1. */
function patches({ height, width, channels, data }, stride) {
  const image = newImage((height - 2) / stride, (width - 2) / stride, 9 * channels);
  let place = 0;
  for (let y = 0; y < image.height; y += 1) {
    for (let x = 0; x < image.width; x += 1) {
      for (let down = 0; down < 3; down += 1) {
        const start = ((y * stride + down) * width + x * stride) * channels;
        for (let i = 0; i < 3 * channels; i += 1) image.data[place++] = data[start + i];
      }
    }
  }
  return image;
}

/** A depthwise convolution, 3 x 3: each channel by itself; ReLU6 follows. `image` has a frame. */
function depthwise({ kernel, bias, stride, channels }, { height, width, data }) {
  const image = newImage((height - 2) / stride, (width - 2) / stride, channels);
  const row = width * channels;
  let place = 0;
  for (let y = 0; y < image.height; y += 1) {
    for (let x = 0; x < image.width; x += 1) {
      const start = (y * width + x) * stride * channels;
      for (let c = 0; c < channels; c += 1) {
        const above = start + c;
        const beside = above + row;
        const below = beside + row;
        const sum = bias[c]
          + data[above] * kernel[c]
          + data[above + channels] * kernel[c + channels]
          + data[above + 2 * channels] * kernel[c + 2 * channels]
          + data[beside] * kernel[c + 3 * channels]
          + data[beside + channels] * kernel[c + 4 * channels]
          + data[beside + 2 * channels] * kernel[c + 5 * channels]
          + data[below] * kernel[c + 6 * channels]
          + data[below + channels] * kernel[c + 7 * channels]
          + data[below + 2 * channels] * kernel[c + 8 * channels];
        image.data[place++] = sum < 0 ? 0 : sum > 6 ? 6 : sum;
      }
    }
  }
  return image;
}

/** Add the block's input to what it gives (the residual connection). */
function addTo(sums, values) {
  for (let i = 0; i < sums.length; i += 1) sums[i] += values[i];
}

/**
 * A 1 x 1 convolution: each pixel's channels times the kernel, and the bias.
 *
 * Two pixels and four outputs at once: each number that is read is used several times.
 */
function pointwise(layer, { height, width, channels: inputs, data }) {
  const { channels } = layer;
  const image = newImage(height, width, channels);
  const pixels = height * width;
  for (let pixel = 0; pixel < pixels; pixel += 2) {
    // Of an odd number of pixels, the last is computed twice.
    const first = Math.min(pixel, pixels - 2);
    for (let out = 0; out < channels; out += 4) {
      fourOfTwo(layer, out, data, first * inputs, inputs, image.data, first * channels);
    }
  }
  return image;
}

/** Four outputs from `out` on of two pixels: inputs begin at `from`, results at `to`. */
function fourOfTwo(layer, out, data, from, inputs, results, to) {
  const { kernel, bias, channels, relu: clipped } = layer;
  let a0 = bias[out];
  let a1 = bias[out + 1];
  let a2 = bias[out + 2];
  let a3 = bias[out + 3];
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let place = out * inputs;
  for (let i = from; i < from + inputs; i += 1) {
    const a = data[i];
    const b = data[i + inputs];
    const k0 = kernel[place];
    const k1 = kernel[place + 1];
    const k2 = kernel[place + 2];
    const k3 = kernel[place + 3];
    a0 += a * k0;
    a1 += a * k1;
    a2 += a * k2;
    a3 += a * k3;
    b0 += b * k0;
    b1 += b * k1;
    b2 += b * k2;
    b3 += b * k3;
    place += 4;
  }
  const at = to + out;
  const next = at + channels;
  results[at] = clipped ? Math.min(Math.max(a0, 0), 6) : a0;
  results[at + 1] = clipped ? Math.min(Math.max(a1, 0), 6) : a1;
  results[at + 2] = clipped ? Math.min(Math.max(a2, 0), 6) : a2;
  results[at + 3] = clipped ? Math.min(Math.max(a3, 0), 6) : a3;
  results[next] = clipped ? Math.min(Math.max(b0, 0), 6) : b0;
  results[next + 1] = clipped ? Math.min(Math.max(b1, 0), 6) : b1;
  results[next + 2] = clipped ? Math.min(Math.max(b2, 0), 6) : b2;
  results[next + 3] = clipped ? Math.min(Math.max(b3, 0), 6) : b3;
}
