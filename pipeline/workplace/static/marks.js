// Shows the passages of the labels that are ticked.
const boxes = [...document.querySelectorAll(".toggles input")];
function show() {
  const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.label));
  for (const mark of document.querySelectorAll("mark[data-labels]")) {
    mark.classList.toggle("off", !mark.dataset.labels.split(" ").some((x) => wanted.has(x)));
  }
}
for (const box of boxes) box.addEventListener("change", show);
