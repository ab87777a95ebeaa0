package photo

import (
	"bytes"
	"testing"

	"dnn/internal/fault"
)

// FuzzFind tests that any bytes are refused in the user's words, or give digits within the picture.
func FuzzFind(f *testing.F) {
	for _, file := range encoded(f, sketch(20, 14)) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		img, err := Decode(bytes.NewReader(file), "a")
		if err == nil {
			if b := img.Bounds(); b.Dx()*b.Dy() > 1<<16 {
				return // it would be slow, and is no other than a small one
			}
			var page *Page
			if page, err = Find(img, Options{Stages: true}); err == nil {
				for _, d := range page.Digits {
					if len(d.Pixels) != side*side || !d.Box.In(page.Bounds) || d.Box.Empty() {
						t.Errorf("digit %v of %v", d.Box, page.Bounds)
					}
				}
			}
		}
		if err != nil && fault.KindOf(err) != fault.Data {
			t.Error(err)
		}
	})
}
