// Compare plans: sliders beside the number fields, and a preview while one moves.
// One preview is on its way at a time; what changed meanwhile is asked for when it has come.
const form = document.getElementById("plans");
let asking = false, wanted = null;

for (const field of form.querySelectorAll("input[data-step]")) {
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = Math.min(field.dataset.least, field.value);
  slider.max = Math.max(field.dataset.most, field.value);
  slider.step = field.dataset.step;
  slider.value = field.value;
  slider.setAttribute("aria-label", `${field.labels[0].textContent}, slider`);
  slider.addEventListener("input", () => { field.value = slider.value; });
  field.addEventListener("input", () => { slider.value = field.value; });
  field.closest(".field").append(slider);
}

function address(few) {
  const asked = new URLSearchParams(new FormData(form));
  if (few) asked.set("draws", "few");
  return `${form.getAttribute("action")}?${asked}`;
}

async function preview(few) {
  wanted = { few: few && (wanted === null || wanted.few) };
  if (asking) return;
  asking = true;
  while (wanted) {
    const now = wanted, began = performance.now();
    wanted = null;
    await htmx.ajax("GET", address(now.few), { target: "#comparison", swap: "innerHTML" });
    form.dataset.previewMs = Math.round(performance.now() - began);
    form.dataset.previewDraws = now.few ? "few" : "all";
    if (!now.few) history.replaceState(null, "", address(false));
  }
  asking = false;
}

form.addEventListener("input", () => preview(true));
form.addEventListener("change", () => preview(false));
form.addEventListener("submit", (event) => { event.preventDefault(); preview(false); });

// The model loads what few draws need before the first slide asks for it.
fetch(address(true), { headers: { "HX-Request": "true" } }).then((answer) => answer.text());
