// Cli prints the path of the Terraform CLI to use: the one named by its argument ("terraform", "tofu"), or
// whichever there is. It builds OpenTofu where that is needed and not there yet.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/offboard/terraform-provider-offboard/internal/cli"
)

func main() {
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	found, err := cli.Find(context.Background(), name, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(found.Path)
}
