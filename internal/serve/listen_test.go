package serve

import (
	"errors"
	"strings"
	"testing"

	"dnn/internal/fault"
)

// TestAddress tells an address that is none, which is a mistake of usage, from one that cannot be had.
func TestAddress(t *testing.T) {
	for addr, c := range map[string]struct {
		want string
		kind fault.Kind
	}{
		"127.0.0.1:99999":   {`--addr: wanted a port from 0 to 65535 after the colon, found "99999"`, fault.Usage},
		"127.0.0.1:-1":      {`found "-1"`, fault.Usage},
		":65536":            {`found "65536"`, fault.Usage},
		"localhost:no such": {`found "no such"`, fault.Usage},
		"localhost":         {`--addr: wanted host:port or unix:/path, found "localhost"`, fault.Usage},
		"[::1":              {`found "[::1"`, fault.Usage},
		"":                  {`found ""`, fault.Usage},
		"192.0.2.1:0":       {"192.0.2.1:0: cannot listen: ", fault.Write}, // an address for documents
	} {
		_, err := listen(t.Context(), addr, 1, Options{}.waits())
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != c.kind || !strings.Contains(err.Error(), c.want) || !strings.Contains(e.Hint, "--addr") {
			t.Errorf("%q: wanted %q with status %d, found %v", addr, c.want, c.kind, err)
		}
	}
}
