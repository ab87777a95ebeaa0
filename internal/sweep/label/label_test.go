package label

import (
	"slices"
	"testing"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct{ keys, want []string }{
		{[]string{"optimizer.learning_rate", "layers"}, []string{"learning_rate", "layers"}},
		{[]string{"optimizer.name", "schedule.name", "name"}, []string{"optimizer.name", "schedule.name", "name"}},
		{[]string{"a.b.c", "d.b.c", "c"}, []string{"a.b.c", "d.b.c", "c"}},
		{[]string{"a.x.c", "a.y.c"}, []string{"x.c", "y.c"}},
		{nil, []string{}},
	} {
		if got := Keys(c.keys); !slices.Equal(got, c.want) {
			t.Errorf("%q: found %q, wanted %q", c.keys, got, c.want)
		}
	}
}
