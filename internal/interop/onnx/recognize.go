package onnx

import "bytes"

// Recognize reports whether a file that begins with start looks like an ONNX model. All writers begin it with field 1
// (ir_version, a small varint) of ModelProto; then comes one of the fields that may follow: name or version of the
// producer, domain, graph, opset.
func Recognize(start []byte) bool {
	return len(start) > 2 && start[0] == 0x08 && 1 <= start[1] && start[1] < 64 &&
		bytes.IndexByte([]byte("\x12\x1a\x22\x28\x32\x3a\x42"), start[2]) >= 0
}
