// What a person does on the page beside drawing: each control does one thing of the board.

function listen(board) {
  for (const radio of document.querySelectorAll("input[name=mode]")) {
    radio.addEventListener("change", () => board.enter(radio.value));
  }
  byId("undo").addEventListener("click", () => board.undo());
  byId("clear").addEventListener("click", () => board.clear());
  byId("other").addEventListener("click", () => board.picture.forget());
  byId("fit").addEventListener("change", () => board.changed());
  byId("try").addEventListener("click", () => {
    if (!board.suggestion) {
      return; // another image is shown, for which none is known yet: the button goes when the browser has time
    }
    byId("fit").checked = false;
    const { image } = board.suggestion;
    board.enter("pixels");
    board.grid.set(image);
  });
  byId("model").addEventListener("change", (e) => {
    useModel(board, board.models.find((m) => m.name === e.target.value)).catch((error) => {
      trouble(error.message);
      if (board.model) {
        e.target.value = board.model.name; // as before
      }
    });
  });
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && e.key === "z") {
      e.preventDefault();
      board.undo();
    }
  });
  document.addEventListener("paste", (e) => {
    if (e.clipboardData.files.length > 0) {
      e.preventDefault();
      board.open(e.clipboardData.files[0]);
    }
  });
  document.addEventListener("dragover", (e) => e.preventDefault());
  document.addEventListener("drop", (e) => {
    e.preventDefault();
    if (e.dataTransfer.files.length > 0) {
      board.open(e.dataTransfer.files[0]);
    }
  });
  for (const start of ["selectstart", "dragstart"]) { // of text, when a stroke leaves the sheet
    document.addEventListener(start, (e) => {
      if (board.pen.pointer !== null || board.grid.pointer !== null) {
        e.preventDefault();
      }
    });
  }
  for (const act of ["pointerdown", "keydown"]) { // who goes on has read it
    document.addEventListener(act, () => notice("model", ""));
  }
  window.addEventListener("resize", () => {
    if (board.model) {
      board.view.drawing(board.drawing, board.pen.cursor);
      board.grid.show();
      board.units.draw();
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colors.clear();
    if (board.model) {
      board.units.paint();
      board.redraw();
    }
  });
}
