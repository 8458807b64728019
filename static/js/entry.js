// A draft of the treatment card is saved as it is written; who else has it open is said. Nothing is lost when the
// network is: the page keeps what was typed and tries again.
const form = document.querySelector("#entry-form[data-save]");
const state = form?.querySelector("[data-state]");
let changed = false;
let saving = false;
let leaving = false;
let unsaved = false; // there is something here that the clinic does not have yet

function say(text) {
  if (state) state.textContent = text;
}

function showOthers(names) {
  const box = form.querySelector("[data-others]");
  box.hidden = !names.length;
  box.querySelector("[data-names]").textContent = names.join("; ");
}

function warn(texts) {
  const box = form.querySelector("[data-warnings]");
  for (const old of box.querySelectorAll("[data-told]")) old.remove();
  for (const text of texts) {
    const line = document.createElement("p");
    line.className = "alert alert--warning";
    line.dataset.told = "";
    line.textContent = text;
    box.append(line);
  }
}

async function post(address, body) {
  return fetch(address, { method: "POST", body, headers: { "X-Clinic-Tap": "1" } });
}

async function save() {
  if (!changed || saving || leaving) return; // after a refusal: not again before something else is written
  saving = true;
  changed = false;
  try {
    const answer = await post(form.dataset.save, new FormData(form));
    const told = await answer.json();
    if (answer.ok) {
      form.elements.version.value = told.version;
      unsaved = changed;
      showOthers(told.others);
      warn(told.warnings);
      say(`${form.dataset.saved} ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`);
    } else {
      say(told.code === "stale" ? form.dataset.stale : told.message);
    }
  } catch {
    changed = true;
    say(form.dataset.waits);
  }
  saving = false;
}

async function stillOpen() {
  if (document.hidden || leaving) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  const answer = await post(form.dataset.open, body).catch(() => null);
  if (answer?.ok) showOthers((await answer.json()).others);
}

if (form) {
  form.addEventListener("input", () => {
    changed = true;
    unsaved = true;
  });
  form.addEventListener("submit", async (event) => {
    leaving = true;
    if (!saving) return;
    // The draft is just being saved: its version is known a moment later.
    event.preventDefault();
    const button = event.submitter;
    while (saving) await new Promise((resolve) => setTimeout(resolve, 50));
    delete form.dataset.sent;
    form.requestSubmit(button);
  });
  form.addEventListener("click", (event) => {
    const number = event.target.closest("[data-number]");
    if (number) {
      const field = document.getElementById(number.parentElement.dataset.numbers);
      field.value = number.dataset.number;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const phrase = event.target.closest("[data-text]");
    if (!phrase) return;
    const note = document.getElementById(phrase.parentElement.dataset.phrases);
    note.value = [note.value.trimEnd(), phrase.dataset.text].filter(Boolean).join(" ");
    note.dispatchEvent(new Event("input", { bubbles: true }));
    note.focus();
  });
  document.getElementById("discard")?.addEventListener("submit", (event) => {
    leaving ||= !event.defaultPrevented;
  });
  window.addEventListener("beforeunload", (event) => unsaved && !leaving && event.preventDefault());
  stillOpen();
  setInterval(save, 4000);
  setInterval(stillOpen, 15000);
}
