package space

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"dnn/configs"
	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/keyfile"
	"dnn/internal/sweep/sampler"
)

// Options are the sources of a sweep.
type Options struct {
	Path    string                            // the sweep file
	Read    func(path string) ([]byte, error) // reads it and the experiment file; nil: from files
	Env     func(name string) (string, bool)  // variables that override the experiment; nil: none
	Environ func() []string                   // all variables, to find misspelled ones; nil: do not look
	Flags   []config.Flag                     // override the experiment, and are overridden by the parameters
	Seeds   int                               // overrides the seeds of the file; 0: does not

	Unchecked bool // do not resolve points to check them, as for one of many tasks of a sweep that was checked before
}

// Load reads and checks a sweep file and its experiment. The error joins all mistakes of the file, each a *fault.Error
// of kind Config with line and column. Of the points, the first MaxChecked are checked as experiments; where a later
// one contradicts itself, Resolve says so.
func Load(o Options) (*Sweep, error) {
	s := &Sweep{Path: o.Path, options: o}
	read := o.Read
	if read == nil {
		read = table().ReadFile
	}
	keep := func(path string) ([]byte, error) {
		text, err := read(path)
		s.Text = string(text)
		return text, err
	}
	v, err := keyfile.Load(table(), keyfile.Options{Path: o.Path, Read: keep}, &struct{}{})
	if err != nil {
		return nil, err
	}
	f := file{Sweep: s, values: v}
	f.top, _ = v.Group("")
	if err := f.load(); err != nil {
		return nil, err
	}
	s.Hash = s.hash()
	s.drawn = newDistinct(s)
	if err := s.checkCount(f); err != nil {
		return nil, err
	}
	if !o.Unchecked {
		err = s.check()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// file is a sweep that is being loaded.
type file struct {
	*Sweep
	values *keyfile.Values
	top    map[string]any
}

// load fills the sweep, and returns what does not go together.
func (f *file) load() error {
	f.Name, _ = f.top["name"].(string)
	f.Description, _ = f.top["description"].(string)
	f.ignore()
	if err := f.loadMethod(); err != nil {
		return err
	}
	if err := f.loadBase(); err != nil {
		return err
	}
	var found []error
	for _, load := range []func() error{f.loadMetric, f.loadEarly, f.loadSeeds} {
		found = append(found, load())
	}
	return errors.Join(found...)
}

// fault returns an error about a key of the file.
func (f *file) fault(key, format string, args ...any) *fault.Error {
	if !f.values.Given(key) {
		return fault.New(fault.Config, f.Path, format, args...)
	}
	return f.values.Fault(key, format, args...)
}

// note adds a note.
func (f *file) note(format string, args ...any) {
	f.Notes = append(f.Notes, fmt.Sprintf(format, args...))
}

// ignore notes what only W&B needs.
func (f *file) ignore() {
	var ignored []string
	for _, name := range onlyWandB() {
		if f.values.Given(name) {
			ignored = append(ignored, name)
		}
	}
	if len(ignored) > 0 {
		f.note("%s: only W&B needs %s: ignored", f.Path, strings.Join(ignored, ", "))
	}
}

// loadMethod loads the method, and what it chooses from.
func (f *file) loadMethod() error {
	method, _ := f.top["method"].(string)
	if f.Method = Method(method); f.Method == "" {
		return f.fault("method", "wanted method: grid, random, sobol, bayes or list, found none")
	}
	from, other := "parameters", "list"
	if f.Method == List {
		from, other = other, from
	}
	if f.values.Given(other) {
		err := f.fault(other, "wanted %s beside method: %s, found %s", from, f.Method, other)
		if f.Method != List {
			err.Hint = "write method: list"
		}
		return err
	}
	if !f.values.Given(from) {
		return f.fault(from, "wanted %s, since method is %s, found none", from, f.Method)
	}
	if f.Method == List {
		return f.loadList()
	}
	all, _ := f.top["parameters"].([]parameter)
	f.at = map[string]string{}
	var found []error
	for i := range all {
		p := &all[i]
		f.at[p.axis.Key] = fmt.Sprintf("%s:%d:%d", f.Path, p.at.Line, p.at.Column)
		f.Parameters = append(f.Parameters, Parameter{p.axis.Key, p.Distribution})
		f.axes = append(f.axes, &p.axis)
		found = append(found, f.checkParameter(p))
	}
	slices.SortFunc(f.axes, func(a, b *sampler.Axis) int { return strings.Compare(a.Key, b.Key) })
	return errors.Join(found...)
}

// loadList loads the settings of the method list.
func (f *file) loadList() error {
	f.listed, _ = f.top["list"].([]setting)
	for _, s := range f.listed {
		for _, v := range s.values {
			if !slices.ContainsFunc(f.Parameters, func(p Parameter) bool { return p.Key == v.Key }) {
				f.Parameters = append(f.Parameters, Parameter{Key: v.Key})
			}
		}
	}
	for i := range f.Parameters {
		p := &f.Parameters[i]
		p.Distribution.Name = "categorical"
		for _, s := range f.listed {
			for _, v := range s.values {
				if v.Key == p.Key && !slices.Contains(p.Distribution.Values, v.Text) {
					p.Distribution.Values = append(p.Distribution.Values, v.Text)
				}
			}
		}
	}
	return nil
}

// checkParameter checks whether a parameter suits the method, and notes what may surprise.
func (f *file) checkParameter(p *parameter) error {
	where := f.at[p.axis.Key]
	if f.Method == Grid && (p.Weights != nil || p.Name != "constant" && p.Name != "categorical" &&
		p.Name != "int_uniform" && p.Name != "q_uniform") {
		what := p.Name
		if p.Weights != nil {
			what = "probabilities"
		}
		err := fault.New(fault.Config, where, "%s: wanted values for method: grid, found %s", p.axis.Key, what)
		return err.WithHint("list some values, or write method: random")
	}
	if p.axis.Texts != nil {
		return nil
	}
	switch p.Name {
	case "int_uniform":
		if !p.whole {
			f.note("%s: %s: min and max are whole numbers, so all its values are, as with W&B: "+
				"write distribution: uniform for others", where, p.axis.Key)
		}
	case "log_uniform", "q_log_uniform", "inv_log_uniform":
		f.note("%s: %s: %s takes exponents of e: values are from %.4g to %.4g", where, p.axis.Key, p.Name, p.axis.Low,
			p.axis.High)
	}
	return nil
}

// loadBase loads the experiment that the parameters change.
func (f *file) loadBase() error {
	f.Base, _ = f.top["base"].(string)
	if f.Base != "" {
		name := f.Base
		if !filepath.IsAbs(name) {
			f.Base = filepath.Join(filepath.Dir(f.Path), name)
		}
		f.baseText = sync.OnceValues(func() ([]byte, error) { return f.readBase(name) })
	}
	var err error
	f.base, err = f.resolve()
	if e, ok := errors.AsType[*fault.Error](err); ok && errors.Is(err, fs.ErrNotExist) {
		e.Where, e.What = f.fault("base", "").Where, "base: there is no experiment file "+f.Base
		e.Hint = "it is looked for from the folder of the sweep file"
	}
	if err == nil {
		f.Notes = append(f.Notes, f.base.Notes...)
	}
	return err
}

// readBase reads the experiment file, or takes the one of that name that comes with dnn.
func (f *file) readBase(name string) ([]byte, error) {
	read := f.options.Read
	if read == nil {
		read = config.ReadFile
	}
	text, err := read(f.Base)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	for _, name := range []string{name, name + ".yaml"} {
		if slices.Contains(configs.Names(), name) {
			f.note("there is no file %s: takes the experiment %s that comes with dnn", f.Base, name)
			return []byte(configs.Text(name)), nil
		}
	}
	return nil, err
}

// loadSeeds loads the seeds of each setting, and how many settings there are.
func (f *file) loadSeeds() error {
	seeds, _ := f.top["seeds"].(uint64)
	f.Seeds = cmp.Or(f.options.Seeds, int(seeds), f.base.Seeds)
	if left := ^uint64(0) - f.base.Seed; uint64(f.Seeds-1) > left {
		return f.fault("seeds", "wanted at most %d from seed %d on, found %d", left+1, f.base.Seed, f.Seeds)
	}
	return nil
}

// checkCount sets how many settings there are.
func (s *Sweep) checkCount(f file) error {
	limit, capped := f.top["run_cap"].(uint64)
	settings := uint64(len(s.listed))
	if s.Method != List {
		settings = sampler.Combinations(s.axes)
	}
	switch {
	case s.Method == Grid || s.Method == List:
		if capped {
			settings = min(settings, limit)
		}
	case !capped:
		return f.fault("run_cap", "wanted run_cap, since method is %s, found none", s.Method).
			WithHint("write run_cap: 20 for 20 settings")
	case settings != 0 && settings < limit:
		return f.fault("run_cap", "wanted at most %d, the number of settings that the parameters allow, found %d", settings,
			limit).WithHint("method: grid takes all of them, where the parameters have values")
	default:
		settings = limit
	}
	if settings > MaxPoints || settings*uint64(s.Seeds) > MaxPoints {
		err := f.fault("run_cap", "wanted at most %d points, found %s", MaxPoints, s.product(settings))
		return err.WithHint("run_cap bounds the settings")
	}
	s.Settings = int(settings)
	return nil
}

// product says how many points there are, if they are too many.
func (s *Sweep) product(settings uint64) string {
	text := fmt.Sprintf("%d settings", settings)
	if settings > 1<<62 {
		text = "more settings than can be counted"
	}
	if s.Seeds > 1 {
		text += fmt.Sprintf(" with %d seeds", s.Seeds)
	}
	return text
}
