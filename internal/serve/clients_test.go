package serve

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"dnn/internal/modelfile"
)

// image returns the bytes of a random image, with as much ink as a digit has.
func image(seed uint64) []byte {
	random := rand.New(rand.NewPCG(seed, 1))
	pixels := make([]byte, 784)
	for i := range pixels {
		if random.IntN(5) == 0 {
			pixels[i] = byte(random.IntN(256))
		}
	}
	return pixels
}

// inferBytes returns a request for images of bytes with a binary answer, and the header that says where its JSON ends.
func inferBytes(images ...[]byte) (body string, header []string) {
	text := fmt.Sprintf(`{"inputs":[{"name":"input","shape":[%d,784],"datatype":"UINT8","parameters":{"binary_data_size":%d}}],`+
		`"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}`, len(images), 784*len(images))
	return text + string(bytes.Join(images, nil)), []string{"Inference-Header-Content-Length", fmt.Sprint(len(text))}
}

// binaryPart returns what follows the JSON of a response.
func binaryPart(text string, header http.Header) string {
	var n int
	if _, err := fmt.Sscan(header.Get("Inference-Header-Content-Length"), &n); err != nil || n > len(text) {
		return "no binary part"
	}
	return text[n:]
}

// TestManyClients has many clients ask with images of their own, alone and together, while the model is replaced by the
// same again and again. Each gets its own answer, always.
func TestManyClients(t *testing.T) {
	r := start(t, nil)
	const clients, requests = 32, 20
	want := make(map[string]string)
	for seed := range uint64(clients) {
		body, header := inferBytes(image(seed))
		status, text, h := r.ask("POST", "/v2/models/digits/infer", body, header...)
		if status != http.StatusOK {
			t.Fatalf("found %d: %s", status, text)
		}
		want[string(image(seed))] = binaryPart(text, h)
	}
	stop := make(chan struct{})
	reloaded := make(chan struct{})
	go func() {
		defer close(reloaded)
		for range 100 {
			select {
			case r.reload <- struct{}{}:
			case <-stop:
				return
			}
		}
	}()
	var group sync.WaitGroup
	for c := range clients {
		group.Go(func() {
			for i := range requests {
				images := [][]byte{image(uint64(c))}
				for len(images) < 1+(i%3)*70 {
					images = append(images, image(uint64((c+len(images))%clients)))
				}
				body, header := inferBytes(images...)
				status, text, h := r.ask("POST", "/v2/models/digits/infer", body, header...)
				if status != http.StatusOK {
					t.Errorf("found %d: %s", status, text)
					return
				}
				answers := binaryPart(text, h)
				for k, image := range images {
					if answers[k*40:][:40] != want[string(image)] {
						t.Errorf("client %d, request %d, image %d: found the answer of another image", c, i, k)
						return
					}
				}
			}
		})
	}
	group.Wait()
	close(stop)
	<-reloaded
}

// TestManyForms has many clients ask at the same time in all protocols and forms, each with an input of its own. Each gets
// the answer, to the last character, that it gets when it asks alone.
func TestManyForms(t *testing.T) {
	r := start(t, nil)
	type request struct {
		path, body string
		header     []string
		want       string
	}
	var all []request
	add := func(path, body string, header ...string) {
		all = append(all, request{path: path, body: body, header: header})
	}
	for seed := range uint64(8) {
		pixels := image(seed)
		row := strings.Trim(strings.Join(strings.Fields(fmt.Sprintf("%d", pixels)), ","), "[]")
		binary, header := inferBytes(pixels, image(seed+100))
		add("/v2/models/digits/infer", binary, header...)
		for _, datatype := range []string{"UINT8", "FP32", "FP64"} {
			add("/v2/models/digits/infer", fmt.Sprintf(
				`{"id":"%d","inputs":[{"name":"input","datatype":%q,"shape":[1,784],"data":[%s]}]}`, seed, datatype, row))
		}
		add("/v1/models/digits:predict", `{"instances":[[`+row+`]]}`)
		add("/v1/models/table:predict", fmt.Sprintf(`{"instances":[{"length":%d,"width":1}]}`, seed))
		add("/invocations", row+"\n"+row, "Content-Type", "text/csv")
		add("/invocations", `{"dataframe_split":{"data":[[`+row+`]]}}`)
		add("/predict?name=p"+fmt.Sprint(seed), string(drawn(t)))
	}
	different := make(map[string]int)
	for i, q := range all {
		status, text, _ := r.ask("POST", q.path, q.body, q.header...)
		if status != http.StatusOK {
			t.Fatalf("%s: found %d %s", q.path, status, text)
		}
		all[i].want = text
		different[text]++
	}
	if len(different) < len(all)*2/3 { // both lists of invocations and TensorFlow's say some of the same
		t.Fatalf("wanted different answers, found %d of %d", len(different), len(all))
	}
	var group sync.WaitGroup
	for client := range 16 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), 2))
			for range 20 {
				q := all[random.IntN(len(all))]
				if status, text, _ := r.ask("POST", q.path, q.body, q.header...); status != http.StatusOK || text != q.want {
					t.Errorf("%s: wanted %s, found %d %s", q.path, q.want, status, text)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestReload replaces the file of the model: by another, by one that cannot be used, by one with other inputs.
func TestReload(t *testing.T) {
	r := start(t, nil)
	ask := func() string {
		body, header := inferBytes(image(1))
		_, text, h := r.ask("POST", "/v2/models/digits/infer", body, header...)
		return binaryPart(text, h)
	}
	// replace puts a file in the place of the model and waits until the log has told it.
	replace := func(write func(path string), told string) {
		t.Helper()
		next := filepath.Join(t.TempDir(), "next.bin")
		write(next)
		if err := os.Rename(next, r.model); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(r.log.String(), told) {
			runtime.Gosched()
		}
	}
	first := ask()
	replace(func(path string) {
		if err := os.WriteFile(path, []byte("no model"), 0o666); err != nil {
			t.Fatal(err)
		}
	}, "digits stays as it was: ")
	if ask() != first {
		t.Error("a file that is no model changed the answers")
	}
	replace(func(path string) { writeTable(t, path) }, "the same inputs (784), found others (2)")
	if ask() != first {
		t.Error("a model of a table changed the answers")
	}
	replace(func(path string) {
		m := newModel(t, 2)
		m.InputShape = []int{14, 56}
		if _, err := modelfile.Write(path, m); err != nil {
			t.Fatal(err)
		}
	}, "images of the same size (28x28), found another (56x14)")
	replace(func(path string) { writeModel(t, path, 2) }, "digits is now ")
	if ask() == first {
		t.Error("the new model gives the answers of the old one")
	}
	if _, text, _ := r.ask("GET", "/metrics", ""); !strings.Contains(text, `dnn_reload_total{result="refused"} 3`) ||
		!strings.Contains(text, `dnn_reload_total{result="ok"} 1`) {
		t.Error("the reloads were not counted")
	}
}

// TestReloadBeside changes the weights of models that have them in a file of their own, in its place: the models are read
// again, though the file that they are called by has not changed.
func TestReloadBeside(t *testing.T) {
	const shared = "../interop/"
	here := t.TempDir()
	for name, path := range map[string]string{
		"graph.onnx": "testdata/pytorch/net.ext.onnx", "net.ext.onnx.data": "testdata/pytorch/net.ext.onnx.data",
		"js/model.json": "tfjs/testdata/keras3/model.json", "js/group1-shard1of1.bin": "tfjs/testdata/keras3/group1-shard1of1.bin",
	} {
		text, err := os.ReadFile(shared + path)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(here, name)), 0o777)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(here, name), text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r := start(t, func(o *Options) { o.Models = []string{filepath.Join(here, "graph.onnx"), filepath.Join(here, "js")} })
	for name, beside := range map[string]string{"graph": "net.ext.onnx.data", "js": "js/group1-shard1of1.bin"} {
		path := filepath.Join(here, beside)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text[:len(text)/2], 0o666); err != nil { // cut
			t.Fatal(err)
		}
		for !strings.Contains(r.log.String(), name+" stays as it was: ") {
			runtime.Gosched()
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(r.log.String(), name+" is now ") {
			runtime.Gosched()
		}
	}
}

// TestCompressed sends and asks for gzip.
func TestCompressed(t *testing.T) {
	r := start(t, nil)
	var images [][]byte
	for seed := range uint64(50) {
		images = append(images, image(seed))
	}
	body, header := inferBytes(images...)
	_, plain, h := r.ask("POST", "/v2/models/digits/infer", body, append(header, "Accept-Encoding", "identity")...)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, body)
	_ = z.Close()
	status, text, g := r.ask("POST", "/v2/models/digits/infer", packed.String(),
		append(header, "Content-Encoding", "gzip", "Accept-Encoding", "gzip")...)
	if status != http.StatusOK || g.Get("Content-Encoding") != "gzip" {
		t.Fatalf("found %d, %v", status, g)
	}
	unpacked, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(unpacked)
	if err != nil || binaryPart(string(all), g) != binaryPart(plain, h) {
		t.Errorf("the compressed answer differs (%v)", err)
	}
	for body, encoding := range map[string]string{"no gzip": "gzip", "no zlib": "deflate"} {
		if status, _, _ := r.ask("POST", "/v2/models/digits/infer", body, "Content-Encoding", encoding); status != 400 {
			t.Errorf("%s: wanted 400, found %d", body, status)
		}
	}
	if status, _, _ := r.ask("POST", "/predict", "x", "Content-Encoding", "br"); status != 415 {
		t.Errorf("wanted 415, found %d", status)
	}
}

// TestLyingSizes sends binary parts whose sizes are not what the JSON says.
func TestLyingSizes(t *testing.T) {
	r := start(t, nil)
	body, header := inferBytes(image(1))
	for name, c := range map[string]struct{ body, length string }{
		"cut off":       {body[:len(body)-1], header[1]},
		"too long":      {body + "x", header[1]},
		"all is JSON":   {body, fmt.Sprint(len(body))},
		"beyond":        {body, fmt.Sprint(len(body) + 1)},
		"negative":      {body, "-1"},
		"no number":     {body, "x"},
		"no JSON":       {body, "0"},
		"other size":    {strings.Replace(body, `"binary_data_size":784`, `"binary_data_size":783`, 1), header[1]},
		"negative size": {strings.Replace(body, `"binary_data_size":784`, `"binary_data_size":-84`, 1), header[1]},
	} {
		status, text, _ := r.ask("POST", "/v2/models/digits/infer", c.body, header[0], c.length)
		if status != 400 || !strings.HasPrefix(text, `{"error":`) {
			t.Errorf("%s: found %d %s", name, status, text)
		}
	}
}
