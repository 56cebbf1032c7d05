package google

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// The Directory API says of each answer what kind it is. Gmail's settings and Cloud Identity do not, and leave out
// what there is none of, so that whatever object some proxy makes up would pass for an empty list. Of those it is
// checked that they have no fields but the ones they can have.

type shapeKey struct{}

// withShape says which fields the answers to the requests of a context have.
func withShape(ctx context.Context, fields ...string) context.Context {
	return context.WithValue(ctx, shapeKey{}, fields)
}

// shapes refuses an answer that is something else than what was asked for.
type shapes struct{ next http.RoundTripper }

func (s *shapes) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	fields, shaped := req.Context().Value(shapeKey{}).([]string)
	if err != nil || !shaped || resp.StatusCode >= http.StatusMultipleChoices {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, &access.Error{Kind: access.Malformed, Op: req.URL.Path, Reason: "Google answered with something other than an object", Fix: vendor.Hint}
	}
	for name := range object {
		if !slices.Contains(fields, name) {
			return nil, &access.Error{
				Kind: access.Malformed, Op: req.URL.Path, Reason: "Google answered with something other than " + strings.Join(fields, ", "), Fix: vendor.Hint,
			}
		}
	}
	return resp, nil
}
