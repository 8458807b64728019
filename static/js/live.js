// Parts of a page that refresh themselves ([data-live]) and forms that are sent without leaving it ([data-tap]).
// Nothing is dropped silently: a lost network and a session that has ended are said, and what was tapped is kept.
// The page as it comes has what a wide screen shows and what a narrow one shows; a poll brings one of them.
const wide = matchMedia("(min-width: 43.75rem)");
const poll = () => ({ "X-Clinic-Poll": wide.matches ? "wide" : "narrow" });
const notes = document.querySelector("#live-notes");
const unsent = [];
let lastRead = new Date();
let asking = false;

function note(name, text = "") {
  const shown = notes?.querySelector(`[data-note="${name}"]`);
  if (!shown) return;
  if (text) shown.querySelector("[data-words]").textContent = text;
  shown.hidden = false;
}

function hush(name) {
  const shown = notes?.querySelector(`[data-note="${name}"]`);
  if (shown) shown.hidden = true;
}

function lost() {
  const shown = notes?.querySelector("[data-note=lost]");
  if (!shown) return;
  shown.querySelector("[data-since]").textContent = lastRead.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  shown.querySelector("[data-unsent]").hidden = !unsent.length;
  shown.hidden = false;
}

function isHeld(region) {
  return region.matches("[data-live-hold]") || region.querySelector("[data-live-hold], dialog[open]");
}

function swap(region, html) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...region.querySelectorAll("[id]")].filter((one) => one.scrollTop || one.scrollLeft);
  const places = scrolled.map((one) => [one.id, one.scrollTop, one.scrollLeft]);
  const open = [...region.querySelectorAll("details[open][id]")].map((one) => one.id);
  region.innerHTML = html;
  // What stands outside the part, such as the count in the page's head.
  for (const part of region.querySelectorAll("template[data-live-into]")) {
    document.getElementById(part.dataset.liveInto)?.replaceChildren(part.content);
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top, left] of places) document.getElementById(id)?.scrollTo({ top, left, behavior: "instant" });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  window.htmx?.process(region);
  region.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
}

async function read(region) {
  const headers = poll();
  if (region.dataset.liveTag) headers["If-None-Match"] = region.dataset.liveTag;
  const answer = await fetch(region.dataset.live, { headers, cache: "no-store" });
  if (answer.status === 401) return signIn();
  if (!answer.ok && answer.status !== 304) return;
  lastRead = new Date();
  if (!unsent.length) hush("lost");
  if (answer.status === 304) return;
  const html = await answer.text();
  if (isHeld(region)) return;
  region.dataset.liveTag = answer.headers.get("ETag") ?? "";
  swap(region, html);
}

function forgetTags() {
  for (const region of document.querySelectorAll("[data-live]")) region.dataset.liveTag = "";
}

function refresh() {
  return Promise.all([...document.querySelectorAll("[data-live]")].map((one) => read(one).catch(lost)));
}

// All screens ask at the same moments: the clinic then draws what they show once for all of them.
function untilNext(region) {
  const period = Number(region.dataset.liveSeconds || 5) * 1000;
  return period - (Date.now() % period);
}

async function watch(region) {
  if (!region.isConnected) return;
  if (!document.hidden && !asking) await read(region).catch(lost);
  setTimeout(watch, untilNext(region), region);
}

// One form after the other, in the order in which they were tapped.
async function send(tap) {
  tap.body.set("csrfmiddlewaretoken", token(tap.form)); // another one, if somebody has signed in again meanwhile
  const answer = await fetch(tap.action, { method: "POST", body: tap.body, headers: { "X-Clinic-Tap": "1" } });
  if (answer.status === 401) {
    unsent.unshift(tap);
    return signIn();
  }
  hush("refused");
  const told = answer.ok ? {} : await refusal(answer);
  if (!answer.ok) note("refused", told.message);
  // Whatever came of it is read in full: it may have changed what the stamp of the part does not know.
  forgetTags();
  tap.form.dispatchEvent(new CustomEvent(answer.ok ? "tap:done" : "tap:refused", { bubbles: true, detail: told }));
}

async function refusal(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

function token(form) {
  return (form.querySelector("[name=csrfmiddlewaretoken]") ?? document.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
}

async function sendAll() {
  while (unsent.length) {
    const tap = unsent.shift();
    try {
      await send(tap);
    } catch {
      unsent.unshift(tap);
      return lost();
    }
    if (asking) return;
  }
  hush("lost");
  await refresh();
}

function tapped(form, button) {
  if (unsent.some((tap) => tap.form === form)) return;
  unsent.push({ form, action: button?.getAttribute("formaction") || form.action, body: new FormData(form, button) });
  button?.setAttribute("aria-busy", "true");
  if (unsent.length === 1 && !asking) sendAll().finally(() => button?.removeAttribute("aria-busy"));
}

function signIn() {
  const made = document.querySelector("#signed-out-dialog")?.content.firstElementChild.cloneNode(true);
  if (asking || !made) return;
  asking = true;
  document.body.append(made);
  made.addEventListener("cancel", (event) => event.preventDefault());
  made.showModal();
}

async function signedIn(dialog) {
  const answer = await fetch(dialog.dataset.here, { headers: poll() });
  if (!answer.ok) return false;
  const here = await answer.json();
  // Somebody else sits here now: what is on the screen is not theirs.
  if (here.user !== dialog.dataset.user) return location.reload();
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = here.csrf;
  asking = false;
  dialog.remove();
  await sendAll();
  return true;
}

async function signInAgain(form) {
  const dialog = form.closest("dialog");
  const wrong = dialog.querySelector("[data-wrong]");
  wrong.hidden = true;
  try {
    await fetch(form.action, { method: "POST", body: new FormData(form), headers: poll() });
    if (await signedIn(dialog)) return;
  } catch {
    lost();
  }
  wrong.hidden = false;
  form.querySelector("[type=password]").select();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-tap], [data-sign-in-again]") || event.defaultPrevented) return;
  event.preventDefault();
  if (form.matches("[data-tap]")) tapped(form, event.submitter);
  else signInAgain(form);
});
document.addEventListener("clinic:tap", (event) => tapped(event.detail.form));
document.addEventListener("clinic:refresh", refresh);
document.addEventListener("visibilitychange", () => document.hidden || asking || refresh());
notes?.addEventListener("click", (event) => {
  if (event.target.closest("[data-again]")) sendAll();
  if (event.target.closest("[data-hush]")) event.target.closest("[data-note]").hidden = true;
});
wide.addEventListener("change", () => {
  forgetTags();
  refresh();
});
window.addEventListener("online", sendAll);
window.addEventListener("offline", lost);
window.addEventListener("beforeunload", (event) => unsent.length && event.preventDefault());
for (const region of document.querySelectorAll("[data-live]")) setTimeout(watch, untilNext(region), region);
