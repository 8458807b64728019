// A tap on a tooth puts it into the form, a second one takes it out; arrow keys go from tooth to tooth.
const chart = document.querySelector("svg[data-teeth]");
const field = document.querySelector("#finding [name=teeth]");

function chosen() {
  return field.value.split(/[,;]\s*/).filter(Boolean);
}

function mark() {
  const teeth = chosen();
  for (const tooth of chart.querySelectorAll("[data-tooth]")) {
    tooth.toggleAttribute("aria-current", teeth.includes(tooth.dataset.tooth));
  }
}

chart?.addEventListener("click", (event) => {
  const tooth = event.target.closest("[data-tooth]");
  if (!tooth || !field) return;
  event.preventDefault();
  const teeth = chosen();
  const name = tooth.dataset.tooth;
  field.value = (teeth.includes(name) ? teeth.filter((one) => one !== name) : [...teeth, name]).join(", ");
  mark();
});
chart?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 16, ArrowUp: -16 }[event.key];
  if (!step) return;
  const teeth = [...chart.querySelectorAll("[data-tooth]")];
  event.preventDefault();
  teeth[teeth.indexOf(document.activeElement) + step]?.focus();
});
field?.addEventListener("input", mark);
if (chart && field) mark();
