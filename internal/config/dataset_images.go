package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"dnn/internal/keyfile"
)

// maxImage is the largest height or width of an image, in pixels.
const maxImage = 1 << 12

// imageSize is [HEIGHT, WIDTH]. Its values are [2]int.
type imageSize struct{}

func (k imageSize) Want() string                { return "[HEIGHT, WIDTH], in pixels" }
func (k imageSize) Node(text string) *yaml.Node { return keyfile.FlowNode(text) }

func (k imageSize) Show(value any) string {
	size, _ := value.([2]int)
	return fmt.Sprintf("[%d, %d]", size[0], size[1])
}

func (k imageSize) Read(n *yaml.Node) (any, *keyfile.Problem) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		problem := keyfile.Unwanted(k, n)
		problem.Hint = "write image: [28, 28] for MNIST's images"
		return nil, problem
	}
	var size [2]int
	for i, item := range n.Content {
		v, problem := keyfile.Whole{Min: 1, Max: maxImage}.Read(item)
		if problem != nil {
			return nil, problem
		}
		size[i] = int(v.(uint64))
	}
	return size, nil
}

// showImages returns the settings that are about images, each after a comma.
func (k dataset) showImages(d Dataset) string {
	text := ""
	if d.Image != [2]int{} {
		text += ", image: " + imageSize{}.Show(d.Image)
	}
	if d.Prefix != "" {
		text += ", prefix: " + keyfile.ShowText(d.Prefix)
	}
	if d.Transpose {
		text += ", transpose: true"
	}
	if d.Classes != "" {
		text += ", classes: " + keyfile.ShowText(d.Classes)
	}
	return text
}

// refuseImageSettings refuses settings beside csv that only IDX files have, or only images.
func (d Dataset) refuseImageSettings(n *yaml.Node, values map[string]any) *keyfile.Problem {
	for _, of := range []struct{ key, why string }{
		{"prefix", ""},
		{"classes", ": the target's values name the classes"},
	} {
		if _, found := values[of.key]; found {
			problem := keyfile.Wrong(n, "wanted %s beside idx only, found it beside csv", of.key)
			problem.Hint = "take " + of.key + " out" + of.why
			return problem
		}
	}
	if d.IsTable() && d.Transpose {
		problem := keyfile.Wrong(n, "wanted transpose for images only, found it for a table")
		problem.Hint = "if the columns are the pixels of images, write image: [HEIGHT, WIDTH]"
		return problem
	}
	return nil
}
