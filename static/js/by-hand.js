// Moving visits: with the mouse, or M and the arrow keys. The server decides; a refusal puts it back.
const STEP = 5;
const MOVABLE = ".visit[data-movable], .tray__visit";
const says = document.querySelector("#schedule-says");
const form = document.querySelector("#place-form");
let lift = null; // what is being moved

const minutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const text = (total) => [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, "0")).join(":");
const schedule = () => document.querySelector("#schedule");
const columns = () => [...schedule().querySelectorAll(".schedule__column[data-column]")];

class Lift {
  constructor(block) {
    const own = block.closest(".schedule__column");
    this.block = block;
    this.from = minutes(schedule().dataset.at);
    this.until = minutes(schedule().dataset.until);
    this.column = own ?? columns()[0];
    this.at = own ? minutes(block.dataset.at) : this.from;
    this.length = Number(block.dataset.minutes) || minutes(block.dataset.until) - this.at;
    this.usual = this.length;
    this.began = own && this.wish;
    this.ghost = document.createElement("li");
    this.ghost.className = "visit visit--ghost";
    this.ghost.innerHTML = '<span class="visit__link"></span>';
    block.classList.add("is-lifted");
    schedule().dataset.liveHold = "";
    this.show();
  }

  get times() {
    return `${text(this.at)}–${text(this.at + this.length)}`;
  }

  show() {
    this.length = Math.max(STEP, Math.min(this.length, this.until - this.from));
    this.at = Math.max(this.from, Math.min(this.at, this.until - this.length));
    this.ghost.dataset.at = text(this.at);
    this.ghost.dataset.until = text(this.at + this.length);
    this.ghost.firstChild.textContent = `${this.times} ${this.block.querySelector(".visit__who").textContent.trim()}`;
    this.column.querySelector(".schedule__grid").append(this.ghost);
  }

  say() {
    this.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    says.textContent = `${this.times}, ${this.column.querySelector("h2").textContent.trim()}`;
  }

  get wish() {
    return [this.column.dataset.column, this.at, this.length].join();
  }

  putDown() {
    if (this.wish === this.began) return this.end();
    form.action = `/appointments/${this.block.dataset.visit}/place/`;
    form.time.value = text(this.at);
    form.column.value = this.column.dataset.column;
    form.minutes.value = this.length === this.usual ? "" : this.length;
    form.version.value = this.block.dataset.version;
    delete schedule().dataset.liveHold;
    this.sent = true; // the keys are free again, whatever the network does
    document.dispatchEvent(new CustomEvent("clinic:tap", { detail: { form } }));
  }

  end(words = "") {
    this.ghost.remove();
    this.block.classList.remove("is-lifted");
    delete schedule()?.dataset.liveHold;
    document.body.classList.remove("is-dragging");
    says.textContent = words;
    lift = null;
  }
}

function byKey(event) {
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
  if (event.key === "Enter") lift.putDown();
  else if (event.key === "Escape") lift.end(says.dataset.left);
  else {
    lift.at += { ArrowUp: -STEP, ArrowDown: STEP, PageUp: -60, PageDown: 60 }[event.key] ?? 0;
    lift.length += { "+": STEP, "-": -STEP }[event.key] ?? 0;
    lift.column = columns()[columns().indexOf(lift.column) + sideways] ?? lift.column;
    lift.show();
    lift.say();
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Arrow keys walk over visits and free times: up and down in a column, sideways to what is nearest beside.
function walk(event) {
  const here = event.target;
  const column = here.closest("#schedule .schedule__column");
  if (!column) return;
  const links = (one) => [...one.querySelectorAll(".schedule__grid a")];
  const step = /Up|Left/.test(event.key) ? -1 : 1;
  let next;
  if (/Up|Down/.test(event.key)) next = links(column)[links(column).indexOf(here) + step];
  else {
    const top = here.getBoundingClientRect().top;
    const distance = (link) => Math.abs(link.getBoundingClientRect().top - top);
    const beside = columns()[columns().indexOf(column) + step];
    if (beside) next = links(beside).sort((a, b) => distance(a) - distance(b))[0];
  }
  if (!next) return;
  next.focus();
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
  if (lift && !lift.sent) return byKey(event);
  const block = event.target.closest?.(MOVABLE);
  if (block && !lift && event.key.toLowerCase() === "m" && event.target.matches("a")) {
    lift = new Lift(block);
    says.textContent = says.dataset.lifted;
    event.preventDefault();
  } else if (event.key.startsWith("Arrow")) walk(event);
}, true);

function drag(block, begun) {
  const edge = block.getBoundingClientRect();
  const sizes = block.matches(".visit") && edge.bottom - begun.clientY < 7;
  const grab = block.matches(".visit") ? begun.clientY - edge.top : 0;

  function move(event) {
    if (!lift && Math.hypot(event.clientX - begun.clientX, event.clientY - begun.clientY) < 5) return;
    lift ??= new Lift(block);
    document.body.classList.add("is-dragging");
    if (!sizes) {
      const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("#schedule .schedule__column[data-column]");
      lift.column = under ?? lift.column;
    }
    const grid = lift.column.querySelector(".schedule__grid").getBoundingClientRect();
    const at = lift.from + ((event.clientY - (sizes ? 0 : grab) - grid.top) / grid.height) * (lift.until - lift.from);
    const stepped = Math.round(at / STEP) * STEP;
    if (sizes) lift.length = stepped - lift.at;
    else lift.at = stepped;
    lift.show();
    event.preventDefault();
  }

  const done = new AbortController();

  function stop(event) {
    done.abort();
    if (!lift) return;
    // The click that ends a drag opens nothing.
    const click = new AbortController();
    addEventListener("click", (opens) => opens.preventDefault(), { capture: true, signal: click.signal });
    setTimeout(() => click.abort(), 50);
    document.body.classList.remove("is-dragging");
    if (event.type === "pointerup") lift.putDown();
    else lift.end();
  }

  addEventListener("pointermove", move, done);
  addEventListener("pointerup", stop, done);
  addEventListener("pointercancel", stop, done);
}

document.addEventListener("pointerdown", (event) => {
  const block = event.target.closest?.(MOVABLE);
  if (!form || !block || lift || event.button || event.pointerType === "touch" || event.target.closest("button")) return;
  drag(block, event);
});
document.addEventListener("dragstart", (event) => event.target.closest?.(".visit, .tray__visit") && event.preventDefault());

// Whoever may overbook is led to the form that asks for the reason.
function offer(instead) {
  const link = document.createElement("a");
  link.href = instead.address;
  link.textContent = instead.words;
  document.querySelector("[data-note=refused] [data-words]").append(" ", link);
}

form?.addEventListener("tap:done", () => lift?.end());
form?.addEventListener("tap:refused", (event) => {
  lift?.end();
  if (event.detail.instead) offer(event.detail.instead);
});
