package wire

import (
	"net/http"
	"strings"

	"dnn/internal/serve/engine"
)

// Version is the only version of a model.
const Version = "1"

// Named finds the model that the end of a path names: NAME[/versions/1][/REST]. It returns its network and what is left of
// the path, or an error with its status.
func Named(models engine.Models, path string) (name string, n *engine.Network, rest string, err error) {
	name, rest, _ = strings.Cut(path, "/")
	n, ok := models.Named(name)
	if !ok {
		return name, nil, "", Errorf(http.StatusNotFound, "unknown model %q", Short(name))
	}
	if after, ok := strings.CutPrefix(rest, "versions/"); ok {
		var found string
		if found, rest, _ = strings.Cut(after, "/"); found != Version {
			return name, nil, "", Errorf(http.StatusNotFound, "model %q has only version %s, found version %q", name, Version,
				Short(found))
		}
	}
	return name, n, rest, nil
}
