// <form data-autosubmit>: sent when a choice is made; a typed date waits until it is whole and left alone.
let timer;

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (!form || !event.target.checkValidity()) return;
  clearTimeout(timer);
  const typed = event.target.matches("input:not([type=checkbox], [type=radio])");
  timer = setTimeout(() => form.requestSubmit(), typed ? 700 : 0);
});

document.addEventListener("keydown", () => clearTimeout(timer), true);
