// The card of a visit: after a moment on its block, at once when that has the focus. A click or Enter opens the panel
// beside the day; what cannot be read in place leads to the page of the visit.
const card = document.querySelector("#visit-card");
const panel = document.querySelector("#visit-panel");
let waiting;
let shown = "";

function place(block) {
  const at = block.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = at.right + width + 8 < innerWidth ? at.right + 8 : Math.max(8, at.left - width - 8);
  card.style.left = `${left}px`;
  card.style.top = `${Math.max(8, Math.min(at.top, innerHeight - height - 8))}px`;
}

// The words of a visit, or nothing when they cannot be had; a glance by the mouse keeps no session alive.
async function read(block, what, header) {
  const answer = await fetch(`/appointments/${block.dataset.visit}/${what}/`, { headers: { [header]: "1" } }).catch(() => null);
  return answer?.ok ? answer.text() : "";
}

async function show(block) {
  const html = await read(block, "glance", "X-Clinic-Poll");
  if (!html || !block.isConnected || shown !== block.querySelector(".visit__link").id) return;
  card.innerHTML = html;
  card.hidden = false;
  place(block);
}

function hide() {
  clearTimeout(waiting);
  shown = "";
  card.hidden = true;
}

function soon(target, delay) {
  const block = target.closest?.(".schedule .visit[data-visit]:not(.visit--ghost)");
  if (!block || document.querySelector("[data-live-hold]")) return;
  const link = block.querySelector(".visit__link");
  if (shown === link.id) return;
  clearTimeout(waiting);
  shown = link.id;
  waiting = setTimeout(show, delay, block);
}

if (card) {
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (event.target.closest?.("#visit-card")) return clearTimeout(waiting);
    if (event.target.closest?.(".visit[data-visit]")) soon(event.target, 450);
    else if (shown && !card.contains(document.activeElement)) waiting = setTimeout(hide, 250);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".visit__link:focus-visible")) soon(event.target, 150);
    else if (!card.contains(event.target)) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || card.hidden) return;
    const link = document.getElementById(shown);
    hide();
    link?.focus();
  });
  document.addEventListener("pointerdown", (event) => card.contains(event.target) || hide());
  card.addEventListener("tap:done", hide);
  document.addEventListener("scroll", hide, { capture: true, passive: true });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.(".schedule .visit[data-visit] .visit__link");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    hide();
    const html = await read(link.closest("li"), "panel", "X-Clinic-Tap");
    if (!html) return location.assign(link.href);
    panel.innerHTML = html;
    panel.dataset.from = link.id;
    if (!panel.open) panel.showModal();
  });
  panel.addEventListener("close", () => document.getElementById(panel.dataset.from)?.focus());
  for (const result of ["tap:done", "tap:refused"]) panel.addEventListener(result, () => panel.close());
}
