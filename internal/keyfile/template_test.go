package keyfile_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dnn/internal/keyfile"
)

const template = `# A site file of site. Every value here is the default of its key: keep what you change, delete the rest.

# Folder of the pages.
# Advice: public.
# Wanted: a folder name.
root: public

# Where pages are served.
server:
  # How browsers ask.
  # Advice: https but for a trial.
  # Wanted: http or https.
  scheme: http
  # port: 8080             # Port to listen at. Default with https: 8443.
  # timeout: 30s           # Time for an answer.
  # certificate: site.pem  # with scheme https: file of the certificate.

# Off unless it is given. Take the first mark away from the lines that you want.

# limits:             # How much is served.
#   connections: 100  # Connections at once.
#   rate: 0.5         # Requests a second of one visitor.

# log:                   # Writes down who asks for what.
#   file: access.log     # File to write to.
#   level: info          # How much of it.
#   rotate_daily: false  # Whether each day has a file.
`

func TestTemplate(t *testing.T) {
	if diff := cmp.Diff(template, siteTable().Template()); diff != "" {
		t.Error(diff)
	}
	if got, _ := mustLoad(t, template, keyfile.Options{}); !cmp.Equal(got, defaults()) {
		t.Errorf("the template is not the defaults: %+v", got)
	}
	_, marked, _ := strings.Cut(template, "that you want.\n")
	got, _ := mustLoad(t, strings.ReplaceAll(marked, "\n# ", "\n"), keyfile.Options{})
	if want := (&siteLog{File: "access.log", Level: "info"}); !cmp.Equal(got.Log, want) {
		t.Errorf("got %+v, wanted %+v", got.Log, want)
	}
}
