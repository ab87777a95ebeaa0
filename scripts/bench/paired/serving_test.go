package paired

import "testing"

func TestCutServing(t *testing.T) {
	const page, section = "# Page\n\ntext\n", ServingSection + "\n\nmore\n"
	for _, c := range []struct{ whole, others, serving string }{
		{page, page, ""}, {page + "\n" + section, page, section}, {page + section, page, section},
	} {
		if others, serving := CutServing([]byte(c.whole)); string(others) != c.others || string(serving) != c.serving {
			t.Errorf("%q: found %q and %q", c.whole, others, serving)
		}
	}
}
