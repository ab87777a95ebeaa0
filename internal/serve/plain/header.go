package plain

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
)

// What a plain request begins with, and what each of its lines ends with.
const (
	lineEnd = "\r\n"
	method  = "POST "
	version = " HTTP/1.1"
)

// begins reports whether a request may be plain that begins so.
func begins(read []byte) bool {
	n := min(len(read), len(method))
	return string(read[:n]) == method[:n]
}

// cutHeader returns the header of a request, with the empty line at its end.
func cutHeader(read []byte) (head []byte, whole bool) {
	at := bytes.Index(read, []byte(lineEnd+lineEnd))
	if at < 0 {
		return nil, false
	}
	return read[:at+2*len(lineEnd)], true
}

// parse returns the request of a header, or nil if that is not plain.
func parse(head []byte) *http.Request {
	if !isPlain(string(head)) {
		return nil
	}
	r, err := http.ReadRequest(bufio.NewReaderSize(bytes.NewReader(head), len(head)))
	if err != nil {
		return nil // net/http tells what is wrong
	}
	return r
}

// isPlain reports whether there is nothing in a header that servers and proxies could read in two ways, or that asks for more
// than an answer: one path of plain characters, one Host, one Content-Length, no other encoding of the body's length, no
// Expect or Upgrade, and a connection that goes on. Nor is the body compressed, so that it is as short as it says.
func isPlain(head string) bool {
	line, rest, _ := strings.Cut(head, lineEnd)
	path, ok := strings.CutPrefix(line, method)
	path, ends := strings.CutSuffix(path, version)
	if !ok || !ends || !strings.HasPrefix(path, "/") || !only(path, isPathChar) {
		return false
	}
	hosts, lengths := 0, 0
	for {
		if line, rest, _ = strings.Cut(rest, lineEnd); line == "" {
			return hosts == 1 && lengths == 1 && rest == ""
		}
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " ")
		if !ok || name == "" || !only(name, isNameChar) || !only(value, isValueChar) {
			return false
		}
		switch strings.ToLower(name) {
		case "host":
			hosts++
			ok = value != "" && only(value, isHostChar)
		case "content-length":
			lengths++
			ok = value != "" && len(value) <= 4 && only(value, isDigit)
		case "connection":
			ok = strings.EqualFold(value, "keep-alive")
		case "content-encoding", "transfer-encoding", "expect", "upgrade", "trailer", "te", "proxy-connection":
			ok = false
		}
		if !ok {
			return false
		}
	}
}

// only reports whether all bytes of a text are of a kind.
func only(text string, of func(c byte) bool) bool {
	for i := range len(text) {
		if !of(text[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isNameChar(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' }

func isHostChar(c byte) bool { return isNameChar(c) || strings.IndexByte(".:_[]", c) >= 0 }

func isPathChar(c byte) bool { return isNameChar(c) || strings.IndexByte("/._:", c) >= 0 }

func isValueChar(c byte) bool { return ' ' <= c && c < 0x7f }
