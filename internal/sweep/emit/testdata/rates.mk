# Trains the 2000 points of rates.yaml, each in a process of its own: make -f THIS_FILE -j 4
# A point that is finished is not trained again; with -k, others go on where one has failed.
points := $(shell seq -f '%06.0f' 0 1999)

all: $(points:%=rates.sweep/points/%/result.json)
.PHONY: all

rates.sweep/points/%/result.json:
	@dnn sweep run rates.yaml -o rates.sweep --no-models --threads 2 --quiet --shard $$(expr $* + 0)/2000
