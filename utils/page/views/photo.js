"use strict";
/* What the network sees: 224 x 224 pixels, what some layers find, 7 x 7 regions of 1,280 numbers. */

const SHOWN_CHANNELS = 8;

/** Paint `(side, side)` numbers, dark to light. */
function paintMap(canvas, values, side) {
  const largest = Math.max(...values, 1e-6);
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  values.forEach((value, place) => {
    const share = Math.max(value, 0) / largest;
    image.data.set([30 + 200 * share, 40 + 190 * share, 60 + 110 * share, 255], 4 * place);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Paint numbers as a strip of lines, one a number. */
function paintStrip(canvas, values) {
  canvas.width = values.length;
  canvas.height = 1;
  const largest = Math.max(...values, 1e-6);
  const image = new ImageData(values.length, 1);
  values.forEach((value, place) => {
    const share = value / largest;
    image.data.set([30 + 200 * share, 40 + 190 * share, 60 + 110 * share, 255], 4 * place);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Return the channels of a layer that differ most between places: they say most about the photo. */
function liveliest({ height, width, channels, data }, count) {
  const places = height * width;
  const spread = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    let sum = 0;
    let squares = 0;
    for (let place = 0; place < places; place += 1) {
      const value = data[place * channels + channel];
      sum += value;
      squares += value * value;
    }
    spread[channel] = squares / places - (sum / places) ** 2;
  }
  const order = Array.from(spread.keys()).sort((one, other) => spread[other] - spread[one]);
  return order.slice(0, count).map((channel) => {
    const values = Float32Array.from({ length: places }, (_, place) => data[place * channels + channel]);
    const least = Math.min(...values);
    return { channel, values: values.map((value) => value - least) };
  });
}

VIEWS.photo = {
  tab: "The photo",
  title: "A photo becomes numbers",
  intro: "The network squashes each photo to 224 × 224 pixels. Layer by layer it keeps less about where things are and more about what they are. At the end, 7 × 7 regions are left, each described by 1,280 numbers. Choose a region to see its numbers (chapter 2).",
  show(place) {
    const { seen } = now;
    const square = make("canvas", { className: "square", width: 448, height: 448, tabIndex: 0, role: "img" });
    const strip = make("canvas", { className: "strip", role: "img" });
    const told = make("p", { className: "note", "aria-live": "polite" });
    let region = 24;
    const draw = () => {
      drawSquare(square, seen.pixels);
      const context = square.getContext("2d");
      const side = 448 / GRID;
      context.strokeStyle = "rgb(255 255 255 / 45%)";
      for (let line = 1; line < GRID; line += 1) {
        context.strokeRect(line * side, -1, 0, 450);
        context.strokeRect(-1, line * side, 450, 0);
      }
      context.strokeStyle = "#fff";
      context.lineWidth = 5;
      context.strokeRect((region % GRID) * side + 2, Math.floor(region / GRID) * side + 2, side - 4, side - 4);
      context.lineWidth = 1;
      const numbers = seen.map.subarray(region * 1280, (region + 1) * 1280);
      paintStrip(strip, numbers);
      const zeros = numbers.filter((number) => number === 0).length;
      const text = `Row ${Math.floor(region / GRID) + 1}, column ${(region % GRID) + 1}: ${zeros} of its 1,280 numbers are 0, the largest is ${Math.max(...numbers).toFixed(1)}.`;
      told.textContent = text;
      strip.setAttribute("aria-label", `The 1,280 numbers of the region as a strip. ${text}`);
      square.setAttribute("aria-label", `The photo as 224 by 224 pixels in 7 by 7 regions. Arrow keys choose a region. ${text}`);
    };
    square.onpointerdown = (event) => {
      const box = square.getBoundingClientRect();
      const column = Math.min(GRID - 1, Math.floor((event.clientX - box.left) / box.width * GRID));
      region = Math.min(GRID - 1, Math.floor((event.clientY - box.top) / box.height * GRID)) * GRID + column;
      draw();
    };
    square.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -GRID, ArrowDown: GRID }[event.key];
      if (!step) return;
      event.preventDefault();
      region = Math.max(0, Math.min(GRID * GRID - 1, region + step));
      draw();
    };
    const pooled = make("canvas", { className: "strip", role: "img", "aria-label": "The mean of the 49 regions: 1,280 numbers as a strip" });
    paintStrip(pooled, seen.pooled);
    const layers = make("div");
    place.append(make("div", { className: "columns" },
      make("div", {}, square),
      make("div", {}, make("h3", {}, "This region: 1,280 numbers, light where they are large"), strip, told,
        make("h3", {}, "The mean of all 49 regions"), pooled,
        make("p", { className: "note" }, "The course's model sees only this mean. With attention, the model sees all 49 regions and chooses among them for each word."))),
      make("h3", {}, "On the way there: what some layers find"), layers);
    draw();
    showLayers(layers, seen.key);
  },
};

/** Show the liveliest channels of a few layers; computed when the view is first opened. */
async function showLayers(place, key) {
  place.append(make("p", { className: "note" }, "The network looks again, layer by layer …"));
  let found;
  try {
    found = await ask("layers", { key });
  } catch (problem) {
    place.replaceChildren(make("p", { className: "problem" }, problem.message));
    return;
  }
  if (key !== now.seen?.key) return;
  place.replaceChildren();
  for (const layer of Object.values(found)) {
    const grid = make("div", { className: "seen" });
    for (const { channel, values } of liveliest(layer, SHOWN_CHANNELS)) {
      const canvas = make("canvas", { role: "img", "aria-label": `What channel ${channel} finds, light where it finds most` });
      paintMap(canvas, values, layer.width);
      grid.append(canvas);
    }
    place.append(make("p", { className: "note" }, `${layer.height} × ${layer.width} places, ${layer.channels} channels; the ${SHOWN_CHANNELS} that differ most between places:`), grid);
  }
}
