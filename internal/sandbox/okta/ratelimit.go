package okta

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A bucket is a rate limit of Okta's: the endpoints that share it, and how many calls a minute the whole org
// has. The numbers are those of a Workforce Identity org (okta.md section 2).
type bucket struct {
	name  string
	limit int
}

var (
	bucketApps       = bucket{"/api/v1/apps", 100}
	bucketApp        = bucket{"/api/v1/apps/{id}", 500}
	bucketGroups     = bucket{"/api/v1/groups", 500}
	bucketGroup      = bucket{"/api/v1/groups/{id}", 1000}
	bucketUsers      = bucket{"/api/v1/users", 600}
	bucketUserRead   = bucket{"GET /api/v1/users/{id}", 2000}
	bucketUserChange = bucket{"/api/v1/users/{id}", 600}
	bucketDevices    = bucket{"/api/v1/devices", 100}
	// okta.md says that /api/v1/iam has a bucket of its own, of unknown size.
	bucketIAM   = bucket{"/api/v1/iam", 600}
	bucketLogs  = bucket{"/api/v1/logs", 120}
	bucketOther = bucket{"/api/v1", 1200}
	bucketOAuth = bucket{"/oauth2/v1", 1200}
)

// Each API token and each app may use half of a bucket unless told otherwise (okta.md section 2), in windows of
// a minute that begin with the first call.
const (
	share  = 0.5
	window = time.Minute
)

// A limiter counts calls.
type limiter struct {
	scale   float64
	enforce bool

	mu      sync.Mutex
	windows map[windowKey]*rateWindow
}

type windowKey struct{ principal, bucket string }

type rateWindow struct {
	ends time.Time
	used int
}

// take counts a call, writes the headers that tell about it, and says whether it was one too many.
func (l *limiter) take(header http.Header, principal string, b bucket, now time.Time) (limited bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.windows == nil {
		l.windows = map[windowKey]*rateWindow{}
	}
	key := windowKey{principal, b.name}
	w := l.windows[key]
	if w == nil || !now.Before(w.ends) {
		// X-Rate-Limit-Reset is in whole seconds; the window ends at one, so that it is never early.
		w = &rateWindow{ends: now.Add(window + time.Second - 1).Truncate(time.Second)}
		l.windows[key] = w
	}
	limit := max(1, int(float64(b.limit)*share*l.scale))
	switch {
	case !l.enforce:
		w.used = 1
	case w.used < limit:
		w.used++
	default:
		limited = true
	}
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(limit-w.used))
	header.Set("X-Rate-Limit-Reset", strconv.FormatInt(w.ends.Unix(), 10))
	return limited
}
