// Keeps the line of the present moment in its place and in sight. Without script it stands where the page was made.
const loaded = Date.now();

function minutes(clock) {
  const [hour, minute] = clock.split(":").map(Number);
  return hour * 60 + minute;
}

function clock(total) {
  return [Math.floor(total / 60), total % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

function move(line) {
  line.dataset.first ??= line.dataset.at;
  const at = minutes(line.dataset.first) + Math.floor((Date.now() - loaded) / 60000);
  const end = line.closest(".schedule").dataset.until;
  line.hidden = at >= minutes(end);
  if (!line.hidden) line.dataset.at = clock(at);
}

function tick() {
  for (const line of document.querySelectorAll(".schedule__now")) move(line);
}

for (const schedule of document.querySelectorAll(".schedule")) {
  const line = schedule.querySelector(".schedule__now");
  if (line) schedule.scrollTop = line.offsetTop - schedule.clientHeight / 3;
}
setInterval(tick, 30000);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
