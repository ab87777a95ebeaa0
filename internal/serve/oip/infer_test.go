package oip

import (
	"encoding/json"
	"testing"
)

// Texts are written as JSON has them, also those that need not be looked at.
func TestAppendText(t *testing.T) {
	for _, text := range []string{
		"", "digits", "a b-c_d.e~", `"`, `\`, "<", ">", "&", "\x00", "\n", "\x1f", "\x7f", "é", "\u2028", "\xff", "1.5",
	} {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if found := string(appendText([]byte("x"), text)); found != "x"+string(want) {
			t.Errorf("%q: wanted %s, found %s", text, want, found[1:])
		}
	}
}
