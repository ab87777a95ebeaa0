package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/experiment"
	"dnn/internal/fault"
	"dnn/internal/serve"
)

func newServe(system *System, run func(context.Context, *System, serve.Options) error) *cobra.Command {
	var o serve.Options
	c := &cobra.Command{
		Use:   "serve model.bin [name=other.bin...]",
		Short: "Answer requests over HTTP with what models say",
		Long: `Serve models over HTTP: a page to draw on, at /, and answers to programs that speak the Open Inference Protocol
(KServe, Triton), TensorFlow Serving's REST, MLflow's and SageMaker's invocations, or send nothing but pictures: POST
/predict. A model's name is that of its file without the ending, unless one is given. GET /openapi.json lists all paths.

A model's file is read again when it changes, and at SIGHUP; one that cannot be used is refused, and the old one stays.
SIGTERM or Ctrl-C lets the server answer what it has begun, and ends it with status 0.`,
		Example: `  dnn serve model.bin
  curl --data-binary @five.png http://127.0.0.1:8080/predict
  dnn serve mnist=model.bin fashion.bin --addr :8080 --allow-host digits.example.org
  dnn serve model.bin --addr unix:/run/dnn.sock --log=json`,
		Args: arguments(1, -1),
		RunE: func(c *cobra.Command, args []string) error {
			o.Models = args
			if err := checkServe(o); err != nil {
				return err
			}
			o.Reload = hangUps(c.Context())
			o.Version = experiment.Version
			return work(run(c.Context(), system, o))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` to listen on: host:port, or unix:/path of a socket")
	f.StringSliceVar(&o.AllowHosts, "allow-host", nil,
		"`name` that this server may be called by, besides localhost and addresses; * for any")
	f.StringSliceVar(&o.AllowOrigins, "allow-origin", nil,
		"`origin` of other pages that may ask, such as https://example.org; * for any")
	f.StringVar(&o.TLSCert, "tls-cert", "", "PEM `file` of a certificate: serve https")
	f.StringVar(&o.TLSKey, "tls-key", "", "PEM `file` of the certificate's key")
	f.StringVar(&o.Log, "log", "", "write a line for each request to standard error, as text or json (`form`)")
	f.Lookup("log").NoOptDefVal = serve.LogText
	f.Int64Var(&o.MaxBody, "max-body", 32<<20, "most `bytes` of a request's body")
	f.IntVar(&o.MaxConnections, "max-connections", 16384, "most `connections` at a time")
	f.IntVar(&o.Threads, "threads", 0, "threads that compute (0: all cores)")
	return c
}

// checkServe refuses values of flags that make no sense.
func checkServe(o serve.Options) error {
	switch {
	case o.Log != "" && o.Log != serve.LogText && o.Log != serve.LogJSON:
		return fault.New(fault.Usage, "--log", "wanted %s or %s, found %q", serve.LogText, serve.LogJSON, o.Log)
	case o.Threads < 0:
		return fault.New(fault.Usage, "--threads", "wanted 0 (all cores) or more, found %d", o.Threads)
	case o.MaxBody < 1 || o.MaxBody > 1<<40:
		return fault.New(fault.Usage, "--max-body", "wanted 1 to %d, found %d", int64(1)<<40, o.MaxBody)
	case o.MaxConnections < 1:
		return fault.New(fault.Usage, "--max-connections", "wanted at least 1, found %d", o.MaxConnections)
	}
	return nil
}
