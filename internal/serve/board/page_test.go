package board

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dnn/internal/interop/browser"
)

// The page goes on in each of the scenarios of testdata/scenarios.js, of the page of a server and of that of a training.
func TestScenarios(t *testing.T) {
	for _, page := range []string{"board", "training"} {
		script := filepath.Join(t.TempDir(), "board.js")
		if err := os.WriteFile(script, assets(page == "training")["/board/board.js"].content, 0o644); err != nil {
			t.Fatal(err)
		}
		output, err := exec.CommandContext(t.Context(), node(t), filepath.Join("testdata", "page.js"), script, page).Output()
		var results []struct{ Name, Wrong string }
		if err != nil || json.Unmarshal(output, &results) != nil || len(results) == 0 {
			t.Fatalf("%v\n%.2000s", err, output)
		}
		for _, r := range results {
			t.Run(page+"/"+r.Name, func(t *testing.T) {
				if r.Wrong != "" {
					t.Error(r.Wrong)
				}
			})
		}
	}
}

// The page's script is fetched once, when the page was painted, or later in a tab that is not painted.
func TestBegin(t *testing.T) {
	for name, c := range map[string]struct{ do, wanted string }{
		"painted":             {"told();", "1"},
		"never told":          {"late();", "1"},
		"not painted":         {"late();", "1"},
		"neither":             {"", "0"},
		"painted, then later": {"told(); if (late) late();", "1"},
	} {
		observer := "globalThis.PerformanceObserver = class { constructor(f) { told = f; } observe() {} disconnect() { told = null; } };"
		if name == "never told" { // as where the page may not know
			observer = "delete globalThis.PerformanceObserver;"
		}
		script := "let told, late, fetched = 0;\n" + observer + `
			globalThis.setTimeout = (f) => { late = f; return 1; };
			globalThis.clearTimeout = () => { late = null; };
			globalThis.document = { createElement: () => ({}), head: { append(e) { fetched += e.src === "/board/board.js" ? 1 : 100; } } };
			` + begin() + c.do + "console.log(fetched);"
		found, err := exec.CommandContext(t.Context(), node(t), "-e", script).CombinedOutput()
		if err != nil || strings.TrimSpace(string(found)) != c.wanted {
			t.Errorf("%s: wanted it %s times, found %s (%v)", name, c.wanted, found, err)
		}
	}
	page, _, _ := strings.Cut(string(assets(false)["/"].content), "</html>")
	_, inside, _ := strings.Cut(page, "<script>")
	inside, _, _ = strings.Cut(inside, "</script>")
	if !strings.Contains(policy(), "script-src 'self' '"+browser.Hash(inside)+"'") {
		t.Errorf("the policy %s does not allow the script %s", policy(), inside)
	}
	_, inside, _ = strings.Cut(page, "<style>")
	inside, _, _ = strings.Cut(inside, "</style>")
	if !strings.Contains(policy(), "style-src '"+browser.Hash(inside)+"'") {
		t.Errorf("the policy %s does not allow the style %s", policy(), inside)
	}
}

// Models that are shown while the page is asked for the first time stay.
func TestShowAtOnce(t *testing.T) {
	models := []Model{{Name: "a", Model: model(t, 2), Kernels: kernels(t)}}
	for range 100 {
		p := new(Page)
		var asked sync.WaitGroup
		asked.Go(func() { send(t, p, http.MethodGet, "/", nil) })
		p.Show(models)
		asked.Wait()
		if w := send(t, p, http.MethodGet, "/board/models", nil); !strings.Contains(w.Body.String(), `"name":"a"`) {
			t.Fatalf("wanted the model that is shown, found %.100s", w.Body)
		}
	}
}

// As many pictures are read at once, also if the models change meanwhile: else each change would let more in.
func TestReadsAtOnce(t *testing.T) {
	p := new(Page)
	models := []Model{{Name: "a", Model: model(t, 10), Kernels: kernels(t)}}
	p.Show(models)
	for range maxReads {
		p.busy <- struct{}{}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // each is let in or is told that its client has gone, at random if both are true
		p.Show(models)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequestWithContext(ended, http.MethodPost, "/board/read", bytes.NewReader(picture(t))))
		if w.Body.Len() > 0 {
			t.Fatalf("wanted no picture to be read, found %.100s", w.Body)
		}
	}
}
