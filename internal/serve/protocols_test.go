package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"dnn/internal/fault"
)

func dialUnix(path string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
}

// numbers returns n numbers as JSON, without brackets.
func numbers(n int, number string) string {
	return strings.TrimSuffix(strings.Repeat(number+",", n), ",")
}

// TestProtocols asks each path for something, right and wrong, and wants the status and a part of the body.
func TestProtocols(t *testing.T) {
	r := start(t, nil)
	infer := "/v2/models/digits/infer"
	zeros := numbers(784, "0")
	input := func(datatype, shape, data string) string {
		return fmt.Sprintf(`{"id":"7","inputs":[{"name":"input","datatype":%q,"shape":[%s],"data":[%s]}]}`, datatype, shape, data)
	}
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		want               string
	}{
		"server":          {"GET", "/v2", "", 200, `"extensions":["binary_tensor_data"]`},
		"live":            {"GET", "/v2/health/live", "", 200, `{"live":true}`},
		"ready":           {"GET", "/v2/health/ready", "", 200, `{"ready":true}`},
		"models":          {"GET", "/v2/models", "", 200, `{"models":["digits","table"]}`},
		"model":           {"GET", "/v2/models/digits", "", 200, `"inputs":[{"name":"input","datatype":"FP32","shape":[-1,784]}]`},
		"version":         {"GET", "/v2/models/digits/versions/1/ready", "", 200, `{"name":"digits","ready":true}`},
		"no version":      {"GET", "/v2/models/digits/versions/2", "", 404, `{"error":"model \"digits\" has only version 1`},
		"no model":        {"POST", "/v2/models/x/infer", "", 404, `{"error":"unknown model \"x\": this server has \"digits\", \"table\""}`},
		"no path":         {"GET", "/v2/x", "", 404, `{"error":`},
		"get infer":       {"GET", infer, "", 405, `{"error":"wanted the method POST`},
		"post ready":      {"POST", "/v2/health/ready", "", 405, `{"error":`},
		"FP32":            {"POST", infer, input("FP32", "1,784", zeros), 200, `"model_version":"1","id":"7","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,10],"data":[`},
		"UINT8":           {"POST", infer, input("UINT8", "1,28,28", zeros), 200, `"name":"class","datatype":"INT64","shape":[1],"data":[`},
		"nested":          {"POST", infer, input("FP64", "1,784", "["+zeros+"]"), 200, `"shape":[1,10]`},
		"no samples":      {"POST", infer, input("UINT8", "0,784", ""), 200, `"shape":[0,10],"data":[]`},
		"wrong shape":     {"POST", infer, input("FP32", "1,783", numbers(783, "0")), 400, "wanted the shape [-1,784] or [-1,28,28], found [1 783]"},
		"wrong count":     {"POST", infer, input("FP32", "2,784", zeros), 400, "wanted 1568 numbers"},
		"huge shape":      {"POST", infer, input("FP32", "4611686018427387904,784", zeros), 400, `{"error":`},
		"negative shape":  {"POST", infer, input("FP32", "-1,784", zeros), 400, "found -1"},
		"wrong datatype":  {"POST", infer, input("INT3", "1,784", zeros), 400, "found \\\"INT3\\\""},
		"no byte":         {"POST", infer, input("UINT8", "1,784", numbers(784, "256")), 400, "found 256"},
		"no pixel":        {"POST", infer, input("FP32", "1,784", numbers(784, "-1")), 400, "found -1"},
		"no number":       {"POST", infer, input("FP32", "1,784", numbers(784, "null")), 400, "found null"},
		"too large":       {"POST", infer, input("FP32", "1,784", numbers(784, "1e999")), 400, "finite"},
		"no picture":      {"POST", infer, input("BYTES", "1", `"aGVsbG8="`), 400, "picture 1"},
		"no base64":       {"POST", infer, input("BYTES", "1", `"%"`), 400, "base64"},
		"no JSON":         {"POST", infer, "{", 400, `{"error":"wanted an inference request in JSON`},
		"empty":           {"POST", infer, "", 400, `{"error":`},
		"no inputs":       {"POST", infer, "{}", 400, "wanted one input"},
		"no data":         {"POST", infer, `{"inputs":[{"name":"input","shape":[1,784],"datatype":"FP32"}]}`, 400, "found neither"},
		"no output":       {"POST", infer, strings.Replace(input("FP32", "1,784", zeros), `{"id"`, `{"outputs":[{"name":"y"}],"id"`, 1), 400, "found \\\"y\\\""},
		"table":           {"POST", "/v2/models/table/infer", input("FP64", "2,2", "1,2,3,4"), 200, `"shape":[2,2]`},
		"table, image":    {"POST", "/v2/models/table/infer", input("UINT8", "1,2", "1,2"), 400, "columns of a table"},
		"tf state":        {"GET", "/v1/models/digits", "", 200, `"state":"AVAILABLE"`},
		"tf metadata":     {"GET", "/v1/models/digits/metadata", "", 200, `"dtype":"DT_FLOAT"`},
		"tf version":      {"POST", "/v1/models/digits/versions/1:predict", `{"instances":[[` + zeros + `]]}`, 200, `{"predictions":[[`},
		"tf instances":    {"POST", "/v1/models/digits:predict", `{"instances":[[` + zeros + `],[` + zeros + `]]}`, 200, `],[`},
		"tf inputs":       {"POST", "/v1/models/digits:predict", `{"inputs":{"input":[[` + zeros + `]]}}`, 200, `{"outputs":[[`},
		"tf named":        {"POST", "/v1/models/digits:predict", `{"instances":[{"input":[` + zeros + `]}]}`, 200, `{"predictions":[[`},
		"tf signature":    {"POST", "/v1/models/digits:predict", `{"signature_name":"x","instances":[]}`, 400, `"error"`},
		"tf both":         {"POST", "/v1/models/digits:predict", `{"inputs":1,"instances":[1]}`, 400, "found both"},
		"tf none":         {"POST", "/v1/models/digits:predict", `{"instances":[]}`, 400, `"error"`},
		"tf ragged":       {"POST", "/v1/models/digits:predict", `{"instances":[[1,2],[1]]}`, 400, "of the same length"},
		"tf b64":          {"POST", "/v1/models/digits:predict", `{"instances":[{"b64":"aGVsbG8="}]}`, 400, "picture 1"},
		"tf classify":     {"POST", "/v1/models/digits:classify", `{}`, 400, "wanted :predict"},
		"tf no model":     {"POST", "/v1/models/x:predict", `{}`, 404, `{"error":"unknown model`},
		"tf deep":         {"POST", "/v1/models/digits:predict", `{"instances":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, 400, "lists in each other"},
		"tf table":        {"POST", "/v1/models/table:predict", `{"instances":[{"length":1,"width":2}]}`, 200, `{"predictions":[[`},
		"tf table, lacks": {"POST", "/v1/models/table:predict", `{"instances":[{"length":1}]}`, 400, `width`},
		"ping":            {"GET", "/ping", "", 200, ""},
		"invocations":     {"POST", "/invocations", `{"inputs":[[` + zeros + `]]}`, 200, `{"predictions":[[`},
		"split":           {"POST", "/invocations", `{"dataframe_split":{"data":[[` + zeros + `]]}}`, 200, `{"predictions":[[`},
		"plain list":      {"POST", "/invocations", `[[` + zeros + `]]`, 200, `{"predictions":[[`},
		"predict nothing": {"POST", "/predict", "", 400, "empty body"},
		"predict text":    {"POST", "/predict", "hello", 400, `{"error":`},
		"predict query":   {"POST", "/predict?x=1", "hello", 400, `found \"x\"`},
		"predict top":     {"POST", "/predict?top=0", "hello", 400, "top: wanted"},
		"predict model":   {"POST", "/predict?model=x", "hello", 404, "unknown model"},
		"predict table":   {"POST", "/predict?model=table", "hello", 400, "wanted a table"},
		"health":          {"GET", "/healthz", "", 200, "ok"},
		"readiness":       {"GET", "/readyz", "", 200, "ok"},
		"metrics":         {"GET", "/metrics", "", 200, "dnn_model_info{"},
		"openapi":         {"GET", "/openapi.json", "", 200, `"openapi"`},
		"nothing":         {"GET", "/x", "", 404, `{"error":"unknown path`},
	} {
		status, body, header := r.ask(c.method, c.path, c.body, "Content-Type", "application/json")
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: wanted %d with %s, found %d with %.300s", name, c.status, c.want, status, body)
		}
		if status >= 400 {
			var e struct{ Error string }
			if err := json.Unmarshal([]byte(body), &e); err != nil || e.Error == "" || len([]rune(e.Error)) > 400 {
				t.Errorf("%s: wanted {\"error\": …} of at most 400 characters, found %.500s (%v)", name, body, err)
			}
		}
		if header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: wanted nosniff", name)
		}
	}
}

// TestCSV asks with rows of numbers, as SageMaker does.
func TestCSV(t *testing.T) {
	r := start(t, nil)
	for body, want := range map[string]int{
		numbers(784, "0") + "\n" + numbers(784, "1"): 200, "": 400, "1,2\n": 400, numbers(784, "x"): 400,
	} {
		if status, text, _ := r.ask("POST", "/invocations", body, "Content-Type", "text/csv"); status != want {
			t.Errorf("%.20q: wanted %d, found %d %.200s", body, want, status, text)
		}
	}
	if status, _, _ := r.ask("POST", "/invocations", "x", "Content-Type", "application/x-npy"); status != 415 {
		t.Errorf("wanted 415, found %d", status)
	}
}

// TestGuard tests who may ask.
func TestGuard(t *testing.T) {
	r := start(t, func(o *Options) {
		o.AllowHosts, o.AllowOrigins = []string{"digits.example.org"}, []string{"https://friend.example"}
	})
	host := strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/")
	for name, c := range map[string]struct {
		method string
		header []string
		status int
		allow  string
	}{
		"localhost":       {"GET", []string{"Host", "localhost:8080"}, 200, ""},
		"below localhost": {"GET", []string{"Host", "a.localhost"}, 200, ""},
		"an address":      {"GET", []string{"Host", "[::1]:80"}, 200, ""},
		"with a zone":     {"GET", []string{"Host", "[fe80::1%eth0]:80"}, 200, ""},
		"allowed":         {"GET", []string{"Host", "Digits.example.org:1"}, 200, ""},
		"rebound":         {"GET", []string{"Host", "evil.example"}, 403, ""},
		"looks local":     {"GET", []string{"Host", "localhost.evil.example"}, 403, ""},
		"own page":        {"GET", []string{"Origin", "http://" + host}, 200, ""},
		"behind a proxy":  {"GET", []string{"Host", "digits.example.org:443", "Origin", "https://Digits.example.org"}, 200, ""},
		"another port":    {"GET", []string{"Origin", "http://127.0.0.1:1"}, 403, ""},
		"another page":    {"GET", []string{"Origin", "https://evil.example"}, 403, ""},
		"a file":          {"GET", []string{"Origin", "null"}, 403, ""},
		"a friend":        {"GET", []string{"Origin", "https://friend.example"}, 200, "https://friend.example"},
		"asks first": {
			"OPTIONS", []string{"Origin", "https://friend.example", "Access-Control-Request-Method", "POST"}, 204,
			"https://friend.example",
		},
	} {
		status, body, header := r.ask(c.method, "/v2", "", c.header...)
		if status != c.status || header.Get("Access-Control-Allow-Origin") != c.allow {
			t.Errorf("%s: wanted %d %q, found %d %q %s", name, c.status, c.allow, status,
				header.Get("Access-Control-Allow-Origin"), body)
		}
	}
}

// TestRows asks for rows of a table in all forms that have names: the order of the columns does not matter, and each must be
// there once.
func TestRows(t *testing.T) {
	r := start(t, func(o *Options) { o.Models = o.Models[1:] })
	_, want, _ := r.ask("POST", "/invocations", `[[1,2],[3,4]]`)
	for body, found := range map[string]string{
		`{"dataframe_split":{"columns":["width","length"],"data":[[2,1],[4,3]]}}`:             "",
		`{"dataframe_records":[{"width":2,"length":1},{"length":3,"width":4}]}`:               "",
		`{"instances":[{"width":2,"length":1},{"length":3,"width":4}]}`:                       "",
		`{"dataframe_split":{"columns":["width"],"data":[[2],[4]]}}`:                          `wanted the column "length", found none`,
		`{"dataframe_split":{"data":[[1,2]]}}`:                                                `wanted the column "length", found none`,
		`{"dataframe_split":{"columns":["width","length","width"],"data":[[2,1,5],[4,3,5]]}}`: "wanted each of 2 columns once, found 3",
		`{"dataframe_split":{"columns":["width","length","x"],"data":[[2,1,5]]}}`:             `no other, found "x"`,
		`{"dataframe_split":{"columns":["width","length"],"data":[[2,1],[null,3]]}}`:          "row 2: wanted a number, found null",
		`{"dataframe_split":{"columns":["width","length"],"data":[[2,1],[1]]}}`:               "row 2: wanted 2 values, found 1",
		`{"dataframe_split":{"columns":["width","length"],"data":[[2,1],7]}}`:                 "row 2: wanted a list",
		`{"dataframe_records":[{"width":2,"length":1},{"length":3}]}`:                         `row 2: wanted a value of "width", found none`,
		`{"dataframe_records":[{"width":2,"length":1},{"length":3,"width":4,"x":1,"b":"c"}]}`: `row 2: wanted the columns of the model and no other, found "b"`,
		`{"dataframe_records":[{"width":2,"length":1},{"length":"3","width":4}]}`:             `row 2, "length": wanted a number, found "3"`,
		`{"dataframe_records":[{"width":2,"length":1},{"length":1e39,"width":4}]}`:            `sample 2, "length": wanted a finite number`,
		`{"dataframe_records":[{"width":2,"length":1},7]}`:                                    "row 2: wanted an object",
	} {
		status, text, _ := r.ask("POST", "/invocations", body)
		var e struct{ Error string }
		_ = json.Unmarshal([]byte(text), &e) // what is none is not equal
		if found == "" && (status != 200 || text != want) || found != "" && (status != 400 || !strings.Contains(e.Error, found)) {
			t.Errorf("%s: wanted %q, found %d %s", body, found, status, text)
		}
	}
}

// TestGuests tests which names and origins can be allowed: those that a request can have.
func TestGuests(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.org": "https://example.org", "HTTPS://Example.ORG/": "https://example.org", "http://a:80": "http://a",
		"http://a:443": "http://a:443", "http://[::1]:8080": "http://[::1]:8080", "chrome-extension://abc": "chrome-extension://abc",
		"*": "*", "null": "null", "": "", "example.org": "", "example.org:8080": "", "https://": "", "https://*.example.org": "",
		"https://example.org/page": "", "https://example.org?x": "", "https://me@example.org": "", "https:example.org": "",
	} {
		o, err := Options{AllowOrigins: []string{"*", text}}.guests()
		if want == "" {
			if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "--allow-origin: wanted a scheme") {
				t.Errorf("%q: found %v", text, err)
			}
		} else if err != nil || o.AllowOrigins[1] != want {
			t.Errorf("%q: wanted %q, found %q, %v", text, want, o.AllowOrigins, err)
		}
	}
	for name, ok := range map[string]bool{
		"example.org": true, "*": true, "192.0.2.1": true, "::1": true, "": false, "example.org:8080": false,
		"https://example.org": false, "*.example.org": false, "example.org/": false,
	} {
		if _, err := (Options{AllowHosts: []string{name}}).guests(); (err == nil) != ok || !ok && fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: found %v", name, err)
		}
	}
}

// TestNames tests how models are called: nothing that could not be asked for, or that metrics could not have as a label.
func TestNames(t *testing.T) {
	for argument, want := range map[string]string{
		"a/b.bin": "b", "x=a/b.bin": "x", "a=b/c.bin": "a", "./a=b.bin": "a=b", "a b.c.bin": "a b.c", "é.bin": "é",
		"": "", "=b.bin": "", "a=": "", ".bin": "", "50%.bin": "", "a:b=c": "", ".=a": "", "..=a": "", "a\xff.bin": "", "a\n.bin": "",
	} {
		all, err := Options{Models: []string{argument}}.names()
		if want == "" {
			if fault.KindOf(err) != fault.Usage {
				t.Errorf("%q: found %v, %v", argument, all, err)
			}
		} else if err != nil || all[0].name != want {
			t.Errorf("%q: wanted %q, found %v, %v", argument, want, all, err)
		}
	}
}

// TestLargeBodies allows bodies of more bytes than are held otherwise.
func TestLargeBodies(t *testing.T) {
	s := newServer(quiet(), Options{MaxBody: 2 * maxHeld}, nil)
	defer s.engine.Close()
	if s.bodies.All <= s.bodies.Max {
		t.Errorf("wanted room for one of %d bytes, found %d", s.bodies.Max, s.bodies.All)
	}
}
