// A window that slides over an image: every product, and the sum in its output cell.
// The model holds image, filter, bias, stride, pad, position [row, column] and visited.

const PACE = 800; // milliseconds a position when all are played through
const STEPS = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
};

function make(tag, attributes = {}, ...children) {
  const drawn = ["svg", "g", "rect", "text"].includes(tag);
  const space = `http://www.w3.org/${drawn ? "2000/svg" : "1999/xhtml"}`;
  const element = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.dataset.lmSuppressShortcuts = "true"; // JupyterLab leaves its keys alone
  element.append(...children);
  return element;
}

const written = (x) => String(Number(x.toFixed(3)) + 0).replace("-", "−");
const factor = (x) => (x < 0 ? `(${written(x)})` : written(x));
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

// Everything that follows from image, filter, stride and padding.
function geometry(model) {
  const image = model.get("image"), filter = model.get("filter");
  const S = model.get("stride"), P = model.get("pad");
  const [H, W] = [image.length, image[0].length];
  const [FH, FW] = [filter.length, filter[0].length];
  const out = (length, size) => Math.floor((length - size + 2 * P) / S) + 1;
  const at = (i, j) => image[i - P]?.[j - P] ?? 0;
  return {
    image, filter, S, P, H, W, FH, FW, at, bias: model.get("bias"),
    rows: out(H, FH), columns: out(W, FW), cell: W + 2 * P > 7 ? 36 : 44,
    isPadding: (i, j) => i < P || j < P || i >= H + P || j >= W + P,
  };
}

function sum(g, row, column) {
  let total = g.bias;
  g.filter.forEach((weights, i) => weights.forEach((weight, j) => {
    total += weight * g.at(row * g.S + i, column * g.S + j);
  }));
  return total;
}

// One line for each row of the filter.
function working(g, row, column) {
  const lines = g.filter.map((weights, i) => weights.map((weight, j) =>
    `${factor(weight)}·${factor(g.at(row * g.S + i, column * g.S + j))}`).join(" + "));
  if (g.bias) lines.push(`${factor(g.bias)} (bias)`);
  return lines.map((line, i) => `${i ? "+" : " "} ${line}`).join("\n");
}

// Why the stride does not fit, in words; nothing where it fits.
function misfits(g) {
  if (g.H === g.W && g.FH === g.FW) return misfit(g, g.H, g.FH, "row and column");
  const both = [misfit(g, g.H, g.FH, "row"), misfit(g, g.W, g.FW, "column")];
  return both.filter(Boolean).join(" ");
}

function misfit(g, length, size, what) {
  const exact = (length - size + 2 * g.P) / g.S + 1;
  if (Number.isInteger(exact)) return "";
  const left = (length - size + 2 * g.P) % g.S;
  const whats = what.replaceAll(/row|column/g, "$&s");
  const lines = (n) => (n === 1 ? `1 ${what}` : `${n} ${whats}`);
  const missed = left === 1 ? what : lines(left);
  return `A ${g.FH}x${g.FW} filter at stride ${g.S} does not fit ${lines(length)}: ` +
    `(${length} - ${size} + ${2 * g.P}) / ${g.S} + 1 = ${exact.toFixed(2)}. ` +
    `The output has ${lines(Math.floor(exact))}; the window never reaches the last ` +
    `${missed}${g.P ? " of the padded image" : ""}.`;
}

// A table of numbers in squares: the <svg>, and the squares by row and column.
function grid(rows, columns, size, label) {
  const [width, height] = [columns * size + 4, rows * size + 4];
  const svg = make("svg", {
    width, height, viewBox: `-2 -2 ${width} ${height}`,
    role: "img", "aria-label": label,
  });
  const cells = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const middle = { x: j * size + size / 2, y: i * size + size / 2 };
      const box = make("rect", { x: j * size, y: i * size, width: size, height: size });
      const value = make("text", middle);
      const weight = make("text",
        { x: (j + 1) * size - 4, y: (i + 1) * size - 5, class: "weight" });
      const cell = make("g", { class: "cell" }, box, value, weight);
      svg.append(cell);
      return { cell, value, weight };
    }));
  return { svg, cells };
}

const titled = (title, svg) =>
  make("figure", {}, make("figcaption", {}, title), svg);

// Draws the three tables; returns what is drawn again at every step.
function drawTables(g, place, go) {
  const { cell: size, P, FH, FW } = g;
  const padding = P ? `, padding ${P}` : "";
  const image = grid(g.H + 2 * P, g.W + 2 * P, size, "");
  const filter = grid(FH, FW, size, "filter");
  const output = grid(g.rows, g.columns, size, "output");
  image.cells.forEach((row, i) => row.forEach(({ cell, value }, j) => {
    value.textContent = written(g.at(i, j));
    cell.classList.toggle("padding", g.isPadding(i, j));
  }));
  filter.cells.forEach((row, i) => row.forEach(({ cell, value }, j) => {
    value.textContent = written(g.filter[i][j]);
    cell.classList.add("of-filter");
  }));
  const wide = [...g.filter, ...g.image].flat().some((x) => written(x).length > 3);
  place.classList.toggle("many-digits", wide);
  const frame = make("rect", { class: "window", width: FW * size, height: FH * size });
  image.svg.append(frame);
  for (const [name, value] of Object.entries({
    tabindex: 0, role: "application", "aria-roledescription": "movable window",
  })) image.svg.setAttribute(name, value);
  place.replaceChildren(
    titled(`image ${g.H}×${g.W}${padding}`, image.svg),
    titled(`filter ${FH}×${FW}`, filter.svg),
    titled(`output ${g.rows}×${g.columns}`, output.svg));
  const drawn = { image, output, frame, corner: [0, 0] };
  // A window that is held keeps its place under the pointer; else its middle comes there.
  const held = (x, y) => {
    const [down, right] = [y - drawn.corner[0] * size, x - drawn.corner[1] * size];
    const inside = down > 0 && down < FH * size && right > 0 && right < FW * size;
    return inside ? [right, down] : [FW * size / 2, FH * size / 2];
  };
  followPointer(image.svg, held, (x, y) =>
    go(Math.round(y / size / g.S), Math.round(x / size / g.S)));
  followPointer(output.svg, () => [0, 0], (x, y) =>
    go(Math.floor(y / size), Math.floor(x / size)));
  return drawn;
}

// Mouse, pen or touch: `to(x, y)` while a button is down or a finger is on the picture,
// less the distance from what is held, `held(x, y)` at the start.
function followPointer(svg, held, to) {
  let grip;
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    return [event.clientX - box.left - 2, event.clientY - box.top - 2];
  };
  const follow = (event) => {
    const [x, y] = place(event);
    to(x - grip[0], y - grip[1]);
  };
  svg.classList.add("held");
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    grip = held(...place(event));
    follow(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) follow(event);
  });
}

function drawStep(g, drawn, [row, column], visited) {
  const { image, output, frame } = drawn, [top, left] = [row * g.S, column * g.S];
  drawn.corner = [top, left];
  frame.style.transform = `translate(${left * g.cell}px, ${top * g.cell}px)`;
  image.cells.forEach((line, i) => line.forEach(({ cell, weight }, j) => {
    const value = g.filter[i - top]?.[j - left];
    cell.classList.toggle("under", value !== undefined);
    weight.textContent = value === undefined ? "" : `×${written(value)}`;
  }));
  output.cells.forEach((line, i) => line.forEach(({ cell, value }, j) => {
    const now = i === row && j === column;
    const seen = now || visited.some(([a, b]) => a === i && b === j);
    cell.classList.toggle("now", now);
    value.textContent = seen ? written(sum(g, i, j)) : "";
  }));
  image.svg.setAttribute("aria-label",
    `window at row ${row + 1} of ${g.rows}, column ${column + 1} of ${g.columns}; ` +
    "move it with the arrow keys");
}

// A small number to set; `to(value)` only gets whole numbers in range.
function stepper(label, name, low, to) {
  const input = make("input", { type: "number", name, min: low, step: 1 });
  input.addEventListener("input", () => {
    const value = input.valueAsNumber;
    if (Number.isInteger(value) && input.checkValidity()) to(value);
  });
  return [make("label", {}, `${label} `, input), input];
}

function render({ model, el }) {
  let g, tables, timer = null;
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const here = () => {
    const [row, column] = model.get("position");
    return [clamp(row, 0, g.rows - 1), clamp(column, 0, g.columns - 1)];
  };
  const go = (row, column) => {
    stop();
    moveTo([clamp(row, 0, g.rows - 1), clamp(column, 0, g.columns - 1)]);
  };
  const moveTo = (position) => {
    const visited = model.get("visited");
    const seen = visited.some(([a, b]) => a === position[0] && b === position[1]);
    set({ position, visited: seen ? visited : [...visited, position] });
  };
  const restart = () => set({ position: [0, 0], visited: [[0, 0]] });

  const place = make("div", { class: "tables" });
  const products = make("span", { class: "products" });
  const total = make("output", { class: "sum", "aria-live": "polite" });
  const note = make("p", { class: "note", role: "status" });
  const playing = make("button", { type: "button", class: "play" }, "Play through");
  const reset = make("button", { type: "button", class: "reset" }, "Reset");
  const [strideLabel, stride] =
    stepper("stride", "stride", 1, (S) => set({ stride: S }));
  const [padLabel, pad] = stepper("padding", "pad", 0, (P) => set({ pad: P }));

  function stop() {
    clearInterval(timer);
    timer = null;
    playing.textContent = "Play through";
  }
  function play() {
    if (timer !== null) return stop();
    restart();
    timer = setInterval(() => {
      const [row, column] = here();
      const next = row * g.columns + column + 1;
      if (next === g.rows * g.columns) return stop();
      moveTo([Math.floor(next / g.columns), next % g.columns]);
    }, PACE);
    playing.textContent = "Pause";
  }
  function draw() {
    const [row, column] = here();
    drawStep(g, tables, [row, column], model.get("visited"));
    products.textContent = working(g, row, column);
    total.textContent = `= ${written(sum(g, row, column))}`;
  }
  function build() {
    g = geometry(model);
    stride.value = g.S;
    pad.value = g.P;
    stride.max = Math.max(g.H, g.W, g.S);
    pad.max = Math.max(Math.min(g.FH, g.FW, 3), g.P);
    tables = drawTables(g, place, go);
    tables.image.svg.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      const [row, column] = here();
      go(row + step[0], column + step[1]);
    });
    note.textContent = misfits(g);
    draw();
  }
  function rebuild() {
    stop();
    build();
    restart();
  }

  el.classList.add("course-figure", "sliding-filter");
  el.dataset.figure = model.get("figure");
  el.append(place, make("pre", { class: "working" }, products, " ", total), note,
    make("div", { class: "controls" }, playing, reset, strideLabel, padLabel));
  playing.addEventListener("click", play);
  reset.addEventListener("click", () => { stop(); restart(); });
  const redrawn = [["position", draw], ["visited", draw], ["stride", rebuild],
    ["pad", rebuild], ["image", rebuild], ["filter", rebuild], ["bias", rebuild]];
  for (const [name, listener] of redrawn) model.on(`change:${name}`, listener);
  build();
  return () => {
    stop();
    for (const [name, listener] of redrawn) model.off(`change:${name}`, listener);
  };
}

export default { render };
