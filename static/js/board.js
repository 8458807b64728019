// The board's timers go on between two readings; how long is long stands in the attributes.
let ahead = 0; // how far this computer's clock is ahead of the clinic's

function sync(region) {
  const made = region?.querySelector("[data-now]")?.dataset.now;
  if (made) ahead = Date.now() - Date.parse(made);
}

function words(timer, minutes, length) {
  const said = timer.closest("[data-live]").dataset;
  if (minutes < 0) return said.soon.replace("%s", -minutes);
  const word = length === "too_long" ? said.wordToo_long : said.wordLong;
  return said.min.replace("%s", minutes) + (length ? `, ${word}` : "");
}

// How far the clock on the clinic's wall is from UTC, whatever zone this computer is in.
function zone(clock) {
  const [hour, minute] = clock.dataset.clock.split(":").map(Number);
  const made = new Date(clock.dateTime);
  return (hour * 60 + minute - made.getUTCHours() * 60 - made.getUTCMinutes()) * 60000;
}

function tick() {
  for (const timer of document.querySelectorAll("[data-live] [data-since]")) {
    const minutes = Math.floor((Date.now() - ahead - Date.parse(timer.dataset.since)) / 60000);
    const { long = Infinity, tooLong = Infinity } = timer.dataset;
    const length = minutes >= tooLong ? "too_long" : minutes >= long ? "long" : "";
    const text = words(timer, minutes, length);
    if (timer.textContent === text) continue;
    timer.dataset.length = length;
    timer.textContent = text;
  }
  const clock = document.querySelector("[data-clock]");
  if (clock) clock.textContent = new Date(Date.now() - ahead + zone(clock)).toISOString().slice(11, 16);
}

for (const region of document.querySelectorAll("[data-live]")) sync(region);
document.addEventListener("live:swapped", (event) => {
  sync(event.target);
  tick();
});
setInterval(tick, 1000);
