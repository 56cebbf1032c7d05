// Terraform-provider-offboard takes people's access away, transfers what they leave, and proves that
// nothing comes back.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/urfave/cli/v3"

	"github.com/offboard/terraform-provider-offboard/internal/command"
	"github.com/offboard/terraform-provider-offboard/internal/provider"
)

// version is set by the linker from the tag of a release.
var version = "dev"

// main is the provider, as Terraform starts it, unless a command is named.
func main() {
	program := &cli.Command{
		Name:    "terraform-provider-offboard",
		Usage:   "a Terraform provider, which Terraform starts by itself",
		Version: version,
		Flags:   []cli.Flag{&cli.BoolFlag{Name: "debug", Usage: "run so that a debugger can be attached"}},
		Action:  serve,
		Commands: []*cli.Command{
			command.Review(),
			command.Verify(),
		},
	}
	if err := program.Run(context.Background(), os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, c *cli.Command) error {
	if c.Args().Present() {
		return fmt.Errorf("there is no command %q; see --help", c.Args().First())
	}
	return providerserver.Serve(ctx, provider.New(provider.Options{Version: version}), providerserver.ServeOpts{
		Address: "registry.terraform.io/offboard/offboard",
		Debug:   c.Bool("debug"),
	})
}
