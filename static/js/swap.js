// htmx could not load a part of the page: say so instead of doing nothing.
function complain() {
  const template = document.querySelector("#swap-failed");
  const place = document.querySelector("#messages");
  if (template && place && !place.querySelector("[data-swap-failed]")) place.append(template.content.cloneNode(true));
}

document.addEventListener("htmx:responseError", complain);
document.addEventListener("htmx:sendError", complain);
document.addEventListener("htmx:timeout", complain);
