// Command sandbox serves one of the company's systems on this machine, to try the provider against: okta, google, github, aws,
// vault or scim. It prints what to set for the provider to find it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
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
	file := flags.String("state", "", "`file` to keep the state in; without one it is new at each start")
	latency := flags.Duration("latency", 0, "how long to hold back each answer")
	limits := flags.Bool("enforce-rate-limits", false, "answer too many calls as the vendor does (okta, google, github)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	name := cmp.Or(flags.Arg(0), "okta")
	v, known := vendors[name]
	if !known || flags.NArg() > 1 {
		return fmt.Errorf("unexpected argument %q: there are %s", flags.Arg(flags.NArg()-1), strings.Join(slices.Sorted(maps.Keys(vendors)), ", "))
	}

	api, kept, err := v.open(*file, *limits)
	if err != nil {
		return err
	}
	if *file != "" {
		api = saving(api, kept, *file)
	}
	server, err := sandbox.Serve(api, sandbox.Options{Addr: *addr, Latency: *latency})
	if err != nil {
		return err
	}
	defer server.Close()
	_, _ = fmt.Fprintf(out, "%s of Acme: %s\n%s\n", name, server.URL(), strings.Join(v.says(server.URL()), "\n"))
	<-ctx.Done()
	return nil
}

// saving writes the state to its file after each request that can have changed it.
func saving(api http.Handler, kept saver, file string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.ServeHTTP(w, r)
		if r.Method == http.MethodGet {
			return
		}
		if err := kept.Save(file); err != nil {
			log.Printf("%s: the state could not be saved: %v", time.Now().Format(time.TimeOnly), err)
		}
	})
}
