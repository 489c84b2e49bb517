// A link is given to somebody else, so it is shown with the name of the server.
for (const one of document.querySelectorAll("[data-path]")) {
  one.textContent = location.origin + one.dataset.path;
}
