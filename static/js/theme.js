// Light, dark or as the system wishes; kept in a cookie so that the server draws the first frame right.
const root = document.documentElement;
const MEDIA = { "": "screen and (prefers-color-scheme: dark)", light: "not all", dark: "screen" };

function mark(choice) {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const choice = button.dataset.themeChoice;
  if (choice) root.dataset.theme = choice;
  else delete root.dataset.theme;
  document.querySelector("#dark").media = MEDIA[choice];
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${choice}; Path=/; Max-Age=${choice ? 31536000 : 0}; SameSite=Lax${secure}`;
  mark(choice);
});

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
mark(root.dataset.theme ?? "");
