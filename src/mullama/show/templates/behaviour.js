"use strict";
// One line through all plots: where the pointer is, or what is being played. A click plays from there.

const plots = document.getElementById("plots");
const instant = document.getElementById("instant");
const player = document.querySelector("audio");
const seconds = Number(plots.dataset.seconds);
let pointed = null;

function clock(time) {
  const whole = Math.floor(time);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function show(time) {
  const place = time === null ? "-1" : `${(100 * time) / seconds}%`;
  for (const line of plots.querySelectorAll(".cursor")) {
    line.setAttribute("x1", place);
    line.setAttribute("x2", place);
  }
  instant.textContent = time === null ? "" : clock(time);
}

function timeAt(event) {
  const plot = event.target.closest(".time");
  if (!plot) return null;
  const box = plot.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * seconds;
}

function shown() {
  return pointed ?? (player && (!player.paused || player.currentTime) ? player.currentTime : null);
}

function follow() {
  show(shown());
  if (player && !player.paused) requestAnimationFrame(follow);
}

plots.addEventListener("pointermove", (event) => {
  pointed = timeAt(event);
  show(shown());
});
plots.addEventListener("pointerleave", () => {
  pointed = null;
  show(shown());
});
if (player) {
  plots.addEventListener("click", (event) => {
    const time = timeAt(event);
    if (time === null) return;
    pointed = null;
    player.currentTime = time;
    player.play();
  });
  for (const name of ["play", "seeked"]) player.addEventListener(name, follow);
}
