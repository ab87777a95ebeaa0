package config

import (
	"strings"
	"testing"
)

func TestTemplate(t *testing.T) {
	checkGolden(t, "testdata/template.yaml", Template())
	if diff := equalValues(mustLoad(t, ""), mustLoad(t, Template())); diff != "" {
		t.Errorf("the template is not the defaults:\n%s", diff)
	}
}

// The same holds if a user uncomments the keys that are commented out. Every key is in the template.
func TestTemplateWithoutMarks(t *testing.T) {
	always, optional, _ := strings.Cut(Template(), "\n# Off unless it is given.")
	defaults := mustLoad(t, "")
	var lines []string
	seen := map[string]bool{}
	group := ""
	for line := range strings.Lines(always) {
		bare := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(bare)]
		unmarked, isMarked := strings.CutPrefix(bare, "# ")
		name, _, _ := strings.Cut(unmarked, ":")
		if indent != "" {
			name = group + "." + name
		}
		switch key, known := table().Find(name); {
		case !known:
		case key.Group():
			group = name
		default:
			seen[name] = true
			if _, ok := defaults.Origins[name]; ok && isMarked {
				line = indent + unmarked
			}
		}
		lines = append(lines, line)
	}
	r := mustLoad(t, strings.Join(lines, ""))
	if diff := equalValues(defaults, r); diff != "" {
		t.Errorf("the template without marks is not the defaults:\n%s", diff)
	}
	for key, origin := range r.Origins {
		if origin == "default" {
			t.Errorf("the template does not have %s", key)
		}
	}

	for block := range strings.SplitSeq(optional[strings.Index(optional, "\n")+1:], "\n\n") {
		var text strings.Builder
		for line := range strings.Lines(block) {
			text.WriteString(strings.TrimPrefix(line, "# "))
		}
		for key, origin := range mustLoad(t, text.String()).Origins {
			if origin != "default" {
				seen[key] = true
			}
		}
	}
	for _, name := range table().Settable() {
		if !seen[name] {
			t.Errorf("the template does not have %s", name)
		}
	}
}
