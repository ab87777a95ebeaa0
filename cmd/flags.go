package cmd

import (
	"strings"

	"github.com/spf13/pflag"

	"dnn/internal/config"
)

// addDataDir adds --data-dir.
func addDataDir(f *pflag.FlagSet, dir *string) {
	f.StringVar(dir, "data-dir", "",
		"`folder` of the data sets (default $DNN_DATA_DIR, else dnn in the user's cache folder)")
}

// addKeys adds a flag for each key of the experiment file that has one.
func addKeys(f *pflag.FlagSet, flags *[]config.Flag) {
	for _, k := range config.Keys() {
		if k.Flag == "" {
			continue
		}
		name := strings.TrimPrefix(k.Flag, "--")
		shorthand := ""
		if k.Name == "output" {
			shorthand = "o"
		}
		f.VarP(&keyFlag{key: k, flags: flags}, name, shorthand, flagUsage(k))
		if k.Switch() {
			f.Lookup(name).NoOptDefVal = "true"
		}
	}
}

// addSet adds --set key=value.
func addSet(f *pflag.FlagSet, flags *[]config.Flag) {
	f.Var(setFlag{flags}, "set", "set `key=value` over the experiment file; may be repeated")
}

// flagUsage turns the Doc of a key into the text of a flag: in small letters, without a full stop.
func flagUsage(k config.Key) string {
	doc := strings.TrimSuffix(k.Doc, ".")
	return strings.ToLower(doc[:1]) + doc[1:]
}

// keyFlag is a flag that overrides a key of the experiment file. Package config checks its value later.
type keyFlag struct {
	key   config.Key
	flags *[]config.Flag
}

// Set appends the value. If a flag is given twice, the last value counts.
func (k *keyFlag) Set(value string) error {
	*k.flags = append(*k.flags, config.Flag{Name: k.key.Flag, Key: k.key.Name, Value: value})
	return nil
}

func (k *keyFlag) String() string { return "" }

// Type is what the help shows for the value. The help shows nothing for a bool.
func (k *keyFlag) Type() string {
	if k.key.Switch() {
		return "bool"
	}
	return "value"
}

// setFlag is --set.
type setFlag struct{ flags *[]config.Flag }

// Set parses key=value and appends it.
func (s setFlag) Set(argument string) error {
	flag, err := config.SetFlag(argument)
	if err != nil {
		return err
	}
	*s.flags = append(*s.flags, flag)
	return nil
}

func (s setFlag) String() string { return "" }

// Type is what the help shows for the value.
func (s setFlag) Type() string { return "key=value" }
