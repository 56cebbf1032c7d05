package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// packed is a package with one file, description.json.
func packed(t *testing.T, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	files := tar.NewWriter(zipped)
	for name, text := range map[string]string{
		"package/package.json": `{"name":"@vendor/api","version":"1.2.3"}`, "package/generated/description.json": content,
	} {
		if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func integrity(of []byte) string {
	sum := sha512.Sum512(of)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// serve is a registry that has @vendor/api@1.2.3, whatever that is.
func serve(t *testing.T, archive []byte) *httptest.Server {
	t.Helper()
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/@vendor/api/-/api-1.2.3.tgz" {
			http.NotFound(w, req)
			return
		}
		_, _ = w.Write(archive)
	}))
	t.Cleanup(r.Close)
	return r
}

func file(archive []byte) File {
	return File{Package: "@vendor/api", Version: "1.2.3", Integrity: integrity(archive), Name: "generated/description.json"}
}

func TestAFileIsFetchedOnceAndThenKept(t *testing.T) {
	t.Parallel()
	archive := packed(t, `{"openapi":"3.0.3"}`)
	r, cache := serve(t, archive), t.TempDir()
	f := file(archive)
	paths := make([]string, 2)
	var all sync.WaitGroup
	for i := range paths {
		all.Go(func() {
			path, err := f.Get(t.Context(), cache, r.URL)
			if err != nil {
				t.Error(err)
			}
			paths[i] = path
		})
	}
	all.Wait()
	r.Close()
	path, err := f.Get(t.Context(), cache, r.URL)
	if err != nil {
		t.Fatalf("without the registry: %v", err)
	}
	for _, other := range paths {
		if other != path {
			t.Errorf("kept at %s and at %s", other, path)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != `{"openapi":"3.0.3"}` {
		t.Errorf("kept %q, %v", got, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left beside it: %v, %v", entries, err)
	}
}

func TestWhatIsNotAsPinnedIsRefused(t *testing.T) {
	t.Parallel()
	archive := packed(t, "what was published")
	f := file(archive)
	for name, test := range map[string]struct {
		registry *httptest.Server
		change   func(*File)
		says     string
	}{
		"another package": {serve(t, packed(t, "what somebody has put in its place")), func(*File) {}, "not the one that is pinned"},
		"no such version": {serve(t, archive), func(f *File) { f.Version = "0.1.0" }, "404 Not Found"},
		"a weaker digest": {serve(t, archive), func(f *File) { f.Integrity = "sha1-" + base64.StdEncoding.EncodeToString(make([]byte, 20)) }, "not sha512"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, cache := f, t.TempDir()
			test.change(&f)
			path, err := f.Get(t.Context(), cache, test.registry.URL)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), f.String()) {
				t.Errorf("got %q, %v", path, err)
			}
			if entries, err := os.ReadDir(cache); err != nil || len(entries) != 0 {
				t.Errorf("kept %v, %v", entries, err)
			}
		})
	}
}

func TestAPackageWithoutTheFileHasNone(t *testing.T) {
	t.Parallel()
	for name, of := range map[string][]byte{"other files": packed(t, "x"), "no archive": []byte("<html>no archive</html>"), "half of one": packed(t, "x")[:100]} {
		sum := sha512.Sum512(of)
		if got, err := extract(of, sum[:], "package/nothing.json"); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
