// A form that works for longer than two seconds shows it from being sent on, and is not sent twice.
// Without JavaScript the browser's own sign of loading stands for that.
addEventListener("submit", (event) => {
  const sign = event.target.querySelector(".working");
  if (!sign) return;
  if (!sign.hidden && sign.querySelector("progress")) event.preventDefault();
  sign.hidden = false;
});

// Somebody who comes back finds the form as it was.
addEventListener("pageshow", () => {
  for (const sign of document.querySelectorAll(".working")) sign.hidden = true;
});
