package keyfile

import (
	"strings"

	"dnn/internal/fault"
	"dnn/internal/nearest"
)

// Flag is a value from the command line.
type Flag struct {
	Name  string // as the user wrote it: --port, -p, --set
	Key   string // the dotted name of the key that it sets
	Value string
}

// SetFlag returns the Flag for the argument of --set, key=value. An argument without = is a fault.Usage, whose hint
// shows the example.
func SetFlag(argument, example string) (Flag, error) {
	key, value, ok := strings.Cut(argument, "=")
	key = strings.TrimSpace(key)
	if !ok || key == "" {
		return Flag{}, fault.New(fault.Usage, "--set", "wanted key=value, found %q", argument).
			WithHint("for example --set %s", example)
	}
	return Flag{Name: "--set", Key: key, Value: value}, nil
}

// where names the flag in errors and origins. For --set it adds the key, since there may be several.
func (f Flag) where() string {
	if f.Name == "--set" {
		return f.Name + " " + f.Key
	}
	return f.Name
}

// parseEnv returns the values that the environment sets, in the order of the table. An empty variable counts as not
// set.
func parseEnv(t Table, lookup func(string) (string, bool)) ([]assignment, error) {
	if lookup == nil {
		return nil, nil
	}
	var settings []assignment
	for _, key := range t.Keys {
		if key.Group() && !key.Optional {
			continue
		}
		found := ""
		for _, variable := range t.Variables(key) {
			text, ok := lookup(variable)
			if !ok || text == "" {
				continue
			}
			if found != "" {
				err := fault.New(fault.Config, variable, "wanted one variable for %s, found %s too", key.Name, found)
				return nil, err.WithHint("unset one of them")
			}
			found = variable
			s, err := parseText(key, text, variable)
			if err != nil {
				return nil, err
			}
			settings = append(settings, s)
		}
	}
	return settings, nil
}

// parseFlags returns the values that the command line sets, in its order.
func parseFlags(t Table, flags []Flag) ([]assignment, error) {
	var settings []assignment
	for _, f := range flags {
		key, known := t.Find(f.Key)
		switch {
		case !known:
			err := fault.New(fault.Config, f.Name, "unknown key %q", Shorten(f.Key))
			return nil, err.WithHint("%s", t.Hint(f.Key))
		case key.Group() && !key.Optional:
			return nil, fault.New(fault.Config, f.Name, "%s is a group of keys", key.Name).
				WithHint("set one of them: %s.%s", key.Name, strings.Join(t.names(key.Name), ", "+key.Name+"."))
		}
		s, err := parseText(key, f.Value, f.where())
		if err != nil {
			return nil, err
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// Hint says which key may have been meant by a dotted name that is none.
func (t Table) Hint(name string) string {
	if hint, ok := t.foreignKey(name); ok {
		return hint
	}
	if near, ok := nearest.Name(name, t.Settable()); ok {
		return "did you mean " + near + "?"
	}
	for _, k := range t.Keys {
		if _, leaf := k.Parent(); leaf == name {
			return "did you mean " + k.Name + "?"
		}
	}
	return "the keys are " + strings.Join(t.names(""), ", ") + "; those of a group have a dot (" + t.Dotted + ")"
}

// parseText reads a value that came as text, by the rules of the file. An optional group can be switched on and off.
func parseText(key Key, text, where string) (assignment, error) {
	if key.Group() {
		switch strings.TrimSpace(text) {
		case "on":
			return assignment{key: key.Name, value: true, origin: where, where: where}, nil
		case "off":
			return assignment{key: key.Name, value: false, origin: where, where: where}, nil
		}
		return assignment{}, fault.New(fault.Config, where, "wanted on or off, found %s", Describe(PlainNode(text))).
			WithHint("its keys are set one by one: %s.KEY=VALUE", key.Name)
	}
	n := key.Kind.Node(text)
	problem := unsupportedIn(n)
	var value any
	if problem == nil {
		value, problem = key.Kind.Read(n)
	}
	if problem != nil {
		return assignment{}, &fault.Error{Kind: fault.Config, Where: where, What: problem.What, Hint: problem.Hint}
	}
	return assignment{key: key.Name, value: value, origin: where, where: where}, nil
}
