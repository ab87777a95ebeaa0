package serve

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"dnn/internal/serve/metrics"
)

// TestModelPath compares the short way to the models' handler with the table of all paths.
func TestModelPath(t *testing.T) {
	s := &server{metrics: metrics.New()}
	paths := s.paths()
	for path, short := range map[string]bool{
		"/v2/models/digits/infer": true, "/v2/models/": true, "/v2/models/a b": true, "/v2/models/a/": true,
		"/v2/models": false, "/v2": false, "/v2/models//a": false, "/v2/models/a/../b": false, "/v2/models/./a": false,
		"/v2/models/a/..": false, "/v1/models/a": false, "/v2x/models/a": false, "": false,
	} {
		for _, method := range []string{"GET", "POST", "CONNECT"} {
			r, err := http.NewRequestWithContext(t.Context(), method, "http://localhost", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.URL.Path = path
			found := isModelPath(r)
			if found != (short && method != "CONNECT") {
				t.Errorf("%s %q: found %t", method, path, found)
			}
			if _, pattern := paths.Handler(r); found && pattern != "/v2/" {
				t.Errorf("%s %q: the table has %q", method, path, pattern)
			}
		}
	}
}

// TestPipelined sends requests before it has the answers of those before, with bodies and without, in pieces of any size.
func TestPipelined(t *testing.T) {
	r := start(t, func(o *Options) { o.Log = LogJSON })
	body, header := inferBytes(image(1))
	infer := fmt.Sprintf("POST /v2/models/digits/infer HTTP/1.1\r\nHost: localhost\r\n%s: %s\r\nContent-Length: %d\r\n\r\n%s",
		header[0], header[1], len(body), body)
	const health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	_, text, h := r.ask("POST", "/v2/models/digits/infer", body, header...)
	want := binaryPart(text, h)
	all := infer + infer + health + infer + health + health + infer
	for _, piece := range []int{len(all), 1000, len(infer) + 1, 1} {
		conn := r.dial()
		go func() {
			for rest := all; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				_, _ = io.WriteString(conn, rest[:min(piece, len(rest))])
			}
		}()
		in := bufio.NewReader(conn)
		for i, kind := range "iihihhi" {
			response, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("pieces of %d, response %d: %v", piece, i, err)
			}
			found, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != http.StatusOK {
				t.Fatalf("pieces of %d, response %d: found %s, %v", piece, i, response.Status, err)
			}
			if kind == 'h' && string(found) != "ok\n" || kind == 'i' && binaryPart(string(found), response.Header) != want {
				t.Errorf("pieces of %d, response %d: found %.100q", piece, i, strings.ToValidUTF8(string(found), "?"))
			}
			_ = response.Body.Close()
		}
	}
	r.stop()
	r.ended <- <-r.ended // the log is whole
	for line := range strings.Lines(r.log.String()) {
		var a accessLine
		if err := json.Unmarshal([]byte(line), &a); err != nil || !(a.Seconds >= 0 && a.Seconds < 3600) {
			t.Errorf("wanted how long the request took, found %v in %s", err, line)
		}
	}
}
