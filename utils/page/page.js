"use strict";
/* The page: what is shown now, and who is told when it changes. The networks run in a worker. */

const SIZE = 224;
const GRID = 7;
const LARGEST = 60e6; // pixels of a photo; a browser's canvas holds no more everywhere

/* What is shown. `chosen`: the captioner that the reader wants for every picture, "" for none. `seen`: what the worker knows of the photo; `said`: its caption. */
const now = { view: "words", captioner: "", chosen: "", image: null, bitmap: null, seen: null, said: null, turn: 0 };

/** Return the element with an id. */
function byId(id) {
  return document.getElementById(id);
}

/** Make an element: `make("p", {className: "note"}, "text", child)`. */
function make(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith("aria-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Return the parts of a bar: what it is of, the bar of a share from 0 to 1, and its number. */
function barParts(word, share, number) {
  const fill = make("i");
  fill.style.width = `${100 * share}%`;
  return [make("span", { className: "word" }, word), make("span", { className: "bar" }, fill),
    make("span", { className: "number" }, number)];
}

/** Return a list of bars from `[word, share, number]` each. */
function barList(rows) {
  return make("ul", { className: "bars" },
    ...rows.map((row) => make("li", {}, make("div", { className: "bar-row" }, ...barParts(...row)))));
}

/** Return something wide in a box that can be scrolled, also by the keyboard. */
function scrolled(wide, label) {
  return make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, wide);
}

/** Return a share as a percentage with as many digits as say something. */
function percent(share) {
  const value = 100 * share;
  if (value >= 99.95 || value === 0) return `${value.toFixed(0)}%`;
  if (value < 0.01) return "<0.01%";
  return `${value.toFixed(value < 0.1 ? 2 : value < 10 ? 1 : 0)}%`;
}

// The worker

const waiting = new Map();
let worker = null;
let question = 0;

/** Start the worker from the scripts that the page holds, and give it the weights. */
function startWorker() {
  const source = new Blob([byId("worker-source").textContent], { type: "text/javascript" });
  worker = new Worker(URL.createObjectURL(source));
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error) reject(new Error(data.error));
    else resolve(data.result);
  };
  worker.onerror = () => {
    setBusy("");
    tellProblem("The networks cannot run in this browser: try a current Firefox, Chrome, Edge or Safari.");
  };
  for (const script of document.querySelectorAll("script[data-network]")) {
    const manifest = JSON.parse(byId(`${script.id}-manifest`).textContent);
    ask("data", { name: script.dataset.network, manifest, base64: script.textContent });
    script.remove(); // the text is large, and the worker has it now
  }
}

/** Ask the worker for something; the promise brings its answer or the reason why there is none. */
function ask(type, data, transfer = []) {
  const id = ++question;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, type, ...data }, transfer);
  });
}

// Photos

/** Take a photo: `{name, blob, captions, facts}`; it becomes what every view shows. */
async function choose(image) {
  setBusy("Reading the photo");
  tellProblem("");
  let bitmap;
  try {
    bitmap = await decoded(image);
  } catch (problem) { // the picture before it stays
    setBusy("");
    tellProblem(problem.message);
    return;
  }
  const turn = ++now.turn;
  Object.assign(now, { image, bitmap, seen: null, said: null, captioner: now.chosen || bestFor(image) });
  showCaption();
  try {
    drawPhoto();
    markPressed();
    setBusy("The network looks at it");
    const { rgba, width, height } = pixelsOf(bitmap);
    const seen = await ask("see", { rgba, width, height }, [rgba.buffer]);
    if (turn !== now.turn) return;
    now.seen = seen;
    await describe();
  } catch (problem) {
    if (turn !== now.turn) return;
    now.seen = null;
    setBusy("");
    tellProblem(problem.message);
  }
}

/** Decode a file as the course does: turned by its EXIF tag, colours as they are stored. */
async function decoded(image) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(image.blob, {
      imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none",
    });
  } catch {
    throw new Error(`This browser cannot read ${image.name} as a photo: export it as JPEG or PNG.`);
  }
  if (bitmap.width * bitmap.height > LARGEST) {
    throw new Error(`${image.name} has ${bitmap.width} × ${bitmap.height} pixels, which is too large here: make it smaller.`);
  }
  return bitmap;
}

/** Return the pixels of a bitmap, transparent ones on white. */
function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return { rgba: context.getImageData(0, 0, width, height).data, width, height };
}

/** Draw the photo whole, as people see it, beside its caption. */
function drawPhoto() {
  const canvas = byId("picture");
  const context = canvas.getContext("2d");
  const { width, height } = now.bitmap;
  const scale = Math.min(canvas.width / width, canvas.height / height);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(now.bitmap, (canvas.width - scale * width) / 2, (canvas.height - scale * height) / 2, scale * width, scale * height);
  canvas.setAttribute("aria-label", `The photo that is described: ${now.image.name}`);
}

/** Return `(224, 224)` RGB pixels as an image that a canvas can draw. */
function squareImage(pixels) {
  const image = new ImageData(SIZE, SIZE);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    image.data[to] = pixels[from];
    image.data[to + 1] = pixels[from + 1];
    image.data[to + 2] = pixels[from + 2];
    image.data[to + 3] = 255;
  }
  return image;
}

/** Draw `(224, 224)` RGB pixels into a square canvas of any size. */
function drawSquare(canvas, pixels) {
  const small = new OffscreenCanvas(SIZE, SIZE);
  small.getContext("2d").putImageData(squareImage(pixels), 0, 0);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/** Put a dark veil on a square canvas that leaves light where `weights` `(49,)` are large. */
function drawVeil(canvas, weights, largest = Math.max(...weights)) {
  const grid = new OffscreenCanvas(GRID, GRID);
  const veil = new ImageData(GRID, GRID);
  weights.forEach((weight, place) => {
    veil.data[4 * place + 2] = 12;
    veil.data[4 * place + 3] = Math.round(225 * (1 - Math.min(weight / largest, 1)));
  });
  grid.getContext("2d").putImageData(veil, 0, 0);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(grid, 0, 0, canvas.width, canvas.height);
}

// Captions

/** Caption the photo with the captioner that is chosen, and tell the views. */
async function describe() {
  const { turn, seen, captioner } = now;
  if (!seen) return;
  setBusy("Looking for the caption");
  now.said = null;
  showCaption();
  try {
    const said = await ask("caption", { key: seen.key, captioner, method: "beam" });
    if (turn !== now.turn || captioner !== now.captioner) return;
    now.said = said;
  } catch (problem) {
    tellProblem(problem.message);
  }
  setBusy("");
  showCaption();
  showView();
}

/** Show the caption, how sure it is, and whether the photo is of another kind. */
function showCaption() {
  const place = byId("caption");
  place.replaceChildren();
  if (!now.said) return;
  const { text, confidence, likeness } = now.said;
  place.append(make("p", { className: "said" }, text || "(no word)"));
  place.append(make("p", { className: "note" }, `Confidence ${percent(confidence)}: the probability of a typical word of it.`));
  if (likeness !== null) {
    const like = likeness < 0.01 ? "fewer than 1" : Math.round(100 * likeness);
    place.append(make("p", { className: "note" }, `Likeness: of 100 photos such as it was trained on, ${like} would be more unusual than this one.`));
  }
  if (likeness !== null && likeness < 0.01) {
    place.append(make("p", { className: "guess" }, "It has seen nothing like this photo: the caption is a guess."));
  }
}

/** Say what the page is doing; "" where it waits for the reader. */
function setBusy(text) {
  byId("busy").hidden = !text;
  byId("busy-text").textContent = text;
}

function tellProblem(text) {
  byId("problem").textContent = text;
}

function captionerInfo(name = now.captioner) {
  return pageData.captioners.find((captioner) => captioner.name === name);
}

// Choosing

/** Fill the lists of scenes and photos, and the captioners. */
function fillPickers() {
  for (const kind of ["scenes", "photos"]) {
    for (const image of pageData[kind]) {
      const shown = image.captions[0] ?? image.credit;
      const button = make("button", { type: "button", title: shown, "aria-pressed": "false", "aria-label": shown },
        make("img", { src: image.url, alt: "" }));
      button.image = image;
      button.dataset.name = image.name;
      button.onclick = () => choose(image);
      byId(kind).append(button);
    }
  }
  const select = byId("captioner");
  select.append(make("option", { value: "" }, "the one that suits the picture"));
  for (const { name, title } of pageData.captioners) select.append(make("option", { value: name }, `${name}: ${title}`));
  select.onchange = () => {
    chooseCaptioner(select.value);
  };
}

/** Take a captioner for every picture, or with "" the one that suits each. */
function chooseCaptioner(name) {
  now.chosen = byId("captioner").value = name;
  now.captioner = name || bestFor(now.image);
  showCaptionerNote();
  describe();
}

/** Return the captioner that suits an image: that of scenes for scenes, the best one for photos. */
function bestFor(image) {
  const names = pageData.captioners.map((captioner) => captioner.name);
  const wanted = image.facts ? ["scenes"] : ["flickr8k-best", "flickr8k"];
  const others = names.filter((name) => name !== "scenes");
  return wanted.find((name) => names.includes(name)) ?? others[0] ?? names[0];
}

function markPressed() {
  for (const button of document.querySelectorAll(".thumbs button")) {
    button.setAttribute("aria-pressed", String(button.image === now.image));
  }
  showCaptionerNote();
}

/** Say what the captioner was trained on, and draw its map. */
function showCaptionerNote() {
  const { name, note } = captionerInfo();
  drawMap();
  const unfit = now.image && Boolean(now.image.facts) !== (name === "scenes");
  const more = unfit && pageData.captioners.length > 1 ? " It was not trained on pictures like this one." : "";
  byId("captioner-note").textContent = `${name}: ${note}${more}`;
}

/** Take a file of the reader's own; it stays in the page. */
function chooseFile(file) {
  if (!file) return;
  if (file.type && !file.type.startsWith("image/")) {
    tellProblem(`${file.name} is not a photo: choose a JPEG, PNG or WebP file.`);
    return;
  }
  choose({ name: file.name || "your photo", blob: file, captions: [] });
}

/** Listen to dropped, pasted and chosen files. */
function listenToFiles() {
  byId("file").onchange = (event) => {
    chooseFile(event.target.files[0]);
    event.target.value = "";
  };
  addEventListener("paste", (event) => chooseFile(event.clipboardData.files[0]));
  addEventListener("dragover", (event) => {
    event.preventDefault();
    byId("drop").hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) byId("drop").hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    byId("drop").hidden = true;
    chooseFile(event.dataTransfer.files[0]);
  });
}

/** Take a photo with the camera; nothing of it leaves the page. */
function listenToCamera() {
  const video = byId("video");
  const stop = () => {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    byId("camera-box").hidden = true;
  };
  byId("camera").onclick = async () => {
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
      byId("camera-box").hidden = false;
      await video.play();
    } catch {
      tellProblem("The camera cannot be used: there is none, or this browser does not allow it here. Choose a file.");
    }
  };
  byId("camera-off").onclick = stop;
  byId("shoot").onclick = async () => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext("2d").drawImage(video, 0, 0);
    const blob = await canvas.convertToBlob();
    stop();
    chooseFile(new File([blob], "camera.png", { type: "image/png" }));
  };
}

// Views

/* name in the address -> {tab, title, intro, show(place)}; each is filled by its own script. */
const VIEWS = {};

/** Show the view that the address names. */
function showView() {
  const view = VIEWS[now.view];
  const place = make("div");
  byId("view").replaceChildren(
    make("h2", { id: "view-title" }, view.title), make("p", { className: "intro" }, view.intro), place,
  );
  if (now.said) view.show(place);
  else place.append(make("p", { className: "note" }, "One moment: the network is looking at the photo."));
}

/** Follow the address: `#beam` shows that view. */
function followAddress() {
  const name = location.hash.slice(1);
  now.view = name in VIEWS ? name : now.view;
  for (const link of document.querySelectorAll("#tabs a")) {
    const here = link.hash === `#${now.view}`;
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (here) link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.offsetLeft - 60;
  }
  markMap();
  showView();
}

function fillTabs() {
  for (const [name, view] of Object.entries(VIEWS)) byId("tabs").append(make("a", { href: `#${name}` }, view.tab));
}

/** Dark or light: as the system is, until the reader chooses. */
function listenToTheme() {
  const root = document.documentElement;
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  byId("theme").onclick = () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    if (now.said) showView();
  };
}

let pageData = null;

function start() {
  pageData = JSON.parse(byId("page-data").textContent);
  for (const image of [...pageData.scenes, ...pageData.photos]) {
    image.blob = new Blob([bytesOf(image.base64)], { type: image.type });
    image.url = `data:${image.type};base64,${image.base64}`;
  }
  now.captioner = pageData.captioners[0].name;
  listenToTheme();
  fillTabs();
  fillPickers();
  listenToFiles();
  listenToCamera();
  listenToTour();
  addEventListener("hashchange", followAddress);
  byId("skip").onclick = (event) => {
    event.preventDefault();
    byId("view").focus();
  };
  showCaptionerNote();
  followAddress();
  const narrow = matchMedia("(max-width: 900px)").matches;
  if (narrow && location.hash.slice(1) in VIEWS) byId("tabs").scrollIntoView({ block: "start" });
  startWorker();
  choose(firstImage());
}

/** Return the picture that a reader sees first. */
function firstImage() {
  const all = [...pageData.scenes, ...pageData.photos];
  return all.find((image) => image.name === pageData.first) ?? all[0];
}

addEventListener("DOMContentLoaded", start);
