"use strict";
// The state of the page is the query of its address; every control reads and writes one key of it.

const $ = (id) => document.getElementById(id);
const MODES = { seed: "One sample", walk: "Walk", sum: "Sum", picture: "Own picture" };
const LATENTS = 12;
let query = new URLSearchParams(location.search);
let controls = null;
let sliders = [];
let thumbnails = {};
let firstLatent = 0;
let numbers = {};

// Requests: one at a time; of those that were asked for meanwhile the last is made.

let running = false, wanted = false;

async function refresh() {
  history.replaceState(null, "", "?" + query);
  $("program").hidden = true;
  wanted = true;
  if (running) return;
  running = true;
  while (wanted) {
    wanted = false;
    await show(query.toString());
  }
  running = false;
}

async function show(asked) {
  const slow = setTimeout(() => (document.body.dataset.busy = "yes"), 250);
  const begun = performance.now();
  try {
    const answer = await ask("/picture?" + asked);
    numbers = JSON.parse(answer.headers.get("X-Numbers"));
    await place($("picture"), await answer.blob());
    $("download").href = $("picture").src;
    $("download").download = query.get("model").replace("/", "_") + ".png";
    if (asked === query.toString()) follow();
    complain("");
    $("status").textContent = `Made in ${Math.round(performance.now() - begun)} ms`;
    document.body.dataset.shown = asked;
    if (!wanted) await showSteps();
  } catch (error) {
    complain(error.message);
    $("status").textContent = "";
    $("download").removeAttribute("href");
    document.body.dataset.refused = asked;
  }
  clearTimeout(slow);
  delete document.body.dataset.busy;
}

async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Error("The studio does not answer; is it still running in its terminal?");
  }
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

async function place(image, blob) {
  const before = image.src;
  image.src = URL.createObjectURL(blob);
  await image.decode();
  if (before.startsWith("blob:")) URL.revokeObjectURL(before);
}

function complain(text) {
  $("error").hidden = !text;
  $("error").textContent = text;
}

// What the picture comes from, in small beside it: the ends of a walk, the terms of a sum, the source.

function parts() {
  const plain = (changes) => "/picture?" + changed({ moved: null, strokes: null, ...changes });
  const none = { plus: "", minus: "", add: "" };
  const found = {};
  if (controls.translates || mode() === "picture") found["From"] = "/source?" + query;
  if (mode() === "walk") {
    found["Start"] = plain({ at: "0" });
    found["End"] = plain({ at: "1" });
  }
  if (mode() === "sum") {
    const seeds = { A: value("plus", "0,1,2"), "− B": value("minus", "3,4,5"), "+ C": value("add", "6,7,8") };
    for (const [name, text] of Object.entries(seeds)) if (text) found[name] = plain({ ...none, plus: text });
  }
  return found;
}

async function showSteps() {
  const found = parts();
  const key = JSON.stringify(found);
  if (thumbnails.key === key) return;
  const figures = [];
  for (const [name, url] of Object.entries(found)) {
    const figure = make("figure");
    const image = make("img", { alt: name });
    figure.append(image, name);
    await place(image, await (await ask(url)).blob());
    figures.push(figure);
    if (wanted) return;
  }
  thumbnails = { key };
  $("steps").replaceChildren(...figures);
}

// The address

const value = (key, otherwise) => (query.has(key) ? query.get(key) : otherwise);
const mode = () => value("mode", "seed");

function changed(changes) {
  const next = new URLSearchParams(query);
  for (const [key, text] of Object.entries(changes)) text === null ? next.delete(key) : next.set(key, text);
  return next;
}

function set(changes) {
  query = changed(changes);
  refresh();
}

// Controls

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function row(name, id, ...fields) {
  const label = make("label", { htmlFor: id, textContent: name, title: name });
  if (fields.length === 1) fields[0].classList.add("wide");
  return make("div", { className: "row" }, label, ...fields);
}

function group(name, ...rows) {
  return make("fieldset", {}, make("legend", { textContent: name }), ...rows);
}

function hint(text) {
  return make("p", { className: "hint", textContent: text });
}

function integer(name, key, otherwise, top = 2147483647) {
  const field = make("input", { type: "number", id: key, min: 0, max: top, step: 1, value: value(key, otherwise) });
  field.addEventListener("input", () => field.validity.valid && field.value && set({ [key]: field.value }));
  return row(name, key, field);
}

function text(name, key, otherwise, suggestions = []) {
  const field = make("input", { type: "text", id: key, value: value(key, otherwise), autocomplete: "off" });
  if (suggestions.length) field.placeholder = "drawn by the seed";
  field.setAttribute("list", key + "-list");
  field.addEventListener("change", () => set({ [key]: field.value || (suggestions.length ? null : "") }));
  const list = make("datalist", { id: key + "-list" }, ...suggestions.map((each) => make("option", { value: each })));
  const made = row(name, key, field);
  made.append(list);
  return made;
}

function choice(name, key, options, otherwise) {
  const field = make("select", { id: key });
  for (const [text, shown] of options) field.append(make("option", { value: text, textContent: shown }));
  field.value = value(key, otherwise);
  field.addEventListener("change", () => set({ [key]: field.value === "" ? null : field.value }));
  return row(name, key, field);
}

function slider(name, id, low, high, at, move, step = 0.01, format = (at) => at.toFixed(2)) {
  const field = make("input", { type: "range", id, min: low, max: high, step, value: at });
  const shown = make("output", { htmlFor: id });
  const write = (at = Number(field.value)) => (shown.textContent = format(at));
  write();
  field.addEventListener("input", () => { write(); move(field.value); });
  return { element: row(name, id, field, shown), field, write };
}

// Sliders that nobody moved stand where the seed puts them.
function follow() {
  for (const each of sliders) {
    const found = numbers[each.of];
    if (found === undefined) continue;
    const at = Array.isArray(found) ? found[each.place] : found;
    if (document.activeElement === each.field) continue;
    each.field.value = at;
    // A sum may lie beyond what its slider reaches.
    each.write(at);
  }
}

function moves() {
  return Object.fromEntries(value("moved", "").split(",").filter(Boolean).map((each) => each.split(":")));
}

function latentGroup() {
  const rows = [], [low, high] = controls.latent_range;
  const end = Math.min(firstLatent + LATENTS, controls.latents);
  for (let place = firstLatent; place < end; place++) {
    const made = slider(`Latent ${place}`, `z${place}`, low, high, moves()[place] || 0, (text) => {
      const moved = Object.entries({ ...moves(), [place]: text }).map((pair) => pair.join(":"));
      set({ moved: moved.join(",") });
    });
    sliders.push({ of: "z", place, ...made });
    rows.push(made.element);
  }
  const turn = (by) => () => { firstLatent += by; draw(); follow(); };
  const before = button("before", "Previous", turn(-LATENTS), firstLatent === 0);
  const next = button("next", "Next", turn(LATENTS), end === controls.latents);
  const undo = button("reset", "Undo moves", () => set({ moved: null }));
  const shown = hint(`Numbers ${firstLatent} to ${end - 1} of ${controls.latents}`);
  return group("Latents", shown, ...rows, make("div", { className: "tabs" }, before, next, undo));
}

function button(id, textContent, act, disabled = false) {
  const made = make("button", { type: "button", id, textContent, disabled });
  made.addEventListener("click", act);
  return made;
}

function conditionRows(control) {
  const name = control.name.replaceAll("_", " ");
  const title = name[0].toUpperCase() + name.slice(1);
  if (control.kind === "text") return [text(title, control.name, "", control.examples)];
  if (control.kind === "choice") {
    const options = [["", "by the seed"], ...control.values.map((each) => [String(each), String(each)])];
    return [choice(title, control.name, options, "")];
  }
  const several = control.size !== null;
  const count = several ? control.size : 1;
  const given = query.has(control.name) ? query.get(control.name).split(",") : null;
  const own = [];
  for (let place = 0; place < count; place++) {
    const id = several ? `${control.name}${place}` : control.name;
    const at = given ? given[place] : (control.low + control.high) / 2;
    own.push(slider(several ? `${title} ${place}` : title, id, control.low, control.high, at, () => {
      set({ [control.name]: own.map((each) => each.field.value).join(",") });
    }));
    sliders.push({ of: control.name, place, ...own[place] });
  }
  return own.map((each) => each.element);
}

function truncationRow() {
  const format = (at) => (at >= 3 ? "none" : at.toFixed(1));
  const move = (at) => set({ truncation: Number(at) >= 3 ? null : at });
  return slider("Truncation", "truncation", 0.1, 3, value("truncation", 3), move, 0.1, format).element;
}

function modeGroup() {
  const tabs = make("div", { className: "tabs" });
  for (const each of controls.modes) {
    const tab = button("mode-" + each, MODES[each], () => {
      query = changed({ mode: each, moved: null, strokes: null });
      draw();
      refresh();
    });
    tab.setAttribute("aria-pressed", String(each === mode()));
    tabs.append(tab);
  }
  const rows = controls.modes.length > 1 ? [tabs] : [];
  if (mode() === "seed") rows.push(integer("Seed", "seed", 0));
  if (mode() === "walk") {
    rows.push(integer("From seed", "seed", 0), integer("To seed", "to", 1));
    rows.push(slider("Position", "at", 0, 1, value("at", 0.5), (at) => set({ at })).element);
  }
  if (mode() === "sum") {
    rows.push(hint("A − B + C: each a mean of the latents of its seeds."));
    rows.push(text("A, seeds", "plus", "0,1,2"), text("B, seeds", "minus", "3,4,5"), text("C, seeds", "add", "6,7,8"));
  }
  if (mode() === "picture") rows.push(hint("The picture is encoded, and made again from its latents."), uploadRow());
  return group(controls.translates ? "Code" : "Sample", ...rows);
}

function uploadRow() {
  const field = make("input", { type: "file", id: "upload", accept: "image/*" });
  field.addEventListener("change", () => field.files.length && upload(field.files[0]));
  return row("Own picture", "upload", field);
}

async function upload(file) {
  try {
    const type = file.type.startsWith("image/") ? file.type : "image/unknown";
    const answer = await ask("/pictures", { method: "POST", body: file, headers: { "Content-Type": type } });
    set({ picture: (await answer.json()).picture, strokes: null });
  } catch (error) {
    complain(error.message);
  }
}

function sourceGroup() {
  const ways = controls.ways.map((each) => [each, each.replaceAll("_", " ")]);
  const rows = ways.length > 1 ? [choice("Direction", "way", ways, ways[0][0])] : [];
  const field = make("input", { type: "number", id: "example", min: 0, max: 31, step: 1, value: value("example", 0) });
  field.addEventListener("input", () => field.validity.valid && field.value && set({ example: field.value, picture: null }));
  rows.push(row("Example", "example", field), uploadRow());
  return group("Image to translate", ...rows);
}

function draw() {
  sliders = [];
  const groups = controls.translates ? [sourceGroup()] : [];
  if (controls.random) groups.push(modeGroup());
  const rows = controls.conditions.flatMap(conditionRows);
  if (controls.truncates) rows.push(truncationRow());
  if (rows.length) groups.push(group("Conditions", ...rows));
  if (controls.paints) groups.push(brushGroup());
  if (controls.latents && !controls.translates) groups.push(latentGroup());
  $("controls").replaceChildren(...groups);
  $("picture").classList.toggle("smooth", controls.makes === "x");
}

// Painting

let stroke = null;

function brushGroup() {
  const colour = make("input", { type: "color", id: "colour", value: "#d03030" });
  const width = slider("Radius", "radius", 0.5, 8, 1.5, () => {});
  const undo = button("unpaint", "Remove strokes", () => set({ strokes: null }));
  const canvas = $("canvas");
  canvas.hidden = false;
  canvas.onpointerdown = (event) => {
    const color = [1, 3, 5].map((place) => parseInt(colour.value.slice(place, place + 2), 16));
    stroke = { color, points: [], radius: Number(width.field.value) };
    // Two pixels of the PNG are one of the image.
    [canvas.width, canvas.height] = [$("picture").naturalWidth / 2, $("picture").naturalHeight / 2];
    canvas.setPointerCapture(event.pointerId);
    extend(event);
  };
  canvas.onpointermove = (event) => stroke && extend(event);
  canvas.onpointerup = () => {
    const strokes = [...JSON.parse(value("strokes", "[]")), stroke];
    stroke = null;
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    set({ strokes: JSON.stringify(strokes) });
  };
  return group("Paint", hint("Draw on the picture."), row("Colour", "colour", colour), width.element, undo);
}

function extend(event) {
  const canvas = $("canvas"), box = canvas.getBoundingClientRect();
  const scaled = (at, size, pixels) => Math.round(Math.min(Math.max(at / size, 0), 1) * pixels * 10) / 10;
  const x = scaled(event.clientX - box.left, box.width, canvas.width);
  const y = scaled(event.clientY - box.top, box.height, canvas.height);
  stroke.points.push([y, x]);
  const pen = canvas.getContext("2d");
  pen.fillStyle = `rgb(${stroke.color})`;
  pen.beginPath();
  pen.arc(x, y, stroke.radius, 0, 2 * Math.PI);
  pen.fill();
}

// Copying

async function copy(text, button) {
  const name = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy the text below";
    $("program").textContent = text;
    $("program").hidden = false;
  }
  setTimeout(() => (button.textContent = name), 1500);
}

$("link").addEventListener("click", () => copy(location.href, $("link")));
$("code").addEventListener("click", async () => {
  try {
    const text = await (await ask("/code?" + query)).text();
    $("program").textContent = text;
    $("program").hidden = false;
    copy(text, $("code"));
  } catch (error) {
    complain(error.message);
  }
});

// Models

async function choose() {
  $("canvas").hidden = true;
  $("steps").replaceChildren();
  thumbnails = {};
  firstLatent = 0;
  complain("");
  $("controls").replaceChildren();
  $("status").textContent = "Loading the model";
  $("picture").removeAttribute("src");
  document.body.dataset.busy = "yes";
  try {
    controls = await (await ask("/controls?" + new URLSearchParams({ model: query.get("model") }))).json();
    draw();
    await refresh();
  } catch (error) {
    complain(error.message);
    $("status").textContent = "";
    document.body.dataset.refused = query.toString();
    delete document.body.dataset.busy;
  }
}

$("model").addEventListener("change", () => {
  query = new URLSearchParams({ model: $("model").value });
  choose();
});
if (!query.has("model")) query.set("model", $("model").value);
$("model").value = query.get("model");
choose();
