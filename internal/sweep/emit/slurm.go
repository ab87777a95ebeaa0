package emit

// slurmTemplate is a batch script for sbatch (Slurm 20.11 or later). The number of tasks stands in the script, and is not
// taken from SLURM_ARRAY_TASK_COUNT, so that some of the tasks can be submitted again by hand: sbatch --array=3,5.
const slurmTemplate = `{{define "slurm"}}#!/bin/bash
# Trains the {{count .Points "point"}} of {{.File}} in {{count .Tasks "task"}} of {{.Each}}, at {{.Seconds}} a point.
#
{{- if .Rungs}}
# Submit it from this folder, rung by rung: each waits for all tasks of the one before.
#   after=
#   for rung in{{range .Rungs}} {{.}}{{end}}; do
#     after=$(sbatch --parsable ${after:+--dependency=afterok:$after} --export=ALL,RUNG=$rung THIS_FILE)
#   done
{{- else}}
# Submit it from this folder:  sbatch THIS_FILE
{{- end}}
# See how far it is:           squeue --me; dnn sweep collect {{shell .Folder}}
# Tasks were lost:             submit it again; points that are finished are not trained again.
#
# dnn and this folder must be found under the same path on every node.
#SBATCH --job-name={{.Name}}
#SBATCH --array=0-{{.Last}}{{if .AtOnce}}%{{.AtOnce}}{{end}}
#SBATCH --cpus-per-task={{.Threads}}
#SBATCH --mem={{.Megabytes}}M
#SBATCH --time={{.SlurmTime}}
##SBATCH --partition=main        # remove one # to choose
##SBATCH --account=mine
# A task that a node has lost, or that had to make room, starts again and goes on where it was.
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={{.Name}}-%a.log
# A minute before the time is over, this script is told, and has the task go on later.
#SBATCH --signal=B:USR1@60

{{.Command}} \
  --shard "$SLURM_ARRAY_TASK_ID/{{.Tasks}}" --threads {{.Threads}}{{if .Rungs}} --rung "${RUNG:?submit it as its first lines say}"{{end}} &
run=$!

# stop ends the run, which leaves what the next one goes on from.
stop() {
    kill -TERM "$run" 2>/dev/null
    wait "$run"
}
trap 'stop; exit 143' TERM
# 100 times: a task in which not even one point fits into the time must end some day.
trap 'stop; ((${SLURM_RESTART_COUNT:-0} < 100)) && scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; exit 143' USR1

wait "$run"
{{end}}`
