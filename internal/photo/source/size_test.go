package source

import "testing"

// A decoder passes over what is between the segments of a JPEG, and so must who looks at them before.
func TestProgressive(t *testing.T) {
	const (
		start   = "\xff\xd8"
		comment = "\xff\xfe\x00\x03x"
		frame   = "\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00" // of one pixel, without its marker
		scan    = "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
	)
	for name, c := range map[string]struct {
		file   string
		wanted bool
	}{
		"baseline":           {start + comment + "\xff\xc0" + frame + scan, false},
		"progressive":        {start + comment + "\xff\xc2" + frame + scan, true},
		"fill bytes":         {start + comment + "\xff\xff\xff\xc2" + frame + scan, true},
		"bytes between":      {start + comment + "xyz\xff\x00\xff\xc2" + frame + scan, true},
		"a restart":          {start + "\xff\xd3" + comment + "\xff\xc2" + frame + scan, true},
		"after the scan":     {start + "\xff\xc0" + frame + scan + "\xff\xc2" + frame, false},
		"bytes and baseline": {start + "xyz" + "\xff\xc0" + frame + scan, false},
		"nothing":            {start, false},
	} {
		if found := progressive([]byte(c.file)); found != c.wanted {
			t.Errorf("%s: wanted %t, found %t", name, c.wanted, found)
		}
	}
}
