package github

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// limits has every refusal for too many calls look the same, as 429, which the transport waits out: GitHub says it with 403
// as well, and through GraphQL with 200 (github.md sections 2 and 3). What tells it from a missing right are the headers,
// and not what the client makes of it: a budget that is used up, or a time to wait. A missing right that comes while the
// budget is used up is waited out too, and is then seen for what it is.
type limits struct{ next http.RoundTripper }

// leaveAlone is how long to wait, in seconds, where GitHub does not say: at least a minute.
const leaveAlone = "60"

func (l limits) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	spent := resp.Header.Get("X-RateLimit-Remaining") == "0"
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
	case resp.StatusCode == http.StatusForbidden && (spent || resp.Header.Get("Retry-After") != ""):
	case resp.StatusCode == http.StatusOK && strings.HasSuffix(req.URL.Path, "/graphql"):
		limited, err := rateLimited(resp)
		if err != nil || !limited {
			return resp, err
		}
	default:
		return resp, nil
	}
	resp.StatusCode, resp.Status = http.StatusTooManyRequests, "429 Too Many Requests"
	if !spent && resp.Header.Get("Retry-After") == "" {
		resp.Header.Set("Retry-After", leaveAlone)
	}
	return resp, nil
}

// rateLimited says that an answer of GraphQL is a refusal for too many calls, and leaves its body to be read.
func rateLimited(resp *http.Response) (bool, error) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return false, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct {
		Errors []queryError `json:"errors"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return false, nil
	}
	for _, e := range answer.Errors {
		if e.Type == "RATE_LIMITED" || e.Type == "RATE_LIMIT" {
			return true, nil
		}
	}
	return false, nil
}
