package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
	"github.com/offboard/terraform-provider-offboard/internal/sandbox/okta"
)

// start runs the command and returns the address it prints, and how to end it.
func start(t *testing.T, args ...string) (url string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), writer) }()
	lines := bufio.NewScanner(reader)
	if !lines.Scan() {
		t.Fatal("printed nothing")
	}
	_, url, _ = strings.Cut(lines.Text(), " of Acme: ")
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	return url, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func call(t *testing.T, method, url string) int {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "SSWS "+okta.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestTheOrgIsServedAndKeptInItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "org.json")
	url, stop := start(t, "-state", file)
	if status := call(t, "POST", url+"/api/v1/users/"+okta.Jane+"/lifecycle/suspend"); status != 200 {
		t.Errorf("got %d", status)
	}
	stop()
	url, stop = start(t, "-state", file)
	defer stop()
	if status := call(t, "POST", url+"/api/v1/users/"+okta.Jane+"/lifecycle/suspend"); status != 400 {
		t.Errorf("got %d for somebody who was suspended before", status)
	}
	org, err := okta.Load(file, clock.System{})
	if err != nil || org.Status(okta.Jane) != "SUSPENDED" {
		t.Errorf("the file was not written: %v", err)
	}
}

func TestEveryVendorIsServedAndSaysHowToBeFound(t *testing.T) {
	t.Parallel()
	for name, v := range vendors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state.json")
			for range 2 { // made, and then loaded
				url, stop := start(t, "-state", file, name)
				if says := strings.Join(v.says(url), "\n"); !strings.Contains(says, url) || !strings.Contains(says, "\nexport ") {
					t.Errorf("says %q", says)
				}
				if status := call(t, "GET", url+"/"); status < 400 {
					t.Errorf("answered %d to what is no call of its API", status)
				}
				stop()
			}
		})
	}
}

func TestLimitsAndLatencyArePassedOn(t *testing.T) {
	t.Parallel()
	url, stop := start(t, "-latency", "1ms", "-enforce-rate-limits")
	defer stop()
	limited := false
	for range 60 {
		limited = limited || call(t, "GET", url+"/api/v1/apps") == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("60 calls in a bucket of 50 were all answered")
	}
}

func TestWrongArgumentsAreErrors(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "org.json")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"extra"}, {"okta", "google"}, {"-state", broken, "aws"}, {"-addr", "0.0.0.0:0"}, {"-state", broken}, {"-state", filepath.Join(broken, "x")}} {
		if err := run(context.Background(), args, io.Discard); err == nil {
			t.Errorf("%q was accepted", args)
		}
	}
}
