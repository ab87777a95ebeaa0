package modelfile

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"dnn/internal/fault"
)

// recognizedBytes is how many bytes at the start of a file are enough to tell its format.
const recognizedBytes = 4096

// magics are the first bytes of formats that these bytes alone identify.
var magics = []struct{ start, name, hint string }{
	{"\x89HDF\r\n\x1a\n", "an HDF5 file (older Keras saves its models, .h5, so)", ""},
	{"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "a PyTorch model (.pt, a pickle)", ""},
	{"GGUF", "a GGUF file (llama.cpp's format)", ""},
	{"\x93NUMPY", "a NumPy array (.npy)", ""},
	{"\x1f\x8b", "a gzip file", "if a model file is in it: gunzip it first"},
	{"\x28\xb5\x2f\xfd", "a Zstandard file", "if a model file is in it: decompress it first"},
	{"\xfd7zXZ\x00", "an xz file", "if a model file is in it: decompress it first"},
	{"\x89PNG", "a PNG image", ""},
	{"\xff\xd8\xff", "a JPEG image", ""},
	{"\x00\x00\x08\x01", "an IDX file of labels (a part of a data set)", ""},
	{"\x00\x00\x08\x03", "an IDX file of images (a part of a data set)", ""},
	{"\x7fELF", "a program", ""},
	{"version https://git-lfs.github.com/", "a pointer of Git LFS to a file that was not fetched", "git lfs pull"},
}

// foreign is the error about a file that is not a safetensors file. It names the format, as far as start, its first
// bytes, tell.
func foreign(start []byte, where string) error {
	name, hint := recognize(start)
	err := fault.New(fault.Data, where, "wanted a model, found %s", name)
	if hint != "" {
		return err.WithHint("%s", hint)
	}
	return err
}

func recognize(start []byte) (name, hint string) {
	for _, m := range magics {
		if bytes.HasPrefix(start, []byte(m.start)) {
			return m.name, m.hint
		}
	}
	switch {
	case len(start) == 0:
		return "an empty file", ""
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return zipFormat(start), ""
	case len(start) > 4 && string(start[4:min(8, len(start))]) == "TFL3":
		return "a TensorFlow Lite model", ""
	case isPickle(start):
		return "a Python pickle", ""
	case isONNX(start):
		return "an ONNX model", ""
	case isText(start):
		return textFormat(start)
	case len(start) <= len("12345678{"):
		return "a truncated file, or one of a format that dnn does not know", ""
	}
	return "a damaged file, or one of a format that dnn does not know", ""
}

// zipFormat names the format of a zip file by its first members.
func zipFormat(start []byte) string {
	for _, member := range members(start) {
		base := path.Base(member)
		switch {
		case base == "data.pkl":
			return "a PyTorch model (.pt, a zip with " + member + ")"
		case base == "config.json", base == "metadata.json", strings.HasSuffix(base, ".weights.h5"):
			return "a Keras model (.keras, a zip with " + member + ")"
		case strings.HasSuffix(base, ".npy"):
			return "NumPy arrays (.npz, a zip with " + member + ")"
		}
	}
	return "a zip archive"
}

// members returns the names of a zip file's members whose local headers lie in its first bytes.
func members(start []byte) (names []string) {
	const (
		fixed      = 30 // bytes of a local header before the name
		nameLength = 26 // offset of the length of the name
	)
	for {
		at := bytes.Index(start, []byte("PK\x03\x04"))
		if at < 0 || len(start) < at+fixed {
			return names
		}
		start = start[at:]
		n := int(start[nameLength]) | int(start[nameLength+1])<<8
		if len(start) < fixed+n {
			return names
		}
		names = append(names, string(start[fixed:fixed+n]))
		start = start[fixed:]
	}
}

// isPickle recognizes pickles of protocols 2 to 5: the opcode PROTO, the protocol, then an opcode that may follow.
func isPickle(start []byte) bool {
	return len(start) > 2 && start[0] == 0x80 && 2 <= start[1] && start[1] <= 5 &&
		bytes.IndexByte([]byte("\x95}](cKX.\x8a\x8c"), start[2]) >= 0
}

// isONNX recognizes a ModelProto. All writers start it with field 1 (ir_version, a small varint); then comes one of the
// fields that may follow: name or version of the producer, domain, graph, opset.
func isONNX(start []byte) bool {
	return len(start) > 2 && start[0] == 0x08 && 1 <= start[1] && start[1] < 64 &&
		bytes.IndexByte([]byte("\x12\x1a\x22\x28\x32\x3a\x42"), start[2]) >= 0
}

// isText reports whether the bytes are UTF-8 without control characters. The last character may be incomplete.
func isText(start []byte) bool {
	for len(start) > 0 {
		r, n := utf8.DecodeRune(start)
		switch {
		case r == utf8.RuneError && n == 1:
			return !utf8.FullRune(start)
		case r < ' ' && r != '\n' && r != '\r' && r != '\t':
			return false
		}
		start = start[n:]
	}
	return true
}

// textFormat names the format of a text file.
func textFormat(start []byte) (name, hint string) {
	s := strings.ToLower(strings.TrimSpace(string(start)))
	switch {
	case strings.HasPrefix(s, "<!doctype"), strings.HasPrefix(s, "<html"):
		return "a web page", "the download gave a page in place of the file"
	case strings.HasPrefix(s, "{"), strings.HasPrefix(s, "["):
		return "a JSON file", ""
	case strings.Contains(s, ": ") || strings.Contains(s, ":\n"):
		return "a text file (YAML?)", "an experiment file is given with --config"
	}
	return "a text file", ""
}
