package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"dnn/internal/mlflow"
	"dnn/internal/report"
)

func newMLflow(
	system *System,
	run func(ctx context.Context, dir string, env func(string) (string, bool), told func(line string)) error,
) *cobra.Command {
	c := &cobra.Command{
		Use:   "mlflow",
		Short: "Send runs to an MLflow server that was away",
		Long: `Runs with mlflow: {tracking_uri: http://…} in their experiment tell an MLflow server of their parameters, metrics and
files while they go on. A server that is away never stops a run: what it missed stays in a file that ends in
` + mlflow.Extension + ` next to the model.`,
	}
	group(c)
	c.AddCommand(&cobra.Command{
		Use:   "sync folder",
		Short: "Send what runs in a folder have not sent",
		Long: `Send what runs in a folder, and in the folders in it, could not send to their MLflow server, and remove the files that
kept it. The name and password of a server that wants them are read from MLFLOW_TRACKING_USERNAME and
MLFLOW_TRACKING_PASSWORD, or a token from MLFLOW_TRACKING_TOKEN.`,
		Example: `  dnn mlflow sync .`,
		Args:    arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			told := func(line string) { report.Message(system.Stderr, "%s", line) }
			return work(run(c.Context(), args[0], system.Env, told))
		},
	})
	return c
}
