// Terraform-provider-offboard takes people's access away, transfers what they leave, and proves that
// nothing comes back.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/offboard/terraform-provider-offboard/internal/provider"
)

// version is set by the linker from the tag of a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run so that a debugger can be attached")
	flag.Parse()
	err := providerserver.Serve(context.Background(), provider.New(provider.Options{Version: version}), providerserver.ServeOpts{
		Address: "registry.terraform.io/offboard/offboard",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
