// The pattern of a type as boxes, one for every five minutes. The text field stays what is sent, and works alone.
const NEXT = { A: "d", d: "D", D: "A" };
const SIDES = { ArrowRight: 1, ArrowLeft: -1, Home: -99, End: 99 };

const input = document.querySelector("[data-pattern]");
const box = document.querySelector("[data-units]");
const colour = document.querySelector("[name=colour]");

const units = () => [...input.value].filter((unit) => unit in NEXT);

function draw(chosen = 0, focus = false) {
  const [minute, ...words] = box.dataset.unitWords.split("|");
  const present = units();
  const at = Math.min(Math.max(chosen, 0), present.length - 1);
  box.replaceChildren(...present.map((unit, place) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: unit, tabIndex: place === at ? 0 : -1 });
    button.dataset.unit = unit;
    button.setAttribute("aria-label", `${minute} ${place * 5}–${place * 5 + 5}: ${words["AdD".indexOf(unit)]}`);
    return button;
  }));
  if (focus) box.children[at]?.focus();
  const page = document.querySelector("#pattern-picture");
  page.querySelector("[data-minutes]").textContent = present.length * 5;
  page.querySelector("[data-doctor-minutes]").textContent = present.filter((unit) => unit !== "A").length * 5;
}

function change(at, remove, ...added) {
  const present = units();
  present.splice(at, remove, ...added);
  if (!present.length || present.length > input.maxLength) return;
  input.value = present.join("");
  draw(remove > added.length ? at - 1 : at + Math.max(0, added.length - 1), true);
}

function press(event) {
  const at = [...box.children].indexOf(event.target);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in SIDES) draw(at + SIDES[event.key], true);
  else if (event.key in NEXT) change(at, 1, event.key);
  else if (event.key === "a") change(at, 1, "A");
  else if (event.key === "+") change(at, 1, units()[at], "A");
  else if (event.key === "Backspace" || event.key === "Delete") change(at, 1);
  else return;
  event.preventDefault();
}

function tint() {
  for (const part of document.querySelectorAll("[data-tinted]")) part.setAttribute("fill", colour.value);
}

if (input && box) {
  draw();
  box.addEventListener("keydown", press);
  document.addEventListener("input", (event) => (event.target === input ? draw() : event.target === colour && tint()));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.parentElement === box) {
      const at = [...box.children].indexOf(button);
      change(at, 1, NEXT[button.dataset.unit]);
    } else if (button?.matches("[data-longer]")) change(units().length, 0, "A");
    else if (button?.matches("[data-shorter]")) change(units().length - 1, 1);
    else if (button?.matches("[data-colour]")) {
      colour.value = button.dataset.colour;
      tint();
    }
  });
}
