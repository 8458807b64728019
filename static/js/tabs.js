// On a narrow screen the present tab may lie beyond the end of the row of tabs.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
