// "/" goes to the search box, Enter goes on from a list; a refused form starts at its errors.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const box = document.querySelector("[data-shortcut='/']");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-go-on]")) return;
  event.preventDefault();
  event.target.form.querySelector("[type=submit]").click();
});

document.querySelector("[data-code]:not([data-code=''])")?.focus();
