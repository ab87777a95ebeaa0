#!/bin/sh
# Trains the 2000 points of rates.yaml, each in a process of its own. Points that are finished are not trained again.
# With --sshlogin, parallel takes other machines that see this folder: parallel --sshlogin one,two --workdir . ...
if command -v parallel >/dev/null; then
    seq -f '%.0f/2000' 0 1999 | parallel --jobs 4 --halt soon,fail=20% dnn sweep run rates.yaml -o rates.sweep --no-models --threads 2 --quiet --shard
else
    seq -f '%.0f/2000' 0 1999 | xargs -n 1 -P 4 dnn sweep run rates.yaml -o rates.sweep --no-models --threads 2 --quiet --shard
fi
