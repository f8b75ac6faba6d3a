// The microscope: runs through the keyframes of one course. Time is logarithmic: the slider's first
// step is the needle itself, the rest goes from a second to the last week. Who asked for less
// motion keeps the four still pictures.
const scope = document.getElementById("microscope");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const SECONDS = 12;

if (scope && !still.matches) {
  const course = JSON.parse(scope.dataset.course);
  const { seconds, tracks, readings } = course;
  const last = seconds[seconds.length - 1], first = seconds[1];
  const slider = document.getElementById("time"), play = document.getElementById("play");
  const clock = document.getElementById("clock"), words = scope.querySelectorAll(".readings dd");
  const parts = [...scope.querySelectorAll("[data-track]")].map((element) => ({
    element, track: tracks[element.dataset.track], how: element.dataset.as,
    x: element.dataset.x, pieces: element.children,
  }));
  let began = null;

  function secondAt(step) { return step <= 0 ? 0 : first * (last / first) ** (step / 1000); }

  // The frame before a time, and how far it is on the way to the next; evenly in the slider's time.
  function between(second) {
    let low = 0, high = seconds.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (seconds[middle] <= second) low = middle; else high = middle;
    }
    const passed = low === 0
      ? second / seconds[1]
      : Math.log(second / seconds[low]) / Math.log(seconds[high] / seconds[low]);
    return [low, high, Math.min(1, Math.max(0, passed))];
  }

  function number(value) {
    const size = Math.abs(value), most = size >= 20 ? 0 : size >= 2 ? 1 : 2;
    const said = value.toLocaleString("en", { maximumFractionDigits: most });
    return said === "-0" ? "0" : said.replace("-", "−");
  }

  function said(second) {
    const steps = [[60, 1, "second"], [3600, 60, "minute"], [86400, 3600, "hour"],
      [1209600, 86400, "day"], [Infinity, 604800, "week"]];
    const [, size, name] = steps.find(([until]) => second < until);
    const count = Math.round(second / size);
    return `${count} ${name}${count === 1 ? "" : "s"}`;
  }

  function show(step) {
    const second = secondAt(step), [low, high, passed] = between(second);
    const at = (values) => values[low] + (values[high] - values[low]) * passed;
    for (const { element, track, how, x, pieces } of parts) {
      const value = track
        ? Math.min(Math.max((at(readings[track.of].median) - track.minus) * track.times, 0), track.most ?? Infinity)
        : Math.max(0, 1 - second);  // the needle, out after a second
      if (how === "scale") {
        element.setAttribute("transform", `translate(${x} 0) scale(${value.toFixed(3)} 1)`);
      } else if (how === "shown") {
        const shown = Math.round(value);
        for (let i = 0; i < pieces.length; i++) {
          if (i < shown) pieces[i].removeAttribute("visibility");
          else pieces[i].setAttribute("visibility", "hidden");
        }
      } else {
        element.setAttribute(how === "width" ? "stroke-width" : "opacity", value.toFixed(3));
      }
    }
    readings.forEach((reading, i) => {
      const [p05, median, p95] = ["p05", "median", "p95"].map((q) => {
        const digits = 10 ** reading.digits;
        return number(Math.round(at(reading[q]) * digits) / digits);
      });
      const range = p05 === p95 ? "" : ` (${p05} to ${p95})`;
      words[i].textContent = `${median}${reading.unit ? `\u202f${reading.unit}` : ""}${range}`;
    });
    clock.textContent = said(second);
    slider.value = step;
    slider.setAttribute("aria-valuetext", `${said(second)} after the first session`);
  }

  function stop() {
    began = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  function run(now) {
    if (began === null) return;
    const step = Math.min(1000, (now - began) / SECONDS);
    show(step);
    if (step < 1000) requestAnimationFrame(run); else stop();
  }

  play.addEventListener("click", () => {
    if (began !== null) return stop();
    const from = Number(slider.value) >= 1000 ? 0 : Number(slider.value);
    began = performance.now() - from * SECONDS;
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    requestAnimationFrame(run);
  });
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  document.getElementById("again").addEventListener("click", () => { stop(); show(0); });
  show(0);
  scope.hidden = false;
  document.getElementById("stills").hidden = true;
}
