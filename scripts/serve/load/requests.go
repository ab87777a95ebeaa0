//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

const pixels = 784

// kind is what a request has.
type kind struct {
	each     int  // images of a request
	distinct int  // requests that differ; they are sent in turn
	json     bool // numbers as text
}

func kinds() map[string]kind {
	return map[string]kind{
		"single": {1, 64, false}, "batch": {1000, 10, false}, "row": {1, 64, true}, "rows": {100, 10, true},
	}
}

// requests returns whole HTTP requests, each with images of its own.
func (o options) requests() ([][]byte, error) {
	k, ok := kinds()[o.kind]
	if !ok {
		return nil, fmt.Errorf("-kind: wanted single, batch, row or rows, found %q", o.kind)
	}
	if o.classes { // all images once
		if o.images == "" {
			return nil, fmt.Errorf("-classes: wanted -images too, found none")
		}
		k.distinct = testImages / k.each
	}
	images, err := readImages(o.images, k.distinct*k.each)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for i := range k.distinct {
		request, err := o.request(images[i*k.each*pixels:][:k.each*pixels], k)
		if err != nil {
			return nil, err
		}
		all = append(all, request)
	}
	return all, nil
}

// request returns the HTTP request for some images.
func (o options) request(images []byte, k kind) ([]byte, error) {
	path := "/v2/models/" + o.model + "/infer"
	header := "Content-Type: application/json\r\n"
	shape := fmt.Sprintf(`"name":"input","shape":[%d,28,28],"datatype":"UINT8"`, len(images)/pixels)
	var body []byte
	switch {
	case o.protocol == "v2" && k.json:
		body = fmt.Appendf(body, `{"id":"1","inputs":[{%s,"data":[`, shape)
		body = appendNumbers(body, images)
		body = append(body, `]}],"outputs":[{"name":"probabilities"}]}`...)
	case o.protocol == "v2":
		body = fmt.Appendf(body, `{"id":"1","inputs":[{%s,"parameters":{"binary_data_size":%d}}],`+
			`"outputs":[{"name":"probabilities","parameters":{"binary_data":true}}]}`, shape, len(images))
		header = fmt.Sprintf("Content-Type: application/octet-stream\r\nInference-Header-Content-Length: %d\r\n", len(body))
		body = append(body, images...)
	case o.protocol == "v1" && k.json:
		path = "/v1/models/" + o.model + ":predict"
		body = append(body, `{"instances":[`...)
		for i := 0; i < len(images); i += pixels {
			if i > 0 {
				body = append(body, ',')
			}
			body = append(appendNumbers(append(body, '['), images[i:i+pixels]), ']')
		}
		body = append(body, "]}"...)
	case o.protocol == "raw" && !k.json:
		path, header, body = "/raw", "Content-Type: application/octet-stream\r\n", images
	default:
		return nil, fmt.Errorf("-protocol: wanted v2, v1 (row and rows) or raw (single and batch), found %q for %s",
			o.protocol, o.kind)
	}
	text := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n", path, o.addr, header, len(body))
	return append(text, body...), nil
}

// appendNumbers appends bytes as decimal numbers, with commas between.
func appendNumbers(b, values []byte) []byte {
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

// readImages returns so many images, of an IDX file or random.
func readImages(path string, count int) ([]byte, error) {
	all := make([]byte, count*pixels)
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if len(data) < 16+pixels {
			return nil, fmt.Errorf("%s: wanted an IDX file of images, found %d bytes", path, len(data))
		}
		data = data[16:]
		for i := range count {
			at := i * pixels % (len(data) / pixels * pixels)
			copy(all[i*pixels:][:pixels], data[at:])
		}
		return all, nil
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range all {
		if random.IntN(5) == 0 {
			all[i] = byte(random.IntN(256))
		}
	}
	return all, nil
}
