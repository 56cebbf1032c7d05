// Package npm gets single files out of pinned packages of the npm registry: vendors' API descriptions, which some of them
// publish nowhere else that a bare machine reaches, and which are too large to be kept here. Tests only.
//
// npm itself is not needed. What a registry sends is trusted for its digest alone.
package npm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// A File is one file of one version of a package.
type File struct {
	// Package is "name" or "@scope/name", and Version an exact one.
	Package, Version string
	// Integrity is the digest of the package as the registry tells it (dist.integrity): "sha512-" and base64.
	Integrity string
	// Name is the path inside the package.
	Name string
}

// Registry is where packages are, unless npm_config_registry says otherwise, as it does to npm.
const Registry = "https://registry.npmjs.org"

// Get returns where the file is kept below cache, and fetches it from the registry at the first time: everything after that
// needs no network. Several processes may do so at once.
func (f File) Get(ctx context.Context, cache, registry string) (path string, err error) {
	digest, ok := strings.CutPrefix(f.Integrity, "sha512-")
	sum, err := base64.StdEncoding.DecodeString(digest)
	if !ok || err != nil || len(sum) != sha512.Size {
		return "", fmt.Errorf("the integrity of %s is not sha512", f)
	}
	// A package with another digest is another package, whatever it calls itself.
	path = filepath.Join(cache, "npm", fmt.Sprintf("%s-%s-%x", strings.ReplaceAll(f.Package, "/", "+"), f.Version, sum[:8]), filepath.FromSlash(f.Name))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path, err
	}
	if err := f.fetch(ctx, registry, path, sum); err != nil {
		return "", fmt.Errorf("get %s of %s from %s: %w", f.Name, f, registry, err)
	}
	return path, nil
}

func (f File) String() string { return f.Package + "@" + f.Version }

// most is how large a package may be, in bytes.
const most = 256 << 20

// fetch gets the package from where every registry has it: {registry}/{package}/-/{name}-{version}.tgz.
func (f File) fetch(ctx context.Context, registry, path string, sum []byte) error {
	from := fmt.Sprintf("%s/%s/-/%s-%s.tgz", strings.TrimSuffix(registry, "/"), f.Package, f.Package[strings.LastIndex(f.Package, "/")+1:], f.Version)
	req, err := retryablehttp.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	client := retryablehttp.NewClient()
	client.Logger = nil
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", from, resp.Status)
	}
	packed, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return err
	}
	content, err := extract(packed, sum, "package/"+f.Name)
	if err != nil {
		return err
	}
	return keep(path, content)
}

// extract returns one file of a packed package, if that is the one with the digest.
func extract(packed, sum []byte, name string) ([]byte, error) {
	if got := sha512.Sum512(packed); !bytes.Equal(got[:], sum) {
		return nil, fmt.Errorf("its sha512 is %s, and not the one that is pinned", base64.StdEncoding.EncodeToString(got[:]))
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	for files := tar.NewReader(unzipped); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("it has no %s", name)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == name {
			return io.ReadAll(files)
		}
	}
}

// keep writes a file in one step, so that nobody ever reads half of one.
func keep(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	unfinished, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished.Name())
	_, err = unfinished.Write(content)
	if err := errors.Join(err, unfinished.Close()); err != nil {
		return err
	}
	return os.Rename(unfinished.Name(), path)
}
