// Draws the pattern of a type while it is typed, as templatetags/pattern.py does, and says how long the visit is.
const UNIT = 8;
const HEIGHTS = { A: 4, d: 9, D: 14 };

function draw(input) {
  const picture = document.querySelector(input.dataset.pattern);
  const units = [...input.value].filter((unit) => unit in HEIGHTS);
  const svg = picture.querySelector("svg");
  svg.setAttribute("width", units.length * UNIT);
  svg.setAttribute("fill", document.querySelector("[name=colour]")?.value ?? "currentColor");
  svg.replaceChildren(...units.map(bar));
  picture.querySelector("[data-minutes]").textContent = units.length * 5;
}

function bar(unit, position) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const place = { x: position * UNIT, y: 14 - HEIGHTS[unit], width: UNIT - 1, height: HEIGHTS[unit] };
  for (const [name, value] of Object.entries(place)) rect.setAttribute(name, value);
  return rect;
}

document.addEventListener("input", (event) => {
  const input = event.target.form?.querySelector("[data-pattern]");
  if (input) draw(input);
});
for (const input of document.querySelectorAll("[data-pattern]")) draw(input);
