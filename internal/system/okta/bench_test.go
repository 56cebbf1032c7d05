package okta_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/access"
	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
	sandboxokta "github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
	"github.com/offboard/terraform-provider-offboard/internal/system"
	"github.com/offboard/terraform-provider-offboard/internal/system/okta"
)

// What limits an exit is how many calls a vendor takes a minute, so calls are what is measured: those of
// finding the account and listing one kind of it, in a run of its own, and those of removing everything
// after that.
func BenchmarkCalls(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		b.Run(name, func(b *testing.B) {
			var listing, removing int
			for b.Loop() {
				clk := clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
				org := sandboxokta.NewOrg(sandbox.Acme(), clk)
				server, err := sandbox.Serve(org.Handler(sandboxokta.HandlerOptions{}), sandbox.Options{Clock: clk})
				if err != nil {
					b.Fatal(err)
				}
				if kind.pipeline != "" {
					org.SetPipeline(kind.pipeline)
				}
				if kind.prepare != nil {
					kind.prepare(org)
				}
				connected, err := okta.New(b.Context(), okta.Config{OrgURL: server.URL(), APIToken: sandboxokta.Token, Run: system.Run{Clock: clk}})
				if err != nil {
					b.Fatal(err)
				}
				login := sandboxokta.Jane
				if kind.login != "" {
					login = kind.login
				}
				account, err := connected.Find(b.Context(), access.Person(login))
				if err != nil {
					b.Fatal(err)
				}
				connector := kind.connect(connected)
				if disposer, ok := connector.(access.Disposer); ok {
					connector, _ = disposer.Dispose(kind.dispose)
				}
				listed, err := connector.List(b.Context(), account.ID)
				if err != nil {
					b.Fatal(err)
				}
				listing += len(server.Requests())
				held := access.Held(listed, nil)
				exit := access.Exit{
					Connector: connector, Account: account.ID, Successor: access.AccountID(org.UserID(sandboxokta.Mei)), Clock: clk, Patience: time.Minute,
				}
				if out := exit.Run(b.Context(), held, held, nil); !out.Clean() {
					b.Fatal(out.Left)
				}
				removing += len(server.Requests())
				server.Close()
			}
			b.ReportMetric(float64(listing)/float64(b.N), "calls-to-list/op")
			b.ReportMetric(float64(removing-listing)/float64(b.N), "calls-to-remove/op")
		})
	}
}
