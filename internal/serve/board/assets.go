package board

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"dnn/internal/interop/browser"
)

//go:embed page
var files embed.FS

// style returns what is in the page itself, which is painted the sooner.
func style() string { return "\n" + browser.Part("style.css") + own("board.css") + own("training.css") }

// begin returns a script that is in the page itself too. Its variables are its own: it is a block.
func begin() string { return "{\n" + own("begin.js") + "}\n" }

// policy returns the Content-Security-Policy: the page can use what this server gives, and nothing else (W3C, Content Security
// Policy Level 3). Pictures that are dropped on the page are blobs.
var policy = sync.OnceValue(func() string {
	return "default-src 'none'; script-src 'self' '" + browser.Hash(begin()) + "'; worker-src 'self'; " +
		"style-src '" + browser.Hash(style()) + "'; " +
		"connect-src 'self'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// secure sets the headers that every answer has. There is no Cross-Origin-Opener-Policy: with it, a browser throws away the
// process that it has made ready and starts another when the answer is there, and the first paint comes a third later. The
// page hears no messages, opens nothing and cannot be framed, so another page with a handle to its window gets nothing by it.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// file is bytes that a browser may keep, as long as it asks whether they are still the same.
type file struct {
	kind    string // Content-Type
	content []byte
	version string // the first half of the SHA-256
}

func newFile(kind string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{kind, content, hex.EncodeToString(sum[:16])}
}

// serve answers with the file.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	secure(h)
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", `"`+f.version+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}

// assets returns the files of the page, by path; with a training, what only its page has is part of them.
func assets(training bool) map[string]file {
	about, curves := "", ""
	var scripts []string
	if training {
		about, curves, scripts = own("training.html"), own("curves.html"), []string{"curves.js", "charts.js", "stream.js", "training.js"}
	}
	page := strings.NewReplacer("[[style]]", style(), "[[begin]]", begin(), "[[training]]", about, "[[curves]]", curves).Replace(own("board.html"))
	return map[string]file{
		"/": newFile("text/html; charset=utf-8", []byte(page)),
		"/board/board.js": newScript([]string{"network.js", "drawing.js", "normalize.js", "frames.js", "pen.js", "view.js"},
			append(scripts, "request.js", "explain.js", "grid.js", "picture.js", "panels.js", "units.js", "model.js", "follow.js",
				"listen.js", "board.js")...),
		"/board/worker.js": newScript([]string{"network.js"}, "explain.js", "worker.js"),
	}
}

// newScript returns a script of parts of package browser, and of files of folder page behind them.
func newScript(shared []string, ours ...string) file {
	parts := []string{"\"use strict\";\n"}
	for _, name := range shared {
		parts = append(parts, browser.Part(name))
	}
	for _, name := range ours {
		parts = append(parts, own(name))
	}
	return newFile("text/javascript; charset=utf-8", []byte(strings.Join(parts, "\n")))
}

// own returns a file of folder page.
func own(name string) string {
	text, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(text)
}
