// A panel of errors has the keyboard while it is open; Escape closes it, and gives the keyboard back to where it was.
let opener = null;
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#errors-']");
  if (link) opener = link;
});
window.addEventListener("hashchange", () => {
  const panel = document.querySelector(".errors:target");
  if (panel) panel.focus({ preventScroll: true });
  else opener?.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector(".errors:target")) location.hash = "closed";
});
