// Copies a field's text: <button data-copy="id of the field">; what came of it stands in [data-copied] beside it.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Over plain http browsers give no clipboard: the text is selected, the keys do it.
    if (!document.execCommand("copy")) return;
  }
  const told = document.querySelector("[data-copied]");
  if (told) told.textContent = told.dataset.copied;
});
