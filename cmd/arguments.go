package cmd

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/nearest"
)

// arguments accepts between least and most arguments; the most of -1 means any number. What they are is in the Use line
// of the command.
func arguments(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		n := len(args)
		if n >= least && (n <= most || most < 0) {
			return nil
		}
		wanted := fault.Count(most, "argument")
		switch {
		case most < 0:
			wanted = "at least " + fault.Count(least, "argument")
		case most == 0:
			wanted = "no arguments"
		case least < most:
			wanted = fmt.Sprintf("%d to %d arguments", least, most)
		}
		err := fault.New(fault.Usage, c.CommandPath(), "wanted %s, found %d", wanted, n)
		isConfig := slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(first(args, "")))
		if most == 0 && isConfig && c.Flags().Lookup("config") != nil {
			return err.WithHint("did you mean %s --config %s?", c.CommandPath(), args[0])
		}
		return err.WithHint("usage: %s", c.UseLine())
	}
}

// group makes c a command that only has subcommands. Without one it shows its help; an unknown one is an error.
func group(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2 // edits between a word and the command that may have been meant
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return unknownCommand(c, args[0])
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
}

func unknownCommand(parent *cobra.Command, word string) error {
	where := ""
	if parent.HasParent() {
		where = parent.CommandPath()
	}
	err := fault.New(fault.Usage, where, "unknown command %q", word)
	if near := parent.SuggestionsFor(word); len(near) > 0 {
		return err.WithHint("did you mean %s %s?", parent.CommandPath(), strings.Join(near, " or "))
	}
	return err.WithHint("see %s --help", parent.CommandPath())
}

// builtInCommands adds cobra's own commands, completion and help, and makes them as strict as the others.
func builtInCommands(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Short = "Print the completion script of a shell"
			group(c)
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error {
				parent, rest, err := root.Find(args)
				if err == nil && len(rest) > 0 {
					return unknownCommand(parent, rest[0])
				}
				return err
			}
		}
	}
}

// flagError rewords pflag's errors.
func flagError(c *cobra.Command, err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok { // from a flag that checks its own value
		return f
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		flag := e.GetFlag()
		return fault.New(fault.Usage, "--"+flag.Name, "wanted %s, found %q", wanted(flag.Value.Type()), e.GetValue())
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		missing := fault.New(fault.Usage, "--"+e.GetFlag().Name, "wanted a value, found none")
		return missing.WithHint("see %s --help", c.CommandPath())
	}
	unknown := fault.New(fault.Usage, "", "%w", err)
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok && len(e.GetSpecifiedName()) > 1 {
		if near, ok := nearFlag(c, e.GetSpecifiedName()); ok {
			return unknown.WithHint("did you mean --%s?", near)
		}
	}
	return unknown.WithHint("see %s --help", c.CommandPath())
}

// nearFlag returns the flag of c that was meant by an unknown one: one with underscores, a misspelled one, or the name
// that another library has for it.
func nearFlag(c *cobra.Command, written string) (string, bool) {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if flag, ok := config.ForeignFlag(written); ok && slices.Contains(names, flag) {
		return flag, true
	}
	return nearest.Name(strings.ReplaceAll(written, "_", "-"), names)
}

// wanted says what a flag of one of pflag's types accepts.
func wanted(pflagType string) string {
	switch pflagType {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "float64":
		return "a number"
	}
	return "a " + pflagType
}
