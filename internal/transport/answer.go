package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/offboard/terraform-provider-offboard/internal/access"
)

// maxAnswer bounds what is read of one answer, in bytes. The largest page any vendor sends is a few MiB.
const maxAnswer = 64 << 20

// receive reads an answer's body whole, checks that it is something the vendor could have said, and
// leaves the body readable from the start.
//
// What is refused here is whatever a client could take for "nothing": a page of a web site, a redirect, an
// empty or null list, half a list.
func (t *Transport) receive(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	_ = resp.Body.Close()
	if err != nil {
		return fmt.Errorf("the answer broke off after %d bytes: %w", len(body), err)
	}
	if len(body) > maxAnswer {
		return t.malformed(resp, fmt.Sprintf("more than %d MiB in one answer", maxAnswer>>20))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))

	status := resp.StatusCode
	switch {
	case status >= 500 || status == http.StatusTooManyRequests:
		return nil
	case status < 200 || status >= 300 && status < 400:
		return t.malformed(resp, "a redirect to "+t.Redact(resp.Header.Get("Location")))
	case status >= 400 && t.Vendor.Transient != nil && t.Vendor.Transient(status, body):
		// "Not now", which some vendors' front ends say in plain words.
		return nil
	case t.Vendor.Wrong != nil:
		if what := t.Vendor.Wrong(status, contentType(resp.Header), body); what != "" {
			return t.malformed(resp, what)
		}
	case len(body) > 0 && !isJSON(resp.Header):
		return t.malformed(resp, fmt.Sprintf("%s where JSON was expected", contentType(resp.Header)))
	case len(body) > 0 && !json.Valid(body):
		return t.malformed(resp, fmt.Sprintf("JSON that breaks off or is not JSON, %d bytes", len(body)))
	case resp.Request.Method == http.MethodGet && status < 300 && isNothing(body):
		return t.malformed(resp, "success, and nothing in it")
	}
	return t.checkLinks(resp)
}

// checkLinks puts each page link on a header line of its own, which is all that some clients understand,
// and refuses one that leads to another host: following it would take the credential along, and skipping
// it would leave pages unread.
func (t *Transport) checkLinks(resp *http.Response) error {
	lines := resp.Header.Values("Link")
	resp.Header.Del("Link")
	for _, line := range lines {
		links, err := parseLinks(line)
		if err != nil {
			return t.malformed(resp, "page links that can't be read")
		}
		for _, link := range links {
			if target, here := link.leadsTo(resp.Request.URL); !here {
				return t.malformed(resp, fmt.Sprintf("a page link to another place, %v", target))
			}
			for _, header := range link.headers() {
				resp.Header.Add("Link", header)
			}
		}
	}
	return nil
}

func (t *Transport) malformed(resp *http.Response, what string) *access.Error {
	return &access.Error{
		Kind:   access.Malformed,
		Reason: fmt.Sprintf("%s answered %s with %s, which is not an answer of %s", resp.Request.URL.Host, resp.Status, what, t.Vendor.Name),
		Fix:    t.Vendor.Hint,
	}
}

func isJSON(h http.Header) bool {
	media := contentType(h)
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

func contentType(h http.Header) string {
	media, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return "something without a content type"
	}
	return media
}

func isNothing(body []byte) bool {
	trimmed := bytes.TrimSpace(body)
	return len(trimmed) == 0 || string(trimmed) == "null"
}

func asAccess(err error) (*access.Error, bool) { return errors.AsType[*access.Error](err) }
