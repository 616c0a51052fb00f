// Moves a visit by dragging it to a free time. The panel's form does the same without a mouse.
const form = document.getElementById("drag");
const board = document.querySelector(".board");
let dragged = null;

const target = (event) => dragged && event.target.closest("[data-at]");
const mark = (cell) => {
  for (const old of board.querySelectorAll(".is-target")) old.classList.remove("is-target");
  cell?.classList.add("is-target");
};

board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-move]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  board.classList.add("is-dragging");
});
board.addEventListener("dragover", (event) => {
  const cell = target(event);
  mark(cell);
  if (cell) event.preventDefault();
});
board.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
  board.classList.remove("is-dragging");
});
board.addEventListener("drop", (event) => {
  const cell = target(event);
  if (!cell) return;
  event.preventDefault();
  form.action = dragged.dataset.move;
  form.elements.version.value = dragged.dataset.version;
  form.elements.starts_at.value = cell.dataset.at;
  form.submit();
});
