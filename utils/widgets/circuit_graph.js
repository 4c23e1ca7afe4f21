// A graph of gates: the value above each edge, the gradient of the output below it.
// The model's traits are explained in circuit_graph.py.

const ROW = 68, RADIUS = 13, ROOM = 565; // pixels; room for gates beside the sliders

const add = (xs) => xs.reduce((a, b) => a + b, 0);
const multiply = (xs) => xs.reduce((a, b) => a * b, 1);
const logistic = ([x]) => 1 / (1 + Math.exp(-x));
const winners = (xs) => { // inputs that tie share the gradient, as in torch.amax
  const largest = xs.map((x) => x === Math.max(...xs));
  return largest.map((is) => is / largest.filter(Boolean).length);
};

// What a gate computes, its slope on each argument, how it is drawn, and its rule.
const OPERATIONS = {
  "+": { sign: "+", value: add, slopes: (xs) => xs.map(() => 1),
    rule: "adding hands the gradient on to every input as it is" },
  "*": { sign: "×", value: multiply,
    slopes: (xs) => xs.map((_, i) => multiply(xs.filter((_, j) => j !== i))),
    rule: "multiplying: the slope on one input is the product of the others" },
  max: { sign: "max", value: (xs) => Math.max(...xs), slopes: winners,
    rule: "the maximum hands the gradient to the largest input only" },
  exp: { sign: "exp", value: ([x]) => Math.exp(x), slopes: ([x]) => [Math.exp(x)],
    rule: "the slope of exp is its own value" },
  neg: { sign: "−1×", value: ([x]) => -x, slopes: () => [-1],
    rule: "minus turns the sign of the gradient" },
  recip: { sign: "1/x", value: ([x]) => 1 / x, slopes: ([x]) => [-1 / (x * x)],
    rule: "the slope of 1/x is −1/x²" },
  sigmoid: { sign: "σ", value: logistic,
    slopes: (xs) => [(1 - logistic(xs)) * logistic(xs)],
    rule: "the slope of the sigmoid σ is (1 − σ) σ" },
};

function make(tag, attributes = {}, ...children) {
  const drawn = ["svg", "g", "path", "circle", "text"].includes(tag);
  const space = `http://www.w3.org/${drawn ? "2000/svg" : "1999/xhtml"}`;
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves its keys alone
  element.append(...children);
  return element;
}

function written(x, digits = 3) {
  if (Number.isNaN(x)) return "undefined";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x), tiny = size && size < 0.6 * 10 ** -digits;
  if (tiny || size >= 1e4) return x.toExponential(0).replaceAll("-", "−");
  return String(Number(x.toFixed(digits)) + 0).replace("-", "−");
}
const factor = (x) => (x < 0 ? `(${written(x)})` : written(x));
const isName = (argument) => typeof argument === "string";

const numbers = (args, values) => args.map((a) => (isName(a) ? values[a] : a));

// Values of all inputs and gates, by name.
function forward(gates, inputs) {
  const values = { ...inputs };
  for (const [name, operation, args] of gates) {
    values[name] = OPERATIONS[operation].value(numbers(args, values));
  }
  return values;
}

// The gradient goes back through the last `shown` gates. `steps` tells for each of them
// what it hands to its inputs; `gradients` is the sum of what has arrived at each name.
function backward(gates, values, shown) {
  const gradients = { [gates.at(-1)[0]]: 1 };
  const steps = [...gates].reverse().slice(0, shown).map(([name, operation, args]) => {
    const slopes = OPERATIONS[operation].slopes(numbers(args, values));
    const from = gradients[name];
    const parts = args.map((argument, i) =>
      ({ argument, slope: slopes[i], gradient: slopes[i] * from }));
    for (const { argument, gradient } of parts) {
      if (isName(argument)) gradients[argument] = (gradients[argument] ?? 0) + gradient;
    }
    return { name, operation, parts, from };
  });
  return { gradients, steps };
}

// Inputs in rows on the left, a gate one column after the last of its arguments, at
// their mean height but clear of other gates and of long edges.
function arrange(gates, inputs) {
  const places = {}, reach = {};
  Object.keys(inputs).forEach((name, i) => { places[name] = { column: 0, row: i }; });
  for (const [name, , args] of gates) {
    const from = args.filter(isName);
    const column = 1 + Math.max(0, ...from.map((argument) => places[argument].column));
    places[name] = { column };
    for (const one of from) reach[one] = Math.max(reach[one] ?? 0, column);
  }
  for (const [name, , args] of gates) {
    const from = args.filter(isName).map((argument) => places[argument].row);
    const { column } = places[name];
    const meets = (row) => Object.entries(places).some(([other, place]) => {
      const passes = place.column < column && reach[other] > column;
      const room = place.column === column && other !== name ? 0.9 : passes ? 0.5 : 0;
      return Math.abs(place.row - row) < room;
    });
    let row = from.length ? add(from) / from.length : 0;
    while (meets(row)) row += 0.25;
    places[name].row = row;
  }
  return places;
}

// Where everything stands, in pixels.
function layout(gates, inputs) {
  const places = arrange(gates, inputs);
  const all = Object.values(places);
  const columns = Math.max(...all.map((place) => place.column));
  const wide = Math.min(150, Math.max(64, ROOM / (columns + 0.85)));
  for (const place of all) {
    place.x = place.column * wide;
    place.y = (place.row + 0.5) * ROW;
    place.start = place.x + (place.column ? RADIUS : 0);
  }
  const height = (Math.max(...all.map((place) => place.row)) + 1) * ROW;
  return { places, wide, width: (columns + 0.85) * wide, height };
}

// Straight along its row, then over to the gate; `bulge` parts edges of the same ends.
function edge(from, to, wide, bulge) {
  const bend = Math.max(from.start, to.x - Math.min(0.7 * wide, 75));
  const middle = (bend + to.x) / 2;
  return `M${from.start},${from.y} H${bend} ` +
    `C${middle},${from.y + bulge} ${middle},${to.y + bulge} ${to.x},${to.y}`;
}

const formula = ([, operation, args]) => {
  const terms = args.map((a) => (isName(a) ? a : factor(a)));
  if (args.length > 1 && operation !== "max") {
    return terms.join(` ${OPERATIONS[operation].sign} `);
  }
  const prefix = { neg: "−", recip: "1 / " }[operation];
  return prefix ? prefix + terms[0] : `${operation}(${terms.join(", ")})`;
};

const sign = ([, operation, args]) => OPERATIONS[operation].sign +
  args.filter((a) => !isName(a)).map((a) => written(a)).join("");

// The edges of one gate; each tells what it brings to an argument used elsewhere too.
function drawEdges([name, , args], { places, wide }, uses, { edges, texts, shares }) {
  const { x, y } = places[name];
  args.forEach((argument, i) => {
    if (!isName(argument)) return;
    const from = places[argument];
    const twins = args.filter((one) => one === argument).length;
    const bulge = twins > 1 ? 44 * (i / (args.length - 1) - 0.5) : 0;
    const d = edge(from, places[name], wide, bulge);
    edges.append(make("path", { class: "edge", d }));
    if (uses.filter((use) => use === argument).length < 2) return;
    const drop = bulge ? 5 + 1.3 * bulge : from.y < y ? -6 : 17;
    const spot = { x: x - RADIUS - 4, y: y + drop, class: "gradient share" };
    shares.push({ name, i, text: texts.appendChild(make("text", spot)) });
  });
}

// The picture, and the texts in it that change.
function drawGraph(gates, inputs) {
  const plan = layout(gates, inputs), { places, wide, width, height } = plan;
  const words = gates.map((gate) => `${gate[0]} = ${formula(gate)}`).join(", ");
  const svg = make("svg", { width, height, role: "img", "aria-label": words });
  const [edges, circles, texts] = [make("g"), make("g"), make("g")];
  const labels = { values: {}, gradients: {}, shares: [], circles: {} };
  const uses = gates.flatMap(([, , args]) => args);
  for (const gate of gates) {
    const [name] = gate, { x, y } = places[name];
    drawEdges(gate, plan, uses, { edges, texts, shares: labels.shares });
    const mark = make("text", { x, y, class: "sign" }, sign(gate));
    mark.classList.toggle("long", sign(gate).length > 3);
    const circle = make("circle", { cx: x, cy: y, r: RADIUS });
    labels.circles[name] = circles.appendChild(make("g", {}, circle, mark));
    texts.append(make("text", { x, y: y - RADIUS - 6, class: "name" }, name));
  }
  const { start, y } = places[gates.at(-1)[0]], out = `M${start},${y} H${width}`;
  edges.append(make("path", { class: "edge", d: out }));
  for (const [name, { start, y }] of Object.entries(places)) {
    const put = (kind, dy) => texts.appendChild(
      make("text", { x: start + 5, y: y + dy, class: kind, "data-name": name }));
    labels.values[name] = put("value", -6);
    labels.gradients[name] = put("gradient", 16);
  }
  svg.append(edges, circles, texts);
  svg.classList.toggle("dense", wide < 90);
  return { svg, labels, digits: wide < 90 ? 2 : 3 };
}

// Values, gradients and what each edge brings; the gate of the last step stands out.
function write(labels, values, { gradients, steps }, digits, underWay) {
  const gradient = (x) => (x === undefined ? "" : `∂\u2009${written(x, digits)}`);
  for (const name of Object.keys(values)) {
    labels.values[name].textContent = written(values[name], digits);
    labels.gradients[name].textContent = gradient(gradients[name]);
  }
  const parts = Object.fromEntries(steps.map((step) => [step.name, step.parts]));
  for (const { name, i, text } of labels.shares) {
    text.textContent = gradient(parts[name]?.[i].gradient);
  }
  for (const [name, { classList }] of Object.entries(labels.circles)) {
    classList.toggle("now", underWay && steps.at(-1)?.name === name);
    classList.toggle("passed", name in parts);
  }
}

// What a step of the backward pass did, in words.
function explain({ name, operation, parts, from }, gates, gradients, steps) {
  const gate = gates.find(([one]) => one === name);
  const named = parts.filter((part) => isName(part.argument));
  const lines = named.map(({ argument, slope, gradient }) => `on ${argument}: ` +
    `slope ${written(slope)} · gradient ${factor(from)} = ${written(gradient)}`);
  const sums = [...new Set(named.map((part) => part.argument))].flatMap((argument) => {
    const arrived = steps.flatMap((step) => step.parts).flatMap((part) =>
      (part.argument === argument ? [factor(part.gradient)] : []));
    const sum = `${arrived.join(" + ")} = ${written(gradients[argument])}`;
    const times = `${argument} is used ${arrived.length} times so far`;
    return arrived.length < 2 ? [] : [`${times}, its gradients add up: ${sum}`];
  });
  const rule = `${name} = ${formula(gate)}: ${OPERATIONS[operation].rule}.`;
  return [rule, ...lines, ...sums].join("\n");
}

function render({ model, el }) {
  let gates, svg, labels, digits, sliders, stepping = false;
  const graph = make("div", { class: "graph" });
  const result = make("output", { class: "result", "aria-live": "polite" });
  const words = make("pre", { class: "words", role: "status" });
  const backButton = make("button", { type: "button", class: "back" });
  const all = make("button", { type: "button", class: "all" }, "All gradients");
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  function slider(name) {
    const [low, high] = model.get("limits");
    const range = make("input", { type: "range", "aria-label": name,
      min: low, max: high, step: (high - low) / 200 });
    range.addEventListener("input", () =>
      set("inputs", { ...model.get("inputs"), [name]: range.valueAsNumber }));
    return range;
  }
  function build() {
    gates = model.get("gates");
    const names = Object.keys(model.get("inputs"));
    ({ svg, labels, digits } = drawGraph(gates, model.get("inputs")));
    sliders = Object.fromEntries(names.map((name) => [name, slider(name)]));
    const rows = names.map((name) =>
      make("label", { class: "input" }, make("i", {}, name), sliders[name]));
    graph.replaceChildren(make("div", {}, ...rows), svg);
    draw();
  }
  function draw() {
    const inputs = model.get("inputs"), shown = model.get("shown");
    const values = forward(gates, inputs);
    const back = backward(gates, values, shown);
    write(labels, values, back, digits, shown < gates.length);
    for (const [name, range] of Object.entries(sliders)) {
      range.value = inputs[name];
      range.setAttribute("aria-valuetext", `${name} = ${written(inputs[name])}`);
    }
    const output = gates.at(-1)[0];
    const slopes = Object.keys(inputs).filter((name) => name in back.gradients)
      .map((name) => `∂${output}/∂${name} = ${written(back.gradients[name])}`);
    const results = [`${output} = ${written(values[output])}`, ...slopes];
    result.replaceChildren(...results.map((text) => make("span", {}, text)));
    say(shown, back, output);
  }
  function say(shown, { steps, gradients }, output) {
    const done = shown >= gates.length;
    backButton.textContent = done ? "Step backward" : "Next gate";
    all.disabled = done;
    if (done && !stepping) words.textContent = "";
    else if (shown) words.textContent = explain(steps.at(-1), gates, gradients, steps);
    else words.textContent = `The gradient of ${output} on itself is 1: start here.`;
  }

  el.classList.add("course-figure", "circuit-graph");
  el.dataset.figure = model.get("figure");
  const value = make("span", { class: "value" }, "2.5");
  const gradient = make("span", { class: "gradient" }, "∂\u20092.5");
  const legend = make("p", { class: "legend" }, value, " value, above its edge   ",
    gradient, " gradient of the output, below it");
  const controls = make("div", { class: "controls" }, backButton, all);
  el.append(legend, graph, result, controls, words);
  backButton.addEventListener("click", () => {
    const shown = model.get("shown");
    stepping = true;
    set("shown", shown >= gates.length ? 0 : shown + 1);
  });
  all.addEventListener("click", () => {
    stepping = false;
    set("shown", gates.length);
  });
  const redrawn = ["change:inputs", "change:shown"];
  for (const event of redrawn) model.on(event, draw);
  build();
  return () => redrawn.forEach((event) => model.off(event, draw));
}

export default { render };
