package sandbox

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// A Fault is something going wrong with the requests that match.
type Fault struct {
	// Match says which requests. All of them if nil.
	Match func(*http.Request) bool
	// After is how many matching requests pass unharmed first.
	After int
	// Times is how many requests it then strikes. 0 is for good, until Heal.
	Times int
	// Do answers in place of the API, which is next.
	Do func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

type activeFault struct {
	Fault
	matched, struck int
}

// strikes counts the request and says whether the fault is its answer. The server's lock is held.
func (f *activeFault) strikes(r *http.Request) bool {
	if f.Match != nil && !f.Match(r) {
		return false
	}
	f.matched++
	if f.matched <= f.After || f.Times > 0 && f.struck >= f.Times {
		return false
	}
	f.struck++
	return true
}

// Inject adds a fault. Of several that match a request the one injected first strikes.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &activeFault{Fault: f})
}

// Heal drops all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Method matches requests by their method.
func Method(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return r.Method == method }
}

// PathPrefix matches requests whose path begins so.
func PathPrefix(prefix string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasPrefix(r.URL.EscapedPath(), prefix) }
}

// PathMatch matches requests by their whole path, in which a * stands for one segment:
// "/api/v1/groups/*/users/*".
func PathMatch(pattern string) func(*http.Request) bool {
	want := strings.Split(pattern, "/")
	return func(r *http.Request) bool {
		got := strings.Split(r.URL.EscapedPath(), "/")
		if len(got) != len(want) {
			return false
		}
		for i := range want {
			if want[i] != "*" && want[i] != got[i] {
				return false
			}
		}
		return true
	}
}

// All matches requests that every one of the matchers does.
func All(matchers ...func(*http.Request) bool) func(*http.Request) bool {
	return func(r *http.Request) bool {
		for _, match := range matchers {
			if !match(r) {
				return false
			}
		}
		return true
	}
}

// A do is what a Fault does. It is the type of the ready-made ones.
type do = func(http.ResponseWriter, *http.Request, http.Handler)

// Status answers with a status and a body, which is called JSON if it looks like it.
func Status(code int, body string) do {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

const page = "<!DOCTYPE html><html><body><h1>Not found</h1></body></html>"

// HTML404 answers as a proxy does that knows nothing of the API: it looks like the absence of a thing and is
// nothing of the sort.
func HTML404() do {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, page)
	}
}

// Truncated gives the real answer, announces its whole length, and closes the connection half way through
// the body.
func Truncated() do {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		genuine := capture(next, r)
		// net/http sets Content-Length to what is written unless told otherwise, and when it was told more it
		// closes the connection, as nothing else could be read from it.
		genuine.header.Set("Content-Length", strconv.Itoa(genuine.body.Len()))
		genuine.send(w, genuine.body.Bytes()[:genuine.body.Len()/2])
	}
}

// NotJSON gives the real answer's status and header, with a body that is not what the header says.
func NotJSON() do { return bodyInstead([]byte(page)) }

// EmptyBody gives the real answer's status and header, and nothing else.
func EmptyBody() do { return bodyInstead(nil) }

func bodyInstead(body []byte) do {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		genuine := capture(next, r)
		genuine.header.Del("Content-Length")
		genuine.send(w, body)
	}
}

// Hang does not answer. It ends when the client gives up, or the server is closed.
func Hang() do {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }
}

// ResetConnection closes the connection without an answer, and without the courtesy of TCP.
func ResetConnection() do {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return // HTTP/2 has no connection of its own to reset; this server never speaks it
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// LoopingNextLink gives the real answer, whose next page is the page itself.
func LoopingNextLink() do {
	return nextLink(func(r *http.Request) string { return absolute(r).String() })
}

// WrongHostNextLink gives the real answer, whose next page is at somebody else's. Whoever follows it hands
// out its credentials.
func WrongHostNextLink() do {
	return nextLink(func(r *http.Request) string {
		u := absolute(r)
		u.Scheme, u.Host = "https", "collector.invalid"
		return u.String()
	})
}

// nextLink sets the next page of an answer, both in the header and in the body's _links, where an API that
// pages in the body has it.
func nextLink(next func(*http.Request) string) do {
	return func(w http.ResponseWriter, r *http.Request, api http.Handler) {
		target := next(r)
		genuine := capture(api, r)
		links := []string{}
		for _, link := range genuine.header.Values("Link") {
			if !strings.Contains(link, `rel="next"`) {
				links = append(links, link)
			}
		}
		genuine.header["Link"] = append(links, "<"+target+`>; rel="next"`)
		body := genuine.body.Bytes()
		var object map[string]any
		if json.Unmarshal(body, &object) == nil {
			if inBody, ok := object["_links"].(map[string]any); ok {
				inBody["next"] = map[string]any{"href": target}
				if changed, err := json.Marshal(object); err == nil {
					body = changed
				}
			}
		}
		genuine.header.Del("Content-Length")
		genuine.send(w, body)
	}
}

// DoneButStatus has the API do what is asked, and answers that it failed: the change is made, and the client
// has to find out.
func DoneButStatus(code int) do {
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		capture(next, r)
		w.WriteHeader(code)
	}
}

// AnsweredNotDone answers and does nothing: the change is not made, and the client has to find out.
func AnsweredNotDone(code int) do {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(code)
	}
}
