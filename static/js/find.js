// The search box: htmx asks while one types. Arrow keys choose, Enter opens, Shift and Enter books.
const form = document.querySelector("[data-find]");
const STEPS = { ArrowDown: (at) => at + 1, ArrowUp: (at) => Math.max(at, 0) - 1, Home: () => 0, End: () => -1 };

function start() {
  const box = form.querySelector("[role=combobox]");
  const panel = form.querySelector("#find-panel");
  const options = () => [...panel.querySelectorAll("[role=option]")];
  const chosen = () => panel.querySelector("[aria-selected=true]");
  // One letter is too few, unless it is a whole name in its own script.
  const isShort = () => box.value.trim().length === 1 && box.value.trim() < "\u2e80";

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  function show(open) {
    panel.hidden = !open;
    panel.classList.remove("is-old");
    box.setAttribute("aria-expanded", open && options().length > 0);
    choose(open ? panel.querySelector("[data-only]") : null);
  }

  function fail(event) {
    event.stopPropagation();
    panel.replaceChildren(form.querySelector("template").content.cloneNode(true));
    show(true);
  }

  box.addEventListener("input", () => {
    // What comes for fewer letters is not looked at any more.
    htmx.trigger(box, "htmx:abort");
    choose();
    panel.classList.add("is-old");
    if (isShort()) show(false);
  });

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = panel.matches("[hidden], .is-old") ? [] : options();
    const at = rows.indexOf(chosen());
    if (event.key in STEPS && rows.length && (at >= 0 || event.key.startsWith("Arrow"))) {
      choose(rows.at(STEPS[event.key](at) % rows.length));
    } else if (event.key === "Enter" && at >= 0) {
      (event.shiftKey ? rows[at].parentElement.querySelector("[data-book]") : rows[at])?.click();
    } else if (event.key === "Escape" && !panel.hidden) {
      show(false);
    } else return;
    event.preventDefault();
  });

  form.addEventListener("htmx:configRequest", (event) => isShort() && event.preventDefault());
  form.addEventListener("htmx:beforeSwap", (event) => {
    // Whoever is signed out by now is led to another page.
    if (!event.detail.xhr.responseURL.endsWith(box.getAttribute("hx-post"))) fail(event), event.preventDefault();
  });
  form.addEventListener("htmx:afterSwap", () => show(form.contains(document.activeElement) && panel.children.length > 0));
  for (const name of ["sendError", "responseError", "timeout"]) form.addEventListener(`htmx:${name}`, fail);
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || show(false));
  panel.addEventListener("mousedown", (event) => event.preventDefault());
  addEventListener("pagehide", () => {
    box.value = "";
    panel.replaceChildren();
  });
}

if (form) start();
