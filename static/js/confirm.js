// <form method="post" data-confirm="Archive Pia Keller?"> asks before it is sent. Forms are sent once only.
const texts = document.querySelector("#confirm-dialog");

function ask(form, button) {
  const dialog = texts.content.firstElementChild.cloneNode(true);
  dialog.querySelector("[data-question]").textContent = form.dataset.confirm;
  const yes = dialog.querySelector("[value=yes]");
  yes.textContent = form.dataset.confirmYes || button?.textContent.trim() || yes.textContent;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return button?.focus();
    form.dataset.confirmed = "yes";
    form.requestSubmit(button);
  });
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-confirm]:not([data-confirmed])") && texts) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return ask(form, event.submitter);
  }
  if (form.method !== "post" || form.matches("[hx-post], [hx-boost], [data-tap], [data-sign-in-again]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
}, true);

// Coming back through the browser's history: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
});
