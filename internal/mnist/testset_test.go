package mnist

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"dnn/internal/fault"
	"dnn/internal/mnist/mnisttest"
)

// tiny is a data set of 5 training and 3 test images of 3 x 2 pixels, with its files in memory.
type tiny struct {
	Set
	*mnisttest.Content
}

func newTiny(t *testing.T) *tiny {
	t.Helper()
	s := &tiny{Content: mnisttest.NewContent()}
	s.Name, s.Title, s.Classes = "tiny", "Tiny", []string{"a", "b", "c"}
	s.Height, s.Width = 3, 2
	s.Train = Pair{Images: s.file("train-images", pixels(5), 5, 3, 2),
		Labels: s.file("train-labels", []byte{0, 1, 2, 0, 1}, 5)}
	s.Test = Pair{Images: s.file("test-images", pixels(3), 3, 3, 2), Labels: s.file("test-labels", []byte{2, 1, 0}, 3)}
	return s
}

func pixels(images int) []byte {
	p := make([]byte, images*6)
	for i := range p {
		p[i] = byte(i*37 + images)
	}
	return p
}

func (s *tiny) file(name string, data []byte, dims ...int) File {
	idx, gz := s.Add(name, data, dims...)
	return describe(name, idx, gz)
}

func describe(name string, idx, gz []byte) File {
	sha, sum := sha256.Sum256(idx), md5.Sum(gz)
	return File{
		Name:  name,
		Bytes: int64(len(idx)), SHA256: hex.EncodeToString(sha[:]),
		GzipBytes: int64(len(gz)), GzipMD5: hex.EncodeToString(sum[:]),
	}
}

// noEnv is an empty environment.
func noEnv(string) (string, bool) { return "", false }

// wantFault fails the test unless err is of the kind and its message contains each part.
func wantFault(t *testing.T, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("error %v (%T), wanted a *fault.Error", err, err)
	}
	if e.Kind != kind {
		t.Errorf("kind %d, wanted %d: %v", e.Kind, kind, e)
	}
	for _, p := range parts {
		if !strings.Contains(e.Error(), p) {
			t.Errorf("error %q does not contain %q", e, p)
		}
	}
}
