// Command sandbox serves the company's Okta org on this machine, to try the provider against. It prints the
// address to point the provider at and the API token to use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		log.Fatal(err)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "loopback `address` to listen on")
	file := flags.String("state", "", "`file` to keep the org in; without one it is new at each start")
	latency := flags.Duration("latency", 0, "how long to hold back each answer")
	limits := flags.Bool("enforce-rate-limits", false, "answer 429 as Okta does")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}

	org, err := open(*file)
	if err != nil {
		return err
	}
	api := org.Handler(okta.HandlerOptions{EnforceRateLimits: *limits})
	if *file != "" {
		api = saving(api, org, *file)
	}
	server, err := sandbox.Serve(api, sandbox.Options{Addr: *addr, Latency: *latency})
	if err != nil {
		return err
	}
	defer server.Close()
	_, _ = fmt.Fprintf(out, `Okta org of Acme: %[1]s
API token:        %[2]s
Try:              curl -s -H "Authorization: SSWS %[2]s" %[1]s/api/v1/users/%[3]s
`, server.URL(), okta.Token, okta.Jane)
	<-ctx.Done()
	return nil
}

// open loads the org that is kept in a file, or makes a new one.
func open(file string) (*okta.Org, error) {
	if file != "" {
		org, err := okta.Load(file, clock.System{})
		if !errors.Is(err, fs.ErrNotExist) {
			return org, err
		}
	}
	org := okta.NewOrg(sandbox.Acme(), clock.System{})
	if file != "" {
		return org, org.Save(file)
	}
	return org, nil
}

// saving writes the org to its file after each request that can have changed it.
func saving(api http.Handler, org *okta.Org, file string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r)
		if r.Method == http.MethodGet {
			return
		}
		if err := org.Save(file); err != nil {
			log.Printf("%s: the org could not be saved: %v", time.Now().Format(time.TimeOnly), err)
		}
	})
}
