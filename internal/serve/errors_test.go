package serve

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestErrors sends each path what it cannot take, in each of the forms that it knows, and wants the status, the reason, and
// the body that the protocol's clients read.
func TestErrors(t *testing.T) {
	r := start(t, func(o *Options) { o.MaxBody = 100_000 })
	const (
		infer, tableInfer = "/v2/models/digits/infer", "/v2/models/table/infer"
		tf, tfTable       = "/v1/models/digits:predict", "/v1/models/table:predict"
		jsonType          = "application/json"
		form              = "multipart/form-data; boundary=x"
	)
	zeros := numbers(784, "0")
	bytesOf := func(size uint32, text string) string {
		return string(binary.LittleEndian.AppendUint32(nil, size)) + text
	}
	input := func(fields string) string { return `{"inputs":[{"name":"input",` + fields + `}]}` }
	type request struct {
		method, path, kind, body, binary string // binary follows the JSON of body
		status                           int
		want                             string
	}
	post := func(path, body string, status int, want string) request {
		return request{method: "POST", path: path, kind: jsonType, body: body, status: status, want: want}
	}
	as := func(kind, path, body string, status int, want string) request {
		return request{method: "POST", path: path, kind: kind, body: body, status: status, want: want}
	}
	raw := func(fields, data string, size int, want string) request {
		return request{
			method: "POST", path: infer, kind: "application/octet-stream",
			body: input(fmt.Sprintf(`%s,"parameters":{"binary_data_size":%d}`, fields, size)), binary: data,
			status: 400, want: want,
		}
	}
	for name, c := range map[string]request{
		// Open Inference Protocol.
		"v2: a list":           post(infer, `[]`, 400, "wanted an inference request in JSON"),
		"v2: null":             post(infer, `null`, 400, "wanted one input"),
		"v2: cut off":          post(infer, input(`"shape":[1,784]`)[:20], 400, "unexpected end of JSON input"),
		"v2: something after":  post(infer, input(`"datatype":"FP32","shape":[1,784],"data":[`+zeros+`]`)+"x", 400, "after top-level value"),
		"v2: two inputs":       post(infer, `{"inputs":[{"name":"input"},{"name":"input"}]}`, 400, "wanted one input"),
		"v2: other input":      post(infer, `{"inputs":[{"name":"pixels","datatype":"FP32","shape":[1,784],"data":[0]}]}`, 400, `found \"pixels\"`),
		"v2: no shape":         post(infer, input(`"datatype":"FP32","data":[`+zeros+`]`), 400, "wanted the shape [-1,784]"),
		"v2: no datatype":      post(infer, input(`"shape":[1,784],"data":[`+zeros+`]`), 400, "wanted the datatype FP32"),
		"v2: text as shape":    post(infer, input(`"shape":"1","datatype":"FP32","data":[0]`), 400, "cannot unmarshal"),
		"v2: broken shape":     post(infer, input(`"shape":[1.5,784],"datatype":"FP32","data":[0]`), 400, "cannot unmarshal"),
		"v2: shape of 2^64":    post(infer, input(`"shape":[18446744073709551616,1],"datatype":"FP32","data":[0]`), 400, "cannot unmarshal"),
		"v2: overflowing":      post(infer, input(`"shape":[2147483648,4,784],"datatype":"FP32","data":[0]`), 400, "elements"),
		"v2: scalar":           post(infer, input(`"shape":[],"datatype":"FP32","data":[0]`), 400, "wanted the shape"),
		"v2: transposed":       post(infer, input(`"shape":[784,1],"datatype":"FP32","data":[`+zeros+`]`), 400, "found [784 1]"),
		"v2: data is null":     post(infer, input(`"shape":[1,784],"datatype":"FP32","data":null`), 400, "found null"),
		"v2: data is a text":   post(infer, input(`"shape":[1,784],"datatype":"FP32","data":"0"`), 400, "found a text"),
		"v2: data is a number": post(infer, input(`"shape":[1,784],"datatype":"FP32","data":0`), 400, "wanted 784 numbers"),
		"v2: BOOL":             post(infer, input(`"shape":[1,784],"datatype":"BOOL","data":[`+zeros+`]`), 400, `found \"BOOL\"`),
		"v2: half a byte":      post(infer, input(`"shape":[1,784],"datatype":"UINT8","data":[`+numbers(784, "0.5")+`]`), 400, "found 0.5"),
		"v2: a sign":           post(infer, input(`"shape":[1,784],"datatype":"UINT8","data":[`+numbers(784, "-1")+`]`), 400, "found -1"),
		"v2: ink":              post(infer, input(`"shape":[1,784],"datatype":"FP64","data":[`+numbers(784, "256")+`]`), 400, "found 256"),
		"v2: both":             post(infer, input(`"shape":[1,784],"datatype":"FP32","data":[0],"parameters":{"binary_data_size":0}`), 400, "found both"),
		"v2: no pictures":      post(infer, input(`"shape":[2],"datatype":"BYTES","data":["aGVsbG8="]`), 400, "wanted 2 elements"),
		"v2: many pictures":    post(infer, input(`"shape":[1000000],"datatype":"BYTES","data":[]`), 400, "at most 256 pictures"),
		"v2: numbers, no text": post(infer, input(`"shape":[1],"datatype":"BYTES","data":[7]`), 400, "base64"),
		"v2: table of bytes":   post(tableInfer, input(`"shape":[1,2],"datatype":"UINT8","data":[1,2]`), 400, "columns of a table"),
		"v2: table of images":  post(tableInfer, input(`"shape":[1],"datatype":"BYTES","data":["aGVsbG8="]`), 400, "table"),
		"v2: table too wide":   post(tableInfer, input(`"shape":[1,3],"datatype":"FP32","data":[1,2,3]`), 400, "for the columns of the table"),
		"v2: table too large":  post(tableInfer, input(`"shape":[1,2],"datatype":"FP64","data":[1e300,2]`), 400, "finite"),
		"v2: too long":         post(infer, strings.Repeat(" ", 100_001), 413, "at most 100000 bytes"),
		"v2: raw, short":       raw(`"shape":[1,784],"datatype":"UINT8"`, "abc", 3, "wanted 784 bytes for UINT8 [1 784], found 3"),
		"v2: raw, lies":        raw(`"shape":[1,784],"datatype":"UINT8"`, "abc", 784, "found 784"),
		"v2: raw, lies big":    raw(`"shape":[1,784],"datatype":"UINT8"`, "abc", 1<<62, "binary_data_size: wanted 3"),
		"v2: raw NaN":          raw(`"shape":[1,784],"datatype":"FP32"`, strings.Repeat("\x00\x00\xc0\x7f", 784), 4*784, "found NaN"),
		"v2: raw, other width": raw(`"shape":[1,784],"datatype":"FP64"`, strings.Repeat("\x00", 784*4), 784*4, "wanted 6272 bytes"),
		"v2: picture, none":    raw(`"shape":[1],"datatype":"BYTES"`, "", 0, "found 0"),
		"v2: picture, lies":    raw(`"shape":[1],"datatype":"BYTES"`, bytesOf(1<<32-1, "hi"), 6, "wanted 4294967295 bytes, as its length says, found 2"),
		"v2: picture, more":    raw(`"shape":[1],"datatype":"BYTES"`, bytesOf(1, "hi"), 6, "1 bytes after the last"),
		"v2: picture, no":      raw(`"shape":[1],"datatype":"BYTES"`, bytesOf(2, "hi"), 6, "picture 1"),
		"v2: outputs":          post(infer, `{"outputs":[{"name":"class"},{"name":"class"}],`+input(`"shape":[1,784],"datatype":"FP32","data":[` + zeros + `]`)[1:], 400, `wanted each output once, found \"class\" twice`),
		"v2: dimensions":       post(infer, input(`"shape":[1,1,1,1,1,1,1,1,784],"datatype":"FP32","data":[`+zeros+`]`), 400, "at most 8 dimensions, found 9"),
		"v2: delete":           {"DELETE", "/v2/models/digits", "", "", "", 405, "wanted the method GET"},
		"v2: path":             {"GET", "/v2/models/digits/x", "", "", "", 404, "unknown path"},
		"v2: no such model":    {"GET", "/v2/models/a%00%0a", "", "", "", 404, `unknown model \"a\\x00\\n\": this server has \"digits\", \"table\"`},
		"v2: not ready":        {"GET", "/v2/models/x/ready", "", "", "", 404, "unknown model"},

		// TensorFlow Serving.
		"v1: no JSON":         post(tf, `{"instances":`, 400, "wanted JSON with instances or inputs"),
		"v1: a list":          post(tf, `[[1]]`, 400, "wanted JSON with instances or inputs"),
		"v1: neither":         post(tf, `{"x":1}`, 400, "found neither"),
		"v1: a number":        post(tf, `{"instances":7}`, 400, "wanted a list"),
		"v1: null":            post(tf, `{"instances":null}`, 400, `"error":`),
		"v1: numbers":         post(tf, `{"instances":[1,2]}`, 400, "wanted a list of samples"),
		"v1: narrow":          post(tf, `{"instances":[[1,2]]}`, 400, "wanted the shape"),
		"v1: no numbers":      post(tf, `{"instances":[["a"]]}`, 400, "found a text"),
		"v1: other input":     post(tf, `{"inputs":{"x":[[0]]}}`, 400, `wanted the input \"input\"`),
		"v1: b64 of a number": post(tf, `{"instances":[{"b64":7}]}`, 400, "sample 1: wanted {\\\"b64\\\": text}"),
		"v1: no b64":          post(tf, `{"instances":[{"b64":"%"}]}`, 400, "sample 1: wanted base64"),
		"v1: half b64":        post(tf, `{"instances":[{"b64":"aGVsbG8="},{"x":1}]}`, 400, "sample 2"),
		"v1: mixed":           post(tf, `{"instances":[{"b64":"aGVsbG8="},7]}`, 400, "sample 2"),
		"v1: many":            post(tf, `{"instances":[`+strings.TrimSuffix(strings.Repeat(`{"b64":""},`, 257), ",")+`]}`, 400, "at most 256 pictures"),
		"v1: odd object":      post(tf, `{"instances":[{"x":1}]}`, 400, "found another object"),
		"v1: a column more":   post(tfTable, `{"instances":[{"length":1,"width":2,"x":3}]}`, 400, "x"),
		"v1: no number":       post(tfTable, `{"instances":[{"length":1,"width":null}]}`, 400, "found null"),
		"v1: no method":       {"PUT", tf, jsonType, "", "", 405, "wanted the method POST"},
		"v1: version":         post("/v1/models/digits/versions/2:predict", `{}`, 404, "only version 1"),
		"v1: path":            {"GET", "/v1/x", "", "", "", 404, "unknown path"},
		"v1: label":           post("/v1/models/digits/labels/stable:predict", `{}`, 404, "unknown path"),
		"v1: state of none":   {"GET", "/v1/models/x", "", "", "", 404, "unknown model"},
		"v1: too long":        post(tf, `{"instances":[[`+strings.Repeat("0,", 50_001)+`0]]}`, 413, "at most 100000 bytes"),

		// MLflow and SageMaker.
		"ml: no JSON":       post("/invocations", `{`, 400, "dataframe_records"),
		"ml: no list":       post("/invocations", `[[1,]`, 400, "wanted JSON"),
		"ml: nothing":       post("/invocations", `{}`, 400, "found neither"),
		"ml: split, none":   post("/invocations", `{"dataframe_split":{"data":[]}}`, 400, "at least one row"),
		"ml: split, wide":   post("/invocations", `{"dataframe_split":{"columns":["a"],"data":[[1,2]]}}`, 400, "row 1: wanted 1 values, found 2"),
		"ml: split, narrow": post("/invocations", `{"dataframe_split":{"data":[[1]]}}`, 400, "wanted 784 pixels"),
		"ml: split, text":   post("/invocations", `{"dataframe_split":{"data":[[`+numbers(784, `"0"`)+`]]}}`, 400, "wanted a number"),
		"ml: split, number": post("/invocations", `{"dataframe_split":7}`, 400, "cannot unmarshal"),
		"ml: records":       post("/invocations", `{"dataframe_records":[{"x":1}]}`, 400, `"error":`),
		"ml: CSV, no":       as("text/csv", "/invocations", `1,"`, 400, "as CSV"),
		"ml: CSV, narrow":   as("text/csv", "/invocations", "1,2", 400, "wrong number of fields"),
		"ml: CSV, names":    as("text/csv", "/invocations", numbers(784, "pixel"), 400, "row 1: wanted a number"),
		"ml: CSV, later":    as("text/csv", "/invocations", zeros+"\n"+numbers(784, "x"), 400, "row 2: wanted a number"),
		"ml: CSV, infinite": as("text/csv", "/invocations", numbers(784, "inf"), 400, "found +Inf"),
		"ml: no picture":    as("image/png", "/invocations", "hello", 400, "picture 1"),
		"ml: other type":    as("application/x-npy", "/invocations", "hello", 415, `found \"application/x-npy\"`),
		"ml: method":        {"GET", "/invocations", "", "", "", 405, "wanted the method POST"},
		"ml: too long":      as("text/csv", "/invocations", strings.Repeat(" ", 100_001), 413, "at most 100000 bytes"),
		"ml: ping":          {"POST", "/ping", "", "", "", 405, "wanted the method GET"},

		// Pictures.
		"a text":           as("image/png", "/predict", "hello", 400, `"error":"the body: wanted a picture`),
		"half a picture":   as("image/png", "/predict", string(drawn(t)[:100]), 400, `"error":"the body: wanted a whole PNG`),
		"with a name":      as("image/png", "/predict?name=x.png", "hello", 400, `"error":"x.png: wanted a picture`),
		"for a table":      as("image/png", "/predict?model=table", string(drawn(t)), 400, `"error":"the body: wanted a table`),
		"no model":         as("image/png", "/predict?model=x", "hello", 404, `unknown model \"x\": this server has \"digits\", \"table\"`),
		"no file":          as(form, "/predict", "--x--", 400, "wanted a file in the form, found none"),
		"no form":          as(form, "/predict", "hello", 400, "wanted a file in the form, found none"),
		"no boundary":      as("multipart/form-data", "/predict", "hello", 400, "wanted a form with a file"),
		"a field":          as(form, "/predict", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--", 400, "found none"),
		"an empty file":    as(form, "/predict", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n\r\n--x--", 400, "empty body"),
		"reject":           as("", "/predict?reject=2", "x", 400, "reject: wanted a number from 0 to 1"),
		"twice":            as("", "/predict?top=1&top=3", "x", 400, "top: wanted one value, found 2"),
		"semicolons":       as("", "/predict?top=3;raw=true", "x", 400, "wanted a query such as"),
		"no percent":       as("", "/predict?top=%zz", "x", 400, "wanted a query such as"),
		"raw":              as("", "/predict?raw=maybe", "x", 400, "raw: wanted true or false"),
		"method":           {"GET", "/predict", "", "", "", 405, "wanted the method POST or PUT"},
		"picture too long": as("image/png", "/predict", strings.Repeat("x", 100_001), 413, "at most 100000 bytes"),
		"metrics":          {"POST", "/metrics", "", "", "", 405, "wanted the method GET"},
		"openapi":          {"PUT", "/openapi.json", "", "", "", 405, "wanted the method GET"},
		"health":           {"DELETE", "/healthz", "", "", "", 405, "wanted the method GET"},
		"page":             {"POST", "/", "", "", "", 405, `"error":`},
	} {
		header := []string{"Content-Type", c.kind}
		if c.kind == "" {
			header = nil
		}
		if c.kind == "application/octet-stream" {
			header = append(header, "Inference-Header-Content-Length", fmt.Sprint(len(c.body)))
		}
		status, text, h := r.ask(c.method, c.path, c.body+c.binary, header...)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: wanted %d with %s, found %d with %.300s", name, c.status, c.want, status, text)
		}
		var e map[string]string
		if err := json.Unmarshal([]byte(text), &e); err != nil || e["error"] == "" || len([]rune(e["error"])) > 400 ||
			h.Get("Content-Type") != jsonType {
			t.Errorf("%s: wanted {\"error\": …} of at most 400 characters, found %s %.500s", name, h.Get("Content-Type"), text)
		}
		if mlflow := c.path == "/invocations"; mlflow != (e["error_code"] == "BAD_REQUEST") || mlflow != (e["message"] != "") {
			t.Errorf("%s: wanted MLflow's form: %t, found %s", name, mlflow, text)
		}
		if (status == http.StatusMethodNotAllowed) != (h.Get("Allow") != "") {
			t.Errorf("%s: found %d, Allow: %q", name, status, h.Get("Allow"))
		}
	}
	if status, _, _ := r.ask("GET", "/readyz", ""); status != http.StatusOK {
		t.Errorf("afterwards: found %d", status)
	}
}
