package github

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// limits has every refusal for too many calls look the same, as 429, which the transport waits out: GitHub says it with 403
// as well, and through GraphQL with 200 (github.md sections 2 and 3). What tells it from a missing right are the headers (a
// budget that is used up, or a time to wait) and GitHub's words, and not what the client makes of it. A missing right that
// comes while the budget is used up is waited out too, and is then seen for what it is.
type limits struct{ next http.RoundTripper }

// leaveAlone is how long to wait, in seconds, where GitHub does not say: at least a minute.
const leaveAlone = "60"

func (l limits) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	spent, wait := resp.Header.Get("X-RateLimit-Remaining") == "0", resp.Header.Get("Retry-After") != ""
	limited := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusForbidden && (spent || wait)
	inWords := resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusOK && strings.HasSuffix(req.URL.Path, "/graphql")
	if !limited && inWords {
		if limited, err = saysLimited(resp); err != nil {
			return resp, err
		}
	}
	if !limited {
		return resp, nil
	}
	resp.StatusCode, resp.Status = http.StatusTooManyRequests, "429 Too Many Requests"
	if !spent && !wait {
		resp.Header.Set("Retry-After", leaveAlone)
	}
	return resp, nil
}

// saysLimited says that the body of an answer is a refusal for too many calls, and leaves it to be read: a message about the
// secondary limit, or an error of GraphQL's.
func saysLimited(resp *http.Response) (bool, error) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return false, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var answer struct {
		Message string       `json:"message"`
		Page    string       `json:"documentation_url"`
		Errors  []queryError `json:"errors"`
	}
	_ = json.Unmarshal(body, &answer) // What can't be read says nothing of limits.
	about := func(e queryError) bool { return e.Type == "RATE_LIMITED" || e.Type == "RATE_LIMIT" }
	return strings.Contains(answer.Message, "secondary rate limit") || strings.HasSuffix(answer.Page, "secondary-rate-limits") ||
		slices.ContainsFunc(answer.Errors, about), nil
}
