// Small comforts only: every page works without this file. No inline script, no eval.

const passages = { at: -1 };

function numbers() {
  const all = [...document.querySelectorAll("#text-a [data-passage]")].map((mark) => mark.dataset.passage);
  return [...new Set(all)];
}

function show(number) {
  for (const old of document.querySelectorAll(".passage.now")) old.classList.remove("now");
  for (const mark of document.querySelectorAll(`[data-passage="${CSS.escape(number)}"]`)) mark.classList.add("now");
  for (const side of ["a", "b"]) bringIntoView(document.getElementById(`text-${side}`), `${side}-${number}`);
}

function bringIntoView(pane, id) {
  const mark = document.getElementById(id);
  if (!pane || !mark) return;
  const offset = mark.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTop += offset - pane.clientHeight / 3;
}

function hop(by) {
  const all = numbers();
  if (!all.length) return;
  passages.at = (passages.at + by + all.length + (passages.at < 0 && by < 0 ? 1 : 0)) % all.length;
  show(all[passages.at]);
  say(all.length);
  document.querySelector(".pair").scrollIntoView({ block: "nearest" });
}

function say(count) {
  const status = document.querySelector("[data-hop-status]");
  const place = String(passages.at + 1);
  status.textContent = status.dataset.words.replace("%n", place).replace("%m", String(count));
}

function startHopping() {
  const bar = document.querySelector("[data-hop]");
  if (!bar || !numbers().length) return;
  bar.hidden = false;
  for (const button of bar.querySelectorAll("[data-hop-by]")) {
    button.addEventListener("click", () => hop(Number(button.dataset.hopBy)));
  }
  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".passage > a")?.parentElement;
    if (!mark) return;
    event.preventDefault();
    passages.at = numbers().indexOf(mark.dataset.passage);
    show(mark.dataset.passage);
    say(numbers().length);
    document.querySelector(event.target.closest("a").getAttribute("href") + " > a")?.focus({ preventScroll: true });
  });
}

// Single keys can be switched off (WCAG 2.1.4) and never act while somebody types.
function keysAreOn() {
  return localStorage.getItem("lantian-keys") !== "off";
}

function startKeys() {
  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = keysAreOn();
    box.closest("[data-keys-label]").hidden = false;
    box.addEventListener("change", () => localStorage.setItem("lantian-keys", box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", onKey);
}

function onKey(event) {
  const busy = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (busy || !keysAreOn() || event.target.closest("input, textarea, select, dialog")) return;
  const key = CSS.escape(event.key.toLowerCase());
  const target = document.querySelector(going(event.key) ? `[data-go="${key}"]` : `[data-hotkey="${key}"]`);
  if (!target || target.closest("[hidden]")) return;
  event.preventDefault();
  if (target.matches("input")) target.select();
  target.click();
  target.matches("input") && target.focus();
  if (target.tagName === "SUMMARY") openVerdict(target.parentElement);
}

// G, then a letter within a second, goes to a page.
const gone = { at: 0 };

function going(key) {
  const after = Date.now() - gone.at < 1000;
  gone.at = key.toLowerCase() === "g" ? Date.now() : 0;
  return after;
}

function startKeyDialog() {
  const dialog = document.getElementById("keys");
  const button = document.querySelector("[data-open-keys]");
  if (!dialog || !button) return;
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  const box = dialog.querySelector("[data-keys-always]");
  box.checked = keysAreOn();
  box.addEventListener("change", () => localStorage.setItem("lantian-keys", box.checked ? "on" : "off"));
}

function openVerdict(verdict) {
  if (!verdict.open) return;
  verdict.scrollIntoView({ block: "nearest" });
  verdict.querySelector("textarea")?.focus({ preventScroll: true });
}

function startDemoLogin() {
  for (const button of document.querySelectorAll("[data-fill-login]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const form = document.querySelector("[data-login]");
      form.elements.login.value = button.dataset.fillLogin;
      form.elements.password.value = button.dataset.fillPassword;
      form.querySelector("button").focus();
    });
  }
}

// allauth's passkey script tells its faults by this event.
document.addEventListener("allauth.error", (event) => {
  const words = document.querySelector("[data-passkey-fault]");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
});

startHopping();
startKeys();
startKeyDialog();
startDemoLogin();
