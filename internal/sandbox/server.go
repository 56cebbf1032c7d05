// Package sandbox serves one small company behind the vendors' own HTTP APIs, for tests, the demo and the
// benchmark. The vendors are packages below this one; what they share is here: who works at the company,
// and the server that puts a vendor's API on a loopback port and can be slow, fail, and remember.
//
// The provider knows nothing of it. It is pointed at a loopback address and speaks the vendor's protocol.
package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/offboard/terraform-provider-offboard/internal/clock"
)

// Options are how a Server behaves. The zero Options are the fastest and most truthful server.
type Options struct {
	// Addr is where to listen: a loopback address, "127.0.0.1:0" if empty.
	Addr string
	// Latency is how long each answer is held back.
	Latency time.Duration
	// Clock is what Latency is waited on and Requests are timed by: the machine's if nil.
	Clock clock.Clock
}

// A Request is one that reached the server, as far as a test may know it: without credentials.
type Request struct {
	Time   time.Time
	Method string
	// Path is the path as it was sent, with the query.
	Path   string
	Header http.Header
	Body   string
	// Status is what was answered, and 0 as long as nothing was.
	Status int
	// Answered is when that was: what was asked has been done by then.
	Answered time.Time
}

// An Exchange is one whole request and its answer.
type Exchange struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte

	Status       int
	AnswerHeader http.Header
	Answer       []byte

	// Faulted says that a Fault made up the answer, or lost it: it says nothing about the API.
	Faulted bool
}

// A Server serves one vendor's API on a loopback port. It is safe for concurrent use.
type Server struct {
	api  http.Handler
	opts Options
	http *http.Server
	url  string

	mu        sync.Mutex
	requests  []*Request
	faults    []*activeFault
	observers []func(Exchange)
}

// Serve starts a server. Only loopback addresses are served: the company's credentials are known to
// everybody who has read the source.
func Serve(api http.Handler, opts Options) (*Server, error) {
	if opts.Addr == "" {
		opts.Addr = "127.0.0.1:0"
	}
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	listener, err := net.Listen("tcp", opts.Addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, errors.Join(
			fmt.Errorf("%s is not a loopback address: the sandbox serves this machine only", opts.Addr), listener.Close())
	}
	s := &Server{api: api, opts: opts, url: "http://" + listener.Addr().String()}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
	// Serve only ever returns to say that Close was called.
	go func() { _ = s.http.Serve(listener) }()
	return s, nil
}

// URL is where the API is: http, host and port.
func (s *Server) URL() string { return s.url }

// Close stops the server at once; requests under way are cut off.
func (s *Server) Close() { _ = s.http.Close() }

// Requests returns every request so far, in the order in which they arrived.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, request := range s.requests {
		requests[i] = *request
	}
	return requests
}

// Observe has f called with every exchange from now on, before the client gets its answer: a test that has
// seen the answer has been through f.
func (s *Server) Observe(f func(Exchange)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observers = append(s.observers, f)
}

// maxBody is more than any request of any vendor's API.
const maxBody = 1 << 20

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the request's body could not be read", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	record, fault := s.arrive(r, body)

	if s.opts.Clock.Sleep(r.Context(), s.opts.Latency) != nil {
		return // nobody is waiting any more
	}
	exchange := Exchange{
		Method: r.Method, URL: absolute(r), Header: r.Header.Clone(), Body: body, Faulted: fault != nil,
	}
	if fault != nil {
		out := &noting{ResponseWriter: w, note: func(status int) { s.answered(record, status) }}
		fault.Do(out, r, s.api)
		exchange.Status, exchange.AnswerHeader = out.status, w.Header().Clone()
		s.tell(exchange)
		return
	}
	answer := capture(s.api, r)
	exchange.Status, exchange.AnswerHeader, exchange.Answer = answer.status, answer.header.Clone(), answer.body.Bytes()
	s.tell(exchange)
	s.answered(record, answer.status)
	answer.send(w, answer.body.Bytes())
}

// arrive records the request and finds the fault that it runs into, if any.
func (s *Server) arrive(r *http.Request, body []byte) (*Request, *activeFault) {
	record := &Request{
		Time: s.opts.Clock.Now(), Method: r.Method, Path: withoutAssertion(r.URL.RequestURI()),
		Header: withoutCredentials(r.Header), Body: withoutAssertion(string(body)),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, record)
	for _, fault := range s.faults {
		if fault.strikes(r) {
			return record, fault
		}
	}
	return record, nil
}

func (s *Server) answered(record *Request, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	record.Status, record.Answered = status, s.opts.Clock.Now()
}

func (s *Server) tell(exchange Exchange) {
	s.mu.Lock()
	observers := slices.Clone(s.observers)
	s.mu.Unlock()
	for _, observe := range observers {
		observe(exchange)
	}
}

// absolute is the URL as the client wrote it: a server is told only the part after the host.
func absolute(r *http.Request) *url.URL {
	u := *r.URL
	u.Scheme, u.Host = "http", r.Host
	return &u
}

func withoutCredentials(header http.Header) http.Header {
	header = header.Clone()
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization", "X-Vault-Token"} {
		header.Del(name)
	}
	return header
}

// withoutAssertion blanks a signed assertion, which OAuth clients send in the query or in a form, as
// client_assertion (RFC 7523 section 2.2) or as assertion (section 2.1): it is as good as a password until it
// expires.
func withoutAssertion(s string) string {
	const name = "assertion="
	before, after, found := strings.Cut(s, name)
	if !found {
		return s
	}
	if end := strings.IndexByte(after, '&'); end >= 0 {
		return before + name + "REDACTED" + after[end:]
	}
	return before + name + "REDACTED"
}

// An answer is what a handler wrote, kept until it is known what becomes of it.
type answer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

// capture has the handler answer the request into memory.
func capture(handler http.Handler, r *http.Request) *answer {
	a := &answer{header: http.Header{}}
	handler.ServeHTTP(a, r)
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a
}

// Header, WriteHeader and Write make an answer an http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader keeps the first status, as net/http does.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// send answers with this status and header, and with body in place of the one that was written.
func (a *answer) send(w http.ResponseWriter, body []byte) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // a client that has gone is no concern of the server's
}

// noting is a ResponseWriter that says which status went out, before it does.
type noting struct {
	http.ResponseWriter
	status int
	note   func(status int)
}

func (n *noting) WriteHeader(status int) {
	if n.status == 0 {
		n.status = status
		n.note(status)
	}
	n.ResponseWriter.WriteHeader(status)
}

func (n *noting) Write(p []byte) (int, error) {
	if n.status == 0 {
		n.WriteHeader(http.StatusOK)
	}
	return n.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (n *noting) Unwrap() http.ResponseWriter { return n.ResponseWriter }
