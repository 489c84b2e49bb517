// One key per decision: left, right, a number for further readers, or a for another one.
const named = { ArrowLeft: "1", ArrowRight: "2" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = named[event.key] || event.key;
  const place = document.querySelector(`[data-key="${CSS.escape(wanted)}"]`);
  if (!place) return;
  event.preventDefault();
  place.click();
});
// Until here a key would be lost; whoever presses keys by a script waits for it.
document.querySelector(".readers").dataset.state = "ready";
