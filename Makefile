# The commands that people use. CI runs .ci/run, which does all of the checks.
.DEFAULT_GOAL := help
.PHONY: help build test race lint fuzz generate bench cover ci

help:     ## list these commands
	@sed -n 's/^\([a-z]*\): *## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
build:    ## build the program, ./dnn
	CGO_ENABLED=0 go build -trimpath -o dnn .
test:     ## run every test
	go test ./...
race:     ## run the tests under the race detector
	go test -race -short ./...
lint:     ## run the linters that tools/go.mod pins
	go tool -modfile=tools/go.mod golangci-lint run ./...
fuzz:     ## fuzz one target for a minute: make fuzz PKG=./internal/config TARGET=FuzzLoad
	go test -run='^$$' -fuzz='^$(TARGET)$$' -fuzztime=1m $(PKG)
generate: ## write the generated files, assembly among them
	go generate ./...
bench:    ## run the benchmarks six times, into bench.txt, and summarize them
	go test -run='^$$' -bench=. -count=6 ./... > bench.txt && go tool -modfile=tools/go.mod benchstat bench.txt
cover:    ## show which lines the tests reach
	go test -short -coverprofile=cover.out ./... && go tool cover -html=cover.out -o cover.html
ci:       ## run everything that a change must pass
	bash .ci/run
