// Keeps the line of the present moment in its place and in sight. Without script it stands where the page was made.
function move(line) {
  line.made ??= Date.now();
  line.dataset.first ??= line.dataset.at;
  const [hour, minute] = line.dataset.first.split(":");
  const at = new Date(2000, 0, 1, hour, minute, (Date.now() - line.made) / 1000).toTimeString().slice(0, 5);
  line.hidden = at < line.dataset.first || at >= line.closest(".schedule").dataset.until;
  if (!line.hidden) line.dataset.at = at;
}

function tick() {
  document.querySelectorAll(".schedule__now").forEach(move);
}

for (const schedule of document.querySelectorAll(".schedule")) {
  const line = schedule.querySelector(".schedule__now");
  if (line) schedule.scrollTop = line.offsetTop - schedule.clientHeight / 3;
}
tick();
setInterval(tick, 30000);
document.addEventListener("live:swapped", tick);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
