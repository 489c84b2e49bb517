// A choice counts at once; without scripts the buttons do the same.
const form = document.getElementById("zoekformulier");
form.addEventListener("change", (event) => {
  if (event.target.matches("input[type=checkbox], select")) form.requestSubmit();
});
for (const button of form.querySelectorAll("[data-auto]")) button.hidden = true;
form.addEventListener("submit", () => {
  for (const field of form.elements) {
    if (field.name === "q" && !field.value) field.disabled = true;
    if (field.name === "volgorde" && field.value === "relevantie") field.disabled = true;
  }
});
