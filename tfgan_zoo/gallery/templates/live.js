// Draws from generators within a page: the numbers of tfgan_zoo.random, a network run by ONNX Runtime Web, a canvas.
"use strict";

const zoo = {
  models: {},
  give(id, model) { this.models[id] = model; },
  giveRuntime(files) { this.files = files; },
};

// Philox 4x32-10 (Salmon et al. 2011), as TensorFlow's stateless draws use it.

function product(a, b) {
  const [ah, al, bh, bl] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = ah * bl + Math.floor((al * bl) / 65536);
  const other = al * bh + (middle % 65536);
  return [ah * bh + Math.floor(middle / 65536) + Math.floor(other / 65536), Math.imul(a, b)];
}

function philox(counter, key) {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = product(0xd2511f53, c0 >>> 0);
    const [high1, low1] = product(0xcd9e8d57, c2 >>> 0);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

zoo.integers32 = (count, seed, place) => {
  const [k0, k1, c2, c3] = philox([seed, 0, place, 0], [0x3ec8f720, 0x02461e29]);
  const values = new Uint32Array(count);
  for (let i = 0; i < count; i += 4) values.set(philox([i / 4, 0, c2, c3], [k0, k1]).slice(0, count - i), i);
  return values;
};

// random.draws: uniform numbers at the centres of 2^23 cells; what comes of them.

const round = Math.fround;

zoo.uniform = (count, seed, place) =>
  Float32Array.from(zoo.integers32(count, seed, place), (bits) => ((bits >>> 9) + 0.5) * 2 ** -23);

const within = (low, high) => (count, seed, place) =>
  zoo.uniform(count, seed, place).map((unit) => round(low) + round(round(high - low) * unit));

const polynomial = (coefficients, x) => coefficients.reduce((value, each) => value * x + each);

// The quantile of the normal distribution (Wichura 1988, algorithm AS 241).
const MIDDLE = [
  [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608],
  [5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1],
];
const NEAR = [
  [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734],
  [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1],
];
const FAR = [
  [2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772],
  [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1],
];

function quantile(p) {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(MIDDLE[0], r)) / polynomial(MIDDLE[1], r);
  }
  const r = Math.sqrt(-Math.log(q <= 0 ? p : 1 - p));
  const [[above, below], from] = r <= 5 ? [NEAR, 1.6] : [FAR, 5];
  return (Math.sign(q) * polynomial(above, r - from)) / polynomial(below, r - from);
}

const whole = (limit) => (count, seed, place) =>
  zoo.uniform(count, seed, place).map((unit) => Math.min(Math.floor(round(unit * limit)), limit - 1));

zoo.draws = {
  normal: () => (...key) => zoo.uniform(...key).map(quantile),
  uniform: () => within(-1, 1),
  unit_hypercube: () => within(0, 1),
  uniform_unit_variance: () => within(-(3 ** 0.5), 3 ** 0.5),
  range: ({ low, high }) => within(low, high),
  integers: ({ limit }) => whole(limit),
  rows: ({ rows }) => whole(rows.length),
  constant: ({ values }) => (count) => Float32Array.from({ length: count }, (_, i) => values[i % values.length]),
  weighted: ({ ends }) => (...key) => zoo.uniform(...key).map((unit) => {
    const at = round(unit * ends[ends.length - 1]);
    return Math.min(ends.filter((end) => end <= at).length, ends.length - 1);
  }),
};

// The values of one input for n examples; `given` takes the place of a draw: a number, or one a dimension.
zoo.values = (input, n, seed, given) => {
  const picks = input.source === "rows";
  const size = picks ? 1 : input.shape.reduce((a, b) => a * b, 1);
  const drawn = given === undefined
    ? zoo.draws[input.source](input)(n * size, seed, input.place)
    : Float32Array.from({ length: n * size }, (_, i) => [given].flat()[i % size]);
  return picks ? Float32Array.from([...drawn].flatMap((row) => input.rows[row])) : drawn;
};

// Running.

const bytes = async (text) => {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const loaded = {};
const loadScript = (source) => (loaded[source] ??= new Promise((done, failed) => {
  const script = document.createElement("script");
  script.src = source;
  script.onload = done;
  script.onerror = () => failed(new Error(`${source} cannot be read.`));
  document.head.append(script);
}));

let started;
const start = (source) => (started ??= (async () => {
  await loadScript(source);
  const module = new Blob([await bytes(zoo.files.module)], { type: "text/javascript" });
  const ort = await import(URL.createObjectURL(module));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await bytes(zoo.files.wasm);
  return ort;
})());

const sessions = {};

// n examples: {values: Float32Array, shape: of one}.
zoo.generate = async (id, n, seed, given, places) => {
  const ort = await start(places.runtime);
  await loadScript(places.model);
  const model = zoo.models[id];
  sessions[id] ??= ort.InferenceSession.create(await bytes(model.network));
  const feeds = {};
  for (const input of model.inputs) {
    const values = zoo.values(input, n, seed, given[input.name]);
    const typed = input.type === "int32" ? Int32Array.from(values) : values;
    feeds[input.name] = new ort.Tensor(input.type, typed, [n, ...input.shape]);
  }
  const outputs = await (await sessions[id]).run(feeds);
  return { values: outputs[model.output].data, shape: model.shape };
};

// Painting.

function paintImages(canvas, values, [height, width, channels]) {
  const n = values.length / (height * width * channels);
  const columns = Math.ceil(Math.sqrt(n));
  canvas.width = columns * (width + 1) - 1;
  canvas.height = Math.ceil(n / columns) * (height + 1) - 1;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < n; i++) {
    const image = pen.createImageData(width, height);
    for (let pixel = 0; pixel < height * width; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = values[(i * height * width + pixel) * channels + Math.min(channel, channels - 1)];
        image.data[4 * pixel + channel] = Math.round((value + 1) * 127.5);
      }
      image.data[4 * pixel + 3] = 255;
    }
    pen.putImageData(image, (i % columns) * (width + 1), Math.floor(i / columns) * (height + 1));
  }
}

function paintPoints(canvas, values, [size]) {
  canvas.width = canvas.height = 400;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, 400, 400);
  pen.fillStyle = "#1f5fa8";
  const reach = 1.05 * Math.max(...values.map(Math.abs));
  const at = (value) => 200 + (190 * value) / reach;
  if (size === 1) {
    const counts = new Array(60).fill(0);
    values.forEach((value) => counts[Math.floor((at(value) / 400) * 60)]++);
    counts.forEach((count, i) => pen.fillRect((i * 400) / 60, 400, 6, (-380 * count) / Math.max(...counts)));
  } else {
    for (let i = 0; i < values.length; i += size) pen.fillRect(at(values[i]) - 1, 398 - at(values[i + 1]), 2, 2);
  }
}

// Controls: what is left empty is drawn.

function chosen(form) {
  const given = {};
  for (const field of form.querySelectorAll("select[data-input]")) {
    if (field.value !== "") given[field.dataset.input] = Number(field.value);
  }
  for (const group of form.querySelectorAll("fieldset[data-input]")) {
    const values = [...group.querySelectorAll("input")].map((field) => field.value);
    if (values.some((value) => value !== "")) given[group.dataset.input] = values.map(Number);
  }
  return given;
}

// The call in Python that makes the same.
function inPython(form, n, given) {
  const choices = Object.entries(given).map(([name, value]) => {
    const field = form.querySelector(`select[data-argument][data-input="${name}"]`);
    return field
      ? `${field.dataset.argument}=${JSON.stringify(field.selectedOptions[0].text)}`
      : `${name}=${JSON.stringify(value)}`;
  });
  return `model.generate(${[n, `seed=${form.elements.seed.value}`, ...choices].join(", ")})`;
}

async function draw(form) {
  const { config, n, model, runtime } = form.dataset;
  const [message, canvas] = [form.querySelector("output"), form.querySelector("canvas")];
  const [seed, given] = [Number(form.elements.seed.value), chosen(form)];
  message.textContent = sessions[config] ? "" : "Loading the network ...";
  delete form.dataset.shown;
  try {
    const made = await zoo.generate(config, Number(n), seed, given, { model, runtime });
    (made.shape.length === 3 ? paintImages : paintPoints)(canvas, made.values, made.shape);
    zoo.made = made.values;
    canvas.hidden = false;
    message.textContent = inPython(form, n, given);
    form.dataset.shown = seed;
  } catch (error) {
    message.textContent = `It cannot be drawn here: ${error.message}`;
  }
}

for (const form of document.querySelectorAll("form.live")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.submitter?.name === "next") form.elements.seed.value = Number(form.elements.seed.value) + 1;
    draw(form);
  });
}
