// The page's script is fetched when the page was painted: to compile it would hold up the paint. A tab that nobody looks at is
// not painted, so it waits no longer than half a second.
const begin = () => {
  seen?.disconnect();
  clearTimeout(late);
  const failed = () => Object.assign(document.getElementById("trouble"), {
    hidden: false, textContent: "The page's script did not come: reload the page.",
  });
  document.head.append(Object.assign(document.createElement("script"), { src: "/board/board.js", onerror: failed }));
};
const late = setTimeout(begin, 500);
const seen = globalThis.PerformanceObserver && new PerformanceObserver(begin);
seen?.observe({ type: "paint", buffered: true });
