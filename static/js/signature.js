// A signature drawn by finger, pen or mouse: the strokes of the canvas go into the form as an SVG path in whole units.
const canvas = document.querySelector("canvas[data-signature]");
const kept = canvas && document.getElementById(canvas.dataset.signature);
const pen = canvas?.getContext("2d");
let last = null;

function draw(path) {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  pen.stroke(new Path2D(path));
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  const within = (value, most) => Math.round(Math.min(Math.max(value, 0), 1) * most);
  return [
    within((event.clientX - box.left) / box.width, canvas.width),
    within((event.clientY - box.top) / box.height, canvas.height),
  ];
}

function add(letter, [x, y]) {
  kept.value += `${letter}${x} ${y}`;
  last = [x, y];
  draw(kept.value);
}

if (canvas) {
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    canvas.setPointerCapture(event.pointerId);
    add("M", place(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return;
    const next = place(event);
    if (Math.hypot(next[0] - last[0], next[1] - last[1]) >= 2) add("L", next);
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (last = null));
  document.querySelector("[data-signature-clear]").addEventListener("click", () => draw((kept.value = "")));
  draw(kept.value);
}
