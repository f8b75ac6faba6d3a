"use strict";
// Pause and a time slider for each picture; only what is in view plays.
for (const picture of document.querySelectorAll("[data-seconds]")) {
  const svg = picture.querySelector(".moving svg");
  const controls = picture.querySelector(".controls");
  const [button, slider] = controls.children;
  const seconds = Number(picture.dataset.seconds);
  const times = picture.dataset.times.split(" ").map(Number);
  const said = [...svg.querySelectorAll(".moments text")].map((label) => label.textContent);
  let stopped = false, inView = true;
  const tell = () => {
    const time = slider.value / slider.max;
    const at = times.findLastIndex((each) => each <= time + 0.001);
    slider.setAttribute("aria-valuetext", said[Math.max(at, 0)]);
  };
  const play = () => (stopped || !inView ? svg.pauseAnimations() : svg.unpauseAnimations());
  const stop = (now) => {
    stopped = now;
    button.textContent = stopped ? button.dataset.play : button.dataset.pause;
    play();
  };
  button.addEventListener("click", () => stop(!stopped));
  slider.addEventListener("input", () => {
    stop(true);
    svg.setCurrentTime(seconds * Math.min(slider.value / slider.max, 0.999));
    tell();
  });
  new IntersectionObserver(([entry]) => {
    inView = entry.isIntersecting;
    play();
  }).observe(picture);
  setInterval(() => {
    if (stopped || !inView) return;
    slider.value = slider.max * ((svg.getCurrentTime() / seconds) % 1);
    tell();
  }, 200);
  controls.hidden = false;
  tell();
}
