// Command dnn trains and evaluates dense neural networks on MNIST.
package main

import (
	"os"

	"dnn/cmd"
)

func main() {
	os.Exit(cmd.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
