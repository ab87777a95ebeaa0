package wire

import (
	"fmt"
	"net/http"
	"strings"

	"dnn/internal/serve/engine"
)

// Version is the only version of a model.
const Version = "1"

// NoModel is the error of a name that none of the models has. It lists them, or the first ones of many.
func NoModel(models engine.Models, name string) *StatusError {
	const most, longest = 8, 30 // so that all of it is a message
	var names []string
	for _, m := range models[:min(most, len(models))] {
		names = append(names, fmt.Sprintf("%.*q", longest, m.Name))
	}
	text := strings.Join(names, ", ")
	if more := len(models) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return Errorf(http.StatusNotFound, "unknown model %.60q: this server has %s", name, text)
}

// Named finds the model that the end of a path names: NAME[/versions/1][/REST]. It returns its network and what is left of
// the path, or an error with its status.
func Named(models engine.Models, path string) (name string, n *engine.Network, rest string, err error) {
	name, rest, _ = strings.Cut(path, "/")
	n, ok := models.Named(name)
	if !ok {
		return name, nil, "", NoModel(models, name)
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
