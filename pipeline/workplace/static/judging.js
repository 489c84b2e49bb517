// Judging with keys. Every choice is kept on this device at once, until the server has the judgement:
// whatever is killed in between, only the key being pressed is lost.
const form = document.getElementById("judgement");
const inputs = [...form.querySelectorAll("input[data-key]")];
const message = document.getElementById("message");
const saved = document.getElementById("saved");
const DRAFT = "oordeel/" + form.dataset.draft;
const RETRY = 1500;
const LONGEST_WAIT = 30000;
// What a server in front of ours says while ours is away.
const AWAY = [502, 503, 504];
let passages = JSON.parse(form.elements.evidence.value);
let again = () => {};

// ready, sending, away or refused; styles and tests look at it.
const sending = () => ["sending", "away"].includes(form.dataset.state);
function state(name) {
  form.dataset.state = name;
  for (const x of form.querySelectorAll("fieldset")) x.disabled = sending();
}

const byValue = (value) => inputs.find((x) => x.value === value && x.name !== "unsure");
const of = (name) => inputs.filter((x) => x.name === name);
const words = (text) => text.split(" ").filter(Boolean);
const degrees = of("degree");
const rank = (value) => degrees.findIndex((x) => x.value === value);
const chosenRank = () => degrees.findIndex((x) => x.checked);

function say(text) {
  message.textContent = text;
  message.hidden = !text;
}

// What cannot be said together cannot be chosen together.
function conflict(input) {
  const none = chosenRank() === 0;
  if (input.name === "aspect" && none) return "Bij graad geen hoort geen soort.";
  if (input.name === "openness") {
    const closed = input === of("openness").at(-1);
    if (none && !closed) return "Bij graad geen hoort: " + of("openness").at(-1).dataset.name + ".";
    if (chosenRank() > 0 && closed) return "Bij een graad boven geen past: gevraagd of ruimte.";
  }
  if (input.name === "degree") {
    const form = of("forms").find((x) => x.checked && rank(x.dataset.least) > rank(input.value));
    if (form) return form.dataset.name + " vraagt minstens graad " + degrees[rank(form.dataset.least)].dataset.name + ".";
  }
  if (input.name === "forms") {
    if (chosenRank() >= 0 && rank(input.dataset.least) > chosenRank()) {
      return input.dataset.name + " vraagt minstens graad " + degrees[rank(input.dataset.least)].dataset.name + ".";
    }
    const other = of("forms").find((x) => x.checked && x !== input &&
      (words(x.dataset.excludes).includes(input.value) || words(input.dataset.excludes).includes(x.value)));
    if (other) return input.dataset.name + " gaat niet samen met " + other.dataset.name + ".";
  }
  return "";
}

function settle() {
  const closed = of("openness").at(-1);
  if (chosenRank() === 0) {
    for (const x of [...of("aspect"), ...of("openness")]) x.checked = x === closed;
  } else if (chosenRank() > 0) {
    closed.checked = false;
    for (const form of of("forms").filter((x) => x.checked)) {
      for (const label of words(form.dataset.implies)) byValue(label).checked = true;
    }
  }
  for (const x of inputs) {
    x.disabled = !x.checked && Boolean(conflict(x));
    x.closest(".choice").classList.toggle("off", x.disabled);
  }
  passages = passages.filter((x) => byValue(x.label).checked);
  form.elements.evidence.value = JSON.stringify(passages);
  list();
  mark();
}

function missing() {
  if (chosenRank() < 0) return "Kies eerst een graad: 0 tot en met 3.";
  if (!of("openness").some((x) => x.checked)) return "Kies ook de openheid.";
  if (chosenRank() > 0 && !of("aspect").some((x) => x.checked)) return "Kies ook het soort.";
  return "";
}

function keep(entered) {
  const chosen = inputs.filter((x) => x.checked).map((x) => x.value);
  localStorage.setItem(DRAFT, JSON.stringify({ chosen, passages, entered }));
}

function changed() {
  settle();
  keep(false);
  saved.textContent = "Op dit apparaat bewaard; Enter bewaart het oordeel.";
}

function choose(input) {
  const why = input.checked ? "" : conflict(input);
  say(why);
  if (why) return;
  input.checked = input.type === "radio" || !input.checked;
  if (input.name === "missions" && input.checked) only(input);
  changed();
}

// No mission, and a mission, do not go together: the last one chosen holds.
function only(input) {
  const nothing = of("missions").at(-1);
  for (const x of of("missions")) {
    if (x !== input && (x === nothing || input === nothing)) x.checked = false;
  }
}

// Passages count characters from the start of their section, whole ones, as the server does.
const count = (text) => [...text].length;
const sections = [...document.querySelectorAll("[data-section]")];

function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const section = sections.find((x) => x.contains(range.startContainer) && x.contains(range.endContainer));
  if (!section) return { wrong: "Selecteer woorden binnen één deel van de tekst." };
  const before = document.createRange();
  before.selectNodeContents(section);
  before.setEnd(range.startContainer, range.startOffset);
  const text = range.toString();
  const start = count(before.toString()) + count(text) - count(text.trimStart());
  return { section, start, text: text.trim() };
}

function keepPassage(label, found) {
  if (!found.text) return;
  const end = found.start + count(found.text);
  if (end - found.start > Number(form.dataset.longest)) {
    say("Een passage is hoogstens " + form.dataset.longest + " tekens lang.");
    return;
  }
  const one = { label, section: found.section.dataset.section, start: found.start, end, text: found.text };
  const same = (x) => ["label", "section", "start", "end"].every((name) => x[name] === one[name]);
  if (!passages.some(same)) passages.push(one);
  getSelection().removeAllRanges();
  changed();
}

function list() {
  const place = document.getElementById("passages");
  place.replaceChildren(...passages.map((one) => {
    const line = document.createElement("li");
    const name = document.createElement("strong");
    name.textContent = byValue(one.label).dataset.name + ": ";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "quiet small";
    remove.textContent = "Weg";
    remove.setAttribute("aria-label", "Verwijder de passage voor " + byValue(one.label).dataset.name);
    remove.addEventListener("click", () => { passages = passages.filter((x) => x !== one); changed(); });
    line.append(name, "„" + one.text + "” ", remove);
    return line;
  }));
}

// Marks are drawn over the text and leave it as it is, so that offsets hold.
function rangeOf(section, start, end) {
  const text = section.firstChild;
  if (!text) return null;
  const whole = [...text.data];
  const range = new Range();
  range.setStart(text, whole.slice(0, start).join("").length);
  range.setEnd(text, whole.slice(0, end).join("").length);
  return range;
}

function mark() {
  if (!CSS.highlights) return;
  const ranges = passages.map((x) =>
    rangeOf(sections.find((y) => y.dataset.section === x.section), x.start, x.end)).filter(Boolean);
  CSS.highlights.set("passage", new Highlight(...ranges));
}

// Sentences, for who uses no mouse.
const sentences = sections.flatMap((section) => {
  const found = [...section.textContent.matchAll(/[^.!?\n]+[.!?]*/g)].filter((x) => x[0].trim());
  return found.map((x) => {
    const lead = x[0].length - x[0].trimStart().length;
    return { section, start: count(section.textContent.slice(0, x.index + lead)), text: x[0].trim() };
  });
});
let at = -1;

function go(step) {
  if (!sentences.length) return;
  at = Math.min(Math.max(at + step, 0), sentences.length - 1);
  const one = sentences[at];
  const range = rangeOf(one.section, one.start, one.start + count(one.text));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  const box = range.getBoundingClientRect();
  if (box.top < 60 || box.bottom > innerHeight - 60) scrollBy({ top: box.top - innerHeight / 3 });
}

// Sends it until there is an answer. What was entered is on this device meanwhile, and is sent by
// itself as well when the page is opened again.
async function send() {
  if (sending()) { again(); return; }
  const wrong = missing();
  say(wrong);
  if (wrong) return;
  keep(true);
  const body = new URLSearchParams(new FormData(form));
  for (;;) {
    state("sending");
    const answer = await answered(body);
    if (answer) { finish(answer); return; }
    state("away");
    saved.textContent = "Geen verbinding. Uw oordeel staat op dit apparaat en wordt opnieuw gestuurd; met Enter nu.";
    await new Promise((done) => { again = done; setTimeout(done, RETRY); });
  }
}

// What the server says of it; null where it is away.
async function answered(body) {
  try {
    const answer = await fetch(location.pathname, {
      method: "POST", body, headers: { accept: "application/json" }, signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    if (AWAY.includes(answer.status)) return null;
    const told = answer.headers.get("content-type") === "application/json" ? await answer.json() : {};
    return answer.ok && !told.next ? null : { status: answer.status, ...told };
  } catch {
    return null;
  }
}

function finish(answer) {
  if (answer.next) {
    localStorage.removeItem(DRAFT);
    location.assign(answer.next);
    return;
  }
  keep(false);
  state("refused");
  saved.textContent = "Uw oordeel staat nog op dit apparaat.";
  const unknown = "De server neemt het oordeel niet aan (" + answer.status + "). Laad de pagina opnieuw.";
  say(answer.wrong || (answer.status === 401 ? "Uw link geldt niet meer. Open uw nieuwe link, en dan deze pagina." : unknown));
}

function explain() {
  const shown = form.classList.toggle("short");
  document.getElementById("explain").setAttribute("aria-pressed", String(!shown));
  localStorage.setItem("uitleg", shown ? "nee" : "ja");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (sending() && event.key !== "Enter") return;
  const inChoice = event.target.matches("input[data-key]");
  if (event.target.matches("input:not([data-key]), textarea, select")) return;
  if (event.key === "Enter" && !event.target.matches("a, button")) { event.preventDefault(); send(); return; }
  if (event.key === "Backspace" && form.dataset.back) { event.preventDefault(); location.assign(form.dataset.back); return; }
  if (event.key === "?") { explain(); return; }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !inChoice) {
    event.preventDefault();
    go(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  const input = inputs.find((x) => x.dataset.key === event.key)
    || inputs.find((x) => x.dataset.key === event.key.toLowerCase());
  if (!input) return;
  event.preventDefault();
  const found = selected();
  if (!found || input.name === "unsure" || input.name === "missions") { choose(input); return; }
  if (found.wrong) { say(found.wrong); return; }
  if (!input.checked) choose(input);
  if (input.checked) keepPassage(input.value, found);
});

form.addEventListener("change", (event) => {
  if (event.target.name === "missions" && event.target.checked) only(event.target);
  say("");
  changed();
});
form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
document.getElementById("explain").addEventListener("click", explain);

const draft = JSON.parse(localStorage.getItem(DRAFT));
if (draft) {
  for (const x of inputs) x.checked = draft.chosen.includes(x.value);
  passages = draft.passages;
  saved.textContent = "Verder waar u gebleven was.";
}
if (localStorage.getItem("uitleg") === "nee") explain();
settle();
state("ready");
if (draft && draft.entered) send();
