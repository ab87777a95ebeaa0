package emit

// parallelTemplate is a shell script that runs the points with GNU parallel, or with xargs where there is none. Each
// point is a process of its own, so dnn sweep run is faster; this is for machines that parallel reaches by ssh. A point is
// a shard, which ends with 0 if it diverges: with --index, enough bad points would end all others.
const parallelTemplate = `{{define "parallel"}}#!/bin/sh
# Trains the {{count .Points "point"}} of {{.File}}, each in a process of its own. Points that are finished are not trained again.
# With --sshlogin, parallel takes other machines that see this folder: parallel --sshlogin one,two --workdir . ...
if command -v parallel >/dev/null; then
    seq -f '%.0f/{{.Points}}' 0 {{.Last}} | parallel {{if .AtOnce}}--jobs {{.AtOnce}} {{end}}--halt soon,fail=20% {{.ParallelCommand}} --threads {{.Threads}} --quiet --shard
else
    seq -f '%.0f/{{.Points}}' 0 {{.Last}} | xargs -n 1 -P {{if .AtOnce}}{{.AtOnce}}{{else}}"$(getconf _NPROCESSORS_ONLN)"{{end}} {{.Command}} --threads {{.Threads}} --quiet --shard
fi
{{end}}`

// makeTemplate is a makefile with a target for each point.
const makeTemplate = `{{define "make"}}# Trains the {{count .Points "point"}} of {{.File}}, each in a process of its own: make -f THIS_FILE -j 4
# A point that is finished is not trained again; with -k, others go on where one has failed.
points := $(shell seq -f '%06.0f' 0 {{.Last}})

all: $(points:%={{.Folder}}/points/%/result.json)
.PHONY: all

{{.Folder}}/points/%/result.json:
	@{{.MakeCommand}} --threads {{.Threads}} --quiet --shard $$(expr $* + 0)/{{.Points}}
{{end}}`
