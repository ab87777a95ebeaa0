package cmd

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/watch"
)

// trainPage is the flags of dnn train that show the run on a page.
type trainPage struct {
	serve  string // empty: no page; auto, stay or end
	addr   string
	paused bool
}

func (p *trainPage) add(f *pflag.FlagSet) {
	f.StringVar(&p.serve, "serve", "", "show the run on a page, which stays after it or ends with it: stay or end (`when`)")
	f.Lookup("serve").NoOptDefVal = "auto"
	f.StringVar(&p.addr, "addr", "127.0.0.1:8080", "`address` of the page: host:port, or unix:/path of a socket")
	f.BoolVar(&p.paused, "paused", false, "wait before the first step until somebody lets it go on, on the page")
}

// wrap returns run, or what runs it while a page shows it.
func (p *trainPage) wrap(c *cobra.Command, system *System, o experiment.Options, run trainRun) (trainRun, error) {
	switch p.serve {
	case "":
		for _, flag := range []string{"addr", "paused"} {
			if c.Flags().Changed(flag) {
				return nil, fault.New(fault.Usage, "--"+flag, "wanted --serve with it: it is about the page")
			}
		}
		return run, nil
	case "auto", "stay", "end":
	default:
		return nil, fault.New(fault.Usage, "--serve", "wanted stay or end, or nothing, found %q", p.serve)
	}
	if o.DryRun || o.LRFind != "" || o.Preview != "" {
		return nil, fault.New(fault.Usage, "--serve",
			"does not go with --dry-run, --lr-find or --preview-augmentation, which train nothing")
	}
	w := watch.Options{Addr: p.addr, Paused: p.paused, Stay: p.serve == "stay" || p.serve == "auto" && system.Attended()}
	return func(ctx context.Context, system *System, o experiment.Options) error {
		return watch.Train(ctx, system, w, o, run)
	}, nil
}
