package conform

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	verrors "github.com/pb33f/libopenapi-validator/errors"

	"github.com/offboard/terraform-provider-offboard/internal/sandbox"
)

// okta is Okta's document, read once in a test process.
var okta = sync.OnceValues(func() (*document, error) {
	return load("github.com/okta/okta-sdk-golang/v6", "okta/api/openapi.yaml", func(d *document) error {
		return d.correct(oktaCorrections)
	})
})

// Okta returns a check of single exchanges against Okta's API description, to be given to Server.Observe. What
// the description does not have fails the test: a path, a method, a parameter, a field, a type, a status.
// Exchanges that a fault has tampered with are let through.
//
// The server must be closed before the test ends, as with t.Cleanup: a check after that has nobody to tell.
func Okta(t testing.TB) func(sandbox.Exchange) {
	t.Helper()
	d, err := okta()
	if err != nil {
		t.Fatalf("Okta's API description: %v", err)
	}
	return func(exchange sandbox.Exchange) {
		for _, wrong := range d.check(exchange) {
			t.Errorf("%s %s: %s", exchange.Method, exchange.URL.RequestURI(), wrong)
		}
	}
}

// check returns what is wrong with an exchange.
func (d *document) check(exchange sandbox.Exchange) []string {
	if exchange.Faulted {
		return nil
	}
	op := d.find(exchange.Method, exchange.URL.EscapedPath())
	if op == nil {
		return []string{"the API description has no such path and method"}
	}
	v, err := d.validatorOf(op)
	if err != nil {
		return []string{"the API description could not be compiled: " + err.Error()}
	}
	// The document knows Okta's own hosts only.
	target := "https://subdomain.okta.com" + exchange.URL.RequestURI()
	request, err := http.NewRequest(exchange.Method, target, bytes.NewReader(exchange.Body))
	if err != nil {
		return []string{err.Error()}
	}
	request.Header = exchange.Header.Clone()
	response := &http.Response{
		StatusCode: exchange.Status, Header: exchange.AnswerHeader, Request: request,
		Body: io.NopCloser(bytes.NewReader(exchange.Answer)), ContentLength: int64(len(exchange.Answer)),
	}
	_, asked := v.ValidateHttpRequest(request)
	_, answered := v.ValidateHttpResponse(request, response)
	return append(describe("request", asked), describe(fmt.Sprintf("answer %d", exchange.Status), answered)...)
}

var (
	rowNumber = regexp.MustCompile(`\[\d+\]`)
	// What there would have been is a long list, in another order each time.
	declared = regexp.MustCompile(`\. Declared \w+: \[[^]]*\]`)
)

// describe puts each error into one line. What is wrong with every row of a list is said once.
func describe(where string, errs []*verrors.ValidationError) []string {
	var lines []string
	for _, err := range errs {
		line := where + ": " + err.Message
		if err.Reason != "" {
			line += ": " + err.Reason
		}
		var details []string
		for _, detail := range err.SchemaValidationErrors {
			text := rowNumber.ReplaceAllString(strings.TrimSpace(detail.Reason+" "+detail.FieldPath), "[*]")
			if !slices.Contains(details, text) {
				details = append(details, text)
			}
		}
		if len(details) > 0 {
			line += " (" + strings.Join(details, "; ") + ")"
		}
		line = declared.ReplaceAllString(rowNumber.ReplaceAllString(line, "[*]"), "")
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}
