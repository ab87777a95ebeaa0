package oip

import (
	"encoding/json"
	"hash/crc32"
	"sync/atomic"
)

// memo remembers requests by their JSON. A client says the same few bytes before each binary tensor, and to read them
// takes as long as to compute the answer for an image. The zero value is ready for use.
type memo struct {
	places [64]atomic.Pointer[remembered] // by a hash of the JSON
}

// remembered is a request, which nobody changes, and its JSON.
type remembered struct {
	text    string
	request *request
}

// longest is the length of the longest JSON that is remembered.
const longest = 512

// request reads the JSON of a request. Nobody may change what it returns.
func (m *memo) request(text []byte) (*request, error) {
	place := &m.places[crc32.ChecksumIEEE(text)%uint32(len(m.places))]
	if known := place.Load(); known != nil && known.text == string(text) {
		return known.request, nil
	}
	q := new(request)
	if err := json.Unmarshal(text, q); err != nil {
		return nil, err
	}
	if len(text) <= longest {
		place.Store(&remembered{string(text), q})
	}
	return q, nil
}
